"""Tests for the probe: it confirms what is there, contradicts what is not, and is not fooled by rounding."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from diffcheck.analyze import analyze
from diffcheck.check import check
from diffcheck.errors import InputError
from diffcheck.language.parse import parse
from diffcheck.probe import probe
from diffcheck.problem import Problem
from diffcheck.question.variables import make_problem
from diffcheck.verdict import Analysis, Finding, Kind, ProbeStatus, Severity, Smoothness, Verdict

CONFIRMED, CONTRADICTED, CANNOT_TELL = "confirmed", "contradicted", "cannot_tell"
SMOOTH = math.inf


def _problem(text: str, wrt: str = "x", where: str = "") -> Problem:
    return make_problem(text, wrt.split(","), where)


def _finding(
    kind: str, level: float, x: str, *, left: str | None = None, right: str | None = None
) -> Finding:
    return Finding(
        kind=Kind(kind),
        severity=Severity.ERROR,
        at=f"x = {x}",
        condition=None,
        wrt=("x",),
        span=(0, 1),
        source="",
        left=left,
        right=right,
        size=None,
        witness={"x": x},
        proof="exact",
        level=Smoothness(level),
    )


def _claim(level: float, *findings: Finding) -> Analysis:
    smoothness = Smoothness(level)
    good = smoothness.differentiable
    return Analysis(Verdict.DIFFERENTIABLE if good else Verdict.NOT_DIFFERENTIABLE, smoothness, findings)


def _status(text: str, finding: Finding) -> str:
    found = probe(_problem(text), Analysis(Verdict.UNDETERMINED, None, (finding,))).findings[0].probe
    assert found is not None
    return found.status.value


FINDINGS = [
    ("abs(x)", "corner", 0, "0", "-1", "1", CONFIRMED),
    ("abs(x)", "corner", 0, "0", "-2", "2", CONTRADICTED),
    ("x**2", "corner", 0, "0", None, None, CONTRADICTED),
    ("abs(x)", "jump", -1, "0", None, None, CONTRADICTED),
    ("floor(x)", "corner", 0, "3", None, None, CONTRADICTED),
    ("abs(abs(x) - 1e-12)", "corner", 0, "1e-12", "-1", "1", CONFIRMED),
    ("abs(x - 1e30)", "corner", 0, "1e30", "-1", "1", CONFIRMED),
    ("1e-30*abs(x) + x", "corner", 0, "0", None, None, CONFIRMED),
    ("abs(x**2 - 2)", "corner", 0, "sqrt(2)", "-2*sqrt(2)", "2*sqrt(2)", CONFIRMED),
    ("abs(exp(x) - 19)", "corner", 0, "log(19)", "-19", "19", CONFIRMED),
    ("abs(cos(x) - x)", "corner", 0, "0.7390851332151606", None, None, CONFIRMED),
    ("sqrt(x**2 + 1e-60)", "corner", 0, "0", "-1", "1", CONTRADICTED),
    ("sqrt(abs(x))", "cusp", 0, "0", None, None, CONFIRMED),
    ("cbrt(x)", "vertical_tangent", 0, "0", None, None, CONFIRMED),
    ("where(x == 0, 0, x*log(abs(x)))", "vertical_tangent", 0, "0", None, None, CONFIRMED),
    ("abs(x)", "cusp", 0, "0", None, None, CONTRADICTED),
    ("floor(x)", "jump", -1, "3", "2", "3", CONFIRMED),
    ("floor(x**2)", "jump", -1, "sqrt(2)", "1", "2", CONFIRMED),
    ("floor(x)", "flat", -1, "1/3", None, None, CONFIRMED),
    ("x", "flat", -1, "1/3", None, None, CONTRADICTED),
    ("x/x", "hole", -1, "0", "1", "1", CONFIRMED),
    ("sin(x - pi)/(x - pi)", "hole", -1, "pi", None, None, CONFIRMED),
    ("where(x == 0, 1, x)", "hole", -1, "0", None, None, CONFIRMED),
    ("x + 1", "hole", -1, "0", None, None, CONTRADICTED),
    ("1/x", "pole", -2, "0", None, None, CONFIRMED),
    ("log(abs(x))", "pole", -2, "0", None, None, CONFIRMED),
    ("tan(x)", "pole", -2, "pi/2", None, None, CONFIRMED),
    ("x**2", "pole", -2, "0", None, None, CONTRADICTED),
    ("exp(exp(1/x))", "pole", -2, "0", None, None, CANNOT_TELL),
    ("sin(1/x)", "oscillation", -1, "0", None, None, CONFIRMED),
    ("where(x == 0, 0, x**2*sin(pi/x))", "oscillation", 0.5, "0", None, None, CONFIRMED),
    ("x*abs(x)", "break", 1, "0", "-2", "2", CONFIRMED),
    ("abs(x)**3", "break", 2, "0", None, None, CONFIRMED),
    ("abs(x)**(7/2)", "break", 3, "0", None, None, CONFIRMED),
    ("x**2*log(abs(x))", "break", 1, "0", None, None, CONFIRMED),
    ("x**3", "break", 2, "0", None, None, CONTRADICTED),
    ("where(x == 0, 0, x**3*sin(1/x))", "break", 1, "0", None, None, CONFIRMED),
    ("where(x == 0, 0, x**5*sin(1/x))", "break", 2, "0", None, None, CONFIRMED),
    ("2*atan(x) - asin(2*x/(1 + x**2))", "corner", 0, "1", "0", "2", CONFIRMED),
    ("where(x > 0, x, where(x > -1e-300, 0, x))", "corner", 0, "0", "0", "1", CONFIRMED),
    ("log(x)", "edge", SMOOTH, "0", None, None, CONFIRMED),
    ("exp(x)", "edge", SMOOTH, "0", None, None, CONTRADICTED),
    ("abs(x)", "corner", 0, "oo", None, None, CANNOT_TELL),
]


@pytest.mark.parametrize("case", FINDINGS, ids=lambda case: f"{case[1]} of {case[0]}")
def test_each_kind_is_judged_at_its_witness(
    case: tuple[str, str, float, str, str | None, str | None, str],
) -> None:
    """What is there is confirmed, what is not is contradicted, what numbers cannot show is left open."""
    text, kind, level, x, left, right, status = case
    assert _status(text, _finding(kind, level, x, left=left, right=right)) == status


NONSMOOTH = [
    ("abs({u})", "corner", 0),
    ("max({u}, 0)", "corner", 0),
    ("relu({u})", "corner", 0),
    ("{u}*sign({u})", "corner", 0),
    ("sign({u})", "jump", -1),
    ("floor({u})", "jump", -1),
    ("cbrt({u})", "vertical_tangent", 0),
    ("sqrt(abs({u}))", "cusp", 0),
    ("1/({u})", "pole", -2),
    ("{u}*abs({u})", "break", 1),
]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(NONSMOOTH),
    st.fractions(min_value=-50, max_value=50, max_denominator=9),
    st.integers(-12, 12),
    st.sampled_from([1, -1]),
)
def test_a_failure_is_confirmed_wherever_it_is(
    case: tuple[str, str, float], shift: Fraction, decades: int, sign: int
) -> None:
    """Shifting and scaling by 24 decades does not hide a failure, nor make it another one."""
    text, kind, level = case
    scale = f"({sign})*10**({decades})"
    expression = text.format(u=f"({scale}*(x - ({shift})))")
    assert _status(expression, _finding(kind, level, str(shift))) == CONFIRMED


@pytest.mark.parametrize(
    ("text", "wrt", "claimed"),
    [
        ("abs(x)", "x", SMOOTH),
        ("max(x, y)", "x,y", SMOOTH),
        ("relu(1000 - x)", "x", 1),
        ("floor(x)", "x", 0),
        ("1/(x - 0.37)", "x", -1),
        ("tan(x)", "x", SMOOTH),
        ("cbrt(x)", "x", 1),
        ("x/x", "x", SMOOTH),
        ("where(x == 0, 1, x)", "x", SMOOTH),
        ("where(x < 0.3, x, x + 1e-6)", "x", SMOOTH),
        ("abs(cos(x) - x)", "x", 1),
        ("clip(x, -0.01, 0.01)", "x", SMOOTH),
        ("norm(x, y)", "x,y", SMOOTH),
        ("where(x == 0 and y == 0, 0, x**2*y/(x**2 + y**2))", "x,y", 1),
        ("max(0, 1 - y*f)", "f", 1),
        ("abs(x) + tanh(1e9*y)", "x,y", SMOOTH),
    ],
)
def test_a_claim_that_is_too_good_is_contradicted(text: str, wrt: str, claimed: float) -> None:
    """A verdict better than the function is never shown as proved."""
    found = probe(_problem(text, wrt), _claim(claimed))
    assert found.verdict is Verdict.UNDETERMINED
    assert found.smoothness is None
    assert found.findings[-1].kind is Kind.DISAGREEMENT
    assert found.findings[-1].severity is Severity.ERROR
    assert "probe" in (found.reason or "")


@pytest.mark.parametrize(
    ("text", "wrt", "where", "level"),
    [
        ("sigmoid(1e9*(x - 1))", "x", "", SMOOTH),
        ("sqrt(x**2 + 1e-18)", "x", "", SMOOTH),
        ("sqrt(x**2 + 1e-100)", "x", "", SMOOTH),
        ("tanh(1e20*x)", "x", "", SMOOTH),
        ("tanh(exp(30*y)*x)", "x,y", "", SMOOTH),
        ("1e8 + x - 1e8", "x", "", SMOOTH),
        ("x**20 - x**19", "x", "", SMOOTH),
        ("exp(100*x)", "x", "", SMOOTH),
        ("log(p)", "p", "", SMOOTH),
        ("sqrt(x*y)", "x,y", "", SMOOTH),
        ("-y*log(p) - (1 - y)*log(1 - p)", "p", "0 < p and p < 1", SMOOTH),
        ("abs(x)", "x", "x > 0", SMOOTH),
        ("abs(x - 1/3)", "x", "x != 1/3", SMOOTH),
        ("1/x", "x", "x != 0", SMOOTH),
        ("x/x", "x", "x != 0 and x < 9", SMOOTH),
        ("log(x**2)", "x", "x**2 > 0", SMOOTH),
        ("x*y/(x**2 + y**2)", "x,y", "x**2 + y**2 > 0", SMOOTH),
        ("norm(x, y)", "x,y", "x**2 + y**2 != 0", SMOOTH),
        ("floor(x)", "x", "frac(x) != 0", SMOOTH),
        ("abs(x)**1.1", "x", "", 1),
        ("abs(x)**(1 + 1e-15)", "x", "", 1),
        ("2*atan(x) - asin(2*x/(1 + x**2))", "x", "", 0),
        ("cos(pi*x)*(round(x) - floor(x + 1/2))", "x", "", SMOOTH),
        ("where(abs(x) < 1, x**2/2, abs(x) - 1/2)", "x", "", 1),
        ("where(x == 0, 0, x**2*sin(1/x))", "x", "", 0.5),
        ("where(x == 0, 1, sin(x)/x)", "x", "", SMOOTH),
        ("abs(x - 1)*exp(x)", "x", "", 0),
        ("asin(sin(x))", "x", "", 0),
        ("floor(x)", "x", "", -1),
        ("1/x", "x", "", -2),
    ],
)
def test_a_true_claim_is_left_alone(text: str, wrt: str, where: str, level: float) -> None:
    """Steep, nearly singular, cancelling and bounded-domain functions raise no false alarm."""
    claim = _claim(level)
    assert probe(_problem(text, wrt, where), claim) == claim


_SMOOTH_TREES = st.recursive(
    st.sampled_from(["x", "y", "2", "(1/3)", "1e-6", "1e6"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner).map(lambda t: f"({t[1]} {t[0]} {t[2]})"),
        st.tuples(
            st.sampled_from(["sin", "tanh", "sigmoid", "softplus", "atan", "erf", "exp", "square", "asinh"]),
            inner,
        ).map(lambda t: f"{t[0]}({t[1]})"),
        inner.map(lambda u: f"sqrt(1 + {u}**2)"),
        inner.map(lambda u: f"log(1e-9 + {u}**2)"),
        inner.map(lambda u: f"1/(1e-3 + {u}**2)"),
    ),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(_SMOOTH_TREES)
def test_smooth_compositions_raise_no_alarm(text: str) -> None:
    """Whatever is composed of analytic functions is smooth, however steep: the sweep must not object."""
    try:
        tree = parse(text)
    except InputError:
        reject()  # a constant too large to be written out, such as exp(exp(1e6))
    claim = _claim(SMOOTH)
    assert probe(Problem(text, tree, ("x", "y"), ()), claim) == claim


def test_a_witness_on_the_border_is_contradicted() -> None:
    """A kink exactly on the border of `where` is not inside the domain."""
    found = probe(_problem("abs(x)", "x", "x >= 0"), _claim(0, _finding("corner", 0, "0")))
    assert found.verdict is Verdict.UNDETERMINED
    assert "border" in (found.reason or "")


def test_a_degenerate_witness_is_no_contradiction() -> None:
    """When the stated sides agree at the witness itself, its constants were badly chosen, no more."""
    finding = _finding("break", 1, "0", left="2*a", right="2*(1 - a)")
    finding = replace(finding, witness={"x": "0", "a": "1/2"})
    found = probe(_problem("where(x > 0, 1 - a, a)*x**2"), _claim(1, finding))
    assert found.verdict is Verdict.DIFFERENTIABLE
    assert found.findings[0].probe is not None
    assert found.findings[0].probe.status is ProbeStatus.CANNOT_TELL


@pytest.mark.parametrize(
    ("text", "kind", "level", "status"),
    [
        ("where(x == 0 and y == 0, 0, x*y/sqrt(x**2 + y**2))", "corner", 0, CONFIRMED),
        ("where(x == 0 and y == 0, 0, x**2*y/(x**2 + y**2))", "directional", 0, CONFIRMED),
        ("x*y/(x**2 + y**2)", "jump", -1, CONFIRMED),
        ("x**2 + y**2", "corner", 0, CANNOT_TELL),
    ],
)
def test_where_walls_meet_other_directions_count(text: str, kind: str, level: float, status: str) -> None:
    """Where several equations hold, the axes contradict nothing; slopes that do not add up confirm."""
    finding = replace(
        _finding(kind, level, "0"), witness={"x": "0", "y": "0"}, at="x = 0 and y = 0", wrt=("x", "y")
    )
    found = probe(_problem(text, "x,y"), Analysis(Verdict.UNDETERMINED, None, (finding,))).findings[0].probe
    assert found is not None
    assert found.status.value == status


@pytest.mark.parametrize(
    "text", ["abs(x)**(1 - 1e-9)", "sign(x)*abs(x)**(1 - 1e-6)", "x*abs(x)**(-1e-20)", "relu(x)**0.9999"]
)
def test_slopes_that_grow_too_slowly_contradict_nothing(text: str) -> None:
    """An infinite slope such as t**-1e-9 looks finite; the finding stands by its proof."""
    found = probe(_problem(text), analyze(_problem(text)))
    assert found.verdict is Verdict.NOT_DIFFERENTIABLE
    assert {f.probe.status for f in found.findings if f.probe} <= {
        ProbeStatus.CANNOT_TELL,
        ProbeStatus.CONFIRMED,
    }


@pytest.mark.parametrize("text", ["abs(x)", "x**3 + x", "abs(x)**(3/2) - x"])
def test_slopes_that_settle_are_finite(text: str) -> None:
    """A cusp is contradicted where the slopes change with the step alone."""
    claim = replace(_claim(0), findings=(_finding("cusp", 0, "0", left="-oo", right="oo"),))
    found = probe(_problem(text), replace(claim, verdict=Verdict.NOT_DIFFERENTIABLE))
    assert found.verdict is Verdict.UNDETERMINED


def test_the_probe_is_deterministic() -> None:
    """The same question gets the same answer, to the last digit."""
    problem = _problem("abs(cos(x) - x)")
    assert probe(problem, _claim(1)) == probe(problem, _claim(1))


def test_a_missing_witness_is_no_contradiction() -> None:
    """Without coordinates for every name nothing can be measured."""
    finding = replace(_finding("corner", 0, "0"), witness={})
    assert _status("abs(x)", finding) == CANNOT_TELL


@pytest.mark.parametrize(
    "text", ["tan(x)*cos(x)", "where(sin(x) == 0, 0, 1)", "where(cos(x) == 0, 3, sin(x)**2)"]
)
def test_a_hole_at_an_irrational_point_is_not_contradicted_by_rounding(text: str) -> None:
    """Where an equality decides the value, a point known to some digits only says nothing about it."""
    problem = make_problem(text, ["x"])
    probed = probe(problem, analyze(problem))
    assert probed.verdict is Verdict.NOT_DIFFERENTIABLE
    statuses = {f.probe.status for f in probed.findings if f.probe is not None}
    assert ProbeStatus.CONTRADICTED not in statuses


@pytest.mark.parametrize(
    "text",
    ["(1 + c*x)**(1/c)", "(1 - q + q*x)**(1/q)", "sin((1 + c*x)**(1/c))", "x**(1/c)", "(x - c)**(c + 2/3)"],
)
def test_an_edge_is_asked_for_constants_in_general_position(text):
    """For c = 1/3 a power with the exponent 1/c has values on both sides, which says nothing of other constants."""
    report = check(text, "x")
    assert str(report.smoothness) == "Cinf"
    assert [f.kind for f in report.findings] == [Kind.EDGE]
