"""All zeros of an analytic function on a closed bounded interval, by subdivision with Taylor jets.

On a piece X let m be the least order with 0 outside the enclosure of f^(m).  By Rolle's theorem f has at
most m zeros in X, counted with multiplicity.
  m = 0: none.       m = 1: f is monotone, so the signs at the two ends decide.
  m = 2: f' has at most one zero c in X; the sign of f at c splits X into monotone pieces.
  m > 1: when c, the zero of f^(m-1), is a zero of f of order m by exact identities, it is the only one.
Every other piece is cut in two.  Gives up (Stuck) on pieces that stay open below 2**-FINEST of a unit:
there f has a multiple zero without a recognised closed form.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from flint import arb, arb_series, ctx, fmpq

from diffcheck.algebra.roots.bracket import CUTS, Bracket, Budget, Stuck, hull, sign_at
from diffcheck.algebra.roots.identify import guesses
from diffcheck.algebra.roots.jets import ORDER, Jet, constant, is_zero_constant, jet, nonzero, sign
from diffcheck.algebra.roots.model import PRECISION, Root

__all__ = ["Budget", "Stuck", "order_at", "zeros_between"]

FINEST = 60


def _sharpen(f: Jet, piece: arb, coefficients: arb_series) -> list[arb]:
    """Enclose the Taylor coefficients over X by their own expansions about the midpoint: tighter near zeros.

    f^(k)/k! over X lies in sum_{k <= j < N} C(j,k)*c_j(mid)*h**(j-k) + C(N,k)*c_N(X)*h**(N-k), h in X-mid.
    """
    mid = piece.mid()
    last = ORDER - 1
    terms = [*f(mid, last).coeffs()]
    terms += [arb(0)] * (last - len(terms)) + [coefficients[last]]
    h = piece - mid
    sharp: list[arb] = []
    for k in range(ORDER):
        total = arb(0)
        for j in range(last, k - 1, -1):
            total = total * h + terms[j] * math.comb(j, k)
        # Either enclosure holds; keep the one that says more.
        sharp.append(
            total
            if total.rad() < coefficients[k].rad() or not coefficients[k].is_finite()
            else coefficients[k]
        )
    return sharp


def order_at(expr: sp.Expr, x: sp.Symbol, point: sp.Expr, highest: int = ORDER) -> int | None:
    """Return the order of vanishing at an exact point, by exact zero tests; None if unproved."""
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
            middle = left + (right - left) * CUTS[0]
            pieces += [(middle, right), (left, middle)]

    def settle(self, left: fmpq, right: fmpq) -> bool:
        """Decide one piece; False when it must be cut."""
        self.budget.spend(2)
        with ctx.workprec(128):
            piece = hull(left, right)
            coefficients = self.f(piece, ORDER)
            if nonzero(coefficients[0]):
                return True
            if not coefficients[0].is_finite():
                return False
            sharp = _sharpen(self.f, piece, coefficients)
        if nonzero(sharp[0]):
            return True
        order = next((k for k in range(1, ORDER) if nonzero(sharp[k])), None)
        if order is None:
            return False
        if order == 1:
            return self.monotone(left, right)
        return self.turning(left, right, order)

    def signs(self, k: int, left: fmpq, right: fmpq) -> tuple[int, int]:
        """Return the signs of f^(k) at both ends of a piece; raises Stuck when one stays open."""
        below = sign_at(self.f, k, left, self.budget)
        above = sign_at(self.f, k, right, self.budget)
        if below is None or above is None:
            raise Stuck("a sign could not be decided")
        return below, above

    def monotone(self, left: fmpq, right: fmpq) -> bool:
        """Settle a piece on which f is strictly monotone."""
        below, above = self.signs(0, left, right)
        if below != above:
            self.simple(left, right, below)
        return True

    def simple(self, left: fmpq, right: fmpq, below: int) -> None:
        """Record the only zero between two points with opposite signs of f."""
        bracket = Bracket(self.f, 0, left, right, below).narrowed(PRECISION, self.budget)
        ball = bracket.ball(PRECISION)
        exact = next((g for g in guesses(ball) if self.vanishes(g, left, right)), None)
        self.found.append(Root(exact, ball, None, 1, _refiner(bracket)))

    def vanishes(self, guess: sp.Expr, left: fmpq, right: fmpq) -> bool:
        """Whether the guess is a zero of f between the two points, both proved."""
        with ctx.workprec(512):
            place = constant(guess, 512)
            inside = arb(left) < place < arb(right)
        return inside and is_zero_constant(self.expr.subs(self.x, guess))

    def turning(self, left: fmpq, right: fmpq, order: int) -> bool:
        """Use the only zero c of f^(order-1) in the piece, if there is one."""
        k = order - 1
        below, above = self.signs(k, left, right)
        if below == above:
            # f^(k) has no zero here; for k = 1 that makes f monotone.
            return order == 2 and self.monotone(left, right)
        bracket = Bracket(self.f, k, left, right, below)
        for bits in (60, PRECISION):
            bracket = bracket.narrowed(bits, self.budget)
            centre = bracket.ball(bits)
            with ctx.workprec(2 * bits + 64):
                here = sign(self.f(centre, 1)[0])
            if here is not None:
                return order == 2 and self.split(left, bracket.low, right, here)
        for guess in guesses(centre):
            inside = self.vanishes(guess, left, right)
            if inside and order_at(self.expr, self.x, guess, order + 1) == order:
                self.found.append(Root(guess, centre, None, order, _refiner(bracket)))
                return True
        return False

    def split(self, left: fmpq, middle: fmpq, right: fmpq, here: int) -> bool:
        """Settle a piece where f has the sign ``here`` around its only turning point, next to ``middle``."""
        below, above = self.signs(0, left, right)
        if below != here:
            self.simple(left, middle, below)
        if above != here:
            self.simple(middle, right, here)
        return True


def _refiner(bracket: Bracket) -> Callable[[int], arb]:
    return lambda prec: bracket.narrowed(prec, Budget()).ball(prec)


def zeros_between(expr: sp.Expr, x: sp.Symbol, low: fmpq, high: fmpq, budget: Budget) -> list[Root]:
    """Return every zero of ``expr`` in [low, high], in order; raises Stuck when that cannot be proved.

    expr: analytic on the interval and not zero at its ends.
    """
    search = _Search(expr, x, jet(expr, x), budget, [])
    search.run(low, high)
    return search.found
