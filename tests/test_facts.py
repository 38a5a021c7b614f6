"""Signs of names from constraints, and what they prove at a glance."""

import pytest
import sympy as sp

from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.facts import bounds, never_zero

A, B, X = sp.symbols("a b x", real=True)

POSITIVE = [(A, ">"), (A - 2, ">"), (-A, "<"), (3 * A - 1, ">"), (1 - A, "<"), (-A - 0, "<")]
NEGATIVE = [(A, "<"), (A + 2, "<"), (-A, ">"), (-A - 1, ">")]
NOTHING = [(A + 1, ">"), (A - 1, "<"), (A * B, ">"), (A**2 - 1, ">"), (A, "!="), (A, "="), (A + B, ">")]


@pytest.mark.parametrize("row", POSITIVE, ids=str)
def test_a_lower_bound_of_zero_or_more_makes_a_name_positive(row):
    """a > c with c >= 0 says a > 0, however it is written: then a + x**2 vanishes nowhere."""
    assert never_zero([Constraint(*row)])(A + X**2)
    assert bounds([Constraint(*row)])[A][0] >= 0


@pytest.mark.parametrize("row", NEGATIVE, ids=str)
def test_an_upper_bound_of_zero_or_less_makes_a_name_negative(row):
    """a < c with c <= 0 says a < 0: then a - x**2 vanishes nowhere."""
    assert never_zero([Constraint(*row)])(A - X**2)
    assert bounds([Constraint(*row)])[A][1] <= 0


@pytest.mark.parametrize("row", NOTHING, ids=str)
def test_other_constraints_give_no_sign(row):
    """Bounds on the wrong side of zero, products and equations decide no sign."""
    assert not never_zero([Constraint(*row)])(A + X**2)
    assert not never_zero([Constraint(*row)])(A - X**2)


def test_bounds_from_several_constraints_intersect():
    """-2 < a, 2*a < 3, a < 5 leave (-2, 3/2)."""
    rows = [(A + 2, ">"), (2 * A - 3, "<"), (A - 5, "<")]
    assert bounds([Constraint(*row) for row in rows]) == {A: (-2, sp.Rational(3, 2))}


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (sp.cos(A), True),
        (A**2 - 3, True),
        (sp.exp(A) - 5, True),
        (sp.cos(2 * A), False),
        (A - 1, False),
        (A**2 - 1, False),
        (sp.cos(A) + X, False),
        (A * (A - 2) ** 2, False),
    ],
    ids=str,
)
def test_a_bounded_name_is_decided_by_balls(expr, expected):
    """For -1.4 < a < 1.4: a ball around every piece of the box has one sign; a zero on the border proves nothing."""
    box = [Constraint(A + sp.Rational(7, 5), ">"), Constraint(A - sp.Rational(7, 5), "<")]
    assert never_zero(box)(expr) is expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (X**2 + A, True),
        (sp.exp(X), True),
        (sp.sqrt(X**2 + A**2), True),
        (-A - X**2, True),
        (X**2 + 1, True),
        (X**2, False),
        (X - A, False),
        (X**2 + B, False),
    ],
    ids=str,
)
def test_a_sum_of_squares_and_a_positive_constant_never_vanishes(expr, expected):
    """With a > 0, True is a proof; False says nothing."""
    assert never_zero([Constraint(A, ">")])(expr) is expected


def test_a_function_of_a_bounded_name_has_a_sign():
    """cos(a) is positive where abs(a) < 1.4, so that cos(a) + x**2 vanishes nowhere; where abs(a) < 2 it may."""
    for size, expected in ((sp.Rational(7, 5), True), (sp.Integer(2), False)):
        box = [Constraint(A + size, ">"), Constraint(A - size, "<")]
        assert never_zero(box)(sp.cos(A) + X**2) is expected
