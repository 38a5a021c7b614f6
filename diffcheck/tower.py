"""Normal forms: an expression as a fraction of polynomials in generators that obey algebraic relations.

A generator is a symbol, pi, or a function value that the ones before it do not express: exp of one term,
log|f| and |f|**(1/d) of one irreducible f, the cosine and sine of one angle, a sign, a kernel such as erf(u).
Each relation is monic in its generator, g**d = (polynomial in earlier ones), so the relations are a Groebner
basis for the lexicographic order and reduction gives a unique remainder.  Remainder 0 proves that the expression
is zero wherever it is defined; any other remainder proves nothing, relations may be missing.
Every rule is an identity of real functions that holds wherever both sides are defined, in particular
log(v) = sum e*log|f| and v**p = prod |f|**(e*p) for v = prod f**e > 0, and |f| = s*f with s**2 = 1.
Read in order: Tower.element, Tower.exp_of, Tower.root, Tower.circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import flint
import sympy as sp

from diffcheck.balls import Point, sign_at

__all__ = ["Element", "Generator", "NeedUnit", "TooHard", "Tower"]

SLOTS = 32
MAX_TERMS = 1500
MAX_EXPONENT = 5000
MAX_FACTOR_TERMS = 120
MAX_FACTOR_DEGREE = 40
SMALL_PRIMES = 2000

Poly = Any  # flint.fmpq_mpoly


class TooHard(Exception):  # noqa: N818 - an answer, not an error
    """The normal form would grow past its caps."""


class NeedUnit(Exception):  # noqa: N818 - an answer, not an error
    """A generator was fixed for whole multiples and a fraction of it turned up; start again with a finer unit."""

    def __init__(self, kind: str, divisor: int) -> None:
        super().__init__(kind)
        self.kind = kind
        self.divisor = divisor


class Element(NamedTuple):
    """The quotient num/den; den is not zero where the expression is defined."""

    num: Poly
    den: Poly


@dataclass(slots=True)
class Generator:
    """One generator.

    expr: its meaning.  kind: "free", "exp", "root", "sign", "circle", "algebraic", "asin", "atan",
    "erf", "log".
    relation: polynomial that vanishes on it, monic of degree ``degree`` in it; None for a free one.
    argument: what it is a function of; the root of f keeps f, an inverse function its argument.
    """

    index: int
    expr: sp.Expr
    kind: str
    poly: Poly
    degree: int = 0
    relation: Poly = None
    argument: Any = None
    positive: bool = False

    @property
    def numeric(self) -> bool:
        """Whether it is an algebraic number."""
        return self.relation is not None and not self.expr.free_symbols


@lru_cache(maxsize=1)
def _context() -> Any:
    return flint.fmpq_mpoly_ctx.get([f"g{i}" for i in range(SLOTS)], "lex")


class Tower:
    """The generators met so far, for one expression near one point or on its whole domain.

    point: where signs may be looked up; None when the identity must hold on every part of the domain.
    sample: a point of the domain.
    closed: rules must also hold where a radicand is zero, not only on the open domain.
    units: kind -> d, generators stand for 1/d of what they are named after.
    """

    def __init__(
        self, point: Point | None, sample: Point, units: dict[str, int], positive: tuple[sp.Expr, ...], closed: bool = False
    ) -> None:
        self.context = _context()
        self.one = self.context.constant(1)
        self.zero = self.context.constant(0)
        self.point = point
        self.sample = sample
        self.units = units
        self.closed = closed
        self.generators: list[Generator] = []
        self._by_index: dict[int, Generator] = {}
        self._by_key: dict[object, Generator] = {}
        self._signs: dict[str, Element] = {}
        self._memo: dict[sp.Expr, Element] = {}
        for fact in positive:
            self._assume_positive(self._factors(self.element(fact)))

    # --- elements

    def element(self, expr: sp.Expr) -> Element:
        """Return the normal form of ``expr``; raises TooHard or NeedUnit."""
        found = self._memo.get(expr)
        if found is None:
            found = self._memo[expr] = self._build(expr)
        return found

    def _build(self, expr: sp.Expr) -> Element:
        if expr.is_Rational:
            return self.number(expr)
        if expr.is_Symbol:
            return self._element(self._generator(expr, expr, "free", positive=bool(expr.is_positive)).poly)
        if expr.is_Add or expr.is_Mul:
            total = self.element(expr.args[0])
            for arg in expr.args[1:]:
                part = self.element(arg)
                total = self.add(total, part) if expr.is_Add else self.mul(total, part)
            return total
        if expr.is_Pow:
            return self._power(expr)
        rule = _RULES.get(type(expr))
        if rule is not None:
            return rule(self, expr)
        return self._opaque(expr)

    def number(self, value: Any) -> Element:
        """Return the element of a rational number."""
        q = (
            value
            if isinstance(value, flint.fmpq)
            else flint.fmpq(int(sp.Rational(value).p), int(sp.Rational(value).q))
        )
        return Element(self.context.constant(q), self.one)

    def add(self, a: Element, b: Element) -> Element:
        """Return a + b."""
        if a.den == b.den:
            return self._make(a.num + b.num, a.den)
        return self._make(a.num * b.den + b.num * a.den, a.den * b.den)

    def mul(self, a: Element, b: Element) -> Element:
        """Return a * b."""
        if len(a.num) * len(b.num) > 20 * MAX_TERMS:
            raise TooHard
        return self._make(a.num * b.num, a.den * b.den)

    def power(self, a: Element, n: int) -> Element:
        """Return a**n for an integer n, by squaring."""
        if n < 0:
            if a.num.is_zero():
                raise TooHard
            a, n = self._make(a.den, a.num), -n
        if n > MAX_EXPONENT or (n > 40 and max(len(a.num), len(a.den)) > 1):
            raise TooHard
        result, square = self.number(1), a
        while n:
            if n & 1:
                result = self.mul(result, square)
            n >>= 1
            if n:
                square = self.mul(square, square)
        return result

    def _element(self, num: Poly) -> Element:
        return Element(num, self.one)

    def _make(self, num: Poly, den: Poly) -> Element:
        num, den = self.reduce(num), self.reduce(den)
        if num.is_zero():
            return Element(self.zero, self.one)
        if den.is_zero():
            raise TooHard
        if not den.is_constant():
            if len(num) * len(den) <= 20 * MAX_TERMS:
                common = num.gcd(den)
                if not common.is_constant():
                    num, den = num / common, den / common
            num, den = self._clear_roots(num, den)
        if max(len(num), len(den)) > MAX_TERMS:
            raise TooHard
        lead = den.leading_coefficient()
        return Element(num, den) if lead == 1 else Element(num / lead, den / lead)

    def _clear_roots(self, num: Poly, den: Poly) -> tuple[Poly, Poly]:
        """Rationalise monomial denominators, so that 1/sqrt(u) and sqrt(u)/u have one form."""
        for g in reversed(self.generators):
            if g.kind in {"root", "sign"}:
                least = min(int(m[g.index]) for m in den.monoms())
                if least:
                    extra = g.poly ** (g.degree - least)
                    num, den = self.reduce(num * extra), self.reduce(den * extra)
                    common = num.gcd(den)
                    num, den = num / common, den / common
        return num, den

    def reduce(self, poly: Poly) -> Poly:
        """Return the remainder of ``poly`` modulo all relations."""
        again = True
        while again:
            again = False
            degrees = poly.degrees()
            for g in reversed(self.generators):
                if g.degree and degrees[g.index] >= g.degree:
                    poly = divmod(poly, g.relation)[1]
                    if len(poly) > 4 * MAX_TERMS:
                        raise TooHard
                    again = True
                    break
        return poly

    # --- generators

    def _generator(self, key: object, expr: sp.Expr, kind: str, **facts: Any) -> Generator:
        """Return the generator of that key, new ones above all others in the order of monomials."""
        found = self._by_key.get(key)
        if found is None:
            index = SLOTS - 1 - len(self.generators)
            if index < 0:
                raise TooHard
            found = Generator(index, expr, kind, self.context.gens()[index], **facts)
            self.generators.append(found)
            self._by_index[index] = self._by_key[key] = found
        return found

    def _relate(self, g: Generator, degree: int, value: Poly) -> Generator:
        """Fix g**degree = value, once."""
        if g.relation is None:
            g.degree, g.relation = degree, g.poly**degree - value
        return g

    def expression(self, poly: Poly) -> sp.Expr:
        """Return what a polynomial in the generators means."""
        terms = []
        for monomial, coefficient in poly.to_dict().items():
            factors = [sp.Rational(int(coefficient.p), int(coefficient.q))]
            factors += [self._by_index[i].expr ** int(e) for i, e in enumerate(monomial) if e]
            terms.append(sp.Mul(*factors))
        return sp.Add(*terms)

    def _single(self, poly: Poly) -> Generator | None:
        """Return the generator that ``poly`` is, if it is one."""
        if len(poly) != 1 or poly.total_degree() != 1:
            return None
        return next(self._by_index[i] for i, e in enumerate(poly.monoms()[0]) if e)

    def _opaque(self, expr: sp.Expr) -> Element:
        """Return a kernel that is known by its arguments' normal forms only."""
        if not expr.args:
            return self._element(self._generator(expr, expr, "free").poly)
        args = [self.element(a) for a in expr.args]
        key = (expr.func, tuple((str(a.num), str(a.den)) for a in args))
        return self._element(self._generator(key, expr, "free").poly)

    # --- factors and signs

    def _factors(self, v: Element) -> tuple[Any, list[tuple[Poly, int]]]:
        """Write v = content * prod f**e with irreducible f (as polynomials, relations aside)."""
        content, factors = flint.fmpq(1), []
        for poly, direction in ((v.num, 1), (v.den, -1)):
            if poly.is_constant():
                content *= poly.leading_coefficient() ** direction
                continue
            if len(poly) > MAX_FACTOR_TERMS or max(poly.degrees()) > MAX_FACTOR_DEGREE and len(poly) > 3:
                raise TooHard
            c, parts = poly.factor()
            content *= flint.fmpq(c) ** direction
            for f, e in parts:
                # One form for f and -f; FLINT's factors are primitive over the integers otherwise.
                flip = f.leading_coefficient() < 0
                content *= (-1 if flip else 1) ** int(e)
                factors.append((-f if flip else f, int(e) * direction))
        return content, factors

    def _assume_positive(self, split: tuple[Any, list[tuple[Poly, int]]]) -> None:
        """Use v > 0: the sign of one factor is the product of the others'."""
        content, factors = split
        odd = [f for f, e in factors if e % 2]
        unknown = [f for f in odd if self._known_sign(f) is None]
        if not unknown or (self.closed and len(odd) > 1):
            return
        first = unknown[0]
        product = self.number(1 if content > 0 else -1)
        for f in odd:
            if f is not first:
                product = self.mul(product, self.sign(f))
        self._signs.setdefault(str(first), product)

    def _known_sign(self, f: Poly) -> Element | None:
        key = str(f)
        if key not in self._signs:
            value = self._find_sign(f)
            if value is None:
                return None
            self._signs[key] = self.number(value)
        return self._signs[key]

    def _find_sign(self, f: Poly) -> int | None:
        sign = self._sign_by_shape(f)
        if sign is not None:
            return sign
        expr = self.expression(f)
        if not expr.free_symbols:
            return sign_at(expr, {}) or None
        if self.point is not None:
            return sign_at(expr, self.point, 400) or None
        return None

    def _sign_by_shape(self, f: Poly) -> int | None:
        """Return the common sign of all terms, where each is a coefficient times something never negative.

        One term at least must be positive itself, or the sum could be zero.
        """
        signs, strict = set(), False
        for monomial, coefficient in f.to_dict().items():
            odd = [self._by_index[i] for i, e in enumerate(monomial) if e % 2]
            if not all(g.positive for g in odd):
                return None
            strict = strict or all(self._by_index[i].positive for i, e in enumerate(monomial) if e)
            signs.add(1 if coefficient > 0 else -1)
        return signs.pop() if strict and len(signs) == 1 else None

    def sign(self, f: Poly) -> Element:
        """Return s with s**2 = 1 and |f| = s*f: a number where the sign is known, else a generator."""
        known = self._known_sign(f)
        if known is None:
            g = self._generator(("sign", str(f)), sp.sign(self.expression(f)), "sign", argument=f)
            known = self._element(self._relate(g, 2, self.one).poly)
            self._signs[str(f)] = known
        return known

    def sign_of(self, v: Element) -> Element:
        """Return the sign of v, valid where v is not zero."""
        content, factors = self._factors(v)
        result = self.number(1 if content > 0 else -1)
        for f, e in factors:
            if e % 2:
                result = self.mul(result, self.sign(f))
        return result

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
        """Yield (c, m, g) with u = sum c*m, c rational, m without coefficient, g the generator that m is or None."""
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
        self._relate(sin, 2, self.one - cos.poly**2)
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


_RULES: dict[type, Callable[[Tower, sp.Expr], Element]] = {
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
