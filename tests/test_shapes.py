"""Names without an index where something is reduced: one shape for what is added part by part."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from diffcheck.check import check
from diffcheck.errors import InputError
from diffcheck.language.conventions import is_setting
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME
from diffcheck.language.unparse import unparse
from diffcheck.question.variables import NO_NUMBERS, make_problem
from diffcheck.report.json import to_object
from diffcheck.verify import Status, verify

# Question and variable -> the same with every name a number, and with every name a vector.
MEANT = {
    ("norm(w - v)", "w"): ("abs(w - v)", "norm(w[i] - v[i])"),
    ("norm(w - u)", "w"): ("abs(w - u)", "norm(w[i] - u[i])"),
    ("norm(y - w) + norm(w)**2", "w"): ("abs(y - w) + w**2", "norm(y[i] - w[i]) + norm(w[i])**2"),
    ("norm(x - y) + x", "x"): ("abs(x - y) + x", "norm(x[i] - y[i]) + sum(x[i])"),
    ("norm(y - f) + lam*f**2", "f"): ("abs(y - f) + lam*f**2", "norm(y[i] - f[i]) + lam*sum(f[i]**2)"),
    ("sqrt(mean((y - f)**2)) + 0.01*f**2", "f"): (
        "sqrt((y - f)**2) + 0.01*f**2",
        "sqrt(mean((y[i] - f[i])**2)) + 0.01*sum(f[i]**2)",
    ),
    ("sqrt(sum((w - v)**2))/(sqrt(sum((w - v)**2)) + 1)", "w"): (
        "abs(w - v)/(abs(w - v) + 1)",
        "sqrt(sum((w[i] - v[i])**2))/(sqrt(sum((w[i] - v[i])**2)) + 1)",
    ),
    ("norm(x - y) + norm(x, 1)", "x"): (
        "abs(x - y) + sqrt(x**2 + 1)",
        "norm(x[i] - y[i]) + sqrt(sum(x[i]**2) + 1)",
    ),
    ("sqrt(sum((x - y)**2)) + 0.5*x**2", "x"): (
        "abs(x - y) + 0.5*x**2",
        "sqrt(sum((x[i] - y[i])**2)) + 0.5*sum(x[i]**2)",
    ),
    ("norm(w) + norm(w - v)", "w"): ("abs(w) + abs(w - v)", "norm(w[i]) + norm(w[i] - v[i])"),
    ("norm(w)*norm(w - v)", "w"): ("abs(w)*abs(w - v)", "norm(w[i])*norm(w[i] - v[i])"),
    ("sqrt(sum(w**2)) + sqrt(sum((w - v)**2))", "w"): (
        "abs(w) + abs(w - v)",
        "norm(w[i]) + norm(w[i] - v[i])",
    ),
    ("norm(theta) + norm(theta - t0)", "theta"): (
        "abs(theta) + abs(theta - t0)",
        "norm(theta[i]) + norm(theta[i] - t0[i])",
    ),
    ("norm(y - f) + abs(f)", "f"): ("abs(y - f) + abs(f)", "norm(y[i] - f[i]) + sum(abs(f[i]))"),
    ("sum((w - v)**2)**(3/2)", "w"): ("((w - v)**2)**(3/2)", "sum((w[i] - v[i])**2)**(3/2)"),
    ("log(sum((w - v)**2))", "w"): ("log((w - v)**2)", "log(sum((w[i] - v[i])**2))"),
    ("norm(w/v - 1)", "w"): ("abs(w/v - 1)", "norm(w[i]/v[i] - 1)"),
    ("norm(v*(w - u))", "w"): ("abs(v*(w - u))", "norm(v[i]*(w[i] - u[i]))"),
    ("norm(max(w, v) - u)", "w"): ("abs(max(w, v) - u)", "norm(max(w[i], v[i]) - u[i])"),
    ("norm(w*x - w)", "w"): ("abs(w*x - w)", "norm(w[i]*x[i] - w[i])"),
    ("norm(y - mu)", "mu"): ("abs(y - mu)", "norm(y[i] - mu[i])"),
}


def _places(report):
    """Return the kinds and, without their indices, the places of the findings."""
    ats = (f.at.replace("[i]", "").replace(" for every i", "") for f in report.findings)
    return {(f.kind, at) for f, at in zip(report.findings, ats, strict=True)}


@pytest.mark.parametrize(("text", "wrt"), MEANT)
def test_the_class_is_that_of_all_numbers_and_of_all_vectors(text, wrt):
    """Reading one name as a number and another beside it as a vector would hide where they are equal."""
    where = "lam > 0" if "lam" in text else ""
    got, numbers, vectors = (check(t, wrt, where) for t in (text, *MEANT[text, wrt]))
    assert got.smoothness == numbers.smoothness == vectors.smoothness
    assert got.verdict == numbers.verdict == vectors.verdict
    assert _places(got) in (_places(numbers), _places(vectors))


LETTERS = st.from_regex(r"[A-Za-z]([a-z]{0,4}|[0-9]{1,2})", fullmatch=True)


def _is_plain(word):
    """Whether a word is a name of the language, and of no setting."""
    try:
        return parse(word).op == NAME and not is_setting(word) and word not in NO_NUMBERS
    except InputError:
        return False


@given(a=LETTERS, b=LETTERS)
def test_what_two_vectors_are_called_does_not_matter(a, b):
    """norm(u - v) is one of two vectors, whatever letters stand for them."""
    assume(a != b and _is_plain(a) and _is_plain(b))
    problem = make_problem(f"norm({a} - {b})", [a])
    assert unparse(problem.tree) == f"norm({a}[0] - {b}[0], {a}[1] - {b}[1], {a}[2] - {b}[2])"
    assert problem.wrt == (f"{a}[0]", f"{a}[1]", f"{a}[2]")


PAIRS = ["u v", "w v", "v w", "w b", "y w", "x y", "y t", "theta x", "b y", "w0 w1", "n m", "bias f", "k l"]


@pytest.mark.parametrize("pair", PAIRS)
def test_the_class_of_a_distance_does_not_depend_on_letters(pair):
    """The distance of two vectors has its corner where they are equal, in either of them."""
    a, b = pair.split()
    found = check(f"norm({a} - {b})", a)
    assert str(found.smoothness) == "C0"
    assert _places(found) == {("corner", f"{a} = {b}")}


# Question -> the vectors that it has without an index, where single numbers are plainly meant.
KEPT = {
    "mean((y - w*x - b)**2)": "y x",
    "mean(abs(y - b))": "y",
    "mean(max(0, y - b))": "y",
    "mean((y - b)**2) + lam*b**2": "y",
    "mean(max(0, 1 - y*(w*x + b))) + lam*w**2": "y x",
    "mean((y - w*x)**2) + norm(w)": "y x",
    "norm(y - w*x)": "y x",
    "norm(y - w1*x - w0)": "y x",
    "sqrt(mean((y - w*x - b)**2))": "y x",
    "sqrt(mean((y - w*x - b)**2)) + lam*b**2": "y x",
    "norm(y - sigmoid(w*x + b))": "y x",
    "sqrt(mean((f - w2*tanh(w1*x + b1) - b2)**2))": "f x",
    "sqrt(mean(max(0, 1 - y*(w*x + b))**2))": "y x",
    "norm(max(abs(y - f) - delta, 0))": "y f",
    "norm(x - mu)": "x",
    "norm(y - tau*f) + tau": "y f",
    "norm(x - mean(v))": "x v",
    "norm(u/c) + c": "u",
    "max(0, norm(a - p) - norm(a - q) + m)": "a p q",
}

# The same where a number beside a vector would hide something.
SHAPED = {
    "norm(y - b)": "y b",
    "norm(w - w0 - eta*g)": "w w0 g",
    "norm(w - b*x)": "w x",
    "norm((v - b)*w*x)": "v b x",
    "norm(y - w/x)": "y w x",
    "norm(x - w) + x[0]": "x w",
    "norm(w*x - y) + norm(w - v)": "x y",
    "mean((y - w*x - b)**2) + norm(w - v)": "y x",
    "norm(x - y) + x + norm(y - z) + norm(u - v)": "u v",
    "norm(y - f) + mean(abs(y[i]))": "y f",
    "sum(abs(y[i] - w)) + norm(w - v)": "",
}


@pytest.mark.parametrize("text", [*KEPT, *SHAPED])
def test_which_names_are_vectors(text):
    """Factors, settings and biases of a model with a target are numbers beside vectors; other addends are not."""
    problem = make_problem(text)
    said = [n for n in problem.notes if n.startswith("without an index these are vectors")]
    found = said[0].partition(": ")[2].partition(";")[0] if said else ""
    assert found.replace("[i]", "").replace("[j]", "").split(", ") == ({**KEPT, **SHAPED}[text] or "").split(
        " "
    )


def test_the_notes_say_which_names_are_numbers_and_why():
    """The other reading is one index away."""
    (note,) = make_problem("norm(x - y) + x").notes
    assert note == "one number each, as x is elsewhere: x, y; write indices to say otherwise"
    assert "as w is elsewhere: w, v" in make_problem("norm(w*x - y) + norm(w - v)").notes[1]


def test_a_setting_is_a_number_unless_it_is_differentiated_in():
    """Between data alone mu is predicted, and has one value for each part as any prediction."""
    assert make_problem("norm(x - mu)").constants == ("mu",)
    assert make_problem("norm(x - mu)", ["mu"]).wrt == make_problem("norm(y - mu)").wrt
    assert make_problem("mean((y - mu)**2)/(2*sigma**2) + log(sigma)").wrt == ("mu", "sigma")


def test_what_can_be_neither_is_shown_with_the_cure():
    """A vector by its subscript and a number by its place are no sum part by part, until somebody says so."""
    with pytest.raises(InputError) as caught:
        make_problem("norm(x - y) + y + x[0]")
    assert (caught.value.span, "write `x[i]` here" in caught.value.help) == ((9, 10), True)
    assert make_problem("norm(x[i] - y) + y + x[0]", ["y"]).wrt == ("y",)


@pytest.mark.parametrize(
    ("text", "wrt"), [("norm(w - v)", "w"), ("norm(x - y) + x", "x"), ("norm(x - mu)", "mu")]
)
def test_the_checker_reads_the_same(text, wrt):
    """A report is verified against the text as it was read."""
    steps = verify(json.loads(json.dumps(to_object(check(text, wrt)))))
    assert all(step.status is not Status.FAILED for step in steps)
