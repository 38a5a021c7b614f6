"""What the constraints say about single names: signs, and intervals on which balls can show that nothing vanishes.

Method: the signs of names give those of expressions (algebra/signs.py); where every name lies between two numbers,
the box is bisected until a ball around each piece has a sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.signs import ABOVE, ANY, BELOW, Signs, signs
from diffcheck.conditions.boxes import Box, refuted, span
from diffcheck.conditions.constraint import Constraint

__all__ = ["bounds", "never_zero"]

Interval = tuple[sp.Expr, sp.Expr]


def bounds(where: Sequence[Constraint]) -> dict[sp.Symbol, Interval]:
    """Return (lowest, highest) for every name that a constraint ``name > c`` or ``name < c`` bounds."""
    out: dict[sp.Symbol, Interval] = {}
    for c in where:
        if len(c.expr.free_symbols) != 1 or c.rel not in {"<", ">"}:
            continue
        (s,) = c.expr.free_symbols
        slope, offset = c.expr.coeff(s), c.expr.subs(s, 0)
        if not slope.is_number or slope == 0 or sp.expand(c.expr - slope * s - offset) != 0:
            continue
        low, high = out.get(s, (-sp.oo, sp.oo))
        bound = -offset / slope
        if (c.rel == ">") == bool(slope.is_positive):
            out[s] = (sp.Max(low, bound), high)
        else:
            out[s] = (low, sp.Min(high, bound))
    return out


def never_zero(where: Sequence[Constraint]) -> Callable[[sp.Expr], bool]:
    """Return a test: True proves that an expression vanishes nowhere in the domain, False says nothing."""
    known = bounds(where)
    known_signs = {s: _interval_signs(*pair) for s, pair in known.items()}
    boxed = {s: span(*pair) for s, pair in known.items() if pair[0].is_finite and pair[1].is_finite}

    def test(expr: sp.Expr) -> bool:
        if 0 not in signs(expr, {**known_signs, **_function_signs(expr, boxed)}):
            return True
        symbols = expr.free_symbols
        return (
            bool(symbols)
            and symbols <= boxed.keys()
            and refuted([(expr, (0,))], {s: boxed[s] for s in symbols})
        )

    return test


def _interval_signs(low: sp.Expr, high: sp.Expr) -> Signs:
    """Return the signs that a number strictly between can have."""
    return ABOVE if low.is_nonnegative else BELOW if high.is_nonpositive else ANY


def _function_signs(expr: sp.Expr, boxed: Box) -> dict[sp.Expr, Signs]:
    """Return the signs of functions of names that lie between two numbers: cos(x) where abs(x) < 1.4."""
    found: dict[sp.Expr, Signs] = {}
    for part in expr.atoms(sp.Function):
        if part.free_symbols and part.free_symbols <= boxed.keys():
            ball = enclose(part, boxed)
            if ball.is_finite() and not ball.contains(0):
                found[part] = ABOVE if ball > 0 else BELOW
    return found
