"""Which suggestion for which purpose: `diffcheck smooth EXPR --error 1e-3 --for newton`.

A wish fixes the parameter: the largest one whose proved error bound is small enough, or the smallest one whose
gradient is flat enough.  Values are rounded to the safe side and put into the bound again, so what is said of
them holds as it holds for every positive value.  A purpose asks for a class.  Of what is left, the Pareto front
of cost, class and convexity is shown: cost is the gradient's constant at equal error, the error at equal
constant, and their product where nothing is wished.

Read in order: PURPOSES, Wish, choose.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import mpmath

from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, Node, name, number
from diffcheck.language.unparse import unparse
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.interval import linear
from diffcheck.suggest.polynomial import Poly, cancelled, from_poly, multiply, scale, to_poly
from diffcheck.suggest.tidy import tidied
from diffcheck.verdict import D1, Smoothness, Surrogate

__all__ = ["PURPOSES", "Choice", "Purpose", "Wish", "choose"]

C1, C2 = Smoothness(1), Smoothness(2)

# Digits of a parameter's value: more would be noise.
DIGITS = 4
# Bits of a number that is still written out: exp(10**30) is as good as unknown.
LONGEST = 10_000
# Parameters that are looked at.
SMALLEST, LARGEST = Fraction(1, 10**30), Fraction(10**30)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a method needs of its loss: a class, a bounded second derivative."""

    smoothness: Smoothness
    lipschitz: bool
    why: str


