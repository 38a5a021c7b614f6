"""Quadratic forms: completed to squares where they are positive semidefinite, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcheck.analyze import analyze
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node
from diffcheck.question.variables import make_problem
from diffcheck.suggest import suggest
from diffcheck.suggest.forms import completed
from diffcheck.suggest.polynomial import add, multiply, scale, to_poly

NAMES = ("x", "y", "z")


def _form(matrix: np.ndarray) -> Node:
    terms = [f"({matrix[i, j]})*{a}*{b}" for i, a in enumerate(NAMES) for j, b in enumerate(NAMES)]
    return parse(" + ".join(terms))


@given(st.lists(st.integers(-3, 3), min_size=9, max_size=9))
def test_a_semidefinite_form_is_the_sum_of_its_squares(entries):
    """A'A for any A: the squares with their weights add up to the form, as polynomials."""
    root = np.array(entries).reshape(3, 3)
    node = _form(root.T @ root)
    found = completed(node)
    if not to_poly(node):
        assert found is None
        return
    assert found is not None
    total = {}
    for form, weight in found:
        assert weight > 0
        total = add(total, scale(multiply(to_poly(form), to_poly(form)), weight))
    assert total == to_poly(node)


@given(st.lists(st.integers(-4, 4), min_size=9, max_size=9))
def test_a_form_with_a_negative_value_is_none(entries):
    """Any symmetric matrix with a clearly negative eigenvalue."""
    matrix = np.array(entries).reshape(3, 3)
    matrix = matrix + matrix.T
    if np.linalg.eigvalsh(matrix).min() < -1e-6:
        assert completed(_form(matrix)) is None


@pytest.mark.parametrize("text", ["x**2 + y", "x**2*y**2 + 1", "x*y", "a*x**2 + y**2", "x**2 + 1"])
def test_what_is_no_numeric_form_is_none(text):
    """Other degrees, coefficients that are no numbers, a saddle."""
    assert completed(parse(text)) is None


@pytest.mark.parametrize(
    "text", ["sqrt(2*x**2 + 2*x*y + 3*y**2)", "sqrt(2*x**2 + y**2/3)", "sqrt(x**2 - x*y + y**2 + z**2)"]
)
def test_the_root_of_a_form_is_smoothed_as_a_norm(text):
    """The constant is no less than the largest eigenvalue of the form over mu, and at most 1.5 times that."""
    problem = make_problem(text, [n for n in NAMES if n in text])
    shown = suggest(problem, analyze(problem))
    first = shown[0]
    assert first.name == "square root"
    assert first.convex
    assert first.error == ("0", "mu")
    at = np.eye(3)
    unit = {n: at[i] for i, n in enumerate(NAMES)}
    base = parse(text).args[0]
    form = np.array([[_mixed(base, i, j) for j in range(3)] for i in range(3)])
    largest = np.linalg.eigvalsh(form).max()
    stated = float(values(parse(first.lipschitz_gradient), {**unit, "mu": np.ones(3)})[0])
    assert largest - 1e-9 <= stated <= 1.5 * largest


def _mixed(node: Node, i: int, j: int) -> float:
    e = np.eye(3)
    ends = [float(values(node, dict(zip(NAMES, e[i] + s * e[j], strict=True)))) for s in (1, -1)]
    return (ends[0] - ends[1]) / 4
