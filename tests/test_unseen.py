"""Pieces between curves that touch: no direction meets them, and what is singular in them is not overlooked."""

import pytest
from questions import summary

from diffcheck.check import check
from diffcheck.verdict import C0, Smoothness

# Positive between the parabolas x**2 and 2*x**2 alone, and x**4/4 half way between them.
STRIP = "relu((y - x**2)*(2*x**2 - y))"
DIVISORS = [
    "/(x**2 + y**2)**{n}",
    "*(x**2 + y**2)**(-{n})",
    "*((x**2 + y**2)**{n})**(-1)",
    "/where(x >= 0, 1, (x**2 + y**2)**{n})",
    "/where(x**2 + y**2 == 0, 1, (x**2 + y**2)**{n})",
    "/(x**2 + y**2 + where(x**2 + y**2 == 0, 1, 0))**{n}",
    "/(x**2 + y**2 + max(0, 0*x))**{n}",
]


@pytest.mark.parametrize("divisor", DIVISORS)
@pytest.mark.parametrize("power", [1, 2, 4])
def test_a_jump_between_curves_that_touch_is_never_called_smooth(divisor: str, power: int) -> None:
    """0 on every line through the origin, and 1/4**power in the limit on y = 3/2*x**2, however it is divided."""
    text = f"{STRIP}**{power}" + divisor.format(n=2 * power)
    report = check(f"where(x == 0 and y == 0, 0, {text})", "x,y")
    assert report.smoothness is None or report.smoothness < C0


@pytest.mark.parametrize("divisor", DIVISORS)
def test_a_derivative_that_jumps_between_them_is_not_overlooked(divisor: str) -> None:
    """The second derivative in y tends to -3/8 on y = 3/2*x**2, and is 0 at the origin: C1, no more."""
    text = f"{STRIP}**3" + divisor.format(n=4)
    report = check(f"where(x == 0 and y == 0, 0, {text})", "x,y")
    assert report.smoothness is None or report.smoothness <= Smoothness(1)


WAVES = {
    "{x}*y**2*log({x}**2 + y**4)": "C1",
    "{x}**3*y**2*sqrt({x}**2 + y**4)": "C4",
    "{x}**3*y**2/({x}**2 + y**4)": "C1",
    "y**4*sin(1/({x}**2 + y**2))": "C1",
    "{x}*y**2/({x}**2 + y**2)": "C0",
}


@pytest.mark.parametrize("path", ["z", "2*z + 1", "z**2", "c*z"])
@pytest.mark.parametrize(("text", "level"), WAVES.items(), ids=str)
def test_the_class_on_a_curve_is_that_at_a_point_of_it(text: str, level: str, path: str) -> None:
    """f(x - b(z), y) + x is as smooth as f(x, y): the curve x = b(z) of bad points moves with z, and so does x."""
    moved = text.format(x=f"(x - ({path}))")
    glued = f"where((x - ({path}))**2 + y**2 == 0, {path}, x + {moved})"
    assert summary(glued, "x,y,z")[0] == level
