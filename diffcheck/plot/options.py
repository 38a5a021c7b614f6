"""What a user wishes of a picture: values of names, ranges, the surrogates' parameter, the file.

Every number is an expression without names, so that `--range -pi:pi` and `--at y=1/3` are exact.
Read in order: Wishes, wishes, then the readers of single options.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from diffcheck.errors import BadOption, InputError
from diffcheck.language.numeric import Exact, evaluate
from diffcheck.language.parse import parse
from diffcheck.language.tree import APPLY
from diffcheck.problem import Problem

__all__ = ["ENDINGS", "Wishes", "assigned", "exact_number", "file_ending", "finite_number", "wishes"]

ENDINGS = ("svg", "png", "pdf")

# Digits of numbers that have no fraction, such as pi: more than any picture shows.
DIGITS = 40

# A narrower range, relative to its ends, is a handful of float64 numbers.
NARROW = 1e-9


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of a picture, read.

    at: exact values of names that are held fixed.  ranges: (low, high) by name; "" stands for all drawn names.
    mu: the parameter of the surrogates, > 0, or None to have one chosen that can be seen.
    """

    at: Mapping[str, Exact] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    mu: float | None = None


def wishes(problem: Problem, at: Sequence[str], ranges: Sequence[str], mu: str | None) -> Wishes:
    """Return the options as numbers; BadOption names the option that does not fit the problem."""
    fixed = _fixed(problem, at)
    spans: dict[str, tuple[float, float]] = {}
    for text in ranges:
        name, equals, span = text.rpartition("=")
        name = name.strip()
        if equals and (name not in problem.wrt or name in fixed):
            drawn = ", ".join(n for n in problem.wrt if n not in fixed)
            raise BadOption(f"--range: `{name[:40]}` is not drawn", help=f"the picture is drawn over {drawn}")
        spans[name] = _span(span)
    return Wishes(fixed, spans, None if mu is None else _positive(mu))


def file_ending(file: str) -> str:
    """Return the format that the name of a file asks for; BadOption for one that is not drawn."""
    ending = PurePath(file).suffix.lower().lstrip(".")
    if ending not in ENDINGS:
        known = ", ".join(f".{e}" for e in ENDINGS)
        raise BadOption(f"-o: cannot draw `{file}`", help=f"file names end in {known}")
    return ending


def exact_number(text: str, names: Mapping[str, Exact] | None = None) -> Exact | None:
    """Return the value of an expression as Fraction or mpf; None where it is undefined.

    Raises InputError for what cannot be read, or holds a name that has no value in ``names``.
    """
    tree = parse(text)
    known = names or {}
    calls = (f"{n.leaf}(...)" for n in tree.walk() if n.op == APPLY)
    for name in (*calls, *tree.names()):
        if name not in known:
            raise BadOption(
                f"`{name[:40]}` is not a number", text=text, help="write numbers, such as 1/3 or pi"
            )
    return evaluate(tree, known, DIGITS).value


def _fixed(problem: Problem, at: Sequence[str]) -> dict[str, Exact]:
    fixed: dict[str, Exact] = {}
    names = (*problem.wrt, *problem.constants)
    for name, value in assigned(at):
        if name not in names:
            raise BadOption(
                f"--at: `{name[:40]}` does not occur in the expression", help=_nearest(name, names)
            )
        fixed[name] = finite_number("--at", value)
    if all(name in fixed for name in problem.wrt):
        raise BadOption(
            "--at: no variable is left to draw over",
            help=f"the picture is drawn over {', '.join(problem.wrt)}; --wrt chooses",
        )
    return fixed


def _nearest(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    if name == "mu":
        return "--mu sets the parameter of the surrogates"
    return f"did you mean `{near[0]}`?" if near else f"its names are {', '.join(names[:8])}"


def _span(text: str) -> tuple[float, float]:
    low, colon, high = text.partition(":")
    if not colon:
        raise BadOption(f"--range: `{text}` is no range", help="write --range A:B, such as --range -1:2")
    a, b = float(finite_number("--range", low)), float(finite_number("--range", high))
    if not b - a > NARROW * max(abs(a), abs(b)):
        raise BadOption(f"--range: {text} is empty or too narrow", help="write the smaller number first")
    return a, b


def _positive(text: str) -> float:
    value = float(finite_number("--mu", text))
    if value <= 0:
        raise BadOption(
            f"--mu: {text} is not above 0", help="write a small positive number, such as --mu 0.1"
        )
    return value


def assigned(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of `name=value` pairs of --at, separate or with commas; BadOption for a second value."""
    seen: set[str] = set()
    for pair in (p for text in texts for p in text.split(",")):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name:
            raise BadOption(f"--at: `{pair.strip()}` gives no value", help="write --at name=value")
        if name in seen:
            raise BadOption(f"--at: `{name[:40]}` has two values", help="give it once")
        seen.add(name)
        yield name, value


def finite_number(option: str, text: str) -> Exact:
    """Return the number that an option is given, pi or 1/3 say; an InputError says what else the text is."""
    if not text.strip():
        raise BadOption(f"{option}: a number is missing", help="write a number, such as 1/3 or pi")
    try:
        value = exact_number(text.strip())
    except InputError as error:
        error.message = f"{option}: {error.message}"
        raise
    # Beyond these a float64 overflows or the picture has no scale.
    if value is None or abs(value) > 1e100:
        raise BadOption(
            f"{option}: `{text.strip()}` is not a finite number", help="write a number, such as 1/3 or pi"
        )
    return value
