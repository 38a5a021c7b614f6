"""Pieces of a function that no direction meets: they hold sway between curves that touch, as between x**2 and 2*x**2.

A piece that is analytic at the point agrees there with its neighbours as far as the walls between them say.  One in
which a quotient, a root or a logarithm is singular may do anything: relu((y - x**2)*(2*x**2 - y))/(x**2 + y**2)**2 is 0
on every line through the origin, and 1/4 in the limit on the curve y = 3/2*x**2.
Read in order: hidden.
Gives up on: integer parts of what is not homogeneous, more than MAX_PIECES pieces; they are taken to be hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sympy as sp

from diffcheck.algebra.printer import symbol
from diffcheck.algebra.valued import has_value
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.errors import Undetermined
from diffcheck.germs.expand import COMPARISONS, Expansion, UndefinedHere
from diffcheck.germs.germ import constant
from diffcheck.germs.resolve import BUILD, to_rational
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.thin.homogeneous import is_homogeneous
from diffcheck.thin.rays import Ray
from diffcheck.walls.gaps import Pieces, difference_of

__all__ = ["hidden"]

SINGULAR_ARGUMENT = {"div": 1, "pow": 0, "log": 0, "asin": 0}
MAX_PIECES = 64
# The size of a neighbourhood in which a piece is looked for; one that is not there is not beside the point.
NEAR = sp.Rational(1, 1000)


def hidden(tree: Node, rays: Sequence[Ray], bound: Sequence[str], known: Sequence[Constraint]) -> bool:
    """Whether there may be a piece beside the point that no direction meets, and that is singular there.

    known: what holds near the point.
    """
    ray = rays[0]
    still = Expansion(ray.algebra, ray.expansion.place, {n: constant(p) for n, p in ray.base.items()})
    singular = [
        node
        for node in _reachable(tree, ray, bound, still)
        if node.op in SINGULAR_ARGUMENT and _singular_at(still, node)
    ]
    if not singular:
        return False
    if any(not any(r.expansion.met(node) for r in rays) for node in singular):
        return True
    if all(is_homogeneous(r) for r in rays):
        return False  # every point nearby is on a line of one kind
    return _Unseen(tree, rays, bound, still).any(known)


class _Unseen:
    """Looks for a choice of branches that holds at points near a place, and on no ray."""

    def __init__(self, tree: Node, rays: Sequence[Ray], bound: Sequence[str], still: Expansion) -> None:
        self.tree = tree
        self.rays = rays
        self.bound = set(bound)
        self.still = still

    def any(self, known: Sequence[Constraint]) -> bool:
        """Whether there may be one."""
        names = self.rays[0].base
        steps = (symbol(n) - names[n] for n in self.bound)
        ball = Constraint(NEAR**2 - sp.Add(*(h**2 for h in steps)), ">")
        if any(n.op == "floor" for n in self.tree.distinct()):
            return True
        try:
            for count, (choices, signs) in enumerate(self._pieces({})):
                if count >= MAX_PIECES:
                    return True
                if any(all(r.expansion.choices.get(n) is c for n, c in choices.items()) for r in self.rays):
                    continue
                asked = [Constraint(g, ">" if s > 0 else "<") for g, s in signs.items()]
                if reach([*asked, ball, *known]).status is not Status.UNSAT:
                    return True
        except (UndefinedHere, ZeroDivisionError, Undetermined):
            return True
        return False

    def _pieces(
        self, signs: Mapping[sp.Expr, int]
    ) -> Iterator[tuple[Mapping[Node, bool], Mapping[sp.Expr, int]]]:
        """Yield choices of branches, and the signs of differences that make them; those are what is open at first."""
        one = _Piece(self, signs)
        turn = one.open(self.tree)
        if turn is None:
            yield one.choices, signs
            return
        for sign in (1, -1):
            yield from self._pieces({**signs, turn: sign})


class _Piece:
    """One piece of a tree, as far as signs of differences decide which."""

    def __init__(self, search: _Unseen, signs: Mapping[sp.Expr, int]) -> None:
        self.search = search
        self.signs = signs
        self.choices: dict[Node, bool] = {}
        self._known: dict[Node, sp.Expr] = {}

    def open(self, node: Node) -> sp.Expr | None:
        """Return a difference whose sign must be known to evaluate a part; None if no other is."""
        try:
            self._value(node)
        except _Open as turn:
            return turn.difference
        return None

    def _value(self, node: Node) -> sp.Expr:
        if node not in self._known:
            self._known[node] = self._evaluated(node)
        return self._known[node]

    def _evaluated(self, node: Node) -> sp.Expr:
        if node.op == NUMBER:
            return to_rational(node.leaf)
        if node.op == NAME:
            return symbol(str(node.leaf))
        if node.op == "where":
            self.choices[node] = self._holds(node.args[0])
            return self._value(node.args[1 if self.choices[node] else 2])
        return BUILD[node.op](*map(self._value, node.args))

    def _holds(self, condition: Node) -> bool:
        if condition.op not in COMPARISONS:
            parts = map(self._holds, condition.args)
            if condition.op == "not":
                return not next(parts)
            return all(parts) if condition.op == "and" else any(parts)
        if condition.op in {"eq", "ne"}:
            return condition.op == "ne"
        if not self.search.bound & set(condition.names()):
            return self.search.rays[0].expansion.holds(condition)
        kept = _kept(self.search.still, condition)
        if kept is not None:
            return kept
        difference = self._value(difference_of(condition))
        if difference.is_number:
            return COMPARISONS[condition.op](self.search.still.place.sign(difference))
        for g, turn in ((difference, 1), (-difference, -1)):
            if g in self.signs:
                return COMPARISONS[condition.op](turn * self.signs[g])
        raise _Open(difference)


class _Open(Exception):
    """A sign that is not chosen yet."""

    def __init__(self, difference: sp.Expr) -> None:
        super().__init__(str(difference))
        self.difference = difference


def _reachable(tree: Node, ray: Ray, bound: Sequence[str], still: Expansion) -> Iterator[Node]:
    """Return the parts that are evaluated somewhere near.

    A condition on constants alone is the same all around, and so is one whose sides differ at the point itself.
    """

    def evaluated(node: Node) -> Sequence[Node]:
        taken = ray.expansion.choices.get(node) if node.op == "where" else None
        if isinstance(taken, bool) and not set(node.args[0].names()) & set(bound):
            return node.args[0], node.args[1 if taken else 2]
        kept = _kept(still, node.args[0]) if node.op == "where" else None
        return node.args if kept is None else (node.args[0], node.args[1 if kept else 2])

    return tree.distinct(evaluated)


def _kept(still: Expansion, condition: Node) -> bool | None:
    """Return the truth that a condition keeps near the point: every comparison in it has different sides there.

    None where one has not, or where that is not seen.
    """
    try:
        if condition.op in COMPARISONS:
            sign = _kept_sign(still, condition)
            return None if sign is None else COMPARISONS[condition.op](sign)
        parts = [_kept(still, part) for part in condition.args]
    except (UndefinedHere, ZeroDivisionError, Undetermined):
        return None
    if None in parts:
        return None
    if condition.op == "not":
        return not parts[0]
    return all(parts) if condition.op == "and" else any(parts)


def _kept_sign(still: Expansion, comparison: Node) -> int | None:
    """Return the sign of all pieces that a difference can have near the point, if it is one and they are continuous."""
    found: set[int] = set()
    for value in _values_beside(still, difference_of(comparison)):
        if value is None:
            return None
        found.add(still.place.sign(value))
    return found.pop() if len(found) == 1 and 0 not in found else None


def _values_beside(still: Expansion, node: Node) -> Iterator[sp.Expr | None]:
    """Yield the values at the point of all pieces that a part can have near it; None for one that may be singular.

    A branch whose own condition keeps its truth nearby is one piece: abs(x) + 1 is x + 1 where x is 3.
    """
    at = {symbol(n): g.terms[0][0] if g.terms else sp.S.Zero for n, g in still.base.items()}
    for assignment, piece in Pieces().with_choices(node):
        if any(_kept(still, part.args[0]) is (not taken) for part, taken in assignment):
            continue
        value = piece.xreplace(at)
        rounded = any(s.is_integer for s in piece.free_symbols)
        singular = rounded or not has_value(value) or any(p.base == 0 for p in value.atoms(sp.Pow))
        yield None if singular else value


def _singular_at(still: Expansion, node: Node) -> bool:
    """Whether the gap of a quotient, power, logarithm or asin vanishes at the point, or may, for any of its pieces."""
    if node.op == "pow" and node.args[1].is_natural:
        return False
    try:
        return any(
            value is None or still.place.sign(1 - value**2 if node.op == "asin" else value) == 0
            for value in _values_beside(still, node.args[SINGULAR_ARGUMENT[node.op]])
        )
    except Undetermined:
        return True
