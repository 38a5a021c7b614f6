"""What the points that were visited mean together: the worst of them decides, region by region of the constants.

Where something stays open, a witness may still decide the verdict, and the class if nothing open can be worse.
Read in order: conclude.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.algebra.signs import squares
from diffcheck.analysis.work import Work
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.constants.classes import Region, regions
from diffcheck.deadline import TimeOver, before
from diffcheck.errors import Undetermined
from diffcheck.findings.evidence import certificate
from diffcheck.findings.fault import at_fault, is_zero_on
from diffcheck.findings.located import vanishing
from diffcheck.findings.worded import describe, flat_finding, one_by_one
from diffcheck.language.tree import Node, Place
from diffcheck.thin.loci import Question
from diffcheck.verdict import (
    C0,
    CINF,
    OTHERWISE,
    Analysis,
    Case,
    Finding,
    Smoothness,
    Verdict,
)
from diffcheck.walls.continuous import no_worse
from diffcheck.walls.domain import demanded
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import Gap, Pieces, gaps_of_parts

__all__ = ["conclude"]

# Places that are told where there is no time to put them together.
MAX_BRIEF = 8


def conclude(work: Work, pieces: Pieces) -> Analysis:
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
    if not work.brief:
        findings += flat_finding(work.problem, findings, pieces, work.tree)
    if work.open and (worst.differentiable or len(verdicts) > 1):
        return Analysis(Verdict.UNDETERMINED, None, tuple(findings), (), work.open[0])
    unsure = next((r.smoothness for r in found if _may_be_better(r.smoothness, leaves)), None)
    if unsure is not None:
        reason = f"the class may be better than {unsure}"
        return Analysis(Verdict.UNDETERMINED, None, tuple(findings), (), reason)
    sure = not work.open and not work.brief and not any(leaf.outcome.open for leaf in leaves)
    alone = _alone(work) if sure else {}
    if len(verdicts) > 1:
        return _certified(
            work, Analysis(Verdict.CONDITIONAL, worst, tuple(findings), _cases(found), alone=alone)
        )
    if work.open and not no_worse(work.tree, pieces, work.never_zero, work.where, worst):
        # The witness stands; what is undecided could be worse, so no class is claimed.
        reason = f"class at best {worst}: {work.open[0]}"
        return _certified(work, Analysis(Verdict.NOT_DIFFERENTIABLE, None, tuple(findings), (), reason))
    verdict = Verdict.DIFFERENTIABLE if worst.differentiable else Verdict.NOT_DIFFERENTIABLE
    unmet = tuple(_unmet(work)) if sure else ()
    missing = work.open[0] if work.open else None
    done = Analysis(
        verdict, worst, tuple(findings), complete=not work.open, alone=alone, unmet=unmet, missing=missing
    )
    return _certified(work, done)


def _may_be_better(level: Smoothness, leaves: Sequence[Leaf]) -> bool:
    """Whether all that has this class is only known to be no worse."""
    own = [leaf.outcome.open for leaf in leaves if leaf.outcome.level == level]
    return bool(own) and all(own)


def _findings(work: Work, pieces: Pieces, worst: Smoothness) -> list[Finding]:
    if work.brief:
        return list(islice(one_by_one(work.problem, work.leaves, worst), MAX_BRIEF))
    blame, passed = _blame(work, pieces), _passed(work)
    open_walls = (explored for _, explored in work.record.walls if explored.open)
    partly = None if work.cut else {leaf.wall.formula for explored in open_walls for leaf in explored.leaves}
    return list(describe(work.problem, work.leaves, worst, blame, passed, partly))


def _passed(work: Work) -> Collection[Node]:
    """Return the parts of which one point was enough."""
    return () if work.enough is None else work.enough.passed


def _unmet(work: Work) -> Iterator[tuple[str, str]]:
    """Yield the parts with a gap that is a sum of squares and was met nowhere, although some constants meet it."""
    names = {symbol(n) for n in work.names}
    met = {squares(wall.gap) for wall, _ in work.record.walls}
    met |= {squares(looked.system.gap) for looked in work.record.thin if looked.wall is not None}
    for gap in dict.fromkeys(d.gap for d in work.record.gaps if d.variable and d.gap.thin and not d.walls):
        bases = squares(gap.expr)
        if not bases or bases in met or work.never_zero(gap.expr) or not gap.expr.free_symbols <= names:
            continue
        span = gap.part.span
        text = span.source if isinstance(span, Place) else work.problem.text[slice(*span)]
        if reach([*(Constraint(base, "=") for base in bases), *work.where]).status is Status.SAT:
            yield text, vanishing(work.problem, gap.expr)


def _blame(work: Work, pieces: Pieces) -> Callable[[Leaf, Gap], Gap]:
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


def _alone(work: Work) -> dict[str, Smoothness]:
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


def _certified(work: Work, analysis: Analysis) -> Analysis:
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
