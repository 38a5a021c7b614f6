"""Is an expression identically zero?  YES is a proof, NO is a proof, everything else is UNKNOWN.

NO needs a ball that excludes zero at a point of the domain.  YES needs one of:
  1. the normal form of tower.py is zero, also with names for functions and broken powers;
  2. it is a polynomial in free generators, its coefficients are algebraic numbers proved zero (algebraic.py);
  3. F is a rational combination of logarithms and exp(F) = 1;
  4. F has arcs with rational coefficients, sin(m*F) = 0 and |m*F| < 3 at a point of each part of the domain;
  5. F' = 0 in every symbol and F = 0 at one exact point of each part of the domain;
  6. a factor of F is zero, or F is when functions in it are written as others that are proved to be equal;
  7. the numerator of F is A + B*r with a square root r, A**2 - (B*r)**2 is zero on the part of the domain around a
     given point that is free of kinks, and A - B*r is not zero at the point.
For 4 and 5 the part of the domain is a box with the given point on which it is analytic, or all of it when
convex, being cut out by linear conditions only.
Limits: no answer is guessed from digits; an expression that is zero to 2000 bits and has no proof is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import lru_cache
from math import lcm
from typing import Any

import flint
import sympy as sp

from diffcheck.algebra.algebraic import coefficients_vanish
from diffcheck.algebra.balls import Point, enclose, exact_value, precision, to_ball
from diffcheck.algebra.cancelled import with_names
from diffcheck.algebra.quadratic import sum_of_squares
from diffcheck.algebra.ring import Element, NeedUnit, TooHard
from diffcheck.algebra.rootless import conjugates
from diffcheck.algebra.tower import Tower

__all__ = ["Decision", "dividing", "is_zero", "prove_equal", "signed_factors"]


class Decision(Enum):
    """A doubtful answer is a value of its own; it has no truth value, so that nobody reads it as False."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("compare a Decision with `is`")


MAX_NODES = 1500
# Where all that is not rational has a name.
MAX_RATIONAL = 6000
MAX_UNIT = {"exp": 1000, "root": 60, "circle": 24}
_DEPTH = 3
# Functions of an expression that are held against each other, and how many times another arc an arc can be.
MAX_FUNCTIONS = 12
ARCS = (sp.asin, sp.acos, sp.atan)
ODD = (sp.erf, sp.sin, sp.tan, sp.sinh, sp.tanh)
MULTIPLES = (1, -1, 2, -2, sp.S.Half, -sp.S.Half)

# Generic rationals, then special and extreme ones: most domains contain one of the first few combinations.
_SEEDS = [
    sp.Rational(p, q) for p, q in ((3, 7), (17, 11), (-5, 13), (31, 9), (-19, 8), (1, 29), (211, 3), (-97, 5))
]
_MORE = [
    sp.Rational(p, q) for p, q in ((1, 997), (-1, 613), (10007, 9), (-10009, 7), (10**7 + 19, 3), (9, 10))
]
_INTEGERS = [3, 8, 1, 5, 12, -2, 7, -9, 2, 0, 40, -31]
_STEPS = [sp.Rational(1, 37), sp.Rational(-1, 5003), sp.Rational(1, 700001), sp.Rational(-1, 10**9 + 7)]


def is_zero(expr: sp.Expr, point: Point | None = None, assumptions: Sequence[sp.Expr] = ()) -> Decision:
    """Decide whether ``expr`` is the zero function of its symbols.

    point: then the question is about the connected part of the domain, free of kinks, that contains it;
    without, about the whole domain.  The point need not give a symbol that does not occur.
    assumptions: expressions that are positive on the domain of interest.
    """
    if expr.is_Rational:
        return Decision.YES if expr.p == 0 else Decision.NO
    symbols = sorted(expr.free_symbols, key=str)
    where = None if point is None else tuple((s, point[s]) for s in symbols if s in point)
    if where is not None and len(where) < len(symbols):
        where = None
    if where is not None and any(isinstance(v, flint.arb) for _, v in where):
        return _decide(expr, where, tuple(assumptions), _DEPTH)
    return _remembered(expr, where, tuple(assumptions))


