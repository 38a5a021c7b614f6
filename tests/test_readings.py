"""How losses over samples are read: which names are vectors, what is one term, which constraints hold for all."""

import pytest

from diffcheck.errors import BadOption, InputError, SyntaxProblem
from diffcheck.language.unparse import unparse
from diffcheck.question.variables import make_problem


def terms(text, **options):
    """Return one term and the rest of a sum as text."""
    samples = make_problem(text, **options).samples
    return unparse(samples.term), None if samples.rest is None else unparse(samples.rest), samples.reduction


# Text -> one term, what stands beside the sum, what makes the whole of it.
SUMS = {
    "mean(abs(y[i] - f[i]))": ("abs(y[i] - f[i])", None, "mean"),
    "mean(abs(y - f))": ("abs(y[i] - f[i])", None, "mean"),
    "1/n*sum(abs(y_i - f_i))": ("abs(y[i] - f[i])", None, "mean"),
    "sum((y[i] - f[i])**2)/(2*n)": ("(y[i] - f[i])**2/2", None, "mean"),
    "-mean(y[i]*log(p[i]))/3": ("-(y[i]*log(p[i]))/3", None, "mean"),
    "sum(abs(f[i])) - sum(f[i]**2)": ("abs(f[i]) - f[i]**2", None, "sum"),
    "mean((y - w*x)**2) + lam*abs(w)": ("(y[i] - w*x[i])**2", "lam*abs(w)", "mean"),
    "lam*w**2 - sum(dot(u, v))": ("-(u[i]*v[i])", "lam*w**2", ""),
    "mean(mean(abs(A[i, j]), j), i)": ("abs(A[i, j])", None, "mean"),
    "mean(sum(abs(A[i, j]), j), i)": ("abs(A[i, 0]) + abs(A[i, 1]) + abs(A[i, 2])", None, "mean"),
    "mean(logsumexp(z[i, j], j) - z[i, 0])": ("logsumexp(z[i, 0], z[i, 1], z[i, 2]) - z[i, 0]", None, "mean"),
    "norm(v, ord=1)": ("abs(v[i])", None, "sum"),
}


@pytest.mark.parametrize("text", SUMS)
def test_a_sum_is_taken_apart(text):
    """Factors go into the term, the number of terms makes a mean of a sum, and what has no index is the rest."""
    assert terms(text) == SUMS[text]


@pytest.mark.parametrize(
    "text",
    [
        "max(z[j])",
        "sqrt(sum(x[i]**2))",
        "sum(x[i])*sum(y[i])",
        "sum(x[i]) - mean(x[i])",
        "sum(1/(n - 1)*x[i])",
    ],
)
def test_what_couples_the_parts_has_no_single_term(text):
    """Products of sums, functions of sums, and sums of different weight are asked with all parts written out."""
    problem = make_problem(text)
    assert (problem.samples, problem.size) == (None, 3)


GUESSED = {
    "mean(abs(y[i] - f[i]))": ("f[i]",),
    "mean((y[i] - w*x[i] - b)**2)": ("w", "b"),
    "max(z[j])": ("z[0]", "z[1]", "z[2]"),
    "norm([a, b])": ("a", "b"),
    "sum(delta[i]*abs(f[i]))": ("f[i]",),
    "abs(y[0] - f[0])": ("f[0]",),
}


@pytest.mark.parametrize("text", GUESSED)
def test_conventions_apply_to_the_vector(text):
    """`y[i]` is data as y is, `f[i]` is predicted, and x[i] is the input of a model that has parameters."""
    assert make_problem(text).wrt == GUESSED[text]


@pytest.mark.parametrize("name", ["f", "f[i]", "f_i", "f[k]"])
def test_a_vector_is_differentiated_in_all_its_parts(name):
    """`--wrt f` means every f[i], however the index is called."""
    assert make_problem("sqrt(sum((y_i - f_i)**2))", [name]).wrt == ("f[0]", "f[1]", "f[2]")


def test_one_part_can_be_singled_out():
    """`--wrt "f[1]"` keeps the other parts constant; then no single term stands for all."""
    problem = make_problem("sum(abs(y[i] - f[i]))", ["f[1]"])
    assert problem.wrt == ("f[1]",)
    assert "f[0]" in problem.constants
    with pytest.raises(BadOption, match="does not occur"):
        make_problem("sum(abs(y[i] - f[i]))", ["f[3]"])


@pytest.mark.parametrize("where", ["p > 0", "p[i] > 0", "p_i > 0", "p[k] > 0"])
def test_a_constraint_holds_for_every_part(where):
    """With any index or none, a constraint on a vector is one on each of its parts."""
    found = make_problem("logsumexp(p[i])", where=where).where
    assert [unparse(c) for c in found] == ["p[0] > 0", "p[1] > 0", "p[2] > 0"]


def test_constraints_tie_the_parts_of_one_index():
    """`p < q` holds part by part, `p[i] < p[i+1]` between neighbours."""
    assert [unparse(c) for c in make_problem("max(p[i] - q[i])", where="p < q", size=2).where] == [
        "p[0] < q[0]",
        "p[1] < q[1]",
    ]
    assert [unparse(c) for c in make_problem("max(p[i])", where="p[i] < p[i+1]").where] == [
        "p[0] < p[1]",
        "p[1] < p[2]",
    ]


