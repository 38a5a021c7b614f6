"""Findings on a line: where it meets them, the value there, and the limits and slopes on both sides.

What a finding states is drawn where the curve agrees with it: a formula for the slope of max(x, y) + abs(z) may hold
on a part of its place only.  Elsewhere the curve's own ends are drawn, and `exact` says so.
Read in order: Mark, meetings, apart, mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from diffcheck.errors import InputError
from diffcheck.language.numeric import Exact, evaluate
from diffcheck.plot.line import Line, Piece
from diffcheck.plot.options import DIGITS, exact_number
from diffcheck.plot.places import Crossing, crossings, drawn_place
from diffcheck.plot.window import View, defined_values
from diffcheck.problem import Problem
from diffcheck.verdict import Finding, Kind, Report

__all__ = ["OF_SLOPE", "OF_VALUE", "Mark", "Meeting", "apart", "known_value", "mark", "meetings"]

# The last sample before a break is 2**-32 of a stretch away: a square root has changed by much less.
AGREE = 1e-3

# Kinds whose left and right are limits of the value, and those whose are slopes.
OF_VALUE = frozenset({Kind.JUMP, Kind.HOLE, Kind.POLE})
OF_SLOPE = frozenset({Kind.CORNER, Kind.CUSP, Kind.VERTICAL_TANGENT})

Meeting = tuple[Finding, Crossing]


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding where the line meets it.

    t: the parameter.  value: the function there, None where it has none or rounding could decide it.
    below, above: the one-sided limits of the value; slopes: those of the derivative; infinities are meant.
    exact: whether left and right of the finding are the limits (or slopes) along this line.
    """

    finding: Finding
    t: float
    value: float | None
    below: float
    above: float
    slopes: tuple[float, float]
    exact: bool


def meetings(report: Report, seen: View, line: Line, span: tuple[float, float]) -> list[Meeting]:
    """Return the findings that the line meets, where; of two at one point the graver, which comes first."""
    exact = {n: v for n, v in seen.point.items() if n not in line.direction}
    found: dict[float, Meeting] = {}
    for finding in report.findings:
        place = drawn_place(finding)
        for crossing in crossings(place, line, exact, *span) if place else _at_witness(finding, seen, line):
            found.setdefault(crossing.t, (finding, crossing))
    return [found[t] for t in sorted(found)]


def apart(met: Sequence[Meeting], distance: float) -> list[Meeting]:
    """Return the crossings that can be told apart; of a crowd, those of the smallest integers."""
    kept: list[Meeting] = []
    for finding, crossing in sorted(met, key=lambda m: sum(abs(n) for n in m[1].integers.values())):
        if all(abs(crossing.t - other.t) >= distance for _, other in kept):
            kept.append((finding, crossing))
    return sorted(kept, key=lambda m: m[1].t)


def mark(
    problem: Problem,
    seen: View,
    line: Line,
    finding: Finding,
    crossing: Crossing,
    function: Sequence[Piece],
    derivative: Sequence[Piece],
) -> Mark:
    """Return the mark of a finding at a crossing, between the pieces of the function and of its derivative."""
    value = _value(problem, seen, line, crossing, finding)
    ends = _beside(function, crossing.t)
    slopes = _beside(derivative, crossing.t)
    stated = _stated(finding, seen, line, crossing)
    measured = ends if finding.kind in OF_VALUE else slopes
    exact = stated is not None and all(map(_agree, stated, measured))
    if stated is not None and exact:
        # A side of which the finding says nothing is drawn as the curve has it.
        known = (_or(stated[0], measured[0]), _or(stated[1], measured[1]))
        ends, slopes = (known, slopes) if finding.kind in OF_VALUE else (ends, known)
    return Mark(finding, crossing.t, value, *ends, slopes, exact)


def _stated(finding: Finding, seen: View, line: Line, crossing: Crossing) -> tuple[float, float] | None:
    """Return left and right of a finding as numbers, if they are limits or slopes along this line; nan where unsaid."""
    along = {n: known_value(v, seen.point) for n, v in finding.direction.items()}
    if {n: v for n, v in line.direction.items() if v} != {n: v for n, v in along.items() if v}:
        return None
    if finding.kind not in OF_VALUE | OF_SLOPE or (finding.left is None and finding.right is None):
        return None
    point: dict[str, Exact] = {**seen.point, **crossing.integers}
    if crossing.exact is not None and len(line.direction) == 1:
        point[next(iter(line.direction))] = crossing.exact
    left, right = (
        float("nan") if t is None else known_value(t, point) for t in (finding.left, finding.right)
    )
    return None if left is None or right is None else (left, right)


def _or(stated: float, measured: float) -> float:
    return measured if np.isnan(stated) else stated


def _agree(stated: float, measured: float) -> bool:
    """Whether the curve ends where the finding says; a formula may hold on a part of its place only."""
    if not np.isfinite(stated) or not np.isfinite(measured):
        return bool(np.isnan(measured) or np.isnan(stated) or (measured > 0) == (stated > 0))
    return abs(stated - measured) <= AGREE * (1 + abs(stated))


def _beside(curve: Sequence[Piece], t: float) -> tuple[float, float]:
    """Return the values of the curve next to ``t`` on both sides; nan where it does not reach ``t``."""
    below, above = np.nan, np.nan
    for ts, ys in curve:
        near = 1e-6 * (abs(ts[-1] - ts[0]) + abs(t) * 1e-6)
        if ts[-1] <= t and t - ts[-1] <= near:
            below = float(ys[-1])
        if ts[0] >= t and ts[0] - t <= near:
            above = float(ys[0])
    return below, above


def known_value(text: str, point: Mapping[str, Exact]) -> float | None:
    """Return the number that a text of the report means at a point; None if it is not one."""
    if text in ("oo", "-oo"):
        return float(text.replace("oo", "inf"))
    try:
        value = exact_number(text, point)
    except InputError:
        return None
    return None if value is None else float(value)


def _value(problem: Problem, seen: View, line: Line, crossing: Crossing, finding: Finding) -> float | None:
    """Return the function at a mark; None where it has no value, or where rounding the place could change it."""
    if crossing.exact is not None and len(line.direction) == 1:
        (name,) = line.direction
        found = evaluate(problem.tree, {**seen.point, name: crossing.exact}, DIGITS)
        # The pole of a rounded place has a huge value, which is none.
        if not found.doubt and (finding.kind is not Kind.POLE or isinstance(found.value, Fraction)):
            return None if found.value is None else float(found.value)
    if len(line.direction) > 1 and crossing.t == 0.0:
        found = evaluate(problem.tree, seen.point, DIGITS)
        if not found.doubt:
            return None if found.value is None else float(found.value)
    if finding.kind in OF_SLOPE | {Kind.BREAK, Kind.DIRECTIONAL}:
        y = float(defined_values(problem, line.at(np.array([crossing.t]))).item(0))
        return y if np.isfinite(y) else None
    return None


def _at_witness(finding: Finding, seen: View, line: Line) -> list[Crossing]:
    """Return the point of the view for the worst finding, should the text of its place not be read."""
    if finding is not seen.worst:
        return []
    if len(line.direction) > 1:
        return [Crossing(0.0, {})]
    (name,) = line.direction
    return [Crossing(float(seen.point[name]), {}, seen.point[name])]
