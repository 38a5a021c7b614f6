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

from diffcheck.errors import DiffcheckError
from diffcheck.parse import parse
from diffcheck.problem import Problem
from diffcheck.suggest.bounds import NOTHING, Interval, scaled
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.plan import filled
from diffcheck.suggest.polynomial import Poly, from_poly, scale, to_poly
from diffcheck.suggest.tidy import tidied
from diffcheck.tree import Node, name, number
from diffcheck.verdict import Analysis, Finding, Kind, Severity

__all__ = ["FORMS", "Form", "Patch", "patches"]

# Beyond, nobody would read the sum.
MOST = 6


@dataclass(frozen=True, slots=True)
class Form:
    """A correction of half a unit of slope jump at g = 0, and the interval it lies in."""

    name: str
    text: str
    error: str
    note: str


FORMS = (
    Form(
        "rounded corner",
        "sqrt(g**2 + mu**2) - abs(g)",
        "mu",
        "the function itself, its corner taken out and a smooth one put in",
    ),
    Form("rounded corner, local", "relu(mu - abs(g))**2/(2*mu)", "mu/2", "equal to it farther than mu away"),
)


@dataclass(frozen=True, slots=True)
class Patch:
    """The corrections of all corners: (g, J/2) for each."""

    corners: tuple[tuple[Node, Node], ...]

    def rebuilt(self, tree: Node, form: Form, parameter: str) -> Node:
        """Return ``tree`` plus all corrections."""
        terms = [_times(half, filled(form.text, parameter, {"g": g})) for g, half in self.corners]
        return tidied(reduce(_plus, terms, tree))

    def difference(
        self, form: Form, parameter: str, variables: frozenset[str], facts: Facts
    ) -> Interval | None:
        """Return the interval of the sum of the corrections; None when a jump depends on variables."""
        whole = Interval({}, to_poly(filled(form.error, parameter, {})))
        total = NOTHING
        for _, half in self.corners:
            if any(n in variables for n in half.names()):
                return None
            total = total.plus(scaled(whole, to_poly(half), facts))
        return total


def patches(problem: Problem, analysis: Analysis) -> Patch | None:
    """Return the corrections that take out every failure found, or None when one is no plain corner."""
    broken = [f for f in analysis.findings if f.severity is Severity.ERROR]
    if not 0 < len(broken) <= MOST:
        return None
    corners = [_corner(finding, problem) for finding in broken]
    known = [c for c in corners if c is not None]
    return Patch(tuple(known)) if len(known) == len(corners) else None


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
        jump = scale(to_poly(Node("sub", (above, below))), Fraction(1, 2))
    except (DiffcheckError, ValueError):
        return None
    names = {*problem.wrt, *problem.constants}
    if not {*at.names(), *from_poly(jump).names()} <= names or variable in at.names():
        return None
    return _gap(variable, at), from_poly(jump)


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
