"""One zero between two exact ends, made as narrow as wanted: interval Newton, or bisection.

The ends are exact fractions, not balls: the radius of an arb has 30 bits only, and rounding it up could let a
second zero in.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, ctx, fmpq

from diffcheck.algebra.roots.jets import Jet, nonzero, sign
from diffcheck.deadline import check_time
from diffcheck.errors import Undetermined

__all__ = ["CUTS", "Bracket", "Budget", "Stuck", "hull", "sign_at"]

# Uneven cuts, so that zeros with a short binary expansion are not hit; the second is for when one is.
CUTS = (fmpq(1987, 4096), fmpq(2333, 4096))
# Where a point is judged: the first precision that gives a sign wins.
PRECISIONS = (96, 384, 1200, 4000)


class Stuck(Undetermined):
    """The budget is spent, or a piece resists: the set of zeros stays incomplete."""


@dataclass(slots=True)
class Budget:
    """How many jets may still be formed; a count, so that no answer depends on the machine's load."""

    left: int = 3000

    def spend(self, cost: int = 1) -> None:
        """Take ``cost`` from what is left; raises Stuck when nothing is, TimeOver when the time is over."""
        check_time()
        self.left -= cost
        if self.left < 0:
            raise Stuck("the budget for subdivision is spent")


def hull(low: fmpq, high: fmpq) -> arb:
    """Return a ball that contains the interval."""
    return arb(low).union(arb(high))


def sign_at(f: Jet, k: int, point: fmpq, budget: Budget) -> int | None:
    """Return the sign of the k-th Taylor coefficient at an exact point, None when no precision tells."""
    for prec in PRECISIONS:
        budget.spend()
        with ctx.workprec(prec):
            found = sign(f(arb(point), k + 1)[k])
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class Bracket:
    """The only zero of f^(k) in [low, high]; f^(k) has the sign ``left`` before, the other after."""

    f: Jet
    k: int
    low: fmpq
    high: fmpq
    left: int

    def ball(self, prec: int) -> arb:
        """Return a ball around the zero."""
        with ctx.workprec(2 * prec + 64):
            return hull(self.low, self.high)

    def narrowed(self, prec: int, budget: Budget) -> Bracket:
        """Return the bracket with a width below 2**-prec times the size of the zero (or below 4**-prec)."""
        bracket, working = self, 64
        while not bracket.narrow(prec):
            budget.spend(2)
            with ctx.workprec(working):
                better = bracket._newton()
            if better is not None:
                working = min(2 * working, 2 * prec + 128)
            elif working < 2 * prec + 64 and bracket.finer_than(working // 2):
                working *= 2
                continue
            bracket = better or bracket._halved(budget)
        return bracket

    def narrow(self, prec: int) -> bool:
        """Whether the width is small enough for ``prec`` bits."""
        size = max(abs(self.low), abs(self.high), fmpq(1, 1 << prec))
        return bool((self.high - self.low) * (1 << prec) < size) or self.low == self.high

    def finer_than(self, bits: int) -> bool:
        """Whether ``bits`` bits of working precision can no longer tell the ends apart well."""
        return bool((self.high - self.low) * (1 << bits) < 1 + abs(self.high))

    def _newton(self) -> Bracket | None:
        """One interval Newton step; None when it does not halve the width."""
        around = hull(self.low, self.high)
        slope = self.f(around, self.k + 2)[self.k + 1] * (self.k + 1)
        if not nonzero(slope):
            return None
        middle = around.mid()
        step = middle - self.f(middle, self.k + 1)[self.k] / slope
        if not step.is_finite():
            return None
        low = max(self.low, step.lower().fmpq())
        high = min(self.high, step.upper().fmpq())
        if low > high or (high - low) * 2 > self.high - self.low:
            return None
        return Bracket(self.f, self.k, low, high, self.left)

    def _halved(self, budget: Budget) -> Bracket:
        for cut in CUTS:
            middle = _short(self.low + (self.high - self.low) * cut, self.high - self.low)
            here = sign_at(self.f, self.k, middle, budget)
            if here == self.left:
                return Bracket(self.f, self.k, middle, self.high, self.left)
            if here is not None:
                return Bracket(self.f, self.k, self.low, middle, self.left)
        raise Stuck("a sign could not be decided")


def _short(point: fmpq, width: fmpq) -> fmpq:
    """Return a dyadic number within width/2**16 of the point: fractions do not grow from cut to cut."""
    bits = max(0, int(width.q).bit_length() - int(width.p).bit_length()) + 18
    scaled = point * (1 << bits)
    return fmpq(int(scaled.p) // int(scaled.q), 1 << bits)
