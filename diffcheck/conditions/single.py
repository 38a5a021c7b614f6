"""Conditions on one real symbol: decided at the roots of an equation, or between the roots of everything that occurs.

Off the roots of an expression and of its parts that are divided by, rooted or taken a logarithm of, the expression is
analytic without a zero, or undefined: one point of each interval stands for all of it.
Read in order: roots_where, points_between, intervals_between, integers_between.
Gives up on: expressions whose roots are not known to be all, families of roots, and signs that balls cannot tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cmp_to_key
from itertools import pairwise

import flint
import sympy as sp

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.roots import Root, real_roots
from diffcheck.conditions.demands import demands

__all__ = ["integers_between", "intervals_between", "points_between", "roots_where"]

PRECISIONS = (160, 600)
# Isolating the roots of what is longer takes seconds.
MAX_OPERATIONS = 60
# Integers that are asked one by one.
MAX_INTEGERS = 60


def roots_where(
    equation: sp.Expr, others: Sequence[tuple[sp.Expr, Collection[int]]], x: sp.Symbol
) -> list[Root] | None:
    """Return all roots of the equation at which the others hold; None where that is not known.

    others: expressions in ``x`` with the signs that are allowed.
    """
    found = _roots(equation, x)
    if found is None:
        return None
    kept: list[Root] = []
    for root in found:
        answers = [_holds(expr, signs, x, root) for expr, signs in others]
        if False in answers:
            continue
        if None in answers:
            return None
        kept.append(root)
    return kept


def _roots(expr: sp.Expr, x: sp.Symbol) -> list[Root] | None:
    if sp.count_ops(expr) > MAX_OPERATIONS:
        return None
    found = real_roots(expr, x)
    listed = found.complete and not found.everywhere and not found.families
    return list(found.roots) if listed and all(r.ball.is_finite() for r in found.roots) else None


def _holds(expr: sp.Expr, signs: Collection[int], x: sp.Symbol, root: Root) -> bool | None:
    """Whether an expression has an allowed sign at a root; None where a ball around it does not tell."""
    for prec in PRECISIONS:
        ball = enclose(expr, {x: root.exact if root.exact is not None else root.refine(prec)}, prec)
        if ball.is_finite() and not ball.contains(0):
            return (1 if ball > 0 else -1) in signs
    return True if ball.is_finite() and {-1, 0, 1} <= {*signs} else None


def points_between(exprs: Iterable[sp.Expr], x: sp.Symbol) -> list[sp.Rational] | None:
    """Return a point of every interval on which each expression has one sign or is undefined; None where not known."""
    found = intervals_between(exprs, x)
    return None if found is None else [point for _, point, _ in found]


def intervals_between(
    exprs: Iterable[sp.Expr], x: sp.Symbol
) -> list[tuple[Root | None, sp.Rational, Root | None]] | None:
    """Return (left end, a point, right end) of every such interval; an end without a root is an infinity."""
    roots = _all_roots(exprs, x)
    if roots is None:
        return None
    kept: list[Root] = []
    for root in roots:
        if not kept or not kept[-1].ball.overlaps(root.ball):
            kept.append(root)
        elif not _same(kept[-1], root):
            return None
    return [(a, _between(a, b), b) for a, b in pairwise([None, *kept, None])]


def _between(a: Root | None, b: Root | None) -> sp.Rational:
    if a is not None and b is not None:
        return _plain((a.ball.upper() + b.ball.lower()) / 2)
    if b is not None:
        return _plain(b.ball.mid().floor() - 1)
    return sp.S.Zero if a is None else _plain(a.ball.mid().ceil() + 1)


def integers_between(exprs: Iterable[sp.Expr], x: sp.Symbol) -> list[int] | None:
    """Return integers among which is one for every interval that holds any, and all beside roots; None if too many."""
    roots = _all_roots(exprs, x)
    if not roots:
        return None if roots is None else [0]
    low, high = (int(_plain(end)) for end in (roots[0].ball.lower().floor(), roots[-1].ball.upper().ceil()))
    return list(range(low - 1, high + 2)) if high - low <= MAX_INTEGERS else None


def _all_roots(exprs: Iterable[sp.Expr], x: sp.Symbol) -> list[Root] | None:
    """Return the roots of all expressions and of the parts they need, in order; None where not known."""
    roots: list[Root] = []
    for part in dict.fromkeys(
        p for e in exprs for p in (e, *(u for u, _ in demands(e))) if x in p.free_symbols
    ):
        found = _roots(part, x)
        if found is None:
            return None
        roots += found
    return sorted(roots, key=cmp_to_key(_order))


def _order(a: Root, b: Root) -> int:
    return -1 if a.ball.mid() < b.ball.mid() else 1


def _same(a: Root, b: Root) -> bool:
    """Whether two roots whose balls overlap are proved to be one."""
    if a.exact is not None and b.exact is not None:
        return is_zero(a.exact - b.exact) is Decision.YES
    # A ball holds no other root of the same polynomial.
    return a.polynomial is not None and a.polynomial == b.polynomial


def _plain(ball: flint.arb) -> sp.Rational:
    middle = ball.mid().fmpq()
    return sp.Rational(int(middle.p), int(middle.q))
