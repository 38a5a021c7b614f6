"""Two corpora of decided cases: never a wrong verdict, never an error, and the list of what is not decided today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from questions import ask, is_inside, is_on_locus, question

from diffcheck.errors import Undetermined
from diffcheck.verdict import Kind, Severity, Verdict

FOLDER = Path(__file__).parent / "corpus"

# What the rules of the corpus do not compare: wording, and what does not decide the class.
SOFT = {"edge", "flat", "break", "disagreement"}

# The whole list of cases that are not answered in full today; one that is answered must leave it.
UNDETERMINED: set[str] = set()
# The failure is proved, but something else stays undecided, so that no class is claimed.
CLASS_OPEN: set[str] = set()

Case = dict[str, Any]


def _read() -> Iterator[tuple[tuple[str, str], Case]]:
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            yield (path.stem, case["family"]), case


CASES = list(_read())
FAMILIES = sorted({family for family, _ in CASES})


def _steep(kind: str) -> str:
    """Whether both sides are infinite or one of them is a matter of wording."""
    return "steep" if kind in {"cusp", "vertical_tangent"} else kind


def _kinds_agree(case: Case, found: set[str]) -> bool:
    """Each stated finding is found under one of its names, and nothing else is."""
    stated = [
        {_steep(kind) for kind in [f["kind"], *f.get("kind_alt", [])]}
        for f in case["findings"]
        if f["kind"] not in SOFT
    ]
    have = {_steep(kind) for kind in found} - SOFT
    return all(have & names for names in stated) and have <= set().union(*stated)


def _result(case: Case) -> str:
    """Return "right", or what is not: undetermined, conditional, class open, witness, kinds or a wrong answer."""
    try:
        analysis = ask(case["expr"], case["wrt"], case["where"], busy=True)
    except Undetermined:
        return "undetermined"
    if analysis.verdict in {Verdict.UNDETERMINED, Verdict.CONDITIONAL}:
        return analysis.verdict.value
    if (analysis.verdict is Verdict.DIFFERENTIABLE) is not case["differentiable"]:
        return "WRONG VERDICT"
    if analysis.smoothness is None:
        return "class open" if analysis.reason else "NO REASON"
    if str(analysis.smoothness) != case["class"]:
        return "WRONG CLASS"
    problem = question(case["expr"], case["wrt"], case["where"])
    broken = [f for f in analysis.findings if f.severity is Severity.ERROR and f.kind is not Kind.FLAT]
    if not all(is_inside(problem, f) and is_on_locus(f) for f in broken):
        return "witness"
    return "right" if _kinds_agree(case, {f.kind.value for f in analysis.findings}) else "kinds"


@pytest.mark.parametrize("family", FAMILIES, ids="/".join)
def test_a_family_gets_the_stated_classes_and_kinds(family):
    """Class, kinds and witnesses are those that mathematics gives, but for the listed cases: those and no others."""
    cases = [case for where, case in CASES if where == family]
    listed = dict.fromkeys(UNDETERMINED, "undetermined") | dict.fromkeys(CLASS_OPEN, "class open")
    wanted = {case["id"]: listed.get(case["id"], "right") for case in cases}
    assert {case["id"]: _result(case) for case in cases} == wanted


def test_the_corpora_are_whole():
    """Ids are unique, and every listed exception is a case."""
    ids = [case["id"] for _, case in CASES]
    assert len(ids) == len(set(ids)) == 602
    assert set(ids) >= UNDETERMINED | CLASS_OPEN
