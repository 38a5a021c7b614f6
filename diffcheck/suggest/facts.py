"""What the constraints say about signs: just enough to scale an error interval soundly.

`Facts.nonnegative(p)` is True only when it is proved: p is a sum of nonnegative terms, or a positive
multiple of one constraint plus such a sum.  False means "not shown", never "negative".
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from diffcheck.algebra.balls import sign_at
from diffcheck.algebra.lower import to_sympy
from diffcheck.language.tree import NAME, NUMBER, Node, number
from diffcheck.suggest.polynomial import ONE, Poly, add, as_number, from_poly, multiply, scale, to_poly

__all__ = ["Facts"]

# Each doubles the questions.
MOST_MAXIMA = 4
_NEVER_NEGATIVE = frozenset(
    (
        "abs",
        "exp",
        "exp2",
        "sqrt",
        "square",
        "relu",
        "softplus",
        "sigmoid",
        "cosh",
        "norm",
        "hypot",
        "heaviside",
        "pi",
        "E",
    )
)


class Facts:
    """Sign knowledge drawn from a problem's `where` conditions; `or` and `not` are ignored."""

    def __init__(self, conditions: tuple[Node, ...]) -> None:
        # Polynomials that the constraints make nonnegative.
        self.known: list[Poly] = []
        # Names that they bound from below by a positive number, or by 0 itself left out.
        self.positive: set[str] = set()
        self.conditions = conditions
        for condition in conditions:
            self._learn(condition)

    def _learn(self, condition: Node) -> None:
        if condition.op == "and":
            for part in condition.args:
                self._learn(part)
        elif condition.op in ("lt", "le", "gt", "ge"):
            left, right = condition.args
            small, big = (left, right) if condition.op in ("lt", "le") else (right, left)
            try:
                fact = add(to_poly(big), to_poly(small), -1)
            except ValueError:
                return
            self.known.append(fact)
            below = -fact.get((), Fraction(0))
            rest = [(m, c) for m, c in fact.items() if m]
            if len(rest) == 1 and (below > 0 or (below == 0 and condition.op in ("lt", "gt"))):
                ((monomial, rate),) = rest
                if rate > 0 and len(monomial) == 1 and monomial[0].op == NAME:
                    self.positive.add(str(monomial[0].leaf))

    def given(self, condition: Node) -> tuple[Facts, Facts]:
        """Return what is known where ``condition`` holds, and where it does not."""
        first, second = (Facts((*self.conditions, c)) for c in (condition, _opposite(condition)))
        return first, second

    def nonnegative(self, p: Poly) -> bool:
        """Whether ``p`` >= 0 is proved on the domain."""
        if self._sum(p) or any(self._sum(rest) for rest in self._less_a_fact(p)):
            return True
        if not any(part.names() for monomial in p for part in monomial):
            return _constant_sign(from_poly(p)) == 1
        return any(self.nonnegative(lower) for lower in self._lower(p))

    def sign(self, p: Poly) -> int:
        """Return 1 or -1 when ``p`` is known to be nonnegative or nonpositive, 0 when neither is shown."""
        if self.nonnegative(p):
            return 1
        if self.nonnegative(scale(p, -1)):
            return -1
        return self._sign_of_product(p) if len(p) == 1 else 0

    def size(self, p: Poly) -> Poly:
        """Return the absolute value of ``p``: numbers and what has a known sign stand before the bars."""
        sign = self.sign(p)
        if sign:
            return scale(p, sign)
        if len(p) > 1:
            # 2*u - 2*w as 2*abs(u - w).
            content = Fraction(
                gcd(*(c.numerator for c in p.values())), lcm(*(c.denominator for c in p.values()))
            )
            first = next(iter(p.values()))
            return {(Node("abs", (from_poly(scale(p, (1 if first > 0 else -1) / content)),)),): content}
        ((monomial, value),) = p.items()
        outside: Poly = scale(ONE, abs(value))
        inside: Poly = ONE
        for part in monomial:
            one: Poly = {(part,): Fraction(1)}
            known = self.sign(one)
            if known:
                outside = multiply(outside, scale(one, known))
            elif part.op == "div" and part.args[0] == number(1):
                outside = multiply(outside, to_poly(Node("div", (number(1), Node("abs", (part.args[1],))))))
            else:
                inside = multiply(inside, one)
        return (
            multiply(outside, {(Node("abs", (from_poly(inside),)),): Fraction(1)})
            if inside != ONE
            else outside
        )

    def _sign_of_product(self, p: Poly) -> int:
        ((monomial, value),) = p.items()
        total = 1 if value > 0 else -1
        for part in set(monomial):
            if monomial.count(part) % 2:
                total *= self._sign_of(part)
        return total

    def _sign_of(self, part: Node) -> int:
        """Return the sign of one part, 1/v having that of v, where it has a value."""
        if part.op == "div":
            signs = [self.sign(to_poly(a)) for a in part.args]
            return signs[0] * signs[1]
        if self._part(part):
            return 1
        return -1 if self.nonnegative({(part,): Fraction(-1)}) else 0

    def _less_a_fact(self, p: Poly) -> list[Poly]:
        rests = []
        for fact in self.known:
            ratios = {p[m] / c for m, c in fact.items() if m in p and p[m] * c > 0}
            rests += [add(p, fact, -ratio) for ratio in ratios]
        return rests

    def _lower(self, p: Poly) -> list[Poly]:
        """Return what is no larger than ``p``: one argument for a max that is added, for a min that is taken away."""
        if sum(m[0].op in ("max", "min") for m in p if len(m) == 1) > MOST_MAXIMA:
            return []
        for monomial, value in p.items():
            if len(monomial) == 1 and monomial[0].op == ("max" if value > 0 else "min"):
                rest = add(p, {monomial: value}, -1)
                try:
                    return [add(rest, to_poly(a), value) for a in monomial[0].args]
                except ValueError:
                    return []
        return []

    def _sum(self, p: Poly) -> bool:
        return all(self._term(m) * value > 0 for m, value in p.items())

    def _term(self, monomial: tuple[Node, ...]) -> int:
        """Return 1 or -1 for a product that is nonnegative or nonpositive, 0 where neither is shown."""
        total = 1
        for x in set(monomial):
            if monomial.count(x) % 2 and not self._part(x):
                falls = x.op == "expm1" and self.nonnegative(scale(to_poly(x.args[0]), -1))
                total *= -1 if falls else 0
        return total

    def _part(self, node: Node) -> bool:
        if node.op in _NEVER_NEGATIVE:
            return True
        if node.op == NUMBER:
            return Fraction(node.leaf or 0) >= 0
        if node.op in (NAME, "floor"):
            rests = self._less_a_fact({(node,): Fraction(1)})
            return any((as_number(rest) or Fraction(0)) >= 0 for rest in rests if as_number(rest) is not None)
        if node.op == "expm1":
            return self.nonnegative(to_poly(node.args[0]))
        if node.op == "log":
            value = as_number(to_poly(node.args[0]))
            return value is not None and value >= 1
        if node.op == "div":
            return self.nonnegative(to_poly(node.args[0])) and self.nonnegative(to_poly(node.args[1]))
        if node.op == "pow":
            return self.nonnegative(to_poly(node.args[0]))
        if node.op == "max":
            return any(self.nonnegative(to_poly(a)) for a in node.args)
        return False


@lru_cache(maxsize=1024)
def _constant_sign(node: Node) -> int:
    """Return 1 for a number that a ball shows to be positive, -1 for a negative one, 0 where neither is shown."""
    return sign_at(to_sympy(node), {}) or 0


def _opposite(condition: Node) -> Node:
    """Return what holds where a condition does not: of what is no comparison a `not`, of which nothing is learnt."""
    turned = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt"}.get(condition.op)
    return Node("not", (condition,)) if turned is None else Node(turned, condition.args)
