"""A sum at one wall: the terms that can fail there decide, for all others are analytic there.

Let E = A + B, where B has a value everywhere and no gap of B vanishes on the whole wall.  The gaps of B are entire
functions on the wall, which is parametrised by entire functions, so each vanishes on a null set of it only: at general
points B is analytic, and E has the class and the jumps of A.  So n terms with one branch each need n cells, not 2**n.
So has (A + B)**p, 0 < p < 1, if A + B > 0 at general points of the wall, for u**p is analytic with a slope other than
zero where u > 0: of a sum of terms that are nowhere negative, one that is not zero on the whole wall is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import symbol
from diffcheck.algebra.signs import ABOVE, NOT_NEGATIVE, signs
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.walls.gaps import COMPARISONS, Pieces, gaps
from diffcheck.walls.wall import Wall

__all__ = ["Addends"]

# So many terms that branch elsewhere are looked at together with the others: then both slopes can be told.
FEW = 2

PLAIN = {
    NAME,
    NUMBER,
    "pi",
    "add",
    "mul",
    "exp",
    "sin",
    "cos",
    "atan",
    "erf",
    "where",
    "and",
    "or",
    "not",
    *COMPARISONS,
}
ENTIRE = (sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.erf)


class Addends:
    """The terms of a lowered tree, and where each can fail."""

    def __init__(self, tree: Node, never_zero: Callable[[sp.Expr], bool]) -> None:
        pieces = Pieces()
        inside = _under_root(tree, pieces)
        self.root = inside is not None and all(
            signs(e) <= NOT_NEGATIVE for t in _terms(inside) for e in pieces.of(t)
        )
        self.few = 0 if self.root else FEW
        self.terms = tuple(_terms(inside if inside is not None and self.root else tree))
        many = len(self.terms) > max(self.few, 1)
        self.gaps = {t: tuple(g.expr for g in gaps(t, pieces)) for t in self.terms} if many else {}
        self.total = {t for t in self.gaps if _has_value_everywhere(t, pieces, never_zero)}
        self.values = {t: pieces.of(t) for t in self.total} if self.root else {}

    def at(self, wall: Wall) -> Node | None:
        """Return the sum of the terms that can fail at general points of the wall; None if few others branch."""
        if wall.implicit is not None or wall.integers or wall.steps:
            return None
        point = {symbol(n): e for n, e in wall.base}
        near = [t for t in self.terms if t in self.gaps and (t not in self.total or self._can_fail(t, point))]
        others = sum(bool(gaps) for t, gaps in self.gaps.items() if t not in near)
        if not near or others <= self.few or not all(map(_is_entire, point.values())):
            return None
        if self.root and not any(_are_rarely_zero(values, point) for values in self.values.values()):
            return None
        return reduce(lambda a, b: Node("add", (a, b), None, (a.span[0], b.span[1])), near)

    def _can_fail(self, term: Node, point: dict[sp.Symbol, sp.Expr]) -> bool:
        return not _are_rarely_zero(self.gaps[term], point)


def _are_rarely_zero(exprs: Iterable[sp.Expr], point: dict[sp.Symbol, sp.Expr]) -> bool:
    """Whether each expression vanishes at most on a null set of a wall."""
    on_wall = (e.xreplace(point) for e in exprs)
    return all(_is_entire(e) and is_zero(e) is Decision.NO for e in on_wall)


def _under_root(tree: Node, pieces: Pieces) -> Node | None:
    """Return u of u**p with a number 0 < p < 1, times or over a number; None for any other tree."""
    if tree.op == "pow":
        return tree.args[0] if all(p.is_Rational and 0 < p < 1 for p in pieces.of(tree.args[1])) else None
    if tree.op in ("mul", "div"):
        for i, whole in enumerate(tree.args):
            rest = tree.args[1 - i]
            if rest.op == NUMBER and rest.leaf != 0 and _is_factor(tree, i, rest):
                return _under_root(whole, pieces)
    return None


def _terms(tree: Node) -> Iterator[Node]:
    """Yield terms whose sum is the tree; a plain factor or divisor goes to every term of the other one."""
    if tree.op == "add":
        for a in tree.args:
            yield from _terms(a)
        return
    for i, whole in enumerate(tree.args):
        rest = tree.args[1 - i] if len(tree.args) == 2 else None
        if rest is None or whole.op not in ("add", "mul", "div") or not _is_factor(tree, i, rest):
            continue
        for t in _terms(whole):
            args = (t, rest) if i == 0 else (rest, t)
            yield Node(tree.op, args, None, tree.span)
        return
    yield tree


def _is_factor(tree: Node, i: int, rest: Node) -> bool:
    """Whether ``rest`` is a number, or a name that multiplies: it has a value everywhere and no gap."""
    return (tree.op == "mul" and rest.op in (NAME, NUMBER)) or (
        tree.op == "div" and i == 0 and rest.op == NUMBER and rest.leaf != 0
    )


def _has_value_everywhere(tree: Node, pieces: Pieces, never_zero: Callable[[sp.Expr], bool]) -> bool:
    """Whether a tree has a value everywhere, by construction."""
    return all(_is_total(node, pieces, never_zero) for node in tree.distinct())


def _is_total(node: Node, pieces: Pieces, never_zero: Callable[[sp.Expr], bool]) -> bool:
    if node.op in PLAIN:
        return True
    if node.op == "div":
        return all(map(never_zero, pieces.of(node.args[1])))
    if node.op == "log":
        return all(signs(e) == ABOVE for e in pieces.of(node.args[0]))
    if node.op != "pow":
        return False
    base, power = map(pieces.of, node.args)
    if not all(e.is_Rational and e > 0 for e in power):
        return False
    return all(e.is_Integer for e in power) or all(signs(e) <= NOT_NEGATIVE for e in base)


def _is_entire(expr: sp.Expr) -> bool:
    """Whether an expression is a quotient of entire functions: it vanishes on a null set, or everywhere."""
    if not expr.free_symbols or expr.is_Symbol:
        return True
    if expr.is_Add or expr.is_Mul or isinstance(expr, ENTIRE):
        # Of a quotient only: exp(1/x) has a value on a connected set all the same.
        return all(map(_is_entire, expr.args))
    return bool(expr.is_Pow and expr.exp.is_Integer and _is_entire(expr.base))
