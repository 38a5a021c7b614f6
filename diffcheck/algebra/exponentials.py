"""Exponentials with any base, and sums of two of them: one sign and one zero set with a difference of exponents.

a*exp(u) - b*exp(v) = b*exp(v)*(exp(u - v + log(a/b)) - 1) for numbers a, b > 0, and exp(w) - 1 has the sign of w.
Read in order: natural, with_plain_logarithms, with_bases, as_exponential, difference_of_exponents.
"""

from __future__ import annotations

import sympy as sp

__all__ = ["as_exponential", "difference_of_exponents", "natural", "with_bases", "with_plain_logarithms"]


def natural(expr: sp.Expr) -> sp.Expr:
    """Return an expression with exp(x*log(2)) for 2**x: equations of exponentials are solved for one base."""
    return expr.replace(
        lambda e: e.is_Pow and e.base.is_number and e.base.is_positive and bool(e.exp.free_symbols),
        lambda e: sp.exp(e.exp * sp.log(e.base)),
    )


def with_plain_logarithms(expr: sp.Expr) -> sp.Expr:
    """Return an expression with log(u)/2 for log(sqrt(u)): both have a value where u > 0 alone.

    >>> with_plain_logarithms(sp.log(sp.Symbol("x") ** sp.Rational(2, 3)))
    2*log(x)/3
    """
    return expr.replace(
        lambda e: (
            isinstance(e, sp.log) and e.args[0].is_Pow and e.args[0].exp.is_Rational and e.args[0].exp.q > 1
        ),
        lambda e: e.args[0].exp * sp.log(e.args[0].base),
    )


def with_bases(expr: sp.Basic) -> sp.Basic:
    """Return an expression with 2**k for exp(k*log(2)), where one logarithm of a rational number is a factor."""

    def power(e: sp.exp) -> sp.Expr:
        factors = sp.Mul.make_args(e.args[0])
        logs = [f for f in factors if isinstance(f, sp.log) and f.args[0].is_Rational]
        if len(logs) != 1:
            return e
        return logs[0].args[0] ** sp.Mul(*(f for f in factors if f != logs[0]))

    return expr.replace(lambda e: isinstance(e, sp.exp), power)


def as_exponential(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return c and u with c*exp(u) for a term.

    >>> as_exponential(3 * sp.exp(sp.Symbol("x")) * sp.Symbol("y"))
    (3*y, x)
    """
    factors = sp.Mul.make_args(term)
    exponents = (f.args[0] for f in factors if isinstance(f, sp.exp))
    return sp.Mul(*(f for f in factors if not isinstance(f, sp.exp))), sp.Add(*exponents)


def difference_of_exponents(f: sp.Expr) -> sp.Expr | None:
    """Return what has the sign of a*exp(u) + b*exp(v), for numbers a and b of two signs; None for anything else.

    >>> x, y = sp.symbols("x y", real=True)
    >>> difference_of_exponents(3 - sp.exp(x - y))
    -x + y + log(3)
    """
    if not f.is_Add or len(f.args) != 2 or not f.has(sp.exp):
        return None
    (b, v), (a, u) = sorted(map(as_exponential, f.args), key=lambda term: bool(term[1].free_symbols))
    if not (a.is_number and b.is_number and (a / b).is_negative):
        return None
    return sp.expand((u - v - sp.log(-b / a)) * (1 if a.is_positive else -1))
