"""Findings: the words for a place, the part of the text, the exact witness."""

from itertools import product

import mpmath
import pytest
import sympy as sp
from questions import ask, is_inside, is_on_locus, is_on_place, point_of, question, the_finding

from diffcheck.analysis import conclude
from diffcheck.check import check
from diffcheck.conditions.constraint import Constraint
from diffcheck.deadline import TimeOver
from diffcheck.findings.worded import describe
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.verdict import C0, CINF, SINGULAR, Kind, ProbeStatus, Severity, Verdict
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import Gap
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.wall import Wall

PLACES = [
    ("abs(y - f)", "f", "f = y"),
    ("abs(x)", "x", "x = 0"),
    ("abs(2*x - 1)", "x", "x = 1/2"),
    ("max(0, 1 - y*f)", "f", "f = 1/y"),
    ("abs(x - y)", "x,y", "x = y"),
    ("abs(exp(x) - 2)", "x", "x = log(2)"),
    ("abs(x**5 - x - 1)", "x", "x**5 - x - 1 = 0"),
    ("abs(cos(x) - x)", "x", "x - cos(x) = 0"),
    ("abs(x*exp(x + y) - c*y)", "x", "-c*y + x*exp(x + y) = 0"),
    ("where(x > y, x**2, y**2)", "x,y", "x = y and y != 0"),
    ("hypot(x, y)", "x,y", "x = 0 and y = 0"),
    ("relu(x)*exp(y)", "x,y", "x = 0"),
    ("where(y > 0, abs(x), 0)*y**2", "x,y", "x = 0 and y > 0"),
]


@pytest.mark.parametrize(("text", "wrt", "at"), PLACES, ids=[t for t, *_ in PLACES])
def test_a_place_is_told_as_a_solved_equation_if_there_is_one(text, wrt, at):
    """ "f = y"; the equation itself where no closed form is known; where the size vanishes, nothing happens."""
    finding = the_finding(text, wrt)
    if "exp(x + y)" not in text:
        assert finding.at == at
    assert is_on_locus(finding)


WITNESSED = [
    ("abs(y - f)", "f", ""),
    ("abs(x*y - 1)", "x,y", "x > 2"),
    ("abs(x**2 + b*x + c)", "x", "b > 1, c < -1"),
    ("max(x, y, z)", "x,y,z", "x + y + z > 10"),
    ("abs(x**5 - x - 1)", "x", "x > 0"),
    ("abs(exp(x) - y)", "x", "y > 5"),
    ("where(x**2 + y**2 < 1, 0, 1)", "x,y", "x > 0, y < 0"),
    ("abs(sin(x) - a)", "x", "0 < a, a < 1/2"),
    ("1/(x - y)", "x", "x > 100"),
    ("floor(x*y)", "x,y", "x > 3"),
    ("sqrt(abs(x - a)) + abs(x - b)", "x", "a > b"),
    ("abs(x - sqrt(2)*y)", "x,y", "y > 1"),
]


@pytest.mark.parametrize(("text", "wrt", "where"), WITNESSED, ids=[f"{t} {w}" for t, _, w in WITNESSED])
def test_every_witness_is_a_point_of_its_place_inside_the_constraints(text, wrt, where):
    """It satisfies the equation, the condition and the constraints, and names every variable and constant."""
    problem = question(text, wrt, where)
    findings = ask(text, wrt, where).findings
    assert findings
    for f in findings:
        assert f.kind is Kind.FLAT or is_on_locus(f)
        assert is_inside(problem, f)
        assert set(f.witness) == {*problem.wrt, *problem.constants}


