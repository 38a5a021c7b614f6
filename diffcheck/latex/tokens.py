r"""LaTeX to tokens: macros take their arguments here, so that the grammar sees formulas and no TeX.

Every script and every fraction gets its braces, typed or not; accents and fonts become parts of names; layout goes.
Spans count characters of the LaTeX as typed.  Read in order: `tokenize`, then `_Scanner.command`.
What bars, signs and letters before brackets mean depends on what stands around them: that is in `context.py`.
"""

from __future__ import annotations

import difflib
import re

from lark import Token

from diffcheck.errors import SyntaxProblem
from diffcheck.language.tokens import MAX_TEXT
from diffcheck.language.tree import Span
from diffcheck.latex.groups import Groups, styled
from diffcheck.latex.raw import Raw, problem, token
from diffcheck.latex.words import (
    ACCENTS,
    BARS,
    BRACKETS,
    COMMANDS,
    EULER,
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

__all__ = ["tokenize"]

# The skip behind a row, as in \\[2pt].
_SKIP = re.compile(r"\[-?[0-9.]+\s*(?:pt|em|ex|mm|cm|in|px|jot)\]|\*")
# Without amsmath, cases are set as \\left\\{ \\begin{array}{ll} ... \\end{array} \\right.
_CASES = {"cases", "dcases", "rcases", "cases*", "dcases*", "array", "matrix"}
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


# Commands that take arguments, and display brackets: the method of the scanner that reads them.
COMMANDS_WITH_ARGUMENTS = {
    **dict.fromkeys(SKIPPED, "words"),
    **dict.fromkeys(("left", "right", "middle"), "sized"),
    **dict.fromkeys(("{", "}", "|"), "braced"),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), "fraction"),
    **dict.fromkeys(ROMAN, "upright"),
    **dict.fromkeys(("stackrel", "overset", "underset"), "stacked"),
    **dict.fromkeys(("underbrace", "overbrace"), "underbraced"),
    **dict.fromkeys(SWITCHES, "switched"),
    "sqrt": "root", "not": "negated", "\\": "row", "arg": "place",
}  # fmt: skip


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


