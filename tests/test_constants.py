"""Constants: open regions with different verdicts are cases, coincidences are conditions."""

import re
from fractions import Fraction
from functools import reduce

import pytest
import sympy as sp
from questions import ask, question

from diffcheck.check import check
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import _reach
from diffcheck.constants import cases
from diffcheck.constants.cases import occurrence
from diffcheck.constants.classes import _rational, regions
from diffcheck.errors import Undetermined
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse
from diffcheck.report.json import to_object
from diffcheck.verdict import C0, CINF, OTHERWISE, SINGULAR, Kind, Verdict
from diffcheck.verify import verify
from diffcheck.walls.explore import Leaf
from diffcheck.walls.outcome import SMOOTH, Outcome
from diffcheck.walls.wall import Wall

A, X = sp.symbols("a x", real=True)
CORNER = Outcome(C0, Kind.CORNER, -A, A, 2 * A)
POLE = Outcome(SINGULAR, Kind.POLE)
WALL = Wall(X, "x", (("x", sp.S.Zero),))
THIRD = sp.Rational(1, 3)


def leaf(outcome, *conditions, at=THIRD):
    """Return a leaf of the wall x = 0 under conditions on a."""
    return Leaf(WALL, tuple(Constraint(*c) for c in conditions), {A: at}, outcome)


def classes(*leaves):
    """Return (class, condition) of every region of a."""
    return [(r.smoothness, r.condition) for r in regions(leaves, ("a",), ())]


def test_without_a_bad_leaf_all_constants_are_smooth():
    """One region, no condition."""
    assert classes(leaf(SMOOTH)) == [(CINF, "")]
    assert classes() == [(CINF, "")]


def test_a_leaf_without_conditions_happens_for_all_constants():
    """a*abs(x): the class is C0, a = 0 is a coincidence."""
    assert classes(leaf(CORNER)) == [(C0, "")]


def test_a_leaf_with_a_condition_splits_the_constants():
    """A corner for a > 0 only."""
    found = classes(leaf(CORNER, (A, ">")), leaf(SMOOTH, (A, "<"), at=-THIRD))
    assert found == [(C0, "a > 0"), (CINF, "a < 0")]


def test_the_worst_leaf_decides_a_region():
    """A pole for a > 0 hides the corner that is there for all a."""
    assert [level for level, _ in classes(leaf(CORNER), leaf(POLE, (A, ">")))] == [SINGULAR, C0]


def test_both_signs_of_a_constant_bad_is_bad_for_all():
    """Corners for a > 0 and for a < 0 leave only a = 0."""
    assert [level for level, _ in classes(leaf(CORNER, (A, ">")), leaf(CORNER, (A, "<"), at=-THIRD))] == [C0]


