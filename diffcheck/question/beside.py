"""What stands beside the parts of a sum that can fail: terms that are analytic for every number of samples.

Sums, products, means, scalar products and softmax of entire functions have a value and all derivatives everywhere,
however many parts they have.  So the other terms alone decide the class of the sum, for every size.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce

from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.language.vectors import COUNTS

__all__ = ["without_analytic"]

ANALYTIC = {
    NAME, NUMBER, "pi", "E", "item", "vector", "add", "sub", "mul", "neg", "exp", "sin", "cos", "sinh", "cosh", "tanh",
    "atan", "erf", "sigmoid", "softplus", "log_sigmoid", "square", "sum", "mean", "prod", "dot", "logsumexp", "softmax",
    "log_softmax",
}  # fmt: skip


def without_analytic(tree: Node) -> Node | None:
    """Return the terms of a sum that are not known to be analytic for every size; None if there is nothing to take out.

    >>> from diffcheck.language.parse import parse
    >>> without_analytic(parse("sum((y[i] - f[i])**2) + abs(w)")) == parse("abs(w)")
    True
    """
    terms = list(_terms(tree, True))
    kept = [(plus, t) for plus, t in terms if not _is_analytic(t)]
    if len(kept) == len(terms) or not kept:
        return None
    (plus, first), *rest = kept
    start = first if plus else Node("neg", (first,), None, first.span)
    return reduce(
        lambda left, pair: Node("add" if pair[0] else "sub", (left, pair[1]), None, tree.span), rest, start
    )


def _terms(tree: Node, plus: bool) -> Iterator[tuple[bool, Node]]:
    if tree.op in ("add", "sub"):
        yield from _terms(tree.args[0], plus)
        yield from _terms(tree.args[1], plus ^ (tree.op == "sub"))
    elif tree.op == "neg":
        yield from _terms(tree.args[0], not plus)
    else:
        yield plus, tree


def _is_analytic(tree: Node) -> bool:
    if tree.op == "pow":
        power = tree.args[1].leaf
        natural = isinstance(power, Fraction) and power.denominator == 1 and power >= 0
        return natural and _is_analytic(tree.args[0])
    if tree.op == "div":
        return _is_analytic(tree.args[0]) and _is_count(tree.args[1])
    if tree.op == "item":
        return tree.args[0].op == NAME or _is_analytic(tree.args[0])
    return tree.op in ANALYTIC and all(map(_is_analytic, tree.args))


def _is_count(divisor: Node) -> bool:
    """Whether a divisor is a number or the number of terms, perhaps times a number: it is not zero."""
    if divisor.op == "mul":
        return all(map(_is_count, divisor.args))
    return (divisor.op == NUMBER and divisor.leaf != 0) or (divisor.op == NAME and divisor.leaf in COUNTS)
