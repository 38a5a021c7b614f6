"""Isolated points and other loci of codimension two: what happens where only they are singular."""

from itertools import product

import mpmath
import pytest
import sympy as sp
from questions import ask, is_on_locus, is_on_place, question, summary

from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.algebra.signs import squares
from diffcheck.conditions.facts import never_zero
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.thin.around import visit
from diffcheck.thin.loci import Question, components
from diffcheck.verdict import C0, D1, DISCONTINUOUS, SINGULAR, Kind, Verdict
from diffcheck.walls.wall import Thin

X, Y = sp.symbols("x y", real=True)


def asked(text, wrt="x,y"):
    """Return the question as this module wants it."""
    problem = question(text, wrt)
    return Question(lower(problem.tree), problem.wrt, (*problem.wrt, *problem.constants), (), never_zero([]))


def test_a_norm_has_one_corner():
    """sqrt(x**2 + y**2) at the origin, found from the system x**2 + y**2 = 0."""
    leaves, unknown = visit(asked("sqrt(x**2 + y**2)"), Thin(X**2 + Y**2, (X**2 + Y**2, 2 * X, 2 * Y)))
    assert [leaf.wall.base for leaf in leaves] == [(("x", 0), ("y", 0))] or [
        dict(leaf.wall.base) for leaf in leaves
    ] == [{"x": 0, "y": 0}]
    assert not unknown


def test_a_system_without_solution_needs_no_look():
    """x**2 + y**2 + 1 = 0 is never met, by proof."""
    assert visit(asked("1/(x**2 + y**2 + 1)"), Thin(X, (X**2 + Y**2 + 1,))) == ([], [])


def test_a_system_that_only_special_constants_solve_has_no_component():
    """z = 0 and x**2 + c**2 = 0 is proved to have no solution for c != 0: that is an answer, not a failure."""
    system = Thin(X, (X, Y**2 + sp.Symbol("c", real=True) ** 2))
    assert set(components(system, asked("relu(norm(relu(y*x), c*x))**2"))) == {None}
    report = ask("relu(norm(relu(y*x), c*x))**2", "x,y")
    assert str(report.smoothness) == "C1"


SYSTEMS = [
    ("(z - x*y)**2 + (z - x*w)**2 + (z + 1)**2", "w,x,y,z", 1),
    ("(a - w*(u + v*c))**2 + (b - w*(u + v*d))**2", "u,v,w", 1),
    ("(a - m)**2 + (b - m - w*(u + v*c))**2 + (c - m - w*(u + v*d))**2", "m,u,v,w", 1),
    ("(a - m - w*(u + v*d))**2 + (b - m - w*(u + v*e1))**2 + (c - m - w*(u + v*e2))**2", "m,u,v,w", 0),
    ("x**2 + (x*y - 1)**2", "x,y", 0),
    ("(x*y - 1)**2 + (x + y)**2", "x,y", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "count"), SYSTEMS, ids=[t for t, *_ in SYSTEMS])
def test_components_solve_the_equations(text, wrt, count):
    """For constants in general position: a numerator that vanishes with its denominator is no solution."""
    gap = to_sympy(question(text, wrt).tree)
    equations = squares(gap)
    found = [c for c in components(Thin(gap, equations), asked(text, wrt)) if c is not None]
    assert len(found) == count
    for component in found:
        point = {sp.Symbol(n, real=True): e for n, e in component.base}
        assert all(sp.simplify(e.subs(point, simultaneous=True)) == 0 for e in equations)


