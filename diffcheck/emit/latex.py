r"""A tree as LaTeX, as papers print it: fractions, roots, cases, and the order of the terms as written.

SymPy's printer writes the names (`mu_1` is \mu_{1}); it is not used for the rest because SymPy sorts and cancels
terms while it builds an expression.  Functions are spelt by the `latex` column of `spelling.py`, and by their
definition where that is None: softplus is \log(1 + e^u).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sympy as sp

from diffcheck.algebra.lower import fill, parameters
from diffcheck.emit.spelling import SPELLINGS
from diffcheck.emit.write import definition
from diffcheck.language.reductions import base_of, indices_of
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.language.unparse import unparse
from diffcheck.latex.words import may_be_called
from diffcheck.problem import Samples

__all__ = ["formula", "latex"]

OR, AND, NOT, COMPARISON, SUM, TERM, UNARY, POWER, ATOM = range(9)

# op: own level, the levels that its left and right parts must reach.
_BINARY = {
    "or": (OR, OR, AND),
    "and": (AND, AND, NOT),
    **dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), (COMPARISON, SUM, SUM)),
    "add": (SUM, SUM, TERM),
    "sub": (SUM, SUM, TERM),
    "mul": (TERM, TERM, POWER),
}

Part = tuple[str, int]


def latex(
    tree: Node,
    arguments: Sequence[str],
    parameter: str,
    comments: Sequence[str],
    samples: Samples | None = None,
) -> str:
    r"""Return a displayed equation \ell(f, y) = ..., under the comments.

    One term of a sum is written behind the sum sign.
    Two names that would print alike are told apart: then the second is set upright as typed.
    """
    names = _names([*arguments, *filter(None, [parameter]), *tree.names()])
    left = r"\ell" + (f"_{{{names[parameter]}}}" if parameter else "")
    shown = ", ".join(names[a] for a in arguments)
    said = [f"% {_plain(line)}".rstrip() for line in comments]
    value = _reduced(_Printer(names).part(tree), samples)
    return "\n".join([*said, r"\[", rf"  {left}({shown}) = {value}", r"\]", ""])


def _reduced(part: Part, samples: Samples | None) -> str:
    """Return a term below the sign of its sum."""
    if samples is None or not samples.reduction:
        return part[0]
    mean = r"\frac{1}{n} " if samples.reduction == "mean" else ""
    return rf"{mean}\sum_{{{', '.join(samples.over)}}} {_within(part, TERM)}"


def formula(tree: Node, names: Sequence[str]) -> str:
    """Return a tree as LaTeX without anything around it; names: all that the text it stands in prints.

    A condition is printed too.
    """
    return _Printer(_names([*names, *tree.names()])).part(tree)[0]


def _names(names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    # The letter e is Euler's number here.
    odd = {"e": r"\mathsf{e}"}
    for name in dict.fromkeys(names):
        shown = odd.get(name) or _symbol(name)
        found[name] = shown if shown not in found.values() else _upright(name)
    return found


def _symbol(name: str) -> str:
    """Return a name as SymPy prints it, upright where several letters would read as a product."""
    if "[" in name:
        base = _symbol(base_of(name))
        # A second subscript on the same letter is an error in LaTeX.
        single = f"{{{base}}}" if "_" in base else base
        return f"{single}_{{{', '.join(indices_of(name))}}}"
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*", name):
        return _upright(name)
    shown: str = sp.latex(sp.Symbol(name))
    stem = re.match(r"[A-Za-z]{2,}", shown)
    return rf"\mathrm{{{stem.group()}}}{shown[stem.end() :]}" if stem else shown


def _upright(name: str) -> str:
    escaped = name.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}"


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


class _Printer:
    """One expression: how its names print, and what is printed already."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def part(self, node: Node) -> Part:
        """Return the text of a part and how tightly its top binds."""
        if node.op == NAME:
            shown = self.names[str(node.leaf)]
            # A second exponent on the same letter is an error in LaTeX.
            return (f"{{{shown}}}" if "^" in shown else shown), ATOM
        if node.op == NUMBER:
            return _number(unparse(node))
        if node.op == "where":
            return self.cases(node), SUM
        if node.op not in SPELLINGS:
            return self.called(node), POWER
        if SPELLINGS[node.op].latex is None:
            count = len(node.args)
            values = dict(zip(parameters(node.op, count), node.args, strict=True))
            return self.part(fill(definition(node.op, count), values, node.span))
        return self.operation(node, [self.part(a) for a in node.args])

    def operation(self, node: Node, args: list[Part]) -> Part:
        """Return the text of an operation or a call."""
        spelling = SPELLINGS[node.op].latex or ""
        if node.op == "div":
            return rf"\frac{{{args[0][0]}}}{{{args[1][0]}}}", POWER
        if node.op == "pow":
            return self.power(node, args), POWER
        if node.op in ("neg", "not"):
            level = UNARY if node.op == "neg" else NOT
            # Two signs in a row would read as none.
            if level == UNARY and args[0][0].startswith("-"):
                return rf"-\left({args[0][0]}\right)", level
            return f"{spelling if level == NOT else '-'}{_within(args[0], level)}", level
        if node.op in _BINARY:
            level, left, right = _BINARY[node.op]
            first, second = _within(args[0], left), _within(args[1], right)
            if node.op == "mul":
                # A digit behind a factor would read as part of it, brackets behind f as its argument.
                plain = not second[0].isdigit() and not second.startswith(r"\frac")
                called = second.startswith(r"\left(") and _may_be_called(node.args[0])
                sign = " " if plain and not called else r" \cdot "
                return f"{first}{sign}{second}", level
            return f"{first} {spelling} {second}", level
        if not args:
            return spelling, ATOM
        if "{0}" in spelling:
            return spelling.format(*(text for text, _ in args)), POWER if "^" in spelling else ATOM
        return rf"{spelling}\left({', '.join(text for text, _ in args)}\right)", POWER

    def called(self, node: Node) -> str:
        """Return what no row of the table spells: a sum or mean over indices, a function of the user's own."""
        first, *rest = node.args
        if node.op in ("sum", "mean", "prod"):
            letters = [str(a.leaf) for a in rest] or sorted(
                set(re.findall(r"[a-z]", _inside_brackets(first)))
            )
            below = f"_{{{', '.join(letters)}}}" if letters else ""
            sign = r"\prod" if node.op == "prod" else r"\sum"
            mean = r"\frac{1}{n} " if node.op == "mean" else ""
            return rf"{mean}{sign}{below} {_within(self.part(first), TERM)}"
        if node.op == "item":
            return f"{_within(self.part(first), ATOM)}_{{{', '.join(self.part(a)[0] for a in rest)}}}"
        name = _symbol(str(node.leaf)) if node.op == "apply" else rf"\operatorname{{{node.op}}}"
        return rf"{name}\left({', '.join(self.part(a)[0] for a in node.args)}\right)"

    def power(self, node: Node, args: list[Part]) -> str:
        """Return a power; what is no single sign is bracketed below."""
        return f"{_within(args[0], ATOM)}^{{{args[1][0]}}}"

    def cases(self, node: Node) -> str:
        """Return `where` as cases, one row a branch, a choice in the last branch as further rows."""
        rows = []
        while node.op == "where":
            condition, value, node = node.args
            rows.append(rf"{self.part(value)[0]} & \text{{if }} {self.part(condition)[0]}")
        rows.append(rf"{self.part(node)[0]} & \text{{otherwise}}")
        lines = r" \\ ".join(rows)
        return rf"\begin{{cases}} {lines} \end{{cases}}"


def _may_be_called(node: Node) -> bool:
    """Whether the last factor of a part, before brackets, would read as a function of what stands in them."""
    while node.op == "mul":
        node = node.args[1]
    while node.op in ("pow", "neg"):
        node = node.args[0]
    return node.op == NAME and may_be_called(str(node.leaf))


def _inside_brackets(node: Node) -> str:
    """Return the subscripts of all names, such as i of y[i]."""
    return " ".join(name.partition("[")[2] for name in node.names())


def _within(part: Part, least: int) -> str:
    text, level = part
    return text if level >= least else rf"\left({text}\right)"


def _number(text: str) -> Part:
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    level = UNARY if sign else ATOM
    if "/" in text:
        above, below = text.split("/")
        return rf"{sign}\frac{{{above}}}{{{below}}}", min(level, POWER)
    if "e" in text:
        digits, exponent = text.split("e")
        factor = "" if digits == "1" else rf"{digits} \cdot "
        return f"{sign}{factor}10^{{{exponent}}}", min(level, TERM)
    return f"{sign}{text}", level
