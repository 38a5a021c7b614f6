"""Walls: gaps solved for a name, factor by factor."""

import time
from itertools import product

import mpmath
import pytest
import sympy as sp
from questions import ask, is_on_place, point_of

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol
from diffcheck.analyze import analyze
from diffcheck.check import check
from diffcheck.conditions.equations import solve_for
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.verdict import Kind, Verdict
from diffcheck.walls.factored import factors
from diffcheck.walls.members import integer_zeros
from diffcheck.walls.solved import walls_of

X, Y, A, B, C = sp.symbols("x y a b c", real=True)
K = sp.Symbol("k", integer=True)
P = sp.Symbol("p", positive=True)


def _expression(value: object) -> str | None:
    """Name a test by its expression: the order of a set is another one in every process."""
    return str(value) if isinstance(value, sp.Expr) else None


def _on(expr, wall):
    return expr.subs({symbol(name): value for name, value in wall.base})


FACTORS = [
    (X * Y, {X, Y}),
    ((X - 1) ** 2, {X - 1}),
    (X**2 + 1, set()),
    (sp.exp(X) * (X - Y), {X - Y}),
    ((X**2 - 1) / (X**2 + 2), {X - 1, X + 1}),
    (X**2 - Y**2, {X - Y, X + Y}),
    (P + X**2, set()),
    (sp.exp(sp.Integer(10) ** 9 * X) * X, {X}),
    (sp.exp(X * Y) - sp.exp(Y**2), {X - Y, Y}),
    (2 ** sp.sin(X) - 2**X, {X - sp.sin(X)}),
    (3 * sp.exp(X) - 2 * sp.exp(-Y), {X + Y + sp.log(3) - sp.log(2)}),
    (sp.exp(X) + sp.exp(Y), set()),
    (Y * sp.exp(Y**2 / (Y - 1)) - sp.exp(Y) * sp.exp(Y / (Y - 1)), {Y - 1}),
]


@pytest.mark.parametrize(("expr", "expected"), FACTORS, ids=[str(e) for e, _ in FACTORS])
def test_factors_that_plainly_cannot_vanish_drop_out(expr, expected):
    """The zero set of a gap is the union of those of its factors, each counted once."""
    assert {sp.expand(f) for f in factors(expr)} == expected


SOLVED = [
    (X - Y, {("x", Y)}),
    (X * Y, {("x", sp.S.Zero), ("y", sp.S.Zero)}),
    (X**2 - Y, {("y", X**2)}),
    (sp.exp(X) - 2, {("x", sp.log(2))}),
    (X**2 - 2, {("x", sp.sqrt(2)), ("x", -sp.sqrt(2))}),
    (1 - Y * X, {("x", 1 / Y)}),
    (X**2 + Y**2 + 1, set()),
    (X**2 - A, {("x", sp.sqrt(A)), ("x", -sp.sqrt(A))}),
]


@pytest.mark.parametrize(("gap", "expected"), SOLVED, ids=[str(g) for g, _ in SOLVED])
def test_walls_are_solutions_of_the_gap(gap, expected):
    """Each wall gives one name in terms of the others, and nothing stays open."""
    found = walls_of(gap, ("x", "y"), False)
    assert {pair for wall in found.walls for pair in wall.base} == expected
    assert not found.open
    for wall in found.walls:
        assert sp.simplify(_on(gap, wall)) == 0


def test_a_root_of_a_parameter_is_real_under_its_condition():
    """x**2 = a has solutions for a > 0."""
    for wall in walls_of(X**2 - A, ("x",), False).walls:
        assert [str(c) for c in wall.conditions] == ["a > 0"]


def test_a_quadratic_has_two_walls_where_its_discriminant_is_positive():
    """x**2 + b*x + c = 0 by the formula; a double root is a null set of the constants."""
    walls = walls_of(X**2 + B * X + C, ("x",), False).walls
    assert len(walls) == 2
    for wall in walls:
        assert sp.expand(_on(X**2 + B * X + C, wall)) == 0
        assert [sp.expand(c.expr) for c in wall.conditions] == [B**2 - 4 * C]


