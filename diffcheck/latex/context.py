r"""What a token means where it stands: bars open or close, signs join or negate, letters are called or multiplied.

Three passes, each linear.  `dressed`: names of several fonts are told apart.  `called`: a letter before brackets is a
function or a factor.  `paired`: brackets, bars and signs.  Then `clauses` splits what stands between equals signs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from lark import Token

from diffcheck.errors import SyntaxProblem
from diffcheck.language.limits import MAX_DEPTH, too_deep
from diffcheck.latex.raw import problem, token
from diffcheck.latex.words import DATA_LETTERS, FUNCTION_LETTERS, GREEK, NAMES, may_be_called

__all__ = ["Clause", "called", "clauses", "dressed", "paired", "span_of"]

_CLOSES = {
    "LPAR": "RPAR", "LBRACE": "RBRACE", "LABS": "RABS", "LNORM": "RNORM", "LFLOOR": "RFLOOR", "LCEIL": "RCEIL",
    "LANGLE": "RANGLE", "CASES": "END",
}  # fmt: skip
_OPENS = {closing: opening for opening, closing in _CLOSES.items()}
_OPERANDS = {"NUMBER", "NAME", "SIZE", "DOTS", "INDICATOR"}
_BARS = {"BAR": ("LABS", "RABS"), "DBAR": ("LNORM", "RNORM")}

_PAIRS = {"(": ")", "[": "]", "\\{": "\\}", "lbrace": "rbrace", "lbrack": "rbrack", "item": "]"}

# One equation or expression: the tokens left of each equals sign, and the last ones.
Clause = list[list[Token]]


def span_of(part: Token) -> tuple[int, int]:
    """Return the columns of a token."""
    return (part.start_pos or 0, part.end_pos or 0)


def _as(part: Token, kind: str, value: str | None = None) -> Token:
    return token(kind, part.value if value is None else value, span_of(part))


def dressed(tokens: Sequence[Token]) -> list[Token]:
    r"""Return the tokens with plain names: \mathbf{w} is w, unless w occurs as well; then it is w_bold."""
    fonts: dict[str, Counter[str]] = defaultdict(Counter)
    greek: dict[str, set[str]] = defaultdict(set)
    for part in _right(tokens):
        if part.type == "NAME":
            font, _, name = part.value.rpartition(":")
            fonts[name][font] += 1
            greek[GREEK.get(name, name)].add(name)
    pairs = zip(tokens, tokens[2:], strict=False)
    above = Counter(str(part.value) for script, part in pairs if script.type == "SUP" and part.type == "NAME")
    found: list[Token] = []
    for i, part in enumerate(tokens):
        font, _, name = part.value.rpartition(":")
        plain = GREEK.get(name, name)
        alone = i > 1 and tokens[i - 2].type == "SUP" and tokens[i + 1].type == "RBRACE"
        if part.type != "NAME":
            found.append(part)
        elif alone and (part.value == "word:T" or (part.value == "T" and fonts["T"][""] == above["T"])):
            # A T alone above is a transpose, unless T is a name.
            found.append(_as(part, "MARK", "top"))
        elif font not in ("", "word") and next(iter(fonts[name]), font) != font:
            found.append(_as(part, "NAME", f"{name}_{font}"))
        else:
            # \epsilon and \varepsilon are one name, unless both occur.
            found.append(_as(part, "NAME", plain if len(greek[plain]) < 2 else name))
    return found


def _right(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return what stands right of the first equals sign outside brackets, all of it where there is none."""
    depth = 0
    for i, part in enumerate(tokens):
        depth += (part.type in _CLOSES) - (part.type in _OPENS)
        if depth == 0 and part.type == "REL" and part.value == "eq":
            return tokens[i + 1 :]
    return tokens


def _after_scripts(tokens: Sequence[Token], at: int) -> int:
    """Return the index behind the scripts that begin at ``at``."""
    while at < len(tokens) and tokens[at].type in ("SUB", "SUP"):
        depth = 0
        at += 1
        while at < len(tokens):
            depth += {"LBRACE": 1, "RBRACE": -1}.get(tokens[at].type, 0)
            at += 1
            if depth == 0:
                break
    return at


