"""The scene: what a picture shows, before it is drawn."""

import numpy as np
import pytest
from pictures import ONE, TWO, scene

from diffcheck.errors import BadOption, InputError
from diffcheck.findings.places import place_of
from diffcheck.plot.marks import OF_SLOPE
from diffcheck.plot.words import unsaid
from diffcheck.verdict import Kind


def _marks(text, **options):
    return {round(m.t, 9): m for m in scene(text, **options).cut.marks}


@pytest.mark.parametrize("text", ONE)
def test_every_place_of_a_finding_is_marked(text):
    """What is found at a place can be seen, and is not at the border."""
    found = scene(text)
    shown = {m.finding.at for m in found.cut.marks}
    assert shown == {f.at for f in found.report.findings if place_of(f)}
    low, high = found.cut.span
    edge = any(f.kind is Kind.EDGE for f in found.report.findings)
    assert (
        not found.cut.marks
        or edge
        or any(abs(m.t - (low + high) / 2) < 0.35 * (high - low) for m in found.cut.marks)
    )


@pytest.mark.parametrize("text", ONE)
def test_no_piece_of_a_curve_crosses_a_mark(text):
    """A line through a jump or a pole would be a value that the function never has."""
    cut = scene(text).cut
    for t, _ in (*cut.function, *cut.derivative):
        assert not any(t[0] < mark.t < t[-1] for mark in cut.marks)


@pytest.mark.parametrize("text", [*ONE, *TWO])
def test_stated_slopes_and_limits_are_those_of_the_curves(text):
    """What a finding states is drawn where the curve ends, within its resolution."""
    two = text in TWO
    for mark in scene(text, wrt="x,y" if two else None).cut.marks:
        if mark.finding.left is not None and mark.finding.kind in OF_SLOPE:
            assert mark.exact


def test_slopes_at_a_corner_are_exact():
    """abs(y - f) has the slopes -1 and 1 at f = y."""
    (mark,) = scene("abs(y - f)").cut.marks
    assert (mark.t, mark.value, mark.slopes) == (1 / 3, 0.0, (-1.0, 1.0))


def test_a_jump_has_its_limits_and_its_value():
    """floor takes the upper one."""
    mark = _marks("floor(x)")[1.0]
    assert (mark.below, mark.value, mark.above) == (0.0, 1.0, 1.0)


def test_sign_has_a_value_between():
    """sign(0) = 0, with the limits -1 and 1."""
    mark = _marks("sign(x)")[0.0]
    assert (mark.below, mark.value, mark.above) == (-1.0, 0.0, 1.0)


def test_a_value_that_rounding_decides_is_not_shown():
    """sign(sin(pi)) is 0, but pi rounded may give 1: no dot is better than a wrong one."""
    values = {m.value for m in _marks("sign(sin(x))").values()}
    assert values <= {0.0, None}


def test_a_hole_has_a_limit_and_no_value():
    """sin(x)/x tends to 1."""
    mark = _marks("sin(x)/x")[0.0]
    assert (mark.below, mark.value, mark.above) == (1.0, None, 1.0)


def test_a_pole_and_a_cusp_are_infinite():
    """One-sided, with their signs."""
    assert (_marks("1/x")[0.0].below, _marks("1/x")[0.0].above) == (-np.inf, np.inf)
    assert _marks("sqrt(abs(x))")[0.0].slopes == (-np.inf, np.inf)


def test_a_slope_that_is_infinite_on_one_side_is_drawn_so():
    """The other side, of which the finding says nothing, is as the curve has it; no huge number stands for infinity."""
    marks = _marks("floor(x) + sqrt(x - floor(x))")
    assert marks[0].slopes == (pytest.approx(0.5, abs=1e-3), np.inf)
    low, high = scene("floor(x) + sqrt(x - floor(x))").cut.slopes
    assert -10 < low < high < 10


def test_a_pole_leaves_the_rest_in_sight():
    """The shown range is that of the branches, not of the samples beside the pole."""
    assert scene("1/x").cut.heights[1] < 30


def test_a_family_shows_its_members_around_zero():
    """abs(sin(x)) turns at the multiples of pi."""
    assert {round(t / np.pi) for t in _marks("abs(sin(x))")} == {-2, -1, 0, 1, 2}


