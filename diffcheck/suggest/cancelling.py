"""Sums in which large terms cancel, written so that what is left keeps its digits.

(u + sqrt(u**2 + w**2))/2 is w**2/(4*|u|) far below 0, and in float32 it is lost among the digits of u from 10**4 on; a
difference of two such roots, or of two softplus functions, is the same near both ends of a smooth clip.  With
N = sqrt(d**2 + w**2), M = sqrt(e**2 + w**2) and w > 0:
    s + N = where(d >= 0, s + d, s - d) + w*(w/(N + |d|)),
    N - M = (d - e)*((d + e)/(N + M)),
    N - |d| = w*(w/(N + |d|)),
    x + m*softplus(a) = m*logsumexp((x + m*a)/m, x/m),
    x + m*softplus(a) - m*softplus(b) = x + m*(a - b) + m*softplus(-a) - m*softplus(-b),
the last one by softplus(a) = a + softplus(-a), taken where a + b > 0.  The first keeps the slope at d = 0: both
branches have it, |d| being a branch of its own.  Each rule is used only where sums become shorter by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from diffcheck.language.tree import Node, number
from diffcheck.suggest.evident import is_positive
from diffcheck.suggest.polynomial import Poly, add, cancelled, from_poly, multiply, to_poly

__all__ = ["larger", "roots_apart", "softplus_apart", "sum_with_root"]

ZERO = number(0)
# A sum as its terms, each with its sign.
Terms = list[tuple[int, Node]]


def sum_with_root(node: Node, positive: frozenset[str]) -> Node | None:
    """Return s + sqrt(d**2 + w**2) without cancellation, where s + d or s - d is shorter than s."""
    for sign, root, rest in _each(node, "norm"):
        sides = _sides(root, positive)
        if sign < 0 or sides is None or not rest:
            continue
        d, w = sides
        try:
            s, gap = _total(rest), to_poly(d)
            above, below = add(s, gap), add(s, gap, -1)
        except ValueError:
            continue
        if min(len(above), len(below)) >= len(s):
            continue
        rising = Node("ge", (d, ZERO))
        size = Node("where", (rising, d, Node("neg", (d,))))
        excess = Node("mul", (w, Node("div", (w, Node("add", (root, size))))))
        return Node("add", (Node("where", (rising, from_poly(above), from_poly(below))), excess))
    return None


def roots_apart(node: Node, positive: frozenset[str]) -> Node | None:
    """Return x + sqrt(d**2 + w**2) - sqrt(e**2 + w**2) without cancellation, where d - e is shorter than both.

    |d| is such a root with w = 0.
    """
    for sign, one, others in _each(node, "norm"):
        sides = _sides(one, positive)
        size = (-1, Node("abs", (sides[0],))) if sides else None
        if sides is not None and size in others and sign > 0:
            others.remove(size)
            excess = Node("mul", (sides[1], Node("div", (sides[1], Node("add", (one, size[1]))))))
            return Node("add", (_sum(others), excess)) if others else excess
        for i, (other_sign, other) in enumerate(others):
            twin = _sides(other, positive) if other.op == "norm" else None
            if sign < 0 or other_sign > 0 or sides is None or twin is None or sides[1] != twin[1]:
                continue
            d, e = sides[0], twin[0]
            try:
                apart = add(to_poly(d), to_poly(e), -1)
            except ValueError:
                continue
            if {*from_poly(apart).names()} >= {*d.names()}:
                continue
            share = Node("div", (Node("add", (d, e)), Node("add", (one, other))))
            difference = Node("mul", (from_poly(apart), share))
            rest = others[:i] + others[i + 1 :]
            return difference if not rest else Node("add", (_sum(rest), difference))
    return None


def larger(node: Node) -> Node | None:
    """Return x + m*softplus(a) as a log-sum-exp, where x + m*a is no longer than x."""
    for sign, one, others in _each(node, "mul"):
        m, soft = one.args
        if sign < 0 or soft.op != "softplus" or not others:
            continue
        try:
            x = _total(others)
            y = add(x, cancelled(multiply(to_poly(m), to_poly(soft.args[0]))))
        except ValueError:
            continue
        parts = {part for monomial in (*x, *y) for part in monomial}
        if 0 < len(y) <= len(x) and not {*m.names()} & {n for part in parts for n in part.names()}:
            ends = tuple(Node("div", (from_poly(p), m)) for p in (y, x))
            return Node("mul", (m, Node("logsumexp", ends)))
    return None


def softplus_apart(node: Node) -> Node | None:
    """Return x + m*softplus(a) - m*softplus(b) by softplus functions that are small, where x + m*(a - b) is short."""
    for sign, one, others in _each(node, "mul"):
        for i, (other_sign, other) in enumerate(others):
            if sign < 0 or other_sign > 0 or other.op != "mul" or one.args[0] != other.args[0]:
                continue
            m, soft, twin = one.args[0], one.args[1], other.args[1]
            if soft.op != "softplus" or twin.op != "softplus":
                continue
            (a,), (b,) = soft.args, twin.args
            rest = others[:i] + others[i + 1 :]
            try:
                x, step = _total(rest), cancelled(multiply(to_poly(m), add(to_poly(a), to_poly(b), -1)))
                far = add(x, step)
            except ValueError:
                continue
            if (
                any(part.op == "div" for monomial in far for part in monomial)
                or len(far) > max(len(x), 1) + 1
            ):
                continue
            mirrored = [Node("softplus", (Node("neg", (u,)),)) for u in (a, b)]
            small = Node("sub", (Node("mul", (m, mirrored[0])), Node("mul", (m, mirrored[1]))))
            beyond = Node("add", (from_poly(far), small)) if far else small
            return Node("where", (Node("gt", (Node("add", (a, b)), ZERO)), beyond, node))
    return None


def _each(node: Node, op: str) -> Iterator[tuple[int, Node, Terms]]:
    """Yield the terms of a sum that are of one kind, with their signs and the other terms."""
    terms = list(_terms(node, 1))
    for i, (sign, term) in enumerate(terms):
        if term.op == op and len(term.args) == 2:
            yield sign, term, terms[:i] + terms[i + 1 :]


def _terms(node: Node, sign: int) -> Iterator[tuple[int, Node]]:
    if node.op in ("add", "sub"):
        yield from _terms(node.args[0], sign)
        yield from _terms(node.args[1], sign if node.op == "add" else -sign)
    else:
        yield sign, node


def _sides(root: Node, positive: frozenset[str]) -> tuple[Node, Node] | None:
    """Return (d, w) of norm(d, w), w the side that is surely positive."""
    one, other = root.args
    if is_positive(other, positive):
        return one, other
    return (other, one) if is_positive(one, positive) else None


def _total(terms: Terms) -> Poly:
    total: Poly = {}
    for sign, term in terms:
        total = add(total, to_poly(term), Fraction(sign))
    return total


def _sum(terms: Terms) -> Node:
    (sign, total), *rest = terms
    node = total if sign > 0 else Node("neg", (total,))
    for s, term in rest:
        node = Node("add" if s > 0 else "sub", (node, term))
    return node
