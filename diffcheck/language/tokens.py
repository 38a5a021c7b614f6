"""Text to tokens, each with the columns it was typed in.

The lexical half of the parser: numbers, names and signs, and a plain sentence for every character people type
that the language does not have.  Spans count characters of the text as typed, so a caret points at the right
place after `^`, newlines and letters outside ASCII.  Nothing here knows a function."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from diffcheck.errors import SyntaxProblem
from diffcheck.language.tree import NAME, Span

__all__ = ["END", "MAX_TEXT", "WORD", "Token", "number_value", "tokenize"]

# Longer texts are no loss function; the stages behind the parser would only take longer to say so.
MAX_TEXT = 100_000
# Python refuses to read integers past 4300 digits; exact arithmetic is useless long before.
MAX_DIGITS = 1000
MAX_EXPONENT = 1000

WORD, END = "word", "end"

_WORDS = {"if", "else", "and", "or", "not"}

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<foreign>0[xXoObB][0-9a-fA-F]+|//|:=|->|=>|=<|<>|<<|>>|&&|\|\||\.\.\.|[+\-*/]=)"
    r"|(?P<number>(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]*[0-9])?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/^()<>,.=\[\]])"
)

_LOOKALIKES = {
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "∕": "/", "≤": "<=",
    "≥": ">=", "≠": "!=", "²": "**2", "³": "**3", "√": "sqrt(...)", "∞": "a large number", "∧": "and",
    "∨": "or", "¬": "not", "π": "pi", "‖": "norm(...)", "∥": "norm(...)", "∣": "abs(...)", "½": "1/2", "（": "(",
    "）": ")", "，": ",", "∑": "sum(...)", "∏": "prod(...)",
}  # fmt: skip

_HINTS = {
    "|": "for the absolute value write `abs(x)`; between conditions write `or`",
    "||": "for a norm write `norm(a, b)`; between conditions write `or`",
    "&": "write `and`",
    "&&": "write `and`",
    "~": "write `not`",
    "!": "write `not`, or `!=` for unequal",
    "<>": "write `!=`",
    "=>": "write `>=`",
    "=<": "write `<=`",
    "->": "write the expression alone",
    ":=": "use `let` to give a part a name",
    "%": "write `mod(a, b)`",
    "//": "write `floor(a/b)`",
    "@": "write `dot(w, x)` for vectors, `linear(x, 2, W, b)` for a layer, `*` for numbers",
    "?": "write `a if condition else b`",
    ":": "write `a if condition else b` to choose between two values",
    "{": "use round brackets",
    "$": "for a formula in LaTeX add `--latex`",
    "\\": "for a formula in LaTeX add `--latex`",
    "'": "names are written without quotes; a derivative needs a name of its own",
    '"': "names are written without quotes",
    "#": "leave comments out",
    ";": "write `,` between arguments and between conditions; one expression at a time",
    "∈": "write comparisons, as in `0 < x, x < 1`",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the text.

    kind: "number", "name", "word" (`if` and such), "sign" or "end".  start, stop: half-open column range.
    """

    kind: str
    text: str
    start: int
    stop: int

    @property
    def span(self) -> Span:
        """The column range as a pair."""
        return (self.start, self.stop)

    @property
    def shown(self) -> str:
        """How messages name the token."""
        return "the end of the text" if self.kind == END else f"`{self.text}`"


def tokenize(text: str) -> list[Token]:
    """Return the words of ``text`` in order, an "end" token last; SyntaxProblem for a character that is none.

    >>> [t.text for t in tokenize("abs(y-f)")]
    ['abs', '(', 'y', '-', 'f', ')', '']
    """
    if len(text) > MAX_TEXT:
        raise SyntaxProblem(
            f"the text has {len(text)} characters, more than {MAX_TEXT}",
            span=None,
            help="give the loss of one sample, not of a whole data set",
            text=text,
        )
    tokens = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        kind = match.lastgroup if match else None
        if match is None or kind == "foreign":
            raise _foreign(text, at, match.group() if match else text[at])
        if kind == NAME:
            _check_name(text, match.group(), at)
        if kind is not None and kind != "space":
            kind = WORD if match.group() in _WORDS else kind
            tokens.append(Token(kind, match.group(), at, match.end()))
        at = match.end()
    # A caret for "the text ends too early" stands just behind the last thing typed, not after trailing space.
    stop = tokens[-1].stop if tokens else 0
    tokens.append(Token(END, "", stop, stop))
    return tokens


def number_value(text: str, token: Token) -> Fraction:
    """Return the exact value of a number token: `0.1` is 1/10, `1e-12` is 10**-12.

    Refuses more than 1000 digits or a decimal exponent beyond 1000.
    """
    mantissa, _, exponent = token.text.replace("_", "").lower().partition("e")
    # The length test comes first: `int` refuses, or takes quadratic time for, very long digit strings.
    if len(mantissa) > MAX_DIGITS or len(exponent) > 8 or abs(int(exponent or "0")) > MAX_EXPONENT:
        raise SyntaxProblem(
            "the number is too long or its exponent too large",
            span=token.span,
            help=f"at most {MAX_DIGITS} digits and exponents up to {MAX_EXPONENT}",
            text=text,
        )
    return Fraction(f"{mantissa}e{exponent or 0}")


def _check_name(text: str, word: str, at: int) -> None:
    """Refuse letters that only look like names: `x²`, `π`."""
    for i, char in enumerate(word):
        if char in _LOOKALIKES or not ("a" + char).isidentifier():
            raise _foreign(text, at + i, char)


def _foreign(text: str, at: int, sign: str) -> SyntaxProblem:
    """Return the error for something no expression contains, with what to write instead."""
    span = (at, at + len(sign))
    if sign[0] == "0":
        return SyntaxProblem(
            f"`{sign}` is not a decimal number", span=span, help="write numbers in decimal", text=text
        )
    if sign in _LOOKALIKES:
        help_: str | None = f"write `{_LOOKALIKES[sign]}`"
    elif sign[0] == ":" and text.count("[", 0, at) > text.count("]", 0, at):
        help_ = "there are no slices; write `x[i]` for every part of x, `x[0]` for the first"
    else:
        help_ = _HINTS.get(sign) or _HINTS.get(sign[0])
    shown = f"`{sign}`" if sign.isprintable() else f"the character U+{ord(sign[0]):04X}"
    return SyntaxProblem(f"{shown} is not part of the expression language", span=span, help=help_, text=text)
