"""Models in losses: what is a parameter, what is data, and where a failure comes from."""

from __future__ import annotations

import pytest
from losses import LOSSES

from diffcheck.analyze import analyze
from diffcheck.check import check
from diffcheck.errors import Undetermined
from diffcheck.language.tree import Place
from diffcheck.question.variables import make_problem
from diffcheck.report.terminal import render
from diffcheck.verdict import Kind, Verdict

RELU = {"F(x)": "w2*relu(w1*x + b1) + b2"}
EIGHT = {"F(x)": "v1*relu(w1*x + b1) + v2*relu(w2*x + b2) + v3*x + c"}


@pytest.mark.parametrize(
    ("text", "let", "wrt", "constants"),
    [
        ("(y - F(x))**2", {"F(x)": "w*x + b"}, ("w", "b"), ("y", "x")),
        ("(y - F(x))**2/s + log(s)", {"F(x)": "w*x + b"}, ("w", "b"), ("y", "x", "s")),
        ("(y - F(x))**2 + a*w**2", {"F(x)": "w*x + b"}, ("w", "b"), ("y", "x", "a")),
        ("(y - F(x))**2", {"F(x)": "alpha + beta*x"}, ("alpha", "beta"), ("y", "x")),
        ("(y - F(x))**2", {"F(x)": "leaky_relu(w*x, alpha)"}, ("w",), ("y", "x", "alpha")),
        ("(y - F(x))**2", {"F(z)": "w*G(z) + b", "G(z)": "v*z"}, ("w", "v", "b"), ("y", "x")),
        ("abs(r)", {"r": "y - F(x)", "F(z)": "w*z*x"}, ("w",), ("y", "x")),
        ("(y - F(x))**2 + R(w)", {"F(x)": "w*x + b", "R(v)": "v**2"}, ("w", "b"), ("y", "x")),
        ("(y - s(w*x + b))**2", {"s(z)": "1/(1 + exp(-z))"}, ("w", "x", "b"), ("y",)),
        (
            "L(y1, F(x1)) + L(y2, F(x2))",
            {"L(y, f)": "(y - f)**2", "F(x)": "w*x"},
            ("w",),
            ("y1", "x1", "y2", "x2"),
        ),
        ("(y - F(x))**2 + R(w)", {"F(x)": "w*x + b"}, ("w", "b", "R_w"), ("y", "x")),
        ("abs(y1 - F(x1)) + abs(w)", {}, ("F_x1", "w"), ("y1",)),
    ],
)
def test_parameters_are_the_variables(
    text: str, let: dict[str, str], wrt: tuple[str, ...], constants: tuple[str, ...]
) -> None:
    """Names of the model that are not data; what a function is applied to is data, a setting is learnt if alone."""
    problem = make_problem(text, let=let)
    assert (problem.wrt, problem.constants) == (wrt, constants)


def test_chosen_variables_win() -> None:
    """`wrt` overrides; the name of a function stands for its parameters."""
    let = {"F(x)": "w*x + b"}
    assert make_problem("(y - F(x))**2", ["x"], let=let).wrt == ("x",)
    assert make_problem("(y - F(x))**2", ["F"], let=let).wrt == ("w", "b")
    assert make_problem("(y - F(x))**2 + w**2", ["F"]).wrt == ("F_x",)
    assert make_problem("(y - F(x))**2 + w**2", ["w", "F(x)"]).wrt == ("w", "F_x")
    assert make_problem("(y - F(x))**2*x", ["x"]).wrt == ("x", "F_x")


def test_the_report_says_what_is_differentiated_in() -> None:
    """Parameters, of which model, and what is held."""
    report = check("(y - F(x))**2/s", let={"F(x)": "w*x + b"})
    assert report.notes[0] == (
        "differentiated in w, b: the parameters of F (--wrt decides); y and x are data; s is held constant"
    )
    assert not report.wrt_guessed


