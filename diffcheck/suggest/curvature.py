"""Is the suggestion convex in the variables?  Composition rules of disciplined convex programming, no more.

convex nondecreasing of convex, convex of affine, nonnegative sums (Boyd and Vandenberghe 2004, 3.2.4).
"neither" and a curved "concave" are kept only through affine surroundings, where they prove that the whole
is not convex.
"""

from __future__ import annotations

from diffcheck.language.tree import NAME, Node, number
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.plan import Plan, Replacement
from diffcheck.suggest.polynomial import Poly, as_number, from_poly, to_poly

__all__ = ["is_convex"]

CONSTANT, AFFINE, CONVEX, CONCAVE, NEITHER, UNKNOWN = "constant", "affine", "convex", "concave", "neither", ""

_FLIPPED = {CONVEX: CONCAVE, CONCAVE: CONVEX}
_FLAT = (CONSTANT, AFFINE)
# name -> (curvature, nondecreasing)
_KNOWN = {
    "exp": (CONVEX, True),
    "softplus": (CONVEX, True),
    "relu": (CONVEX, True),
    "max": (CONVEX, True),
    "logsumexp": (CONVEX, True),
    "abs": (CONVEX, False),
    "norm": (CONVEX, False),
    "hypot": (CONVEX, False),
    "square": (CONVEX, False),
    "min": (CONCAVE, True),
    "log": (CONCAVE, True),
    "sqrt": (CONCAVE, True),
    "log_sigmoid": (CONCAVE, True),
}


def is_convex(node: Node, plan: Plan, facts: Facts) -> bool | None:
    """Return whether rebuilt(node) is convex in the variables jointly; None when the rules do not tell."""
    curvature = _curvature(node, plan, facts)
    if curvature in (CONSTANT, AFFINE, CONVEX):
        return True
    # Where a part of the domain is left, a row that bends both ways may bend one way alone.
    everywhere = all(map(plan.constant, facts.conditions))
    bent = curvature == CONCAVE or (curvature == NEITHER and everywhere)
    return False if bent and _curved(node, plan) else None


def _curved(node: Node, plan: Plan) -> bool:
    """Whether affine surroundings of one replaced part are all there is, so the whole curves like it."""
    if node in plan.parts:
        shape = plan.parts[node].shape
        moving = [a for a in shape.bindings.values() if not plan.constant(a)]
        flat = all(_affine_in_one(a, plan) for a in moving)
        return flat and bool(moving) and (shape.offset is None or not plan.touches(shape.offset))
    touched = [a for a in node.args if plan.touches(a)]
    return len(touched) == 1 and node.op in ("add", "sub", "neg", "mul", "div") and _curved(touched[0], plan)


def _affine_in_one(node: Node, plan: Plan) -> bool:
    return not plan.touches(node) and _curvature(node, plan, Facts(())) == AFFINE


def _curvature(node: Node, plan: Plan, facts: Facts) -> str:
    found = plan.parts.get(node)
    if found is not None:
        return _of_part(found, plan, facts)
    if plan.constant(node):
        return CONSTANT
    if node.op == NAME:
        return AFFINE
    if node.op in ("mul", "div"):
        return _of_product(node, plan, facts)
    if node.op == "where":
        return _of_branches(node, plan, facts)
    inner = [_curvature(a, plan, facts) for a in node.args]
    if node.op == "neg":
        return _FLIPPED.get(inner[0], inner[0])
    if node.op == "add":
        return _sum(inner[0], inner[1])
    if node.op == "sub":
        return _sum(inner[0], _FLIPPED.get(inner[1], inner[1]))
    if node.op == "pow":
        return CONVEX if node.args[1] in (number(2), number(4)) and inner[0] in _FLAT else UNKNOWN
    if node.op in _KNOWN:
        return _composed(*_KNOWN[node.op], inner)
    return UNKNOWN


def _sum(first: str, second: str) -> str:
    if CONSTANT in (first, second):
        return second if first == CONSTANT else first
    if AFFINE in (first, second):
        return second if first == AFFINE else first
    # Two that are neither may add up to anything.
    return first if first == second and first != NEITHER else UNKNOWN


def _composed(curvature: str, rising: bool, inner: list[str]) -> str:
    if all(i in _FLAT for i in inner):
        return curvature
    if curvature in (CONVEX, CONCAVE) and rising and all(i in (*_FLAT, curvature) for i in inner):
        return curvature
    return UNKNOWN


def _times(curvature: str, factor: Poly, facts: Facts) -> str:
    if curvature in _FLAT or curvature == UNKNOWN:
        return curvature
    if curvature == NEITHER:
        # A factor that may vanish would leave nothing.
        return NEITHER if as_number(factor) else UNKNOWN
    sign = facts.sign(factor)
    if sign == 0:
        return UNKNOWN
    return curvature if sign > 0 else _FLIPPED[curvature]


def _of_branches(node: Node, plan: Plan, facts: Facts) -> str:
    """Branches that constants choose between: what both are."""
    condition, *branches = node.args
    if not plan.constant(condition):
        return UNKNOWN
    known = zip(branches, facts.given(condition), strict=True)
    first, second = (_curvature(a, plan, f) for a, f in known)
    flat = [c for c in (first, second) if c in _FLAT]
    if len(flat) == 1:
        return UNKNOWN if NEITHER in (first, second) else second if first in _FLAT else first
    return AFFINE if len(flat) == 2 else first if first == second != NEITHER else UNKNOWN


def _of_product(node: Node, plan: Plan, facts: Facts) -> str:
    left, right = node.args
    if node.op == "mul" and plan.constant(left):
        left, right = right, left
    if not plan.constant(right):
        return UNKNOWN
    factor = to_poly(right if node.op == "mul" else Node("div", (number(1), right)))
    return _times(_curvature(left, plan, facts), factor, facts)


def _of_part(found: Replacement, plan: Plan, facts: Facts) -> str:
    shape, row = found.shape, found.row
    if not plan.constant(from_poly(shape.factor)):
        return UNKNOWN
    if shape.target == "norm":
        inner = [_curvature(a, plan, facts) for a in shape.parts] or [UNKNOWN]
    else:
        free = [a for key, a in shape.bindings.items() if key in ("u", "v") or key[1:].isdigit()]
        fixed = [a for a in shape.bindings.values() if a not in free]
        inner = [_curvature(a, plan, facts) for a in free]
        if not all(plan.constant(a) for a in fixed):
            return UNKNOWN
    own = _composed(row.curvature, row.monotone, inner)
    offset = CONSTANT if shape.offset is None else _curvature(shape.offset, plan, facts)
    return _sum(_times(own, shape.factor, facts), offset)
