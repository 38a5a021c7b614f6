"""Expansion: only elementary operations are left, the value stays, spans and sharing are kept."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import sympy as sp

from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.algebra.printer import symbol
from diffcheck.atoms import ATOMS
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node

CALLED = [row.name for row in ATOMS.values() if row.syntax == "call" and row.name != "where"]


def value(node: Node, point: dict[str, float]) -> Any:
    """Return the value at a point, choices evaluated as Python does."""
    if node.op == "number":
        return mpmath.mpf(node.leaf.numerator) / node.leaf.denominator  # type: ignore[union-attr]
    if node.op == "name":
        return mpmath.mpf(point[str(node.leaf)])
    if node.op == "where":
        return value(node.args[1] if value(node.args[0], point) else node.args[2], point)
    return ATOMS[node.op].mpmath(*(value(a, point) for a in node.args))


def call(op: str) -> str:
    """Return a call of a row, of three arguments if it takes any number."""
    return f"{op}({', '.join('xyz'[: len(ATOMS[op].params) or 3])})"


@pytest.mark.parametrize("op", CALLED)
def test_only_elementary_rows_are_left(op: str) -> None:
    """Every node of a lowered tree is a leaf or a row without a definition."""
    tree = lower(parse(f"1 - {call(op)}"))
    assert all(n.op in ("number", "name") or ATOMS[n.op].definition is None for n in tree.walk())


@pytest.mark.parametrize("op", CALLED)
@pytest.mark.parametrize("point", [(0.3, 0.7, 0.9), (-0.6, 0.2, 0.5), (2.5, -1.5, 1.0), (0.0, 0.5, 0.0)])
def test_the_definition_has_the_value_of_the_row(op: str, point: tuple[float, ...]) -> None:
    """A row and its expansion agree wherever both are real."""
    tree = parse(call(op))
    at = dict(zip("xyz", point, strict=True))
    try:
        direct, expanded = value(tree, at), value(lower(tree), at)
    except (ValueError, ZeroDivisionError):
        return
    if isinstance(direct, mpmath.mpf) and isinstance(expanded, mpmath.mpf):
        assert direct == expanded or mpmath.almosteq(direct, expanded, 1e-12, 1e-12)


def test_arguments_keep_their_columns_and_identity() -> None:
    """Expanded parts carry the span of the call; an argument used twice is one object."""
    tree = parse("1 + abs(x*y)")
    choice = lower(tree).args[1]
    condition, below, above = choice.args
    assert choice.span == condition.span == above.span == (4, 12)
    assert below.span == (8, 11)
    assert condition.args[0] is below is above.args[1]


def test_nothing_cancels() -> None:
    """Domain obligations survive: x/x, 0*log(x) and exp(log(x)) stay."""
    for text in ("x/x", "0*log(x)", "exp(log(x))", "x**2/x"):
        assert lower(parse(text)) == parse(text)


def test_parameters_are_not_captured() -> None:
    """A variable named as a parameter of a row is left alone."""
    assert lower(parse("abs(u + v)")) == parse("where(u + v >= 0, u + v, -1*(u + v))")
    assert lower(parse("v - u")) == parse("v + -1*u")


def test_nested_calls_share_instead_of_growing() -> None:
    """Thirty nested absolute values have 3**30 parts as a text and a few hundred as a graph."""
    tree = lower(parse("abs(" * 30 + "x" + "-1)" * 30))
    seen: set[int] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            stack.extend(node.args)
    assert len(seen) < 400


def test_sympy_sees_real_symbols() -> None:
    """Both the tree and its expansion convert; names are real symbols."""
    x, y = symbol("x"), symbol("y")
    assert to_sympy(parse("abs(x - y)")) == sp.Abs(x - y)
    assert to_sympy(lower(parse("sqrt(x**2)"))) == sp.Abs(x)
    assert to_sympy(parse("where(x > 0, x, 0.5)")) == sp.Piecewise((x, x > 0), (sp.Rational(1, 2), True))
