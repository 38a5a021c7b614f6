"""Activations written out by the branches they are made of, so that their corners have the surrogates of these."""

from __future__ import annotations

from functools import lru_cache

from diffcheck.algebra.lower import fill, parameters
from diffcheck.atoms import ATOMS
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, substitute
from diffcheck.suggest.shape import KNOWN

__all__ = ["written_out"]

_BRANCHES = frozenset({"where", "max", "min", "relu", "clip", "abs"})


def written_out(tree: Node) -> Node:
    """Return a tree in which hardtanh(u, -1, 1) is min(max(u, -1), 1), and so on for what has branches.

    >>> from diffcheck.language.unparse import unparse
    >>> unparse(written_out(parse("1 - leaky_relu(x)")))
    '1 - where(x > 0, x, 0.01*x)'
    """
    return substitute(tree, lambda n: _branches(n) if n.op in ATOMS and n.op not in KNOWN else None)


def _branches(node: Node) -> Node | None:
    definition = _definition(node.op)
    if definition is None:
        return None
    return fill(definition, dict(zip(parameters(node.op, len(node.args)), node.args, strict=True)), node.span)


@lru_cache(maxsize=128)
def _definition(op: str) -> Node | None:
    """Return the definition of a row that has branches, those inside written out too."""
    text = ATOMS[op].definition
    definition = written_out(parse(text)) if isinstance(text, str) else None
    if definition is None or not any(n.op in _BRANCHES for n in definition.walk()):
        return None
    return definition
