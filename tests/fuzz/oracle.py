"""A numeric opinion on smoothness that shares no step of reasoning with the analyzer.

Along a line through a point, one-sided divided differences D_k(h) are taken on both sides at three scales, in ball
arithmetic.  For a C^k function their two sides differ by O(h); where they differ by something that does not shrink, the
line sees a break of order k, and no function of that class can do better in all directions.
Candidates are a few special points, the places where the decisions of the evaluation change (enclosure.py), found by
bisection, the places where second differences in float64 stand out, zoomed in, and the witnesses of findings.
Read in order: line_class, switches, suspects, opinion.
Limits: sees what is larger than 1e-5 of its surroundings, on a window of a few units; exponents within 0.01 of 0
or 0.07 of another integer and logarithms that decay as slowly look like breaks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from math import ceil
from typing import Any

import flint
import numpy as np
from flint import arb, fmpq

from diffcheck.language.numeric import conditions_hold, values
from diffcheck.problem import Problem
from tests.fuzz.enclosure import DOUBT, FAINT_PRECISION, PRECISION, Function, exact

__all__ = ["DEEP", "FINE", "SCALES", "SMOOTH", "Line", "along", "line_class", "opinion", "slope"]

# Far below the distance of two places of a kind, far above the precision: D_4 at the last one keeps 50 digits.
SCALES = (fmpq(1, 10**9), fmpq(1, 10**10), fmpq(1, 10**11))
# What is only known to 8 digits looks like a break from here, or is none.
COARSE = (fmpq(1, 10**4), fmpq(1, 10**5), fmpq(1, 10**6))
# A break that is one is still seen here; a steep slope of a smooth function is not.
FINE = (fmpq(1, 10**13), fmpq(1, 10**14), fmpq(1, 10**15))
# At a witness that is known exactly, however steep the function is there.
DEEP = (fmpq(1, 10**30), fmpq(1, 10**32), fmpq(1, 10**34))
# Where waves are as short as 1e-16; a point that bisection finds is known to a few digits more.
FINER = (fmpq(1, 10**18), fmpq(1, 10**19), fmpq(1, 10**20))
# A break that is one is seen however near it is looked at; a slope as steep as exp(887) is none.
UTMOST = (fmpq(1, 10**400), fmpq(1, 10**420), fmpq(1, 10**440))
# D_4 at the last one keeps 600 digits.
UTMOST_PRECISION = 8_000
# A jump is one at these too, where t**(1/100) has shrunk; at a point that is known exactly, t**(1/500).
FINEST = (fmpq(1, 10**10), fmpq(1, 10**17), fmpq(1, 10**24))
FINEST_HERE = (fmpq(1, 10**10), fmpq(1, 10**50), fmpq(1, 10**90))
# What stays apart shrinks less than this from one scale to the next; t**(1/9) shrinks more.
STEADY = 0.85
HIGHEST = 4
SPECIAL = [
    Fraction(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (1, 2), (-1, 2), (2, 1), (-2, 1), (3, 2), (1, 3))
]
SMOOTH = 99.0
# Steps of a line on which decisions are compared, and how many changes are looked at.
STEPS, CHANGES = 40, 6
# Places are known to more digits than these; a ball of this radius holds what was seen.
AROUND = 1e-24
# Bisection ends below this; before a contradiction, below the other.
NARROW = fmpq(1, 10**28)
NARROWEST = fmpq(1, 10**470)

Point = Mapping[str, Any]
Line = Callable[[Any], Any]


def along(function: Function, point: Point, direction: Point) -> Line:
    """Return t -> f(point + t*direction): fmpq, arb, None where undefined or outside the domain, DOUBT."""

    @cache
    def at(t: fmpq) -> Any:
        return function({n: v + t * direction[n] if n in direction else v for n, v in point.items()})

    return at


def _middle(value: Any) -> arb:
    """Return the middle of a ball that does not reach 0, else 0: what is not known to differ does not."""
    ball = arb(value)
    return arb(0) if ball.contains(0) else ball.mid()


def _float(value: Any) -> float:
    return float(_middle(value))


def _table(line: Line, h: fmpq, order: int) -> list[Any] | None:
    """Return the derivatives of order 0 ... ``order`` from forward differences at h, 2h, ... on the side of h.

    None where a sample is undefined.
    """
    row = []
    for j in range(1, order + 2):
        sample = line(j * h)
        if sample is None or sample is DOUBT:
            return None
        row.append(sample)
    found, power = [row[0]], arb(1)
    for _ in range(order):
        row = [b - a for a, b in pairwise(row)]
        power *= h
        found.append(row[0] / power)
    return found


def line_class(
    line: Line,
    here: bool,
    scales: Sequence[fmpq] = SCALES,
    faint: bool = False,
    below: float = SMOOTH,
    bits: int = PRECISION,
) -> float | None:
    """Return the level (verdict.Smoothness.level) that a line sees at t = 0, SMOOTH for no break; None for no opinion.

    here: whether the point is known exactly, so that the value at it counts.
    faint: whether what is small beside its surroundings counts too.
    below: only levels below it are asked about.  bits: the precision of the line, at least; more if ``faint``.
    """
    order = min(max(ceil(below), 0), HIGHEST)
    old, flint.ctx.prec = flint.ctx.prec, FAINT_PRECISION if faint else bits
    try:
        tables = []
        for h in scales:
            tables.append([_table(line, s * h, order) for s in (1, -1)])
            if None in tables[-1]:
                return None
            if len(tables) == 2 and not faint and _calm(tables) and not (here and _apart_from(line, tables)):
                return SMOOTH
        if faint:
            tables = _magnified(tables)
        for k in range(order + 1):
            sides = [[t[i][k] for t in tables] for i in (0, 1)]
            if k == 0:
                found = _level_of_values(line, sides, here, faint)
                if found is not None:
                    return found
            elif _breaks(_near_one(sides), k, faint):
                return float(k - 1)
        return SMOOTH
    finally:
        flint.ctx.prec = old


def _magnified(tables: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return tables of derivatives with the size of the largest brought near 1: float64 ends at 1e-308."""
    sizes = [abs(arb(v)) for pair in tables for side in pair for v in side[1:]]
    largest = max((s.upper() for s in sizes), default=arb(1))
    if not 0 < largest < 1e-100:
        return [list(pair) for pair in tables]
    return [[[side[0], *(v / largest for v in side[1:])] for side in pair] for pair in tables]


