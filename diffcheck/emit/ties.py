"""Where several corners turn at one place, the slope there: what the mean of means leaves to be added.

max(max(x, x**2), x**3) turns at x = 1 from slope 1 to slope 3.  With the mean of both slopes at every tie automatic
differentiation gives (1 + 2)/2 and 3, whose mean is 9/4, where 2 is right.  So on a wall v = c both are computed: the
slope with every tie a mean, and, of the same expression, that of the branches taken for v > c.  A sum that is C1
has the latter on the wall, too, and
    where(v - c == 0, (right - mean)*(v - c), 0)
adds the difference to the slope and nothing to the value.  A branch is taken by the sign of the first derivative of
a gap along v that does not vanish on the wall.  Where a sign depends on where on the wall one is, nothing is added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from functools import reduce

import sympy as sp

from diffcheck.algebra.balls import sign_at
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol, text_of
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node, name, number
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.polynomial import add, from_poly, scale, to_poly

__all__ = ["missing_slopes"]

ZERO, TWO = number(0), number(2)
# Derivatives of a gap that are looked at.
MOST = 4
# Corners, and what is analytic wherever it has a value; of other functions nothing is said.
_ANALYTIC = frozenset({
    "add", "sub", "neg", "mul", "div", "square", "exp", "expm1", "exp2", "sin", "cos", "tan", "atan", "erf", "sinh",
    "cosh", "tanh", "asinh", "sigmoid", "softplus", "log_sigmoid", "log", "log1p", "pi", "E", "norm", "hypot", "sqrt",
    "pow", NAME, NUMBER,
})  # fmt: skip
_CORNERS = frozenset({"abs", "relu", "max", "min", "clip"})
# A part by the means at ties, and by what holds just above the wall.
Sides = tuple[Node, Node]


class _Unknown(Exception):
    """A function of which nothing is said, or a sign that depends on the place."""


class _Tie(Exception):
    """A tie on all of the wall, with sides that are not told apart."""


def missing_slopes(
    tree: Node, variables: Collection[str], meets: Collection[Node], facts: Facts
) -> list[Node]:
    """Return the terms, 0 in value, that give a C1 ``tree`` its slope where several of its corners turn at one place.

    meets: the parts `where` that have the mean of both branches where these meet; the others take a branch.
    """
    terms = []
    for v, u in _walls(tree, variables):
        try:
            slope = _Wall(v, u, meets, facts).slope(tree)
        except (_Unknown, _Tie, ValueError):
            continue
        if slope is not None:
            terms.append(Node("where", (Node("eq", (u, ZERO)), Node("mul", (slope, u)), ZERO)))
    return terms


def _walls(tree: Node, variables: Collection[str]) -> Iterator[tuple[str, Node]]:
    """Yield v and v - c for each abs(v - c): what corrections from outside hold, one for each corner."""
    for part in tree.distinct():
        if part.op != "abs":
            continue
        p = to_poly(part.args[0])
        for v in sorted({*variables}.intersection(part.names())):
            rate = p.get((name(v),), Fraction(0))
            rest = add(p, {(name(v),): rate}, -1)
            if rate and v not in from_poly(rest).names():
                yield v, from_poly(scale(p, 1 / rate))
                break


class _Wall:
    def __init__(self, v: str, u: Node, meets: Collection[Node], facts: Facts) -> None:
        self.name, self.v, self.meets, self.facts = v, symbol(v), meets, facts
        self.c = self.v - to_sympy(u)
        self._known: dict[Node, Sides] = {}

    def slope(self, tree: Node) -> Node | None:
        """Return what the slope along v lacks on the wall; None where it lacks nothing."""
        mean, right = self.sides(tree)
        lacking = self._on_wall(sp.diff(to_sympy(right) - to_sympy(mean), self.v))
        if is_zero(lacking) is Decision.YES:
            return None
        if lacking.has(sp.zoo, sp.nan, sp.oo, sp.Derivative, sp.Piecewise, sp.Heaviside, sp.sign):
            raise _Unknown
        return parse(text_of(sp.nsimplify(lacking) if lacking.is_number and lacking.is_rational else lacking))

    def _on_wall(self, expr: sp.Expr) -> sp.Expr:
        return expr.subs(self.v, self.c)

    def sides(self, node: Node) -> Sides:
        """Return a part as it is differentiated on the wall, and as it is just above it."""
        if self.name not in node.names():
            return node, node
        if node not in self._known:
            try:
                self._known[node] = self._sides(node)
            except _Unknown:
                # No tie on all of the wall, and none inside: both sides are the part itself.
                parts = [self.sides(a) for a in node.args]
                if node.op not in _CORNERS or any(mean != right for mean, right in parts):
                    raise
                self._known[node] = node, node
        return self._known[node]

    def _sides(self, node: Node) -> Sides:
        if node.op == "where":
            return self._branch(node)
        args = [self.sides(a) for a in node.args]
        zero = (ZERO, ZERO)
        if node.op == "abs":
            ((mean, right),) = args
            return self._larger(args[0], (Node("neg", (mean,)), Node("neg", (right,))))
        if node.op == "relu":
            return self._larger(args[0], zero)
        if node.op == "max":
            return reduce(self._larger, args)
        if node.op == "min":
            return reduce(self._smaller, args)
        if node.op == "clip":
            return self._smaller(self._larger(args[0], args[1]), args[2])
        if node.op not in _ANALYTIC:
            raise _Unknown
        return Node(node.op, tuple(a for a, _ in args), node.leaf), Node(
            node.op, tuple(b for _, b in args), node.leaf
        )

    def _larger(self, a: Sides, b: Sides) -> Sides:
        return self._chosen(a[1], b[1], a, b)

    def _smaller(self, a: Sides, b: Sides) -> Sides:
        return self._chosen(b[1], a[1], a, b)

    def _branch(self, node: Node) -> Sides:
        condition, a, b = node.args
        if condition.op not in ("lt", "le", "gt", "ge"):
            raise _Unknown
        small, large = condition.args if condition.op in ("lt", "le") else reversed(condition.args)
        ends = self.sides(large)[1], self.sides(small)[1]
        if node in self.meets:
            return self._chosen(*ends, self.sides(a), self.sides(b))
        order, sign = self._after(*ends)
        if order == 0 or order is None:
            return self.sides(a if sign > 0 or order is None else b)
        at_tie = self.sides(a if condition.op in ("le", "ge") else b)
        return at_tie[0], self.sides(a if sign > 0 else b)[1]

    def _chosen(self, large: Node, small: Node, first: Sides, second: Sides) -> Sides:
        """Return ``first`` where large > small just above the wall, else ``second``; their mean at a tie on it."""
        order, sign = self._after(large, small)
        taken = first if sign > 0 else second
        if order == 0:
            return taken
        mean = Node("div", (Node("add", (first[0], second[0])), TWO))
        return mean, taken[1]

    def _after(self, large: Node, small: Node) -> tuple[int | None, int]:
        """Return the order of the first derivative of large - small that is not 0 on the wall, and its sign."""
        gap = to_sympy(large) - to_sympy(small)
        for order in range(MOST + 1):
            value = self._on_wall(gap)
            if is_zero(value) is not Decision.YES:
                sign = self._sign(value)
                if not sign:
                    raise _Tie if order else _Unknown
                return order, sign
            gap = sp.diff(gap, self.v)
        if is_zero(gap) is not Decision.YES:
            raise _Tie
        return None, 1

    def _sign(self, value: sp.Expr) -> int:
        """Return the sign of what is not 0, 0 where it is not known for all constants."""
        if not value.free_symbols:
            return sign_at(value, {}) or 0
        return self.facts.sign(to_poly(parse(text_of(value))))
