"""The judges: what the two sides of a witness say about a finding, one judge for each kind.

Only what makes the finding's class wrong contradicts it, or slopes and limits other than those stated; a cusp
that looks like a vertical tangent is left open.

Read in order: `Trial`, `_continuous`, `_judge_corner`, the others, `JUDGES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb
from typing import Any

import mpmath

from diffcheck.errors import DiffcheckError
from diffcheck.language.numeric import Value, evaluate
from diffcheck.language.parse import parse
from diffcheck.probe.sides import Ladder, Line, Side, Slope, State, real
from diffcheck.verdict import Finding, Kind, ProbeResult, ProbeStatus

__all__ = ["JUDGES", "Trial"]

CONFIRMED, CONTRADICTED = ProbeStatus.CONFIRMED, ProbeStatus.CONTRADICTED
CANNOT_TELL = ProbeStatus.CANNOT_TELL

# Relative distance at which a measured slope contradicts the stated one; slopes settle far better than this.
SLOPE_TOLERANCE = 1e-6
# Growth of a difference quotient from one step to the next that only an unbounded derivative shows.
LOG_STEP = 1.5
# Differences of higher order cost too many digits.
MAX_ORDER = 12
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Trial:
    """Both sides of a witness along one line."""

    finding: Finding
    line: Line
    ladder: Ladder
    below: Side
    above: Side
    axis: bool

    @property
    def sides(self) -> tuple[Side, Side]:
        """The side below and the side above."""
        return self.below, self.above

    def result(self, status: ProbeStatus, note: str = "") -> ProbeResult:
        """Return the outcome with the slopes that were measured."""
        said = "" if status is CONFIRMED else note
        return ProbeResult(status, self.below.finite_slope, self.above.finite_slope, self.below.h, said)


def _continuous(trial: Trial) -> ProbeResult | None:
    """Return the outcome for a finding that needs a finite value on both sides, when that already fails."""
    if any(s.state is State.UNBOUNDED for s in trial.sides):
        return trial.result(CONTRADICTED, "the value is unbounded")
    if any(s.state is State.UNDEFINED for s in trial.sides):
        return trial.result(CANNOT_TELL, "one side is undefined")
    if any(s.state is not State.LIMIT for s in trial.sides):
        return trial.result(CANNOT_TELL, "the values do not settle")
    if _limits_differ(trial):
        return trial.result(CONTRADICTED, "the one-sided limits differ")
    return None


def _limits_differ(trial: Trial) -> bool:
    with mpmath.workdps(trial.ladder.digits):
        gap = abs(trial.above.limit - trial.below.limit)
        return bool(gap > 10 * (trial.above.error + trial.below.error))


def _slopes_differ(trial: Trial) -> bool:
    with mpmath.workdps(trial.ladder.digits):
        gap = abs(trial.above.slope - trial.below.slope)
        return bool(gap > 10 * (trial.above.slope_error + trial.below.slope_error))


def _stated(trial: Trial, text: str | None) -> Any:
    """Return the number a finding states, at the witness; None when the text is no number there."""
    try:
        number = {k: Fraction(n) for k, n in trial.finding.member.items()}
        stated = evaluate(parse(text or ""), {**trial.line.base, **number}, trial.ladder.digits)
    except (DiffcheckError, KeyError, ValueError):
        return None
    if stated.value is None or stated.doubt or isinstance(stated.value, bool):
        return None
    with mpmath.workdps(trial.ladder.digits):
        return real(stated.value)


def _is_stated(trial: Trial, text: str | None, measured: Any, error: Any) -> bool:
    """Whether a measured number can be the one a finding states; a text that is no number can be any."""
    value = _stated(trial, text)
    if value is None:
        return True
    with mpmath.workdps(trial.ladder.digits):
        return bool(abs(measured - value) <= SLOPE_TOLERANCE * max(abs(value), abs(measured)) + 10 * error)


def _agreeing(trial: Trial, note: str) -> ProbeResult:
    """Return the outcome when both sides agree: no contradiction if the stated numbers do, up to what is seen."""
    stated = [_stated(trial, text) for text in (trial.finding.left, trial.finding.right)]
    unseen = mpmath.mpf(10) ** (-trial.ladder.digits // 4)
    if None not in stated and abs(stated[0] - stated[1]) <= max(1e-30 * abs(stated[0]), unseen):
        return trial.result(CANNOT_TELL, "the sides agree there, or differ by less than is seen")
    return trial.result(CONTRADICTED, note)


def _judge_corner(trial: Trial) -> ProbeResult:
    failed = _continuous(trial)
    if failed:
        return failed
    if any(s.trend is not Slope.FINITE for s in trial.sides):
        return trial.result(CANNOT_TELL, "the slopes do not settle")
    if not _slopes_differ(trial):
        return _agreeing(trial, "the one-sided slopes agree")
    texts = (trial.finding.left, trial.finding.right)
    agree = [_is_stated(trial, t, s.slope, s.slope_error) for t, s in zip(texts, trial.sides, strict=True)]
    if trial.axis and not all(agree):
        return trial.result(CONTRADICTED, "the one-sided slopes are not those stated")
    return trial.result(CONFIRMED)


_INFINITE = (Slope.INFINITE, Slope.SLOWLY_INFINITE)


def _has_settled(side: Side, ladder: Ladder) -> bool:
    """Whether a slope changes with the step alone: that of abs(x)**(1 - 1e-9) grows alike at every step."""
    with mpmath.workdps(ladder.digits):
        small = mpmath.mpf(10) ** (-ladder.exponents[0] // 2)
        unseen = mpmath.mpf(10) ** (-ladder.digits // 4)
        return bool(side.slope_error <= small * abs(side.slope) + unseen)


def _judge_infinite(trial: Trial) -> ProbeResult:
    """Judge a cusp or a vertical tangent."""
    failed = _continuous(trial)
    if failed:
        return failed
    infinite = [s for s in trial.sides if s.trend in _INFINITE]
    if all(s.trend is Slope.FINITE for s in trial.sides):
        if not all(_has_settled(s, trial.ladder) for s in trial.sides):
            return trial.result(CANNOT_TELL, "the slopes grow too slowly to tell")
        return trial.result(CONTRADICTED, "both one-sided slopes are finite")
    opposite = len(infinite) == 2 and infinite[0].slope * infinite[1].slope < 0
    if infinite and opposite == (trial.finding.kind is Kind.CUSP):
        return trial.result(CONFIRMED)
    return trial.result(
        CANNOT_TELL, "the slopes grow, but not as stated" if infinite else "the slopes do not settle"
    )


def _judge_jump(trial: Trial) -> ProbeResult:
    if any(s.state is State.UNBOUNDED for s in trial.sides):
        return trial.result(CONTRADICTED, "the value is unbounded")
    if any(s.state is not State.LIMIT for s in trial.sides):
        return trial.result(CANNOT_TELL, "the values do not settle")
    if not _limits_differ(trial):
        here = trial.line.at(ZERO)
        if here.value is None or here.doubt or _misses(trial, here):
            return trial.result(CANNOT_TELL, "the limits agree, the value may not")
        return _agreeing(trial, "the one-sided limits agree")
    texts = (trial.finding.left, trial.finding.right)
    agree = [_is_stated(trial, t, s.limit, s.error) for t, s in zip(texts, trial.sides, strict=True)]
    if trial.axis and not all(agree):
        return trial.result(CONTRADICTED, "the one-sided limits are not those stated")
    return trial.result(CONFIRMED)


def _misses(trial: Trial, here: Value) -> bool:
    """Whether the value at the point differs from the limit above it."""
    with mpmath.workdps(trial.ladder.digits):
        return bool(abs(real(here.value) - trial.above.limit) > 10 * trial.above.error)


def _judge_hole(trial: Trial) -> ProbeResult:
    if any(s.state is not State.LIMIT for s in trial.sides):
        return trial.result(CANNOT_TELL, "the values do not settle")
    if _limits_differ(trial):
        return trial.result(CONTRADICTED, "the one-sided limits differ")
    here = trial.line.at(ZERO)
    if here.value is None:
        return trial.result(CONFIRMED)
    if here.doubt:
        return trial.result(CANNOT_TELL, "rounding hides the value at the point")
    if _misses(trial, here):
        return trial.result(CONFIRMED)
    if any(not isinstance(v, Fraction) for v in trial.line.base.values()):
        # sin(6*pi) is no zero at any precision: where equality decides, only rational points are points.
        return trial.result(CANNOT_TELL, "rounding hides the value at the point")
    return trial.result(CONTRADICTED, "the value is the limit")


def _judge_pole(trial: Trial) -> ProbeResult:
    if any(s.state in (State.UNBOUNDED, State.SLOWLY_UNBOUNDED) for s in trial.sides):
        return trial.result(CONFIRMED)
    if all(s.state is State.LIMIT for s in trial.sides):
        return trial.result(CONTRADICTED, "the value stays bounded")
    return trial.result(CANNOT_TELL, "the values do not settle")


def _judge_edge(trial: Trial) -> ProbeResult:
    undefined = [s.state is State.UNDEFINED for s in trial.sides]
    if any(s.state is State.UNKNOWN for s in trial.sides) or all(undefined):
        return trial.result(CANNOT_TELL, "rounding hides where the domain ends")
    if any(undefined):
        return trial.result(CONFIRMED)
    return trial.result(CONTRADICTED, "both sides are defined")


def _judge_flat(trial: Trial) -> ProbeResult:
    if any(s.state is not State.LIMIT or s.trend is not Slope.FINITE for s in trial.sides):
        return trial.result(CANNOT_TELL, "the slopes do not settle")
    if all(abs(s.slope) <= s.slope_error for s in trial.sides):
        return trial.result(CONFIRMED)
    if any(abs(s.slope) > 1000 * s.slope_error for s in trial.sides):
        return trial.result(CONTRADICTED, "a one-sided slope is not zero")
    return trial.result(CANNOT_TELL, "the slopes do not settle")


def _judge_oscillation(trial: Trial) -> ProbeResult:
    """Judge that the value, the slope or the derivative has no limit."""
    if any(s.state is State.UNBOUNDED for s in trial.sides):
        return trial.result(CANNOT_TELL, "the value is unbounded")
    return _judge_turning(trial, 1)


def _judge_turning(trial: Trial, order: int) -> ProbeResult:
    """Judge that the value or the derivative of that order keeps turning as t shrinks."""
    for sign in (-1, 1):
        points = [sign * Fraction(97, 113 * 10**6) * Fraction(5, 8) ** j for j in range(14)]
        if _keeps_turning([trial.line.at(t).value for t in points]) or _keeps_turning(
            [_derivative(trial.line, t, order) for t in points]
        ):
            return trial.result(CONFIRMED)
    return trial.result(CANNOT_TELL, "no oscillation seen")


def _derivative(line: Line, t: Fraction, order: int) -> Any:
    """Return a derivative of ``line`` at t, off all walls: a difference far below any scale at t."""
    finer = Line(line.tree, line.base, line.direction, line.digits * (order + 1) // 2)
    h = Fraction(1, 10 ** (line.digits // 3))
    found = [finer.at(t + j * h) for j in range(order + 1)]
    if any(v.value is None for v in found):
        return None
    with mpmath.workdps(finer.digits):
        terms = ((-1) ** (order - j) * comb(order, j) * real(v.value) for j, v in enumerate(found))
        return mpmath.fsum(terms) / real(h) ** order


def _keeps_turning(samples: list[Any]) -> bool:
    """Whether samples at shrinking t turn around often and do not get closer to each other."""
    if any(v is None for v in samples):
        return False
    changes = [b - a for a, b in pairwise(real(v) for v in samples)]
    turns = sum(a * b < 0 for a, b in pairwise(changes))
    early, late = max(abs(c) for c in changes[:3]), max(abs(c) for c in changes[-3:])
    return bool(turns >= 3 and late > early / 20)


def _judge_break(trial: Trial) -> ProbeResult:
    """Judge class C^k: forward differences of order k + 1 on the two sides differ, or grow as h shrinks.

    D_n(h) = h**-n sum_j (-1)**(n-j) C(n, j) g(s (j+1) h): the points stay on one side, so the error is O(h).
    """
    order = int(trial.finding.level.level) + 1
    ladder = trial.ladder
    digits = (order + 1) * ladder.exponents[1] + ladder.digits
    if order > MAX_ORDER:
        return trial.result(CANNOT_TELL, "the order is too high to measure")
    line = Line(trial.line.tree, trial.line.base, trial.line.direction, digits)
    with mpmath.workdps(digits):
        first, second = ([_one_sided(line, s, order, h) for s in (-1, 1)] for h in ladder.steps[:2])
        if any(v is None for v in (*first, *second)):
            return trial.result(CANNOT_TELL, "one side is undefined")
        errors = [abs(b - a) for a, b in zip(first, second, strict=True)]
        noise = max(abs(v) for v in second) * mpmath.mpf(10) ** (-ladder.exponents[0] // 2)
        if any(abs(b) > LOG_STEP * abs(a) > 0 for a, b in zip(first, second, strict=True)):
            return trial.result(CONFIRMED)
        if abs(second[1] - second[0]) > 10 * (sum(errors) + noise):
            return trial.result(CONFIRMED)
        if trial.finding.left is None and trial.finding.right is None:
            # No one-sided numbers are stated: the derivative of that order may have no limit on either side.
            turning = _judge_turning(trial, order)
            if turning.status is CONFIRMED:
                return turning
        if sum(errors) <= noise + mpmath.mpf(10) ** (-ladder.exponents[0] // 2):
            return _agreeing(trial, f"the derivatives of order {order} agree")
    return trial.result(CANNOT_TELL, "the differences do not settle")


def _one_sided(line: Line, sign: int, order: int, h: Fraction) -> Any:
    """Return the one-sided difference quotient of that order, or None where undefined."""
    total = mpmath.mpf(0)
    for j in range(order + 1):
        found = line.at(sign * (j + 1) * h)
        if found.value is None or found.doubt:
            return None
        total += (-1) ** (order - j) * comb(order, j) * real(found.value)
    return total / (sign * real(h)) ** order


def _judge_line(trial: Trial) -> ProbeResult:
    """Judge one line of a directional finding: a corner along a line is enough."""
    if all(s.state is State.LIMIT for s in trial.sides):
        if _limits_differ(trial):
            return trial.result(CONFIRMED)
        finite = all(s.trend is Slope.FINITE for s in trial.sides)
        if finite and _slopes_differ(trial):
            return trial.result(CONFIRMED)
    return trial.result(CANNOT_TELL, "this line alone is straight")


JUDGES: dict[Kind, Callable[[Trial], ProbeResult]] = {
    Kind.CORNER: _judge_corner,
    Kind.CUSP: _judge_infinite,
    Kind.VERTICAL_TANGENT: _judge_infinite,
    Kind.JUMP: _judge_jump,
    Kind.HOLE: _judge_hole,
    Kind.POLE: _judge_pole,
    Kind.OSCILLATION: _judge_oscillation,
    Kind.DIRECTIONAL: _judge_line,
    Kind.FLAT: _judge_flat,
    Kind.BREAK: _judge_break,
    Kind.EDGE: _judge_edge,
    Kind.DISAGREEMENT: lambda trial: trial.result(CANNOT_TELL),
}
