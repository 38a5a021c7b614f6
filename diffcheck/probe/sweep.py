"""Looks for jumps, corners, poles and holes inside the domain that are worse than what the findings say.

Method: second differences D on lines through seeded points; each line's outliers are zoomed in float64.  With
the spacing s, D/s falls like s where f is smooth, stays at a corner, grows at a jump.  What does not fall is
zoomed on at high precision until the place is known to 10**-55, and only then judged by both its sides.

Read in order: `sweep`, `lines.py` for where it looks, `_confirmed`.
Limits: a feature narrower than the grid is missed between its points; failures along curves are not seen.
A smooth step passes for a corner only if it is steeper than the finest zoom: those are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from diffcheck.language.numeric import Exact, Value, evaluate, evaluate_parts, program_size
from diffcheck.language.tree import Node
from diffcheck.probe.lines import Grid, Window, bend_power, bent_origin, grids, holes, suspicious
from diffcheck.probe.sides import Ladder, Line, Side, Slope, State, bent, real, side
from diffcheck.problem import Problem
from diffcheck.verdict import C0, DISCONTINUOUS, SINGULAR, Analysis, Kind, Smoothness, Verdict

__all__ = ["Suspect", "sweep"]

# Places looked at with high precision; each costs about 300 evaluations when it is real.
MAX_ZOOMED = 3
MAX_HOLES = 2
# An intermediate value beyond this that stays put beside the suspect is a scale finer than any step here.
HIDDEN_SCALE = 18
# A power h**a settles too slowly for a smaller than this.
NEARLY = 0.15


@dataclass(frozen=True, slots=True)
class Suspect:
    """A place that no finding explains: its coordinates, the class it has, and the slopes beside it."""

    what: str
    level: Smoothness
    place: Mapping[str, float]
    along: str | None
    left: float | None
    right: float | None
    h: float


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to zoom: to ``width`` decimal places, then judge on ``ladder``."""

    width: int
    ladder: Ladder


def sweep(problem: Problem, analysis: Analysis) -> Suspect | None:
    """Return a place whose class is worse than the one claimed, or None when none is found."""
    claimed = _claimed(analysis)
    effort = _effort(program_size(problem.tree))
    if claimed is None or claimed <= SINGULAR or effort is None:
        return None
    lines = grids(problem)
    if lines is None:
        return None
    explained = any(f.kind in (Kind.HOLE, Kind.POLE) for f in analysis.findings)
    if not explained and claimed > DISCONTINUOUS:
        for line, t in holes(lines)[:MAX_HOLES]:
            found = _missing(problem, _line(problem, line, effort), line, t, effort)
            if found:
                return found
    origin = bent_origin(problem, lines) if claimed > C0 else None
    if origin is not None:
        found = _bent(problem, origin, effort)
        if found:
            return found
    for window in suspicious(problem, lines, claimed.level)[:MAX_ZOOMED]:
        found = _confirmed(problem, window, effort, claimed)
        if found:
            return found
    return None


def _claimed(analysis: Analysis) -> Smoothness | None:
    """Return the worst class the analysis admits, or None when it claims nothing."""
    if analysis.verdict is Verdict.UNDETERMINED or analysis.smoothness is None:
        return None
    levels = [analysis.smoothness, *(c.smoothness for c in analysis.cases if c.smoothness is not None)]
    levels += [f.level for f in analysis.findings if f.kind is not Kind.EDGE]
    return min(levels)


def _effort(size: int) -> Effort | None:
    """Return the zoom that fits into about 0.2 s for an expression of that many parts, if one does."""
    if size <= 60:
        return Effort(55, Ladder((12, 24, 48)))
    return Effort(30, Ladder((6, 12, 24))) if size <= 160 else None


def _line(problem: Problem, grid: Grid, effort: Effort) -> Line:
    base = {n: Fraction(v) for n, v in grid.base.items()}
    direction = {n: Fraction(v) for n, v in grid.direction.items()}
    return Line(problem.tree, base, direction, effort.ladder.digits)


