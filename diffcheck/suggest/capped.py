"""Exponentials that a minimum cuts off, cut off before they overflow: min(exp(t), c) is exp(min(t, log(c))).

Likelihood ratios exp(t) are clipped because they grow beyond all bounds; in floats they are infinite by then, and the
gradient of what is cut off is 0*inf = nan.  For a > 0 and v = (c - b)/a > 0,
    min(a*exp(t) + b, c) = a*exp(min(t, log(v))) + b,
    max(c, b - a*exp(t)) = b - a*exp(min(t, log(v)))  with  v = (b - c)/a,
since exp is increasing; and for 0 < lo <= hi,  clip(exp(t), lo, hi) = exp(clip(t, log(lo), log(hi))).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from diffcheck.language.tree import Node, number, substitute
from diffcheck.suggest.evident import is_positive
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.polynomial import (
    ONE,
    Poly,
    add,
    cancelled,
    divide,
    from_poly,
    multiply,
    scale,
    to_poly,
)
from diffcheck.suggest.ranges import Ranges

__all__ = ["capped", "cut_off"]

# What tells whether a polynomial is proved to be positive.
Sign = Callable[[Poly], bool]


def capped(tree: Node, facts: Facts, variables: Collection[str]) -> Node:
    """Return an equal expression in which exponentials are cut off before they are taken, by constants alone.

    >>> from diffcheck.language.parse import parse, parse_conditions
    >>> from diffcheck.language.unparse import unparse
    >>> unparse(capped(parse("min(0, a*(exp(x) - 1)) - min(a*exp(x), 3)"), Facts(parse_conditions("a > 0")), ["x"]))
    'a*(exp(min(x, 0)) - 1) - a*exp(min(x, log(3/a)))'
    """
    ranges, names = Ranges(facts, variables), frozenset(variables)

    def positive(p: Poly) -> bool:
        node = from_poly(p)
        low = ranges.of(node).low
        known = is_positive(node, frozenset(facts.positive)) or (low is not None and low > 0)
        return known and not names.intersection(node.names())

    return substitute(tree, lambda node: cut_off(node, positive))


def cut_off(node: Node, positive: Sign) -> Node | None:
    """Return an equal part for a min, max or clip that cuts off an exponential from above; else None."""
    try:
        if node.op == "clip":
            return _clip(node, positive)
        if node.op in ("min", "max") and len(node.args) == 2:
            first, second = node.args
            return _one_side(first, second, node, positive) or _one_side(second, first, node, positive)
    except ValueError:
        pass
    return None


def _clip(node: Node, positive: Sign) -> Node | None:
    u, low, high = node.args
    if u.op != "exp" or not all(positive(to_poly(end)) for end in (low, high)):
        return None
    ends = (_logarithm(to_poly(end)) for end in (low, high))
    return Node("exp", (Node("clip", (u.args[0], *ends), span=node.span),), span=node.span)


def _one_side(p: Node, c: Node, node: Node, positive: Sign) -> Node | None:
    """Return the part for p that holds an exponential and c that holds none."""
    found = dict.fromkeys(part for part in p.walk() if part.op == "exp" and part.names())
    if len(found) != 1 or any(part.op == "exp" and part.names() for part in c.walk()):
        return None
    (exponential,) = found
    whole, other = to_poly(p), to_poly(c)
    rate = {_without(m, exponential): v for m, v in whole.items() if m.count(exponential) == 1}
    rest = {m: v for m, v in whole.items() if exponential not in m}
    if any(exponential in part.walk() for q in (rate, rest) for m in q for part in m):
        return None
    if len(rate) + len(rest) < len(whole) or not rate:
        return None
    above = add(other, rest, -1)
    if node.op == "max":
        above, rate = scale(above, -1), scale(rate, -1)
    value = divide(above, rate)
    if value is None:
        value = cancelled(multiply(above, to_poly(Node("div", (number(1), from_poly(rate))))))
    if not positive(rate) or not positive(value):
        return None
    cut = Node("min", (exponential.args[0], _logarithm(value)), span=node.span)
    new = Node("exp", (cut,), span=node.span)
    return substitute(p, lambda part: new if part == exponential else None)


def _without(monomial: tuple[Node, ...], part: Node) -> tuple[Node, ...]:
    i = monomial.index(part)
    return (*monomial[:i], *monomial[i + 1 :])


def _logarithm(value: Poly) -> Node:
    return number(0) if value == ONE else Node("log", (from_poly(value),))