def _near_one(sides: list[list[Any]]) -> list[list[Any]]:
    """Return the values of a derivative divided by the largest, where it is too large for float64."""
    largest = max(abs(arb(v)).upper() for side in sides for v in side)
    return [[v / largest for v in side] for side in sides] if largest > 1e200 else sides


def _calm(tables: Sequence[Sequence[Any]]) -> bool:
    """Whether all orders come together between two scales as those of a smooth function do."""
    (a, b), (c, d) = tables
    return all(
        _apart(r, s) < 0.3 * _apart(p, q) and max(_size(r), _size(s)) < 1.5 * max(_size(p), _size(q))
        for p, q, r, s in zip(a, b, c, d, strict=True)
    )


def _apart_from(line: Line, tables: Sequence[Sequence[Any]]) -> bool:
    """Whether the value at the point may not be the limit."""
    value = line(fmpq(0))
    if value is None:
        return True
    return value is not DOUBT and _apart(value, tables[1][0][0]) > 0.3 * _apart(value, tables[0][0][0])


def _apart(a: Any, b: Any) -> float:
    return abs(_float(a - b))


def _size(a: Any) -> float:
    return abs(_float(a))


def _level_of_values(line: Line, sides: list[list[Any]], here: bool, faint: bool) -> float | None:
    for side in sides:
        a, b, c = (abs(_middle(v)) for v in side)
        if c > arb(1.3) * b > arb(1.6) * a and c > 5:
            return -2.0
    value = line(fmpq(0)) if here else DOUBT
    if value is None:
        return -2.0
    if _breaks(sides, 0, faint):
        return -1.0
    if value is not DOUBT:
        gaps = [_apart(value, a) for a in sides[0]]
        least = 1e-12 if faint else 1e-4
        if gaps[2] > least * (1 + _size(value)) and gaps[2] > STEADY * gaps[1]:
            return -1.0
    return None