def called(tokens: Sequence[Token], notes: list[str]) -> list[Token]:
    r"""Return the tokens with the names that are called as APPLIED, and a note on each that might be a factor.

    A name directly before brackets is called when it is one of FUNCTION_LETTERS or a word of several letters that
    stands nowhere without brackets, when its brackets hold a list or a parameter \theta alone, or when they hold names
    alone and it is none of DATA_LETTERS.  Everything else is a product: y(1 - p).
    """
    before: dict[int, int] = {}
    bare: Counter[str] = Counter()
    left = len(tokens) - len(_right(tokens))
    for i, part in enumerate(tokens):
        if part.type == "NAME":
            at = _after_scripts(tokens, i + 1)
            if at < len(tokens) and tokens[at].type == "LPAR" and tokens[at].value in ("(", "["):
                before[i] = at
            elif i >= left:
                bare[part.value] += 1
    found = list(tokens)
    said: dict[str, str] = {}
    below: dict[int, Token] = {}
    above: dict[int, Token] = {}
    for i, at in before.items():
        name = tokens[i].value
        if name == "sigma":
            direct = at == i + 1 and not bare[name]
            said[name] = (
                "\\sigma(...) as the sigmoid" if direct else "\\sigma as a number, not as the sigmoid"
            )
            if direct:
                found[i] = _as(tokens[i], "FUNC", "sigmoid")
        elif _is_called(tokens, i, at, bool(bare[name])):
            found[i] = _as(tokens[i], "APPLIED")
        elif at == i + 1 and tokens[at].value == "[" and _names_alone(tokens, at):
            # x[i] as programs write x_i.
            closing = at + 1 + len(_inside(tokens, at))
            below[at], above[closing] = tokens[at], tokens[min(closing, len(tokens) - 1)]
        elif name in FUNCTION_LETTERS:
            said[name] = f"{name}(...) as a product"
    notes += [f"read {how}" for how in said.values()]
    scripts = {at: [_as(t, "SUB", "_"), _as(t, "LBRACE")] for at, t in below.items()}
    scripts |= {at: [_as(t, "RBRACE")] for at, t in above.items()}
    return [part for i, old in enumerate(found) for part in scripts.get(i, [old])]


def _is_called(tokens: Sequence[Token], of: int, at: int, bare: bool) -> bool:
    """Whether the name at ``of`` is called by the bracket at ``at``; bare: it stands without brackets elsewhere."""
    if tokens[at].value == "[":
        return False
    name = tokens[of].value
    inside = _inside(tokens, at)
    depth, outside = 0, []
    for part in inside:
        depth += (part.type in _CLOSES) - (part.type in _OPENS)
        outside += [part.type] if depth == 0 else []
    # One bar divides what is given, as in p(y | x); two are an absolute value.
    if "COMMA" in outside or 1 in (outside.count("BAR"), outside.count("DBAR")):
        return True
    below = [part.value for part in tokens[of + 1 : at] if part.type == "NAME"]
    if below and {*below} <= {"theta", "phi", "psi"} and _names_alone(tokens, at):
        return True
    parameters = [part.value for part in inside if part.type == "NAME"]
    if not bare and len(inside) == 1 and parameters and parameters[0] in ("theta", "phi", "vartheta"):
        return True
    stem = name.partition("_")[0]
    alone = stem not in DATA_LETTERS and name not in NAMES and _names_alone(tokens, at)
    return not bare and (may_be_called(name) or alone)


