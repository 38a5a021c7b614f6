"""One term for all: the answer for every number of samples is that for one, two and three of them."""

from dataclasses import replace

import pytest
from questions import SECONDS

from diffcheck.analyze import analyze
from diffcheck.check import check
from diffcheck.deadline import within
from diffcheck.question.separable import asked, settled
from diffcheck.question.variables import make_problem
from diffcheck.verdict import Verdict

# What is proved for every number of samples: text, constraints, class.
EVERY = {
    "mean(abs(y[i] - f[i]))": ("", "C0"),
    "mean((y - f)**2)": ("", "Cinf"),
    "1/(2*n)*sum((y_i - w*x_i - b)**2)": ("", "Cinf"),
    "sum(relu(1 - y[i]*f[i])**2)/n": ("", "C1"),
    "-mean(y*log(p) + (1 - y)*log(1 - p))": ("0 < p, p < 1", "Cinf"),
    "mean(abs(y[i] - w*x[i]))": ("", "C0"),
    "mean((y[i] - w*x[i])**2) + lam*abs(w)": ("lam > 0", "C0"),
    "mean(abs(y[i] - w*x[i])) + lam*w**2": ("", "C0"),
    "mean(max(q*(y[i] - w), (q - 1)*(y[i] - w)))": ("0 < q, q < 1", "C0"),
    "sum(where(y[i] > w, (y[i] - w)**2, 2*(y[i] - w)**2))": ("", "C1"),
    "mean(log(1 + exp(-y[i]*w*x[i])))": ("", "Cinf"),
    "sum(floor(f[i]))": ("", "discontinuous"),
    "sum(1/(w - x[i]))": ("", "singular"),
    "sum(abs(u[i] + w))": ("", "C0"),
    "sum(sqrt(abs(w - x[i])))": ("", "C0"),
    "norm(v, ord=1)": ("", "C0"),
    "sum(sum(abs(w_i - x_j)))": ("", "C0"),
    "mean(abs(A[i, j] - u[i]*v[j]))": ("", "C0"),
    "sum(relu(w[i] - x[j])**2)": ("", "C1"),
    "sum((A[i, j] - u[i]*v[j])**2)": ("", "Cinf"),
    "sum(relu(w[i] - x[j])) - sum(relu(x[j] - w[i]))": ("", "Cinf"),
    "sum(1/(w[i] + x[j]))": ("", "singular"),
    "2*sum(abs(f[i])) - sum(abs(f[i]))": ("", "C0"),
    "sum(abs(a[i] - c[i]) - abs(a[i] - c[i]))": ("", "Cinf"),
}

# Where one term proves nothing for the sum: a wall that all terms share, or a part that may undo it.
WRITTEN = {
    "sum(a[i]*relu(w))": "C0",
    "sum(abs(w[i])*a[j])": "C0",
    "sum(abs(w[i] - w[j]))": "C0",
    "sum(abs(w) + 0*x[i]) - 3*abs(w)": "Cinf",
    "sum(abs(w - x[i])) - abs(w)": "C0",
    "sum(abs(x[i + 1] - x[i]))": "C0",
    "sum(abs(f[i] - f[j]))": "C0",
    "sqrt(sum((y[i] - f[i])**2))": "C0",
    "sum((y[i] - mean(y[i]))**2)": "Cinf",
    "mean(abs(f[i])) - sum(abs(f[i]))/3": "Cinf",
}


def answer(problem):
    """Return verdict and class of a question as it stands."""
    with within(SECONDS):
        found = analyze(replace(problem, samples=None))
    return found.verdict, str(found.smoothness)


@pytest.mark.parametrize("text", EVERY)
def test_one_term_answers_for_every_number_of_samples(text):
    """The class of one term is stated by hand, and that of one, two and three terms written out is the same."""
    where, stated = EVERY[text]
    problem = make_problem(text, where=where)
    _, found = settled(problem, analyze)
    assert str(found.smoothness) == stated
    for size in (1, 2, 3):
        written = make_problem(text, where=where, size=size).samples.written
        assert written.size == size
        assert answer(written) == (found.verdict, stated)


@pytest.mark.parametrize("text", EVERY)
def test_the_report_says_that_it_holds_for_every_number(text):
    """The note names the one term that is shown, and nothing was written out."""
    report = check(text, where=EVERY[text][0], certify=False)
    assert report.size is None
    assert any(note.startswith("proved for every number of samples") for note in report.notes)


@pytest.mark.parametrize("text", WRITTEN)
def test_what_one_term_does_not_answer_is_written_out(text):
    """Shared walls may cancel, and parts that are coupled are no sum: the answer is for three, and says so."""
    problem = make_problem(text, wrt=["w"] if "w" in text else None)
    shown, found = settled(problem, analyze)
    assert (shown.size, str(found.smoothness)) == (3, WRITTEN[text])
    assert "n = 3" in shown.notes[-1]


def test_what_cancels_for_one_size_alone_is_not_claimed_for_all():
    """Three corners at one place against one: nothing is left for n = 3, much for n = 4."""
    text = "sum(abs(w) + 0*x[i]) - 3*abs(w)"
    assert [str(check(text, wrt="w", size=n).smoothness) for n in (3, 4)] == ["Cinf", "C0"]


def test_a_data_free_wall_needs_the_rest_to_be_smooth():
    """lam*abs(w) keeps its corner beside smooth terms; beside terms with corners of their own it is written out."""
    assert make_problem("mean((y[i] - w)**2) + abs(w)").samples is not None
    problem, _ = settled(make_problem("sum(abs(w - x[i])) + abs(w)"), analyze)
    assert problem.size == 3


