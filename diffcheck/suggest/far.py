"""Far out a suggestion is finite where the original is: what overflows at a million there is of no use to anyone.

min(exp(a), w) is w at a = 10**6 although exp(a) is infinite in float64; its CHKS form is inf - inf, its softplus form
is w.  Values alone, in the operations that emitted code uses (stable.py): nothing is proved by this, what fails
is left out.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from diffcheck.language.numeric import conditions_hold, precise, values
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node
from diffcheck.problem import Problem
from diffcheck.suggest.stable import stable
from diffcheck.verdict import Analysis

__all__ = ["Far"]

FAR = 1e6
PARAMETERS = (0.01, 1.0)
# Corners of the box +-FAR that are looked at; they double with each variable.
CORNERS = 32
# Digits of a witness.
DIGITS = 20


class Far:
    """The points at +-10**6 in one variable or all, for the constants of each witness."""

    def __init__(self, problem: Problem, analysis: Analysis, parameter: str) -> None:
        self.parameter = parameter
        rows = [row for witness in _witnesses(problem, analysis) for row in _around(problem, witness)]
        columns = {n: np.array([row[n] for row in rows]) for n in rows[0]}
        inside = conditions_hold(problem.where, columns)
        self.columns = {n: c[inside] for n, c in columns.items()}
        self.finite = np.isfinite(values(problem.tree, self.columns)) if inside.any() else np.zeros(0, bool)

    def keeps(self, tree: Node) -> bool:
        """Whether ``tree`` has a finite float64 value at every point at which the original has one."""
        if not self.finite.any():
            return True
        tree = stable(tree, {self.parameter})
        return all(self._finite(tree, mu)[self.finite].all() for mu in PARAMETERS)

    def _finite(self, tree: Node, mu: float) -> npt.NDArray[np.bool_]:
        return np.isfinite(values(tree, {**self.columns, self.parameter: mu}))


def _witnesses(problem: Problem, analysis: Analysis) -> list[dict[str, float]]:
    """Return the places of the findings as numbers; names that they leave out are 1."""
    found = []
    for witness in [f.witness for f in analysis.findings if f.witness] or [{}]:
        exact = {n: precise(parse(text), {}, DIGITS) for n, text in witness.items()}
        names = (*problem.wrt, *problem.constants)
        found.append({n: 1.0 if exact.get(n) is None else float(exact[n]) for n in names})
    return found


def _around(problem: Problem, witness: dict[str, float]) -> list[dict[str, float]]:
    corners = itertools.islice(itertools.product((-FAR, FAR), repeat=len(problem.wrt)), CORNERS)
    everywhere = [{**witness, **dict(zip(problem.wrt, corner, strict=True))} for corner in corners]
    return everywhere + [{**witness, n: far} for n in problem.wrt for far in (-FAR, FAR)]
