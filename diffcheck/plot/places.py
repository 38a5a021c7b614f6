"""Where a finding is in a picture: its place met with a line, or drawn as curves in a plane.

Numbers only place ink: what is drawn was proved before, at the places that the text of the report names.
Read in order: crossings, curves.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from diffcheck.errors import InputError
from diffcheck.findings.places import Equation, Place, place_of
from diffcheck.language.numeric import Exact, evaluate, values
from diffcheck.language.parse import parse_conditions
from diffcheck.language.tree import Node
from diffcheck.plot.line import Array, Line, runs, straightened
from diffcheck.plot.options import DIGITS
from diffcheck.verdict import Finding

__all__ = ["Crossing", "Trace", "crossings", "curves", "drawn_place", "members"]

# Members of a family that are marked: more are a grey band, not a picture.
MEMBERS = 80
# Members tried where they are not a*k + b.
TRIED = 40
# Parameters at which an equation is sampled for changes of sign.
GRID = 2001
# Parameters of a curve: a circle has to close where its root ends.
FINE = 20_001
CELLS = 301
# Two sides this close, relative to their size, are equal in float64.
CLOSE = 1e-9

Integers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a line meets a place: at ``t``, for these integers; exact: t as exact number, if there is one."""

    t: float
    integers: Integers
    exact: Exact | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a plane: (m,) coordinates, nan where the pen is lifted.  joined: a curve, else single dots."""

    x: Array
    y: Array
    joined: bool


def drawn_place(finding: Finding) -> Place | None:
    """Return the place of a finding, met only for the constants for which it is one."""
    place = place_of(finding)
    if place is None or not finding.condition:
        return place
    try:
        conditions = parse_conditions(finding.condition)
    except InputError:
        return place
    return replace(place, conditions=(*place.conditions, *conditions))


def members(place: Place, wrt: str, point: Mapping[str, Exact], count: int) -> list[tuple[Integers, Exact]]:
    """Return up to ``count`` values of ``wrt`` at the place, exact, nearest to zero first; [] if it is not solved.

    point: exact values of the other names.
    """
    formula = place.formula(wrt)
    if formula is None:
        return []
    found: list[tuple[Integers, Exact]] = []
    for numbers in _near_zero(place.integers, count):
        value = _exact(formula, {**point, **numbers})
        if value is not None and _conditions_hold(place, {**point, wrt: value, **numbers}):
            found.append((numbers, value))
    return sorted(found, key=lambda pair: abs(float(pair[1])))[:count]


def crossings(
    place: Place, line: Line, exact: Mapping[str, Exact], low: float, high: float
) -> list[Crossing]:
    """Return where the line meets the place between ``low`` and ``high``, ascending.

    exact: the line's origin in exact numbers.  A family gives at most MEMBERS crossings, those in the middle.
    """
    t = np.linspace(low, high, GRID)
    found: dict[float, Crossing] = {}
    for numbers in _numberings(place, line, t):
        for crossing in _solved(place, line, exact, numbers) or _sign_changes(place, line, t, numbers):
            if low <= crossing.t <= high and _lies_on(place, line, crossing):
                found.setdefault(crossing.t, crossing)
    # Counted from the middle member: of x = 1/k the small k are the ones that can be told apart.
    sums = sorted(sum(c.integers.values()) for c in found.values())
    nearest = sorted(found.values(), key=lambda c: abs(sum(c.integers.values()) - sums[len(sums) // 2]))
    return sorted(nearest[:MEMBERS], key=lambda c: c.t)


def curves(
    place: Place, names: tuple[str, str], point: Mapping[str, float], ranges: Sequence[tuple[float, float]]
) -> list[Trace]:
    """Return what there is of the place in the plane of two names.

    point: values of the other names.  ranges: of the two names.
    """
    drawn = []
    for numbers in _near_zero(place.integers, MEMBERS):
        known: dict[str, Array | float] = {**point, **{k: float(n) for k, n in numbers.items()}}
        trace = _solved_curve(place, names, known, ranges) or _implicit_curve(place, names, known, ranges)
        if trace is not None and np.isfinite(trace.x).any():
            drawn.append(trace)
    return drawn


# --- one equation


def _near_zero(letters: tuple[str, ...], count: int) -> list[dict[str, int]]:
    """Return values for the integers, small ones first."""
    if not letters:
        return [{}]
    most = max(1, int(count ** (1 / len(letters)) / 2))
    tuples = itertools.product(range(-most, most + 1), repeat=len(letters))
    small = sorted(tuples, key=lambda n: sum(map(abs, n)))
    return [dict(zip(letters, n, strict=True)) for n in small]


def _numberings(place: Place, line: Line, t: Array) -> list[dict[str, int]]:
    """Return the values of the integers for which the place may meet the line at ``t``."""
    if len(place.integers) != 1:
        return _near_zero(place.integers, 5 * TRIED)
    (letter,) = place.integers
    moving = [e for e in place.equations if letter in {*e[0].names(), *e[1].names()}]
    if not moving:
        return [{letter: 0}]
    r = [_residual(moving[0], line, t, {letter: n}) for n in (0, 1, 2)]
    with np.errstate(all="ignore"):
        step, bend = np.abs(r[1] - r[0]), np.abs(r[2] - 2 * r[1] + r[0])
        where = -r[0] / (r[1] - r[0])
    where = where[np.isfinite(where)]
    if not where.size or np.any(bend > CLOSE * (1 + step)):
        return _near_zero(place.integers, 2 * TRIED)
    first, last = math.floor(max(where.min(), -1e15)), math.ceil(min(where.max(), 1e15))
    middle = (first + last) // 2
    span = range(max(first, middle - MEMBERS), min(last, middle + MEMBERS) + 1)
    return [{letter: n} for n in span]


def _residual(equation: Equation, line: Line, t: Array, numbers: Integers) -> Array:
    point = {**line.at(t), **{k: float(n) for k, n in numbers.items()}}
    with np.errstate(all="ignore"):
        return np.broadcast_to(values(equation[0], point) - values(equation[1], point), t.shape).astype(float)


def _solved(place: Place, line: Line, exact: Mapping[str, Exact], numbers: Integers) -> list[Crossing]:
    """Return the crossing where the line follows one name and the place is solved for it."""
    if len(line.direction) != 1:
        return []
    ((name, speed),) = line.direction.items()
    formula = place.formula(name)
    if formula is None or speed != 1.0 or line.origin[name] != 0.0:
        return []
    value = _exact(formula, {**exact, **numbers})
    return [] if value is None else [Crossing(float(value), numbers, value)]


def _sign_changes(place: Place, line: Line, t: Array, numbers: Integers) -> Iterator[Crossing]:
    """Yield where the first equation that changes along the line changes its sign, by bisection."""
    for equation in place.equations:
        r = _residual(equation, line, t, numbers)
        known = r[np.isfinite(r)]
        if not known.size or np.ptp(known) == 0.0:
            continue
        for i in np.flatnonzero(r == 0.0):
            yield Crossing(float(t[i]), numbers)
        for i in np.flatnonzero(r[:-1] * r[1:] < 0.0):
            yield Crossing(_bisected(equation, line, float(t[i]), float(t[i + 1]), numbers), numbers)
        return


def _bisected(equation: Equation, line: Line, a: float, b: float, numbers: Integers) -> float:
    sign = np.sign(_residual(equation, line, np.array([a]), numbers)[0])
    for _ in range(100):
        m = (a + b) / 2
        if m in (a, b):
            break
        a, b = (m, b) if np.sign(_residual(equation, line, np.array([m]), numbers)[0]) == sign else (a, m)
    return b


def _lies_on(place: Place, line: Line, crossing: Crossing) -> bool:
    """Whether every equation and condition holds there, up to rounding."""
    point = {**line.at(np.array([crossing.t])), **{k: float(n) for k, n in crossing.integers.items()}}
    for left, right in place.equations:
        a, b = values(left, point).item(0), values(right, point).item(0)
        if not abs(a - b) <= 1e-6 * (1e-3 + abs(a) + abs(b)):
            return False
    return all(values(c, point).item(0) == 1.0 for c in place.conditions)


def _exact(node: Node, point: Mapping[str, Exact]) -> Exact | None:
    if any(name not in point for name in node.names()):
        return None
    return evaluate(node, point, DIGITS).value


def _conditions_hold(place: Place, point: Mapping[str, Exact]) -> bool:
    known = {name: np.asarray(float(v)) for name, v in point.items()}
    return all(values(c, known).item() == 1.0 for c in place.conditions if set(c.names()) <= known.keys())


# --- the plane


def _solved_curve(
    place: Place,
    names: tuple[str, str],
    known: Mapping[str, Array | float],
    ranges: Sequence[tuple[float, float]],
) -> Trace | None:
    """Return a curve that is solved for one of the names, or a point for both; None for any other."""
    formulas = {name: place.formula(name) for name in names}
    solved = [name for name in names if formulas[name] is not None]
    point: dict[str, Array | float] = dict(known)
    if len(place.equations) > 1 and len(solved) < 2:
        return None
    if len(solved) == 2:
        for name in sorted(solved, key=lambda n: len(set(formulas[n].names()) & set(names))):  # type: ignore[union-attr]
            point[name] = np.atleast_1d(values(formulas[name], {**point}))  # type: ignore[arg-type]
    elif solved:
        (bound,) = solved
        (free,) = (n for n in names if n != bound)
        low, high = ranges[names.index(free)]
        point[free] = np.linspace(low, high, FINE)
        point[bound] = values(formulas[bound], {n: v for n, v in point.items() if n != bound})  # type: ignore[arg-type]
    else:
        return None
    x, y = np.broadcast_arrays(*(np.asarray(point[n], dtype=float) for n in names))
    x, y = _visible(place, names, point, x, y, ranges)
    if x.size == 1:
        return Trace(x, y, joined=False)
    # Runs of the name that is solved for, as a function of the free one.
    along = (x, y) if formulas[names[0]] is None else (y, x)
    tolerance = 1e-4 * (ranges[0][1] - ranges[0][0] + ranges[1][1] - ranges[1][0])
    parts = [straightened(*run, tolerance) for run in runs(*along)]
    free_parts, bound_parts = [_lifted([p[i] for p in parts]) for i in (0, 1)]
    ends = (free_parts, bound_parts) if formulas[names[0]] is None else (bound_parts, free_parts)
    return Trace(*ends, joined=True)


def _lifted(parts: Sequence[Array]) -> Array:
    """Return the parts one after the other, with nan between them."""
    return np.concatenate([v for part in parts for v in (part, [np.nan])] or [np.zeros(0)])


def _implicit_curve(
    place: Place,
    names: tuple[str, str],
    known: Mapping[str, Array | float],
    ranges: Sequence[tuple[float, float]],
) -> Trace | None:
    """Return dots where the one equation changes its sign between neighbours of a grid."""
    if len(place.equations) != 1:
        return None
    left, right = place.equations[0]
    axes = [np.linspace(low, high, CELLS) for low, high in ranges]
    x, y = np.meshgrid(*axes, indexing="ij")
    point = {**known, names[0]: x, names[1]: y}
    r = values(left, point) - values(right, point)
    xs: list[Array] = []
    ys: list[Array] = []
    for axis in (0, 1):
        a, b = np.moveaxis(r, axis, 0)[:-1], np.moveaxis(r, axis, 0)[1:]
        with np.errstate(all="ignore"):
            # A pole changes the sign as well, but not through small values.
            crossed = (a * b <= 0) & (a != b) & (np.abs(b - a) <= 0.2 * np.nanmax(np.abs(r)))
            part = np.where(crossed, a / (a - b), np.nan)
        for grid, out in ((x, xs), (y, ys)):
            g = np.moveaxis(grid, axis, 0)
            out.append((g[:-1] + part * (g[1:] - g[:-1]))[crossed])
    dots = np.concatenate(xs), np.concatenate(ys)
    return Trace(*_visible(place, names, known, *dots, ranges), joined=False) if dots[0].size else None


def _visible(
    place: Place,
    names: tuple[str, str],
    point: Mapping[str, Array | float],
    x: Array,
    y: Array,
    ranges: Sequence[tuple[float, float]],
) -> tuple[Array, Array]:
    """Return the coordinates, nan outside the ranges and where a condition does not hold."""
    shown = np.ones(x.shape, dtype=bool)
    for value, (low, high) in zip((x, y), ranges, strict=True):
        margin = 0.1 * (high - low)
        shown &= (value >= low - margin) & (value <= high + margin)
    for condition in place.conditions:
        # A condition such as y != 0 excludes single points of the curve: not worth a gap.
        if condition.op != "ne":
            shown &= values(condition, {**point, names[0]: x, names[1]: y}) == 1.0
    return np.where(shown, x, np.nan), np.where(shown, y, np.nan)
