"""How a command ends: its exit status, and what is printed when it cannot do its work."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from diffcheck.cli.streams import width_of
from diffcheck.errors import InputError
from diffcheck.verdict import D1, Report, Smoothness, Verdict

__all__ = ["BAD_INPUT", "FAILED", "OK", "PRECEDENCE", "UNDETERMINED", "complain", "ended", "exit_status"]

OK, FAILED, BAD_INPUT, UNDETERMINED, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 130, 141

# The status of a batch: a line that was not answered must not hide behind one that was.
PRECEDENCE = (BAD_INPUT, FAILED, UNDETERMINED, OK)


def ended(body: Callable[..., int]) -> Callable[..., None]:
    """Turn a function that returns the exit status into a command that ends cleanly."""

    @functools.wraps(body)
    def command(*args: Any, **kwargs: Any) -> None:
        try:
            status = body(*args, **kwargs)
            sys.stdout.flush()
        except InputError as error:
            complain(error)
            status = BAD_INPUT
        except KeyboardInterrupt:
            status = INTERRUPTED
        except BrokenPipeError:
            # The interpreter flushes stdout once more when it exits; let that go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = PIPE_CLOSED
        raise typer.Exit(status)

    return command


def exit_status(report: Report, required: Smoothness = D1) -> int:
    """Return the exit status for one report; a conditional one passes if each of its cases does."""
    if report.error is not None:
        return BAD_INPUT
    if report.verdict is Verdict.UNDETERMINED:
        return UNDETERMINED
    cases = [case.smoothness for case in report.cases]
    grades = [grade for grade in (*cases, report.smoothness) if grade is not None]
    return OK if grades and None not in cases and min(grades) >= required else FAILED


def complain(error: InputError) -> None:
    """Print what is wrong, where, and what to do, to stderr."""
    from diffcheck.report.tables import complaint

    print(complaint(error, width_of(sys.stderr)), file=sys.stderr)
