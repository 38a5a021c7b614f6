"""How far the whole suggestion is from the original, and how steep its gradient's changes are.

`difference` carries each row's interval outward through what surrounds the part, only by rules that are
theorems: sums, factors, monotone and Lipschitz functions, roots, logarithms, exponentials, powers, products and
quotients, the last ones with the bounds that ranges.py proves.  With e in [l, h], l <= 0 <= h:
    f monotone, nonexpansive:   f(t + e) - f(t) in [l, h]
    f C-Lipschitz:              f(t + e) - f(t) in [-C*m, C*m], m = max(-l, h)
    sqrt, e >= 0:               sqrt(t + e) - sqrt(t) in [0, sqrt(h)]
    log, t >= c, e >= 0:        log(t + e) - log(t) in [0, h/c]
and so on, each proved in docs/proofs.md, "Intervals carried outward".
A replaced part with replaced parts inside: S(t + e) - T(t) = (S - T)(t + e) + (T(t + e) - T(t)).
Where no rule fits, the answer is None: unknown, never a guess.  Interval ends are polynomials in mu,
log(2), constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import isqrt

from diffcheck.language.tree import NUMBER, Node, name, number, substitute
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.interval import NOTHING, Interval
from diffcheck.suggest.plan import Plan, Replacement, filled
from diffcheck.suggest.polynomial import (
    ONE,
    Poly,
    add,
    as_number,
    divide,
    from_poly,
    multiply,
    scale,
    to_poly,
)
from diffcheck.suggest.ranges import Ranges
from diffcheck.suggest.slopes import steepness
from diffcheck.suggest.smoothings import TARGETS

__all__ = ["anywhere", "difference", "of_size", "positive_parameter", "scaled", "sign_free"]

# Nondecreasing, with a Lipschitz constant over all reals.
_MONOTONE = {
    **dict.fromkeys(
        ("relu", "max", "min", "clip", "softplus", "logsumexp", "tanh", "atan", "asinh", "log_sigmoid"),
        Fraction(1),
    ),
    "sigmoid": Fraction(1, 4),
    # 2/sqrt(pi) < 1.1284
    "erf": Fraction(11284, 10000),
}
# Lipschitz constants over all reals.
_LIPSCHITZ = {
    "abs": Fraction(1),
    "sin": Fraction(1),
    "cos": Fraction(1),
    "norm": Fraction(1),
    "hypot": Fraction(1),
}


def difference(node: Node, plan: Plan, facts: Facts) -> Interval | None:
    """Return an interval that holds rebuilt(node) - node on the whole domain for every mu > 0, or None."""
    found = plan.parts.get(node)
    if found is not None:
        return _of_part(found, plan, facts)
    if not plan.touches(node):
        return NOTHING
    if node.op in ("mul", "div"):
        return _of_product(node, plan, facts)
    if node.op == "where":
        return _of_branches(node, plan, facts)
    inner = [difference(a, plan, facts) for a in node.args]
    known = [i for i in inner if i is not None]
    if len(known) < len(inner):
        return None
    if node.op == "add":
        return known[0].plus(known[1])
    if node.op == "sub":
        return known[0].plus(known[1].negated())
    if node.op == "neg":
        return known[0].negated()
    return _through(node, known, plan, facts)


def _through(node: Node, inner: list[Interval], plan: Plan, facts: Facts) -> Interval | None:
    op = node.op
    if op in _MONOTONE:
        total = reduce(Interval.hull, inner)
        return total.times(scale(ONE, _MONOTONE[op]))
    if op in _LIPSCHITZ:
        total = reduce(Interval.plus, inner).symmetric()
        return total.times(scale(ONE, _LIPSCHITZ[op]))
    ranges = Ranges(facts, plan.variables)
    if op in ("log", "log1p", "sqrt"):
        return _through_concave(node, inner[0], plan, ranges)
    if op == "exp":
        return _through_exp(node, inner[0], ranges)
    if op == "square" or (op == "pow" and node.args[1].op == NUMBER and not plan.touches(node.args[1])):
        exponent = Fraction(2) if op == "square" else Fraction(node.args[1].leaf or 0)
        return _through_power(node.args[0], exponent, inner[0], ranges)
    return None


def _through_concave(node: Node, inner: Interval, plan: Plan, ranges: Ranges) -> Interval | None:
    """log, log1p and sqrt are steepest at the least argument: the original's for h, the surrogate's for l."""
    (u,) = node.args
    if node.op == "sqrt" and not inner.low and ranges.floor(u) is None:
        return Interval({}, _root(inner.high))
    if node.op == "log1p":
        u = Node("add", (number(1), u))
    ends: list[Poly] = []
    for end, argument in ((inner.low, plan.outlined(u)), (inner.high, u)):
        floor = ranges.floor(argument) if end else ONE
        if floor is None:
            return None
        below = scale(_root(floor), 2) if node.op == "sqrt" else floor
        ends.append(multiply(end, to_poly(Node("div", (number(1), from_poly(below))))) if end else {})
    return Interval(*ends)


def _through_exp(node: Node, inner: Interval, ranges: Ranges) -> Interval | None:
    """exp(t + e) - exp(t) = exp(t)*expm1(e), with exp(t) at most exp of the largest t."""
    top = _largest_exp(node.args[0], ranges)
    if top is None:
        return None
    ends = [
        multiply(top, {(Node("expm1", (from_poly(e),)),): Fraction(1)}) if e else {}
        for e in (inner.low, inner.high)
    ]
    return Interval(*ends)


def _largest_exp(t: Node, ranges: Ranges) -> Poly | None:
    """Return a bound of exp(t) in constants: v for t = min(s, log(v))."""
    above = {"min": t.args, "clip": t.args[2:]}.get(t.op, ())
    ends = [a for a in above if ranges.constant(a)]
    if ends:
        end = ends[-1]
        return to_poly(end.args[0]) if end.op == "log" else _exp(end)
    high = ranges.of(t).high
    return None if high is None else _exp(number(high))


def _exp(t: Node) -> Poly:
    return ONE if t == number(0) else {(Node("exp", (t,)),): Fraction(1)}


def _through_power(u: Node, exponent: Fraction, inner: Interval, ranges: Ranges) -> Interval | None:
    """|(t + e)**n - t**n| <= n*m*(B + m)**(n - 1) where |t| <= B, |e| <= m; nonnegative where t and e are."""
    bound = ranges.size(u)
    if bound is None or exponent.denominator != 1 or not 2 <= exponent <= 4:
        return None
    size = inner.symmetric().high
    rising = reduce(multiply, [add(bound, size)] * int(exponent - 1), scale(size, exponent))
    top = rising
    if not inner.low and ranges.nonnegative(u):
        return Interval({}, top)
    return Interval(scale(rising, -1), top)


def _root(end: Poly) -> Poly:
    value = as_number(end)
    if value is not None and all(isqrt(n) ** 2 == n for n in value.as_integer_ratio()):
        return scale(ONE, Fraction(*map(isqrt, value.as_integer_ratio())))
    return {(Node("sqrt", (from_poly(end),)),): Fraction(1)} if end else {}


def _of_product(node: Node, plan: Plan, facts: Facts) -> Interval | None:
    left, right = node.args
    ranges = Ranges(facts, plan.variables)
    if node.op == "div" and plan.touches(right):
        return _of_quotient(node, plan, facts, ranges)
    if node.op == "mul" and plan.touches(right):
        left, right = right, left
    if plan.touches(right):
        return _of_two_factors(left, right, plan, facts, ranges)
    inner = difference(left, plan, facts)
    if inner is None:
        return None
    factor = to_poly(right if node.op == "mul" else Node("div", (number(1), right)))
    if plan.constant(right):
        return scaled(inner, factor, facts)
    return _by_bounded(inner, factor, ranges)


def _by_bounded(inner: Interval, factor: Poly, ranges: Ranges) -> Interval | None:
    """Return the interval of factor*inner for a factor that varies in bounds."""
    bound = ranges.bound(factor)
    if bound is None:
        return None
    if ranges.nonnegative(from_poly(factor)):
        return inner.times(bound)
    return inner.symmetric().times(bound)


def _of_two_factors(left: Node, right: Node, plan: Plan, facts: Facts, ranges: Ranges) -> Interval | None:
    """(u + d)*(v + e) - u*v = u*e + v*d + d*e."""
    d, e = (difference(a, plan, facts) for a in (left, right))
    u, v = (ranges.size(a) for a in (left, right))
    if d is None or e is None or u is None or v is None:
        return None
    off, aside = d.symmetric().high, e.symmetric().high
    top = add(add(multiply(u, aside), multiply(v, off)), multiply(off, aside))
    return Interval(scale(top, -1), top)


def _of_quotient(node: Node, plan: Plan, facts: Facts, ranges: Ranges) -> Interval | None:
    """(u + d)/(v + e) - u/v = (d - u/v*e)/(v + e), with |u| <= U, v >= m > 0 and v + e >= n > 0."""
    u, v = node.args
    d, e = (difference(a, plan, facts) for a in (u, v))
    bound, least, new = ranges.size(u), ranges.floor(v), ranges.floor(plan.outlined(v))
    if d is None or e is None or bound is None or least is None or new is None:
        return None
    by_least, by_new = (to_poly(Node("div", (number(1), from_poly(m)))) for m in (least, new))
    if d == NOTHING and ranges.nonnegative(u):
        return e.negated().times(multiply(bound, multiply(by_least, by_new)))
    through = multiply(multiply(bound, by_least), e.symmetric().high)
    top = multiply(add(d.symmetric().high, through), by_new)
    return Interval(scale(top, -1), top)


def scaled(inner: Interval, factor: Poly, facts: Facts) -> Interval:
    """Return factor*inner; symmetric where the factor's sign is not known."""
    sign = facts.sign(factor)
    if sign:
        positive = inner.times(scale(factor, sign))
        return positive if sign > 0 else positive.negated()
    return inner.symmetric().times(facts.size(factor))


