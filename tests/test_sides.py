"""Two sides of a point: what the first difference between their germs means."""

import re

import pytest
import sympy as sp
from questions import ask

from diffcheck.algebra.lower import lower
from diffcheck.language.parse import parse
from diffcheck.verdict import C0, CINF, D1, DISCONTINUOUS, SINGULAR, Kind, Smoothness, Verdict
from diffcheck.walls.cell import Cell
from diffcheck.walls.outcome import OUTSIDE, SMOOTH
from diffcheck.walls.sides import Sides, judge


def at_zero(text):
    """Judge an expression in x at 0."""
    return judge(lower(parse(text)), Sides({"x": sp.S.Zero}, {"x": sp.S.One}), Cell({}))


INF = sp.oo
TABLE = [
    ("abs(x)", C0, Kind.CORNER, -1, 1, 2),
    ("abs(2*x) + x", C0, Kind.CORNER, -1, 3, 4),
    ("max(x, x**2)", C0, Kind.CORNER, 0, 1, 1),
    ("abs(sin(x))", C0, Kind.CORNER, -1, 1, 2),
    ("sqrt(1 - cos(x))", C0, Kind.CORNER, -sp.sqrt(2) / 2, sp.sqrt(2) / 2, sp.sqrt(2)),
    ("acos(1 - x**2)", C0, Kind.CORNER, -sp.sqrt(2), sp.sqrt(2), 2 * sp.sqrt(2)),
    ("sqrt(abs(x))", C0, Kind.CUSP, -INF, INF, None),
    ("x*log(abs(x) + where(x == 0, 1, 0))", C0, Kind.VERTICAL_TANGENT, -INF, -INF, None),
    ("cbrt(x)", C0, Kind.VERTICAL_TANGENT, INF, INF, None),
    ("where(x > 0, sqrt(x), 0)", C0, Kind.VERTICAL_TANGENT, None, INF, None),
    ("sign(x)", DISCONTINUOUS, Kind.JUMP, -1, 1, 2),
    ("floor(x)", DISCONTINUOUS, Kind.JUMP, -1, 0, 1),
    ("heaviside(x)", DISCONTINUOUS, Kind.JUMP, 0, 1, 1),
    ("where(x == 0, 1, x)", DISCONTINUOUS, Kind.HOLE, 0, 0, 1),
    ("atan(1/x)", SINGULAR, Kind.JUMP, -sp.pi / 2, sp.pi / 2, sp.pi),
    ("sin(x)/x", SINGULAR, Kind.HOLE, 1, 1, None),
    ("x/x", SINGULAR, Kind.HOLE, 1, 1, None),
    ("1/x", SINGULAR, Kind.POLE, -INF, INF, None),
    ("1/x**2", SINGULAR, Kind.POLE, INF, INF, None),
    ("log(abs(x))", SINGULAR, Kind.POLE, -INF, -INF, None),
    ("exp(1/x)", SINGULAR, Kind.POLE, 0, INF, None),
    ("sin(1/x)", SINGULAR, Kind.OSCILLATION, None, None, None),
    ("where(x == 0, 0, sin(1/x))", DISCONTINUOUS, Kind.OSCILLATION, None, None, None),
    ("where(x == 0, 0, x*sin(1/x))", C0, Kind.OSCILLATION, None, None, None),
    ("where(x == 0, 0, x**2*sin(1/x))", D1, Kind.OSCILLATION, None, None, None),
    ("x*abs(x)", Smoothness(1), Kind.BREAK, -2, 2, 4),
    ("abs(x)**3", Smoothness(2), Kind.BREAK, -6, 6, 12),
    ("abs(x)**2.5", Smoothness(2), Kind.BREAK, -INF, INF, None),
    ("(1 + x)**(1/x)", SINGULAR, Kind.HOLE, sp.E, sp.E, None),
    ("where(x == 0, E, (1 + x)**(1/x))", CINF, None, None, None, None),
    ("where(sin(x)**2 + cos(x)**2 == 1, x, abs(x))", CINF, None, None, None, None),
    ("where(x > 0, x**4, 0)", Smoothness(3), Kind.BREAK, 0, 24, 24),
    ("where(x == 0, 0, x**4*sin(1/x))", Smoothness(1), Kind.BREAK, None, None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "level", "kind", "left", "right", "size"), TABLE, ids=[row[0] for row in TABLE]
)
def test_the_first_difference_decides(text, level, kind, left, right, size):
    """Limits for jumps and holes, slopes for corners, k! times the coefficient for a broken derivative: exact."""
    found = at_zero(text)
    assert (found.level, found.kind) == (level, kind)
    for value, wanted in ((found.left, left), (found.right, right), (found.size, size)):
        assert (value is None) == (wanted is None)
        assert value is None or value == wanted or sp.simplify(value - wanted) == 0


