"""Clips beside their own argument: equal expressions with plain corners, and suggestions that state their price."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmarks.refute import bent, moved, untrue
from benchmarks.surrogates import draws, off_the_interval
from diffcheck.analyze import analyze
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest
from diffcheck.suggest.factored import factored
from diffcheck.suggest.facts import Facts

LOSSES = [
    ("min(r*k, clip(r, 1 - e, 1 + e)*k)", "0 < e"),
    ("-min(r*k, k*min(max(r, 1/2), 3/2))", ""),
    ("max(k*r + c, k*clip(r, -1, 2) + c)", ""),
    ("max((k - c)*clip(r, 0, 1), r*(k - c))", ""),
    ("min(exp(r)*k/2, clip(exp(r), 1, 2)*k/2)", ""),
]


@pytest.mark.parametrize(("text", "where"), LOSSES)
def test_what_is_factored_is_equal(text, where):
    """At a grid over both signs of the factor and all three pieces of the clip."""
    tree = parse(text)
    new = factored(tree, Facts(parse_conditions(where)), ["r"])
    assert new != tree
    assert not any(part.op == "clip" for part in new.walk())
    grid = np.linspace(-3, 3, 13)
    rows = np.array(list(itertools.product(grid, grid, grid[:4], (0.25, 1.0))))
    columns = dict(zip("rkce", rows.T, strict=True))
    assert np.allclose(values(tree, columns), values(new, columns), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "min(r*k, clip(r, a, b)*k)",
        "min(r*k, clip(s, 0, 1)*k)",
        "min(r*k, clip(r, 0, 1)*c)",
        "min(r*r, clip(r, 0, 1)*r)",
    ],
)
def test_what_is_not_shown_to_be_equal_stays(text):
    """Ends in unknown order, another argument, another factor, a factor that moves."""
    tree = parse(text)
    assert factored(tree, Facts(()), ["r", "s"]) == tree


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("-min(r*A, clip(r, 1 - eps, 1 + eps)*A)", "0 < eps, eps < 1"),
        ("-min(r*A, clip(r, 4/5, 6/5)*A)", "A > 0"),
        ("-min(exp(r - o)*A, clip(exp(r - o), 4/5, 6/5)*A)", ""),
    ],
)
def test_the_clipped_objective_gets_a_suggestion_with_a_one_sided_bound(text, where):
    """Never below the original, whatever the sign of the factor; what is stated stands up to sampling."""
    problem = make_problem(text, ["r"], where)
    analysis = analyze(problem)
    shown = suggest(problem, analysis, effort=THOROUGH)
    assert any(s.error is not None and s.side == "upper" and str(s.smoothness) == "Cinf" for s in shown)
    points = draws(problem, analysis, 1500, text)
    for s in shown:
        assert off_the_interval(problem, s, points) == []
        assert [*bent(problem, s, points), *moved(problem, s, points), *untrue(problem, s, points)] == []


@pytest.mark.parametrize(
    ("text", "where", "known"),
    [
        ("where(b > a, (b - a)*relu(x), (a - b)*relu(x))", "", True),
        ("where(k > 0, k*abs(x), -k*abs(x))", "", True),
        ("where(k > 0, (k + b)*abs(x), abs(x))", "b > 0", False),
    ],
)
def test_the_bound_of_branches_that_constants_choose_holds_for_all_of_them(text, where, known):
    """k where k > 0 is abs(k); what is positive beside k > 0 alone is no bound elsewhere."""
    problem = make_problem(text, ["x"], where)
    analysis = analyze(problem)
    shown = suggest(problem, analysis, effort=THOROUGH)
    assert shown
    assert any(s.error is not None for s in shown) == known
    points = draws(problem, analysis, 1500, text)
    for s in shown:
        assert [*off_the_interval(problem, s, points), *bent(problem, s, points)] == []


@pytest.mark.parametrize(
    ("text", "where", "error"),
    [
        ("-min(r*A, clip(r, 4/5, 6/5)*A)", "", ("0", "mu*abs(A)")),
        ("clip(r, a, b)", "", ("-mu/2", "mu/2")),
        ("where(k > 0, k*abs(r - 1), -3*k*abs(r))", "", ("0", "4*mu*abs(k)")),
    ],
)
def test_a_correction_by_the_sign_of_constants_has_a_plain_bound(text, where, error):
    """The jump of each side of the constants is bounded there; the sum holds for all of them."""
    problem = make_problem(text, ["r"], where)
    analysis = analyze(problem)
    corrected = [s for s in suggest(problem, analysis, effort=THOROUGH) if s.corrected]
    assert corrected
    assert corrected[0].error == error
    points = draws(problem, analysis, 1500, text)
    for s in corrected:
        assert [*off_the_interval(problem, s, points), *bent(problem, s, points)] == []
