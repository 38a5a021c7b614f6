"""The class of a sum, a product or a composition from those of its parts, where the whole shows none by itself.

The sum of a function and a smooth one has its class, and so has its product with a smooth one without a zero there.
An analytic function of a smooth one is smooth, and if its slope has no zero, that of a continuous one has its class.
So exp(-1/x**2) + sin(x), glued at 0, is smooth: each term is, though the series never ends and never sees the first.
Gives up on: two parts that fail, and parts that end or have no value there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from diffcheck.language.tree import Node
from diffcheck.verdict import C0, CINF
from diffcheck.walls.outcome import OUTSIDE, Outcome

__all__ = ["of_parts"]

# Analytic on the line, with a slope that has no zero.
MONOTONE = ("exp", "atan", "erf")
ANALYTIC = (*MONOTONE, "sin", "cos")
# Of any number of parts.
MANY = ("add", "mul")

HOW = "sums, products and compositions with what is smooth change no class"


def of_parts(node: Node, judge: Callable[[Node], Outcome], nonzero: Callable[[Node], bool]) -> Outcome | None:
    """Return what happens to the whole where at most one of its parts is not smooth; None where more may be.

    judge: says what happens to a part; Undetermined where it cannot.  nonzero: whether a part that is smooth is proved
    to be no zero there.
    """
    parts = list(_parts(node))
    if not parts:
        return None
    outcomes = [judge(part) for part in parts]
    failing = [o for o in outcomes if o.level < CINF or o.kind is not None]
    if len(failing) > 1 or OUTSIDE in outcomes:
        return None
    if not failing:
        return Outcome(CINF, how=HOW)
    (found,) = failing
    smooth = [part for part, o in zip(parts, outcomes, strict=True) if o is not found]
    if node.op == "mul" and not all(map(nonzero, smooth)):
        return None
    if node.op not in MANY and (node.op not in MONOTONE or found.level < C0):
        return None
    return replace(found, left=None, right=None, size=None, factor=None, how=f"{HOW}: {found.how}")


def _parts(node: Node) -> Iterator[Node]:
    """Yield the terms of a sum or the factors of a product, however they are bracketed, or the argument."""
    if node.op in ANALYTIC or (node.op == "pow" and node.args[1].is_natural):
        yield node.args[0]
    elif node.op in MANY:
        for a in node.args:
            yield from _parts(a) if a.op == node.op else (a,)