CASES = [
    ("abs(x)**p", "x", "", {"p < 0": "singular", "p > 0 and p < 1": "C0", "p > 1": "C1"}),
    ("abs(x)**p", "x", "p > 0", {"p < 1": "C0", "p > 1": "C1"}),
    ("abs(sin(x) + a)", "x", "", {"a**2 < 1": "C0", "a**2 > 1": "Cinf"}),
    ("abs(x**2 + b*x + c)", "x", "", {"b**2 - 4*c > 0": "C0", "b**2 - 4*c < 0": "Cinf"}),
    ("abs(x**2 + a)", "x", "", {"a < 0": "C0", "a > 0": "Cinf"}),
    ("abs(exp(x) - a)", "x", "", {"a > 0": "C0", "a < 0": "Cinf"}),
    ("1/(x**2 + a)", "x", "", {"a < 0": "singular", "a > 0": "Cinf"}),
    ("max(x**2, a)", "x", "", {"a > 0": "C0", "a < 0": "Cinf"}),
    ("max(x**2, a, b)", "x", "", {"b > 0 or a > 0": "C0", "otherwise": "Cinf"}),
    ("abs(x)**(a*b)", "x", "", {"a*b < 0": "singular", "a*b > 0 and a*b < 1": "C0", "a*b > 1": "C1"}),
    ("where(a > 0 or b > 0, abs(x), x)", "x", "", {"a > 0 or b > 0": "C0", "otherwise": "Cinf"}),
    ("1/(abs(cos(x)) + abs(x - a))", "x", "abs(x) <= 1", {"abs(a) < 1": "C0", "abs(a) > 1": "Cinf"}),
    ("abs(x*exp(x) - a)", "x", "", {"a > -exp(-1)": "C0", "otherwise": "Cinf"}),
    ("abs(x**2 + exp(x) - a)", "x", "", {"a == 95/63": "C0", "a == 2/3": "Cinf"}),
    (
        "abs(x)**p*abs(x - 1)**q",
        "x",
        "p > 0, q > 0",
        {"p < 1 or q < 1": "C0", "otherwise": "C1"},
    ),
    ("max(x**2 - 1, a)", "x", "x >= -1", {"a > -1": "C0", "a < -1": "Cinf"}),
    ("sqrt(abs(x**2 + y**2 + a))", "x,y", "", {"a < 0": "C0", "a > 0": "Cinf"}),
    ("sqrt(x**2 + c*x*y + y**2)", "x,y", "", {"c**2 - 4 < 0": "C0", "otherwise": "Cinf"}),
    ("abs(x**2 + c*x*y + y**2)", "x,y", "", {"(c - 2)*(c + 2) > 0": "C0", "otherwise": "Cinf"}),
    ("sqrt(x**2 + c*y**2)", "x,y", "", {"c > 0": "C0", "c < 0": "Cinf"}),
    ("norm(exp(x) - a, y - b)", "x,y", "", {"a > 0": "C0", "a < 0": "Cinf"}),
    ("norm(sin(x) - a, y)", "x,y", "", {"a**2 < 1": "C0", "a**2 > 1": "Cinf"}),
    ("floor(c/(1 + x**2))", "x", "c > 0", {"c > 1": "discontinuous", "c < 1": "Cinf"}),
    ("floor(c*sigmoid(x))", "x", "c > 0", {"c > 1": "discontinuous", "c < 1": "Cinf"}),
    ("round(c*sin(x))", "x", "c > 0", {"c > 1/2": "discontinuous", "c < 1/2": "Cinf"}),
    ("max(c*exp(-x**2), 1)", "x", "", {"c > 1": "C0", "otherwise": "Cinf"}),
    ("norm(x**2 - a, y**2 - b)", "x,y", "", {"a > 0 and b > 0": "C0", "otherwise": "Cinf"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "where", "cases"), CASES, ids=[f"{t} {w}" for t, _, w, _ in CASES])
def test_open_regions_with_different_verdicts_are_cases(text, wrt, where, cases):
    """The verdict is conditional, and every region has its condition and class."""
    analysis = ask(text, wrt, where)
    assert analysis.verdict is Verdict.CONDITIONAL
    assert {c.condition: str(c.smoothness) for c in analysis.cases} == cases
    for case in analysis.cases:
        assert (case.verdict is Verdict.DIFFERENTIABLE) == case.smoothness.differentiable


BORDERS = [
    ("abs(x)**p", "p >= 1", ["p = 1"]),
    ("abs(x)**p", "2 <= p", []),
    ("abs(x)**p", "p >= 1, p != 1", []),
    ("abs(x)**(p*q)*x", "p >= 0, q >= 0 and q <= 1", []),
    ("abs(x)**(p - q)", "p >= q + 1", ["p = q + 1"]),
    ("relu(x)**p + relu(x - 1)**q", "p >= 1, q >= 1", ["p = 1", "q = 1"]),
    ("a*abs(x)", "a >= 0", []),
    ("abs(x)**p", "p**2 >= 4, p > 0", []),
]


@pytest.mark.parametrize(("text", "where", "borders"), BORDERS, ids=[f"{t} {w}" for t, w, _ in BORDERS])
def test_a_border_of_the_constants_that_breaks_a_differentiable_function_is_noted(text, where, borders):
    """Constants are in general position, but `p >= 1` allows p = 1 as well; the note holds, asked by itself."""
    report = check(text, "x", where)
    said = [note for note in report.notes if "general position" in note]
    assert [re.search("where (.*) it is not differentiable: class C0$", note)[1] for note in said] == borders
    for border in borders:
        assert check(text, "x", border.replace("=", "==")).smoothness == C0


INNER = ["erf(x)", "x**5 + x", "x*exp(x)", "asinh(x)", "x**3 + sin(x)"]
OUTER = ["floor({})", "frac({})", "ceil({} + 1)", "abs(sin({}))", "1/sin(3*({}))", "cos({}) + abs(sin({}))"]


@pytest.mark.parametrize("outer", OUTER)
@pytest.mark.parametrize("inner", INNER)
def test_what_happens_for_all_constants_at_one_point_is_met(inner, outer):
    """c*f(x) = k, solved for c, says nothing of the zeros of f, where it holds for k = 0 whatever c is."""
    found = ask(outer.replace("{}", f"c*({inner})"), "x", "c > 0")
    single = ask(outer.replace("{}", f"({inner})/3"), "x")
    assert found.verdict is Verdict.NOT_DIFFERENTIABLE
    assert single.verdict in (Verdict.NOT_DIFFERENTIABLE, Verdict.UNDETERMINED)
    assert found.smoothness is None or single.smoothness is None or found.smoothness <= single.smoothness
    assert any(f.at == "x = 0" for f in (*found.findings, *single.findings))


# What nothing happens to at u = 0; the first u at which something does, and what.
HARMLESS = [
    ("({u})*abs(sin({u}))", "pi", "C0"),
    ("({u})**2*floor({u})", "1", "discontinuous"),
    ("floor({u})*(floor({u}) + 1)", "1", "discontinuous"),
    ("({u})**2*mod({u}, 2)", "2", "discontinuous"),
]
# Of these, c is the least upper bound.
REACHING = [("c*x", "x > -1, x < 1, c > 0"), ("c*tanh(x)", "c > 0"), ("c*sin(x)", "c > 0")]


@pytest.mark.parametrize(("outer", "first", "level"), HARMLESS, ids=[row[0] for row in HARMLESS])
@pytest.mark.parametrize(("inner", "where"), REACHING, ids=[row[0] for row in REACHING])
def test_a_member_of_a_family_at_which_nothing_happens_makes_no_case(outer, first, level, inner, where):
    """The function fails for the constants for which another member is met, and for no others."""
    found = ask(outer.format(u=inner), "x", where)
    bad, good = found.cases
    assert (bad.condition, str(bad.smoothness)) == (f"c > {first}", level)
    assert (good.condition, good.verdict) == (f"c < {first}", Verdict.DIFFERENTIABLE)


def test_the_end_of_a_ray_meets_the_first_member_at_which_something_happens():
    """floor(x)*(floor(x) + 1) is 0 on [-1, 1), so a ray that starts at c meets no jump for c > -1."""
    found = ask("where(x > c, floor(x)*(floor(x) + 1), 0)", "x", "x < 1")
    assert [c.condition for c in found.cases] == ["c < -1", "c > -1"]


@pytest.mark.parametrize(
    "text", ["floor(c + x/(1 + abs(x)))", "floor(c + tanh(x))", "ceil(c - x/sqrt(1 + x**2))"]
)
def test_no_case_rests_on_constants_at_which_a_formula_breaks_down_by_chance(text):
    """The values fill an interval longer than 1 around c, so there is a jump whatever c is, and never a smooth case."""
    found = ask(text, "x")
    assert found.verdict in (Verdict.NOT_DIFFERENTIABLE, Verdict.UNDETERMINED)
    assert not any(case.verdict is Verdict.DIFFERENTIABLE for case in found.cases)


SPLIT = [
    ("where(a > b, abs(x), where(b > c, x, abs(x)**3))", "x", ""),
    ("where(a*b > 1, floor(x), where(a > b, abs(x), x**2))", "x", ""),
    ("abs(x)**a + abs(x)**b", "x", "a > 0, b > 0"),
    ("relu(x - a)**b", "x", "0 < x, x < 1"),
    ("clip(x, a, b)", "x", ""),
    ("max(x**2, a, b)", "x", ""),
    ("relu(a - x**2 - y**2)", "x,y", ""),
    ("where(x > a, x, b*x**2)", "x", "0 < x"),
    # Jumps that close on a part of a wall that is real for some constants.
    ("where(x**2 < c, y, 0)", "x,y", ""),
    ("where(x**2 < c - a, y, 0)", "x,y", ""),
    ("where(x**2 + y**2 < c, x*y, 0)", "x,y", ""),
    ("where(x**2 + y**2 < c, y**2, 0)", "x,y", ""),
    ("where(x**2 + y**4 < c, y, 0)", "x,y", ""),
    ("sign(x**2 - c)*y", "x,y", ""),
    ("sign(x**4 - c)*y**2", "x,y", ""),
    ("sign(c - exp(x))*y**2", "x,y", ""),
    ("where(cos(x) > c, y, 0)", "x,y", ""),
    ("where(exp(x) < c, y, 0)", "x,y", ""),
    ("where(2**x < c, y, 0)", "x,y", ""),
    ("where(tanh(x) > c, y, 0)", "x,y", ""),
]
NUMBERS = [
    {"a": a, "b": b, "c": c}
    for a, b, c in [("1/3", "5/7", "2"), ("5/7", "-1/3", "-2"), ("-9/4", "-7/3", "1/5"), ("7/5", "13/6", "1/9")]
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "where"), SPLIT, ids=[t for t, _, _ in SPLIT])
def test_one_case_holds_for_numbers_and_tells_their_class(text, wrt, where):
    """Put numbers for the constants: one case holds, and the function with these numbers has its class."""
    cases = ask(text, wrt, where).cases
    assert cases
    for numbers in NUMBERS:
        point = {n: Fraction(v) for n, v in numbers.items()}
        conditions = [c.strip() for c in where.split(",") if c and not set(c) & set(wrt)]
        if not all(_holds(c, point) for c in conditions):
            continue
        (true,) = [c for c in cases if c.condition != OTHERWISE and _holds(c.condition, point)] or cases[-1:]
        written = {rf"\b{n}\b": f"({v})" for n, v in numbers.items()}
        put = ask(reduce(lambda t, n: re.sub(n, written[n], t), written, text), wrt, where)
        assert put.smoothness == true.smoothness or (true.detail and put.smoothness > true.smoothness)


