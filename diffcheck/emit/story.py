"""What the emitted function says of itself: what it replaces, its class and its price.

Everything a user typed goes through `docstring`, which leaves no quote, backslash or control character that could
end the text early.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem, Samples
from diffcheck.verdict import Surrogate

__all__ = ["docstring", "story"]

WIDTH = 76


def story(
    problem: Problem, surrogate: Surrogate | None, renamed: Mapping[str, str] | None = None
) -> list[str]:
    """Return the paragraphs, one a line: what it is, class, error, gradient, arguments, who wrote it.

    renamed: names that Python keeps for itself -> what the code calls them.
    """
    from diffcheck import __version__

    samples = problem.samples
    original = unparse(problem.tree)
    if samples is not None and samples.reduction and surrogate is None:
        original = f"{samples.reduction}({original}, {', '.join(samples.over)})"
    if surrogate is None:
        said = [f"Return {original}", "", "The expression as written: nothing is smoothed."]
    else:
        said = [f"Return a smooth stand-in for {original}", "", *_price(problem, surrogate, original)]
    said += ["", _arguments(problem, surrogate)]
    if problem.samples is not None:
        said.append(_samples(problem.samples))
    if renamed:
        said.append("; ".join(f"{new} stands for {old}" for old, new in renamed.items()) + ".")
    return [*said, f"Written by diffcheck {__version__}."]


def _samples(samples: Samples) -> str:
    over = ", ".join(samples.over)
    if not samples.reduction:
        return f"One term for each {over}: adding them up is left to the caller."
    return f"What is said is about one term; the result is the {samples.reduction} over {over}."


def _price(problem: Problem, surrogate: Surrogate, original: str) -> list[str]:
    mu = surrogate.parameter
    every = f" for every {mu} > 0" if mu else ""
    shape = "; convex" if surrogate.convex else ""
    said = [
        f"{_capital(surrogate.name)}: {surrogate.expression}",
        f"Class {surrogate.smoothness} in {', '.join(problem.wrt)}{every}{shape}.",
    ]
    if surrogate.error is None:
        said.append("No bound on the error is proved.")
    else:
        how = "Proved for real numbers" if surrogate.known.get("error", "proved") == "proved" else "Sampled"
        low, high = surrogate.error
        said.append(f"{how}: the result minus {original} lies between {low} and {high}.")
    if surrogate.lipschitz_gradient is not None:
        said.append(f"The gradient is Lipschitz with constant {surrogate.lipschitz_gradient}.")
    if surrogate.keeps_minimisers:
        said.append("Every minimiser of the original is one of it.")
    if surrogate.value is not None:
        said.append(f"{mu} = {surrogate.value} was chosen{_at(surrogate)}.")
    if problem.where_text:
        said.append(f"All this where {problem.where_text}.")
    if surrogate.note:
        said.append(f"{_capital(surrogate.note)}.")
    return said


def _at(surrogate: Surrogate) -> str:
    """Say what the chosen parameter gives."""
    told = []
    if surrogate.error_at is not None:
        told.append(f"an error from {surrogate.error_at[0]} to {surrogate.error_at[1]}")
    if surrogate.lipschitz_at is not None:
        told.append(f"the Lipschitz constant {surrogate.lipschitz_at}")
    return f": it gives {' and '.join(told)}" if told else ""


def _arguments(problem: Problem, surrogate: Surrogate | None) -> str:
    text = f"Variables: {', '.join(problem.wrt)}."
    names = {*problem.tree.names()}
    constants = [n for n in problem.constants if n in names]
    if constants:
        text += f" Constants: {', '.join(constants)}."
    if surrogate is not None and surrogate.parameter:
        text += f" {surrogate.parameter} > 0: the smaller, the closer and the steeper."
    return text


def _capital(text: str) -> str:
    """Return a sentence's beginning with a capital letter, a formula's as it is: mu*log(2) stays."""
    word = re.match(r"[a-z][a-z-]*(?=[ ,:;.]|$)", text)
    return text[:1].upper() + text[1:] if word else text


def docstring(paragraphs: Sequence[str]) -> list[str]:
    """Return the paragraphs as the lines of a docstring, quotes included."""
    lines: list[str] = []
    for paragraph in paragraphs:
        first = "   " if not lines else ""
        lines += textwrap.wrap(
            first + _plain(paragraph),
            WIDTH,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    # Ending in a quote would make four in a row; the last paragraph ends in a full stop.
    # Three quotes and an indentation of four go before the first line.
    return [f'"""{lines[0].strip()}', *lines[1:], '"""']


def _plain(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown.replace("\\", "\\\\").replace('"', "'")
