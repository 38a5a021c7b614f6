"""Infinite families are told once: residues put together, members that are no exception left out."""

import re
from itertools import product

import mpmath
import pytest
from questions import ask, is_on_locus, is_on_place, point_of, question

from diffcheck.check import check
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.verdict import C0, CINF, Kind, Verdict

FAMILIES = [
    ("abs(sin(x))", [("corner", "x = pi*k for integer k", "-1", "1")]),
    ("abs(cos(x))", [("corner", "x = pi*k + pi/2 for integer k", "-1", "1")]),
    ("abs(sin(x)*cos(x))", [("corner", "x = pi*k/2 for integer k", "-1", "1")]),
    ("abs(sin(2*x))", [("corner", "x = pi*k/2 for integer k", "-2", "2")]),
    ("abs(sin(x) - cos(x))", [("corner", "x = pi*k + pi/4 for integer k", "-sqrt(2)", "sqrt(2)")]),
    ("floor(x)", [("jump", "x = k for integer k", "k - 1", "k")]),
    ("floor(x/2)", [("jump", "x = 2*k for integer k", "k - 1", "k")]),
    ("frac(x)", [("jump", "x = k for integer k", "1", "0")]),
    ("mod(x, 2)", [("jump", "x = 2*k for integer k", "2", "0")]),
    ("round(x)", [("jump", "x = k + 1/2 for integer k", "k", "k + 1")]),
    ("tan(x)", [("pole", "x = pi*k + pi/2 for integer k", "oo", "-oo")]),
    ("sqrt(sin(x))", [("edge", "x = pi*k for integer k", None, None)]),
    ("x*floor(x)", [("jump", "x = k and k != 0 for integer k", "k*(k - 1)", "k**2"), ("corner", "x = 0", "-1", "0")]),
    ("x*abs(sin(x))", [("corner", "x = pi*k and k != 0 for integer k", "-pi*k", "pi*k")]),
    ("k*abs(sin(x))", [("corner", "x = pi*m for integer m", "-k", "k")]),
    ("k*floor(x)", [("jump", "x = m for integer m", "k*(m - 1)", "k*m")]),
    ("floor(x/k)", [("jump", "x = k*m for integer m", "m - 1", "m"), ("jump", "x = k*m for integer m", "m", "m - 1")]),
    ("abs(floor(x))", [("jump", "x = k for integer k", "abs(k - 1)", "abs(k)")]),
    ("abs(sin(x)) + k + m", [("corner", "x = pi*n for integer n", "-1", "1")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAMILIES, ids=[t for t, _ in FAMILIES])
def test_a_family_is_one_finding_with_exact_limits_or_slopes(text, expected):
    """Left and right are functions of the integer, whose letter is no constant of the expression."""
    found = [f for f in ask(text, "x").findings if f.kind is not Kind.FLAT]
    assert [(f.kind.value, f.at, f.left, f.right) for f in found] == expected
    assert all(is_on_locus(f) for f in found)


@pytest.mark.parametrize(
    "text", ["abs(sin(x))", "floor(x)", "round(x)", "k*floor(x)", "abs(sin(k*x))", "ceil(x/k)"]
)
def test_the_witness_of_a_family_is_a_member_where_it_happens(text):
    """Just beside the witness, the values are those of left and right, or the slopes are."""
    for f in ask(text, "x").findings:
        point = point_of(f)
        step = mpmath.mpf(10) ** -8
        tree = question(text, "x").tree
        below, here, above = (precise(tree, {**point, "x": point["x"] + s * step}, 60) for s in (-1, 0, 1))
        if f.kind is Kind.CORNER:
            assert abs((above - here) / step - (here - below) / step) > 1e-3
        elif f.kind is Kind.JUMP:
            assert abs(above - below) > 1e-1


def test_exceptions_stay_findings_of_their_own():
    """floor(x) with another value on [2, 3) jumps higher at 2, and down at 3."""
    found = {
        f.at: f.size for f in ask("where(floor(x) == 2, 10, floor(x))", "x").findings if f.kind is Kind.JUMP
    }
    assert (found["x = 2"], found["x = 3"]) == ("9", "-7")


def test_families_of_different_parts_stay_apart():
    """The two parts have their own places in the text."""
    found = ask("abs(sin(x)) + abs(cos(x))", "x").findings
    assert [(f.at, f.source) for f in found] == [
        ("x = pi*k for integer k", "abs(sin(x))"),
        ("x = pi*k + pi/2 for integer k", "abs(cos(x))"),
    ]


def test_families_that_are_not_equally_spaced_stay_apart():
    """sin(x) = 1/2 at pi/6 and 5*pi/6 modulo 2*pi."""
    assert [f.at for f in ask("abs(sin(x) - 1/2)", "x").findings] == [
        "x = 2*pi*k + pi/6 for integer k",
        "x = 2*pi*k + 5*pi/6 for integer k",
    ]


PLACES = [
    ("1/floor(x)", {("jump", "x = k and k != 0 and k != 1 for integer k"), ("edge", "x = 0"), ("edge", "x = 1")}),
    ("1/(floor(x) - 2)", {("jump", "x = k and k != 2 and k != 3 for integer k"), ("edge", "x = 2"), ("edge", "x = 3")}),
    ("(x - 1)/floor(x)", {("jump", "x = k and k != 0 and k != 1 for integer k"), ("edge", "x = 0"), ("edge", "x = 1")}),
    ("floor(x**2)", {("jump", f"x = {s}sqrt(k) and k > 0 for integer k") for s in ("", "-")}),
    ("floor(sqrt(x))", {("jump", "x = k**2 and k > 0 for integer k"), ("edge", "x = 0")}),
    ("floor(exp(x))", {("jump", "x = log(k) for integer k")}),
    ("floor(abs(x))", {("jump", "x = k and k > 0 for integer k"), ("jump", "x = k and k < 0 for integer k")}),
    ("where(x == 0, 0, 1/sin(x) - 1/x)",
        {("pole", "x = 2*pi*k + pi for integer k"), ("pole", "x = 2*pi*k and k != 0 for integer k")}),
    ("where(floor(x)*sin(pi*x) > 0, x, 0)",
        {("jump", "x = 2*k + 1 and k != 0 for integer k"), ("jump", "x = 2*k and k != 0 for integer k"),
         ("corner", "x = 0")}),
    ("floor(x)*tan(pi*x)",
        {("corner", "x = k for integer k"), ("pole", "x = k + 1/2 and k != 0 for integer k"),
         ("hole", "x = 1/2")}),
    ("sqrt(frac(x)*(1 - frac(x)))", {("cusp", "x = k for integer k")}),
    ("max(floor(x), x - 1)", {("jump", "x = k for integer k")}),
    ("min(ceil(x), x + 1)", {("jump", "x = -k for integer k")}),
    ("floor(x) + floor(-x)", {("hole", "x = k for integer k")}),
    ("floor(x)**2 + floor(-x)**2", {("jump", "x = k and k != 0 for integer k"), ("hole", "x = 0")}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES, ids=[t for t, _ in PLACES])
def test_every_member_of_a_family_is_told_once_and_none_that_is_no_place(text, expected):
    """Members are left out at which nothing happens, or another thing, or that another numbering has as well."""
    found = [(f.kind.value, f.at) for f in ask(text, "x").findings if f.kind is not Kind.FLAT]
    assert len(found) == len(set(found))
    assert set(found) == expected


@pytest.mark.parametrize("power", ["1", "3/2", "2", "2*x + 1", "5/2 + x**2"])
@pytest.mark.parametrize("wave", ["sin(pi*x)", "sin(pi*x)*cos(pi*x)", "sin(pi*x)*(2 + cos(pi*x))"])
def test_a_member_with_a_number_that_another_residue_has_too_is_looked_at(wave, power):
    """floor(x)*sin(pi*x) is -sin(pi*x) below 0 and 0 above: x = 0 is 2*m for m = 0, as x = 1 is 2*m + 1."""
    alone = ask(f"(where(x < 0, -1, 0)*{wave})**({power})", "x", "-1/2 < x, x < 1/2").smoothness
    whole = ask(f"(floor(x)*{wave})**({power})", "x").smoothness
    assert whole <= alone < CINF


WAVES = [
    "abs(sin(pi*x))",
    "abs(cos(pi*x))",
    "floor(x)*sin(pi*x)",
    "round(x)",
    "frac(x)*(1 - frac(x))",
    "sin(abs(sin(pi*x)))",
    "relu(round(x))",
    "abs(floor(x))",
    "tanh(relu(ceil(x - 1)))",
]
WEIGHTS = [
    "max(x, 0)", "max(7/3 - x, 0)", "relu(x + 5/3)**2", "(max(x, 0) + 2*max(-x, 0))", "where(x > 1/3, 1, 0)",
    "max(x - 4, x*0)",
]  # fmt: skip


@pytest.mark.parametrize(
    ("weight", "where", "first"), [*((w, "", -11) for w in WEIGHTS), (WEIGHTS[0], "x >= -13/4", -6)]
)
@pytest.mark.parametrize("wave", WAVES)
def test_a_family_has_the_members_at_which_lines_fail_and_no_others(wave, weight, where, first):
    """Residues put together, kinds of points told together and members left out: each keeps what sets it apart."""
    text = f"{wave}*{weight}"
    problem, found = question(text, "x"), ask(text, "x", where)
    step = mpmath.mpf(10) ** -9
    for n in range(first, 12):
        x = mpmath.mpf(n) / 2
        below, here, above = (precise(problem.tree, {"x": x + s * step}, 60) for s in (-1, 0, 1))
        fails = abs((above - here) / step - (here - below) / step) > 1e-4
        told = [
            f
            for f in found.findings
            if f.kind is not Kind.FLAT and f.level <= C0 and is_on_place(f, {"x": x})
        ]
        assert bool(told) == fails, (n / 2, [f.at for f in found.findings])


@pytest.mark.parametrize(
    "text",
    [
        "exp(-x**4)*abs(sin(x))", "exp(-round(x)**2*(x**2 - 1)**2)", "exp(-x**8)*floor(x)", "exp(-exp(x**2))*ceil(x)",
        "exp(-(x - 50)**4)*abs(sin(x))", "sqrt(abs(sin(x)))*exp(-x**6)", "exp(-(x + 20)**6)*round(x)",
    ],
)  # fmt: skip
def test_a_difference_that_fades_along_a_family_is_no_contradiction(text):
    """The example is a member at which it can be seen, or numbers below what is seen contradict nothing."""
    report = check(text, "x")
    assert (report.verdict, report.reason) == (Verdict.NOT_DIFFERENTIABLE, None)


@pytest.mark.parametrize(
    "text",
    ["floor(c*x**2)", "ceil(c*x**2)", "round(c*x**2 + 1/2)", "abs(sin(c*x**2))", "floor(norm(x, c*x))"],
)
def test_the_member_on_the_border_of_a_formula_with_constants_is_left_out(text):
    """x = sqrt(k/c) with k/c > 0 has no member 0, at which c*x**2 has an extremum."""
    families = [f for f in ask(text, "x").findings if "integer" in f.at]
    assert families
    assert not any(is_on_place(f, {**point_of(f), "x": mpmath.mpf(0)}) for f in families)


@pytest.mark.parametrize(
    ("text", "place", "exceptions"),
    [
        ("abs(where(x*y == 0, 1, sin(x*y)/(x*y)))**(7/3)", "x = pi*k/y", [0]),
        ("abs(sin(x))*(x**2 + max(y, 0))", "x = pi*k", [0]),
        ("abs(sin(x))*(x**2 + max(y, 0))*((x - pi)**2 + max(z, 0))", "x = pi*k", [0, 1]),
        ("abs(cos(x))*((2*x - pi)**2 + max(y, -y, 1) - 1)", "x = pi*k + pi/2", [0]),
    ],
)
def test_a_member_at_which_nothing_happens_for_some_constants_is_left_out(text, place, exceptions):
    """It stands by itself, with the conditions under which something happens; the example is another member."""
    (family,) = (f for f in ask(text, "x").findings if "integer" in f.at)
    claims = " and ".join([place, *(f"k != {n}" for n in exceptions)])
    assert family.at == f"{claims} for integer k"
    assert int(family.member["k"]) not in exceptions


@pytest.mark.parametrize("power", ["", "**2", "**(7/3)"])
@pytest.mark.parametrize("wave", ["asin(sin(x))", "abs(sin(x)) - 1/2", "frac(x) - 1/3"])
def test_a_family_that_is_hidden_for_some_members_says_for_which(wave, power):
    """max(max(x - c, 0)**p, wave) has the corners of the wave where it is larger."""
    text = f"max(max(x - c, 0){power}, {wave})"
    problem, found = question(text, "x"), ask(text, "x")
    families = [f for f in found.findings if "integer" in f.at]
    assert families
    step = mpmath.mpf(10) ** -9
    for f in families:
        for c, k in product((-2, mpmath.mpf(1) / 7, 3), range(-3, 4)):
            constant = {"c": mpmath.mpf(c)}
            x = _member(f, {**constant, "k": mpmath.mpf(k)})
            if x is not None and is_on_place(f, {**constant, "x": x}):
                points = ({**constant, "x": x + s * step} for s in (-1, 0, 1))
                below, here, above = (precise(problem.tree, p, 60) for p in points)
                assert abs((above - here) - (here - below)) > step / 100, (f.at, c, k)


@pytest.mark.parametrize(
    ("text", "where", "turned"),
    [
        ("max(-x, 0.3, frac(x))", "x**2 < 4", "x"), ("max(-x, 0.3, frac(x))", "x**2 <= 4", "x"),
        ("max(-x, 0.3, frac(x))", "x > -2", "x"), ("max(-x, 0.3, frac(x))", "x**2 < 9", "x"),
        ("max(-x, 1/2, frac(x))", "x**2 < 4", "-x"), ("max(-2*x, exp(-2), frac(x))", "x**2 < 4", "x + y"),
    ],
)  # fmt: skip
def test_a_member_visited_by_itself_sets_the_family_apart(text, where, turned):
    """Of max(-x, 0.3, frac(x)) there is no jump at x = -1, which may be the only member at which there is none."""
    text, where = (re.sub(r"\bx\b", f"({turned})", given) for given in (text, where))
    (family,) = (f for f in ask(text, "x", where).findings if f.kind is Kind.JUMP)
    y = mpmath.mpf(1) / 4
    points = ({"x": u, "-x": -u, "x + y": u - y}[turned] for u in (-1, 0, 1))
    claimed = [is_on_place(family, {"x": mpmath.mpf(x), "y": y}) for x in points]
    assert claimed == [False, True, True]


def test_an_integer_part_that_is_an_integer_itself_is_a_condition():
    """ceil(cbrt(x)) jumps at cubes alone, though x = k is where the condition turns."""
    found = ask("where(ceil(cbrt(x)) != x, ceil(cbrt(x)), x)", "x").findings
    assert any("x = -k and" in f.at for f in found)
    claimed = [k for k in range(1, 20) if any(is_on_place(f, {"x": mpmath.mpf(-k)}) for f in found)]
    assert claimed == [1, 8]


@pytest.mark.parametrize(
    "text",
    [
        "ceil(where(x > 1/2, x**2, x - 1/4))", "floor(where(x > 1, x**2, 2*x - 1))", "floor(where(x < 0, 3*x, x/2))",
        "round(where(x > 1/3, x**2, 2*x/3 - 1/9))",
    ],
)  # fmt: skip
def test_what_was_seen_of_a_wall_before_it_was_divided_is_not_told_again(text):
    """The residues of a family hold all of it: its members are those at which lines fail, with their conditions."""
    problem, found = question(text, "x"), ask(text, "x")
    places = [f.at for f in found.findings]
    assert len(places) == len(set(places))
    step = mpmath.mpf(10) ** -12
    for f in (f for f in found.findings if " for integer" in f.at):
        for x in _members(f.at):
            values = [precise(problem.tree, {"x": x + s * step}, 60) for s in (-1, 0, 1)]
            assert max(values) - min(values) > 0.9, (f.at, x)


def _members(at):
    """Return points of a family as its place reads."""
    place, _, _ = at.partition(" for integer ")
    equation, *claims = place.split(" and ")
    for k in range(-7, 8):
        known = {"k": mpmath.mpf(k)}
        held = [
            precise(c, known, 60) for claim in claims for c in parse_conditions(claim.replace(" = ", " == "))
        ]
        value = precise(parse(equation.removeprefix("x = ")), known, 60)
        if value is not None and all(held):
            yield value


def _member(finding, known):
    """Return the point of a family in x for known values of its letter and constants."""
    equation = finding.at.partition(" for integer ")[0].split(" and ")[0]
    return precise(parse(equation.removeprefix("x = ")), known, 60)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("floor(20*sin(x))", ["k > -20", "k < 20"]), ("floor(cosh(x))", ["k > 1"]),
        ("floor(sqrt(400 - x**2))", ["k > 0", "k < 20"]), ("frac(sqrt(x**2 - 400))", ["k > 0"]),
    ],
)  # fmt: skip
def test_the_ends_of_a_formula_bound_its_integer_once(text, bounds):
    """asin(k/20) asks for -20 < k < 20, log(k + sqrt(k**2 - 1)) for k > 1: k < -1 has no value."""
    families = [f for f in ask(text, "x").findings if f.kind is Kind.JUMP and "integer" in f.at]
    assert families
    for f in families:
        assert [c for c in f.at.partition(" for ")[0].split(" and ") if "=" not in c] == bounds


@pytest.mark.parametrize(("base", "at", "k"), [(2, 2, 4), (2, 3, 8), (3, 2, 9), (4, "1/2", 2)])
def test_a_member_whose_number_is_a_power_is_left_out(base, at, k):
    """floor(2**x)*(x - 2) does not jump at x = 2, the member log(4)/log(2) of x = log(k)/log(2)."""
    (jump,) = (f for f in ask(f"floor({base}**x)*(x - {at})", "x").findings if f.kind is Kind.JUMP)
    assert f" and k != {k} for integer k" in jump.at


@pytest.mark.parametrize(
    ("text", "wrt", "where", "level"),
    [
        ("1 + floor(a*(floor(x) - 1000003)) + floor(-a*(floor(x) - 1000003))", "x", "", "discontinuous"),
        ("where(floor(a*(floor(x) - 70)) == a*(floor(x) - 70), sin(pi*x), 0)", "x", "", "C0"),
    ],
)
def test_a_multiple_of_an_integer_is_a_number_for_one_member(text, wrt, where, level):
    """a*k is an integer for k = 0, whatever a is."""
    found = ask(text, wrt, where)
    assert found.verdict is Verdict.UNDETERMINED or str(found.smoothness) == level
