"""Leaves to findings: the words, the place in the text, the exact witness."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy as sp

from diffcheck.algebra.expanded import is_modest
from diffcheck.algebra.identity import Decision, is_zero
from diffcheck.algebra.lower import to_sympy
from diffcheck.algebra.printer import symbol, text_of
from diffcheck.algebra.roots import real_roots
from diffcheck.algebra.signs import squares
from diffcheck.conditions.facts import never_zero
from diffcheck.conditions.implied import reduced
from diffcheck.conditions.reach import Constraint, holds
from diffcheck.conditions.relations import OPPOSITE
from diffcheck.findings import written
from diffcheck.findings.families import joined, members_of
from diffcheck.language.reductions import indices_of
from diffcheck.language.tree import Node, Place, Span, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.verdict import C0, CINF, D1, Finding, Kind, Severity, Smoothness
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import Gap, Pieces
from diffcheck.walls.outcome import Outcome
from diffcheck.walls.wall import Wall, factors, integer_zeros

__all__ = ["describe", "flat_finding", "location", "place", "vanishing", "witness"]

Pair = tuple[Leaf, Gap]
# More cases of one place than this are not listed one by one.
MAX_APART = 2
# A gap that vanishes on more pieces than this is told as written, once.
MAX_PIECES = 3
# Formulas longer than this many characters are not preferred to what the question says.
MAX_FORMULA = 72
# Slopes with more operations than this are not multiplied out: SymPy takes seconds, and nobody reads them.
MAX_OPERATIONS = 150


def describe(
    problem: Problem, leaves: Sequence[Pair], worst: Smoothness, at_fault: Callable[[Leaf, Gap], Gap]
) -> Iterator[Finding]:
    """Yield a finding for every wall on which something happens: what breaks C^1, what decides the class, edges.

    at_fault: takes a leaf and the gap by which it was found, gives the gap whose part is at fault there.
    """
    groups: dict[tuple[str, Kind, Span], list[Pair]] = {}
    shown = [
        (leaf, at_fault(leaf, gap))
        for leaf, gap in _once(leaves)
        if leaf.outcome.kind is not None and _shown(leaf.outcome, worst)
    ]
    whole = _many_pieces(shown, problem)
    for leaf, gap in shown:
        assert leaf.outcome.kind is not None
        at = whole.get(gap.part) or " for ".join(_locus(leaf, gap, problem))
        groups.setdefault((at, leaf.outcome.kind, gap.part.span), []).append((leaf, gap))
    known: dict[Wall, set[Constraint]] = {}
    for leaf, _ in leaves:
        known.setdefault(leaf.wall, set()).update(leaf.conditions)

    def told(leaf: Leaf, gap: Gap) -> Finding:
        return _finding(problem, leaf, gap, _apart(problem, leaf, known.get(leaf.wall, set())))

    def short(leaf: Leaf, gap: Gap) -> bool:
        return len(told(leaf, gap).at) <= MAX_FORMULA

    quiet = [leaf for leaf, _ in leaves if leaf.outcome.kind is None]
    for leaf, gap in joined([pair for members in groups.values() for pair in _common(members, short)], quiet):
        found = told(leaf, gap)
        yield replace(found, at=whole[gap.part], condition=None) if gap.part in whole else found


def _once(leaves: Sequence[Pair]) -> list[Pair]:
    """Return the leaves without those of points that another wall has too: x = k + 1 are those of x = k."""
    found: dict[object, Pair] = {}
    for leaf, gap in leaves:
        single = leaf.wall.implicit is None and not leaf.wall.integers
        point = leaf.wall.base, frozenset((*leaf.wall.conditions, *leaf.conditions)), leaf.outcome
        key = point if single else members_of(leaf, gap) or id(leaf)
        known = found.setdefault(key, (leaf, gap))
        if _size(leaf) < _size(known[0]):
            found[key] = leaf, gap
    return list(found.values())


def _size(leaf: Leaf) -> int:
    return int(sum(sp.count_ops(e) for _, e in leaf.wall.base))


def _many_pieces(leaves: Sequence[Pair], problem: Problem) -> dict[Node, str]:
    """Return the parts whose gap vanishes on many pieces, such as sum(max(p, q)), with the equation as written."""
    walls: dict[tuple[Node, Kind | None], set[sp.Expr]] = {}
    gaps = {}
    for leaf, gap in leaves:
        if leaf.wall.integers:
            continue  # residues of a family, of which others may be left out
        walls.setdefault((gap.part, leaf.outcome.kind), set()).add(leaf.wall.gap)
        gaps[gap.part] = gap
    many = {part for (part, _), found in walls.items() if len(found) > MAX_PIECES}
    texts = {part: written.vanishing(gaps[part], problem) for part in many}
    return {part: text for part, text in texts.items() if text is not None}


def _common(members: Sequence[Pair], short: Callable[[Leaf, Gap], bool]) -> list[Pair]:
    """Return one leaf with the conditions that all have and with what happens written for all of them.

    Where no expression does that, a few are told apart by their conditions if that is short; of many, only what they
    have in common.
    """
    (first, gap), *rest = members
    shared = tuple(c for c in first.conditions if all(c in other.conditions for other, _ in rest))
    cases = [_renamed(leaf, first.wall) for leaf, _ in members]
    left, right, size = (_for_all([(signs, seen[i]) for signs, seen in cases]) for i in range(3))
    if size is None and left and right and left.value is not None and right.value is not None:
        apart = right.value - left.value
        # Limits that agree do not say how far the value is from them.
        size = None if apart.has(sp.nan) or apart.is_zero else _Merged(apart)
    merged = (left, right, size)
    if (
        None in merged
        and len(members) <= MAX_APART
        and (len(members) == 1 or all(short(*m) for m in members))
    ):
        return list(members)
    values = [None if v is None else v.value for v in merged]
    outcome = replace(first.outcome, left=values[0], right=values[1], size=values[2])
    if size is None:
        outcome = replace(outcome, factor=_divisor([leaf.outcome.size for leaf, _ in members]))
    kept = tuple(c for c in first.wall.conditions if all(c in leaf.wall.conditions for leaf, _ in rest))
    wall = first.wall if len(kept) == len(first.wall.conditions) else replace(first.wall, conditions=kept)
    return [(replace(first, wall=wall, conditions=shared, outcome=outcome), gap)]


def _divisor(sizes: Sequence[sp.Expr | None]) -> sp.Expr | None:
    """Return the product of the factors that all sizes have."""
    if any(size is None or sp.count_ops(size) > LONGEST for size in sizes):
        return None
    own = [factors(size) for size in sizes if size is not None]
    return sp.Mul(*(f for f in own[0] if all(f in others for others in own)))


@dataclass(frozen=True, slots=True)
class _Merged:
    value: sp.Expr | None


# Operations; what is longer takes minutes to cancel, and nobody would read max and min of it.
LONGEST = 200
# What no difference is taken of.
UNBOUNDED = (sp.oo, -sp.oo, sp.zoo, sp.nan)

Signed = tuple[Mapping[sp.Expr, int], sp.Expr | None]


def _renamed(leaf: Leaf, wall: Wall) -> tuple[dict[sp.Expr, int], list[sp.Expr | None]]:
    """Return the signs and what happens (left, right, size), in the integers of another leaf of one place."""
    names = dict(zip(leaf.wall.integers, wall.integers, strict=False))
    signs = {c.expr.xreplace(names): 1 if c.rel == ">" else -1 for c in leaf.conditions}
    seen = (leaf.outcome.left, leaf.outcome.right, leaf.outcome.size)
    return signs, [None if v is None else v.xreplace(names) for v in seen]


def _for_all(members: Sequence[Signed]) -> _Merged | None:
    """Return one value for all: max(v, w) for what is v where v > w and w where v < w; None if there is none.

    abs and sign serve likewise.
    """
    first = members[0][1]
    if all(v == first for _, v in members):
        return _Merged(first)
    for g in members[0][0]:
        above, below = ([m for m in members if m[0].get(g) == s] for s in (1, -1))
        if not above or not below or len(above) + len(below) < len(members):
            continue
        up, down = _for_all(above), _for_all(below)
        if up is None or down is None or up.value is None or down.value is None:
            continue
        if up.value.is_infinite and down.value == -up.value:
            return _Merged(up.value * sp.sign(g))
        if up.value.has(*UNBOUNDED) or down.value.has(*UNBOUNDED):
            continue
        half = (up.value - down.value) / 2
        if half.is_Integer:
            if all(s.is_integer for s in g.free_symbols):
                return None  # sign(k) is 0 at a member of the family, which no case speaks of
            return _Merged(down.value + half + half * sp.sign(g))
        if sp.count_ops(half) > LONGEST or not _may_be_constant((up.value - down.value) / g):
            continue
        rate = sp.cancel((up.value - down.value) / g)
        if not rate.is_number:
            continue
        if up.value == -down.value:
            return _Merged(sp.sign(rate) * sp.Abs(up.value))
        return _Merged((sp.Max if rate > 0 else sp.Min)(up.value, down.value))
    return None


def _may_be_constant(quotient: sp.Expr) -> bool:
    """Say no where two values differ: to cancel exponentials that do not cancel takes minutes and gigabytes."""
    names = sorted(quotient.free_symbols, key=str)
    points = ({n: sp.Rational(7 + 2 * i, 5 + t * i) for i, n in enumerate(names)} for t in (1, 3))
    first, second = (sp.N(quotient.subs(point), 20) for point in points)
    if not (first.is_Float and second.is_Float):
        return int(sp.count_ops(quotient)) <= LONGEST // 4
    return bool(abs(first - second) <= abs(first) / 10**12)


def _apart(problem: Problem, leaf: Leaf, known: Collection[Constraint]) -> list[Constraint]:
    """Return the conditions that set a leaf apart: there are points of its wall where the opposite holds.

    Those that follow from the others are left out.
    """
    names = {symbol(n) for n in (*problem.wrt, *problem.constants)} | set(leaf.wall.integers)
    constants = {symbol(n) for n in problem.constants}
    # A formula is real under conditions; those on variables are plain to see from it, others may hold anyway.
    real = [
        c
        for c in leaf.wall.conditions
        if c.rel in {"<", ">"} and c.expr.free_symbols <= constants and not _nonzero(problem)(c.expr)
    ]
    apart = [
        c
        for c in leaf.conditions
        if c.expr.free_symbols <= names and Constraint(c.expr, "<" if c.rel == ">" else ">") in known
    ]
    return list(reduced(tuple(dict.fromkeys(real + apart)), ()))


def _relation(c: Constraint) -> str:
    """Return a > b for a - b > 0, and p < 1 for 1 - p > 0."""
    terms = sp.Add.make_args(c.expr if c.rel == ">" else -c.expr)
    low = [-t for t in terms if t.could_extract_minus_sign()]
    large, small = sp.Add(*(t for t in terms if -t not in low)), sp.Add(*low)
    if large.is_number:
        return f"{text_of(small)} < {text_of(large)}"
    return f"{text_of(large)} > {text_of(small)}"


def _unequal(f: sp.Expr) -> str:
    """Return a != b for a multiple of a - b, y != 0 for exp(y) - 1."""
    f = f.primitive()[1]
    only = _only_zero(f)
    if only is not None:
        return f"{text_of(next(iter(f.free_symbols)))} != {text_of(only)}"
    terms = sp.Add.make_args(f)
    low = [t for t in terms if t.could_extract_minus_sign() or t.is_number]
    if len(terms) == 2 and len(low) == 1:
        return f"{text_of(f - low[0])} != {text_of(-low[0])}"
    return f"{text_of(f)} != 0"


def _only_zero(f: sp.Expr) -> sp.Expr | None:
    """Return the zero of a transcendental function of one symbol, if it is known to be the only one."""
    if len(f.free_symbols) != 1 or f.is_algebraic_expr():
        return None
    (s,) = f.free_symbols
    found = None if s.is_integer else real_roots(f, s)
    if found is None or not found.complete or found.everywhere or found.families or len(found.roots) != 1:
        return None
    return found.roots[0].exact


def _shown(outcome: Outcome, worst: Smoothness) -> bool:
    if outcome.kind is Kind.EDGE:
        return True
    if outcome.open and outcome.level > worst:
        return False  # not known to be as bad as that, and it decides nothing
    return outcome.level <= D1 or (worst > D1 and outcome.level == worst)


def _finding(problem: Problem, leaf: Leaf, gap: Gap, apart: Sequence[Constraint]) -> Finding:
    outcome = leaf.outcome
    names = _names(leaf.wall, problem)
    assert outcome.kind is not None
    span = gap.part.span
    return Finding(
        kind=outcome.kind,
        severity=severity(outcome),
        at=location(leaf, gap, problem, apart),
        condition=_condition(problem, leaf, apart),
        wrt=_variables(problem, leaf.wall),
        span=span,
        source=span.source if isinstance(span, Place) else problem.text[span[0] : span[1]],
        left=_text(outcome.left, names),
        right=_text(outcome.right, names),
        size=_text(outcome.size, names),
        witness=witness(problem, leaf),
        proof="ball" if leaf.wall.implicit is not None else "exact",
        level=outcome.level,
        direction={leaf.wall.variable: "1"},
        detail=outcome.detail,
    )


def severity(outcome: Outcome) -> Severity:
    """Return error for what breaks differentiability, warning for edges and D1, info for higher breaks."""
    if outcome.kind is Kind.EDGE or outcome.level == D1:
        return Severity.WARNING
    return Severity.ERROR if outcome.level <= C0 else Severity.INFO


def _text(expr: sp.Expr | None, names: Mapping[sp.Symbol, sp.Expr]) -> str | None:
    if expr is None:
        return None
    expr = expr.xreplace(dict(names))
    readable = sp.count_ops(expr) <= MAX_OPERATIONS and is_modest(expr)
    short = sp.factor_terms(sp.expand(expr)) if expr.free_symbols and readable else expr
    return text_of(short if sp.count_ops(short) <= sp.count_ops(expr) else expr)


def _variables(problem: Problem, wall: Wall) -> tuple[str, ...]:
    inside = {s.name for s in wall.gap.free_symbols}
    return tuple(v for v in problem.wrt if v in inside) or (wall.variable,)


def location(leaf: Leaf, gap: Gap, problem: Problem, apart: Sequence[Constraint] = ()) -> str:
    """Return the locus as text of the language: "f = y", "x = 0 and y > 0", "x = k*pi for integer k"."""
    text, integers = _locus(leaf, gap, problem)
    text += _restrictions(leaf, problem, apart)
    return f"{text} for integer {integers}" if integers else text


def _locus(leaf: Leaf, gap: Gap, problem: Problem) -> tuple[str, str]:
    """Return the equations of a place, and the letters of its integers."""
    wall = leaf.wall
    point = wall.point()
    variables = set(problem.wrt)
    named = all(n in variables for n in point) and wall.implicit is None
    if not named:
        text = f"{text_of(wall.gap)} = 0"
    elif _is_turned(wall, gap, problem):
        text = f"{_gap_text(wall, gap)} = 0"
    elif len(point) > 1 and not wall.integers and _is_simpler(squares(wall.gap), point):
        text = vanishing(problem, wall.gap)
    else:
        letters = _names(wall, problem)
        order = sorted(point, key=problem.wrt.index)
        text = " and ".join(f"{n} = {text_of(point[n].xreplace(letters))}" for n in order)
        used = [letters[k].name for k in wall.integers if any(k in e.free_symbols for e in point.values())]
        if used:
            return text, ", ".join(used)
    divided = isinstance(gap.part.span, Place) and any(
        e.as_numer_denom()[1].free_symbols for e in point.values()
    )
    if divided and (plain := written.vanishing(gap, problem)) is not None:
        return plain, ""
    if len(text) > MAX_FORMULA and len(point) == 1:
        plain = written.vanishing(gap, problem)
        text = plain if plain is not None and len(plain) < len(text) else text
    return text, ""


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
        _has_variable(values[0], problem) and values[0].could_extract_minus_sign() and not values[0].is_Symbol
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
    apart = _apart(problem, leaf, known)
    condition = _condition(problem, leaf, apart)
    return location(leaf, gap, problem, apart) + (f" when {condition}" if condition else "")


def _names(wall: Wall, problem: Problem) -> dict[sp.Symbol, sp.Expr]:
    """Return what people call the symbols of the analysis: letters for integers, the variable for its root."""
    names: dict[sp.Symbol, sp.Expr] = {
        k: sp.Symbol(c, integer=True) for k, c in zip(wall.integers, _letters(problem), strict=False)
    }
    for step in wall.steps or ():
        names[step.value] = sp.floor(step.of.xreplace(names))
    if wall.implicit is not None:
        value = wall.point()[wall.variable].xreplace(names)
        names[wall.implicit.symbol] = symbol(wall.variable) - (value - wall.implicit.symbol)
    return names


def _letters(problem: Problem) -> list[str]:
    names = (*problem.wrt, *problem.constants)
    taken = {*names, *(index[0] for n in names for index in indices_of(n))}
    return [c for c in ("k", "m", "n", "j", "i", "l") if c not in taken]


def _restrictions(leaf: Leaf, problem: Problem, apart: Sequence[Constraint]) -> str:
    """Return " and x != 0" for every factor of the size that can vanish on the wall, " and k != 2" for integers."""
    names = _names(leaf.wall, problem)
    moving = (c for c in apart if not c.expr.free_symbols <= {symbol(c) for c in problem.constants})
    texts = [_relation(Constraint(c.expr.xreplace(names), c.rel)) for c in moving]
    texts += [_unequal(f.xreplace(names)) for f in _factors(leaf, problem) if _has_variable(f, problem)]
    for k in leaf.wall.integers:
        texts += [f"{text_of(names[k])} {told}" for told in _exceptions(leaf.wall, k)]
        texts += [f"{text_of(names[k])} != {n}" for n in _idle_members(leaf, problem, k)]
    return "".join(f" and {text}" for text in dict.fromkeys(texts))


def _exceptions(wall: Wall, k: sp.Symbol) -> Iterator[str]:
    """Yield what the formula of a wall does not say of its integer: x = sqrt(k) is a point for k = 0 too."""
    for c in wall.conditions:
        for n in (integer_zeros(c.expr, k) or ()) if c.expr.free_symbols == {k} else ():
            values = [e.subs(k, n) for _, e in wall.base]
            if c.rel == "!=":
                yield f"!= {n}"
            elif c.rel in OPPOSITE and not any(e.has(sp.zoo, sp.nan, sp.oo) for e in values):
                yield f"{'>' if holds(c, {k: sp.Integer(n + 1)}) else '<'} {n}"


def _idle_members(leaf: Leaf, problem: Problem, k: sp.Symbol) -> list[int]:
    """Return the integers at which the size of what happens is zero.

    Of several cases the size may be told by a sign that is not zero where neither case holds; its sides are.
    """
    left, right = leaf.outcome.left, leaf.outcome.right
    sizes = [*_factors(leaf, problem)]
    if (
        left is not None
        and right is not None
        and left != right
        and not (left.has(*UNBOUNDED) or right.has(*UNBOUNDED))
    ):
        sizes.append(right - left)
    own = [f for f in sizes if f.free_symbols == {k}]
    left_out = {n for f in own for n in integer_zeros(f, k) or [] if f.subs(k, n).is_zero}
    bounds = [c for c in (*leaf.conditions, *leaf.wall.conditions) if c.expr.free_symbols == {k}]
    return sorted(n for n in left_out if all(holds(c, {k: sp.Integer(n)}) is not False for c in bounds))


def _condition(problem: Problem, leaf: Leaf, apart: Sequence[Constraint]) -> str | None:
    """Return what constants satisfy for it: " and "-joined factors of the size that hold no variable."""
    constants = {symbol(c) for c in problem.constants}
    texts = [_relation(c) for c in apart if c.expr.free_symbols <= constants]
    texts += [_unequal(f) for f in _factors(leaf, problem) if f.free_symbols <= constants]
    return " and ".join(dict.fromkeys(texts)) or None


def _factors(leaf: Leaf, problem: Problem) -> Iterator[sp.Expr]:
    """Yield the factors of the size of what happens: where one vanishes, nothing happens."""
    size = leaf.outcome.factor if leaf.outcome.size is None else leaf.outcome.size
    if size is None or sp.count_ops(size) > 30:
        return
    if any(c.q > 12 for p in size.atoms(sp.Pow) for c in p.exp.atoms(sp.Rational)):
        return
    signed = {c.expr for c in (*leaf.conditions, *leaf.wall.conditions)}
    nonzero = _nonzero(problem)
    known = {*leaf.wall.integers, *(symbol(n) for n in (*problem.wrt, *problem.constants))}
    for f in (f.args[0] if isinstance(f, sp.Abs) else f for f in factors(size)):
        if f.free_symbols <= known and f not in signed and -f not in signed and not nonzero(f):
            yield f


@lru_cache(maxsize=16)
def _nonzero(problem: Problem) -> Callable[[sp.Expr], bool]:
    """Return a test by the inequalities a > b of the question; what else it asks is left out."""
    found = []
    for condition in problem.where:
        if condition.op in {"lt", "gt"}:
            low, high = condition.args if condition.op == "lt" else condition.args[::-1]
            found.append(Constraint(to_sympy(high) - to_sympy(low), ">"))
    return never_zero(found)


def _has_variable(f: sp.Expr, problem: Problem) -> bool:
    return any(s.name in problem.wrt for s in f.free_symbols)


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


def flat_finding(problem: Problem, findings: Sequence[Finding], pieces: Pieces, tree: Node) -> list[Finding]:
    """Return a finding when every piece is constant in the variables although the function is not."""
    if not any(f.kind in {Kind.JUMP, Kind.HOLE} for f in findings):
        return []
    variables = [symbol(v) for v in problem.wrt]
    moving = ((piece, v) for piece in pieces.of(tree) for v in variables if v in piece.free_symbols)
    if any(is_zero(sp.diff(piece, v)) is not Decision.YES for piece, v in moving):
        return []
    span = (0, len(problem.text))
    return [
        Finding(
            Kind.FLAT, Severity.WARNING, "everywhere", None, problem.wrt, span, problem.text, "0", "0", None,
            findings[0].witness, "exact", CINF, detail="the gradient is zero wherever it exists",
        )
    ]  # fmt: skip
