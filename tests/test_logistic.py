"""Logistic losses as people write them: bounds go through log(1 + exp(u)) and 1/(1 + exp(-u))."""

from __future__ import annotations

import pytest

from benchmarks.surrogates import draws, off_the_interval
from diffcheck.analyze import analyze
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest

LOSSES = [
    ("log(1 + exp(-max(a - b, c - b)))", "abc", "", ("-mu*log(2)", "0")),
    ("log(1 + exp(-k*(min(a, b) - r)))", "ab", "k > 0", ("0", "k*mu*log(2)")),
    ("log(exp(abs(x)) + exp(-x))", "x", "", ("-mu", "0")),
    ("-log(1/(1 + exp(-abs(x))))", "x", "", ("-mu", "0")),
    ("1/(1 + exp(-relu(x)))", "x", "", ("0", "mu*log(2)/4")),
]


@pytest.mark.parametrize(("text", "names", "where", "error"), LOSSES)
def test_the_bound_of_the_part_is_that_of_the_loss(text, names, where, error):
    """softplus and log-sum-exp are nondecreasing and nonexpansive, sigmoid has slopes of 1/4 at most."""
    problem = make_problem(text, list(names), where)
    analysis = analyze(problem)
    shown = [s for s in suggest(problem, analysis, effort=THOROUGH) if not s.corrected]
    assert any(s.error in (error, error[::-1]) for s in shown), [s.error for s in shown]
    points = draws(problem, analysis, 1000, text)
    assert [fault for s in shown for fault in off_the_interval(problem, s, points)] == []
