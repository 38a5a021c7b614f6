"""The race and its outcome as data: who reached the target, and after how many evaluations.

The best loss that anybody met in a run sets the target: of the way to it from the start, GAP may be left.  What
counts is the loss itself, also for those who descend on a surrogate; measuring it is not charged.  Of several step
sizes the best over all runs is shown; what it costs to run all of them side by side until then is stated too.

Read in order: Rules, Result, race, then how one run is measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from diffcheck.deadline import TimeOver
from diffcheck.errors import BadOption, Undetermined
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, Node, number, substitute
from diffcheck.language.unparse import unparse
from diffcheck.race.answer import Answer, Standing, answer
from diffcheck.race.contestants import CONTESTANTS, Contestant, Trace, is_installed
from diffcheck.race.objective import Array, Objective
from diffcheck.race.task import Arena, Task
from diffcheck.suggest.smooth import Wish, choose
from diffcheck.verdict import Report, Verdict

__all__ = ["GAP", "MU", "Result", "Rules", "Smoothed", "race", "smoothed"]

# The part of the way from the start to the best loss that may be left.
GAP = 0.01
# The surrogates' parameter when nothing is asked: data have size 1.
MU = Fraction(1, 10)
# Evaluations at which curves are sampled.
SAMPLED = 121
# Values of samples that are computed together, which bounds the memory.
AT_ONCE = 1_000_000
# A loss that falls a hundred times as far a million steps on has no minimum to race to.
RAY, FALL = 1e6, 1e2


@dataclass(frozen=True, slots=True)
class Rules:
    """budget: evaluations for each contestant in each of the runs.

    target: a loss to reach, or None to have it set by the best.
    """

    budget: int = 2000
    runs: int = 5
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Smoothed:
    """A surrogate with its parameter's value put in: text as the report has it, tree in the loss's own names."""

    name: str
    text: str
    parameter: str
    value: str
    tree: Node


@dataclass(frozen=True, slots=True)
class Result:
    """A race that was run.  start, best, target: medians over ``runs`` runs, which may be fewer than were asked."""

    report: Report
    task: Task
    rules: Rules
    smooth: Smoothed | None
    parameters: int
    runs: int
    start: float
    best: float
    target: float
    grid: tuple[int, ...]
    standings: tuple[Standing, ...]
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    contestant: Contestant
    surrogate: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of one entry: the best loss so far (m, k), and the trace without its points."""

    best: Array
    trace: Trace


def smoothed(report: Report, error: Fraction | None, mu: Fraction | None) -> Smoothed | None:
    """Return the surrogate to race on: the first, or the first that is off by at most ``error``; None without one."""
    found = report.surrogates
    if error is not None:
        found = choose(found, Wish(error=error)).shown
        if report.surrogates and not found:
            raise BadOption(
                f"--error: no surrogate is off by at most {float(error):g}", help="leave it out, or set --mu"
            )
    if not found or report.verdict is Verdict.DIFFERENTIABLE:
        return None
    first = found[0]
    value = first.value or unparse(number(MU if mu is None else mu))
    at = parse(value)
    tree = substitute(
        parse(first.expression), lambda n: at if n.op == NAME and n.leaf == first.parameter else None
    )
    return Smoothed(first.name, first.expression, first.parameter, value, tree)


def race(
    report: Report, task: Task, rules: Rules, smooth: Smoothed | None, until: float = math.inf
) -> Result:
    """Run the race until `time.monotonic` is ``until``.

    Raises BadOption for a loss without a minimum, and Undetermined when the time is over before one run is.
    """
    entries = _entries(report, smooth)
    present = [e for e in entries if is_installed(e.contestant)]
    runs: list[list[_Run]] = []
    starts: list[float] = []
    for run in range(rules.runs):
        try:
            arena = task.arena(run)
            start, results = _run(present, arena, task, rules, smooth, run, until)
        except TimeOver:
            if not runs:
                raise Undetermined(
                    "the time limit was over before the first run was; --timeout, --budget and --dim change that"
                ) from None
            break
        starts.append(start)
        runs.append(results)
    bests = [min(float(r.best[-1].min()) for r in results) for results in runs]
    targets = [
        best + GAP * (start - best) if rules.target is None else rules.target
        for start, best in zip(starts, bests, strict=True)
    ]
    grid = tuple(np.unique(np.geomspace(1, rules.budget, SAMPLED).astype(int)).tolist())
    standings = []
    for e in entries:
        if e not in present:
            standings.append(Standing(e.name, e.contestant.gradient, e.surrogate, missing=e.contestant.needs))
            continue
        own = [results[present.index(e)] for results in runs]
        standings.append(_standing(e, own, starts, bests, targets, grid))
    return Result(
        report,
        task,
        rules,
        smooth,
        parameters=arena.objective.size,
        runs=len(runs),
        start=float(np.median(starts)),
        best=float(np.median(bests)),
        target=float(np.median(targets)),
        grid=grid,
        standings=tuple(standings),
        answer=answer(standings, rules.budget, starts == bests),
    )


