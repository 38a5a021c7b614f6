"""The germ of an expression at a place: one rule for each elementary row of the table.

`abs`, `max`, `relu`, `clip`, `sign` and their kin need no rule: algebra/lower.py turns them into `where`, and a
condition is decided by the sign of a germ.  While it walks, an expansion notes what it chose (branches, integer
parts, roots), so that the same function can be written down as one analytic expression (`resolve.py`).
Read in order: Expansion.value, then the rules from top to bottom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol, TypeAlias

import sympy as sp

from diffcheck.algebra.arcs import sine_and_cosine
from diffcheck.algebra.cancel import cancels
from diffcheck.algebra.expanded import expanded
from diffcheck.errors import DiffcheckError, Oscillates, Undetermined
from diffcheck.germs.germ import CONSTANT, EXACT_ZERO, Algebra, Germ, Mono, Oracle, constant
from diffcheck.germs.turning import Turning
from diffcheck.language.tree import NAME, NUMBER, Node, number

__all__ = ["Expansion", "Place", "Root", "UndefinedHere", "Value"]


class UndefinedHere(DiffcheckError):
    """The expression is not a real number at the place; ``node`` is the part that fails."""

    def __init__(self, node: Node) -> None:
        super().__init__(f"undefined: {node.op}")
        self.node = node


class Place(Oracle, Protocol):
    """An oracle that also knows numbers."""

    def integer_part(self, c: sp.Expr) -> tuple[sp.Expr, bool]:
        """Return (floor(c), whether c is an integer)."""

    def branch(self, c: sp.Expr) -> None:
        """Note a coefficient whose sign decided a comparison."""

    def rational(self, c: sp.Expr) -> sp.Expr:
        """Return ``c`` as a Rational if it is identically one, else ``c``."""

    def oscillation(self, phase: Germ, kind: str) -> tuple[sp.Expr, ...]:
        """Return the bounded symbols for sin and cos (or the fractional part) of an infinite germ."""

    def turn(self, condition: Turning) -> sp.Expr:
        """Return the bounded symbol, 1 or 0, for a condition that changes its truth without end."""


@dataclass(frozen=True, slots=True)
class Value:
    """A germ, and whether the function that has it is meromorphic at the place, seen from this side."""

    germ: Germ
    analytic: bool


@dataclass(frozen=True, slots=True)
class Root:
    """A power taken of something of order ``order`` in t, with ``order*exponent`` an integer."""

    order: sp.Expr
    exponent: sp.Expr


Choice: TypeAlias = bool | sp.Expr | Root

COMPARISONS: Mapping[str, Callable[[int], bool]] = {
    "lt": lambda s: s < 0,
    "le": lambda s: s <= 0,
    "gt": lambda s: s > 0,
    "ge": lambda s: s >= 0,
    "eq": lambda s: s == 0,
    "ne": lambda s: s != 0,
}


class Expansion:
    """Expands the parts of a lowered tree at one side of a place.

    base: the germ of every name.  choices: what was decided for each part: the branch of a `where`, the integer of a
    `floor`, the Root of a power.  singular: parts that met the zero of a gap.
    """

    def __init__(self, algebra: Algebra, place: Place, base: Mapping[str, Germ]) -> None:
        self.algebra = algebra
        self.place = place
        self.base = base
        self.choices: dict[Node, Choice] = {}
        self.singular: list[Node] = []
        self._memo: dict[Node, Value] = {}

    def value(self, node: Node) -> Value:
        """Return the germ of ``node``; UndefinedHere where it has no real value."""
        known = self._memo.get(node)
        if known is None:
            known = self._memo[node] = RULES[node.op](self, node)
        return known

    def met(self, node: Node) -> bool:
        """Return whether ``node`` was evaluated."""
        return node in self._memo

    def _args(self, node: Node) -> tuple[list[Germ], bool]:
        values = [self.value(a) for a in node.args]
        return [v.germ for v in values], all(v.analytic for v in values)

    # --- conditions

    def holds(self, node: Node) -> bool:
        """Decide a condition for small t > 0."""
        if node.op == "and":
            return all(self.holds(a) for a in node.args)
        if node.op == "or":
            return any(self.holds(a) for a in node.args)
        if node.op == "not":
            return not self.holds(node.args[0])
        if node.op not in COMPARISONS:
            raise Undetermined(f"`{node.op}` is not a condition")
        head = self.algebra.lead(self.difference(node))
        if head is not None:
            self.place.branch(head[0])
            self._note_hidden_zeros(node, head[0])
        return COMPARISONS[node.op](0 if head is None else self.place.sign(head[0]))

    def difference(self, comparison: Node) -> Germ:
        """Return the germ whose sign decides a comparison: its left side less its right one."""
        return self.value(_difference(*comparison.args)).germ

    # --- rules

    def _number(self, node: Node) -> Value:
        assert isinstance(node.leaf, Fraction)
        return Value(constant(sp.Rational(node.leaf.numerator, node.leaf.denominator)), True)

    def _name(self, node: Node) -> Value:
        return Value(self.base[str(node.leaf)], True)

    def _pi(self, node: Node) -> Value:
        return Value(constant(sp.pi), True)

    def _add(self, node: Node) -> Value:
        germs, analytic = self._args(node)
        germ = self.algebra.add(*germs)
        # A remainder alone has no sign; that the terms are one expression is seen on the tree.
        if not germ.terms and germ.rem is not None and cancels(node, self.choices):
            return Value(EXACT_ZERO, True)
        return Value(germ, analytic)

    def _mul(self, node: Node) -> Value:
        (f, g), analytic = self._args(node)
        return Value(self.algebra.mul(f, g), analytic)

    def _meet(self, node: Node, part: Node, head: tuple[sp.Expr, Mono, Germ]) -> None:
        """Note whether what must not vanish does so at the place, or where its leading coefficient does.

        That is told by the equation part = 0 as well, unless something in the part is singular at the place, so that it
        has no value there: x**2 + exp(-1/z**2) vanishes nowhere, and tends to 0 at the origin.
        """
        if not head[1].is_one:
            self.singular.append(node)
        else:
            self._note_hidden_zeros(part, head[0])

    def _note_hidden_zeros(self, part: Node, c: sp.Expr) -> None:
        """Note a leading coefficient whose zeros the equation part = 0 does not tell: the part has no value there."""
        # An integer part has a value, and pieces with equations of their own.
        without_value = [n for n in self.singular if n.op != "floor"]
        if without_value and any(n in without_value for n in part.distinct()):
            self.place.pivot(c)

    def _div(self, node: Node) -> Value:
        (f, g), analytic = self._args(node)
        head = self.algebra.lead(g)
        if head is None:
            raise UndefinedHere(node)
        self._meet(node, node.args[1], head)
        return Value(self.algebra.mul(f, self.algebra.inverse(g)), analytic)

    def _pow(self, node: Node) -> Value:
        base, exponent = (self.value(a) for a in node.args)
        terms = exponent.germ.terms
        if not terms and exponent.germ.rem is None:
            return Value(constant(sp.S.One), True)
        if len(terms) > 1 or exponent.germ.rem is not None or not terms[0][1].is_one:
            return self._variable_power(node, base, exponent)
        alpha = self.place.rational(terms[0][0])
        if alpha.is_Integer:
            return self._integer_power(node, base, alpha)
        if alpha.is_integer and self.algebra.sign(base.germ) < 0:
            size = self._real_power(
                node, replace(base, germ=self.algebra.scale(base.germ, sp.S.NegativeOne)), alpha
            )
            return replace(size, germ=self.algebra.scale(size.germ, sp.S.NegativeOne**alpha))
        return self._real_power(node, base, alpha)

    def _integer_power(self, node: Node, base: Value, n: sp.Expr) -> Value:
        if n == 0:
            return Value(constant(sp.S.One), base.analytic)
        if n > 0:
            if not base.germ.terms and base.germ.rem is None:
                return Value(EXACT_ZERO, base.analytic)
            if n <= 3:
                return Value(self.algebra.power(base.germ, n), base.analytic)
        head = self.algebra.lead(base.germ)
        if head is None:
            if n > 0:
                return Value(EXACT_ZERO, base.analytic)
            raise UndefinedHere(node)
        if n < 0:
            self._meet(node, node.args[0], head)
        if n > 0 and self.place.oscillating(head[0]):
            germ = constant(sp.S.One)
            for _ in range(int(n)):
                germ = self.algebra.mul(germ, base.germ)
            return Value(germ, base.analytic)
        return Value(self.algebra.power(base.germ, n), base.analytic)

    def _real_power(self, node: Node, base: Value, alpha: sp.Expr) -> Value:
        s = self.algebra.sign(base.germ)
        if s < 0:
            raise UndefinedHere(node)
        if s == 0:
            if self.place.exponent(alpha) <= 0:
                raise UndefinedHere(node)
            return Value(EXACT_ZERO, base.analytic)
        head = self.algebra.lead(base.germ)
        assert head is not None
        m = head[1]
        analytic = base.analytic
        self._meet(node, node.args[0], head)
        if not m.is_one:
            self.place.power(alpha)
            whole = m.power * alpha
            analytic = analytic and bool(whole.is_Integer) and not m.expo and m.log == 0 and m.loglog == 0
            if analytic:
                self.choices[node] = Root(m.power, alpha)
        return Value(self.algebra.power(base.germ, alpha), analytic)

    def _variable_power(self, node: Node, base: Value, exponent: Value) -> Value:
        s = self.algebra.sign(base.germ)
        if s == 0:
            height = self.algebra.lead(exponent.germ)
            if height is not None and self.place.exponent(height[0]) > 0:
                return Value(EXACT_ZERO, False)
        if s <= 0:
            raise UndefinedHere(node)
        head = self.algebra.lead(base.germ)
        assert head is not None
        regular = head[1].is_one
        self._meet(node, node.args[0], head)
        product = self.algebra.mul(exponent.germ, self.algebra.log(base.germ))
        # What the exponent divides by, the logarithm may make up for: (1 + x)**(1/x) is analytic at 0.
        analytic = base.analytic and exponent.analytic and regular and self._finite(product)
        return Value(self.algebra.exp(product), analytic)

    def _finite(self, g: Germ) -> bool:
        return not self.algebra.split(g)[0].terms

    def _exp(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        return Value(self.algebra.exp(arg.germ), arg.analytic and self._finite(arg.germ))

    def _log(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        if self.algebra.sign(arg.germ) <= 0:
            raise UndefinedHere(node)
        head = self.algebra.lead(arg.germ)
        assert head is not None
        self._meet(node, node.args[0], head)
        return Value(self.algebra.log(arg.germ), arg.analytic and head[1].is_one)

    def _sine(self, node: Node, shift: int) -> Value:
        """sin(u + shift*pi/2) by the addition theorem; the phase of an infinite u becomes two bounded symbols."""
        arg = self.value(node.args[0])
        big, const, small = self.algebra.split(arg.germ)
        if big.terms:
            self.place.pivot(big.terms[0][0])
            s, c = self.place.oscillation(big, "phase")
            sine, cosine = s * sp.cos(const) + c * sp.sin(const), c * sp.cos(const) - s * sp.sin(const)
        else:
            sine, cosine = sine_and_cosine(expanded(const))
        if shift:
            sine, cosine = cosine, -sine
        cycle = (sine, cosine, -sine, -cosine)
        germ = self.algebra.series(lambda n: cycle[n % 4] / sp.factorial(n), small)
        return Value(germ, arg.analytic and not big.terms)

    def _sin(self, node: Node) -> Value:
        return self._sine(node, 0)

    def _cos(self, node: Node) -> Value:
        return self._sine(node, 1)

    def _atan(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        big, const, small = self.algebra.split(arg.germ)
        if not big.terms:
            return Value(
                self.algebra.series(_integral(sp.atan(const), _atan_slopes(const)), small), arg.analytic
            )
        # atan(u) = ±pi/2 - atan(1/u), and 1/u tends to 0.
        half = sp.pi / 2 * self.algebra.sign(arg.germ)
        self.singular.append(node)
        self.choices[node] = half
        inverse = self.algebra.series(
            _integral(sp.S.Zero, _atan_slopes(sp.S.Zero)), self.algebra.inverse(arg.germ)
        )
        return Value(
            self.algebra.add(constant(half), self.algebra.scale(inverse, sp.S.NegativeOne)), arg.analytic
        )

    def _asin(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        big, const, small = self.algebra.split(arg.germ)
        room = 1 - const**2
        inside = -1 if big.terms else self.place.sign(expanded(room))
        if inside < 0:
            raise UndefinedHere(node)
        if inside > 0:
            self._meet(node, node.args[0], (room, CONSTANT, arg.germ))
            return Value(
                self.algebra.series(_integral(sp.asin(const), _asin_slopes(const)), small), arg.analytic
            )
        return self._asin_at_end(node, arg, self.place.sign(const), small)

    def _asin_at_end(self, node: Node, arg: Value, end: int, small: Germ) -> Value:
        """asin(end*(1 - d)) = end*(pi/2 - 2*asin(sqrt(d/2))), by the half-angle formula."""
        gap = self.algebra.scale(small, sp.Rational(-end, 2))
        s = self.algebra.sign(gap)
        if s < 0:
            raise UndefinedHere(node)
        top = constant(sp.pi / 2 * end)
        if s == 0:
            return Value(top, arg.analytic)
        self.singular.append(node)
        root = self.algebra.power(gap, sp.Rational(1, 2))
        angle = self.algebra.series(_integral(sp.S.Zero, _asin_slopes(sp.S.Zero)), root)
        head = self.algebra.lead(gap)
        assert head is not None
        order = head[1].power
        analytic = arg.analytic and bool((order / 2).is_Integer)
        if analytic:
            self.choices[node] = Root(order, sp.Integer(end))
        return Value(self.algebra.add(top, self.algebra.scale(angle, sp.Integer(-2 * end))), analytic)

    def _erf(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        big, const, small = self.algebra.split(arg.germ)
        if not big.terms:
            return Value(
                self.algebra.series(_integral(sp.erf(const), _erf_slopes(const)), small), arg.analytic
            )
        # DLMF 7.12.1: 1 - erf(u) ~ exp(-u**2)/(u*sqrt(pi)); a bound is all that is kept.
        s = self.algebra.sign(arg.germ)
        tail = self.algebra.exp(self.algebra.scale(self.algebra.mul(arg.germ, arg.germ), sp.S.NegativeOne))
        head = tail.terms[0][1] if tail.terms else tail.rem
        return Value(Germ(((sp.Integer(s), CONSTANT),), head), False)

    def _floor(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        big, const, small = self.algebra.split(arg.germ)
        if big.terms:
            self.place.pivot(big.terms[0][0])
            (fraction,) = self.place.oscillation(big, "fraction")
            return Value(self.algebra.add(big, constant(const - fraction), small), False)
        whole, exact = self.place.integer_part(const)
        if exact:
            side = self.algebra.sign(small)
            if side:
                self.singular.append(node)
            if side < 0:
                whole = whole - 1
        self.choices[node] = whole
        return Value(constant(whole), True)

    def _where(self, node: Node) -> Value:
        taken = self._truth(node.args[0])
        if isinstance(taken, Turning):
            return self._both_branches(node, taken)
        self.choices[node] = taken
        return self.value(node.args[1] if taken else node.args[2])

    def _truth(self, condition: Node) -> bool | Turning:
        """Return the truth of a condition for small t > 0, or how it changes without end."""
        try:
            return self.holds(condition)
        except Oscillates:
            if condition.op in {"and", "or", "not"}:
                return Turning(condition.op, parts=tuple(self._truth(a) for a in condition.args))
            if condition.op in {"eq", "ne"}:
                return condition.op == "ne"  # but for points that are walls of their own
            head = self.algebra.lead(self.difference(condition))
            if head is None:
                raise
            return Turning("gt", head[0] if condition.op in {"gt", "ge"} else -head[0])

    def _both_branches(self, node: Node, condition: Turning) -> Value:
        """A condition that changes without end: b + H*(a - b) with a bounded H that is 1 or 0."""
        a, b = self.value(node.args[1]).germ, self.value(node.args[2]).germ
        step = self.place.turn(condition)
        gap = self.algebra.add(a, self.algebra.scale(b, sp.S.NegativeOne))
        return Value(self.algebra.add(b, self.algebra.scale(gap, step)), False)


def _difference(left: Node, right: Node) -> Node:
    """Return left - right, lowered."""
    return Node("add", (left, Node("mul", (number(-1), right))))


def _integral(at_zero: sp.Expr, slopes: Callable[[int], sp.Expr]) -> Callable[[int], sp.Expr]:
    """Return Taylor coefficients from the value and those of the derivative."""
    return lambda n: at_zero if n == 0 else slopes(n - 1) / sp.Integer(n)


def _recurrence(first: sp.Expr, step: Callable[[int, sp.Expr, sp.Expr], sp.Expr]) -> Callable[[int], sp.Expr]:
    """Return y_n of a two-term recurrence y_{n+1} = step(n, y_n, y_{n-1}), y_{-1} = 0."""
    known = [sp.S.Zero, first]

    def at(n: int) -> sp.Expr:
        while len(known) < n + 2:
            known.append(step(len(known) - 2, known[-1], known[-2]))
        return known[n + 1]

    return at


def _atan_slopes(c: sp.Expr) -> Callable[[int], sp.Expr]:
    """Taylor coefficients of 1/(1 + z**2) at z = c, from (1 + c**2)*y_{n+1} = -2*c*y_n - y_{n-1}."""
    w = 1 + c**2
    return _recurrence(1 / w, lambda n, y, before: (-2 * c * y - before) / w)


def _asin_slopes(c: sp.Expr) -> Callable[[int], sp.Expr]:
    """Taylor coefficients of (1 - z**2)**(-1/2) at z = c, from (1 - z**2)*y' = z*y."""
    w = 1 - c**2
    return _recurrence(
        w ** sp.Rational(-1, 2), lambda n, y, before: (c * (2 * n + 1) * y + n * before) / (w * (n + 1))
    )


def _erf_slopes(c: sp.Expr) -> Callable[[int], sp.Expr]:
    """Taylor coefficients of 2/sqrt(pi)*exp(-z**2) at z = c, from y' = -2*z*y."""
    return _recurrence(
        2 / sp.sqrt(sp.pi) * sp.exp(-(c**2)), lambda n, y, before: -2 * (c * y + before) / (n + 1)
    )


RULES: Mapping[str, Callable[[Expansion, Node], Value]] = {
    NUMBER: Expansion._number,
    NAME: Expansion._name,
    "pi": Expansion._pi,
    "add": Expansion._add,
    "mul": Expansion._mul,
    "div": Expansion._div,
    "pow": Expansion._pow,
    "exp": Expansion._exp,
    "log": Expansion._log,
    "sin": Expansion._sin,
    "cos": Expansion._cos,
    "asin": Expansion._asin,
    "atan": Expansion._atan,
    "erf": Expansion._erf,
    "floor": Expansion._floor,
    "where": Expansion._where,
}
