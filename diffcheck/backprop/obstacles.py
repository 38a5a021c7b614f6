"""A node as a function of its inputs, which are free: its class, where it has no bounded derivative, where it is dead.

Read in order: local_analysis, local_obstacles, dead_regions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import sympy as sp

from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.algebra.printer import shown
from diffcheck.analyze import analyze
from diffcheck.backprop.graph import Step
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, name, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.tape import Flow, Obstacle
from diffcheck.verdict import Analysis, Finding, Kind
from diffcheck.walls.gaps import Pieces

__all__ = ["Region", "dead_regions", "local_analysis", "local_obstacles", "said"]

UNBOUNDED = {Kind.POLE, Kind.CUSP, Kind.VERTICAL_TANGENT}
# How the analyzer says that an edge has no finite slope.
STEEP = ("gradient unbounded", "value -> ", "no limit")
# Regions of one node that are listed.
MAX_REGIONS = 8


def local_analysis(problem: Problem, step: Step) -> Analysis:
    """Decide the class of a node as a function of its active inputs, which take all values; the rest is constant.

    Constraints hold on where all their names are inputs of the node.
    """
    where = tuple(c for c in problem.where if set(c.names()) <= set(step.inputs))
    constants = tuple(n for n in step.inputs if n not in step.active)
    text = unparse(step.local)
    return analyze(
        Problem(text, parse(text), step.active, constants, where, " and ".join(map(unparse, where)))
    )


def local_obstacles(found: Analysis) -> Iterator[Obstacle]:
    """Yield where a node has no bounded derivative, in its inputs; whether that is met is not asked."""
    for finding in found.findings:
        flow = _flow(finding)
        if flow is not None:
            yield Obstacle(flow, finding.at, finding.kind.value)


def _flow(finding: Finding) -> Flow | None:
    if finding.kind is Kind.EDGE:
        return Flow.UNBOUNDED if finding.detail.startswith(STEEP) else None
    if finding.kind is Kind.FLAT or finding.level.differentiable:
        return None
    return Flow.UNBOUNDED if finding.kind in UNBOUNDED else Flow.BLOCKED


Region = tuple[Constraint, ...]


def dead_regions(step: Step) -> list[Region]:
    """Return open sets of the inputs on which every local derivative is zero; () is everywhere.

    The derivatives are written out piece by piece; of each piece that is zero the strict inequalities remain.
    """
    if not step.known or not step.active:
        return []
    total: Node = number(0)
    for i, partial in enumerate(step.derivatives.values()):
        # No text has a name with a space, so the sum is zero only where all terms are.
        total = Node("add", (total, Node("mul", (name(f"part {i}"), partial))))
    found: dict[Region, None] = {}
    for choices, expr in Pieces().with_choices(lower(total)):
        if expr == 0:
            found |= dict.fromkeys(_regions([(c.args[0], taken) for c, taken in choices]))
    everywhere: Region = ()
    if everywhere in found:
        return [everywhere]
    return [r for r in found if reach(r).status is Status.SAT][:MAX_REGIONS]


def _regions(conditions: Sequence[tuple[Node, bool]]) -> Iterator[Region]:
    """Yield the open parts, by strict inequalities, of where conditions hold (True) or do not (False)."""
    for combination in product(*(_alternatives(c, holds) for c, holds in conditions)):
        yield tuple(dict.fromkeys(c for part in combination for c in part))


def _alternatives(condition: Node, holds: bool) -> list[Region]:
    """Return the open alternatives under which a condition holds, or fails to."""
    if condition.op == "not":
        return _alternatives(condition.args[0], not holds)
    if condition.op in ("and", "or"):
        sides = [_alternatives(a, holds) for a in condition.args]
        if (condition.op == "and") == holds:
            return [tuple(dict.fromkeys(c for part in both for c in part)) for both in product(*sides)]
        return [region for side in sides for region in side]
    difference = to_sympy(condition.args[0]) - to_sympy(condition.args[1])
    if condition.op in ("eq", "ne"):
        return [] if (condition.op == "eq") == holds else [()]
    above = (condition.op in ("gt", "ge")) == holds
    # One way round, so that u > v and v < u are the same.
    turned = difference.could_extract_minus_sign()
    return [(Constraint(-difference if turned else difference, ">" if above != turned else "<"),)]


def said(region: Region) -> str:
    """Return a region as text, "everywhere" for ()."""
    return " and ".join(map(_inequality, region)) or "everywhere"


def _inequality(c: Constraint) -> str:
    """Return u < 1 for u - 1 < 0, and u > v for u - v > 0."""
    offset, rest = c.expr.as_coeff_Add()
    up = c.rel == ">"
    low = [t for t in sp.Add.make_args(rest) if t.could_extract_minus_sign()]
    if offset == 0 and len(low) == 1 and low[0] != rest:
        left, right = rest - low[0], -low[0]
    elif rest.could_extract_minus_sign():
        left, right, up = -rest, offset, not up
    else:
        left, right = rest, -offset
    return f"{shown(left)} {'>' if up else '<'} {shown(right)}"
