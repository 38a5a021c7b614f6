"""The class of a loss in the parameters of its model: in each alone, in all jointly, and without the model.

The joint verdict says what gradient descent meets; these sentences say where it comes from.  The class in one parameter
is that with all other names constants in general position.  The class of the loss in F(x), the value of the model,
tells whether the loss breaks or what is inside the model, such as its activation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from diffcheck.deadline import within
from diffcheck.errors import DiffcheckError
from diffcheck.model import listed
from diffcheck.problem import Problem
from diffcheck.tree import Place
from diffcheck.verdict import Analysis, Report, Severity, Verdict

__all__ = ["told_apart"]

# Seconds for all of it: an afterthought to a verdict that stands.
SECONDS = 2.0

Judge = Callable[[Problem], Analysis]


def told_apart(problem: Problem, report: Report, judge: Judge) -> Iterator[str]:
    """Yield what the class is in each parameter, and whether the loss or its model breaks it."""
    if problem.outline is None or report.smoothness is None:
        return
    broken = report.verdict is not Verdict.DIFFERENTIABLE
    try:
        with within(SECONDS):
            if broken:
                yield from _culprit(problem.outline, report, judge)
            yield from _separately(problem, report, judge)
    except DiffcheckError:
        return


def _culprit(outline: Problem, report: Report, judge: Judge) -> Iterator[str]:
    """Yield whether the loss breaks as a function of the values of its models."""
    found = judge(outline)
    if found.smoothness is None:
        return
    values = listed([v.text for v in outline.values if v.name in outline.wrt])
    errors = [f for f in report.findings if f.severity is Severity.ERROR]
    inside = list(dict.fromkeys(f"`{f.source}`" for f in errors if isinstance(f.span, Place)))
    if found.verdict is Verdict.DIFFERENTIABLE and inside:
        breaks = "breaks it" if len(inside) == 1 else "break it"
        yield f"the loss itself is class {found.smoothness} in {values}: {listed(inside)} in the model {breaks}"
    elif found.verdict is Verdict.NOT_DIFFERENTIABLE:
        also = f"; {listed(inside)} in the model as well" if inside else ""
        yield f"the loss itself breaks: class {found.smoothness} in {values}{also}"


def _separately(problem: Problem, report: Report, judge: Judge) -> Iterator[str]:
    """Yield the class in each variable alone, those of one class together, and the joint one."""
    if len(problem.wrt) < 2:
        return
    classes: dict[str, list[str]] = {}
    for variable in problem.wrt:
        rest = tuple(n for n in (*problem.wrt, *problem.constants) if n != variable)
        found = judge(replace(problem, wrt=(variable,), constants=rest))
        grade = "open" if found.smoothness is None else str(found.smoothness)
        classes.setdefault(grade, []).append(variable)
    if len(classes) > 1 or str(report.smoothness) not in classes:
        each = "; ".join(f"in {', '.join(names)} alone: {grade}" for grade, names in classes.items())
        yield f"class {each}; jointly: {report.smoothness}"
