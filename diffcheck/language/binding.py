"""Which reduction binds which index.

`sum(e)` binds every free index of e, `sum(e, i)` i alone, `dot(a, b)` those that both have.  A list whose parts carry
an index is one vector for each of its values where a reduction around can run over it: sum(norm([x[i], u[i]])) is a
sum of norms.  Where none can, the list's own reduction does: norm([x[i], u[i]]) is one norm of all parts.
A reduction in a definition binds the indices that its line shows, not those of the arguments of a call (`scoped`).
Read in order: `Binding.free`, `Binding.over`, then `Binding.settled`, `scoped`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator
from fractions import Fraction

from diffcheck.errors import SyntaxProblem
from diffcheck.language.layers import LAYERS
from diffcheck.language.reductions import AXES, LETTERS, REDUCTIONS, VECTORS, index_of, index_text
from diffcheck.language.tree import NAME, NUMBER, Node, Span, name, substitute

__all__ = ["COMPARED", "PARTS", "Binding", "compares_indices", "letter_and_number", "scoped"]

COMPARED: dict[str, Callable[[int, int], bool]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne,
}  # fmt: skip

# Marks a reduction of a list that leaves every index to the reductions around it.
PARTS = "parts"


def compares_indices(node: Node, letters: Collection[str]) -> bool:
    """Say whether a node compares indices with each other or with numbers, as `i != j` and `i < 2` do."""
    if node.op not in COMPARED or not all(_is_place(a) for a in node.args):
        return False
    return any(letter_and_number(a)[0] in letters for a in node.args)


def _is_place(node: Node) -> bool:
    """Whether a node is what may stand in a subscript: a letter, a number from 0 on, or a letter and a number."""
    if node.op in ("add", "sub"):
        return node.args[0].op == NAME and _is_place(node.args[0]) and _is_whole(node.args[1])
    return (node.op == NAME and node.leaf in {*LETTERS}) or _is_whole(node)


def _is_whole(node: Node) -> bool:
    return (
        node.op == NUMBER
        and isinstance(node.leaf, Fraction)
        and node.leaf >= 0
        and node.leaf.denominator == 1
    )


def letter_and_number(index: Node) -> tuple[str, int]:
    """Return letter and number of a subscript."""
    return index_of(index_text(index))


class Binding:
    """The free indices of the parts of an expression, and which reduction runs over them; ``text``: for errors."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._free: dict[int, tuple[str, ...]] = {}
        self._kept: list[Node] = []

    def free(self, node: Node) -> tuple[str, ...]:
        """Return the letters of the indices that nothing inside binds, in the order of the text."""
        if id(node) not in self._free:
            self._free[id(node)] = tuple(dict.fromkeys(self._free_in(node)))
            self._kept.append(node)  # An id is unique only while its object lives.
        return self._free[id(node)]

    def _free_in(self, node: Node) -> Iterator[str]:
        if node.op == "item":
            base = node.args[0]
            yield from (i for i in self.free(base) if i != self.axis(base))
            yield from (letter for letter, _ in map(letter_and_number, node.args[1:]) if letter)
        elif self.reduces(node):
            bound = self.over(node)
            yield from (i for a in self.operands(node) for i in self.free(a) if i not in bound)
        else:
            yield from (i for a in self.operands(node) for i in self.free(a))

    def operands(self, node: Node) -> tuple[Node, ...]:
        """Return the arguments without the letters or the order that stand behind them."""
        if node.op == "item":
            return () if node.args[0].op == NAME else node.args[:1]
        if node.op in LAYERS:
            return node.args[:1]
        if node.op in REDUCTIONS and (node.op in VECTORS or self.reduces(node)):
            return node.args[: REDUCTIONS[node.op].arity]
        return node.args

    def reduces(self, node: Node) -> bool:
        """Say whether a node makes one number of many."""
        if node.op not in REDUCTIONS or node.op in AXES:
            return False
        if node.op in VECTORS or len(node.args) < 2 or node.leaf in ("ord", PARTS):
            return True
        first, *rest = node.args
        if all(r.op == NAME and r.leaf in self.free(first) for r in rest):
            return True
        many = bool(self.free(first)) or self.is_list(first)
        return node.op == "norm" and len(rest) == 1 and rest[0].op == NUMBER and many

    def over(self, node: Node) -> tuple[str, ...]:
        """Return the letters that a reduction binds."""
        if node.leaf == PARTS:
            return ()
        operands = node.args[: REDUCTIONS[node.op].arity]
        found = [self.free(a) for a in operands]
        everything = tuple(dict.fromkeys(i for letters in found for i in letters))
        named = _named(node)
        for letter in named:
            if letter.leaf not in everything:
                help_ = (
                    f"its free indices are {', '.join(everything)}" if everything else "write it as in `y[i]`"
                )
                raise self.problem(f"no index `{letter.leaf}` is free here", letter.span, help_)
        if named:
            return tuple(str(n.leaf) for n in named)
        if len(found) == 2 and all(found):
            shared = tuple(i for i in found[0] if i in found[1])
            if not shared:
                raise self.problem(
                    "the two vectors have no index in common", node.span, "write `dot(a[i], b[i])`"
                )
            return shared
        return everything

    def axis(self, node: Node) -> str:
        """Return the index that softmax runs over: named, or the last one; "" for a list and all other nodes."""
        if node.op not in AXES:
            return ""
        named = [str(a.leaf) for a in node.args[1:]]
        letters = () if self.is_list(node.args[0]) else self.free(node.args[0])
        return named[0] if named else letters[-1] if letters else ""

    def is_list(self, node: Node) -> bool:
        """Say whether a part is a list of numbers."""
        if node.op == "vector":
            return True
        if node.op == "item" or self.reduces(node):
            return False
        if node.op == "linear":
            return node.args[1].leaf != 1
        return any(self.is_list(a) for a in self.operands(node))

    def settled(self, node: Node, outer: frozenset[str] | None = frozenset()) -> Node:
        """Return a tree whose reductions of lists say which indices they leave to those around them.

        outer: the letters that reductions around it run over; None where one of them takes any.
        """
        count = len(self.operands(node))
        named = frozenset(str(a.leaf) for a in _named(node))
        inside = outer
        if self.reduces(node) or node.op in AXES:
            inside = outer | named if named and outer is not None else None
        args = (*(self.settled(a, inside) for a in node.args[:count]), *node.args[count:])
        if any(a is not b for a, b in zip(args, node.args, strict=True)):
            node = Node(node.op, args, node.leaf, node.span)
        if not self.reduces(node) or named or not any(map(self.is_list, self.operands(node))):
            return node
        own = self.over(node)
        kept = [i for i in own if outer is not None and i not in outer]
        if len(kept) == len(own):
            return node
        letters = (name(i, node.span) for i in kept)
        return Node(node.op, (*node.args, *letters), node.leaf if kept else PARTS, node.span)

    def problem(self, message: str, span: Span, help_: str) -> SyntaxProblem:
        """Return the error for a place in the text."""
        return SyntaxProblem(message, span=span, help=help_, text=self.text)


