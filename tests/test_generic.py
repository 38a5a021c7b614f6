"""Whether general constants miss the zeros of an expression: a proof, or no claim."""

import pytest
import sympy as sp

from diffcheck.algebra.identity import Decision, dividing
from diffcheck.analyze import analyze
from diffcheck.conditions.generic import is_of_one_piece, vanishes_rarely
from diffcheck.question.variables import make_problem
from diffcheck.verdict import Verdict

A, C = sp.symbols("a c", real=True)
E = sp.Symbol("e", positive=True)

# Zero on a whole interval, or half-space, and not on another: no such claim may be made.
HALVES = [
    sp.atan(C) + sp.atan(1 / C) - sp.pi / 2,
    sp.sqrt(C**2 + 2 * C + 1) - C - 1,
    sp.log(C**2 + 2 * C + 1) - 2 * sp.log(-C - 1),
    sp.sqrt((A - C) ** 2 * (1 + A**2)) - (A - C) * sp.sqrt(1 + A**2),
    sp.atan(A / C) + sp.atan(C / A) - sp.pi / 2,
    sp.asin(C / sp.sqrt(1 + C**2)) - sp.acos(1 / sp.sqrt(1 + C**2)),
    abs(C) - C,
    sp.acos(sp.cos(C)) + C,
    sp.sqrt(C**2 - 1) / C + sp.sqrt(1 - 1 / C**2),
    sp.sqrt(1 + sp.tan(C) ** 2) - 1 / sp.cos(C),
    sp.atan(sp.tan(C**2)) - C**2,
    sp.sqrt(C**2 * (1 - C**2)) - C * sp.sqrt(1 - C**2),
    sp.sqrt(E * C**2) - C * sp.sqrt(E),
    sp.log((C - 1) ** 2) - 2 * sp.log(1 - C),
    sp.sqrt(C**2 / (1 + C**2)) - C / sp.sqrt(1 + C**2),
    sp.sqrt(A**2 * (1 - C**2)) - A * sp.sqrt(1 - C**2),
]


@pytest.mark.parametrize("expr", HALVES, ids=str)
def test_what_vanishes_on_one_piece_of_its_domain_is_not_said_to_be_rare(expr):
    """An identity may hold for all c > 0 and for no c < 0."""
    assert vanishes_rarely(expr) is not Decision.YES


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (A - C, Decision.YES),
        (A - sp.log(C**2 + (sp.exp(A) - C**2 * sp.exp(2)) * sp.exp(-2)), Decision.YES),
        (A / C - C, Decision.YES),
        (sp.exp(1 / C) - A, Decision.YES),
        (sp.log(C) - A, Decision.YES),
        (sp.sqrt(1 - C**2) - A, Decision.YES),
        (sp.asin(C**2) + sp.atan(A) / C, Decision.YES),
        (sp.log(A * C) + C, Decision.YES),
        ((A**2 + C**2) ** (A / 2) - sp.sqrt((A - 1) ** 2 + (C + 2) ** 2), Decision.YES),
        (C**A, Decision.YES),
        (sp.sqrt(E**2 - A**2 * C**2) - E * sp.sqrt(E - A**2) + sp.log(E), Decision.YES),
        (
            sp.sqrt(1 - A**2 * C**2) - sp.sqrt((1 - A**2 * C**2) / (1 + A**2)) + A - sp.log(1 - A**4) ** 3,
            Decision.YES,
        ),
        (A + sp.sqrt((1 - A**2) / ((A - 1) ** 2 + C**2)) + sp.atan(C) * sp.log(2 - C) ** 2, Decision.YES),
        (sp.atan(A / C) - sp.Rational(1, 3), Decision.YES),
        ((A - C) * sp.sqrt(sp.sin(C)), Decision.YES),
        (sp.sin(C) ** 2 + sp.cos(C) ** 2 - 1, Decision.NO),
        ((A**2 - C**2) / (A - C) - A - C, Decision.NO),
    ],
    ids=str,
)
def test_zeros_of_analytic_functions_on_connected_sets_are_rare_or_all(expr, expected):
    """Quotients of entire functions need no more; logarithms, roots and inverse functions a convex domain."""
    assert vanishes_rarely(expr) is expected