def test_a_root_without_closed_form_has_a_long_decimal_and_a_ball_as_proof():
    """40 digits and more; left and right are told in the variable itself."""
    f = the_finding("abs(x**5 - x - 1)", "x")
    assert abs(precise(parse("x**5 - x - 1"), point_of(f), 60)) < 1e-40
    assert (f.proof, f.left, f.right) == ("ball", "1 - 5*x**4", "5*x**4 - 1")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("abs(exp(x)*sin(x) - x)", ""), ("abs(exp(x)*sin(x) - x)", "x > -4, x < 3"),
        ("abs(x**2*exp(x) - sin(x)**2)", ""),
        ("abs(cos(x) - 1 + x**2/2 - x**4/30)", ""), ("relu(sin(x)**2 - x**2/9)", ""),
    ],
)  # fmt: skip
def test_a_double_root_is_no_place_though_it_solves_the_equation_of_the_others(text, where):
    """exp(x)*sin(x) = x at 0 too, where |exp(x)*sin(x) - x| touches 0 smoothly."""
    found = ask(text, "x", where).findings
    assert found
    for f in found:
        assert f.at.endswith(" = 0 and x != 0")
        assert is_on_locus(f)


@pytest.mark.parametrize(
    "name", ["x_root", "x_", "k", "n0", "k0", "d_x", "__x", "__t", "wave_s0", "t", "w", "e"]
)
def test_no_name_of_the_user_clashes_with_those_of_the_analysis(name):
    """Constants may be called anything, and are found in conditions and witnesses under their own name."""
    f = the_finding(f"{name}*abs(x**5 - x - 1)", "x")
    assert (f.condition, f.witness[name]) == (f"{name} != 0", "1/3")
    assert is_on_locus(f)
    (g,) = ask(f"hypot(x, y)*{name}**2", "x,y").findings
    assert (g.kind, g.at) == (Kind.CORNER, "x = 0 and y = 0")


PARTS = [
    ("1 + abs(x)*2", "x", ["abs(x)"]),
    ("abs(x) + max(x, 0)", "x", ["abs(x)"]),
    ("max(x, 0) + abs(x)", "x", ["max(x, 0)"]),
    ("abs(x - 1) + relu(x)", "x", ["abs(x - 1)", "relu(x)"]),
    ("exp(1/x)", "x", ["1/x"]),
    ("abs(abs(x) - 1)", "x", ["abs(abs(x) - 1)", "abs(abs(x) - 1)", "abs(x)"]),
]


@pytest.mark.parametrize(("text", "wrt", "sources"), PARTS, ids=[t for t, *_ in PARTS])
def test_a_finding_names_the_first_part_of_the_text_that_is_at_fault(text, wrt, sources):
    """The span holds the source; a wall shared by several parts is one finding."""
    findings = ask(text, wrt).findings
    assert [f.source for f in findings] == sources
    assert all(text[f.span[0] : f.span[1]] == f.source for f in findings)


def test_walls_shared_by_parts_add_up():
    """|x| + max(x, 0): slopes -1 and 2, not two corners; |x| - 2*max(x, 0) = -x has none."""
    f = the_finding("abs(x) + max(x, 0)", "x")
    assert (f.left, f.right, f.size) == ("-1", "2", "3")
    assert not ask("abs(x) - 2*max(x, 0)", "x").findings


SEVERITIES = [
    ("abs(x)", Severity.ERROR),
    ("sign(x)*x**0", Severity.ERROR),
    ("1/x", Severity.ERROR),
    ("sqrt(x)", Severity.WARNING),
    ("where(x == 0, 0, x**2*sin(1/x))", Severity.WARNING),
    ("x*abs(x)", Severity.INFO),
]


@pytest.mark.parametrize(("text", "severity"), SEVERITIES, ids=[t for t, _ in SEVERITIES])
def test_severity_is_that_of_the_class(text, severity):
    """Error for what breaks differentiability, warning for edges and D1, info for higher breaks."""
    assert ask(text, "x").findings[0].severity is severity


EDGES = [
    ("log(p)", "p = 0", "value -> -oo"),
    ("-log(1 - p)", "p = 1", "value -> oo"),
    ("sqrt(p)", "p = 0", "gradient unbounded"),
    ("p*log(p)", "p = 0", "gradient unbounded"),
    ("p**1.5", "p = 0", "one-sided derivative finite"),
    ("asin(p)", None, "gradient unbounded"),
    ("p**2*log(p)", "p = 0", "one-sided derivative finite"),
]


