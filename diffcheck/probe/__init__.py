"""The probe: numbers that may contradict a verdict, never make one.

At each witness `witness.py` takes one-sided differences; elsewhere `sweep.py` looks for what no finding
explains.  A contradiction becomes a finding of its own and the verdict becomes `undetermined`.

Reading order: sides.py (one side of a point), witness.py, then lines.py and sweep.py.
"""

from __future__ import annotations

from dataclasses import replace

from diffcheck.probe.sweep import Suspect, sweep
from diffcheck.probe.witness import check_finding
from diffcheck.problem import Problem
from diffcheck.verdict import Analysis, Finding, Kind, ProbeResult, ProbeStatus, Severity, Verdict

__all__ = ["probe"]

# Findings beyond this many are not measured: one loss with forty corners gains nothing from forty checks.
MAX_CHECKED = 12


def probe(problem: Problem, analysis: Analysis) -> Analysis:
    """Return ``analysis`` with each finding measured at its witness, contradictions added.

    A contradiction, at a witness or in the sweep, is a finding of kind `disagreement`, and the verdict
    becomes `undetermined`.  Deterministic: the sweep is seeded.
    """
    checked = analysis.findings[:MAX_CHECKED]
    measured = tuple(replace(f, probe=check_finding(problem, f)) for f in checked)
    findings = measured + analysis.findings[MAX_CHECKED:]
    refuted = [f for f in measured if f.probe and f.probe.status is ProbeStatus.CONTRADICTED]
    disagreements = [_refuted(f) for f in refuted]
    if not refuted and analysis.verdict is not Verdict.UNDETERMINED:
        suspect = sweep(problem, analysis)
        disagreements = [_unexplained(problem, suspect)] if suspect else []
    if not disagreements:
        return replace(analysis, findings=findings)
    reason = f"the probe contradicts the analysis: {disagreements[0].detail}"
    return Analysis(Verdict.UNDETERMINED, None, (*findings, *disagreements), analysis.cases, reason)


def _refuted(finding: Finding) -> Finding:
    """Return the disagreement on a finding that its own witness contradicts."""
    note = finding.probe.note if finding.probe else ""
    detail = f"no {finding.kind.value} where {finding.at}: {note}"
    return replace(finding, kind=Kind.DISAGREEMENT, severity=Severity.ERROR, proof="numeric", detail=detail)


def _unexplained(problem: Problem, suspect: Suspect) -> Finding:
    """Return the disagreement on a place that no finding explains."""
    at = " and ".join(f"{n} = {float(v):.6g}" for n, v in suspect.place.items())
    return Finding(
        kind=Kind.DISAGREEMENT,
        severity=Severity.ERROR,
        at=at,
        condition=None,
        wrt=(suspect.along,) if suspect.along else problem.wrt,
        span=problem.tree.span,
        source=problem.text,
        left=None,
        right=None,
        size=None,
        witness={n: str(v) for n, v in suspect.place.items()},
        proof="numeric",
        level=suspect.level,
        probe=ProbeResult(ProbeStatus.CONTRADICTED, suspect.left, suspect.right, suspect.h),
        direction={suspect.along: "1"} if suspect.along else {},
        detail=f"{suspect.what} near {at}, which no finding explains",
    )
