"""A map: the function over two names, and where its findings are.

Read in order: Plane, plane.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from diffcheck.findings.places import Place
from diffcheck.plot.line import Array, limits
from diffcheck.plot.options import Wishes
from diffcheck.plot.places import Trace, curves, drawn_place
from diffcheck.plot.window import View, defined_values, plane_ranges
from diffcheck.problem import Problem
from diffcheck.verdict import Finding, Report

__all__ = ["Plane", "plane"]

# Cells on each side.
CELLS = 240


@dataclass(frozen=True, slots=True)
class Plane:
    """The function over two names: z[i, j] at (x[j], y[i]), the findings' traces, and the shown range of values."""

    names: tuple[str, str]
    x: Array
    y: Array
    z: Array
    traces: tuple[tuple[Finding, Trace], ...]
    heights: tuple[float, float]


def plane(problem: Problem, report: Report, seen: View, wished: Wishes) -> Plane:
    """Return the map over the two drawn names of a view."""
    names = (seen.drawn[0], seen.drawn[1])
    ranges = plane_ranges(problem, report, seen, wished)
    # An even number: no cell is in the middle, where the place of a finding often is.
    x, y = (np.linspace(a, b, CELLS) for a, b in ranges)
    grid = np.meshgrid(x, y)
    z = defined_values(problem, {**seen.floats, names[0]: grid[0], names[1]: grid[1]})
    others = {n: v for n, v in seen.floats.items() if n not in names}
    traces = tuple(
        (finding, trace)
        for finding in report.findings
        for trace in _traces(drawn_place(finding), names, others, ranges)
    )
    return Plane(names, x, y, np.broadcast_to(z, grid[0].shape), traces, _heights(z))


def _heights(z: Array) -> tuple[float, float]:
    """Return the range of colours: that of the values, without the tails that a pole grows."""
    low, high = limits([z.ravel()])
    known = z[np.isfinite(z)]
    return (max(low, float(known.min())), min(high, float(known.max()))) if known.size else (low, high)


def _traces(
    place: Place | None,
    names: tuple[str, str],
    others: Mapping[str, float],
    ranges: Sequence[tuple[float, float]],
) -> list[Trace]:
    return [] if place is None else curves(place, names, others, ranges)
