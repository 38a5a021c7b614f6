"""Where to look: the values of what is not drawn, and ranges with the findings in the middle.

Constants and coordinates come from --at, else from the witness of the worst finding, else from the first small numbers
for which the function is defined.  A range holds the places of all findings, of a family those nearest to zero, and is
cut to where the function has values.
Read in order: View, view, then how points and ranges are chosen.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from diffcheck.errors import BadOption, InputError
from diffcheck.language.numeric import Exact, conditions_hold, values
from diffcheck.plot.line import Array
from diffcheck.plot.options import Wishes, exact_number
from diffcheck.plot.places import drawn_place, members
from diffcheck.problem import Problem
from diffcheck.verdict import Finding, Kind, Report, Severity

__all__ = ["View", "cut_range", "defined_values", "plane_ranges", "view", "worst_finding"]

SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)

# Members of a family in the middle of a picture, and the room beside the places, in spans of them.
SHOWN_MEMBERS = 3
BESIDE = 0.6
# Half the width around a single place at 0, and where nothing is found.
HALF, PLAIN = 1.0, 3.0
# Where a domain is looked for when the plain range has nothing of it.
FAR = (1.0, 10.0, 100.0, 1e3, 1e4, 1e6)
# A domain smaller than this part of a range is zoomed at.
CROWDED = 0.85
PROBED = 1601

SIMPLE = tuple(Fraction(n) for n in ("1", "1/2", "2", "1/3", "3", "-1", "0", "3/4", "-2", "10"))


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn: the names over which, and exact values of all names at the point that matters.

    worst: the finding at that point, if there is one.
    """

    drawn: tuple[str, ...]
    point: Mapping[str, Exact]
    worst: Finding | None

    @property
    def floats(self) -> dict[str, float]:
        """The point in float64."""
        return {name: float(value) for name, value in self.point.items()}


def view(problem: Problem, report: Report, wished: Wishes) -> View:
    """Return what to draw; BadOption where a condition fails for the values of --at."""
    _refuse_impossible(problem, wished)
    drawn = tuple(name for name in problem.wrt if name not in wished.at)
    worst = worst_finding(report.findings, drawn)
    point: dict[str, Exact] = {} if worst is None else _witness(worst)
    point = {name: value for name, value in point.items() if name in (*problem.wrt, *problem.constants)}
    point |= wished.at
    return View(drawn, _completed(problem, point), worst)


def worst_finding(findings: Sequence[Finding], drawn: Sequence[str]) -> Finding | None:
    """Return the first of the gravest findings that have a place and can be seen over the drawn names."""
    placed = [f for f in findings if f.kind is not Kind.FLAT and set(f.wrt) & set(drawn)]
    return min(placed, key=lambda f: (SEVERITIES.index(f.severity), f.level), default=None)


def defined_values(problem: Problem, point: Mapping[str, Array | float]) -> Array:
    """Return the function at m points, nan outside its domain."""
    y = values(problem.tree, point)
    y = np.where(np.isfinite(y), y, np.nan)
    return np.where(conditions_hold(problem.where, point), y, np.nan) if problem.where else y


def cut_range(problem: Problem, report: Report, seen: View, name: str, wished: Wishes) -> tuple[float, float]:
    """Return the range of one name along a line through the point of the view."""
    given = wished.ranges.get(name, wished.ranges.get(""))
    if given is not None:
        return given
    at = _positions(report, seen, name)
    low, high = _around(at or _lowest(problem, seen, name))
    return _trimmed(problem, seen, name, low, high, bool(at))


