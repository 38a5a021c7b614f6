"""How many failing losses of the corpora get a smooth surrogate, and do its claims stand up to sampling?

`python -m benchmarks.surrogates` walks both corpora, with 10,000 points for each suggestion; names of cases walk
these alone, `--every N --offset K` a slice.  `tests/test_surrogates.py` walks a part with the same functions.
Of every suggestion it is asked that
    - its class is C1 at least,
    - it is defined wherever the original is, and stays within its interval: at every point, in balls of more
      than 30 digits (enclosures.py), so that a failure is a proof;
    - its gradient is as Lipschitz as stated, it is convex and keeps the minimisers where that is stated, and the
      remarks are true of it (refute.py),
    - at +-10**6 the emitted float64 code has finite values and gradients wherever the original has a finite value.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from benchmarks.enclosures import enclosures
from benchmarks.refute import Columns, bent, moved, untrue
from diffcheck.analyze import analyze
from diffcheck.emit import emit
from diffcheck.errors import DiffcheckError
from diffcheck.language.numeric import conditions_hold, precise
from diffcheck.language.parse import parse
from diffcheck.problem import Problem
from diffcheck.question.variables import make_problem
from diffcheck.suggest import Effort, suggest
from diffcheck.verdict import Analysis, Smoothness, Surrogate

__all__ = ["Case", "cases", "complaints", "draws", "far_out", "infinite", "off_the_interval", "suggestions"]

FOLDER = Path(__file__).parent.parent / "tests" / "corpus"
SMOOTHABLE = {"corner", "cusp", "vertical_tangent", "directional"}
BESIDES = {"edge", "break"}
C1 = Smoothness(1)
# Time is measured elsewhere: here a busy machine must not change the answer.
PATIENT = Effort(rows=5, seconds=0.3, one_check=2.0, patient=8.0, patient_check=4.0, last=8.0)
POINTS = 10_000
# For claims that take several values a point.
SOME = 1500
FAR = 1e6
MUS = (0.01, 0.03, 0.2, 1.0, 2.0, 30.0)
# Of a value's size: what is lost in 128 bits is less.
SLACK = flint.arb(10) ** -30

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


def complaints(case: Case, points: int = POINTS, slopes: bool = True) -> list[str]:
    """Return what is wrong with the suggestions for a case; "nothing" when there are none.

    slopes: gradients far out too, which takes JAX.
    """
    problem, analysis, shown = suggestions(case)
    if not shown:
        return ["nothing"]
    wrong = [f"{s.name}: class {s.smoothness}" for s in shown if s.smoothness < C1]
    near = draws(problem, analysis, points, case["id"])
    far = far_out(problem, analysis)
    for s in shown:
        wrong += off_the_interval(problem, s, near)
        some = {n: c[:SOME] for n, c in near.items()}
        for refuted in (bent, moved, untrue):
            wrong += refuted(problem, s, some)
        wrong += infinite(problem, s, far, slopes)
    return wrong


# --- points


def draws(problem: Problem, analysis: Analysis, count: int, seed: str) -> Columns:
    """Return about ``count`` points of the domain: beside the places that fail, at all scales, and far out.

    The column "" holds a value for the parameter.  Half of the points have the constants of a witness.
    """
    source = np.random.default_rng(list(seed.encode()))
    at = _witnesses(problem, analysis)
    found: list[Columns] = []
    size = 0
    for _ in range(40):
        if size >= count:
            break
        columns = _drawn(problem, at, count, source)
        holds = conditions_hold(problem.where, columns)
        found.append({n: c[holds] for n, c in columns.items()})
        size += int(holds.sum())
    return {n: np.concatenate([f[n] for f in found])[:count] for n in found[0]}


def _drawn(problem: Problem, at: list[dict[str, float]], count: int, source: np.random.Generator) -> Columns:
    chosen = source.integers(len(at), size=count)
    mu = source.choice(MUS, size=count)
    scale = np.where(source.random(count) < 0.7, mu, 10.0 ** source.uniform(-4, 6, count))
    others = source.random(count) < 0.5
    columns = {"": mu}
    for name in (*problem.wrt, *problem.constants):
        middle = np.array([w[name] for w in at])[chosen]
        moved = middle + source.normal(size=count) * scale * (source.random(count) < 0.8)
        if name in problem.constants:
            # Constants are stretched, and of either sign: draws that a condition refuses are left out.
            turned = np.where(source.random(count) < 0.3, -1, 1)
            moved = np.where(others, middle * np.exp(source.normal(size=count)) * turned, middle)
        columns[name] = moved
    return columns


def _witnesses(problem: Problem, analysis: Analysis) -> list[dict[str, float]]:
    """Return the witnesses of the findings as numbers; names that they leave out are 1."""
    at = []
    for witness in [f.witness for f in analysis.findings if f.witness] or [{}]:
        exact = {n: precise(parse(v), {}, 30) for n, v in witness.items()}
        at.append(
            {n: float(exact.get(n) or (0 if n in exact else 1)) for n in (*problem.wrt, *problem.constants)}
        )
    return at


def far_out(problem: Problem, analysis: Analysis) -> Columns:
    """Return the points at +-10**6 in one variable or in all, for the constants of each witness."""
    rows = []
    for witness in _witnesses(problem, analysis):
        signs = itertools.islice(itertools.product((-FAR, FAR), repeat=len(problem.wrt)), 64)
        rows += [{**witness, **dict(zip(problem.wrt, far, strict=True))} for far in signs]
        rows += [{**witness, name: far} for name in problem.wrt for far in (-FAR, FAR)]
    columns = {n: np.array([row[n] for row in rows]) for n in rows[0]}
    holds = conditions_hold(problem.where, columns)
    return {n: c[holds] for n, c in columns.items()}


# --- claims


def off_the_interval(problem: Problem, s: Surrogate, columns: Columns) -> list[str]:
    """Return where a suggestion is undefined though the original is not, or off by more than it says; one of each."""
    points = {n or s.parameter: [flint.arb(x) for x in c.tolist()] for n, c in columns.items()}
    count = len(columns[""])
    inside = [enclosures(c, points, count) for c in problem.where]
    original, new = (enclosures(t, points, count) for t in (problem.tree, parse(s.expression)))
    kept = [i for i in range(count) if original[i].is_finite() and all(c[i] is True for c in inside)]
    wrong = []
    undefined = [i for i in kept if not new[i].is_finite() and not _defined(parse(s.expression), points, i)]
    if undefined:
        wrong.append(f"{s.name}: undefined at {_shown(points, undefined[0])}")
    if s.error is None:
        return wrong
    low, high = (enclosures(parse(end), points, count) for end in s.error)
    for i in kept:
        slack = SLACK * (1 + abs(original[i]) + abs(new[i]))
        off = new[i] - original[i]
        if off < low[i] - slack or off > high[i] + slack:
            return [*wrong, f"{s.name}: off by {off.str(6, radius=False)} at {_shown(points, i)}"]
    return wrong


def _defined(node: Any, points: Mapping[str, Sequence[flint.arb]], i: int) -> bool:
    """Look again with 2,000 bits: a ball that is too wide is no proof."""
    (value,) = enclosures(node, {n: [c[i]] for n, c in points.items()}, 1, 2000)
    return bool(value.is_finite())


def _shown(points: Mapping[str, Sequence[flint.arb]], i: int) -> str:
    return ", ".join(f"{n} = {c[i].str(8, radius=False)}" for n, c in points.items() if n)


def infinite(problem: Problem, s: Surrogate, columns: Columns, slopes: bool = True) -> list[str]:
    """Return where the emitted code of a suggestion or its gradient is not finite though the original is; one place."""
    if not len(columns[problem.wrt[0]]):
        return []
    asked = (False, True) if slopes else (False,)
    wanted = _finite(problem, None, columns, 1.0, False)
    for mu, gradient in itertools.product((0.01, 1.0), asked):
        bad = wanted & ~_finite(problem, s, columns, mu, gradient)
        for i in np.nonzero(bad)[0]:
            at = ", ".join(f"{n} = {c[i]:g}" for n, c in columns.items())
            return [f"{s.name}: {'gradient' if gradient else 'value'} not finite at {at}, mu = {mu}"]
    return []


def _finite(
    problem: Problem, s: Surrogate | None, columns: Columns, mu: float, slopes: bool
) -> npt.NDArray[np.bool_]:
    """Return where NumPy's value is finite, or all slopes of JAX are, in float64."""
    tree = parse(s.expression) if s else problem.tree
    occurring = {*problem.tree.names(), *tree.names()}
    given = [columns[n] for n in (*problem.wrt, *(c for c in problem.constants if c in occurring))]
    function = _loaded(emit(problem, "jax" if slopes else "numpy", s))
    keyword = dict.fromkeys(function.__kwdefaults__ or {}, mu)
    with np.errstate(all="ignore"):
        found = (
            _slopes(function, given, keyword, len(problem.wrt)) if slopes else [function(*given, **keyword)]
        )
    finite = [np.isfinite(np.broadcast_to(f, given[0].shape)) for f in found]
    return np.asarray(np.all(finite, axis=0))


