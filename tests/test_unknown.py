"""Names for the values of unknown functions, there and back."""

from __future__ import annotations

import pytest

from diffcheck.check import check
from diffcheck.errors import Undetermined, WrongArguments
from diffcheck.language.parse import parse
from diffcheck.language.unparse import unparse
from diffcheck.question.unknown import depends, hidden, respelt, spelt, unspelt


@pytest.mark.parametrize(
    ("text", "full", "values"),
    [
        ("(y - F(x))**2", "(y - F_x)**2", ["F(x)"]),
        ("F(x) + F(x)", "F_x + F_x", ["F(x)"]),
        ("F(x + 1) - F(1 + x)", "F_x_1 - F_x_1", ["F(x + 1)"]),
        ("F(x) - F(exp(log(x)))", "F_x - F_x", ["F(x)"]),
        ("F(x) - F(-x)", "F_x - F_x_", ["F(x)", "F(-x)"]),
        ("F(x) - G(x)", "F_x - G_x", ["F(x)", "G(x)"]),
        ("F(x)*F_x", "F_x_*F_x", ["F(x)"]),
        ("L(y, F(x))", "L_y_F_x", ["F(x)", "L(y, F(x))"]),
        ("L(F(x)) + L(F(x*1))", "L_F_x + L_F_x", ["F(x)", "L(F(x))"]),
    ],
)
def test_each_value_has_one_name(text: str, full: str, values: list[str]) -> None:
    """Equal arguments, equal value: also those that only algebra shows to be equal."""
    (tree,), found = hidden([parse(text)], text)
    assert unparse(tree) == full
    assert [v.text for v in found] == values


def test_what_may_be_one_value_or_two_is_not_guessed() -> None:
    """Arguments that nobody can compare leave the question open."""
    with pytest.raises(Undetermined, match="one value"):
        hidden([parse("F(floor(x)) - F(-ceil(-x) - 1 + where(floor(x) == x, 1, 0))")], "")


def test_one_function_has_one_number_of_arguments() -> None:
    """F(x) and F(x, z) are two functions; the second call is at fault."""
    with pytest.raises(WrongArguments) as caught:
        hidden([parse("F(x) + F(x, z)")], "F(x) + F(x, z)")
    assert caught.value.span == (7, 14)


@pytest.mark.parametrize(
    ("call", "answer"),
    [("F(x)", True), ("F(z)", False), ("F(0*x)", False), ("F(G(x))", True), ("F(x - x + 1)", False)],
)
def test_a_value_moves_with_what_its_arguments_depend_on(call: str, answer: bool) -> None:
    """An argument that only mentions a name does not depend on it."""
    _, values = hidden([parse(call)], call)
    assert depends(values[-1], {"x"}, values) is answer


def test_only_whole_words_are_spelt() -> None:
    """F_x inside another name stays; all words are replaced at once."""
    assert respelt("F_x + F_x1 + aF_x", {"F_x": "F(x)"}) == "F(x) + F_x1 + aF_x"
    assert respelt("a + b", {"a": "b", "b": "a"}) == "b + a"


def test_a_report_is_spelt_there_and_back() -> None:
    """The names of the analysis never show, and stages that evaluate texts get them back."""
    report = check("abs(y - L(F(x)))")
    assert report.wrt == ("L(F(x))",)
    inner = unspelt(report)
    assert inner.findings[0].at == "L_F_x = y"
    assert inner.expression == report.expression
    assert spelt(inner, report.values).findings == report.findings


@pytest.mark.parametrize(
    ("text", "where", "wrt"),
    [
        ("abs(F(x) - F(abs(x)))", "x > 0", None),
        ("abs(F(x) - F(z))", "x == z", None),
        ("abs(F(x) - F(2))", "x == 2", "F"),
        ("abs(F(x))", "F(z) > 0, x == z", None),
        ("abs(F(a*x))", "a == 0", "x"),
    ],
)
def test_what_constraints_may_make_one_value_is_not_two(text: str, where: str, wrt: str | None) -> None:
    """Each of these is smooth, for the constraint makes arguments equal, or one that does not move."""
    report = check(text, wrt, where, certify=False)
    assert report.verdict.value == "undetermined"


def test_constraints_on_other_names_leave_values_apart() -> None:
    """A triplet loss with a margin m > 0 has a kink."""
    report = check("max(norm(F(a), F(p)) - norm(F(a), F(n)) + m, 0)", None, "m > 0", certify=False)
    assert report.verdict.value == "not_differentiable"
