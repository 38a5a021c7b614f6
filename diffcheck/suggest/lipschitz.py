"""How steep the changes of a suggestion's gradient are: a Lipschitz constant in the 2-norm of the variables.

Sums add, constants scale, S(A x) has the constant L*|A|**2.  Of a composition R(S(x)),
    |R'(S(x))*S'(x) - R'(S(y))*S'(y)| <= (L_R*G**2 + C*L_S)*|x - y|,
where |S'| <= G and |R'| <= C: that is used for hinges and maxima of what is smoothed itself, and for functions of a
size, phi(S(u)) (slopes.py).  Proved in docs/proofs.md, "Gradients carried outward".  Anything else is None.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from diffcheck.language.tree import Node, number
from diffcheck.suggest.bounds import of_size, positive_parameter, sign_free
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.interval import Interval
from diffcheck.suggest.plan import Plan, Replacement, filled
from diffcheck.suggest.polynomial import (
    ONE,
    Poly,
    add,
    as_number,
    cancelled,
    from_poly,
    multiply,
    scale,
    to_poly,
)
from diffcheck.suggest.slopes import bending, steepness
from diffcheck.suggest.smoothings import Smoothing

__all__ = ["affine_gradient", "gradient_lipschitz"]


def gradient_lipschitz(node: Node, plan: Plan, facts: Facts) -> Poly | None:
    """Return a Lipschitz constant of the rebuilt expression's gradient in the variables, in the 2-norm, or
    None.

    Sums add, constants scale, S(A x) has the constant L*|A|**2; anything else is None.
    """
    found = plan.parts.get(node)
    if found is not None:
        return _part_lipschitz(found, plan, facts)
    if not plan.touches(node) and affine_gradient(node, plan) is not None:
        return {}
    if node.op in ("add", "sub", "neg"):
        inner = [gradient_lipschitz(a, plan, facts) for a in node.args]
        known = [i for i in inner if i is not None]
        return reduce(add, known) if len(known) == len(inner) else None
    if node.op in ("mul", "div"):
        return _product_lipschitz(node, plan, facts)
    if node.op == "where":
        return _branches_lipschitz(node, plan, facts)
    if (
        node.op in ("pow", "square")
        and not plan.touches(node)
        and (node.op == "square" or node.args[1] == number(2))
    ):
        gradient = affine_gradient(node.args[0], plan)
        return None if gradient is None else scale(_squared([gradient]), 2)
    return None


def _product_lipschitz(node: Node, plan: Plan, facts: Facts) -> Poly | None:
    left, right = node.args
    if node.op == "mul" and plan.constant(left):
        left, right = right, left
    if not plan.constant(right) or plan.touches(right):
        return None
    inner = gradient_lipschitz(left, plan, facts)
    if inner is None:
        return None
    factor = to_poly(right if node.op == "mul" else Node("div", (number(1), right)))
    return multiply(inner, facts.size(factor))


def _branches_lipschitz(node: Node, plan: Plan, facts: Facts) -> Poly | None:
    """The larger constant, or the sum, of branches that constants choose between; or that of a function of a size."""
    condition, *branches = node.args
    if not plan.constant(condition):
        return _size_lipschitz(node, plan, facts)
    known = zip(branches, facts.given(condition), strict=True)
    inner = [gradient_lipschitz(a, plan, f) for a, f in known]
    known_positive = positive_parameter(plan, facts)
    free = [None if i is None else sign_free(i, condition, known_positive) for i in inner]
    first, second = free
    if first is None or second is None or not all(known_positive.nonnegative(f) for f in (first, second)):
        return None
    return Interval({}, first).hull(Interval({}, second), known_positive).high


def _part_lipschitz(found: Replacement, plan: Plan, facts: Facts) -> Poly | None:
    shape, row = found.shape, found.row
    if row.lipschitz is None or not plan.constant(from_poly(shape.factor)):
        return None
    free = tuple(a for key, a in shape.bindings.items() if key in ("u", "v", "ss") or key[1:].isdigit())
    fixed = tuple(a for a in shape.bindings.values() if a not in free)
    terms = shape.parts if shape.target == "norm" else free
    if not terms or not all(plan.constant(a) for a in fixed):
        return None
    constant = to_poly(filled(row.lipschitz, plan.parameter, shape.bindings))
    if any(plan.touches(a) for a in terms):
        own = _nested_lipschitz(found, constant, plan, facts)
    else:
        gradients = [affine_gradient(a, plan) for a in terms]
        rows = [g for g in gradients if g is not None]
        if len(rows) < len(gradients):
            return None
        if shape.target == "max2":
            # Curved along u - v only, and |grad(u - v)|**2 is 2 for independent arguments.
            rows, constant = [_minus(rows[0], rows[1])], scale(constant, Fraction(1, 2))
        own = multiply(constant, _squared(rows))
    around: Poly | None = {} if shape.offset is None else gradient_lipschitz(shape.offset, plan, facts)
    return None if around is None or own is None else add(multiply(own, facts.size(shape.factor)), around)


def _nested_lipschitz(found: Replacement, constant: Poly, plan: Plan, facts: Facts) -> Poly | None:
    """L*G**2 + M for a row of a hinge or a maximum with L-Lipschitz gradient, around what is smoothed itself.

    The row's slopes are not negative and add up to 1 at most; G bounds the gradient of u, or of u - v, and M the
    Lipschitz constants of the gradients of its arguments.
    """
    bindings = found.shape.bindings
    if not found.row.monotone or not _gentle(found.row) or found.shape.target not in ("relu", "max2"):
        return None
    arguments = [bindings[key] for key in ("u", "v") if key in bindings]
    inner = [gradient_lipschitz(a, plan, facts) for a in arguments]
    known = [i for i in inner if i is not None]
    if len(known) < len(inner):
        return None
    if found.shape.target == "max2":
        constant = scale(constant, Fraction(1, 2))
    moving = [a for a in arguments if not plan.constant(a)]
    steep = _steep_squared(moving[0], plan, facts) if len(moving) == 1 else None
    if steep is None:
        return None
    return add(multiply(constant, steep), reduce(add, known))


def _gentle(row: Smoothing) -> bool:
    """Whether the slopes of a row are those of its target at most.

    A convex function at a bounded distance of |u|, max(u, 0) or max(u, v) cannot be steeper than that is far out.
    """
    return row.curvature == "convex" and row.error is not None and row.target in ("abs", "relu", "max2")


def _steep_squared(node: Node, plan: Plan, facts: Facts) -> Poly | None:
    """Return a bound of |grad rebuilt(node)|**2: for k*S(u) + c with affine u and slopes of S in [-1, 1]."""
    if not plan.touches(node):
        gradient = affine_gradient(node, plan)
        return None if gradient is None else _squared([gradient])
    found = plan.parts.get(node)
    if found is not None:
        shape = found.shape
        if not _gentle(found.row) or "v" in shape.bindings or not plan.constant(from_poly(shape.factor)):
            return None
        if shape.offset is not None and not plan.constant(shape.offset):
            return None
        inside = _steep_squared(shape.bindings["u"], plan, facts)
        return None if inside is None else multiply(inside, multiply(shape.factor, shape.factor))
    moving = [a for a in node.args if not plan.constant(a)]
    if len(moving) != 1 or node.op not in ("add", "sub", "neg", "mul", "div"):
        return None
    inside = _steep_squared(moving[0], plan, facts)
    if inside is None or node.op in ("add", "sub", "neg"):
        return inside
    if node.op == "div" and moving[0] is node.args[1]:
        return None
    one = Node(node.op, tuple(number(1) if a is moving[0] else a for a in node.args))
    return cancelled(multiply(inside, multiply(to_poly(one), to_poly(one))))


def _size_lipschitz(node: Node, plan: Plan, facts: Facts) -> Poly | None:
    """K*|grad u|**2 + C*L for phi(S(u)): |phi'| <= C, |phi''| <= K, S with slopes in [-1, 1], L that of S(u)."""
    of = of_size(node, plan, facts)
    if of is None or not _gentle(of.part.row):
        return None
    gradient = affine_gradient(of.part.shape.bindings["u"], plan)
    inner = _part_lipschitz(of.part, plan, facts)
    steep = steepness(of.phi, of.size, facts.conditions)
    bent = None if steep is None else bending(of.phi, of.size, facts.conditions)
    if gradient is None or inner is None or steep is None or bent is None:
        return None
    return add(multiply(to_poly(bent), _squared([gradient])), multiply(to_poly(steep.bound), inner))


