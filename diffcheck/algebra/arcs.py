"""Sines and cosines of angles that hold 2*atan(w), as the rational functions of w that they are.

The zeros of a*sin(x) + b*cos(x) + c are such angles, with w = (r - a)/(c - b) and a root r; there sin and cos are
A + B*r with A and B rational, and so is all that is rational in them.
Read in order: sine_and_cosine, over_root.
"""

from __future__ import annotations

import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.rootless import around_root

__all__ = ["over_root", "sine_and_cosine"]

# SymPy takes a second for what is longer.
MAX_OPERATIONS = 120


def sine_and_cosine(angle: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return (sin(angle), cos(angle)); whole turns of an integer symbol and 2*atan(w) are evaluated.

    >>> sine_and_cosine(2*sp.atan(sp.Symbol("w", real=True)))
    (2*w/(w**2 + 1), (1 - w**2)/(w**2 + 1))
    """
    for term in sp.Add.make_args(angle):
        n, arc = term.as_coeff_Mul()
        if abs(n) == 2 and isinstance(arc, sp.atan) and sp.count_ops(arc) <= MAX_OPERATIONS:
            w, rest = arc.args[0], angle - term
            s, c = (over_root(p / (1 + w**2)) for p in (n * w, 1 - w**2))
            return s * sp.cos(rest) + c * sp.sin(rest), c * sp.cos(rest) - s * sp.sin(rest)
    return sp.sin(angle), sp.cos(angle)


def over_root(expr: sp.Expr) -> sp.Expr:
    """Return A + B*sqrt(d) with rational A and B for a quotient with this one root; others as they are."""
    roots = {p.base for p in expr.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q > 1}
    if len(roots) != 1 or any(p.exp.q > 2 for p in expr.atoms(sp.Pow) if p.exp.is_Rational):
        return expr
    (d,) = roots
    r = sp.Dummy("r", positive=True)
    replaced = expr.xreplace({p: r ** (2 * p.exp) for p in expr.atoms(sp.Pow) if p.base == d})
    names = replaced.free_symbols
    if (
        not replaced.is_rational_function(*names)
        or not d.is_polynomial(*d.free_symbols)
        or not is_modest(expr)
    ):
        return expr
    (even, odd), (below, beside) = (around_root(p, r, d) for p in sp.together(replaced).as_numer_denom())
    norm = below**2 - beside**2 * d
    if sp.expand(norm) == 0:
        return expr
    a, b = even * below - odd * beside * d, odd * below - even * beside
    return sp.cancel(a / norm) + sp.cancel(b / norm) * sp.sqrt(d)
