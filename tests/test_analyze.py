"""The decision: classes and verdicts from all walls and points together."""

import pytest
from questions import ask, question, summary

from diffcheck.analyze import analyze
from diffcheck.deadline import TimeOver, within
from diffcheck.errors import Undetermined
from diffcheck.language.parse import parse_conditions
from diffcheck.verdict import Verdict
from diffcheck.walls.interior import interior

CLASSES = [
    ("x**2", "x", "Cinf"),
    ("(y - f)**2", "f", "Cinf"),
    ("log(1 + exp(-y*f))", "f", "Cinf"),
    ("x/x", "x", "singular"),
    ("x**2/x", "x", "singular"),
    ("exp(log(x))", "x", "Cinf"),
    ("sqrt(x)**2", "x", "Cinf"),
    ("0*log(abs(x))", "x", "singular"),
    ("0/x", "x", "singular"),
    ("abs(x)", "x", "C0"),
    ("x*abs(x)", "x", "C1"),
    ("where(x == 0, 0, x**2*sin(1/x))", "x", "D1"),
    ("abs(x) + 1/y", "x,y", "singular"),
    ("abs(x) + sign(y)", "x,y", "discontinuous"),
    ("abs(x)*y**2 + x**2*abs(y)", "x,y", "C0"),
    ("abs(x)**3 + abs(y)**5", "x,y", "C2"),
    ("max(x, 0) - max(-x, 0)", "x", "Cinf"),
    ("log(exp(x - max(x, y)) + exp(y - max(x, y))) + max(x, y)", "x,y", "Cinf"),
    ("where(x*y > 0, x*y, 0)", "x,y", "C0"),
    ("abs(x*y)", "x,y", "C0"),
    ("x*abs(y)*abs(x)", "x,y", "C0"),
    ("floor(x)*0", "x", "Cinf"),
    ("abs(x**2 + 1)", "x", "Cinf"),
    ("sqrt(1 + abs(x)**2)", "x", "Cinf"),
    ("abs(floor(x) - x)", "x", "discontinuous"),
    ("abs(x) if x > 1 else x", "x", "Cinf"),
    ("relu(sin(cbrt(x)))", "x", "C0"),
    ("sin(cbrt(x))**3*abs(sin(cbrt(x)))", "x", "C1"),
    ("abs(cos(abs(x)**(2/3)))**3", "x", "C1"),
]


@pytest.mark.parametrize(("text", "wrt", "level"), CLASSES, ids=[t for t, *_ in CLASSES])
def test_the_class_is_that_of_the_worst_point(text, wrt, level):
    """On the domain of the expression as written: holes stay holes, edges decide nothing, what cancels is smooth."""
    analysis = ask(text, wrt)
    assert str(analysis.smoothness) == level
    assert analysis.smoothness is not None
    wanted = Verdict.DIFFERENTIABLE if analysis.smoothness.differentiable else Verdict.NOT_DIFFERENTIABLE
    assert analysis.verdict is wanted
    assert analysis.reason is None


BORDERS = [
    ("abs(x)", "x > 0"),
    ("abs(x)", "x >= 0"),
    ("1/x", "x > 0"),
    ("1/x", "x >= 0"),
    ("abs(x - 1) + abs(x + 1)", "-1 <= x, x <= 1"),
    ("floor(x)", "0 < x, x < 1"),
    ("floor(x)", "0 <= x and x <= 1"),
    ("max(x, y)", "x > y"),
    ("abs(x - a)", "x < a"),
    ("abs(x - a)", "x > 1, a < 1"),
    ("sqrt(x**2 + y**2)", "x > 0"),
    ("tan(x)", "-pi/2 < x, x < pi/2"),
    ("abs(sin(x))", "0 < x, x < pi"),
    ("abs(x)", "x**2 > 1"),
    ("abs(x)", "x != 0"),
]


@pytest.mark.parametrize(("text", "where"), BORDERS, ids=[f"{t} | {w}" for t, w in BORDERS])
def test_the_border_of_the_constraints_is_not_inside(text, where):
    """What happens exactly where the domain of `where` ends, or beyond, is not judged."""
    wrt = "x,y" if "y" in text else "x"
    assert summary(text, wrt, where) == ("Cinf", [])


