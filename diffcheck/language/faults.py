"""What cannot follow what: the error for a text that Python's parser refuses, in the words of the language.

The tokens are walked once, for the first that cannot follow the one before; what is left is what Python says, whose
messages are translated.  Ways to write that are known as a whole are in spellings.py.
Read in order: `Faults.fault`, then what it calls.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from diffcheck.errors import SyntaxProblem
from diffcheck.language.limits import too_deep
from diffcheck.language.tokens import END, WORD, Token
from diffcheck.language.tree import NAME, NUMBER, Span
from diffcheck.language.vocabulary import is_function, takes_several

__all__ = ["WIDTH", "Faults"]

# Columns a token takes in what Python reads; the longest is `else`.
WIDTH = 5
# What Python's messages contain, our words for it, and the cure.
TRANSLATED = {
    "never closed": ("this bracket is never closed", "add a `)`"),
    "does not match": (
        "this bracket closes one of another kind",
        "close them in the order in which they were opened",
    ),
    "unmatched": ("this bracket is never opened", "leave it out, or add a `(`"),
    "'else'": ("expected `else` behind this", "write `a if c else b`"),
    "positional": ("a value behind a keyword", "put plain values first"),
}


class Faults:
    """The errors of one text.  listed: whether it is conditions between commas."""

    def __init__(self, text: str, tokens: Sequence[Token], listed: bool) -> None:
        self.text = text
        self.tokens = tokens
        self.listed = listed

    def fault(self, error: SyntaxError | None = None) -> SyntaxProblem:
        """Return the error for the first token that cannot follow the one before, else what Python says."""
        before = Token(END, "", 0, 0)
        for i, token in enumerate(self.tokens):
            ended = before.kind in (NUMBER, NAME) or before.text in (")", "]")
            wrong = self.after_operand(i) if ended else self.instead_of_operand(before, i)
            if wrong:
                return wrong
            before = token
        return self.translated(error)

    def instead_of_operand(self, before: Token, at: int) -> SyntaxProblem | None:
        """Return the error if the token cannot begin an operand."""
        token, start = self.tokens[at], before.text in ("", "(", "[", ",", "=")
        called = at > 1 and self.tokens[at - 2].kind == NAME
        if token.kind in (NUMBER, NAME) or token.text in ("(", "[", "+", "-"):
            wrong = before.text == "." and token.kind != NAME
        elif token.text == "not":
            wrong = not start and before.kind != WORD
        else:
            # Brackets may be empty, or end in a comma, in calls; what else has a comma is found as a tuple.
            wrong = (
                token.text not in (")", "]")
                or before.text not in ("(", ",")
                or (before.text == "(" and not called)
            )
        if not wrong:
            return None
        if len(self.tokens) == 1:
            return self.problem("the text is empty", token.span, "write an expression such as `abs(y - f)`")
        if before.text + token.text in ("()", "[]"):
            return self.problem("empty brackets", (before.start, token.stop), "write an expression inside")
        help_ = "put the `not` and what it denies in brackets" if token.text == "not" else None
        wanted = "a name after `.`" if before.text == "." else "an expression"
        return self.problem(f"expected {wanted}, found {token.shown}", token.span, help_)

    def after_operand(self, at: int) -> SyntaxProblem | None:
        """Return the error if the token cannot follow an operand."""
        before, token = self.tokens[at - 1 : at + 1]
        if token.text == "for":
            help_ = "leave it out: `sum(abs(y[i] - f[i]))` runs over the index i by itself"
            return self.problem("there are no loops", token.span, help_)
        if token.kind in (NUMBER, NAME) or (token.text == "(" and before.kind != NAME):
            return self.problem(
                f"an operator is missing between `{before.text}` and {token.shown}",
                (before.start, token.stop),
                self.joined(at),
            )
        if token.text == "." and before.kind != NAME and self.tokens[at + 1].kind == NAME:
            help_ = f"there are no methods; write `{self.tokens[at + 1].text}(...)` around it"
            return self.problem(f"expected an operator or the end, found {token.shown}", token.span, help_)
        if token.text == "not" or (token.text == "." and before.kind != NAME):
            return self.problem(f"expected an operator or the end, found {token.shown}", token.span)
        return None

    def joined(self, at: int) -> str:
        """Return how two operands are joined of which the second begins at a token."""
        before, token = self.tokens[at - 1 : at + 1]
        if before.kind == NAME and is_function(before.text):
            return f"for a call write `{before.text}({token.text})`"
        left = {")": "(...)", "]": "[...]"}.get(before.text, before.text)
        called = token.kind == NAME and (self.tokens[at + 1].text == "(" or is_function(token.text))
        right = f"{token.text}(...)" if called else token.text.replace("(", "...")
        product = f"for a product write `{left}*{right}`"
        between = self.between(at)
        return f"write `{left}, {right}` between {between}; {product}" if between else product

    def between(self, at: int) -> str:
        """Return what a comma before a token would stand between: "arguments", "conditions", or nothing."""
        opened: list[int] = []
        for i, token in enumerate(self.tokens[:at]):
            if token.text in ("(", "["):
                opened.append(i)
            elif token.text in (")", "]") and opened:
                opened.pop()
        if not opened:
            clause = self.text[: self.tokens[at].start].rpartition(",")[2]
            return "conditions" if self.listed and re.search("[<>=]", clause) else ""
        word = self.tokens[opened[-1] - 1]
        several = opened[-1] > 0 and word.kind == NAME and takes_several(word.text)
        return "arguments" if several and self.tokens[opened[-1]].text == "(" else ""

    def translated(self, error: SyntaxError | None) -> SyntaxProblem:
        """Return what Python says is wrong, in our words where we have some."""
        said, at, stop = (error.msg, error.offset or 1, error.end_offset or 0) if error else ("", 1, 0)
        if "positional" in said:
            # Python names the token after the value.
            at, stop = at - WIDTH, 0
        tokens = self.tokens[(at - 1) // WIDTH : (max(at, stop - 1) - 1) // WIDTH + 1] or self.tokens[-1:]
        span = (tokens[0].start, tokens[-1].stop)
        if "too many nested" in said:
            return too_deep(span, self.text)
        if tokens[0].text == "=" or "==" in said:
            sign = next((t for t in self.tokens if t.text == "=" and t.start >= span[0]), tokens[0])
            help_ = "write `==`; before a loss leave `name =` out"
            return self.problem("`=` does not compare", sign.span, help_)
        for phrase, (message, cure) in TRANSLATED.items():
            if phrase in said:
                square = str.maketrans("()", "[]") if tokens[0].text in "[]" else {}
                return self.problem(message, span, cure.translate(square))
        return self.problem(f"expected an operator or the end, found {tokens[0].shown}", span)

    def problem(self, message: str, span: Span, help_: str | None = None) -> SyntaxProblem:
        """Return a SyntaxProblem about this text."""
        return SyntaxProblem(message, span=span, help=help_, text=self.text)
