"""How steep a function of a size is: the bound is never exceeded, and what has none gets none."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.refute import bent, moved, untrue
from benchmarks.surrogates import draws, off_the_interval
from diffcheck.analyze import analyze
from diffcheck.language.numeric import conditions_hold, values
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest
from diffcheck.suggest.slopes import steepness

_MIDDLE = "where(SIZE <= a*lam, (2*a*lam*SIZE - SQUARE - lam**2)/(2*(a - 1)), lam**2*(a + 1)/2)"
SCAD = f"where(SIZE <= lam, lam*SIZE, {_MIDDLE})"
STEEP = [
    (SCAD, "a > 2, lam > 0", True),
    ("where(SIZE <= g*lam, lam*SIZE - SQUARE/(2*g), g*lam**2/2)", "g > 0, lam > 0", True),
    ("where(SIZE < w, w*log(1 + SIZE/e), SIZE - w + w*log(1 + w/e))", "w > 0, e > 0", True),
    ("where(SIZE < 1, SIZE, 2 - 1/SIZE)", "", True),
    ("where(SIZE < 1, SIZE, where(SIZE < 2, 2 - SIZE, 0))", "", False),
    ("where(SIZE > c, k*SIZE + c, (k + 1)*SIZE)", "c > 0, k > 0", True),
]


def _phi(text: str):
    return parse(text.replace("SQUARE", "s**2").replace("SIZE", "s"))


@pytest.mark.parametrize(("text", "where", "rising"), STEEP)
def test_no_slope_is_beyond_the_bound(text, where, rising):
    """At random constants and sizes, by differences over steps of all lengths."""
    phi, conditions = _phi(text), parse_conditions(where)
    found = steepness(phi, "s", conditions)
    assert found is not None
    assert found.rising == rising
    source = np.random.default_rng(1)
    count = 20_000
    at = {n: np.exp(2 * source.normal(size=count)) for n in phi.names()}
    at |= {"a": at["a"] + 2} if "a" in at else {}
    assert conditions_hold(conditions, at).all()
    other = {**at, "s": at["s"] * np.exp(source.normal(size=count) * 10.0 ** source.uniform(-3, 1, count))}
    change, step = values(phi, other) - values(phi, at), other["s"] - at["s"]
    slack = 1e-12 * (abs(values(phi, at)) + abs(values(phi, other)))
    bound = np.broadcast_to(values(found.bound, at), (count,))
    assert (abs(change) <= bound * abs(step) + slack).all()
    if rising:
        assert (change * np.sign(step) >= -slack).all()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("where(s <= d, s, (s**2 + d**2)/(2*d))", "d > 0"),
        ("where(s <= 1, s, s + 1)", ""),
        ("where(s <= c, s, 1)", "c > 0"),
        ("where(s <= 1, sqrt(s), 1)", ""),
        ("where(s**2 <= 1, s, 1)", ""),
        ("where(s <= 1, max(s, c), 1)", "c > 0"),
    ],
)
def test_what_is_not_proved_has_no_bound(text, where):
    """An unbounded slope, a jump, a jump for most constants, a root, a seam that is not affine, inner branches."""
    assert steepness(parse(text), "s", parse_conditions(where)) is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (SCAD, "a > 2, lam > 0"),
        ("where(SIZE <= g*lam, lam*SIZE - SQUARE/(2*g), g*lam**2/2)", "g > 1, lam > 0"),
        ("2*where(SIZE <= 3, SIZE - SQUARE/6, 3/2) + x**2", ""),
        ("where(SIZE < 1, SIZE, 2 - 1/SIZE)*c", ""),
    ],
)
def test_a_penalty_is_smoothed_through_its_size(text, where):
    """One smooth size in conditions and branches; class, interval and remarks stand up to sampling."""
    text = text.replace("SQUARE", "x**2").replace("SIZE", "abs(x)")
    problem = make_problem(text, ["x"], where)
    analysis = analyze(problem)
    shown = suggest(problem, analysis, effort=THOROUGH)
    through = [s for s in shown if "rounded corner" not in s.name]
    assert through
    assert all(s.error is not None and s.smoothness.differentiable for s in through)
    points = draws(problem, analysis, 1500, text)
    for s in shown:
        assert off_the_interval(problem, s, points) == []
        assert [*bent(problem, s, points), *moved(problem, s, points), *untrue(problem, s, points)] == []
