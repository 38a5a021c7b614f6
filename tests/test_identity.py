"""Zero tests: YES for identities with a proof, NO for what a ball separates from zero, else UNKNOWN."""

import time

import flint
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.algebra.identity import Decision, is_zero, prove_equal

X, Y, P, A, B = sp.symbols("x y p a b", real=True)
K = sp.Symbol("k", integer=True)
R, sqrt, exp, log, sin, cos = sp.Rational, sp.sqrt, sp.exp, sp.log, sp.sin, sp.cos

IDENTITIES = [
    sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3),
    sp.cbrt(7 + 5 * sqrt(2)) - 1 - sqrt(2),
    sqrt(2) * sqrt(1 + sqrt(3)) - sqrt(2 + 2 * sqrt(3)),
    log(100) / log(10) - 2,
    log(2 + sqrt(3)) + log(2 - sqrt(3)),
    4 * sp.atan(R(1, 5)) - sp.atan(R(1, 239)) - sp.pi / 4,
    cos(sp.pi / 7) - cos(2 * sp.pi / 7) + cos(3 * sp.pi / 7) - R(1, 2),
    sp.CRootOf(X**5 - X - 1, 0) ** 5 - sp.CRootOf(X**5 - X - 1, 0) - 1,
    sin(X) ** 2 + cos(X) ** 2 - 1,
    cos(2 * X) - 2 * cos(X) ** 2 + 1,
    sin(X + sp.pi / 4) - sqrt(2) / 2 * (sin(X) + cos(X)),
    sin(3 * X) - 3 * sin(X) + 4 * sin(X) ** 3,
    sp.tan(X) - sin(X) / cos(X),
    cos(X / 2) ** 2 - (1 + cos(X)) / 2,
    exp(X + Y) - exp(X) * exp(Y),
    sp.sinh(2 * X) - 2 * sp.sinh(X) * sp.cosh(X),
    sp.tanh(X) - (exp(2 * X) - 1) / (exp(2 * X) + 1),
    1 / (1 + exp(-X)) - exp(X) / (1 + exp(X)),
    log(1 + exp(X)) - X - log(1 + exp(-X)),
    log(1 / (1 + exp(-X))) + log(1 + exp(-X)),
    exp(X / (1 + X)) * exp(1 / (1 + X)) - sp.E,
    4**X - 2 ** (2 * X),
    X**P * X - X ** (P + 1),
    (A * B) ** P - sp.Abs(A) ** P * sp.Abs(B) ** P,
    exp(sqrt(5 + 2 * sqrt(6)) * X) - exp((sqrt(2) + sqrt(3)) * X),
    (sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3)) / sqrt(sp.pi),
    sp.Abs(X) ** P * sp.Abs(Y) ** P - sp.Abs(X * Y) ** P,
    log(X**2 * Y) - 2 * log(sp.Abs(X)) - log(Y),
    (sqrt(X + 1) - sqrt(X)) * (sqrt(X + 1) + sqrt(X)) - 1,
    sqrt(X**2 + 2 * X + 1) - sp.Abs(X + 1),
    log(X + sqrt(X**2 + 1)) + log(-X + sqrt(X**2 + 1)),
    sp.Abs(X) * sp.sign(X) - X,
    sp.asin(X) + sp.acos(X) - sp.pi / 2,
    sin(2 * sp.asin(X)) - 2 * X * sqrt(1 - X**2),
    sp.erf(X - Y) + sp.erf(Y - X),
    (-1) ** K * cos(sp.pi * K) - 1,
    cos(sp.pi * K / 2) ** 2 + sin(sp.pi * K / 2) ** 2 - 1,
    (X**2 - 1) / (X - 1) - X - 1,
]

# Zero on one part of the domain only; the second entry is a point there, the third one elsewhere.
LOCAL = [
    (sp.Abs(X) - X, {X: R(1, 10**6)}, {X: -1}),
    (sp.atan(X) + sp.atan(1 / X) - sp.pi / 2, {X: 2}, {X: -2}),
    (2 * sp.atan(X) - sp.asin(2 * X / (1 + X**2)), {X: R(1, 3)}, {X: 3}),
    (sp.atan(X) + sp.atan(Y) - sp.atan((X + Y) / (1 - X * Y)), {X: R(1, 3), Y: R(1, 2)}, {X: 2, Y: 2}),
    (sqrt(X**4 + X**2) + X * sqrt(1 + X**2), {X: -1}, {X: 1}),
    (log(X**2) - 2 * log(sp.Abs(X)) + sp.Abs(X) - X, {X: 5}, {X: -5}),
    (exp(Y) * (2 * sp.atan(X) - sp.asin(2 * X / (1 + X**2))), {X: R(1, 3), Y: 1}, {X: 3, Y: 1}),
    (exp(2 * sp.atan(X)) - exp(sp.asin(2 * X / (1 + X**2))), {X: R(1, 3)}, {X: 3}),
    (sp.erf(sp.atan(X)) - sp.erf(sp.pi / 2 - sp.atan(1 / X)), {X: 2}, {X: -2}),
    (sqrt(X + 2 * sqrt(X - 1)) - sqrt(X - 1) - sp.Abs(X - 2) + X - 3, {X: 3}, {X: R(3, 2)}),
    (sp.atan(X) * sp.asin(X / sqrt(1 + X**2)) - sp.atan(X) ** 2 + sp.Abs(X) - X, {X: 2}, {X: -2}),
]

