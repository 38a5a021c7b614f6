"""One-sided germs: known expansions for t -> 0+, limits, and what cannot be expanded."""

from __future__ import annotations

import pytest
import sympy as sp
from questions import ask

from diffcheck.algebra.lower import lower
from diffcheck.errors import Undetermined
from diffcheck.germs.expand import Expansion, UndefinedHere
from diffcheck.germs.germ import EXACT_ZERO, Algebra, Germ, Mono, NeedMoreTerms, constant
from diffcheck.language.parse import parse
from diffcheck.walls.cell import Cell

ORDER = 4
T = Germ(((sp.S.One, Mono(sp.S.One)),))

# Text in t; then the largest terms as (coefficient, power of t, power of log(1/t)).  Sources: NIST DLMF 4.6, 4.19,
# 4.24, 4.33, 7.6, and arithmetic.
EXPANSIONS = [
    ("t", [("1", 1, 0)]),
    ("t*t*t", [("1", 3, 0)]),
    ("1/t", [("1", -1, 0)]),
    ("1/(1 - t)", [("1", 0, 0), ("1", 1, 0), ("1", 2, 0)]),
    ("(1 + t)**2 - 1", [("2", 1, 0), ("1", 2, 0)]),
    ("sqrt(t)", [("1", "1/2", 0)]),
    ("sqrt(4*t**2 + t**3)", [("2", 1, 0), ("1/4", 2, 0)]),
    ("(t + t**2)**(1/3)", [("1", "1/3", 0), ("1/3", "4/3", 0)]),
    ("t**(-3/2)", [("1", "-3/2", 0)]),
    ("cbrt(-t)", [("-1", "1/3", 0)]),
    ("sqrt(t**2)", [("1", 1, 0)]),
    ("exp(t)", [("1", 0, 0), ("1", 1, 0), ("1/2", 2, 0), ("1/6", 3, 0)]),
    ("exp(t) - 1 - t", [("1/2", 2, 0), ("1/6", 3, 0)]),
    ("log(1 + t)", [("1", 1, 0), ("-1/2", 2, 0), ("1/3", 3, 0)]),
    ("log(t)", [("-1", 0, 1)]),
    ("t*log(t)", [("-1", 1, 1)]),
    ("log(2*t**3)", [("-3", 0, 1), ("log(2)", 0, 0)]),
    ("sin(t)", [("1", 1, 0), ("-1/6", 3, 0)]),
    ("cos(t)", [("1", 0, 0), ("-1/2", 2, 0), ("1/24", 4, 0)]),
    ("sin(t)/t", [("1", 0, 0), ("-1/6", 2, 0)]),
    ("(1 - cos(t))/t**2", [("1/2", 0, 0), ("-1/24", 2, 0)]),
    ("tan(t)", [("1", 1, 0), ("1/3", 3, 0)]),
    ("sin(pi + t)", [("-1", 1, 0), ("1/6", 3, 0)]),
    ("asin(t)", [("1", 1, 0), ("1/6", 3, 0)]),
    ("asin(1 - t)", [("pi/2", 0, 0), ("-sqrt(2)", "1/2", 0)]),
    ("acos(1 - t)**2", [("2", 1, 0), ("1/3", 2, 0)]),
    ("atan(t)", [("1", 1, 0), ("-1/3", 3, 0)]),
    ("atan(1/t)", [("pi/2", 0, 0), ("-1", 1, 0)]),
    ("atan(-1/t)", [("-pi/2", 0, 0), ("1", 1, 0)]),
    ("erf(t)", [("2/sqrt(pi)", 1, 0), ("-2/(3*sqrt(pi))", 3, 0)]),
    ("tanh(t)", [("1", 1, 0), ("-1/3", 3, 0)]),
    ("sigmoid(t)", [("1/2", 0, 0), ("1/4", 1, 0), ("-1/48", 3, 0)]),
    ("softplus(t)", [("log(2)", 0, 0), ("1/2", 1, 0), ("1/8", 2, 0)]),
    ("sinh(t) - t", [("1/6", 3, 0)]),
    ("abs(-t)", [("1", 1, 0)]),
    ("max(t, t**2)", [("1", 1, 0)]),
    ("min(t, t**2)", [("1", 2, 0)]),
    ("relu(-t)", []),
    ("sign(t - t**2)", [("1", 0, 0)]),
    ("floor(2 - t)", [("1", 0, 0)]),
    ("floor(2 + t)", [("2", 0, 0)]),
    ("ceil(t)", [("1", 0, 0)]),
    ("frac(-t)", [("1", 0, 0), ("-1", 1, 0)]),
    ("round(1/2 + t)", [("1", 0, 0)]),
    ("mod(-t, 3)", [("3", 0, 0), ("-1", 1, 0)]),
    ("where(t > 0, t, 1/0)", [("1", 1, 0)]),
    ("t**t", [("1", 0, 0), ("-1", 1, 1)]),
    ("exp(log(t)/2)", [("1", "1/2", 0)]),
    ("norm(3*t, 4*t)", [("5", 1, 0)]),
    ("atan2(t, t)", [("pi/4", 0, 0)]),
    ("x*t + x", [("x", 0, 0), ("x", 1, 0)]),
]


