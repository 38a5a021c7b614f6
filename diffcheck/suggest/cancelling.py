"""Sums in which large terms cancel, written so that what is left keeps its digits.

(u + sqrt(u**2 + w**2))/2 is w**2/(4*|u|) far below 0, and in float32 it is lost among the digits of u from 10**4 on; a
difference of two such roots, or of two softplus functions, is the same near both ends of a smooth clip.  With
N = sqrt(d**2 + w**2), M = sqrt(e**2 + w**2) and w > 0:
    s + N = where(d >= 0, s + d, s - d) + w*(w/(N + |d|)),
    N - M = (d - e)*((d + e)/(N + M)),
    N - |d| = w*(w/(N + |d|)),
    x + m*softplus(a) = m*logsumexp((x + m*a)/m, x/m),    x - m*softplus(a) = -m*logsumexp((m*a - x)/m, -x/m),
    x + where(c, a, b) = where(c, x + a, x + b),
    x + m*softplus(a) - m*softplus(b) = x + m*(a - b) + m*softplus(-a) - m*softplus(-b),
the last of them by softplus(a) = a + softplus(-a), taken where a + b > 0.  The first keeps the slope at d = 0: both
branches have it, |d| being a branch of its own.  Each rule is used only where sums become shorter by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce

from diffcheck.language.tree import NUMBER, Node, number
from diffcheck.suggest.evident import is_positive
from diffcheck.suggest.polynomial import Poly, add, cancelled, from_poly, multiply, scale, to_poly

__all__ = ["branches_apart", "larger", "parts_apart", "roots_apart", "softplus_apart", "sum_with_root"]

ZERO = number(0)
# Terms that are written into each branch.
LONGEST = 4
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
        branches = (_written(above, gap, d), _written(below, gap, d))
        return Node("add", (Node("where", (rising, *branches)), excess))
    return None


def _written(p: Poly, gap: Poly, d: Node) -> Node:
    """Return a multiple of d as it is grouped: (s - t) + 1 keeps digits that s + 1 - t does not."""
    rates = {p[m] / c for m, c in gap.items() if m in p}
    if len(rates) != 1 or p.keys() != gap.keys():
        return from_poly(p)
    (rate,) = rates
    return d if rate == 1 else Node("neg", (d,)) if rate == -1 else Node("mul", (number(rate), d))


def parts_apart(node: Node, positive: frozenset[str]) -> Node | None:
    """Return x + s/n as (n*x + s)/n for a sum s that cancels with n*x, n being a number."""
    for sign, one, others in _each(node, "div"):
        inner, n = one.args
        if n.op != NUMBER or not others or inner.op not in ("add", "sub") or sign < 0:
            continue
        try:
            x = from_poly(scale(_total(others), Fraction(n.leaf or 0)))
        except ValueError:
            continue
        whole = Node("add", (x, inner))
        found = sum_with_root(whole, positive) or branches_apart(whole)
        if found is not None:
            return Node("div", (found, n))
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
    """Return x + m*softplus(a), or x - m*softplus(a), as a log-sum-exp, where terms of x and m*a cancel."""
    for sign, one, others in _each(node, "mul"):
        m, soft = one.args
        if soft.op != "softplus" or not others:
            continue
        try:
            x = scale(_total(others), sign)
            step = cancelled(multiply(to_poly(m), to_poly(soft.args[0])))
            y = add(x, step)
        except ValueError:
            continue
        parts = {part for monomial in (*x, *y) for part in monomial}
        shorter = len(y) <= len(x) or (len(y) <= len(step) and len(y) < len(x) + len(step))
        if sign < 0 and not any(x):
            # A number beside a minimum keeps its digits.
            continue
        if y and shorter and Node("div", (number(1), m)) not in parts:
            ends = tuple(Node("div", (from_poly(p), m)) for p in (y, x))
            found = Node("mul", (m, Node("logsumexp", ends)))
            return found if sign > 0 else Node("neg", (found,))
    return None


def branches_apart(node: Node) -> Node | None:
    """Return x + where(c, a, b) as where(c, x + a, x + b), where terms of x and of a branch cancel.

    Of two such parts in one sum each branch of one would need all of the other's: they are left.
    """
    for sign, one, others in _each(node, "where", 3):
        x = reduce(lambda p, term: add(p, _linear(term[1]), term[0]), others, Poly())
        plain = not any(part.op == "where" for monomial in x for part in monomial)
        if plain and 0 < len(x) <= LONGEST and any(_cancel(x, leaf, sign) for leaf in _leaves(one)):
            return _added(x, one, sign)
    return None


def _leaves(node: Node) -> Iterator[Node]:
    """Yield the branches, those of branches too."""
    if node.op == "where":
        for a in node.args[1:]:
            yield from _leaves(a)
    else:
        yield node


def _cancel(x: Poly, leaf: Node, sign: int) -> bool:
    """Whether a branch takes a term away from a sum: both may be large, and what is left small."""
    p = _linear(leaf)
    return any(m and value + sign * p.get(m, 0) == 0 for m, value in x.items())


def _added(x: Poly, node: Node, sign: int) -> Node:
    if node.op == "where":
        condition, a, b = node.args
        return Node("where", (condition, _added(x, a, sign), _added(x, b, sign)))
    return from_poly(add(x, _linear(node), sign))


def _linear(node: Node) -> Poly:
    """Return a sum as terms, each of which is left as it is, with what numbers multiply it."""
    if node.op in ("add", "sub"):
        left, right = (_linear(a) for a in node.args)
        return add(left, right, 1 if node.op == "add" else -1)
    if node.op == "neg":
        return scale(_linear(node.args[0]), -1)
    if node.op == NUMBER:
        return {(): Fraction(node.leaf or 0)} if Fraction(node.leaf or 0) else {}
    if node.op == "mul" and node.args[0].op == NUMBER:
        return scale(_linear(node.args[1]), Fraction(node.args[0].leaf or 0))
    if node.op == "div" and node.args[1].op == NUMBER:
        return scale(_linear(node.args[0]), 1 / Fraction(node.args[1].leaf or 1))
    return {(node,): Fraction(1)}


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


def _each(node: Node, op: str, count: int = 2) -> Iterator[tuple[int, Node, Terms]]:
    """Yield the terms of a sum that are of one kind, with their signs and the other terms."""
    terms = list(_terms(node, 1))
    for i, (sign, term) in enumerate(terms):
        if term.op == op and len(term.args) == count:
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
