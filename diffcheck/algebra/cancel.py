"""Differences that are zero because both terms are the same expression once the branches are chosen.

On one side of a wall exp(x) - clip(exp(x), 2, 3) is exp(x) - exp(x).  No number of terms of its germ shows that this is
zero; the tree does, or an identity: sin(x)**2 + cos(x)**2 - 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import to_sympy
from diffcheck.language.tree import NUMBER, Node

__all__ = ["cancels"]

# Parts of a tree beyond which an identity takes seconds to decide.
MAX_PARTS = 40
BRANCHES = frozenset({"where", "floor"})


def cancels(node: Node, choices: Mapping[Node, object]) -> bool:
    """Whether a lowered sum is zero, term by term or by an identity.

    choices: the branch of each `where` decided so far.
    """
    total: dict[Node, Fraction] = {}
    memo: dict[Node, Node] = {}
    _add(total, node, Fraction(1), choices, memo)
    return not any(total.values()) or _is_identity(_taken(node, choices, memo))


def _is_identity(node: Node) -> bool:
    """Whether a tree without branches is zero wherever it is defined."""
    parts = list(node.distinct())
    if len(parts) > MAX_PARTS or any(p.op in BRANCHES for p in parts):
        return False
    return is_zero(to_sympy(node)) is Decision.YES


def _add(
    total: dict[Node, Fraction],
    node: Node,
    factor: Fraction,
    choices: Mapping[Node, object],
    memo: dict[Node, Node],
) -> None:
    """Add ``factor*node`` to a linear combination of trees; a number is a multiple of the tree 1."""
    node = _taken(node, choices, memo)
    if node.op == "add":
        for term in node.args:
            _add(total, term, factor, choices, memo)
        return
    if node.op == "mul":
        for number, other in (node.args, node.args[::-1]):
            if isinstance(number.leaf, Fraction):
                _add(total, other, factor * number.leaf, choices, memo)
                return
    if isinstance(node.leaf, Fraction):
        factor, node = factor * node.leaf, _ONE
    total[node] = total.get(node, Fraction(0)) + factor


_ONE = Node(NUMBER, (), Fraction(1))


def _taken(node: Node, choices: Mapping[Node, object], memo: dict[Node, Node]) -> Node:
    """Return the tree with every decided `where` replaced by its branch."""
    done = memo.get(node)
    if done is None:
        if node.op == "where" and node in choices:
            done = _taken(node.args[1] if choices[node] is True else node.args[2], choices, memo)
        else:
            args = tuple(_taken(a, choices, memo) for a in node.args)
            done = node if args == node.args else Node(node.op, args, node.leaf, node.span)
        memo[node] = done
    return done
