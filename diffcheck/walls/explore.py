"""Every kind of point of a wall: cell after cell, until a proof says that none is left.

One cell (cell.py) answers for all points that satisfy its conditions.  The others are reached by turning round one
condition at a time, as in concolic testing (Godefroid, Klarlund, Sen, "DART", 2005): a decision procedure gives a point
or proves that there is none.  Equalities need no look on real symbols (they cut out null sets of the wall); on symbolic
integers they do, so the members at which a coefficient vanishes are visited by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import sympy as sp

from diffcheck.algebra.balls import enclose, sign_at
from diffcheck.algebra.modulo import reduced_at_root
from diffcheck.algebra.printer import shown
from diffcheck.algebra.roots import common_zeros
from diffcheck.algebra.valued import has_value
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.demands import demands
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import ACCEPTS, NEGATED
from diffcheck.deadline import TimeOver, check_time
from diffcheck.errors import Undetermined
from diffcheck.verdict import Kind
from diffcheck.walls.cell import BadWitness, Cell, Refine
from diffcheck.walls.factored import factors
from diffcheck.walls.members import vanishing_members
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.points import (
    Example,
    constraints_on,
    each,
    example_on,
    generic_on,
    hold_on,
    moved_in_one,
    nudged,
    reach_on,
)
from diffcheck.walls.wall import Implicit, Wall

__all__ = ["Explored", "Leaf", "explore"]

MAX_LEAVES = 96
FEW_MEMBERS = 9
# Points of a wall that are tried until no coefficient vanishes by accident.
ATTEMPTS = 6
# The members of a family that a reader would take, and the difference that finite differences show.
FIRST = tuple(map(sp.Integer, (0, 1, -1, 2, -2)))
SEEN = 1e-6


class OnlyWhere(Refine):
    """All that is left of a family are members at which ``coefficient`` is zero."""

    whole = False

    def __init__(self, coefficient: sp.Expr) -> None:
        super().__init__(f"{coefficient} = 0")
        self.coefficient = coefficient

    def parts(self, wall: Wall) -> Iterator[Wall]:
        """Yield these members; Undetermined where they are not found."""
        # Zeros of what holds no integer cut out a null set of each member.
        for f in (f for f in factors(self.coefficient) if f.free_symbols & set(wall.integers)):
            members = vanishing_members(f, wall.integers) if f.free_symbols <= set(wall.integers) else None
            if members is None:
                raise Undetermined(f"cannot find the integers at which `{shown(f)}` vanishes")
            yield from (wall.with_integer(k, value) for k, value in members)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One kind of point: what holds there, an exact example, what happens.

    apart: what is not zero there, in integer parts and in the integers of a family; the values at which it is stand by
        themselves.
    """

    wall: Wall
    conditions: tuple[Constraint, ...]
    witness: Mapping[sp.Symbol, sp.Expr]
    outcome: Outcome
    pivots: tuple[sp.Expr, ...] = ()
    exponents: tuple[sp.Expr, ...] = ()
    branches: tuple[sp.Expr, ...] = ()
    apart: tuple[Constraint, ...] = ()

    @property
    def asked(self) -> tuple[Constraint, ...]:
        """All that a point of the wall must satisfy to be of this kind."""
        return (*self.conditions, *self.apart)


@dataclass(slots=True)
class Explored:
    """All kinds of points of a wall; ``open`` says what could not be excluded or decided.

    absent: constraints that were proved to hold nowhere on the wall, with the argument.
    """

    leaves: list[Leaf] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    absent: list[tuple[tuple[Constraint, ...], str]] = field(default_factory=list)


Judge = Callable[[Wall, Cell], Outcome]
# A wall, and the conditions under which it is left to visit.
_Path = tuple[Wall, tuple[Constraint, ...]]