def prove_equal(
    a: sp.Expr, b: sp.Expr, point: Point | None = None, assumptions: Sequence[sp.Expr] = ()
) -> Decision:
    """Decide whether two expressions are the same function; see is_zero."""
    return is_zero(a - b, point, assumptions)


Where = tuple[tuple[sp.Symbol, Any], ...]


@lru_cache(maxsize=20_000)
def _remembered(expr: sp.Expr, where: Where | None, assumptions: tuple[sp.Expr, ...]) -> Decision:
    return _decide(expr, where, assumptions, _DEPTH)


def _decide(expr: sp.Expr, where: Where | None, assumptions: tuple[sp.Expr, ...], depth: int) -> Decision:
    if expr.is_Rational:
        return Decision.YES if expr.p == 0 else Decision.NO
    try:
        samples = _samples(expr, None if where is None else dict(where), assumptions)
        if samples is None:
            return Decision.NO
        if not samples:
            return Decision.UNKNOWN
        if _prove(expr, where, samples[0], assumptions, depth):
            return Decision.YES
        return Decision.NO if _nonzero(expr, samples, 2000) else Decision.UNKNOWN
    except (RecursionError, OverflowError, ZeroDivisionError):
        return Decision.UNKNOWN


# --- NO: a point where a ball excludes zero


def _samples(expr: sp.Expr, point: Point | None, assumptions: tuple[sp.Expr, ...]) -> list[Point] | None:
    """Return a few points of the domain where ``expr`` may be zero, or None when it is not zero at one."""
    if point is not None:
        return _samples_near(expr, point)
    symbols = sorted(expr.free_symbols, key=str)
    found: list[Point] = []
    for trial in range(40 if symbols else 1):
        sample = {s: _coordinate(s, trial, i) for i, s in enumerate(symbols)}
        if any(not enclose(a, sample, 64) > 0 for a in assumptions if a.free_symbols <= set(symbols)):
            continue
        ball = enclose(expr, sample, 64)
        if not ball.is_finite() and trial < 8:
            ball = enclose(expr, sample, 300)
        if not ball.is_finite():
            continue
        if not ball.contains(0) or _nonzero(expr, [sample], 300):
            return None
        found.append(sample)
        if len(found) == 3:
            break
    return found


def _coordinate(symbol: sp.Symbol, trial: int, position: int) -> sp.Rational:
    if symbol.is_integer:
        value = _INTEGERS[(trial * (position + 1) + 3 * position) % len(_INTEGERS)]
        return sp.Integer(abs(value) + 1 if symbol.is_positive else value)
    table = _SEEDS if trial < 16 else _SEEDS + _MORE
    value = table[(trial * (2 * position + 1) + 3 * position) % len(table)]
    return abs(value) if symbol.is_nonnegative else value


def _samples_near(expr: sp.Expr, point: Point) -> list[Point] | None:
    """Look at the point and at near ones, joined to it by a box on which the expression is analytic."""
    ball = enclose(expr, point, 64)
    if not ball.contains(0) or _nonzero(expr, [point], 300):
        return None
    for step in _STEPS:
        near = {s: _moved(s, v, step * (1 + i) / (1 + 2 * i)) for i, (s, v) in enumerate(point.items())}
        value = enclose(expr, near, 64)
        if value.contains(0) and not (value.is_finite() and _nonzero(expr, [near], 300)):
            continue
        if enclose(expr, _box(point, near), 128, analytic=True).is_finite():
            return None
    return [point] if ball.is_finite() or enclose(expr, point, 300).is_finite() else []


def _moved(symbol: sp.Symbol, value: Any, step: sp.Rational) -> Any:
    if symbol.is_integer:
        return value
    if isinstance(value, flint.arb):
        return value.mid() + to_ball(step)
    return sp.sympify(value) + step


def _box(a: Point, b: Point) -> dict[sp.Symbol, flint.arb]:
    with precision(128):
        return {s: to_ball(a[s]).union(to_ball(b[s])) for s in a}


