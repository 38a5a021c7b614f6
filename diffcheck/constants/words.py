"""Conditions on constants as people write them: p > 1, 0 < c and c < 1/2.

Read in order: worded, interval, example_text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from diffcheck.algebra.printer import text_of
from diffcheck.algebra.roots import Root
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.demands import demands
from diffcheck.conditions.implied import Conjunction
from diffcheck.conditions.single import intervals_between
from diffcheck.conditions.unwrapped import without_exponentials

__all__ = ["example_text", "interval", "worded"]


def worded(conditions: Conjunction, known: Conjunction) -> str:
    """Return conditions as text; where they are not polynomials, as the interval that they leave of one constant.

    known: what holds anyway.

    >>> c = sp.Symbol("c", real=True)
    >>> worded((Constraint(sp.log(c), ">"),), ())
    'c > 1'
    """
    return interval(conditions, known) or " and ".join(map(_text, conditions))


def interval(conditions: Conjunction, known: Conjunction) -> str:
    """Return the only interval in which conditions hold; "" for several ones, and for ends without a closed form."""
    names = {s for c in conditions for s in c.expr.free_symbols}
    if len(names) != 1 or all(c.expr.is_polynomial(*names) for c in conditions):
        return ""
    (s,) = names
    stated = [c for c in known if c.expr.free_symbols == names]
    own = [*conditions, *stated]
    between = intervals_between([e for c in own for e in (c.expr, *(u for u, _ in demands(c.expr)))], s) or []
    inside = [n for n, (_, point, _) in enumerate(between) if all(_holds(c, s, point) for c in own)]
    if not inside or len(inside) <= inside[-1] - inside[0]:
        return ""
    ends = {">": between[inside[0]][0], "<": between[inside[-1]][2]}
    told = {rel: end for rel, end in ends.items() if end is not None and not _is_end_of(stated, s, end)}
    if not told or any(end.exact is None for end in told.values()):
        return ""
    return " and ".join(f"{s.name} {rel} {text_of(end.exact)}" for rel, end in told.items())


def _holds(c: Constraint, s: sp.Symbol, point: sp.Rational) -> bool:
    """Whether a condition holds at a point between roots, where it has a sign or no value."""
    return holds(c, {s: point}) is True


def _is_end_of(stated: Sequence[Constraint], s: sp.Symbol, end: Root) -> bool:
    return end.exact is not None and any(c.expr.subs(s, end.exact) == 0 for c in stated)


def example_text(example: Mapping[sp.Symbol, sp.Expr], symbols: Sequence[sp.Symbol]) -> str:
    """Return an example as a condition: "a == 1/3 and b == 2"."""
    return " and ".join(f"{s.name} == {text_of(example[s])}" for s in symbols)


def _text(c: Constraint) -> str:
    """Write p - 1 > 0 as p > 1 where only one name occurs, and exp(p) - exp(q) > 0 as p > q."""
    c = without_exponentials(c).outward
    if len(c.expr.free_symbols) == 1:
        (s,) = c.expr.free_symbols
        slope = c.expr.coeff(s)
        if slope.is_number and slope != 0 and sp.expand(c.expr - slope * s).is_number:
            up = (c.rel[0] == ">") == bool(slope > 0)
            return f"{s.name} {'>' if up else '<'} {text_of(-(c.expr - slope * s) / slope)}"
    terms = c.expr.as_coefficients_dict()
    if len(terms) == 2 and sorted(terms.values()) == [-1, 1]:
        low, high = sorted(terms, key=lambda t: terms[t])
        if high.is_number:
            return f"{text_of(low)} {'<' if c.rel == '>' else '>'} {text_of(high)}"
        return f"{text_of(high)} {c.rel} {text_of(low)}"
    return f"{text_of(c.expr)} {c.rel} 0"
