"""What the analysis noted on its way, and how that becomes a certificate.

The notes are SymPy expressions, kept as they are; `certificate` writes them down in the expression language when the
verdict is final.  Symbols that the analysis made up get names that occur nowhere else in the question.
Read in order: Record, certificate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import flint
import sympy as sp

from diffcheck.algebra.balls import enclose
from diffcheck.algebra.printer import inner_symbol, symbol, text_of
from diffcheck.algebra.signs import squares
from diffcheck.certificate import (
    Absent,
    Cell,
    Certificate,
    Closing,
    GapStep,
    RayStep,
    RegionStep,
    Root,
    Side,
    Term,
    ThinStep,
    WallStep,
)
from diffcheck.conditions.constraint import Constraint
from diffcheck.conditions.reach import Reach, Status
from diffcheck.constants.classes import Region
from diffcheck.germs.germ import Germ, Mono
from diffcheck.language.tree import Node, Place
from diffcheck.language.unparse import unparse
from diffcheck.language.vocabulary import is_reserved
from diffcheck.problem import Problem
from diffcheck.thin.closed import Closed
from diffcheck.thin.loci import Looked, Path
from diffcheck.thin.rays import Ray
from diffcheck.walls.cell import Cell as Oracle
from diffcheck.walls.explore import Explored, Leaf
from diffcheck.walls.gaps import OPERAND, Gap, difference_of
from diffcheck.walls.outcome import Evidence
from diffcheck.walls.sides import X
from diffcheck.walls.wall import Implicit, Wall

__all__ = ["Discharged", "Record", "certificate"]

# Terms of a germ worth writing down: the first few decide, and a longer text is read by nobody.
MAX_TERMS = 6
# A coefficient longer than this is written as the number it is at the witness.
MAX_OPERATIONS = 60
# Unless the number has too many digits to be written out, as exp(-1e6) has.
LARGEST = flint.arb(10) ** 1000
ROOT_DIGITS = 50
SAME = {"=": "=="}


@dataclass(slots=True)
class Discharged:
    """A gap, whether a variable occurs in it, the numbers of its walls, and what was asked about unsolved factors."""

    gap: Gap
    variable: bool
    walls: list[int] = field(default_factory=list)
    queries: list[tuple[sp.Expr, Reach]] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """Everything noted during one analysis, in the order in which it was looked at.

    bounded: parts whose gap is met nowhere, each with a positive lower bound of it.
    """

    gaps: list[Discharged] = field(default_factory=list)
    walls: list[tuple[Wall, Explored]] = field(default_factory=list)
    thin: list[Looked] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)
    passed: Sequence[Node] = ()
    bounded: dict[Node, sp.Expr] = field(default_factory=dict)
    regions: Sequence[Region] = ()
    integers: Mapping[Node, sp.Symbol] = field(default_factory=dict)


def certificate(problem: Problem, record: Record) -> Certificate:
    """Write down what was noted."""
    names = (*problem.wrt, *problem.constants)
    # A quotient by a number is no place to look at; a part that is a number on some piece only has other pieces.
    alive = {d.gap.part for d in record.gaps if d.gap.expr.free_symbols}
    return Certificate(
        unparse(problem.tree),
        (
            *(_gap(problem, d, record, _Words(names)) for d in record.gaps if d.gap.part in alive),
            *(_passed(problem, part) for part in record.passed),
            *(_bounded(problem, part, bound, _Words(names)) for part, bound in record.bounded.items()),
        ),
        tuple(_wall(n, *pair, _Words(names)) for n, pair in enumerate(record.walls)),
        tuple(_thin(looked, _Words(names)) for looked in record.thin),
        tuple(_closing(n, point, _Words(names)) for n, point in _on_walls(record)),
        tuple(
            RegionStep(r.condition, {s.name: text_of(v) for s, v in r.example.items()}, str(r.smoothness))
            for r in record.regions
        ),
    )


class _Words:
    """Text of expressions with names for made-up symbols that are not among ``names``."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.taken = set(names)
        self.table: dict[sp.Symbol, sp.Symbol] = {}

    def fresh(self, *wanted: str) -> str:
        """Return the first of the wanted names that is free, else one with underscores."""
        free = [w for w in wanted if w not in self.taken and not is_reserved(w)]
        name = free[0] if free else wanted[0]
        while name in self.taken or is_reserved(name):
            name += "_"
        self.taken.add(name)
        return name

    def call(self, made_up: sp.Symbol, *wanted: str) -> str:
        """Give a made-up symbol a name, once."""
        if made_up not in self.table:
            self.table[made_up] = sp.Symbol(self.fresh(*wanted), **made_up.assumptions0)
        return str(self.table[made_up].name)

    def integers(self, symbols: Iterable[sp.Symbol]) -> tuple[str, ...]:
        """Name symbolic integers with letters."""
        return tuple(self.call(k, "k", "m", "n", "j", "i", "l") for k in symbols)

    def text(self, expr: sp.Expr) -> str:
        """Return the text; a number that the language cannot write becomes a decimal."""
        if expr.is_Integer:
            return str(expr)
        self.integers(sorted((s for s in expr.free_symbols if s.is_integer), key=str))
        expr = expr.xreplace(self.table)
        try:
            return text_of(expr)
        except ValueError:
            return str(expr.evalf(ROOT_DIGITS) if expr.is_number else expr)

    def constraint(self, c: Constraint) -> str:
        """Return "y - f > 0"."""
        return f"{self.text(c.expr)} {SAME.get(c.rel, c.rel)} 0"


