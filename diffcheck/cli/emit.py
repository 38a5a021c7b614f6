"""`diffcheck emit`: the expression as code."""

from __future__ import annotations

from typing import Annotated

import typer

from diffcheck.cli.asking import with_text
from diffcheck.cli.endings import OK
from diffcheck.cli.options import Expression, Latex, Let, Size, as_definitions, as_one_of
from diffcheck.cli.streams import text_of
from diffcheck.errors import InputError

__all__ = ["emit"]


def emit(
    expression: Expression,
    to: Annotated[
        str,
        typer.Option(metavar="LANGUAGE", help="numpy, torch, jax, tensorflow, sympy or latex."),
    ],
    wrt: Annotated[
        list[str] | None, typer.Option(metavar="NAMES", help="Variables: the first arguments; else guessed.")
    ] = None,
    let: Let = None,
    size: Size = None,
    latex: Latex = False,
) -> int:
    """Print the expression as a function that one can paste; nothing is checked or smoothed."""
    from diffcheck.emit import LANGUAGES, emit
    from diffcheck.question.variables import make_problem

    language = as_one_of("--to", to, LANGUAGES)
    text = text_of(expression)
    try:
        problem = make_problem(text, wrt, "", as_definitions(let or []), size=size, latex=latex)
        print(emit(problem, language), end="")
    except InputError as error:
        raise with_text(error, text) from None
    return OK
