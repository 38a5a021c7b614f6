"""Vectors written out: the numbers they stand for, and what does not fit together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcheck.check import check
from diffcheck.errors import InputError
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse
from diffcheck.language.reductions import REDUCTIONS, base_of, indices_of
from diffcheck.language.tree import NAME
from diffcheck.language.unparse import unparse
from diffcheck.language.vectors import Expander, opened


def logsumexp(u, axis=None, keepdims=False):
    """Return log(sum(exp(u)))."""
    return np.log(np.sum(np.exp(u), axis=axis, keepdims=keepdims))


def log_softmax(u, axis=None):
    """Return u - logsumexp(u) along an axis."""
    return u - logsumexp(u, axis, keepdims=True)


def softmax(u):
    """Return exp(u)/sum(exp(u))."""
    return np.exp(log_softmax(np.asarray(u)))


# Text -> the same in NumPy, for vectors y, f, z, u, v of n parts, a matrix A of n times n, and numbers w, b.
MEANINGS = {
    "sum(abs(y[i] - f[i]))": lambda a: np.sum(np.abs(a.y - a.f)),
    "mean((y[i] - w*u[i] - b)**2)": lambda a: np.mean((a.y - a.w * a.u - a.b) ** 2),
    "sum((y[i] - mean(y[i]))**2)": lambda a: np.sum((a.y - a.y.mean()) ** 2),
    "sum((y[i] - mean(y[j]))**2)": lambda a: np.sum((a.y - a.y.mean()) ** 2),
    "sum(sum(A[i, j]*u[j], j)**2, i)": lambda a: np.sum((a.A @ a.u) ** 2),
    "sum(A[i, j]*u[i]*v[j])": lambda a: a.u @ a.A @ a.v,
    "sum(sum(A[i][j]))": lambda a: a.A.sum(),
    "max(sum(abs(A[i, j]), j), i)": lambda a: np.abs(a.A).sum(axis=1).max(),
    "mean(norm(A[i, j], j))": lambda a: np.linalg.norm(a.A, axis=1).mean(),
    "norm(A[i, j])": lambda a: np.linalg.norm(a.A),
    "mean((y[i] - dot(u[j], A[i, j]))**2)": lambda a: np.mean((a.y - a.A @ a.u) ** 2),
    "prod(1 + u[i]**2)": lambda a: np.prod(1 + a.u**2),
    "u[0] + sum(where(i < j, abs(y[i] - y[j]), 0))": lambda a: (
        a.u[0] + np.sum(np.triu(np.abs(a.y[:, None] - a.y[None]), 1))
    ),
    "sum((A[i, j] - where(i == j, 1, 0))**2)": lambda a: np.sum((a.A - np.eye(len(a.A))) ** 2),
    "u[0] + sum(where(not i == j, A[i, j], 0))": lambda a: a.u[0] + a.A.sum() - np.trace(a.A),
    "v[0] + sum(where(i >= j + 1 and u[i] > 0, A[i, j], 0))": lambda a: (
        a.v[0] + np.sum(np.tril(a.A, -1)[a.u > 0])
    ),
    "sum(where(i == 0 or u[i] > 0, v[i], 0))": lambda a: a.v[0] + np.sum(a.v[1:][a.u[1:] > 0]),
    "max(z[j])": lambda a: a.z.max(),
    "min(z[j], j)": lambda a: a.z.min(),
    "np.amax(z) - np.amin(z)": lambda a: a.z.max() - a.z.min(),
    "norm(v)": lambda a: np.linalg.norm(a.v),
    "norm(v[j], 1)": lambda a: np.linalg.norm(a.v, 1),
    "norm(v[j], 2)": lambda a: np.linalg.norm(a.v),
    "norm(v, ord=3)": lambda a: np.linalg.norm(a.v, 3),
    "np.linalg.norm(v, 1)": lambda a: np.linalg.norm(a.v, 1),
    "norm(v, ord=inf)": lambda a: np.linalg.norm(a.v, np.inf),
    "norm(u - v)": lambda a: np.linalg.norm(a.u - a.v),
    "dot(u, v)/(norm(u)*norm(v))": lambda a: a.u @ a.v / np.linalg.norm(a.u) / np.linalg.norm(a.v),
    "logsumexp(z) - z[0]": lambda a: logsumexp(a.z) - a.z[0],
    "softmax(z[j])[0]": lambda a: softmax(a.z)[0],
    "-log_softmax(z[j])[0]": lambda a: -log_softmax(a.z)[0],
    "-sum(y*log_softmax(z))": lambda a: -np.sum(a.y * log_softmax(a.z)),
    "mean(-log(softmax(A[i, j], j)[0]), i)": lambda a: -np.mean(log_softmax(a.A, axis=1)[:, 0]),
    "sum(y_i*f_i)/sum(y_i**2 + f_i**2)": lambda a: np.sum(a.y * a.f) / np.sum(a.y**2 + a.f**2),
    "1 - (2*sum(u*v) + 1)/(sum(u**2) + sum(v**2) + 1)": lambda a: (
        1 - (2 * a.u @ a.v + 1) / (a.u @ a.u + a.v @ a.v + 1)
    ),
    "sum(where(y[i] > f[i], 1, w))": lambda a: np.sum(np.where(a.y > a.f, 1, a.w)),
    "sum(y > f)": lambda a: np.sum(a.y > a.f),
    "sum([w, b] * 2 + [b, b])": lambda a: 2 * a.w + 4 * a.b,
    "dot([w, b], [1, 2])": lambda a: a.w + 2 * a.b,
    "[w, b][1] - [[w, 0], [b, 1]][1][0]": lambda a: 0.0,
    "softmax([w, b])[1]": lambda a: softmax([a.w, a.b])[1],
    "sum([w, b][i]**2)": lambda a: a.w**2 + a.b**2,
    "max(clip([w, b], 0, 1))": lambda a: max(np.clip([a.w, a.b], 0, 1)),
}


class Numbers:
    """Random vectors, a matrix and numbers, by name."""

    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        for name in "yfzuv":
            setattr(self, name, rng.normal(size=n))
        self.A = rng.normal(size=(n, n))
        self.w, self.b = rng.normal(size=2)

    def at(self, name):
        """Return the value of a name of the language."""
        whole = getattr(self, base_of(name))
        return whole[tuple(int(i) for i in indices_of(name))] if indices_of(name) else whole


def written_out(text, size):
    """Return the tree of a text without vectors."""
    expander = Expander(opened(parse(text)), text, size)
    return expander.number(expander.tree, {})


def value(text, numbers, size):
    """Return the value of the expression written out."""
    tree = written_out(text, size)
    return values(tree, {n: np.array([numbers.at(n)]) for n in tree.names()})[0]


@pytest.mark.parametrize("text", MEANINGS)
@given(n=st.integers(1, 5), seed=st.integers(0, 2**32))
def test_what_is_written_out_is_what_numpy_computes(text, n, seed):
    """Every way to write a reduction means what the array library means by it, for every size."""
    numbers = Numbers(n, seed)
    assert value(text, numbers, n) == pytest.approx(MEANINGS[text](numbers), rel=1e-9, abs=1e-9)


TERMS = st.recursive(
    st.sampled_from([("y[i]", lambda a: a.y), ("f[i]", lambda a: a.f), ("w", lambda a: a.w + 0 * a.y)]),
    lambda inner: st.one_of(
        st.tuples(inner, inner, st.sampled_from("+-*")).map(
            lambda t: (f"({t[0][0]} {t[2]} {t[1][0]})", _binary(t[2], t[0][1], t[1][1]))
        ),
        inner.map(lambda t: (f"abs({t[0]})", lambda a: np.abs(t[1](a)))),
        st.tuples(inner, inner).map(
            lambda t: (f"max({t[0][0]}, {t[1][0]})", lambda a: np.maximum(t[0][1](a), t[1][1](a)))
        ),
    ),
    max_leaves=6,
)
TOTALS = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
    "logsumexp": logsumexp,
}


def _binary(sign, left, right):
    operation = {"+": np.add, "-": np.subtract, "*": np.multiply}[sign]
    return lambda a: operation(left(a), right(a))


@given(term=TERMS, total=st.sampled_from(sorted(TOTALS)), n=st.integers(1, 4), seed=st.integers(0, 2**32))
def test_any_term_is_reduced_as_by_numpy(term, total, n, seed):
    """A reduction of a random term over its index equals the array library's, on random numbers."""
    text, meaning = f"{total}({term[0]} + 0*y[i])", term[1]
    numbers = Numbers(n, seed)
    assert value(text, numbers, n) == pytest.approx(TOTALS[total](meaning(numbers)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("text", MEANINGS)
def test_what_is_written_out_reads_back(text):
    """Names with subscripts are printed and parsed as the same names, so every later text reads back."""
    tree = written_out(text, 3)
    assert parse(unparse(tree)) == tree


def test_subscripts_of_a_name_are_one_name():
    """`p[i][k]` and `p[i, k]` are one leaf of the tree, with the columns of all of it."""
    tree = parse("1 + p[i][0]")
    assert (tree.args[1].op, tree.args[1].leaf, tree.args[1].span) == (NAME, "p[i, 0]", (4, 11))
    assert parse("p[i, 0]").leaf == parse("p[ i ,0]").leaf


def test_an_index_shifted_down_starts_later():
    """`x[i - 1]` needs a part before x[i], so i starts at 1."""
    assert unparse(written_out("sum(x[i - 1]*x[i])", 2)) == "x[0]*x[1] + x[1]*x[2]"


def test_a_number_beside_an_index_makes_room():
    """`z[4]` says that z has five parts at least, if no size says otherwise."""
    assert len(written_out("logsumexp(z[j]) - z[4]", None).names()) == 5


ERRORS = [
    ("[a, b]", (0, 6), "or mean"),
    ("abs([a, b])", (0, 11), "or mean"),
    ("sum([a, b] + [c, d, e])", (4, 22), "same length"),
    ("dot([a, b], [c, d, e])", (0, 22), "same length"),
    ("[[a, b], [c]][0]", (0, 13), "same length"),
    ("[a, b][2]", (7, 8), "counted from 0"),
    ("softmax(z[j])[3]", (14, 15), "counted from 0"),
    ("[a, b][i]", (7, 8), "reduce over it"),
    ("(a + b)[0]", (0, 10), "leave the subscript out"),
    ("sum(x[i, j], k)", (13, 14), "i, j"),
    ("dot(a[i], b[j])", (0, 15), "dot(a[i], b[i])"),
    ("sum([a, b][i]*[c, d, e][i])", (14, 26), "one length"),
    ("norm(v[j], ord=0)", (15, 16), "norm(v[j], 1)"),
    ("softmax([[a, b], [c, d]])[0]", (0, 25), "softmax([a, b, c])"),
    ("sum(x[i, j, k, l])", (0, 18), "--size"),
]


@pytest.mark.parametrize(("text", "span", "hint"), ERRORS, ids=[e[0] for e in ERRORS])
def test_what_does_not_fit_is_shown_with_the_cure(text, span, hint):
    """Vectors that do not fit, and what stays a vector, are pointed at."""
    with pytest.raises(InputError) as caught:
        written_out(text, 3)
    assert caught.value.span == span
    assert hint in f"{caught.value.message} {caught.value.help}"


def test_the_parts_of_softmax_are_summed_without_indices():
    """The entropy of a softmax is offered as it is read."""
    with pytest.raises(InputError) as caught:
        check("-sum(y[i]*log(softmax(z)[i]))")
    assert caught.value.span == (25, 26)
    assert "`sum(y*log(softmax(z)))`" in caught.value.help
    assert str(check("-sum(y*log(softmax(z)))", certify=False).smoothness) == "Cinf"


def test_a_size_that_is_too_small_is_refused():
    """Indices count from 0, so z[5] is the sixth part."""
    with pytest.raises(InputError, match="4 values have no number 5") as caught:
        written_out("logsumexp(z[j]) - z[5]", 4)
    assert "--size 6" in caught.value.help


@pytest.mark.parametrize("name", [n for n, row in REDUCTIONS.items() if row.fold])
def test_of_one_number_a_reduction_is_a_number(name):
    """A vector of one part has its reductions too: the part, or its size."""
    tree = written_out(f"{name}([x])", 3)
    assert tree.names() == ("x",)
    assert values(tree, {"x": np.array([2.0])})[0] == 2
