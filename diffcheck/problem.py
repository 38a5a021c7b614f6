"""One question: an expression, the variables it is differentiated in, the constants, the constraints."""

from __future__ import annotations

from dataclasses import dataclass

from diffcheck.tree import Node

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A parsed question.

    text: the expression as typed; spans in ``tree`` point into it.
    wrt, constants: every name of ``tree`` and ``where`` is in exactly one of them.
    where: conditions (comparisons, `and`, `or`, `not`) that all hold on the domain; where_text: as typed.
    guessed: whether ``wrt`` was inferred by the naming conventions.
    notes: sentences for the report about how the text was read.
    """

    text: str
    tree: Node
    wrt: tuple[str, ...]
    constants: tuple[str, ...]
    where: tuple[Node, ...] = ()
    where_text: str = ""
    guessed: bool = False
    notes: tuple[str, ...] = ()
