"""Long powers stand aside while a sum is factored or read as a polynomial."""

import pytest
import sympy as sp

from diffcheck.algebra.hidden import hidden, highest_power
from diffcheck.algebra.printer import symbol
from diffcheck.walls.factored import factors
from diffcheck.walls.members import integer_zeros

x, c = symbol("x"), symbol("c")
k = sp.Symbol("k", integer=True)

LONG = [
    sp.exp(sp.Rational(4000, 3)) * x + 1,
    sp.exp(2 * x + sp.Rational(987654321, 1000)) - x,
    x ** sp.Rational(689, 997) - x,
    sp.Abs(x) ** sp.Rational(25, 13) * (c + 1),
]


@pytest.mark.parametrize("expr", LONG, ids=str)
def test_what_is_hidden_comes_back(expr):
    """The symbols stand for the powers: put back they give the expression, and they are as large in sign as these."""
    plain, powers = hidden(expr)
    assert powers
    assert plain.xreplace(powers) == expr
    for e, power in powers.items():
        assert (e.is_positive, e.is_nonnegative) == (power.is_positive, power.is_nonnegative)


@pytest.mark.parametrize("expr", [x**2 + sp.exp(3 * x), sp.sqrt(x) + x**4000, sp.S.One], ids=str)
def test_short_powers_stay(expr):
    """Nothing is hidden where nothing is long; whole powers of names are counted, not hidden."""
    assert hidden(expr) == (expr, {})
    assert highest_power(expr) == (4000 if expr.has(x**4000) else 2 if expr.has(x**2) else 1)


def test_a_long_power_of_what_can_vanish_is_a_factor():
    """|x|**(25/13) + |x|**(50/13) vanishes where x does: a power of what may be 0 is not positive."""
    p = sp.Abs(x) ** sp.Rational(25, 13)
    zero_sets = factors(p + p**2)
    assert any(f.subs(x, 0) == 0 for f in zero_sets)


@pytest.mark.parametrize(
    ("expr", "near", "zeros"),
    [
        (2 * k - 6 + c * (k - 3) * sp.exp(sp.Rational(121, 3062500000000)), {c: sp.Rational(11, 7)}, [3]),
        (k * sp.exp(x) - 2 * sp.exp(x), {x: sp.Rational(689, 997)}, [2]),
        (k**c - 1, {c: sp.Rational(-689, 997)}, [1]),
        ((k**2 - 4) * (k + sp.pi), {}, [-2, 2]),
        (k**3 - 2, {}, []),
    ],
    ids=str,
)
def test_the_integers_at_which_something_vanishes(expr, near, zeros):
    """All of them, also where the other names have values with long powers."""
    assert integer_zeros(expr, k, near) == zeros
