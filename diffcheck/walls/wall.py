"""Walls: the hypersurfaces on which a gap vanishes, written so that a germ can start from them.

A gap is split into irreducible factors; each is solved for a variable, or for a constant (then the wall is
parametrised by the variables), by: real root isolation when nothing else occurs (roots/), linear and quadratic
formulas, and inversion of the only function that holds the variable.  Periodic solutions carry a symbolic integer.
Read in order: Wall, walls_of; the formulas are in conditions/equations.py.
Gives up on: factors that no name can be isolated from; they are returned as open, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import flint
import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import inner_symbol, symbol
from diffcheck.algebra.roots import Family, Root, real_roots
from diffcheck.algebra.signs import signs, squares
from diffcheck.conditions.boxes import Box
from diffcheck.conditions.equations import Solved, fresh_integer, fresh_number, solve_for
from diffcheck.conditions.reach import Constraint, Status, reach
from diffcheck.deadline import check_time

__all__ = [
    "Implicit",
    "Step",
    "Thin",
    "Wall",
    "Walls",
    "factors",
    "integer_zeros",
    "narrowed",
    "walls_of",
    "without_root",
]

# Past this size SymPy's factoring takes seconds, and nothing ends it.
MAX_OPERATIONS = 150
# Coefficients may be longer than gaps; beyond this they stay in one piece.
MAX_FACTORED = 500
# Values of a variable at which a function is cut to see where it vanishes for all of them.
CYLINDERS = (sp.S.Zero, sp.S.One, sp.Rational(5, 7))
# Where waves that fit a cut for infinitely many integers fit for few.
IRRATIONAL = sp.sqrt(2) / 3


@dataclass(frozen=True, slots=True)
class Implicit:
    """A root without a closed form: a symbol that stands for it, its ball, the equation it solves."""

    symbol: sp.Symbol
    root: Root = field(compare=False)
    equation: sp.Expr

    def ball(self, prec: int) -> flint.arb:
        """Return an enclosure of about ``prec`` bits."""
        return self.root.ball if prec <= 190 else self.root.refine(prec)


@dataclass(frozen=True, slots=True)
class Step:
    """floor(of) = value along a wall: a symbolic integer or, on a part of the wall, a number.

    exact: ``of`` itself is that integer; else it lies between ``value`` and ``value`` + 1.
    """

    of: sp.Expr
    value: sp.Expr
    exact: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """A hypersurface gap = 0, crossed along ``variable``.

    base: expressions for the bound names; every other name is free and stands for itself.
    conditions: what free symbols satisfy where the wall is real.
    integers: symbolic integers that number the members of a family, and those that stand for steps.
    steps: integer parts that move along the wall; None where each of their values is a kind of point of its own.
    """

    gap: sp.Expr
    variable: str
    base: tuple[tuple[str, sp.Expr], ...]
    conditions: tuple[Constraint, ...] = ()
    integers: tuple[sp.Symbol, ...] = ()
    implicit: Implicit | None = None
    steps: tuple[Step, ...] | None = ()

    def point(self) -> dict[str, sp.Expr]:
        """Return the expressions of the bound names."""
        return dict(self.base)

    def with_integer(self, k: sp.Symbol, value: sp.Expr) -> Wall:
        """Return the part of the family with ``k`` = ``value`` (a number, or 2*j + 1 for another integer j)."""
        left = tuple(i for i in self.integers if i != k)
        more = tuple(s for s in value.free_symbols if s.is_integer)
        base = tuple((n, _put_in(e, k, value)) for n, e in self.base)
        conditions = tuple(Constraint(c.expr.subs(k, value), c.rel) for c in self.conditions)
        steps = self.steps and tuple(
            replace(s, of=s.of.subs(k, value), value=s.value.subs(k, value)) for s in self.steps
        )
        gap = self.gap.subs(k, value)
        return replace(self, gap=gap, base=base, conditions=conditions, integers=left + more, steps=steps)

    def with_step(self, u: sp.Expr) -> Iterator[Wall]:
        """Yield the parts of the wall that floor(u) tells apart.

        On real coordinates u is an integer on a null set of the wall only; on integers that is a part of its own.
        """
        n = fresh_integer()
        inside = (Constraint(u - n, ">"), Constraint(n + 1 - u, ">"))
        parts: list[tuple[bool, tuple[Constraint, ...]]] = [(False, inside)]
        if all(s.is_integer for s in u.free_symbols):
            parts.append((True, (Constraint(u - n, "="),)))
        for exact, conditions in parts:
            yield replace(
                self,
                conditions=(*self.conditions, *conditions),
                integers=(*self.integers, n),
                steps=(*(self.steps or ()), Step(u, n, exact)),
            )


def _put_in(expr: sp.Expr, k: sp.Symbol, value: sp.Expr) -> sp.Expr:
    """Return a formula at an integer; a polynomial is expanded, so that SymPy sees whole turns in a sine of it."""
    found = expr.subs(k, value)
    return sp.expand_mul(found) if found.is_polynomial(*found.free_symbols) else found


@dataclass(frozen=True, slots=True)
class Thin:
    """A system of equations whose zero set has codimension 2 or more, on which a singular gap vanishes."""

    gap: sp.Expr
    equations: tuple[sp.Expr, ...]


@dataclass(frozen=True, slots=True)
class Walls:
    """The answer for one gap: its walls, the thin sets left to look at, and what could not be solved."""

    walls: tuple[Wall, ...] = ()
    thin: tuple[Thin, ...] = ()
    open: tuple[sp.Expr, ...] = ()


@lru_cache(maxsize=2048)
def factors(expr: sp.Expr) -> tuple[sp.Expr, ...]:
    """Return the distinct factors of the numerator that can vanish, as far as signs are plain to see.

    What is too long to be factored is one factor, as it stands.
    """
    check_time()
    if 0 not in signs(expr):
        return ()
    if sp.count_ops(expr) > MAX_FACTORED or not is_modest(expr):
        return (expr,) if expr.free_symbols else ()
    expr, hidden = _hidden(expr)
    numerator = sp.together(expr).as_numer_denom()[0]
    if 0 not in signs(numerator):
        return ()
    found: Iterable[sp.Expr]
    try:
        powers = sp.factor_list(numerator)[1]
        found = [f for f, _ in powers]
        longer = [n for _, n in powers] == [1] and sp.count_ops(found[0]) > sp.count_ops(numerator)
        if [n for _, n in powers] == [1] and (longer or squares(numerator)):
            found = [numerator]  # as written: a sum of squares stays one
    except (sp.PolynomialError, NotImplementedError, ValueError, TypeError):
        found = [
            a.base if a.is_Pow and a.exp.is_positive else a
            for a in sp.Mul.make_args(sp.factor_terms(numerator))
        ]
    # |u| vanishes where u does.
    shown = (f.args[0] if isinstance(f, sp.Abs) else f for f in (f.xreplace(hidden) for f in found))
    return tuple(f for f in dict.fromkeys(shown) if f.free_symbols and 0 in signs(f))


def _hidden(expr: sp.Expr) -> tuple[sp.Expr, dict[sp.Expr, sp.Expr]]:
    """Replace exponentials and powers by symbols: exp(10**9*x) would be read as the power 10**9 of exp(x)."""

    def large(exponent: sp.Expr) -> bool:
        return any(c.q > 12 or abs(c.p) > 12 for c in exponent.atoms(sp.Rational))

    kernels = [k for k in expr.atoms(sp.exp) if large(k.args[0])]
    kernels += [
        k
        for k in expr.atoms(sp.Pow)
        if k.exp.is_Integer is not True and large(k.exp) and k.base.is_nonnegative
    ]
    table = {k: sp.Dummy("e", positive=True) for k in kernels}
    return expr.xreplace(table), {d: k for k, d in table.items()}


def walls_of(
    gap: sp.Expr,
    wrt: tuple[str, ...],
    singular: bool,
    never_zero: Callable[[sp.Expr], bool] = lambda _: False,
) -> Walls:
    """Return the zero set of ``gap`` inside all of space, for crossings in the variables ``wrt``.

    singular: whether zero sets of codimension 2 matter as well.  never_zero: True for what vanishes nowhere.
    """
    if never_zero(gap) or gap.has(sp.zoo, sp.nan):
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
    parts = [
        _factor_walls(f, variables, singular)
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
        return _isolated(f, inside[0])
    high = f.is_polynomial(*inside) and min(sp.degree(f, v) for v in inside) > 2
    if _is_sum_of_squares(f) or (high and _has_one_sign(f)):
        return _touching(f, inside, singular)
    for v in [*_in_order(f, inside)]:
        found = solve_for(f, v)
        if found is not None:
            walls = [w for s in found for w in _with_exceptions(f, v, _real(s, inside))]
            solved = Walls(tuple(walls), tuple(_thin_sets(f, v, variables)) if singular else ())
            return _joined([solved, _cylinders(f, v, inside)])
    constants = sorted((c for c in f.free_symbols - set(variables) if not c.is_integer), key=lambda s: s.name)
    for c in sorted(constants, key=lambda c: _linear(f, c) is None):
        value = _linear(f, c)
        found = solve_for(f, c) if value is None else [Solved(value)]
        if found is not None:
            own = (Wall(f, inside[0].name, ((c.name, s.value),), s.conditions, s.integers) for s in found)
            return _joined([Walls(tuple(own)), _cylinders(f, c, inside)])
    rational = without_root(f)
    if rational is not None:
        return walls_of(rational, tuple(v.name for v in variables), singular)
    if not high and _has_one_sign(f):
        return _touching(f, inside, singular)
    return Walls((), (), (f,))


def _real(s: Solved, variables: Sequence[sp.Symbol]) -> Solved:
    """Add what makes the formula real, where variables decide that: y = -sqrt(x) ends at x = 0."""
    inside = [p.base for p in s.value.atoms(sp.Pow) if not p.exp.is_Integer]
    inside += [log.args[0] for log in s.value.atoms(sp.log)]
    more = (Constraint(u, ">") for u in inside if u.free_symbols & set(variables) and not u.is_nonnegative)
    return replace(s, conditions=tuple(dict.fromkeys((*s.conditions, *more))))


def _cylinders(f: sp.Expr, v: sp.Symbol, inside: list[sp.Symbol]) -> Walls:
    """Return the hypersurfaces in the other variables on which ``f`` vanishes whatever ``v`` is.

    A formula for ``v`` leaves them out: y = 0 for exp(y*v) - cos(y).  An irreducible polynomial has none.
    """
    others = [u for u in inside if u != v]
    if not others or f.is_polynomial(*f.free_symbols):
        return Walls()
    for value in CYLINDERS:
        cut = f.subs(v, value)
        if cut.has(sp.zoo, sp.nan, sp.I) or not cut.free_symbols & set(others):
            if cut.is_number and cut.is_nonzero:
                return Walls()
            continue
        found = walls_of(cut, tuple(u.name for u in others), False)
        if not found.open:
            kept = [_whole_lines(f, v, w) for w in found.walls]
            return (
                Walls((), (), (f,)) if None in kept else Walls(tuple(w for part in kept for w in part or ()))
            )
    return Walls((), (), (f,))


def _whole_lines(f: sp.Expr, v: sp.Symbol, wall: Wall) -> list[Wall] | None:
    """Return the parts of a wall, found for one ``v``, on which ``f`` vanishes for all; None where not known."""
    rest = f.xreplace({symbol(n): e for n, e in wall.base})
    if is_zero(rest) is not Decision.NO:
        return [replace(wall, gap=f)]
    found: list[Wall] = []
    for k in wall.integers:
        zeros = integer_zeros(rest, k, {v: IRRATIONAL})
        if zeros is None:
            return None
        for n in zeros:
            found += _whole_lines(f, v, wall.with_integer(k, sp.Integer(n))) or ()
    return found


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


def without_root(f: sp.Expr) -> sp.Expr | None:
    """f = A + B*sqrt(u) vanishes only where A**2 - B**2*u does; None when f has no square root."""
    roots = sorted(
        (p for p in f.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q == 2), key=sp.count_ops, reverse=True
    )
    for root in roots:
        u = root.base
        r = sp.Dummy("r", positive=True)
        inner = f.xreplace({p: r ** (2 * p.exp) for p in roots if p.base == u})
        inner = sp.together(inner).as_numer_denom()[0]
        if not inner.is_polynomial(r):
            continue
        even = odd = sp.S.Zero
        for (n,), c in sp.Poly(inner, r).terms():
            part = c * u ** (n // 2)
            even, odd = (even, odd + part) if n % 2 else (even + part, odd)
        return sp.expand(even**2 - odd**2 * u)
    return None


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


# --- one symbol only: every real root, proved complete or said to be open


def narrowed(walls: Walls, box: Box) -> Walls:
    """Solve what stayed open in one symbol inside the box: exp(x**6)*(x - 1) + x grows too fast to be followed far out.

    box: a ball for every symbol that the domain bounds on both sides.
    """
    parts = [replace(walls, open=())]
    for f in walls.open:
        (x, *others) = f.free_symbols
        parts.append(Walls((), (), (f,)) if others or x not in box else _inside(f, x, box[x]))
    return _joined(parts)


def _inside(f: sp.Expr, x: sp.Symbol, ball: flint.arb) -> Walls:
    ends = (end.mid().fmpq() for end in (ball.lower(), ball.upper()))
    found = real_roots(f, x, *(sp.Rational(int(q.p), int(q.q)) for q in ends))
    walls = [_root_wall(f, x, r) for r in found.roots] + [_family_wall(f, x, m) for m in found.families]
    return Walls(tuple(walls), (), () if found.complete else (f,))


@lru_cache(maxsize=2048)
def _isolated(f: sp.Expr, x: sp.Symbol) -> Walls:
    found = real_roots(f, x)
    if not found.complete:
        # Inverting one function after the other misses nothing: 1/x = k*pi holds all zeros of sin(1/x).
        solved = solve_for(f, x)
        if solved is not None:
            return Walls(tuple(w for s in solved for w in _with_exceptions(f, x, s)))
    walls = [_root_wall(f, x, r) for r in found.roots]
    walls += [_family_wall(f, x, m) for m in found.families]
    return Walls(tuple(walls), (), () if found.complete else (f,))


def _root_wall(f: sp.Expr, x: sp.Symbol, root: Root) -> Wall:
    if root.exact is not None:
        return Wall(f, x.name, ((x.name, root.exact),))
    xi = inner_symbol(f"{x.name}_root{fresh_number()}")
    equation = f.subs(x, xi) if root.polynomial is None else root.polynomial.as_expr(xi)
    return Wall(f, x.name, ((x.name, xi),), implicit=Implicit(xi, root, equation))


def _family_wall(f: sp.Expr, x: sp.Symbol, family: Family) -> Wall:
    k = fresh_integer()
    implicit = None
    base = family.base.exact
    if base is None:
        base = inner_symbol(f"{x.name}_root{fresh_number()}")
        implicit = Implicit(base, family.base, f.subs(x, base))
    limits = [Constraint(k - family.first, ">=")] if family.first is not None else []
    limits += [Constraint(k - family.last, "<=")] if family.last is not None else []
    limits += [Constraint(k - n, "!=") for n in family.excluded]
    return Wall(f, x.name, ((x.name, base + k * family.period),), tuple(limits), (k,), implicit)


# --- several symbols: formulas


def integer_zeros(
    expr: sp.Expr, k: sp.Symbol, near: Mapping[sp.Symbol, sp.Expr] | None = None
) -> list[int] | None:
    """Return integers among which are all at which ``expr`` vanishes identically in all else; None when not known.

    near: values of the other symbols at which ``expr`` is defined.  Where it vanishes identically it does so there.
    """
    out: set[int] = set()
    for f in sp.Mul.make_args(sp.factor_terms(expr)):
        base = f.base if f.is_Pow and f.exp.is_positive else f
        if k not in base.free_symbols or base.is_nonzero:
            continue
        found = _zeros_of_factor(base, k, near or {})
        if found is None:
            return None
        out |= found
    return sorted(out)


def _zeros_of_factor(f: sp.Expr, k: sp.Symbol, near: Mapping[sp.Symbol, sp.Expr]) -> set[int] | None:
    others = f.free_symbols - {k}
    if not others:
        return _zeros_in_one(f, k)
    if f.is_polynomial(*others) and is_modest(f):
        coefficients = sp.Poly(f, *others).coeffs()
        if any(c.is_number for c in coefficients):
            return set()
        first = min(coefficients, key=sp.count_ops)
        return _zeros_in_one(first, k)
    if sp.count_ops(f) > MAX_OPERATIONS or not others <= near.keys():
        return None
    return _zeros_in_one(f.xreplace({s: near[s] for s in others}), k)


@lru_cache(maxsize=2048)
def _zeros_in_one(expr: sp.Expr, k: sp.Symbol) -> set[int] | None:
    """Return integers among which are all zeros of an expression in ``k`` alone; None when they are not all known."""
    magnitude = next(iter(expr.atoms(sp.Abs)), None)
    if magnitude is not None:
        # |u| is u or -u: the zeros of both pieces contain those of the expression.
        pieces = [sp.expand(expr.xreplace({magnitude: s * magnitude.args[0]})) for s in (1, -1)]
        found_in = [None if piece.is_zero else _zeros_in_one(piece, k) for piece in pieces]
        if None in found_in:
            return None
        return {n for zeros in found_in for n in zeros or () if expr.subs(k, n).is_zero is not False}
    if _alternates(expr, k):
        return _zeros_by_parity(expr, k)
    out: set[int] = set()
    for f in factors(expr):
        if f.is_polynomial(k):
            x = sp.Dummy("x", real=True)
            out |= {int(r) for r in sp.roots(sp.Poly(f.subs(k, x), x), filter="Z")}
            continue
        x = sp.Symbol("x", real=True)
        found = real_roots(f.subs(k, x), x)
        unsure = [r for r in found.roots if r.exact is None and r.ball.contains_integer()]
        periodic = [_integers_in(family) for family in found.families]
        if not found.complete or unsure or None in periodic:
            return None
        out |= {int(r.exact) for r in found.roots if r.exact is not None and r.exact.is_Integer}
        out |= {n for members in periodic for n in members or ()}
    return out


def _alternates(expr: sp.Expr, k: sp.Symbol) -> bool:
    return any(p.base == -1 and k in p.exp.free_symbols for p in expr.atoms(sp.Pow))


def _zeros_by_parity(expr: sp.Expr, k: sp.Symbol) -> set[int] | None:
    """Return the zeros of an expression with (-1)**k, which is 1 or -1; None when they are not all known."""
    half = sp.Symbol(f"{k.name}_", integer=True)
    out: set[int] = set()
    for parity in (0, 1):
        part = expr.subs(k, 2 * half + parity)
        found = None if part.is_zero or _alternates(part, half) else _zeros_in_one(part, half)
        if found is None:
            return None
        out |= {2 * n + parity for n in found}
    return out


def _integers_in(family: Family) -> set[int] | None:
    """Return the integers of a family of zeros; None when they are not known, or infinitely many.

    b + n*T with b rational and T irrational is rational for n = 0 alone.
    """
    base = family.base.exact
    if base is None or not base.is_rational or family.period.is_rational is not False:
        return None
    return {int(base)} if base.is_Integer and family.has(0) else set()


def _with_exceptions(f: sp.Expr, v: sp.Symbol, s: Solved) -> Iterator[Wall]:
    """Yield the wall of a solution, and those of the integers on the border of its conditions.

    A strict condition on real symbols leaves out a null set; on integers it would leave out whole members.
    """
    own = tuple(i for i in f.free_symbols if i.is_integer)
    yield Wall(f, v.name, ((v.name, s.value),), s.conditions, (*own, *s.integers))
    for c in s.conditions:
        if len(c.expr.free_symbols) != 1 or not c.expr.free_symbols <= {*own, *s.integers}:
            continue
        (k,) = c.expr.free_symbols
        for n in integer_zeros(c.expr, k) or []:
            if k in s.integers:
                # The formula holds on its border as well: sqrt(pi*k) is a zero of sin(x**2) for k = 0 too.
                value = s.value.subs(k, n)
                rest = tuple(Constraint(d.expr.subs(k, n), d.rel) for d in s.conditions if d != c)
                integers = tuple(i for i in (*own, *s.integers) if i != k)
                if not value.has(sp.zoo, sp.nan, sp.I):
                    yield Wall(f, v.name, ((v.name, value),), rest, integers)
                continue
            for inner in factors(f.subs(k, n)):
                if v in inner.free_symbols:
                    yield from _factor_walls(inner, [v], False).walls


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
