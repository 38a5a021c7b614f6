"""Walls: the hypersurfaces on which a gap vanishes, written so that a germ can start from them.  Frozen data.

Read in order: Wall; Walls is the answer for one gap.  solved.py finds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import flint
import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.algebra.roots import Root
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.equations import fresh_integer

__all__ = ["Implicit", "Points", "Step", "Thin", "Wall", "Walls", "family_key"]


# The points of a set: expressions for its bound names.
Points = tuple[tuple[str, sp.Expr], ...]


@dataclass(frozen=True, slots=True)
class Implicit:
    """A root without a closed form: a symbol that stands for it, its ball, the equation it solves.

    known: where the symbol stands for every root of the equation, of which there may be infinitely many, some of them;
    ``root`` is then the one that is looked at.
    """

    symbol: sp.Symbol
    root: Root = field(compare=False)
    equation: sp.Expr
    known: tuple[Root, ...] = field(compare=False, default=())

    def ball(self, prec: int) -> flint.arb:
        """Return an enclosure of about ``prec`` bits."""
        return self.root.ball if prec <= 190 else self.root.refine(prec)


@dataclass(frozen=True, slots=True)
class Step:
    """floor(of) = value along a wall: a symbolic integer or, on a part of the wall, a number.

    exact: ``of`` itself is that integer; else it lies between ``value`` and ``value`` + 1.
    """

    of: sp.Expr
    value: sp.Expr
    exact: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """A hypersurface gap = 0, crossed along ``variable``.

    base: expressions for the bound names; every other name is free and stands for itself.
    conditions: what free symbols satisfy where the wall is real.
    integers: symbolic integers that number the members of a family, and those that stand for steps.
    steps: integer parts that move along the wall; None where each of their values is a kind of point of its own.
    """

    gap: sp.Expr
    variable: str
    base: Points
    conditions: tuple[Constraint, ...] = ()
    integers: tuple[sp.Symbol, ...] = ()
    implicit: Implicit | None = None
    steps: tuple[Step, ...] | None = ()

    def point(self) -> dict[str, sp.Expr]:
        """Return the expressions of the bound names."""
        return dict(self.base)

    def part(self, *equations: sp.Expr) -> Thin:
        """Return the part of the wall, of its own branch and where its formula is real, on which more vanishes."""
        own = tuple(symbol(n) - e for n, e in self.base)
        known = {k for e in (*own, *equations) for k in e.free_symbols if k.is_integer}
        inside = tuple(
            c.bordered for c in self.conditions if {k for k in c.expr.free_symbols if k.is_integer} <= known
        )
        return Thin(self.gap, (*own, *equations), inside)

    @property
    def integer_parts(self) -> dict[sp.Symbol, sp.Expr]:
        """Return u by n for every n that only stands for floor(u)."""
        found: dict[sp.Symbol, sp.Expr] = {}
        for s in self.steps or ():
            if s.value.is_Symbol and s.value not in s.of.free_symbols:
                found.setdefault(s.value, s.of)
        return found

    @property
    def asking_parts(self) -> tuple[Step, ...]:
        """Return the integer parts that ask something: y = k and floor(x) = 2*k, where k is told otherwise."""
        own = self.integer_parts
        others = [s for s in self.steps or () if own.get(s.value) != s.of]
        told = {k for _, e in self.base for k in e.free_symbols} | own.keys()
        return tuple(s for s in others if s.value.free_symbols & (told | s.of.free_symbols))

    @property
    def formula(self) -> object:
        """What walls with other conditions have in common."""
        return self.gap, self.base, self.implicit

    def with_integer(self, k: sp.Symbol, value: sp.Expr) -> Wall:
        """Return the part of the family with ``k`` = ``value``: a number, or a formula in other integers."""
        left = tuple(i for i in self.integers if i != k)
        more = tuple(s for s in value.free_symbols if s.is_integer and s not in left)
        base = tuple((n, _put_in(e, k, value)) for n, e in self.base)
        conditions = tuple(Constraint(c.expr.subs(k, value), c.rel) for c in self.conditions)
        steps = self.steps and tuple(
            replace(s, of=s.of.subs(k, value), value=s.value.subs(k, value)) for s in self.steps
        )
        gap = self.gap.subs(k, value)
        return replace(self, gap=gap, base=base, conditions=conditions, integers=left + more, steps=steps)

    def with_step(self, u: sp.Expr) -> Iterator[Wall]:
        """Yield the parts of the wall that floor(u) tells apart.

        On real coordinates u is an integer on a null set of the wall only; on integers that is a part of its own.
        """
        n = fresh_integer()
        inside = (Constraint(u - n, ">"), Constraint(n + 1 - u, ">"))
        parts: list[tuple[bool, tuple[Constraint, ...]]] = [(False, inside)]
        if all(s.is_integer for s in u.free_symbols):
            parts.append((True, (Constraint(u - n, "="),)))
        for exact, conditions in parts:
            yield replace(
                self,
                conditions=(*self.conditions, *conditions),
                integers=(*self.integers, n),
                steps=(*(self.steps or ()), Step(u, n, exact)),
            )


def _put_in(expr: sp.Expr, k: sp.Symbol, value: sp.Expr) -> sp.Expr:
    """Return a formula at an integer; a polynomial is expanded, so that SymPy sees whole turns in a sine of it."""
    found = expr.subs(k, value)
    return sp.expand_mul(found) if found.is_polynomial(*found.free_symbols) else found


def family_key(wall: Wall) -> object:
    """Return what is the same for equal walls: their expressions up to the names of integers, which no two share."""
    names = {k: sp.Symbol(f"m{i}", integer=True) for i, k in enumerate(wall.integers)}
    point = tuple((n, e.xreplace(names)) for n, e in wall.base)
    conditions = tuple((c.expr.xreplace(names), c.rel) for c in wall.conditions)
    if wall.implicit is not None:
        return (point, conditions, wall.implicit.equation)
    return (point, conditions)


@dataclass(frozen=True, slots=True)
class Thin:
    """A system of equations whose zero set has codimension 2 or more, on which a singular gap vanishes.

    conditions: what holds there as well, such as that of a wall it is a part of: x = sqrt(c) asks for c >= 0.
    """

    gap: sp.Expr
    equations: tuple[sp.Expr, ...]
    conditions: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True)
class Walls:
    """The answer for one gap: its walls, the thin sets left to look at, and what could not be solved."""

    walls: tuple[Wall, ...] = ()
    thin: tuple[Thin, ...] = ()
    open: tuple[sp.Expr, ...] = ()
