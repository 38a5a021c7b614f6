"""What happens at a point, as data, and what a single germ says: its limit, what is flat, what a wave allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from diffcheck.germs.germ import Algebra, Germ, NeedMoreTerms
from diffcheck.verdict import CINF, Kind, Smoothness
from diffcheck.walls.cell import Cell

__all__ = [
    "EDGES",
    "OUTSIDE",
    "SMOOTH",
    "Evidence",
    "Limit",
    "Outcome",
    "flat_beyond",
    "integer_break",
    "limit_of",
    "phases_of",
]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen on both sides: the germs (None where undefined), the value, and the two identical expressions.

    waves: bounded symbols of the germs, with partner, sign and phase.
    """

    left: Germ | None = None
    right: Germ | None = None
    value: sp.Expr | None = None
    identity: tuple[sp.Expr, sp.Expr] | None = None
    waves: Mapping[sp.Symbol, tuple[sp.Symbol, int, Germ]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens at a point of a wall.

    kind: None when nothing does.  left, right, size: exact; slopes, limits, or the derivatives that break.
    how: the argument, for the certificate.  open: the class may be better than ``level`` says.
    power: the symbolic exponent e of the term t**e that decides; the class is C^k for every k < e.
    factor: for what has no one size (several cases, thin sets), what divides all of them.
    """

    level: Smoothness
    kind: Kind | None = None
    left: sp.Expr | None = None
    right: sp.Expr | None = None
    size: sp.Expr | None = None
    detail: str = ""
    how: str = ""
    open: bool = False
    power: sp.Expr | None = None
    factor: sp.Expr | None = None
    evidence: Evidence | None = field(default=None, compare=False, repr=False)

    @property
    def divisor(self) -> sp.Expr | None:
        """The size, or what divides all sizes: where it vanishes, nothing as bad happens."""
        return self.factor if self.size is None else self.size


SMOOTH = Outcome(CINF, how="one analytic function on both sides")

OUTSIDE = Outcome(CINF, how="not in the domain")

# What happens where the domain ends, from best to worst; an unbounded value, told with its limit, is worse than these.
EDGES = ("one-sided derivative finite", "gradient unbounded", "no limit")


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of a germ: a number; or None with the sign of an infinity, or with oscillation.

    sure: whether what oscillates is proved to move.  grows: whether its size tends to infinity; then it is unbounded,
    for one of two values that it takes again and again is not zero.
    """

    value: sp.Expr | None
    unbounded: int = 0
    oscillates: bool = False
    sure: bool = True
    grows: bool = False


def limit_of(algebra: Algebra, g: Germ) -> Limit:
    """Return the limit of a germ: a number, an infinity with its sign, or none."""
    total = sp.S.Zero
    for c, m in g.terms:
        size = algebra.growth(m)
        if size < 0:
            return Limit(total)
        # A constant term may be zero: asking would only single out the integers at which it is.
        if (size > 0 or algebra.oracle.oscillating(c)) and algebra.oracle.vanishes(c):
            continue
        if algebra.oracle.oscillating(c):
            return Limit(None, 0, True, algebra.oracle.moves(c), size > 0)
        if size > 0:
            return Limit(None, algebra.oracle.sign(c))
        total = total + c
    if g.rem is not None and algebra.growth(g.rem) >= 0:
        raise NeedMoreTerms
    return Limit(total)


def phases_of(algebra: Algebra) -> Mapping[sp.Symbol, tuple[sp.Symbol, int, Germ]]:
    """Return the bounded symbols that were met so far: partner, sign (0 for a step or a fraction), phase."""
    return algebra.oracle.phases if isinstance(algebra.oracle, Cell) else {}


def restless(algebra: Algebra, g: Germ) -> bool:
    """Whether a term oscillates, or one that is not known may: what was met before can be in the remainder as well.

    However small it is, its derivatives need not be: x**4*sin(1/x**8) beside abs(x)**3.
    """
    known = any(algebra.oracle.oscillating(c) for c, _ in g.terms)
    return known or (g.rem is not None and bool(phases_of(algebra)))


# --- derivatives


def flat_beyond(algebra: Algebra, g: Germ) -> bool:
    """Whether nothing but terms below every power of t is left unknown."""
    return algebra.flat(g.rem)


def integer_break(n: int, lo: sp.Expr, hi: sp.Expr) -> Outcome:
    """The n-th derivatives differ: n! * c on either side."""
    factor = sp.factorial(n)
    left, right = (-1) ** n * factor * lo, factor * hi
    kind = Kind.CORNER if n == 1 else Kind.BREAK
    detail = "" if n == 1 else f"derivative {n}"
    return Outcome(
        Smoothness(n - 1),
        kind,
        left,
        right,
        right - left,
        detail,
        how=f"the coefficients of t**{n} are not {'opposite' if n % 2 else 'equal'}",
    )
