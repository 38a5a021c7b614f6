"""Refute what is said of a suggestion beside its interval: its constant, convexity, minimisers and remarks.

A second difference S(x + h*v) - 2*S(x) + S(x - h*v) is at most L*h**2*|v|**2 in size for every h where the gradient is
L-Lipschitz, and not negative where S is convex: exact inequalities between balls, so that a failure is a proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from benchmarks.enclosures import enclosures
from diffcheck.language.numeric import conditions_hold
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import Node
from diffcheck.problem import Problem
from diffcheck.verdict import Surrogate

__all__ = ["Columns", "bent", "moved", "untrue"]

Columns = dict[str, npt.NDArray[np.float64]]
Balls = dict[str, list[Any]]
# Of the values: what is lost in 128 bits, and by second differences.
SLACK = flint.arb(10) ** -24


def _balls(columns: Columns, s: Surrogate) -> Balls:
    return {n or s.parameter: [flint.arb(x) for x in c.tolist()] for n, c in columns.items()}


def _shown(points: Mapping[str, list[Any]], i: int) -> str:
    return ", ".join(f"{n} = {c[i].str(8, radius=False)}" for n, c in points.items() if n)


def bent(problem: Problem, s: Surrogate, columns: Columns, seed: int = 0) -> list[str]:
    """Return where a second difference exceeds the constant, or is negative though S is called convex."""
    count = len(columns[""])
    if not count or not (s.lipschitz_gradient or s.convex):
        return []
    source = np.random.default_rng(seed)
    step = columns[""] * 10.0 ** source.uniform(-2.5, 1, count)
    ways = {v: source.normal(size=count) * (source.random(count) < 0.8) for v in problem.wrt}
    ends = [{**columns, **{v: columns[v] + t * step * ways[v] for v in ways}} for t in (-1, 0, 1)]
    inside = np.all([conditions_hold(problem.where, e) for e in ends], axis=0)
    points = _balls(columns, s)
    far = {
        v: [flint.arb(a) * flint.arb(b) for a, b in zip(step.tolist(), ways[v].tolist(), strict=True)]
        for v in ways
    }
    tree = parse(s.expression)
    below, middle, above = (
        enclosures(
            tree,
            {**points, **{v: [x + t * d for x, d in zip(points[v], far[v], strict=True)] for v in ways}},
            count,
        )
        for t in (-1, 0, 1)
    )
    steep = enclosures(parse(s.lipschitz_gradient or "0"), points, count)
    for i in np.nonzero(inside)[0].tolist():
        if not (below[i].is_finite() and middle[i].is_finite() and above[i].is_finite()):
            continue
        second = below[i] - 2 * middle[i] + above[i]
        slack = SLACK * (1 + abs(below[i]) + 2 * abs(middle[i]) + abs(above[i]))
        length = sum((far[v][i] ** 2 for v in ways), flint.arb(0))
        if s.lipschitz_gradient and abs(second) > steep[i] * length + slack:
            return [f"{s.name}: gradient steeper than {s.lipschitz_gradient} at {_shown(points, i)}"]
        if s.convex and second < -slack:
            return [f"{s.name}: not convex at {_shown(points, i)}"]
    return []


def moved(problem: Problem, s: Surrogate, columns: Columns, seed: int = 0) -> list[str]:
    """Return where S is least among some points though the original is not, and the other way round."""
    if s.keeps_minimisers is not True or not len(columns[""]):
        return []
    source = np.random.default_rng(seed)
    for _ in range(6):
        chosen = int(source.integers(len(columns[""])))
        one = {n: float(c[chosen]) for n, c in columns.items()}
        line = {
            v: np.concatenate([columns[v][:150], [one[v]], one[v] + source.normal(size=40)])
            for v in problem.wrt
        }
        count = len(line[problem.wrt[0]])
        at = {**{n: np.full(count, x) for n, x in one.items()}, **line}
        kept = conditions_hold(problem.where, at)
        points = _balls({n: c[kept] for n, c in at.items()}, s)
        count = int(kept.sum())
        old, new = (enclosures(t, points, count) for t in (problem.tree, parse(s.expression)))
        finite = [i for i in range(count) if old[i].is_finite() and new[i].is_finite()]
        if not finite:
            continue
        least, other = (min(finite, key=lambda i, v=v: float(v[i].mid())) for v in (old, new))  # type: ignore[misc]
        if old[other] > old[least] and new[least] > new[other]:
            return [f"{s.name}: least at {_shown(points, other)}, the original at {_shown(points, least)}"]
    return []


# --- remarks


def untrue(problem: Problem, s: Surrogate, columns: Columns) -> list[str]:
    """Return the remarks that fail at a point: where it is zero, where equal, how far off at each point."""
    count = len(columns[""])
    points = _balls(columns, s)
    old, new = (enclosures(t, points, count) for t in (problem.tree, parse(s.expression)))
    wrong = []
    for phrase, fails in _claims(s, points, count):
        for i in range(count):
            if old[i].is_finite() and new[i].is_finite() and fails(i, old[i], new[i]):
                wrong.append(f"{s.name}: `{phrase}` fails at {_shown(points, i)}")
                break
    return wrong


Fails = Callable[[int, Any, Any], bool]


def _claims(s: Surrogate, points: Balls, count: int) -> Iterator[tuple[str, Fails]]:
    for phrase in s.note.split("; "):
        if phrase == "zero exactly where the original is":
            yield (
                phrase,
                lambda i, old, new: (old.is_zero() and not new.contains(0)) or (new.is_zero() and old != 0),
            )
        if found := re.fullmatch(r"equal to it where (.*)", phrase):
            conditions = [enclosures(c, points, count) for c in parse_conditions(found[1])]
            yield phrase, partial(_unequal, conditions)
        if found := re.fullmatch(r"off by at most (.*) at each point", phrase):
            bound = enclosures(_node(found[1]), points, count)
            yield phrase, partial(_beyond, bound)


def _node(text: str) -> Node:
    return parse(text)


def _unequal(conditions: list[list[Any]], i: int, old: Any, new: Any) -> bool:
    apart = abs(new - old) > SLACK * (1 + abs(old))
    return bool(apart) and all(c[i] is True for c in conditions)


def _beyond(bound: list[Any], i: int, old: Any, new: Any) -> bool:
    return bool(bound[i].is_finite() and abs(new - old) > bound[i] + SLACK * (1 + abs(old)))
