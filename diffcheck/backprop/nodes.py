"""The expression node by node, as back-propagation sees it: `diffcheck EXPR --nodes`.

For every node: its class as a function of its inputs, its local derivatives, where the gradient does not pass, whether
that place is met, and whether a later node repairs it.  Then the chain rule through the nodes, and what automatic
differentiation returns at the places that were met.
The verdict is the report's; nothing here changes it.
Read in order: tape; then graph.py (what a node is), obstacles.py, passing.py (what it does), autograd.py.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

import mpmath
import numpy as np
import sympy as sp

from diffcheck.algebra.lower import to_sympy
from diffcheck.backprop.autograd import forward, run
from diffcheck.backprop.graph import Graph, Step, adjoints, graph
from diffcheck.backprop.obstacles import Region, dead_regions, local_analysis, local_obstacles, said
from diffcheck.backprop.passing import Met, Passage
from diffcheck.conditions.constraint import Constraint
from diffcheck.deadline import within
from diffcheck.errors import DiffcheckError, InputError
from diffcheck.language.numeric import conditions_hold, evaluate, precise, values
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.tape import Adjoint, Fate, Flow, Obstacle, Place, Returned, Tape, TapeNode
from diffcheck.verdict import Analysis, Finding, Report, Severity, Verdict

__all__ = ["tape"]

# Processor time for the classes of all nodes together, for all their places, and for one step of one node.
SECONDS = 8.0
EACH = 2.0
# Points of the domain that are tried, and points of the answer.
SAMPLES = 256
MAX_SAMPLES = 64
MAX_RETURNED = 6
MAX_DENOMINATOR = 10**6
# An inequality that holds by this much is not a matter of rounding.
SURE = 1e-9
DIGITS = 60
# One-sided differences, and how far they may be apart to be one slope.
STEP = mpmath.mpf(10) ** -25
AGREE = 1e-6
DECIMALS = 9

Point = Mapping[str, float]
T = TypeVar("T")

_LOG = logging.getLogger(__name__)


def tape(problem: Problem, report: Report) -> Tape:
    """Return the nodes of the question's expression; ``report`` is what was decided about the whole."""
    found = graph(problem.tree, problem.wrt)
    samples = _samples(problem)
    nodes = _Nodes(problem, found, samples)
    with within(SECONDS):
        analyses = [nodes.analysis(step) for step in found.steps]
    with within(SECONDS):
        rows = [nodes.row(step, analysis) for step, analysis in zip(found.steps, analyses, strict=True)]
    rows = _agreeing(found, rows, report)
    spoilers = [n.name for n in rows if any(p.fate is Fate.SPOILS for p in n.places)]
    return Tape(
        tuple(rows),
        unparse(found.result),
        spoilers[0] if spoilers else None,
        tuple(Adjoint(of, label, unparse(tree)) for of, label, tree in adjoints(found)),
        tuple(_returned(problem, found, rows, samples)),
    )


