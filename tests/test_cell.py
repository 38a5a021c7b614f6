"""Cells: exact answers at one point, and the conditions under which they hold elsewhere."""

import pytest
import sympy as sp
from questions import ask

from diffcheck.conditions.constraint import Constraint
from diffcheck.errors import Undetermined
from diffcheck.germs.germ import Germ, Mono
from diffcheck.verdict import Verdict
from diffcheck.walls.cell import BadWitness, Cell, SplitInteger
from diffcheck.walls.solved import walls_of

A, B, X = sp.symbols("a b x", real=True)
K = sp.Symbol("k", integer=True)
THIRD, HALF = sp.Rational(1, 3), sp.Rational(1, 2)


def _conditions(cell):
    return set(map(str, cell.conditions))


def test_zero_is_an_identity_not_a_coincidence():
    """a - 1/3 is zero at the point a = 1/3, but not on the wall; sin**2 + cos**2 - 1 is zero everywhere."""
    cell = Cell({A: THIRD})
    assert cell.vanishes(sp.sin(A) ** 2 + sp.cos(A) ** 2 - 1)
    assert cell.vanishes(sp.sqrt(A**2) ** 2 - A**2)
    assert not cell.vanishes(A - THIRD)


def test_a_sign_is_noted_as_a_condition():
    """What the sign was at the point is what all other points of the cell must have."""
    cell = Cell({A: THIRD, B: HALF})
    assert cell.sign(A - B) == -1
    assert _conditions(cell) == {"a - b < 0"}


@pytest.mark.parametrize(
    ("expr", "expected"),
    [(3 * A, {"a > 0"}), (-2 * A**3, {"a > 0"}), (A**2 * B, {"b > 0"}), (sp.exp(A), set())],
)
def test_only_factors_that_can_change_sign_make_a_condition(expr, expected):
    """Numbers, even powers and exponentials drop out."""
    cell = Cell({A: THIRD, B: HALF})
    cell.sign(expr)
    assert _conditions(cell) == expected


def test_a_sign_that_vanishes_by_accident_asks_for_another_point():
    """The coefficient is not identically zero, so its value here says nothing about the cell."""
    with pytest.raises(BadWitness):
        Cell({A: THIRD}).sign(A - THIRD)


def test_numbers_need_no_conditions():
    """Signs of numbers are exact or by balls that exclude zero."""
    cell = Cell({})
    assert cell.sign(sp.pi - sp.Rational(355, 113)) == -1
    assert cell.sign(sp.exp(sp.pi) - sp.pi - 20) == -1
    assert cell.sign(sp.sqrt(2) * sp.sqrt(3) - sp.sqrt(6)) == 0
    assert not cell.conditions


def test_a_power_of_minus_one_splits_its_integer():
    """(-1)**k and cos(k*pi) have one sign for even and one for odd k."""
    for wave in (sp.Pow(-1, K, evaluate=False), sp.cos(K * sp.pi / 3, evaluate=False)):
        with pytest.raises(SplitInteger) as split:
            Cell({K: sp.Integer(3)}).sign(wave)
        assert split.value.integer == K
    assert split.value.modulus == 6


def test_a_coefficient_with_an_integer_may_have_exceptions():
    """k - 2 is not zero for generic k; that it is for k = 2 is left to explore."""
    cell = Cell({K: sp.Integer(5)})
    assert not cell.vanishes(K - 2)
    assert list(cell.exceptional) == [K - 2]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (sp.Rational(7, 2), (3, False)),
        (sp.Integer(-4), (-4, True)),
        (sp.sqrt(2) * sp.sqrt(8), (4, True)),
        (-sp.pi, (-4, False)),
        (K + sp.Rational(1, 3), (K, False)),
        (2 * K, (2 * K, True)),
    ],
    ids=str,
)
def test_integer_parts_are_exact(value, expected):
    """floor(c), and whether c is an integer itself, also with symbolic integers."""
    assert Cell({K: sp.Integer(3)}).integer_part(value) == expected


def test_the_integer_part_of_a_half_integer_splits():
    """floor(k/2) depends on k modulo 2."""
    with pytest.raises(SplitInteger) as split:
        Cell({K: sp.Integer(3)}).integer_part(K / 2)
    assert split.value.modulus == 2


def test_the_integer_part_of_a_constant_holds_between_two_integers():
    """floor(a) = 0 near a = 1/3 under 0 < a < 1."""
    cell = Cell({A: THIRD})
    assert cell.integer_part(A) == (0, False)
    assert _conditions(cell) == {"a > 0", "1 - a > 0"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(sp.log(4) / sp.log(2), 2), (sp.sqrt(2), sp.sqrt(2)), (A, A), (HALF, HALF)],
    ids=str,
)
def test_exponents_become_rational_where_that_is_proved(value, expected):
    """log(4)/log(2) is 2; sqrt(2) stays what it is."""
    assert Cell({A: THIRD}).rational(value) == expected


