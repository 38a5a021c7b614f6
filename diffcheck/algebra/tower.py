"""Normal forms of elementary functions: each function value in terms of few generators.

Generators are pi, exp of one term, log|f| and |f|**(1/d) of one irreducible f, cosine and sine of an angle,
and kernels such as erf(u).  Every rule is an identity of real functions that holds wherever both sides are
defined, in particular log(v) = sum e*log|f| and v**p = prod |f|**(e*p) for v = prod f**e > 0.
Read in order: Tower.exp_of, Tower.root, Tower.log_of, Tower.circle, the table of rules at the end.
Limits: fractions with different denominators inside exp, sin and cos are not split into partial fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import flint
import sympy as sp

from diffcheck.algebra.balls import sign_at
from diffcheck.algebra.ring import Element, Generator, NeedUnit, Poly, Ring, TooHard

__all__ = ["Tower"]

SMALL_PRIMES = 2000


class Tower(Ring):
    """The generators met so far and the rules that make more of them."""

    # --- powers, exponentials, logarithms

    def _power(self, expr: sp.Expr) -> Element:
        base, exponent = expr.args
        if exponent.is_Integer:
            return self.power(self.element(base), int(exponent))
        b, e = self.element(base), self.element(exponent)
        if b.num.is_zero():
            raise TooHard
        if e.num.is_constant() and e.den.is_constant():
            return self.rational_power(b, e.num.leading_coefficient() if len(e.num) else flint.fmpq(0))
        if not exponent.is_integer:
            split = self._factors(b)
            self._assume_positive(split)
            return self.exp_of(self.mul(e, self._log_split(split)))
        size = self.exp_of(self.mul(e, self._log_split(self._factors(b))))
        sign = self.sign_of(b)
        if sign.num.is_one():
            return size
        if (sign.num + self.one).is_zero():
            return self.mul(size, self.parity(e))
        return self._opaque(expr)

    def rational_power(self, b: Element, q: Any) -> Element:
        """Return b**q for a rational q, where b > 0 unless q is an integer."""
        if q.q == 1:
            return self.power(b, int(q.p))
        sine = self._sines.get(str(b.num)) if b.den == self.one else None
        if sine is not None and (2 * q).q == 1:
            # (1 - cos(u)**2)**q = |sin(u)|**(2*q), before 1 - cos(u)**2 falls apart into two factors.
            return self.power(self.mul(sine, self.sign_of(sine)), int((2 * q).p))
        content, factors = split = self._factors(b)
        self._assume_positive(split)
        result = self.number(1)
        for f, e in [*self._primes(content), *factors]:
            result = self.mul(result, self.root(f, q * e))
        return result

    def _primes(self, content: Any) -> list[tuple[Poly, int]]:
        """Split |content| into primes; what no small prime divides stays whole when it is large."""
        found = []
        for n, direction in ((abs(int(content.p)), 1), (int(content.q), -1)):
            if n.bit_length() > 4000:
                raise TooHard
            limit = None if n.bit_length() <= 80 else SMALL_PRIMES
            for p, e in sp.factorint(n, limit=limit).items():
                if p != 1:
                    found.append((self.context.constant(int(p)), int(e) * direction))
        return found

    def root(self, f: Poly, q: Any) -> Element:
        """Return |f|**q for an irreducible f or a positive integer, q rational."""
        g = self._single(f)
        if g is not None:
            if g.kind == "exp":
                return self.exp_of(self.mul(self.number(q), g.argument))
            if g.kind == "root":
                return self.root(g.argument, q / self.units["root"])
            if g.kind == "sign":
                return self.number(1)
        whole = int(q.floor())
        part = (q - whole) * self.units["root"]
        if part.q != 1:
            raise NeedUnit("root", int(part.q))
        size = self.mul(self._element(f), self.sign(f))
        result = self.power(size, whole)
        if part != 0:
            expr = sp.Abs(self.expression(f)) ** sp.Rational(1, self.units["root"])
            r = self._generator(("root", str(f)), expr, "root", argument=f, positive=True)
            self._relate(r, self.units["root"], size.num)
            result = self.mul(result, self.power(self._element(r.poly), int(part.p)))
        return result

    def log_of(self, v: Element) -> Element:
        """Return log v, where v > 0."""
        if v.num.is_zero():
            raise TooHard
        split = self._factors(v)
        self._assume_positive(split)
        return self._log_split(split)

    def _log_split(self, split: tuple[Any, list[tuple[Poly, int]]]) -> Element:
        content, factors = split
        total = self.number(0)
        for f, e in [*self._primes(content), *factors]:
            total = self.add(total, self.mul(self.number(e), self._log_abs(f)))
        return total

    def _log_abs(self, f: Poly) -> Element:
        g = self._single(f)
        if g is not None:
            if g.kind == "exp":
                return g.argument  # type: ignore[no-any-return]
            if g.kind == "root":
                return self.mul(self.number(flint.fmpq(1, self.units["root"])), self._log_abs(g.argument))
            if g.kind == "sign":
                return self.number(0)
        expr = sp.log(sp.Abs(self.expression(f)))
        return self._element(self._generator(("log", str(f)), expr, "log", argument=f).poly)

    def terms(self, u: Element) -> Iterator[tuple[Any, Element, Generator | None]]:
        """Yield (c, m, g) with u = sum c*m: c rational, m a bare quotient, g the generator m is, or None."""
        den = u.den
        scale = den.leading_coefficient()
        whole, rest = (u.num / scale, self.zero) if den.is_constant() else divmod(u.num, den)
        for poly, below in ((whole, self.one), (rest, den)):
            if len(poly) > 60:
                raise TooHard
            for monomial, c in poly.to_dict().items():
                m = self.context.from_dict({monomial: 1})
                yield c, Element(m, below), self._single(m) if below.is_one() else None

    def exp_of(self, u: Element) -> Element:
        """Return exp(u) as a product over the terms of u."""
        result = self.number(1)
        for c, m, g in self.terms(u):
            if g is not None and g.kind == "log":
                factor = self.root(g.argument, c)
            else:
                n = c * self.units["exp"]
                if n.q != 1:
                    raise NeedUnit("exp", int(n.q))
                part = self.mul(m, self.number(flint.fmpq(1, self.units["exp"])))
                expr = sp.exp(self.expression(part.num) / self.expression(part.den))
                kernel = self._generator(
                    ("exp", str(m.num), str(m.den)), expr, "exp", argument=part, positive=True
                )
                factor = self.power(self._element(kernel.poly), int(n.p))
            result = self.mul(result, factor)
        return result

    def parity(self, e: Element) -> Element:
        """Return (-1)**e for an integer-valued polynomial e."""
        result = self.number(1)
        for c, m, _ in self.terms(e):
            if c.q != 1 or not m.den.is_one() or not self._integer_monomial(m.num):
                raise TooHard
            factor = self.number(-1)
            if not m.num.is_one():
                g = self._generator(("parity", str(m.num)), (-1) ** self.expression(m.num), "sign")
                factor = self._element(self._relate(g, 2, self.one).poly)
            result = self.mul(result, self.power(factor, int(c.p) % 2))
        return result

    def _integer_monomial(self, m: Poly) -> bool:
        return all(self._by_index[i].expr.is_integer for i, e in enumerate(m.monoms()[0]) if e)

    # --- angles

    def circle(self, u: Element) -> tuple[Element, Element]:
        """Return (cos u, sin u) by the addition theorems over the terms of u."""
        total = (self.number(1), self.number(0))
        for c, m, g in self.terms(u):
            total = self._turn(total, self._term_circle(c, m, g))
        return total

    def _turn(self, a: tuple[Element, Element], b: tuple[Element, Element]) -> tuple[Element, Element]:
        minus = self.number(-1)
        cos = self.add(self.mul(a[0], b[0]), self.mul(minus, self.mul(a[1], b[1])))
        return cos, self.add(self.mul(a[0], b[1]), self.mul(a[1], b[0]))

    def _times(self, a: tuple[Element, Element], n: int) -> tuple[Element, Element]:
        if n < 0:
            a, n = (a[0], self.mul(self.number(-1), a[1])), -n
        if n > 40:
            raise TooHard
        result = (self.number(1), self.number(0))
        while n:
            if n & 1:
                result = self._turn(result, a)
            n >>= 1
            if n:
                a = self._turn(a, a)
        return result

    def _term_circle(self, c: Any, m: Element, g: Generator | None) -> tuple[Element, Element]:
        if g is not None and g.expr is sp.pi:
            return self._pi_circle(c)
        if g is not None and g.kind in {"asin", "atan"} and c.q == 1:
            return self._times(self._inverse_circle(g), int(c.p))
        turns = self._integer_turns(m)
        if turns is not None and c.q == 1:
            return self.parity(self.mul(self.number(c), turns)), self.number(0)
        n = c * self.units["circle"]
        if n.q != 1:
            raise NeedUnit("circle", int(n.q))
        angle = self.mul(m, self.number(flint.fmpq(1, self.units["circle"])))
        expr = self.expression(angle.num) / self.expression(angle.den)
        return self._times(self._pair(("circle", str(m.num), str(m.den)), expr), int(n.p))

    def _pair(self, key: object, angle: sp.Expr) -> tuple[Element, Element]:
        cos = self._generator((key, "cos"), sp.cos(angle), "circle")
        sin = self._generator((key, "sin"), sp.sin(angle), "circle")
        square = self.one - cos.poly**2
        self._relate(sin, 2, square)
        self._sines[str(square)] = self._element(sin.poly)
        return self._element(cos.poly), self._element(sin.poly)

    def _pi_circle(self, c: Any) -> tuple[Element, Element]:
        angle = sp.pi * sp.Rational(int(c.p), int(c.q))
        exact = sp.cos(angle), sp.sin(angle)
        if not any(value.has(sp.sin, sp.cos) for value in exact):
            return self.element(exact[0]), self.element(exact[1])
        n = int(c.q)
        if n > 40:
            raise TooHard
        cos = self._generator((("pi", n), "cos"), sp.cos(sp.pi / n), "circle", positive=True)
        # cos(n*t) = T_n(cos t) and cos(pi) = -1.
        top = 2 ** (n - 1)
        chebyshev = sp.Poly(sp.chebyshevt(n, sp.Symbol("t")) + 1, sp.Symbol("t")).all_coeffs()[::-1]
        value = sum((cos.poly**i * int(-a) for i, a in enumerate(chebyshev[:-1])), self.zero) / top
        self._relate(cos, n, value)
        return self._times(self._pair(("pi", n), sp.pi / n), int(c.p))

    def _inverse_circle(self, g: Generator) -> tuple[Element, Element]:
        u = g.argument
        square = self.mul(u, u)
        if g.kind == "asin":
            rest = self.add(self.number(1), self.mul(self.number(-1), square))
            return self.rational_power(rest, flint.fmpq(1, 2)), u
        cos = self.rational_power(self.add(self.number(1), square), flint.fmpq(-1, 2))
        return cos, self.mul(u, cos)

    def _integer_turns(self, m: Element) -> Element | None:
        """Return m/pi when m is pi times integer symbols."""
        pi = self._by_key.get(sp.pi)
        if pi is None or not m.den.is_one() or m.num.degrees()[pi.index] != 1:
            return None
        rest = m.num / pi.poly
        return self._element(rest) if self._integer_monomial(rest) else None

    # --- other functions

    def odd_kernel(self, expr: sp.Expr, kind: str) -> Element:
        """Return f(u) for an odd function f, one generator for u and -u."""
        u = self.element(expr.args[0])
        if u.num.is_zero():
            return self.number(0)
        flip = u.num.leading_coefficient() < 0
        u = Element(-u.num, u.den) if flip else u
        argument = -expr.args[0] if flip else expr.args[0]
        g = self._generator(
            (expr.func, str(u.num), str(u.den)), expr.func(argument, evaluate=False), kind, argument=u
        )
        return self._element(-g.poly if flip else g.poly)

    def absolute(self, expr: sp.Expr) -> Element:
        """Return |u|."""
        u = self.element(expr.args[0])
        return u if u.num.is_zero() else self.mul(u, self.sign_of(u))

    def sign_kernel(self, expr: sp.Expr) -> Element:
        """Return sign(u), once a point shows that u is not zero throughout."""
        if not sign_at(expr.args[0], self.sample, 400):
            raise TooHard
        return self.sign_of(self.element(expr.args[0]))

    def real_root(self, expr: sp.Expr) -> Element:
        """Return a root of a polynomial over Q as an algebraic generator."""
        coefficients = sp.Poly(expr.poly, *expr.poly.gens).all_coeffs()[::-1]
        g = self._generator(expr, expr, "algebraic")
        lead = sp.Rational(coefficients[-1])
        value = self.zero
        for i, a in enumerate(coefficients[:-1]):
            q = -sp.Rational(a) / lead
            value = value + g.poly**i * flint.fmpq(int(q.p), int(q.q))
        return self._element(self._relate(g, len(coefficients) - 1, value).poly)


def _rewrite(build: Callable[[sp.Expr], sp.Expr]) -> Callable[[Tower, sp.Expr], Element]:
    return lambda tower, expr: tower.element(build(expr.args[0]))


def _tan(tower: Tower, expr: sp.Expr) -> Element:
    cos, sin = tower.circle(tower.element(expr.args[0]))
    return tower.mul(sin, tower.power(cos, -1))


Tower.rules = {
    sp.Pow: Tower._power,
    sp.exp: lambda t, e: t.exp_of(t.element(e.args[0])),
    type(sp.E): lambda t, e: t.exp_of(t.number(1)),
    sp.log: lambda t, e: t.log_of(t.element(e.args[0])),
    sp.cos: lambda t, e: t.circle(t.element(e.args[0]))[0],
    sp.sin: lambda t, e: t.circle(t.element(e.args[0]))[1],
    sp.tan: _tan,
    sp.asin: lambda t, e: t.odd_kernel(e, "asin"),
    sp.atan: lambda t, e: t.odd_kernel(e, "atan"),
    sp.erf: lambda t, e: t.odd_kernel(e, "erf"),
    sp.Abs: Tower.absolute,
    sp.sign: Tower.sign_kernel,
    sp.CRootOf: Tower.real_root,
    sp.acos: _rewrite(lambda u: sp.pi / 2 - sp.asin(u)),
    sp.sinh: _rewrite(lambda u: (sp.exp(u) - sp.exp(-u)) / 2),
    sp.cosh: _rewrite(lambda u: (sp.exp(u) + sp.exp(-u)) / 2),
    sp.tanh: _rewrite(lambda u: 1 - 2 / (1 + sp.exp(2 * u))),
}
