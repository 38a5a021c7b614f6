"""Failures at integers: an interval longer than 1 holds one wherever it lies, and so does every half-line.

clip(floor(x), a, b) with a < b jumps at each integer k with a - 1 < k - 1 < b: the first one above a - 1 is below b.
Leaves of a family ask for integers k by bounds that are linear in k; those of residues, k = 2*j and k = 2*j + 1, by
bounds on j.  Of the first integer n above a lower bound, and of the last one below an upper bound, it is asked whether
some leaf of each residue holds at n whatever the constants are.  n is taken to be any number in the interval of length
1 that holds it, which proves more than is needed.
Before that it is asked whether a leaf holds at all integers far out: floor(sqrt(x**2 + s)) jumps at k for k**2 > s.
Read in order: always_met, _met_far_out.
Gives up on: leaves with conditions on other variables; nearby, on an integer alone that are no bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.printer import inner_symbol, symbol
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.implied import Conjunction, covered
from diffcheck.conditions.relations import STRICT
from diffcheck.constants.cases import ends_of
from diffcheck.constants.ends import far_out
from diffcheck.walls.explore import Leaf
from diffcheck.walls.members import integer_zeros
from diffcheck.walls.points import constraints_on

__all__ = ["always_met"]

N = inner_symbol("n")
HALF = sp.Rational(1, 2)
MAX_MODULUS = 4
MAX_WINDOWS = 6

# An integer and what it must satisfy together with constants.
Asked = tuple[sp.Symbol, Conjunction]
# An integer, a number or N, and what is known of it.
Window = tuple[sp.Expr, Conjunction]


def always_met(leaves: Sequence[Leaf], constants: set[sp.Symbol], where: Sequence[Constraint]) -> bool:
    """Whether for all constants, but for a null set, one of the leaves has a point at some integer."""
    own = tuple(c for c in where if c.expr.free_symbols <= constants)
    if any(_met_far_out(leaf, constants, where, own) for leaf in leaves):
        return True
    known = [asked for leaf in leaves for asked in _asked(leaf, constants, where)]
    rates = {abs(sp.diff(c.expr, k)) for k, conditions in known for c in conditions}
    for modulus in sorted(int(r) for r in rates if r.is_Integer and 0 < r <= MAX_MODULUS):
        for n, bounds in list(dict.fromkeys(_windows(known, modulus)))[:MAX_WINDOWS]:
            residues = range(modulus) if n == N else [n % modulus]
            if all(
                covered((*own, *bounds), [_at(asked, (n - r) / sp.Integer(modulus)) for asked in known])
                for r in residues
            ):
                return True
    return False


def _met_far_out(
    leaf: Leaf, constants: set[sp.Symbol], where: Sequence[Constraint], own: Conjunction
) -> bool:
    """Whether all conditions of a leaf hold at all large integers, or at all below some, whatever the constants are.

    Variables that are free on its wall are what they are at the example.
    """
    if not _is_numbered(leaf, constants):
        return False
    (k,) = leaf.wall.integers
    fixed = {s: value for s, value in leaf.witness.items() if s != k and s not in constants}
    asked = [
        Constraint(c.expr.xreplace(fixed), c.rel) for c in (*leaf.asked, *constraints_on(leaf.wall, where))
    ]
    if not all(c.expr.free_symbols <= {k, *constants} for c in asked):
        return False
    for side in (1, -1):
        signs = [_asked_far_out(c, k, side, own) for c in asked]
        if None not in signs and covered(own, [tuple(c for sign in signs for c in sign or ())]):
            return True
    return False


def _asked_far_out(c: Constraint, k: sp.Symbol, side: int, own: Sequence[Constraint]) -> Conjunction | None:
    """Return what says for other names that a condition holds for all large ``side*k``."""
    sizes = {}
    for size in c.expr.atoms(sp.Abs):
        sign = far_out(size.args[0], k, side, own) if k in size.free_symbols else None
        if sign is not None and sign[0].is_nonzero and not sign[1]:
            sizes[size] = size.args[0] if sign[0].is_positive else -size.args[0]
    expr = sp.expand(c.expr.xreplace(sizes))
    if k not in expr.free_symbols:
        here = Constraint(expr, c.rel)
        if expr.free_symbols:
            return (here,)
        return () if holds(here, {}) else None
    found = None if c.rel == "=" else far_out(expr, k, side, own)
    return None if found is None else (Constraint(found[0], STRICT.get(c.rel, c.rel)), *found[1])


def _is_numbered(leaf: Leaf, constants: set[sp.Symbol]) -> bool:
    """Whether one integer numbers the points of a leaf, and variables alone are bound."""
    wall = leaf.wall
    return (
        wall.implicit is None
        and len(wall.integers) == 1
        and not any(symbol(n) in constants for n, _ in wall.base)
    )


def _asked(leaf: Leaf, constants: set[sp.Symbol], where: Sequence[Constraint]) -> Iterator[Asked]:
    """Yield the integer of a leaf with alternatives of its conditions, without those that hold but for a null set.

    Nothing where these are about anything else.  Of u(k) != 0 the members at which u vanishes for all constants are
    left out: they are the only ones, perhaps, that there are in an interval.
    """
    if not _is_numbered(leaf, constants):
        return
    (k,) = leaf.wall.integers
    asked = [Constraint(_short(c.expr), c.rel) for c in (*leaf.asked, *constraints_on(leaf.wall, where))]
    asked = [c for c in asked if c.expr.free_symbols or not holds(c, {})]
    zeros: set[int] = set()
    for c in (c for c in asked if c.rel == "!=" and k in c.expr.free_symbols):
        idle = integer_zeros(c.expr, k, leaf.witness)
        if idle is None:
            return
        zeros |= set(idle)
    plain = tuple(c for c in asked if c.rel != "!=")
    if all(_is_bound(c, k, constants) for c in plain):
        yield from ((k, (*plain, *interval)) for interval in _between(k, sorted(zeros)))


def _between(k: sp.Symbol, numbers: Sequence[int]) -> Iterator[Conjunction]:
    """Yield the intervals of an integer between those that are left out.

    N is any number in an interval: k != n would leave out a null set of these, k < n - 1/2 or k > n + 1/2 does not.
    """
    low: Conjunction = ()
    for n in numbers:
        yield (*low, Constraint(n - HALF - k, ">"))
        low = (Constraint(k - n - HALF, ">"),)
    yield low


def _short(u: sp.Expr) -> sp.Expr:
    """Return a fraction in lowest terms: 4*k - 2*(2*k*s + s/2)/s is -1."""
    return sp.cancel(u) if u.is_rational_function() and is_modest(u) else u


def _is_bound(c: Constraint, k: sp.Symbol, constants: set[sp.Symbol]) -> bool:
    """Whether a condition is one on constants, or a bound on ``k``."""
    names = c.expr.free_symbols
    return names <= {k, *constants} and (k not in names or ends_of(c, k) is not None)


def _at(asked: Asked, value: sp.Expr) -> Conjunction:
    """Return what is asked of constants and N where the integer has that value."""
    k, conditions = asked
    return tuple(Constraint(sp.expand(c.expr.xreplace({k: value})), c.rel) for c in conditions)


def _windows(known: Sequence[Asked], modulus: int) -> Iterator[Window]:
    """Yield integers that there are for all constants but a null set: next to the bounds that leaves set."""
    for k, conditions in known:
        for c in conditions:
            for end, sense in zip(ends_of(c, k) or (), (1, -1), strict=False):
                if end is None:
                    continue
                border = sp.expand(modulus * end)
                if border.free_symbols:
                    beyond = sense * (N - border)
                    yield N, (Constraint(beyond, ">"), Constraint(1 - beyond, ">"))
                else:
                    yield (sp.floor(border) + 1 if sense > 0 else sp.ceiling(border) - 1), ()