def _of_branches(node: Node, plan: Plan, facts: Facts) -> Interval | None:
    condition, *branches = node.args
    if plan.touches(condition):
        return _of_size(node, plan, facts)
    constant = plan.constant(condition)
    known = facts.given(condition) if constant else (facts, facts)
    inner = [difference(a, plan, f) for a, f in zip(branches, known, strict=True)]
    found = [
        i if i is None or not constant else anywhere(i, condition, positive_parameter(plan, facts))
        for i in inner
    ]
    first, second = found
    known_signs = positive_parameter(plan, facts)
    return None if first is None or second is None else first.hull(second, known_signs)


def _of_size(node: Node, plan: Plan, facts: Facts) -> Interval | None:
    """phi(S) - phi(T) where branches hold the variables in one smoothed abs(u) alone (slopes.py)."""
    of = of_size(node, plan, facts)
    inner = None if of is None else _of_part(of.part, plan, facts)
    steep = None if of is None or inner is None else steepness(of.phi, of.size, facts.conditions)
    if inner is None or steep is None:
        return None
    return (inner if steep.rising else inner.symmetric()).times(to_poly(steep.bound))


@dataclass(frozen=True, slots=True)
class OfSize:
    """phi(S): the replaced part S, and phi in the name ``size``."""

    part: Replacement
    phi: Node
    size: str


