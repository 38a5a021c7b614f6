"""Tests for analytic functions of a square root that continue each other."""

from __future__ import annotations

import pytest

from diffcheck.analyze import analyze
from diffcheck.question.variables import make_problem

TABLE = (
    ("where(x >= 0, cos(sqrt(x)), cosh(sqrt(-x)))", "Cinf"),
    ("where(x >= 1, cosh(sqrt(x - 1)), cos(sqrt(1 - x)))", "Cinf"),
    ("where(x > 0, sin(sqrt(x))/sqrt(x), where(x < 0, sinh(sqrt(-x))/sqrt(-x), 1))", "Cinf"),
    ("where(x >= 0, cos(sqrt(x)), cos(sqrt(-x)))", "C0"),
    ("where(x >= 0, sin(sqrt(x)), sinh(sqrt(-x)))", "C0"),
    ("where(x >= 0, cos(sqrt(x)) + x**3*sqrt(x), cosh(sqrt(-x)))", "C3"),
)


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_an_even_function_of_a_root_continues_by_i_times_the_root(text: str, expected: str) -> None:
    """h(w**2) = E(w) on the right and E(i*w) on the left are one analytic function; other pairs are not."""
    assert str(analyze(make_problem(text, ["x"])).smoothness) == expected
