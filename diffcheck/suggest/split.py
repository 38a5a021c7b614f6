"""A `where` whose branches meet, written as a sum of both, each held on its own side.

where(x > c, a(x), b(x)) with a(c) = b(c) is a(max(x, c)) + b(min(x, c)) - a(c).  The kink is then that of max and
min alone, which have surrogates with bounds, and neither branch is ever evaluated on the other's side: in the
place of x > 0, exp(x) of x <= 0 may not overflow, log(x) not end.
"""

from __future__ import annotations

from collections.abc import Collection

import sympy as sp

from diffcheck.identity import Decision, is_zero
from diffcheck.lower import to_sympy
from diffcheck.parse import parse
from diffcheck.printer import text_of
from diffcheck.suggest.nested import branches
from diffcheck.suggest.polynomial import add, from_poly, scale
from diffcheck.tree import NAME, Node, substitute

__all__ = ["split"]


def split(node: Node, variables: Collection[str]) -> Node | None:
    """Return the sum for a `where` that changes branches at x = c for one variable x, or None."""
    try:
        two = branches(node)
    except ValueError:
        return None
    if two is None:
        return None
    gap, above, below = two
    moving = [m for m in gap if any(n in variables for part in m for n in part.names())]
    if len(moving) != 1 or len(moving[0]) != 1 or moving[0][0].op != NAME:
        return None
    (x,) = moving[0]
    rate = gap[moving[0]]
    at = from_poly(scale(add(gap, {moving[0]: rate}, -1), -1 / rate))
    if rate < 0:
        above, below = below, above
    meeting = _common(_put(above, x, at), _put(below, x, at))
    if meeting is None:
        return None
    high = _put(above, x, Node("max", (x, at)))
    low = _put(below, x, Node("min", (x, at)))
    return Node("sub", (Node("add", (high, low)), meeting))


def _common(a: Node, b: Node) -> Node | None:
    """Return the value that both branches take, or None when it is not shown that they take one."""
    first, second = to_sympy(a), to_sympy(b)
    if first.has(sp.zoo, sp.nan, sp.oo) or is_zero(first - second) is not Decision.YES:
        return None
    return min(a, parse(text_of(first)), key=lambda n: sum(1 for _ in n.walk()))


def _put(node: Node, part: Node, new: Node) -> Node:
    return substitute(node, lambda n: new if n == part else None)
