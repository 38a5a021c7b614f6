"""On which side of the original is a suggestion?  Carried outward by order alone, where no bound of any size is known.

`moved` says of a part whether its replacement is proved to be never below it, or never above it, on the whole domain:
    rows: the ends of their interval that are 0;  sums, monotone functions: from their arguments;
    products: a <= a' and b <= b' give a*b <= a'*b' for 0 <= a, b, and the other way round for 0 <= a', b'.
Proved in docs/proofs.md, "Order carried outward".
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from diffcheck.language.tree import NUMBER, Node
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.plan import Plan, Replacement
from diffcheck.suggest.polynomial import from_poly
from diffcheck.suggest.ranges import Ranges
from diffcheck.suggest.smoothings import TARGETS

__all__ = ["Order", "moved"]

# Nondecreasing in every argument, wherever they are defined.
_MONOTONE = frozenset({
    "relu", "max", "min", "clip", "softplus", "logsumexp", "tanh", "atan", "asinh", "log_sigmoid", "sigmoid", "erf",
    "exp", "expm1", "exp2", "sqrt", "log", "log1p", "log2", "log10", "cbrt", "sinh",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """What is proved of new - old: never negative, never positive; both say that they are equal."""

    never_below: bool = False
    never_above: bool = False

    def turned(self) -> Order:
        """Return the order of the negatives."""
        return Order(self.never_above, self.never_below)

    def both(self, other: Order) -> Order:
        """Return what holds of two parts at once."""
        return Order(self.never_below and other.never_below, self.never_above and other.never_above)


EQUAL = Order(True, True)
UNKNOWN = Order()


def moved(node: Node, plan: Plan, facts: Facts) -> Order:
    """Return how rebuilt(node) is to ``node`` wherever ``node`` has a value, for every mu > 0."""
    found = plan.parts.get(node)
    if found is not None:
        return _of_part(found, plan, facts)
    if not plan.touches(node):
        return EQUAL
    if node.op in ("mul", "div"):
        return _of_product(node, plan, facts)
    if node.op in ("pow", "square"):
        return _of_power(node, plan, facts)
    if node.op == "where" and plan.constant(node.args[0]) and not plan.touches(node.args[0]):
        known = zip(node.args[1:], facts.given(node.args[0]), strict=True)
        return _all([moved(a, plan, f) for a, f in known])
    inner = [moved(a, plan, facts) for a in node.args]
    if node.op == "neg":
        return inner[0].turned()
    if node.op == "sub":
        return inner[0].both(inner[1].turned())
    if node.op == "where":
        return inner[1].both(inner[2]) if inner[0] == EQUAL else UNKNOWN
    return _all(inner) if node.op == "add" or node.op in _MONOTONE else UNKNOWN


def _all(inner: list[Order]) -> Order:
    total = EQUAL
    for order in inner:
        total = total.both(order)
    return total


def _of_part(found: Replacement, plan: Plan, facts: Facts) -> Order:
    """S(t') - T(t) = (S - T)(t') + (T(t') - T(t)), times the factor, plus the offset."""
    shape, row = found.shape, found.row
    inside = _all([moved(a, plan, facts) for a in shape.bindings.values()])
    if inside != EQUAL and TARGETS[shape.target].through not in ("monotone", "root"):
        return UNKNOWN
    low, high = row.error or ("", "")
    own = Order(low == "0", high == "0").both(inside)
    factor = from_poly(shape.factor)
    sign = 0 if plan.touches(factor) else facts.sign(shape.factor)
    if not sign:
        return UNKNOWN
    around = EQUAL if shape.offset is None else moved(shape.offset, plan, facts)
    return (own if sign > 0 else own.turned()).both(around)


def _of_product(node: Node, plan: Plan, facts: Facts) -> Order:
    ranges = Ranges(facts, plan.variables)
    for one, other in (node.args, tuple(reversed(node.args))):
        if plan.touches(other) or (node.op == "div" and one is node.args[1]):
            continue
        inner = moved(one, plan, facts)
        if ranges.nonnegative(other):
            return inner
        return inner.turned() if ranges.nonnegative(Node("neg", (other,))) else UNKNOWN
    if node.op == "div" or not all(ranges.nonnegative(a) for a in node.args):
        return UNKNOWN
    both = _all([moved(a, plan, facts) for a in node.args])
    kept = all(ranges.nonnegative(plan.outlined(a)) for a in node.args)
    return Order(both.never_below, both.never_above and kept)


def _of_power(node: Node, plan: Plan, facts: Facts) -> Order:
    """A power with a positive exponent rises where its base is not negative; both bases have to be."""
    base = node.args[0]
    exponent = Fraction(2) if node.op == "square" else None
    if exponent is None and node.args[1].op == NUMBER:
        exponent = Fraction(node.args[1].leaf or 0)
    ranges = Ranges(facts, plan.variables)
    if exponent is None or exponent <= 0 or not ranges.nonnegative(base):
        return UNKNOWN
    inner = moved(base, plan, facts)
    return Order(inner.never_below, inner.never_above and ranges.nonnegative(plan.outlined(base)))
