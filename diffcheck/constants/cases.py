"""Cases: conditions on the constants that are proved to be those under which a class occurs.

A leaf (walls/explore.py) occurs for the constants that satisfy what it asks of constants alone, if variables can
always be chosen that satisfy the rest.  A condition R is that of a class when no leaf of a worse class has a point
under R, and under R some leaf of the class always has one; the conditions of all classes together must leave no open
set out. Constants are in general position throughout: equalities among them do not count.
Read in order: Group, occurrence, enough, cases.
Gives up on: leaves for which no variable can be eliminated; then a case is told by an example.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.printer import symbol
from diffcheck.algebra.signs import signs
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.implied import Conjunction, covered, longest_first, reduced
from diffcheck.conditions.reach import Status, reach
from diffcheck.constants.values import values_of
from diffcheck.constants.words import example_text, worded
from diffcheck.deadline import TimeOver, within
from diffcheck.walls.explore import Leaf
from diffcheck.walls.points import beside, constraints_on

__all__ = ["Group", "cases", "ends_of", "enough", "occurrence", "occurrences"]

Example = Mapping[sp.Symbol, sp.Expr]

# Of one class; a condition put together from more is not readable.
MAX_LEAVES = 16
# Of processor time for all conditions; most take a tenth of one.
SECONDS = 3.0
# Integers by which families are met first.
MEMBERS = tuple(map(sp.Integer, (1, -1, 0, 2)))
OPEN = frozenset({">", "<", ">=", "<="})


@dataclass(frozen=True, slots=True)
class Group:
    """What is known of one class: its leaves, those of worse classes, some constants for which it is the class."""

    leaves: Sequence[Leaf]
    worse: Sequence[Leaf]
    examples: Sequence[Example]


def cases(groups: Sequence[Group], symbols: Sequence[sp.Symbol], where: Sequence[Constraint]) -> list[str]:
    """Return a condition for every group, worst class first; "" for all that the others leave.

    A condition is proved; where none is, or not in time, it names an example, as in `c == 3/2`.
    """
    try:
        with within(SECONDS):
            proved = _proved(groups, symbols, where)
    except TimeOver:
        proved = None
    return proved or [example_text(g.examples[0], symbols) for g in groups]


def _proved(
    groups: Sequence[Group], symbols: Sequence[sp.Symbol], where: Sequence[Constraint]
) -> list[str] | None:
    constants = set(symbols)
    own = tuple(c for c in where if c.expr.free_symbols <= constants)
    families = any(leaf.wall.integers for group in groups for leaf in group.leaves)
    for member in MEMBERS if families else MEMBERS[:1]:
        guesses = [_common(g, groups, symbols, own, where, member) for g in groups]
        pairs = zip(guesses, groups, strict=True)
        if all(_is_condition_of(r, g, constants, own, where) for r, g in pairs) and covered(own, guesses):
            return [worded(r, own) for r in guesses]
    return _by_leaves(groups, constants, own, where)


def _is_condition_of(
    r: Conjunction, group: Group, constants: set[sp.Symbol], own: Conjunction, where: Sequence[Constraint]
) -> bool:
    """Whether under ``r`` nothing worse has a point, and some leaf of the group always has one."""
    if not r:
        return False
    for leaf in group.worse:
        solved = [Constraint(e - symbol(n), "=") for n, e in leaf.wall.base if symbol(n) in constants]
        if reach([*own, *r, *solved, *_asked(leaf, where)]).status is not Status.UNSAT:
            return False
    sure = (c for leaf in group.leaves for c in enough(leaf, constants, where))
    return not group.leaves or covered((*own, *r), sure)


def _by_leaves(
    groups: Sequence[Group], constants: set[sp.Symbol], own: Conjunction, where: Sequence[Constraint]
) -> list[str] | None:
    """Return for every group what its leaves ask of the constants, and not those of the worse groups."""
    texts: list[str] = []
    worse: list[Conjunction] = []
    told: list[Leaf] = []
    for group in groups[:-1]:
        known = [occurrences(leaf, constants, where) for leaf in group.leaves]
        if None in known or len(known) > MAX_LEAVES or len(group.worse) != len(told):
            return None
        asked = [c for alternatives in known for c in alternatives or ()]
        texts.append(" or ".join(worded(c, own) for c in _shortest(asked, worse, own)))
        worse += asked
        told += group.leaves
    if len(groups[-1].worse) != len(told):
        return None
    stated = [f"not ({' or '.join(texts[:i])}) and ({t})" if i else t for i, t in enumerate(texts)]
    return [*stated, ""]


def _shortest(
    asked: Sequence[Conjunction], worse: Sequence[Conjunction], own: Conjunction
) -> list[Conjunction]:
    """Drop conditions, then conjunctions, that are not needed to say the same where nothing worse holds."""
    left = list(dict.fromkeys(asked))
    for n, conjunction in enumerate(left):
        for c in longest_first(conjunction):
            rest = tuple(d for d in left[n] if d is not c)
            if covered((*own, *rest), [*left, *worse]):
                left[n] = rest
    for conjunction in list(left):
        others = [c for c in left if c is not conjunction]
        if others and covered((*own, *conjunction), [*others, *worse]):
            left = others
    return left


# --- when a leaf occurs


def occurrence(leaf: Leaf, constants: set[sp.Symbol], where: Sequence[Constraint]) -> Conjunction | None:
    """Return conditions on constants for which exactly the leaf has a point; None where variables stay involved.

    A variable that goes far enough satisfies all conditions that are linear in it and ask for one direction; the
    others do not hold it, and are satisfied first.  Conditions on variables alone hold at the witness.  Bounds that
    leave an integer room for 1 leave it a value, whatever they are but for a null set.
    """
    if any(symbol(n) in constants for n, _ in leaf.wall.base):
        return None
    left = [_without_squares(c) for c in _without_steps(_asked(leaf, where), leaf)]
    while any(c.expr.free_symbols & constants and c.expr.free_symbols - constants for c in left):
        variables = {s for c in left for s in c.expr.free_symbols if s in leaf.witness}
        for s in sorted(variables - constants, key=lambda s: (bool(s.is_integer), s.name)):
            involved = [c for c in left if s in c.expr.free_symbols]
            if _leave_an_integer(involved, s) if s.is_integer else _hold_far_out(involved, s, constants):
                left = [c for c in left if c not in involved]
                break
        else:
            return None
    return tuple(c for c in left if c.expr.free_symbols & constants)


def occurrences(
    leaf: Leaf, constants: set[sp.Symbol], where: Sequence[Constraint]
) -> list[Conjunction] | None:
    """Return alternatives for exactly which the leaf has a point; None where they are not known."""
    single = occurrence(leaf, constants, where)
    if single is not None:
        return [single]
    known = values_of(leaf, constants, where)
    return list(known.intervals) if known is not None and known.exact else None


def _without_squares(c: Constraint) -> Constraint:
    """Leave out factors that are positive off a null set: y**2*(c - 2) > 0 asks for c > 2."""
    if c.rel not in OPEN:
        return c
    odd = [f for f in sp.Mul.make_args(c.expr) if not (f.is_positive or (f.is_Pow and f.exp.is_even))]
    return Constraint(sp.Mul(*odd), c.rel)


def _without_steps(asked: Sequence[Constraint], leaf: Leaf) -> list[Constraint]:
    """Drop n <= u < n + 1 for the integer part n of u that nothing else mentions: there is such an n for all u."""
    left = list(asked)
    for step in reversed(leaf.wall.steps or ()):
        n = step.value
        if n.is_Symbol and not step.exact and n not in step.of.free_symbols:
            bounds = {step.of - n, n + 1 - step.of}
            if {c.expr for c in left if n in c.expr.free_symbols} <= bounds:
                left = [c for c in left if n not in c.expr.free_symbols]
    return left


def enough(leaf: Leaf, constants: set[sp.Symbol], where: Sequence[Constraint]) -> Iterator[Conjunction]:
    """Yield conditions on constants under which the leaf has a point: exact ones, or those for certain variables.

    These are the variables of the witness, with small integers as well, and small multiples of them: there, what
    involves constants has the sign that it has where all variables are zero.  Conditions are strict, so what is special
    at these values does no harm.
    """
    exact = occurrences(leaf, constants, where)
    if exact is None:
        known = values_of(leaf, constants, where)
        exact = None if known is None else list(known.intervals)
    if exact is not None:
        yield from exact
    elif not any(symbol(n) in constants for n, _ in leaf.wall.base):
        mixed: list[Constraint] = []
        plain: list[Constraint] = []
        for c in _asked(leaf, where):
            (mixed if c.expr.free_symbols & constants else plain).append(c)
        witness = {s: v for s, v in leaf.witness.items() if s not in constants}
        yield from _at(mixed, witness)
        for values in _first_members(witness):
            if all(holds(c, values) for c in plain):
                yield from _at(mixed, values)
        if all(_holds_near_zero(c, witness) for c in plain):
            yield from _at(mixed, {s: v if s.is_integer else sp.S.Zero for s, v in witness.items()})


def _first_members(values: Example) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """Yield values of names with the integers among them small: where a family is met at all, these meet it first."""
    whole = [s for s in values if s.is_integer]
    yield from ({**values, **dict.fromkeys(whole, n)} for n in MEMBERS if whole)


def _at(conditions: Sequence[Constraint], values: Example) -> Iterator[Conjunction]:
    """Yield what conditions ask of constants for these variables, if that is not plainly false."""
    left = [Constraint(c.expr.subs(dict(values)), c.rel) for c in conditions]
    if all(c.expr.free_symbols or holds(c, {}) for c in left):
        yield tuple(c for c in left if c.expr.free_symbols)


def _holds_near_zero(c: Constraint, witness: Example) -> bool:
    """Whether a condition holds at t times the witness for all small t > 0, by its lowest power of t."""
    t = sp.Dummy("t", positive=True)
    along = c.expr.subs({s: t * v for s, v in witness.items() if not s.is_integer}, simultaneous=True)
    if not along.is_polynomial(t):
        return False
    lowest = sp.Poly(along, t).all_coeffs()[::-1]
    leading = next((v for v in lowest if v != 0), sp.S.Zero)
    return holds(Constraint(leading, c.rel), {}) is True


def _asked(leaf: Leaf, where: Sequence[Constraint]) -> Conjunction:
    """Return all conditions of a leaf, but for those at an implicit root alone, which no constant moves.

    In the others its symbol is a number in an interval around the root: what no such number allows, the root does not.
    """
    known = (*leaf.asked, *constraints_on(leaf.wall, where))
    if leaf.wall.implicit is None or leaf.wall.implicit.known:
        return known
    asked = tuple(c for c in known if c.expr.free_symbols != {leaf.wall.implicit.symbol})
    return (*asked, *beside(leaf.wall.implicit, asked))


def _hold_far_out(involved: Sequence[Constraint], s: sp.Symbol, constants: set[sp.Symbol]) -> bool:
    """Whether conditions hold together for all large values of a variable, or for all large negative ones."""
    if not all(c.rel in OPEN and c.expr.is_polynomial(s) and is_modest(c.expr) for c in involved):
        return False
    slopes = [sp.expand(sp.diff(c.expr, s)) for c in involved]
    if any(slope.is_zero for slope in slopes):
        return False
    if len(involved) == 1:
        # Constants are in general position, so a slope of them alone is not zero.
        return bool(slopes[0].free_symbols <= constants)
    senses = {slope.is_positive == (c.rel in (">", ">=")) for slope, c in zip(slopes, involved, strict=True)}
    return all(slope.is_number for slope in slopes) and len(senses) == 1


def _leave_an_integer(involved: Sequence[Constraint], k: sp.Symbol) -> bool:
    """Whether bounds on an integer have one sense, or leave room for one more than the values that are left out."""
    lower: list[sp.Expr] = []
    upper: list[sp.Expr] = []
    missing = 0
    for c in involved:
        if c.rel == "!=":
            if not c.expr.is_polynomial(k) or not sp.LC(c.expr, k).is_number:
                return False
            missing += sp.degree(c.expr, k)
            continue
        ends = ends_of(c, k)
        if ends is None:
            return False
        lower += [] if ends[0] is None else [ends[0]]
        upper += [] if ends[1] is None else [ends[1]]
    rooms = [sp.expand(high - low) for high in upper for low in lower]
    free = not lower or not k.is_nonnegative
    return all(room.is_number and bool(room >= 1 + missing) for room in rooms) and (free or not upper)


Ends = tuple[sp.Expr | None, sp.Expr | None]


def ends_of(c: Constraint, k: sp.Symbol) -> Ends | None:
    """Return the ends between which an inequality holds, None for one at infinity; None if it is of another kind.

    Read are a*k + b, r - |a*k + b| and polynomials of degree 2, with numbers a and r: rays, and intervals of a length
    that no other name changes.
    """
    return _ends(c.expr if c.rel in (">", ">=") else -c.expr, k) if c.rel in OPEN else None


def _ends(u: sp.Expr, k: sp.Symbol) -> Ends | None:
    sizes = [m for m in u.atoms(sp.Abs) if k in m.free_symbols]
    if sizes:
        m = sp.Dummy("m", real=True)
        down = len(sizes) == 1 and signs(sp.diff(u.xreplace({sizes[0]: m}), m)) == {-1}
        both = [_ends(u.xreplace({sizes[0]: sign * sizes[0].args[0]}), k) or (None, None) for sign in (1, -1)]
        low, high = ([e for e in side if e is not None] for side in zip(*both, strict=True))
        return (low[0], high[0]) if down and len(low) == len(high) == 1 else None
    coefficients = sp.Poly(u, k).all_coeffs() if u.is_polynomial(k) and is_modest(u) else []
    if len(coefficients) == 2 and coefficients[0].is_number and coefficients[0].is_real:
        end = sp.expand(-coefficients[1] / coefficients[0])
        return (end, None) if coefficients[0].is_positive else (None, end)
    if len(coefficients) != 3 or not coefficients[0].is_negative:
        return None
    a, b, c = coefficients
    half = sp.sqrt(sp.expand(b**2 - 4 * a * c)) / (2 * abs(a))
    middle = sp.expand(-b / (2 * a))
    return (middle - half, middle + half) if half.is_positive and half.is_number else None


# --- candidates, from examples


def _common(
    group: Group,
    groups: Sequence[Group],
    symbols: Sequence[sp.Symbol],
    own: Conjunction,
    where: Sequence[Constraint],
    member: sp.Integer,
) -> Conjunction:
    """Return what all examples of a group satisfy, of the conditions on constants that leaves ask for.

    member: the integer of families that is looked at, which may be the one that is met first.
    """
    others = [e for g in groups if g is not group for e in g.examples]
    stated = {c.expr for c in where}
    found: list[Constraint] = []
    for leaf in (leaf for g in groups for leaf in g.leaves):
        for c in (*leaf.conditions, *constraints_on(leaf.wall, where)):
            expr = c.expr.subs({s: member for s in c.expr.free_symbols if s.is_integer})
            if expr.free_symbols and expr.free_symbols <= set(symbols) and expr not in stated:
                found += _signs_on(expr, group.examples)
    return reduced(tuple(dict.fromkeys(found)), own) or _separation(group.examples, others, symbols)


def _signs_on(expr: sp.Expr, examples: Iterable[Example]) -> list[Constraint]:
    """Return the strict sign that an expression has on all examples, as a constraint, if there is one."""
    values = [expr.subs(dict(e)) for e in examples]
    if all(v.is_positive for v in values):
        return [Constraint(expr, ">")]
    return [Constraint(expr, "<")] if all(v.is_negative for v in values) else []


def _separation(
    inside: Sequence[Example], outside: Sequence[Example], symbols: Sequence[sp.Symbol]
) -> Conjunction:
    """Return the sign of a constant, or the order of two, that only the examples inside have."""
    pairs = (a - b for i, a in enumerate(symbols) for b in symbols[i + 1 :])
    for expr in (*symbols, *pairs):
        for c in _signs_on(expr, inside):
            if not any(_signs_on(expr, [e]) == [c] for e in outside):
                return (c,)
    return ()
