"""Tests for expressions that have a value nowhere, or only in places that are hard to hit."""

from __future__ import annotations

import pytest

from diffcheck.analyze import analyze
from diffcheck.errors import Undetermined
from diffcheck.question.variables import make_problem

NOWHERE = ["sqrt(-1 - x**2)", "sqrt(-x**2)", "log(x) + log(-x)", "log(sin(x) - 1)", "asin(2 + x**2)"]
NOWHERE += [
    "abs(log(-1 - x**2) - log(-1 - x**2))",
    "log(sin(x)**2 + cos(x)**2 - 1)",
    "1/abs(cosh(x)**2 - sinh(x)**2 - 1)",
]
# At integers only.
NOWHERE += [
    "(-1)**x",
    "(-2)**(2*x)",
    "(-x**2 - 1)**x",
    "sin(x) + (-1)**(x/3)",
    "abs(x)*(-abs(x) - 1)**(x + 1)",
]


@pytest.mark.parametrize("text", NOWHERE)
def test_an_empty_domain_is_a_reason_not_a_verdict(text: str) -> None:
    """Every statement holds on the empty set; none is made."""
    with pytest.raises(Undetermined, match="domain may be empty"):
        analyze(make_problem(text, ["x"]))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("sqrt(x - 3)*sqrt(4 - x)", ""),
        ("log(x - 1000)", ""),
        ("asin(10**6*x - 7)", ""),
        ("log(x - a)", "a > 100"),
        ("sqrt(1/1000000 - (x - 1/3)**2)", ""),
    ],
)
def test_a_small_domain_is_found(text: str, where: str) -> None:
    """Between two edges the function is smooth, however close they are."""
    assert str(analyze(make_problem(text, ["x"], where)).smoothness) == "Cinf"


ZERO = [
    "sin(x)**2 + cos(x)**2 - 1", "cosh(x)**2 - sinh(x)**2 - 1", "sin(2*x) - 2*sin(x)*cos(x)",
    "exp(log(1 + x**2)) - 1 - x**2", "tanh(x) - (exp(x) - exp(-x))/(exp(x) + exp(-x))",
    "cos(2*x) - 1 + 2*sin(x)**2",
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "zero"),
    [
        *(("abs({})", zero) for zero in ZERO),
        *((form, ZERO[0]) for form in ("relu({})", "sign({})", "max({}, 0) + x", "sqrt(abs({})) + x**3")),
    ],
)
def test_the_branch_that_an_identity_chooses_is_taken(form: str, zero: str) -> None:
    """|sin(x)**2 + cos(x)**2 - 1| is 0: no germ shows it, however many terms it has."""
    assert str(analyze(make_problem(form.format(zero), ["x"])).smoothness) == "Cinf"


@pytest.mark.parametrize("part", ["atan(1/(x - x))", "atan(log(x - x))", "sin(atan(1/(x - x)))", "1/(x - x)"])
@pytest.mark.parametrize("text", ["max({}, x)", "abs({})", "max({} - {}, x)", "where({} > 0, x, abs(x))"])
def test_what_has_a_value_nowhere_is_no_crash(part, text):
    """1/0 is no number, and atan of it none between -pi/2 and pi/2: the domain is empty, and that is said."""
    with pytest.raises(Undetermined, match="no point"):
        analyze(make_problem(text.format(part, part), ["x"]))
