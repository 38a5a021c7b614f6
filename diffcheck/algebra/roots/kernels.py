"""Equations in one kernel: f = P(g(x)) with a polynomial P is solved for g, and g is inverted.

Kernels: exp and its commensurable multiples (exp(x), exp(-x/2) are powers of one another), log, roots and
powers of one base, asin, acos, atan, erf.  Sines and cosines are the business of trig.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from diffcheck.algebra.isolate import tangent
from diffcheck.algebra.roots.jets import constant_sign
from diffcheck.algebra.roots.model import Root

__all__ = ["Kernel", "commensurable", "exponent_of", "kernels", "preimages", "single_kernel"]

INVERTIBLE = (sp.log, sp.asin, sp.acos, sp.atan, sp.erf)


@dataclass(frozen=True, slots=True)
class Kernel:
    """f is ``outer`` in ``w``, where w = ``inner`` (the kernel) as a function of x."""

    w: sp.Symbol
    outer: sp.Expr
    inner: sp.Expr


def kernels(f: sp.Expr, x: sp.Symbol) -> set[sp.Expr]:
    """Return the largest parts of ``f`` that contain x and are no sum, product or integer power."""
    found: set[sp.Expr] = set()
    stack = [f]
    while stack:
        part = stack.pop()
        if not part.has(x):
            continue
        if part.is_Add or part.is_Mul:
            stack.extend(part.args)
        elif part.is_Pow and part.exp.is_Integer:
            stack.append(part.base)
        else:
            found.add(part)
    return found


def commensurable(arguments: list[sp.Expr]) -> tuple[sp.Expr, list[int]] | None:
    """Return (u, [n_1, ...]) with argument_i = n_i*u for coprime integers n_i, or None."""
    first = sp.expand(arguments[0])
    if first == 0:
        return None
    ratios = [sp.S.One, *(sp.cancel(sp.expand(a) / first) for a in arguments[1:])]
    if not all(r.is_Rational for r in ratios):
        return None
    scale = sp.ilcm(1, *(r.q for r in ratios))
    whole = [int(r * scale) for r in ratios]
    common = int(sp.igcd(0, *whole))
    unit = sp.expand(first * sp.Rational(common, scale))
    return unit, [n // common for n in whole]


def exponent_of(part: sp.Expr, x: sp.Symbol) -> sp.Expr | None:
    """Return u when the part is exp(u) in disguise (exp(u), 2**x, x**x), else None."""
    if part.func is sp.exp:
        return part.args[0]
    return part.exp * sp.log(part.base) if part.is_Pow and part.exp.has(x) else None


def single_kernel(f: sp.Expr, x: sp.Symbol) -> Kernel | None:
    """Write f as a rational function of one invertible kernel; None when it has another shape."""
    found = sorted(kernels(f, x), key=sp.default_sort_key)
    w = sp.Symbol("w", real=True)
    if not found or found == [x]:
        return None
    exponents_of = [exponent_of(k, x) for k in found]
    if all(e is not None for e in exponents_of):
        shared = commensurable(exponents_of)
        if shared is None:
            return None
        unit, powers = shared
        if powers[0] < 0 and all(n < 0 for n in powers):
            unit, powers = -unit, [-n for n in powers]
        table = {k: w**n for k, n in zip(found, powers, strict=True)}
        return Kernel(w, f.xreplace(table), sp.exp(unit, evaluate=False))
    if all(_root_of(k)[0] == _root_of(found[0])[0] for k in found):
        exponents = [_root_of(k)[1] for k in found]
        if any(not q.is_Integer for q in exponents):
            scale = sp.ilcm(1, *(q.q for q in exponents))
            table = {k: w ** int(q * scale) for k, q in zip(found, exponents, strict=True)}
            return Kernel(w, f.xreplace(table), sp.Pow(_root_of(found[0])[0], sp.Rational(1, scale)))
    if len(found) == 1 and found[0].func in INVERTIBLE:
        return Kernel(w, f.xreplace({found[0]: w}), found[0])
    return None


def _root_of(part: sp.Expr) -> tuple[sp.Expr, sp.Rational]:
    if part.is_Pow and part.exp.is_Rational:
        return part.base, part.exp
    return part, sp.S.One


def preimages(kernel: sp.Expr, at: Root) -> Iterator[tuple[sp.Expr, int | None]] | None:
    """Return the equations u - c = 0 that together say kernel = v, each with the multiplicity it carries.

    at: a root v of the outer polynomial with a closed form.  None when a comparison with v stays open.
    """
    v, u = at.exact, kernel.args[0]
    if v is None:
        return None
    rules = {
        sp.exp: _of_exp,
        sp.log: _of_log,
        sp.asin: _of_asin,
        sp.acos: _of_acos,
        sp.atan: _of_atan,
        sp.erf: _of_erf,
    }
    if kernel.func in rules:
        return rules[kernel.func](u, v, at.multiplicity)
    return _of_root(kernel, v, at.multiplicity)


Equations = Iterator[tuple[sp.Expr, int | None]] | None


def _of_exp(u: sp.Expr, v: sp.Expr, m: int | None) -> Equations:
    found = constant_sign(v)
    if found is None:
        return None
    return iter([(u - sp.log(v), m)] if found > 0 else [])


def _of_log(u: sp.Expr, v: sp.Expr, m: int | None) -> Equations:
    return iter([(u - sp.exp(v), m)])


def _of_asin(u: sp.Expr, v: sp.Expr, m: int | None) -> Equations:
    room = constant_sign(sp.pi / 2 - v), constant_sign(sp.pi / 2 + v)
    if None in room:
        return None
    return iter([(u - sp.sin(v), m if 0 not in room else None)] if min(r or 0 for r in room) >= 0 else [])


def _of_acos(u: sp.Expr, v: sp.Expr, m: int | None) -> Equations:
    room = constant_sign(v), constant_sign(sp.pi - v)
    if None in room:
        return None
    return iter([(u - sp.cos(v), m if 0 not in room else None)] if min(r or 0 for r in room) >= 0 else [])


def _of_atan(u: sp.Expr, v: sp.Expr, m: int | None) -> Equations:
    room = constant_sign(sp.pi / 2 - v), constant_sign(sp.pi / 2 + v)
    if None in room:
        return None
    return iter([(u - tangent(v), m)] if room == (1, 1) else [])


def _of_erf(u: sp.Expr, v: sp.Expr, m: int | None) -> Equations:
    room = constant_sign(1 - v), constant_sign(1 + v)
    if None in room:
        return None
    return iter([(u - sp.erfinv(v), m)] if room == (1, 1) else [])


def _of_root(kernel: sp.Expr, v: sp.Expr, m: int | None) -> Equations:
    # base**q = v with q not an integer: both sides are non-negative, and the base is v**(1/q).
    base, q = kernel.base, kernel.exp
    found = constant_sign(v)
    if found is None:
        return None
    if found == 0:
        return iter([(base, None)] if q > 0 else [])
    return iter([(base - v ** (1 / q), m)] if found > 0 else [])
