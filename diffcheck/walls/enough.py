"""Where one point of a wall is enough: continuous functions with many branches, such as networks.

n branches cut every wall into up to 2**(n - 1) kinds of points, and a gap behind them into 2**n pieces.  Where a
function is continuous by construction, nothing is worse than C0: once a wall has a point with a corner, whatever the
constants are, no other kind of point on it can change the class, nor can the other pieces of the same gap.
So every gap is taken first on the pieces that it is at sample points, and on all of them only if none has a corner.
Read in order: Enough, piece_at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

import sympy as sp

from diffcheck.algebra.balls import sign_at
from diffcheck.algebra.printer import symbol
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.relations import ACCEPTS
from diffcheck.germs.resolve import BUILD, to_rational
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.verdict import C0
from diffcheck.walls.explore import GENERIC, Explored, Leaf
from diffcheck.walls.gaps import (
    COMPARISONS,
    Gap,
    Pieces,
    comparisons_that_meet,
    continuous,
    difference_of,
    gaps,
    gaps_of,
)

__all__ = ["Enough", "piece_at"]

# With fewer comparisons all kinds of points are looked at: then conditions can be told for each.
FEW = 4
# So many kinds of points of a wall are looked at all the same: what their slopes have in common is told.
KINDS = 3
# How the signs of sample points go on from name to name.
PATTERNS: tuple[tuple[int, ...], ...] = ((1,), (-1,), (1, -1), (1, 1, -1))
RELATIONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=", "ne": "!="}


class Enough:
    """Says of the gaps of a lowered tree in which order they are looked at, and when that is enough.

    occurs: whether a leaf has a point whatever the constants are.  passed: the comparisons that are not looked at on
    every piece, or at every kind of point.
    """

    def __init__(
        self,
        tree: Node,
        pieces: Pieces,
        never_zero: Callable[[sp.Expr], bool],
        where: Sequence[Constraint],
        occurs: Callable[[Leaf], bool],
    ) -> None:
        self.tree = tree
        self.pieces = pieces
        self.occurs = occurs
        self.passed: dict[Node, None] = {}
        turns = sum(n.op in COMPARISONS for n in tree.distinct())
        self.applies = turns > FEW and continuous(tree, pieces, never_zero, where)

    def gaps(self) -> Iterator[Gap]:
        """Yield every gap once, in the order of the text; walls are to be looked at before the next one is taken."""
        if not self.applies:
            yield from gaps(self.tree, self.pieces)
            return
        seen: set[tuple[sp.Expr, bool]] = set()
        for gap in self._in_turn():
            if (gap.expr, gap.thin) not in seen:
                seen.add((gap.expr, gap.thin))
                yield gap

    def _in_turn(self) -> Iterator[Gap]:
        for node in self.tree.distinct():
            if node.op in COMPARISONS:
                for expr in self._likely(difference_of(node)):
                    yield Gap(expr, node, False)
                    if node in self.passed:
                        break
            if node not in self.passed:
                yield from gaps_of(node, self._meeting if node.op in COMPARISONS else (), self.pieces)

    @cached_property
    def _meeting(self) -> set[Node]:
        return comparisons_that_meet(self.tree, self.pieces)

    def _likely(self, node: Node) -> Iterator[sp.Expr]:
        names = self.tree.names()
        found: dict[sp.Expr, None] = {}
        for pattern in PATTERNS:
            point = {
                symbol(n): pattern[i % len(pattern)] * GENERIC[i % len(GENERIC)] for i, n in enumerate(names)
            }
            piece = piece_at(node, point, {})
            if piece is not None and piece not in found:
                found[piece] = None
                yield piece

    def seen(self, explored: Explored, part: Node) -> bool:
        """Say whether what was seen of a wall is enough, and note it."""
        done = (
            self.applies
            and part.op in COMPARISONS
            and len(explored.leaves) >= KINDS
            and any(leaf.outcome.level == C0 and self.occurs(leaf) for leaf in explored.leaves)
        )
        if done:
            self.passed[part] = None
        return done


def piece_at(
    node: Node, point: Mapping[sp.Symbol, sp.Expr], memo: dict[Node, sp.Expr | None]
) -> sp.Expr | None:
    """Return the analytic piece that a tree is at a point; None where that is not told, or where branches meet."""
    if node not in memo:
        memo[node] = _piece_at(node, point, memo)
    return memo[node]


def _piece_at(
    node: Node, point: Mapping[sp.Symbol, sp.Expr], memo: dict[Node, sp.Expr | None]
) -> sp.Expr | None:
    if node.op == NUMBER:
        return to_rational(node.leaf)
    if node.op == NAME:
        return symbol(str(node.leaf))
    if node.op == "where":
        holds = _truth(node.args[0], point, memo)
        return None if holds is None else piece_at(node.args[1 if holds else 2], point, memo)
    parts = [piece_at(a, point, memo) for a in node.args]
    if node.op not in BUILD or None in parts:
        return None
    return BUILD[node.op](*parts)


def _truth(
    condition: Node, point: Mapping[sp.Symbol, sp.Expr], memo: dict[Node, sp.Expr | None]
) -> bool | None:
    if condition.op in COMPARISONS:
        gap = piece_at(difference_of(condition), point, memo)
        sign = None if gap is None else sign_at(gap, point, 400)
        return sign in ACCEPTS[RELATIONS[condition.op]] if sign else None
    sides = [_truth(a, point, memo) for a in condition.args]
    if None in sides:
        return None
    if condition.op == "not":
        return not sides[0]
    return all(sides) if condition.op == "and" else any(sides)
