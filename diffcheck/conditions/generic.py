"""Does an expression that is not identically zero vanish on a null set only?  Then general constants never meet it.

An analytic function on a connected set does.  Quotients of entire functions do, whatever their poles cut real space
into: what the poles leave of complex space is connected, and a value there that is not zero is one everywhere near.
Functions with several branches over complex numbers (log, atan, asin, roots) need a connected set of real numbers:
atan(c) + atan(1/c) is pi/2 for all c > 0 and -pi/2 for all c < 0, sqrt(c**2 + 2*c + 1) - c - 1 is 0 for all c > -1.
A square root vanishes with a difference of squares that has none; and what is zero on an open set has derivatives that
are zero there: those of logarithms and arcs are often of one piece.
Read in order: vanishes_rarely, is_of_one_piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import sympy as sp

from diffcheck.algebra.expanded import is_modest, multiplied_out
from diffcheck.algebra.exponentials import difference_of_exponents
from diffcheck.algebra.identity import Decision, is_zero, signed_factors
from diffcheck.algebra.quadratic import is_concave, sum_of_squares
from diffcheck.algebra.rootless import without_root
from diffcheck.algebra.signs import ABOVE, signs
from diffcheck.conditions.demands import demands
from diffcheck.deadline import check_time

__all__ = ["is_of_one_piece", "vanishes_rarely"]

# Sizes and signs in one expression.
MAX_SIGNS = 4
MAX_ROOTS = 3
MAX_DERIVATIVES = 2
# Of an expression that is squared or was differentiated; of one without roots.
MAX_ROOTED = 120
MAX_OPERATIONS = 400
BRANCHED = sp.log | sp.atan | sp.asin | sp.acos


def vanishes_rarely(expr: sp.Expr) -> Decision:
    """Decide whether the zeros of ``expr`` are a null set of where it is defined; NO where they are all of it.

    Of sizes |u| and signs every choice is looked at: |c| = c is no identity, and holds for half of all c.
    """
    if is_zero(expr) is Decision.YES:
        return Decision.NO
    sizes = sorted(expr.atoms(sp.Abs, sp.sign), key=sp.default_sort_key)
    if len(sizes) > MAX_SIGNS:
        return Decision.UNKNOWN
    choices = product((1, -1), repeat=len(sizes))
    return (
        Decision.YES if all(_is_rare(_taken(expr, sizes, signs)) for signs in choices) else Decision.UNKNOWN
    )


def _taken(expr: sp.Expr, sizes: Sequence[sp.Expr], signs: Sequence[int]) -> sp.Expr:
    """Return an expression with |u| as u or -u, and sign(u) as 1 or -1."""
    return expr.xreplace(
        {
            a: s * a.args[0] if isinstance(a, sp.Abs) else sp.Integer(s)
            for a, s in zip(sizes, signs, strict=True)
        }
    )


def _is_rare(expr: sp.Expr, derivatives: int = MAX_DERIVATIVES) -> bool:
    """Whether the zeros are few, or those of a derivative or of an equation without roots, among which they are."""
    for _ in range(1 + MAX_ROOTS):
        check_time()
        if is_zero(expr) is not Decision.NO:
            return False
        if is_of_one_piece(expr):
            return True
        # Multiplied out it may have a value at more points, and be free of parts with branches.
        plain = multiplied_out(expr, MAX_ROOTED)
        if sp.count_ops(plain) < sp.count_ops(expr) and is_of_one_piece(plain):
            return True
        factors = sp.Mul.make_args(expr)
        if len(factors) > 1:
            return all(_is_rare(f, derivatives) for f in factors if f.free_symbols)
        if expr.is_Pow:
            return _is_rare(expr.base, derivatives)  # u**p is zero where u is, or nowhere
        if derivatives and any(_is_rare(d, derivatives - 1) for d in _derivatives(expr)):
            return True
        squared = without_root(expr) if sp.count_ops(expr) <= MAX_ROOTED else None
        if squared is None or sp.count_ops(squared) > MAX_OPERATIONS:
            return False
        expr = squared
    return False


def _derivatives(expr: sp.Expr) -> list[sp.Expr]:
    """Return the derivatives in single letters that are not too long."""
    names = sorted((s for s in expr.free_symbols if not s.is_integer), key=lambda s: s.name)
    return [d for s in names if sp.count_ops(d := sp.diff(expr, s)) <= MAX_ROOTED]


def is_of_one_piece(expr: sp.Expr) -> bool:
    """Whether what vanishes on an open set vanishes everywhere.

    All parts with several branches are defined on convex sets, or on sets that hold with a point all between it and the
    origin; inside these sets nothing has a pole.  What is left out may be points, lines, ... that do not divide them.

    >>> c = sp.Symbol("c", real=True)
    >>> is_of_one_piece(sp.log(c) + c), is_of_one_piece(sp.atan(c) + sp.atan(1 / c)), is_of_one_piece(sp.tan(c) / c)
    (True, False, True)
    """
    if expr.has(sp.Abs, sp.sign, sp.Max, sp.Min, sp.Piecewise, sp.floor):
        return False
    asked: dict[tuple[sp.Expr, bool], None] = {}
    for part in sp.preorder_traversal(expr):
        if isinstance(part, BRANCHED) or (part.is_Pow and not part.exp.is_integer):
            if part.has(sp.tan):
                return False
            asked.update(dict.fromkeys((u, rel == "!=") for u, rel in demands(part)))
    above = [f for u, nonzero in asked if not nonzero for f in _dividing_factors(u)]
    apart = [f for u, nonzero in asked if nonzero for f in _dividing_factors(u)]
    if not all(any(sp.cancel(u / f).is_polynomial() for u in above) for f in apart):
        return False  # what is positive has no zero, nor have its factors
    return all(map(is_concave, above)) or all(map(_is_star, above))


def _dividing_factors(u: sp.Expr) -> list[sp.Expr]:
    """Return what is left of ``u`` without factors that are positive off a thin set: nothing, or what has its sign."""
    if _is_above(u):
        return []
    difference = difference_of_exponents(u)
    if difference is not None:
        return _dividing_factors(difference)
    if not u.is_rational_function() or u.is_number or sp.count_ops(u) > MAX_ROOTED or not is_modest(u):
        return [u]
    factored = signed_factors(u)
    if factored is None:
        return [u]
    number, factors = factored
    rest = [f if power % 2 else f**2 for f, power in factors if not _is_above(f)]
    return [number * sp.Mul(*rest)] if rest or number.is_negative else []


def _is_above(u: sp.Expr) -> bool:
    """Whether {u > 0} is all of space, or for a sum of two squares or more all but a set that does not divide it."""
    return signs(u) == ABOVE or sum_of_squares(u) > 1


def _is_star(u: sp.Expr) -> bool:
    """Whether {u > 0} is seen to hold with a point all points between it and the origin: 1 - x**2*y**2 > 0.

    A positive number minus even powers falls on the way out; convex sets that hold the origin are of this kind.
    Letters that are positive stay as they are on the way.
    """
    names = sorted((s for s in u.free_symbols if not s.is_positive), key=lambda s: s.name)
    if not names or not u.is_polynomial(*names):
        return False
    form = sp.Poly(u, *names)
    if not form.coeff_monomial(1).is_positive:
        return False
    falls = all(c.is_negative and not any(n % 2 for n in powers) for powers, c in form.terms() if any(powers))
    return falls or is_concave(u)
