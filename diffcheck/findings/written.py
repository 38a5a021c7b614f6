"""What vanishes at a finding, as the question writes it: norm(a - n) - norm(a - p) instead of the roots of sums.

The analysis works on elementary operations; a part of the question is found again as the tree that it expands to.
Read in order: vanishing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache, reduce

from diffcheck.algebra.lower import lower
from diffcheck.language.tree import NAME, Node, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.walls.gaps import COMPARISONS, OPERAND

__all__ = ["vanishing"]


def vanishing(part: Node, problem: Problem) -> str | None:
    """Return where the gap of a part vanishes, as an equation in the words of the question; None if it has none."""
    table = _table(problem)
    if part.op in COMPARISONS:
        left, right = (table.get(a, a if not a.args else None) for a in part.args)
    elif part.op in OPERAND:
        left, right = table.get(part.args[OPERAND[part.op]]), number(0)
    else:
        return None
    if left is None or right is None:
        return None
    if left == number(0):
        left, right = right, left
    if right == number(0):
        return _solved(left, problem.wrt) or f"{unparse(left)} = 0"
    return f"{unparse(left)} = {unparse(right)}"


@lru_cache(maxsize=16)
def _table(problem: Problem) -> dict[Node, Node]:
    """Return what every part of the question expands to, and the part."""
    return {lower(n): n for n in reversed(list(problem.tree.distinct()))}


def _solved(tree: Node, variables: Collection[str]) -> str | None:
    """Return tree = 0 solved for a variable that is one of its terms and occurs in no other; None without one."""
    terms = list(_terms(tree, 1))
    for sign, term in terms:
        others = [(-sign * s, t) for s, t in terms if t is not term]
        alone = term.op == NAME and term.leaf in variables
        if alone and others and not any(term.leaf in t.names() for _, t in others):
            return f"{term.leaf} = {unparse(_sum(others))}"
    return None


def _terms(tree: Node, sign: int) -> Iterator[tuple[int, Node]]:
    """Yield the terms of a sum with their signs."""
    if tree.op in ("add", "sub"):
        yield from _terms(tree.args[0], sign)
        yield from _terms(tree.args[1], -sign if tree.op == "sub" else sign)
    elif tree.op == "neg":
        yield from _terms(tree.args[0], -sign)
    else:
        yield sign, tree


def _sum(terms: list[tuple[int, Node]]) -> Node:
    """Return a sum, positive terms first."""
    (sign, first), *rest = sorted(terms, key=lambda pair: -pair[0])
    start = first if sign > 0 else Node("neg", (first,))
    return reduce(lambda left, pair: Node("add" if pair[0] > 0 else "sub", (left, pair[1])), rest, start)
