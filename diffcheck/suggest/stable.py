"""The same function in operations that neither overflow nor cancel where the function itself is tame.

`log(1 + exp(u))` is infinite at u = 1000 in every float; `softplus(u)` is 1000.  `sqrt(u**2 + mu**2)` overflows at
u = 1e20 in float32; a scaled norm does not.  Every rule is an identity over the reals wherever the left side is
defined, so the class, the error interval and the gradient stay what was proved.  Read `stable`, then RULES.

Sources: Blanchard, Higham and Higham 2021, IMA J. Numer. Anal. 41 (log-sum-exp); Higham 2002, Accuracy and
Stability of Numerical Algorithms, 1.14 and 27.8 (expm1, log1p, scaled norms).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from functools import partial
from math import isqrt

from diffcheck.language.tree import NUMBER, Node, number, substitute
from diffcheck.suggest.cancelling import (
    branches_apart,
    larger,
    parts_apart,
    roots_apart,
    softplus_apart,
    sum_with_root,
)
from diffcheck.suggest.capped import cut_off
from diffcheck.suggest.evident import is_positive
from diffcheck.suggest.polynomial import from_poly

__all__ = ["logistic", "stable"]

ONE, TWO = number(1), number(2)


def stable(node: Node, positive: Collection[str] = (), quotients: bool = True) -> Node:
    """Return an equal expression that is safe to compute.

    positive: names known to be positive.  quotients: the slope of u/v is computed without v**2, so that a quotient
    may stand in for a difference that cancels.

    >>> from diffcheck.language.parse import parse
    >>> stable(parse("log(1 + exp(u))")) == parse("softplus(u)")
    True
    """
    found = substitute(node, partial(_rewritten, positive=frozenset(positive), quotients=quotients))
    # Only then: one softplus function of a pair is no maximum.
    return substitute(found, larger)


def logistic(node: Node) -> Node:
    """Return an equal expression in softplus, log-sum-exp and sigmoid, of which more is known than of what they are.

    >>> from diffcheck.language.parse import parse
    >>> from diffcheck.language.unparse import unparse
    >>> unparse(logistic(parse("log(1 + exp(-abs(x))) + log(x + 1)")))
    'softplus(-abs(x)) + log(x + 1)'
    """

    def written(part: Node) -> Node | None:
        found = _first(part, frozenset()) if part.op in ("log", "log1p", "div") else None
        if found is None or found.op not in ("softplus", "logsumexp", "log_sigmoid", "sigmoid"):
            return None
        return Node(found.op, found.args, found.leaf, part.span)

    return substitute(node, written)


def _rewritten(node: Node, positive: frozenset[str], quotients: bool) -> Node | None:
    found = node
    # A rule may open the way for another: log(1/(1 + exp(-u))) is log(sigmoid(u)) first.
    while (better := _first(found, positive)) is not None:
        found = better
    if quotients:
        found = _excess(found, positive) or found
    return None if found is node else found


def _first(node: Node, positive: frozenset[str]) -> Node | None:
    rule = RULES.get(node.op)
    return rule(node, positive) if rule else None


def _cut(node: Node, positive: frozenset[str]) -> Node | None:
    return cut_off(node, lambda p: is_positive(from_poly(p), positive))


# --- sums of exponentials


def _log(node: Node, positive: frozenset[str]) -> Node | None:
    (u,) = node.args
    if u.op == "sigmoid":
        return Node("log_sigmoid", u.args)
    if u.op == "cosh":
        # log((e**v + e**-v)/2), even: the sum loses nothing for either sign of v.
        v = u.args[0]
        soft = Node("softplus", (Node("mul", (number(-2), v)),))
        return Node("sub", (Node("add", (v, soft)), Node("log", (TWO,))))
    exponents = _exponents(u)
    if exponents and len(exponents) > 1:
        return _log_sum(exponents)
    if u.op == "add" and ONE in u.args and any(a.names() for a in u.args):
        return _first_or_same(Node("log1p", (u.args[u.args[0] == ONE],)), positive)
    if u.op == "sub" and u.args[0] == ONE and u.args[1].names():
        return Node("log1p", (_negative(u.args[1]),))
    return None


def _log1p(node: Node, positive: frozenset[str]) -> Node | None:
    exponents = _exponents(node.args[0])
    return _log_sum([number(0), *exponents]) if exponents else None


def _exponents(node: Node) -> list[Node] | None:
    """Return the exponents of a sum of exponentials, 1 being e**0; None if it is none."""
    if node.op == "exp":
        return [node.args[0]]
    if node == ONE:
        return [number(0)]
    if node.op != "add":
        return None
    left, right = (_exponents(a) for a in node.args)
    return [*left, *right] if left and right else None


def _log_sum(exponents: list[Node]) -> Node:
    rest = [e for e in exponents if e != number(0)]
    if len(exponents) == 2 and len(rest) == 1:
        return Node("softplus", (rest[0],))
    return Node("logsumexp", tuple(exponents))


# --- quotients by 1 + exp(u)


def _quotient(node: Node, positive: frozenset[str]) -> Node | None:
    above, below = node.args
    if below.op != "add" or ONE not in below.args:
        return None
    other = below.args[below.args[0] == ONE]
    if other.op != "exp":
        return None
    u = other.args[0]
    if above == other:
        return Node("sigmoid", (u,))
    falling = Node("sigmoid", (_negative(u),))
    return falling if above == ONE else Node("mul", (above, falling))


# --- differences that cancel


def _total(node: Node, positive: frozenset[str]) -> Node | None:
    found = sum_with_root(node, positive) or parts_apart(node, positive)
    return found or softplus_apart(node) or branches_apart(node)


def _difference(node: Node, positive: frozenset[str]) -> Node | None:
    found = sum_with_root(node, positive) or roots_apart(node, positive) or softplus_apart(node)
    found = found or branches_apart(node)
    if found is not None:
        return found
    left, right = node.args
    if left.op == "exp" and right == ONE:
        return Node("expm1", left.args)
    if left == ONE and right.op == "exp":
        return Node("neg", (Node("expm1", right.args),))
    if left == ONE and right.op == "sigmoid":
        return Node("sigmoid", (_negative(right.args[0]),))
    return None


def _excess(node: Node, positive: frozenset[str]) -> Node | None:
    # sqrt(u**2 + mu**2) - mu = u**2/(sqrt(u**2 + mu**2) + mu) without the digits lost near u = 0, and without u**2.
    left, right = node.args if node.op == "sub" else (node, node)
    if left.op not in ("norm", "hypot") or len(left.args) != 2 or right not in left.args:
        return None
    u = left.args[left.args[0] == right]
    if not is_positive(right, positive):
        return None
    return Node("mul", (u, Node("div", (u, Node("add", (left, right))))))


# --- roots of sums of squares


def _root(node: Node, positive: frozenset[str]) -> Node | None:
    sides = _squares(node.args[0], positive)
    return _norm(sides) if sides else None


def _power(node: Node, positive: frozenset[str]) -> Node | None:
    base, exponent = node.args
    if exponent.op == NUMBER and Fraction(exponent.leaf or 0).denominator == 1:
        return None
    exponent = _halves(exponent)
    sides = _squares(base, positive) if base.op == "add" else None
    if sides is None:
        return Node("sqrt", (base,)) if exponent == ONE else None
    length = _norm(sides)
    return length if exponent == ONE else Node("pow", (length, exponent))


def _halves(exponent: Node) -> Node:
    """Return twice the exponent: (a**2)**(p/2) = |a|**p."""
    if exponent.op == NUMBER:
        return number(2 * Fraction(exponent.leaf or 0))
    if exponent.op == "div" and exponent.args[1].op == NUMBER:
        above, below = exponent.args
        if above.op == NUMBER:
            return number(2 * Fraction(above.leaf or 0) / Fraction(below.leaf or 0))
        if below == TWO:
            return above
    return Node("mul", (TWO, exponent))


def _norm(sides: list[Node]) -> Node:
    return Node("abs", (sides[0],)) if len(sides) == 1 else Node("norm", tuple(sides))


def _squares(node: Node, positive: frozenset[str]) -> list[Node] | None:
    """Return what is squared in a sum of squares; None if the sum is none, or holds no square at all."""
    terms = _terms(node)
    if len(terms) > 64 or not any(_side(t) for t in terms):
        return None
    sides = [_side(t) or _raised(t, positive) for t in terms]
    return [side for side in sides if side is not None] if all(sides) else None


def _terms(node: Node) -> list[Node]:
    return [t for a in node.args for t in _terms(a)] if node.op == "add" else [node]


def _side(term: Node) -> Node | None:
    """Return s for a term s**2, with a rational factor: 4*mu**2 is (2*mu)**2."""
    if term.op == "square" or (term.op == "pow" and term.args[1] == TWO):
        return term.args[0]
    if term.op == "mul" and term.args[0] == term.args[1]:
        return term.args[0]
    if term.op == "mul" and term.args[0].op == NUMBER:
        factor, side = _rational_root(Fraction(term.args[0].leaf or 0)), _side(term.args[1])
        return Node("mul", (number(factor), side)) if factor and side else None
    return None


def _raised(term: Node, positive: frozenset[str]) -> Node | None:
    """Return the root of a positive term that is no square as written."""
    if term.op == NUMBER:
        root = _rational_root(Fraction(term.leaf or 0))
        if root:
            return number(root)
    return Node("sqrt", (term,)) if is_positive(term, positive) else None


def _rational_root(value: Fraction) -> Fraction | None:
    if value <= 0:
        return None
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if top**2 == value.numerator and bottom**2 == value.denominator else None


# --- waves


def _wave(node: Node, positive: frozenset[str]) -> Node | None:
    # sin(2*pi*v) has period 1 in v: v - round(v) is exact in floats, 2*pi*v is not for large v.
    (u,) = node.args
    if u.op != "mul" or u.args[0] != Node("mul", (TWO, Node("pi"))) or _is_reduced(u.args[1]):
        return None
    v = u.args[1]
    if not v.names():
        return None
    return Node(node.op, (Node("mul", (u.args[0], Node("sub", (v, Node("round", (v,)))))),))


def _is_reduced(v: Node) -> bool:
    return v.op == "sub" and v.args[1] == Node("round", (v.args[0],))


def _negative(node: Node) -> Node:
    if node.op == "neg":
        return node.args[0]
    return number(-Fraction(node.leaf or 0)) if node.op == NUMBER else Node("neg", (node,))


def _first_or_same(node: Node, positive: frozenset[str]) -> Node:
    return _first(node, positive) or node


Rule = Callable[[Node, frozenset[str]], Node | None]

RULES: dict[str, Rule] = {
    "log": _log,
    "log1p": _log1p,
    "div": _quotient,
    "add": _total,
    "sub": _difference,
    "sqrt": _root,
    "pow": _power,
    "sin": _wave,
    "cos": _wave,
    "min": _cut,
    "max": _cut,
    "clip": _cut,
}
