"""Every kind of step, every field of it: what is false is refused, what is proved is said to be, nothing more is."""

import json
import math
from dataclasses import replace
from functools import lru_cache

import pytest
from losses import LOSSES

from diffcheck.certificate import Cell, Certificate, Side, Term, WallStep
from diffcheck.check import check
from diffcheck.language.parse import parse
from diffcheck.report.json import to_object
from diffcheck.report.proof import proof
from diffcheck.verify import Status, verify
from diffcheck.verify.claims import claim
from diffcheck.verify.directions import Bounds, class_at
from diffcheck.verify.elementary import elementary
from diffcheck.verify.exact import Facts, TooLong, assuming, constant, ratio, sign_of
from diffcheck.verify.proofs import never_zero
from diffcheck.verify.series import Undefined, one_function, seen


@lru_cache
def _stored(name):
    expression, wrt, where = LOSSES[name]
    return json.dumps(to_object(check(expression, wrt, where)))


WALL, CELL = ("walls", 0), ("walls", 0, "cells", 0)

# loss, path below the certificate, the false value
FALSE = [
    ("corner", ("expression",), "abs(f - y)"),
    ("corner", ("gaps", 0, "gap"), "f - 2*y"),
    ("corner", ("gaps", 0, "discharge"), "never zero"),
    ("corner", ("gaps", 0, "discharge"), "constants"),
    ("corner", ("gaps", 0, "walls"), []),
    ("corner", ("gaps", 0, "walls"), [7]),
    ("corner", (*WALL, "gap"), "f - y - 1"),
    ("corner", (*WALL, "at"), {"f": "2*y"}),
    ("corner", (*WALL, "variable"), "y"),
    ("corner", (*CELL, "conditions"), ["y < 0"]),
    ("corner", (*CELL, "witness"), {"f": "1/3", "y": "1/2"}),
    ("corner", (*CELL, "witness"), {"f": "1/3"}),
    ("corner", (*CELL, "value"), "1"),
    ("corner", (*CELL, "value"), None),
    ("corner", (*CELL, "left"), None),
    ("corner", (*CELL, "left", "terms"), []),
    ("corner", (*CELL, "right", "terms", 0), ["1", "2"]),
    ("corner", (*CELL, "right", "terms", 0), ["1", "1", "1"]),
    ("corner", (*CELL, "class"), "C1"),
    ("corner", (*CELL, "class"), "discontinuous"),
    ("corner", (*CELL, "kind"), "jump"),
    ("break", (*CELL, "class"), "C2"),
    ("break", (*CELL, "class"), "C0"),
    ("third derivative", (*CELL, "class"), "Cinf"),
    ("jump", (*CELL, "class"), "C0"),
    ("hole", (*CELL, "value"), "1"),
    ("pole", (*CELL, "class"), "discontinuous"),
    ("cusp", (*CELL, "class"), "C1"),
    ("identical sides", (*CELL, "class"), "C0"),
    ("implicit root", (*WALL, "root", "near"), "0.74"),
    ("implicit root", (*WALL, "root", "equation"), "cos(x) - 2*x"),
    ("thin, corner", ("thin", 0, "class"), "C1"),
    ("thin, corner", ("thin", 0, "rays", 0, "witness", "x"), "1"),
    ("thin, corner", ("thin", 0, "rays", 0, "germ", "terms", 0), ["2", "1"]),
    ("thin, directions", ("thin", 0, "class"), "Cinf"),
    ("constants decide", ("regions", 0, "condition"), "p < -7"),
    ("constants decide", ("regions", 0, "class"), "Cinf"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "value"), FALSE)
def test_a_false_field_is_refused(name, path, value):
    """One field of one step says what is not so."""
    report = json.loads(_stored(name))
    node = report["certificate"]
    for key in path[:-1]:
        node = node[key]
    assert node[path[-1]] != value
    node[path[-1]] = value
    assert any(c.status is Status.FAILED for c in verify(report))


