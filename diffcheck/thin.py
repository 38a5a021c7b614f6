"""Thin sets: isolated points and other loci of codimension 2 or more at which something singular happens.

Near such a locus put x_i = p_i + d_i*t**w_i and expand in t; the coefficients are functions of the direction d.
With all w_i = 1 this is polar blow-up: f is C^k at p exactly when the coefficients of t**0 ... t**k are one polynomial
in d, homogeneous of the right degree (then f minus its Taylor polynomial is t**(k+1)*g(t, d), and a derivative costs
one power of t).  That argument is uniform in d only if no coefficient that was divided by vanishes for a direction
d != 0; a quasi-homogeneous blow-up with weights from the Newton polygon is tried where one does.
Failures need no uniformity: two directions with different limits, or a coefficient of t that is not linear, are enough.
Read in order: loci.py (where it is), visit, classify, rays.py (what directions say together), uniform.py.
Gives up on: more than two directions with weights, directions that stay degenerate under every weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import sympy as sp

from diffcheck.cell import BadWitness, Cell, Refine
from diffcheck.deadline import TimeOver
from diffcheck.errors import Undetermined
from diffcheck.expand import Expansion, UndefinedHere
from diffcheck.expanded import expanded
from diffcheck.explore import Explored, Leaf, explore
from diffcheck.germ import Algebra, Germ, Mono, NeedMoreTerms, constant
from diffcheck.loci import Component, Looked, Path, Question, Weights, components
from diffcheck.lower import lower
from diffcheck.outcome import SMOOTH, Outcome
from diffcheck.printer import shown, symbol, tree_of
from diffcheck.rays import NeedGradient, Ray, combine, direction, linear_part, negligible, shared_expression
from diffcheck.reach import Constraint, Relation, Status, reach
from diffcheck.sides import ORDERS
from diffcheck.tree import Node
from diffcheck.uniform import hidden, uniform
from diffcheck.verdict import C0, CINF, D1, Kind, Smoothness
from diffcheck.walls import Thin, Wall, factors

__all__ = ["left_open", "visit"]

MAX_COMPONENTS = 8

MAX_CASES = 4

MAX_DERIVATIVES = 4


@dataclass(frozen=True, slots=True)
class Site:
    """A component as a place to start from: its bound variables, the weights to try in this order.

    members: parts of the component with other integers, met on the way; each is a place of its own.
    """

    wall: Wall
    bound: tuple[str, ...]
    weights: tuple[Weights, ...]
    members: dict[Wall, None] = field(default_factory=dict, compare=False)


def visit(question: Question, system: Thin) -> tuple[list[Leaf], list[str]]:
    """Look at the solutions of ``system`` inside the domain; return what happens there, and what stays open."""
    solvable = reach([*(Constraint(e, "=") for e in system.equations), *question.where])
    if solvable.status is Status.UNSAT:
        question.looked.append(Looked(system, how=solvable.how))
        return [], []
    try:
        found = list(components(system, question))
    except TimeOver:
        raise
    except Undetermined as reason:
        return [], [str(reason)]
    if not found or len(found) > MAX_COMPONENTS:
        return [], [f"cannot find every point where `{shown(system.gap)}` = 0 on a thin set"]
    leaves: list[Leaf] = []
    unknown: list[str] = []
    for component in found:
        # Another gap may bring other weights, and decide what was left open.
        if component is None or component in question.settled:
            continue
        key = (component, _shape(system.gap, component))
        if key in question.seen:
            continue
        question.seen.add(key)
        doubts: list[str] = []
        found_here: list[Leaf] = []
        try:
            found_here = _look(question, system, component, doubts)
        except TimeOver:
            raise
        except (Undetermined, BadWitness, Refine) as reason:
            doubts.append(str(reason))
        leaves += found_here
        if doubts:
            question.pending.setdefault(component, doubts)
        elif all(leaf.outcome.level > C0 for leaf in found_here):
            question.settled.add(component)
    return leaves, unknown


def _shape(gap: sp.Expr, component: Component) -> frozenset[Weights]:
    return frozenset(_weights(gap, component, [n for n, _ in component.base]))


def left_open(question: Question) -> list[str]:
    """Return why components that no visit settled stay open."""
    return [
        reason for c, reasons in question.pending.items() if c not in question.settled for reason in reasons
    ]


# --- where the thin set is


def _look(question: Question, system: Thin, component: Component, unknown: list[str]) -> list[Leaf]:
    """Return what happens on a component, kind by kind of what is free on it."""
    bound = tuple(n for n, _ in component.base if n in question.wrt)
    if len(bound) < 2:
        if len(component.base) == len(bound) == 1:
            question.surfaces.append(
                Wall(system.gap, bound[0], component.base, component.conditions, component.integers)
            )
        return []
    wall = Wall(system.gap, bound[0], component.base, component.conditions, component.integers, steps=None)
    weights = tuple(_weights(system.gap, component, bound))
    leaves: list[Leaf] = []
    todo, seen = [wall], {wall}
    while todo:
        site = Site(todo.pop(), bound, weights)
        leaves += _look_at(question, system, site, unknown)
        todo += [member for member in site.members if member not in seen]
        seen |= site.members.keys()
        if len(seen) > MAX_COMPONENTS:
            raise Undetermined("too many members of a family of thin sets")
    return leaves


def _look_at(question: Question, system: Thin, place: Site, unknown: list[str]) -> list[Leaf]:
    leaves = []
    for kind in _kinds(question, place):
        site = replace(place, wall=replace(place.wall, conditions=(*place.wall.conditions, *kind)))
        question.casts.clear()
        found = classify(question, site, unknown, 0)
        outcome = SMOOTH if found is None else found.outcome
        question.looked.append(Looked(system, site.wall, site.bound, tuple(question.casts), outcome))
        if found is not None and found.outcome.level < CINF:
            leaves.append(found)
    return leaves


def _kinds(question: Question, site: Site) -> list[tuple[Constraint, ...]]:
    """Return the cases of constants, and of variables free on the site, that its directions tell apart.

    Directions for c > 0 and for c < 0 belong to different functions, and are never compared.
    """
    plain = [_path(n, sp.S.One) for n in site.bound]
    rays, _ = _cast(question, site, plain)
    directions = {direction(n) for n in site.bound}
    exprs = {
        -c.expr if c.expr.could_extract_minus_sign() else c.expr
        for ray in rays
        for c in ray.conditions
        if not c.expr.free_symbols & directions
    }
    if len(exprs) > MAX_CASES:
        raise Undetermined("too many cases of what is free on a thin set")
    ordered = sorted(exprs, key=sp.default_sort_key)
    signs: tuple[Relation, Relation] = (">", "<")
    return [
        tuple(Constraint(e, rel) for e, rel in zip(ordered, rels, strict=True))
        for rels in product(signs, repeat=len(ordered))
    ]


def classify(question: Question, site: Site, unknown: list[str], depth: int) -> Leaf | None:
    """Return what happens at the site; None if nothing does, or if it is an edge of the domain, or open."""
    best: Leaf | None = None
    plain: list[Ray] = []
    steady: tuple[Weights, list[Ray]] | None = None
    waves = False
    for weights in site.weights:
        rays, explored = _cast(
            question, site, [_path(n, w) for n, w in zip(site.bound, weights, strict=True)]
        )
        if not rays:
            unknown += explored.open
            return None
        if any(r.germ is None for r in rays):
            return None  # an open region next to it is undefined: an edge of the domain
        plain = plain or rays
        try:
            outcome = combine(rays, [direction(n) for n in site.bound], weights)
        except NeedGradient:
            outcome, waves = Outcome(CINF, how="continuous"), True
        if outcome.level < CINF and (best is None or outcome.level < best.outcome.level):
            best = Leaf(site.wall, rays[0].conditions, rays[0].point, outcome)
        everywhere = not explored.open and not hidden(question.tree, rays, site.bound)
        if everywhere and outcome.level == CINF and not outcome.open and not waves and len(set(weights)) == 1:
            return None  # one analytic expression: no direction is an exception
        sound = everywhere and uniform(rays, site.bound, question.where)
        if sound:
            steady = (weights, rays)
            break
        if explored.open and outcome.level >= CINF:
            unknown += explored.open
    if (
        steady is not None
        and (best is None or best.outcome.level > C0)
        and (waves or len(set(steady[0])) > 1)
    ):
        return _through_gradient(question, site, plain, steady, unknown, depth)
    if steady is None:
        best = _along_lines(question, site, plain, best)
        if best is None or best.outcome.level > C0:
            unknown.append(f"directions along which `{shown(site.wall.gap)}` vanishes faster are not decided")
            return None
    return best


def _along_lines(question: Question, site: Site, plain: list[Ray], best: Leaf | None) -> Leaf | None:
    """Look for a worse class on parabolas that touch a degenerate direction: y = c*x + e*x**2."""
    if len(site.bound) != 2 or not plain:
        return best
    x, y = (direction(n) for n in site.bound)
    pivots = dict.fromkeys(f for ray in plain for p in ray.pivots for f in factors(p))
    for f in pivots:
        slope = _slope_of_line(f, x, y)
        if slope is None:
            continue
        for bend in (2, 3):
            paths = [((x, sp.S.One),), ((slope * x, sp.S.One), (y, sp.Integer(bend)))]
            rays, _ = _cast(question, site, paths)
            if rays and all(r.germ is not None for r in rays):
                outcome = combine(rays, [x, y], (sp.S.One, sp.Integer(bend)))
                if outcome.level < (CINF if best is None else best.outcome.level):
                    best = Leaf(site.wall, rays[0].conditions, rays[0].point, outcome)
    return best


def _slope_of_line(f: sp.Expr, x: sp.Symbol, y: sp.Symbol) -> sp.Expr | None:
    """Return c when f = 0 is the line y = c*x through the point."""
    if not f.is_polynomial(x, y) or sp.Poly(f, x, y).total_degree() != 1:
        return None
    a, b = f.coeff(x), f.coeff(y)
    return -a / b if b != 0 else None


def _through_gradient(
    question: Question,
    site: Site,
    plain: list[Ray],
    steady: tuple[Weights, list[Ray]],
    unknown: list[str],
    depth: int,
) -> Leaf | None:
    """A continuous function: differentiable at the point? Then it is one class better than its gradient.

    At depth MAX_DERIVATIVES only continuity is reported, as C0.
    """
    weights, rays = steady
    if depth >= MAX_DERIVATIVES:
        return Leaf(
            site.wall, rays[0].conditions, rays[0].point, Outcome(C0, how="continuous, not looked at further")
        )
    directions = [direction(n) for n in site.bound]
    linear = linear_part(plain, directions)
    if not negligible(rays, directions, weights, linear):
        broken = Outcome(
            C0, Kind.DIRECTIONAL, how="no linear map fits along a curve, though one fits along all lines"
        )
        return Leaf(site.wall, rays[0].conditions, rays[0].point, broken)
    expr = shared_expression(rays)
    point = {symbol(n): e for n, e in site.wall.base}
    here = rays[0].here
    assert here is not None
    inner: list[Question] = []
    for n in question.wrt:
        slope = linear.coeff(direction(n)) if n in site.bound else sp.diff(here, symbol(n))
        partial = sp.diff(expr, symbol(n))
        if partial.free_symbols.isdisjoint(point) and partial == slope:
            continue
        inner.append(
            replace(question, tree=lower(tree_of(partial)), value=slope, seen=set(), looked=[], casts=[])
        )
    # A gradient that is not continuous settles the matter before any derivative of it is looked at.
    for limit in (MAX_DERIVATIVES, depth + 1):
        levels = []
        for partial_question in inner:
            open_before = len(unknown)
            found = classify(partial_question, site, unknown, limit)
            if len(unknown) > open_before:
                return None
            levels.append(CINF.level if found is None else found.outcome.level.level)
        if min(levels, default=CINF.level) < 0:
            break
    return Leaf(site.wall, rays[0].conditions, rays[0].point, _one_better(min(levels, default=CINF.level)))


def _one_better(gradient: float) -> Outcome:
    """Return the class of a differentiable function from the level of its gradient's class."""
    if gradient < 0:
        return Outcome(D1, Kind.OSCILLATION, how="differentiable, and the gradient has no limit")
    if gradient == CINF.level:
        return Outcome(CINF, how="the gradient is smooth")
    return Outcome(
        Smoothness(1 + int(gradient)),
        Kind.BREAK,
        detail=f"derivative {2 + int(gradient)}",
        how="by the gradient",
    )


