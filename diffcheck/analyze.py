"""From a question to a decision: gaps, walls, the kinds of points on them, and what they mean together.

Off all gaps a composition of analytic functions is analytic.  On a wall the germs of both sides decide
(walls/sides.py). Where walls of branches meet, nothing new can happen: the complement of a set of codimension 2 in a
small ball is connected, so neighbouring pieces that agree to order k across every wall have one k-jet there.  Thin
sets on which a quotient, root or logarithm is singular are looked at by themselves (thin/around.py).
Read in order: analyze, then findings/worded.py for the words.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import sympy as sp

from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import shown, symbol
from diffcheck.algebra.rootless import without_root
from diffcheck.algebra.signs import squares
from diffcheck.conditions.boxes import bounding_box
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.facts import never_zero
from diffcheck.conditions.implied import Conjunction, covered
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import ACCEPTS
from diffcheck.constants.cases import occurrence
from diffcheck.constants.classes import Region, regions
from diffcheck.deadline import TimeOver, before, conclusion
from diffcheck.errors import Undetermined
from diffcheck.findings import written
from diffcheck.findings.evidence import Discharged, Record, certificate
from diffcheck.findings.fault import at_fault, is_zero_on
from diffcheck.findings.located import vanishing
from diffcheck.findings.worded import describe, flat_finding
from diffcheck.language.tree import Node, Place
from diffcheck.problem import Problem
from diffcheck.thin.around import left_open, visit
from diffcheck.thin.closed import closed
from diffcheck.thin.loci import Question
from diffcheck.verdict import (
    C0,
    CINF,
    D1,
    DISCONTINUOUS,
    OTHERWISE,
    SINGULAR,
    Analysis,
    Case,
    Finding,
    Kind,
    Smoothness,
    Verdict,
)
from diffcheck.walls.addends import Addends
from diffcheck.walls.cell import Cell
from diffcheck.walls.crossings import uncrossed
from diffcheck.walls.domain import demanded, inhabited
from diffcheck.walls.enough import Enough
from diffcheck.walls.explore import Explored, Leaf, constraints_on, explore
from diffcheck.walls.factored import factors
from diffcheck.walls.gaps import Gap, Pieces, bounded, continuous, gaps_of_parts, meetings
from diffcheck.walls.interior import interior
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.sides import Sides, judge
from diffcheck.walls.solved import narrowed, walls_of
from diffcheck.walls.wall import Thin, Wall

__all__ = ["analyze", "family_key"]

# Each costs milliseconds at least; beyond, there is no answer in the time a check has.
MAX_MEETINGS = 300
# The time for the conclusion, as a part of the time for the look.
WORDS = 0.25


@dataclass(slots=True)
class _Work:
    """What is known while the walls are visited."""

    problem: Problem
    tree: Node
    where: tuple[Constraint, ...]
    names: tuple[str, ...]
    never_zero: Callable[[sp.Expr], bool]
    addends: Addends
    leaves: list[tuple[Leaf, Gap]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    record: Record = field(default_factory=Record)
    numbers: dict[tuple[str, object], int] = field(default_factory=dict)
    crossed: list[Leaf] = field(default_factory=list)
    enough: Enough | None = None
    until: float = math.inf


def analyze(problem: Problem, until: float | None = None) -> Analysis:
    """Decide the smoothness class of the question's function on its domain.

    until: the moment of ``time.monotonic()`` after which nothing more is looked at; None for that of a check of
    `deadline.LIMIT` seconds.  What was seen by then may prove that the function is not differentiable; to say so may
    take WORDS of the time longer.
    """
    start = time.monotonic()
    until = conclusion() if until is None else until
    tree = lower(problem.tree)
    names = tuple(dict.fromkeys([*problem.wrt, *problem.constants]))
    where = tuple(interior(problem.where))
    nonzero = never_zero(where)
    work = _Work(problem, tree, where, names, nonzero, Addends(tree, nonzero), until=until)
    pieces = Pieces()
    try:
        with before(until):
            _look(work, pieces)
    except TimeOver as over:
        if not any(leaf.outcome.level < D1 for leaf, _ in work.leaves):
            raise
        work.open.append(str(over))
    with before(until + WORDS * max(until - start, 0)):
        return _conclude(work, pieces)


def _look(work: _Work, pieces: Pieces) -> None:
    """Visit every place where something can happen, or enough of them."""
    work.enough = Enough(
        work.tree,
        pieces,
        work.never_zero,
        work.where,
        lambda leaf: _occurs(work, leaf, work.where),
        lambda part: written.vanishing(part, work.problem) is not None,
    )
    thin: list[tuple[Thin, Gap]] = []
    for gap, walls in _walls(work, pieces, thin):
        for wall in walls:
            _visit_wall(work, wall, gap)
    thin += _degenerate(work)
    question = Question(work.tree, work.problem.wrt, work.names, work.where, work.never_zero)
    work.open += _visit_thin(work, question, thin)
    work.open += _visit_thin(work, question, list(_met(work, pieces)))
    work.open += left_open(question)
    _visit_closed(work, question)
    work.record.thin, work.record.integers = question.looked, pieces.integers
    work.record.passed = tuple(work.enough.passed)
    if not inhabited(work.tree, work.names, work.where, [leaf for leaf, _ in work.leaves]):
        raise Undetermined("no point was found at which the expression has a value: its domain may be empty")


def _visit_wall(work: _Work, wall: Wall, gap: Gap) -> None:
    explored = Explored()
    work.record.walls.append((wall, explored))
    try:
        explore(
            wall,
            work.where,
            work.names,
            lambda w, cell: _judge(work, w, cell),
            explored,
            lambda seen: _is_enough(work, seen, gap),
        )
    finally:
        work.leaves += [(leaf, gap) for leaf in explored.leaves]
        work.crossed += explored.leaves
        work.open += explored.open


def _is_enough(work: _Work, explored: Explored, gap: Gap) -> bool:
    return work.enough is not None and work.enough.seen(explored, gap.part)


def _walls(work: _Work, pieces: Pieces, thin: list[tuple[Thin, Gap]]) -> Iterator[tuple[Gap, list[Wall]]]:
    """Yield every wall once, with the first gap in the text that has it."""
    variables = {symbol(v) for v in work.problem.wrt}
    box = bounding_box((c.expr, ACCEPTS[c.rel]) for c in work.where)
    assert work.enough is not None
    for gap in work.enough.gaps():
        discharged = Discharged(gap, bool(gap.expr.free_symbols & variables))
        work.record.gaps.append(discharged)
        if not discharged.variable:
            continue
        solved = narrowed(walls_of(gap.expr, work.problem.wrt, gap.thin, work.never_zero), box)
        rational = without_root(gap.expr) if any(w.conditions for w in solved.walls) else None
        if rational is not None:
            # Whether there is a point is easier to say of the equation without roots than of a formula with more.
            met = reach([Constraint(rational, "="), *work.where])
            if met.status is Status.UNSAT:
                discharged.queries.append((rational, met))
                yield gap, []
                continue
        fresh = []
        for wall in (_near_steps(w, pieces.steps(gap.expr)) for w in solved.walls):
            number, new = _numbered(work, wall)
            fresh += [wall] if new else []
            discharged.walls.append(number)
        for unsolved in solved.open:
            met = reach([Constraint(unsolved, "="), *work.where])
            discharged.queries.append((unsolved, met))
            if met.status is not Status.UNSAT:
                work.open.append(f"cannot find every point where `{shown(unsolved)}` = 0")
        thin += [(t, gap) for t in solved.thin]
        yield gap, fresh


def _numbered(work: _Work, wall: Wall) -> tuple[int, bool]:
    """Return the number of a wall, and whether it is new."""
    key = (wall.variable, family_key(wall))
    new = key not in work.numbers
    return work.numbers.setdefault(key, len(work.numbers)), new


def _near_steps(wall: Wall, steps: Sequence[tuple[sp.Expr, sp.Expr]]) -> Wall:
    """Keep the part of a wall on which an integer k in its formula can be floor(u): u is in [k, k + 1] there."""
    bound = {symbol(n): e for n, e in wall.base}
    found: list[Constraint] = []
    for u, k in steps:
        if not {s for s in (u - k).free_symbols if s.is_integer} <= set(wall.integers):
            continue  # a single member of a family
        above = (u - k).xreplace(bound)
        above = sp.cancel(above) if above.is_rational_function() else sp.expand(above)
        found += [Constraint(e, ">=") for e in (above, 1 - above) if not e.is_nonnegative]
    return replace(wall, conditions=(*wall.conditions, *found))


def family_key(wall: Wall) -> object:
    """Return what is the same for equal walls: their expressions up to the names of integers, which no two share."""
    names = {k: sp.Symbol(f"m{i}", integer=True) for i, k in enumerate(wall.integers)}
    point = tuple((n, e.xreplace(names)) for n, e in wall.base)
    conditions = tuple((c.expr.xreplace(names), c.rel) for c in wall.conditions)
    if wall.implicit is not None:
        return (point, conditions, wall.implicit.equation)
    return (point, conditions)


def _judge(work: _Work, wall: Wall, cell: Cell) -> Outcome:
    sides = Sides({n: symbol(n) for n in work.names} | wall.point(), {wall.variable: sp.S.One})
    part = work.addends.at(wall)
    if part is None:
        return judge(work.tree, sides, cell)
    outcome = judge(part, sides, cell)
    # The slopes and germs of the whole sum hold for this point alone: its other terms branch elsewhere.
    here = judge(work.tree, sides, Cell(cell.point, cell.implicit, wall.steps))
    if here.level != outcome.level:
        raise Undetermined("the terms of a sum and the sum do not agree at a wall")
    return replace(outcome, left=None, right=None, evidence=here.evidence)


def _met(work: _Work, pieces: Pieces) -> Iterator[tuple[Thin, Gap]]:
    """Yield the meetings of walls that can be worse, for some constants, than all that was found on the walls."""
    variables = {symbol(v) for v in work.problem.wrt}
    if len(variables) < 2:
        return
    worst = min((leaf.outcome.level for leaf in _always(work)), default=CINF)
    count = 0
    for meeting in meetings(work.tree, pieces, len(variables)):
        if worst <= (SINGULAR if meeting.lead is not None else DISCONTINUOUS):
            continue
        if not all(e.free_symbols & variables for e in meeting.others):
            continue
        for leads in _leads(work, meeting.lead, variables):
            count += 1
            if count > MAX_MEETINGS:
                work.open.append(f"more than {MAX_MEETINGS} meetings of walls")
                return
            system = (*leads, *meeting.others)
            yield Thin(system[0], system), Gap(system[0], meeting.part, True)


def _always(work: _Work) -> Iterator[Leaf]:
    """Yield the leaves that have a point whatever the constants are."""
    for leaf, _ in work.leaves:
        if not work.problem.constants or _occurs(work, leaf, work.where):
            yield leaf


def _leads(work: _Work, lead: sp.Expr | None, variables: set[sp.Symbol]) -> Iterator[tuple[sp.Expr, ...]]:
    """Yield the factors of a singular gap whose walls are not known to be poles, or edges, all along.

    On a wall that breaks less, as that of abs(x)**3 does, a quotient that is reached at a point only may have a pole.
    """
    if lead is None:
        yield ()
        return
    for f in factors(lead):
        own = [leaf.outcome for leaf, _ in work.leaves if leaf.wall.gap == f]
        worst_there = own and all(o.level == SINGULAR or o.kind is Kind.EDGE for o in own)
        if f.free_symbols & variables and not worst_there:
            yield (f,)


def _degenerate(work: _Work) -> Iterator[tuple[Thin, Gap]]:
    """Yield the parts of walls on which a germ says nothing: an exponent, or something divided by, vanishes there.

    A wall can be crossed along every variable of its gap; only what is degenerate for all of them needs a look.
    """
    variables = {symbol(v) for v in work.problem.wrt}
    if len(variables) < 2:
        return
    for wall, gap in {(leaf.wall, gap): None for leaf, gap in work.leaves}:
        own = [leaf for leaf, _ in work.leaves if leaf.wall == wall]
        bad = _factors_in((p for leaf in own for p in leaf.pivots), variables)
        if bad:
            for v in work.problem.wrt:
                if v != wall.variable and symbol(v) in wall.gap.free_symbols:
                    turned = replace(wall, variable=v)
                    seen = explore(turned, work.where, work.names, lambda w, cell: _judge(work, w, cell))
                    bad = _both(bad, _factors_in((p for leaf in seen.leaves for p in leaf.pivots), variables))
        for leaf in own:
            branches = (*leaf.branches, *(c.expr for c in wall.conditions))
            bad += uncrossed(leaf.exponents, branches, variables)
        yield from ((Thin(wall.gap, (wall.gap, *b)), gap) for b in dict.fromkeys(bad))


def _factors_in(exprs: Iterable[sp.Expr], variables: set[sp.Symbol]) -> list[tuple[sp.Expr, ...]]:
    found = (f for e in dict.fromkeys(exprs) for f in factors(e))
    return [(f,) for f in dict.fromkeys(found) if f.free_symbols & variables]


def _both(a: list[tuple[sp.Expr, ...]], b: list[tuple[sp.Expr, ...]]) -> list[tuple[sp.Expr, ...]]:
    """Return the systems in which a factor of each list vanishes."""
    return list(dict.fromkeys((*x, *(e for e in y if e not in x)) for x in a for y in b))


def _visit_thin(work: _Work, question: Question, thin: Iterable[tuple[Thin, Gap]]) -> list[str]:
    """Add what happens on thin sets; return what stays open, beside what ``question`` holds as pending."""
    seen: set[Thin] = set()
    opened: list[str] = []
    for system, gap in thin:
        if system in seen or len(work.problem.wrt) < 2:
            continue
        seen.add(system)
        leaves, unknown = visit(question, system)
        for surface in question.surfaces:
            if _numbered(work, surface)[1]:
                _visit_wall(work, surface, gap)
        question.surfaces.clear()
        on = [other for other, _ in work.leaves if other.wall.gap == system.gap]
        work.leaves += [(leaf, gap) for leaf in leaves if not _is_nothing_new(work, leaf, on)]
        opened += unknown
    return opened


def _is_nothing_new(work: _Work, leaf: Leaf, on: Sequence[Leaf]) -> bool:
    """Whether a singular point is one of a wall that is singular for all the constants that the point is."""
    if leaf.outcome.level != SINGULAR:
        return False
    own = (*leaf.conditions, *constraints_on(leaf.wall, work.where))
    return any(_occurs(work, other, own) for other in on if other.outcome.level == SINGULAR)


def _occurs(work: _Work, leaf: Leaf, known: Conjunction) -> bool:
    """Whether a leaf is proved to have a point for all constants, up to a null set, for which ``known`` can hold."""
    asked = occurrence(leaf, {symbol(c) for c in work.problem.constants}, work.where)
    return asked is not None and covered(known, [asked])


def _visit_closed(work: _Work, question: Question) -> None:
    """Visit the parts of walls with jumps on which their size vanishes.

    Nothing there is worse than a jump, so what stays open does not count.
    """
    variables = {symbol(v) for v in work.problem.wrt}
    if len(variables) < 2:
        return
    for leaf, gap in list(work.leaves):
        if leaf.outcome.level >= C0 or leaf.outcome.size is None:
            continue
        for f in _factors_in([leaf.outcome.size], variables):
            system = Thin(leaf.wall.gap, (leaf.wall.gap, *f))
            known = len(question.pending), len(question.looked), len(work.leaves)
            opened = _visit_thin(work, question, [(system, gap)])
            if opened or len(question.pending) > known[0]:
                del question.looked[known[1] :]
            if len(work.leaves) == known[2]:
                # Of a place that another jump has as well, all is said.
                places = {frozenset(other.wall.base) for other, _ in work.leaves}
                found = [
                    point
                    for point in closed(question, leaf, system)
                    if frozenset(point.leaf.wall.base) not in places
                ]
                if found:
                    # The directions beside the wall do not see what is on it.
                    del question.looked[known[1] :]
                work.record.closed += found
                work.leaves += [(point.leaf, gap) for point in found]


def _conclude(work: _Work, pieces: Pieces) -> Analysis:
    """Put the leaves together: the worst of the points, region by region of the constants."""
    leaves = [leaf for leaf, _ in work.leaves]
    constants = work.problem.constants
    known = (*work.where, *demanded(work.tree, constants))
    try:
        found = regions(leaves, constants, known)
    except TimeOver:
        raise
    except Undetermined as unknown:
        # The places stand, each for some constants.
        worst = min(leaf.outcome.level for leaf in leaves)
        findings = _findings(work, pieces, worst)
        return Analysis(Verdict.UNDETERMINED, None, tuple(findings), (), str(unknown))
    work.record.regions = found
    verdicts = {r.smoothness.differentiable for r in found}
    worst = min((r.smoothness for r in found), default=CINF)
    findings = _findings(work, pieces, worst)
    findings += flat_finding(work.problem, findings, pieces, work.tree)
    if work.open and (worst.differentiable or len(verdicts) > 1):
        return Analysis(Verdict.UNDETERMINED, None, tuple(findings), (), work.open[0])
    at_worst = [leaf.outcome.open for leaf in leaves if leaf.outcome.level == worst]
    if at_worst and all(at_worst):
        return Analysis(
            Verdict.UNDETERMINED, None, tuple(findings), (), "the class may be better than " + str(worst)
        )
    sure = not work.open and not any(leaf.outcome.open for leaf in leaves)
    alone = _alone(work) if sure else {}
    if len(verdicts) > 1:
        return _certified(
            work, Analysis(Verdict.CONDITIONAL, worst, tuple(findings), _cases(found), alone=alone)
        )
    if work.open and not _no_worse(work, pieces, worst):
        # The witness stands; what is undecided could be worse, so no class is claimed.
        reason = f"class at best {worst}: {work.open[0]}"
        return _certified(work, Analysis(Verdict.NOT_DIFFERENTIABLE, None, tuple(findings), (), reason))
    verdict = Verdict.DIFFERENTIABLE if worst.differentiable else Verdict.NOT_DIFFERENTIABLE
    unmet = tuple(_unmet(work)) if sure else ()
    done = Analysis(verdict, worst, tuple(findings), complete=not work.open, alone=alone, unmet=unmet)
    return _certified(work, done)


def _findings(work: _Work, pieces: Pieces, worst: Smoothness) -> list[Finding]:
    return list(describe(work.problem, work.leaves, worst, _blame(work, pieces), _passed(work)))


def _passed(work: _Work) -> Collection[Node]:
    """Return the parts of which one point was enough."""
    return () if work.enough is None else work.enough.passed


def _unmet(work: _Work) -> Iterator[tuple[str, str]]:
    """Yield the parts with a gap that is a sum of squares and was met nowhere, although some constants meet it."""
    met = {squares(wall.gap) for wall, _ in work.record.walls}
    met |= {squares(looked.system.gap) for looked in work.record.thin if looked.wall is not None}
    for gap in dict.fromkeys(d.gap for d in work.record.gaps if d.variable and d.gap.thin and not d.walls):
        bases = squares(gap.expr)
        names = {symbol(n) for n in work.names}
        if not bases or bases in met or work.never_zero(gap.expr) or not gap.expr.free_symbols <= names:
            continue
        span = gap.part.span
        text = span.source if isinstance(span, Place) else work.problem.text[slice(*span)]
        if reach([*(Constraint(base, "=") for base in bases), *work.where]).status is Status.SAT:
            yield text, vanishing(work.problem, gap.expr)


def _blame(work: _Work, pieces: Pieces) -> Callable[[Leaf, Gap], Gap]:
    """Return what says which gap's part is at fault on a leaf."""
    everywhere = (
        [d.gap for d in work.record.gaps] if _passed(work) else list(gaps_of_parts(work.tree, pieces))
    )
    known: dict[int, set[sp.Expr]] = {}
    for number, (_, explored) in enumerate(work.record.walls):
        zero = {d.gap.expr for d in work.record.gaps if number in d.walls}
        known |= {id(leaf): zero for leaf in explored.leaves}
    whole = Question(work.tree, work.problem.wrt, work.names, work.where, work.never_zero)

    def blame(leaf: Leaf, first: Gap) -> Gap:
        zero = known.get(id(leaf), set())
        others = (g for g in everywhere if g.expr in zero or is_zero_on(leaf.wall, g.expr))
        question = replace(whole, tree=work.addends.at(leaf.wall) or work.tree)
        with before(work.until):
            return at_fault(question, leaf, first, others)

    return blame