def explore(
    wall: Wall,
    where: Sequence[Constraint],
    names: Sequence[str],
    judge: Judge,
    out: Explored | None = None,
    enough: Callable[[Explored], bool] = lambda _: False,
) -> Explored:
    """Visit every kind of point of ``wall`` that ``where`` allows.

    out: filled on the way and returned, so that what was seen before a time budget ended is not lost.
    enough: asked after each, whether the others are left out.
    """
    out = Explored() if out is None else out
    todo: list[_Path] = [(wall, ())]
    single: set[Wall] = set()
    split: set[Wall] = set()
    while todo:
        if len(out.leaves) > MAX_LEAVES:
            out.open.append(f"more than {MAX_LEAVES} kinds of points on one wall")
            break
        check_time()
        member, prefix = todo.pop()
        if not all(has_value(e) for _, e in member.base):
            continue  # this member of a family does not exist
        known = (*constraints_on(member, where), *_existing(member))
        few = _few_members(member, known)
        if few is not None:
            todo += [(m, ()) for m in few]
            continue
        found = _point(member, (*known, *prefix), names, out)
        if found is None:
            continue
        member, point = found
        try:
            cell, outcome = _visit(member, point, (*known, *prefix), judge)
        except Refine as refine:
            try:
                todo = _divided(todo, member, refine, split)
            except Undetermined as reason:
                out.open.append(str(reason))
            continue
        except TimeOver:
            raise
        except Undetermined as reason:
            out.open.append(str(reason))
            continue
        conditions = tuple(cell.conditions)
        _make_telling(point, outcome, (*known, *prefix, *conditions), member, cell)
        noted = (tuple(cell.pivots), tuple(cell.exponents), tuple(cell.branches))
        out.leaves.append(Leaf(member, conditions, point, outcome, *noted, _set_apart(member, cell)))
        if enough(out):
            break
        todo += [(member, turned) for turned in _turned(prefix, conditions)]
        todo += [(m, ()) for m in _exceptional(member, cell, single, out)]
    if not todo:
        out.leaves = [leaf for leaf in out.leaves if leaf.wall not in split]
    return out


def _existing(wall: Wall) -> list[Constraint]:
    """Return what integers satisfy where the formulas of a wall have values: y = 1/k asks for k != 0."""
    asked = (c for _, e in wall.base for c in demands(e))
    return [Constraint(u, rel) for u, rel in asked if rel == "!=" and u.free_symbols and u.is_integer]


def _divided(todo: Sequence[_Path], wall: Wall, refine: Refine, split: set[Wall]) -> list[_Path]:
    """Return what is left to visit with the parts of a wall for it; they hold all of it, also what was seen before."""
    parts: list[_Path] = [(part, ()) for part in refine.parts(wall)]
    if not refine.whole:
        return [*todo, *parts]
    split.add(wall)
    return [*((w, path) for w, path in todo if w != wall), *parts]


def _few_members(wall: Wall, known: Sequence[Constraint]) -> list[Wall] | None:
    """Return the members of a family one by one where its conditions leave a few only; None where they may not."""
    for k in wall.integers:
        own = [c for c in known if c.expr.free_symbols == {k}]
        ends = (Constraint(k - FEW_MEMBERS, ">="), Constraint(-k - FEW_MEMBERS, ">="))
        if len(own) > 1 and all(reach([*own, end]).status is Status.UNSAT for end in ends):
            inside = [
                n
                for n in range(1 - FEW_MEMBERS, FEW_MEMBERS)
                if all(holds(c, {k: sp.Integer(n)}) is not False for c in own)
            ]
            return [wall.with_integer(k, sp.Integer(n)) for n in inside]
    return None


def _make_telling(
    point: dict[sp.Symbol, sp.Expr], outcome: Outcome, known: Sequence[Constraint], wall: Wall, cell: Cell
) -> None:
    """Move the example to the first members of a family, and to where a difference on the wall can be seen.

    Of exp(-k**4) the first members show a difference that is lost in rounding at the later ones.
    """
    if outcome.kind is Kind.EDGE:
        _leave_integer_powers(point, known, wall, cell)
    size = outcome.size if outcome.size is not None and outcome.size.free_symbols <= point.keys() else None
    own = [k for k in wall.integers if k in point]
    alike = [*known, *(Constraint(c, "!=") for c in cell.exceptional)]
    for numbers in product(FIRST, repeat=len(own)) if 0 < len(own) <= 2 else ():
        moved = {**point, **dict(zip(own, numbers, strict=True))}
        if (size is None or _is_seen(size, moved)) and hold_on(alike, moved, wall.implicit):
            point.update(moved)
            return
    # By balls: exact powers of the coordinates can have millions of digits.
    if size is None or sign_at(size, point, 400):
        return
    for moved in moved_in_one(point, size.free_symbols):
        if hold_on(known, moved, wall.implicit) and sign_at(size, moved, 400):
            point.update(moved)
            return
    answer = reach_on([*known, Constraint(size, "!=")], wall.implicit and next(each(wall.implicit)))
    if answer.witness is not None:
        point.update(answer.witness)


