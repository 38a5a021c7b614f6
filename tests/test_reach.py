"""Reachability: proofs for what cannot happen, verified points for what can."""

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.algebra.balls import enclose
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.solver import solve

X, Y, Z, B, C, P = sp.symbols("x y z b c p", real=True)
K = sp.Symbol("k", integer=True)
R, exp, log, sqrt = sp.Rational, sp.exp, sp.log, sp.sqrt

UNSAT = [
    [(X**2 + X * Y + Y**2 + 1, "=")],
    [(1 / (1 + exp(-X)), "<=")],
    [(exp(X) - X, "<=")],
    [(B**2 - 4 * C, "<"), (X**2 + B * X + C, "=")],
    [(X**4 * Y**2 + X**2 * Y**4 + 1 - 3 * X**2 * Y**2, "<")],
    [(X + Y - 2 * sqrt(X * Y), "<"), (X, ">="), (Y, ">=")],
    [(X**3 + Y**3 + Z**3 - 3 * X * Y * Z, "<"), (X, ">"), (Y, ">"), (Z, ">")],
    [(sp.tanh(X) - 1, ">=")],
    [(log(1 + exp(X)), "<=")],
    [(log(1 + exp(X)) - X, "<=")],
    [(sp.sin(X) ** 2 + sp.cos(X) ** 2, "<")],
    [(sqrt(X**2 + 1) - sp.Abs(X), "<=")],
    [(X**P, "<"), (X, ">")],
    [(2 + sp.sin(X), "=")],
    [(X**3 - 2, "="), (X, "<")],
    [(sp.erf(X) - 1, ">=")],
    [(X**2 * Y**2 + X**2 + Y**2 + P**2, "="), (P, ">")],
    [(sqrt(X - 1) + X, "<")],
    [(1 / X, "=")],
    [((X**2 - 1) / (X - 1) - 2, "=")],
    [(X * exp(X) - 1, "="), (X, "<")],
    [(exp(X) + exp(-X) - 2, "<")],
    [(log(X) - X + 1, ">")],
    [(sp.atan(X) - X, ">"), (X, ">")],
    [(sp.Abs(X - Y) + sp.Abs(Y - Z) - sp.Abs(X - Z), "<")],
    [(sp.sign(X) - X, "="), (X - 2, ">")],
    [(sp.floor(X) - X, ">")],
    [(2 * K - 1, "=")],
    [(X, ">"), (-X, ">")],
    [(P**2 + (-Y - sqrt(Y**2 - P**2)) ** 2, "<"), (P, ">"), (-Y, ">")],
    [(sqrt(X**2 + P) + exp(Y), "<=")],
    [(sp.Integer(1), "<")],
    # What holds by its form is left out: it only makes the rest harder.
    [
        (X - R(1, 10), ">"),
        (2 - X, ">"),
        (Y - R(1, 10), ">"),
        (Z, ">"),
        (-Z / (exp(Y / X) - 1), "<"),
        (-Z * exp(Y / X) / (exp(Y / X) - 1), ">"),
        (Z**2 + (Z / (exp(Y / X) - 1)) ** 2, ">"),
    ],
]

SAT = [
    [(X**5 - X - 1, "=")],
    [(X**2 - 2, "=")],
    [(exp(X) - 2 - X, "="), (X, ">")],
    [(sp.cos(X) - X, "=")],
    [(X * exp(X) - Y, "="), (Y - 3, "=")],
    [(sqrt(X**2 + Y**2), "=")],
    [(X - sp.pi, ">"), (X - R(355, 113), "<")],
    [(X - Y, "="), (X - 1, ">")],
    [(X**2 + Y**2 - 1, "="), (X, ">"), (Y, "<")],
    [(log(X), "=")],
    [(exp(X) - 3, "=")],
    [(K - 5, ">"), (X - K, "=")],
    [(X, ">"), (P, ">"), (P - 1, "<")],
    [(X - 10**9, ">"), (Y + X, "<")],
    [(X**2 - Y, "<"), (Y - R(1, 10**9), "<")],
    [(X * Y - 1, "="), (X + Y - 3, "=")],
    [(sp.Abs(X) ** P - 2, "="), (P, ">")],
    [(K**2 - 2, ">"), (K, "<")],
    [(X + Y - 2 * sqrt(X * Y), "<")],
    [(sqrt(X), "<=")],
    [(sqrt(X * Y) + sqrt(X * Z), "="), (Y + 1, "="), (Z - 1, "=")],
    [(sp.sign(X), "=")],
    [],
]


def _constraints(rows):
    return [Constraint(*row) for row in rows]


@pytest.mark.parametrize("shift", ["2*x + 1", "x - 1/3", "5 - 3*x", "x/2 + 4"])
def test_the_impossible_stays_so_in_other_coordinates(shift):
    """Motzkin's polynomial, multiplied out in 2*x + 1 and 2*y + 1, has twenty terms."""
    u = sp.sympify(shift, {"x": X})
    v = u.subs(X, Y)
    motzkin = u**4 * v**2 + u**2 * v**4 + 1 - 3 * u**2 * v**2
    assert reach([Constraint(sp.expand(motzkin), "<")]).status is Status.UNSAT
    assert reach([Constraint(sp.expand(motzkin), "<=")]).status is Status.SAT


@pytest.mark.parametrize("rows", UNSAT, ids=str)
def test_the_impossible_is_proved_impossible(rows):
    """No point satisfies these, and the answer names the argument."""
    answer = reach(_constraints(rows))
    assert answer.status is Status.UNSAT
    assert answer.how


