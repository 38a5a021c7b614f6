"""Signs that are evident from the form of a part, whatever is known of its domain."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from diffcheck.language.tree import NAME, NUMBER, Node

__all__ = ["is_not_negative", "is_positive"]

# Functions whose values are positive for every real argument.
_POSITIVE = frozenset({"exp", "exp2", "cosh", "sigmoid", "softplus", "pi", "E"})


@lru_cache(maxsize=4096)
def is_positive(node: Node, names: frozenset[str]) -> bool:
    """Say whether the value is surely positive, by its form alone; ``names``: those known to be positive."""
    if node.op == NUMBER:
        return Fraction(node.leaf or 0) > 0
    if node.op == NAME:
        return node.leaf in names
    if node.op in _POSITIVE:
        return True
    signs = [is_positive(a, names) for a in node.args]
    if node.op in ("mul", "div"):
        return all(signs)
    if node.op in ("sqrt", "pow", "abs", "square", "cbrt"):
        return signs[0]
    if node.op in ("norm", "hypot"):
        return any(signs)
    return node.op == "add" and any(signs) and all(map(is_not_negative, node.args, (names,) * 2))


@lru_cache(maxsize=4096)
def is_not_negative(node: Node, names: frozenset[str]) -> bool:
    """Say whether the value is surely not negative, by its form alone."""
    if node.op in ("abs", "square", "norm", "hypot", "sqrt", "relu") or is_positive(node, names):
        return True
    if node.op == "pow" and node.args[1].op == NUMBER:
        exponent = Fraction(node.args[1].leaf or 0)
        return exponent.denominator == 1 and exponent % 2 == 0
    return node.op in ("add", "mul", "div") and all(map(is_not_negative, node.args, (names,) * 2))
