"""Suggestions: the right part replaced, whatever its spelling, and no claim that sampling contradicts."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.surrogates import far_out, infinite
from diffcheck.analyze import analyze
from diffcheck.atoms import ATOMS
from diffcheck.errors import Undetermined
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.question.variables import make_problem
from diffcheck.suggest import CHECKS, QUICK, THOROUGH, suggest
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.patch import FORMS, Patch, patches
from diffcheck.suggest.polynomial import divide, from_poly, to_poly
from diffcheck.suggest.ranges import Ranges
from diffcheck.suggest.shape import recognise
from diffcheck.suggest.split import split
from diffcheck.suggest.tidy import tidied
from diffcheck.verdict import C0, CINF, Analysis, Finding, Kind, Severity, Surrogate, Verdict

SMOOTH = Analysis(Verdict.DIFFERENTIABLE, CINF)
# A quick look that does not end sooner on a busy machine.
UNHURRIED = replace(QUICK, seconds=60, one_check=60, patient=60, patient_check=60, last=60)


def problem(text: str, wrt: str, where: str = "") -> Problem:
    """A problem whose names outside ``wrt`` are constants."""
    tree, conditions = parse(text), parse_conditions(where)
    names = dict.fromkeys([*tree.names(), *(n for c in conditions for n in c.names())])
    variables = tuple(wrt.split())
    return Problem(text, tree, variables, tuple(n for n in names if n not in variables), conditions, where)


def finding(text: str, part: str, kind: Kind = Kind.CORNER) -> Finding:
    """An error caused by ``part`` of ``text``."""
    start = text.index(part)
    span = (start, start + len(part))
    return Finding(kind, Severity.ERROR, "", None, (), span, part, None, None, None, {}, "exact", C0)


def failing(text: str, *parts: str) -> Analysis:
    """The analysis of a text whose ``parts`` turn corners."""
    found = tuple(finding(text, part) for part in parts or (text,))
    return Analysis(Verdict.NOT_DIFFERENTIABLE, C0, found)


def suggestions(text: str, wrt: str, *parts: str, where: str = "") -> tuple[Surrogate, ...]:
    """Suggest with an analyzer that finds everything smooth."""
    return suggest(
        problem(text, wrt, where), failing(text, *parts), effort=UNHURRIED, analyze=lambda _: SMOOTH
    )


@cache
def _tree(text: str) -> Node:
    return parse(text)


def value(node: Node, names: dict[str, mpmath.mpf]) -> mpmath.mpf:
    """Evaluate a tree at high precision, `where` lazily."""
    if node.op == NUMBER:
        return mpmath.mpf(node.leaf.numerator) / node.leaf.denominator
    if node.op == NAME:
        return names[node.leaf]
    if node.op == "where":
        return value(node.args[1 if value(node.args[0], names) else 2], names)
    return ATOMS[node.op].mpmath(*(value(a, names) for a in node.args))


@pytest.fixture(autouse=True)
def _thirty_digits():
    with mpmath.workdps(30):
        yield


@dataclass(frozen=True)
class Case:
    """An expression, its variables, the failing parts, constraints."""

    text: str
    wrt: str
    parts: tuple[str, ...] = ()
    where: str = ""
    bounded: bool = True


CASES = [
    Case("abs(y - f)", "f"),
    Case("w*abs(y - f)/3", "f", ("abs(y - f)",), "w > 0"),
    Case("-2*abs(3*x - 1) + x", "x", ("abs(3*x - 1)",)),
    Case("k*abs(x)", "x", ("abs(x)",)),
    Case("max(0, 1 - y*f)", "f"),
    Case("max(0, 1 - abs(a - b))", "a b", ("abs(a - b)", "max(0, 1 - abs(a - b))")),
    Case("max(-x, x)", "x"),
    Case("(abs(x) + x)/2", "x", ("abs(x)",)),
    Case("min(x, 2 - x)", "x"),
    Case("min(max(0, x), 6)", "x", ("max(0, x)", "min(max(0, x), 6)")),
    Case("min(abs(x), t)", "x", ("abs(x)", "min(abs(x), t)"), "t > 0"),
    Case("max(q*u, (q - 1)*u)", "u", where="0 < q, q < 1"),
    Case("where(u - v >= 0, q*(u - v), (1 - q)*(v - u))", "u", where="0 < q, q < 1"),
    Case("max(z1, z2 + 1, z3 + 1) - z1", "z1 z2 z3", ("max(z1, z2 + 1, z3 + 1)",)),
    Case("max(a*x + b, c*x + d)", "x"),
    Case("a + max(l - a, 0)/(1 - b)", "a l", ("max(l - a, 0)",), "0 < b, b < 1"),
    Case("clip(v, -c, c) + v", "v", ("clip(v, -c, c)",), "c > 0"),
    Case("clip(v, a, b)", "v"),
    Case("where(x > 1, 1, where(x < -1, -1, x))", "x", ("x > 1", "x < -1")),
    Case("where(x >= 0, x, a*x)", "x"),
    Case("where(x > t, x, t)", "x", ("x > t",)),
    Case("sqrt(x**2 + y**2)", "x y"),
    Case("sqrt((x - y)**2)", "x"),
    Case("norm(x, 2*y) - x", "x y", ("norm(x, 2*y)",)),
    Case("sqrt(max(d, 0))", "d"),
    Case("sqrt(abs(w))", "w", ("abs(w)",)),
    Case("abs(w)**q", "w", where="0 < q, q < 1"),
    Case("cbrt(x)", "x"),
    Case("tanh(abs(x)) + x", "x", ("abs(x)",)),
    Case("log(abs(x) + 1)", "x", ("abs(x)",)),
    Case("log1p(abs(x))", "x", ("abs(x)",)),
    Case("log(abs(x) + c)", "x", ("abs(x)",), "c > 0"),
    Case(
        "y*log(max(p, 0.1)) + (1 - y)*log(1 - min(p, 0.9))",
        "p",
        ("max(p, 0.1)", "min(p, 0.9)"),
        "0 < y, y < 1",
    ),
    Case("sqrt(abs(x) + 1)", "x", ("abs(x)",)),
    Case("exp(-abs(x))", "x", ("abs(x)",)),
    Case("erf(abs(x) - 1) + sigmoid(abs(x))", "x", ("abs(x)",)),
    Case("cos(3*y)*abs(x)", "x y", ("abs(x)",)),
    Case("y*relu(x)", "x", ("relu(x)",), "-2 < y, y < 3"),
    Case("(1 - abs(p))**2*abs(p)", "p", ("abs(p)",), "-1 < p, p < 1"),
    Case("abs(x)**3", "x", ("abs(x)",), "-2 < x, x < 1"),
    Case("1/(1 + abs(x))", "x", ("abs(x)",)),
    Case("x/(2 + abs(x))", "x", ("abs(x)",), "-1 < x, x < 5"),
    Case("(x + abs(y))/(2 + relu(x))", "x y", ("abs(y)", "relu(x)"), "-1 < x, x < 5, -1 < y, y < 1"),
    Case("where(x > 0, x, a*(exp(x) - 1))", "x", ("x > 0",), "0 < a, a < 2"),
    Case("where(x <= 1, 2*x, x + sin(x - 1) + 1)", "x", ("x <= 1",)),
    Case("asin(sqrt(x**2))", "x", ("sqrt(x**2)",), "-1 < x, x < 1"),
    Case("log(abs(x))", "x", ("abs(x)",), bounded=False),
    Case("exp(abs(x))", "x", ("abs(x)",), bounded=False),
    Case("1/abs(x)", "x", ("abs(x)",), bounded=False),
    Case("abs(x)*x*y", "x y", ("abs(x)",), bounded=False),
    Case("(1 - relu(x))**2", "x", ("relu(x)",), bounded=False),
    Case("sign(x)", "x", bounded=False),
    Case("where(x > 0, 1 + x, x**2)", "x", bounded=False),
]


def _draws(case: Case, count: int):
    """Yield points of the domain, many of them near kinks, with a mu each."""
    source = random.Random(case.text)
    names = {*parse(case.text).names(), *(n for c in parse_conditions(case.where) for n in c.names())}
    while count:
        scale = source.choice([0.01, 0.3, 3.0, 100.0])
        at = {
            n: mpmath.mpf(source.choice([0, source.gauss(0, scale), source.uniform(0, 1)]))
            for n in sorted(names)
        }
        at["mu"] = mpmath.mpf(source.choice([0.01, 0.5, 2.0]))
        if all(value(c, at) for c in parse_conditions(case.where)):
            count -= 1
            yield at


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.text)
def test_the_error_interval_of_the_whole_expression_holds(case):
    """Surrogate minus original stays inside the stated interval at random points; None where expected."""
    shown = suggestions(case.text, case.wrt, *case.parts, where=case.where)
    assert shown
    assert any(s.error is not None for s in shown) == case.bounded
    original = parse(case.text)
    for at in _draws(case, 120):
        for s in shown:
            if s.error is None:
                continue
            low, high = (value(_tree(end), at) for end in s.error)
            off = value(_tree(s.expression), at) - value(original, at)
            assert low - mpmath.mpf("1e-9") <= off <= high + mpmath.mpf("1e-9"), (s, at)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.text)
def test_stated_constants_and_convexity_survive_random_lines(case):
    """Along random directions second differences obey the gradient's constant and the convexity flag."""
    shown = [
        s
        for s in suggestions(case.text, case.wrt, *case.parts, where=case.where)
        if s.lipschitz_gradient or s.convex
    ]
    variables = case.wrt.split()
    for number, at in enumerate(_draws(case, 60 if shown else 0)):
        step = at["mu"] / 1000
        way = {v: mpmath.sin(1 + 5 * number + 2 * i) for i, v in enumerate(variables)}
        length = sum(c * c for c in way.values())
        for s in shown:
            tree = _tree(s.expression)
            f = [value(tree, {**at, **{v: at[v] + t * way[v] for v in variables}}) for t in (-step, 0, step)]
            second = (f[0] - 2 * f[1] + f[2]) / (step**2 * length)
            if s.convex:
                assert second >= -mpmath.mpf("1e-6"), (s, at)
            if s.lipschitz_gradient:
                limit = value(_tree(s.lipschitz_gradient), at)
                assert abs(second) <= limit * (1 + mpmath.mpf("1e-5")) + mpmath.mpf("1e-6"), (s, at)