ISOLATED = [
    ("1/(x**2 + y**2)", "singular", [("pole", "x = 0 and y = 0")]),
    ("log(x**2 + y**2)", "singular", [("pole", "x = 0 and y = 0")]),
    ("sqrt((x - 1)**2 + (y + 2)**2)", "C0", [("corner", "x = 1 and y = -2")]),
    ("hypot(x - a, y - b)", "C0", [("corner", "x = a and y = b")]),
    ("(x**2 + y**2)**1.5", "C2", [("break", "x = 0 and y = 0")]),
    ("sqrt(x**4 + y**4)", "C1", [("break", "x = 0 and y = 0")]),
    ("where(x == 0 and y == 0, 0, x*y/(x**2 + y**2))", "discontinuous", [("oscillation", "x = 0 and y = 0")]),
    ("where(x == 0 and y == 0, 0, x**2*y/(x**4 + y**2))", "discontinuous", [("oscillation", "x = 0 and y = 0")]),
    ("where(x == 0 and y == 0, 0, x*y*(x**2 - y**2)/(x**2 + y**2))", "C1", [("break", "x = 0 and y = 0")]),
    ("where(x == 0 and y == 0, 0, x**3*y**3/(x**2 + y**2))", "C3", [("break", "x = 0 and y = 0")]),
    ("x**2*y/(x**4 + y**2)", "singular", [("oscillation", "x = 0 and y = 0")]),
    ("where(x == 0 and y == 0, 1, x**2*y/(x**4 + y**2))", "discontinuous", [("oscillation", "x = 0 and y = 0")]),
    ("x**3*y/(x**6 + y**2)", "singular", [("oscillation", "x = 0 and y = 0")]),
    ("x**3*y/(x**4 + y**2)", "singular", [("hole", "x = 0 and y = 0")]),
    ("(x**2 + y**2)/(x**4 + y**2)", "singular", [("pole", "x = 0 and y = 0")]),
    ("sqrt(x**2 + y**2)**2", "Cinf", []),
    ("where(x == 0 and y == 0, 0, exp(-1/(x**2 + y**2)))", "Cinf", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "level", "places"), ISOLATED, ids=[t for t, *_ in ISOLATED])
def test_an_isolated_point_gets_its_class(text, level, places):
    """Limits, slopes and higher coefficients over all directions at once."""
    found = summary(text, "x,y")
    assert found == (level, places)


def test_the_norm_of_three_has_its_corner_at_the_origin():
    """Three coordinates, one point."""
    assert summary("norm(x, y, z)", "x,y,z") == ("C0", [("corner", "x = 0 and y = 0 and z = 0")])


def test_a_norm_of_two_of_three_has_a_corner_along_a_line():
    """sqrt(x**2 + y**2) + z is not differentiable for any z."""
    assert summary("sqrt(x**2 + y**2) + z**2", "x,y,z") == ("C0", [("corner", "x = 0 and y = 0")])


def test_a_point_outside_of_the_constraints_is_not_judged():
    """x > 1 excludes the origin."""
    assert summary("sqrt(x**2 + y**2)", "x,y", "x > 1") == ("Cinf", [])


def test_a_point_on_the_border_of_the_constraints_is_not_inside():
    """x >= 0 ends at the origin."""
    assert summary("sqrt(x**2 + y**2)", "x,y", "x >= 0") == ("Cinf", [])


def test_in_one_variable_the_other_constant_is_in_general_position():
    """sqrt(x**2 + y**2) is smooth in x alone for y != 0."""
    assert summary("sqrt(x**2 + y**2)", "x") == ("Cinf", [])


def test_families_of_isolated_points():
    """sqrt(sin(x)**2 + sin(y)**2) has a corner wherever both sines vanish."""
    analysis = ask("sqrt(sin(x)**2 + sin(y)**2)", "x,y")
    assert str(analysis.smoothness) == "C0"
    assert all("for integer" in f.at and is_on_locus(f) for f in analysis.findings)


def test_walls_that_meet_need_no_look_of_their_own():
    """|x| + |y| is not differentiable at the origin, but that is the meeting of two corners."""
    assert summary("abs(x) + abs(y)", "x,y") == ("C0", [("corner", "x = 0"), ("corner", "y = 0")])


def test_what_is_not_decided_has_a_reason():
    """Never a guess: the verdict is right, or undetermined with a reason."""
    analysis = ask("where(x == 0 and y == 0, 0, x**4*y**5/(x**8 + y**6 - x**3*y**4))", "x,y")
    assert analysis.verdict is not Verdict.UNDETERMINED or analysis.reason


@pytest.mark.parametrize(
    "text", ["sqrt(x**2*y**2 + x**4)", "where(x == 0 and y == 0, 0, x**3*y/(x**4 + y**2))"]
)
def test_a_proved_failure_stands_where_other_directions_stay_open(text):
    """The verdict has its witness; a class is claimed only if nothing undecided could be worse."""
    analysis = ask(text, "x,y")
    assert analysis.verdict is Verdict.NOT_DIFFERENTIABLE
    assert str(analysis.smoothness) == "C0" or (analysis.smoothness is None and analysis.reason)
    assert all(is_on_locus(f) for f in analysis.findings)


