"""Is an expression zero at a root that is known by its equation alone?

Method: the equation is a polynomial in one of its parts z (the root itself, sin of it, exp of it ...): what is a
polynomial in z as well is replaced by its remainder, with the parts that the equation does not tie together left free.
A zero remainder is a proof; anything else is none.
Read in order: vanishes_at_root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from diffcheck.algebra.expanded import multiplied_out
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.roots.kernels import commensurable

__all__ = ["reduced_at_root", "vanishes_at_root"]

# Multiplying out more than this takes SymPy minutes, and nothing ends it.
MAX_OPERATIONS = 400


def vanishes_at_root(
    c: sp.Expr, xi: sp.Symbol, equation: sp.Expr, nonzero: Callable[[sp.Expr], bool]
) -> bool:
    """Whether ``c`` is proved to vanish wherever ``equation`` does, both in ``xi``.

    nonzero: whether something in ``xi`` is known not to vanish there; it is divided by.
    """
    if c in (equation, -equation):
        return True
    if c.is_Mul:
        parts = (a.base if a.is_Pow and a.exp.is_positive else a for a in c.args)
        return any(vanishes_at_root(a, xi, equation, nonzero) for a in parts if xi in a.free_symbols)
    for reduced in reduced_at_root(c, xi, equation, nonzero):
        decision = is_zero(reduced)
        if decision is Decision.UNKNOWN:
            decision = is_zero(multiplied_out(reduced, MAX_OPERATIONS))
        if decision is Decision.YES:
            return True
    return False


def reduced_at_root(
    c: sp.Expr, xi: sp.Symbol, equation: sp.Expr, nonzero: Callable[[sp.Expr], bool]
) -> Iterator[sp.Expr]:
    """Yield expressions that vanish only where ``c`` does, wherever ``equation`` holds."""
    if xi not in c.free_symbols:
        yield c
        return
    yield from _by_powers(c, xi, equation, nonzero)
    kernels = sorted(equation.atoms(sp.Function, sp.Pow), key=sp.count_ops, reverse=True)
    for kernel in [*kernels, xi]:
        z = sp.Dummy("z", real=True)
        modulus = equation.xreplace({kernel: z})
        if xi not in kernel.free_symbols or not modulus.is_polynomial(z) or not modulus.has(z):
            continue
        if kernel != xi and sp.degree(modulus, z) == 1:
            a, b = sp.Poly(modulus, z).all_coeffs()
            if not a.is_nonzero and not nonzero(a):
                continue
            yield _put_in(c, kernel, -b / a)
        elif xi not in modulus.free_symbols or kernel == xi:
            yield from _remainder(c, kernel, modulus, z)


def _by_powers(
    c: sp.Expr, xi: sp.Symbol, equation: sp.Expr, nonzero: Callable[[sp.Expr], bool]
) -> Iterator[sp.Expr]:
    """Yield the remainder where all exponentials are powers of one, exp(-x) and exp(2*x).

    The coefficients are polynomials in the root, of which the leading one does not vanish there.
    """
    found = [e for e in c.atoms(sp.exp) | equation.atoms(sp.exp) if xi in e.free_symbols]
    if len(found) < 2 or sp.count_ops(c) > MAX_OPERATIONS:
        return
    shared = commensurable([e.args[0] for e in found])
    if shared is None:
        return
    z = sp.Dummy("z", positive=True)
    table = {e: z**n for e, n in zip(found, shared[1], strict=True)}
    modulus, inside = (sp.together(e.xreplace(table)).as_numer_denom()[0] for e in (equation, c))
    if not (modulus.is_polynomial(z, xi) and inside.is_polynomial(z, xi) and modulus.has(z)):
        return
    lead = sp.LC(modulus, z)
    if xi not in lead.free_symbols or nonzero(lead):
        yield sp.rem(inside, modulus, z)


def _put_in(c: sp.Expr, kernel: sp.Expr, value: sp.Expr) -> sp.Expr:
    if isinstance(kernel, sp.exp):
        # subs, not xreplace: it also sees exp(3*x) as the cube of exp(x), but x as that of x**(1/3).
        return multiplied_out(c.subs(kernel, value).subs(kernel, value))
    # Germs write a power with an unknown exponent as exp(e*log(b)).
    written = kernel.is_Pow and not kernel.exp.is_number
    other = sp.exp(kernel.exp * sp.log(kernel.base)) if written else kernel
    return multiplied_out(c.xreplace({kernel: value, other: value}))


def _remainder(c: sp.Expr, kernel: sp.Expr, modulus: sp.Expr, z: sp.Symbol) -> Iterator[sp.Expr]:
    """Yield the remainder of the numerator of ``c`` as a polynomial in the kernel, other functions standing aside."""
    if sp.count_ops(c) > MAX_OPERATIONS:
        return
    inside = c.xreplace({kernel: z})
    aside = {f: sp.Dummy(real=True) for f in inside.atoms(sp.Function) if f.has(z, *kernel.free_symbols)}
    numerator = sp.together(inside.xreplace(aside)).as_numer_denom()[0]
    if numerator.is_polynomial(z):
        yield sp.rem(numerator, modulus, z).xreplace({d: f for f, d in aside.items()}).xreplace({z: kernel})
