"""Sums of two exponentials: one sign, one zero set and one class with the difference of their exponents."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from questions import ask

from diffcheck.algebra.balls import sign_at
from diffcheck.algebra.exponentials import as_exponential, difference_of_exponents, with_plain_logarithms
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.unwrapped import without_exponentials
from diffcheck.verdict import C0, CINF

X, Y = sp.symbols("x y", real=True)
_numbers = st.fractions(-3, 3, max_denominator=5).map(lambda q: sp.Rational(q.numerator, q.denominator))
_exponents = st.sampled_from([X, Y, X - Y, X * Y, X**2, 2 * X + 1, sp.S.Zero, sp.sin(X) - Y])


@given(_numbers, _exponents, _numbers, _exponents, _numbers, _numbers)
def test_a_sum_of_two_signs_has_the_sign_of_an_exponent(a, u, b, v, x, y):
    """a*exp(u) + b*exp(v), for a and b of two signs, is a positive function times exp(w) - 1 or 1 - exp(w)."""
    f, point = a * sp.exp(u) + b * sp.exp(v), {X: x, Y: y}
    found = difference_of_exponents(f)
    if found is not None:
        first, second = sign_at(f, point, 300), sign_at(found, point, 300)
        assert None in (first, second) or first == second


@given(_numbers, _exponents, _exponents, st.sampled_from(["<", ">", "<=", ">=", "!="]), _numbers, _numbers)
def test_a_condition_and_what_it_says_of_exponents_hold_together(a, u, v, rel, x, y):
    """exp(u)*(a - exp(v)) > 0 where v < log(a): whatever is left out is positive."""
    c = Constraint((a - sp.exp(v)) * sp.exp(u), rel)
    if c.expr.free_symbols:
        answers = [holds(d, {X: x, Y: y}) for d in (c, without_exponentials(c))]
        assert None in answers or answers[0] == answers[1]


@given(_numbers, _exponents, _exponents)
def test_a_term_is_its_coefficient_times_an_exponential(a, u, v):
    """All exponentials of a product are in one exponent."""
    c, exponent = as_exponential(a * X * sp.exp(u) * sp.exp(v))
    assert not c.has(sp.exp)
    assert sp.simplify(c * sp.exp(exponent) - a * X * sp.exp(u) * sp.exp(v)) == 0


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("min((y - softplus(f))**2, c)", "sqrt(c) + y > 0"),
        ("max(0, abs(y - softplus(f)) - c)", "c + y > 0"),
        ("max(softplus(f), y)", "y > 0"),
        ("min(abs(y - exp(f)), c)", "c + y > 0"),
        ("max(exp(f) + exp(y), exp(c))", "c > y"),
    ],
)
def test_cases_are_told_of_the_exponents(text, condition):
    """exp(sqrt(c))*exp(y) > 1 is sqrt(c) + y > 0: the level of a softplus is met for these constants."""
    found = ask(text, "f", "c > 0")
    assert [case.smoothness for case in found.cases] == [C0, CINF]
    assert found.cases[0].condition == condition


@given(
    _exponents,
    st.sampled_from([sp.Rational(1, 2), sp.Rational(-2, 3), sp.Rational(17, 23)]),
    _numbers,
    _numbers,
)
def test_a_logarithm_of_a_broken_power_is_a_multiple_of_one(u, power, x, y):
    """Where the base is positive the values are equal, and elsewhere there is none."""
    f, point = sp.log(u**power), {X: x, Y: y}
    plain = with_plain_logarithms(f)
    assert not any(p.exp.is_Rational and p.exp.q > 1 for p in plain.atoms(sp.Pow))
    first, second = sign_at(f - sp.Rational(1, 7), point, 300), sign_at(plain - sp.Rational(1, 7), point, 300)
    assert None in (first, second) or first == second