def _holds(condition, point):
    return bool(evaluate(parse(condition), point, 30).value)


DECIDED = [
    ("abs(x)**p", "p > 1", "C1"),
    ("abs(x)**p", "p > 2", "C2"),
    ("abs(x)**p", "0 < p, p < 1", "C0"),
    ("abs(x)**p", "p < 0", "singular"),
    ("abs(sin(x) + a)", "a > 1", "Cinf"),
    ("abs(sin(x) + a)", "-1 < a, a < 1", "C0"),
    ("abs(x**2 + b*x + c)", "b**2 < 4*c", "Cinf"),
    ("abs(x**2 + b*x + c)", "b**2 > 4*c", "C0"),
    ("a*abs(x)", "", "C0"),
    ("max(a*x, b*x)", "", "C0"),
    ("abs(x - a)", "a > 0", "C0"),
]


@pytest.mark.parametrize(("text", "where", "level"), DECIDED, ids=[f"{t} {w}" for t, w, _ in DECIDED])
def test_constraints_on_constants_leave_one_case(text, where, level):
    """What `where` excludes is no case, and one class for all constants is no condition."""
    analysis = ask(text, "x", where)
    assert str(analysis.smoothness) == level
    assert not analysis.cases


CONDITIONS = [
    ("a*abs(x)", "a != 0"),
    ("abs(x)*(a - b)", "a != b"),
    ("abs(x)*(a**2 + 1)", None),
    ("abs(x)*exp(a)", None),
    ("abs(x)*a*b", "a != 0 and b != 0"),
    ("a*abs(sin(x))", "a != 0"),
    ("k*floor(x)", "k != 0"),
    ("abs(x - a)", None),
]


