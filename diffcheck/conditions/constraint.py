"""Conditions `expr rel 0`, and whether one holds at an exact point: by exact arithmetic, balls and identities.

Read in order: Constraint, holds, all_hold; may_hold refutes at a point known in balls alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from diffcheck.algebra.balls import enclose, exact_value, sign_at
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.conditions.relations import ACCEPTS, BORDERED, FLIPPED, OPPOSITE, Relation

__all__ = ["Constraint", "all_hold", "are_opposed", "holds", "may_hold"]


@dataclass(frozen=True, slots=True)
class Constraint:
    """The condition ``expr rel 0``; it holds only where ``expr`` has a value."""

    expr: sp.Expr
    rel: Relation

    def __str__(self) -> str:
        return f"{self.expr} {self.rel} 0"

    @property
    def opposite(self) -> Constraint | None:
        """What holds beyond the border of a strict condition; None for others."""
        return Constraint(self.expr, OPPOSITE[self.rel]) if self.rel in OPPOSITE else None

    @property
    def bordered(self) -> Constraint:
        """The condition with its border: u >= 0 for u > 0."""
        return Constraint(self.expr, BORDERED.get(self.rel, self.rel))

    @property
    def outward(self) -> Constraint:
        """The same on an expression or on its negative, whichever SymPy writes without a sign: -p > 0 as p < 0."""
        turned = self.expr.could_extract_minus_sign()
        return Constraint(-self.expr, FLIPPED.get(self.rel, self.rel)) if turned else self


def are_opposed(a: Iterable[Constraint], b: Iterable[Constraint]) -> bool:
    """Whether a condition among ``a`` is plainly the opposite of one among ``b``; other contradictions are not seen."""
    known = {c.outward for c in a}
    return any(c.outward.opposite in known for c in b)


def holds(constraint: Constraint, point: Mapping[sp.Symbol, sp.Expr]) -> bool | None:
    """Decide ``constraint`` at an exact point; None when it has no value there or nothing proves it."""
    sign = sign_at(constraint.expr, point, 400)
    if sign is not None:
        return sign in ACCEPTS[constraint.rel]
    if not enclose(constraint.expr, point, 400).is_finite():
        return None
    value = exact_value(constraint.expr, {s: sp.sympify(v) for s, v in point.items()})
    if value is None or value.free_symbols or is_zero(value) is not Decision.YES:
        return None
    return 0 in ACCEPTS[constraint.rel]


def all_hold(
    constraints: Sequence[Constraint], point: Mapping[sp.Symbol, sp.Expr], *, thorough: bool = False
) -> bool:
    """Whether all constraints are proved to hold, cheap refutations first.

    thorough: also try to prove that an inequality holds with equality, which costs milliseconds.
    """
    if not may_hold(constraints, point):
        return False
    identities = []
    for c in constraints:
        sign = sign_at(c.expr, point, 160)
        if sign is None and (c.rel == "=" or (thorough and c.rel in {"<=", ">="})):
            identities.append(c)
        elif sign is None or sign not in ACCEPTS[c.rel]:
            return False
    return all(holds(c, point) is True for c in identities)


def may_hold(constraints: Sequence[Constraint], point: Mapping[sp.Symbol, Any]) -> bool:
    """Whether no ball at 64 bits refutes a constraint."""
    for c in constraints:
        ball = enclose(c.expr, point, 64)
        if not ball.is_finite():
            return False
        accepted = ACCEPTS[c.rel]
        if (ball > 0 and 1 not in accepted) or (ball < 0 and -1 not in accepted):
            return False
        if ball.is_zero() and 0 not in accepted:
            return False
    return True
