"""Findings on the parts of vectors: which of them are said as one."""

import pytest

from diffcheck.check import check
from diffcheck.errors import SyntaxProblem
from diffcheck.question.indices import taken_apart
from diffcheck.verdict import C0, CINF

PLACES = {
    "mean(abs(y[i] - f[i]))": ["f[i] = y[i] for some i"],
    "abs(y[i] - f[i])": ["f[i] = y[i]"],
    "sqrt(sum((y[i] - f[i])**2))": ["f[i] = y[i] for every i"],
    "norm([x[i] - 1, u[i]])": ["u[i] = 0 and x[i] = 1 for every i"],
    "max(z[j])": ["z[i] = z[j] and z[j] > z[k] for some i, j, k"],
    "sum(abs(f[i] - f[j]))": ["f[i] = f[j] for some i, j"],
    "norm(x, ord=inf)": [
        "x[i] = -x[j] and x[j] + abs(x[k]) < 0 for some i, j, k",
        "x[i] = x[j] and x[j] + abs(x[k]) < 0 for some i, j, k",
        "x[i] = x[j] and x[j] > abs(x[k]) for some i, j, k",
    ],
    "sum(max(z[i, j], j))": ["z[i, j] = z[i, k] and z[i, k] > z[i, l] for some i, j, k, l"],
    "abs(sin(f[k]))": ["f[k] = pi*m for integer m"],
    "sum(abs(sin(f[i])))": ["f[i] = pi*k for integer k, for some i"],
}


@pytest.mark.parametrize("text", PLACES)
def test_findings_that_differ_by_indices_are_one(text):
    """Each place is said once, with letters and what they range over."""
    report = check(text, certify=False)
    assert sorted(f.at for f in report.findings) == PLACES[text]


@pytest.mark.parametrize("size", [4, 5])
def test_clauses_for_all_other_numbers_are_one(size):
    """Of the largest of n numbers every pair is one kind of place, above all the others."""
    (finding,) = check("max(z[j])", size=size, certify=False).findings
    assert finding.at == "z[i] = z[j] and z[j] > z[k] for every other k, for some i, j"
    assert len(finding.alike) == size * (size - 1) // 2


def test_with_many_kinds_of_points_every_pair_is_still_one_place():
    """Conditions of some points are left out, and those that are not probed belong to the others."""
    (finding,) = check("max(z[j])", size=7, certify=False).findings
    assert finding.at == "z[i] = z[j] for some i, j"
    assert len(finding.alike) == 21


@pytest.mark.parametrize(
    "text", ["sum(abs(x[i + 1] - x[i]))", "max([z[0], z[1]]) + 0*sum(z[i])", "abs(z[0])"]
)
def test_what_does_not_hold_for_all_choices_stays_apart(text):
    """Neighbours, and parts written with numbers, are named as they are."""
    report = check(text, certify=False)
    assert report.findings
    assert all("for some" not in f.at for f in report.findings)


def test_numbers_that_differ_are_left_out():
    """Slopes that are not the same up to the letters have no common text; the witness is one of the places."""
    report = check("sum(c[i]*abs(w[i]))*u[0] + 0*sum(u[i])", wrt="w", certify=False)
    (finding,) = report.findings
    assert finding.at == "w[i] = 0 for some i"
    assert finding.wrt == ("w[0]", "w[1]", "w[2]")
    assert finding.witness[finding.alike[0].wrt[0]] == "0"


def test_what_was_made_one_can_be_taken_apart():
    """Pictures mark every place: the findings are there as the analysis gave them."""
    report = check("max(z[j])", certify=False)
    assert len(report.findings) == 1
    apart = taken_apart(report).findings
    assert len(apart) == 3
    assert all(f.at in {g.at for g in report.findings[0].alike} for f in apart)


def test_numbers_that_may_be_equal_have_letters_of_their_own():
    """w[0] = x[0] and w[0] = x[1] are one place."""
    report = check("exp(sum(abs(w_i - x_j)))", size=2)
    assert [f.at for f in report.findings] == ["w[i] = x[j] for some i, j"]
    assert len(report.findings[0].alike) == 4


