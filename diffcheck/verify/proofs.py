"""Proofs over the whole domain: a gap has no zero, or none beside its walls; what happens at all points of a wall.

Exact arithmetic with signs (exact.py), one-sided series (series.py), counts of real roots after Sturm.  Each function
answers True only when that is proved; otherwise the claim is held against points elsewhere.
Read in order: assumptions, never_zero, complete, class_on_wall.
Limits: zeros are found complete for factors that are linear in the wall's variable, for polynomials in one variable
and for sin and cos of something linear.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import mpmath
from mpmath import iv

from diffcheck.certificate import Cell, GapStep, WallStep
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import NAME, Node, substitute
from diffcheck.verify.boxes import enclosure
from diffcheck.verify.claims import Claim
from diffcheck.verify.elementary import difference, elementary
from diffcheck.verify.exact import Facts, Ratio, TooLong, assuming, ratio, sign_of
from diffcheck.verify.series import Undefined, one_function, seen
from diffcheck.verify.sidewise import number_of, real
from diffcheck.verify.sturm import quotient, real_roots, shared, slope, value_at

__all__ = [
    "all_kinds",
    "assumptions",
    "class_on_wall",
    "complete",
    "equal",
    "impossible",
    "never_zero",
    "not_at_once",
]

STRICT = {"gt": 1, "lt": -1}
LOOSE = {"ge": 1, "le": -1}
NEAR = Fraction(1, 10**30)
MAX_PIECES = 400
FAR = 2**40
FAILURES = (TooLong, Undefined, KeyError, ZeroDivisionError, ValueError)


def assumptions(claim: Claim, texts: Iterable[str] = (), integers: Iterable[str] = ()) -> Facts:
    """Return what holds inside `where`, with more conditions: signs of functions and intervals of names.

    Constants are in general position, so none is zero.
    """
    signs: list[tuple[Ratio, int]] = []
    box: dict[str, Any] = {}
    conditions = [*claim.where, *(c for t in texts for c in parse_conditions(t))]
    todo = list(conditions)
    while todo:
        c = todo.pop()
        if c.op == "and":
            todo += c.args
        elif c.op in STRICT or c.op in LOOSE:
            _note(c, STRICT.get(c.op) or LOOSE[c.op], signs, box)
    return Facts(tuple(signs), box, frozenset(integers), frozenset(claim.constants))


def _note(c: Node, sign: int, signs: list[tuple[Ratio, int]], box: dict[str, Any]) -> None:
    try:
        known = ratio(elementary(difference(*c.args)))
    except FAILURES:
        return
    names = sorted({g for m in known.num for g, _ in m})
    if known.rational is not None:
        return
    # A loose condition is a strict one at interior points when it moves with a name at a constant rate.
    if c.op in LOOSE and not any(known.degree(n) == 1 and known.coefficient(n, 1).rational for n in names):
        return
    signs.append((known, sign))
    if len(names) != 1 or known.nodes or len(known.den) != 1 or known.degree(names[0]) != 1:
        return
    n = names[0]
    a, b = (known.coefficient(n, k).rational for k in (1, 0))
    if a is None or b is None:
        return
    edge = iv.mpf((-b / a).numerator) / (-b / a).denominator
    low, high = _ends(box.get(n, iv.mpf([-mpmath.inf, mpmath.inf])))
    low, high = (max(low, _ends(edge)[0]), high) if sign * a > 0 else (low, min(high, _ends(edge)[1]))
    if low < high:  # else nothing satisfies all of them, which the signs know
        box[n] = iv.mpf([low, high])


def _numerator(value: Ratio) -> Ratio:
    return Ratio(value.num, {(): Fraction(1)}, value.nodes)


def never_zero(node: Node, facts: Facts) -> bool:
    """Whether an elementary tree is proved to have no zero under the assumptions."""
    try:
        with assuming(facts):
            value = _numerator(ratio(node))
            if sign_of(value) or _counted(value, ()):
                return True
    except FAILURES:
        pass
    return _by_pieces(node, facts)


def _by_pieces(node: Node, facts: Facts) -> bool:
    """Cut all of space into boxes on each of which intervals exclude zero."""
    names = list(node.names())
    if not 1 <= len(names) <= 2:
        return False
    ends = iv.mpf([-mpmath.inf, mpmath.inf])
    todo = [{n: facts.box.get(n, ends) for n in names}]
    for _ in range(MAX_PIECES):
        if not todo:
            return True
        box = todo.pop()
        value = enclosure(node, box)
        if value is None or value.a > 0 or value.b < 0:
            continue
        n = max(names, key=lambda k: _width(box[k]))
        cut = _middle(box[n])
        if cut is None:
            return False
        todo += [{**box, n: iv.mpf([box[n].a, cut])}, {**box, n: iv.mpf([cut, box[n].b])}]
    return False


def _ends(u: Any) -> tuple[Any, Any]:
    return mpmath.mpf(u.a._mpi_[0]), mpmath.mpf(u.b._mpi_[1])


def _width(u: Any) -> Any:
    low, high = _ends(u)
    return high - low


def _middle(u: Any) -> Any | None:
    low, high = _ends(u)
    if mpmath.isinf(low) and mpmath.isinf(high):
        return mpmath.mpf(0)
    if mpmath.isinf(high):
        return None if low > FAR else max(mpmath.mpf(1), 2 * low)
    if mpmath.isinf(low):
        return None if high < -FAR else min(mpmath.mpf(-1), 2 * high)
    return None if high - low < mpmath.mpf(2) ** -30 else (low + high) / 2


def impossible(texts: Sequence[str], claim: Claim, wall: WallStep) -> bool:
    """Whether conditions are proved to hold nowhere at once: one of them has the wrong sign where the others hold."""
    for i, text in enumerate(texts):
        try:
            (condition,) = parse_conditions(text)
            facts = assumptions(claim, [*texts[:i], *texts[i + 1 :]], wall.integers)
            with assuming(facts):
                sign = sign_of(ratio(elementary(difference(*condition.args))))
        except (*FAILURES, TypeError):
            continue
        if sign is not None and not _allows(condition.op, sign):
            return True
    return False


def _allows(op: str, sign: int) -> bool:
    return sign in {"gt": {1}, "ge": {0, 1}, "lt": {-1}, "le": {-1, 0}, "eq": {0}, "ne": {-1, 1}}.get(
        op, {-1, 0, 1}
    )


def not_at_once(equations: Sequence[str], claim: Claim) -> bool:
    """Whether one of the equations u == 0 is proved to have no solution in the domain."""
    facts = assumptions(claim)
    return any(
        never_zero(elementary(difference(*c.args)), facts)
        for text in equations
        for c in parse_conditions(text)
        if c.op == "eq"
    )


def equal(a: str, b: str) -> bool:
    """Whether two texts are proved to be the same rational function of their generators."""
    try:
        return (ratio(elementary(parse(a))) - ratio(elementary(parse(b)))).is_zero
    except FAILURES:
        return False


# --- all zeros of a gap are on its walls


def complete(claim: Claim, gap: GapStep, walls: Sequence[WallStep]) -> bool:
    """Whether every zero of a gap in the domain is proved to be on one of the walls."""
    node = elementary(parse(gap.gap))
    integers = {*gap.integers, *(k for w in walls for k in w.integers)}
    facts = assumptions(claim, (), integers)
    if not walls:
        return never_zero(node, facts)
    try:
        with assuming(facts):
            value = _numerator(ratio(node))
            return _divided(claim, value, walls) or _counted(value, walls) or _of_wave(value, walls)
    except FAILURES:
        return False


def _divided(claim: Claim, value: Ratio, walls: Sequence[WallStep]) -> bool:
    """Divide by v - e for each wall v = e, as often as that goes; what is left must have a sign."""
    for wall in walls:
        if wall.root is not None:
            return False
        ((v, text),) = [(n, t) for n, t in wall.at.items() if n == wall.variable]
        place = ratio(elementary(parse(text)))
        for _ in range(8):
            shorter = _quotient(value, v, place)
            if shorter is None:
                break
            value = shorter
    free = not (
        {g for m in value.num for g, _ in m} | {n for t in value.nodes.values() for n in t.names()}
    ) & {*claim.wrt}
    # A factor without variables vanishes for constants on a set of measure zero only.
    return bool(value.num) and (free or bool(sign_of(_numerator(value))))


def _quotient(value: Ratio, v: str, place: Ratio) -> Ratio | None:
    """Return value/(v - place); None when it is not divisible.  Horner's rule: the last remainder is value(place)."""
    degree = value.degree(v)
    if not degree or any(v in t.names() for t in place.nodes.values()) or place.degree(v) != 0:
        return None
    row = [value.coefficient(v, degree)]
    for k in range(degree - 1, -1, -1):
        row.append(value.coefficient(v, k) + place * row[-1])
    if not row.pop().is_zero:
        return None
    base = ratio(Node(NAME, (), v))
    total = row[0]
    for c in row[1:]:
        total = total * base + c
    return total