def test_signs_at_a_root_without_closed_form_come_from_its_ball():
    """At the root of x**5 - x - 1 the slope 5*x**4 - 1 is positive, and x**5 - x - 1 is zero."""
    (wall,) = walls_of(X**5 - X - 1, ("x",), False).walls
    xi = wall.implicit.symbol
    cell = Cell({}, wall.implicit)
    assert cell.sign(5 * xi**4 - 1) == 1
    assert cell.vanishes(xi**5 - xi - 1)
    assert cell.vanishes(xi**6 - xi**2 - xi)


PHASE = Germ(((sp.S.One, Mono(sp.S.NegativeOne)),))


def test_an_infinite_phase_becomes_a_point_of_the_circle():
    """sin and cos of 1/t are bounded symbols with sin**2 + cos**2 = 1; a double phase is written in the same ones."""
    cell = Cell({})
    s, c = cell.oscillation(PHASE, "phase")
    assert cell.oscillating(s + 1)
    assert cell.vanishes(s**2 + c**2 - 1)
    assert not cell.vanishes(s * c)
    double = Germ(((sp.Integer(2), Mono(sp.S.NegativeOne)),))
    assert cell.vanishes(cell.oscillation(double, "phase")[0] - 2 * s * c)


@pytest.mark.parametrize(
    "factor", [A, 1 / (A + 1), sp.sqrt(A**2 + 1), (A + 1) ** 3 / (A - 2), sp.exp(A)], ids=str
)
def test_the_cosine_of_a_phase_occurs_at_most_once_whatever_its_factors_are(factor):
    """Squares of cosines are written as sines; the factors, which may be quotients, stay as they are."""
    cell = Cell({A: sp.Rational(1, 3)})
    s, c = cell.oscillation(PHASE, "phase")
    mixed = factor * (c**4 - (1 - s**2) ** 2) + (factor * c + s) ** 2 - factor**2 - s**2
    settled = cell.settled(mixed)
    assert sp.degree(settled.subs(A, 3), c) == 1
    assert sp.simplify(settled.subs(c, sp.sqrt(1 - s**2)) - mixed.subs(c, sp.sqrt(1 - s**2))) == 0


def test_a_sign_that_changes_without_end_is_no_number():
    """sin(1/t) has no sign for small t; 2 + sin(1/t) has."""
    cell = Cell({})
    s, _ = cell.oscillation(PHASE, "phase")
    with pytest.raises(Undetermined):
        cell.sign(s)
    assert cell.sign(2 + s) == 1


def test_conditions_are_constraints_that_hold_at_the_point():
    """So the point is a witness of its cell."""
    cell = Cell({A: THIRD, B: HALF})
    for expr in (A - B, A * B - 1, sp.exp(A) - 2 * B, sp.log(B)):
        cell.sign(expr)
    for c in cell.conditions:
        assert isinstance(c, Constraint)
        value = c.expr.subs(cell.point)
        assert value > 0 if c.rel == ">" else value < 0


LOCAL = [
    "atan(tan({u})) - {u}",
    "asin(sin({u})) - {u}",
    "atan2(sin({u}), cos({u})) - {u}",
    "atan((1 + {u})/(1 - {u})) - atan({u}) - pi/4",
    "atan({u} - 5) + atan(1/({u} - 5)) + pi/2",
]


@pytest.mark.parametrize("factor", LOCAL)
@pytest.mark.parametrize("kink", ["abs(x)", "relu(x)", "sign(x)"])
def test_what_is_zero_on_one_part_of_the_constants_is_not_taken_for_zero(factor, kink):
    """atan(tan(c)) = c between two poles alone: the kink is there for constants beyond."""
    for text, wrt in ((f"{kink}*({factor.format(u='c')})", "x"), (f"{kink}*({factor.format(u='y')})", "x,y")):
        assert ask(text, wrt).verdict is not Verdict.DIFFERENTIABLE


def test_an_identity_on_a_half_line_holds_there():
    """atan(x) + atan(1/x) is pi/2 for x > 0."""
    assert str(ask("abs(y)*(atan(x) + atan(1/x) - pi/2)", "x,y", "x > 0").smoothness) == "Cinf"


def test_a_coefficient_that_sympy_cannot_evaluate_at_an_integer_is_not_decided():
    """At k = 1 the angle is pi in a form that SymPy cannot compare with pi: no claim, and no crash."""
    k = sp.Symbol("k", integer=True)
    root = sp.sqrt(sp.pi * k + 1)
    angle = 4 * sp.pi * k * (2 + sp.pi * k - 2 * root) / (8 + 4 * sp.pi * k - 8 * root)
    with pytest.raises(Undetermined, match="zero"):
        Cell({k: sp.Integer(1)}).vanishes(sp.asin(sp.sin(angle)))
