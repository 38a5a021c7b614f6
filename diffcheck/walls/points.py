"""Exact example points of a wall at which conditions hold.

At a root without a closed form one coordinate is known by a ball alone.  Conditions that hold beside no number near the
root do not hold at the root either; an example is verified with the ball.
Read in order: constraints_on, reach_on, example_on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import sympy as sp

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.printer import symbol
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import Reach, Status, reach
from diffcheck.conditions.relations import ACCEPTS
from diffcheck.errors import Undetermined
from diffcheck.walls.cell import Cell
from diffcheck.walls.wall import Implicit, Wall

__all__ = [
    "GENERIC",
    "Example",
    "constraints_on",
    "example_on",
    "generic_on",
    "hold_on",
    "moved_in_one",
    "nudged",
    "reach_on",
]

Example = Mapping[sp.Symbol, sp.Expr]

# Generic values: no two related by a small equation, so that coincidences do not hide.
GENERIC = tuple(
    sp.Rational(p, q)
    for p, q in (
        (1, 3),
        (2, 7),
        (5, 11),
        (3, 13),
        (7, 17),
        (8, 19),
        (9, 23),
        (11, 29),
        (12, 31),
        (13, 37),
        (15, 41),
        (17, 43),
    )
)
# Multiples of generic values that are tried before a solver is asked.
PLAIN = (sp.Integer(1), sp.Integer(-1), sp.Integer(4), sp.Integer(-4))
# Solvers know a root without a closed form to within one over this.
FINE = 10**9


def constraints_on(wall: Wall, where: Sequence[Constraint]) -> tuple[Constraint, ...]:
    """Return what the free symbols of the wall satisfy inside the domain's interior."""
    bound = {symbol(n): e for n, e in wall.base}
    return (*wall.conditions, *(Constraint(c.expr.xreplace(bound), c.rel) for c in where))


def reach_on(constraints: Sequence[Constraint], implicit: Implicit | None) -> Reach:
    """Decide whether all constraints can hold at once, where the root in them, if any, is one number."""
    if implicit is None:
        return reach(list(constraints))
    if implicit.known:
        return _reach_on_any(constraints, implicit)
    xi = implicit.symbol
    mixed = [c for c in constraints if c.expr.free_symbols != {xi}]
    for c in constraints:
        if c not in mixed:
            try:
                sign = Cell({}, implicit).sign(c.expr)
            except Undetermined as reason:
                return Reach(Status.UNKNOWN, how=str(reason))
            if sign not in ACCEPTS[c.rel]:
                return Reach(Status.UNSAT, how="its sign at the only point")
    if not mixed:
        return Reach(Status.SAT, {}, "signs at the only point")
    answer = reach([*mixed, *beside(implicit, mixed)])
    if answer.witness is None:
        return answer if answer.status is Status.UNSAT else Reach(Status.UNKNOWN, how=answer.how)
    witness = {s: v for s, v in answer.witness.items() if s != xi}
    sure = hold_on(mixed, witness, implicit)
    return Reach(Status.SAT, witness, answer.how) if sure else Reach(Status.UNKNOWN, how=answer.how)


def each(implicit: Implicit) -> Iterator[Implicit]:
    """Yield the roots that are known one by one, the one that is looked at first."""
    for root in (implicit.root, *(r for r in implicit.known if r is not implicit.root)):
        yield replace(implicit, root=root, known=())


def _reach_on_any(constraints: Sequence[Constraint], implicit: Implicit) -> Reach:
    """Decide whether all constraints can hold at one of many roots."""
    for single in each(implicit):
        answer = reach_on(constraints, single)
        if answer.status is Status.SAT:
            return answer
    answer = reach([Constraint(implicit.equation, "="), *constraints])
    return answer if answer.status is Status.UNSAT else Reach(Status.UNKNOWN, how=answer.how)


