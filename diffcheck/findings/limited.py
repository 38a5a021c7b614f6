"""Under which conditions a finding holds: what sets it apart from others of its wall, as relations people read.

Read in order: set_apart, on_constants; factors_of_size are those of what happens: where one vanishes, nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache

import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol, text_of
from diffcheck.algebra.roots import real_roots
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.facts import never_zero
from diffcheck.conditions.implied import reduced
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import FLIPPED, STRICT, Relation
from diffcheck.conditions.unwrapped import without_exponentials
from diffcheck.constants.words import interval
from diffcheck.findings.zeros import is_plain, zeros_of
from diffcheck.problem import Problem
from diffcheck.walls.explore import Leaf

__all__ = [
    "all_apart",
    "as_relation",
    "as_unequal",
    "factors_of_size",
    "has_variable",
    "is_apart",
    "on_constants",
    "set_apart",
]


def set_apart(problem: Problem, leaf: Leaf, known: Collection[Constraint]) -> list[Constraint]:
    """Return the conditions that set a leaf apart: there are points of its wall where the opposite holds.

    Those that follow from the others are left out.
    """
    names = {symbol(n) for n in (*problem.wrt, *problem.constants)} | set(leaf.wall.integers)
    if leaf.wall.implicit is not None:
        names.add(leaf.wall.implicit.symbol)
    constants = {symbol(n) for n in problem.constants}
    # What an integer part lies between is no condition: floor(a) < a.
    known_steps = _step_integers(leaf)
    asked = {u for s in leaf.wall.asking_parts for u in (s.of - s.value, s.value + 1 - s.of)}
    # A wall has conditions: those on variables may be plain to see from its formula, others may hold anyway.
    real = [
        c
        for c in leaf.wall.conditions
        if c.rel in {"<", ">"}
        and c.expr.free_symbols <= names - known_steps
        and c.expr not in asked
        and not _nonzero(problem)(c.expr)
        if c.expr.free_symbols <= constants or not is_plain(c, leaf.wall)
    ]
    apart = [c for c in leaf.conditions if c.expr.free_symbols <= names and c.opposite in known]
    bounds = tuple(c for c in leaf.wall.conditions if c.expr.free_symbols & known_steps)
    told = reduced(tuple(dict.fromkeys(real + apart)), bounds)
    return list(dict.fromkeys(_counted(c) for c in told))


def all_apart(problem: Problem, leaf: Leaf) -> list[Constraint]:
    """Return all conditions of a leaf that names of the question and integers of its wall say, needed or not."""
    own = set(leaf.wall.integers) - _step_integers(leaf)
    names = {symbol(n) for n in (*problem.wrt, *problem.constants)} | own
    every = (*leaf.wall.conditions, *leaf.conditions)
    return list(dict.fromkeys(c for c in every if c.rel in {"<", ">"} and c.expr.free_symbols <= names))


def _step_integers(leaf: Leaf) -> set[sp.Symbol]:
    """Return the integers by which integer parts are known: n for floor(a), and j where that is 2*j + 1."""
    asking = leaf.wall.asking_parts
    return {k for s in leaf.wall.steps or () if s not in asking for k in s.value.free_symbols}


def _counted(c: Constraint) -> Constraint:
    """Return k >= 0 for 4*pi*k + pi > 0, and k > 0 for pi*k > 0: what a bound says of an integer."""
    if len(c.expr.free_symbols) != 1 or c.rel not in {"<", ">"}:
        return c
    (k,) = c.expr.free_symbols
    if not k.is_integer:
        return c
    rate = sp.diff(c.expr, k)
    if not rate.is_number or not rate.is_real or rate == 0:
        return c
    end, above = sp.expand(k - c.expr / rate), (c.rel == ">") == (rate > 0)
    if end.is_Integer:
        return Constraint(k - end, ">" if above else "<")
    return Constraint(k - sp.ceiling(end), ">=") if above else Constraint(k - sp.floor(end), "<=")


def as_relation(c: Constraint) -> str:
    """Return a > b for 2*a - 2*b > 0, p < 1 for 1 - p > 0, and k >= -2 for k + 2 >= 0."""
    c = without_exponentials(c)
    expr = c.expr.primitive()[1]
    above: Relation = ">" if c.rel in STRICT.values() else ">="
    terms = sp.Add.make_args(expr if c.rel in {">", ">="} else -expr)
    if len(terms) == 2 and (number := next((t for t in terms if t.is_number), None)) is not None:
        (term,) = (t for t in terms if t is not number)
        if term.could_extract_minus_sign():
            return f"{text_of(-term)} {FLIPPED[above]} {text_of(number)}"
        return f"{text_of(term)} {above} {text_of(-number)}"
    low = [-t for t in terms if t.could_extract_minus_sign()]
    large, small = sp.Add(*(t for t in terms if -t not in low)), sp.Add(*low)
    if large.is_number:
        return f"{text_of(small)} {FLIPPED[above]} {text_of(large)}"
    return f"{text_of(large)} {above} {text_of(small)}"


def as_unequal(f: sp.Expr) -> str:
    """Return a != b for a multiple of a - b, y != 0 for exp(y) - 1; of a fraction only the numerator vanishes."""
    f = (_numerator(f) if f.is_rational_function() and not f.is_polynomial() else f).primitive()[1]
    only = _only_zero(f)
    if only is not None:
        return f"{text_of(next(iter(f.free_symbols)))} != {text_of(only)}"
    number, terms = sp.S.Zero, sp.Add.make_args(f)
    if f.is_Add:
        number = sp.Add(*(t for t in terms if t.is_number))
    low = [t for t in terms if t.could_extract_minus_sign() or t.is_number]
    if len(terms) == 2 and len(low) == 1:
        return f"{text_of(f - low[0])} != {text_of(-low[0])}"
    if number != 0:
        sign = -1 if all(t.could_extract_minus_sign() for t in terms if not t.is_number) else 1
        return f"{text_of(sign * (f - number))} != {text_of(-sign * number)}"
    return f"{text_of(f)} != 0"


def _numerator(f: sp.Expr) -> sp.Expr:
    """Return the numerator of a rational function, as a product."""
    return sp.factor(sp.together(f).as_numer_denom()[0]) if is_modest(f) else f


def _only_zero(f: sp.Expr) -> sp.Expr | None:
    """Return the zero of a function of one symbol that is not rational, if it is known to be the only one."""
    if len(f.free_symbols) != 1 or f.is_rational_function():
        return None
    (s,) = f.free_symbols
    found = None if s.is_integer else real_roots(f, s)
    if found is None or not found.complete or found.everywhere or found.families or len(found.roots) != 1:
        return None
    return found.roots[0].exact


def on_constants(problem: Problem, leaf: Leaf, apart: Sequence[Constraint]) -> str | None:
    """Return what constants satisfy for it: " and "-joined factors of the size that hold no variable."""
    constants = {symbol(c) for c in problem.constants}
    texts = [interval((c,), ()) or as_relation(c) for c in apart if c.expr.free_symbols <= constants]
    sizes = (f for f in factors_of_size(leaf, problem) if f.free_symbols <= constants)
    texts += [as_unequal(f) for f in sizes if not is_apart(f, apart)]
    return " and ".join(dict.fromkeys(texts)) or None


def is_apart(f: sp.Expr, apart: Sequence[Constraint]) -> bool:
    """Whether what is said already leaves no zero of an expression: y != 0 where y*z > 0."""
    return bool(apart) and reach([*apart, Constraint(f, "=")]).status is Status.UNSAT


def factors_of_size(leaf: Leaf, problem: Problem) -> Iterator[sp.Expr]:
    """Yield the factors of the size of what happens: where one vanishes, nothing happens."""
    size = leaf.outcome.divisor
    if size is None or sp.count_ops(size) > 30:
        return
    if any(c.q > 12 for p in size.atoms(sp.Pow) for c in p.exp.atoms(sp.Rational)):
        return
    signed = {c.expr for c in (*leaf.conditions, *leaf.wall.conditions)}
    strict = {c.expr for c in leaf.conditions} | {
        c.expr for c in leaf.wall.conditions if not is_plain(c, leaf.wall)
    }
    found, closed = zeros_of(leaf)
    nonzero = _nonzero(problem)
    known = {*leaf.wall.integers, *(symbol(n) for n in (*problem.wrt, *problem.constants))}
    for f in (f.args[0] if isinstance(f, sp.Abs) else f for f in found):
        taken = strict if f in closed else signed
        if f.free_symbols <= known and f not in taken and -f not in taken and not nonzero(f):
            yield f


@lru_cache(maxsize=16)
def _nonzero(problem: Problem) -> Callable[[sp.Expr], bool]:
    """Return a test by the inequalities a > b of the question; what else it asks is left out."""
    found = []
    for condition in problem.where:
        if condition.op in {"lt", "gt"}:
            low, high = condition.args if condition.op == "lt" else condition.args[::-1]
            found.append(Constraint(to_sympy(high) - to_sympy(low), ">"))
    return never_zero(found)


def has_variable(f: sp.Expr, problem: Problem) -> bool:
    """Whether an expression changes with what is differentiated in."""
    return any(s.name in problem.wrt for s in f.free_symbols)