@pytest.mark.parametrize(("text", "condition"), CONDITIONS, ids=[t for t, _ in CONDITIONS])
def test_coincidences_of_constants_are_conditions(text, condition):
    """Where the size of the break vanishes there is none; that does not decide the class."""
    found = next(f for f in ask(text, "x").findings if f.kind in {Kind.CORNER, Kind.JUMP})
    assert (None if found.condition is None else set(found.condition.split(" and "))) == (
        None if condition is None else set(condition.split(" and "))
    )


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("abs(x)**p", "C^k for every k < p"),
        ("abs(2*x - 1)**(p + 1)", "C^k for every k < p + 1"),
        ("a*abs(x)**p + x", "C^k for every k < p"),
    ],
)
def test_the_class_is_told_as_a_function_of_the_exponent(text, detail):
    """abs(x)**p is C^k for every k < p, not merely C1."""
    (smooth,) = [case for case in ask(text, "x").cases if case.verdict is Verdict.DIFFERENTIABLE]
    assert smooth.detail == detail


def test_a_condition_too_large_to_be_multiplied_out_is_not_taken_for_linear():
    """Forty factors have 2**40 terms: whether a variable far out satisfies them is left open, at once."""
    large = sp.Mul(*(A * X + n for n in range(40)))
    assert occurrence(Leaf(WALL, (Constraint(large, ">"),), {A: THIRD, X: THIRD}, CORNER), {A}, ()) is None