def plane_ranges(
    problem: Problem, report: Report, seen: View, wished: Wishes
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ranges of the two drawn names, of one width unless the places ask for more than tenfold."""
    spans = []
    for name in seen.drawn:
        # Around zero while what was found stays well inside: axes with a sign are easier to read.
        low, high = _around(_positions(report, seen, name))
        half = (high - low) / 2
        spans.append((0.0 if abs(low + high) / 2 <= 0.6 * half else (low + high) / 2, half))
    widest = max(half for _, half in spans)
    ranges = []
    for name, (middle, own) in zip(seen.drawn, spans, strict=True):
        half = widest if own > widest / 10 else own
        given = wished.ranges.get(name, wished.ranges.get(""))
        ranges.append(given or _trimmed(problem, seen, name, middle - half, middle + half, True))
    return ranges[0], ranges[1]


# --- points


def _witness(finding: Finding) -> dict[str, Exact]:
    found: dict[str, Exact] = {}
    for name, text in finding.witness.items():
        try:
            value = exact_number(text)
        except InputError:
            continue
        if value is not None:
            found[name] = value
    return found


def _refuse_impossible(problem: Problem, wished: Wishes) -> None:
    known = {name: float(value) for name, value in wished.at.items()}
    for condition in problem.where:
        if set(condition.names()) <= known.keys() and values(condition, known).item() != 1.0:
            said = problem.where_text[slice(*condition.span)]
            raise BadOption(
                f"--at: `{said}` does not hold for these values",
                help=f"--where says `{problem.where_text}`",
            )


def _completed(problem: Problem, point: Mapping[str, Exact]) -> dict[str, Exact]:
    """Return values of all names: those given, and simple ones with which the function is defined, if any are."""
    names = [n for n in (*problem.wrt, *problem.constants) if n not in point]
    if not names:
        return dict(point)
    tried = [[v] * len(names) for v in SIMPLE]
    tried += [list(v) for v in itertools.islice(itertools.product(SIMPLE, repeat=len(names)), 10_000)]
    known: dict[str, Array | float] = {n: float(v) for n, v in point.items()}
    for i, name in enumerate(names):
        known[name] = np.array([float(v[i]) for v in tried])
    good = np.flatnonzero(np.isfinite(defined_values(problem, known)))
    chosen = tried[int(good[0])] if good.size else tried[0]
    return {**point, **dict(zip(names, chosen, strict=True))}


# --- ranges


def _positions(report: Report, seen: View, name: str) -> list[float]:
    """Return where the findings are in one coordinate, the other names as at the point of the view."""
    found: list[float] = []
    graver = [f for f in report.findings if f.severity is not Severity.INFO] or report.findings
    for finding in graver:
        place = drawn_place(finding)
        if place is None or name not in finding.wrt:
            continue
        others = {n: v for n, v in seen.point.items() if n != name}
        exact = members(place, name, others, SHOWN_MEMBERS)
        if exact:
            found += [float(value) for _, value in exact]
        elif not place.integers:
            found += [float(v) for n, v in _witness(finding).items() if n == name]
    if not found and seen.worst is not None:
        found.append(float(seen.point[name]))
    return [x for x in found if math.isfinite(x)]


def _lowest(problem: Problem, seen: View, name: str) -> list[float]:
    """Return two places around the lowest value, where that is beyond the plain range: a loss is read there."""
    for far in (PLAIN, *FAR[1:3]):
        t = np.linspace(-far, far, PROBED)
        y = defined_values(problem, {**seen.floats, name: t})
        if np.isnan(y).any():
            return []
        i = int(np.argmin(y))
        if 0 < i < PROBED - 1:
            return [] if far == PLAIN else [float(t[i]) - 1.0, float(t[i]) + 1.0]
    return []


def _around(at: Iterable[float]) -> tuple[float, float]:
    """Return a range with all of ``at`` in its middle."""
    places = sorted(set(at))
    if not places:
        return -PLAIN, PLAIN
    low, high = places[0], places[-1]
    span = high - low
    half = BESIDE * span if span > 1e-9 * max(abs(low), abs(high)) else max(HALF, abs(low))
    return low - half, high + half


def _trimmed(
    problem: Problem, seen: View, name: str, low: float, high: float, placed: bool
) -> tuple[float, float]:
    """Return the range cut to where the function has values, or one further out that has some."""
    wider = [] if placed else [(-far, far) for far in FAR]
    for a, b in [(low, high), *wider]:
        t = np.linspace(a, b, PROBED)
        known = np.isfinite(defined_values(problem, {**seen.floats, name: t}))
        if known.any():
            first, last = map(float, t[known][[0, -1]])
            if last - first > CROWDED * (b - a) or last == first:
                return a, b
            margin = 0.06 * (last - first)
            return max(a, first - margin), min(b, last + margin)
    return low, high