NONZERO = [
    X**2 - X,
    exp(X) - 1 - X,
    sin(X) - X,
    sqrt(2) + sqrt(3) - sp.pi,
    cos(sp.pi * K) - 1,
    exp(-(10**10) * sp.Abs(X)),
    sqrt(X - 1) - sqrt(X - 1 + R(1, 10**40)),
    log(X - 10**6),
    sp.Abs(X) - X,
    sp.atan(X) + sp.atan(1 / X) - sp.pi / 2,
    sqrt((X - 1) ** 2) - X + 1,
    sp.sqrt(X * Y) - sp.sqrt(X) * sp.sqrt(Y) + R(1, 10**30),
    sp.exp(sp.pi * sqrt(163)) - 640320**3 - 744,
]


@pytest.mark.parametrize("expr", IDENTITIES, ids=str)
def test_identities_are_proved(expr):
    """Each of these is the zero function, and the normal form or an argument built on it shows it."""
    assert is_zero(expr) is Decision.YES


@pytest.mark.parametrize("expr", IDENTITIES, ids=str)
def test_identities_with_a_tiny_error_are_refuted(expr):
    """A term of size 1e-40 makes the answer NO, never YES."""
    assert is_zero(expr + R(1, 10**40)) is Decision.NO


@pytest.mark.parametrize("expr", NONZERO, ids=str)
def test_nonzero_functions_are_refuted(expr):
    """A ball excludes zero somewhere on the domain."""
    assert is_zero(expr) is Decision.NO


@pytest.mark.parametrize(("expr", "here", "there"), LOCAL, ids=str)
def test_a_point_chooses_the_part_of_the_domain(expr, here, there):
    """Zero near one point, not zero near another, hence not zero on the whole domain."""
    assert is_zero(expr, here) is Decision.YES
    assert is_zero(expr, there) is Decision.NO
    assert is_zero(expr) is Decision.NO


@pytest.mark.parametrize(
    ("root", "function", "here", "there"),
    [
        (sqrt(1 + sin(2 * X)), sin(X) + cos(X), 1, 3),
        (sqrt((1 - cos(X) ** 2) / X**2), sin(X) / X, 1, 4),
        (sqrt(2 + 2 * cos(X)), 2 * cos(X / 2), 1, 5),
        (sqrt(exp(X) + exp(-X) - 2), 2 * sp.sinh(X / 2), 1, -1),
        (sqrt((X + Y) ** 2 - 4 * X * Y), X - Y, 1, -3),
    ],
)
def test_a_root_is_one_of_two_functions_with_its_square(root, function, here, there):
    """sqrt(u) is v or -v on a part of the domain on which u = v**2 has no zero, and a point tells which."""
    assert (
        is_zero(root - function, {X: here, Y: 0})
        is is_zero(root + function, {X: there, Y: 0})
        is Decision.YES
    )
    assert (
        is_zero(root + function, {X: here, Y: 0}) is is_zero(root - function, {X: there, Y: 0}) is Decision.NO
    )


def test_a_zero_at_the_point_is_not_an_identity():
    """x at 0 and sin(x) - x at 0 are zero there, not around it."""
    assert is_zero(X, {X: 0}) is Decision.NO
    assert is_zero(sin(X) - X, {X: 0}) is Decision.NO
    assert is_zero(X - Y, {X: flint.arb(1), Y: 1}) is Decision.NO


def test_a_kink_at_the_point_is_no_identity():
    """abs(x) - x at the kink itself is not zero around it; only the open part decides."""
    assert is_zero(sp.Abs(X) - X, {X: 0}) is not Decision.YES


def test_assumptions_restrict_the_domain():
    """abs(x) = x is an identity where x > 0 is known."""
    assert is_zero(sp.Abs(X) - X, assumptions=[X]) is Decision.YES
    assert is_zero(sqrt(X**2 * Y**2) - X * Y, assumptions=[X, Y]) is Decision.YES
    assert is_zero(sqrt(X**2 * Y**2) - X * Y, assumptions=[X]) is Decision.NO


