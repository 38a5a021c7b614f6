"""Zeros at a root that is known by its equation alone: proved by remainders, never by digits."""

import pytest
import sympy as sp

from diffcheck.algebra.modulo import vanishes_at_root

R = sp.Symbol("r", real=True)
Y = sp.Symbol("y", real=True)
QUINTIC = R**5 - R - 1

ZEROS = [
    (QUINTIC, QUINTIC),
    (R**6 - R**2 - R, QUINTIC),
    (QUINTIC**3 * sp.sin(R), QUINTIC),
    (R**5 * sp.sin(R) - (R + 1) * sp.sin(R), QUINTIC),
    (Y * (R**5 - 1) - Y * R, QUINTIC),
    (sp.cos(R) ** 6 + sp.cos(R) ** 2 - sp.cos(R), sp.cos(R) ** 5 + sp.cos(R) - 1),
    (sp.sin(R) * R - 1, R * sp.sin(R) - 1),
    (sp.exp(3 * R) + R**3, sp.exp(R) + R),
    (2 * sp.exp(-R) - 1 + 6 / (sp.exp(2 * R) + 1), sp.exp(3 * R) - 2 * sp.exp(2 * R) - 5 * sp.exp(R) - 2),
    (R + sp.exp(R) / 2 - sp.exp(-R) / 2 - 1, sp.exp(2 * R) + 2 * (R - 1) * sp.exp(R) - 1),
    ((sp.exp(R) / 2 + sp.exp(-R) / 2) ** 2 - R, sp.exp(4 * R) + (2 - 4 * R) * sp.exp(2 * R) + 1),
    (Y * R * sp.exp(2 * R) - Y, R * sp.exp(R) - sp.exp(-R)),
]
OTHERS = [
    (R, QUINTIC),
    (sp.sin(R), QUINTIC),
    (QUINTIC + Y, QUINTIC),
    (R - 1, R**2 - 1),
    (sp.cos(R) - R * sp.sin(R), R * sp.sin(R) - 1),
    (R + sp.exp(R) / 2 - sp.exp(-R) / 2 - 2, sp.exp(2 * R) + 2 * (R - 1) * sp.exp(R) - 1),
    (R * sp.exp(R) - 1, sp.exp(2 * R) + R * sp.exp(R) - 1),
]


@pytest.mark.parametrize(("expr", "equation"), ZEROS)
def test_what_vanishes_with_the_equation_is_proved(expr, equation):
    """Multiples of the equation, in any of its parts, and products with one."""
    assert vanishes_at_root(expr, R, equation, lambda _: True)


@pytest.mark.parametrize(("expr", "equation"), OTHERS)
def test_what_may_differ_from_zero_at_a_root_is_not_proved(expr, equation):
    """Also what vanishes at some roots of the equation only."""
    assert not vanishes_at_root(expr, R, equation, lambda _: True)


def test_nothing_is_divided_by_that_may_vanish():
    """r*exp(r) + r**2*cos(r) does not give exp(r) = -r*cos(r) at its zero r = 0."""
    equation, expr = R * sp.exp(R) + R**2 * sp.cos(R), sp.exp(R) + R * sp.cos(R)
    assert vanishes_at_root(expr, R, equation, lambda _: True)
    assert not vanishes_at_root(expr, R, equation, lambda _: False)
