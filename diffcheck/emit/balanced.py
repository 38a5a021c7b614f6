"""The same function, with the mean of both slopes where automatic differentiation takes one of them.

A correction from outside (suggest/patch.py) leaves the corner in the expression and takes it out by a second one: the
sum is smooth, but at the corner itself a framework adds the slopes it happens to choose.  relu'(0) is 0 in torch, and
0 + 0 is not the slope 1/2 of relu(x) + (sqrt(x**2 + mu**2) - abs(x))/2; in JAX, abs'(0) is 1.  So every corner is
written with a third branch where both sides are equal, (a + b)/2.  Where branches are not seen to meet nothing is
changed: there the mean would be another value.  Of corners inside corners that turn at one place the mean of means need
not be the slope: what it lacks is added (ties.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import reduce

from diffcheck.emit.ties import missing_slopes
from diffcheck.language.tree import Node, number
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.nested import branches
from diffcheck.suggest.polynomial import Poly, add, divide, opaque_parts, to_poly
from diffcheck.suggest.sized import by_size
from diffcheck.suggest.split import split

__all__ = ["balanced"]

ZERO, TWO = number(0), number(2)


def balanced(tree: Node, variables: Collection[str], facts: Facts) -> Node:
    """Return an equal expression whose corners have the mean of both slopes.

    >>> from diffcheck.language.parse import parse
    >>> from diffcheck.language.unparse import unparse
    >>> unparse(balanced(parse("relu(x) + c"), ["x"], Facts(())))
    'where(x > 0, x, where(x < 0, 0, (x + 0)/2)) + c'
    """
    names = frozenset(variables)
    known: dict[Node, Node] = {}
    meets: set[Node] = set()
    # Arguments before what holds them; whether branches meet is seen best as they are written.
    for node in dict.fromkeys(reversed(list(_downwards(tree)))):
        args = tuple(known[a] for a in node.args)
        turned = _corner(node, args) if names.intersection(node.names()) else None
        if node.op == "where" and turned is not None and not _meet(node, names):
            turned = None
        known[node] = turned or Node(node.op, args, node.leaf, node.span)
        if turned is not None and node.op == "where":
            meets.add(node)
    return reduce(lambda a, b: Node("add", (a, b)), missing_slopes(tree, names, meets, facts), known[tree])


def _downwards(tree: Node) -> Iterator[Node]:
    """Yield each part after all that hold it."""
    level = [tree]
    while level:
        yield from level
        level = list(dict.fromkeys(a for node in level for a in node.args))


def _corner(node: Node, args: tuple[Node, ...]) -> Node | None:
    """Write a part with a corner in three branches, of new arguments; None for other parts."""
    if node.op == "abs":
        (u,) = args
        return _three(Node("gt", (u, ZERO)), u, Node("lt", (u, ZERO)), Node("neg", (u,)))
    if node.op == "relu":
        return _larger(args[0], ZERO)
    if node.op == "max":
        return reduce(_larger, args)
    if node.op == "min":
        return reduce(_smaller, args)
    if node.op == "clip":
        return _smaller(_larger(args[0], args[1]), args[2])
    if node.op != "where" or args[0].op not in ("lt", "le", "gt", "ge"):
        return None
    condition, a, b = args
    small, large = condition.args if condition.op in ("lt", "le") else reversed(condition.args)
    return _three(Node("lt", (small, large)), a, Node("gt", (small, large)), b)


def _larger(a: Node, b: Node) -> Node:
    return _three(Node("gt", (a, b)), a, Node("lt", (a, b)), b)


def _smaller(a: Node, b: Node) -> Node:
    return _three(Node("lt", (a, b)), a, Node("gt", (a, b)), b)


def _three(first: Node, a: Node, second: Node, b: Node) -> Node:
    mean = Node("div", (Node("add", (a, b)), TWO))
    return Node("where", (first, a, Node("where", (second, b, mean))))


def _meet(node: Node, variables: frozenset[str]) -> bool:
    """Whether both branches are seen to have one value where the sides of the condition are equal."""
    try:
        for form in (node, by_size(node)):
            two = branches(form)
            if two is None:
                return False
            apart = add(to_poly(two[1]), to_poly(two[2]), -1)
            meet = not apart or divide(_by_sign(apart, two[0]), two[0]) is not None
            if meet or split(form, variables) is not None:
                return True
    except ValueError:
        return False
    return False


def _by_sign(p: Poly, gap: Poly) -> Poly:
    """Write x as sign(x)*abs(x) where the gap holds abs(x): x - l*sign(x) is 0 where abs(x) = l."""
    sizes = {part.args[0]: part for part in opaque_parts(gap) if part.op == "abs"}
    total: Poly = {}
    for monomial, value in p.items():
        parts = (Node("mul", (Node("sign", (x,)), sizes[x])) if x in sizes else x for x in monomial)
        total = add(total, to_poly(reduce(lambda a, b: Node("mul", (a, b)), parts, number(1))), value)
    return total
