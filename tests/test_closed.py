"""Where a jump closes: the value is the limit there, and f is differentiable only if the jump closes fast."""

import pytest
from questions import summary

CLOSING = [
    ("where(x == y, 1, (exp(x) - exp(y))/(x - y))", [("hole", "x = y"), ("directional", "x = 0 and y = 0")]),
    ("where(x == 0, y, 2*(1 - cos(x*y))/x**2)", ["x = 0 and y = 0", "x = 0 and y = 1"]),
    ("sign(x)*y", [("jump", "x = 0 and y != 0"), ("corner", "x = 0 and y = 0")]),
    ("where(x == y, 0, x**2 + y**2 + 1)", [("hole", "x = y")]),
]


@pytest.mark.parametrize(("text", "places"), CLOSING, ids=[t for t, _ in CLOSING])
def test_a_jump_that_closes_linearly_leaves_no_derivative(text, places):
    """The size exp(y) - 1 has slope 1 at y = 0; y - y**2 has the slopes 1 and -1 at its zeros."""
    level, found = summary(text, "x,y")
    assert level == "discontinuous"
    if all(isinstance(place, str) for place in places):
        assert sorted(at for kind, at in found if kind == "directional") == places
    else:
        assert found == places
