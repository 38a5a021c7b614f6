"""Between what numbers does a part lie, on the whole domain?  Interval arithmetic on polynomials over parts.

The bounds of names are those that the constraints state.  Sums that repeat a part are collected first: P - (P - a)/2
is bounded as (P + a)/2.  An end is None where nothing is known.
`Ranges.pruned` drops what never takes effect: relu(2 - clip(x, 0, 1)) is 2 - clip(x, 0, 1).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from diffcheck.language.tree import NAME, NUMBER, Node, number, substitute
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.polynomial import Poly, add, as_number, from_poly, to_poly

__all__ = ["ANYTHING", "Range", "Ranges"]

End = Fraction | None
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the largest value, or bounds of them; None where none is known."""

    low: End = None
    high: End = None

    def plus(self, other: Range) -> Range:
        """Return the range of a sum."""
        return Range(_sum(self.low, other.low), _sum(self.high, other.high))

    def times(self, factor: Fraction) -> Range:
        """Return the range of a multiple."""
        ends = [None if e is None else e * factor for e in (self.low, self.high)]
        return Range(*ends) if factor > 0 else Range(*reversed(ends))

    def product(self, other: Range) -> Range:
        """Return the range of a product."""
        for one, two in ((self, other), (other, self)):
            if two.high is not None and two.high <= 0 and two.low != two.high:
                return one.product(two.times(-ONE)).times(-ONE)
        if _nonnegative(self) and _nonnegative(other):
            both = None if self.high is None or other.high is None else self.high * other.high
            return Range((self.low or ZERO) * (other.low or ZERO), both)
        for one, two in ((self, other), (other, self)):
            if one.low is not None and one.low == one.high:
                return two.times(one.low) if one.low else one
        ends = [self.low, self.high, other.low, other.high]
        if any(e is None for e in ends):
            return ANYTHING
        products = [(a or ZERO) * (b or ZERO) for a in ends[:2] for b in ends[2:]]
        return Range(min(products), max(products))

    def meet(self, other: Range) -> Range:
        """Return what both say together."""
        lows = [e for e in (self.low, other.low) if e is not None]
        highs = [e for e in (self.high, other.high) if e is not None]
        return Range(max(lows, default=None), min(highs, default=None))

    def size(self) -> End:
        """Return a bound of the absolute value."""
        return None if self.low is None or self.high is None else max(-self.low, self.high)


ANYTHING = Range()
_BOUNDED = {
    **dict.fromkeys(("sin", "cos", "tanh", "erf", "sign"), Range(-ONE, ONE)),
    **dict.fromkeys(("sigmoid", "heaviside", "frac"), Range(ZERO, ONE)),
    **dict.fromkeys(("exp", "exp2", "softplus", "norm", "hypot", "sqrt"), Range(ZERO)),
    "cosh": Range(ONE),
    "log_sigmoid": Range(None, ZERO),
    "atan": Range(Fraction(-11, 7), Fraction(11, 7)),
    "pi": Range(Fraction(3), Fraction(22, 7)),
    "E": Range(Fraction(2), Fraction(3)),
}


def _sum(a: End, b: End) -> End:
    return None if a is None or b is None else a + b


def _nonnegative(found: Range) -> bool:
    return found.low is not None and found.low >= 0


def _largest(parts: list[Range]) -> Range:
    """Return the range of the largest of some values."""
    lows = [p.low for p in parts if p.low is not None]
    highs = [p.high for p in parts if p.high is not None]
    return Range(max(lows, default=None), max(highs) if len(highs) == len(parts) else None)


