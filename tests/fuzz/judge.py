"""What an analysis says set against the oracle, or against the analysis of a question with the same answer.

Read in order: analyzed, judged, compare_twins, then what lines see at a witness.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from flint import arb, fmpq

from diffcheck.analyze import analyze
from diffcheck.deadline import within
from diffcheck.errors import DiffcheckError, InputError, Undetermined
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.problem import Problem
from diffcheck.question.variables import make_problem
from diffcheck.verdict import C0, D1, SINGULAR, Analysis, Finding, Kind, Verdict
from tests.fuzz.enclosure import DOUBT, FAINT_PRECISION, Function, value_of
from tests.fuzz.generate import Sample
from tests.fuzz.oracle import DEEP, FINE, SCALES, SMOOTH, along, line_class, opinion, slope

__all__ = ["analyzed", "compare_twins", "judged"]

# The part of the time after which the analyzer concludes from what it has seen.
PATIENCE = 0.7
# What its processor time may be, as a multiple of that.
ENOUGH = 1.25
DIRECTIONS = ((1, 2, 3), (3, -1, 2), (-2, 5, 1), (1, 1, -4), (7, 2, -3), (1, 0, 0), (0, 1, 0))
SECTOR = tuple((x, y, z) for x in (1, 2, 5) for y in (-9, -4, -2, -1, 1, 2, 4, 9) for z in (-3, 4))

# Numbers of the members of a family that are looked at beside its example.
MEMBERS = (0, 1, -1, 2, -3)
LEAST = 1e-40

# What happened, and a sentence about it.
Outcome = tuple[str, str]


def judged(found: tuple[Problem, Analysis] | Outcome, seed: int) -> Outcome:
    """Set one analysis against the oracle."""
    return _judged(*found, seed) if isinstance(found[0], Problem) else found


def compare_twins(question: Sample, other: Sample, limit: float) -> Outcome:
    """Set the analyses of two questions with the same answer against each other.

    limit: seconds for both.
    """
    pair = [analyzed(q, limit / 2) for q in (question, other)]
    for found in pair:
        if not isinstance(found[0], Problem):
            return found if found[0] != "undetermined" else ("half", found[1])
    first, second = (found[1] for found in pair)
    if Verdict.CONDITIONAL in (first.verdict, second.verdict):
        return ("conditional" if first.verdict is second.verdict else "half"), ""
    classes = first.smoothness, second.smoothness
    if first.verdict is not second.verdict or (None not in classes and classes[0] != classes[1]):
        words = " and ".join(f"{f.verdict.value} {f.smoothness}" for f in (first, second))
        return "metamorphic", f"{words} for {other.expression} | {','.join(other.wrt)} | {other.where}"
    return ("half" if None in classes else first.verdict.value), ""


def analyzed(question: Sample, limit: float) -> tuple[Problem, Analysis] | Outcome:
    """Return a question with its decided analysis, or what else happened.

    limit: seconds for the question.
    """
    seconds = PATIENCE * limit
    try:
        problem = make_problem(question.expression, question.wrt, question.where)
    except InputError as error:
        return "unread", error.message
    try:
        # By the clock it concludes; on a machine that is less busy than it seems, its processor time ends it.
        with within(ENOUGH * seconds):
            found = analyze(problem, time.monotonic() + seconds * _crowd())
    except Undetermined as reason:
        return "undetermined", str(reason)
    except Exception as error:
        return "crash", f"{type(error).__name__}: {error}"
    if found.verdict is Verdict.UNDETERMINED:
        return "undetermined", found.reason or ""
    return problem, found


def _crowd() -> float:
    """Return how many times longer than on an idle machine a process waits for its processor time."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _judged(problem: Problem, found: Analysis, seed: int) -> Outcome:
    # Where there is no class the witness stands all the same: only the failure can be wrong.
    # Nothing is worse than singular: no line can contradict it so.
    if found.smoothness is not None and found.smoothness != SINGULAR:
        below = found.smoothness.level
        level, place = opinion(problem, seed, below, blind=seed % 4 == 0)
        if place is not None and _is_inside(problem, place):
            shown = {n: arb(v).str(8, radius=False) for n, v in place.items()}
            what = "smoother" if found.smoothness.differentiable else "class"
            return what, f"says {found.smoothness}, a line sees {level} at {shown}"
    doubt = _doubtful(problem, found)
    return ("rougher", doubt) if doubt else (found.verdict.value, "")


def _is_inside(problem: Problem, place: dict[str, Any]) -> bool:
    """Whether the function is defined in many directions: a line may touch the domain of sqrt(x*y) at its edge."""
    function = Function.of(problem)
    lines = [{n: fmpq(v) for n, v in zip(problem.wrt, d, strict=False)} for d in DIRECTIONS]
    steps = (fmpq(1, 10**9), fmpq(-1, 10**9))
    return all(along(function, place, d)(t) not in (None, DOUBT) for d in lines for t in steps)


