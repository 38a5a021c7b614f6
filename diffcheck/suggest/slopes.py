"""How steep is a function phi of a size s >= 0, written in branches that conditions on s choose between?

SCAD, MCP and their kind are phi(abs(u)).  Where phi is continuous and has a derivative between 0 and L on each branch,
phi(s + e) - phi(s) has the sign of e and is no larger than L*|e|, for all s, s + e >= 0; where the derivative is only
known to be at most L in size, nothing is known of the sign (mean value theorem, on each piece of the segment).
That branches meet is an identity; that a derivative is never beyond is refuting its opposite, of which only an answer
"unsatisfiable" counts.  Proved in docs/proofs.md, "Functions of a size".
Gives up on: conditions that are not affine in s, branches inside branches that are no branches of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol, text_of
from diffcheck.atoms import ATOMS
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import OPPOSITE
from diffcheck.errors import Undetermined
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.walls.interior import RELATIONS, interior

__all__ = ["Steepness", "bending", "steepness"]

# Each pair of branches is asked about.
MOST = 4
_BRANCHES = frozenset(
    {"where", "abs", "max", "min", "relu", "clip", "sign", "heaviside", "floor", "ceil", "round"}
)


@dataclass(frozen=True, slots=True)
class Steepness:
    """A bound of the size of the derivative, and whether it is never negative."""

    bound: Node
    rising: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A branch and what holds where it is taken, borders left out."""

    value: sp.Expr
    where: tuple[Constraint, ...]


@lru_cache(maxsize=128)
def steepness(phi: Node, size: str, conditions: tuple[Node, ...]) -> Steepness | None:
    """Return how steep ``phi`` is in the name ``size``, which is never negative; None where that is not proved.

    conditions: what is known of the constants.
    """
    s = symbol(size)
    found = _read(phi, conditions, s)
    if found is None:
        return None
    pieces, known = found
    bound = _bound([sp.diff(piece.value, s) for piece in pieces], pieces, s, known)
    if bound is None:
        return None
    rising = all(_never(Constraint(sp.diff(piece.value, s), "<"), (*known, *piece.where)) for piece in pieces)
    return Steepness(bound, rising)


@lru_cache(maxsize=128)
def bending(phi: Node, size: str, conditions: tuple[Node, ...]) -> Node | None:
    """Return a bound of the second derivative of ``phi`` where the first is continuous; None if that is not proved.

    phi: one that ``steepness`` can tell of.  The derivative is then Lipschitz with this constant.
    """
    s = symbol(size)
    found = _read(phi, conditions, s)
    if found is None:
        return None
    pieces, known = found
    slopes = [_Piece(sp.diff(piece.value, s), piece.where) for piece in pieces]
    if not _continuous(slopes, s, known):
        return None
    return _bound([sp.diff(piece.value, s, 2) for piece in pieces], pieces, s, known)


def _read(
    phi: Node, conditions: tuple[Node, ...], s: sp.Symbol
) -> tuple[list[_Piece], tuple[Constraint, ...]] | None:
    """Return the pieces of a continuous function and what is known of them, or None."""
    try:
        pieces = list(_pieces(phi, ()))
        known = (*interior(conditions), Constraint(s, ">"))
    except (Undetermined, ValueError):
        return None
    return (pieces, known) if 1 < len(pieces) <= MOST and _continuous(pieces, s, known) else None


def _bound(
    slopes: Sequence[sp.Expr], pieces: Sequence[_Piece], s: sp.Symbol, known: tuple[Constraint, ...]
) -> Node | None:
    """Return a bound of the size of one expression for each piece, each where its piece is taken; or None."""
    seams = [sp.S.Zero, *(seam for piece in pieces for c in piece.where for seam in _seams(c, s))]
    bounds: list[sp.Expr] = []
    for piece, slope in zip(pieces, slopes, strict=True):
        here = (*known, *piece.where)
        found = next((b for b in _candidates(slope, s, seams, bounds) if _bounded(slope, b, here)), None)
        if found is None:
            return None
        bounds += [found] if found not in bounds else []
    return _largest(bounds, known)


