"""Real roots: the named functions, the edges, and properties of planted roots."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import sympy as sp
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.roots import RootSet, common_zeros, real_roots
from diffcheck.algebra.roots.families import member
from diffcheck.algebra.roots.jets import constant
from diffcheck.algebra.roots.tails import far_sign

x = sp.Symbol("x", real=True)
SETTINGS = settings(max_examples=25, deadline=None)


def read(text: str) -> sp.Expr:
    """Return a test's own text as an expression in x with exact decimals."""
    return sp.sympify(text, locals={"x": x}, rational=True)


def places(found: RootSet) -> list[tuple[float, int | None]]:
    """Return every root as a rounded place and its multiplicity."""
    return [(round(float(root.ball.mid()), 6), root.multiplicity) for root in found.roots]


# expression, [(root, multiplicity), ...]: all of them, and proved to be all of them.
FINITE = [
    ("x**5-x-1", [(1.167304, 1)]),
    ("x**3-3*x+2", [(-2, 1), (1, 2)]),
    ("x**6-4", [(-1.259921, 1), (1.259921, 1)]),
    ("(x-1)**4", [(1, 4)]),
    ("exp(x)+x", [(-0.567143, 1)]),
    ("exp(x)-2-x", [(-1.841406, 1), (1.146193, 1)]),
    ("exp(x)-1-x", [(0, 2)]),
    ("cos(x)-x", [(0.739085, 1)]),
    ("exp(x)-3+x**3", [(0.860171, 1)]),
    ("erf(x)-x/2", [(-1.990233, 1), (0, 1), (1.990233, 1)]),
    ("x-sin(x)", [(0, 3)]),
    ("sin(x)-x+x**3/6", [(0, 5)]),
    ("sin(x)**2-x**2", [(0, 4)]),
    ("cosh(x)-1-x**2/2", [(0, 4)]),
    ("tanh(x)-1", []),
    ("exp(-x**2)-1/2", [(-0.832555, 1), (0.832555, 1)]),
    ("log(x)-1", [(2.718282, 1)]),
    ("x*exp(-x)-1/E", [(1, 2)]),
    ("x**2-2*x+1.0000000000000001", []),
    ("x**4-2*x+1.191", []),
    ("log(x**2-1)", [(-1.414214, 1), (1.414214, 1)]),
    ("x**x-2", [(1.55961, 1)]),
    ("log(1+exp(x))-1", [(0.541325, 1)]),
    ("1/(1+exp(-x))-19/20", [(2.944439, 1)]),
    ("exp(-100)-x", [(0, 1)]),
    ("x*log(x)", [(1, 1)]),
    ("sqrt(x)-x", [(0, None), (1, 1)]),
    ("sin(x)-x/4", [(-2.474577, 1), (0, 1), (2.474577, 1)]),
    ("4*sqrt(1-x**2)+6*tanh(x)-5/3+1/(2*(x**2+1))", [(-0.420953, 1)]),
    ("2**x-x**2", [(-0.766665, 1), (2, 1), (4, 1)]),
    ("exp(x)-x**10", [(-0.912765, 1), (1.118326, 1), (35.771521, 1)]),
    ("x**2-2*sqrt(2)*x+2", [(1.414214, 2)]),
    ("x**3-pi*x+1", [(-1.914162, 1), (0.32972, 1), (1.584442, 1)]),
    ("sqrt(1-x**2)-x", [(0.707107, 1)]),
    ("x*(exp(x)-1)", [(0, 2)]),
    ("exp(-exp(x))-x", [(0.269874, 1)]),
    ("log(1+exp(x))-log(2)-x/2", [(0, 2)]),
    ("log(x)-x+1", [(1, 2)]),
    ("1/x+log(x)", []),
    ("asin(x)-2*x/3-1/5", [(0.519634, 1)]),
    ("x**2/x**3", []),
    ("exp(x-log(2))-1-x+log(2)", [(0.693147, 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FINITE, ids=[text for text, _ in FINITE])
def test_all_zeros_are_found_with_their_multiplicity(
    text: str, expected: list[tuple[float, int | None]]
) -> None:
    """Each named function has exactly the listed zeros and multiplicities, and the set is proved complete."""
    found = real_roots(read(text), x)
    assert found.complete, found.how
    assert not found.families
    assert places(found) == [(pytest.approx(place, abs=2e-6), m) for place, m in expected]


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("x**6-4", [-sp.cbrt(2), sp.cbrt(2)]),
        ("x**4-10*x**2+1", None),
        ("exp(-x**2)-1/2", [-sp.sqrt(sp.log(2)), sp.sqrt(sp.log(2))]),
        ("1/(1+exp(-x))-19/20", [sp.log(19)]),
        ("log(1+exp(x))-1", [sp.log(sp.E - 1)]),
        ("x-1/10**8", [sp.Rational(1, 10**8)]),
        ("asin(x)-1/3", [sp.sin(sp.Rational(1, 3))]),
        ("atan(x)-1", [sp.tan(1)]),
        ("2**x-3", [sp.log(3) / sp.log(2)]),
    ],
)
def test_closed_forms_are_given_where_they_are_short(text: str, exact: list[sp.Expr] | None) -> None:
    """Powers, logarithms and inverse functions come back in closed form, and its value lies in the ball."""
    found = real_roots(read(text), x)
    assert found.complete
    assert exact is None or [root.exact for root in found.roots] == exact
    for root in found.roots:
        assert root.exact is not None
        assert constant(root.exact, 300).overlaps(root.ball)


@pytest.mark.parametrize(
    ("text", "base", "period", "multiplicity"),
    [
        ("sin(x)-cos(x)", sp.pi / 4, sp.pi, 1),
        ("sin(x)+cos(x)-sqrt(2)", sp.pi / 4, 2 * sp.pi, 2),
        ("cos(x)-1", 0, 2 * sp.pi, 2),
        ("tan(x)-1", sp.pi / 4, sp.pi, 1),
        ("exp(sin(x))-1", 0, sp.pi, 1),
        ("exp(x)*sin(x)", 0, sp.pi, 1),
        ("sin(pi*x)", 0, 1, 1),
    ],
)
def test_periodic_zeros_are_one_family(text: str, base: sp.Expr, period: sp.Expr, multiplicity: int) -> None:
    """A trigonometric equation gives base + k*period, merged to the shortest period."""
    found = real_roots(read(text), x)
    assert found.complete
    assert not found.roots
    [family] = found.families
    assert (family.base.exact, family.period, family.base.multiplicity) == (base, period, multiplicity)


def test_a_family_loses_the_members_outside_the_domain() -> None:
    """sin(x)/x is not defined at 0, sin(x)*log(x) only for x > 0, log(sin(x)) only where sin(x) > 0."""
    [hole] = real_roots(read("sin(x)/x"), x).families
    assert hole.excluded == (0,)
    edge = real_roots(read("sin(x)*log(x)"), x)
    assert edge.families[0].first == 1
    assert [root.exact for root in edge.roots] == [1]
    [top] = real_roots(read("log(sin(x))"), x).families
    assert (top.base.exact, top.period, top.base.multiplicity) == (sp.pi / 2, 2 * sp.pi, 2)


@pytest.mark.parametrize(
    "text",
    ["sin(1/x)", "x*sin(x)-1", "sin(exp(x))", "sin(x)+sin(sqrt(2)*x)", "sin(0**x)", "0**x-1/2", "(-1)**x+1"],
)
def test_what_is_not_proved_is_not_called_complete(text: str) -> None:
    """Accumulating or unstructured infinite zero sets are incomplete, and those of what is not analytic."""
    assert not real_roots(read(text), x).complete


def test_identically_zero_is_said() -> None:
    """A function that vanishes everywhere has no isolated zeros."""
    assert real_roots(read("sin(x)**2+cos(x)**2-1"), x).everywhere
    assert real_roots(sp.S.Zero, x).everywhere


def test_an_interval_limits_the_search() -> None:
    """Only zeros in the closed interval count, and infinitely many beyond it do no harm."""
    inside = real_roots(read("x*sin(x)-1"), x, 0, 20)
    assert inside.complete
    assert len(inside.roots) == 7
    assert [root.exact for root in real_roots(sp.sin(x), x, 0, 2 * sp.pi).roots] == [0, sp.pi, 2 * sp.pi]
    assert [root.exact for root in real_roots(x**2 - 1, x, 0, sp.oo).roots] == [1]
    assert real_roots(sp.sin(x), x, 1, sp.oo).families[0].first == 1
    assert [root.exact for root in real_roots(sp.exp(x) - 1 - x, x, 0, 5).roots] == [0]


def test_balls_refine() -> None:
    """A ball has more than 200 bits and shrinks on demand around the same root."""
    for text in ("x**5-x-1", "cos(x)-x", "exp(x)-1-x", "log(x)-2"):
        [root] = real_roots(read(text), x).roots
        assert root.ball.rad() < arb((1, -200))
        fine = root.refine(600)
        assert fine.rad() < arb((1, -500))
        assert fine.overlaps(root.ball)


def test_two_roots_closer_than_float64_are_told_apart() -> None:
    """(exp(x) - 1 - x) - 1e-40 has two zeros about 1e-20 away from 0, plus 1e-40 has none."""
    gap = sp.Rational(1, 10**40)
    split = real_roots(sp.exp(x) - 1 - x - gap, x)
    assert split.complete
    assert len(split.roots) == 2
    assert real_roots(sp.exp(x) - 1 - x + gap, x).roots == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2**x-x**10", 1),
        ("log(1+exp(x))-x", 1),
        ("sqrt(x**2+1)-x", 1),
        ("atan(x)-pi/2+1/x", 1),
        ("cos(x)-x", -1),
        ("exp(-exp(x))-1/x", -1),
        ("1/(1+exp(-x))-1", -1),
        ("x*sin(x)-1", None),
        ("sin(x)", None),
    ],
)
def test_the_sign_far_out_is_proved(text: str, expected: int | None) -> None:
    """The leading term decides even when it stays after cancellation; oscillation is left open."""
    y = sp.Symbol("x", positive=True)
    found = far_sign(sp.sympify(text, locals={"x": y}, rational=True), y)
    assert (found[0] if found else None) == expected


