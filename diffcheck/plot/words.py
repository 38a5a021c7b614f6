"""The words of a picture: what stands over it, beside its marks and in its key.

Read in order: headline, key, beside.
"""

from __future__ import annotations

import math
import re

from diffcheck.plot.cut import Model
from diffcheck.plot.marks import OF_SLOPE, OF_VALUE, Mark
from diffcheck.plot.scene import Scene
from diffcheck.verdict import Finding, Kind, Surrogate, Verdict

__all__ = ["answer", "beside", "key", "price", "setting", "unsaid"]

ANSWERS = {
    Verdict.DIFFERENTIABLE: "differentiable",
    Verdict.NOT_DIFFERENTIABLE: "not differentiable",
    Verdict.CONDITIONAL: "depends on the constants",
    Verdict.UNDETERMINED: "undetermined",
}

# A longer formula beside a mark would cover the picture; its number is shown.
LONGEST = 16


def answer(scene: Scene) -> str:
    """Return the verdict and the class: "not differentiable, class C0"."""
    report = scene.report
    at = ", at worst class" if report.verdict is Verdict.CONDITIONAL else ", class"
    grade = "" if report.smoothness is None else f"{at} {report.smoothness}"
    return ANSWERS[report.verdict] + grade


def setting(scene: Scene, surrogates: bool = True) -> str:
    """Return the values that are held fixed: "y = 1/3, mu = 0.2"; of three variables and more, the line of the cut."""
    parameters = dict.fromkeys(m.surrogate.parameter for m in scene.cut.models if m.surrogate.parameter)
    shown = [f"{name} = {scene.cut.mu:g}" for name in parameters if surrogates]
    line = f"a cut with {scene.cut_text}" if scene.cut_text and scene.plane is None else ""
    return "; ".join(part for part in (line, ", ".join([*scene.fixed, *shown])) if part)


def key(finding: Finding) -> str:
    """Return one line on a finding: "corner at f = y: slope -1 | 1"."""
    kind = finding.kind.value.replace("_", " ")
    if finding.kind is Kind.FLAT:
        return f"{kind} {finding.at}: zero gradient"
    said = f"{kind} at {finding.at}" + (f" when {finding.condition}" if finding.condition else "")
    if finding.left is not None and finding.right is not None:
        what = "slope" if finding.kind in OF_SLOPE else "value" if finding.kind in OF_VALUE else "derivative"
        same = finding.kind is Kind.HOLE and finding.left == finding.right
        return f"{said}: limit {finding.left}" if same else f"{said}: {what} {finding.left} | {finding.right}"
    return f"{said}: {finding.detail}" if finding.detail else said


def unsaid(scene: Scene, named: int) -> list[str]:
    """Return what the key says of findings that it does not name: beyond ``named``, or there for other constants."""
    more = len(scene.findings) - named
    said = [f"and {more} more"] if more > 0 else []
    return said + ([f"{scene.elsewhere} more for other constants"] if scene.elsewhere else [])


def beside(mark: Mark) -> tuple[str, str]:
    """Return the exact values left and right of a mark, or numbers where the line runs another way."""
    of_slope = mark.finding.kind in OF_SLOPE
    numbers = mark.slopes if of_slope else (mark.below, mark.above)
    stated = (mark.finding.left, mark.finding.right) if mark.exact else (None, None)
    texts = [
        s if s is not None and len(s) <= LONGEST else "" if math.isnan(n) else _short(n)
        for s, n in zip(stated, numbers, strict=True)
    ]
    return texts[0], texts[1]


def price(model: Model) -> str:
    """Return a surrogate's name and what it costs: "pseudo-Huber: off by -mu to 0"."""
    return f"{model.surrogate.name}: {_error(model.surrogate)}"


def _error(surrogate: Surrogate) -> str:
    if surrogate.error is None:
        return "no uniform bound stated"
    low, high = surrogate.error
    return f"off by {low} to {high}" if low != high else "no error"


def _short(number: float) -> str:
    text = f"{number:.3g}"
    return re.sub("inf", "oo", text)
