"""Certificates: what a verdict rests on is carried, complete, and survives being written down."""

import json
from functools import lru_cache

import pytest
import sympy as sp
from jsonschema import Draft202012Validator
from losses import LOSSES

from diffcheck.certificate import Certificate, Term, from_data, to_data
from diffcheck.check import check
from diffcheck.findings.evidence import _Germs
from diffcheck.language.parse import parse
from diffcheck.report.json import schema_text, to_object
from diffcheck.report.proof import proof
from diffcheck.verdict import Verdict
from diffcheck.walls.outcome import Evidence

X = sp.Symbol("x", real=True)
SCHEMA = Draft202012Validator(json.loads(schema_text()))


@lru_cache
def _report(name):
    expression, wrt, where = LOSSES[name]
    return check(expression, wrt, where)


@pytest.mark.parametrize("name", LOSSES)
def test_a_decided_verdict_has_steps(name):
    """Every loss gets a certificate whose worst point is the class of the report."""
    report = _report(name)
    assert report.verdict is not Verdict.UNDETERMINED
    grades = {cell.smoothness for wall in report.certificate.walls for cell in wall.cells}
    grades |= {step.smoothness for step in report.certificate.thin}
    assert str(report.smoothness) in grades | {"Cinf"}


@pytest.mark.parametrize("name", LOSSES)
def test_a_certificate_is_read_back(name):
    """JSON keeps everything, the schema allows it, and it stays short."""
    data = json.loads(json.dumps(to_object(_report(name))))
    SCHEMA.validate(data)
    assert from_data(data["certificate"]) == _report(name).certificate
    assert len(json.dumps(data["certificate"])) < 8000


@pytest.mark.parametrize("name", LOSSES)
def test_every_text_is_of_the_language(name):
    """No symbol of the analysis leaks: gaps, places and witnesses can be parsed."""
    found = _report(name).certificate
    texts = [gap.gap for gap in found.gaps]
    for wall in found.walls:
        texts += [wall.gap, *wall.at.values(), *(v for cell in wall.cells for v in cell.witness.values())]
    for text in texts:
        parse(text)


def test_a_corner_carries_both_germs():
    """For |y - f| both sides start with t, which is what a corner is."""
    (wall,) = _report("corner").certificate.walls
    (cell,) = wall.cells
    assert cell.left.terms == cell.right.terms == (Term("1", "1"),)
    assert (cell.value, cell.smoothness, cell.kind) == ("0", "C0", "corner")


def test_a_gap_that_is_never_met_says_so():
    """The denominator x**2 + exp(y) has no wall, and the argument is there."""
    (gap,) = _report("never zero").certificate.gaps
    assert (gap.discharge, gap.walls) == ("never zero", ())
    assert gap.how


def test_made_up_names_avoid_those_of_the_question():
    """A loss in t and k is not mixed up with the step and the integers of families."""
    report = check("abs(t - k)", "t")
    for wall in report.certificate.walls:
        assert wall.step not in {"t", "k"}
        assert not set(wall.integers) & {"t", "k"}


def test_abbreviations_are_written_out():
    """The certificate is about the whole function, whatever `let` shortened."""
    report = check("abs(u)", "f", let={"u": "y - f"})
    assert report.certificate.expression == "abs(y - f)"


def test_nothing_is_claimed_without_a_verdict():
    """An undetermined report has no certificate."""
    report = check("abs(x)", "x", where="x > 1 or x < 0")
    assert report.verdict is Verdict.UNDETERMINED
    assert report.certificate is None


def test_the_steps_can_be_left_out():
    """Whoever does not look at them does not wait for them."""
    assert check("abs(x)", certify=False).certificate is None


@pytest.mark.parametrize("size", [-(10**9), -5000, 10**9])
def test_a_number_with_too_many_digits_is_not_written_out(size):
    """exp(-1e9) stays what it is, at once; its neighbours in size are numbers to more digits than are checked."""
    germs = _Germs(None, "t", Evidence(), {X: sp.Integer(3)})
    assert germs._number(X * sp.exp(size)) == 3 * sp.exp(size)
    near = germs._number(X * sp.exp(size // abs(size)))
    assert near.is_Rational
    assert abs((near - 3 * sp.exp(size // abs(size))).evalf(500)) < sp.Rational(1, 10**400)


def test_the_proof_is_told_in_lines():
    """`--explain-proof` names gap, wall, witness and germs, within the width."""
    lines = proof(_report("pinball"), 70).splitlines()
    text = " ".join(line.strip() for line in lines)
    assert all(len(line) <= 70 for line in lines)
    for part in (
        "1 gap",
        "wall 0: f = y",
        "left",
        "right",
        "class C0, corner",
        "the coefficients of t**1 are not opposite",
    ):
        assert part in text


@pytest.mark.parametrize("data", [None, [], {}, {"expression": 1}, "text", 3])
def test_other_data_are_no_certificate(data):
    """What `to_data` did not write is refused."""
    with pytest.raises(ValueError, match="certificate"):
        from_data(data)


def test_an_empty_certificate_is_one():
    """A function without gaps needs no step."""
    empty = Certificate("x")
    assert from_data(to_data(empty)) == empty
