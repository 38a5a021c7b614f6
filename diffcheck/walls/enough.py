"""Where one point of a wall is enough: continuous functions with many branches, such as networks.

n branches cut every wall into up to 2**(n - 1) kinds of points, and a gap behind them into 2**n pieces.  Where a
function is continuous by construction, nothing is worse than C0: once a wall has a point with a corner, whatever the
constants are, no other kind of point on it can change the class, nor can the other pieces of the same gap.
So every gap is taken first on the pieces that it is at sample points, and on all of them only if none has a corner.
Read in order: Enough, piece_at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain

import sympy as sp

from diffcheck.algebra.balls import sign_at
from diffcheck.algebra.printer import symbol
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.relations import ACCEPTS, WRITTEN
from diffcheck.germs.resolve import BUILD, to_rational
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.verdict import C0
from diffcheck.walls.continuous import continuous
from diffcheck.walls.explore import Explored, Leaf
from diffcheck.walls.gaps import (
    COMPARISONS,
    Gap,
    Pieces,
    comparisons_that_meet,
    difference_of,
    gaps_of,
)
from diffcheck.walls.points import GENERIC

__all__ = ["PATTERNS", "Enough", "piece_at"]

# Up to so many comparisons, and with no more kinds of points on any wall, all are looked at: then conditions and slopes
# can be told for each.
FEW = 8
# So many kinds of points of a wall are looked at all the same: what their sizes have in common is told.
KINDS = 3
# How the signs of sample points go on from name to name.
PATTERNS: tuple[tuple[int, ...], ...] = ((1,), (-1,), (1, -1), (1, 1, -1))


class Enough:
    """Says of the gaps of a lowered tree in which order they are looked at, and when that is enough.

    occurs: whether a leaf has a point whatever the constants are.
    named: whether a comparison can be told as the text has it; of others every piece is a wall with a name of its own.
    many: whether there are more kinds of points than can be looked at.
    passed: the comparisons that are not looked at on every piece, or at every kind of point.
    lines: those whose points are looked at on lines, for no formula gives them all.
    """

    def __init__(
        self,
        tree: Node,
        pieces: Pieces,
        never_zero: Callable[[sp.Expr], bool],
        where: Sequence[Constraint],
        occurs: Callable[[Leaf], bool],
        named: Callable[[Node], bool],
    ) -> None:
        self.tree = tree
        self.pieces = pieces
        self.occurs = occurs
        self.named = named
        self.passed: dict[Node, None] = {}
        self.lines: dict[Node, None] = {}
        self.many = sum(n.op in COMPARISONS for n in tree.distinct()) > FEW
        self._continuous = partial(continuous, tree, pieces, never_zero, where)

    @cached_property
    def applies(self) -> bool:
        """Whether the function is continuous by construction."""
        return self._continuous()

    def gaps(self, discharged: Callable[[Node], bool]) -> Iterator[Gap]:
        """Yield every gap once, in the order of the text; walls are to be looked at before the next one is taken.

        discharged: whether a part vanishes nowhere; another part may have the same gap, and meet it.
        """
        seen: set[tuple[sp.Expr, bool]] = set()
        for gap in self._in_turn():
            if (gap.expr, gap.thin) not in seen and not discharged(gap.part):
                seen.add((gap.expr, gap.thin))
                yield gap

    def _in_turn(self) -> Iterator[Gap]:
        for node in self.tree.distinct():
            for gap in chain(self._likely(node), self._every(node)):
                yield gap
                if node in self.passed and self.named(node):
                    break

    @cached_property
    def _meeting(self) -> set[Node]:
        return comparisons_that_meet(self.tree, self.pieces)

    def _every(self, node: Node) -> Iterator[Gap]:
        yield from gaps_of(node, self._meeting if node.op in COMPARISONS else (), self.pieces)

    def _likely(self, node: Node) -> Iterator[Gap]:
        """Yield the gaps of a comparison on the pieces that it is at sample points."""
        if node.op not in COMPARISONS or not self.many or not self.named(node) or not self.applies:
            return
        names = self.tree.names()
        found: dict[sp.Expr, None] = {}
        for pattern in PATTERNS:
            point = {
                symbol(n): pattern[i % len(pattern)] * GENERIC[i % len(GENERIC)] for i, n in enumerate(names)
            }
            piece = piece_at(difference_of(node), point, {})
            if piece is not None and piece not in found:
                found[piece] = None
                yield Gap(piece, node, False)

    def on_lines(self, part: Node) -> bool:
        """Whether one point with a corner is enough for a part of which no formula gives all points; note it if so.

        Of two comparisons one could hide the corners of the other elsewhere: their place would not be all of it.
        """
        alone = {n for n in self.tree.distinct() if n.op in COMPARISONS} == {part}
        if not alone or not self.named(part) or not self.applies:
            return False
        self.lines[part] = None
        return True

    def seen(self, explored: Explored, part: Node) -> bool:
        """Say whether what was seen of a wall is enough, and note it."""
        self.many = self.many or len(explored.leaves) > FEW
        line = part in self.lines
        done = (
            (line or (self.many and len(explored.leaves) >= KINDS))
            and part.op in COMPARISONS
            and self.applies
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
        return sign in ACCEPTS[WRITTEN[condition.op]] if sign else None
    sides = [_truth(a, point, memo) for a in condition.args]
    if None in sides:
        return None
    if condition.op == "not":
        return not sides[0]
    return all(sides) if condition.op == "and" else any(sides)