def test_conditions_that_are_not_proved_in_time_name_examples(monkeypatch):
    """The classes of the regions are known by then: only how their constants are told is at stake."""
    split = leaf(CORNER, (A, ">")), leaf(SMOOTH, (A, "<"), at=-THIRD)
    proved = regions(split, ("a",), ())
    # Kept answers need no time.
    _reach.cache_clear()
    monkeypatch.setattr(cases, "SECONDS", -1.0)
    told = regions(split, ("a",), ())
    assert [r.condition for r in proved] == ["a > 0", "a < 0"]
    assert [r.condition for r in told] == [f"a == {r.example[A]}" for r in proved]
    assert [r.smoothness for r in told] == [r.smoothness for r in proved]


ALWAYS = [
    ("sqrt(c)*abs(x)", "C0"),
    ("log(c)*x + abs(x - c)", "C0"),
    ("asin(c)*abs(x)", "C0"),
    ("abs(x - sqrt(c))", "C0"),
    ("abs(y**2 - x**2*(x + 1))", "C0"),
    ("abs(x**3 + x + c**3)", "C0"),
    ("abs(x**3 + c*x + c**2)", "C0"),
    ("1/(x**3 + x - exp(c))", "singular"),
    ("(x**5 + x - c**3)*abs(x**5 + x - c**3)", "C1"),
]


@pytest.mark.parametrize(("text", "level"), ALWAYS, ids=[t for t, _ in ALWAYS])
def test_constants_for_which_there_is_no_function_or_the_same_make_no_case(text, level):
    """A wall that is solved for a constant; a root or logarithm of constants that is real for some of them only."""
    analysis = ask(text, "x")
    assert analysis.verdict is not Verdict.CONDITIONAL
    assert str(analysis.smoothness) == level


@pytest.mark.parametrize(
    "text",
    [
        "abs(x)**p*abs(x - 1)**q*abs(x - 2)**r",
        "where(a > 0 and b > 0 and c > 0, x, relu(x))",
        "max(x**2, a, b, c)",
    ],
)
def test_a_region_that_many_conditions_bound_is_found(text):
    """No list of examples has all combinations of signs and sizes; the conditions lead to what they leave."""
    assert ask(text, "x").verdict is Verdict.CONDITIONAL


@pytest.mark.parametrize(
    "value", [sp.exp(sp.Integer(10) ** 5), -sp.exp(sp.exp(9)), sp.sqrt(-2), sp.zoo], ids=str
)
def test_a_constant_beyond_all_floats_is_no_example(value):
    """What no float holds is left out of the values that are tried, without a crash."""
    assert _rational(value) is None


STEPS = ["floor(a)", "round(a)", "ceil(a) - 1", "floor(a) + floor(b)", "floor(relu(a))", "floor(a**2 + b)"]


