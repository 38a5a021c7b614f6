"""The figure: facts that a reader sees, and a file that is the same every time."""

import os
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from pictures import ONE, TWO, scene

from diffcheck.errors import BadOption
from diffcheck.plot import figure as module
from diffcheck.plot.figure import draw, figure
from diffcheck.plot.theme import DARK, LIGHT, settings


@pytest.fixture(scope="module")
def drawn():
    """Draw scenes under the settings of the light theme."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings(LIGHT))
        yield lambda text, **options: figure(scene(text, **options), LIGHT)


def _lines(ax, gid):
    return [line for line in ax.get_lines() if line.get_gid() == gid]


def test_around_a_jump_there_are_two_lines(drawn):
    """And no line is upright."""
    upper, lower = drawn("sign(x)").axes
    assert len(_lines(upper, "function")) == 2
    assert len(_lines(lower, "derivative")) == 2
    assert all(len(set(line.get_ydata())) == 1 for line in _lines(upper, "function"))


def test_the_marks_stand_at_the_witness(drawn):
    """A dot on the function at f = y, two open ones at the slopes below."""
    upper, lower = drawn("abs(y - f)").axes
    assert [(m.get_xdata()[0], m.get_ydata()[0]) for m in _lines(upper, "mark")] == [(1 / 3, 0)]
    assert {(m.get_xdata()[0], m.get_ydata()[0]) for m in _lines(lower, "mark")} == {(1 / 3, -1), (1 / 3, 1)}


def test_slopes_are_written_as_the_finding_states_them(drawn):
    """In the constants, not in numbers."""
    _, lower = drawn("max(0, 1 - y*f)").axes
    assert {t.get_text() for t in lower.texts} == {"min(0, −y)", "max(0, −y)"}


def test_there_is_a_band_for_every_surrogate_with_a_bound(drawn):
    """One on each side of the kink."""
    upper, _ = drawn("abs(y - f)").axes
    assert len([c for c in upper.collections if c.get_gid() == "band"]) == 6
    assert len(_lines(upper, "surrogate")) == 3


def test_a_pole_leaves_the_picture_on_both_sides(drawn):
    """The branches cross the upper and the lower border."""
    upper, _ = drawn("1/x").axes
    low, high = upper.get_ylim()
    left, right = _lines(upper, "function")
    assert left.get_ydata().min() < low
    assert right.get_ydata().max() > high


def test_a_map_shows_the_place_and_the_cut(drawn):
    """max(x, y) turns on the diagonal."""
    plane, cut, _ = drawn("max(x, y)", wrt="x,y").axes
    (place,) = _lines(plane, "place")
    assert place.get_xdata()[:2] == pytest.approx(place.get_ydata()[:2])
    assert len(_lines(plane, "cut")) == 1
    assert "y = 1/3" in cut.get_title(loc="left")


def test_a_cut_of_three_names_says_so(drawn):
    """The title tells what is held fixed."""
    upper = drawn("abs(x) + u**2 + v**2", wrt="x,u,v").axes[0]
    assert "a cut with u" in upper.get_title(loc="left").replace("\u00a0", " ")


@pytest.mark.parametrize(("text", "wrt"), [*((t, None) for t in ONE), *((t, "x,y") for t in TWO)])
def test_labels_cover_neither_each_other_nor_the_key(drawn, text, wrt):
    """Everything that is written stands inside the figure, apart."""
    fig = drawn(text, wrt=wrt)
    (legend,) = fig.legends
    key = legend.get_window_extent()
    for ax in fig.axes:
        boxes = [t.get_window_extent() for t in ax.texts]
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
        assert not key.overlaps(ax.get_window_extent())
        assert fig.bbox.containsx(key.x1 - 1)
        assert fig.bbox.containsy(key.y0 + 1)


@pytest.mark.parametrize("text", ONE)
def test_the_key_names_every_finding(drawn, text):
    """With its place, as the report says it."""
    fig = drawn(text)
    said = " ".join(" ".join(t.get_text().split()) for t in fig.legends[0].get_texts())
    assert all(f.at in said for f in scene(text).report.findings)


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
@pytest.mark.parametrize("dark", [False, True])
def test_a_file_is_the_same_every_time(ending, dark):
    """No date, no random identifier; light and dark differ."""
    once, again = (draw(scene("floor(x)"), ending, dark=dark) for _ in range(2))
    assert once == again
    assert once[:8].lstrip(b"\x89%<?").startswith({"svg": b"xml", "png": b"PNG", "pdf": b"PDF"}[ending])
    assert once != draw(scene("floor(x)"), ending, dark=not dark)


@pytest.mark.parametrize("text", ["abs(y - f)", "max(x, y) + abs(x*y)"])
def test_every_list_of_dashes_has_numbers(text):
    """An empty one is no SVG: some programs leave the line out then."""
    lists = re.findall(rb"stroke-dasharray:([^;\"]*)", draw(scene(text), "svg"))
    assert lists
    assert all(re.fullmatch(rb"\s*\d[\d.,\s]*", each) for each in lists)


def test_a_picture_of_a_corner_is_a_small_file():
    """Straight lines need two points each."""
    assert len(draw(scene("abs(y - f)"), "svg")) < 120_000


def test_the_callers_settings_neither_leak_in_nor_out():
    """matplotlib is as it was, and a strange setting changes nothing."""
    plain = draw(scene("sign(x)"), "svg")
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        assert draw(scene("sign(x)"), "svg") == plain
        assert dict(matplotlib.rcParams) == before


def test_dollars_are_letters():
    """Nothing of an expression is read as mathematical type."""
    assert settings(LIGHT)["text.parse_math"] is False


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_lines_stand_out_from_the_paper(theme):
    """Contrast of at least 3 for what is drawn and 4.5 for what is written (WCAG 2.2, 1.4.3 and 1.4.11)."""
    assert _contrast(theme.ink, theme.paper) > 7
    assert _contrast(theme.finding, theme.paper) > 4.5
    assert min(_contrast(color, theme.paper) for color in theme.surrogates) > 3


def _contrast(one, other):
    lights = sorted(_luminance(c) for c in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(color):
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_without_matplotlib_the_cure_is_named(monkeypatch):
    """pip install, not a traceback."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(BadOption) as refused:
        module.require_matplotlib()
    assert "pip install 'diffcheck-loss[plot]'" in refused.value.help


def test_no_window_system_is_asked_for(tmp_path):
    """The command draws without pyplot, whatever backend is set."""
    code = (
        "import sys; from diffcheck.cli import main\ntry: main()\n"
        "finally: assert 'matplotlib.pyplot' not in sys.modules"
    )
    file = tmp_path / "a.svg"
    env = {**os.environ, "MPLBACKEND": "qtagg"}
    words = [sys.executable, "-c", code, "plot", "abs(x)", "-o", str(file)]
    done = subprocess.run(words, capture_output=True, timeout=120, env=env, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert file.read_bytes().startswith(b"<?xml")