@pytest.mark.parametrize(("text", "at", "detail"), EDGES, ids=[t for t, *_ in EDGES])
def test_an_edge_tells_what_happens_on_the_way_to_it(text, at, detail):
    """It is a warning, decides nothing, and has no slopes of two sides."""
    for f in ask(text, "p").findings:
        assert (f.kind, f.detail, f.severity, f.level) == (Kind.EDGE, detail, Severity.WARNING, CINF)
        assert at is None or f.at == at
        assert (f.left, f.right, f.size) == (None, None, None)


def test_a_domain_that_ends_by_a_constraint_has_no_edge():
    """log(p) for p > 1 goes on beyond; only what is undefined is an edge."""
    assert not ask("log(p)", "p", "p > 1").findings


def test_breaks_are_told_only_where_they_decide_the_class():
    """abs(x) + abs(y)**3 has corners; the break of the third derivative is no news there."""
    assert [f.kind for f in ask("abs(x) + abs(y)**3", "x,y").findings] == [Kind.CORNER]
    assert [f.kind for f in ask("x**2 + abs(y)**3", "x,y").findings] == [Kind.BREAK]


def test_a_piecewise_constant_function_is_flat():
    """sign and floor jump, and their gradient is zero wherever it exists; abs is not flat, nor is a constant."""
    for text in ("sign(x)", "floor(x)", "where(y*f > 0, 0, 1)"):
        wrt = "f" if "f" in text[6:] and "y*f" in text else "x"
        assert ask(text, wrt).findings[-1].kind is Kind.FLAT
    for text in ("abs(x)", "x*sign(x)", "x + floor(x)", "0*x"):
        assert Kind.FLAT not in {f.kind for f in ask(text, "x").findings}


SLOPES = [
    ("quantile*max(y - f, 0) + (1 - quantile)*max(f - y, 0)", "f", "-quantile", "1 - quantile", "1"),
    ("max(0, 1 - y*f)", "f", "min(0, -y)", "max(0, -y)", "abs(y)"),
    ("abs(a*x)", "x", "-abs(a)", "abs(a)", "2*abs(a)"),
    ("max(a*x, b*x)", "x", "min(a, b)", "max(a, b)", "abs(a - b)"),
    ("abs(x**2 - 2)*x", "x", None, None, None),
    ("a*abs(x) + b*x", "x", "b - a", "a + b", "2*a"),
    ("delta*abs(x)/3", "x", "-delta/3", "delta/3", "2*delta/3"),
    ("abs(exp(x) - 1)", "x", "-1", "1", "2"),
    ("sign(x)*pi", "x", "-pi", "pi", "2*pi"),
]


@pytest.mark.parametrize(("text", "wrt", "left", "right", "size"), SLOPES, ids=[t for t, *_ in SLOPES])
def test_slopes_and_jumps_are_exact(text, wrt, left, right, size):
    """Functions of the constants, not decimals; size is right minus left."""
    f = ask(text, wrt).findings[0]
    if left is not None:
        assert (f.left, f.right, f.size) == (left, right, size)
    difference = f"({f.right}) - ({f.left}) - ({f.size})"
    point = point_of(f)

    assert abs(precise(parse(difference), point, 60)) < 1e-40


PARTS_OF_WALLS = [
    ("abs(x*y)", "x,y", {"x = 0 and y != 0", "y = 0 and x != 0"}),
    ("relu(x)*relu(y)", "x,y", {"x = 0 and y > 0", "y = 0 and x > 0"}),
    ("abs(x)*relu(y)", "x,y", {"x = 0 and y > 0", "y = 0 and x != 0"}),
    ("max(x, y, z)", "x,y,z", {"x = y and y > z", "x = z and z > y", "y = z and z > x"}),
    ("abs(x) + abs(y)", "x,y", {"x = 0", "y = 0"}),
    ("abs(x)*y**2", "x,y", {"x = 0 and y != 0"}),
    ("cbrt(x)*y", "x,y", {"x = 0 and y != 0"}),
    ("sqrt(abs(x))*(y - 1)**2", "x,y", {"x = 0 and y != 1"}),
    ("cbrt(x)*y + abs(x)*y**2", "x,y", {"x = 0 and y != 0"}),
    ("cbrt(x)*y + abs(x)", "x,y", {"x = 0"}),
    ("cbrt(x)*y + sqrt(abs(x))*(y - 1)", "x,y", {"x = 0"}),
    ("where(x == 0, 0, x*log(abs(x)))*sin(y)", "x,y", {"x = 0 and sin(y) != 0"}),
    ("where(x == 0, 0, x*sin(1/x))*y", "x,y", {"x = 0 and y != 0"}),
    ("where(x == 0, 0, x**2*sin(1/x))*y", "x,y", {"x = 0 and y != 0"}),
    ("where(x == 0, 0, x*sin(1/x))*y + abs(x)", "x,y", {"x = 0"}),
]