def _counted(value: Ratio, walls: Sequence[WallStep]) -> bool:
    """A polynomial in one variable: as many real roots, after Sturm, as walls at which it changes sign."""
    names = {g for m in value.num for g, _ in m}
    if len(names) != 1 or value.nodes:
        return False
    (v,) = names
    p = [Fraction(0)] * (1 + (value.degree(v) or 0))
    for m, c in value.num.items():
        p[dict(m).get(v, 0)] = c
    p = quotient(p, shared(p, slope(p)))
    places = sorted({q for w in walls if (q := _root(w, v)) is not None})
    if len(places) != len(walls) or any(b - a < 4 * NEAR for a, b in pairwise(places)):
        return False
    changes = [value_at(p, q - NEAR) * value_at(p, q + NEAR) < 0 for q in places]
    return all(changes) and real_roots(p) == len(places)


def _root(wall: WallStep, v: str) -> Fraction | None:
    text = (
        wall.root.near if wall.root is not None and wall.at.get(v) == wall.root.name else wall.at.get(v, "")
    )
    value = number_of(text, {})
    if value is None:
        return None
    return value if isinstance(value, Fraction) else Fraction(mpmath.nstr(real(value), 60))


def _of_wave(value: Ratio, walls: Sequence[WallStep]) -> bool:
    """sin(u) = 0 where u/pi is an integer, cos(u) = 0 where it is one and a half: the walls run through all of them."""
    if len(value.num) != 1 or len(value.nodes) < 1:
        return False
    ((m, _),) = value.num.items()
    if len(m) != 1 or m[0][0] not in value.nodes or value.nodes[m[0][0]].op not in {"sin", "cos"}:
        return False
    node = value.nodes[m[0][0]]
    inner, half = ratio(node.args[0]), Fraction(node.op == "cos", 2)
    circle = ratio(Node("pi", ()))
    steps, starts = set(), set()
    for wall in walls:
        v = wall.variable
        if inner.degree(v) != 1 or len(wall.integers) != 1 or wall.root is not None:
            return False
        at = inner.coefficient(v, 1) * ratio(elementary(parse(wall.at[v]))) + inner.coefficient(v, 0)
        (k,) = wall.integers
        turns = at / circle
        a, b = (turns.coefficient(k, n).rational for n in (1, 0))
        if (
            turns.degree(k) != 1
            or a is None
            or b is None
            or a.denominator != 1
            or (b - half).denominator != 1
        ):
            return False
        steps.add(abs(a))
        starts.add((b - half) % abs(a))
    return len(steps) == 1 and len(starts) == steps.pop()