def _nonzero(expr: sp.Expr, points: list[Point], prec: int) -> bool:
    balls = (enclose(expr, p, prec) for p in points)
    return any(ball.is_finite() and not ball.contains(0) for ball in balls)


# --- YES: the proofs


def _prove(
    expr: sp.Expr, where: Where | None, sample: Point, assumptions: tuple[sp.Expr, ...], depth: int
) -> bool:
    if _has_more_nodes(expr, MAX_NODES):
        return not _has_more_nodes(expr, MAX_RATIONAL) and _is_rational_identity(expr, sample)
    point = None if where is None else dict(where)

    def ask(question: Callable[[Tower, Element], bool]) -> bool:
        return _in_tower(expr, point, sample, assumptions, question)

    if ask(_normal_form_is_zero) or ask(_exponential_is_one) or _is_rational_identity(expr, sample):
        return True
    if any(s.is_integer for s in expr.free_symbols):
        return False
    if point is not None or _domain_is_convex(expr):
        if ask(lambda tower, f: _arcs_cancel(tower, f, expr, sample)):
            return True
        if depth > 0 and _derivative_proof(expr, where, assumptions, depth):
            return True
    if depth > 0 and where is not None and _conjugate_proof(expr, where, sample, assumptions, depth):
        return True
    sums = [f for f in sp.Mul.make_args(sp.factor_terms(expr)) if f.is_Add and f != expr] if depth > 0 else ()
    if any(_decide(f, where, assumptions, depth - 1) is Decision.YES for f in sums):
        return True
    fewer = _with_fewer_functions(expr, where, sample, assumptions, depth) if depth > 0 else expr
    return fewer != expr and _decide(fewer, where, assumptions, depth - 1) is Decision.YES


def _with_fewer_functions(
    expr: sp.Expr, where: Where | None, sample: Point, assumptions: tuple[sp.Expr, ...], depth: int
) -> sp.Expr:
    """Return ``expr`` with functions written as others that are equal to them, or as a multiple of another arc."""
    functions = sorted(expr.atoms(sp.Function), key=lambda f: (sp.count_ops(f), str(f)))
    if len(functions) > MAX_FUNCTIONS:
        return expr
    for other, first in ((b, a) for i, b in enumerate(functions) for a in functions[:i]):
        if isinstance(other, ARCS) and isinstance(first, ARCS):
            pairs = [(other - r * first, r * first) for r in MULTIPLES]
        elif other.func == first.func and len(first.args) == 1:
            u, v = other.args[0], first.args[0]
            pairs = [(u - v, first), *([(u + v, -first)] if isinstance(first, ODD) else [])]
        else:
            continue
        for difference, instead in pairs:
            near = enclose(difference, sample, 128).contains(0)
            if near and _decide(difference, where, assumptions, depth - 1) is Decision.YES:
                return expr.xreplace({other: instead})
    return expr


def _is_rational_identity(expr: sp.Expr, sample: Point) -> bool:
    """Whether an expression is zero whatever its functions and broken powers are, equal ones being equal."""
    names: dict[sp.Expr, sp.Symbol] = {}
    rational = with_names(expr, names)
    known = {**sample, **dict.fromkeys(names.values(), sp.S.One)}
    return bool(names) and _in_tower(rational, None, known, (), _normal_form_is_zero)


def _has_more_nodes(expr: sp.Expr, most: int) -> bool:
    return any(i > most for i, _ in enumerate(sp.preorder_traversal(expr)))


def _in_tower(
    expr: sp.Expr,
    point: Point | None,
    sample: Point,
    assumptions: tuple[sp.Expr, ...],
    question: Callable[[Tower, Element], bool],
) -> bool:
    """Ask about the normal form, with finer units until they fit."""
    units = {"exp": 1, "root": 1, "circle": 1}
    for _ in range(8):
        try:
            tower = Tower(point, sample, units, assumptions)
            return question(tower, tower.element(expr))
        except NeedUnit as need:
            units[need.kind] = lcm(units[need.kind], units[need.kind] * need.divisor)
            if units[need.kind] > MAX_UNIT[need.kind]:
                return False
        except (TooHard, ZeroDivisionError):
            return False
    return False


