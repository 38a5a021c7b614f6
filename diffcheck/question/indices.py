"""Findings on the parts of vectors, said once: "f[i] = y[i] for some i", "v[i] = 0 for every i".

Findings become one when, for every choice of different numbers for its letters, the place that it names is among
them; two texts name one place if they agree after each equation is solved for one name and put into the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations, product
from math import perm

import sympy as sp

from diffcheck.algebra.lower import to_sympy
from diffcheck.errors import DiffcheckError
from diffcheck.language.folded import folded, length
from diffcheck.language.parse import parse
from diffcheck.language.reductions import LETTERS
from diffcheck.problem import Problem
from diffcheck.question.unknown import hidden
from diffcheck.verdict import Finding, Report

__all__ = ["taken_apart", "unmet", "with_indices"]

# The letter for all numbers that a place names no other way, until a free one is taken.
OTHER = LETTERS[-1]
# Choices of numbers for the letters of one place; with more, findings stay as they are.
MAX_CHOICES = 120

_SUBSCRIPTS = re.compile(r"(?<=\w)\[[^\]]*\]")
_RELATIONS = (" != ", " > ", " < ", " = ")


def with_indices(report: Report, problem: Problem) -> Report:
    """Return the report with findings that differ by indices alone made one; ``alike`` keeps those they were."""
    if not any("[" in n for n in (*problem.wrt, *problem.constants)):
        return report
    names = (*problem.wrt, *problem.constants)
    over = problem.samples.over if problem.samples is not None else ()
    waiting = list(report.findings)
    found = []
    while waiting:
        first = waiting[0]
        size = problem.size or length(first.at, names)
        alike, merged, letters = _alike(first, waiting, problem, size, over)
        waiting = [f for f in waiting if f not in alike]
        found.append(_for_some(merged, (*over, *letters), 0 if len(alike) > 1 else size, over))
    return replace(report, findings=tuple(_folded(f, problem.size, names) for f in found))


def _folded(finding: Finding, size: int | None, names: Sequence[str]) -> Finding:
    """Return a finding with vectors in its texts, where parts were written out."""

    def put(text: str) -> str:
        return folded(text, size or length(text, names))

    left, right, apart = (t and put(t) for t in (finding.left, finding.right, finding.size))
    return replace(finding, at=put(finding.at), left=left, right=right, size=apart)


def _alike(
    first: Finding, waiting: Sequence[Finding], problem: Problem, size: int, over: Sequence[str]
) -> tuple[Sequence[Finding], Finding, tuple[str, ...]]:
    """Return the findings that are one with the first, what they are together, and its letters."""
    loose = _loose(first, size, over)
    if loose is not None:
        alike = _all_at(loose.places(size), first, waiting)
        if len(alike) > 1:
            said = replace(first, at=loose.text, left=None, right=None, alike=tuple(alike))
            names = {n for f in alike for n in f.wrt}
            return alike, replace(said, wrt=tuple(v for v in problem.wrt if v in names)), loose.letters
    for fold in (_with_others, folded, None):
        # Put back first, the numbers that are left belong to one index: 1 - y[0]*sum(w[j]*x[0, j], j) = 0.
        told = {id(f): f if fold is None else replace(f, at=fold(f.at, size)) for f in waiting}
        pattern, numbers = _lettered(told[id(first)], over)
        if fold is not None and pattern.text == _lettered(first, over)[0].text:
            continue
        found = _instances(pattern, len(numbers), told[id(first)], [*told.values()], size) if numbers else []
        alike = [f for f in waiting if told[id(f)] in found]
        merged = _merged([told[id(f)] for f in alike], pattern, problem, over) if len(alike) > 1 else None
        if merged is not None:
            at = _with_letter_for_others(merged.at, over) if fold is _with_others else merged.at
            return alike, replace(merged, at=at, alike=tuple(alike)), pattern.letters
    alike = [first]
    return alike, replace(first, alike=(first,)), ()


def _with_others(at: str, size: int) -> str:
    """Return "z[0] = z[1] and z[1] > z[k]" for a place with z[1] > z[2] and z[1] > z[3], where these are all numbers.

    OTHER is the letter; as it is where there are less than two such clauses, or some are missing.
    """
    clauses = at.split(" and ")
    numbers = [{n for s in _SUBSCRIPTS.findall(c) for n in re.findall(r"\d+", s)} for c in clauses]
    if re.search(rf"\b{OTHER}\b", at):
        return at
    for n in sorted(set().union(*numbers)):
        alone = [i for i, own in enumerate(numbers) if n in own]
        if len(alone) != 1:
            continue
        pattern = _Pattern.put(clauses[alone[0]], {n: OTHER})
        alike = {
            i: m
            for i, own in enumerate(numbers)
            for m in own
            if sum(m in other for other in numbers) == 1 and _Pattern.put(clauses[i], {m: OTHER}) == pattern
        }
        rest = set().union(*(own for i, own in enumerate(numbers) if i not in alike)) | (
            numbers[alone[0]] - {n}
        )
        if len(alike) > 1 and len({*alike.values()} | rest) == size == len(alike) + len(rest):
            return " and ".join([*(c for i, c in enumerate(clauses) if i not in alike), pattern])
    return at


def _with_letter_for_others(at: str, over: Sequence[str]) -> str:
    """Return a place with a free letter for OTHER, and what it stands for."""
    free = _free(at, over)[0]
    return f"{_Pattern.put(at, {OTHER: free})} for every other {free}"


def unmet(places: Iterable[tuple[str, str]], problem: Problem) -> Iterator[str]:
    """Yield a sentence on each part that vanishes for special constants alone; of several places the first is told."""
    by_part: dict[str, list[str]] = {}
    for part, at in places:
        by_part.setdefault(part, []).append(at)
    for part, found in by_part.items():
        place, every = _for_every(
            found[0], problem.size or 0, problem.samples.over if problem.samples else ()
        )
        said = f"{place} for every {every}" if every else place
        said += f", or where other branches are taken ({len(found) - 1} more)" if len(found) > 1 else ""
        yield f"`{part}` is zero only where {said}, which constants in general position rule out"


def taken_apart(report: Report) -> Report:
    """Return the report with the findings that were made one as they were before."""
    return replace(report, findings=tuple(m for f in report.findings for m in f.alike or (f,)))


class _Pattern:
    """A place with letters for numbers in subscripts."""

    def __init__(self, text: str, letters: dict[str, str]) -> None:
        self.letters = tuple(letters.values())
        self.numbers = dict(letters)
        self.text = self.put(text, letters)

    @staticmethod
    def put(text: str, table: dict[str, str]) -> str:
        """Replace what stands in subscripts."""
        return _SUBSCRIPTS.sub(lambda m: re.sub(r"\w+", lambda w: table.get(w[0], w[0]), m[0]), text)

    def renamed(self, text: str) -> str:
        """Return another text of the same finding with the letters."""
        return self.put(text, self.numbers)

    def instances(self, size: int) -> Iterator[str]:
        """Yield the place for every choice of different numbers."""
        for values in permutations(map(str, range(size)), len(self.letters)):
            yield self.put(self.text, dict(zip(self.letters, values, strict=True)))


@dataclass(frozen=True, slots=True)
class _Loose:
    """A place with a letter of its own in every subscript, whose numbers may be equal: w[i] = x[j]."""

    text: str
    letters: tuple[str, ...]

    def places(self, size: int) -> list[str]:
        """Return the place for every choice of numbers."""
        return [
            _Pattern.put(self.text, dict(zip(self.letters, values, strict=True)))
            for values in product(map(str, range(size)), repeat=len(self.letters))
        ]


def _free(text: str, over: Sequence[str]) -> list[str]:
    """Return the letters for indices that neither a text nor the sum around it uses."""
    return [c for c in LETTERS if c not in over and not re.search(rf"\b{c}\b", text)]


def _loose(finding: Finding, size: int, over: Sequence[str]) -> _Loose | None:
    """Return the place of a finding that says nothing else with letters; None if it has less than two subscripts."""
    numbers = [n for s in _SUBSCRIPTS.findall(finding.at) for n in re.findall(r"\d+", s)]
    free = _free(finding.at, over)
    plain = finding.condition is None and not re.search(r"\d", finding.detail)
    if not plain or not 1 < len(numbers) <= len(free) or size ** len(numbers) > MAX_CHOICES:
        return None
    letters = iter(free)

    def put(subscript: re.Match[str]) -> str:
        return re.sub(r"\d+", lambda _: next(letters), subscript[0])

    return _Loose(_SUBSCRIPTS.sub(put, finding.at), tuple(free[: len(numbers)]))


def _lettered(finding: Finding, over: Sequence[str]) -> tuple[_Pattern, tuple[str, ...]]:
    """Return the place of a finding with letters, and the numbers that they stand for."""
    inside = " ".join(_SUBSCRIPTS.findall(finding.at))
    numbers = tuple(dict.fromkeys(re.findall(r"\d+", inside)))
    free = _free(finding.at, over)
    if len(numbers) > len(free):
        numbers = ()
    return _Pattern(finding.at, dict(zip(numbers, free, strict=False))), numbers


def _instances(
    pattern: _Pattern, letters: int, first: Finding, findings: Sequence[Finding], size: int
) -> list[Finding]:
    """Return the findings at all places of a pattern; the first alone if one of the places is missing."""
    if not 1 < perm(size, letters) <= MAX_CHOICES:
        return [first]
    return _all_at(pattern.instances(size), first, findings)


def _all_at(texts: Iterable[str], first: Finding, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings of one sort at all places; the first alone if one of the places is missing."""
    places: dict[frozenset[str], list[Finding]] = {}
    for finding in findings:
        if _sort(finding) == _sort(first):
            places.setdefault(_place(finding.at), []).append(finding)
    wanted = dict.fromkeys(map(_place, texts))
    if any(place not in places for place in wanted):
        return [first]
    return [f for f in findings if f.at and _sort(f) == _sort(first) and _place(f.at) in wanted]


