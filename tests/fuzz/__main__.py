"""The long run: `python -m tests.fuzz --count 20000 --jobs 2 --seed 0` prints every contradiction, crash and hang.

Each expression is analyzed and judged in a child process of its own, which is killed after its time.
A line starts with what happened: `smoother` (the analyzer says differentiable, some line sees worse), `class` (it says
not differentiable, some line sees worse still), `rougher` (no line sees the failure at its witness), `crash`, `hang`.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import time
from fractions import Fraction
from multiprocessing.connection import Connection, wait
from typing import Any

import mpmath

from diffcheck.analyze import analyze
from diffcheck.errors import DiffcheckError, InputError, Undetermined
from diffcheck.numeric import evaluate
from diffcheck.parse import parse
from diffcheck.problem import Problem
from diffcheck.variables import make_problem
from diffcheck.verdict import C0, D1, Analysis, Finding, Verdict
from tests.fuzz.generate import Sample, sample
from tests.fuzz.oracle import DIGITS, SMOOTH, along, line_class, opinion, slope

LIMIT = 10.0
DIRECTIONS = ((1, 2, 3), (3, -1, 2), (-2, 5, 1), (1, 1, -4), (7, 2, -3), (1, 0, 0), (0, 1, 0))


def compare(question: Sample, seed: int) -> tuple[str, str]:
    """Return what happened with one question and a sentence about it."""
    try:
        problem = make_problem(question.expression, question.wrt, question.where)
    except InputError as error:
        return "unread", error.message
    try:
        found = analyze(problem)
    except Undetermined as reason:
        return "undetermined", str(reason)
    except Exception as error:
        return "crash", f"{type(error).__name__}: {error}"
    if found.verdict is Verdict.UNDETERMINED or found.smoothness is None:
        return "undetermined", found.reason or ""
    level, place = opinion(problem, seed)
    if level < min(found.smoothness.level, SMOOTH) and place is not None:
        shown = {
            n: mpmath.nstr(mpmath.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else v, 8)
            for n, v in place.items()
        }
        what = "smoother" if found.smoothness.differentiable else "class"
        return what, f"says {found.smoothness}, a line sees {level} at {shown}"
    doubt = _doubtful(problem, found)
    return ("rougher", doubt) if doubt else (found.verdict.value, "")


def _doubtful(problem: Problem, found: Analysis) -> str:
    """Return a sentence when no line sees what a finding claims at its witness."""
    for finding in found.findings:
        if (
            finding.level.level > 3
            or finding.level == D1
            or finding.kind.value in {"edge", "flat", "oscillation", "disagreement"}
        ):
            continue
        seen = _seen(problem, finding)
        # A slow pole, log(x), looks like a jump.
        if (
            seen is not None
            and seen > max(finding.level.level, -1)
            and not (finding.level == C0 and _not_linear(problem, finding))
        ):
            return f"{finding.kind} at {finding.at} is {finding.level}, lines see {seen}"
    return ""


def _witness(finding: Finding) -> dict[str, Any]:
    return {n: evaluate(parse(text), {}, DIGITS).value for n, text in finding.witness.items()}


def _seen(problem: Problem, finding: Finding) -> float | None:
    point = _witness(finding)
    exact = all(isinstance(v, Fraction) for v in point.values())
    levels = []
    for direction in DIRECTIONS if len(problem.wrt) > 1 else DIRECTIONS[:1]:
        step = {n: Fraction(v, 7) for n, v in zip(problem.wrt, direction, strict=False)}
        levels.append(line_class(along(problem, point, step), exact))
    known = [v for v in levels if v is not None]
    # The value at a point that is not known exactly does not count: a hole there cannot be seen.
    return min(known) if known and (exact or finding.level.level >= 0) else None


def _not_linear(problem: Problem, finding: Finding) -> bool:
    point = _witness(finding)
    lines = [(1, 2, 3), (3, -1, 2), (4, 1, 5)]
    slopes = [
        slope(along(problem, point, {n: Fraction(v) for n, v in zip(problem.wrt, d, strict=False)}))
        for d in lines
    ]
    return None not in slopes and abs(slopes[0] + slopes[1] - slopes[2]) > 1e-5


def _serve(connection: Connection, question: Sample, seed: int) -> None:
    try:
        answer = compare(question, seed)
    except DiffcheckError as error:
        answer = ("oracle", str(error))
    except Exception as error:
        answer = ("oracle", f"{type(error).__name__}: {error}")
    connection.send(answer)


def run(seeds: range, jobs: int, show: bool) -> collections.Counter[str]:
    """Ask all questions with these numbers, ``jobs`` at a time; return how often each thing happened."""
    context = multiprocessing.get_context("fork")
    counts: collections.Counter[str] = collections.Counter()
    todo, running = iter(seeds), {}
    while True:
        while len(running) < jobs and (seed := next(todo, None)) is not None:
            ours, theirs = context.Pipe()
            question = sample(seed)
            child = context.Process(target=_serve, args=(theirs, question, seed), daemon=True)
            child.start()
            theirs.close()
            running[ours] = (child, question, seed, time.monotonic() + LIMIT)
        if not running:
            return counts
        ready = wait(list(running), 0.5)
        for ours, (child, question, seed, until) in list(running.items()):
            if ours not in ready and time.monotonic() < until:
                continue
            what, said = ("hang", f"more than {LIMIT:g} s")
            if ours in ready:
                try:
                    what, said = ours.recv()
                except EOFError:
                    what, said = "crash", "the process died"
            child.kill()
            child.join()
            del running[ours]
            counts[what] += 1
            if show and what in {"smoother", "class", "rougher", "crash", "hang", "oracle"}:
                print(
                    f"{what} #{seed} {question.expression} | {','.join(question.wrt)} | {question.where} | {said}",
                    flush=True,
                )


def main() -> None:
    """Run from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    started = time.monotonic()
    counts = run(range(chosen.seed, chosen.seed + chosen.count), chosen.jobs, True)
    print(dict(counts), f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
