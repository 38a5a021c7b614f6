"""From a question to a decision: gaps, walls, the kinds of points on them, and what they mean together.

Off all gaps a composition of analytic functions is analytic.  On a wall the germs of both sides decide (sides.py).
Where walls of branches meet, nothing new can happen: the complement of a set of codimension 2 in a small ball is
connected, so neighbouring pieces that agree to order k across every wall have one k-jet there.  Thin sets on which a
quotient, root or logarithm is singular are looked at by themselves (thin.py).
Read in order: analyze, then findings.py for the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sympy as sp

from diffcheck.cell import Cell
from diffcheck.constants import Region, regions
from diffcheck.errors import Undetermined
from diffcheck.explore import Leaf, explore
from diffcheck.findings import describe, flat_finding
from diffcheck.gaps import Gap, Pieces, gaps
from diffcheck.lower import lower
from diffcheck.printer import symbol, text_of
from diffcheck.problem import Problem
from diffcheck.reach import Constraint, Status, reach
from diffcheck.resolve import BUILD
from diffcheck.sides import Outcome, Sides, judge
from diffcheck.tree import Node
from diffcheck.verdict import CINF, Analysis, Finding, Verdict
from diffcheck.walls import Thin, Wall, walls_of

__all__ = ["analyze"]

RELATIONS = {"lt": "<", "le": "<", "gt": ">", "ge": ">"}


@dataclass(slots=True)
class _Work:
    """What is known while the walls are visited."""

    problem: Problem
    tree: Node
    where: tuple[Constraint, ...]
    names: tuple[str, ...]
    leaves: list[tuple[Leaf, Gap]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def analyze(problem: Problem) -> Analysis:
    """Decide the smoothness class of the question's function on its domain."""
    tree = lower(problem.tree)
    names = tuple(dict.fromkeys([*problem.wrt, *problem.constants]))
    work = _Work(problem, tree, tuple(interior(problem.where)), names)
    pieces = Pieces()
    thin: list[tuple[Thin, Gap]] = []
    for gap, walls in _walls(work, gaps(tree, pieces), thin):
        for wall in walls:
            explored = explore(wall, work.where, names, lambda w, cell: _judge(work, w, cell))
            work.leaves += [(leaf, gap) for leaf in explored.leaves]
            work.open += explored.open
    _visit_thin(work, thin)
    return _conclude(work, pieces)


def interior(where: Sequence[Node]) -> Iterator[Constraint]:
    """Yield strict constraints for the interior of the domain; Undetermined for what has no interior."""
    for condition in where:
        if condition.op == "and":
            yield from interior(condition.args)
        elif condition.op in RELATIONS:
            left, right = (_plain(lower(a)) for a in condition.args)
            yield Constraint(left - right, RELATIONS[condition.op])  # type: ignore[arg-type]
        elif condition.op == "ne":
            left, right = (_plain(lower(a)) for a in condition.args)
            yield Constraint(left - right, "!=")
        else:
            raise Undetermined(f"`{condition.op}` in a constraint is not decided; use inequalities")


def _plain(node: Node) -> sp.Expr:
    pieces = Pieces().of(node)
    if len(pieces) == 1:
        return pieces[0]
    from diffcheck.lower import to_sympy

    return to_sympy(node)


def _walls(work: _Work, found: Sequence[Gap], thin: list[tuple[Thin, Gap]]) -> Iterator[tuple[Gap, list[Wall]]]:
    """Yield every wall once, with the first gap in the text that has it."""
    variables = {symbol(v) for v in work.problem.wrt}
    seen: set[tuple[str, object]] = set()
    for gap in found:
        if not gap.expr.free_symbols & variables:
            continue
        solved = walls_of(gap.expr, work.problem.wrt, gap.singular)
        fresh = []
        for wall in solved.walls:
            key = (wall.variable, _family_key(wall))
            if key not in seen:
                seen.add(key)
                fresh.append(wall)
        for unsolved in solved.open:
            if reach([Constraint(unsolved, "="), *work.where]).status is not Status.UNSAT:
                work.open.append(f"cannot find every point where `{text_of(unsolved)}` = 0")
        thin += [(t, gap) for t in solved.thin]
        yield gap, fresh


def _family_key(wall: Wall) -> object:
    """Integers of two families are named apart; the same wall has the same expressions up to these names."""
    names = {k: sp.Symbol(f"m{i}", integer=True) for i, k in enumerate(wall.integers)}
    point = tuple((n, e.xreplace(names)) for n, e in wall.base)
    if wall.implicit is not None:
        return (point, wall.implicit.equation)
    return point


def _judge(work: _Work, wall: Wall, cell: Cell) -> Outcome:
    base = {n: symbol(n) for n in work.names} | wall.point()
    return judge(work.tree, Sides(base, {wall.variable: sp.S.One}), cell)


def _visit_thin(work: _Work, thin: list[tuple[Thin, Gap]]) -> None:
    from diffcheck.thin import visit

    seen: set[Thin] = set()
    for system, gap in thin:
        if system in seen:
            continue
        seen.add(system)
        leaves, unknown = visit(work.tree, system, work.problem.wrt, work.names, work.where)
        work.leaves += [(leaf, gap) for leaf in leaves]
        work.open += unknown


def _conclude(work: _Work, pieces: Pieces) -> Analysis:
    """Put the leaves together: the worst of the points, region by region of the constants."""
    leaves = [leaf for leaf, _ in work.leaves]
    found = regions(leaves, work.problem.constants, work.where)
    verdicts = {r.smoothness.differentiable for r in found}
    worst = min((r.smoothness for r in found), default=CINF)
    findings = list(describe(work.problem, work.leaves, worst))
    findings += flat_finding(work.problem, findings, pieces, work.tree)
    if work.open and (worst.differentiable or len(verdicts) > 1):
        return Analysis(Verdict.UNDETERMINED, None, tuple(findings), (), work.open[0])
    if len(verdicts) > 1:
        return Analysis(Verdict.CONDITIONAL, worst, tuple(findings), _cases(found))
    verdict = Verdict.DIFFERENTIABLE if worst.differentiable else Verdict.NOT_DIFFERENTIABLE
    return Analysis(verdict, worst, tuple(findings))


def _cases(found: Sequence[Region]) -> tuple[object, ...]:
    from diffcheck.verdict import Case

    return tuple(
        Case(r.condition, Verdict.DIFFERENTIABLE if r.smoothness.differentiable else Verdict.NOT_DIFFERENTIABLE, r.smoothness)
        for r in found
    )