@pytest.mark.parametrize(
    ("gap", "members"),
    [
        (sp.sin(X), {n * sp.pi for n in range(-3, 4)}),
        (sp.cos(X), {n * sp.pi + sp.pi / 2 for n in range(-3, 3)}),
        (sp.sin(2 * X - 1), {(n * sp.pi + 1) / 2 for n in range(-6, 6)}),
    ],
    ids=_expression,
)
def test_periodic_gaps_have_families(gap, members):
    """All zeros in an interval are members for some integer, and every member is a zero."""
    walls = walls_of(gap, ("x",), False).walls
    found = {sp.expand(w.base[0][1].subs(w.integers[0], n)) for w in walls for n in range(-9, 10)}
    assert all(len(w.integers) == 1 for w in walls)
    assert {sp.expand(m) for m in members} <= found
    assert all(sp.simplify(gap.subs(X, v)) == 0 for v in list(found)[:6])


def test_a_root_without_closed_form_keeps_its_equation_and_a_ball():
    """x**5 = x + 1 has one real root, 1.1673..."""
    (wall,) = walls_of(X**5 - X - 1, ("x",), False).walls
    assert wall.implicit is not None
    assert abs(float(wall.implicit.ball(128).mid()) - 1.16730397826) < 1e-10
    assert wall.implicit.symbol.name not in {"x", "x_root"}


def test_what_cannot_be_solved_is_open_and_never_dropped():
    """exp(x) + x*y**5 + y = 0 has no formula in x or y."""
    gap = sp.exp(X * Y) + X * Y**5 + Y + X
    assert walls_of(gap, ("x", "y"), False).open == (gap,)


def test_an_absolute_value_in_a_gap_is_both_its_signs():
    """|x| - y vanishes only where x - y or -x - y does."""
    found = walls_of(sp.Abs(X) - Y, ("x", "y"), False)
    assert {w.gap for w in found.walls} >= {X - Y} or {w.gap for w in found.walls} >= {Y - X}
    assert len(found.walls) == 2


def test_the_zeros_of_a_sum_of_squares_are_a_thin_set():
    """x**2 + y**2 = 0 only where its gradient vanishes as well: codimension 2."""
    found = walls_of(X**2 + Y**2, ("x", "y"), True)
    assert found.thin
    assert all(set(t.equations) >= {2 * X, 2 * Y} or X in t.equations for t in found.thin)


@pytest.mark.parametrize(
    ("f", "values"),
    [
        (3 * X - Y, {Y / 3}),
        (sp.log(X) - Y, {sp.exp(Y)}),
        (X**3 - Y, {sp.cbrt(Y), -sp.cbrt(-Y)}),
        (sp.exp(2 * X) - 3 * sp.exp(X) + 2, {sp.S.Zero, sp.log(2)}),
        (sp.sqrt(X) - Y, {Y**2}),
    ],
    ids=_expression,
)
def test_solutions_for_one_symbol(f, values):
    """Linear and quadratic formulas, and inverses of the one function that holds the symbol."""
    assert {s.value for s in solve_for(f, X)} == values


LOGARITHMS = [
    (sp.log(X / Y) - sp.log((1 - X) / (1 - Y)), {Y}),
    (2 * sp.log(X) - sp.log(Y - X), {(sp.sqrt(4 * Y + 1) - 1) / 2, (-sp.sqrt(4 * Y + 1) - 1) / 2}),
    (sp.log(X) + sp.log(X + 3) - sp.log(4), {sp.S.One}),
    (sp.log(X) - sp.log(1 - X) - 1, {sp.E / (1 + sp.E)}),
    (3 * sp.log(X) - 3 * sp.log(Y * X + 1) + sp.log(X), None),
]


@pytest.mark.parametrize(("f", "values"), LOGARITHMS, ids=_expression)
def test_a_sum_of_logarithms_is_solved_where_they_have_values(f, values):
    """The zeros of the product are kept where all of the logarithms can have a value, with the conditions for that."""
    found, point = solve_for(f, X), {Y: sp.Rational(1, 3)}
    assert values is None or {sp.simplify(s.value) for s in found} == {sp.simplify(v) for v in values}
    for s in found or ():
        defined = sp.sympify(f.subs(X, s.value).subs(point)).is_real
        assert all(c.expr.subs(point) > 0 for c in s.conditions) == defined


