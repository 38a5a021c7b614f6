"""What findings mean for training: claims of a proof are compared with numbers, every convention is run."""

import json
import random
from dataclasses import replace
from fractions import Fraction

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import CONTRADICTED, CORNER, MAE

from diffcheck.check import check
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.report.json import render as as_json
from diffcheck.report.json import schema_text
from diffcheck.report.terminal import render as as_text
from diffcheck.suggest.smooth import PURPOSES
from diffcheck.training.why import remarks
from diffcheck.verdict import Basis, Kind, Smoothness, Topic

# expression, variables, constraints, place of the finding, what is said of its minimiser
MINIMISERS = [
    ("abs(y - f)", "f", "", "f = y", "global"),
    ("max(0, 1 - y*f)", "f", "", "f = 1/y", "global"),
    ("max(q*u, (q-1)*u)", "u", "0 < q, q < 1", "u = 0", "global"),
    ("abs(x) + 2*abs(x - 1)", "x", "", "x = 0", "no"),
    ("abs(x) + 2*abs(x - 1)", "x", "", "x = 1", "global"),
    ("abs(x - 1) + abs(x - 3)", "x", "", "x = 3", "global"),
    ("abs(x - 1) - abs(x)/2", "x", "", "x = 0", "no"),
    ("abs(abs(x) - 1)", "x", "", "x = 0", "no"),
    ("abs(abs(x) - 1)", "x", "", "x = 1", "global"),
    ("abs(x) - x**2", "x", "", "x = 0", "local"),
    ("abs(x) + x**4 - 3*x**2", "x", "", "x = 0", "local"),
    ("-abs(x)", "x", "", "x = 0", "no"),
    ("max(0, 1 - z)**2", "z", "", "z = 1", "global"),
    ("x*abs(x)", "x", "", "x = 0", "not global"),
    ("sqrt(abs(x))", "x", "", "x = 0", "global"),
    ("-sqrt(abs(x))", "x", "", "x = 0", "no"),
    ("sqrt(x)", "x", "", "x = 0", "global"),
    ("cbrt(x)", "x", "", "x = 0", "no"),
    ("clip(x, 0, 1)", "x", "", "x = 0", "global"),
    ("clip(x, 0, 1)", "x", "", "x = 1", "no"),
    ("abs(sin(x))", "x", "", "x = pi*k for integer k", "global"),
    ("abs(cos(x)) + abs(sin(x))", "x", "", "x = pi*k for integer k", "global"),
    ("2*abs(cos(x)) + abs(sin(x))", "x", "", "x = pi*k for integer k", "local"),
    ("norm(x, y)", "x,y", "", "x = 0 and y = 0", "global"),
    ("abs(y - w*x - b)", "w,b", "", "b = y - w*x", "global"),
    ("max(a, b)", "a,b", "", "a = b", "not global"),
    ("abs(x**5 - x - 1)", "x", "", "x**5 - x - 1 = 0", "global"),
    ("abs(x**2 + y**2 - 1)", "x,y", "", "x = sqrt(1 - y**2)", "global"),
    ("norm(x, y) - 2*x", "x,y", "", "x = 0 and y = 0", "not global"),
    ("1/x", "x", "", "x = 0", "none"),
    ("1/abs(x)", "x", "", "x = 0", "no"),
    ("log(abs(x))", "x", "", "x = 0", "none"),
    ("sin(x)/x", "x", "", "x = 0", "no"),
    ("where(x == 0, -1, x**2)", "x", "", "x = 0", "global"),
    ("where(x == 0, 1, x**2)", "x", "", "x = 0", "not global"),
    ("where(x > 0, 1, 0)", "x", "", "x = 0", "global"),
    ("where(x > 0, 0, 1)", "x", "", "x = 0", "not global"),
    ("floor(x)", "x", "", "everywhere", "local"),
]


def _said(text, wrt=None, where=""):
    """Return the findings of a check with their remarks."""
    return check(text, wrt, where, certify=False, why=True).findings


def _of(finding, topic):
    return [remark for remark in finding.why if remark.topic is topic]


