"""Where the sweep looks: lines through seeded points, and the outliers among their second differences.

Everything here is float64 and vectorised: all lines are evaluated at once, all windows are zoomed at once.
A window that touches undefined points is an edge of the domain, not a suspect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, zip_longest

import numpy as np
import numpy.typing as npt

from diffcheck.language.numeric import conditions_hold, values
from diffcheck.language.tree import NUMBER
from diffcheck.problem import Problem

__all__ = ["Grid", "Window", "bend_power", "bent_origin", "grids", "holes", "suspicious"]

Array = npt.NDArray[np.float64]

SEED = 20_240_229
CANDIDATES = 192
BASES = 5
MAX_AXES = 4
POINTS = 33
# Half widths of a line: dyadic, so that integers and halves, where values are missing, are hit exactly.
WIDTHS = (4.0, 1.0, 32.0)
ZOOMS = 8
ORIGIN_STEP = 2.0**-20
MAX_WINDOWS = 64
# Second differences below this many roundings of the values are noise.
NOISE = 256 * float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class Grid:
    """A line base + t direction and the values of the expression on it, nan outside the domain."""

    base: Mapping[str, float]
    direction: Mapping[str, float]
    t: Array
    f: Array


@dataclass(frozen=True, slots=True)
class Window:
    """A place on a line where D/s did not fall down to ``spacing``."""

    grid: Grid
    centre: float
    spacing: float


def grids(problem: Problem) -> list[Grid] | None:
    """Return the lines with their values, or None when no point of the domain was found."""
    bases = _bases(problem)
    if not bases:
        return None
    plans = []
    extra = _literals(problem)
    for i, base in enumerate(bases):
        for j, name in enumerate(problem.wrt[:MAX_AXES]):
            widths = [WIDTHS[(i + j) % 3], WIDTHS[(i + j + 1) % 3], *extra[i : i + 1]]
            plans += [({**base, name: 0.0}, {name: 1.0}, w) for w in widths]
    if len(problem.wrt) > 1:
        zero = {**bases[0], **dict.fromkeys(problem.wrt, 0.0)}
        plans += [(zero, dict.fromkeys(problem.wrt, 1.0), 4.0)]
        plans += [(zero, {n: k + 1.0 for k, n in enumerate(problem.wrt)}, 1.0)]
    t = np.array([np.linspace(-w, w, POINTS) for _, _, w in plans])
    f = _on_lines(problem, [(b, d) for b, d, _ in plans], t)
    return [Grid(b, d, t[k], f[k]) for k, (b, d, _) in enumerate(plans)]


def _bases(problem: Problem) -> list[dict[str, float]]:
    """Return seeded points of the domain, the coordinates short dyadic numbers of several magnitudes."""
    rng = np.random.default_rng(SEED)
    names = (*problem.wrt, *problem.constants)
    m = CANDIDATES
    point = {}
    for name in names:
        wide = rng.choice([-1.0, 1.0], m) * 10.0 ** rng.uniform(-1.5, 1.0, m)
        drawn = np.where(
            np.arange(m) % 3 == 0, wide, np.where(np.arange(m) % 3 == 1, abs(wide), rng.uniform(0, 1, m))
        )
        point[name] = np.round(drawn * 2**16) / 2**16
    if not names:
        return []
    inside = np.isfinite(values(problem.tree, point)) & conditions_hold(problem.where, point)
    chosen = np.flatnonzero(inside)[:BASES]
    bases = [{n: float(point[n][i]) for n in names} for i in chosen]
    if len(problem.wrt) > 1 and bases:
        bases.append({**bases[0], **dict.fromkeys(problem.wrt, 0.0)})
    return bases


def _literals(problem: Problem) -> list[float]:
    """Return widths that reach the large and the small numbers of the text."""
    sizes = {abs(n.leaf) for n in problem.tree.walk() if n.op == NUMBER and isinstance(n.leaf, Fraction)}
    unusual = [s for s in sizes if s and not Fraction(1, 8) <= s <= 30 and 1e-9 < s < 1e12]
    return sorted(2.0 ** np.ceil(np.log2(float(s)) + 1) for s in unusual)[:BASES]


def _on_lines(
    problem: Problem, lines: list[tuple[Mapping[str, float], Mapping[str, float]]], t: Array
) -> Array:
    """Return the values at base + t direction; t: (lines, points).  Outside the domain: nan."""
    point = {}
    for name in (*problem.wrt, *problem.constants):
        start = np.array([b[name] for b, _ in lines])[:, None]
        slope = np.array([d.get(name, 0.0) for _, d in lines])[:, None]
        point[name] = (start + slope * t).ravel()
    f = values(problem.tree, point)
    f[~(np.isfinite(f) & conditions_hold(problem.where, point))] = np.nan
    return f.reshape(t.shape)


def holes(lines: list[Grid]) -> list[tuple[Grid, float]]:
    """Return the grid points without a value whose neighbours on the line have one."""
    found = []
    for line in lines:
        bad = np.isnan(line.f)
        lonely = bad[1:-1] & ~bad[:-2] & ~bad[2:]
        found += [(line, float(line.t[i + 1])) for i in np.flatnonzero(lonely)]
    return found


def suspicious(problem: Problem, lines: list[Grid], level: float) -> list[Window]:
    """Return the windows that zooming in float64 does not show to be better than class ``level``.

    With the spacing s, a corner keeps D/s and a jump keeps D; the smooth rest loses D like s**2.
    """
    starts = _outliers(lines)
    if not starts:
        return []
    on = [(lines[k].base, lines[k].direction) for k, _ in starts]
    centre = np.array([lines[k].t[i] for k, i in starts])
    spacing = np.array([lines[k].t[1] - lines[k].t[0] for k, _ in starts])
    power = bend_power(level)
    history = []
    rows = np.arange(len(starts))
    offsets = np.linspace(-1, 1, 9)
    for _ in range(ZOOMS):
        t = centre[:, None] + spacing[:, None] * offsets
        f = _on_lines(problem, on, t)
        bends = _bends(f)
        # Ties go to the middle, so that a point met exactly stays in the middle.
        best = np.argmax(bends + 1e-9 * np.abs(bends) * (np.arange(7) == 3), axis=1)
        centre, spacing = t[rows, best + 1], spacing / 4
        with np.errstate(over="ignore"):
            history.append(bends[rows, best] / spacing**power)
    around = _on_lines(problem, on, centre[:, None] + spacing[:, None] * 16 * offsets)
    noise = NOISE * np.max(np.abs(around), axis=1)
    last = bends[rows, best]
    # Without noise, all values around are zero: then what bends at all comes first.
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = (history[-1] >= 0.1 * np.max(history, axis=0)) & (last > noise) & ~np.isnan(around).any(axis=1)
        height = last / noise
    order = sorted(np.flatnonzero(kept), key=lambda r: -float(height[r]))
    return _distinct([Window(lines[starts[r][0]], float(centre[r]), float(spacing[r])) for r in order])


def bend_power(level: float) -> float:
    """Return the power of s that keeps D/s**power at what breaks class ``level``: corner, jump, weak pole."""
    return 1.0 if level >= 0.5 else 0.0 if level >= 0 else -0.5


def _bends(f: Array) -> Array:
    """Return |f[i] - 2 f[i+1] + f[i+2]| along the last axis; -1 where undefined."""
    with np.errstate(invalid="ignore", over="ignore"):
        bends = np.abs(f[..., :-2] - 2 * f[..., 1:-1] + f[..., 2:])
    return np.where(np.isfinite(bends), bends, -1.0)


def _outliers(lines: list[Grid]) -> list[tuple[int, int]]:
    """Return (line, index) of each line's largest bend, and of the largest for its surroundings."""
    bends = _bends(np.array([line.f for line in lines]))
    padded = np.pad(bends, ((0, 0), (3, 3)), mode="edge")
    count = bends.shape[1]
    around = np.median([padded[:, k : k + count] for k in (0, 1, 5, 6)], axis=0)
    size = np.nanmax(np.abs(np.nan_to_num([line.f for line in lines])), axis=1)[:, None]
    score = np.where(bends > NOISE * size, bends / (np.abs(around) + NOISE * size + 1e-300), -1.0)
    chosen: dict[tuple[int, int], float] = {}
    for pick in (np.argmax(score, axis=1), np.argmax(bends, axis=1)):
        for k, i in enumerate(pick):
            if score[k, i] > 0:
                chosen[(k, int(i) + 1)] = float(score[k, i])
    return sorted(chosen, key=lambda c: -chosen[c])[:MAX_WINDOWS]