POWERS = [
    ("norm(x, y)**p", "p > 0", {"p < 1": "C0", "p > 1": "C1"}),
    ("norm(x, y)**p", "", {"p < 0": "singular", "p > 0 and p < 1": "C0", "p > 1": "C1"}),
    ("(x**2 + y**2)**p", "p > 0", {"p < 1/2": "C0", "p > 1/2": "C1"}),
    (
        "where(x == 0 and y == 0, 0, x*y/norm(x, y)**p)",
        "",
        {"p > 2": "singular", "p < 2 and p > 1": "C0", "p < 1": "C1"},
    ),
    ("where(x == 0 and y == 0, 0, norm(x, y)**p*log(norm(x, y)))", "p > 0", {"p < 1": "C0", "p > 1": "C1"}),
]


@pytest.mark.parametrize(("text", "where", "cases"), POWERS, ids=[f"{t} {w}" for t, w, _ in POWERS])
def test_an_exponent_splits_the_classes_at_a_point(text, where, cases):
    """What rays say together holds for the exponents for which all said it; the others are cases of their own."""
    found = ask(text, "x,y", where)
    assert found.verdict is Verdict.CONDITIONAL
    assert {c.condition: str(c.smoothness) for c in found.cases} == cases


@pytest.mark.parametrize("power", ["1/2", "3/2", "5/2", "-1/2"])
def test_the_case_of_an_exponent_is_the_class_of_the_number(power):
    """norm**p with a number for p has the class that the case of p tells, or a better one where it says so."""
    numbers = {"1/2": "C0", "3/2": "C1", "5/2": "C2", "-1/2": "singular"}
    assert summary(f"norm(x, y)**({power})", "x,y")[0] == numbers[power]


def test_a_class_beyond_the_derivatives_looked_at_is_left_open():
    """r**20*sin(1/r) is C9: after four derivatives nothing better than continuity is known, and none is claimed."""
    found = ask("where(x == 0 and y == 0, 0, norm(x, y)**20*sin(1/norm(x, y)))", "x,y")
    assert found.smoothness is None or str(found.smoothness) == "C9"


@pytest.mark.parametrize("other", ["y**2", "abs(y)", "y**4"])
def test_branches_that_alternate_without_end_are_no_one_expression(other):
    """abs(x**4*sin(1/x**2)) takes its branches in turn near 0: the quotient has poles, and the analysis ends."""
    found = ask(f"1/(abs(where(x == 0, 0, x**4*sin(1/x**2))) + {other})", "x,y")
    assert found.verdict is not Verdict.DIFFERENTIABLE


@pytest.mark.parametrize(
    ("where", "level"), [("0 < p, p < 1/2", "C0"), ("1 < p, p < 3/2", "C1"), ("2 < p, p < 9/4", "C2")]
)
def test_what_scales_with_an_unknown_exponent_is_decided_where_walls_meet(where, level):
    """No direction is an exception to homogeneity, whatever the exponent."""
    assert summary("abs(x*y)**p", "x,y", where)[0] == level


NORMS = [
    ("(abs(x)**p + abs(y)**p)**(1/p)", "1 < p", "C0"),
    ("(abs(x)**p + abs(y)**p)**(1/p)", "2 < p, p < 3", "C0"),
    ("(abs(x)**p + abs(y)**p)**(2/p)", "2 < p", "C1"),
    ("(abs(x)**p + abs(y)**p)**q", "1 < p, 0 < q, p*q < 1", "C0"),
    ("log(abs(x)**p + abs(y)**p)", "1 < p", "singular"),
    ("1/(abs(x)**p + abs(y)**p)", "1 < p", "singular"),
    ("sqrt(x**2 + abs(y)**p)", "2 < p", "C0"),
]


@pytest.mark.parametrize(("text", "where", "level"), NORMS)
def test_powers_of_unknown_exponents_vanish_together(text, where, level):
    """abs(x)**p + abs(y)**p is zero at the origin whatever p > 0 is, although no derivative of it need have a value."""
    assert summary(text, "x,y", where)[0] == level


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(abs(x)**3 + abs(y)**3)**(1/3)", "corner"),
        ("(abs(x)**p + abs(y)**p)**(1/p)", "corner"),
        ("where(x == 0 and y == 0, 0, abs(x)*y**2/(x**2 + y**2))", "corner"),
        ("where(x == 0 and y == 0, 0, x**2*y/(x**2 + y**2))", "directional"),
        ("cbrt(x**3 + y**3)", "directional"),
    ],
)
def test_slopes_of_opposite_directions_tell_a_corner(text, kind):
    """An even slope is a corner; an odd one that is not linear has directional derivatives and no more."""
    found = [f.kind.value for f in ask(text, "x,y", "p > 2").findings if f.at == "x = 0 and y = 0"]
    assert found == [kind]