@pytest.mark.parametrize("kink", ["abs(x)", "abs(x - b)", "floor(x)", "relu(x)*x + relu(x)", "cbrt(x)"])
@pytest.mark.parametrize("step", STEPS)
def test_a_coefficient_that_is_zero_on_an_open_set_of_constants_makes_cases(step, kink):
    """floor(a)*abs(x) is 0 for all a in [0, 1): an integer part vanishes on no null set."""
    assert ask(f"({step})*({kink})", "x").verdict is Verdict.CONDITIONAL


@pytest.mark.parametrize("kink", ["abs(x)", "floor(x)"])
@pytest.mark.parametrize(
    ("step", "where", "verdict"),
    [
        ("floor(a)", "0 < a, a < 1", Verdict.DIFFERENTIABLE),
        ("floor(a)", "1 < a", Verdict.NOT_DIFFERENTIABLE),
        ("floor(a)**2 + 1", "", Verdict.NOT_DIFFERENTIABLE),
        ("floor(a) - a", "", Verdict.NOT_DIFFERENTIABLE),
    ],
)
def test_constants_between_two_integers_make_one_case(step, where, verdict, kink):
    """And so does an integer part that is never that number, or a coefficient that vanishes on a null set."""
    assert ask(f"({step})*{kink}", "x", where).verdict is verdict


@pytest.mark.parametrize(
    ("text", "where", "level"),
    [
        ("abs(x)*(a - b)", "a == b", "Cinf"),
        ("abs(x)*(a - b)", "a == b + 1", "C0"),
        ("abs(x)**p", "2 == p", "Cinf"),
        ("abs(x)**p", "p == q, q == 3", "C2"),
        ("abs(x)**p", "p == q, p == 3", "C2"),
        ("max(x - a, b)", "b == 0, a == b", "C0"),
        ("a*abs(x) + b*sqrt(x**2)", "a + b == 0", "Cinf"),
        ("a*abs(x) + b*sqrt(x**2)", "2*a + b == 0", "C0"),
        ("abs(a*x**2 + b*x + c)", "b**2 == 4*a*c, a > 0", "Cinf"),
        ("sqrt(a*x**2 + b*x + c)", "b**2 == 4*a*c, a > 0", "C0"),
        ("abs(a*x**2 + b*x + c)", "b**2 == 4*a*c + 1, a < 0", "C0"),
        ("abs(x)*(p + q - 1)", "1 == p + q", "Cinf"),
    ],
)
def test_a_constant_that_has_a_value_is_that_value(text, where, level):
    """An equation for a constant is put in; an equation of variables has no interior."""
    assert str(ask(text, "x", where).smoothness) == level
    with pytest.raises(Undetermined, match="`==` in a constraint"):
        ask(text, "x", f"{where}, x == 1")


def test_what_has_a_value_is_no_variable():
    """Without --wrt a name with a value is a constant; every name is a variable where each has one."""
    assert question("abs(x)**b", None, "b == 2").wrt == ("x",)
    assert question("abs(x)", None, "x == 2").wrt == ("x",)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("abs(x)**b", "b == 2"),
        ("abs(x - a) + abs(x)*(a - b)", "a == b"),
        ("max(x, a)", "a == 2*b + 1, b > 0"),
        ("sqrt(a*x**2 + b*x + c)", "b**2 == 4*a*c, a > 0"),
    ],
)
def test_a_report_on_constants_with_a_value_is_verified(text, where):
    """The checker puts in what the conditions say, too."""
    checks = verify(to_object(check(text, "x", where)))
    assert all(c.status.holds for c in checks), [c.note for c in checks]


@pytest.mark.parametrize(
    "where",
    [
        "a == log(b)",
        "a == sqrt(b)",
        "a == 1/b",
        "b == sqrt(a - 1)",
        "a*b == b",
        "a*b == 1, a > -1",
        "a**2 == b**2",
    ],
)
def test_an_equation_that_says_more_than_a_value_is_left(where):
    """a == log(b) says that b is positive: max(-b, 0) is 0, which no value of a shows."""
    with pytest.raises(Undetermined, match="`==` in a constraint"):
        ask("max(-b, 0)*abs(x) + a", "x", where)


def test_a_variable_that_is_said_to_be_another_name_stays_one():
    """x == y gives neither of them a value."""
    assert "x" in question("w*abs(x)", None, "x == y").wrt


