"""Numbers beside marks, put where they cover neither a curve nor each other.

Every label tries a few places around its mark and takes the one that costs least, first come first served; one that
finds none is left out.
Read in order: Label, put.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diffcheck.plot.line import Array
from diffcheck.plot.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

__all__ = ["Label", "put"]

# Points between mark and label.
GAP = 4.0
# A label that covers more than this costs is left out: the key says the same.
TOO_MUCH = 100.0
OUTSIDE, OVER_LABEL, OVER_CURVE, FAR = 1000.0, 200.0, 5.0, 1.0


@dataclass(frozen=True, slots=True)
class Label:
    """A text beside the point (t, y); side: -1 to the left of it, +1 to the right, if there is room."""

    t: float
    y: float
    text: str
    side: int


def put(ax: Axes, labels: Sequence[Label], theme: Theme) -> None:
    """Write the labels into the axes; the figure has to be laid out before."""
    if not labels:
        return
    ink = _ink(ax)
    taken: list[Bbox] = []
    for label in labels:
        text = ax.annotate(
            label.text, (label.t, label.y), xytext=(0, 0), textcoords="offset points",
            fontsize=10 if "∞" in label.text else 7,
            color=theme.finding, zorder=6, annotation_clip=False, gid="label",
        )  # fmt: skip
        costs = {place: _cost(ax, text, place, ink, taken) for place in _places(label.side)}
        best = min(costs, key=lambda place: costs[place])
        if costs[best] >= TOO_MUCH:
            text.remove()
            continue
        _move(text, best)
        taken.append(text.get_window_extent())


def _places(side: int) -> Iterator[tuple[float, float, str, str, float]]:
    """Yield (dx, dy, horizontal, vertical, price) around a mark, the best first."""
    for price, sign in ((0.0, side), (8.0, -side)):
        across = "left" if sign > 0 else "right"
        for i, dy in enumerate((GAP, -GAP, 2.5 * GAP, -2.5 * GAP)):
            yield sign * GAP, dy, across, "bottom" if dy > 0 else "top", price + FAR * i
        yield sign * 1.8 * GAP, 0.0, across, "center", price + 1.5 * FAR


def _move(text: object, place: tuple[float, float, str, str, float]) -> None:
    dx, dy, across, along, _ = place
    text.set_position((dx, dy))  # type: ignore[attr-defined]
    text.set_ha(across)  # type: ignore[attr-defined]
    text.set_va(along)  # type: ignore[attr-defined]


def _cost(
    ax: Axes, text: object, place: tuple[float, float, str, str, float], ink: Array, taken: Sequence[Bbox]
) -> float:
    _move(text, place)
    box = text.get_window_extent().padded(2.0)  # type: ignore[attr-defined]
    frame = ax.get_window_extent()
    cost = place[-1]
    if box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1:
        cost += OUTSIDE
    cost += OVER_LABEL * sum(bool(box.overlaps(other)) for other in taken)
    inside = (ink[:, 0] > box.x0) & (ink[:, 0] < box.x1) & (ink[:, 1] > box.y0) & (ink[:, 1] < box.y1)
    return cost + OVER_CURVE * min(float(inside.sum()), 30.0)


def _ink(ax: Axes) -> Array:
    """Return dots along all curves of the axes, in pixels."""
    dots = [np.zeros((0, 2))]
    for line in ax.get_lines():
        points = line.get_transform().transform(line.get_xydata())
        points = points[np.isfinite(points).all(axis=1)]
        if len(points) > 1:
            # Straight pieces have few samples: fill them up.
            at = np.linspace(0, len(points) - 1, max(len(points), 400))
            index = np.arange(len(points))
            points = np.column_stack([np.interp(at, index, points[:, k]) for k in (0, 1)])
        dots.append(points)
    return np.concatenate(dots)
