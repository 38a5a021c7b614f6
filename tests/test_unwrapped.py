"""Conditions without the functions around them: what follows holds wherever the conditions do."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.algebra.balls import sign_at
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.unwrapped import unwrapped

X = sp.Symbol("x", real=True)
C = sp.Symbol("c", real=True)
N, K = sp.symbols("n k", integer=True)
HALF = sp.Rational(1, 2)

_numbers = st.fractions(-4, 4, max_denominator=6).map(lambda q: sp.Rational(q.numerator, q.denominator))
_around = st.sampled_from(
    [
        sp.sqrt,
        sp.exp,
        sp.log,
        sp.atan,
        sp.tanh,
        sp.asin,
        sp.acos,
        sp.sinh,
        sp.asinh,
        sp.Abs,
        lambda u: u ** (3 * HALF),
    ]
)
_closed = st.booleans()
RELATIONS = {1: (">", ">="), -1: ("<", "<="), 0: ("=", "=")}


@settings(max_examples=300)
@given(_around, _around, _numbers.filter(bool), _numbers, _numbers, _closed, _numbers)
def test_what_follows_holds_wherever_the_condition_does(outer, inner, factor, offset, shift, closed, at):
    """At every point at which a*f(g(x + s)) + b has a sign, all that is unwrapped from that sign holds as well."""
    expr = factor * outer(inner(X + shift)) + offset
    sign = sign_at(expr, {X: at}, 400) if expr.has(X) and not expr.has(sp.I, sp.zoo, sp.nan) else None
    if sign is not None:
        condition = Constraint(expr, RELATIONS[sign][closed])
        assert holds(condition, {X: at})
        assert all(holds(c, {X: at}) is not False for c in unwrapped([condition]))


ROOM = [
    ([(sp.pi / 2 - sp.pi * N, ">"), (1 - sp.Abs(sp.sqrt(sp.pi / 2 - sp.pi * N)), ">")], Status.UNSAT),
    ([(2 * sp.asin(C**2 - 1) - 3, ">"), (X**2 - C, "<")], Status.SAT),
    (
        [(1 - sp.Abs(2 * sp.pi * K + sp.asin(sp.pi * N) - sp.pi / 2), ">"), (1 - sp.pi**2 * N**2, ">")],
        Status.UNSAT,
    ),
    ([(1 - sp.cos(X - 1), "<"), (X - 1, "<")], Status.UNSAT),
    ([(1 - (2 * K - 1) ** 2 / (4 * C**2), ">"), (C, ">"), (HALF - C, ">")], Status.UNSAT),
    ([(1 - (2 * K - 1) ** 2 / (4 * C**2), ">"), (C, ">"), (1 - C, ">")], Status.SAT),
    ([(sp.exp(sp.atan(X)) - 5, ">")], Status.UNSAT),
    ([(sp.tanh(X * C) + 2, "<")], Status.UNSAT),
    ([(sp.log(sp.sqrt(X) + C) - 1, ">"), (C, "<")], Status.SAT),
]


@pytest.mark.parametrize(("conditions", "status"), ROOM, ids=[str(c) for c, _ in ROOM])
def test_conditions_inside_functions_are_decided(conditions, status):
    """By what they say of the arguments, and integers that real numbers leave few values for one by one."""
    constraints = [Constraint(*c) for c in conditions]
    found = reach(constraints)
    assert found.status is status
    if found.witness is not None:
        assert all(holds(c, found.witness) is True for c in constraints)