BROKEN = [
    ("where(x == 0 and y == 0, 0, x*y/(sqrt(abs(x)) + abs(y)))", "D1"),
    ("where(x == 0 and y == 0, 0, abs(x)**(3/2)*y/(abs(x)**3 + y**2))", "discontinuous"),
    ("(abs(x)**(3/2) + y**2)**2", "C1"),
    ("sqrt(cbrt(x)**2 + y**2)", "C0"),
]


@pytest.mark.parametrize(("text", "level"), BROKEN, ids=[t for t, _ in BROKEN])
def test_broken_powers_have_a_newton_polytope_too(text, level):
    """Weights balance abs(x)**(3/2) and y: on one side of x = 0 it is a power like any other."""
    assert summary(text, "x,y")[0] == level


@pytest.mark.parametrize(
    ("where", "level"),
    [
        ("0 < p, p < 1/4", "C0"),
        ("1/4 < p, p < 1/2", "C0"),
        ("1/2 < p, p < 1", "C1"),
        ("3/2 < p, p < 7/4", "C3"),
    ],
)
def test_unequal_weights_decide_unknown_exponents_too(where, level):
    """A derivative of order alpha of (x**4 + y**2)**p scales with 4*p - alpha.(1, 2)."""
    assert summary("(x**4 + y**2)**p", "x,y", where)[0] == level


@pytest.mark.parametrize(
    "text",
    ["atan2(y, abs(x) + 1)", "atan2(abs(y), abs(x) + 1)", "atan2(y, max(x, 1))", "atan2(y, abs(x) + exp(y))"],
)
def test_a_condition_that_holds_on_all_pieces_hides_nothing(text):
    """abs(x) + 1 > 0 is true beside every point, so the quotient of the other branch is singular nowhere."""
    assert summary(text, "x,y")[0] == "C0"


SYSTEMS = [
    ("norm(x**2 - y**2 - a, x*y - b)", "C0"),
    ("norm(x**3 - a, y - b)", "C0"),
    ("norm(x*y - a, x - b)**3", "C2"),
]


@pytest.mark.parametrize(("text", "level"), SYSTEMS)
def test_a_root_of_two_equations_is_an_isolated_point_for_all_constants(text, level):
    """x + i*y is one of two square roots of a + 2*i*b: what is zero there is dropped before it is multiplied out."""
    assert summary(text, "x,y")[0] == level


@pytest.mark.parametrize(
    "text", ["hypot(x*y/(x*y), -1) + 0*abs(x)", "max(x*y/(x*y), abs(y))", "sign(x*y/(x*y)) + abs(y)/2"]
)
def test_a_condition_that_keeps_its_truth_may_have_holes(text):
    """u/u is 1 around a point at which it has no value: what is compared with it is settled, the hole is a hole."""
    found = ask(text, "x,y")
    assert found.smoothness == SINGULAR
    assert {Kind.HOLE} <= {f.kind for f in found.findings}


@pytest.mark.parametrize("second", ["x/x == 0", "1/x > 0", "sin(x)/x > 1/2", "log(x**2) < 0", "x**2/x == 0"])
@pytest.mark.parametrize(
    "first", ["y == 0 and {}", "y != 0 or {}", "y == 0 and x < 1 and {}", "y**2 == 0 and {}"]
)
def test_a_part_of_a_conjunction_that_is_asked_on_a_wall_alone_is_looked_at_there(first, second):
    """Elsewhere the first part decides; at x = y = 0 the second one is asked, and has no value."""
    found = ask(f"where({first.format(second)}, 1/2, 1)", "x,y")
    assert found.smoothness == SINGULAR
    assert any(f.kind is Kind.HOLE and f.witness == {"x": "0", "y": "0"} for f in found.findings)


# relu(x)**n*relu(-y)**n/(x - y)**m is x**n*(-y)**n/(x - y)**m for x > 0 > y and 0 elsewhere.
DEGREES = [(n, m) for n in (1, 2, 3) for m in range(1, 2 * n + 2)]
WRITTEN = [
    ("x == y", "relu(x)", "relu(-y)", "x - y"),
    ("x - 5 == y", "max(x - 5, 0)", "max(-y, 0)", "x - 5 - y"),
    ("x == -2*y", "relu(x)", "relu(y)", "x + 2*y"),
]


