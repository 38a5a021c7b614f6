"""Balls: every value lies inside, nothing undefined looks finite, nothing takes long."""

import time
from fractions import Fraction

import flint
import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.algebra.balls import enclose, exact_value, precision, rational_value, sign_at

X, Y = sp.symbols("x y", real=True)
K = sp.Symbol("k", integer=True)
R = sp.Rational

VALUES = [
    (sp.exp(X) + X**2, {X: R(1, 3)}),
    (sp.log(1 + sp.exp(X * Y)) / 3, {X: 2, Y: Fraction(7, 3)}),
    (sp.sqrt(X) * X**Y, {X: R(2, 3), Y: R(5, 7)}),
    (sp.tan(X) + sp.asin(X) * sp.acos(X) - sp.atan(X), {X: R(2, 5)}),
    (sp.erf(X) + sp.sinh(X) * sp.cosh(X) - sp.tanh(X), {X: R(-7, 5)}),
    (sp.Abs(X) * sp.sign(Y) + sp.floor(X), {X: R(-7, 2), Y: 3}),
    (sp.pi * X + sp.E, {X: R(1, 7)}),
    ((-2) ** K * X, {X: R(1, 3), K: 5}),
    (sp.CRootOf(X**5 - X - 1, 0) + X, {X: 1}),
]

UNDEFINED = [
    (1 / X, {X: 0}),
    (sp.log(X), {X: 0}),
    (sp.log(X), {X: -1}),
    (sp.sqrt(X), {X: -1}),
    (X ** R(1, 3), {X: -8}),
    (X**Y, {X: 0, Y: 0}),
    (X**Y, {X: 0, Y: -1}),
    (sp.asin(X), {X: 2}),
    (sp.tan(X), {X: sp.pi / 2}),
    (sp.atan(sp.tan(X)), {X: sp.pi / 2}),
    (sp.sign(sp.log(X)), {X: -1}),
    (sp.exp(-1 / X**2), {X: 0}),
    (X, {Y: 1}),
]


@pytest.mark.parametrize("case", VALUES, ids=str)
def test_a_ball_contains_the_value(case):
    """The independent value of mpmath, at higher precision, lies in the ball."""
    expr, point = case
    ball = enclose(expr, point)
    with mpmath.workdps(60):
        value = expr.subs({s: sp.Rational(v) for s, v in point.items()}).evalf(60)
    assert ball.is_finite()
    with precision(300):
        assert abs(ball - flint.arb(str(value))) < flint.arb(10) ** -30


@pytest.mark.parametrize("case", UNDEFINED, ids=str)
def test_what_is_undefined_has_no_finite_ball(case):
    """No part of an expression may be undefined under a finite ball, and it has no sign."""
    assert enclose(*case).is_nan()
    assert sign_at(*case) is None


def test_zero_to_a_positive_power_is_zero():
    """The base 0 is in the domain when the exponent is positive."""
    assert enclose(X**Y, {X: 0, Y: R(1, 3)}).is_zero()
    assert enclose(sp.sqrt(X), {X: 0}).is_zero()


def test_a_ball_for_an_interval_covers_all_its_points():
    """A wide coordinate stands for all points in it."""
    ball = enclose(X**2 * sp.exp(X), {X: flint.arb(0, 1)})
    assert all(ball.contains(enclose(X**2 * sp.exp(X), {X: R(i, 10)})) for i in range(-10, 11))


@pytest.mark.parametrize("expr", [sp.Abs(X), sp.sign(X), sp.floor(X), sp.sqrt(X + 1), sp.asin(X)], ids=str)
def test_analytic_refuses_balls_that_hold_a_singular_point(expr):
    """With analytic=True a finite answer also excludes kinks, jumps and branch points."""
    assert enclose(expr, {X: flint.arb(0, 1)}, analytic=True).is_nan()
    assert enclose(expr, {X: R(1, 2)}, analytic=True).is_finite()


@pytest.mark.parametrize(
    ("expr", "point", "sign"),
    [
        (X**2 - 2, {X: R(141421356, 10**8)}, -1),
        (sp.sqrt(2) * X - 1, {X: R(1, 1)}, 1),
        (3 * X - 1, {X: R(1, 3)}, 0),
        (sp.Integer(0), {}, 0),
        (sp.sin(X) ** 2 + sp.cos(X) ** 2 - 1, {X: 1}, None),
        (sp.exp(-X), {X: 10**30}, 1),
        (sp.exp(X) - sp.exp(X + R(1, 10**200)), {X: 1}, -1),
    ],
)
def test_signs_are_proved_or_withheld(expr, point, sign):
    """Zero is answered for exact arithmetic only; identities are another module's matter."""
    assert sign_at(expr, point) == sign


def test_giant_numbers_neither_hang_nor_lie():
    """Towers of exponentials end at once, in a sound answer."""
    start = time.thread_time()
    for expr in (
        sp.exp(X),
        sp.exp(sp.exp(sp.exp(X))),
        sp.sin(sp.exp(sp.exp(X))),
        X**X,
        (1 + X) ** (10**8),
        2**X,
    ):
        assert sign_at(expr, {X: 10**30}) in {None, 1}
        assert sign_at(-expr, {X: 10**30}) in {None, -1}
    assert time.thread_time() - start < 2


def test_the_precision_is_restored():
    """No call leaves FLINT's working precision changed, not even one that fails."""
    before = flint.ctx.prec
    enclose(X, {X: 1}, 999)
    with pytest.raises(ValueError, match="boom"), precision(777):
        raise ValueError("boom")
    assert flint.ctx.prec == before


@settings(max_examples=60, deadline=None)
@given(st.fractions(min_value=-50, max_value=50), st.fractions(min_value=-50, max_value=50))
def test_the_sign_of_a_rational_function_is_exact(a, b):
    """Fractions give the same sign, zero included."""
    value = (a - b) * (a + 2 * b) + Fraction(1, 3)
    assert sign_at((X - Y) * (X + 2 * Y) + R(1, 3), {X: a, Y: b}) == (value > 0) - (value < 0)
    exact = rational_value((X - Y) * (X + 2 * Y) + R(1, 3), {X: a, Y: b})
    assert Fraction(int(exact.p), int(exact.q)) == value


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7])
def test_powers_of_a_ball_around_zero_contain_those_of_its_points(n):
    """[-r, r]**n holds (-r)**n, 0**n and r**n, also where the midpoint is exactly zero."""
    x = sp.Symbol("x", real=True)
    for middle in (0, 1):
        ball = flint.arb(middle, 2)
        power = enclose(x**n, {x: ball})
        assert power.is_finite()
        assert all(power.contains(flint.arb(middle + step) ** n) for step in (-2, -middle, 0, 2))


def test_a_number_that_sympy_cannot_compare_has_no_exact_value() -> None:
    """asin(sin(u)) for u = pi in a form with roots: SymPy asks whether u > pi, and has no answer."""
    x = sp.Symbol("x", real=True)
    root = sp.sqrt(4 + 8 * sp.pi) / 4
    assert (
        exact_value(sp.asin(sp.sin(2 * (x - sp.Rational(1, 2)) * (x + sp.Rational(1, 2)))), {x: root}) is None
    )