SPELLINGS = {
    "abs": ["abs(u)", "max(u, -u)", "where(u >= 0, u, -u)", "where(u < 0, -u, u)", "sqrt(u**2)", "sqrt(u*u)"],
    "relu": [
        "relu(u)",
        "max(u, 0)",
        "max(0, u)",
        "where(u > 0, u, 0)",
        "where(not u > 0, 0, u)",
        "min(0, -u)",
    ],
    "pinball": ["max(q*u, (q - 1)*u)", "where(u >= 0, q*u, (q - 1)*u)", "where(u < 0, -(1 - q)*u, q*u)"],
    "norm": ["sqrt(u**2 + v**2)", "hypot(u, v)", "norm(u, v)", "sqrt(u*u + v*v)"],
    "clip": ["clip(u, 0, 1)", "min(max(u, 0), 1)", "max(0, min(1, u))", "min(relu(u), 1)", "relu(min(u, q))"],
    "abspow": ["abs(u)**0.4", "(u**2)**0.2", "sqrt(abs(u))"],
}


@pytest.mark.parametrize(("target", "text"), [(t, s) for t, found in SPELLINGS.items() for s in found])
def test_a_part_is_recognised_however_it_is_spelled(target, text):
    """Structure decides, not spelling."""
    facts = Facts(parse_conditions("0 < q, q < 1"))
    shape = recognise(parse(text), facts)
    assert shape is not None
    assert shape.target == target


