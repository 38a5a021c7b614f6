"""Sampling along a line: no line through a break, no alias, few points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.plot.line import Line, limits, pieces, straightened


def test_a_line_moves_the_names_of_its_direction_only():
    """The other names stay at the origin."""
    point = Line({"x": 1.0, "y": 2.0}, {"x": 3.0}, "t").at(np.array([0.0, 1.0]))
    assert point["x"].tolist() == [1.0, 4.0]
    assert point["y"] == 2.0


def test_an_announced_break_lifts_the_pen_and_is_approached():
    """Both pieces end within a billionth of the break, and none holds it."""
    left, right = pieces(np.sign, -1.0, 1.0, [0.0], 200)
    assert -1e-9 < left[0][-1] < 0 < right[0][0] < 1e-9
    assert set(left[1]) == {-1.0}
    assert set(right[1]) == {1.0}


@settings(derandomize=True, deadline=None)
@given(st.floats(-0.9, 0.9), st.floats(0.5, 100.0))
def test_a_jump_that_nobody_announced_is_found(place, size):
    """The curve is split between the two samples around it."""
    left, right = pieces(lambda t: t + size * (t > place), -1.0, 1.0, [], 200)
    assert left[0][-1] <= place <= right[0][0]


def test_a_pole_that_nobody_announced_is_no_upright_line():
    """No piece of 1/(t - 1/3) has values of both signs."""

    def pole(t):
        with np.errstate(divide="ignore"):
            return 1 / (t - 1 / 3)

    for _, y in pieces(pole, -1.0, 1.0, [], 200):
        assert (y > 0).all() or (y < 0).all()


def test_a_steep_function_stays_in_one_piece():
    """tanh(1000 t) is continuous, however steep."""
    assert len(pieces(lambda t: np.tanh(1000 * t), -1.0, 1.0, [], 200)) == 1


def test_where_there_is_no_value_there_is_no_curve():
    """sqrt(t) begins at 0."""
    with np.errstate(invalid="ignore"):
        ((t, y),) = pieces(np.sqrt, -1.0, 1.0, [0.0], 200)
    assert t[0] > 0
    assert np.isfinite(y).all()


@pytest.mark.parametrize("frequency", [300.0, 3200.0, 20_000.0])
def test_an_oscillation_faster_than_the_columns_fills_them(frequency):
    """Almost every column reaches both extremes; an alias would draw a slow wave."""
    ((t, y),) = pieces(lambda t: np.sin(frequency * t), 0.0, 100.0, [], 100)
    column = np.floor(t).astype(int)
    tall = [np.ptp(y[column == c]) for c in range(100)]
    assert np.mean(np.array(tall) > 1.5) > 0.95


def test_straight_parts_keep_their_ends_only():
    """A file of abs(x) need not hold a thousand points."""
    assert [len(t) for t, _ in pieces(np.abs, -1.0, 1.0, [0.0], 700)] == [2, 2]


@settings(derandomize=True, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=3, max_size=40))
def test_straightening_keeps_ends_and_shape(heights):
    """What is left lies on the curve, and misses no sample by more than a few tolerances."""
    y = np.array(heights) / 1000
    t = np.arange(len(y), dtype=float)
    ts, ys = straightened(t, y, 1e-3)
    assert (ts[0], ts[-1], ys[0], ys[-1]) == (t[0], t[-1], y[0], y[-1])
    assert set(zip(ts, ys, strict=True)) <= set(zip(t, y, strict=True))
    assert np.abs(np.interp(t, ts, ys) - y).max() <= 6e-3


def test_the_range_of_a_parabola_is_whole_and_that_of_a_pole_is_not():
    """Quantiles cut what a pole adds, not the arms of a polynomial."""
    t = np.linspace(-3, 3, 800)
    assert limits([t**2])[1] > 9
    assert limits([1 / t])[1] < 20


def test_the_range_holds_what_is_marked():
    """A value at a finding is never cut off."""
    low, high = limits([np.zeros(100)], [5.0, np.inf])
    assert low < 0
    assert 5 < high < 10
