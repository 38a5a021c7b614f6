"""Every place where something can happen: the walls of all gaps, the thin sets, the meetings of walls.

Read in order: look, then from top to bottom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

import flint
import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import shown, symbol
from diffcheck.algebra.rootless import conjugated, without_root
from diffcheck.analysis.work import Work
from diffcheck.conditions.boxes import bounding_box
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.implied import Conjunction, covered
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import ACCEPTS
from diffcheck.constants.cases import occurrence
from diffcheck.deadline import check_time
from diffcheck.errors import Undetermined
from diffcheck.findings import written
from diffcheck.findings.evidence import Discharged
from diffcheck.language.tree import Node
from diffcheck.thin.around import left_open, visit
from diffcheck.thin.closed import closed
from diffcheck.thin.loci import Question
from diffcheck.verdict import C0, CINF, DISCONTINUOUS, SINGULAR, Kind
from diffcheck.walls.cell import BadWitness, Cell, Refine
from diffcheck.walls.continuous import no_worse
from diffcheck.walls.crossings import uncrossed
from diffcheck.walls.domain import inhabited
from diffcheck.walls.enough import PATTERNS, Enough
from diffcheck.walls.explore import Explored, Leaf, explore
from diffcheck.walls.factored import factors
from diffcheck.walls.gaps import OPERAND, Gap, Pieces, meetings
from diffcheck.walls.least import Least
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.points import GENERIC, constraints_on
from diffcheck.walls.sides import Sides, judge
from diffcheck.walls.solved import narrowed, walls_of
from diffcheck.walls.wall import Thin, Wall, family_key

__all__ = ["look"]

# Each costs milliseconds at least; beyond, there is no answer in the time a check has.
MAX_MEETINGS = 300
# Points of a set without a formula that are looked at.
MAX_ON_LINES = 4
# Of a family that is not solved, those that are looked at.
MEMBERS = (0, 1, -1)
# Where roots on a line are looked for that are not all known.
NEAR = flint.arb(0, 6)


def look(work: Work, pieces: Pieces) -> None:
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
    work.open += _visit_thin(work, question, list(_met(work, pieces, guarded=False)), besides=True)
    work.open += left_open(question)
    _visit_closed(work, question)
    work.record.thin, work.record.integers = question.looked, pieces.integers
    work.record.passed = tuple(work.enough.passed)
    if not inhabited(work.tree, work.names, work.where, [leaf for leaf, _ in work.leaves]):
        raise Undetermined("no point was found at which the expression has a value: its domain may be empty")


def _visit_wall(work: Work, wall: Wall, gap: Gap) -> None:
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
        assert work.enough is not None
        # A single point of a set without a formula tells nothing but that it has a corner.
        if len(wall.base) == 1 or gap.part in work.enough.passed:
            work.leaves += [(leaf, gap) for leaf in explored.leaves]
            work.crossed += explored.leaves
        work.open += explored.open


def _is_enough(work: Work, explored: Explored, gap: Gap) -> bool:
    return work.enough is not None and work.enough.seen(explored, gap.part)


def _walls(work: Work, pieces: Pieces, thin: list[tuple[Thin, Gap]]) -> Iterator[tuple[Gap, list[Wall]]]:
    """Yield every wall once, with the first gap in the text that has it."""
    variables = {symbol(v) for v in work.problem.wrt}
    box = bounding_box((c.expr, ACCEPTS[c.rel]) for c in work.where)
    assert work.enough is not None
    least = Least(pieces, work.where)
    for gap in work.enough.gaps(lambda part: _is_bounded(work, least, part)):
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
                fresh += _across_lines(work, unsolved, gap) or _few_members(work, unsolved)
        thin += [(t, gap) for t in solved.thin]
        yield gap, fresh


def _is_bounded(work: Work, least: Least, part: Node) -> bool:
    """Whether what must not vanish has a positive lower bound, whatever its branches are; note it."""
    if part.op not in OPERAND:
        return False
    if part not in work.record.bounded:
        bound = least.positive(part.args[OPERAND[part.op]])
        if bound is None:
            return False
        work.record.bounded[part] = bound
    return True


def _across_lines(work: Work, f: sp.Expr, gap: Gap) -> list[Wall]:
    """Return walls at single points of a set that no variable can be solved for, if one with a corner is enough.

    All names but one have rational values.  What has a corner on a line is of no better class than C0.
    """
    variables = [symbol(v) for v in work.problem.wrt if symbol(v) in f.free_symbols]
    assert work.enough is not None
    if not f.free_symbols <= set(variables) or not work.enough.on_lines(gap.part):
        return []
    found: list[Wall] = []
    tried: set[tuple[sp.Expr, ...]] = set()
    for v, pattern in product(variables, PATTERNS):
        if len(found) > MAX_ON_LINES:
            break
        others = [s for s in variables if s != v]
        values = {s: pattern[i % len(pattern)] * GENERIC[i % len(GENERIC)] for i, s in enumerate(others)}
        if (v, *values.values()) in tried:
            continue
        tried.add((v, *values.values()))
        line = walls_of(f.subs(values), (v.name,), False, work.never_zero)
        line = narrowed(line, {v: NEAR})
        fixed = tuple((s.name, value) for s, value in values.items())
        found += [replace(w, base=(*w.base, *fixed)) for w in line.walls if not w.integers]
    return found


def _few_members(work: Work, f: sp.Expr) -> list[Wall]:
    """Return the walls of the first members of a family that is not solved: x**5 + x = k for k = 0, 1, -1.

    The others stay open, but a jump is a jump.
    """
    integers = [s for s in f.free_symbols if s.is_integer]
    if len(integers) != 1:
        return []
    members = (f.subs(integers[0], n) for n in MEMBERS)
    return [w for g in members for w in walls_of(g, work.problem.wrt, False, work.never_zero).walls]


def _numbered(work: Work, wall: Wall) -> tuple[int, bool]:
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
        above = conjugated((u - k).xreplace(bound))
        above = sp.cancel(above) if above.is_rational_function() else sp.expand(above)
        if is_zero(above) is Decision.YES:
            continue  # as u - k is 0 on the whole wall, in a formula that may hide it
        found += [Constraint(e, ">=") for e in (above, 1 - above) if not e.is_nonnegative]
    return replace(wall, conditions=(*wall.conditions, *found))


def _sides(work: Work, wall: Wall) -> Sides:
    return Sides({n: symbol(n) for n in work.names} | wall.point(), {wall.variable: sp.S.One})


def _judge(work: Work, wall: Wall, cell: Cell) -> Outcome:
    sides = _sides(work, wall)
    part = work.addends.at(wall)
    if part is None:
        return judge(work.tree, sides, cell)
    outcome = judge(part, sides, cell)
    # The slopes and germs of the whole sum hold for this point alone: its other terms branch elsewhere.
    here = judge(work.tree, sides, Cell(cell.point, cell.implicit, wall.steps, known=cell.known))
    if here.level != outcome.level:
        raise Undetermined("the terms of a sum and the sum do not agree at a wall")
    return replace(outcome, left=None, right=None, evidence=here.evidence)


def _met(work: Work, pieces: Pieces, *, guarded: bool = True) -> Iterator[tuple[Thin, Gap]]:
    """Yield the meetings of walls that can be worse, for some constants, than all that was found on the walls."""
    variables = {symbol(v) for v in work.problem.wrt}
    if len(variables) < 2:
        return
    worst = min((leaf.outcome.level for leaf in _always(work)), default=CINF)
    if not guarded and no_worse(work.tree, pieces, work.never_zero, work.where, worst):
        return
    count = 0
    for meeting in meetings(
        work.tree, pieces, len(variables), lambda e: e.free_symbols & variables, guarded=guarded
    ):
        check_time()
        if meeting.part in work.record.bounded:
            continue
        if worst <= (SINGULAR if meeting.lead is not None else DISCONTINUOUS):
            continue
        for leads in _leads(work, meeting.lead, variables):
            if not guarded and leads and _is_removable(work, pieces, meeting.part, leads[0]):
                continue
            count += 1
            if count > MAX_MEETINGS:
                work.open.append(f"more than {MAX_MEETINGS} meetings of walls")
                return
            system = (*leads, *meeting.others)
            yield Thin(system[0], system), Gap(system[0], meeting.part, True)


def _is_removable(work: Work, pieces: Pieces, part: Node, f: sp.Expr) -> bool:
    """Whether a quotient of analytic functions has a limit at general points of a wall: then it continues along it."""
    if part.op != "div" or any(len(pieces.of(a)) != 1 for a in part.args):
        return False
    own = [leaf for leaf, _ in work.leaves if leaf.wall.gap == f]
    for leaf in own:
        cell = Cell(dict(leaf.witness), leaf.wall.implicit, leaf.wall.steps)
        try:
            alone = judge(part, _sides(work, leaf.wall), cell)
        except (Undetermined, BadWitness, Refine):
            return False
        if alone.kind is not Kind.HOLE or alone.left is None or alone.left != alone.right:
            return False
    return bool(own)


def _always(work: Work) -> Iterator[Leaf]:
    """Yield the leaves that have a point whatever the constants are."""
    for leaf, _ in work.leaves:
        if not work.problem.constants or _occurs(work, leaf, work.where):
            yield leaf


def _leads(work: Work, lead: sp.Expr | None, variables: set[sp.Symbol]) -> Iterator[tuple[sp.Expr, ...]]:
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


def _degenerate(work: Work) -> Iterator[tuple[Thin, Gap]]:
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
        yield from ((_part(wall, b, variables), gap) for b in dict.fromkeys(bad))


def _part(wall: Wall, equations: tuple[sp.Expr, ...], variables: set[sp.Symbol]) -> Thin:
    """Return the part of a wall on which more vanishes: of its own branch if it is solved for variables."""
    solved = wall.implicit is None and {symbol(n) for n, _ in wall.base} <= variables
    return wall.part(*equations) if solved else Thin(wall.gap, (wall.gap, *equations))


def _factors_in(exprs: Iterable[sp.Expr], variables: set[sp.Symbol]) -> list[tuple[sp.Expr, ...]]:
    found = (f for e in dict.fromkeys(exprs) for f in factors(e))
    return [(f,) for f in dict.fromkeys(found) if f.free_symbols & variables]


def _both(a: list[tuple[sp.Expr, ...]], b: list[tuple[sp.Expr, ...]]) -> list[tuple[sp.Expr, ...]]:
    """Return the systems in which a factor of each list vanishes."""
    return list(dict.fromkeys((*x, *(e for e in y if e not in x)) for x in a for y in b))


def _visit_thin(
    work: Work, question: Question, thin: Iterable[tuple[Thin, Gap]], *, besides: bool = False
) -> list[str]:
    """Add what happens on thin sets; return what stays open, beside what ``question`` holds as pending.

    besides: whether what is no worse than one of the walls through it is left out.
    """
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
        leaves = [leaf for leaf in leaves if not _is_nothing_new(work, leaf, on)]
        if besides:
            leaves = [leaf for leaf in leaves if not _is_beside(work, leaf, system)]
        work.leaves += [(leaf, gap) for leaf in leaves]
        opened += unknown
    return opened


def _is_beside(work: Work, leaf: Leaf, system: Thin) -> bool:
    """Whether one of the walls that meet is no better, for all constants, than the point where they do."""
    through = {*system.equations, *(-e for e in system.equations)}
    return any(
        other.outcome.level <= leaf.outcome.level and _occurs(work, other, (*leaf.conditions, *work.where))
        for other, _ in work.leaves
        if len(other.wall.base) == 1 and other.wall.gap in through
    )


def _is_nothing_new(work: Work, leaf: Leaf, on: Sequence[Leaf]) -> bool:
    """Whether a singular point is one of a wall that is singular for all the constants that the point is."""
    if leaf.outcome.level != SINGULAR:
        return False
    own = (*leaf.conditions, *constraints_on(leaf.wall, work.where))
    return any(_occurs(work, other, own) for other in on if other.outcome.level == SINGULAR)


def _occurs(work: Work, leaf: Leaf, known: Conjunction) -> bool:
    """Whether a leaf is proved to have a point for all constants, up to a null set, for which ``known`` can hold."""
    asked = occurrence(leaf, {symbol(c) for c in work.problem.constants}, work.where)
    return asked is not None and covered(known, [asked])


def _visit_closed(work: Work, question: Question) -> None:
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
            system = _part(leaf.wall, f, variables)
            known = len(question.pending), len(question.looked), len(work.leaves)
            opened = _visit_thin(work, question, [(system, gap)])
            if opened or len(question.pending) > known[0]:
                del question.looked[known[1] :]
            if len(work.leaves) == known[2]:
                found = [point for point in closed(question, leaf, system) if not _is_told(work, point.leaf)]
                if found:
                    # The directions beside the wall do not see what is on it.
                    del question.looked[known[1] :]
                work.record.closed += found
                work.leaves += [(point.leaf, gap) for point in found]


def _is_told(work: Work, closing: Leaf) -> bool:
    """Whether another jump has its place as well; then the place is that for either sign of a constant."""
    constants = {symbol(c) for c in work.problem.constants}
    for i, (other, gap) in enumerate(work.leaves):
        if frozenset(other.wall.base) != frozenset(closing.wall.base):
            continue
        kept = tuple(
            c
            for c in other.wall.conditions
            if not (c.expr.free_symbols <= constants and c.opposite in closing.wall.conditions)
        )
        work.leaves[i] = replace(other, wall=replace(other.wall, conditions=kept)), gap
        return True
    return False
