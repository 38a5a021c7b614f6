"""Gaps: the expressions whose zeros are where something can fail."""

import pytest
import sympy as sp
from questions import question

from diffcheck.algebra.lower import lower
from diffcheck.conditions.facts import never_zero
from diffcheck.errors import Undetermined
from diffcheck.language.parse import parse
from diffcheck.walls.continuous import bounded, continuous
from diffcheck.walls.gaps import MAX_PIECES, Pieces, borders, gaps, meetings

X, Y, Z = sp.symbols("x y z", real=True)

GAPS = [
    ("x + 3*y", set()),
    ("exp(sin(x))*cos(y)", set()),
    ("x**3", set()),
    ("abs(x)", {X}),
    ("max(x, y)", {X - Y}),
    ("where(x < y, 1, x)", {X - Y}),
    ("1/x", {X}),
    ("sqrt(x)", {X}),
    ("x**y", {X}),
    ("x**(-2)", {X}),
    ("log(x - 1)", {X - 1}),
    ("asin(x)", {X - 1, X + 1}),
    ("atan(x)", set()),
    ("abs(x)/y", {X, Y}),
    ("abs(abs(x) - 1)", {X, X - 1, -X - 1}),
]


def _unsigned(exprs):
    return {-e if e.could_extract_minus_sign() else e for e in map(sp.expand, exprs)}


@pytest.mark.parametrize(("text", "expected"), GAPS, ids=[t for t, _ in GAPS])
def test_an_expression_fails_only_on_the_zeros_of_its_gaps(text, expected):
    """Comparisons u - v, denominators, arguments of roots and logarithms, u - 1 and u + 1 of asin."""
    found = gaps(lower(parse(text)), Pieces())
    assert _unsigned(g.expr for g in found if g.expr.free_symbols) == _unsigned(expected)


def test_the_gap_of_floor_is_one_family():
    """floor(u) can fail where u is an integer: u - k for one symbolic integer k."""
    (gap,) = gaps(lower(parse("floor(x - y)")), Pieces())
    (k,) = (s for s in gap.expr.free_symbols if s.is_integer)
    assert gap.expr == X - Y - k


def test_equal_floors_share_their_integer():
    """floor(x) - floor(x) is 0 also piece by piece."""
    assert Pieces().of(lower(parse("floor(x) - floor(x)"))) == (0,)


@pytest.mark.parametrize("name", ["k", "k0", "k1", "n0"])
def test_the_integer_of_floor_is_no_name_of_the_user(name):
    """A constant that is called like the integer of a family is another symbol."""
    (gap,) = gaps(lower(question(f"floor(x) + {name}", "x").tree), Pieces())
    assert name not in {s.name for s in gap.expr.free_symbols}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(x)", {X, -X}),
        ("max(x, y)", {X, Y}),
        ("abs(x) + abs(y)", {X + Y, X - Y, Y - X, -X - Y}),
        ("abs(x) - abs(x)", {sp.S.Zero}),
        ("where(x > 0, 1, 2)*where(x > 0, 1, 2)", {sp.Integer(1), sp.Integer(4)}),
    ],
)
def test_pieces_are_the_consistent_combinations_of_branches(text, expected):
    """The same condition chooses the same branch wherever it occurs."""
    assert set(Pieces().of(lower(parse(text)))) == expected


def test_too_many_pieces_end_with_a_reason():
    """2**n branches are refused, not enumerated."""
    text = " + ".join(f"abs(x - {i})" for i in range(MAX_PIECES.bit_length() + 1))
    with pytest.raises(Undetermined, match="pieces"):
        Pieces().of(lower(parse(text)))


@pytest.mark.parametrize(
    ("text", "thin"),
    [
        ("abs(x)", False),
        ("max(x, y)", False),
        ("where(x > y, 1, 0)", True),
        ("1/x", True),
        ("log(x)", True),
        ("floor(x)", True),
    ],
)
def test_thin_zero_sets_matter_where_something_is_singular(text, thin):
    """Branches that meet need a look at walls only; poles, logarithms, steps and integer parts also at thin sets."""
    assert {g.thin for g in gaps(lower(parse(text)), Pieces())} == {thin}


