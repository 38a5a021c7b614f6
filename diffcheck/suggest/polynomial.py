"""Polynomials over opaque parts: enough algebra to see that two spellings mean the same.

A polynomial maps monomials to exact coefficients; a monomial is a tuple of nodes, sorted, repeated for
powers. Whatever is not +, -, *, a small integer power or a division is an opaque node, `1/d` is one too.
`where(y - e > 0, a*(y - e), -(1 - a)*(y - e))` and `max(a*u, (a - 1)*u)` become comparable; nothing here
knows about functions. Gives up (ValueError) past TERMS terms, so that a power of a long sum cannot blow up.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from diffcheck.language.tree import NAME, NUMBER, Node, number

__all__ = [
    "ONE",
    "Poly",
    "add",
    "as_number",
    "cancelled",
    "divide",
    "from_poly",
    "multiply",
    "opaque_parts",
    "scale",
    "to_poly",
]

Monomial = tuple[Node, ...]
Poly = dict[Monomial, Fraction]

TERMS = 60
ONE: Poly = {(): Fraction(1)}


def _key(node: Node) -> tuple[object, ...]:
    # Nested tuples of strings: a total order that does not depend on the hash seed.
    return (node.op, str(node.leaf), len(node.args), tuple(_key(a) for a in node.args))


def add(p: Poly, q: Poly, factor: Fraction | int = 1) -> Poly:
    """Return p + factor*q."""
    total = dict(p)
    for monomial, value in q.items():
        total[monomial] = total.get(monomial, Fraction(0)) + value * factor
    return {m: c for m, c in total.items() if c}


def scale(p: Poly, factor: Fraction | int) -> Poly:
    """Return factor*p."""
    return add({}, p, factor)


def multiply(p: Poly, q: Poly) -> Poly:
    """Return p*q, or raise ValueError when it grows past TERMS terms."""
    total: Poly = {}
    for m, a in p.items():
        for n, b in q.items():
            joined = tuple(sorted(m + n, key=_key))
            total[joined] = total.get(joined, Fraction(0)) + a * b
        if len(total) > TERMS:
            raise ValueError("polynomial too long")
    return {m: c for m, c in total.items() if c}


def to_poly(node: Node) -> Poly:
    """Return the polynomial that ``node`` is, in its opaque parts."""
    if node.op == NUMBER:
        return scale(ONE, Fraction(node.leaf or 0))
    if node.op == "neg":
        return scale(to_poly(node.args[0]), -1)
    if node.op in ("add", "sub"):
        left, right = (to_poly(a) for a in node.args)
        return add(left, right, 1 if node.op == "add" else -1)
    if node.op == "mul":
        return reduce(multiply, (to_poly(a) for a in node.args))
    if node.op == "div":
        return multiply(to_poly(node.args[0]), _reciprocal(node.args[1]))
    if node.op == "square" or (node.op == "pow" and _small_power(node.args[1])):
        times = 2 if node.op == "square" else int(Fraction(node.args[1].leaf or 0))
        base = to_poly(node.args[0])
        return reduce(multiply, [base] * times)
    return {(node,): Fraction(1)}


def _small_power(node: Node) -> bool:
    return node.op == NUMBER and Fraction(node.leaf or 0) in (1, 2, 3, 4)


def _reciprocal(node: Node) -> Poly:
    below = to_poly(node)
    if len(below) == 1:
        (monomial, value), *_ = below.items()
        return {tuple(sorted((_inverse(x) for x in monomial), key=_key)): 1 / value}
    return {(_inverse(node),): Fraction(1)}


def _inverse(node: Node) -> Node:
    return Node("div", (number(1), node))


def as_number(p: Poly) -> Fraction | None:
    """Return the constant that ``p`` is, or None."""
    if any(p):
        return None
    return p.get((), Fraction(0))


def cancelled(p: Poly) -> Poly:
    """Return ``p`` with x*(1/x) dropped from its monomials, and sqrt(n)*sqrt(n) written n for numbers n > 0."""
    total: Poly = {}
    for monomial, coefficient in p.items():
        rest, value = list(monomial), coefficient
        for part in dict.fromkeys(monomial):
            if part.op == "sqrt" and part.args[0].op == NUMBER and Fraction(part.args[0].leaf or 0) > 0:
                while rest.count(part) > 1:
                    rest.remove(part)
                    rest.remove(part)
                    value *= Fraction(part.args[0].leaf or 0)
        for part in monomial:
            if part.op == "div" and part.args[0] == number(1) and part in rest and part.args[1] in rest:
                rest.remove(part)
                rest.remove(part.args[1])
        total = add(total, {tuple(rest): value})
    return total


def opaque_parts(p: Poly) -> frozenset[Node]:
    """Return the nodes that the monomials are made of."""
    return frozenset(node for monomial in p for node in monomial)


def divide(p: Poly, d: Poly) -> Poly | None:
    """Return q with p = q*d exactly, or None when ``d`` does not divide ``p`` (lexicographic)."""
    if not d:
        return None
    order = sorted(opaque_parts(p) | opaque_parts(d), key=_key)

    def exponents(m: Monomial) -> tuple[int, ...]:
        return tuple(m.count(x) for x in order)

    lead = max(d, key=exponents)
    quotient: Poly = {}
    rest = dict(p)
    while rest:
        top = max(rest, key=exponents)
        missing = [a - b for a, b in zip(exponents(top), exponents(lead), strict=True)]
        if min(missing, default=0) < 0:
            return None
        factor = tuple(x for x, times in zip(order, missing, strict=True) for _ in range(times))
        term: Poly = {factor: rest[top] / d[lead]}
        quotient = add(quotient, term)
        rest = add(rest, multiply(term, d), -1)
    return quotient


def from_poly(p: Poly) -> Node:
    """Return a readable node for ``p``: signs as operators, denominators as divisions."""
    # A positive term first: "1 - z", not "-z + 1".
    ordered = sorted(p.items(), key=lambda item: item[1] < 0)
    node: Node | None = None
    for monomial, value in ordered:
        if node is None:
            node = _term(monomial, value)
        else:
            node = Node("sub" if value < 0 else "add", (node, _term(monomial, abs(value))))
    return number(0) if node is None else node


def _term(monomial: Monomial, value: Fraction) -> Node:
    above = [n for n in monomial if n.op != "div"]
    below = [n.args[1] for n in monomial if n.op == "div" and n.args[0] == number(1)]
    above += [n for n in monomial if n.op == "div" and n.args[0] != number(1)]
    above.sort(key=lambda n: n.op != NAME)
    powers = [_power(n, above.count(n)) for n in dict.fromkeys(above)]
    if value == -1 / Fraction(value.denominator) and powers:
        # The sign on the first factor: "-mu/2", not "-(mu/2)".
        powers[0], value = Node("neg", (powers[0],)), -value
    # 0.27847*mu reads better than 27847*mu/100000; mu/2 better than 0.5*mu.
    decimal = value.denominator >= 1000 and 10**9 % value.denominator == 0
    top, bottom = (value, 1) if decimal else (value.numerator, value.denominator)
    factors = ([number(top)] if top != 1 or not powers else []) + powers
    node = reduce(lambda a, b: Node("mul", (a, b)), factors)
    divisors = ([number(bottom)] if bottom != 1 else []) + [
        _power(n, below.count(n)) for n in dict.fromkeys(below)
    ]
    if not divisors:
        return node
    return Node("div", (node, reduce(lambda a, b: Node("mul", (a, b)), divisors)))


def _power(node: Node, times: int) -> Node:
    return node if times == 1 else Node("pow", (node, number(times)))
