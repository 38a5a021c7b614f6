"""What a function does on one side of a point, measured at high precision.

Along a line g(t) = f(p + t d) the values at t = s h1, s h2, s h3 (s = -1 below, +1 above) are taken for steps
that shrink by squaring, h2 ~ h1**2 and h3 ~ h2**2.  A power h**a then changes by many decades from one step
to the next and a logarithm doubles, so limits, infinite slopes and oscillation tell themselves apart without
fitting anything.

Read in order: `Ladder`, `Line`, `Side`, `side`.
Limits: powers below about 1/10 and logarithms of logarithms settle too slowly: such sides are UNSETTLED.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath

from diffcheck.language.numeric import Exact, Value, evaluate
from diffcheck.language.tree import Node

__all__ = ["COARSE", "FINE", "FINEST", "Ladder", "Line", "Side", "Slope", "State", "bent", "real", "side"]

# Steps are no powers of ten: sin(pi/x) and frac(1/x) are constant along 10**-k.
_OFFSETS = (Fraction(97, 113), Fraction(89, 127), Fraction(83, 131))

# A difference that shrinks by this factor while h is squared belongs to a limit: a > 0.13 in h**a at 10**-12.
SETTLED = 0.03
# A quotient that grows by this factor while h is squared belongs to a power, not to a logarithm.
POWER_GROWTH = 15
LOG_GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps 10**-k for three k, each twice the one before, and the working digits they need.

    Four times the largest k: second differences of a gap squared still stand clear of rounding.
    """

    exponents: tuple[int, int, int]

    @property
    def digits(self) -> int:
        """Working digits."""
        return 4 * self.exponents[2] + 20

    @property
    def steps(self) -> tuple[Fraction, Fraction, Fraction]:
        """The three steps, largest first."""
        a, b, c = (r / 10**k for r, k in zip(_OFFSETS, self.exponents, strict=True))
        return a, b, c


COARSE = Ladder((12, 24, 48))
FINE = Ladder((40, 80, 160))
FINEST = Ladder((100, 200, 400))


@dataclass(frozen=True, slots=True)
class Line:
    """The function t -> f(p + t d); ``base`` is p, every name included, ``direction`` is d."""

    tree: Node
    base: Mapping[str, Exact]
    direction: Mapping[str, Exact]
    digits: int

    def point(self, t: Fraction) -> dict[str, Exact]:
        """Return p + t d: exact where p and d are."""
        moved = dict(self.base)
        with mpmath.workdps(self.digits):
            for name, component in self.direction.items():
                p = moved[name]
                if isinstance(p, Fraction) and isinstance(component, Fraction):
                    moved[name] = p + t * component
                else:
                    moved[name] = real(p) + real(t) * real(component)
        return moved

    def at(self, t: Fraction) -> Value:
        """Return f(p + t d)."""
        return evaluate(self.tree, self.point(t), self.digits)


def real(value: Exact) -> Any:
    """Return ``value`` as mpf in the working precision."""
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


class State(Enum):
    """What the value does as t -> 0 on one side."""

    LIMIT = "limit"
    UNBOUNDED = "unbounded"
    SLOWLY_UNBOUNDED = "grows like a logarithm"
    UNSETTLED = "unsettled"
    UNDEFINED = "undefined"
    UNKNOWN = "unknown"


