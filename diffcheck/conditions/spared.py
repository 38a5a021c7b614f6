"""Constants for which none of some leaves has a point: abs(x)**p*abs(y)**q is C1 where p > 1 and q > 1.

Every leaf asks conditions of the constants, and one of each must fail.  The choices are searched depth first, and given
up where a decision procedure refutes what was chosen so far.
Read in order: spared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.implied import Conjunction
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import NEGATED, STRICT

__all__ = ["spared"]

# Questions to a decision procedure, each some milliseconds.
MAX_ASKED = 80


def spared(asked: Sequence[Conjunction], own: Sequence[Constraint]) -> Mapping[sp.Symbol, sp.Expr] | None:
    """Return values that satisfy ``own`` and fail a condition of each conjunction; None if there are none or not found.

    Only open conditions count: what fails on a border alone fails for no constants in general position.
    """
    distinct = sorted(dict.fromkeys(asked), key=len)
    todo: list[tuple[int, Conjunction]] = [(0, tuple(own))]
    for _ in range(MAX_ASKED):
        if not todo:
            return None
        depth, chosen = todo.pop()
        found = reach(chosen)
        if found.status is Status.UNSAT:
            continue
        if depth == len(distinct):
            if found.witness is not None:
                return found.witness
            continue
        options = [Constraint(c.expr, STRICT[NEGATED[c.rel]]) for c in distinct[depth] if c.rel in STRICT]
        if any(o in chosen for o in options):
            todo.append((depth + 1, chosen))
        else:
            todo += [(depth + 1, (*chosen, o)) for o in reversed(options)]
    return None