def test_constants_of_every_term_make_cases_of_every_term():
    """Terms with constants of their own differ in class; the sum has the worst, and the note says so."""
    report = check("sum(abs(f[i])**p[i])", wrt="f", where="p > 0", certify=False)
    assert report.verdict is Verdict.CONDITIONAL
    assert any("worst term" in note for note in report.notes)


def test_a_constraint_between_samples_and_parameters_is_no_proof():
    """Where each sample cuts off a part of the parameters, the others may hide what one term shows."""
    problem, _ = settled(make_problem("sum(abs(w - z[i]))", where="w > x[i]"), analyze)
    assert problem.size is None or problem.size == 3
    narrowed, _ = settled(make_problem("sum(abs(w - x[i]))", where="w > x[i]"), analyze)
    assert narrowed.size == 3


@pytest.mark.parametrize("text", ["mean(abs(y[i] - f[i]))", "sum(a[i]*relu(w))"])
def test_the_question_of_a_report_is_found_again(text):
    """Pictures and code need the question that was answered: about one term, or about all."""
    report = check(text, certify=False)
    assert asked(make_problem(text), report).wrt == report.wrt


# Sums of different kinds -> class, and the term that decides it for every size; "" where nothing is proved of others.
BESIDE = {
    "1/(2*n)*sum((y_i - dot(w[j], x[i,j], j))**2) + lam*sum(abs(w_j))": ("C0", "lam*abs(w[j])"),
    "logsumexp(z[j]) + sum(relu(z[j])**2)": ("C1", "relu(z[j])**2"),
    "logsumexp(z[j]) + norm(z[j])": ("C0", ""),
    "softmax(z[j])[0]/2 - sum(abs(z[j]))": ("C0", "-abs(z[j])"),
    "logsumexp(abs(z[j]))": ("C0", ""),
}


@pytest.mark.parametrize("text", BESIDE)
def test_what_is_analytic_for_every_size_decides_nothing(text):
    """The other terms decide the class, if one of them answers for all."""
    report = check(text)
    grade, term = BESIDE[text]
    assert str(report.smoothness) == grade
    said = [note for note in report.notes if "proved for every size" in note]
    assert [f"the terms `{term}` is analytic" in note for note in said] == [True] * bool(term)
    assert report.size == 3


@pytest.mark.parametrize(
    "text",
    [
        "1/2*sum(w[j]**2) + C*sum(max(0, 1 - y[i]*dot(w[j], x[i, j], j)))",
        "dot(w, w) + mean(abs(y[i] - dot(w[j], x[i, j], j)))",
        "mean((y[i] - dot(w[j], x[i, j], j))**2) + lam*sum(abs(w[j]))",
    ],
)
def test_a_penalty_over_other_indices_stands_beside_the_term_of_a_sample(text):
    """Primal support vector machines are asked about one sample, and have the class of two written out."""
    problem, found = settled(make_problem(text, wrt=["w"], size=2), analyze)
    assert problem.samples is not None
    assert problem.samples.over == ("i",)
    assert any("for one i" in note for note in problem.notes)
    assert (found.verdict, str(found.smoothness)) == (Verdict.NOT_DIFFERENTIABLE, "C0")
    assert answer(problem.samples.written) == (Verdict.NOT_DIFFERENTIABLE, "C0")


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("(sum(w*x_i) + abs(w))/n - abs(w)", "w"),
        ("(sum(w*x_i) + abs(w)*u)/n - u*abs(w)", "w,u"),
        ("mean(abs(w)*x_i)/n - (sum(abs(w)*x_i) + u)/n", "w"),
        ("abs(w) - (abs(w) + sum((w - x_i)**2))/n", "w"),
    ],
)
def test_what_is_divided_by_the_count_cancels_for_one_term_alone(text, wrt):
    """abs(w)/n - abs(w) is 0 for n = 1, and has a corner for every other n."""
    report = check(text, wrt)
    assert report.verdict is Verdict.NOT_DIFFERENTIABLE
    assert str(report.smoothness) == "C0"


@pytest.mark.parametrize("bound", ["d_j", "d_j + 0", "min(d_j, 5)"])
def test_a_constraint_between_samples_is_none_on_one_of_them(bound):
    """x_i < d_j for all i and j says x_i < d_i and more: abs(x_i - d_i) is d_i - x_i in all terms."""
    report = check("sum(abs(x_i - d_i))", "x", f"x_i < {bound}")
    assert report.verdict is not Verdict.NOT_DIFFERENTIABLE
    assert not any("every number" in note for note in report.notes)


@pytest.mark.parametrize(
    "text",
    [
        "sum(where(z_i > 0, 1, -1)*abs(w - relu(x_i)))",
        "sum(where(x_i > 0, abs(w - x_i), where(x_i > -1, 1, -1)*abs(w)))",
        "sum(where(x_i > 0, relu(w - x_i)**2, where(x_i > -1, 1, -1)*relu(w)**2))",
    ],
)
def test_a_place_that_some_data_have_is_no_proof_for_all(text):
    """Where no term has the place that moves, the others may stand at one point, and cancel."""
    report = check(text, "w")
    assert not any("every number" in note for note in report.notes)


def test_a_part_of_a_vector_is_one_in_constraints_too():
    """x_0 is x[0], there as in the text."""
    for first in ("x_0", "x[0]"):
        assert str(check("max(x_i)", "x", f"{first} > x_1, {first} > x_2").smoothness) == "Cinf"
