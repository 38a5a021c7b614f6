"""Tests for the two evaluators: float64 over arrays, and one point at high precision."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.language.numeric import conditions_hold, evaluate, precise, program_size, values
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import Node, name

UNDEFINED = [
    ("log(x)", -1),
    ("log(x)", 0),
    ("log1p(x)", -1),
    ("log2(x)", 0),
    ("sqrt(x)", -1),
    ("x/x", 0),
    ("1/x", 0),
    ("x**-1", 0),
    ("x**(1/3)", -8),
    ("0*log(x)", 0),
    ("asin(x)", 2),
    ("acosh(x)", 0),
    ("atanh(x)", 1),
    ("atan2(x, 0)", 0),
    ("mod(1, x)", 0),
    ("where(log(x) > 0, 1, 2)", -1),
    ("where(x > 0, 1, 1/x)", 0),
    ("max(log(x), 1)", -1),
    ("sqrt(x)**2", -1),
]


@pytest.mark.parametrize(("text", "x"), UNDEFINED)
def test_undefined_is_nan_and_none(text: str, x: int) -> None:
    """Where the expression as written is undefined, neither evaluator invents a value."""
    node = parse(text)
    assert np.isnan(values(node, {"x": np.array([float(x)])}))[0]
    assert precise(node, {"x": mpmath.mpf(x)}, 40) is None
    assert precise(node, {"x": Fraction(x)}, 40) is None


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("where(x > 0, log(x), -x)", -2, 2),
        ("where(x != 0, 1/x, 7)", 0, 7),
        ("x**0", 0, 1),
        ("(-x)**3", 2, -8),
        ("where(x > 0 and log(x) > 1, 1, 2)", -1, 2),
        ("where(x <= 0 or log(x) > 1, 1, 2)", -1, 1),
    ],
)
def test_only_the_branch_taken_counts(text: str, x: int, expected: int) -> None:
    """The branch that is not taken and the condition that is not reached may be undefined."""
    node = parse(text)
    assert values(node, {"x": float(x)}) == expected
    assert precise(node, {"x": Fraction(x)}, 40) == expected


def test_overflow_is_an_infinity_not_undefined() -> None:
    """An overflow stays apart from undefined, so what is defined through it keeps its value."""
    assert values(parse("exp(x)"), {"x": 1000.0}) == np.inf
    assert values(parse("1/(1 + exp(x))"), {"x": 1000.0}) == 0.0
    assert precise(parse("1/(1 + exp(x))"), {"x": Fraction(1000)}, 40) > 0


def test_too_large_to_compute_is_in_doubt() -> None:
    """A tower of exponentials is given up, not computed."""
    found = evaluate(parse("exp(exp(exp(exp(x))))"), {"x": Fraction(10)}, 40)
    assert found.value is None
    assert found.doubt


def test_rational_arithmetic_is_exact() -> None:
    """At a rational point the floor of exactly 1 is 1, and 1/3 is no decimal."""
    found = evaluate(parse("floor(3*x) + abs(x - 1/3)"), {"x": Fraction(1, 3)}, 30)
    assert found.value == Fraction(1)
    assert not found.doubt


def test_a_tie_of_rounded_numbers_is_in_doubt() -> None:
    """sqrt(2)**2 < 2 and floor(sqrt(2)**2) are decided by rounding, and say so."""
    with mpmath.workdps(50):
        root = mpmath.sqrt(2)
    for text in ("where(x**2 < 2, 0, 1)", "floor(x**2)", "1/(x**2 - 2)", "sqrt(x**2 - 2)"):
        assert evaluate(parse(text), {"x": root}, 50).doubt, text
    assert not evaluate(parse("floor(x)"), {"x": root}, 50).doubt


def test_a_pole_that_rounding_misses_is_in_doubt() -> None:
    """tan(pi/2) has no value, and 1e50 in fifty digits; exp(1000) is as large, and has one."""
    for text in ("tan(pi*x)", "0*tan(pi*x)", "floor(x)*tan(pi*x)", "tan(3*pi*x)**2"):
        assert evaluate(parse(text), {"x": Fraction(1, 2)}, 50).doubt, text
    for text in ("exp(2000*pi*x)", "sinh(2000*pi*x)", "tan(pi*x/2)", "exp(exp(2*pi*x))"):
        assert not evaluate(parse(text), {"x": Fraction(1, 2)}, 50).doubt, text


def test_shared_parts_are_computed_once() -> None:
    """A doubling chain of 60 levels has 61 parts, not 2**60."""
    node = name("x")
    for _ in range(60):
        node = Node("add", (node, node))
    assert program_size(node) == 61
    assert values(node, {"x": 1.0}) == 2.0**60


def test_depth_costs_no_recursion() -> None:
    """A tree ten thousand levels deep is evaluated."""
    node = name("x")
    for _ in range(10_000):
        node = Node("neg", (node,))
    assert values(node, {"x": 1.5}) == 1.5
    assert precise(node, {"x": Fraction(3, 2)}, 30) == 1.5


def test_points_broadcast() -> None:
    """Arrays and numbers mix; the result has the shape of the points."""
    found = values(parse("x + y"), {"x": np.arange(3.0), "y": 1.0})
    assert found.tolist() == [1.0, 2.0, 3.0]
    assert values(parse("2"), {"x": np.arange(3.0)}).shape == (3,)


def test_conditions_hold_where_all_do() -> None:
    """Every condition has to hold; an undefined one does not."""
    where = parse_conditions("x > 0 and log(x) < 1")
    found = conditions_hold(where, {"x": np.array([-1.0, 0.0, 1.0, 10.0])})
    assert found.tolist() == [False, False, True, False]


@settings(max_examples=60, deadline=None)
@given(st.fractions(min_value=-4, max_value=4, max_denominator=16), st.sampled_from(range(6)))
def test_the_two_evaluators_agree(x: Fraction, which: int) -> None:
    """On plain compositions float64 and high precision give the same number, up to rounding."""
    texts = (
        "sigmoid(3*x)*x",
        "log(1 + x**2)",
        "max(x, sin(x))",
        "round(2*x)",
        "clip(x, -1, 1)**3",
        "mod(x, 3/2)",
    )
    node = parse(texts[which])
    assert float(precise(node, {"x": x}, 40)) == pytest.approx(
        float(values(node, {"x": float(x)})), abs=1e-12
    )