SMOOTH_ONES = [
    "x**2",
    "abs(x)**2",
    "abs(x)*abs(x)*x",
    "sqrt(x**4)",
    "abs(x) - 2*max(x, 0)",
    "max(x, 0) + min(x, 0)",
    "log(exp(abs(x)) + exp(-abs(x)))",
    "x*tanh(x) + abs(x)*0",
    "where(x == 0, 1, sin(x)/x)",
    "where(x == 0, 0, exp(-1/x**2))",
    "where(x > 0, exp(-1/x), 0)",
    "cos(sqrt(abs(x)**2))",
    "where(x == 0, 0, exp(-1/x**2)*sin(1/x))",
    "acos(cos(x))**2",
    "min(exp(x), max(exp(x), 1))",
    "abs(log(2 + x) - min(log(2 + x), max(log(2 + x), log(2))))",
]


@pytest.mark.parametrize("text", SMOOTH_ONES)
def test_sides_that_continue_each_other_are_smooth(text):
    """One analytic function on both sides, or a difference that is smaller than every power."""
    found = at_zero(text)
    assert (found.level, found.kind) == (CINF, None)
    assert found.how


EDGES = [
    ("log(x)", "value -> -oo"),
    ("1/sqrt(x)", "value -> oo"),
    ("sqrt(x)", "gradient unbounded"),
    ("x*log(x)", "gradient unbounded"),
    ("sqrt(x)**3", "one-sided derivative finite"),
    ("sqrt(-x)*x", "one-sided derivative finite"),
    ("sin(1/sqrt(x))", "no limit"),
    ("sqrt(x) - x**(1/3)*exp(x) + x**(1/3)", "gradient unbounded"),
]


@pytest.mark.parametrize(("text", "detail"), EDGES, ids=[t for t, _ in EDGES])
def test_where_one_side_is_undefined_the_domain_ends(text, detail):
    """An edge does not decide the class; the detail says what happens on the side that exists."""
    found = at_zero(text)
    assert (found.level, found.kind, found.detail) == (CINF, Kind.EDGE, detail)


@pytest.mark.parametrize(
    "u", ["x", "exp(x)", "log(2 + x)", "sin(x)", "sqrt(1 + x)", "2**x", "erf(x)", "atan(x)"]
)
def test_what_is_clipped_keeps_its_corners_where_it_meets_itself(u):
    """u - clip(u, u(0), oo) is min(u - u(0), 0), though no number of terms shows that u - u is zero above."""
    start = sp.sympify(u).subs("x", 0)
    corner = at_zero(f"min({u} - {start}, 0)")
    for text in (
        f"{u} - max({u}, {start})",
        f"-abs({u} - max({u}, {start}))",
        f"min({u} - max({u}, {start}), 0)",
    ):
        found = at_zero(text)
        assert (found.level, found.kind) == (C0, Kind.CORNER)
        assert sp.simplify(found.left - corner.left) == 0
        assert found.right == corner.right == 0


def test_outside_of_the_domain_nothing_happens():
    """Both sides undefined: the point is not judged."""
    assert at_zero("sqrt(-1 - x**2)") is OUTSIDE
    assert at_zero("log(-abs(x))") is OUTSIDE


def test_a_point_that_meets_no_gap_is_smooth_at_once():
    """The same branches on both sides and at the point, all regular."""
    assert at_zero("abs(x - 1)") == SMOOTH


