"""Real losses by name: each sample states its class, and the check must find it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import diffcheck
from diffcheck.language.reductions import base_of
from diffcheck.question.variables import make_problem
from diffcheck.report.terminal import render
from diffcheck.verdict import Smoothness, Verdict

FOLDER = Path(__file__).parent.parent / "samples"
KEYS = {"name", "wrt", "source"}
EXTRAS = {"where", "note", "let", "says", "gradient"}
ANSWERS = ({"class", "differentiable"}, {"verdict"})
SAMPLES = [
    sample for path in sorted(FOLDER.glob("*.toml")) for sample in tomllib.loads(path.read_text())["loss"]
]


def _name(sample: dict) -> str:
    return sample["name"]


def _question(sample: dict) -> tuple:
    """Text, variables, constraints and definitions, as `check` takes them."""
    text = sample.get("expr") or sample["latex"]
    return text, sample["wrt"], sample.get("where", ""), sample.get("let")


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_a_sample_is_complete_and_readable(sample):
    """Every key is there, the class exists and fits `differentiable`, the question can be read."""
    formula = set(sample) & {"expr", "latex"}
    assert len(formula) == 1
    assert set(sample) - KEYS - EXTRAS - formula in ANSWERS
    if "class" in sample:
        assert Smoothness.parse(sample["class"]).differentiable == sample["differentiable"]
    problem = make_problem(*_question(sample), latex="latex" in sample)
    assert set(map(base_of, problem.wrt)) == set(sample["wrt"]) or problem.values


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_the_class_is_the_stated_one(sample):
    """The verdict and the class are those that mathematics gives."""
    report = diffcheck.check(*_question(sample), latex="latex" in sample)
    shown = " ".join(render(report, width=2000).split())
    assert [words for words in sample.get("says", ()) if words not in shown] == []
    assert report.gradient == sample.get("gradient", report.gradient)
    if "verdict" in sample:
        assert str(report.verdict) == sample["verdict"], report.reason
        return
    assert str(report.smoothness) == sample["class"], report.reason
    wanted = Verdict.DIFFERENTIABLE if sample["differentiable"] else Verdict.NOT_DIFFERENTIABLE
    assert report.verdict is wanted


def test_names_are_unique_and_there_are_many():
    """A sample is called by its name; forty at least, over all families."""
    names = [sample["name"] for sample in SAMPLES]
    assert len(set(names)) == len(names) >= 40
