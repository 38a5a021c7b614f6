"""Whether a function fails to be differentiable for all constants, and not for those alone that were tried.

Each leaf says for which constants it has a point: by conditions on constants that are exact or enough (cases.py), or by
intermediate values.  A gap h, continuous on the segment from p to q, with h(p) > 0 > h(q) vanishes between them; where
every leaf that the segment can meet on the walls of h is a failure, these two inequalities are enough.  So they are on
a half-line, and on a line, where the sign far out (ends.py) takes the place of that at q.
Read in order: certain, _between.
Gives up on: walls that only points that move with the constants enclose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import inner_symbol, symbol
from diffcheck.algebra.signs import signs
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.demands import demands
from diffcheck.conditions.implied import Conjunction, covered
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import NEGATED
from diffcheck.constants.cases import ends_of, enough
from diffcheck.constants.ends import far_out
from diffcheck.constants.whole import always_met
from diffcheck.deadline import TimeOver, check_time, within
from diffcheck.walls.explore import Leaf
from diffcheck.walls.points import constraints_on

__all__ = ["certain"]

# Points are multiples of these directions; each pair costs a few questions of the decision procedure.
SIZES = (sp.Rational(13, 29), sp.Integer(3), sp.Integer(50))
MAX_POINTS = 14
MAX_ALTERNATIVES = 12
SECONDS = 4
# Those of which a composition has no jump where all has a value.
CONTINUOUS = sp.exp | sp.log | sp.sin | sp.cos | sp.atan | sp.Abs | sp.tanh
BOUNDED = sp.sin | sp.cos | sp.atan | sp.tanh | sp.erf
T = inner_symbol("t")
SEGMENT = (Constraint(T, ">="), Constraint(1 - T, ">="))
HALF_LINE = (Constraint(T, ">="),)
# Points from which lines are followed far out.
MAX_STARTS = 3

Point = dict[sp.Symbol, sp.Expr]


def certain(leaves: Sequence[Leaf], constants: set[sp.Symbol], where: Sequence[Constraint]) -> bool:
    """Whether for all constants, but for a null set, some leaf that is not differentiable has a point."""
    own = tuple(c for c in where if c.expr.free_symbols <= constants)
    failing = [leaf for leaf in leaves if not leaf.outcome.level.differentiable]
    if _are_close(failing, constants, where):
        return True
    known = [c for leaf in failing for c in enough(leaf, constants, where)]
    known.sort(key=lambda conjunction: sum(sp.count_ops(c.expr) for c in conjunction))
    # Most often one leaf is enough, and to see that takes less time than to put many together.
    if any(covered(own, [c]) for c in (*known, *_centred(failing, constants, where))) or covered(own, known):
        return True
    more: list[Conjunction] = []
    try:
        with within(SECONDS):
            if always_met(failing, constants, where):
                return True
            for gap in dict.fromkeys(leaf.wall.gap for leaf in failing):
                for both in _between(gap, leaves, constants, where):
                    check_time()
                    if covered(own, both):
                        return True
                    more += both
    except TimeOver:
        check_time()
    return covered(own, [*known, *more[:MAX_ALTERNATIVES]])


def _are_close(failing: Sequence[Leaf], constants: set[sp.Symbol], where: Sequence[Constraint]) -> bool:
    """Whether failures at x = b + k*T, for several b, follow each other more closely than the domain is wide."""
    domain = [c for c in where if not c.expr.free_symbols <= constants]
    if not domain or any(c.expr.free_symbols != domain[0].expr.free_symbols for c in domain):
        return False
    v, *others = domain[0].expr.free_symbols
    ends = [ends_of(c, v) for c in domain]
    if others or None in ends:
        return False
    low, high = ([end for e in ends if e and (end := e[side]) is not None] for side in (0, 1))
    width = min((h - g for h in high for g in low), default=sp.oo)
    starts: dict[sp.Expr, list[sp.Expr]] = {}
    for leaf in failing:
        wall = leaf.wall
        if leaf.asked or wall.conditions or len(wall.integers) != 1 or [n for n, _ in wall.base] != [v.name]:
            continue
        step = sp.diff(wall.base[0][1], wall.integers[0])
        if step.is_number and step != 0:
            starts.setdefault(abs(step), []).append(sp.expand(wall.base[0][1].subs(wall.integers[0], 0)))
    return any(_widest(found, step) <= width for step, found in starts.items())


def _widest(starts: Sequence[sp.Expr], step: sp.Expr) -> sp.Expr:
    """Return a bound on the distance between neighbours of all b + k*step."""
    turns = [sp.cancel(sp.expand(b - starts[0]) / step) for b in starts]
    inside = sorted({t - sp.floor(t) for t in turns if t.is_Rational} | {sp.S.One})
    return max(b - a for a, b in pairwise(inside)) * step


def _centred(
    failing: Sequence[Leaf], constants: set[sp.Symbol], where: Sequence[Constraint]
) -> Iterator[Conjunction]:
    """Yield what a leaf asks of constants where its quadratic conditions, as r**2 - (y - b)**2 > 0, hold best."""
    for leaf in failing:
        if any(symbol(n) in constants for n, _ in leaf.wall.base):
            continue
        asked = [*leaf.asked, *constraints_on(leaf.wall, where)]
        for c in asked:
            for v in sorted(c.expr.free_symbols - constants, key=lambda s: s.name):
                if not v.is_integer and c.expr.is_polynomial(v) and sp.degree(c.expr, v) == 2:
                    a, b, _ = sp.Poly(c.expr, v).all_coeffs()
                    asked = [Constraint(sp.cancel(d.expr.subs(v, -b / (2 * a))), d.rel) for d in asked]
                    break
        if all(c.expr.free_symbols <= constants and (c.expr.free_symbols or holds(c, {})) for c in asked):
            yield tuple(c for c in asked if c.expr.free_symbols)


def _between(
    gap: sp.Expr, leaves: Sequence[Leaf], constants: set[sp.Symbol], where: Sequence[Constraint]
) -> Iterator[Sequence[Conjunction]]:
    """Yield conditions on constants under which a gap changes its sign on a segment on which all its leaves fail.

    Of a family of gaps, one for every value of some integers, the member for 0 is looked at.
    """
    integers = {k: sp.S.Zero for k in gap.free_symbols if k.is_integer}
    smooth = [
        leaf
        for leaf in leaves
        if leaf.outcome.level.differentiable
        and (leaf.wall.gap == gap or (integers and _may_be_member(leaf.wall.gap, gap.xreplace(integers))))
    ]
    gap = gap.xreplace(integers)
    variables = sorted(gap.free_symbols - constants, key=lambda s: s.name)
    domain = [c for c in where if not c.expr.free_symbols <= constants]
    free = {s for c in domain for s in c.expr.free_symbols} - constants
    if not variables or not free <= set(variables):
        return
    if not smooth and any(v not in free and _turns_far_out(gap, v) for v in variables):
        yield [()]
        return

    def crossed(path: Point, span: Conjunction) -> bool:
        """Whether a part of a line lies in the domain, the gap is continuous on it, and what it meets fails."""
        known = (*span, *(c for c in where if c.expr.free_symbols <= constants))
        return (
            all(_never(Constraint(c.expr.xreplace(path), NEGATED[c.rel]), known) for c in domain)
            and _continuous(gap.xreplace(path), known)
            and all(_misses(leaf, path, known, constants) for leaf in smooth)
        )

    points = _points(gap, variables, domain)
    for p, q in combinations(points, 2):
        if crossed({v: p[v] + T * (q[v] - p[v]) for v in variables}, SEGMENT):
            yield _turns(*(((gap.xreplace(point)), ()) for point in (p, q)))
    own = [c for c in where if c.expr.free_symbols <= constants]
    for p, v in product(points[:MAX_STARTS], variables):
        on_line = gap.xreplace({u: p[u] for u in variables if u != v})
        ends = [
            far_out(on_line, v, side, own) if crossed({**p, v: p[v] + side * T}, HALF_LINE) else None
            for side in (1, -1)
        ]
        for first, second in combinations([(gap.xreplace(p), ()), *ends], 2):
            if first is not None and second is not None:
                yield _turns(first, second)


def _may_be_member(gap: sp.Expr, member: sp.Expr) -> bool:
    return gap == member or any(k.is_integer for k in gap.free_symbols)


def _turns(first: tuple[sp.Expr, Conjunction], second: tuple[sp.Expr, Conjunction]) -> list[Conjunction]:
    """Return conditions under which two values, known under conditions of their own, have opposite signs."""
    return [
        (Constraint(a[0], ">"), Constraint(b[0], "<"), *a[1], *b[1])
        for a, b in ((first, second), (second, first))
        if not (a[0].is_nonpositive or b[0].is_nonnegative)
    ]


def _turns_far_out(gap: sp.Expr, v: sp.Symbol) -> bool:
    """Whether a gap is a polynomial of odd degree in ``v`` plus what is bounded: far out it has both signs."""
    plain: list[sp.Expr] = []
    for term in sp.Add.make_args(sp.expand(gap)):
        factors = [f for f in sp.Mul.make_args(term) if v in f.free_symbols]
        if not (factors and all(_is_bounded(f) for f in factors)):
            plain.append(term)
    total = sp.Add(*plain)
    if not total.is_polynomial(v) or sp.degree(total, v) % 2 == 0:
        return False
    return is_zero(sp.LC(total, v)) is Decision.NO


def _is_bounded(f: sp.Expr) -> bool:
    return isinstance(f, BOUNDED) or (isinstance(f, sp.exp) and 1 not in signs(f.args[0]))


def _points(gap: sp.Expr, variables: Sequence[sp.Symbol], domain: Sequence[Constraint]) -> list[Point]:
    """Return points of the domain: along the slope at the origin, the origin, on axes and diagonals near it and far."""
    count = len(variables)
    origin = dict.fromkeys(variables, sp.S.Zero)
    slope = [sp.together(sp.diff(gap, v)).as_numer_denom()[0].xreplace(origin) for v in variables]
    unit = next((abs(d.as_coeff_Mul()[0]) for d in slope if d != 0), sp.S.One)
    directions = [[int(i == j) for j in range(count)] for i in range(count)]
    directions += [[1] * count, [(-1) ** i for i in range(count)]]
    found = [{v: s * d / unit for v, d in zip(variables, slope, strict=True)} for s in (1, -1) if not domain]
    for size in (sp.S.Zero, *SIZES):
        for direction in directions:
            for sign in (1, -1):
                point = {v: sign * size * d for v, d in zip(variables, direction, strict=True)}
                here = [c for c in domain if c.expr.free_symbols <= set(variables)]
                if point not in found and all(_holds(c, point) for c in here):
                    found.append(point)
    return found[:MAX_POINTS]


def _holds(c: Constraint, point: Point) -> bool:
    return reach([Constraint(c.expr.xreplace(point), c.rel)]).status is Status.SAT


def _never(c: Constraint, known: Sequence[Constraint]) -> bool:
    return reach([c, *known]).status is Status.UNSAT


def _misses(leaf: Leaf, path: Point, known: Sequence[Constraint], constants: set[sp.Symbol]) -> bool:
    """Whether a part of a line stays off a leaf and off its border, by a condition that asks something of variables.

    Nearby points then miss it too.  A line on the border alone, as y = 0 of y > 0, may have the leaf on one side.
    """
    asked = (*leaf.asked, *constraints_on(leaf.wall, ()))
    return any(
        _never(Constraint(c.expr.xreplace(path), c.bordered.rel), known)
        for c in asked
        if c.rel != "!="
        and not c.expr.free_symbols <= constants
        and c.expr.free_symbols <= {*path, *constants}
    )


def _continuous(expr: sp.Expr, known: Sequence[Constraint]) -> bool:
    """Whether an expression in T has a value wherever ``known`` holds of T, and is made of continuous functions."""
    functions = (f for f in sp.preorder_traversal(expr) if f.is_Function)
    if not all(isinstance(f, CONTINUOUS) for f in functions):
        return False
    return all(_never(Constraint(u, "<="), known) for u, _ in demands(expr))