def test_what_never_takes_effect_is_dropped():
    """relu of what is at least 1/4 is no kink, and its surrogate would be one more error."""
    facts = Facts(parse_conditions("0 < p, p < 1"))
    ranges = Ranges(facts, {"s", "p"})
    for text, wanted in (
        ("relu(1.25 - clip(s, 0, 1))", "1.25 - clip(s, 0, 1)"),
        ("max(p + 1, 0.5)", "p + 1"),
        ("min(2 - p, 5)", "2 - p"),
        ("max(p, 0.5)", "max(p, 0.5)"),
        ("max(log(s) + abs(p), abs(s))", "max(log(s) + abs(p), abs(s))"),
    ):
        assert unparse(ranges.pruned(parse(text))) == wanted


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("s - (s - abs(s))/2 + p", None, None),
        ("p + 1 - (p + 1 - abs(s))/2", Fraction(1, 2), None),
        ("p*(1 - p)", 0, 1),
        ("-p**2", -1, 0),
        ("(p - 1/2)**2", 0, Fraction(1, 4)),
        ("3*sin(s)*tanh(s) - 2", -5, 1),
        ("clip(s, -1, p)", -1, 1),
        ("where(s > 0, p, -2*p)", -2, 1),
        ("1/(1 + p)", Fraction(1, 2), 1),
        ("min(s, 0)", None, 0),
        ("s*p", None, None),
    ],
)
def test_ranges_hold_the_values_of_a_part(text, low, high):
    """Bounds follow from the constraints 0 < p < 1 and the functions themselves, or are not known."""
    found = Ranges(Facts(parse_conditions("0 < p, p < 1")), {"s", "p"}).of(parse(text))
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("where(x > 0, x, exp(x) - 1)", "max(x, 0) + (exp(min(x, 0)) - 1) - 0"),
        ("where(x < c, sin(x - c), y*(x - c))", "y*(max(x, c) - c) + sin(min(x, c) - c) - 0"),
        ("where(x > 0, sin(x)/x, 1)", None),
        ("where(x > 0, 1, 0)", None),
        ("where(x*y > 0, x, x)", None),
        ("where(x > 0 and x < 1, x, 0)", None),
    ],
)
def test_branches_that_meet_are_a_sum(text, wanted):
    """Each branch is held on its own side; where they do not meet, or the change is not at one place, nothing is."""
    found = split(parse(text), {"x", "y"})
    assert (None if found is None else unparse(found)) == wanted


