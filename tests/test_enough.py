"""One point of a wall is enough where nothing can be worse: the answer is that of all kinds of points."""

import pytest
import sympy as sp
from questions import ask, is_on_locus

from diffcheck import check
from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import symbol
from diffcheck.analyze import analyze
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.report.json import to_object
from diffcheck.verdict import C0, Kind, Smoothness, Verdict
from diffcheck.verify import Status, verify
from diffcheck.walls import enough
from diffcheck.walls.enough import piece_at

# Continuous functions of several branches; class, and the variables in which it is that of a corner.
CONTINUOUS = {
    "abs(abs(x) - abs(y))": 0,
    "relu(relu(x) - relu(y)) + abs(z)": 0,
    "max(x, y, z)**2 + abs(x)*relu(y)": 0,
    "relu(x)**2 + relu(y)**2 + relu(z)**2": 1,
    "relu(x)**2 + abs(y)**3 + relu(abs(z))": 0,
    "abs(relu(x) - relu(y))**3": 0,
    "x*abs(x) + y*abs(y)": 1,
    "where(x > 0, abs(y), abs(y) + x**3)": 0,
    "c*abs(x) + relu(y)**2": 0,
}


@pytest.mark.parametrize("text", CONTINUOUS)
def test_the_class_is_that_of_all_kinds_of_points(text, monkeypatch):
    """With one point for each wall the verdict, the class and the class in each variable are the same."""
    problem = make_problem(text, [n for n in "xyz" if n in text])
    answers = []
    for few in (99, 0):
        monkeypatch.setattr(enough, "FEW", few)
        answers.append(analyze(problem))
    every, some = answers
    assert (every.verdict, every.smoothness) == (some.verdict, some.smoothness)
    assert some.smoothness == Smoothness(CONTINUOUS[text])
    assert some.alone in (every.alone, {})


@pytest.mark.parametrize("text", ["floor(x) + abs(y)", "where(x > 0, 1, abs(y))", "1/(abs(x) - abs(y))"])
def test_what_may_be_worse_than_a_corner_is_looked_at_everywhere(text, monkeypatch):
    """Without a proof of continuity no wall is left at its first corner."""
    monkeypatch.setattr(enough, "FEW", 0)
    found = analyze(make_problem(text))
    assert found.smoothness < Smoothness(0)


# Layers of a network -> how many pre-activations there are.
NETWORKS = {"8": 8, "3, 2": 5, "2, 2": 4}


@pytest.mark.parametrize("loss", ["(y - F(x))**2", "abs(y - F(x))"])
@pytest.mark.parametrize("layers", NETWORKS)
def test_every_wall_of_a_network_is_named(layers, loss):
    """One finding for each unit, merged over an index where they are alike, and one for the loss if it has a corner."""
    problem = make_problem(loss, let={"F(x)": f"mlp(x, {layers}, relu)"})
    found = analyze(problem)
    assert found.smoothness == Smoothness(0)
    assert len(found.findings) == NETWORKS[layers] + loss.startswith("abs")
    own = {v for f in found.findings for v in f.wrt if v[0] in "Wb"}
    last = {v for v in problem.wrt if v.startswith(("W2", "b2") if layers == "8" else ("W3", "b3"))}
    assert {*problem.wrt} - last <= own
    assert {v for v, level in found.alone.items() if level == Smoothness(0)} >= {*problem.wrt} - last


def test_pieces_without_a_name_as_written_are_all_looked_at():
    """The last comparison of a nested maximum has a wall for every pair; the text has no name for all of them."""
    found = analyze(make_problem("max(a, b, c, d, e, f, g)", list("abcdefg")))
    assert len(found.findings) == 21


def test_the_certificate_of_a_network_says_what_was_left_out():
    """No step fails, and each comparison that was left at its first corner is an open one."""
    report = check("(y - F(x))**2", let={"F(x)": "mlp(x, 3, 2, relu)"})
    seen = verify(to_object(report))
    assert Status.FAILED not in {step.status for step in seen}
    assert sum(gap.discharge == "open" for gap in report.certificate.gaps) == 5


def test_the_piece_at_a_point_is_that_of_the_branches_taken_there():
    """Where a condition is met with equality there is none."""
    tree = lower(parse("relu(x - relu(y)) + abs(x)"))
    x, y = symbol("x"), symbol("y")
    assert piece_at(tree, {x: sp.Integer(3), y: sp.Integer(1)}, {}) == 2 * x - y
    assert piece_at(tree, {x: sp.Integer(-3), y: sp.Integer(1)}, {}) == -x
    assert piece_at(tree, {x: sp.Integer(1), y: sp.Integer(1)}, {}) is None


CURVES = [
    ("abs(x**3 + y**3 - 3*x*y)", "x**3 + y**3 - 3*x*y = 0"),
    ("abs(x**4 + y**4 - x*y)", "x**4 + y**4 - x*y = 0"),
    ("abs(x*exp(y) + y*exp(x))", "x*exp(y) + y*exp(x) = 0"),
    ("max(x*exp(y), y*exp(x))", "x*exp(y) = y*exp(x)"),
    ("exp(relu(sin(x*y) + x - y**2*x - y**5 - 1))", "sin(x*y) + x - y**2*x - y**5 - 1 = 0"),
    ("min(x**5 + x*y*z + y**5, z**5 + 1)", "x**5 + x*y*z + y**5 = z**5 + 1"),
]


@pytest.mark.parametrize(("text", "place"), CURVES, ids=[t for t, _ in CURVES])
def test_one_point_of_a_curve_without_a_formula_is_enough(text, place):
    """A corner on a line is one of the function; continuous by construction, nothing else can be worse."""
    found = ask(text, "x,y,z" if "z" in text else "x,y")
    assert (found.verdict, found.smoothness) == (Verdict.NOT_DIFFERENTIABLE, C0)
    assert [(f.kind, f.at) for f in found.findings] == [(Kind.CORNER, place)]
    assert is_on_locus(found.findings[0])


@pytest.mark.parametrize(
    "text",
    [
        "relu(x**3 + y**3 - 3*x*y)**2",
        "abs(x*exp(y) + y*exp(x))**3",
        "max(abs(x*exp(y) + y*exp(2*x) - 1), x, 5)",
    ],
)
def test_a_curve_without_a_formula_is_open_where_a_point_decides_nothing(text):
    """A break at one point may be worse at another, and another branch may hide it: the equation is no place."""
    found = ask(text, "x,y")
    assert all("= 0" not in f.at for f in found.findings)
    assert found.smoothness in (None, C0)
