"""Taylor jets in ball arithmetic: f(X + t) = c_0 + c_1*t + ... with every c_k an enclosure over the ball X.

c_k encloses f^(k)(y)/k! for every y in X at once, so `0 not in c_k` proves that the k-th derivative has no
zero there.  A jet that cannot be formed (a pole or a branch point in X) has nan coefficients, which no test
accepts as a proof.
Read in order: jet, value, constant_sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp
from flint import arb, arb_series, ctx, fmpq

from diffcheck.algebra.identity import Decision, is_zero

__all__ = ["ORDER", "Jet", "constant", "constant_sign", "is_zero_constant", "jet", "nonzero", "sign", "value"]

# Highest derivative that is looked at; flint truncates its series at ctx.cap = 10 terms.
ORDER = 9
SIGN_PRECISIONS = (64, 256, 1024)

Jet = Callable[[arb, int], arb_series]


def nonzero(ball: arb) -> bool:
    """Whether the ball proves its number not to be zero."""
    return bool(ball > 0 or ball < 0)


def sign(ball: arb) -> int | None:
    """Return the sign that the ball proves, or None when it contains zero (or is nan)."""
    if ball > 0:
        return 1
    return -1 if ball < 0 else None


def _nan(order: int) -> arb_series:
    return arb_series([arb.nan()] * order, order)


def _even_square(u: arb_series, order: int) -> arb_series:
    # |c0|**2 instead of c0*c0: the square of a ball around zero is then known to be non-negative.
    square = list((u * u).coeffs())
    if square:
        top = abs(u[0]).upper() ** 2
        low = abs(u[0]).lower() ** 2 if nonzero(u[0]) else arb(0)
        square[0] = low.union(top)
    return arb_series(square, order)


def _from_derivative(head: arb, slope: arb_series, order: int) -> arb_series:
    coefficients = slope.integral().coeffs()
    coefficients[:1] = [head]
    return arb_series(coefficients, order)


def _atan(u: arb_series, order: int) -> arb_series:
    if order == 1:
        return arb_series([u[0].atan()], 1)
    return _from_derivative(u[0].atan(), u.derivative() / (_even_square(u, order) + 1), order)


def _power(u: arb_series, q: sp.Rational, order: int) -> arb_series:
    if q.is_Integer:
        n = int(q)
        if n < 0:
            return 1 / _power(u, -q, order)
        result = arb_series([1], order)
        if n % 2 == 0 and n > 0:
            half = _power(u, sp.Integer(n // 2), order)
            return _even_square(half, order)
        return u * _power(u, sp.Integer(n - 1), order) if n else result
    if order == 1 or len(u.coeffs()) == 1:
        base = u[0]
        if base.is_zero() and q > 0:
            return arb_series([0], order)
        if q.q == 2 and q > 0:
            return arb_series([base.sqrt() ** q.p], order)
        return arb_series([(base.log() * arb(fmpq(q.p, q.q))).exp()], order)
    return u ** arb_series([arb(fmpq(q.p, q.q))], order)


_UNARY: dict[Any, Callable[[arb_series, int], arb_series]] = {
    sp.exp: lambda u, n: u.exp(),
    sp.log: lambda u, n: u.log(),
    sp.sin: lambda u, n: u.sin(),
    sp.cos: lambda u, n: u.cos(),
    sp.tan: lambda u, n: u.sin() / u.cos(),
    sp.asin: lambda u, n: arb_series([u[0].asin()], 1) if n == 1 else u.asin(),
    sp.acos: lambda u, n: arb_series([u[0].acos()], 1) if n == 1 else arb.pi() / 2 - u.asin(),
    sp.atan: _atan,
    sp.erf: lambda u, n: u.erf(),
    sp.sinh: lambda u, n: (u.exp() - (-u).exp()) / 2,
    sp.cosh: lambda u, n: (u.exp() + (-u).exp()) / 2,
    sp.tanh: lambda u, n: 1 - 2 / ((2 * u).exp() + 1),
    sp.asinh: lambda u, n: (u + (_even_square(u, n) + 1).sqrt()).log(),
    sp.acosh: lambda u, n: (u + (u - 1).sqrt() * (u + 1).sqrt()).log(),
    sp.atanh: lambda u, n: ((1 + u).log() - (1 - u).log()) / 2,
}
# Of constants only: closed forms that inversion produces.
_SCALAR: dict[Any, Callable[[arb], arb]] = {
    sp.erfinv: lambda v: v.erfinv(),
    sp.LambertW: lambda v: v.lambertw(),
    sp.Abs: abs,
}
_CONSTANTS: dict[Any, Callable[[], arb]] = {sp.pi: arb.pi, sp.E: arb.const_e, sp.EulerGamma: arb.const_euler}

Step = Callable[[arb_series, int], arb_series]


def _compile(expr: sp.Expr, x: sp.Symbol | None) -> Step:
    """Translate an expression into calls on arb_series; raises NotImplementedError for unknown functions."""
    if expr == x:
        return lambda t, n: t
    if expr.is_Rational:
        p, q = int(expr.p), int(expr.q)
        return lambda t, n: arb_series([arb(fmpq(p, q))], n)
    if expr in _CONSTANTS:
        make = _CONSTANTS[expr]
        return lambda t, n: arb_series([make()], n)
    parts = [_compile(a, x) for a in expr.args]
    if expr.is_Add:
        return lambda t, n: sum((p(t, n) for p in parts[1:]), parts[0](t, n))
    if expr.is_Mul:
        return lambda t, n: math.prod((p(t, n) for p in parts[1:]), start=parts[0](t, n))
    if expr.is_Pow:
        return _compile_power(expr, parts)
    if expr.func in _UNARY:
        rule, inner = _UNARY[expr.func], parts[0]
        return lambda t, n: rule(inner(t, n), n)
    if expr.func in _SCALAR and not expr.has(x):
        scalar, inner = _SCALAR[expr.func], parts[0]
        return lambda t, n: arb_series([scalar(inner(t, n)[0])], n)
    raise NotImplementedError(f"no ball rule for {expr.func}")


def _compile_power(expr: sp.Expr, parts: list[Step]) -> Step:
    base, exponent = parts
    if expr.exp.is_Rational:
        q = expr.exp
        return lambda t, n: _power(base(t, n), q, n)
    if expr.base == sp.E:
        return lambda t, n: exponent(t, n).exp()
    return lambda t, n: (base(t, n).log() * exponent(t, n)).exp()


@lru_cache(maxsize=512)
def jet(expr: sp.Expr, x: sp.Symbol | None) -> Jet:
    """Return the function (ball X, order n) -> the n Taylor coefficients of ``expr`` enclosed over X.

    Uses the precision of the current flint context.  Raises NotImplementedError where there is no ball rule.
    """
    step = _compile(expr, x)

    def evaluate(ball: arb, order: int) -> arb_series:
        try:
            result = step(arb_series([ball, 1] if order > 1 else [ball], order), order)
        except (ValueError, ZeroDivisionError):
            return _nan(order)
        return result if isinstance(result, arb_series) else arb_series([result], order)

    return evaluate


def value(expr: sp.Expr, x: sp.Symbol | None, ball: arb, prec: int) -> arb:
    """Enclose expr over ``ball`` with ``prec`` bits of working precision."""
    with ctx.workprec(prec):
        return jet(expr, x)(ball, 1)[0]


def constant(expr: sp.Expr, prec: int) -> arb:
    """Enclose an expression without variables; nan when it is not a real number or not known to be one."""
    try:
        return value(sp.sympify(expr), None, arb(0), prec)
    except NotImplementedError:
        return arb.nan()


def constant_sign(expr: sp.Expr) -> int | None:
    """Return -1, 0 or 1 for a constant: a ball without zero, or an exact zero; None if neither is proved."""
    if expr.is_Rational:
        return int(sp.sign(expr))
    for prec in SIGN_PRECISIONS:
        ball = constant(expr, prec)
        if nonzero(ball):
            return sign(ball)
    return 0 if is_zero_constant(expr) else None


def is_zero_constant(expr: sp.Expr) -> bool:
    """Whether a constant is proved to be zero by an identity."""
    if expr.is_zero:
        return True
    ball = constant(expr, 256)
    if not ball.is_finite() or not ball.contains(0):
        return False
    return is_zero(expr) is Decision.YES
