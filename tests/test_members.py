"""Members of families: the integers, and the formulas in other integers, at which something vanishes."""

import pytest
import sympy as sp
from questions import summary

from diffcheck.check import check
from diffcheck.walls.members import integer_zeros, vanishing_members

K, M = sp.symbols("k m", integer=True)
X = sp.Symbol("x", real=True)


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        (K - M, {(K, M)}),
        ((K - M) * X + (K - M) * X**2, {(K, M)}),
        (K * X - M, {(K, 0)}),
        (K * (M + 1), {(K, 0), (M, -1)}),
        (2 * K - M, {(M, 2 * K)}),
        ((K - 3) * (K + M) * X, {(K, 3), (K, -M)}),
        (K * X + 1, set()),
        (K * M - 1, None),
        (K**2 + M**2 - 1, None),
        (2 * K - 3 * M, None),
    ],
)
def test_equal_integers_are_members_of_their_own(expr, found):
    """They hold all at which it vanishes for all x, and others perhaps; else they are not known."""
    members = vanishing_members(expr, [K, M])
    assert (None if members is None else set(members)) == found


def test_zeros_in_one_integer_are_those_for_all_values_of_the_others():
    """k - m vanishes for no k whatever m is, k*(m + 1) for k = 0."""
    assert integer_zeros(K - M, K) == []
    assert integer_zeros(K * (M + 1), K) == [0]


EQUAL = [
    ("where(floor(x) <= floor(a), {s}, 0)", "discontinuous"),
    ("where(floor(x) == floor(a), {s}, 0)", "discontinuous"),
    ("where(floor(x) == 2*floor(a), {s}*sin(pi*x)**2, 0)", "C1"),
    ("{s}*sin(pi*x)*where(floor(x) < floor(a), 1, 0)", "C0"),
    ("{s}*max(floor(x), floor(a))", "discontinuous"),
    ("where(floor(x) == floor(a), where(floor(x) == x, {s}, 0), 0)", "discontinuous"),
]


@pytest.mark.parametrize(("text", "level"), EQUAL, ids=[t for t, _ in EQUAL])
@pytest.mark.parametrize("size", ["1", "1e-9"])
@pytest.mark.parametrize("where", ["", "a > 1000000"])
def test_what_happens_where_two_integer_parts_are_equal_is_seen(text, level, size, where):
    """Small or far out, where no difference shows it: x = floor(a) is a point for every constant a."""
    assert summary(text.format(s=size), "x", where)[0] == level


@pytest.mark.parametrize("shift", [0, 1, 1000003])
def test_constants_with_related_integer_parts_are_no_null_set(shift):
    """floor(a) = floor(b) + n holds on open squares of constants: the verdict depends on them."""
    report = check(f"abs(x)*where(floor(a) == floor(b) + {shift}, 1, 0)", "x")
    assert {str(c.smoothness) for c in report.cases} == {"C0", "Cinf"}


TOLD = [
    ("min(ceil(x - y), y)", "corner", "y = -k and floor(-x) = 2*k for integer k"),
    ("abs(x)*where(floor(a) == floor(b) + 5, 1, 0)", "corner", "x = 0 and floor(a) = floor(b) + 5"),
    ("max(floor(x), floor(a))", "jump", "x = floor(a) + 1"),
    ("where(floor(x) == 2*floor(a), sin(pi*x)**2, 0)", "break", "x = 2*floor(a)"),
]


@pytest.mark.parametrize(("text", "kind", "place"), TOLD, ids=[t for t, _, _ in TOLD])
def test_integer_parts_that_are_related_are_told(text, kind, place):
    """What one integer part asks of another, or of a place, stands in the place."""
    _, places = summary(text, "x,y" if "y" in text else "x")
    assert (kind, place) in places
