"""Zeros at the only critical point along a line: divergences, and what looks like one."""

import pytest
import sympy as sp
from questions import ask

from diffcheck.verdict import C0, CINF, DISCONTINUOUS, Smoothness, Verdict
from diffcheck.walls.critical import critical_zeros

P, Q = sp.symbols("p q", real=True)
log, exp = sp.log, sp.exp

# phi(p) - phi(q) - phi'(q)*(p - q) for a strictly convex phi, and sums of such.
DIVERGENCES = {
    "p*log(p/q) - p + q": "q > 0",
    "p/q - log(p/q) - 1": "q > 0",
    "exp(p) - exp(q) - exp(q)*(p - q)": "",
    "p*log(p) - q*log(q) - (log(q) + 1)*(p - q)": "",
    "p*log(p/q) + (1 - p)*log((1 - p)/(1 - q))": "q > 0, q < 1",
    "p*log(2*p/(p + q)) + q*log(2*q/(p + q))": "q > 0",
    "log(1 + exp(p)) - log(1 + exp(q)) - (p - q)/(1 + exp(-q))": "",
}


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_a_divergence_vanishes_on_the_diagonal_alone(divergence):
    """By Rolle's theorem: its slope does as well, and nowhere else."""
    assert critical_zeros(sp.sympify(divergence, {"p": P, "q": Q}), P) in (P - Q, Q - P)


@pytest.mark.parametrize(("divergence", "where"), DIVERGENCES.items())
@pytest.mark.parametrize(
    ("loss", "level", "count"),
    [("sqrt({})", C0, 1), ("abs({})", CINF, 0), ("sign(p - q)*sqrt({})", CINF, 0)],
    ids=str,
)
def test_the_root_of_a_divergence_has_a_corner_and_the_signed_one_has_none(
    divergence, where, loss, level, count
):
    """sqrt(D) is |p - q| times a smooth positive function, and the deviance residual is p - q times it."""
    found = ask(loss.format(divergence), "p", where)
    assert found.smoothness == level
    assert [f.at for f in found.findings if f.kind.value != "edge"] == ["p = q"] * count


@pytest.mark.parametrize(
    "f",
    [
        1 / P**2 + 2 * P / Q**3 - 3 / Q**2,  # p = -q/2 as well, beyond the pole
        P * log(P**2 / Q**2) - 2 * P + 2 * Q,  # two critical points
        P * log(P / Q) - 2 * P + 2 * Q,  # not zero at the critical point
        P - Q + sp.atan(P - Q),  # none at all
        sp.sin(P - Q) - P + Q,  # infinitely many
        sp.tan(P - Q) - P + Q,  # of many branches
    ],
    ids=str,
)
def test_what_may_have_other_zeros_is_left(f):
    """The claim is made on one interval alone, and for one critical point."""
    assert critical_zeros(f, P) is None


@pytest.mark.parametrize("a", ["y**2 + 1/2", "exp(y)", "exp(y + c)", "(y**2/10**8 + 1/2)"])
@pytest.mark.parametrize(
    ("loss", "level"),
    [
        ("max(0, {})**2", Smoothness(1)),
        ("sign({})", DISCONTINUOUS),
        ("{0}*abs({0})", Smoothness(1)),
        ("abs({})", C0),
    ],
)
def test_a_slope_that_vanishes_on_a_whole_line_hides_no_zeros(a, loss, level):
    """u*log(u) - a*x*log(x), where u = a*x - a + 1, is zero for x = 1, and wherever a = 1."""
    gap = f"((({a})*x - ({a}) + 1)*log(({a})*x - ({a}) + 1) - ({a})*x*log(x))"
    found = ask(loss.format(gap), "x,y", "x > 1")
    assert found.verdict is Verdict.UNDETERMINED or found.smoothness == level
