"""The command line: parse flags, call one function, print, exit.  The only folder that prints, reads or exits.

Exit status: 0 differentiable, or at least what --require asks; 1 not, or it depends on the constants; 2 bad
input or usage; 3 undetermined; 130 interrupted; 141 the reader of the output went away.
A batch exits with the first of 2, 1, 3, 0 that any of its lines would.

To add a command, add a file with one function that returns the exit status, and an entry in COMMANDS.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from diffcheck.cli.arguments import UsageError, rearranged, refuse_miscounted, spellings, usage_problem
from diffcheck.cli.batch import batch
from diffcheck.cli.check import check
from diffcheck.cli.emit import emit
from diffcheck.cli.endings import BAD_INPUT, complain, ended, exit_status
from diffcheck.cli.plot import plot
from diffcheck.cli.race import race
from diffcheck.cli.reference import atoms, explain, schema
from diffcheck.cli.smooth import smooth
from diffcheck.cli.verify import verify
from diffcheck.errors import InputError

__all__ = ["COMMANDS", "app", "arranged", "exit_status", "main"]

# In the order of --help.
COMMANDS = (check, plot, smooth, race, batch, emit, verify, explain, atoms, schema)

app = typer.Typer(
    help="Say whether a loss function is differentiable, where not, why, and what to use instead.",
    epilog="`diffcheck EXPR` is short for `diffcheck check EXPR`.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)

for body in COMMANDS:
    app.command(body.__name__)(ended(body))


def arranged(words: list[str]) -> list[str]:
    """Return the words of a command line with its options before the expression."""
    return rearranged(words, spellings(app))


def main(words: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    for stream in (sys.stdout, sys.stderr):
        # A locale that cannot show a character of the input must not turn an answer into a traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    typed = list(sys.argv[1:] if words is None else words)
    try:
        known = spellings(app)
        put_right = rearranged(typed, known)
        refuse_miscounted(put_right, known)
        status = app(put_right, prog_name="diffcheck", standalone_mode=not typed)
    except InputError as error:
        complain(error)
        status = BAD_INPUT
    except UsageError as error:
        complain(usage_problem(error))
        status = BAD_INPUT
    sys.exit(status)


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
