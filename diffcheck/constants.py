"""Constants: which classes occur on open regions of them.

A leaf (explore.py) happens for the constants that some point of it has.  For each kind of constants met on the way,
the class of the function is the worst of the leaves that have a point there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from diffcheck.explore import Leaf, constraints_on
from diffcheck.printer import symbol, text_of
from diffcheck.reach import Constraint, Status, reach
from diffcheck.verdict import CINF, Smoothness

__all__ = ["Region", "regions"]

MAX_SAMPLES = 24


@dataclass(frozen=True, slots=True)
class Region:
    """An open region of the constants, by an example, and the class there."""

    smoothness: Smoothness
    condition: str
    example: Mapping[sp.Symbol, sp.Expr]


def regions(leaves: Sequence[Leaf], constants: Sequence[str], where: Sequence[Constraint]) -> list[Region]:
    """Return one region for every class that occurs on an open set of constants."""
    symbols = [symbol(c) for c in constants]
    bad = [leaf for leaf in leaves if leaf.outcome.level < CINF]
    if not bad:
        return [Region(CINF, "", {})]
    worst = min(leaf.outcome.level for leaf in bad)
    if not symbols or any(leaf.outcome.level == worst and _everywhere(leaf, symbols, where) for leaf in bad):
        return [Region(worst, "", {})]
    found: dict[Smoothness, Region] = {}
    for example in _examples(leaves, symbols, where):
        level = min((b.outcome.level for b in bad if _occurs(b, example, where)), default=CINF)
        if level not in found:
            found[level] = Region(level, _condition(bad, example, symbols, where), example)
    return sorted(found.values(), key=lambda r: r.smoothness)


def _everywhere(leaf: Leaf, symbols: Sequence[sp.Symbol], where: Sequence[Constraint]) -> bool:
    """Whether the leaf plainly has a point for all constants: nothing that defines it restricts them."""
    constants = set(symbols)
    defined = [*leaf.conditions, *constraints_on(leaf.wall, where)]
    bound = any(symbol(n) in constants for n, _ in leaf.wall.base)
    return not bound and not any(c.expr.free_symbols & constants for c in defined)


def _examples(
    leaves: Sequence[Leaf], symbols: Sequence[sp.Symbol], where: Sequence[Constraint]
) -> list[dict[sp.Symbol, sp.Expr]]:
    """Return values of the constants: those of every leaf, and those on the other side of its conditions."""
    out: dict[tuple[sp.Expr, ...], dict[sp.Symbol, sp.Expr]] = {}

    def keep(point: Mapping[sp.Symbol, sp.Expr]) -> None:
        if all(s in point for s in symbols) and len(out) < MAX_SAMPLES:
            out[tuple(point[s] for s in symbols)] = {s: point[s] for s in symbols}

    own = [c for c in where if c.expr.free_symbols and c.expr.free_symbols <= set(symbols)]
    for leaf in leaves:
        values = {symbol(n): e.subs(dict(leaf.witness)) for n, e in leaf.wall.base}
        keep({**leaf.witness, **{s: v for s, v in values.items() if v.is_Rational}})
    turned = [c for leaf in leaves for c in (*leaf.conditions, *constraints_on(leaf.wall, where))]
    for c in dict.fromkeys(turned):
        if c.expr.free_symbols and c.expr.free_symbols <= set(symbols):
            for rel in ("<", ">"):
                answer = reach([*own, Constraint(c.expr, rel)])  # type: ignore[arg-type]
                if answer.witness is not None:
                    keep({**_defaults(symbols), **answer.witness})
    return list(out.values())


def _defaults(symbols: Sequence[sp.Symbol]) -> dict[sp.Symbol, sp.Expr]:
    return {s: sp.Rational(3 + 2 * i, 7 + i) for i, s in enumerate(symbols)}


def _occurs(leaf: Leaf, example: Mapping[sp.Symbol, sp.Expr], where: Sequence[Constraint]) -> bool:
    """Whether the leaf has a point for these constants."""
    bound = {symbol(n): e for n, e in leaf.wall.base}
    fixed = [Constraint(bound[s] - v, "=") for s, v in example.items() if s in bound]
    known = [*constraints_on(leaf.wall, where), *leaf.conditions]
    asked = [*fixed, *(Constraint(c.expr.xreplace(dict(example)), c.rel) for c in known)]
    if leaf.wall.implicit is not None:
        asked = [c for c in asked if leaf.wall.implicit.symbol not in c.expr.free_symbols]
    return reach(asked).status is not Status.UNSAT if asked else True


def _condition(
    bad: Sequence[Leaf], example: Mapping[sp.Symbol, sp.Expr], symbols: Sequence[sp.Symbol], where: Sequence[Constraint]
) -> str:
    """Return what the constants of the region satisfy, from the conditions of the leaves that involve only them."""
    stated = {(c.expr, c.rel) for c in where}
    texts: dict[str, None] = {}
    for leaf in bad:
        for c in (*leaf.conditions, *constraints_on(leaf.wall, where)):
            if c.expr.free_symbols and c.expr.free_symbols <= set(symbols) and (c.expr, c.rel) not in stated:
                value = c.expr.subs(dict(example))
                if value.is_positive or value.is_negative:
                    texts[f"{text_of(c.expr)} {'>' if value.is_positive else '<'} 0"] = None
    return " and ".join(texts)
