"""Differences that cancel once the branches are chosen."""

import pytest

from diffcheck.algebra.cancel import cancels
from diffcheck.algebra.lower import lower
from diffcheck.language.parse import parse


def chosen(text, taken):
    """Return the lowered tree and the choice of the same branch in all its `where`."""
    tree = lower(parse(text))
    return tree, {n: taken for n in tree.distinct() if n.op == "where"}


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("exp(x) - where(x > 0, exp(x), 2)", True, False),
        ("exp(x) - where(x > 0, 2, exp(x))", False, True),
        ("a*exp(where(x > 0, x, y)) - a*exp(x)", True, False),
        ("2*exp(x) - where(x > 0, exp(x), 1) - exp(x)", True, False),
        ("where(x > 0, 3, 4) - 3", True, False),
        ("exp(x)*exp(-x) - where(x > 0, 1, 2)", True, False),
        ("sin(x)**2 + where(x > 0, cos(x)**2, 1) - 1", True, False),
        ("sin(x)**2 + cos(x)**2 - floor(y)", False, False),
        ("exp(x) - exp(x)", True, True),
    ],
)
def test_terms_that_are_one_expression_cancel(text, first, second):
    """Or equal by an identity; the other branch is another expression, and of an integer part nothing is known."""
    assert cancels(*chosen(text, True)) is first
    assert cancels(*chosen(text, False)) is second


def test_a_branch_that_is_not_chosen_is_a_term_of_its_own():
    """Nothing is said of an undecided `where`, but it cancels itself."""
    assert not cancels(lower(parse("exp(x) - where(x > 0, exp(x), 2)")), {})
    assert cancels(lower(parse("where(x > 0, exp(x), 2) - where(x > 0, exp(x), 2)")), {})