WAVES = [
    (A * sp.sin(X) + B * sp.cos(X), 1),
    (A * sp.sin(X) + B * sp.cos(X) + C, 2),
    (A * sp.sin(X) + B * sp.cos(X) + B, 2),
    (3 * sp.sin(2 * X) - 4 * sp.cos(2 * X) + C, 2),
    (sp.sin(X + Y) + Y * sp.cos(X + Y) - 1, 2),
]


@pytest.mark.parametrize(("f", "count"), WAVES, ids=str)
def test_sums_of_a_sine_and_a_cosine_are_solved_for_all_constants(f, count):
    """Each formula is a solution for every integer, and over a period there are as many as of the equation."""
    found = solve_for(f, X)
    assert len(found) == count
    for s in found:
        assert is_zero(f.subs(X, s.value)) is Decision.YES


def test_no_member_of_a_family_of_waves_is_lost():
    """At k = -2 the half-angle of sin(x) + 2*cos(x) - k = 0 is pi/2, of which the tangent says nothing."""
    assert solve_for(A * sp.sin(X) + 2 * sp.cos(X) - K, X) is None
    for s in solve_for(sp.sin(X) + 2 * sp.cos(X) - K, X):
        assert is_zero((sp.sin(X) + 2 * sp.cos(X) - K).subs(X, s.value).subs(K, -2)) is Decision.YES


def test_no_formula_is_none_and_no_solution_is_empty():
    """None says that nothing is known; an empty list proves that there is none."""
    assert solve_for(sp.exp(X) - X - Y, X) is None
    assert solve_for(X**2 + 1, X) == []


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (K * (K - 3), [0, 3]),
        (2 * K - 1, []),
        (K**2 - 2, []),
        (sp.pi * (2 * K + 4), [-2]),
        (K - Y, []),
        (sp.Abs(K + sp.S.Half) - sp.Abs(K - sp.S.Half), [0]),
        (sp.Abs(K) - K, None),
        ((-1) ** K * K + 2, [-2]),
        (2 * (-1) ** K + 3 * K - 1, [1]),
        (2 * (-1) ** K + 3, []),
        ((-1) ** K + 1, None),
        ((-1) ** (K * (K + 1) / 2) + K, None),
    ],
    ids=str,
)
def test_the_integers_at_which_a_coefficient_vanishes(expr, expected):
    """Exactly these members of a family need a look of their own."""
    assert integer_zeros(expr, K) == expected


def test_a_residue_of_a_family_is_a_family():
    """k -> 2*j + 1 leaves the integer j; k -> 3 leaves none."""
    (wall,) = walls_of(sp.sin(X), ("x",), False).walls
    (k,) = wall.integers
    odd = wall.with_integer(k, 2 * K + 1)
    assert odd.integers == (K,)
    assert sp.expand(odd.base[0][1]) == 2 * sp.pi * K + sp.pi
    assert wall.with_integer(k, sp.Integer(3)).integers == ()


@pytest.mark.parametrize("wave", ["sin(x*y)", "cos(x*y) - 1", "sin(2*x*y)", "sin(pi*x*y)", "1 - cos(x*y/3)"])
def test_a_wave_of_a_product_vanishes_where_a_factor_does(wave):
    """sin(x*y) = 0 on the curves x = k*pi/y and on the line y = 0, which no formula for x shows."""
    gap = to_sympy(parse(wave))
    found = walls_of(gap, ("x", "y"), False)
    assert not found.open
    lines = [w for w in found.walls if dict(w.base).get("y") == 0]
    assert lines
    assert all(_on(gap, w).simplify() == 0 for w in lines)


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("abs(sin(x**2))**0.5", "C0"),
        ("abs(sin(x**2))**1.5", "C2"),
        ("abs(sin(x**2))**2.5", "C4"),
        ("tan(x**2)**1.5", "C2"),
        ("abs(sin((x - 1/2)**2))**1.5", "C2"),
        ("(1 - cos(x**2))**0.75", "C2"),
        ("abs(sin(x**2))", "Cinf"),
    ],
)
def test_the_member_on_the_border_of_a_family_is_one_of_its_walls(text, grade):
    """x = sqrt(pi*k) holds for k = 0 as well, where sin(x**2) touches zero: abs(sin(x**2))**1.5 is like abs(x)**3."""
    assert str(analyze(make_problem(text, ["x"], "-1 < x, x < 1")).smoothness) == grade