def _breaks(sides: list[list[Any]], k: int, faint: bool) -> bool:
    """Whether the two sides of a k-th derivative stay apart while h shrinks, or one of them grows."""
    apart = [_apart(a, b) for a, b in zip(*sides, strict=True)]
    size = 1 if k == 0 else max(_size(v) for v in (sides[0][2], sides[1][2]))
    # Each side has come to rest, compared with what lies between them: no steep slope of a smooth function.
    still = all(_apart(v[2], v[1]) < 0.3 * apart[2] for v in sides)
    steady = apart[2] > STEADY * apart[1] and apart[1] > STEADY * apart[0]
    if apart[2] > (0 if faint else max(1e-5 * size, 1e-20)) and steady and still:
        return True
    return k > 0 and any(_grows(v, faint) for v in sides)


def _grows(v: Sequence[Any], faint: bool) -> bool:
    """Whether a derivative goes to infinity while h shrinks; a logarithm does by equal small steps."""
    last, middle, first = (_float(u) for u in (v[2], v[1], v[0]))
    least = 0.005 * abs(middle) if faint else max(0.1 * abs(middle), 1e-20)
    step = max(0.8 * _apart(v[1], v[0]), least)
    return last * middle > 0 and abs(last) - abs(middle) > step and middle * first > 0


def slope(line: Line) -> float | None:
    """Return the derivative at t = 0 from the right, or None."""
    step = fmpq(1, 10**12)
    here, near = line(fmpq(0)), line(step)
    if any(v is None or v is DOUBT for v in (here, near)):
        return None
    return float(arb((near - here) / step).mid())


# --- where to look


def switches(
    function: Function, point: Point, direction: Point, ends: tuple[Fraction, Fraction], source: random.Random
) -> list[fmpq]:
    """Return values of t in a window between which the evaluation decides differently, to 28 digits."""
    pattern = _decided_along(function, point, direction)
    low, high = ends
    grid = [exact(low + (high - low) * Fraction(i, STEPS)) for i in range(STEPS + 1)]
    old, flint.ctx.prec = flint.ctx.prec, PRECISION
    try:
        seen = [pattern(t) for t in grid]
        changes = [i for i in range(STEPS) if seen[i] != seen[i + 1]]
        chosen = changes if len(changes) <= CHANGES else source.sample(changes, CHANGES)
        return [_rounded(*_bisected(pattern, grid[i], grid[i + 1], NARROW)) for i in chosen]
    finally:
        flint.ctx.prec = old


def _decided_along(function: Function, point: Point, direction: Point) -> Callable[[fmpq], Any]:
    """Return t -> what the evaluation decides at point + t*direction."""
    return lambda t: function.pattern(
        {n: arb(v + t * direction[n]) if n in direction else v for n, v in point.items()}
    )


def _bisected(pattern: Callable[[fmpq], Any], low: fmpq, high: fmpq, narrow: fmpq) -> tuple[fmpq, fmpq]:
    first = pattern(low)
    while high - low > narrow:
        middle = (low + high) / 2
        if pattern(middle) == first:
            low = middle
        else:
            high = middle
    return low, high


def _rounded(low: fmpq, high: fmpq) -> fmpq:
    """Return the short fraction between two numbers, or the lower one."""
    near = exact(Fraction(int(low.p), int(low.q)).limit_denominator(10_000))
    return near if low <= near <= high or abs(near - low) <= 2 * (high - low) else low


def _window(problem: Problem, point: Point, direction: Point, t: Any) -> Any:
    place = {n: float(arb(v).mid()) + t * float(arb(direction.get(n, 0)).mid()) for n, v in point.items()}
    return np.where(conditions_hold(problem.where, place), values(problem.tree, place), np.nan)