@pytest.mark.parametrize(
    "text",
    [
        "max(F(x), 0) + min(F(x) + 5, 0)",
        "abs(F(x)) - abs(w)",
        "max(F(x) - 1, -F(x))*(F(x) + 3)**2",
        "mean(abs(y[i] - w*x[i])) + lam*w**2",
        "mean(abs(y[i] - w*x[i])) - abs(w)",
        "mean(sqrt(abs(y[i] - w*x[i])))",
    ],
)
def test_what_depends_on_an_unknown_function_or_on_other_samples_is_not_called_proved(text):
    """F may never take the value at which the loss is lower, and the term of another sample may be."""
    for finding in _said(text):
        (remark,) = _of(finding, Topic.MINIMISER)
        assert remark.basis is Basis.OPEN or (remark.answer in {"global", "local"} and "F(" in text)


# A term in w, and its corner for one sample: the sum has a minimiser on the corner of some sample.
PIECEWISE_LINEAR = {
    "mean(abs(y[i] - w*x[i]))": lambda x, y: y / x,
    "mean(max(3*(y[i] - w*x[i]), w*x[i] - y[i]))": lambda x, y: y / x,
    "mean(max(0, 1 - y[i]*w*x[i]))": lambda x, y: 1 / (x * y),
}


@pytest.mark.parametrize("text", PIECEWISE_LINEAR)
def test_a_sum_of_convex_and_linear_pieces_has_a_minimiser_on_a_corner(text):
    """Proved for every number of samples; for random data the lowest corner is lower than all other points."""
    for finding in _said(text, "w"):
        (remark,) = _of(finding, Topic.MINIMISER)
        assert (remark.answer, remark.basis) == ("on some corner", Basis.PROVED)
    tree = make_problem(text, ["w"]).tree
    source = random.Random(5)
    for _ in range(5):
        data = [
            (Fraction(source.randint(-40, 40) or 1, 7), Fraction(source.randint(-40, 40) or 1, 9))
            for _ in range(4)
        ]

        def loss(w, data=data):
            return sum(precise(tree, {"w": w, "x[i]": x, "y[i]": y}) for x, y in data)

        lowest = min(loss(PIECEWISE_LINEAR[text](x, y)) for x, y in data)
        assert all(lowest <= loss(Fraction(k, 16)) + 1e-12 for k in range(-160, 161))


@pytest.mark.parametrize(
    ("text", "wrt", "where", "at", "answer"), MINIMISERS, ids=[f"{c[0]} at {c[3]}" for c in MINIMISERS]
)
def test_whether_a_minimiser_lies_there(text, wrt, where, at, answer):
    """Derived by hand; random points contradict no claim that the place is lowest."""
    finding = next(f for f in _said(text, wrt, where) if f.at.startswith(at))
    (remark,) = _of(finding, Topic.MINIMISER)
    assert (remark.answer, remark.basis) == (answer, Basis.PROVED)
    if answer != "global" or not all(_is_number(v) for v in finding.witness.values()):
        return
    tree = parse(text)
    point = {name: Fraction(value) for name, value in finding.witness.items()}
    lowest = precise(tree, point)
    chance = random.Random(5)
    for _ in range(300):
        moved = {n: Fraction(chance.randint(-400, 400), 97) for n in finding.wrt if n in wrt.split(",")}
        value = precise(tree, {**point, **moved})
        assert value is None or value >= lowest


def _is_number(text):
    try:
        return bool(Fraction(text)) or True
    except ValueError:
        return False


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-3, 3), st.integers(1, 4)), min_size=1, max_size=3, unique_by=lambda t: t[0]
    ),
    st.integers(-5, 5),
)
def test_the_minimum_of_a_sum_of_corners(corners, tilt):
    """Of sum a*abs(x - b) + c*x the minimiser is known: the corner where the slope changes its sign."""
    text = " + ".join(f"{a}*abs(x - ({b}))" for b, a in corners) + f" + ({tilt})*x"
    for finding in _said(text, "x"):
        at = int(finding.witness["x"])
        slope = tilt + sum(a if at > b else -a for b, a in corners if b != at)
        jump = sum(a for b, a in corners if b == at)
        (remark,) = _of(finding, Topic.MINIMISER)
        assert (remark.answer == "global") is (slope - jump <= 0 <= slope + jump)
        assert remark.answer in {"global", "no"}


