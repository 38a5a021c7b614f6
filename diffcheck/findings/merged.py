"""What happens at one place in several cases, said once: max(v, w) for what is v where v > w, and w elsewhere.

A place can be met under different conditions, with different sides.  One finding with one formula for all of them is
best; a few that are told apart by short conditions come next; of many, only what they have in common is said.
Read in order: said_once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import sympy as sp

from diffcheck.conditions.constraint import Constraint, are_opposed
from diffcheck.conditions.implied import Conjunction, covered
from diffcheck.findings.families import Pair
from diffcheck.findings.zeros import zeros_of
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import Gap
from diffcheck.walls.wall import Wall

__all__ = ["UNBOUNDED", "said_once"]

# More cases of one place than this are not listed one by one.
MAX_APART = 2
# Kinds of points that are told one by one, lest a place is said to be more than it is.
MAX_TOLD = 4
# Cases, conditions and operations in one, up to which it is asked whether some follow from others.
MAX_CASES = 12
MAX_CONDITIONS = 16
SHORTEST = 8


def said_once(
    members: Sequence[Pair], short: Callable[[Leaf, Gap], bool], others: Sequence[Leaf] = ()
) -> list[Pair]:
    """Return one leaf with the conditions that all have and with what happens written for all of them.

    Where no expression does that, a few are told apart by their conditions if that is short; of many, only what they
    have in common.  So are a few where what they have in common holds at others of the same walls as well.
    """
    members = [(_in_letters_of(leaf, members[0][0].wall), gap) for leaf, gap in members]
    members = _in_sizes(members) if len(members) > MAX_APART else members
    (first, gap), *rest = members
    shared = _in_common([leaf.conditions for leaf, _ in members])
    if rest and not all(are_opposed(shared, leaf.conditions) for leaf in others):
        apart = _without_turns(members, short)
        if len(apart) <= MAX_TOLD:
            return apart
    cases = [_renamed(leaf, first.wall) for leaf, _ in members]
    left, right, size = (_for_all([(signs, seen[i]) for signs, seen in cases]) for i in range(3))
    if size is None and left and right and left.value is not None and right.value is not None:
        apart = right.value - left.value
        # Limits that agree do not say how far the value is from them.
        size = None if apart.has(sp.nan) or apart.is_zero else _Merged(apart)
    merged = (left, right, size)
    if (
        None in merged
        and not _differ_in_a_sign(members)
        and len(members) <= MAX_APART
        and (len(members) == 1 or all(short(*m) for m in members))
    ):
        return list(members)
    values = [None if v is None else v.value for v in merged]
    outcome = replace(first.outcome, left=values[0], right=values[1], size=values[2])
    if values[2] is None:
        outcome = replace(outcome, factor=_divisor([leaf for leaf, _ in members]))
    kept = tuple(c for c in first.wall.conditions if all(c in leaf.wall.conditions for leaf, _ in rest))
    wall = first.wall if len(kept) == len(first.wall.conditions) else replace(first.wall, conditions=kept)
    return [(replace(first, wall=wall, conditions=shared, outcome=outcome), gap)]


def _in_letters_of(leaf: Leaf, wall: Wall) -> Leaf:
    """Return a leaf of the same family with the integers of a wall for its own; any other leaf as it is."""
    own = leaf.wall
    if own.integers == wall.integers or len(own.integers) != len(wall.integers):
        return leaf
    names = dict(zip(own.integers, wall.integers, strict=True))
    base = tuple((n, e.xreplace(names)) for n, e in own.base)
    if base != wall.base or own.implicit is not None or own.steps:
        return leaf

    def renamed(conditions: Conjunction) -> Conjunction:
        return tuple(Constraint(c.expr.xreplace(names), c.rel) for c in conditions)

    values = (None if e is None else e.xreplace(names) for e in _values(leaf))
    left, right, size, factor = values
    return replace(
        leaf,
        wall=replace(
            own,
            gap=own.gap.xreplace(names),
            base=base,
            conditions=renamed(own.conditions),
            integers=wall.integers,
        ),
        conditions=renamed(leaf.conditions),
        witness={names.get(s, s): v for s, v in leaf.witness.items()},
        outcome=replace(leaf.outcome, left=left, right=right, size=size, factor=factor),
    )


def _in_sizes(members: Sequence[Pair]) -> Sequence[Pair]:
    """Put leaves together that are mirror images, as often as that goes: y > z and -y > z are |y| > z."""
    for a, b in combinations(members, 2):
        for c in a[0].conditions:
            both = _mirrored(a[0], b[0], c)
            if both is not None:
                return _in_sizes([(both, a[1]), *(m for m in members if m is not a and m is not b)])
    return members


def _mirrored(a: Leaf, b: Leaf, c: Constraint) -> Leaf | None:
    """Return what two leaves, for g = s - d > 0 and for g < 0, are in |g|; None if more than the sign differs."""
    names = (s for s in sorted(c.expr.free_symbols, key=lambda s: s.name) if s.is_real and not s.is_integer)
    g, s = c.expr, next((s for s in names if abs(sp.diff(c.expr, s)) == 1), None)
    if s is None or (b.wall.formula, b.wall.conditions) != (a.wall.formula, a.wall.conditions):
        return None
    rate = sp.diff(g, s)
    mirror = {s: s - 2 * rate * g}
    absolute = {s: s - rate * g + (rate if c.rel == ">" else -rate) * sp.Abs(g)}
    turned = {Constraint(sp.expand(d.expr.xreplace(mirror)), d.rel).outward for d in b.conditions}
    if turned != {Constraint(sp.expand(d.expr), d.rel).outward for d in a.conditions}:
        return None
    values = _values(a), tuple(e and sp.expand(e.xreplace(mirror)) for e in _values(b))
    if any(
        u != v and (u is None or v is None or sp.expand(u - v) != 0) for u, v in zip(*values, strict=True)
    ):
        return None
    left = (Constraint(sp.expand(d.expr.xreplace(absolute)), d.rel) for d in a.conditions if d != c)
    low, high, size, factor = (e and e.xreplace(absolute) for e in values[0])
    outcome = replace(a.outcome, left=low, right=high, size=size, factor=factor)
    return replace(a, conditions=tuple(dict.fromkeys(left)), outcome=outcome)


def _values(leaf: Leaf) -> tuple[sp.Expr | None, ...]:
    return leaf.outcome.left, leaf.outcome.right, leaf.outcome.size, leaf.outcome.factor


def _without_turns(members: Sequence[Pair], short: Callable[[Leaf, Gap], bool]) -> list[Pair]:
    """Put two leaves together, as often as that goes, that differ in the sign of one expression alone."""
    left = list(members)
    for a, b in combinations(members, 2):
        if a in left and b in left and _differ_in_one_turn(a[0], b[0]):
            both = said_once([a, b], short)
            if len(both) == 1:
                return _without_turns([*both, *(m for m in left if m not in (a, b))], short)
    return left


def _differ_in_one_turn(a: Leaf, b: Leaf) -> bool:
    ours, theirs = ({c.outward for c in leaf.conditions} for leaf in (a, b))
    own = ours - theirs
    return len(own) == 1 and theirs - ours == {c.opposite for c in own}


def _differ_in_a_sign(members: Sequence[Pair]) -> bool:
    """Whether two cases are those of one sign at the roots of an equation: nobody asks on which side it is positive."""
    if len(members) != 2 or any(leaf.wall.implicit is None for leaf, _ in members):
        return False
    outward = ([c.outward for c in leaf.conditions] for leaf, _ in members)
    first, second = ({c.expr: c.rel for c in conditions} for conditions in outward)
    return first.keys() == second.keys() and sum(first[e] != second[e] for e in first) == 1


def _in_common(members: Sequence[Conjunction]) -> Conjunction:
    """Return the conditions that hold in all cases: z > x where y > x and z > y, too.

    What only follows is looked for in a few short conditions.
    """
    first, *rest = members
    shared = tuple(c for c in first if all(c in other for other in rest))
    others = [c for c in dict.fromkeys(c for conditions in members for c in conditions) if c not in shared]
    many = len(members) > MAX_CASES or len(others) > MAX_CONDITIONS
    if not rest or many or any(sp.count_ops(c.expr) > SHORTEST for c in others):
        return shared
    following = (
        c for c in others if all(c in conditions or covered(conditions, [(c,)]) for conditions in members)
    )
    return (*shared, *following)


def _divisor(members: Sequence[Leaf]) -> sp.Expr | None:
    """Return the product of the factors that all sizes have."""
    sizes = [m.outcome.divisor for m in members]
    if any(size is None or sp.count_ops(size) > LONGEST for size in sizes):
        return None
    own = [zeros_of(m)[0] for m in members]
    return sp.Mul(*(f for f in own[0] if all(f in others for others in own)))


@dataclass(frozen=True, slots=True)
class _Merged:
    value: sp.Expr | None


# Operations; what is longer takes minutes to cancel, and nobody would read max and min of it.
LONGEST = 200
# What no difference is taken of.
UNBOUNDED = (sp.oo, -sp.oo, sp.zoo, sp.nan)
Signed = tuple[Mapping[sp.Expr, int], sp.Expr | None]


def _renamed(leaf: Leaf, wall: Wall) -> tuple[dict[sp.Expr, int], list[sp.Expr | None]]:
    """Return the signs and what happens (left, right, size), in the integers of another leaf of one place."""
    names = dict(zip(leaf.wall.integers, wall.integers, strict=False))
    signs = {c.expr.xreplace(names): 1 if c.rel == ">" else -1 for c in leaf.conditions}
    seen = (leaf.outcome.left, leaf.outcome.right, leaf.outcome.size)
    return signs, [None if v is None else v.xreplace(names) for v in seen]


def _for_all(members: Sequence[Signed]) -> _Merged | None:
    """Return one value for all: max(v, w) for what is v where v > w and w where v < w; None if there is none.

    abs and sign serve likewise.
    """
    first = members[0][1]
    if all(v == first for _, v in members):
        return _Merged(first)
    for g in members[0][0]:
        above, below = ([m for m in members if m[0].get(g) == s] for s in (1, -1))
        if not above or not below or len(above) + len(below) < len(members):
            continue
        up, down = _for_all(above), _for_all(below)
        if up is None or down is None or up.value is None or down.value is None:
            continue
        if up.value.is_infinite and down.value == -up.value:
            return _Merged(up.value * sp.sign(g))
        if up.value.has(*UNBOUNDED) or down.value.has(*UNBOUNDED):
            continue
        half = (up.value - down.value) / 2
        if half.is_Integer:
            if all(s.is_integer for s in g.free_symbols):
                return None  # sign(k) is 0 at a member of the family, which no case speaks of
            return _Merged(down.value + half + half * sp.sign(g))
        if sp.count_ops(half) > LONGEST or not _may_be_constant((up.value - down.value) / g):
            continue
        rate = sp.cancel((up.value - down.value) / g)
        if not rate.is_number:
            continue
        if up.value == -down.value:
            return _Merged(sp.sign(rate) * sp.Abs(up.value))
        return _Merged((sp.Max if rate > 0 else sp.Min)(up.value, down.value))
    return None


def _may_be_constant(quotient: sp.Expr) -> bool:
    """Say no where two values differ: to cancel exponentials that do not cancel takes minutes and gigabytes."""
    names = sorted(quotient.free_symbols, key=str)
    points = ({n: sp.Rational(7 + 2 * i, 5 + t * i) for i, n in enumerate(names)} for t in (1, 3))
    try:
        first, second = (sp.N(quotient.subs(point), 20) for point in points)
    except ValueError:  # a maximum of what is not real there
        return False
    if not (first.is_Float and second.is_Float):
        return int(sp.count_ops(quotient)) <= LONGEST // 4
    return bool(abs(first - second) <= abs(first) / 10**12)
