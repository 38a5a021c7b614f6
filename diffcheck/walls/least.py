"""What a part with branches is at least, and at most: max(a, b) is at least a, min(a, b) is at most a.

So a denominator is positive that no single branch shows to be: the union of two boxes is at least the area of one, for
their overlap is at most that of the other.
Read in order: Least.
Gives up on: branches other than larger and smaller ones, factors that may be negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, product, starmap

import sympy as sp

from diffcheck.algebra.signs import ABOVE, BELOW, signs
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import ACCEPTS, Relation
from diffcheck.language.tree import NUMBER, Node
from diffcheck.walls.gaps import Pieces

__all__ = ["Least"]

# Bounds of one part that are tried.
MAX_BOUNDS = 8
# Which side of a comparison is the larger one where it holds.
LARGER = {"gt": 0, "ge": 0, "lt": 1, "le": 1}
Bounds = tuple[sp.Expr, ...]


class Least:
    """Bounds of the parts of a lowered tree, each valid at all points that constraints allow."""

    def __init__(self, pieces: Pieces, where: Sequence[Constraint]) -> None:
        self.pieces = pieces
        self.where = tuple(where)
        self.known = {c.expr: ABOVE if c.rel == ">" else BELOW for c in where if c.rel in ("<", ">")}
        self._memo: dict[Node, tuple[Bounds, Bounds]] = {}

    def positive(self, node: Node) -> sp.Expr | None:
        """Return a positive lower bound of a part with several pieces; None where none is known."""
        if len(self.pieces.of(node)) < 2:
            return None
        low, _ = self.of(node)
        return next((e for e in low if self._never(e, "<=")), None)

    def of(self, node: Node) -> tuple[Bounds, Bounds]:
        """Return lower bounds and upper bounds of a part, the first ones that are found."""
        if node not in self._memo:
            low, high = self._bounds(node)
            self._memo[node] = _few(low), _few(high)
        return self._memo[node]

    def _bounds(self, node: Node) -> tuple[Iterable[sp.Expr], Iterable[sp.Expr]]:
        exact = self.pieces.of(node)
        if len(exact) == 1:
            return exact, exact
        if node.op == "add":
            lows, highs = zip(*(self.of(a) for a in node.args), strict=True)
            return starmap(sp.Add, product(*lows)), starmap(sp.Add, product(*highs))
        if node.op == "mul":
            return self._product(*node.args)
        if node.op == "pow" and node.args[1].is_natural:
            return self._power(*node.args)
        return self._choice(node) if node.op == "where" else ((), ())

    def _product(self, a: Node, b: Node) -> tuple[Iterable[sp.Expr], Iterable[sp.Expr]]:
        if a.op == NUMBER:
            (c,) = self.pieces.of(a)
            low, high = ([c * e for e in side] for side in self.of(b))
            return (low, high) if c > 0 else (high, low)
        lows = [self._not_negative(part) for part in (a, b)]
        highs = [self.of(part)[1] for part in (a, b)]
        return (starmap(sp.Mul, product(*lows)), starmap(sp.Mul, product(*highs))) if all(lows) else ((), ())

    def _power(self, base: Node, exponent: Node) -> tuple[Iterable[sp.Expr], Iterable[sp.Expr]]:
        (n,) = self.pieces.of(exponent)
        lows = [e**n for e in self._not_negative(base)]
        least = [sp.S.Zero] if n.is_even else []
        return [*lows, *least], [e**n for e in self.of(base)[1]] if lows else []

    def _not_negative(self, node: Node) -> list[sp.Expr]:
        return [e for e in self.of(node)[0] if self._never(e, "<")]

    def _choice(self, node: Node) -> tuple[Iterable[sp.Expr], Iterable[sp.Expr]]:
        """Return the bounds of the larger or the smaller of two parts."""
        condition, first, second = node.args
        if condition.op not in LARGER or {first, second} != set(condition.args):
            return (), ()
        one, other = (self.of(part) for part in condition.args)
        if first == condition.args[LARGER[condition.op]]:
            # The larger one: at least each of them, at most an upper bound of one that is above one of the other.
            return (*one[0], *other[0]), self._outer(one[1], other[1], "<")
        return self._outer(one[0], other[0], ">"), (*one[1], *other[1])

    def _outer(self, one: Bounds, other: Bounds, never: Relation) -> Iterable[sp.Expr]:
        """Yield the bounds of one of two parts that a bound of the other is never beyond."""
        for u, v in product(one, other):
            if self._never(u - v, never):
                yield u
            elif self._never(v - u, never):
                yield v

    def _never(self, expr: sp.Expr, rel: Relation) -> bool:
        """Whether an expression is proved to have that relation to zero nowhere."""
        if signs(expr, self.known).isdisjoint(ACCEPTS[rel]):
            return True
        return reach([Constraint(sp.expand(expr), rel), *self.where]).status is Status.UNSAT


def _few(bounds: Iterable[sp.Expr]) -> Bounds:
    return tuple(islice(dict.fromkeys(bounds), MAX_BOUNDS))
