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

COMMANDS = ("atoms", "batch", "check", "explain", "schema", "smooth", "verify")

# Options of the program itself, which no command line with an expression has to carry first.
_GLOBAL = ("--help", "--version")

_FLAGS = ("--exit-zero", "--explain-proof", "--help", "--json", "--quiet", "-q")

_WITH_VALUE = ("--format", "--let", "--require", "--timeout", "--where", "--wrt")

_LOOKS_LIKE_OPTION = re.compile(r"--[a-z][a-z-]+(=.*)?", re.DOTALL)


def arranged(words: list[str]) -> list[str]:
    """Return ``words`` as `check`, options, `--`, expression; other commands stay as they are.

    Raises BadOption for what looks like a misspelt option.
    """
    if not words or words[0] in _GLOBAL:
        return words
    if words[0] in COMMANDS and words[0] != "check":
        return words
    options, expressions = _split(words[1:] if words[0] == "check" else words)
    return ["check", *options, "--", *expressions]


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    options: list[str] = []
    expressions: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return options, [*expressions, *rest]
        if word in _FLAGS or word.partition("=")[0] in _WITH_VALUE:
            options.append(word)
            if word in _WITH_VALUE and rest:
                options.append(rest.pop(0))
        else:
            _refuse_misspelt(word)
            expressions.append(word)
    return options, expressions


def _refuse_misspelt(word: str) -> None:
    if not _LOOKS_LIKE_OPTION.fullmatch(word):
        return
    near = difflib.get_close_matches(
        word.partition("=")[0], [*_FLAGS, *_WITH_VALUE, *_GLOBAL], n=1, cutoff=0.75
    )
    if near:
        raise BadOption(
            f"no such option: {word}", help=f"did you mean `{near[0]}`? An expression goes after `--`."
        )
