"""`diffcheck smooth`: what to use instead, for a purpose."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from diffcheck.cli.asking import answer_to
from diffcheck.cli.endings import OK, exit_status
from diffcheck.cli.options import Expression, Latex, Size, Timeout, as_definitions, as_one_of, as_positive
from diffcheck.cli.streams import text_of, wants_color, width_of
from diffcheck.deadline import LIMIT

__all__ = ["smooth"]


def smooth(
    expression: Expression,
    error: Annotated[str, typer.Option(metavar="E", help="Off by at most this, such as 1e-3.")] = "",
    lipschitz: Annotated[
        str, typer.Option(metavar="L", help="Lipschitz constant of the gradient at most this.")
    ] = "",
    purpose: Annotated[
        str, typer.Option("--for", metavar="METHOD", help="sgd, lbfgs, newton, xgboost or pinn.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Show those that others beat, too.")] = False,
    emit: Annotated[
        str, typer.Option(metavar="LANGUAGE", help="Print the best as code: numpy, torch, jax, ... or latex.")
    ] = "",
    wrt: Annotated[list[str] | None, typer.Option(metavar="NAMES", help="As for check.")] = None,
    where: Annotated[str, typer.Option(metavar="COND", help="As for check.")] = "",
    let: Annotated[list[str] | None, typer.Option(metavar="NAME=EXPR", help="As for check.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The report with these surrogates, as JSON.")] = False,
    size: Size = None,
    timeout: Timeout = LIMIT,
    latex: Latex = False,
) -> int:
    """Choose a smooth function to use instead, for a purpose; exit 1 when there is none."""
    from dataclasses import replace

    from diffcheck.emit import LANGUAGES
    from diffcheck.emit import emit as write
    from diffcheck.question.separable import asked
    from diffcheck.question.unknown import spelt, unspelt
    from diffcheck.question.variables import make_problem
    from diffcheck.report.smooth import offer
    from diffcheck.suggest.smooth import PURPOSES, Wish, choose
    from diffcheck.workers import Question

    language = as_one_of("--emit", emit, LANGUAGES) if emit else ""
    wish = Wish(
        as_positive("--error", error),
        as_positive("--lipschitz", lipschitz),
        as_one_of("--for", purpose, PURPOSES) if purpose else None,
        everything,
    )
    text = text_of(expression)
    names = None if wrt is None else tuple(wrt)
    definitions = as_definitions(let or [])
    question = Question(text, names, where, definitions, False, wish.smoothness, size, latex=latex)
    answer = answer_to(question, timeout, as_data=json)
    choice = choose(unspelt(answer).surrogates, wish)
    if emit and choice.shown:
        problem = asked(make_problem(text, wrt, where, definitions, size=size, latex=latex), answer)
        print(write(problem, language, choice.shown[0]), end="")
        return OK
    choice = spelt(choice, answer.values)
    if json:
        from diffcheck.report.json import render

        print(render(replace(answer, surrogates=choice.shown)))
    else:
        print(offer(answer, wish, choice, width=width_of(sys.stdout), color=wants_color(sys.stdout)))
    return OK if choice.shown else exit_status(answer, wish.smoothness)
