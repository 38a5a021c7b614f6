"""Whether a function is bounded, or continuous, by construction: what no wall can break worse than a jump, or a corner.

Read in order: bounded, continuous.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import sympy as sp

from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.language.tree import Node
from diffcheck.walls.gaps import COMPARISONS, Pieces, closes, difference_of
from diffcheck.walls.least import Least

__all__ = ["bounded", "continuous"]


def bounded(
    tree: Node, pieces: Pieces, never_zero: Callable[[sp.Expr], bool], where: Sequence[Constraint] = ()
) -> bool:
    """Whether the function has a value and is bounded near every point of its domain, by construction.

    True is a proof, False says nothing: nothing is divided by or taken the logarithm of that can vanish, and exponents
    are positive.
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
    return True


def _is_positive(node: Node, pieces: Pieces, where: Sequence[Constraint]) -> bool:
    """Whether every piece of a node is positive where its branches hold, or on their border."""
    for assignment, expr in pieces.with_choices(node):
        if expr.is_Rational:
            if expr <= 0:
                return False
            continue
        sides = [side for where_node, taken in assignment for side in _side(where_node, taken, pieces)]
        if reach([Constraint(expr, "<="), *sides, *where]).status is not Status.UNSAT:
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
    steps = (n for n in tree.distinct() if n.op == "floor" or (n.op == "where" and not closes(n, pieces)))
    return next(steps, None) is None and bounded(tree, pieces, never_zero, where)
