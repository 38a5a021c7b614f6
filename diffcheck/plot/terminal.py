"""A scene in the terminal: curves in braille, or in ASCII where the terminal has no other signs.

The function with the findings marked, below it the derivative; of two names a shaded map first.  Every finding has a
line of words with its sign.  No line is wider than ``width`` cells.
Read in order: render, then the panels.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diffcheck.plot.canvas import Canvas, blank
from diffcheck.plot.cut import Cut
from diffcheck.plot.line import Array
from diffcheck.plot.marks import OF_SLOPE, Mark
from diffcheck.plot.places import Trace
from diffcheck.plot.plane import Plane
from diffcheck.plot.scene import Scene
from diffcheck.plot.words import answer, key, setting, unsaid
from diffcheck.report.layout import Line, cells, cropped, painted, wrapped
from diffcheck.verdict import Finding, Kind

__all__ = ["columns", "panels", "render"]

# Characters to the left of a panel: the numbers and the axis.
MARGIN = 9
VALUE_ROWS, SLOPE_ROWS, MAP_ROWS = 11, 7, 12
# The same where words are around the picture.
SMALL_VALUE, SMALL_SLOPE, SMALL_MAP = 7, 5, 9
WIDEST = 100
NAMED = 8

STYLE, QUIET = "bold magenta", "dim"

# kind -> its sign, and the sign in ASCII.
SIGNS = {
    Kind.CORNER: ("●", "o"),
    Kind.CUSP: ("▲", "^"),
    Kind.VERTICAL_TANGENT: ("■", "#"),
    Kind.JUMP: ("○", "O"),
    Kind.HOLE: ("○", "O"),
    Kind.POLE: ("┆", "!"),
    Kind.OSCILLATION: ("◆", "%"),
    Kind.DIRECTIONAL: ("★", "*"),
    Kind.BREAK: ("◇", "+"),
    Kind.EDGE: ("│", "]"),
    Kind.FLAT: (" ", " "),
    Kind.DISAGREEMENT: ("✕", "x"),
}
# A filled dot where a jump has its value, triangles where a slope leaves the panel.
VALUE = ("●", "@")
UP, DOWN = ("▲", "^"), ("▼", "v")

SHADES = (" ░▒▓█", " .:+#")
AXIS = ("┤", "│", "└", "─", "┬"), ("+", "|", "+", "-", "+")


def columns(width: int) -> int:
    """Return how many columns of dots the panels have in a terminal of that width."""
    return 2 * _across(width)


def _across(width: int) -> int:
    return max(20, min(width, WIDEST) - MARGIN)


def render(scene: Scene, *, width: int = 80, color: bool = False, plain: bool = False) -> str:
    """Return the picture as lines of at most ``width`` cells; plain: ASCII signs alone."""
    lines: list[Line] = [[(cropped(scene.report.expression, width), "bold")]]
    lines += [[(t, "")] for t in wrapped(answer(scene), width)]
    said = setting(scene, surrogates=False)
    lines += [[(f"  {t}", "")] for t in wrapped(said, width - 2) if said]
    if scene.plane is not None:
        lines += [[], *_map_panel(scene, scene.plane, width, plain)]
    lines += [[], *_value_panel(scene, width, plain), *_slope_panel(scene, width, plain), []]
    lines += _findings(scene, width, plain)
    return (
        painted(lines, width) if color else "\n".join("".join(t for t, _ in line).rstrip() for line in lines)
    )


def panels(scene: Scene, *, width: int = 80, plain: bool = False) -> list[Line]:
    """Return the function and its derivative alone, low; of two names the map, and the function along the cut."""
    if scene.plane is not None:
        along = _value_panel(scene, width, plain, SMALL_VALUE)
        return [*_map_panel(scene, scene.plane, width, plain, SMALL_MAP), *along]
    return [*_value_panel(scene, width, plain, SMALL_VALUE), *_slope_panel(scene, width, plain, SMALL_SLOPE)]


# --- panels


def _value_panel(scene: Scene, width: int, plain: bool, rows: int = VALUE_ROWS) -> Iterator[Line]:
    cut = scene.cut
    canvas = blank(rows, _across(width), cut.span, cut.heights)
    for piece in cut.function:
        canvas.curve(piece)
    for mark in cut.marks:
        _mark_value(canvas, cut, mark, plain)
    cut_text = f", cut with {scene.cut_text}" if scene.plane is not None else ""
    yield [(cropped(f"value{cut_text}", width), QUIET)]
    yield from _framed(canvas, plain)
    # The numbers stand below the derivative, which has the same axis.
    yield next(_ticks(cut, _across(width), plain))


def _mark_value(canvas: Canvas, cut: Cut, mark: Mark, plain: bool) -> None:
    kind = mark.finding.kind
    sign = SIGNS[kind][plain]
    if kind in (Kind.POLE, Kind.EDGE):
        canvas.upright(mark.t, sign, STYLE)
    elif kind in (Kind.JUMP, Kind.HOLE):
        for limit in (mark.below, mark.above):
            if np.isfinite(limit):
                canvas.sign(mark.t, limit, sign, STYLE)
        if mark.value is not None:
            canvas.sign(mark.t, mark.value, VALUE[plain], STYLE)
    else:
        middle = sum(cut.heights) / 2
        ends = [v for v in (mark.value, mark.below, mark.above) if v is not None and np.isfinite(v)]
        canvas.sign(mark.t, [*ends, middle][0], sign, STYLE)


def _slope_panel(scene: Scene, width: int, plain: bool, rows: int = SLOPE_ROWS) -> Iterator[Line]:
    cut = scene.cut
    canvas = blank(rows, _across(width), cut.span, cut.slopes)
    for piece in cut.derivative:
        canvas.curve(piece)
    for mark in cut.marks:
        if mark.finding.kind is Kind.POLE:
            canvas.upright(mark.t, SIGNS[Kind.POLE][plain], STYLE)
        if mark.finding.kind in OF_SLOPE:
            for slope in mark.slopes:
                if not np.isnan(slope):
                    beyond = (UP if slope > 0 else DOWN)[plain]
                    canvas.sign(
                        mark.t, slope, SIGNS[Kind.JUMP][plain] if np.isfinite(slope) else beyond, STYLE
                    )
    yield [(f"derivative d/d{cut.line.axis}", QUIET)]
    yield from _framed(canvas, plain)
    yield from _ticks(cut, _across(width), plain)


def _map_panel(scene: Scene, plane: Plane, width: int, plain: bool, rows: int = MAP_ROWS) -> Iterator[Line]:
    """Yield the function as shades, light is low, with the findings' places on it."""
    across = _across(width)
    low, high = plane.heights
    x = np.linspace(0, len(plane.x) - 1, across).round().astype(int)
    y = np.linspace(len(plane.y) - 1, 0, rows).round().astype(int)
    z = plane.z[np.ix_(y, x)]
    shades = SHADES[plain]
    span, heights = (float(plane.x[0]), float(plane.x[-1])), (float(plane.y[0]), float(plane.y[-1]))
    canvas = blank(rows, across, span, heights)
    for (i, j), value in np.ndenumerate(z):
        part = (value - low) / (high - low) if high > low else 0.5
        shade = "?" if np.isnan(value) else shades[int(min(max(part, 0), 0.999) * len(shades))]
        canvas.signs[i, j] = (shade, "")
    for finding, trace in plane.traces:
        for t, v in _inside(*_dense(trace), span, heights):
            canvas.sign(t, v, SIGNS[finding.kind][plain], STYLE)
    shown = "".join(shades).strip()
    missing = ", ? without a value" if np.isnan(z).any() else ""
    said = f"{plane.names[1]} over {plane.names[0]}, value {low:.3g} {shown[0]} to {high:.3g} {shown[-1]}{missing}"
    yield [(cropped(said, width), QUIET)]
    yield from _framed(canvas, plain)
    yield from _ticks(scene.cut, across, plain, span, plane.names[0])


