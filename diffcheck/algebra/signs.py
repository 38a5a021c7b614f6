"""The sign of an expression, read off its shape: what is known wherever it has a value.

Method: signs of sums, products and powers follow from those of their parts; a number plus multiples of functions that
are bounded, such as sin and atan, has the sign of the number if that is large enough.
Read in order: signs, squares, touching.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import sympy as sp

__all__ = ["ABOVE", "ANY", "BELOW", "NOT_NEGATIVE", "Signs", "signs", "squares", "touching"]

Signs = frozenset[int]

# The size that a function's values stay below, or at most have.
BELOW_IN_SIZE: Mapping[type[sp.Expr], sp.Expr] = MappingProxyType(
    {sp.atan: sp.pi / 2, sp.tanh: sp.S.One, sp.erf: sp.S.One}
)
AT_MOST_IN_SIZE: Mapping[type[sp.Expr], sp.Expr] = MappingProxyType({sp.sin: sp.S.One, sp.cos: sp.S.One})

ANY: Signs = frozenset({-1, 0, 1})
NOT_NEGATIVE: Signs = frozenset({0, 1})
ABOVE: Signs = frozenset({1})
BELOW: Signs = frozenset({-1})


def signs(expr: sp.Expr, known: Mapping[sp.Expr, Signs] = MappingProxyType({})) -> Signs:
    """Return signs among which that of every value of a real expression is, read off its shape."""
    if expr in known:
        return known[expr]
    if expr.is_number or expr.is_Symbol:
        return ABOVE if expr.is_positive else BELOW if expr.is_negative else ANY
    if expr.is_Add:
        return _sum_signs([signs(a, known) for a in expr.args]) & _bounded_signs(expr)
    if expr.is_Mul:
        product = ABOVE
        for factor in expr.args:
            product = frozenset(p * q for p in product for q in signs(factor, known))
            if len(product) == len(ANY):
                break
        return product
    if expr.is_Pow:
        return _power_signs(expr.exp, signs(expr.base, known))
    if isinstance(expr, sp.exp | sp.cosh):
        return ABOVE
    if isinstance(expr, sp.Abs):
        return frozenset(abs(q) for q in signs(expr.args[0], known))
    if isinstance(expr, sp.log):
        return signs(expr.args[0] - 1, known)
    if isinstance(expr, sp.sinh | sp.tanh | sp.atan | sp.asin | sp.erf):
        return signs(expr.args[0], known)
    return ANY


def squares(expr: sp.Expr) -> tuple[sp.Expr, ...]:
    """Return the bases of a sum of positive multiples of even powers, which vanishes where all do; () for any other.

    >>> x, y = sp.symbols("x y", real=True)
    >>> squares(x**2 / 3 + 2 * (x - y) ** 4)
    (x - y, x)
    """
    bases = []
    for term in sp.Add.make_args(expr):
        even = [a for a in sp.Mul.make_args(term) if a.is_Pow and a.exp.is_Integer and a.exp.is_even]
        rest = sp.Mul(*(a for a in sp.Mul.make_args(term) if a not in even))
        if not even or signs(rest) != ABOVE or any(a.exp.is_negative for a in even):
            return ()
        bases.append(sp.Mul(*(a.base for a in even)))
    return tuple(bases) if len(bases) > 1 else ()


def _power_signs(exponent: sp.Expr, base: Signs) -> Signs:
    if exponent.is_Rational:
        if exponent.q > 1:
            base &= NOT_NEGATIVE  # it has no real value elsewhere
        odd = exponent.p % 2
        return frozenset(q if odd else abs(q) for q in base)
    if base == ABOVE:
        return ABOVE
    never_zero = exponent.is_integer and 0 not in base  # (-1)**k
    return frozenset({-1, 1}) if never_zero else ANY


def _sum_signs(parts: Sequence[Signs]) -> Signs:
    if all(p <= NOT_NEGATIVE for p in parts):
        return ABOVE if ABOVE in parts else NOT_NEGATIVE
    if all(1 not in p for p in parts):
        return BELOW if BELOW in parts else frozenset({-1, 0})
    return ANY


def _bounded_signs(total: sp.Expr) -> Signs:
    """Return the signs of a number plus multiples of bounded functions: pi - 2*atan(u) > 0, 1 - cos(u) >= 0."""
    middle, rest = total.as_independent(*total.free_symbols)
    spread, open_ = sp.S.Zero, False
    for term in sp.Add.make_args(rest):
        factor, function = term.as_coeff_Mul() if not term.is_Mul else term.as_independent(*term.free_symbols)
        bound = BELOW_IN_SIZE.get(type(function))
        open_ |= bound is not None
        bound = AT_MOST_IN_SIZE.get(type(function)) if bound is None else bound
        if bound is None:
            return ANY
        spread += abs(factor) * bound
    for side, least in ((ABOVE, middle - spread), (BELOW, -middle - spread)):
        if least.is_positive or (open_ and least.is_zero):
            return side
        if least.is_zero:
            return side | {0}
    return ANY


@lru_cache(maxsize=512)
def touching(expr: sp.Expr) -> tuple[sp.Expr, ...]:
    """Return the factors of an expression that vanish without a change of its sign, as far as that is plain to see.

    >>> from sympy.abc import x, y
    >>> touching(x**2*(y - 1))
    (x,)
    """
    if not expr.free_symbols:
        return ()
    try:
        powers = sp.factor_list(sp.together(expr).as_numer_denom()[0])[1]
    except (sp.PolynomialError, NotImplementedError, ValueError, TypeError):
        powers = [(expr, 1)]
    found = ((f.args[0], 2) if isinstance(f, sp.Abs) else (f, n) for f, n in powers)
    return tuple(f for f, n in found if n % 2 == 0 or (0 in signs(f) and signs(f) != ANY))
