"""The long run: `python -m tests.fuzz --count 20000` prints every contradiction, crash and hang.

Questions come from three families in turn: `large` draws expressions, `small` walks through all small ones, `twins`
asks one of either twice, in two ways.  They are analyzed and judged in child processes, which are killed when one takes
more than its time.
A line starts with what happened: `smoother` (the analyzer says differentiable, some line sees worse), `class` (it says
not differentiable, some line sees worse still), `rougher` (no line sees the failure at its witness), `metamorphic` (two
questions with one answer got two), `crash`, `hang`, and with the family and the number that ask the question again.
Among what is counted is `half`: of two questions with one answer one was not decided.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import resource
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait

from diffcheck.deadline import interrupt
from diffcheck.errors import DiffcheckError
from tests.fuzz.generate import Sample, sample, small
from tests.fuzz.judge import Outcome, analyzed, compare_twins, judged
from tests.fuzz.twins import twin

LIMIT = 10
# Seconds above it after which a process is ended from outside: what asks no clock is interrupted after a moment.
SLACK = 3
# For the oracle, whose time is not the analyzer's.
JUDGING = 60
# SymPy's caches help, and grow: a process is replaced after so many questions.
LIFE = 400
FAMILIES = ("large", "small", "twins")
SHOWN = {"smoother", "class", "rougher", "metamorphic", "crash", "hang", "oracle"}

# A family and a number in it.
Name = tuple[str, int]
Counts = collections.Counter[tuple[str, str]]


def question(name: Name) -> Sample:
    """Return the question with that name; twins are asked about the one or the other family."""
    family, number = name
    if family == "twins":
        return (small if number % 3 else sample)(number)
    return (small if family == "small" else sample)(number)


def _answer(name: Name, limit: float) -> Outcome:
    family, number = name
    try:
        asked = question(name)
        if family == "twins":
            return compare_twins(asked, twin(asked, number), limit)
        found = analyzed(asked, limit)
        _allow(JUDGING)
        return judged(found, number)
    except DiffcheckError as error:
        return "oracle", str(error)
    except Exception as error:
        return "oracle", f"{type(error).__name__}: {error}"


def _allow(seconds: float) -> None:
    """Let this process use so much more processor time and a slack; then SIGXCPU ends it, C code too."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    whole = int(used.ru_utime + used.ru_stime + seconds) + SLACK
    resource.setrlimit(resource.RLIMIT_CPU, (whole, resource.RLIM_INFINITY))


def _serve(connection: Connection, limit: float) -> None:
    interrupt()
    while True:
        name = connection.recv()
        _allow(limit)
        connection.send(_answer(name, limit))


class _Worker:
    """A child process that answers one question after the other, until one takes more than its time."""

    def __init__(self, limit: float) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, limit), daemon=True)
        self.process.start()
        theirs.close()
        self.name: Name = ("", 0)
        self.asked = 0

    def ask(self, name: Name) -> None:
        """Send a question."""
        self.name = name
        self.asked += 1
        self.pipe.send(name)

    def answer(self) -> Outcome:
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


def run(names: Iterator[Name], jobs: int, limit: float, counts: Counts) -> None:
    """Ask all questions with these names, ``jobs`` at a time; count by family how often each thing happened."""
    idle, busy = [_Worker(limit) for _ in range(jobs)], list[_Worker]()
    while True:
        while idle and (name := next(names, None)) is not None:
            worker = idle.pop()
            if worker.asked >= LIFE:
                worker.stop()
                worker = _Worker(limit)
            worker.ask(name)
            busy.append(worker)
        if not busy:
            break
        ready = wait([w.pipe for w in busy])
        for worker in [w for w in busy if w.pipe in ready]:
            busy.remove(worker)
            idle.append(worker)
            what, said = worker.answer()
            counts[worker.name[0], what] += 1
            if what in SHOWN:
                _show(worker.name, what, said)
    for worker in idle:
        worker.stop()


def _show(name: Name, what: str, said: str) -> None:
    q = question(name)
    print(f"{what} #{name[0]}:{name[1]} {q.expression} | {','.join(q.wrt)} | {q.where} | {said}", flush=True)


def _names(families: list[str], seed: int, count: int) -> Iterator[Name]:
    return ((families[n % len(families)], seed + n // len(families)) for n in range(count))


def main() -> None:
    """Run from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--seed", type=int, default=0, help="number of the first question of each family")
    options.add_argument(
        "--families", default=",".join(FAMILIES), help="comma list of " + ", ".join(FAMILIES)
    )
    options.add_argument(
        "--limit", type=float, default=LIMIT, help="seconds of processor time for one expression"
    )
    chosen = options.parse_args()
    families = chosen.families.split(",")
    if not set(families) <= set(FAMILIES):
        options.error(f"families are {', '.join(FAMILIES)}")
    started = time.monotonic()
    counts: Counts = collections.Counter()
    # Ended early, a run still says what it has tried.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        run(_names(families, chosen.seed, chosen.count), chosen.jobs, chosen.limit, counts)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for family in families:
            own = {what: n for (f, what), n in counts.items() if f == family}
            print(f"{family}: {sum(own.values())} tried: {own}")
        print(f"{time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
