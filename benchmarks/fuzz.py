"""Random expressions, looking for what must never happen: crashes, hangs, contradictions.

Expressions are grown from the table of atoms, so a new row is fuzzed unasked.  The numerical probe is the
judge: `disagreement` in an answer means that the analysis or the probe is wrong.  Runs until --count
expressions are checked, prints every bad one as a command to repeat it, and exits 1 if there was any.
`undetermined` for a reason is no fault and is only counted.

usage: python -m benchmarks.fuzz [--count N] [--seed N] [--size N] [--limit SECONDS]
"""

from __future__ import annotations

import argparse
import random
import shlex
import sys
import time
from collections import Counter

from diffcheck.atoms import ATOMS
from diffcheck.errors import InputError
from diffcheck.verdict import Kind, Report
from diffcheck.workers import Answer, Question, Worker

CALLS = [row for row in ATOMS.values() if row.syntax == "call" and row.name != "where"]
OPERATORS = ("+", "-", "*", "/")
COMPARISONS = ("<", "<=", ">", ">=")
LEAVES = ("x", "x", "x", "y", "a", "0", "1", "2", "1/2", "0.1", "pi")
POWERS = ("2", "3", "-1", "(1/2)", "(2/3)", "0.9")

# What a faulty answer gives as its reason; every other reason is an honest one.
CRASHES = ("internal error", "the worker process died", "the analysis ran out of memory")


def expression(rng: random.Random, size: int) -> str:
    """Return a random expression of about ``size`` parts in the variables x, y and the constant a."""
    if size <= 1:
        return rng.choice(LEAVES)
    kind = rng.random()
    if kind < 0.4:
        left = rng.randrange(1, size)
        return f"({expression(rng, left)} {rng.choice(OPERATORS)} {expression(rng, size - left)})"
    if kind < 0.5:
        return f"({expression(rng, size - 1)})**{rng.choice(POWERS)}"
    if kind < 0.6:
        parts = [expression(rng, size // 4) for _ in range(4)]
        return f"where({parts[0]} {rng.choice(COMPARISONS)} {parts[1]}, {parts[2]}, {parts[3]})"
    row = rng.choice(CALLS)
    low, high = row.arity
    count = rng.randint(low, low + 1) if high is None else low
    return f"{row.name}({', '.join(expression(rng, max(1, (size - 1) // count)) for _ in range(count))})"


def ask(worker: Worker, question: Question) -> Answer:
    """Return the answer of a worker, which is ended when it takes too long."""
    worker.ask(question)
    while True:
        ready = worker.connection.poll(worker.seconds_left())
        answer = worker.answer() if ready else worker.overdue()
        if answer is not None:
            return answer


def fault(answer: Answer) -> str | None:
    """Return what is wrong with an answer, or None."""
    if isinstance(answer, InputError):
        # Such as a constant expression: there is nothing to differentiate in.
        return None if "no variable" in answer.message else f"refused: {answer.message}"
    if any(finding.kind is Kind.DISAGREEMENT for finding in answer.findings):
        return "the probe contradicts the analysis"
    reason = answer.reason or ""
    return reason if reason.startswith((*CRASHES, "time limit")) else None


def outcome(answer: Answer) -> str:
    """Return the word an answer is counted under."""
    if not isinstance(answer, Report):
        return "refused"
    return str(answer.verdict) if answer.smoothness is None else str(answer.smoothness)


def main() -> None:
    """Check random expressions and print the bad ones."""
    parser = argparse.ArgumentParser(description="Look for crashes, hangs and contradictions.")
    parser.add_argument("--count", type=int, default=200, help="how many expressions")
    parser.add_argument("--seed", type=int, default=0, help="where the randomness starts")
    parser.add_argument("--size", type=int, default=8, help="parts of the largest expression")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for one expression")
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    worker = Worker(asked.limit)
    seen: Counter[str] = Counter()
    bad = 0
    start = time.monotonic()
    for _ in range(asked.count):
        text = expression(rng, rng.randint(2, asked.size))
        answer = ask(worker, Question(text))
        seen[outcome(answer)] += 1
        said = fault(answer)
        if said is not None:
            bad += 1
            print(f"{said}\n  diffcheck {shlex.quote(text)}", flush=True)
        if not worker.alive:
            worker = Worker(asked.limit)
    worker.kill()
    counts = ", ".join(f"{count} {word}" for word, count in seen.most_common())
    print(f"{asked.count} expressions in {time.monotonic() - start:.0f} s: {counts}; {bad} bad")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