def _moved(line: Line, t: Fraction) -> Line:
    """Return the same line with its origin at t."""
    return Line(line.tree, line.point(t), line.direction, line.digits)


def _confirmed(problem: Problem, window: Window, effort: Effort, claimed: Smoothness) -> Suspect | None:
    """Return the suspect in ``window`` if it survives zooming and is worse than claimed."""
    line = _line(problem, window.grid, effort)
    t = _zoomed(line, window, effort, bend_power(claimed.level))
    if t is None:
        return None
    here = _moved(line, t)
    below, above = side(here, -1, effort.ladder), side(here, 1, effort.ladder)
    judged = _class_of(here, t, below, above)
    if judged is None or judged[1] >= claimed:
        return None
    if not _is_inside(problem, here, effort) or _has_hidden_scale(here, effort):
        return None
    return _suspect(judged, window.grid, here, below, above)


def _suspect(judged: tuple[str, Smoothness], grid: Grid, here: Line, below: Side, above: Side) -> Suspect:
    place = {n: float(v) for n, v in here.base.items()}
    along = next(iter(grid.direction)) if len(grid.direction) == 1 else None
    return Suspect(*judged, place, along, below.finite_slope, above.finite_slope, below.h)


def _zoomed(line: Line, window: Window, effort: Effort, power: float) -> Fraction | None:
    """Return where D/s**power does not fall, to ``effort.width`` places; None where it falls: smooth."""
    points = [Fraction(window.centre) + k * Fraction(window.spacing) for k in (-2, -1, 0, 1, 2)]
    found = [_number(line.at(t)) for t in points]
    best = mpmath.mpf(0)
    last = Fraction(1, 10**effort.width)
    with mpmath.workdps(line.digits):
        while True:
            if any(v is None for v in found):
                return None
            bends = [abs(found[i] - 2 * found[i + 1] + found[i + 2]) for i in range(3)]
            i = max(range(3), key=lambda k: (bends[k], k == 1))
            ratio = bends[i] / real(points[1] - points[0]) ** power
            best = max(best, ratio)
            if ratio <= best / 1000:
                return None
            left, middle, right = points[i : i + 3]
            if right - left < last:
                return middle
            between = [(left + middle) / 2, (middle + right) / 2]
            new = [_number(line.at(t)) for t in between]
            points = [left, between[0], middle, between[1], right]
            found = [found[i], new[0], found[i + 1], new[1], found[i + 2]]


def _number(value: Value) -> Any:
    return None if value.value is None or value.doubt else real(value.value)


