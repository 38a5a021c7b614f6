"""The interior of what `where` allows: inequalities for the points that are judged.

A constraint u >= 0 allows points with u = 0 inside only where u does not change sign there, as x**2 >= 0 does: where u
has a slope it does.  Where it may have none, and where u > 0 may hold at a point and not around it, the constraint
stays u >= 0 for those who ask for it so, and allows the border as well: what is smooth there is smooth inside.
Gives up on: equations, which have no interior; integer parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sympy as sp

from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.algebra.printer import shown
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import Relation
from diffcheck.errors import Undetermined
from diffcheck.language.tree import Node
from diffcheck.walls.gaps import Pieces, borders, steps_of

__all__ = ["RELATIONS", "interior", "undecided"]

RELATIONS: Mapping[str, Relation] = {"lt": "<", "le": "<", "gt": ">", "ge": ">"}


def interior(where: Sequence[Node], *, bordered: bool = False) -> Iterator[Constraint]:
    """Yield strict constraints for the interior of the domain; Undetermined for what has none, or none that is known.

    bordered: where it is not known, yield a constraint ``>=`` that allows the border as well.
    """
    for condition in where:
        if condition.op == "and":
            yield from interior(condition.args, bordered=bordered)
        elif condition.op in RELATIONS:
            own = list(_inside(condition))
            if not bordered and any(c.rel == ">=" for c in own):
                raise undecided(own[0].expr)
            yield from own
        elif condition.op == "ne" and _is_continuous(condition):
            yield Constraint(_difference(condition), "!=")
        else:
            written = {"eq": "==", "ne": "!="}.get(condition.op, condition.op)
            raise Undetermined(
                f"`{written}` in a constraint is not decided, but for the value of a constant; use inequalities"
            )


def undecided(u: sp.Expr) -> Undetermined:
    """Return the reason that is given where the interior of ``u`` >= 0 is not known."""
    return Undetermined(f"the interior of `{shown(u)}` >= 0 is not decided")


def _inside(condition: Node) -> Iterator[Constraint]:
    """Yield the interior of an inequality, or ``>=`` where it is not known."""
    sign = 1 if RELATIONS[condition.op] == ">" else -1
    u = sign * _difference(condition)
    if condition.op in {"le", "ge"}:
        yield from _opened(condition, sign, u)
    else:
        yield Constraint(u, ">" if _is_continuous(condition) else ">=")


def _is_continuous(condition: Node) -> bool:
    """Whether all branches of both sides meet, so that a strict condition holds around a point if it does there."""
    return all(next(steps_of(lower(side), Pieces()), None) is None for side in condition.args)


def _difference(condition: Node) -> sp.Expr:
    left, right = (_plain(a) for a in condition.args)
    return left - right


def _opened(condition: Node, sign: int, u: sp.Expr) -> Iterator[Constraint]:
    """Yield the interior of u >= 0, with points at which u is 0 without a turn; itself where it may have any."""
    written = sign * (to_sympy(condition.args[0]) - to_sympy(condition.args[1]))
    while _is_root(u) and _is_root(written):
        u, written = u.base, written.base  # it has a value where its base is at least 0
    never_below = bool(written.is_nonnegative) or reach([Constraint(u, "<")]).status is Status.UNSAT
    if never_below and _total(written):
        return
    if u.is_polynomial():
        factor, parts = sp.factor_list(u)
        yield Constraint(factor * sp.Mul(*(f for f, n in parts if n % 2)), ">")
        return
    touched = reach([Constraint(u, "=")]).status is not Status.UNSAT if never_below else _may_touch(condition)
    yield Constraint(u, ">=" if touched else ">")


def _is_root(u: sp.Expr) -> bool:
    return bool(u.is_Pow and u.exp.is_Rational and u.exp.is_positive and not u.exp.is_Integer)


def _may_touch(condition: Node) -> bool:
    """Whether a difference may vanish without a change of sign: where it has a kink, or no slope.

    Where a root is of 0 it counts if that has no slope: else there is no value on one side.  So do ends of an arcsine.
    """
    pieces = Pieces()
    sides = [lower(side) for side in condition.args]
    gaps = [a - c for a in pieces.of(sides[0]) for c in pieces.of(sides[1])]
    turns = [b for side in sides for b in borders(side, pieces)]
    systems = [[gap, b] for gap in gaps for b in turns]
    systems += [[gap, e, *_slopes(e)] for gap in gaps for e in (gap, *_ended(gap))]
    return any(reach([Constraint(e, "=") for e in system]).status is not Status.UNSAT for system in systems)


def _ended(u: sp.Expr) -> list[sp.Expr]:
    """Return what is at least 0 where an expression has a value, and ends its domain: bases of roots, 1 - v**2."""
    roots = [p.base for p in u.atoms(sp.Pow) if not p.exp.is_Integer and p.base.free_symbols]
    return [*roots, *(1 - f.args[0] ** 2 for f in u.atoms(sp.asin, sp.acos))]


def _slopes(u: sp.Expr) -> list[sp.Expr]:
    return [sp.diff(u, s) for s in sorted(u.free_symbols, key=lambda s: s.name)]


def _total(u: sp.Expr) -> bool:
    """Whether an expression has a value everywhere."""
    whole = (
        sp.Add,
        sp.Mul,
        sp.Abs,
        sp.Max,
        sp.Min,
        sp.exp,
        sp.sin,
        sp.cos,
        sp.atan,
        sp.erf,
        sp.Symbol,
        sp.Number,
        sp.NumberSymbol,
    )
    return all(
        isinstance(a, whole) or (a.is_Pow and a.exp.is_Integer and a.exp > 0)
        for a in sp.preorder_traversal(u)
    )


def _plain(node: Node) -> sp.Expr:
    lowered = lower(node)
    if any(part.op == "floor" for part in lowered.distinct()):
        raise Undetermined("an integer part in a constraint is not decided")
    pieces = Pieces().of(lowered)
    if len(pieces) == 1:
        return pieces[0]
    return to_sympy(node)
