"""Three measurements in one table: start-up, one-sided limits, a whole set of losses.

Everything is a ratio to SymPy, measured in the same run on the same machine, or a rate.
1. The command, from the shell to the last byte of JSON, against `python -c "import sympy"`.
2. One-sided limits by germs against sympy.limit: the same expressions, both sides (limits.py).
3. The two-layer relu network with 8 parameters of samples/question.toml, every wall named, from the shell.
4. `diffcheck batch` on the expressions of samples/: a rate, the median and the 95th percentile.

usage: python -m benchmarks.bench [--repeat N] [--limit SECONDS] [--jobs N]
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.limits import CASES, Answer, race

SAMPLES = Path(__file__).parent.parent / "samples"

COMMAND = (sys.executable, "-m", "diffcheck")


def seconds(words: Sequence[str]) -> float:
    """Return how long a command runs."""
    start = time.perf_counter()
    subprocess.run(words, check=False, capture_output=True)
    return time.perf_counter() - start


def start_up(repeat: int) -> tuple[float, float]:
    """Return the median seconds of one whole check and of importing SymPy, taken in turns."""
    ours, theirs = [], []
    for _ in range(repeat):
        ours.append(seconds([*COMMAND, "abs(y - f)", "--json"]))
        theirs.append(seconds([sys.executable, "-c", "import sympy"]))
    return statistics.median(ours), statistics.median(theirs)


def network(repeat: int) -> float:
    """Return the median seconds of the squared error over samples of a network, from the shell."""
    rows = tomllib.loads((SAMPLES / "question.toml").read_text())["loss"]
    row = next(r for r in rows if len(r["wrt"]) == 8)
    lets = [word for name, body in row["let"].items() for word in ("--let", f"{name} = {body}")]
    return statistics.median(seconds([*COMMAND, row["expr"], *lets]) for _ in range(repeat))


def throughput(jobs: int) -> tuple[float, list[float]]:
    """Return the seconds of one batch over all samples, and those of each expression in it."""
    losses = [
        loss for path in sorted(SAMPLES.glob("*.toml")) for loss in tomllib.loads(path.read_text())["loss"]
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for loss in losses:
            asked = {key: loss[key] for key in ("expr", "latex", "wrt", "where", "let") if key in loss}
            print(json.dumps(asked), file=file)
        file.flush()
        start = time.perf_counter()
        words = [*COMMAND, "batch", file.name, "--json", "--jobs", str(jobs)]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        total = time.perf_counter() - start
    return total, [json.loads(line)["seconds"] for line in done.stdout.splitlines()]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of all values do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]


def _start_up_rows(table: Table, ours: float, theirs: float) -> None:
    table.add_row("one check, from the shell", f"{ours:.2f} s", "", "")
    table.add_row("`import sympy` alone", "", f"{theirs:.2f} s", f"{ours / theirs:.2g}")


def _network_row(table: Table, ours: float, theirs: float) -> None:
    table.add_row(
        "a relu network with 8 parameters, from the shell", f"{ours:.2f} s", "", f"{ours / theirs:.2g}"
    )


def _limit_rows(table: Table, answers: Mapping[str, Sequence[Answer]]) -> None:
    ours, theirs = answers["diffcheck"], answers["SymPy"]
    table.add_section()
    for verdict in ("right", "wrong", "failed", "time limit"):
        counts = [str(sum(a.verdict == verdict for a in side)) for side in (ours, theirs)]
        table.add_row(f"{2 * len(CASES)} one-sided limits: {verdict}", *counts, "")
    both = [
        (a.seconds, b.seconds) for a, b in zip(ours, theirs, strict=True) if a.verdict == b.verdict == "right"
    ]
    for word, of in (("median", statistics.median), ("slowest", max), ("total", sum)):
        mine, other = of(a for a, _ in both), of(b for _, b in both)
        name = f"{len(both)} that both get right: {word}"
        table.add_row(name, f"{mine * 1000:.1f} ms", f"{other * 1000:.1f} ms", f"{mine / other:.2g}")


def _batch_rows(table: Table, total: float, each: Sequence[float]) -> None:
    table.add_section()
    table.add_row(f"batch of {len(each)} losses", f"{len(each) / total:.1f} /s", "", "")
    table.add_row("one of them: median", f"{statistics.median(each) * 1000:.0f} ms", "", "")
    table.add_row("one of them: 95th percentile", f"{quantile(each, 0.95) * 1000:.0f} ms", "", "")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure diffcheck against SymPy.")
    parser.add_argument("--repeat", type=int, default=5, help="runs of the command")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for one SymPy limit")
    parser.add_argument("--jobs", type=int, default=0, help="processes of the batch; 0: one for each CPU")
    asked = parser.parse_args()
    table = Table("measured", "diffcheck", "SymPy", "ratio", box=None, pad_edge=False)
    ours, theirs = start_up(asked.repeat)
    _start_up_rows(table, ours, theirs)
    _network_row(table, network(asked.repeat), theirs)
    _limit_rows(table, race(asked.limit))
    _batch_rows(table, *throughput(asked.jobs))
    Console().print(table)


if __name__ == "__main__":
    main()