def test_nothing_is_guessed_from_digits():
    """Zero to a million digits is no proof, and an undefined expression is no zero."""
    assert is_zero(exp(-exp(exp(exp(R(5))))) * 1) is not Decision.YES
    assert is_zero(1 / (sin(X) ** 2 + cos(X) ** 2 - 1)) is Decision.UNKNOWN
    assert is_zero(0 * X + log(-1 - X**2) - log(-1 - X**2 - 0 * Y) + sp.sqrt(-1 - X**2)) is Decision.UNKNOWN


@pytest.mark.parametrize("number", [cos(2), sp.log(3), exp(-1), sp.pi - 3], ids=str)
def test_roots_over_transcendental_numbers_are_no_algebraic_numbers(number):
    """A root x of (c - 1)*x**2 + 2*x = c gives (x**2 - 2*x)/(x**2 - 1) = c: proved or left open, never refuted."""
    root = (2 - sqrt(4 * number**2 - 4 * number + 4)) / (2 - 2 * number)
    value = (root**2 - 2 * root) / (root**2 - 1)
    assert is_zero(value - number) is not Decision.NO
    assert is_zero(sp.pi / 2 - sp.acos(number) - sp.asin(value), {}) is not Decision.NO
    assert is_zero(sp.asin(value) - sp.asin(number) + R(1, 10**9)) is not Decision.YES


def test_a_decision_is_not_a_truth_value():
    """UNKNOWN must not be read as False by mistake."""
    with pytest.raises(TypeError):
        bool(Decision.UNKNOWN)


def test_equality_is_zero_of_the_difference():
    """prove_equal compares two expressions."""
    assert prove_equal(sp.cosh(X) ** 2, 1 + sp.sinh(X) ** 2) is Decision.YES
    assert prove_equal(sp.cosh(X), 1 + X**2 / 2) is Decision.NO


def test_large_expressions_end_in_time():
    """Caps end the work: no expression of this size takes long."""
    start = time.thread_time()
    long = sp.Add(*[exp(X / R(n, 7)) * sin(n * X) / (1 + Y**n) for n in range(1, 30)])
    deep = X
    for _ in range(8):
        deep = sqrt(1 + log(1 + exp(deep)))
    for expr in (long, deep, (X + Y + A + B + P) ** 60, X ** (10**9) - X, sp.sin(1000 * X) - sin(X)):
        assert is_zero(expr - expr.xreplace({X: X + R(1, 10**9)})) is not Decision.YES
        is_zero((expr + 1) * (expr - 1) - expr**2 + 1)
    assert time.thread_time() - start < 8


TERMS = st.sampled_from(
    [X, Y, exp(X), sin(Y), sqrt(1 + X**2), log(1 + exp(Y)), R(2, 3), sp.Abs(X), X**2, sp.atan(X)]
)


@settings(max_examples=60, deadline=None)
@given(TERMS, TERMS, TERMS, st.integers(1, 3))
def test_rearranged_expressions_stay_equal(a, b, c, n):
    """The distributive law and its powers hold for any terms, and fail when a term is doubled."""
    left = (a + b * c) ** n
    right = sp.expand(left)
    assert is_zero(left - right) is Decision.YES
    assert is_zero(left - right + a * a + 1) is Decision.NO


@pytest.mark.parametrize("shift", [0, sp.Rational(1, 7)])
def test_a_slope_that_holds_fewer_names_is_looked_at_beside_the_same_point(shift):
    """Of c*(2*x*atan(tan(pi/(2*x)))/pi - 1) the slope in c does not hold c."""
    x, c = sp.symbols("x c", real=True)
    inner = 2 * x * sp.atan(sp.tan(sp.pi / (2 * x))) / sp.pi - 1 + shift
    found = is_zero(c * inner, {x: sp.Rational(4, 3), c: sp.Integer(1)})
    assert found is not (Decision.NO if shift == 0 else Decision.YES)


SHIFTED = exp(X / 54 + Y / 3 - R(1, 13500))
SHARE = (R(8, 9) * X + R(1, 2250)) / (R(10, 9) * X + R(1, 1800))
LAST = 1 / (1 - (Y - 1) / Y) - Y


@pytest.mark.parametrize(
    "expr",
    [
        (R(9, 10) - SHARE) * SHIFTED - 5 * (1 - SHARE) ** 2 * SHIFTED / 2,
        X ** R(1, 3) * LAST**2 * log(1 + X**2)
        - X ** R(1, 3) * (Y - 1 / (1 - (Y - 1) / Y)) ** 2 * log(1 + X**2),
        (X - Y) ** 3 * sin(exp(X) + R(1, 70001)) + (Y - X) ** 3 * sin(exp(X) + R(1, 70001)),
    ],
    ids=str,
)
def test_rational_identities_hold_whatever_the_functions_are(expr):
    """Equal functions have one name: what is left is rational, and no finer unit of an exponent is asked for."""
    assert is_zero(expr) is Decision.YES
