"""How far everybody has come, over the evaluations: both axes logarithmic, one letter for each contestant."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from diffcheck.plot.canvas import blank
from diffcheck.race.result import GAP, Result
from diffcheck.report.layout import Line, cropped

__all__ = ["letters", "panel"]

MARGIN = 9
ROWS = 13
WIDEST = 100
# The part of the way that is drawn as nothing left.
FLOOR = 1e-3
# Columns between two letters on a curve.
SPACED = 12

STYLE, QUIET = "bold magenta", "dim"


def letters(result: Result) -> str:
    """Return a letter for each contestant, in the order of the table."""
    return "abcdefghijklmnopqrstuvwxyz"[: len(result.standings)]


def panel(result: Result, width: int, plain: bool) -> Iterator[Line]:
    """Yield the lines of the picture, none wider than ``width`` cells."""
    across = min(width, WIDEST) - MARGIN
    span = (0.0, math.log10(max(result.grid[-1], 2)))
    heights = (math.log10(FLOOR), 0.0)
    canvas = blank(ROWS, across, span, heights)
    t = np.log10(np.array(result.grid, dtype=float))
    dense = np.linspace(*span, 8 * across)
    for i, (letter, s) in enumerate(zip(letters(result), result.standings, strict=True)):
        if not s.curve:
            continue
        # A staircase: the best so far stays until there is a better one.
        left = np.log10(np.maximum(np.array(s.curve), FLOOR))
        y = left[np.searchsorted(t, dense, side="right") - 1]
        canvas.curve((dense, y))
        for column in range(4 + 2 * i, across, SPACED):
            at = span[1] * column / (across - 1)
            canvas.sign(at, float(np.interp(at, dense, y)), letter, STYLE)
    yield [
        (
            cropped("part of the way from the start to the best loss that is left, over evaluations", width),
            QUIET,
        )
    ]
    bar, tick, corner, dash, cross = "|++-+" if plain else "│┤└─┬"
    labels = {
        canvas.row(0.0): "1",
        canvas.row(-1.0): "0.1",
        canvas.row(math.log10(GAP)): "target",
        ROWS - 1: "0.001",
    }
    for i, row in enumerate(canvas.rows(plain)):
        label = labels.get(i, "")
        yield [(label.rjust(MARGIN - 1) + (tick if label else bar), QUIET), *row]
    rule, text = [dash] * across, [" "] * (MARGIN + across)
    for power in range(int(span[1]) + 1):
        column = round(power / span[1] * (across - 1))
        label = f"{10**power}"
        rule[column] = cross
        start = min(MARGIN + column - len(label) // 2, len(text) - len(label))
        text[start : start + len(label)] = label
    yield [(" " * (MARGIN - 1) + corner + "".join(rule), QUIET)]
    yield [("".join(text).rstrip(), QUIET)]
