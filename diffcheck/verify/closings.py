"""Checks of points at which a jump closes: around the point it is as large as the distance from it, up to a factor.

Lemma (thin/closed.py): what meets on the wall at a distance h from a point where f is differentiable differs by o(h).
Limits of the numbers: two distances along one variable, 400 digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath

from diffcheck.certificate import Closing, WallStep
from diffcheck.errors import InputError
from diffcheck.verdict import C0, Smoothness
from diffcheck.verify.claims import Check, Claim, Status
from diffcheck.verify.sidewise import DIGITS, number_of, real
from diffcheck.verify.walls import Refused, Unknown, is_in_doubt, witness_point

__all__ = ["check_closing"]

DISTANCES = (Fraction(1, 10**20), Fraction(1, 10**40))
APART = mpmath.mpf(10) ** -4


def check_closing(claim: Claim, step: Closing) -> Check:
    """Check one point of a wall at which a jump closes."""
    label = "jump that closes at " + " and ".join(f"{n} = {text}" for n, text in step.at.items())
    try:
        if Smoothness.parse(step.smoothness) != C0:
            raise Refused("a jump that closes has class C0")
        walls = [w for w in claim.certificate.walls if w.number == step.wall]
        if not walls:
            raise Refused(f"there is no wall {step.wall}")
        point = witness_point(claim, step.witness, None)
        for n, text in step.at.items():
            stated = number_of(text, point)
            if stated is not None and abs(real(stated) - real(point[n])) > mpmath.mpf(10) ** -100:
                raise Refused(f"the witness is not at {n} = {text}")
        if claim.inside(point) is False or claim.value(point) is None:
            raise Refused("the witness is not in the domain")
        rates = [[_rate(claim, walls[0], step.along, point, s * h) for h in DISTANCES] for s in (1, -1)]
        if all(rate is None for pair in rates for rate in pair):
            raise Unknown("no values beside the wall")
        if not any(_settle(*pair) for pair in rates):
            raise Refused(f"the jump closes faster than linearly along {step.along}")
        return Check(
            label, Status.SAMPLED, f"at two distances along {step.along} the jump is as large as they are"
        )
    except (Refused, InputError, ValueError) as reason:
        return Check(label, Status.FAILED, str(reason))
    except Unknown as reason:
        return Check(label, Status.OPEN, str(reason))


def _settle(near: Any, nearer: Any) -> bool:
    """Whether a quotient has a limit that is not zero."""
    return None not in (near, nearer) and bool(nearer > APART and abs(near - nearer) < APART * nearer)


def _rate(claim: Claim, wall: WallStep, along: str, point: Mapping[str, Any], h: Fraction) -> Any:
    """Return how far what meets on the wall is apart at a distance, over the distance; None where little is seen."""
    with mpmath.workdps(DIGITS):
        moved = dict(point)
        moved[along] = _plus(moved[along], h)
        for n, text in wall.at.items():
            value = number_of(text, moved)
            if value is None:
                return None
            moved[n] = value
        if is_in_doubt(claim, moved):
            raise Unknown("rounding decides which value is that on the wall")
        values = [
            claim.value({**moved, wall.variable: _plus(moved[wall.variable], s * h**4)}) for s in (-1, 0, 1)
        ]
        seen = [real(v) for v in values if v is not None]
        return (max(seen) - min(seen)) / abs(real(h)) if len(seen) > 1 else None


def _plus(value: Any, h: Fraction) -> Any:
    return value + h if isinstance(value, Fraction) else real(value) + real(h)
