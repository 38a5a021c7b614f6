"""Whether a function is bounded, or continuous, by construction: what no wall can break worse than a jump, or a corner.

Read in order: no_worse, bounded, continuous.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import sympy as sp

from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.language.tree import Node
from diffcheck.verdict import C0, DISCONTINUOUS, SINGULAR, Smoothness
from diffcheck.walls.gaps import COMPARISONS, DECIDING, Assignment, Pieces, difference_of, steps_of
from diffcheck.walls.least import Least

__all__ = ["bounded", "continuous", "no_worse"]

# What must not be negative for an operation to have a value; that no logarithm is of 0 is asked with denominators.
DEMANDED: dict[str, Callable[[sp.Expr], tuple[sp.Expr, ...]]] = {
    "pow": lambda base: (base,),
    "log": lambda u: (u,),
    "asin": lambda u: (1 - u, 1 + u),
}


def no_worse(
    tree: Node,
    pieces: Pieces,
    never_zero: Callable[[sp.Expr], bool],
    where: Sequence[Constraint],
    level: Smoothness,
) -> bool:
    """Whether no point of the function can be worse than ``level``, by construction: True is a proof."""
    if level <= SINGULAR:
        return True
    if level <= DISCONTINUOUS:
        return bounded(tree, pieces, never_zero, where)
    return level <= C0 and continuous(tree, pieces, never_zero, where)


def bounded(
    tree: Node, pieces: Pieces, never_zero: Callable[[sp.Expr], bool], where: Sequence[Constraint] = ()
) -> bool:
    """Whether the function has a value and is bounded near every point of its domain, by construction.

    True is a proof, False says nothing: nothing is divided by or taken the logarithm of that can vanish, exponents are
    positive, and no root, logarithm or arcsine is without a value at points whose neighbours have one.
    """
    least = Least(pieces, where)
    for node in tree.distinct():
        if (
            node.op in {"div", "log"}
            and not all(never_zero(e) for e in pieces.of(node.args[-1]))
            and least.positive(node.args[-1]) is None
        ):
            return False
        if node.op == "pow" and not _is_positive(node.args[1], pieces, where):
            return False
    return _has_values(tree, pieces, where)


def _has_values(tree: Node, pieces: Pieces, where: Sequence[Constraint]) -> bool:
    """Whether where neighbours have a value, a point has one too, by construction.

    A branch may be chosen, and a step be taken, on a set as thin as that of an equation; all that is evaluated
    everywhere, of continuous arguments, has no value on open sets and at their borders alone.
    """
    partial = [node for node in tree.distinct() if node.op in DEMANDED and not _is_natural_power(node)]
    always = _evaluated(tree) if partial else frozenset()
    chosen = _contexts(tree, pieces) if partial else {}
    return all(
        (node in always and next(steps_of(node.args[0], pieces), None) is None)
        or _is_in_range(node, pieces, (*where, *chosen[node]))
        for node in partial
    )


def _contexts(tree: Node, pieces: Pieces) -> dict[Node, frozenset[Constraint]]:
    """Return for every part what the branches say in which it is evaluated: x >= 0 for the first root in cbrt(x)."""
    found: dict[Node, frozenset[Constraint]] = {tree: frozenset()}
    left = Counter(part for node in tree.distinct() for part in node.args)
    ready = [tree]
    while ready:  # every part after all that it is a part of
        node = ready.pop()
        left.subtract(node.args)
        ready += [part for part in dict.fromkeys(node.args) if not left[part]]
        for i, part in enumerate(node.args):
            sides = _side(node, i == 1, pieces) if node.op == "where" and i else ()
            own = found[node].union(sides)
            found[part] = found[part] & own if part in found else own
    return found


def _is_natural_power(node: Node) -> bool:
    return node.op == "pow" and node.args[1].is_natural


def _evaluated(node: Node) -> frozenset[Node]:
    """Return the parts that are evaluated at every point, whatever conditions say."""
    first, *others = node.args or (None,)
    if first is None:
        return frozenset({node})
    if node.op not in DECIDING:
        return frozenset({node}).union(*(_evaluated(a) for a in node.args))
    common = frozenset.intersection(*map(_evaluated, others)) if node.op == "where" else frozenset()
    return frozenset({node}) | _evaluated(first) | common


def _is_in_range(node: Node, pieces: Pieces, where: Sequence[Constraint]) -> bool:
    """Whether every piece of an argument is where the operation has a value, as far as its branches say."""
    return all(
        reach([Constraint(e, "<"), *_chosen(assignment, pieces), *where]).status is Status.UNSAT
        for assignment, expr in pieces.with_choices(node.args[0])
        for e in DEMANDED[node.op](expr)
    )


def _chosen(assignment: Assignment, pieces: Pieces) -> list[Constraint]:
    """Return what the branches of a piece say of their gaps, one inequality each."""
    return [side for where_node, taken in assignment for side in _side(where_node, taken, pieces)]


def _is_positive(node: Node, pieces: Pieces, where: Sequence[Constraint]) -> bool:
    """Whether every piece of a node is positive where its branches hold, or on their border."""
    for assignment, expr in pieces.with_choices(node):
        if expr.is_Rational:
            if expr <= 0:
                return False
            continue
        if reach([Constraint(expr, "<="), *_chosen(assignment, pieces), *where]).status is not Status.UNSAT:
            return False
    return True


def _side(node: Node, taken: bool, pieces: Pieces) -> Iterator[Constraint]:
    """Yield what a branch of a `where` says of its gap, if that is one inequality between single pieces."""
    condition = node.args[0]
    gap = pieces.of(difference_of(condition)) if condition.op in COMPARISONS else ()
    if len(gap) == 1 and condition.op in {"lt", "le", "gt", "ge"}:
        yield Constraint(gap[0], ">=" if taken == (condition.op in {"gt", "ge"}) else "<=")


def continuous(
    tree: Node, pieces: Pieces, never_zero: Callable[[sp.Expr], bool], where: Sequence[Constraint] = ()
) -> bool:
    """Whether the function is continuous on its domain by construction: True is a proof, False says nothing.

    It is bounded, its conditions only choose between branches that meet, and nothing is rounded.
    """
    return next(steps_of(tree, pieces), None) is None and bounded(tree, pieces, never_zero, where)
