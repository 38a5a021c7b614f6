"""Zeros that are critical points: a divergence of p from q, p*log(p/q) - p + q, vanishes for p = q alone.

By Rolle's theorem a function has no zero beside its only critical point on an interval if it vanishes there.  The
intervals are what the conditions of its logarithms, roots and quotients leave of a line, told by the signs of their
factors, each of which is linear in the name along the line, or without it.
Read in order: critical_zeros.
Gives up on: several critical points, and conditions that are not linear.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.valued import has_value
from diffcheck.conditions.demands import demands
from diffcheck.conditions.equations import solve_for
from diffcheck.walls.factored import MAX_OPERATIONS, factors

__all__ = ["critical_zeros"]

# Functions that are analytic where `demands` hold.
ANALYTIC = (sp.exp, sp.log, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.erf)
MAX_FACTORS = 8

Signs = Mapping[sp.Expr, int]


def critical_zeros(f: sp.Expr, v: sp.Symbol) -> sp.Expr | None:
    """Return an expression that vanishes where ``f`` does, at its only critical point along ``v``; None if not seen.

    >>> p, q = sp.symbols("p q", real=True)
    >>> critical_zeros(p * sp.log(p / q) - p + q, p)
    p - q
    """
    if not all(isinstance(a, ANALYTIC) for a in f.atoms(sp.Function)):
        return None
    slope = sp.diff(f, v)
    if slope == 0 or sp.count_ops(slope) > MAX_OPERATIONS or any(s.is_integer for s in f.free_symbols):
        return None
    points = []
    for g in factors(slope):
        solved = solve_for(g, v) if v in g.free_symbols else None
        if solved is None or any(s.integers or s.conditions for s in solved):
            return None
        points += [s.value for s in solved if _is_inside(f, v, s.value)]
    if len(points) != 1 or is_zero(f.subs(v, points[0])) is not Decision.YES:
        return None
    return sp.together(v - points[0]).as_numer_denom()[0] if _is_in_every_part(f, v, points[0]) else None


def _is_inside(f: sp.Expr, v: sp.Symbol, value: sp.Expr) -> bool:
    """Whether a point may be inside the domain."""
    there = [sp.cancel(u.subs(v, value)) for u, _ in demands(f)]
    return has_value(f.subs(v, value)) and not any(u.is_zero or not has_value(u) for u in there)


def _is_in_every_part(f: sp.Expr, v: sp.Symbol, value: sp.Expr) -> bool:
    """Whether the domain has on every line along ``v`` one interval, if any, and that holds the point."""
    asked = [(_parts(u), rel) for u, rel in demands(f)]
    letters = list(dict.fromkeys(g for (_, powers), _ in asked for g, _ in powers))
    if len(letters) > MAX_FACTORS or any(not _is_linear(g, v) for g in letters):
        return False
    there = {g: _parts(g.subs(v, value)) for g in letters if v in g.free_symbols}
    if any(h not in letters or v in h.free_symbols for _, powers in there.values() for h, _ in powers):
        return False
    return all(
        _sign(there[g], signs) == signs[g]
        for signs in _patterns(letters)
        if all(rel == "!=" or _sign(parts, signs) > 0 for parts, rel in asked)
        for g in there
    )


Parts = tuple[sp.Expr, Sequence[tuple[sp.Expr, int]]]


def _parts(u: sp.Expr) -> Parts:
    """Return a number and powers of irreducible factors, whose product has the sign of ``u``."""
    number, powers = sp.S.One, []
    for part in sp.together(u).as_numer_denom():
        factor, own = sp.factor_list(part)
        number *= factor
        powers += own
    return number, powers


def _is_linear(g: sp.Expr, v: sp.Symbol) -> bool:
    return v not in g.free_symbols or (g.is_polynomial(v) and sp.degree(g, v) == 1)


def _patterns(letters: Sequence[sp.Expr]) -> Iterator[Signs]:
    for signs in product((1, -1), repeat=len(letters)):
        yield dict(zip(letters, signs, strict=True))


def _sign(parts: Parts, signs: Signs) -> int:
    number, powers = parts
    sign = 1 if number.is_positive else -1
    for g, n in powers:
        sign *= signs[g] ** n
    return sign
