"""A max or min of k*u and k*clip(u, lo, hi) by the sign of k: two plain corners in the place of three nested ones.

The clipped objective min(r*A, clip(r, lo, hi)*A) turns where r meets an end of the clip, and where both arguments
meet, which is all along the middle of the clip: smoothed as it stands its parts are smoothed into each other.  With
lo <= hi,
    max(u, clip(u, lo, hi)) = max(u, lo),    min(u, clip(u, lo, hi)) = min(u, hi),
and max(k*a, k*b) is k*max(a, b) for k >= 0, k*min(a, b) for k <= 0, so that with any common term c
    max(k*u + c, k*clip(u, lo, hi) + c) = c + where(k > 0, k*max(u, lo), k*min(u, hi)),
and min the other way round.  Proved in docs/proofs.md, "Factors and clips".
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from diffcheck.language.tree import Node, number, substitute
from diffcheck.language.unparse import unparse
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.polynomial import (
    ONE,
    Poly,
    add,
    divide,
    from_poly,
    multiply,
    opaque_parts,
    to_poly,
)
from diffcheck.suggest.shape import recognise

__all__ = ["factored"]


def factored(tree: Node, facts: Facts, variables: Collection[str]) -> Node:
    """Return an equal expression without a clip beside its own argument in a max or min.

    >>> from diffcheck.language.parse import parse
    >>> from diffcheck.language.unparse import unparse
    >>> unparse(factored(parse("min(r*k, clip(r, 0, 1)*k)"), Facts(()), ["r"]))
    'where(k > 0, k*min(r, 1), k*max(r, 0))'
    """
    names = frozenset(variables)

    def written(node: Node) -> Node | None:
        if node.op not in ("max", "min") or len(node.args) != 2:
            return None
        try:
            found = _by_sign(node, facts, names)
        except ValueError:
            return None
        return None if found is None else Node(found.op, found.args, found.leaf, node.span)

    return substitute(tree, written)


def _by_sign(node: Node, facts: Facts, variables: frozenset[str]) -> Node | None:
    a, b = (to_poly(arg) for arg in node.args)
    for part in sorted(opaque_parts(a) ^ opaque_parts(b), key=unparse):
        clip = recognise(part, facts) if part.op in ("clip", "min", "max") else None
        if clip is None or clip.target != "clip" or clip.offset is not None:
            continue
        one, other = (a, b) if part in opaque_parts(b) else (b, a)
        k = _factor(add(other, one, -1), part, to_poly(clip.bindings["u"]))
        if k and not variables.intersection(from_poly(k).names()):
            rest = add(one, multiply(k, to_poly(clip.bindings["u"])), -1)
            rising = Node("max", (clip.bindings["u"], clip.bindings["lo"]))
            falling = Node("min", (clip.bindings["u"], clip.bindings["hi"]))
            ends = (rising, falling) if node.op == "max" else (falling, rising)
            return _sum(k, ends, rest, facts)
    return None


def _factor(gap: Poly, part: Node, u: Poly) -> Poly | None:
    """Return k with gap = k*(part - u), or None."""
    return divide(gap, add({(part,): Fraction(1)}, u, -1))


def _sum(k: Poly, ends: tuple[Node, Node], rest: Poly, facts: Facts) -> Node:
    """Return rest + k*ends[0] where k > 0, rest + k*ends[1] elsewhere; one of them where the sign of k is known."""
    sign = facts.sign(k)
    above, below = (_times(k, end) for end in ends)
    total = above if sign > 0 else below
    if not sign:
        total = Node("where", (Node("gt", (from_poly(k), number(0))), above, below))
    return total if not rest else Node("add", (from_poly(rest), total))


def _times(k: Poly, node: Node) -> Node:
    return node if k == ONE else Node("mul", (from_poly(k), node))