def test_a_lower_point_is_lower():
    """The example that refutes a global minimiser has a lower value, with the same constants."""
    text = "where(abs(y - f) <= d, (y - f)**2/2, d*abs(y - f) - d**2/2)"
    for finding in _said(text, "f", "d > 0"):
        (remark,) = _of(finding, Topic.MINIMISER)
        assert remark.answer == "not global"
        assert "at every point of it" in remark.text
        point = dict(part.split(" = ") for part in remark.text.rpartition(" at ")[2].split(", "))
        there = {name: Fraction(value) for name, value in point.items()}
        tree = parse(text)
        place = {**there, "f": there["y"] + (there["d"] if "+" in finding.at else -there["d"])}
        assert precise(tree, there) < precise(tree, place)


def test_what_is_not_shown_is_said_so():
    """A corner of several variables whose minimum no argument decides gets no answer."""
    finding = next(iter(_said("abs(x*y - 1) + exp(sin(x*y**2)) + cos(exp(x)*y)", "x,y")))
    (remark,) = _of(finding, Topic.MINIMISER)
    assert remark.basis in {Basis.OPEN, Basis.PROVED}
    assert (remark.answer == "not shown") is (remark.basis is Basis.OPEN)
    assert remark.answer != "global"


@pytest.mark.parametrize(
    ("text", "wrt", "sentence", "basis"),
    [
        (
            "abs(y - f)",
            "f",
            "one value of f for each y: probability 0 if f has a density given y",
            Basis.PROVED,
        ),
        ("abs(y - f)", "f", "a start at f = 0 is on it for samples with y = 0", Basis.DATA),
        ("abs(y - f)", "f", "exact ties need no luck where f and y are rounded", Basis.DATA),
        ("floor(x)", "x", "every integer x is on it", Basis.DATA),
        ("floor(x)", "x", "countably many values of x: probability 0", Basis.PROVED),
        ("floor(x)", "x", "at every point: the gradient is zero wherever it exists", Basis.PROVED),
        ("relu(w*x + b)", "w,b", "a start at w = b = 0 is on it for every sample", Basis.PROVED),
        ("norm(x, y)", "x,y", "one value of (x, y): probability 0", Basis.PROVED),
        ("norm(x, y)", "x,y", "a start at x = y = 0 is on it for every sample", Basis.PROVED),
        ("relu(x)", "x", "exact zeros are common", Basis.DATA),
        ("log(p)", "p", "in float32 a softmax underflows to exactly 0", Basis.DATA),
        ("log(1 - p)", "p", "in float32 a sigmoid is exactly 1", Basis.DATA),
        ("max(0, 1 - z)", "z", "what is clipped or saturates at 1 upstream is exactly there", Basis.DATA),
        ("abs(x**5 - x - y)", "x", "a joint density", Basis.PROVED),
        ("abs(x**5 - x - 1)", "x", "isolated values of x: probability 0", Basis.PROVED),
    ],
)
def test_how_a_place_is_met(text, wrt, sentence, basis):
    """Measure zero is proved; what data do is theirs to say."""
    found = [
        r
        for f in _said(text, wrt)
        for r in _of(f, Topic.MET)
        if r.text.startswith(sentence) or sentence in r.text
    ]
    assert found
    assert {remark.basis for remark in found} == {basis}


def test_a_start_that_is_off_the_place_is_not_mentioned():
    """At f = 0 the margin y*f is 0, never 1, so the hinge has no corner there."""
    (finding,) = _said("max(0, 1 - y*f)", "f")
    assert not any("start" in remark.text for remark in finding.why)


def test_a_start_that_breaks_a_condition_of_the_place_is_not_mentioned():
    """Where a = c is a corner of max(a, b, c), c is above b: not so when all are zero."""
    for finding in _said("max(a, b, c)", "a,b,c"):
        assert not any("start" in remark.text for remark in finding.why)


