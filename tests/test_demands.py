"""What an expression needs to have a real value is what it needs, and is enough."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.demands import demands

X, Y = sp.symbols("x y", real=True)
NUMBERS = [sp.Rational(p, 3) for p in range(-7, 8, 2)]


def _expressions():
    leaves = st.sampled_from([X, Y, X - 1, 2 - Y, X * Y, sp.Integer(3)])

    def grown(inner):
        one = (
            sp.log,
            sp.asin,
            sp.acos,
            sp.sqrt,
            sp.exp,
            sp.sin,
            lambda u: 1 / u,
            lambda u: u ** sp.Rational(-3, 2),
        )
        return st.one_of(
            st.builds(lambda f, u: f(u), st.sampled_from(one), inner),
            st.builds(lambda u, v: u + v, inner, inner),
            st.builds(lambda u, v: u * v, inner, inner),
        )

    return st.recursive(leaves, grown, max_leaves=5)


@given(_expressions(), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
def test_an_expression_has_a_value_exactly_where_its_demands_hold(expr, x, y):
    """All parts have real values at a point, or some demand fails there."""
    point = {X: x, Y: y}
    values = [part.subs(point).evalf(30) for part in sp.preorder_traversal(expr)]
    defined = all(v.is_real and v.is_finite for v in values)
    asked = [holds(Constraint(u, rel), point) for u, rel in demands(expr)]
    # None: a part of a demand has no value itself, and another demand says so.
    assert all(answer is True for answer in asked) == defined


@pytest.mark.parametrize("exponent", [Y, Y + 1, sp.Symbol("p", positive=True)], ids=str)
def test_an_open_exponent_asks_nothing_of_all_points(exponent):
    """(-2)**2 has a value, though x**y has none around it: what is needed everywhere leaves that out."""
    assert list(demands(X**exponent)) == [(X, ">=")]
    assert not list(demands(X**exponent, everywhere=True))
