"""Questions to the analyzer, and the check that a witness lies where a finding says."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import mpmath

from diffcheck.analyze import analyze
from diffcheck.deadline import within
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import Node
from diffcheck.problem import Problem
from diffcheck.question.variables import make_problem
from diffcheck.verdict import Analysis, Finding

# Generous: what takes longer is a fault of its own.
SECONDS = 60
# Members of an infinite family among which a witness must be.
MEMBERS = range(-12, 25)
CLOSE = mpmath.mpf(10) ** -30


def question(text: str, wrt: str | Sequence[str], where: str = "") -> Problem:
    """Return the question; ``wrt`` is a text of names with commas or a list of them."""
    return make_problem(text, wrt.split(",") if isinstance(wrt, str) else wrt, where)


def ask(text: str, wrt: str | Sequence[str], where: str = "", *, busy: bool = False) -> Analysis:
    """Analyze the question within a time limit.

    busy: whether only processor time counts, where the answer must not depend on what else the machine does.
    """
    with within(SECONDS):
        return analyze(question(text, wrt, where), math.inf if busy else None)


def summary(text: str, wrt: str | Sequence[str], where: str = "") -> tuple[str, list[tuple[str, str]]]:
    """Return the class, and (kind, place) of every finding."""
    analysis = ask(text, wrt, where)
    return str(analysis.smoothness), [(f.kind.value, f.at) for f in analysis.findings]


def the_finding(text: str, wrt: str | Sequence[str], where: str = "") -> Finding:
    """Return the only finding."""
    (finding,) = ask(text, wrt, where).findings
    return finding


def point_of(finding: Finding) -> dict[str, Any]:
    """Return the witness as numbers with 60 digits."""
    return {name: precise(parse(text), {}, 60) for name, text in finding.witness.items()}


def is_inside(problem: Problem, finding: Finding) -> bool:
    """Whether the witness satisfies every constraint of the question."""
    return all(precise(c, point_of(finding), 60) is True for c in problem.where)


def is_on_locus(finding: Finding) -> bool:
    """Whether the witness satisfies what ``at`` and ``condition`` say."""
    return is_on_place(finding, point_of(finding))


def is_on_place(finding: Finding, point: Mapping[str, Any]) -> bool:
    """Whether a point satisfies what ``at`` and ``condition`` say."""
    place, _, letters = finding.at.partition(" for integer ")
    integers = [k.strip() for k in letters.split(",") if k.strip()]
    claims = list(_claims(place))
    claims += [] if finding.condition is None else list(_claims(finding.condition))
    return any(
        all(_holds(claim, {**point, **dict(zip(integers, numbers, strict=True))}) for claim in claims)
        for numbers in product(MEMBERS, repeat=len(integers))
    )


def _claims(text: str) -> Iterator[Node]:
    """Yield the equations and inequalities of "x = 0 and y != 0"."""
    for claim in text.split(" and "):
        (condition,) = parse_conditions(re.sub(r"(?<![<>!=])=(?!=)", "==", claim))
        yield condition


def _holds(claim: Node, point: Mapping[str, Any]) -> bool:
    left, right = (precise(side, point, 60) for side in claim.args)
    if left is None or right is None:
        return False
    equal = abs(left - right) < CLOSE * (1 + abs(left))
    return {
        "eq": equal,
        "ne": not equal,
        "gt": left > right,
        "lt": left < right,
        "ge": left >= right,
        "le": left <= right,
    }[claim.op]
