"""What conditions say together: alternatives that leave nothing out."""

from __future__ import annotations

import pytest
import sympy as sp

from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.implied import covered

X, Y = sp.symbols("x y", real=True)
N = sp.Symbol("n", integer=True)


@pytest.mark.parametrize(
    ("given", "alternatives", "expected"),
    [
        ([], [[(X, ">")], [(X, "<")]], True),
        ([], [[(X, ">")], [(X + 1, "<")]], False),
        ([(X, ">=")], [[(X, ">")]], True),
        ([(X - 1, ">")], [[(X, ">")]], True),
        ([], [[(N, ">")], [(N, "<")]], False),
        ([(N, ">=")], [[(N, ">")]], False),
        ([(X, "=")], [[(X, ">")]], False),
        ([(X, "=")], [[(X, ">=")]], True),
        ([(X - Y, "="), (X, ">")], [[(Y, ">")]], True),
        ([(X - Y, "="), (X, ">=")], [[(Y, ">")]], False),
    ],
)
def test_alternatives_cover_all_but_equalities_that_nobody_gave(given, alternatives, expected):
    """x > 0 or x < 0 leaves a null set out; where x = 0 is given, or x is an integer, that is no null set."""
    found = covered(
        tuple(Constraint(*c) for c in given), [tuple(Constraint(*c) for c in a) for a in alternatives]
    )
    assert found is expected
