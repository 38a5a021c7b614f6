"""Equations solved by formula for one symbol, over all reals.

Linear and quadratic formulas, a*z**n + c, exponentials of commensurable arguments, sums of logarithms,
a*sin(u) + b*cos(u) + c, and inversion of the only function that holds the symbol.  Periodic solutions carry a symbolic
integer, roots the condition under which they are real.
Read in order: Solved, solve_for, invert.
Gives up on: equations whose symbol occurs in several functions; the answer is then None, never an incomplete list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.isolate import tangent
from diffcheck.algebra.printer import inner_symbol
from diffcheck.conditions.constraint import Constraint

__all__ = ["Solved", "fresh_integer", "fresh_number", "invert", "solve_for"]

# Multiples of logarithms that become powers: of higher ones the product has no formula for its zeros.
MULTIPLES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Solved:
    """One solution of an equation for one symbol."""

    value: sp.Expr
    conditions: tuple[Constraint, ...] = ()
    integers: tuple[sp.Symbol, ...] = ()


_numbers = count()


def fresh_number() -> int:
    """Return a number that was never returned before, to tell new symbols apart."""
    return next(_numbers)


def fresh_integer() -> sp.Symbol:
    """Return an integer symbol that occurs nowhere else."""
    return inner_symbol(f"n{next(_numbers)}", integer=True)


def solve_for(f: sp.Expr, v: sp.Symbol, *, thin: bool = False) -> list[Solved] | None:
    """Return the solutions of f = 0 for ``v`` over all reals, or None when no formula applies.

    thin: keep values with the imaginary unit, which are real where their conditions hold with equality.
    """
    found = _solutions(f, v)
    if found is None or thin or any(s.is_integer for s in f.free_symbols):
        return found  # for single integers the value may be real: see _with_exceptions
    # A value with the imaginary unit is real on a thin set at most.
    return [s for s in found if not s.value.has(sp.I)]


def _solutions(f: sp.Expr, v: sp.Symbol) -> list[Solved] | None:
    numerator = sp.together(f).as_numer_denom()[0]
    if numerator.is_polynomial(v):
        return _solve_polynomial(sp.Poly(numerator, v).all_coeffs())
    kernels = list(dict.fromkeys(_kernels(numerator, v)))
    wave = _wave(numerator, kernels, v)
    if wave is not None:
        return _solve_each(kernels[0].args[0], wave, v)
    if len(kernels) > 1:
        found = _of_logarithms(numerator, kernels, v)
        if found is not None:
            return found
        common = _common_exponential(numerator, kernels)
        if common is None:
            return None
        numerator, kernels = common[0], [common[1]]
        z = common[2]
    else:
        z = sp.Dummy("z", real=True)
        numerator = numerator.xreplace({kernels[0]: z})
    if v in numerator.free_symbols or not numerator.is_polynomial(z):
        return None
    values = _solve_polynomial(sp.Poly(numerator, z).all_coeffs())
    if values is None:
        return None
    if kernels[0].is_Pow and v in kernels[0].exp.free_symbols:
        return None
    out: list[Solved] = []
    for value in values:
        for inner, target in invert(kernels[0], value.value) or ((None, value),):
            found = None if inner is None else _solve_each(inner, [target], v)
            if found is None:
                return None
            out += [_chained(value, s) for s in found]
    return out


def _solve_each(inner: sp.Expr, targets: Iterable[Solved], v: sp.Symbol) -> list[Solved] | None:
    """Solve inner = target for each target; None if that is not possible for all."""
    out: list[Solved] = []
    for target in (t for whole in targets for t in (whole, *_of_lower_degree(inner, whole, v))):
        deeper = _solved_to(inner, target.value, v)
        if deeper is None:
            return None
        out += [_chained(target, d) for d in deeper]
    return out


def _of_lower_degree(inner: sp.Expr, target: Solved, v: sp.Symbol) -> Iterator[Solved]:
    """Yield members of a family of targets for which the highest coefficient vanishes: u = pi*k*v**2 for k = 0."""
    if not target.integers:
        return
    numerator = sp.together(inner - target.value).as_numer_denom()[0]
    if not numerator.is_polynomial(v):
        return
    for g in sp.Mul.make_args(sp.factor_terms(sp.Poly(numerator, v).LC())):
        for k in target.integers:
            for n in sp.roots(g, k) if g.free_symbols == {k} and g.is_polynomial(k) else ():
                if n.is_Integer:
                    conditions = tuple(Constraint(c.expr.subs(k, n), c.rel) for c in target.conditions)
                    yield Solved(
                        target.value.subs(k, n), conditions, tuple(i for i in target.integers if i != k)
                    )


def _solved_to(inner: sp.Expr, value: sp.Expr, v: sp.Symbol) -> list[Solved] | None:
    """Solve inner = value; a value that would be multiplied out, (a + b)**2 or log(a/b), stands aside meanwhile.

    A logarithm with integers does not: for single ones it may be real where it is not for others.
    """
    whole = any(s.is_integer for s in value.free_symbols)
    grows = any(p.exp.is_Rational and p.exp > 1 and p.base.is_Add for p in value.atoms(sp.Pow))
    if not grows and (whole or not value.has(sp.log)):
        return solve_for(inner - value, v)
    aside = sp.Dummy("w", real=True)
    found = solve_for(inner - aside, v)
    if found is None:
        return None
    back = {aside: value}
    return [
        Solved(
            s.value.xreplace(back),
            tuple(Constraint(c.expr.xreplace(back), c.rel) for c in s.conditions),
            s.integers,
        )
        for s in found
    ]


def _chained(*steps: Solved) -> Solved:
    conditions = tuple(c for s in steps for c in s.conditions)
    return Solved(steps[-1].value, conditions, tuple(i for s in steps for i in s.integers))


def _kernels(expr: sp.Expr, v: sp.Symbol) -> Iterator[sp.Expr]:
    """Yield the parts that hold ``v`` and are neither sums, products nor natural powers."""
    if v not in expr.free_symbols:
        return
    if expr.is_Add or expr.is_Mul:
        for a in expr.args:
            yield from _kernels(a, v)
    elif expr.is_Pow and expr.exp.is_Integer and expr.exp > 0:
        yield from _kernels(expr.base, v)
    else:
        yield expr


def _of_logarithms(f: sp.Expr, kernels: Sequence[sp.Expr], v: sp.Symbol) -> list[Solved] | None:
    """Solve n*log(u) + m*log(w) + ... = c, which is u**n * w**m * ... = exp(c) where u, w, ... are positive."""
    if not all(isinstance(k, sp.log) for k in kernels):
        return None
    z = sp.Dummy("z", real=True)
    rates = [sp.diff(f.xreplace({k: z}), z) for k in kernels]
    rest = sp.expand(f - sp.Add(*(r * k for r, k in zip(rates, kernels, strict=True))))
    if v in rest.free_symbols or not all(abs(r) in MULTIPLES for r in rates):
        return None
    inside = [k.args[0] for k in kernels]
    powers = sp.Mul(*(u**r for u, r in zip(inside, rates, strict=True)))
    found = solve_for(powers - sp.exp(-rest), v)
    return None if found is None else list(_where_positive(found, inside, v))


def _where_positive(found: Iterable[Solved], parts: Sequence[sp.Expr], v: sp.Symbol) -> Iterator[Solved]:
    """Yield the solutions at which all parts can be positive, with the conditions for that."""
    for solved in found:
        values = [sp.cancel(u.subs(v, solved.value)) for u in parts]
        asked = tuple(Constraint(u, ">") for u in values if not u.is_positive)
        if not any(u.is_nonpositive for u in values):
            yield replace(solved, conditions=(*solved.conditions, *asked))


def _common_exponential(f: sp.Expr, kernels: list[sp.Expr]) -> tuple[sp.Expr, sp.Expr, sp.Dummy] | None:
    """Write exp(u), exp(2*u), exp(-u) ... as powers of one exponential z > 0."""
    if not all(isinstance(k, sp.exp) for k in kernels):
        return None
    first = kernels[0].args[0]
    ratios = [sp.cancel(k.args[0] / first) for k in kernels]
    if not all(r.is_Rational for r in ratios):
        return None
    unit = sp.ilcm(1, *[r.q for r in ratios])
    z = sp.Dummy("z", positive=True)
    replaced = f.xreplace({k: z ** (r * unit) for k, r in zip(kernels, ratios, strict=True)})
    return sp.together(replaced).as_numer_denom()[0], sp.exp(first / unit), z


def _wave(f: sp.Expr, kernels: Sequence[sp.Expr], v: sp.Symbol) -> list[Solved] | None:
    """Return the angles u with a*sin(u) + b*cos(u) + c = 0, if that is what ``f`` is; a, b, c are in general position.

    For numbers a, b that is sqrt(a**2 + b**2)*cos(u - v) + c = 0 with a number v, and for c = 0 it is tan(u) = -b/a.
    Else, with t = tan(u/2), it is (c - b)*t**2 + 2*a*t + (c + b) = 0, and u = pi is missed where c = b alone.
    """
    if (
        {type(k) for k in kernels} != {sp.sin, sp.cos}
        or len(kernels) != 2
        or kernels[0].args != kernels[1].args
    ):
        return None
    s, z = (sp.Dummy(name, real=True) for name in "sz")
    sine, cosine = sorted(kernels, key=lambda k: isinstance(k, sp.cos))
    replaced = f.xreplace({sine: s, cosine: z})
    if not replaced.is_polynomial(s, z) or v in replaced.free_symbols:
        return None
    poly = sp.Poly(replaced, s, z)
    if poly.total_degree() != 1:
        return None
    a, b, c = (poly.coeff_monomial(m) for m in (s, z, 1))
    k = fresh_integer()
    numbers = a.is_number and b.is_number
    if not numbers and any(name.is_integer for name in (c - b if c != 0 else a).free_symbols):
        return None  # where it vanishes for one integer, that member would be lost
    if _vanishes(c):
        return [Solved(k * sp.pi - sp.atan(b / a), (), (k,))]
    if numbers:
        turned = _INVERSES[sp.cos](-c / sp.sqrt(a**2 + b**2))
        return [replace(found, value=found.value + sp.atan2(a, b)) for found in turned]
    whole = 2 * k * sp.pi
    if sp.expand(c - b) == 0:
        return [Solved(whole - 2 * sp.atan(b / a), (), (k,)), Solved(whole + sp.pi, (), (k,))]
    disc = sp.factor(a**2 + b**2 - c**2)
    halves = ((-a + sign * sp.sqrt(disc)) / (c - b) for sign in (1, -1))
    return [Solved(whole + 2 * sp.atan(t), (Constraint(disc, ">"),), (k,)) for t in halves]


def _solve_polynomial(coefficients: list[sp.Expr]) -> list[Solved] | None:
    """Solve a polynomial equation by formula: degrees 1 and 2, a*z**n + c, and those in a power of z + s."""
    degree = len(coefficients) - 1
    if degree == 1:
        a, b = coefficients
        return [Solved(_lowest(-b / a))]
    a, c = coefficients[0], coefficients[-1]
    if all(k == 0 for k in coefficients[1:-1]):
        return _solve_power(sp.Integer(degree), _lowest(-c / a))
    if degree == 2:
        b = coefficients[1]
        disc = sp.factor(sp.expand(b**2 - 4 * a * c))
        if _vanishes(disc):
            return [Solved(-b / (2 * a))]
        root = sp.sqrt(disc)
        return [Solved((-b + s * root) / (2 * a), (Constraint(disc, ">"),)) for s in (1, -1)]
    return _solve_in_powers(coefficients)


def _lowest(value: sp.Expr) -> sp.Expr:
    """Return a rational function in lowest terms, of an integer as 1/k - 1 and not as (1 - k)/k."""
    if not value.is_rational_function():
        return value
    value = sp.cancel(value)
    upper, below = sp.fraction(value)
    if upper.could_extract_minus_sign() and below.is_Add:
        upper, below = -upper, -below
        value = upper / below  # c/(1 - c) rather than -c/(c - 1)
    integers = [s for s in below.free_symbols if s.is_integer]
    if len(integers) != 1:
        return value
    whole, rest = sp.div(upper, below, *integers)
    return whole + sp.cancel(rest / below)


def _solve_in_powers(coefficients: list[sp.Expr]) -> list[Solved] | None:
    """Solve p(z) = q((z + s)**m), with the shift s that removes the second highest term: (z**2 - 1)**2 - k."""
    z, degree = sp.Dummy("z", real=True), len(coefficients) - 1
    shift = coefficients[1] / (degree * coefficients[0])
    shifted = sp.Poly(coefficients, z).compose(sp.Poly(z - shift, z))
    m = sp.igcd(0, *(n for (n,) in shifted.monoms()))
    if m < 2:
        return None
    powers = _solve_polynomial(shifted.all_coeffs()[::m])
    if powers is None:
        return None
    roots = ((w, r) for w in powers for r in _solve_power(sp.Integer(m), w.value))
    return [_chained(w, r, Solved(r.value - shift)) for w, r in roots]


def _solve_power(n: sp.Integer, value: sp.Expr) -> list[Solved]:
    """Solve z**n = value over the reals."""
    up, down = (Constraint(value, ">"),), (Constraint(value, "<"),)
    if _vanishes(value):
        return [Solved(sp.S.Zero)]
    if n % 2:
        return [Solved(value ** (1 / n), up), Solved(-((-value) ** (1 / n)), down)]
    return [Solved(value ** (1 / n), up), Solved(-(value ** (1 / n)), up)]


def _vanishes(value: sp.Expr) -> bool:
    """Whether a number is zero, as sin(1)**2 + cos(1)**2 - 1 is: then a strict condition on it holds nowhere."""
    return bool(value == 0) or (value.is_number and is_zero(value) is Decision.YES)


def _sine_angles(value: sp.Expr) -> list[Solved]:
    k = fresh_integer()
    if _vanishes(value):
        return [Solved(k * sp.pi, (), (k,))]
    for end in (1, -1):
        if _vanishes(value - end):
            return [Solved(end * sp.pi / 2 + 2 * k * sp.pi, (), (k,))]
    inside = (Constraint(1 - value**2, ">"),)
    return [
        Solved(sp.asin(value) + 2 * k * sp.pi, inside, (k,)),
        Solved(sp.pi - sp.asin(value) + 2 * k * sp.pi, inside, (k,)),
    ]


def _quarter(value: sp.Expr) -> tuple[Constraint, ...]:
    return (Constraint(sp.pi / 2 - value, ">"), Constraint(sp.pi / 2 + value, ">"))


_INVERSES: dict[type[sp.Basic], Callable[[sp.Expr], list[Solved]]] = {
    sp.exp: lambda z: [Solved(sp.log(z), (Constraint(z, ">"),))],
    sp.log: lambda z: [Solved(sp.exp(z))],
    sp.sin: _sine_angles,
    sp.cos: lambda z: [Solved(sp.pi / 2 - s.value, s.conditions, s.integers) for s in _sine_angles(z)],
    sp.atan: lambda z: [Solved(tangent(z), _quarter(z))],
    sp.asin: lambda z: [Solved(sp.sin(z), _quarter(z))],
}


def invert(kernel: sp.Expr, value: sp.Expr) -> list[tuple[sp.Expr, Solved]] | None:
    """Return (inner, solution) pairs: kernel = value exactly where one inner = solution; None if unknown."""
    if kernel.is_Symbol:
        return [(kernel, Solved(value))]
    if kernel.is_Pow and not kernel.exp.has(*kernel.base.free_symbols):
        if kernel.exp.is_integer and not (kernel.exp.is_Integer or kernel.base.is_nonnegative or value == 0):
            return None  # of an even power both signs are roots, of an odd one negative values have one
        return list(_invert_power(kernel, value))
    inverse = _INVERSES.get(type(kernel))
    return None if inverse is None else [(kernel.args[0], s) for s in inverse(value)]


def _invert_power(kernel: sp.Expr, value: sp.Expr) -> Iterator[tuple[sp.Expr, Solved]]:
    base, e = kernel.args
    if e.is_Integer:
        for s in _solve_power(-e, 1 / value):
            yield base, s
    elif value != 0:
        yield base, Solved(value ** (1 / e), (Constraint(value, ">"),))
    elif not e.is_negative:
        yield base, Solved(sp.S.Zero, () if e.is_positive else (Constraint(e, ">"),))
