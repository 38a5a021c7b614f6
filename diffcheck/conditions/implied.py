"""What conditions say together: whether alternatives leave nothing out, and which conditions follow from the others.

Conditions are compared where the expressions in them have a value; on real symbols up to equalities.
Read in order: covered, reduced.
Gives up on: inequalities that the decision procedure does not refute; these are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp

from diffcheck.algebra.quadratic import sum_of_squares
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.demands import demands
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import NEGATED, STRICT

__all__ = ["Conjunction", "covered", "longest_first", "reduced"]

Conjunction = tuple[Constraint, ...]

MAX_BRANCHES = 300
# Samples before cvc5 is asked: these are questions about few constants, which it answers at once.
FEW = 8


def reduced(conjunction: Conjunction, own: Conjunction) -> Conjunction:
    """Drop the conditions that follow from the others and from ``own``, the longest first."""
    for c in longest_first(conjunction):
        rest = tuple(d for d in conjunction if d is not c)
        if covered((*own, *rest), [(c,)]):
            conjunction = rest
    return conjunction


def longest_first(conjunction: Conjunction) -> list[Constraint]:
    """Return the conditions in the order in which they are tried for removal."""
    return sorted(conjunction, key=lambda c: -sp.count_ops(c.expr))


def covered(given: Conjunction, alternatives: Iterable[Conjunction]) -> bool:
    """Whether under the given conditions one of the alternatives always holds, up to equalities.

    Where an equality is given, as in x = 0, it counts: x > 0 does not hold there.
    If not, some point fails a condition of every alternative: they are gone through as clauses in a search by Davis,
    Putnam, Logemann and Loveland (1962), the shortest first, and a branch without a point ends.
    """
    exact = any(c.rel == "=" for c in given)
    clauses = [
        {_turned(d, exact) for c in conjunction if c.rel != "!=" for d in (c, *_in_domain(c.expr))}
        for conjunction in alternatives
        if all(c.rel != "=" for c in conjunction)
    ]
    todo = [({_turned(c, exact) for c in given if c.rel in STRICT}, clauses)]
    for _ in range(MAX_BRANCHES):
        if not todo:
            return True
        known, clauses = todo.pop()
        left = [clause - known for clause in clauses if not any(_against(c, exact) in known for c in clause)]
        if set() in left or reach([*given, *known], tries=FEW).status is Status.UNSAT:
            continue
        if not left:
            return False
        shortest = min(left, key=len)
        todo += [({*known, _against(c, exact)}, left) for c in shortest]
    return False


def _in_domain(expr: sp.Expr) -> Iterator[Constraint]:
    """Yield what holds where an expression has a value: where sqrt(d) + 1 > 0 fails, d may be negative.

    A sum of squares is positive off a null set.
    """
    yield from (
        Constraint(u, ">")
        for u, rel in demands(expr)
        if rel != "!=" and u.free_symbols and not sum_of_squares(u)
    )


def _turned(c: Constraint, exact: bool) -> Constraint:
    """Write a condition one way round, -p > 0 as p < 0, and strictly where equalities do not count.

    On integers an equality is no null set.
    """
    c = c.outward
    return c if exact or _on_integers(c) else Constraint(c.expr, STRICT[c.rel])


def _against(c: Constraint, exact: bool) -> Constraint:
    refuted = NEGATED[c.rel]
    return Constraint(c.expr, refuted if exact or _on_integers(c) else STRICT[refuted])


def _on_integers(c: Constraint) -> bool:
    return any(s.is_integer for s in c.expr.free_symbols)