class _Nodes:
    """Looks at one node after the other; what the analysis cannot follow stays undecided."""

    def __init__(self, problem: Problem, found: Graph, samples: Sequence[Point]) -> None:
        self.problem = problem
        self.samples = [forward(found, point) for point in samples]
        self.passage = self._or_none(lambda: Passage(problem, found))

    def analysis(self, step: Step) -> Analysis | None:
        """Return the class of one node as a function of its inputs; None where it has none, or is undecided."""
        if not step.active or not step.known:
            return None
        return self._or_none(lambda: local_analysis(self.problem, step))

    def row(self, step: Step, analysis: Analysis | None) -> TapeNode:
        """Return what is known of one node."""
        grade = None if analysis is None else analysis.smoothness
        obstacles = () if analysis is None else tuple(local_obstacles(analysis))
        met: Met | None = Met((), False)
        if obstacles:
            met = self._or_none(lambda: self.passage.places(step) if self.passage else None)
            obstacles = tuple(replace(o, met=self._is_met(step, o, met)) for o in obstacles)
        obstacles += tuple(
            Obstacle(Flow.DEAD, said(region), None, self._is_reached(step, region))
            for region in (self._or_none(lambda: dead_regions(step)) or [])
        )
        places = () if met is None else met.places
        flows = [o.flow for o in obstacles if o.met is not False]
        flows += [Flow.PASSES if step.known else Flow.CONDITIONAL]
        return TapeNode(
            name=step.name,
            op=step.local.op,
            text=_text(step),
            inputs=step.inputs,
            span=step.span,
            source=self.problem.text[slice(*step.span)],
            depends=bool(step.active),
            derivatives={n: unparse(d) for n, d in step.derivatives.items()},
            smoothness=None if grade is None else str(grade),
            flow=max(flows, key=list(Flow).index),
            obstacles=obstacles,
            places=places,
        )

    def _is_met(self, step: Step, obstacle: Obstacle, met: Met | None) -> bool | None:
        """Whether one of the places met is where the obstacle is; None when that is open.

        A place that more than one condition describes may be met at points of a wall that were not looked at.
        """
        if met is None or self.passage is None:
            return None
        passage = self.passage
        if any(passage.is_at(obstacle.at, p.witness, step) for p in met.places):
            return True
        return None if met.open or (met.places and " and " in obstacle.at) else False

    def _is_reached(self, step: Step, region: Region) -> bool | None:
        """Whether an open region of the inputs is reached: a sample shows it, a proof excludes it."""
        inside = [values for values in self.samples if all(_surely(c, values) for c in region)]
        if inside:
            return True
        passage = self.passage
        maybe = None if passage is None else self._or_none(lambda: passage.meets(region, step))
        return False if maybe is False else None

    def _or_none(self, look: Callable[[], T]) -> T | None:
        try:
            with within(EACH):
                return look()
        except (DiffcheckError, KeyError) as error:
            _LOG.debug("a node was not followed: %s", error)
            return None


def _text(step: Step) -> str:
    """Return the operation as text; an unknown one as a call, by the name it was called."""
    if step.known:
        return unparse(step.local)
    return f"{step.local.leaf or step.local.op}({', '.join(map(unparse, step.local.args))})"


def _surely(c: Constraint, known: Point) -> bool:
    """Whether an inequality holds by more than rounding at a point in float64."""
    found = float(c.expr.subs({s: float(known[s.name]) for s in c.expr.free_symbols}))
    return found > SURE if c.rel == ">" else found < -SURE


# --- agreement with the report


def _agreeing(found: Graph, rows: Sequence[TapeNode], report: Report) -> list[TapeNode]:
    """Return the nodes with what the report knows: nothing spoils what is differentiable, every failure has a node."""
    out = list(rows)
    if report.verdict is Verdict.DIFFERENTIABLE:
        return [replace(n, places=tuple(replace(p, fate=_no_worse(p.fate)) for p in n.places)) for n in out]
    spoilers = [p.at for n in out for p in n.places if p.fate is Fate.SPOILS]
    for finding in report.findings:
        broken = finding.severity is Severity.ERROR and not finding.level.differentiable
        if broken and not any(_same_place(finding.at, at) for at in spoilers):
            i = _cause(out, finding)
            if i is not None:
                place = Place(finding.at, Fate.SPOILS, finding.witness)
                known = tuple(p for p in out[i].places if p.at != finding.at)
                out[i] = replace(out[i], places=(*known, place))
    return out


def _same_place(one: str, other: str) -> bool:
    """Whether two texts name one place, perhaps with other conditions or members of a family."""
    families = " for integer " in one and " for integer " in other
    if families or one == other or one.startswith(f"{other} ") or other.startswith(f"{one} "):
        return True
    first, second = _equation(one), _equation(other)
    return first is not None and second is not None and sp.expand(first**2 - second**2) == 0


def _equation(at: str) -> sp.Expr | None:
    """Return a - b of a place that begins with "a = b"; None for any other."""
    left, equals, right = at.partition(" and ")[0].partition(" = ")
    try:
        return to_sympy(parse(left)) - to_sympy(parse(right)) if equals else None
    except InputError:
        return None


