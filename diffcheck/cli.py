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
from diffcheck.errors import BadOption, InputError
from diffcheck.options import (
    Expression,
    Latex,
    Let,
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
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the verdict alone.")] = False,
    require: Annotated[
        str, typer.Option(metavar="CLASS", help="Exit 0 if at least this: Cinf, C<k>, D1, C0, discontinuous.")
    ] = "D1",
    explain_proof: Annotated[
        bool, typer.Option("--explain-proof", help="Print the steps the verdict rests on.")
    ] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever the verdict.")] = False,
    timeout: Timeout = 30.0,
    latex: Latex = False,
) -> int:
    """Check one expression."""
    from diffcheck.report import FORMATS, renderer
    from diffcheck.workers import Question

    required = as_class(require)
    chosen = "json" if json else as_one_of("--format", format, FORMATS)
    text = _text(expression)
    certify = explain_proof or chosen == "json"
    question = Question(
        text, None if wrt is None else tuple(wrt), where, as_definitions(let or []), certify, latex=latex
    )
    answer = _answer(question, timeout, as_data=chosen != "terminal")
    if quiet and chosen == "terminal":
        print(answer.verdict)
    else:
        print(renderer(chosen)(answer, width=_width(sys.stdout), color=_color(sys.stdout)))
    if explain_proof and chosen == "terminal":
        from diffcheck.report.proof import proof

        print("\n" + proof(answer, _width(sys.stdout)))
    status = exit_status(answer, required)
    if chosen == "terminal" and status == FAILED and required > D1:
        # The verdict alone would not explain the exit status.
        print(f"required: class {required}, found: class {answer.smoothness}", file=sys.stderr)
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
    timeout: Timeout = 30.0,
    latex: Latex = False,
) -> int:
    """Draw the function, its derivative and what to use instead: here, or to a file with -o."""
    from diffcheck.plot.figure import COLUMNS, draw, require_matplotlib
    from diffcheck.plot.options import file_ending, wishes
    from diffcheck.plot.scene import MODELS, compose
    from diffcheck.plot.terminal import columns, render
    from diffcheck.variables import make_problem
    from diffcheck.workers import Question

    if output is not None:
        ending = file_ending(output)
        require_matplotlib()
    text = _text(expression)
    definitions = as_definitions(let or [])
    try:
        problem = make_problem(text, wrt, where, definitions, latex=latex)
        wished = wishes(problem, at or [], range or [], mu)
        question = Question(
            text, None if wrt is None else tuple(wrt), where, definitions, certify=False, latex=latex
        )
        answer = _answer(question, timeout, as_data=False)
    except InputError as error:
        raise _with_text(error, text) from None
    if output is None:
        width = _width(sys.stdout)
        scene = compose(problem, answer, wished, columns(width), models=0)
        print(render(scene, width=width, color=_color(sys.stdout), plain=_plain(sys.stdout)))
    else:
        picture = draw(compose(problem, answer, wished, COLUMNS, models=MODELS), ending, dark=dark)
        _write(output, picture)
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
    timeout: Timeout = 30.0,
    latex: Latex = False,
) -> int:
    """Choose a smooth function to use instead, for a purpose; exit 1 when there is none."""
    from dataclasses import replace

    from diffcheck.emit import LANGUAGES
    from diffcheck.emit import emit as write
    from diffcheck.report.smooth import offer
    from diffcheck.smooth import PURPOSES, Wish, choose
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
    question = Question(text, names, where, definitions, False, wish.smoothness, latex)
    answer = _answer(question, timeout, as_data=json)
    choice = choose(answer.surrogates, wish)
    if emit and choice.shown:
        problem = make_problem(text, wrt, where, definitions, latex=latex)
        print(write(problem, language, choice.shown[0]), end="")
    elif json:
        from diffcheck.report.json import render

        print(render(replace(answer, surrogates=choice.shown)))
    else:
        print(offer(answer, wish, choice, width=_width(sys.stdout), color=_color(sys.stdout)))
    return OK if choice.shown else exit_status(answer, wish.smoothness)


@app.command("batch")
@_command
def _batch(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines or plain text; - reads stdin.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    jobs: Annotated[int, typer.Option(metavar="N", min=0, help="Worker processes; 0: one for each CPU.")] = 0,
    require: Annotated[str, typer.Option(metavar="CLASS", help="As for check.")] = "D1",
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever the verdicts.")] = False,
    timeout: Annotated[float, typer.Option(metavar="S", help="Time limit for one expression.")] = 30.0,
) -> int:
    """Check one expression a line, in parallel; answers come in input order."""
    from diffcheck.batch import answers
    from diffcheck.progress import Progress

    required = as_class(require)
    limit = as_limit(timeout)
    source = _open(file)
    seen = {OK}
    with Progress() as progress:
        for reply in answers(source, jobs=jobs or _cpus(), limit=limit):
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
    latex: Latex = False,
) -> int:
    """Print the expression as a function that one can paste; nothing is checked or smoothed."""
    from diffcheck.emit import LANGUAGES, emit
    from diffcheck.variables import make_problem

    language = as_one_of("--to", to, LANGUAGES)
    text = _text(expression)
    try:
        problem = make_problem(text, wrt, "", as_definitions(let or []), latex=latex)
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
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="A finding, such as corner.")] = None,
) -> int:
    """Explain a kind of finding, or list them all."""
    from diffcheck.report.tables import explanation, kinds
    from diffcheck.verdict import Kind

    width = _width(sys.stdout)
    if kind is None:
        print(kinds(width))
    else:
        print(explanation(Kind(as_one_of("KIND", kind, list(Kind))), width))
    return OK


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
    grades = [case.smoothness for case in report.cases]
    if report.smoothness is not None:
        grades.append(report.smoothness)
    return OK if grades and min(grades) >= required else FAILED


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
    from diffcheck.report.terminal import summary

    print(summary(reply.report, _width(sys.stdout)), flush=True)
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