@pytest.mark.parametrize(("text", "wrt", "places"), PARTS_OF_WALLS, ids=[t for t, *_ in PARTS_OF_WALLS])
def test_parts_of_a_wall_where_nothing_happens_are_left_out(text, wrt, places):
    """The place says on which part of the wall the break is, and nothing that holds on all of it."""
    findings = ask(text, wrt).findings
    assert {f.at for f in findings} == places
    assert all(is_on_locus(f) for f in findings)


UNDER_CONDITIONS = [
    ("abs(x**2 - a)", "x", {"a > 0"}),
    ("abs(x**2 + b*x + c)", "x", {"b**2 > 4*c"}),
    ("abs(sin(x) + a)", "x", {"a**2 < 1"}),
    ("abs(x)**p", "x", {"p > 0 and p < 1", "p < 0"}),
    ("clip(x, a, b)", "x", {"b > a"}),
    ("abs(a*x)", "x", {"a != 0"}),
    ("max(sqrt(x**2 + y**2), 2)", "x,y", {None}),
    ("log(exp(a/x) + exp(b/x)) - a/x", "x", {"a > b", "b > a"}),
]


@pytest.mark.parametrize(
    ("text", "wrt", "conditions"), UNDER_CONDITIONS, ids=[t for t, *_ in UNDER_CONDITIONS]
)
def test_a_condition_says_for_which_constants_a_finding_is_there(text, wrt, conditions):
    """Where formulas are real, which branches hold, what does not vanish; the witness satisfies it."""
    findings = ask(text, wrt).findings
    assert {f.condition for f in findings} == conditions
    assert all(is_on_locus(f) for f in findings)


@pytest.mark.parametrize("unbounded", ["log(abs(z))", "1/z**2", "1/abs(z)", "abs(z)**(-1/3)"])
@pytest.mark.parametrize("rate", ["x", "a", "abs(a)", "(x - a)", "x**2"])
def test_what_is_unbounded_with_either_sign_is_one_pole(unbounded, rate):
    """Values of infinite size whose sign depends on other names have no difference, and are one place."""
    text = f"min(y, 1) + {rate}*{unbounded}"
    wrt = tuple(n for n in "xyz" if n in text.replace("min", ""))
    found = ask(text, ",".join(wrt))
    assert found.smoothness == SINGULAR
    assert {(f.kind, f.at.partition(" and ")[0]) for f in found.findings} == {
        (Kind.CORNER, "y = 1"),
        (Kind.POLE, "z = 0"),
    }


EXCEPTIONS = [
    ("where(sin(x) == 0, x, 0)", {"x = pi*k and k != 0 for integer k"}),
    ("where(cos(x) == 0, x - pi/2, 0)", {"x = pi*k + pi/2 and k != 0 for integer k"}),
    ("where(x == floor(x), x*(x - 1), 0)", {"x = k and k != 0 and k != 1 for integer k"}),
    ("where(x == floor(x), abs(x - 2), 0)", {"x = k and k != 2 for integer k"}),
    ("where(x == y, x*(y - 1), 0)", {"x = y and y != 1 and y != 0"}),
    ("where(x == y, c*x, 0)", {"x = y and y != 0"}),
    ("abs(floor(x) + 1/2)", {"x = k and k != 0 for integer k"}),
    ("abs(floor(x) - 5/2)", {"x = k and k != 3 for integer k"}),
    ("abs(floor(x))", {"x = k for integer k"}),
    ("(x**2 - y**2)/(x - y)", {"x = y"}),
    ("where(floor(x) == x, 1, cos(pi*x))", {"x = 2*k + 1 for integer k"}),
    ("where(cos(x) == 0, 1, sin(x))", {"x = 2*pi*k + 3*pi/2 for integer k"}),
    ("where(mod(x, 1) == 0, 1, cos(2*pi*x/3))", {"x = 3*k + 1 for integer k", "x = 3*k + 2 for integer k"}),
    ("floor(x)*(1 - cos(pi*x))", {"x = 2*k + 1 for integer k"}),
    ("floor(x)*sin(pi*x/2)**2", {"x = 2*k + 1 for integer k"}),
]


