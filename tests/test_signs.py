"""Signs read off the shape of an expression."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from diffcheck.algebra.signs import signs

A, B, X = sp.symbols("a b x", real=True)


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
    """Whatever an expression says about its sign by its shape is true where it has a real value: a > 0, b < 0.

    It has one where all its parts do: sqrt(b)*log(a) has none, although the product is 0 for a = 1.
    """
    a, b, x = point
    at = {A: a, B: -b, X: x - 2}
    value = expr.subs(at).evalf(30)
    defined = all(part.subs(at).evalf(30).is_real for part in sp.preorder_traversal(expr))
    # Of what is that small the sign may be one of rounding.
    if defined and value.is_finite and (value == 0 or abs(value) > sp.Float(10) ** -100):
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
        (1 - sp.sin(X), {0, 1}),
        (1 - 2 * sp.tanh(X), {-1, 0, 1}),
    ],
    ids=str,
)
def test_signs_follow_from_sums_products_and_powers(expr, expected):
    """Squares are not negative, exponentials positive, and sums of such as well."""
    assert signs(expr) == expected
