"""Where on a wall nothing happens: zeros of the size of what breaks, measured along one variable.

Read in order: zeros_of.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.demands import demands
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import NEGATED, STRICT
from diffcheck.verdict import Kind
from diffcheck.walls.explore import Leaf
from diffcheck.walls.factored import factors
from diffcheck.walls.wall import Wall

__all__ = ["is_plain", "zeros_of"]

# A size of more operations is told by nobody.
MAX_OPERATIONS = 30
Factors = tuple[sp.Expr, ...]


def zeros_of(leaf: Leaf) -> tuple[Factors, Factors]:
    """Return factors such that nothing happens where one vanishes, and those that may on the border of the formula.

    What breaks is c*g**n, for the equation g = 0 of the wall, and the size c*(dg/dv)**n is that along one variable v:
    where dg/dv vanishes and another derivative of g does not, it breaks all the same.  Where the formula for v has no
    value is said as well.
    """
    wall, order, outcome = leaf.wall, _order(leaf), leaf.outcome
    plain = () if outcome.divisor is None else factors(outcome.divisor)
    if outcome.size is None:
        return plain, plain if order else ()  # several cases put together
    if outcome.kind is Kind.JUMP:
        return plain, plain
    if order == 0 or wall.implicit is not None or len(wall.base) != 1:
        return plain, ()
    point = {symbol(wall.variable): wall.base[0][1]}
    rates = {s: sp.diff(wall.gap, s).subs(point) for s in wall.gap.free_symbols if not s.is_integer}
    rate = rates.pop(symbol(wall.variable), sp.S.One)
    if rate.is_number or not factors(rate) or max(map(sp.count_ops, (rate, outcome.size))) > MAX_OPERATIONS:
        return plain, ()
    # Squared as well, for on a wall with a formula in square roots both may be roots.
    c = sp.cancel(outcome.size / rate**order)
    own = min((factors(c), factors(sp.cancel(sp.expand(c**2)))), key=lambda fs: sum(map(sp.count_ops, fs)))
    asked = [Constraint(e, "=") for e in rates.values()]
    divided = factors(sp.together(wall.base[0][1]).as_numer_denom()[1])
    kept = (
        f
        for f in plain
        if any(sp.cancel(f / d).is_number for d in divided) or _can_be([Constraint(f, "="), *asked], wall)
    )
    found = tuple(dict.fromkeys((*own, *kept)))
    return found, found


def _order(leaf: Leaf) -> int:
    """Return of which derivative the size is a difference; 0 for what is no difference of derivatives."""
    outcome = leaf.outcome
    return int(outcome.level.level) + 1 if outcome.kind in (Kind.CORNER, Kind.BREAK) else 0


def _can_be(equations: Sequence[Constraint], wall: Wall) -> bool:
    inside = [c.bordered for c in wall.conditions]
    return reach([*equations, *inside]).status is not Status.UNSAT


def is_plain(c: Constraint, wall: Wall) -> bool:
    """Whether a condition holds wherever the formulas of a wall have values: y > 0 for x = sqrt(y)."""
    shown = [Constraint(u, STRICT.get(rel, rel)) for _, e in wall.base for u, rel in demands(e)]
    return reach([*shown, Constraint(c.expr, NEGATED[c.rel])]).status is Status.UNSAT