def test_borders_are_the_turns_of_a_condition():
    """Each comparison once, up to its sign."""
    tree = lower(parse("where(x < y and y < 1, 1, 0) + where(y > x, 2, 0)"))
    assert set(borders(tree, Pieces())) == _unsigned([X - Y, Y - 1])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abs(x) + abs(y)", 0),
        ("1/x", 0),
        ("1/(abs(x) + abs(y))", 8),
        ("where(x > 0, 1, 0)*where(y > 0, 1, 0)", 1),
    ],
)
def test_meetings_are_systems_that_walls_say_nothing_about(text, count):
    """Continuous branches have none; a guarded pole or two steps do."""
    tree = lower(parse(text))
    assert len(list(meetings(tree, Pieces(), 2))) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max(x, y) + abs(x - y)", True),
        ("sqrt(x**2 + y**2) - clip(x, 0, 1)", True),
        ("where((x - y)**2 - x**2 + 2*x*y - y**2 == 0, 1, x)", True),
        ("abs(x)/(1 + y**2)", True),
        ("where(x > 0, x + 1, x)", False),
        ("floor(x)", False),
        ("abs(x)/y", False),
        ("log(abs(x))", False),
        ("abs(x)**(-1/2)", False),
        ("abs(x)**(1 + y**2)", True),
        ("abs(x)**(1/2 + abs(y))", True),
        ("abs(x)**(1 + max(y, -1/2))", True),
        ("abs(x)**abs(y)", False),
        ("abs(x)**(1 + max(y, -1))", False),
        ("where(x == 0, 1, x)", False),
        ("cbrt(x)", True),
        ("max(cbrt(x*y - 1), y)", True),
        ("where(x > 0, sqrt(x), sqrt(-x))", True),
        ("where(x > 0, y*sqrt(x), x*sqrt(1 + y**2))", True),
        ("where(x > 0, sqrt(x), 1 + sqrt(-x))", False),
        ("where(x > 0, sqrt(x - 1), 0)", False),
        ("where(x > 0, sqrt(x), sqrt(-1 - x))", False),
        ("where(x > 0, x**(-1/3), 0)", False),
        ("where(x > 0, sqrt(x)/y, 0)", False),
    ],
)
def test_continuity_by_construction_is_a_proof(text: str, expected: bool) -> None:
    """Branches that meet, divisors that cannot vanish, no rounding: such a function is continuous on its domain."""
    assert continuous(lower(parse(text)), Pieces(), never_zero(())) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("floor(y) + sqrt(x) + asin(y)", True),
        ("floor(y)*abs(sqrt(x) - 1)", True),
        ("where(x == 0, sqrt(1 + y**2), floor(y))", True),
        ("where(x == 0, sqrt(abs(y) - floor(abs(y))), floor(y))", False),
        ("where(x == 0, sqrt(-1 - y**2), floor(y))", False),
        ("where(x == 0, log(-1 - y**2), floor(y))", False),
        ("where(x == 0, asin(2 + y**2), floor(y))", False),
        ("where(x <= 0 and x >= 0, sqrt(y - 9), floor(y))", False),
        ("where(x**2 <= 0, x*sqrt(-1 - y**2), 0)", False),
        ("where(x <= 0, where(x >= 0, sqrt(y - 9), floor(y)), 1)", False),
        ("where(x <= 0, where(x >= 0, sqrt(x), floor(y)), 1)", True),
        ("sqrt(floor(y))", False),
        ("sqrt(1/2 + floor(y) - ceil(y))", False),
    ],
)
def test_boundedness_by_construction_asks_for_values_on_thin_sets_as_well(text: str, expected: bool) -> None:
    """A root may have no value where an equation, or the end of a step, chooses it, and its neighbours have one."""
    assert bounded(lower(parse(text)), Pieces(), never_zero(())) is expected
