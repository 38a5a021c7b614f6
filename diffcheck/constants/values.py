"""The values that a constant takes along a wall that is solved for it: max(c*x, exp(x)) has a corner for c = exp(x)/x.

Between the roots of everything that occurs, and of the slope, a formula in one variable is monotone: its values there
are all between its limits at both ends.  Which are the values on the roots is left out; they are finitely many.
Read in order: Values, values_of.
Gives up on: formulas in several variables or with other constants, and what real root isolation gives up on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp

from diffcheck.algebra.balls import enclose, sign_at
from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import symbol, tree_of
from diffcheck.algebra.roots import Root
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.demands import demands
from diffcheck.conditions.implied import Conjunction
from diffcheck.conditions.single import intervals_between
from diffcheck.deadline import TimeOver
from diffcheck.errors import DiffcheckError, Undetermined
from diffcheck.germs.expand import Expansion
from diffcheck.germs.germ import Algebra, Germ, Mono, constant
from diffcheck.walls.cell import Cell
from diffcheck.walls.explore import Leaf
from diffcheck.walls.outcome import limit_of

__all__ = ["Values", "values_of"]

ORDER = 4
# Of an end without a closed form this many digits are kept, rounded inwards.
DIGITS = 10**6


@dataclass(frozen=True, slots=True)
class Values:
    """Intervals of a constant, as conditions; exact: whether there are no other values, up to finitely many."""

    intervals: tuple[Conjunction, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class _End:
    """A limit: an expression or an infinity, or two numbers between which it is."""

    below: sp.Expr
    above: sp.Expr


def values_of(leaf: Leaf, constants: set[sp.Symbol], where: Sequence[Constraint]) -> Values | None:
    """Return the values of the constant that the leaf's wall is solved for; None where that is not known.

    Conditions on constants alone, which hold anyway, are left out.
    """
    (name, formula), *others = leaf.wall.base or (("", sp.S.Zero),)
    c = symbol(name)
    names = formula.free_symbols
    if (
        others
        or c not in constants
        or len(names) != 1
        or leaf.wall.integers
        or leaf.wall.implicit is not None
    ):
        return None
    (x,) = names
    moving = [d for d in where if not d.expr.free_symbols <= constants]
    asked = [*leaf.asked, *leaf.wall.conditions, *moving]
    if x in constants or any(d.rel == "=" or d.expr.free_symbols != {x} for d in asked):
        return None
    try:
        found = list(_intervals(formula, x, asked))
    except TimeOver:
        raise
    except (DiffcheckError, ZeroDivisionError, ValueError):
        return None
    return Values(
        tuple(dict.fromkeys(_inside(c, low, high) for low, high in found)),
        all(end.below == end.above for ends in found for end in ends),
    )


def _inside(c: sp.Symbol, low: _End, high: _End) -> Conjunction:
    above = () if low.above == -sp.oo else (Constraint(c - low.above, ">"),)
    below = () if high.below == sp.oo else (Constraint(high.below - c, ">"),)
    return (*above, *below)


def _intervals(formula: sp.Expr, x: sp.Symbol, asked: Sequence[Constraint]) -> Iterator[tuple[_End, _End]]:
    """Yield the lower and the upper end of the values on every interval on which all conditions hold."""
    slope = sp.factor(sp.diff(formula, x))
    parts = [
        sp.together(slope).as_numer_denom()[0],
        *(u for u, _ in demands(formula)),
        *(c.expr for c in asked),
    ]
    between = intervals_between(parts, x)
    if between is None:
        raise Undetermined("not all roots of a formula are known")
    for left, point, right in between:
        answers = [holds(c, {x: point}) for c in asked]
        if False in answers or not enclose(formula, {x: point}).is_finite():
            continue
        rising = sign_at(slope, {x: point})
        if None in answers or not rising:
            raise Undetermined("a sign between roots is not known")
        first, last = _limit(formula, x, left, 1), _limit(formula, x, right, -1)
        yield (first, last) if rising > 0 else (last, first)


def _limit(formula: sp.Expr, x: sp.Symbol, root: Root | None, side: int) -> _End:
    """Return the limit at a root from one side; without a root at the infinity from which that side comes."""
    if root is not None and root.exact is None:
        ball = enclose(formula, {x: root.refine(200)}, 200)
        if not ball.is_finite():
            raise Undetermined("a limit at a root without closed form")
        low, high = (ball * DIGITS).floor().lower(), (ball * DIGITS).ceil().upper()
        return _End(sp.Rational(int(low.fmpq().p), DIGITS), sp.Rational(int(high.fmpq().p), DIGITS))
    cell = Cell({})
    algebra = Algebra(cell, ORDER)
    step = Germ(
        ((sp.Integer(-side if root is None else side), Mono(-sp.S.One if root is None else sp.S.One)),)
    )
    line = step if root is None else algebra.add(constant(root.exact), step)
    limit = limit_of(algebra, Expansion(algebra, cell, {x.name: line}).value(lower(tree_of(formula))).germ)
    if limit.oscillates:
        raise Undetermined("no limit")
    value = limit.unbounded * sp.oo if limit.unbounded else limit.value
    return _End(value, value)
