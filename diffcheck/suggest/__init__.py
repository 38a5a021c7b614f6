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
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from diffcheck.errors import DiffcheckError
from diffcheck.parse import parse
from diffcheck.problem import Problem
from diffcheck.suggest.bounds import Interval, difference, gradient_lipschitz
from diffcheck.suggest.curvature import is_convex
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.parts import responsible
from diffcheck.suggest.plan import Plan, Replacement, rows_for
from diffcheck.suggest.polynomial import from_poly
from diffcheck.suggest.shape import Shape
from diffcheck.suggest.tidy import tidied
from diffcheck.tree import Node, name, number
from diffcheck.unparse import unparse
from diffcheck.verdict import Analysis, Kind, Severity, Surrogate, Verdict

__all__ = ["CHECKS", "suggest"]

CHECKS = 4
# No further check is begun after this long: the verdict stands already, the user waits.
SECONDS = 3.0
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
    shown = []
    start = time.monotonic()
    for plan in _plans(shapes, problem, parameter):
        surrogate = _judged(plan, problem, analysis, facts, judge)
        shown += [surrogate] if surrogate is not None else []
        if time.monotonic() - start > SECONDS:
            break
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


def _plans(shapes: dict[Node, Shape], problem: Problem, parameter: str) -> Iterator[Plan]:
    """Yield at most CHECKS plans: the i-th takes every target's i-th row, or its last."""
    rows = {shape.target: rows_for(shape.target) for shape in shapes.values()}
    count = min(CHECKS, max(len(found) for found in rows.values()))
    for i in range(count):
        chosen = {
            node: Replacement(shape, rows[shape.target][min(i, len(rows[shape.target]) - 1)])
            for node, shape in shapes.items()
        }
        yield Plan(chosen, parameter, frozenset(problem.wrt))


def _judged(
    plan: Plan, problem: Problem, analysis: Analysis, facts: Facts, analyze: Analyze
) -> Surrogate | None:
    """Return the plan's surrogate if the analyzer finds it smoother on the same domain, else None."""
    try:
        text = unparse(tidied(plan.rebuilt(problem.tree)))
        tree = parse(text)
        positive = Node("gt", (name(plan.parameter), number(0)))
        question = replace(
            problem,
            text=text,
            tree=tree,
            constants=(*problem.constants, plan.parameter),
            where=(*problem.where, positive),
            where_text=", ".join(filter(None, (problem.where_text, f"{plan.parameter} > 0"))),
        )
        verdict = analyze(question)
    except (DiffcheckError, ValueError):
        return None
    if not _better(verdict, analysis):
        return None
    return _surrogate(plan, problem, verdict, facts, text)


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
