"""Gaps solved: the walls on which a gap vanishes, and the thin sets that are left.

A gap is split into irreducible factors; each is solved for a variable, or for a constant (then the wall is
parametrised by the variables), by: real root isolation when nothing else occurs (isolated.py), linear and quadratic
formulas, and inversion of the only function that holds the variable.  Periodic solutions carry a symbolic integer.
Read in order: walls_of; the formulas are in conditions/equations.py.
Gives up on: factors that no name can be isolated from; they are returned as open, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import cycle

import sympy as sp

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.expanded import is_modest, multiplied_out
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.modulo import vanishes_at_root
from diffcheck.algebra.printer import symbol
from diffcheck.algebra.rootless import without_root
from diffcheck.algebra.roots import real_roots
from diffcheck.algebra.signs import signs, squares
from diffcheck.algebra.valued import has_value, is_undefined
from diffcheck.conditions.boxes import Box
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.demands import demands
from diffcheck.conditions.equations import Solved, solve_for
from diffcheck.conditions.generic import vanishes_rarely
from diffcheck.conditions.reach import Status, reach
from diffcheck.walls.critical import critical_zeros
from diffcheck.walls.factored import MAX_OPERATIONS, factors
from diffcheck.walls.isolated import every_root, inside_box, level_wall, root_walls
from diffcheck.walls.members import Member, border_members, bounded_integers, integer_zeros, vanishing_members
from diffcheck.walls.points import GENERIC
from diffcheck.walls.wall import Implicit, Thin, Wall, Walls

__all__ = ["narrowed", "walls_of"]

# Values of a variable at which a function is cut to see where it vanishes for all of them.
CYLINDERS = (sp.S.Zero, sp.S.One, sp.Rational(5, 7), sp.S.NegativeOne)
# Slopes of slopes that are looked at for surfaces on which a function vanishes whatever one name is.
DEEPEST = 3
# Where waves that fit a cut for infinitely many integers fit for few.
IRRATIONAL = sp.sqrt(2) / 3


def walls_of(
    gap: sp.Expr,
    wrt: tuple[str, ...],
    singular: bool,
    never_zero: Callable[[sp.Expr], bool] = lambda _: False,
) -> Walls:
    """Return the zero set of ``gap`` inside all of space, for crossings in the variables ``wrt``.

    singular: whether zero sets of codimension 2 matter as well.  never_zero: True for what vanishes nowhere.
    """
    if never_zero(gap) or is_undefined(gap):
        return Walls()  # what has no value vanishes nowhere either
    if sp.count_ops(gap) > MAX_OPERATIONS:
        return Walls((), (), (gap,))
    variables = [symbol(v) for v in wrt]
    fitted = _residuals(gap, set(variables))
    if len(fitted) > len(set(variables) & gap.free_symbols):
        return Walls()
    if gap.has(sp.Abs):
        return _both_signs(gap, wrt, singular, never_zero)
    if fitted and not gap.is_polynomial(*gap.free_symbols):
        return Walls((), (Thin(gap, fitted),) if singular else ())
    # To factor may take a square out of a root: sqrt(x**4 + x**2) - x holds abs(x).
    parts = [
        _both_signs(f, wrt, singular, never_zero) if f.has(sp.Abs) else _factor_walls(f, variables, singular)
        for f in factors(gap)
        if f.free_symbols & set(variables) and not never_zero(f)
    ]
    return _joined(parts)


def _residuals(gap: sp.Expr, variables: set[sp.Symbol]) -> tuple[sp.Expr, ...]:
    """Return the m bases of a sum of squares if each holds a constant of its own, times a number; else none.

    So are the residuals y_i - F(w, x_i) of a model.  Where all vanish is the graph of these m constants over the k
    variables and the other constants, locally Lipschitz: for k < m only a null set of constants has a zero.  For k >= m
    and analytic bases the zeros have codimension m for all constants but a null set (Sard).
    """
    bases = squares(gap)
    inside = [b.free_symbols for b in bases]
    own = all(
        any(
            sum(c in names for names in inside) == 1 and not c.is_integer and _has_constant_slope(base, c)
            for c in base.free_symbols - variables
        )
        for base in bases
    )
    return bases if own else ()


def _has_constant_slope(expr: sp.Expr, s: sp.Symbol) -> bool:
    rate = sp.diff(expr, s)
    return bool(rate.is_number and rate.is_nonzero)


def _joined(parts: Iterable[Walls]) -> Walls:
    every = list(parts)
    return Walls(
        tuple(dict.fromkeys(w for p in every for w in p.walls)),
        tuple(dict.fromkeys(t for p in every for t in p.thin)),
        tuple(dict.fromkeys(o for p in every for o in p.open)),
    )


def _both_signs(
    gap: sp.Expr, wrt: tuple[str, ...], singular: bool, never_zero: Callable[[sp.Expr], bool]
) -> Walls:
    """|u| is u or -u: the zeros of both pieces contain those of the gap."""
    magnitude = next(iter(gap.atoms(sp.Abs)))
    inner = magnitude.args[0]
    return _joined(walls_of(gap.xreplace({magnitude: s * inner}), wrt, singular, never_zero) for s in (1, -1))


def _factor_walls(f: sp.Expr, variables: list[sp.Symbol], singular: bool) -> Walls:
    inside = [v for v in variables if v in f.free_symbols]
    if f.free_symbols == {inside[0]}:
        isolated = _isolated(f, inside[0])
        return (_shared_zeros(f, variables, singular) if isolated.open else None) or isolated
    high = f.is_polynomial(*inside) and min(sp.degree(f, v) for v in inside) > 2
    if _is_sum_of_squares(f) or (high and _has_one_sign(f)):
        return _touching(f, inside, singular)
    for v in [*_in_order(f, inside)]:
        found = _solutions(f, v, inside)
        if found is not None:
            parts = [_with_exceptions(f, v, s, variables) for s in found]
            return _joined([*parts, _left_out(f, v, found, variables, singular)])
    constants = sorted((c for c in f.free_symbols - set(variables) if not c.is_integer), key=lambda s: s.name)
    for c in sorted(constants, key=lambda c: _linear(f, c) is None):
        value = _linear(f, c)
        found = _solutions(f, c, inside) if value is None else _in_reals([Solved(value)], inside)
        if found is not None:
            own = tuple(k for k in f.free_symbols if k.is_integer)
            walls = Walls(
                tuple(
                    Wall(f, inside[0].name, ((c.name, s.value),), s.conditions, (*own, *s.integers))
                    for s in found
                )
            )
            return _joined([walls, _left_out(f, c, found, variables, singular)])
    for v in inside:
        critical = critical_zeros(f, v)
        if critical is not None:
            walls = walls_of(critical, tuple(u.name for u in variables), singular)
            return _joined([walls, _cylinders(f, v, inside)])
    levels = _levels(f, variables, singular) or _few(f, variables, singular)
    if levels is not None:
        return levels
    shared = _shared_zeros(f, variables, singular)
    rational = without_root(f) if shared is None else None
    if rational is not None:
        return walls_of(rational, tuple(v.name for v in variables), singular)
    if not high and _has_one_sign(f):
        return _touching(f, inside, singular)
    return Walls((), (), (f,)) if shared is None else shared


def _left_out(
    f: sp.Expr, v: sp.Symbol, found: Sequence[Solved], variables: list[sp.Symbol], singular: bool
) -> Walls:
    """Return the zeros that formulas for a name ``v``, a variable or a constant, leave out where they break down."""
    thin = Walls((), tuple(_thin_sets(f, v, variables)) if singular else ())
    inside = [u for u in variables if u in f.free_symbols]
    return _joined([thin, _cylinders(f, v, inside), _special_members(f, found, variables, singular)])


def _special_members(
    f: sp.Expr, found: Sequence[Solved], variables: list[sp.Symbol], singular: bool
) -> Walls:
    """Return the zeros for integers in ``f`` at which a coefficient vanishes and formulas have no value, or end.

    k*x**2 + x - c is x - c for k = 0, and -k - u**2 vanishes where u does.
    """
    names = tuple(v.name for v in variables)
    return _joined(
        walls_of(f.subs(k, n), names, singular)
        for k, n in _vanishing_coefficients(f)
        if not found or any(_ends_at(s, k, n) for s in found)
    )


def _vanishing_coefficients(f: sp.Expr) -> Iterator[tuple[sp.Symbol, int]]:
    """Yield integers with the values at which a coefficient in them alone vanishes."""
    numbers = [s for s in f.free_symbols if s.is_integer]
    if not numbers:
        return
    coefficients: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(multiplied_out(f)):
        others = [s for s in term.free_symbols if not s.is_integer]
        coefficient, rest = term.as_independent(*others, as_Add=False)
        coefficients[rest] = coefficients.get(rest, sp.S.Zero) + coefficient
    parts = [g for c in coefficients.values() if c.free_symbols for g in factors(c)]
    for k in numbers:
        zeros = [integer_zeros(g, k) for g in parts if g.free_symbols == {k}]
        yield from ((k, n) for n in sorted({n for some in zeros for n in some or ()}))


def _ends_at(s: Solved, k: sp.Symbol, n: int) -> bool:
    """Whether a formula has no value for an integer, or a condition holds with equality at most."""
    borders = (c.expr.subs(k, n) for c in s.conditions)
    return not has_value(s.value.subs(k, n)) or any(
        b.is_zero is not False and not b.free_symbols for b in borders
    )


def _levels(f: sp.Expr, variables: list[sp.Symbol], singular: bool) -> Walls | None:
    """Return the zeros of f = g(u) for a function g of one argument: u = r for every root r of g; None if it is none.

    erf(x - c) = 1/2 where x - c is the root of erf(w) = 1/2.
    """
    w = sp.Symbol("w", real=True)
    for v in (v for v in variables if v in f.free_symbols):
        for u in _arguments(f, v):
            g = _in_terms_of(f, u, v, w)
            found = None if g is None else real_roots(g, w)
            if g is None or found is None or not found.complete or found.families or found.everywhere:
                continue
            shifted = sp.diff(u, v) == 1
            parts = []
            for root in found.roots:
                if root.exact is not None:
                    parts.append(walls_of(u - root.exact, tuple(s.name for s in variables), singular))
                elif shifted:
                    parts.append(Walls((level_wall(f, v, u, root, g.xreplace({w: v})),)))
                else:
                    break
            else:
                return _joined(parts)
    return None


def _few(f: sp.Expr, variables: list[sp.Symbol], singular: bool) -> Walls | None:
    """Return the zeros for each value of the only integer in ``f``, if these are few: erf(x) = k for k = 0 alone."""
    integers = [s for s in f.free_symbols if s.is_integer]
    few = bounded_integers(f, integers[0]) if len(integers) == 1 else None
    if few is None:
        return None
    names = tuple(v.name for v in variables)
    return _joined(walls_of(f.subs(integers[0], n), names, singular) for n in few)


def _arguments(f: sp.Expr, v: sp.Symbol) -> Iterator[sp.Expr]:
    """Yield what a function g of one argument can be a function of: v plus something first, then whole arguments."""
    inside = [a for part in f.atoms(sp.Function, sp.exp) for a in part.args if v in a.free_symbols]
    for u in dict.fromkeys(inside):
        if _has_constant_slope(u, v):
            yield sp.expand(u / sp.diff(u, v))
    yield from dict.fromkeys(inside)


def _in_terms_of(f: sp.Expr, u: sp.Expr, v: sp.Symbol, w: sp.Symbol) -> sp.Expr | None:
    """Return g(w) with f = g(u), if that is seen."""
    shifted = sp.diff(u, v) == 1
    g = f.subs(v, w + v - u) if shifted else f.xreplace({u: w})
    if shifted and g.free_symbols != {w} and is_modest(g):
        g = sp.expand(g, power_exp=False)
    return g if g.free_symbols == {w} else None


def _shared_zeros(f: sp.Expr, variables: list[sp.Symbol], singular: bool) -> Walls | None:
    """Return the zeros of a sum of squares, which are those that all bases share; None where one is not solved.

    A base is an analytic function on a wall of another.  It vanishes on all of it, or on a null set: for constants in
    general position nowhere on the wall if constants alone move along it, else on a set of codimension 2.
    """
    bases = squares(f)
    if any(s.is_integer for s in f.free_symbols):
        return None  # at single integers a base may vanish whatever else does
    for base in bases:
        others = [other for other in bases if other is not base]
        found = walls_of(base, tuple(v.name for v in variables), False)
        parts = [_shared_part(w, others) for w in found.walls]
        if found.open or found.thin or None in parts:
            continue
        whole = tuple(replace(w, gap=f) for part in parts for w in part or ())
        return Walls(whole, (Thin(f, bases),) if singular else ())
    return None


def _shared_part(wall: Wall, others: Sequence[sp.Expr]) -> list[Wall] | None:
    """Return the parts of a wall on all of which other expressions vanish as well; None where not known."""
    if wall.implicit is not None:
        return None
    rests = [e.xreplace({symbol(n): v for n, v in wall.base}) for e in others]
    decisions = [vanishes_rarely(e) for e in rests]
    if Decision.YES not in decisions:
        return None if Decision.UNKNOWN in decisions else [wall]
    if not wall.integers:
        return []
    members = vanishing_members(rests[decisions.index(Decision.YES)], wall.integers)
    if members is None:
        return None
    parts = [_shared_part(wall.with_integer(k, value), others) for k, value in members]
    return None if None in parts else [w for part in parts for w in part or ()]


def _solutions(f: sp.Expr, s: sp.Symbol, variables: Sequence[sp.Symbol]) -> list[Solved] | None:
    """Return all solutions for a symbol, up to null sets; None where none are known, or a border may be more than that.

    A formula holds under strict conditions.  sqrt(x**2 + 2*x + 1) - x - 1 > 0 has a border that is a half-line.
    """
    found = solve_for(f, s)
    return None if found is None else _in_reals(found, variables)


def _in_reals(found: Sequence[Solved], variables: Sequence[sp.Symbol]) -> list[Solved] | None:
    """Return solutions with what makes their formulas real; None where the border of that may be no null set."""
    real = [_real(one, variables) for one in found]
    borders = dict.fromkeys(c.expr for one in real for c in one.conditions)
    return real if all(vanishes_rarely(u) is Decision.YES for u in borders if u.free_symbols) else None


def _real(s: Solved, variables: Sequence[sp.Symbol]) -> Solved:
    """Add what makes the formula real, where variables decide that: y = -sqrt(x) ends at x = 0."""
    asked = (u for u, rel in demands(s.value) if rel != "!=" and u.free_symbols & set(variables))
    more = (Constraint(u, ">") for u in asked if not u.is_nonnegative)
    return replace(s, conditions=tuple(dict.fromkeys((*s.conditions, *more))))


def _cylinders(f: sp.Expr, v: sp.Symbol, inside: list[sp.Symbol], depth: int = DEEPEST) -> Walls:
    """Return the hypersurfaces in the other variables on which ``f`` vanishes whatever ``v`` is.

    A formula for ``v`` leaves them out: y = 0 for exp(y*v) - cos(y), x = 0 for k = 0 of v*erf(x) - k.  On them the
    slope in ``v`` vanishes as well, mostly in a factor without ``v``.  Irreducible polynomials in real names have none.
    """
    others = tuple(u.name for u in inside if u != v)
    if not others or _is_rational_polynomial(f):
        return Walls()
    cuts = [cut for cut in (f.subs(v, value) for value in CYLINDERS) if _is_telling(cut)]
    if any(cut.is_number and cut.is_nonzero for cut in cuts):
        return Walls()
    along = _where_slope_vanishes(f, v, inside, depth)
    found = [] if along is None else [along]
    found += [
        walls_of(cut, others, False)
        for cut in cuts
        if along is None and cut.free_symbols & set(map(symbol, others))
    ]
    for walls in found:
        kept = None if walls.open else [_whole_lines(f, v, w) for w in walls.walls]
        if kept is not None and None not in kept:
            return Walls(tuple(w for part in kept for w in part or ()))
    return Walls((), (), (f,))


def _is_rational_polynomial(f: sp.Expr) -> bool:
    """Whether this is a polynomial in real names with rational numbers, which SymPy factors completely."""
    names = f.free_symbols
    if any(s.is_integer for s in names) or not f.is_polynomial(*names):
        return False
    return all(c.is_Rational for c in sp.Poly(f, *names).coeffs())


def _where_slope_vanishes(f: sp.Expr, v: sp.Symbol, inside: list[sp.Symbol], depth: int) -> Walls | None:
    """Return the hypersurfaces on which df/dv vanishes for all ``v``; None where they are not known."""
    rate = sp.diff(f, v)
    if depth == 0 or rate == 0 or sp.count_ops(rate) > MAX_OPERATIONS:
        return None
    parts = [
        _cylinders(g, v, inside, depth - 1)
        if v in g.free_symbols
        else walls_of(g, tuple(u.name for u in inside), False)
        for g in factors(rate)
    ]
    return None if any(p.open for p in parts) else _joined(parts)


def _is_telling(cut: sp.Expr) -> bool:
    """Whether a cut has values: 0**p and (-1)**p tell nothing, whatever p is."""
    powers = (p for p in cut.atoms(sp.Pow) if p.base.is_number and not p.exp.is_integer)
    return has_value(cut) and all(p.base.is_positive for p in powers)


def _whole_lines(f: sp.Expr, v: sp.Symbol, wall: Wall) -> list[Wall] | None:
    """Return the parts of a wall, found for one ``v``, on which ``f`` vanishes for all; None where not known."""
    if wall.implicit is not None and wall.implicit.known:
        return None  # many roots, of which some may be zeros for all
    rest = f.xreplace({symbol(n): e for n, e in wall.base})
    if wall.implicit is not None:
        return _at_root(f, rest, wall, wall.implicit)
    if is_zero(rest) is not Decision.NO:
        return [replace(wall, gap=f)]
    members = vanishing_members(rest, [s for s in rest.free_symbols if s.is_integer], {v: IRRATIONAL})
    if members is None:
        return None
    found: list[Wall] = []
    for k, value in members:
        member = wall.with_integer(k, value) if k in wall.integers else wall
        whole = _whole_lines(f if k in wall.integers else f.subs(k, value), v, member)
        if whole is None:
            return None
        found += whole
    return found


def _at_root(f: sp.Expr, rest: sp.Expr, wall: Wall, implicit: Implicit) -> list[Wall] | None:
    """Return a wall at a root known by its equation if ``f``, which is ``rest`` there, vanishes on all of it."""
    xi = implicit.symbol
    if vanishes_at_root(rest, xi, implicit.equation, lambda _: False):
        return [replace(wall, gap=f)]
    free = sorted(rest.free_symbols - {xi}, key=lambda s: s.name)
    if any(s.is_integer for s in free):
        return None
    point = dict(zip(free, cycle(GENERIC), strict=False))
    ball = enclose(rest, {**point, xi: implicit.ball(190)}, 190)
    return [] if ball.is_finite() and not ball.contains(0) else None


def _touching(f: sp.Expr, inside: list[sp.Symbol], singular: bool) -> Walls:
    """Irreducible and of one sign: a zero set of codimension 1 would be crossed with a change of sign.

    With the constants in space: in one variable it is met for a null set of constants alone, as norm(y - w*x) is.
    """
    bases = squares(f) if _is_sum_of_squares(f) else ()
    system = bases or (f, *(sp.diff(f, v) for v in inside))
    return Walls((), (Thin(f, system),) if singular else ())


def _is_sum_of_squares(f: sp.Expr) -> bool:
    """Whether a polynomial is written as a sum of squares on all of space."""
    plain = all(s.is_positive is None and not s.is_integer for s in f.free_symbols)
    return plain and bool(squares(f)) and f.is_polynomial(*f.free_symbols)


def _has_one_sign(f: sp.Expr) -> bool:
    """Whether a polynomial is nonnegative, or nonpositive, on all of space."""
    if not f.is_polynomial(*f.free_symbols) or any(s.is_integer for s in f.free_symbols):
        return False
    return any(reach([Constraint(f, rel)]).status is Status.UNSAT for rel in ("<", ">"))


def _in_order(f: sp.Expr, symbols: list[sp.Symbol]) -> list[sp.Symbol]:
    """Return the symbols that occur linearly first, those times a number before the others: the simplest solutions."""

    def rank(s: sp.Symbol) -> int:
        return 2 if _linear(f, s) is None else 0 if sp.diff(f, s).is_number else 1

    return sorted(symbols, key=rank)


def _linear(f: sp.Expr, s: sp.Symbol) -> sp.Expr | None:
    if not f.is_polynomial(s):
        return None
    poly = sp.Poly(f, s)
    if poly.degree() != 1:
        return None
    a, b = poly.all_coeffs()
    return sp.cancel(-b / a) if (b / a).is_rational_function() else -b / a


def narrowed(walls: Walls, box: Box) -> Walls:
    """Solve what stayed open in one symbol inside the box: exp(x**6)*(x - 1) + x grows too fast to be followed far out.

    Of infinitely many roots that have no closed form few are inside, one by one.

    box: a ball for every symbol that the domain bounds on both sides.
    """
    parts = [replace(walls, open=())]
    for f in walls.open:
        (x, *others) = f.free_symbols
        parts.append(Walls((), (), (f,)) if others or x not in box else inside_box(f, x, box[x]))
    for w in walls.walls:
        if w.implicit is not None and w.implicit.known and symbol(w.variable) in box:
            found = inside_box(w.gap, symbol(w.variable), box[symbol(w.variable)])
            if not found.open:
                others = tuple(v for v in parts[0].walls if v.gap != w.gap)
                parts[0] = replace(parts[0], walls=others)
                parts.append(found)
    return _joined(parts)


@lru_cache(maxsize=2048)
def _isolated(f: sp.Expr, x: sp.Symbol) -> Walls:
    found = real_roots(f, x)
    if not found.complete:
        # Inverting one function after the other misses nothing: 1/x = k*pi holds all zeros of sin(1/x).
        solved = solve_for(f, x)
        if solved is not None:
            return _joined(_with_exceptions(f, x, s, [x]) for s in solved)
        every = every_root(f, x)
        if every is not None:
            return Walls(tuple(every))
    return root_walls(f, x, found)


def _with_exceptions(f: sp.Expr, v: sp.Symbol, s: Solved, variables: Sequence[sp.Symbol]) -> Walls:
    """Return the wall of a solution, and those of the integers on the border of its conditions.

    A strict condition on real symbols leaves out a null set; on integers it would leave out whole members.
    """
    own = tuple(i for i in f.free_symbols if i.is_integer)
    whole = (*own, *s.integers)
    parts = [Walls((Wall(f, v.name, ((v.name, s.value),), s.conditions, whole),))]
    for c in s.conditions:
        border = border_members(c, s.conditions)
        if border is None:
            parts.append(Walls((), (), (f,)))
        for k, n in border or ():
            if k in s.integers:
                parts.append(_on_border(f, v, s, c, (k, n)))
                continue
            member = f.subs(k, n)
            parts += [_factor_walls(g, list(variables), False) for g in factors(member) if g.has(*variables)]
    return _joined(parts)


def _on_border(f: sp.Expr, v: sp.Symbol, s: Solved, c: Constraint, member: Member) -> Walls:
    """Return a member for which a condition holds with equality: sqrt(pi*k) is a zero of sin(x**2) for k = 0 too."""
    k, n = member
    value = s.value.subs(k, n)
    rest = tuple(Constraint(d.expr.subs(k, n), d.rel) for d in s.conditions if d != c)
    integers = tuple(i for i in (*f.free_symbols, *s.integers) if i.is_integer and i != k)
    if not has_value(value):
        return Walls()
    return Walls((Wall(f, v.name, ((v.name, value),), rest, integers),))


def _thin_sets(f: sp.Expr, v: sp.Symbol, variables: list[sp.Symbol]) -> Iterator[Thin]:
    """Yield the systems on which the formula for ``v`` breaks down: the leading coefficient or the slope vanishes.

    Where the gradient of ``f`` vanishes the zero set may be no hypersurface at all: sin(x)**2 + sin(y)**2.
    """
    degree = 0
    if f.is_polynomial(v):
        poly = sp.Poly(f, v)
        degree, lead = poly.degree(), poly.LC()
        if lead.free_symbols & set(variables) and 0 in signs(lead):
            yield Thin(f, tuple(c for c in poly.all_coeffs() if c != 0))
    slopes = [sp.diff(f, u) for u in variables if u in f.free_symbols]
    if degree != 1 and not any(s.is_nonzero for s in slopes):
        yield Thin(f, (f, *slopes))
