"""Coordinates in which to leave a thin set: those of the question, and those that the gap is written in.

(x + y)**4 + (x - y)**6 is a sum of powers of u = x + y and v = x - y.  The class at a point is the same in all smooth
coordinates, so lines are drawn in those in which most is homogeneous; a path of the question's variables is then a
polynomial in the step, found by solving for one variable after the other.
Read in order: Chart, charts.
Gives up on: coordinates that are no polynomials, or that no variable occurs in linearly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import sympy as sp

from diffcheck.algebra.expanded import expanded, is_modest
from diffcheck.algebra.printer import symbol
from diffcheck.language.tree import Node
from diffcheck.thin.loci import Component, Path, Weights
from diffcheck.thin.rays import direction
from diffcheck.walls.gaps import Pieces

__all__ = ["Chart", "balances", "charts"]

# Terms of a gap of which some may balance, choices of coordinates, and the size of a gap that is multiplied out.
MAX_POWERS = 10
MAX_CHOICES = 6
MAX_BALANCES = 4
MAX_OPERATIONS = 200


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves that leave the point: for every bound name a path, the terms c*t**w that are added to it.

    weights: coordinate i of the chart is d_i*t**w_i.  own: whether its coordinates are the question's.
    """

    paths: tuple[Path, ...]
    weights: Weights
    own: bool

    @property
    def even(self) -> bool:
        """Whether the curves are straight lines in the chart's coordinates."""
        return len(set(self.weights)) == 1


def charts(
    gap: sp.Expr, component: Component, bound: Sequence[str], balances: Sequence[sp.Expr] = ()
) -> Iterator[Chart]:
    """Yield charts at a component: straight lines first, then weights from the Newton polytope of the gap.

    balances: other sums whose terms may be of equal size.
    """
    variables = [symbol(n) for n in bound]
    point = dict(component.base)
    shift = {v: v + point[v.name] for v in variables}
    local, *others = (e.subs(shift, simultaneous=True) for e in (gap, *balances))
    plain = {v: v for v in variables}
    yield from _weighted([local, *others], variables, plain, True)
    for inverse in _inverses(local, variables):
        yield from _weighted([local.subs(inverse, simultaneous=True)], variables, inverse, False)


@lru_cache(maxsize=64)
def balances(tree: Node) -> tuple[sp.Expr, ...]:
    """Return N + D for every quotient N/D that a transcendental function is taken of."""
    pieces = Pieces()
    found: dict[sp.Expr, None] = {}
    for node in tree.distinct():
        if node.op in {"exp", "sin", "cos", "atan", "log", "erf"}:
            for expr in pieces.of(node.args[0]):
                upper, below = sp.fraction(expr)
                if below.free_symbols and upper.is_polynomial() and below.is_polynomial():
                    found[upper + below] = None
    return tuple(found)[:MAX_BALANCES]


def _weighted(
    sums: Sequence[sp.Expr],
    variables: Sequence[sp.Symbol],
    inverse: Mapping[sp.Symbol, sp.Expr],
    own: bool,
) -> Iterator[Chart]:
    for weights in dict.fromkeys(w for e in sums for w in _weights(e, variables)):
        yield Chart(tuple(_path(inverse[v], variables, weights) for v in variables), weights, own)


def _path(inverse: sp.Expr, variables: Sequence[sp.Symbol], weights: Weights) -> Path:
    """Return a polynomial in the coordinates, with d_i*t**w_i put in for them, power by power."""
    sizes: dict[sp.Expr, sp.Expr] = {}
    for powers, c in sp.Poly(inverse, *variables).terms():
        size = sp.Add(*(n * w for n, w in zip(powers, weights, strict=True)))
        term = c * sp.Mul(*(direction(v.name) ** n for v, n in zip(variables, powers, strict=True)))
        sizes[size] = sizes.get(size, sp.S.Zero) + term
    return tuple((c, size) for size, c in sizes.items())


