"""Ways to write that this language has not, and what is written here instead.

A text that cannot be read is held against the rows in order; the first that matches says what is wrong, where, and
the cure in the names of the text.  A cure is offered only if it can be read itself, so that it works when pasted.
A text that can be read meets no row, and no row changes a text: what is meant stays for the user to say.
Read in order: Spelling, the rows from `_ROWS` on, then `otherwise`.  Gives up on brackets more than five deep.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from diffcheck.atoms import ALIASES, ATOMS
from diffcheck.errors import SyntaxProblem
from diffcheck.language.losses import named
from diffcheck.language.reductions import REDUCED
from diffcheck.language.vocabulary import MODULES, is_function

__all__ = ["Spelling", "otherwise"]

# Patterns are tried at every place, so that their time grows with the square of the length.
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write.

    pattern: what no text that can be read contains; its group `at`, else all of it, is pointed at.
    cure: what to write, with the groups of the pattern put in, or what makes it of a match; "" where it does not fit.
    help: how the cure is said; a row whose cure is the empty template says all in ``help``.
    """

    pattern: str
    message: str
    cure: str | Callable[[re.Match[str]], str]
    help: str = "write `{cure}`"


_START = r"(?<![\w.])"
_NAME = r"(?!(?:if|else|and|or|not)\b)[^\W\d]\w*"
_PART = rf"{_START}{_NAME}(?:\[[^\[\]]*+\])?"
_INSIDE = r"[^()]*+"
for _ in range(4):
    _INSIDE = rf"(?:[^()]|\({_INSIDE}\))*+"
_WORDS = sorted((w for w in (*ATOMS, *ALIASES) if is_function(w)), key=len, reverse=True)
_FUNCTION = rf"(?:{'|'.join(_WORDS)})(?![^\W²³])"
_METHOD = rf"(?:{'|'.join(sorted({*_WORDS, *REDUCED, 'pow'}, key=len, reverse=True))})\b"
_MODULE = "|".join(sorted(map(re.escape, MODULES), key=len, reverse=True))
# How modules of torch are called: ReLU, LeakyReLU, LogSigmoid.
_CLASSES = {word.replace("_", ""): word for word in (*_WORDS, "softmax", "log_softmax")}
_SUPERSCRIPTS = {"²": "2", "³": "3", "₁": "1", "₂": "2", "∞": "inf"}
_INFINITE = {"inf", "infty", "infinity", "oo", "∞"}


def _raised(match: re.Match[str]) -> str:
    """Return `sin(x)^2` for sin^2(x); both meanings of sin^-1(x)."""
    power = match["n"] or _SUPERSCRIPTS[match["sup"]]
    inner = match["u"] if match["u"] is not None else match["v"]
    if power.strip("() ") != "-1":
        return f"{match['f']}({inner})^{power}"
    return f"(1/{match['f']}({inner}))"


def _inverse(match: re.Match[str]) -> str:
    inverse = f"a{match['f']}"
    return f"{inverse}({match['u']})" if is_function(inverse) else ""


def _interval(match: re.Match[str]) -> str:
    """Return the comparisons that say what an interval does."""
    low, high = match["a"].strip(), match["b"].strip()
    below = "<=" if match["open"] == "[" else "<"
    above = "<=" if match["close"] == "]" else "<"
    left = "" if low.lstrip("- ") in _INFINITE else f"{low} {below} "
    right = "" if high.lstrip("+ ") in _INFINITE else f" {above} {high}"
    return f"{left}{match['x']}{right}" if left or right else ""


def _positive_part(match: re.Match[str]) -> str:
    if match["s"] is not None:
        return f"max(0, {match['s']})"
    return f"max(0, {match['f']}({match['u']}))" if match["f"] else f"max(0, {match['u']})"


def _norm(match: re.Match[str]) -> str:
    order = match["p"] or match["sub"] or "2"
    order = _SUPERSCRIPTS.get(order, order)
    return f"norm({match['u'].strip()})" if order == "2" else f"norm({match['u'].strip()}, ord={order})"


