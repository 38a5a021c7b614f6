"""Whether a kind of direction is there for all constants of a site, or for some of them only.

Rays are told apart by conditions on directions d and on what is free at the site, as in d_x**2 + c*d_y**2 < 0.  There
is such a direction for c < 0 alone: what is seen along it says nothing of c > 0.  A direction whose components may
depend on c, and which satisfies the conditions for all c, proves that the kind is there for all.
Read in order: split.
Gives up on: conditions that are no polynomials in the direction, forms of degree above 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

import sympy as sp

from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import OPPOSITE
from diffcheck.errors import Undetermined

__all__ = ["split"]

Direction: TypeAlias = Mapping[sp.Symbol, sp.Expr]

MAX_DIRECTIONS = 26
# Collecting more than this by powers of the direction takes SymPy minutes, and nothing ends it.
MAX_OPERATIONS = 400
# Homogeneous conditions do not tell them apart; those with a logarithm do.
SCALES = (sp.S.One, sp.Integer(2), sp.S.Half)


def split(
    conditions: Sequence[Constraint],
    example: Direction,
    directions: Sequence[sp.Symbol],
    known: Sequence[Constraint],
) -> sp.Expr | None:
    """Return None if directions that satisfy ``conditions`` exist wherever ``known`` holds.

    Otherwise return an expression in what is free, whose sign may tell where they exist.  Raises Undetermined where
    none is left.
    """
    moving = [c for c in conditions if not c.expr.free_symbols.isdisjoint(directions)]
    coupled = [c for c in moving if not c.expr.free_symbols <= set(directions)]
    if not coupled:
        return None
    if any(sp.count_ops(c.expr) > MAX_OPERATIONS for c in coupled):
        raise Undetermined("cannot tell for which constants a direction exists")
    own = [*known, *(c for c in conditions if c not in moving)]
    plain = [c for c in moving if c not in coupled]
    for start in _candidates(coupled, example, directions):
        if _is_beside(start, plain, example, directions) and _satisfies(start, coupled, own):
            return None
    for expr in _quantities(coupled, directions):
        if all(reach([*known, Constraint(expr, rel)]).status is not Status.UNSAT for rel in ("<", ">")):
            return expr
    raise Undetermined("cannot tell for which constants a direction exists")


def _satisfies(d: Direction, conditions: Sequence[Constraint], known: Sequence[Constraint]) -> bool:
    return all(
        reach([*known, Constraint(c.expr.subs(dict(d), simultaneous=True), against)]).status is Status.UNSAT
        for c in conditions
        for against in {OPPOSITE.get(c.rel, "="), "="}
    )


def _is_beside(
    start: Direction, plain: Sequence[Constraint], example: Direction, directions: Sequence[sp.Symbol]
) -> bool:
    """Whether all directions start + t*v with small t > 0, for one v, satisfy conditions on directions alone.

    What else is asked of ``start`` is asked strictly, so it holds there as well.
    """
    t = sp.Dummy("t", positive=True)
    for v in (example, *_simple(directions)):
        path = {d: start[d] + t * v[d] for d in directions}
        if all(_holds_at_first(Constraint(c.expr.subs(path, simultaneous=True), c.rel), t) for c in plain):
            return True
    return False


def _holds_at_first(c: Constraint, t: sp.Symbol) -> bool:
    if not c.expr.is_polynomial(t):
        return False
    lowest = next((k for k in sp.Poly(c.expr, t).all_coeffs()[::-1] if k != 0), sp.S.Zero)
    return not lowest.free_symbols and holds(Constraint(lowest, c.rel), {}) is True


def _simple(directions: Sequence[sp.Symbol]) -> Sequence[Direction]:
    found = [dict(zip(directions, v, strict=True)) for v in product((0, 1, -1), repeat=len(directions))]
    return found[1 : MAX_DIRECTIONS + 1]


def _candidates(
    coupled: Sequence[Constraint], example: Direction, directions: Sequence[sp.Symbol]
) -> Iterator[Direction]:
    """Yield directions: that of the example, the simplest ones, and those at which a quadratic form is least."""
    yield {d: example[d] for d in directions}
    simple = _simple(directions)
    for scale in SCALES:
        yield from ({d: scale * x for d, x in v.items()} for v in simple)
    for c in coupled:
        for v in directions:
            if c.expr.is_polynomial(v) and sp.degree(c.expr, v) == 2:
                a, b, _ = sp.Poly(c.expr, v).all_coeffs()
                for start in simple:
                    if start[v] == 0:
                        yield {**start, v: (-b / (2 * a)).subs(dict(start), simultaneous=True)}


def _quantities(coupled: Sequence[Constraint], directions: Sequence[sp.Symbol]) -> Iterator[sp.Expr]:
    """Yield the coefficients of forms in the direction, and of their discriminants."""
    for c in coupled:
        if not c.expr.is_polynomial(*directions):
            continue
        forms = [c.expr]
        forms += [sp.discriminant(c.expr, v) for v in directions if sp.degree(c.expr, v) == 2]
        for form in forms:
            yield from (k for k in sp.Poly(form, *directions).coeffs() if k.free_symbols)
