"""Points at which two functions of one variable vanish both, by elimination.

Sines, cosines and exponentials of x are unknowns of their own, tied by s**2 + c**2 = 1 alone: a solution of the
equations in x is one of the polynomial system, which has finitely many in general (Buchberger 1965).  Candidates are
dropped where a ball shows that a function is not zero, and kept where both are proved to be.
Read in order: common_zeros.
Gives up (None) on systems with infinitely many solutions, and on common zeros without a closed form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy as sp

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.roots.jets import is_zero_constant
from diffcheck.algebra.roots.kernels import commensurable, exponent_of, kernels
from diffcheck.algebra.roots.polynomial import rational_roots

__all__ = ["common_zeros"]

# Beyond these a Groebner basis may take minutes, and nothing ends it.
HIGHEST_DEGREE = 6
PRECISIONS = (128, 1000)


def common_zeros(f: sp.Expr, g: sp.Expr, x: sp.Symbol) -> list[sp.Expr] | None:
    """Return exact real numbers among which are all common zeros of ``f`` and ``g``; None when they are not known."""
    tops = [sp.fraction(sp.together(e))[0] for e in (f, g)]
    system = _system(tops, x)
    if system is None:
        return None
    first, second = system.polynomials
    found: list[sp.Expr] = []
    for factor, _ in sp.factor_list(second, *system.unknowns)[1]:
        candidates = _candidates(system, [first, factor])
        if candidates is None:
            return None
        for exact, ball in candidates:
            inside = {x: ball}
            if any(not _may_vanish(e, inside) for e in tops):
                continue
            if exact is None or not all(is_zero_constant(e.subs(x, exact)) for e in tops):
                return None
            found.append(exact)
    return list(dict.fromkeys(found))


def _may_vanish(expr: sp.Expr, inside: dict[sp.Symbol, object]) -> bool:
    balls = (enclose(expr, inside, prec) for prec in PRECISIONS)
    return all(not ball.is_finite() or ball.contains(0) for ball in balls)


@dataclass(frozen=True, slots=True)
class _System:
    """Functions as polynomials in unknowns; the last one, which ``x`` is computed from, is x or exp(rate*x)."""

    polynomials: tuple[sp.Expr, ...]
    ties: tuple[sp.Expr, ...]
    unknowns: tuple[sp.Symbol, ...]
    rate: sp.Expr | None


def _system(functions: Sequence[sp.Expr], x: sp.Symbol) -> _System | None:
    """Write functions as polynomials over Q in x, a sine with its cosine, an exponential; None if they are not."""
    inside = {k for f in functions for k in kernels(f, x)}
    waves = [k for k in inside if isinstance(k, sp.sin | sp.cos)]
    powers = [k for k in inside if exponent_of(k, x) is not None]
    if len(waves) + len(powers) + (x in inside) < len(inside):
        return None
    s, c, e = (sp.Dummy(name, real=True) for name in "sce")
    table: dict[sp.Expr, sp.Expr] = {}
    rate: sp.Expr | None = None
    if waves:
        shared = commensurable(_arguments(w.args[0] for w in waves))
        if shared is None:
            return None
        angles = dict(zip(_arguments(w.args[0] for w in waves), shared[1], strict=True))
        table |= {w: _multiple(w, angles[w.args[0]], s, c) for w in waves}
    if powers:
        exponents = _arguments(exponent_of(k, x) for k in powers)
        shared = commensurable(exponents)
        if shared is None:
            return None
        numbers = dict(zip(exponents, shared[1], strict=True))
        table |= {k: e ** numbers[exponent_of(k, x)] for k in powers}
        rate = shared[0]
    written = tuple(sp.fraction(sp.together(f.xreplace(table)))[0] for f in functions)
    used = {n for f in written for n in f.free_symbols}
    unknowns = (*((s, c) if waves else ()), *((e,) if powers else ()), *((x,) if x in used else ()))
    if not used <= set(unknowns) or not unknowns:
        return None
    for f in written:
        if not f.is_polynomial(*unknowns) or sp.Poly(f, *unknowns).total_degree() > HIGHEST_DEGREE:
            return None
        if not all(k.is_Rational for k in sp.Poly(f, *unknowns).coeffs()):
            return None
    return _System(written, (s**2 + c**2 - 1,) if waves else (), unknowns, rate)


def _arguments(exprs: Iterable[sp.Expr]) -> list[sp.Expr]:
    return sorted(set(exprs), key=sp.default_sort_key)


def _multiple(wave: sp.Expr, n: int, s: sp.Symbol, c: sp.Symbol) -> sp.Expr:
    """Return sin or cos of n times the angle, as a polynomial in its sine and cosine."""
    turned = sp.expand((c + sp.I * sp.sign(n) * s) ** abs(n))
    even = turned.xreplace({sp.I: sp.S.Zero})
    return sp.expand((turned - even) / sp.I) if isinstance(wave, sp.sin) else even


Candidate = tuple[sp.Expr | None, object]


def _candidates(system: _System, polynomials: Sequence[sp.Expr]) -> list[Candidate] | None:
    """Return numbers, exact or in a ball, among which are all x of solutions; None where many may be."""
    last = system.unknowns[-1]
    basis = sp.groebner([*polynomials, *system.ties], *system.unknowns, order="lex")
    if list(basis.exprs) == [1]:
        return []
    alone = next((g for g in basis.exprs if g.free_symbols == {last}), None)
    if alone is None or last.name in ("s", "c"):
        return None
    roots = rational_roots(sp.Poly(alone, last))
    if last.name != "e":
        return [(r.exact, r.ball) for r in roots]
    if system.rate is None or (slope := system.rate.diff()).free_symbols:
        return None
    (x,) = system.rate.free_symbols
    shift = system.rate - slope * x
    positive = [r for r in roots if r.ball > 0]
    return [
        (
            None if r.exact is None else sp.expand((sp.log(r.exact) - shift) / slope),
            (r.ball.log() - enclose(shift, {}, 256)) / enclose(slope, {}, 256),
        )
        for r in positive
    ]
