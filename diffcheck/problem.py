"""One question: an expression, the variables it is differentiated in, the constants, the constraints."""

from __future__ import annotations

from dataclasses import dataclass

from diffcheck.language.tree import Node

__all__ = ["Problem", "Samples", "Value"]


@dataclass(frozen=True, slots=True)
class Value:
    """A name that stands for the value of an unknown function.

    name: in the question.  text: as people write it, "F(x)".  call: the call, names for the values in its arguments.
    moves: whether its arguments hold what is differentiated in.
    """

    name: str
    text: str
    call: Node
    moves: bool = False


@dataclass(frozen=True, slots=True)
class Samples:
    """A sum over samples, of which a problem asks about one term.

    over: its indices.  term, rest: the tree is a term plus what stands beside the sum, None for nothing.
    reduction: "sum" or "mean" if that makes the whole expression of the tree, else "".
    written: the same question with all terms, for a given number of them.
    """

    over: tuple[str, ...]
    term: Node
    rest: Node | None
    reduction: str
    written: Problem


@dataclass(frozen=True, slots=True)
class Problem:
    """A parsed question.

    text: the expression as typed; spans in ``tree`` point into it.
    wrt, constants: every name of ``tree`` and ``where`` is in exactly one of them.
    where: conditions (comparisons, `and`, `or`, `not`) that all hold on the domain; where_text: as typed.
    guessed: whether ``wrt`` was inferred by the naming conventions.
    notes: sentences for the report about how the text was read.
    values: what names of the question stand for values of unknown functions, those inside others first.
    through: what is differentiated in when that is not ``wrt`` itself, such as "the parameters of F".
    outline: the same question with names for the values of the functions that `let` defines with parameters of
        their own, differentiated in these values; None when there is no such function.
    size: how many values every index takes where vectors were written out, else None.
    samples: for one term of a sum over samples, what else there is to it.
    core: the same without terms that are analytic for every number of samples, where one term of the rest may answer.
    """

    text: str
    tree: Node
    wrt: tuple[str, ...]
    constants: tuple[str, ...]
    where: tuple[Node, ...] = ()
    where_text: str = ""
    guessed: bool = False
    notes: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    through: str = ""
    outline: Problem | None = None
    size: int | None = None
    samples: Samples | None = None
    core: Problem | None = None
