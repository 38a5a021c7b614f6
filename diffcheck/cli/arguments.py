"""The command line put in an order that a parser of options understands.

`diffcheck "-(y*log(p))" --json` and `diffcheck -x` just work: of the words that start with a minus, only the
spellings of options are options, all others are the expression.  A misspelt long option is the one exception,
since reading `--jsno` as a twice negated variable would answer a question that nobody asked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import typer

from diffcheck.errors import BadOption

__all__ = ["Spellings", "UsageError", "rearranged", "refuse_miscounted", "spellings", "usage_problem"]

# Options of the program itself, which no command line with an expression has to carry first.
_GLOBAL = ("--help", "--install-completion", "--show-completion", "--version")

# What the parser of options raises; it is reached by its subclass, since the module it lives in has moved.
UsageError = cast(type[Exception], typer.BadParameter.__mro__[1])

_LOOKS_LIKE_OPTION = re.compile(r"--[a-z][a-z-]+(=.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spellings:
    """The options of a command: those without a value and those with one; whether it takes an expression."""

    flags: frozenset[str]
    with_value: frozenset[str]
    expression: bool


def spellings(app: typer.Typer) -> dict[str, Spellings]:
    """Return the options of every command, as declared."""
    group = typer.main.get_command(app)
    found = {}
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        options = [p for p in command.params if p.param_type_name == "option"]
        flags = {s for p in options if p.is_flag for s in (*p.opts, *p.secondary_opts)}
        valued = {s for p in options if not p.is_flag for s in p.opts}
        takes = any(p.name == "expression" for p in command.params)
        found[name] = Spellings(frozenset(flags | {"--help"}), frozenset(valued), takes)
    return found


def rearranged(words: list[str], commands: Mapping[str, Spellings]) -> list[str]:
    """Return ``words`` as command, options, `--`, expression; commands without one stay as they are.

    Raises BadOption for what looks like a misspelt option, and for an option at the end without its value.
    """
    if not words or words[0] in _GLOBAL:
        return words
    if words[0] in commands and not commands[words[0]].expression:
        return words
    command, rest = (words[0], words[1:]) if words[0] in commands else ("check", words)
    options, expressions = _split(commands[command], rest)
    return [command, *options, "--", *expressions]


def _split(known: Spellings, words: list[str]) -> tuple[list[str], list[str]]:
    options: list[str] = []
    expressions: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return options, [*expressions, *rest]
        if word in known.flags or word.partition("=")[0] in known.with_value:
            options.append(word)
            if word in known.with_value:
                if not rest:
                    raise BadOption(f"{word}: its value is missing", help=f"write `{word} VALUE`")
                options.append(rest.pop(0))
        else:
            _refuse_misspelt(known, word)
            expressions.append(word)
    return options, expressions


def _refuse_misspelt(known: Spellings, word: str) -> None:
    if not _LOOKS_LIKE_OPTION.fullmatch(word):
        return
    names = sorted({*known.flags, *known.with_value, *_GLOBAL})
    near = difflib.get_close_matches(word.partition("=")[0], names, n=1, cutoff=0.75)
    if near:
        raise BadOption(
            f"no such option: {word}", help=f"did you mean `{near[0]}`? An expression goes after `--`."
        )


def refuse_miscounted(words: list[str], commands: Mapping[str, Spellings]) -> None:
    """Raise BadOption unless a rearranged command line has one expression, if its command takes one."""
    if not words or words[0] not in commands or not commands[words[0]].expression or "--help" in words:
        return
    given = words[words.index("--") + 1 :]
    if not given:
        raise BadOption("the expression is missing", help='write one, as in `diffcheck "abs(y - f)"`')
    if len(given) > 1:
        near = difflib.get_close_matches(given[0], commands, n=1, cutoff=0.6)
        if near:
            raise BadOption(f"no such command: {given[0]}", help=f"did you mean `{near[0]}`?")
        raise BadOption(
            f"one expression at a time: `{given[0][:40]}` and `{given[1][:40]}`",
            help="put quotes around an expression with spaces; `diffcheck batch FILE` checks many",
        )


def usage_problem(error: Exception) -> BadOption:
    """Return what the parser of options refuses in the words of this program."""
    said = str(error.format_message()).rstrip(".")  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    path = "diffcheck" if context is None else context.command_path
    return BadOption(said[:1].lower() + said[1:], help=f"`{path} --help` lists what can be given")
