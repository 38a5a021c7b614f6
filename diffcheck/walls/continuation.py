"""Analytic functions of a square root: cos(sqrt(x)) on the right is cosh(sqrt(-x)) on the left.

Let t be the distance from the wall and w = sqrt(t).  If the right side is E(w) with E even and analytic at 0, it is an
analytic function h(w**2) of t, and h(-w**2) = E(i*w) is its only continuation to the left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import inner_symbol, tree_of
from diffcheck.errors import Undetermined
from diffcheck.germs.expand import Expansion, UndefinedHere
from diffcheck.germs.germ import Algebra, Germ, Mono, NeedMoreTerms, constant
from diffcheck.walls.cell import Cell

__all__ = ["analytic_at_zero", "continues"]

ORDER = 4

# Functions of a complex number whose real and imaginary parts are short; those of asin take minutes to write out.
_SPLIT = (sp.exp, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh)


def continues(cell: Cell, above: sp.Expr, below: sp.Expr, x: sp.Symbol, p: sp.Expr) -> bool:
    """Whether ``below`` (for x < p) is the analytic continuation of ``above`` (for x > p) across p."""
    if not any(q.exp.is_Rational and q.exp.q == 2 and q.has(x) for q in above.atoms(sp.Pow)):
        return False
    root, w = sp.Symbol("root", positive=True), inner_symbol("w")
    right = above.subs(x, p + root**2).xreplace({root: w})
    left = below.subs(x, p - root**2).xreplace({root: w})
    if any(not isinstance(f, _SPLIT) for f in right.atoms(sp.Function) if f.has(w)):
        return False
    if is_zero(right - right.xreplace({w: -w})) is not Decision.YES or not analytic_at_zero(
        cell, right, w, {s.name: s for s in right.free_symbols}
    ):
        return False
    real, imaginary = right.subs(w, sp.I * w).expand(complex=True).as_real_imag()
    return all(is_zero(e) is Decision.YES for e in (imaginary, real - left))


def analytic_at_zero(
    cell: Cell,
    expr: sp.Expr,
    w: sp.Symbol,
    base: Mapping[str, sp.Expr],
    moving: Collection[sp.Symbol] = (),
) -> bool:
    """Whether an expression is analytic, not only meromorphic, at w = 0; ``base`` is what other names stand for.

    moving: variables beside w.  With one of them nothing may be singular at w = 0, as in x**2/w**2: what is bounded for
    one value of the variable need not be analytic in both.
    """
    algebra = Algebra(cell, ORDER)
    line = {n: constant(p) for n, p in base.items()}
    line[w.name] = Germ(((sp.S.One, Mono(sp.S.One)),))
    try:
        expansion = Expansion(algebra, cell, line)
        value = expansion.value(lower(tree_of(expr)))
        if expansion.singular and not expr.free_symbols.isdisjoint(moving):
            return False
        return value.analytic and not algebra.split(value.germ)[0].terms
    except (UndefinedHere, ZeroDivisionError, Undetermined, NeedMoreTerms, ValueError):
        return False
