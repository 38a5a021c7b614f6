"""Checks each finding at its witness, by one-sided differences from both sides.

A finding is CONFIRMED when the numbers show what it says, CONTRADICTED when they show something else beyond
the error estimates on two ladders of steps, and otherwise CANNOT_TELL.  A symmetric stencil cannot see a
corner, so none is used.

Read in order: `check_finding`, `_judge_on`, then judges.py.
Limits: a witness given by a long decimal is taken as rounded, and then nothing is ever contradicted.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import mpmath

from diffcheck.errors import DiffcheckError
from diffcheck.language.numeric import Exact, evaluate
from diffcheck.language.parse import parse
from diffcheck.probe.judges import JUDGES, Trial
from diffcheck.probe.sides import COARSE, FINE, FINEST, Ladder, Line, bent, side
from diffcheck.problem import Problem
from diffcheck.verdict import C0, Finding, Kind, ProbeResult, ProbeStatus

__all__ = ["check_finding"]

CONFIRMED, CONTRADICTED = ProbeStatus.CONFIRMED, ProbeStatus.CONTRADICTED
CANNOT_TELL = ProbeStatus.CANNOT_TELL

ONE = Fraction(1)
# Numbers in the text beyond this may set a scale that the coarse steps do not see.
TINY = Fraction(1, 10**8)
# Decimal places of the finest scale that steps are taken below: their digits are 32 times as many.
FINEST_SCALE = 400


def check_finding(problem: Problem, finding: Finding) -> ProbeResult:
    """Return what the one-sided differences at the witness say about ``finding``."""
    nothing = ProbeResult(CANNOT_TELL, note="no witness to measure at")
    try:
        ladders = _ladders(problem, finding)
        results = []
        for ladder in ladders:
            results.append(_judge_on(problem, finding, ladder))
            if results[-1].status is CONFIRMED:
                return results[-1]
    except (DiffcheckError, KeyError, ValueError, ArithmeticError):
        return nothing
    if len(results) == 2 and all(r.status is CONTRADICTED for r in results):
        return results[-1]
    if not results:
        return nothing
    last = results[-1]
    return ProbeResult(CANNOT_TELL, last.left, last.right, last.h, last.note)


def _witness(problem: Problem, finding: Finding, digits: int) -> dict[str, Exact]:
    """Return the coordinates of the witness; raises KeyError when a name has none."""
    base = {}
    for name in (*problem.wrt, *problem.constants):
        found = evaluate(parse(finding.witness[name]), {}, digits)
        if found.value is None:
            raise ValueError(name)
        base[name] = found.value
    return base


def _ladders(problem: Problem, finding: Finding) -> list[Ladder]:
    """Return the steps: far below the scales in the text, far above the rounding of a rounded witness."""
    base = _witness(problem, finding, COARSE.digits)
    rounded = [v for v in base.values() if isinstance(v, Fraction) and _looks_rounded(v)]
    if not rounded and finding.kind is Kind.OSCILLATION:
        return [COARSE]
    if not rounded:
        scales = [abs(n.leaf) for n in problem.tree.walk() if isinstance(n.leaf, Fraction) and n.leaf]
        scales += [
            v if isinstance(v, Fraction) else Fraction(2) ** mpmath.mag(v)
            for v in map(abs, base.values())
            if v
        ]
        finest = min((min(s, 1 / s) for s in scales), default=ONE)
        if finest > TINY:
            return [COARSE, FINE]
        k = len(str(finest.denominator // finest.numerator)) + 2 * len(str(1 / TINY))
        if k <= FINE.exponents[0]:
            return [FINE, FINEST]
        return [Ladder((n * k, 2 * n * k, 4 * n * k)) for n in (1, 2)] if k <= FINEST_SCALE else []
    known = min(len(str(v.denominator)) for v in rounded) - 3
    return [Ladder((known // 4, 2 * (known // 4), 4 * (known // 4)))] if known >= 12 else []


def _looks_rounded(value: Fraction) -> bool:
    return value.denominator > 10**12 and abs(value.numerator) > 10**9


def _judge_on(problem: Problem, finding: Finding, ladder: Ladder) -> ProbeResult:
    """Return the judgement on one ladder; along several directions, one confirmation is enough."""
    base = _witness(problem, finding, ladder.digits)
    outcomes = []
    for direction in _directions(problem, finding, ladder.digits):
        line = Line(problem.tree, base, direction, ladder.digits)
        below, above = side(line, -1, ladder), side(line, 1, ladder)
        axis = list(direction.values()) == [ONE]
        trial = Trial(finding, line, ladder, below, above, axis)
        outcome = _border(problem, trial) or JUDGES[finding.kind](trial)
        if outcome.status is CONFIRMED:
            return outcome
        outcomes.append(outcome)
    if finding.kind is Kind.DIRECTIONAL or _is_meeting_point(finding):
        return _judge_meeting_point(problem, finding, base, ladder, first=outcomes[0])
    doubtful = [o for o in outcomes if o.status is CANNOT_TELL]
    return (doubtful or outcomes)[0]


def _is_meeting_point(finding: Finding) -> bool:
    """Whether the locus has several equations: it can fail there along lines other than the axes."""
    return sum(" = " in part for part in finding.at.split(" and ")) > 1


def _directions(problem: Problem, finding: Finding, digits: int) -> list[dict[str, Exact]]:
    """Return the stated direction, then the axes: what happens at a wall shows along some axis too."""
    if finding.direction:
        found = {n: evaluate(parse(t), {}, digits).value for n, t in finding.direction.items()}
        if any(v is None for v in found.values()):
            raise ValueError(finding.direction)
        stated = [{n: v for n, v in found.items() if v != 0}]
    else:
        stated = []
    axes = [{name: ONE} for name in finding.wrt or problem.wrt]
    return stated + [axis for axis in axes if axis not in stated]


def _border(problem: Problem, trial: Trial) -> ProbeResult | None:
    """Contradict a finding whose witness has `where` on one side only: it is not inside the domain."""
    if trial.finding.kind in (Kind.EDGE, Kind.FLAT) or not problem.where:
        return None
    h = trial.ladder.steps[1]
    held = [
        [evaluate(c, trial.line.point(s * h), trial.ladder.digits) for c in problem.where] for s in (-1, 1)
    ]
    if any(v.doubt for one in held for v in one):
        return trial.result(CANNOT_TELL, "rounding hides whether `where` holds")
    inside = [all(v.value for v in one) for one in held]
    if all(inside):
        return None
    if any(inside):
        return trial.result(CONTRADICTED, "the witness is on the border of `where`")
    return trial.result(CANNOT_TELL, "`where` does not hold beside the witness")


def _judge_meeting_point(
    problem: Problem, finding: Finding, base: Mapping[str, Exact], ladder: Ladder, *, first: ProbeResult
) -> ProbeResult:
    """Judge whether limits or slopes along e_i, e_j and their sums fit no linear map.

    Never a contradiction: a function can fail along curves only, and no straight line shows it.
    """
    names = finding.wrt if len(finding.wrt) > 1 else problem.wrt
    # A break or an edge is no matter of first slopes.
    if finding.level <= C0 and bent(problem.tree, base, names, ladder):
        return ProbeResult(CONFIRMED, first.left, first.right, first.h)
    return ProbeResult(CANNOT_TELL, first.left, first.right, first.h, "no straight line shows it")
