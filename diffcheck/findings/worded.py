"""Leaves to findings: the words, the place in the text, the exact witness."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import symbol, text_of
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.findings import written
from diffcheck.findings.families import Pair, joined, members_of
from diffcheck.findings.limited import all_apart, on_constants, set_apart
from diffcheck.findings.located import MAX_FORMULA, location, locus, spoken, witness
from diffcheck.findings.merged import MAX_APART, said_once
from diffcheck.language.tree import Node, Place, Span
from diffcheck.problem import Problem
from diffcheck.verdict import C0, CINF, D1, Finding, Kind, Severity, Smoothness
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import Gap, Pieces
from diffcheck.walls.members import integer_zeros
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.wall import Points, Wall

__all__ = ["describe", "flat_finding", "one_by_one"]

# A gap that vanishes on more pieces than this is told as written, once.
MAX_PIECES = 3
# Slopes with more operations than this are not multiplied out: SymPy takes seconds, and nobody reads them.
MAX_OPERATIONS = 150


def describe(
    problem: Problem,
    leaves: Sequence[Pair],
    worst: Smoothness,
    at_fault: Callable[[Leaf, Gap], Gap],
    passed: Collection[Node] = (),
    partly: Collection[object] | None = (),
) -> Iterator[Finding]:
    """Yield a finding for every wall on which something happens: what breaks C^1, what decides the class, edges.

    at_fault: takes a leaf and the gap by which it was found, gives the gap whose part is at fault there.
    passed: parts of which not every piece and kind of point was seen: conditions and slopes are those of some, and
    left out.
    partly: the formulas of walls of which other kinds of points are not known, None for all: there every condition sets
    a leaf apart.
    """
    groups: dict[tuple[str, Kind, Span], list[Pair]] = {}
    shown = [
        (_for_some_points(leaf) if gap.part in passed else leaf, at_fault(leaf, gap))
        for leaf, gap in _once(leaves)
        if leaf.outcome.kind is not None and _shown(leaf.outcome, worst)
    ]
    many = _many_pieces(shown, problem, passed)

    def whole(leaf: Leaf, gap: Gap) -> str | None:
        # Single points of a part with many pieces are told by themselves.
        return many.get(gap.part) if len(leaf.wall.base) == 1 or gap.part in passed else None

    for leaf, gap in shown:
        assert leaf.outcome.kind is not None
        at = whole(leaf, gap) or " for ".join(locus(leaf, gap, problem))
        groups.setdefault((at, leaf.outcome.kind, gap.part.span), []).append((leaf, gap))
    known = _known(leaves, partly)

    def told(leaf: Leaf, gap: Gap) -> Finding:
        # What was put together has a wall of its own, and the conditions that set it apart.
        own = {c.opposite for c in leaf.conditions if c.opposite is not None}
        others = known.get(leaf.wall.formula, own) | {c for c in own if c.expr.has(sp.Abs)}
        return _finding(problem, leaf, gap, set_apart(problem, leaf, others))

    def short(leaf: Leaf, gap: Gap) -> bool:
        return len(told(leaf, gap).at) <= MAX_FORMULA

    def besides(members: Sequence[Pair]) -> list[Leaf]:
        """Return the other leaves of the walls of some that few conditions tell apart: two of two, or one of each."""
        if len(members) == 1:
            return []  # said once as it is
        few = 2 if len(members) <= MAX_APART else 1
        if any(
            told(*m).at.count(" and ") >= len(m[0].wall.base) + few or m[1].part in passed for m in members
        ):
            return []
        walls = {leaf.wall.formula for leaf, _ in members}
        own = [(leaf.wall, leaf.conditions) for leaf, _ in members]
        every = (leaf for leaf, _ in leaves if leaf.wall.formula in walls)
        return [leaf for leaf in every if (leaf.wall, leaf.conditions) not in own]

    once: set[object] = set()
    quiet = [leaf for leaf, _ in leaves if leaf.outcome.kind is None or not _shown(leaf.outcome, worst)]
    for leaf, gap in joined(
        [pair for members in groups.values() for pair in said_once(members, short, besides(members))],
        quiet,
        known,
    ):
        found = told(leaf, gap)
        everywhere = whole(leaf, gap)
        if everywhere is not None:
            found = replace(found, at=everywhere, condition=None)
        # What one formula says is said once, of whatever residues of an integer it was seen.
        sides = () if everywhere is not None else (found.left, found.right, found.size)
        key = found.kind, gap.part, found.at, found.condition, sides
        if key not in once:
            once.add(key)
            yield found


def one_by_one(problem: Problem, leaves: Sequence[Pair], worst: Smoothness) -> Iterator[Finding]:
    """Yield a finding for every kind of point at which something happens, as it was seen, with all conditions."""
    said = set()
    for leaf, gap in leaves:
        if leaf.outcome.kind is not None and _shown(leaf.outcome, worst):
            found = _finding(problem, leaf, gap, all_apart(problem, leaf))
            if (found.kind, found.at, found.condition) not in said:
                said.add((found.kind, found.at, found.condition))
                yield found


def _known(leaves: Sequence[Pair], partly: Collection[object] | None) -> dict[object, set[Constraint]]:
    """Return for every wall, by its formula, what holds at some of its points.

    A member of a family that was visited by itself is a point of it, at which the opposite of a condition may hold.
    Where not all points were seen, the opposite of every condition may hold at some.
    """
    places = {leaf.wall.base for leaf, _ in leaves}
    known: dict[object, set[Constraint]] = {}
    for leaf, _ in leaves:
        own = known.setdefault(leaf.wall.formula, set())
        own.update(leaf.conditions)
        unseen = partly is None or leaf.wall.formula in partly
        own.update(
            c.opposite
            for c in leaf.conditions
            if c.opposite is not None and (unseen or _fails_at_some(c, leaf, places))
        )
    return known


def _fails_at_some(c: Constraint, leaf: Leaf, places: Collection[Points]) -> bool:
    """Whether the wall of a leaf has a member among ``places`` at which a condition fails, whatever else holds."""
    for k in c.expr.free_symbols & set(leaf.wall.integers):
        for n in {n for place in places for n in _numbers_of(place, leaf, k)}:
            at_member = c.expr.subs(k, n)
            if at_member.is_number and holds(Constraint(at_member, c.rel), {}) is False:
                return True
    return False


def _numbers_of(place: Points, leaf: Leaf, k: sp.Symbol) -> Iterator[int]:
    """Yield the numbers of a place among the members of a family."""
    family = leaf.wall.base
    if [name for name, _ in family] != [name for name, _ in place]:
        return
    for (_, own), (_, other) in zip(family, place, strict=True):
        if k in own.free_symbols and k not in other.free_symbols:
            near = {**leaf.witness, **dict.fromkeys(other.free_symbols - leaf.witness.keys(), sp.S.Zero)}
            yield from (
                n
                for n in integer_zeros(own - other, k, near) or ()
                if leaf.wall.with_integer(k, sp.Integer(n)).base == place
            )
            return


def _once(leaves: Sequence[Pair]) -> list[Pair]:
    """Return the leaves without those of points that another wall has too: x = k + 1 are those of x = k."""
    found: dict[object, Pair] = {}
    for leaf, gap in ((_without_steps(leaf), gap) for leaf, gap in leaves):
        single = leaf.wall.implicit is None and not leaf.wall.integers
        point = leaf.wall.base, frozenset((*leaf.wall.conditions, *leaf.conditions)), leaf.outcome
        key = point if single else members_of(leaf, gap) or id(leaf)
        known = found.setdefault(key, (leaf, gap))
        if _size(leaf) < _size(known[0]):
            found[key] = leaf, gap
    return list(found.values())


def _without_steps(leaf: Leaf) -> Leaf:
    """Return a leaf without the integer parts along its wall if nothing that happens there depends on them."""
    wall, outcome = leaf.wall, leaf.outcome
    steps = {s.value for s in wall.steps or () if s.value.is_Symbol}
    told = (outcome.left, outcome.right, outcome.size, outcome.power, outcome.factor)
    used = (*(e for _, e in wall.base), *(c.expr for c in leaf.asked), *(e for e in told if e is not None))
    if not steps or len(steps) < len(wall.steps or ()) or any(steps & e.free_symbols for e in used):
        return leaf
    own = tuple(k for k in wall.integers if k not in steps)
    left = tuple(c for c in wall.conditions if not c.expr.free_symbols & steps)
    return replace(leaf, wall=replace(wall, integers=own, conditions=left, steps=()))


def _size(leaf: Leaf) -> int:
    return int(sum(sp.count_ops(e) for _, e in leaf.wall.base))


def _for_some_points(leaf: Leaf) -> Leaf:
    """Return a leaf without what is said of its own kind of points alone."""
    return replace(leaf, conditions=(), outcome=replace(leaf.outcome, left=None, right=None))


def _many_pieces(leaves: Sequence[Pair], problem: Problem, passed: Collection[Node]) -> dict[Node, str]:
    """Return the parts whose gap vanishes on many pieces, such as sum(max(p, q)), with the equation as written."""
    walls: dict[tuple[Node, Kind | None], set[sp.Expr]] = {}
    for leaf, gap in leaves:
        if leaf.wall.integers:
            continue  # residues of a family, of which others may be left out
        walls.setdefault((gap.part, leaf.outcome.kind), set()).add(leaf.wall.gap)
    many = {part for (part, _), found in walls.items() if len(found) > MAX_PIECES}
    many |= {part for part, _ in walls if part in passed and any(n.op == "where" for n in part.distinct())}
    # Of a set without a formula single points are looked at.
    many |= {gap.part for leaf, gap in leaves if gap.part in passed and len(leaf.wall.base) > 1}
    texts = {part: written.vanishing(part, problem) for part in many}
    return {part: text for part, text in texts.items() if text is not None}


def _shown(outcome: Outcome, worst: Smoothness) -> bool:
    if outcome.kind is Kind.EDGE:
        return True
    if outcome.open and outcome.level > worst:
        return False  # not known to be as bad as that, and it decides nothing
    return outcome.level <= D1 or (worst > D1 and outcome.level == worst)


def _finding(problem: Problem, leaf: Leaf, gap: Gap, apart: Sequence[Constraint]) -> Finding:
    outcome = leaf.outcome
    names = spoken(leaf.wall, problem)
    assert outcome.kind is not None
    span = gap.part.span
    return Finding(
        kind=outcome.kind,
        severity=severity(outcome),
        at=location(leaf, gap, problem, apart),
        condition=on_constants(problem, leaf, apart),
        wrt=_variables(problem, leaf.wall),
        span=span,
        source=span.source if isinstance(span, Place) else problem.text[span[0] : span[1]],
        left=_text(outcome.left, names),
        right=_text(outcome.right, names),
        size=_text(outcome.size, names),
        witness=witness(problem, leaf),
        proof="ball" if leaf.wall.implicit is not None else "exact",
        level=outcome.level,
        direction={leaf.wall.variable: "1"},
        member={
            str(names[k]): str(leaf.witness[k])
            for k in leaf.wall.integers
            if k in leaf.witness and k in names and names[k].is_Symbol
        },
        detail=outcome.detail,
    )


def severity(outcome: Outcome) -> Severity:
    """Return error for what breaks differentiability, warning for edges and D1, info for higher breaks."""
    if outcome.kind is Kind.EDGE or outcome.level == D1:
        return Severity.WARNING
    return Severity.ERROR if outcome.level <= C0 else Severity.INFO


def _text(expr: sp.Expr | None, names: Mapping[sp.Symbol, sp.Expr]) -> str | None:
    if expr is None:
        return None
    expr = expr.xreplace(dict(names))
    readable = sp.count_ops(expr) <= MAX_OPERATIONS and is_modest(expr)
    short = sp.factor_terms(sp.expand(expr, power_exp=False)) if expr.free_symbols and readable else expr
    return text_of(short if sp.count_ops(short) <= sp.count_ops(expr) else expr)


def _variables(problem: Problem, wall: Wall) -> tuple[str, ...]:
    inside = {s.name for s in wall.gap.free_symbols}
    return tuple(v for v in problem.wrt if v in inside) or (wall.variable,)


def flat_finding(problem: Problem, findings: Sequence[Finding], pieces: Pieces, tree: Node) -> list[Finding]:
    """Return a finding when every piece is constant in the variables although the function is not."""
    if not any(f.kind in {Kind.JUMP, Kind.HOLE} for f in findings):
        return []
    variables = [symbol(v) for v in problem.wrt]
    moving = ((piece, v) for piece in pieces.of(tree) for v in variables if v in piece.free_symbols)
    if any(is_zero(sp.diff(piece, v)) is not Decision.YES for piece, v in moving):
        return []
    span = (0, len(problem.text))
    return [
        Finding(
            Kind.FLAT, Severity.WARNING, "everywhere", None, problem.wrt, span, problem.text, "0", "0", None,
            findings[0].witness, "exact", CINF, detail="the gradient is zero wherever it exists",
        )
    ]  # fmt: skip