@pytest.mark.parametrize(
    ("text", "end", "inward", "expected"),
    [
        ("log(x)+1/x", "0", 1, 1),
        ("x*log(x)", "0", 1, -1),
        ("x**2-2", "sqrt(2)", 1, 1),
        ("x**2-2", "sqrt(2)", -1, -1),
        ("9*x+log(1+x**2-x**4)", "-sqrt(1/2+sqrt(5)/2)", 1, -1),
        ("exp(x)-1-x", "-oo", 1, 1),
        ("sin(1/(x-1))", "1", 1, None),
    ],
)
def test_the_sign_near_an_end_is_proved(text: str, end: str, inward: int, expected: int | None) -> None:
    """At an end that is a number the leading term in the distance decides, whatever SymPy knows of that number."""
    found = far_sign(sp.sympify(text, locals={"x": x}, rational=True), x, sp.sympify(end), inward)
    assert (found[0] if found else None) == expected


@pytest.mark.parametrize("size", ["4000/3", "987654321/1000"])
def test_large_numbers_in_exponents_are_no_degrees(size: str) -> None:
    """(x - 1)*exp(2*x + a) + x + 1 has no zero for x > 1, and one for x < 1, for all large a."""
    found = real_roots(sp.sympify(f"(x-1)*exp(2*x+{size})+x+1", locals={"x": x}), x, -2, 2)
    assert found.complete
    assert len(found.roots) == 1