def _path(n: str, weight: sp.Expr) -> Path:
    return ((direction(n), weight),)


def _weights(gap: sp.Expr, component: Component, bound: Sequence[str]) -> Iterator[tuple[sp.Expr, ...]]:
    """Yield (1, ..., 1), then the weights that balance two terms of the gap (edges of its Newton polygon)."""
    yield (sp.S.One,) * len(bound)
    if len(bound) != 2:
        return
    x, y = (symbol(n) for n in bound)
    point = dict(component.base)
    local = expanded(gap.subs({x: x + point[bound[0]], y: y + point[bound[1]]}, simultaneous=True))
    if not local.is_polynomial(x, y):
        return
    powers = sp.Poly(local, x, y).monoms()
    seen = {sp.S.One}
    for (a, b), (c, d) in product(powers, powers):
        if a > c and b < d:
            ratio = sp.Rational(a - c, d - b)
            lowest = min(i * ratio.q + j * ratio.p for i, j in powers)
            if ratio not in seen and a * ratio.q + b * ratio.p == lowest:
                seen.add(ratio)
                yield (sp.S.One, ratio) if ratio > 1 else (1 / ratio, sp.S.One)


def _cast(question: Question, site: Site, paths: Sequence[Path]) -> tuple[list[Ray], Explored]:
    """Expand along every kind of direction; a path is the terms c*t**w that are added to a bound name."""
    rays: list[Ray] = []
    names = (*question.names, *(direction(n).name for n in site.bound))

    def look(member: Wall, cell: Cell) -> Outcome:
        if member != site.wall:
            site.members[member] = None
            return SMOOTH
        rays.append(_ray(question, member, cell, dict(zip(site.bound, paths, strict=True))))
        return SMOOTH

    explored = explore(site.wall, question.where, names, look)
    question.casts.append((paths, rays))
    return rays, explored


