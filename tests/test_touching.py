"""Where an exponent touches an integer sizes meet that differ all around, and the class is another."""

import pytest
import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.algebra.signs import touching
from diffcheck.analyze import analyze
from diffcheck.check import check
from diffcheck.question.variables import make_problem
from diffcheck.verdict import Smoothness
from diffcheck.walls.crossings import uncrossed

X, Y, Z = map(symbol, "xyz")


@pytest.mark.parametrize(
    ("expr", "factors"),
    [
        (Y**2, {Y}),
        (X * (Y - Z) ** 2, {Y - Z}),
        (Y**2 + Z**2, {Y**2 + Z**2}),
        (abs(Y), {Y}),
        (Y - 1, set()),
        (Y**2 - 1, set()),
        (Y**3, set()),
    ],
)
def test_factors_that_vanish_without_a_turn_touch(expr: object, factors: set[object]) -> None:
    """Even powers, sums of squares and magnitudes touch zero; what changes its sign there does not."""
    assert set(touching(expr)) == factors  # type: ignore[arg-type]


@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("power", "variables"), [("abs(x)", "x,y"), ("relu(x)", "x,y"), ("norm(x, z)", "x,y,z")]
)
@pytest.mark.parametrize("touch", ["y**2", "(y - x)**2", "(y - c)**4"])
def test_no_class_is_claimed_that_a_touching_exponent_denies(
    order: int, power: str, variables: str, touch: str
) -> None:
    """r^(n + y^2) is C^n off y = 0, but its n-th derivative in r jumps from 0 to n! at r = 0 and y = 0."""
    report = check(f"({power})**({order} + {touch})", variables)
    assert report.smoothness is None or report.smoothness <= Smoothness(order - 1)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize(("power", "variables"), [("abs(x)", "x,y"), ("norm(x, z)", "x,y,z")])
@pytest.mark.parametrize(
    "touch",
    [
        "1 + sin(y)",
        "1 - cos(y - x)",
        "exp(y) - 1 - y",
        "abs(y)**5",
        "relu(y - c)**5",
        "where(y > 0, y**5, 0)",
    ],
)
def test_no_exponent_touches_an_integer_unseen(order: int, power: str, variables: str, touch: str) -> None:
    """A zero that no factor shows, or that only the branches beside it show, is a touch all the same."""
    found = check(f"({power})**({order} + {touch})", variables).smoothness
    assert found is None or found <= Smoothness(order - 1)


def test_a_power_with_a_positive_exponent_is_continuous() -> None:
    """Where an exponent touches 1 from above there is a corner, and nothing worse."""
    for touch in ("y**2", "1 + sin(y)", "abs(y)**3", "relu(y)"):
        assert analyze(make_problem(f"abs(x)**(1 + {touch})", ("x", "y"), "")).smoothness == Smoothness(0)


@pytest.mark.parametrize(
    ("exponent", "branch", "systems"),
    [
        (Y - 1, X, [(Y - 1, X)]),
        (Y, Y, [(Y,)]),
        (-Y, Y, [(Y,)]),
        (Y**2 - 1, None, []),
        (Y**2 * (X - 1), None, [(Y,)]),
        (sp.sin(Y) + 1, None, [(sp.sin(Y) + 1,)]),
        (Y + 1 - sp.exp(Y), None, [(Y + 1 - sp.exp(Y), 1 - sp.exp(Y))]),
        (X**2 - Y**2 - 2, None, [(X**2 - Y**2 - 2, 2 * X, -2 * Y)]),
    ],
)
def test_a_zero_is_crossed_where_the_slope_is_not_zero_and_no_branch_ends(
    exponent: sp.Expr, branch: sp.Expr | None, systems: list[tuple[sp.Expr, ...]]
) -> None:
    """What is left to look at are critical zeros, and those on the border of a branch."""
    branches = () if branch is None else (branch,)
    assert list(uncrossed([exponent], branches, {X, Y})) == systems


def test_exponents_off_the_integers_do_not_touch() -> None:
    """Between two integers nothing meets: the class is the one that the least exponent has."""
    assert check("abs(x)**(3/2 + y**2)", "x,y").smoothness == Smoothness(1)
    assert check("norm(x, z)**(5/2 + y**2)", "x,y,z").smoothness == Smoothness(2)
