"""Balls that contain the value of an expression at many points: sampling whose every answer is rigorous.

Method: the expression's distinct parts in turn, each at all points at once, by FLINT's `arb`; the value of a
part is in its ball.  nan is "undefined, or not known"; a comparison that the balls leave open is None, and takes
the union of both branches.  About a microsecond a part and point: a hundredth of what mpmath needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import flint

from diffcheck.algebra.balls import precision
from diffcheck.algebra.lower import lower, parameters
from diffcheck.language.tree import NAME, NUMBER, Node

__all__ = ["BITS", "enclosures"]

# 30 digits, and some for what is lost on the way.
BITS = 128
LARGEST_POWER = 1000

Ball = Any  # flint.arb | bool | None
arb: Any = flint.arb
NAN, ONE = arb("nan"), arb(1)


def enclosures(node: Node, columns: Mapping[str, Sequence[Ball]], count: int, bits: int = BITS) -> list[Ball]:
    """Return for each of ``count`` points a ball with the value of ``node``; of a condition True, False or None.

    columns: name -> its value at each point.
    """
    known: dict[Node, list[Ball]] = {}
    with precision(bits):
        for part in _in_order(node):
            known[part] = _column(part, [known[a] for a in part.args], columns, count)
    return known[node]


def _in_order(node: Node) -> Iterable[Node]:
    """Yield the distinct parts, arguments first."""
    done: set[Node] = set()
    stack = [node]
    while stack:
        part = stack[-1]
        missing = [a for a in part.args if a not in done]
        stack.extend(missing)
        if not missing:
            stack.pop()
            if part not in done:
                done.add(part)
                yield part


def _column(
    part: Node, args: list[list[Ball]], columns: Mapping[str, Sequence[Ball]], count: int
) -> list[Ball]:
    if part.op == NUMBER:
        assert part.leaf is not None
        return [arb(flint.fmpq(part.leaf.numerator, part.leaf.denominator))] * count  # type: ignore[union-attr]
    if part.op == NAME:
        return list(columns[str(part.leaf)])
    rule = _RULES.get(part.op)
    if rule is None:
        names = parameters(part.op, len(args))
        meaning = lower(Node(part.op, tuple(Node(NAME, (), n) for n in names)))
        assert meaning.op != part.op
        return enclosures(meaning, dict(zip(names, args, strict=True)), count, flint.ctx.prec)
    return [rule()] * count if not args else list(map(rule, *args))


def _power(u: Ball, v: Ball) -> Ball:
    whole = v.unique_fmpz()
    if whole is not None and v.is_exact() and abs(whole) <= LARGEST_POWER:
        power = _multiplied(u, abs(int(whole)))
        return power if whole >= 0 else ONE / power
    if u.is_zero():
        return arb(0) if v > 0 else NAN
    return u**v if u > 0 else NAN


def _multiplied(u: Ball, times: int) -> Ball:
    # FLINT's own power takes the logarithm of a ball that holds 0.
    power = ONE
    for digit in f"{times:b}":
        power = power * power * (u if digit == "1" else ONE)
    return power


def _root(u: Ball) -> Ball:
    # A square that holds 0 may seem to fall below it.
    return NAN if u < 0 else u.nonnegative_part().sqrt()


def _softplus(u: Ball) -> Ball:
    return u + (-u).exp().log1p() if u > 0 else u.exp().log1p()


def _sigmoid(u: Ball) -> Ball:
    return ONE / (ONE + (-u).exp()) if u > 0 else u.exp() / (ONE + u.exp())


def _where(c: Ball, a: Ball, b: Ball) -> Ball:
    if c is NAN:
        return NAN
    if c is None:
        return a.union(b) if a.is_finite() and b.is_finite() else NAN
    return a if c else b


def _compared(
    yes: Callable[[Ball, Ball], bool], no: Callable[[Ball, Ball], bool]
) -> Callable[[Ball, Ball], Ball]:
    def rule(u: Ball, v: Ball) -> Ball:
        if u.is_nan() or v.is_nan():
            return NAN
        return True if yes(u, v) else False if no(u, v) else None

    return rule


def _and(p: Ball, q: Ball) -> Ball:
    # An undefined first condition spoils the whole; a second one only where it is looked at.
    if p is NAN or p is False:
        return p
    return q if p is True else False if q is False else None if q is not NAN else NAN


def _not(p: Ball) -> Ball:
    return p if p is None or p is NAN else not p


def _largest(*u: Ball) -> Ball:
    top = u[0]
    for other in u[1:]:
        top = top.max(other)
    return top


def _log_sum(*u: Ball) -> Ball:
    top = _largest(*u)
    return top + sum(((x - top).exp() for x in u), arb(0)).log()


def _equal(u: Ball, v: Ball) -> bool:
    return bool((u - v).is_zero())


_RULES: dict[str, Callable[..., Ball]] = {
    "add": lambda u, v: u + v,
    "sub": lambda u, v: u - v,
    "mul": lambda u, v: u * v,
    "div": lambda u, v: u / v,
    "neg": lambda u: -u,
    "pow": _power,
    "square": lambda u: u * u,
    "exp": lambda u: u.exp(),
    "expm1": lambda u: u.expm1(),
    "log": lambda u: u.log(),
    "log1p": lambda u: u.log1p(),
    "sqrt": _root,
    "cbrt": lambda u: u.root(3) if u > 0 else -(-u).root(3) if u < 0 else u if u.is_zero() else NAN,
    "sin": lambda u: u.sin(),
    "cos": lambda u: u.cos(),
    "tanh": lambda u: u.tanh(),
    "asin": lambda u: u.asin(),
    "acos": lambda u: u.acos(),
    "atan": lambda u: u.atan(),
    "erf": lambda u: u.erf(),
    "floor": lambda u: u.floor(),
    "abs": abs,
    "relu": lambda u: u.max(arb(0)),
    "max": _largest,
    "min": lambda *u: -_largest(*(-x for x in u)),
    "clip": lambda u, lo, hi: u.max(lo).min(hi),
    "softplus": _softplus,
    "sigmoid": _sigmoid,
    "log_sigmoid": lambda u: -_softplus(-u),
    "hypot": lambda u, v: (u * u + v * v).nonnegative_part().sqrt(),
    "norm": lambda *u: sum((x * x for x in u), arb(0)).nonnegative_part().sqrt(),
    "logsumexp": _log_sum,
    "where": _where,
    "lt": _compared(lambda u, v: u < v, lambda u, v: u >= v),
    "le": _compared(lambda u, v: u <= v, lambda u, v: u > v),
    "gt": _compared(lambda u, v: u > v, lambda u, v: u <= v),
    "ge": _compared(lambda u, v: u >= v, lambda u, v: u < v),
    "eq": _compared(_equal, lambda u, v: u < v or u > v),
    "ne": _compared(lambda u, v: u < v or u > v, _equal),
    "and": _and,
    "or": lambda p, q: _not(_and(_not(p), _not(q))),
    "not": _not,
    "pi": arb.pi,
    "E": arb.const_e,
}
