"""Constants: which classes occur on open regions of them.

A leaf (explore.py) happens for the constants that some point of it has.  For each kind of constants met on the way,
the class of the function is the worst of the leaves that have a point there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

import sympy as sp

from diffcheck.explore import Leaf, constraints_on
from diffcheck.printer import symbol, text_of
from diffcheck.reach import Constraint, Status, holds, reach
from diffcheck.verdict import CINF, Smoothness

__all__ = ["Region", "regions"]

Example = Mapping[sp.Symbol, sp.Expr]
MAX_SAMPLES = 24
# A wall that is solved for a constant must be solved again for each value of it, which is slow.
MAX_SOLVED_SAMPLES = 5


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
    if not symbols or any(leaf.outcome.level == worst and _everywhere(leaf, symbols, where) for leaf in bad):
        return [Region(worst, "", {})]
    found: dict[Smoothness, list[Example]] = {}
    solved = any(symbol(n) in symbols for leaf in bad for n, _ in leaf.wall.base)
    for example in _examples(leaves, symbols, where)[: MAX_SOLVED_SAMPLES if solved else MAX_SAMPLES]:
        level = _level(bad, example, where)
        if level is not None:
            found.setdefault(level, []).append(example)
    if not found:
        return [Region(worst, "", {})]
    merged = _merged(found)
    split = len({level.differentiable for level in merged}) > 1  # else nobody asks for the conditions
    texts = {
        level: _condition(bad, merged[level], symbols, where) or _separation(merged, level, symbols)
        for level in merged
        if split
    }
    return [
        Region(
            level,
            texts.get(level, ""),
            merged[level][0],
            _by_power(bad) if 1 <= level.level < CINF.level else "",
        )
        for level in sorted(merged)
    ]


def _by_power(bad: Sequence[Leaf]) -> str:
    """Say what an exponent p makes of the class, where one exponent decides: C^k for every k < p."""
    powers = {b.outcome.power for b in bad if 1 <= b.outcome.level.level < CINF.level}
    (power, *others) = powers or {None}
    return "" if power is None or others else f"C^k for every k < {text_of(power)}"


def _merged(found: Mapping[Smoothness, list[Example]]) -> dict[Smoothness, list[Example]]:
    """Put all differentiable classes below Cinf together under the worst: abs(x)**p is C1 or better for p > 1."""
    finite = sorted(level for level in found if level.differentiable and level < CINF)
    out = {level: examples for level, examples in found.items() if level not in finite}
    if finite:
        out[finite[0]] = [e for level in finite for e in found[level]]
    return out


def _level(bad: Sequence[Leaf], example: Example, where: Sequence[Constraint]) -> Smoothness | None:
    """Return the class for these constants; None if their domain is empty or a leaf that decides may not occur."""
    domain = [Constraint(c.expr.xreplace(dict(example)), c.rel) for c in where]
    if domain and reach(domain).status is Status.UNSAT:
        return None
    borders = (c.expr.xreplace(dict(example)) for b in bad for c in (*b.conditions, *b.wall.conditions))
    if any(e == 0 for e in borders):
        return None  # not in general position
    status = [(b.outcome.level, _occurs(b, example, where)) for b in bad]
    sure = min((level for level, s in status if s is Status.SAT), default=CINF)
    perhaps = min((level for level, s in status if s is not Status.UNSAT), default=CINF)
    return sure if sure == perhaps else None


def _separation(
    found: Mapping[Smoothness, Sequence[Example]], level: Smoothness, symbols: Sequence[sp.Symbol]
) -> str:
    """Return the sign of a constant, or the order of two, that only these examples have; "" if there is none."""
    for expr in [*symbols, *(a - b for a, b in combinations(symbols, 2))]:
        for rel in (">", "<"):
            inside = {bool(sp.StrictGreaterThan(expr.subs(dict(e)), 0)) == (rel == ">") for e in found[level]}
            others = [e for other, es in found.items() if other != level for e in es]
            outside = {bool(sp.StrictGreaterThan(expr.subs(dict(e)), 0)) == (rel == ">") for e in others}
            if inside == {True} and outside <= {False}:
                return f"{text_of(expr)} {rel} 0"
    return ""


def _everywhere(leaf: Leaf, symbols: Sequence[sp.Symbol], where: Sequence[Constraint]) -> bool:
    """Whether the leaf plainly has a point for all constants: variables can be chosen that satisfy what defines it.

    A variable that goes far enough satisfies all conditions that are linear in it and ask for one direction; the
    others do not hold it, and are satisfied first.
    """
    constants = set(symbols)
    if any(symbol(n) in constants for n, _ in leaf.wall.base):
        return False
    left = [*leaf.conditions, *constraints_on(leaf.wall, where)]
    while any(c.expr.free_symbols & constants for c in left):
        variables = {s for c in left for s in c.expr.free_symbols if s in leaf.witness and not s.is_integer}
        for s in sorted(variables - constants, key=str):
            own = [c for c in left if s in c.expr.free_symbols]
            if _hold_far_out(own, s, constants):
                left = [c for c in left if c not in own]
                break
        else:
            return False
    return True


def _hold_far_out(own: Sequence[Constraint], s: sp.Symbol, constants: set[sp.Symbol]) -> bool:
    """Whether conditions hold together for all large values of a variable, or for all large negative ones."""
    slopes = [sp.expand(sp.diff(c.expr, s)) for c in own]
    if not all(c.rel in (">", "<", ">=", "<=") for c in own) or any(slope.is_zero for slope in slopes):
        return False
    if len(own) == 1:
        # Constants are in general position, so a slope of them alone is not zero.
        return bool(slopes[0].free_symbols <= constants)
    signs = {slope.is_positive == (c.rel in (">", ">=")) for slope, c in zip(slopes, own, strict=True)}
    return all(slope.is_number for slope in slopes) and len(signs) == 1


def _examples(
    leaves: Sequence[Leaf], symbols: Sequence[sp.Symbol], where: Sequence[Constraint]
) -> list[dict[sp.Symbol, sp.Expr]]:
    """Return values of the constants: those of every leaf, and those on the other side of its conditions."""
    out: dict[tuple[sp.Expr, ...], dict[sp.Symbol, sp.Expr]] = {}

    def keep(point: Mapping[sp.Symbol, sp.Expr]) -> None:
        if all(s in point for s in symbols) and len(out) < MAX_SAMPLES:
            out[tuple(point[s] for s in symbols)] = {s: point[s] for s in symbols}

    own = [c for c in where if c.expr.free_symbols and c.expr.free_symbols <= set(symbols)]
    for leaf in leaves:
        values = {symbol(n): e.subs(dict(leaf.witness)) for n, e in leaf.wall.base}
        keep({**leaf.witness, **{s: v for s, v in values.items() if v.is_Rational}})
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


def _patterns(symbols: Sequence[sp.Symbol]) -> Iterator[Example]:
    """Yield constants of all signs, in rising and in falling order."""
    sizes = [sp.Rational(2 + 5 * i, 3 + 2 * i) for i in range(len(symbols))]
    for order in (sizes, sizes[::-1]):
        for signs in islice(product((1, -1), repeat=len(symbols)), MAX_SAMPLES):
            yield {s: sign * size for s, sign, size in zip(symbols, signs, order, strict=True)}


def _defaults(symbols: Sequence[sp.Symbol]) -> dict[sp.Symbol, sp.Expr]:
    return {s: sp.Rational(3 + 2 * i, 7 + i) for i, s in enumerate(symbols)}


def _occurs(leaf: Leaf, example: Mapping[sp.Symbol, sp.Expr], where: Sequence[Constraint]) -> Status:
    """Say whether the leaf has a point for these constants."""
    bound = {symbol(n): e for n, e in leaf.wall.base}
    fixed = [Constraint(bound[s] - v, "=") for s, v in example.items() if s in bound]
    known = [*constraints_on(leaf.wall, where), *leaf.conditions]
    asked = [*fixed, *(Constraint(c.expr.xreplace(dict(example)), c.rel) for c in known)]
    if leaf.wall.implicit is not None:
        # Decided before at the root itself, which no constant moves.
        asked = [c for c in asked if leaf.wall.implicit.symbol not in c.expr.free_symbols]
    return reach(asked).status if asked else Status.SAT


def _condition(
    bad: Sequence[Leaf],
    examples: Sequence[Example],
    symbols: Sequence[sp.Symbol],
    where: Sequence[Constraint],
) -> str:
    """Return what all examples of a region satisfy, from the conditions of the leaves that involve only constants."""
    own = [c for c in where if c.expr.free_symbols <= set(symbols)]
    stated = {c.expr for c in where}
    found: list[Constraint] = []
    for leaf in bad:
        for c in (*leaf.conditions, *constraints_on(leaf.wall, where)):
            if not c.expr.free_symbols or not c.expr.free_symbols <= set(symbols) or c.expr in stated:
                continue
            values = [c.expr.subs(dict(e)) for e in examples]
            if all(v.is_positive for v in values):
                found.append(Constraint(c.expr, ">"))
            elif all(v.is_negative for v in values):
                found.append(Constraint(c.expr, "<"))
    found = list(dict.fromkeys(found))
    for c in list(found):
        rest = [d for d in found if d is not c]
        if reach([*own, *rest, Constraint(c.expr, "<" if c.rel == ">" else ">")]).status is Status.UNSAT:
            found = rest
    return " and ".join(_text(c) for c in found)


def _text(c: Constraint) -> str:
    """Write p - 1 > 0 as p > 1 where only one name occurs."""
    if len(c.expr.free_symbols) == 1:
        (s,) = c.expr.free_symbols
        slope = c.expr.coeff(s)
        if slope.is_number and slope != 0 and sp.expand(c.expr - slope * s).is_number:
            up = (c.rel == ">") == bool(slope > 0)
            return f"{s.name} {'>' if up else '<'} {text_of(-(c.expr - slope * s) / slope)}"
    terms = c.expr.as_coefficients_dict()
    if len(terms) == 2 and sorted(terms.values()) == [-1, 1]:
        low, high = sorted(terms, key=lambda t: terms[t])
        if high.is_number:
            return f"{text_of(low)} {'<' if c.rel == '>' else '>'} {text_of(high)}"
        return f"{text_of(high)} {c.rel} {text_of(low)}"
    return f"{text_of(c.expr)} {c.rel} 0"