def _ray(question: Question, wall: Wall, cell: Cell, paths: Mapping[str, Path]) -> Ray:
    base = {n: symbol(n) for n in question.names} | wall.point()
    for order in ORDERS[:3]:
        algebra = Algebra(cell, order)
        still = {n: constant(p) for n, p in base.items()}
        line = dict(still)
        for n, path in paths.items():
            line[n] = algebra.add(line[n], *(Germ(((c, Mono(w)),)) for c, w in path))
        try:
            expansion = Expansion(algebra, cell, line)
            try:
                germ: Germ | None = expansion.value(question.tree).germ
            except (UndefinedHere, ZeroDivisionError):
                germ = None
            here = question.value
            if here is None:
                here = _value(Expansion(algebra, cell, still), question.tree)
            return Ray(
                tuple(cell.conditions), dict(cell.point), germ, here, tuple(cell.pivots), algebra, expansion, base,
                question.tree,
            )  # fmt: skip
        except NeedMoreTerms:
            continue
    raise Undetermined("too many terms cancel along a direction")


def _value(expansion: Expansion, tree: Node) -> sp.Expr | None:
    try:
        g = expansion.value(tree).germ
    except (UndefinedHere, ZeroDivisionError):
        return None
    return g.terms[0][0] if g.terms else sp.S.Zero