class _Scanner(Groups):
    """One text: its raw words, how far they are taken, and the tokens made of them."""

    def __init__(self, text: str, start: int, stop: int) -> None:
        super().__init__(text, start, stop)
        self.environments: list[Raw] = []
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

    def sign(self, raw: Raw) -> None:
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
                self.at, Raw("command" if meant.isalpha() else "sign", meant, raw.start, raw.stop)
            )
        elif word in COMMANDS:
            self.emit(*COMMANDS[word], raw.span)
        else:
            shown = f"`{word}`" if word.isprintable() else f"the character U+{ord(word[0]):04X}"
            raise problem(f"{shown} is not read in a formula", raw.span, None, self.text)

    def letters(self, raw: Raw) -> None:
        """Emit a run of letters: a known word is one name or function, two letters are a product."""
        word = raw.text
        follows = self.peek()
        if len(word) == 1 or word in NAMES:
            # Nobody writes x1 for a product.
            tail = follows.text if follows is not None and follows.start == raw.stop else ""
            tail = tail if re.fullmatch("[0-9]{1,3}", tail) else ""
            self.at += bool(tail)
            self.emit("NAME", word + tail, (raw.start, raw.stop + len(tail)))
        elif function(word):
            self.emit("FUNC", function(word) or "", raw.span)
        elif KEYWORDS.get(word) in ("IF", "OTHERWISE"):
            self.emit(KEYWORDS[word], word, raw.span)
        elif self.labelled():
            self.single(raw) if set(word) <= _INDICES else self.emit("NAME", word, raw.span)
        elif len(word) == 2:
            self.single(raw)
        else:
            # An error only where it is read: what stands left of an equals sign is not.
            self.emit("WORD", word, raw.span)

    def labelled(self) -> bool:
        """Whether the next token begins a script: there `max` and `pred` are labels, `ij` are two indices."""
        return len(self.out) > 1 and self.out[-1].type == "LBRACE" and self.out[-2].type in ("SUB", "SUP")

    def single(self, raw: Raw) -> None:
        for i, letter in enumerate(raw.text):
            self.emit("NAME", letter, (raw.start + i, raw.start + i + 1))

    # --- commands

    def command(self, raw: Raw) -> None:
        """Emit the tokens of a command and of the arguments it takes."""
        word = raw.text
        if word in IGNORED:
            return
        if word in COMMANDS_WITH_ARGUMENTS:
            getattr(self, COMMANDS_WITH_ARGUMENTS[word])(raw)
        elif word in BARS or word in BRACKETS:
            self.bracket(raw, "")
        elif word in ACCENTS:
            self.styled(raw, f"accent:{ACCENTS[word]}")
        elif word in FONTS:
            self.styled(raw, f"font:{FONTS[word]}")
        elif word in GREEK:
            self.emit("NAME", word, raw.span)
        elif word in COMMANDS:
            self.emit(*COMMANDS[word], raw.span)
        elif function(word) and word.islower():
            self.emit("FUNC", function(word) or "", raw.span)
        else:
            raise self.unknown(raw)

    def braced(self, raw: Raw) -> None:
        self.bracket(Raw("command", "\\" + raw.text, *raw.span), "")

    def fraction(self, raw: Raw) -> None:
        self.emit("FRAC", "", raw.span)
        self.operand(self.argument(raw))
        self.operand(self.argument(raw))

    def row(self, raw: Raw) -> None:
        """Read the end of a row, with the skip behind it."""
        self.emit("NEWROW", "", raw.span)
        skip = _SKIP.match(self.text, raw.stop)
        while skip and self.at < len(self.raws) and self.raws[self.at].start < skip.end():
            self.at += 1

    def unknown(self, raw: Raw) -> SyntaxProblem:
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
            *COMMANDS_WITH_ARGUMENTS,
            "log",
            "exp",
        ]
        known = [k for k in known if k.isalpha()]
        # Two letters exchanged come before others that look alike: \hta is \hat, not \theta.
        near = [k for k in known if sorted(k) == sorted(word)]
        near = near or difflib.get_close_matches(word[:40], known, n=1, cutoff=0.7)
        help_ = (
            f"did you mean `\\{near[0]}`?"
            if near
            else f"for a name of your own write \\mathrm{{{word}}}; known are Greek letters, \\frac, \\sum, \\max, "
            "\\log, \\exp, \\sqrt, \\left, \\begin{cases} and the like"
        )
        shown = f"\\{word}" if word.isprintable() else "this command"
        return problem(f"`{shown}` is not known", raw.span, help_, self.text)

    def sized(self, raw: Raw) -> None:
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
            self.raws.insert(self.at, Raw("sign", "|", delimiter.start + 1, delimiter.stop))
            text, span = "|", (raw.start, delimiter.start + 1)
        if text not in BARS and text not in BRACKETS:
            help_ = f"write `\\{raw.text}(`, `\\{raw.text}|` or another bracket"
            raise problem(f"no bracket behind `\\{raw.text}`", span, help_, self.text)
        if raw.text == "left":
            self.lefts.append(len(self.out))
        elif raw.text == "right" and self.lefts and self.lefts.pop() is None:
            help_ = "write the value at that point"
            raise problem("a bracket on the right alone is not read", span, help_, self.text)
        self.bracket(Raw(delimiter.kind, text, *span), raw.text)

    def one_sided(self, raw: Raw, span: Span) -> None:
        """Read \\left. and \\right., which print nothing: the bracket on the other side goes as well."""
        if raw.text == "left":
            self.lefts.append(None)
        elif raw.text == "right" and self.lefts and (start := self.lefts.pop()) is not None:
            opening = self.out[start]
            self.out[start] = token("AROUND", opening.value, (opening.start_pos or 0, opening.end_pos or 0))

    def bracket(self, raw: Raw, side: str) -> None:
        if raw.text in BRACKETS:
            self.emit(BRACKETS[raw.text][0], raw.text, raw.span)
            return
        kind = BARS[raw.text]
        closed = {"BAR": ("LABS", "RABS"), "DBAR": ("LNORM", "RNORM")}[kind]
        if side == "middle":
            self.emit("COMMA", ";", raw.span)
        else:
            self.emit({"": kind, "left": closed[0], "right": closed[1]}[side], raw.text, raw.span)

    def root(self, raw: Raw) -> None:
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

    def styled(self, raw: Raw, taken: str) -> None:
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
            span = (opening, last.end_pos or 0)
            if taken.startswith("font") and last.value in {"1", "bb:I"}:
                self.out[-1] = token("INDICATOR", "1", span)
            elif last.value == "bb:E":
                self.out[-1] = token("FUNC", "expectation", span)
            else:
                self.out[-1] = token(last.type, last.value, span)

    def switched(self, raw: Raw) -> None:
        """Read {\\rm margin}: what follows in the group is a word."""
        style = SWITCHES[raw.text]
        follows = self.peek()
        if follows is not None and follows.kind == "letters":
            self.take()
            self.word(follows.text, (raw.start, follows.stop))
            if style and self.out[-1].type == "NAME":
                self.out[-1] = styled(self.out[-1], "font", style)

    def upright(self, macro: Raw) -> None:
        """Read \\text{...}: a name, a function, or a word such as `otherwise`; formulas between dollars in it too."""
        said, (start, stop) = self.words(macro)
        pieces = said.split("$")
        plain = re.sub(r"\\[_ ,;-]", "", said)
        if len(pieces) == 1 and "\\" in plain:
            # \mathrm{\hat y} is a formula in an upright font.
            self.out += _Scanner(self.text, start, stop).scan()
        elif said == "e" and macro.text in ("mathrm", "text") and not self.indexed():
            self.emit("NAME", EULER, (macro.start, stop + 1))
        elif len(pieces) == 1:
            self.word(said, (macro.start, min(stop + 1, len(self.text))))
        else:
            for i, piece in enumerate(pieces):
                if i % 2:
                    self.out += _Scanner(self.text, start, start + len(piece)).scan()
                else:
                    self.word(piece, (start, start + len(piece)))
                start += len(piece) + 1

    def indexed(self) -> bool:
        """Whether a script below comes next."""
        follows = self.peek()
        return follows is not None and follows.text == "_"

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
        elif low.replace(" ", "") in ("argmin", "argmax"):
            self.emit("FUNC", low.replace(" ", ""), span)
        elif function(plain):
            self.emit("FUNC", function(plain) or "", span)
        elif re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain):
            self.emit("NUMBER", plain, span)
        elif re.fullmatch(r"[A-Za-z][\w \-']*", plain, re.ASCII):
            self.emit("NAME", "word:" + re.sub(r"\W+", "_", plain), span)
        else:
            self.emit("WORD", plain, span)

    def stacked(self, raw: Raw) -> None:
        r"""Read \stackrel{\text{def}}{=}: the second argument alone; \underset{w}{\min} is \min_w."""
        _, (first, stop) = self.words(raw)
        start = len(self.out)
        self.operand(self.argument(raw))
        if len(self.out) == start + 3:
            self.out[start:] = [self.out[start + 1]]
        if raw.text == "underset" and self.out[-1].type == "FUNC":
            self.emit("SUB", "_", (first, first))
            below = _Scanner(self.text, first, stop).scan()
            self.out += [token("LBRACE", "", (first, first)), *below, token("RBRACE", "", (stop, stop))]

    def underbraced(self, raw: Raw) -> None:
        """Read \\underbrace{...}_{said}: what is said below is no script."""
        follows = self.argument(raw)
        if follows.text == "{":
            self.brace(self.take(), "")
            self.group()
        below = self.peek()
        if below is not None and below.text in ("_", "^"):
            self.take()
            self.words(raw)

    def place(self, raw: Raw) -> None:
        r"""Read \arg\min as one word: where the function is lowest."""
        follows = self.peek()
        if follows is None or follows.text not in ("min", "max"):
            raise self.unknown(raw)
        self.take()
        self.emit("FUNC", f"arg{follows.text}", (raw.start, follows.stop))

    def negated(self, raw: Raw) -> None:
        """Read \\not= as \\ne."""
        follows = self.peek()
        if follows is not None and follows.text == "=":
            self.take()
            self.emit("REL", "ne", (raw.start, follows.stop))
        else:
            raise problem("`\\not` is not read here", raw.span, "write \\ne, or \\neg", self.text)

    def environment(self, raw: Raw) -> None:
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