PROVED = ["smooth", "corner", "two corners", "pinball", "break", "third derivative", "identical sides", "jump",
          "hole", "pole", "integers", "never zero", "logarithm", "family", "thin, corner",
          "thin, directions"]  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_the_verdict_is_proved(name):
    """Polynomials, quotients and exponentials across walls that have a formula leave nothing to samples."""
    assert [c for c in verify(json.loads(_stored(name))) if c.status is not Status.PROVED] == []


@pytest.mark.parametrize("name", LOSSES)
def test_a_verdict_is_proved_only_when_its_steps_or_a_witness_are(name):
    """What rests on samples is called sampled."""
    checks = verify(json.loads(_stored(name)))
    verdict = checks[-1]
    if verdict.status is Status.PROVED:
        assert "witness" in verdict.note or {c.status for c in checks} == {Status.PROVED}


def test_long_numbers_are_shown_by_their_first_digits():
    """A coefficient of hundreds of digits is for the checker; a reader gets a few of them."""
    third = f"{'3' * 440}/1{'0' * 440}"
    side = Side((Term(f"-{third}", "1"), Term(f"{'2' * 50}/5e48", "2")))
    cell = Cell((), {"x": "0"}, "0", side, side, "C0", "corner", "")
    wall = WallStep(0, "x", "x", {"x": "0"}, (), (), None, "", "t", "x_", (cell,), ())
    text = proof(replace(check("x"), certificate=Certificate("x", (), (wall,))))
    assert "-0.333333333333...*t" in text
    assert " 4.44444444444...*t**2" in text
    assert max(map(len, text.splitlines())) <= 80


LEVELS = [
    ("abs(x)", 0), ("x*abs(x)", 1), ("max(0, x)**3", 2), ("where(x > 0, x + 1, 0)", -1), ("1/x", -2), ("sin(x)/x", -2),
    ("sqrt(abs(x))", 0), ("abs(x)**2.5", 2), ("exp(abs(x))", 0), ("where(x > 0, cos(x), 1)", 1), ("erf(abs(x))", 0),
    ("x - floor(x)", -1), ("atan(abs(x)) - abs(x)", 2), ("cosh(abs(x))", math.inf), ("sqrt(x)", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "level"), LEVELS)
def test_series_give_the_class_at_zero(text, level):
    """The class of these functions at 0 is known by hand."""
    node, place = elementary(parse(text)), {"x": constant(0)}
    assert seen(node, place, "x") == level
    if level is not None:
        try:
            assert one_function(node, place, "x") == (level == math.inf)
        except Undefined:
            assert level < 0


@pytest.mark.parametrize("text", ["1/log(abs(x))", "x**2*sin(1/x)", "where(x > 0, exp(-1/x), 0)"])
def test_series_give_up_where_there_are_none(text):
    """Quotients by logarithms and essential singularities have no such series."""
    with pytest.raises(TooLong):
        seen(elementary(parse(text)), {"x": constant(0)}, "x")


@pytest.mark.parametrize(
    ("text", "proved"),
    [("1 + exp(x)", True), ("x**2 + 1", True), ("x**2 + x + 1", True), ("x**2", False),
     ("x**2 - 2", False), ("exp(x) - 1", False), ("x", False), ("x**2 + y**2", False), ("x**2 + exp(y)", True)],
)  # fmt: skip
def test_only_what_has_no_zero_is_proved_to_have_none(text, proved):
    """Signs and boxes exclude zeros, and never one that is there."""
    assert never_zero(elementary(parse(text)), Facts()) is proved


def test_signs_follow_from_assumptions():
    """Of y > 0 it follows that y**3/(1 + y) is positive, and nothing about y - 1."""
    y = ratio(parse("y"))
    with assuming(Facts(((y, 1),))):
        assert sign_of(ratio(parse("y**3/(1 + y)"))) == 1
        assert sign_of(y - constant(1)) is None


