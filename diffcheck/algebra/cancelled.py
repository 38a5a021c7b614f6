"""Quotients in lowest terms, also of functions: exp(x)*(x**2 - 1)/(x - 1) is exp(x)*x + exp(x).

Irrational numbers, functions and broken powers count as further symbols, equal ones as one; what is in them is brought
to lowest terms by itself.  Two expressions with one form are equal wherever both have a value; the form may have one at
more points, as (x**2 - 1)/(x - 1) has at 1.
"""

from __future__ import annotations

import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.printer import inner_symbol

__all__ = ["cancelled", "with_names"]

# Multiplying out more than this takes SymPy minutes.
MAX_OPERATIONS = 400
# Functions, each of which is one more symbol: a common denominator grows with every one.
MAX_NAMES = 4


def cancelled(expr: sp.Expr) -> sp.Expr:
    """Return ``expr`` in lowest terms; as it is where that would take long."""
    if sp.count_ops(expr) > MAX_OPERATIONS or not is_modest(expr):
        return expr
    names: dict[sp.Expr, sp.Symbol] = {}
    rational = with_names(_inside(expr), names)
    if sum(bool(named.free_symbols) for named in names) > MAX_NAMES:
        return expr
    return sp.cancel(rational).xreplace({symbol: named for named, symbol in names.items()})


def with_names(expr: sp.Expr, names: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """Return ``expr`` as a rational function of symbols for what is none, which are added to a table."""
    if expr.is_Rational or expr.is_Symbol:
        return expr
    broken = expr.is_Pow and not expr.exp.is_Integer
    if expr.is_Function or broken or not expr.free_symbols:
        return names.setdefault(expr, inner_symbol(f"named{len(names)}"))
    return expr.func(*(with_names(a, names) for a in expr.args))


def _inside(expr: sp.Expr) -> sp.Expr:
    """Return ``expr`` with the arguments of its functions, and the bases of its broken powers, in lowest terms."""
    if not expr.args or not expr.free_symbols:
        return expr
    if expr.is_Function:
        whole = all(isinstance(a, sp.Expr) for a in expr.args)  # a Piecewise has conditions
        return expr.func(*map(cancelled, expr.args)) if whole else expr
    args = [_inside(a) for a in expr.args]
    if expr.is_Pow and not expr.exp.is_Integer:
        args[0] = sp.factor(args[0]) if args[0].is_polynomial() else cancelled(args[0])
    return expr.func(*args)