def _slopes(
    function: Any, given: list[npt.NDArray[np.float64]], keyword: Mapping[str, float], count: int
) -> list[Any]:
    # Imported when needed: it starts threads.
    import jax

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    gradient = jax.grad(lambda *args: function(*args, **keyword), argnums=tuple(range(count)))
    return list(jax.vmap(gradient)(*given))


def _loaded(source: str) -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(source, "emitted", "exec"), namespace)
    return next(v for k, v in namespace.items() if isinstance(v, FunctionType) and not k.startswith("_"))


# --- the walk


def _listed(arguments: argparse.Namespace) -> list[Case]:
    named = [c for c in cases() if not arguments.ids or c["id"] in arguments.ids]
    return named[arguments.offset :: arguments.every]


def main() -> None:
    """Walk the cases that are asked for and print what is missing or wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ids", nargs="*", help="ids of cases; all by default")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="print the cases without a complaint too")
    arguments = parser.parse_args()
    listed = _listed(arguments)
    sys.setrecursionlimit(10_000)
    missing = wrong = 0
    for case in listed:
        start = time.thread_time()
        try:
            found = complaints(case)
        except DiffcheckError as error:
            found = [f"{type(error).__name__}: {error}"]
        missing += found == ["nothing"]
        wrong += bool(found) and found != ["nothing"]
        if found or arguments.all:
            print(
                f"{case['id']}: {'; '.join(found) or 'kept'} ({time.thread_time() - start:.1f} s)", flush=True
            )
    print(f"{len(listed)} cases: {missing} without a suggestion, {wrong} with a wrong one")


if __name__ == "__main__":
    main()
