"""Where a finding is, in words and numbers: the equations of its place, what is left out of it, an exact point of it.

Read in order: location, place, witness; vanishing writes a sum of squares as the equations of its bases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import sympy as sp

from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import WHOLE, symbol, text_of
from diffcheck.algebra.signs import squares
from diffcheck.algebra.valued import is_undefined
from diffcheck.conditions.constraint import Constraint, holds
from diffcheck.conditions.implied import covered
from diffcheck.conditions.relations import OPPOSITE, Relation
from diffcheck.findings import written
from diffcheck.findings.limited import (
    as_relation,
    as_unequal,
    factors_of_size,
    has_variable,
    is_apart,
    on_constants,
    set_apart,
)
from diffcheck.findings.merged import UNBOUNDED
from diffcheck.language.reductions import indices_of
from diffcheck.language.tree import Place, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import Gap
from diffcheck.walls.members import integer_zeros
from diffcheck.walls.wall import Wall

__all__ = ["MAX_FORMULA", "location", "locus", "place", "spoken", "vanishing", "witness"]

# Formulas longer than this many characters are not preferred to what the question says.
MAX_FORMULA = 72
# Nor are longer conditions told, which most often leave out a null set of the place.
MAX_CONDITION = 120


def location(leaf: Leaf, gap: Gap, problem: Problem, apart: Sequence[Constraint] = ()) -> str:
    """Return the locus as text of the language: "f = y", "x = 0 and y > 0", "x = k*pi for integer k"."""
    text, integers = locus(leaf, gap, problem)
    text += _restrictions(leaf, problem, apart)
    names = spoken(leaf.wall, problem)
    asked = {s for c in apart for s in c.expr.free_symbols}
    letters = [
        *integers.split(", "),
        *(names[k].name for k in leaf.wall.integers if k in asked and names[k].is_Symbol),
    ]
    integers = ", ".join(dict.fromkeys(filter(None, letters)))
    return f"{text} for integer {integers}" if integers else text


def locus(leaf: Leaf, gap: Gap, problem: Problem) -> tuple[str, str]:
    """Return the equations of a place, and the letters of its integers."""
    wall = leaf.wall
    point = wall.point()
    variables = set(problem.wrt)
    named = all(n in variables for n in point) and wall.implicit is None
    if not named:
        letters = spoken(wall, problem)
        text = f"{text_of(wall.gap.xreplace(letters))} = 0"
        used = _numbering(wall, letters, [wall.gap])
        if used:
            return text, ", ".join(used)
    elif _is_turned(wall, gap, problem):
        text = f"{_gap_text(wall, gap)} = 0"
    elif len(point) > 1 and not _has_integer(wall) and _is_simpler(squares(wall.gap), point):
        text = vanishing(problem, wall.gap)
    else:
        letters = spoken(wall, problem)
        order = sorted(point, key=problem.wrt.index)
        text = " and ".join(f"{n} = {text_of(point[n].xreplace(letters))}" for n in order)
        used = _numbering(wall, letters, point.values())
        if used:
            return _shorter(text, wall, letters), ", ".join(used)
    divided = isinstance(gap.part.span, Place) and any(
        e.as_numer_denom()[1].free_symbols for e in point.values()
    )
    if divided and (plain := written.vanishing(gap.part, problem)) is not None:
        return plain, ""
    if len(text) > MAX_FORMULA and len(point) == 1:
        plain = written.vanishing(gap.part, problem)
        text = plain if plain is not None and len(plain) < len(text) else text
    return text, ""


def _numbering(wall: Wall, letters: Mapping[sp.Symbol, sp.Expr], exprs: Collection[sp.Expr]) -> list[str]:
    """Return the letters of the integers in formulas; that of a step is told by its name, floor(c)."""
    return [
        letters[k].name
        for k in wall.integers
        if letters[k].is_Symbol and any(k in e.free_symbols for e in exprs)
    ]


def _shorter(text: str, wall: Wall, letters: Mapping[sp.Symbol, sp.Expr]) -> str:
    """Return the equation of a family instead of a formula for its points that is too long to be read."""
    if len(text) <= MAX_FORMULA or len(wall.base) != 1 or not wall.gap.free_symbols >= set(wall.integers):
        return text
    return min(text, f"{text_of(wall.gap.xreplace(letters))} = 0", key=len)


def _has_integer(wall: Wall) -> bool:
    """Whether integers of the analysis, which the question does not know, stand in a wall or its gap."""
    return bool(wall.integers) or any(s.is_integer for s in wall.gap.free_symbols)


def vanishing(problem: Problem, gap: sp.Expr) -> str:
    """Return where a sum of squares vanishes, as its own equations: "y[0] = w*x[0] and y[1] = w*x[1]"."""
    order = (*problem.constants, *problem.wrt)
    return " and ".join(dict.fromkeys(_solved(base, order) for base in squares(gap)))


def _solved(base: sp.Expr, order: Sequence[str]) -> str:
    """Return base = 0, solved for the first name that stands alone in it."""
    for s in (symbol(n) for n in order):
        rate = sp.diff(base, s)
        if abs(rate) == 1:
            return f"{s.name} = {text_of(sp.expand(s - base / rate))}"
    return f"{text_of(base)} = 0"


def _is_simpler(bases: Sequence[sp.Expr], point: Mapping[str, sp.Expr]) -> bool:
    """Whether equations say more plainly than their solution where all hold."""
    return bool(bases) and sum(map(sp.count_ops, bases)) < sum(
        1 + sp.count_ops(value) for value in point.values()
    )


def _is_turned(wall: Wall, gap: Gap, problem: Problem) -> bool:
    """Whether a wall inside a model is better known by its equation: w*x + b = 0 rather than b = -w*x."""
    values = list(wall.point().values())
    if not isinstance(gap.part.span, Place) or wall.integers or len(values) != 1:
        return False
    return (
        has_variable(values[0], problem) and values[0].could_extract_minus_sign() and not values[0].is_Symbol
    )


def _gap_text(wall: Wall, gap: Gap) -> str:
    """Return what vanishes on a wall, as the text compares it with zero if it does."""
    if gap.part.op in ("lt", "le", "gt", "ge") and gap.part.args[1] == number(0):
        left = gap.part.args[0]
        written = to_sympy(left)
        if sp.expand(written - wall.gap) == 0 or sp.expand(written + wall.gap) == 0:
            # Differences are lowered to sums, which read badly.
            return text_of(wall.gap) if "-1*" in unparse(left) else unparse(left)
    return text_of(wall.gap)


def place(leaf: Leaf, gap: Gap, problem: Problem, known: Collection[Constraint]) -> str:
    """Return the locus and what sets the leaf apart from others of its wall, whose conditions are ``known``."""
    apart = set_apart(problem, leaf, known)
    condition = on_constants(problem, leaf, apart)
    return location(leaf, gap, problem, apart) + (f" when {condition}" if condition else "")


def spoken(wall: Wall, problem: Problem) -> dict[sp.Symbol, sp.Expr]:
    """Return what people call the symbols of the analysis: letters for integers, the variable for its root."""
    parts = wall.integer_parts
    own = [k for k in wall.integers if k not in parts]
    names: dict[sp.Symbol, sp.Expr] = {
        k: sp.Symbol(c, integer=True) for k, c in zip(own, _letters(problem), strict=False)
    }
    for value, u in parts.items():
        names[value] = sp.floor(u.xreplace(names))
    if wall.implicit is not None:
        value = wall.point()[wall.variable].xreplace(names)
        names[wall.implicit.symbol] = symbol(wall.variable) - (value - wall.implicit.symbol)
    return names


def _letters(problem: Problem) -> list[str]:
    names = (*problem.wrt, *problem.constants)
    taken = {*names, *(index[0] for n in names for index in indices_of(n))}
    return [c for c in WHOLE if c not in taken]


def _restrictions(leaf: Leaf, problem: Problem, apart: Sequence[Constraint]) -> str:
    """Return " and x != 0" for every factor of the size that can vanish on the wall, " and k != 2" for integers."""
    names = spoken(leaf.wall, problem)
    beyond = [c for k in leaf.wall.integers for c in _exceptions(leaf, k, apart)]
    moving = (
        c
        for c in apart
        if not c.expr.free_symbols <= {symbol(c) for c in problem.constants}
        and not any(
            b.rel != "!=" and c.expr.free_symbols == b.expr.free_symbols and covered((b,), [(c,)])
            for b in beyond
        )
    )
    texts = [as_relation(Constraint(c.expr.xreplace(names), c.rel)) for c in moving]
    sizes = [f for f in factors_of_size(leaf, problem) if has_variable(f, problem)]
    texts += [as_unequal(f.xreplace(names)) for f in sizes if not is_apart(f, apart)]
    if leaf.wall.implicit is not None:
        xi = leaf.wall.implicit.symbol
        left_out = (c.expr for c in leaf.wall.conditions if c.rel == "!=" and c.expr.free_symbols == {xi})
        texts += [as_unequal(e.xreplace(names)) for e in left_out]
    texts += [
        f"{text_of(step.of.xreplace(names))} = {text_of(names[step.value])}"
        for step in leaf.wall.steps or ()
        if step.exact and step.value in names and set() < step.of.free_symbols <= set(leaf.wall.integers)
    ]
    asking = [s for s in leaf.wall.asking_parts if not s.exact]
    texts += [
        f"{text_of(sp.floor(s.of.xreplace(names)))} = {text_of(s.value.xreplace(names))}" for s in asking
    ]
    for k in leaf.wall.integers:
        own = (Constraint(c.expr.xreplace(names), c.rel) for c in beyond if c.expr.free_symbols == {k})
        texts += [as_unequal(c.expr) if c.rel == "!=" else as_relation(c) for c in own]
        texts += [f"{text_of(names[k])} != {n}" for n in _idle_members(leaf, problem, k)]
    return "".join(f" and {text}" for text in dict.fromkeys(texts) if len(text) <= MAX_CONDITION)


def _exceptions(leaf: Leaf, k: sp.Symbol, apart: Sequence[Constraint]) -> Iterator[Constraint]:
    """Yield what the formula of a wall does not say of its integer: x = sqrt(k) is a point for k = 0 too.

    apart: what is said of it anyway.
    """
    wall = leaf.wall
    bounds = [c for c in apart if c.expr.free_symbols == {k} and c.rel != "!="]
    for c in (c for c in wall.conditions if k in c.expr.free_symbols):
        alone = c.expr.free_symbols == {k}
        senses: dict[int, Relation] = {}
        for n in integer_zeros(c.expr, k) or ():
            values = [e.subs(k, n) for _, e in wall.base]
            if not alone and not c.expr.subs(k, n).is_zero:
                continue
            if any(holds(b, {k: sp.Integer(n)}) is False for b in bounds):
                continue
            if c.rel == "!=":
                senses[n] = "!="
            elif c.rel in OPPOSITE and not any(_is_no_point(e) for e in values):
                above = holds(c, {k: sp.Integer(n + 1)}) if alone else None
                senses[n] = "!=" if above is None else ">" if above else "<"
        # Of k**2 > 1, which holds on both sides of a gap without values, the ends are left out.
        both_sides = [*senses.values()] == ["<", ">"]
        yield from (Constraint(k - n, "!=" if both_sides else sense) for n, sense in senses.items())


def _is_no_point(value: sp.Expr) -> bool:
    return is_undefined(value) or value.has(sp.oo) or value.is_real is False


def _idle_members(leaf: Leaf, problem: Problem, k: sp.Symbol) -> list[int]:
    """Return the integers at which the size of what happens is zero.

    Of several cases the size may be told by a sign that is not zero where neither case holds; its sides are.
    """
    left, right = leaf.outcome.left, leaf.outcome.right
    sizes = [*factors_of_size(leaf, problem)]
    if (
        left is not None
        and right is not None
        and left != right
        and not (left.has(*UNBOUNDED) or right.has(*UNBOUNDED))
    ):
        sizes.append(right - left)
    own = [f for f in sizes if f.free_symbols == {k}]
    left_out = {n for f in own for n in integer_zeros(f, k) or [] if is_zero(f.subs(k, n)) is Decision.YES}
    bounds = [c for c in (*leaf.conditions, *leaf.wall.conditions) if c.expr.free_symbols == {k}]
    return sorted(n for n in left_out if all(holds(c, {k: sp.Integer(n)}) is not False for c in bounds))


def witness(problem: Problem, leaf: Leaf) -> dict[str, str]:
    """Return exact coordinates of one point of the leaf, as text; long decimals for a root without closed form."""
    out: dict[str, str] = {}
    values = dict(leaf.witness)
    for n in (*problem.wrt, *problem.constants):
        bound = leaf.wall.point().get(n)
        value = values.get(symbol(n)) if bound is None else bound.subs(values)
        if value is None:
            continue
        out[n] = text_of(value) if leaf.wall.implicit is None else _decimal(leaf, value)
    return out


def _decimal(leaf: Leaf, value: sp.Expr) -> str:
    implicit = leaf.wall.implicit
    assert implicit is not None
    if implicit.symbol not in value.free_symbols:
        return text_of(value)
    digits = implicit.ball(190).mid().str(50, radius=False)
    return (
        text_of(sp.Float(digits, 50))
        if value == implicit.symbol
        else str(value.subs(implicit.symbol, sp.Float(digits, 50)).evalf(45))
    )
