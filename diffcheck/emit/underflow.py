"""Roots and powers of what is exactly 0 in floats, over whole regions: slope 0 there, and not inf*0.

sqrt(softplus(u)) has a slope everywhere.  But softplus(u) and its slope underflow to 0 at u = -1000, and the
slope of the root is infinite at 0: automatic differentiation multiplies them to nan.  The same is true of sqrt(relu(x))
at x < 0, which is 0 there.  So r(u) is written where(u == 0, 0, r(u)), with the second `where` inside that `write.py`
puts into every branch.  Where u is negative r(u) has no value, as before.
Parts that cannot become 0 on a region are left alone: x in sqrt(x), or what is bounded from below as x**2 + mu is.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache, partial

from diffcheck.language.tree import NUMBER, Node, number, substitute
from diffcheck.suggest.evident import is_not_negative, is_positive

__all__ = ["flattened"]

ZERO = number(0)
# Functions that are constant on a region, exactly or in floats.
_FLAT = frozenset(
    {"exp", "exp2", "sigmoid", "softplus", "tanh", "erf", "relu", "max", "min", "clip", "where"}
)
_UNDERFLOWING = frozenset({"exp", "exp2", "sigmoid", "softplus"})


def flattened(node: Node, positive: Collection[str] = ()) -> Node:
    """Return an equal expression whose roots and powers have slope 0 where their base is 0 on a region.

    positive: names known to be positive.

    >>> from diffcheck.language.parse import parse
    >>> from diffcheck.language.unparse import unparse
    >>> unparse(flattened(parse("sqrt(relu(x)) + sqrt(relu(x) + 1) + sqrt(x)")))
    'where(relu(x) == 0, 0, sqrt(relu(x))) + sqrt(relu(x) + 1) + sqrt(x)'
    """
    return substitute(node, partial(_guarded, positive=frozenset(positive)))


def _guarded(node: Node, positive: frozenset[str]) -> Node | None:
    if node.op not in ("sqrt", "pow") or (node.op == "pow" and not _rises(node.args[1], positive)):
        return None
    base = node.args[0]
    if not any(part.op in _FLAT for part in base.distinct()) or is_bounded_away(base, positive):
        return None
    return Node("where", (Node("eq", (base, ZERO)), ZERO, node))


def _rises(exponent: Node, positive: frozenset[str]) -> bool:
    """Whether the power is 0 at 0, with a slope or curvature that may be infinite there."""
    if exponent.op == NUMBER:
        value = Fraction(exponent.leaf or 0)
        return value > 0 and value.denominator > 1
    return is_positive(exponent, positive)


@lru_cache(maxsize=4096)
def is_bounded_away(node: Node, positive: frozenset[str]) -> bool:
    """Say whether a part is positive in floats, too: no smaller than some positive number, seen from its form."""
    if node.op in _UNDERFLOWING:
        return not node.names()
    if node.op in ("add", "max"):
        signs = [is_bounded_away(a, positive) for a in node.args]
        return any(signs) and (node.op == "max" or all(is_not_negative(a, positive) for a in node.args))
    if node.op in ("min", "mul"):
        return all(is_bounded_away(a, positive) for a in node.args)
    if node.op == "where":
        return all(is_bounded_away(a, positive) for a in node.args[1:])
    if node.op == "clip":
        return all(is_bounded_away(a, positive) for a in node.args[1:])
    if node.op in ("norm", "hypot"):
        return any(is_bounded_away(a, positive) for a in node.args)
    if node.op in ("sqrt", "pow", "square", "abs", "cbrt"):
        return is_bounded_away(node.args[0], positive)
    return node.op not in ("div",) and is_positive(node, positive)
