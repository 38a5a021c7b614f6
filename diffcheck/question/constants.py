"""Constants that have a value by an equation among the conditions: a*abs(x) where a == 2*b is 2*b*abs(x)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from diffcheck.language.tree import NAME, NUMBER, Node, substitute

__all__ = ["with_values"]

TOTAL = frozenset(
    {NAME, NUMBER, "pi", "add", "sub", "neg", "mul", "exp", "sin", "cos", "abs", "max", "min", "square"}
)


def with_values(tree: Node, conditions: Sequence[Node], variables: frozenset[str]) -> tuple[Node, list[Node]]:
    """Return the tree and the remaining conditions, each constant that an equation gives replaced by its value.

    Values are taken that exist for all constants: a == log(b) says something of b as well, and is left.
    """
    for condition in (c for c in conditions if c.op == "eq"):
        for one, other in (condition.args, condition.args[::-1]):
            is_constant = one.op == NAME and one.leaf not in (*variables, *other.names())
            if is_constant and variables.isdisjoint(other.names()) and all(map(_is_total, other.distinct())):
                value = partial(_value_of, {str(one.leaf): other})
                tree, *left = (
                    substitute(t, value) for t in (tree, *(c for c in conditions if c != condition))
                )
                return with_values(tree, left, variables)
    return tree, list(conditions)


def _is_total(node: Node) -> bool:
    """Whether an operation has a value wherever its arguments have one."""
    if node.op == "div":
        return node.args[1].op == NUMBER and node.args[1].leaf != 0
    return node.op in TOTAL or (node.op == "pow" and node.args[1].is_natural)


def _value_of(values: Mapping[str, Node], node: Node) -> Node | None:
    value = values.get(str(node.leaf)) if node.op == NAME else None
    return None if value is None else replace(value, span=node.span)
