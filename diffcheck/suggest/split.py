"""A `where` whose branches meet, written as a sum of both, each held on its own side.

where(s > c, a(s), b(s)) with a(c) = b(c) is a(max(s, c)) + b(min(s, c)) - a(c), s being a variable or a part such
as x**2 + y**2, wherever the branches hold it.  The kink is then that of max and min alone, which have surrogates with
bounds, and neither branch is ever evaluated on the other's side: in the place of x > 0, exp(x) of x <= 0 may not
overflow, log(x) not end.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol, text_of
from diffcheck.atoms import ATOMS
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node, name, substitute
from diffcheck.language.unparse import unparse
from diffcheck.suggest.nested import branches
from diffcheck.suggest.polynomial import Poly, add, from_poly, scale, to_poly

__all__ = ["flat_at", "split"]

_SMOOTH = frozenset({
    NAME, NUMBER, "add", "sub", "neg", "mul", "div", "square", "exp", "expm1", "sin", "cos", "tanh", "atan", "erf",
    "sinh", "cosh", "sigmoid", "softplus", "log", "log1p", "pi", "E",
})  # fmt: skip
_CONDITIONS = frozenset(row.name for row in ATOMS.values() if row.syntax in ("comparison", "logic"))


def split(node: Node, variables: Collection[str]) -> Node | None:
    """Return the sum for a `where` that changes branches at s = c for one part s, or None."""
    return _split(node, frozenset(variables))


@lru_cache(maxsize=64)
def _split(node: Node, variables: frozenset[str]) -> Node | None:
    try:
        two = branches(node)
        pivot = None if two is None else _pivot(node, two[0], variables)
    except ValueError:
        return None
    if two is None or pivot is None:
        return None
    _, above, below = two
    part, at, rising = pivot
    if not rising:
        above, below = below, above
    meeting = _common(_put(above, part, at), _put(below, part, at))
    if meeting is None:
        return None
    high = _put(above, part, Node("max", (part, at)))
    low = _put(below, part, Node("min", (part, at)))
    if meeting in (high, low):
        return low if meeting == high else high
    return Node("sub", (Node("add", (high, low)), meeting))


def _pivot(node: Node, gap: Poly, variables: Collection[str]) -> tuple[Node, Node, bool] | None:
    """Return (s, c, whether the gap rises with s) for gap = k*(s - c), c without variables: a name s before parts."""
    fixed = {m: v for m, v in gap.items() if not any(n in variables for x in m for n in x.names())}
    moving = add(gap, fixed, -1)
    if not moving:
        return None
    held = {part for branch in node.args[1:] for part in branch.walk()}
    for part in sorted(held, key=lambda n: (sum(1 for _ in n.walk()), unparse(n))):
        if part.op in _CONDITIONS:
            continue
        own = to_poly(part)
        rate = _ratio(moving, {m: v for m, v in own.items() if m in moving})
        if rate is not None:
            # gap = rate*(s - rest) + fixed.
            rest = add(own, scale(moving, 1 / rate), -1)
            if not any(n in variables for m in rest for x in m for n in x.names()):
                return part, from_poly(add(rest, fixed, -1 / rate)), rate > 0
    return None


def _ratio(p: Poly, q: Poly) -> Fraction | None:
    """Return k with p = k*q, or None."""
    if not q or p.keys() != q.keys():
        return None
    ratios = {p[m] / q[m] for m in p}
    return ratios.pop() if len(ratios) == 1 else None


def _common(a: Node, b: Node) -> Node | None:
    """Return the value that both branches take, or None when it is not shown that they take one."""
    first, second = to_sympy(a), to_sympy(b)
    if first.has(sp.zoo, sp.nan, sp.oo) or is_zero(first - second) is not Decision.YES:
        return None
    return min(a, parse(text_of(first)), key=lambda n: sum(1 for _ in n.walk()))


def _put(node: Node, part: Node, new: Node) -> Node:
    """Write ``new`` for a part and its multiples: y - x is -(x - y).

    What is a multiple is read off ``node`` as it is, never off what has been put in: the places are the same for all.
    """
    if node == part:
        return new
    if node.op in ("add", "sub", "neg") and part.op != NAME:
        rate = _ratio(to_poly(node), to_poly(part))
        if rate is not None:
            return from_poly(scale(to_poly(new), rate))
    args = tuple(_put(a, part, new) for a in node.args)
    same = all(a is b for a, b in zip(args, node.args, strict=True))
    return node if same else Node(node.op, args, node.leaf, node.span)


def _is_smooth(node: Node) -> bool:
    """Whether an operation is analytic wherever it has a value."""
    if node.op == "pow":
        exponent = node.args[1]
        return exponent.op == NUMBER and Fraction(exponent.leaf or 0).denominator == 1
    return node.op in _SMOOTH


def flat_at(new: Node, bend: Node, variables: Collection[str]) -> bool:
    """Whether a sum changes with a max or min that ``split`` put into it by its square and more: it turns no corner."""
    _, at = bend.args
    taken = {*new.names(), *variables}
    fresh = next(n for n in ("t", *(f"t_{i}" for i in range(len(taken) + 1))) if n not in taken)
    plain = substitute(new, lambda n: name(fresh) if n == bend else None)
    if any(fresh in n.names() and not _is_smooth(n) for n in plain.walk()):
        return False
    t = symbol(fresh)
    slope = sp.diff(to_sympy(plain), t).subs(t, to_sympy(at))
    return not slope.has(sp.zoo, sp.nan, sp.oo) and is_zero(slope) is Decision.YES
