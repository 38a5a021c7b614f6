r"""LaTeX to tokens: macros take their arguments here, so that the grammar sees formulas and no TeX.

Every script and every fraction gets its braces, typed or not; accents and fonts become parts of names; layout goes.
Spans count characters of the LaTeX as typed.  Read in order: `tokenize`, then `_Scanner.command`.
What bars, signs and letters before brackets mean depends on what stands around them: that is in `context.py`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from lark import Token

from diffcheck.errors import SyntaxProblem
from diffcheck.latex.words import (
    ACCENTS,
    BARS,
    BRACKETS,
    COMMANDS,
    FONTS,
    GREEK,
    IGNORED,
    KEYWORDS,
    LOOKALIKES,
    NAMES,
    ROMAN,
    SKIPPED,
    SWITCHES,
    UNREAD,
    function,
)
from diffcheck.tokens import MAX_TEXT
from diffcheck.tree import Span

__all__ = ["problem", "token", "tokenize"]

_RAW = re.compile(
    r"(?P<space>(?:\s|~|%[^\n]*(?:\n|$))+)"
    r"|(?P<environment>\\(?:begin|end)\s*\{[^{}\\]*\})"
    r"|(?P<command>\\(?:operatorname\*|tag\*|[A-Za-z]+|.))"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e-?[0-9]+)?)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?P<bars>\|\||\$\$|:=|\.\.\.)"
    r"|(?P<sign>[^\\])",
    re.DOTALL,
)
# The skip behind a row, as in \\[2pt].
_SKIP = re.compile(r"\[-?[0-9.]+\s*(?:pt|em|ex|mm|cm|in|px|jot)\]|\*")
# Without amsmath, cases are set as \\left\\{ \\begin{array}{ll} ... \\end{array} \\right.
_CASES = {"cases", "dcases", "rcases", "cases*", "dcases*", "array", "matrix", "aligned cases"}
# Environments around a formula; what an alignment's & and \\ mean is known from the tokens beside them.
_AROUND = {
    "equation", "align", "aligned", "gather", "gathered", "split", "multline", "displaymath", "math", "flalign",
    "eqnarray", "alignat",
}  # fmt: skip
_INDICES = set("ijklmnct")
# A printed formula has some hundreds.
MAX_TOKENS = 10_000
# How frameworks write the number of entries: \\text{x.nelement}().
_COUNT = re.compile(r"\w+\.(?:nelement|numel|size|len)(?:\([0-9]?\))?", re.ASCII)


def token(kind: str, value: str, span: Span) -> Token:
    """Return a token of the grammar with its columns."""
    return Token(kind, value, start_pos=span[0], end_pos=span[1])


def problem(message: str, span: Span, help: str | None, text: str) -> SyntaxProblem:
    """Return the error for a place in the LaTeX."""
    return SyntaxProblem(message, span=span, help=help, text=text)


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a formula; SyntaxProblem for what TeX itself would refuse, and for unknown commands."""
    if len(text) > MAX_TEXT:
        raise SyntaxProblem(
            f"the text has {len(text)} characters, more than {MAX_TEXT}",
            help="give one formula, not a whole document",
            text=text,
        )
    found = _Scanner(text, 0, len(text)).scan()
    if len(found) > MAX_TOKENS:
        span = (found[MAX_TOKENS].start_pos or 0, len(text))
        raise problem(f"the formula has more than {MAX_TOKENS} signs", span, "give a shorter one", text)
    return found


@dataclass(frozen=True, slots=True)
class _Raw:
    """One word of TeX: a command without its backslash, a run of letters, a number or a sign."""

    kind: str
    text: str
    start: int
    stop: int

    @property
    def span(self) -> Span:
        return (self.start, self.stop)


