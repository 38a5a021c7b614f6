"""Constants: which classes occur on open regions of them.

A leaf (walls/explore.py) happens for the constants that some point of it has.  For each kind of constants met on the
way, the class of the function is the worst of the leaves that have a point there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product

import sympy as sp

from diffcheck.algebra.printer import symbol, text_of
from diffcheck.algebra.valued import has_value
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.reach import Status, reach
from diffcheck.conditions.spared import spared
from diffcheck.constants.cases import Group, cases, occurrence, occurrences
from diffcheck.constants.certain import certain
from diffcheck.errors import Undetermined
from diffcheck.verdict import CINF, Smoothness
from diffcheck.walls.explore import Leaf
from diffcheck.walls.points import constraints_on, reach_on

__all__ = ["Region", "regions"]

Example = Mapping[sp.Symbol, sp.Expr]
MAX_SAMPLES = 24
# A wall that is solved for a constant must be solved again for each value of it, which is slow.
MAX_SOLVED_SAMPLES = 5
MAX_DENOMINATOR = 64
SIDESTEPS = (sp.S.Zero, sp.Rational(1, 13), sp.Rational(-1, 13), sp.Rational(1, 211))
NEARBY = (sp.Rational(1, 1009), sp.Rational(-1, 997))
# What these are divided by where the domain is narrow.
CLOSER = (1, 10**3, 10**6)
MAX_EXPONENT = 40
EXTREMES = (sp.Integer(1000), sp.Rational(1, 1000))


@dataclass(frozen=True, slots=True)
class Region:
    """An open region of the constants, by an example, and the class there.

    detail: the class as a function of the constants, where it is one; then ``smoothness`` is the worst of it.
    """

    smoothness: Smoothness
    condition: str
    example: Example
    detail: str = ""


def regions(leaves: Sequence[Leaf], constants: Sequence[str], where: Sequence[Constraint]) -> list[Region]:
    """Return one region for every class that occurs on an open set of constants, worst first.

    Conditions are looked for only where the verdict depends on the constants.
    """
    symbols = [symbol(c) for c in constants]
    bad = [leaf for leaf in leaves if leaf.outcome.level < CINF]
    if not bad:
        return [Region(CINF, "", {})]
    worst = min(leaf.outcome.level for leaf in bad)
    if not symbols or any(
        leaf.outcome.level == worst and occurrence(leaf, set(symbols), where) == () for leaf in bad
    ):
        return [Region(worst, "", {})]
    solved = any(symbol(n) in symbols for leaf in bad for n, _ in leaf.wall.base)
    examples = _examples(leaves, symbols, where)[: MAX_SOLVED_SAMPLES if solved else MAX_SAMPLES]
    found = _levels(bad, [*examples, *_without_failures(bad, symbols, where)], where)
    if not (
        worst.differentiable
        or any(level.differentiable for level in found)
        or certain(leaves, set(symbols), where)
    ):
        # What all samples show is no proof: max(c, x*y) is smooth for large c where x and y are bounded.
        for level, others in _levels(bad, _extremes(symbols, where), where).items():
            found.setdefault(level, []).extend(others)
        if not any(level.differentiable for level in found):
            raise Undetermined("cannot tell whether it is differentiable for some constants")
    if not found:
        return [Region(worst, "", {})]
    if worst not in found:
        # Some constants have the worst leaf, for it has a point.
        raise Undetermined("cannot tell for which constants it is differentiable")
    merged = _merged(found)
    # Where all classes are of one verdict, nobody asks for the conditions.
    split = len({level.differentiable for level in merged}) > 1
    groups = [_group(level, merged, bad) for level in sorted(merged)]
    texts = cases(groups, symbols, where) if split else [""] * len(groups)
    return [
        Region(level, text, merged[level][0], _by_power(bad) if 1 <= level.level < CINF.level else "")
        for level, text in zip(sorted(merged), texts, strict=True)
    ]


def _levels(
    bad: Sequence[Leaf], examples: Iterable[Example], where: Sequence[Constraint]
) -> dict[Smoothness, list[Example]]:
    """Return the classes that occur for some of the examples, with these; those that are not decided are left out.

    So are those for which nothing happens by chance, which shows nearby, and those that have no neighbours to show it.
    """
    worst = min(b.outcome.level for b in bad)
    found: dict[Smoothness, list[Example]] = {}
    for example in examples:
        level = _level(bad, example, where)
        if level is None:
            continue
        around = _nearby(example, where) if level > worst else [example]
        nearby = {_level(bad, near, where) for near in around}
        if level in nearby and nearby <= {level, None}:
            found.setdefault(level, []).append(example)
    return found


def _nearby(example: Example, where: Sequence[Constraint]) -> list[Example]:
    """Return constants a little larger and a little smaller, closer where the domain asks for it; or none."""
    own = [c for c in where if c.expr.free_symbols and c.expr.free_symbols <= set(example)]
    for size in CLOSER:
        around: list[Example] = [
            {s: v + step * sp.Rational(i + 7, 7 * size) for i, (s, v) in enumerate(example.items())}
            for step in NEARBY
        ]
        if all(holds(c, moved) for moved in around for c in own):
            return around
    return []


def _group(level: Smoothness, merged: Mapping[Smoothness, Sequence[Example]], bad: Sequence[Leaf]) -> Group:
    """Return the leaves of a class and those of the worse ones; the finite classes C1, C2 ... are one."""
    better = min((other for other in merged if other > level), default=None)
    leaves = [b for b in bad if level <= b.outcome.level and (better is None or b.outcome.level < better)]
    return Group(leaves, [b for b in bad if b.outcome.level < level], merged[level])


def _by_power(bad: Sequence[Leaf]) -> str:
    """Say what an exponent p makes of the class, where one exponent decides: C^k for every k < p."""
    powers = {b.outcome.power for b in bad if 1 <= b.outcome.level.level < CINF.level}
    (power, *others) = powers or {None}
    return "" if power is None or others else f"C^k for every k < {text_of(power)}"


def _is_writable(leaves: Sequence[Leaf], example: Example) -> bool:
    """Whether no power in what leaves ask has a large exponent for these constants."""
    asked = (c.expr for leaf in leaves for c in (*leaf.conditions, *leaf.wall.conditions))
    formulas = (e for leaf in leaves for _, e in leaf.wall.base)
    powers = {p for e in (*asked, *formulas) for p in e.atoms(sp.Pow)}
    exponents = {p.exp.xreplace(dict(example)) for p in powers if not p.exp.free_symbols.isdisjoint(example)}
    return all(has_value(n) and abs(n) <= MAX_EXPONENT for n in exponents if n.is_number)


def _merged(found: Mapping[Smoothness, list[Example]]) -> dict[Smoothness, list[Example]]:
    """Put all differentiable classes below Cinf together under the worst: abs(x)**p is C1 or better for p > 1."""
    finite = sorted(level for level in found if level.differentiable and level < CINF)
    out = {level: examples for level, examples in found.items() if level not in finite}
    if finite:
        out[finite[0]] = [e for level in finite for e in found[level]]
    return out


def _level(bad: Sequence[Leaf], example: Example, where: Sequence[Constraint]) -> Smoothness | None:
    """Return the class for these constants; None if their domain is empty or a leaf that decides may not occur.

    None also where the domain may be empty and no leaf is in it, and for constants that make powers of so many digits
    that SymPy, which writes them out, would not end.
    """
    if not _is_writable(bad, example):
        return None
    domain = [Constraint(c.expr.xreplace(dict(example)), c.rel) for c in where]
    inhabited = reach(domain).status if domain else Status.SAT
    if inhabited is Status.UNSAT:
        return None
    borders = (c.expr.xreplace(dict(example)) for b in bad for c in (*b.conditions, *b.wall.conditions))
    if any(e == 0 for e in borders):
        return None  # not in general position
    unsure: Smoothness | None = None
    for b in sorted(bad, key=lambda b: b.outcome.level):
        if unsure is not None and b.outcome.level > unsure:
            return None
        status = _occurs(b, example, where)
        if status is Status.SAT:
            return b.outcome.level
        if status is not Status.UNSAT:
            unsure = b.outcome.level
    return CINF if unsure is None and inhabited is Status.SAT else None


def _examples(
    leaves: Sequence[Leaf], symbols: Sequence[sp.Symbol], where: Sequence[Constraint]
) -> list[dict[sp.Symbol, sp.Expr]]:
    """Return values of the constants: those of every leaf, and those on the other side of its conditions."""
    out: dict[tuple[sp.Expr, ...], dict[sp.Symbol, sp.Expr]] = {}

    def keep(point: Mapping[sp.Symbol, sp.Expr]) -> None:
        if all(s in point for s in symbols) and len(out) < MAX_SAMPLES:
            out[tuple(point[s] for s in symbols)] = {s: point[s] for s in symbols}

    own = [c for c in where if c.expr.free_symbols and c.expr.free_symbols <= set(symbols)]
    # The worst first: there may be more than are tried.
    for leaf in sorted(leaves, key=lambda leaf: leaf.outcome.level):
        values = {symbol(n): e.subs(dict(leaf.witness)) for n, e in leaf.wall.base if symbol(n) in symbols}
        keep(
            {
                **leaf.witness,
                **{s: near for s, v in values.items() if (near := _rational(v)) is not None},
            }
        )
    turned = [c for leaf in leaves for c in (*leaf.conditions, *constraints_on(leaf.wall, where))]
    for c in dict.fromkeys(turned):
        if c.expr.free_symbols and c.expr.free_symbols <= set(symbols):
            for rel in ("<", ">"):
                answer = reach([*own, Constraint(c.expr, rel)])
                if answer.witness is not None:
                    keep({**_defaults(symbols), **answer.witness})
    for point in _patterns(symbols):
        if all(holds(c, point) for c in own):
            keep(point)
    return list(out.values())


def _without_failures(
    bad: Sequence[Leaf], symbols: Sequence[sp.Symbol], where: Sequence[Constraint]
) -> Iterator[Example]:
    """Yield constants for which the function is differentiable, if conditions on constants tell any."""
    failures = [occurrences(b, set(symbols), where) for b in bad if not b.outcome.level.differentiable]
    asked = [c for alternatives in failures for c in alternatives or ()]
    if not asked or None in failures or () in asked:
        return
    point = spared(asked, [c for c in where if c.expr.free_symbols <= set(symbols)])
    for step in SIDESTEPS if point is not None else ():
        # A solver likes round numbers, at which other things may happen.
        yield {
            s: (point or {}).get(s, v) + step * sp.Rational(i + 7, 7)
            for i, (s, v) in enumerate(_defaults(symbols).items())
        }


def _rational(value: sp.Expr) -> sp.Rational | None:
    """Return a plain number near a value; where the value has a leaf, constants near it have it too.

    No integer: at those, as at 0, things happen that happen nowhere near.  None for what is no real number, or is
    beyond all floats.
    """
    if value.is_Rational:
        return value
    size = float(value) if sp.N(value).is_Float else math.inf
    if not math.isfinite(size):
        return None
    number = Fraction(size)
    for digits in range(1, 20):
        near = number.limit_denominator(MAX_DENOMINATOR**digits)
        if near.denominator > 1 and abs(near - number) < abs(number) / MAX_DENOMINATOR:
            break
    return sp.Rational(near.numerator, near.denominator)


def _patterns(symbols: Sequence[sp.Symbol]) -> Iterator[Example]:
    """Yield constants of all signs, in rising and in falling order."""
    sizes = [sp.Rational(2 + 5 * i, 3 + 2 * i) for i in range(len(symbols))]
    for order in (sizes, sizes[::-1]):
        for signs in islice(product((1, -1), repeat=len(symbols)), MAX_SAMPLES):
            yield {s: sign * size for s, sign, size in zip(symbols, signs, order, strict=True)}


def _extremes(symbols: Sequence[sp.Symbol], where: Sequence[Constraint]) -> Iterator[Example]:
    """Yield constants that are all small, or all large, of the signs that the domain allows."""
    own = [c for c in where if c.expr.free_symbols and c.expr.free_symbols <= set(symbols)]
    for size in EXTREMES:
        for point in islice(_patterns(symbols), MAX_SOLVED_SAMPLES - 1):
            far = {s: v * size for s, v in point.items()}
            if all(holds(c, far) for c in own):
                yield far


def _defaults(symbols: Sequence[sp.Symbol]) -> dict[sp.Symbol, sp.Expr]:
    return {s: sp.Rational(3 + 2 * i, 7 + i) for i, s in enumerate(symbols)}


def _occurs(leaf: Leaf, example: Mapping[sp.Symbol, sp.Expr], where: Sequence[Constraint]) -> Status:
    """Say whether the leaf has a point for these constants."""
    bound = {symbol(n): e for n, e in leaf.wall.base}
    fixed = [Constraint(bound[s] - v, "=") for s, v in example.items() if s in bound]
    known = [*constraints_on(leaf.wall, where), *leaf.asked]
    asked = [*fixed, *(Constraint(c.expr.xreplace(dict(example)), c.rel) for c in known)]
    return reach_on(asked, leaf.wall.implicit).status if asked else Status.SAT
