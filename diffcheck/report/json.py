"""A report as one JSON object on one line; schema.json in this folder describes it.

Text is escaped to ASCII, so a line survives every terminal and locale, and numbers are finite: what a probe
could not take is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from diffcheck.certificate import to_data
from diffcheck.report.places import Located
from diffcheck.tape import Returned, Tape, TapeNode
from diffcheck.verdict import Case, Finding, InputProblem, ProbeResult, ProbeStatus, Remark, Report, Surrogate

__all__ = ["SCHEMA_VERSION", "render", "render_as", "schema_text", "stream", "to_object"]

SCHEMA_VERSION = 1


def render(report: Report, *, width: int = 80, color: bool = False) -> str:
    """Return the JSON object as one line."""
    return render_as(report, report.id)


def stream(reports: Iterable[Located], *, width: int = 80) -> Iterator[str]:
    """Yield a line for every report."""
    yield from (render_as(located.report, located.id) for located in reports)


def render_as(report: Report, id: str | int | None) -> str:
    """Return the JSON object as one line, with the ``id`` of a batch line, which may be a number."""
    return json.dumps({**to_object(report), "id": id}, allow_nan=False)


def schema_text() -> str:
    """Return the JSON Schema (draft 2020-12) of the object, as shipped in the package."""
    return resources.files("diffcheck.report").joinpath("schema.json").read_text(encoding="utf-8")


def to_object(report: Report) -> dict[str, Any]:
    """Return the report as plain data in the documented key order."""
    return {
        "schema_version": SCHEMA_VERSION,
        "id": report.id,
        "expression": report.expression,
        "wrt": list(report.wrt),
        "constants": list(report.constants),
        "where": report.where,
        "verdict": str(report.verdict),
        "class": None if report.smoothness is None else str(report.smoothness),
        "almost_everywhere": report.almost_everywhere,
        "gradient": dict(report.gradient),
        "cases": [_case(case) for case in report.cases],
        "findings": [_finding(finding) for finding in report.findings],
        "surrogates": [_surrogate(surrogate) for surrogate in report.surrogates],
        "reason": report.reason,
        "error": None if report.error is None else _error(report.error),
        "notes": list(report.notes),
        "size": report.size,
        "seconds": round(report.seconds, 4),
        "certificate": None if report.certificate is None else to_data(report.certificate),
    } | ({} if report.tape is None else {"nodes": _tape(report.tape)})


def _case(case: Case) -> dict[str, Any]:
    return {
        "condition": case.condition,
        "verdict": str(case.verdict),
        "class": None if case.smoothness is None else str(case.smoothness),
        "detail": case.detail,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": str(finding.kind),
        "severity": str(finding.severity),
        "at": finding.at,
        "condition": finding.condition,
        "wrt": list(finding.wrt),
        "span": list(finding.span),
        "source": finding.source,
        "left": finding.left,
        "right": finding.right,
        "size": finding.size,
        "witness": dict(finding.witness),
        "proof": finding.proof,
        "probe": _probe(finding.probe or ProbeResult(ProbeStatus.NOT_RUN)),
        **({} if finding.why is None else {"why": [_remark(remark) for remark in finding.why]}),
    }


def _remark(remark: Remark) -> dict[str, str]:
    return {
        "topic": str(remark.topic),
        "answer": remark.answer,
        "text": remark.text,
        "basis": str(remark.basis),
    }


def _tape(tape: Tape) -> dict[str, Any]:
    return {
        "tape": [_node(node) for node in tape.nodes],
        "result": tape.result,
        "spoiler": tape.spoiler,
        "adjoints": [{"of": a.of, "name": a.name or None, "expression": a.text} for a in tape.adjoints],
        "autograd": [_returned(returned) for returned in tape.returned],
    }


def _node(node: TapeNode) -> dict[str, Any]:
    return {
        "name": node.name,
        "op": node.op,
        "expression": node.text,
        "inputs": list(node.inputs),
        "span": list(node.span),
        "source": node.source,
        "depends": node.depends,
        "derivatives": dict(node.derivatives),
        "class": node.smoothness,
        "gradient": str(node.flow),
        "obstacles": [
            {"gradient": str(o.flow), "kind": o.kind, "at": o.at, "met": o.met} for o in node.obstacles
        ],
        "places": [
            {"at": p.at, "fate": str(p.fate), "by": list(p.by), "witness": dict(p.witness)}
            for p in node.places
        ],
    }


def _returned(returned: Returned) -> dict[str, Any]:
    return {
        "at": dict(returned.at),
        "value": _number(returned.value),
        "gradient": {v: _number(g) for v, g in returned.gradient.items()},
        "true": {v: _finite(t) for v, t in returned.true.items()},
        "wrong": returned.wrong,
        "poisoned": returned.poisoned,
    }


def _number(value: float) -> float | str:
    """Return a number as it is, and "nan", "inf" or "-inf" as text: here they are the answer."""
    return value if math.isfinite(value) else str(value)


def _probe(probe: ProbeResult) -> dict[str, Any]:
    return {
        "status": str(probe.status),
        "left": _finite(probe.left),
        "right": _finite(probe.right),
        "h": _finite(probe.h),
    }


def _finite(value: float | None) -> float | None:
    # float() also turns numpy scalars, which json refuses, into plain numbers.
    return None if value is None or not math.isfinite(value) else float(value)


def _surrogate(surrogate: Surrogate) -> dict[str, Any]:
    return {
        "name": surrogate.name,
        "expression": surrogate.expression,
        "class": str(surrogate.smoothness),
        "error": None if surrogate.error is None else list(surrogate.error),
        "lipschitz_gradient": surrogate.lipschitz_gradient,
        "parameter": surrogate.parameter,
        "convex": surrogate.convex,
        "mean_error": surrogate.mean_error,
        "side": surrogate.side,
        "keeps_minimisers": surrogate.keeps_minimisers,
        "optimality": surrogate.optimality,
        "known": dict(surrogate.known),
        "note": surrogate.note,
        "value": surrogate.value,
        "error_at": None if surrogate.error_at is None else list(surrogate.error_at),
        "lipschitz_at": surrogate.lipschitz_at,
    }


def _error(error: InputProblem) -> dict[str, Any]:
    return {
        "message": error.message,
        "span": None if error.span is None else list(error.span),
        "hint": error.hint,
    }
