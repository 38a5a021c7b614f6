"""Periodic families met with an interval or with the domain of f: which members stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import sympy as sp
from flint import arb, ctx

from diffcheck.algebra.roots.compact import Stuck
from diffcheck.algebra.roots.domain import Condition, Demand, defined_at
from diffcheck.algebra.roots.jets import constant, constant_sign, is_zero_constant
from diffcheck.algebra.roots.model import PRECISION, Family, Root, RootSet

__all__ = ["admitted", "clipped", "member"]

# A bounded interval with more members than this is not spelled out.
MOST_MEMBERS = 400
MOST_CLASSES = 24


def member(family: Family, k: int) -> Root:
    """Return the zero number k of a family."""
    base = family.base
    exact = sp.expand(base.exact + k * family.period) if base.exact is not None else None

    def refine(prec: int) -> arb:
        with ctx.workprec(prec + 16):
            return base.refine(prec) + k * constant(family.period, prec + 16)

    return Root(exact, refine(PRECISION), None, base.multiplicity, refine)


def _number_at(family: Family, place: sp.Expr) -> tuple[int, bool]:
    """Return (k, hit): the largest k with member k <= place, and whether they are equal."""
    with ctx.workprec(PRECISION):
        turns = (constant(place, PRECISION) - family.base.ball) / constant(family.period, PRECISION)
    near = (turns + arb(0.5)).floor().unique_fmpz()
    if near is not None and turns.contains(near):
        exact = family.base.exact
        gap = None if exact is None else sp.expand(exact + int(near) * family.period - place)
        if gap is not None and is_zero_constant(gap):
            return int(near), True
    whole = turns.floor().unique_fmpz()
    if whole is not None and not turns.contains(whole):
        return int(whole), False
    raise Stuck("cannot tell whether a member of a family lies at an end")


def _from(family: Family, lower: sp.Expr, closed: bool) -> Family:
    if lower.is_infinite:
        return family
    k, hit = _number_at(family, lower)
    first = k if hit and closed else k + 1
    return replace(family, first=first if family.first is None else max(first, family.first))


def _to(family: Family, upper: sp.Expr, closed: bool) -> Family:
    if upper.is_infinite:
        return family
    k, hit = _number_at(family, upper)
    last = k - 1 if hit and not closed else k
    return replace(family, last=last if family.last is None else min(last, family.last))


def _spelled_out(family: Family) -> tuple[list[Root], list[Family]]:
    if family.first is None or family.last is None:
        return [], [family]
    if family.last - family.first > MOST_MEMBERS:
        return [], [family]
    return [member(family, k) for k in range(family.first, family.last + 1) if family.has(k)], []


def _within(root: Root, lower: sp.Expr, upper: sp.Expr) -> bool:
    for end, side in ((lower, 1), (upper, -1)):
        if end.is_infinite:
            continue
        gap = (root.ball - constant(end, PRECISION)) * side
        if gap < 0:
            return False
        if gap > 0:
            continue
        found = constant_sign(root.exact - end) if root.exact is not None else None
        if found is None:
            raise Stuck("cannot tell whether a root lies at an end of the interval")
        if found * side < 0:
            return False
    return True


def clipped(answer: RootSet, lower: sp.Expr, upper: sp.Expr) -> RootSet:
    """Return the part of a root set in [lower, upper]; a family becomes single roots where it is finite."""
    if lower.is_infinite and upper.is_infinite:
        return answer
    try:
        roots = [root for root in answer.roots if _within(root, lower, upper)]
        families: list[Family] = []
        for family in answer.families:
            extra, rest = _spelled_out(_to(_from(family, lower, True), upper, True))
            roots += extra
            families += rest
    except Stuck as stuck:
        return RootSet(complete=False, how=str(stuck))
    roots.sort(key=lambda root: root.ball.mid().fmpq())
    return replace(answer, roots=tuple(roots), families=tuple(families))


def admitted(
    family: Family, demands: list[Demand], x: sp.Symbol, solve: Callable[[sp.Expr], RootSet]
) -> tuple[list[Root], list[Family]]:
    """Return the members at which all conditions hold, as single roots and families."""
    singles: list[Root] = []
    families = [family]
    for condition, u in demands:
        kept: list[Family] = []
        for one in families:
            extra, rest = _under(one, condition, u, x, solve)
            singles += extra
            kept += rest
        families = kept
    # A single root was split off under one condition; the others still have to hold.
    checked = [(root, defined_at(demands, x, root)) for root in singles]
    if any(defined is None for _, defined in checked):
        raise Stuck("cannot tell whether the function exists at one of its zeros")
    return [root for root, defined in checked if defined], families


def _under(
    family: Family, condition: Condition, u: sp.Expr, x: sp.Symbol, solve: Callable[[sp.Expr], RootSet]
) -> tuple[list[Root], list[Family]]:
    if not u.has(x):
        return [], [family] if condition.holds(_sure_sign(u)) else []
    count = _classes(u, x, family.period)
    if count is not None:
        return [], _by_class(family, condition, u, x, count)
    zeros = solve(u)
    if not zeros.complete or zeros.families or zeros.everywhere:
        raise Stuck("the domain cuts a family in a way that is not understood")
    return _by_intervals(family, condition, u, x, list(zeros.roots))


def _sure_sign(u: sp.Expr) -> int:
    found = constant_sign(u)
    if found is None:
        raise Stuck("cannot tell the sign of a constant")
    return found


def _classes(u: sp.Expr, x: sp.Symbol, period: sp.Expr) -> int | None:
    """Return n with u(x + n*period) = u(x) by periodicity of sines and cosines, or None."""
    waves = [part for part in u.atoms(sp.sin, sp.cos, sp.tan) if part.has(x)]
    if not waves or u.xreplace({wave: sp.Dummy() for wave in waves}).has(x):
        return None
    count = 1
    for part in waves:
        turns = sp.cancel(part.args[0].diff(x) * period / (2 * sp.pi))
        if not turns.is_Rational:
            return None
        count = int(sp.ilcm(count, turns.q))
    return count if count <= MOST_CLASSES else None


def _by_class(family: Family, condition: Condition, u: sp.Expr, x: sp.Symbol, count: int) -> list[Family]:
    kept = [j for j in range(count) if _holds_at(member(family, j), condition, u, x)]
    if len(kept) == count:
        return [family]
    if family.first is not None or family.last is not None or family.excluded:
        raise Stuck("the domain cuts a family in a way that is not understood")
    return [Family(member(family, j), sp.expand(count * family.period)) for j in kept]


def _holds_at(root: Root, condition: Condition, u: sp.Expr, x: sp.Symbol) -> bool:
    defined = defined_at([(condition, u)], x, root)
    if defined is None:
        raise Stuck("cannot tell whether the function exists at one of its zeros")
    return defined


def _by_intervals(
    family: Family, condition: Condition, u: sp.Expr, x: sp.Symbol, zeros: list[Root]
) -> tuple[list[Root], list[Family]]:
    """Judge one member between each two neighbouring zeros of u, and the members at these zeros."""
    if any(zero.exact is None for zero in zeros):
        raise Stuck("an edge of the domain has no closed form")
    if condition is Condition.NONZERO:
        hits = [_number_at(family, zero.exact) for zero in zeros if zero.exact is not None]
        gone = tuple(k for k, hit in hits if hit and family.has(k))
        return [], [replace(family, excluded=(*family.excluded, *gone))]
    ends = [-sp.oo, *(zero.exact for zero in zeros if zero.exact is not None), sp.oo]
    singles: list[Root] = []
    families: list[Family] = []
    for low, high in pairwise(ends):
        piece = _to(_from(family, low, False), high, True)
        if piece.first is not None and piece.last is not None and piece.first > piece.last:
            continue
        probe = piece.first if piece.first is not None else (piece.last if piece.last is not None else 0)
        inner = probe - 1 if piece.first is None and piece.last is not None else probe
        if piece.first is not None and piece.last is not None:
            extra, rest = _spelled_out(piece)
            if rest:
                raise Stuck("a bounded part of the domain holds too many members")
            singles += extra
        elif _holds_at(member(family, inner), condition, u, x):
            families.append(piece if high.is_infinite else _to(piece, high, condition.holds(0)))
        elif not high.is_infinite and condition.holds(0):
            # The zero itself belongs to the domain that begins there: sin(x)*(1 + sqrt(x)) is 0 at 0.
            k, hit = _number_at(family, high)
            singles += [member(family, k)] if hit and piece.has(k) else []
    return singles, families