@pytest.mark.parametrize(("n", "m"), DEGREES)
def test_a_kink_beside_a_quotient_is_looked_at_where_both_meet(n, m):
    """It is C^(n-1) across its kinks, and homogeneous of degree d = 2*n - m: C^(d-1), or no better than a jump."""
    degree = 2 * n - m
    level = "singular" if degree < 0 else "discontinuous" if degree == 0 else f"C{min(n, degree) - 1}"
    for equal, a, b, below in WRITTEN:
        found = ask(f"where({equal}, 0, ({a})**{n}*({b})**{n}/({below})**{m})", "x,y")
        assert str(found.smoothness) == level


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("kink", ["abs({u})*({u})**{k}", "relu({u})**{n}"])
def test_a_difference_quotient_is_one_class_worse_at_the_kink(kink, n):
    """(g(x) - g(y))/(x - y), glued to the derivative, is C^(n-2) where g is C^(n-1): its own derivative has a limit."""

    def g(u):
        return kink.format(u=u, k=n - 1, n=n)

    quotient = f"({g('x')} - ({g('y')}))/(x - y)"
    glued = {"abs": f"{n}*abs(x)*x**{n - 2}", "rel": f"{n}*relu(x)**{n - 1}"}[kink[:3]]
    for text in (f"where(x == y, {glued}, {quotient})", f"exp(z)*where(x == y, {glued}, {quotient})"):
        assert str(ask(text, "x,y,z" if "z" in text else "x,y").smoothness) == f"C{n - 2}"


# Bumps between curves that touch, (y - x**2)*(2*x**2 - y) and the like, of size x**4 there and 0 on every line.
BUMPS = [
    "relu((y - x**2)*(2*x**2 - y))",
    "relu(y - x**2)*relu(2*x**2 - y)",
    "relu(x**4 - (y - x**2)**2)",
    "max(min(y - x**2, 2*x**2 - y), 0)*x**2",
]
BELOW = ["/(x**2 + y**2)**{m}", "*(1/(x**2 + y**2))**{m}", "/norm(x, y)**(2*{m})"]


@pytest.mark.parametrize("bump", BUMPS)
@pytest.mark.parametrize("below", BELOW)
@pytest.mark.parametrize(("n", "m"), [(2, 4), (3, 6), (2, 5)])
def test_a_piece_that_no_line_meets_is_not_taken_for_harmless(bump, below, n, m):
    """Of size x**(4*n - 2*m) between two parabolas, 0 on every line through the origin: a jump there, or worse."""
    text = f"where(x == 0 and y == 0, 0, ({bump})**{n}{below.format(m=m)})"
    for whole in (text, f"{text} + x**4/(1 + x**2 + y**2)", f"exp(x)*{text}"):
        found = ask(whole, "x,y")
        assert found.verdict is not Verdict.DIFFERENTIABLE
        assert found.smoothness is None or found.smoothness < C0


@pytest.mark.parametrize(
    "other", ["abs(x)**(13/2)", "abs(x)**(15/2)", "abs(x)**(13/2)*y**2", "abs(x)**(17/2)"]
)
def test_every_power_of_a_weighted_sum_may_break_a_derivative(other):
    """The fourth derivative of x**9*y/(x**4 + y**2) by y is unbounded, whatever smoother term is beside."""
    text = "where(x == 0 and y == 0, 0, x**9*y/(x**4 + y**2))"
    assert str(ask(text, "x,y").smoothness) == "C3"
    assert str(ask(f"{text} + {other}", "x,y").smoothness) == "C3"


# Positive for z != 0, and smaller than every multiple of z**2 + a where z tends to 0.
SMALL = ["exp(-1/z**2)", "1/(1 + 1/z**2)", "1/cosh(1/z)", "z**2/(1 + z**2)"]


@pytest.mark.parametrize("small", SMALL)
@pytest.mark.parametrize(
    "form",
    [
        "{s}/(x**2 + {s})",
        "{s}*y/(x**2 + y**2 + {s}**2)",
        "{s}**(1/2)*log(x**2 + {s})",
        "{s}/sqrt(x**4 + {s}**2)",
    ],
)
def test_what_tends_to_zero_at_a_wall_without_being_zero_is_looked_at(small, form):
    """x**2 + exp(-1/z**2) vanishes nowhere and tends to 0 at the origin: what is divided by it may have no limit."""
    wrt = "x,y,z" if "y" in form else "x,z"
    found = ask(f"where(z == 0, 0, {form.format(s=f'({small})')})", wrt)
    assert found.smoothness is None or found.smoothness <= D1