PURPOSES = {
    "sgd": Purpose(C1, False, "steps along a gradient that is continuous"),
    "lbfgs": Purpose(C1, True, "differences of gradients stand for the second derivative"),
    "newton": Purpose(C2, False, "the second derivative itself is used"),
    "xgboost": Purpose(C2, False, "leaves are weighted by the second derivative"),
    "pinn": Purpose(C2, False, "the loss is differentiated with respect to inputs, then trained"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks: at most this error, at most this constant, fit for a purpose; all of it or the front."""

    error: Fraction | None = None
    lipschitz: Fraction | None = None
    purpose: str | None = None
    everything: bool = False

    @property
    def smoothness(self) -> Smoothness:
        """Return the least class that is of use."""
        return PURPOSES[self.purpose].smoothness if self.purpose else D1


@dataclass(frozen=True, slots=True)
class Choice:
    """The suggestions to show, how many are hidden because another is better, how many cannot meet the wish."""

    shown: tuple[Surrogate, ...]
    dominated: int
    unfit: int


def choose(found: Sequence[Surrogate], wish: Wish) -> Choice:
    """Return the suggestions that fit ``wish``, each with its parameter's value, best first as found."""
    fit = [valued for s in found if (valued := _fitted(s, wish)) is not None]
    costs = [_cost(s, wish) for s in fit]
    front = [
        i
        for i, s in enumerate(fit)
        if not any(_beats(fit[j], costs[j], s, costs[i], j < i) for j in range(len(fit)) if j != i)
    ]
    shown = tuple(fit) if wish.everything else tuple(fit[i] for i in front)
    return Choice(shown, len(fit) - len(shown), len(found) - len(fit))


def _beats(a: Surrogate, cost_a: float | None, b: Surrogate, cost_b: float | None, first: bool) -> bool:
    """Whether ``a`` is as good as ``b`` in all respects, and better in one or named first."""
    if not a.parameter and b.parameter:
        # A loss of its own is no approximation, whatever it costs.
        return False
    # A cost that is not known is worse than any that is.
    cost_a, cost_b = (math.inf if cost is None else cost for cost in (cost_a, cost_b))
    close = cost_a == cost_b or math.isclose(cost_a, cost_b, rel_tol=2e-3)
    no_worse = (
        (cost_a <= cost_b or close)
        and a.smoothness >= b.smoothness
        and (a.convex is True or b.convex is not True)
    )
    better = (
        (cost_a < cost_b and not close)
        or a.smoothness > b.smoothness
        or (a.convex is True and b.convex is not True)
    )
    return no_worse and (better or first)


def _fitted(s: Surrogate, wish: Wish) -> Surrogate | None:
    """Return ``s`` with its parameter's value; None when it is of no use for the wish."""
    if s.smoothness < wish.smoothness:
        return None
    if wish.purpose and PURPOSES[wish.purpose].lipschitz and s.lipschitz_gradient is None:
        return None
    value: str | None = None
    if wish.error is not None:
        if s.error is None:
            return None
        value = _largest(s.error, s.parameter, wish.error)
    elif wish.lipschitz is not None:
        if s.lipschitz_gradient is None:
            return None
        value = _smallest(s.lipschitz_gradient, s.parameter, wish.lipschitz)
    if wish.error is None and wish.lipschitz is None:
        return s
    if value is None:
        return None
    if parse(value).names():
        at = _with_constants(s, value, wish)
        return None if wish.error is not None and wish.lipschitz is not None else at
    at = replace(
        s,
        value=value,
        error_at=None
        if s.error is None
        else (_at(s.error[0], s, value, False), _at(s.error[1], s, value, True)),
        lipschitz_at=None if s.lipschitz_gradient is None else _at(s.lipschitz_gradient, s, value, True),
    )
    if wish.error is not None and wish.lipschitz is not None:
        steep = _number(at.lipschitz_at)
        return at if steep is not None and steep <= wish.lipschitz else None
    return at


def _largest(error: tuple[str, str], parameter: str, limit: Fraction) -> str | None:
    """Return the largest parameter for which both ends stay within ``limit``; None when none is found."""
    sizes = [p for end in error if (p := to_poly(parse(end)))]
    if any(names for p in sizes if (names := {*from_poly(p).names()} - {parameter})):
        return _in_constants([_linear(p, parameter) for p in sizes], parameter, limit)
    ends = [from_poly(p) for p in sizes]
    if any(parameter not in end.names() for end in ends):
        return None
    return _searched(lambda mu: _worst(ends, parameter, mu) <= limit, ROUND_FLOOR)


def _smallest(lipschitz: str, parameter: str, limit: Fraction) -> str | None:
    """Return the smallest parameter for which the constant is at most ``limit``; None when none is found."""
    node = parse(lipschitz)
    if parameter not in node.names():
        return None
    if {*node.names()} - {parameter}:
        inverse = Node("div", (number(1), name(parameter)))
        steep = _without(to_poly(node), inverse)
        return None if steep is None else _text(scale(steep, 1 / limit))
    return _searched(lambda mu: _worst([node], parameter, mu) <= limit, ROUND_CEILING)


def _linear(end: Poly, parameter: str) -> Poly:
    """Return an end, of either sign, without the exponential that a multiple of the parameter bounds."""
    return linear(end, Facts((Node("gt", (name(parameter), number(0))),)))


def _in_constants(sizes: list[Poly], parameter: str, limit: Fraction) -> str | None:
    """Return limit/c for ends that are multiples c*mu or -c*mu of one another, c holding constants."""
    rates = [_without(p, name(parameter)) for p in sizes]
    if not rates or any(r is None for r in rates):
        return None
    sized = [r if min(r.values()) > 0 else scale(r, -1) for r in rates if r is not None]
    if any(r != sized[0] for r in sized) or min(sized[0].values()) < 0:
        return None
    return _text(to_poly(Node("div", (number(limit), from_poly(sized[0])))))


def _with_constants(s: Surrogate, value: str, wish: Wish) -> Surrogate:
    """Return ``s`` at a value that holds constants: what is a multiple of mu or of 1/mu, times it."""
    mu = to_poly(parse(value))
    (monomial, factor), *_ = mu.items()
    turned = Node("div", (number(1), from_poly({monomial: factor})))
    inverse = multiply(to_poly(parse(unparse(turned))), {(): Fraction(1)})
    shift = [_without(_linear(to_poly(parse(end)), s.parameter), name(s.parameter)) for end in s.error or ()]
    steep = None if s.lipschitz_gradient is None else to_poly(parse(s.lipschitz_gradient))
    bend = None if steep is None else _without(steep, Node("div", (number(1), name(s.parameter))))
    ends = [None if p is None else _text(_settled(multiply(p, mu))) for p in shift]
    return replace(
        s,
        value=value,
        error_at=(ends[0], ends[1]) if len(ends) == 2 and ends[0] and ends[1] else None,
        lipschitz_at=None if bend is None else _text(_settled(multiply(bend, inverse))),
    )


def _settled(p: Poly) -> Poly:
    """Return ``p`` with 1/(1/x) written x, and x*(1/x) dropped."""
    plain = {
        tuple(
            x.args[1].args[1]
            if x.op == "div" and x.args[1].op == "div" and x.args[1].args[0] == number(1)
            else x
            for x in monomial
        ): value
        for monomial, value in p.items()
    }
    return cancelled(plain)


def _without(p: Poly, factor: Node) -> Poly | None:
    """Divide by ``factor`` where every monomial holds it once and nothing else of its names; else None."""
    rest: Poly = {}
    for monomial, value in p.items():
        left = list(monomial)
        if factor not in left:
            return None
        left.remove(factor)
        if {*factor.names()} & {n for part in left for n in part.names()}:
            return None
        rest[tuple(left)] = value
    return rest


def _searched(holds: Callable[[Fraction], bool], rounding: str) -> str | None:
    """Bisect for the border of ``holds`` and return a rounded value on its side; None when there is none."""
    rising = rounding == ROUND_CEILING
    low, high = SMALLEST, LARGEST
    good, bad = (high, low) if rising else (low, high)
    if not holds(good):
        return None
    if holds(bad):
        return _decimal(bad, rounding)
    for _ in range(100):
        # The mean of the logarithms, roughly: both ends are positive.
        middle = Fraction(math.sqrt(good) * math.sqrt(bad)).limit_denominator(10**40)
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    for text in (_decimal(good, ROUND_HALF_EVEN), _decimal(good, rounding)):
        if holds(Fraction(text)):
            return text
    return None


def _worst(ends: list[Node], parameter: str, mu: Fraction) -> Fraction:
    """Return the largest size among ``ends`` at one value, rounded up."""
    worst = Fraction(0)
    for end in ends:
        plain = to_poly(end)
        if all(part == name(parameter) for monomial in plain for part in monomial):
            worst = max(worst, abs(sum((c * mu ** len(m) for m, c in plain.items()), Fraction(0))))
            continue
        size = _exact(precise(end, {parameter: mu}, 30))
        if size is None:
            return LARGEST**2
        # 30 digits are exact to 25 of them at least; the rest is added.
        worst = max(worst, abs(size) * (1 + Fraction(1, 10**25)))
    return worst


def _exact(value: object) -> Fraction | None:
    if value is None or isinstance(value, Fraction):
        return value
    assert isinstance(value, mpmath.mpf)
    if value and abs(mpmath.mag(value)) > LONGEST:
        return None
    above, below = mpmath.libmp.to_rational(value._mpf_)
    return Fraction(int(above), int(below))


def _decimal(value: Fraction, rounding: str) -> str:
    context = Context(prec=DIGITS, rounding=rounding)
    rounded = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    return unparse(number(Fraction(rounded)))


def _at(text: str, s: Surrogate, value: str, up: bool) -> str:
    """Return a bound at one value of the parameter: rounded outward where it is a number, else as a formula."""
    node = _put(parse(text), s.parameter, parse(value))
    if node.names():
        return _text(to_poly(node))
    exact = _exact(precise(node, {}, 30))
    if exact is None:
        return unparse(node)
    # Noise of the last digits would be rounded up to another fourth digit.
    nearest = Fraction(_decimal(exact, ROUND_HALF_EVEN))
    if abs(nearest - exact) <= abs(exact) / 10**20:
        return unparse(number(nearest))
    return _decimal(exact, ROUND_CEILING if up else ROUND_FLOOR)


def _put(node: Node, parameter: str, value: Node) -> Node:
    if node.op == NAME:
        return value if node.leaf == parameter else node
    return Node(node.op, tuple(_put(a, parameter, value) for a in node.args), node.leaf)


def _text(p: Poly) -> str:
    return unparse(tidied(from_poly(p)))


def _number(text: str | None) -> Fraction | None:
    node = None if text is None else parse(text)
    return None if node is None or node.names() else _exact(precise(node, {}, 30))


def _cost(s: Surrogate, wish: Wish) -> float | None:
    """Return what the suggestions are compared by; None when it is not known."""
    if s.lipschitz_gradient is None or s.error is None:
        return None
    # One value for all constants: it orders the suggestions and is never shown.
    point = dict.fromkeys(_names(s), 0.5) | {s.parameter: 1.0}
    mu = precise(parse(s.value), point, 20) if s.value else 1
    point[s.parameter] = mu
    low, high = (precise(parse(end), point, 20) for end in s.error)
    steep = precise(parse(s.lipschitz_gradient), point, 20)
    if low is None or high is None or steep is None:
        return None
    if wish.error is not None:
        return float(steep)
    off = max(abs(low), abs(high))
    return float(off) if wish.lipschitz is not None else float((high - low) / 2 * steep)


def _names(s: Surrogate) -> set[str]:
    texts = [*(s.error or ()), s.lipschitz_gradient or "0", s.value or "0"]
    return {n for text in texts for n in parse(text).names()}
