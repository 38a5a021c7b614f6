"""Smooth terms, smooth factors without a zero and smooth functions around change no class, whatever shows it."""

import pytest
from questions import ask

from diffcheck.verdict import CINF

# Functions in x, or in x and y, with their class: on walls, at points, by flatness, by identities.
FUNCTIONS = [
    ("where(x == 0, 0, exp(-1/x**2))", "x", "Cinf"),
    ("where(x == 0, 0, exp(-1/abs(x)))", "x", "Cinf"),
    ("where(x == 0, 0, exp(-log(abs(x))**2))", "x", "Cinf"),
    ("where(x == 0, 0, exp(-1/x**2)*sin(1/x))", "x", "Cinf"),
    ("where(x == 0, 0, exp(-1/x**2)*sin(exp(1/x**2)))", "x", "D1"),
    ("where(x > 0, exp(-1/x), 0)", "x", "Cinf"),
    ("where(x > 0, 2*atan(x), asin(2*x/(1 + x**2)))", "x", "C0"),
    ("where(x > 0, sqrt(5 + 2*sqrt(6))*x, (sqrt(2) + sqrt(3))*x)", "x", "Cinf"),
    ("where(x == 0, 1, sin(x)/x)", "x", "Cinf"),
    ("where(x == 0 and y == 0, 0, (x**4 - y**4)/(x**2 + y**2))", "x,y", "Cinf"),
    ("where(x == 0 and y == 0, 0, x**3/(x**2 + y**2)) + where(x == 0 and y == 0, 0, x*y**2/(x**2 + y**2))",
        "x,y", "Cinf"),
    ("where(x*y == 0, 1, sin(x*y)/(x*y))", "x,y", "Cinf"),
    ("where(x == 0 and y == 0, 0, x*y/(x**2 + y**2))", "x,y", "discontinuous"),
    ("where(x == 0 and y == 0, 0, x**2*y/(x**2 + y**2))", "x,y", "C0"),
    ("where(x == 0 and y == 0, 0, x**4*y/(x**2 + y**2))", "x,y", "C2"),
    ("where(x == y, exp(x), (exp(x) - exp(y))/(x - y))", "x,y", "Cinf"),
    ("where(x == y, 1, (exp(x) - exp(y))/(x - y))", "x,y", "discontinuous"),
    ("where(x == 0 and y == 0, 0, atan2(y, x))", "x,y", "discontinuous"),
    ("cbrt(x**3 + y**3)", "x,y", "C0"),
    ("sqrt(x**2 + y**2)**5", "x,y", "C4"),
]  # fmt: skip

AROUND = ["{} + sin(x)", "2*({}) + tanh(x) - x**3", "({})*exp(x/3)", "({})*(2 + cos(x)) + exp(x)"]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("text", "wrt", "expected"), FUNCTIONS, ids=[t for t, *_ in FUNCTIONS])
def test_what_is_smooth_changes_no_class(text, wrt, expected, around):
    """A sum with a smooth function, a product with a positive one: the class is that of the function."""
    found = ask(around.format(text), wrt)
    assert (found.reason, str(found.smoothness)) == (None, expected)


@pytest.mark.parametrize("outer", ["sinh", "exp", "atan", "sin", "erf"])
@pytest.mark.parametrize(("text", "wrt"), [(t, w) for t, w, level in FUNCTIONS if level == "Cinf"])
def test_a_smooth_function_of_a_smooth_one_is_smooth(text, wrt, outer):
    """Where the parts are smooth the whole is, whether it is seen at once or by the parts."""
    found = ask(f"{outer}({text})", wrt)
    assert (found.reason, found.smoothness) == (None, CINF)


@pytest.mark.parametrize(
    "text",
    [
        "where(x == 0, 0, exp(-1/x**2)) + abs(x)*sin(x)", "where(x == 0, 0, exp(-1/x**2))*abs(x) + x*abs(x)",
        "x*where(x == 0, 0, sin(1/x)) + sin(x)", "where(x == 0, 0, exp(-1/x**2)) + where(x > 0, sin(x), x)",
    ],
)  # fmt: skip
def test_two_parts_that_fail_are_not_one(text):
    """What breaks beside a flat term is seen."""
    assert ask(text, "x").smoothness < CINF