def _weights(local: sp.Expr, variables: Sequence[sp.Symbol]) -> Iterator[Weights]:
    """Yield (1, ..., 1), then the weights that balance terms of the gap: the facets of its Newton polytope."""
    even = (sp.S.One,) * len(variables)
    yield even
    readable = sp.count_ops(local) <= MAX_OPERATIONS and is_modest(local)
    if len(variables) < 2 or not readable:
        return
    powers = _exponents(local, variables)
    seen = {even}
    for first, *others in combinations(powers, len(variables)) if len(powers) <= MAX_POWERS else ():
        normals = sp.Matrix.vstack(*(m - first for m in others)).nullspace()
        if len(normals) != 1 or 0 in normals[0]:
            continue
        normal = normals[0] / min(normals[0], key=abs)
        weights = tuple(normal)
        lowest = min(m.dot(normal) for m in powers)
        if min(weights) > 0 and first.dot(normal) == lowest and weights not in seen:
            seen.add(weights)
            yield weights


def _exponents(total: sp.Expr, variables: Sequence[sp.Symbol]) -> list[sp.Matrix]:
    """Return the exponents of every term of a sum of powers, broken ones too; none where a term is no such product.

    On one side of a wall abs(x)**(3/2) is x**(3/2) or (-x)**(3/2).
    """
    if total.is_polynomial(*variables):
        # As a polynomial over quotients of constants: what cancels there is a term for `expanded`.
        return [sp.Matrix([m]) for m in sp.Poly(total, *variables).monoms()]
    found: dict[tuple[sp.Expr, ...], None] = {}
    for term in sp.Add.make_args(expanded(total)):
        rates = dict.fromkeys(variables, sp.S.Zero)
        for base, e in term.as_powers_dict().items():
            v = base if base in rates else -base
            if v in rates and e.is_Rational and e > 0:
                rates[v] += e
            elif not base.free_symbols.isdisjoint(variables):
                return []
        found[tuple(rates.values())] = None
    return [sp.Matrix([m]) for m in found]


def _inverses(local: sp.Expr, variables: Sequence[sp.Symbol]) -> Iterator[Mapping[sp.Symbol, sp.Expr]]:
    """Yield the variables as polynomials in other coordinates: in bases of powers and factors of the gap."""
    still = dict.fromkeys(variables, sp.S.Zero)
    bases = dict.fromkeys(
        b
        for term in sp.Add.make_args(local)
        for a in sp.Mul.make_args(term)
        for b in [a.base if a.is_Pow and a.exp.is_Integer and a.exp > 0 else a]
        if b.free_symbols & set(variables) and b.is_polynomial(*variables) and b.subs(still) == 0
    )
    if all(b in still for b in bases):
        return
    for chosen in list(combinations(bases, len(variables)))[:MAX_CHOICES]:
        inverse = None if all(b in still for b in chosen) else _inverse(list(chosen), variables)
        if inverse is not None:
            yield inverse


def _inverse(
    coordinates: list[sp.Expr], variables: Sequence[sp.Symbol]
) -> Mapping[sp.Symbol, sp.Expr] | None:
    """Solve coordinate_i(x) = u_i for the variables x, which are linear in one coordinate after the other.

    The u_i are written with the variables' own symbols, in their order.
    """
    values = [sp.Dummy(v.name, real=True) for v in variables]
    left = [c - u for c, u in zip(coordinates, values, strict=True)]
    found: dict[sp.Symbol, sp.Expr] = {}
    while left:
        step = next(
            ((e, v) for e in left for v in variables if v not in found and _rate(e, v) is not None), None
        )
        if step is None:
            return None
        e, v = step
        value = expanded(v - e / _rate(e, v))
        left = [expanded(f.subs(v, value)) for f in left if f is not e]
        found = {w: expanded(x.subs(v, value)) for w, x in found.items()} | {v: value}
    named = dict(zip(values, variables, strict=True))
    return {v: x.xreplace(named) for v, x in found.items()}


def _rate(e: sp.Expr, v: sp.Symbol) -> sp.Expr | None:
    """Return the number that ``v`` is multiplied by where it occurs linearly; None where it does not."""
    rate = sp.diff(e, v)
    return rate if rate.is_number and rate != 0 else None
