"""Constants that have a value by an equation among the conditions: a*abs(x) where a == 2*b is 2*b*abs(x).

An equation that is linear in a constant gives its value, too, where its coefficient is plainly not zero, perhaps by
other conditions on constants alone: b**2 == 4*a*c where a > 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import sympy as sp

from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol, tree_of
from diffcheck.algebra.signs import Signs, signs
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.relations import WRITTEN
from diffcheck.language.tree import NAME, NUMBER, Node, substitute

__all__ = ["with_values"]

TOTAL = frozenset(
    {NAME, NUMBER, "pi", "add", "sub", "neg", "mul", "exp", "sin", "cos", "abs", "max", "min", "square"}
)


def with_values(tree: Node, conditions: Sequence[Node], variables: frozenset[str]) -> tuple[Node, list[Node]]:
    """Return the tree and the remaining conditions, each constant that an equation gives replaced by its value.

    Values are taken that exist for all constants: a == log(b) says something of b as well, and is left.
    """
    conditions = [c for c in conditions if c.op != "eq" or c.args[0] != c.args[1]]
    for condition in (c for c in conditions if c.op == "eq"):
        others = [c for c in conditions if c != condition]
        for name, other in _values(condition, others):
            if name not in variables and variables.isdisjoint(other.names()):
                tree, *left = (substitute(t, partial(_value_of, {name: other})) for t in (tree, *others))
                return with_values(tree, left, variables)
    return tree, list(conditions)


def _values(equation: Node, others: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    """Yield names with the values that an equation gives them, which exist whatever the other names are."""
    if not all(_is_total(part) for side in equation.args for part in side.distinct()):
        return
    for one, other in (equation.args, equation.args[::-1]):
        if one.op == NAME and one.leaf not in other.names():
            yield str(one.leaf), other
    difference, kept = _difference(equation), _kept_from_zero(others)
    for name in equation.names():
        slope = sp.factor(sp.diff(difference, symbol(name)))
        if symbol(name) not in slope.free_symbols and 0 not in signs(slope, kept):
            yield name, tree_of(sp.expand(-difference.subs(symbol(name), 0) / slope))


def _kept_from_zero(conditions: Sequence[Node]) -> dict[sp.Expr, Signs]:
    """Return the names that are not zero by a condition in one of them alone, a > 0."""
    kept = set[sp.Expr]()
    for c in conditions:
        if c.op in WRITTEN and len(c.names()) == 1:
            own = symbol(c.names()[0])
            if holds(Constraint(_difference(c), WRITTEN[c.op]), {own: sp.S.Zero}) is False:
                kept.add(own)
    return dict.fromkeys(kept, frozenset({-1, 1}))


def _difference(comparison: Node) -> sp.Expr:
    left, right = map(to_sympy, comparison.args)
    return left - right


def _is_total(node: Node) -> bool:
    """Whether an operation has a value wherever its arguments have one."""
    if node.op == "div":
        return node.args[1].op == NUMBER and node.args[1].leaf != 0
    return node.op in TOTAL or (node.op == "pow" and node.args[1].is_natural)


def _value_of(values: Mapping[str, Node], node: Node) -> Node | None:
    value = values.get(str(node.leaf)) if node.op == NAME else None
    return None if value is None else replace(value, span=node.span)
