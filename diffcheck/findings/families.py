"""Infinite families of points: what a report says once although it was found member by member.

A family x = a*k + b for integer k is visited residue by residue when a sign depends on k (walls/explore.py), and single
members are visited where a coefficient in k vanishes.  Residues that say the same are put together again, and members
that are no exception are left out: abs(sin(x)) turns a corner at x = k*pi, not at 2*k*pi and at 2*k*pi + pi.
Read in order: joined.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.conditions.constraint import Constraint, are_opposed, holds
from diffcheck.conditions.relations import OPPOSITE
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import Gap
from diffcheck.walls.outcome import Outcome

__all__ = ["Pair", "joined", "members_of"]

Pair = tuple[Leaf, Gap]
# The integer of every family, where two are compared.
COMMON = sp.Symbol("k", integer=True)


@dataclass(frozen=True, slots=True)
class _Family:
    """The points name = step*k + start of a leaf, in one variable."""

    leaf: Leaf
    gap: Gap
    name: str
    k: sp.Symbol
    step: sp.Expr
    start: sp.Expr

    @property
    def label(self) -> object:
        """What residues of one family have in common."""
        outcome = self.leaf.outcome
        return self.name, self.step, self.gap.part.span, outcome.kind, outcome.level, outcome.detail

    def index(self, value: sp.Expr, parts: int = 1) -> int | None:
        """Return n with value = start + n*step/parts, or None."""
        n = sp.expand((value - self.start) * parts / self.step)
        return int(n) if n.is_Integer else None


# The conditions of all leaves of a wall, by its formula.
Known = Mapping[object, Collection[Constraint]]


def joined(pairs: Sequence[Pair], quiet: Sequence[Leaf] = (), known: Known | None = None) -> list[Pair]:
    """Return the leaves with residues put together and with members that are no exception left out.

    quiet: leaves at which nothing happens.  known: what holds at other leaves of a wall; a leaf put together keeps
    those of its conditions that set it apart from them.
    """
    groups: dict[object, list[Pair]] = {}
    for pair in pairs:
        family = _family(*pair)
        groups.setdefault(id(pair[0]) if family is None else family.label, []).append(pair)
    together = [pair for group in groups.values() for pair in _together(group, known or {})]
    families = [f for f in (_family(*pair) for pair in together) if f is not None]
    left = [pair for pair in together if not any(_is_member(pair[0], f, quiet) for f in families)]
    others = [*(leaf for leaf, _ in left), *quiet]
    return [_with_first_member(_without_exceptions(pair, others), together) for pair in left]


def _without_exceptions(pair: Pair, others: Sequence[Leaf]) -> Pair:
    """Return a family without the points at which something else happens, or nothing: their numbers are conditions."""
    family = _numbered(*pair)
    if family is None:
        return _without_other_roots(pair, others)
    leaf, gap = pair
    numbers = _numbers(family, others)
    apart = (Constraint(family.k - n, "!=") for n in sorted(numbers))
    return replace(leaf, wall=replace(leaf.wall, conditions=(*leaf.wall.conditions, *apart))), gap


def _without_other_roots(pair: Pair, others: Sequence[Leaf]) -> Pair:
    """Return a root that is told by its equation without the roots of this at which something else happens."""
    leaf, gap = pair
    if leaf.wall.implicit is None or leaf.wall.integers or len(leaf.wall.base) != 1:
        return pair
    roots = [o.wall.base[0][1] for o in others if o.wall.gap == leaf.wall.gap and o.wall.implicit is None]
    apart = (Constraint(leaf.wall.implicit.symbol - p, "!=") for p in dict.fromkeys(roots))
    return replace(leaf, wall=replace(leaf.wall, conditions=(*leaf.wall.conditions, *apart))), gap


def members_of(leaf: Leaf, gap: Gap) -> object | None:
    """Return the points of a family and what happens at them, however they are numbered: -k - 1 and k are one."""
    family = _numbered(leaf, gap)
    if family is None:
        return _renamed(leaf)
    turned = -1 if family.step.could_extract_minus_sign() else 1
    step = turned * family.step
    ratio = sp.expand(family.start / step)
    first = sp.floor(ratio) if ratio.is_Rational else sp.S.Zero
    number = turned * (COMMON - first)
    conditions = {
        Constraint(sp.expand(c.expr.subs(family.k, number)), c.rel).outward
        for c in (*leaf.conditions, *leaf.wall.conditions)
    }
    start = sp.expand(family.start - first * step)
    return family.name, step, start, frozenset(conditions), _renumbered(leaf.outcome, family.k, number)


def _renamed(leaf: Leaf) -> object | None:
    """Return the points of a family that are no multiples, y = 1/k, with the one name for its integer."""
    wall = leaf.wall
    if len(wall.integers) != 1 or wall.implicit is not None:
        return None
    name = {wall.integers[0]: COMMON}
    conditions = frozenset(
        Constraint(c.expr.xreplace(name), c.rel) for c in (*leaf.conditions, *wall.conditions)
    )
    points = tuple((n, e.xreplace(name)) for n, e in wall.base)
    return points, conditions, _renumbered(leaf.outcome, wall.integers[0], COMMON)


def _family(leaf: Leaf, gap: Gap) -> _Family | None:
    """Return the family of a leaf that has all members."""
    found = _numbered(leaf, gap)
    some = found is not None and any(found.k in c.expr.free_symbols for c in leaf.wall.conditions)
    return None if some else found


def _numbered(leaf: Leaf, gap: Gap) -> _Family | None:
    wall = leaf.wall
    if len(wall.integers) != 1 or len(wall.base) != 1 or wall.implicit is not None:
        return None
    ((name, value),) = wall.base
    (k,) = wall.integers
    value = sp.expand(value)
    step = value.coeff(k)
    start = value - step * k
    if step == 0 or k in step.free_symbols | sp.expand(start).free_symbols:
        return None
    return _Family(leaf, gap, name, k, step, start)


def _with_first_member(pair: Pair, others: Sequence[Pair]) -> Pair:
    """Return a family with the first of those members as its example that were visited by themselves.

    An example that was found to be an exception gives way to the first member that is none.
    """
    family = _numbered(*pair)
    if family is None:
        return pair
    leaf, k = family.leaf, family.k
    asked = (*leaf.conditions, *leaf.wall.conditions)
    alike = [(_number(other, family), other.witness) for other, _ in others if _is_member(other, family)]
    if any(holds(c, leaf.witness) is False for c in asked):
        alike += [(n, {}) for n in range(-len(asked), len(asked) + 1)]
    numbered = ((n, {**leaf.witness, **point, k: sp.Integer(n)}) for n, point in alike if n is not None)
    found = [(n, point) for n, point in numbered if all(holds(c, point) is True for c in asked)]
    _, first = min(found, key=lambda f: (abs(f[0]), -f[0]), default=(0, leaf.witness))
    return replace(leaf, witness=first), pair[1]


def _together(group: Sequence[Pair], known: Known) -> list[Pair]:
    """Return one leaf for residues that fill a family and say the same as functions of its integer."""
    families = [f for f in (_family(*pair) for pair in group) if f is not None]
    parts = len(families)
    if parts < 2:
        return list(group)
    first = min(families, key=lambda f: (sp.count_ops(f.start), sp.default_sort_key(f.start)))
    residues = [first.index(f.start, parts) for f in families]
    if {None if r is None else r % parts for r in residues} != set(range(parts)):
        return list(group)
    said = [
        _renumbered(f.leaf.outcome, f.k, (first.k - r) / sp.Integer(parts))
        for f, r in zip(families, residues, strict=True)
        if r is not None
    ]
    conditions = [
        _setting_apart(f, known, (first.k - r) / sp.Integer(parts))
        for f, r in zip(families, residues, strict=True)
        if r is not None
    ]
    if any(not _same(said[0], other) for other in said[1:]) or any(c != conditions[0] for c in conditions):
        return list(group)
    wall = replace(first.leaf.wall, base=((first.name, first.step / parts * first.k + first.start),))
    witness = dict(first.leaf.witness)
    witness[first.k] = parts * witness[first.k]
    leaf = replace(first.leaf, wall=wall, conditions=tuple(conditions[0]), witness=witness, outcome=said[0])
    return [(leaf, first.gap)]


def _setting_apart(family: _Family, known: Known, value: sp.Expr) -> dict[Constraint, None]:
    """Return the conditions that do not hold on the whole wall, with its integer replaced; bounds have slope 1."""
    others = known.get(family.leaf.wall.formula, ())
    apart = (c for c in family.leaf.conditions if c.opposite in others)
    moved = (Constraint(_plain(c.expr.subs(family.k, value)), c.rel) for c in apart)
    return dict.fromkeys(sorted((_scaled(c, family.k) for c in moved), key=str))


def _scaled(c: Constraint, k: sp.Symbol) -> Constraint:
    rate = c.expr.coeff(k)
    return Constraint(sp.expand(c.expr / abs(rate)), c.rel) if rate.is_number and rate != 0 else c


def _numbers(family: _Family, others: Sequence[Leaf]) -> set[int]:
    """Return the numbers of the single points, among those of other leaves, that a family would claim."""
    numbers = (
        _number(other, family)
        for other in others
        if not are_opposed(family.leaf.conditions, other.conditions)
    )
    return {n for n in numbers if n is not None}


def _is_member(leaf: Leaf, family: _Family, quiet: Sequence[Leaf] = ()) -> bool:
    """Whether a single point is one of a family and says nothing of its own, under no condition of its own."""
    n = _number(leaf, family)
    return (
        n is not None
        and _same(leaf.outcome, _renumbered(family.leaf.outcome, family.k, sp.Integer(n)))
        and n not in _numbers(family, quiet)
    )


def _number(leaf: Leaf, family: _Family) -> int | None:
    """Return the number of a single point in a family; None for other places."""
    point = leaf.wall.point()
    if leaf.wall.integers or leaf.wall.implicit is not None or tuple(point) != (family.name,):
        return None
    n = family.index(point[family.name])
    asked = (*family.leaf.conditions, *family.leaf.wall.conditions)
    return None if n is None or not all(_holds(c, family.k, n) for c in asked) else n


def _holds(c: Constraint, k: sp.Symbol, n: int) -> bool:
    """Whether a condition on the integer, and on other names, can hold for the member ``n``."""
    if c.expr.free_symbols == {k}:
        return holds(c, {k: sp.Integer(n)}) is True
    return c.rel not in OPPOSITE or not c.expr.subs(k, n).is_zero


def _renumbered(outcome: Outcome, k: sp.Symbol, value: sp.Expr) -> Outcome:
    left, right, size = (_at(e, k, value) for e in (outcome.left, outcome.right, outcome.size))
    return replace(outcome, left=left, right=right, size=size)


def _at(e: sp.Expr | None, k: sp.Symbol, value: sp.Expr) -> sp.Expr | None:
    try:
        return None if e is None else _plain(e.subs(k, value))
    except ValueError:  # the larger of two, of which one has no value at this member
        return sp.nan


def _plain(value: sp.Expr, *, exponents: bool = False) -> sp.Expr:
    """Multiply out; powers of sums stay what they are, for people, and are split for comparisons: exp(a)*exp(b)."""
    return sp.expand(value, power_exp=exponents) if is_modest(value) else value


def _same(a: Outcome, b: Outcome) -> bool:
    """Whether two outcomes are told in the same words."""
    if (a.kind, a.level, a.detail) != (b.kind, b.level, b.detail):
        return False
    return all(
        (u is None) == (v is None) and (u is None or u == v or _plain(u - v, exponents=True) == 0)
        for u, v in ((a.left, b.left), (a.right, b.right), (a.size, b.size))
    )
