"""Vectors put back into texts: shorter, and the same expression when it is read again."""

import pytest

from diffcheck.language.folded import folded
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node
from diffcheck.question.samples import readings

# Text for vectors of two parts -> as it is shown.
TEXTS = {
    "norm(a[0] - p[0], a[1] - p[1])": "norm(a[i] - p[i])",
    "p[0]*q[0] + p[1]*q[1] + b": "sum(p[i]*q[i]) + b",
    "abs(w[0] - x[0]) + abs(w[0] - x[1]) + (abs(w[1] - x[0]) + abs(w[1] - x[1]))": "sum(abs(w[i] - x[j]))",
    "a[0, 0] + a[0, 1] + a[1, 0] + a[1, 1]": "sum(a[i, j])",
    "sqrt(y[0] + y[1] + mu**2) - mu": "sqrt(sum(y[i]) + mu**2) - mu",
    "x[0] - mu + (x[1] - mu)": "sum(x[i] - mu)",
    "(x[0] + x[1])/2": "mean(x[i])",
    "where(x[0] + x[1] <= mu, 0, x[0] + x[1])": "where(sum(x[i]) <= mu, 0, sum(x[i]))",
    "logsumexp(abs(z[0]), abs(z[1]))": "logsumexp(abs(z[i]))",
    "max(x[0], x[1]) - min(x[0], x[1])": "max(x[i]) - min(x[i])",
    "b + c - x[0] - x[1]": "b + c - sum(x[i])",
    "y[i] - (W[0]*x[i] + W[1]*x[i])": "y[i] - sum(W[j]*x[i], j)",
    "max(z[0, 0], z[0, 1]) + max(z[1, 0], z[1, 1])": "sum(max(z[j, i], i))",
}

# What is no whole vector stays.
KEPT = [
    "x[0] + y[1]",
    "norm(x[0], x[2])",
    "x[0] + 2*x[1]",
    "max(x[0], x[0])",
    "w[i] + w[j]",
    "y",
    "x[0]*x[1]",
]


def _written_out(text: str) -> Node:
    return readings(parse(text), (), text, 2)[-1].tree


def _terms(node: Node) -> list[str]:
    """Return the terms of a sum in one order, whatever its brackets."""
    if node.op == "add":
        return sorted(t for a in node.args for t in _terms(a))
    return [repr((node.op, node.leaf, [_terms(a) for a in node.args]))]


@pytest.mark.parametrize("text", TEXTS)
def test_a_vector_is_shown_as_one(text):
    """All its parts are one pattern."""
    assert folded(text, 2) == TEXTS[text]


@pytest.mark.parametrize(
    "text", [t for t in TEXTS if t != "(x[0] + x[1])/2" and "- mu" not in t and "- x" not in t]
)
def test_what_is_shown_reads_back_as_what_it_was(text):
    """Written out for the same size it has the same terms."""
    assert _terms(_written_out(TEXTS[text])) == _terms(_written_out(text))


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_whole_vector_stays(text):
    """Nothing is made up."""
    assert folded(text, 2) == text


def test_a_place_keeps_its_relations_and_what_stands_behind_it():
    """Only the expressions of a place change."""
    at = "m = norm(a[0], a[1]) and b[0] + b[1] > 0 for some k"
    assert folded(at, 2) == "m = norm(a[i]) and sum(b[i]) > 0 for some k"
    assert folded("a[0] + a[1] = 0", None) == "a[0] + a[1] = 0"
