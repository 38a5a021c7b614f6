"""The class of a suggestion by composition, where the zeros of a new denominator are too involved for the analyzer.

Sums, products and analytic functions of C^k functions are C^k, a row is of its class in all its arguments, and a
quotient of C^k functions is C^k where the denominator is not 0.  So if every part that is not analytic is replaced,
and every denominator, root and logarithm that changes stays positive (domain.py), the whole is at least of the least
class of its rows.  It may be smoother: what is given is a lower bound, and nothing where a step is missing.
"""

from __future__ import annotations

from fractions import Fraction

from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.suggest.domain import is_positive, keeps_domain
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.plan import Plan, Replacement
from diffcheck.suggest.polynomial import from_poly
from diffcheck.suggest.ranges import Ranges
from diffcheck.suggest.smoothings import TARGETS
from diffcheck.verdict import CINF, Analysis, Kind, Smoothness, Verdict

__all__ = ["by_composition"]

# Analytic for all real arguments, or wherever they are defined.
_ANALYTIC = frozenset({
    "add", "sub", "neg", "mul", "div", "square", "exp", "expm1", "exp2", "sin", "cos", "atan", "erf", "sinh", "cosh",
    "tanh", "asinh", "sigmoid", "softplus", "log_sigmoid", "logsumexp", "log", "log2", "log10", "log1p", "pi", "E",
    NAME, NUMBER,
})  # fmt: skip
_ENDING = frozenset({"div", "log", "log2", "log10", "log1p", "sqrt", "pow"})
_ENDS = frozenset({Kind.EDGE, Kind.HOLE, Kind.POLE})


def by_composition(tree: Node, plan: Plan, before: Analysis, facts: Facts) -> Analysis | None:
    """Return that rebuilt(tree) is differentiable, with a class that it has at least; None where that is not shown.

    before: the analysis of ``tree``, which must have found it defined at every point that is judged: then no
    denominator is 0 there, and no logarithm ends.
    """
    if not before.complete or any(f.kind in _ENDS for f in before.findings):
        return None
    # A branch that is not taken is not evaluated: of it nothing is known.
    if any(part.op == "where" for part in tree.walk()) or not _ends(tree, plan):
        return None
    least = _Classes(plan, Ranges(facts, plan.variables)).least(tree)
    if least is None or not least.differentiable or not keeps_domain(tree, plan, facts):
        return None
    return Analysis(Verdict.DIFFERENTIABLE, least)


def _ends(tree: Node, plan: Plan) -> bool:
    """Whether a denominator, root or logarithm changes: all other questions are the analyzer's, which answers them."""
    return any(
        plan.touches(part.args[1] if part.op == "div" else part.args[0])
        for part in tree.walk()
        if part.op in _ENDING
    )


class _Classes:
    """Classes that rebuilt parts have at least, wherever they are defined."""

    def __init__(self, plan: Plan, ranges: Ranges) -> None:
        self.plan, self.ranges = plan, ranges

    def least(self, node: Node) -> Smoothness | None:
        """Return a class of rebuilt(node), or None where none is seen."""
        found = self.plan.parts.get(node)
        if found is not None:
            return self._of_row(found)
        if self.plan.constant(node) and not self.plan.touches(node):
            return CINF
        if node.op == "pow" and node.args[1].op == NUMBER:
            exponent = Fraction(node.args[1].leaf or 0)
            whole = exponent.denominator == 1 and exponent >= 0
            return self.least(node.args[0]) if whole or is_positive(node, self.plan, self.ranges) else None
        if node.op == "sqrt":
            return self.least(node.args[0]) if is_positive(node, self.plan, self.ranges) else None
        if node.op not in _ANALYTIC:
            return None
        return _worst([CINF, *(self.least(a) for a in node.args)])

    def _of_row(self, found: Replacement) -> Smoothness | None:
        """Return the worst class of a row and its arguments.

        Rows are of their class on the target's domain: what it asks of constants has been proved, but a variable may
        come to the end of it.
        """
        target, factor = TARGETS[found.shape.target], from_poly(found.shape.factor)
        if target.closed or target.name in ("quotient", "reciprocal") or self.plan.touches(factor):
            return None
        offset = (found.shape.offset,) if found.shape.offset else ()
        inside = (*found.shape.bindings.values(), factor, *offset)
        return _worst([found.row.smoothness, *(self.least(a) for a in inside)])


def _worst(classes: list[Smoothness | None]) -> Smoothness | None:
    known = [c for c in classes if c is not None]
    return min(known) if len(known) == len(classes) else None
