"""All zeros of a function that is analytic between the edges of its domain: tails, then subdivision.

The domain of f is cut where a logarithm, a root or a denominator vanishes.  On each open piece (a, b) far_sign proves
that f keeps one sign near both ends; what is left is a closed bounded interval without edges.  The cuts themselves are
tested one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import sympy as sp
from flint import arb, ctx, fmpq

from diffcheck.algebra.roots.compact import Budget, Stuck, order_at, zeros_between
from diffcheck.algebra.roots.domain import Demand, conditions, defined_at, meets
from diffcheck.algebra.roots.jets import constant, is_zero_constant
from diffcheck.algebra.roots.model import PRECISION, Root, RootSet
from diffcheck.algebra.roots.tails import far_sign

__all__ = ["Solver", "analytic_roots", "at_point"]

Solver = Callable[[sp.Expr, sp.Symbol, int], RootSet]


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a piece: a point, or an infinity; inward is +1 when the piece lies above it."""

    at: sp.Expr
    inward: int

    def reach(self, radius: int) -> fmpq:
        """Return a point of the piece up to which the sign at this end is known."""
        if self.at.is_infinite:
            return fmpq(-self.inward * radius)
        with ctx.workprec(PRECISION + 2 * radius.bit_length()):
            near = constant(self.at, ctx.prec) + arb(self.inward) / (2 * radius)
        return near.mid().fmpq()


def at_point(f: sp.Expr, x: sp.Symbol, point: sp.Expr, demands: list[Demand]) -> Root | None:
    """Return the zero of f at an exact point, or None when f is proved not to vanish or not to exist there.

    Raises Stuck when neither is proved.  The multiplicity is None where f is not analytic.
    """
    place = Root(point, constant(point, PRECISION), None, None, lambda prec: constant(point, prec))
    defined = defined_at(demands, x, place)
    if defined is None:
        raise Stuck(f"cannot tell whether the function exists at {point}")
    if not defined:
        return None
    here = f.subs(x, point)
    ball = constant(here, PRECISION)
    if ball > 0 or ball < 0:
        return None
    if not is_zero_constant(here):
        raise Stuck(f"cannot tell whether the function vanishes at {point}")
    inner = all(constant(u.subs(x, point), PRECISION) > 0 or not c.holds(0) for c, u in demands)
    multiplicity = order_at(f, x, point) if inner else None
    return Root(point, place.ball, None, multiplicity, place.refiner)


def _cuts(demands: list[Demand], x: sp.Symbol, solve: Solver, depth: int) -> list[Root]:
    """Return the points where a condition may begin or cease to hold, in order."""
    found: list[Root] = []
    for _, u in demands:
        if not u.has(x):
            continue
        answer = solve(u, x, depth)
        if not answer.complete or answer.families:
            raise Stuck("the domain has infinitely many pieces, or unknown ones")
        for root in answer.roots:
            if not any(_same(root, other) for other in found):
                found.append(root)
    return sorted(found, key=lambda root: root.ball.mid().fmpq())


def _same(left: Root, right: Root) -> bool:
    if not left.ball.overlaps(right.ball):
        return False
    if left.exact is not None and right.exact is not None and is_zero_constant(left.exact - right.exact):
        return True
    if not left.refine(1024).overlaps(right.refine(1024)):
        return False
    raise Stuck("two edges of the domain that cannot be told apart")


def _inside(low: sp.Expr, high: sp.Expr) -> arb:
    """Return a point between two ends."""
    if low.is_infinite and high.is_infinite:
        return arb(fmpq(3, 17))
    if low.is_infinite:
        return constant(high, PRECISION) - arb(fmpq(16, 17))
    if high.is_infinite:
        return constant(low, PRECISION) + arb(fmpq(16, 17))
    return constant(low, PRECISION) * arb(fmpq(9, 17)) + constant(high, PRECISION) * arb(fmpq(8, 17))


def _piece(f: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, budget: Budget) -> list[Root]:
    """Return the zeros in the open interval, on which f is analytic."""
    reach: list[fmpq] = []
    for end in (_End(low, 1), _End(high, -1)):
        tail = far_sign(f, x, end.at, end.inward)
        if tail is None:
            raise Stuck(f"the behaviour towards {end.at} is not understood")
        reach.append(end.reach(tail[1]))
    if reach[0] >= reach[1]:
        return []
    return zeros_between(f, x, reach[0], reach[1], budget)


def analytic_roots(
    f: sp.Expr, x: sp.Symbol, within: tuple[sp.Expr, sp.Expr], solve: Solver, depth: int
) -> RootSet:
    """Return the zeros of f in the closed interval ``within``.

    solve: the general entry, for the edges of the domain (they are zeros of simpler functions).
    """
    lower, upper = within
    demands = conditions(f, x)
    how = "subdivision with Taylor jets"
    try:
        edges = _cuts(demands, x, solve, depth + 1)
        if any(edge.exact is None for edge in edges):
            raise Stuck("an edge of the domain has no closed form")
        inner = [e.exact for e in edges if e.exact is not None and _between(lower, e.exact, upper)]
        ends = [lower, *inner, upper]
    except Stuck as stuck:
        return RootSet(complete=False, how=str(stuck))
    roots: list[Root] = []
    reasons: list[str] = []
    budget = Budget()
    for end in ends:
        if not end.is_infinite:
            _try(partial(_zero_at, f, x, end, demands), roots, reasons)
    for low, high in pairwise(ends):
        defined = meets(demands, x, _inside(low, high))
        if defined is None:
            reasons.append("cannot tell whether the function exists between two edges")
        elif defined:
            _try(partial(_piece, f, x, low, high, budget), roots, reasons)
    roots.sort(key=lambda root: root.ball.mid().fmpq())
    return RootSet(tuple(roots), complete=not reasons, how=reasons[0] if reasons else how)


def _zero_at(f: sp.Expr, x: sp.Symbol, point: sp.Expr, demands: list[Demand]) -> list[Root]:
    found = at_point(f, x, point, demands)
    return [] if found is None else [found]


def _try(search: Callable[[], list[Root]], roots: list[Root], reasons: list[str]) -> None:
    try:
        roots += search()
    except Stuck as stuck:
        reasons.append(str(stuck))
    except NotImplementedError as unknown:
        reasons.append(str(unknown))


def _between(lower: sp.Expr, point: sp.Expr, upper: sp.Expr) -> bool:
    """Whether lower < point < upper; a point that cannot be told from an end counts as that end."""
    ball = constant(point, PRECISION)
    below = lower.is_infinite or constant(lower, PRECISION) < ball
    return bool(below and (upper.is_infinite or ball < constant(upper, PRECISION)))
