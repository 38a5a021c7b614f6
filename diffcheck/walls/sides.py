"""Two sides of a wall: what happens there, from the germs on both sides and the value between them.

Write f(p + s*t) = sum c_s(m) m(t) with s = 1 above the wall and s = -1 below.  The largest size m at which the two
sides do not continue each other decides: for t**n they do if c_-(n) = (-1)**n * c_+(n), for any other size a term must
be absent.  If none is found up to the order, the two sides must be proved to be one analytic function
(germs/resolve.py).
Germs of exp-log functions may be differentiated term by term (they lie in a Hardy field); oscillating ones are
differentiated here, with their phases.
Read in order: Sides, judge, first_break; outcome.py and waves.py stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy as sp

from diffcheck.algebra.expanded import expanded
from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import inner_symbol, tree_of
from diffcheck.errors import Oscillates, Undetermined
from diffcheck.germs.expand import Expansion, UndefinedHere, Value
from diffcheck.germs.germ import Algebra, Germ, Mono, NeedMoreTerms, constant
from diffcheck.germs.resolve import resolve
from diffcheck.language.tree import Node
from diffcheck.verdict import C0, CINF, DISCONTINUOUS, SINGULAR, Kind, Smoothness
from diffcheck.walls.cell import Cell
from diffcheck.walls.continuation import continues
from diffcheck.walls.factored import factors
from diffcheck.walls.outcome import (
    EDGES,
    OUTSIDE,
    SMOOTH,
    Evidence,
    Outcome,
    flat_beyond,
    integer_break,
    limit_of,
    restless,
)
from diffcheck.walls.parts import of_parts
from diffcheck.walls.waves import flat_waves, oscillation

__all__ = ["ORDERS", "Sides", "X", "first_break", "judge"]

ORDERS = (4, 8, 16, 28)
# With an unknown exponent every order more is one more question of which power is the larger: the least comes first.
LEAST = 2

HIGHEST = 8  # derivatives looked at when an exponent is symbolic

X = inner_symbol("x")


@dataclass(frozen=True, slots=True)
class Sides:
    """Where to look: the point and the direction.

    base: the point, an expression for every name.  direction: name -> component of the unit step from it.
    """

    base: Mapping[str, sp.Expr]
    direction: Mapping[str, sp.Expr]

    def line(self, algebra: Algebra, s: int) -> dict[str, Germ]:
        """Return the germ of every name on the side ``s``; s = 0 is the point itself."""
        out = {}
        for n, p in self.base.items():
            g = constant(p)
            step = self.direction.get(n)
            if s and step is not None:
                g = algebra.add(g, Germ(((s * step, Mono(sp.S.One)),)))
            out[n] = g
        return out


@dataclass(slots=True)
class _Side:
    """One side: its germ and how it came about; None for ``value`` where the side is outside the domain."""

    expansion: Expansion
    value: Value | None


def judge(tree: Node, sides: Sides, cell: Cell) -> Outcome:
    """Decide what happens at the point ``sides.base``; Undetermined when no order is enough."""
    for order in _orders(tree):
        try:
            found = _judge_at(tree, sides, cell, order)
        except NeedMoreTerms:
            continue
        if found is not None:
            return found
    found = _by_parts(tree, sides, cell)
    if found is not None:
        return found
    raise Undetermined("the two sides agree to high order, but are not proved to be the same function")


def _first_terms(tree: Node, sides: Sides, cell: Cell) -> tuple[_Side, _Side, _Side] | None:
    """Return both sides and the point at the least order that is enough for their branches; None if none is."""
    for order in ORDERS:
        try:
            right, left, point = (_expand(tree, sides, cell, order, s) for s in (1, -1, 0))
            return right, left, point
        except NeedMoreTerms:
            continue
    return None


def _by_parts(tree: Node, sides: Sides, cell: Cell) -> Outcome | None:
    """Decide by the parts of a sum, a product or a composition, where the germs of the whole show nothing."""
    seen = _first_terms(tree, sides, cell)
    if seen is None:
        return None
    right, left, point = seen
    if right.value is None or left.value is None or point.value is None:
        return None

    def nonzero(part: Node) -> bool:
        return bool(cell.sign(_number(point.expansion.value(part).germ)))

    outcome = of_parts(tree, lambda part: judge(part, sides, cell), nonzero)
    return None if outcome is None else _evident(outcome, left, right, _number(point.value.germ), cell)


@lru_cache(maxsize=64)
def _orders(tree: Node) -> tuple[int, ...]:
    """Return the orders in which to look: an edge, a jump and a corner need no more than the least."""
    unknown = any(n.op == "pow" and n.args[1].names() for n in tree.distinct())
    return (LEAST, *ORDERS) if unknown else ORDERS


def _expand(tree: Node, sides: Sides, cell: Cell, order: int, s: int) -> _Side:
    algebra = Algebra(cell, order)
    expansion = Expansion(algebra, cell, sides.line(algebra, s))
    try:
        return _Side(expansion, expansion.value(tree))
    except (UndefinedHere, ZeroDivisionError):
        return _Side(expansion, None)


def _judge_at(tree: Node, sides: Sides, cell: Cell, order: int) -> Outcome | None:
    right, left = (_expand(tree, sides, cell, order, s) for s in (1, -1))
    if right.value is None and left.value is None:
        return OUTSIDE
    algebra = Algebra(cell, order)
    if right.value is None or left.value is None:
        inside = right.value or left.value
        assert inside is not None
        return _evident(_edge(algebra, inside.germ), left, right, None, cell)
    point = _expand(tree, sides, cell, order, 0)
    here = None if point.value is None else _number(point.value.germ)
    outcome: Outcome | None
    if here is not None and _nothing_happens(right, left, point):
        outcome = SMOOTH
    else:
        outcome = _limits(algebra, left.value.germ, right.value.germ, here)
        if outcome is None:
            outcome = _compare(tree, sides, cell, algebra, left, right)
    return None if outcome is None else _evident(outcome, left, right, here, cell)


def _evident(outcome: Outcome, left: _Side, right: _Side, here: sp.Expr | None, cell: Cell) -> Outcome:
    """Add what was seen to what it means."""
    low, high = (None if side.value is None else side.value.germ for side in (left, right))
    identity = None if outcome.evidence is None else outcome.evidence.identity
    return replace(outcome, evidence=Evidence(low, high, here, identity, cell.phases))


def _number(g: Germ) -> sp.Expr:
    return g.terms[0][0] if g.terms else sp.S.Zero


def _nothing_happens(right: _Side, left: _Side, point: _Side) -> bool:
    """Whether the same branches hold on both sides and at the point, and no gap is met at all."""
    assert right.value is not None
    assert left.value is not None
    regular = not right.expansion.singular and not left.expansion.singular and not point.expansion.singular
    same = right.expansion.choices == left.expansion.choices == point.expansion.choices
    return regular and same and right.value.analytic and left.value.analytic


# --- limits


def _edge(algebra: Algebra, g: Germ) -> Outcome:
    finite, steep, restless = EDGES
    limit = limit_of(algebra, g)
    if limit.oscillates:
        detail = restless
    elif limit.unbounded:
        detail = f"value -> {'oo' if limit.unbounded > 0 else '-oo'}"
    else:
        detail = finite
        for c, m in g.terms:
            if algebra.growth(m) < 0 and not algebra.oracle.vanishes(c):
                if _is_steep(algebra, m):
                    detail = steep
                break
        else:
            if g.rem is not None and _is_steep(algebra, g.rem):
                raise NeedMoreTerms
    return Outcome(CINF, Kind.EDGE, detail=detail, how="defined on one side only")


def _is_steep(algebra: Algebra, m: Mono) -> bool:
    """Whether a term of this size has an unbounded slope."""
    return algebra.growth(Mono(m.power - 1, m.log, m.loglog, m.expo)) > 0


def _limits(algebra: Algebra, below: Germ, above: Germ, here: sp.Expr | None) -> Outcome | None:
    """Compare limits and value; None when the function is continuous here."""
    lo, hi = limit_of(algebra, below), limit_of(algebra, above)
    if lo.unbounded or hi.unbounded:
        left, right = (sp.oo * v.unbounded if v.unbounded else v.value for v in (lo, hi))
        return Outcome(SINGULAR, Kind.POLE, left, right, how="a term grows without bound")
    bad = SINGULAR if here is None else DISCONTINUOUS
    if lo.oscillates or hi.oscillates:
        if here is not None and not all(v.sure for v in (lo, hi)):
            raise Oscillates
        if any(v.grows and v.sure for v in (lo, hi)):
            return Outcome(
                SINGULAR, Kind.POLE, lo.value, hi.value, how="an oscillating term grows without bound"
            )
        return Outcome(bad, Kind.OSCILLATION, lo.value, hi.value, how="a bounded term has no limit")
    assert lo.value is not None
    assert hi.value is not None
    jump = hi.value - lo.value
    if not algebra.oracle.vanishes(jump):
        return Outcome(bad, Kind.JUMP, lo.value, hi.value, jump, how="the one-sided limits differ")
    if here is None:
        return Outcome(
            bad, Kind.HOLE, lo.value, hi.value, detail="the value is missing", how="equal limits, no value"
        )
    if not algebra.oracle.vanishes(here - hi.value):
        return Outcome(
            bad,
            Kind.HOLE,
            lo.value,
            hi.value,
            here - hi.value,
            how="equal limits",
        )
    return None


def _compare(
    tree: Node, sides: Sides, cell: Cell, algebra: Algebra, left: _Side, right: _Side
) -> Outcome | None:
    """Find the first derivative that breaks, or prove that none does; None asks for a higher order."""
    assert right.value is not None
    assert left.value is not None
    above, below = right.value.germ, left.value.germ
    found = first_break(algebra, below, above)
    if found is not None:
        return found
    if flat_beyond(algebra, above) and flat_beyond(algebra, below):
        if restless(algebra, above) or restless(algebra, below):
            return oscillation(algebra, below, above)
        return Outcome(
            CINF, how="both sides have the same power series; what is left is smaller than every power"
        )
    return _same_function(tree, sides, cell, algebra, left, right)


def _merged(algebra: Algebra, below: Germ, above: Germ) -> list[tuple[Mono, sp.Expr, sp.Expr]]:
    rem = algebra.larger(below.rem, above.rem)
    i = j = 0
    out: list[tuple[Mono, sp.Expr, sp.Expr]] = []
    while i < len(below.terms) or j < len(above.terms):
        if i == len(below.terms):
            order = -1
        elif j == len(above.terms):
            order = 1
        else:
            order = algebra.compare(below.terms[i][1], above.terms[j][1])
        m = below.terms[i][1] if order >= 0 else above.terms[j][1]
        if rem is not None and algebra.compare(m, rem) <= 0:
            break
        out.append(
            (
                m,
                below.terms[i][0] if order >= 0 else sp.S.Zero,
                above.terms[j][0] if order <= 0 else sp.S.Zero,
            )
        )
        i, j = i + (order >= 0), j + (order <= 0)
    return out


def first_break(algebra: Algebra, below: Germ, above: Germ) -> Outcome | None:
    """Return what the largest mismatch of a continuous function means; None when there is none among known terms."""
    found = _largest_mismatch(algebra, below, above)
    if found is None or found.level <= C0 or found.kind is Kind.OSCILLATION:
        return found
    # What oscillates may have no derivative long before the mismatch shows.
    waves = [g for g in (below, above) if restless(algebra, g)]
    return found if all(flat_waves(algebra, g) for g in waves) else oscillation(algebra, below, above)


def _largest_mismatch(algebra: Algebra, below: Germ, above: Germ) -> Outcome | None:
    for m, lo, hi in _merged(algebra, below, above):
        if m.is_one:
            continue
        if algebra.flat(m):
            if restless(algebra, below) or restless(algebra, above):
                return oscillation(algebra, below, above)
            return None
        waves = algebra.oracle.oscillating(lo) or algebra.oracle.oscillating(hi)
        natural = Mono(m.power) == m and m.power.is_Integer and m.power > 0
        if (waves or not natural) and algebra.oracle.vanishes(lo) and algebra.oracle.vanishes(hi):
            continue
        if waves:
            found = oscillation(algebra, below, above)
            shared = _factor_of_fault(algebra, below, above) if found.kind is Kind.OSCILLATION else None
            return replace(found, factor=shared)
        if natural:
            n = int(m.power)
            if not algebra.oracle.vanishes(lo - (-1) ** n * hi):
                return integer_break(n, lo, hi)
            continue
        return replace(_steep(algebra, m, lo, hi), factor=_factor_of_fault(algebra, below, above))
    return None


def _factor_of_fault(algebra: Algebra, below: Germ, above: Germ) -> sp.Expr | None:
    """Return what divides all that is not differentiable: for cbrt(x)*y, where y = 0 there is a slope.

    None where a term may be among it that is not known.  What oscillates counts whatever its size.
    """
    rem = algebra.larger(below.rem, above.rem)
    divisors: list[sp.Expr] | None = None
    for m, lo, hi in _merged(algebra, below, above):
        waves = any(algebra.oracle.oscillating(c) for c in (lo, hi))
        if waves and rem is not None:
            return None
        if m.is_one or (not waves and algebra.growth(replace(m, power=m.power - 1)) < 0):
            continue
        for c in (lo + hi,) if Mono(m.power) == m and m.power == 1 and not waves else (lo, hi):
            if c != 0:
                own = [f for f in factors(c) if not algebra.oracle.oscillating(f)]
                divisors = [f for f in (own if divisors is None else divisors) if f in own]
    if rem is not None and algebra.growth(replace(rem, power=rem.power - 1)) >= 0:
        return None
    return sp.Mul(*divisors) if divisors else None


def _steep(algebra: Algebra, m: Mono, lo: sp.Expr, hi: sp.Expr) -> Outcome:
    """A size that is no natural power: the first derivative that is infinite decides."""
    k = 0
    while algebra.growth(Mono(m.power - k - 1, m.log, m.loglog, m.expo)) < 0:
        k += 1
        if k > HIGHEST and m.power.free_symbols:
            # Without an upper bound on the exponent every class occurs; the lower ones are leaves of their own.
            return Outcome(
                Smoothness(k),
                Kind.BREAK,
                detail=f"derivative {k + 1} or later",
                how=f"t**({m.power})",
                open=True,
                power=m.power,
            )
        if k > 200:
            raise Undetermined("an exponent above 200")
    below = 0 if algebra.oracle.vanishes(lo) else algebra.oracle.sign(lo)
    above = 0 if algebra.oracle.vanishes(hi) else algebra.oracle.sign(hi)
    sign_below = -below if k % 2 == 0 else below
    left, right = (sp.oo * s if s else None for s in (sign_below, above))
    plain = Mono(m.power) == m
    beside = "" if plain else " with a logarithm" if not m.expo else " with an exponential"
    how = f"a term of size t**({m.power}){beside}"
    power = m.power if plain and m.power.free_symbols else None
    if k >= 1:
        return Outcome(Smoothness(k), Kind.BREAK, left, right, None, f"derivative {k + 1}", how, power=power)
    kind = Kind.CUSP if sign_below * above < 0 else Kind.VERTICAL_TANGENT
    return Outcome(C0, kind, left, right, None, "", how)


# --- oscillation


def _same_function(
    tree: Node, sides: Sides, cell: Cell, algebra: Algebra, left: _Side, right: _Side
) -> Outcome | None:
    """Prove that both sides are one analytic function; None when they are not, or the order must grow."""
    if len(sides.direction) != 1:
        return None
    ((v, _),) = sides.direction.items()
    p = sides.base[v]
    names = {**sides.base, v: X}
    above = resolve(tree, right.expansion.choices, names, X - p, {})
    below = resolve(tree, left.expansion.choices, names, p - X, {})
    assert right.value is not None
    assert left.value is not None
    if not _identical(cell, above, below, p):
        if continues(cell, above, below, X, p):
            how = "one side continues the other analytically through the square root"
            return Outcome(CINF, how=how)
        return _flat_difference(sides, cell, algebra, v, above, below, (left, right))
    analytic = right.value.analytic and left.value.analytic
    if analytic or _analytic_expression(sides, cell, algebra, v, above):
        how = "the same expression on both sides" if above == below else "both sides proved identical"
        return Outcome(CINF, how=how, evidence=Evidence(identity=(above, below)))
    return None


def _identical(cell: Cell, above: sp.Expr, below: sp.Expr, p: sp.Expr) -> bool:
    if above == below:
        return True
    if cell.implicit is not None:
        return False
    near, difference, step = dict(cell.point), above - below, sp.Rational(1, 1009)
    if any(k.is_integer for k in difference.free_symbols):
        # Seen from the wall, whole turns go, and what is left is alike at all members of a family, up to signs.
        difference = _with_short_angles(difference.xreplace({X: expanded(p) + X}))
        near[X] = step
    else:
        near[X] = p.subs(cell.point) + step
    probe = Cell(near, local=True)
    try:
        return probe.vanishes(difference)
    except Undetermined:
        return False


def _with_short_angles(expr: sp.Expr) -> sp.Expr:
    """Return ``expr`` with angles multiplied out, so that SymPy sees whole and half turns."""
    return expr.xreplace({w: w.func(expanded(w.args[0])) for w in expr.atoms(sp.sin, sp.cos)})


def _tree(expr: sp.Expr) -> Node | None:
    try:
        return lower(tree_of(expr))
    except ValueError:
        return None


def _analytic_expression(sides: Sides, cell: Cell, algebra: Algebra, v: str, expr: sp.Expr) -> bool:
    """Whether an expression in X, as SymPy simplified it, is analytic where X is at the wall."""
    node = _tree(expr)
    if node is None:
        return False
    base = {s.name: constant(s) for s in expr.free_symbols if s != X}
    base[X.name] = sides.line(algebra, 1)[v]
    expansion = Expansion(Algebra(cell, algebra.order), cell, base)
    try:
        return expansion.value(node).analytic
    except (UndefinedHere, ZeroDivisionError):
        return False


def _flat_difference(
    sides: Sides,
    cell: Cell,
    algebra: Algebra,
    v: str,
    above: sp.Expr,
    below: sp.Expr,
    both: tuple[_Side, _Side],
) -> Outcome | None:
    """Smooth if the difference of the two sides is smaller than every power and one side is analytic."""
    values = [side.value for side in both]
    which = next((i for i, value in enumerate(values) if value is not None and value.analytic), None)
    node = _tree(expanded(above - below))
    if which is None or node is None:
        return None
    base = {s.name: constant(s) for s in (above - below).free_symbols if s != X}
    # The side that is not analytic is the one on which the difference must be seen to be flat.
    base[X.name] = sides.line(algebra, -1 if which == 1 else 1)[v]
    try:
        g = Expansion(algebra, cell, base).value(node).germ
    except (UndefinedHere, ZeroDivisionError):
        return None
    flat = all(algebra.flat(m) and not algebra.oracle.oscillating(c) for c, m in g.terms)
    if flat and g.terms and flat_beyond(algebra, g):
        return Outcome(CINF, how="the sides differ by a term that is smaller than every power")
    return None