def _distinct(windows: list[Window]) -> list[Window]:
    """Return the windows at distinct places, directions taking turns so that none uses up the zooms."""
    by_direction: dict[tuple[str, ...], dict[float, Window]] = {}
    for window in windows:
        places = by_direction.setdefault(tuple(window.grid.direction), {})
        places.setdefault(round(window.centre, 3), window)
    turns = zip_longest(*(places.values() for places in by_direction.values()))
    return [window for turn in turns for window in turn if window is not None]


def bent_origin(problem: Problem, lines: list[Grid]) -> Mapping[str, float] | None:
    """Return the origin of all ``wrt`` if differences there fit no linear map: D(u + v) = D(u) + D(v)."""
    if len(problem.wrt) < 2:
        return None
    origin = {**lines[0].base, **dict.fromkeys(problem.wrt, 0.0)}
    pairs = list(pairwise(problem.wrt))
    directions: list[dict[str, float]] = [{}]
    for a, b in pairs:
        directions += [{a: 1.0}, {b: 1.0}, {a: 1.0, b: 1.0}]
    f = _on_lines(problem, [(origin, d) for d in directions], np.full((len(directions), 1), ORIGIN_STEP))
    slopes = (f[1:, 0] - f[0, 0]).reshape(len(pairs), 3) / ORIGIN_STEP
    with np.errstate(invalid="ignore"):
        bent = np.abs(slopes[:, 2] - slopes[:, 0] - slopes[:, 1]) > 1e-3 * np.max(np.abs(slopes), axis=1)
    return origin if bent.any() else None