rationals = st.fractions(min_value=-5, max_value=5, max_denominator=12).map(
    lambda f: sp.Rational(f.numerator, f.denominator)
)


@SETTINGS
@given(st.dictionaries(rationals, st.integers(1, 3), min_size=1, max_size=4))
def test_planted_roots_of_polynomials_come_back(planted: dict[sp.Rational, int]) -> None:
    """prod (x - r)**m has exactly the zeros r with multiplicities m, expanded or not."""
    f = sp.Mul(*((x - r) ** m for r, m in planted.items()))
    for form in (f, sp.expand(f), sp.expand(f) * (x**2 + 1)):
        found = real_roots(form, x)
        assert found.complete
        assert [(root.exact, root.multiplicity) for root in found.roots] == sorted(planted.items())


@SETTINGS
@given(
    rationals, rationals.filter(bool), st.sampled_from(["exp(x)-2-x", "cos(x)-x", "erf(x)-x/2", "exp(x)-1-x"])
)
def test_an_affine_change_moves_the_roots(shift: sp.Rational, scale: sp.Rational, text: str) -> None:
    """The zeros of f(scale*x + shift) are (r - shift)/scale, multiplicities included."""
    f = read(text)
    before = real_roots(f, x)
    after = real_roots(f.subs(x, scale * x + shift), x)
    assert after.complete
    moved = [((r.ball - constant(shift, 300)) / constant(scale, 300), r.multiplicity) for r in before.roots]
    moved = moved if scale > 0 else moved[::-1]
    assert len(moved) == len(after.roots)
    for (ball, multiplicity), root in zip(moved, after.roots, strict=True):
        assert ball.overlaps(root.ball)
        assert multiplicity == root.multiplicity


@SETTINGS
@given(st.lists(st.integers(-4, 4), min_size=4, max_size=4).filter(any))
def test_sign_changes_of_samples_are_explained(weights: list[int]) -> None:
    """Between two samples of opposite sign lies an odd number of zeros, else an even number."""
    a, b, c, d = weights
    f = a * sp.exp(x) + b * x**2 + c * sp.sin(x) + d + sp.Rational(1, 7)
    found = real_roots(f, x, -6, 6)
    assert found.complete, found.how
    grid = [-6 + 12 * (k + 0.37) / 200 for k in range(200)]
    values = [a * math.exp(t) + b * t * t + c * math.sin(t) + d + 1 / 7 for t in grid]
    for low, high, left, right in zip(grid, grid[1:], values, values[1:], strict=False):
        if min(abs(left), abs(right)) > 1e-6:
            inside = [r for r in found.roots if low < float(r.ball.mid()) < high]
            assert (sum(r.multiplicity or 0 for r in inside) % 2 == 1) == (left * right < 0)