def test_a_formula_that_holds_on_a_part_of_its_place_is_not_shown_elsewhere():
    """The limits of floor(x) + abs(x - 10) differ in form on both sides of 10; the curve decides."""
    for mark in scene("abs(x - 1/2) + floor(x)").cut.marks:
        if mark.finding.kind is Kind.JUMP:
            assert mark.below == pytest.approx(abs(mark.t - 0.5) + mark.t - 1)
            assert mark.above == pytest.approx(abs(mark.t - 0.5) + mark.t)


@pytest.mark.parametrize("text", ["abs(y - f)", "max(0, 1 - y*f)", "cbrt(x)"])
def test_a_band_is_the_function_plus_the_stated_interval(text):
    """And the surrogate runs inside it."""
    found = scene(text, mu="1/8")
    bounds = {
        "-mu": -0.125,
        "0": 0.0,
        "mu": 0.125,
        "-mu*log(2)": -0.125 * np.log(2),
        "mu*log(2)": 0.125 * np.log(2),
        "-mu/2": -0.0625,
        "-mu/4": -0.03125,
        "mu/4": 0.03125,
        "-0.38744*mu**(1/3)": -0.19372,
        "0.38744*mu**(1/3)": 0.19372,
    }
    seen = 0
    for model in found.cut.models:
        low, high = (bounds[e] for e in model.surrogate.error)
        for (t, y), (ts, below, above) in zip(found.cut.function, model.band, strict=True):
            assert np.array_equal(t, ts)
            assert below == pytest.approx(y + low)
            assert above == pytest.approx(y + high)
            for at, value in model.curve:
                here = np.interp(t, at, value)
                assert (here >= below - 2e-3).all()
                assert (here <= above + 2e-3).all()
            seen += 1
    assert seen


def test_constants_come_from_the_witness_or_from_the_user():
    """--at moves the kink."""
    assert scene("abs(y - f)").fixed == ("y = 1/3",)
    moved = scene("abs(y - f)", at=("y=5/2",))
    assert moved.fixed == ("y = 5/2",)
    assert [m.t for m in moved.cut.marks] == [2.5]


@pytest.mark.parametrize(("value", "place"), [("A=2", 1.5), ("A=-2", 0.5)])
def test_a_corner_is_marked_for_the_constants_that_have_it(value, place):
    """min(r*A, clip(r, 1/2, 3/2)*A) turns at one end of the clip, by the sign of A."""
    drawn = scene("min(r*A, clip(r, 1/2, 3/2)*A)", wrt="r", at=(value,), ranges=("0:2",))
    assert [m.t for m in drawn.cut.marks] == [place]


def test_the_range_is_what_was_asked():
    """Exactly, also when it is written with pi."""
    assert scene("abs(x)", ranges=("-pi:pi",)).cut.span == (-np.pi, np.pi)
    plane = scene("max(x, y)", wrt="x,y", ranges=("x=0:2", "y=-1:1")).plane
    assert (plane.x[0], plane.x[-1], plane.y[0], plane.y[-1]) == (0, 2, -1, 1)


def test_a_range_is_cut_to_the_domain():
    """log(x) has nothing to show below 0."""
    assert scene("log(x)").cut.span[0] > -0.1
    assert scene("sqrt(p*(1 - p))", where="0 < p, p < 1").cut.span == pytest.approx((0, 1), abs=0.2)


def test_a_smooth_loss_is_shown_at_its_minimum():
    """Without a finding the lowest value is what a loss is read for."""
    low, high = scene("(x - 20)**2").cut.span
    assert low < 20 < high < 30


@pytest.mark.parametrize("text", TWO)
def test_a_plane_shows_places_and_a_cut(text):
    """Every place is a curve or a point inside the map, and the cut runs through the map."""
    found = scene(text, wrt="x,y")
    assert {f.at for f, _ in found.plane.traces} == {f.at for f in found.report.findings if place_of(f)}
    assert all(np.isfinite(trace.x).any() for _, trace in found.plane.traces)
    assert found.cut_text


def test_the_circle_closes():
    """Both halves of x**2 + y**2 = 1 reach within a line's width of y = 1."""
    traces = scene("abs(x**2 + y**2 - 1)", wrt="x,y").plane.traces
    for _, trace in traces:
        known = np.isfinite(trace.x)
        assert trace.x[known] ** 2 + trace.y[known] ** 2 == pytest.approx(1)
        assert np.abs(trace.x[known]).min() < 0.02


