"""Gaps: where an expression can fail, read off the lowered tree.

Every elementary row is analytic off the zeros of its gap: a comparison u < v has u - v, a quotient its denominator, a
logarithm or a real power its argument, asin has u - 1 and u + 1, floor has u - k for a symbolic integer k.
A gap that itself contains branches is written out once for every combination of branches, so that each gap is analytic.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from diffcheck.algebra.printer import inner_symbol, symbol
from diffcheck.algebra.valued import is_undefined
from diffcheck.errors import Undetermined
from diffcheck.germs.resolve import BUILD, to_rational
from diffcheck.language.tree import NAME, NUMBER, Node, name, number, substitute

__all__ = [
    "COMPARISONS",
    "DECIDING",
    "OPERAND",
    "Assignment",
    "Gap",
    "Meeting",
    "Pieces",
    "borders",
    "closes",
    "comparisons_that_meet",
    "difference_of",
    "gaps",
    "gaps_of",
    "gaps_of_parts",
    "meetings",
    "steps_of",
]

MAX_PIECES = 600


@dataclass(frozen=True, slots=True)
class Gap:
    """One analytic expression whose zeros matter.

    part: the node that has it.  thin: zero sets of codimension 2 matter too, for a pole, a root or a logarithm, and
    for a comparison whose branches do not meet where both sides are equal.
    """

    expr: sp.Expr
    part: Node
    thin: bool


Assignment = tuple[tuple[Node, bool], ...]


class Pieces:
    """Writes out the analytic pieces of a tree."""

    def __init__(self) -> None:
        self.integers: dict[Node, sp.Symbol] = {}
        self._memo: dict[Node, tuple[tuple[Assignment, sp.Expr], ...]] = {}

    def of(self, node: Node) -> tuple[sp.Expr, ...]:
        """Return every expression that ``node`` can be, off the gaps."""
        return tuple(dict.fromkeys(expr for _, expr in self._pieces(node)))

    def with_choices(self, node: Node) -> tuple[tuple[Assignment, sp.Expr], ...]:
        """Return the same expressions with the branches that make each of them."""
        return self._pieces(node)

    def steps(self, expr: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
        """Return (u, k) for every integer k in ``expr`` that stands for floor(u), when u is one analytic piece.

        Where a side has floor(u) = k, the limit of u from that side is in [k, k + 1].
        """
        found = []
        for node, k in tuple(self.integers.items()):  # writing out a piece may number others
            pieces = self.of(node.args[0]) if k in expr.free_symbols else ()
            if len(pieces) == 1 and all(
                s in expr.free_symbols for s in pieces[0].free_symbols if s.is_integer
            ):
                found.append((pieces[0], k))
        return tuple(found)

    def _pieces(self, node: Node) -> tuple[tuple[Assignment, sp.Expr], ...]:
        known = self._memo.get(node)
        if known is None:
            known = self._memo[node] = tuple(self._make(node))
        return known

    def _make(self, node: Node) -> Iterator[tuple[Assignment, sp.Expr]]:
        if node.op == NUMBER:
            yield (), to_rational(node.leaf)
        elif node.op == NAME:
            yield (), symbol(str(node.leaf))
        elif node.op == "floor":
            k = self.integers.setdefault(node, inner_symbol(f"k{len(self.integers)}", integer=True))
            yield (), k
        elif node.op == "where":
            for taken, branch in ((True, node.args[1]), (False, node.args[2])):
                for assignment, expr in self._pieces(branch):
                    joined = _joined(assignment, ((node, taken),))
                    if joined is not None:
                        yield joined, expr
        else:
            yield from self._compose(node)

    def _compose(self, node: Node) -> Iterator[tuple[Assignment, sp.Expr]]:
        seen: dict[tuple[Assignment, sp.Expr], None] = {}
        for combination in product(*(self._pieces(a) for a in node.args)):
            assignment: Assignment | None = ()
            for part, _ in combination:
                assignment = None if assignment is None else _joined(assignment, part)
            if assignment is None:
                continue
            seen[assignment, _built(node.op, [expr for _, expr in combination])] = None
            if len(seen) > MAX_PIECES:
                raise Undetermined(f"more than {MAX_PIECES} smooth pieces in one part")
        # One without a value anywhere, such as atan(x/0) in atan2(x, y - y), has no zeros; its division has a gap.
        yield from [piece for piece in seen if not is_undefined(piece[1])] or seen


def _built(op: str, args: Sequence[sp.Expr]) -> sp.Expr:
    """Return an operation off its gaps: 0**u is 0 where u > 0, and has no value where u < 0."""
    if op == "pow" and args[0] == 0 and args[1].free_symbols:
        return sp.S.Zero
    return BUILD[op](*args)


def _joined(a: Assignment, b: Assignment) -> Assignment | None:
    """Return both assignments together, or None when they contradict each other."""
    if not a or not b:
        return a or b
    table = dict(a)
    for node, taken in b:
        if table.setdefault(node, taken) != taken:
            return None
    return tuple(table.items())


def difference_of(node: Node) -> Node:
    """Return the difference of both sides of a comparison."""
    return Node("add", (node.args[0], Node("mul", (number(-1), node.args[1]))))


def comparisons_that_meet(tree: Node, pieces: Pieces) -> set[Node]:
    """Return the comparisons that only choose between branches that meet: their difference is a multiple of the gap."""
    apart: set[Node] = set()
    meeting: set[Node] = set()
    for node in tree.distinct():
        if node.op != "where":
            continue
        condition, a, b = node.args
        if condition.op in COMPARISONS and _multiple(
            pieces.of(a), pieces.of(b), pieces.of(difference_of(condition))
        ):
            meeting.add(condition)
        else:
            apart |= {c for c in condition.distinct() if c.op in COMPARISONS}
    return meeting - apart


def _multiple(a: tuple[sp.Expr, ...], b: tuple[sp.Expr, ...], gap: tuple[sp.Expr, ...]) -> bool:
    if not len(a) == len(b) == len(gap) == 1 or any(map(is_undefined, (*a, *b, *gap))):
        return False
    return bool(sp.cancel((a[0] - b[0]) / gap[0]).is_number)


COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
# Which argument of an operation must not vanish.
OPERAND = {"div": 1, "pow": 0, "log": 0}
# What evaluates its other arguments only where the first one says so.
DECIDING = frozenset({"where", "and", "or"})


@dataclass(frozen=True, slots=True)
class Meeting:
    """Gaps on whose common zeros something can happen that happens on none of the walls.

    lead: the singular gap, or None when all of them are conditions whose branches do not meet.
    """

    part: Node
    lead: sp.Expr | None
    others: tuple[sp.Expr, ...]


def meetings(
    tree: Node,
    pieces: Pieces,
    size: int,
    moves: Callable[[sp.Expr], object] = lambda _: True,
    *,
    guarded: bool = True,
) -> Iterator[Meeting]:
    """Yield the systems of two to ``size`` gaps at which walls alone say nothing.

    A quotient, root or logarithm may be singular only on one side of a condition, so that its own wall is reached at
    the border of that side alone: 1/(|x| + |y|), where(y > |x|, x/y, 0), and (x*|x| - y*|y|)/(x - y), which is
    (x**2 + y**2)/(x - y) for x > 0 > y.  Conditions that hold on a wall only, or closed ones together, may choose a
    value at a meeting that no neighbour has: where(x == 0, where(y == 0, 1, 0), 0).
    moves: whether variables move a gap; those that none moves meet nothing.
    guarded: whether the other gaps decide where a part is evaluated, and which piece its operand is; if not, one of
    them at least is a turn elsewhere.
    """
    guards: dict[Node, dict[sp.Expr, None]] = {}
    for node in tree.distinct():
        if node.op in DECIDING:
            turns = borders(node.args[0], pieces)
            for inner in dict.fromkeys(n for later in node.args[1:] for n in later.distinct()):
                guards.setdefault(inner, {}).update(turns)
    everywhere = {} if guarded else borders(tree, pieces)
    for node in tree.distinct():
        for part, offset, _ in _gap_nodes(node, set()) if node.op not in COMPARISONS else ():
            turns = {**guards.get(node, {}), **borders(part, pieces)}
            for lead in (expr - offset for expr in pieces.of(part)):
                if moves(lead):
                    own, far = (
                        [g for g in some if moves(g) and g != _unsigned(lead)]
                        for some in (turns, [g for g in everywhere if g not in turns])
                    )
                    found = _subsets(own, 1, size - 1) if guarded else _with_one_of(far, own, size - 1)
                    yield from (Meeting(node, lead, others) for others in found)
    apart = list(steps_of(tree, pieces)) if guarded else []
    steps = dict.fromkeys(g for n in apart for g in borders(n if n.op == "floor" else n.args[0], pieces))
    yield from (Meeting(apart[0], None, others) for others in _subsets(list(filter(moves, steps)), 2, size))


def steps_of(tree: Node, pieces: Pieces) -> Iterator[Node]:
    """Yield the parts that can jump: those that round, and branches that do not meet."""
    return (n for n in tree.distinct() if n.op == "floor" or (n.op == "where" and not closes(n, pieces)))


def _with_one_of(far: list[sp.Expr], own: list[sp.Expr], most: int) -> Iterator[tuple[sp.Expr, ...]]:
    """Yield the sets of up to so many gaps that hold one at least of the first ones."""
    for i, first in enumerate(far):
        yield from ((first, *others) for others in _subsets([*far[i + 1 :], *own], 0, most - 1))


def _subsets(gaps: list[sp.Expr], least: int, most: int) -> Iterator[tuple[sp.Expr, ...]]:
    for n in range(least, most + 1):
        yield from combinations(gaps, n)


def borders(node: Node, pieces: Pieces) -> dict[sp.Expr, None]:
    """Return the gaps of all comparisons and floors in ``node``, each up to its sign."""
    found: dict[sp.Expr, None] = {}
    for part in node.distinct():
        if part.op in COMPARISONS:
            found |= dict.fromkeys(_unsigned(e) for e in pieces.of(difference_of(part)))
        elif part.op == "floor":
            found |= dict.fromkeys(_unsigned(e - pieces.of(part)[0]) for e in pieces.of(part.args[0]))
    return found


def _unsigned(expr: sp.Expr) -> sp.Expr:
    return -expr if expr.could_extract_minus_sign() else expr


def closes(node: Node, pieces: Pieces) -> bool:
    """Whether the branches of a `where` agree wherever its condition can turn: they differ by a multiple of the gap."""
    condition, a, b = node.args
    if condition.op not in COMPARISONS:
        return False
    step = Node("add", (a, Node("mul", (number(-1), b))))
    whole = {
        n: name(f"{i} inside")
        for i, n in enumerate(n for n in node.distinct() if n.op == "where" and n != node)
    }
    # Whatever the branches inside are: seen at once, where writing them out takes 2**n cases.
    if _divides(*(pieces.of(_with(whole, n))[0] for n in (difference_of(condition), step))):
        return True
    pairs = [
        (difference, gap)
        for one, difference in pieces.with_choices(step)
        for two, gap in pieces.with_choices(difference_of(condition))
        if _joined(one, two) is not None
    ]
    return all(_divides(gap, difference) for difference, gap in pairs)


def _with(names: Mapping[Node, Node], node: Node) -> Node:
    """Return a tree with names for parts of it, the outermost first."""
    return substitute(node, names.get)


def _divides(gap: sp.Expr, difference: sp.Expr) -> bool:
    """Whether ``difference`` is ``gap`` times a polynomial in what both are made of; False when that is not seen.

    Terms with a root of the gap as a factor, as cbrt(gap), vanish with it too.
    """
    difference = sp.Add(*(t for t in sp.Add.make_args(difference) if not _has_root_of(t, gap)))
    if 0 in (difference, gap) or (gap.is_number and gap.is_nonzero):
        return True  # nothing to choose, or a condition that never turns
    try:
        return bool(sp.reduced(difference, [gap])[1] == 0)
    except ZeroDivisionError:
        return True  # a gap that multiplies out to 0: its condition never turns
    except (BasePolynomialError, ValueError):
        return False


def _has_root_of(term: sp.Expr, gap: sp.Expr) -> bool:
    """Whether a broken positive power of the gap divides a term, whose other factors are polynomials."""
    factors = sp.Mul.make_args(term)
    roots = [
        f
        for f in factors
        if f.is_Pow and f.exp.is_Rational and f.exp > 0 and not f.exp.is_Integer and f.base in (gap, -gap)
    ]
    return bool(roots) and all(f.is_polynomial() for f in factors if f not in roots)


def _gap_nodes(node: Node, meeting: Collection[Node]) -> Iterator[tuple[Node, int, bool]]:
    """Yield (expression, offset, thin): the zeros of expression - offset are where ``node`` can fail."""
    if node.op in COMPARISONS:
        yield difference_of(node), 0, node not in meeting
    elif node.op == "div":
        yield node.args[1], 0, True
    elif node.op == "pow":
        exponent = node.args[1].leaf
        if not (node.args[1].op == NUMBER and exponent is not None and _natural(exponent)):
            yield node.args[0], 0, True
    elif node.op == "log":
        yield node.args[0], 0, True
    elif node.op == "asin":
        yield node.args[0], 1, True
        yield node.args[0], -1, True


def _natural(value: object) -> bool:
    return getattr(value, "denominator", 0) == 1 and value >= 0  # type: ignore[operator]


def gaps(tree: Node, pieces: Pieces) -> list[Gap]:
    """Return every analytic gap of a lowered tree, each once, in the order of the text."""
    found: dict[tuple[sp.Expr, bool], Gap] = {}
    for gap in gaps_of_parts(tree, pieces):
        found.setdefault((gap.expr, gap.thin), gap)
    return list(found.values())


def gaps_of_parts(tree: Node, pieces: Pieces) -> Iterator[Gap]:
    """Yield the analytic gaps of every part of a lowered tree, in the order of the text."""
    meeting = comparisons_that_meet(tree, pieces)
    for node in tree.distinct():
        yield from gaps_of(node, meeting, pieces)


def gaps_of(node: Node, meeting: Collection[Node], pieces: Pieces) -> Iterator[Gap]:
    """Yield the analytic gaps that a node has itself; ``meeting``: the comparisons that choose between equal values."""
    if node.op == "floor":
        for expr in pieces.of(node.args[0]):
            yield Gap(expr - pieces.of(node)[0], node, True)
    for part, offset, thin in _gap_nodes(node, meeting):
        for expr in pieces.of(part):
            yield Gap(expr - offset, node, thin)
    if node.op == "pow" and 0 in pieces.of(node.args[0]):
        # 0**v is 0, 1 or undefined: where the base is zero all along, the exponent decides.
        for expr in pieces.of(node.args[1]):
            yield Gap(expr, node, True)
