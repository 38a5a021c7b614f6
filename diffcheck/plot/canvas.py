"""Curves in text: eight dots a character where braille can be shown, else one of a few signs.

A canvas has rows of characters; each is two dots wide and four high.  Signs set on it cover the dots below.
Read in order: Canvas, rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from diffcheck.plot.line import Piece

__all__ = ["Canvas", "blank"]

ACROSS, DOWN = 2, 4

# Unicode 16.0, chapter 21.1: the bit of each dot, from top to bottom, left column and right column.
BRAILLE = 0x2800
BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])

# Without braille: which of the four heights are dotted, as bits from the top, and the sign that looks like it.
HEIGHTS = {0: " ", 1: "'", 2: "-", 4: "-", 8: ".", 3: "'", 6: "-", 12: ".", 9: ":", 5: ":", 10: ":"}
FULL = "|"


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture of ``dots`` [height, width] over the ranges of t and y; signs: (row, column) -> (sign, style)."""

    dots: npt.NDArray[np.bool_]
    span: tuple[float, float]
    heights: tuple[float, float]
    signs: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    def curve(self, piece: Piece) -> None:
        """Draw a curve: in each column of dots from its lowest to its highest value there."""
        t, y = piece
        height, width = self.dots.shape
        low, high = self.span
        x = (t - low) / (high - low) * (width - 1)
        columns = np.arange(max(round(float(x[0])), 0), min(round(float(x[-1])), width - 1) + 1)
        # The curve's values at the borders of the columns join neighbours.
        borders = np.clip(np.concatenate([columns - 0.5, columns + 0.5]), x[0], x[-1])
        at = np.concatenate([x, borders])
        rows = self._row(np.concatenate([y, np.interp(borders, x, y)]))
        for column in columns:
            here = rows[np.abs(at - column) <= 0.5]
            top, bottom = np.floor(here.min() + 0.5), np.floor(here.max() + 0.5)
            if bottom >= 0 and top < height:
                self.dots[int(max(top, 0)) : int(min(bottom, height - 1)) + 1, column] = True

    def sign(self, t: float, y: float, sign: str, style: str) -> None:
        """Set a sign at a point, at the border if its value lies beyond."""
        column = self._column(t)
        if column is not None:
            self.signs[self.row(y), column] = (sign, style)

    def row(self, y: float) -> int:
        """Return the row of characters in which a value lies, the nearest one if it lies beyond."""
        dot = round(float(self._row(np.array([y]))[0]))
        last: int = self.dots.shape[0] // DOWN - 1
        return min(max(dot // DOWN, 0), last)

    def upright(self, t: float, sign: str, style: str) -> None:
        """Draw a vertical line behind what is set later."""
        column = self._column(t)
        for row in range(self.dots.shape[0] // DOWN if column is not None else 0):
            self.signs.setdefault((row, column or 0), (sign, style))

    def rows(self, plain: bool) -> list[list[tuple[str, str]]]:
        """Return the characters with their styles, row by row; plain: ASCII alone."""
        height, width = self.dots.shape
        cells = self.dots.reshape(height // DOWN, DOWN, width // ACROSS, ACROSS).transpose(0, 2, 1, 3)
        if plain:
            bits = (cells.any(axis=3) * np.array([1, 2, 4, 8])).sum(axis=2)
            signs = [[HEIGHTS.get(int(b), FULL) for b in row] for row in bits]
        else:
            bits = (cells * BITS).sum(axis=(2, 3))
            signs = [[chr(BRAILLE + int(b)) if b else " " for b in row] for row in bits]
        return [
            [self.signs.get((i, j), (sign, "")) for j, sign in enumerate(row)] for i, row in enumerate(signs)
        ]

    def _row(self, y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        low, high = self.heights
        scaled = (high - y) / (high - low) * (self.dots.shape[0] - 1)
        # Far beyond the border is beyond the border; larger numbers do not fit an integer.
        return np.asarray(np.clip(scaled, -1e6, 1e6), dtype=float)

    def _column(self, t: float) -> int | None:
        low, high = self.span
        part = (t - low) / (high - low)
        return None if not 0 <= part <= 1 else round(part * (self.dots.shape[1] - 1)) // ACROSS


def blank(rows: int, columns: int, span: tuple[float, float], heights: tuple[float, float]) -> Canvas:
    """Return an empty canvas of so many characters."""
    return Canvas(np.zeros((rows * DOWN, columns * ACROSS), dtype=bool), span, heights)
