"""Exploring a wall: every kind of point is visited, and a proof says that none is left."""

from dataclasses import replace

import pytest
import sympy as sp
from questions import ask

from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.verdict import C0, Kind
from diffcheck.walls.explore import MAX_LEAVES, explore
from diffcheck.walls.outcome import SMOOTH, Outcome
from diffcheck.walls.points import constraints_on
from diffcheck.walls.solved import walls_of
from diffcheck.walls.wall import Wall

A, B, X, Y = sp.symbols("a b x y", real=True)
WALL = Wall(X, "x", (("x", sp.S.Zero),))


def _asks(*exprs):
    """Return a judge that only asks for signs."""

    def judge(wall, cell):
        for e in exprs:
            cell.sign(e.subs(X, wall.point()["x"]))
        return SMOOTH

    return judge


def _kinds(found):
    return {frozenset(map(str, leaf.conditions)) for leaf in found.leaves}


def test_both_signs_of_a_constant_are_visited():
    """One question, two kinds of points."""
    found = explore(WALL, [], ("x", "a"), _asks(A))
    assert _kinds(found) == {frozenset({"a > 0"}), frozenset({"a < 0"})}
    assert not found.open


def test_signs_of_two_constants_make_four_kinds():
    """Every combination that has a point occurs once."""
    found = explore(WALL, [], ("x", "a", "b"), _asks(A, B))
    assert len(found.leaves) == len(_kinds(found)) == 4


def test_combinations_without_a_point_are_left_out_by_proof():
    """a > 1 and a < 0 do not hold together: three kinds for two questions."""
    found = explore(WALL, [], ("x", "a"), _asks(A, A - 1))
    assert len(found.leaves) == 3
    assert not found.open


def test_constraints_cut_kinds_away():
    """With a > 0 nothing is left of the other sign, and no leaf when nothing is left at all."""
    assert _kinds(explore(WALL, [Constraint(A, ">")], ("x", "a"), _asks(A))) == {frozenset({"a > 0"})}
    assert not explore(WALL, [Constraint(X - 1, ">")], ("x",), _asks()).leaves


def test_a_leaf_is_witnessed_by_a_point_of_it():
    """The witness satisfies the conditions of the leaf and the constraints."""
    where = [Constraint(A - B, ">"), Constraint(B + 3, ">")]
    for leaf in explore(WALL, where, ("x", "a", "b"), _asks(A, B, A + B)).leaves:
        for c in (*leaf.conditions, *where):
            assert reach([Constraint(c.expr.subs(dict(leaf.witness)), c.rel)]).status is Status.SAT


def test_points_in_general_position_are_found_again_after_a_bad_one():
    """A question that vanishes at the first point by accident gets another point, not the answer zero."""
    first = explore(WALL, [], ("x", "a"), _asks()).leaves[0].witness[A]
    found = explore(WALL, [], ("x", "a"), _asks(A - first))
    assert len(found.leaves) == 2


def test_a_family_splits_into_residues_and_exceptions():
    """cos(k*pi) splits x = k*pi into even and odd k; a coefficient k - 3 makes the member k = 3 one of its own."""
    (wall,) = walls_of(sp.sin(X), ("x",), False).walls

    def judge(member, cell):
        at = member.point()["x"]
        cell.sign(sp.cos(at))
        cell.vanishes(at - 3 * sp.pi)
        return SMOOTH

    points = {str(leaf.wall.base[0][1]) for leaf in explore(wall, [], ("x",), judge).leaves}
    assert "3*pi" in points
    assert len(points) == 3


def test_a_moving_integer_part_is_one_kind_of_point():
    """floor of a constant is an integer n with n < a < n + 1: no kind for every value."""

    def judge(wall, cell):
        n, exact = cell.integer_part(A)
        assert n.is_Symbol
        assert n.is_integer
        assert not exact
        assert cell.integer_part(-A) == (-n - 1, False)
        return SMOOTH

    found = explore(WALL, [], ("x", "a"), judge)
    (leaf,) = found.leaves
    (step,) = leaf.wall.steps
    assert leaf.witness[step.value] == sp.floor(leaf.witness[A])
    assert not found.open


def test_a_value_of_a_moving_integer_part_is_a_part_of_the_wall():
    """Where floor(a) = 2 matters, the part with 2 < a < 3 is visited by itself."""
    seen = []

    def judge(wall, cell):
        n, _ = cell.integer_part(A)
        seen.append((n, cell.point[A]))
        cell.vanishes(n - 2)
        return SMOOTH

    assert not explore(WALL, [], ("x", "a"), judge).open
    ((_, inside),) = [(n, a) for n, a in seen if n == 2]
    assert 2 < inside < 3


def test_endless_kinds_end_with_a_reason():
    """On thin sets floor of a constant has a kind for every integer; the rest is said to be open."""

    def judge(wall, cell):
        cell.integer_part(A)
        return SMOOTH

    found = explore(replace(WALL, steps=None), [], ("x", "a"), judge)
    assert len(found.leaves) == MAX_LEAVES + 1
    assert "kinds of points" in found.open[0]


def test_constraints_are_pulled_back_to_the_wall():
    """On x = y the constraint x + y > 0 says 2*y > 0."""
    wall = Wall(X - Y, "x", (("x", Y),))
    (c,) = constraints_on(wall, [Constraint(X + Y, ">")])
    assert (sp.expand(c.expr), c.rel) == (2 * Y, ">")


def test_a_difference_with_huge_powers_is_not_written_out():
    """At a = 1/3 the size a**(10**8*a) is told by a ball, not by its digits."""
    found = explore(WALL, [], ("x", "a"), lambda wall, cell: Outcome(C0, Kind.CORNER, size=A ** (10**8 * A)))
    assert len(found.leaves) == 1


def test_an_example_shows_what_happens():
    """A size that vanishes at the first example, though not everywhere, moves the example."""
    first = explore(WALL, [], ("x", "a"), _asks()).leaves[0].witness[A]
    found = explore(WALL, [], ("x", "a"), lambda wall, cell: Outcome(C0, Kind.CORNER, size=A - first))
    assert all(leaf.witness[A] != first for leaf in found.leaves)


@pytest.mark.parametrize("text", ["max(abs(round(3*x))**(7/3), x**2 - 1, 0)", "abs(floor(x)**1.5 - 2)"])
def test_a_member_without_a_real_place_is_none(text):
    """At k = -1 the wall x = sqrt(4*k**(7/3) + 1) is nowhere: a broken power of a negative number has no value."""
    assert all(
        "I" not in value for f in ask(text, "x", "abs(x) < 9").findings for value in f.witness.values()
    )


@pytest.mark.parametrize(
    "u", ["log(abs({}))", "log({}**2)", "sqrt(abs({}))*log(abs({}))", "abs({})**1.5 - 1"]
)
@pytest.mark.parametrize("where", ["x**2 < 4", "x > -2, x < 2", "abs(x) < 2"])
def test_a_coefficient_without_a_value_at_a_member_says_nothing_of_it(u, where):
    """At k = 1 the coefficient log(k) vanishes; at k = -1 there is none, and relu(log(abs(floor(x)))) jumps."""
    found = ask(f"relu({u.replace('{}', 'floor(x)')})", "x", where)
    assert str(found.smoothness) == "discontinuous"
    single = ask(f"relu({u.replace('{}', 'floor(x)')})", "x", "x > -3/2, x < -1/2")
    assert [f.at for f in single.findings if f.kind is Kind.JUMP] == ["x = -1"]
