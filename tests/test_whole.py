"""Failures at integers that constants enclose: proved for all of them where an interval is long enough."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.analyze import analyze
from diffcheck.question.variables import make_problem
from diffcheck.verdict import Verdict

ALWAYS, SOMETIMES, NEVER = Verdict.NOT_DIFFERENTIABLE, Verdict.CONDITIONAL, Verdict.DIFFERENTIABLE


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("clip(floor(x), a, b)", "a < b", ALWAYS),
        ("clip(floor(x), 0, b)", "b > 0", ALWAYS),
        ("clip(floor(x), 0, b)", "b > 0, x < 0", NEVER),
        ("clip(floor(x) + z, 0, b)", "b > 0", ALWAYS),
        ("clip(round(x/s), a, b)", "s > 0, a < b", ALWAYS),
        ("clip(round(x/s) + z, 0, 255)", "s > 0", ALWAYS),
        ("(clip(round(x/s) + z, a, b) - z)*s", "s > 0, a < b", ALWAYS),
        ("relu(floor(x) - a)*relu(b - floor(x))", "a < b", SOMETIMES),
        ("relu(floor(x) - a)*relu(b - floor(x))", "a < b, b < a + 1", SOMETIMES),
        ("relu(floor(x) - a)*relu(a + 1 - floor(x))", "", ALWAYS),
        ("relu(floor(x) - a)*relu(a + 1/2 - floor(x))", "", SOMETIMES),
        ("relu(2*floor(x/2) - a)*relu(a + 2 - 2*floor(x/2))", "", ALWAYS),
        ("relu(2*floor(x/2) - a)*relu(a + 3/2 - 2*floor(x/2))", "", SOMETIMES),
    ],
)
def test_an_interval_longer_than_one_holds_an_integer(text, where, expected):
    """Steps are met for all constants where the bounds leave room for one of them, and for some where they do not."""
    assert analyze(make_problem(text, ("x",), where)).verdict is expected


@settings(max_examples=12, deadline=None)
@given(
    step=st.sampled_from((1, 2)),
    width=st.sampled_from(("1/2", "3/4", "1", "3/2", "2", "3")),
    start=st.integers(-1, 1),
)
def test_steps_within_a_window_are_certain_exactly_if_it_is_as_wide_as_a_step(step, width, start):
    """A bump on (c, c + w) is met by the levels start + step*k for every c if w >= step, and missed by some if not."""
    level = f"({step}*floor(x/{step}) + {start})"
    found = analyze(make_problem(f"relu({level} - c)*relu(c + {width} - {level})", ("x",), ""))
    assert (found.verdict is ALWAYS) is (Fraction(width) >= step)


@pytest.mark.parametrize(
    ("step", "grown"),
    [
        *(
            ("floor({})", grown)
            for grown in ("sqrt(x**2 + s)", "norm(x - s, t)", "log(x**2 + s**2)", "exp(x) + s", "abs(x - s) + t")
        ),
        ("exp(round({}))", "norm(x, s)"), ("abs(sin({}))", "sqrt(x**2 + 1) + s"), ("frac({})", "sqrt(abs(x)) - s"),
    ],
)  # fmt: skip
def test_what_grows_beyond_all_bounds_meets_integers_for_all_constants(step, grown):
    """floor(sqrt(x**2 + s)) jumps at x = sqrt(k**2 - s) for every k that is large enough for s."""
    found = analyze(make_problem(step.format(grown), ("x",), ""))
    assert found.verdict is ALWAYS


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("floor(s*tanh(x)**2)", "s > 0"),
        ("floor(s/(1 + x**2))", "s > 0"),
        ("floor(sqrt(x**2 + s))", "s > 0, x < 1, x > -1"),
        ("floor(s*x**2)", "s > 0, x < 1, x > -1"),
        ("round(s*erf(x))", ""),
        ("floor(min(sqrt(x**2 + s), t))", "s > 1, t > 1"),
    ],
)
def test_what_is_bounded_misses_integers_for_some_constants(text, where):
    """s*tanh(x)**2 < 1 for all x if s < 1: large integers are no members of its family."""
    found = analyze(make_problem(text, ("x",), where))
    assert found.verdict is not ALWAYS