def _alone(work: _Work) -> dict[str, Smoothness]:
    """Return the class in each variable, the other ones constants in general position.

    A line along the variable through a general point meets the walls that the variable moves, at general points of
    them, and no thin set.  There the gap serves as a coordinate on the line as it does across the wall, so the class
    is that of the wall.
    """
    found = {
        v: min(
            (leaf.outcome.level for leaf in work.crossed if symbol(v) in leaf.wall.gap.free_symbols),
            default=CINF,
        )
        for v in work.problem.wrt
    }
    moved = {n for part in _passed(work) for n in part.names()}
    # Pieces that were not looked at may break for a variable that those seen do not hold.
    return found if all(level == C0 for v, level in found.items() if v in moved) else {}


def _no_worse(work: _Work, pieces: Pieces, worst: Smoothness) -> bool:
    """Whether nothing that stays open can be worse than ``worst``."""
    if worst <= SINGULAR:
        return True
    if worst <= DISCONTINUOUS:
        return bounded(work.tree, pieces, work.never_zero, work.where)
    return worst <= C0 and continuous(work.tree, pieces, work.never_zero, work.where)


def _certified(work: _Work, analysis: Analysis) -> Analysis:
    return replace(analysis, certify=partial(certificate, work.problem, work.record))


def _cases(found: Sequence[Region]) -> tuple[Case, ...]:
    return tuple(
        Case(
            r.condition or OTHERWISE,
            Verdict.DIFFERENTIABLE if r.smoothness.differentiable else Verdict.NOT_DIFFERENTIABLE,
            r.smoothness,
            r.detail,
        )
        for r in found
    )
