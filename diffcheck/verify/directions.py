"""What series along directions prove about a point: the class there is at most this, and at least that.

At most, by single curves: unbounded, another limit than the value, slopes that no linear map has.
At least, by all directions at once: p + t*d with the components of d left as names, and d on the faces of a cube.  When
nothing that is divided by, or put under a root or a logarithm, vanishes on the closed faces (intervals, signs), the
series hold uniformly, with their derivatives:  f(p + t*d) = sum of c_a(d)*t**a, each c_a homogeneous of degree a and
analytic for d != 0.  Then f is of class C^(m - 1) at p and no better, m the first power (rounded up) whose c_m is no
polynomial.
Read in order: Bounds, class_at, _at_most, _at_least.
Limits: a face is cut where a coordinate vanishes, nowhere else; cut faces tell continuity only.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from itertools import permutations, product

from mpmath import iv

from diffcheck.certificate import RayStep, ThinStep
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node, number, substitute
from diffcheck.verify.claims import Claim
from diffcheck.verify.elementary import elementary
from diffcheck.verify.exact import (
    ONE,
    Facts,
    Ratio,
    TooLong,
    assuming,
    constant,
    current,
    ratio,
    reduced,
    sign_of,
)
from diffcheck.verify.proofs import FAILURES, assumptions
from diffcheck.verify.series import Series, Undefined, add, expand, logs, single, small_sign, written

__all__ = ["Bounds", "class_at"]

MAX_NAMES = 3
# Points on a line, by steps and the first; one line may cross where the differences vanish by chance.
LINES = ((1, 0), (2, -1), (1, 2))
Place = Mapping[str, Ratio]
Vector = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The class at a point is between two levels (-2 singular, -1 discontinuous, k for C^k), at the witness or at all
    points of the set."""

    at_least: float
    at_most: float
    everywhere: bool

    @property
    def exact(self) -> bool:
        """Whether the class is known."""
        return self.at_least == self.at_most


def class_at(claim: Claim, step: ThinStep) -> Bounds:
    """Return what is proved about the class at the points of a thin set."""
    best = Bounds(-2, math.inf, False)
    for place, facts, everywhere in _places(claim, step):
        with assuming(facts):
            most = _at_most(claim.plain, step, place)
            least, exact = _at_least(claim.plain, list(step.rays[0].moved), place)
        found = Bounds(least, least if exact else most, everywhere)
        if found.exact:
            return found
        best = Bounds(max(best.at_least, least), min(best.at_most, found.at_most), False)
    return best


def _places(claim: Claim, step: ThinStep) -> Iterator[tuple[Place, Facts, bool]]:
    """Yield the points of the set with the names left as names, then the witness."""
    names = {n: ratio(Node(NAME, (), n)) for n in claim.names}
    with suppress(*FAILURES):
        at = {n: ratio(elementary(parse(text))) for n, text in step.at.items()}
        yield names | at, assumptions(claim), True
    with suppress(*FAILURES):
        witness = {n: ratio(elementary(parse(step.rays[0].witness[n]))) for n in claim.names}
        yield witness, Facts(), {*claim.names} == {*step.at}


def _moved(place: Place, direction: Mapping[str, Ratio]) -> dict[str, Series]:
    return {
        n: add(single(v), single(direction[n], 1)) if n in direction else single(v) for n, v in place.items()
    }


def _value(node: Node, place: Place) -> Ratio | None:
    """Return the value at the place; None where there is none."""
    try:
        return expand(node, {n: single(v) for n, v in place.items()}).at(0)
    except Undefined:
        return None


# --- at most


def _at_most(node: Node, step: ThinStep, place: Place) -> float:
    """Return the worst that single curves show; infinity when they show nothing."""
    try:
        value = _value(node, place)
    except FAILURES:
        return math.inf
    names = list(step.rays[0].moved)
    found = math.inf
    slopes: dict[tuple[Fraction, ...], Ratio] = {}
    for key, moves in _curves(step, place, names):
        try:
            series = expand(node, moves)
            unbounded = series.unbounded
        except FAILURES:
            continue
        if unbounded:
            return -2.0
        if value is None or (series.cut is not None and series.cut <= 0):
            continue
        if _nonzero(series.at(0) - value):
            found = min(found, -1.0)
        elif not (series.at(0) - value).is_zero:
            continue
        if key is None or (series.cut is not None and series.cut <= 1):
            continue
        steep = {a: c for a, c in series.terms.items() if 0 < a < 1 or (a == 1 and logs(c))}
        if any(small_sign(c) for c in steep.values()):
            found = min(found, 0.0)
        elif not steep:
            slopes[key] = series.at(1)
    return min(found, 0.0) if _not_linear(slopes) else found


