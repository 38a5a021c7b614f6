"""Is a suggestion defined wherever the original is?  By bounds of its parts, or the sides from which they come.

A root or logarithm of what only grows keeps its domain, and so does a quotient by something positive that only grows.
So does what stays in bounds that are proved: 5 - a*b of smooth clips a and b that stay between 0 and 2.
"""

from __future__ import annotations

from fractions import Fraction

from diffcheck.language.tree import NUMBER, Node, number
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.order import moved
from diffcheck.suggest.plan import Plan
from diffcheck.suggest.ranges import Ranges
from diffcheck.suggest.shape import KNOWN
from diffcheck.suggest.smoothings import TARGETS

__all__ = ["is_positive", "keeps_domain"]

_VANISHING = frozenset(
    {"relu", "max", "min", "clip", "where", "floor", "ceil", "round", "frac", "mod", "sign", "heaviside"}
)
_GROWING = frozenset({"sqrt", "log", "log2", "log10", "log1p"})


def keeps_domain(node: Node, plan: Plan, facts: Facts) -> bool:
    """Whether rebuilt(node) is proved to have a value wherever ``node`` has one; False says nothing."""
    ranges = Ranges(facts, plan.variables)
    try:
        return all(_kept(part, plan, facts, ranges) for part in node.walk() if plan.touches(part))
    except ValueError:
        return False


def _kept(part: Node, plan: Plan, facts: Facts, ranges: Ranges) -> bool:
    found = plan.parts.get(part)
    if found is not None:
        inside = any(plan.touches(a) for a in found.shape.bindings.values())
        return not (TARGETS[found.shape.target].closed and inside)
    if part.op in _GROWING:
        return is_positive(part, plan, ranges) or _grows(part.args[0], plan, facts)
    if part.op == "pow":
        exponent = Fraction(part.args[1].leaf or 0) if part.args[1].op == NUMBER else None
        whole = exponent is not None and exponent.denominator == 1 and exponent >= 0
        grows = exponent is not None and exponent > 0 and _grows(part.args[0], plan, facts)
        return whole or grows or (exponent is not None and is_positive(part, plan, ranges))
    if part.op == "div":
        below = part.args[1]
        if not plan.touches(below) or is_positive(part, plan, ranges):
            return True
        return ranges.nonnegative(below) and _grows(below, plan, facts)
    if part.op in ("asin", "acos"):
        size = ranges.of(plan.outlined(part.args[0])).size()
        return size is not None and size <= 1
    return part.op in KNOWN


def is_positive(part: Node, plan: Plan, ranges: Ranges) -> bool:
    """Whether what ``part`` divides by, or takes the root or logarithm of, stays above a positive bound, rebuilt."""
    argument = part.args[1] if part.op == "div" else part.args[0]
    if part.op == "log1p":
        argument = Node("add", (number(1), argument))
    floor = ranges.floor(plan.outlined(argument))
    # Constants are in general position: what is never negative is positive, unless it is 0 on an open set.
    return floor is not None and not any(n.op in _VANISHING for m in floor for x in m for n in x.walk())


def _grows(node: Node, plan: Plan, facts: Facts) -> bool:
    return moved(node, plan, facts).never_below