@pytest.mark.parametrize(
    ("text", "strict", "level"),
    [
        ("abs(x)", "x {} -1", "C0"),
        ("abs(x)", "x {} 0", "Cinf"),
        ("abs(x) + abs(x - 2)", "x {} 0", "C0"),
        ("floor(x)", "x {} 2", "discontinuous"),
        ("abs(sin(x))", "x {} 3", "C0"),
        ("abs(x)", "x**2 {} 1", "Cinf"),
        ("abs(x**2 - y)", "y {} 0", "C0"),
    ],
)
def test_strict_and_closed_constraints_have_one_interior(text, strict, level):
    """x > c and x >= c differ by a border, which is not judged: same class, same places."""
    answers = [summary(text, "x", strict.format(relation)) for relation in (">", ">=")]
    assert answers[0] == answers[1]
    assert answers[0][0] == level


INTERIORS = [
    ("x < 1", ["1 - x > 0"]),
    ("x >= 1", ["x - 1 > 0"]),
    ("0 < x < 1", ["x > 0", "1 - x > 0"]),
    ("x != y", ["x - y != 0"]),
    ("x**2 >= 0", []),
    ("x**3 >= 0", ["x > 0"]),
    ("x**2*(x - 1) >= 0", ["x - 1 > 0"]),
    ("x**2 > 0", ["x**2 > 0"]),
    ("(exp(x) - 1)*(3 - x) >= 0", ["(3 - x)*(exp(x) - 1) > 0"]),
    ("sqrt(x) >= 0", ["x > 0"]),
    ("norm(x, y) >= 0", []),
]


@pytest.mark.parametrize(("where", "expected"), INTERIORS, ids=[w for w, _ in INTERIORS])
def test_the_interior_of_the_constraints(where, expected):
    """Closed conditions open up; zeros without a change of sign stay inside."""
    found = [str(c) for c in interior(parse_conditions(where))]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("where", ["x == 1", "x > 0 or x < -1", "not x > 0", "floor(x) > 1"])
def test_constraints_without_a_plain_interior_are_undetermined(where):
    """Equations, alternatives and integer parts are refused with a reason, not guessed."""
    with pytest.raises(Undetermined):
        analyze(question("abs(x)", "x", where))


def test_constraints_on_constants_decide_signs():
    """x**2 + a > 0 for a > 0: the pole is never met."""
    assert summary("1/(x**2 + a)", "x", "a > 0")[0] == "Cinf"
    assert summary("1/(x**2 + a)", "x", "a < 0")[0] == "singular"


@pytest.mark.parametrize(
    ("text", "wrt"),
    [("abs(x) + 1/(2 + sin(x))", "x"), ("abs(x)/(exp(y) + x**2)", "x,y"), ("abs(tanh(x) - 2) + abs(x)", "x")],
)
def test_gaps_that_are_never_met_need_no_look(text, wrt):
    """Only the corner of abs(x) is found."""
    assert summary(text, wrt) == ("C0", [("corner", "x = 0")])


def test_constants_are_in_general_position():
    """abs(x - a) + abs(x - b): what happens for a = b decides nothing."""
    assert summary("abs(x - a) + abs(x - b)", "x") == ("C0", [("corner", "x = a"), ("corner", "x = b")])
    assert summary("abs(x - a) - abs(x - b)", "x")[0] == "C0"


def test_variables_are_differentiated_jointly():
    """x*y/(x**2 + y**2), 0 at the origin, has both partial derivatives there and is not continuous."""
    text = "where(x == 0 and y == 0, 0, x*y/(x**2 + y**2))"
    assert summary(text, "x,y")[0] == "discontinuous"
    assert summary(text, "x") == ("Cinf", [])


def test_the_order_of_terms_and_variables_changes_nothing():
    """Addition commutes, and so do the names in `wrt`."""
    base = ask("abs(x) + max(y, x**2)", "x,y")
    for text, wrt in (("max(y, x**2) + abs(x)", "x,y"), ("abs(x) + max(y, x**2)", "y,x")):
        other = ask(text, wrt)
        assert other.smoothness == base.smoothness
        assert {f.kind for f in other.findings} == {f.kind for f in base.findings}


