"""The words of TeX: commands, letters, numbers and signs with their columns, and a cursor over them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Token

from diffcheck.errors import SyntaxProblem
from diffcheck.language.tree import Span

__all__ = ["Cursor", "Raw", "problem", "token"]

_WORD = re.compile(
    r"(?P<space>(?:\s|~|%[^\n]*(?:\n|$))+)"
    r"|(?P<environment>\\(?:begin|end)\s*\{[^{}\\]*\})"
    r"|(?P<command>\\(?:operatorname\*|tag\*|[A-Za-z]+|.))"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e-?[0-9]+)?)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?P<bars>\|\||\$\$|:=|\.\.\.)"
    r"|(?P<sign>[^\\])",
    re.DOTALL,
)


def token(kind: str, value: str, span: Span) -> Token:
    """Return a token of the grammar with its columns."""
    return Token(kind, value, start_pos=span[0], end_pos=span[1])


def problem(message: str, span: Span, help: str | None, text: str) -> SyntaxProblem:
    """Return the error for a place in the LaTeX."""
    return SyntaxProblem(message, span=span, help=help, text=text)


@dataclass(frozen=True, slots=True)
class Raw:
    """One word of TeX: a command without its backslash, a run of letters, a number or a sign."""

    kind: str
    text: str
    start: int
    stop: int

    @property
    def span(self) -> Span:
        """The columns as a pair."""
        return (self.start, self.stop)


class Cursor:
    """A part of a text: its raw words, how far they are taken, and the tokens made of them.

    open: for each open brace how many tokens there were, the font or accent that takes the group, and the brace.
    """

    def __init__(self, text: str, start: int, stop: int) -> None:
        self.text = text
        self.raws = _raws(text, start, stop)
        self.at = 0
        self.out: list[Token] = []
        self.open: list[tuple[int, str, Raw]] = []

    def peek(self) -> Raw | None:
        """Return the raw word that comes next."""
        return self.raws[self.at] if self.at < len(self.raws) else None

    def take(self) -> Raw:
        """Return the raw word that comes next, and go on behind it."""
        raw = self.raws[self.at]
        self.at += 1
        return raw

    def argument(self, macro: Raw) -> Raw:
        """Return the raw word that comes next, or raise: the macro lacks its argument."""
        raw = self.peek()
        if raw is None or raw.text in ("}", "&", "$") or (raw.kind == "environment"):
            shown = self.text[macro.start : macro.stop]
            raise problem(
                f"`{shown}` lacks what it applies to", macro.span, f"write `{shown}{{...}}`", self.text
            )
        return raw

    def emit(self, kind: str, value: str, span: Span) -> None:
        """Add a token."""
        self.out.append(token(kind, value, span))

    def words(self, macro: Raw) -> tuple[str, Span]:
        """Take the argument of a text macro as it is typed."""
        opening = self.argument(macro)
        if opening.text != "{":
            raw = self.take()
            return raw.text, raw.span
        depth, at = 0, self.at
        while at < len(self.raws):
            depth += {"{": 1, "}": -1}.get(self.raws[at].text, 0) if self.raws[at].kind == "sign" else 0
            if depth == 0:
                closing = self.raws[at]
                self.at = at + 1
                return self.text[opening.stop : closing.start], (opening.stop, closing.start)
            at += 1
        raise problem("this brace is never closed", opening.span, "add a `}`", self.text)


def _raws(text: str, start: int, stop: int) -> list[Raw]:
    """Return the words of a part of the text, without the space between them."""
    found = []
    at = start
    while at < stop:
        match = _WORD.match(text, at, stop)
        if match is None:
            # A backslash ends the text.
            raise problem("a backslash without a command", (at, at + 1), "leave it out", text)
        kind = match.lastgroup or "sign"
        word = match.group()
        if kind == "command":
            word = word[1:]
            if word.isspace():
                word = " "
        if kind == "bars":
            kind = "sign"
        if kind != "space":
            found.append(Raw(kind, word, at, match.end()))
        at = match.end()
    return found
