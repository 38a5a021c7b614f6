"""Conditions whose truth changes without end near a point, as functions of the phases that turn.

sin(1/x) > 0 changes its truth at every 1/x = k*pi.  Beside the point it is a bounded symbol H, 1 or 0, that depends on
the phase alone: on the sign of the leading coefficient of what is compared, a function of its sine and cosine.  (Where
that coefficient is zero smaller terms decide, on ever shorter parts of a turn.)  A phase that grows without bound
takes every angle again and again, so a coefficient whose values at two angles differ has no limit; and H has the
derivative 0 off the points at which it jumps, which are walls of their own.
Read in order: Turning, angles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import sympy as sp

from diffcheck.germs.germ import Germ

__all__ = ["Phases", "Turning", "angles"]

Phases: TypeAlias = Mapping[sp.Symbol, tuple[sp.Symbol, int, Germ]]

# Half-angle tangents of the angles that are looked at, in all quadrants, and fractional parts.
TANGENTS = tuple(
    sp.Rational(p, q) for p, q in ((1, 3), (3, 1), (-3, 1), (-1, 3), (3, 4), (-4, 3), (1, 9), (-9, 1))
)
FRACTIONS = tuple(sp.Rational(p, q) for p, q in ((1, 5), (4, 5), (3, 7), (5, 8)))


@dataclass(frozen=True, slots=True)
class Turning:
    """A condition: a comparison of ``lead`` with 0, or one that joins ``parts``; op: gt, and, or, not."""

    op: str
    lead: sp.Expr = sp.S.Zero
    parts: tuple[Turning | bool, ...] = ()

    def leads(self) -> Iterator[sp.Expr]:
        """Yield what is compared with 0."""
        if self.op == "gt":
            yield self.lead
        for part in self.parts:
            if isinstance(part, Turning):
                yield from part.leads()

    def truth(self, sign: Callable[[sp.Expr], int]) -> bool | None:
        """Return the truth for the signs of the leads; None where one that decides is 0."""
        if self.op == "gt":
            s = sign(self.lead)
            return s > 0 if s else None
        truths = [p if isinstance(p, bool) else p.truth(sign) for p in self.parts]
        if self.op == "not":
            return None if truths[0] is None else not truths[0]
        decided = self.op == "or"
        return decided if decided in truths else None if None in truths else not decided


def angles(
    symbols: set[sp.Symbol],
    phases: Phases,
    turns: Mapping[sp.Symbol, Turning],
    sign: Callable[[sp.Expr], int],
) -> Iterator[Mapping[sp.Symbol, sp.Expr]]:
    """Yield values of bounded symbols that occur together again and again; nothing if they turn in several phases."""
    needed = set(symbols) & phases.keys()
    # A condition is made after those that occur in what it compares.
    for step in reversed(turns):
        if step in needed:
            needed |= {w for c in turns[step].leads() for w in c.free_symbols} & phases.keys()
    own = needed - turns.keys()
    if len({phases[w][2] for w in own}) != 1:
        return
    for values in _values(own, phases):
        for step in turns:
            truth = turns[step].truth(partial(_sign_at, sign, values)) if step in needed else None
            if truth is not None:
                values[step] = sp.Integer(truth)
        if needed <= values.keys():
            yield values


def _sign_at(sign: Callable[[sp.Expr], int], values: Mapping[sp.Symbol, sp.Expr], c: sp.Expr) -> int:
    return sign(c.xreplace(dict(values)))


def _values(own: set[sp.Symbol], phases: Phases) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    some = next(iter(own))
    partner, kind, _ = phases[some]
    if kind == 0:
        yield from ({some: part} for part in FRACTIONS)
        return
    sine, cosine = (some, partner) if kind > 0 else (partner, some)
    for m in TANGENTS:
        yield {sine: 2 * m / (1 + m**2), cosine: (1 - m**2) / (1 + m**2)}
