"""Many directions at one point: do their germs fit together as one differentiable function?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import flint
import sympy as sp

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.cancelled import cancelled
from diffcheck.algebra.expanded import expanded
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import inner_symbol, symbol, tree_of
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import Status, reach
from diffcheck.errors import Oscillates, Undetermined
from diffcheck.germs.even import even_in_a_root
from diffcheck.germs.expand import Expansion, UndefinedHere
from diffcheck.germs.germ import Algebra, Germ, Mono, NeedMoreTerms, constant
from diffcheck.germs.resolve import resolve
from diffcheck.language.tree import Node
from diffcheck.verdict import C0, CINF, DISCONTINUOUS, SINGULAR, Kind, Smoothness
from diffcheck.walls.cell import BadWitness, Cell
from diffcheck.walls.continuation import analytic_at_zero
from diffcheck.walls.outcome import Outcome, restless
from diffcheck.walls.sides import HIGHEST

__all__ = [
    "BENT",
    "NeedGradient",
    "NeedHigherOrder",
    "Ray",
    "combine",
    "direction",
    "linear_part",
    "negligible",
    "shared_expression",
]

STEP = inner_symbol("t", positive=True)

BENT = Outcome(C0, Kind.DIRECTIONAL, how="no linear map fits along a curve, though one fits along all lines")


class NeedGradient(Undetermined):
    """Terms oscillate beyond the first order: the class shows in the gradient."""


class NeedHigherOrder(Undetermined):
    """All known terms fit together: those of a higher order may not, or the class stays open."""


def direction(n: str) -> sp.Symbol:
    """Return the symbol of the component of a direction along the variable ``n``."""
    return inner_symbol(f"d_{n}")


@dataclass(frozen=True, slots=True)
class Ray:
    """The germ along one kind of direction; None where the function is undefined there.

    conditions: what the directions of this kind satisfy.  here: the value at the point, None if there is none.
    """

    conditions: tuple[Constraint, ...]
    point: Mapping[sp.Symbol, sp.Expr]
    germ: Germ | None
    here: sp.Expr | None
    pivots: tuple[sp.Expr, ...]
    algebra: Algebra
    expansion: Expansion
    base: Mapping[str, sp.Expr]
    tree: Node


def combine(rays: Sequence[Ray], directions: Sequence[sp.Symbol], weights: Sequence[sp.Expr]) -> Outcome:
    """Return the class at the worst of the points, as far as these directions show it."""
    return min((_fit(kind, directions, weights) for kind in _kinds(rays, directions)), key=lambda o: o.level)


def _kinds(rays: Sequence[Ray], directions: Sequence[sp.Symbol]) -> list[list[Ray]]:
    """Put together the rays that leave one and the same point: others differ in the constants or along the locus."""
    out: dict[tuple[Constraint, ...], list[Ray]] = {}
    for ray in rays:
        own = _at_point(ray, directions)
        if own not in out:
            out[own] = [
                other
                for other in rays
                if all(holds(c, ray.point) is not False for c in _at_point(other, directions))
            ]
    return list(out.values())


def _at_point(ray: Ray, directions: Sequence[sp.Symbol]) -> tuple[Constraint, ...]:
    return tuple(c for c in ray.conditions if c.expr.free_symbols.isdisjoint(directions))


def _fit(rays: Sequence[Ray], directions: Sequence[sp.Symbol], weights: Sequence[sp.Expr]) -> Outcome:
    """Return the class at one point from the rays that leave it."""
    limits = []
    for ray in rays:
        limit = _limit(ray)
        if limit is None:
            return Outcome(SINGULAR, Kind.POLE, how="unbounded along a direction")
        limits.append(limit)
    here = rays[0].here
    bad = SINGULAR if here is None else DISCONTINUOUS
    if any(
        _waves(ray, limit) or _depends(limit, directions) for ray, limit in zip(rays, limits, strict=True)
    ):
        return Outcome(bad, Kind.OSCILLATION, how="the limit depends on the direction")
    if any(not rays[0].algebra.oracle.vanishes(limit - limits[0]) for limit in limits[1:]):
        return Outcome(bad, Kind.OSCILLATION, how="the limit depends on the direction")
    if here is None:
        return Outcome(
            bad, Kind.HOLE, limits[0], limits[0], detail="the value is missing", how="one limit, no value"
        )
    if not rays[0].algebra.oracle.vanishes(here - limits[0]):
        return Outcome(bad, Kind.HOLE, limits[0], limits[0], here - limits[0], how="one limit, another value")
    if len(set(weights)) > 1:
        return Outcome(CINF, how="continuous")
    return _first_irregular(rays, directions)


def _limit(ray: Ray) -> sp.Expr | None:
    """Return the limit along the ray, which may depend on the direction; None if unbounded."""
    assert ray.germ is not None
    total = sp.S.Zero
    for c, m in ray.germ.terms:
        size = ray.algebra.growth(m)
        if size < 0:
            return total
        if ray.algebra.oracle.vanishes(c):
            continue
        if size > 0:
            return None
        total = total + c
    if ray.germ.rem is not None and ray.algebra.growth(ray.germ.rem) >= 0:
        raise Undetermined("too many terms cancel along a direction")
    return total


def _waves(ray: Ray, limit: sp.Expr) -> bool:
    if not ray.algebra.oracle.oscillating(limit):
        return False
    if not ray.algebra.oracle.moves(limit):
        raise Oscillates
    return True


def _depends(expr: sp.Expr, directions: Sequence[sp.Symbol]) -> bool:
    decisions = [is_zero(sp.diff(expr, d)) for d in directions if d in expr.free_symbols]
    if Decision.NO not in decisions and Decision.UNKNOWN in decisions:
        raise Undetermined("cannot tell whether a limit depends on the direction")
    return Decision.NO in decisions


def _first_irregular(rays: Sequence[Ray], directions: Sequence[sp.Symbol]) -> Outcome:
    """Walk up the powers of t until the coefficients are not one homogeneous polynomial."""
    n = 1
    while True:
        worst: Outcome | None = None
        polynomials = []
        for ray in rays:
            found = _at_order(ray, n, directions, rays)
            if isinstance(found, Outcome):
                worst = found if worst is None or found.level < worst.level else worst
            else:
                polynomials.append(found)
        if worst is not None:
            _check_waves(worst, rays)
            return worst
        known = [p for p in polynomials if p is not None]
        for p in known[1:]:
            if not rays[0].algebra.oracle.vanishes(p - known[0]):
                _check_told_apart(p - known[0], rays, directions)
                found = _break(n, rays, directions)
                _check_waves(found, rays)
                return found
        if len(known) < len(rays):
            try:
                return _all_orders(rays, directions)
            except Undetermined as reason:
                raise NeedHigherOrder(str(reason)) from None
        n += 1
        if n > 30:
            return _all_orders(rays, directions)


def _check_waves(found: Outcome, rays: Sequence[Ray]) -> None:
    """Raise NeedGradient where something oscillates beside a break of a derivative: it may be worse, however small."""
    if found.level > C0 and any(ray.germ is not None and restless(ray.algebra, ray.germ) for ray in rays):
        raise NeedGradient


def _check_told_apart(difference: sp.Expr, rays: Sequence[Ray], directions: Sequence[sp.Symbol]) -> None:
    """Raise BadWitness where two polynomials in the direction, which differ, agree at the example of a ray."""
    coefficients = [c for c in sp.Poly(difference, *directions).coeffs() if is_zero(c) is not Decision.YES]
    for ray in rays:
        if all(enclose(c, dict(ray.point), 300).contains(0) for c in coefficients):
            raise BadWitness(coefficients[0])


def _at_order(
    ray: Ray, n: int, directions: Sequence[sp.Symbol], rays: Sequence[Ray] = ()
) -> Outcome | sp.Expr | None:
    """Return the coefficient of t**n if it is a polynomial, an outcome if something else is there, None if unknown.

    rays: all rays, one of which is the opposite of this one.
    """
    assert ray.germ is not None
    algebra = ray.algebra
    for c, m in ray.germ.terms:
        if m.is_one or algebra.oracle.vanishes(c):
            continue
        if algebra.flat(m):
            return sp.S.Zero
        natural = Mono(m.power) == m and m.power.is_Integer
        if natural and m.power < n:
            continue
        if natural and m.power > n:
            return sp.S.Zero
        if algebra.oracle.oscillating(c):
            return _wave(ray, c, m, n)
        if not natural:
            return _steep(ray, m, n, directions, rays)
        poly = _simplified(c)
        if poly.is_polynomial(*directions):
            return expanded(poly)
        return _not_polynomial(ray, n, c, directions, rays)
    rem = ray.germ.rem
    known = rem is None or algebra.growth(replace(rem, power=rem.power - n)) < 0
    return sp.S.Zero if known else None


def _steep(
    ray: Ray, m: Mono, n: int, directions: Sequence[sp.Symbol], rays: Sequence[Ray]
) -> Outcome | sp.Expr:
    """A term of a size that is no natural power: it breaks the n-th derivative unless it is o(t**n)."""
    power = m.power if Mono(m.power) == m and m.power.free_symbols else None
    if ray.algebra.growth(replace(m, power=m.power - n)) >= 0:
        cusp = _same_sign_backward(ray, m, directions, rays)
        kind = Kind.BREAK if n > 1 else Kind.CUSP if cusp else Kind.VERTICAL_TANGENT
        return Outcome(Smoothness(n - 1), kind, how=f"a term of size t**({m.power})", power=power)
    if n > HIGHEST and m.power.free_symbols:
        # Without an upper bound on the exponent every class occurs; the lower ones are kinds of their own.
        return Outcome(
            Smoothness(n),
            Kind.BREAK,
            detail=f"derivative {n + 1} or later",
            how=f"a term of size t**({m.power})",
            open=True,
            power=power,
        )
    return sp.S.Zero


def _wave(ray: Ray, c: sp.Expr, m: Mono, n: int) -> Outcome | sp.Expr:
    """An oscillating term of size t**a, a > 0, in all directions."""
    if ray.algebra.growth(replace(m, power=m.power - 1)) >= 0:
        if not ray.algebra.oracle.moves(c):
            raise Oscillates
        return Outcome(C0, Kind.OSCILLATION, how="the difference quotient oscillates")
    # A symbolic exponent may be of any size: there is no need to go through all.
    if (n > 1 and m.power.free_symbols) or ray.algebra.growth(replace(m, power=m.power - n)) >= 0:
        raise NeedGradient
    return sp.S.Zero


def linear_part(rays: Sequence[Ray], directions: Sequence[sp.Symbol]) -> sp.Expr:
    """Return the coefficient of t, the same linear form in all directions."""
    parts: list[sp.Expr] = []
    for ray in rays:
        part = _at_order(ray, 1, directions)
        if part is None or isinstance(part, Outcome):
            raise Undetermined("the slope at an isolated point is not known")
        parts.append(part)
    first = parts[0]
    if any(not rays[0].algebra.oracle.vanishes(p - first) for p in parts[1:]):
        raise Undetermined("the slope at an isolated point is not linear")
    return expanded(first)


def negligible(
    rays: Sequence[Ray],
    directions: Sequence[sp.Symbol],
    weights: Sequence[sp.Expr],
    tangent: Sequence[tuple[sp.Expr, sp.Expr]],
) -> bool:
    """Decide whether f - f(p) - L(h) is o(|h|), for coordinates d_i*t**w_i uniformly in d.

    tangent: the terms c*t**w of L(h) along these curves.
    |h| is at least of size t**max(w), and of size t**min(w)*|d_i| for the d_i of smallest weight: a term c(d)*t**e is
    o(|h|) if e > max(w), and if e > min(w) and c vanishes where these d_i do.  It is not if e <= min(w), or if c does
    not vanish where these d_i do and e <= max(w): then |h| is of that size.
    """
    low, high = min(weights), max(weights)
    slow = {d: sp.S.Zero for d, w in zip(directions, weights, strict=True) if w == low}
    for ray in rays:
        assert ray.germ is not None
        algebra = ray.algebra
        rest = algebra.add(ray.germ, *(Germ(((-c, Mono(w)),)) for c, w in tangent if c != 0))
        for c, m in rest.terms:
            if m.is_one or algebra.oracle.vanishes(c) or algebra.growth(replace(m, power=m.power - high)) < 0:
                continue
            if algebra.growth(replace(m, power=m.power - low)) >= 0:
                return False
            vanishing = is_zero(c.subs(slow)) if len(slow) < len(directions) else Decision.NO
            if vanishing is Decision.UNKNOWN or algebra.oracle.oscillating(c):
                raise Undetermined("cannot prove that a function is differentiable at an isolated point")
            if vanishing is Decision.NO:
                return False
            if len(directions) > 2 and not _is_smooth_beside(c, slow, directions):
                raise Undetermined("how fast a coefficient vanishes is not the same beside all directions")
        if rest.rem is not None and algebra.growth(replace(rest.rem, power=rest.rem.power - high)) >= 0:
            raise Undetermined("too many terms cancel along a direction")
    return True


def _is_smooth_beside(c: sp.Expr, slow: Mapping[sp.Symbol, sp.Expr], directions: Sequence[sp.Symbol]) -> bool:
    """Whether a rational coefficient has no pole where the slow directions are 0, and is at most a multiple of them."""
    if not c.is_rational_function(*directions):
        return False
    below = sp.together(c).as_numer_denom()[1]
    others = sp.Add(*(d**2 for d in directions if d not in slow))
    return reach([Constraint(below.subs(slow), "="), Constraint(others, ">")]).status is Status.UNSAT


def shared_expression(rays: Sequence[Ray]) -> sp.Expr:
    """Return the one expression that the function is near the point in all directions."""
    names = {n: symbol(n) for n in rays[0].base}
    exprs = []
    for ray in rays:
        choices = {node: c for node, c in ray.expansion.choices.items() if node.op in {"where", "floor"}}
        exprs.append(resolve(ray.tree, choices, names, sp.S.One, {}))
    if any(e != exprs[0] and is_zero(e - exprs[0]) is not Decision.YES for e in exprs[1:]):
        raise Undetermined("several expressions meet at an isolated point")
    return exprs[0]


def _not_polynomial(
    ray: Ray, n: int, c: sp.Expr, directions: Sequence[sp.Symbol], rays: Sequence[Ray]
) -> Outcome:
    """Prove by differences that a coefficient is no polynomial of degree n: sum (-1)**j*C(n+1, j)*c(d + j*e) != 0."""
    start = {d: sp.nsimplify(ray.point[d]) for d in directions}
    step = {
        d: sp.Rational(1 + i, 50 * (n + 2)) * max(abs(v) for v in start.values())
        for i, d in enumerate(directions)
    }
    total = sp.Add(
        *(
            (-1) ** j
            * sp.binomial(n + 1, j)
            * c.subs({d: start[d] + j * step[d] for d in directions}, simultaneous=True)
            for j in range(n + 2)
        )
    )
    others = {s: v for s, v in ray.point.items() if s not in directions}
    ball = enclose(total, others, 400)
    if not ball.is_finite() or ball.contains(0):
        raise Undetermined("cannot tell whether a coefficient is a polynomial in the direction")
    return _kind_of_break(n, c, ray, directions, rays)


def _break(n: int, rays: Sequence[Ray], directions: Sequence[sp.Symbol]) -> Outcome:
    for ray in rays:
        found = _at_order(ray, n, directions)
        if isinstance(found, sp.Expr) and found != 0:
            return _kind_of_break(n, found, ray, directions, rays)
    return _kind_of_break(n, sp.S.Zero, rays[0], directions, rays)


def _coefficient(ray: Ray, size: Mono) -> sp.Expr:
    """Return the coefficient of a size in a germ without larger terms."""
    assert ray.germ is not None
    return next((c for c, m in ray.germ.terms if m == size), sp.S.Zero)


def _both_ways(
    c: sp.Expr, size: Mono, ray: Ray, directions: Sequence[sp.Symbol], rays: Sequence[Ray]
) -> tuple[flint.arb, flint.arb]:
    """Return the coefficient of a size in the direction of a ray, and that in the opposite one."""
    forward = enclose(c, dict(ray.point), 300)
    flipped = {s: (-v if s in directions else v) for s, v in ray.point.items()}
    opposite = c
    for other in rays:
        values = [enclose(k.expr, flipped, 200) for k in other.conditions]
        if all((v > 0) if k.rel == ">" else (v < 0) for v, k in zip(values, other.conditions, strict=True)):
            opposite = _coefficient(other, size)
    return forward, enclose(opposite, flipped, 300)


def _same_sign_backward(ray: Ray, m: Mono, directions: Sequence[sp.Symbol], rays: Sequence[Ray]) -> bool:
    """Whether an infinite slope is one in the opposite direction as well, so that the slopes have opposite signs."""
    forward, backward = _both_ways(_coefficient(ray, m), m, ray, directions, rays)
    return bool(forward * backward > 0)


def _kind_of_break(
    n: int, c: sp.Expr, ray: Ray, directions: Sequence[sp.Symbol], rays: Sequence[Ray] = ()
) -> Outcome:
    """A corner if the slopes of opposite directions do not cancel, `directional` if they do but are not linear."""
    if n > 1:
        return Outcome(
            Smoothness(n - 1),
            Kind.BREAK,
            detail=f"derivative {n}",
            how=f"t**{n} has no polynomial coefficient",
        )
    forward, backward = _both_ways(c, Mono(sp.Integer(n)), ray, directions, rays)
    odd = (forward + backward).contains(0)
    how = "the slope is not linear in the direction"
    return Outcome(C0, Kind.DIRECTIONAL if odd else Kind.CORNER, None, None, None, "", how)


# --- every order at once


def _flat_but_for_powers(ray: Ray) -> bool:
    """Whether a germ is known up to terms below every power of t, without oscillation."""
    assert ray.germ is not None
    algebra = ray.algebra
    known = algebra.flat(ray.germ.rem)
    return known and not restless(algebra, ray.germ)


def _all_orders(rays: Sequence[Ray], directions: Sequence[sp.Symbol]) -> Outcome:
    """Prove that the function is analytic at the point, from the expression that all directions share."""
    if all(_flat_but_for_powers(ray) for ray in rays):
        return Outcome(CINF, how="all but a polynomial is smaller than every power", open=True)
    names = {n: symbol(n) for n in rays[0].base}
    exprs = {_simplified(resolve(r.tree, r.expansion.choices, names, STEP, {})) for r in rays}
    first = next(iter(exprs))
    if any(is_zero(first - e) is not Decision.YES for e in exprs):
        raise Undetermined("the directions agree to high order, but are not proved to be one function")
    if STEP in first.free_symbols:
        raise Undetermined("a root at an isolated point")
    if _regular(first, rays[0]):
        return Outcome(CINF, how="one analytic expression in all directions")
    bound = [d.name.removeprefix("d_").removesuffix("'") for d in directions]
    if _of_a_root(first, rays[0], bound):
        return Outcome(CINF, how="an even analytic function of a root")
    if _of_a_product(first, rays[0], bound):
        return Outcome(CINF, how="an analytic function of the product of two variables")
    raise Undetermined("the directions agree to high order, but are not proved to be one function")


def _of_a_root(expr: sp.Expr, ray: Ray, bound: Sequence[str]) -> bool:
    """Whether the expression is made of even analytic functions of one root and of what is analytic at the point."""
    variables = {symbol(n) for n in bound}

    def analytic(e: sp.Expr, w: sp.Symbol) -> bool:
        return analytic_at_zero(Cell(ray.point), e, w, ray.base, variables)

    return even_in_a_root(expr, variables, analytic, lambda h: _regular(h, ray))


def _of_a_product(expr: sp.Expr, ray: Ray, bound: Sequence[str]) -> bool:
    """Whether the expression is g(x*y) with g analytic at the value of the product, here 0."""
    w = inner_symbol("w")
    for x, y in combinations([symbol(n) for n in bound], 2):
        if ray.base[x.name] == 0 and ray.base[y.name] == 0:
            replaced = expr.subs(x, w / y)
            moving = {symbol(n) for n in bound}
            if y not in replaced.free_symbols and analytic_at_zero(
                Cell(ray.point), replaced, w, ray.base, moving
            ):
                return True
    return False


def _simplified(expr: sp.Expr) -> sp.Expr:
    expr = cancelled(expr)
    return expr if expr.is_rational_function() else expanded(expr)


def _regular(expr: sp.Expr, ray: Ray) -> bool:
    """Whether nothing singular is met when the expression is evaluated at the point itself."""
    try:
        node = lower(tree_of(expr))
    except ValueError:
        return False
    cell = Cell(ray.point)
    line = {n: constant(p) for n, p in ray.base.items()}
    line |= {s.name: constant(s) for s in expr.free_symbols if s.name not in line}
    expansion = Expansion(Algebra(cell, 4), cell, line)
    try:
        value = expansion.value(node)
    except (UndefinedHere, ZeroDivisionError, Undetermined, NeedMoreTerms):
        return False
    return value.analytic and not any(_vanishing_base(expansion, p) for p in node.distinct() if p.op == "pow")


def _vanishing_base(expansion: Expansion, power: Node) -> bool:
    """A root of something that is zero at the point has a value there, but is not analytic."""
    exponent = power.args[1].leaf
    if power.args[1].op == "number" and exponent is not None and getattr(exponent, "denominator", 2) == 1:
        return False
    return not expansion.value(power.args[0]).germ.terms
