"""Gaps in one symbol alone: their zeros as walls, one by one, in periodic families, or all simple ones at once.

Where there are infinitely many zeros without a period, as those of x*sin(x) - 1, one symbol stands for every simple
one; those at which the derivative vanishes as well are found by elimination (algebra/roots/common.py) and stand apart.
Read in order: root_walls, every_root.
"""

from __future__ import annotations

import flint
import sympy as sp

from diffcheck.algebra.printer import inner_symbol
from diffcheck.algebra.roots import Family, Root, RootSet, common_zeros, real_roots
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.equations import fresh_integer, fresh_number
from diffcheck.walls.wall import Implicit, Wall, Walls

__all__ = ["every_root", "inside_box", "level_wall", "root_walls"]

# Examples of zeros, where there may be infinitely many, are looked for from small to large, until there are enough.
NEAR = (2, 6, 20)
ENOUGH = 4


def root_walls(f: sp.Expr, x: sp.Symbol, found: RootSet) -> Walls:
    """Return the walls of the zeros that were found, and whether there may be others."""
    walls = [_root_wall(f, x, r) for r in found.roots] + [_family_wall(f, x, m) for m in found.families]
    return Walls(tuple(walls), (), () if found.complete else (f,))


def inside_box(f: sp.Expr, x: sp.Symbol, ball: flint.arb) -> Walls:
    """Return the zeros of ``f`` in a ball of its only symbol."""
    ends = (end.mid().fmpq() for end in (ball.lower(), ball.upper()))
    found = real_roots(f, x, *(sp.Rational(int(q.p), int(q.q)) for q in ends))
    return root_walls(f, x, found)


def every_root(f: sp.Expr, x: sp.Symbol) -> list[Wall] | None:
    """Return one wall for all simple zeros of an entire function, however many, and one for each of the others.

    The function is analytic on the whole line, so that its zeros do not accumulate.
    """
    if not _is_entire(f, x):
        return None
    multiple = common_zeros(f, sp.diff(f, x), x)
    if multiple is None:
        return None
    known: tuple[Root, ...] = ()
    for size in NEAR:
        found = real_roots(f, x, -size, size)
        if not found.complete or found.families:
            break
        known = tuple(r for r in found.roots if r.multiplicity == 1 and r.exact not in multiple)
        if len(known) >= ENOUGH:
            break
    if not known:
        return None
    # At a root with a closed form, such as 0, coefficients may vanish that do not at the others.
    known = tuple(sorted(known, key=lambda r: r.exact is not None))
    xi = inner_symbol(f"{x.name}_root{fresh_number()}")
    apart = tuple(Constraint(xi - p, "!=") for p in multiple)
    implicit = Implicit(xi, known[0], f.subs(x, xi), known)
    single = (Wall(f, x.name, ((x.name, p),)) for p in multiple)
    return [Wall(f, x.name, ((x.name, xi),), apart, implicit=implicit), *single]


def _is_entire(f: sp.Expr, x: sp.Symbol) -> bool:
    """Whether nothing in an expression but sums, products, natural powers, sines, cosines and exponentials holds x."""
    if f == x or not f.has(x):
        return True
    natural = f.is_Pow and f.exp.is_Integer and f.exp > 0
    whole = f.is_Add or f.is_Mul or natural or isinstance(f, sp.sin | sp.cos | sp.exp)
    return bool(whole) and all(_is_entire(a, x) for a in f.args)


def _root_wall(f: sp.Expr, x: sp.Symbol, root: Root) -> Wall:
    return (
        Wall(f, x.name, ((x.name, root.exact),)) if root.exact is not None else level_wall(f, x, x, root, f)
    )


def level_wall(f: sp.Expr, x: sp.Symbol, u: sp.Expr, root: Root, g: sp.Expr) -> Wall:
    """Return the wall u = root of f = g(u), where ``u`` is x plus what is free of x, and ``g`` is written in x."""
    xi = inner_symbol(f"{x.name}_root{fresh_number()}")
    equation = g.subs(x, xi) if root.polynomial is None else root.polynomial.as_expr(xi)
    return Wall(f, x.name, ((x.name, xi + x - u),), implicit=Implicit(xi, root, equation))


def _family_wall(f: sp.Expr, x: sp.Symbol, family: Family) -> Wall:
    k = fresh_integer()
    implicit = None
    base = family.base.exact
    if base is None:
        base = inner_symbol(f"{x.name}_root{fresh_number()}")
        implicit = Implicit(base, family.base, f.subs(x, base))
    limits = [Constraint(k - family.first, ">=")] if family.first is not None else []
    limits += [Constraint(k - family.last, "<=")] if family.last is not None else []
    limits += [Constraint(k - n, "!=") for n in family.excluded]
    return Wall(f, x.name, ((x.name, base + k * family.period),), tuple(limits), (k,), implicit)
