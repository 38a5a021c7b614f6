"""Groups in braces, scripts, and what fonts and accents do to a group: braces are put in where TeX needs none."""

from __future__ import annotations

from lark import Token

from diffcheck.language.tree import Span
from diffcheck.latex.raw import Cursor, Raw, problem, token
from diffcheck.latex.words import SWITCHES

__all__ = ["Groups", "styled"]


class Groups(Cursor):
    """A cursor that takes groups; `step` turns the next raw word into tokens."""

    def step(self) -> None:
        """Turn the next raw word, with the arguments it takes, into tokens."""
        raise NotImplementedError

    def switched(self, raw: Raw) -> None:
        """Read a font that holds to the end of its group."""
        raise NotImplementedError

    def brace(self, raw: Raw, taken: str) -> None:
        """Open a group, which a font or an accent may take."""
        self.open.append((len(self.out), taken, raw))
        self.emit("LBRACE", "{", raw.span)
        follows = self.peek()
        if follows is not None and follows.kind == "command" and follows.text in SWITCHES:
            self.switched(self.take())

    def unbrace(self, raw: Raw) -> None:
        """Close a group, and dress it."""
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

    def dress(self, taken: str, start: int, opening: Raw) -> None:
        """Put a font or an accent on the group that began at token ``start``, which must be a name and its scripts."""
        kind, style = taken.split(":")
        group = self.out[start + 1 : -1]
        if kind == "font":
            dressed = [styled(t, kind, style) if t.type == "NAME" else t for t in group]
        elif group[0].type == "FUNC" and group[0].value == "expectation":
            dressed = group
        elif group[0].type == "NAME" and (len(group) == 1 or group[1].type in ("SUB", "SUP")):
            dressed = [styled(group[0], kind, style), *group[1:]]
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

    def script(self, raw: Raw) -> None:
        """Emit a script with its braces; without typed ones TeX takes a single sign."""
        self.emit("SUB" if raw.text == "_" else "SUP", raw.text, raw.span)
        follows = [r.text for r in self.raws[self.at : self.at + 2]]
        base = self.out[-2] if len(self.out) > 1 else None
        if (
            follows[:1] == ["{"]
            and follows[1:] in (["<"], [">"])
            and base is not None
            and base.type == "NAME"
        ):
            # y_{<t} is one more name at t: what was said before.
            said = {"<": "before", ">": "after"}[self.raws.pop(self.at + 1).text]
            self.out[-2] = token("NAME", f"{base.value}_{said}", (base.start_pos or 0, base.end_pos or 0))
        self.operand(self.argument(raw), script=True)

    def operand(self, raw: Raw, script: bool = False) -> None:
        """Emit the argument that a script or a fraction takes, in braces."""
        inside = [r.text for r in self.raws[self.at + 1 : self.at + 3]]
        if raw.text == "{" and script and inside in ([mark, "}"] for mark in "+-*'"):
            self.emit("LBRACE", "", self.take().span)
            self.mark(self.take())
            self.emit("RBRACE", "", self.take().span)
            return
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

    def one(self, raw: Raw, script: bool) -> None:
        """Emit the first letter or digit of a run, and leave the rest."""
        if raw.kind == "number" and len(raw.text) > 1 and script:
            shown = f"{self.text[raw.start - 1]}{raw.text}"
            help_ = f"write `{self.text[raw.start - 1]}{{{raw.text}}}`"
            raise problem(
                f"`{shown}` prints the first digit alone above or below", raw.span, help_, self.text
            )
        if len(raw.text) > 1:
            rest = raw.text[1:]
            self.raws.insert(self.at, Raw(raw.kind, rest, raw.start + 1, raw.stop))
        span = (raw.start, raw.start + 1)
        self.emit("NAME" if raw.kind == "letters" else "NUMBER", raw.text[0], span)

    def mark(self, raw: Raw) -> None:
        """Emit a sign that stands alone above or below."""
        follows = self.peek()
        wanted = follows is not None and follows.kind in ("number", "letters") and follows.start == raw.stop
        if follows is not None and wanted and raw.text == "-":
            help_ = f"write `^{{-{follows.text}}}`"
            span = (raw.start, follows.stop)
            raise problem("`^-` prints the minus alone above", span, help_, self.text)
        self.emit("MARK", {"+": "plus", "-": "minus", "*": "star", "'": "prime"}[raw.text], raw.span)

    def marked(self, mark: str, span: Span) -> None:
        """Emit a sign in braces."""
        self.emit("LBRACE", "", (span[0], span[0]))
        self.emit("MARK", mark, span)
        self.emit("RBRACE", "", (span[1], span[1]))


def styled(old: Token, kind: str, style: str) -> Token:
    """Return a name with an accent or in a font."""
    value = old.value
    if kind == "accent":
        value = f"{value}_{style}"
    elif style:
        value = f"{style}:{value.rpartition(':')[2]}"
    return token(old.type, value, (old.start_pos or 0, old.end_pos or 0))
