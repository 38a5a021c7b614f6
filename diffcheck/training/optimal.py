"""When the corner of a sum over samples is its minimiser: a condition on all data together.

Let E(w) = r(w) + mean of t(w, v_i) be convex in its only variable w, and w_0 a number that no sample moves.  The
one-sided slopes of E at w_0 are the means of those of r + t.  Let them be A_i - b and A_i + b, where b is no sample's,
so that E has the slopes mean(A_i) - b and mean(A_i) + b.  w_0 is a minimiser exactly if the one below is not positive
and the one above not negative (Rockafellar 1970, theorem 23.2): if abs(mean(A_i)) <= b.  Of several variables this is
said of each with the others held: a minimiser in all is one in each.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import shown
from diffcheck.errors import InputError
from diffcheck.findings.places import Place
from diffcheck.language.parse import parse
from diffcheck.language.reductions import indices_of
from diffcheck.problem import Problem
from diffcheck.verdict import Finding, Kind

__all__ = ["alone", "lowest_if"]


def alone(problem: Problem, place: Place) -> Problem | None:
    """Return the question in the only variable that a place names, all others held; None where it names several."""
    named = [n for n in problem.wrt if n in place.names()]
    if len(named) != 1:
        return None
    held = (n for n in problem.wrt if n not in named)
    return replace(problem, wrt=tuple(named), constants=(*problem.constants, *held))


def lowest_if(problem: Problem, finding: Finding, place: Place) -> str | None:
    """Return the condition under which the place is a minimiser of the sum; None if it is none of this kind.

    The question is about one variable, in which the sum has to be convex: that is the caller's to show.
    """
    samples = problem.samples
    if samples is None or samples.reduction != "mean" or {*finding.direction} != {*problem.wrt}:
        return None
    letters = set(samples.over)
    moved = any(letters & {*indices_of(n)} for n in place.names())
    if moved or finding.kind is not Kind.CORNER or not finding.left or not finding.right:
        return None
    try:
        below, above = (to_sympy(parse(slope)) for slope in (finding.left, finding.right))
    except InputError:
        return None
    middle, half = sp.expand((below + above) / 2), sp.expand((above - below) / 2)
    if any(letters & {*indices_of(str(s))} for s in half.free_symbols):
        return None
    pull = -middle if middle.could_extract_minus_sign() else middle
    return f"abs(mean({shown(pull)})) <= {shown(half)}"
