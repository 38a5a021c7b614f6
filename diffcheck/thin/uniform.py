"""May many directions speak for a whole neighbourhood?

They may if nothing that was divided by vanishes for a direction other than 0, and if no piece that no direction meets
is singular at the point (unseen.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.thin.rays import Ray, direction

__all__ = ["uniform"]


def uniform(rays: Sequence[Ray], bound: Sequence[str], known: Sequence[Constraint]) -> bool:
    """Whether no coefficient that was divided by vanishes for a direction other than 0 in the closure of its kind.

    known: what holds at the place whatever the direction is.
    """
    directions = [direction(n) for n in bound]
    for ray in rays:
        closure = [c.bordered for c in ray.conditions]
        for pivot in ray.pivots:
            inside = [d for d in directions if d in pivot.free_symbols]
            if not inside:
                continue
            sphere = Constraint(sp.Add(*(d**2 for d in directions)) - 1, "=")
            if reach([Constraint(pivot, "="), sphere, *closure, *known]).status is not Status.UNSAT:
                return False
    return True
