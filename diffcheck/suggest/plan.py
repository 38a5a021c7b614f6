"""One way to smooth an expression: which parts are replaced, each by which row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, Node, name, number, substitute
from diffcheck.suggest.polynomial import ONE, Poly, as_number, from_poly, scale
from diffcheck.suggest.shape import Shape
from diffcheck.suggest.smoothings import SMOOTHINGS, Smoothing

__all__ = ["Plan", "Replacement", "filled", "put", "rows_for", "whole_rows"]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A part's shape and the row that stands in for its target."""

    shape: Shape
    row: Smoothing


@dataclass(frozen=True, slots=True)
class Plan:
    """All replacements of one suggestion; equal parts are replaced alike.

    parameter: the name that stands for mu.  variables: the names differentiated in.
    """

    parts: Mapping[Node, Replacement]
    parameter: str
    variables: frozenset[str]

    def touches(self, node: Node) -> bool:
        """Whether ``node`` holds a replaced part."""
        return any(part in self.parts for part in node.walk())

    def constant(self, node: Node) -> bool:
        """Whether ``node`` holds no variable."""
        return not any(n.op == NAME and n.leaf in self.variables for n in node.walk())

    def rebuilt(self, node: Node) -> Node:
        """Return ``node`` with every part of the plan replaced, inner parts too."""
        found = self.parts.get(node)
        if found is None and self._guarded(node):
            return self.rebuilt(node.args[2])
        if found is None:
            args = tuple(self.rebuilt(a) for a in node.args)
            return Node(node.op, args, node.leaf, node.span)
        shape, row = found.shape, found.row
        values = {key: self.rebuilt(value) for key, value in shape.bindings.items()}
        new = filled(row.text(len(values)), self.parameter, values)
        return _with_offset(_times(shape.factor, new), shape.offset and self.rebuilt(shape.offset))

    def outlined(self, node: Node) -> Node:
        """Return ``node`` rebuilt; parts that are never negative as absolute values, those that stay between two ends
        clipped to them: equal, and enough for its bounds.
        """
        found = self.parts.get(node)
        if found is None:
            return Node(node.op, tuple(self.outlined(a) for a in node.args), node.leaf)
        shape, row = found.shape, found.row
        values = {key: self.rebuilt(value) for key, value in shape.bindings.items()}
        new = filled(row.text(len(values)), self.parameter, values)
        if row.positive:
            new = Node("abs", (new,))
        if row.between:
            new = Node("clip", (new, *(filled(end, self.parameter, values) for end in row.between)))
        return _with_offset(_times(shape.factor, new), shape.offset and self.outlined(shape.offset))

    def _guarded(self, node: Node) -> bool:
        """Whether ``node`` keeps a quotient from a point where the regularised one is defined."""
        if node.op != "where" or node.args[2] not in self.parts:
            return False
        points = all(part.op in ("eq", "and", "number", "name", "neg") for part in node.args[0].walk())
        return points and self.parts[node.args[2]].shape.target == "quotient"


def _times(factor: Poly, node: Node) -> Node:
    value = as_number(factor)
    if factor == ONE:
        return node
    if value == -1:
        return Node("neg", (node,))
    if len(factor) == 1 and min(factor.values()) < 0:
        return Node("neg", (_times(scale(factor, -1), node),))
    return Node("mul", (from_poly(factor), node))


def _with_offset(node: Node, offset: Node | None) -> Node:
    if offset is None:
        return node
    if node.op == "neg":
        return Node("sub", (offset, node.args[0]))
    return Node("add", (offset, node))


@lru_cache(maxsize=512)
def _parsed(text: str) -> Node:
    return parse(text)


def filled(text: str, parameter: str, values: Mapping[str, Node]) -> Node:
    """Parse a row's text and put ``values`` for its parameters and the parameter's name for mu."""
    return put(_parsed(text), parameter, values)


def put(node: Node, parameter: str, values: Mapping[str, Node]) -> Node:
    """Put ``values`` for the parameters of a row and the parameter's name for mu."""
    known = {"n": number(len(values)), **values, "mu": name(parameter)}

    def replace(part: Node) -> Node | None:
        return known.get(str(part.leaf)) if part.op == NAME else None

    nothing = Node("div", (number(0), name(parameter)))
    return substitute(substitute(node, replace), lambda part: number(0) if part == nothing else None)


@cache
def rows_for(target: str) -> tuple[Smoothing, ...]:
    """Return the rows of a target, best first."""
    return tuple(row for row in SMOOTHINGS if row.target == target and not row.whole)


@cache
def whole_rows(target: str) -> tuple[Smoothing, ...]:
    """Return the losses that people use in place of a loss that is the target."""
    return tuple(row for row in SMOOTHINGS if row.target == target and row.whole)
