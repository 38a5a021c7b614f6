"""Intervals that hold 0, with ends in mu, log(2) and constants: how far a suggestion may be off.

Ends are compared by what is known of the signs of constants; where neither is seen to be the larger, their sum
is as large as both.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from diffcheck.language.tree import Node, substitute
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.polynomial import Poly, add, from_poly, multiply, scale, to_poly

__all__ = ["NOTHING", "Interval", "linear"]


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval [low, high] that holds 0, its ends polynomials; low <= 0 <= high for every mu > 0."""

    low: Poly
    high: Poly

    def plus(self, other: Interval) -> Interval:
        """Return the sum of the two intervals."""
        return Interval(add(self.low, other.low), add(self.high, other.high))

    def times(self, factor: Poly) -> Interval:
        """Return the product with a nonnegative factor."""
        return Interval(multiply(self.low, factor), multiply(self.high, factor))

    def negated(self) -> Interval:
        """Return the mirrored interval."""
        return Interval(scale(self.high, -1), scale(self.low, -1))

    def hull(self, other: Interval, facts: Facts | None = None) -> Interval:
        """Return an interval that holds both, as small as what is known of constants lets see."""
        low = scale(_larger(scale(self.low, -1), scale(other.low, -1), facts), -1)
        return Interval(low, _larger(self.high, other.high, facts))

    def symmetric(self) -> Interval:
        """Return the smallest symmetric interval that holds this one."""
        return self.hull(self.negated())


NOTHING = Interval({}, {})


def _larger(p: Poly, q: Poly, facts: Facts | None) -> Poly:
    """Return an upper bound of two nonnegative ends, the larger one where that can be seen.

    Each is nonnegative as a whole: a monomial may be negative, as expm1(-mu) is, and then its coefficient is too.
    """
    if len(p) <= 1 and len(q) <= 1 and (not p or not q or set(p) == set(q)):
        return max(p, q, key=lambda end: abs(sum(end.values(), Fraction(0))))
    if p == q:
        return p
    if facts is not None:
        first, second = (linear(end, facts) for end in (p, q))
        for end, other in ((first, second), (second, first)):
            if facts.nonnegative(add(end, other, -1)):
                return end
    return add(p, q)


def linear(end: Poly, facts: Facts) -> Poly:
    """Return a bound of a nonnegative end: c*w for each c*expm1(w) with c, w <= 0, as w <= expm1(w) <= 0.

    An end of one term may have either sign: what is returned has it too, and is no smaller in size.
    """

    def replaced(part: Node) -> Node | None:
        return part.args[0] if part.op == "expm1" and facts.sign(to_poly(part.args[0])) < 0 else None

    total: Poly = {}
    for monomial, value in end.items():
        whole: Poly = {monomial: value}
        turned = to_poly(substitute(from_poly(whole), replaced))
        total = add(total, turned if len(end) == 1 or facts.nonnegative(whole) else whole)
    return total
