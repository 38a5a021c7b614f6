"""How many failing losses of the corpora get a smooth surrogate, and do its claims stand up to sampling?

`python -m benchmarks.surrogates` walks both corpora, some minutes; `tests/test_surrogates.py` walks a part with
the same functions.  Of every suggestion it is asked that it is no less smooth than C1, has a value wherever
the original has one, is finite far out, and stays within its interval at points drawn around the places that
fail, at 30 digits.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

from diffcheck.analyze import analyze
from diffcheck.errors import DiffcheckError
from diffcheck.numeric import precise, values
from diffcheck.parse import parse
from diffcheck.problem import Problem
from diffcheck.suggest import Effort, suggest
from diffcheck.variables import make_problem
from diffcheck.verdict import Analysis, Smoothness, Surrogate

__all__ = ["Case", "cases", "complaints", "suggestions"]

FOLDER = Path(__file__).parent.parent / "tests" / "corpus"
SMOOTHABLE = {"corner", "cusp", "vertical_tangent", "directional"}
BESIDES = {"edge", "break"}
C1 = Smoothness(1)
# Time is measured elsewhere: here a busy machine must not change the answer.
PATIENT = Effort(seconds=0.3, one_check=2.0, patient=6.0, patient_check=4.0, last=8.0)
POINTS = 40
FAR = (10**6, -(10**6))

Case = dict[str, Any]


def cases() -> Iterator[Case]:
    """Yield the cases whose failures are corners, cusps, vertical tangents and directional ones alone."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            kinds = {finding["kind"] for finding in case["findings"]} - BESIDES
            if not case["differentiable"] and kinds and kinds <= SMOOTHABLE:
                yield case


def suggestions(case: Case) -> tuple[Problem, Analysis, tuple[Surrogate, ...]]:
    """Return the question, its analysis and the suggestions for a case."""
    problem = make_problem(case["expr"], case["wrt"], case["where"])
    analysis = analyze(problem)
    return problem, analysis, suggest(problem, analysis, effort=PATIENT)


def complaints(case: Case, points: int = POINTS) -> list[str]:
    """Return what is wrong with the suggestions for a case; "nothing" when there are none."""
    problem, analysis, shown = suggestions(case)
    if not shown:
        return ["nothing"]
    wrong = [f"{s.name}: class {s.smoothness}" for s in shown if s.smoothness < C1]
    draw = random.Random(case["id"])
    for _ in range(points):
        point = _point(problem, analysis, draw)
        if point is not None:
            wrong += [w for s in shown if (w := _wrong_at(problem, s, point))]
    return wrong


def _point(problem: Problem, analysis: Analysis, draw: random.Random) -> dict[str, Any] | None:
    """Return a point of the domain near a witness or far out, with a value for the parameter."""
    witnesses = [f.witness for f in analysis.findings if f.witness] or [{}]
    for _ in range(20):
        witness = draw.choice(witnesses)
        mu = Fraction(draw.choice([1, 3, 20, 200]), 100)
        far = draw.random() < 0.1
        point = {}
        for name in (*problem.wrt, *problem.constants):
            at = precise(parse(witness.get(name, "1")), {}, 30)
            near = Fraction(round(draw.gauss(0, 1) * 10**6), 10**6) * mu
            keep = name not in problem.wrt
            point[name] = draw.choice(FAR) if far and not keep else at if keep else at + _mpf(near)
        if all(precise(c, point, 30) is True for c in problem.where):
            return {**point, "": mu}
    return None


def _mpf(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def _wrong_at(problem: Problem, s: Surrogate, point: dict[str, Any]) -> str | None:
    """Return what is wrong with a suggestion at a point, or None."""
    at = {**point, s.parameter: point[""]}
    original = precise(problem.tree, at, 60)
    if original is None:
        return None
    new = precise(parse(s.expression), at, 60)
    shown = {k: str(v)[:12] for k, v in at.items() if k}
    if new is None:
        # High precision leaves exponents of millions open; float64 has a value there or none.
        number = values(parse(s.expression), {k: np.array(float(v)) for k, v in at.items() if k})
        return None if np.isfinite(number) else f"{s.name}: undefined at {shown}"
    if s.error is None:
        return None
    low, high = (precise(parse(end), at, 60) for end in s.error)
    slack = (1 + abs(original)) * Fraction(1, 10**25)
    inside = (
        low - _mpf(Fraction(1, 10**25)) - slack <= new - original <= high + _mpf(Fraction(1, 10**25)) + slack
    )
    return None if inside else f"{s.name}: off by {str(new - original)[:12]} at {shown}"


def _row(case: Case) -> tuple[str, list[str]]:
    sys.setrecursionlimit(10_000)
    try:
        return case["id"], complaints(case)
    except DiffcheckError as error:
        return case["id"], [f"{type(error).__name__}: {error}"]


def main() -> None:
    """Walk both corpora and print what is missing or wrong."""
    listed = list(cases())
    missing = wrong = 0
    with ProcessPoolExecutor(2) as pool:
        for name, found in pool.map(_row, listed):
            missing += found == ["nothing"]
            wrong += bool(found) and found != ["nothing"]
            if found:
                print(f"{name}: {'; '.join(found[:3])}", flush=True)
    print(f"{len(listed)} cases: {missing} without a suggestion, {wrong} with a wrong one")


if __name__ == "__main__":
    main()
