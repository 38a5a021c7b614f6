"""What a picture shows, as data: curves in pieces, marks with exact values, bands, words.  Nothing is drawn here.

Both the figure and the terminal draw a Scene, so they cannot tell different stories, and tests ask it for facts.
Read in order: Scene, compose, then how the line of the cut is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diffcheck.errors import BadOption, InputError
from diffcheck.language.numeric import Exact, values
from diffcheck.language.parse import parse_conditions
from diffcheck.plot.cut import Cut, cut
from diffcheck.plot.line import Line
from diffcheck.plot.marks import known_value
from diffcheck.plot.options import Wishes
from diffcheck.plot.places import drawn_place
from diffcheck.plot.plane import Plane, plane
from diffcheck.plot.window import View, cut_range, defined_values, view
from diffcheck.problem import Problem
from diffcheck.verdict import Finding, Report

__all__ = ["MODELS", "Scene", "compose"]

# Surrogates in one picture: more cannot be told apart.
MODELS = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture in words and numbers.

    fixed: what was held fixed, as "y = 1/3".  cut_text: how the line runs, where that does not go without saying.
    findings: those that there are for the constants of the picture.  elsewhere: how many there are for others alone.
    """

    report: Report
    cut: Cut
    plane: Plane | None
    fixed: tuple[str, ...]
    cut_text: str
    findings: tuple[Finding, ...]

    @property
    def elsewhere(self) -> int:
        """Return how many findings there are for other constants alone."""
        return len(self.report.findings) - len(self.findings)


def compose(problem: Problem, report: Report, wished: Wishes, columns: int, *, models: int = MODELS) -> Scene:
    """Return the picture of a report; BadOption when there is nothing to draw.

    columns: how many the picture has, for the density of samples.  models: the most surrogates it shows.
    """
    seen = view(problem, report, wished)
    area = plane(problem, report, seen, wished) if len(seen.drawn) == 2 else None
    line, span = _line(problem, report, seen, wished, area)
    shown = replace(report, surrogates=report.surrogates[:models])
    along = cut(problem, shown, seen, line, span, wished.mu, columns)
    if not along.function:
        a, b = span
        raise BadOption(
            f"nothing to draw: the function has no value for {line.axis} from {a:.4g} to {b:.4g}",
            help="--range draws another part, --at sets other values",
        )
    fixed = tuple(f"{n} = {_short(v)}" for n, v in seen.point.items() if n not in seen.drawn)
    here = tuple(f for f in report.findings if _is_here(f, seen))
    return Scene(report, along, area, fixed, _cut_text(seen, line), here)


def _is_here(finding: Finding, seen: View) -> bool:
    """Whether the condition on the constants holds for those that are drawn; True where that is not known."""
    try:
        conditions = parse_conditions(finding.condition or "")
    except InputError:
        return True
    held = {n: np.asarray(float(v)) for n, v in seen.point.items() if n not in seen.drawn}
    return all(values(c, held).item() != 0.0 for c in conditions if held.keys() >= set(c.names()))


def _short(value: Exact) -> str:
    text = str(value)
    return text if len(text) <= 8 else f"{float(value):.5g}"


def _line(
    problem: Problem, report: Report, seen: View, wished: Wishes, area: Plane | None
) -> tuple[Line, tuple[float, float]]:
    """Return the line through the point of the view, across its finding, and the range of its parameter."""
    direction = _direction(problem, seen)
    if len(direction) == 1:
        (name,) = direction
        line = Line({**seen.floats, name: 0.0}, {name: 1.0}, name)
        if area is not None:
            ends = area.x if name == area.names[0] else area.y
            return line, (float(ends[0]), float(ends[-1]))
        return line, cut_range(problem, report, seen, name, wished)
    return Line(seen.floats, direction, "t"), wished.ranges.get("") or (-1.0, 1.0)


def _direction(problem: Problem, seen: View) -> dict[str, float]:
    """Return the direction in which the worst finding was seen, or one in which it can be seen better."""
    first = {seen.drawn[0]: 1.0}
    found: dict[str, float] = {}
    for name, text in (seen.worst.direction if seen.worst else {}).items():
        value = known_value(text, seen.point)
        if value and name in seen.drawn:
            found[name] = value
    place = drawn_place(seen.worst) if seen.worst else None
    if len(seen.drawn) != 2 or place is None or len(place.equations) < 2:
        return found or first
    # At a single point what fails may show along other lines only: x*y/(x**2 + y**2) is 0 along both axes.
    a, b = seen.drawn
    rays = [found or first, {a: 1.0}, {b: 1.0}, {a: 1.0, b: 1.0}, {a: 1.0, b: -1.0}]
    seen_breaks = [_break_along(problem, Line(seen.floats, ray, "t")) for ray in rays]
    best = int(np.argmax(seen_breaks))
    return rays[best] if seen_breaks[best] > 10 * seen_breaks[0] else rays[0]


def _break_along(problem: Problem, line: Line) -> float:
    """Return how far the function is from continuing itself in a straight line through t = 0."""
    h = 1e-3
    below, at, above = defined_values(problem, line.at(np.array([-h, 0.0, h])))
    middle = (below + above) / 2 if np.isnan(at) else at
    return float(np.nan_to_num(abs(below - middle) + abs(above - middle)))


def _cut_text(seen: View, line: Line) -> str:
    """Return how the line runs: "y = 1/3", or "x = 1/3 + t, y = 2*t"."""
    if len(seen.drawn) == 1:
        return ""
    if len(line.direction) == 1:
        return ", ".join(f"{n} = {_short(seen.point[n])}" for n in seen.drawn if n not in line.direction)
    return ", ".join(f"{n} = {_ray_text(seen.point[n], line.direction.get(n, 0.0))}" for n in seen.drawn)


def _ray_text(start: Exact, speed: float) -> str:
    step = {1.0: "t", -1.0: "-t", 0.0: ""}.get(speed, f"{speed:g}*t")
    return " + ".join(part for part in (_short(start) if start or not step else "", step) if part).replace(
        "+ -", "- "
    )
