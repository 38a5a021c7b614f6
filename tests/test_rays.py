"""Rays: when do the germs along all directions belong to one differentiable function?"""

import pytest
import sympy as sp

from diffcheck.algebra.lower import lower
from diffcheck.errors import Undetermined
from diffcheck.germs.expand import Expansion, UndefinedHere
from diffcheck.germs.germ import Algebra, Germ, Mono, constant
from diffcheck.language.parse import parse
from diffcheck.thin.rays import Ray, combine
from diffcheck.verdict import C0, CINF, DISCONTINUOUS, SINGULAR, Kind, Smoothness
from diffcheck.walls.cell import Cell
from diffcheck.walls.explore import explore
from diffcheck.walls.outcome import SMOOTH
from diffcheck.walls.wall import Wall

X = sp.Symbol("x", real=True)
DX, DY = sp.symbols("dx' dy'", real=True)
ORIGIN = Wall(X, "x", (("x", sp.S.Zero), ("y", sp.S.Zero)))


def _value(algebra, cell, line, tree):
    try:
        return Expansion(algebra, cell, line).value(tree).germ
    except (UndefinedHere, ZeroDivisionError):
        return None


def rays_at_origin(text):
    """Expand along (dx*t, dy*t) for every kind of direction."""
    tree = lower(parse(text))
    rays = []

    def look(_, cell):
        algebra = Algebra(cell, 8)
        base = {"x": sp.S.Zero, "y": sp.S.Zero}
        still = {n: constant(p) for n, p in base.items()}
        line = {n: Germ(((d, Mono(sp.S.One)),)) for n, d in (("x", DX), ("y", DY))}
        expansion = Expansion(algebra, cell, line)
        germ = expansion.value(tree).germ
        here = _value(algebra, cell, still, tree)
        value = None if here is None else here.terms[0][0] if here.terms else sp.S.Zero
        rays.append(
            Ray(
                tuple(cell.conditions),
                dict(cell.point),
                germ,
                value,
                tuple(cell.pivots),
                algebra,
                expansion,
                base,
                tree,
            )
        )
        return SMOOTH

    explore(ORIGIN, [], ("x", "y", DX.name, DY.name), look)
    return rays


def at_origin(text):
    """Combine the rays of an expression at the origin."""
    return combine(rays_at_origin(text), [DX, DY], (sp.S.One, sp.S.One))


TABLE = [
    ("1/(x**2 + y**2)", SINGULAR, Kind.POLE),
    ("x*y/(x**2 + y**2)", SINGULAR, Kind.OSCILLATION),
    ("x**2*y/(x**2 + y**2)", SINGULAR, Kind.HOLE),
    ("where(x == 0 and y == 0, 0, x*y/(x**2 + y**2))", DISCONTINUOUS, Kind.OSCILLATION),
    ("where(x == 0 and y == 0, 1, x**2*y/(x**2 + y**2))", DISCONTINUOUS, Kind.HOLE),
    ("where(x == 0 and y == 0, 0, x**2*y/(x**2 + y**2))", C0, Kind.DIRECTIONAL),
    ("where(x == 0 and y == 0, 0, x**3/(x**2 + y**2))", C0, Kind.DIRECTIONAL),
    ("sqrt(x**2 + y**2)", C0, Kind.CORNER),
    ("sqrt(x**2 + y**2) + x", C0, Kind.CORNER),
    ("(x**2 + y**2)**(1/4)", C0, Kind.CUSP),
    ("where(x == 0 and y == 0, 0, x**2/(x**2 + y**2)**(3/4))", C0, Kind.CUSP),
    ("where(x == 0 and y == 0, 0, x/(x**2 + y**2)**(1/4))", C0, Kind.VERTICAL_TANGENT),
    ("where(x == 0 and y == 0, 0, x*log(x**2 + y**2))", C0, Kind.VERTICAL_TANGENT),
    ("(x**2 + y**2)**1.5", Smoothness(2), Kind.BREAK),
    ("where(x == 0 and y == 0, 0, x**2*y**2/(x**2 + y**2))", Smoothness(1), Kind.BREAK),
    ("where(x == 0 and y == 0, 0, sin(1/sqrt(x**2 + y**2)))", DISCONTINUOUS, Kind.OSCILLATION),
]


@pytest.mark.parametrize(("text", "level", "kind"), TABLE, ids=[t for t, *_ in TABLE])
def test_the_first_coefficient_that_is_no_polynomial_decides(text, level, kind):
    """Constant term: limit; t: slope, linear or not; t**n: the n-th derivative."""
    found = at_origin(text)
    assert (found.level, found.kind) == (level, kind)
    assert found.how


@pytest.mark.parametrize(
    "text", ["sqrt(x**2 + y**2)**2", "x*y + sqrt((x**2 + y**2)**2)", "cos(sqrt(x**2 + y**2))"]
)
def test_all_directions_may_share_one_analytic_expression(text):
    """Then the function is analytic at the point: even powers of the radius are polynomials."""
    assert at_origin(text).level == CINF


def test_kinds_of_directions_must_agree_in_every_coefficient():
    """|x|*x**2 has the coefficients +dx**3 and -dx**3 of t**3: no polynomial."""
    assert at_origin("abs(x)*x**2 + 0*sqrt(x**2 + y**2)").level == Smoothness(2)


def test_unequal_weights_show_failures_only():
    """With weights a limit can be refuted, but slopes cannot be compared."""
    found = combine(rays_at_origin("sqrt(x**2 + y**2)"), [DX, DY], (sp.S.One, sp.Integer(2)))
    assert found.level == CINF


def test_what_is_not_decided_is_said_to_be_undetermined():
    """Cells answer what is exact; a wave beyond the first order needs the gradient."""
    with pytest.raises(Undetermined):
        at_origin("where(x == 0 and y == 0, 0, (x**2 + y**2)*sin(1/sqrt(x**2 + y**2)))")


def test_a_cell_is_a_proof_for_all_its_directions():
    """The conditions of all rays cover the circle: each direction satisfies those of one of them."""
    rays = rays_at_origin("abs(x) + abs(y)")
    for dx, dy in ((1, 2), (-1, 2), (1, -2), (-1, -2)):
        at = {DX: sp.Integer(dx), DY: sp.Integer(dy)}
        kinds = [
            r for r in rays if all(Cell(at).sign(c.expr) == (1 if c.rel == ">" else -1) for c in r.conditions)
        ]
        assert len(kinds) == 1
