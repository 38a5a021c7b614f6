"""Texts of SymPy expressions: short, stable, and readable by the parser."""

from __future__ import annotations

import pytest
import sympy as sp

from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol, text_of
from diffcheck.language.parse import parse

X, Y, F, K = symbol("x"), symbol("y"), symbol("f"), sp.Symbol("k", integer=True)
HALF = sp.Rational(1, 2)

CASES = [
    (Y - F, "y - f"),
    (-F, "-f"),
    (-X * Y, "-x*y"),
    (-(X + Y), "-x - y"),
    (2 * X / (3 * Y), "2*x/(3*y)"),
    (1 / X, "1/x"),
    (-1 / X**2, "-1/x**2"),
    (sp.sqrt(X), "sqrt(x)"),
    (1 / sp.sqrt(X), "1/sqrt(x)"),
    (X ** sp.Rational(1, 3), "x**(1/3)"),
    (HALF, "1/2"),
    (-HALF * X, "-x/2"),
    (sp.pi * K + sp.pi / 2, "pi*k + pi/2"),
    (sp.E, "E"),
    (sp.exp(-X) / 2, "exp(-x)/2"),
    (sp.exp(K * sp.log(2)) - 1, "2**k - 1"),
    (sp.exp(-sp.log(3) / X), "1/3**(1/x)"),
    (sp.Abs(X), "abs(x)"),
    (sp.Max(X, Y, 1), "max(1, x, y)"),
    (sp.Min(X, 0), "min(0, x)"),
    (sp.ceiling(X), "ceil(x)"),
    (sp.Heaviside(X, HALF), "heaviside(x)"),
    (sp.Piecewise((X, X > 0), (-X, X < -1), (0, True)), "where(x > 0, x, where(x < -1, -x, 0))"),
    (sp.And(X > 0, Y > 0, F <= 1), "f <= 1 and x > 0 and y > 0"),
    (sp.Or(X > 0, sp.And(Y > 0, F <= 1)), "x > 0 or f <= 1 and y > 0"),
    (sp.Ne(X, 0), "x != 0"),
    (sp.Eq(X, Y), "x == y"),
    (sp.atan2(Y, X), "atan2(y, x)"),
    (sp.Float("0.25") * X, "x/4"),
    (sp.oo, "oo"),
    (-sp.oo, "-oo"),
    (sp.true, "0 == 0"),
    (sp.Function("round")(X), "round(x)"),
]


@pytest.mark.parametrize(("expr", "text"), CASES, ids=[text for _, text in CASES])
def test_the_text_is_short_and_reads_back(expr: sp.Basic, text: str) -> None:
    """Each expression prints as stated, and the text parses."""
    assert text_of(expr) == text
    parse(text_of(expr))


@pytest.mark.parametrize(
    "text",
    [
        "abs(y - f)/(1 + x**2)",
        "sqrt(x**2 + y**2) - log(1 + exp(-x*y))",
        "where(x > 0 and y <= 1, x**2/2, max(x, y) - 3)",
        "-3*x/7 + floor(x)*sign(y) - x**y",
        "pi/2 - atan(x)*2**x",
        "erf(x)*tanh(y)/cosh(x - y)",
    ],
)
def test_the_way_through_text_keeps_the_expression(text: str) -> None:
    """to_sympy(parse(text_of(e))) is e."""
    expr = to_sympy(parse(text))
    assert to_sympy(parse(text_of(expr))) == expr


@pytest.mark.parametrize("expr", [sp.I, sp.zoo, sp.nan, sp.zeta(X), sp.Heaviside(X, 0)])
def test_what_the_language_cannot_say_is_refused(expr: sp.Basic) -> None:
    """No text is better than a wrong one."""
    with pytest.raises(ValueError, match="language"):
        text_of(expr)


def test_long_sums_print() -> None:
    """Two thousand terms neither overflow the stack nor take quadratic time."""
    total = sp.Add(*(symbol(f"x{i}") for i in range(2000)))
    assert to_sympy(parse(text_of(total))) == total


def test_one_symbol_per_name() -> None:
    """The symbol of a name is real, and always the same."""
    assert symbol("lambda") == symbol("lambda")
    assert symbol("x").is_real
