"""Smooth surrogates for what fails: replace the responsible parts, check again, state the price.

1. `parts.py`: findings -> parts of the tree.  `shape.py`: a part -> a row of `smoothings.py`, by structure.
2. All parts are replaced at once with one mu, and the analyzer judges the new expression for mu > 0.
   What is undetermined, no better, or has new edges, holes or poles is never shown.
3. `bounds.py`, `curvature.py`: error, gradient-Lipschitz constant, convexity of the whole, or None.

At most CHECKS analyses are spent and none is begun after SECONDS; suggestions come best first, as the table
has them.  A single analysis is not interrupted here: the analyzer keeps its own limits.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from diffcheck.deadline import within
from diffcheck.errors import DiffcheckError
from diffcheck.parse import parse
from diffcheck.problem import Problem
from diffcheck.suggest.bounds import Interval, difference, gradient_lipschitz
from diffcheck.suggest.curvature import is_convex
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.parts import responsible, with_hidden
from diffcheck.suggest.plan import Plan, Replacement, rows_for
from diffcheck.suggest.polynomial import from_poly
from diffcheck.suggest.shape import Shape
from diffcheck.suggest.tidy import tidied
from diffcheck.tree import Node, name, number
from diffcheck.unparse import unparse
from diffcheck.verdict import CINF, Analysis, Kind, Severity, Surrogate, Verdict

__all__ = ["CHECKS", "suggest"]

CHECKS = 3
# No further check is begun after this long: the verdict stands already, the user waits.
SECONDS = 0.3
ONE_CHECK = 0.2
# Characters; what is longer nobody would paste, and it takes long to check.
LONGEST = 500
PARAMETERS = ("mu", "mu1", "mu2", "eta", "kappa")

Analyze = Callable[[Problem], Analysis]
T = TypeVar("T")

_DOMAIN = frozenset({Kind.EDGE, Kind.HOLE, Kind.POLE})


def suggest(problem: Problem, analysis: Analysis, *, analyze: Analyze | None = None) -> tuple[Surrogate, ...]:
    """Return smooth expressions to use instead of ``problem.text``, best first; empty when none can be
    vouched for.

    analyze: the judge of every suggestion; the package's analyzer by default.
    """
    facts = Facts(problem.where)
    shapes = responsible(problem, analysis, facts)
    if not shapes:
        return ()
    judge = analyze or _analyzer()
    parameter = _fresh(problem)
    shown: list[Surrogate] = []
    start, row = time.thread_time(), 0
    for _ in range(CHECKS):
        plan = _plan(shapes, row, problem, parameter)
        if plan is None or time.thread_time() - start > SECONDS:
            break
        row += 1
        text = unparse(tidied(plan.rebuilt(problem.tree)))
        if len(text) > LONGEST:
            continue
        found = _checked(text, problem, parameter, judge)
        if found is None:
            continue
        if _better(found, analysis):
            shown.append(_surrogate(plan, problem, found, facts, text))
        elif found.verdict is Verdict.NOT_DIFFERENTIABLE:
            wider = with_hidden(shapes, problem, facts)
            # Smoothing the outer part laid an inner kink bare: the same row again, with that part too.
            row -= len(wider) > len(shapes)
            shapes = wider
    return tuple(shown)


def _analyzer() -> Analyze:
    # Imported when needed: it brings SymPy and the solvers along.
    from diffcheck.analyze import analyze

    judge: Analyze = analyze
    return judge


def _fresh(problem: Problem) -> str:
    taken = {*problem.wrt, *problem.constants}
    many = (f"mu_{i}" for i in range(len(taken) + 1))
    return next(p for p in (*PARAMETERS, *many) if p not in taken)


def _plan(shapes: dict[Node, Shape], index: int, problem: Problem, parameter: str) -> Plan | None:
    """Take every target's row number ``index``, or its last; None when no target has that many."""
    rows = {shape.target: rows_for(shape.target) for shape in shapes.values()}
    if any(part in shapes for node in shapes for a in node.args for part in a.walk()):
        # Branches inside branches: neither readable nor cheap to check.
        smooth = {target: tuple(r for r in found if r.smoothness == CINF) for target, found in rows.items()}
        rows = {target: smooth[target] or found for target, found in rows.items()}
    if index >= max(len(found) for found in rows.values()):
        return None
    chosen = {
        node: Replacement(shape, rows[shape.target][min(index, len(rows[shape.target]) - 1)])
        for node, shape in shapes.items()
    }
    return Plan(chosen, parameter, frozenset(problem.wrt))


def _checked(text: str, problem: Problem, parameter: str, analyze: Analyze) -> Analysis | None:
    """Ask the analyzer about ``text`` for every positive parameter; None when it gives up."""
    question = replace(
        problem,
        text=text,
        tree=parse(text),
        constants=(*problem.constants, parameter),
        where=(*problem.where, Node("gt", (name(parameter), number(0)))),
        where_text=", ".join(filter(None, (problem.where_text, f"{parameter} > 0"))),
    )
    try:
        with within(ONE_CHECK):
            return analyze(question)
    except DiffcheckError:
        return None


def _better(new: Analysis, old: Analysis) -> bool:
    """Whether ``new`` is decided, differentiable, smoother than ``old``, and ends nowhere ``old`` did not."""
    if new.verdict is not Verdict.DIFFERENTIABLE or new.smoothness is None:
        return False
    if old.smoothness is not None and not old.smoothness < new.smoothness:
        return False
    if any(f.severity is Severity.ERROR for f in new.findings):
        return False
    before = Counter(f.kind for f in old.findings if f.kind in _DOMAIN)
    after = Counter(f.kind for f in new.findings if f.kind in _DOMAIN)
    return after <= before


def _surrogate(plan: Plan, problem: Problem, verdict: Analysis, facts: Facts, text: str) -> Surrogate:
    assert verdict.smoothness is not None
    interval = _or_none(lambda: difference(problem.tree, plan, facts))
    lipschitz = _or_none(lambda: gradient_lipschitz(problem.tree, plan, facts))
    used = list(dict.fromkeys(found.row for found in plan.parts.values()))
    notes = [re.sub(r"\bmu\b", plan.parameter, row.note) for row in used if row.note]
    if interval is None:
        notes += _part_bound(plan)
    return Surrogate(
        name=" + ".join(dict.fromkeys(row.name for row in used)),
        expression=text,
        smoothness=verdict.smoothness,
        error=_ends(interval) if interval else None,
        lipschitz_gradient=unparse(tidied(from_poly(lipschitz))) if lipschitz else None,
        parameter=plan.parameter,
        convex=_or_none(lambda: is_convex(problem.tree, plan, facts)),
        note="; ".join(dict.fromkeys(notes)),
    )


def _or_none(compute: Callable[[], T | None]) -> T | None:
    # Polynomials that grow too long raise ValueError: the price is then unknown, the suggestion stands.
    try:
        return compute()
    except ValueError:
        return None


def _ends(interval: Interval) -> tuple[str, str]:
    low, high = (unparse(tidied(from_poly(end))) for end in (interval.low, interval.high))
    return low, high


def _part_bound(plan: Plan) -> list[str]:
    """Say what is known about the replaced part alone; only for a single part taken as it stands."""
    if len(plan.parts) != 1:
        return []
    (part, _), *_ = plan.parts.items()
    interval = _or_none(lambda: difference(part, plan, Facts(())))
    if interval is None:
        return []
    low, high = _ends(interval)
    return [f"bound known for the replaced part only: [{low}, {high}]"]