@pytest.mark.parametrize("q", ["x**2 + y**4", "x**2 + y**6", "x**4 + y**2", "4*x**2 + 3*y**4"])
@pytest.mark.parametrize(
    ("form", "level"),
    [
        ("({q})*sin(1/({q}))", "D1"),
        ("({q})*cos(1/({q}))", "D1"),
        ("({q})**2*sin(1/({q}))", "C1"),
        ("({q})**3*sin(1/({q}))", "C2"),
        ("({q})**(3/2)*sin(1/({q}))", "D1"),
    ],
)
def test_waves_in_a_weighted_chart_are_those_of_their_derivatives(q, form, level):
    """Of f = q**n*sin(1/q) every derivative gains q'/q**2, on curves with unequal weights as on lines."""
    found = ask(f"where(x == 0 and y == 0, 0, {form.format(q=q)})", "x,y")
    assert str(found.smoothness) in (level, "None")
    assert found.smoothness is not None or found.verdict is not Verdict.DIFFERENTIABLE


# A bump of the quotient u = x/z**m, 0 for u < 0 and u > 1, and 0 to both sides of z = 0 but where x = 0.
WINDOWS = [
    "clip({u}, 0, 1)**3*clip(1 - {u}, 0, 1)**3",
    "relu(1 - (2*{u} - 1)**2)**3",
    "where({u} > 1, 0, where({u} < 0, 0, ({u})**3*(1 - {u})**3))",
]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    ("m", "n", "level"), [(1, 0, -1), (1, 1, 0), (1, 2, 1), (2, 0, -1), (2, 1, 0), (2, 2, 0.5), (2, 3, 1)]
)
def test_a_condition_without_a_value_at_a_wall_is_looked_at_where_it_turns(window, m, n, level):
    """z**n*b(x/z**m), b of class C2: its derivative in x of order j is of size z**(n - j*m) on x = z**m/2."""
    text = f"where(z == 0, 0, z**{n}*{window.format(u=f'(x/z**{m})')})"
    found = ask(text, "x,z")
    assert found.smoothness is None or found.smoothness.level == level


@pytest.mark.parametrize("small", ["exp(-1/(x**2 + y**2))", "x**2 + y**2", "(x**2 + y**2)**2"])
def test_what_tends_to_zero_along_a_direction_is_looked_at(small):
    """s**2/(y**2/r**2 + s**2), for s that tends to 0 with r, is 1 on y = 0 and tends to 0 on all other lines."""
    quotient = f"({small})**2/(y**2/(x**2 + y**2) + ({small})**2)"
    for text in (quotient, f"{quotient} + x*y", f"exp(y)*{quotient}"):
        found = ask(f"where(x == 0 and y == 0, 0, {text})", "x,y")
        assert found.smoothness is None or found.smoothness.level == -1
        assert found.verdict is not Verdict.DIFFERENTIABLE


@pytest.mark.parametrize(
    ("rest", "factor", "zeros", "smooth"),
    [
        ("norm(x, y)", "z", [0], ""), ("norm(x, y)", "z**2", [0], ""), ("norm(x, y)", "(z - 1)", [1], " + x"),
        ("norm(x, y)", "z*(z - 1)", [0, 1], " + x*z - sin(y)"), ("norm(x, y)**3", "z", [0], " + x*z - sin(y)"),
        ("sqrt(abs(x) + abs(y))", "z", [0], " + x"), ("(x**2 + y**2)**(1/4)", "z", [0], ""),
        ("where(x == 0 and y == 0, 0, x**2*y/(x**2 + y**2))", "z", [0], " + x"),
    ],
)  # fmt: skip
def test_where_a_factor_vanishes_nothing_happens_on_a_thin_set(rest, factor, zeros, smooth):
    """z*norm(x, y) is differentiable at the origin of x and y for z = 0, and has a corner for any other z."""
    thin = [
        f for f in ask(f"{factor}*{rest}{smooth}", "x,y,z").findings if f.at.startswith("x = 0 and y = 0")
    ]
    assert thin
    for z in (-1, 0, 1, mpmath.mpf(1) / 3):
        claimed = any(
            is_on_place(f, {"x": mpmath.mpf(0), "y": mpmath.mpf(0), "z": mpmath.mpf(z)}) for f in thin
        )
        assert claimed == (z not in zeros)


