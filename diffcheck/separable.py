"""When one term answers for a sum over any number of samples, and how findings name the parts of vectors.

Let E = r(w) + t(w, v_1) + ... + t(w, v_n): w is what the terms share, v_i the variables and data of the i-th alone.

1. The terms share no variable.  Then E is a sum of functions of separate variables on a product of domains: it has a
   class at a point if and only if every term has it, so its class is that of its worst term.
2. They share variables.  A sum is no worse than its parts, so what is left is that nothing cancels.  Let t(w, v_1)
   be at its worst at (w, v_1), on a place given by equations whose derivatives in v_1 alone have full rank there.
   Then w runs through an open set on that place (implicit functions), while a wall of another term holds
   its w for a set of v_i of measure zero only, unless w is one of a set of measure zero: for data in general
   position all other terms are smooth at some such w, and what is added to t is smooth.  This asks for a domain
   that the other terms do not narrow, and for an r, or else a t, that is smooth everywhere.

What is neither is asked again with all terms written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import perm

import sympy as sp

from diffcheck.errors import InputError, Undetermined
from diffcheck.lower import to_sympy
from diffcheck.parse import parse
from diffcheck.printer import symbol
from diffcheck.problem import Problem, Samples
from diffcheck.reductions import LETTERS
from diffcheck.tree import Node
from diffcheck.verdict import CINF, Analysis, Finding, Kind, Report, Verdict

__all__ = ["asked", "settled", "taken_apart", "with_indices"]

Analyze = Callable[[Problem], Analysis]


def settled(problem: Problem, analyze: Analyze) -> tuple[Problem, Analysis]:
    """Analyze a question; one about samples is answered for every number of them, or for the given one.

    Returns the question that the analysis is about: for one term of a sum, or for all of it.
    """
    samples = problem.samples
    if samples is None:
        analysis = analyze(problem)
        return _noted(problem, [_about_size(problem)] if problem.size else []), analysis
    shared = [v for v in problem.wrt if not _is_own(v, samples)]
    analysis = analyze(problem)
    if not shared or _holds_for_all(problem, samples, analysis, shared, analyze):
        return _noted(problem, _about_every(problem, samples, bool(shared), analysis)), analysis
    written = samples.written
    return _noted(written, [_about_size(written)]), analyze(written)


def asked(problem: Problem, report: Report) -> Problem:
    """Return the question that a report answers: about one term of a sum, or about all of it."""
    return problem if problem.samples is None or report.wrt == problem.wrt else problem.samples.written


def _noted(problem: Problem, said: Sequence[str]) -> Problem:
    return replace(problem, notes=(*problem.notes, *said))


def _is_own(name: str, samples: Samples) -> bool:
    """Whether each term has a value of its own for a name."""
    return any(i in LETTERS and i in samples.over for i in re.findall(r"\w+", name.partition("[")[2]))


# --- what is said


def _about_size(problem: Problem) -> str:
    return f"proved for n = {problem.size} values of every index (--size)"


def _about_every(problem: Problem, samples: Samples, shared: bool, analysis: Analysis) -> list[str]:
    index = ", ".join(samples.over)
    inner = f" and {problem.size} values of every other index (--size)" if problem.size else ""
    said = f"for every number of samples{inner}; shown is one term, for one {index}"
    if shared:
        return [f"{said}; data in general position"]
    if analysis.verdict is Verdict.CONDITIONAL:
        return [f"{said}; a sum is as smooth as its worst term"]
    return [said]


# --- the proof for every number of samples


def _holds_for_all(
    problem: Problem, samples: Samples, analysis: Analysis, shared: Sequence[str], analyze: Analyze
) -> bool:
    if analysis.verdict in (Verdict.UNDETERMINED, Verdict.CONDITIONAL) or analysis.smoothness is None:
        return False
    if any(f.kind is Kind.EDGE for f in analysis.findings) or _narrows(problem, samples, shared):
        return False
    rest = samples.rest
    if rest is not None and set(rest.names()) & set(problem.wrt):
        smooth_rest = _is_smooth(problem, rest, analyze)
        if not smooth_rest:
            return _is_smooth(problem, samples.term, analyze)
    if analysis.smoothness == CINF:
        return True
    worst = [f for f in analysis.findings if f.level == analysis.smoothness]
    return any(_moves(f, problem, samples) for f in worst)


def _narrows(problem: Problem, samples: Samples, shared: Sequence[str]) -> bool:
    """Whether a constraint ties shared variables to what each term has of its own."""
    return any(
        set(names) & set(shared) and any(_is_own(n, samples) for n in names)
        for names in (c.names() for c in problem.where)
    )


def _is_smooth(problem: Problem, tree: Node, analyze: Analyze) -> bool:
    """Whether a part of the sum alone is infinitely differentiable wherever the constraints hold."""
    names = tree.names()
    wrt = tuple(v for v in problem.wrt if v in names)
    if not wrt:
        return True
    try:
        part = analyze(replace(problem, tree=tree, wrt=wrt, samples=None))
    except Undetermined:
        return False
    return part.smoothness == CINF and not part.findings and part.verdict is Verdict.DIFFERENTIABLE


def _moves(finding: Finding, problem: Problem, samples: Samples) -> bool:
    """Whether the equations of a finding have full rank, at its witness, in what one term has of its own."""
    equations = _equations(finding.at)
    if finding.proof != "exact" or not equations:
        return False
    own = [symbol(n) for n in (*problem.wrt, *problem.constants) if _is_own(n, samples)]
    try:
        point = {symbol(n): to_sympy(parse(value)) for n, value in finding.witness.items()}
    except InputError:
        return False
    matrix = sp.Matrix([[sp.diff(e, v).subs(point) for v in own] for e in equations])
    return bool(own) and not matrix.free_symbols and matrix.rank() == len(equations)


def _equations(at: str) -> list[sp.Expr]:
    """Return the equations of a place as differences: of "w = y[i] and w > 0" the first; [] if one is not read."""
    if " for " in at:
        return []
    found = []
    for part in at.split(" and "):
        left, equals, right = part.partition(" = ")
        if not equals:
            continue
        try:
            found.append(to_sympy(parse(left)) - to_sympy(parse(right)))
        except InputError:
            return []
    return found


# --- findings


def with_indices(report: Report, problem: Problem) -> Report:
    """Return the report with findings that differ by indices alone made one, as "f[i] = y[i] for some i".

    Findings are made one only if they are there for every choice of different numbers for the letters.
    """
    if problem.samples is None and problem.size is None:
        return report
    over = problem.samples.over if problem.samples is not None else ()
    every, some = problem.size or 0, tuple(LETTERS)
    groups: dict[object, list[tuple[Finding, Finding, tuple[str, ...]]]] = {}
    for finding in report.findings:
        general, numbers = _lettered(finding)
        status = finding.probe.status if finding.probe is not None else None
        key = (finding.kind, general.at, general.condition, finding.span, general.left, general.right, status)
        groups.setdefault((*key, general.size, general.detail), []).append((finding, general, numbers))
    found: list[Finding] = []
    for members in groups.values():
        _, general, numbers = members[0]
        if len(members) > 1 and _is_complete(general.at, len(members), len(numbers), every):
            names = {w for m, _, _ in members for w in m.wrt}
            wrt = tuple(v for v in problem.wrt if v in names)
            alike = tuple(m for m, _, _ in members)
            found.append(_for_some(replace(general, wrt=wrt, alike=alike), some, 0))
        else:
            found += [_for_some(replace(m, alike=(m,)), over, every) for m, _, _ in members]
    return replace(report, findings=tuple(found))


def taken_apart(report: Report) -> Report:
    """Return the report with the findings that were made one as they were before."""
    return replace(report, findings=tuple(m for f in report.findings for m in f.alike or (f,)))


_SUBSCRIPTS = re.compile(r"(?<=\w)\[([^\]]*)\]")


def _lettered(finding: Finding) -> tuple[Finding, tuple[str, ...]]:
    """Return a finding with letters for the numbers in subscripts, and these numbers."""
    texts = " ".join(filter(None, [finding.at, finding.condition, finding.left, finding.right, finding.size]))
    numbers = tuple(dict.fromkeys(n for s in _SUBSCRIPTS.findall(texts) for n in re.findall(r"\d+", s)))
    free = [c for c in LETTERS if not re.search(rf"\b{c}\b", texts)]
    if not numbers or len(numbers) > len(free):
        return finding, ()
    letters = dict(zip(numbers, free, strict=False))

    def renamed(text: str) -> str:
        return _SUBSCRIPTS.sub(lambda m: re.sub(r"\d+", lambda d: letters.get(d[0], d[0]), m[0]), text)

    return replace(
        finding,
        at=renamed(finding.at),
        condition=finding.condition and renamed(finding.condition),
        left=finding.left and renamed(finding.left),
        right=finding.right and renamed(finding.right),
        size=finding.size and renamed(finding.size),
        detail=renamed(finding.detail),
        direction={renamed(n): c for n, c in finding.direction.items()},
    ), numbers


def _is_complete(at: str, count: int, letters: int, size: int) -> bool:
    """Whether the findings of one pattern are all there are; z[i] = z[j] is the same for i and j exchanged."""
    if count == perm(size, letters):
        return True
    sides = at.partition(" and ")[0].split(" = ")
    used = [set(re.findall(rf"\b[{LETTERS}]\b", "".join(_SUBSCRIPTS.findall(s)))) for s in sides]
    if len(sides) != 2 or [len(u) for u in used] != [1, 1] or used[0] == used[1]:
        return False
    one, other = used[0].pop(), used[1].pop()
    mirrored = re.sub(rf"\b{one}\b", other, sides[0]) == sides[1]
    return mirrored and 2 * count == perm(size, letters)


def _for_some(finding: Finding, letters: Sequence[str], size: int) -> Finding:
    """Say for which indices a finding holds: "f[i] = y[i] for some i", "v[i] = 0 for every i"."""
    place, every = _for_every(finding.at, size)
    inside = " ".join(_SUBSCRIPTS.findall(place))
    some = [c for c in letters if c != every and re.search(rf"\b{c}\b", inside)]
    said = [f"every {every}"] * bool(every) + [f"some {', '.join(some)}"] * bool(some)
    if not said:
        return finding
    comma = "," if " for integer " in place else ""
    return replace(finding, at=f"{place}{comma} for {', '.join(said)}")


def _for_every(at: str, size: int) -> tuple[str, str]:
    """Return "v[i] = 0" and "i" for "v[0] = 0 and v[1] = 0" where these are all numbers; else the text and ""."""
    free = next((c for c in LETTERS if not re.search(rf"\b{c}\b", at)), "")
    parts = at.split(" and ")
    patterns: dict[str, list[str]] = {}
    for part in parts:
        numbers = {n for s in _SUBSCRIPTS.findall(part) for n in re.findall(r"\d+", s)}
        if len(numbers) == 1:
            patterns.setdefault(_SUBSCRIPTS.sub(lambda m: re.sub(r"\d+", free, m[0]), part), []).append(part)
    for pattern, members in patterns.items():
        if free and len(set(members)) == size > 1:
            kept = [p for p in parts if p not in members]
            return " and ".join([*kept, pattern]), free
    return at, ""
