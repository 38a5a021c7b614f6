"""The function and its failing parts, written in elementary operations, for the checker alone.

The definitions in the table of atoms are filled in by substitution; nothing here is shared with the analysis.
"""

from __future__ import annotations

from collections.abc import Iterator

from diffcheck.atoms import ATOMS
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node, number, substitute

__all__ = ["difference", "elementary", "failing"]

COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})


def elementary(node: Node, memo: dict[int, Node] | None = None) -> Node:
    """Return ``node`` with every defined function replaced by its definition."""
    memo = {} if memo is None else memo
    if id(node) not in memo:
        args = tuple(elementary(a, memo) for a in node.args)
        row = ATOMS.get(node.op)
        if row is None or row.definition is None:
            memo[id(node)] = Node(node.op, args, node.leaf, node.span)
        else:
            names = [f"u{i}" for i in range(len(args))] if row.variadic else list(row.params)
            text = row.definition if isinstance(row.definition, str) else row.definition(names)
            filled = elementary(parse(text))
            values = dict(zip(names, args, strict=True))
            memo[id(node)] = substitute(filled, lambda n: values.get(str(n.leaf)) if n.op == NAME else None)
    return memo[id(node)]


def difference(u: Node, v: Node) -> Node:
    """Return u - v in elementary operations."""
    return Node("add", (u, Node("mul", (number(-1), v))))


def failing(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield (part, u) for every part of an elementary tree that can fail, and what must vanish for that."""
    for part in node.distinct():
        if part.op in COMPARISONS:
            yield part, difference(*part.args)
        elif part.op == "div":
            yield part, part.args[1]
        elif part.op == "log":
            yield part, part.args[0]
        elif part.op == "asin":
            yield part, difference(part.args[0], number(1))
            yield part, difference(part.args[0], number(-1))
        elif part.op == "floor":
            yield part, difference(part.args[0], part)
        elif part.op == "pow" and not _natural(part.args[1]):
            yield part, part.args[0]


def _natural(exponent: Node) -> bool:
    leaf = exponent.leaf
    return exponent.op == NUMBER and getattr(leaf, "denominator", 0) == 1 and leaf >= 0  # type: ignore[operator]
