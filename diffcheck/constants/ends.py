"""The sign that an expression has far out on a line, for all constants that satisfy a condition.

Its germ in t = 1/v for t -> 0+ says it: the leading coefficient is a function of the constants.
Read in order: far_out.
Gives up on: what oscillates far out, and what has no value there.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import tree_of
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.implied import Conjunction
from diffcheck.conditions.reach import reach
from diffcheck.deadline import TimeOver
from diffcheck.errors import DiffcheckError
from diffcheck.germs.expand import Expansion
from diffcheck.germs.germ import Algebra, Germ, Mono, constant
from diffcheck.walls.cell import Cell

__all__ = ["far_out"]

ORDER = 4


def far_out(
    expr: sp.Expr, v: sp.Symbol, direction: int, own: Sequence[Constraint]
) -> tuple[sp.Expr, Conjunction] | None:
    """Return an expression in the other symbols that has the sign of ``expr`` for all large ``direction*v``.

    own: what holds for the other symbols.  The conditions that come with it must hold as well.
    """
    others = sorted(expr.free_symbols - {v}, key=lambda s: s.name)
    example = {s: sp.Rational(5 + 2 * i, 7 + i) for i, s in enumerate(others)}
    found = reach([*own, *(Constraint(s, "!=") for s in others)]) if own else None
    cell = Cell(example | {s: e for s, e in ((found and found.witness) or {}).items() if s in example})
    line = {s.name: constant(s) for s in others} | {v.name: Germ(((sp.Integer(direction), Mono(-sp.S.One)),))}
    try:
        algebra = Algebra(cell, ORDER)
        head = algebra.lead(Expansion(algebra, cell, line).value(lower(tree_of(expr))).germ)
    except TimeOver:
        raise
    except (DiffcheckError, ZeroDivisionError, ValueError):
        return None
    if head is None or cell.oscillating(head[0]):
        return None
    return head[0], tuple(cell.conditions)