# A sum of squared residuals, variables -> whether its root has a corner for data in general position.
RESIDUALS = {
    ("norm(y - w*x)", "w"): False,
    ("sqrt(mean((y_i - w*x_i - b)**2))", "w,b"): False,
    ("sqrt(sum((y_i - tanh(w*x_i))**2))", "w"): False,
    ("sqrt((y - w)**2 + (z - w**3)**2)", "w"): False,
    ("sqrt((y - w)**2 + (y - 2*w)**2)", "w"): False,
    ("sqrt((y - w)**2 + (z - v)**2)", "v,w"): True,
    ("sqrt((w - 1)**2 + (w**2 - w)**2)", "w"): True,
    ("sqrt(w**2 + (a*w)**2)", "w"): True,
    ("sqrt((y*w)**2 + (z*w)**2 + w**4)", "w"): True,
    ("norm(y - w*x)", "w,x"): True,
}


@pytest.mark.parametrize(("text", "wrt"), RESIDUALS)
def test_residuals_vanish_together_for_special_data_alone(text, wrt):
    """More equations than variables, each with a constant of its own; equal factors are no more equations."""
    analysis = analyze(make_problem(text, [wrt]))
    assert analysis.smoothness is not None
    assert analysis.smoothness.differentiable is not RESIDUALS[text, wrt]


def test_a_report_says_which_data_are_special():
    """A perfect fit would be a corner."""
    notes = check("norm(y - w*x)").notes
    said = "is zero only where y[i] = w*x[i] for every i, which constants in general position rule out"
    assert any(said in note for note in notes)


BOUNDED = [
    ("min(sigmoid(x**6), x)", "abs(x) <= 1", 1),
    ("abs(exp(x**6)*x - 1)", "x > -2, x < 2", 1),
    ("abs(exp(x**8)*(x - 1) + x)", "0 < x, x < 1", 1),
    ("abs(exp(x**8)*(x - 1) + x)", "-1 < x, x < 0", 0),
]


@pytest.mark.parametrize(("text", "where", "count"), BOUNDED)
def test_an_equation_is_solved_inside_the_bounds_of_its_variable(text, where, count):
    """What grows too fast to be followed far out has its roots isolated between the bounds."""
    found = ask(text, "x", where)
    assert found.smoothness is not None
    assert len(found.findings) == count


@pytest.mark.parametrize(
    ("text", "wrt", "grade", "places"),
    [
        ("norm(sin(x), x*cos(x))", "x", "C0", ["x = 0"]),
        ("norm(sin(x), x*cos(x), x*exp(x))", "x", "C0", ["x = 0"]),
        ("norm(sin(x), cos(x) - 1)", "x", "C0", ["x = 2*pi*k for integer k"]),
        ("norm(sin(x)*x, x*exp(x))", "x", "C0", ["x = 0"]),
        ("norm(sin(x*y)*x, x*exp(y))", "x,y", "C0", ["x = 0"]),
        ("norm(exp(x) - c, sin(x))", "x", "Cinf", []),
        ("norm(asin(c*x), x - c)", "x", "Cinf", ["x = 1/c", "x = -1/c"]),
        ("norm(tanh(c*x), x - c)", "x", "Cinf", []),
        ("norm(exp(x) - exp(c), exp(x)*y - a)", "x,y", "C0", ["x = c and y = a*exp(-c)"]),
    ],
)
def test_a_sum_of_squares_vanishes_where_all_bases_do(text, wrt, grade, places):
    """Each base is solved and the others looked at there: constants in general position meet two at once nowhere."""
    report = check(text, wrt)
    assert str(report.smoothness) == grade
    assert sorted(f.at for f in report.findings) == sorted(places)


