"""Where an exponent vanishes and nothing shows what the sizes are that meet there.

On a wall the sizes of terms, t**e with an exponent e along the wall, are compared by signs: of e, of e - 1, of what is
left of a difference.  Where such a sign turns, points of both sides are all around, and the worse of their classes is
seen by itself.  Where e is zero and its sign does not turn, sizes are equal that differ all around:
abs(x)**(1 + y**2) is C1 off y = 0 and has a corner at the origin.
A zero of e turns unless the slope of e vanishes with it, or a condition of the branch that holds beside it ends there:
abs(x)**(1 + abs(y)), of which each branch sees an exponent that is linear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

import sympy as sp

from diffcheck.algebra.signs import touching
from diffcheck.walls.factored import factors

__all__ = ["uncrossed"]


def uncrossed(
    exponents: Iterable[sp.Expr], branches: Iterable[sp.Expr], free: Set[sp.Symbol]
) -> Iterator[tuple[sp.Expr, ...]]:
    """Yield systems of equations whose solutions hold every zero of an exponent that it does not cross.

    branches: what the conditions compare with zero under which the exponents were found.  free: the variables.
    """
    moving = [e for e in dict.fromkeys(exponents) if e.free_symbols & free]
    if not moving:
        return
    ends = list(dict.fromkeys(f for b in branches for f in factors(b) if f.free_symbols & free))
    for e in moving:
        flat = touching(e)
        for f in factors(e):
            moved = sorted(f.free_symbols & free, key=lambda s: s.name)
            if not moved:
                continue
            if f in flat or -f in flat or f in ends or -f in ends:
                yield (f,)
                continue
            slopes = [sp.diff(f, v) for v in moved]
            if not any(s.is_number and s.is_nonzero for s in slopes):
                yield (f, *slopes)
            yield from ((f, b) for b in ends)