def test_a_denominator_gets_the_row_that_keeps_it_positive():
    """|x| below a fraction bar may grow, and only grow: the first suggestion has it never below."""
    first, *_ = suggestions("y/(abs(x) + abs(y))", "x", "abs(x)")
    assert first.expression == "y/(sqrt(x**2 + mu**2) + abs(y))"


def test_jumps_at_one_place_are_one_correction():
    """The slope of abs(x - y)/abs(y) jumps by 2/y or -2/y, as y is positive or negative: by 2/abs(y)."""
    problem = make_problem("abs(x - y)/y*sign(y)", ["x"])
    patch = patches(problem, analyze(problem))
    assert patch is not None
    assert [(unparse(g), unparse(half)) for g, half in patch.corners] == [("x - y", "1/abs(y)")]


@pytest.mark.parametrize("text", ["where(x > 0, log(x), 0)", "where(x > 0, 1/x, 1)", "where(x == 0, 1, x)"])
def test_a_guarded_branch_is_never_drawn_out(text):
    """A blend would evaluate log(x) where the condition kept it from being evaluated."""
    assert suggestions(text, "x") == ()


def test_equal_parts_are_replaced_alike():
    """One finding names one place, the second copy is smoothed with it."""
    shown = suggestions("abs(x) + exp(abs(x))", "x", "abs(x)")
    assert all("abs(x) +" not in s.expression and "exp(abs(x))" not in s.expression for s in shown[:2])


def test_a_taken_parameter_name_is_avoided():
    """An expression that has a mu of its own gets another parameter, in its bounds and notes too."""
    first, second, *_ = suggestions("mu*abs(x)", "x", "abs(x)")
    assert first.parameter == "mu1"
    assert first.error == ("-mu1*abs(mu)", "mu1*abs(mu)")
    assert "mu1*log" in second.note


