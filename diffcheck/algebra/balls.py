"""Rigorous enclosures: an expression at a point as a ball that surely contains its value.

Method: a recursive walk over the expression with a memo per call; each step is an operation of FLINT's `arb`
(Johansson 2017, doi:10.1109/TC.2017.2690633), whose result contains the exact image of its operands.
A value that is undefined, or may be, is the nan ball; it decides nothing.
Read in order: enclose, sign_at, rational_value.
Limits: a ball never shows that a value is zero unless it is the exact point 0; identity.py proves zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint
import sympy as sp

__all__ = [
    "Coordinate",
    "Point",
    "enclose",
    "exact_value",
    "precision",
    "put_in",
    "rational_value",
    "sign_at",
    "to_ball",
]

Coordinate = Any  # flint.arb | flint.fmpq | Fraction | int | sp.Expr without symbols
Point = Mapping[sp.Symbol, Coordinate]

# Past these sizes an exact power is no longer cheap; the answer is then "unknown", never a long wait.
MAX_POWER = 10_000
MAX_BITS = 200_000
MAX_EXACT_EXPONENT = 200

_LADDER = (64, 160, 400, 1000, 2000, 5000, 12000)


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Run a block at a working precision of ``bits`` and restore the one before."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def nan() -> flint.arb:
    """Return the ball that means: no value, or none that is known."""
    return flint.arb("nan")


def to_ball(value: Coordinate) -> flint.arb:
    """Return a ball at the current precision that contains ``value``."""
    if isinstance(value, flint.arb):
        return value
    if isinstance(value, int):
        return flint.arb(value)
    if isinstance(value, flint.fmpq):
        return flint.arb(value)
    if isinstance(value, Fraction):
        return flint.arb(flint.fmpq(value.numerator, value.denominator))
    if isinstance(value, sp.Rational):
        return flint.arb(flint.fmpq(value.p, value.q))
    return _walk(sp.sympify(value), {}, False)


def enclose(expr: sp.Expr, point: Point, prec: int = 128, *, analytic: bool = False) -> flint.arb:
    """Return a ball that contains ``expr`` at ``point``; nan where it is undefined or cannot be told.

    point: symbol -> exact number or ball; a ball stands for every point in it, and so does the answer.
    A finite answer also says that every part of ``expr`` is defined and finite on the whole of ``point``.
    analytic: finite only if ``expr`` is also analytic in a neighbourhood of every point of ``point``.
    """
    with precision(prec):
        memo = {symbol: to_ball(value) for symbol, value in point.items()}
        value = _walk(expr, memo, analytic)
    return value if value.is_finite() else nan()


def sign_at(expr: sp.Expr, point: Point, max_prec: int = 2000) -> int | None:
    """Return the sign of ``expr`` at ``point``: +1 or -1 proved by a ball, 0 when exactly zero, else None.

    Zero is answered for exact arithmetic only: the number 0, a ball of radius 0, or a rational function at a
    rational point.
    """
    if expr.is_Rational:
        return int(expr.p > 0) - int(expr.p < 0)
    exact = True
    for prec in _LADDER:
        if prec > max_prec:
            break
        ball = enclose(expr, point, prec)
        if ball > 0:
            return 1
        if ball < 0:
            return -1
        if ball.is_zero():
            return 0
        if exact:
            exact = False
            value = rational_value(expr, point)
            if value is not None:
                return int(value > 0) - int(value < 0)
    return None


def rational_value(expr: sp.Expr, point: Point) -> flint.fmpq | None:
    """Return the exact value of a rational function at a rational point, or None when it is not one."""
    try:
        return _rational(expr, {s: _to_fmpq(v) for s, v in point.items()})
    except (ZeroDivisionError, OverflowError, RecursionError):
        return None


def exact_value(expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    """Return ``expr`` at an exact point as an exact number; None when SymPy would write out a giant one or has none."""
    for part in sp.preorder_traversal(expr):
        exponent = part.exp if part.is_Pow or isinstance(part, sp.exp) else None
        if exponent is not None and not abs(enclose(exponent, point, 64)) < MAX_EXACT_EXPONENT:
            return None
    return put_in(expr, point)


def put_in(expr: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    """Return ``expr`` with values for symbols; None where SymPy has no value.

    It has none for asin(sin(u)) where u is pi/2 in a form that it does not recognise: it compares both and fails.
    """
    try:
        return expr.xreplace(dict(values))
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None


def _to_fmpq(value: Coordinate) -> flint.fmpq | None:
    if isinstance(value, flint.fmpq):
        return value
    if isinstance(value, int):
        return flint.fmpq(value)
    if isinstance(value, Fraction):
        return flint.fmpq(value.numerator, value.denominator)
    if isinstance(value, sp.Rational):
        return flint.fmpq(value.p, value.q)
    return None


def _rational(expr: sp.Expr, memo: dict[sp.Expr, flint.fmpq | None]) -> flint.fmpq | None:
    if expr in memo:
        return memo[expr]
    value: flint.fmpq | None = None
    if expr.is_Rational:
        value = flint.fmpq(expr.p, expr.q)
    elif expr.is_Add or expr.is_Mul:
        value = flint.fmpq(0 if expr.is_Add else 1)
        for arg in expr.args:
            part = _rational(arg, memo)
            if part is None:
                value = None
                break
            value = value + part if expr.is_Add else value * part
    elif expr.is_Pow:
        value = _rational_power(_rational(expr.base, memo), _rational(expr.exp, memo))
    elif isinstance(expr, sp.Abs):
        inner = _rational(expr.args[0], memo)
        value = None if inner is None else abs(inner)
    memo[expr] = value
    return value


def _rational_power(base: flint.fmpq | None, exponent: flint.fmpq | None) -> flint.fmpq | None:
    if base is None or exponent is None or exponent.q != 1 or abs(exponent.p) > MAX_POWER:
        return None
    n = int(exponent.p)
    if n <= 0 and base == 0:
        raise ZeroDivisionError
    if abs(n) * (int(base.p).bit_length() + int(base.q).bit_length()) > MAX_BITS:
        return None
    return base**n


# --- the walk: one function per kind of node, chosen by type


def _walk(expr: sp.Expr, memo: dict[sp.Expr, flint.arb], analytic: bool) -> flint.arb:
    value = memo.get(expr)
    if value is None:
        rule = _RULES.get(type(expr))
        if rule is not None:
            value = rule([_walk(a, memo, analytic) for a in expr.args], analytic)
        elif expr.is_Rational:
            value = flint.arb(flint.fmpq(expr.p, expr.q)) if expr.q != 1 else flint.arb(expr.p)
        elif expr.is_Pow:
            value = _power(expr, memo, analytic)
        else:
            value = _constant(expr)
        memo[expr] = value
    return value


def _constant(expr: sp.Expr) -> flint.arb:
    if expr is sp.pi:
        return flint.arb.pi()
    if expr is sp.E:
        return flint.arb.const_e()
    if isinstance(expr, sp.CRootOf) and expr.is_real:
        return _root_ball(expr, flint.ctx.prec)
    return nan()


@lru_cache(maxsize=256)
def _root_ball(root: sp.Expr, prec: int) -> flint.arb:
    """Return a ball around a real root; SymPy refines its isolating interval, so the bound is proved."""
    near = root.eval_rational(dx=sp.Rational(1, 2**prec), dy=sp.Rational(1, 2**prec))
    return to_ball(near) + flint.arb(0, 1) * flint.arb(2) ** (1 - prec)


def _sum(args: Sequence[flint.arb], _: bool) -> flint.arb:
    total = args[0]
    for arg in args[1:]:
        total = total + arg
    return total


def _product(args: Sequence[flint.arb], _: bool) -> flint.arb:
    total = args[0]
    for arg in args[1:]:
        total = total * arg
    return total


def _power(expr: sp.Expr, memo: dict[sp.Expr, flint.arb], analytic: bool) -> flint.arb:
    base, exponent = expr.args
    ball = _walk(base, memo, analytic)
    if exponent.is_Integer:
        return _integer_power(ball, int(exponent.p))
    if exponent.is_Rational and exponent.q == 2 and exponent.p == 1:
        return ball.sqrt() if not analytic or ball > 0 else nan()
    power = _walk(exponent, memo, analytic)
    if ball > 0:
        return ball**power
    if analytic:
        return (
            nan() if not exponent.is_integer or not power.is_exact() else _symbolic_integer_power(ball, power)
        )
    if exponent.is_integer:
        return _symbolic_integer_power(ball, power)
    # Zero to a positive power is zero; a ball around zero is cut to its part that is in the domain at all.
    if power > 0 and ball >= 0:
        return (ball.upper() ** power).union(flint.arb(0)) if not ball.is_zero() else flint.arb(0)
    return nan()


def _integer_power(ball: flint.arb, n: int) -> flint.arb:
    if n >= 0:
        if not ball.contains(0) or ball.is_exact():
            return ball**n
        # FLINT has no power of a ball whose midpoint is zero.
        if n % 2:
            return (ball.lower() ** n).union(ball.upper() ** n)
        return (abs(ball).upper() ** n).union(flint.arb(0)) if n else flint.arb(1)
    # An exact zero below would be inf; a ball around zero has no finite reciprocal: both mean "undefined".
    return nan() if ball.contains(0) else 1 / ball ** (-n)


def _symbolic_integer_power(ball: flint.arb, power: flint.arb) -> flint.arb:
    if not power.is_exact() or not power.is_integer():
        return nan()
    n = power.unique_fmpz()
    if n is None or abs(int(n)) > 10**9 or (n <= 0 and ball.contains(0)):
        return nan()
    return _integer_power(ball, int(n))


def _absolute(args: Sequence[flint.arb], analytic: bool) -> flint.arb:
    return nan() if analytic and args[0].contains(0) else abs(args[0])


def _sign(args: Sequence[flint.arb], analytic: bool) -> flint.arb:
    # sgn of nan would be a finite ball.
    return nan() if args[0].is_nan() or (analytic and args[0].contains(0)) else args[0].sgn()


def _tan(args: Sequence[flint.arb], _: bool) -> flint.arb:
    # A pole must not end up inside a finite ball, as in atan(tan(u)).
    return nan() if args[0].cos().contains(0) else args[0].tan()


def _floor(args: Sequence[flint.arb], analytic: bool) -> flint.arb:
    return nan() if analytic and args[0].contains_integer() else args[0].floor()


def _asin(args: Sequence[flint.arb], analytic: bool) -> flint.arb:
    return nan() if analytic and not abs(args[0]) < 1 else args[0].asin()


def _acos(args: Sequence[flint.arb], analytic: bool) -> flint.arb:
    return nan() if analytic and not abs(args[0]) < 1 else args[0].acos()


def _log(args: Sequence[flint.arb], _: bool) -> flint.arb:
    return args[0].log() if args[0] > 0 else nan()


def _entire(name: str) -> Callable[[Sequence[flint.arb], bool], flint.arb]:
    method = getattr(flint.arb, name)

    def rule(args: Sequence[flint.arb], _: bool) -> flint.arb:
        return method(args[0])

    return rule


_RULES: dict[type, Callable[[Sequence[flint.arb], bool], flint.arb]] = {
    sp.Add: _sum,
    sp.Mul: _product,
    sp.exp: _entire("exp"),
    sp.log: _log,
    sp.Abs: _absolute,
    sp.sign: _sign,
    sp.tan: _tan,
    sp.floor: _floor,
    sp.asin: _asin,
    sp.acos: _acos,
    **{getattr(sp, f): _entire(f) for f in ("sin", "cos", "atan", "erf", "sinh", "cosh", "tanh")},
}
