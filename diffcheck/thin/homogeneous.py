"""Sums of homogeneous functions: what they are at a point, when they are known all around it.

Write t.h for the step h with h_i scaled by t**w_i.  Let f(p + t.h) = sum t**a_j * g_j(h) for all t > 0, a finite sum
with a_j > 0, and let f be C^k near p except on the thin set through p.  Each g_j is a sum of multiples of f(p + l.h)
for some numbers l (Vandermonde), so it is C^k there as well, and its derivative of order alpha, |alpha| <= k, scales
with a_j - alpha.w: it is that power of t times a function that is bounded on the unit sphere, which is compact.  So it
tends to 0 at p if that power is positive; if not, it has a limit only where it is constant.  No direction is an
exception, however singular the formula is there: what happens in that direction happens beside p too.
The sum must hold for all t, not only for small t: a condition that compares terms of unequal size changes its truth
on a curve that touches a direction.
Read in order: scales, bounded, weighted_class.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations_with_replacement, product

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.errors import Undetermined
from diffcheck.germs.expand import Expansion
from diffcheck.germs.germ import Germ, Mono
from diffcheck.language.tree import Node
from diffcheck.thin.rays import BENT, Ray, negligible
from diffcheck.verdict import CINF, D1, Kind, Smoothness
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.sides import HIGHEST

__all__ = ["bounded", "is_homogeneous", "oscillates", "scales", "weighted_class"]


def scales(ray: Ray, constants: Collection[sp.Symbol] = ()) -> bool:
    """Whether the function along the ray is a finite sum of powers of t, for all t > 0 and not only for small t.

    constants: what exponents may hold; none where they must be numbers.
    """
    if ray.germ is None or ray.germ.rem is not None:
        return False
    if not all(m == Mono(m.power) and m.power.free_symbols <= {*constants} for _, m in ray.germ.terms):
        return False
    return is_homogeneous(ray)


def is_homogeneous(ray: Ray) -> bool:
    """Whether every condition along the ray has one truth for all t > 0, and every integer part one value."""
    return all(_keeps_sign(ray, g) for g in _compared(ray.expansion))


def _keeps_sign(ray: Ray, g: Germ) -> bool:
    return g.rem is None and sum(not ray.algebra.oracle.vanishes(c) for c, _ in g.terms) <= 1


def _compared(expansion: Expansion) -> Iterator[Germ]:
    """Yield the differences whose signs chose a branch; and what an integer part was taken of, less its constant."""
    for node in list(expansion.choices):
        if node.op == "where":
            yield from (expansion.difference(c) for c in _deciding(expansion, node.args[0]))
        elif node.op == "floor":
            g = expansion.value(node.args[0]).germ
            yield from (Germ(((c, m), (c, m)), g.rem) for c, m in g.terms if not m.is_one)


def _deciding(expansion: Expansion, condition: Node) -> Iterator[Node]:
    """Yield the comparisons that were looked at to decide a condition."""
    if condition.op in {"and", "or"}:
        for part in condition.args:
            yield from _deciding(expansion, part)
            if expansion.holds(part) is (condition.op == "or"):
                return
    elif condition.op == "not":
        yield from _deciding(expansion, condition.args[0])
    else:
        yield condition


def oscillates(ray: Ray) -> bool:
    """Whether a coefficient holds a bounded symbol without a limit: its derivatives are no powers of t."""
    assert ray.germ is not None
    return any(ray.algebra.oracle.oscillating(c) for c, _ in ray.germ.terms)


def bounded(ray: Ray, directions: Sequence[sp.Symbol]) -> bool:
    """Whether every coefficient is a polynomial in the direction and in bounded symbols: bounded on the sphere."""
    assert ray.germ is not None
    waves = [s for c, _ in ray.germ.terms for s in c.free_symbols if ray.algebra.oracle.oscillating(s)]
    return all(c.is_polynomial(*directions, *waves) for c, _ in ray.germ.terms)


def weighted_class(
    rays: Sequence[Ray], directions: Sequence[sp.Symbol], weights: Sequence[sp.Expr], linear: sp.Expr
) -> Outcome:
    """Return the class of a continuous sum of homogeneous functions whose steps scale with unequal weights.

    linear: the derivative at the point, if there is one.  At least as smooth as beside the point is written Cinf.
    """
    rough = _no_polynomials(rays, directions)
    if not rough:
        return Outcome(CINF, how="a polynomial in all directions")
    degree = _greatest(rough)
    # Of an unknown degree every class may be; the lower ones are cases of their own.
    last = HIGHEST if degree.free_symbols else int(degree / min(weights)) + 1
    for order in range(1, last + 1):
        every = combinations_with_replacement(range(len(directions)), order)
        for power, alpha in product(rough, every):
            # Powers differ, so that one does not make up for another.
            left = power - sum((weights[i] for i in alpha), sp.S.Zero)
            sign = rays[0].algebra.oracle.exponent(left) if left.free_symbols else int(sp.sign(left))
            if sign > 0 or not _moves(rays, rough[power], [directions[i] for i in alpha], directions, sign):
                continue
            if order > 1:
                detail = f"derivative {order}"
                return Outcome(
                    Smoothness(order - 1), Kind.BREAK, detail=detail, how=f"it scales with t**({left})"
                )
            tangent = [(linear.coeff(d) * d, w) for d, w in zip(directions, weights, strict=True)]
            if negligible(rays, directions, weights, tangent):
                return Outcome(D1, Kind.OSCILLATION, how="differentiable, and the gradient has no limit")
            return BENT
    if degree.free_symbols:
        detail = f"derivative {last + 1} or later"
        return Outcome(
            Smoothness(last), Kind.BREAK, detail=detail, how=f"it scales with t**({degree})", open=True
        )
    return Outcome(CINF, how="its derivatives are constant where they do not tend to 0")


def _greatest(powers: Collection[sp.Expr]) -> sp.Expr:
    """Return the greatest power; of powers with constants there must be one only, or their order depends on these."""
    if len(powers) > 1 and any(p.free_symbols for p in powers):
        raise Undetermined("several unknown powers at an isolated point")
    return next(iter(powers)) if len(powers) == 1 else max(powers)


def _no_polynomials(rays: Sequence[Ray], directions: Sequence[sp.Symbol]) -> dict[sp.Expr, list[sp.Expr]]:
    """Return the coefficients, ray by ray, of the powers that have no single polynomial for one."""
    tables = [{m.power: c for c, m in ray.germ.terms} for ray in rays if ray.germ is not None]
    out = {}
    for power in {p for table in tables for p in table if p != 0}:
        found = [table.get(power, sp.S.Zero) for table in tables]
        one = all(is_zero(c - found[0]) is Decision.YES for c in found[1:])
        if not (one and sp.cancel(found[0]).is_polynomial(*directions)):
            out[power] = found
    return out


def _moves(
    rays: Sequence[Ray],
    coefficients: Sequence[sp.Expr],
    alpha: Sequence[sp.Symbol],
    directions: Sequence[sp.Symbol],
    sign: int,
) -> bool:
    """Whether a derivative that scales with a power of ``sign`` <= 0 has no limit: not constant, or not 0 at all."""
    derived = [sp.diff(c, *alpha) for c in coefficients]
    tests = [*derived] if sign < 0 else [sp.diff(c, d) for c in derived for d in directions]
    if sign == 0:
        tests += [c - derived[0] for c in derived[1:]]
    decisions = [is_zero(c) for c in tests if c != 0]
    if Decision.NO not in decisions and Decision.UNKNOWN in decisions:
        raise Undetermined("cannot tell whether a derivative depends on the direction")
    return Decision.NO in decisions
