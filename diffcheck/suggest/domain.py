"""Is a suggestion defined wherever the original is?  By the sides from which its parts come, where edges move.

A root or logarithm of what only grows keeps its domain, and so does a quotient by something positive that only grows.
"""

from __future__ import annotations

from fractions import Fraction

from diffcheck.smoothings import TARGETS
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.order import moved
from diffcheck.suggest.plan import Plan
from diffcheck.suggest.ranges import Ranges
from diffcheck.suggest.shape import KNOWN
from diffcheck.tree import NUMBER, Node

__all__ = ["keeps_domain"]

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
        return _grows(part.args[0], plan, facts)
    if part.op == "pow":
        exponent = Fraction(part.args[1].leaf or 0) if part.args[1].op == NUMBER else None
        whole = exponent is not None and exponent.denominator == 1 and exponent >= 0
        return whole or (exponent is not None and exponent > 0 and _grows(part.args[0], plan, facts))
    if part.op == "div":
        below = part.args[1]
        return not plan.touches(below) or (ranges.nonnegative(below) and _grows(below, plan, facts))
    return part.op in KNOWN


def _grows(node: Node, plan: Plan, facts: Facts) -> bool:
    return moved(node, plan, facts).never_below
