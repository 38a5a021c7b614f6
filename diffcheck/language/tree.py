"""The expression as written: a tree that keeps what SymPy would erase.

`x/x`, `exp(log(x))` and `0*log(x)` stay what they are, so every domain obligation survives, and every part knows
the columns of the text it came from.  Two nodes are equal when they mean the same, whatever their spans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

__all__ = ["APPLY", "NAME", "NUMBER", "Node", "Place", "Span", "name", "number", "substitute"]

Span = tuple[int, int]

NUMBER = "number"
NAME = "name"
APPLY = "apply"


class Place(tuple[int, int]):
    """The columns of a part that a definition brought in: those of the call or the name it stands for.

    line, inner: the definition as written, "F(x) = w*x + b", and the columns of the part in it.
    """

    line: str
    inner: Span

    def __new__(cls, span: Span, line: str, inner: Span) -> Place:
        """Return the place of what ``line`` has at ``inner``, put in at ``span``."""
        place = super().__new__(cls, span)
        place.line, place.inner = line, inner
        return place

    def __getnewargs__(self) -> tuple[Span, str, Span]:
        """Say how a copy is made."""
        return (self[0], self[1]), self.line, self.inner

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Place):
            return False
        return tuple.__eq__(self, other) and (self.line, self.inner) == (other.line, other.inner)

    def __hash__(self) -> int:
        return hash((self[0], self[1], self.line, self.inner))

    @property
    def source(self) -> str:
        """The part as the definition spells it."""
        return self.line[slice(*self.inner)]


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One part of an expression.

    op: "number", "name", "apply", or the name of a row of the table of atoms ("add", "abs", "lt", "where", ...).
    args: the parts it is built from, in source order; empty for numbers and names.
    leaf: a Fraction for "number", the text of the name for "name", the function's name for "apply" (a call of a
        function that no row has), else None.
    span: half-open column range in the text as typed; does not take part in equality.
    """

    op: str
    args: tuple[Node, ...] = ()
    leaf: Fraction | str | None = None
    span: Span = (0, 0)
    _hash: int = field(init=False, repr=False, default=0)

    def __post_init__(self) -> None:
        # Computed once from the children's stored hashes: hashing a deep tree stays O(1) per node.
        object.__setattr__(self, "_hash", hash((self.op, self.leaf, tuple(a._hash for a in self.args))))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Node) or self._hash != other._hash:
            return False
        # Pairs that are met again are passed: linear in the nodes where parts are shared.
        met: set[tuple[int, int]] = set()
        stack = [(self, other)]
        while stack:
            a, b = stack.pop()
            if a is b:
                continue
            if a._hash != b._hash or a.op != b.op or a.leaf != b.leaf or len(a.args) != len(b.args):
                return False
            pair = (id(a), id(b))
            if a.args and pair not in met:
                met.add(pair)
                stack.extend(zip(a.args, b.args, strict=True))
        return True

    def walk(self) -> Iterator[Node]:
        """Yield this node and every node below it, parents first, in source order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.args))

    def distinct(self, below: Callable[[Node], Iterable[Node]] | None = None) -> Iterator[Node]:
        """Yield every different node once, parents first: linear where parts are shared.

        below: what is visited after a node; its arguments if not given.
        """
        seen: set[Node] = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                yield node
                stack.extend(reversed([*below(node)] if below else node.args))

    @property
    def is_natural(self) -> bool:
        """Whether this is one of the numbers 1, 2, 3, ..."""
        return isinstance(self.leaf, Fraction) and self.leaf.denominator == 1 and self.leaf > 0

    def names(self) -> tuple[str, ...]:
        """Return the names that occur, each once, in the order of the text."""
        return self._leaves(NAME)

    def calls(self) -> tuple[str, ...]:
        """Return the functions without a row that are called, each once, in the order of the text."""
        return self._leaves(APPLY)

    def _leaves(self, op: str) -> tuple[str, ...]:
        """Return what the nodes of one operation hold, each once, in the order of the text."""
        return tuple(dict.fromkeys(str(n.leaf) for n in self.distinct() if n.op == op))


def number(value: Fraction | int, span: Span = (0, 0)) -> Node:
    """Return the leaf for an exact rational number."""
    return Node(NUMBER, (), Fraction(value), span)


def name(text: str, span: Span = (0, 0)) -> Node:
    """Return the leaf for a name."""
    return Node(NAME, (), text, span)


def substitute(node: Node, replace: Callable[[Node], Node | None]) -> Node:
    """Rebuild ``node`` bottom-up; ``replace`` gives a new node for a rebuilt part, or None to keep it.

    What is shared stays shared: linear in the nodes, and not in the occurrences of each.
    """
    done: dict[int, Node] = {}

    def rebuilt(part: Node) -> Node:
        if id(part) not in done:
            args = tuple(map(rebuilt, part.args))
            same = all(a is b for a, b in zip(args, part.args, strict=True))
            kept = part if same else Node(part.op, args, part.leaf, part.span)
            new = replace(kept)
            done[id(part)] = kept if new is None else new
        return done[id(part)]

    return rebuilt(node)