def test_what_is_no_better_or_undecided_is_not_shown():
    """Class not better, undetermined, or an analyzer that gives up: no suggestion."""
    text = "abs(x)"
    same = Analysis(Verdict.NOT_DIFFERENTIABLE, C0)
    unknown = Analysis(Verdict.UNDETERMINED, None, reason="too hard")

    def gives_up(_: Problem) -> Analysis:
        raise Undetermined("too hard")

    for judge in (lambda _: same, lambda _: unknown, gives_up):
        assert suggest(problem(text, "x"), failing(text), effort=UNHURRIED, analyze=judge) == ()


def test_a_suggestion_that_ends_the_domain_elsewhere_is_not_shown():
    """A new edge in the suggestion's findings disqualifies it."""
    text = "log(max(x, 1))"
    edge = finding(text, "max(x, 1)", Kind.EDGE)
    moved = Analysis(Verdict.DIFFERENTIABLE, CINF, (edge,))
    assert (
        suggest(problem(text, "x"), failing(text, "max(x, 1)"), effort=UNHURRIED, analyze=lambda _: moved)
        == ()
    )


def test_at_most_four_analyses_are_spent():
    """Re-checks cost an analysis each; abs has eight rows and four are tried."""
    asked: list[Problem] = []

    def judge(question: Problem) -> Analysis:
        asked.append(question)
        return SMOOTH

    suggest(problem("abs(x)", "x"), failing("abs(x)"), effort=UNHURRIED, analyze=judge)
    assert len(asked) == CHECKS
    assert all("mu" in question.constants and unparse(question.where[-1]) == "mu > 0" for question in asked)


def test_a_kink_laid_bare_is_smoothed_too():
    """max(abs(r) - e, 0) hides the corner of abs, its softplus does not: abs is replaced with it."""
    text = "max(abs(r) - e, 0)"

    def judge(question: Problem) -> Analysis:
        bare = any(n.op == "abs" for n in question.tree.walk())
        return Analysis(Verdict.NOT_DIFFERENTIABLE, C0) if bare else SMOOTH

    first, *_ = suggest(problem(text, "r"), failing(text), effort=UNHURRIED, analyze=judge)
    assert first.expression == "mu*softplus((sqrt(r**2 + mu**2) - mu - e)/mu)"
    assert first.error == ("-mu", "mu*log(2)")


def test_poles_have_no_surrogate():
    """Where another part fails for good, smoothing a corner would not help."""
    text = "abs(x) + 1/y"
    found = (finding(text, "abs(x)"), finding(text, "1/y", Kind.POLE))
    analysis = Analysis(Verdict.NOT_DIFFERENTIABLE, C0, found)
    assert suggest(problem(text, "x y"), analysis, effort=UNHURRIED, analyze=lambda _: SMOOTH) == ()


def test_an_unknown_bound_is_said_to_be_of_the_part_only():
    """A square stretches any error: the whole has no interval, the part's is in the note."""
    first, *_ = suggestions("(1 - relu(x))**2", "x", "relu(x)")
    assert first.error is None
    assert "replaced part only: [0, mu*log(2)]" in first.note


def test_convexity_is_claimed_and_denied_only_by_rule():
    """abs of an affine part: yes; minus it: no; abs minus another convex part: unknown."""
    assert suggestions("abs(x)", "x")[0].convex is True
    assert suggestions("x - abs(x)", "x", "abs(x)")[0].convex is False
    assert suggestions("abs(x) - x**2", "x", "abs(x)")[0].convex is None


@pytest.mark.parametrize(
    ("text", "proved"),
    [
        ("a", True),
        ("1 - b", True),
        ("a*c**2 + 1", True),
        ("c", False),
        ("b - 1", False),
        ("2/a", True),
        ("a - 1", False),
    ],
)
def test_signs_follow_from_the_constraints_or_stay_open(text, proved):
    """Nonnegativity is claimed only where the constraints prove it."""
    facts = Facts(parse_conditions("a > 0, b < 1"))
    assert facts.nonnegative(to_poly(parse(text))) is proved


