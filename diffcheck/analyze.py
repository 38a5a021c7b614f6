"""From a question to a decision: gaps, walls, the kinds of points on them, and what they mean together.

Off all gaps a composition of analytic functions is analytic.  On a wall the germs of both sides decide
(walls/sides.py). Where walls of branches meet, nothing new can happen: the complement of a set of codimension 2 in a
small ball is connected, so neighbouring pieces that agree to order k across every wall have one k-jet there.  Thin
sets on which a quotient, root or logarithm is singular are looked at by themselves (thin/around.py).
Read in order: analyze, then analysis/look.py, analysis/conclude.py, and findings/worded.py for the words.
"""

from __future__ import annotations

import time

from diffcheck.algebra.lower import lower
from diffcheck.analysis.conclude import conclude
from diffcheck.analysis.look import look
from diffcheck.analysis.work import Work
from diffcheck.conditions.facts import never_zero
from diffcheck.deadline import TimeOver, before, conclusion
from diffcheck.problem import Problem
from diffcheck.verdict import CINF, D1, Analysis
from diffcheck.walls.addends import Addends
from diffcheck.walls.gaps import Pieces
from diffcheck.walls.interior import interior, undecided

__all__ = ["analyze"]

# The time for the conclusion, as a part of the time for the look.
WORDS = 0.25


def analyze(problem: Problem, until: float | None = None) -> Analysis:
    """Decide the smoothness class of the question's function on its domain.

    until: the moment of ``time.monotonic()`` after which nothing more is looked at; None for that of a check of
    `deadline.LIMIT` seconds.  What was seen by then may prove that the function is not differentiable; to say so may
    take WORDS of the time longer.
    """
    start = time.monotonic()
    until = conclusion() if until is None else until
    tree = lower(problem.tree)
    names = tuple(dict.fromkeys([*problem.wrt, *problem.constants]))
    where = tuple(interior(problem.where, bordered=True))
    nonzero = never_zero(where)
    work = Work(problem, tree, where, names, nonzero, Addends(tree, nonzero), until=until)
    pieces = Pieces()
    try:
        with before(until):
            look(work, pieces)
    except TimeOver as over:
        if not any(leaf.outcome.level < D1 for leaf, _ in work.leaves):
            raise
        work.open.append(str(over))
        work.cut = True
    found = _concluded(work, pieces, until, WORDS * max(until - start, 0))
    border = next((c for c in where if c.rel == ">="), None)
    if border is not None and found.smoothness != CINF:
        raise undecided(border.expr)  # what was seen may be on the border alone
    return found


def _concluded(work: Work, pieces: Pieces, until: float, words: float) -> Analysis:
    try:
        with before(until + words):
            return conclude(work, pieces)
    except TimeOver:
        # What was seen stands also where there is no time for its words.
        work.brief = True
        with before(until + 2 * words):
            return conclude(work, pieces)