# --- gaps


def _gap(problem: Problem, noted: Discharged, record: Record, words: _Words) -> GapStep:
    gap = noted.gap
    span = gap.part.span
    stand = {k: node for node, k in record.integers.items() if k in gap.expr.free_symbols}
    words.integers(stand)
    discharge, how = _discharge(noted, record, words)
    return GapStep(
        span,
        span.source if isinstance(span, Place) else problem.text[slice(*span)],
        words.text(gap.expr),
        {words.call(k): unparse(node) for k, node in stand.items()},
        discharge,
        how,
        tuple(dict.fromkeys(noted.walls)),
    )


def _passed(problem: Problem, part: Node) -> GapStep:
    """Return the step for a comparison of which one point was enough: its other pieces and points stay open."""
    span = part.span
    source = span.source if isinstance(span, Place) else problem.text[slice(*span)]
    how = "one corner is enough: nothing can be worse, for the function is continuous by construction"
    return GapStep(span, source, unparse(difference_of(part)), {}, "open", how, ())


def _bounded(problem: Problem, part: Node, bound: sp.Expr, words: _Words) -> GapStep:
    """Return the step for a gap with branches of which no single one shows that it is positive."""
    span = part.span
    source = span.source if isinstance(span, Place) else problem.text[slice(*span)]
    how = f"at least {words.text(bound)} > 0, by the bounds of its branches"
    return GapStep(span, source, unparse(part.args[OPERAND[part.op]]), {}, "never zero", how, ())


def _discharge(noted: Discharged, record: Record, words: _Words) -> tuple[str, str]:
    if not noted.gap.expr.free_symbols:
        return "constants", "a number"
    if not noted.variable:
        return "constants", "no variable occurs in it, and constants are in general position"
    asked = [
        f"{words.text(e)} = 0 has no solution ({met.how})"
        for e, met in noted.queries
        if met.status is Status.UNSAT
    ]
    if len(asked) < len(noted.queries):
        return "open", "not every zero is found"
    if noted.walls:
        factors = dict.fromkeys(f"{words.text(record.walls[n][0].gap)} = 0" for n in noted.walls)
        return "walls", "; ".join([f"all roots of {', '.join(factors)}", *asked])
    if asked:
        return "never zero", "; ".join(asked)
    if squares(noted.gap.expr):
        return "never zero", "a sum of squares vanishes on no hypersurface, only where all of them do"
    alone = len(noted.gap.expr.free_symbols) == 1
    return "never zero", "signs, or real roots isolated: none" if alone else "the signs of its factors"


# --- walls


