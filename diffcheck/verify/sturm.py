"""Polynomials in one variable as rows of rational coefficients, from x**0 on: how many real roots, after Sturm."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

__all__ = ["Row", "quotient", "real_roots", "shared", "slope", "value_at"]

Row = list[Fraction]


def value_at(p: Row, x: Fraction) -> Fraction:
    """Return p(x)."""
    out = Fraction(0)
    for c in reversed(p):
        out = out * x + c
    return out


def slope(p: Row) -> Row:
    """Return the derivative."""
    return [k * c for k, c in enumerate(p)][1:]


def _divmod(p: Row, q: Row) -> tuple[Row, Row]:
    rest, out = list(p), [Fraction(0)] * max(1, len(p) - len(q) + 1)
    while len(rest) >= len(q) and any(rest):
        c, k = rest[-1] / q[-1], len(rest) - len(q)
        out[k] = c
        rest = [r - c * q[i - k] if i >= k else r for i, r in enumerate(rest)][:-1]
        while rest and not rest[-1]:
            rest.pop()
    return out, rest


def shared(p: Row, q: Row) -> Row:
    """Return the greatest common divisor, up to a factor."""
    while q and any(q):
        p, q = q, _divmod(p, q)[1]
    return p


def quotient(p: Row, q: Row) -> Row:
    """Return p/q without the remainder."""
    return _divmod(p, q)[0]


def real_roots(p: Row) -> int:
    """Count the real roots of a squarefree polynomial: sign changes of its Sturm chain at both infinities."""
    chain = [p, slope(p)]
    while len(chain[-1]) > 1:
        chain.append([-c for c in _divmod(chain[-2], chain[-1])[1]])
    ends = []
    for s in (-1, 1):
        signs = [(1 if c[-1] > 0 else -1) * s ** (len(c) - 1) for c in chain if c]
        ends.append(sum(a != b for a, b in pairwise(signs)))
    return int(ends[0] - ends[1])