def _doubtful(problem: Problem, found: Analysis) -> str:
    """Return a sentence when no line sees what a finding claims at its witness."""
    for finding in found.findings:
        if (
            finding.level.level > 3
            or finding.level == D1
            or finding.kind.value in {"edge", "flat", "oscillation", "disagreement"}
            # A line crosses a wall that carries values of its own in one point.
            or (finding.kind is Kind.DIRECTIONAL and any(f.kind is Kind.HOLE for f in found.findings))
            # No line sees that a derivative has no limit, or another one along every line.
            or (finding.kind.value == "break" and (finding.left is None or " and " in finding.at))
        ):
            continue
        function = Function.of(problem, FAINT_PRECISION)
        for known in ({**finding.witness, **finding.member}, *_members(problem, finding)):
            point = {n: value_of(parse(known[n])) for n in finding.witness}
            # The stated size may be lost in the precision of the lines: exp(-1e6).
            if any(v is None or v is DOUBT for v in point.values()) or _is_lost(finding, known):
                continue
            # What is steep shows far down; what has no value there, or two corners in one, higher up.
            looks = (_seen(problem, function, point, finding, scales) for scales in (DEEP, FINE, SCALES))
            seen = next(looks)
            for look in looks:
                if seen is None or seen <= max(finding.level.level, -1):
                    break
                seen = min(seen, SMOOTH if look is None else look)
            # A slow pole, log(x), looks like a jump.
            if (
                seen is not None
                and seen > max(finding.level.level, -1)
                and not (finding.level == C0 and _not_linear(problem, function, point))
            ):
                shown = {n: str(v) for n, v in point.items()}
                return f"{finding.kind} at {finding.at} is {finding.level}, lines see {seen} at {shown}"
    return ""


def _is_lost(finding: Finding, known: Mapping[str, str]) -> bool:
    """Whether the size that is stated is too small at a point to be seen, or to be written out."""
    stated = finding.size
    if finding.kind is Kind.CORNER and None not in (finding.left, finding.right):
        stated = f"({finding.right}) - ({finding.left})"
    if stated is None:
        return False
    try:
        size = value_of(parse(_put_in(stated, known)))
    except DiffcheckError:
        return True
    return size not in (None, DOUBT) and bool(abs(arb(size)) < LEAST)


def _members(problem: Problem, finding: Finding) -> Iterator[dict[str, str]]:
    """Yield points of an infinite family as its place reads, "x = pi*k and k > 0 for integer k", inside the domain."""
    place, _, letter = finding.at.partition(" for integer ")
    equations = [c for c in place.split(" and ") if " = " in c]
    told = finding.left is not None or finding.kind in (Kind.CUSP, Kind.POLE)
    if not letter or "," in letter or len(equations) != 1 or not told:
        return  # of many kinds of points only what they have in common is told
    name, _, value = equations[0].partition(" = ")
    claims = [c.replace(" = ", " == ") for c in place.split(" and ") if c not in equations]
    for number in MEMBERS if name in finding.witness else ():
        known = {**finding.witness, letter: str(number)}
        known[name] = _put_in(value, {n: t for n, t in known.items() if n != name})
        try:
            conditions = [c for claim in claims for c in parse_conditions(_put_in(claim, known))]
        except DiffcheckError:
            continue  # too long to be written out: exp(-(7*pi)**40)
        point = {n: precise(parse(t), {}, 40) for n, t in known.items()}
        near = [{**point, name: point[name] + h} for h in (-1e-6, 1e-6)] if point[name] is not None else []
        if (
            near
            and all(precise(c, {}, 40) is True for c in conditions)
            and not _is_zero(finding.size, known)
            and all(precise(c, p, 40) is True for c in problem.where for p in near)
        ):
            yield known


def _is_zero(size: str | None, known: Mapping[str, str]) -> bool:
    """Whether a size vanishes for constants that are special for a member, as far as it can be written out."""
    try:
        return size is not None and precise(parse(_put_in(size, known)), {}, 40) == 0
    except DiffcheckError:
        return False


def _put_in(text: str, known: Mapping[str, str]) -> str:
    """Return a text with texts for names."""
    return re.sub(r"[A-Za-z_]\w*", lambda m: f"({known[m[0]]})" if m[0] in known else m[0], text)


def _seen(
    problem: Problem, function: Function, point: dict[str, Any], finding: Finding, scales: Sequence[fmpq]
) -> float | None:
    # A root without a closed form comes as a long decimal.
    long = any(type(v) is fmpq and v.q >= 10**20 for v in point.values())
    here = all(type(v) is fmpq for v in point.values()) and not long
    levels = []
    # Some faults show in a narrow sector only.
    for direction in (*DIRECTIONS, *SECTOR) if len(problem.wrt) > 1 else DIRECTIONS[:1]:
        step = {n: fmpq(v, 7) for n, v in zip(problem.wrt, direction, strict=False)}
        line = along(function, point, step)
        here = here and line(fmpq(0)) is not DOUBT
        levels.append(line_class(line, here, SCALES if long else scales, faint=True))
        if levels[-1] is not None and levels[-1] <= max(finding.level.level, -1):
            return levels[-1]
    known = [] if None in levels else [v for v in levels if v is not None]
    # The value at a point that is not known exactly does not count: a hole there cannot be seen.
    return min(known) if known and (here or finding.level.level >= 0) else None


def _not_linear(problem: Problem, function: Function, point: dict[str, Any]) -> bool:
    for a, b in combinations([*DIRECTIONS, *([-v for v in d] for d in DIRECTIONS)], 2):
        slopes = [
            slope(along(function, point, {n: fmpq(v) for n, v in zip(problem.wrt, d, strict=False)}))
            for d in (a, b, [u + v for u, v in zip(a, b, strict=True)])
        ]
        first, second, both = slopes
        if None not in (first, second, both) and abs(first + second - both) > 1e-5:
            return True
    return False