def expand(text: str, order: int = ORDER) -> tuple[Algebra, Germ]:
    """Return the algebra and the germ of a text in t, and in x, which is 1/3."""
    x = sp.Symbol("x", real=True)
    cell = Cell({x: sp.Rational(1, 3)})
    algebra = Algebra(cell, order)
    return algebra, Expansion(algebra, cell, {"t": T, "x": constant(x)}).value(lower(parse(text))).germ


def known_terms(text: str, order: int = ORDER) -> list[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """Return the terms that do not vanish as (coefficient, power, log)."""
    algebra, germ = expand(text, order)
    return [(c, m.power, m.log) for c, m in germ.terms if not algebra.oracle.vanishes(c)]


@pytest.mark.parametrize(("text", "terms"), EXPANSIONS, ids=[text for text, _ in EXPANSIONS])
def test_expansions_are_the_known_ones(text, terms):
    """The largest terms of a germ are those of the series in the books."""
    found = known_terms(text, 8)
    assert len(found) >= len(terms)
    if not terms:
        assert found == []
    x = {"x": sp.Symbol("x", real=True)}
    for (c, power, log), (coefficient, a, b) in zip(found, terms, strict=False):
        assert (power, log) == (sp.Rational(a), b)
        assert sp.simplify(c - sp.sympify(coefficient, locals=x)) == 0


@pytest.mark.parametrize(("text", "smaller"), [
    ("exp(-1/t)", "t**50"), ("t", "sqrt(t)"), ("t", "1/log(1/t)"), ("log(1/t)", "t**(-1/9)"), ("1/t", "exp(1/t)"),
    ("log(log(1/t))", "log(1/t)"), ("exp(-1/t**2)", "exp(-1/t)"), ("exp(-1/t)/t**9", "1"), ("t**2*log(t)**5", "t"),
])  # fmt: skip
def test_sizes_are_ordered(text, smaller):
    """The left germ is smaller than the right one for small t: powers beat logarithms, exponentials beat powers."""
    algebra, germ = expand(f"abs({text}) - abs({smaller})")
    assert algebra.sign(germ) == -1


@pytest.mark.parametrize(
    "text", ["log(-t)", "sqrt(-t)", "1/(t - t)", "asin(1 + t)", "(-t)**(1/2)", "log(t - t)", "(-1)**t"]
)
def test_what_is_not_real_has_no_germ(text):
    """Outside its domain an expression has no germ."""
    with pytest.raises(UndefinedHere):
        expand(text)


@pytest.mark.parametrize("text", ["log(1 + sin(1/t))", "1/sin(1/t)", "sqrt(sin(1/t))", "1/(1 + 2*cos(1/t))"])
def test_what_oscillates_to_zero_under_a_quotient_root_or_logarithm_is_given_up(text):
    """Where an oscillating term decides, the algebra says that it cannot."""
    with pytest.raises(Undetermined):
        expand(text)


@pytest.mark.parametrize(
    "text", ["log(2 + sin(1/t))", "1/(2 + sin(1/t))", "sqrt(sin(1/t) + 2)", "exp(sin(1/t))"]
)
def test_what_keeps_away_from_zero_has_a_germ(text):
    """A bounded function of the phase, without a limit: 2 + sin(1/t) is at least 1."""
    algebra, germ = expand(text)
    (found,) = germ.terms
    assert found[1].is_one
    assert algebra.oracle.oscillating(found[0])
    assert algebra.oracle.moves(found[0])


def test_squares_of_sine_and_cosine_add_up():
    """sin(1/t)**2 + cos(1/t)**2 is 1, although neither has a limit."""
    assert known_terms("sin(1/t)**2 + cos(1/t)**2") == [(1, 0, 0)]


def test_double_angles_are_recognised():
    """2*sin(u)*cos(u) is sin(2*u) also where u is infinite."""
    assert known_terms("2*sin(1/t)*cos(1/t) - sin(2/t)") == []


def test_full_cancellation_is_not_taken_for_zero():
    """When all known terms cancel and a remainder is left, more terms are asked for."""
    algebra, germ = expand("exp(t) - exp(t)*(1 + t**9)", 3)
    with pytest.raises(NeedMoreTerms):
        algebra.lead(germ)


def test_exact_zero_is_zero():
    """What cancels exactly has no sign."""
    algebra, germ = expand("t*(1 + t) - t - t**2")
    assert algebra.sign(germ) == 0
    assert algebra.mul(germ, T) == EXACT_ZERO or not algebra.mul(germ, T).terms


def test_signs_note_what_they_assumed():
    """The sign of a coefficient on the wall is written down as a condition."""
    algebra, germ = expand("(x - 1)*t")
    assert algebra.sign(germ) == -1
    assert [str(c) for c in algebra.oracle.conditions] == ["x - 1 < 0"]


def test_remainders_bound_what_was_cut():
    """A cut germ says the size of the first term it does not know."""
    _, germ = expand("exp(t)", 3)
    assert germ.rem is not None
    assert germ.rem.power == 3


TURNING = [
    ("where(x == 0, 0, x**2*sin(1/x)*abs(sin(1/x)))", "D1", "the derivative turns with -2*cos*abs(sin)"),
    ("where(x == 0, 0, x**3*sin(1/x)*abs(sin(1/x)))", "C1", "the second derivative is unbounded"),
    ("where(x == 0, 0, x**4*abs(sin(1/x))**3)", "C1", "the second derivative turns"),
    ("where(x == 0, 0, x**2*max(sin(1/x), 0)**2)", "D1", "half of each turn is flat"),
    ("where(x == 0, 0, abs(x)**2.5*relu(cos(1/x))**2)", "C1", "the derivative is at most abs(x)**0.5"),
    ("where(x == 0, 0, x**2*abs(sin(1/x)))", "C0", "corners at x = 1/(k*pi)"),
    ("where(x == 0, 0, x*abs(sin(1/x)))", "C0", "the difference quotient turns"),
    ("where(x == 0, 0, x**2*clip(sin(1/x), -1/2, 1/2))", "C0", "corners where the sine is 1/2"),
    ("where(x == 0, 0, abs(sin(1/x)))", "discontinuous", "between 0 and 1"),
    ("where(x == 0, 0, x**2*sin(1/x)*sign(cos(1/x)))", "discontinuous", "jumps where the cosine is 0"),
    ("where(x == 0, 0, max(x**2*sin(1/x), -x**2))", "D1", "the sine is at least -1"),
    ("where(x == 0, 0, x**2*(max(sin(1/x), 0) + min(sin(1/x), 0)))", "D1", "the kinks cancel"),
    ("where(x == 0, 0, x**3*frac(1/x)**2*(1 - frac(1/x))**2)", "C1", "C1 at the jumps of the fraction"),
    ("where(x == 0, 0, x**2*exp(sin(1/x)))", "D1", "a positive function of the phase"),
    ("where(x == 0, 0, x**2/(2 + sin(1/x)))", "D1", "the denominator is at least 1"),
    ("where(x == 0, 0, x*log(2 + sin(1/x)))", "C0", "between 0 and log(3)"),
    ("where(x == 0, 0, x**3/(2 + sin(1/x))**2)", "C1", "a square is as far from zero as its base"),
    ("where(x == 0, 0, exp(-1/x**2)*sin(exp(1/x)))", "Cinf", "1/x**2 outweighs every power of exp(1/x)"),
    ("where(x == 0, 0, exp(-2/abs(x))*sin(exp(1/abs(x))))", "C1", "two derivatives use the exponential up"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "level", "why"), TURNING, ids=[t for t, *_ in TURNING])
def test_functions_of_a_phase_are_differentiated_through_it(text, level, why):
    """Also kinked ones: beside their kinks, which are walls of their own, a condition on the phase is constant."""
    assert str(ask(text, "x").smoothness) == level, why


@pytest.mark.parametrize(
    ("text", "where", "level", "why"),
    [
        ("where(x > 0, exp(-sqrt(-log(x))), 0)", "x < 1", "C0", "above every power of x"),
        ("where(x > 0, x*exp(-sqrt(-log(x))), 0)", "x < 1", "C1", "the second derivative is unbounded"),
        ("where(x > 0, x**2*exp(sqrt(-log(x))), 0)", "x < 1", "C1", "below x**1.9, above x**2"),
        ("where(x > 0, exp(-log(x)**2), 0)", "x < 1", "Cinf", "below every power of x"),
        ("where(x > 0, exp(log(x)*log(-log(x))), 0)", "x < 1/9", "Cinf", "below every power of x"),
        ("where(x > 0, x*exp(-sqrt(log(-log(x))))*log(x), 0)", "x < 1/9", "C0", "L outweighs exp(-sqrt(LL))"),
        ("where(x > 0, -x*exp(sqrt(log(-log(x))))/log(x), 0)", "x < 1/9", "C1", "so does 1/L"),
    ],
)
def test_an_exponential_is_flat_only_below_every_power(text, where, level, why):
    """exp(-phi) is below every power of t exactly where phi grows faster than log(1/t)."""
    assert str(ask(text, "x", where).smoothness) == level, why
