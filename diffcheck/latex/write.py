"""A tree to the text of the expression language, with the columns that each part of it came from.

Signs and brackets are those of `unparse`, which keeps no places; subscripts, lists, calls and the indices of sums
are written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from diffcheck.atoms import ATOMS
from diffcheck.language.tree import NAME, NUMBER, Node, Span
from diffcheck.language.unparse import ATOM, BINARY, PREFIXED, number_text
from diffcheck.latex.printed import REDUCTIONS

__all__ = ["Place", "write"]


# Calls whose leaf names the indices they run over.
WITH_INDEX = REDUCTIONS | {"norm", "dot"}


@dataclass(frozen=True, slots=True)
class Place:
    """The columns of one part in the text, and those of what it came from."""

    start: int
    stop: int
    source: Span


def write(tree: Node) -> tuple[str, tuple[Place, ...]]:
    """Return the text of a tree and the places of its parts.

    >>> from diffcheck.language.tree import name
    >>> write(Node("mul", (name("a", (0, 2)), name("b", (3, 5))), None, (0, 5)))[1][2]
    Place(start=2, stop=3, source=(3, 5))
    """
    written = _Writer()
    written.part(tree, 0)
    places = sorted(written.places, key=lambda p: (p.start, p.stop))
    return "".join(written.pieces), tuple(places)


class _Writer:
    """The text so far, and the places of the parts that are finished."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.places: list[Place] = []
        self.free: dict[int, frozenset[str]] = {}

    def say(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def part(self, node: Node, least: int) -> None:
        """Write a part, in brackets if it binds more loosely than its place asks."""
        level = _level(node)
        if level < least:
            self.say("(")
        start = self.length
        self.inside(node)
        self.places.append(Place(start, self.length, node.span))
        if level < least:
            self.say(")")

    def inside(self, node: Node) -> None:
        if node.op == NUMBER and isinstance(node.leaf, Fraction):
            self.say(number_text(node.leaf)[0])
        elif node.op == NAME:
            self.say(str(node.leaf))
        elif node.op in BINARY:
            sign, _, left, right = BINARY[node.op]
            self.part(node.args[0], left)
            self.say(sign)
            self.part(node.args[1], right)
        elif node.op in PREFIXED:
            sign, _, inner = PREFIXED[node.op]
            self.say(sign)
            # A minus before a number would be read as part of it.
            bare = node.op == "neg" and node.args[0].op == NUMBER
            self.part(node.args[0], ATOM + 1 if bare else inner)
        elif node.op == "item":
            self.part(node.args[0], ATOM)
            self.listed("[", node.args[1:], "]")
        elif node.op == "vector":
            self.listed("[", node.args, "]")
        elif node.op in ATOMS and ATOMS[node.op].syntax == "constant":
            self.say(node.op)
        else:
            self.called(node)

    def called(self, node: Node) -> None:
        """Write a call; a sum names its indices where more than those are free in its terms."""
        indices = (
            str(node.leaf).split(", ") if node.op in WITH_INDEX and node.leaf not in (None, "", "ord") else []
        )
        free = frozenset[str]().union(*map(self.letters, node.args))
        named = indices and not free <= {*indices}
        ordered = node.op == "norm" and len(node.args) == 2 and node.leaf == "ord"
        self.listed(
            f"{node.leaf if node.op == 'apply' else node.op}(", node.args[: -1 if ordered else None], ""
        )
        if ordered:
            self.say(", ord=")
            self.part(node.args[1], 0)
        self.say(f", {', '.join(indices)})" if named else ")")

    def listed(self, opening: str, parts: tuple[Node, ...], closing: str) -> None:
        self.say(opening)
        for i, part in enumerate(parts):
            if i:
                self.say(", ")
            self.part(part, 0)
        self.say(closing)

    def letters(self, node: Node) -> frozenset[str]:
        """Return the indices that are free in a part."""
        if id(node) not in self.free:
            found = frozenset[str]().union(*map(self.letters, node.args))
            if node.op == "item":
                found |= {n for index in node.args[1:] for n in index.names()}
            elif node.op in WITH_INDEX and node.leaf not in (None, "", "ord"):
                found -= {*str(node.leaf).split(", ")}
            self.free[id(node)] = found
        return self.free[id(node)]


def _level(node: Node) -> int:
    """Return how tightly the top operation of a part binds."""
    if node.op == NUMBER and isinstance(node.leaf, Fraction):
        return number_text(node.leaf)[1]
    if node.op in BINARY:
        return BINARY[node.op][1]
    return PREFIXED[node.op][1] if node.op in PREFIXED else ATOM
