"""Walks every row of the table of atoms: a new row is tested unasked."""

from __future__ import annotations

from fractions import Fraction
from operator import attrgetter

import mpmath
import numpy as np
import pytest

from diffcheck.algebra.lower import lower, parameters
from diffcheck.atoms import ALIASES, ATOMS, Atom
from diffcheck.language.numeric import evaluate, values
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, name

ROWS = list(ATOMS.values())
FUNCTIONS = [row for row in ROWS if row.syntax in ("call", "operator") and row.name != "where"]
DEFINED = [row for row in ROWS if row.definition is not None]

# Dyadic, so that floor(u/m) is decided exactly; both signs, and the places where rows can fail.
SAMPLES = (-3.25, -1.5, -1.0, -0.375, 0.0, 0.3125, 0.5, 0.75, 1.0, 1.625, 2.5, 7.25)
# Kept off integers and halves: no row has a gap there for the arguments used below.
SMOOTH = (-2.63, -0.71, -0.22, 0.13, 0.41, 0.87, 1.37, 3.29)


def _count(row: Atom) -> int:
    return 2 if row.variadic else len(row.params)


def _call(row: Atom) -> Node:
    return Node(row.name, tuple(name(p) for p in parameters(row.name, _count(row))))


def _points(row: Atom, samples: tuple[float, ...]) -> dict[str, np.ndarray]:
    """Return all combinations of the samples, as name -> (m,) array."""
    grids = np.meshgrid(*[np.array(samples)] * _count(row), indexing="ij")
    return {p: g.ravel() for p, g in zip(parameters(row.name, _count(row)), grids, strict=True)}


def _exact(points: dict[str, np.ndarray], i: int) -> dict[str, Fraction]:
    return {n: Fraction(float(v[i])) for n, v in points.items()}


@pytest.mark.parametrize("row", FUNCTIONS, ids=attrgetter("name"))
def test_float64_and_high_precision_agree(row: Atom) -> None:
    """The two columns that compute give the same value, and are undefined at the same points."""
    points = _points(row, SAMPLES)
    found = values(_call(row), points)
    for i in range(0, found.size, max(1, found.size // 60)):
        exact = evaluate(_call(row), _exact(points, i), 30).value
        assert (exact is None) == bool(np.isnan(found[i])), _exact(points, i)
        if exact is not None:
            assert float(exact) == pytest.approx(float(found[i]), rel=1e-13, abs=1e-14)


@pytest.mark.parametrize("row", DEFINED, ids=attrgetter("name"))
def test_the_definition_means_the_same(row: Atom) -> None:
    """The definition, expanded to elementary operations, has the values of the row and the same domain."""
    node = _call(row)
    if not node.args:
        assert float(values(lower(node), {"x": 0.0})) == pytest.approx(float(row.numpy()))
        return
    points = _points(row, SAMPLES)
    direct, expanded = values(node, points), values(lower(node), points)
    assert np.array_equal(np.isnan(direct), np.isnan(expanded))
    assert np.allclose(direct, expanded, rtol=1e-9, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("row", FUNCTIONS, ids=attrgetter("name"))
def test_the_derivative_is_the_slope_on_both_sides(row: Atom) -> None:
    """Off the gaps each partial derivative agrees with the differences taken forward and backward."""
    names = parameters(row.name, _count(row))
    texts = row.derivative if isinstance(row.derivative, tuple) else row.derivative(names)
    assert len(texts) == len(names)
    points = _points(row, SMOOTH)
    size = points[names[0]].size
    for i in range(0, size, max(1, size // 40)):
        _check_slopes(_call(row), dict(zip(names, texts, strict=True)), _exact(points, i))


def _check_slopes(node: Node, partials: dict[str, str], point: dict[str, Fraction]) -> None:
    h = Fraction(1, 10**25)
    here = evaluate(node, point, 80).value
    off_gaps = len(set(point.values())) == len(point)
    if here is None or not off_gaps:
        return
    for variable, text in partials.items():
        stated = evaluate(parse(text), point, 80).value
        for step in (-h, h):
            beside = evaluate(node, {**point, variable: point[variable] + step}, 80).value
            if beside is None:
                continue  # u**v with u < 0 has no derivative in v
            with mpmath.workdps(80):
                slope = float((_real(beside) - _real(here)) / _real(step))
            assert stated is not None, (variable, point)
            assert float(stated) == pytest.approx(slope, rel=1e-12, abs=1e-12), (variable, point)


def _real(value: object) -> object:
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


@pytest.mark.parametrize("row", ROWS, ids=attrgetter("name"))
def test_a_row_says_what_it_is_and_where_that_is_written(row: Atom) -> None:
    """No row without a summary and a source."""
    assert row.summary.strip()
    assert row.source.strip()
    assert row.syntax in {"call", "operator", "comparison", "logic", "constant"}


@pytest.mark.parametrize("row", ROWS, ids=attrgetter("name"))
def test_the_parameters_are_named_once(row: Atom) -> None:
    """Parameters are distinct; rows with any number of arguments make theirs up."""
    assert len(set(row.params)) == len(row.params)
    assert row.variadic <= (not row.params)


def test_names_and_aliases_are_unique() -> None:
    """No alias is a row's name, or the alias of two rows."""
    aliases = [alias for row in ROWS for alias in row.aliases]
    assert len(set(aliases)) == len(aliases)
    assert not set(aliases) & set(ATOMS)
    assert {ALIASES[a] for a in aliases} <= set(ATOMS)
    assert len(ATOMS) == len({row.name for row in ROWS})


@pytest.mark.parametrize("row", FUNCTIONS, ids=attrgetter("name"))
def test_sympy_agrees(row: Atom) -> None:
    """The value SymPy shows is the value that is computed."""
    point = dict(
        zip(parameters(row.name, _count(row)), (Fraction(3, 7), Fraction(5, 3), Fraction(9, 4)), strict=False)
    )
    if row.name in ("round", "acosh"):
        point = {"u": Fraction(9, 4)} if row.name == "acosh" else {}
    if point:
        import sympy as sp

        shown = row.sympy(*(sp.Rational(v.numerator, v.denominator) for v in point.values()))
        assert float(shown) == pytest.approx(float(evaluate(_call(row), point, 30).value), rel=1e-12)
