"""Words of a text: columns, exact numbers, refused characters."""

from __future__ import annotations

from fractions import Fraction

import pytest

from diffcheck.errors import SyntaxProblem
from diffcheck.language.tokens import MAX_TEXT, number_value, tokenize


def test_words_keep_their_columns() -> None:
    """Every word is the slice of the text its span says; the end stands behind the last word."""
    text = " größe^2 <= 1e-3\n "
    tokens = tokenize(text)
    assert [text[slice(*t.span)] for t in tokens] == [t.text for t in tokens]
    assert [t.text for t in tokens] == ["größe", "^", "2", "<=", "1e-3", ""]
    assert tokens[-1].span == (16, 16)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("1.", Fraction(1)),
        (".5", Fraction(1, 2)),
        ("1_000", Fraction(1000)),
        ("2.50e-3", Fraction(1, 400)),
        ("1E+3", Fraction(1000)),
    ],
)
def test_numbers_are_exact(text: str, value: Fraction) -> None:
    """A literal is the fraction it spells."""
    assert number_value(text, tokenize(text)[0]) == value


@pytest.mark.parametrize("text", ["1e1001", "1e-999999999", "1" * 1001, "1e" + "9" * 100])
def test_numbers_nobody_needs_are_refused(text: str) -> None:
    """Digits and exponents past a thousand are refused before they are computed."""
    with pytest.raises(SyntaxProblem, match="too long"):
        number_value(text, tokenize(text)[0])


@pytest.mark.parametrize("char", list("|&~!%@?:{'\"#;−×²π√\0\ufeff"))
def test_foreign_characters_are_named(char: str) -> None:
    """A character outside the language is shown, with its place."""
    with pytest.raises(SyntaxProblem, match="not part of the expression language") as caught:
        tokenize("x " + char)
    assert caught.value.span == (2, 3)


def test_endless_text_is_refused() -> None:
    """A text past the limit is refused before it is read."""
    with pytest.raises(SyntaxProblem, match="characters"):
        tokenize("x" * (MAX_TEXT + 1))