def test_letters_are_those_of_no_sum_around():
    """Of a lasso one sample i is shown, so that its weights are w[j]."""
    report = check("mean((y[i] - dot(w[j], x[i, j], j))**2) + lam*sum(abs(w[j]))", wrt="w", certify=False)
    assert [f.at for f in report.findings] == ["w[j] = 0 for some j"]


def test_a_condition_that_is_no_pattern_keeps_findings_apart():
    """At x[0, 0]*w[0] one 0 is the row and one the column: only what holds for every row is said of some i."""
    report = check("sum(abs(x[i, 0]*w[i] + x[i, 1])) + sum(abs(w[j] - w[j]*x[j, 0] - 1))", wrt="w", size=2)
    said = [f.condition for f in report.findings]
    assert said[:2] == ["x[0, 0] != 0", "x[1, 0] != 0"] or said[:1] == ["x[i, 0] != 0"]
    assert not any("[i, i]" in condition for condition in said)


def test_of_a_part_that_vanishes_on_many_branches_one_note_tells():
    """The root over a sum of relus is zero for special data on each of 2**3 - 1 branches."""
    report = check("sqrt(mean((y[i] - w*relu(v*x[i]))**2))", certify=False)
    said = [n for n in report.notes if "general position" in n]
    assert said == [
        "`sqrt(mean((y[i] - w*relu(v*x[i]))**2))` is zero only where y[i] = v*w*x[i] for every i, or where other "
        "branches are taken (6 more), which constants in general position rule out"
    ]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("relu(x[i] - max(x[i]))", "relu(x[k] - max(x[i]))"),
        ("x[i]/sum(abs(x[i]))", "x[k]/sum(abs(x[i]))"),
        ("sum(abs(x[i])) - abs(x[i])", "sum(abs(x[i])) - abs(x[k])"),
    ],
)
def test_an_index_that_is_free_and_bound_is_that_of_one_vector(text, same):
    """The x[i] beside max(x[i]) is one of its parts, whatever the letter under the maximum is."""
    answers = [check(t, "x", certify=False) for t in (text, same)]
    assert answers[0].smoothness == answers[1].smoothness
    assert answers[0].wrt == answers[1].wrt


@pytest.mark.parametrize("text", ["abs(p[k] - mean(p[i]))", "relu(p[k] - max(p[i]))"])
def test_a_constraint_that_orders_the_parts_asks_which_one_is_meant(text):
    """Of rising numbers the second of three may be their mean, the first may not: no symmetry answers for all."""
    with pytest.raises(SyntaxProblem, match="which `k`"):
        check(text, "p", "p[i] < p[i+1]", certify=False)


@pytest.mark.parametrize("text", ["abs(x[i, j] - w[j])", "relu(w[j] - x[i, j])"])
def test_a_constraint_without_indices_is_about_the_parts_that_there_are(text):
    """x > w is x[i, j] > w[j] where w has one index: |x - w| is smooth there."""
    assert check(f"sum({text})", "x,w", "x > w", certify=False).smoothness == CINF


def test_a_constraint_on_parts_of_other_shapes_is_refused():
    """x > u says nothing of x[i] and u[0, 0, 0]; it is not dropped."""
    with pytest.raises(SyntaxProblem, match="which parts of"):
        check("sum(abs(x[i] - w[i, j])) + u[0, 0, 0]", "x,w", "x > u", certify=False)


@pytest.mark.parametrize(("size", "level"), [(1, CINF), (2, C0), (3, C0)])
def test_a_constraint_on_pairs_that_stand_in_no_term_is_written_out(size, level):
    """p[i] > q[i] holds for the one pair of n = 1; for more, p[0] = q[1] is left."""
    report = check("sum(abs(p[i] - q[j]))", "p", "p[i] > q[i]", size=size, certify=False)
    assert report.smoothness == level
