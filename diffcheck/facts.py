"""What the constraints say about the sign of single names, so that signs of sums of squares are plain to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sympy as sp

from diffcheck.reach import Constraint

__all__ = ["never_zero", "sign_table"]


def sign_table(where: Sequence[Constraint]) -> dict[sp.Symbol, sp.Expr]:
    """Return stand-ins that carry a sign for the names that a constraint ``name > c`` or ``name < c`` gives one."""
    table: dict[sp.Symbol, sp.Expr] = {}
    for c in where:
        if len(c.expr.free_symbols) != 1 or c.rel not in {"<", ">"}:
            continue
        (s,) = c.expr.free_symbols
        slope, offset = c.expr.coeff(s), c.expr.subs(s, 0)
        if not slope.is_number or sp.expand(c.expr - slope * s - offset) != 0:
            continue
        above = slope.is_positive if c.rel == ">" else slope.is_negative
        bound = -offset / slope
        if above and bound.is_nonnegative:
            table[s] = sp.Dummy(s.name, positive=True)
        elif not above and bound.is_nonpositive:
            table[s] = sp.Dummy(s.name, negative=True)
    return table


def never_zero(table: Mapping[sp.Symbol, sp.Expr]) -> Callable[[sp.Expr], bool]:
    """Return a quick test: True proves that an expression vanishes nowhere, False says nothing."""

    def test(expr: sp.Expr) -> bool:
        signed = expr.xreplace(dict(table)) if table else expr
        return bool(signed.is_positive or signed.is_negative)

    return test
