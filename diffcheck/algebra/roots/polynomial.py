"""Real roots of polynomials over Q: factored and isolated by FLINT, in closed form where it is short."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from flint import arb, ctx, fmpz_poly

from diffcheck.algebra.roots.jets import constant
from diffcheck.algebra.roots.model import PRECISION, Refiner, Root

__all__ = ["rational_roots"]


def _real_balls(factor: fmpz_poly, prec: int) -> list[arb]:
    """Return disjoint balls around the real roots of an irreducible polynomial, in increasing order."""
    with ctx.workprec(prec):
        # FLINT returns real roots with an imaginary part that is exactly zero, after isolating all roots.
        found = [root.real for root, _ in factor.complex_roots() if root.imag.is_zero()]
    return sorted(found, key=lambda ball: ball.mid().fmpq())


def _refiner(factor: fmpz_poly, index: int) -> Refiner:
    return lambda prec: _real_balls(factor, prec)[index]


def _closed_forms(factor: fmpz_poly) -> Iterator[sp.Expr]:
    """Yield expressions for the real roots: degree 1 and 2, a*x**n + c, and a*x**4 + b*x**2 + c."""
    c = [sp.Integer(int(v)) for v in factor.coeffs()]
    degree = len(c) - 1
    if degree == 1:
        yield -c[0] / c[1]
    elif degree == 2:
        root = sp.sqrt(c[1] ** 2 - 4 * c[2] * c[0])
        yield from (sp.expand((-c[1] + s * root) / (2 * c[2])) for s in (-1, 1))
    elif all(v == 0 for v in c[1:-1]):
        size = sp.root(abs(c[0] / c[degree]), degree)
        if degree % 2:
            yield size if c[0] * c[degree] < 0 else -size
        else:
            yield from (-size, size)
    elif degree == 4 and c[1] == c[3] == 0:
        root = sp.sqrt(c[2] ** 2 - 4 * c[4] * c[0])
        for s in (-1, 1):
            square = sp.expand((-c[2] + s * root) / (2 * c[4]))
            if constant(square, 128) > 0:
                yield from (-sp.sqrt(square), sp.sqrt(square))


def rational_roots(poly: sp.Poly) -> list[Root]:
    """Return the real roots of a polynomial over Q in increasing order, with exact multiplicities."""
    x = poly.gen
    coefficients = [sp.Rational(c) for c in reversed(poly.all_coeffs())]
    scale = sp.ilcm(1, *(c.q for c in coefficients))
    whole = fmpz_poly([int(c * scale) for c in coefficients])
    roots: list[Root] = []
    for factor, multiplicity in whole.factor()[1]:
        minimal = sp.Poly([int(c) for c in reversed(factor.coeffs())], x)
        forms = list(_closed_forms(factor))
        for index, ball in enumerate(_real_balls(factor, PRECISION)):
            # The forms are roots and the balls hold one root each: the form that meets the ball is that root.
            fits = [form for form in forms if constant(form, PRECISION).overlaps(ball)]
            exact = fits[0] if len(fits) == 1 else None
            roots.append(Root(exact, ball, minimal, int(multiplicity), _refiner(factor, index)))
    return sorted(roots, key=lambda root: root.ball.mid().fmpq())