POINTS = [
    ("sqrt(x**2 + y**2)", 0), ("(x**2 + y**2)**1.5", 2), ("x*y/(x**2 + y**2)", -2), ("log(x**2 + y**2)", -2),
    ("where(x == 0 and y == 0, 0, x*y/(x**2 + y**2))", -1), ("where(x == 0 and y == 0, 0, x**3*y/(x**2 + y**2))", 1),
    ("where(x == 0 and y == 0, 0, x**2*y/(x**2 + y**2))", 0), ("where(x == 0 and y == 0, 1, x**3/(x**2 + y**2))", -1),
    ("where(x == 0 and y == 0, 0, (x**2 + y**2)*log(x**2 + y**2))", 1), ("sqrt(abs(x*y))", 0),
    ("where(x == 0 and y == 0, 0, x**2*y**2/(x**2 + y**2))", 1), ("sqrt(x**2 + y**2)**2", math.inf),
    ("where(x == 0 and y == 0, 0, (x**4 - y**4)/(x**2 + y**2))", math.inf), ("sqrt(x**2 + y**2)**4 - y", math.inf),
    ("where(x == 0 and y == 0, 0, x/(x**2 + y**2))", -2), ("abs(x) + abs(y) + sqrt(x**2 + y**2)", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "level"), POINTS)
def test_series_in_all_directions_give_the_class_at_the_origin(text, level):
    """The class of these functions at the origin is known by hand."""
    report = json.loads(json.dumps(to_object(check(text, "x,y"))))
    claimed = claim(report)
    steps = [s for s in claimed.certificate.thin if s.rays]
    assert steps
    for step in steps:
        assert class_at(claimed, step) == Bounds(level, level, True)


BEYOND = ["x**2*y/(x**4 + y**2)", "x**3*y/(x**6 + y**2)", "x*y**2/(x**2 + y**4)"]


@pytest.mark.parametrize("quotient", BEYOND)
def test_lines_alone_prove_no_class(quotient):
    """Along every line these tend to 0, along a parabola they do not: no class at the origin is proved from lines."""
    report = json.loads(json.dumps(to_object(check(f"where(x == 0 and y == 0, 0, {quotient})", "x,y"))))
    claimed = claim(report)
    for step in claimed.certificate.thin:
        lines = replace(step, rays=step.rays[:1])
        assert class_at(claimed, lines).at_least == -2


CUSPS = [
    ("where(x > 0 and x < y**2, 1, 0)", -1), ("where(y > x**2 or y < 0, 0, x + 1)", -1),
    ("floor(x - y**2) + floor(y**2 - x)", -1), ("where(abs(y) < x**2, sqrt(abs(x)), 0)", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "level"), CUSPS)
def test_regions_that_every_line_leaves_are_not_overlooked(text, level):
    """Between an axis and a parabola that touches it no line stays: no better class than the true one is proved."""
    claimed = claim(json.loads(json.dumps(to_object(check("sqrt(x**2 + y**2)", "x,y")))))
    step = claimed.certificate.thin[0]
    assert class_at(replace(claimed, plain=elementary(parse(text))), step).at_least <= level


@pytest.mark.parametrize("level", ["Cinf", "C3", "C2", "C1", "D1", "C0", "discontinuous", "singular"])
@pytest.mark.parametrize("text", [text for text, _ in POINTS])
def test_another_class_of_a_point_is_never_proved(text, level):
    """The class of a thin set is changed: the step is refused, or at least not called proved."""
    report = json.loads(json.dumps(to_object(check(text, "x,y"))))
    for step in report["certificate"]["thin"]:
        if step["rays"] and step["class"] != level:
            step["class"] = level
            assert any(c.step.startswith("thin") and c.status is not Status.PROVED for c in verify(report))


@pytest.mark.parametrize(
    ("text", "level"),
    [("where(x == 0, 0, x*log(abs(x)))", 0), ("where(x == 0, 0, x**3*log(abs(x)))", 2), ("log(abs(x))", -2),
     ("where(x == 0, 0, abs(x)**1.5*log(abs(x)))", 1), ("where(x == 0, 0, exp(3*log(abs(x))))", 2)],
)  # fmt: skip
def test_logarithms_of_the_step_are_sizes(text, level):
    """x**k*log(x) is of class C^(k - 1), and exp(k*log(x)) a power."""
    assert seen(elementary(parse(text)), {"x": constant(0)}, "x") == level
