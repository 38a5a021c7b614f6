"""Oscillating terms: the class of a continuous function whose germs hold waves.

Germs with bounded symbols in their coefficients are differentiated here, waves through their phases, until a derivative
has no limit or the limits of both sides differ.  A step or a fractional part is differentiated off its jumps: they are
walls of their own, and the class there is the class as far as the point is no worse.
"""

from __future__ import annotations

import sympy as sp

from diffcheck.errors import Oscillates, Undetermined
from diffcheck.germs.germ import Algebra, Germ, Mono
from diffcheck.verdict import C0, CINF, D1, Kind, Smoothness
from diffcheck.walls.outcome import (
    Outcome,
    flat_beyond,
    integer_break,
    limit_of,
    phases_of,
)

__all__ = ["flat_waves", "oscillation"]


def oscillation(algebra: Algebra, below: Germ, above: Germ) -> Outcome:
    """The class of a continuous function with oscillating terms, by differentiating its germs."""
    slopes = [limit_of(algebra, _slope(algebra, g, s)) for g, s in ((below, -1), (above, 1))]
    if not all(v.sure for v in slopes):
        raise Oscillates
    if any(v.oscillates or v.unbounded for v in slopes):
        return Outcome(C0, Kind.OSCILLATION, how="the difference quotient has no limit")
    if all(flat_waves(algebra, g) for g in (below, above)):
        return Outcome(CINF, how="every oscillating term stays smaller than every power when differentiated")
    low, high = slopes[0].value, slopes[1].value
    assert low is not None
    assert high is not None
    if not algebra.oracle.vanishes(high - low):
        return Outcome(
            C0, Kind.CORNER, low, high, high - low, how="the difference quotients have unequal limits"
        )
    for k in range(1, 9):
        below, above = _derivative(algebra, below, -1), _derivative(algebra, above, 1)
        limits = [limit_of(algebra, g) for g in (below, above)]
        if any(v.oscillates or v.unbounded for v in limits):
            unsure = not all(v.sure for v in limits)
            if k == 1:
                how = "differentiable, and the derivative has no limit"
                return Outcome(D1, Kind.OSCILLATION, how=how, open=unsure)
            detail, how = f"derivative {k}", "a derivative has no limit"
            return Outcome(Smoothness(k - 1), Kind.BREAK, detail=detail, how=how, open=unsure)
        left, right = limits[0].value, limits[1].value
        assert left is not None
        assert right is not None
        if not algebra.oracle.vanishes(right - left):
            return integer_break(k, left / sp.factorial(k) * (-1) ** k, right / sp.factorial(k))
    raise Undetermined("an oscillating term whose first eight derivatives have limits")


def flat_waves(algebra: Algebra, g: Germ) -> bool:
    """Whether all that oscillates is below every power of t and of the phases."""
    terms = [m for c, m in g.terms if algebra.oracle.oscillating(c)]
    terms += [g.rem] if g.rem is not None and phases_of(algebra) else []
    if not flat_beyond(algebra, g) or not all(algebra.flat(m) for m in terms):
        return False
    rates = [m for _, _, phase in phases_of(algebra).values() for _, m in phase.terms if m.expo]
    # A derivative costs a factor of the phase's: any number of them are outweighed if its exponent is smaller.
    return all(algebra.compare(m.expo[0][1], r.expo[0][1]) > 0 for m in terms for r in rates)


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
            rate = _derived_phase(algebra, phase)
            turned = sign * partner if sign else sp.S.One
            out = algebra.add(out, algebra.scale(rate, turned * sp.diff(c, wave), m))
    return out


# --- identity of the two sides
