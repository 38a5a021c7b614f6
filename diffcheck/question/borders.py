"""Borders of what `where` allows for constants: p = 1 of `p >= 1`.

Constants are in general position, so the verdict leaves a border out, although the question allows it: abs(x)**p is of
class C1 for p > 1, and has a corner for p = 1.  A report that says "differentiable" names the borders where it is not.
Gives up on: borders that give no constant a value, as those of `a**2 <= 1`; points where two borders meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from diffcheck.language.tree import Node
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.question.constants import with_values
from diffcheck.verdict import Analysis, Verdict

__all__ = ["at_borders"]

CLOSED = frozenset({"le", "ge"})


def at_borders(problem: Problem, analysis: Analysis, judge: Callable[[Problem], Analysis]) -> Iterator[str]:
    """Yield a sentence for every border on which a function that is differentiable off them is not."""
    if analysis.verdict is not Verdict.DIFFERENTIABLE:
        return
    for border, question in _borders(problem):
        found = judge(question)
        if found.verdict is Verdict.NOT_DIFFERENTIABLE:
            grade = "" if found.smoothness is None else f": class {found.smoothness}"
            yield f"constants are in general position; where {border} it is not differentiable{grade}"


def _borders(problem: Problem) -> Iterator[tuple[str, Problem]]:
    """Yield the border of every condition on constants alone that holds on it, with the question there."""
    conditions = list(_separate(problem.where))
    for n, condition in enumerate(conditions):
        if condition.op not in CLOSED or not set(condition.names()) <= set(problem.constants):
            continue
        border = replace(condition, op="eq")
        others = [c for c in conditions if c is not condition]
        tree, left = with_values(problem.tree, [border, *others], frozenset(problem.wrt))
        if border not in left:
            used = {n for t in (tree, *left) for n in t.names()}
            constants = tuple(c for c in problem.constants if c in used)
            equation = " = ".join(unparse(side) for side in condition.args)
            yield equation, replace(problem, tree=tree, where=tuple(left), constants=constants)


def _separate(conditions: Sequence[Node]) -> Iterator[Node]:
    for condition in conditions:
        yield from _separate(condition.args) if condition.op == "and" else (condition,)
