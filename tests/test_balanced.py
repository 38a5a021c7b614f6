"""Corrections from outside: the emitted gradient is right at the corner itself, too."""

from __future__ import annotations

import jax
import pytest

from diffcheck.analyze import analyze
from diffcheck.emit import emit
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest
from tests.emitted import load, slope

jax.config.update("jax_enable_x64", True)


@pytest.mark.parametrize(
    ("text", "corners"),
    [
        ("where(abs(x) <= 2, 0, x - 2*sign(x))", (-2.0, 2.0)),
        ("where(abs(x) > 0.5, x - sign(x)/2, 0)", (-0.5, 0.5)),
        ("x*min(max(x + 3, 0), 6)/6", (-3.0, 3.0)),
        ("min(3*x, clip(x, 1/2, 2)*3) + x**2", (2.0,)),
        ("where(x > 0 and x < 1, x*(1 - x), 0) + abs(x - 3)", (3.0,)),
    ],
)
def test_the_slope_at_the_corner_is_that_of_the_sum(text, corners):
    """JAX sends back the derivative of the written expression, and not the sum of two chosen slopes."""
    problem = make_problem(text, ["x"])
    shown = suggest(problem, analyze(problem), effort=THOROUGH)
    corrected = [s for s in shown if s.corrected]
    assert corrected
    for s in corrected:
        backward = jax.grad(load(emit(problem, "jax", s)))
        for x in corners:
            want = slope(s.expression, {"x": x, s.parameter: 0.1}, "x")
            assert float(backward(x, **{s.parameter: 0.1})) == pytest.approx(want, abs=1e-9), (s.name, x)