def _function_first(match: re.Match[str]) -> str:
    """Return `mean(abs(x - y))` for all of (x - y).abs().mean()."""
    if match["u"] in MODULES:
        return ""
    done = ""
    for f, args in re.findall(rf"\.\s*({_METHOD})\s*\(({_INSIDE})\)", match["rest"]):
        if not done:
            done = match["u"] if match["u"][0] != "(" else match["u"][1:-1]
        behind = args.strip()
        if f in REDUCED and f != "dot" and behind and "=" not in behind:
            # A number behind a vector is an axis, which has no place here, but for the order of a norm.
            if f != "norm" or not behind.isdigit():
                return ""
            behind = f"ord={behind}"
        done = f"{f}({done}, {behind})" if behind else f"{f}({done})"
    return done


def _called_at_once(match: re.Match[str]) -> str:
    """Return `relu(x)` for nn.ReLU()(x), the formula for nn.MSELoss()(f, y) of plain names."""
    settings, args = match["a"].strip(), match["u"].strip()
    loss = named(match["f"])
    if loss is not None:
        names = [a.strip() for a in args.split(",")]
        fits = not settings and loss.params == ("f", "y") and all(re.fullmatch(_PART, n) for n in names)
        formula = loss.given(names) if fits and len(names) == 2 else ""
        return f"({formula})" if formula and match[0] != match.string.strip() else formula
    word = _CLASSES.get(match["f"].lower(), "")
    return word and f"{word}({args}{', ' if settings else ''}{settings})"


def _decimal(match: re.Match[str]) -> str:
    """Return `1.5` for 1,5 outside brackets; 1,000 may be a thousand."""
    before = match.string[: match.start()]
    inside = before.count("(") > before.count(")") or before.count("[") > before.count("]")
    return "" if inside or len(match["b"]) == 3 else f"{match['a']}.{match['b']}"


def _factorial(match: re.Match[str]) -> str:
    digits = match["u"]
    return str(math.factorial(int(digits))) if digits.isdecimal() and len(digits) < 3 else ""


def _said(words: str, sign: str) -> Spelling:
    """Return the row of a property that is said in words: `p positive`."""
    return Spelling(
        rf"(?P<x>{_PART})\s+(?:is\s+)?(?:strictly\s+)?(?:{words})\b",
        "conditions are comparisons, not words",
        f"{{x}} {sign} 0",
    )


_IN = rf"(?P<x>{_PART})\s*(?:\s(?:is\s+)?in\b|∈)\s*"
_EXPONENT = rf"(?:\^|\*\*)\s*(?P<n>\d+|-\s*\d+|{_NAME}|\({_INSIDE}\))|(?P<sup>[²³])"
_INVERSE = r"(?:\^|\*\*)\s*(?:-\s*1|\(\s*-\s*1\s*\))"

