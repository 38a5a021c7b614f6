"""A failure for all constants is proved, or it is not claimed."""

import math

import pytest
import sympy as sp
from questions import ask

from diffcheck.constants.certain import SEGMENT, T, _continuous, _turns_far_out
from diffcheck.constants.ends import far_out
from diffcheck.verdict import C0, DISCONTINUOUS, Verdict

C, X = sp.symbols("c x", real=True)

BOUNDED = [
    ("x*y", "x,y", "x**2 < 1, y**2 < 1"),
    ("x + y", "x,y", "x**2 < 1, y**2 < 1"),
    ("sin(x)*cos(y)", "x,y", ""),
    ("sin(x) + sin(2*x)", "x", ""),
    ("x**3 - x", "x", "x**2 < 4"),
    ("5*x/(1 + x**2)", "x", ""),
]


@pytest.mark.parametrize(("inner", "variables", "where"), BOUNDED)
@pytest.mark.parametrize("text", ["max(c, {})", "min({}, c)", "abs({} - c)", "relu({} + c)"])
def test_what_is_bounded_does_not_meet_all_constants(
    text: str, inner: str, variables: str, where: str
) -> None:
    """|u - c| has its corner where u = c: for no c beyond the bounds of u, whatever c was tried first."""
    found = ask(text.format(inner), variables, where)
    assert found.verdict is Verdict.CONDITIONAL
    assert {str(c.smoothness) for c in found.cases} == {"C0", "Cinf"}


@pytest.mark.parametrize(
    "text", ["min(exp(-x**2), c*x)", "max(c*x + x, 1)", "min(exp(-abs(x))*(1 + abs(x)), c*x)"]
)
def test_a_slope_may_be_too_small_to_reach_a_level(text: str) -> None:
    """c*x stays below a positive level on a bounded domain for all small c, and is one smooth piece there."""
    assert ask(text, "x", "x**2 < 4").verdict in (Verdict.CONDITIONAL, Verdict.UNDETERMINED)


@pytest.mark.parametrize(
    "text",
    [
        "abs(x**3 + c*x + d)",
        "abs(x**5 + c*x**2 + sin(d*x))",
        "relu(c*x + d + atan(x))",
        "abs(x + c*y**2 + d*x*y)",
    ],
)
def test_odd_degrees_meet_zero_for_all_constants(text: str) -> None:
    """A polynomial of odd degree has both signs far out, and bounded terms change nothing."""
    variables = "x,y" if "y" in text else "x"
    assert ask(text, variables).verdict is Verdict.NOT_DIFFERENTIABLE


@pytest.mark.parametrize("text", ["relu(norm(x - a, y - b) - r)", "abs((x - a)**2 + (y - b)**2 - r)"])
def test_a_circle_of_any_centre_is_met(text: str) -> None:
    """The centre moves with the constants, and so does the point that shows for which radius there is a circle."""
    assert ask(text, "x,y", "r > 0").verdict is Verdict.NOT_DIFFERENTIABLE


def test_intermediate_values_need_a_direction_of_their_own() -> None:
    """The cosine of two vectors is near 1 and near -1 along the second, so it passes every level between."""
    cosine = "(a1*b1 + a2*b2)/sqrt((a1**2 + a2**2 + 1e-12)*(b1**2 + b2**2 + 1e-12))"
    found = ask(f"max(0, {cosine} - m)", "a1,a2", "-0.9 < m, m < 0.9, b1**2 + b2**2 > 1e-3")
    assert found.verdict is Verdict.NOT_DIFFERENTIABLE


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (X**3 + C * X**2 + 1, True),
        (X + 5 * sp.sin(X), True),
        (C * X - sp.exp(-(X**2)), True),
        (X**2 + C * X, False),
        (X + sp.exp(X), False),
        (X + X * sp.sin(X), False),
        (sp.sin(X) - C, False),
        ((sp.sin(C) ** 2 + sp.cos(C) ** 2 - 1) * X**3 + X**2, False),
    ],
    ids=str,
)
def test_signs_far_out(gap: sp.Expr, expected: bool) -> None:
    """Odd degree and bounded terms are a proof of both signs; nothing else is."""
    assert _turns_far_out(gap, X) is expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (T**2 - C, True),
        (1 / (T + 1), True),
        (1 / (2 * T - 1), False),
        (sp.log(T + 2) * sp.sqrt(1 + T), True),
        (sp.log(T - 1), False),
        (sp.tan(4 * T), False),
    ],
    ids=str,
)
def test_a_segment_is_continuous_where_nothing_is_divided_by_zero(expr: sp.Expr, expected: bool) -> None:
    """Values between two signs need a function without gaps in between."""
    assert _continuous(expr, SEGMENT) is expected


def test_triplets_of_any_points_keep_the_corner_of_a_norm() -> None:
    """At the negative the loss is active for every margin, so its corner is there whatever the points are."""
    found = ask("relu(norm(x - a, y - b) - norm(x - c, y - d) + m)", "x,y", "m > 0")
    assert found.verdict is Verdict.NOT_DIFFERENTIABLE


FAR_OUT = [
    ("max(c*x, exp(-x**2))", ""),
    ("max(a*x, 1/(1 + x**2))", ""),
    ("max(x + c, log(1 + x**2))", ""),
    ("max(c*x**2, exp(-x**2))", "c > 0"),
    ("abs(x*exp(c*x) - 1)", "c > 0"),
    ("abs(c*x - tanh(x) - 1)", ""),
]


@pytest.mark.parametrize(("text", "where"), FAR_OUT)
def test_the_sign_far_out_takes_the_place_of_a_point(text: str, where: str) -> None:
    """A continuous gap with one sign here and the other one far out vanishes between, whatever the constants are."""
    assert ask(text, "x", where).smoothness == C0


