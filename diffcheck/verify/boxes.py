"""Where can an expression be zero?  Intervals that contain every value on a box, and the zeros on a segment.

Method: interval arithmetic of mpmath (outward rounded) on elementary trees; functions it lacks are monotone and
taken at the ends, widened by more than their rounding.  A branch that is not decided counts with both its values.
An interval is None where the expression is undefined on the whole box.
Limits: overestimation; a segment is given up after a number of pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
from mpmath import iv

from diffcheck.language.numeric import precise
from diffcheck.language.tree import NAME, NUMBER, Node

__all__ = ["enclosure", "zeros_on"]

Interval = Any  # mpmath has no types
PRECISION = 120
MAX_PIECES = 1000
REFINED = 50
NARROW = mpmath.mpf(2) ** -50
HUGE = mpmath.mpf(10) ** 6


def enclosure(node: Node, box: Mapping[str, Interval]) -> Interval | None:
    """Return an interval with every value of an elementary tree on the box; a condition gives True, False or "both"."""
    return _enclosure(node, box, {})


def _enclosure(node: Node, box: Mapping[str, Interval], memo: dict[int, Any]) -> Any:
    if id(node) not in memo:
        memo[id(node)] = _step(node, box, memo)
    return memo[id(node)]


def _step(node: Node, box: Mapping[str, Interval], memo: dict[int, Any]) -> Any:
    if node.op == NUMBER:
        return iv.mpf(node.leaf.numerator) / iv.mpf(node.leaf.denominator)  # type: ignore[union-attr]
    if node.op == NAME:
        return box[str(node.leaf)]
    if node.op == "where":
        return _chosen(node, box, memo)
    args = [_enclosure(a, box, memo) for a in node.args]
    if any(a is None for a in args):
        return None
    return _RULES[node.op](*args)


def _chosen(node: Node, box: Mapping[str, Interval], memo: dict[int, Any]) -> Interval | None:
    test = _enclosure(node.args[0], box, memo)
    if test is None:
        return None
    if test is True or test is False:
        return _enclosure(node.args[1 if test else 2], box, memo)
    values = [_enclosure(a, box, memo) for a in node.args[1:]]
    known = [v for v in values if v is not None]
    return _hull(known) if known else None


def _hull(parts: list[Interval]) -> Interval:
    return iv.mpf([min(p.a for p in parts), max(p.b for p in parts)])


def _all_reals() -> Interval:
    return iv.mpf([-mpmath.inf, mpmath.inf])


def _monotone(f: Callable[[Any], Any], u: Interval) -> Interval:
    """Return f on an interval, f rising: the values at the ends, widened."""
    with mpmath.workprec(iv.prec + 30):
        low, high = (f(mpmath.mpf(end._mpi_[0])) if mpmath.isfinite(end) else None for end in (u.a, u.b))
        slack = mpmath.mpf(2) ** (-iv.prec)
        low = -mpmath.inf if low is None else low - slack * (1 + abs(low))
        high = mpmath.inf if high is None else high + slack * (1 + abs(high))
    return iv.mpf([low, high])


def _compare(low: Callable[[Any, Any], bool], high: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    def rule(u: Interval, v: Interval) -> bool | str:
        return True if low(u, v) else False if high(u, v) else "both"

    return rule


def _power(u: Interval, v: Interval) -> Interval | None:
    exponent = v.mid
    whole = v.a == v.b and exponent == int(exponent) if mpmath.isfinite(v.a) else False
    if whole and abs(exponent) < 1000:
        n = int(mpmath.mpf(exponent._mpi_[0]))
        power = _natural_power(u, abs(n))
        return power if n >= 0 else 1 / power
    if u.b < 0 or (u.b == 0 and v.b < 0):
        return None
    if u.a > 0:
        return iv.exp(v * iv.log(u))
    if v.a > 0:
        top = iv.exp(v * iv.log(iv.mpf(u.b))).b if u.b > 0 else 0
        return iv.mpf([0, top])
    return iv.mpf([0, mpmath.inf])


def _natural_power(u: Interval, n: int) -> Interval:
    return u**n if n else iv.mpf(1)


def _log(u: Interval) -> Interval | None:
    if u.b <= 0:
        return None
    top = iv.log(iv.mpf(u.b)).b
    return iv.log(u) if u.a > 0 else iv.mpf([-mpmath.inf, top])


def _wave(f: Callable[[Any], Any]) -> Callable[[Interval], Interval]:
    def rule(u: Interval) -> Interval:
        return f(u) if u.a > -HUGE and u.b < HUGE else iv.mpf([-1, 1])

    return rule


def _asin(u: Interval) -> Interval | None:
    if u.b < -1 or u.a > 1:
        return None
    return _monotone(mpmath.asin, iv.mpf([max(u.a, iv.mpf(-1)), min(u.b, iv.mpf(1))]))


def _not(p: Any) -> Any:
    return p if p == "both" else not p


def _and(p: Any, q: Any) -> Any:
    return False if p is False or q is False else "both" if "both" in (p, q) else True


_RULES: dict[str, Callable[..., Any]] = {
    "add": lambda u, v: u + v,
    "mul": lambda u, v: u * v,
    "div": lambda u, v: None if v.a == v.b == 0 else u / v if v.a > 0 or v.b < 0 else _all_reals(),
    "pow": _power,
    "exp": iv.exp,
    "log": _log,
    "sin": _wave(iv.sin),
    "cos": _wave(iv.cos),
    "asin": _asin,
    "atan": lambda u: _monotone(mpmath.atan, u),
    "erf": lambda u: _monotone(mpmath.erf, u),
    "floor": lambda u: _monotone(mpmath.floor, u),
    "pi": lambda: +iv.pi,
    "lt": _compare(lambda u, v: u.b < v.a, lambda u, v: u.a >= v.b),
    "le": _compare(lambda u, v: u.b <= v.a, lambda u, v: u.a > v.b),
    "gt": _compare(lambda u, v: u.a > v.b, lambda u, v: u.b <= v.a),
    "ge": _compare(lambda u, v: u.a >= v.b, lambda u, v: u.b < v.a),
    "eq": _compare(lambda u, v: u.a == u.b == v.a == v.b, lambda u, v: u.b < v.a or u.a > v.b),
    "ne": _compare(lambda u, v: u.b < v.a or u.a > v.b, lambda u, v: u.a == u.b == v.a == v.b),
    "and": _and,
    "or": lambda p, q: _not(_and(_not(p), _not(q))),
    "not": _not,
}


def zeros_on(
    node: Node, point: Mapping[str, Any], variable: str, ends: tuple[int, int]
) -> tuple[list[Any], bool]:
    """Return the zeros on a segment in ``variable`` that are seen, and whether every other point is proved nonzero.

    A zero is a place where intervals cannot exclude one at any width and the value is as good as zero.
    """
    before = iv.prec
    try:
        iv.prec = PRECISION
        with mpmath.workprec(PRECISION):
            return _zeros_on(node, point, variable, ends)
    finally:
        iv.prec = before


def _zeros_on(
    node: Node, point: Mapping[str, Any], variable: str, ends: tuple[int, int]
) -> tuple[list[Any], bool]:
    fixed = {n: iv.mpf(v.numerator) / iv.mpf(v.denominator) for n, v in point.items()}
    todo = [(mpmath.mpf(ends[0]), mpmath.mpf(ends[1]))]
    found: list[Any] = []
    proved = True
    for _ in range(MAX_PIECES):
        if not todo:
            break
        low, high = todo.pop()
        value = enclosure(node, {**fixed, variable: iv.mpf([low, high])})
        if value is None or value.a > 0 or value.b < 0:
            continue
        middle = (low + high) / 2
        if high - low > NARROW:
            todo += [(middle, high), (low, middle)]
        elif found and abs(found[-1] - middle) < 16 * NARROW:
            continue
        elif _as_good_as_zero(node, point, variable, (low, high)):
            found.append(_refined(node, point, variable, low, high))
        else:
            proved = False
    return found, proved and not todo


def _refined(node: Node, point: Mapping[str, Any], variable: str, low: Any, high: Any) -> Any:
    """Halve a narrow interval with a change of sign until it is much narrower still."""

    def sign(x: Any) -> Any:
        value = precise(node, {**point, variable: x}, 60)
        return 0 if value is None else mpmath.sign(value)

    start = sign(low)
    if start * sign(high) >= 0:
        return (low + high) / 2
    for _ in range(REFINED):
        middle = (low + high) / 2
        low, high = (middle, high) if sign(middle) == start else (low, middle)
    return (low + high) / 2


def _as_good_as_zero(node: Node, point: Mapping[str, Any], variable: str, ends: tuple[Any, Any]) -> bool:
    values = [precise(node, {**point, variable: e}, 60) for e in (*ends, (ends[0] + ends[1]) / 2)]
    if any(v is None for v in values):
        return False
    signs = {mpmath.sign(v) for v in values}
    return (len(signs) > 1 and max(map(abs, values)) < 0.5) or any(
        abs(v) < mpmath.mpf(10) ** -12 for v in values
    )
