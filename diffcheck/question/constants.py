"""Constants that have a value by an equation among the conditions: a*abs(x) where a == 2*b is 2*b*abs(x)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from diffcheck.language.tree import NAME, Node, substitute

__all__ = ["with_values"]


def with_values(tree: Node, conditions: Sequence[Node], variables: frozenset[str]) -> tuple[Node, list[Node]]:
    """Return a tree and the other conditions with what names are said to be in their place, but for variables."""
    for condition in (c for c in conditions if c.op == "eq"):
        for one, other in (condition.args, condition.args[::-1]):
            is_constant = one.op == NAME and one.leaf not in (*variables, *other.names())
            if is_constant and variables.isdisjoint(other.names()):
                value = partial(_value_of, {str(one.leaf): other})
                tree, *left = (
                    substitute(t, value) for t in (tree, *(c for c in conditions if c != condition))
                )
                return with_values(tree, left, variables)
    return tree, list(conditions)


def _value_of(values: Mapping[str, Node], node: Node) -> Node | None:
    value = values.get(str(node.leaf)) if node.op == NAME else None
    return None if value is None else replace(value, span=node.span)
