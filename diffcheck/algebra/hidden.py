"""Powers that would make a polynomial too long to write: to SymPy exp(4000/3) is the power 4000 of exp(1/3).

Before such a sum is factored or read as a polynomial, symbols stand for its long powers.  What holds for all values of
the symbols holds for these.
"""

from __future__ import annotations

import sympy as sp

__all__ = ["hidden", "highest_power"]

LONGEST = 12


def hidden(expr: sp.Expr) -> tuple[sp.Expr, dict[sp.Expr, sp.Expr]]:
    """Return ``expr`` with symbols for exponentials and broken powers with large numbers, and what they stand for."""
    long = [e for e in expr.atoms(sp.exp) if _is_large(e.args[0])]
    long += [p for p in expr.atoms(sp.Pow) if p.exp.is_Integer is not True and _is_large(p.exp)]
    table = {k: sp.Dummy("e", positive=k.is_positive, nonnegative=k.is_nonnegative, real=True) for k in long}
    return expr.xreplace(table), {d: k for k, d in table.items()}


def _is_large(exponent: sp.Expr) -> bool:
    return any(c.q > LONGEST or abs(c.p) > LONGEST for c in exponent.atoms(sp.Rational))


def highest_power(expr: sp.Expr) -> int:
    """Return the largest absolute value of an integer exponent."""
    return max((abs(int(p.exp)) for p in expr.atoms(sp.Pow) if p.exp.is_Integer), default=1)
