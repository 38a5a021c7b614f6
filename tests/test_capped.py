"""Exponentials that a minimum cuts off: equal expressions that stay finite, and suggestions with their price."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.surrogates import draws, infinite, off_the_interval
from diffcheck.analyze import analyze
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest
from diffcheck.suggest.capped import capped
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.stable import stable

LOSSES = [
    ("min(exp(x), 2)", ""),
    ("min(0, a*(exp(x) - 1))", "a > 0"),
    ("max(1 - exp(2*x), -a)", "a > 0"),
    ("clip(exp(x - 1), 1/2, a)", "a > 1/2"),
    ("-min(3, 1 + exp(x)/a)*b", "a > 0"),
]


@pytest.mark.parametrize(("text", "where"), LOSSES)
def test_what_is_cut_off_before_is_equal(text, where):
    """On a grid over both sides of the cut, for positive constants; no exponential is larger than the cut."""
    tree, conditions = parse(text), parse_conditions(where)
    new = capped(tree, Facts(conditions), ["x"])
    assert new != tree
    columns = {"x": np.repeat(np.linspace(-4, 4, 33), 3), "a": np.tile([0.75, 1.5, 2.0], 33)}
    columns["b"] = columns["a"] - 1
    assert np.allclose(values(tree, columns), values(new, columns), rtol=1e-14, atol=1e-14)
    far = {n: np.array([1e6, *c[:2]]) for n, c in columns.items()}
    exponentials = [part for part in new.distinct() if part.op == "exp"]
    assert all(np.isfinite(values(part, far)).all() for part in exponentials)


@pytest.mark.parametrize(
    "text",
    [
        "max(exp(x), 2)",
        "min(exp(x), a)",
        "min(exp(x), exp(2*x))",
        "min(exp(x), y)",
        "min(x*exp(x), 1)",
        "min(-exp(x), 1)",
    ],
)
def test_what_is_not_shown_to_be_cut_off_stays(text):
    """A lower end, an end of unknown sign, one that moves, a factor that does."""
    tree = parse(text)
    assert capped(tree, Facts(()), ["x", "y"]) == tree


def test_emitted_code_cuts_off_before_too():
    """The expression itself, where the end is a positive number."""
    assert stable(parse("min(exp(x), 2)")) == parse("exp(min(x, log(2)))")


@pytest.mark.parametrize(("text", "where"), [*LOSSES[:2], ("-min(exp(x)*b, clip(exp(x), 4/5, 6/5)*b)", "")])
def test_a_ratio_gets_a_suggestion_with_a_bound_that_is_finite_far_out(text, where):
    """Where the exponential overflows, the value is that of the cut; the interval stands up to sampling."""
    problem = make_problem(text, ["x"], where)
    analysis = analyze(problem)
    shown = suggest(problem, analysis, effort=THOROUGH)
    assert any(s.error is not None and not s.corrected for s in shown)
    points = draws(problem, analysis, 1500, text)
    at = {"x": np.array([1e6, -1e6]), "a": np.array([1.5, 1.5]), "b": np.array([2.0, 2.0])}
    far = {n: at[n] for n in (*problem.wrt, *problem.constants)}
    for s in shown:
        assert off_the_interval(problem, s, points) == []
        assert infinite(problem, s, far, slopes=False) == []


def test_a_bound_with_an_exponential_is_solved_for_constants():
    """b*expm1(-mu*r) is no larger than b*mu*r, of which the largest mu is found."""
    from fractions import Fraction

    from diffcheck.suggest.smooth import Wish, choose

    problem = make_problem("b*min(exp(x), 2)", ["x"], "b > 0")
    shown = choose(suggest(problem, analyze(problem), effort=THOROUGH), Wish(error=Fraction(1, 100))).shown
    assert any(not s.corrected and s.value == "1/(200*log(2)*b)" and s.error_at for s in shown)
