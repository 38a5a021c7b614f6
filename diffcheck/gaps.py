"""Gaps: where an expression can fail, read off the lowered tree.

Every elementary row is analytic off the zeros of its gap: a comparison u < v has u - v, a quotient its denominator, a
logarithm or a real power its argument, asin has u - 1 and u + 1, floor has u - k for a symbolic integer k.
A gap that itself contains branches is written out once for every combination of branches, so that each gap is analytic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import sympy as sp

from diffcheck.errors import Undetermined
from diffcheck.printer import symbol
from diffcheck.resolve import BUILD, to_rational
from diffcheck.tree import NAME, NUMBER, Node

__all__ = ["Gap", "Pieces", "gaps"]

MAX_PIECES = 600
_MINUS_ONE = Fraction(-1)


@dataclass(frozen=True, slots=True)
class Gap:
    """One analytic expression whose zeros matter.

    part: the node that has it.  singular: a pole, root or logarithm, for which thin zero sets matter too.
    """

    expr: sp.Expr
    part: Node
    singular: bool


Assignment = tuple[tuple[Node, bool], ...]


class Pieces:
    """Writes out the analytic pieces of a tree."""

    def __init__(self) -> None:
        self.integers: dict[Node, sp.Symbol] = {}
        self._memo: dict[Node, tuple[tuple[Assignment, sp.Expr], ...]] = {}

    def of(self, node: Node) -> tuple[sp.Expr, ...]:
        """Return every expression that ``node`` can be, off the gaps."""
        return tuple(dict.fromkeys(expr for _, expr in self._pieces(node)))

    def _pieces(self, node: Node) -> tuple[tuple[Assignment, sp.Expr], ...]:
        known = self._memo.get(node)
        if known is None:
            known = self._memo[node] = tuple(self._make(node))
        return known

    def _make(self, node: Node) -> Iterator[tuple[Assignment, sp.Expr]]:
        if node.op == NUMBER:
            yield (), to_rational(node.leaf)
        elif node.op == NAME:
            yield (), symbol(str(node.leaf))
        elif node.op == "floor":
            k = self.integers.setdefault(node, sp.Symbol(f"k{len(self.integers) or ''}", integer=True))
            yield (), k
        elif node.op == "where":
            for taken, branch in ((True, node.args[1]), (False, node.args[2])):
                for assignment, expr in self._pieces(branch):
                    joined = _joined(assignment, ((node, taken),))
                    if joined is not None:
                        yield joined, expr
        else:
            yield from self._compose(node)

    def _compose(self, node: Node) -> Iterator[tuple[Assignment, sp.Expr]]:
        seen: dict[tuple[Assignment, sp.Expr], None] = {}
        for combination in product(*(self._pieces(a) for a in node.args)):
            assignment: Assignment | None = ()
            for part, _ in combination:
                assignment = None if assignment is None else _joined(assignment, part)
            if assignment is None:
                continue
            seen[assignment, BUILD[node.op](*(expr for _, expr in combination))] = None
            if len(seen) > MAX_PIECES:
                raise Undetermined(f"more than {MAX_PIECES} smooth pieces in one part")
        yield from seen


def _joined(a: Assignment, b: Assignment) -> Assignment | None:
    """Return both assignments together, or None when they contradict each other."""
    if not a or not b:
        return a or b
    table = dict(a)
    for node, taken in b:
        if table.setdefault(node, taken) != taken:
            return None
    return tuple(table.items())


def _gap_nodes(node: Node) -> Iterator[tuple[Node, int, bool]]:
    """Yield (expression, offset, singular): the zeros of expression - offset are where ``node`` can fail."""
    if node.op in {"lt", "le", "gt", "ge", "eq", "ne"}:
        yield Node("add", (node.args[0], Node("mul", (Node(NUMBER, (), _MINUS_ONE), node.args[1])))), 0, False
    elif node.op == "div":
        yield node.args[1], 0, True
    elif node.op == "pow":
        exponent = node.args[1].leaf
        if not (node.args[1].op == NUMBER and exponent is not None and _natural(exponent)):
            yield node.args[0], 0, True
    elif node.op == "log":
        yield node.args[0], 0, True
    elif node.op == "asin":
        yield node.args[0], 1, True
        yield node.args[0], -1, True


def _natural(value: object) -> bool:
    return getattr(value, "denominator", 0) == 1 and value >= 0  # type: ignore[operator]


def gaps(tree: Node, pieces: Pieces) -> list[Gap]:
    """Return every analytic gap of a lowered tree, each once, in the order of the text."""
    found: dict[tuple[sp.Expr, bool], Gap] = {}
    for node in tree.distinct():
        if node.op == "floor":
            for expr in pieces.of(node.args[0]):
                k = pieces.of(node)[0]
                found.setdefault((expr - k, False), Gap(expr - k, node, False))
        for part, offset, singular in _gap_nodes(node):
            for expr in pieces.of(part):
                gap = expr - offset
                found.setdefault((gap, singular), Gap(gap, node, singular))
    return list(found.values())



