"""What an answer about the values of unknown functions means for the functions.

The analysis decides g(u), u the values, as in g(u) = abs(y - u) with u = F(x).  By the chain rule g(u) is
differentiable wherever u is, if g is differentiable at every value; but where the domain of g ends at a value, u may
touch that end from inside (sqrt(u) for u = w**2), so it must stay off it.  Where g fails on a hypersurface, g(u) fails
at each point at which u crosses it; at a corner exactly if the gradient of what vanishes there is not zero, for
g(u + o(h)) is g(u) + o(h).  Values of one function at places that move (F(x) - F(0)) are tied to each other, so a
failure of g need not be met; then there is no verdict.  Beside its argument, x beside F(x), a value has no gradient of
its own: then only hypersurfaces are known to be crossed.
Read in order: composed, then what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from diffcheck.findings.places import place_of
from diffcheck.language.losses import named
from diffcheck.language.reductions import base_of
from diffcheck.language.tree import NAME, NUMBER, Node, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem, Value
from diffcheck.question.model import are, listed
from diffcheck.verdict import D1, Case, Finding, Kind, Report, Verdict

__all__ = ["BARE", "composed"]

# Of a loss that is nothing but values of unknown functions.
BARE = "not decidable without"

# What lies at the end of a domain, or is no fault.
BORDERS = (Kind.EDGE, Kind.FLAT)

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def composed(problem: Problem, report: Report) -> Report:
    """Return what the report on the values says of the functions, in the names of the values."""
    moving = [v for v in problem.values if v.name in problem.wrt]
    if not moving:
        held = [v.text for v in problem.values if v.name in problem.constants]
        return replace(report, notes=(*report.notes, f"{are(held, 'held constant')} (--wrt decides)"))
    notes = (*report.notes, *_notes(problem, moving, report))
    functions = listed(_functions(problem, moving))
    if report.verdict is Verdict.UNDETERMINED:
        return replace(report, notes=notes)
    if _is_affine(problem.tree, set(problem.wrt)):
        needed = f"needed: {', '.join(dict.fromkeys(_needs(problem, moving)))}"
        return replace(_undetermined(report, f"{BARE} {functions}"), notes=(*notes, needed))
    beside = _is_beside_its_argument(problem, moving)
    rarely_met = beside and any(_vanishing(f) is None for f in report.findings if f.kind not in BORDERS)
    if report.verdict is not Verdict.DIFFERENTIABLE and (_tied(problem, moving) or rarely_met):
        what = (
            "values of functions and their arguments"
            if rarely_met
            else "values of one function at different places"
        )
        reason = f"{what} are tied to each other, which is not decided"
        return replace(_undetermined(report, reason), notes=notes)
    report = replace(
        report,
        findings=tuple(_crossed(problem, moving, f, beside=beside) for f in report.findings),
        surrogates=tuple(replace(s, keeps_minimisers=None) for s in report.surrogates),
        almost_everywhere=None,
        notes=notes,
    )
    if report.verdict is Verdict.NOT_DIFFERENTIABLE:
        return report
    cases = tuple(_cases(problem, moving, report))
    depends = functions if report.verdict is Verdict.DIFFERENTIABLE else f"the constants and {functions}"
    return replace(report, verdict=Verdict.CONDITIONAL, smoothness=None, cases=cases, depends=depends)


def _undetermined(report: Report, reason: str) -> Report:
    return replace(
        report,
        verdict=Verdict.UNDETERMINED,
        smoothness=None,
        almost_everywhere=None,
        cases=(),
        findings=(),
        reason=reason,
        certificate=None,
    )


def _is_affine(tree: Node, variables: set[str]) -> bool:
    """Whether the known part only adds values up, times constants: then it says nothing about them."""
    if not variables & set(tree.names()):
        return True
    if tree.op == NAME:
        return True
    if tree.op == "mul":
        return any(not variables & set(a.names()) for a in tree.args) and all(
            _is_affine(a, variables) for a in tree.args
        )
    if tree.op == "div":
        divisor = tree.args[1]
        return (
            divisor.op in (NAME, NUMBER)
            and divisor.leaf not in variables
            and _is_affine(tree.args[0], variables)
        )
    return tree.op in ("add", "sub", "neg") and all(_is_affine(a, variables) for a in tree.args)


def _functions(problem: Problem, moving: Sequence[Value]) -> list[str]:
    """Return the unknown functions behind values, those in arguments of others behind these."""
    found: dict[str, None] = {}
    for value in moving:
        found.setdefault(str(value.call.leaf))
        inner = [v for v in problem.values if v.name in value.call.names()]
        found.update(dict.fromkeys(_functions(problem, inner)))
    return list(found)


def _tied(problem: Problem, moving: Sequence[Value]) -> bool:
    """Whether a value moves with its arguments, and another one of the same function is in the question."""
    shown = [v for v in problem.values if v.name in (*problem.wrt, *problem.constants)]
    return any(v.moves and sum(w.call.leaf == v.call.leaf for w in shown) > 1 for v in moving)


def _is_beside_its_argument(problem: Problem, moving: Sequence[Value]) -> bool:
    """Whether a value is determined by variables of the question: the gradients of all are dependent then."""
    by_name = {v.name: v for v in problem.values}

    def letters(value: Value) -> set[str]:
        names = set(value.call.names())
        return (names - by_name.keys()).union(*(letters(by_name[n]) for n in names & by_name.keys()))

    return any(v.moves and letters(v) <= set(problem.wrt) for v in moving)


# --- findings and cases


def _vanishing(finding: Finding) -> Node | None:
    """Return what vanishes at the place of a finding; None if that is not one equation, x = 0 and F(x) = 0."""
    place = place_of(finding)
    if place is None or len(place.equations) != 1:
        return None
    ((left, right),) = place.equations
    return left if right == number(0) else Node("sub", (left, right))


def _crossed(problem: Problem, moving: Sequence[Value], finding: Finding, *, beside: bool) -> Finding:
    """Return a finding with what the functions must satisfy for it.

    beside: whether gradients are linearly dependent.
    """
    if finding.kind in BORDERS:
        return finding
    texts = [v.text for v in moving]
    plain = [n for n in problem.wrt if n not in {v.name for v in moving}]
    vanishing = _vanishing(finding)
    if beside and vanishing is not None:
        needed = f"{are(texts, f'differentiable in {problem.through}')} there"
        if {v.name for v in moving} & set(vanishing.names()):
            needed += f" and the gradient of {unparse(vanishing)} is not zero there"
    elif len(texts) == 1 and not plain:
        needed = f"the gradient of {texts[0]} is not zero there"
    else:
        # Of all, also those that the finding is not about: F(z) may be F(x), and take back what F(x) does.
        needed = f"the gradients of {listed([*texts, *plain])} are linearly independent there"
    return replace(finding, condition=" and ".join(filter(None, [finding.condition, needed])))


def _cases(problem: Problem, moving: Sequence[Value], report: Report) -> Iterator[Case]:
    """Yield the verdicts for functions that are differentiable, and what is left."""
    texts = [v.text for v in moving]
    good = are(texts, f"differentiable in {problem.through}")
    off = [f.at for f in report.findings if f.kind is Kind.EDGE and {v.name for v in moving} & set(f.wrt)]
    off += ["the border of the constraints"] if _has_border(problem, moving) else []
    good += (
        f" and {'stays' if len(texts) == 1 else 'stay'} off {listed(list(dict.fromkeys(off)))}" if off else ""
    )
    outer = report.cases or (Case("", report.verdict, report.smoothness),)
    for case in outer:
        if case.verdict is not Verdict.DIFFERENTIABLE or case.smoothness is None:
            yield case
            continue
        most = "" if str(case.smoothness) == "Cinf" else f", up to {case.smoothness}"
        detail = "" if case.smoothness == D1 else f"C<k> where {are(texts, 'C<k>')}{most}"
        yield replace(
            case, condition=" and ".join(filter(None, [case.condition, good])), smoothness=D1, detail=detail
        )
    left = are(texts, "not differentiable")
    left += f", or {'meets' if len(texts) == 1 else 'meet'} {' or '.join(dict.fromkeys(off))}" if off else ""
    yield Case(left, Verdict.UNDETERMINED, None, "the chain rule does not reach there")


def _has_border(problem: Problem, moving: Sequence[Value]) -> bool:
    """Whether a value may lie on the border of a constraint, inside the domain."""
    names = {v.name for v in moving}
    parts = (p for condition in problem.where for p in condition.distinct())
    return any(p.op in ("le", "ge", "eq") and names & set(p.names()) for p in parts)


# --- sentences


def _notes(problem: Problem, moving: Sequence[Value], report: Report) -> Iterator[str]:
    """Yield how the question was read, what would settle it, and how to say it."""
    functions = _functions(problem, moving)
    texts = listed([v.text for v in moving])
    said = f"{are(functions, 'unknown')}: differentiated in {problem.through}, through {texts}"
    data = dict.fromkeys(
        n
        for v in problem.values
        for a in v.call.args
        for n in a.names()
        if n not in {w.name for w in problem.values}
    )
    yield said if any(v.moves for v in moving) or not data else f"{said}; {are(list(data), 'data')}"
    if report.surrogates:
        yield f"Lipschitz constants and convexity of what to use instead are those in {texts}"
    yield "to give " + ("it" if len(functions) == 1 else "them") + ": " + " ".join(_lets(problem, functions))


def _needs(problem: Problem, moving: Sequence[Value]) -> Iterator[str]:
    """Yield what the chain rule needs of each function, the outer ones first."""
    by_name = {v.name: v for v in problem.values}
    for value in moving:
        call = value.call
        inner = [by_name[n] for n in call.names() if n in by_name]
        places = [i for i, a in enumerate(call.args) if set(a.names()) & by_name.keys()]
        if not inner:
            own = [
                i
                for i, a in enumerate(call.args)
                if a.op == NAME and str(a.leaf) in problem.through.split(" and ")
            ]
            if value.moves and len(own) == problem.through.count(" and ") + 1:
                yield f"{call.leaf} differentiable in {_argument(call, own)}"
                continue
            of = problem.through if value.moves else "its parameters"
            yield f"{value.text if value.moves else call.leaf} differentiable in {of}"
            built = [i for i, a in enumerate(call.args) if a.op not in (NAME, NUMBER)]
            if built and not value.moves:
                texts = listed([unparse(call.args[i]) for i in built])
                yield f"and in {_argument(call, built)} at the values of {texts} where these move"
            continue
        texts = listed([v.text for v in inner])
        yield f"{call.leaf} differentiable in {_argument(call, places)} at the values of {texts}"
        yield from _needs(problem, inner)


def _argument(call: Node, places: Sequence[int]) -> str:
    """Return "its second argument"."""
    words = [ORDINALS[i] if i < len(ORDINALS) else f"{i + 1}th" for i in places]
    return "its argument" if len(call.args) == 1 else f"its {listed(words)} argument{'s' * (len(words) > 1)}"


def _lets(problem: Problem, functions: Sequence[str]) -> Iterator[str]:
    """Yield the options that would define the functions, with parameters named after the arguments."""
    for function in functions:
        call = next(v.call for v in problem.values if v.call.leaf == function)
        by_name = {v.name: v for v in problem.values}
        taken: list[str] = []
        for arg in call.args:
            inner = by_name.get(str(arg.leaf)) if arg.op == NAME else None
            word = base_of(str(arg.leaf)) if arg.op == NAME and inner is None else "u"
            if inner is not None and len(str(inner.call.leaf)) == 1:
                word = str(inner.call.leaf).lower()
            taken.append(word if word not in taken else f"{word}{len(taken)}")
        row = named(function)
        # Beside a residual a number is a setting, as the 1 of huber(x - y, 1).
        ops = {arg.op for arg in call.args}
        body = "" if row is None or ops >= {"sub", NUMBER} else row.given(taken)
        yield f'--let "{function}({", ".join(taken)}) = {body or "..."}"'
