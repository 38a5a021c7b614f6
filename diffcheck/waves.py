"""Oscillating terms: the class of a continuous function whose germs hold waves.

Germs with bounded symbols in their coefficients are differentiated here, waves through their phases, until a derivative
has no limit or the limits of both sides differ.
"""

from __future__ import annotations

import sympy as sp

from diffcheck.errors import Oscillates, Undetermined
from diffcheck.germ import Algebra, Germ, Mono
from diffcheck.outcome import (
    Outcome,
    flat_beyond,
    has_steps,
    integer_break,
    limit_of,
    phases_of,
    surely_moving,
)
from diffcheck.verdict import C0, CINF, D1, Kind, Smoothness

__all__ = ["oscillation"]


def oscillation(algebra: Algebra, below: Germ, above: Germ) -> Outcome:
    """The class of a continuous function with oscillating terms, by differentiating its germs."""
    slopes = [limit_of(algebra, _slope(algebra, g, s)) for g, s in ((below, -1), (above, 1))]
    if any(v.oscillates for v in slopes) and not surely_moving(algebra, below, above):
        raise Oscillates
    if any(v.oscillates or v.unbounded for v in slopes):
        return Outcome(C0, Kind.OSCILLATION, how="the difference quotient has no limit")
    if all(_flat_waves(algebra, g) for g in (below, above)):
        return Outcome(CINF, how="every oscillating term stays smaller than every power when differentiated")
    low, high = slopes[0].value, slopes[1].value
    assert low is not None
    assert high is not None
    if not algebra.oracle.vanishes(high - low):
        return Outcome(
            C0, Kind.CORNER, low, high, high - low, how="the difference quotients have unequal limits"
        )
    if has_steps(algebra, below, above):
        # Steps and fractional parts have no derivative at all points nearby.
        return Outcome(D1, Kind.OSCILLATION, how="differentiable at the point", open=True)
    for k in range(1, 9):
        below, above = _derivative(algebra, below, -1), _derivative(algebra, above, 1)
        limits = [limit_of(algebra, g) for g in (below, above)]
        if any(v.oscillates or v.unbounded for v in limits):
            if k == 1:
                return Outcome(D1, Kind.OSCILLATION, how="differentiable, and the derivative has no limit")
            return Outcome(
                Smoothness(k - 1), Kind.BREAK, detail=f"derivative {k}", how="a derivative has no limit"
            )
        left, right = limits[0].value, limits[1].value
        assert left is not None
        assert right is not None
        if not algebra.oracle.vanishes(right - left):
            return integer_break(k, left / sp.factorial(k) * (-1) ** k, right / sp.factorial(k))
    raise Undetermined("an oscillating term whose first eight derivatives have limits")


def _flat_waves(algebra: Algebra, g: Germ) -> bool:
    """Whether all that oscillates is below every power of t, with phases that only grow like powers."""
    phases = phases_of(algebra)
    tame = all(not m.expo for _, sign, phase in phases.values() for _, m in phase.terms if sign)
    terms = [m for c, m in g.terms if algebra.oracle.oscillating(c)]
    return tame and flat_beyond(algebra, g) and all(algebra.flat(m) for m in terms)


def _slope(algebra: Algebra, g: Germ, s: int) -> Germ:
    """Return (f - f(p))/(s*t)."""
    head = Germ(tuple((c, m) for c, m in g.terms if not m.is_one), g.rem)
    return algebra.scale(head, sp.Integer(s), Mono(sp.S.NegativeOne))


def _derivative(algebra: Algebra, g: Germ, s: int) -> Germ:
    """Differentiate a germ in the coordinate, waves through their phases."""
    parts = [_derived_term(algebra, c, m) for c, m in g.terms]
    total = algebra.add(*parts) if parts else Germ()
    rem = None
    if g.rem is not None:
        rem = algebra.product(g.rem, Mono(sp.S.NegativeOne))
        phases = phases_of(algebra)
        for _, _, phase in phases.values():
            rate = _derived_phase(algebra, phase)
            if rate.terms:
                rem = algebra.larger(rem, algebra.product(g.rem, rate.terms[0][1]))
    return algebra.scale(algebra.add(total, Germ((), rem)), sp.Integer(s))


def _derived_phase(algebra: Algebra, phase: Germ) -> Germ:
    parts = [_derived_term(algebra, c, m) for c, m in phase.terms]
    return algebra.add(*parts) if parts else Germ()


def _derived_term(algebra: Algebra, c: sp.Expr, m: Mono) -> Germ:
    """d/dt of c*t**a*L**b*LL**d*exp(phi), with L' = -1/t and LL' = -1/(t*L)."""
    shifts = [(m.power, Mono(sp.S.NegativeOne)), (-m.log, Mono(sp.S.NegativeOne, sp.S.NegativeOne))]
    shifts.append((-m.loglog, Mono(sp.S.NegativeOne, sp.S.NegativeOne, sp.S.NegativeOne)))
    factor = (
        algebra.add(*(Germ(((e, size),)) for e, size in shifts if e != 0))
        if any(e != 0 for e, _ in shifts)
        else Germ()
    )
    for d, n in m.expo:
        factor = algebra.add(factor, _derived_term(algebra, d, n))
    out = algebra.scale(factor, c, m)
    phases = phases_of(algebra)
    for wave, (partner, sign, phase) in phases.items():
        if wave in c.free_symbols:
            if sign == 0:
                raise Undetermined("a fractional part of something infinite is differentiated")
            rate = _derived_phase(algebra, phase)
            out = algebra.add(out, algebra.scale(rate, sign * sp.diff(c, wave) * partner, m))
    return out


# --- identity of the two sides
