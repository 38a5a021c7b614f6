"""A sum at one wall: only the terms that can fail there decide."""

import pytest
import sympy as sp

from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import symbol
from diffcheck.analyze import analyze
from diffcheck.conditions.facts import never_zero
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.walls.addends import Addends
from diffcheck.walls.wall import Wall

# Expression of many branching terms, variables -> class, and where its findings are.
SUMS = {
    "abs(w - a) + abs(w - b) + abs(w - c) + abs(w - d)": ("w", "C0", {f"w = {c}" for c in "abcd"}),
    "relu(w - a)**2 + relu(w - b)**2 + relu(w - c)**2 + abs(w - d)": ("w", "C0", {"w = d"}),
    "relu(w - a)**2 + relu(w - b)**3 + relu(w - c)**2 + relu(w - d)**2": (
        "w", "C1", {"w = a", "w = c", "w = d"},
    ),
    # Two terms meet on one wall and take each other back.
    "abs(w) - relu(w) - relu(-w) + relu(w - a)**2 + relu(w - b)**2 + relu(w - c)**2": (
        "w", "C1", {"w = a", "w = b", "w = c"},
    ),
    "(abs(x - a) + abs(x - b) + abs(y - c) + abs(y - d))/4": (
        "x,y", "C0", {"x = a", "x = b", "y = c", "y = d"},
    ),
    "floor(w) + abs(w - a) + abs(w - b) + abs(w - c)": (
        "w", "discontinuous", {"w = k for integer k", "w = a", "w = b", "w = c"},
    ),
    "sqrt(abs(w - a) + abs(w - b) + abs(w - c))/2": ("w", "C0", {"w = a", "w = b", "w = c"}),
    "sqrt(relu(w - a)**2 + relu(w - b)**4 + (w - c)**2)": ("w", "C0", {"w = c"}),
    # Zero on a half-line: there the root of each term is its own.
    "sqrt(relu(w - a)**4 + relu(w - b)**4)": ("w", "C1", {"w = a", "w = b"}),
}  # fmt: skip


@pytest.mark.parametrize("text", SUMS)
def test_the_class_is_that_of_the_whole_sum(text):
    """The terms that are analytic at a wall change nothing there."""
    wrt, grade, places = SUMS[text]
    analysis = analyze(make_problem(text, [wrt]))
    assert (str(analysis.smoothness), {f.at for f in analysis.findings}) == (grade, places)


def _at(text, gap):
    name, value = next(iter(sp.solve(gap, dict=True)[0].items()))
    part = Addends(lower(parse(text)), never_zero(())).at(Wall(gap, name.name, ((name.name, value),)))
    return None if part is None else set(part.names())


A, B, W = map(symbol, "abw")


def test_only_the_terms_that_vanish_on_the_wall_are_kept():
    """The wall w = a is the gap of two terms."""
    found = _at("abs(w - a) + max(w, a) + abs(w - b) + abs(w - c) + abs(w - d) + e**2", W - A)
    assert found == {"w", "a"}


def test_a_few_terms_are_looked_at_as_a_whole():
    """Then the slopes of the sum can be told."""
    assert _at("abs(w - a) + abs(w - b) + abs(w - c)", W - A) is None


def test_under_a_root_only_the_terms_of_the_wall_are_kept_if_another_one_is_positive_there():
    """A root of what is positive on the wall changes nothing; of what may vanish on all of it, it may."""
    model = "sqrt((y - b*relu(w - a))**2 + (z - relu(w))**2)/2"
    assert _at(model, W - A) == {"a", "b", "w", "y"}
    assert _at("sqrt(relu(w - a)**2 + relu(w - b)**2)", W - A) is None
    assert _at("sqrt(abs(w - a) + (w + b))", W - A) is None


def test_a_term_without_a_value_somewhere_is_always_kept():
    """A wall outside of the domain of log(w) is no wall of the sum."""
    found = _at("log(w) + abs(w + a) + abs(w - b) + abs(w - c) + abs(w - d)", W + A)
    assert found == {"w", "a"}
    assert _at("log(v) + abs(w + a) + abs(w - b) + abs(w - c) + abs(w - d)", W + A) == {"v", "w", "a"}


def test_a_root_in_a_gap_is_no_proof_that_it_stays_off_the_wall():
    """w - sqrt(w**2) is zero on half of the line only."""
    found = _at("abs(w - a) + abs(sqrt(w**2) - a) + abs(w - b) + abs(w - c) + abs(w - d)", W - A)
    assert found is not None
    text = "abs(w - a) - abs(sqrt(w**2) - a) + abs(w - b) + abs(w - c) + abs(w - d)"
    assert analyze(make_problem(text, ["w"], "a > 0, w > 0, b < 0, c < 0, d < 0")).smoothness is not None


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("kink", ["abs(w)", "relu(w)", "abs(w)*w"])
def test_equal_terms_count_as_often_as_they_stand_there(kink, count):
    """n*|w| minus |w| m times has its corner for n != m, and none for n = m."""
    names = "abcd"[:count]
    taken = " + ".join(f"(abs({c}) - {kink})" for c in names)
    analysis = analyze(make_problem(f"{taken} + {count}*{kink}", ["w"]))
    assert str(analysis.smoothness) == "Cinf"
    (found,) = analyze(make_problem(f"{taken} + n*{kink}", ["w"])).findings
    assert found.condition == f"n != {count}"
