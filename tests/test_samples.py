"""Real losses by name: each sample states its class, and the check must find it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import diffcheck
from diffcheck.reductions import base_of
from diffcheck.variables import make_problem
from diffcheck.verdict import Smoothness, Verdict

FOLDER = Path(__file__).parent.parent / "samples"
KEYS = {"name", "expr", "wrt", "source"}
ANSWERS = ({"class", "differentiable"}, {"verdict"})
SAMPLES = [
    sample for path in sorted(FOLDER.glob("*.toml")) for sample in tomllib.loads(path.read_text())["loss"]
]


def _name(sample: dict) -> str:
    return sample["name"]


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_a_sample_is_complete_and_readable(sample):
    """Every key is there, the class exists and fits `differentiable`, the question can be read."""
    assert set(sample) - KEYS - {"where", "note", "let"} in ANSWERS
    if "class" in sample:
        assert Smoothness.parse(sample["class"]).differentiable == sample["differentiable"]
    problem = make_problem(sample["expr"], sample["wrt"], sample.get("where", ""), sample.get("let"))
    assert set(map(base_of, problem.wrt)) == set(sample["wrt"]) or problem.values


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_the_class_is_the_stated_one(sample):
    """The verdict and the class are those that mathematics gives."""
    report = diffcheck.check(sample["expr"], sample["wrt"], sample.get("where", ""), sample.get("let"))
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
