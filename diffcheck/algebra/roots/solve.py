"""The order of the methods: polynomial, one kernel, factors, periodic, analytic; then domain and interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from diffcheck.algebra.hidden import hidden, highest_power
from diffcheck.algebra.roots.analytic import analytic_roots
from diffcheck.algebra.roots.compact import Stuck
from diffcheck.algebra.roots.domain import Demand, conditions, defined_at
from diffcheck.algebra.roots.families import admitted, clipped
from diffcheck.algebra.roots.jets import constant, constant_sign, is_zero_constant
from diffcheck.algebra.roots.kernels import kernels, preimages, single_kernel
from diffcheck.algebra.roots.model import PRECISION, Family, Root, RootSet
from diffcheck.algebra.roots.polynomial import rational_roots
from diffcheck.algebra.roots.trig import angle_of, periodic_roots, trigonometric_roots

__all__ = ["real_roots"]

DEEPEST = 6
# Beyond these the cost of factoring is no longer small against the isolation itself.
MOST_OPERATIONS = 250
HIGHEST_DEGREE = 400


def _half(u: sp.Expr, sign: int) -> sp.Expr:
    return (sp.exp(u) + sign * sp.exp(-u)) / 2


DEFINITIONS: dict[type[sp.Function], Callable[[sp.Expr], sp.Expr]] = {
    sp.sinh: lambda u: _half(u, -1),
    sp.cosh: lambda u: _half(u, 1),
    sp.tanh: lambda u: _half(u, -1) / _half(u, 1),
    sp.tan: lambda u: sp.sin(u) / sp.cos(u),
    sp.asinh: lambda u: sp.log(u + sp.sqrt(u**2 + 1)),
    sp.acosh: lambda u: sp.log(u + sp.sqrt(u - 1) * sp.sqrt(u + 1)),
    sp.atanh: lambda u: (sp.log(1 + u) - sp.log(1 - u)) / 2,
}


def real_roots(
    f: sp.Expr, x: sp.Symbol, lower: sp.Expr = -sp.oo, upper: sp.Expr = sp.oo, depth: int = 0
) -> RootSet:
    """Return all real zeros of f in [lower, upper], where f is defined there.

    f: an expression in x = Symbol(..., real=True) and no other symbol, real-analytic on its natural domain.
    A set with ``complete`` false holds zeros of f, but perhaps not all.
    """
    found = _real_roots(f, x, sp.sympify(lower), sp.sympify(upper), depth)
    return found if depth else _spoken(found)


def _spoken(found: RootSet) -> RootSet:
    """Return the zeros without the closed forms that the language has no word for: erfinv."""

    def spoken(root: Root) -> Root:
        return root if root.exact is None or not root.exact.has(sp.erfinv) else replace(root, exact=None)

    families = tuple(replace(m, base=spoken(m.base)) for m in found.families)
    return replace(found, roots=tuple(map(spoken, found.roots)), families=families)


def _real_roots(f: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr, depth: int) -> RootSet:
    if not f.has(x):
        return _of_constant(f)
    if depth > DEEPEST or not _is_analytic(f):
        return RootSet(complete=False, how="nested too deeply, or not an analytic expression")
    try:
        if f.is_polynomial(x) and (plain := _of_polynomial(f, x)) is not None:
            return clipped(plain, lower, upper)
        if f.count_ops() > 4 * MOST_OPERATIONS:
            return RootSet(complete=False, how="the expression is too large")
        numerator = _numerator(f, x)
        answer = _solve(numerator, x, lower, upper, depth)
        return clipped(_admitted(answer, conditions(f, x), x, depth), lower, upper)
    except (Stuck, NotImplementedError, sp.PolynomialError, TypeError) as problem:
        # SymPy cannot sort factors in which x stands in a base and in its exponent: that is a TypeError.
        return RootSet(complete=False, how=str(problem))


def _is_analytic(f: sp.Expr) -> bool:
    """Whether nothing in an expression is known not to be analytic; 0**x steps from 1 to 0, (-1)**x is not real."""
    scattered = any(p.base.is_nonpositive and p.exp.free_symbols for p in f.atoms(sp.Pow))
    return not scattered and not f.has(
        sp.Abs, sp.sign, sp.floor, sp.Piecewise, sp.Max, sp.Min, sp.I, sp.zoo, sp.nan
    )


def _of_constant(f: sp.Expr) -> RootSet:
    found = constant_sign(f)
    if found is None:
        return RootSet(complete=False, how="cannot tell whether a constant is zero")
    return RootSet(how="constant", everywhere=found == 0)


def _of_polynomial(f: sp.Expr, x: sp.Symbol) -> RootSet | None:
    """Solve a polynomial: any over Q, degree 1 and 2 over other constants; None for the rest."""
    plain, numbers = hidden(f)
    if highest_power(plain) > HIGHEST_DEGREE:
        return None
    try:
        poly = sp.Poly(plain, x)
    except sp.PolynomialError:
        return None
    if poly.degree() > HIGHEST_DEGREE:
        return None
    coefficients = [c.xreplace(numbers) for c in poly.all_coeffs()]
    if all(c.is_Rational for c in coefficients):
        if poly.is_zero:
            return RootSet(how="identity", everywhere=True)
        return RootSet(tuple(rational_roots(poly)), how="polynomial over Q")
    return _of_low_degree([sp.expand(c) for c in coefficients])


def _of_low_degree(coefficients: list[sp.Expr]) -> RootSet | None:
    while coefficients and constant_sign(coefficients[0]) == 0:
        coefficients = coefficients[1:]
    if not coefficients:
        return RootSet(how="identity", everywhere=True)
    if len(coefficients) > 3 or constant_sign(coefficients[0]) is None:
        return None
    how = "polynomial of degree up to 2"
    if len(coefficients) == 1:
        return RootSet(how=how)
    if len(coefficients) == 2:
        return RootSet((_place(-coefficients[1] / coefficients[0], 1),), how=how)
    a, b, c = coefficients
    discriminant = sp.expand(b**2 - 4 * a * c)
    found = constant_sign(discriminant)
    if found is None:
        return None
    if found == 0:
        return RootSet((_place(-b / (2 * a), 2),), how=how)
    places = [_place((-b + s * sp.sqrt(discriminant)) / (2 * a), 1) for s in (-1, 1)] if found > 0 else []
    return RootSet(tuple(_ordered(places)), how=how)


def _place(value: sp.Expr, multiplicity: int) -> Root:
    ball = constant(value, PRECISION)
    if not ball.is_finite():
        raise Stuck("a root without a number")
    return Root(value, ball, None, multiplicity, lambda prec: constant(value, prec))


def _ordered(roots: list[Root]) -> list[Root]:
    return sorted(roots, key=lambda root: root.ball.mid().fmpq())


def _numerator(f: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """Return f without hyperbolic functions and tangents, times its denominators."""
    # Spelled out here, because rewrite(exp) may turn x**2 into exp(2*log(x)), which exists for x > 0 only.
    plain = f
    for function, rule in DEFINITIONS.items():
        if plain.has(function):
            plain = plain.replace(function, rule)
    # exp(-u) stands for itself: as a denominator it would turn bounded terms into huge ones.
    masks = {part: sp.Dummy() for part in plain.atoms(sp.exp) if part.has(x)}
    top = sp.fraction(sp.together(plain.xreplace(masks)))[0]
    return top.xreplace({mask: part for part, mask in masks.items()})


def _solve(f: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr, depth: int) -> RootSet:
    """Solve a numerator: as it stands when one method fits, otherwise factor by factor."""
    whole = _by_one_method(f, x, depth)
    if whole is not None:
        return whole
    parts = _factors(f, x)
    answers: list[tuple[RootSet, int]] = []
    for factor, multiplicity in parts:
        if factor.is_positive or factor.is_negative:
            continue
        answer = _by_one_method(factor, x, depth)
        if answer is None:
            answer = analytic_roots(factor, x, (lower, upper), _for_edges, depth)
        answers.append((answer, multiplicity))
    return _union(answers)


def _for_edges(u: sp.Expr, x: sp.Symbol, depth: int) -> RootSet:
    return real_roots(u, x, depth=depth)


def _factors(f: sp.Expr, x: sp.Symbol) -> list[tuple[sp.Expr, int]]:
    """Return the factors of f as a polynomial in x and its kernels; f itself when that is not feasible."""
    if f.count_ops() > MOST_OPERATIONS:
        return [(f, 1)]
    plain, powers = hidden(f)
    if highest_power(plain) > HIGHEST_DEGREE:
        return [(f, 1)]
    try:
        constant_factor, found = sp.factor_list(sp.fraction(sp.together(plain))[0])
    except (sp.PolynomialError, NotImplementedError):
        return [(f, 1)]
    if constant_factor == 0 or any(n < 1 for _, n in found):
        return [(f, 1)]
    shown = ((part.xreplace(powers), int(n)) for part, n in found)
    parts = [(part, n) for part, n in shown if part.has(x)]
    if len(parts) == 1 and parts[0][1] == 1 and single_kernel(parts[0][0], x) is None:
        return [(f, 1)]
    return parts


def _by_one_method(f: sp.Expr, x: sp.Symbol, depth: int) -> RootSet | None:
    """Solve by a method that needs no subdivision in x; None when none fits."""
    if f.is_polynomial(x):
        return _of_polynomial(f, x)
    angle = angle_of(f, x)
    if angle is None and f.has(sp.sin, sp.cos):
        opened = sp.expand_trig(f) if len(kernels(f, x)) > 1 else f
        if opened != f and (angle := angle_of(opened, x)) is not None:
            f = opened
    if angle is not None:
        found = trigonometric_roots(f, x, angle, lambda g, t: real_roots(g, t, depth=depth + 1))
        if found is not None:
            return found
    by_kernel = _by_kernel(f, x, depth)
    if by_kernel is None and angle is not None and not conditions(f, x):
        return periodic_roots(f, x, angle)
    return by_kernel


def _by_kernel(f: sp.Expr, x: sp.Symbol, depth: int) -> RootSet | None:
    """Solve P(g(x)) = 0 for g and then g(x) = v for x; None unless every step has a closed form."""
    kernel = single_kernel(f, x)
    if kernel is None:
        return None
    outer = real_roots(kernel.outer, kernel.w, depth=depth + 1)
    if not outer.complete or outer.families or outer.everywhere:
        return None
    answers: list[tuple[RootSet, int | None]] = []
    for root in outer.roots:
        equations = preimages(kernel.inner, root)
        if equations is None:
            return None
        for equation, multiplicity in equations:
            inner = real_roots(equation, x, depth=depth + 1)
            if not inner.complete or inner.everywhere:
                return None
            answers.append((inner, multiplicity))
    return _union(answers)


def _union(answers: list[tuple[RootSet, int | None]] | list[tuple[RootSet, int]]) -> RootSet:
    """Return the zeros of a product, given those of its factors and their exponents."""
    roots: list[Root] = []
    families: list[Family] = []
    complete, how = True, ""
    for answer, multiplicity in answers:
        if answer.everywhere:
            return RootSet(how="identity", everywhere=True)
        for root in answer.roots:
            _join(roots, root.times(multiplicity))
        families += [
            Family(g.base.times(multiplicity), g.period, g.first, g.last, g.excluded) for g in answer.families
        ]
        if not answer.complete or not how:
            how = answer.how
        complete = complete and answer.complete
    return RootSet(tuple(_ordered(roots)), tuple(families), complete, how or "no factor vanishes")


def _join(roots: list[Root], new: Root) -> None:
    """Add a root to a list of distinct ones; at a common place the multiplicities add up."""
    for index, old in enumerate(roots):
        if not old.ball.overlaps(new.ball):
            continue
        if old.exact is not None and new.exact is not None and is_zero_constant(old.exact - new.exact):
            both = (
                None
                if old.multiplicity is None or new.multiplicity is None
                else old.multiplicity + new.multiplicity
            )
            known = old if old.polynomial is not None else new
            roots[index] = Root(known.exact, known.ball, known.polynomial, both, known.refiner)
            return
        if old.refine(2048).overlaps(new.refine(2048)):
            raise Stuck("two roots that cannot be told apart")
    roots.append(new)


def _admitted(answer: RootSet, demands: list[Demand], x: sp.Symbol, depth: int) -> RootSet:
    """Keep the zeros at which f itself is defined."""
    if not demands:
        return answer
    kept: list[Root] = []
    complete, how = answer.complete, answer.how
    for root in answer.roots:
        defined = defined_at(demands, x, root)
        if defined:
            kept.append(root)
        elif defined is None:
            complete, how = False, "cannot tell whether the function exists at one of its zeros"
    families: list[Family] = []
    for family in answer.families:
        extra, rest = admitted(family, demands, x, lambda u: real_roots(u, x, depth=depth + 1))
        kept += extra
        families += rest
    return RootSet(tuple(_ordered(kept)), tuple(families), complete, how, answer.everywhere)