def suspects(problem: Problem, point: Point, direction: Point) -> list[tuple[Fraction, bool]]:
    """Return values of t near which second differences stand out, and whether they are exact.

    They are zoomed in to 1e-8, all at once.
    """
    t = np.linspace(-3.3, 3.4, 300)
    f = _window(problem, point, direction, t)
    with np.errstate(all="ignore"):
        bend = np.abs(f[:-2] - 2 * f[1:-1] + f[2:])
        around = np.minimum(np.roll(bend, 2), np.roll(bend, -2)) + 1e-9
        rank = np.nan_to_num(bend / around, nan=0, posinf=1e12)
    best = [i for i in np.argsort(-rank)[:5] if rank[i] > 2]
    if not best:
        return []
    low, high = t[best], t[[i + 2 for i in best]]
    for _ in range(5):
        inner = np.linspace(low, high, 65, axis=1)
        f = _window(problem, point, direction, inner.ravel()).reshape(inner.shape)
        with np.errstate(all="ignore"):
            bend = np.nan_to_num(np.abs(f[:, :-2] - 2 * f[:, 1:-1] + f[:, 2:]), nan=np.inf)
        i = np.argmax(bend, axis=1)
        row = np.arange(len(i))
        low, high = inner[row, i], inner[row, i + 2]
    found = []
    for a, b in zip(low, high, strict=True):
        middle = Fraction((a + b) / 2)
        near = middle.limit_denominator(24)
        found.append((near, True) if abs(float(near) - a) < 1e-7 else (middle, False))
    return found


def opinion(
    problem: Problem, seed: int, below: float = SMOOTH, blind: bool = True
) -> tuple[float, dict[str, Any] | None]:
    """Return the worst level that some line sees at some point, and that point (constants included).

    below: only what is worse than this level matters.  blind: look also where float64 alone finds something.
    """
    source = random.Random(seed)
    function = Function.of(problem)
    constants = {c: exact(Fraction(source.randint(-99, 99) * 2 + 1, 64)) for c in problem.constants}
    worst, where = min(below, SMOOTH), None
    for start, direction, known, sharp in _places(problem, function, constants, source, blind):
        place, here = start, known
        line = along(function, place, direction)
        if not sharp:
            rough = line_class(line, here, COARSE, below=worst)
            if rough is None or rough >= worst:
                continue
            place = _moved(place, direction, _sharpest(line, max(1, int(min(worst, HIGHEST)) + 1)), False)
            line = along(function, place, direction)
        level = line_class(line, here, below=worst)
        if level == -1 and line_class(line, here, FINEST_HERE if here else FINEST, below=0) != -1:
            # Slow, and no jump: x**(1/20), which looks like one at scales as near as these.
            here, level = False, line_class(line, False, FINEST, below=worst)
        if level is None or level >= worst or _at_an_edge(problem, function, place, here, level):
            continue
        if _is_analytic(function, place, direction):
            continue
        looks = [line_class(line, here, scales, below=worst) for scales in (FINE, FINER)]
        nearest = _nearest(problem, place, direction, here)
        if nearest is not None:
            looks.append(line_class(nearest, here, UTMOST, below=worst, bits=UTMOST_PRECISION))
        if all(look is not None and look <= level for look in looks):
            worst, where = level, place
            if worst == -2:
                break
    return (SMOOTH, None) if where is None else (worst, where)


def _is_analytic(function: Function, place: Point, direction: Point) -> bool:
    """Whether every decision is one and the same within AROUND of a place, which is known to less than that.

    Then analytic functions alone are composed there, and what looks like a break is a wave as short as exp(-100).
    """
    near = arb(0, AROUND)
    return function.is_analytic(
        {n: v + near * direction[n] if n in direction else v for n, v in place.items()}
    )


def _nearest(problem: Problem, place: Point, direction: Point, here: bool) -> Line | None:
    """Return the line through a place, bisected to NARROWEST; None if no decision changes within 4*NARROW of it."""
    function = Function.of(problem, UTMOST_PRECISION)
    if here:
        return along(function, place, direction)
    start = {n: arb(v).mid() if n in direction else v for n, v in place.items()}
    pattern = _decided_along(function, start, direction)
    old, flint.ctx.prec = flint.ctx.prec, UTMOST_PRECISION
    try:
        if pattern(-4 * NARROW) == pattern(4 * NARROW):
            return None
        t, _ = _bisected(pattern, -4 * NARROW, 4 * NARROW, NARROWEST)
        moved = {n: v + t * direction[n] if n in direction else v for n, v in start.items()}
    finally:
        flint.ctx.prec = old
    return along(function, moved, direction)


