"""Roots by a change of sign: one equation is left, continuous on a segment at whose ends it has two signs.

The intermediate value theorem needs continuity, which a finite analytic enclosure in ball arithmetic proves.
Read in order: by_sign_change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from typing import Any

import sympy as sp

from diffcheck.algebra.balls import enclose, precision, sign_at, to_ball
from diffcheck.algebra.isolate import Substitution, solutions
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.relations import ACCEPTS
from diffcheck.conditions.sampling import linear_bounds, samples

__all__ = ["by_sign_change"]


def by_sign_change(
    constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]
) -> dict[sp.Symbol, Any] | None:
    """Return a box with a point at which all constraints hold: one equation left, continuous on a segment of it."""
    equations = [c.expr for c in constraints if c.rel == "="]
    others = [c for c in constraints if c.rel != "="]
    for g in equations:
        rest = [e for e in equations if e is not g]
        for substitution in islice(solutions(rest, tuple(symbols)), 2):
            box = _root_of(_replaced(g, substitution), others, symbols, substitution)
            if box is not None:
                return box
    return None


def _replaced(expr: sp.Expr, substitution: Substitution) -> sp.Expr:
    for symbol, value in substitution:
        expr = expr.xreplace({symbol: value})
    return expr


def _root_of(
    g: sp.Expr, others: Sequence[Constraint], symbols: Sequence[sp.Symbol], substitution: Substitution
) -> dict[sp.Symbol, Any] | None:
    bounds = linear_bounds(others)
    solved = dict(substitution)
    if any(s.is_integer for s in solved):
        return None
    free = [s for s in symbols if s not in solved]
    for symbol in [s for s in free if s in g.free_symbols and not s.is_integer]:
        rest = [s for s in free if s is not symbol]
        for sample in samples(rest, bounds, 6 if rest else 1):
            grid = sorted({p[symbol] for p in samples([symbol], bounds, 60)})
            box = _root_on_grid(g, symbol, dict(sample), grid)
            if box is None:
                continue
            for s, value in reversed(substitution):
                box[s] = enclose(value, box, 256)
            if all(_holds_on(c, box) for c in others):
                return box
    return None


def _root_on_grid(
    g: sp.Expr, symbol: sp.Symbol, sample: dict[sp.Symbol, Any], grid: list[sp.Rational]
) -> dict[sp.Symbol, Any] | None:
    signs = [(v, sign_at(g, {**sample, symbol: v}, 160)) for v in grid]
    for (a, s), (b, t) in pairwise([(v, s) for v, s in signs if s]):
        if s == t:
            continue
        low, high = _bisected(g, symbol, sample, (a, b), s)
        with precision(256):
            box = {**sample, symbol: to_ball(low).union(to_ball(high))}
        # No jump in between: a finite analytic enclosure on the box makes g continuous there.
        if enclose(g, box, 256, analytic=True).is_finite():
            return box
    return None


def _bisected(
    g: sp.Expr,
    symbol: sp.Symbol,
    sample: dict[sp.Symbol, Any],
    ends: tuple[sp.Rational, sp.Rational],
    sign: int,
) -> tuple[sp.Rational, sp.Rational]:
    """Halve an interval whose lower end has the given sign and whose upper end has the other."""
    low, high = ends
    for _ in range(90):
        middle = (low + high) / 2
        found = sign_at(g, {**sample, symbol: middle}, 400)
        if not found:
            break
        low, high = (middle, high) if found == sign else (low, middle)
    return low, high


def _holds_on(constraint: Constraint, box: Mapping[sp.Symbol, Any]) -> bool:
    ball = enclose(constraint.expr, box, 256)
    sign = 1 if ball > 0 else -1 if ball < 0 else None
    return sign in ACCEPTS[constraint.rel]
