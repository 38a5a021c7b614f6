"""Reports as one SARIF 2.1.0 log, which code scanning services read: a result for every finding.

Source: OASIS Standard, Static Analysis Results Interchange Format 2.1.0 (2020), sections 3.14 to 3.55.
The rules are the kinds of finding, with their texts.  What is undetermined is a result of kind "open" (3.27.9), what
cannot be read a notification of the run (3.20.21).  An expression from the command line has no file: it is an
artifact that carries its text (3.24.8).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from diffcheck import __version__
from diffcheck.report.places import Located, Region
from diffcheck.rules import RULES, Rule, message
from diffcheck.verdict import Finding, Report, Severity, Verdict

__all__ = ["render", "stream"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report, *, width: int = 80, color: bool = False) -> str:
    """Return the log of one report."""
    return "".join(stream([Located(report)]))


def stream(reports: Iterable[Located], *, width: int = 80) -> Iterator[str]:
    """Yield the log of all reports, when the last is known."""
    log = _Log()
    for located in reports:
        log.add(located)
    yield json.dumps(log.document(), indent=1, allow_nan=False)


class _Log:
    """What is collected for a run."""

    def __init__(self) -> None:
        self.results: list[dict[str, Any]] = []
        self.notifications: list[dict[str, Any]] = []
        self.artifacts: list[dict[str, Any]] = []

    def add(self, located: Located) -> None:
        report = located.report
        at = self._locations(located, None if report.error is None else report.error.span)
        if report.error is not None:
            said = report.error.message + (f" ({report.error.hint})" if report.error.hint else "")
            self.notifications.append({"level": "error", "message": {"text": said}, "locations": at})
            return
        self.results += [self._result(located, finding) for finding in report.findings]
        if report.verdict is Verdict.UNDETERMINED:
            said = f"undetermined: {report.reason}"
            self.results.append({"kind": "open", "level": "none", "message": {"text": said}, "locations": at})

    def document(self) -> dict[str, Any]:
        """Return the whole log as plain data."""
        driver = {"name": "diffcheck", "version": __version__, "rules": [_rule(r) for r in RULES.values()]}
        invocation: dict[str, Any] = {"executionSuccessful": not self.notifications}
        if self.notifications:
            invocation["toolExecutionNotifications"] = self.notifications
        run: dict[str, Any] = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": self.results,
        }
        if self.artifacts:
            run["artifacts"] = self.artifacts
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}

    def _result(self, located: Located, finding: Finding) -> dict[str, Any]:
        found = {"at": finding.at, "condition": finding.condition, "class": str(finding.level)}
        seen = {"left": finding.left, "right": finding.right, "proof": finding.proof}
        told = {k: v for k, v in (found | seen).items() if v is not None}
        return {
            "ruleId": str(finding.kind),
            "ruleIndex": list(RULES).index(finding.kind),
            "level": LEVELS[finding.severity],
            "message": {"text": message(finding)},
            "locations": self._locations(located, finding.span),
            "properties": {**told, "expression": located.report.expression, "witness": dict(finding.witness)},
        }

    def _locations(self, located: Located, span: tuple[int, int] | None) -> list[dict[str, Any]]:
        artifact: dict[str, Any]
        if located.file is None:
            artifact = {"index": len(self.artifacts)}
            text = located.report.expression
            known = [a["contents"]["text"] for a in self.artifacts]
            if text in known:
                artifact = {"index": known.index(text)}
            else:
                self.artifacts.append({"contents": {"text": text}, "roles": ["analysisTarget"]})
        else:
            artifact = {"uri": _uri(located.file)}
        region = _region(located.region(span))
        return [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]


def _region(region: Region) -> dict[str, int]:
    names = ("startLine", "startColumn", "endLine", "endColumn")
    values = (region.line, region.column, region.end_line, region.end_column)
    return {n: v for n, v in zip(names, values, strict=True) if v is not None}


def _uri(file: str) -> str:
    """Return a relative reference for a relative path, so that a service finds it in the repository."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _rule(rule: Rule) -> dict[str, Any]:
    markdown = f"{rule.why}\n\n**Criterion.** {rule.recognise}\n\n**What to do.** {rule.cure}"
    if rule.example:
        markdown += f"\n\n**Example.** `{rule.example}`"
    return {
        "id": rule.name,
        "shortDescription": {"text": f"{rule.title[0].upper()}{rule.title[1:]}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.cure} Read on: diffcheck explain {rule.name}", "markdown": markdown},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }
