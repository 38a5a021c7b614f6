"""Branches that meet, written as a sum of both: equal, and computed without cancellation far out."""

from __future__ import annotations

import numpy as np
import pytest
from emitted import exact, load

from benchmarks.surrogates import draws, off_the_interval
from diffcheck.analyze import analyze
from diffcheck.emit import emit
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest
from diffcheck.suggest.split import flat_at, split
from diffcheck.verdict import Smoothness

BENT = [
    ("where(x < 0, -x, x**2)", "x"),
    ("where(x < 0, -x, x**3)", "x"),
    ("where(x < 1, 2 - 2*x, x**2 - 1)", "x"),
    ("where(x < y, y - x, (x - y)**2)", "xy"),
    ("where(y - x > 1, (x - y)**2 - 1, 0)", "xy"),
    ("where(x <= 2, (x - 2)**4, 3*x - 6)", "x"),
]


@pytest.mark.parametrize(("text", "names"), BENT)
def test_the_sum_is_equal_to_the_branches(text, names):
    """On both sides, also of a part that the branches hold turned around."""
    tree = parse(text)
    new = split(tree, list(names))
    assert new is not None
    rows = np.random.default_rng(1).normal(size=(len(names), 200)) * 3
    columns = dict(zip(names, rows, strict=True))
    assert np.allclose(values(tree, columns), values(new, columns), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "where(x < y, (y - x)**3 + y - x, 2*(x - y))",
        "where(x < y, (y - x)**2 + y - x, x - y)",
        "where(x < y, y - x + (x - y)**3, 0)",
        "where(x - y > 1, (x - y)**2 - x + y, (y - x + 1)*x)",
        "where(x < y, 3*(y - x), (x - y)*(y - x)**2)",
        "where(2*x < 2*y, y - x, x*(x - y))",
        "where(x < y, exp(x - y) - 1 + y - x, (y - x)*y)",
    ],
)
def test_what_is_written_as_a_sum_is_equal_whatever_the_branches_hold_besides(text):
    """Where x and y stand alone beside their difference, the sum is equal, or there is none."""
    tree = parse(text)
    new = split(tree, ["x", "y"])
    x, y = np.random.default_rng(2).normal(size=(2, 200)) * 3
    if new is not None:
        assert np.allclose(
            values(tree, {"x": x, "y": y}), values(new, {"x": x, "y": y}), rtol=1e-12, atol=1e-12
        )
    problem = make_problem(text, ["x", "y"])
    analysis = analyze(problem)
    points = draws(problem, analysis, 1000, text)
    shown = suggest(problem, analysis, effort=THOROUGH)
    assert [fault for s in shown for fault in off_the_interval(problem, s, points)] == []


@pytest.mark.parametrize(("text", "names"), BENT)
def test_a_million_is_computed_to_float32(text, names):
    """Where both branches are large on one side, neither is added and taken away again."""
    problem = make_problem(text, list(names))
    shown = suggest(problem, analyze(problem), effort=THOROUGH)
    assert shown
    far = np.array([-1e6, 1e6, -1e6, 1e6, 3.0], np.float32)
    columns = {"x": far, "y": far[[2, 4, 4, 0, 1]]} if "y" in names else {"x": far}
    for s in shown:
        found = load(emit(problem, "numpy", s))(*columns.values(), mu=1.0)
        for i, value in enumerate(found):
            expected = exact(s.expression, {**{n: c[i] for n, c in columns.items()}, "mu": 1.0})
            assert abs(float(value) - expected) <= 1e-5 * abs(expected) + 1e-5, (s.name, i)


def test_what_turns_no_corner_is_left_alone_and_the_bound_is_that_of_the_rest():
    """max(x, 0)**2 is C1: the bound for the line beside it holds for the whole."""
    text = "where(x < 0, -x, x**2)"
    problem = make_problem(text, ["x"])
    analysis = analyze(problem)
    shown = suggest(problem, analysis, effort=THOROUGH)
    assert any(s.error == ("0", "mu*log(2)") and not s.corrected for s in shown)
    assert any(str(s.smoothness) == "Cinf" for s in shown)
    points = draws(problem, analysis, 1500, text)
    assert [fault for s in shown for fault in off_the_interval(problem, s, points)] == []
    wanted = suggest(problem, analysis, effort=THOROUGH, wanted=Smoothness(2))
    assert any(s.smoothness >= Smoothness(2) for s in wanted)
    assert not any("max(x, 0)**2" in s.expression for s in wanted)


@pytest.mark.parametrize(
    ("text", "bend", "flat"),
    [
        ("max(x, 0)**2", "max(x, 0)", True),
        ("cos(max(x, 0))", "max(x, 0)", True),
        ("exp(max(x, 1)) - e*max(x, 1)", "max(x, 1)", False),
        ("exp(max(x, 1)) - E*max(x, 1)", "max(x, 1)", True),
        ("abs(max(x, 0))*0", "max(x, 0)", False),
        ("max(x, 0)", "max(x, 0)", False),
    ],
)
def test_a_bend_is_flat_where_the_slope_vanishes(text, bend, flat):
    """That it does is an identity; of piecewise functions around it nothing is said."""
    assert flat_at(parse(text), parse(bend), ["x"]) == flat
