"""The class of a suggestion by composition, where the zeros of a new denominator are too involved for the analyzer.

Sums, products and analytic functions of C^k functions are C^k, a row is of its class in all its arguments, and a
quotient of C^k functions is C^k where the denominator is not 0.  So if every part that is not analytic is replaced,
and every denominator that changes is positive and only grows (order.py), the whole is at least of the least class of
its rows.  It may be smoother: what is given is a lower bound, and nothing where a step is missing.
"""

from __future__ import annotations

from fractions import Fraction

from diffcheck.smoothings import TARGETS
from diffcheck.suggest.domain import keeps_domain
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.plan import Plan
from diffcheck.suggest.polynomial import from_poly
from diffcheck.tree import NAME, NUMBER, Node
from diffcheck.verdict import CINF, Analysis, Kind, Smoothness, Verdict

__all__ = ["by_composition"]

# Analytic for all real arguments, or wherever they are defined.
_ANALYTIC = frozenset({
    "add", "sub", "neg", "mul", "div", "square", "exp", "expm1", "exp2", "sin", "cos", "atan", "erf", "sinh", "cosh",
    "tanh", "asinh", "sigmoid", "softplus", "log_sigmoid", "logsumexp", "log", "log2", "log10", "log1p", "pi", "E",
    NAME, NUMBER,
})  # fmt: skip
_ENDS = frozenset({Kind.EDGE, Kind.HOLE, Kind.POLE})


def by_composition(tree: Node, plan: Plan, before: Analysis, facts: Facts) -> Analysis | None:
    """Return that rebuilt(tree) is differentiable, with a class that it has at least; None where that is not shown.

    before: the analysis of ``tree``, which must have found it defined at every point that is judged: then no
    denominator is 0 there, and no logarithm ends.
    """
    if not before.complete or any(f.kind in _ENDS for f in before.findings):
        return None
    # A branch that is not taken is not evaluated: of it nothing is known.
    if any(part.op == "where" for part in tree.walk()) or not _divides(tree, plan):
        return None
    least = _least(tree, plan)
    if least is None or not least.differentiable or not keeps_domain(tree, plan, facts):
        return None
    return Analysis(Verdict.DIFFERENTIABLE, least)


def _divides(tree: Node, plan: Plan) -> bool:
    """Whether a denominator changes: all other questions are the analyzer's, and its silence is an answer."""
    return any(part.op == "div" and plan.touches(part.args[1]) for part in tree.walk())


def _least(node: Node, plan: Plan) -> Smoothness | None:
    """Return a class that rebuilt(node) has at least, wherever it is defined; None where none is seen."""
    found = plan.parts.get(node)
    if found is not None:
        target, factor = TARGETS[found.shape.target], from_poly(found.shape.factor)
        # Rows are of their class on the target's domain: that of these is everything.
        if target.domain or target.closed or plan.touches(factor):
            return None
        offset = (found.shape.offset,) if found.shape.offset else ()
        return _worst(
            [
                found.row.smoothness,
                *(_least(a, plan) for a in (*found.shape.bindings.values(), factor, *offset)),
            ]
        )
    if plan.constant(node) and not plan.touches(node):
        return CINF
    if node.op == "pow" and node.args[1].op == NUMBER:
        exponent = Fraction(node.args[1].leaf or 0)
        return _least(node.args[0], plan) if exponent.denominator == 1 and exponent >= 0 else None
    if node.op not in _ANALYTIC:
        return None
    return _worst([CINF, *(_least(a, plan) for a in node.args)])


def _worst(classes: list[Smoothness | None]) -> Smoothness | None:
    known = [c for c in classes if c is not None]
    return min(known) if len(known) == len(classes) else None