def of_size(node: Node, plan: Plan, facts: Facts) -> OfSize | None:
    """Read branches that hold the variables in one smoothed abs(u) alone, which is never negative."""
    parts = [part for part in node.distinct() if part in plan.parts]
    if len(parts) != 1 or parts[0].op != "abs":
        return None
    found = plan.parts[parts[0]]
    whole = found.shape.target == "abs" and found.shape.offset is None and found.shape.factor == ONE
    if not whole or not found.row.positive:
        return None
    taken = {*node.names(), *plan.variables, *(n for c in facts.conditions for n in c.names())}
    size = next(n for n in ("s", *(f"s_{i}" for i in range(len(taken) + 1))) if n not in taken)
    phi = substitute(node, lambda part: name(size) if part in plan.parts else None)
    return OfSize(found, phi, size) if plan.constant(phi) else None


def anywhere(inner: Interval, condition: Node, facts: Facts) -> Interval | None:
    """Return an interval of a branch whose ends keep their signs for all constants, not only where it is taken."""
    ends = [sign_free(end, condition, facts) for end in (scale(inner.low, -1), inner.high)]
    low, high = ends
    if low is None or high is None or not all(facts.nonnegative(end) for end in (low, high)):
        return None
    return Interval(scale(low, -1), high)


def positive_parameter(plan: Plan, facts: Facts) -> Facts:
    """Return what is known where the parameter is positive, as it always is."""
    return facts.given(Node("gt", (name(plan.parameter), number(0))))[0]


