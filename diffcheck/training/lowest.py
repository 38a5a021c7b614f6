"""Is the function lower anywhere than at a place, and what sign does a slope have?  Proofs and witnesses, no numbers.

The function is written out as analytic pieces, each with the conditions under which it is taken.  A place is lowest
when no piece can be below the value there: one query to conditions/reach.py for each pair of pieces.  A piece that
SymPy has simplified may be defined in more points than the text, so "never" is a proof; a point that is lower counts
only where the text itself has a value.
Read in order: Cases, never, lower_elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import sympy as sp

from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import inner_symbol, symbol
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import Relation
from diffcheck.deadline import check_time
from diffcheck.errors import Undetermined
from diffcheck.findings.places import Place
from diffcheck.language.numeric import precise
from diffcheck.language.tree import NAME, Node, name, substitute
from diffcheck.problem import Problem
from diffcheck.walls.gaps import Pieces

__all__ = ["Lower", "facts_of", "lower_elsewhere", "never"]

# Pairs of pieces that are compared; a loss has a few.
MAX_CASES = 64

Conjunction = tuple[Constraint, ...]

_RELATIONS: Mapping[str, tuple[Relation, Relation]] = {
    "lt": ("<", ">="), "le": ("<=", ">"), "gt": (">", "<="), "ge": (">=", "<"), "eq": ("=", "!="), "ne": ("!=", "="),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lower:
    """Whether the function is lower elsewhere: UNSAT, nowhere; SAT, at ``other`` for the constants given there.

    other: name -> exact value as text; variables at the lower point, constants for which it is one.
    """

    status: Status
    other: Mapping[str, str] | None = None


def never(node: Node, relation: Relation, facts: Iterable[Conjunction]) -> bool:
    """Whether it is proved that ``node relation 0`` holds nowhere under the facts, a disjunction of conjunctions."""
    cases = list(_cases(lower(node), Pieces()))
    return all(
        reach([*fact, *conditions, Constraint(expr, relation)]).status is Status.UNSAT
        for fact, (expr, conditions) in _few(facts, cases)
    )


def facts_of(conditions: Iterable[Node]) -> list[Conjunction]:
    """Return conditions that all hold, as a disjunction of conjunctions; Undetermined for too many."""
    return list(_all_of([list(_conditions(c, True, Pieces())) for c in conditions]))


def lower_elsewhere(problem: Problem, place: Place, conditions: Iterable[Node]) -> Lower:
    """Decide whether the function is somewhere below its value at some point of the place.

    The constants are the same on both sides; conditions: what else holds at the place.  An equation that is not
    solved for a variable becomes a constraint.
    Raises Undetermined where the pieces cannot be written out.
    """
    at = {name_: formula for name_ in problem.wrt if (formula := place.formula(name_)) is not None}
    # One formula says it all; several may refer to each other.
    on = (
        [] if len(at) == len(place.equations) == 1 else [Node("eq", equation) for equation in place.equations]
    )
    pieces = Pieces()
    whole = {symbol(k): inner_symbol(k, integer=True) for k in place.integers}
    below = [
        (expr.xreplace(whole), _with(taken, whole))
        for expr, taken in _cases(lower(_put(problem.tree, at)), pieces)
    ]
    others = list(_cases(lower(_renamed(problem.tree, problem.wrt)), pieces))
    known = [_with(c, whole) for c in facts_of([*problem.where, *conditions, *on])]
    moved = facts_of([_renamed(c, problem.wrt) for c in problem.where])
    undecided = False
    for fact, more, (value, taken), (other, chosen) in _few(known, moved, below, others):
        check_time()
        found = reach([*fact, *more, *taken, *chosen, Constraint(other - value, "<")])
        if found.status is Status.SAT:
            point = _point(problem, found.witness or {})
            if point is not None:
                return Lower(Status.SAT, point)
        undecided |= found.status is not Status.UNSAT
    return Lower(Status.UNKNOWN if undecided else Status.UNSAT)


# --- pieces and their conditions


def _cases(node: Node, pieces: Pieces) -> Iterator[tuple[sp.Expr, Conjunction]]:
    """Yield every analytic piece of a lowered tree with a conjunction under which it is taken."""
    for assignment, expr in pieces.with_choices(node):
        options = [list(_conditions(part.args[0], taken, pieces)) for part, taken in assignment]
        for conjunction in _all_of(options):
            yield expr, (*conjunction, *_steps(expr, conjunction, pieces))


def _conditions(node: Node, holds: bool, pieces: Pieces) -> Iterator[Conjunction]:
    """Yield conjunctions, one of which is true exactly where the condition holds, or fails."""
    if node.op == "not":
        yield from _conditions(node.args[0], not holds, pieces)
    elif node.op in {"and", "or"}:
        parts = [list(_conditions(a, holds, pieces)) for a in node.args]
        if (node.op == "and") is holds:
            yield from _all_of(parts)
        else:
            yield from (c for part in parts for c in part)
    elif node.op in _RELATIONS:
        relation = _RELATIONS[node.op][not holds]
        left, right = (list(_cases(lower(a), pieces)) for a in node.args)
        for (a, taken), (b, chosen) in product(left, right):
            yield (*taken, *chosen, Constraint(a - b, relation))
    else:
        raise Undetermined(f"`{node.op}` in a condition is not decided")


def _all_of(parts: Iterable[list[Conjunction]]) -> Iterator[Conjunction]:
    """Yield the conjunctions of one choice from every part."""
    for choice in _few(*parts):
        yield tuple(c for conjunction in choice for c in conjunction)


def _few(*parts: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the product of the parts; Undetermined when it is long."""
    listed = [list(part) for part in parts]
    if math.prod(map(len, listed)) > MAX_CASES:
        raise Undetermined(f"more than {MAX_CASES} cases")
    yield from product(*listed)


def _steps(expr: sp.Expr, conditions: Conjunction, pieces: Pieces) -> Iterator[Constraint]:
    """Yield k <= u < k + 1 for every integer k that stands for floor(u)."""
    used = expr.free_symbols.union(*(c.expr.free_symbols for c in conditions))
    for node, k in pieces.integers.items():
        if k in used:
            inside = pieces.of(node.args[0])
            if len(inside) != 1:
                raise Undetermined("the integer part of a function with branches is not decided")
            yield from (Constraint(inside[0] - k, ">="), Constraint(inside[0] - k - 1, "<"))


def _with(conditions: Conjunction, values: Mapping[sp.Symbol, sp.Symbol]) -> Conjunction:
    return tuple(Constraint(c.expr.xreplace(values), c.rel) for c in conditions)


# --- points


def _put(tree: Node, values: Mapping[str, Node]) -> Node:
    return substitute(tree, lambda n: values.get(str(n.leaf)) if n.op == NAME else None)


def _renamed(tree: Node, names: Iterable[str]) -> Node:
    """Return the tree at another point: every variable with a quote, which no text can name."""
    return _put(tree, {n: name(f"{n}'") for n in names})


def _point(problem: Problem, witness: Mapping[sp.Symbol, sp.Expr]) -> dict[str, str] | None:
    """Return the lower point in rational numbers as text; None where the function as written has no value there."""
    symbols = {n: symbol(f"{n}'") for n in problem.wrt} | {n: symbol(n) for n in problem.constants}
    point = {n: witness.get(s, sp.Integer(0)) for n, s in symbols.items()}
    if not all(v.is_Rational for v in point.values()):
        return None
    exact = {n: Fraction(int(v.p), int(v.q)) for n, v in point.items()}
    return None if precise(problem.tree, exact) is None else {n: str(v) for n, v in exact.items()}
