"""Conditions on one symbol: decided by all roots, where they are known."""

from __future__ import annotations

import pytest
import sympy as sp

from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.single import points_between, roots_where

C = sp.Symbol("c", real=True)
ROOT = sp.sqrt(C**2 - 4)

DECIDED = [
    ([(C * sp.exp(C) + 1, "=")], Status.UNSAT),
    ([(C * sp.exp(C) + sp.Rational(1, 3), "=")], Status.SAT),
    ([(C**2 + sp.exp(C) - 1, "="), (C, ">")], Status.UNSAT),
    ([(C**2 + sp.exp(C) - 2, "="), (C, ">")], Status.SAT),
    ([(C / 2 - ROOT / 2, ">"), (C / 2 - ROOT / 2 - 1 / (C / 2 - ROOT / 2), ">")], Status.UNSAT),
    ([(sp.log(C) - C + 2, ">"), (C - 4, ">")], Status.UNSAT),
    ([(sp.log(C) - C + 2, ">"), (C - 3, ">")], Status.SAT),
    ([(sp.log(C), ">"), (1 - C, ">")], Status.UNSAT),
]


K = sp.Symbol("k", integer=True)
ANGLE = 2 * sp.pi * K + 3 * sp.pi / 2
WHOLE = [
    ([(ANGLE, ">"), (1 - 1 / ANGLE, "<")], Status.UNSAT),
    ([(ANGLE, "<"), (1 + 1 / ANGLE, ">")], Status.SAT),
    ([(K**2 - 2, "<"), (K - sp.Rational(1, 2), ">"), (K - 1, "!=")], Status.UNSAT),
    ([(sp.exp(K) - 21, ">"), (30 - sp.exp(K), ">")], Status.UNSAT),
    ([(sp.exp(K) - 20, ">"), (60 - sp.exp(K), ">")], Status.SAT),
]


@pytest.mark.parametrize(("conditions", "status"), WHOLE, ids=[str(c) for c, _ in WHOLE])
def test_conditions_on_one_integer_are_decided(conditions, status):
    """No integer lies between two roots that are near each other."""
    assert reach([Constraint(e, rel) for e, rel in conditions]).status is status


@pytest.mark.parametrize(("conditions", "status"), DECIDED, ids=[str(c) for c, _ in DECIDED])
def test_conditions_on_one_symbol_are_decided(conditions, status):
    """Transcendental equations and inequalities, and roots of constants."""
    assert reach([Constraint(e, rel) for e, rel in conditions]).status is status


def test_every_interval_has_a_point():
    """log(c)*(c - 3) changes at 1 and 3 and ends at 0."""
    points = points_between([sp.log(C) * (C - 3)], C)
    assert points is not None
    below, *inside, above = sorted(points)
    assert below < 0 < inside[0] < 1 < inside[1] < 3 < above


def test_what_has_infinitely_many_roots_is_left_open():
    """No list of points stands for the intervals of a sine."""
    assert points_between([sp.sin(C) - C / 1000, sp.sin(C)], C) is None
    assert roots_where(sp.sin(C), [], C) is None
