"""What an expression needs to have a real value: sqrt(u) that u >= 0, log(u) that u > 0, 1/u that u is not zero.

The table is said once.  Where all of it holds strictly an expression of analytic functions is analytic.
Read in order: demands.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from diffcheck.conditions.relations import Relation

__all__ = ["demands"]


def demands(expr: sp.Expr, *, everywhere: bool = False) -> Iterator[tuple[sp.Expr, Relation]]:
    """Yield (u, rel) with u rel 0 where ``expr`` has a real value, for all parts u that are no positive numbers.

    everywhere: leave out what a power with an open exponent asks, which has values at integers for negative bases too.

    >>> x, p = sp.symbols("x p", real=True)
    >>> list(demands(sp.log(x) / x + sp.asin(x)))
    [(x, '!='), (x, '>'), (1 - x, '>='), (x + 1, '>=')]
    >>> list(demands(x**p)), list(demands(x**p, everywhere=True))
    ([(x, '>=')], [])
    """
    for part in sp.preorder_traversal(expr):
        asked: list[tuple[sp.Expr, Relation]] = []
        if isinstance(part, sp.log):
            asked = [(part.args[0], ">")]
        elif isinstance(part, sp.asin | sp.acos):
            asked = [(1 - part.args[0], ">="), (1 + part.args[0], ">=")]
        elif part.is_Pow and part.exp.is_Rational:
            asked = _of_base(part.base, part.exp)
        elif part.is_Pow and not everywhere:
            asked = [(part.base, "!=" if part.exp.is_integer else ">=")]
        yield from ((u, rel) for u, rel in asked if not u.is_positive)


def _of_base(base: sp.Expr, exponent: sp.Rational) -> list[tuple[sp.Expr, Relation]]:
    if exponent.q == 1:
        return [(base, "!=")] if exponent < 0 else []
    return [(base, ">=" if exponent > 0 else ">")]
