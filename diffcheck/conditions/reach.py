"""Can all these conditions hold at once?  SAT comes with a point, UNSAT with a proof, UNKNOWN with neither.

Steps, cheapest first: literal conditions; signs (algebra/signs.py); solved equations (algebra/isolate.py); sampling
of rational points, verified exactly or by balls; cvc5 (solver.py), whose "unsat" is a proof and whose models are
verified; boxes in ball arithmetic where everything is bounded (boxes.py); a sign change of a continuous function on a
segment for an equation without a closed form; the same for small values of integer symbols.
Conditions hold only where their expressions have a value.
Read in order: reach, holds.
Limits: equations that no symbol can be isolated from; kernels that solver.py knows too little of.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

import flint
import sympy as sp

from diffcheck.algebra.balls import enclose, exact_value, precision, rational_value, sign_at, to_ball
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.isolate import Substitution, solutions
from diffcheck.algebra.signs import ABOVE, Signs, signs
from diffcheck.conditions.boxes import MAX_PIECES, bounding_box, undecided
from diffcheck.conditions.relations import ACCEPTS, Relation
from diffcheck.conditions.single import integers_between, points_between, roots_where
from diffcheck.conditions.solver import solve
from diffcheck.deadline import check_time

__all__ = ["Constraint", "Reach", "Status", "holds", "reach"]


# Solved equations are quick to sample when they have solutions; that they have none, cvc5 sees sooner.
FEW = 12
MAX_HEIGHT = 2000
# Tried for an integer symbol before giving up.
SMALL = (1, -1, 2, 0)


class Status(Enum):
    """Whether the conditions can hold together."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Constraint:
    """The condition ``expr rel 0``; it holds only where ``expr`` has a value."""

    expr: sp.Expr
    rel: Relation

    def __str__(self) -> str:
        return f"{self.expr} {self.rel} 0"


@dataclass(frozen=True, slots=True)
class Reach:
    """The answer.

    witness: symbol -> exact number at which all conditions hold; None when there is none or no exact one.
    how: the argument that proved it, for certificates.
    enclosure: symbol -> ball or exact number; some point in it satisfies all conditions (sign changes only).
    """

    status: Status
    witness: Mapping[sp.Symbol, sp.Expr] | None = None
    how: str = ""
    enclosure: Mapping[sp.Symbol, Any] | None = None


_UNKNOWN = Reach(Status.UNKNOWN, how="no argument found")


def reach(constraints: Sequence[Constraint], *, tries: int = 120) -> Reach:
    """Decide whether all ``constraints`` hold at one real point (integer symbols: at integers)."""
    return _reach(tuple(dict.fromkeys(constraints)), tries)


@lru_cache(maxsize=5_000)
def _reach(constraints: tuple[Constraint, ...], tries: int) -> Reach:
    check_time()
    literal = [holds(c, {}) for c in constraints if not c.expr.free_symbols]
    if False in literal:
        return Reach(Status.UNSAT, how="arithmetic")
    if not all(literal):
        return _UNKNOWN
    constraints = tuple(c for c in constraints if c.expr.free_symbols)
    if _refuted(constraints):
        return Reach(Status.UNSAT, how="signs read off the form")
    symbols = sorted({s for c in constraints for s in c.expr.free_symbols}, key=str)
    first = min(tries, FEW) if any(c.rel == "=" for c in constraints) else tries
    for point in _candidates(constraints, symbols, first):
        return Reach(Status.SAT, point, "sampling")
    answer = solve([(c.expr, c.rel) for c in constraints])
    if answer.status == "unsat":
        return Reach(Status.UNSAT, how="cvc5 QF_NRA")
    if answer.status == "sat":
        witness = _verified(constraints, symbols, answer.model)
        if witness is not None or answer.exact:
            return Reach(Status.SAT, witness, "cvc5 QF_NRA")
    if answer.status == "unknown" and _refuted_without_the_certain(constraints):
        return Reach(Status.UNSAT, how="cvc5 QF_NRA")
    for point in _candidates(constraints, symbols, tries) if first < tries else ():
        return Reach(Status.SAT, point, "sampling")
    for argument in (_in_boxes, _by_sign_change, _on_a_line, _at_small_integers):
        found = argument(constraints, symbols)
        if found is not None:
            return found
    return _UNKNOWN


