"""Losses of a size: branches that abs(u) chooses between, written in abs(u) alone.

Penalties such as SCAD, MCP and berHu choose their branch by abs(u) and hold u**2 beside it.  With abs(u)**2 in its
place all of the loss is one function of abs(u), and a smooth abs(u) gives a smooth loss.
"""

from __future__ import annotations

from diffcheck.language.tree import Node, number, substitute

__all__ = ["by_size", "sized"]

TWO = number(2)


def sized(tree: Node) -> Node:
    """Return an equal expression in which every `where` is written by size.

    >>> from diffcheck.language.parse import parse
    >>> from diffcheck.language.unparse import unparse
    >>> unparse(sized(parse("where(abs(u) <= d, abs(u), (u**2 + d**2)/(2*d))")))
    'where(abs(u) <= d, abs(u), (abs(u)**2 + d**2)/(2*d))'
    """
    return substitute(tree, lambda node: by_size(node) if node.op == "where" else None)


def by_size(node: Node) -> Node:
    """Write u**2 as abs(u)**2 where the condition compares abs(u)."""
    sizes = {part.args[0]: part for part in node.args[0].walk() if part.op == "abs"}
    if not sizes:
        return node

    def written(part: Node) -> Node | None:
        base = part.args[0] if part.op in ("square", "pow") else None
        if base not in sizes or (part.op == "pow" and part.args[1] != TWO):
            return None
        return Node(part.op, (sizes[base], *part.args[1:]), span=part.span)

    condition, a, b = node.args
    return Node("where", (condition, substitute(a, written), substitute(b, written)), span=node.span)
