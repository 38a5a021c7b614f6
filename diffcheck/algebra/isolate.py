"""Equations solved for a symbol, by undoing one operation after the other.

Method: a symbol that occurs once is freed by inverse functions; a polynomial of degree 1 or 2 by its formula.
The values are candidates: branches may be wrong or outside the domain, so whoever uses one verifies it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

__all__ = ["Substitution", "isolated", "solutions", "tangent"]

Substitution = tuple[tuple[sp.Symbol, sp.Expr], ...]


def solutions(equations: list[sp.Expr], symbols: tuple[sp.Symbol, ...]) -> Iterator[Substitution]:
    """Yield ways to satisfy all equations: symbols with values in the symbols solved for later."""
    if not equations:
        yield ()
        return
    first, rest = equations[0], equations[1:]
    if first == 0:
        yield from solutions(rest, symbols)
        return
    for symbol in symbols:
        for value in isolated(first, symbol):
            others = [e.xreplace({symbol: value}) for e in rest]
            for more in solutions(others, tuple(s for s in symbols if s is not symbol)):
                yield ((symbol, value), *more)


def isolated(expr: sp.Expr, symbol: sp.Symbol) -> list[sp.Expr]:
    """Return candidate solutions of ``expr`` = 0 for a symbol that occurs once or in degree 1 or 2."""
    values = [sp.Integer(0)]
    factors = sp.Mul.make_args(expr)
    if len(factors) > 1:
        return [v for f in factors if symbol in f.free_symbols for v in isolated(f, symbol)]
    while expr != symbol:
        inner = [a for a in expr.args if symbol in a.free_symbols]
        if len(inner) != 1:
            return _linear(expr, symbol, values)
        rest = [a for a in expr.args if a is not inner[0]]
        values = [v for value in values for v in _undone(expr, inner[0], rest, value)]
        if not values:
            return []
        expr = inner[0]
    return values[:4]


def _linear(expr: sp.Expr, symbol: sp.Symbol, values: list[sp.Expr]) -> list[sp.Expr]:
    if not expr.is_polynomial(symbol):
        return []
    poly = sp.Poly(expr, symbol)
    if poly.degree() == 1:
        a, b = poly.all_coeffs()
        return [(v - b) / a for v in values]
    if poly.degree() == 2:
        a, b, c = poly.all_coeffs()
        found = []
        for v in values:
            square = sp.sqrt(sp.expand(b**2 - 4 * a * (c - v)))
            found += [(-b + square) / (2 * a), (-b - square) / (2 * a)]
        return found
    return []


def _undone(expr: sp.Expr, inner: sp.Expr, rest: list[sp.Expr], value: sp.Expr) -> list[sp.Expr]:
    """Return what ``inner`` may be when ``expr`` = value."""
    if expr.is_Add:
        return [value - sp.Add(*rest)]
    if expr.is_Mul:
        return [value / sp.Mul(*rest)]
    if expr.is_Pow and inner is expr.base and expr.exp.is_Rational:
        if value.is_zero:
            return [sp.Integer(0)] if expr.exp > 0 else []
        root = sp.Abs(value) ** (1 / expr.exp)
        return [root, -root] if expr.exp.is_Integer else [root]
    inverse = _INVERSES.get(type(expr))
    return [] if inverse is None else inverse(value)


def tangent(v: sp.Expr) -> sp.Expr:
    """Return tan(v), but never a cotangent, which the language and the balls do not know."""
    return sp.tan(v).replace(sp.cot, lambda u: sp.cos(u) / sp.sin(u))


_INVERSES: dict[type, Any] = {
    sp.exp: lambda v: [sp.log(v)],
    sp.log: lambda v: [sp.exp(v)],
    sp.atan: lambda v: [tangent(v)],
    sp.asin: lambda v: [sp.sin(v)],
    sp.acos: lambda v: [sp.cos(v)],
    sp.sin: lambda v: [sp.asin(v), sp.pi - sp.asin(v)],
    sp.cos: lambda v: [sp.acos(v), -sp.acos(v)],
    sp.tan: lambda v: [sp.atan(v)],
    sp.tanh: lambda v: [sp.log((1 + v) / (1 - v)) / 2],
    sp.sinh: lambda v: [sp.log(v + sp.sqrt(v**2 + 1))],
    sp.Abs: lambda v: [v, -v],
    sp.erf: lambda v: [sp.Integer(0)] if v == 0 else [],
}