class _Scanner:
    """One text: its raw words, how far they are taken, and the tokens made of them."""

    def __init__(self, text: str, start: int, stop: int) -> None:
        self.text = text
        self.raws = _raws(text, start, stop)
        self.at = 0
        self.out: list[Token] = []
        # What each open brace is: how many tokens there were, and the font or accent that takes the group.
        self.open: list[tuple[int, str, _Raw]] = []
        self.environments: list[_Raw] = []
        # For each open \left: how many tokens there were, None where it is \left with a dot.
        self.lefts: list[int | None] = []

    def scan(self) -> list[Token]:
        while self.at < len(self.raws):
            self.step()
        if self.open:
            raise problem("this brace is never closed", self.open[-1][2].span, "add a `}`", self.text)
        if self.environments:
            raw = self.environments[-1]
            raise problem("this environment is never ended", raw.span, "add its \\end{...}", self.text)
        return self.out

    # --- raw words

    def peek(self) -> _Raw | None:
        return self.raws[self.at] if self.at < len(self.raws) else None

    def take(self) -> _Raw:
        raw = self.raws[self.at]
        self.at += 1
        return raw

    def argument(self, macro: _Raw) -> _Raw:
        """Return the raw word that comes next, or raise: the macro lacks its argument."""
        raw = self.peek()
        if raw is None or raw.text in ("}", "&", "$") or (raw.kind == "environment"):
            shown = self.text[macro.start : macro.stop]
            raise problem(
                f"`{shown}` lacks what it applies to", macro.span, f"write `{shown}{{...}}`", self.text
            )
        return raw

    def emit(self, kind: str, value: str, span: Span) -> None:
        self.out.append(token(kind, value, span))

    def step(self) -> None:
        """Turn the next raw word, with the arguments it takes, into tokens."""
        raw = self.take()
        match raw.kind:
            case "environment":
                self.environment(raw)
            case "command":
                self.command(raw)
            case "number":
                self.emit("NUMBER", raw.text, raw.span)
            case "letters":
                self.letters(raw)
            case _:
                self.sign(raw)

    def sign(self, raw: _Raw) -> None:
        word = raw.text
        if word == "{":
            self.brace(raw, "")
        elif word == "}":
            self.unbrace(raw)
        elif word in ("$", "$$"):
            return
        elif word in ("_", "^"):
            self.script(raw)
        elif word == "'":
            self.emit("SUP", "", raw.span)
            self.marked("prime", raw.span)
        elif word in (":=", "..."):
            self.emit(*(("REL", "eq") if word == ":=" else ("DOTS", "")), raw.span)
        elif word in BARS:
            self.emit(BARS[word], word, raw.span)
        elif word in BRACKETS:
            self.emit(BRACKETS[word][0], word, raw.span)
        elif word in LOOKALIKES:
            meant = LOOKALIKES[word]
            self.raws.insert(
                self.at, _Raw("command" if meant.isalpha() else "sign", meant, raw.start, raw.stop)
            )
        elif word in COMMANDS:
            self.emit(*COMMANDS[word], raw.span)
        else:
            shown = f"`{word}`" if word.isprintable() else f"the character U+{ord(word[0]):04X}"
            raise problem(f"{shown} is not read in a formula", raw.span, None, self.text)

    def letters(self, raw: _Raw) -> None:
        """Emit a run of letters: a known word is one name or function, two letters are a product."""
        word = raw.text
        follows = self.peek()
        if len(word) == 1 or word in NAMES:
            tail = ""
            # Nobody writes x1 for a product.
            if follows is not None and follows.kind == "number" and follows.start == raw.stop:
                tail = follows.text if follows.text.isdigit() and len(follows.text) < 4 else ""
            if tail:
                self.take()
            self.emit("NAME", word + tail, (raw.start, raw.stop + len(tail)))
        elif function(word):
            self.emit("FUNC", function(word) or "", raw.span)
        elif KEYWORDS.get(word) in ("IF", "OTHERWISE"):
            self.emit(KEYWORDS[word], word, raw.span)
        elif self.labelled():
            if set(word) <= _INDICES:
                self.single(raw)
            else:
                self.emit("NAME", word, raw.span)
        elif len(word) == 2:
            self.single(raw)
        else:
            # An error only where it is read: what stands left of an equals sign is not.
            self.emit("WORD", word, raw.span)

    def labelled(self) -> bool:
        """Whether the next token begins a script: there `max` and `pred` are labels, `ij` are two indices."""
        return len(self.out) > 1 and self.out[-1].type == "LBRACE" and self.out[-2].type in ("SUB", "SUP")

    def single(self, raw: _Raw) -> None:
        for i, letter in enumerate(raw.text):
            self.emit("NAME", letter, (raw.start + i, raw.start + i + 1))

    # --- groups and scripts

    def brace(self, raw: _Raw, taken: str) -> None:
        """Open a group, which a font or an accent may take."""
        self.open.append((len(self.out), taken, raw))
        self.emit("LBRACE", "{", raw.span)
        follows = self.peek()
        if follows is not None and follows.kind == "command" and follows.text in SWITCHES:
            self.switched(self.take())

    def unbrace(self, raw: _Raw) -> None:
        if not self.open:
            raise problem("this brace is never opened", raw.span, "leave it out, or add a `{`", self.text)
        start, taken, opening = self.open.pop()
        if len(self.out) == start + 1:
            before = self.out[start - 1].type if start else ""
            del self.out[start]
            if before in ("SUB", "SUP"):
                # {}_i and x_{} print nothing.
                del self.out[start - 1]
            elif before in ("FRAC", "SQRT", "RBRACE") or taken:
                raise problem(
                    "empty braces", (opening.start, raw.stop), "write an expression inside", self.text
                )
            return
        self.emit("RBRACE", "}", raw.span)
        if taken:
            self.dress(taken, start, opening)

    def dress(self, taken: str, start: int, opening: _Raw) -> None:
        """Put a font or an accent on the group that began at token ``start``, which must be a name and its scripts."""
        kind, style = taken.split(":")
        group = self.out[start + 1 : -1]
        if kind == "font":
            dressed = [_styled(t, kind, style) if t.type == "NAME" else t for t in group]
        elif group[0].type == "NAME" and (len(group) == 1 or group[1].type in ("SUB", "SUP")):
            dressed = [_styled(group[0], kind, style), *group[1:]]
        elif style in ("bar", "under") and kind == "accent":
            raise problem(
                "a bar over an expression is not read",
                (opening.start, self.out[-1].end_pos or 0),
                "put the bar over one name, or write the mean as \\frac1n \\sum_i",
                self.text,
            )
        else:
            raise problem(
                "an accent belongs on one name", opening.span, "write it over the name alone", self.text
            )
        if len(group) == 1 or kind == "accent":
            self.out[start:] = dressed
        else:
            self.out[start + 1 : -1] = dressed

    def script(self, raw: _Raw) -> None:
        """Emit a script with its braces; without typed ones TeX takes a single sign."""
        self.emit("SUB" if raw.text == "_" else "SUP", raw.text, raw.span)
        self.operand(self.argument(raw), script=True)

    def operand(self, raw: _Raw, script: bool = False) -> None:
        """Emit the argument that a script or a fraction takes, in braces."""
        if raw.text == "{":
            self.brace(self.take(), "")
            self.group()
            return
        start = len(self.out)
        self.emit("LBRACE", "", (raw.start, raw.start))
        if raw.kind in ("letters", "number"):
            self.one(self.take(), script)
        elif script and raw.kind == "sign" and raw.text in "+-*'":
            self.mark(self.take())
        else:
            self.step()
            while len(self.out) == start + 1 and self.peek() is not None:
                self.step()
        if len(self.out) == start + 1:
            raise problem("an argument is missing", raw.span, "write it in braces", self.text)
        self.emit("RBRACE", "", (raw.stop, raw.stop))

    def group(self) -> None:
        """Take raw words up to the brace that closes the group just opened."""
        depth = len(self.open)
        while len(self.open) >= depth and self.at < len(self.raws):
            self.step()

    def one(self, raw: _Raw, script: bool) -> None:
        """Emit the first letter or digit of a run, and leave the rest."""
        if raw.kind == "number" and len(raw.text) > 1 and script:
            shown = f"{self.text[raw.start - 1]}{raw.text}"
            help_ = f"write `{self.text[raw.start - 1]}{{{raw.text}}}`"
            raise problem(
                f"`{shown}` prints the first digit alone above or below", raw.span, help_, self.text
            )
        if len(raw.text) > 1:
            rest = raw.text[1:]
            self.raws.insert(self.at, _Raw(raw.kind, rest, raw.start + 1, raw.stop))
        span = (raw.start, raw.start + 1)
        self.emit("NAME" if raw.kind == "letters" else "NUMBER", raw.text[0], span)

    def mark(self, raw: _Raw) -> None:
        follows = self.peek()
        if raw.text in "+-" and follows is not None and follows.kind in ("number", "letters"):
            if follows.start == raw.stop and raw.text == "-":
                help_ = f"write `^{{-{follows.text}}}`"
                raise problem(
                    "`^-` prints the minus alone above", (raw.start, follows.stop), help_, self.text
                )
        self.emit("MARK", {"+": "plus", "-": "minus", "*": "star", "'": "prime"}[raw.text], raw.span)

    def marked(self, mark: str, span: Span) -> None:
        self.emit("LBRACE", "", (span[0], span[0]))
        self.emit("MARK", mark, span)
        self.emit("RBRACE", "", (span[1], span[1]))

    # --- commands

    def command(self, raw: _Raw) -> None:
        """Emit the tokens of a command and of the arguments it takes."""
        word = raw.text
        if word in IGNORED:
            return
        if word in SKIPPED:
            self.words(raw)
        elif word in ("[", "]", "(", ")"):
            return  # begins or ends a display
        elif word in ("left", "right", "middle"):
            self.sized(raw)
        elif word in ("{", "}", "|"):
            self.bracket(_Raw("command", "\\" + word, raw.start, raw.stop), "")
        elif word in BARS or word in BRACKETS:
            self.bracket(raw, "")
        elif word in ("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"):
            self.emit("FRAC", "", raw.span)
            self.operand(self.argument(raw))
            self.operand(self.argument(raw))
        elif word == "sqrt":
            self.root(raw)
        elif word in ACCENTS:
            self.styled(raw, f"accent:{ACCENTS[word]}")
        elif word in FONTS:
            self.styled(raw, f"font:{FONTS[word]}")
        elif word in ROMAN:
            self.upright(raw)
        elif word in ("stackrel", "overset", "underset"):
            self.stacked(raw)
        elif word in ("underbrace", "overbrace"):
            self.underbraced(raw)
        elif word in GREEK:
            self.emit("NAME", word, raw.span)
        elif word in SWITCHES:
            self.switched(raw)
        elif word == "not":
            self.negated(raw)
        elif word == "pmod":
            raise problem("`\\pmod` is not read", raw.span, "write a \\bmod b", self.text)
        elif word in COMMANDS:
            self.emit(*COMMANDS[word], raw.span)
            skip = _SKIP.match(self.text, raw.stop) if word == "\\" else None
            while skip and self.at < len(self.raws) and self.raws[self.at].start < skip.end():
                self.at += 1
        elif function(word) and word.islower():
            self.emit("FUNC", function(word) or "", raw.span)
        elif word in ("arg", "argmin", "argmax"):
            raise problem(f"`\\{word}` is a place, not a number", raw.span, "write the function", self.text)
        else:
            raise self.unknown(raw)

    def unknown(self, raw: _Raw) -> SyntaxProblem:
        word = raw.text
        if word in UNREAD:
            return problem(f"`\\{word}` is not read", raw.span, UNREAD[word], self.text)
        known = [
            *GREEK,
            *ACCENTS,
            *FONTS,
            *ROMAN,
            *COMMANDS,
            *BRACKETS,
            "log",
            "exp",
            "left",
            "right",
            "tanh",
        ]
        near = difflib.get_close_matches(word[:40], [k for k in known if k.isalpha()], n=1, cutoff=0.7)
        help_ = (
            f"did you mean `\\{near[0]}`?"
            if near
            else f"for a name of your own write \\mathrm{{{word}}}; known are Greek letters, \\frac, \\sum, \\max, "
            "\\log, \\exp, \\sqrt, \\left, \\begin{cases} and the like"
        )
        shown = f"\\{word}" if word.isprintable() else "this command"
        return problem(f"`{shown}` is not known", raw.span, help_, self.text)

    def sized(self, raw: _Raw) -> None:
        """Read \\left and \\right: the bracket behind them, or the dot for none."""
        delimiter = self.argument(raw)
        self.take()
        span = (raw.start, delimiter.stop)
        if delimiter.text == ".":
            self.one_sided(raw, span)
            return
        text = delimiter.text
        if delimiter.kind == "command" and text in ("{", "}", "|"):
            text = "\\" + text
        if text == "||":
            # \left|| : the second bar is a sign of its own.
            self.raws.insert(self.at, _Raw("sign", "|", delimiter.start + 1, delimiter.stop))
            text, span = "|", (raw.start, delimiter.start + 1)
        if text not in BARS and text not in BRACKETS:
            help_ = f"write `\\{raw.text}(`, `\\{raw.text}|` or another bracket"
            raise problem(f"no bracket behind `\\{raw.text}`", span, help_, self.text)
        if raw.text == "left":
            self.lefts.append(len(self.out))
        elif raw.text == "right" and self.lefts and self.lefts.pop() is None:
            help_ = "write the value at that point"
            raise problem("a bracket on the right alone is not read", span, help_, self.text)
        self.bracket(_Raw(delimiter.kind, text, *span), raw.text)

    def one_sided(self, raw: _Raw, span: Span) -> None:
        """Read \\left. and \\right., which print nothing: the bracket on the other side goes as well."""
        if raw.text == "left":
            self.lefts.append(None)
        elif raw.text == "right" and self.lefts and (start := self.lefts.pop()) is not None:
            opening = self.out[start]
            self.out[start] = token("AROUND", opening.value, (opening.start_pos or 0, opening.end_pos or 0))

    def bracket(self, raw: _Raw, side: str) -> None:
        if raw.text in BRACKETS:
            self.emit(BRACKETS[raw.text][0], raw.text, raw.span)
            return
        kind = BARS[raw.text]
        closed = {"BAR": ("LABS", "RABS"), "DBAR": ("LNORM", "RNORM")}[kind]
        if side == "middle":
            self.emit("COMMA", ";", raw.span)
        else:
            self.emit({"": kind, "left": closed[0], "right": closed[1]}[side], raw.text, raw.span)

    def root(self, raw: _Raw) -> None:
        follows = self.argument(raw)
        if follows.text == "[":
            self.emit("SQRT", "", raw.span)
            index = follows
            while index.text != "]":
                if self.peek() is None:
                    raise problem("this bracket is never closed", follows.span, "add a `]`", self.text)
                index = self.raws[self.at]
                self.step()
            self.operand(self.argument(raw))
        elif follows.text == "(" or follows.text in ("left", "big", "Big", "bigl", "Bigl"):
            self.emit("FUNC", "sqrt", raw.span)
        else:
            self.emit("SQRT", "", raw.span)
            self.operand(follows)

    def styled(self, raw: _Raw, taken: str) -> None:
        """Read a font or an accent with what it stands on."""
        follows = self.argument(raw)
        if follows.text == "{":
            self.brace(self.take(), taken)
            self.group()
            opening = raw.start
        else:
            start = len(self.out)
            self.operand(follows)
            self.dress(taken, start, raw)
            opening = raw.start
        last = self.out[-1] if self.out else None
        if last is not None and last.type in ("NAME", "NUMBER"):
            kind, _, style = taken.partition(":")
            span = (opening, last.end_pos or 0)
            if kind == "font" and (last.value == "1" or last.value == "bb:I"):
                self.out[-1] = token("INDICATOR", "1", span)
            elif last.value == "bb:E":
                self.out[-1] = token("FUNC", "expectation", span)
            else:
                self.out[-1] = token(last.type, last.value, span)

    def switched(self, raw: _Raw) -> None:
        """Read {\\rm margin}: what follows in the group is a word."""
        style = SWITCHES[raw.text]
        follows = self.peek()
        if follows is not None and follows.kind == "letters":
            self.take()
            self.word(follows.text, (raw.start, follows.stop))
            if style and self.out[-1].type == "NAME":
                self.out[-1] = _styled(self.out[-1], "font", style)

    def words(self, macro: _Raw) -> tuple[str, Span]:
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

    def upright(self, macro: _Raw) -> None:
        """Read \\text{...}: a name, a function, or a word such as `otherwise`; formulas between dollars in it too."""
        said, (start, stop) = self.words(macro)
        pieces = said.split("$")
        plain = re.sub(r"\\[_ ,;-]", "", said)
        if len(pieces) == 1 and "\\" in plain:
            # \mathrm{\hat y} is a formula in an upright font.
            self.out += _Scanner(self.text, start, stop).scan()
        elif len(pieces) == 1:
            self.word(said, (macro.start, min(stop + 1, len(self.text))))
        else:
            for i, piece in enumerate(pieces):
                if i % 2:
                    self.out += _Scanner(self.text, start, start + len(piece)).scan()
                else:
                    self.word(piece, (start, start + len(piece)))
                start += len(piece) + 1

    def word(self, said: str, span: Span) -> None:
        """Emit an upright word."""
        plain = " ".join(re.sub(r"\\[ ,;-]|~", " ", said).replace("\\_", "_").split()).strip(" ,.;")
        low = plain.lower()
        if not plain:
            return
        if low in KEYWORDS:
            self.emit(KEYWORDS[low], low, span)
        elif _COUNT.fullmatch(plain):
            self.emit("SIZE", plain, span)
            rest = "".join(r.text for r in self.raws[self.at : self.at + 3])
            brackets = re.match(r"\([0-9]?\)", rest)
            self.at += len(brackets.group()) if brackets else 0
        elif function(plain):
            self.emit("FUNC", function(plain) or "", span)
        elif re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain):
            self.emit("NUMBER", plain, span)
        elif re.fullmatch(r"[A-Za-z][\w \-']*", plain, re.ASCII):
            self.emit("NAME", "word:" + re.sub(r"\W+", "_", plain), span)
        else:
            self.emit("WORD", plain, span)

    def stacked(self, raw: _Raw) -> None:
        """Read \\stackrel{\\text{def}}{=}: the second argument alone; of \\underset the function with its script."""
        self.words(raw)
        follows = self.argument(raw)
        if follows.text == "{":
            self.brace(self.take(), "")
            start = len(self.out) - 1
            self.group()
            if self.out[-1].type == "RBRACE" and len(self.out) == start + 3:
                self.out[start:] = [self.out[start + 1]]

    def underbraced(self, raw: _Raw) -> None:
        """Read \\underbrace{...}_{said}: what is said below is no script."""
        follows = self.argument(raw)
        if follows.text == "{":
            self.brace(self.take(), "")
            self.group()
        below = self.peek()
        if below is not None and below.text in ("_", "^"):
            self.take()
            self.words(raw)

    def negated(self, raw: _Raw) -> None:
        """Read \\not= as \\ne."""
        follows = self.peek()
        if follows is not None and follows.text == "=":
            self.take()
            self.emit("REL", "ne", (raw.start, follows.stop))
        else:
            raise problem("`\\not` is not read here", raw.span, "write \\ne, or \\neg", self.text)

    def environment(self, raw: _Raw) -> None:
        begins = raw.text.startswith("\\begin")
        name = raw.text[raw.text.index("{") + 1 : -1].strip()
        plain = name.rstrip("*")
        if name not in _CASES and plain not in _AROUND:
            near = difflib.get_close_matches(name[:40], [*_CASES, *_AROUND], n=1)
            help_ = f"did you mean `{near[0]}`?" if near else "cases, equation, align and the like are read"
            raise problem(f"the environment `{name[:40]}` is not read", raw.span, help_, self.text)
        if begins:
            self.environments.append(raw)
            if plain in ("array", "alignat"):
                self.words(raw)
        elif not self.environments:
            raise problem("nothing was begun that ends here", raw.span, "leave it out", self.text)
        else:
            opened = self.environments.pop()
            if opened.text.removeprefix("\\begin").strip() != raw.text.removeprefix("\\end").strip():
                help_ = "end it by the name it began with"
                raise problem("another environment was begun last", raw.span, help_, self.text)
        if name in _CASES:
            self.emit("CASES" if begins else "END", name, raw.span)
        else:
            self.emit("AROUND", name, raw.span)


def _styled(old: Token, kind: str, style: str) -> Token:
    value = old.value
    if kind == "accent":
        value = f"{value}_{style}"
    elif style:
        value = f"{style}:{value.rpartition(':')[2]}"
    return token(old.type, value, (old.start_pos or 0, old.end_pos or 0))


def _raws(text: str, start: int, stop: int) -> list[_Raw]:
    """Return the words of a part of the text, without the space between them."""
    found = []
    at = start
    while at < stop:
        match = _RAW.match(text, at, stop)
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
            found.append(_Raw(kind, word, at, match.end()))
        at = match.end()
    return found
