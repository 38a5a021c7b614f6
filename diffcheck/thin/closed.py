"""Where a jump closes: points of a wall at which the value is the limit, though it is not on the wall around them.

Lemma. Let the value on the wall, or the limit from one side, differ from the limit from the other side by s.  If f is
differentiable at a point p of the wall with slope A, then value and limits at a point w of the wall are all
f(p) + A.(w - p) + o(|w - p|), the limits because points beside the wall come as close to w as one likes.  So
s(w) = o(|w - p|): where the derivative of s along the wall is not zero, f is not differentiable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import symbol
from diffcheck.conditions.constraint import Constraint
from diffcheck.errors import Undetermined
from diffcheck.thin.loci import Component, Question, components
from diffcheck.verdict import C0, Kind
from diffcheck.walls.explore import Leaf, explore
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.wall import Thin, Wall

__all__ = ["Closed", "closed"]

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
        if steep is not None:
            bound = _bound(component.base, question.wrt)
            there = (*component.conditions, *_defined(component))
            wall = Wall(system.gap, bound[0], component.base, there, component.integers, steps=None)
            found = explore(wall, question.where, question.names, lambda _, __: OPENS).leaves
            yield from (Closed(jump, leaf, steep.name) for leaf in found)


def _defined(component: Component) -> Iterator[Constraint]:
    """Yield what the coordinates need to have a value."""
    below = {sp.together(e).as_numer_denom()[1] for _, e in component.base}
    yield from (Constraint(d, "!=") for d in sorted(below, key=str) if d.free_symbols)


def _bound(base: Sequence[tuple[str, object]], wrt: Sequence[str]) -> list[str]:
    return [n for n, _ in base if n in wrt]