def sign_free(end: Poly, condition: Node, facts: Facts) -> Poly | None:
    """Return a nonnegative ``end`` known beside ``k > 0``, with abs(k) for k or -k: equal wherever end >= 0.

    None where k stays in it in another way.
    """
    if condition.op not in ("lt", "le", "gt", "ge"):
        return None
    k = add(to_poly(condition.args[0]), to_poly(condition.args[1]), -1)
    rest = divide(end, k) if not as_number(k) else None
    if end and rest is not None:
        size: Poly = {(Node("abs", (from_poly(k),)),): Fraction(1)}
        return multiply(scale(rest, facts.sign(rest) or 1), size)
    return end if not {*from_poly(k).names()} & {*from_poly(end).names()} else None


def _of_part(found: Replacement, plan: Plan, facts: Facts) -> Interval | None:
    shape, row = found.shape, found.row
    if row.error is None or plan.touches(from_poly(shape.factor)):
        return None
    ends = [filled(text, plan.parameter, shape.bindings) for text in row.error]
    if not all(plan.constant(end) and not plan.touches(end) for end in ends):
        return None
    own = Interval(*(to_poly(end) for end in ends))
    moved = _inside(found, plan, facts)
    guarded = [key for key in ("q", "p", "lo", "hi") if key in shape.bindings]
    if moved is None or any(plan.touches(shape.bindings[key]) for key in guarded):
        return None
    total: Interval | None = scaled(own.plus(moved), shape.factor, facts)
    if not plan.constant(from_poly(shape.factor)):
        total = _by_bounded(own.plus(moved), shape.factor, Ranges(facts, plan.variables))
    if total is None:
        return None
    around = NOTHING if shape.offset is None else difference(shape.offset, plan, facts)
    return None if around is None else total.plus(around)


def _inside(found: Replacement, plan: Plan, facts: Facts) -> Interval | None:
    """Return how far the target itself moves because its arguments hold replaced parts."""
    arguments = [a for a in found.shape.bindings.values() if plan.touches(a)]
    if not arguments:
        return NOTHING
    inner = [difference(a, plan, facts) for a in found.shape.bindings.values()]
    known = [i for i in inner if i is not None]
    if len(known) < len(inner):
        return None
    rule = TARGETS[found.shape.target].through
    if rule == "monotone":
        return reduce(Interval.hull, known)
    if rule == "nonexpansive":
        return reduce(Interval.hull, known).symmetric()
    if rule == "root" and not known[0].low:
        return Interval({}, _root(known[0].high))
    return None
