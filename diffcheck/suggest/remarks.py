"""What is said of a suggestion beside its numbers: each remark is true of the whole new expression.

A row's note speaks of the row alone and holds in all surroundings.  That the new expression is zero where the original
is, or off by no more than some amount at each point, is said only where the whole is a multiple of one part, plus what
is not replaced; that both are equal somewhere, where every replaced part is unchanged.
"""

from __future__ import annotations

import re
from fractions import Fraction

from diffcheck.errors import DiffcheckError
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import Node, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.plan import Plan, Replacement, filled, put
from diffcheck.suggest.polynomial import ONE, Poly, as_number, from_poly, multiply, scale, to_poly
from diffcheck.suggest.tidy import tidied
from diffcheck.verdict import Analysis, Kind, Severity

__all__ = ["multiple", "no_bound", "remarks"]

# Characters of a condition that is still shown, and of a formula in a note.
LONGEST = 60


def remarks(plan: Plan, problem: Problem, facts: Facts) -> list[str]:
    """Return what is known of the new expression, as phrases."""
    notes = [_note(found, plan) for found in _each_row(plan)]
    whole = _scaled_alone(problem.tree, plan)
    if whole is not None and whole.row.zero:
        notes.append("zero exactly where the original is")
    equal = _equal(plan)
    if equal:
        notes.append(f"equal to it where {equal}")
    one = multiple(problem.tree, plan)
    if one is not None and one[0].row.beside:
        found, factor = one
        beside = to_poly(filled(found.row.beside, plan.parameter, found.shape.bindings))
        text = unparse(tidied(from_poly(multiply(facts.size(factor), beside))))
        notes += [f"off by at most {text} at each point"] if len(text) <= LONGEST else []
    return list(dict.fromkeys(note for note in notes if note))


def no_bound(before: Analysis) -> list[str]:
    """Say how far off every continuous function is from one that jumps; docs/proofs.md, "Jumps"."""
    jumps = [f for f in before.findings if f.kind is Kind.JUMP and f.severity is Severity.ERROR]
    if not jumps:
        return []
    halves = [_half(size) for size in dict.fromkeys(f.size for f in jumps)]
    known = [h for h in halves if h is not None]
    # Of several jumps the largest counts, where they are numbers.
    numbers = [n for h in known if (n := as_number(h)) is not None]
    amount = ""
    if len(halves) == 1 and known:
        amount = unparse(tidied(from_poly(known[0])))
    elif len(numbers) == len(halves):
        amount = unparse(number(max(numbers)))
    amount = f", {amount}," if 0 < len(amount) <= LONGEST else ""
    return [f"no uniform bound is possible: any continuous function is off by half the jump{amount} or more"]


def _half(size: str | None) -> Poly | None:
    try:
        return Facts(()).size(scale(to_poly(parse(size or "")), Fraction(1, 2)))
    except (DiffcheckError, ValueError):
        return None


def _each_row(plan: Plan) -> list[Replacement]:
    return list({found.row.name: found for found in plan.parts.values()}.values())


def _note(found: Replacement, plan: Plan) -> str:
    """Return the row's note, the formulas in it written in the names of the part."""
    said = found.row.note

    def shown(quoted: re.Match[str]) -> str:
        return unparse(tidied(filled(quoted[1], plan.parameter, found.shape.bindings)))

    note = re.sub(r"`([^`]*)`", shown, said)
    if len(note) > len(said) + LONGEST:
        return ""
    return re.sub(r"\bmu\b", plan.parameter, note) if plan.parameter != "mu" else note


def _equal(plan: Plan) -> str:
    """Return the condition under which nothing that is replaced has changed; "" when it is not known or long."""
    conditions: dict[str, None] = {}
    for found in plan.parts.values():
        if not found.row.exact:
            return ""
        (condition,) = parse_conditions(found.row.exact)
        conditions[unparse(tidied(put(condition, plan.parameter, found.shape.bindings)))] = None
    # Several are seldom met together: x <= 0 and -x <= 0.
    text = next(iter(conditions)) if len(conditions) == 1 else ""
    return text if len(text) <= LONGEST else ""


def _scaled_alone(node: Node, plan: Plan) -> Replacement | None:
    """Return the part that the whole is a product, quotient or negative of: both vanish together, on the domain."""
    while node not in plan.parts:
        touched = [a for a in node.args if plan.touches(a)]
        if (
            len(touched) != 1
            or node.op not in ("mul", "div", "neg")
            or (node.op == "div" and touched[0] is not node.args[0])
        ):
            return None
        if not all(a is touched[0] or as_number(to_poly(a)) for a in node.args):
            return None
        (node,) = touched
    found = plan.parts[node]
    alone = found.shape.offset is None and bool(as_number(found.shape.factor))
    return found if alone and not any(plan.touches(a) for a in found.shape.bindings.values()) else None


def multiple(node: Node, plan: Plan) -> tuple[Replacement, Poly] | None:
    """Return (part, k) where the whole is k times the part plus what is not replaced, k constant; else None."""
    factor: Poly = ONE
    while node not in plan.parts:
        touched = [a for a in node.args if plan.touches(a)]
        if len(touched) != 1 or node.op not in ("add", "sub", "neg", "mul", "div"):
            return None
        (inner,) = touched
        if node.op == "neg" or (node.op == "sub" and inner is node.args[1]):
            factor = scale(factor, -1)
        elif node.op in ("mul", "div"):
            other = node.args[1] if inner is node.args[0] else node.args[0]
            if not plan.constant(other) or (node.op == "div" and inner is not node.args[0]):
                return None
            factor = multiply(factor, to_poly(other if node.op == "mul" else Node("div", (number(1), other))))
        node = inner
    found = plan.parts[node]
    factor = multiply(factor, found.shape.factor)
    inside = [*found.shape.bindings.values(), *((found.shape.offset,) if found.shape.offset else ())]
    plain = plan.constant(from_poly(factor)) and not any(plan.touches(a) for a in inside)
    return (found, factor) if plain else None
