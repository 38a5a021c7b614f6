"""Sums of squares: they vanish where all their bases do, a set of codimension two or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, Node
from diffcheck.verify.claims import Claim
from diffcheck.verify.elementary import elementary
from diffcheck.verify.exact import Ratio, TooLong, assuming, constant, ratio, sign_of
from diffcheck.verify.proofs import FAILURES, assumptions
from diffcheck.verify.sturm import Row

__all__ = ["only_at"]


def only_at(claim: Claim, node: Node, sets: Sequence[Mapping[str, str]]) -> bool:
    """Whether an expression is a sum of squares that vanish together on one of the sets {name: value, ...} only.

    The bases are linear in the bound names with rational coefficients, as many of them independent as names are bound,
    and vanish on the set: then they do so nowhere else.
    """
    try:
        with assuming(assumptions(claim)):
            bases = [ratio(b) for b in _squares(node)]
            return any(
                _meet(bases, {n: ratio(elementary(parse(t))) for n, t in s.items()}) for s in sets if s
            )
    except FAILURES:
        return False


def _squares(node: Node) -> list[Node]:
    """Return expressions that all vanish where a sum of terms that are not negative does; TooLong for other sums."""
    if node.op == "add":
        return [b for a in node.args for b in _squares(a)]
    if node.op == "pow" and (n := ratio(node.args[1]).rational) is not None and n > 0 and n % 2 == 0:
        base = node.args[0]
        inner = base.args[1].leaf if base.op == "pow" else 0
        return [
            base.args[0] if isinstance(inner, Fraction) and inner.denominator == 1 and inner > 0 else base
        ]
    if node.op in {"mul", "div"}:
        for i in (0, 1) if node.op == "mul" else (1,):
            if sign_of(ratio(node.args[i])) == 1:
                return _squares(node.args[1 - i])
        if node.op == "mul" and (ratio(node.args[0]) - ratio(node.args[1])).is_zero:
            return [node.args[0]]
    raise TooLong


def _meet(bases: Sequence[Ratio], place: Mapping[str, Ratio]) -> bool:
    rows = []
    for base in bases:
        row, rest = [], base
        for n, value in place.items():
            if base.degree(n) not in {0, 1}:
                return False
            c = base.coefficient(n, 1).rational
            if c is None:
                return False
            row.append(c)
            rest = rest + constant(c) * (value - ratio(Node(NAME, (), n)))
        if not rest.is_zero:
            return False
        rows.append(row)
    return _rank(rows) == len(place)


def _rank(rows: Sequence[Row]) -> int:
    left, rank = [list(r) for r in rows], 0
    for k in range(len(left[0]) if left else 0):
        pivot = next((r for r in left if r[k]), None)
        if pivot is None:
            continue
        rank += 1
        left = [
            [a - r[k] / pivot[k] * b for a, b in zip(r, pivot, strict=True)] for r in left if r is not pivot
        ]
    return rank
