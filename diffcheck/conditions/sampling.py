"""Points at which conditions hold: equations solved for some symbols, the others sampled, deterministically.

Special values come first, then all magnitudes, inside the bounds that linear conditions give.  Most samples fail in
balls, at no cost; what is left is verified exactly.
Read in order: candidate_points, samples.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sympy as sp

from diffcheck.algebra.balls import enclose, exact_value, rational_value
from diffcheck.algebra.isolate import Substitution, solutions
from diffcheck.algebra.valued import has_value
from diffcheck.conditions.constraint import Constraint, all_hold, may_hold

__all__ = ["candidate_points", "linear_bounds", "samples"]

MAX_HEIGHT = 2000


def candidate_points(
    constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol], tries: int
) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """Yield points at which all constraints hold."""
    equations = [c.expr for c in constraints if c.rel == "="]
    bounds = linear_bounds(constraints)
    for substitution in islice(solutions(equations, tuple(symbols)), 4):
        free = [s for s in symbols if s not in dict(substitution)]
        for sample in samples(free, bounds, tries if free else 1):
            point = _completed(constraints, dict(sample), substitution)
            if point is not None and all_hold(constraints, point, thorough=bool(substitution)):
                yield point


def _completed(
    constraints: Sequence[Constraint], sample: dict[sp.Symbol, sp.Expr], substitution: Substitution
) -> dict[sp.Symbol, sp.Expr] | None:
    """Add the values of the solved symbols, in balls first: most samples fail there, at no cost."""
    balls: dict[sp.Symbol, Any] = dict(sample)
    for symbol, value in reversed(substitution):
        balls[symbol] = enclose(value, balls, 64)
    if substitution and not may_hold(constraints, balls):
        return None
    for symbol, value in reversed(substitution):
        ratio = rational_value(value, sample)
        exact = sp.Rational(int(ratio.p), int(ratio.q)) if ratio is not None else _radical(value, sample)
        if exact is None:
            return None
        sample[symbol] = exact
    return sample if all(_usable(s, v) for s, v in sample.items()) else None


def _radical(value: sp.Expr, sample: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    """Return a value with radicals or functions in it, for small numbers only: SymPy factors what is under a root."""
    numbers = [sample[s] for s in value.free_symbols if sample[s].is_Rational]
    if any(abs(v.p) > MAX_HEIGHT or v.q > MAX_HEIGHT for v in numbers):
        return None
    return exact_value(value, sample)


def _usable(symbol: sp.Symbol, value: sp.Expr) -> bool:
    return has_value(value) and (not symbol.is_integer or bool(value.is_Integer))


SMALL = (0, 1, -1)
SPECIAL = [
    sp.Rational(p, q) for p, q in ((1, 2), (-1, 2), (1, 1), (-1, 1), (0, 1), (2, 1), (-2, 1), (1, 3), (3, 1))
]


def samples(
    symbols: Sequence[sp.Symbol], bounds: Mapping[sp.Symbol, tuple[Any, Any]], tries: int
) -> Iterator[dict[sp.Symbol, sp.Rational]]:
    """Yield deterministic points: special values first, then all magnitudes, inside the bounds."""
    source = random.Random(20240229)
    for trial in range(tries if symbols else 1):
        yield {s: _draw(s, bounds.get(s, (None, None)), trial, i, source) for i, s in enumerate(symbols)}


def _draw(
    symbol: sp.Symbol, bound: tuple[Any, Any], trial: int, position: int, source: random.Random
) -> sp.Rational:
    low, high = bound
    if symbol.is_nonnegative and low is None:
        low = sp.Integer(0)
    if symbol.is_integer:
        return _draw_integer(low, high, trial, position, source)
    special = SPECIAL[(trial // (1 + position) + position) % len(SPECIAL)]
    if trial < 2 * len(SPECIAL):
        inside = [end + step for end, step in ((low, abs(special)), (high, -abs(special))) if end is not None]
        # As they are in the first round, as distances from an end in the second.
        for near in (special, *inside) if trial < len(SPECIAL) else (*inside, special):
            if (low is None or near > low) and (high is None or near < high):
                return near
    if low is not None and high is not None:
        return low + (high - low) * sp.Rational(source.randint(1, 996), 997)
    powers = (0, 0, 0, -1, 1, 2) if trial < 4 * len(SPECIAL) else (0, -1, 1, 2, -3, 4, -6, 8, -12, 12)
    size = sp.Rational(source.randint(1, 97), 7) * sp.Integer(10) ** source.choice(powers)
    if low is not None:
        return low + size
    if high is not None:
        return high - size
    return size if source.random() < 0.5 else -size


def _draw_integer(low: Any, high: Any, trial: int, position: int, source: random.Random) -> sp.Integer:
    reach_out = 3 + trial
    bottom = int(sp.ceiling(low)) if low is not None else None
    top = int(sp.floor(high)) if high is not None else None
    if bottom is None:
        bottom = -reach_out if top is None else top - reach_out
    if top is None or top < bottom:
        top = bottom + 2 * reach_out
    if trial < len(SMALL):
        # The member of a family that a reader would take.
        return sp.Integer(min(max(bottom, SMALL[trial]), top))
    return sp.Integer(source.randint(bottom, min(top, bottom + 2 * reach_out)))


def linear_bounds(constraints: Sequence[Constraint]) -> dict[sp.Symbol, tuple[Any, Any]]:
    """Read bounds off conditions ``a*x + b rel 0`` with rational a and b."""
    found: dict[sp.Symbol, tuple[Any, Any]] = {}
    for c in constraints:
        symbols = list(c.expr.free_symbols)
        if (
            len(symbols) != 1
            or c.rel in {"=", "!="}
            or not (c.expr.is_Add or c.expr.is_Mul or c.expr.is_Symbol)
        ):
            continue
        x = symbols[0]
        b, one = (rational_value(c.expr, {x: v}) for v in (0, 1))
        if b is None or one is None or one == b or sp.diff(c.expr, x).free_symbols:
            continue
        limit = -b / (one - b)
        bound = sp.Rational(int(limit.p), int(limit.q))
        low, high = found.get(x, (None, None))
        if (c.rel in {">", ">="}) == (one > b):
            low = bound if low is None else max(low, bound)
        else:
            high = bound if high is None else min(high, bound)
        found[x] = (low, high)
    return found
