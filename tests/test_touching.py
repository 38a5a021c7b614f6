"""Where an exponent touches an integer sizes meet that differ all around, and the class is another."""

import pytest

from diffcheck.check import check
from diffcheck.printer import symbol
from diffcheck.signs import touching
from diffcheck.verdict import Smoothness

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


def test_exponents_off_the_integers_do_not_touch() -> None:
    """Between two integers nothing meets: the class is the one that the least exponent has."""
    assert check("abs(x)**(3/2 + y**2)", "x,y").smoothness == Smoothness(1)
    assert check("norm(x, z)**(5/2 + y**2)", "x,y,z").smoothness == Smoothness(2)
