"""What a suggestion costs: error, gradient-Lipschitz constant, convexity, side, minimisers, distance from the best.

Each is a theorem or None: the rows of smoothings.py are proved (`prove.py`, docs/proofs.md), and bounds.py and
curvature.py carry them outward by theorems.  `known` says for each stated number how it is known.

minimisers: S is an increasing function of T (abs, norms, roots), so S(u(x)) and T(u(x)) order all x alike,
    whatever u is; increasing functions, positive factors and constants around them keep that order.
optimality: eps*L / (J**2/16), smoothings.py; eps is half the interval's width, since a constant added to a
    loss changes no gradient; J is the jump of the gradient's norm across the wall.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_UP, Context, Decimal
from fractions import Fraction
from functools import reduce
from typing import TypeVar

from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.suggest.bounds import difference
from diffcheck.suggest.curvature import is_convex
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.interval import Interval
from diffcheck.suggest.lipschitz import affine_gradient, gradient_lipschitz
from diffcheck.suggest.patch import Form, Patch
from diffcheck.suggest.plan import Plan, filled
from diffcheck.suggest.polynomial import Poly, add, cancelled, divide, from_poly, multiply, scale, to_poly
from diffcheck.suggest.remarks import multiple, no_bound, remarks
from diffcheck.suggest.tidy import tidied
from diffcheck.verdict import Analysis, Finding, Kind, Surrogate

__all__ = ["of_patch", "of_plan"]

T = TypeVar("T")

# Strictly increasing on their domains.
_RISING = frozenset({
    "exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "atan", "asin", "sinh", "tanh",
    "asinh", "acosh", "atanh", "erf", "sigmoid", "softplus", "log_sigmoid",
})  # fmt: skip
PROVED, SAMPLED = "proved", "sampled"
# Characters; longer coefficients of a bound are rounded.
LONGEST_NUMBER = 12


def of_plan(
    plan: Plan, problem: Problem, before: Analysis, after: Analysis, facts: Facts, text: str
) -> Surrogate:
    """Return the suggestion that replaces parts, with its price; ``after`` is the analysis of ``text``."""
    assert after.smoothness is not None
    interval = _or_none(lambda: difference(problem.tree, plan, facts))
    lipschitz = _or_none(lambda: gradient_lipschitz(problem.tree, plan, facts))
    used = list(dict.fromkeys(found.row for found in plan.parts.values()))
    notes = _or_none(lambda: remarks(plan, problem, facts)) or []
    if interval is None:
        notes += no_bound(before) or _part_bound(plan)
    sampled = {claim for row in used for claim in row.sampled}
    answer = Surrogate(
        name=" + ".join(dict.fromkeys(row.name for row in used)),
        expression=text,
        smoothness=after.smoothness,
        error=_ends(interval, plan.parameter) if interval else None,
        lipschitz_gradient=_text(lipschitz) if lipschitz else None,
        parameter=plan.parameter if plan.parameter in parse(text).names() else "",
        convex=_or_none(lambda: is_convex(problem.tree, plan, facts)),
        note="; ".join(dict.fromkeys(notes)),
        mean_error=_or_none(lambda: _mean_error(plan, problem, facts)),
        side=_side(interval),
        keeps_minimisers=_or_none(lambda: _keeps(problem, plan, facts)),
        optimality=_or_none(lambda: _optimality(interval, lipschitz, before, problem, plan)),
    )
    return _with_known(answer, sampled)


def of_patch(
    patch: Patch, form: Form, problem: Problem, after: Analysis, facts: Facts, text: str, parameter: str
) -> Surrogate:
    """Return the suggestion that corrects corners from outside, with its price."""
    assert after.smoothness is not None
    interval = _or_none(lambda: patch.difference(form, parameter, frozenset(problem.wrt), facts))
    ends = any(f.kind in (Kind.EDGE, Kind.HOLE, Kind.POLE) for f in after.findings)
    lipschitz = None if ends else _or_none(lambda: patch.lipschitz(problem, parameter, facts))
    answer = Surrogate(
        name=form.name,
        expression=text,
        smoothness=after.smoothness,
        error=_ends(interval, parameter) if interval else None,
        lipschitz_gradient=_text(lipschitz) if lipschitz else None,
        parameter=parameter,
        convex=None,
        note=patch.note(form, parameter),
        side=_side(interval),
        corrected=True,
    )
    return _with_known(answer, set())


def _with_known(answer: Surrogate, sampled: set[str]) -> Surrogate:
    stated = {
        "class": True,
        "error": answer.error is not None,
        "mean_error": answer.mean_error is not None,
        "lipschitz_gradient": answer.lipschitz_gradient is not None,
        "convex": answer.convex is not None,
        "side": answer.side is not None,
        "keeps_minimisers": answer.keeps_minimisers is not None,
        "optimality": answer.optimality is not None,
    }
    rests_on = {"side": {"error"}, "optimality": {"error", "lipschitz_gradient"}}
    known = {
        key: SAMPLED if rests_on.get(key, {key}) & sampled else PROVED
        for key, there in stated.items()
        if there
    }
    return replace(answer, known=known)


def _or_none(compute: Callable[[], T | None]) -> T | None:
    # Polynomials that grow too long raise ValueError: the price is then unknown, the suggestion stands.
    try:
        return compute()
    except ValueError:
        return None


def _text(poly: Poly) -> str:
    return unparse(tidied(from_poly(cancelled(poly))))


def _ends(interval: Interval, parameter: str) -> tuple[str, str]:
    return _text(_outward(interval.low, parameter)), _text(_outward(interval.high, parameter))


def _outward(end: Poly, parameter: str) -> Poly:
    """Round long coefficients away from 0, where every monomial has the sign of the whole end.

    Of b*mu - a*mu, with a < b, only the whole is known to be positive.
    """
    end = cancelled(end)
    parts = [x for monomial in end for x in monomial]
    plain = all(x.op == "abs" or set(x.names()) <= {parameter} for x in parts)
    if len(end) > 1 and not (plain and len({c > 0 for c in end.values()}) == 1):
        return end
    return {m: c if len(str(c)) <= LONGEST_NUMBER else _rounded_up(c) for m, c in end.items()}


def _rounded_up(value: Fraction) -> Fraction:
    """Return a number of five digits that is no smaller in size."""
    context = Context(prec=5, rounding=ROUND_UP)
    return Fraction(context.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _side(interval: Interval | None) -> str | None:
    if interval is None or not (interval.low or interval.high):
        return None
    return "upper" if not interval.low else "lower" if not interval.high else None


def _part_bound(plan: Plan) -> list[str]:
    """Say what is known about the replaced part alone; only for a single part taken as it stands."""
    if len(plan.parts) != 1:
        return []
    (part, _), *_ = plan.parts.items()
    interval = _or_none(lambda: difference(part, plan, Facts(())))
    if interval is None:
        return []
    low, high = _ends(interval, plan.parameter)
    return [f"bound known for the replaced part only: [{low}, {high}]"]


def _mean_error(plan: Plan, problem: Problem, facts: Facts) -> str | None:
    """Return the integral of |S - T| over the one variable; the whole is a multiple of a part plus what stays."""
    one = multiple(problem.tree, plan)
    if one is None or len(problem.wrt) > 1:
        return None
    found, factor = one
    text = found.row.mean_error
    slope = None if text is None else affine_gradient(found.shape.bindings["u"], plan)
    if not slope or text is None:
        return None
    rate = from_poly(facts.size(slope[problem.wrt[0]]))
    mean = to_poly(filled(text, plan.parameter, found.shape.bindings))
    return _text(multiply(multiply(facts.size(factor), mean), to_poly(Node("div", (number(1), rate)))))


def _keeps(problem: Problem, plan: Plan, facts: Facts) -> bool | None:
    """Whether minimisers stay; None when it is not shown."""
    node, sign = problem.tree, 1
    while node not in plan.parts:
        touched = [a for a in node.args if plan.touches(a)]
        if len(touched) != 1 or not all(a in touched or plan.constant(a) for a in node.args):
            return None
        (inner,) = touched
        if node.op == "mul" or (node.op == "div" and node.args[0] is inner):
            other = node.args[1] if node.args[0] is inner else node.args[0]
            sign *= facts.sign(to_poly(other))
        elif node.op == "neg" or (node.op == "sub" and node.args[1] is inner):
            sign = -sign
        elif node.op not in ("add", "sub") and node.op not in _RISING:
            return None
        node = inner
    found = plan.parts[node]
    shape = found.shape
    sign *= facts.sign(shape.factor)
    if shape.offset is not None and not plan.constant(shape.offset):
        return None
    if not plan.constant(from_poly(shape.factor)) or any(plan.touches(a) for a in shape.bindings.values()):
        return None
    moving = {key for key, a in shape.bindings.items() if not plan.constant(a)}
    if not moving <= {"u", "ss"} or sign == 0:
        return None
    if found.row.order == "same":
        return True
    reaches_zero = sign > 0 and not problem.where and bool(affine_gradient(shape.bindings["u"], plan))
    if found.row.order == "zero" and reaches_zero:
        return True
    return False if found.row.order == "moved" and reaches_zero else None


def _optimality(
    interval: Interval | None, lipschitz: Poly | None, before: Analysis, problem: Problem, plan: Plan
) -> str | None:
    """Return eps*L*16/J**2 where it is one number; the largest J of the findings counts."""
    if interval is None or not lipschitz:
        return None
    # The theorem speaks of functions that are affine beside the wall.
    if any(f.kind is not Kind.CORNER for f in before.findings):
        return None
    jumps = [_jump_squared(f, problem, plan) for f in before.findings]
    if not jumps or any(j is None for j in jumps) or len({_text(j) for j in jumps if j}) != 1:
        return None
    squared = jumps[0]
    assert squared is not None
    product = multiply(add(interval.high, interval.low, -1), lipschitz)
    quotient = divide(cancelled(scale(product, 8)), squared)
    return None if quotient is None or plan.parameter in from_poly(quotient).names() else _text(quotient)


def _jump_squared(finding: Finding, problem: Problem, plan: Plan) -> Poly | None:
    """Return |grad above - grad below|**2 at a corner along a wall that is affine in the variables."""
    variable, _, value = finding.at.partition(" = ")
    if variable not in problem.wrt or " and " in value or " for " in value:
        return None
    if finding.left is None or finding.right is None or dict(finding.direction) != {variable: "1"}:
        return None
    slope = add(to_poly(parse(finding.right)), to_poly(parse(finding.left)), -1)
    normal = affine_gradient(Node("sub", (parse(variable), parse(value))), plan)
    if normal is None or any(not plan.constant(x) for m in slope for x in m):
        return None
    length: Poly = reduce(add, (multiply(c, c) for c in normal.values()), {})
    return multiply(multiply(slope, slope), length)
