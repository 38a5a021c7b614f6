"""Definitions of names and functions: what is put in, where it comes from, what does not fit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcheck.check import check
from diffcheck.errors import InputError, SyntaxProblem, WrongArguments
from diffcheck.language.definitions import function_names, read_definitions
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse
from diffcheck.language.tree import Place
from diffcheck.language.unparse import unparse
from diffcheck.language.vectors import opened
from diffcheck.verdict import Verdict


def written(text: str, let: dict[str, str]) -> str:
    """Return a text with the definitions put in."""
    tree = parse(text, function_names(let))
    return unparse(read_definitions(let, [tree]).put_in(tree, text))


@pytest.mark.parametrize(
    ("text", "let", "full"),
    [
        ("(y - F(x))**2", {"F(x)": "w*x + b"}, "(y - (w*x + b))**2"),
        ("F(2*x + 1)", {"F(z)": "z**2"}, "(2*x + 1)**2"),
        ("L(y, F(x))", {"L(a, b)": "abs(a - b)", "F(x)": "w*x"}, "abs(y - w*x)"),
        ("F(F(x))", {"F(x)": "2*x"}, "2*(2*x)"),
        ("G(x)", {"F(x)": "w*x", "G(x)": "F(F(x)) + b"}, "w*(w*x) + b"),
        ("abs(r)", {"r": "y - F(x)", "F(x)": "u*x", "u": "2*v"}, "abs(y - 2*v*x)"),
        ("F(y) + x", {"F(x)": "x + 1"}, "y + 1 + x"),
        ("F(x, y)", {"F(y, x)": "y - x"}, "x - y"),
        ("F(2)", {"F(x)": "u*x", "u": "y - x"}, "(y - x)*2"),
        ("G(2)", {"F(z)": "z + x", "G(x)": "F(3*x)"}, "3*2 + x"),
        ("L(F(x))", {"L(u)": "u**2"}, "F(x)**2"),
        ("F(x)", {"F(x)": "w*H(x)"}, "w*H(x)"),
    ],
)
def test_definitions_are_put_in(text: str, let: dict[str, str], full: str) -> None:
    """Arguments replace parameters at once; a parameter hides a name, and captures none that comes from elsewhere."""
    assert parse(written(text, let)) == parse(full)


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_a_call_has_the_value_of_the_body(a: int, b: int, x: int) -> None:
    """F(G(x)) computed by hand is what the expression computes."""
    let = {"F(x)": "a*x + b", "G(b)": "b**2 - a"}
    tree = parse(written("F(G(x))", let))
    point = {"a": Fraction(a), "b": Fraction(b), "x": Fraction(x)}
    assert evaluate(tree, point, 20).value == a * (x**2 - a) + b


def test_parts_of_a_definition_know_both_places() -> None:
    """The innermost definition is the source, the columns are those of the outermost call."""
    let = {"F(x)": "w*relu(G(x)) + b", "G(x)": "a*x"}
    tree = parse("1 + F(z)", function_names(let))
    full = read_definitions(let, [tree]).put_in(tree, "1 + F(z)")
    spans = {n.op: n.span for n in full.walk() if n.op in ("relu", "mul")}
    assert {(s[0], s[1]) for s in spans.values()} == {(4, 8)}
    relu, product = spans["relu"], spans["mul"]
    assert isinstance(relu, Place)
    assert isinstance(product, Place)
    assert (relu.line, relu.source) == ("F(x) = w*relu(G(x)) + b", "relu(G(x))")
    assert (product.line, product.source) == ("G(x) = a*x", "a*x")
    (argument,) = [n for n in full.walk() if n.leaf == "z"]
    assert argument.span == (6, 7)


@pytest.mark.parametrize(
    ("text", "let", "message", "span", "at"),
    [
        ("1 + F(x, y)", {"F(x)": "w*x"}, "`F` takes 1 argument, got 2", (4, 11), "1 + F(x, y)"),
        ("G(x)", {"F(a, b)": "a*b", "G(x)": "F(x)"}, "`F` takes 2 arguments, got 1", (7, 11), "G(x) = F(x)"),
        ("2*F", {"F(x)": "w*x"}, "`F` is a function", (2, 3), "2*F"),
        ("F(2)", {"F": "w*x"}, "`F` is no function", (0, 4), "F(2)"),
    ],
)
def test_a_call_that_does_not_fit(
    text: str, let: dict[str, str], message: str, span: tuple[int, int], at: str
) -> None:
    """The error points at the call, in the text or in the definition that has it."""
    with pytest.raises(WrongArguments) as caught:
        written(text, let)
    assert caught.value.message.startswith(message)
    assert (caught.value.span, caught.value.text) == (span, at)


def test_calls_that_double_are_refused_at_once() -> None:
    """Forty functions that each call the next twice would have 2**40 parts."""
    let = {f"f{i}(x)": f"f{i + 1}(x) + f{i + 1}(x)" for i in range(40)}
    with pytest.raises(SyntaxProblem, match="parts"):
        written("f0(x)", let)


def test_a_bad_body_points_into_itself() -> None:
    """The span of a syntax error in a body belongs to the body."""
    with pytest.raises(InputError) as caught:
        written("F(x)", {"F(x)": "w*+)"})
    assert (caught.value.text, caught.value.span) == ("w*+)", (3, 4))


@pytest.mark.parametrize(
    ("text", "let", "full"),
    [
        ("sum(y[i]*F(x[i]))", {"F(x)": "abs(sum(w_j*x))*x"}, "sum(y[i]*(abs(sum(w[j]*x[i], j))*x[i]))"),
        ("sum(y[i]*F(x[i]))", {"F(x)": "sum(w[i]*x)"}, "sum(y[i]*sum(w[j]*x[i], j))"),
        (
            "mean(relu(1 - y[k]*F(x[k])))",
            {"F(x)": "sum(w_i*x_i)"},
            "mean(relu(1 - y[k]*sum(w[i]*x[k][i], i)))",
        ),
        ("sum(y[i]*F(x[i]))", {"F(x)": "max(x*a_j)*x"}, "sum(y[i]*(max(x[i]*a[j], j)*x[i]))"),
        ("sum(F(x[i]))", {"F(x)": "sum(where(i != k, w_i*w_k, 0))*x"}, None),
        ("sum(F(x[i]))", {"F(x)": "norm(w_j*x)"}, "sum(norm(w[j]*x[i], j))"),
        ("sum(F(x[i]))", {"F(x)": "G(x)**2", "G(u)": "sum(w_j*u)"}, "sum(sum(w[j]*x[i], j)**2)"),
        ("F(3)", {"F(x)": "sum(w_j*x)"}, "sum(w[j]*3)"),
        ("F(x[i])", {"F(u)": "sum(u**2)"}, "sum(x[i]**2)"),
    ],
)
def test_a_reduction_in_a_definition_runs_over_the_indices_of_its_own_line(text, let, full):
    """The i of an argument x[i] belongs to the sum around the call; a letter of both is another one inside."""
    tree = opened(parse(text, function_names(let)))
    found = unparse(read_definitions(let, [tree]).put_in(tree, text))
    if full is None:
        full = "sum(sum(where(j != k, w[j]*w[k], 0), j, k)*x[i])"
    assert found == full


def test_a_model_of_one_feature_is_the_same_written_with_or_without_a_definition():
    """y[i]*sum(w[j]*x[i], j) by hand and by a function F have the same values."""
    texts = ("sum(y[i]*F(x[i]))", "sum(y[i]*(sum(w[j]*x[i], j)*x[i]))")
    first, second = (
        check(text, wrt="w", let={"F(x)": "sum(w_j*x)*x"} if "F" in text else None) for text in texts
    )
    assert first.verdict is second.verdict is Verdict.DIFFERENTIABLE
