"""All zeros of an analytic function on a closed bounded interval, by subdivision with Taylor jets.

On a piece X let m be the least order with 0 outside the enclosure of f^(m).  By Rolle's theorem f has at most m zeros
in X, counted with multiplicity.
  m = 0: none.       m = 1: f is monotone, so the signs at the two ends decide.
  m = 2: f' has at most one zero c in X; the sign of f at c splits X into monotone pieces.
  m > 1: when c, the zero of f^(m-1), is a zero of f of order m by exact identities, it is the only one.
Every other piece is cut in two.  Gives up (complete=False) on pieces that stay open below 2**-FINEST of a unit:
there f has a multiple zero without a recognised closed form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from flint import arb, arb_series, ctx, fmpq

from diffcheck.roots.identify import guesses
from diffcheck.roots.jets import ORDER, Jet, constant, is_zero_constant, jet, nonzero, sign
from diffcheck.roots.model import PRECISION, Root

__all__ = ["Budget", "Stuck", "order_at", "polish", "zeros_between"]

FINEST = 60
# An uneven cut: zeros with a short binary expansion are not hit.
CUT = fmpq(1987, 4096)
# Where a point is judged: the first precision that gives a sign wins.
PRECISIONS = (96, 384, 1200)


class Stuck(Exception):
    """The budget is spent, or a piece resists: the set of zeros stays incomplete."""


@dataclass(slots=True)
class Budget:
    """How many jets may still be formed; a count, so that the answer does not depend on the machine's load."""

    left: int = 3000

    def spend(self, cost: int = 1) -> None:
        """Take ``cost`` from what is left; raises Stuck when nothing is."""
        self.left -= cost
        if self.left < 0:
            raise Stuck("the budget for subdivision is spent")


def _ball(low: fmpq, high: fmpq) -> arb:
    return arb(low).union(arb(high))


def _midpoint(ball: arb) -> fmpq:
    return ball.mid().fmpq()


def _sign_at(f: Jet, k: int, point: fmpq, budget: Budget) -> int | None:
    """Sign of the k-th Taylor coefficient at a rational point, None when no precision tells."""
    for prec in PRECISIONS:
        budget.spend()
        with ctx.workprec(prec):
            found = sign(f(arb(point), k + 1)[k])
        if found is not None:
            return found
    return None


def _sharpen(f: Jet, piece: arb, coefficients: arb_series) -> arb:
    """Enclose f(X) by the mean value form f(mid) + f'(X)*(X - mid), often much tighter than f(X) itself."""
    mid = piece.mid()
    return f(mid, 1)[0] + coefficients[1] * (piece - mid)


def _contract(f: Jet, k: int, ball: arb) -> arb | None:
    """One interval Newton step for the zero of f^(k), which is monotone on the ball; None when it gains nothing."""
    middle = ball.mid()
    slope = f(ball, k + 2)[k + 1] * (k + 1)
    if not nonzero(slope):
        return None
    step = middle - f(middle, k + 1)[k] / slope
    if not step.is_finite() or not step.overlaps(ball):
        return None
    better = step.intersection(ball)
    return better if better.rad() * 2 < ball.rad() else None


