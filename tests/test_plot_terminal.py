"""The picture in the terminal: narrow enough, every finding named, ASCII where nothing else can be shown."""

import subprocess
import sys

import numpy as np
import pytest
from pictures import ONE, TWO, scene

from diffcheck.cli import arranged
from diffcheck.plot.canvas import blank
from diffcheck.plot.terminal import SIGNS, columns, render
from diffcheck.report.layout import cells
from diffcheck.verdict import Kind

ALL = [*((t, None) for t in ONE), *((t, "x,y") for t in TWO)]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(("text", "wrt"), ALL)
def test_no_line_is_too_wide_and_every_finding_is_named(text, wrt, plain):
    """80 columns, with the place and the sign of each finding."""
    found = scene(text, wrt=wrt, models=0)
    shown = render(found, plain=plain)
    assert max(map(cells, shown.splitlines())) <= 80
    words = " ".join(shown.split())
    for finding in found.report.findings:
        assert finding.at in words
        assert SIGNS[finding.kind][plain] in shown
    if plain:
        assert shown.isascii()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_picture_keeps_to_the_width(width):
    """Narrow terminals get narrow pictures."""
    shown = render(scene("abs(y - f)", models=0), width=width)
    assert max(map(cells, shown.splitlines())) <= width


def test_every_kind_has_a_sign():
    """In both alphabets, one column wide."""
    assert set(SIGNS) == set(Kind)
    assert all(cells(sign) == 1 for pair in SIGNS.values() for sign in pair)
    assert all(plain.isascii() for _, plain in SIGNS.values())


def test_a_straight_place_is_a_line_in_the_map():
    """The wall y = 0 of abs(y) + x has a sign in every column, x = 0 of abs(x) + y one in every row."""
    for text in ("abs(y) + x", "abs(x) + y"):
        rows = render(scene(text, wrt="x,y", models=0), plain=True).splitlines()
        first = next(i for i, row in enumerate(rows) if "over" in row) + 1
        area = [row[9:] for row in rows[first:] if row[8:9] in ("|", "+")][:12]
        assert max(*(row.count("o") for row in area), sum("o" in row for row in area)) in (12, 71)


def test_the_corner_stands_in_the_middle_of_its_row():
    """abs(x) over -1 to 1: the sign is in the lowest row of the curve, in the middle column."""
    rows = render(scene("abs(x)", models=0), plain=True).splitlines()
    (row,) = [r for r in rows[4:15] if "o" in r]
    assert row.index("o") == 9 + 71 // 2
    assert [r for r in rows[4:15] if set(r[9:]) & set("-.'")][-1] == row


def test_zero_stands_in_the_row_of_zero():
    """The corner of abs(x) has the value 0, and so says the axis."""
    (row,) = [r for r in render(scene("abs(x)", models=0), plain=True).splitlines()[4:15] if "o" in r]
    assert row.split("+")[0].strip() == "0"


def test_a_jump_is_no_upright_line():
    """Between the two branches of sign(x) nothing is drawn."""
    rows = render(scene("sign(x)", models=0), plain=True).splitlines()
    middle = [r[9:] for r in rows[4:15]]
    assert all(not set(r) - {" ", "O", "@", "-", ".", "'"} for r in middle)
    assert [set(r) & set("O@") for r in middle if r.strip()] == [{"O"}, {"@"}, {"O"}]


def test_colours_only_add_colours():
    """The signs are the same without."""
    found = scene("floor(x)", models=0)
    coloured = render(found, color=True)
    assert "\x1b[" in coloured
    plain = [line.rstrip() for line in _stripped(coloured).splitlines()]
    assert plain == [line.rstrip() for line in render(found).splitlines()]


def _stripped(text):
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_canvas_joins_neighbours():
    """A steep line fills every row of its column."""
    canvas = blank(3, 1, (0.0, 1.0), (0.0, 1.0))
    canvas.curve((np.array([0.0, 1.0]), np.array([0.0, 1.0])))
    assert canvas.dots.any(axis=1).all()


def test_columns_are_two_dots_wide():
    """What the sampler is asked for is what the canvas has."""
    assert columns(80) == 2 * (80 - 9)


# --- the command


@pytest.mark.parametrize(
    ("words", "options", "expressions"),
    [
        (["-x"], [], ["-x"]),
        (["-(x)", "-o", "a.png", "--dark"], ["-o", "a.png", "--dark"], ["-(x)"]),
        (["x", "--range", "-1:1", "--at=y=2"], ["--range", "-1:1", "--at=y=2"], ["x"]),
    ],
)
def test_expressions_of_plot_may_begin_with_a_minus(words, options, expressions):
    """As those of check may."""
    assert arranged(["plot", *words]) == ["plot", *options, "--", *expressions]


def _run(*words, **env):
    import os

    command = [sys.executable, "-m", "diffcheck", "plot", *words]
    return subprocess.run(
        command,
        capture_output=True,
        timeout=120,
        env={**os.environ, **env},
        check=False,
        text=True,
        encoding="utf-8",
    )


def test_an_encoding_without_braille_gets_ascii():
    """A latin-1 terminal shows the same picture with other signs."""
    done = _run("abs(x)", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert "o corner at x = 0" in done.stdout
    assert "● corner at x = 0" in _run("abs(x)", PYTHONIOENCODING="utf-8").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("abs(x", "-o", "a.png"), "never closed"),
        (("abs(x)", "-o", "a.gif"), ".svg, .png, .pdf"),
        (("abs(x)", "-o"), "its value is missing"),
        (("abs(x)", "-o", "no/such/folder/a.svg"), "cannot write"),
        (("abs(x)", "--drak"), "did you mean `--dark`"),
        (("abs(x)", "--at", "z=1"), "does not occur"),
    ],
)
def test_mistakes_get_one_message_and_status_2(words, said):
    """On stderr, with the cure, and nothing on stdout."""
    done = _run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_time_limit_draws_what_is_known():
    """The curve needs no verdict."""
    done = _run("abs(sin(x))", "--timeout", "0.001")
    assert done.returncode == 0
    assert "undetermined" in done.stdout
    assert "time limit of 0.001 s" in done.stdout