def _class_of(here: Line, t: Fraction, below: Side, above: Side) -> tuple[str, Smoothness] | None:
    """Return what happens at the point and its class, or None when the sides do not say."""
    states = {below.state, above.state}
    if states & {State.UNDEFINED, State.UNKNOWN, State.UNSETTLED, State.SLOWLY_UNBOUNDED}:
        return None
    if State.UNBOUNDED in states:
        return "a pole", SINGULAR
    if abs(above.limit - below.limit) > 10 * (above.error + below.error):
        return "a jump", DISCONTINUOUS
    if t.denominator < 2**20:
        value = here.at(Fraction(0))
        known = value.value is not None and not value.doubt
        # What rounding leaves of a zero is no value of its own.
        noise = mpmath.mpf(10) ** (-here.digits // 2)
        if known and abs(real(value.value) - above.limit) > 10 * (above.error + below.error) + noise:
            return "a value that is not the limit", DISCONTINUOUS
    if Slope.INFINITE in (below.trend, above.trend):
        return "an infinite slope", C0
    if below.trend is not Slope.FINITE or above.trend is not Slope.FINITE:
        return None
    if abs(above.slope - below.slope) > 1000 * (above.slope_error + below.slope_error):
        return "a corner", C0
    return None


def _missing(problem: Problem, line: Line, grid: Grid, t: float, effort: Effort) -> Suspect | None:
    """Return the missing point at t if it lies inside the domain."""
    here = _moved(line, Fraction(t))
    value = here.at(Fraction(0))
    if value.value is not None or value.doubt:
        return None
    below, above = side(here, -1, effort.ladder), side(here, 1, effort.ladder)
    if {below.state, above.state} & {State.UNDEFINED, State.UNKNOWN}:
        return None
    if not _is_inside(problem, here, effort):
        return None
    bounded = State.UNBOUNDED not in (below.state, above.state)
    judged = ("a missing value", DISCONTINUOUS) if bounded else ("a pole", SINGULAR)
    return _suspect(judged, grid, here, below, above)


def _bent(problem: Problem, origin: Mapping[str, float], effort: Effort) -> Suspect | None:
    """Return the origin if no linear map fits its one-sided slopes and it lies inside the domain."""
    base = {n: Fraction(v) for n, v in origin.items()}
    here = Line(problem.tree, base, {problem.wrt[0]: Fraction(1)}, effort.ladder.digits)
    value = here.at(Fraction(0))
    if value.value is None or value.doubt or not _is_inside(problem, here, effort):
        return None
    if not bent(problem.tree, base, problem.wrt, effort.ladder) or _has_hidden_scale(here, effort):
        return None
    h = float(effort.ladder.steps[1])
    return Suspect("slopes that no linear map fits", C0, dict(origin), None, None, None, h)


def _is_inside(problem: Problem, here: Line, effort: Effort) -> bool:
    """Whether the expression is defined and `where` holds all around: along the axes and some directions.

    And at the place itself, which is known up to rounding: x != 0 holds all around 0.
    """
    if any(_is_excluded(here, c) for c in problem.where):
        return False
    h = effort.ladder.steps[0]
    rng = np.random.default_rng(7)
    directions: list[dict[str, Exact]] = [{n: Fraction(1)} for n in problem.wrt]
    if len(problem.wrt) > 1:
        for row in rng.integers(1, 50, size=(5, len(problem.wrt))) * rng.choice(
            [-1, 1], size=(5, len(problem.wrt))
        ):
            directions.append({n: Fraction(int(v), 50) for n, v in zip(problem.wrt, row, strict=True)})
    for direction in directions:
        line = Line(here.tree, here.base, direction, here.digits)
        for step in (-h, h):
            point = line.point(step)
            parts = [evaluate(c, point, here.digits) for c in problem.where]
            if line.at(step).value is None or any(p.doubt or not p.value for p in parts):
                return False
    return True


def _is_excluded(here: Line, condition: Node) -> bool:
    """Whether a condition asks for two sides to be different that agree at the point, but for rounding."""
    if condition.op == "and":
        return any(_is_excluded(here, c) for c in condition.args)
    if condition.op not in ("lt", "gt", "ne"):
        return False
    left, right = (evaluate(a, here.base, here.digits).value for a in condition.args)
    if left is None or right is None:
        return True
    a, b = real(left), real(right)
    return bool(abs(a - b) <= mpmath.mpf(10) ** (-here.digits // 2) * (1 + abs(a)))


def _has_hidden_scale(here: Line, effort: Effort) -> bool:
    """Whether some part keeps one tiny or huge value beside the point, or a power is nearly a natural one.

    A smooth step may hide below such a scale, and abs(x)**(1 + 1e-15) passes for a corner at any step.
    """
    if any(_nearly_natural(here, node) for node in here.tree.walk() if node.op == "pow"):
        return True
    far, near = (evaluate_parts(here.tree, here.point(h), here.digits) for h in effort.ladder.steps[:2])
    for one, other in zip(far, near, strict=True):
        if one.value is None or other.value is None or isinstance(one.value, bool):
            continue
        a, b = real(one.value), real(other.value)
        if a and abs(a - b) <= abs(a) / 100 and abs(mpmath.log10(abs(a))) > HIDDEN_SCALE:
            return True
    return False


def _nearly_natural(here: Line, power: Node) -> bool:
    """Whether an exponent is closer to an integer than slopes can tell, but not one."""
    exponent = evaluate(power.args[1], here.base, here.digits).value
    if exponent is None or isinstance(exponent, bool):
        return False
    apart = abs(real(exponent) - mpmath.nint(real(exponent)))
    return bool(mpmath.mpf(10) ** (-here.digits // 2) < apart < NEARLY)
