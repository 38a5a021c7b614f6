"""Sums of homogeneous functions: the class at a point from the degree, without a look at single directions."""

from fractions import Fraction
from math import ceil

import pytest
from questions import ask, summary

from diffcheck.verdict import Verdict


def stated_class(a, b, m, n):
    """Return the class of x**a*y**b/(x**(2*m) + y**(2*n)) with value 0 at the origin, a and b positive.

    It scales with t**D for the weights 1/(2*m) and 1/(2*n): bounded if D >= 0, continuous if D > 0, differentiable if
    it is small against the variable of lower weight; a derivative in the variable of higher weight costs most.
    """
    weights = Fraction(1, 2 * m), Fraction(1, 2 * n)
    degree = a * weights[0] + b * weights[1] - 1
    low, high = min(weights), max(weights)
    if degree <= 0:
        return "discontinuous" if degree == 0 else "singular"
    if degree <= high:
        return "D1" if degree > low else "C0"
    return f"C{ceil(degree / high) - 1}"


POWERS = [
    (1, 1, 1, 2),
    (2, 1, 1, 2),
    (3, 1, 1, 2),
    (1, 5, 1, 2),
    (4, 1, 2, 1),
    (2, 6, 1, 3),
    (3, 5, 2, 3),
    (5, 2, 3, 1),
]

COORDINATES = [
    ("x", "y"),
    ("(x - 1)", "(y + 2)"),
    ("(x + y)", "(x - y)"),
    ("x", "(y - 3*x)"),
    ("x", "(y - x**2)"),
]


@pytest.mark.parametrize("coordinates", COORDINATES, ids=" and ".join)
@pytest.mark.parametrize("powers", POWERS, ids=str)
def test_a_quotient_of_powers_has_the_class_of_its_degree(powers, coordinates):
    """In any smooth coordinates: the weights are those of the denominator, wherever its zero is."""
    a, b, m, n = powers
    u, v = coordinates
    text = f"where({u} == 0 and {v} == 0, 0, {u}**{a}*{v}**{b}/({u}**{2 * m} + {v}**{2 * n}))"
    assert str(ask(text, "x,y").smoothness) == stated_class(a, b, m, n)


SCALING = [
    ("where(x == 0, 0, x**3*exp(-y**2/x**2))", "x,y", "C2", "degree 3, smooth beside the origin"),
    ("where(x == 0, 0, x*exp(-y**2/x**2))", "x,y", "C0", "degree 1 and not linear"),
    ("where(x == 0, 0, exp(-y**2/x**2))", "x,y", "discontinuous", "1 along y = 0, else 0"),
    ("where(x > 0, exp(-y**2/x), 0)", "x,y", "discontinuous", "weights 2 and 1: degree 0"),
    ("where(x == 0, 0, x**2*sin(y/x))", "x,y", "D1", "degree 2; x = 0 is as bad all along"),
    ("where(x*y == 0, 0, x**2*y**2*sin(1/(x*y)))", "x,y", "D1", "at most t**4 in all directions"),
    ("x*sqrt(x**4 + x**2*y**2)", "x,y", "C1", "x*abs(x)*norm(x, y): degree 3, C1 where x = 0"),
    ("where(x == 0 and y == 0, 0, x**2*y/(x**2 + abs(y)))", "x,y", "D1", "weights 1 and 2: degree 2"),
    ("where(x == 0 and y == 0, 0, (x**2 + y**2)*sin(4*atan2(y, x)))", "x,y", "C1", "degree 2, no polynomial"),
    ("where(x == 0 and y == 0 and z == 0, 0, x*y*z/(x**2 + y**4 + z**4))", "x,y,z", "discontinuous", "degree 0"),
    ("where(x == 0 and y == 0 and z == 0, 0, x**2*y*z/(x**2 + y**4 + z**4))", "x,y,z", "D1", "weights 2, 1, 1"),
    ("where(x == 0 and y == 0, 0, x**2*y**3/(x**2*y**2 + (x - y)**2))", "x,y", "C0", "slope 1 along x = y, else 0"),
    ("where(x == 0 and y == 0, 0, x**3*y**3/(x**2*y**2 + (x - y)**2))", "x,y", "D1", "at most abs(x*y)"),
    ("where(x == 0 and y == 0, 0, x**2*y**2/(x**2*y**2 + (x - y)**2))", "x,y", "discontinuous", "1 along x = y"),
    ("where(x == 0 and y == 0, 0, x**4*y/(x**4 + y**2)*z)", "x,y,z", "D1", "along a line"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "level", "why"), SCALING, ids=[t for t, *_ in SCALING])
def test_what_scales_has_the_class_of_its_degree(text, wrt, level, why):
    """Also with kinks, oscillation or flat directions through the point, where formulas for directions break down."""
    assert str(ask(text, wrt).smoothness) == level, why


def test_a_condition_that_touches_a_direction_does_not_scale():
    """where(y > x**2, ...) is one expression along every line; between the curve and its tangent it is another."""
    text = "where(y > 0 and y < x**2, x, 0)"
    assert summary(text, "x,y")[0] == "discontinuous"
    inner = "where(x == 0 and y == 0, 0, where(y > 0 and y < x**4, x**3, x**4*y/(x**4 + y**2)))"
    assert ask(inner, "x,y").verdict is not Verdict.DIFFERENTIABLE
