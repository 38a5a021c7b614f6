"""Numbers behind the options of a race; each is an expression without names, so `--at q=9/10` and `pi` are read."""

from __future__ import annotations

from collections.abc import Sequence

from diffcheck.errors import BadOption, InputError
from diffcheck.plot.options import exact_number

__all__ = ["as_number", "as_values"]

# Beyond this a float64 soon overflows.
LARGEST = 1e100


def as_number(option: str, text: str) -> float:
    """Return a finite number; an InputError says what else the text is."""
    if not text.strip():
        raise BadOption(f"{option}: a number is missing", help="write a number, such as 1/3 or pi")
    try:
        value = exact_number(text.strip())
    except InputError as error:
        error.message = f"{option}: {error.message}"
        raise
    if value is None or abs(value) > LARGEST:
        raise BadOption(
            f"{option}: `{text.strip()}` is not a finite number", help="write a number, such as 1/3 or pi"
        )
    return float(value)


def as_values(pairs: Sequence[str]) -> dict[str, float]:
    """Return name -> value of `name=value` pairs, separate or with commas."""
    found: dict[str, float] = {}
    for pair in (p for text in pairs for p in text.split(",")):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name:
            raise BadOption(f"--at: `{pair.strip()}` gives no value", help="write --at name=value")
        if name in found:
            raise BadOption(f"--at: `{name[:40]}` has two values", help="give it once")
        found[name] = as_number("--at", value)
    return found