def _normal_form_is_zero(tower: Tower, f: Element) -> bool:
    return bool(f.num.is_zero()) or coefficients_vanish(tower, f.num)


def _exponential_is_one(tower: Tower, f: Element) -> bool:
    """Exp is injective on the reals: exp(F) = 1 proves F = 0."""
    if not any(g is not None and g.kind == "log" for _, _, g in tower.terms(f)):
        return False
    value = tower.exp_of(f)
    return _normal_form_is_zero(tower, tower.add(value, tower.number(-1)))


def _arcs_cancel(tower: Tower, f: Element, expr: sp.Expr, sample: Point) -> bool:
    """Use sin(m*F) = 0 and |m*F| < 3 < pi at one point: F is continuous with values in (pi/m)*Z."""
    scale, arcs = 1, False
    for c, _, g in tower.terms(f):
        if g is not None and g.kind in {"asin", "atan"}:
            scale = lcm(scale, int(c.q))
            arcs = True
    if not arcs:
        return False
    if not abs(scale * enclose(expr, sample, 128)) < 3:
        return False
    sine = tower.circle(tower.mul(f, tower.number(scale)))[1]
    return _normal_form_is_zero(tower, sine)


def _derivative_proof(
    expr: sp.Expr, where: Where | None, assumptions: tuple[sp.Expr, ...], depth: int
) -> bool:
    """A function on a connected set with zero derivatives and one zero is zero."""
    symbols = sorted(expr.free_symbols, key=str)
    if not symbols or expr.has(sp.Abs, sp.sign, sp.floor):
        return False
    base = next(_exact_zeros(expr, where), None)
    if base is None:
        return False
    for symbol in symbols:
        slope = sp.diff(expr, symbol)
        if (
            _has_more_nodes(slope, MAX_NODES)
            or _decide(slope, where, assumptions, depth - 1) is not Decision.YES
        ):
            return False
    return True


def _conjugate_proof(
    expr: sp.Expr, where: Where, sample: Point, assumptions: tuple[sp.Expr, ...], depth: int
) -> bool:
    """Of two analytic functions whose product is zero on a connected set one is zero."""
    for other, product in conjugates(expr):
        value = enclose(other, sample, 300)
        apart = value.is_finite() and not value.contains(0)
        if apart and _decide(product, where, assumptions, depth - 1) is Decision.YES:
            return True
    return False


def _exact_zeros(expr: sp.Expr, where: Where | None) -> Any:
    """Yield exact points of the same part of the domain where the value is proved zero."""
    symbols = sorted(expr.free_symbols, key=str)
    # A slope no longer holds all the names that the point was chosen for.
    fixed = None if where is None else {s: v for s, v in where if s in expr.free_symbols}
    for values in ((0,), (1,), (sp.Rational(1, 2),), (2,), (-1,)):
        base = {s: sp.Rational(values[0]) for s in symbols}
        if fixed is not None and not enclose(expr, _box(fixed, base), 128, analytic=True).is_finite():
            continue
        if fixed is None and not enclose(expr, base, 128).is_finite():
            continue
        value = exact_value(expr, base)
        if value is not None and not value.free_symbols and _decide(value, None, (), 0) is Decision.YES:
            yield base


# --- convex domains


def _domain_is_convex(expr: sp.Expr) -> bool:
    """Whether all conditions of the domain are linear, so that it is convex and hence connected.

    Conditions of log(u), u**p and asin(u) are u > 0, u >= 0 and |u| <= 1; a denominator must have no zero.
    """
    return all(_condition_is_convex(part) for part in sp.preorder_traversal(expr))