@pytest.mark.parametrize("slope", [sp.Rational(1, 2), 2, 3])
@pytest.mark.parametrize("even", [X**2, X**2 * (Y**2 + 1), X**4 + X**2], ids=str)
def test_a_square_that_leaves_a_root_keeps_both_its_signs(even, slope):
    """To factor sqrt(x**4 + x**2) gives abs(x): the walls of both signs hold all zeros."""
    gap = sp.sqrt(even) - slope * X
    found = walls_of(gap, ("x", "y"), False)
    assert not found.open
    for y in (0, 1, sp.Rational(7, 3)):
        roots = [sp.nsimplify(r) for r in sp.solve(gap.subs(Y, y), X)]
        met = {v.subs({Y: y}) for w in found.walls for n, v in w.base if n == "x"}
        whole = any(n == "y" for w in found.walls for n, _ in w.base)
        assert whole or {sp.simplify(r) for r in roots} <= {sp.simplify(v) for v in met}


@pytest.mark.parametrize("u", ["x - c", "c - x", "2*x - c", "x + y - c", "x - c**2"])
@pytest.mark.parametrize(
    "g",
    [
        "erf({u}) - 1/2",
        "asinh({u})",
        "exp({u}) + ({u}) - 2",
        "tanh({u}) - 1/3",
        "cos({u}) - ({u})",
        "erf({u})",
    ],
)
def test_a_gap_in_one_inner_expression_is_solved_for_it(g, u):
    """g(u) = 0 where u is a root of g, with a closed form or without one."""
    names = ",".join(n for n in "xy" if n in u)
    found = ask(f"abs({g.format(u=f'({u})')})", names)
    assert str(found.smoothness) == "C0"
    (finding,) = {f.kind: f for f in found.findings}.values()
    assert abs(precise(parse(g.format(u=f"({u})")), point_of(finding), 60)) < 1e-30


PAIRS = [
    ("x", "sin(x)", "C2"), ("x", "x**2", "C0"), ("sin(x)", "x - x**3/6", "C4"), ("x*y", "y**2", "C0"),
    ("x", "log(2 + x)", "C0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("g", "u", "v", "grade"),
    [
        *(("exp({})", *row) for row in PAIRS),
        *((g, *PAIRS[0]) for g in ("({})", "2**({})", "tanh({})", "3*exp(1 - ({}))")),
    ],
)
def test_a_one_to_one_function_of_two_arguments_agrees_where_they_do(g, u, v, grade):
    """|g(u) - g(v)| has the class of |u - v| for g with a slope that is not 0."""
    names, where = ",".join(n for n in "xy" if n in u + v), "x > -2" if "log" in v else ""
    found = ask(f"abs({g.format(u)} - {g.format(v)})", names, where)
    assert str(found.smoothness) == grade


@pytest.mark.parametrize(
    "text",
    [
        "max(erf(x), x - c, 0.3)", "where(erf(x) <= 1/2, erf(x), c*y)", "max(erf(x) - 1/2, y)*erf(y)",
        "ceil(erf((x - 1)/x))",
        "sin(max(sigmoid(cos(x - x)), x - c))", "norm(clip(exp(-(x**2 - 1)**2), 1/2, 1), 0.3)",
        "max(abs(sigmoid(y + x))*sigmoid(y + x), cos(abs(x - 1)), 0.3)", "max(softplus(norm(x - 1, x)*(x - 1)), 1.5)",
        "max(round(sin(x - 1)), x - y)", "where(log(1 + exp(x**2)) < atan2(c*x, x), x, 1)",
        "where(abs(sin(norm(x, y)*x)) > c + 1, abs(sin(norm(x, y)*x)), y*x)",
        "norm(cos(abs(abs(x)**(c*d))), max(sign(2*x)**2*c*x, x - 1))",
        "sqrt(4**abs(max(c*x, 2*x + 1) + min(c*x, 2*x + 1)) + (c + 1)**2)",
    ],
)  # fmt: skip
def test_what_has_no_value_or_no_name_ends_no_analysis(text):
    """erfinv, asin(5/2), atan(1/0), a root in a ball without numbers: the question is answered or left open in time."""
    assert check(text, "x,y" if "y" in text else "x", until=time.monotonic() + 4).error is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("floor(erf(x))", 1), ("round(erf(x - c))", 2), ("floor(7*erf(x))", 13), ("ceil(erf(x) + pi)", 2),
        ("round(3*erf(x) + sin(x))", 4), ("floor(erf(x - 2*c) + 1/2)", 2),
    ],
)  # fmt: skip
def test_a_bounded_expression_is_an_integer_for_few(text, count):
    """erf(x) = k for k = 0 alone: each value in reach has its places."""
    found = ask(text, "x")
    assert str(found.smoothness) == "discontinuous"
    assert len([f for f in found.findings if f.kind.value == "jump"]) == count


