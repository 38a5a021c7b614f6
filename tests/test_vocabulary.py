"""Spellings: modules, aliases, keyword bounds, and conditions in a number's place."""

from __future__ import annotations

import pytest

from diffcheck.atoms import ALIASES, ATOMS, Atom
from diffcheck.errors import UnknownFunction
from diffcheck.language.parse import parse
from diffcheck.language.tree import APPLY, Node, name
from diffcheck.language.vocabulary import MAX_ARGUMENTS, as_number, is_condition

CALLED = [row for row in ATOMS.values() if row.syntax == "call"]


@pytest.mark.parametrize("row", CALLED, ids=lambda row: row.name)
def test_every_row_can_be_called(row: object) -> None:
    """Each function of the table, and each of its aliases, parses with its number of arguments."""
    assert row in CALLED
    for word in (row.name, *row.aliases):  # type: ignore[attr-defined]
        count = row.arity[0]  # type: ignore[attr-defined]
        args = ["x > 0" if row.name == "where" and i == 0 else f"x{i}" for i in range(count)]  # type: ignore[attr-defined]
        tree = parse(f"np.{word}({', '.join(args)})")
        assert tree.op == row.name  # type: ignore[attr-defined]


def test_aliases_do_not_hide_rows() -> None:
    """No alias is the name of another row."""
    assert not ALIASES.keys() & ATOMS.keys()


def test_conditions_count_as_one_and_zero() -> None:
    """A condition in a number's place keeps its columns."""
    condition = Node("gt", (name("x"), name("y")), None, (3, 8))
    turned = as_number(condition)
    assert is_condition(condition)
    assert not is_condition(turned)
    assert (turned.op, turned.span) == ("where", (3, 8))


def test_variadic_rows_have_a_limit() -> None:
    """Calls up to the limit parse."""
    assert len(parse(f"max({', '.join(['x'] * MAX_ARGUMENTS)})").args) == MAX_ARGUMENTS


@pytest.mark.parametrize("row", [row for row in CALLED if row.defaults], ids=lambda row: row.name)
def test_what_is_left_out_has_its_usual_value(row: Atom) -> None:
    """A call with fewer arguments is the call with the stated values."""
    full = ", ".join(["x", *row.defaults])
    assert parse(f"{row.name}(x)") == parse(f"{row.name}({full})")
    assert len(row.defaults) < len(row.params)


@pytest.mark.parametrize(
    ("typed", "near"),
    [("abss(x)", "abs"), ("cost(x)", "cos"), ("cost(x, y)", None), ("model(x)", None), ("signum(x)", None)],
)
def test_a_misspelling_fits_the_call(typed: str, near: str | None) -> None:
    """A function is offered if it takes as many arguments and the word does not go on for two letters."""
    if near is None:
        assert parse(typed).op == APPLY
        return
    with pytest.raises(UnknownFunction) as caught:
        parse(typed)
    assert caught.value.help == f"did you mean `{near}`?"


def test_very_long_unknown_names_are_cut() -> None:
    """A name of 10 000 letters does not fill the message."""
    with pytest.raises(UnknownFunction) as caught:
        parse("f" * 10_000 + "(x) + " + "f" * 10_000)
    assert len(caught.value.message) < 100
