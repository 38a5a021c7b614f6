"""Boxes: what branch and prune proves about conditions on bounded sets."""

import flint
import pytest
import sympy as sp

from diffcheck.conditions.boxes import bounding_box, refuted
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import ACCEPTS

X, Y = sp.symbols("x y", real=True)


def conditions(*constraints: tuple[sp.Expr, str]) -> list[tuple[sp.Expr, tuple[int, ...]]]:
    """Return the conditions as branch and prune takes them."""
    return [(e, ACCEPTS[rel]) for e, rel in constraints]


@pytest.mark.parametrize(
    ("expr", "rel", "low", "high"),
    [
        (4 - X**2, ">", -2, 2),
        (1 - sp.Abs(X), ">=", -1, 1),
        (X**2 + 3 * sp.Abs(Y) - sp.pi, "<", -1.7, 1.7),
        (2 - X**4 - X**2, ">", -1, 1),
    ],
)
def test_a_bounding_box_holds_all_solutions(expr: sp.Expr, rel: str, low: float, high: float) -> None:
    """Every point that satisfies the condition lies in the box read off its form."""
    box = bounding_box(conditions((expr, rel)))
    assert box[X].contains(flint.arb(low))
    assert box[X].contains(flint.arb(high))


@pytest.mark.parametrize("expr", [X**2 - 4, 4 - X**3, 1 - X * Y, 4 - X**2 + Y])
def test_what_is_not_bounded_has_no_box(expr: sp.Expr) -> None:
    """A condition with solutions of any size gives its symbol no ball."""
    assert X not in bounding_box(conditions((expr, ">")))


def test_an_interval_is_met_by_two_bounds() -> None:
    """Linear conditions on both sides bound a symbol, the tightest of each side."""
    box = bounding_box(conditions((X - 1, ">"), (2 * X - 1, ">"), (3 - X, ">=")))
    assert not box[X].contains(flint.arb(0.9))
    assert box[X].contains(2)
    assert not box[X].contains(flint.arb(3.1))


REFUTED = [
    [(1 - sp.Abs(X), ">"), (sp.cos(X), "<")],
    [(4 - X**2 - Y**2, ">"), (sp.exp(X * Y) - 9, ">")],
    [(1 - X**2, ">="), (sp.erf(X) + sp.exp(X) - 4, "=")],
]
MET = [
    [(9 * sp.pi**2 - X**2, ">"), (1 - sp.sqrt(9 * sp.pi**2 - X**2), ">")],
    [(1 - X**2, ">"), (sp.exp(X) - sp.Rational(27, 10), ">")],
]


@pytest.mark.parametrize("system", REFUTED)
def test_conditions_that_fail_on_every_piece_are_refuted(system: list[tuple[sp.Expr, str]]) -> None:
    """Branch and prune proves that there is no solution, and reach says so."""
    assert refuted(conditions(*system), bounding_box(conditions(*system)))
    assert reach([Constraint(e, rel) for e, rel in system]).status is Status.UNSAT


@pytest.mark.parametrize("system", MET)
def test_a_small_set_of_solutions_is_met(system: list[tuple[sp.Expr, str]]) -> None:
    """Solutions that random points miss are found where boxes stay undecided, and verified."""
    asked = [Constraint(e, rel) for e, rel in system]
    found = reach(asked)
    assert found.status is Status.SAT
    assert found.witness is not None
    assert all(holds(c, found.witness) for c in asked)
    assert not refuted(conditions(*system), bounding_box(conditions(*system)))


def test_a_solution_is_never_refuted_where_conditions_touch() -> None:
    """x**2 <= 0 holds at x = 0 alone: no box rules it out."""
    assert not refuted(conditions((X**2, "<=")), {X: flint.arb(0, 1)})


@pytest.mark.parametrize(
    ("expr", "rel"),
    [
        (sp.pi / 2 - sp.asin(X), "<"),
        (sp.pi / 2 + sp.asin(X * Y), "<"),
        (sp.pi / 2 - sp.atan(X), "<="),
        (sp.pi + 2 * sp.atan(X - Y), "<="),
    ],
)
def test_inverse_functions_keep_within_a_quarter_turn(expr: sp.Expr, rel: str) -> None:
    """asin and atan stay between -pi/2 and pi/2 as exact numbers, atan strictly."""
    assert reach([Constraint(expr, rel)]).status is Status.UNSAT


def test_the_arc_sine_reaches_a_quarter_turn_at_one_alone() -> None:
    """asin(x) = pi/2 holds for x = 1 only."""
    turn = Constraint(sp.pi / 2 - sp.asin(X), "=")
    assert reach([turn, Constraint(X - 1, "!=")]).status is Status.UNSAT
    assert reach([turn]).status is Status.SAT


def test_integers_are_tried_where_nothing_else_decides() -> None:
    """For n = 2 there is a d with 0 < 4*pi**2 - d**2 < 1/4, which no sample meets."""
    n, d = sp.Symbol("n", integer=True), sp.Symbol("d", real=True)
    u = 4 * sp.pi**2 * n**2 - d**2
    found = reach([Constraint(n, ">"), Constraint(u, ">"), Constraint(sp.Rational(1, 4) - u, ">")])
    assert found.status is Status.SAT
