"""What is said of losses of unknown functions, held against functions that are known."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from diffcheck.check import check
from diffcheck.cli import exit_status
from diffcheck.report.json import render, schema_text, to_object
from diffcheck.report.terminal import render as shown
from diffcheck.verdict import Report, Smoothness, Verdict
from diffcheck.verify import Status, verify

SCHEMA = Draft202012Validator(json.loads(schema_text()))

D, N, C, U = Verdict.DIFFERENTIABLE, Verdict.NOT_DIFFERENTIABLE, Verdict.CONDITIONAL, Verdict.UNDETERMINED

ANSWERS = [
    ("L(y, F(x))", {}, U, 3),
    ("F(x)", {}, U, 3),
    ("(L(y1, F(x1)) + L(y2, F(x2)))/2", {}, U, 3),
    ("y - 2*F(x)/3 + w", {}, U, 3),
    ("(y - F(x))**2", {}, C, 1),
    ("((y1 - F(x1))**2 + (y2 - F(x2))**2)/2", {}, C, 1),
    ("log(1 + exp(-y*model(x)))", {}, C, 1),
    ("sqrt(F(x))", {}, C, 1),
    ("F(x)*x", {"wrt": "x"}, C, 1),
    ("max(0, 1 - y*F(x))**2", {}, C, 1),
    ("abs(y - F(x))**p", {"wrt": "F", "where": "p > 0"}, C, 1),
    ("abs(y - F(x))", {}, N, 1),
    ("abs(y - yhat(x))", {"wrt": "x"}, N, 1),
    ("max(0, d(a, p) - d(a, n) + 1)", {}, N, 1),
    ("sign(F(x))", {}, N, 1),
    ("1/F(x)", {}, N, 1),
    ("(y - F(x))**2 + abs(w)", {}, N, 1),
    ("(y - F(x))**2 + w**2", {"wrt": "w"}, D, 0),
    ("abs(F(x) - F(x))", {}, C, 1),
    ("abs(F(x + 1) - F(1 + x))", {}, C, 1),
    ("abs(x)*(F(x) - F(0))", {"wrt": "x"}, U, 3),
    ("abs(F(x) - F(x**2))", {"wrt": "x"}, U, 3),
    ("F(x)*cos(exp(F(x)))", {}, C, 1),
]


@pytest.mark.parametrize(("text", "options", "verdict", "status"), ANSWERS, ids=lambda v: str(v)[:40])
def test_the_verdict_is_the_stated_one(
    text: str, options: dict[str, str], verdict: Verdict, status: int
) -> None:
    """Undetermined, conditional or failing by what the known part does; the report is valid and its steps hold."""
    report = check(text, **options)  # type: ignore[arg-type]
    assert report.verdict is verdict, report.reason
    assert exit_status(report) == status
    data = json.loads(render(report))
    SCHEMA.validate(data)
    assert not [c for c in verify(data) if c.status is Status.FAILED]
    assert "F_x" not in shown(report) + render(replace(report, certificate=None))


def test_a_loss_of_unknown_functions_says_what_is_needed_of_each() -> None:
    """L in its second argument where F lands, F in its parameters; and how to give them."""
    report = check("L(y, F(x))")
    assert report.reason == "not decidable without L and F"
    said = " ".join(report.notes)
    assert "L differentiable in its second argument at the values of F(x)" in said
    assert "F differentiable in its parameters" in said
    assert '--let "L(y, f) = ..." --let "F(x) = ..."' in said
    assert "x and y are data" in said


def test_a_squared_error_depends_on_its_model() -> None:
    """Differentiable wherever F is, as smooth as F; else the chain rule says nothing."""
    report = check("(y - F(x))**2")
    good, left = report.cases
    assert (good.condition, good.verdict) == ("F(x) is differentiable in the parameters of F", D)
    assert (str(good.smoothness), good.detail) == ("D1", "C<k> where F(x) is C<k>")
    assert (left.verdict, left.smoothness) == (U, None)
    assert report.smoothness is None
    assert (report.depends, report.wrt, report.constants) == ("F", ("F(x)",), ("y",))
    assert report.gradient == {"F(x)": "2*F(x) - 2*y"}
    assert shown(report).splitlines()[0] == "it depends on F"


def test_a_squared_hinge_keeps_one_derivative_at_most() -> None:
    """The class of the outer function bounds that of the composition."""
    assert check("max(0, 1 - y*F(x))**2").cases[0].detail == "C<k> where F(x) is C<k>, up to C1"


def test_a_corner_needs_a_gradient() -> None:
    """abs(y - F(x)) fails where F(x) = y unless the gradient of F vanishes there; the suggestions are in F(x)."""
    report = check("abs(y - F(x))")
    (finding,) = report.findings
    assert (finding.at, finding.condition) == ("F(x) = y", "the gradient of F(x) is not zero there")
    assert finding.source == "abs(y - F(x))"
    assert report.surrogates[0].expression == "sqrt((y - F(x))**2 + mu**2) - mu"
    assert report.almost_everywhere is None
    assert all(s.keeps_minimisers is None for s in report.surrogates)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("(y - F(x))**2 + abs(w)", "F(x) and w"),
        ("abs(F(x)) - abs(w)", "F(x) and w"),
        ("abs(F(x)) - abs(F(z))", "F(x) and F(z)"),
        ("max(F(x), 0) - max(G(x), 0)", "F(x) and G(x)"),
        ("sum(abs(F(x_i))) - sum(abs(F(z_i)))", "F(x[i]) and F(z[i])"),
    ],
)
def test_a_failure_beside_other_values_needs_all_of_them_to_be_independent(text: str, names: str) -> None:
    """F = w takes back what abs(w) does, F(z) what F(x) does: one gradient that is not zero is not enough."""
    findings = check(text).findings
    assert findings
    assert {f.condition for f in findings} == {f"the gradients of {names} are linearly independent there"}


@pytest.mark.parametrize(
    ("text", "at", "crossing"),
    [
        ("abs(x)*F(x)", "x = 0 and F(x) != 0", ""),
        ("abs(x) + F(x)", "x = 0", ""),
        ("relu(x)*F(G(x))", "x = 0 and F(G(x)) != 0", ""),
        ("abs(F(x))*x", "F(x) = 0 and x != 0", "F(x)"),
        ("max(F(x), x)", "x = F(x)", "x - F(x)"),
        ("max(F(x), x - 1)", "x = F(x) + 1", "x - (F(x) + 1)"),
    ],
)
def test_a_value_beside_its_argument_has_no_gradient_of_its_own(text: str, at: str, crossing: str) -> None:
    """Of x and F(x) the gradients are always dependent: a corner is met where F is differentiable and it is crossed."""
    (finding,) = check(text, wrt="x").findings
    value = "F(G(x))" if "G" in text else "F(x)"
    assert finding.at == at
    needed = f"{value} is differentiable in x there"
    crossed = f" and the gradient of {crossing} is not zero there" if crossing else ""
    assert finding.condition == needed + crossed


def test_a_point_that_a_value_and_its_argument_need_not_meet_is_not_claimed() -> None:
    """norm(F(x), x) fails at (0, 0) in the plane, and is smooth in x wherever F(0) is not 0."""
    report = check("norm(F(x), x)", wrt="x")
    assert report.verdict is Verdict.UNDETERMINED
    assert "tied to each other" in (report.reason or "")


def test_two_values_must_move_apart() -> None:
    """Where a failure involves two values their gradients must be independent."""
    (finding,) = check("max(0, d(a, p) - d(a, n) + 1)").findings
    assert finding.condition is not None
    assert "gradients of d(a, p) and d(a, n) are linearly independent" in finding.condition


@pytest.mark.parametrize(
    ("loss", "model", "edge"),
    [
        ("sqrt(F(x))", "w**2", "F(x) = 0"),
        ("log(F(x))", "w**2", "F(x) = 0"),
        ("acosh(F(x))", "1 + w**2", "F(x) = 1"),
    ],
)
def test_a_value_must_stay_off_the_end_of_the_domain(loss: str, model: str, edge: str) -> None:
    """A smooth model that touches the end from inside breaks the loss: the condition excludes it."""
    assert check(loss, wrt="w", let={"F(x)": model}).verdict is N
    good = check(loss).cases[0]
    assert good.condition.endswith(f"and stays off {edge}")


def test_a_value_must_stay_off_the_border_of_a_constraint() -> None:
    """The border F(x) = 0 of F(x) >= 0 is met inside the domain by a model such as w**2."""
    assert (
        check("abs(F(x))**(3/4)", where="F(x) >= 0")
        .cases[0]
        .condition.endswith("off the border of the constraints")
    )
    assert "stays off" not in check("abs(F(x))**(3/4)", where="F(x) > 0").cases[0].condition


MODELS = ["w*x + b", "w**2 - 1", "sin(w)", "tanh(w*x)", "exp(w) + b**2", "w*b", "elu(w*x + b)", "w**3"]
LOSSES = [
    "(y - F(x))**2",
    "log(1 + exp(-y*F(x)))",
    "max(0, 1 - y*F(x))**2",
    "F(x)*abs(F(x))",
    "exp(F(x))*sin(F(x))",
]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_what_is_promised_for_differentiable_models_holds(loss: str, model: str) -> None:
    """With a differentiable model put in, a conditional loss is differentiable, and as smooth as is said."""
    unknown, known = check(loss), check(loss, let={"F(x)": model})
    assert unknown.verdict is C
    assert known.verdict in (D, U)
    most = Smoothness.parse(unknown.cases[0].detail.partition(", up to ")[2] or "Cinf")
    promised = min(most, Smoothness(1)) if "elu" in model else most
    assert known.smoothness is None or known.smoothness >= promised


@pytest.mark.parametrize("loss", ["abs(y - F(x))", "max(0, 1 - y*F(x))", "sign(F(x) - y)", "1/(F(x) - y)"])
@pytest.mark.parametrize("model", ["w*x + b", "tan(w)", "w**3 + b", "sinh(w*x)"])
def test_what_fails_for_models_in_general_fails_for_one(loss: str, model: str) -> None:
    """A model whose gradient does not vanish where the loss fails meets the failure."""
    assert check(loss).verdict is N
    assert check(loss, let={"F(x)": model}).verdict is N


def test_a_model_whose_gradient_vanishes_there_is_the_stated_exception() -> None:
    """abs(w**2) is differentiable: where w**2 = 0 its gradient is zero."""
    assert check("abs(F(x))", let={"F(x)": "w**2"}, wrt="w").verdict is D
    (finding,) = check("abs(F(x))").findings
    assert "gradient of F(x) is not zero" in (finding.condition or "")


def _tampered(report: Report) -> list[dict[str, object]]:
    data = to_object(report)
    better = {**data, "class": "Cinf", "verdict": "differentiable", "cases": []}
    case = {**data["cases"][0], "class": "Cinf"}
    return [better, {**data, "cases": [case, data["cases"][1]]}, {**data, "cases": data["cases"][:1]}]


def test_a_promise_that_does_not_follow_is_refused() -> None:
    """The checker knows what the chain rule gives: no more than D1, and nothing for what is not differentiable."""
    for broken in _tampered(check("sqrt(F(x))*F(x)")):
        assert [c for c in verify(broken) if c.status is Status.FAILED]
    data = to_object(check("sqrt(F(x))*F(x)"))
    data["cases"][0]["condition"] = "F(x) is differentiable"
    assert [c for c in verify(data) if c.status is Status.FAILED]
