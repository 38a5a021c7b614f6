"""`diffcheck race`: who minimises the loss first."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from diffcheck.cli.asking import answer_to, with_text
from diffcheck.cli.endings import OK, UNDETERMINED
from diffcheck.cli.options import (
    Expression,
    Latex,
    Let,
    Timeout,
    Where,
    Wrt,
    as_definitions,
    as_limit,
    as_one_of,
    as_positive,
)
from diffcheck.cli.streams import is_plain, text_of, wants_color, width_of
from diffcheck.errors import BadOption, InputError, Undetermined

__all__ = ["race"]


def race(
    expression: Expression,
    wrt: Wrt = None,
    where: Where = "",
    let: Let = None,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Value of a constant, start of a variable; repeatable."),
    ] = None,
    data: Annotated[
        str, typer.Option(metavar="KIND", help="regression or classification; else guessed.")
    ] = "",
    dim: Annotated[int, typer.Option(metavar="D", min=1, max=200, help="Inputs of the linear model.")] = 5,
    samples: Annotated[int, typer.Option(metavar="N", min=2, max=10_000, help="Samples of the data.")] = 100,
    runs: Annotated[int, typer.Option(metavar="R", min=1, max=100, help="Runs on new data.")] = 5,
    budget: Annotated[
        int, typer.Option(metavar="B", min=10, max=100_000, help="Evaluations for each contestant.")
    ] = 2000,
    target: Annotated[
        str, typer.Option(metavar="LOSS", help="The loss to reach; else set by the best.")
    ] = "",
    error: Annotated[str, typer.Option(metavar="E", help="The surrogate is off by at most this.")] = "",
    mu: Annotated[str, typer.Option(metavar="M", help="Parameter of the surrogate, else 0.1.")] = "",
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Seed of all that is random.")
    ] = 0,
    times: Annotated[bool, typer.Option("--times", help="Show seconds of processor time, here.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object, with the curves.")] = False,
    latex: Latex = False,
    timeout: Timeout = 120.0,
) -> int:
    """Minimise the loss with and without gradients, and on its surrogate: who gets there first."""
    import time

    from diffcheck.question.unknown import spelt, unspelt
    from diffcheck.question.variables import make_problem
    from diffcheck.race.options import as_number, as_values
    from diffcheck.race.result import Rules, race, smoothed
    from diffcheck.race.table import render, render_json
    from diffcheck.race.task import DATA_KINDS, Options, plan, read_again, with_linear_models
    from diffcheck.workers import Question

    limit = as_limit(timeout)
    until = time.monotonic() + limit
    bound, value = as_positive("--error", error), as_positive("--mu", mu)
    if bound is not None and value is not None:
        raise BadOption("--error and --mu both set the surrogate's parameter", help="give one of them")
    rules = Rules(budget, runs, as_number("--target", target) if target else None)
    kind = as_one_of("--data", data, DATA_KINDS) if data else None
    options = Options(kind, dim, samples, seed, as_values(at or []))
    text = text_of(expression)
    definitions = as_definitions(let or [])
    try:
        problem = read_again(make_problem(text, wrt, where, definitions, latex=latex))
        task = plan(problem, options)
        # Without a verdict there is no surrogate, and the others can still race.
        typed = None if wrt is None else tuple(wrt)
        names = typed if problem.values else problem.wrt
        question = Question(text, names, where, definitions, False, latex=latex)
        answer = unspelt(with_linear_models(answer_to(question, limit / 2, as_data=False), problem))
        result = race(answer, task, rules, smoothed(answer, bound, value), until)
    except InputError as error_:
        raise with_text(error_, text) from None
    except Undetermined as reason:
        print(f"undetermined: {reason}", file=sys.stderr)
        return UNDETERMINED
    result = spelt(result, answer.values)
    if json:
        print(render_json(result))
    else:
        plain = is_plain(sys.stdout)
        print(
            render(
                result, width=width_of(sys.stdout), color=wants_color(sys.stdout), plain=plain, times=times
            )
        )
    return OK
