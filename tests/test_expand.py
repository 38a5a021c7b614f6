"""Expansions: the germ of every elementary row, at regular points and at the ends of its domain."""

import mpmath
import pytest
import sympy as sp

from diffcheck.algebra.lower import lower
from diffcheck.germs.expand import RULES, Expansion, Root, UndefinedHere
from diffcheck.germs.germ import Algebra, Germ, Mono, constant
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.walls.cell import Cell

ORDER = 8
HALF = sp.Rational(1, 2)


def expansion(at=0, side=1):
    """Return the expansion on one side of x = ``at``."""
    cell = Cell({})
    algebra = Algebra(cell, ORDER)
    line = algebra.add(constant(sp.sympify(at)), Germ(((sp.Integer(side), Mono(sp.S.One)),)))
    return Expansion(algebra, cell, {"x": line})


def value_at(germ, t):
    """Return the sum of the known terms at t; terms with exponentials are left out."""
    total = mpmath.mpf(0)
    for c, m in germ.terms:
        size = (
            t ** mpmath.mpf(str(m.power)) if m.power.is_Integer else t ** (mpmath.mpf(m.power.p) / m.power.q)
        )
        log = -mpmath.log(t)
        total += mpmath.mpf(str(sp.N(c, 40))) * size * log ** int(m.log)
    return total


SERIES = [
    ("x + 2*x**3", 1), ("1/(1 + x)", 0), ("1/x", 0), ("exp(x)", 1), ("exp(sin(x))", 0), ("log(x)", 0),
    ("log(1 + x)", 0), ("log(x)", 2), ("sin(x)", 0), ("cos(x)", 1), ("atan(x)", 1), ("atan(1/x)", 0), ("asin(x)", HALF),
    ("erf(x)", 1), ("sqrt(x)", 0), ("sqrt(x)", 2), ("x**x", 1), ("x**(1/3)", 0), ("sqrt(x + x**2)", 0), ("x*log(x)", 0),
    ("1/(x + x**2)", 0), ("tan(x)", 0), ("tanh(x)", 1), ("(1 + x)**sqrt(2)", 0), ("log(x + x**2)**2", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at"), SERIES, ids=[f"{t} at {a}" for t, a in SERIES])
def test_a_germ_approximates_its_function_to_its_order(text, at):
    """The known terms differ from the function by the remainder, here at t = 1/1000 by less than 1e-13."""
    tree = parse(text)
    germ = expansion(at).value(lower(tree)).germ
    with mpmath.workdps(40):
        t = mpmath.mpf(1) / 1000
        true = precise(tree, {"x": mpmath.mpf(str(sp.N(at, 40))) + t}, 40)
        assert abs(value_at(germ, t) - true) < mpmath.mpf(10) ** -13


@pytest.mark.parametrize(
    ("text", "at", "side"),
    [
        ("asin(x)", 1, -1),
        ("asin(x)", -1, 1),
        ("acos(x)", 1, -1),
        ("asin(1 - x**2)", 0, 1),
        ("asin(1 - x**2)", 0, -1),
    ],
)
def test_the_arcsine_at_the_end_of_its_domain_is_a_root(text, at, side):
    """asin(1 - d) = pi/2 - 2*asin(sqrt(d/2)): a series in sqrt(d)."""
    tree = parse(text)
    germ = expansion(at, side).value(lower(tree)).germ
    with mpmath.workdps(40):
        t = mpmath.mpf(1) / 10000
        assert abs(value_at(germ, t) - precise(tree, {"x": at + side * t}, 40)) < mpmath.mpf(10) ** -13


UNDEFINED = [
    ("1/x", 0, 0),
    ("log(x)", 0, 0),
    ("log(x)", 0, -1),
    ("sqrt(x)", 0, -1),
    ("asin(x)", 1, 1),
    ("x**(-1/2)", 0, 0),
    ("0*log(x)", 0, -1),
    ("x/x", 0, 0),
    ("sqrt(x)**2", 0, -1),
    ("0**x", 0, -1),
    ("x**x", 0, -1),
]


@pytest.mark.parametrize(("text", "at", "side"), UNDEFINED, ids=str)
def test_what_has_no_real_value_is_undefined(text, at, side):
    """The domain is that of the expression as written; nothing cancels first."""
    with pytest.raises(UndefinedHere):
        expansion(at, side).value(lower(parse(text)))


DEFINED = [
    ("sqrt(x)", 0, 0),
    ("x**0", 0, 0),
    ("where(x > 0, 1/x, 0)", 0, -1),
    ("where(x == 0, 1, sin(x)/x)", 0, 0),
    ("0**x", 1, 1),
]


@pytest.mark.parametrize(("text", "at", "side"), DEFINED, ids=str)
def test_the_branch_that_is_not_taken_is_not_evaluated(text, at, side):
    """`where` is lazy, and so is the domain."""
    expansion(at, side).value(lower(parse(text)))


def test_branches_integers_and_roots_are_noted():
    """With these choices the tree is one analytic expression."""
    place = expansion(0, -1)
    place.value(lower(parse("abs(x) + floor(x) + sqrt(x**2)")))
    assert False in place.choices.values()
    assert sp.Integer(-1) in place.choices.values()
    assert Root(sp.Integer(2), HALF) in place.choices.values()


@pytest.mark.parametrize(
    ("text", "analytic"),
    [
        ("sqrt(x)", False),
        ("sqrt(x**2)", True),
        ("x**3", True),
        ("log(x)", False),
        ("1/x", True),
        ("exp(1/x)", False),
        ("atan(1/x)", True),
    ],
)
def test_meromorphic_parts_are_told_from_branch_points(text, analytic):
    """A root or logarithm of t is not analytic at t = 0; a root of t**2 is, on its side."""
    assert expansion().value(lower(parse(text))).analytic is analytic


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x > 0", True), ("x >= 0", True), ("x == 0", False), ("x != 0", True), ("x**2 > x", False),
        ("x > 0 and x > x**2", True), ("x < 0 or exp(-1/x) < x**9", True), ("not x < 0", True),
    ],
)  # fmt: skip
def test_conditions_hold_for_small_steps(text, expected):
    """A comparison of germs: the larger size wins, whatever its coefficient."""
    (condition,) = parse_conditions(text)
    assert expansion().holds(lower(condition)) is expected


def test_every_elementary_row_has_a_rule():
    """What lower.py leaves over can be expanded; comparisons and logic are conditions."""
    texts = [
        "x + 2*x/3 - x**2",
        "exp(x)*log(2 + x)",
        "sin(x) + cos(x) + asin(x) + atan(x) + erf(x)",
        "floor(x + pi)",
        "where(x < 1, x, 0)",
    ]
    used = {n.op for t in texts for n in lower(parse(t)).distinct()} - {"lt"}
    assert used == set(RULES)