@pytest.mark.parametrize(
    "undefined",
    [
        "x*y/(x**2 + y**2)", "log(x**2 + y**2)", "1/norm(x, y)", "where(x**2 + y**2 == 0, 0, (x**2 + y**2)**(-1/4))",
        "where(x**2 + y**2 == 0, 0, x*y/(x**2 + y**2))", "where(x**2 + y**2 == 0, 0, sin(1/(x**2 + y**2)))",
    ],
)  # fmt: skip
def test_a_factor_does_not_help_beside_jumps_and_poles(undefined):
    """z*log(r) has no value for z = 0 either; z/sqrt(r) grows beyond all bounds on z = r**(1/4)."""
    (found,) = ask(f"z*{undefined}", "x,y,z").findings
    assert all(
        is_on_place(found, {"x": mpmath.mpf(0), "y": mpmath.mpf(0), "z": mpmath.mpf(z)}) for z in (0, 1)
    )


@pytest.mark.parametrize("inner", ["x*y", "x*y*(x - y)", "(x - y)**2", "x - y", "x", "y**2", "(3*x - 4*y)*x"])
@pytest.mark.parametrize("domain", ["x**2 + y**2 < 1", "norm(x, y) < 1"])
def test_a_jump_closes_on_its_own_branch_of_a_circle(inner, domain):
    """Of the jump of x*y on the circle x = sqrt(1 - y**2) is none at (1, 0) or (0, 1), and no other kind of jump."""
    found = ask(f"where({domain}, {inner}, 0)", "x,y").findings
    bad = [f for f in found if f.level == DISCONTINUOUS]
    assert {f.kind for f in bad} == {Kind.JUMP}
    with mpmath.workdps(60):
        fifth, root = mpmath.mpf(1) / 5, mpmath.sqrt(mpmath.mpf(1) / 2)
        on_circle = (1, 0), (0, 1), (3 * fifth, 4 * fifth), (4 * fifth, 3 * fifth), (root, root)
        for (x, y), a, b in product(on_circle, (-1, 1), (-1, 1)):
            point = {"x": mpmath.mpf(a * x), "y": mpmath.mpf(b * y)}
            value = precise(parse(inner), point, 50)
            assert any(is_on_place(f, point) for f in bad) == (abs(value) > 1e-30)


@pytest.mark.parametrize(
    ("size", "level"), [("abs(x) + abs(y)", "1"), ("abs(x) + abs(y)", "c"), ("max(x, -x, y, -y)", "1")]
)
def test_points_at_which_a_jump_with_many_pieces_closes_are_told_by_themselves(size, level):
    """The jump of x*y on |x| + |y| = 1 closes at four points; a corner all along is none."""
    found = [f for f in ask(f"where({size} < {level}, x*y, 0)", "x,y").findings if f.level == C0]
    assert found
    for f in found:
        assert not is_on_place(f, {"x": mpmath.mpf(1) / 4, "y": mpmath.mpf(3) / 4, "c": mpmath.mpf(1)})
        assert is_on_locus(f)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("floor(abs(x))*y", {"x": 0, "y": 0}), ("floor(c*abs(x))*y", {"x": 0, "y": 0, "c": 2}),
        ("floor(max(x, -x/3))*y", {"x": 0, "y": 0}), ("where(x < floor(abs(y)), z, 0)", {"x": 5, "y": 1, "z": 0}),
        ("where(abs(x) < floor(abs(y)), z, 0)", {"x": 1.5, "y": 1, "z": 0}),
        ("where(x < abs(floor(y)), z, 0)", {"x": 3.5, "y": 2, "z": 0}),
    ],
)  # fmt: skip
def test_points_at_which_jumps_of_both_signs_close_keep_their_conditions(text, point):
    """floor(|x|)*y is 0 around the origin: its jumps at x = k close on y = 0 for k > 0, and at x = -k."""
    names = ",".join(n for n in "xyz" if n in point)
    at = {n: mpmath.mpf(v) for n, v in point.items()}
    assert not any(is_on_place(f, at) for f in ask(text, names).findings if f.kind is not Kind.FLAT)


@pytest.mark.parametrize("sign", [1, -1])
def test_points_at_which_jumps_close_are_told_for_constants_of_both_signs(sign):
    """y*floor(c*cos(x)) is 0 on y = 0, where its jumps close, for c > 0 and for c < 0."""
    with mpmath.workdps(60):
        at = {"x": mpmath.pi / 2, "y": mpmath.mpf(0), "c": mpmath.mpf(sign) * 3}
        assert any(is_on_place(f, at) for f in ask("y*floor(c*cos(x))", "x,y").findings if f.level == C0)


@pytest.mark.parametrize("special", ["1/3", "-1/2", "2"])
def test_the_example_of_a_point_is_none_at_which_the_slopes_happen_to_agree(special):
    """At x = -d, y = 0 the slopes along y are d on the one side, and special on the other."""
    found = ask(f"where(y - x > d, y - x, {special} + x + d)*y", "x,y")
    own = [f for f in found.findings if f.at == "x = -d and y = 0"]
    assert [f.level for f in own] == [C0]
    assert parse(own[0].witness["d"]) != parse(special)


