"""A cut: the function along a line, its derivative, its surrogates with their bands, its marks.

The derivative is the report's gradient, evaluated; the band is the original plus the interval that the report states.
Read in order: Cut, cut, then the derivative and the surrogates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from diffcheck.errors import InputError
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node
from diffcheck.plot.line import EVEN, Array, Line, Piece, limits, pieces
from diffcheck.plot.marks import OF_SLOPE, OF_VALUE, Mark, apart, mark, meetings
from diffcheck.plot.window import View, defined_values
from diffcheck.problem import Problem
from diffcheck.verdict import Report, Surrogate

__all__ = ["Cut", "Model", "cut"]

# Marks closer than this part of the width cover each other.
APART = 60

Function = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Model:
    """A surrogate along the line; band: original plus its proved error interval, as (t, low, high), or ()."""

    surrogate: Surrogate
    curve: tuple[Piece, ...]
    band: tuple[tuple[Array, Array, Array], ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """The function, its surrogates and its derivative along a line.

    mu: the value of the surrogates' parameter.  heights, slopes: the ranges of value and derivative to show.
    """

    line: Line
    span: tuple[float, float]
    function: tuple[Piece, ...]
    derivative: tuple[Piece, ...]
    models: tuple[Model, ...]
    marks: tuple[Mark, ...]
    mu: float
    heights: tuple[float, float]
    slopes: tuple[float, float]


def cut(
    problem: Problem,
    report: Report,
    seen: View,
    line: Line,
    span: tuple[float, float],
    wished: float | None,
    columns: int,
) -> Cut:
    """Return the cut along a line.

    span: the range of its parameter.  wished: the surrogates' parameter, or None to have one chosen.
    columns: of the picture, for the density of samples.
    """

    def function(t: Array) -> Array:
        return np.broadcast_to(defined_values(problem, line.at(t)), t.shape)

    met = meetings(report, seen, line, span)
    breaks = [crossing.t for _, crossing in met]
    curve = pieces(function, *span, breaks, columns)
    slope = _derivative(problem, report, line, function, breaks, span)
    derivative = pieces(slope, *span, breaks, columns)
    marks = tuple(
        mark(problem, seen, line, f, c, curve, derivative) for f, c in apart(met, (span[1] - span[0]) / APART)
    )
    even = np.linspace(*span, EVEN)
    kept = [m.value for m in marks if m.value is not None]
    kept += [v for m in marks for v in (m.below, m.above) if np.isfinite(v) and m.finding.kind in OF_VALUE]
    heights = limits([function(even)], kept)
    mu = wished or _visible_parameter(span, breaks, heights)
    models = tuple(_models(report, seen, line, span, mu, columns, function, breaks))
    kept += [v for m in marks for model in models for v in _band_at(model, m.t)]
    heights = limits([function(even)], [v for v in kept if abs(v) < 3 * max(map(abs, heights))])
    finite = [s for m in marks for s in m.slopes if np.isfinite(s) and m.finding.kind in OF_SLOPE]
    return Cut(line, span, curve, derivative, models, marks, mu, heights, limits([slope(even)], finite))


def _visible_parameter(
    span: tuple[float, float], breaks: Sequence[float], heights: tuple[float, float]
) -> float:
    """Return a round parameter that leaves room between neighbours, and still can be seen."""
    width = span[1] - span[0]
    nearest = min((b - a for a, b in pairwise(sorted(set(breaks)))), default=width)
    most = min(width / 10, (heights[1] - heights[0]) / 7)
    return float(f"{max(min(most, nearest / 5), most / 5):.0e}")


def _band_at(model: Model, t: float) -> list[float]:
    """Return the limits of the band beside a mark."""
    ends = [(t0[i], low[i], high[i]) for t0, low, high in model.band for i in (0, -1)]
    near = sorted(ends, key=lambda end: abs(end[0] - t))[:1]
    return [float(v) for _, low, high in near for v in (low, high)]


def _derivative(
    problem: Problem,
    report: Report,
    line: Line,
    function: Function,
    breaks: Sequence[float],
    span: tuple[float, float],
) -> Function:
    """Return the slope along the line: the report's gradient, or differences that never reach over a break.

    Where the formula has no value and the function has, as 0/0 of sqrt(max(x, 0)) at x < 0, differences are taken.
    """
    parts = _gradient(problem, report, line)

    def exact(t: Array) -> Array:
        point = line.at(t)
        total = np.broadcast_to(
            np.asarray(sum(line.direction[n] * values(node, point) for n, node in parts.items())), t.shape
        )
        slopes = np.where(np.isnan(total), measured(t), total) if np.isnan(total).any() else total
        return np.where(np.isfinite(function(t)), slopes, np.nan)

    def measured(t: Array) -> Array:
        room = np.full(t.shape, 1e-5 * (span[1] - span[0]))
        for b in breaks:
            room = np.minimum(room, np.abs(t - b) / 2)
        low, high = t - room, t + room
        with np.errstate(all="ignore"):
            return np.asarray((function(high) - function(low)) / (high - low))

    return exact if parts else measured


def _gradient(problem: Problem, report: Report, line: Line) -> dict[str, Node]:
    """Return the partial derivatives along the line, {} if one of them is not known as text."""
    known = {*problem.wrt, *problem.constants}
    parts: dict[str, Node] = {}
    for name in line.direction:
        try:
            parts[name] = parse(report.gradient[name])
        except (InputError, KeyError):
            return {}
        if not set(parts[name].names()) <= known:
            return {}
    return parts


def _models(
    report: Report,
    seen: View,
    line: Line,
    span: tuple[float, float],
    mu: float,
    columns: int,
    function: Function,
    breaks: Sequence[float],
) -> list[Model]:
    found = []
    for surrogate in report.surrogates:
        try:
            node = parse(surrogate.expression)
            error = [parse(e) for e in surrogate.error or ()]
        except InputError:
            continue
        setting = {surrogate.parameter: mu} if surrogate.parameter else {}
        names = {*setting, *seen.point}
        if not all(set(n.names()) <= names for n in (node, *error)):
            continue

        def along(t: Array, node: Node = node, setting: Mapping[str, float] = setting) -> Array:
            y = values(node, {**line.at(t), **setting})
            return np.where(np.isfinite(function(t)), np.broadcast_to(y, t.shape), np.nan)

        curve = pieces(along, *span, (), columns)
        band = []
        moving = {n for e in error for n in e.names()} & set(line.direction)
        for ts, ys in pieces(function, *span, breaks, columns) if error else ():
            # The curve may be straight where its band is not.
            t = np.linspace(ts[0], ts[-1], EVEN) if moving else ts
            y = function(t) if moving else ys
            low, high = (np.broadcast_to(values(e, {**line.at(t), **setting}), t.shape) for e in error)
            band.append((t, y + low, y + high))
        found.append(Model(surrogate, curve, tuple(band)))
    return found
