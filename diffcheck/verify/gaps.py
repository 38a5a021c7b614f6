"""Checks of gaps: every part that can fail has its gap, and every zero that is found lies on a stated wall.

The parts are read off the tree by the table of atoms; a gap is theirs when both have the same size at random points.
Zeros are looked for on segments through the domain: intervals prove the rest of each segment free of them.
Limits: a segment is not the whole domain ("proved on a box" says how far); families are tried for small integers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath

from diffcheck.certificate import GapStep, Root, WallStep
from diffcheck.errors import InputError
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, Node, substitute
from diffcheck.verify.boxes import zeros_on
from diffcheck.verify.claims import Check, Claim, Status
from diffcheck.verify.elementary import elementary, failing
from diffcheck.verify.exact import TooLong, constant, ratio
from diffcheck.verify.proofs import all_kinds, complete
from diffcheck.verify.sidewise import real
from diffcheck.verify.squares import only_at
from diffcheck.verify.walls import Refused, Unknown, holding, root_of, witness_point

__all__ = ["check_gap", "check_parts", "domain_points"]

DIGITS = 40
POINTS = 8
SEGMENTS = 2
REACH = 4
MAX_BRANCHES = 16
NEAR = mpmath.mpf(10) ** -9
# Members of families that are tried: one integer, or each of two.
MEMBERS = (range(-60, 61), range(-6, 7))


class Uncovered(Exception):
    """A point of a wall is of no kind that was looked at."""


def domain_points(claim: Claim, count: int) -> list[dict[str, Any]]:
    """Return points inside `where`: random ones, and the witnesses when the domain is small."""
    source = random.Random(7)
    found: list[dict[str, Any]] = []
    for trial in range(60 * count):
        size = (1, 3, 1, 20)[trial % 4]
        point = {n: Fraction(source.randint(-997, 997) * size, 499) for n in claim.names}
        if trial % 3 == 0:
            point = {n: abs(v) for n, v in point.items()}
        if claim.inside(point):
            found.append(point)
        if len(found) == count:
            return found
    return found + list(_witnesses(claim))[: count - len(found)]


def _witnesses(claim: Claim) -> Iterator[dict[str, Any]]:
    for wall in claim.certificate.walls:
        for cell in wall.cells:
            if wall.root is None:
                point = witness_point(claim, cell.witness, None)
                if all(isinstance(point[n], Fraction) for n in claim.names) and claim.inside(point):
                    yield {n: point[n] for n in claim.names}


# --- every part that can fail


def check_parts(claim: Claim, points: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    """Check that each part of the expression that can fail is the gap of some step."""
    try:
        stated = [_gap_node(gap) for gap in claim.certificate.gaps]
    except InputError as error:
        yield Check("gaps", Status.FAILED, f"unreadable: {error.message}")
        return
    exact = _forms(stated)
    count = proved = 0
    for part, u in failing(claim.plain):
        if not set(u.names()) & set(claim.wrt):
            continue
        count += 1
        if _is_gap(u, claim, exact):
            proved += 1
            continue
        label = f"part `{claim.report['expression'][slice(*part.span)]}` ({part.op})"
        missing = _missing(u, stated, points)
        if missing:
            yield Check(
                label, Status.FAILED, "no gap in the certificate is the expression that must not vanish"
            )
        elif missing is None:
            yield Check(label, Status.OPEN, "it has no value at the points that were tried")
    status = Status.PROVED if proved == count else Status.SAMPLED
    note = (
        f"{count}, each with its gap"
        if proved == count
        else f"{proved} of {count} are gaps; the rest are equal to gaps at points"
    )
    yield Check("all parts that can fail", status, note)


def _is_gap(u: Node, claim: Claim, exact: set[str]) -> bool:
    """Whether on every branch of it an expression is a gap up to a factor, or has no variable and is not zero."""
    try:
        moving = [p for p in _branches(u) if set(p.names()) & set(claim.wrt) or ratio(p).is_zero]
    except TooLong:
        return False
    return bool(moving) and all(len(form := _forms([p])) == 1 and form <= exact for p in moving)


def _branches(node: Node) -> list[Node]:
    """Return what an expression is when each `where` in it takes one of its branches."""
    if node.op == "where":
        return [p for branch in node.args[1:] for p in _branches(branch)]
    if not node.args:
        return [node]
    rows = list(product(*(_branches(a) for a in node.args)))
    if len(rows) > MAX_BRANCHES:
        raise TooLong
    return [Node(node.op, row, node.leaf, node.span) for row in rows]


def _forms(nodes: Sequence[Node]) -> set[str]:
    """Return names of trees up to a rational factor, for those that exact arithmetic can read."""
    found = set()
    for node in nodes:
        try:
            value = ratio(node)
            first = max(value.num.items(), key=repr)[1]
            found.add((value / constant(first)).key)
        except (TooLong, KeyError, ValueError):
            continue
    return found


def _gap_node(gap: GapStep) -> Node:
    """Return the gap with its made-up integers written out."""
    stands = {k: parse(text) for k, text in gap.integers.items()}
    node = parse(gap.gap)
    return elementary(substitute(node, lambda n: stands.get(str(n.leaf)) if n.op == NAME else None))


def _missing(u: Node, stated: Sequence[Node], points: Sequence[Mapping[str, Any]]) -> bool | None:
    """Whether at some point no gap has the size of ``u``; None when ``u`` has no value anywhere."""
    values = [(p, evaluate(u, p, DIGITS).value) for p in points]
    known = [(p, v) for p, v in values if v is not None and v != 0]
    if not known:
        return None if all(v is None for _, v in values) else False
    if len(known) > 1 and all(_like(v, known[0][1]) for _, v in known):
        return False  # a number
    return any(
        not any(_like(evaluate(g, p, DIGITS).value, v) for g in stated if _named(g, p)) for p, v in known
    )


def _named(node: Node, point: Mapping[str, Any]) -> bool:
    return set(node.names()) <= point.keys()


def _like(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return False
    return bool(abs(abs(real(a)) - abs(real(b))) <= mpmath.mpf(10) ** -14 * abs(real(b)))


# --- every zero of a gap


def check_gap(claim: Claim, gap: GapStep, points: Sequence[Mapping[str, Any]]) -> Check:
    """Look for zeros of a gap inside the domain that lie on none of its walls."""
    label = f"gap `{gap.gap}` of `{gap.source}`"
    try:
        node = _gap_node(gap)
        inside = set(node.names()) & set(claim.wrt)
        if gap.discharge == "constants":
            return _constant(label, gap, claim, node, points)
        if gap.discharge == "open":
            needed = claim.report["verdict"] != "not_differentiable"
            return Check(label, Status.FAILED if needed else Status.OPEN, "not every zero is found")
        walls = _walls(claim, gap)
        if complete(claim, gap, walls):
            return _proved(label, gap, walls)
        thin = [s.at for s in claim.certificate.thin if len(s.at) > 1]
        if not walls and only_at(claim, node, thin):
            return Check(label, Status.PROVED, "squares that vanish together on a thin set only")
        proved = True
        for point in points[:SEGMENTS]:
            for v in sorted(inside):
                proved &= _check_segment(claim, node, walls, point, v)
    except Uncovered as reason:
        # One failing point is enough for this verdict; the others need no step.
        needed = claim.report["verdict"] != "not_differentiable"
        return Check(label, Status.FAILED if needed else Status.OPEN, str(reason))
    except (Refused, InputError) as reason:
        return Check(label, Status.FAILED, str(reason))
    except Unknown as reason:
        return Check(label, Status.OPEN, str(reason))
    if not points:
        return Check(label, Status.OPEN, f"{gap.how}; no point of the domain was found")
    seen = "no other zero on segments" if proved else "no other zero among points"
    return Check(label, Status.SAMPLED, f"{gap.how}; {seen}")


def _proved(label: str, gap: GapStep, walls: Sequence[WallStep]) -> Check:
    """Return the answer for a gap whose zeros are proved to be on its walls: are all points there of some kind?"""
    if not walls:
        return Check(label, Status.PROVED, "never zero in the domain")
    open_walls = [str(w.number) for w in walls if not all_kinds(w)]
    if open_walls:
        note = f"zero on its walls only; the kinds of points on wall {', '.join(open_walls)} are not proved complete"
        return Check(label, Status.SAMPLED, note)
    return Check(label, Status.PROVED, "zero on its walls only")


def _constant(
    label: str, gap: GapStep, claim: Claim, node: Node, points: Sequence[Mapping[str, Any]]
) -> Check:
    names = set(parse(gap.gap).names())
    if names & set(claim.wrt):
        return Check(label, Status.FAILED, "a variable occurs in it")
    if not any(evaluate(node, p, DIGITS).value for p in points):
        return Check(label, Status.OPEN, "it is zero, or has no value, at all points that were tried")
    return Check(label, Status.PROVED, gap.how)


def _walls(claim: Claim, gap: GapStep) -> list[WallStep]:
    table = {w.number: w for w in claim.certificate.walls}
    if gap.discharge not in {"walls", "never zero"} or (gap.discharge == "walls") != bool(gap.walls):
        raise Refused(f"`{gap.discharge}` does not fit its walls")
    if not set(gap.walls) <= table.keys():
        raise Refused("a wall of this gap is missing")
    return [table[n] for n in gap.walls]


def _check_segment(
    claim: Claim, node: Node, walls: Sequence[WallStep], point: Mapping[str, Any], v: str
) -> bool:
    """Check one segment; return whether it is proved free of other zeros."""
    fixed = {n: point[n] for n in node.names() if n != v}
    zeros, proved = zeros_on(node, fixed, v, (-REACH, REACH))
    for zero in zeros:
        place = {**point, v: zero}
        if not _well_inside(claim, place, v):
            continue
        places = [_on(wall, place) for wall in walls]
        if None in places:
            proved = False
        elif not any(places):
            raise Refused(f"it vanishes near {v} = {mpmath.nstr(zero, 8)}, which is on none of its walls")
    return proved


def _well_inside(claim: Claim, place: Mapping[str, Any], v: str) -> bool:
    h = mpmath.mpf(10) ** -8
    return all(claim.inside({**place, v: place[v] + d}) for d in (0, h, -h))


def _on(wall: WallStep, place: Mapping[str, Any]) -> bool | None:
    """Whether a point is on a wall and of a kind that was looked at; None when that is not decided."""
    known = dict(place)
    if wall.root is not None:
        every = wall.root.every and wall.at.get(wall.variable) == wall.root.name
        known[wall.root.name] = place[wall.variable] if every else root_of(wall.root)
        if every and not _solves(wall.root, known):
            return False
    integers = sorted({n for text in wall.at.values() for n in parse(text).names()} & set(wall.integers))
    if len(integers) > len(MEMBERS):
        return None
    for member in product(*(MEMBERS[len(integers) - 1] for _ in integers)):
        here = {**known, **{k: Fraction(n) for k, n in zip(integers, member, strict=True)}}
        if all(_reads(n, text, here) for n, text in wall.at.items()):
            return _looked_at(wall, here)
    return None if integers else False


def _solves(root: Root, here: Mapping[str, Any]) -> bool:
    """Whether a zero that was found is one of the equation: it changes its sign there, or is tiny."""
    near = real(here[root.name])
    step = NEAR * max(1, abs(near))
    values = [
        evaluate(parse(root.equation), {root.name: near + d}, DIGITS).value
        for d in (-step, mpmath.mpf(0), step)
    ]
    if None in values:
        return False
    below, at, above = (real(v) for v in values)
    return bool(below * above <= 0 or abs(at) <= step * (abs(below) + abs(above)))


def _looked_at(wall: WallStep, here: Mapping[str, Any]) -> bool | None:
    """Whether a point of a wall is of a kind with a step; Uncovered when it is of none."""
    answers = [holding(cell.conditions, here) for cell in wall.cells]
    if not any(answer is not False for answer in answers):
        place = ", ".join(f"{n} = {mpmath.nstr(real(here[n]), 8)}" for n in wall.at if n in here)
        raise Uncovered(f"no step tells what happens on wall {wall.number} at {place}")
    return True if True in answers else None


def _reads(n: str, text: str, here: Mapping[str, Any]) -> bool:
    node = parse(text)
    if not _named(node, here):
        return False
    value = evaluate(node, here, DIGITS).value
    return value is not None and bool(abs(real(value) - real(here[n])) <= NEAR * max(1, abs(real(here[n]))))