def _sort(finding: Finding) -> tuple[object, ...]:
    """Return what findings must share to become one."""
    # Of many findings the first ones are probed; what the probe sees at those is shown with the example.
    status = finding.probe.status if finding.probe is not None else "confirmed"
    condition = finding.condition and re.sub(r"\d+", "#", finding.condition)
    return (finding.kind, finding.severity, finding.span, finding.level, finding.proof, status, condition)


def _merged(
    alike: Sequence[Finding], pattern: _Pattern, problem: Problem, over: Sequence[str]
) -> Finding | None:
    """Return one finding for all; numbers that are not the same up to the letters are left out.

    None where a condition is no pattern of the same letters: of x[0, 0] > 0 the second 0 may be no sample's.
    """
    first = alike[0]
    own = [_lettered(f, over)[0] for f in alike]
    condition = first.condition and _pattern_of([f.condition or "" for f in alike], own)
    if first.condition and not condition:
        return None

    def common(texts: Iterable[str | None]) -> str | None:
        said = {None if t is None else p.renamed(t) for p, t in zip(own, texts, strict=True)}
        return said.pop() if len(said) == 1 else None

    names = {n for f in alike for n in f.wrt}
    return replace(
        first,
        at=pattern.text,
        condition=condition,
        wrt=tuple(v for v in problem.wrt if v in names),
        left=common(f.left for f in alike),
        right=common(f.right for f in alike),
        size=common(f.size for f in alike),
        detail=pattern.renamed(first.detail),
        direction={pattern.renamed(n): c for n, c in first.direction.items()},
        alike=tuple(alike),
    )


