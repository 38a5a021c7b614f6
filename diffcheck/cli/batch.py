"""`diffcheck batch`: many expressions, one a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from diffcheck.cli.endings import BAD_INPUT, OK, PRECEDENCE, exit_status
from diffcheck.cli.options import as_class, as_limit, as_one_of
from diffcheck.cli.streams import open_file, width_of
from diffcheck.deadline import LIMIT

if TYPE_CHECKING:
    from diffcheck.report.places import Located

__all__ = ["batch"]


def batch(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines or plain text; - reads stdin.")],
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="terminal, json, sarif or github.")
    ] = "terminal",
    json: Annotated[bool, typer.Option("--json", help="Short for --format json: an object a line.")] = False,
    jobs: Annotated[int, typer.Option(metavar="N", min=0, help="Worker processes; 0: one for each CPU.")] = 0,
    require: Annotated[str, typer.Option(metavar="CLASS", help="As for check.")] = "D1",
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever the verdicts.")] = False,
    timeout: Annotated[float, typer.Option(metavar="S", help="Time limit for one expression.")] = LIMIT,
    why: Annotated[bool, typer.Option("--why", help="Say what the findings mean for training.")] = False,
) -> int:
    """Check one expression a line, in parallel; answers come in input order."""
    from diffcheck.batch import answers
    from diffcheck.cli.progress import Progress
    from diffcheck.report import BATCH_FORMATS, streamer
    from diffcheck.report.places import Located

    required = as_class(require)
    limit = as_limit(timeout)
    chosen = "json" if json else as_one_of("--format", format, BATCH_FORMATS)
    source = open_file(file)
    name = None if file == "-" else file
    seen = {OK}

    def located(progress: Progress) -> Iterator[Located]:
        for reply in answers(source, jobs=jobs or _cpus(), limit=limit, why=why):
            status = exit_status(reply.report, required)
            seen.add(status)
            entry = reply.entry
            place = Located(reply.report, name, entry.line, entry.column, entry.id, status == OK)
            progress.hide()
            yield place
            if chosen == "terminal":
                _complain(place)
            progress.advance()

    with Progress() as progress:
        for text in streamer(chosen)(located(progress), width=width_of(sys.stdout)):
            print(text, flush=True)
    status = next(status for status in PRECEDENCE if status in seen)
    return OK if exit_zero and status != BAD_INPUT else status


def _complain(place: Located) -> None:
    """Print where a loss is that does not pass: to stderr, so that the table stays one."""
    from diffcheck.report.terminal import complaint

    said = complaint(place)
    if said is not None:
        print(said, file=sys.stderr)


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