_ROWS = (
    # --- functions
    Spelling(
        rf"{_START}(?P<f>{_FUNCTION})\s*{_INVERSE}\s*\((?P<u>{_INSIDE})\)",
        "an exponent behind `{f}` has two meanings",
        _inverse,
        "write `{cure}` for the inverse, `(1/{f}({u}))` for the quotient",
    ),
    Spelling(
        rf"{_START}(?P<f>{_FUNCTION})\s*(?:{_EXPONENT})\s*(?:\((?P<u>{_INSIDE})\)|(?P<v>{_PART})(?!\s*[\^(\[.*/\w]))",
        "an exponent stands behind the arguments of `{f}`",
        _raised,
    ),
    Spelling(
        rf"{_START}(?P<u>[\d.]+|{_PART})\s+(?P<f>{_FUNCTION})\s+(?P<v>[\d.]+|{_PART})(?!\s*[\^(\[.*/\w])",
        "a sign and brackets are missing",
        "{u}*{f}({v})",
    ),
    Spelling(
        rf"{_START}(?P<u>(?:(?:{_MODULE})\.)?\w*\({_INSIDE}\)|{_PART})(?P<rest>(?:\s*\.\s*{_METHOD}\s*\({_INSIDE}\))++)",
        "there are no methods",
        _function_first,
    ),
    Spelling(
        rf"{_START}(?:\w+\.)*(?P<f>[A-Z]\w*)\((?P<a>{_INSIDE})\)\s*\((?P<u>{_INSIDE})\)",
        "functions are not made before they are called",
        _called_at_once,
    ),
    Spelling(
        rf"{_START}(?P<f>sum|prod|mean)\s*\((?P<u>.*?),\s*(?P<i>[i-n])\s*=\s*[01]\s*\.\.+\s*\w+\s*\)",
        "a sum has no range here",
        "{f}({u}, {i})",
        "write `{cure}`, which runs over all values of {i}",
    ),
    Spelling(
        rf"{_START}(?:np\.|torch\.|jnp\.|tf\.)?where\s*\(\s*(?!c\s*=|condition\s*=)(?:{_PART})\s*(?P<at>=)(?!=)",
        "`=` does not compare",
        "",
        "write `==`",
    ),
    # --- notation of papers
    Spelling(
        rf"(?:(?<![\w\])])\[(?P<s>[^\[\]]*+)\]|(?P<f>(?<![\w.])[\w.]*+)\((?P<u>{_INSIDE})\))\s*_\{{?\+\}}?",
        "a positive part has no sign of its own",
        _positive_part,
    ),
    Spelling(
        r"(?:\|\||[‖∥])(?P<u>[^|‖∥<>=]+)(?:\|\||[‖∥])(?:_\{?(?P<p>[12]|inf|∞)\}?|(?P<sub>[₁₂]))?(?![_{]|[^\W²³])",
        "a norm has no sign of its own",
        _norm,
    ),
    Spelling(
        rf"{_START}d\s*/\s*d(?P<x>{_NAME})\s+(?P<u>[\w(\[].*)$",
        "derivatives are not read",
        "{u}",
        "write `{cure}` with `--wrt {x}`: whether that has a derivative is what is asked",
    ),
    Spelling(
        rf"^\s*(?:{_NAME}\s*=\s*)?(?P<at>lambda\b[\w\s,]*:\s*(?P<u>.*?))\s*$",
        "functions are written without `lambda`",
        "{u}",
    ),
    Spelling(r"(?<![\w.])(?P<u>\d+)\s*!(?!=)", "there is no factorial", _factorial),
    Spelling(
        rf"(?:{_PART}|\))\s*(?P<at>!)(?!=)",
        "there is no factorial",
        "",
        "give its value a name, if it is a constant; it is no function of real numbers",
    ),
    Spelling(
        r"(?<![\w.\])])(?P<a>\d+),(?P<b>\d+)(?![\w.,])",
        "decimals have a point",
        _decimal,
    ),
    # --- words in conditions
    Spelling(
        rf"{_IN}(?P<open>[\[(\]])\s*(?P<a>[^,()\[\]]+),(?P<b>[^,()\[\]]+)(?P<close>[\])\[])",
        "there are no intervals",
        _interval,
    ),
    Spelling(
        rf"(?:{_IN}(?:R|ℝ|reals?)(?!\s*[+_>])|(?P<y>{_PART})\s+(?:is\s+)?(?:a\s+)?real)\b",
        "there are no sets of numbers",
        "",
        "leave it out: names are real numbers",
    ),
    Spelling(
        rf"(?:(?P<x>{_PART})\s+(?:is\s+)?(?:an?\s+)?integer|{_IN.replace('<x>', '<y>')}(?:Z|N|ℤ|ℕ))\b",
        "that a name is an integer cannot be said",
        lambda match: f"{match['x'] or match['y']} == 2",
        "give its value, as in `{cure}`, or leave it out: names are real numbers",
    ),
    _said("positive", ">"),
    _said("negative", "<"),
    _said("non-?negative", ">="),
    _said("non-?positive", "<="),
    _said("non-?zero", "!="),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], Spelling], ...]:
    """Return the rows with their patterns, which only a text that cannot be read has to wait for."""
    return tuple((re.compile(row.pattern, re.DOTALL), row) for row in _ROWS)


def otherwise(text: str, reads: Callable[[str], bool]) -> SyntaxProblem | None:
    """Return the error for the first way to write in a text that cannot be read; None where no row fits.

    reads: whether a text can be read.
    """
    if len(text) > LONGEST:
        return None
    for pattern, row in _compiled():
        for match in pattern.finditer(text):
            cure = row.cure.format(**match.groupdict()) if isinstance(row.cure, str) else row.cure(match)
            if row.cure != "" and not (cure and reads(cure)):
                continue
            groups = {**match.groupdict(), "cure": cure}
            span = match.span("at") if "at" in pattern.groupindex else match.span()
            return SyntaxProblem(
                row.message.format(**groups), span=span, help=row.help.format(**groups), text=text
            )
    return None
