"""Members of a family at which something vanishes: integers, and formulas in other integers, k = m for k - m.

Each factor in the integer alone is a polynomial, or its real zeros are isolated (algebra/roots/) and the integers among
them found; what alternates, as (-1)**k, is taken by parity.  None means that they are not all known.
Read in order: vanishing_members, integer_zeros, bounded_integers, border_members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import sympy as sp

from diffcheck.algebra.cancelled import cancelled
from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.roots import Family, real_roots
from diffcheck.algebra.signs import signs
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import Status, reach
from diffcheck.walls.factored import MAX_OPERATIONS, factors

__all__ = ["Member", "border_members", "bounded_integers", "integer_zeros", "vanishing_members"]

# Real numbers, and spare ones, at which it is seen for which integers an expression may vanish whatever they are.
SAMPLES = (sp.sqrt(2) / 3, -sp.sqrt(3) / 5)
FEW_MEMBERS = 9
# An integer, and its value: a number or a formula in other integers.
Member = tuple[sp.Symbol, sp.Expr]
# Values of a bounded expression that are looked at one by one.
MOST_MEMBERS = 24


def vanishing_members(
    expr: sp.Expr, integers: Sequence[sp.Symbol], near: Mapping[sp.Symbol, sp.Expr] | None = None
) -> list[Member] | None:
    """Return values of ``integers`` that hold all members at which ``expr`` vanishes whatever its other symbols are.

    None when they are not known.  near: values of the other symbols at which ``expr`` is defined; where it vanishes
    identically it does so there.
    """
    out: list[Member] = []
    for f in sp.Mul.make_args(sp.factor_terms(expr)):
        base = f.base if f.is_Pow and f.exp.is_positive else f
        own = base.free_symbols & set(integers)
        if not own or base.is_nonzero:
            continue
        part = _of_integers_alone(base, own, near or {})
        found = None if part is None else _members_of(part)
        if found is None:
            return None
        out += found
    return list(dict.fromkeys(out))


def integer_zeros(
    expr: sp.Expr, k: sp.Symbol, near: Mapping[sp.Symbol, sp.Expr] | None = None
) -> list[int] | None:
    """Return integers among which are all at which ``expr`` vanishes identically in all else, other integers too."""
    found = vanishing_members(expr, [k], near)
    return None if found is None else sorted(int(n) for _, n in found)


def bounded_integers(f: sp.Expr, k: sp.Symbol) -> list[int] | None:
    """Return integers among which are all at which f = r - a*k vanishes somewhere, for bounded r; None if many may be.

    Read off signs: erf(x) - 1 and all below it are negative, erf(x) + 1 and all above it positive.
    """
    rate = sp.diff(f, k)
    if not rate.is_number or not rate.is_real or rate == 0:
        return None
    beyond = [
        next((n for n in range(MOST_MEMBERS + 1) if signs(f.subs(k, up * n)) == {way}), None)
        for up, way in ((1, 1 if rate > 0 else -1), (-1, -1 if rate > 0 else 1))
    ]
    if beyond[0] is None or beyond[1] is None:
        return None
    return [n for n in range(1 - beyond[1], beyond[0]) if 0 in signs(f.subs(k, n))]


def border_members(c: Constraint, conditions: Sequence[Constraint]) -> list[Member] | None:
    """Return values of integers, numbers or formulas in other integers, at which a condition is one of equality.

    Together they hold all members at which its expression vanishes whatever its real symbols are, up to those that the
    other conditions exclude; None when they are not known.
    """
    out: list[Member] = []
    for f in factors(c.expr):
        inside = sorted((k for k in f.free_symbols if k.is_integer), key=str)
        real = f.free_symbols - set(inside)
        found = (vanishing_members(f, inside, dict.fromkeys(real, value)) for value in SAMPLES)
        members = next((some for some in found if some is not None), None)
        if members is None and len(inside) == 1:
            members = _allowed(f, inside[0], [d for d in conditions if d != c])
        if members is None:
            return None
        out += members
    return out


def _allowed(f: sp.Expr, k: sp.Symbol, conditions: Sequence[Constraint]) -> list[Member] | None:
    """Return zeros of ``f`` among the integers that conditions allow, or have on their border, if these are few."""
    own = [d.bordered for d in conditions if d.expr.free_symbols == {k}]
    ends = (Constraint(k - FEW_MEMBERS, ">="), Constraint(-k - FEW_MEMBERS, ">="))
    if not own or any(reach([*own, end]).status is not Status.UNSAT for end in ends):
        return None
    return [
        (k, sp.Integer(n))
        for n in range(1 - FEW_MEMBERS, FEW_MEMBERS)
        if all(holds(d, {k: sp.Integer(n)}) is not False for d in own)
        and is_zero(f.subs(k, n)) is not Decision.NO
    ]


def _of_integers_alone(
    f: sp.Expr, integers: set[sp.Symbol], near: Mapping[sp.Symbol, sp.Expr]
) -> sp.Expr | None:
    """Return what vanishes, of integers alone, where ``f`` does whatever its other symbols are; None if unknown."""
    others = f.free_symbols - integers
    if not others:
        return f
    if f.is_polynomial(*others) and is_modest(f):
        coefficients = sp.Poly(f, *others).coeffs()
        return min(coefficients, key=lambda c: (len(c.free_symbols), sp.count_ops(c)))
    if sp.count_ops(f) > MAX_OPERATIONS or not others <= near.keys():
        return None
    return f.xreplace({s: near[s] for s in others})


def _members_of(part: sp.Expr) -> list[Member] | None:
    """Return the values of integers that hold all zeros of an expression in them alone; None when not known."""
    if not part.free_symbols:
        return [] if part.is_zero is False else None
    if len(part.free_symbols) == 1:
        (k,) = part.free_symbols
        zeros = _zeros_in_one(part, k)
        return None if zeros is None else [(k, sp.Integer(n)) for n in zeros]
    out: list[Member] = []
    for f in factors(part):
        found = _members_of(f) if len(f.free_symbols) == 1 else _in_the_others(f)
        if found is None:
            return None
        out += found
    return out


def _in_the_others(f: sp.Expr) -> list[Member] | None:
    """Return an integer as a formula in others where an expression vanishes: k - m**2 does for k = m**2."""
    for k in sorted(f.free_symbols, key=str):
        rate = sp.diff(f, k)
        value = sp.expand(k - f / rate) if abs(rate) == 1 else sp.nan
        if value.is_integer:
            return [(k, value)]
    return None


@lru_cache(maxsize=2048)
def _zeros_in_one(expr: sp.Expr, k: sp.Symbol) -> set[int] | None:
    """Return integers among which are all zeros of an expression in ``k`` alone; None when they are not all known."""
    magnitude = next(iter(expr.atoms(sp.Abs)), None)
    if magnitude is not None:
        # |u| is u or -u: the zeros of both pieces contain those of the expression.
        pieces = [sp.expand(expr.xreplace({magnitude: s * magnitude.args[0]})) for s in (1, -1)]
        found_in = [None if piece.is_zero else _zeros_in_one(piece, k) for piece in pieces]
        if None in found_in:
            return None
        return {n for zeros in found_in for n in zeros or () if expr.subs(k, n).is_zero is not False}
    if _alternates(expr, k):
        return _zeros_by_parity(expr, k)
    out: set[int] = set()
    for f in factors(cancelled(expr)):
        x = sp.Symbol("x", real=True)
        found = real_roots(f.subs(k, x), x)
        unsure = [r for r in found.roots if r.exact is None and r.ball.contains_integer()]
        periodic = [_integers_in(family) for family in found.families]
        if not found.complete or unsure or None in periodic:
            return None
        out |= {int(r.exact) for r in found.roots if r.exact is not None and r.exact.is_Integer}
        out |= {n for members in periodic for n in members or ()}
    return out


def _alternates(expr: sp.Expr, k: sp.Symbol) -> bool:
    return any(p.base == -1 and k in p.exp.free_symbols for p in expr.atoms(sp.Pow))


def _zeros_by_parity(expr: sp.Expr, k: sp.Symbol) -> set[int] | None:
    """Return the zeros of an expression with (-1)**k, which is 1 or -1; None when they are not all known."""
    half = sp.Symbol(f"{k.name}_", integer=True)
    out: set[int] = set()
    for parity in (0, 1):
        part = expr.subs(k, 2 * half + parity)
        found = None if part.is_zero or _alternates(part, half) else _zeros_in_one(part, half)
        if found is None:
            return None
        out |= {2 * n + parity for n in found}
    return out


def _integers_in(family: Family) -> set[int] | None:
    """Return the integers of a family of zeros; None when they are not known, or infinitely many.

    b + n*T with b rational and T irrational is rational for n = 0 alone.
    """
    base = family.base.exact
    if base is None or family.period.is_rational is not False:
        return None
    turns = sp.cancel(base / family.period)
    if turns.is_Rational and base != 0:
        # A rational number of irrational periods, of which no periods are 0.
        return {0} if turns.is_Integer and family.has(-int(turns)) else set()
    if not base.is_rational:
        return None
    return {int(base)} if base.is_Integer and family.has(0) else set()