@pytest.mark.parametrize(("text", "places"), EXCEPTIONS, ids=[t for t, _ in EXCEPTIONS])
def test_a_place_leaves_out_where_the_value_is_the_limit_or_both_limits_agree(text, places):
    """The size of a hole is the value minus the limit; a hole without a value has no exceptions."""
    wrt = ",".join(n for n in "xy" if n in text)
    found = [f for f in ask(text, wrt).findings if f.kind in {Kind.HOLE, Kind.JUMP}]
    assert {f.at for f in found} == places


IMPLIED = [
    ("max(floor(x), 2)", "x", {("x = 3", None), ("x = k and k > 3 for integer k", None)}),
    ("x*y/norm([x, y])**p", "x,y", {("x = 0 and y = 0", "p > 2")}),
    (
        "floor(x)*abs(x - 2)",
        "x",
        {("x = k and k > 2 for integer k", None), ("x = k and k < 2 for integer k", None)},
    ),
]


@pytest.mark.parametrize(("text", "wrt", "places"), IMPLIED, ids=[t for t, *_ in IMPLIED])
def test_conditions_that_follow_from_others_are_left_out(text, wrt, places):
    """k > 3 says k > 2; on integers k > 3 does not follow from k > 2."""
    found = [f for f in ask(text, wrt).findings if f.kind in {Kind.POLE, Kind.JUMP}]
    assert {(f.at, f.condition) for f in found} == places


@pytest.mark.parametrize("text", ["floor(x)*abs(x - 2)", "abs(x)*floor(x + 1)", "floor(x)*abs(x**2 - 9)"])
def test_a_point_of_two_walls_is_told_once(text):
    """The member of a family at which nothing jumps is a corner of another part."""
    corners = [f.at for f in ask(text, "x").findings if f.kind is Kind.CORNER]
    assert corners
    assert len(corners) == len(set(corners))


@pytest.mark.parametrize(
    ("text", "wrt", "places"),
    [
        ("where(norm(floor(x), y - c) > 0, 1, 2)", "x,y", {"y = c and x > 0 and x < 1", "x = 0 and y = c"}),
        (
            "norm(floor(x + y), x - c)",
            "x,y",
            {"x = c and c + y > 0 and c + y < 1", "x = k - y for integer k", "x = c and y = -c"},
        ),
        ("abs(sqrt(y) - x)", "x,y", {"x = sqrt(y)", "y = 0"}),
    ],
)
def test_a_place_says_which_part_of_its_wall_it_is(text, wrt, places):
    """A wall that ends where an integer part changes is told with its ends; of a root its formula shows them."""
    assert {f.at for f in ask(text, wrt).findings} - {"everywhere"} == places


@pytest.mark.parametrize(
    "text", ["where(norm(round(x + y), x - c) > 0, round(x + y), 2)", "norm(floor(2*x), y)"]
)
def test_no_place_speaks_of_what_the_question_does_not_know(text):
    """Integers of the analysis and imaginary units stand in no finding."""
    for found in ask(text, "x,y").findings:
        assert "'" not in found.at
        assert "I" not in found.at


COUNTED = [
    ("max(sin(cbrt(y)), 0)", "y = pi**3*(2*k + 1)**3 and k >= 0 for integer k"),
    ("max(sin(sqrt(y)), 0)", "y = 4*pi**2*k**2 and k > 0 for integer k"),
    ("abs(cos(sqrt(y)))", "y = (-2*pi*k - pi/2)**2 and k <= -1 for integer k"),
]


