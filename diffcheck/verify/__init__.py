"""An independent look at a report: do the steps of its certificate hold, and does the verdict follow from them?

The checker shares no analysis with the analyzer.  It proves a step by exact arithmetic, signs and intervals
(proofs.py), or holds it against the function at points with hundreds of digits; which of the two it says for each step.
Read in order: verify, then proofs.py, exact.py, series.py; walls.py, sidewise.py, gaps.py, thin.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import mpmath

from diffcheck.errors import BadOption
from diffcheck.question.unknown import spelt
from diffcheck.verdict import Verdict
from diffcheck.verify.claims import Check, Claim, Status, claim
from diffcheck.verify.closings import check_closing
from diffcheck.verify.gaps import check_gap, check_parts, domain_points
from diffcheck.verify.sidewise import DIGITS
from diffcheck.verify.thin import check_thin
from diffcheck.verify.verdicts import check_findings, check_verdict
from diffcheck.verify.walls import check_wall

__all__ = ["Check", "Status", "reports", "verify"]


def reports(text: str) -> list[Mapping[str, Any]]:
    """Read one report, or one a line; BadOption when the text is something else."""
    try:
        found = [json.loads(text)]
    except ValueError:
        found = []
        for n, line in enumerate(text.splitlines(), 1):
            try:
                found += [json.loads(line)] if line.strip() else []
            except ValueError as error:
                raise BadOption(f"line {n} is not JSON: {error}", help=HELP) from None
    for report in found:
        if not isinstance(report, Mapping) or not report.keys() >= KEYS:
            raise BadOption("this is not a report of diffcheck", help=HELP)
    if not found:
        raise BadOption("there is no report to check", help=HELP)
    return found


KEYS = {
    "schema_version",
    "expression",
    "wrt",
    "constants",
    "where",
    "verdict",
    "class",
    "cases",
    "findings",
    "certificate",
}
HELP = "write one with `diffcheck EXPR --json`"


def verify(report: Mapping[str, Any]) -> list[Check]:
    """Check every step of a report that was read from JSON; a broken report is a failed check."""
    if report["certificate"] is None:
        return [_without(report)]
    try:
        with mpmath.workdps(DIGITS):
            claimed = claim(report)
            return [spelt(check, claimed.values) for check in _checks(claimed)]
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
        # Whatever a corrupted report breaks, it is not shown to hold.
        return [Check("report", Status.FAILED, f"it cannot be read as a report: {error}")]


def _without(report: Mapping[str, Any]) -> Check:
    if report.get("verdict") == Verdict.UNDETERMINED:
        return Check("verdict undetermined", Status.OPEN, "it claims nothing")
    return Check(f"verdict {report.get('verdict')}", Status.FAILED, "a verdict without a certificate")


def _checks(claimed: Claim) -> Iterator[Check]:
    for fault in claimed.faults:
        yield Check("question", Status.FAILED, fault)
    if claimed.faults:
        return
    steps = list(_steps(claimed))
    yield from steps
    yield from check_findings(claimed, steps)
    yield from check_verdict(claimed, steps)


def _steps(claimed: Claim) -> Iterator[Check]:
    points = domain_points(claimed, 8)
    yield from check_parts(claimed, points)
    for gap in claimed.certificate.gaps:
        yield check_gap(claimed, gap, points)
    for wall in claimed.certificate.walls:
        yield from check_wall(claimed, wall)
    for number, step in enumerate(claimed.certificate.thin):
        yield check_thin(claimed, number, step)
    for closing in claimed.certificate.closings:
        yield check_closing(claimed, closing)
    yield from _taken_over(claimed)


def _taken_over(claimed: Claim) -> Iterator[Check]:
    """Say which arguments of the report are not looked at again."""
    if claimed.one_term:
        note = "the certificate is about one term, or one size; why that answers for all is not looked at"
        yield Check("any number of samples", Status.OPEN, note)
    if claimed.unknown:
        yield Check("unknown functions", Status.OPEN, "that the chain rule applies to them is not looked at")
