"""Where a jump closes: the value is the limit there, and f is differentiable only if the jump closes fast."""

from dataclasses import replace

import pytest
from questions import ask, is_on_locus, summary

from diffcheck.check import check
from diffcheck.report.json import to_object
from diffcheck.verdict import C0, Kind, ProbeStatus
from diffcheck.verify import Status, verify

CLOSING = [
    (
        "where(x == y, 1, (exp(x) - exp(y))/(x - y))",
        [("hole", "x = y and y != 0"), ("directional", "x = 0 and y = 0")],
    ),
    ("where(x == 0, y, 2*(1 - cos(x*y))/x**2)", ["x = 0 and y = 0", "x = 0 and y = 1"]),
    ("sign(x)*y", [("jump", "x = 0 and y != 0"), ("corner", "x = 0 and y = 0")]),
    ("where(x == y, 0, x**2 + y**2 + 1)", [("hole", "x = y")]),
]


@pytest.mark.parametrize(("text", "places"), CLOSING, ids=[t for t, _ in CLOSING])
def test_a_jump_that_closes_linearly_leaves_no_derivative(text, places):
    """The size exp(y) - 1 has slope 1 at y = 0; y - y**2 has the slopes 1 and -1 at its zeros."""
    level, found = summary(text, "x,y")
    assert level == "discontinuous"
    if all(isinstance(place, str) for place in places):
        assert sorted(at for kind, at in found if kind == "directional") == places
    else:
        assert found == places


@pytest.mark.parametrize(
    "text", [t for t, places in CLOSING if len(places) > 1] + ["where(x == y, abs(x), 0)"]
)
def test_where_a_jump_closes_is_a_step_of_the_certificate(text):
    """The point, the variable along which the size has a slope; the checker finds the values apart by as much."""
    report = to_object(check(text, "x,y"))
    kinds = {f["kind"] for f in report["findings"]}
    steps = report["certificate"]["closings"]
    assert bool(steps) is ("directional" in kinds)
    assert Status.FAILED not in {c.status for c in verify(report)}
    for step in steps:
        step["along"] = next(n for n in "xy" if n != step["along"])
        step["at"] = dict.fromkeys(step["at"], "1")
    assert not steps or Status.FAILED in {c.status for c in verify(report)}


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("where(x**3 > d, x**3, y**2)", "x,y"),
        ("where(x**5 > d, x, y**2 - 1)", "x,y"),
        ("where(x**3 < c, x**3, y**4)", "x,y"),
        ("where(3 - x > c, 3 - x, x*y*z)", "x,y,z"),
        ("where(x > c, x, y/z)", "x,y,z"),
        ("where(x > c*d, x, y**2*z)", "x,y,z"),
    ],
)
def test_a_place_where_a_jump_closes_exists_for_an_open_set_of_constants(text, wrt):
    """Coordinates that ask for d <= 0 and d >= 0, or divide by 0, are nowhere: the example has none that is 0."""
    found = [f for f in check(text, wrt).findings if f.kind in (Kind.CORNER, Kind.DIRECTIONAL)]
    assert found
    for finding in found:
        assert finding.probe.status is ProbeStatus.CONFIRMED
        assert all(finding.witness[n] != "0" for n in finding.witness if n in ("c", "d"))


@pytest.mark.parametrize(
    "text",
    [
        "abs(x)**sign(y)",
        "where(x**3 > d, x**3, y**2)",
        "sign(x)*y",
        "floor(x)*y",
        "where(x > y, x**2, y + 2)",
    ],
)
def test_a_place_where_jumps_close_is_told_once(text):
    """Two jumps that close at one point, seen from two sides, are one place."""
    places = [(f.at, f.condition) for f in check(text, "x,y").findings if f.level == C0]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    ("text", "wrt", "place", "elsewhere"),
    [
        ("where(y <= 2 and y < x*y*z, y, x*y*z)", "x,y,z", {"x": -1, "y": 2, "z": 1}, {"x": 1, "y": 2, "z": 1}),
        ("where(y > 0 and x > 0, x, x**2)", "x,y", {"x": -1, "y": 0}, {"x": 1, "y": 0}),
        ("where(y > 0 and x < -1, x, x**3)", "x,y", {"x": 1, "y": 0}, {"x": -1, "y": 0}),
        ("where(y > 0 and x > 1, x, x**3)", "x,y", {"x": -1, "y": 0}, {"x": 1, "y": 0}),
        ("where(y > 0 and x*z > 1, (x*z)**4, 1)", "x,y,z", {"x": -1, "y": 0, "z": 1}, {"x": -1, "y": 0, "z": -1}),
    ],
)  # fmt: skip
def test_a_jump_closes_only_where_it_is_near(text, wrt, place, elsewhere):
    """The size of a jump may vanish at points that the part of the wall with the jump does not come close to."""
    found = [f for f in ask(text, wrt).findings if f.kind in {Kind.DIRECTIONAL, Kind.CORNER}]
    there, near = ({n: str(v) for n, v in point.items()} for point in (place, elsewhere))
    assert not [f.at for f in found if is_on_locus(replace(f, witness=there))]
    assert [f.at for f in found if is_on_locus(replace(f, witness=near))]