def test_what_is_said_of_float32_is_so():
    """A sigmoid is 1 from 18 on, exp is 0 below -104."""
    for x in np.linspace(18, 40, 50, dtype=np.float32):
        assert np.float32(1) / (np.float32(1) + np.exp(-x)) == 1
        assert np.exp(np.float32(x - 40 - 104)) == 0
    assert np.float32(1) / (np.float32(1) + np.exp(np.float32(-16))) < 1


@pytest.mark.parametrize(
    "text", ["abs(x)", "x*abs(x)", "max(0, 1 - x)**2", "floor(x)", "abs(x)**(3/2)", "x**2*abs(x)"]
)
def test_a_method_minds_when_its_class_is_missing(text):
    """Exactly the methods of the table of purposes whose class is better than that of the place."""
    for finding in _said(text, "x"):
        if finding.kind is Kind.FLAT:
            continue
        named = {n for r in _of(finding, Topic.METHODS) for n in r.answer.split(", ")} - {"none"}
        needed = {n for n, p in PURPOSES.items() if p.smoothness > finding.level}
        steep = "oo" in {finding.left, finding.right} and finding.level == Smoothness(1)
        assert named == needed | ({"lbfgs"} if steep else set())


@pytest.mark.parametrize(
    ("text", "step"),
    [("abs(x)", "s"), ("3*abs(x)", "s*3"), ("max(-x, 2*x)", "s"), ("max(q*x, (q-1)*x)", "s*")],
)
def test_a_fixed_step_jitters_by_the_smaller_slope(text, step):
    """At a minimum with slopes on both sides the iterates move by the step times the slope, for ever."""
    (finding,) = _said(text, "x", "0 < q, q < 1" if "q" in text else "")
    (remark,) = [r for r in _of(finding, Topic.METHODS) if r.answer == "sgd"]
    assert f"moves by about {step}" in remark.text


def test_no_jitter_is_claimed_where_one_side_is_level():
    """Beyond the hinge the slope is 0: the iterates come to rest there."""
    (finding,) = _said("max(0, 1 - z)", "z")
    assert not [r for r in _of(finding, Topic.METHODS) if r.answer == "sgd"]


@pytest.mark.parametrize(
    ("text", "straight"), [("abs(x)", True), ("abs(x) + x**2", False), ("abs(x)*x", False)]
)
def test_a_second_derivative_of_zero_is_told(text, straight):
    """Newton and XGBoost divide by it."""
    finding = _said(text, "x")[0]
    assert any("divide by the second derivative" in r.text for r in finding.why) is straight


def test_the_convention_is_that_of_the_part_at_fault():
    """A corner of relu is not told what abs does, a comparison is told what where does."""
    for text, op in (("relu(x) + x**2", "relu"), ("2*abs(x)", "abs"), ("where(x > 0, 1, 0)", "where")):
        told = [r.text for f in _said(text, "x") for r in _of(f, Topic.FRAMEWORKS)]
        assert told
        assert all(f"slope taken for {op} " in text for text in told)


# --- the report


def test_without_being_asked_nothing_is_said():
    """The object of a plain check has no key of this kind, so no reader of it is surprised."""
    assert "why" not in json.loads(as_json(check("abs(x)")))["findings"][0]


@pytest.mark.parametrize("text", ["abs(y - f)", "floor(x)", "log(abs(x))", "abs(x)**p", "sin(1/x)", "x**2"])
def test_the_object_keeps_its_schema(text):
    """Every remark has its topic, answer, text and basis, as the schema says."""
    report = check(text, why=True)
    data = json.loads(as_json(report))
    jsonschema.validate(data, json.loads(schema_text()))
    assert all(finding["why"] for finding in data["findings"])


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("text", ["abs(y - f)", "floor(x)", "relu(w*x + b)", "log(p)"])
def test_the_lines_fit_and_every_remark_is_marked(text, width):
    """In a narrow terminal as well; the mark is what tells a proof from a habit."""
    report = check(text, why=True)
    shown = as_text(report, width=width)
    assert max(map(len, shown.splitlines())) <= width
    joined = " ".join(shown.split())
    for finding in report.findings:
        for remark in finding.why:
            assert f"{remark.text} [{remark.basis}]" in joined


