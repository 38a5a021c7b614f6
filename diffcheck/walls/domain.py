"""Does the expression have a value anywhere?  sqrt(-1 - x**2) has none, and then there is nothing to decide.

A point is looked for where the walls show one, then at exact generic points of the constraints; what is found is exact.
A value at the point is not enough: (-1)**x has one at integers, and at no point beside them.
No point found is no proof that there is none, so the answer is then a reason, not a verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice, pairwise, product

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol
from diffcheck.algebra.valued import is_undefined
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import reach
from diffcheck.errors import Undetermined
from diffcheck.germs.expand import Expansion, UndefinedHere
from diffcheck.germs.germ import Algebra, Germ, Mono, NeedMoreTerms, constant
from diffcheck.germs.resolve import BUILD
from diffcheck.language.tree import Node, number, substitute
from diffcheck.walls.cell import BadWitness, Cell, Refine
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import COMPARISONS, Pieces, difference_of
from diffcheck.walls.interior import RELATIONS
from diffcheck.walls.outcome import OUTSIDE
from diffcheck.walls.points import GENERIC

__all__ = ["demanded", "inhabited"]

SIZES = (sp.Integer(1), sp.Integer(-1), sp.Integer(4), sp.Rational(-1, 5), sp.Rational(1, 11), sp.Integer(-9))
MAX_POINTS = 80

Example = dict[sp.Symbol, sp.Expr]


def inhabited(tree: Node, names: Sequence[str], where: Sequence[Constraint], leaves: Sequence[Leaf]) -> bool:
    """Whether a point is known beside which the lowered ``tree`` has values and the constraints hold."""
    if any(leaf.outcome.how != OUTSIDE.how for leaf in leaves):
        return True

    def met(parts: Sequence[Node]) -> bool:
        points = _points([symbol(n) for n in names], where, leaves)
        return any(all(_has_value(part, names, point) for part in parts) for point in points)

    if met([tree]):
        return True
    plain, zero = _without_zeros(tree)
    return bool(zero) and met([plain, *zero])


def _without_zeros(tree: Node) -> tuple[Node, list[Node]]:
    """Return a tree with 0 for parts that are zero by an identity, and these parts.

    That sin(x)**2 + cos(x)**2 - 1 is 0 is seen in no germ, however many terms it has.
    """
    pieces, zero = Pieces(), list[Node]()

    def shown(node: Node) -> Node | None:
        if node.op == "where":
            if node.args[0].op not in COMPARISONS or not is_zero_part(difference_of(node.args[0])):
                return None
            return substitute(node.args[1 if node.args[0].op in {"le", "ge", "eq"} else 2], shown)
        return number(0) if node.op == "add" and is_zero_part(node) else None

    def is_zero_part(node: Node) -> bool:
        found = bool(node.names()) and all(is_zero(e) is Decision.YES for e in pieces.of(node))
        zero.extend([node] if found else [])
        return found

    return substitute(tree, shown), zero


def _points(
    symbols: Sequence[sp.Symbol], where: Sequence[Constraint], leaves: Sequence[Leaf]
) -> Iterator[Example]:
    generic = {s: GENERIC[i % len(GENERIC)] for i, s in enumerate(symbols)}
    if where:
        answer = reach(list(where))
        if answer.witness is not None:
            yield generic | {s: v for s, v in answer.witness.items() if s in generic}
    for signs in islice(product(SIZES, repeat=min(len(symbols), 3)), MAX_POINTS):
        point = {s: generic[s] * signs[i % len(signs)] for i, s in enumerate(symbols)}
        if all(holds(c, point) for c in where):
            yield point
    yield from _between_walls(symbols, leaves)


def _between_walls(symbols: Sequence[sp.Symbol], leaves: Sequence[Leaf]) -> Iterator[Example]:
    """On a line, every interval that the walls leave has a point in this list."""
    if len(symbols) != 1:
        return
    (x,) = symbols
    exact = (
        leaf.wall.point().get(x.name)
        for leaf in leaves
        if not leaf.wall.integers and leaf.wall.implicit is None
    )
    places = sorted({sp.Rational(str(sp.N(e, 30))) for e in exact if e is not None and not e.free_symbols})
    for a, b in pairwise(places):
        yield {x: (a + b) / 2}
    if places:
        yield {x: places[0] - 1}
        yield {x: places[-1] + 1}


def _has_value(tree: Node, names: Sequence[str], point: Example) -> bool:
    cell = Cell(point, local=True)
    algebra = Algebra(cell, 2)
    # Not at the same speed, lest x - y stay as it is.
    line = {
        n: algebra.add(constant(point[symbol(n)]), Germ(((sp.Rational(i, i + 1), Mono(sp.S.One)),)))
        for i, n in enumerate(names, start=1)
    }
    try:
        Expansion(algebra, cell, line).value(tree)
    except (UndefinedHere, ZeroDivisionError, Undetermined, NeedMoreTerms, BadWitness, Refine):
        return False
    return True


def demanded(tree: Node, constants: Collection[str]) -> Iterator[Constraint]:
    """Yield what the constants satisfy wherever the lowered ``tree`` has a value: c > 0 for sqrt(c)*abs(x).

    Only what is evaluated everywhere counts, not the branches of a `where`; borders are no general position.
    """
    stack, seen = [tree], {tree}
    while stack:
        node = stack.pop()
        args = node.args[:1] if node.op == "where" else node.args
        stack += [a for a in args if a not in seen]
        seen.update(args)
        root = node.op == "pow" and not node.args[1].names() and not to_sympy(node.args[1]).is_Integer
        names = set(node.args[0].names()) if root or node.op in {"log", "asin"} else set()
        if names and names <= set(constants):
            u = _with_magnitudes(node.args[0])
            yield Constraint(1 - u**2 if node.op == "asin" else u, ">")


def _with_magnitudes(node: Node) -> sp.Expr:
    """Return a formula in which branches that meet are magnitudes: max(a, b) is (a + b + |a - b|)/2."""
    if node.op == "where":
        return _as_magnitude(node)
    return BUILD[node.op](*map(_with_magnitudes, node.args)) if node.op in BUILD else to_sympy(node)


def _as_magnitude(node: Node) -> sp.Expr:
    """Return b + r*(g + |g|)/2 for where(g > 0, a, b) with a - b = r*g."""
    condition, first, second = node.args
    if condition.op in RELATIONS:
        above, below = (first, second) if RELATIONS[condition.op] == ">" else (second, first)
        gap, high, low = map(_with_magnitudes, (difference_of(condition), above, below))
        undefined = gap == 0 or any(map(is_undefined, (gap, high, low)))
        rate = sp.nan if undefined else sp.cancel((high - low) / gap)
        if rate.is_Rational:
            return low + rate * (gap + sp.Abs(gap)) / 2
    return to_sympy(node)
