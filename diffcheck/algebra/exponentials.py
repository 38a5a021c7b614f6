"""Sums of exponentials of which one sign or zero is that of a difference of exponents.

a*exp(u) - b*exp(v) = b*exp(v)*(exp(u - v + log(a/b)) - 1) for positive numbers a and b; exp(w) - 1 has the sign of w.
Read in order: as_exponential, exponent_of.
"""

from __future__ import annotations

import sympy as sp

__all__ = ["as_exponential", "exponent_of"]


def as_exponential(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return c and u with c*exp(u) for a term.

    >>> as_exponential(3 * sp.exp(sp.Symbol("x")) * sp.Symbol("y"))
    (3*y, x)
    """
    factors = sp.Mul.make_args(term)
    exponents = (f.args[0] for f in factors if isinstance(f, sp.exp))
    return sp.Mul(*(f for f in factors if not isinstance(f, sp.exp))), sp.Add(*exponents)


def exponent_of(f: sp.Expr) -> tuple[sp.Expr, int] | None:
    """Return w and 1 or -1 such that f has the sign of w, or of -w, for a sum of two terms a*exp(u) of two signs.

    >>> x, y = sp.symbols("x y", real=True)
    >>> exponent_of(3 - sp.exp(x - y))
    (x - y - log(3), -1)
    """
    if not f.is_Add or len(f.args) != 2 or not f.has(sp.exp):
        return None
    (b, v), (a, u) = sorted(map(as_exponential, f.args), key=lambda term: bool(term[1].free_symbols))
    if not (a.is_number and b.is_number and (a / b).is_negative):
        return None
    return u - v - sp.log(-b / a), 1 if a.is_positive else -1
