"""`diffcheck plot`: a picture of the function with its findings."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from diffcheck.cli.asking import answer_to, with_text
from diffcheck.cli.endings import OK
from diffcheck.cli.options import Expression, Latex, Let, Size, Timeout, Where, Wrt, as_definitions
from diffcheck.cli.streams import is_plain, text_of, wants_color, width_of, write_file
from diffcheck.deadline import LIMIT
from diffcheck.errors import InputError

__all__ = ["plot"]


def plot(
    expression: Expression,
    wrt: Wrt = None,
    where: Where = "",
    let: Let = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Draw to FILE.svg, .png or .pdf.")
    ] = None,
    dark: Annotated[bool, typer.Option("--dark/--light", help="Background of the file.")] = False,
    mu: Annotated[str | None, typer.Option(metavar="M", help="Parameter of the surrogates.")] = None,
    at: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Hold a name fixed; repeatable.")
    ] = None,
    range: Annotated[
        list[str] | None, typer.Option(metavar="[NAME=]A:B", help="What to show; repeatable with names.")
    ] = None,
    size: Size = None,
    timeout: Timeout = LIMIT,
    latex: Latex = False,
) -> int:
    """Draw the function, its derivative and what to use instead: here, or to a file with -o."""
    from diffcheck.plot.figure import COLUMNS, draw, require_matplotlib
    from diffcheck.plot.options import file_ending, wishes
    from diffcheck.plot.scene import MODELS, compose
    from diffcheck.plot.terminal import columns, render
    from diffcheck.question.indices import taken_apart
    from diffcheck.question.separable import asked
    from diffcheck.question.unknown import spelt, unspelt
    from diffcheck.question.variables import make_problem
    from diffcheck.workers import Question

    if output is not None:
        ending = file_ending(output)
        require_matplotlib()
    text = text_of(expression)
    definitions = as_definitions(let or [])
    try:
        problem = make_problem(text, wrt, where, definitions, size=size, latex=latex)
        question = Question(
            text,
            None if wrt is None else tuple(wrt),
            where,
            definitions,
            certify=False,
            size=size,
            latex=latex,
        )
        answer = taken_apart(answer_to(question, timeout, as_data=False))
        problem = asked(problem, answer)
        wished = wishes(problem, at or [], range or [], mu)
    except InputError as error:
        raise with_text(error, text) from None
    here = output is None
    width = width_of(sys.stdout)
    across, models = (columns(width), 0) if here else (COLUMNS, MODELS)
    scene = spelt(compose(problem, unspelt(answer), wished, across, models=models), answer.values)
    if output is None:
        print(render(scene, width=width, color=wants_color(sys.stdout), plain=is_plain(sys.stdout)))
    else:
        write_file(output, draw(scene, ending, dark=dark))
    return OK
