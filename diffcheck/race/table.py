"""The race for people and for programs: how it was run, the table, who stalled and why, the answer.

Without ``times`` nothing that is printed depends on the machine's speed.
Read in order: render, then to_object.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from diffcheck.race.answer import Claim, Standing
from diffcheck.race.contestants import GRADIENT_COST
from diffcheck.race.curve import letters, panel
from diffcheck.race.result import GAP, Result, Smoothed
from diffcheck.report.layout import Line, cells, cropped, printed, wrapped
from diffcheck.verdict import Kind, Report, Verdict

__all__ = ["render", "render_json", "to_object"]

# Less would cut the names off.
NARROWEST = 74

ENDS = {
    "stalled": "the gradient is exactly zero, so that no step moves",
    "diverged": "the steps led out of all bounds",
    "undefined": "the gradient has no value where it was asked for",
}
STYLES = {Claim.HOLDS: "bold green", Claim.FAILS: "bold red", Claim.OPEN: "bold yellow"}


def render(
    result: Result, *, width: int = 80, color: bool = False, plain: bool = False, times: bool = False
) -> str:
    """Return the race as lines of at most ``width`` cells, and at least NARROWEST.

    plain: ASCII signs alone.  times: with seconds.
    """
    width = max(width, NARROWEST)
    lines: list[Line] = [[(cropped(result.report.expression, width), "bold")]]
    for said in _setting(result):
        first, *rest = wrapped(said, width, first=2, rest=4)
        lines += [[(f"  {first}", "")], *([(line, "")] for line in rest)]
    lines += [[], *_table(result, width, times), [], *panel(result, width, plain), []]
    for said in _notes(result):
        first, *rest = wrapped(said, width, first=6, rest=2)
        lines += [[("note", "bold"), (f": {first}", "")], *([(line, "")] for line in rest)]
    lines += [[(line, STYLES[result.answer.claim])] for line in wrapped(result.answer.said, width)]
    shown = printed(lines, width, color)
    return shown if color else "\n".join(line.rstrip() for line in shown.splitlines())


def _setting(result: Result) -> Iterator[str]:
    """Yield what is minimised, on what, and how it is counted."""
    task, options = result.task, result.task.options
    models = [f"{f} = {_linked('w.x + b', link)}" for f, link in task.models.items()]
    targets = [f"{y} {_described(kind)}" for y, kind in task.targets.items()]
    inputs = [f"{', '.join(task.inputs)} standard normal"] if task.inputs else []
    settings = [f"{c} = {v:g}" for c, v in task.settings.items()]
    parameters = f"{result.parameters} parameter{'s' if result.parameters > 1 else ''}"
    where = ", ".join(models) if models else f"in {', '.join(task.problem.wrt)}"
    yield "; ".join([f"{where}: {parameters}", *targets, *inputs, ", ".join(settings)]).rstrip("; ")
    runs = f"{result.runs} run{'s' if result.runs > 1 else ''}"
    samples = f"{options.samples} samples, " if task.has_data else ""
    yield (
        f"{samples}{runs}, {result.rules.budget} evaluations each; a gradient counts as {GRADIENT_COST}; "
        f"seed {options.seed}"
    )
    if result.smooth is not None:
        s = result.smooth
        at = f", {s.parameter} = {s.value}" if s.parameter else ""
        yield f"surrogate: {s.name}{at}: {s.text}"


def _linked(model: str, link: str) -> str:
    return f"{link}({model})" if link else model


def _described(kind: str) -> str:
    return f"{kind} with outliers" if kind in {"real", "positive"} else f"{kind}, some of them wrong"


def _table(result: Result, width: int, times: bool) -> Iterator[Line]:
    # One is the other over GRADIENT_COST, and all of them are too much for a line.
    heads = ["evaluations", "tuned", "seconds"] if times else ["gradients", "evaluations", "tuned"]
    heads += ["reached", "loss"]
    rows = [_row(s, result, times) for s in result.standings]
    sizes = [max(cells(head), *(cells(row[i]) for row in rows)) for i, head in enumerate(heads)]
    name = width - sum(size + 2 for size in sizes)
    name = min(name, 2 + max(cells(_label(s)) for s in result.standings))
    yield [("to the target".rjust(name + sum(size + 2 for size in sizes[:3])), "dim")]
    yield [("".ljust(name) + "".join(f"  {h.rjust(n)}" for h, n in zip(heads, sizes, strict=True)), "dim")]
    for letter, s, row in zip(letters(result), result.standings, rows, strict=True):
        shown = cropped(_label(s), name - 2).ljust(name - 2)
        yield [
            (f"{letter} ", "bold magenta"),
            (shown, ""),
            ("".join(f"  {c.rjust(n)}" for c, n in zip(row, sizes, strict=True)), ""),
        ]


def _label(s: Standing) -> str:
    return f"{s.name}, surrogate" if s.surrogate else s.name


def _row(s: Standing, result: Result, times: bool) -> list[str]:
    if s.missing:
        needs = f"needs {s.missing}"
        return [needs, "", "", "", ""] if times else ["", needs, "", "", ""]
    known = math.isfinite(s.evaluations)
    gradients = "-" if s.cost == 1 else f"{s.evaluations / s.cost:g}" if known else ""
    evaluations = f"{s.evaluations:g}" if known else s.ended or "not reached"
    tuned = ("-" if s.lanes == 1 else f"{s.tuned:g}") if known else ""
    seconds = f"{s.seconds:.2g}" if math.isfinite(s.seconds) else ""
    to_target = [evaluations, tuned, seconds] if times else [gradients, evaluations, tuned]
    return [*to_target, f"{s.reached} of {result.runs}", _number(s.loss)]


def _number(loss: float) -> str:
    return f"{loss:.3g}" if math.isfinite(loss) else "none"


def _notes(result: Result) -> Iterator[str]:
    """Yield who stopped early and why, and what else qualifies the answer."""
    for why, meaning in ENDS.items():
        names = [s.who for s in result.standings if s.ended == why and not math.isfinite(s.evaluations)]
        if names:
            yield f"{why}: {', '.join(names)}: {meaning}{_flat(result) if why == 'stalled' else ''}"
    if result.smooth is None:
        yield _why_none(result.report)
    if result.rules.target is None:
        yield (
            f"the target is {_number(result.target)}: {GAP:.0%} of the way from the start, {_number(result.start)}, "
            f"to the best that anybody met, {_number(result.best)}, is left"
        )
    if result.runs < result.rules.runs:
        yield f"the time limit left {result.runs} of {result.rules.runs} runs"
    missing = sorted({s.missing for s in result.standings if s.missing})
    if missing:
        yield f"not installed: {', '.join(missing)}; `pip install 'diffcheck-loss[race]'` lets all of them race"


def _why_none(report: Report) -> str:
    if report.verdict is Verdict.DIFFERENTIABLE:
        return "the loss is differentiable and needs no surrogate"
    return "no surrogate is known" + (f": {report.reason}" if report.reason else "")


def _flat(result: Result) -> str:
    flat = [f for f in result.report.findings if f.kind is Kind.FLAT]
    return f"; `{flat[0].source}` is piecewise constant (flat)" if flat else ""


def render_json(result: Result) -> str:
    """Return the race as one JSON object on one line."""
    return json.dumps(to_object(result), allow_nan=False)


def to_object(result: Result) -> dict[str, Any]:
    """Return the race as plain data; what is infinite, such as the evaluations to a target not reached, is null."""
    task, s = result.task, result.smooth
    return {
        "expression": result.report.expression,
        "wrt": list(task.problem.wrt),
        "verdict": str(result.report.verdict),
        "class": None if result.report.smoothness is None else str(result.report.smoothness),
        "models": {f: _linked("w.x + b", link) for f, link in task.models.items()},
        "targets": dict(task.targets),
        "inputs": list(task.inputs),
        "settings": dict(task.settings),
        "parameters": result.parameters,
        "samples": task.options.samples if task.has_data else None,
        "seed": task.options.seed,
        "runs": result.runs,
        "budget": result.rules.budget,
        "gradient_cost": GRADIENT_COST,
        "surrogate": None if s is None else _surrogate(s),
        "start": _finite(result.start),
        "best": _finite(result.best),
        "target": _finite(result.target),
        "contestants": [_contestant(result, standing) for standing in result.standings],
        "claim": str(result.answer.claim),
        "ratio": result.answer.ratio,
        "answer": result.answer.said,
    }  # fmt: skip


def _surrogate(s: Smoothed) -> dict[str, str]:
    return {"name": s.name, "expression": s.text, "parameter": s.parameter, "value": s.value}


def _contestant(result: Result, s: Standing) -> dict[str, Any]:
    return {
        "name": s.name,
        "uses_gradient": s.gradient,
        "on_surrogate": s.surrogate,
        "missing": s.missing or None,
        "reached": s.reached,
        "evaluations": _finite(s.evaluations),
        "gradients": _finite(s.evaluations / s.cost) if s.cost > 1 else None,
        "tuned": _finite(s.tuned),
        "each": [_finite(n) for n in s.each],
        "first_step": s.length,
        "loss": _finite(s.loss),
        "ended": s.ended or None,
        "seconds": _finite(s.seconds),
        "curve": [[n, left] for n, left in zip(result.grid, s.curve, strict=False)],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