def test_the_places_of_one_name_are_lines_in_the_map():
    """1/(x*y) has its poles on both axes."""
    traces = scene("1/(x*y)", wrt="x,y").plane.traces
    assert {f.at for f, t in traces if np.nanstd(t.x) == 0} == {"x = 0"}
    assert {f.at for f, t in traces if np.nanstd(t.y) == 0} == {"y = 0"}


def test_a_cut_through_a_point_shows_what_fails():
    """x*y/(x**2 + y**2) is 0 along both axes and 1/2 along the diagonal."""
    found = scene("where(x == 0 and y == 0, 0, x*y/(x**2 + y**2))", wrt="x,y")
    assert found.cut_text == "x = t, y = t"
    (mark,) = found.cut.marks
    assert (mark.below, mark.value, mark.above) == (0.5, 0.0, 0.5)


def test_more_names_are_a_cut():
    """Three variables: one line through the witness, the others held there."""
    found = scene("abs(x) + u**2 + v**2", wrt="x,u,v")
    assert found.plane is None
    assert found.cut.line.axis == "x"
    assert found.cut_text.startswith("u = ")


def test_the_slope_is_drawn_where_its_formula_is_0_by_0():
    """heaviside(x)/(2*sqrt(max(0, x))) has no value for x < 0, where the slope of sqrt(max(x, 0)) is 0."""
    t, y = scene("sqrt(max(x, 0))").cut.derivative[0]
    assert t[0] < -0.5
    assert t[-1] < 0
    assert np.all(y == 0)


def test_a_name_held_fixed_is_not_drawn():
    """--at with a variable leaves a picture with one name less."""
    found = scene("max(x, y)", wrt="x,y", at=("y=2",))
    assert found.plane is None
    assert [m.t for m in found.cut.marks] == [2.0]


@pytest.mark.parametrize(
    ("text", "at", "places", "elsewhere"),
    [
        ("where(a > 0, abs(x), relu(x - 1))", "a=2", {"x = 0"}, 1),
        ("where(a > 0, abs(x), relu(x - 1))", "a=-2", {"x = 1"}, 1),
        ("relu(a*x) + abs(x - 1)", "a=-2", {"x = 0", "x = 1"}, 0),
    ],
)
def test_what_is_there_for_other_constants_is_counted_and_not_named(text, at, places, elsewhere):
    """The key lists what the picture can show; conditions on the constants are asked at those that are drawn."""
    found = scene(text, wrt="x", at=(at,))
    assert {f.at for f in found.findings} == places == {m.finding.at for m in found.cut.marks}
    assert found.elsewhere == elsewhere
    assert unsaid(found, 8) == ([f"{elsewhere} more for other constants"] if elsewhere else [])


def test_an_undetermined_function_is_drawn_without_marks():
    """The curve is true although nothing is decided."""
    found = scene("abs(x**3 + y**5 + x*y - 1)**3", wrt="x,y")
    assert not found.cut.marks
    assert found.cut.function


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("abs(x)", {"at": ("y=1",)}),
        ("abs(x)", {"at": ("x=1",)}),
        ("abs(x - y)", {"at": ("y",)}),
        ("abs(x - y)", {"at": ("y=1", "y=2")}),
        ("abs(x - y)", {"at": ("y=z",)}),
        ("abs(x - y)", {"at": ("y=1/0",)}),
        ("abs(x*q)", {"where": "q > 0", "at": ("q=-1",)}),
        ("abs(x)", {"ranges": ("1",)}),
        ("abs(x)", {"ranges": ("2:1",)}),
        ("abs(x)", {"ranges": ("1:1",)}),
        ("abs(x)", {"ranges": ("y=0:1",)}),
        ("abs(x)", {"ranges": ("0:1e400",)}),
        ("abs(x)", {"mu": "0"}),
        ("abs(x)", {"mu": ""}),
        ("log(x)", {"ranges": ("-3:-1",)}),
        ("log(-1 - x**2)", {}),
    ],
)
def test_options_that_do_not_fit_are_refused(text, options):
    """With one message that says what to write."""
    with pytest.raises(BadOption) as refused:
        scene(text, **options)
    assert refused.value.help


def test_numbers_of_options_are_parsed_and_not_run():
    """They are expressions of the language, without names."""
    with pytest.raises(InputError):
        scene("abs(x)", ranges=("0:__import__('os')",))