def _no_worse(fate: Fate) -> Fate:
    return Fate.REPAIRED if fate in (Fate.SPOILS, Fate.OPEN) else fate


def _cause(rows: Sequence[TapeNode], finding: Finding) -> int | None:
    """Return the node that a finding names, else the smallest around it; of equals the first with an obstacle."""
    named = (i for i, n in enumerate(rows) if n.depends and n.source == finding.source)
    known = next(named, None)
    if known is not None:
        return known  # equal parts are one node, which has the columns of the first
    around = [
        (n.span[1] - n.span[0], not n.obstacles, i)
        for i, n in enumerate(rows)
        if n.depends and n.span[0] <= finding.span[0] and finding.span[1] <= n.span[1]
    ]
    return min(around)[2] if around else None


# --- what automatic differentiation returns


def _returned(
    problem: Problem, found: Graph, rows: Sequence[TapeNode], samples: Sequence[Point]
) -> Iterator[Returned]:
    """Yield what is returned at the places met, and at samples where it is no number although there is a slope."""
    if not all(step.known for step in found.steps):
        return
    told: set[str | None] = {None}
    witnesses = [p.witness for n in rows for p in n.places if p.fate is not Fate.HARMLESS]
    for witness in [w for i, w in enumerate(witnesses) if w not in witnesses[:i]][:MAX_RETURNED]:
        exact = {n: evaluate(parse(text), {}, DIGITS).value for n, text in witness.items()}
        if set(problem.tree.names()) <= exact.keys() and all(map(_is_short, exact.values())):
            here = _at(problem, found, witness, exact)
            yield here
            told |= {here.poisoned} if here.wrong else set()
    for point in samples:
        got = run(found, point)
        if got.poisoned not in told:
            exact = {n: Fraction(v) for n, v in point.items()}
            here = _at(problem, found, {n: f"{v:g}" for n, v in point.items()}, exact)
            if here.wrong:
                told.add(got.poisoned)
                yield here


def _is_short(value: Any) -> bool:
    """Whether a number is a short fraction: another one is rounded to where nothing happens."""
    return isinstance(value, Fraction) and value.denominator <= MAX_DENOMINATOR


def _at(problem: Problem, found: Graph, text: Mapping[str, str], exact: Mapping[str, Any]) -> Returned:
    got = run(found, {n: float(v) for n, v in exact.items()})
    true = {v: _slope(problem.tree, exact, v) for v in problem.wrt}
    poisoned = got.poisoned if any(not math.isfinite(g) for g in got.gradient.values()) else None
    return Returned(text, got.value, got.gradient, true, poisoned)


def _slope(tree: Node, point: Mapping[str, Any], variable: str) -> float | None:
    """Return the slope in one variable by differences on both sides; None where they are not one number."""
    with mpmath.workdps(DIGITS):
        middle = precise(tree, point, DIGITS)
        found = []
        for h in (-STEP, STEP):
            x = point[variable]
            x = (mpmath.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x) + h
            beside = precise(tree, {**point, variable: x}, DIGITS)
            if middle is None or beside is None:
                return None
            found.append(float((beside - middle) / h))
    low, high = found
    # At a break of order 3/2 a difference is off by the root of the step.
    return round((low + high) / 2, DECIMALS) + 0.0 if abs(high - low) <= AGREE * (1 + abs(high)) else None


def _samples(problem: Problem) -> list[Point]:
    """Return points of the domain, coordinates of both signs and different sizes, the same on every run."""
    names = (*problem.wrt, *problem.constants)
    draws = np.random.default_rng(0).normal(size=(SAMPLES, len(names)))
    # Few digits: the points are printed.
    grid = np.round(draws * np.resize([1.0, 3.0, 0.3], SAMPLES)[:, None], 2)
    columns = {n: grid[:, i] for i, n in enumerate(names)}
    try:
        inside = np.isfinite(values(problem.tree, columns)) & conditions_hold(problem.where, columns)
    except KeyError:
        return []
    return [{n: float(c[i]) for n, c in columns.items()} for i in np.flatnonzero(inside)[:MAX_SAMPLES]]