def _pieces(node: Node, where: tuple[Constraint, ...]) -> Iterator[_Piece]:
    if node.op != "where":
        if any(part.op in _BRANCHES for part in node.walk()):
            raise ValueError("a branch inside a term")
        if not all(part.op in (NAME, NUMBER) or ATOMS[part.op].syntax != "logic" for part in node.walk()):
            raise ValueError("a condition inside a term")
        yield _Piece(to_sympy(node), where)
        return
    condition, a, b = node.args
    if condition.op not in RELATIONS:
        raise ValueError("no comparison")
    gap = to_sympy(condition.args[0]) - to_sympy(condition.args[1])
    taken = RELATIONS[condition.op]
    yield from _pieces(a, (*where, Constraint(gap, taken)))
    yield from _pieces(b, (*where, Constraint(gap, OPPOSITE[taken])))


def _seams(condition: Constraint, s: sp.Symbol) -> list[sp.Expr]:
    """Return where an affine condition changes; none where it does not depend on ``s``."""
    gap = sp.expand(condition.expr)
    rate = sp.diff(gap, s)
    if rate == 0 or rate.has(s):
        return []
    return [sp.cancel(-gap.subs(s, 0) / rate)]


def _continuous(pieces: Sequence[_Piece], s: sp.Symbol, known: tuple[Constraint, ...]) -> bool:
    """Whether any two branches have one value at every seam at which both can be."""
    if any(c.expr.has(s) and not _seams(c, s) for piece in pieces for c in piece.where):
        return False
    for one, other in combinations(pieces, 2):
        for seam in dict.fromkeys(x for c in (*one.where, *other.where) for x in _seams(c, s)):
            if is_zero((one.value - other.value).subs(s, seam)) is Decision.YES:
                continue
            closed = [
                Constraint(c.expr.subs(s, seam), ">=" if c.rel == ">" else "<=")
                for c in (*one.where, *other.where)
            ]
            at = [Constraint(c.expr.subs(s, seam), c.rel) for c in known if c.expr != s]
            if reach([*closed, *at, Constraint(seam, ">=")]).status is not Status.UNSAT:
                return False
    return True


def _candidates(slope: sp.Expr, s: sp.Symbol, seams: list[sp.Expr], before: list[sp.Expr]) -> list[sp.Expr]:
    """Return constants that may bound a slope: what is there already, and its values at 0 and at seams."""
    values = [slope] if not slope.has(s) else [sp.cancel(slope.subs(s, x)) for x in dict.fromkeys(seams)]
    sizes = [size for v in values for size in ((-v, v) if v.could_extract_minus_sign() else (v, -v))]
    return [v for v in dict.fromkeys([*before, *sizes]) if not v.has(sp.zoo, sp.nan, sp.oo)]


def _bounded(slope: sp.Expr, bound: sp.Expr, here: tuple[Constraint, ...]) -> bool:
    return _never(Constraint(slope - bound, ">"), here) and _never(Constraint(slope + bound, "<"), here)


def _never(condition: Constraint, here: tuple[Constraint, ...]) -> bool:
    return reach([condition, *here]).status is Status.UNSAT


def _largest(bounds: list[sp.Expr], known: tuple[Constraint, ...]) -> Node | None:
    """Return the largest of some bounds, as a max where none is proved to be; None where it may be negative."""
    for b in bounds:
        if all(_never(Constraint(other - b, ">"), known) for other in bounds if other is not b):
            return parse(text_of(b)) if _never(Constraint(b, "<"), known) else None
    if not any(_never(Constraint(b, "<"), known) for b in bounds):
        return None
    return Node("max", tuple(parse(text_of(b)) for b in bounds))