def _named(node: Node) -> list[Node]:
    """Return the letters that stand behind the operands of a reduction."""
    row = REDUCTIONS.get(node.op)
    rest = node.args[row.arity :] if row is not None else ()
    return [a for a in rest if a.op == NAME and a.leaf not in ("inf", "oo")]


# --- definitions


def scoped(tree: Node, taken: Collection[str], text: str) -> Node:
    """Return a tree whose reductions name the indices that they bind, none of which is taken.

    What is put in for a name x then keeps its own indices: sum(w[j]*x) runs over j alone, also where x is f[i] or f[j].
    """
    binding = Binding(text)
    used = {str(n.leaf) for n in tree.distinct() if n.op == NAME} | {*taken}
    spare = [letter for letter in LETTERS if letter not in used]

    def named(node: Node) -> Node:
        node = _naming(node, binding)
        for letter in _bound(node):
            if letter in taken:
                if not spare:
                    raise binding.problem("there are more indices than letters", node.span, f"use {LETTERS}")
                node = _with_letter(node, letter, spare.pop(0))
        return node

    return substitute(tree, named)


def _naming(node: Node, binding: Binding) -> Node:
    """Return a reduction, or what keeps one number for each part, with the letters that it binds behind it."""
    if _bound(node):
        return node
    letters = binding.over(node) if binding.reduces(node) else filter(None, [binding.axis(node)])
    behind = [name(letter, node.span) for letter in letters]
    return Node(node.op, (*node.args, *behind), node.leaf, node.span) if behind else node


def _bound(node: Node) -> list[str]:
    """Return the letters that stand behind the operands."""
    behind = node.args[1:] if node.op in AXES else _named(node)
    return [str(a.leaf) for a in behind if a.op == NAME]


def _with_letter(node: Node, old: str, new: str, *, inside: bool = False) -> Node:
    """Return a node with another letter for an index; inside: in a subscript, or a comparison of indices."""
    if inside and node.op == NAME:
        return name(new, node.span) if node.leaf == old else node
    places = inside or compares_indices(node, [old])
    first = 1 if node.op == "item" else REDUCTIONS[node.op].arity if node.op in REDUCTIONS else len(node.args)
    args = tuple(_with_letter(a, old, new, inside=places or n >= first) for n, a in enumerate(node.args))
    return Node(node.op, args, node.leaf, node.span)
