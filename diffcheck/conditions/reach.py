"""Can all these conditions hold at once?  SAT comes with a point, UNSAT with a proof, UNKNOWN with neither.

Steps, cheapest first: literal conditions; signs (algebra/signs.py); solved equations (algebra/isolate.py) and
sampling of rational points, verified exactly or by balls (sampling.py); cvc5 (solver.py), whose "unsat" is a proof
and whose models are verified; parts without a symbol in common, each by itself; boxes in ball arithmetic where
everything is bounded (boxes.py); a sign change of a continuous function on a segment for an equation without a closed
form (crossed.py); the same for small values of integer symbols.
Conditions hold only where their expressions have a value.
Read in order: reach.
Limits: equations that no symbol can be isolated from; kernels that solver.py knows too little of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint
import sympy as sp

from diffcheck.algebra.balls import enclose, exact_value, precision
from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.signs import ABOVE, Signs, signs
from diffcheck.conditions.boxes import MAX_PIECES, bounding_box, undecided
from diffcheck.conditions.constraint import Constraint, all_hold, holds
from diffcheck.conditions.crossed import by_sign_change
from diffcheck.conditions.relations import ACCEPTS
from diffcheck.conditions.sampling import candidate_points
from diffcheck.conditions.single import integers_between, points_between, roots_where
from diffcheck.conditions.solver import solve
from diffcheck.conditions.unwrapped import unwrapped
from diffcheck.deadline import check_time

__all__ = ["Reach", "Status", "reach"]

# Solved equations are quick to sample when they have solutions; that they have none, cvc5 sees sooner.
FEW = 12
# An integer of this size at most is looked at value by value.
FEWEST = 2
# Tried for an integer symbol before giving up.
SMALL = (1, -1, 2, 0)


class Status(Enum):
    """Whether the conditions can hold together."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


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
    for point in candidate_points(constraints, symbols, first):
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
    for point in candidate_points(constraints, symbols, tries) if first < tries else ():
        return Reach(Status.SAT, point, "sampling")
    for argument in (
        _apart,
        _unwrapped,
        _centred,
        _in_boxes,
        _by_sign_change,
        _on_a_line,
        _at_all_integers,
        _at_small_integers,
    ):
        found = argument(constraints, symbols)
        if found is not None:
            return found
    return _UNKNOWN


def _apart(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Decide constraints that have no symbols in common by themselves: c > 0 says nothing of y < tanh(y)."""
    parts: list[list[Constraint]] = []
    for c in constraints:
        near = [p for p in parts if any(c.expr.free_symbols & d.expr.free_symbols for d in p)]
        parts = [*(p for p in parts if p not in near), [c, *(d for p in near for d in p)]]
    if len(parts) == 1:
        return None
    answers = [reach(part) for part in parts]
    refuted = next((a for a in answers if a.status is Status.UNSAT), None)
    if refuted is not None:
        return refuted
    if any(a.witness is None for a in answers):
        return None
    witness = {s: value for a in answers for s, value in (a.witness or {}).items()}
    return Reach(Status.SAT, witness, ", ".join(dict.fromkeys(a.how for a in answers)))


def _at_small_integers(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Find a point by fixing one integer symbol after the other at a small value."""
    whole = next((s for s in symbols if s.is_integer), None)
    if whole is None or len(symbols) == 1:
        return None
    for value in SMALL:
        if (whole.is_nonnegative and value < 0) or (whole.is_positive and value == 0):
            continue
        fixed = {whole: sp.Integer(value)}
        try:
            one = [Constraint(c.expr.subs(fixed), c.rel) for c in constraints]
        except ValueError:
            continue  # the larger of two, of which one has no value at this integer
        found = reach(one, tries=FEW)
        if found.status is Status.SAT and found.witness is not None:
            return replace(found, witness={**found.witness, **fixed})
    return None


def _at_all_integers(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Refute constraints on an integer that has no room: beyond a few values no real number satisfies them."""
    integers = [s for s in symbols if s.is_integer]
    if len(integers) != 1 or len(symbols) == 1:
        return None
    (whole,) = integers
    x = sp.Dummy("x", real=True)
    relaxed = [(c.expr.xreplace({whole: x}), c.rel) for c in constraints]
    if any(solve([*relaxed, (sign * x - FEWEST, ">")]).status != "unsat" for sign in (1, -1)):
        return None
    for value in range(-FEWEST, FEWEST + 1):
        one = [Constraint(c.expr.subs(whole, value), c.rel) for c in constraints]
        if reach(one, tries=FEW).status is not Status.UNSAT:
            return None
    return Reach(Status.UNSAT, how="each of the few integers that real numbers leave")


def _unwrapped(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Decide what follows from the constraints with the functions around them taken off."""
    plain = unwrapped(constraints)
    if set(plain) == set(constraints):
        return None
    found = reach(plain)
    if found.status is Status.UNSAT:
        return found
    witness = found.witness
    if (
        witness is None
        or not witness.keys() >= set(symbols)
        or not all_hold(constraints, witness, thorough=True)
    ):
        return None
    return found


def _centred(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    """Decide polynomial constraints with the origin moved to where the two highest terms of the first one put it.

    With s = (2*x + 1)/2 for x, a polynomial in 2*x + 1 and 2*y + 1 has as few terms as it was written with.
    """
    if any(s.is_integer for s in symbols) or not all(c.expr.is_polynomial(*symbols) for c in constraints):
        return None
    moved: dict[sp.Symbol, sp.Expr] = {}
    for s in constraints[0].expr.free_symbols:
        poly = sp.Poly(constraints[0].expr, s)
        if poly.degree() < 2:
            continue  # s may go when all is multiplied out
        ratio = sp.cancel(poly.coeff_monomial(s ** (poly.degree() - 1)) / poly.LC())
        if ratio.is_Rational and ratio != 0:
            moved[s] = s - ratio / poly.degree()
    shifted = [c.expr.xreplace(moved) for c in constraints]
    if not moved or not all(map(is_modest, shifted)):
        return None
    answer = solve([(sp.expand(e), c.rel) for e, c in zip(shifted, constraints, strict=True)])
    if answer.status == "unsat":
        return Reach(Status.UNSAT, how="cvc5 QF_NRA")
    if answer.status != "sat":
        return None
    model = {s: moved.get(s, s).xreplace({s: answer.model.get(s, sp.S.Zero)}) for s in symbols}
    witness = _verified(constraints, symbols, model)
    return None if witness is None else Reach(Status.SAT, witness, "cvc5 QF_NRA")


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
        if open_set and all_hold(constraints, point):
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


def _by_sign_change(constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol]) -> Reach | None:
    box = by_sign_change(constraints, symbols)
    return None if box is None else Reach(Status.SAT, None, "sign change in ball arithmetic", box)


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


def _verified(
    constraints: Sequence[Constraint], symbols: Sequence[sp.Symbol], model: Mapping[sp.Symbol, sp.Expr]
) -> dict[sp.Symbol, sp.Expr] | None:
    """Return a point at or near the model at which all constraints hold, rational if possible."""
    values = {s: model.get(s, sp.Integer(0)) for s in symbols}
    for digits in (1, 3, 8, 20):
        near = {s: _rounded(s, v, digits) for s, v in values.items()}
        if all_hold(constraints, near, thorough=True):
            return near
    exact = {s: _readable(v) for s, v in values.items()}
    if any(s.is_integer and not v.is_Integer for s, v in exact.items()):
        return None
    return exact if all_hold(constraints, exact, thorough=True) else None


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
