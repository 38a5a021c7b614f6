"""Errors a user can cause, and the one reason that ends an analysis without an answer.

DiffcheckError
├── InputError             exit status 2; carries span and help, shown with a caret
│   ├── SyntaxProblem      the text is not an expression of the language
│   ├── UnknownFunction    a called name that no row of the table has
│   ├── WrongArguments     a function called with the wrong number of arguments
│   └── BadOption          --wrt, --where or another option does not fit the expression
└── Undetermined           exit status 3; the analysis cannot decide, and says why
    └── Oscillates         a sign changes without end near a point; caught where a bound is enough
"""

from __future__ import annotations

__all__ = [
    "BadOption",
    "DiffcheckError",
    "InputError",
    "Oscillates",
    "SyntaxProblem",
    "Undetermined",
    "UnknownFunction",
    "WrongArguments",
]


class DiffcheckError(Exception):
    """Root of everything diffcheck raises on purpose."""


class InputError(DiffcheckError):
    """The input cannot be read: what is wrong, where, and what to do about it.

    span: half-open column range ``(start, stop)`` in ``text``, or None when no place can be named.
    text: the text the span points into; the parser fills it in (a `where` text is not the expression).
    """

    def __init__(
        self,
        message: str,
        *,
        span: tuple[int, int] | None = None,
        help: str | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.help = help
        self.text = text


class SyntaxProblem(InputError):
    """The text is not an expression of the language."""


class UnknownFunction(InputError):
    """A name is called that no row of the table of atoms has."""


class WrongArguments(InputError):
    """A function is called with the wrong number or kind of arguments."""


class BadOption(InputError):
    """An option does not fit the expression, such as `--wrt` with a name that does not occur."""


class Undetermined(DiffcheckError):
    """The analysis cannot decide; the message is the reason that the report shows."""


class Oscillates(Undetermined):
    """A sign changes, or may change, without end near a point."""

    def __init__(self) -> None:
        super().__init__("a sign oscillates without end near the point")
