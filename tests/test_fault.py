"""The part at fault: of several parts with one wall, a finding names one that makes what happens there."""

from itertools import permutations

import pytest
from questions import ask

from diffcheck.verdict import CINF, D1, Smoothness

PARTS = [
    ("abs(x)**2 + relu(x)", "x", ["relu(x)"]),
    ("abs(x)*x + abs(x)", "x", ["abs(x)"]),
    ("sqrt(x**2)**2 + 3*max(x, -2*x)", "x", ["max(x, -2*x)"]),
    ("abs(x)**2*exp(relu(x)) + x", "x", ["relu(x)"]),
    ("exp(relu(x) - abs(x)**2)", "x", ["relu(x)"]),
    ("abs(x) + log(x)", "x", ["log(x)"]),
    ("1/(x*sqrt(x))", "x", ["1/(x*sqrt(x))"]),
    ("sqrt(x) + x*log(x)", "x", ["sqrt(x)"]),
    ("x**1.5 + x*log(x)", "x", ["log(x)"]),
    ("floor(x)*sin(pi*x)**2 + abs(sin(pi*x))", "x", ["abs(sin(pi*x))"]),
    ("where(x > 0, abs(x)**2 + relu(x), 0) + y*0", "x", ["relu(x)"]),
    ("max(x, y) - min(x, 2*y)", "x,y", ["max(x, y)", "min(x, 2*y)"]),
    ("max(x, y, z) - min(x, y, z)", "x,y,z", ["max(x, y, z)", "min(x, y, z)"]),
    ("hypot(x, y)**2 + hypot(x, y)", "x,y", ["hypot(x, y)"]),
    ("hypot(x, y)**2 + atan(y/x)", "x,y", ["y/x"]),
]


@pytest.mark.parametrize(("text", "wrt", "sources"), PARTS, ids=[t for t, *_ in PARTS])
def test_a_part_that_is_mended_by_what_is_around_it_is_not_named(text, wrt, sources):
    """abs(x)**2 is smooth, so relu(x) makes the corner; max and min bend in different places of one plane."""
    found = ask(text, wrt).findings
    assert {f.source for f in found} == set(sources)
    assert all(text[slice(*f.span)] == f.source for f in found)


def test_the_span_is_that_of_the_occurrence_at_fault():
    """Of two equal parts the one is named that nothing mends."""
    (finding,) = ask("abs(x)**2 + abs(x)", "x").findings
    assert finding.span == (12, 18)


# Parts with something to say at x = 0, and the class they have by themselves.
TERMS = {
    "abs(x)": 0,
    "relu(x)": 0,
    "sqrt(x**2)": 0,
    "sign(x)": -1,
    "cbrt(x)": 0,
    "x*abs(x)": 1,
    "where(x > 0, x**3, 0)": 2,
    "abs(x)**2": CINF.level,
    "exp(sqrt(x**2)**2)": CINF.level,
}
PAIRS = list(permutations(TERMS, 2))


@pytest.mark.parametrize(("g", "h"), PAIRS, ids=[f"{g} + {h}" for g, h in PAIRS])
def test_of_a_sum_the_term_is_named_that_is_as_bad_as_the_sum(g, h):
    """A named span lies in a term of the sum's class, never in one that is smoother."""
    text = f"{g} + {h}"
    worst = Smoothness(min(TERMS[g], TERMS[h]))
    asked = ask(text, "x")
    assert asked.smoothness == worst
    for f in asked.findings:
        if f.level <= D1 or f.level == worst:
            inside = g if f.span[1] <= len(g) else h
            assert TERMS[inside] == worst.level


@pytest.mark.parametrize("outer", ["2*({}) + x", "exp({})", "({})*(2 + sin(x))", "where(x < 1, {}, {})"])
def test_the_fault_is_found_inside_of_what_changes_nothing(outer):
    """Smooth operations around a sum do not hide which term is at fault."""
    text = outer.format(*["abs(x)**2 + relu(x)"] * 2)
    found = [f for f in ask(text, "x").findings if f.at == "x = 0"]
    assert [f.source for f in found] == ["relu(x)"]