def dividing(expr: sp.Expr) -> list[sp.Expr] | None:
    """Return expressions such that the domain is convex where each has one sign; None if none are known.

    >>> x = sp.Symbol("x", real=True)
    >>> dividing(sp.atan(x) + sp.atan(1 / x)), dividing(sp.sqrt(x**2 - 1)), dividing(sp.atan(sp.tan(x)))
    ([x], [x - 1, x + 1], None)
    """
    found: dict[sp.Expr, None] = {}
    for part in sp.preorder_traversal(expr):
        if _condition_is_convex(part):
            continue
        if isinstance(part, sp.Abs | sp.sign):
            found[part.args[0]] = None
            continue
        if isinstance(part, sp.asin | sp.acos):
            asked = [1 - part.args[0], 1 + part.args[0]]
        elif part.is_Pow or isinstance(part, sp.log):
            asked = [part.args[0]]
        else:
            return None
        borders = [_linear_factors(u) for u in asked]
        if None in borders:
            return None
        found.update(dict.fromkeys(f for own in borders for f in own or ()))
    return list(found)


def _linear_factors(u: sp.Expr) -> list[sp.Expr] | None:
    """Return the factors of a rational function that can vanish; None where one of them is not linear."""
    if _is_linear(u):
        return [u]
    if not u.is_rational_function() or _has_more_nodes(u, MAX_NODES):
        return None
    factored = signed_factors(u)
    if factored is None:
        return None
    own = [f for f, _ in factored[1] if not _never_zero(f)]
    return own if all(_is_linear(f) for f in own) else None


def signed_factors(u: sp.Expr) -> tuple[sp.Expr, list[tuple[sp.Expr, int]]] | None:
    """Return a number and factors with powers whose product has the sign of a rational function; None if not found.

    The factors are those of numerator and denominator in lowest terms.

    >>> x = sp.Symbol("x", real=True)
    >>> signed_factors((x**2 - x) / (2 - 2 * x) ** 3)
    (-8, [(x, 1), (x - 1, 2)])
    """
    number, found = sp.S.One, list[tuple[sp.Expr, int]]()
    try:
        for side in sp.fraction(sp.cancel(u)):
            lead, factors = sp.factor_list(side) if side.free_symbols else (side, [])
            number *= lead
            found += [(f, int(power)) for f, power in factors]
    except sp.PolynomialError:  # numbers such as sqrt(E - 1) are no numbers to it
        return None
    return number, found


def _condition_is_convex(part: sp.Expr) -> bool:
    if part.is_Pow and not (part.exp.is_Integer and part.exp >= 0):
        if _never_zero(part.base):
            return True
        return not part.exp.is_integer and _is_linear(part.base)
    if isinstance(part, (sp.log, sp.asin, sp.acos)):
        return _is_linear(part.args[0]) or (isinstance(part, sp.log) and _never_zero(part.args[0]))
    return not isinstance(part, (sp.tan, sp.sign, sp.Abs, sp.floor))


def _is_linear(expr: sp.Expr) -> bool:
    symbols = expr.free_symbols
    parts = [expr.diff(s) for s in symbols] if expr.is_polynomial(*symbols) else [expr]
    return not any(p.free_symbols for p in parts)


def _never_zero(expr: sp.Expr) -> bool:
    """Whether the expression is positive: constants, exponentials, sums with even powers, quadratic polynomials."""
    if not expr.free_symbols:
        return bool(enclose(expr, {}, 128) > 0)
    if isinstance(expr, sp.exp) or expr.is_positive:
        return True
    if expr.is_Add:
        kinds = [_never_zero(a) for a in expr.args]
        shaped = any(kinds) and all(k or _never_negative(a) for k, a in zip(kinds, expr.args, strict=True))
        return shaped or (len(expr.free_symbols) == 1 and sum_of_squares(expr) == 2)
    if expr.is_Mul:
        return all(_never_zero(a) for a in expr.args)
    return bool(expr.is_Pow and _never_zero(expr.base))


def _never_negative(expr: sp.Expr) -> bool:
    if expr.is_Mul:
        return all(_never_zero(a) or _never_negative(a) for a in expr.args)
    return bool(expr.is_Pow and expr.exp.is_Integer and expr.exp % 2 == 0)