@pytest.mark.parametrize(("text", "at"), COUNTED, ids=[t for t, _ in COUNTED])
def test_a_bound_on_an_integer_is_told_as_one(text, at):
    """k >= 0, not 4*pi*k + pi > 0; the example is the first member, where numbers can still be compared."""
    found = next(f for f in ask(text, "y").findings if f.at == at)
    assert sp.sympify(found.witness["y"]) in {sp.pi**3, 4 * sp.pi**2, 9 * sp.pi**2 / 4}


def test_numbers_far_from_one_are_no_disagreement():
    """Around exp(1000) and exp(-1000) no step is both small and seen: the proof stands, the probe says nothing."""
    for text in ("abs(log(y) - 1000)", "abs(log(y) + 1000)"):
        report = check(text, "y")
        assert report.verdict is Verdict.NOT_DIFFERENTIABLE
        assert Kind.DISAGREEMENT not in {f.kind for f in report.findings}


@pytest.mark.parametrize(
    "text", ["tanh(max(y, 2*x + 1, pi))", "sigmoid(max(x, 40))", "max(exp(-y**2)*x, 0)*(y > pi)"]
)
def test_what_is_too_small_to_be_seen_is_no_disagreement(text):
    """A corner of size 1e-40 stands by its proof; examples have numbers of ordinary size where they can."""
    report = check(text, "x,y" if "y" in text else "x")
    assert report.verdict is Verdict.NOT_DIFFERENTIABLE
    assert Kind.DISAGREEMENT not in {f.kind for f in report.findings}
    assert all(abs(precise(parse(v), {}, 20)) < 1000 for f in report.findings for v in f.witness.values())


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("where(abs(y) > 1, abs(x), x)", {"x = 0 and y > 1", "x = 0 and y < -1"}),
        ("abs(x)*(max(y - 1, 0) + max(-1 - y, 0))", {"x = 0 and y > 1", "x = 0 and y < -1"}),
        ("where(y*(y - 2) > 0, abs(x), x)", {"x = 0 and y*(y - 2) > 0"}),
        ("where(y > 1, abs(x), where(y < 1, 2*abs(x), x))", {"x = 0 and y > 1", "x = 0 and y < 1"}),
        ("abs(x)*(2 + cos(y))", {"x = 0"}),
    ],
)
def test_a_place_is_not_said_to_be_more_than_it_is(text, places):
    """Kinds of points that nothing tells in common but more than both are two places."""
    corners = [f for f in ask(text, "x,y").findings if f.kind.value == "corner" and f.source == "abs(x)"]
    assert {f.at for f in corners if "y = " not in f.at} == places


@pytest.mark.parametrize(
    "text",
    [
        "max(abs(x), abs(y), abs(z))", "max(abs(x), 2*abs(y), abs(z - 1))", "min(abs(x), abs(y), abs(z))",
        "max(x**2, y**2, z**2)", "max(abs(x), abs(y)*abs(z))",
    ],
)  # fmt: skip
def test_a_place_holds_where_lines_fail_and_nowhere_else(text):
    """Kinds of points that are mirror images are told by sizes: a corner of three where it is the largest."""
    problem, found = question(text, "x,y,z"), ask(text, "x,y,z").findings
    step = mpmath.mpf(10) ** -12
    for numbers in product((-2, -1, 0.25, 1, 1.5), repeat=3):
        point = dict(zip("xyz", map(mpmath.mpf, numbers), strict=True))
        below, here, above = (
            precise(problem.tree, {**point, "x": point["x"] + s * step}, 60) for s in (-1, 0, 1)
        )
        fails = abs(above - 2 * here + below) > step / 100
        told = [f for f in found if is_on_place(f, point)]
        if fails:
            # Where three are equal it is an end of the places.
            assert told or len({abs(v) for v in point.values()}) < 2, point
        elif len(told) == 1:
            assert "x" not in told[0].wrt, (told[0].at, point)


