"""Refusals: what later stages could not finish is an error with a place."""

from __future__ import annotations

import pytest

from diffcheck.errors import SyntaxProblem
from diffcheck.language.limits import MAX_DEPTH, check_size
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, name


@pytest.mark.parametrize(
    "text",
    ["10**10**10", "exp(exp(exp(3)))", "floor(exp(exp(30)))", "(1 + 1e-300)**(10**9)", "x*sqrt(2)**(10**6)"],
)
def test_constants_nobody_can_write_out(text: str) -> None:
    """Towers of powers and exponentials are refused, exact or not."""
    with pytest.raises(SyntaxProblem, match="too long to be written"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["2**0.5", "0**0", "1/0", "0**-1", "log(-1)", "asin(2)", "x**(10**9)", "exp(100)", "(-1)**(10**99)"],
)
def test_small_and_undefined_constants_pass(text: str) -> None:
    """A constant that is undefined is the analyzer's business, not a matter of size."""
    parse(text)


def test_depth_is_limited_at_the_stated_level() -> None:
    """A tree of MAX_DEPTH levels passes, one more does not."""
    parse("abs(" * (MAX_DEPTH - 1) + "x" + ")" * (MAX_DEPTH - 1))
    with pytest.raises(SyntaxProblem, match="nested"):
        parse("abs(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH)


def test_repeated_sharing_is_measured_without_expanding_it() -> None:
    """A part doubled sixty times over has too many parts, found at once."""
    node = name("x")
    for _ in range(60):
        node = Node("add", (node, node))
    with pytest.raises(SyntaxProblem, match="parts"):
        check_size(node, "")