@pytest.mark.parametrize(
    ("many", "rare", "level"),
    [
        ("relu(x - {k})**3*relu(d - {k})", "relu(x)**2*relu(d - 100)*relu(101 - d)", "C1"),
        (
            "relu(x - {k})**2*relu(d - {k})",
            "relu(x + 1)**3*relu(d - 100)*relu(101 - d) + abs(x)**1.5*relu(d)",
            "C1",
        ),
        ("relu(x*d - exp(x) - {k})**3", "relu(x)**2*relu(d - 100)*relu(101 - d)", "C1"),
    ],
)
def test_the_worst_class_is_told_however_many_conditions_there_are(many, rare, level):
    """Few values of constants are tried, and among them are those of the worst points."""
    text = " + ".join([*(many.format(k=k) for k in range(1, 13)), rare])
    assert str(ask(text, "x").smoothness) in (level, "None")


@pytest.mark.parametrize(
    ("form", "arc", "u", "low", "high"),
    [
        ("max({arc}, c)", "atan", "x", "-pi/2", "pi/2"), ("max({arc}, c)", "asin", "x", "-pi/2", "pi/2"),
        ("max({arc}, c)", "acos", "x", "0", "pi"), ("where({arc} > c, {arc}, c)", "atan", "2*x + 1", "-pi/2", "pi/2"),
        ("abs({arc} - c)", "acos", "x**3", "0", "pi"), ("abs({arc} - c)", "asin", "2*x + 1", "-pi/2", "pi/2"),
    ],
)  # fmt: skip
def test_an_arc_meets_the_constants_between_its_ends(form, arc, u, low, high):
    """atan(tan(c)) is c between the poles, where the wall x = tan(c) is: a corner for these c, none for others."""
    found = ask(form.format(arc=f"{arc}({u})"), "x")
    first, *rest = found.cases
    assert (first.smoothness, [case.smoothness for case in rest]) == (C0, [CINF])
    assert set(first.condition.split(" and ")) == {f"c > {low}", f"c < {high}"}


@pytest.mark.parametrize("slope", ["c", "c**2", "c - 1"])
def test_a_wall_for_a_constant_is_where_its_formula_is_real(slope):
    """cbrt(x) = c*x is c = x**(-2/3) for x > 0 and c = -(-x)**(1/3)/x for x < 0."""
    found = ask(f"abs(cbrt(x) - ({slope})*x)", "x")
    assert str(found.smoothness) == "C0"


@pytest.mark.parametrize(
    "text",
    [
        "abs(c - x - {})", "floor(c - x - {})", "max(c, exp(x) + x + {})", "1/(c - x - exp(x) - {})",
        "where(x*c + {} > 1, x, 0)", "abs(c*exp(x) - 2 - {})",
    ],
)  # fmt: skip
@pytest.mark.parametrize("zero", ["sqrt(sin(x)**2 + cos(x)**2 - 1)", "sqrt(2*sin(x)*cos(x) - sin(2*x))"])
def test_a_formula_with_a_root_that_is_zero_all_along_loses_no_wall(text, zero):
    """c = x + sqrt(sin(x)**2 + cos(x)**2 - 1) is c = x: nowhere is what stands under the root above 0."""
    assert ask(text.format(zero), "x").verdict is not Verdict.DIFFERENTIABLE


@pytest.mark.parametrize(
    ("text", "where", "wrt"),
    [
        ("abs(x)**p + relu(c)*abs(x)", "p > 20", "x"),
        ("where(c > 0, abs(x), max(x, 0)**p)", "p > 12", "x"),
        ("abs(x)**(2*floor(p)) + relu(c)*abs(x)", "p > 1", "x"),
        ("where(x**2 + y**2 == 0, 0, exp(-1/(x**2 + y**4))) + relu(c)*abs(x)", "", "x,y"),
    ],
)
def test_a_class_that_may_be_better_is_none_in_a_case_either(text, where, wrt):
    """|x|**p is C20 at least for p > 20; that it was followed to the ninth derivative says nothing."""
    found = ask(text, wrt, where)
    assert all(c.smoothness in (C0, CINF) for c in found.cases)
    assert found.smoothness is None or found.smoothness == C0
