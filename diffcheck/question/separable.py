"""When one term answers for a sum over any number of samples.

Let E = r(w) + t(w, v_1) + ... + t(w, v_n): w is what the terms share, v_i the variables and data of the i-th alone.

1. The terms share no variable.  Then E is a sum of functions of separate variables on a product of domains: it has a
   class at a point if and only if every term has it, so its class is that of its worst term.
2. They share variables.  A sum is no worse than its parts, so what is left is that nothing cancels.  Let t(w, v_1)
   be at its worst at (w, v_1), on a place given by equations whose derivatives in v_1 alone have full rank there.
   Then w runs through an open set on that place (implicit functions), while a wall of another term holds
   its w for a set of v_i of measure zero only, unless w is one of a set of measure zero: for data in general
   position all other terms are smooth at some such w, and what is added to t is smooth.  This asks for a domain
   that the other terms do not narrow, and for an r, or else a t, that is smooth everywhere.

3. The sum runs over several indices, and a name may carry some of them only, as in sum(abs(w_i - x_j)).  Let t be at
   its worst at (w_1, x_1), on a place whose equations have full rank in the names that carry i, and in those that
   carry j.  Then the names of that term that lack one of the letters run through an open set on the place.  A gap of
   another term holds such names and names of that term's own, which are free, so it vanishes on a null set of the
   place only: generic points of it are on a wall of one term alone, where what is added is smooth.
4. Each term has a value F(x_i) of an unknown function.  If the term is differentiable in it, the chain rule serves
   every term (compose.py); if not, some data put one term alone on its wall, as in 2.

5. E has terms that are analytic for every number of samples (beside.py): the others alone decide its class.

What is none of these is asked again with all terms written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import sympy as sp

from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol
from diffcheck.conditions.implied import covered
from diffcheck.errors import InputError, Undetermined
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.reductions import LETTERS
from diffcheck.language.tree import Node
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem, Samples
from diffcheck.verdict import CINF, Analysis, Finding, Kind, Report, Verdict
from diffcheck.walls.interior import interior

__all__ = ["asked", "settled", "shared"]

Analyze = Callable[[Problem], Analysis]


def settled(problem: Problem, analyze: Analyze) -> tuple[Problem, Analysis]:
    """Analyze a question; one about samples is answered for every number of them, or for the given one.

    Returns the question that the analysis is about: for one term of a sum, or for all of it.
    """
    samples = problem.samples
    if samples is None:
        analysis = analyze(problem)
        return _noted(problem, [_about_size(problem, analysis, analyze)] if problem.size else []), analysis
    values = {v.name for v in problem.values}
    held = [v for v in shared(problem, samples) if v not in values]
    analysis = analyze(problem)
    if not held or _holds_for_all(problem, samples, analysis, held, analyze):
        tied = bool(held) or (
            bool(values & {*problem.wrt}) and analysis.verdict is not Verdict.DIFFERENTIABLE
        )
        every = _about_core(samples.written, analysis, analyze) if problem.size else ""
        said = (
            [f"{every}; shown is one term, for one {', '.join(samples.over)}"]
            if every
            else _about_every(problem, samples, tied, analysis)
        )
        return _noted(problem, said), analysis
    written = samples.written
    analysis = analyze(written)
    return _noted(written, [_about_size(written, analysis, analyze)]), analysis


def shared(problem: Problem, samples: Samples) -> list[str]:
    """Return the variables that all terms have in common.

    What moves the values of an unknown function is one of them, though each term has a value of its own.
    """
    values = {v.name for v in problem.values}
    return [v for v in problem.wrt if v in values or not _is_own(v, samples)]


def asked(problem: Problem, report: Report) -> Problem:
    """Return the question that a report answers: about one term of a sum, or about all of it."""
    return problem if problem.samples is None or report.wrt == problem.wrt else problem.samples.written


def _noted(problem: Problem, said: Sequence[str]) -> Problem:
    return replace(problem, notes=(*problem.notes, *said))


def _is_own(name: str, samples: Samples) -> bool:
    """Whether each term has a value of its own for a name."""
    return set(samples.over) <= _letters(name)


def _letters(name: str) -> set[str]:
    """Return the letters among the subscripts of a name."""
    return {i for i in re.findall(r"\w+", name.partition("[")[2]) if i in LETTERS}


# --- what is said


def _about_size(problem: Problem, analysis: Analysis, analyze: Analyze) -> str:
    every = _about_core(problem, analysis, analyze)
    if every:
        return f"{every}; shown are {problem.size} values of every index (--size)"
    said = "asked" if analysis.verdict is Verdict.UNDETERMINED else "proved"
    return f"{said} for n = {problem.size} values of every index (--size)"


def _about_core(problem: Problem, analysis: Analysis, analyze: Analyze) -> str:
    """Say that the class holds for every size, if that of what is not analytic does; else ""."""
    core = problem.core
    if core is not None and analysis.smoothness is not None and analysis.verdict is not Verdict.CONDITIONAL:
        asked_of, found = settled(core, analyze)
        alike = (found.verdict, found.smoothness) == (analysis.verdict, analysis.smoothness)
        if alike and asked_of.samples is not None and asked_of.size is None:
            return (
                f"the class is proved for every size: all beside the terms `{unparse(core.tree)}` is analytic"
            )
    return ""


def _about_every(problem: Problem, samples: Samples, tied: bool, analysis: Analysis) -> list[str]:
    index = ", ".join(samples.over)
    inner = f" and {problem.size} values of every other index (--size)" if problem.size else ""
    said = f"proved for every number of samples{inner}; shown is one term, for one {index}"
    if tied:
        return [f"{said}; data in general position"]
    if analysis.verdict is Verdict.CONDITIONAL:
        return [f"{said}; a sum is as smooth as its worst term"]
    return [said]


# --- the proof for every number of samples


def _holds_for_all(
    problem: Problem, samples: Samples, analysis: Analysis, held: Sequence[str], analyze: Analyze
) -> bool:
    if analysis.verdict in (Verdict.UNDETERMINED, Verdict.CONDITIONAL) or analysis.smoothness is None:
        return False
    if not analysis.complete:
        return False
    if any(f.kind is Kind.EDGE for f in analysis.findings) or _narrows(problem, samples, held):
        return False
    rest = samples.rest
    if rest is not None and set(rest.names()) & set(problem.wrt):
        smooth_rest = _is_smooth(problem, rest, analyze)
        if not smooth_rest:
            return _is_smooth(problem, samples.term, analyze)
    if analysis.smoothness == CINF:
        return True
    worst = [f for f in analysis.findings if f.level == analysis.smoothness]
    return _is_for_all_data([f for f in worst if _moves(f, problem, samples)])


def _is_for_all_data(findings: Sequence[Finding]) -> bool:
    """Whether one of some places is there for all data, up to a null set: what x[i] > 0 asks may hold of no term."""
    try:
        asked = [tuple(interior(_inequalities(f.condition or ""))) for f in findings]
    except InputError:
        return False
    return covered((), asked)


def _inequalities(condition: str) -> Sequence[Node]:
    """Return the inequalities of a condition as text; what is unequal is so but for a null set."""
    parts = [part for part in condition.split(" and ") if part and " != " not in part]
    return [node for part in parts for node in parse_conditions(part)]


def _narrows(problem: Problem, samples: Samples, held: Sequence[str]) -> bool:
    """Whether a constraint ties shared variables to what each term has of its own, or shares with others."""
    over = set(samples.over)
    return any(
        set(names) & set(held) and any(_letters(n) & over and n != m for n in names for m in names)
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
    """Whether the equations of a finding have full rank, at its witness, in what carries an index, for each of them."""
    equations = _equations(finding.at)
    if finding.proof != "exact" or not equations:
        return False
    values = {v.name for v in problem.values}
    names = [n for n in (*problem.wrt, *problem.constants) if n not in values]
    carrying = [[symbol(n) for n in names if i in _letters(n)] for i in samples.over]
    try:
        point = {symbol(n): to_sympy(parse(value)) for n, value in finding.witness.items()}
    except InputError:
        return False
    return all(own and _has_full_rank(equations, own, point) for own in carrying)


def _has_full_rank(
    equations: Sequence[sp.Expr], own: Sequence[sp.Symbol], point: Mapping[sp.Symbol, sp.Expr]
) -> bool:
    matrix = sp.Matrix([[sp.diff(e, v).subs(point) for v in own] for e in equations])
    return not matrix.free_symbols and matrix.rank() == len(equations)


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
