"""Checks of thin sets: the germs along directions are those of the function, and the class fits what it does there.

What a class means at one point is read off the function itself, along fixed directions at two small steps: values that
do not come together, difference quotients that are not linear in the direction.
Exact series along directions (directions.py) prove it first, where there are some.
Limits of the numbers: directions are samples, and only the rays of the certificate are curves; classes above C0 are not
contradicted, not proved.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath

from diffcheck.certificate import RayStep, ThinStep
from diffcheck.errors import InputError
from diffcheck.language.parse import parse_conditions
from diffcheck.verdict import CINF, D1, Smoothness
from diffcheck.verify.claims import Check, Claim, Status, sides_of
from diffcheck.verify.directions import class_at
from diffcheck.verify.proofs import not_at_once
from diffcheck.verify.sidewise import DIGITS, check_germ, number_of, real
from diffcheck.verify.walls import Refused, Unknown, holding, witness_point

__all__ = ["check_thin"]

STEPS = (Fraction(1, 10**40), Fraction(1, 10**120))
LARGE = mpmath.mpf(10) ** 6
APART = mpmath.mpf(10) ** -4
Vector = Mapping[str, Fraction]


def check_thin(claim: Claim, number: int, step: ThinStep) -> Check:
    """Check one thin set, which has a number."""
    label = "thin set " + " and ".join(step.equations)
    try:
        for ray in step.rays:
            _check_ray(claim, step, ray)
        if not step.rays and _nothing_claimed(step) and not_at_once(step.equations, claim):
            return Check(label, Status.PROVED, "no point in the domain")
        note = _check_class(claim, step)
        status, how, fails = _proved(claim, step)
        return Check(label, status, f"{note}; {how}", number, fails)
    except Refused as reason:
        return Check(label, Status.FAILED, str(reason))
    except Unknown as reason:
        return Check(label, Status.OPEN, str(reason))
    except InputError as error:
        return Check(label, Status.FAILED, f"unreadable: {error.message}")


def _check_ray(claim: Claim, step: ThinStep, ray: RayStep) -> None:
    point = witness_point(claim, ray.witness, None)
    for equation in step.equations:
        for condition in parse_conditions(equation):
            for u, v in sides_of(condition):
                values = [number_of(n, point) for n in (u, v)]
                if None not in values and abs(real(values[0]) - real(values[1])) > mpmath.mpf(10) ** -100:
                    raise Refused(f"{equation} does not hold at the witness")
    if claim.inside(point) is False or holding(ray.conditions, point) is False:
        raise Refused("the witness of a direction is not inside `where`, or not of its kind")
    fault = check_germ(lambda t: _along(claim, step, ray, point, t), ray.germ, point, step.step)
    if fault:
        raise Refused(f"along {', '.join(ray.moved.values())}: {fault}")
    if fault is None:
        raise Unknown("no step at which numbers tell")


def _along(claim: Claim, step: ThinStep, ray: RayStep, point: Mapping[str, Any], t: Fraction) -> Any:
    shifts = {n: number_of(text, {**point, step.step: t}) for n, text in ray.moved.items()}
    if any(s is None for s in shifts.values()):
        return None
    return claim.value(_shifted(point, shifts))


def _shifted(point: Mapping[str, Any], shifts: Mapping[str, Any]) -> dict[str, Any]:
    with mpmath.workdps(DIGITS):
        out = dict(point)
        for n, s in shifts.items():
            exact = isinstance(out[n], Fraction) and isinstance(s, Fraction)
            out[n] = out[n] + s if exact else real(out[n]) + real(s)
        return out


# --- what exact series say


def _proved(claim: Claim, step: ThinStep) -> tuple[Status, str, bool]:
    """Say how far the class is proved, and whether a failure at the witness is; Refused when another one is proved."""
    if any(ray.germ is None for ray in step.rays):
        return Status.SAMPLED, "not proved", False
    bounds = class_at(claim, step)
    stated = Smoothness.parse(step.smoothness).level
    if not bounds.at_least <= stated <= bounds.at_most:
        at_least, at_most = Smoothness(bounds.at_least), Smoothness(bounds.at_most)
        raise Refused(f"exact series prove class {at_least if stated < bounds.at_least else at_most}")
    if bounds.exact and bounds.everywhere:
        return Status.PROVED, "proved by exact series in all directions", True
    if bounds.at_most < D1.level:
        return Status.SAMPLED, "a worse or equal class is proved by exact series along directions", True
    return Status.SAMPLED, "not proved by exact series", False


# --- what the function does near the point


def _nothing_claimed(step: ThinStep) -> bool:
    return step.kind is None and step.smoothness == str(CINF)


def _check_class(claim: Claim, step: ThinStep) -> str:
    try:
        stated = Smoothness.parse(step.smoothness).level
    except ValueError:
        raise Refused(f"no class {step.smoothness}") from None
    if not step.rays:
        if stated < math.inf or step.kind is not None:
            raise Refused("a class without a direction that shows it")
        raise Unknown(f"the equations have no solution in the domain: {step.how or 'looked at elsewhere'}")
    if any(ray.germ is None for ray in step.rays):
        if stated < math.inf:
            raise Refused("a class at an edge of the domain")
        return "an edge of the domain"
    point = witness_point(claim, step.rays[0].witness, None)
    found = min(_seen(claim, step, point), _by_rays(claim, step))
    if found <= 0 and found != stated:
        raise Refused(f"the function is {Smoothness(found)} there, not {step.smoothness}")
    if stated <= 0 < found:
        raise Refused(f"no direction shows class {step.smoothness}")
    return f"class {step.smoothness}" + ("" if found <= 0 else ", not contradicted along directions")


def _by_rays(claim: Claim, step: ThinStep) -> float:
    """Return the level that the values along the rays of the certificate show: unbounded, apart, or nothing."""
    ends: list[list[Any]] = [[], []]
    for ray in step.rays:
        point = witness_point(claim, ray.witness, None)
        for values, t in zip(ends, STEPS, strict=True):
            values.append(_along(claim, step, ray, point, t))
    same = len({tuple(sorted((n, str(r.witness.get(n))) for n in claim.names)) for r in step.rays}) == 1
    return _of_values(ends, step.value is None, same)


def _of_values(ends: Sequence[Sequence[Any]], missing: bool, same_point: bool = True) -> float:
    rows = [[real(v) for v in values if v is not None] for values in ends]
    if not all(rows):
        return math.inf
    tops = [max(map(abs, row)) for row in rows]
    if tops[1] > 2 * tops[0] and tops[1] > 60:
        return -2.0
    if same_point:
        spreads = [max(row) - min(row) for row in rows]
        if (
            spreads[0] > 0
            and spreads[1] > spreads[0] * (1 - APART)
            and spreads[1] > APART * max(1, tops[1]) / LARGE
        ):
            return -2.0 if missing else -1.0
    return -2.0 if missing else math.inf


def _directions(names: Sequence[str]) -> Iterator[Vector]:
    source = random.Random(5)
    for n in names:
        yield {m: Fraction(int(m == n)) for m in names}
    for _ in range(6):
        yield {n: Fraction(source.randint(-99, 99), 50) for n in names}


def _seen(claim: Claim, step: ThinStep, point: Mapping[str, Any]) -> float:
    """Return -2, -1 or 0 for what straight lines show, infinity when they show nothing wrong."""
    names = list(step.rays[0].moved)
    lines = [d for v in _directions(names) for d in (v, {n: -c for n, c in v.items()})]
    values = [[_value(claim, point, d, t) for d in lines] for t in STEPS]
    found = _of_values(values, step.value is None)
    if found < 0 or any(v is None for row in values for v in row):
        return found
    here = claim.value(point)
    if here is None:
        return -2.0
    with mpmath.workdps(DIGITS):
        if max(abs(real(v) - real(here)) for v in values[1]) > APART * _scale(values, here):
            return -1.0
        faults = [_not_linear(names, lines, row, here, t) for row, t in zip(values, STEPS, strict=True)]
    return 0.0 if faults[1] > APART * APART and faults[1] > faults[0] * (1 - APART) else math.inf


def _scale(values: Sequence[Sequence[Any]], here: Any) -> Any:
    # Values that still move towards the limit are no discontinuity.
    moving = max(abs(real(a) - real(b)) for a, b in zip(*values, strict=True))
    return max(1, abs(real(here))) + LARGE * moving


def _value(claim: Claim, point: Mapping[str, Any], direction: Vector, t: Fraction) -> Any:
    return claim.value(_shifted(point, {n: c * t for n, c in direction.items()}))


def _not_linear(
    names: Sequence[str], lines: Sequence[Vector], row: Sequence[Any], here: Any, t: Fraction
) -> Any:
    """Return how far difference quotients are from the linear map that fits the axes."""
    slopes = [(real(v) - real(here)) / real(t) for v in row]
    axes = {n: slopes[2 * i] for i, n in enumerate(names)}
    expected = [mpmath.fsum(real(d[n]) * axes[n] for n in names) for d in lines]
    return max(abs(s - e) for s, e in zip(slopes, expected, strict=True))
