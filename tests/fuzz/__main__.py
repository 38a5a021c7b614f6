"""The long run: `python -m tests.fuzz --count 20000 --jobs 2 --seed 0` prints every contradiction, crash and hang.

Expressions are analyzed and judged in child processes, which are killed when one takes more than its time.
A line starts with what happened: `smoother` (the analyzer says differentiable, some line sees worse), `class` (it says
not differentiable, some line sees worse still), `rougher` (no line sees the failure at its witness), `crash`, `hang`.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import resource
import signal
import time
from fractions import Fraction
from itertools import combinations
from multiprocessing.connection import Connection, wait
from typing import Any

import mpmath

from diffcheck.analyze import analyze
from diffcheck.errors import DiffcheckError, InputError, Undetermined
from diffcheck.numeric import evaluate
from diffcheck.parse import parse
from diffcheck.problem import Problem
from diffcheck.variables import make_problem
from diffcheck.verdict import C0, D1, SINGULAR, Analysis, Finding, Verdict
from tests.fuzz.generate import Sample, sample
from tests.fuzz.oracle import DIGITS, SMOOTH, along, line_class, opinion, slope

LIMIT = 10
# SymPy's caches help, and grow: a process is replaced after so many questions.
LIFE = 400
DIRECTIONS = ((1, 2, 3), (3, -1, 2), (-2, 5, 1), (1, 1, -4), (7, 2, -3), (1, 0, 0), (0, 1, 0))


def compare(question: Sample, seed: int, limit: float = LIMIT) -> tuple[str, str]:
    """Return what happened with one question and a sentence about it.

    limit: seconds after which the analyzer concludes from what it has seen.
    """
    try:
        problem = make_problem(question.expression, question.wrt, question.where)
    except InputError as error:
        return "unread", error.message
    try:
        found = analyze(problem, time.monotonic() + 0.7 * limit)
    except Undetermined as reason:
        return "undetermined", str(reason)
    except Exception as error:
        return "crash", f"{type(error).__name__}: {error}"
    if found.verdict is Verdict.UNDETERMINED:
        return "undetermined", found.reason or ""
    if found.smoothness is None:
        # The witness stands, the class does not: only the failure can be wrong.
        doubt = _doubtful(problem, found)
        return ("rougher", doubt) if doubt else (found.verdict.value, "")
    # Nothing is worse than singular: no line can contradict it so.
    level, place = (SMOOTH, None) if found.smoothness == SINGULAR else opinion(problem, seed)
    if level < min(found.smoothness.level, SMOOTH) and place is not None and _is_inside(problem, place):
        shown = {
            n: mpmath.nstr(mpmath.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else v, 8)
            for n, v in place.items()
        }
        what = "smoother" if found.smoothness.differentiable else "class"
        return what, f"says {found.smoothness}, a line sees {level} at {shown}"
    doubt = _doubtful(problem, found)
    return ("rougher", doubt) if doubt else (found.verdict.value, "")


def _is_inside(problem: Problem, place: dict[str, Any]) -> bool:
    """Whether the function is defined in many directions: a line may touch the domain of sqrt(x*y) at its edge."""
    lines = [{n: Fraction(v) for n, v in zip(problem.wrt, d, strict=False)} for d in DIRECTIONS]
    steps = (Fraction(1, 10**9), Fraction(-1, 10**9))
    return all(along(problem, place, d)(t) is not None for d in lines for t in steps)


def _doubtful(problem: Problem, found: Analysis) -> str:
    """Return a sentence when no line sees what a finding claims at its witness."""
    for finding in found.findings:
        if (
            finding.level.level > 3
            or finding.level == D1
            or finding.kind.value in {"edge", "flat", "oscillation", "disagreement"}
            # No line sees that a derivative has no limit, or another one along every line.
            or (finding.kind.value == "break" and (finding.left is None or " and " in finding.at))
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
    # A root without a closed form comes as a long decimal.
    exact = all(isinstance(v, Fraction) and v.denominator < 10**20 for v in point.values())
    levels = []
    for direction in DIRECTIONS if len(problem.wrt) > 1 else DIRECTIONS[:1]:
        step = {n: Fraction(v, 7) for n, v in zip(problem.wrt, direction, strict=False)}
        levels.append(line_class(along(problem, point, step), exact, faint=exact))
    known = [] if None in levels else [v for v in levels if v is not None]
    # The value at a point that is not known exactly does not count: a hole there cannot be seen.
    return min(known) if known and (exact or finding.level.level >= 0) else None


def _not_linear(problem: Problem, finding: Finding) -> bool:
    point = _witness(finding)
    for a, b in combinations([*DIRECTIONS, *([-v for v in d] for d in DIRECTIONS)], 2):
        slopes = [
            slope(along(problem, point, {n: Fraction(v) for n, v in zip(problem.wrt, d, strict=False)}))
            for d in (a, b, [u + v for u, v in zip(a, b, strict=True)])
        ]
        if None not in slopes and abs(slopes[0] + slopes[1] - slopes[2]) > 1e-5:
            return True
    return False


def _answer(question: Sample, seed: int, limit: float) -> tuple[str, str]:
    try:
        return compare(question, seed, limit)
    except DiffcheckError as error:
        return "oracle", str(error)
    except Exception as error:
        return "oracle", f"{type(error).__name__}: {error}"


def _serve(connection: Connection, limit: int) -> None:
    while True:
        seed = connection.recv()
        # Processor time, so that a busy machine makes no hangs; the signal ends C code too.
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + limit, resource.RLIM_INFINITY)
        )
        connection.send(_answer(sample(seed), seed, limit))


class _Worker:
    """A child process that answers one question after the other, until one takes more than its time."""

    def __init__(self, limit: int) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, limit), daemon=True)
        self.process.start()
        theirs.close()
        self.seed = self.asked = 0

    def ask(self, seed: int) -> None:
        """Send a question."""
        self.seed = seed
        self.asked += 1
        self.pipe.send(seed)

    def answer(self) -> tuple[str, str]:
        """Return what happened with the question."""
        try:
            what, said = self.pipe.recv()
        except EOFError:
            self.process.join()
            self.asked = LIFE
            late = self.process.exitcode == -signal.SIGXCPU
            return ("hang", "no answer in time") if late else ("crash", "the process died")
        return what, said

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()


def run(seeds: range, jobs: int, show: bool, limit: int = LIMIT) -> collections.Counter[str]:
    """Ask all questions with these numbers, ``jobs`` at a time; return how often each thing happened."""
    counts: collections.Counter[str] = collections.Counter()
    todo = iter(seeds)
    idle, busy = [_Worker(limit) for _ in range(jobs)], []
    while True:
        while idle and (seed := next(todo, None)) is not None:
            worker = idle.pop()
            if worker.asked >= LIFE:
                worker.stop()
                worker = _Worker(limit)
            worker.ask(seed)
            busy.append(worker)
        if not busy:
            break
        ready = wait([w.pipe for w in busy])
        for worker in [w for w in busy if w.pipe in ready]:
            busy.remove(worker)
            idle.append(worker)
            what, said = worker.answer()
            counts[what] += 1
            if show and what in {"smoother", "class", "rougher", "crash", "hang", "oracle"}:
                q = sample(worker.seed)
                print(
                    f"{what} #{worker.seed} {q.expression} | {','.join(q.wrt)} | {q.where} | {said}",
                    flush=True,
                )
    for worker in idle:
        worker.stop()
    return counts


def main() -> None:
    """Run from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument(
        "--limit", type=int, default=LIMIT, help="seconds of processor time for one expression"
    )
    chosen = options.parse_args()
    started = time.monotonic()
    counts = run(range(chosen.seed, chosen.seed + chosen.count), chosen.jobs, True, chosen.limit)
    print(dict(counts), f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
