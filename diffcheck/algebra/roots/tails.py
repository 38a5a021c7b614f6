r"""Signs far out: an enclosure of f over a whole half-line [R, oo).

A tail is a finite sum of terms C*M(x), where the coefficient function lies in the ball C for x >= R, and

    M(x) = x**a * log(x)**b * exp(sum_i c_i * x**j_i * log(x)**k_i),  a, b, c_i, j_i, k_i exact numbers.

Elementary functions act on tails by their Taylor expansion about the limit of the argument, with the
remainder in the ball of the last coefficient (the Lagrange form).  M_1/M_2 is decreasing on [R, oo) when x
times its logarithmic derivative is proved to be negative there; then sum |C_i|*M_i(R)/M_0(R) < |C_0| proves
the sign of f on [R, oo).
Gives up (None) on oscillation in the leading term, on cancellation of leading terms beyond DEPTH, and on
double exponentials that grow.  Ends at numbers are seen in the coordinate 1/y.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from flint import arb, ctx

from diffcheck.algebra.roots.jets import constant, is_zero_constant, jet, nonzero, sign
from diffcheck.deadline import check_time
from diffcheck.errors import Undetermined

__all__ = ["Monomial", "Tail", "Term", "far_sign"]

# Taylor terms kept of a function of a tail; enough for cancellations of the orders that losses have.
DEPTH = 4
MOST_TERMS = 60
LONGEST = 60
RADII = (4, 16, 100, 10**4, 10**8, 10**16, 10**32, 10**64)

Exponent = tuple[tuple[tuple[sp.Expr, sp.Expr], sp.Expr], ...]


class NoTail(Undetermined):
    """The expression has no enclosure of this kind on the half-line."""


@lru_cache(maxsize=1024)
def _number(expr: sp.Expr) -> arb:
    return constant(expr, 128)


@dataclass(frozen=True, slots=True)
class Monomial:
    """x**a * log(x)**b * exp(sum c*x**j*log(x)**k), the sum as ((j, k), c) from the fastest term down."""

    a: sp.Expr = sp.S.Zero
    b: sp.Expr = sp.S.Zero
    e: Exponent = ()

    def __mul__(self, other: Monomial) -> Monomial:
        table = dict(self.e)
        for key, c in other.e:
            table[key] = sp.expand(table.get(key, sp.S.Zero) + c)
        return Monomial(self.a + other.a, self.b + other.b, _ordered(table))

    def power(self, q: sp.Expr) -> Monomial:
        """Return the monomial to the power of an exact number."""
        return Monomial(q * self.a, q * self.b, tuple((key, sp.expand(q * c)) for key, c in self.e))

    def trend(self, radius: int) -> int | None:
        """Return -1 when it falls to 0 on [radius, oo), 1 when it rises to oo, 0 when it is 1, else None.

        x*M'/M = a + b/log(x) + sum c*(j + k/log(x))*x**j*log(x)**k, over its leading part.
        """
        if self == ONE:
            return 0
        parts = [(sp.S.Zero, sp.S.Zero, self.a), (sp.S.Zero, sp.S.NegativeOne, self.b)]
        for (j, k), c in self.e:
            parts += [(j, k, c * j), (j, k - 1, c * k)]
        rates = [p for p in parts if p[2] != 0]
        lead_j, lead_k, _ = max(rates, key=lambda p: (p[0], p[1]))
        log_radius = arb(radius).log()
        total = arb(0)
        for j, k, c in rates:
            if (j, k) == (lead_j, lead_k):
                total += _number(c)
                continue
            # x**(j-J) * log(x)**(k-K) is below its value at R from where j-J + (k-K)/log(x) stays negative.
            drop, logs = _number(j - lead_j), _number(k - lead_k)
            if not (drop + logs / log_radius < 0 or (drop < 0 and logs <= 0) or (j == lead_j and logs < 0)):
                return None
            size = abs(_number(c)) * (drop * log_radius + logs * log_radius.log()).exp()
            total += arb(0).union(size) if _number(c) > 0 else arb(0).union(-size)
        return sign(total) if lead_j > 0 or (lead_j == 0 and lead_k >= -1) else None

    def log_at(self, radius: int) -> arb:
        """Enclose the logarithm of the value at ``radius``."""
        height = arb(radius).log()
        result = _number(self.a) * height + _number(self.b) * height.log()
        for (j, k), c in self.e:
            result += _number(c) * (_number(j) * height + _number(k) * height.log()).exp()
        return result


def _ordered(table: dict[tuple[sp.Expr, sp.Expr], sp.Expr]) -> Exponent:
    return tuple(
        sorted(((key, c) for key, c in table.items() if c != 0), key=lambda item: item[0], reverse=True)
    )


ONE = Monomial()


@dataclass(frozen=True, slots=True)
class Term:
    """A coefficient function with values in ``ball``; ``exact`` when it is that constant."""

    ball: arb
    exact: sp.Expr | None = None

    def __add__(self, other: Term) -> Term:
        if self.exact is None or other.exact is None or self.is_long or other.is_long:
            return Term(self.ball + other.ball)
        return _exactly(self.exact + other.exact)

    def __mul__(self, other: Term) -> Term:
        if self.exact is None or other.exact is None or self.is_long or other.is_long:
            return Term(self.ball * other.ball)
        return _exactly(self.exact * other.exact)

    @property
    def is_long(self) -> bool:
        """Whether the exact constant is too long to be carried on: its ball does, but for cancellations."""
        return self.exact is not None and not self.exact.is_Rational and sp.count_ops(self.exact) > LONGEST


def _exactly(expr: sp.Expr) -> Term:
    ball = _number(expr)
    if not nonzero(ball) and is_zero_constant(expr):
        return Term(arb(0), sp.S.Zero)
    if not ball.is_finite():
        raise NoTail("a constant is not real")
    return Term(ball, expr)


UNIT = Term(arb(1), sp.S.One)
Tail = dict[Monomial, Term]


@dataclass(frozen=True, slots=True)
class _Far:
    """Arithmetic of tails on [radius, oo); ``path``: what x is there."""

    radius: int
    x: sp.Symbol
    path: Tail

    def add(self, left: Tail, right: Tail) -> Tail:
        result = dict(left)
        for m, c in right.items():
            result[m] = result[m] + c if m in result else c
            if result[m].exact == 0:
                del result[m]
        if len(result) > MOST_TERMS:
            raise NoTail("too many terms")
        return result

    def mul(self, left: Tail, right: Tail) -> Tail:
        check_time()
        result: Tail = {}
        for m, c in left.items():
            result = self.add(result, {m * n: c * d for n, d in right.items()})
        return result

    def scale(self, tail: Tail, factor: Term, by: Monomial = ONE) -> Tail:
        return {m * by: c * factor for m, c in tail.items()} if factor.exact != 0 else {}

    def leader(self, tail: Tail) -> Monomial:
        """Return the monomial that all others are smaller than, decreasingly so, on the half-line."""
        best = next(iter(tail))
        for m in tail:
            if m != best and (m * best.power(sp.S.NegativeOne)).trend(self.radius) == 1:
                best = m
        for m in tail:
            if m != best and (m * best.power(sp.S.NegativeOne)).trend(self.radius) != -1:
                raise NoTail("terms that cannot be compared")
        return best

    def size(self, tail: Tail) -> arb:
        """Enclose a sum of decreasing terms (and constants) over the half-line."""
        total = arb(0)
        for m, c in tail.items():
            trend = m.trend(self.radius)
            if trend == 0:
                total += c.ball
            elif trend == -1:
                total += c.ball * arb(0).union(m.log_at(self.radius).exp())
            else:
                raise NoTail("a term that does not decrease")
        return total

    def apart(self, tail: Tail) -> tuple[Monomial, Term, Tail]:
        """Write a tail as C*M*(1 + rest) with |rest| < 1, rest decreasing."""
        if not tail:
            raise NoTail("zero")
        m = self.leader(tail)
        c = tail[m]
        if not nonzero(c.ball):
            raise NoTail("the leading coefficient may vanish")
        inverse = _exactly(1 / c.exact) if c.exact is not None else Term(1 / c.ball)
        rest = self.scale({k: v for k, v in tail.items() if k != m}, inverse, m.power(sp.S.NegativeOne))
        if not abs(self.size(rest)) < 1:
            raise NoTail("the leading term does not dominate yet")
        return m, c, rest

    def taylor(self, g: sp.Expr, limit: sp.Expr, small: Tail) -> Tail:
        """Enclose g(limit + small) where the small tail stays in a region in which g, in x, is analytic."""
        reach = self.size(small)
        derivatives = jet(g, self.x)
        centre = constant(limit, 128)
        around = derivatives(centre + reach.union(arb(0)), DEPTH + 1)
        at = derivatives(centre, DEPTH + 1)
        result: Tail = {}
        power: Tail = {ONE: UNIT}
        if not small:
            return self.constant(g.subs(self.x, limit))
        for k in range(DEPTH):
            result = self.add(result, self.scale(power, _coefficient(g, self.x, limit, k, at[k])))
            power = self.mul(power, small)
        if not around[DEPTH].is_finite():
            raise NoTail("not analytic around the limit")
        return self.add(result, self.scale(power, Term(around[DEPTH])))

    def constant(self, expr: sp.Expr) -> Tail:
        c = _exactly(sp.sympify(expr))
        return {} if c.exact == 0 else {ONE: c}

    def split(self, tail: Tail) -> tuple[Tail, sp.Expr, Tail]:
        """Split into growing terms, the exact constant, and a small decreasing rest."""
        grows, limit, small = {}, sp.S.Zero, {}
        for m, c in tail.items():
            trend = m.trend(self.radius)
            if trend == 0 and c.exact is not None:
                limit = c.exact
            elif trend in (0, -1):
                small[m] = c
            elif trend == 1:
                grows[m] = c
            else:
                raise NoTail("a term without a trend")
        return grows, limit, small

    # --- functions of a tail

    def exp(self, tail: Tail) -> Tail:
        grows, limit, small = self.split(tail)
        table: dict[tuple[sp.Expr, sp.Expr], sp.Expr] = {}
        a = sp.S.Zero
        for m, c in grows.items():
            if c.exact is None or m.e:
                return self.vanishing(tail)
            if (m.a, m.b) == (0, 1):
                a += c.exact
            else:
                table[m.a, m.b] = c.exact
        return self.mul(
            self.taylor(sp.exp(self.x), limit, small), {Monomial(a, sp.S.Zero, _ordered(table)): UNIT}
        )

    def vanishing(self, tail: Tail) -> Tail:
        """Enclose exp(u) where u + x**2 < 0 on the half-line: between 0 and exp(-x**2)."""
        _, c, _ = self.apart(self.add(tail, {Monomial(sp.Integer(2)): UNIT}))
        if not c.ball < 0:
            raise NoTail("a double exponential that grows")
        falling = Monomial(e=(((sp.Integer(2), sp.S.Zero), sp.S.NegativeOne),))
        return {falling: Term(arb(0).union(arb(1)))}

    def log(self, tail: Tail) -> Tail:
        m, c, rest = self.apart(tail)
        if not c.ball > 0:
            raise NoTail("logarithm of a negative number")
        head = self.constant(sp.log(c.exact)) if c.exact is not None else {ONE: Term(c.ball.log())}
        if m.b != 0:
            raise NoTail("an iterated logarithm")
        for (j, k), e in m.e:
            head = self.add(head, {Monomial(j, k): _exactly(e)})
        if m.a != 0:
            head = self.add(head, {Monomial(b=sp.S.One): _exactly(m.a)})
        return self.add(head, self.taylor(sp.log(1 + self.x), sp.S.Zero, rest))

    def power(self, tail: Tail, q: sp.Expr) -> Tail:
        if q.is_Integer and 0 <= q <= 8:
            result: Tail = {ONE: UNIT}
            for _ in range(int(q)):
                result = self.mul(result, tail)
            return result
        m, c, rest = self.apart(tail)
        if not (c.ball > 0 or q.is_Integer):
            raise NoTail("a root of a negative number")
        if c.exact is not None:
            head = _exactly(c.exact**q)
        else:
            head = Term(c.ball ** arb(int(q)) if q.is_Integer else (c.ball.log() * _number(q)).exp())
        series = (
            self.taylor((1 + self.x) ** q, sp.S.Zero, rest) if q.is_Rational else self.real_power(q, rest)
        )
        return self.scale(series, head, m.power(q))

    def real_power(self, q: sp.Expr, rest: Tail) -> Tail:
        return self.taylor(sp.exp(q * sp.log(1 + self.x)), sp.S.Zero, rest)

    def wave(self, g: Callable[[sp.Expr], sp.Expr], tail: Tail) -> Tail:
        grows, limit, small = self.split(tail)
        if grows:
            return {ONE: Term(arb(-1).union(arb(1)))}
        return self.taylor(g(self.x), limit, small)

    def saturating(self, expr: sp.Expr, tail: Tail) -> Tail:
        """Enclose atan or erf of a tail."""
        grows, limit, small = self.split(tail)
        if not grows:
            return self.taylor(expr.func(self.x), limit, small)
        _, c, _ = self.apart(tail)
        side = sp.S.One if c.ball > 0 else sp.S.NegativeOne
        if expr.func is sp.atan:
            inverse = self.power(tail, sp.S.NegativeOne)
            return self.add(
                self.constant(side * sp.pi / 2),
                self.scale(self.taylor(sp.atan(self.x), sp.S.Zero, inverse), _exactly(sp.S.NegativeOne)),
            )
        # 0 < erfc(u) < exp(-u**2) for u > 0 (NIST DLMF 7.8.3 gives more).
        gap = self.exp(self.scale(self.mul(tail, tail), _exactly(sp.S.NegativeOne)))
        return self.add(self.constant(side), self.scale(gap, Term(arb(0).union(_number(-side)))))

    def arc_end(self, arc: sp.Function, inner: Tail, limit: sp.Expr) -> Tail:
        """Enclose asin or acos near +-1, by acos(v) = 2*asin(sqrt((1 - v)/2)) with v = |u|."""
        gap = self.add({ONE: UNIT}, self.scale(inner, _exactly(-limit)))
        root = self.power(self.scale(gap, _exactly(sp.S.Half)), sp.S.Half)
        angle = self.scale(self.taylor(sp.asin(self.x), sp.S.Zero, root), _exactly(sp.Integer(2)))
        # asin(u) = +-(pi/2 - angle), acos(u) = angle or pi - angle.
        factor = -limit if arc is sp.asin else limit
        return self.add(self.constant(arc(limit)), self.scale(angle, _exactly(factor)))

    def of(self, expr: sp.Expr) -> Tail:
        """Return the tail of an expression in x."""
        if expr == self.x:
            return self.path
        if not expr.has(self.x):
            return self.constant(expr)
        if expr.is_Add or expr.is_Mul:
            result: Tail = {} if expr.is_Add else {ONE: UNIT}
            for part in expr.args:
                result = self.add(result, self.of(part)) if expr.is_Add else self.mul(result, self.of(part))
            return result
        if expr.func is sp.exp or (expr.is_Pow and expr.base == sp.E):
            return self.exp(self.of(expr.exp))
        if expr.is_Pow:
            if expr.exp.has(self.x):
                return self.exp(self.mul(self.log(self.of(expr.base)), self.of(expr.exp)))
            return self.power(self.of(expr.base), expr.exp)
        return self.call(expr)

    def call(self, expr: sp.Expr) -> Tail:
        inner = self.of(expr.args[0])
        if expr.func is sp.log:
            return self.log(inner)
        if expr.func in (sp.sin, sp.cos):
            return self.wave(expr.func, inner)
        if expr.func in (sp.atan, sp.erf):
            return self.saturating(expr, inner)
        if expr.func in (sp.tan, sp.asin, sp.acos, sp.atanh):
            grows, limit, small = self.split(inner)
            if expr.func in (sp.asin, sp.acos) and not grows and abs(limit) == 1:
                return self.arc_end(expr.func, inner, limit)
            if not grows:
                return self.taylor(expr.func(self.x), limit, small)
        raise NoTail(f"no tail rule for {expr.func}")


def _coefficient(g: sp.Expr, x: sp.Symbol, limit: sp.Expr, k: int, ball: arb) -> Term:
    """Return g^(k)(limit)/k!, exactly where that is cheap: the constant term and expansions about zero."""
    if k == 0 or limit == 0:
        return _exactly(_derivative_at(g, x, limit, k))
    if not ball.is_finite():
        raise NoTail("not analytic at the limit")
    return Term(ball)


@lru_cache(maxsize=512)
def _derivative_at(g: sp.Expr, x: sp.Symbol, limit: sp.Expr, k: int) -> sp.Expr:
    result = g.diff((x, k)).subs(x, limit) / sp.factorial(k) if k else g.subs(x, limit)
    if result.is_finite is False:
        raise NoTail("not analytic at the limit")
    return result


def far_sign(expr: sp.Expr, x: sp.Symbol, end: sp.Expr = sp.oo, inward: int = -1) -> tuple[int, int] | None:
    """Return (sign, R) when ``expr`` is proved to have that sign near one end, or None.

    Near oo or -oo that is where abs(x) >= R; at a number it is where 0 < inward*(x - end) <= 1/R, inward = 1 or -1.
    """
    with ctx.workprec(128):
        for radius in RADII:
            try:
                far = _Far(radius, x, _path(end, inward))
                _, c, _ = far.apart(far.of(expr))
            except (NoTail, ValueError, ZeroDivisionError, OverflowError):
                continue
            found = sign(c.ball)
            if found is not None:
                return found, radius
    return None


def _path(end: sp.Expr, inward: int) -> Tail:
    """Return the way to an end as a tail in y -> oo: -inward*y or end + inward/y."""
    if end.is_infinite:
        return {Monomial(sp.S.One): _exactly(sp.Integer(-inward))}
    near = {Monomial(sp.S.NegativeOne): _exactly(sp.Integer(inward))}
    return near if end == 0 else {ONE: _exactly(end), **near}
