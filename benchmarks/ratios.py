"""How much longer does `diffcheck smooth` take than the check of the same loss?  At most twice, is the aim.

`python -m benchmarks.ratios [--count 40]` measures a sample of the failing losses of the corpora, in seconds of
processor time, and prints the ratios in order: the commands as users run them, start and all; with `--inside`, each
question alone, in a process of its own that has everything imported.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.surrogates import Case, cases
from diffcheck.check import check, load_stages
from diffcheck.verdict import D1

__all__ = ["commands", "ratio"]


def commands(case: Case) -> tuple[float, float]:
    """Return the seconds of `diffcheck check` and of `diffcheck smooth`, each a process from start to end."""
    options = [*(f"--wrt={n}" for n in case["wrt"]), *([f"--where={case['where']}"] if case["where"] else [])]
    return _run("check", case["expr"], options), _run("smooth", case["expr"], options)


def _run(command: str, text: str, options: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-m", "diffcheck", command, *options, "--", text]
    subprocess.run(words, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(case: Case) -> tuple[float, float]:
    """Return the seconds of the check and those of `smooth`, nothing of the one remembered for the other."""
    plain = _alone(lambda: check(case["expr"], case["wrt"], case["where"]))
    smooth = _alone(lambda: check(case["expr"], case["wrt"], case["where"], wanted=D1))
    return plain, smooth


def _alone(question: Callable[[], Any]) -> float:
    """Run the question in a forked process and return the processor time it took."""
    fork = multiprocessing.get_context("fork")
    receive, send = fork.Pipe(duplex=False)

    def answer() -> None:
        start = time.thread_time()
        question()
        send.send(time.thread_time() - start)

    child = fork.Process(target=answer)
    child.start()
    seconds: float = receive.recv()
    child.join()
    return seconds


def main() -> None:
    """Print the cases, slowest ratio first, and the median."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--inside", action="store_true", help="without the start of the command")
    arguments = parser.parse_args()
    listed = list(cases())
    load_stages()
    check("abs(x) + sqrt(x)", wanted=D1)
    sample = listed[:: max(1, len(listed) // arguments.count)]
    measured = ratio if arguments.inside else commands
    found = [(*measured(case), case["id"]) for case in sample]
    found.sort(key=lambda row: row[1] / row[0], reverse=True)
    for plain, smooth, name in found:
        print(f"{smooth / plain:6.2f}  {plain:7.3f} s  {smooth:7.3f} s  {name}")
    over = sum(smooth > 2 * plain for plain, smooth, _ in found)
    print(
        f"median {found[len(found) // 2][1] / found[len(found) // 2][0]:.2f}; {over} of {len(found)} above 2"
    )


if __name__ == "__main__":
    main()