def _sharpest(line: Line, order: int) -> fmpq:
    """Return where the difference of that order stands out within 1e-6, to 26 digits."""
    middle, half = fmpq(0), fmpq(1, 10**6)
    while half > fmpq(1, 10**26):
        step = half / 8
        row = [line(middle + i * step) for i in range(-8 - order, 9 + order)]
        for _ in range(order):
            row = [
                None if a is None or b is None else DOUBT if DOUBT in (a, b) else b - a
                for a, b in pairwise(row)
            ]
        size = [np.inf if v is None or v is DOUBT else _size(v) for v in row]
        best = max(range(len(size)), key=size.__getitem__)
        middle += (best - 8 - order + fmpq(order, 2)) * step
        half = (order + 2) * step / 2
    return middle


def _at_an_edge(problem: Problem, function: Function, place: Point, here: bool, level: float) -> bool:
    """Whether a point that looks singular along one line is an edge of the domain along another."""
    if level > -2 or not here or len(problem.wrt) < 2:
        return False
    source = random.Random(1)
    for _ in range(8):
        line = along(function, place, {n: fmpq(source.randint(-9, 9) * 2 + 1, 13) for n in problem.wrt})
        if any(line(s * SCALES[2]) in (None, DOUBT) for s in (1, -1)):
            return True
    return False


def _places(
    problem: Problem, function: Function, constants: Point, source: random.Random, blind: bool
) -> Iterator[tuple[dict[str, Any], Point, bool, bool]]:
    """Yield points, directions, whether the point itself counts, whether it is known to many digits."""
    wrt = problem.wrt
    for at in _special(wrt, source):
        for direction in _directions(wrt, source):
            yield {**dict(zip(wrt, map(exact, at), strict=True)), **constants}, direction, True, True
    for _ in range(1 if len(wrt) == 1 else 2):
        start = {n: fmpq(source.randint(-99, 99), 67) if len(wrt) > 1 else fmpq(0) for n in wrt}
        direction = (
            {wrt[0]: fmpq(1)} if len(wrt) == 1 else {n: fmpq(source.randint(-9, 9) * 2 + 1, 11) for n in wrt}
        )
        ends = (Fraction(-33, 10), Fraction(34, 10))
        for t in switches(function, {**start, **constants}, direction, ends, source):
            here = t.q <= 10_000
            yield _moved({**start, **constants}, direction, t, here), direction, here, True
        if blind:
            for rough, here in suspects(problem, {**start, **constants}, direction):
                yield _moved({**start, **constants}, direction, exact(rough), here), direction, here, here


def _moved(start: Point, direction: Point, t: fmpq, here: bool) -> dict[str, Any]:
    old, flint.ctx.prec = flint.ctx.prec, PRECISION
    try:
        moved = {n: v + t * direction[n] if n in direction else v for n, v in start.items()}
        # Long fractions are no more exact than balls.
        return moved if here else {n: arb(v) if n in direction else v for n, v in moved.items()}
    finally:
        flint.ctx.prec = old


def _special(wrt: Sequence[str], source: random.Random) -> list[tuple[Fraction, ...]]:
    if len(wrt) == 1:
        return [(v,) for v in SPECIAL]
    every = list(product(SPECIAL[:4], repeat=len(wrt)))
    return [every[0], *source.sample(every[1:], 3)]


def _directions(wrt: Sequence[str], source: random.Random) -> Iterator[dict[str, fmpq]]:
    if len(wrt) == 1:
        yield {wrt[0]: fmpq(1)}
        return
    for _ in range(2):
        yield {n: fmpq(source.randint(-9, 9) * 2 + 1, 13) for n in wrt}
