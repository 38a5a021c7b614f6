"""A sum over samples taken apart: one term of it, and what stands beside it.

E = rest + c*sum(t) becomes t with its factor, and the rest; sums of sums with one set of indices are one sum.
Dividing by the number of terms makes a mean of a sum: for one term nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from diffcheck.language.tree import NAME, Node, number
from diffcheck.language.vectors import Expander

__all__ = ["Split", "Sum", "split"]


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum: its indices; "sum", "mean", or "mean/n" where it is divided by the count once more, and so on."""

    over: tuple[str, ...]
    scale: str


@dataclass(frozen=True, slots=True)
class Split:
    """A sum of sums: one term of each with what stands beside them, the terms alone, the rest alone.

    divided: how many times the rest is divided by the number of terms.
    """

    whole: Node | None
    term: Node | None
    rest: Node | None
    sums: tuple[Sum, ...] = ()
    divided: int = 0

    @property
    def over(self) -> set[str]:
        """The indices of all sums."""
        return {i for s in self.sums for i in s.over}

    def mapped(self, change: Callable[[Node], Node]) -> Split:
        """Return the same with every part changed alike."""
        whole, term, rest = (None if p is None else change(p) for p in (self.whole, self.term, self.rest))
        return Split(whole, term, rest, self.sums, self.divided)

    def averaged(self) -> Split:
        """Return the same, divided by the number of terms: for one term nothing changes."""
        sums = tuple(replace(s, scale="mean" if s.scale == "sum" else f"{s.scale}/n") for s in self.sums)
        return replace(self, sums=sums, divided=self.divided + (self.rest is not None))


# The indices of a sum; None for any.
Over = frozenset[str] | None


def split(expander: Expander, node: Node, over: Over = None) -> Split | None:
    """Return the parts of a sum of sums over certain indices; None for what is none.

    Sums over other indices stand beside, as the penalty sum(w[j]**2) beside sum(t(w, x[i])).
    """
    if not _holds_sum(expander, node, over):
        return Split(node, None, node)
    if _is_sum(expander, node, over):
        inner = _inner(expander, node)
        scale = "mean" if node.op == "mean" else "sum"
        return Split(inner, inner, None, (Sum(_bound_by(expander, node), scale),))
    if node.op in ("sum", "mean") and expander.reduces(node) and not expander.over(node):
        return split(expander, node.args[0], over)  # The one inside has reduced everything.
    if node.op not in ("add", "sub", "neg", "mul", "div"):
        return None
    parts = [split(expander, a, over) for a in node.args]
    if any(p is None for p in parts):
        return None
    return _joined(expander, node, [p for p in parts if p is not None])


def _joined(expander: Expander, node: Node, parts: Sequence[Split]) -> Split | None:
    """Return the parts of an operation on sums of sums."""
    if node.op == "neg":
        return parts[0].mapped(lambda p: Node("neg", (p,), None, node.span))
    left, right = parts
    if node.op in ("add", "sub"):
        if left.rest is not None and right.rest is not None and left.divided != right.divided:
            return None  # abs(w)/n - abs(w) vanishes for one term alone
        whole, term = _added(node, left.whole, right.whole), _added(node, left.term, right.term)
        divided = max(left.divided, right.divided)
        return Split(whole, term, _added(node, left.rest, right.rest), (*left.sums, *right.sums), divided)
    if (left.sums and right.sums) or (node.op == "div" and right.sums):
        return None
    first, second = node.args
    if node.op == "div":
        below = _without_count(expander, second)
        if below is None:
            return _scaled(left, node, "div", second)
        return (left if below.leaf == 1 else _scaled(left, node, "div", below)).averaged()
    if left.sums:
        return _scaled(left, node, "mul", second)
    below = _without_count(expander, first.args[1]) if first.op == "div" else None
    if below is None:
        return right.mapped(lambda p: Node("mul", (first, p), None, node.span))
    factor = first.args[0] if below.leaf == 1 else Node("div", (first.args[0], below), None, first.span)
    times = right if factor.leaf == 1 else right.mapped(lambda p: Node("mul", (factor, p), None, node.span))
    return times.averaged()


def _scaled(parts: Split, node: Node, op: str, factor: Node) -> Split:
    return parts.mapped(lambda p: Node(op, (p, factor), None, node.span))


def _added(node: Node, a: Node | None, b: Node | None) -> Node | None:
    if a is not None and b is not None:
        return Node(node.op, (a, b), None, node.span)
    return Node("neg", (b,), None, b.span) if b is not None and node.op == "sub" else a or b


def _without_count(expander: Expander, divisor: Node) -> Node | None:
    """Return what is left of a divisor without the number of terms: 1 of n, 2 of 2*n; None if it is none."""
    if divisor.op == NAME and divisor.leaf in expander.counts:
        return number(1, divisor.span)
    if divisor.op == "mul":
        counts = [a for a in divisor.args if a.op == NAME and a.leaf in expander.counts]
        others = [a for a in divisor.args if a not in counts]
        return others[0] if len(others) == 1 else None
    return None


def _holds_sum(expander: Expander, node: Node, over: Over) -> bool:
    return any(_is_sum(expander, n, over) for n in node.distinct())


def _is_sum(expander: Expander, node: Node, over: Over = None) -> bool:
    """Whether a node is a sum or a mean over indices of named vectors."""
    if not expander.reduces(node) or not (node.op in ("sum", "mean", "dot") or _is_sum_of_sizes(node)):
        return False
    named = bool(expander.over(node)) and not expander.lengths
    return named and (over is None or frozenset(_bound_by(expander, node)) == over)


def _inner(expander: Expander, node: Node) -> Node:
    """Return one term of a sum; a sum directly inside it is taken with it."""
    if node.op == "dot":
        return Node("mul", node.args[:2], None, node.span)
    inside = node.args[0]
    if node.op == "norm":
        return Node("abs", (inside,), None, node.span)
    return _inner(expander, inside) if _is_nested(expander, node) else inside


def _is_sum_of_sizes(node: Node) -> bool:
    return node.op == "norm" and len(node.args) == 2 and node.args[1].leaf == 1


def _is_nested(expander: Expander, node: Node) -> bool:
    inside = node.args[0]
    return inside.op == node.op and _is_sum(expander, inside)


def _bound_by(expander: Expander, node: Node) -> tuple[str, ...]:
    inner = _bound_by(expander, node.args[0]) if node.op != "dot" and _is_nested(expander, node) else ()
    return (*expander.over(node), *inner)