@pytest.mark.parametrize(
    "text", ["floor(sin(x*y))", "floor(sin(x)*sin(y))", "ceil(cos(x*y))", "floor(cos(x*y - c))"]
)
def test_members_at_which_a_coefficient_vanishes_are_looked_at_whatever_the_other_names_are(text):
    """A coefficient k*y**2 is zero for k = 0, and for y = 0, which is a null set of every member."""
    found = ask(text, "x,y")
    jumps = [f for f in found.findings if f.kind.value == "jump"]
    assert jumps
    for f in jumps:
        point, (v,) = point_of(f), f.direction
        values = [precise(parse(text), {**point, v: point[v] + s * 1e-9}, 60) for s in (-1, 1)]
        assert abs(values[0] - values[1]) == 1


@pytest.mark.parametrize(
    "text", ["floor(sin(x)*sin(y))", "ceil(x*sin(y))", "round(x*erf(y) + 1/2)", "frac(tanh(x)*y)"]
)
def test_a_member_that_vanishes_whatever_one_name_is_jumps_across_the_other(text):
    """k = 0 holds on the walls of both factors; a formula for one name holds one of them."""
    places = [f.at for f in ask(text, "x,y").findings if f.kind.value == "jump"]
    assert any(at.startswith("x = ") for at in places)
    assert any(at.startswith("y = ") for at in places)


@pytest.mark.parametrize("digits", [20, 80, 400])
def test_factors_do_not_depend_on_the_size_of_numbers(digits):
    """FLINT factors what has large numbers: the factors are the same, without their multiplicity and content."""
    x, y = sp.symbols("x y", real=True)
    large = sp.Integer(10) ** digits + 1
    found = factors(3 * (large * x - 1) ** 2 * (x + large * y) * (x**2 - y / large))
    assert {sp.expand(f * large).primitive()[1] for f in found} == {
        large * x - 1,
        x + large * y,
        large * x**2 - y,
    }


@pytest.mark.parametrize("u", ["y**5 - y - 1", "cos(y) - y", "y**2 - 2", "exp(y) - y - 2", "y**3 - 3*y + 1"])
@pytest.mark.parametrize(
    "outer", ["abs(exp(x*({u})) - 1)", "abs(atan(x*({u})))", "x**4*abs(exp(x*({u})) - 1)"]
)
def test_lines_at_roots_without_a_closed_form_are_zeros_too(outer, u):
    """exp(x*u(y)) = 1 where u(y) = 0 whatever x is: there is a corner, and x = 0 is another matter."""
    found = ask(outer.format(u=u), "x,y", "x > 0")
    assert str(found.smoothness) == "C0"


@pytest.mark.parametrize("step", ["floor(c)", "round(c)", "ceil(c)", "floor(2*c)"])
def test_an_integer_power_has_roots_on_both_sides(step):
    """x**k = 4 has the root -2 for k = 2: no power with a symbol for an exponent is inverted for positive x alone."""
    found = ask(f"abs(x**{step} - 4)", "x", "x < 0")
    assert found.verdict is not Verdict.DIFFERENTIABLE


@pytest.mark.parametrize("one", ["sin(1)**2 + cos(1)**2", "4*sin(1/2)**2 + 2*cos(1) - 1", "1"])
@pytest.mark.parametrize(
    ("form", "level"), [("({})**(3/2)", "C2"), ("({})**(5/2)", "C4"), ("log({})", "singular")]
)
def test_a_number_that_is_zero_is_a_border_however_it_is_written(one, form, level):
    """1 - sin(x + y) has double zeros, and so has what is written otherwise with the same number."""
    assert str(ask(form.format(f"{one} - sin(x + y)"), "x,y").smoothness) == level
    turned = "1 - sin(x - y)*sin(3/10) - cos(x - y)*cos(3/10)"
    assert str(ask(form.format(turned), "x,y").smoothness) == level


