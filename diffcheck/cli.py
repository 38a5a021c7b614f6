"""The command line: parse flags, call one function, print, exit.  The only file that prints, reads or exits.

Exit status: 0 differentiable, or at least what --require asks; 1 not, or it depends on the constants; 2 bad
input or usage; 3 undetermined; 130 interrupted; 141 the reader of the output went away.
A batch exits with the first of 2, 1, 3, 0 that any of its lines would.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from diffcheck.arguments import arranged
from diffcheck.errors import BadOption, InputError, Undetermined
from diffcheck.options import (
    Expression,
    Latex,
    Let,
    Size,
    Timeout,
    Where,
    Wrt,
    as_class,
    as_definitions,
    as_limit,
    as_one_of,
    as_positive,
)
from diffcheck.verdict import D1, Report, Smoothness, Verdict

if TYPE_CHECKING:
    from diffcheck.batch import Reply
    from diffcheck.concepts import Page
    from diffcheck.report.layout import Line
    from diffcheck.workers import Question

__all__ = ["app", "main"]

OK, FAILED, BAD_INPUT, UNDETERMINED, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 130, 141

# The status of a batch: a line that was not answered must not hide behind one that was.
PRECEDENCE = (BAD_INPUT, FAILED, UNDETERMINED, OK)

app = typer.Typer(
    help="Say whether a loss function is differentiable, where not, why, and what to use instead.",
    epilog="`diffcheck EXPR` is short for `diffcheck check EXPR`.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)


def main(words: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    for stream in (sys.stdout, sys.stderr):
        # A locale that cannot show a character of the input must not turn an answer into a traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        app(arranged(list(sys.argv[1:] if words is None else words)), prog_name="diffcheck")
    except InputError as error:
        _complain(error)
        sys.exit(BAD_INPUT)


def _command(body: Callable[..., int]) -> Callable[..., None]:
    """Turn a function that returns the exit status into a command that ends cleanly."""

    @functools.wraps(body)
    def command(*args: Any, **kwargs: Any) -> None:
        try:
            status = body(*args, **kwargs)
            sys.stdout.flush()
        except InputError as error:
            _complain(error)
            status = BAD_INPUT
        except KeyboardInterrupt:
            status = INTERRUPTED
        except BrokenPipeError:
            # The interpreter flushes stdout once more when it exits; let that go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = PIPE_CLOSED
        raise typer.Exit(status)

    return command


def _show_version(wanted: bool) -> None:
    if wanted:
        from diffcheck import __version__

        print(f"diffcheck {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    pass


@app.command("check")
@_command
def _check(
    expression: Expression,
    wrt: Wrt = None,
    where: Where = "",
    let: Let = None,
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="terminal, json or latex.")
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
    timeout: Timeout = 30.0,
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
    text = _text(expression)
    certify = explain_proof or chosen == "json"
    names = None if wrt is None else tuple(wrt)
    lets = as_definitions(let or [])
    question = Question(text, names, where, lets, certify, size=size, nodes=nodes, why=why, latex=latex)
    answer = _answer(question, timeout, as_data=chosen != "terminal")
    if quiet and chosen == "terminal":
        print(answer.verdict)
    else:
        print(renderer(chosen)(answer, width=_width(sys.stdout), color=_color(sys.stdout)))
    if nodes and chosen == "terminal" and not quiet:
        from diffcheck.report.nodes import table

        print("\n" + table(answer, width=_width(sys.stdout), color=_color(sys.stdout)))
    if explain_proof and chosen == "terminal":
        from diffcheck.report.proof import proof

        print("\n" + proof(answer, _width(sys.stdout)))
    status = exit_status(answer, required)
    if chosen == "terminal" and status == FAILED and required > D1:
        # The verdict alone would not explain the exit status.
        found = answer.verdict if answer.smoothness is None else f"class {answer.smoothness}"
        print(f"required: class {required}, found: {found}", file=sys.stderr)
    return OK if exit_zero and status != BAD_INPUT else status


@app.command("plot")
@_command
def _plot(
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
    timeout: Timeout = 30.0,
    latex: Latex = False,
) -> int:
    """Draw the function, its derivative and what to use instead: here, or to a file with -o."""
    from diffcheck.indices import taken_apart
    from diffcheck.plot.figure import COLUMNS, draw, require_matplotlib
    from diffcheck.plot.options import file_ending, wishes
    from diffcheck.plot.scene import MODELS, compose
    from diffcheck.plot.terminal import columns, render
    from diffcheck.separable import asked
    from diffcheck.unknown import spelt, unspelt
    from diffcheck.variables import make_problem
    from diffcheck.workers import Question

    if output is not None:
        ending = file_ending(output)
        require_matplotlib()
    text = _text(expression)
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
        answer = taken_apart(_answer(question, timeout, as_data=False))
        problem = asked(problem, answer)
        wished = wishes(problem, at or [], range or [], mu)
    except InputError as error:
        raise _with_text(error, text) from None
    here = output is None
    width = _width(sys.stdout)
    across, models = (columns(width), 0) if here else (COLUMNS, MODELS)
    scene = spelt(compose(problem, unspelt(answer), wished, across, models=models), answer.values)
    if output is None:
        print(render(scene, width=width, color=_color(sys.stdout), plain=_plain(sys.stdout)))
    else:
        _write(output, draw(scene, ending, dark=dark))
    return OK


@app.command("smooth")
@_command
def _smooth(
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
    timeout: Timeout = 30.0,
    latex: Latex = False,
) -> int:
    """Choose a smooth function to use instead, for a purpose; exit 1 when there is none."""
    from dataclasses import replace

    from diffcheck.emit import LANGUAGES
    from diffcheck.emit import emit as write
    from diffcheck.report.smooth import offer
    from diffcheck.separable import asked
    from diffcheck.smooth import PURPOSES, Wish, choose
    from diffcheck.unknown import spelt, unspelt
    from diffcheck.variables import make_problem
    from diffcheck.workers import Question

    language = as_one_of("--emit", emit, LANGUAGES) if emit else ""
    wish = Wish(
        as_positive("--error", error),
        as_positive("--lipschitz", lipschitz),
        as_one_of("--for", purpose, PURPOSES) if purpose else None,
        everything,
    )
    text = _text(expression)
    names = None if wrt is None else tuple(wrt)
    definitions = as_definitions(let or [])
    question = Question(text, names, where, definitions, False, wish.smoothness, size, latex=latex)
    answer = _answer(question, timeout, as_data=json)
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
        print(offer(answer, wish, choice, width=_width(sys.stdout), color=_color(sys.stdout)))
    return OK if choice.shown else exit_status(answer, wish.smoothness)


@app.command("race")
@_command
def _race(
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

    from diffcheck.race.options import as_number, as_values
    from diffcheck.race.result import Rules, race, smoothed
    from diffcheck.race.table import render, render_json
    from diffcheck.race.task import DATA_KINDS, Options, plan, read_again
    from diffcheck.unknown import spelt, unspelt
    from diffcheck.variables import make_problem
    from diffcheck.workers import Question

    limit = as_limit(timeout)
    until = time.monotonic() + limit
    bound, value = as_positive("--error", error), as_positive("--mu", mu)
    if bound is not None and value is not None:
        raise BadOption("--error and --mu both set the surrogate's parameter", help="give one of them")
    rules = Rules(budget, runs, as_number("--target", target) if target else None)
    kind = as_one_of("--data", data, DATA_KINDS) if data else None
    options = Options(kind, dim, samples, seed, as_values(at or []))
    text = _text(expression)
    definitions = as_definitions(let or [])
    try:
        problem = read_again(make_problem(text, wrt, where, definitions, latex=latex))
        task = plan(problem, options)
        # Without a verdict there is no surrogate, and the others can still race.
        typed = None if wrt is None else tuple(wrt)
        names = typed if problem.values else problem.wrt
        question = Question(text, names, where, definitions, False, latex=latex)
        answer = unspelt(_answer(question, limit / 2, as_data=False))
        result = race(answer, task, rules, smoothed(answer, bound, value), until)
    except InputError as error_:
        raise _with_text(error_, text) from None
    except Undetermined as reason:
        print(f"undetermined: {reason}", file=sys.stderr)
        return UNDETERMINED
    result = spelt(result, answer.values)
    if json:
        print(render_json(result))
    else:
        plain = _plain(sys.stdout)
        print(render(result, width=_width(sys.stdout), color=_color(sys.stdout), plain=plain, times=times))
    return OK


@app.command("batch")
@_command
def _batch(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines or plain text; - reads stdin.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    jobs: Annotated[int, typer.Option(metavar="N", min=0, help="Worker processes; 0: one for each CPU.")] = 0,
    require: Annotated[str, typer.Option(metavar="CLASS", help="As for check.")] = "D1",
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever the verdicts.")] = False,
    timeout: Annotated[float, typer.Option(metavar="S", help="Time limit for one expression.")] = 30.0,
    why: Annotated[bool, typer.Option("--why", help="Say what the findings mean for training.")] = False,
) -> int:
    """Check one expression a line, in parallel; answers come in input order."""
    from diffcheck.batch import answers
    from diffcheck.progress import Progress

    required = as_class(require)
    limit = as_limit(timeout)
    source = _open(file)
    seen = {OK}
    with Progress() as progress:
        for reply in answers(source, jobs=jobs or _cpus(), limit=limit, why=why):
            seen.add(exit_status(reply.report, required))
            progress.hide()
            _print_reply(reply, json)
            progress.advance()
    status = next(status for status in PRECEDENCE if status in seen)
    return OK if exit_zero and status != BAD_INPUT else status


@app.command("emit")
@_command
def _emit(
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
    from diffcheck.variables import make_problem

    language = as_one_of("--to", to, LANGUAGES)
    text = _text(expression)
    try:
        problem = make_problem(text, wrt, "", as_definitions(let or []), size=size, latex=latex)
        print(emit(problem, language), end="")
    except InputError as error:
        raise _with_text(error, text) from None
    return OK


@app.command("verify")
@_command
def _verify(
    file: Annotated[
        str, typer.Argument(metavar="REPORT", help="Reports as JSON, one a line; - reads stdin.")
    ],
) -> int:
    """Check the steps of reports again, independently; exit 1 when one does not hold."""
    from diffcheck.report.proof import checked
    from diffcheck.verify import Status, reports, verify

    status = OK
    with os.fdopen(os.dup(_open(file)), encoding="utf-8", errors="replace") as stream:
        found = reports(stream.read())
    for report in found:
        checks = verify(report)
        print(checked(str(report["expression"]), checks, _width(sys.stdout)))
        if any(c.status is Status.FAILED for c in checks):
            status = FAILED
    return status


@app.command("explain")
@_command
def _explain(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]", help="A finding or a concept, such as corner.")
    ] = None,
) -> int:
    """Explain a finding or a concept; without a name, list them in reading order."""
    from diffcheck.concepts import find
    from diffcheck.report.pages import contents, render

    width, color = _width(sys.stdout), _color(sys.stdout)
    if not words:
        print(contents(width, color))
        return OK
    page = find(" ".join(words))
    print(render(page, _panels(page, width), width=width, color=color))
    return OK


def _panels(page: Page, width: int) -> list[Line]:
    """Return the lines of a page's plot, as `diffcheck plot` would draw it."""
    from diffcheck.plot.options import wishes
    from diffcheck.plot.scene import compose
    from diffcheck.plot.terminal import columns, panels
    from diffcheck.variables import make_problem
    from diffcheck.workers import Question

    plot = page.plot
    if plot is None:
        return []
    names = None if plot.wrt is None else (plot.wrt,)
    problem = make_problem(plot.expr, names, "", {})
    wished = wishes(problem, plot.at, plot.range, None)
    answer = _answer(Question(plot.expr, names, certify=False), 30.0, as_data=False)
    scene = compose(problem, answer, wished, columns(width), models=0)
    return panels(scene, width=width, plain=_plain(sys.stdout))


