"""What a node does inside the whole: which of its obstacles are met, and what becomes of them later.

The gaps of a node, with what its inputs stand for put in, are walls; on each, the germs of the node and of the nodes
above it say how far its fault goes.
Read in order: Passage.places, Passage._fate.
Gives up on: what the analyzer gives up on; the place is then `open`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import sympy as sp

from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import symbol
from diffcheck.backprop.graph import Graph, Step
from diffcheck.backprop.obstacles import Region
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.facts import never_zero
from diffcheck.conditions.reach import Status, reach
from diffcheck.deadline import TimeOver
from diffcheck.errors import Undetermined
from diffcheck.findings.families import joined
from diffcheck.findings.located import location, place, witness
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import NAME, Node, name, number
from diffcheck.problem import Problem
from diffcheck.tape import Fate, Place
from diffcheck.thin.around import visit
from diffcheck.thin.loci import Question
from diffcheck.verdict import C0, Kind
from diffcheck.walls.cell import Cell
from diffcheck.walls.explore import Leaf, explore
from diffcheck.walls.gaps import Gap, Pieces, gaps
from diffcheck.walls.interior import interior
from diffcheck.walls.outcome import OUTSIDE, Outcome
from diffcheck.walls.sides import Sides, judge
from diffcheck.walls.solved import walls_of
from diffcheck.walls.wall import Thin, Wall, family_key

__all__ = ["Met", "Passage"]

# Kinds of points of one place that are told apart when no condition is common to them.
MAX_APART = 3
# A report writes an equation as people do; the language compares with two signs.
EQUATION = re.compile(r"(?<![<>=!])=(?!=)")
# An input this close to its place, at 60 digits, is on it.
CLOSE = sp.Rational(1, 10**30)


@dataclass(frozen=True, slots=True)
class Met:
    """What was found on one node's gaps: the places, and whether anything stayed open."""

    places: tuple[Place, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of point on a node's gap and its fate; ``known``: conditions that tell it from others of its wall."""

    leaf: Leaf
    fate: Fate
    by: tuple[str, ...]
    known: frozenset[Constraint] = frozenset()


class Passage:
    """Follows faults from a node to the result."""

    def __init__(self, problem: Problem, graph: Graph) -> None:
        self.problem = problem
        self.graph = graph
        self.steps = {s.name: s for s in graph.steps}
        self.names = tuple(dict.fromkeys([*problem.wrt, *problem.constants]))
        self.where = tuple(interior(problem.where))
        self.never_zero = never_zero(self.where)
        self.pieces = Pieces()
        self.lowered = {s.name: lower(s.part) for s in graph.steps}
        self.last = str(graph.result.leaf)

    def places(self, step: Step) -> Met:
        """Return every place at which a gap of the node is met inside the domain of the whole."""
        seen: set[object] = set()
        kinds: list[_Kind] = []
        left_open = False
        for expr, thin in self._gaps(step):
            walls = walls_of(expr, self.problem.wrt, thin, self.never_zero)
            left_open |= any(not self._never(e) for e in walls.open)
            for wall in walls.walls:
                key = (wall.variable, family_key(wall))
                left_open |= key not in seen and self._on_wall(step, wall, kinds)
                seen.add(key)
            for system in walls.thin:
                left_open |= system not in seen and self._on_thin(step, system, kinds)
                seen.add(system)
        return Met(tuple(self._told(step, kinds)), left_open)

    def _told(self, step: Step, kinds: Sequence[_Kind]) -> Iterator[Place]:
        """Yield one place for each text, the members of a family as one; of several fates the worst is told."""
        found: dict[str, Place] = {}
        whole: dict[tuple[Fate, tuple[str, ...]], list[tuple[Leaf, Gap]]] = {}
        texts: list[tuple[_Kind, str]] = []
        for kind in kinds:
            gap = Gap(kind.leaf.wall.gap, step.part, False)
            if kind.known:
                texts.append((kind, place(kind.leaf, gap, self.problem, kind.known)))
            else:
                whole.setdefault((kind.fate, kind.by), []).append((kind.leaf, gap))
        for (fate, by), pairs in whole.items():
            texts += [
                (_Kind(leaf, fate, by), location(leaf, gap, self.problem)) for leaf, gap in joined(pairs)
            ]
        for kind, at in texts:
            point = witness(self.problem, kind.leaf)
            # A piece of the inputs that makes the gap vanish here may hold elsewhere.
            if kind.fate is Fate.HARMLESS and not self._is_on(step, point):
                continue
            if at not in found or _ORDER.index(kind.fate) < _ORDER.index(found[at].fate):
                found[at] = Place(at, kind.fate, point, kind.by)
        yield from found.values()

    def _never(self, expr: sp.Expr) -> bool:
        return reach([Constraint(expr, "="), *self.where]).status is Status.UNSAT

    def _gaps(self, step: Step) -> Iterator[tuple[sp.Expr, bool]]:
        """Yield the gaps of a node with what its inputs can be put in, and whether thin sets matter."""
        inside = {symbol(n): self.pieces.of(self.lowered[n]) for n in step.inputs if n in self.steps}
        variables = {symbol(v) for v in self.problem.wrt}
        seen: dict[tuple[sp.Expr, bool], None] = {}
        for gap in gaps(lower(step.local), self.pieces):
            for values in product(*inside.values()):
                expr = gap.expr.xreplace(dict(zip(inside, values, strict=True)))
                if expr.free_symbols & variables:
                    seen[expr, gap.thin] = None
        yield from seen

    def _on_wall(self, step: Step, wall: Wall, kinds: list[_Kind]) -> bool:
        """Add what happens on a wall; return whether something stays open."""
        told: dict[int, tuple[Fate | None, tuple[str, ...], Outcome]] = {}

        def look(w: Wall, cell: Cell) -> Outcome:
            base = {n: symbol(n) for n in self.names} | w.point()
            sides = Sides(base, {w.variable: sp.S.One})
            seen: dict[str, Outcome | None] = {}

            def state(label: str) -> str:
                if label not in seen:
                    seen[label] = self._judged(label, sides, cell)
                return _state([seen[label]])

            fate, by = self._fate(step, state, w.variable)
            # A fresh object, by which the leaf that explore makes of it is known.
            own = replace(seen[step.name] or Outcome(C0, open=True))
            told[id(own)] = (fate, by, (seen.get(self.last) if fate is Fate.SPOILS else None) or own)
            return own

        explored = explore(wall, self.where, self.names, look)
        groups: dict[tuple[Fate | None, tuple[str, ...]], list[Leaf]] = {}
        for leaf in explored.leaves:
            fate, by, outcome = told[id(leaf.outcome)]
            groups.setdefault((fate, by), []).append(replace(leaf, outcome=outcome))
        for (fate, by), leaves in groups.items():
            if fate is not None:
                apart = _apart(leaves, explored.leaves) if len(groups) > 1 else ((n, set()) for n in leaves)
                kinds += [_Kind(leaf, fate, by, frozenset(known)) for leaf, known in apart]
        return bool(explored.open)

    def _judged(self, label: str, sides: Sides, cell: Cell) -> Outcome | None:
        try:
            return judge(self.lowered[label], sides, cell)
        except TimeOver:
            raise
        except Undetermined:
            return None

    def _on_thin(self, step: Step, system: Thin, kinds: list[_Kind]) -> bool:
        """Add what happens on a thin set; return whether something stays open."""
        if len(self.problem.wrt) < 2:
            return False
        own, unknown = self._visit(step.name, system)
        if not own:
            return unknown
        fate, by = self._fate(step, lambda n: self._thin_state(n, system))
        kinds += [_Kind(leaf, fate, by) for leaf in own if fate is not None]
        return unknown

    def _visit(self, label: str, system: Thin) -> tuple[list[Leaf], bool]:
        question = Question(self.lowered[label], self.problem.wrt, self.names, self.where, self.never_zero)
        leaves, unknown = visit(question, system)
        return leaves, bool(unknown or question.pending.keys() - question.settled)

    def _thin_state(self, label: str, system: Thin) -> str:
        leaves, unknown = self._visit(label, system)
        return _state([leaf.outcome for leaf in leaves] + [None] * unknown)

    def _fate(
        self, step: Step, state: Callable[[str], str], across: str | None = None
    ) -> tuple[Fate | None, tuple[str, ...]]:
        """Follow the fault of a node upwards; None when the place is outside the domain of the whole.

        across: the one variable that changes where the place is crossed.
        """
        states = {step.name: state(step.name)}
        if states[step.name] == "good":
            return Fate.HARMLESS, ()
        repaired: list[str] = []
        for user in self.graph.steps[self.graph.steps.index(step) + 1 :]:
            faulty = [n for n in user.inputs if states.get(n, "good") != "good"]
            if len(faulty) == 1 and across is not None and self._carries(user, faulty[0], across):
                states[user.name] = states[faulty[0]]
            elif faulty:
                states[user.name] = state(user.name)
                repaired += [user.name] if states[user.name] == "good" else []
        last = states.get(self.last, "good")
        fates = {"bad": Fate.SPOILS, "edge": Fate.EDGE, "open": Fate.OPEN, "good": Fate.REPAIRED, "out": None}
        return fates[last], tuple(repaired) if last == "good" else ()

    def _carries(self, user: Step, faulty: str, across: str) -> bool:
        """Whether a node is c*u + d in a faulty input u, where c is a number or a name and only u changes.

        Then it is as smooth as u wherever c is not zero, so no germ is needed.
        """
        slope = user.derivatives.get(faulty)
        if slope is None or slope == number(0) or (slope.op != NAME and slope.names()):
            return False
        others = [n for n in (*user.inputs, *slope.names()) if n != faulty]
        moving = any(across in (self.steps[n].part.names() if n in self.steps else (n,)) for n in others)
        return slope.leaf not in self.steps and not moving and not gaps(lower(user.local), Pieces())

    def _is_on(self, step: Step, point: Mapping[str, str]) -> bool:
        """Whether a gap of the node, as a function of its inputs, is zero at a point: a piece may not hold there."""
        values = self.values_at(point, step.inputs)
        at = {symbol(n): sp.Float(str(v), 60) for n, v in values.items() if v is not None}
        missing = {symbol(n) for n, v in values.items() if v is None}
        for gap in gaps(lower(step.local), Pieces()):
            if gap.expr.free_symbols & missing:
                continue
            # What is left is the integer k of floor(u), whose gap is u - k.
            left = [s for s in gap.expr.free_symbols if s not in at]
            found = gap.expr.subs({**at, **dict.fromkeys(left, 0)}).evalf(60)
            whole = sp.floor(found + sp.Rational(1, 2)) if left else 0
            if found.is_number and abs(found - whole) < CLOSE:
                return True
        return False

    def is_at(self, place: str, point: Mapping[str, str], step: Step) -> bool:
        """Whether what a local finding says of its place holds for the inputs of a node at a point."""
        text, _, integers = place.partition(" for integer ")
        claims = parse_conditions(EQUATION.sub("==", text))
        letters = {k.strip() for k in integers.split(",")}
        named = {n for claim in claims for n in claim.names()} - letters
        values = self.values_at(point, named)
        if integers or None in values.values():
            return None not in values.values()
        return all(_holds(claim, values) for claim in claims)

    def meets(self, region: Region, step: Step) -> bool:
        """Whether a region of the inputs may be reached inside the domain; False is a proof that it is not."""
        inside = {symbol(n): self.pieces.of(self.lowered[n]) for n in step.inputs if n in self.steps}
        return any(
            reach([*(_put_in(c, inside, values) for c in region), *self.where]).status is not Status.UNSAT
            for values in product(*inside.values())
        )

    def values_at(self, point: Mapping[str, str], labels: Iterable[str]) -> dict[str, Any]:
        """Return the values of nodes and names at an exact point; None where undefined."""
        known = {n: precise(parse(text), {}, 60) for n, text in point.items()}
        out: dict[str, Any] = {}
        for n in labels:
            tree = self.steps[n].part if n in self.steps else name(n)
            out[n] = precise(tree, known, 60) if set(tree.names()) <= known.keys() else None
        return out


def _state(outcomes: Iterable[Outcome | None]) -> str:
    """Return the worst of what happens at the points of one place; None is undecided."""
    found = list(outcomes)
    if any(o is not None and not o.level.differentiable for o in found):
        return "bad"
    if None in found:
        return "open"
    inside = [o for o in found if o is not None and o.how != OUTSIDE.how]
    if found and not inside:
        return "out"
    return "edge" if any(o.kind is Kind.EDGE for o in inside) else "good"


def _apart(leaves: Sequence[Leaf], everything: Sequence[Leaf]) -> Iterator[tuple[Leaf, set[Constraint]]]:
    """Yield leaves of one fate with the conditions that set them apart, and all conditions of their wall."""
    known = {c for leaf in everything for c in leaf.conditions}
    shared = _common(leaves)
    alone = shared <= _common(everything) and len(leaves) <= MAX_APART
    for leaf in leaves:
        kept = _needed([c for c in leaf.conditions if alone or c in shared])
        yield replace(leaf, conditions=kept), known


def _common(leaves: Sequence[Leaf]) -> set[Constraint]:
    return set.intersection(*(set(leaf.conditions) for leaf in leaves))


def _needed(conditions: Sequence[Constraint]) -> tuple[Constraint, ...]:
    """Return the conditions without those that the others imply."""
    kept = list(conditions)
    for c in conditions:
        others = [o for o in kept if o is not c]
        opposite = Constraint(c.expr, "<=" if c.rel == ">" else ">=")
        if others and reach([*others, opposite]).status is Status.UNSAT:
            kept = others
    return tuple(kept)


def _put_in(c: Constraint, names: Iterable[sp.Symbol], values: Iterable[sp.Expr]) -> Constraint:
    return Constraint(c.expr.xreplace(dict(zip(names, values, strict=True))), c.rel)


def _holds(claim: Node, values: Mapping[str, Any]) -> bool:
    """Whether an equation or inequality holds for rounded numbers; equal is what differs by rounding only."""
    if claim.op == "and":
        return all(_holds(c, values) for c in claim.args)
    left, right = (precise(side, values, 60) for side in claim.args)
    equal = abs(left - right) <= float(CLOSE) * (1 + abs(left))
    return bool({"eq": equal, "ne": not equal, "gt": left > right, "lt": left < right}[claim.op])


_ORDER = (Fate.SPOILS, Fate.OPEN, Fate.REPAIRED, Fate.EDGE, Fate.HARMLESS)