def _entries(report: Report, smooth: Smoothed | None) -> list[_Entry]:
    needs_none = report.verdict is Verdict.DIFFERENTIABLE
    found = []
    for c in CONTESTANTS:
        if c.original or (c.smooth and needs_none):
            found.append(_Entry(c.name, c, False))
        if c.smooth and smooth is not None:
            found.append(_Entry(c.name, c, True))
    return sorted(found, key=lambda e: (not e.contestant.gradient, e.surrogate))


def _run(
    entries: list[_Entry],
    arena: Arena,
    task: Task,
    rules: Rules,
    smooth: Smoothed | None,
    run: int,
    until: float,
) -> tuple[float, list[_Run]]:
    """Return the loss at the start and what each entry did from there."""
    loss = arena.objective.until_time(until)
    other = loss if smooth is None else loss.of(task.loss(smooth.tree))
    start = float(loss.loss(arena.start[None])[0])
    # Programs are made when they are first run; that is nobody's time.
    for objective in (loss, other):
        objective.gradient(arena.start[None])
    results = []
    for e in entries:
        seed = task.options.seed * 1_000_003 + run
        trace = e.contestant.method(other if e.surrogate else loss, arena.start, rules.budget, seed)
        results.append(_measured(loss, arena.start, start, trace))
    return start, results


def _measured(loss: Objective, start: Array, at_start: float, trace: Trace) -> _Run:
    """Measure the loss wherever a method looked, and forget the points."""
    m, k, p = trace.points.shape
    lanes = trace.points.reshape(m * k, p)
    parts = np.array_split(lanes, 1 + m * k * loss.samples // AT_ONCE)
    losses = np.concatenate([loss.loss(part) for part in parts]).reshape(m, k)
    lowest = np.unravel_index(int(np.argmin(losses)), losses.shape)
    _refuse_unbounded(loss, start, at_start, trace.points[lowest], float(losses[lowest]))
    best = np.minimum.accumulate(losses, axis=0)
    trace.points = np.empty((0, k, p))
    return _Run(best, trace)


def _refuse_unbounded(loss: Objective, start: Array, at_start: float, end: Array, at_end: float) -> None:
    further = float(loss.loss((start + RAY * (end - start))[None])[0])
    if at_end < at_start and (at_end == -math.inf or further < at_start - FALL * (at_start - at_end)):
        raise BadOption(
            "the loss falls without end, so there is no minimum to race to",
            help="add what bounds it, such as a penalty 0.01*f**2",
        )


def _standing(
    entry: _Entry,
    runs: list[_Run],
    starts: list[float],
    bests: list[float],
    targets: list[float],
    grid: tuple[int, ...],
) -> Standing:
    cost, lanes = runs[0].trace.cost, runs[0].best.shape[1]
    # Points until the target, (runs, lanes); infinite where it is not reached.
    points = np.array([_points_to(r.best, t) for r, t in zip(runs, targets, strict=True)])
    finals = np.array([r.best[-1] for r in runs])
    order = [
        (
            -int(np.isfinite(points[:, j]).sum()),
            float(np.median(points[:, j])),
            float(np.median(finals[:, j])),
        )
        for j in range(lanes)
    ]
    lane = min(range(lanes), key=lambda j: order[j])
    to = points[:, lane]
    seconds = [
        r.trace.seconds[int(n) - 1] if math.isfinite(n) else math.inf for r, n in zip(runs, to, strict=True)
    ]
    ended = [r.trace.ended[min(lane, len(r.trace.ended) - 1)] for r in runs]
    why = max(sorted(set(ended)), key=ended.count)
    lengths = runs[0].trace.lengths
    return Standing(
        entry.name,
        entry.contestant.gradient,
        entry.surrogate,
        reached=int(np.isfinite(to).sum()),
        evaluations=float(np.median(to)) * cost,
        each=tuple((to * cost).tolist()),
        cost=cost,
        lanes=lanes,
        length=lengths[lane] if lengths else None,
        loss=float(np.median(finals[:, lane])),
        ended=why,
        seconds=float(np.median(seconds)),
        curve=_curve([r.best[:, lane] for r in runs], cost, starts, bests, grid),
    )


def _points_to(best: Array, target: float) -> list[float]:
    """Return for each lane how many points it takes to get to the target."""
    there = best <= target
    first = there.argmax(axis=0) + 1.0
    return list(np.where(there.any(axis=0), first, math.inf))


def _curve(
    runs: list[Array], cost: int, starts: list[float], bests: list[float], grid: tuple[int, ...]
) -> tuple[float, ...]:
    """Return the median part of the way from the start to the best that is left after so many evaluations."""
    rows = []
    for best, start, lowest in zip(runs, starts, bests, strict=True):
        index = np.minimum(np.array(grid) // cost, len(best)) - 1
        losses = np.where(index >= 0, best[np.maximum(index, 0)], start)
        rows.append(
            np.minimum((losses - lowest) / (start - lowest), 1.0) if start > lowest else np.ones(len(grid))
        )
    return tuple(np.median(rows, axis=0).tolist())
