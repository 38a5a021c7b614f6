"""Lines drawn from a site: the germs of the function along every kind of direction.

Read in order: Site, cast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.errors import Undetermined
from diffcheck.germs.expand import Expansion, UndefinedHere
from diffcheck.germs.germ import Algebra, Germ, Mono, NeedMoreTerms, constant
from diffcheck.language.tree import Node
from diffcheck.thin.charts import Chart
from diffcheck.thin.loci import Path, Question
from diffcheck.thin.rays import Ray, direction
from diffcheck.walls.cell import Cell
from diffcheck.walls.explore import Explored, explore
from diffcheck.walls.outcome import SMOOTH, Outcome
from diffcheck.walls.sides import ORDERS
from diffcheck.walls.wall import Wall

__all__ = ["RAY_ORDERS", "Site", "cast"]

RAY_ORDERS = ORDERS[:3]


@dataclass(frozen=True, slots=True)
class Site:
    """A component as a place to start from: its bound variables, the charts to try in this order.

    members: parts of the component with other integers, met on the way; each is a place of its own.
    degenerate: systems of equations in what is free, whose solutions are places of their own: something that was
    divided by along a direction vanishes there, or an exponent.
    """

    wall: Wall
    bound: tuple[str, ...]
    charts: tuple[Chart, ...]
    members: dict[Wall, None] = field(default_factory=dict, compare=False)
    degenerate: dict[tuple[sp.Expr, ...], None] = field(default_factory=dict, compare=False)


def cast(
    question: Question, site: Site, paths: Sequence[Path], least: int = RAY_ORDERS[0]
) -> tuple[list[Ray], Explored]:
    """Expand along every kind of direction; a path is the terms c*t**w that are added to a bound name.

    least: the order to begin with; a germ of which too little is left takes a higher one of RAY_ORDERS.
    """
    rays: list[Ray] = []
    names = (*question.names, *(direction(n).name for n in site.bound))

    def look(member: Wall, cell: Cell) -> Outcome:
        if member != site.wall:
            site.members[member] = None
            return SMOOTH
        rays.append(_ray(question, member, cell, dict(zip(site.bound, paths, strict=True)), least))
        question.drawn.append((rays[-1], cell))
        return SMOOTH

    explored = explore(site.wall, question.where, names, look)
    question.casts.append((paths, rays))
    return rays, explored


def _ray(question: Question, wall: Wall, cell: Cell, paths: Mapping[str, Path], least: int) -> Ray:
    base = {n: symbol(n) for n in question.names} | wall.point()
    for order in RAY_ORDERS[RAY_ORDERS.index(least) :]:
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
