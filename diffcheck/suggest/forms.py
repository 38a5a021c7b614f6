"""Quadratic forms as sums of squares: what makes sqrt(2*u**2 + 2*u*v + 3*v**2) a norm.

A form sum a_ij x_i x_j with numbers a_ij is completed to squares, one variable after the other (Lagrange; LDL' in
matrices): it is a sum of positive multiples of squares of linear forms exactly where it is positive semidefinite.
"""

from __future__ import annotations

from fractions import Fraction

from diffcheck.language.tree import Node
from diffcheck.suggest.polynomial import Poly, add, from_poly, multiply, scale, to_poly

__all__ = ["completed"]

# Beyond, nobody would read the form.
MOST = 8


def completed(node: Node) -> list[tuple[Node, Fraction]] | None:
    """Return [(linear form, weight > 0)] with node = sum weight*form**2; None where it is no such form.

    >>> from diffcheck.language.parse import parse
    >>> from diffcheck.language.unparse import unparse
    >>> [(unparse(form), str(weight)) for form, weight in completed(parse("x**2 + 2*x*y + 3*y**2"))]
    [('x + y', '1'), ('y', '2')]
    """
    try:
        rest = to_poly(node)
    except ValueError:
        return None
    if not rest or any(len(monomial) != 2 for monomial in rest):
        return None
    parts = dict.fromkeys(x for monomial in rest for x in monomial)
    if len(parts) > MOST or any(x.op == "div" for x in parts):
        return None
    found: list[tuple[Node, Fraction]] = []
    for x in parts:
        weight = rest.get((x, x), Fraction(0))
        if weight < 0:
            return None
        if not weight:
            continue
        form = _linear(rest, x, weight)
        found.append((from_poly(form), weight))
        rest = add(rest, scale(multiply(form, form), weight), -1)
    return None if rest else found


def _linear(p: Poly, x: Node, weight: Fraction) -> Poly:
    """Return x + sum a_xy/(2*weight)*y over the mixed terms of ``x``."""
    form: Poly = {(x,): Fraction(1)}
    for monomial, value in p.items():
        if x in monomial and monomial != (x, x):
            (y,) = (part for part in monomial if part != x)
            form = add(form, {(y,): value / (2 * weight)})
    return form