@app.command("atoms")
@_command
def _atoms(json: Annotated[bool, typer.Option("--json", help="As a JSON array.")] = False) -> int:
    """List the functions of the expression language."""
    from diffcheck.report.tables import atoms, atoms_json

    print(atoms_json() if json else atoms(_width(sys.stdout)))
    return OK


@app.command("schema")
@_command
def _schema() -> int:
    """Print the JSON Schema of a report."""
    from diffcheck.report.json import schema_text

    print(schema_text(), end="")
    return OK


def exit_status(report: Report, required: Smoothness = D1) -> int:
    """Return the exit status for one report; a conditional one passes if each of its cases does."""
    if report.error is not None:
        return BAD_INPUT
    if report.verdict is Verdict.UNDETERMINED:
        return UNDETERMINED
    cases = [case.smoothness for case in report.cases]
    grades = [grade for grade in (*cases, report.smoothness) if grade is not None]
    return OK if grades and None not in cases and min(grades) >= required else FAILED


def _complain(error: InputError) -> None:
    """Print what is wrong, where, and what to do, to stderr."""
    from diffcheck.report.tables import complaint

    print(complaint(error, _width(sys.stderr)), file=sys.stderr)


def _answer(question: Question, timeout: float, *, as_data: bool) -> Report:
    """Ask within the time limit.  What cannot be read is a report where data is wanted, else raised with its text."""
    from diffcheck.check import refused
    from diffcheck.workers import ask

    answer = ask(question, as_limit(timeout))
    if not isinstance(answer, InputError):
        return answer
    if not as_data:
        raise _with_text(answer, question.expression)
    return refused(question.expression, question.where, answer)


