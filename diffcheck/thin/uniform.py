"""May many directions speak for a whole neighbourhood?

They may if nothing that was divided by vanishes for a direction other than 0, and if no part of the expression that no
direction evaluates is singular at the point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.algebra.valued import has_value
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import BORDERED
from diffcheck.errors import Undetermined
from diffcheck.germs.expand import COMPARISONS, Expansion, UndefinedHere
from diffcheck.germs.germ import constant
from diffcheck.germs.resolve import to_rational
from diffcheck.language.tree import NUMBER, Node
from diffcheck.thin.rays import Ray, direction
from diffcheck.walls.gaps import Pieces, difference_of

__all__ = ["hidden", "uniform"]

SINGULAR_ARGUMENT = {"div": 1, "pow": 0, "log": 0, "asin": 0}


def hidden(tree: Node, rays: Sequence[Ray], bound: Sequence[str]) -> bool:
    """Whether a part that no direction evaluates is singular here: it may hold sway between two curves that touch."""
    ray = rays[0]
    still = Expansion(ray.algebra, ray.expansion.place, {n: constant(p) for n, p in ray.base.items()})
    return any(
        _singular_at(still, node)
        for node in _reachable(tree, ray, bound, still)
        if node.op in SINGULAR_ARGUMENT and not any(r.expansion.met(node) for r in rays)
    )


def _reachable(tree: Node, ray: Ray, bound: Sequence[str], still: Expansion) -> Iterator[Node]:
    """Return the parts that are evaluated somewhere near.

    A condition on constants alone is the same all around, and so is one whose sides differ at the point itself.
    """

    def evaluated(node: Node) -> Sequence[Node]:
        taken = ray.expansion.choices.get(node) if node.op == "where" else None
        if isinstance(taken, bool) and not set(node.args[0].names()) & set(bound):
            return node.args[0], node.args[1 if taken else 2]
        kept = _kept(still, node.args[0]) if node.op == "where" else None
        return node.args if kept is None else (node.args[0], node.args[1 if kept else 2])

    return tree.distinct(evaluated)


def _kept(still: Expansion, condition: Node) -> bool | None:
    """Return the truth that a condition keeps near the point: every comparison in it has different sides there.

    None where one has not, or where that is not seen.
    """
    try:
        if condition.op in COMPARISONS:
            sign = _kept_sign(still, condition)
            return None if sign is None else COMPARISONS[condition.op](sign)
        parts = [_kept(still, part) for part in condition.args]
    except (UndefinedHere, ZeroDivisionError, Undetermined):
        return None
    if None in parts:
        return None
    if condition.op == "not":
        return not parts[0]
    return all(parts) if condition.op == "and" else any(parts)


def _kept_sign(still: Expansion, comparison: Node) -> int | None:
    """Return the sign of all pieces that a difference can have near the point, if it is one and they are continuous.

    A branch whose own condition keeps its truth nearby is one piece: abs(x) + 1 is x + 1 where x is 3.
    """
    at = {symbol(n): g.terms[0][0] if g.terms else sp.S.Zero for n, g in still.base.items()}
    found: set[int] = set()
    for assignment, piece in Pieces().with_choices(difference_of(comparison)):
        if any(_kept(still, part.args[0]) is (not taken) for part, taken in assignment):
            continue
        if any(s.is_integer for s in piece.free_symbols):
            return None  # an integer part
        value = piece.xreplace(at)
        if not has_value(value) or any(p.base == 0 for p in value.atoms(sp.Pow)):
            return None
        found.add(still.place.sign(value))
    return found.pop() if len(found) == 1 and 0 not in found else None


def _singular_at(still: Expansion, node: Node) -> bool:
    """Whether the gap of a quotient, power, logarithm or asin vanishes at a point."""
    if node.op == "pow" and node.args[1].op == NUMBER and to_rational(node.args[1].leaf).is_Integer:
        return False  # natural: a minus sign is an operation of its own
    try:
        gap = still.value(node.args[SINGULAR_ARGUMENT[node.op]]).germ
        if node.op == "asin":
            square = still.algebra.mul(gap, gap)
            gap = still.algebra.add(constant(sp.S.One), still.algebra.scale(square, sp.S.NegativeOne))
        return still.algebra.sign(gap) == 0
    except (UndefinedHere, ZeroDivisionError):
        return False  # something inside is singular, and is looked at by itself


def uniform(rays: Sequence[Ray], bound: Sequence[str], known: Sequence[Constraint]) -> bool:
    """Whether no coefficient that was divided by vanishes for a direction other than 0 in the closure of its kind.

    known: what holds at the place whatever the direction is.
    """
    directions = [direction(n) for n in bound]
    for ray in rays:
        closure = [Constraint(c.expr, BORDERED.get(c.rel, c.rel)) for c in ray.conditions]
        for pivot in ray.pivots:
            inside = [d for d in directions if d in pivot.free_symbols]
            if not inside:
                continue
            sphere = Constraint(sp.Add(*(d**2 for d in directions)) - 1, "=")
            if reach([Constraint(pivot, "="), sphere, *closure, *known]).status is not Status.UNSAT:
                return False
    return True
