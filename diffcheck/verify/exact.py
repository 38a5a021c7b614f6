"""Rational functions with exact coefficients: identities by arithmetic, no number is rounded.

What is not rational (exp(x), a root, pi) is a generator of its own, named by its canonical arguments.  Two functions
that are equal as rational functions of the generators are equal wherever both are defined; the converse is not used.
Read in order: Ratio, ratio, Facts, sign_of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import iv

from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.verify.boxes import enclosure

__all__ = [
    "ONE",
    "ZERO",
    "Facts",
    "Ratio",
    "TooLong",
    "assuming",
    "constant",
    "current",
    "is_whole",
    "ratio",
    "sign_of",
    "steady",
]

MAX_TERMS = 80
MAX_POWER = 12
Monomial = tuple[tuple[str, int], ...]
Poly = dict[Monomial, Fraction]


class TooLong(Exception):
    """The arithmetic is given up: nothing is claimed."""


def _times(p: Poly, q: Poly) -> Poly:
    if len(p) * len(q) > MAX_TERMS**2:
        raise TooLong
    out: Poly = {}
    for a, c in p.items():
        for b, d in q.items():
            powers = dict(a)
            for g, n in b:
                powers[g] = powers.get(g, 0) + n
            key = tuple(sorted(powers.items()))
            out[key] = out.get(key, Fraction(0)) + c * d
    return _tidy(out)


def _plus(p: Poly, q: Poly) -> Poly:
    return _tidy({k: p.get(k, Fraction(0)) + q.get(k, Fraction(0)) for k in p.keys() | q.keys()})


def _tidy(p: Poly) -> Poly:
    kept = {k: c for k, c in p.items() if c}
    if len(kept) > MAX_TERMS:
        raise TooLong
    return kept


@dataclass(frozen=True, slots=True)
class Ratio:
    """A quotient of polynomials in generators; ``nodes`` says what each generator that is no name stands for."""

    num: Poly
    den: Poly
    nodes: Mapping[str, Node]

    def __add__(self, other: Ratio) -> Ratio:
        nodes = {**self.nodes, **other.nodes}
        if self.den == other.den:
            return _made(_plus(self.num, other.num), self.den, nodes)
        num = _plus(_times(self.num, other.den), _times(other.num, self.den))
        return _made(num, _times(self.den, other.den), nodes)

    def __mul__(self, other: Ratio) -> Ratio:
        nodes = {**self.nodes, **other.nodes}
        return _made(_times(self.num, other.num), _times(self.den, other.den), nodes)

    def __neg__(self) -> Ratio:
        return Ratio({k: -c for k, c in self.num.items()}, self.den, self.nodes)

    def __sub__(self, other: Ratio) -> Ratio:
        return self + (-other)

    def __truediv__(self, other: Ratio) -> Ratio:
        if not other.num:
            raise TooLong
        return self * Ratio(other.den, other.num, other.nodes)

    def power(self, n: int) -> Ratio:
        """Return the n-th power, n an integer."""
        if abs(n) > MAX_POWER:
            raise TooLong
        out = ONE
        for _ in range(abs(n)):
            out = out * self
        return out if n >= 0 else ONE / out

    @property
    def is_zero(self) -> bool:
        """Whether it is zero as a rational function of the generators."""
        return not self.num

    @property
    def rational(self) -> Fraction | None:
        """Return the number it is; None when a generator occurs."""
        if not self.num:
            return Fraction(0)
        if self.num.keys() == self.den.keys() == {()}:
            return self.num[()] / self.den[()]
        return None

    @property
    def key(self) -> str:
        """Return a name: equal names mean equal functions."""
        return "/".join(
            ";".join(f"{c}:{m}" for m, c in sorted(part.items(), key=repr)) for part in (self.num, self.den)
        )

    def degree(self, name: str) -> int | None:
        """Return the degree of the numerator in a name; None when it also occurs in a generator or below."""
        inside = any(name in node.names() for node in self.nodes.values())
        below = any(g == name for m in self.den for g, _ in m)
        if inside or below:
            return None
        return max((n for m in self.num for g, n in m if g == name), default=0)

    def coefficient(self, name: str, n: int) -> Ratio:
        """Return the coefficient of name**n in a function that is a polynomial in the name."""
        part = {
            tuple((g, k) for g, k in m if g != name): c
            for m, c in self.num.items()
            if dict(m).get(name, 0) == n
        }
        return _made(part, self.den, self.nodes)


def _made(num: Poly, den: Poly, nodes: Mapping[str, Node]) -> Ratio:
    """Return the quotient with a rational denominator divided out, and common monomials."""
    if not num:
        return Ratio({}, {(): Fraction(1)}, nodes)
    if len(den) == 1:
        ((m, c),) = den.items()
        shared = {g: min(n, *(dict(k).get(g, 0) for k in num)) for g, n in m}
        cut = {g: n for g, n in shared.items() if n}
        num = {_lowered(k, cut): v / c for k, v in num.items()}
        den = {_lowered(m, cut): Fraction(1)}
    return Ratio(num, den, nodes)


def _lowered(m: Monomial, cut: Mapping[str, int]) -> Monomial:
    return tuple((g, n - cut.get(g, 0)) for g, n in m if n > cut.get(g, 0))


def reduced(value: Ratio) -> Ratio:
    """Return the function with whole powers of roots written out and the denominator divided out where that goes.

    Equal where the roots have positive arguments and the denominator is not zero.
    """
    num = Ratio({}, {(): Fraction(1)}, value.nodes)
    for m, c in value.num.items():
        term = constant(c)
        for g, n in m:
            base, times, rest = _power_of_root(g, n, value.nodes)
            term = (
                term
                * base.power(times)
                * Ratio({((g, rest),) if rest else (): Fraction(1)}, {(): Fraction(1)}, value.nodes)
            )
        num = num + term
    if num.den != {(): Fraction(1)}:
        return value
    whole = _divided(num.num, value.den)
    return (
        Ratio(num.num, value.den, num.nodes) if whole is None else Ratio(whole, {(): Fraction(1)}, num.nodes)
    )


def _power_of_root(g: str, n: int, nodes: Mapping[str, Node]) -> tuple[Ratio, int, int]:
    """Return u, a, r with g**n = u**a*g**r, for a generator g that is a root of u."""
    if g in nodes and nodes[g].op == "pow":
        exponent = ratio(nodes[g].args[1]).rational
        if exponent is not None and exponent > 0:
            return (
                ratio(nodes[g].args[0]),
                exponent.numerator * (n // exponent.denominator),
                n % exponent.denominator,
            )
    return ONE, 0, n


def _divided(p: Poly, q: Poly) -> Poly | None:
    """Return p/q; None when that is no polynomial.  Leading monomials in one order of the generators."""
    names = sorted({g for part in (p, q) for m in part for g, _ in m})

    def rank(m: Monomial) -> tuple[int, ...]:
        return tuple(dict(m).get(g, 0) for g in names)

    top = max(q, key=rank)
    out: Poly = {}
    while p:
        first = max(p, key=rank)
        powers = [a - b for a, b in zip(rank(first), rank(top), strict=True)]
        if min(powers, default=0) < 0 or len(out) > MAX_TERMS:
            return None
        key = tuple((g, n) for g, n in zip(names, powers, strict=True) if n)
        out[key] = p[first] / q[top]
        p = _plus(p, _times({key: -out[key]}, q))
    return out


def constant(value: Fraction | int) -> Ratio:
    """Return a number."""
    return Ratio({(): Fraction(value)} if value else {}, {(): Fraction(1)}, {})


ZERO, ONE = constant(0), constant(1)


def ratio(node: Node) -> Ratio:
    """Read an elementary tree; TooLong where that is too long."""
    return _read(node, {})


def _read(node: Node, memo: dict[int, Ratio]) -> Ratio:
    if id(node) not in memo:
        memo[id(node)] = _step(node, memo)
    return memo[id(node)]


def _step(node: Node, memo: dict[int, Ratio]) -> Ratio:
    if node.op == NUMBER:
        assert isinstance(node.leaf, Fraction)
        return constant(node.leaf)
    if node.op == NAME:
        return Ratio({((str(node.leaf), 1),): Fraction(1)}, {(): Fraction(1)}, {})
    args = [_read(a, memo) for a in node.args]
    if node.op == "add":
        return args[0] + args[1]
    if node.op == "mul":
        return args[0] * args[1]
    if node.op == "div":
        return args[0] / args[1]
    if node.op == "pow":
        exponent = args[1].rational
        if exponent is not None and exponent.denominator == 1:
            return args[0].power(int(exponent))
    key = f"{node.op}({', '.join(a.key for a in args)})"
    return Ratio({((key, 1),): Fraction(1)}, {(): Fraction(1)}, {key: node})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is assumed: functions with a strict sign, intervals for names, names of integers and of what is not zero.

    directions: names whose strict signs hold inside their intervals only, while a division must be sound at the ends.
    """

    signs: tuple[tuple[Ratio, int], ...] = ()
    box: Mapping[str, Any] = field(default_factory=dict)
    integers: frozenset[str] = frozenset()
    nonzero: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset()

    def of_generator(self, g: str, nodes: Mapping[str, Node]) -> tuple[int, int]:
        """Return the least and the largest sign that a generator may have."""
        lone = {((g, 1),): Fraction(1)}
        for known, sign in self.signs:
            if known.num == lone and known.den == {(): Fraction(1)}:
                return sign, sign
        if g in nodes and nodes[g].op == "exp":
            return 1, 1
        box = {**self.box} | {
            n: WHOLE for n in (nodes[g].names() if g in nodes else [g]) if n not in self.box
        }
        at = enclosure(nodes[g], box) if g in nodes else box[g]
        if at is None:
            return -1, 1
        return (1 if at.a > 0 else 0 if at.a >= 0 else -1), (-1 if at.b < 0 else 0 if at.b <= 0 else 1)


