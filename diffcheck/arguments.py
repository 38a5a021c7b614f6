"""The command line put in an order that a parser of options understands.

`diffcheck "-(y*log(p))" --json` and `diffcheck -x` just work: of the words that start with a minus, only the
spellings of options are options, all others are the expression.  A misspelt long option is the one exception,
since reading `--jsno` as a twice negated variable would answer a question that nobody asked.
"""

from __future__ import annotations

import difflib
import re

from diffcheck.errors import BadOption

__all__ = ["COMMANDS", "arranged"]

COMMANDS = ("atoms", "batch", "check", "emit", "explain", "plot", "race", "schema", "smooth", "verify")

# Options of the program itself, which no command line with an expression has to carry first.
_GLOBAL = ("--help", "--version")

# Of each command that takes an expression: the options without a value, and those with one.
_FLAGS = {
    "check": (
        "--exit-zero",
        "--explain-proof",
        "--help",
        "--json",
        "--latex",
        "--nodes",
        "--quiet",
        "--why",
        "-q",
    ),
    "emit": ("--help", "--latex"),
    "plot": ("--dark", "--help", "--latex", "--light"),
    "race": ("--help", "--json", "--latex", "--times"),
    "smooth": ("--all", "--help", "--json", "--latex"),
}

_WITH_VALUE = {
    "check": ("--emit", "--format", "--let", "--require", "--size", "--timeout", "--where", "--wrt"),
    "emit": ("--let", "--size", "--to", "--wrt"),
    "plot": ("--at", "--let", "--mu", "--output", "--range", "--size", "--timeout", "--where", "--wrt", "-o"),
    "race": (
        "--at", "--budget", "--data", "--dim", "--error", "--let", "--mu", "--runs", "--samples", "--seed",
        "--target", "--timeout", "--where", "--wrt",
    ),
    "smooth": (
        "--emit", "--error", "--for", "--let", "--lipschitz", "--size", "--timeout", "--where", "--wrt",
    ),
}  # fmt: skip

_LOOKS_LIKE_OPTION = re.compile(r"--[a-z][a-z-]+(=.*)?", re.DOTALL)


def arranged(words: list[str]) -> list[str]:
    """Return ``words`` as command, options, `--`, expression; commands without one stay as they are.

    Raises BadOption for what looks like a misspelt option, and for an option at the end without its value.
    """
    if not words or words[0] in _GLOBAL:
        return words
    if words[0] in COMMANDS and words[0] not in _FLAGS:
        return words
    command, rest = (words[0], words[1:]) if words[0] in _FLAGS else ("check", words)
    options, expressions = _split(command, rest)
    return [command, *options, "--", *expressions]


def _split(command: str, words: list[str]) -> tuple[list[str], list[str]]:
    options: list[str] = []
    expressions: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return options, [*expressions, *rest]
        if word in _FLAGS[command] or word.partition("=")[0] in _WITH_VALUE[command]:
            options.append(word)
            if word in _WITH_VALUE[command]:
                if not rest:
                    raise BadOption(f"{word}: its value is missing", help=f"write `{word} VALUE`")
                options.append(rest.pop(0))
        else:
            _refuse_misspelt(command, word)
            expressions.append(word)
    return options, expressions


def _refuse_misspelt(command: str, word: str) -> None:
    if not _LOOKS_LIKE_OPTION.fullmatch(word):
        return
    known = [*_FLAGS[command], *_WITH_VALUE[command], *_GLOBAL]
    near = difflib.get_close_matches(word.partition("=")[0], known, n=1, cutoff=0.75)
    if near:
        raise BadOption(
            f"no such option: {word}", help=f"did you mean `{near[0]}`? An expression goes after `--`."
        )
