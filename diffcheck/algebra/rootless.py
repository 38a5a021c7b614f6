"""Square roots taken out of equations, sqrt(u) = v only where u = v**2, and out of denominators.

Read in order: without_root, conjugates, conjugated, around_root.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

__all__ = ["around_root", "conjugated", "conjugates", "without_root"]


def without_root(f: sp.Expr) -> sp.Expr | None:
    """f = A + B*sqrt(u) vanishes only where A**2 - B**2*u does; None when f has no square root."""
    return next((norm for _, norm in conjugates(f)), None)


def conjugates(f: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """Yield A - B*sqrt(u) and A**2 - B**2*u for the numerator A + B*sqrt(u) of ``f``, for each of its square roots."""
    roots = sorted(
        (p for p in f.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q == 2), key=sp.count_ops, reverse=True
    )
    for u in dict.fromkeys(root.base for root in roots):
        r = sp.Dummy("r", positive=True)
        inner = f.xreplace({p: r ** (2 * p.exp) for p in roots if p.base == u})
        inner = sp.together(inner).as_numer_denom()[0]
        if inner.is_polynomial(r):
            even, odd = around_root(inner, r, u)
            yield even - odd * sp.sqrt(u), sp.expand(even**2 - odd**2 * u)


def conjugated(e: sp.Expr) -> sp.Expr:
    """Return ``e`` with (a - b*r)/(a**2 - b**2*u) for 1/(a + b*r), r = sqrt(u), where the norm below is a number.

    So exp(x) and exp(-x) are written alike where x = asinh(k), and cosh(x) and sinh(x) are plain.

    >>> k = sp.Symbol("k", real=True)
    >>> conjugated(1 / (k + sp.sqrt(k**2 + 1)))
    -k + sqrt(k**2 + 1)
    """
    table = {}
    for p in e.atoms(sp.Pow):
        roots = [r for r in p.base.atoms(sp.Pow) if r.exp == sp.S.Half] if p.base.is_Add else []
        if not (p.exp.is_Integer and p.exp < 0 and len(roots) == 1):
            continue
        r = sp.Dummy("r", positive=True)
        inside = p.base.xreplace({roots[0]: r})
        if inside.is_polynomial(r):
            a, b = around_root(inside, r, roots[0].base)
            norm = sp.expand(a**2 - b**2 * roots[0].base)
            if norm.is_Rational and norm != 0:
                table[p] = sp.expand((a - b * r) / norm).xreplace({r: roots[0]}) ** -p.exp
    return e.xreplace(table)


def around_root(p: sp.Expr, r: sp.Symbol, u: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return (A, B) with p = A + B*r for a polynomial in ``r``, where r**2 = u."""
    parts = [sp.S.Zero, sp.S.Zero]
    for (n,), c in sp.Poly(p, r).terms():
        parts[n % 2] += c * u ** (n // 2)
    return parts[0], parts[1]
