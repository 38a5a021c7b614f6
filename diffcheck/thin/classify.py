"""The class at a thin set, from what lines and curves in many directions show, chart by chart.

A chart is a blow-up with its weights; its rays are compared (rays.py), and where they speak for all directions
(uniform.py, homogeneous.py) the class is theirs.  A continuous function is then one class better than its gradient,
which is classified in the same way.  Where no chart speaks for all directions, what has a witness stands.
Read in order: classify.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sympy as sp

from diffcheck.algebra.expanded import expanded
from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import shown, symbol, tree_of
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.errors import Undetermined
from diffcheck.thin.cast import RAY_ORDERS, Site, cast
from diffcheck.thin.charts import Chart
from diffcheck.thin.homogeneous import bounded, oscillates, scales, weighted_class
from diffcheck.thin.loci import Path, Question
from diffcheck.thin.rays import (
    BENT,
    NeedGradient,
    NeedHigherOrder,
    Ray,
    combine,
    direction,
    linear_part,
    negligible,
    shared_expression,
)
from diffcheck.thin.uniform import uniform
from diffcheck.thin.unseen import hidden
from diffcheck.verdict import C0, CINF, D1, SINGULAR, Kind, Smoothness
from diffcheck.walls.explore import Explored, Leaf
from diffcheck.walls.factored import factors
from diffcheck.walls.outcome import SMOOTH, Outcome

__all__ = ["classify"]

MAX_DERIVATIVES = 4
# What a singular or discontinuous point is, from the least that directions show.
LIMITLESS: tuple[Kind | None, ...] = (Kind.HOLE, Kind.OSCILLATION, Kind.POLE)


@dataclass(slots=True)
class _Seen:
    """What the charts of a site have shown so far.

    best: the worst class that has a witness.  plain: the straight lines of the question's own chart.
    steady: a chart whose rays speak for all directions.  waves: whether terms oscillate beyond the first order.
    """

    best: Leaf | None = None
    plain: list[Ray] = field(default_factory=list)
    steady: tuple[Chart, list[Ray]] | None = None
    waves: bool = False
    doubts: list[str] = field(default_factory=list)

    @property
    def level(self) -> Smoothness:
        """The worst class that has a witness."""
        return CINF if self.best is None else self.best.outcome.level


def classify(question: Question, site: Site, unknown: list[str], depth: int) -> Leaf | None:
    """Return what happens at the site; None if nothing does, or if it is an edge of the domain, or open."""
    seen = _Seen()
    straight: list[Ray] = []
    for chart in site.charts:
        if chart.own and seen.steady is not None:
            continue
        for order in RAY_ORDERS:
            known = len(question.casts), len(question.drawn)
            rays, explored = cast(question, site, chart.paths, order)
            if not rays:
                unknown += explored.open
                return None
            if any(r.germ is None for r in rays):
                return None  # an open region next to it is undefined: an edge of the domain
            straight = rays if chart.even else straight
            try:
                if _settled(question, site, chart, rays, explored, straight, seen):
                    return seen.best
                break
            except NeedHigherOrder as reason:
                if order == RAY_ORDERS[-1]:
                    seen.doubts.append(str(reason))
                    break
                del question.casts[known[0] :], question.drawn[known[1] :]
    if seen.steady is None:
        return _unsettled(question, site, seen, unknown)
    if seen.level > C0 and (seen.waves or not seen.steady[0].even):
        return _through_gradient(question, site, seen.plain, seen.steady, unknown, depth)
    return seen.best


def _settled(
    question: Question,
    site: Site,
    chart: Chart,
    rays: list[Ray],
    explored: Explored,
    straight: Sequence[Ray],
    seen: _Seen,
) -> bool:
    """Add what one chart shows; return whether it is all that there is to say."""
    directions = [direction(n) for n in site.bound]
    constants = {symbol(n) for n in question.names if n not in question.wrt}
    exact = not explored.open and all(scales(r, constants) for r in rays)
    waves = False
    seen.plain = rays if chart.own and chart.even else seen.plain
    try:
        outcome = combine(rays, directions, chart.weights)
        waves = not chart.even and outcome.level == CINF and any(map(oscillates, rays))
        if exact and not waves and not chart.even and outcome.level == CINF and seen.level > C0:
            outcome = weighted_class(rays, directions, chart.weights, linear_part(straight, directions))
    except NeedGradient:
        outcome, waves = Outcome(CINF, how="continuous"), True
    except NeedHigherOrder:
        raise
    except Undetermined as reason:
        seen.doubts.append(str(reason))
        return False
    if _is_worse(outcome, seen.best):
        seen.best = Leaf(site.wall, rays[0].conditions, rays[0].point, outcome)
    if exact and not waves:
        return True
    seen.waves = seen.waves or waves
    known = (*question.where, *site.wall.conditions)
    everywhere = not explored.open and not hidden(question.tree, rays, site.bound, known)
    if everywhere and chart.even and outcome.level == CINF and not outcome.open and not waves:
        return True  # one analytic expression: no direction is an exception
    sure = exact and all(bounded(r, directions) for r in rays)
    if sure or (everywhere and uniform(rays, site.bound, known)):
        seen.steady = seen.steady or (chart, rays)
    elif outcome.level >= CINF:
        seen.doubts += explored.open
    return False


def _is_worse(outcome: Outcome, best: Leaf | None) -> bool:
    """Whether curves show more than was seen: a worse class, no limit where lines have one, or no bound either."""
    if best is None:
        return outcome.level < CINF
    before = best.outcome
    if outcome.level == before.level and {outcome.kind, before.kind} <= {*LIMITLESS}:
        return LIMITLESS.index(outcome.kind) > LIMITLESS.index(before.kind)
    return outcome.level < before.level


def _unsettled(question: Question, site: Site, seen: _Seen, unknown: list[str]) -> Leaf | None:
    """No chart speaks for all directions: what has a witness stands, and what may be worse is open."""
    best = _along_lines(question, site, seen.plain, seen.best)
    if best is None or not _no_worse(question, site, seen.plain, best.outcome.level):
        faster = f"directions along which `{shown(site.wall.gap)}` vanishes faster are not decided"
        unknown += seen.doubts or [faster]
    return None if best is None or best.outcome.level > C0 else best


def _no_worse(question: Question, site: Site, plain: Sequence[Ray], level: Smoothness) -> bool:
    """Whether nothing near a site can be worse than what has a witness, where that is not differentiable.

    |N/D| <= c bounds a quotient, |N/D - f(p)| <= c*|h| makes it continuous: inequalities between polynomials.
    """
    if level <= SINGULAR:
        return True
    if level > C0 or not plain or plain[0].here is None:
        return False
    if hidden(question.tree, plain, site.bound, (*question.where, *site.wall.conditions)):
        return False
    try:
        upper, below = sp.fraction(sp.together(shared_expression(plain)))
    except Undetermined:
        return False
    steps = [symbol(n) - site.wall.point()[n] for n in site.bound]
    square = sp.Add(*(h**2 for h in steps))
    if level == C0:
        upper, allowed = upper - plain[0].here * below, square
    else:
        allowed = sp.S.One
    if not (upper.is_polynomial() and below.is_polynomial()):
        return False
    near = [*question.where, *site.wall.conditions, Constraint(1 - square, ">")]
    return any(
        reach([*near, Constraint(expanded(upper**2 - c * allowed * below**2), ">")]).status is Status.UNSAT
        for c in (1, 16)
    )


def _tangent(linear: sp.Expr, bound: Sequence[str], paths: Sequence[Path]) -> list[tuple[sp.Expr, sp.Expr]]:
    """Return the terms c*t**w of a linear map along a curve."""
    return [
        (linear.coeff(direction(n)) * c, w) for n, path in zip(bound, paths, strict=True) for c, w in path
    ]


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
            rays, _ = cast(question, site, paths)
            if not rays or any(r.germ is None for r in rays):
                continue
            outcome = combine(rays, [x, y], (sp.S.One, sp.Integer(bend)))
            if outcome.level == CINF and _bent(site, plain, paths, rays):
                outcome = BENT
            if _is_worse(outcome, best):
                best = Leaf(site.wall, rays[0].conditions, rays[0].point, outcome)
    return best


def _bent(site: Site, plain: Sequence[Ray], paths: Sequence[Path], rays: Sequence[Ray]) -> bool:
    """Whether the one linear map that fits along all lines does not fit along these curves, which touch one."""
    directions = [direction(n) for n in site.bound]
    try:
        tangent = _tangent(linear_part(plain, directions), site.bound, paths)
        return not negligible(rays, directions, (sp.S.One, sp.S.One), tangent)
    except Undetermined:
        return False


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
    steady: tuple[Chart, list[Ray]],
    unknown: list[str],
    depth: int,
) -> Leaf | None:
    """A continuous function: differentiable at the point? Then it is one class better than its gradient.

    At depth MAX_DERIVATIVES only continuity is reported, as C0.
    """
    chart, rays = steady
    if depth >= MAX_DERIVATIVES:
        beyond = Outcome(C0, how="continuous, not looked at further", open=True)
        return Leaf(site.wall, rays[0].conditions, rays[0].point, beyond)
    directions = [direction(n) for n in site.bound]
    linear = linear_part(plain, directions)
    if not negligible(rays, directions, chart.weights, _tangent(linear, site.bound, chart.paths)):
        return Leaf(site.wall, rays[0].conditions, rays[0].point, BENT)
    expr = shared_expression(rays)
    point = {symbol(n): e for n, e in site.wall.base}
    here = rays[0].here
    assert here is not None
    inner: list[Question] = []
    for n in question.wrt:
        slope = linear.coeff(direction(n)) if n in site.bound else _along(n, here, linear, site)
        partial = sp.diff(expr, symbol(n))
        if partial.free_symbols.isdisjoint(point) and partial == slope:
            continue
        inner.append(
            replace(question, tree=lower(tree_of(partial)), value=slope, seen=set(), looked=[], casts=[])
        )
    # A gradient that is not continuous settles the matter before any derivative of it is looked at.
    for limit in (MAX_DERIVATIVES, depth + 1):
        partials = [SMOOTH]
        for partial_question in inner:
            open_before = len(unknown)
            found = classify(partial_question, site, unknown, limit)
            if len(unknown) > open_before:
                return None
            partials.append(SMOOTH if found is None else found.outcome)
        # Of equals, one that is sure.
        worst = min(partials, key=lambda o: (o.level, o.open))
        if worst.level < C0:
            break
    return Leaf(site.wall, rays[0].conditions, rays[0].point, _one_better(worst))


def _along(n: str, here: sp.Expr, linear: sp.Expr, site: Site) -> sp.Expr:
    """Return f_z, the slope in a free name that moves the point: d f(b(z), z)/dz is f_z + f_x*b'(z)."""
    turned = (linear.coeff(direction(m)) * sp.diff(e, symbol(n)) for m, e in site.wall.base)
    return sp.expand(sp.diff(here, symbol(n)) - sp.Add(*turned))


def _one_better(gradient: Outcome) -> Outcome:
    """Return the class of a differentiable function from that of its gradient."""
    if gradient.level < C0:
        return Outcome(D1, Kind.OSCILLATION, how="differentiable, and the gradient has no limit")
    if gradient.level == CINF:
        return Outcome(CINF, how="the gradient is smooth")
    level = 1 + int(gradient.level.level)
    return Outcome(
        Smoothness(level),
        Kind.BREAK,
        detail=f"derivative {level + 1}",
        how="by the gradient",
        open=gradient.open,
    )