@pytest.mark.parametrize(
    "half",
    [
        "atan(x) + atan(1/x) - pi/2",
        "sqrt(x**2 + 2*x + 1) - x - 1",
        "sqrt(x**4 - 2*x**2 + 1) - x**2 + 1",
        "abs(x) - x",
        "atan(exp(x)/x) + atan(x/exp(x)) - pi/2",
    ],
)
@pytest.mark.parametrize("other", ["x - c", "exp(x) - exp(c)", "tan(x) - tan(c)"])
def test_no_class_is_claimed_where_half_of_all_constants_have_a_corner(half, other):
    """norm(u, g - c) has a corner for all c where u vanishes near x = c: smooth for all c is false."""
    found = analyze(make_problem(f"norm({half}, {other})", ("x",), ""))
    assert found.smoothness is None or not found.smoothness.differentiable


@pytest.mark.parametrize("part", [sp.log, sp.sqrt, sp.acos, sp.asin])
@pytest.mark.parametrize(
    "u",
    [
        A * C,
        sp.pi * A / C,
        A * sp.sqrt(sp.E - 1) / C,
        A * (C + (A * sp.sqrt(sp.E - 1) - A * C) / A) / (1 + (C + (A * sp.sqrt(sp.E - 1) - A * C) / A) ** 2),
        (A + sp.pi) / (sp.pi + A),
        (C**2 - sp.pi**2) * A,
        1 / (A - 1),
        sp.sqrt(A) - C,
        A**C,
    ],
)
def test_what_divides_a_domain_has_one_sign_on_convex_parts_or_is_not_known(part, u):
    """Of sqrt(a*c) the signs of a and c tell the parts of its domain; of what has no linear factors nothing is said."""
    is_of_one_piece(part(u))
    bounds = dividing(part(u))
    assert bounds is None or all(sp.Poly(b, *b.free_symbols).total_degree() == 1 for b in bounds)


# A coefficient, the constants for which it is zero, and those for which it is not; None where no part is told apart.
PARTS = [
    ("atan(c) + atan(1/c) + pi/2", "c < 0", "c > 0"),
    ("atan(c - 1) + atan(1/(c - 1)) - pi/2", "c > 1", "c < 1"),
    ("sqrt(c**2 - 1)/c + sqrt(1 - 1/c**2)", "c < 0", "c > 0"),
    ("sqrt(1 + 1/(c - 5)**2) + sqrt(1 + (c - 5)**2)/(c - 5)", "c < 5", "c > 5"),
    ("sqrt(1 + 1/(c - 5)**2) - sqrt(1 + (c - 5)**2)/(c - 5)", "c > 5", "c < 5"),
    ("sqrt(c**2 - 2*c) - c*sqrt(1 - 2/c)", "c > 0", "c < 0"),
    ("acos(cos(c)) + c", None, None),
    ("c - atan(tan(c))", None, None),
    ("sqrt(1 + tan(c)**2) - 1/cos(c)", None, None),
]


@pytest.mark.parametrize(("factor", "zero", "other"), PARTS)
@pytest.mark.parametrize("kink", ["relu(x)", "abs(x)", "x*heaviside(x)"])
def test_a_factor_that_vanishes_for_some_constants_makes_cases_or_no_claim(kink, factor, zero, other):
    """u*relu(x) is smooth for the constants for which u is 0, and has a corner for the others: never one for all."""
    found = analyze(make_problem(f"({factor})*{kink}", ("x",), ""))
    cases = {c.condition: c.verdict for c in found.cases}
    if zero is None:
        assert found.verdict in (Verdict.UNDETERMINED, Verdict.CONDITIONAL)
    else:
        assert cases == {zero: Verdict.DIFFERENTIABLE, other: Verdict.NOT_DIFFERENTIABLE}


@pytest.mark.parametrize(
    ("expr", "rare"),
    [
        (1 - sp.sqrt(sp.sin(A) ** 2 / sp.cos(C)), True),
        (C - sp.sqrt(A**2 + 3 * A) - sp.sqrt(C), True),
        (sp.sqrt(A**2 + 2 * A * C + C**2) - A - C, False),
        (sp.sqrt(C**2 + 2 * C + 1) - sp.sqrt(C**2 - 2 * C + 1) - 2, False),
    ],
    ids=str,
)
def test_zeros_with_roots_are_among_those_without(expr, rare):
    """sqrt(u) = v only where u = v**2: an identity there may hide a size."""
    assert (vanishes_rarely(expr) is Decision.YES) is rare
