"""Signs of names from constraints, and what they prove at a glance."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from diffcheck.facts import bounds, never_zero, signs
from diffcheck.reach import Constraint

A, B, X = sp.symbols("a b x", real=True)

POSITIVE = [(A, ">"), (A - 2, ">"), (-A, "<"), (3 * A - 1, ">"), (1 - A, "<"), (-A - 0, "<")]
NEGATIVE = [(A, "<"), (A + 2, "<"), (-A, ">"), (-A - 1, ">")]
NOTHING = [(A + 1, ">"), (A - 1, "<"), (A * B, ">"), (A**2 - 1, ">"), (A, "!="), (A, "="), (A + B, ">")]


@pytest.mark.parametrize("row", POSITIVE, ids=str)
def test_a_lower_bound_of_zero_or_more_makes_a_name_positive(row):
    """a > c with c >= 0 says a > 0, however it is written: then a + x**2 vanishes nowhere."""
    assert never_zero([Constraint(*row)])(A + X**2)
    assert bounds([Constraint(*row)])[A][0] >= 0


@pytest.mark.parametrize("row", NEGATIVE, ids=str)
def test_an_upper_bound_of_zero_or_less_makes_a_name_negative(row):
    """a < c with c <= 0 says a < 0: then a - x**2 vanishes nowhere."""
    assert never_zero([Constraint(*row)])(A - X**2)
    assert bounds([Constraint(*row)])[A][1] <= 0


@pytest.mark.parametrize("row", NOTHING, ids=str)
def test_other_constraints_give_no_sign(row):
    """Bounds on the wrong side of zero, products and equations decide no sign."""
    assert not never_zero([Constraint(*row)])(A + X**2)
    assert not never_zero([Constraint(*row)])(A - X**2)


def test_bounds_from_several_constraints_intersect():
    """-2 < a, 2*a < 3, a < 5 leave (-2, 3/2)."""
    rows = [(A + 2, ">"), (2 * A - 3, "<"), (A - 5, "<")]
    assert bounds([Constraint(*row) for row in rows]) == {A: (-2, sp.Rational(3, 2))}


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (sp.cos(A), True),
        (A**2 - 3, True),
        (sp.exp(A) - 5, True),
        (sp.cos(2 * A), False),
        (A - 1, False),
        (A**2 - 1, False),
        (sp.cos(A) + X, False),
        (A * (A - 2) ** 2, False),
    ],
    ids=str,
)
def test_a_bounded_name_is_decided_by_balls(expr, expected):
    """For -1.4 < a < 1.4: a ball around every piece of the box has one sign; a zero on the border proves nothing."""
    box = [Constraint(A + sp.Rational(7, 5), ">"), Constraint(A - sp.Rational(7, 5), "<")]
    assert never_zero(box)(expr) is expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (X**2 + A, True),
        (sp.exp(X), True),
        (sp.sqrt(X**2 + A**2), True),
        (-A - X**2, True),
        (X**2 + 1, True),
        (X**2, False),
        (X - A, False),
        (X**2 + B, False),
    ],
    ids=str,
)
def test_a_sum_of_squares_and_a_positive_constant_never_vanishes(expr, expected):
    """With a > 0, True is a proof; False says nothing."""
    assert never_zero([Constraint(A, ">")])(expr) is expected


def test_a_function_of_a_bounded_name_has_a_sign():
    """cos(a) is positive where abs(a) < 1.4, so that cos(a) + x**2 vanishes nowhere; where abs(a) < 2 it may."""
    for size, expected in ((sp.Rational(7, 5), True), (sp.Integer(2), False)):
        box = [Constraint(A + size, ">"), Constraint(A - size, "<")]
        assert never_zero(box)(sp.cos(A) + X**2) is expected


def _expressions():
    leaves = st.sampled_from([A, B, X, sp.Integer(2), sp.Integer(-1), sp.Rational(1, 3), sp.Integer(0)])

    def grown(inner):
        functions = (
            sp.exp,
            sp.cosh,
            sp.sinh,
            sp.tanh,
            sp.atan,
            sp.erf,
            sp.Abs,
            sp.log,
            sp.sqrt,
            sp.cos,
            sp.sin,
        )
        bounded = (sp.atan, sp.tanh, sp.erf, sp.sin, sp.cos)
        middles = (1, -1, 2, -3, sp.pi, -sp.pi / 2, sp.Rational(1, 2))
        return st.one_of(
            st.builds(
                lambda c, k, f, u: c + k * f(u),
                st.sampled_from(middles),
                st.sampled_from(middles),
                st.sampled_from(bounded),
                st.sampled_from([A, B, X, A * X, X**2 - B]),
            ),
            st.builds(lambda u, v: u + v, inner, inner),
            st.builds(lambda u, v: u * v, inner, inner),
            st.builds(lambda u, n: u**n, inner, st.sampled_from([-2, -1, 2, 3, 4, sp.Rational(3, 2)])),
            st.builds(lambda f, u: f(u), st.sampled_from(functions), inner),
        )

    return st.recursive(leaves, grown, max_leaves=8)


@given(_expressions(), st.tuples(*[st.sampled_from([1, 3, sp.Rational(1, 7), sp.Rational(22, 5)])] * 3))
def test_the_sign_of_a_value_is_among_those_read_off_the_shape(expr, point):
    """Whatever an expression says about its sign by its shape is true where it has a real value: a > 0, b < 0."""
    a, b, x = point
    value = expr.subs({A: a, B: -b, X: x - 2}).evalf(30)
    # Of what is that small the sign may be one of rounding.
    if value.is_real and value.is_finite and (value == 0 or abs(value) > sp.Float(10) ** -100):
        known = {A: frozenset({1}), B: frozenset({-1})}
        assert int(sp.sign(value)) in signs(expr, known)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (A**2 + 1, {1}),
        (sp.exp(X) / (1 + X**4), {1}),
        (-sp.cosh(X) - sp.Abs(X), {-1}),
        (A**2 * B**2, {0, 1}),
        (sp.log(1 + X**2), {0, 1}),
        (1 / (1 + sp.exp(-X)), {1}),
        (2**X, {1}),
        (A - 1, {-1, 0, 1}),
        (sp.pi - 2 * sp.atan(X), {1}),
        (sp.atan(X) - 2 * sp.tanh(A) - 4, {-1}),
        (sp.erf(X) - 1, {-1}),
        (3 - 2 * sp.sin(X) - sp.cos(A) / 2, {1}),
        (1 - sp.sin(X), {-1, 0, 1}),
        (1 - 2 * sp.tanh(X), {-1, 0, 1}),
    ],
    ids=str,
)
def test_signs_follow_from_sums_products_and_powers(expr, expected):
    """Squares are not negative, exponentials positive, and sums of such as well."""
    assert signs(expr) == expected
