"""One-sided germs: what an expression does just beside a point.

A germ is a sum of terms ``c * t**a * L**b * LL**d * exp(phi)`` for t -> 0+, largest first, cut after some terms with a
remainder.  Here L = log(1/t), LL = log(L), and phi is a germ all of whose terms are infinite; c is an exact coefficient
that does not depend on t, a, b, d are exact and may be symbolic.
Method: truncated transseries of small height, after Gruntz, "On Computing Limits in a Symbolic Manipulation System"
(1996), and van der Hoeven, "Transseries and Real Differential Algebra" (2006).
Read in order: Mono, Germ, Algebra; the rules of single functions are in expand.py.
Gives up on: three nested logarithms, and on what oscillates to zero under a logarithm, a root or a quotient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Protocol

import sympy as sp

from diffcheck.algebra.expanded import multiplied_out
from diffcheck.algebra.exponentials import as_exponential
from diffcheck.algebra.rootless import conjugated
from diffcheck.deadline import check_time
from diffcheck.errors import DiffcheckError, Undetermined

__all__ = ["EXACT_ZERO", "Algebra", "Germ", "Mono", "NeedMoreTerms", "Oracle", "Term"]

ZERO, ONE = sp.S.Zero, sp.S.One
# Of a coefficient that is multiplied out before its logarithm is taken.
MAX_OPERATIONS = 60


class NeedMoreTerms(DiffcheckError):
    """All known terms cancel but a remainder is left: the caller repeats with a higher order."""


class Oracle(Protocol):
    """Decides about coefficients; it may record what it assumed."""

    def vanishes(self, c: sp.Expr, *, decides: bool = True) -> bool:
        """Return whether ``c`` is identically zero here; ``decides``: whether the answer "no" matters."""

    def sign(self, c: sp.Expr) -> int:
        """Return the sign of ``c`` here: -1, 0 or 1."""

    def exponent(self, c: sp.Expr) -> int:
        """Return the sign of ``c``, an exponent: where it is zero sizes are equal that differ elsewhere."""

    def pivot(self, c: sp.Expr) -> None:
        """Note that the nonzero ``c`` is divided by, or that a root or logarithm of it is taken."""

    def power(self, c: sp.Expr) -> None:
        """Note ``c``, an exponent of what vanishes here: at an integer value, negative bases have a power too."""

    def oscillating(self, c: sp.Expr) -> bool:
        """Return whether ``c`` holds a bounded symbol without a limit."""

    def moves(self, c: sp.Expr) -> bool:
        """Return whether the oscillating ``c`` surely takes different values again and again."""

    def settled(self, c: sp.Expr) -> sp.Expr:
        """Return ``c`` written with as few bounded symbols as identities allow."""


@dataclass(frozen=True, slots=True)
class Mono:
    """The size of a term: ``t**power * L**log * LL**loglog * exp(sum of expo)``."""

    power: sp.Expr = ZERO
    log: sp.Expr = ZERO
    loglog: sp.Expr = ZERO
    expo: tuple[Term, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether this is the size of a constant."""
        return not self.expo and self.power == 0 and self.log == 0 and self.loglog == 0


Term = tuple[sp.Expr, Mono]

CONSTANT = Mono()
LOG = Mono(log=ONE)
LOGLOG = Mono(loglog=ONE)


@dataclass(frozen=True, slots=True)
class Germ:
    """Terms by decreasing size; ``rem`` bounds what was cut (None: nothing was)."""

    terms: tuple[Term, ...] = ()
    rem: Mono | None = None


EXACT_ZERO = Germ()


def _has_root(c: sp.Expr) -> bool:
    return bool(c.is_Add) and any(p.exp.is_Rational and p.exp.q > 1 for p in c.atoms(sp.Pow))


def _logarithm(c: sp.Expr) -> sp.Expr:
    """Return log(c) for c > 0, with u + log(b) for b*exp(u), which a sum may be when it is multiplied out."""
    if not c.has(sp.exp):
        return sp.log(c)
    plain = multiplied_out(c, MAX_OPERATIONS) if c.is_Add else c
    b, u = as_exponential(c if plain.is_Add else plain)
    return u + sp.log(b)


