"""Signs and zeros put in order, so that a built expression reads as if written by hand.

Only identities that hold wherever either side is defined: no part is ever dropped, except the numbers 0 and 1
and names that cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from diffcheck.language.tree import NAME, NUMBER, Node, number, substitute
from diffcheck.suggest.polynomial import from_poly, to_poly

__all__ = ["tidied"]

_PLAIN = frozenset({NAME, NUMBER, "add", "sub", "neg", "mul"})
_FOLD: dict[str, Callable[[Fraction, Fraction], Fraction | None]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else None,
}


def tidied(node: Node) -> Node:
    """Return an equal expression with fewer signs, zeros and ones."""
    return substitute(node, _tidy)


def _value(node: Node) -> Fraction | None:
    return Fraction(node.leaf or 0) if node.op == NUMBER else None


def _tidy(node: Node) -> Node | None:
    if node.op in _FOLD:
        left, right = (_value(a) for a in node.args)
        if left is not None and right is not None:
            result = _FOLD[node.op](left, right)
            return None if result is None else number(result)
    if node.op == "neg":
        return _negative(node.args[0])
    if node.op == "add":
        return _collected(node) or _sum(*node.args)
    if node.op == "sub":
        return _collected(node) or _difference(*node.args)
    if node.op == "mul":
        return _product(*node.args)
    if node.op == "div" and _value(node.args[1]) == 1:
        return node.args[0]
    if node.op == "pow" and _value(node.args[0]) == 1 and _value(node.args[1]) is not None:
        return number(1)
    even = node.op == "abs" or (node.op == "pow" and node.args[1] == number(2))
    if even and node.args[0].op == "neg":
        return Node(node.op, (node.args[0].args[0], *node.args[1:]))
    return None


def _negative(inner: Node) -> Node | None:
    value = _value(inner)
    if value is not None:
        return number(-value)
    if inner.op == "neg":
        return inner.args[0]
    if inner.op == "add" and (first := _value(_head(inner))) is not None and first < 0:
        # -(-1 - e + x) as e + 1 - x.
        left = _negative(inner.args[0])
        return None if left is None else Node("sub", (tidied(left), inner.args[1]))
    return Node("sub", (inner.args[1], inner.args[0])) if inner.op == "sub" else None


def _head(node: Node) -> Node:
    """Return the first term of a sum as written."""
    while node.op in ("add", "sub"):
        node = node.args[0]
    return node


def _sum(left: Node, right: Node) -> Node | None:
    a, b = _value(left), _value(right)
    if a == 0 or b == 0:
        return right if a == 0 else left
    if right.op == "neg":
        return _difference(left, right.args[0]) or Node("sub", (left, right.args[0]))
    if left.op == "neg":
        return _difference(right, left.args[0]) or Node("sub", (right, left.args[0]))
    if b is not None and b < 0:
        return _difference(left, number(-b)) or Node("sub", (left, number(-b)))
    if a is not None and a < 0:
        return Node("sub", (right, number(-a)))
    return None


def _difference(left: Node, right: Node) -> Node | None:
    a, b = _value(left), _value(right)
    if a == 0 or b == 0:
        return left if b == 0 else _negative(right) or Node("neg", (right,))
    if right.op == "neg":
        return _sum(left, right.args[0]) or Node("add", (left, right.args[0]))
    if b is not None and b < 0:
        return _sum(left, number(-b)) or Node("add", (left, number(-b)))
    if a is not None and right.op == "sub" and (c := _value(right.args[0])) is not None:
        # a - (c - x)
        rest = right.args[1]
        return rest if a == c else Node("add", (rest, number(a - c))) if a > c else None
    return None


def _collected(node: Node) -> Node | None:
    """Return x - 1 - (2 - x) as 2*x - 3: a sum of sums of names and numbers, where that is shorter."""
    inner = any(a.op in ("add", "sub") for a in node.args)
    if not inner or any(part.op not in _PLAIN for part in node.walk()):
        return None
    try:
        short = from_poly(to_poly(node))
    except ValueError:
        return None
    return short if sum(1 for _ in short.walk()) < sum(1 for _ in node.walk()) else None


def _product(left: Node, right: Node) -> Node | None:
    a, b = _value(left), _value(right)
    if a == 1 or b == 1:
        return right if a == 1 else left
    if right.op == "neg":
        return _negative(_product(left, right.args[0]) or Node("mul", (left, right.args[0]))) or Node(
            "neg", (_product(left, right.args[0]) or Node("mul", (left, right.args[0])),)
        )
    if a == -1:
        return _negative(right) or Node("neg", (right,))
    return None
