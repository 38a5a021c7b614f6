"""Constants that have a value by an equation among the conditions: a*abs(x) where a == 2*b is 2*b*abs(x).

An equation that is linear in a constant gives its value, too, where its coefficient is a number, or a product of
constants that the other conditions keep from zero: b**2 == 4*a*c where a > 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

import sympy as sp

from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol, tree_of
from diffcheck.language.tree import NAME, NUMBER, Node, substitute

__all__ = ["with_values"]

TOTAL = frozenset(
    {NAME, NUMBER, "pi", "add", "sub", "neg", "mul", "exp", "sin", "cos", "abs", "max", "min", "square"}
)

# Comparisons with their sides exchanged.
SWAPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "ne": "ne"}
# For which numbers c a name that is < c, ... is not 0.
NOT_ZERO: Mapping[str, Callable[[Fraction], bool]] = {
    "lt": lambda c: c <= 0, "le": lambda c: c < 0, "gt": lambda c: c >= 0, "ge": lambda c: c > 0,
    "ne": lambda c: c == 0,
}  # fmt: skip


def with_values(tree: Node, conditions: Sequence[Node], variables: frozenset[str]) -> tuple[Node, list[Node]]:
    """Return the tree and the remaining conditions, each constant that an equation gives replaced by its value.

    Values are taken that exist for all constants: a == log(b) says something of b as well, and is left.
    """
    for condition in (c for c in conditions if c.op == "eq"):
        others = [c for c in conditions if c != condition]
        for name, other in _values(condition, others):
            if name not in variables and variables.isdisjoint(other.names()):
                tree, *left = (substitute(t, partial(_value_of, {name: other})) for t in (tree, *others))
                return with_values(tree, left, variables)
    return tree, list(conditions)


def _values(equation: Node, others: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    """Yield names with the values that an equation gives them, for all values of the names in these."""
    if not all(_is_total(part) for side in equation.args for part in side.distinct()):
        return
    for one, other in (equation.args, equation.args[::-1]):
        if one.op == NAME and one.leaf not in other.names():
            yield str(one.leaf), other
    difference = to_sympy(equation.args[0]) - to_sympy(equation.args[1])
    for name in equation.names():
        slope = sp.factor(sp.diff(difference, symbol(name)))
        if symbol(name) not in slope.free_symbols and _is_kept_from_zero(slope, others):
            yield name, tree_of(sp.expand(-difference.subs(symbol(name), 0) / slope))


def _is_kept_from_zero(slope: sp.Expr, conditions: Sequence[Node]) -> bool:
    """Whether a coefficient is a product of numbers and of names that conditions keep from zero."""
    numbers, names = sp.sift(sp.Mul.make_args(slope), lambda u: u.is_Number, binary=True)
    kept = {side.leaf for c in conditions for side in _kept_from_zero(c)}
    return sp.S.Zero not in numbers and all(
        base.is_Symbol and base.name in kept and exponent.is_Integer and exponent > 0
        for base, exponent in (u.as_base_exp() for u in names)
    )


def _kept_from_zero(condition: Node) -> Iterator[Node]:
    """Yield the name that a condition compares with a number and so keeps from zero."""
    if condition.op not in SWAPPED:
        return
    left, right = condition.args
    for one, other, op in ((left, right, condition.op), (right, left, SWAPPED[condition.op])):
        if one.op == NAME and isinstance(other.leaf, Fraction) and NOT_ZERO[op](other.leaf):
            yield one


def _is_total(node: Node) -> bool:
    """Whether an operation has a value wherever its arguments have one."""
    if node.op == "div":
        return node.args[1].op == NUMBER and node.args[1].leaf != 0
    return node.op in TOTAL or (node.op == "pow" and node.args[1].is_natural)


def _value_of(values: Mapping[str, Node], node: Node) -> Node | None:
    value = values.get(str(node.leaf)) if node.op == NAME else None
    return None if value is None else replace(value, span=node.span)