def _curves(
    step: ThinStep, place: Place, names: Sequence[str]
) -> Iterator[tuple[tuple[Fraction, ...] | None, dict[str, Series]]]:
    for d in product((0, 1, -1, 2, -2), repeat=len(names)) if len(names) <= MAX_NAMES else _axes(len(names)):
        if any(d) and (max(map(abs, d)) == 1 or len(names) == 2):
            key = tuple(Fraction(c) for c in d)
            yield key, _moved(place, {n: constant(c) for n, c in zip(names, key, strict=True)})
    for ray in step.rays:
        try:
            yield None, _along(ray, step, place)
        except FAILURES:
            continue


def _axes(n: int) -> Iterator[tuple[int, ...]]:
    for i in range(n):
        for j in range(i, n):
            for s in (1, -1):
                yield tuple(s * int(k in (i, j)) for k in range(n))


def _along(ray: RayStep, step: ThinStep, place: Place) -> dict[str, Series]:
    """Return the curve of a ray, its direction that of the witness."""
    inner = {n: single(ratio(elementary(parse(t)))) for n, t in ray.witness.items() if n not in place} | {
        n: single(v) for n, v in place.items()
    }
    inner[step.step] = single(ONE, 1)
    shifts = {n: expand(elementary(parse(text)), inner) for n, text in ray.moved.items()}
    return {n: add(single(v), shifts[n]) if n in shifts else single(v) for n, v in place.items()}


def _nonzero(value: Ratio) -> bool:
    return bool(sign_of(value))


def _not_linear(slopes: Mapping[tuple[Fraction, ...], Ratio]) -> bool:
    """Whether three directions u + v = w, or two opposite ones, have slopes that no linear map has."""
    zero = constant(0)
    for u, v in product(slopes, repeat=2):
        w = tuple(a + b for a, b in zip(u, v, strict=True))
        if not any(w):
            total = zero
        elif w in slopes:
            total = slopes[w]
        else:
            continue
        if _nonzero(slopes[u] + slopes[v] - total):
            return True
    return False


# --- at least


def _at_least(node: Node, names: Sequence[str], place: Place) -> tuple[float, bool]:
    """Return a class that the point has at least, and whether it has no better one."""
    level, exact = -2.0, False
    if len(names) <= MAX_NAMES:
        with suppress(*FAILURES):
            level, exact = _by_faces(node, names, place)
    if level < 0 and not exact and _continuous(node, place):
        return 0.0, False
    return level, exact


def _by_faces(node: Node, names: Sequence[str], place: Place) -> tuple[float, bool]:
    letters = {n: f"d {n}" for n in names}  # a space: no name of the question has one
    direction = {n: ratio(Node(NAME, (), d)) for n, d in letters.items()}
    moves = _moved(place, direction)
    pieces: list[tuple[frozenset[str], Series]] = []
    for n, sign in product(names, (1, -1)):
        try:
            with assuming(_face(letters, {n: sign}, n)):
                pieces.append((frozenset(), expand(node, moves)))
        except TooLong:
            pieces += _cut_face(node, letters, place, n, sign)
    value = _value(node, place)
    if value is None:
        return -2.0, True  # a missing point: on the faces the function is defined
    every = [s for _, s in pieces]
    if any((s.low is not None and s.low < 0) or (s.cut is not None and s.cut <= 0) for s in every):
        return -2.0, False
    if any(logs(s.at(0)) for s in every):
        return -2.0, False
    whole = next(s for zeros, s in pieces if not zeros)
    if all(_same(s, whole, zeros) for zeros, s in pieces):
        return _homogeneous(whole, value, letters, place, node)
    fits = all((s.at(0) - value).is_zero for s in every)
    return (0.0 if fits else -1.0), False


def _face(letters: Mapping[str, str], signs: Mapping[str, int], face: str) -> Facts:
    """Return the assumptions on a face of the cube: a component is 1 or -1, the others are between.

    signs: of components that are strict there; the closed face is what must be free of zeros.
    """
    facts = current()
    box = dict(facts.box)
    known = list(facts.signs)
    for n, d in letters.items():
        s = signs.get(n)
        low, high = (s, s) if n == face and s else (-1, 1) if s is None else (min(0, s), max(0, s))
        box[d] = iv.mpf([low, high])
        if s:
            known.append((ratio(Node(NAME, (), d)), s))
    return replace(facts, signs=tuple(known), box=box, directions=frozenset(letters.values()))


def _cut_face(
    node: Node, letters: Mapping[str, str], place: Place, face: str, sign: int
) -> Iterator[tuple[frozenset[str], Series]]:
    """Yield the series on the parts of a face on which every component has a sign, or is zero (these are named)."""
    others = [n for n in letters if n != face]
    for signs in product((1, -1, 0), repeat=len(others)):
        chosen = {face: sign, **dict(zip(others, signs, strict=True))}
        direction = {n: ratio(Node(NAME, (), d)) if chosen[n] else constant(0) for n, d in letters.items()}
        with assuming(_face(letters, chosen, face)):
            zeros = frozenset(d for n, d in letters.items() if not chosen[n])
            yield zeros, expand(node, _moved(place, direction))


