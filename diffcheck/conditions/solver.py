"""Constraints for cvc5: sound abstractions in nonlinear real arithmetic.

An expression becomes a quotient of polynomials in the generators of algebra/tower.py.  A generator is a variable, its
relation an equation, and a kernel obeys bounds that hold for the function: exp(u) >= 1 + u and
exp(u)*(1 - u) <= 1, monotone functions preserve the order of their arguments, and so on.
Any true solution gives a model, so "unsat" is a proof; a model is a candidate that the caller must verify,
except when all generators are variables of the problem: then the translation is exact.
Limits: QF_NRA with a limit on resources.  QF_NRAT is not used: it was seen to run 12 s past such limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations
from typing import Any

import cvc5
import flint
import sympy as sp
from cvc5 import Kind

from diffcheck.algebra.balls import enclose, precision
from diffcheck.algebra.ring import Element, Generator, NeedUnit, Poly, TooHard
from diffcheck.algebra.tower import Tower
from diffcheck.conditions.demands import demands
from diffcheck.killable import finished

__all__ = ["Answer", "solve"]

RESOURCES = 12_000
FEW_RESOURCES = 2_000
# Of one number; cvc5 takes decimal digits, of which Python writes at most 4300.
MAX_BITS = 10_000
# Of bounds on pi and the like: with longer ones cvc5 computes longer, with shorter ones it sees less.
BITS = 64
MAX_DEGREE = 40
MAX_SIZE = 400
MAX_POINTS = 5
MAX_COVERED = 4
MAX_COVERED_DEGREE = 6
COVERING_SECONDS = 2.0
_RELATIONS = {
    "<": Kind.LT,
    ">": Kind.GT,
    "<=": Kind.LEQ,
    ">=": Kind.GEQ,
    "=": Kind.EQUAL,
    "!=": Kind.DISTINCT,
}
_KERNELS = {"exp", "log", "asin", "atan", "erf"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What cvc5 says: "unsat" is proved, "sat" is if ``exact``; model: symbol -> Rational or CRootOf."""

    status: str
    exact: bool = False
    model: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)


def solve(constraints: Sequence[tuple[sp.Expr, str]]) -> Answer:
    """Decide whether all ``expr rel 0`` can hold together, as far as the abstraction goes."""
    units = {"exp": 1, "root": 1, "circle": 1}
    for _ in range(6):
        try:
            return _Query(constraints, units).answer()
        except NeedUnit as need:
            units[need.kind] *= need.divisor
            if units[need.kind] > 24:
                break
        except (TooHard, ZeroDivisionError, RecursionError):
            break
    return Answer("unknown")