def test_a_name_that_goes_when_all_is_multiplied_out_is_no_coordinate():
    """The two highest terms of a polynomial in it are none."""
    found = ask("clip(abs(where(x - c <= 1/2, x - c, -x))**(7/3)*atan2(x, x - x), 2, 3/2)", "x")
    assert [(f.kind.value, f.at) for f in found.findings] == [("hole", "x = 0")]


@pytest.mark.parametrize("u", ["x", "sin(x)", "exp(x) - 1", "x*exp(y)", "x - y"])
@pytest.mark.parametrize("v", ["log(1 + (x + y)**2)", "(exp(y) - 1)*exp(x)", "y*exp(x*y)"])
def test_zeros_that_stay_where_a_constant_moves_are_points_for_all_constants(u, v):
    """u = v = 0 is a zero of c*u**2 + v**2 whatever c is, which a formula for c leaves out."""
    found = ask(f"sqrt(c*({u})**2 + ({v})**2)", "x,y", "c > 0, x**2 < 1, y**2 < 1")
    assert str(found.smoothness) == "C0"
    assert ("0", "0") in [(f.witness["x"], f.witness["y"]) for f in found.findings]


@pytest.mark.parametrize(
    ("loss", "level"),
    [
        ("sqrt({})", "C0"),
        ("1/({})", "singular"),
        ("log({})", "singular"),
        ("where({} > 0, 1, 0)", "discontinuous"),
    ],
)
@pytest.mark.parametrize("scale", ["1", "exp(y)", "(1 + x**2)", "cosh(x*y)"])
@pytest.mark.parametrize("base", ["exp(x)", "x**3", "sinh(x)"])
def test_a_sum_of_squares_with_a_constant_inside_vanishes_at_points_that_it_moves(base, scale, loss, level):
    """(g(x) - c)**2*s + (x - y)**2 = 0 for x = y where g(x) = c: a formula for c is real there alone."""
    found = ask(loss.format(f"(({base}) - c)**2*{scale} + (x - y)**2"), "x,y", "c > 0, c < 9")
    assert str(found.smoothness) == level


@pytest.mark.parametrize(
    ("first", "second", "wrt", "at"),
    [
        ("(x - a)**2 + (y - b)**4", "z - c", "x,y,z", "x = a and y = b and z = c"),
        ("(x - a)**2 + exp(y)*(y - b)**2", "z - c", "x,y,z", "x = a and y = b and z = c"),
        ("(x - a)**2 + (y - b)**4", "(x - a) - (y - b) + (x - a)*(y - b)", "x,y", "x = a and y = b"),
        ("x*(y - b) - (z - c)", "x*(z - c) + 2*(y - b)", "x,y,z", "y = b and z = c"),
        ("(x - a)*(y - b) - (z - c)", "(x - a)*(z - c) + 2*(y - b)", "x,y,z", "y = b and z = c"),
        ("x*(y - b) - (z - c)**3", "x*(z - c) + 2*(y - b)", "x,y,z", "y = b and z = c"),
    ],
)
@pytest.mark.parametrize(
    ("loss", "level"),
    [("sqrt(({})**2 + ({})**2)", "C0"), ("1/(({})**2 + ({})**2)", "singular"),
     ("where({1} == 0, where({0} == 0, 1, 0), 0)", "discontinuous")],
)  # fmt: skip
def test_equations_are_solved_where_a_formula_breaks_down_or_is_complex(first, second, wrt, at, loss, level):
    """A formula is real on a thin set alone, or its highest coefficient vanishes: both leave zeros."""
    found = ask(loss.format(first, second), wrt)
    assert str(found.smoothness) == level
    assert at in [f.at for f in found.findings]


@pytest.mark.parametrize("u", ["x", "x - a", "2*x + 1"])
def test_a_coefficient_that_vanishes_slowly_beside_some_directions_proves_no_derivative(u):
    """Along (s, s, s**(4/3)) this is about s/2, though of order s**2 on every line."""
    quotient = f"({u})**2*abs(y)**3*z**15/(({u})**8*y**16 + z**18 + ({u})**72)"
    found = ask(f"where({u} == 0 and z == 0, 0, {quotient})", "x,y,z")
    assert found.verdict is Verdict.UNDETERMINED or str(found.smoothness) == "C0"
