"""Expand every function by its definition until only elementary operations are left.

The definitions are texts in the table of atoms.  Each is parsed and expanded once, to a template over the
names of its parameters; a call is then one simultaneous replacement, so nothing is captured and a shared
argument stays one object.  Nothing is folded or cancelled: `0*log(x)` keeps its obligation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.atoms import ATOMS
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node, Span

__all__ = ["fill", "lower", "parameters", "to_sympy"]


def lower(node: Node) -> Node:
    """Return ``node`` in elementary operations only.

    These are arithmetic, powers, exp, log, sin, cos, asin, atan, erf, floor, comparisons, logic and
    `where`, over numbers, names and pi.

    Expanded parts carry the span of the call they come from, arguments their own.  The result shares what the
    definitions repeat, so it is a DAG: walk it with a memo on `id`.
    """
    return _lower(node, {})


def _lower(node: Node, memo: dict[int, Node]) -> Node:
    done = memo.get(id(node))
    if done is None:
        args = tuple(_lower(a, memo) for a in node.args)
        done = memo[id(node)] = _expand(node, args)
    return done


def _expand(node: Node, args: tuple[Node, ...]) -> Node:
    """Return the operation of ``node`` on lowered arguments."""
    if node.op in ATOMS and ATOMS[node.op].definition is not None:
        names = parameters(node.op, len(args))
        return fill(_template(node.op, len(args)), dict(zip(names, args, strict=True)), node.span)
    if all(a is b for a, b in zip(args, node.args, strict=True)):
        return node
    return Node(node.op, args, node.leaf, node.span)


def parameters(op: str, count: int) -> tuple[str, ...]:
    """Return the parameter names of a row; made up for rows that take any number of arguments."""
    row = ATOMS[op]
    return tuple(f"u{i}" for i in range(count)) if row.variadic else row.params


@lru_cache(maxsize=512)
def _template(op: str, count: int) -> Node:
    """Return the lowered definition of a row over its parameters' names."""
    definition = ATOMS[op].definition
    assert definition is not None
    text = definition if isinstance(definition, str) else definition(parameters(op, count))
    return lower(parse(text))


def fill(template: Node, values: Mapping[str, Node], span: Span) -> Node:
    """Replace all parameters of a template at once; every other part gets ``span``."""
    return _fill(template, values, span, {})


def _fill(template: Node, values: Mapping[str, Node], span: Span, memo: dict[int, Node]) -> Node:
    done = memo.get(id(template))
    if done is None:
        if template.op == NAME:
            done = values[str(template.leaf)]
        else:
            args = tuple(_fill(a, values, span, memo) for a in template.args)
            done = Node(template.op, args, template.leaf, span)
        memo[id(template)] = done
    return done


def to_sympy(node: Node) -> sp.Expr:
    """Return the SymPy expression a tree stands for, lowered or not; for display, not for decisions.

    SymPy cancels and reorders while it builds, so domain obligations are lost: `x/x` is 1.
    """
    return _to_sympy(node, {})


def _to_sympy(node: Node, memo: dict[int, Any]) -> Any:
    if id(node) in memo:
        return memo[id(node)]
    if node.op == NUMBER:
        value = node.leaf
        done = sp.Rational(value.numerator, value.denominator)  # type: ignore[union-attr]
    elif node.op == NAME:
        done = symbol(str(node.leaf))
    else:
        done = _apply(node.op, [_to_sympy(a, memo) for a in node.args])
    memo[id(node)] = done
    return done


def _apply(op: str, args: Sequence[Any]) -> Any:
    return ATOMS[op].sympy(*args)
