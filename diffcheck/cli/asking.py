"""A question asked within a time limit, and the errors of its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcheck.cli.options import as_limit
from diffcheck.cli.streams import is_file
from diffcheck.errors import InputError
from diffcheck.verdict import Report

if TYPE_CHECKING:
    from diffcheck.workers import Question


__all__ = ["answer_to", "with_text"]


def answer_to(question: Question, timeout: float, *, as_data: bool) -> Report:
    """Ask within the time limit.  What cannot be read is a report where data is wanted, else raised with its text."""
    from diffcheck.check import refused
    from diffcheck.workers import ask

    answer = ask(question, as_limit(timeout))
    if not isinstance(answer, InputError):
        return answer
    if not as_data:
        raise with_text(answer, question.expression)
    return refused(question.expression, question.where, with_text(answer, question.expression))


def with_text(error: InputError, text: str) -> InputError:
    """Return an error that is shown in ``text`` if it says no other, with the cure if ``text`` is a file."""
    if is_file(text):
        error.help = f"this is a file: for the losses in it write `diffcheck batch {text}`"
    if error.text is None:
        error.text = text
    return error