def affine_gradient(node: Node, plan: Plan) -> dict[str, Poly] | None:
    """Return variable -> coefficient of an affine node, or None when it is not visibly affine."""
    try:
        poly = to_poly(node)
    except ValueError:
        return None
    gradient: dict[str, Poly] = {}
    for monomial, value in poly.items():
        moving = [x for x in monomial if not plan.constant(x)]
        if not moving:
            continue
        if len(moving) > 1 or moving[0].op != "name":
            return None
        rest = tuple(x for x in monomial if x is not moving[0])
        key = str(moving[0].leaf)
        gradient[key] = add(gradient.get(key, {}), {rest: value})
    return gradient


def _minus(p: dict[str, Poly], q: dict[str, Poly]) -> dict[str, Poly]:
    return {key: add(p.get(key, {}), q.get(key, {}), -1) for key in {**p, **q}}


def _squared(rows: list[dict[str, Poly]]) -> Poly:
    """Bound |A|**2 for the matrix with these rows, the largest eigenvalue of A'A.

    Its trace; the largest sum of sizes in a row of it, or |A|_1*|A|_inf, where they are numbers and smaller.
    """
    entries = [c for row in rows for c in row.values()]
    trace: Poly = cancelled(reduce(add, (multiply(c, c) for c in entries), {}))
    names = list(dict.fromkeys(key for row in rows for key in row))
    bounds = [as_number(trace), _tallest([{k: _product_sum(rows, j, k) for k in names} for j in names])]
    widest, tallest = (
        _tallest(rows),
        _tallest([{str(i): r.get(k, {}) for i, r in enumerate(rows)} for k in names]),
    )
    bounds.append(None if widest is None or tallest is None else widest * tallest)
    known = [b for b in bounds if b is not None]
    return scale(ONE, min(known)) if known and bounds[0] is not None else trace


def _product_sum(rows: list[dict[str, Poly]], j: str, k: str) -> Poly:
    """Return the entry of A'A at (j, k)."""
    return cancelled(reduce(add, (multiply(row.get(j, {}), row.get(k, {})) for row in rows), {}))


def _tallest(rows: list[dict[str, Poly]]) -> Fraction | None:
    """Return the largest sum of sizes in a row; None where they are no numbers."""
    numbers = [[as_number(c) for c in row.values()] for row in rows]
    if any(n is None for row in numbers for n in row):
        return None
    return max(
        (sum((abs(n) for n in row if n is not None), Fraction(0)) for row in numbers), default=Fraction(0)
    )
