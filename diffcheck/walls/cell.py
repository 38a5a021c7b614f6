"""A cell: one exact point of a wall, and everything assumed about the others that behave like it.

The germ algebra asks for signs of coefficients, which are functions on the wall.  They are answered at the point, by
balls and identities, and every answer is written down as a condition: what the germs say then holds for all points of
the wall that satisfy the same conditions.  explore.py visits cells until no point of the wall is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count

import sympy as sp

from diffcheck.algebra.balls import enclose, put_in, sign_at
from diffcheck.algebra.expanded import expanded, is_modest
from diffcheck.algebra.identity import Decision, dividing, is_zero
from diffcheck.algebra.modulo import vanishes_at_root
from diffcheck.algebra.printer import inner_symbol, shown
from diffcheck.algebra.roots import common_zeros
from diffcheck.conditions.boxes import bounding_box, is_analytic_on
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.generic import is_of_one_piece, vanishes_rarely
from diffcheck.conditions.implied import covered
from diffcheck.conditions.relations import ACCEPTS
from diffcheck.conditions.unwrapped import MONOTONE
from diffcheck.errors import DiffcheckError, Oscillates, Undetermined
from diffcheck.germs.germ import EXACT_ZERO, Germ
from diffcheck.germs.turning import Turning, angles
from diffcheck.walls.factored import factors
from diffcheck.walls.members import vanishing_members
from diffcheck.walls.wall import Implicit, Step, Wall

__all__ = ["BadWitness", "Cell", "Refine"]

# Denominators of exponents that losses are written with; an exponent beyond stays the number it is.
MAX_DENOMINATOR = 64
# Multiplying out more than this takes SymPy minutes, and nothing ends it.
MAX_OPERATIONS = 400


# asin(v) + acos(v) = pi/2.
COMPLEMENT: Mapping[type[sp.Expr], type[sp.Expr]] = {sp.asin: sp.acos, sp.acos: sp.asin}


class Refine(DiffcheckError):
    """The answer is not the same on all of the wall: its parts must be looked at one by one.

    whole: whether the parts cover all of the wall, and not only what was to be looked at of it.
    """

    whole = True

    def parts(self, wall: Wall) -> Iterator[Wall]:
        """Yield parts that cover the wall up to a null set of it."""
        raise NotImplementedError


class SplitInteger(Refine):
    """The answer depends on a symbolic integer modulo ``modulus``."""

    def __init__(self, integer: sp.Symbol, modulus: int) -> None:
        super().__init__(f"{integer} mod {modulus}")
        self.integer = integer
        self.modulus = modulus

    def parts(self, wall: Wall) -> Iterator[Wall]:
        """Yield a part for every residue."""
        j = sp.Symbol(f"{self.integer.name}_", integer=True)
        for r in range(self.modulus):
            yield wall.with_integer(self.integer, self.modulus * j + r)


class MovingStep(Refine):
    """The integer part of ``of`` is not the same along the wall."""

    def __init__(self, of: sp.Expr) -> None:
        super().__init__(f"floor({of})")
        self.of = of

    def parts(self, wall: Wall) -> Iterator[Wall]:
        """Yield the wall with an integer that stands for the integer part, and members on which that is of a number."""
        yield from wall.with_step(self.of)
        names = sorted(self.of.free_symbols, key=str)
        whole, real = [s for s in names if s.is_integer], [s for s in names if not s.is_integer]
        unusual = {s: sp.sqrt(2) / (3 + i) for i, s in enumerate(real)}
        if whole and real:
            fixed = vanishing_members(sp.diff(self.of, real[0]), whole, unusual)
            if fixed is None or not set(whole) <= set(wall.integers):
                raise Undetermined(f"cannot tell for which integers `{shown(self.of)}` is a number")
            yield from (wall.with_integer(k, value) for k, value in fixed)


class BadWitness(DiffcheckError):
    """A coefficient is not identically zero, but vanishes at this point.

    zero: the coefficient.  only_at: the same, where it vanishes for an integer of the point whatever the other
    coordinates are.
    """

    def __init__(self, zero: sp.Expr, *, whatever: bool = False) -> None:
        super().__init__("a coefficient vanishes at this point only")
        self.zero = zero
        self.only_at = zero if whatever else None


class Cell:
    """Answers the questions of the germ algebra at one point, and notes what it assumed.

    point: exact coordinates of the free symbols of the wall.
    conditions: constraints that hold at the point and make the answers valid.
    steps: integer parts that are known along the wall; None where each value is a kind of point of its own.
    local: whether answers are about points near this one alone.  known: what holds at all points in question.
    exponents: those whose signs were asked for; powers: those of what vanishes.
    branches: coefficients whose signs decided a comparison.
    pivots: coefficients that were divided by or rooted; exceptional: coefficients in symbolic integers, or in a symbol
    that stands for many roots, that were taken to be nonzero.
    """

    def __init__(
        self,
        point: Mapping[sp.Symbol, sp.Expr],
        implicit: Implicit | None = None,
        steps: Sequence[Step] | None = None,
        *,
        local: bool = False,
        known: Sequence[Constraint] = (),
    ) -> None:
        self.point = dict(point)
        self.local = local
        self.known = tuple(known)
        self.implicit = implicit
        self.steps = None if steps is None else {s.of: s for s in steps}
        self.conditions: dict[Constraint, None] = {}
        self.exponents: dict[sp.Expr, None] = {}
        self.powers: dict[sp.Expr, None] = {}
        self.branches: dict[sp.Expr, None] = {}
        self.pivots: dict[sp.Expr, None] = {}
        self.exceptional: dict[sp.Expr, None] = {}
        self.phases: dict[sp.Symbol, tuple[sp.Symbol, int, Germ]] = {}
        self.turns: dict[sp.Symbol, Turning] = {}
        self._zero: dict[sp.Expr, bool] = {}
        self._parts = set[sp.Expr]()
        self._numbers = count()

    # --- zero and sign

    def _balls(self, prec: int = 128) -> dict[sp.Symbol, object]:
        if self.implicit is None:
            return dict(self.point)
        return {**self.point, self.implicit.symbol: self.implicit.ball(prec)}

    def vanishes(self, c: sp.Expr, *, decides: bool = True) -> bool:
        """Return whether ``c`` is identically zero on the wall.

        decides: whether the answer "no" matters; then the integers at which ``c`` is zero are another matter.
        """
        c = self._principal(c)
        if c.is_Rational:
            return bool(c == 0)
        known = self._zero.get(c)
        if known is None:
            known = self._zero[c] = self._decide_zero(c)
        if decides and not known:
            self._split_zeros(c)
            self._note_integers(c)
            self._note_part(c)
        return known

    def _principal(self, c: sp.Expr) -> sp.Expr:
        """Return ``c`` with u for atan(tan(u)) where the conditions keep u between two poles, and arcs like it."""
        table = {}
        for arc in c.atoms(sp.asin, sp.acos, sp.atan):
            wave, other = arc.args[0], COMPLEMENT.get(arc.func, arc.func)
            inverse = next((f for f in (arc.func, other) if MONOTONE[f].inverse is wave.func), None)
            if inverse is None or not wave.free_symbols:
                continue
            u, ends = wave.args[0], MONOTONE[inverse]
            if covered(self.known, [(Constraint(u - ends.low, ">="), Constraint(ends.high - u, ">="))]):
                table[arc] = u if inverse is arc.func else sp.pi / 2 - u
        return c.xreplace(table) if table else c

    def _decide_zero(self, c: sp.Expr) -> bool:
        if self.oscillating(c):
            return self._oscillating_zero(c)
        for prec in (128, 1000):
            ball = enclose(c, self._balls(prec), prec)
            if ball.is_finite() and not ball.contains(0):
                return False
        if self.implicit is None and any(k.is_integer for k in c.free_symbols):
            return self._zero_on_integers(c)
        if self.implicit is not None:
            return self._zero_at_root(c, self.implicit)
        decision = is_zero(c, self.point)
        if decision is Decision.UNKNOWN and sp.count_ops(c) <= MAX_OPERATIONS:
            decision = is_zero(expanded(c), self.point)
        if decision is Decision.UNKNOWN or (decision is Decision.YES and not self._is_zero_here(c)):
            raise Undetermined(f"cannot prove whether `{shown(c)}` is zero")
        return decision is Decision.YES

    def _is_zero_here(self, c: sp.Expr) -> bool:
        """Whether ``c``, zero around the point, is zero wherever the conditions hold; note those that it needs.

        atan(x) + atan(1/x) - pi/2 is zero for x > 0; atan(tan(x)) - x only between two poles.
        """
        parts = [p for p in c.atoms(sp.asin, sp.acos, sp.atan, sp.Pow) if p.free_symbols and _is_branched(p)]
        if self.local or not parts or is_of_one_piece(self._signed(c)) or is_zero(c) is Decision.YES:
            return True
        return self._keeps_to_part(c)

    def _note_part(self, c: sp.Expr) -> None:
        """Note where ``c``, which is nonzero here, is so too but for a null set: it may be zero beyond a pole.

        atan(x) + atan(1/x) + pi/2 is zero for x < 0, acos(cos(x)) + x is for -pi < x < 0.
        """
        if self.local or self.implicit is not None or c in self._parts or self.oscillating(c):
            return
        if all(s.is_integer for s in c.free_symbols):
            return  # its zeros are members that are looked at by themselves
        self._parts.add(c)
        signed = self._signed(c)
        if is_of_one_piece(signed) or vanishes_rarely(signed) is Decision.YES:
            return
        if not self._keeps_to_part(c):
            raise Undetermined(f"cannot tell whether `{shown(c)}` is zero on a part of where it is defined")

    def _signed(self, c: sp.Expr) -> sp.Expr:
        """Return ``c`` in names that are positive where that is known of them."""
        known = {k.expr for k in self.known if k.rel == ">" and k.expr.is_Symbol and not k.expr.is_integer}
        return c.xreplace({s: sp.Symbol(s.name, positive=True) for s in known}) if known else c

    def _keeps_to_part(self, c: sp.Expr) -> bool:
        """Note a connected part of where ``c`` is analytic; False where none is known."""
        box = bounding_box((k.expr, ACCEPTS[k.rel]) for k in self.known)
        if c.free_symbols <= box.keys() and is_analytic_on(c, {s: box[s] for s in c.free_symbols}):
            return True  # on a box that holds all points
        bounds = dividing(c)
        for u in bounds or ():
            self.sign(u)
        return bounds is not None

    def _zero_at_root(self, c: sp.Expr, implicit: Implicit) -> bool:
        """Prove that ``c``, whose ball holds zero, vanishes; another point may decide what other names move."""
        root = implicit.symbol, implicit.equation, self._nonzero_at_root
        if any(vanishes_at_root(part, *root) for part in dict.fromkeys((c, *factors(c)))):
            return True
        if c.free_symbols - {implicit.symbol}:
            raise BadWitness(c)
        raise Undetermined(f"cannot prove whether `{shown(c)}` is zero")

    def _nonzero_at_root(self, c: sp.Expr) -> bool:
        assert self.implicit is not None
        if self.implicit.known:
            return common_zeros(self.implicit.equation, c, self.implicit.symbol) == []
        return bool(self._sign_of_ball(c))

    def _zero_on_integers(self, c: sp.Expr) -> bool:
        """Decide whether ``c`` is zero for all integers; the ones of the point may be an exception."""
        fixed = {k: self.point[k] for k in c.free_symbols if k.is_integer and k in self.point}
        at_point = put_in(c, fixed)
        member = Decision.UNKNOWN if at_point is None else is_zero(at_point, self.point)
        decision = is_zero(c) if member is not Decision.NO else member
        if Decision.UNKNOWN in (member, decision):
            raise Undetermined(f"cannot prove whether `{shown(c)}` is zero")
        if decision is Decision.YES:
            return True
        if member is Decision.YES:
            raise BadWitness(c, whatever=True)
        return False

    def _oscillating_zero(self, c: sp.Expr) -> bool:
        c = self.settled(c)
        waves = [s for s in c.free_symbols if s in self.phases]
        if not waves:
            return self.vanishes(c)
        if c.is_polynomial(*waves) and all(self.vanishes(k) for k in sp.Poly(expanded(c), *waves).coeffs()):
            return True
        if c.is_polynomial(*waves) and not any(s in self.turns for s in waves):
            return False
        # Steps, and functions of waves, may cancel unseen.
        seen = [not self.vanishes(v) for v in self._at_angles(c)]
        if c.is_polynomial(*waves) and not seen:
            return False
        if not any(seen):
            raise Oscillates
        return False

    def _at_angles(self, c: sp.Expr) -> Iterator[sp.Expr]:
        """Yield values that an oscillating coefficient takes again and again."""
        symbols = {s for s in c.free_symbols if s in self.phases}
        yield from (c.xreplace(dict(v)) for v in angles(symbols, self.phases, self.turns, self.sign))

    def moves(self, c: sp.Expr) -> bool:
        """Return whether an oscillating coefficient surely takes different values again and again."""
        symbols = {s for s in c.free_symbols if s in self.phases}
        plain = all(self.phases[s][1] != 0 for s in symbols) and c.is_polynomial(*symbols)
        if plain or (symbols == self.phases.keys() and len(symbols) == 1):
            return True
        first, *others = [*self._at_angles(c)] or [sp.S.Zero]
        return any(not self.vanishes(v - first) for v in others)

    def _note_integers(self, c: sp.Expr) -> None:
        every = self.implicit is not None and self.implicit.known and self.implicit.symbol in c.free_symbols
        if every or any(s.is_integer for s in c.free_symbols):
            self.exceptional[c] = None

    def sign(self, c: sp.Expr) -> int:
        """Return the sign of ``c`` at the point and note it as a condition."""
        c = self._principal(c)
        if c.is_Rational:
            return int((c.p > 0) - (c.p < 0))
        return self._sign(c)

    def branch(self, c: sp.Expr) -> None:
        """Note a coefficient whose sign decided a comparison."""
        if c.free_symbols:
            self.branches[c] = None

    def exponent(self, c: sp.Expr) -> int:
        """Return the sign of an exponent, and note it: where it is zero without a turn conditions leave that out."""
        self.exponents[c] = None
        return self._sign(c)

    def _sign(self, c: sp.Expr) -> int:
        if self.oscillating(c):
            return self._sign_of_waves(c)
        self._split_powers_of_minus_one(c)
        if self.vanishes(c):
            return 0
        s = sign_at(c, self.point) if self.implicit is None else self._sign_of_ball(c)
        if not s:
            raise BadWitness(c)
        self._note_condition(c, s)
        return s

    def _sign_of_waves(self, c: sp.Expr) -> int:
        """Return the sign of a polynomial in bounded symbols: in each factor the constant term outweighs the rest."""
        waves = [s for s in c.free_symbols if s in self.phases]
        try:
            number, parts = sp.factor_list(expanded(c), *waves)
        except sp.PolynomialError:
            raise Undetermined("an oscillating term inside another function") from None
        s = self.sign(number)
        for factor, n in parts:
            own = self._sign_of_factor(factor, waves)
            s *= own if n % 2 else own**2
        return s

    def _sign_of_factor(self, factor: sp.Expr, waves: Sequence[sp.Symbol]) -> int:
        poly = sp.Poly(factor, *waves)
        steady = poly.coeff_monomial(1)
        rest = sp.Add(*(sp.Abs(k) for m, k in poly.terms() if any(m)))
        for s in (1, -1):
            if sign_at(s * steady - rest, self._balls()) == 1:
                self.sign(s * steady - rest)
                return s
        raise Oscillates

    def _note_condition(self, c: sp.Expr, s: int) -> None:
        """Write down the sign of what is left of ``c`` without factors that are positive wherever they are defined."""
        odd: dict[sp.Expr, bool] = {}
        for a in sp.Mul.make_args(c):
            if a.is_positive or (a.is_Pow and not a.exp.is_integer and not a.base.is_negative):
                continue
            if a.is_Pow and a.exp.is_even:
                continue
            if a.is_number or a.is_negative:
                s = -s if a.is_negative else s
                continue
            base = a.base if a.is_Pow and a.exp.is_odd else a
            if -base in odd:
                s, base = -s, -base  # u*(-u) has one sign
            odd[base] = not odd.get(base, False)
        left = sp.Mul(*(base for base, counts in odd.items() if counts))
        _, left = _without_logarithms(left).primitive()  # 2*p - 4 asks for no more than p - 2
        single = self.implicit is not None and not self.implicit.known
        if left.free_symbols - ({self.implicit.symbol} if self.implicit and single else set()):
            self.conditions[Constraint(left, ">" if s > 0 else "<")] = None

    def _sign_of_ball(self, c: sp.Expr) -> int | None:
        for prec in (128, 400, 2000):
            ball = enclose(c, self._balls(prec), prec)
            if ball.is_finite() and not ball.contains(0):
                return 1 if ball > 0 else -1
        return None

    def _split_powers_of_minus_one(self, c: sp.Expr) -> None:
        for k, modulus in _periods(c):
            raise SplitInteger(k, modulus)

    def _split_zeros(self, c: sp.Expr) -> None:
        """Split a family where ``c`` is zero for some residues of its integer: 1 - (-1)**k for even ones."""
        for k, modulus in _periods(c):
            decisions = [is_zero(e) for e in _residues(c, k, modulus)]
            if Decision.YES in decisions and Decision.NO in decisions:
                raise SplitInteger(k, modulus)

    def pivot(self, c: sp.Expr) -> None:
        """Note a coefficient that is divided by; where it oscillates, its constant term, which outweighs the rest."""
        waves = [s for s in c.free_symbols if s in self.phases]
        if waves and c.is_polynomial(*waves):
            c = sp.Poly(expanded(c), *waves).coeff_monomial(1)
        if c.free_symbols:
            self.pivots[c] = None

    def power(self, c: sp.Expr) -> None:
        """Note an exponent that constants move."""
        if c.free_symbols:
            self.powers[c] = None

    def oscillating(self, c: sp.Expr) -> bool:
        """Return whether ``c`` holds a bounded symbol without a limit."""
        return bool(self.phases) and not c.free_symbols.isdisjoint(self.phases)

    # --- numbers

    def integer_part(self, c: sp.Expr) -> tuple[sp.Expr, bool]:
        """Return (floor(c), whether c is an integer)."""
        if c.is_Rational:
            return sp.floor(c), bool(c.is_Integer)
        c = expanded(c)
        whole = sp.Add(*[a for a in sp.Add.make_args(c) if a.is_integer])
        rest = c - whole
        if rest == 0:
            return whole, True
        if self.implicit is not None and self.implicit.known and self.implicit.symbol in rest.free_symbols:
            raise Undetermined(f"cannot tell the integer part of `{shown(rest)}` at infinitely many roots")
        self._split_denominators(rest)
        if self.steps is None or not rest.free_symbols or self.implicit is not None or self.oscillating(rest):
            part, exact = self._real_integer_part(rest)
            return whole + part, exact
        real = [s for s in rest.free_symbols if not s.is_integer]
        if real and all(self.vanishes(sp.diff(rest, s)) for s in real):
            # Constant in the coordinates, whatever it looks like: it is what it is at the point.
            value = rest.subs({s: self.point[s] for s in real})
            return self.integer_part(whole + (sp.cancel(value) if is_modest(value) else value))
        part, exact = self._moving_integer_part(rest)
        return whole + part, exact

    def _split_denominators(self, rest: sp.Expr) -> None:
        """A rational polynomial in integers is an integer or not by their residues."""
        integers = [s for s in rest.free_symbols if s.is_integer]
        for k in integers:
            rate = rest.coeff(k)
            if rate != 0 and not rate.is_Rational and not rate.free_symbols:
                raise Undetermined(f"cannot tell the integer part of `{shown(rest)}`")
        for term in sp.Add.make_args(rest):
            rate, power = term.as_coeff_Mul()
            if rate.is_Rational and rate.q <= MAX_DENOMINATOR and power.is_integer:
                for k in sorted(power.free_symbols, key=str):
                    raise SplitInteger(k, int(rate.q))

    def _moving_integer_part(self, rest: sp.Expr) -> tuple[sp.Expr, bool]:
        """Return the symbol for floor(rest), which is an integer on a null set of the wall only."""
        assert self.steps is not None
        if rest in self.steps:
            return self.steps[rest].value, self.steps[rest].exact
        if -rest in self.steps:
            known = self.steps[-rest]
            return -known.value - (0 if known.exact else 1), known.exact
        raise MovingStep(rest)

    def _real_integer_part(self, rest: sp.Expr) -> tuple[sp.Expr, bool]:
        ball = enclose(rest, self._balls(400), 400)
        if not ball.is_finite():
            raise Undetermined(f"cannot tell the integer part of `{shown(rest)}`")
        lowest = ball.mid().floor().unique_fmpz()
        if lowest is None:
            raise Undetermined(f"cannot tell the integer part of `{shown(rest)}`")
        n = sp.Integer(int(lowest))
        for near in (n, n + 1):
            if ball.contains(int(near)) and self.vanishes(rest - near):
                return near, True
        if self.sign(rest - n) < 0:
            n = n - 1
        if self.sign(n + 1 - rest) < 0:
            n = n + 1
        return n, False

    def rational(self, c: sp.Expr) -> sp.Expr:
        """Return ``c`` as a Rational if it is identically one, else ``c``."""
        if c.is_Rational or c.free_symbols:
            return c
        ball = enclose(c, self._balls(), 128)
        if not ball.is_finite():
            return c
        near = Fraction(float(ball.mid())).limit_denominator(MAX_DENOMINATOR)
        guess = sp.Rational(near.numerator, near.denominator)
        return guess if self.vanishes(c - guess) else c

    def oscillation(self, phase: Germ, kind: str) -> tuple[sp.Expr, ...]:
        """Return (sin, cos) of an infinite phase, or its fractional part, in bounded symbols.

        Symbols of phases that are independent over the rationals are algebraically independent; a multiple of a phase
        met before is written in the symbols of that phase.
        """
        again = self._known_phase(phase, kind)
        if again is not None:
            return again
        n = next(self._numbers)
        if kind == "fraction":
            wave = inner_symbol(f"part{n}")
            self.phases[wave] = (wave, 0, phase)
            return (wave,)
        s, c = inner_symbol(f"sin{n}"), inner_symbol(f"cos{n}")
        self.phases[s] = (c, 1, phase)
        self.phases[c] = (s, -1, phase)
        return s, c

    def turn(self, condition: Turning) -> sp.Expr:
        """Return the bounded symbol, 1 or 0, for a condition that changes its truth without end."""
        lead = condition.lead / abs(condition.lead.as_coeff_Mul()[0]) if condition.op == "gt" else sp.S.Zero
        condition = replace(condition, lead=lead)
        for step, known in self.turns.items():
            if known == condition:
                return step
            if known.op == "gt" and known.lead == -lead:
                return 1 - step
        step = inner_symbol(f"part{next(self._numbers)}")
        self.phases[step] = (step, 0, EXACT_ZERO)
        self.turns[step] = condition
        return step

    def _known_phase(self, phase: Germ, kind: str) -> tuple[sp.Expr, ...] | None:
        """Return a multiple of a known phase in its symbols; None if ``phase`` is independent of the known ones."""
        known = [(w, *v) for w, v in self.phases.items() if v[1] >= 0 and v[2].terms]
        for wave, partner, sign, other in known:
            ratio = _ratio(phase, other)
            if ratio is None or (ratio.is_rational is False and sign and kind == "phase"):
                continue
            if (kind == "fraction") != (sign == 0) or not ratio.is_Integer:
                raise Undetermined("oscillating terms whose frequencies are related")
            if sign:
                power = expanded((partner + sp.I * wave) ** abs(ratio))
                return (sp.im(power) * sp.sign(ratio), sp.re(power))
            if abs(ratio) == 1:
                return (wave if ratio == 1 else 1 - wave,)
            raise Undetermined("oscillating terms whose frequencies are related")
        sizes = {m for g in [phase, *(other for *_, other in known)] for _, m in g.terms}
        if len(known) > 1 and len(sizes) < len(known) + 1:
            raise Undetermined("oscillating terms whose frequencies may be related")
        return None

    def settled(self, c: sp.Expr) -> sp.Expr:
        """Return ``c`` with squares of cosines written as sines, so that what is constant has no bounded symbol."""
        if not self.oscillating(c):
            return c
        c = expanded(c)
        for step in self.turns:
            powers = _coefficients(c, step)
            if powers is not None:
                c = expanded(sp.Add(*(k * (step if n else 1) for n, k in powers.items())))
        for wave, (partner, sign, _) in self.phases.items():
            if sign > 0 and partner in c.free_symbols:
                powers = _coefficients(c, partner)
                if powers is None:
                    return c  # inside another function
                even = (k * (1 - wave**2) ** (n // 2) * partner ** (n % 2) for n, k in powers.items())
                c = expanded(sp.Add(*even))
        return c


def _coefficients(c: sp.Expr, s: sp.Symbol) -> dict[int, sp.Expr] | None:
    """Return the coefficients of the powers of ``s`` in what is multiplied out; None if it is no polynomial in it.

    SymPy's Poly multiplies out the coefficients as well.
    """
    parts: dict[int, list[sp.Expr]] = {}
    for term in sp.Add.make_args(c):
        k, power = term.as_independent(s, as_Add=False)
        base, n = (s, sp.S.Zero) if power == 1 else power.as_base_exp()
        if base != s or not n.is_Integer or n < 0:
            return None
        parts.setdefault(int(n), []).append(k)
    return {n: sp.Add(*terms) for n, terms in parts.items()}


def _periods(c: sp.Expr) -> Iterator[tuple[sp.Symbol, int]]:
    """Yield integers that ``c`` has a period in, through powers of -1, sines and cosines, with the period."""
    for power in c.atoms(sp.Pow):
        if power.base == -1:
            for k in power.exp.free_symbols:
                yield k, 2
    for wave in c.atoms(sp.sin, sp.cos):
        for k in wave.free_symbols:
            if k.is_integer:
                rate = expanded(wave.args[0] / sp.pi).coeff(k)
                if rate.is_Rational and not (rate / 2).is_Integer:
                    yield k, int((rate / 2).q)


def _residues(c: sp.Expr, k: sp.Symbol, modulus: int) -> Iterator[sp.Expr]:
    j = sp.Dummy("j", integer=True)
    return (c.subs(k, modulus * j + r) for r in range(modulus))


def _ratio(a: Germ, b: Germ) -> sp.Expr | None:
    """Return a/b if it is one number, else None."""
    if not a.terms or {m for _, m in a.terms} != {m for _, m in b.terms}:
        return None
    below = {m: c for c, m in b.terms}
    ratios = {sp.simplify(c / below[m]) for c, m in a.terms}
    (ratio, *more) = ratios
    return ratio if not more and not ratio.free_symbols else None


def _without_logarithms(expr: sp.Expr) -> sp.Expr:
    """Write a sum of logarithms as exp(sum) - 1, which has its sign: solvers know more of rational functions."""
    terms = sp.Add.make_args(expr)
    if len(terms) < 2 or not all(
        t.as_coeff_Mul()[0].is_Integer and isinstance(t.as_coeff_Mul()[1], sp.log) for t in terms
    ):
        return expr
    numerator, denominator = sp.together(sp.exp(expr) - 1).as_numer_denom()
    return numerator * denominator


def _is_branched(part: sp.Expr) -> bool:
    """Whether a part is an arc, or a root of what is divided by something: it may differ beyond a pole."""
    if not part.is_Pow:
        return True
    return not part.exp.is_integer and any(
        p.is_Pow and p.exp.is_negative and p.base.free_symbols for p in sp.preorder_traversal(part.base)
    )