def _wall(number: int, wall: Wall, explored: Explored, words: _Words) -> WallStep:
    words.integers(wall.integers)
    step, coordinate = words.fresh("t", "s", "h"), words.call(X, f"{wall.variable}_")
    root = _root(wall, words)
    return WallStep(
        number,
        words.text(wall.gap),
        wall.variable,
        {n: words.text(e) for n, e in wall.base},
        tuple(words.constraint(c) for c in wall.conditions),
        tuple(words.integers(wall.integers)),
        root,
        _solved_by(wall),
        step,
        coordinate,
        tuple(_kind_of_point(leaf, words, step) for leaf in explored.leaves),
        tuple(Absent(tuple(words.constraint(c) for c in known), how) for known, how in explored.absent),
    )


def _root(wall: Wall, words: _Words) -> Root | None:
    if wall.implicit is None:
        return None
    named = words.call(wall.implicit.symbol, f"{wall.variable}_root")
    equation = words.text(wall.implicit.equation)
    return Root(named, equation, _digits(wall.implicit), bool(wall.implicit.known))


def _digits(implicit: Implicit) -> str:
    near = implicit.ball(190).mid().str(ROOT_DIGITS, radius=False)
    return text_of(sp.Float(near, ROOT_DIGITS))


def _solved_by(wall: Wall) -> str:
    """Return why no zero of the gap beside the walls is left out."""
    v = symbol(wall.variable)
    bound = [n for n, _ in wall.base]
    if wall.implicit is not None and wall.implicit.known:
        return "every simple root of an entire function; where its derivative vanishes as well is apart"
    if wall.gap.free_symbols == {v}:
        return "all real roots isolated, complete"
    if bound != [wall.variable]:
        return "solved for a constant in which the gap is linear"
    if wall.gap.is_polynomial(v):
        degree = sp.degree(wall.gap, v)
        return {1: "linear formula", 2: "quadratic formula"}.get(degree, "formula for a pure power")
    return "inverse of the only function that holds the variable"


def _kind_of_point(leaf: Leaf, words: _Words, step: str) -> Cell:
    outcome = leaf.outcome
    seen = outcome.evidence or Evidence()
    write = _Germs(words, step, seen, leaf.witness)
    identity = None
    if seen.identity is not None:
        above, below = seen.identity
        identity = (words.text(below), words.text(above))
    return Cell(
        tuple(words.constraint(c) for c in leaf.conditions),
        _witness(leaf.wall, leaf.witness, words),
        None if seen.value is None else words.text(seen.value),
        write.side(seen.left),
        write.side(seen.right),
        str(outcome.level),
        None if outcome.kind is None else str(outcome.kind),
        outcome.how,
        identity,
    )


def _witness(wall: Wall, point: Mapping[sp.Symbol, sp.Expr], words: _Words) -> dict[str, str]:
    """Return a value for every name of the question and every integer; a root's symbol may occur in them.

    Of many roots it says which one, by its digits.
    """
    bound = wall.point()
    values = {n: bound[n].subs(dict(point)) if n in bound else point.get(symbol(n)) for n in words.names}
    out = {n: words.text(sp.sympify(v)) for n, v in values.items() if v is not None}
    out |= {words.integers([s])[0]: words.text(v) for s, v in point.items() if s.is_integer}
    if wall.implicit is not None and wall.implicit.known:
        out[words.call(wall.implicit.symbol, f"{wall.variable}_root")] = _digits(wall.implicit)
    return out