def test_scaling_by_a_constant_keeps_the_class():
    """c*f + g has the class of f for c != 0 and analytic g."""
    for text in ("abs(x)", "x*abs(x)", "sign(x)", "1/x", "sqrt(abs(x))"):
        assert ask(f"-7*({text}) + exp(x)", "x").smoothness == ask(text, "x").smoothness


def test_an_open_part_is_undetermined_with_a_reason():
    """What nothing proves is said, never guessed."""
    analysis = ask("abs(x*exp(x*y) + sin(x*y**2) + y**7 - 3)**3", "x,y")
    assert (analysis.verdict, analysis.smoothness) == (Verdict.UNDETERMINED, None)
    assert analysis.reason


def test_a_used_up_time_budget_ends_the_analysis():
    """The caller gets TimeOver, which is a reason for an undetermined answer."""
    with within(0), pytest.raises(TimeOver):
        analyze(question("abs(x**7 - 3*x + y) + abs(sin(x + y**3)*x) + 1/(x**2 + y*x + 7)", "x,y"))


TOUCHED = [
    ("abs(x)", "(3 - x)*(1 - cos(x)) >= 0"),
    ("abs(x - a)", "(1 - cos(x - a))*(5 - x) >= 0"),
    ("abs(x - a)", "(exp(x - a) - (x - a) - 1)*(3000000 - x) >= 0"),
    ("norm(x, y)", "(cosh(x) + cosh(y) - 2)*(3 - x) >= 0"),
    ("norm(x, y)**3", "(x**2 + y**2)**(1/3)*(y + 1) >= 0"),
    ("abs(x)**3", "sqrt(1 - cos(x))*(x + 1) >= 0"),
    ("x*abs(x)", "pi/2 - asin(1 - x**2) >= 0"),
    ("relu(x)**3", "where(x >= 0, 1, -1) > 0"),
    ("relu(x)**3", "sign(x) < 1"),
]


@pytest.mark.parametrize(("text", "where"), TOUCHED, ids=[f"{t} | {w}" for t, w in TOUCHED])
def test_a_border_that_may_be_touched_from_within_is_not_left_out(text, where):
    """u >= 0 may hold on both sides of a point at which u is 0 without a slope, u > 0 on one side of a jump."""
    with pytest.raises(Undetermined, match="interior"):
        summary(text, "x,y" if "y" in text else "x", where)


@pytest.mark.parametrize(
    "where",
    [
        "(3 - x)*(1 - cos(x)) >= 0",
        "(x**2 + y**2)**(1/3)*(y + 1) >= 0",
        "sqrt(1 - cos(x))*(x + 1) >= 0",
        "pi/2 - asin(1 - x**2) >= 0",
        "sign(x) < 1",
    ],
)
def test_what_is_smooth_on_the_border_too_is_smooth_inside(where):
    """Where the interior is not known, a function that is smooth on the whole domain is called so."""
    assert summary("x**2*sin(x)*exp(y)", "x,y", where)[0] == "Cinf"


ROOTS = [
    ("x*abs(x)", "sqrt(abs(x)) >= 0", "C1"),
    ("where(x == 0, 0, x**2*sin(1/x))", "sqrt(abs(x)) >= 0", "D1"),
    ("norm(x, y)**3", "norm(x, y) >= 0", "C2"),
    ("abs(exp(x) - 100000000)", "((exp(x) - 100000000)**2)**(1/3) >= 0", "C0"),
    ("abs(x)", "sqrt(x) >= 0", "Cinf"),
    ("abs(x - 1)", "sqrt(x) >= 0", "C0"),
    ("abs(x - y)", "sqrt(x) <= y", "C0"),
    ("abs(x - 1)", "clip(x, 0, 5) < 3", "C0"),
]


@pytest.mark.parametrize(("text", "where", "level"), ROOTS, ids=[f"{t} | {w}" for t, w, _ in ROOTS])
def test_a_root_is_at_least_0_where_its_base_is(text, where, level):
    """sqrt(u) >= 0 has the interior of u >= 0: all of it for abs(x), x > 0 for x."""
    assert summary(text, "x,y" if "y" in text else "x", where)[0] == level
