"""Gradients: the stated texts, and the numbers off the gaps."""

from __future__ import annotations

import time
from typing import Any

import mpmath
import pytest

from diffcheck.atoms import ATOMS
from diffcheck.backprop.gradient import derivative, gradient
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node
from diffcheck.question.variables import make_problem

TEXTS = [
    ("abs(y - f)", {"f": "sign(f - y)"}),
    ("(y - f)**2", {"f": "2*f - 2*y"}),
    ("log(1 + exp(-y*f))", {"f": "-y*exp(-f*y)/(1 + exp(-f*y))"}),
    ("-(y*log(p) + (1 - y)*log(1 - p))", {"p": "(1 - y)/(1 - p) - y/p"}),
    ("max(0, 1 - y*f)", {"f": "-y*heaviside(1 - f*y)"}),
    ("sqrt((y - f)**2 + mu**2) - mu", {"f": "(f - y)/sqrt(mu**2 + (y - f)**2)"}),
    ("max(tau*(y - f), (tau - 1)*(y - f))", {"f": "(1 - tau)*heaviside(f - y) - tau*heaviside(y - f)"}),
    ("relu(x)", {"x": "heaviside(x)"}),
    ("where(x > 0, log(x), 0)", {"x": "where(x > 0, 1/x, 0)"}),
    ("floor(x)", {"x": "0"}),
    ("x/x", {"x": "0"}),
    ("x**0 + x**1", {"x": "1"}),
    ("norm(a, b)", {"a": "a/norm(a, b)", "b": "b/norm(a, b)"}),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=[t for t, _ in TEXTS])
def test_gradients_are_short(text: str, expected: dict[str, str]) -> None:
    """Common losses have the gradients people write."""
    assert gradient(make_problem(text)) == expected


def value(node: Node, point: dict[str, Any]) -> Any:
    """Return the value at a point, choices evaluated as Python does."""
    if node.op == "number":
        return mpmath.mpf(node.leaf.numerator) / node.leaf.denominator  # type: ignore[union-attr]
    if node.op == "name":
        return point[str(node.leaf)]
    if node.op == "where":
        return value(node.args[1] if value(node.args[0], point) else node.args[2], point)
    return ATOMS[node.op].mpmath(*(value(a, point) for a in node.args))


CALLED = [row for row in ATOMS.values() if row.syntax == "call" and row.name != "where"]

LOSSES = [
    *(f"{row.name}({', '.join('xyz'[: len(row.params) or 3])})" for row in CALLED),
    "where(abs(x - y) <= z, (x - y)**2/2, z*(abs(x - y) - z/2))",
    "max(x, y, z, x*y, 2*z - x)*min(x, z)",
    "x**y + y**x - (x - z)**3/(1 + z**2)",
    "tanh(sigmoid(x*y) - softplus(-z)*x)**2",
    "(x > y)*x**2*exp(-z) + clip(x, -z, z)",
    "abs(abs(abs(x) - y) - z)",
    "-(1 - sigmoid(x))**y*log_sigmoid(x)",
    "logsumexp(x, y, z) - x + hypot(x, y)*atan2(y, x)",
]


@pytest.mark.parametrize("text", LOSSES)
@pytest.mark.parametrize("point", [(0.31, 0.72, 0.93), (0.63, 0.24, 0.55), (1.47, 1.13, 2.71)])
def test_gradients_agree_with_differences(text: str, point: tuple[float, ...]) -> None:
    """At points off every gap the text has the value of a central difference."""
    problem = make_problem(text, wrt=[n for n in "xyz" if n in parse(text).names()])
    with mpmath.workdps(40):
        at = dict(zip("xyz", map(mpmath.mpf, point), strict=True))
        for variable, said in gradient(problem).items():

            def along(t: Any, variable: str = variable) -> Any:
                return value(problem.tree, {**at, variable: t})

            h = mpmath.mpf(10) ** -12
            try:
                low, high = along(at[variable] - h), along(at[variable] + h)
            except ValueError:
                continue
            slope = (high - low) / (2 * h)
            if isinstance(slope, mpmath.mpf):
                assert mpmath.almosteq(value(parse(said), at), slope, 1e-15, 1e-15)


def test_a_branch_not_taken_is_not_evaluated() -> None:
    """The derivative of a choice is a choice: sqrt(x) is never asked for x < 0."""
    part = derivative(parse("where(x > 0, sqrt(x), 0)"), "x")
    assert part.op == "where"
    assert value(part, {"x": mpmath.mpf(-1)}) == 0


@pytest.mark.parametrize(
    "text",
    [
        "+".join(f"abs(w{i})*k" for i in range(300)),
        f"max({', '.join(f'x{i}' for i in range(30))})",
        "abs((a+b+c)*(a-b)*(c-d)*(a+2*b)*(c+3*d)*(a+b+c)*(g+a)*(g-b)*(g+c)*(1+a)*(1+b))",
        "tanh(" * 30 + "x" + ")" * 30,
        "x**" * 40 + "x",
    ],
)
def test_large_expressions_take_bounded_time(text: str) -> None:
    """Nothing a user can write keeps the gradient busy, and what is printed parses."""
    problem = make_problem(text)
    start = time.thread_time()
    found = gradient(problem)
    assert time.thread_time() - start < 3
    for said in list(found.values())[:3]:
        parse(said)