class _Germs:
    """Writes germs in the name ``step``."""

    def __init__(self, words: _Words, step: str, seen: Evidence, point: Mapping[sp.Symbol, sp.Expr]) -> None:
        self.words = words
        self.t = sp.Symbol(step, positive=True)
        self.waves = {
            wave: self._wave(sign, self._sum(phase.terms))
            for wave, (_, sign, phase) in seen.waves.items()
            if phase.terms
        }
        for wave in seen.waves.keys() - self.waves.keys():
            words.call(wave, "bounded")
        self.point = dict(point)

    def side(self, g: Germ | None) -> Side | None:
        if g is None:
            return None
        rest = g.terms[MAX_TERMS][1] if len(g.terms) > MAX_TERMS else g.rem
        terms = tuple(self._term(c, m) for c, m in g.terms[:MAX_TERMS])
        return Side(terms, None if rest is None else self._term(sp.S.One, rest))

    def _term(self, c: sp.Expr, m: Mono) -> Term:
        c = c.xreplace(self.waves)
        if not c.is_Atom and sp.count_ops(c) > MAX_OPERATIONS:
            c = self._number(c)
        grown = self.words.text(self._sum(m.expo)) if m.expo else ""
        power, log, loglog = (self.words.text(e) for e in (m.power, m.log, m.loglog))
        return Term(self.words.text(c), power, log, loglog, grown)

    def _number(self, c: sp.Expr) -> sp.Expr:
        """Return a long coefficient at the witness, to more digits than its germ is checked with."""
        ball = enclose(c, self.point, 1500)
        if not ball.is_finite() or not 1 / LARGEST < abs(ball) < LARGEST:
            return c.xreplace(self.point)
        return sp.Rational(ball.mid().str(440, radius=False))

    def _sum(self, terms: Iterable[tuple[sp.Expr, Mono]]) -> sp.Expr:
        log = -sp.log(self.t)
        return sp.Add(
            *(
                c * self.t**m.power * log**m.log * sp.log(log) ** m.loglog * sp.exp(self._sum(m.expo))
                for c, m in terms
            )
        )

    @staticmethod
    def _wave(sign: int, phase: sp.Expr) -> sp.Expr:
        return phase - sp.floor(phase) if sign == 0 else sp.sin(phase) if sign > 0 else sp.cos(phase)


# --- thin sets


def _thin(looked: Looked, words: _Words) -> ThinStep:
    equations = tuple(f"{words.text(e)} == 0" for e in looked.system.equations)
    step = words.fresh("t", "s", "h")
    if looked.wall is None:
        return ThinStep(equations, {}, step, None, (), "Cinf", None, looked.how)
    for n in looked.bound:
        words.call(inner_symbol(f"d_{n}"), f"d_{n}")
    rays = [
        (dict(zip(looked.bound, paths, strict=True)), ray) for paths, rays in looked.casts for ray in rays
    ]
    here = rays[0][1].here if rays else None
    outcome = looked.outcome
    return ThinStep(
        equations,
        {n: words.text(e) for n, e in looked.wall.base},
        step,
        None if here is None else words.text(here),
        tuple(_ray(paths, ray, looked.wall, words, step) for paths, ray in rays),
        str(outcome.level),
        None if outcome.kind is None else str(outcome.kind),
        outcome.how,
    )


def _on_walls(record: Record) -> Iterator[tuple[int, Closed]]:
    """Yield the points at which jumps close, with the numbers of their walls."""
    for number, (_, explored) in enumerate(record.walls):
        jumps = {id(leaf) for leaf in explored.leaves}
        yield from ((number, point) for point in record.closed if id(point.jump) in jumps)


def _closing(number: int, point: Closed, words: _Words) -> Closing:
    leaf, size = point.leaf, point.jump.outcome.size
    words.integers(leaf.wall.integers)
    return Closing(
        number,
        {n: words.text(e) for n, e in leaf.wall.base},
        _witness(leaf.wall, leaf.witness, words),
        "" if size is None else words.text(size),
        point.along,
        str(leaf.outcome.level),
        None if leaf.outcome.kind is None else str(leaf.outcome.kind),
        leaf.outcome.how,
    )


def _ray(paths: Mapping[str, Path], ray: Ray, wall: Wall, words: _Words, step: str) -> RayStep:
    oracle = ray.algebra.oracle
    waves = oracle.phases if isinstance(oracle, Oracle) else {}
    write = _Germs(words, step, Evidence(waves=waves), ray.point)
    directions = [inner_symbol(f"d_{n}") for n in paths]
    return RayStep(
        {
            n: words.text(sp.Add(*(c * sp.Symbol(step, positive=True) ** w for c, w in path)))
            for n, path in paths.items()
        },
        tuple(words.constraint(c) for c in ray.conditions),
        _witness(wall, ray.point, words)
        | {words.call(d): words.text(ray.point[d]) for d in directions if d in ray.point},
        write.side(ray.germ),
    )