def test_polynomials_divide_exactly_or_not_at_all():
    """a*(y - e) + (1 - a)*(y - e) is (y - e) times 1; x**2 + 1 is no multiple of x."""
    gap = to_poly(parse("y - exp(f)"))
    assert unparse(from_poly(divide(to_poly(parse("a*(y - exp(f)) + (1 - a)*(y - exp(f))")), gap))) == "1"
    assert divide(to_poly(parse("x**2 + 1")), to_poly(parse("x"))) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-(-x)", "x"),
        ("a - -b", "a + b"),
        ("-(a - b)", "b - a"),
        ("0 + x*1", "x"),
        ("1 - (1 - q)", "q"),
        ("(-x)**2", "x**2"),
    ],
)
def test_signs_are_tidied(text, wanted):
    """Built expressions read as if written by hand."""
    assert unparse(tidied(parse(text))) == wanted


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("relu(x) + 0.1*abs(x)", ["x"]),
        ("max(x, y) - 2*min(x, y)", ["x", "y"]),
        ("abs(x - y) + relu(y - x)", ["x", "y"]),
        ("abs(x)**(1/3) + abs(x)", ["x"]),
        ("sign(x)*sqrt(abs(x)) - 2*abs(x)", ["x"]),
    ],
)
def test_two_parts_that_fail_at_one_place_are_both_smoothed(text: str, wrt: list[str]) -> None:
    """The finding names one part; the other one's kink at the same place must go as well."""
    problem = make_problem(text, wrt)
    assert len(suggest(problem, analyze(problem), effort=UNHURRIED)) >= 2


slopes = st.fractions(min_value=-9, max_value=9, max_denominator=4)


@given(
    slopes,
    slopes,
    slopes,
    st.fractions(min_value=Fraction(1, 100), max_value=10, max_denominator=100),
    slopes,
)
@settings(max_examples=40, deadline=None)
def test_a_corner_rounded_from_outside_keeps_its_interval_and_is_c1(below, above, at, mu, x):
    """For every pair of slopes: difference within [0, J*mu/2] or [0, J*mu/4], equal slopes where the corner was."""
    text = f"where(x < {at}, ({below})*(x - ({at})), ({above})*(x - ({at})))"
    problem = make_problem(text, ["x"])
    patch = Patch(((parse(f"x - ({at})"), parse(f"({above - below})/2")),))
    for form, part in zip(FORMS, (2, 4), strict=True):
        tree = patch.rebuilt(problem.tree, form, "mu")

        def off(u, tree=tree):
            at_u = {
                "x": mpmath.mpf(u.numerator) / u.denominator,
                "mu": mpmath.mpf(mu.numerator) / mu.denominator,
            }
            return value(tree, at_u), value(problem.tree, at_u)

        new, old = off(x)
        end = mpmath.mpf((above - below).numerator) / (above - below).denominator * float(mu) / part
        assert min(0, end) - 1e-9 <= new - old <= max(0, end) + 1e-9
        step = Fraction(1, 10**8)
        sides = [(off(at + s * step)[0] - off(at)[0]) / (s * float(step)) for s in (-1, 1)]
        assert abs(sides[1] - sides[0]) < 1e-3


@pytest.mark.parametrize(
    ("text", "wrt", "error"),
    [
        ("asin(sin(x)) + where(x == 0, 0, x*atan(1/x))", "x", False),
        ("where(x > 0 and x < 1, x*(1 - x), 0)", "x", True),
    ],
)
def test_where_no_row_fits_the_corners_are_rounded_from_outside(text, wrt, error):
    """A correction with a bound that holds for the whole, whatever surrounds the corner."""
    problem = make_problem(text, [wrt])
    shown = suggest(problem, analyze(problem), effort=UNHURRIED)
    assert any(s.name.startswith("rounded corner") and s.error for s in shown) is error


@pytest.mark.parametrize(
    ("text", "where", "kept"),
    [
        ("abs(y - f)", "", True),
        ("exp(2*abs(f**3 - f)) + 1", "", True),
        ("-abs(f)", "", True),
        ("relu(1 - f)", "", None),
        ("max(q*f, (q - 1)*f)", "0 < q, q < 1", None),
        ("abs(f) + f**2", "", None),
    ],
)
def test_minimisers_are_said_to_stay_only_where_the_order_stays(text, where, kept):
    """Increasing functions of abs order all points as abs does; sums and softplus need not."""
    (part,) = [p for p in ("abs(y - f)", "abs(f**3 - f)", "abs(f)", text) if p in text][:1]
    first, *_ = suggestions(text, "f", part, where=where)
    assert first.keeps_minimisers is kept