class Slope(Enum):
    """What the difference quotient does as t -> 0 on one side."""

    FINITE = "finite"
    INFINITE = "infinite"
    SLOWLY_INFINITE = "grows like a logarithm"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a point.

    limit, error: of the value, when ``state`` is LIMIT.  slope: d/dt, the quotient at the second step, so -1
    for abs below 0; trend says how it goes on, slope_error bounds its distance from the limit if FINITE.
    """

    state: State
    h: float
    limit: Any = None
    error: Any = None
    trend: Slope = Slope.UNSETTLED
    slope: Any = None
    slope_error: Any = None

    @property
    def finite_slope(self) -> float | None:
        """The slope as a float, or None when it is not known to be finite."""
        return float(self.slope) if self.trend is Slope.FINITE and self.state is State.LIMIT else None


def side(line: Line, sign: int, ladder: Ladder) -> Side:
    """Measure the side of ``line`` at t = 0 where t has ``sign``."""
    steps = ladder.steps
    found = [line.at(sign * h) for h in steps]
    h = float(steps[1])
    if any(v.doubt for v in found):
        return Side(State.UNKNOWN, h)
    missing = sum(v.value is None for v in found)
    if missing:
        return Side(State.UNDEFINED if missing == len(found) else State.UNKNOWN, h)
    with mpmath.workdps(ladder.digits):
        g = [real(v.value) for v in found]
        state, error = _state(g, ladder)
        if state is not State.LIMIT:
            return Side(state, h)
        quotients = [(v - g[2]) / (sign * real(t)) for v, t in zip(g[:2], steps[:2], strict=True)]
        noise = _noise(g, ladder) / real(steps[1])
        trend = _trend(quotients, noise)
        slope_error = abs(quotients[1] - quotients[0]) + noise
        return Side(state, h, g[2], error, trend, quotients[1], slope_error)


def _noise(g: list[Any], ladder: Ladder) -> Any:
    """Bound the rounding of the values: half of the working digits may be lost to cancellation.

    Where a function cancels to 0 all that is left is rounding, however small the values are.
    """
    cancelled = mpmath.mpf(10) ** (-3 * ladder.digits // 4)
    return max(abs(v) for v in g) * mpmath.mpf(10) ** (-ladder.digits // 2) + cancelled


def _state(g: list[Any], ladder: Ladder) -> tuple[State, Any]:
    first, second = abs(g[1] - g[0]), abs(g[2] - g[1])
    noise = _noise(g, ladder)
    if second <= noise or second <= SETTLED * first:
        return State.LIMIT, second + noise
    sizes = [abs(v) for v in g]
    if sizes[2] < mpmath.mpf(10) ** (-ladder.digits // 2):
        return State.UNSETTLED, None  # a zero that rounding hides, or a tiny scale
    if sizes[1] >= POWER_GROWTH * sizes[0] and sizes[2] >= POWER_GROWTH * sizes[1]:
        return State.UNBOUNDED, None
    if sizes[1] >= LOG_GROWTH * sizes[0] > 0 and sizes[2] >= LOG_GROWTH * sizes[1]:
        return State.SLOWLY_UNBOUNDED, None
    return State.UNSETTLED, None


def _trend(quotients: list[Any], noise: Any) -> Slope:
    first, second = (abs(q) for q in quotients)
    change = abs(quotients[1] - quotients[0])
    if change <= max(1e-3 * second, noise) or second <= SETTLED * first:
        return Slope.FINITE
    same_sign = quotients[0] * quotients[1] > 0
    if same_sign and second >= POWER_GROWTH * first:
        return Slope.INFINITE
    if same_sign and second >= LOG_GROWTH * first:
        return Slope.SLOWLY_INFINITE
    return Slope.UNSETTLED


def bent(tree: Node, base: Mapping[str, Exact], names: Sequence[str], ladder: Ladder) -> bool:
    """Whether limits or slopes at ``base`` fit no linear map: D(p u + q v) = p D(u) + q D(v) fails surely."""
    axes = {n: side(Line(tree, base, {n: Fraction(1)}, ladder.digits), 1, ladder) for n in names}
    for a, b in pairwise(names):
        for p, q in ((1, 1), (1, -1), (1, 2), (2, 1), (3, -1)):
            mixed = side(Line(tree, base, {a: Fraction(p), b: Fraction(q)}, ladder.digits), 1, ladder)
            if _differs_from_linear((axes[a], axes[b], mixed), p, q, ladder):
                return True
    return False


def _differs_from_linear(sides: tuple[Side, Side, Side], p: int, q: int, ladder: Ladder) -> bool:
    """Whether the side along p u + q v, given last, does not follow from those along u and v."""
    u, v, mixed = sides
    if any(s.state is not State.LIMIT for s in (u, v, mixed)):
        return False
    with mpmath.workdps(ladder.digits):
        if abs(mixed.limit - u.limit) > 10 * (mixed.error + u.error):
            return True
        if any(s.trend is not Slope.FINITE for s in (u, v, mixed)):
            return False
        error = abs(p) * u.slope_error + abs(q) * v.slope_error + mixed.slope_error
        return bool(abs(mixed.slope - p * u.slope - q * v.slope) > 10 * error)
