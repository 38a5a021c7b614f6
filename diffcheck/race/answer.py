"""What a race answers: whether methods without derivatives took longer, as is said of them.

The best of each kind is compared.  What has to be tried to find a step size belongs to the price; the ratio for a step
size that is known is told beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Answer", "Claim", "Standing", "answer"]


# Medians of a few runs that differ by less say nothing.
LEVEL = 0.05


class Claim(StrEnum):
    """Whether methods without derivatives took longer, as is said of them."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one contestant did.

    reached: in how many runs.  evaluations: median to the target, infinite where most runs miss it; each: run by run.
    cost: evaluations for each point it looks at.  lanes: step sizes tried.  length: of the first step, for the best.
    loss: median of the best.  ended: why it stopped early in most runs, or "".  seconds: of processor time, median to
    the target, all lanes together.  curve: at `Result.grid`, the median part of the way that is left.
    missing: the module it needs, where that is not installed.
    """

    name: str
    gradient: bool
    surrogate: bool = False
    reached: int = 0
    evaluations: float = math.inf
    each: tuple[float, ...] = ()
    cost: int = 1
    lanes: int = 1
    length: float | None = None
    loss: float = math.inf
    ended: str = ""
    seconds: float = math.inf
    curve: tuple[float, ...] = ()
    missing: str = ""

    @property
    def who(self) -> str:
        """The name in a sentence."""
        return f"{self.name} on the surrogate" if self.surrogate else self.name

    @property
    def tuned(self) -> float:
        """Evaluations to the target of all step sizes side by side."""
        return self.evaluations * self.lanes


@dataclass(frozen=True, slots=True)
class Answer:
    """claim: whether methods without derivatives took longer; ratio: how many times as long; said: in words."""

    claim: Claim
    ratio: float | None
    said: str


def answer(standings: list[Standing], budget: int, still: bool) -> Answer:
    """Return what the race says on the claim that methods without derivatives take longer.

    still: whether nobody found anything below the start.
    """
    if any(s.missing for s in standings if not s.gradient):
        return Answer(
            Claim.OPEN, None, "The claim is open: the methods without derivatives did not all race."
        )
    if still:
        return Answer(
            Claim.OPEN, None, "The claim is open: nobody found a lower loss than that of the start."
        )
    free = min((s for s in standings if not s.gradient), key=lambda s: s.evaluations)
    # What has to be tried to find the step size belongs to the price.
    guided = min((s for s in standings if s.gradient), key=lambda s: s.tuned)
    if math.isinf(guided.tuned) and math.isinf(free.evaluations):
        return Answer(Claim.OPEN, None, "The claim is open: nobody reached the target in most runs.")
    if math.isinf(guided.tuned):
        said = f"Here the claim fails: only methods without derivatives reached the target, {free.who} first."
        return Answer(Claim.FAILS, None, said)
    if math.isinf(free.evaluations):
        said = f"The claim holds: no method without derivatives reached the target with {budget} evaluations."
        return Answer(Claim.HOLDS, None, said)
    ratio = free.evaluations / guided.tuned
    claim, opening = (Claim.HOLDS, "The claim holds") if ratio > 1 else (Claim.FAILS, "Here the claim fails")
    if abs(ratio - 1) <= LEVEL:
        claim, opening = Claim.OPEN, "The claim is open"
    needed = f"{_times(ratio)} the" if abs(ratio - 1) > LEVEL else "about as many"
    said = f"{opening}: {free.who} needed {needed} evaluations {'of' if abs(ratio - 1) > LEVEL else 'as'} {guided.who}"
    said += f", its {guided.lanes} step sizes all counted" if guided.lanes > 1 else ""
    known = min((s for s in standings if s.gradient), key=lambda s: s.evaluations)
    if known.evaluations < guided.tuned:
        tail = (
            f"{_times(free.evaluations / known.evaluations)} those of {known.who} if the step size is known"
        )
        said += f"; {tail}"
    if free.reached != guided.reached:
        said += f"; they got there in {free.reached} and {guided.reached} of {len(free.each)} runs"
    return Answer(claim, ratio, f"{said}.")


def _times(ratio: float) -> str:
    """Return a factor with two digits: "14 times", "0.72 times"."""
    return f"{float(f'{ratio:.2g}'):g} times"