@pytest.mark.parametrize(
    ("f", "g"),
    [
        *product(["sinh(x)", "cosh(x)", "x*sinh(x)", "exp(x) + x*tanh(x)"], ["2 - x"]),
        *product(["cosh(x)**2"], ["x + 3", "2 - x*exp(x)"]),
        *product(["2**x"], ["sinh(x)", "x*exp(x)", "x + 3"]),
    ],
)
def test_functions_that_are_sums_of_exponentials_are_compared(f, g):
    """sinh(x) = 2 - x is exp(2*x) + 2*(x - 2)*exp(x) - 1 = 0, with x itself in the coefficients."""
    found = ask(f"max({f}, {g})", "x")
    assert str(found.smoothness) == "C0"
    assert found.findings
    for finding in found.findings:
        u, v = (precise(parse(text), point_of(finding), 60) for text in (f, g))
        assert abs(u - v) < 1e-30


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("floor(sinh(x))", 7), ("floor(2**x)", 3), ("floor(cosh(x))", 4), ("frac(exp(x) - exp(-x))", 15),
        ("round(2**(-x))", 4), ("floor(3**x/2)", 4),
    ],
)  # fmt: skip
def test_steps_of_exponentials_are_where_they_are_whole(text, count):
    """floor(sinh(x)) jumps at asinh(k), that is log(k + sqrt(k**2 + 1)), for -3 <= k <= 3 between -2 and 2."""
    found = ask(text, "x")
    assert str(found.smoothness) == "discontinuous"
    tree, seen = parse(text), set()
    with mpmath.workdps(60):
        for f, k in product((f for f in found.findings if f.kind is Kind.JUMP), range(-12, 13)):
            place = f.at.partition(" for integer ")[0].split(" and ")[0].removeprefix("x = ")
            x = precise(parse(place), {"k": mpmath.mpf(k)}, 60)
            if x is not None and abs(x) < 2 and is_on_place(f, {"x": x}):
                below, above = (precise(tree, {"x": x + s * mpmath.mpf(10) ** -20}, 60) for s in (-1, 1))
                assert abs(above - below) > 0.5, (f.at, k)
                seen.add(mpmath.nstr(x, 20))
    assert len(seen) == count


SPECIAL = [
    ("1/(floor(c)*x**2 + x - d)", "x", "0 < c, c < 1", "singular"),
    ("x**2 + abs(floor(c)*x**2 + x - d)/10**9", "x", "0 < c, c < 1", "C0"),
    ("x**2 + abs(floor(d)*c**2 + c - x*exp(x))/10**9", "x", "0 < d, d < 1, c > 0", "C0"),
    ("sqrt((floor(c)*x**2 + x - a)**2 + (y - b)**2)", "x,y", "0 < c, c < 1", "C0"),
    ("floor(x/(1 + x**2))", "x", "", "discontinuous"),
    ("floor((x - 5/7)/(1 + x**2))", "x", "", "discontinuous"),
    ("1/sin((x - 2)/x**2)", "x", "x > 1", "singular"),
    ("1/sin((x - d)/x**2)", "x", "x > 1, (x - d)**2 < 1, d > 1", "singular"),
    ("x**2 + y**2 + abs(floor(c)*x + sinh(y - d))/10**9", "x,y", "0 < c, c < 1", "C0"),
    ("1/(floor(d)*c - x*exp(x) - x + 1)", "x", "0 < d, d < 1", "singular"),
    ("sqrt(floor(c)*(1 + exp(x)) + (y - b)**2)", "x,y", "0 < c, c < 1", "C0"),
    ("ceil((x*exp(x) - 1)**2)", "x", "(x*exp(x) - 1)**2 < 1/4", "discontinuous"),
    ("x**2 + abs((c + x*exp(x))**3 - floor(d))", "x", "0 < d, d < 1", "C2"),
    ("x**2 + y**2 + abs((y**2 - 2)*x + y - sqrt(2))/10**9", "x,y", "x > 0, y > 0", "C0"),
]


@pytest.mark.parametrize(("text", "wrt", "where", "level"), SPECIAL)
def test_members_for_which_a_formula_has_no_value_keep_their_zeros(text, wrt, where, level):
    """The equation has a lower degree for one integer, k*x**2 + x - d for k = 0, or factors with a root of 2."""
    assert str(ask(text, wrt, where).smoothness) == level