CIRCLE = [(0, 1), (0, -1), (1, 0), (-1, 0), ("3/5", "4/5"), ("-4/5", "3/5")]
TURNING = [
    ("max(0, norm(x, y) - 1)", CIRCLE),
    ("abs(x**2 + y**2 - 1)", CIRCLE),
    ("relu(norm(x, y) - 1)*norm(x, y)", CIRCLE),
    ("max(1 - norm(x, y), 0)*x", CIRCLE),
    ("x/max(norm(x, y), 1)", CIRCLE),
    ("(x + y)/max(norm(x, y), 1)", [*CIRCLE, ("sqrt(1/2)", "-sqrt(1/2)"), ("-sqrt(1/2)", "sqrt(1/2)")]),
    ("x*max(x**2 + y**2, 1)", CIRCLE),
    ("max(norm(x, y), 1)*max(x + 3, 4 - x)", CIRCLE),
    ("(x + y)/max(norm(x, y), 1)*max(x, -2*x, 1/2)", CIRCLE),
    ("abs(y**2 - x**3 - x)", [(0, 0), (1, "sqrt(2)"), (1, "-sqrt(2)")]),
    ("abs(y**2 - x**3)", [(0, 0), (1, 1), (1, -1)]),
    ("abs(y**2 - x**2)", [(0, 0), (1, 1), (1, -1)]),
    ("abs(sin(x) + cos(y))", [("-pi/2", 0), ("pi/2", "pi"), (0, "pi/2"), ("pi/6", "2*pi/3")]),
    ("abs(x + y**2)*(x + 4)", [(0, 0), (-4, 2), (-4, -2), (-1, 1)]),
]


@pytest.mark.parametrize(("text", "points"), TURNING, ids=[t for t, _ in TURNING])
def test_a_place_solved_for_one_name_holds_where_its_slope_vanishes(text, points):
    """What breaks across g = 0 breaks where dg/dx vanishes if dg/dy does not, and may not where both vanish."""
    problem, found = question(text, "x,y"), ask(text, "x,y").findings
    step = mpmath.mpf(10) ** -12
    for pair in points:
        point = {n: precise(parse(str(v)), {}, 60) for n, v in zip("xy", pair, strict=True)}
        bends = []
        for n in "xy":
            line = [precise(problem.tree, {**point, n: point[n] + s * step}, 60) for s in (-1, 0, 1)]
            bends.append(abs(line[0] - 2 * line[1] + line[2]))
        assert any(is_on_place(f, point) for f in found) == (max(bends) > step / 100), point


FAMILIES = [
    ("round(hypot(abs(x**2 - 1), 1.5))", "x"),
    ("floor(hypot(x**2 - 1, 2))", "x"),
    ("ceil(sqrt((x - 1)**2 + 1))", "x"),
    ("floor(2 + abs(x**2 - 1))", "x"),
    ("frac(sqrt(x**2 + 9/4) + 1/2)", "x"),
]


@pytest.mark.parametrize(("text", "wrt"), FAMILIES, ids=[t for t, _ in FAMILIES])
def test_every_member_of_a_family_that_is_told_is_a_jump(text, wrt):
    """What the formula says of integers and what is told of them leave no member out, and none in, that is none."""
    jumps = [f for f in ask(text, wrt).findings if f.kind is Kind.JUMP]
    told = set()
    for finding, k in product(jumps, range(-9, 10)):
        place, _, letter = finding.at.partition(" for integer ")
        point = {
            "x": precise(
                parse(place.partition(" and ")[0].removeprefix("x = ")), {letter or "k": mpmath.mpf(k)}, 40
            )
        }
        if point["x"] is None or point["x"] in told or not is_on_place(finding, point):
            continue
        told.add(point["x"])
        sides = [precise(parse(text), {"x": point["x"] + s * mpmath.mpf(10) ** -9}, 40) for s in (-1, 1)]
        assert abs(sides[0] - sides[1]) > 0.5, (finding.at, k)
    assert len(told) > 4


LATE = [
    ("abs(x)*relu(y)", "x,y", "C0"),
    ("max(abs(x), abs(y), abs(z))", "x,y,z", "C0"),
    ("floor(abs(x) + y)", "x,y", "discontinuous"),
    ("max(a*abs(x), x)", "x", "C0"),
    ("abs(sin(x))*max(x, 0)", "x", "C0"),
]