def _same(part: Series, whole: Series, zeros: frozenset[str]) -> bool:
    """Whether a series is the other one, with components of the direction that are zero."""
    powers = {a for a in part.terms.keys() | whole.terms.keys() if whole.cut is None or a < whole.cut}
    reach = part.cut is None or (whole.cut is not None and whole.cut <= part.cut)
    return reach and all((part.at(a) - _restricted(whole.at(a), zeros)).is_zero for a in powers)


def _restricted(c: Ratio, zeros: frozenset[str]) -> Ratio:
    if not zeros:
        return c
    return ratio(substitute(written(c), lambda n: number(0) if n.op == NAME and n.leaf in zeros else None))


def _homogeneous(
    series: Series, value: Ratio, letters: Mapping[str, str], place: Place, node: Node
) -> tuple[float, bool]:
    """Read the class off one series that holds in all directions."""
    if not (series.at(0) - value).is_zero:
        return -1.0, False
    for a in sorted(series.terms):
        if a and not (a.denominator == 1 and _polynomial(series.terms[a], int(a), letters)):
            return float(math.ceil(a) - 1), _no_polynomial(node, letters, place, a)
    if series.cut is None:
        return math.inf, True
    return float(math.ceil(series.cut) - 1), False


def _polynomial(c: Ratio, degree: int, letters: Mapping[str, str]) -> bool:
    """Whether a coefficient is seen to be a homogeneous polynomial in the direction."""
    ds = {*letters.values()}
    if logs(c):
        return False
    c = reduced(c)
    if any(ds & {*n.names()} for n in c.nodes.values() if _occurs(c, n)) or any(
        g in ds for m in c.den for g, _ in m
    ):
        return False
    return all(sum(k for g, k in m if g in ds) == degree for m in c.num)


def _occurs(c: Ratio, node: Node) -> bool:
    used = {g for part in (c.num, c.den) for m in part for g, _ in m}
    return any(c.nodes.get(g) is node for g in used)


def _no_polynomial(node: Node, letters: Mapping[str, str], place: Place, degree: Fraction) -> bool:
    """Whether the coefficient of t**degree is proved to be no polynomial in the direction, on some line.

    A polynomial of degree m has the parity of m, and its differences of order m + 1 along a line vanish.
    """

    def at(weights: Mapping[str, int]) -> Ratio:
        d = {n: constant(weights.get(n, 0)) for n in letters}
        return expand(node, _moved(place, d)).at(degree)

    for u, v in permutations(letters, 2):
        if degree.denominator > 1:
            if small_sign(at({u: 1, v: 1})):
                return True
            continue
        if logs(at({u: 1})):
            return bool(small_sign(at({u: 1})))
        m = int(degree)
        if _nonzero(at({u: -1}) - constant((-1) ** m) * at({u: 1})):
            return True
        for pace, start in LINES:
            row = [at({u: 1, v: pace * k + start}) for k in range(m + 2)]
            differences = [constant((-1) ** k * math.comb(m + 1, k)) * c for k, c in enumerate(row)]
            if _nonzero(reduce(operator.add, differences)):
                return True
    return False


# --- continuity at the point, part by part


def _continuous(node: Node, place: Place) -> bool:
    """Whether each part of an expression is proved to be continuous at the values that its own parts have there."""
    try:
        return _Parts(place).fits(node)
    except FAILURES:
        return False


class _Parts:
    """One pass over a tree: which parts are continuous at the place."""

    def __init__(self, place: Place) -> None:
        self.moves = {n: single(v) for n, v in place.items()}
        self.memo: dict[int, tuple[Node, bool]] = {}

    def fits(self, node: Node) -> bool:
        if id(node) not in self.memo:
            self.memo[id(node)] = node, self._step(node)
        return self.memo[id(node)][1]

    def at(self, node: Node) -> Ratio:
        return expand(node, self.moves).at(0)

    def _step(self, node: Node) -> bool:
        if node.op == "where":
            return self._branch(node)
        if not all(self.fits(a) for a in node.args):
            return False
        if node.op in CONTINUOUS:
            return True
        if node.op in {"div", "log"}:
            return _nonzero(self.at(node.args[-1]))
        if node.op == "pow":
            power = self.at(node.args[1]).rational
            if power is None or node.args[1].names():
                return False
            return power > 0 or _nonzero(self.at(node.args[0]))
        return False

    def _branch(self, node: Node) -> bool:
        """A condition that is decided nearby, or two continuous branches with one value."""
        test, *sides = node.args
        if test.op in HOLDS and all(self.fits(a) for a in test.args):
            sign = sign_of(self.at(test.args[0]) - self.at(test.args[1]))
            if sign:
                return self.fits(sides[0] if sign in HOLDS[test.op] else sides[1])
        return all(self.fits(s) for s in sides) and (self.at(sides[0]) - self.at(sides[1])).is_zero


CONTINUOUS = frozenset({NUMBER, NAME, "pi", "add", "mul", "exp", "sin", "cos", "atan", "erf", "asin"})
HOLDS = {"lt": {-1}, "le": {-1, 0}, "gt": {1}, "ge": {0, 1}, "eq": {0}, "ne": {-1, 1}}
