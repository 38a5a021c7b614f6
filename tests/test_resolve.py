"""The analytic expression that a tree is on one side, once every branch is chosen."""

from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from test_expand import expansion

from diffcheck.algebra.lower import lower
from diffcheck.germs.resolve import BUILD, resolve, to_rational
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.language.tree import number

X = sp.Symbol("X", real=True)


def on_side(text, side, at=0):
    """Return the expression of ``text`` in X on one side of X = ``at``."""
    tree = lower(parse(text))
    place = expansion(at, side)
    place.value(tree)
    return resolve(tree, place.choices, {"x": X}, side * (X - at), {})


SIDES = [
    ("abs(x)", 1, X),
    ("abs(x)", -1, -X),
    ("max(x, x**2)", 1, X),
    ("max(x, x**2)", -1, X**2),
    ("floor(x)", 1, 0),
    ("floor(x)", -1, -1),
    ("where(x > 0, exp(x), 1)", -1, 1),
    ("sqrt(x**2)", 1, X),
    ("sqrt(x**2)", -1, -X),
    ("(x**2)**1.5", -1, -(X**3)),
    ("sqrt(x**4 + x**6)", 1, X**2 * sp.sqrt(X**2 + 1)),
    ("atan(1/x)", 1, sp.pi / 2 - sp.atan(X)),
    ("atan(1/x)", -1, -sp.pi / 2 - sp.atan(X)),
]


@pytest.mark.parametrize(("text", "side", "expected"), SIDES, ids=[f"{t} {s:+d}" for t, s, _ in SIDES])
def test_a_side_is_one_expression(text, side, expected):
    """Branches, integer parts and the signs of roots are those of the side."""
    assert sp.simplify(on_side(text, side) - expected) == 0


@pytest.mark.parametrize(
    "text", ["sqrt(x**2)*x", "abs(x)**3", "asin(1 - x**2)", "sqrt(1 - cos(x))", "atan(1/x)"]
)
@pytest.mark.parametrize("side", [1, -1])
def test_the_expression_has_the_values_of_the_tree(text, side):
    """Roots and ends of domains are rewritten, not changed."""
    value = on_side(text, side).subs(X, sp.Rational(side, 100)).evalf(30)
    true = precise(parse(text), {"x": Fraction(side, 100)}, 30)
    assert abs(value - sp.Float(mpmath.nstr(true, 30), 30)) < 1e-20


def test_number_leaves_are_exact():
    """0.1 is 1/10."""
    assert to_rational(parse("0.1").leaf) == sp.Rational(1, 10)
    assert to_rational(number(3).leaf) == 3


def test_shared_parts_are_resolved_once():
    """The memo keeps a tree with shared parts linear."""
    tree = lower(parse("x"))
    for _ in range(60):
        tree = type(tree)("add", (tree, tree))
    assert resolve(tree, {}, {"x": X}, X, {}) == 2**60 * X


def test_operations_without_choices_are_built_as_they_are():
    """One row for each elementary function."""
    assert {"add", "mul", "div", "pow", "exp", "log", "sin", "cos", "asin", "atan", "erf", "pi"} == set(BUILD)