def beside(implicit: Implicit, constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
    """Return the bounds of an interval around the root, if constraints hold it; many roots have none."""
    xi = implicit.symbol
    if implicit.known or not any(xi in c.expr.free_symbols for c in constraints):
        return ()
    scaled = implicit.ball(190) * FINE
    low, high = scaled.lower().floor().unique_fmpz(), scaled.upper().ceil().unique_fmpz()
    if low is None or high is None:
        return ()
    return (
        Constraint(xi - sp.Rational(int(low) - 1, FINE), ">"),
        Constraint(sp.Rational(int(high) + 1, FINE) - xi, ">"),
    )


def hold_on(constraints: Sequence[Constraint], point: Example, implicit: Implicit | None) -> bool:
    """Whether all constraints are proved to hold at a point of a wall."""
    if implicit is None:
        return all(holds(c, point) for c in constraints)
    near = {**point, implicit.symbol: implicit.ball(190)}
    for c in constraints:
        if implicit.symbol not in c.expr.free_symbols:
            if not holds(c, point):
                return False
            continue
        ball = enclose(c.expr, near, 190)
        sign = 1 if ball > 0 else -1 if ball < 0 else None
        if sign is None or sign not in ACCEPTS[c.rel]:
            return False
    return True


def generic_on(wall: Wall, names: Sequence[str]) -> dict[sp.Symbol, sp.Expr]:
    """Return generic values of the free symbols of a wall."""
    bound = {n for n, _ in wall.base}
    free = [symbol(n) for n in names if n not in bound]
    used = {s for _, e in wall.base for s in e.free_symbols} - set(free)
    used |= {k for c in wall.conditions for k in c.expr.free_symbols if k in wall.integers}
    if wall.implicit is not None:
        used -= {wall.implicit.symbol}
    free += sorted(used, key=lambda s: s.name)
    return {s: sp.Integer(3 + i) if s.is_integer else GENERIC[i % len(GENERIC)] for i, s in enumerate(free)}


def example_on(wall: Wall, known: Sequence[Constraint], names: Sequence[str]) -> tuple[Wall, Reach]:
    """Return exact coordinates for the free symbols at which all of ``known`` hold, or a proof that there are none.

    Where the wall is one of many roots, it is returned with the one at which they hold.
    """
    if wall.implicit is None or not wall.implicit.known:
        return wall, _example(wall, known, names)
    for single in each(wall.implicit):
        found = _example(replace(wall, implicit=single), known, names)
        if found.status is Status.SAT:
            return replace(wall, implicit=replace(wall.implicit, root=single.root)), found
    return wall, reach_on(known, wall.implicit)


def _example(wall: Wall, known: Sequence[Constraint], names: Sequence[str]) -> Reach:
    point = generic_on(wall, names)
    if not known:
        return Reach(Status.SAT, point)
    plain = _plain(point, known, wall) if point else None
    if plain is not None:
        return Reach(Status.SAT, plain)
    answer = reach_on(known, wall.implicit)
    if answer.status is not Status.SAT or answer.witness is None:
        return answer
    return Reach(Status.SAT, {**point, **answer.witness}, answer.how)


def _plain(point: Example, known: Sequence[Constraint], wall: Wall) -> dict[sp.Symbol, sp.Expr] | None:
    """Return a point of small fractions that satisfies ``known``: easier to read than what a solver finds."""
    if any(c.rel == "=" for c in known):
        return None
    follow = {s.value: s.of for s in wall.steps or () if s.value.is_Symbol}
    bent = sorted(
        {s for c in known for s in c.expr.free_symbols if s in point and s not in follow},
        key=lambda s: s.name,
    )
    if len(bent) > 3 or any(s.is_integer for s in bent):
        return None
    for scales in product(PLAIN, repeat=len(bent)):
        moved = dict(point) | {s: point[s] * f for s, f in zip(bent, scales, strict=True)}
        for n, u in follow.items():
            whole = enclose(u, moved, 128).mid().floor().unique_fmpz()
            moved[n] = sp.Integer(0 if whole is None else int(whole))
        if hold_on(known, moved, wall.implicit):
            return moved
    return None


def moved_in_one(point: Example, names: Iterable[sp.Symbol]) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """Yield points that differ from a point in one of the names, the more plainly the sooner."""
    moving = sorted((s for s in names if s in point and not s.is_integer), key=lambda s: s.name)
    for size in (1, 20, 400, 10**4, 10**7, 10**11):
        yield from ({**point, s: point[s] + sp.Rational(1, 3 * size)} for s in moving)


def nudged(
    point: Example, known: Sequence[Constraint], attempt: int, implicit: Implicit | None
) -> dict[sp.Symbol, sp.Expr]:
    """Return a point nearby that satisfies the same constraints, which are open; integers stay."""
    for size in (1, 20, 400, 10**4, 10**7, 10**11):
        scale = sp.Rational(1 + attempt, 3 * size)
        moved = {
            s: v if s.is_integer else v + scale * GENERIC[(i + attempt) % len(GENERIC)]
            for i, (s, v) in enumerate(point.items())
        }
        if hold_on(known, moved, implicit):
            return moved
    return dict(point)
