"""The interior of what `where` allows: inequalities for the points that are judged.

A constraint u >= 0 allows points with u = 0 inside only where u does not change sign there, as x**2 >= 0 does: where u
has a slope it does.  Where it may have none the constraint stays as it is, and allows the border as well: what is
smooth there is smooth inside.
Gives up on: equations, which have no interior; integer parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sympy as sp

from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import Relation
from diffcheck.errors import Undetermined
from diffcheck.language.tree import Node
from diffcheck.walls.gaps import Pieces, borders

__all__ = ["RELATIONS", "interior"]

RELATIONS: Mapping[str, Relation] = {"lt": "<", "le": "<", "gt": ">", "ge": ">"}


def interior(where: Sequence[Node]) -> Iterator[Constraint]:
    """Yield constraints for the interior of the domain, strict where that is known; Undetermined for what has none."""
    for condition in where:
        if condition.op == "and":
            yield from interior(condition.args)
        elif condition.op in RELATIONS:
            sign = 1 if RELATIONS[condition.op] == ">" else -1
            u = sign * _difference(condition)
            yield from [Constraint(u, ">")] if condition.op in {"lt", "gt"} else _opened(condition, sign, u)
        elif condition.op == "ne":
            yield Constraint(_difference(condition), "!=")
        else:
            written = "==" if condition.op == "eq" else condition.op
            raise Undetermined(
                f"`{written}` in a constraint is not decided, but for the value of a constant; use inequalities"
            )


def _difference(condition: Node) -> sp.Expr:
    left, right = (_plain(a) for a in condition.args)
    return left - right


def _opened(condition: Node, sign: int, u: sp.Expr) -> Iterator[Constraint]:
    """Yield the interior of u >= 0: it has points with u = 0 where u does not change sign."""
    written = sign * (to_sympy(condition.args[0]) - to_sympy(condition.args[1]))
    never_below = bool(written.is_nonnegative) or reach([Constraint(u, "<")]).status is Status.UNSAT
    if never_below and _total(written):
        return
    if u.is_polynomial():
        factor, parts = sp.factor_list(u)
        yield Constraint(factor * sp.Mul(*(f for f, n in parts if n % 2)), ">")
        return
    yield Constraint(u, ">=" if _may_touch(condition, u, never_below) else ">")


def _may_touch(condition: Node, u: sp.Expr, never_below: bool) -> bool:
    """Whether ``u`` may vanish without a change of sign: where it has a kink, or no slope."""
    if never_below:
        root = u.is_Pow and u.exp.is_positive
        return not root and reach([Constraint(u, "=")]).status is not Status.UNSAT
    pieces = Pieces()
    turns = [b for side in condition.args for b in borders(lower(side), pieces)]
    left, right = (pieces.of(lower(side)) for side in condition.args)
    gaps = [a - c for a in left for c in right]
    meets = [[Constraint(gap, "="), Constraint(b, "=")] for gap in gaps for b in turns]
    level = [[Constraint(e, "=") for e in (gap, *_slopes(gap))] for gap in gaps]
    return any(reach(system).status is not Status.UNSAT for system in (*meets, *level))


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