WHOLE = iv.mpf([-mpmath.inf, mpmath.inf])
NOTHING = Facts()
_FACTS: ContextVar[Facts] = ContextVar("facts", default=NOTHING)


@contextmanager
def assuming(facts: Facts) -> Iterator[None]:
    """Decide signs under assumptions."""
    token = _FACTS.set(facts)
    try:
        yield
    finally:
        _FACTS.reset(token)


def current() -> Facts:
    """Return what is assumed now."""
    return _FACTS.get()


def steady(value: Ratio) -> bool:
    """Whether a function has a strict sign also where directions reach the ends of their intervals."""
    facts = _FACTS.get()
    if not facts.directions:
        return bool(sign_of(value))
    kept = tuple(
        (known, sign)
        for known, sign in facts.signs
        if not {g for m in known.num for g, _ in m} & facts.directions
    )
    with assuming(replace(facts, signs=kept, directions=frozenset())):
        return bool(sign_of(value))


def is_whole(value: Ratio) -> bool:
    """Whether a function takes integers only: integer coefficients, names of integers."""
    integers = _FACTS.get().integers
    return value.den == {(): Fraction(1)} and all(
        c.denominator == 1 and all(g in integers for g, _ in m) for m, c in value.num.items()
    )


def sign_of(value: Ratio) -> int | None:
    """Return the strict sign (or 0) that a function has wherever the assumptions hold; None when that is not proved.

    Exact for numbers; a positive multiple of an assumption; terms of one sign; intervals that exclude zero.
    """
    exact = value.rational
    if exact is not None:
        return (exact > 0) - (exact < 0)
    facts = _FACTS.get()
    for known, sign in facts.signs:
        times = (value / known).rational if known.num else None
        if times:
            return sign if times > 0 else -sign
    parts = [
        _sign_of_terms(p, value.nodes, facts) or _sign_of_values(p, value.nodes, facts)
        for p in (value.num, value.den)
    ]
    return parts[0] * parts[1] if all(parts) else None


