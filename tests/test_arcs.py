"""Sines and cosines of twice an inverse tangent."""

import pytest
import sympy as sp

from diffcheck.algebra.arcs import over_root, sine_and_cosine
from diffcheck.algebra.identity import Decision, is_zero

A, B, C = sp.symbols("a b c", real=True)
K = sp.Symbol("k", integer=True)
ROOT = sp.sqrt(A**2 + B**2 - C**2)


@pytest.mark.parametrize(
    "angle",
    [2 * sp.atan(A), A - 2 * sp.atan(B), 2 * K * sp.pi - 2 * sp.atan((A - ROOT) / (C - B)), 3 * sp.atan(A)],
    ids=str,
)
def test_sine_and_cosine_are_those_of_the_angle(angle):
    """Both are the same functions as SymPy's, written without the inverse tangent where that can be."""
    s, c = sine_and_cosine(angle)
    assert is_zero(s - sp.sin(angle)) is is_zero(c - sp.cos(angle)) is Decision.YES


def test_the_slope_of_a_wave_at_its_zero_is_a_root_of_the_constants():
    """At a*sin(u) + b*cos(u) + c = 0 the slope a*cos(u) - b*sin(u) is the root of a**2 + b**2 - c**2 itself."""
    s, c = sine_and_cosine(2 * sp.atan((ROOT - A) / (C - B)))
    assert sp.expand(sp.cancel(sp.together(over_root(A * c - B * s)))) == ROOT


@pytest.mark.parametrize(
    "expr", [A + 1, sp.sqrt(A) + sp.sqrt(B), sp.exp(sp.sqrt(A)), A ** sp.Rational(1, 3)], ids=str
)
def test_what_is_no_quotient_with_one_root_stays_as_it_is(expr):
    """Nothing is rewritten that the normal form does not cover."""
    assert over_root(expr) == expr