def _at_small_integers(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Find a point by fixing one integer symbol after the other at a small value."""
    whole = next((s for s in symbols if s.is_integer), None)
    if whole is None or len(symbols) == 1:
        return None
    for value in SMALL:
        if (whole.is_nonnegative and value < 0) or (whole.is_positive and value == 0):
            continue
        fixed = {whole: sp.Integer(value)}
        found = reach([Constraint(c.expr.subs(fixed), c.rel) for c in constraints], tries=FEW)
        if found.status is Status.SAT and found.witness is not None:
            return replace(found, witness={**found.witness, **fixed})
    return None


def _in_boxes(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Decide constraints that bound all symbols: no piece of the box allows them, or a point of one satisfies them."""
    conditions = [(c.expr, ACCEPTS[c.rel]) for c in constraints]
    box = bounding_box(conditions)
    if not box.keys() >= set(symbols):
        return None
    open_set = not any(c.rel == "=" for c in constraints)
    for count, piece in enumerate(undecided(conditions, box)):
        if count == MAX_PIECES:
            return None
        point = {s: _short(s, ball) for s, ball in piece.items()} if open_set else {}
        if open_set and _all_hold(constraints, point):
            return Reach(Status.SAT, point, "sampling of boxes")
    return Reach(Status.UNSAT, how="boxes in ball arithmetic")


def _on_a_line(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Decide constraints on one real symbol: at all roots of an equation among them, or between all roots."""
    if len(symbols) > 1:
        return None
    (x,) = symbols
    if x.is_integer:
        return _at_integers(constraints, x)
    equation = next((c for c in constraints if c.rel == "="), None)
    if equation is None:
        return _on_intervals(constraints, x)
    others = [(c.expr, ACCEPTS[c.rel]) for c in constraints if c is not equation]
    found = roots_where(equation.expr, others, x)
    if found is None:
        return None
    if not found:
        return Reach(Status.UNSAT, how="all real roots of an equation")
    return Reach(Status.SAT, None, "a real root of an equation", {x: found[0].ball})


def _on_intervals(constraints: Sequence[Constraint], x: sp.Symbol) -> Reach | None:
    points = points_between([c.expr for c in constraints], x)
    if points is None:
        return None
    answers = [[holds(c, {x: p}) for c in constraints] for p in points]
    for p, answer in zip(points, answers, strict=True):
        if all(answer):
            return Reach(Status.SAT, {x: p}, "a point between all real roots")
    # A condition may hold at a root alone; one without a value nowhere near.
    closed = any(c.rel in {"<=", ">="} for c in constraints)
    if closed or not all(
        False in a or _undefined(constraints, x, p) for p, a in zip(points, answers, strict=True)
    ):
        return None
    return Reach(Status.UNSAT, how="a point in every interval between all real roots")


def _at_integers(constraints: Sequence[Constraint], k: sp.Symbol) -> Reach | None:
    """Decide constraints on one integer: beyond and beside all real roots their signs stay what they are."""
    x = sp.Dummy("x", real=True)
    numbers = integers_between([c.expr.xreplace({k: x}) for c in constraints], x)
    if numbers is None:
        return None
    answers = [(n, [holds(c, {k: sp.Integer(n)}) for c in constraints]) for n in numbers]
    for n, answer in answers:
        if all(answer) and not (k.is_nonnegative and n < 0) and not (k.is_positive and n < 1):
            return Reach(Status.SAT, {k: sp.Integer(n)}, "an integer between all real roots")
    if k.is_nonnegative or not all(
        False in a or _undefined(constraints, k, sp.Integer(n)) for n, a in answers
    ):
        return None
    return Reach(Status.UNSAT, how="integers in every interval between all real roots")


def _undefined(constraints: Sequence[Constraint], x: sp.Symbol, p: sp.Rational) -> bool:
    """Whether some expression has no real value at a point."""
    return any(
        exact_value(c.expr, {x: p}) in {sp.zoo, sp.nan} or c.expr.subs(x, p).has(sp.I) for c in constraints
    )


def _short(symbol: sp.Symbol, ball: flint.arb) -> sp.Rational:
    """Return a number with a small denominator near the middle of a ball."""
    middle = float(ball.mid())
    if symbol.is_integer:
        return sp.Integer(round(middle))
    return sp.Rational(Fraction(middle).limit_denominator(1 + int(2 / max(float(ball.rad()), 1e-9))))


def _refuted(constraints: Sequence[Constraint]) -> bool:
    """Whether the form alone refutes a constraint: x**2 + sqrt(y) < 0, or x**2 + a = 0 where a > 0."""
    known = _positive(constraints)
    return any(signs(c.expr, known).isdisjoint(ACCEPTS[c.rel]) for c in constraints)


def _refuted_without_the_certain(constraints: Sequence[Constraint]) -> bool:
    """Whether cvc5 refutes what is left when conditions that hold by their form are dropped: mu**2 + u**2 > 0."""
    known = _positive(constraints)
    open_ = [c for c in constraints if c.expr.is_Symbol or not signs(c.expr, known) <= {*ACCEPTS[c.rel]}]
    return len(open_) < len(constraints) and solve([(c.expr, c.rel) for c in open_]).status == "unsat"


def _positive(constraints: Sequence[Constraint]) -> dict[sp.Expr, Signs]:
    return {c.expr: ABOVE for c in constraints if c.rel == ">" and c.expr.is_Symbol}


def holds(constraint: Constraint, point: Mapping[sp.Symbol, sp.Expr]) -> bool | None:
    """Decide ``constraint`` at an exact point; None when it has no value there or nothing proves it."""
    sign = sign_at(constraint.expr, point, 400)
    if sign is not None:
        return sign in ACCEPTS[constraint.rel]
    if not enclose(constraint.expr, point, 400).is_finite():
        return None
    value = exact_value(constraint.expr, {s: sp.sympify(v) for s, v in point.items()})
    if value is None or value.free_symbols or is_zero(value) is not Decision.YES:
        return None
    return 0 in ACCEPTS[constraint.rel]


def _all_hold(
    constraints: Sequence[Constraint], point: Mapping[sp.Symbol, sp.Expr], *, thorough: bool = False
) -> bool:
    """Whether all constraints are proved to hold, cheap refutations first.

    thorough: also try to prove that an inequality holds with equality, which costs milliseconds.
    """
    if not _may_hold(constraints, point):
        return False
    identities = []
    for c in constraints:
        sign = sign_at(c.expr, point, 160)
        if sign is None and (c.rel == "=" or (thorough and c.rel in {"<=", ">="})):
            identities.append(c)
        elif sign is None or sign not in ACCEPTS[c.rel]:
            return False
    return all(holds(c, point) is True for c in identities)


def _may_hold(constraints: Sequence[Constraint], point: Mapping[sp.Symbol, Any]) -> bool:
    """Whether no ball at 64 bits refutes a constraint."""
    for c in constraints:
        ball = enclose(c.expr, point, 64)
        if not ball.is_finite():
            return False
        accepted = ACCEPTS[c.rel]
        if (ball > 0 and 1 not in accepted) or (ball < 0 and -1 not in accepted):
            return False
        if ball.is_zero() and 0 not in accepted:
            return False
    return True


# --- candidates: equations solved, the rest sampled


def _candidates(
    constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol], tries: int
) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """Yield points at which all constraints hold."""
    equations = [c.expr for c in constraints if c.rel == "="]
    bounds = _bounds(constraints)
    for substitution in islice(solutions(equations, tuple(symbols)), 4):
        free = [s for s in symbols if s not in dict(substitution)]
        for sample in _samples(free, bounds, tries if free else 1):
            point = _completed(constraints, dict(sample), substitution)
            if point is not None and _all_hold(constraints, point, thorough=bool(substitution)):
                yield point


def _completed(
    constraints: Sequence[Constraint], sample: dict[sp.Symbol, sp.Expr], substitution: Substitution
) -> dict[sp.Symbol, sp.Expr] | None:
    """Add the values of the solved symbols, in balls first: most samples fail there, at no cost."""
    balls: dict[sp.Symbol, Any] = dict(sample)
    for symbol, value in reversed(substitution):
        balls[symbol] = enclose(value, balls, 64)
    if substitution and not _may_hold(constraints, balls):
        return None
    for symbol, value in reversed(substitution):
        ratio = rational_value(value, sample)
        exact = sp.Rational(int(ratio.p), int(ratio.q)) if ratio is not None else _radical(value, sample)
        if exact is None:
            return None
        sample[symbol] = exact
    return sample if all(_usable(s, v) for s, v in sample.items()) else None


def _radical(value: sp.Expr, sample: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    """Return a value with radicals or functions in it, for small numbers only: SymPy factors what is under a root."""
    numbers = [sample[s] for s in value.free_symbols if sample[s].is_Rational]
    if any(abs(v.p) > MAX_HEIGHT or v.q > MAX_HEIGHT for v in numbers):
        return None
    return exact_value(value, sample)


def _usable(symbol: sp.Symbol, value: sp.Expr) -> bool:
    if value.has(sp.zoo, sp.nan, sp.oo, sp.I):
        return False
    return not symbol.is_integer or bool(value.is_Integer)


# --- sampling

_SPECIAL = [
    sp.Rational(p, q) for p, q in ((1, 2), (-1, 2), (1, 1), (-1, 1), (0, 1), (2, 1), (-2, 1), (1, 3), (3, 1))
]


def _samples(
    symbols: Sequence[sp.Symbol], bounds: Mapping[sp.Symbol, tuple[Any, Any]], tries: int
) -> Iterator[dict[sp.Symbol, sp.Rational]]:
    """Yield deterministic points: special values first, then all magnitudes, inside the bounds."""
    source = random.Random(20240229)
    for trial in range(tries if symbols else 1):
        yield {s: _draw(s, bounds.get(s, (None, None)), trial, i, source) for i, s in enumerate(symbols)}


def _draw(
    symbol: sp.Symbol, bound: tuple[Any, Any], trial: int, position: int, source: random.Random
) -> sp.Rational:
    low, high = bound
    if symbol.is_nonnegative and low is None:
        low = sp.Integer(0)
    if symbol.is_integer:
        return _draw_integer(low, high, trial, position, source)
    special = _SPECIAL[(trial // (1 + position) + position) % len(_SPECIAL)]
    if trial < 30:
        for near in (
            special,
            *(end + step for end, step in ((low, abs(special)), (high, -abs(special))) if end is not None),
        ):
            if (low is None or near > low) and (high is None or near < high):
                return near
    if low is not None and high is not None:
        return low + (high - low) * sp.Rational(source.randint(1, 996), 997)
    size = sp.Rational(source.randint(1, 97), 7) * sp.Integer(10) ** source.choice(
        (0, 0, 0, -1, 1, 2, -3, 4, -6, 8, -12, 12)
    )
    if low is not None:
        return low + size
    if high is not None:
        return high - size
    return size if source.random() < 0.5 else -size


def _draw_integer(low: Any, high: Any, trial: int, position: int, source: random.Random) -> sp.Integer:
    reach_out = 3 + trial
    bottom = int(sp.ceiling(low)) if low is not None else None
    top = int(sp.floor(high)) if high is not None else None
    if bottom is None:
        bottom = -reach_out if top is None else top - reach_out
    if top is None or top < bottom:
        top = bottom + 2 * reach_out
    return sp.Integer(source.randint(bottom, min(top, bottom + 2 * reach_out)))


def _bounds(constraints: Sequence[Constraint]) -> dict[sp.Symbol, tuple[Any, Any]]:
    """Read bounds off conditions ``a*x + b rel 0`` with rational a and b."""
    found: dict[sp.Symbol, tuple[Any, Any]] = {}
    for c in constraints:
        symbols = list(c.expr.free_symbols)
        if (
            len(symbols) != 1
            or c.rel in {"=", "!="}
            or not (c.expr.is_Add or c.expr.is_Mul or c.expr.is_Symbol)
        ):
            continue
        x = symbols[0]
        b, one = (rational_value(c.expr, {x: v}) for v in (0, 1))
        if b is None or one is None or one == b or sp.diff(c.expr, x).free_symbols:
            continue
        limit = -b / (one - b)
        bound = sp.Rational(int(limit.p), int(limit.q))
        low, high = found.get(x, (None, None))
        if (c.rel in {">", ">="}) == (one > b):
            low = bound if low is None else max(low, bound)
        else:
            high = bound if high is None else min(high, bound)
        found[x] = (low, high)
    return found


# --- models and sign changes


def _verified(
    constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol], model: Mapping[sp.Symbol, sp.Expr]
) -> dict[sp.Symbol, sp.Expr] | None:
    """Return a point at or near the model at which all constraints hold, rational if possible."""
    values = {s: model.get(s, sp.Integer(0)) for s in symbols}
    for digits in (1, 3, 8, 20):
        near = {s: _rounded(s, v, digits) for s, v in values.items()}
        if _all_hold(constraints, near, thorough=True):
            return near
    exact = {s: _readable(v) for s, v in values.items()}
    if any(s.is_integer and not v.is_Integer for s, v in exact.items()):
        return None
    return exact if _all_hold(constraints, exact, thorough=True) else None


def _rounded(symbol: sp.Symbol, value: sp.Expr, digits: int) -> sp.Rational:
    scale = 1 if symbol.is_integer else 10**digits
    if value.is_Rational:
        return sp.Rational(sp.floor(value * scale + sp.Rational(1, 2)), scale)
    with precision(400):
        nearest = (enclose(value, {}, 400) * scale + flint.arb(1) / 2).floor().mid().unique_fmpz()
    return value if nearest is None else sp.Rational(int(nearest), scale)


def _readable(value: sp.Expr) -> sp.Expr:
    """Write a quadratic root with a square root; leave roots of higher degree as they are."""
    if isinstance(value, sp.CRootOf) and value.poly.degree() == 2:
        return sp.CRootOf(value.poly, value.index, radicals=True)
    return value


def _by_sign_change(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Find a root by the intermediate value theorem: one equation left, continuous on a segment."""
    equations = [c.expr for c in constraints if c.rel == "="]
    others = [c for c in constraints if c.rel != "="]
    for g in equations:
        rest = [e for e in equations if e is not g]
        for substitution in islice(solutions(rest, tuple(symbols)), 2):
            box = _root_of(_replaced(g, substitution), others, symbols, substitution)
            if box is not None:
                return Reach(Status.SAT, None, "sign change in ball arithmetic", box)
    return None


def _replaced(expr: sp.Expr, substitution: Substitution) -> sp.Expr:
    for symbol, value in substitution:
        expr = expr.xreplace({symbol: value})
    return expr


def _root_of(
    g: sp.Expr, others: Sequence[Constraint], symbols: Sequence[sp.Symbol], substitution: Substitution
) -> dict[sp.Symbol, Any] | None:
    bounds = _bounds(others)
    solved = dict(substitution)
    if any(s.is_integer for s in solved):
        return None
    free = [s for s in symbols if s not in solved]
    for symbol in [s for s in free if s in g.free_symbols and not s.is_integer]:
        rest = [s for s in free if s is not symbol]
        for sample in _samples(rest, bounds, 6 if rest else 1):
            grid = sorted({p[symbol] for p in _samples([symbol], bounds, 60)})
            box = _root_on_grid(g, symbol, dict(sample), grid)
            if box is None:
                continue
            for s, value in reversed(substitution):
                box[s] = enclose(value, box, 256)
            if all(_holds_on(c, box) for c in others):
                return box
    return None


def _root_on_grid(
    g: sp.Expr, symbol: sp.Symbol, sample: dict[sp.Symbol, Any], grid: list[sp.Rational]
) -> dict[sp.Symbol, Any] | None:
    signs = [(v, sign_at(g, {**sample, symbol: v}, 160)) for v in grid]
    for (a, s), (b, t) in pairwise([(v, s) for v, s in signs if s]):
        if s == t:
            continue
        low, high = _bisected(g, symbol, sample, (a, b), s)
        with precision(256):
            box = {**sample, symbol: to_ball(low).union(to_ball(high))}
        # No jump in between: a finite analytic enclosure on the box makes g continuous there.
        if enclose(g, box, 256, analytic=True).is_finite():
            return box
    return None


def _bisected(
    g: sp.Expr,
    symbol: sp.Symbol,
    sample: dict[sp.Symbol, Any],
    ends: tuple[sp.Rational, sp.Rational],
    sign: int,
) -> tuple[sp.Rational, sp.Rational]:
    """Halve an interval whose lower end has the given sign and whose upper end has the other."""
    low, high = ends
    for _ in range(90):
        middle = (low + high) / 2
        found = sign_at(g, {**sample, symbol: middle}, 400)
        if not found:
            break
        low, high = (middle, high) if found == sign else (low, middle)
    return low, high


def _holds_on(constraint: Constraint, box: Mapping[sp.Symbol, Any]) -> bool:
    ball = enclose(constraint.expr, box, 256)
    sign = 1 if ball > 0 else -1 if ball < 0 else None
    return sign in ACCEPTS[constraint.rel]