def polish(f: Jet, k: int, ball: arb, prec: int, budget: Budget) -> arb:
    """Shrink a ball that holds exactly one zero of f^(k), where f^(k) changes sign, to about ``prec`` bits.

    Interval Newton where it contracts, otherwise bisection by sign.
    """
    working = 64
    wanted = arb((1, -prec))
    while not ball.rad() < wanted * (1 + abs(ball)).lower():
        budget.spend(2)
        with ctx.workprec(working):
            better = _contract(f, k, ball)
        if better is None:
            accurate = ball.rad() * (1 << (working // 2)) < (1 + abs(ball)).lower()
            if accurate and working < 2 * prec + 64:
                working *= 2
                continue
            better = _bisect(f, k, ball, budget)
        elif working < 2 * prec:
            working *= 2
        ball = better
    return ball


def _bisect(f: Jet, k: int, ball: arb, budget: Budget) -> arb:
    low, high = ball.lower().fmpq(), ball.upper().fmpq()
    left = _sign_at(f, k, low, budget)
    middle = low + (high - low) * CUT
    here = _sign_at(f, k, middle, budget)
    if left is None or here is None:
        raise Stuck("a sign could not be decided")
    with ctx.workprec(4096):
        return _ball(middle, high) if here == left else _ball(low, middle)


def order_at(expr: sp.Expr, x: sp.Symbol, point: sp.Expr, highest: int = ORDER) -> int | None:
    """Return the order of vanishing at an exact point, by exact zero tests of the derivatives; None if unproved."""
    f = jet(expr, x)
    derivative = expr
    with ctx.workprec(256):
        coefficients = f(constant(point, 320), min(highest + 1, ORDER + 1))
    for k in range(highest):
        if nonzero(coefficients[k]):
            return k
        if not is_zero_constant(derivative.subs(x, point)):
            return None
        derivative = derivative.diff(x)
    return None


@dataclass(slots=True)
class _Search:
    """One run: the function, what it may spend, and what it has found."""

    expr: sp.Expr
    x: sp.Symbol
    f: Jet
    budget: Budget
    found: list[Root]

    def run(self, low: fmpq, high: fmpq) -> None:
        pieces = [(low, high)]
        smallest = fmpq(1, 1 << FINEST)
        while pieces:
            left, right = pieces.pop()
            if self.settle(left, right):
                continue
            if right - left < smallest:
                raise Stuck("a multiple root without a recognised closed form")
            middle = left + (right - left) * CUT
            pieces += [(middle, right), (left, middle)]

    def settle(self, left: fmpq, right: fmpq) -> bool:
        """Decide one piece; False when it must be cut."""
        self.budget.spend(2)
        with ctx.workprec(128):
            piece = _ball(left, right)
            coefficients = self.f(piece, ORDER)
            if nonzero(coefficients[0]):
                return True
            if not coefficients[0].is_finite():
                return False
            if nonzero(_sharpen(self.f, piece, coefficients)):
                return True
        order = next((k for k in range(1, ORDER) if nonzero(coefficients[k])), None)
        if order is None:
            return False
        if order == 1:
            return self.monotone(left, right)
        return self.turning(left, right, order)

    def monotone(self, left: fmpq, right: fmpq) -> bool:
        """Settle a piece on which f is strictly monotone."""
        ends = _sign_at(self.f, 0, left, self.budget), _sign_at(self.f, 0, right, self.budget)
        if None in ends:
            raise Stuck("a sign could not be decided")
        if ends[0] != ends[1]:
            self.found.append(self.simple(left, right))
        return True

    def simple(self, left: fmpq, right: fmpq) -> Root:
        with ctx.workprec(4096):
            start = _ball(left, right)
        ball = polish(self.f, 0, start, PRECISION, self.budget)
        exact = next((g for g in guesses(ball) if self.vanishes(g, start)), None)
        return Root(exact, ball, None, 1, _refiner(self.f, 0, ball))

    def vanishes(self, guess: sp.Expr, piece: arb) -> bool:
        """Whether the guess is a zero of f that lies in the piece, both proved."""
        return bool(piece.contains(constant(guess, 512))) and is_zero_constant(self.expr.subs(self.x, guess))

    def turning(self, left: fmpq, right: fmpq, order: int) -> bool:
        """Use the only zero c of f^(order-1) in the piece, if there is one."""
        k = order - 1
        ends = _sign_at(self.f, k, left, self.budget), _sign_at(self.f, k, right, self.budget)
        if None in ends:
            raise Stuck("a sign could not be decided")
        if ends[0] == ends[1]:
            # f^(k) has no zero here; for k = 1 that makes f monotone.
            return order == 2 and self.monotone(left, right)
        with ctx.workprec(4096):
            start = _ball(left, right)
        rough = polish(self.f, k, start, 60, self.budget)
        with ctx.workprec(128):
            here = self.f(rough, 1)[0]
        if nonzero(here):
            return order == 2 and self.split(left, rough, right, int(sign(here) or 0))
        return self.multiple(left, right, order, rough)

    def multiple(self, left: fmpq, right: fmpq, order: int, rough: arb) -> bool:
        k = order - 1
        centre = polish(self.f, k, rough, PRECISION, self.budget)
        with ctx.workprec(2 * PRECISION):
            here = self.f(centre, 1)[0]
        if nonzero(here):
            return order == 2 and self.split(left, centre, right, int(sign(here) or 0))
        for guess in guesses(centre):
            if self.vanishes(guess, rough) and order_at(self.expr, self.x, guess, order + 1) == order:
                self.found.append(Root(guess, centre, None, order, _refiner(self.f, k, centre)))
                return True
        return False

    def split(self, left: fmpq, centre: arb, right: fmpq, here: int) -> bool:
        """Settle a piece where f is monotone on both sides of ``centre`` and has the sign ``here`` all over it."""
        ends = _sign_at(self.f, 0, left, self.budget), _sign_at(self.f, 0, right, self.budget)
        if None in ends:
            raise Stuck("a sign could not be decided")
        middle = _midpoint(centre)
        if ends[0] != here:
            self.found.append(self.simple(left, middle))
        if ends[1] != here:
            self.found.append(self.simple(middle, right))
        return True


def _refiner(f: Jet, k: int, ball: arb) -> Callable[[int], arb]:
    return lambda prec: polish(f, k, ball, prec, Budget())


def zeros_between(expr: sp.Expr, x: sp.Symbol, low: fmpq, high: fmpq, budget: Budget) -> list[Root]:
    """Return every zero of ``expr`` in [low, high], in order; raises Stuck when that cannot be proved.

    expr: analytic on the interval and not zero at its ends.
    """
    search = _Search(expr, x, jet(expr, x), budget, [])
    search.run(low, high)
    return search.found
