"""Claims about one-sided germs, held against the function itself, and what such germs mean.

A germ sum c_i*m_i(t) + O(r(t)) is compared with f at two steps far apart: the error divided by r(t) must not
grow as the step shrinks.  A wrong coefficient of a term larger than r makes it grow by many orders of magnitude.
Limits: a true germ whose first omitted terms start to count only below the smallest step; errors smaller than r.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

from diffcheck.certificate import Side, Term
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node

__all__ = ["DIGITS", "Germ", "Size", "check_germ", "level", "number_of", "read_germ", "real"]

DIGITS = 400
# Pairs of powers of ten far apart; the coarse ones are for functions that overflow or cancel at the others.
FINE = ((15, 60), (30, 90), (10, 22))
COARSE = ((6, 15), (4, 8), (2, 4))
GROWTH = 4
NOISE = mpmath.mpf(10) ** -250
LARGE = mpmath.mpf(10) ** 20
ZERO = mpmath.mpf(10) ** -150

Point = Mapping[str, Any]


def number_of(text: str | Node, point: Point) -> Any:
    """Return the value of a text at a point with DIGITS digits (a Fraction where exact); None where undefined."""
    node = parse(text) if isinstance(text, str) else text
    if not set(node.names()) <= point.keys():
        return None
    with mpmath.workdps(DIGITS):
        return evaluate(node, point, DIGITS).value


@dataclass(frozen=True, slots=True)
class Size:
    """t**power * log(1/t)**log * loglog(1/t)**loglog; flat: 1 below every power of t, -1 above, 0 neither."""

    power: Any
    log: Any
    loglog: Any
    flat: int = 0

    def order(self) -> tuple[Any, ...]:
        """Return what sorts sizes from large to small."""
        return (self.flat, self.power, -self.log, -self.loglog)

    @property
    def growth(self) -> int:
        """Return 1 for sizes without bound as t -> 0, -1 for sizes that vanish, 0 for constants."""
        leading = next((x for x in self.order() if x != 0), 0)
        return 0 if leading == 0 else 1 if leading < 0 else -1

    def over(self, k: int) -> Size:
        """Return the size divided by t**k."""
        return Size(self.power - k, self.log, self.loglog, self.flat)


@dataclass(frozen=True, slots=True)
class Germ:
    """A germ at one point: (coefficient, size, whether it oscillates), the size of the rest, the terms to evaluate."""

    terms: tuple[tuple[Any, Size, bool], ...]
    rest: Size | None
    side: Side


def read_germ(side: Side, point: Point, step: str) -> Germ | None:
    """Evaluate the numbers of a germ at a point; None when one has no value there."""
    terms = []
    for term in side.terms:
        size = _size(term, point, step)
        waves = not set(parse(term.coefficient).names()) <= point.keys()
        value = None if waves else number_of(term.coefficient, point)
        if size is None or (value is None and not waves):
            return None
        terms.append((value, size, waves))
    rest = None if side.remainder is None else _size(side.remainder, point, step)
    if side.remainder is not None and rest is None:
        return None
    return Germ(tuple(terms), rest, side)


def _size(term: Term, point: Point, step: str) -> Size | None:
    power, log, loglog = (number_of(t, point) for t in (term.power, term.log, term.loglog))
    if power is None or log is None or loglog is None:
        return None
    flat = 0
    if term.exponent:
        exponent = number_of(term.exponent, {**point, step: Fraction(1, 10**15)})
        if exponent is None:
            return None
        flat = 1 if exponent < 0 else -1
    return Size(power, log, loglog, flat)


# --- against the function


def check_germ(f: Callable[[Any], Any], side: Side | None, point: Point, step: str) -> str | None:
    """Hold a germ against ``f``, a function of the step; "" when it holds, else why not; None when nothing tells."""
    if side is None:
        values = [f(_step(n)) for pair in FINE for n in pair]
        return "" if all(v is None for v in values) else "the function is defined there"
    waves = any(not set(parse(term.coefficient).names()) <= point.keys() for term in side.terms)
    for group in (FINE, COARSE):
        answers = [_shrinks(f, side, point, step, pair) for pair in group]
        # One lucky pair is no evidence where a term oscillates.
        if True in answers and not (waves and False in answers):
            return ""
        if False in answers:
            return "the function does not have this germ"
    return None


def _step(n: int) -> Fraction:
    # No reciprocal of an integer, which a function may take for special.
    return Fraction(7, 11 * 10**n)


def _shrinks(
    f: Callable[[Any], Any], side: Side, point: Point, step: str, pair: tuple[int, int]
) -> bool | None:
    """Whether the error shrinks as stated from one step to the next; None when rounding hides it."""
    first, second = (_error_over_rest(f, side, point, step, _step(n)) for n in pair)
    if first is None or second is None:
        return None
    return bool(second < mpmath.inf and second <= GROWTH * first + NOISE)


def _error_over_rest(f: Callable[[Any], Any], side: Side, point: Point, step: str, t: Fraction) -> Any | None:
    value = f(t)
    terms: list[Any] = [_term(term, point, step, t) for term in side.terms]
    rest = None if side.remainder is None else _term(side.remainder, point, step, t)
    if value is None or None in terms or (rest is None and side.remainder is not None):
        return None
    sizes = [abs(v) for v in (real(value), *terms)]
    error = abs(mpmath.fsum([-real(value), *terms]))
    # What rounding leaves is no error; where a term is no larger than that, nothing can be told.
    scale = (
        max(sizes) if isinstance(value, Fraction) else max(1, *sizes, *(abs(real(v)) for v in point.values()))
    )
    rounding = scale * mpmath.mpf(10) ** (40 - DIGITS)
    if error <= rounding:
        smallest = min((s for s in sizes[1:] if s), default=mpmath.inf)
        return mpmath.mpf(0) if isinstance(value, Fraction) or smallest > rounding * LARGE else None
    if rest is None:
        return mpmath.inf
    return None if rest == 0 else error / abs(rest)


def _term(term: Term, point: Point, step: str, t: Fraction) -> Any | None:
    here = {**point, step: t}
    parts = [number_of(text, here) for text in (term.coefficient, term.power, term.log, term.loglog)]
    exponent = number_of(term.exponent, here) if term.exponent else 0
    if exponent is None or any(p is None for p in parts):
        return None
    with mpmath.workdps(DIGITS):
        c, power, log, loglog = (real(p) for p in parts)
        small = real(t)
        big = -mpmath.log(small)
        return c * small**power * big**log * mpmath.log(big) ** loglog * mpmath.exp(real(exponent))


def real(value: Any) -> Any:
    """Return a number as an mpf of the working precision."""
    return (
        mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpmath.mpf(value)
    )


# --- what two germs and a value mean


def level(value: Any, left: Germ | None, right: Germ | None) -> float | None:
    """Return the class level of a function with these one-sided germs; None when they are cut too early to tell.

    -2 singular, -1 discontinuous, k for C^k, infinity when no difference is known; one side undefined is an edge.
    """
    if left is None or right is None:
        return math.inf
    with mpmath.workdps(DIGITS):
        limits = [_limit(g) for g in (left, right)]
        bad = -2.0 if value is None else -1.0
        if "unbounded" in limits:
            return -2.0
        if "oscillates" in limits:
            return bad
        if None in limits:
            return None
        if not _same(*limits) or value is None or not _same(real(value), limits[0]):
            return bad
        return _first_break(left, right)


def _same(u: Any, v: Any) -> bool:
    return bool(abs(real(u) - real(v)) <= ZERO * max(1, abs(real(v))))


def _limit(g: Germ) -> Any:
    total = mpmath.mpf(0)
    for c, size, waves in g.terms:
        if size.growth < 0:
            return total
        if waves:
            return "oscillates" if size.growth == 0 else "unbounded"
        if abs(real(c)) <= ZERO:
            continue
        if size.growth > 0:
            return "unbounded"
        total += real(c)
    return total if g.rest is None or g.rest.growth < 0 else None


def _first_break(left: Germ, right: Germ) -> float:
    rests = [g.rest.order() for g in (left, right) if g.rest is not None]
    table: dict[tuple[Any, ...], tuple[Size, list[Any], bool]] = {}
    for i, g in enumerate((left, right)):
        for c, size, waves in g.terms:
            entry = table.setdefault(size.order(), (size, [0, 0], False))
            table[size.order()] = (size, [_add(entry[1][j], c, i == j) for j in (0, 1)], entry[2] or waves)
    for order in sorted(table):
        size, (low, high), waves = table[order]
        if size.growth >= 0:
            continue
        if (rests and order >= min(rests)) or size.flat > 0:
            break
        found = _break_at(size, low, high, waves)
        if found is not None:
            return found
    return math.inf


def _add(total: Any, c: Any, own: bool) -> Any:
    return total if not own or c is None else total + real(c)


def _break_at(size: Size, low: Any, high: Any, waves: bool) -> float | None:
    if waves:
        return 0.0 if size.power <= 1 else 0.5
    n = size.power
    if size.log == size.loglog == 0 and n == int(n):
        n = int(n)
        return None if _same(low, (-1) ** n * high) else float(n - 1)
    if abs(real(low)) <= ZERO and abs(real(high)) <= ZERO:
        return None
    k = 0
    while size.over(k + 1).growth < 0 and k < 300:
        k += 1
    return float(k)