@SETTINGS
@given(st.integers(1, 4), st.integers(-3, 3), st.integers(-3, 3), st.integers(-4, 4))
def test_members_of_families_are_zeros(n: int, a: int, b: int, c: int) -> None:
    """Every member of a family is a zero of the trigonometric polynomial it came from."""
    f = sp.sin(n * x) + a * sp.cos(x) + b * sp.sin(x) + sp.Rational(c, 3)
    found = real_roots(f, x)
    assert found.complete
    for family in found.families:
        for k in (-2, 0, 3):
            at = float(member(family, k).ball.mid())
            assert abs(math.sin(n * at) + a * math.cos(at) + b * math.sin(at) + c / 3) < 1e-6


@pytest.mark.parametrize(
    "text",
    ["(1-sin(x))*exp(2*x)-1-sin(x)", "(1-cos(x))*x-1", "(1-cos(x))*x**2-cos(x)/3", "(sin(x)-1)*exp(x)+1/2"],
)
def test_waves_beside_other_functions_have_no_period(text: str) -> None:
    """Also where a factor such as 1 - sin(x) would drop out for sin(x) = 1: every zero found is one."""
    f = read(text)
    found = real_roots(f, x)
    assert not found.complete
    assert not found.families
    near = real_roots(f, x, 0, 14)
    assert near.complete
    balls = [root.ball for root in near.roots]
    assert all(enclose(f, {x: ball}, 128).contains(0) for ball in balls)
    samples = [enclose(f, {x: sp.Rational(n, 64)}, 64) for n in range(1, 14 * 64)]
    changes = sum(bool((a > 0 and b < 0) or (a < 0 and b > 0)) for a, b in pairwise(samples))
    assert sum(root.multiplicity == 1 for root in near.roots) >= changes


COMMON = [
    ("x*sin(x)-1", "sin(x)+x*cos(x)", []),
    ("sin(x)-x*cos(x)", "x*sin(x)", [0]),
    ("(1-sin(x))*exp(2*x)-1-sin(x)", "2*(1-sin(x))*exp(2*x)-cos(x)*exp(2*x)-cos(x)", [0]),
    ("exp(x)-1-x", "exp(x)-1", [0]),
    ("exp(2*x)-3*exp(x)+2", "exp(x)-2", [sp.log(2)]),
    ("sin(x**3+x)", "(3*x**2+1)*cos(x**3+x)", []),
    ("x**2-2", "x**3-2*x", [-sp.sqrt(2), sp.sqrt(2)]),
]


@pytest.mark.parametrize(("f", "g", "expected"), COMMON)
def test_common_zeros_are_all_found(f: str, g: str, expected: list[sp.Expr]) -> None:
    """By elimination of sines, cosines and exponentials; candidates are proved or refuted."""
    assert sorted(common_zeros(read(f), read(g), x) or (), key=sp.N) == expected


@pytest.mark.parametrize(
    ("f", "g"), [("sin(x)", "sin(2*x)"), ("exp(x)*sin(x)-x", "exp(x)*cos(x)-1"), ("x**5-x-1", "x**6-x**2-x")]
)
def test_common_zeros_without_end_or_form_are_not_told(f: str, g: str) -> None:
    """Infinitely many, more unknowns than equations, and a common root without a closed form."""
    assert common_zeros(read(f), read(g), x) is None


@pytest.mark.parametrize("wave", [sp.sin(x), sp.cos(x), sp.sin(2 * x), sp.sin(x) - sp.cos(x)])
@pytest.mark.parametrize("end", [-1, 0, 1, 3])
def test_a_domain_that_begins_at_a_zero_holds_it(wave: sp.Expr, end: int) -> None:
    """sin(x)*(1 + sqrt(x - p)) vanishes at p, where its domain begins, if sin does; so do those that end there."""
    first = {sp.cos(x): sp.pi / 2, sp.sin(x) - sp.cos(x): sp.pi / 4}.get(wave, sp.S.Zero)
    place = first + end * sp.pi
    for side in (1, -1):
        found = real_roots(wave * (1 + sp.sqrt(side * (x - place))), x)
        assert found.complete
        at = [r.exact for r in found.roots] + [
            member(f, k).exact for f in found.families for k in range(-9, 10) if f.has(k)
        ]
        assert any(sp.simplify(p - place) == 0 for p in at if p is not None)
        assert all(side * (p - place) >= 0 for p in at if p is not None)
