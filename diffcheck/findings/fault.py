"""Which part of an expression is at fault where something happens.

Several parts can have one wall: abs(x)**2 + relu(x) has x = 0 twice.  A part is at fault in its context, so the search
goes from the whole down: of a part that is bad, an argument is looked into if it is as bad there itself, since sums,
products and compositions of parts that are all better are better, too.  A part none of whose arguments is as bad makes
the fault.  Of several that are (abs(x) + sqrt(x**2)) the first in the text is named.
Read in order: at_fault, _Search.
Gives up on: parts that are not decided at the place; then the first that has the wall is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.deadline import TimeOver
from diffcheck.errors import Undetermined
from diffcheck.language.tree import Node
from diffcheck.thin.around import visit
from diffcheck.thin.loci import Question
from diffcheck.verdict import Kind
from diffcheck.walls.cell import BadWitness, Cell, Refine
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import COMPARISONS, Gap
from diffcheck.walls.outcome import EDGES, SMOOTH, Outcome
from diffcheck.walls.sides import Sides, judge
from diffcheck.walls.wall import Wall

__all__ = ["at_fault", "is_zero_on"]

# Parts that are looked at for one leaf.  A part is looked at only where two of its arguments have the wall.
MAX_LOOKS = 40


def at_fault(question: Question, leaf: Leaf, first: Gap, others: Iterable[Gap]) -> Gap:
    """Return the gap whose part is at fault on a leaf, with that part where it is in the text.

    question: the lowered tree and what its names satisfy.  first, others: the gap by which the leaf was found, and
    those that vanish there as well.
    """
    candidates = {gap.part: gap for gap in (*others, first)}
    search = _Search(set(candidates), _look_at(question, leaf))
    try:
        part = search.source(question.tree, leaf.outcome)
    except TimeOver:
        part = None
    return first if part is None else replace(candidates[part], part=part)


def is_zero_on(wall: Wall, expr: sp.Expr) -> bool:
    """Whether an expression is plainly zero on a wall or a thin set."""
    return expr == wall.gap or bool(expr.xreplace({symbol(n): e for n, e in wall.base}).is_zero)


class _Search:
    """The way down from the whole to the part at fault."""

    def __init__(self, parts: set[Node], look: Callable[[Node], Outcome | None]) -> None:
        self.parts = parts
        self.look = look
        self.looks = 0
        self._has: dict[int, bool] = {}

    def source(self, node: Node, outcome: Outcome | None) -> Node | None:
        """Return the candidate at fault in ``node``, of which ``outcome`` is known, or None if not looked at."""
        while True:
            own = self._own(node)
            below = [a for a in node.args if self._below(a) and not self._is_condition(a)]
            if own is None and len(below) < 2:
                if not below:
                    return None
                node, outcome = below[0], None
                continue
            if not below:
                return own
            whole = self._seen(node) if outcome is None else outcome
            found = self._first_as_bad(below, whole)
            if found is None:
                return own if own is not None else self.source(below[0], None)
            node, outcome = found

    def _first_as_bad(
        self, below: Sequence[Node], whole: Outcome | None
    ) -> tuple[Node, Outcome | None] | None:
        if whole is None:
            return None
        seen = ((a, self._seen(a)) for a in below)
        return next(((a, o) for a, o in seen if o is not None and _as_bad(o, whole)), None)

    def _seen(self, node: Node) -> Outcome | None:
        self.looks += 1
        return self.look(node) if self.looks <= MAX_LOOKS else None

    def _own(self, node: Node) -> Node | None:
        """Return the candidate that ``node`` is, or that its condition has."""
        if node in self.parts:
            return node
        if node.op != "where":
            return None
        return next((n for n in _compared(node.args[0]) if n in self.parts), None)

    def _below(self, node: Node) -> bool:
        """Whether ``node`` or something in it is a candidate."""
        known = self._has.get(id(node))
        if known is None:
            known = self._has[id(node)] = node in self.parts or any(map(self._below, node.args))
        return known

    @staticmethod
    def _is_condition(node: Node) -> bool:
        return node.op in {*COMPARISONS, "and", "or", "not"}


def _compared(condition: Node) -> Iterator[Node]:
    """Yield the comparisons a condition is made of."""
    if condition.op in COMPARISONS:
        yield condition
    else:
        for arg in condition.args:
            yield from _compared(arg)


def _as_bad(part: Outcome, whole: Outcome) -> bool:
    """Whether a part is as bad as the whole: not of a better class, and not with finite slopes only.

    An edge is made by a part that ends there, and not more gently.
    """
    if whole.kind is Kind.EDGE:
        return part.kind is Kind.EDGE and _steepness(part) >= _steepness(whole)
    return (part.level, not _is_infinite(part)) <= (whole.level, not _is_infinite(whole))


def _steepness(edge: Outcome) -> int:
    return EDGES.index(edge.detail) if edge.detail in EDGES else len(EDGES)


def _is_infinite(outcome: Outcome) -> bool:
    return any(v is not None and v.is_infinite for v in (outcome.left, outcome.right))


def _look_at(question: Question, leaf: Leaf) -> Callable[[Node], Outcome | None]:
    """Return what says of a part what happens to it on the leaf; None where that is not decided."""

    def look(node: Node) -> Outcome | None:
        try:
            return thin(node) if len(leaf.wall.base) > 1 else across(node)
        except TimeOver:
            raise
        except (Undetermined, BadWitness, Refine):
            return None

    def across(node: Node) -> Outcome:
        wall = leaf.wall
        base = {n: symbol(n) for n in question.names} | wall.point()
        cell = Cell(dict(leaf.witness), wall.implicit, wall.steps, local=True)
        return judge(node, Sides(base, {wall.variable: sp.S.One}), cell)

    def thin(node: Node) -> Outcome | None:
        own = question.afresh(node)
        leaves, unknown = visit(own, leaf.wall.part())
        if unknown or own.pending.keys() - own.settled:
            return None
        return min((found.outcome for found in leaves), key=lambda o: o.level, default=SMOOTH)

    return look
