"""Conditions with the functions around them taken off: sqrt(u) < 2 as u < 4, and 1 - abs(u) > 0 as -1 < u < 1.

What comes out follows from the conditions wherever they have a value, so that what refutes it refutes them.
Read in order: unwrapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sympy as sp

from diffcheck.algebra.balls import sign_at
from diffcheck.algebra.exponentials import as_exponential, difference_of_exponents
from diffcheck.algebra.signs import NOT_NEGATIVE, signs
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.demands import demands
from diffcheck.conditions.relations import FLIPPED, Relation

__all__ = ["MONOTONE", "unwrapped", "without_exponentials"]

# Functions around functions; what is nested deeper stays.
DEPTH = 4
NEVER = Constraint(sp.S.NegativeOne, ">")


@dataclass(frozen=True, slots=True)
class _Monotone:
    """A function that rises or falls all along its domain: its values are between two numbers."""

    inverse: Callable[[sp.Expr], sp.Expr]
    low: sp.Expr
    high: sp.Expr
    rises: bool = True


MONOTONE: Mapping[type[sp.Expr], _Monotone] = MappingProxyType(
    {
        sp.exp: _Monotone(sp.log, sp.S.Zero, sp.oo),
        sp.log: _Monotone(sp.exp, -sp.oo, sp.oo),
        sp.atan: _Monotone(sp.tan, -sp.pi / 2, sp.pi / 2),
        sp.tanh: _Monotone(sp.atanh, sp.S.NegativeOne, sp.S.One),
        sp.asin: _Monotone(sp.sin, -sp.pi / 2, sp.pi / 2),
        sp.acos: _Monotone(sp.cos, sp.S.Zero, sp.pi, rises=False),
        sp.sinh: _Monotone(sp.asinh, -sp.oo, sp.oo),
        sp.asinh: _Monotone(sp.sinh, -sp.oo, sp.oo),
    }
)


def unwrapped(constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
    """Return conditions that follow from these, and that hold only where these have a value.

    >>> n = sp.Symbol("n", real=True)
    >>> [str(c) for c in unwrapped([Constraint(2 - sp.Abs(sp.sqrt(n)), ">")])]
    ['n - 4 < 0', 'n >= 0']
    """
    found: dict[Constraint, None] = {}
    for c in constraints:
        plain = list(_opened(c, DEPTH))
        found |= dict.fromkeys(plain)
        if plain != [c]:
            found |= dict.fromkeys(Constraint(u, rel) for u, rel in demands(c.expr))
    return tuple(found)


def _opened(c: Constraint, depth: int) -> Iterator[Constraint]:
    """Yield what a condition says with its outermost function taken off, as often as that goes."""
    parts = _without_size(c) if depth else None
    if parts is None and depth:
        plain = without_exponentials(c)
        parts = None if plain == c else [plain]
    if parts is None:
        parts = _without_function(c) if depth else None
    if parts is None:
        yield c
        return
    for part in parts:
        yield from _opened(part, depth - 1)


def _without_size(c: Constraint) -> list[Constraint] | None:
    """Return c - h > 0 and c + h > 0 for c - abs(h) > 0; one of them where h has a sign."""
    for size in c.expr.atoms(sp.Abs):
        rest = c.expr + size
        if c.rel in FLIPPED and not rest.has(size):
            return _between(rest, size.args[0], c.rel if c.rel in (">", ">=") else None)
        rest = -c.expr + size
        if c.rel in FLIPPED and not rest.has(size):
            return _between(rest, size.args[0], FLIPPED[c.rel] if c.rel in ("<", "<=") else None)
    return None


def _between(bound: sp.Expr, inner: sp.Expr, rel: Relation | None) -> list[Constraint] | None:
    """Return what abs(inner) < bound says; None for a size that is larger than its bound, which are two cases."""
    if rel is None:
        return None
    root = inner.is_Pow and inner.exp.is_Rational and inner.exp.q % 2 == 0
    above = Constraint(bound - inner, rel)
    return [above] if root or signs(inner) <= NOT_NEGATIVE else [above, Constraint(bound + inner, rel)]


def without_exponentials(c: Constraint) -> Constraint:
    """Return what a condition says, where its expression has a value, without positive factors exp(u).

    And u - v > log(b/a) for a*exp(u) - b*exp(v) > 0.

    >>> x, y = sp.symbols("x y", real=True)
    >>> str(without_exponentials(Constraint((1 - sp.exp(x) * sp.exp(y)) * sp.exp(-y), ">")))
    '-x - y > 0'
    """
    rest, _ = as_exponential(c.expr)
    rest = rest if rest.free_symbols else c.expr
    difference = difference_of_exponents(rest)
    return Constraint(rest if difference is None else difference, c.rel)


def _without_function(c: Constraint) -> list[Constraint] | None:
    """Return the condition on u that a*f(u) + b > 0 is, for numbers a and b and a monotone f."""
    offset, term = c.expr.as_independent(*c.expr.free_symbols, as_Add=True)
    factor, part = term.as_independent(*term.free_symbols, as_Add=False)
    f = _monotone(part)
    rate = sign_at(factor, {}, 160)
    if f is None or rate is None or rate == 0 or c.rel == "!=":
        return None
    value = -offset / factor
    rel = c.rel if rate > 0 else FLIPPED.get(c.rel, c.rel)
    beyond = _beyond(value, f)
    if beyond is None:
        return None
    if beyond:
        # All values are above it, or all are below.
        holds = (beyond < 0 and rel in (">", ">=")) or (beyond > 0 and rel in ("<", "<="))
        return [] if holds else [NEVER]
    u = part.base if part.is_Pow and not isinstance(part, sp.exp) else part.args[0]
    end = f.inverse(value)
    return [Constraint(u - end, rel if f.rises else FLIPPED.get(rel, rel))]


def _monotone(part: sp.Expr) -> _Monotone | None:
    if part.is_Pow and part.exp.is_Rational and part.exp > 0 and part.exp.q % 2 == 0:
        return _Monotone(lambda v: v ** (1 / part.exp), sp.S.Zero, sp.oo)
    return MONOTONE.get(type(part))


def _beyond(value: sp.Expr, f: _Monotone) -> int | None:
    """Return -1 for a number below all values of a function, 1 above them, 0 between; None where unknown."""
    for end, side in ((f.low, -1), (f.high, 1)):
        if end.is_infinite:
            continue
        sign = sign_at(value - end, {}, 160)
        if sign is None or sign == 0:
            return None  # at an end itself it depends on whether that is taken
        if sign == side:
            return side
    return 0
