"""What the words behind options mean: text to value, or a BadOption that says what to write instead."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

import typer

from diffcheck.errors import BadOption
from diffcheck.verdict import Smoothness

__all__ = [
    "Expression",
    "Latex",
    "Let",
    "Size",
    "Timeout",
    "Where",
    "Wrt",
    "as_class",
    "as_definitions",
    "as_limit",
    "as_one_of",
    "as_positive",
]

Expression = Annotated[str, typer.Argument(metavar="EXPR", help="The expression; - reads it from stdin.")]
Wrt = Annotated[
    list[str] | None,
    typer.Option("--wrt", metavar="NAMES", help="Variables, with commas or repeated; else guessed."),
]
Where = Annotated[str, typer.Option(metavar="COND", help='Constraints, such as "p > 0 and p < 1".')]
Let = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=EXPR", help='An abbreviation, or a function "F(x) = w*x + b"; repeatable.'),
]
Size = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=64, help="Parts of a vector, where they are coupled; else 3."),
]
Latex = Annotated[bool, typer.Option("--latex", help="EXPR is a formula in LaTeX.")]
Timeout = Annotated[float, typer.Option(metavar="S", help="Time limit in seconds.")]


def as_class(text: str) -> Smoothness:
    """Return the class that --require names."""
    try:
        return Smoothness.parse(text)
    except ValueError:
        known = "Cinf, C1, C2, ..., D1, C0, discontinuous, singular"
        raise BadOption(f"--require: no class `{text}`", help=f"classes are {known}") from None


def as_limit(seconds: float) -> float:
    """Return a time limit in seconds."""
    # A poll of more than some weeks overflows in the system call; `not <=` also refuses nan.
    if not 0 < seconds <= 1e6:
        raise BadOption(
            f"--timeout: {seconds:g} is not a time limit", help="write seconds, such as --timeout 30"
        )
    return seconds


def as_positive(option: str, text: str) -> Fraction | None:
    """Return a positive number exactly; None for no text."""
    if not text:
        return None
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        value = Fraction(0)
    if not Fraction(1, 10**12) <= value <= 10**12:
        raise BadOption(
            f"{option}: `{text}` is no positive number", help=f"write {option} 1e-3, within 1e-12 to 1e12"
        )
    return value


def as_one_of(option: str, value: str, known: Any) -> str:
    """Return ``value`` if it is among the known ones."""
    if value not in known:
        raise BadOption(f"{option}: no `{value}`", help=f"one of {', '.join(sorted(known))}")
    return value


def as_definitions(pairs: list[str]) -> dict[str, str]:
    """Return name -> expression of `name=expression` pairs."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, expression = pair.partition("=")
        if not equals or not name.strip() or not expression.strip() or expression.startswith("="):
            raise BadOption(
                f"--let: `{pair}` defines nothing",
                help='write --let name=expression, or --let "F(x) = expression"',
            )
        if name.strip() in found:
            raise BadOption(f"--let: `{name.strip()}` is defined twice")
        found[name.strip()] = expression.strip()
    return found