def test_the_distance_from_the_best_is_a_factor_of_one_for_the_centred_huber():
    """eps*L*16/J**2: 1 for centred Huber, 2 for the square root, whatever weight stands before."""
    problem = make_problem("w*abs(x)/3", ["x"], "w > 0")
    found = {s.name: s.optimality for s in suggest(problem, analyze(problem), effort=THOROUGH)}
    assert (found["centred Huber"], found["square root"], found["log-cosh"]) == ("1", "2", "2*log(2)")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("log(clip(p, 0.01, 0.99))", ("-100*mu*log(2)", "100*mu*log(2)")),
        ("sqrt(3 + min(max(p, -2), 2))", ("-mu*log(2)/2", "mu*log(2)/2")),
        ("1/(3 - clip(p, 0, 2))", ("-mu*log(2)", "mu*log(2)")),
    ],
)
def test_what_stays_between_its_ends_keeps_logarithms_roots_and_quotients(text, ends):
    """A smooth clip stays where a logarithm is defined: a row fits, its class is proved and its bound carried on."""
    problem = make_problem(text, ["p"])
    first, *_ = suggest(problem, analyze(problem), effort=UNHURRIED)
    assert (first.name, first.smoothness, first.error) == ("softplus difference", CINF, ends)


@pytest.mark.parametrize(
    "text",
    ["clip(expm1(x), -1, 1)", "min(exp(x/b), w)", "max(-exp(x), -1) + abs(x)", "tanh(clip(sinh(x), -1, 1))"],
)
def test_no_suggestion_overflows_where_the_original_does_not(text):
    """exp is infinite at a million, the original is not: inf - inf is offered to nobody, but something is offered."""
    problem = make_problem(text, ["x"])
    analysis = analyze(problem)
    shown = suggest(problem, analysis, effort=THOROUGH)
    assert shown
    far = far_out(problem, analysis)
    assert [fault for s in shown for fault in infinite(problem, s, far, slopes=False)] == []


@pytest.mark.parametrize(
    ("text", "where", "size"),
    [
        ("-g/2", "", "abs(g)/2"),
        ("u/2 - w/2", "", "abs(u - w)/2"),
        ("w/2 - u/2", "", "abs(w - u)/2"),
        ("a/k", "k < 0", "-abs(a)/k"),
        ("-3/k", "", "3/abs(k)"),
        ("a*b/k", "a < 0, b > 0", "-a*b/abs(k)"),
        ("-2*a**2", "", "2*a**2"),
    ],
)
def test_the_size_of_a_factor_has_what_is_known_before_the_bars(text, where, size):
    """abs of a product is the product of the sizes; what has a sign needs no bars."""
    facts = Facts(parse_conditions(where) if where else ())
    found = unparse(from_poly(facts.size(to_poly(parse(text)))))
    source = np.random.default_rng(1)
    at = {n: source.normal(size=200) for n in "gkuwab"}
    at.update({n: s * abs(at[n]) for n, s in (("a", -1), ("b", 1), ("k", -1)) if f"{n} " in where})
    np.testing.assert_allclose(values(parse(found), at), abs(values(parse(text), at)), rtol=1e-12)
    assert found == size


