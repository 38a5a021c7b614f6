r"""Formulas as papers print them: LaTeX in, the text of the expression language out.

1. `tokens.py`: macros take their arguments, accents and fonts become parts of names.
2. `context.py`: bars, signs, and letters before brackets; clauses split at equals signs.
3. `formula.py`, `grammar.lark`: tokens to a tree of what is printed, LALR(1), linear time.
4. `names.py`, `meaning.py`, `product.py`: that tree to one of the expression language; notes say how it was read.
5. `write.py`: its text, with the columns of the LaTeX that each part came from.

Nothing is evaluated.  Raises InputError alone, with a place in the LaTeX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lark import Token

from diffcheck.errors import InputError, SyntaxProblem
from diffcheck.language.limits import check_size
from diffcheck.language.tree import Node, Span
from diffcheck.latex.context import Clause, called, clauses, dressed, paired, span_of
from diffcheck.latex.formula import formula
from diffcheck.latex.meaning import meaning
from diffcheck.latex.names import Definition
from diffcheck.latex.printed import listed, plain_name, unwrapped
from diffcheck.latex.raw import problem
from diffcheck.latex.tokens import tokenize
from diffcheck.latex.write import Place, write

__all__ = ["Reading", "read"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A formula that was read.

    expression: its text in the expression language.  spans: (start, stop) there with the columns in the LaTeX, the
    smallest parts last.  notes: how it was read, one sentence each, "read as: ..." first.
    """

    latex: str
    expression: str
    spans: tuple[Place, ...]
    notes: tuple[str, ...]

    def place(self, span: Span) -> Span:
        """Return the columns in the LaTeX of the smallest part that has the columns ``span`` of the expression."""
        around = [p for p in self.spans if p.start <= span[0] and span[1] <= p.stop]
        if not around:
            return (0, len(self.latex))
        return min(around, key=lambda p: p.stop - p.start).source

    @contextmanager
    def pointing(self) -> Iterator[None]:
        """Make an InputError about the expression point into the LaTeX."""
        try:
            yield
        except InputError as error:
            if error.text in (None, self.expression):
                error.text = self.latex
                error.span = None if error.span is None else self.place(error.span)
            raise


def read(text: str) -> Reading:
    r"""Return what a formula in LaTeX says in the expression language.

    >>> read(r"\frac{1}{n}\sum_{i=1}^{n} |y_i - F(x_i)|").expression
    'mean(abs(y[i] - F(x[i])))'

    Raises InputError for what cannot be read, with the place in ``text`` and what to write instead.
    """
    try:
        return _read(text)
    except RecursionError:
        raise SyntaxProblem(
            "the formula is nested too deeply",
            span=(0, len(text)),
            help="split it into smaller ones",
            text=text,
        ) from None


def _read(text: str) -> Reading:
    notes: list[str] = []
    tokens = paired(called(dressed(tokenize(text)), notes), text)
    found = clauses(tokens)
    if not found:
        raise problem("the formula is empty", (0, len(text)), "write a formula such as `|y - f|`", text)
    main, *others = found
    definitions = _definitions(others, text, notes)
    tree = _main(main, definitions, text, notes)
    value = meaning(tree, definitions, text, notes)
    check_size(value, text)
    expression, spans = write(value)
    return Reading(text, expression, spans, (f"read as: {expression}", *notes))


def _main(clause: Clause, definitions: dict[str, Definition], text: str, notes: list[str]) -> Node:
    r"""Return the formula that is asked about: right of the first equals sign, and left of the next.

    Of L = \{l_1, ..., l_N\}, l_n = ... it is the definition of l: the loss of one sample.
    """
    sides = [side for side in clause if side]
    for side in sides[1:]:
        name = _list_of_terms(side)
        if name in definitions:
            notes.append(f"the loss of one sample: {name}")
            return definitions.pop(name).body
    if len(sides) == 1:
        return _formula(sides[0], text)
    if len(sides) > 2 and _is_name(sides[1]):
        sides = sides[1:]
    left = text[slice(span_of(sides[0][0])[0], span_of(sides[0][-1])[1])].strip()
    notes.append(f"left of = stands its name: {' '.join(left.split())}")
    if len(sides) > 2:
        notes.append("of several equal forms the first is read")
    return _formula(sides[1], text)


def _is_name(side: Sequence[Token]) -> bool:
    """Whether a side is a name alone, as the L of \\ell(x, y) = L = ..."""
    return len(side) == 1 and side[0].type == "NAME"


def _list_of_terms(side: Sequence[Token]) -> str:
    r"""Return the l of \{l_1, \dots, l_N\}, "" for anything else."""
    dots = any(part.type == "DOTS" for part in side)
    names = [part.value for part in side if part.type == "NAME"]
    return str(names[0]) if dots and names and side[0].type == "LPAR" else ""


def _definitions(found: Sequence[Clause], text: str, notes: list[str]) -> dict[str, Definition]:
    """Return what the clauses behind the first one define; a note on each that defines nothing."""
    known: dict[str, Definition] = {}
    for clause in found:
        sides = [side for side in clause if side]
        start, stop = span_of(sides[0][0])[0], span_of(sides[-1][-1])[1]
        if re.search(r"\d,$", text[:start]) and text[start].isdigit():
            raise SyntaxProblem(
                "a comma inside a number",
                span=(start - 1, start),
                help="write 1000 for a thousand, 1.5 for one and a half; a blank behind it ends the formula",
                text=text,
            )
        named = (
            plain_name(listed(_formula(sides[0], text))[0])
            if len(sides) > 1 and sides[0][0].type == "NAME"
            else None
        )
        if named is None:
            notes.append(f"left out: {' '.join(text[start:stop].split())}")
            continue
        body = unwrapped(_formula(sides[1], text))
        known[named[0]] = Definition(named[1], body)
    return known


def _formula(side: Sequence[Token], text: str) -> Node:
    return formula(side, span_of(side[-1])[1], text)
