"""Any corner rounded from outside, whatever function turns it: the way out where no row of the table fits.

If the slope of f along v jumps by J at v = c, then f - (J/2)*abs(v - c) has no corner there, so
    f + (J/2)*(sqrt((v - c)**2 + mu**2) - abs(v - c))
is at least C1 there, and differs from f by the correction alone: between 0 and J*mu/2.  The second form,
    f + J*relu(mu - abs(v - c))**2/(4*mu),
equals f outside of abs(v - c) < mu and differs by J*mu/4 at most.  Both are exact for every surrounding, as
nothing has to be carried through it.  J and c are those of the findings, which are proved there; the
analyzer judges the sum like every other suggestion.  Corners whose J holds only on a part of the wall
(x = 0 and y > 0), and infinite families, are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import sympy as sp

from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.algebra.printer import symbol, text_of
from diffcheck.errors import DiffcheckError
from diffcheck.killable import finished
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import Node, name, number, substitute
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.suggest.bounds import anywhere, scaled
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.interval import NOTHING, Interval
from diffcheck.suggest.lipschitz import affine_gradient
from diffcheck.suggest.plan import Plan, filled
from diffcheck.suggest.polynomial import ONE, Poly, add, cancelled, from_poly, multiply, scale, to_poly
from diffcheck.suggest.ranges import Ranges
from diffcheck.suggest.tidy import tidied
from diffcheck.verdict import Analysis, Finding, Kind, Severity
from diffcheck.walls.gaps import Pieces

__all__ = ["FORMS", "Form", "Patch", "patches"]

# Beyond, nobody would read the sum.
MOST = 6
MOST_PIECES = 40
# Parts; a jump with fewer is left as it is found.
LONG = 30
# Seconds of processor time: powers with symbolic exponents can keep SymPy busy for hours.
SIMPLIFYING = 1.5
# Places and slopes beyond are lost in the sum: it would be computed wrongly, after a long check.
SMALLEST = 1e-12
# Characters of a condition in a note.
LONGEST_NOTE = 60


@dataclass(frozen=True, slots=True)
class Form:
    """A correction of half a unit of slope jump at g = 0, and the interval it lies in.

    local: whether it is 0 where abs(g) >= mu.
    """

    name: str
    text: str
    error: str
    note: str
    local: bool = False


FORMS = (
    Form(
        "rounded corner",
        "sqrt(g**2 + mu**2) - abs(g)",
        "mu",
        "the function itself, its corner taken out and a smooth one put in",
    ),
    Form("rounded corner, local", "relu(mu - abs(g))**2/(2*mu)", "mu/2", "", local=True),
)


@dataclass(frozen=True, slots=True)
class Patch:
    """The corrections of all corners: (g, J/2) for each."""

    corners: tuple[tuple[Node, Node], ...]

    def rebuilt(self, tree: Node, form: Form, parameter: str) -> Node:
        """Return ``tree`` plus all corrections."""
        terms = [_times(tidied(half), filled(form.text, parameter, {"g": g})) for g, half in self.corners]
        return tidied(reduce(_plus, terms, tree))

    def note(self, form: Form, parameter: str) -> str:
        """Return what is said of the sum beside its numbers."""
        if not form.local:
            return form.note
        apart = (Node("abs", (tidied(g),)) for g, _ in self.corners)
        text = " and ".join(f"{unparse(g)} >= {parameter}" for g in apart)
        return f"equal to it where {text}" if len(text) <= LONGEST_NOTE else ""

    def overflows(self, variables: frozenset[str]) -> bool:
        """Whether a jump is a quotient of exponentials that vary: far out its gradient is 0*oo in floats."""
        return any(
            part.op == "exp" and variables.intersection(part.names())
            for _, half in self.corners
            for part in half.walk()
        )

    def difference(
        self, form: Form, parameter: str, variables: frozenset[str], facts: Facts
    ) -> Interval | None:
        """Return the interval of the sum of the corrections; None when a jump depends on variables."""
        whole = Interval({}, to_poly(filled(form.error, parameter, {})))
        total = NOTHING
        for _, half in self.corners:
            if any(n in variables for n in half.names()):
                return None
            total = total.plus(_scaled(whole, half, parameter, facts))
        return total

    def lipschitz(self, problem: Problem, parameter: str, facts: Facts) -> Poly | None:
        """Return a Lipschitz constant of the sum's gradient, or None.

        Off its corners f has the second derivatives of its pieces, bounded on all of the domain; the sum is C1, and
        both corrections have (J/2)*|grad g|**2/mu at most, J constant and g affine.
        """
        plan = Plan({}, parameter, frozenset(problem.wrt))
        total = _steepest(problem, facts) if _is_convex(problem, plan) else None
        for g, half in self.corners:
            gradient = affine_gradient(g, plan)
            if total is None or gradient is None or not plan.constant(half):
                return None
            length: Poly = reduce(add, (multiply(c, c) for c in gradient.values()), {})
            size = _scaled(Interval({}, ONE), half, parameter, facts).symmetric().high
            steep = multiply(size, length)
            total = add(total, multiply(steep, to_poly(parse(f"1/{parameter}"))))
        return total


def _scaled(whole: Interval, half: Node, parameter: str, facts: Facts) -> Interval:
    """Return half*whole; where constants choose the jump, for all of them: 0 to abs(A)/2 for where(A > 0, A/2, 0)."""
    if half.op == "where":
        condition, *branches = half.args
        known = zip(branches, facts.given(condition), strict=True)
        inner = [_scaled(whole, branch, parameter, f) for branch, f in known]
        positive = facts.given(Node("gt", (name(parameter), number(0))))[0]
        first, second = (anywhere(i, condition, positive) for i in inner)
        if first is not None and second is not None:
            return first.hull(second, positive)
    return scaled(whole, to_poly(half), facts)


def _steepest(problem: Problem, facts: Facts) -> Poly | None:
    """Return a bound of the Hessian's norm on all pieces: of the sum of its entries' sizes, each bounded by itself."""
    pieces = Pieces().of(lower(problem.tree))
    if len(pieces) > MOST_PIECES:
        return None
    ranges = Ranges(facts, problem.wrt)
    variables = [symbol(v) for v in problem.wrt]
    largest = NOTHING
    for piece in pieces:
        total: Poly = {}
        for entry in sp.hessian(piece, variables):
            bound = ranges.size(parse(text_of(entry)))
            if bound is None:
                return None
            total = add(total, bound)
        largest = largest.hull(Interval({}, total))
    return largest.high


def _is_convex(problem: Problem, plan: Plan) -> bool:
    """Whether the domain that the constraints leave is seen to be convex: each is affine, or holds constants alone."""
    return all(
        plan.constant(c)
        or (
            c.op in ("lt", "le", "gt", "ge")
            and affine_gradient(Node("sub", (c.args[0], c.args[1])), plan) is not None
        )
        for c in problem.where
    )


def patches(problem: Problem, analysis: Analysis) -> Patch | None:
    """Return the corrections that take out every failure found, or None when one is no plain corner."""
    broken = [f for f in analysis.findings if f.severity is Severity.ERROR]
    if not 0 < len(broken) <= MOST:
        return None
    jumps: dict[Node, list[tuple[Node | None, Node]]] = {}
    for finding in broken:
        corner = _corner(finding, problem)
        if corner is None:
            return None
        gap, half = corner
        jumps.setdefault(gap, []).append((_condition(finding), half))
    return Patch(tuple((gap, _one_jump(parts)) for gap, parts in jumps.items()))


def _condition(finding: Finding) -> Node | None:
    """Return for what constants the jump is there; None where its formula is right for all: a != 0 of 2*a."""
    found = parse_conditions(finding.condition or "")
    return found[0] if len(found) == 1 and found[0].op in ("lt", "gt") else None


def _one_jump(parts: list[tuple[Node | None, Node]]) -> Node:
    """Write the jumps of one place as one: 1/y where y > 0 and -1/y where y < 0 are 1/abs(y)."""
    if len(parts) == 2:
        (first, half), (second, other) = parts
        if first is not None and second is not None and first.args == second.args and first.op != second.op:
            value = first.args[0]
            both = _put(half, value, Node("abs", (value,)))
            mirrored = _put(half, value, Node("neg", (value,)))
            if first.args[1] == number(0) and _same(mirrored, other):
                return both if first.op == "gt" else _put(other, value, Node("abs", (value,)))
    if len(parts) == 1 and parts[0][0] is None:
        return parts[0][1]
    whole = number(0)
    for condition, half in reversed(parts):
        whole = half if condition is None else Node("where", (condition, half, whole))
    return whole


def _put(node: Node, part: Node, new: Node) -> Node:
    return substitute(node, lambda n: new if n == part else None)


def _same(a: Node, b: Node) -> bool:
    return not cancelled(add(_settled(a), _settled(b), -1))


def _settled(node: Node) -> Poly:
    """Return the polynomial, 1/(-v) written -(1/v)."""
    return to_poly(substitute(node, _sign_first))


def _sign_first(node: Node) -> Node | None:
    if node.op == "div" and node.args[1].op == "neg":
        return Node("neg", (Node("div", (node.args[0], node.args[1].args[0])),))
    return None


def _corner(finding: Finding, problem: Problem) -> tuple[Node, Node] | None:
    """Return (v - c, half the jump of the slope along v)."""
    place, *conditions = finding.at.split(" and ")
    variable, equals, value = place.partition(" = ")
    plain = (
        finding.kind is Kind.CORNER
        and bool(equals)
        and "integer" not in finding.at
        and all("!=" in condition for condition in conditions)
        and variable in problem.wrt
        and dict(finding.direction) == {variable: "1"}
        and finding.left is not None
        and finding.right is not None
    )
    if not plain:
        return None
    try:
        at, below, above = (parse(text) for text in (value, str(finding.left), str(finding.right)))
        jump = scale(cancelled(to_poly(_simpler(Node("sub", (above, below))))), Fraction(1, 2))
    except (DiffcheckError, ValueError):
        return None
    names = {*problem.wrt, *problem.constants}
    if not all(_moderate(node) for node in (at, from_poly(jump))):
        return None
    if not {*at.names(), *from_poly(jump).names()} <= names or variable in at.names():
        return None
    return _gap(variable, at), from_poly(jump)


def _moderate(node: Node) -> bool:
    """Whether a number can be told from 0 beside others in floats: not exp(-100), the place where log(p) is -100."""
    value = None if node.names() else precise(node, {}, 20)
    return value is None or value == 0 or SMALLEST < abs(value) < 1 / SMALLEST


def _simpler(node: Node) -> Node:
    """Return an equal expression, the shorter of the one given and SymPy's; a long one would be shown to people."""
    if not node.names():
        return min([node, parse(text_of(sp.radsimp(to_sympy(node))))], key=_length)
    if sum(1 for _ in node.walk()) < LONG:
        return node
    texts = finished(lambda: _simplified(node), SIMPLIFYING)
    return min([node, *map(parse, texts or ())], key=_length)


def _simplified(node: Node) -> tuple[str, str]:
    plain = to_sympy(node).replace(sp.log, lambda u: u.args[0] if isinstance(u, sp.exp) else sp.log(u))
    short = sp.simplify(plain)
    return text_of(short), text_of(sp.factor(short))


def _length(node: Node) -> int:
    return len(unparse(node))


def _gap(variable: str, at: Node) -> Node:
    gap: Poly = to_poly(Node("sub", (name(variable), at)))
    return from_poly(gap)


def _times(factor: Node, node: Node) -> Node:
    return node if factor == number(1) else Node("mul", (factor, node))


def _plus(left: Node, right: Node) -> Node:
    factor = right.args[0] if right.op == "mul" else right
    if factor.op == "number" and Fraction(factor.leaf or 0) < 0:
        return Node("sub", (left, _times(number(-Fraction(factor.leaf or 0)), right.args[1])))
    return Node("add", (left, right))
