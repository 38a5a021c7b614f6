"""Factors of a gap that can vanish: the irreducible ones of its numerator, as far as signs are plain to see.

Read in order: factors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import flint
import sympy as sp

from diffcheck.algebra.cancelled import cancelled
from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.exponentials import (
    as_exponential,
    difference_of_exponents,
    natural,
    with_plain_logarithms,
)
from diffcheck.algebra.hidden import hidden
from diffcheck.algebra.signs import signs, squares
from diffcheck.deadline import check_time

__all__ = ["MAX_OPERATIONS", "factors"]

# Past this size SymPy's factoring takes seconds, and nothing ends it.
MAX_OPERATIONS = 150
# Coefficients may be longer than gaps; beyond this they stay in one piece.
MAX_FACTORED = 500
# Numbers beyond this are left to FLINT, for SymPy needs seconds for them.
LARGE = 10**60


@lru_cache(maxsize=2048)
def factors(expr: sp.Expr) -> tuple[sp.Expr, ...]:
    """Return the distinct factors of the numerator that can vanish, as far as signs are plain to see.

    What is too long to be factored is one factor, as it stands.
    """
    check_time()
    expr = with_plain_logarithms(natural(expr))
    if 0 not in signs(expr):
        return ()
    if expr.is_Pow and expr.exp.is_positive:
        return factors(expr.base)  # a sum of squares under a root stays one
    if sp.count_ops(expr) > MAX_FACTORED or not is_modest(expr):
        return (expr,) if expr.free_symbols else ()
    expr, powers_of = hidden(expr)
    numerator = sp.together(expr).as_numer_denom()[0]
    if 0 not in signs(numerator):
        return ()
    found: Iterable[sp.Expr]
    try:
        powers = _factored(numerator)
        found = [f for f, _ in powers]
        longer = [n for _, n in powers] == [1] and sp.count_ops(found[0]) > sp.count_ops(numerator)
        if [n for _, n in powers] == [1] and (longer or squares(numerator)):
            found = [numerator]  # as written: a sum of squares stays one
    except (sp.PolynomialError, NotImplementedError, ValueError, TypeError):
        found = [
            a.base if a.is_Pow and a.exp.is_positive else a
            for a in sp.Mul.make_args(sp.factor_terms(numerator))
        ]
    # |u| and sign(u) vanish where u does.
    shown = (
        f.args[0] if isinstance(f, sp.Abs | sp.sign) else f for f in (f.xreplace(powers_of) for f in found)
    )
    plain = (g for f in shown for g in (_exponents(f) or (f,)))
    return tuple(
        f for f in dict.fromkeys(plain) if f.free_symbols and 0 in signs(f) and not _is_reciprocal(f)
    )


def _is_reciprocal(f: sp.Expr) -> bool:
    """Whether this is 1 over something: SymPy has 1/(1 - x) with the power 1/2 for a factor of 2*sqrt(1/(1 - x))."""
    return bool(f.is_Pow and f.exp.is_negative)


def _exponents(f: sp.Expr) -> tuple[sp.Expr, ...] | None:
    """Return the factors of a sum of exponentials but for one that has no zeros; None where none is seen.

    a*exp(u) - b*exp(v) vanishes where u - v + log(a/b) does, and c*exp(u) + d*exp(v) for u = v where c + d does.
    """
    if not f.is_Add or not f.has(sp.exp):
        return None
    found = difference_of_exponents(f)
    if found is not None:
        return factors(found)
    (_, u), *others = terms = [as_exponential(term) for term in f.args]
    if len({w for _, w in terms}) > 1 and all(cancelled(w - u) == 0 for _, w in others):
        return factors(sp.Add(*(c for c, _ in terms)))
    return None


def _factored(f: sp.Expr) -> list[tuple[sp.Expr, int]]:
    """Return the irreducible factors with their multiplicities."""
    names = sorted(f.free_symbols, key=lambda s: s.name)
    if all(max(abs(c.p), c.q) < LARGE for c in f.atoms(sp.Rational)) or not f.is_polynomial(*names):
        return list(sp.factor_list(f)[1])
    poly = sp.Poly(f, *names)
    if not (poly.domain.is_ZZ or poly.domain.is_QQ):
        return list(sp.factor_list(f)[1])
    context = flint.fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(names))], "lex")
    terms = {m: flint.fmpq(int(c.p), int(c.q)) for m, c in poly.terms()}
    _, powers = context.from_dict(terms).factor()
    return [(_from_flint(part, names), int(n)) for part, n in powers]


def _from_flint(part: flint.fmpq_mpoly, names: Sequence[sp.Symbol]) -> sp.Expr:
    terms = {m: sp.Rational(int(c.p), int(c.q)) for m, c in part.to_dict().items()}
    return sp.Poly(terms, *names).primitive()[1].as_expr()