def _leave_integer_powers(
    point: dict[sp.Symbol, sp.Expr], known: Sequence[Constraint], wall: Wall, cell: Cell
) -> None:
    """Move the example of an edge off the constants for which both of its sides have a value: u**(1/c) for c = 1/3."""
    own = [p for p in cell.powers if not p.is_integer and p.free_symbols <= point.keys()]

    def special(values: Example) -> bool:
        return any(p.subs(dict(values)).is_integer for p in own)

    if special(point):
        names = {s for p in own for s in p.free_symbols}
        moved = (m for m in moved_in_one(point, names) if not special(m) and hold_on(known, m, wall.implicit))
        point.update(next(moved, {}))


def _is_seen(size: sp.Expr, point: Example) -> bool:
    """Whether a difference is proved to be as large as finite differences show."""
    return bool(abs(enclose(size, point, 64)) > SEEN)


def _set_apart(wall: Wall, cell: Cell) -> tuple[Constraint, ...]:
    """Return what is not zero, of integers alone, in the coefficients that were taken to be nonzero.

    The integers are the steps' of an integer part, of constants say, and those of a family: x*abs(sin(c*x)) has no
    corner at the member k = 0.
    """
    parts = set(wall.integers)
    held: dict[sp.Expr, None] = {}
    for f in (f for c in cell.exceptional for f in factors(c) if f.free_symbols & parts):
        if all(s.is_integer for s in f.free_symbols):
            held[f] = None
        else:
            members = vanishing_members(f, wall.integers, cell.point) or ()
            held.update(dict.fromkeys(k - value for k, value in members))
    return tuple(Constraint(f, "!=") for f in held)


def _turned(
    prefix: tuple[Constraint, ...], conditions: tuple[Constraint, ...]
) -> list[tuple[Constraint, ...]]:
    """Return the paths that agree with ``conditions`` up to one and then turn."""
    new = [c for c in conditions if c not in prefix]
    return [(*prefix, *new[:i], c.opposite) for i, c in enumerate(new) if c.opposite is not None]


def _visit(
    wall: Wall, point: dict[sp.Symbol, sp.Expr], known: Sequence[Constraint], judge: Judge
) -> tuple[Cell, Outcome]:
    apart: list[sp.Expr] = []
    for attempt in range(ATTEMPTS):
        cell = Cell(point, wall.implicit, wall.steps, known=known)
        try:
            return cell, judge(wall, cell)
        except BadWitness as bad:
            # A coefficient vanishes by accident at this point only: take another one, and none of those before.
            if bad.only_at is None:
                point.update(nudged(point, known, attempt, wall.implicit))
            else:
                apart.append(bad.only_at)
                point.update(_elsewhere(apart, known, wall))
    raise Undetermined("no point in general position was found on a wall")


def _elsewhere(apart: Sequence[sp.Expr], known: Sequence[Constraint], wall: Wall) -> Example:
    """Return a point with other integers, at which none of the coefficients is zero.

    Where one has no value it is none of the germ's: for abs(k) the coefficient log(k) is that of positive k alone.
    """
    root = wall.implicit and next(each(wall.implicit))
    answer = reach_on([*known, *(Constraint(c, "!=") for c in apart)], root)
    if answer.status is Status.UNSAT:
        for c in apart:
            others = [Constraint(d, "!=") for d in apart if d != c]
            for u, rel in demands(c):
                beyond = reach_on([*known, *others, Constraint(u, NEGATED[rel])], root)
                if beyond.witness is not None:
                    return beyond.witness
                if beyond.status is not Status.UNSAT:
                    raise Undetermined(f"cannot tell whether `{shown(c)}` has a value")
        raise OnlyWhere(sp.Mul(*apart))
    if answer.witness is None:
        raise Undetermined(f"cannot tell whether `{shown(apart[-1])}` is zero")
    return answer.witness