def _dense(trace: Trace) -> tuple[Array, Array]:
    """Return the points of a trace; of a curve, whose straight parts have two, as many as there are cells."""
    if not trace.joined or trace.x.size < 2:
        return trace.x, trace.y
    part = np.linspace(0.0, 1.0, WIDEST, endpoint=False)
    x, y = ((v[:-1, None] + np.diff(v)[:, None] * part).ravel() for v in (trace.x, trace.y))
    return np.concatenate([trace.x, x]), np.concatenate([trace.y, y])


def _inside(
    x: Array, y: Array, span: tuple[float, float], heights: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    shown = (x >= span[0]) & (x <= span[1]) & (y >= heights[0]) & (y <= heights[1])
    yield from zip(x[shown].tolist(), y[shown].tolist(), strict=True)


# --- axes


def _framed(canvas: Canvas, plain: bool) -> Iterator[Line]:
    """Yield the rows of a canvas with the numbers of the vertical axis: top, bottom and zero."""
    rows = canvas.rows(plain)
    low, high = canvas.heights
    last = len(rows) - 1
    numbered = {0: high, last: low}
    if low <= 0 <= high:
        # Where a border is so near to 0 that they share a row, 0 says more.
        numbered[canvas.row(0.0)] = 0.0
    tick, bar = AXIS[plain][:2]
    for i, row in enumerate(rows):
        number = f"{numbered[i]:.3g}".rjust(MARGIN - 1) if i in numbered else " " * (MARGIN - 1)
        yield [(number, QUIET), (tick if i in numbered else bar, QUIET), *_joined(row)]


def _joined(row: list[tuple[str, str]]) -> Line:
    """Put neighbours of one style together."""
    line: Line = []
    for sign, style in row:
        if line and line[-1][1] == style:
            line[-1] = (line[-1][0] + sign, style)
        else:
            line.append((sign, style))
    return line


def _ticks(
    cut: Cut, across: int, plain: bool, span: tuple[float, float] | None = None, name: str | None = None
) -> Iterator[Line]:
    """Yield the horizontal axis: its ends, its name, and the marks as far as their numbers fit."""
    low, high = span or cut.span
    corner, dash, tick = AXIS[plain][2:]
    rule, text = [dash] * across, [" "] * (MARGIN + across)
    # The places of findings first: the ends of the axis matter less.
    at = [low, high] if span else [*(m.t for m in cut.marks), low, high]
    for t in at:
        column = round((t - low) / (high - low) * (across - 1))
        # A root found in floats is 0 only up to rounding.
        label = f"{0.0 if abs(t) < 1e-9 * (high - low) else t:.4g}"
        start = min(max(MARGIN + column - len(label) // 2, 0), len(text) - len(label))
        if not "".join(text[max(start - 1, 0) : start + len(label) + 1]).strip():
            text[start : start + len(label)] = label
            rule[column] = tick
    yield [(" " * (MARGIN - 1) + corner + "".join(rule), QUIET)]
    named = "".join(text)
    shown = cropped(name or cut.line.axis, MARGIN - 3)
    if not named[: cells(shown) + 1].strip():
        named = shown + named[cells(shown) :]
    yield [(named.rstrip(), QUIET)]


# --- words


def _findings(scene: Scene, width: int, plain: bool) -> Iterator[Line]:
    findings = scene.findings
    if not scene.report.findings:
        reason = scene.report.reason
        yield from ([(t, "")] for t in wrapped(reason or "no finding", width, rest=2))
    for finding in findings[:NAMED]:
        first, *rest = wrapped(_said(finding, scene), width, first=2, rest=4)
        yield [(f"{SIGNS[finding.kind][plain]} ", STYLE), (first, "")]
        yield from ([(line, "")] for line in rest)
    yield from ([(f"  {said}", "")] for said in unsaid(scene, NAMED))


def _said(finding: Finding, scene: Scene) -> str:
    shown = any(m.finding is finding for m in scene.cut.marks)
    shown |= scene.plane is not None and any(f is finding for f, _ in scene.plane.traces)
    return key(finding) + ("" if shown or finding.kind is Kind.FLAT else " (not in the picture)")
