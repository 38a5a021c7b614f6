"""Where a finding is: the text of its place read again, as equations, conditions and integers.

"x = pi*k and y != 0 for integer k" is an equation, a condition and an integer.  The text is the report's own, in the
expression language, so nothing is known here that a reader of the report does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from diffcheck.errors import InputError
from diffcheck.language.parse import parse_conditions
from diffcheck.language.tree import NAME, Node
from diffcheck.verdict import Finding

__all__ = ["Equation", "Place", "place_of"]

# A report writes an equation as people do; the language compares with two signs.
EQUATION = re.compile(r"(?<![<>=!])=(?!=)")

Equation = tuple[Node, Node]


@dataclass(frozen=True, slots=True)
class Place:
    """The locus of a finding: all equations hold, and all conditions, for some integers."""

    equations: tuple[Equation, ...]
    conditions: tuple[Node, ...]
    integers: tuple[str, ...]

    def formula(self, name: str) -> Node | None:
        """Return what the place says ``name`` equals, if an equation says so without the name itself."""
        for left, right in self.equations:
            if left.op == NAME and left.leaf == name and name not in right.names():
                return right
        return None

    def names(self) -> tuple[str, ...]:
        """Return the names in the equations, each once, integers left out."""
        found = (n for equation in self.equations for side in equation for n in side.names())
        return tuple(dict.fromkeys(n for n in found if n not in self.integers))


def place_of(finding: Finding) -> Place | None:
    """Return the place that ``finding.at`` names; None for "everywhere" and what cannot be read."""
    text, _, letters = finding.at.partition(" for integer ")
    try:
        parts = [
            part for condition in parse_conditions(EQUATION.sub("==", text)) for part in _conjuncts(condition)
        ]
    except InputError:
        return None
    equations = tuple((p.args[0], p.args[1]) for p in parts if p.op == "eq")
    if not equations:
        return None
    conditions = tuple(p for p in parts if p.op != "eq")
    integers = tuple(letter.strip() for letter in letters.split(",") if letter.strip())
    return Place(equations, conditions, integers)


def _conjuncts(node: Node) -> Iterator[Node]:
    if node.op == "and":
        for arg in node.args:
            yield from _conjuncts(arg)
    else:
        yield node
