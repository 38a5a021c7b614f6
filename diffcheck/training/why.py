"""What the findings of a report mean for training: is the place met, is it a minimiser, who minds, what is returned?

Every remark says what it rests on: a proof, a convention of the frameworks, or the data, which only the user knows.
Nothing is guessed: where neither a proof nor a counterexample is found, the remark says "not shown".

met: A place is the zero set of an analytic function that is not zero, so its measure is zero (Mityagin, "The zero set
    of a real analytic function", 2020); a distribution with a density meets it with probability 0.  Integers, ties,
    zeros of an initialisation and clipped values have no density.
minimiser: lowest.py decides whether the function is lower anywhere else; one-sided slopes decide what is near.
methods: the class needed, from the table PURPOSES, against the class at the place.
frameworks: the table CONVENTIONS.
Read in order: remarks, then one function for each question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.algebra.printer import shown, symbol
from diffcheck.conditions.reach import Status
from diffcheck.deadline import within
from diffcheck.errors import DiffcheckError, InputError
from diffcheck.findings.places import Place, place_of
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import NAME, NUMBER, Node, number, substitute
from diffcheck.problem import Problem, Samples
from diffcheck.question.separable import shared
from diffcheck.suggest.curvature import is_convex
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.plan import Plan
from diffcheck.suggest.smooth import PURPOSES
from diffcheck.training.lowest import Conjunction, facts_of, lower_elsewhere, never
from diffcheck.training.optimal import alone, lowest_if
from diffcheck.training.subgradients import CONVENTIONS
from diffcheck.verdict import Basis, Finding, Kind, ProbeStatus, Remark, Report, Smoothness, Topic
from diffcheck.walls.gaps import Pieces

__all__ = ["explained", "remarks"]

C1 = Smoothness(1)

# Seconds of processor time for one finding's proofs; most take a tenth of one.
BUDGET = 1.5
# For all of them; what is left then is not shown.
TOTAL = 3.0

# A point with more names, or longer numbers, tells a reader nothing.
SHOWN_NAMES, SHOWN_DIGITS = 4, 6

SLOPED = {Kind.CORNER, Kind.CUSP, Kind.VERTICAL_TANGENT}
COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"}
INFINITE = {"oo": 1, "-oo": -1}
NOTHING_FAILS = "no point is bad, for any data or start; fit for"


def explained(problem: Problem, report: Report) -> Report:
    """Return the report with remarks on every finding, or with a note that there is nothing to remark on."""
    if report.findings:
        with within(TOTAL):
            found = tuple(replace(f, why=tuple(remarks(problem, f))) for f in report.findings)
        return replace(report, findings=found)
    if report.smoothness is None or not report.smoothness.differentiable:
        return report
    return replace(report, notes=(*report.notes, f"{NOTHING_FAILS} {', '.join(PURPOSES)}"))


def remarks(problem: Problem, finding: Finding) -> Iterator[Remark]:
    """Yield what the finding means for training, by topic; nothing about one that is in doubt."""
    doubted = finding.probe is not None and finding.probe.status is ProbeStatus.CONTRADICTED
    if doubted or finding.kind is Kind.DISAGREEMENT:
        return
    place = place_of(finding)
    yield _measure(finding, place)
    if place is not None:
        yield from _starts(problem, finding, place)
        yield from _exact_values(problem, finding, place)
    yield _minimiser(problem, finding, place)
    yield from _methods(problem, finding)
    yield from _frameworks(problem, finding)


# --- is it met?


def _measure(finding: Finding, place: Place | None) -> Remark:
    """Say how large the place is: it is the ground of every other remark on how often it is met."""
    if finding.kind is Kind.FLAT:
        return Remark(
            Topic.MET, "always", "at every point: the gradient is zero wherever it exists", Basis.PROVED
        )
    if place is None:
        text = "it is the zero set of an analytic function: probability 0 if its names have a joint density"
        return Remark(Topic.MET, "probability 0", text, Basis.PROVED)
    solved = [
        str(left.leaf)
        for left, right in place.equations
        if left.op == NAME and left.leaf not in right.names()
    ]
    others = [n for n in place.names() if n not in solved]
    if len(solved) < len(place.equations):
        names = place.names()
        text = (
            f"it is a surface: probability 0 if {_listed(names)} have a joint density"
            if len(names) > 1
            else f"isolated values of {names[0]}: probability 0 if {names[0]} has a density"
        )
        return Remark(Topic.MET, "probability 0", text, Basis.PROVED)
    bound = solved[0] if len(solved) == 1 else f"({', '.join(solved)})"
    given = f" given {_listed(others)}" if others else ""
    each = f" for each {_listed(others)}" if others else ""
    many = "countably many values" if place.integers else "one value"
    text = f"{many} of {bound}{each}: probability 0 if {bound} has a density{given}"
    return Remark(Topic.MET, "probability 0", text, Basis.PROVED)


def _starts(problem: Problem, finding: Finding, place: Place) -> Iterator[Remark]:
    """Say what a start with all variables zero meets: zero biases, norms, last layers."""
    compared = {n for c in place.conditions if c.op != "ne" for n in c.names()}
    variables = [n for n in problem.wrt if n in {*place.names(), *compared}]
    if len(place.equations) == 1 and place.equations[0][1] == number(0):
        return  # that zeros lie on x = 0 goes without saying
    zeros = {n: number(0) for n in variables}
    try:
        with within(BUDGET):
            known = facts_of([*problem.where, *(_put(c, zeros) for c in _conditions(finding, place))])
            gaps = [Node("sub", (_put(left, zeros), _put(right, zeros))) for left, right in place.equations]
            if place.integers or any(never(gap, "=", known) for gap in gaps):
                return
            always = all(never(gap, "!=", known) for gap in gaps)
            left_over = [to_sympy(gap) for gap in gaps]
    except DiffcheckError:
        return
    start = " = ".join([*variables, "0"])
    if always:
        yield Remark(
            Topic.MET, "always at zero", f"a start at {start} is on it for every sample", Basis.PROVED
        )
        return
    samples = " and ".join(_equation(gap, problem) for gap in left_over if gap != 0)
    yield Remark(Topic.MET, "possible", f"a start at {start} is on it for samples with {samples}", Basis.DATA)


def _equation(gap: sp.Expr, problem: Problem) -> str:
    """Write gap = 0, solved for a name that stands alone in it: y = d."""
    top = sp.fraction(sp.together(gap))[0]
    for s in sorted(top.free_symbols, key=lambda s: (str(s) not in problem.constants, -len(str(s)), str(s))):
        rate = sp.diff(top, s)
        if abs(rate) == 1:
            return f"{s} = {shown(s - top / rate)}"
    return f"{shown(top)} = 0"


def _exact_values(problem: Problem, finding: Finding, place: Place) -> Iterator[Remark]:
    """Say which data without a density lie on the place."""
    left, right = place.equations[0]
    names = place.names()
    data = [n for n in names if n in problem.constants]
    text = ""
    if right.op == NAME and right.leaf in place.integers:
        text = f"every integer {left.leaf} is on it: counts, labels, pixels, rounded values"
    elif left.op == NAME and right.op == NUMBER:
        text = _special_value(right, _part(problem, finding).op)
    elif right.op == NAME and data:
        text = f"exact ties need no luck where {_listed(names)} are rounded, labels, clipped or copied"
    elif data and not place.integers:
        text = f"with rounded or integer values of {_listed(names)} exact hits are possible"
    if text:
        yield Remark(Topic.MET, "possible", text, Basis.DATA)


def _special_value(value: Node, op: str) -> str:
    assert isinstance(value.leaf, Fraction)
    if op == "log" and value.leaf in (0, 1):
        return (
            "in float32 a softmax underflows to exactly 0 below logits of about -104"
            if value.leaf == 0
            else "in float32 a sigmoid is exactly 1 from logits of about 18 on"
        )
    if value.leaf == 0:
        return "exact zeros are common: relu, dropout, padding and zero initialisation give them"
    return f"what is clipped or saturates at {value.leaf} upstream is exactly there"


# --- is it a minimiser?


def _minimiser(problem: Problem, finding: Finding, place: Place | None) -> Remark:
    try:
        with within(BUDGET):
            found = _decided(problem, finding, place)
    except DiffcheckError:
        found = None
    if problem.samples is not None and _has_minimiser_on_corner(problem, problem.samples, finding):
        said = (
            "the sum is convex, piecewise linear and not negative: a minimiser lies on a corner of some term"
        )
        return _proved("on some corner", said)
    where = _lowest_if(problem, finding, place)
    if where is not None:
        return _proved("on a condition", f"{where}: convex, and then 0 lies between the slopes of the sum")
    if found is not None and problem.samples is not None and shared(problem, problem.samples):
        said = f"of one term: {found.text}; of the sum not shown"
        return Remark(Topic.MINIMISER, "not shown", said, Basis.OPEN)
    values = [v.text for v in problem.values if v.name in problem.wrt]
    if found is not None and values and found.answer not in {"global", "local"}:
        said = f"not known without the values that {_listed(values)} can take; if any: {found.text}"
        return Remark(Topic.MINIMISER, "not shown", said, Basis.OPEN)
    return found or Remark(Topic.MINIMISER, "not shown", "neither proved nor refuted here", Basis.OPEN)


def _lowest_if(problem: Problem, finding: Finding, place: Place | None) -> str | None:
    """Return the condition on the data under which a place that all samples share is a minimiser."""
    if place is None or problem.values or any({*problem.wrt} & {*c.names()} for c in problem.where):
        return None
    one = alone(problem, place)
    try:
        with within(BUDGET):
            where = lowest_if(one, finding, place) if one is not None and _convex(one) else None
    except DiffcheckError:
        return None
    if one is None or where is None:
        return None
    return (
        f"exactly where {where}"
        if one.wrt == problem.wrt
        else f"in {one.wrt[0]}, the others held, exactly where {where}"
    )


def _has_minimiser_on_corner(problem: Problem, samples: Samples, finding: Finding) -> bool:
    """Whether a minimiser of the sum of all terms lies on a corner of some term, for every number of terms.

    A convex function that is piecewise affine on all of space and bounded below has a minimiser.  If no corner held
    one, it would be constant around each, so the minimisers would be an open set; it is closed too, so all of space.
    """
    names = set(problem.wrt)
    if (
        finding.kind is not Kind.CORNER
        or problem.values
        or any(names & set(c.names()) for c in problem.where)
    ):
        return False
    variables = [symbol(v) for v in problem.wrt]
    try:
        with within(BUDGET):
            affine = all(
                is_zero(sp.diff(piece, u, v)) is Decision.YES
                for piece in Pieces().of(lower(problem.tree))
                for u, v in combinations_with_replacement(variables, 2)
            )
            known = facts_of(problem.where)
            return affine and _convex(problem) and never(problem.tree, "<", known)
    except DiffcheckError:
        return False


def _decided(problem: Problem, finding: Finding, place: Place | None) -> Remark | None:
    if finding.kind is Kind.FLAT:
        return _proved(
            "local", "every point off the jumps is one: a zero gradient says nothing about the loss"
        )
    if finding.kind is Kind.POLE:
        ends = {finding.left, finding.right} & INFINITE.keys()
        if "-oo" in ends:
            return _proved("none", "there is none: the value goes to -oo here, and descent runs into it")
        return _proved("no", "no: the value goes to +oo here, and descent is pushed away") if ends else None
    if not _has_value(problem, finding):
        return _proved("no", "no: there is no value here")
    known = facts_of([*problem.where, *_conditions(finding, place)])
    # In several variables slopes along one of them refute a minimiser but do not show one.
    below, above = _signs(finding, known)
    if (below, above) in {("rises", "rises"), ("falls", "falls")}:
        return _proved("no", f"no: the loss {below} on both sides, straight through it")
    if below == "rises" or above == "falls":
        return _proved("no", "no: the loss is lower right beside it")
    alone = len(problem.wrt) == 1
    each = f" for every {_listed(problem.constants)}" if problem.constants else ""
    if alone and _convex(problem) and below in {"falls", "not up"} and above in {"rises", "not down"}:
        return _proved("global", f"yes, a global one{each}: convex, and 0 lies between the two slopes")
    if place is not None:
        found = lower_elsewhere(problem, place, _conditions(finding, place))
        if found.status is Status.UNSAT:
            return _proved("global", f"yes, a global one{each}: the loss is nowhere lower")
        valley = alone and (below, above) == ("falls", "rises")
        if found.other is not None and not valley:
            one = set(place.names()) <= set(problem.wrt) and len(place.names()) == len(place.equations)
            point = "" if one and not place.integers else " at every point of it"
            return _proved("not global", f"not a global one{each}{point}: {_lower_at(found.other)}")
    if alone and (below, above) == ("falls", "rises"):
        return _proved("local", f"yes, a local one{each}: the loss falls towards it from both sides")
    return None


def _proved(answer: str, text: str) -> Remark:
    return Remark(Topic.MINIMISER, answer, text, Basis.PROVED)


def _lower_at(point: Mapping[str, str]) -> str:
    """Say where the loss is lower, if that can be said shortly."""
    if len(point) > SHOWN_NAMES or any(len(value) > SHOWN_DIGITS for value in point.values()):
        return "the loss is lower elsewhere"
    return f"lower, for example, at {', '.join(f'{n} = {v}' for n, v in point.items())}"


def _signs(finding: Finding, known: Sequence[Conjunction]) -> tuple[str, str]:
    """Return what the function does below and above: falls, rises, "not up", "not down" or "" (unknown)."""
    if finding.kind not in SLOPED or finding.left is None or finding.right is None:
        return "", ""
    return _sign(finding.left, known), _sign(finding.right, known)


def _sign(slope: str, known: Sequence[Conjunction]) -> str:
    if slope in INFINITE:
        return "rises" if INFINITE[slope] > 0 else "falls"
    try:
        node = parse(slope)
    except InputError:
        return ""
    if never(node, ">=", known):
        return "falls"
    if never(node, "<=", known):
        return "rises"
    if never(node, ">", known):
        return "not up"
    return "not down" if never(node, "<", known) else ""


def _convex(problem: Problem) -> bool:
    plan = Plan({}, "", frozenset(problem.wrt))
    return is_convex(problem.tree, plan, Facts(problem.where)) is True


def _has_value(problem: Problem, finding: Finding) -> bool:
    """Whether the function has a value at the witness; where that is no exact number, it is taken to have one."""
    try:
        point = {n: Fraction(text) for n, text in finding.witness.items()}
        return precise(problem.tree, point) is not None
    except (ValueError, KeyError, ZeroDivisionError):
        return True


# --- who minds?


def _methods(problem: Problem, finding: Finding) -> Iterator[Remark]:
    if finding.kind is Kind.FLAT:
        text = f"all of {', '.join(PURPOSES)}: none of them moves; derivative-free methods do"
        yield Remark(Topic.METHODS, ", ".join(PURPOSES), text, Basis.PROVED)
        return
    if finding.kind is Kind.EDGE:
        text = "all: the loss has no value beyond, so a step that crosses it ends in nan"
        yield Remark(Topic.METHODS, ", ".join(PURPOSES), text, Basis.PROVED)
        return
    here = finding.level
    by_class: dict[str, list[str]] = {}
    for name, need in PURPOSES.items():
        if need.smoothness > here:
            by_class.setdefault(f"class {need.smoothness}", []).append(name)
        elif need.lipschitz and here == C1 and {finding.left, finding.right} & INFINITE.keys():
            by_class.setdefault("a bounded second derivative", []).append(name)
    minding = [name for names in by_class.values() for name in names]
    if not minding:
        text = f"none of {', '.join(PURPOSES)}: class {here} is enough"
        yield Remark(Topic.METHODS, "none", text, Basis.PROVED)
        return
    wants = "; ".join(f"{_listed(n)} want{'s' * (len(n) == 1)} {what}" for what, n in by_class.items())
    yield Remark(Topic.METHODS, ", ".join(minding), f"{wants}; here it is {here}", Basis.PROVED)
    yield from _steps(problem, finding)
    if "xgboost" in minding and _straight(problem):
        text = "newton and xgboost divide by the second derivative, 0 wherever it exists"
        yield Remark(Topic.METHODS, "newton, xgboost", text, Basis.PROVED)


def _steps(problem: Problem, finding: Finding) -> Iterator[Remark]:
    """Say what a fixed step does at a minimiser with slopes on both sides."""
    if finding.kind is not Kind.CORNER or len(problem.wrt) > 1 or not finding.left or not finding.right:
        return
    try:
        with within(BUDGET):
            signs = _signs(finding, facts_of([*problem.where, *_conditions(finding, place_of(finding))]))
    except DiffcheckError:
        return
    if signs == ("falls", "rises"):
        least = sp.Min(-to_sympy(parse(finding.left)), to_sympy(parse(finding.right)))
        size = "s" if least == 1 else f"s*{shown(least)}" if least.is_Atom else f"s*({shown(least)})"
        text = f"sgd with a fixed step s moves by about {size} beside it: it jumps across instead of settling"
        yield Remark(Topic.METHODS, "sgd", text, Basis.PROVED)


def _straight(problem: Problem) -> bool:
    """Whether every piece is of degree one at most in the only variable, and some is not constant."""
    if len(problem.wrt) > 1:
        return False
    v = symbol(problem.wrt[0])
    try:
        with within(BUDGET):
            return all(is_zero(sp.diff(p, v, 2)) is Decision.YES for p in Pieces().of(lower(problem.tree)))
    except DiffcheckError:
        return False


# --- what is returned?


def _frameworks(problem: Problem, finding: Finding) -> Iterator[Remark]:
    op = _part(problem, finding).op
    row = CONVENTIONS.get("where" if op in COMPARISONS else op)
    if row is not None and finding.kind is not Kind.BREAK:
        yield Remark(Topic.FRAMEWORKS, row.answer, row.text, Basis.CONVENTION)


def _part(problem: Problem, finding: Finding) -> Node:
    """Return the part of the tree that the finding points at."""
    return next((n for n in problem.tree.walk() if n.span == finding.span), problem.tree)


# --- small things


def _conditions(finding: Finding, place: Place | None) -> list[Node]:
    """Return what else holds at the place: conditions on constants and coordinates."""
    conditions = list(place.conditions) if place is not None else []
    if finding.condition:
        try:
            conditions += parse_conditions(finding.condition)
        except InputError:
            return conditions
    return conditions


def _put(tree: Node, values: dict[str, Node]) -> Node:
    return substitute(tree, lambda n: values.get(str(n.leaf)) if n.op == NAME else None)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
