"""Zero tests for algebraic numbers that are given by a tower of radicals and polynomial roots.

Let A = Q[g1..gk]/(g_i**d_i - ...) and M the matrix of multiplication by a in A.  By Cayley-Hamilton the
number alpha that a stands for is a root of P = charpoly(M) = t**k * Q, Q(0) != 0, even if A is no field.
Every root of Q has absolute value at least |q0|/(|q0| + max|qi|) (Cauchy), so a ball for alpha inside that
radius proves alpha = 0, and one that excludes zero proves the contrary.
Limits: dimension of A up to MAX_DIMENSION.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import flint

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.ring import Generator, Poly
from diffcheck.algebra.tower import Tower

__all__ = ["coefficients_vanish"]

MAX_DIMENSION = 48
MAX_PREC = 20_000


def coefficients_vanish(tower: Tower, poly: Poly) -> bool:
    """Whether all coefficients of ``poly``, as a polynomial in what is no algebraic number, are zero."""
    numbers = {g.index: g for g in tower.generators if g.numeric}
    if not numbers or poly.is_constant():
        return bool(poly.is_zero())
    groups: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
    for monomial, coefficient in poly.to_dict().items():
        free = tuple(0 if i in numbers else int(e) for i, e in enumerate(monomial))
        inner = tuple(int(e) if i in numbers else 0 for i, e in enumerate(monomial))
        groups.setdefault(free, {})[inner] = coefficient
    parts = [tower.context.from_dict(group) for group in groups.values()]
    # A lone monomial of radicals is not zero; it settles most hopeless cases at once.
    return all(len(p) > 1 for p in parts) and all(_is_zero(tower, p) for p in parts)


def _is_zero(tower: Tower, alpha: Poly) -> bool:
    expr = tower.expression(alpha)
    near = enclose(expr, {}, 128)
    if not near.is_finite() or not near.contains(0):
        return False
    generators = _closure(tower, alpha)
    bound = _root_bound(tower, alpha, generators)
    if bound is None:
        return False
    prec = 128
    while prec <= MAX_PREC:
        ball = enclose(expr, {}, prec)
        if not ball.contains(0):
            return False
        if abs(ball) < bound:
            return True
        prec *= 3
    return False


def _closure(tower: Tower, alpha: Poly) -> list[Generator]:
    """Return the generators that occur in ``alpha`` or in the relations of those that do.

    One without a relation (cos(2) under a root) is no algebraic number, nor is then what has it in its relation.
    """
    found: list[Generator] = []
    todo = [alpha]
    while todo:
        degrees = todo.pop().degrees()
        for g in tower.generators:
            if degrees[g.index] and g not in found:
                found.append(g)
                todo += [] if g.relation is None else [g.relation]
    return found


def _root_bound(tower: Tower, alpha: Poly, generators: list[Generator]) -> Any:
    """Return b > 0 such that alpha is zero or |alpha| >= b; None when the algebra is too large, or has others."""
    if any(not g.numeric for g in generators):
        return None
    dimension = 1
    for g in generators:
        dimension *= g.degree
    if dimension > MAX_DIMENSION:
        return None
    slots = len(tower.context.gens())
    basis = []
    for exponents in product(*(range(g.degree) for g in generators)):
        monomial = [0] * slots
        for g, e in zip(generators, exponents, strict=True):
            monomial[g.index] = e
        basis.append(tuple(monomial))
    column = {power: i for i, power in enumerate(basis)}
    entries = [flint.fmpq(0)] * (dimension * dimension)
    for row, power in enumerate(basis):
        image = tower.reduce(alpha * tower.context.from_dict({power: 1}))
        for key, value in image.to_dict().items():
            entries[row * dimension + column[tuple(int(e) for e in key)]] = value
    coefficients = list(flint.fmpq_mat(dimension, dimension, entries).charpoly())
    tail = [c for i, c in enumerate(coefficients) if any(b != 0 for b in coefficients[: i + 1])]
    lowest = abs(tail[0])
    return flint.arb(lowest / (lowest + max(abs(c) for c in tail))).lower()