# --- what happens at all points of a wall


def all_kinds(wall: WallStep) -> bool:
    """Whether the kinds of points are proved to be all of them: their conditions split the wall, sign by sign.

    Where such an expression is zero the wall has a smaller dimension; that is a matter of the thin sets.
    """
    if wall.conditions:
        return False
    try:
        return _split(
            [_signs(c.conditions) for c in wall.cells] + [_signs(a.constraints) for a in wall.absent]
        )
    except FAILURES:
        return False


def _signs(texts: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in texts:
        (c,) = parse_conditions(text)
        if c.op not in STRICT:
            raise TooLong
        value = ratio(elementary(difference(*c.args)))
        names = sorted([value.key, (-value).key])
        found[names[0]] = STRICT[c.op] * (1 if value.key == names[0] else -1)
    return found


def _split(kinds: Sequence[Mapping[str, int]]) -> bool:
    if any(not k for k in kinds):
        return True
    if not kinds:
        return False
    first = next(iter(kinds[0]))
    return all(
        _split([{n: s for n, s in k.items() if n != first} for k in kinds if k.get(first, sign) == sign])
        for sign in (1, -1)
    )


def class_on_wall(
    claim: Claim, wall: WallStep, cell: Cell, point: Mapping[str, Any]
) -> tuple[float | None, bool, bool]:
    """Return the class level across a wall, whether it is proved, and whether for all points of the kind.

    The level is infinity only where both sides and the wall are one expression that cannot fail.
    """
    facts = assumptions(claim, (*wall.conditions, *cell.conditions), wall.integers)
    for parities in product((None,), repeat=len(wall.integers)), product((0, 1), repeat=len(wall.integers)):
        whole = None if wall.root is not None else _level_everywhere(claim, wall, facts, parities)
        if whole is not None:
            return whole[0], True, True
    if any(not isinstance(point.get(n), Fraction) for n in claim.names):
        return None, False, False
    try:
        here = {n: Ratio({(): point[n]} if point[n] else {}, {(): Fraction(1)}, {}) for n in claim.names}
        level, proved = _level(claim.plain, here, wall.variable, Facts())
    except FAILURES:
        return None, False, False
    return level, proved, proved and len(claim.names) == 1


def _level_everywhere(
    claim: Claim, wall: WallStep, facts: Facts, parities: Iterable[Sequence[int | None]]
) -> tuple[float | None] | None:
    """Return the class level at all points of a kind, the integers of the family taken by parity where that is given;
    None when it is not proved."""
    levels: set[float | None] = set()
    for chosen in parities:
        members = {k: _member(k, r) for k, r in zip(wall.integers, chosen, strict=True) if r is not None}
        known = replace(
            facts,
            signs=tuple(
                (f, s) for f, s in facts.signs if not {g for m in f.num for g, _ in m} & members.keys()
            ),
            box={n: at for n, at in facts.box.items() if n not in members},
        )
        try:
            place = {n: ratio(Node(NAME, (), n)) for n in claim.names}
            place |= {n: ratio(_filled(elementary(parse(text)), members)) for n, text in wall.at.items()}
            level, proved = _level(claim.plain, place, wall.variable, known)
        except FAILURES:
            return None
        if not proved:
            return None
        levels.add(level)
    return (levels.pop(),) if len(levels) == 1 else None


def _filled(node: Node, members: Mapping[str, Node]) -> Node:
    return substitute(node, lambda part: members.get(str(part.leaf)) if part.op == NAME else None)


def _member(k: str, parity: int) -> Node:
    return parse(f"2*{k} + {parity}")


def _level(node: Node, place: Mapping[str, Ratio], v: str, facts: Facts) -> tuple[float | None, bool]:
    with assuming(facts):
        level = seen(node, place, v)
        if level == math.inf:
            return level, one_function(node, place, v)
    return level, True
