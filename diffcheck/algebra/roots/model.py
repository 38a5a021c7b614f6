"""The answer of root isolation as data: a root, a periodic family of roots, the set of all roots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import sympy as sp
from flint import arb

__all__ = ["PRECISION", "Family", "Refiner", "Root", "RootSet"]

# Bits every ball carries at least; 200 are promised, the rest covers rounding in the last operations.
PRECISION = 256

Refiner = Callable[[int], arb]


@dataclass(frozen=True, slots=True)
class Root:
    """One real zero of f.

    exact: closed form in the expression language, or None when none was recognised.
    ball: encloses this root and no other of the same function, at 200 bits or more.
    polynomial: minimal polynomial over Q when the root is known to be algebraic.
    multiplicity: order of vanishing; None where f is not analytic (an edge of the domain).
    """

    exact: sp.Expr | None
    ball: arb
    polynomial: sp.Poly | None = None
    multiplicity: int | None = 1
    refiner: Refiner = field(compare=False, repr=False, default=lambda _: arb.nan())

    def refine(self, prec: int) -> arb:
        """Return a ball of about ``prec`` bits around the root, inside none but its own neighbourhood."""
        return self.refiner(prec)

    def times(self, multiplicity: int | None) -> Root:
        """Return the root of f**multiplicity at the same place."""
        both = None if self.multiplicity is None or multiplicity is None else self.multiplicity * multiplicity
        return replace(self, multiplicity=both)


@dataclass(frozen=True, slots=True)
class Family:
    """The zeros base + k*period for the integers k with first <= k <= last, but not those in ``excluded``.

    base: the member for k = 0, which itself may be left out; its multiplicity is that of every member.
    first, last: None where the family goes on for ever.
    """

    base: Root
    period: sp.Expr
    first: int | None = None
    last: int | None = None
    excluded: tuple[int, ...] = ()

    def has(self, k: int) -> bool:
        """Whether the member number k belongs to the family."""
        above = self.first is None or self.first <= k
        return above and (self.last is None or k <= self.last) and k not in self.excluded


@dataclass(frozen=True, slots=True)
class RootSet:
    """All zeros found; ``complete`` says it is proved that the interval holds no others.

    roots: isolated zeros in increasing order.  families: periodic ones, without those in ``roots``.
    how: the method that gave the answer, or why it is incomplete.
    everywhere: f is identically zero on its domain, and then the rest is empty.
    """

    roots: tuple[Root, ...] = ()
    families: tuple[Family, ...] = ()
    complete: bool = True
    how: str = ""
    everywhere: bool = False