def test_where_nothing_fails_that_is_said():
    """A smooth loss gets one note, with the methods that it is fit for."""
    report = check("(y - f)**2", why=True)
    assert report.notes == (f"no point is bad, for any data or start; fit for {', '.join(PURPOSES)}",)
    assert not check("(y - f)**2").notes


def test_nothing_is_built_on_a_finding_in_doubt():
    """If the probe contradicts, remarks that follow from the finding would be as wrong as it."""
    problem = make_problem("abs(y - f)")
    assert list(remarks(problem, CORNER))
    assert not list(remarks(problem, CONTRADICTED.findings[0]))
    assert not list(remarks(problem, replace(CORNER, kind=Kind.DISAGREEMENT)))


def test_a_report_without_remarks_has_no_section():
    """An empty section would be noise."""
    assert "why it matters" not in as_text(MAE)
    assert "why it matters" in as_text(check("abs(x)", why=True))


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("1/n*sum((y_i - w*x_i)**2) + lam*abs(w)", "lam > 0", "abs(mean(2*x[i]*y[i])) <= lam"),
        ("mean((y_i - w*x_i)**2)/2 + lam*abs(w - 1)", "lam > 0", "abs(mean(x[i]**2 - x[i]*y[i])) <= lam"),
    ],
)
def test_a_corner_that_all_samples_share_is_a_minimiser_on_a_condition(text, where, said):
    """What the data pull is compared with what the penalty holds, as for the lasso."""
    report = check(text, wrt="w", where=where, why=True)
    (remark,) = [r for r in report.findings[0].why if r.topic is Topic.MINIMISER]
    assert remark.text.startswith(f"exactly where {said}: ")
    assert remark.basis is Basis.PROVED


@pytest.mark.parametrize(
    ("text", "size", "said"),
    [
        (
            "1/n*sum((y_i - dot(w[j], x[i, j]))**2) + lam*sum(abs(w[j]))",
            2,
            "in w[0], the others held, exactly where "
            "abs(mean(2*w[1]*x[i, 0]*x[i, 1] - 2*x[i, 0]*y[i])) <= lam: convex",
        ),
        (
            "mean((y_i - w*x_i - b)**2) + lam*abs(w)",
            None,
            "in w, the others held, exactly where abs(mean(2*b*x[i] - 2*x[i]*y[i])) <= lam: convex",
        ),
    ],
)
def test_with_several_weights_the_condition_holds_the_others(text, size, said):
    """The lasso is convex in each weight alone, and its minimiser is one in each of them."""
    report = check(text, where="lam > 0", size=size, why=True)
    (remark,) = [r for r in report.findings[0].why if r.topic is Topic.MINIMISER]
    assert remark.text.startswith(said)
    assert remark.basis is Basis.PROVED


def test_the_condition_of_the_lasso_decides():
    """w = 0 is lowest exactly if abs(mean(2*x*y)) <= lam, on both sides of equality."""
    rng = np.random.default_rng(0)
    near = np.linspace(-0.01, 0.01, 201)
    for _ in range(200):
        x, y, lam = rng.normal(size=5), rng.normal(size=5), rng.uniform(0, 2)
        losses = np.mean((y[:, None] - near * x[:, None]) ** 2, axis=0) + lam * np.abs(near)
        lowest = bool(np.all(losses >= losses[100]))
        pull = abs(np.mean(2 * x * y))
        assert lowest == (pull <= lam) or abs(pull - lam) < 0.05


def test_without_convexity_no_condition_is_stated():
    """-abs(w) has a corner at 0 that is no minimum."""
    report = check("mean((y_i - w*x_i)**2) - lam*abs(w)", wrt="w", where="lam > 0", why=True)
    (remark,) = [r for r in report.findings[0].why if r.topic is Topic.MINIMISER]
    assert "exactly where" not in remark.text
