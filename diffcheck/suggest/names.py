"""What people call a loss: the name of its shape, where the whole of it matches up to shift and scale.

The shape is that of `shape.py`, so max(0, 1 - y*f), where(y*f < 1, 1 - y*f, 0) and 2*relu(3 - f) + 1 have one name.
"""

from __future__ import annotations

from diffcheck.language.tree import Node
from diffcheck.problem import Problem
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.lipschitz import affine_gradient
from diffcheck.suggest.plan import Plan
from diffcheck.suggest.polynomial import from_poly, to_poly
from diffcheck.suggest.shape import Shape, recognise

__all__ = ["name_of"]

_NAMES = {
    "abs": "the absolute error (L1 loss)",
    "relu": "the hinge loss",
    "relu2": "the squared hinge loss",
    "pinball": "the pinball loss (quantile loss)",
    "insensitive": "the epsilon-insensitive loss",
    "huber": "the Huber loss",
    "heaviside": "the zero-one loss",
}


def name_of(problem: Problem) -> str | None:
    """Return the name of the loss, or None: a shape of an affine argument, times a constant, plus a constant."""
    facts = Facts(problem.where)
    plan = Plan({}, "", frozenset(problem.wrt))
    node = problem.tree
    while (shape := recognise(node, facts)) is None or shape.target not in _NAMES:
        inner = _unscaled(node, plan, facts)
        if inner is None:
            return None
        node = inner
    return _NAMES[shape.target] if _is_plain(shape, plan, facts) else None


def _unscaled(node: Node, plan: Plan, facts: Facts) -> Node | None:
    """Return what is shifted by a constant or multiplied by a positive one, or None."""
    if node.op not in ("add", "sub", "mul", "div"):
        return None
    left, right = node.args
    rest, other = (right, left) if node.op in ("add", "mul") and plan.constant(left) else (left, right)
    if not plan.constant(other) or (node.op in ("mul", "div") and facts.sign(to_poly(other)) <= 0):
        return None
    return rest


def _is_plain(shape: Shape, plan: Plan, facts: Facts) -> bool:
    """Whether the argument is affine in the variables, all else constant, and the loss not upside down."""
    fixed = [a for key, a in shape.bindings.items() if key != "u"]
    gradient = affine_gradient(shape.bindings["u"], plan)
    return (
        bool(gradient)
        and all(plan.constant(a) for a in (*fixed, from_poly(shape.factor)))
        and (shape.offset is None or plan.constant(shape.offset))
        and facts.sign(shape.factor) > 0
    )