def _point(
    wall: Wall, known: Sequence[Constraint], names: Sequence[str], out: Explored
) -> tuple[Wall, dict[sp.Symbol, sp.Expr]] | None:
    """Return exact coordinates for the free symbols, or None when no point of the wall satisfies ``known``.

    Of many roots without a closed form the wall has one at which ``known`` holds.
    """
    many = wall.implicit is not None and wall.implicit.known
    if not many and not generic_on(wall, names):
        return (wall, {}) if _holds(wall, known, out) else None
    wall, found = example_on(wall, known, names)
    if found.status is Status.SAT and found.witness is not None:
        return wall, dict(found.witness)
    if found.status is Status.UNSAT:
        out.absent.append((tuple(known), found.how))
    else:
        out.open.append(
            "cannot tell whether " + " and ".join(_text(c) for c in known[:4]) + " can hold together"
        )
    return None


def _text(c: Constraint) -> str:
    return f"{shown(c.expr)} {c.rel} 0"


def _holds(wall: Wall, known: Sequence[Constraint], out: Explored) -> bool:
    """Decide constraints at the single point that a wall without free symbols is."""
    for c in known:
        try:
            if Cell({}, wall.implicit).sign(c.expr) not in ACCEPTS[c.rel]:
                out.absent.append(((c,), "its sign at the only point"))
                return False
        except Undetermined as reason:
            out.open.append(str(reason))
            return False
    return True


def _exceptional(wall: Wall, cell: Cell, seen: set[Wall], out: Explored) -> list[Wall]:
    """Return the single members of a family at which a coefficient, taken to be nonzero, vanishes.

    seen: the members that were returned before.  The same number is another member of another residue.
    """
    members: list[Wall] = []
    for c in cell.exceptional:
        members += [m for m in _other_roots(wall, c, out) if m not in seen]
        seen.update(members)
        found = vanishing_members(c, wall.integers, cell.point)
        if found is None:
            out.open.append(f"cannot find the integers at which `{shown(c)}` vanishes")
            continue
        special = (wall.with_integer(k, value) for k, value in found)
        members += [m for m in dict.fromkeys(special) if m not in seen]
        seen.update(members)
    return members


def _other_roots(wall: Wall, c: sp.Expr, out: Explored) -> list[Wall]:
    """Return the single roots, of the many that a wall stands for, at which a coefficient vanishes as well."""
    implicit = wall.implicit
    if implicit is None or not implicit.known or implicit.symbol not in c.free_symbols:
        return []
    found = _shared_with(implicit, c)
    if found is None:
        out.open.append(f"cannot find the roots of `{shown(wall.gap)}` at which a coefficient vanishes")
        return []
    excluded = {d.expr for d in wall.conditions if d.rel == "!="}
    return [
        replace(wall, base=((wall.variable, p),), conditions=(), implicit=None)
        for p in found
        if implicit.symbol - p not in excluded
    ]


def _shared_with(implicit: Implicit, c: sp.Expr) -> list[sp.Expr] | None:
    """Return exact roots among which are all at which ``c`` vanishes whatever its other names are."""
    xi, equation = implicit.symbol, implicit.equation

    def nonzero(a: sp.Expr) -> bool:
        return common_zeros(equation, a, xi) == []

    for form in (c, *reduced_at_root(c, xi, equation, nonzero)):
        parts = [_least(f, xi) for f in factors(form) if xi in f.free_symbols]
        zeros = [None if p.free_symbols != {xi} else common_zeros(equation, p, xi) for p in parts]
        if None not in zeros:
            return list(dict.fromkeys(p for part in zeros for p in part or ()))
    return None


def _least(f: sp.Expr, xi: sp.Symbol) -> sp.Expr:
    """Return the simplest coefficient of a polynomial in other names: it vanishes where all of it does."""
    others = f.free_symbols - {xi}
    if not others or not f.is_polynomial(*others):
        return f
    return min(sp.Poly(f, *others).coeffs(), key=sp.count_ops)