def _sign_of_terms(p: Poly, nodes: Mapping[str, Node], facts: Facts) -> int:
    """Return the sign that all terms share, one of them strictly; 0 for none."""
    strict: set[int] = set()
    loose: set[int] = set()
    for m, c in p.items():
        low = high = 1 if c > 0 else -1
        for g, n in m:
            a, b = facts.of_generator(g, nodes)
            if n % 2 == 0:
                a, b = (1, 1) if a > 0 or b < 0 or g in facts.nonzero else (0, 1)
            ends = (low * a, low * b, high * a, high * b)
            low, high = min(ends), max(ends)
        if low == high != 0:
            strict.add(low)
        elif low >= 0 or high <= 0:
            loose |= {low, high} - {0}
        else:
            return 0
    if len(strict) == 1 and loose <= strict:
        return strict.pop()
    return 0


def _sign_of_values(p: Poly, nodes: Mapping[str, Node], facts: Facts) -> int:
    """Return the sign of an enclosure of all values; 0 when it does not exclude zero."""
    total = iv.mpf(0)
    for m, c in p.items():
        term = iv.mpf(c.numerator) / c.denominator
        for g, n in m:
            names = nodes[g].names() if g in nodes else [g]
            box = {k: facts.box.get(k, WHOLE) for k in names}
            at = enclosure(nodes[g], box) if g in nodes else box[g]
            if at is None:
                return 0
            term = term * at**n
        total = total + term
    return 1 if total.a > 0 else -1 if total.b < 0 else 0
