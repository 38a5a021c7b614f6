"""Quadratic polynomials: whether they are sums of squares, or concave.

A quadratic polynomial in n letters is a quadratic form in n + 1, of which one stands for the number 1; that is a sum of
as many squares as its matrix has rank if the matrix is positive semidefinite, and of none otherwise.
Read in order: sum_of_squares, is_concave.
"""

from __future__ import annotations

import sympy as sp

__all__ = ["is_concave", "sum_of_squares"]


def sum_of_squares(u: sp.Expr) -> int:
    """Return of how many squares a quadratic polynomial with rational numbers is the sum; 0 for what is none.

    Of two or more the zeros do not divide space; of one more than there are letters there are none.

    >>> x, y = sp.symbols("x y", real=True)
    >>> sum_of_squares(x**2 - 2 * x * y + y**2), sum_of_squares(x**2 + 2 * x + 3), sum_of_squares(x**2 - y**2)
    (1, 2, 0)
    """
    names = _letters(u)
    one = sp.Dummy("one")
    form = sp.hessian(sp.Poly(u, *names).homogenize(one).as_expr(), [*names, one]) if names else sp.Matrix()
    return int(form.rank()) if _is_rational(form) and form.is_positive_semidefinite is True else 0


def is_concave(u: sp.Expr) -> bool:
    """Whether ``u`` is a concave polynomial of degree 2 at most, with rational numbers: {u > 0} is convex."""
    names = _letters(u)
    form = -sp.hessian(u, names) if names else sp.Matrix()
    return bool(names) and _is_rational(form) and form.is_positive_semidefinite is True


def _letters(u: sp.Expr) -> list[sp.Symbol]:
    """Return the letters of a polynomial of degree 2 at most; none for anything else."""
    names = sorted(u.free_symbols, key=lambda s: s.name)
    return names if names and u.is_polynomial(*names) and sp.Poly(u, *names).total_degree() <= 2 else []


def _is_rational(form: sp.Matrix) -> bool:
    return all(e.is_Rational for e in form)
