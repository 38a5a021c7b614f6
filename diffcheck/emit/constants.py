"""Parts without a name, as literals: exact where the language is exact, Python floats elsewhere.

In the array languages a constant must be a Python number: `np.log(2)` is a float64 that would turn float32 into
float64, `math.log(2)` takes the type of the array it meets.
"""

from __future__ import annotations

import sys
from fractions import Fraction

import mpmath

from diffcheck.errors import InputError
from diffcheck.language.numeric import evaluate
from diffcheck.language.tree import Node
from diffcheck.language.unparse import unparse

__all__ = ["exact_text", "float_text", "holds"]

DIGITS = 40
# Functions of `math` that a reader knows better than their sixteen digits.
_READABLE = {"log": "math.log", "sqrt": "math.sqrt", "exp": "math.exp"}
# Integers up to here are exact in float64; float32 rounds them as it rounds any number.
_WHOLE = 2**53


def holds(condition: Node) -> bool:
    """Return whether a condition without names holds; one that is undefined does not."""
    return evaluate(condition, {}, DIGITS).value is True


def exact_text(node: Node) -> str | None:
    """Return a part without names as a SymPy number if it is rational, or undefined; else None."""
    value = evaluate(node, {}, DIGITS).value
    if value is None:
        return "sp.nan"
    if not isinstance(value, Fraction):
        return None
    whole = value.denominator == 1
    return str(value.numerator) if whole else f"sp.Rational({value.numerator}, {value.denominator})"


def float_text(node: Node) -> str:
    """Return a part without names as a Python number.

    InputError if the value has no float64: infinite, or zero only by rounding.

    >>> from diffcheck.language.parse import parse
    >>> [float_text(parse(text)) for text in ("0.10", "2/3", "log(2)", "log(2)*log(3)")]
    ['0.1', '2/3', 'math.log(2)', '0.761500010418809']
    """
    value = evaluate(node, {}, DIGITS).value
    if value is None:
        return "math.nan"
    rounded = _float(value)
    if abs(rounded) > sys.float_info.max or (rounded == 0 and value != 0):
        raise InputError(
            f"`{_short(unparse(node))}` has no value as a floating point number",
            help="rescale the expression",
        )
    if node.op in _READABLE:
        inner = evaluate(node.args[0], {}, DIGITS).value
        if isinstance(inner, Fraction) and 0 < abs(_float(inner)) <= sys.float_info.max:
            return f"{_READABLE[node.op]}({_rational(inner)})"
    return _rational(value) if isinstance(value, Fraction) else repr(rounded)


def _float(value: Fraction | mpmath.mpf) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _rational(value: Fraction) -> str:
    if value.denominator == 1 and abs(value) <= _WHOLE:
        return str(value.numerator)
    decimal = repr(_float(value))
    quotient = f"{value.numerator}/{value.denominator}"
    # Python rounds the quotient of two integers correctly, so both spellings are the same float.
    short = len(quotient) < len(decimal) and max(abs(value.numerator), value.denominator) <= _WHOLE
    return quotient if short else decimal


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
