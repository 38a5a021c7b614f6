"""`diffcheck check`: the verdict on one expression."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from diffcheck.cli.asking import answer_to
from diffcheck.cli.endings import BAD_INPUT, FAILED, OK, exit_status
from diffcheck.cli.options import (
    Expression,
    Latex,
    Let,
    Size,
    Timeout,
    Where,
    Wrt,
    as_class,
    as_definitions,
    as_one_of,
)
from diffcheck.cli.streams import text_of, wants_color, width_of
from diffcheck.deadline import LIMIT
from diffcheck.errors import BadOption
from diffcheck.verdict import D1

__all__ = ["check"]


def check(
    expression: Expression,
    wrt: Wrt = None,
    where: Where = "",
    let: Let = None,
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="terminal, json, latex, sarif or github.")
    ] = "terminal",
    json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    emit: Annotated[str, typer.Option(metavar="latex", help="Short for --format latex.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the verdict alone.")] = False,
    require: Annotated[
        str, typer.Option(metavar="CLASS", help="Exit 0 if at least this: Cinf, C<k>, D1, C0, discontinuous.")
    ] = "D1",
    explain_proof: Annotated[
        bool, typer.Option("--explain-proof", help="Print the steps the verdict rests on.")
    ] = False,
    nodes: Annotated[
        bool, typer.Option("--nodes", help="Show what back-propagation sees, node by node.")
    ] = False,
    why: Annotated[bool, typer.Option("--why", help="Say what the findings mean for training.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever the verdict.")] = False,
    size: Size = None,
    timeout: Timeout = LIMIT,
    latex: Latex = False,
) -> int:
    """Check one expression."""
    from diffcheck.report import FORMATS, renderer
    from diffcheck.workers import Question

    required = as_class(require)
    chosen = "json" if json else as_one_of("--format", format, FORMATS)
    if emit and emit != "latex":
        said = "a report is written as latex; for code of the loss write `diffcheck emit EXPR --to LANGUAGE`"
        raise BadOption(f"--emit: no `{emit[:40]}`", help=said)
    chosen = emit or chosen
    text = text_of(expression)
    certify = explain_proof or chosen == "json"
    names = None if wrt is None else tuple(wrt)
    lets = as_definitions(let or [])
    question = Question(text, names, where, lets, certify, size=size, nodes=nodes, why=why, latex=latex)
    answer = answer_to(question, timeout, as_data=chosen != "terminal")
    if quiet and chosen == "terminal":
        print(answer.verdict)
    else:
        text = renderer(chosen)(answer, width=width_of(sys.stdout), color=wants_color(sys.stdout))
        print(text, end="\n" if text else "")
    if nodes and chosen == "terminal" and not quiet:
        from diffcheck.report.nodes import table

        print("\n" + table(answer, width=width_of(sys.stdout), color=wants_color(sys.stdout)))
    if explain_proof and chosen == "terminal":
        from diffcheck.report.proof import proof

        print("\n" + proof(answer, width_of(sys.stdout)))
    status = exit_status(answer, required)
    if chosen == "terminal" and status == FAILED and required > D1:
        # The verdict alone would not explain the exit status.
        found = answer.verdict if answer.smoothness is None else f"class {answer.smoothness}"
        print(f"required: class {required}, found: {found}", file=sys.stderr)
    return OK if exit_zero and status != BAD_INPUT else status