def test_an_activation_is_told_from_the_loss() -> None:
    """The wall is named as the model writes it; the loss is smooth in F(x); each parameter has its class."""
    report = check("(y - F(x))**2", let=RELU)
    assert {f.at.partition(" and ")[0] for f in report.findings} == {"w1*x + b1 = 0"}
    (finding,) = report.findings
    assert (finding.kind, finding.source) == (Kind.CORNER, "relu(w1*x + b1)")
    assert isinstance(finding.span, Place)
    assert (finding.span[0], finding.span[1]) == (5, 9)
    assert "the loss itself is class Cinf in F(x): `relu(w1*x + b1)` in the model breaks it" in report.notes
    assert (
        "class in one parameter alone: Cinf in each of w2, b2; C0 in each of w1, b1; in all jointly: C0"
        in report.notes
    )
    lines = render(report).splitlines()
    at = lines.index("  F(x) = w2*relu(w1*x + b1) + b2")
    assert lines[at + 1].startswith("            ^^^^^^^^^^^^^^^")


@pytest.mark.parametrize(
    ("loss", "let", "note"),
    [
        ("abs(y - F(x))", {"F(x)": "w*x + b"}, "the loss itself breaks: class C0 in F(x)"),
        (
            "abs(y - F(x))",
            RELU,
            "the loss itself breaks: class C0 in F(x); `relu(w1*x + b1)` in the model as well",
        ),
    ],
)
def test_a_loss_that_breaks_is_told_from_its_model(loss: str, let: dict[str, str], note: str) -> None:
    """As a function of F(x) alone the absolute error has its corner."""
    assert note in check(loss, let=let).notes


def test_a_network_of_eight_parameters_is_decided() -> None:
    """Two samples: the four walls are named, with the class in each parameter."""
    report = check("((y1 - F(x1))**2 + (y2 - F(x2))**2)/2", let=EIGHT)
    assert (report.verdict, str(report.smoothness)) == (Verdict.NOT_DIFFERENTIABLE, "C0")
    walls = {f.at.partition(" and ")[0] for f in report.findings}
    assert walls == {"w1*x1 + b1 = 0", "w1*x2 + b1 = 0", "w2*x1 + b2 = 0", "w2*x2 + b2 = 0"}
    assert {f.source for f in report.findings} == {"relu(w1*x + b1)", "relu(w2*x + b2)"}
    assert report.notes[-1] == (
        "class in one parameter alone: Cinf in each of v1, v2, v3, c; C0 in each of w1, b1, w2, b2; in all jointly: C0"
    )


QUESTIONS = [(text, wrt, where, {}) for text, wrt, where in LOSSES.values() if "," in wrt]
QUESTIONS += [
    ("(y - F(x))**2", "F", "", RELU),
    ("(y - F(x))**2", "F", "", {"F(x)": "w3*relu(w2*relu(w1*x + b1) + b2) + b3"}),
    ("(y - F(x))**2", "F", "", {"F(x)": "w2*elu(w1*x) + abs(b)**3"}),
    ("max(0, 1 - y*F(x))**2", "F", "", {"F(x)": "w*relu(v*x)**2 + b"}),
    ("abs(w)*abs(v)**3 + floor(b)", "w, v, b", "", {}),
    ("where(w > v, w**2, v**2) + b/(1 + abs(v))", "w, v, b", "", {}),
    ("sqrt(w**2 + v**2) + abs(b)", "w, v, b", "", {}),
    ("where(w*v > 1, (w*v - 1)**2, 0) + u**2", "w, v, u", "", {}),
    ("1/(w - v) + abs(u)", "w, v, u", "", {}),
]


@pytest.mark.parametrize(("text", "wrt", "where", "let"), QUESTIONS, ids=lambda v: str(v)[:30])
def test_the_class_in_one_variable_is_that_of_its_own_question(
    text: str, wrt: str, where: str, let: dict[str, str]
) -> None:
    """What is read off the joint walls is what an analysis with all others constant finds."""
    problem = make_problem(text, wrt, where, let)
    joint = analyze(problem)
    for variable, grade in joint.alone.items():
        single = analyze(make_problem(text, variable, where, let))
        assert single.smoothness is None or single.smoothness == grade, variable
    assert joint.alone


def test_a_question_without_a_model_has_no_such_notes() -> None:
    """Plain losses are answered as before: nothing is asked twice."""
    assert make_problem("abs(y - f)").outline is None
    assert check("abs(y - f)").notes == ()
    with pytest.raises(Undetermined):
        make_problem("F(floor(x)) - F(-ceil(-x) - 1 + where(floor(x) == x, 1, 0))")
