"""A numeric opinion on smoothness that shares no step of reasoning with the analyzer.

Along a line through a point, one-sided divided differences D_k(h) are taken on both sides at three scales, at high
precision.  For a C^k function their two sides differ by O(h); where they differ by something that does not shrink, the
line sees a break of order k, and no function of that class can do better in all directions.
Candidates are a few special points, the places where second differences in float64 stand out, zoomed in, and the
witnesses of findings.
Read in order: line_class, suspects, opinion.
Limits: sees what is larger than 1e-4 of its surroundings, on a window of a few units; exponents within 0.07 of an
integer and logarithms that decay as slowly look like breaks; a point is only known to 8 digits.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb
from typing import Any

import mpmath
import numpy as np

from diffcheck.numeric import conditions_hold, evaluate, values
from diffcheck.problem import Problem

__all__ = ["Line", "line_class", "opinion", "slope"]

DIGITS = 60
SCALES = (Fraction(1, 10**4), Fraction(1, 10**5), Fraction(1, 10**6))
# A break that is one is still seen here; a steep slope of a smooth function is not.
FINE = (Fraction(1, 10**9), Fraction(1, 10**10), Fraction(1, 10**11))
# What stays apart shrinks less than this from one scale to the next; t**(1/9) shrinks more.
STEADY = 0.85
# The rounding of sixty digits is below this, and most of it after division by h.
FAINT = 1e-40
HIGHEST = 4
SPECIAL = [
    Fraction(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (1, 2), (-1, 2), (2, 1), (-2, 1), (3, 2), (1, 3))
]
SMOOTH = 99.0

Point = dict[str, Any]
Line = Callable[[Any], Any]


def along(problem: Problem, point: Point, direction: Point) -> Line:
    """Return t -> f(point + t*direction) as mpf, None where undefined or outside the domain, at high precision."""

    @cache
    def at(t: Any) -> Any:
        place = {n: v + t * direction[n] if n in direction else v for n, v in point.items()}
        if not all(evaluate(c, place, DIGITS).value for c in problem.where):
            return None
        found = evaluate(problem.tree, place, DIGITS)
        if found.value is None:
            return None
        return (
            mpmath.mpf(found.value.numerator) / found.value.denominator
            if isinstance(found.value, Fraction)
            else found.value
        )

    return at


def _divided(line: Line, h: Any, k: int) -> Any:
    """Return the k-th derivative from forward differences at h, 2h, ... on the side of h; None where undefined."""
    samples = [line((j + 1) * h) for j in range(k + 1)]
    if any(s is None for s in samples):
        return None
    total = mpmath.fsum((-1) ** (k - j) * comb(k, j) * s for j, s in enumerate(samples))
    return total / mpmath.mpf(h.numerator) ** k * mpmath.mpf(h.denominator) ** k


def line_class(
    line: Line, exact: bool, scales: Sequence[Fraction] = SCALES, faint: bool = False
) -> float | None:
    """Return the level (verdict.Smoothness.level) that a line sees at t = 0, SMOOTH for no break; None for no opinion.

    exact: whether the point is known exactly, so that the value at it counts.
    faint: whether what is small beside its surroundings counts too.
    """
    with mpmath.workdps(DIGITS):
        for k in range(HIGHEST + 1):
            sides = [[_divided(line, s * h, k) for h in scales] for s in (1, -1)]
            if any(v is None for side in sides for v in side):
                return None
            if k == 0:
                found = _level_of_values(line, sides, exact, faint)
                if found is not None:
                    return found
            elif _breaks(sides, k, faint):
                return float(k - 1)
        return SMOOTH


def _level_of_values(line: Line, sides: list[list[Any]], exact: bool, faint: bool) -> float | None:
    if any(abs(side[2]) > 1.3 * abs(side[1]) > 1.6 * abs(side[0]) and abs(side[2]) > 5 for side in sides):
        return -2.0
    here = line(Fraction(0)) if exact else None
    if exact and here is None:
        return -2.0
    if _breaks(sides, 0, faint):
        return -1.0
    if exact:
        gaps = [abs(here - a) for a in sides[0]]
        if gaps[2] > 1e-4 * (1 + abs(here)) and gaps[2] > STEADY * gaps[1]:
            return -1.0
    return None


def _breaks(sides: list[list[Any]], k: int, faint: bool) -> bool:
    """Whether the two sides of a k-th derivative stay apart while h shrinks, or one of them grows."""
    apart = [abs(a - b) for a, b in zip(*sides, strict=True)]
    size = 1 if k == 0 else max(abs(v) for v in (sides[0][2], sides[1][2]))
    # Each side has come to rest, compared with what lies between them: no steep slope of a smooth function.
    still = all(abs(v[2] - v[1]) < 0.3 * apart[2] for v in sides)
    steady = apart[2] > STEADY * apart[1] and apart[1] > STEADY * apart[0]
    differ = apart[2] > (FAINT if faint else max(1e-5 * size, 1e-20)) and steady and still
    grows = any(
        v[2] * v[1] > 0 and abs(v[2]) - abs(v[1]) > max(0.8 * abs(v[1] - v[0]), 0.1 * abs(v[1]), 1e-20)
        for v in sides
    )
    return bool(differ or (k > 0 and grows))


def slope(line: Line) -> Any:
    """Return the derivative at t = 0 from the right, or None."""
    with mpmath.workdps(DIGITS):
        here, near = line(Fraction(0)), line(Fraction(1, 10**9))
        return None if here is None or near is None else (near - here) * 10**9


# --- where to look


def _window(problem: Problem, point: Point, direction: Point, ends: tuple[float, float], count: int) -> Any:
    t = np.linspace(*ends, count)
    place = {n: float(v) + t * float(direction.get(n, 0)) for n, v in point.items()}
    found = values(problem.tree, place)
    return t, np.where(conditions_hold(problem, place), found, np.nan)


def suspects(problem: Problem, point: Point, direction: Point) -> list[Any]:
    """Return values of t near which second differences stand out, by zooming in; rational where one is near."""
    t, f = _window(problem, point, direction, (-3.3, 3.4), 300)
    with np.errstate(all="ignore"):
        bend = np.abs(f[:-2] - 2 * f[1:-1] + f[2:])
        around = np.minimum(np.roll(bend, 2), np.roll(bend, -2)) + 1e-9
        rank = np.nan_to_num(bend / around, nan=0, posinf=1e12)
    best = [i for i in np.argsort(-rank)[:5] if rank[i] > 2]
    return [_zoomed(problem, point, direction, (t[i], t[i + 2])) for i in best]


def _zoomed(problem: Problem, point: Point, direction: Point, ends: tuple[float, float]) -> Any:
    """Return the place of the largest second difference, to 1e-8: far below the steps of `line_class`."""
    low, high = ends
    for _ in range(6):
        t, f = _window(problem, point, direction, (low, high), 33)
        with np.errstate(all="ignore"):
            bend = np.nan_to_num(np.abs(f[:-2] - 2 * f[1:-1] + f[2:]), nan=np.inf)
        i = int(np.argmax(bend))
        low, high = t[i], t[i + 2]
    near = Fraction((low + high) / 2).limit_denominator(24)
    return near if abs(float(near) - low) < 1e-7 else mpmath.mpf((low + high) / 2)


def opinion(problem: Problem, seed: int) -> tuple[float, Point | None]:
    """Return the worst level that some line sees at some point, and that point (constants included)."""
    source = random.Random(seed)
    constants = {c: Fraction(source.randint(-30, 30) * 2 + 1, 17) for c in problem.constants}
    worst, where = SMOOTH, None
    for place, direction, exact in _places(problem, constants, source):
        level = line_class(along(problem, place, direction), exact)
        if level is None or level >= worst or _at_an_edge(problem, place, exact, level):
            continue
        if _confirmed(along(problem, place, direction), exact, level):
            worst, where = level, place
            if worst == -2:
                break
    return worst, where


def _confirmed(line: Line, exact: bool, level: float) -> bool:
    """Whether a break is still seen at much finer scales, at the place where it is sharpest."""
    with mpmath.workdps(DIGITS):
        t = Fraction(0) if exact else _sharpest(line, max(1, int(level) + 2))
        found = line_class(lambda u: line(t + u), exact, FINE)
    return found is not None and found <= level


def _sharpest(line: Line, order: int) -> Fraction:
    """Return where the difference of that order stands out within 1e-4, to 20 digits."""
    middle, half = Fraction(0), Fraction(1, 10**4)
    while half > Fraction(1, 10**21):
        step = half / 12
        row = [line(middle + i * step) for i in range(-12 - order, 13 + order)]
        size = [
            mpmath.inf
            if any(v is None for v in row[i : i + order + 1])
            else abs(
                mpmath.fsum((-1) ** j * comb(order, j) * v for j, v in enumerate(row[i : i + order + 1]))
            )
            for i in range(len(row) - order)
        ]
        best = max(range(len(size)), key=size.__getitem__)
        middle += (best - 12 - order + Fraction(order, 2)) * step
        half = (order + 2) * step / 2
    return middle


def _at_an_edge(problem: Problem, place: Point, exact: bool, level: float) -> bool:
    """Whether a point that looks singular along one line is an edge of the domain along another."""
    if level > -2 or not exact or len(problem.wrt) < 2:
        return False
    source = random.Random(1)
    for _ in range(8):
        line = along(problem, place, {n: Fraction(source.randint(-9, 9) * 2 + 1, 13) for n in problem.wrt})
        with mpmath.workdps(DIGITS):
            if line(SCALES[2]) is None or line(-SCALES[2]) is None:
                return True
    return False


def _places(problem: Problem, constants: Point, source: random.Random) -> Iterator[tuple[Point, Point, bool]]:
    wrt = problem.wrt
    for at in _special(wrt, source):
        for direction in _directions(wrt, source):
            yield {**dict(zip(wrt, at, strict=True)), **constants}, direction, True
    for _ in range(1 if len(wrt) == 1 else 3):
        start = {
            n: Fraction(source.randint(-99, 99), 67) if len(wrt) > 1 else Fraction(0) for n in wrt
        } | constants
        direction = (
            {wrt[0]: Fraction(1)}
            if len(wrt) == 1
            else {n: Fraction(source.randint(-9, 9) * 2 + 1, 11) for n in wrt}
        )
        for t in suspects(problem, start, direction):
            exact = isinstance(t, Fraction)
            place = {n: v + t * direction[n] if n in direction else v for n, v in start.items()}
            yield place, direction, exact


def _special(wrt: Sequence[str], source: random.Random) -> list[tuple[Any, ...]]:
    if len(wrt) == 1:
        return [(v,) for v in SPECIAL]
    every = list(product(SPECIAL[:4], repeat=len(wrt)))
    return [every[0], *source.sample(every[1:], 3)]


def _directions(wrt: Sequence[str], source: random.Random) -> Iterator[Point]:
    if len(wrt) == 1:
        yield {wrt[0]: Fraction(1)}
        return
    for _ in range(2):
        yield {n: Fraction(source.randint(-9, 9) * 2 + 1, 13) for n in wrt}