class Ranges:
    """What is known of the values of parts, from constraints and from the functions themselves."""

    def __init__(self, facts: Facts, variables: Collection[str]) -> None:
        self.facts, self.variables = facts, frozenset(variables)
        self._known: dict[Node, Range] = {}

    def of(self, node: Node) -> Range:
        """Return bounds of ``node`` that hold wherever it is defined."""
        if node not in self._known:
            try:
                collected = self._of_poly(to_poly(node))
            except ValueError:
                collected = ANYTHING
            self._known[node] = collected.meet(self._as_written(node))
        return self._known[node]

    def nonnegative(self, node: Node) -> bool:
        """Whether ``node`` >= 0 is proved."""
        try:
            return self.facts.nonnegative(to_poly(node)) or _nonnegative(self.of(node))
        except ValueError:
            return False

    def floor(self, node: Node) -> Poly | None:
        """Return a positive lower bound in constants, or None: c of |u| + c, 1 of 1 + u**2."""
        low = self.of(node).low
        if low is not None and low > 0:
            return {(): low}
        try:
            p = to_poly(node)
        except ValueError:
            return None
        fixed = {m: c for m, c in p.items() if all(self.constant(x) for x in m)}
        moving = add(p, fixed, -1)
        safe = self.facts.nonnegative(moving) or _nonnegative(self._of_poly(moving))
        return fixed if fixed and safe and self.facts.nonnegative(fixed) else None

    def size(self, node: Node) -> Poly | None:
        """Return a bound of abs(node) in constants, or None."""
        size = self.of(node).size()
        return self.bound(to_poly(node)) if size is None else {(): size} if size else {}

    def bound(self, p: Poly) -> Poly | None:
        """Return a bound of the absolute value in constants, or None: 2*abs(a) of 2*a*sin(x)."""
        total: Poly = {}
        for monomial, value in p.items():
            fixed = tuple(x for x in monomial if self.constant(x))
            size = reduce(
                Range.product, (self._of_part(x) for x in monomial if x not in fixed), Range(ONE, ONE)
            ).size()
            if size is None:
                return None
            sign = self.facts.sign({fixed: ONE}) if fixed else 1
            shown = fixed if sign else (Node("abs", (from_poly({fixed: ONE}),)),)
            total = add(total, {shown: abs(value) * size * (sign or 1)})
        return total

    def pruned(self, node: Node) -> Node:
        """Return an equal expression without the functions that are proved to change nothing."""
        return substitute(node, self._kept)

    def _kept(self, node: Node) -> Node | None:
        if node.op == "relu" and self.nonnegative(node.args[0]):
            return node.args[0]
        if node.op in ("max", "min") and len(node.args) == 2:
            for kept, other in (node.args, reversed(node.args)):
                larger, smaller = (kept, other) if node.op == "max" else (other, kept)
                # What is dropped may not take a piece of the domain with it.
                if other.op in (NAME, NUMBER) and self.nonnegative(Node("sub", (larger, smaller))):
                    return kept
        return None

    def constant(self, node: Node) -> bool:
        """Whether ``node`` holds no variable."""
        return not any(n in self.variables for n in node.names())

    def _of_poly(self, p: Poly) -> Range:
        total = Range(ZERO, ZERO)
        for monomial, value in p.items():
            powers = [self._power(self._of_part(x), monomial.count(x)) for x in dict.fromkeys(monomial)]
            total = total.plus(reduce(Range.product, powers, Range(ONE, ONE)).times(value))
        if total.low is None and self.facts.nonnegative(p):
            return Range(ZERO, total.high)
        return total

    def _as_written(self, node: Node) -> Range:
        """Bound a sum, product or power by its own parts: p*(1 - p), which is no more than p - p**2."""
        if node.op in ("mul", "add", "sub"):
            left, right = (self.of(a) for a in node.args)
            if node.op == "mul":
                return self._power(left, 2) if node.args[0] == node.args[1] else left.product(right)
            return left.plus(right if node.op == "add" else right.times(-ONE))
        exponent = number(2) if node.op == "square" else node.args[-1] if node.op == "pow" else None
        if exponent in (number(2), number(3), number(4)):
            return self._power(self.of(node.args[0]), int(Fraction(exponent.leaf or 0)))
        return ANYTHING

    def _power(self, found: Range, times: int) -> Range:
        if times % 2 or _nonnegative(found):
            return reduce(Range.product, [found] * times)
        size = found.size()
        return Range(ZERO, None if size is None else size**times)

    def _of_part(self, node: Node) -> Range:
        if node.op == NUMBER:
            value = Fraction(node.leaf or 0)
            return Range(value, value)
        if node.op == NAME:
            return self._stated(node)
        if node.op in ("and", "or", "not", "lt", "le", "gt", "ge", "eq", "ne"):
            return ANYTHING
        if node.op == "div" and node.args[0] == number(1):
            return self._inverse(self.of(node.args[1]))
        rule = getattr(self, f"_of_{node.op}", None) if node.op in _PIECEWISE else None
        if rule is not None:
            found: Range = rule(*node.args)
            return found
        if node.op == "pow":
            return Range(ZERO) if self.nonnegative(node.args[0]) else ANYTHING
        return _BOUNDED.get(node.op, ANYTHING)

    def _stated(self, node: Node) -> Range:
        """Return the bounds that the constraints put on a name."""
        low: End = None
        high: End = None
        for fact in self.facts.known:
            rate = fact.get((node,), ZERO)
            rest = as_number(add(fact, {(node,): rate}, -1))
            if rate and rest is not None:
                end = -rest / rate
                if rate > 0:
                    low = end if low is None else max(low, end)
                else:
                    high = end if high is None else min(high, end)
        return Range(low, high)

    @staticmethod
    def _inverse(found: Range) -> Range:
        if found.low is not None and found.low > 0:
            return Range(ZERO if found.high is None else 1 / found.high, 1 / found.low)
        return Range(ZERO) if _nonnegative(found) else ANYTHING

    def _of_abs(self, u: Node) -> Range:
        found = self.of(u)
        return found if _nonnegative(found) else Range(ZERO, found.size())

    def _of_relu(self, u: Node) -> Range:
        return _largest([self.of(u), Range(ZERO, ZERO)])

    def _of_max(self, *args: Node) -> Range:
        return _largest([self.of(a) for a in args])

    def _of_min(self, *args: Node) -> Range:
        return _largest([self.of(a).times(-ONE) for a in args]).times(-ONE)

    def _of_clip(self, u: Node, low: Node, high: Node) -> Range:
        return self._of_min(Node("max", (u, low)), high)

    def _of_where(self, _: Node, a: Node, b: Node) -> Range:
        first, second = self.of(a), self.of(b)
        lows, highs = ((first.low, second.low), (first.high, second.high))
        return Range(
            None if None in lows else min(e for e in lows if e is not None),
            None if None in highs else max(e for e in highs if e is not None),
        )


_PIECEWISE = frozenset({"abs", "relu", "max", "min", "clip", "where"})
