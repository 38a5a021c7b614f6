"""Boxes in ball arithmetic: conditions that fail on every piece of a bounded box hold nowhere in it.

A box gives every symbol a ball.  A ball around an expression on a box contains all of its values there, so one that
lies wholly on the wrong side of zero rules the box out; what is left is cut in half across its widest side.
Method: branch and prune (Hansen and Walster, Global Optimization Using Interval Analysis, 2004, chapters 10 and 11).
Read in order: bounding_box, undecided, refuted, is_analytic_on.
Gives up on: conditions that touch in one point, symbols that nothing bounds on both sides.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import flint
import sympy as sp

from diffcheck.algebra.balls import enclose

__all__ = [
    "MAX_PIECES",
    "Box",
    "Condition",
    "bounding_box",
    "halves",
    "is_analytic_on",
    "refuted",
    "span",
    "undecided",
]

Box = Mapping[sp.Symbol, flint.arb]
# An expression and the signs (-1, 0, 1) that it may have.
Condition = tuple[sp.Expr, tuple[int, ...]]

# Pieces of a box that are looked at; what needs more is left to the solvers.
MAX_PIECES = 300


def refuted(conditions: Sequence[Condition], box: Box) -> bool:
    """Whether the conditions are proved not to hold together anywhere in the box; False says nothing.

    A condition holds only where its expression has a value.
    """
    return _ends(undecided(conditions, box), MAX_PIECES)


def undecided(conditions: Sequence[Condition], box: Box) -> Iterator[Box]:
    """Yield pieces in which no ball refutes a condition, ever smaller ones; an end proves that there is no solution."""
    return _pieces(box, lambda piece: any(_fails(c, piece) for c in conditions))


def is_analytic_on(expr: sp.Expr, box: Box) -> bool:
    """Whether an expression in the symbols of a box is proved to be analytic on all of it, its border as well."""
    # For every piece that is cut there are two.
    return _ends(_pieces(box, lambda piece: enclose(expr, piece, analytic=True).is_finite()), MAX_PIECES // 2)


def _pieces(box: Box, settled: Callable[[Box], bool]) -> Iterator[Box]:
    """Yield pieces that are not settled, and cut them in half across their widest sides."""
    todo = deque([dict(box)])
    while todo:
        piece = todo.popleft()
        if not settled(piece):
            yield piece
            widest = max(piece, key=lambda s: float(piece[s].rad()))
            todo += [{**piece, widest: half} for half in halves(piece[widest])]


def _ends(pieces: Iterator[Box], most: int) -> bool:
    """Whether there are fewer than so many pieces."""
    return len(list(islice(pieces, most))) < most


def _fails(condition: Condition, piece: Box) -> bool:
    expr, accepted = condition
    ball = enclose(expr, piece)
    if not ball.is_finite():
        return False
    return all(
        (ball > 0 and s <= 0) or (ball < 0 and s >= 0) or (s != 0 and ball.is_zero()) for s in accepted
    )


def bounding_box(conditions: Iterable[Condition]) -> dict[sp.Symbol, flint.arb]:
    """Return a ball for every symbol that the forms of the conditions bound on both sides.

    Read are a*x + b with numbers a, b, and c minus terms none of which is negative, such as 4 - x**2 - 3*abs(y):
    each of these terms is at most c.
    """
    low: dict[sp.Symbol, flint.arb] = {}
    high: dict[sp.Symbol, flint.arb] = {}
    for expr, accepted in conditions:
        for u in [expr] * (-1 not in accepted) + [-expr] * (1 not in accepted):
            for symbol, is_low, end in (*_linear(u), *_capped(u)):
                known = low if is_low else high
                known[symbol] = (max if is_low else min)(known.get(symbol, end), end)
    return {s: low[s].union(high[s]) for s in low if s in high and low[s] <= high[s]}


# A symbol, whether its lower end, and the end: one number.
End = tuple[sp.Symbol, bool, flint.arb]


def _linear(u: sp.Expr) -> Iterator[End]:
    """Yield the end that a*x + b >= 0 sets."""
    if len(u.free_symbols) != 1 or not (u.is_Add or u.is_Mul or u.is_Symbol):
        return
    (x,) = u.free_symbols
    slope = sp.diff(u, x)
    if slope.free_symbols:
        return
    a = enclose(slope, {})
    end = -enclose(u, {x: sp.S.Zero}) / a
    if end.is_finite():
        yield (x, True, end.lower()) if a > 0 else (x, False, end.upper())


def _capped(u: sp.Expr) -> Iterator[End]:
    """Yield the ends that c - sum of a*abs(x)**n >= 0 sets, a > 0 and n a positive integer: abs(x) <= 1 + c/a."""
    constant, terms = u.as_coeff_Add() if u.is_Add else (sp.S.Zero, u)
    numbers, terms = sp.sift(sp.Add.make_args(terms), lambda t: not t.free_symbols, binary=True)
    c = enclose(sp.Add(constant, *numbers), {})
    found: list[tuple[sp.Symbol, flint.arb]] = []
    for term in terms:
        factor, power = term.as_coeff_Mul()
        base, exponent = power.as_base_exp()
        x = base.args[0] if isinstance(base, sp.Abs) else base
        even = isinstance(base, sp.Abs) or exponent.is_even
        if not (x.is_Symbol and even and exponent.is_Integer and exponent > 0 and factor.is_negative):
            return
        found.append((x, (1 + c / enclose(-factor, {})).upper()))
    for x, end in found:
        if end.is_finite() and end >= 0:
            yield x, True, -end
            yield x, False, end


def span(low: sp.Expr, high: sp.Expr) -> flint.arb:
    """Return a ball that contains both numbers and all between."""
    return enclose(low, {}).union(enclose(high, {}))


def halves(ball: flint.arb) -> tuple[flint.arb, flint.arb]:
    """Return two balls that cover a ball."""
    middle = ball.mid()
    return ball.lower().union(middle), middle.union(ball.upper())
