"""The class of a loss in the parameters of its model: in each alone, in all jointly, and without the model.

The joint verdict says what gradient descent meets; these sentences say where it comes from.  The class in one parameter
is that with all other names constants in general position.  The class of the loss in F(x), the value of the model,
tells whether the loss breaks or what is inside the model, such as its activation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from diffcheck.language.tree import Place
from diffcheck.problem import Problem
from diffcheck.question.model import listed
from diffcheck.verdict import Analysis, Severity, Smoothness, Verdict

__all__ = ["told_apart"]

Judge = Callable[[Problem], Analysis]


def told_apart(outline: Problem, analysis: Analysis, judge: Judge) -> Iterator[str]:
    """Yield what the class is in each parameter, and whether the loss or its model breaks it.

    outline: the question with names for the values of the model.  analysis: of the question itself.
    """
    if analysis.smoothness is None:
        return
    if analysis.verdict is not Verdict.DIFFERENTIABLE:
        yield from _culprit(outline, analysis, judge(outline))
    classes: dict[Smoothness, list[str]] = {}
    for variable, grade in analysis.alone.items():
        classes.setdefault(grade, []).append(variable)
    if len(classes) > 1 or (classes and analysis.smoothness not in classes):
        each = "; ".join(f"{grade} in {_each(classes[grade])}" for grade in sorted(classes, reverse=True))
        yield f"class in one parameter alone: {each}; in all jointly: {analysis.smoothness}"


def _each(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"each of {', '.join(names)}"


def _culprit(outline: Problem, analysis: Analysis, found: Analysis) -> Iterator[str]:
    """Yield whether the loss breaks as a function of the values of its models, which is what was ``found``."""
    values = listed([v.text for v in outline.values if v.name in outline.wrt])
    errors = [f for f in analysis.findings if f.severity is Severity.ERROR]
    inside = list(dict.fromkeys(f"`{f.source}`" for f in errors if isinstance(f.span, Place)))
    if found.verdict is Verdict.DIFFERENTIABLE and inside:
        breaks = "breaks it" if len(inside) == 1 else "break it"
        yield f"the loss itself is class {found.smoothness} in {values}: {listed(inside)} in the model {breaks}"
    elif found.verdict is Verdict.NOT_DIFFERENTIABLE and found.smoothness is not None:
        also = f"; {listed(inside)} in the model as well" if inside else ""
        yield f"the loss itself breaks: class {found.smoothness} in {values}{also}"