@pytest.mark.parametrize("text", ["max(c*x, exp(-x))", "max(c*x, exp(x))", "max(c*x**2, exp(-x**2))"])
def test_a_sign_far_out_that_only_some_constants_have_proves_nothing(text: str) -> None:
    """c*x meets exp(-x) for c > 0 and for c < -E, and is below it for all c between."""
    assert ask(text, "x").verdict is Verdict.CONDITIONAL


def test_signs_far_out_are_those_of_a_leading_coefficient() -> None:
    """Of the largest term for v -> oo or -oo; none is said of what oscillates, or has no value there."""
    assert far_out(C * X**3 - sp.exp(-X), X, 1, ())[0] == C
    assert far_out(C * X**3 - sp.exp(-X), X, -1, ())[0] == -1
    assert far_out(sp.log(X) + C, X, 1, ())[0] == 1
    assert far_out(sp.log(X) + C, X, -1, ()) is None
    assert far_out(C + sp.sin(X), X, 1, ()) is None


@pytest.mark.parametrize(
    "text", ["floor(x + a) - floor(x)", "floor(x + a) - floor(x + b)", "ceil(x - a) - ceil(x)"]
)
def test_integer_parts_of_constants_hold_for_all_of_them(text: str) -> None:
    """At x = k the other step is somewhere between two integers, whatever the constant is."""
    assert ask(text, "x").smoothness == DISCONTINUOUS


# An expression in x - c, the distance of its failures.
PERIODIC = [
    ("floor({u})", 1.0),
    ("frac({u})", 1.0),
    ("mod({u}, 2)", 2.0),
    ("abs(sin({u}))", math.pi),
    ("tan({u})", math.pi),
]
PERIODIC += [("asin(sin({u}))", math.pi), ("round(2*{u})", 0.5), ("abs(cos({u}) - 1/2)", 4 * math.pi / 3)]


@pytest.mark.parametrize(
    "where", ["x > 0", "x < -3", "abs(x) <= 1", "x**2 < 4", "x > -2, x < 2", "-1/3 < x, x < 1/3"]
)
@pytest.mark.parametrize(("text", "distance"), PERIODIC)
def test_failures_that_are_closer_than_the_domain_is_wide_are_met_for_all_constants(
    text: str, distance: float, where: str
) -> None:
    """x = c + k*T is inside for some k if the domain is as wide as T; in a narrower one not for all c."""
    width = {"abs(x) <= 1": 2.0, "x**2 < 4": 4.0, "x > -2, x < 2": 4.0, "-1/3 < x, x < 1/3": 2 / 3}.get(
        where, math.inf
    )
    verdict = ask(text.format(u="(x - c)"), "x", where).verdict
    if width >= distance:
        assert verdict is Verdict.NOT_DIFFERENTIABLE
    else:
        assert verdict in (Verdict.CONDITIONAL, Verdict.UNDETERMINED)


SPARED = [
    # A line on the border of what a leaf asks for, y = 0 or y = 1, is no way round it.
    ("abs(x + y - c)*acos(y)*acos(x)", "x,y", "", Verdict.CONDITIONAL),
    ("relu(x + y - c)*asin(y)*asin(x)", "x,y", "", Verdict.CONDITIONAL),
    (
        "relu(y)**2*relu((c - 25)**2 - 4 + y**3 + y)**2*abs(x + y - c)",
        "x,y",
        "y > -1, y < 1",
        Verdict.UNDETERMINED,
    ),
    # The one integer between c and c + 1 may be one at which a jump closes for all constants.
    ("frac(x)*relu(x - c)**2*relu(c + 1 - x)**2*sin(a*(x - 40))**2", "x", "", Verdict.CONDITIONAL),
    ("frac(x)*relu(x - c)**2*relu(c + 1 - x)**2*atan(a*x)**2", "x", "", Verdict.CONDITIONAL),
    ("clip(floor(x), a, a + 1/2)*sin(c*x)**2", "x", "", Verdict.CONDITIONAL),
    ("round(x)*relu(x - a)**2*relu(a + 1 - x)**2*sin(c*(x - 1/2))**2", "x", "", Verdict.CONDITIONAL),
]


@pytest.mark.parametrize(("text", "wrt", "where", "verdict"), SPARED, ids=[s[0] for s in SPARED])
def test_no_failure_is_claimed_for_constants_that_are_spared(text, wrt, where, verdict):
    """Of an open set of constants the function is smooth: the verdict depends on them, or is not decided."""
    assert ask(text, wrt, where).verdict is verdict


BEYOND = [
    "sqrt(abs(a))",
    "log(abs(a))",
    "abs(a)**1.5",
    "(x**2 + abs(a)**1.5)",
    "log(max(a, b))",
    "sqrt(3 - abs(a))",
]


@pytest.mark.parametrize("factor", BEYOND)
def test_constants_without_a_neighbour_in_the_domain_are_no_case(factor):
    """clip(floor(x), c, c + 1) jumps for every c: that no neighbour of a round c is tried shows nothing."""
    found = ask(f"clip(floor(x), c, c + 1)*{factor}", "x")
    assert (found.verdict, found.smoothness) == (Verdict.NOT_DIFFERENTIABLE, DISCONTINUOUS)


def test_an_integer_that_some_value_of_another_leaves_out_has_others():
    """(floor(a) - floor(x))*floor(x) jumps at every k but one, 2*k = floor(a) + 1: for every a at some."""
    assert ask("(floor(a) - floor(x))*floor(x)", "x").verdict is Verdict.NOT_DIFFERENTIABLE
