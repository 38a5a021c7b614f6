"""Functions of a root: what is smooth in w = sqrt(q) need not be smooth where q vanishes, unless it is even in w.

An even function of w that is analytic at 0 is an analytic function of q = w**2.  So f is analytic at a point where q
vanishes if it is a sum of E_i(w)*h_i with every E_i even and analytic at 0 and every h_i analytic at the point:
x*sin(norm(x, y))/norm(x, y), cos(norm(x, y)).  A quotient as sin(w)/w is analytic at 0 if it is meromorphic and
bounded there; that holds of functions of w alone, so what divides by w may hold no other variable.
Where nothing has a root, q itself is taken for w, and E need not be even.
Read in order: even_in_a_root.
Gives up on: several roots, or quotients, of unlike arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import sympy as sp

from diffcheck.algebra.expanded import multiplied_out
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import inner_symbol

__all__ = ["even_in_a_root"]

W = inner_symbol("w")


def even_in_a_root(
    expr: sp.Expr,
    bound: Collection[sp.Symbol],
    analytic: Callable[[sp.Expr, sp.Symbol], bool],
    regular: Callable[[sp.Expr], bool],
) -> bool:
    """Whether ``expr`` is a sum of E(w)*h with q and h analytic at the point, E at 0, and E even where w is sqrt(q).

    bound: the variables that leave the point, at which q vanishes.  analytic: whether a function is analytic in the
    symbol at 0; one that holds a variable of ``bound`` must be regular.  regular: whether an expression without w is
    analytic at the point.
    """
    found = _in_root(expr)
    if found is None:
        return False
    q, degree = found
    powers = {
        p: W ** (degree * p.exp) for p in expr.atoms(sp.Pow) if p.base == q and (degree * p.exp).is_Integer
    }
    replaced = expr.xreplace(powers).xreplace({q: W**degree})
    parity = 1 if degree == 1 else -1
    return regular(q) and any(
        _parts_analytic(form, parity, set(bound), analytic, regular)
        for form in dict.fromkeys((replaced, multiplied_out(replaced)))
    )


def _in_root(expr: sp.Expr) -> tuple[sp.Expr, int] | None:
    """Return q and 2 if sqrt(q) is the only root, q and 1 if nothing but q is divided by; None if neither is so."""
    powers = expr.atoms(sp.Pow)
    roots = {p.base for p in powers if p.exp.is_Rational and p.exp.q == 2}
    below = {p.base for p in powers if p.exp.is_Integer and p.exp < 0 and p.base.is_polynomial()}
    for bases, degree in ((roots, 2), (below, 1)):
        if bases:
            return (bases.pop(), degree) if len(bases) == 1 else None
    return None


def _parts_analytic(
    expr: sp.Expr,
    parity: int,
    bound: set[sp.Symbol],
    analytic: Callable[[sp.Expr, sp.Symbol], bool],
    regular: Callable[[sp.Expr], bool],
) -> bool:
    """Whether the sum of what multiplies each h, which has no w, is analytic in w at 0 and the same for w*parity."""
    parts: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(expr):
        beside, own = term.as_independent(W, as_Add=False)
        fixed, moving = beside.as_independent(*bound, as_Add=False)
        parts[moving] = parts.get(moving, sp.S.Zero) + fixed * own
    return all(
        regular(h) and is_zero(e - e.xreplace({W: parity * W})) is Decision.YES and analytic(e, W)
        for h, e in parts.items()
    )
