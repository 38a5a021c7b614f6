"""Products multiplied out, unless that takes minutes: `(a + b + c)**40` has 861 terms, ten factors like it 10**29.

SymPy's `expand` has no limit of its own.  The count below is the number of terms before equal ones are added up.
"""

from __future__ import annotations

from math import comb

import sympy as sp

from diffcheck.deadline import check_time
from diffcheck.errors import Undetermined

__all__ = ["expanded", "is_modest", "multiplied_out"]

MAX_TERMS = 3000


def expanded(expr: sp.Expr) -> sp.Expr:
    """Return ``expr`` multiplied out; Undetermined if it would have more than MAX_TERMS terms, or if time is over."""
    check_time()
    if not is_modest(expr):
        raise Undetermined("an expression has too many terms to be multiplied out")
    return sp.expand(expr)


def multiplied_out(expr: sp.Expr, most: int | None = None) -> sp.Expr:
    """Return ``expr`` multiplied out where that is no matter of minutes, else as it is.

    most: operations beyond which it is left as it is as well.
    """
    small = most is None or sp.count_ops(expr) <= most
    return expanded(expr) if small and is_modest(expr) else expr


def is_modest(expr: sp.Expr) -> bool:
    """Whether ``expr`` has at most MAX_TERMS terms when it is multiplied out."""
    return _terms(expr) <= MAX_TERMS


def _terms(expr: sp.Expr) -> int:
    """Return the number of terms, or some number above MAX_TERMS; arguments of functions count as far as they grow."""
    if expr.is_Add:
        count = 0
        for a in expr.args:
            count += _terms(a)
            if count > MAX_TERMS:
                break
        return count
    if expr.is_Mul:
        count = 1
        for a in expr.args:
            count *= _terms(a)
            if count > MAX_TERMS:
                break
        return count
    if expr.is_Pow and expr.exp.is_Integer:
        inner, n = _terms(expr.base), abs(int(expr.exp))
        if inner == 1 or inner > MAX_TERMS or n > MAX_TERMS:
            return 1 if inner == 1 else MAX_TERMS + 1
        return comb(inner + n - 1, n)
    large = any(_terms(a) > MAX_TERMS for a in expr.args)
    return MAX_TERMS + 1 if large else 1
