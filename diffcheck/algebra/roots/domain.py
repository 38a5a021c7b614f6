"""Where an expression in one variable is a real number: the conditions on its parts, judged at points."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import sympy as sp
from flint import arb, ctx

from diffcheck.algebra.roots.jets import constant_sign, jet, sign
from diffcheck.algebra.roots.model import Root

__all__ = ["Condition", "conditions", "defined_at", "meets"]

POINT_PRECISIONS = (128, 512)


class Condition(Enum):
    """What a part must satisfy for the expression to be a real number."""

    POSITIVE = "positive"
    NONNEGATIVE = "nonnegative"
    NONZERO = "nonzero"

    def holds(self, found: int) -> bool:
        """Whether a number of that sign meets the condition."""
        if self is Condition.NONZERO:
            return found != 0
        return found > 0 or (found == 0 and self is Condition.NONNEGATIVE)


Demand = tuple[Condition, sp.Expr]


def _of_power(base: sp.Expr, exponent: sp.Expr) -> Condition | None:
    if exponent.is_Integer:
        return Condition.NONZERO if exponent < 0 else None
    if exponent.is_number and constant_sign(exponent) == 1:
        return Condition.NONNEGATIVE
    return Condition.POSITIVE


def _of_part(part: sp.Expr) -> Iterator[Demand]:
    if part.is_Pow and part.base != sp.E:
        needed = _of_power(part.base, part.exp)
        if needed is not None:
            yield needed, part.base
        return
    u = part.args[0] if part.args else sp.S.One
    if part.func is sp.log:
        yield Condition.POSITIVE, u
    elif part.func in (sp.asin, sp.acos):
        yield from ((Condition.NONNEGATIVE, 1 - u), (Condition.NONNEGATIVE, 1 + u))
    elif part.func is sp.atanh:
        yield from ((Condition.POSITIVE, 1 - u), (Condition.POSITIVE, 1 + u))
    elif part.func is sp.acosh:
        yield Condition.NONNEGATIVE, u - 1
    elif part.func is sp.tan:
        yield Condition.NONZERO, sp.cos(u)


def conditions(expr: sp.Expr, x: sp.Symbol) -> list[Demand]:
    """Return what the parts of ``expr`` must satisfy, inner parts first; without what always holds."""
    found: dict[Demand, None] = {}
    for part in sp.postorder_traversal(expr):
        for condition, u in _of_part(part):
            certain = u.is_positive or (condition is not Condition.POSITIVE and u.is_nonnegative)
            if condition is Condition.NONZERO:
                certain = u.is_zero is False and u.is_finite is not False
            if not u.has(x):
                certain = condition.holds(constant_sign(u) or 0)
            if not (certain and u.is_real):
                found[condition, u] = None
    return list(found)


def _sign(u: sp.Expr, x: sp.Symbol, root: Root) -> int | None:
    if root.exact is not None:
        return constant_sign(u.subs(x, root.exact))
    for prec in POINT_PRECISIONS:
        ball = root.ball if prec <= 256 else root.refine(prec)
        with ctx.workprec(prec):
            found = sign(jet(u, x)(ball, 1)[0])
        if found is not None:
            return found
    return None


def defined_at(demands: list[Demand], x: sp.Symbol, root: Root) -> bool | None:
    """Whether all conditions hold at a root; None when one of them stays open."""
    unsure = False
    for condition, u in demands:
        found = _sign(u, x, root)
        if found is None:
            unsure = True
        elif not condition.holds(found):
            return False
    return None if unsure else True


def meets(demands: list[Demand], x: sp.Symbol, point: arb) -> bool | None:
    """Whether all conditions hold strictly at a point away from the zeros of their parts; None when open."""
    for condition, u in demands:
        with ctx.workprec(256):
            found = sign(jet(u, x)(point, 1)[0])
        if found is None:
            return None
        if not condition.holds(found):
            return False
    return True