def _with_text(error: InputError, text: str) -> InputError:
    if error.text is None:
        error.text = text
    return error


def _text(expression: str) -> str:
    return _stdin_text() if expression == "-" else expression


def _stdin_text() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadOption("stdin is not UTF-8 text") from None


def _open(file: str) -> int:
    if file == "-":
        return sys.stdin.fileno()
    if Path(file).is_dir():
        raise BadOption(f"cannot read {file}: it is a directory")
    try:
        return os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise BadOption(f"cannot read {file}: {said}") from None


def _write(file: str, content: bytes) -> None:
    try:
        Path(file).write_bytes(content)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise BadOption(f"cannot write {file}: {said}") from None


def _print_reply(reply: Reply, json: bool) -> None:
    if json:
        from diffcheck.report.json import render_as

        print(render_as(reply.report, reply.entry.id), flush=True)
        return
    from diffcheck.report.terminal import meanings, summary

    width = _width(sys.stdout)
    print("\n".join([summary(reply.report, width), *meanings(reply.report, width)]), flush=True)
    if reply.report.error is not None:
        print(f"line {reply.entry.line}: error: {reply.report.error.message}", file=sys.stderr)


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _width(stream: TextIO) -> int:
    return min(shutil.get_terminal_size().columns, 120) if stream.isatty() else 80


def _color(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _plain(stream: TextIO) -> bool:
    """Whether a stream cannot show braille: its encoding has none, or the console has no such font."""
    try:
        "\u28ff".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return os.environ.get("TERM") in {"linux", "dumb"} and stream.isatty()
