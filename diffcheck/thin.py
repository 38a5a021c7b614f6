"""Thin sets: isolated points and other loci of codimension 2 or more at which something singular happens.

Near such a locus put x_i = p_i + d_i*t**w_i and expand in t; the coefficients are functions of the direction d.
With all w_i = 1 this is polar blow-up: f is C^k at p exactly when the coefficients of t**0 ... t**k are one polynomial
in d, homogeneous of the right degree (then f minus its Taylor polynomial is t**(k+1)*g(t, d), and a derivative costs
one power of t).  That argument is uniform in d only if no coefficient that was divided by vanishes for a direction
d != 0; a quasi-homogeneous blow-up with weights from the Newton polygon is tried where one does.
Failures need no uniformity: two directions with different limits, or a coefficient of t that is not linear, are enough.
Read in order: components, Ray, visit, combine.
Gives up on: more than two directions with weights, directions that stay degenerate under every weight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import sympy as sp

from diffcheck.cell import Cell
from diffcheck.deadline import TimeOver
from diffcheck.errors import Undetermined
from diffcheck.expand import COMPARISONS, Expansion, UndefinedHere
from diffcheck.explore import Explored, Leaf, explore
from diffcheck.germ import Algebra, Germ, Mono, NeedMoreTerms, constant
from diffcheck.lower import lower
from diffcheck.printer import inner_symbol, shown, symbol, tree_of
from diffcheck.rays import NeedGradient, Ray, combine, linear_part, negligible, shared_expression
from diffcheck.reach import Constraint, Relation, Status, reach
from diffcheck.resolve import to_rational
from diffcheck.sides import ORDERS, SMOOTH, Outcome
from diffcheck.tree import NUMBER, Node
from diffcheck.verdict import C0, CINF, D1, Kind, Smoothness
from diffcheck.walls import Thin, Wall, factors, solve_for

__all__ = ["Looked", "Path", "Question", "left_open", "visit"]

MAX_COMPONENTS = 8
MAX_CASES = 4
MAX_DERIVATIVES = 4

Weights = tuple[sp.Expr, ...]
Path = tuple[tuple[sp.Expr, sp.Expr], ...]
SINGULAR_ARGUMENT = {"div": 1, "pow": 0, "log": 0, "asin": 0}
BORDERED: Mapping[Relation, Relation] = {"<": "<=", ">": ">="}


@dataclass(frozen=True, slots=True)
class Question:
    """The function and its names, as every step needs them.

    seen: the components that were visited.  value: what the function is at the thin set, if not what the tree says.
    looked, casts: what was seen, for the certificate; casts of the site that is looked at.
    """

    tree: Node
    wrt: tuple[str, ...]
    names: tuple[str, ...]
    where: tuple[Constraint, ...]
    never_zero: Callable[[sp.Expr], bool]
    seen: set[tuple[Component, frozenset[Weights]]] = field(default_factory=set)
    settled: set[Component] = field(default_factory=set)
    pending: dict[Component, list[str]] = field(default_factory=dict)
    value: sp.Expr | None = None
    looked: list[Looked] = field(default_factory=list)
    casts: list[tuple[Sequence[Path], list[Ray]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a thin set: expressions for the bound names, what the free ones satisfy."""

    base: tuple[tuple[str, sp.Expr], ...]
    conditions: tuple[Constraint, ...] = ()
    integers: tuple[sp.Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A component as a place to start from: its bound variables, the weights to try in this order."""

    wall: Wall
    bound: tuple[str, ...]
    weights: tuple[Weights, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen at one thin set; without a wall the system has no solution in the domain."""

    system: Thin
    wall: Wall | None = None
    bound: tuple[str, ...] = ()
    casts: tuple[tuple[Sequence[Path], list[Ray]], ...] = ()
    outcome: Outcome = SMOOTH
    how: str = ""


def visit(question: Question, system: Thin) -> tuple[list[Leaf], list[str]]:
    """Look at the solutions of ``system`` inside the domain; return what happens there, and what stays open."""
    solvable = reach([*(Constraint(e, "=") for e in system.equations), *question.where])
    if solvable.status is Status.UNSAT:
        question.looked.append(Looked(system, how=solvable.how))
        return [], []
    try:
        found = list(components(system, question))
    except TimeOver:
        raise
    except Undetermined as reason:
        return [], [str(reason)]
    if not found or len(found) > MAX_COMPONENTS:
        return [], [f"cannot find every point where `{shown(system.gap)}` = 0 on a thin set"]
    leaves: list[Leaf] = []
    unknown: list[str] = []
    for component in found:
        # Another gap may bring other weights, and decide what was left open.
        if component is None or component in question.settled:
            continue
        key = (component, _shape(system.gap, component))
        if key in question.seen:
            continue
        question.seen.add(key)
        doubts: list[str] = []
        found_here: list[Leaf] = []
        try:
            found_here = _look(question, system, component, doubts)
        except TimeOver:
            raise
        except Undetermined as reason:
            doubts.append(str(reason))
        leaves += found_here
        if doubts:
            question.pending.setdefault(component, doubts)
        elif all(leaf.outcome.level > C0 for leaf in found_here):
            question.settled.add(component)
    return leaves, unknown


def _shape(gap: sp.Expr, component: Component) -> frozenset[Weights]:
    return frozenset(_weights(gap, component, [n for n, _ in component.base]))


def left_open(question: Question) -> list[str]:
    """Return why components that no visit settled stay open."""
    return [
        reason for c, reasons in question.pending.items() if c not in question.settled for reason in reasons
    ]


# --- where the thin set is


def components(system: Thin, question: Question) -> Iterator[Component | None]:
    """Yield the parts of the solution set that exist for constants in general position; None for one that does not."""
    variables = [symbol(v) for v in question.wrt]
    squares = _sum_of_squares(system.gap, question)
    equations = squares if squares is not None else list(system.equations)
    inside = [v for v in variables if any(v in e.free_symbols for e in equations)]
    integers = {k for e in equations for k in e.free_symbols if k.is_integer}
    yield from _eliminated(equations, inside, {}, (), tuple(sorted(integers, key=lambda k: k.name)))


def _sum_of_squares(f: sp.Expr, question: Question) -> list[sp.Expr] | None:
    """A sum of positive multiples of even powers vanishes only where every base does."""
    out: list[sp.Expr] = []
    terms = sp.Add.make_args(f)
    if len(terms) < 2:
        return None
    for term in terms:
        odd: list[sp.Expr] = []
        base = sp.S.One
        for a in sp.Mul.make_args(term):
            if a.is_Pow and a.exp.is_Integer and a.exp % 2 == 0:
                base = base * a.base
            else:
                odd.append(a)
        positive = sp.Mul(*odd)
        if positive.is_positive is not True and not _positive(positive, question):
            return None
        out.append(base)
    return out


def _positive(expr: sp.Expr, question: Question) -> bool:
    """Whether an expression is positive in all of the domain."""
    if not expr.free_symbols:
        return False
    if question.never_zero(expr):
        return reach([Constraint(expr, ">"), *question.where]).status is Status.SAT
    return reach([Constraint(expr, "<="), *question.where]).status is Status.UNSAT


def _eliminated(
    equations: list[sp.Expr],
    inside: list[sp.Symbol],
    solved: dict[sp.Symbol, sp.Expr],
    conditions: tuple[Constraint, ...],
    integers: tuple[sp.Symbol, ...],
) -> Iterator[Component | None]:
    """Solve equation by equation, one factor and one solution at a time."""
    left = [sp.together(sp.expand(e)).as_numer_denom()[0] for e in equations]
    left = [e for e in left if e != 0]
    if not left:
        yield Component(tuple((s.name, e) for s, e in solved.items()), conditions, integers)
        return
    between_constants = [e for e in left if not (e.free_symbols & set(inside))]
    if between_constants:
        yield from _members(between_constants[0], equations, inside, solved, conditions, integers)
        return
    first, *rest = sorted(left, key=lambda e: (len(e.free_symbols & set(inside)), sp.count_ops(e)))
    parts = factors(first)
    if not parts:
        yield None
        return
    for part in parts:
        candidates = [v for v in inside if v in part.free_symbols]
        if not candidates:
            continue
        definite = _definite_zero(part, candidates)
        if definite is not None:
            yield from _eliminated([*definite, *rest], inside, solved, conditions, integers)
            continue
        yield from _one_by_one(part, candidates, rest, inside, solved, conditions, integers)


def _members(
    left: sp.Expr,
    equations: list[sp.Expr],
    inside: list[sp.Symbol],
    solved: dict[sp.Symbol, sp.Expr],
    conditions: tuple[Constraint, ...],
    integers: tuple[sp.Symbol, ...],
) -> Iterator[Component | None]:
    """Yield the members of families that satisfy an equation without variables: all, none, or those of one parity."""
    numbers = sorted((s for s in left.free_symbols if s.is_integer), key=lambda s: s.name)
    if not numbers:
        # An equation between constants does not hold in general position.
        yield None
        return
    if sp.simplify(left).is_nonzero:
        yield None
        return
    for k in numbers:
        rate = sp.diff(left, k)
        if rate in (1, -1) and (left - rate * k).is_integer:
            table = {k: sp.expand((rate * k - left) / rate)}
            kept = tuple(i for i in integers if i != k)
            yield from _renumbered(table, kept, equations, inside, solved, conditions)
            return
    # Angles that are multiples of pi/2 give powers of -1, which the parity of the integer decides.
    if any(s.name.endswith("_") for s in numbers):
        raise Undetermined(f"cannot tell for which integers `{shown(left)}` = 0")
    for residues in product((0, 1), repeat=len(numbers)):
        table = {
            k: 2 * sp.Symbol(f"{k.name}_", integer=True) + r for k, r in zip(numbers, residues, strict=True)
        }
        halved = tuple(next(iter(table[k].free_symbols)) if k in table else k for k in integers)
        yield from _renumbered(table, halved, equations, inside, solved, conditions)


def _renumbered(
    table: Mapping[sp.Symbol, sp.Expr],
    integers: tuple[sp.Symbol, ...],
    equations: list[sp.Expr],
    inside: list[sp.Symbol],
    solved: dict[sp.Symbol, sp.Expr],
    conditions: tuple[Constraint, ...],
) -> Iterator[Component | None]:
    yield from _eliminated(
        [e.xreplace(table) for e in equations],
        inside,
        {v: e.xreplace(table) for v, e in solved.items()},
        tuple(Constraint(c.expr.xreplace(table), c.rel) for c in conditions),
        integers,
    )


def _definite_zero(part: sp.Expr, candidates: list[sp.Symbol]) -> list[sp.Expr] | None:
    """A semidefinite quadratic function whose lowest value is 0 vanishes only where its gradient does."""
    if len(candidates) < 2 or not part.is_polynomial(*candidates):
        return None
    poly = sp.Poly(part, *candidates)
    if poly.total_degree() != 2:
        return None
    form = sp.hessian(part, candidates)
    if any(not e.is_number for e in form) or not (
        form.is_positive_semidefinite or (-form).is_positive_semidefinite
    ):
        return None
    slopes = [sp.diff(part, v) for v in candidates]
    lowest = next(iter(sp.linsolve(slopes, candidates)), None)
    # With a linear term or a level below zero it vanishes elsewhere: x**2 - y, x**2 + y**2 - 1.
    if (
        lowest is None
        or sp.expand(part.subs(dict(zip(candidates, lowest, strict=True)), simultaneous=True)) != 0
    ):
        return None
    return slopes


def _one_by_one(
    part: sp.Expr,
    candidates: list[sp.Symbol],
    rest: list[sp.Expr],
    inside: list[sp.Symbol],
    solved: dict[sp.Symbol, sp.Expr],
    conditions: tuple[Constraint, ...],
    integers: tuple[sp.Symbol, ...],
) -> Iterator[Component | None]:
    for v in candidates:
        solutions = solve_for(part, v)
        if solutions is None:
            continue
        for s in solutions:
            now = {n: e.xreplace({v: s.value}) for n, e in solved.items()} | {v: s.value}
            after = [e.xreplace({v: s.value}) for e in rest]
            # On a thin set the border of a condition, a null set elsewhere, may be all there is: x = acos(1).
            held = (*conditions, *(Constraint(c.expr, BORDERED.get(c.rel, c.rel)) for c in s.conditions))
            more = tuple(
                Constraint(c.expr.xreplace({v: s.value}), c.rel) for c in held if c.expr.free_symbols
            )
            yield from _eliminated(after, inside, now, more, integers + s.integers)
        return
    raise Undetermined(f"cannot solve `{shown(part)}` = 0")


# --- what happens there


def _look(question: Question, system: Thin, component: Component, unknown: list[str]) -> list[Leaf]:
    """Return what happens on a component, kind by kind of what is free on it."""
    bound = tuple(n for n, _ in component.base if n in question.wrt)
    if len(bound) < 2:
        return []
    wall = Wall(system.gap, bound[0], component.base, component.conditions, component.integers)
    weights = tuple(_weights(system.gap, component, bound))
    leaves = []
    for kind in _kinds(question, Site(wall, bound, weights)):
        site = Site(replace(wall, conditions=(*wall.conditions, *kind)), bound, weights)
        question.casts.clear()
        found = classify(question, site, unknown, 0)
        outcome = SMOOTH if found is None else found.outcome
        question.looked.append(Looked(system, site.wall, bound, tuple(question.casts), outcome))
        if found is not None and found.outcome.level < CINF:
            leaves.append(found)
    return leaves


def _kinds(question: Question, site: Site) -> list[tuple[Constraint, ...]]:
    """Return the cases of constants, and of variables free on the site, that its directions tell apart.

    Directions for c > 0 and for c < 0 belong to different functions, and are never compared.
    """
    plain = [_path(n, sp.S.One) for n in site.bound]
    rays, _ = _cast(question, site, plain)
    directions = {_direction(n) for n in site.bound}
    exprs = {
        -c.expr if c.expr.could_extract_minus_sign() else c.expr
        for ray in rays
        for c in ray.conditions
        if not c.expr.free_symbols & directions
    }
    if len(exprs) > MAX_CASES:
        raise Undetermined("too many cases of what is free on a thin set")
    ordered = sorted(exprs, key=sp.default_sort_key)
    signs: tuple[Relation, Relation] = (">", "<")
    return [
        tuple(Constraint(e, rel) for e, rel in zip(ordered, rels, strict=True))
        for rels in product(signs, repeat=len(ordered))
    ]


def classify(question: Question, site: Site, unknown: list[str], depth: int) -> Leaf | None:
    """Return what happens at the site; None if nothing does, or if it is an edge of the domain, or open."""
    best: Leaf | None = None
    plain: list[Ray] = []
    steady: tuple[Weights, list[Ray]] | None = None
    waves = False
    for weights in site.weights:
        rays, explored = _cast(
            question, site, [_path(n, w) for n, w in zip(site.bound, weights, strict=True)]
        )
        if not rays:
            unknown += explored.open
            return None
        if any(r.germ is None for r in rays):
            return None  # an open region next to it is undefined: an edge of the domain
        plain = plain or rays
        try:
            outcome = combine(rays, [_direction(n) for n in site.bound], weights)
        except NeedGradient:
            outcome, waves = Outcome(CINF, how="continuous"), True
        if outcome.level < CINF and (best is None or outcome.level < best.outcome.level):
            best = Leaf(site.wall, rays[0].conditions, rays[0].point, outcome)
        everywhere = not explored.open and not _hidden(question.tree, rays, site.bound)
        if everywhere and outcome.level == CINF and not outcome.open and not waves and len(set(weights)) == 1:
            return None  # one analytic expression: no direction is an exception
        uniform = everywhere and _uniform(rays, site.bound, question.where)
        if uniform:
            steady = (weights, rays)
            break
        if explored.open and outcome.level >= CINF:
            unknown += explored.open
    if (
        steady is not None
        and (best is None or best.outcome.level > C0)
        and (waves or len(set(steady[0])) > 1)
    ):
        return _through_gradient(question, site, plain, steady, unknown, depth)
    if steady is None:
        best = _along_lines(question, site, plain, best)
        if best is None or best.outcome.level > C0:
            unknown.append(f"directions along which `{shown(site.wall.gap)}` vanishes faster are not decided")
            return None
    return best


def _along_lines(question: Question, site: Site, plain: list[Ray], best: Leaf | None) -> Leaf | None:
    """Look for a worse class on parabolas that touch a degenerate direction: y = c*x + e*x**2."""
    if len(site.bound) != 2 or not plain:
        return best
    x, y = (_direction(n) for n in site.bound)
    pivots = dict.fromkeys(f for ray in plain for p in ray.pivots for f in factors(p))
    for f in pivots:
        slope = _slope_of_line(f, x, y)
        if slope is None:
            continue
        for bend in (2, 3):
            paths = [((x, sp.S.One),), ((slope * x, sp.S.One), (y, sp.Integer(bend)))]
            rays, _ = _cast(question, site, paths)
            if rays and all(r.germ is not None for r in rays):
                outcome = combine(rays, [x, y], (sp.S.One, sp.Integer(bend)))
                if outcome.level < (CINF if best is None else best.outcome.level):
                    best = Leaf(site.wall, rays[0].conditions, rays[0].point, outcome)
    return best


def _slope_of_line(f: sp.Expr, x: sp.Symbol, y: sp.Symbol) -> sp.Expr | None:
    """Return c when f = 0 is the line y = c*x through the point."""
    if not f.is_polynomial(x, y) or sp.Poly(f, x, y).total_degree() != 1:
        return None
    a, b = f.coeff(x), f.coeff(y)
    return -a / b if b != 0 else None


def _through_gradient(
    question: Question,
    site: Site,
    plain: list[Ray],
    steady: tuple[Weights, list[Ray]],
    unknown: list[str],
    depth: int,
) -> Leaf | None:
    """A continuous function: differentiable at the point? Then it is one class better than its gradient.

    At depth MAX_DERIVATIVES only continuity is reported, as C0.
    """
    weights, rays = steady
    if depth >= MAX_DERIVATIVES:
        return Leaf(
            site.wall, rays[0].conditions, rays[0].point, Outcome(C0, how="continuous, not looked at further")
        )
    directions = [_direction(n) for n in site.bound]
    linear = linear_part(plain, directions)
    if not negligible(rays, directions, weights, linear):
        broken = Outcome(
            C0, Kind.DIRECTIONAL, how="no linear map fits along a curve, though one fits along all lines"
        )
        return Leaf(site.wall, rays[0].conditions, rays[0].point, broken)
    expr = shared_expression(rays)
    point = {symbol(n): e for n, e in site.wall.base}
    here = rays[0].here
    assert here is not None
    inner: list[Question] = []
    for n in question.wrt:
        slope = linear.coeff(_direction(n)) if n in site.bound else sp.diff(here, symbol(n))
        partial = sp.diff(expr, symbol(n))
        if partial.free_symbols.isdisjoint(point) and partial == slope:
            continue
        inner.append(
            replace(question, tree=lower(tree_of(partial)), value=slope, seen=set(), looked=[], casts=[])
        )
    # A gradient that is not continuous settles the matter before any derivative of it is looked at.
    for limit in (MAX_DERIVATIVES, depth + 1):
        levels = []
        for partial_question in inner:
            open_before = len(unknown)
            found = classify(partial_question, site, unknown, limit)
            if len(unknown) > open_before:
                return None
            levels.append(CINF.level if found is None else found.outcome.level.level)
        if min(levels, default=CINF.level) < 0:
            break
    return Leaf(site.wall, rays[0].conditions, rays[0].point, _one_better(min(levels, default=CINF.level)))


def _one_better(gradient: float) -> Outcome:
    """Return the class of a differentiable function from the level of its gradient's class."""
    if gradient < 0:
        return Outcome(D1, Kind.OSCILLATION, how="differentiable, and the gradient has no limit")
    if gradient == CINF.level:
        return Outcome(CINF, how="the gradient is smooth")
    return Outcome(
        Smoothness(1 + int(gradient)),
        Kind.BREAK,
        detail=f"derivative {2 + int(gradient)}",
        how="by the gradient",
    )


def _path(n: str, weight: sp.Expr) -> Path:
    return ((_direction(n), weight),)


def _direction(n: str) -> sp.Symbol:
    return inner_symbol(f"d_{n}")


def _weights(gap: sp.Expr, component: Component, bound: Sequence[str]) -> Iterator[tuple[sp.Expr, ...]]:
    """Yield (1, ..., 1), then the weights that balance two terms of the gap (edges of its Newton polygon)."""
    yield (sp.S.One,) * len(bound)
    if len(bound) != 2:
        return
    x, y = (symbol(n) for n in bound)
    point = dict(component.base)
    local = sp.expand(gap.subs({x: x + point[bound[0]], y: y + point[bound[1]]}, simultaneous=True))
    if not local.is_polynomial(x, y):
        return
    powers = sp.Poly(local, x, y).monoms()
    seen = {sp.S.One}
    for (a, b), (c, d) in product(powers, powers):
        if a > c and b < d:
            ratio = sp.Rational(a - c, d - b)
            lowest = min(i * ratio.q + j * ratio.p for i, j in powers)
            if ratio not in seen and a * ratio.q + b * ratio.p == lowest:
                seen.add(ratio)
                yield (sp.S.One, ratio) if ratio > 1 else (1 / ratio, sp.S.One)


def _cast(question: Question, site: Site, paths: Sequence[Path]) -> tuple[list[Ray], Explored]:
    """Expand along every kind of direction; a path is the terms c*t**w that are added to a bound name."""
    rays: list[Ray] = []
    names = (*question.names, *(_direction(n).name for n in site.bound))

    def look(member: Wall, cell: Cell) -> Outcome:
        rays.append(_ray(question, member, cell, dict(zip(site.bound, paths, strict=True))))
        return SMOOTH

    explored = explore(site.wall, question.where, names, look)
    question.casts.append((paths, rays))
    return rays, explored


def _ray(question: Question, wall: Wall, cell: Cell, paths: Mapping[str, Path]) -> Ray:
    base = {n: symbol(n) for n in question.names} | wall.point()
    for order in ORDERS[:3]:
        algebra = Algebra(cell, order)
        still = {n: constant(p) for n, p in base.items()}
        line = dict(still)
        for n, path in paths.items():
            line[n] = algebra.add(line[n], *(Germ(((c, Mono(w)),)) for c, w in path))
        try:
            expansion = Expansion(algebra, cell, line)
            try:
                germ: Germ | None = expansion.value(question.tree).germ
            except (UndefinedHere, ZeroDivisionError):
                germ = None
            here = question.value
            if here is None:
                here = _value(Expansion(algebra, cell, still), question.tree)
            return Ray(
                tuple(cell.conditions), dict(cell.point), germ, here, tuple(cell.pivots), algebra, expansion, base,
                question.tree,
            )  # fmt: skip
        except NeedMoreTerms:
            continue
    raise Undetermined("too many terms cancel along a direction")


def _value(expansion: Expansion, tree: Node) -> sp.Expr | None:
    try:
        g = expansion.value(tree).germ
    except (UndefinedHere, ZeroDivisionError):
        return None
    return g.terms[0][0] if g.terms else sp.S.Zero


def _hidden(tree: Node, rays: Sequence[Ray], bound: Sequence[str]) -> bool:
    """Whether a part that no direction evaluates is singular here: it may hold sway between two curves that touch."""
    ray = rays[0]
    still = Expansion(ray.algebra, ray.expansion.place, {n: constant(p) for n, p in ray.base.items()})
    return any(
        _singular_at(still, node)
        for node in _reachable(tree, ray, bound, still)
        if node.op in SINGULAR_ARGUMENT and not any(r.expansion.met(node) for r in rays)
    )


def _reachable(tree: Node, ray: Ray, bound: Sequence[str], still: Expansion) -> Iterator[Node]:
    """Yield the parts that are evaluated somewhere near.

    A condition on constants alone is the same all around, and so is one whose sides differ at the point itself.
    """
    seen: set[Node] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        taken = ray.expansion.choices.get(node) if node.op == "where" else None
        if isinstance(taken, bool) and not set(node.args[0].names()) & set(bound):
            stack += [node.args[0], node.args[1 if taken else 2]]
        elif node.op == "where" and _settled(still, node.args[0]):
            stack += [node.args[0], node.args[1 if still.holds(node.args[0]) else 2]]
        else:
            stack += node.args


def _settled(still: Expansion, condition: Node) -> bool:
    """Whether every comparison of a condition has different sides at the point, hence keeps its truth nearby."""
    algebra = still.algebra
    try:
        for c in condition.distinct():
            if c.op in COMPARISONS:
                left, right = (still.value(a).germ for a in c.args)
                if algebra.sign(algebra.add(left, algebra.scale(right, sp.S.NegativeOne))) == 0:
                    return False
    except (UndefinedHere, ZeroDivisionError, Undetermined):
        return False
    return not any(part.op in {"floor", "where"} for part in condition.distinct())


def _singular_at(still: Expansion, node: Node) -> bool:
    """Whether the gap of a quotient, power, logarithm or asin vanishes at a point."""
    if node.op == "pow" and node.args[1].op == NUMBER and to_rational(node.args[1].leaf).is_Integer:
        return False  # natural: a minus sign is an operation of its own
    try:
        gap = still.value(node.args[SINGULAR_ARGUMENT[node.op]]).germ
        if node.op == "asin":
            square = still.algebra.mul(gap, gap)
            gap = still.algebra.add(constant(sp.S.One), still.algebra.scale(square, sp.S.NegativeOne))
        return still.algebra.sign(gap) == 0
    except (UndefinedHere, ZeroDivisionError):
        return False  # something inside is singular, and is looked at by itself


def _uniform(rays: Sequence[Ray], bound: Sequence[str], where: Sequence[Constraint]) -> bool:
    """Whether no coefficient that was divided by vanishes for a direction other than 0 in the closure of its kind."""
    directions = [_direction(n) for n in bound]
    for ray in rays:
        closure = [Constraint(c.expr, BORDERED.get(c.rel, c.rel)) for c in ray.conditions]
        for pivot in ray.pivots:
            inside = [d for d in directions if d in pivot.free_symbols]
            if not inside:
                continue
            sphere = Constraint(sp.Add(*(d**2 for d in directions)) - 1, "=")
            if reach([Constraint(pivot, "="), sphere, *closure]).status is not Status.UNSAT:
                return False
    return True