def test_an_index_that_nothing_reduces_stands_for_any():
    """Without a sum there is one term for each index, and the note says so."""
    problem = make_problem("abs(y[i] - f[i])")
    assert (problem.wrt, problem.size, problem.samples) == (("f[i]",), None, None)
    assert "nothing is summed over i" in problem.notes[0]


def test_beside_other_parts_an_index_is_a_number():
    """softmax(z[j])[k] is one of the parts: the first, which by symmetry answers for all."""
    problem = make_problem("-log(softmax(z[j])[k])")
    assert problem.wrt == ("z[0]", "z[1]", "z[2]")
    assert "symmetry" in problem.notes[0]
    with pytest.raises(InputError, match="which `k` is meant"):
        make_problem("softmax(z[j])[k] - z[1]")


def test_a_vector_can_be_defined():
    """A definition may be a list, and its parts are taken out of it."""
    problem = make_problem("sum((y[i] - t)**2) + y[0]", let={"y": "[a, 2*b]"})
    assert unparse(problem.tree) == "(a - t)**2 + (2*b - t)**2 + a"


def test_the_notes_tell_vectors_from_numbers():
    """Names without an index are vectors where something is reduced; parameters beside data are not."""
    (note,) = make_problem("mean((y - w*x - b)**2)").notes
    assert "y[i], x[i]" in note
    assert "b, w" in note
    assert "order 1" in make_problem("norm(x, 1)").notes[0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("abs(n) + logsumexp(z)", {"n"}),
        ("abs(w)*(n - 3) + norm(v)", {"n"}),
        ("sum(abs(n - x_i))", {"n"}),
        ("sum((y_i - f_i)**2)/n + n", {"n"}),
        ("1/n*sum((y_i - f_i)**2)", set()),
        ("sqrt(sum((y_i - f_i)**2)/(2*n - 1))", set()),
    ],
)
def test_the_number_of_terms_is_a_divisor_and_nothing_else(text, names):
    """n beside a sum is the number of its terms where all it does is divide; else it is a name like others."""
    problem = make_problem(text)
    assert {n for n in (*problem.wrt, *problem.constants) if n in {"n", "N"}} == names
    asked = make_problem("sqrt(sum((y_i - f_i)**2)/n)", ["n"])
    assert asked.wrt == ("n",)


@pytest.mark.parametrize(
    "text", ["sum(x_i**2/i)", "sum(i*abs(w - x_i))", "mean(x[i, j] + j)", "prod(x[i] - i)"]
)
def test_an_index_is_no_number(text):
    """An index says which part is meant; where it stands for a number there is no answer, but the place."""
    with pytest.raises(SyntaxProblem, match="is an index here") as error:
        make_problem(text)
    start, stop = error.value.span
    assert text[start:stop] in {"i", "j"}


# Reduction of a list -> the same with the parts of the list as arguments.
LISTS = {
    "sum(norm([x[i], u[i]]))": "sum(hypot(x[i], u[i]))",
    "mean(norm([x[i], u[i]], 1))": "mean(abs(x[i]) + abs(u[i]))",
    "mean(norm([f[i] - y[i], g[i] - z[i]]))": "mean(hypot(f[i] - y[i], g[i] - z[i]))",
    "sum(max([0, 1 - y[i]*f[i]]))": "sum(max(0, 1 - y[i]*f[i]))",
    "sum(softmax([x[i], 0])[0])": "sum(exp(x[i])/(exp(x[i]) + exp(0)))",
    "sum(dot([x[i], 1], [w, b])**2)": "sum((x[i]*w + 1*b)**2)",
    "max(norm([x[j], u[j]]))": "max(hypot(x[0], u[0]), hypot(x[1], u[1]), hypot(x[2], u[2]))",
    "sum(norm([x[i] - a, u[i] - b]))": "sum(hypot(x[i] - a, u[i] - b))",
    "sum(norm([x[i, j], u[i, j]]), i)": "sum(norm(x[i, 0], u[i, 0], x[i, 1], u[i, 1], x[i, 2], u[i, 2]))",
    "norm([x[i], u[i]])": "norm(x[0], u[0], x[1], u[1], x[2], u[2])",
    "sum(norm([x[i], u[i]], i))": "norm(x[0], u[0], x[1], u[1], x[2], u[2])",
}


@pytest.mark.parametrize("text", LISTS)
def test_a_list_is_one_vector_for_each_value_of_an_index_that_something_around_it_runs_over(text):
    """Where nothing does, or the index is named, the reduction of the list runs over both."""
    got, meant = (make_problem(t) for t in (text, LISTS[text]))
    got, meant = (p.samples.written if p.samples else p for p in (got, meant))
    assert _plain(got) == _plain(meant)


def _plain(problem):
    return unparse(problem.tree).replace("hypot(", "norm(")


def test_what_a_list_without_a_reduction_around_it_runs_over_is_said():
    """The other reading is one word away: a sum or a mean around it."""
    assert "runs over i and the parts of its list" in make_problem("norm([x[i], u[i]])").notes[0]
    assert not make_problem("sum(norm([x[i], u[i]]))").notes


def test_an_index_that_another_reduction_has_taken_is_not_compared():
    """The norm runs over i and j, so that the sum around it has neither."""
    with pytest.raises(SyntaxProblem, match="nothing runs over this index"):
        make_problem("sum(where(i < j, norm(x[i] - x[j]), 0))")
    assert make_problem("sum(x[i]) + where(n > 2, 1, 0)").wrt
