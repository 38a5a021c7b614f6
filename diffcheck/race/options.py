"""Numbers behind the options of a race; each is an expression without names, so `--at q=9/10` and `pi` are read."""

from __future__ import annotations

from collections.abc import Sequence

from diffcheck.plot.options import assigned, finite_number

__all__ = ["as_number", "as_values"]


def as_number(option: str, text: str) -> float:
    """Return a finite number; an InputError says what else the text is."""
    return float(finite_number(option, text))


def as_values(pairs: Sequence[str]) -> dict[str, float]:
    """Return name -> value of `name=value` pairs, separate or with commas."""
    return {name: as_number("--at", value) for name, value in assigned(pairs)}
