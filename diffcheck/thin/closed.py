"""Where a jump closes: points of a wall at which the value is the limit, though it is not on the wall around them.

Lemma. Let the value on the wall, or the limit from one side, differ from the limit from the other side by s.  If f is
differentiable at a point p of the wall with slope A, then value and limits at a point w of the wall are all
f(p) + A.(w - p) + o(|w - p|), the limits because points beside the wall come as close to w as one likes.  So
s(w) = o(|w - p|): where the derivative of s along the wall is not zero, f is not differentiable.
The jump is there on a part of the wall only, given by strict inequalities.  They hold at p, and then around it; or one
is an equality at p and holds on one side of it, to which the points w go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import symbol
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.relations import FLIPPED, STRICT, Relation
from diffcheck.errors import Undetermined
from diffcheck.thin.loci import Component, Question, components
from diffcheck.verdict import C0, Kind
from diffcheck.walls.explore import Leaf, explore
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.wall import Thin, Wall

__all__ = ["Closed", "closed"]

# Sizes in the formulas of a point whose signs are told apart.
MAX_SIZES = 3
SIDES: tuple[tuple[int, Relation], ...] = ((1, ">"), (-1, "<"))
OPENS = Outcome(C0, Kind.DIRECTIONAL, how="a jump closes here, and not faster than linearly")


@dataclass(frozen=True, slots=True)
class Closed:
    """A point at which the size of ``jump`` vanishes, and a variable along which it has a slope there."""

    jump: Leaf
    leaf: Leaf
    along: str


def closed(question: Question, jump: Leaf, system: Thin) -> list[Closed]:
    """Return the points of ``system``, on which the size of ``jump`` vanishes, that the lemma applies to."""
    try:
        return list(_opening(question, jump, system))
    except Undetermined:
        return []


def _opening(question: Question, jump: Leaf, system: Thin) -> Iterator[Closed]:
    size = jump.outcome.size
    along = [symbol(n) for n in question.wrt if n not in jump.wall.point()]
    for component in components(system, question):
        if component is None or size is None:
            continue
        point = {symbol(n): e for n, e in component.base}
        slopes = ((v, size.diff(v).subs(point, simultaneous=True)) for v in along)
        steep = next((v for v, slope in slopes if is_zero(slope) is Decision.NO), None)
        if steep is None:
            continue
        for part in _with_signs(component):
            for near in _sides(jump, part, steep):
                bound = _bound(part.base, question.wrt)
                there = (*part.conditions, *near, *_defined(part))
                wall = Wall(system.gap, bound[0], part.base, there, part.integers, steps=None)
                found = explore(wall, question.where, question.names, lambda _, __: OPENS).leaves
                yield from (Closed(jump, leaf, steep.name) for leaf in found)


def _with_signs(component: Component) -> Iterator[Component]:
    """Yield the parts of a component on which the sizes |u| in its formulas are u, or -u."""
    sizes = sorted({a for _, e in component.base for a in e.atoms(sp.Abs)}, key=sp.default_sort_key)
    if len(sizes) > MAX_SIZES:
        yield component
        return
    for signs in product(*([SIDES] * len(sizes))):
        table = {a: sign * a.args[0] for a, (sign, _) in zip(sizes, signs, strict=True)}
        taken = (Constraint(a.args[0], rel) for a, (_, rel) in zip(sizes, signs, strict=True))
        held = (Constraint(c.expr.xreplace(table), c.rel) for c in component.conditions)
        base = tuple((n, e.xreplace(table)) for n, e in component.base)
        yield replace(component, base=base, conditions=(*held, *taken))


def _sides(jump: Leaf, component: Component, along: sp.Symbol) -> Iterator[tuple[Constraint, ...]]:
    """Yield what is enough for the jump to be there at points that come to the component along ``along``.

    Nothing is yielded where that is not known: the conditions of a jump may speak of integers of its own.
    """
    point = {symbol(n): e for n, e in component.base}
    asked = [*jump.conditions, *jump.wall.conditions]
    values = [c.expr.subs(point, simultaneous=True) for c in asked]
    if any(c.rel not in FLIPPED for c in asked) or any(
        s.is_integer and s not in component.integers for v in values for s in v.free_symbols
    ):
        return
    decided = [is_zero(v) for v in values]
    if Decision.UNKNOWN in decided:
        return
    inside = [
        Constraint(v, STRICT[c.rel])
        for c, v, d in zip(asked, values, decided, strict=True)
        if d is Decision.NO
    ]
    turning = [
        Constraint(c.expr.diff(along).subs(point, simultaneous=True), STRICT[c.rel])
        for c, d in zip(asked, decided, strict=True)
        if d is Decision.YES
    ]
    yield (*inside, *turning)
    if turning:
        yield (*inside, *(Constraint(c.expr, FLIPPED[c.rel]) for c in turning))


def _defined(component: Component) -> Iterator[Constraint]:
    """Yield what the coordinates need to have a value."""
    below = {sp.together(e).as_numer_denom()[1] for _, e in component.base}
    yield from (Constraint(d, "!=") for d in sorted(below, key=str) if d.free_symbols)


def _bound(base: Sequence[tuple[str, object]], wrt: Sequence[str]) -> list[str]:
    return [n for n, _ in base if n in wrt]
