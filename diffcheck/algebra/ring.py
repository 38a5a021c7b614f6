"""Fractions of polynomials in generators that obey algebraic relations: arithmetic, factors, signs.

A generator stands for a symbol or for a function value that the ones before it do not express.  Each relation
is monic in its generator, g**d = (polynomial in earlier ones), so the relations are a Groebner basis for the
lexicographic order and reduction gives a unique remainder.  Remainder 0 proves that the expression is zero
wherever it is defined; any other remainder proves nothing, relations may be missing.
Signs: |f| = s*f with s**2 = 1; s is a number if a point, the shape of f or a positive product tells.
Read in order: Element, Generator, Ring.  The functions live in tower.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import flint
import sympy as sp

from diffcheck.algebra.balls import Point, sign_at

__all__ = ["Element", "Generator", "NeedUnit", "Poly", "Ring", "TooHard"]

SLOTS = 32
MAX_TERMS = 1500
MAX_EXPONENT = 5000
MAX_FACTOR_TERMS = 120
MAX_FACTOR_DEGREE = 40

Poly = Any  # flint.fmpq_mpoly


class TooHard(Exception):
    """The normal form would grow past its caps."""


class NeedUnit(Exception):
    """A fraction of a generator turned up that was fixed for whole multiples; start again, finer."""

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


class Ring:
    """The generators met so far, for one expression near one point or on its whole domain.

    point: where signs may be looked up; None when the identity must hold on every part of the domain.
    sample: a point of the domain.
    closed: rules must also hold where a radicand is zero, not only on the open domain.
    units: kind -> d, generators stand for 1/d of what they are named after.
    """

    # What tower.py knows about functions: type of node -> rule.
    rules: ClassVar[dict[type, Callable[[Any, sp.Expr], Element]]] = {}

    def __init__(
        self,
        point: Point | None,
        sample: Point,
        units: dict[str, int],
        positive: tuple[sp.Expr, ...],
        closed: bool = False,
    ) -> None:
        self.context = _context()
        self.one = self.context.constant(1)
        self._sines: dict[str, Element] = {}  # 1 - cos(u)**2, as text -> sin(u)
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
            self.assume(self.element(fact))

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
        rule = self.rules.get(type(expr))
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
            high = len(poly) > 3 and max(poly.degrees()) > MAX_FACTOR_DEGREE
            if high or len(poly) > MAX_FACTOR_TERMS:
                raise TooHard
            c, parts = poly.factor()
            content *= flint.fmpq(c) ** direction
            for f, e in parts:
                # One form for f and -f; FLINT's factors are primitive over the integers otherwise.
                flip = f.leading_coefficient() < 0
                content *= (-1 if flip else 1) ** int(e)
                factors.append((-f if flip else f, int(e) * direction))
        return content, factors

    def assume(self, v: Element) -> None:
        """Use v > 0, or v >= 0: with one factor of unknown sign, |f| = s*f holds at its zeros too."""
        if not v.num.is_zero():
            self._assume_positive(self._factors(v))

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
