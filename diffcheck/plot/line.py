"""A function along a line: dense samples, apart at every break, few enough to draw.

A line is point(t) = origin + t*direction.  Between two breaks the samples are spread evenly with a jitter, so that
an oscillation cannot alias into a slow wave, and crowd towards the breaks, so that a corner is a corner and a pole
leaves the picture.  Each column of the picture then keeps its first, lowest, highest and last sample, which draws the
same pixels as all of them, and straight parts keep their ends.  Jumps that nobody announced are found by bisection
and split the curve too.
Read in order: Line, pieces, then what they call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["EVEN", "Array", "Line", "Piece", "limits", "pieces", "runs", "straightened"]

Array = npt.NDArray[np.float64]
Piece = tuple[Array, Array]

# Samples for each column of the picture; with four kept, a wave of the width of a column is still a band.
PER_COLUMN = 16
# Halvings towards a break: the last sample is 2**-32 of the stretch away, far above rounding.
HALVINGS = 32
# Evenly spread parameters from which the usual range of values is taken.
EVEN = 801
# A step of more than this part of the usual range may be a jump.
SUSPICIOUS = 0.05
# A sample this close to the straight line between its neighbours, in parts of the usual range, is not drawn.
FLAT = 5e-5
BISECTIONS = 48
# The part of the values that a pole may take out of the picture, at each end.
TAIL = 0.08


@dataclass(frozen=True, slots=True)
class Line:
    """The points origin + t*direction; names that are missing in ``direction`` are fixed.

    axis: what the coordinate t is called in the picture.
    """

    origin: Mapping[str, float]
    direction: Mapping[str, float]
    axis: str

    def at(self, t: Array) -> dict[str, Array | float]:
        """Return the coordinates of the points at ``t``, an (m,) array."""
        return {n: v + t * self.direction[n] if n in self.direction else v for n, v in self.origin.items()}


def pieces(
    f: Callable[[Array], Array], low: float, high: float, breaks: Iterable[float], columns: int
) -> tuple[Piece, ...]:
    """Return f over [low, high] as curves (t, f(t)), one for each stretch without a break or a missing value.

    f: (m,) parameters -> (m,) values, nan where undefined.  breaks: where the curve must be lifted; f is not
    asked there.  columns: the picture's width; every column keeps at most four samples of a piece.
    """
    inner = sorted({b for b in breaks if low < b < high})
    found: list[Piece] = []
    known: list[Piece] = []
    edges = [low, *inner, high]
    for a, b in pairwise(edges):
        t = _parameters(a, b, (high - low) / columns, a in inner, b in inner)
        y = f(t)
        y = np.where(np.isfinite(y), y, np.nan)
        known += runs(t, y)
    # Of evenly spread values: the samples crowd at poles.
    scale = _scale(f(np.linspace(low, high, EVEN)))
    for t, y in known:
        for piece in _split(f, t, y, scale):
            thin = _thinned(*piece, low, (high - low) / columns)
            found.append(straightened(*thin, FLAT * scale))
    return tuple(found)


def limits(arrays: Sequence[Array], kept: Iterable[float] = ()) -> tuple[float, float]:
    """Return a range (low, high) that shows the values, without the tails that a pole grows.

    arrays: values at evenly spread parameters.  kept: finite values that must be inside.
    """
    values = np.concatenate([*arrays, np.array([v for v in kept if np.isfinite(v)])])
    values = values[np.isfinite(values)]
    if not values.size:
        return -1.0, 1.0
    full = float(values.min()), float(values.max())
    core = np.quantile(values, [TAIL, 1 - TAIL])
    reach = float(core[1] - core[0])
    low, high = full
    # The ends of a polynomial or an exponential add a few times the core; a pole adds far more.
    low = low if low >= core[0] - 3 * reach else float(core[0] - 0.25 * reach)
    high = high if high <= core[1] + 3 * reach else float(core[1] + 0.25 * reach)
    inside = [v for v in kept if np.isfinite(v)]
    low, high = min([low, *inside]), max([high, *inside])
    margin = 0.08 * (high - low) or 0.5 * max(abs(high), 1.0)
    return low - margin, high + margin


def _parameters(a: float, b: float, column: float, from_break: bool, to_break: bool) -> Array:
    """Return the parameters at which the stretch from ``a`` to ``b`` is sampled, ascending."""
    n = max(2 * PER_COLUMN, int(np.ceil(PER_COLUMN * (b - a) / column)))
    # A fixed seed: the same question gives the same picture.
    jitter = np.random.default_rng(20).uniform(0.1, 0.9, n)
    parts: list[Array] = [a + (b - a) * (np.arange(n) + jitter) / n]
    near: Array = (b - a) * np.asarray(0.5 ** np.arange(2, HALVINGS), dtype=np.float64)
    parts.append(a + near if from_break else np.array([a]))
    parts.append(b - near if to_break else np.array([b]))
    t = np.unique(np.concatenate(parts))
    return t[((t > a) | (not from_break)) & ((t < b) | (not to_break))]


def runs(t: Array, y: Array) -> list[Piece]:
    """Return the stretches of samples that have values."""
    known = ~np.isnan(y)
    cuts = [0, *(np.flatnonzero(np.diff(known)) + 1).tolist(), len(t)]
    return [(t[i:j], y[i:j]) for i, j in pairwise(cuts) if i < j and known[i]]


def _scale(values: Array) -> float:
    values = values[np.isfinite(values)]
    if not values.size:
        return 1.0
    low, high = np.quantile(values, [TAIL, 1 - TAIL])
    return float(high - low) or float(np.ptp(values)) or 1.0


def _split(f: Callable[[Array], Array], t: Array, y: Array, scale: float) -> list[Piece]:
    """Cut a run where f jumps between two samples: where halving the step does not lessen the difference."""
    steps = np.flatnonzero(np.abs(np.diff(y)) > SUSPICIOUS * scale)
    if not steps.size:
        return [(t, y)]
    a, b = t[steps].copy(), t[steps + 1].copy()
    fa, fb = y[steps].copy(), y[steps + 1].copy()
    first = np.abs(fb - fa)
    missing = np.zeros(len(steps), dtype=bool)
    for _ in range(BISECTIONS):
        m = (a + b) / 2
        fm = f(m)
        missing |= ~np.isfinite(fm)
        fm = np.where(np.isfinite(fm), fm, (fa + fb) / 2)
        left = np.abs(fm - fa) >= np.abs(fb - fm)
        b, fb = np.where(left, m, b), np.where(left, fm, fb)
        a, fa = np.where(left, a, m), np.where(left, fa, fm)
    jumps = steps[missing | (np.abs(fb - fa) > first / 2)] + 1
    return [(p, q) for p, q in zip(np.split(t, jumps), np.split(y, jumps), strict=True) if p.size]


def _thinned(t: Array, y: Array, low: float, column: float) -> Piece:
    """Keep the first, lowest, highest and last sample of every column."""
    number = np.floor((t - low) / column).astype(np.int64)
    starts = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
    ends = np.append(starts[1:], len(t))
    kept: set[int] = set()
    for i, j in zip(starts.tolist(), ends.tolist(), strict=True):
        kept |= {i, j - 1, i + int(np.argmin(y[i:j])), i + int(np.argmax(y[i:j]))}
    order = np.array(sorted(kept))
    return t[order], y[order]


def straightened(t: Array, y: Array, tolerance: float) -> Piece:
    """Drop samples of a curve on straight lines: every other one, until none can go; the ends stay.

    tolerance: how far from the line between its neighbours a sample may be, each time.
    """
    while len(t) > 2:
        inner = np.arange(1, len(t) - 1, 2)
        part = (t[inner] - t[inner - 1]) / (t[inner + 1] - t[inner - 1])
        chord = y[inner - 1] + part * (y[inner + 1] - y[inner - 1])
        kept = np.ones(len(t), dtype=bool)
        kept[inner] = ~(np.abs(y[inner] - chord) <= tolerance)
        if kept.all():
            break
        t, y = t[kept], y[kept]
    return t, y