def _inside(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    """Return the tokens between the bracket at ``at`` and the one that closes it."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i].type in _CLOSES) - (tokens[i].type in _OPENS)
        if depth == 0:
            return tokens[at + 1 : i]
    return tokens[at + 1 :]


def _names_alone(tokens: Sequence[Token], at: int) -> bool:
    """Whether the brackets at ``at`` hold names with scripts, and no operation on them."""
    inside = _inside(tokens, at)
    return bool(inside) and all(
        part.type in ("NAME", "SUB", "SUP", "LBRACE", "RBRACE", "NUMBER", "BAR", "MARK", "LPAR", "RPAR")
        for part in inside
    )


def paired(tokens: Sequence[Token], text: str) -> list[Token]:
    r"""Return the tokens with every bracket paired, every bar a bracket, and every sign SIGN or UNARY.

    `||` is a norm if that leaves every bar paired, else two bars: ||x| - 1|.  Raises SyntaxProblem at what does not
    pair, and beyond 100 levels.
    """
    try:
        return _Pairing(tokens, text).run()
    except ValueError:
        split: list[Token] = []
        for part in tokens:
            start, stop = span_of(part)
            if part.type == "DBAR" and part.value == "||":
                split += [token("BAR", "|", (start, start + 1)), token("BAR", "|", (start + 1, stop))]
            else:
                split.append(part)
        try:
            return _Pairing(split, text).run()
        except ValueError as error:
            at = error.args[0]
            help_ = "write \\left| and \\right|, which say which side they are"
            raise problem("this bar has no partner", at, help_, text) from None


class _Pairing:
    """One pass from left to right: the open brackets, and whether an operand has just ended."""

    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.out: list[Token] = []
        # Each open bracket, where it stands in ``out``, and whether an operand ended before it.
        self.open: list[tuple[Token, int, bool]] = []
        self.operand = False
        self.single: set[int] = set()

    def run(self) -> list[Token]:
        for i, part in enumerate(self.tokens):
            if part.type in _BARS:
                self.bar(i, part)
            elif part.type in _CLOSES:
                self.opened(part)
            elif part.type in _OPENS:
                self.closed(part)
            elif part.type == "SIGN":
                self.out.append(part if self.operand else _as(part, "UNARY"))
                self.operand = False
            elif part.type in ("SUB", "SUP"):
                self.out.append(part)
            else:
                self.out.append(part)
                self.operand = part.type in _OPERANDS or (part.type == "BANG" and self.operand)
        if self.open:
            part = self.open[-1][0]
            if part.type in ("LABS", "LNORM") and part.value in ("|", "||", "\\|", "vert", "Vert"):
                raise ValueError(span_of(part))
            raise problem("this bracket is never closed", span_of(part), "close it", self.text)
        return self.out

    def opened(self, part: Token) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise too_deep(span_of(part), self.text)
        script = bool(self.out) and self.out[-1].type in ("SUB", "SUP") and part.type == "LBRACE"
        self.open.append((part, len(self.out), self.operand if script else True))
        self.out.append(part)
        self.operand = False

    def closed(self, part: Token) -> None:
        if not self.open:
            raise problem(
                "this bracket is never opened", span_of(part), "leave it out, or open it", self.text
            )
        opening, at, operand = self.open.pop()
        if part.type == "RPAR" == _CLOSES[opening.type] and _PAIRS.get(opening.value) != part.value:
            # Only an interval may be half open: x \in (0, 1].
            interval = at > 0 and self.out[at - 1].type == "REL" and self.out[at - 1].value == "in"
            if not interval:
                raise self.mismatch(opening, part)
        if _CLOSES[opening.type] != part.type:
            if opening.type in ("LABS", "LNORM"):
                raise ValueError(span_of(opening))
            raise self.mismatch(opening, part)
        self.out.append(part)
        self.operand = operand

    def mismatch(self, opening: Token, part: Token) -> SyntaxProblem:
        shown = self.text[slice(*span_of(opening))]
        help_ = "close brackets in the order they were opened, each by its own sort"
        return problem(f"this closes `{shown}`, which is another bracket", span_of(part), help_, self.text)

    def bar(self, i: int, part: Token) -> None:
        opening, closing = _BARS[part.type]
        top = self.open[-1][0] if self.open else None
        if self.operand and top is not None and top.type == opening:
            self.closed(_as(part, closing))
        elif self.operand and self.divides(i):
            # p(y | x) and D(p || q): what is given is an argument like the others.
            self.out.append(_as(part, "COMMA", ";"))
            self.operand = False
        else:
            self.opened(_as(part, opening))

    def divides(self, i: int) -> bool:
        """Whether a bar stands alone in the brackets of a call."""
        if not self.open or self.open[-1][0].type != "LPAR":
            return False
        before = self.open[-1][1] - 1
        while before > 0 and self.out[before].type == "RBRACE":
            depth = 1
            while before > 0 and depth:
                before -= 1
                depth += {"RBRACE": 1, "LBRACE": -1}.get(self.out[before].type, 0)
            before -= 2
        if before < 0 or self.out[before].type not in ("APPLIED", "NAME"):
            return False
        depth = 0
        for part in self.tokens[i + 1 :]:
            depth += (part.type in _CLOSES) - (part.type in _OPENS)
            if depth < 0:
                return True
            if depth == 0 and part.type == self.tokens[i].type:
                return False
        return False


def clauses(tokens: Sequence[Token]) -> list[Clause]:
    """Return the equations and expressions of the text, each split at its equals signs.

    They are separated by commas, wide space, new lines or words such as `where`, outside brackets.
    """
    found: list[Clause] = [[[]]]
    depth = 0
    for part in _tidied(tokens):
        depth += (part.type in _CLOSES) - (part.type in _OPENS)
        if depth == 0 and part.type in ("COMMA", "GAP", "NEWROW", "STOP", "IF", "AND"):
            found.append([[]])
            continue
        if part.type in ("GAP", "STOP"):
            continue
        if depth == 0 and part.type == "REL" and part.value == "eq":
            found[-1].append([])
        elif not (depth == 0 and part.type == "AMP"):
            found[-1][-1].append(part)
    return _joined([clause for clause in found if any(clause)])


def _joined(found: list[Clause]) -> list[Clause]:
    r"""Join what a new line or wide space tore apart: a row that begins with `=` or a sign continues the one before."""
    joined: list[Clause] = []
    for clause in found:
        first = clause[0]
        if joined and not first and len(clause) > 1:
            joined[-1] = [*joined[-1], *clause[1:]]
        elif joined and first and (first[0].type in ("UNARY", "TIMES", "SLASH", "SIGN")):
            sign = _as(first[0], "SIGN") if first[0].type == "UNARY" else first[0]
            joined[-1] = [*joined[-1][:-1], [*joined[-1][-1], sign, *first[1:]], *clause[1:]]
        else:
            joined.append(clause)
    return joined


def _tidied(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with one separator before each condition of cases, and none before its end."""
    found: list[Token] = []
    open_: list[str] = []
    for part in tokens:
        if part.type in {"AROUND", "PERCENT"}:
            continue
        inside = bool(open_) and open_[-1] == "CASES"
        if part.type in _CLOSES:
            open_.append(part.type)
        elif part.type in _OPENS and open_:
            open_.pop()
        if inside and part.type not in _CLOSES:
            _put_in_row(found, part)
        else:
            found.append(part)
    return found


def _put_in_row(found: list[Token], part: Token) -> None:
    r"""Add a token of cases: `x, \text{if } x > 0` and `x, & x > 0` have the same one separator."""
    if part.type in ("AMP", "NEWROW", "END", "IF", "OTHERWISE"):
        while found[-1].type in ("COMMA", "STOP"):
            found.pop()
    last = found[-1].type
    if part.type == "GAP" or (part.type == "IF" and last in ("AMP", "AND", "OR")):
        return
    if part.type == "AMP" and last in ("AMP", "OTHERWISE"):
        return
    if part.type == "IF":
        part = _as(part, "AMP")
    elif part.type == "OTHERWISE" and last == "AMP":
        found.pop()
    while part.type == "END" and found[-1].type == "NEWROW":
        found.pop()
    found.append(part)
