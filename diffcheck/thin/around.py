"""Thin sets: isolated points and other loci of codimension 2 or more at which something singular happens.

Near such a locus put x_i = p_i + d_i*t**w_i and expand in t; the coefficients are functions of the direction d.
With all w_i = 1 this is polar blow-up: f is C^k at p exactly when the coefficients of t**0 ... t**k are one polynomial
in d, homogeneous of the right degree (then f minus its Taylor polynomial is t**(k+1)*g(t, d), and a derivative costs
one power of t).  That argument is uniform in d only if no coefficient that was divided by vanishes for a direction
d != 0; a quasi-homogeneous blow-up with weights from the Newton polygon is tried where one does.
Failures need no uniformity: two directions with different limits, or a coefficient of t that is not linear, are enough.
Read in order: loci.py (where it is), visit, classify.py, rays.py (what directions say together), uniform.py,
homogeneous.py and radial.py (functions that need no look at single directions).
Gives up on: directions that stay degenerate in every chart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import sympy as sp

from diffcheck.algebra.expanded import multiplied_out
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import shown, symbol
from diffcheck.algebra.signs import squares
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.existence import split
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import Relation
from diffcheck.deadline import TimeOver
from diffcheck.errors import Undetermined
from diffcheck.germs.germ import Germ
from diffcheck.language.tree import Node
from diffcheck.thin.cast import Site, cast
from diffcheck.thin.charts import Chart, balances, charts
from diffcheck.thin.classify import classify
from diffcheck.thin.loci import Component, Looked, Question, components
from diffcheck.thin.radial import visit_radial
from diffcheck.thin.rays import direction
from diffcheck.verdict import C0, CINF
from diffcheck.walls.cell import BadWitness, Cell, Refine
from diffcheck.walls.crossings import uncrossed
from diffcheck.walls.explore import Leaf
from diffcheck.walls.factored import factors
from diffcheck.walls.outcome import SMOOTH, Outcome
from diffcheck.walls.parts import of_parts
from diffcheck.walls.points import constraints_on
from diffcheck.walls.wall import Thin, Wall

__all__ = ["left_open", "visit"]

MAX_COMPONENTS = 8
MAX_CASES = 4
# Of constants and free variables, as far as the comparison of rays tells them apart.
MAX_KINDS = 48
SIGNS: tuple[Relation, Relation] = (">", "<")


def visit(question: Question, system: Thin) -> tuple[list[Leaf], list[str]]:
    """Look at the solutions of ``system`` inside the domain; return what happens there, and what stays open."""
    equations = (e for equation in system.equations for e in squares(equation) or (equation,))
    asked = (*(Constraint(e, "=") for e in dict.fromkeys(equations)), *system.conditions)
    solvable = reach([*asked, *question.where])
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
        doubts: list[str] = []
        found_here: list[Leaf] = []
        try:
            key = (component, _shape(system.gap, component))
            if key in question.seen:
                continue
            question.seen.add(key)
            found_here = _look(question, system, component, doubts)
        except TimeOver:
            raise
        except (Undetermined, BadWitness, Refine) as reason:
            doubts.append(str(reason))
        leaves += found_here
        if doubts:
            question.pending.setdefault(component, doubts)
        else:
            question.settled.add(component)
    return leaves, unknown


def _shape(gap: sp.Expr, component: Component) -> frozenset[Chart]:
    return frozenset(charts(gap, component, [n for n, _ in component.base]))


def left_open(question: Question) -> list[str]:
    """Return why components that no visit settled stay open."""
    return [
        reason for c, reasons in question.pending.items() if c not in question.settled for reason in reasons
    ]


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
    ways = tuple(charts(system.gap, component, bound, balances(question.tree)))
    leaves: list[Leaf] = []
    todo, seen = [wall], {wall}
    while todo:
        site = Site(todo.pop(), bound, ways)
        leaves += _look_at(question, system, site, unknown)
        for part in _parts(question, system, site):
            more, opened = visit(question, part)
            leaves += more
            unknown += opened
        todo += [member for member in site.members if member not in seen]
        seen |= site.members.keys()
        if len(seen) > MAX_COMPONENTS:
            raise Undetermined("too many members of a family of thin sets")
    return leaves


def _parts(question: Question, system: Thin, site: Site) -> list[Thin]:
    """Return the parts of a site on which something vanishes that its germs divide by, or count as a size."""
    names = {symbol(n) for n in question.names}
    return [
        replace(site.wall.part(*part), gap=system.gap)
        for part in site.degenerate
        if all(e.free_symbols <= names for e in part)
    ]


def _degenerate(question: Question, site: Site, cell: Cell) -> Iterator[tuple[sp.Expr, ...]]:
    """Yield equations in what is free on a site that say where germs divide by zero, or an exponent vanishes."""
    free = {symbol(v) for v in question.wrt} - {symbol(n) for n, _ in site.wall.base}
    yield from ((f,) for p in cell.pivots for f in factors(p) if f.free_symbols & free)
    branches = (*cell.branches, *(c.expr for c in site.wall.conditions))
    yield from uncrossed(cell.exponents, branches, free)


def _look_at(question: Question, system: Thin, place: Site, unknown: list[str]) -> list[Leaf]:
    """Return what happens at a site, for each kind of constants and of variables free on it."""
    leaves: list[Leaf] = []
    radial = visit_radial(question, system, place)
    if radial is not None:
        return radial
    todo = [(*place.wall.conditions, *kind) for kind in _kinds(question, place)]
    for _ in range(MAX_KINDS):
        if not todo:
            return leaves
        site = replace(place, wall=replace(place.wall, conditions=todo.pop()))
        question.casts.clear()
        question.drawn.clear()
        doubts: list[str] = []
        try:
            found = _classified(question, site, doubts)
            for _, cell in question.drawn:
                site.degenerate.update(dict.fromkeys(_degenerate(question, place, cell)))
            turn = _assumed(question, site)
            if turn is None and (found is None or found.outcome.level < CINF):
                turn = None if not doubts and _has_no_value(question) else _missing(question, site)
        except BadWitness as bad:
            turn = bad.zero
            if not turn.free_symbols.isdisjoint(map(direction, site.bound)):
                raise
        if turn is not None:
            todo += [(*site.wall.conditions, Constraint(turn, rel)) for rel in SIGNS]
            continue
        unknown += doubts
        outcome = SMOOTH if found is None else found.outcome
        question.looked.append(Looked(system, site.wall, site.bound, tuple(question.casts), outcome))
        if found is not None and found.outcome.level < CINF:
            # Directions of every kind that was seen exist all over the site.
            moving = set(map(direction, site.bound))
            asked = tuple(c for c in found.conditions if moving.isdisjoint(c.expr.free_symbols))
            leaves.append(
                replace(found, conditions=asked, outcome=_with_factor(question, system, site, outcome))
            )
    raise Undetermined("too many cases of what is free on a thin set")


def _with_factor(question: Question, system: Thin, site: Site, outcome: Outcome) -> Outcome:
    """Return an outcome with factors where nothing as bad happens, as far as they are seen: z of z*norm(x, y).

    They are tried out: the part of the site on which one vanishes is looked at as a site of its own.
    """
    found = sp.S.One
    if outcome.level < C0:
        return outcome  # of jumps and poles beside a part it is not known that they keep away from it
    for f in _shared_factors(question, site):
        trial = question.afresh()
        leaves, opened = visit(trial, replace(site.wall.part(f), gap=system.gap))
        settled = trial.settled and not opened and not trial.pending and not trial.surfaces
        if settled and all(leaf.outcome.level.differentiable for leaf in leaves):
            question.looked.extend(trial.looked)
            found *= f
    return outcome if found == 1 else replace(outcome, factor=found)


def _shared_factors(question: Question, site: Site) -> list[sp.Expr]:
    """Return what is free on a site and divides what comes first in all directions and is not smooth."""
    directions = [direction(n) for n in site.bound]
    free = {symbol(v) for v in question.wrt} - {symbol(n) for n in site.bound}
    shared: list[sp.Expr] | None = None
    for ray, _ in question.drawn:
        if ray.tree is question.tree and ray.germ is not None:
            first = next((c for c in _faults(ray.germ, ray.here, directions) if c != 0), sp.S.One)
            own = [f for f in factors(first) if f.free_symbols and f.free_symbols <= free]
            shared = own if shared is None else [f for f in shared if f in own]
    return shared or []


def _faults(germ: Germ, here: sp.Expr | None, directions: Sequence[sp.Symbol]) -> Iterator[sp.Expr]:
    """Yield what a germ has beside the value of the site, and polynomials in the direction, taken for smooth here."""
    yield sp.Add(*(c for c, m in germ.terms if m.is_one), -(here or 0))
    for c in (c for c, m in germ.terms if not m.is_one):
        yield sp.Add(*(t for t in sp.Add.make_args(multiplied_out(c)) if not t.is_polynomial(*directions)))


def _classified(question: Question, site: Site, unknown: list[str]) -> Leaf | None:
    """Return what happens at a site, seen by itself or by the parts of a sum, a product or a composition."""
    doubts: list[str] = []
    found = None
    try:
        found = classify(question, site, doubts, 0)
    except TimeOver:
        raise
    except Undetermined as reason:
        doubts.append(str(reason))
    if not doubts:
        return found
    leaves: list[Leaf] = []

    def judge(part: Node) -> Outcome:
        own: list[str] = []
        leaf = _classified(replace(question, tree=part, seen=set(), looked=[], casts=[]), site, own)
        if own:
            raise Undetermined(own[0])
        leaves.extend([] if leaf is None else [leaf])
        return SMOOTH if leaf is None else leaf.outcome

    def nonzero(part: Node) -> bool:
        return question.never_zero(to_sympy(part).subs({symbol(n): e for n, e in site.wall.base}))

    try:
        outcome = of_parts(question.tree, judge, nonzero)
    except TimeOver:
        raise
    except Undetermined:
        outcome = None
    if outcome is None:
        unknown += doubts
        return found
    worst = min(leaves, key=lambda leaf: leaf.outcome.level, default=None)
    return None if worst is None else replace(worst, outcome=outcome)


def _assumed(question: Question, site: Site) -> sp.Expr | None:
    """Return an expression whose sign was assumed when rays were compared, but is not that of the whole site.

    Each ray answers at its own point: an exponent p may be below 1 there and above 1 at another, and what they say
    together holds only where all answers are the same.
    """
    directions = {direction(n) for n in site.bound}
    known = [*site.wall.conditions, *question.where]
    for ray, cell in question.drawn:
        for c in [c for c in cell.conditions if c not in ray.conditions]:
            opposite = c.opposite
            if opposite is None or not c.expr.free_symbols.isdisjoint(directions):
                continue
            if reach([*known, opposite]).status is not Status.UNSAT:
                return c.expr
    return None


def _has_no_value(question: Question) -> bool:
    """Whether the site has no value and all that is beside it has one: then it is singular, whatever is seen where."""
    rays = [ray for ray, _ in question.drawn if ray.tree is question.tree]
    return bool(rays) and all(ray.here is None and ray.germ is not None for ray in rays)


def _missing(question: Question, site: Site) -> sp.Expr | None:
    """Return an expression whose sign may tell for which constants a kind of direction exists; None if for all."""
    directions = [direction(n) for n in site.bound]
    known = constraints_on(site.wall, question.where)
    rays = {ray.conditions: ray for ray, _ in question.drawn}
    turns = (split(c, ray.point, directions, known) for c, ray in rays.items())
    return next((turn for turn in turns if turn is not None), None)


def _kinds(question: Question, site: Site) -> list[tuple[Constraint, ...]]:
    """Return the cases of constants, and of variables free on the site, that its directions tell apart.

    Directions for c > 0 and for c < 0 belong to different functions, and are never compared.
    """
    rays, _ = cast(question, site, site.charts[0].paths)
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
    return [
        tuple(Constraint(e, rel) for e, rel in zip(ordered, rels, strict=True))
        for rels in product(SIGNS, repeat=len(ordered))
    ]
