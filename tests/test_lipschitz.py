"""Lipschitz constants of gradients: stated where a proof is at hand, and not refuted by slopes at random points."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.refute import bent
from benchmarks.surrogates import draws
from diffcheck.analyze import analyze
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest
from diffcheck.suggest.slopes import bending

SCAD = "where(abs(u) <= l, l*abs(u), where(abs(u) <= a*l, (2*a*l*abs(u) - u**2 - l**2)/(2*(a - 1)), l**2*(a + 1)/2))"
STATED = [
    (SCAD, "u", "l > 0, a > 2", "1/(a - 1) + l/mu"),
    ("where(abs(u) <= g*l, l*abs(u) - u**2/(2*g), g*l**2/2)", "u", "l > 0, g > 1", "1/g + l/mu"),
    ("where(abs(2*u - v) <= 3, abs(2*u - v) - (2*u - v)**2/6, 3/2)", "uv", "", "5/3 + 5/mu"),
    ("min(abs(u), c)", "u", "c > 0", "5/(4*mu)"),
    ("2*min(abs(u - v), 1)", "uv", "", "5/mu"),
    ("max(3 - 2*abs(u), 1)", "u", "", "3/mu"),
    ("relu(1 - abs(u)) + u**2", "u", "", "2 + 5/(4*mu)"),
    ("sign(u)*sqrt(abs(u))", "u", "", "0.489925*mu**(-3/2)"),
    ("k*sign(u)*abs(u)**p", "u", "k > 0, 0 < p, p < 1", None),
]


@pytest.mark.parametrize(("text", "names", "where", "stated"), STATED)
def test_penalties_in_a_size_and_powers_with_a_sign_have_a_constant(text, names, where, stated):
    """K*|grad u|**2 + C*L for a function of a size, L*G**2 + M for a hinge of what is smoothed, and no pair of
    points refutes any of them."""
    problem = make_problem(text, list(names), where)
    analysis = analyze(problem)
    shown = [s for s in suggest(problem, analysis, effort=THOROUGH) if not s.corrected]
    assert shown
    assert shown[0].lipschitz_gradient is not None
    if stated is not None:
        found, wanted = (parse(t) for t in (shown[0].lipschitz_gradient, stated))
        at = {n: np.array([0.3, 2.5]) for n in {*found.names(), *wanted.names()}}
        assert np.allclose(values(found, at), values(wanted, at))
    points = draws(problem, analysis, 3000, text)
    assert [fault for s in shown for fault in bent(problem, s, points)] == []


@pytest.mark.parametrize(
    ("phi", "where", "bound"),
    [
        ("where(s <= g*l, l*s - s**2/(2*g), g*l**2/2)", "g > 0, l > 0", "1/g"),
        ("where(s < 1, s, 2 - 1/s)", "", "2"),
        ("where(s < 2, s, 2)", "", None),
        ("where(s < 1, s**2, 2*s - 1)", "", "2"),
    ],
)
def test_the_second_derivative_is_bounded_where_the_first_is_continuous(phi, where, bound):
    """On each branch; a slope that jumps has none."""
    found = bending(parse(phi), "s", parse_conditions(where))
    assert found == (None if bound is None else parse(bound))
