"""What the constraints say about single names: signs, and intervals on which balls can show that nothing vanishes.

Method: names get stand-ins that carry a sign, and SymPy sees sums of squares and products of positive factors; where
every name lies between two numbers, the box is bisected until a ball around each piece has a sign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import flint
import sympy as sp

from diffcheck.balls import enclose
from diffcheck.reach import Constraint

__all__ = ["bounds", "never_zero"]

# Pieces of a box that are looked at; a gap that needs more is left to the solvers.
MAX_PIECES = 300

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
    signed: dict[sp.Symbol, sp.Expr] = {}
    for s, (low, high) in known.items():
        if low.is_nonnegative:
            signed[s] = sp.Dummy(s.name, positive=True)
        elif high.is_nonpositive:
            signed[s] = sp.Dummy(s.name, negative=True)
    boxed = {s: pair for s, pair in known.items() if pair[0].is_finite and pair[1].is_finite}

    def test(expr: sp.Expr) -> bool:
        if not boxed and any(
            _is_free(term) and not term.free_symbols & signed.keys() for term in sp.Add.make_args(expr)
        ):
            return False  # a name of either sign stands alone in the sum; SymPy would ask for long
        plain = expr.xreplace(signed) if signed else expr
        if plain.is_positive or plain.is_negative:
            return True
        return bool(expr.free_symbols) and expr.free_symbols <= boxed.keys() and _sign_on_box(expr, boxed)

    return test


def _is_free(term: sp.Expr) -> bool:
    """Whether a term is a bare symbol or its negative: it takes every real value."""
    return bool((-term if term.could_extract_minus_sign() else term).is_Symbol)


def _sign_on_box(expr: sp.Expr, boxed: Mapping[sp.Symbol, Interval]) -> bool:
    """Bisect the widest side until every piece has one and the same sign."""
    start = {s: _hull(*boxed[s]) for s in expr.free_symbols}
    todo = [start]
    signs: set[bool] = set()
    for _ in range(MAX_PIECES):
        if not todo:
            return len(signs) == 1
        box = todo.pop()
        ball = enclose(expr, box)
        if ball.is_finite() and not ball.contains(0):
            signs.add(bool(ball > 0))
            if len(signs) > 1:
                return False
            continue
        widest = max(box, key=lambda s: float(box[s].rad()))
        todo += [{**box, widest: half} for half in _halves(box[widest])]
    return False


def _hull(low: sp.Expr, high: sp.Expr) -> flint.arb:
    """Return a ball that contains both numbers and all between."""
    return enclose(low, {}).union(enclose(high, {}))


def _halves(ball: flint.arb) -> tuple[flint.arb, flint.arb]:
    middle = ball.mid()
    return ball.lower().union(middle), middle.union(ball.upper())
