"""How large an expression may be: a clear refusal instead of a hang further down.

Later stages recurse over the tree, take powers of constants exactly and hand parts to SymPy.  Two measures
keep all that in bounds: the depth and size of the tree, and the length of the rational constants it contains.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath

from diffcheck.atoms import ATOMS
from diffcheck.errors import SyntaxProblem
from diffcheck.language.tree import NUMBER, Node, Span

__all__ = ["MAX_DEPTH", "MAX_SIZE", "check_size", "too_deep"]

# A level costs later stages a few Python frames, and rows expand to several levels; the interpreter has 1000.
MAX_DEPTH = 100
# Parts counted as often as they are written or substituted.
MAX_SIZE = 200_000
# Bits of an exact constant; 10**10**10 has 3e10 of them, and SymPy would try to write it out.
MAX_BITS = 20_000

Value = Fraction | Any


def check_size(tree: Node, text: str) -> None:
    """Raise SyntaxProblem when the tree is too deep, too large, or holds a constant nobody can write out.

    Walks each shared part once, so substituted parts that repeat exponentially often are measured at once.
    """
    depth: dict[int, int] = {}
    size: dict[int, int] = {}
    values: dict[int, Value | None] = {}
    stack = [tree]
    while stack:
        node = stack[-1]
        waiting = [a for a in node.args if id(a) not in size]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        depth[id(node)] = 1 + max((depth[id(a)] for a in node.args), default=0)
        size[id(node)] = 1 + sum(size[id(a)] for a in node.args)
        if depth[id(node)] > MAX_DEPTH:
            raise too_deep(node.span, text)
        if size[id(node)] > MAX_SIZE:
            raise _problem(f"the expression has more than {MAX_SIZE} parts", node.span, text)
        values[id(node)] = _value(node, [values[id(a)] for a in node.args], text)


def too_deep(span: Span, text: str) -> SyntaxProblem:
    """Return the error for too many levels."""
    return _problem(f"the expression is nested deeper than {MAX_DEPTH} levels", span, text)


def _problem(message: str, span: Span, text: str) -> SyntaxProblem:
    return SyntaxProblem(message, span=span, help="split the loss into smaller ones", text=text)


def _value(node: Node, args: list[Value | None], text: str) -> Value | None:
    """Return the value of a constant part, exact if it is rational arithmetic, else to 15 digits.

    None if it is unknown.  Everything below is bounded already, so one more operation is quick.
    """
    if node.op == NUMBER:
        return node.leaf
    known = [a for a in args if a is not None]
    if node.op not in ATOMS or len(known) < len(args):
        return None
    if args and all(isinstance(a, Fraction) for a in known):
        result = _exact(node, known, text)
        if result is not None:
            if _bits(result) > MAX_BITS:
                raise _too_long(node.span, text)
            return result
    result = _rounded(node, known)
    if isinstance(result, mpmath.mpf) and result and not -MAX_BITS < mpmath.mag(result) < MAX_BITS:
        raise _too_long(node.span, text)
    return result


def _rounded(node: Node, args: list[Value]) -> Value | None:
    """Return the value to 15 digits, None where it is undefined or not real."""
    numbers = [mpmath.mpf(a.numerator) / a.denominator if isinstance(a, Fraction) else a for a in args]
    try:
        result = ATOMS[node.op].mpmath(*numbers)
    except (ArithmeticError, ValueError, TypeError):
        return None
    return result if isinstance(result, bool | mpmath.mpf) and mpmath.isfinite(result) else None


def _exact(node: Node, args: list[Fraction], text: str) -> Fraction | None:
    """Return the value of one exact operation, None where it is undefined or irrational."""
    u, v = args[0], args[-1]
    match node.op:
        case "add":
            return u + v
        case "sub":
            return u - v
        case "mul":
            return u * v
        case "neg":
            return -u
        case "div":
            return u / v if v else None
        case "pow":
            return _exact_power(node, u, v, text)
    return None


def _exact_power(node: Node, u: Fraction, v: Fraction, text: str) -> Fraction | None:
    if u == 0 or abs(u) == 1:
        # u**v is 0, 1 or -1 however large v is.
        return u ** int(v % 2 + 2) if v.denominator == 1 and v > 0 else None
    if _bits(u) * abs(v) > MAX_BITS:
        raise _too_long(node.span, text)
    return u ** int(v) if v.denominator == 1 else None


def _bits(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def _too_long(span: Span, text: str) -> SyntaxProblem:
    return SyntaxProblem(
        "the number is too long to be written out",
        span=span,
        help=f"constants may take {MAX_BITS} binary digits; rescale the expression",
        text=text,
    )