def test_slopes_are_taken_along_the_direction_of_the_crossing():
    """On x = y the slopes of max(x, y) in x are 0 and 1, for every y."""
    y = sp.Symbol("y", real=True)
    sides = Sides({"x": y, "y": y}, {"x": sp.S.One})
    found = judge(lower(parse("max(x, y)")), sides, Cell({y: sp.Rational(1, 3)}))
    assert (found.kind, found.left, found.right) == (Kind.CORNER, 0, 1)


@pytest.mark.parametrize(
    ("p", "level"),
    [
        ("1/2", C0),
        ("1", C0),
        ("3/2", Smoothness(1)),
        ("2", CINF),
        ("3", Smoothness(2)),
        ("sqrt(2)", Smoothness(1)),
    ],
)
def test_the_class_of_a_power_is_that_of_its_exponent(p, level):
    """|x|**p is C^k for k < p <= k + 1, and analytic for even p."""
    assert at_zero(f"abs(x)**({p})").level == level


@pytest.mark.parametrize(
    "wave", ["sin(1/x)", "cos(1/x**2)", "(1 + sin(1/x))", "frac(1/x)", "abs(sin(1/x))", "(2 + sin(1/x))"]
)
@pytest.mark.parametrize("size", ["1/x", "1/abs(x)**(1/3)", "log(abs(x))", "exp(1/x**2)", "x", "1"])
def test_a_wave_whose_size_grows_is_unbounded(wave, size):
    """It has no limit either, but what is unbounded is singular, with a value at the point or without."""
    found = at_zero(f"where(x == 0, 0, {wave}*({size}))")
    if size == "x":
        assert found.level == C0
    elif size == "1":
        assert (found.level, found.kind) == (DISCONTINUOUS, Kind.OSCILLATION)
    else:
        assert (found.level, found.kind) == (SINGULAR, Kind.POLE)


@pytest.mark.parametrize(
    ("even", "wave", "level"),
    [
        ("abs(x)**(3/2)", "x**2*sin(1/x)", "D1"),
        ("abs(x)*x", "1e-9*x**3*sin(1/x**2)", "D1"),
        ("relu(x)**2", "x**3*sin(1/x**7)", "D1"),
        ("abs(x)**3", "x**4*sin(1/x**8)", "D1"),
        ("abs(x)**3", "exp(-1/x**2)*sin(exp(2/x**2))", "D1"),
        ("exp(-1/x**2)", "exp(-3/x**2)*sin(exp(9/x**2))", "D1"),
        ("abs(x)**5", "x**9*sin(1/x)", "C4"),
        ("abs(x)**7", "x**9*sin(1/x)", "C4"),
        ("abs(x)**3", "exp(-1/x**2)*sin(1/x)", "C2"),
        ("x**3", "exp(-1/x**2)*sin(1/x)", "Cinf"),
    ],
)
@pytest.mark.parametrize("moved", ["x", "x - a", "2*x + 1"])
def test_a_small_wave_may_lose_its_derivatives_before_a_mismatch_shows(even, wave, level, moved):
    """x**4*sin(1/x**8) is smaller than abs(x)**3, and its derivative has no bound."""
    text = f"where(x == 0, 0, {even} + {wave})"
    assert str(ask(re.sub(r"\bx\b", f"({moved})", text), "x").smoothness) == level


@pytest.mark.parametrize(
    "text",
    [
        "(x**4 + y**4)**(3/4) + (x**4 + y**4)*sin(1/(x**4 + y**4)**2)",
        "(x**4 + y**4)**(3/8) + x**2*sin(1/(x**2 + 2*y**2))",
        "x*y*(x**2 - y**2)/(x**2 + y**2) + x**4*sin(1/(x**2 + y**2)**4)",
        "norm(x, y)**3 + sin(x**4 + y**4)*cos(1/(x**2 + y**2)**3)",
    ],
)
def test_a_small_wave_at_an_isolated_point_is_looked_at_beside_a_break(text):
    """The gradient has no limit, whatever class the larger term has."""
    found = ask(f"where(x == 0 and y == 0, 0, {text})", "x,y")
    assert found.verdict is Verdict.UNDETERMINED or str(found.smoothness) == "D1"
