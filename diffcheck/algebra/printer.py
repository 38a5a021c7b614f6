"""SymPy expressions to text of the expression language, and the symbols everybody shares.

A SymPy expression is turned into a tree and the tree into text, so what is printed always reads back.  Which
SymPy class is which function follows from the table of atoms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import sympy as sp

from diffcheck.algebra.exponentials import with_bases
from diffcheck.atoms import ATOMS
from diffcheck.language.tree import Node, name, number
from diffcheck.language.unparse import unparse

__all__ = ["WHOLE", "inner_symbol", "shown", "symbol", "text_of", "tree_of"]

# Characters of an expression in a message.
LONGEST = 200
# Letters for symbols of the analysis that stand for integers, and for others, such as roots without a closed form.
WHOLE = ("k", "m", "n", "j", "i", "l")
REAL = ("r", "s", "t", "u")
# SymPy's ordering of terms costs more than the rest of the printing; longer sums keep the stored order.
_SORTED_TERMS = 40

# Rows whose SymPy value is a class of SymPy: Abs -> abs, Max -> max, StrictLessThan -> lt ...
_NAMES: dict[Any, str] = {row.sympy: row.name for row in ATOMS.values() if isinstance(row.sympy, type)}


@lru_cache(maxsize=4096)
def symbol(name: str) -> sp.Symbol:
    """Return the real symbol of a variable or constant."""
    return sp.Symbol(name, real=True)


def inner_symbol(name: str, **assumptions: bool) -> sp.Symbol:
    """Return a symbol of the analysis; no expression can name it, for no identifier holds a quote."""
    return sp.Symbol(f"{name}'", **(assumptions or {"real": True}))


def text_of(expr: sp.Basic) -> str:
    """Return the text of a SymPy expression or condition; ValueError for what the language cannot say.

    Infinite values print as `oo` and `-oo`, which read back as a name.

    >>> text_of(sp.Abs(symbol("y") - symbol("f")) / 2)
    'abs(f - y)/2'
    """
    return unparse(tree_of(with_bases(expr)))


def shown(expr: sp.Basic) -> str:
    """Return text for a message to people: as `text_of`, or SymPy's own where the language cannot say it.

    Symbols of the analysis have letters, and what nobody would read to its end is cut.
    """
    said = expr.xreplace(_letters(expr))
    for write in (text_of, str):
        try:
            text = write(said)
        except ValueError:
            continue  # Python writes no integer of more than 4300 digits
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
    return "..."


def _letters(expr: sp.Basic) -> dict[sp.Basic, sp.Symbol]:
    """Return letters for the symbols of the analysis, none of which the expression has already."""
    inner = sorted((s for s in expr.free_symbols if "'" in s.name), key=lambda s: s.name)
    taken = {s.name for s in expr.free_symbols}
    letters: dict[sp.Basic, sp.Symbol] = {}
    for s in inner:
        free = [c for c in (WHOLE if s.is_integer else REAL) if c not in taken]
        letter = free[0] if free else s.name.replace("'", "")
        taken.add(letter)
        letters[s] = sp.Symbol(letter, **s.assumptions0)
    return letters


def tree_of(expr: sp.Basic) -> Node:
    """Return the tree of a SymPy expression, without spans; ValueError for what the language cannot say."""
    return _tree(expr, {})


def _tree(expr: Any, memo: dict[Any, Node]) -> Node:
    if expr not in memo:
        memo[expr] = _build(expr, memo)
    return memo[expr]


def _build(expr: Any, memo: dict[Any, Node]) -> Node:
    for kind, build in _BUILDERS:
        if isinstance(expr, kind):
            return build(expr, memo)
    op = _NAMES.get(expr.func)
    if op is None and isinstance(expr, sp.Function) and expr.func.__name__ in ATOMS:
        op = expr.func.__name__
    if op is None:
        raise ValueError(f"no text in the expression language for {expr.func.__name__}")
    args = [_tree(a, memo) for a in expr.args]
    row = ATOMS[op]
    if row.syntax == "logic" and len(args) > 2:
        return reduce(lambda left, right: Node(op, (left, right)), args)
    return Node(op, tuple(args))


def _number(expr: Any, memo: dict[Any, Node]) -> Node:
    value = _fraction(expr)
    top = number(value.numerator)
    return top if value.denominator == 1 else Node("div", (top, number(value.denominator)))


def _fraction(expr: Any) -> Fraction:
    """Return a number as a fraction, a float as the decimal it prints."""
    return Fraction(str(expr)) if expr.is_Float else Fraction(int(expr.p), int(expr.q))


def _infinite(expr: Any, memo: dict[Any, Node]) -> Node:
    return name("oo") if expr is sp.oo else Node("neg", (name("oo"),))


def _constant(expr: Any, memo: dict[Any, Node]) -> Node:
    # true and false have no name in the language.
    fixed = {
        sp.pi: Node("pi"),
        sp.E: Node("E"),
        sp.true: Node("eq", (number(0), number(0))),
        sp.false: Node("ne", (number(0), number(0))),
    }
    return fixed[expr]


def _sum(expr: Any, memo: dict[Any, Node]) -> Node:
    """Write a sum with a positive term first, so that `-f + y` becomes `y - f`."""
    terms = expr.as_ordered_terms() if len(expr.args) <= _SORTED_TERMS else list(expr.args)
    first = next((t for t in terms if not _is_minus(t)), terms[0])
    terms.remove(first)
    total = _tree(first, memo)
    for term in terms:
        op, size = ("sub", -term) if _is_minus(term) else ("add", term)
        total = Node(op, (total, _tree(size, memo)))
    return total


def _is_minus(expr: Any) -> bool:
    """Say whether the coefficient is negative, as in -3*x; `y - f` is no such thing."""
    return bool(expr.as_coeff_Mul()[0].is_negative)


def _product(expr: Any, memo: dict[Any, Node]) -> Node:
    """Write a product as one quotient: x*y**-1*2/3 becomes `2*x/(3*y)`."""
    coefficient, rest = expr.as_coeff_Mul()
    above: list[Node] = []
    below: list[Node] = []
    for factor in rest.as_ordered_factors():
        base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, sp.S.One)
        if _is_minus(exponent):
            below.append(_tree(sp.Pow(base, -exponent), memo))
        else:
            above.append(_tree(factor, memo))
    size = Fraction(1)
    sign = 1
    if coefficient.is_Rational or coefficient.is_Float:
        size, sign = abs(_fraction(coefficient)), -1 if coefficient < 0 else 1
    else:
        above.insert(0, _tree(coefficient, memo))
    if size.numerator != 1 or not above:
        above.insert(0, number(sign * size.numerator))
    elif sign < 0:
        # `-x*y` reads as (-x)*y, the same product with fewer brackets than -(x*y).
        above[0] = Node("neg", (above[0],))
    if size.denominator != 1:
        below.insert(0, number(size.denominator))
    top = _multiplied(above)
    return Node("div", (top, _multiplied(below))) if below else top


def _multiplied(factors: Sequence[Node]) -> Node:
    return reduce(lambda left, right: Node("mul", (left, right)), factors)


def _power(expr: Any, memo: dict[Any, Node]) -> Node:
    base, exponent = expr.as_base_exp()
    if exponent == sp.Rational(1, 2):
        return Node("sqrt", (_tree(base, memo),))
    if _is_minus(exponent):
        return Node("div", (number(1), _tree(sp.Pow(base, -exponent), memo)))
    return Node("pow", (_tree(base, memo), _tree(exponent, memo)))


def _exponential(expr: Any, memo: dict[Any, Node]) -> Node:
    return Node("exp", (_tree(expr.args[0], memo),))


def _choice(expr: Any, memo: dict[Any, Node]) -> Node:
    """Write Piecewise as nested `where`; where no condition holds the value is undefined, `0/0`."""
    *pieces, (last, condition) = expr.args
    node = _tree(last, memo)
    if condition != sp.true:
        node = Node("where", (_tree(condition, memo), node, Node("div", (number(0), number(0)))))
    for value, holds in reversed(pieces):
        node = Node("where", (_tree(holds, memo), _tree(value, memo), node))
    return node


def _step(expr: Any, memo: dict[Any, Node]) -> Node:
    if expr.args[1:] not in ((), (sp.Rational(1, 2),)):
        raise ValueError("the language has heaviside(0) = 1/2 only")
    return Node("heaviside", (_tree(expr.args[0], memo),))


# Tried in order; every other class is looked up in the table.
_BUILDERS: tuple[tuple[Any, Callable[[Any, dict[Any, Node]], Node]], ...] = (
    (sp.Symbol, lambda expr, memo: name(expr.name)),
    ((sp.Rational, sp.Float), _number),
    ((type(sp.oo), type(-sp.oo)), _infinite),
    ((type(sp.pi), type(sp.E), type(sp.true), type(sp.false)), _constant),
    (sp.Add, _sum),
    (sp.Mul, _product),
    (sp.exp, _exponential),
    (sp.Pow, _power),
    (sp.Piecewise, _choice),
    (sp.Heaviside, _step),
)
