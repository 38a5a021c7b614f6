"""Where a thin set is: systems of equations solved one by one, over all reals, for constants in general position.

A sum of positive multiples of even powers vanishes where every base does; otherwise an equation is split into factors,
each factor solved for one variable, and the solution put into the others.
Read in order: Question, Component, components.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import sympy as sp

from diffcheck.algebra.expanded import expanded, is_modest
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.printer import shown, symbol
from diffcheck.algebra.roots import real_roots
from diffcheck.algebra.signs import signs
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.equations import Solved, solve_for
from diffcheck.conditions.generic import vanishes_rarely
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import STRICT
from diffcheck.errors import Undetermined
from diffcheck.language.tree import Node
from diffcheck.thin.rays import Ray
from diffcheck.walls.cell import Cell
from diffcheck.walls.factored import factors
from diffcheck.walls.members import integer_zeros
from diffcheck.walls.outcome import SMOOTH, Outcome
from diffcheck.walls.wall import Thin, Wall

__all__ = ["Component", "Looked", "Path", "Question", "Weights", "components"]

Weights = tuple[sp.Expr, ...]
Path = tuple[tuple[sp.Expr, sp.Expr], ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen at one thin set; without a wall the system has no solution in the domain."""

    system: Thin
    wall: Wall | None = None
    bound: tuple[str, ...] = ()
    casts: tuple[tuple[Sequence[Path], list[Ray]], ...] = ()
    outcome: Outcome = SMOOTH
    how: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """The function and its names, as every step needs them.

    seen: the components that were visited.  value: what the function is at the thin set, if not what the tree says.
    looked, casts: what was seen, for the certificate; casts of the site that is looked at.
    drawn: all rays of that site, also those for its derivatives, with the cells that answer for them.
    surfaces: components that turned out to be walls, not thin at all.
    """

    tree: Node
    wrt: tuple[str, ...]
    names: tuple[str, ...]
    where: tuple[Constraint, ...]
    never_zero: Callable[[sp.Expr], bool]
    seen: set[tuple[Component, Hashable]] = field(default_factory=set)
    settled: set[Component] = field(default_factory=set)
    pending: dict[Component, list[str]] = field(default_factory=dict)
    value: sp.Expr | None = None
    looked: list[Looked] = field(default_factory=list)
    casts: list[tuple[Sequence[Path], list[Ray]]] = field(default_factory=list)
    drawn: list[tuple[Ray, Cell]] = field(default_factory=list)
    surfaces: list[Wall] = field(default_factory=list)

    def afresh(self, tree: Node | None = None) -> Question:
        """Return the question, of this function or another one, with nothing seen yet."""
        return Question(
            tree or self.tree, self.wrt, self.names, self.where, self.never_zero, value=self.value
        )


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a thin set: expressions for the bound names, what the free ones satisfy."""

    base: tuple[tuple[str, sp.Expr], ...]
    conditions: tuple[Constraint, ...] = ()
    integers: tuple[sp.Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class _Partial:
    """A system on the way: the equations left, the variables that occur, and what was solved under which conditions."""

    equations: list[sp.Expr]
    inside: list[sp.Symbol]
    solved: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    conditions: tuple[Constraint, ...] = ()
    integers: tuple[sp.Symbol, ...] = ()

    def replaced(self, table: Mapping[sp.Symbol, sp.Expr], integers: tuple[sp.Symbol, ...]) -> _Partial:
        """Return the system with other names for its integers."""
        return _Partial(
            [e.xreplace(table) for e in self.equations],
            self.inside,
            {v: e.xreplace(table) for v, e in self.solved.items()},
            tuple(Constraint(c.expr.xreplace(table), c.rel) for c in self.conditions),
            integers,
        )


def components(system: Thin, question: Question) -> Iterator[Component | None]:
    """Yield the parts of the solution set that exist for constants in general position; None for one that does not."""
    variables = [symbol(v) for v in question.wrt]
    bases = _sum_of_squares(system.gap, question)
    # The bases say what the gap does, and stay short when solutions are put into them.
    stated = [*(bases or ()), *(e for e in system.equations if not (bases and e == system.gap))]
    equations = list(dict.fromkeys(stated))
    inside = [v for v in variables if any(v in e.free_symbols for e in equations)]
    integers = {k for e in equations for k in e.free_symbols if k.is_integer}
    numbers = tuple(sorted(integers, key=lambda k: k.name))
    for found in _eliminated(_Partial(equations, inside, {}, system.conditions, numbers)):
        yield from (_in_general(part, variables) for part in _solving(found, equations, inside))


def _in_general(found: Component | None, variables: Sequence[sp.Symbol]) -> Component | None:
    """Return the component without its border in the constants: d <= 0 and d >= 0 is no set of constants, 0 >= 0 is."""
    if found is None:
        return None
    strict = tuple(
        Constraint(c.expr, STRICT.get(c.rel, c.rel))
        if c.expr.free_symbols and c.expr.free_symbols.isdisjoint((*variables, *found.integers))
        else c
        for c in found.conditions
    )
    return replace(found, conditions=strict)


def _solving(
    found: Component | None, equations: Sequence[sp.Expr], inside: list[sp.Symbol]
) -> Iterator[Component | None]:
    """Yield the part of a component on which the equations hold: a numerator may vanish with its denominator."""
    if found is None or any(e.has(sp.zoo, sp.nan, sp.oo) for _, e in found.base):
        yield None
        return
    at = {symbol(n): e for n, e in found.base}
    own = [e for e in equations if all(k in found.integers for k in e.free_symbols if k.is_integer)]
    left = [e for e in (_put_in(e, at) for e in own) if is_zero(e) is Decision.NO]
    if not left:
        yield found
    elif any(e.has(sp.zoo, sp.nan) or e.free_symbols.isdisjoint(inside) for e in left):
        yield None
    else:
        rest = [v for v in inside if v not in at]
        for part in _eliminated(_Partial(left, rest, at, found.conditions, found.integers)):
            yield from _solving(part, equations, rest)


def _sum_of_squares(f: sp.Expr, question: Question) -> list[sp.Expr] | None:
    """A sum of positive multiples of even powers vanishes only where every base does."""
    out: list[sp.Expr] = []
    terms = sp.Add.make_args(f)
    if len(terms) < 2:
        return None
    for term in terms:
        odd: list[sp.Expr] = []
        base = sp.S.One
        for a in sp.Mul.make_args(term):
            if a.is_Pow and a.exp.is_Integer and a.exp % 2 == 0:
                base = base * a.base
            else:
                odd.append(a)
        positive = sp.Mul(*odd)
        if positive.is_positive is not True and not _positive(positive, question):
            return None
        out.append(base)
    return out


def _positive(expr: sp.Expr, question: Question) -> bool:
    """Whether an expression is positive in all of the domain."""
    if not expr.free_symbols:
        return False
    if question.never_zero(expr):
        return reach([Constraint(expr, ">"), *question.where]).status is Status.SAT
    return reach([Constraint(expr, "<="), *question.where]).status is Status.UNSAT


def _eliminated(system: _Partial) -> Iterator[Component | None]:
    """Solve equation by equation, one factor and one solution at a time."""
    # As written where it is not zero: a power of a sum is solved sooner than what it multiplies out to.
    left = [_numerator(e) for e in system.equations if expanded(e) != 0]
    left = [e for e in dict.fromkeys(left) if is_zero(e) is not Decision.YES]
    if not left:
        base = tuple((s.name, _short(e)) for s, e in system.solved.items())
        yield Component(base, system.conditions, system.integers)
        return
    inside = set(system.inside)
    between_constants = [e for e in left if not (e.free_symbols & inside)]
    if between_constants:
        yield from _members(between_constants[0], system)
        return
    first, *rest = sorted(left, key=lambda e: (len(e.free_symbols & inside), sp.count_ops(e)))
    parts = factors(first)
    if not parts:
        yield None
        return
    for part in parts:
        candidates = [v for v in system.inside if v in part.free_symbols]
        if not candidates:
            yield from _members(part, replace(system, equations=rest))
            continue
        definite = _definite_zero(part, candidates)
        if definite is not None:
            yield from _eliminated(replace(system, equations=[*definite, *rest]))
            continue
        yield from _one_by_one(part, candidates, replace(system, equations=rest))


def _short(e: sp.Expr) -> sp.Expr:
    """Return a fraction of polynomials in lowest terms: fractions that were put into fractions cancel."""
    nested = e.is_rational_function() and not e.is_polynomial() and is_modest(e)
    shorter = sp.factor(e) if nested else e
    return shorter if sp.count_ops(shorter) < sp.count_ops(e) else e


def _numerator(e: sp.Expr) -> sp.Expr:
    """Return the numerator, multiplied out if that is polynomial."""
    return sp.together(expanded(e) if e.is_rational_function() else e).as_numer_denom()[0]


def _members(left: sp.Expr, system: _Partial) -> Iterator[Component | None]:
    """Yield the members of families that satisfy an equation without variables: all, none, some, one parity."""
    numbers = sorted((s for s in left.free_symbols if s.is_integer), key=lambda s: s.name)
    if not numbers:
        if vanishes_rarely(left) is not Decision.YES:
            raise Undetermined(f"cannot tell for which constants `{shown(left)}` = 0")
        yield None
        return
    if sp.simplify(left).is_nonzero:
        yield None
        return
    for k in numbers:
        rate = sp.diff(left, k)
        if rate in (1, -1) and (left - rate * k).is_integer:
            table = {k: expanded((rate * k - left) / rate)}
            kept = tuple(i for i in system.integers if i != k)
            yield from _eliminated(system.replaced(table, kept))
            return
    single = integer_zeros(left, numbers[0]) if left.free_symbols == {numbers[0]} else None
    if single is not None:
        kept = tuple(i for i in system.integers if i != numbers[0])
        for n in single:
            yield from _eliminated(system.replaced({numbers[0]: sp.Integer(n)}, kept))
        if not single:
            yield None
        return
    # Angles that are multiples of pi/2 give powers of -1, which the parity of the integer decides.
    if any(s.name.endswith("_") for s in numbers):
        raise Undetermined(f"cannot tell for which integers `{shown(left)}` = 0")
    for residues in product((0, 1), repeat=len(numbers)):
        table = {
            k: 2 * sp.Symbol(f"{k.name}_", integer=True) + r for k, r in zip(numbers, residues, strict=True)
        }
        halved = tuple(next(iter(table[k].free_symbols)) if k in table else k for k in system.integers)
        yield from _eliminated(system.replaced(table, halved))


def _definite_zero(part: sp.Expr, candidates: list[sp.Symbol]) -> list[sp.Expr] | None:
    """A semidefinite quadratic function whose lowest value is 0 vanishes only where its gradient does."""
    if len(candidates) < 2 or not part.is_polynomial(*candidates):
        return None
    poly = sp.Poly(part, *candidates)
    if poly.total_degree() != 2:
        return None
    form = sp.hessian(part, candidates)
    if any(not e.is_number for e in form) or not (
        form.is_positive_semidefinite or (-form).is_positive_semidefinite
    ):
        return None
    slopes = [sp.diff(part, v) for v in candidates]
    lowest = next(iter(sp.linsolve(slopes, candidates)), None)
    # With a linear term or a level below zero it vanishes elsewhere: x**2 - y, x**2 + y**2 - 1.
    if (
        lowest is None
        or expanded(part.subs(dict(zip(candidates, lowest, strict=True)), simultaneous=True)) != 0
    ):
        return None
    return slopes


def _one_by_one(part: sp.Expr, candidates: list[sp.Symbol], system: _Partial) -> Iterator[Component | None]:
    for v in candidates:
        solutions = solve_for(part, v, thin=True)
        if solutions is None and part.free_symbols == {v}:
            solutions = _isolated(part, v)
        if solutions is None:
            continue
        if not solutions:
            yield None
        yield from _degenerate(part, v, system)
        for s in solutions:
            put = {v: s.value}
            # A formula with an imaginary unit is real where its root vanishes, if anywhere: c + i*abs(k) for k = 0.
            real = [c.expr for c in s.conditions] if s.value.has(sp.I) else []
            # On a thin set the border of a condition, a null set elsewhere, may be all there is: x = acos(1).
            held = (
                *system.conditions,
                *(c.bordered for c in s.conditions),
            )
            yield from _eliminated(
                _Partial(
                    [_put_in(e, put) for e in (*real, *system.equations)],
                    system.inside,
                    {n: _put_in(e, put) for n, e in system.solved.items()} | put,
                    tuple(
                        Constraint(_put_in(c.expr, put), c.rel)
                        for c in held
                        if c.expr.free_symbols or not holds(c, {})
                    ),
                    system.integers + s.integers,
                )
            )
        return
    raise Undetermined(f"cannot solve `{shown(part)}` = 0")


def _degenerate(part: sp.Expr, v: sp.Symbol, system: _Partial) -> Iterator[Component | None]:
    """Yield the solutions at which the highest coefficient in ``v`` vanishes, which a formula for it leaves out."""
    if not part.is_polynomial(v):
        return
    poly = sp.Poly(part, v)
    lead = poly.LC()
    if any(s in system.inside or s.is_integer for s in lead.free_symbols) and 0 in signs(lead):
        rest = sp.expand(part - lead * v ** poly.degree())
        yield from _eliminated(replace(system, equations=[lead, rest, *system.equations]))


def _put_in(expr: sp.Expr, table: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Return the expression at a solution; 0**p, which SymPy leaves as it is, is 0 wherever it has a value."""
    found = expr.xreplace(table)
    return found.xreplace({p: sp.S.Zero for p in found.atoms(sp.Pow) if p.base == 0})


def _isolated(part: sp.Expr, v: sp.Symbol) -> list[Solved] | None:
    """Return the zeros of a function of ``v`` alone, where they are known to be all and have closed forms."""
    found = real_roots(part, v)
    if not found.complete or found.everywhere or found.families:
        return None
    exact = [r.exact for r in found.roots if r.exact is not None]
    return [Solved(e) for e in exact] if len(exact) == len(found.roots) else None
