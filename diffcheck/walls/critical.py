"""Zeros that are critical points: a divergence of p from q, p*log(p/q) - p + q, vanishes for p = q alone.

By Rolle's theorem a function has no zero beside its only critical point on an interval if it vanishes there.  The
intervals are what the conditions of its logarithms, roots and quotients leave of a line, told by the signs of their
factors, each of which is linear in the name along the line, or without it.
Read in order: critical_zeros.
Gives up on: several critical points, and conditions that are not linear.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

import sympy as sp

from diffcheck.algebra.cancelled import cancelled
from diffcheck.algebra.identity import Decision, is_zero, signed_factors
from diffcheck.algebra.valued import has_value
from diffcheck.conditions.demands import demands
from diffcheck.conditions.equations import solve_for
from diffcheck.errors import Undetermined
from diffcheck.walls.addends import ENTIRE
from diffcheck.walls.factored import MAX_OPERATIONS, factors

__all__ = ["critical_zeros"]

# Functions that are analytic where `demands` hold.
ANALYTIC = (*ENTIRE, sp.log, sp.tanh, sp.atan)
# Of the conditions, each of which doubles the number of patterns of signs.
MAX_FACTORS = 8

# A number and powers of expressions.
Product = tuple[sp.Expr, list[tuple[sp.Expr, int]]]


def critical_zeros(f: sp.Expr, v: sp.Symbol) -> sp.Expr | None:
    """Return an expression that vanishes where ``f`` does, at its only critical point along ``v``; None if not seen.

    Left out are lines along which the slope vanishes all over, and constants for which it does.

    >>> p, q = sp.symbols("p q", real=True)
    >>> critical_zeros(p * sp.log(p / q) - p + q, p)
    p - q
    """
    slope = sp.diff(f, v)
    whole = any(s.is_integer for s in f.free_symbols)
    if whole or not all(isinstance(a, ANALYTIC) for a in f.atoms(sp.Function)):
        return None
    if slope == 0 or sp.count_ops(slope) > MAX_OPERATIONS:
        return None
    points = set()
    for g in factors(slope):
        solved = solve_for(g, v) if v in g.free_symbols else None
        if solved is None or any(s.integers or s.conditions for s in solved):
            return None
        points |= {cancelled(s.value) for s in solved if _is_inside(f, v, s.value)}
    if len(points) != 1:
        return None
    (point,) = points
    if is_zero(f.subs(v, point)) is not Decision.YES or not _is_in_every_part(f, v, point):
        return None
    return sp.together(v - point).as_numer_denom()[0]


def _is_inside(f: sp.Expr, v: sp.Symbol, point: sp.Expr) -> bool:
    """Whether a point may be inside the domain."""
    there = [sp.cancel(u.subs(v, point)) for u, _ in demands(f)]
    return has_value(f.subs(v, point)) and not any(u.is_zero or not has_value(u) for u in there)


def _is_in_every_part(f: sp.Expr, v: sp.Symbol, point: sp.Expr) -> bool:
    """Whether the domain has on every line along ``v`` one interval, if any, and that holds the point."""
    try:
        asked = [(_signed(u), rel) for u, rel in demands(f)]
        parts = list(dict.fromkeys(g for (_, powers), _ in asked for g, _ in powers))
        there = {g: _signed(g.subs(v, point)) for g in parts if v in g.free_symbols}
    except Undetermined:
        return False
    fixed = [g for g in parts if g not in there]
    linear = all(g.is_polynomial(v) and sp.degree(g, v) == 1 for g in there)
    if len(parts) > MAX_FACTORS or not linear or any(h not in fixed for _, p in there.values() for h, _ in p):
        return False
    for pattern in product((1, -1), repeat=len(parts)):
        signs = dict(zip(parts, pattern, strict=True))
        inside = all(rel == "!=" or _sign(u, signs) > 0 for u, rel in asked)
        if inside and any(_sign(u, signs) != signs[g] for g, u in there.items()):
            return False
    return True


def _signed(u: sp.Expr) -> Product:
    """Return a number of known sign and powers whose product has the sign of an expression."""
    found = signed_factors(u)
    if found is None or not (found[0].is_positive or found[0].is_negative):
        raise Undetermined("the sign of a condition is not that of its factors")
    return found


def _sign(u: Product, signs: Mapping[sp.Expr, int]) -> int:
    number, powers = u
    return (1 if number.is_positive else -1) * prod(signs[g] for g, n in powers if n % 2)