def constant(c: sp.Expr) -> Germ:
    """Return the germ that is ``c`` for all t."""
    return Germ(((c, CONSTANT),)) if c != 0 else EXACT_ZERO


class Algebra:
    """Arithmetic of germs at one order; ``oracle`` decides about coefficients.

    order: how many terms are kept; every operation is exact up to its remainder.
    """

    def __init__(self, oracle: Oracle, order: int) -> None:
        self.oracle = oracle
        self.order = order

    # --- sizes

    def growth(self, m: Mono) -> int:
        """Return 1 if the size tends to infinity, -1 if to zero, 0 if it is constant."""
        # t**a = exp(-a*L), L**b = exp(b*LL): the exponent of the larger size decides; LLL is below all that occur.
        exponents = [(-m.power, LOG), (m.log, LOGLOG)]
        if m.expo:
            c, lead = m.expo[0]
            larger = [e != 0 and self.compare(lead, size) <= 0 for e, size in exponents]
            exponents.insert(max((i + 1 for i, held in enumerate(larger) if held), default=0), (c, lead))
        for e, _ in (*exponents, (m.loglog, CONSTANT)):
            if e != 0 and (s := self._exponent_sign(e)):
                return s
        return 0

    def flat(self, m: Mono | None) -> bool:
        """Return whether the size is below every power of t; so is what no remainder bounds, which is 0."""
        if m is None:
            return True
        if not m.expo or self.compare(m.expo[0][1], LOG) <= 0:
            return False
        return self.oracle.sign(m.expo[0][0]) < 0

    def _exponent_sign(self, e: sp.Expr) -> int:
        if e.is_Rational:
            return int((e.p > 0) - (e.p < 0))
        return self.oracle.exponent(e)

    def compare(self, m: Mono, n: Mono) -> int:
        """Return the sign of "m is larger than n"."""
        if m == n:
            return 0
        return self.growth(self.quotient(m, n))

    def product(self, m: Mono, n: Mono) -> Mono:
        """Return the size m*n."""
        return Mono(m.power + n.power, m.log + n.log, m.loglog + n.loglog, self._join(m.expo, n.expo, 1))

    def quotient(self, m: Mono, n: Mono) -> Mono:
        """Return the size m/n."""
        return Mono(m.power - n.power, m.log - n.log, m.loglog - n.loglog, self._join(m.expo, n.expo, -1))

    def raised(self, m: Mono, e: sp.Expr) -> Mono:
        """Return the size m**e."""
        if e == 0:
            return CONSTANT
        return Mono(m.power * e, m.log * e, m.loglog * e, tuple((c * e, k) for c, k in m.expo))

    def _join(self, a: tuple[Term, ...], b: tuple[Term, ...], s: int) -> tuple[Term, ...]:
        if not a and not b:
            return ()
        both = self._collect([*a, *((s * c, m) for c, m in b)])
        return tuple((c, m) for c, m in both if not self.oracle.vanishes(c))

    # --- sums and products

    def _collect(self, terms: Iterable[Term]) -> list[Term]:
        """Add up terms of equal size and order them, largest first."""
        sums: dict[Mono, list[sp.Expr]] = {}
        for c, m in terms:
            sums.setdefault(m, []).append(c)
        out = [(self.oracle.settled(sp.Add(*cs) if len(cs) > 1 else cs[0]), m) for m, cs in sums.items()]
        out = [(c, m) for c, m in out if c != 0]
        if len(out) < 2:
            return out
        if all(m.power.is_Rational and m.log == 0 and m.loglog == 0 and not m.expo for _, m in out):
            return sorted(out, key=lambda term: term[1].power)

        def by_size(x: Term, y: Term) -> int:
            return -self.compare(x[1], y[1])

        out.sort(key=cmp_to_key(by_size))
        return self._merge_equal(out)

    def _merge_equal(self, ordered: list[Term]) -> list[Term]:
        merged = [ordered[0]]
        for c, m in ordered[1:]:
            d, n = merged[-1]
            if self.compare(m, n) == 0:
                merged[-1] = (d + c, n)
            else:
                merged.append((c, m))
        return merged

    def cut(self, terms: Iterable[Term], rem: Mono | None) -> Germ:
        """Order the terms, drop what the remainder covers and what exceeds the order."""
        check_time()
        ordered = self._collect(terms)
        if rem is not None:
            ordered = [(c, m) for c, m in ordered if self.compare(m, rem) > 0]
        if len(ordered) > self.order:
            rem = ordered[self.order][1]
            ordered = ordered[: self.order]
        return Germ(tuple(ordered), rem)

    def larger(self, m: Mono | None, n: Mono | None) -> Mono | None:
        """Return the larger of two remainders; None means no remainder."""
        if m is None or n is None:
            return n if m is None else m
        return m if self.compare(m, n) >= 0 else n

    def add(self, *germs: Germ) -> Germ:
        """Return the sum."""
        rem: Mono | None = None
        for g in germs:
            rem = self.larger(rem, g.rem)
        return self.cut([t for g in germs for t in g.terms], rem)

    def scale(self, g: Germ, c: sp.Expr, m: Mono = CONSTANT) -> Germ:
        """Return c*m*g."""
        if c == 0:
            return EXACT_ZERO
        terms = tuple((c * d, self.product(m, n)) for d, n in g.terms)
        return Germ(terms, None if g.rem is None else self.product(m, g.rem))

    def mul(self, f: Germ, g: Germ) -> Germ:
        """Return the product."""
        if (not f.terms and f.rem is None) or (not g.terms and g.rem is None):
            return EXACT_ZERO
        if len(f.terms) == 1 and f.rem is None:
            return self.cut(self.scale(g, *f.terms[0]).terms, self.scale(g, *f.terms[0]).rem)
        rem: Mono | None = None
        for a, b in ((f, g), (g, f)):
            if a.rem is not None:
                size = b.terms[0][1] if b.terms else b.rem
                if size is not None:
                    rem = self.larger(rem, self.product(a.rem, size))
        return self.cut([(c * d, self.product(m, n)) for c, m in f.terms for d, n in g.terms], rem)

    # --- leading terms

    def lead(self, g: Germ) -> tuple[sp.Expr, Mono, Germ] | None:
        """Return the leading coefficient, its size and the rest; None if the germ is exactly zero.

        Raises NeedMoreTerms when every known term vanishes and a remainder is left.
        """
        terms = g.terms
        while terms:
            c, m = terms[0]
            if not self.oracle.vanishes(c):
                return c, m, Germ(terms[1:], g.rem)
            terms = terms[1:]
        if g.rem is not None:
            raise NeedMoreTerms
        return None

    def sign(self, g: Germ) -> int:
        """Return the sign of the germ for small t > 0."""
        head = self.lead(g)
        if head is None:
            return 0
        return self.oracle.sign(head[0])

    def split(self, g: Germ) -> tuple[Germ, sp.Expr, Germ]:
        """Return (infinite part, constant, part that tends to 0)."""
        big: list[Term] = []
        small: list[Term] = []
        const = ZERO
        for c, m in g.terms:
            size = self.growth(m)
            if size == 0:
                const = const + c
            elif not self.oracle.vanishes(c, decides=size > 0):
                (big if size > 0 else small).append((c, m))
        if g.rem is not None and self.growth(g.rem) >= 0:
            raise NeedMoreTerms
        return Germ(tuple(big)), const, Germ(tuple(small), g.rem)

    # --- composition

    def series(self, coefficient: Callable[[int], sp.Expr], delta: Germ) -> Germ:
        """Return sum coefficient(n)*delta**n for a delta that tends to 0."""
        first = constant(coefficient(0))
        size = delta.terms[0][1] if delta.terms else delta.rem
        if size is None:
            return first
        # Beyond every power of t already: one term says all that can be seen next to powers.
        last = 2 if self.flat(size) else self.order + 1
        total, power = [first], constant(ONE)
        for n in range(1, last):
            power = self.mul(power, delta)
            total.append(self.scale(power, coefficient(n)))
        rem = self.raised(size, sp.Integer(last))
        return self.add(*total, Germ((), rem))

    def _unit(self, g: Germ, what: str, *, divides: bool = True) -> tuple[sp.Expr, Mono, Germ]:
        """Write g = c*m*(1 + delta); Undetermined if the leading coefficient oscillates."""
        head = self.lead(g)
        if head is None:
            raise ZeroDivisionError(what)
        c, m, rest = head
        if self.oracle.oscillating(c):
            # Raises Oscillates unless the coefficient keeps away from zero.
            self.oracle.sign(c)
        if divides and not m.is_one:
            self.oracle.pivot(c)
        return c, m, self.scale(rest, 1 / c, self.raised(m, sp.S.NegativeOne))

    def _without_zeros(self, g: Germ) -> Germ:
        """Drop leading terms with a root in them that are zero: multiplied out, nothing cancels any more."""
        terms = g.terms
        while terms and _has_root(c := terms[0][0]):
            if (
                any(s.is_integer for s in c.free_symbols)
                or self.oracle.oscillating(c)
                or not self._is_zero(c)
            ):
                break
            terms = terms[1:]
        return Germ(terms, g.rem)

    def _is_zero(self, c: sp.Expr) -> bool:
        try:
            return self.oracle.vanishes(c, decides=False)
        except Undetermined:
            return False

    def inverse(self, g: Germ) -> Germ:
        """Return 1/g; ZeroDivisionError when g is exactly zero."""
        c, m, delta = self._unit(g, "a quotient")
        unit = self.series(lambda n: sp.S.NegativeOne**n, delta)
        return self.scale(unit, conjugated(1 / c), self.raised(m, sp.S.NegativeOne))

    def power(self, g: Germ, exponent: sp.Expr) -> Germ:
        """Return g**exponent for g > 0, or any g and an integer exponent."""
        if exponent.is_Integer and 0 <= exponent <= 3:
            out = constant(ONE)
            g = self._without_zeros(g)
            for _ in range(int(exponent)):
                out = self.mul(out, g)
            return out
        c, m, delta = self._unit(g, "a power", divides=not (exponent.is_Integer and exponent > 0))
        unit = self.series(lambda n: sp.ff(exponent, n) / sp.factorial(n), delta)
        return self.scale(unit, self._plain_power(c, exponent), self.raised(m, exponent))

    def _plain_power(self, c: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        """Return c**exponent for c > 0, where that is a whole power without the root: (u**3)**(1/3) is u or -u."""
        if exponent.is_Integer or c.is_Rational:
            return c**exponent
        if c.free_symbols and c.is_Add and c.is_polynomial():
            c = sp.factor(c)
        outside, inside = ONE, ONE
        for f in sp.Mul.make_args(c):
            if f.is_Pow and f.exp.is_Rational and f.base.free_symbols and (f.exp * exponent).is_Integer:
                # A broken power has a positive base.
                s = self.oracle.sign(f.base) if f.exp.is_Integer else 1
                outside *= (s * f.base) ** (f.exp * exponent)
                inside *= s**f.exp
            else:
                inside *= f
        value = outside * inside**exponent
        for magnitude in value.atoms(sp.Abs):
            value = value.xreplace({magnitude: self.oracle.sign(magnitude.args[0]) * magnitude.args[0]})
        return value

    def log(self, g: Germ) -> Germ:
        """Return log(g) for g > 0."""
        c, m, delta = self._unit(g, "a logarithm")
        if m.loglog != 0:
            raise Undetermined("three nested logarithms")
        head: list[Term] = [*m.expo, (-m.power, LOG), (m.log, LOGLOG), (_logarithm(c), CONSTANT)]
        # With t**a in front the expansion has an L; the sign is that of -log t = L.
        unit = self.series(lambda n: ZERO if n == 0 else sp.S.NegativeOne ** (n + 1) / sp.Integer(n), delta)
        return self.add(Germ(tuple((k, s) for k, s in head if k != 0)), unit)

    def exp(self, g: Germ) -> Germ:
        """Return exp(g)."""
        big, const, small = self.split(g)
        power, log, expo = ZERO, ZERO, []
        for c, m in big.terms:
            if self.oracle.oscillating(c):
                raise Undetermined("oscillation under an exponential")
            # Where the coefficient of what is infinite vanishes, another exponential is met.
            self.oracle.pivot(c)
            if m == LOG:
                power = power - c
            elif m == LOGLOG:
                log = log + c
            else:
                expo.append((c, m))
        unit = self.series(lambda n: ONE / sp.factorial(n), small)
        return self.scale(unit, conjugated(sp.exp(const)), Mono(power, log, ZERO, tuple(expo)))
