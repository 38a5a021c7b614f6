"""Three pieces along one line: where(g > 0, a, where(...)) as middle + k1*relu(g) + k2*relu(h).

hardtanh, hard sigmoid and trapezoids are written as nested `where`.  With g2 = alpha*g + beta inside, the
wall of the inner condition lies at g = -beta/alpha <= 0; the piece between the walls is the middle p, and
    f = p + k1*relu(g) + k2*relu(h),   a - p = k1*g,   q - p = k2*h,
h being the inner gap, signed to be positive on the far piece q.
"""

from __future__ import annotations

from diffcheck.language.tree import Node
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.polynomial import Poly, add, divide, from_poly, scale, to_poly

__all__ = ["Branches", "branches", "three_pieces"]

# gap, value where gap > 0, value elsewhere
Branches = tuple[Poly, Node, Node]


def branches(node: Node) -> Branches | None:
    """Read a `where` with one order comparison as (gap, above, below); None for other conditions."""
    condition, a, b = node.args
    while condition.op == "not":
        condition, a, b = condition.args[0], b, a
    if condition.op not in ("lt", "le", "gt", "ge"):
        return None
    left, right = condition.args
    small, big = (left, right) if condition.op in ("lt", "le") else (right, left)
    return add(to_poly(big), to_poly(small), -1), a, b


def three_pieces(outer: Branches, facts: Facts) -> tuple[Poly, Poly, Node] | None:
    """Return (g, k1, p + k2*relu(h)) when the outer branches nest that way, else None."""
    gap, above, below = outer
    if above.op == "where" and below.op != "where":
        gap, above, below = scale(gap, -1), below, above
    inner = branches(below) if below.op == "where" else None
    if inner is None or "where" in (above.op, inner[1].op, inner[2].op):
        return None
    middle, far, wall = _ordered(gap, inner, facts)
    if middle is None or far is None:
        return None
    k1 = divide(add(to_poly(above), to_poly(middle), -1), gap)
    k2 = divide(add(to_poly(far), to_poly(middle), -1), wall)
    if not k1 or not k2:
        return None
    bend = Node("mul", (from_poly(k2), Node("relu", (from_poly(wall),))))
    return gap, k1, Node("add", (middle, bend))


def _ordered(gap: Poly, inner: Branches, facts: Facts) -> tuple[Node | None, Node | None, Poly]:
    """Return the inner piece next to gap = 0, the far one, and the gap that is positive on the far one."""
    second, above, below = inner
    shared = next((m for m in gap if m and m in second), None)
    if shared is None:
        return None, None, second
    alpha = second[shared] / gap[shared]
    beta = add(second, gap, -alpha)
    if alpha > 0 and facts.nonnegative(beta):
        return above, below, scale(second, -1)
    if alpha < 0 and facts.nonnegative(scale(beta, -1)):
        return below, above, second
    return None, None, second