@pytest.mark.parametrize(("text", "wrt", "level"), LATE, ids=[t for t, *_ in LATE])
def test_what_was_seen_stands_where_there_is_no_time_for_its_words(text, wrt, level, monkeypatch):
    """Places are then told one by one with all of their conditions, and hold."""

    def late(*_: object, **__: object):
        raise TimeOver("there was no time")

    monkeypatch.setattr(conclude, "describe", late)
    found = ask(text, wrt)
    assert str(found.smoothness) == level
    errors = [f for f in found.findings if f.severity is Severity.ERROR]
    assert errors
    assert all(is_on_locus(f) for f in errors)


def test_where_the_look_was_cut_short_every_condition_is_told():
    """What holds at the points that were not visited is not known: none of them may be claimed."""
    problem = question("where(abs(y) > 1, abs(x), x)", "x,y")
    wall = Wall(sp.Symbol("x", real=True), "x", (("x", sp.S.Zero),))
    y = sp.Symbol("y", real=True)
    part = problem.tree.args[1]
    outcome = Outcome(C0, Kind.CORNER, sp.S.NegativeOne, sp.S.One, sp.Integer(2))
    leaf = Leaf(wall, (Constraint(y - 1, ">"),), {y: sp.Integer(2)}, outcome)
    pair = leaf, Gap(wall.gap, part, False)
    places = [
        next(iter(describe(problem, [pair], C0, lambda _, gap: gap, (), () if complete else None))).at
        for complete in (True, False)
    ]
    assert places == ["x = 0", "x = 0 and y > 1"]


@pytest.mark.parametrize("eps", ["1e-8", "1", "1e-4"])
def test_an_example_is_where_the_break_is_seen(eps):
    """At a solver's point both sides may agree: dot(u, v) = 0 for what is divided by a norm that is cut off."""
    report = check(f"dot(u, v)/max(norm(u)*norm(v), {eps})", "u")
    assert report.smoothness == C0
    assert {f.probe.status for f in report.findings} == {ProbeStatus.CONFIRMED}


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("sqrt(abs(x))*abs(y - z)*max(w, 1)", "y != z"),
        ("sqrt(abs(x))*where(y == z, 0, exp(-abs(y - z)))*max(w, 1)", None),
        ("sqrt(abs(x))*(abs(y) + abs(w) - 1)", None),
    ],
)
def test_a_condition_holds_in_all_cases_that_are_told_as_one(text, condition):
    """What divides the size of one case only is no condition of the others."""
    (found,) = ask(text, "x").findings
    assert (found.at, found.condition) == ("x = 0", condition)


@pytest.mark.parametrize("outer", ["floor", "ceil", "round"])
@pytest.mark.parametrize(
    ("inner", "where"), [("1/y", ""), ("1/y", "y > 0"), ("y", ""), ("2/y", ""), ("1/(y - 1)", "")]
)
def test_a_family_of_jumps_in_a_maximum_is_where_its_branch_is_the_larger_one(outer, inner, where):
    """floor(max(u, x)) jumps where u is an integer above x: half of these points are no jumps, and not claimed."""
    report = check(f"{outer}(max({inner}, x))", "x,y", where)
    families = [f for f in report.findings if f.kind is Kind.JUMP and f.at.startswith("y = ") and f.member]
    assert families
    # Said of the integer and x: k > x, or k + x < 0.
    assert len({f.at for f in families}) == len(families)
    assert all({"k", "x"} <= set(f.at.partition(" and ")[2]) for f in families), [f.at for f in families]


def test_a_family_with_the_bounds_of_a_step_leaves_out_the_member_that_is_another():
    """The exponent frac(x**2)*(1 - frac(x**2)) is 0 at x = 0, where there is no cusp."""
    report = check("abs(sin(x))**(frac(x**2)*(1 - frac(x**2)))", "x", "x > -1, x < 7")
    for finding in report.findings:
        if finding.kind is Kind.CUSP:
            assert finding.at != "x = 2*pi*k for integer k"