class _Query:
    """One query: a tower for all constraints and the assertions about its generators."""

    def __init__(self, constraints: Sequence[tuple[sp.Expr, str]], units: dict[str, int]) -> None:
        # Of its own: what one query leaves in it changes what the next costs, beyond all limits on resources.
        self.tm = cvc5.TermManager()
        self.real = self.tm.getRealSort()
        self.tower = Tower(None, {}, units, (), closed=True)
        self.stand_ins: dict[sp.Expr, sp.Symbol] = {}
        self.variables: dict[int, Any] = {}
        self.graphs: dict[str, list[tuple[Any, Any]]] = {}
        self.asserted: list[Any] = []
        self.zero = self.tm.mkReal(0)
        self.integers = False
        self.degree = 0
        for expr, rel in constraints:
            # Signs that the conditions fix need no generators.
            if rel in {"<", "<=", ">", ">="} and expr.is_polynomial():
                self.tower.assume(self._element(expr if rel[0] == ">" else -expr))
        for expr, rel in constraints:
            # Denominators are among what it needs: a normal form may have cancelled one.
            for part, condition in demands(expr, everywhere=True):
                self._require(self._element(part), condition)
            self._require(self._element(expr), rel)
        for original, symbol in list(self.stand_ins.items()):
            self._about_stand_in(original, self._symbol_term(symbol))
        self._about_generators()

    def answer(self) -> Answer:
        """Ask by incremental linearisation, then by cylindrical coverings if the query is small.

        With one generator a covering is an isolation of roots, which always decides: it comes first.  Where all others
        are numbers, known by bounds that linearisation approaches step by step, it comes after a few of these steps.
        """
        if not self._is_small():
            return self._answered()
        if len(self.tower.generators) == 1:
            answer = self._answered(coverings=True)
            return self._answered() if answer.status == "unknown" else answer
        line = sum(bool(g.expr.free_symbols) for g in self.tower.generators) == 1
        answer = self._answered(resources=FEW_RESOURCES if line else RESOURCES)
        if answer.status != "unknown":
            return answer
        # No limit of cvc5's own stops it there.
        return finished(partial(self._answered, coverings=True), COVERING_SECONDS) or Answer("unknown")

    def _answered(self, *, coverings: bool = False, resources: int = RESOURCES) -> Answer:
        solver, result = self._asked(coverings, resources)
        if not result.isSat():
            return Answer("unsat" if result.isUnsat() else "unknown")
        symbols = [
            g for g in self.tower.generators if g.expr.is_Symbol and g.expr not in self.stand_ins.values()
        ]
        model = {g.expr: self._value(solver.getValue(self._variable(g))) for g in symbols}
        exact = len(symbols) == len(self.tower.generators) and not self.integers
        return Answer("sat", exact, {s: v for s, v in model.items() if v is not None})

    def _asked(self, coverings: bool, resources: int) -> tuple[Any, Any]:
        solver = cvc5.Solver(self.tm)
        solver.setLogic("QF_NIRA" if self.integers else "QF_NRA")
        solver.setOption("produce-models", "true")
        solver.setOption("rlimit-per", str(resources))
        solver.setOption("nl-cov", "true" if coverings else "false")
        for term in self.asserted:
            solver.assertFormula(term)
        return solver, solver.checkSat()

    def _value(self, term: Any) -> sp.Expr | None:
        """Return the number in a model exactly, an algebraic one as a real root of its polynomial."""
        if term.isRealValue():
            value = term.getRealValue()
            return sp.Rational(value.numerator, value.denominator)
        if not term.isRealAlgebraicNumber():
            return None
        x = sp.Symbol("x")
        low, high = (term.getRealAlgebraicNumberLowerBound(), term.getRealAlgebraicNumberUpperBound())
        bounds = [sp.Rational(b.getRealValue().numerator, b.getRealValue().denominator) for b in (low, high)]
        variable = self.tm.mkVar(self.real, "x")
        poly = sp.Poly(_univariate(term.getRealAlgebraicNumberDefiningPolynomial(variable), variable, x), x)
        if poly.degree() > 12:
            return (bounds[0] + bounds[1]) / 2
        below = poly.count_roots(None, bounds[0]) - int(poly.eval(bounds[0]) == 0)
        return sp.CRootOf(poly, below + int(poly.eval(bounds[0]) == 0))

    def _is_small(self) -> bool:
        """Whether coverings are safe: no limit stops them; they are doubly exponential in the variables."""
        return (
            len(self.tower.generators) <= MAX_COVERED
            and self.degree <= MAX_COVERED_DEGREE
            and not self.integers
        )

    # --- translation

    def _element(self, expr: sp.Expr) -> Element:
        return self.tower.element(self._stand_in(expr))

    def _stand_in(self, expr: sp.Expr) -> sp.Expr:
        """Replace what the tower does not cover everywhere: signs, floors, powers of a possible zero."""
        if not expr.args:
            return expr
        args = [self._stand_in(a) for a in expr.args]
        expr = expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)
        power = expr.is_Pow and not expr.exp.is_Rational and not (expr.base.is_Rational and expr.base > 0)
        if power or isinstance(expr, (sp.sign, sp.floor)):
            return self.stand_ins.setdefault(expr, sp.Dummy("w", real=True))
        return expr

    def _symbol_term(self, symbol: sp.Symbol) -> Any:
        return self._polynomial(self.tower.element(symbol).num)

    def _variable(self, g: Generator) -> Any:
        if g.index not in self.variables:
            name = f"g{g.index}"
            if g.expr.is_Symbol and g.expr.is_integer:
                self.integers = True
                whole = self.tm.mkConst(self.tm.getIntegerSort(), name)
                self.variables[g.index] = self.tm.mkTerm(Kind.TO_REAL, whole)
            else:
                self.variables[g.index] = self.tm.mkConst(self.real, name)
        return self.variables[g.index]

    def _number(self, value: Any) -> Any:
        if max(int(value.p).bit_length(), int(value.q).bit_length()) > MAX_BITS:
            raise TooHard
        return self.tm.mkReal(int(value.p), int(value.q))

    def _polynomial(self, poly: Poly) -> Any:
        if len(poly) > MAX_SIZE or (not poly.is_constant() and max(poly.degrees()) > MAX_DEGREE):
            raise TooHard
        by_index = {g.index: g for g in self.tower.generators}
        self.degree = max(self.degree, int(poly.total_degree()))
        terms = []
        for monomial, coefficient in poly.to_dict().items():
            factors = [self._number(coefficient)]
            for i, e in enumerate(monomial):
                if e:
                    factors += [self._variable(by_index[i])] * int(e)
            terms.append(factors[0] if len(factors) == 1 else self.tm.mkTerm(Kind.MULT, *factors))
        if not terms:
            return self.zero
        return terms[0] if len(terms) == 1 else self.tm.mkTerm(Kind.ADD, *terms)

    def _require(self, element: Element, rel: str) -> None:
        """Assert num/den rel 0 with den != 0."""
        num, den = self._polynomial(element.num), None
        if not element.den.is_constant():
            den = self._polynomial(element.den)
            self._compare(den, "!=", self.zero)
            if rel in {"<", ">", "<=", ">="}:
                num = self.tm.mkTerm(Kind.MULT, num, den)
        self._compare(num, rel, self.zero)

    def _term(self, element: Element) -> Any:
        """Return a term for the value of an element; a quotient becomes a variable of its own."""
        num = self._polynomial(element.num)
        if element.den.is_one():
            return num
        den = self._polynomial(element.den)
        quotient = self.tm.mkConst(self.real, "q")
        self._compare(self.tm.mkTerm(Kind.MULT, quotient, den), "=", num)
        self._compare(den, "!=", self.zero)
        return quotient

    def _compare(self, a: Any, rel: str, b: Any) -> None:
        self.asserted.append(self.tm.mkTerm(_RELATIONS[rel], a, b))

    def _imply(self, condition: tuple[Any, str, Any], consequence: tuple[Any, str, Any]) -> None:
        (a, r, b), (c, s, d) = condition, consequence
        left, right = self.tm.mkTerm(_RELATIONS[r], a, b), self.tm.mkTerm(_RELATIONS[s], c, d)
        self.asserted.append(self.tm.mkTerm(Kind.IMPLIES, left, right))

    # --- what is known about generators

    def _about_stand_in(self, original: sp.Expr, w: Any) -> None:
        one, zero = self.tm.mkReal(1), self.zero
        if isinstance(original, sp.floor):
            u = self._term(self.tower.element(original.args[0]))
            self._compare(w, "<=", u)
            self._compare(u, "<", self.tm.mkTerm(Kind.ADD, w, one))
            return
        u = self._term(self.tower.element(original.args[0]))
        if isinstance(original, sp.sign):
            for rel, value in ((">", 1), ("<", -1), ("=", 0)):
                self._imply((u, rel, zero), (w, "=", self.tm.mkReal(value)))
            return
        self._imply((u, ">", zero), (w, ">", zero))
        if not original.exp.is_integer:
            self._compare(u, ">=", zero)
            self._imply((u, "=", zero), (w, "=", zero))
        else:
            self._imply((u, "!=", zero), (w, "!=", zero))

    def _about_generators(self) -> None:
        seen = 0
        # Arguments may bring in new generators only through terms already in the tower, but be safe.
        while seen < len(self.tower.generators):
            g = self.tower.generators[seen]
            seen += 1
            v = self._variable(g)
            if g.relation is not None and g.kind != "sign":
                self._compare(self._polynomial(g.relation), "=", self.zero)
            if g.expr.is_Symbol and g.expr.is_positive:
                self._compare(v, ">", self.zero)
            elif g.kind == "root":
                self._compare(v, ">=", self.zero)
            elif g.kind == "sign":
                self._about_sign(g, v)
            elif not g.expr.free_symbols and not g.expr.is_Symbol:
                self._between(v, g.expr)
            if g.kind == "circle":
                self._compare(v, "<=", self.tm.mkReal(1))
                self._compare(v, ">=", self.tm.mkReal(-1))
            if g.kind in _KERNELS:
                self._about_kernel(g, v)
        self._orders()
        self._quarter_turns()

    def _about_sign(self, g: Generator, v: Any) -> None:
        """Assert v = 1 or v = -1 as a choice, which the solver splits on sooner than on v*v = 1."""
        plus = self.tm.mkTerm(Kind.EQUAL, v, self.tm.mkReal(1))
        minus = self.tm.mkTerm(Kind.EQUAL, v, self.tm.mkReal(-1))
        if g.argument is not None:
            f = self._polynomial(g.argument)
            plus = self.tm.mkTerm(Kind.AND, plus, self.tm.mkTerm(Kind.GEQ, f, self.zero))
            minus = self.tm.mkTerm(Kind.AND, minus, self.tm.mkTerm(Kind.LEQ, f, self.zero))
        self.asserted.append(self.tm.mkTerm(Kind.OR, plus, minus))

    def _between(self, v: Any, number: sp.Expr) -> None:
        ball = enclose(number, {}, BITS)
        if ball.is_finite():
            low, high = _rational_bounds(ball)
            self._compare(v, ">=", low_term := self._number(low))
            self._compare(v, "<=", low_term if low == high else self._number(high))

    def _about_kernel(self, g: Generator, v: Any) -> None:
        one = self.tm.mkReal(1)
        argument = g.argument if isinstance(g.argument, Element) else Element(g.argument, self.tower.one)
        u = self._term(argument)
        if g.kind == "log":
            # log|f| for f of either sign: the order is that of |f|.
            size = self.tm.mkConst(self.real, "size")
            minus = self.tm.mkTerm(Kind.NEG, u)
            self._compare(
                size, "=", self.tm.mkTerm(Kind.ITE, self.tm.mkTerm(Kind.GEQ, u, self.zero), u, minus)
            )
            self._compare(size, ">", self.zero)
            self._exponential(v, size)
            self.graphs.setdefault("exp", []).append((v, size))
        elif g.kind == "exp":
            self._exponential(u, v)
            self.graphs.setdefault("exp", []).append((u, v))
        else:
            self._imply((u, ">", self.zero), (v, ">", self.zero))
            self._imply((u, "<", self.zero), (v, "<", self.zero))
            self._imply((u, "=", self.zero), (v, "=", self.zero))
            limit = one if g.kind == "erf" else self.tm.mkReal(15708, 10000)
            self._compare(v, "<", limit)
            self._compare(v, ">", self.tm.mkTerm(Kind.NEG, limit))
            if g.kind == "asin":
                self._compare(u, "<=", one)
                self._compare(u, ">=", self.tm.mkReal(-1))
            if g.kind == "atan":
                self._imply((u, ">", self.zero), (v, "<", u))
                self._imply((u, "<", self.zero), (v, ">", u))
            self.graphs.setdefault(g.kind, []).append((u, v))

    def _quarter_turns(self) -> None:
        """Assert that asin ends at -pi/2 and pi/2 and that atan stays between, where pi itself is spoken of."""
        half = next((self._half(g) for g in self.tower.generators if g.expr == sp.pi), None)
        if half is None:
            return
        ends = ((self.tm.mkReal(1), half), (self.tm.mkReal(-1), self.tm.mkTerm(Kind.NEG, half)))
        for (end, turn), inwards in zip(ends, ("<", ">"), strict=True):
            for _, v in self.graphs.get("atan", ()):
                self._compare(v, inwards, turn)
            for u, v in self.graphs.get("asin", ()):
                self._imply((u, inwards, end), (v, inwards, turn))
                self._imply((u, "=", end), (v, "=", turn))

    def _half(self, g: Generator) -> Any:
        return self.tm.mkTerm(Kind.MULT, self.tm.mkReal(1, 2), self._variable(g))

    def _exponential(self, u: Any, v: Any) -> None:
        """Assert bounds that v = exp(u) obeys: 1 + u <= v, v*(1 - u) <= 1, with equality for u = 0 only."""
        one = self.tm.mkReal(1)
        self._compare(v, ">", self.zero)
        tangent = self.tm.mkTerm(Kind.ADD, one, u)
        falling = self.tm.mkTerm(Kind.MULT, v, self.tm.mkTerm(Kind.SUB, one, u))
        self._imply((u, "!=", self.zero), (v, ">", tangent))
        self._imply((u, "!=", self.zero), (falling, "<", one))
        self._imply((u, "=", self.zero), (v, "=", one))

    def _orders(self) -> None:
        """Assert u1 < u2 => f(u1) < f(u2) for the increasing functions; (log v, v) is a point of exp."""
        for points in self.graphs.values():
            for (u, fu), (v, fv) in permutations(points[:MAX_POINTS], 2):
                self._imply((u, "<", v), (fu, "<", fv))
                self._imply((u, "=", v), (fu, "=", fv))


def _rational_bounds(ball: flint.arb) -> tuple[Any, Any]:
    with precision(BITS):
        mid, rad = ball.mid(), ball.rad()
        low, high = (mid - rad).lower(), (mid + rad).upper()
    return _dyadic(low), _dyadic(high)


def _dyadic(x: flint.arb) -> sp.Rational:
    mantissa, exponent = x.man_exp()
    return sp.Rational(int(mantissa)) * sp.Integer(2) ** int(exponent)


def _univariate(term: Any, variable: Any, x: sp.Symbol) -> sp.Expr:
    if term == variable:
        return x
    if term.isRealValue() or term.isIntegerValue():
        value = term.getRealValue() if term.isRealValue() else term.getIntegerValue()
        return sp.Rational(str(value))
    args = [_univariate(a, variable, x) for a in term]
    kind = term.getKind()
    if kind == Kind.ADD:
        return sp.Add(*args)
    if kind == Kind.MULT:
        return sp.Mul(*args)
    if kind == Kind.SUB:
        return args[0] - sp.Add(*args[1:])
    if kind == Kind.NEG:
        return -args[0]
    if kind == Kind.POW:
        return args[0] ** args[1]
    raise TooHard