def _pattern_of(texts: Sequence[str], own: Sequence[_Pattern]) -> str:
    """Return the text with letters of which each text is an instance by its own numbers; "" if there is none."""
    for said in dict.fromkeys(p.renamed(t) for t, p in zip(texts, own, strict=True)):
        tables = ({letter: n for n, letter in p.numbers.items()} for p in own)
        if all(_Pattern.put(said, table) == t for t, table in zip(texts, tables, strict=True)):
            return said
    return ""


@lru_cache(maxsize=1024)
def _place(at: str) -> frozenset[str]:
    """Return what a place says in one way of saying it: each equation solved for its last name."""
    equations: list[sp.Expr] = []
    others: list[tuple[str, sp.Expr]] = []
    for clause in at.split(" and "):
        sign = next((r for r in _RELATIONS if r in clause), "")
        if not sign:
            return frozenset([at])
        try:
            # Calls of unknown functions become names, each the same one wherever it stands.
            sides, _ = hidden([parse(side) for side in clause.split(sign)], clause)
            left, right = map(to_sympy, sides)
        except (DiffcheckError, ValueError, KeyError):
            return frozenset([at])  # a sum that was put back has no value for SymPy
        if sign == " = ":
            equations.append(left - right)
        else:
            others.append((sign, right - left if sign == " < " else left - right))
    return frozenset(_said(equations, others))


def _said(equations: Sequence[sp.Expr], others: Sequence[tuple[str, sp.Expr]]) -> Iterator[str]:
    known: dict[sp.Expr, sp.Expr] = {}
    for equation in equations:
        last = max(equation.free_symbols, key=str, default=None)
        slope = sp.diff(equation, last) if last is not None else sp.S.Zero
        if last is None or not slope.is_number or slope.is_zero:
            yield str(_signless(equation))
        else:
            known[last] = sp.expand(last - equation / slope)
            yield f"{last} = {known[last]}"
    for sign, expr in others:
        value = sp.expand(expr.subs(known))
        yield f"{_signless(value) if sign == ' != ' else value}{'!=' if sign == ' != ' else '>'}"


def _signless(expr: sp.Expr) -> sp.Expr:
    value = sp.expand(expr)
    return min(value, -value, key=str)


def _for_some(finding: Finding, letters: Sequence[str], size: int, over: Sequence[str]) -> Finding:
    """Say for which indices a finding holds."""
    place, every = _for_every(finding.at, size, over)
    inside = " ".join(_SUBSCRIPTS.findall(place))
    some = [c for c in letters if c != every and re.search(rf"\b{c}\b", inside)]
    said = [f"every {every}"] * bool(every) + [f"some {', '.join(some)}"] * bool(some)
    if not said:
        return finding
    comma = "," if " for " in place else ""
    return replace(finding, at=f"{place}{comma} for {', '.join(said)}")


def _for_every(at: str, size: int, over: Sequence[str]) -> tuple[str, str]:
    """Return "v[i] = 0" and "i" for "v[0] = 0 and v[1] = 0" where these are all numbers; else the text and ""."""
    free = next(iter(_free(at, over)), "")
    parts = at.split(" and ")
    patterns: dict[str, list[str]] = {}
    for part in parts:
        numbers = {n for s in _SUBSCRIPTS.findall(part) for n in re.findall(r"\d+", s)}
        if len(numbers) == 1:
            patterns.setdefault(_Pattern.put(part, dict.fromkeys(numbers, free)), []).append(part)
    whole = {p: members for p, members in patterns.items() if free and len(set(members)) == size > 1}
    if not whole:
        return at, ""
    kept = [p for p in parts if not any(p in members for members in whole.values())]
    return " and ".join([*kept, *whole]), free
