"""SymPy expressions to text of the expression language, and the symbols everybody shares."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

__all__ = ["symbol"]


@lru_cache(maxsize=None)
def symbol(name: str) -> sp.Symbol:
    """Return the real symbol of a variable or constant."""
    return sp.Symbol(name, real=True)
