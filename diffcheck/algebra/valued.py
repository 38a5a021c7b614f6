"""Whether an expression that was put together plainly has no real value: a division by 0, a root of -1.

SymPy marks them: zoo for 1/0, nan for 0/0, bounds for atan(1/0), I for a root of a negative number.
"""

from __future__ import annotations

import sympy as sp

__all__ = ["has_value", "is_undefined"]

UNDEFINED = (sp.zoo, sp.nan, sp.AccumBounds)
UNREAL = (sp.oo, sp.S.NegativeInfinity, sp.I)


def is_undefined(e: sp.Expr) -> bool:
    """Whether a part of an expression has no value, wherever its names are."""
    return bool(e.has(*UNDEFINED))


def has_value(e: sp.Expr) -> bool:
    """Whether no part of an expression is undefined, infinite or imaginary, or a broken power of a negative number."""
    exponents = (p.exp for p in e.atoms(sp.Pow) if p.base.is_negative)
    return not e.has(*UNDEFINED, *UNREAL) and all(n.is_Integer or not n.is_Rational for n in exponents)
