r"""Radial functions: those of several variables through one quadratic form are functions of one variable.

Let q be a polynomial with q(p) = 0, no slope at p and a positive definite second derivative there.  In smooth
coordinates u at p it is |u|**2 (Morse), so f = E(sqrt(q)) is E(|u|).  With the even function e(t) = E(|t|) of one real
variable:
f is of class C^k at p exactly when e is of class C^k at 0, for k = 0, 1, ..., oo, and differentiable exactly when e is.
Proof.  e is f on a line, which gives one direction.  For the other, take e = T + o(t**k), T a polynomial in t**2
because e is even, and e^(j) = T^(j) + o(t**(k-j)).  A derivative of f - T(|u|) of order m <= k is a sum of terms
(e - T)^(j)(|u|) * |u|**(j-m) * g(u/|u|) with bounded g, 1 <= j <= m, and tends to 0.  For k = oo: e(t) = g(t**2) with
a smooth g (Whitney, "Differentiable even functions", 1943).
So limits, corners, oscillation and breaks are found in one variable, with all that is known there (walls/sides.py).
Read in order: radial, visit_radial.
Gives up on: other variables of the question beside q, and forms that are not definite.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.algebra.printer import inner_symbol, symbol, tree_of
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.relations import Relation
from diffcheck.errors import Undetermined
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.thin.cast import Site, cast
from diffcheck.thin.loci import Looked, Question
from diffcheck.verdict import CINF, Kind
from diffcheck.walls.cell import Cell
from diffcheck.walls.explore import Leaf, explore
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.points import constraints_on
from diffcheck.walls.sides import Sides, judge
from diffcheck.walls.wall import Thin, Wall

__all__ = ["radial", "visit_radial"]

STEP = inner_symbol("t")
# Terms of a polynomial that is divided by the form.
MAX_TERMS = 60


@dataclass(slots=True)
class _Form:
    """A polynomial that vanishes at a point to second order, in steps from the point, and definite there."""

    q: sp.Expr
    steps: Sequence[sp.Symbol]

    def written(self, expr: sp.Expr) -> sp.Expr | None:
        """Return a polynomial in the steps as one in t**2 = q; None if it is none."""
        out, power = sp.S.Zero, sp.S.One
        rest = sp.Poly(expr, *self.steps)
        divisor = sp.Poly(self.q, *self.steps)
        while not rest.is_zero:
            # By one divisor the quotient and the remainder are unique: the remainder of r + q*p(q) is r.
            rest, remainder = sp.div(rest, divisor)
            if not remainder.is_ground:
                return None
            out += remainder.as_expr() * power
            power *= STEP**2
        return out


def radial(
    tree: Node, point: Mapping[str, sp.Expr], where: Sequence[Constraint], variables: Collection[str]
) -> Node | None:
    """Return the even function of ``t'`` that ``tree`` is along a line through the point, if it is radial there.

    point: the expressions of the names that leave the point.  where: what holds at it.  variables: of the question.
    """
    bound = {symbol(n): symbol(n) + p for n, p in point.items()}
    others = {symbol(v) for v in variables} - bound.keys()
    form = _form(tree, bound, where, others)
    line = None if form is None else _rewritten(tree, bound, form, {})
    return None if line is None or set(line.names()) & {s.name for s in others} else line


def visit_radial(question: Question, system: Thin, place: Site) -> list[Leaf] | None:
    """Return what happens at a site if the function is radial there, kind by kind of constants; None where not seen."""
    point = place.wall.point()
    single = place.wall.implicit is None and not place.wall.integers
    if question.value is not None or not single or point.keys() != {*place.bound}:
        return None
    known = constraints_on(place.wall, question.where)
    line = radial(question.tree, point, known, question.wrt)
    if line is None:
        return None
    wall = Wall(STEP, STEP.name, ((STEP.name, sp.S.Zero),), known)
    names = [n for n in question.names if n not in point]
    sides = {n: symbol(n) for n in names} | {STEP.name: sp.S.Zero}

    def look(member: Wall, cell: Cell) -> Outcome:
        if member.integers:
            raise Undetermined("a radial function with members of its own")
        return judge(line, Sides(sides, {STEP.name: sp.S.One}), cell)

    explored = explore(wall, (), [*names, STEP.name], look)
    if explored.open or not explored.leaves:
        return None
    found: list[tuple[Site, Leaf]] = []
    for leaf in explored.leaves:
        site = replace(place, wall=replace(place.wall, conditions=(*place.wall.conditions, *leaf.conditions)))
        outcome = replace(leaf.outcome, evidence=None, how=f"a function of the distance: {leaf.outcome.how}")
        if outcome.kind is not Kind.HOLE:
            # Along the distance it has a size of its own, which vanishes where nothing happens.
            outcome = replace(outcome, left=None, right=None, size=None, factor=outcome.divisor)
        found.append((site, replace(leaf, wall=site.wall, outcome=outcome)))
    for site, leaf in found:
        question.casts.clear()
        cast(question, site, site.charts[0].paths)
        question.looked.append(Looked(system, site.wall, site.bound, tuple(question.casts), leaf.outcome))
    return [leaf for _, leaf in found if leaf.outcome.level < CINF]


def _form(
    tree: Node, bound: Mapping[sp.Symbol, sp.Expr], where: Sequence[Constraint], others: set[sp.Symbol]
) -> _Form | None:
    """Return the form that the largest polynomial parts of a tree hold, if it is one."""
    for part in _polynomials(tree, {s.name for s in bound}):
        poly = _shifted(part, bound)
        if poly is None:
            continue
        if len(poly.terms()) > MAX_TERMS or {sum(m) for m in poly.monoms()} & {1}:
            return None
        q = poly.as_expr() - poly.coeff_monomial(1)
        if poly.total_degree() < 2 or not q.free_symbols >= bound.keys():
            return None
        # t**2 is the form that is positive beside the point: q or -q.
        forms = (form for form in (q, -q) if _is_positive_definite(form, tuple(bound), where, others))
        positive = next(forms, None)
        return None if positive is None else _Form(positive, tuple(bound))
    return None


def _is_positive_definite(
    q: sp.Expr, steps: Sequence[sp.Symbol], where: Sequence[Constraint], others: set[sp.Symbol]
) -> bool:
    """Whether the second derivative at 0 is positive definite, by Sylvester's criterion.

    For constants in general position, and for all values of ``others``, variables along the set of such points.
    """
    hessian = sp.hessian(q, steps).subs(dict.fromkeys(steps, 0))
    minors = (sp.expand(hessian[:n, :n].det()) for n in range(1, len(steps) + 1))
    return all(_positive(m, where, others) for m in minors)


def _positive(value: sp.Expr, where: Sequence[Constraint], others: set[sp.Symbol]) -> bool:
    if value.is_number:
        return bool(value.is_positive)
    below: Relation = "<" if value.free_symbols.isdisjoint(others) else "<="
    return value != 0 and reach([*where, Constraint(value, below)]).status is Status.UNSAT


def _polynomials(node: Node, bound: set[str]) -> list[Node]:
    """Return the largest parts that are polynomials in the bound names, those that are numbers apart."""
    found: dict[Node, None] = {}
    stack, seen = [node], {node}
    while stack:
        part = stack.pop()
        if not set(part.names()) & bound or _point_only(part, bound):
            continue
        if _is_plain(part, bound):
            found[part] = None
            continue
        stack += [a for a in part.args if a not in seen]
        seen.update(part.args)
    return list(found)


def _is_plain(node: Node, bound: set[str]) -> bool:
    """Whether a part is built of bound names by sums, products and natural powers, and of what holds none."""
    if not set(node.names()) & bound:
        return node.op not in COMPARED
    if node.op in {"add", "mul"}:
        return all(_is_plain(a, bound) for a in node.args)
    if node.op == "div":
        return _is_plain(node.args[0], bound) and not set(node.args[1].names()) & bound
    if node.op == "pow":
        exponent = node.args[1].leaf
        natural = node.args[1].op == NUMBER and getattr(exponent, "denominator", 0) == 1
        return natural and exponent >= 0 and _is_plain(node.args[0], bound)  # type: ignore[operator]
    return node.op == NAME


COMPARED = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})


def _shifted(node: Node, bound: Mapping[sp.Symbol, sp.Expr]) -> sp.Poly | None:
    """Return a part as a polynomial in the steps from the point; None where it cannot be written as one."""
    try:
        return sp.Poly(to_sympy(node).subs(bound, simultaneous=True), *bound)
    except (sp.PolynomialError, ValueError):
        return None


def _point_only(node: Node, bound: set[str]) -> bool:
    """Whether a condition asks every bound name for one value: it holds at one point."""
    if node.op != "and":
        return False
    own = [set(a.names()) & bound for a in _conjuncts(node)]
    equal = all(a.op == "eq" for a in _conjuncts(node))
    return equal and all(len(names) == 1 for names in own) and set.union(*own) == bound


def _conjuncts(node: Node) -> list[Node]:
    return [c for a in node.args for c in _conjuncts(a)] if node.op == "and" else [node]


def _holds_at_zero(node: Node, bound: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Whether every equation of a condition says that one step is zero, up to a factor."""
    for equation in _conjuncts(node):
        left, right = (_shifted(a, bound) for a in equation.args)
        if left is None or right is None:
            return False
        (monomial, *others) = (left - right).monoms()
        if others or sum(monomial) != 1:
            return False
    return True


def _rewritten(
    node: Node, bound: Mapping[sp.Symbol, sp.Expr], form: _Form, memo: dict[Node, Node | None]
) -> Node | None:
    if node not in memo:
        memo[node] = _rewrite(node, bound, form, memo)
    return memo[node]


def _rewrite(
    node: Node, bound: Mapping[sp.Symbol, sp.Expr], form: _Form, memo: dict[Node, Node | None]
) -> Node | None:
    names = {s.name for s in bound}
    if not set(node.names()) & names:
        return node
    if _point_only(node, names):
        if not _holds_at_zero(node, bound):
            return None
        return Node("eq", (lower(tree_of(STEP)), lower(tree_of(sp.S.Zero))), None, node.span)
    if _is_plain(node, names):
        poly = _shifted(node, bound)
        found = None if poly is None or len(poly.terms()) > MAX_TERMS else form.written(poly.as_expr())
        return None if found is None else lower(tree_of(found))
    args = [_rewritten(a, bound, form, memo) for a in node.args]
    kept = [a for a in args if a is not None]
    return Node(node.op, tuple(kept), node.leaf, node.span) if len(kept) == len(args) else None