def test_a_jump_that_is_not_simplified_in_time_stays_as_it_is(monkeypatch):
    """Powers with symbolic exponents keep SymPy busy for longer than anyone waits: the sum is shown as it was found."""
    monkeypatch.setattr("diffcheck.suggest.patch.finished", lambda compute, seconds: None)
    long = "+".join(f"{k}*c**{k}*max(x - a, {k + 1}*(x - a))" for k in range(1, 12))
    problem = make_problem(long, ["x"], "c > 0")
    assert patches(problem, analyze(problem)) is not None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("sign(x)*sqrt(abs(x))", ""),
        ("abs(x - c)**q*sign(c - x)", "0 < q, q < 1"),
        ("2*sign(x)*abs(x)**(1/3) + x**2", ""),
    ],
)
def test_a_power_with_the_sign_of_its_base_is_smooth_through_zero(text, where):
    """The slope at 0 is finite where the power's is not, and the bound is stated."""
    asked = make_problem(text, ["x"], where)
    first, *_ = suggest(asked, analyze(asked), effort=UNHURRIED)
    assert str(first.smoothness) == "Cinf"
    assert first.error is not None
    assert not infinite(asked, first, {n: np.zeros(1) + (n != "x") / 2 for n in ("x", "c", "q")})


@pytest.mark.parametrize("text", ["abs(round(x))", "abs(floor(x) + 1/2 - x/2)", "max(ceil(x), 0)"])
def test_a_corner_that_only_the_smoothed_staircase_turns_is_smoothed_too(text):
    """round(x) is never beside 0 without being 0; a smooth staircase passes through it."""
    asked = make_problem(text, ["x"])
    assert suggest(asked, analyze(asked), effort=THOROUGH)


def test_of_many_arguments_the_nested_maximum_is_not_shown():
    """Its text doubles with each of them."""
    asked = make_problem("max(a, b, c, d, e)", list("abcde"))
    shown = suggest(asked, analyze(asked), effort=THOROUGH)
    assert [s.name for s in shown] == ["log-sum-exp", "lowered log-sum-exp"]
    assert [s.error for s in shown] == [("0", "mu*log(5)"), ("-mu*log(5)", "0")]


def test_a_jump_of_exponentials_is_no_correction_where_a_row_fits():
    """exp(b*l)/(exp(b*l) + 1) is 0*oo in the gradient far out; the smooth maximum is finite there."""
    asked = make_problem("log(1 + exp(-(min(k, l) - 1))) + log(1 + exp(-(max(k, l) - 3)))", ["k", "l"])
    shown = suggest(asked, analyze(asked), effort=THOROUGH)
    assert shown
    assert not any(s.corrected for s in shown)


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("where(abs(x) <= 1, x**2/2 + 5*abs(x)**3 - 5*abs(x), abs(x) - 1/2)", "x"),
        ("where(abs(x) <= d, x**2/2 + 5, d*abs(x) - d**2/2)", "x"),
        ("where(abs(x) <= 1, x**2/2 + y, abs(x) - 1/2)", "x y"),
        ("where(abs(x) <= 1, abs(x)**2 + 1, 2*abs(x) - 1) + x", "x"),
    ],
)
def test_a_branch_with_more_than_a_square_is_no_huber_function(text: str, wrt: str) -> None:
    """What stands beside k*u**2 in the inner branch is not passed over."""
    part = next(n for n in parse(text).walk() if n.op == "where")
    known = Facts(parse_conditions("d > 0"))
    shape = recognise(part, known)
    assert shape is None or shape.target != "huber"


@pytest.mark.parametrize(
    ("text", "bounded"),
    [
        ("exp(clip(x, 0, y))", False), ("exp(clip(1, x, y))", False), ("exp(clip(x, y, 1))", True),
        ("exp(min(x, y, 1))", True),
    ],
)  # fmt: skip
def test_the_upper_end_alone_bounds_an_exponent(text: str, bounded: bool) -> None:
    """clip(x, 0, y) stays below y, which is no constant; clip(x, y, 1) stays below 1."""
    part = text.removeprefix("exp(").removesuffix(")")
    shown = suggestions(text, "x y", part)
    assert shown
    assert all((s.error is not None) is bounded for s in shown)


@pytest.mark.parametrize(("where", "convex"), [("", False), ("x < 1/2", None), ("c > 0", False)])
def test_what_bends_both_ways_may_bend_one_way_on_a_domain(where: str, convex: bool | None) -> None:
    """The smooth clip is convex below the middle of its ends: not convex is said of the whole line alone."""
    shown = suggestions("clip(x, 0, 1)", "x", where=where)
    assert {s.convex for s in shown if s.name == "softplus difference"} == {convex}
