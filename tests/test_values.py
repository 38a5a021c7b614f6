"""The values of a constant along a wall that is solved for it."""

import pytest
from questions import ask, summary

from diffcheck.verdict import Verdict

RANGES = [
    ("max(c*x, exp(x))", "", {"c > E or c < 0": "C0", "otherwise": "Cinf"}),
    ("max(c*x, exp(-x))", "", {"c < -E or c > 0": "C0", "otherwise": "Cinf"}),
    ("max(c*x**2, exp(-x**2))", "", {"c > 0": "C0", "c < 0": "Cinf"}),
    ("abs(x*exp(c*x) - 1)", "", {"c > -exp(-1)": "C0", "otherwise": "Cinf"}),
    ("abs(log(x)/x - c)", "", {"c < exp(-1)": "C0", "otherwise": "Cinf"}),
    ("abs(x**4 - x - c)", "", {"c > -3*2**(1/3)/8": "C0", "otherwise": "Cinf"}),
]


@pytest.mark.parametrize(("text", "where", "cases"), RANGES, ids=[text for text, *_ in RANGES])
def test_cases_are_told_by_the_values_of_a_formula(text, where, cases):
    """The corner is there for the values of the formula, between its limits and its extrema; off them all is smooth."""
    found = ask(text, "x", where)
    assert found.verdict is Verdict.CONDITIONAL
    assert {c.condition: str(c.smoothness) for c in found.cases} == cases


BOUNDED = [
    ("max(c*x, exp(x))", "c > 3", "C0"),
    ("max(c*x, exp(x))", "c > 0, c < 5/2", "Cinf"),
    ("1/(exp(x) - c*x)", "c > 3", "singular"),
    ("abs(log(x)/x - c)", "c < 0", "C0"),
    ("abs(x*log(x) - c)", "c > 0", "C0"),
    ("abs(x*exp(-x**2) - c)", "0 < c, c < 2/5", "C0"),
    ("abs(x*exp(-x**2) - c)", "c > 1/2", "Cinf"),
]


@pytest.mark.parametrize(("text", "where", "level"), BOUNDED)
def test_constraints_on_the_constant_leave_one_class(text, where, level):
    """E is between 5/2 and 3, and exp(-1/2)/sqrt(2) between 2/5 and 1/2."""
    assert summary(text, "x", where)[0] == level


WRITTEN = ["max({}*x, exp(x))", "abs(log(x)/x - {})", "abs(x**4 - x - {})", "max({}*x**2, exp(-x**2))"]


@pytest.mark.parametrize("number", ["-3", "-1/5", "1/5", "1", "5/2", "3"])
@pytest.mark.parametrize("text", WRITTEN)
def test_near_a_number_a_constant_has_its_class(text, number):
    """No number here is at the end of the values, so the constants around it have the class that it has."""
    around = f"c > {number} - 1/1000, c < {number} + 1/1000"
    assert summary(text.format("c"), "x", around)[0] == summary(text.format(f"({number})"), "x")[0]