@pytest.mark.parametrize("rows", SAT, ids=str)
def test_the_possible_has_a_point(rows):
    """Each set has a point: exact and verified, or enclosed where no exact form is known."""
    constraints = _constraints(rows)
    answer = reach(constraints)
    assert answer.status is Status.SAT
    if answer.witness is None:
        assert answer.enclosure is not None
        assert all(enclose(c.expr, answer.enclosure).contains(0) for c in constraints if c.rel == "=")
    else:
        assert all(holds(c, answer.witness) is True for c in constraints)
        assert all(v.is_Integer for s, v in answer.witness.items() if s.is_integer)


def test_strict_conditions_get_rational_witnesses():
    """Open sets contain rational points, and those are what a report can print."""
    for rows in ([(X**3 - Y - 10, ">"), (Y - X**2, ">")], [(exp(X) - Y, ">"), (Y - 5, ">")]):
        answer = reach(_constraints(rows))
        assert answer.status is Status.SAT
        assert all(v.is_Rational for v in answer.witness.values())


@pytest.mark.parametrize(
    ("constraint", "point", "expected"),
    [
        (Constraint(X - R(1, 3), "="), {X: R(1, 3)}, True),
        (Constraint(X**2 - 2, "="), {X: sqrt(2)}, True),
        (Constraint(log(X), "<="), {X: 0}, None),
        (Constraint(sp.sin(X) ** 2 + sp.cos(X) ** 2 - 1, "!="), {X: 1}, False),
        (Constraint(X, ">"), {}, None),
    ],
)
def test_a_condition_at_a_point(constraint, point, expected):
    """True, False, or None where the expression has no value."""
    assert holds(constraint, point) is expected or (expected is False and not holds(constraint, point))


EXPRESSIONS = st.sampled_from(
    [X * Y - 1, X**2 + Y**2 - 2, X - Y, X**2 - Y,
     exp(X) - Y, sqrt(X**2 + 1) - 2 * Y, sp.Abs(X) - Y, X**3 + X - Y,
     log(1 + Y**2) - X, sp.atan(X) + Y, sqrt(X * Y), sqrt(X) - Y, X * sp.sign(Y), X**2 * Y / (X**2 + Y**2)]
)  # fmt: skip
VALUES = st.fractions(min_value=-4, max_value=4, max_denominator=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(EXPRESSIONS, EXPRESSIONS), min_size=1, max_size=2), VALUES, VALUES)
def test_what_holds_at_a_known_point_is_never_refuted(pairs, x, y):
    """Conditions built to hold at a point: UNSAT would be a false proof; SAT must be verified."""
    point = {X: R(x.numerator, x.denominator), Y: R(y.numerator, y.denominator)}
    constraints = []
    for a, b in pairs:
        expr = a + b / 3
        ball = enclose(expr, point)
        if ball.is_finite():
            constraints.append(Constraint(expr, ">" if ball > 0 else "<" if ball < 0 else "="))
            value = a.xreplace(point)
            if value.is_Rational:
                constraints.append(Constraint(a - value, "="))
    constraints = [c for c in constraints if holds(c, point)]
    answer = reach(constraints)
    assert answer.status is not Status.UNSAT
    if answer.witness is not None:
        assert all(holds(c, answer.witness) is True for c in constraints)


@settings(max_examples=30, deadline=None)
@given(st.integers(-6, 6), st.integers(-6, 6), st.integers(1, 6))
def test_quadratics_agree_with_their_discriminant(b, c, a):
    """a*x**2 + b*x + c has a real root exactly when its discriminant is not negative."""
    expected = Status.SAT if Fraction(b) ** 2 - 4 * a * c >= 0 else Status.UNSAT
    assert reach([Constraint(a * X**2 + b * X + c, "=")]).status is expected


@given(
    roots=st.lists(st.fractions(-3, 3, max_denominator=5), min_size=2, max_size=4, unique=True),
    rels=st.lists(st.sampled_from(["<", ">", "<=", ">=", "="]), min_size=2, max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_conditions_on_one_number_are_always_decided(roots, rels):
    """For polynomials in one variable the solver has an answer, and it is the one of a look at every interval."""
    x = X
    shifts = [sp.Rational(r.numerator, r.denominator) for r in roots]
    system = [(x**2 - s * abs(s), rel) for s, rel in zip(shifts, rels, strict=False)]
    borders = sorted({sign * sp.sqrt(s * abs(s)) for s in shifts if s >= 0 for sign in (1, -1)})
    middles = [(a + b) / 2 for a, b in pairwise(borders)]
    places = [-10, *borders, *middles, 10]
    holds = any(all(sp.Rel(e.subs(x, p), 0, {"=": "=="}.get(rel, rel)) for e, rel in system) for p in places)
    assert solve(system).status == ("sat" if holds else "unsat")


@pytest.mark.parametrize(
    "number", [sp.pi, sp.E, sp.pi + sp.sqrt(2), sp.log(3), 1 / sp.pi, sp.pi**2 - 3], ids=str
)
def test_a_square_can_be_a_number_that_is_known_by_bounds(number):
    """Linearisation comes closer to sqrt(pi) without end; a covering of the line and of the bounds has it at once."""
    c = sp.Symbol("c", real=True)
    for scale in (1, -2, sp.Rational(1, 7)):
        assert solve([(scale * (c**2 - number), "="), (c, "!=")]).status == "sat"
    assert solve([(c**2 + number, "=")]).status == "unsat"
