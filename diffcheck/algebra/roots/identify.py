"""Guesses of closed forms for a real number known as a tight ball.

A guess is only a candidate: whoever uses it proves that the function vanishes there.  Forms tried:
p/q, sqrt(p/q), pi*p/q, log(p/q), log(p/q)/2, exp(p/q), p/q*log(2).  A guess is made only when its size is far
below what the ball could hide.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy as sp
from flint import arb, ctx

__all__ = ["guesses", "nearby_rational"]

# A fraction this small that lies in a ball of 200 bits is no accident.
LARGEST = 10**6


def _fraction(ball: arb) -> Fraction:
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def nearby_rational(ball: arb, largest: int = LARGEST) -> sp.Rational | None:
    """Return the fraction with denominator up to ``largest`` that the ball may stand for, if there is one."""
    if not ball.is_finite():
        return None
    near = _fraction(ball).limit_denominator(largest)
    meets = ball.overlaps(arb(near.numerator) / near.denominator)
    return sp.Rational(near.numerator, near.denominator) if meets else None


def guesses(ball: arb) -> Iterator[sp.Expr]:
    """Yield closed forms whose value lies in the ball, simplest kind first."""
    with ctx.workprec(320):
        if (plain := nearby_rational(ball)) is not None:
            yield plain
            return
        if (turns := nearby_rational(ball / arb.pi(), 360)) is not None:
            yield turns * sp.pi
        if (square := nearby_rational(ball * ball, 1000)) is not None:
            yield sp.sqrt(square) if ball > 0 else -sp.sqrt(square)
        for n in (1, 2):
            power = nearby_rational((n * ball).exp(), 1000) if abs(ball) < 64 else None
            if power is not None and power > 0:
                yield sp.log(power) / n
        if ball > 0 and (exponent := nearby_rational(ball.log(), 1000)) is not None:
            yield sp.exp(exponent)
        if (octaves := nearby_rational(ball / arb(2).log(), 1000)) is not None:
            yield octaves * sp.log(2)
