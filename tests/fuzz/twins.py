"""Pairs of questions that have the same answer: the same function in other words or other coordinates.

The second question is the first with its variables scaled, moved, exchanged or renamed, with something smooth added to
the function or multiplied to it, or with functions written by means of others.
Read in order: twin, then the rewritings.
Limits: what has cases (a verdict that depends on constants) is not compared.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, number, substitute
from diffcheck.language.unparse import unparse
from tests.fuzz.generate import Sample

__all__ = ["WORDS", "in_other_words", "twin"]


def twin(question: Sample, seed: int) -> Sample:
    """Return a question with the same verdict and class; equal numbers give equal questions."""
    source = random.Random(seed)
    return source.choice((_in_other_coordinates, _with_something_smooth, in_other_words, in_other_words))(
        question, source
    )


def _in_other_coordinates(question: Sample, source: random.Random) -> Sample:
    x = source.choice(question.wrt)
    others = [n for n in question.wrt if n != x]
    forms = [f"(-{x})", f"(2*{x} + 1)", f"(3 - {x})", f"({x}/3)", "w"]
    if others:
        return _replaced(
            question, {x: others[0], others[0]: x} if source.random() < 0.4 else _sheared(x, others[0])
        )
    return _replaced(question, {x: source.choice(forms)})


def _sheared(x: str, y: str) -> dict[str, str]:
    return {x: f"({x} - 2*{y})"}


def _replaced(question: Sample, table: Mapping[str, str]) -> Sample:
    def put_in(text: str) -> str:
        return re.sub(r"\b[a-z]\b", lambda m: table.get(m[0], m[0]), text)

    expression, where = put_in(question.expression), put_in(question.where)
    return Sample(expression, _names(expression, (*question.wrt, "w")), where)


def _names(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(n for n in known if re.search(rf"\b{n}\b", text))


def _with_something_smooth(question: Sample, source: random.Random) -> Sample:
    x = source.choice(question.wrt)
    form = source.choice(
        (
            f"{{f}} + sin({x})",
            f"{x}**3 - {{f}}",
            f"{{f}}*(2 + sin({x}))",
            f"exp(-{x})*{{f}}",
            "-5*{f}",
            f"{{f}}/(2 + {x}**2)",
        )
    )
    return Sample(form.replace("{f}", f"({question.expression})"), question.wrt, question.where)


# --- other words

Rewriting = Callable[[Node, random.Random], Node | None]


def in_other_words(question: Sample, source: random.Random) -> Sample:
    """Return the question with some functions written by means of others."""
    changed = substitute(parse(question.expression), lambda node: _rewritten(node, source))
    return Sample(unparse(changed), question.wrt, question.where)


def _rewritten(node: Node, source: random.Random) -> Node | None:
    ways = WORDS.get((node.op, len(node.args)), ())
    if not ways or source.random() < 0.2:
        return None
    if node.op == "pow":
        return _as_products(node)
    if node.op == "where":
        condition, taken, other = node.args
        return Node("where", (Node("not", (condition,)), other, taken))
    pattern = parse(source.choice(ways))
    if node.op in CONDITIONS:
        pattern = pattern.args[0]  # a condition alone is read as where(condition, 1, 0)
    parts = {"u": node.args[0], "v": node.args[-1], "m": node.args[min(1, len(node.args) - 1)]}
    return substitute(pattern, lambda n: parts.get(str(n.leaf)) if n.op == "name" else None)


def _as_products(node: Node) -> Node | None:
    base, exponent = node.args
    if exponent.leaf == Fraction(2):
        return Node("mul", (base, base))
    if exponent.leaf == Fraction(3):
        return Node("mul", (Node("mul", (base, base)), base))
    if exponent.leaf == Fraction(4):
        square = Node("pow", (base, number(2)))
        return Node("pow", (square, number(2)))
    return None


CONDITIONS = {"lt", "le", "gt", "ge", "eq", "ne"}
# By name and number of arguments; u is the first one, v the last, m the second of three.  Those of `pow` and `where`
# are built by `_rewritten`.
WORDS: dict[tuple[str, int], tuple[str, ...]] = {
    ("abs", 1): (
        "sqrt(u**2)",
        "max(u, -u)",
        "where(u > 0, u, -u)",
        "relu(u) + relu(-u)",
        "u*sign(u)",
        "abs(-u)",
    ),
    ("max", 2): (
        "(u + v + abs(u - v))/2",
        "where(u > v, u, v)",
        "v + relu(u - v)",
        "-min(-u, -v)",
        "max(v, u)",
    ),
    ("min", 2): (
        "(u + v - abs(u - v))/2",
        "where(u < v, u, v)",
        "u - relu(u - v)",
        "-max(-u, -v)",
        "min(v, u)",
    ),
    ("max", 3): ("max(max(u, m), v)", "max(u, max(v, m))"),
    ("relu", 1): ("(u + abs(u))/2", "where(u > 0, u, 0)", "max(u, 0)", "u*heaviside(u)"),
    ("clip", 3): ("min(max(u, m), v)",),
    ("sqrt", 1): ("u**(1/2)", "u**0.5"),
    ("cbrt", 1): ("sign(u)*abs(u)**(1/3)", "where(u < 0, -(-u)**(1/3), u**(1/3))"),
    ("hypot", 2): ("sqrt(u**2 + v**2)", "norm(v, u)"),
    ("norm", 2): ("sqrt(u*u + v*v)", "hypot(u, v)"),
    ("sign", 1): ("2*heaviside(u) - 1", "where(u > 0, 1, where(u == 0, 0, -1))", "-sign(-u)"),
    ("heaviside", 1): ("(1 + sign(u))/2",),
    ("where", 3): ("where(not c, v, m)",),
    ("floor", 1): ("u - frac(u)", "-ceil(-u)"),
    ("frac", 1): ("u - floor(u)",),
    ("ceil", 1): ("-floor(-u)",),
    ("tanh", 1): ("(exp(u) - exp(-u))/(exp(u) + exp(-u))", "2*sigmoid(2*u) - 1"),
    ("sigmoid", 1): ("1/(1 + exp(-u))", "(1 + tanh(u/2))/2"),
    ("softplus", 1): ("log(1 + exp(u))", "-log(sigmoid(-u))"),
    ("tan", 1): ("sin(u)/cos(u)",),
    ("acos", 1): ("pi/2 - asin(u)",),
    ("cos", 1): ("sin(u + pi/2)", "cos(-u)", "1 - 2*sin(u/2)**2"),
    ("sin", 1): ("-sin(-u)", "cos(u - pi/2)", "2*sin(u/2)*cos(u/2)"),
    ("exp", 1): ("1/exp(-u)", "E**u"),
    ("sub", 2): ("-(v - u)", "-v + u"),
    ("add", 2): ("v + u", "u - -v"),
    ("mul", 2): ("v*u",),
    ("div", 2): ("u*v**(-1)", "u*(1/v)"),
    ("neg", 1): ("0 - u", "-1*u"),
    ("gt", 2): ("v < u", "u - v > 0"),
    ("lt", 2): ("v > u", "not u >= v"),
    ("ge", 2): ("v <= u", "not u < v"),
    ("le", 2): ("v >= u", "u < v or u == v"),
    ("eq", 2): ("u <= v and u >= v", "u - v == 0"),
    ("ne", 2): ("not u == v", "u < v or u > v"),
    ("pow", 2): ("u*u",),
}
