"""The checker: true certificates hold, every corruption is refused."""

import copy
import json
from fractions import Fraction
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from losses import LOSSES
from typer.testing import CliRunner

from diffcheck.check import check
from diffcheck.cli import app
from diffcheck.errors import BadOption
from diffcheck.language.parse import parse
from diffcheck.report.json import to_object
from diffcheck.verify import Status, reports, verify
from diffcheck.verify.boxes import zeros_on
from diffcheck.verify.elementary import elementary, failing


@lru_cache
def _stored(name):
    expression, wrt, where = LOSSES[name]
    return json.dumps(to_object(check(expression, wrt, where)))


def _report(name):
    return json.loads(_stored(name))


def _refused(report):
    return [c for c in verify(report) if c.status is Status.FAILED]


def _cell(report, wall=0, cell=0):
    return report["certificate"]["walls"][wall]["cells"][cell]


@pytest.mark.parametrize("name", LOSSES)
def test_a_true_certificate_holds(name):
    """No step of the analyzer's own certificates is refused, and most are checked."""
    checks = verify(_report(name))
    assert [c for c in checks if c.status is Status.FAILED] == []
    assert any(c.status.holds for c in checks)


# --- one corruption of each kind


def _slope(report):
    _cell(report)["right"]["terms"][0][0] = "1001/1000"


def _sign(report):
    _cell(report)["left"]["terms"][0][0] = "-1"


def _exponent(report):
    _cell(report)["left"]["terms"][0][1] = "2"


def _witness(report):
    _cell(report)["witness"]["f"] = "2/7"


def _value(report):
    _cell(report)["value"] = "1/1000000"


def _dropped_gap(report):
    report["certificate"]["gaps"].clear()


def _dropped_wall(report):
    report["certificate"]["walls"].clear()
    report["certificate"]["gaps"][0].update(discharge="never zero", walls=[])


def _dropped_cell(report):
    _cell(report)
    report["certificate"]["walls"][0]["cells"].clear()


def _moved_wall(report):
    report["certificate"]["walls"][0]["at"]["f"] = "y + 1"


def _better_class(report):
    _cell(report)["class"] = "C1"


def _better_class_everywhere(report):
    _cell(report)["class"] = report["class"] = report["certificate"]["regions"][0]["class"] = "Cinf"
    report["verdict"] = "differentiable"
    report["findings"].clear()


def _other_verdict(report):
    report["verdict"] = "differentiable"


def _other_class(report):
    report["class"] = "discontinuous"


def _swapped_expression(report):
    report["expression"] = "abs(y - 2*f)"


def _swapped_everywhere(report):
    report["expression"] = report["certificate"]["expression"] = "abs(y - f)*f"


def _no_certificate(report):
    report["certificate"] = None


def _constraint(report):
    report["where"] = "f > y"


def _variable(report):
    report["wrt"], report["constants"] = ["y"], ["f"]


def _finding_slope(report):
    report["findings"][0]["right"] = "2"


def _finding_kind(report):
    report["findings"][0]["kind"] = "jump"


def _finding_place(report):
    report["findings"][0]["witness"]["f"] = "0"


def _side_undefined(report):
    _cell(report)["left"] = None


def _cases(report):
    report["cases"] = [{"condition": "y > 0", "verdict": "differentiable", "class": "Cinf"}]


CORRUPTIONS = [
    _slope, _sign, _exponent, _witness, _value, _dropped_gap, _dropped_wall, _dropped_cell, _moved_wall,
    _better_class, _better_class_everywhere, _other_verdict, _other_class, _swapped_expression,
    _swapped_everywhere, _no_certificate, _constraint, _variable, _finding_slope, _finding_kind, _finding_place,
    _side_undefined, _cases,
]  # fmt: skip


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda f: f.__name__.strip("_"))
def test_a_corrupted_corner_is_refused(corrupt):
    """Whatever is wrong in the certificate of |y - f|, a step fails."""
    report = _report("corner")
    corrupt(report)
    assert _refused(report)


def test_a_wall_that_is_left_out_is_found():
    """One of the two corners of max(|x| - 1, 0) is dropped: the zeros of the gap give it away."""
    report = _report("two corners")
    for number in range(len(report["certificate"]["walls"])):
        broken = copy.deepcopy(report)
        broken["certificate"]["walls"] = [w for w in broken["certificate"]["walls"] if w["number"] != number]
        for gap in broken["certificate"]["gaps"]:
            gap["walls"] = [n for n in gap["walls"] if n != number]
        assert _refused(broken)


def test_points_that_are_said_not_to_exist_are_looked_for():
    """A false claim that a kind of point is absent meets a point of it."""
    report = _report("corner")
    report["certificate"]["walls"][0]["absent"] = [{"constraints": ["y > 0"], "how": "cvc5 QF_NRA"}]
    assert "hold at y" in _refused(report)[0].note


def test_a_false_identity_is_refused():
    """Two sides that are said to be equal are compared at many points."""
    report = _report("identical sides")
    cells = [c for w in report["certificate"]["walls"] for c in w["cells"] if c["identity"]]
    assert cells
    cells[0]["identity"][0] += " + 1/10**12"
    assert _refused(report)


def test_a_smooth_claim_about_a_corner_in_the_plane_is_refused():
    """The norm has no linear slope at the origin, whatever the certificate says."""
    report = _report("thin, corner")
    report["verdict"], report["class"], report["findings"] = "differentiable", "Cinf", []
    for step in report["certificate"]["thin"]:
        step["class"], step["kind"] = "Cinf", None
    for step in (
        *report["certificate"]["regions"],
        *(c for w in report["certificate"]["walls"] for c in w["cells"]),
    ):
        step["class"] = "Cinf"
    assert _refused(report)


def _numbers(node, path=()):
    """Yield the paths of coefficients and witness coordinates that are plain rational numbers."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key in {"witness", "terms"}:
            yield from _leaves(value, (*path, key))
        elif key != "remainder":
            yield from _numbers(value, (*path, key))


def _leaves(node, path):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            # Of a term, the coefficient and the power of the step.
            if isinstance(value, list):
                yield from ((*path, i, j) for j, text in enumerate(value[:2]) if _rational(text))
    elif _rational(node):
        yield path


def _rational(text):
    try:
        Fraction(text)
    except ValueError:
        return False
    return True


SEEDS = ["corner", "break", "jump", "third derivative", "cusp", "logarithm", "thin, corner"]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.integers(0, 10**6), st.fractions(-3, 3, max_denominator=50).filter(bool))
def test_a_changed_number_is_refused(name, position, shift):
    """Any coefficient, power of the step or coordinate that is off by any amount makes a step fail.

    Coordinates of names that the whole wall leaves free are left out: another point of it is as good.
    """
    report = _report(name)
    places = [p for p in _numbers(report["certificate"]) if _decides(report, p)]
    *path, last = places[position % len(places)]
    node = report["certificate"]
    for key in path:
        node = node[key]
    node[last] = str(Fraction(node[last]) + shift)
    assert _refused(report)


def _decides(report, path):
    if path[-2] != "witness":
        return True
    # A direction may be any direction of its kind, and a free constant any number.
    step = report["certificate"][path[0]][path[1]]
    return path[-1] in step["at"]


# --- false by construction: nothing of this kind is proved

CLASSES = ["Cinf", "C3", "C2", "C1", "D1", "C0", "discontinuous", "singular"]
KINDS = ["corner", "cusp", "jump", "hole", "pole", "break", "oscillation", None]


def _other(draw, values, old):
    return draw(st.sampled_from([v for v in values if v != old]))


def _kinds_of_points(report):
    cells = [c for w in report["certificate"]["walls"] for c in w["cells"]]
    return cells + [t for t in report["certificate"]["thin"] if t["rays"]]


def _class_of_a_point(report, draw):
    point = draw(st.sampled_from(_kinds_of_points(report)))
    point["class"] = _other(draw, CLASSES, point["class"])


def _class_of_everything(report, draw):
    """One class for all points, the report and the verdict to fit."""
    new = _other(draw, CLASSES, report["class"])
    for step in (*_kinds_of_points(report), *report["certificate"]["regions"], report):
        step["class"] = new
    good = new[0] in "CD" and new != "C0"
    report["verdict"] = "differentiable" if good else "not_differentiable"
    report["cases"], report["findings"] = [], [] if good else report["findings"]


def _shifted_wall(report, draw):
    wall = draw(st.sampled_from(report["certificate"]["walls"]))
    n = draw(st.sampled_from(sorted(wall["at"])))
    wall["at"][n] = f"{wall['at'][n]} + {draw(st.fractions(1, 9, max_denominator=9))} - 1/20"


def _lost_wall(report, draw):
    wall = draw(st.sampled_from(report["certificate"]["walls"]))
    report["certificate"]["walls"].remove(wall)
    for gap in report["certificate"]["gaps"]:
        gap["walls"] = [n for n in gap["walls"] if n != wall["number"]]
        gap["discharge"] = gap["discharge"] if gap["walls"] else "never zero"


def _lost_kinds(report, draw):
    draw(st.sampled_from(report["certificate"]["walls"]))["cells"].clear()


def _turned_condition(report, draw):
    cells = [c for w in report["certificate"]["walls"] for c in w["cells"] if c["conditions"]]
    (draw(st.sampled_from(cells)) if cells else _unfit())["conditions"] = ["0 > 1"]


def _swapped_sides(report, draw):
    cells = [c for w in report["certificate"]["walls"] for c in w["cells"] if c["left"] != c["right"]]
    cell = draw(st.sampled_from(cells)) if cells else _unfit()
    cell["left"], cell["right"] = cell["right"], cell["left"]


def _other_text(report, draw):
    report["certificate"]["expression"] = report["expression"] = draw(
        st.sampled_from([f"({report['expression']}) + abs({n} - 1/7)" for n in report["wrt"]])
    )


def _kind_of_a_finding(report, draw):
    finding = draw(st.sampled_from(report["findings"])) if report["findings"] else _unfit()
    finding["kind"] = _other(draw, KINDS, finding["kind"])


def _unfit():
    assume(False)


FALSE = [_class_of_a_point, _class_of_everything, _shifted_wall, _lost_wall, _lost_kinds, _turned_condition,
         _swapped_sides, _other_text, _kind_of_a_finding]  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([n for n in LOSSES if n != "smooth"]), st.sampled_from(FALSE), st.data())
def test_what_is_false_is_never_proved(name, change, data):
    """Classes, kinds, places, conditions, texts, dropped and swapped steps: some step is refused or left to samples."""
    report = _report(name)
    assume(report["certificate"]["walls"] or change in {_class_of_everything, _other_text})
    assume(_kinds_of_points(report))
    change(report, data.draw)
    assert {c.status for c in verify(report)} != {Status.PROVED}


# --- parts


def test_parts_that_can_fail_come_from_the_table():
    """Every row is written in elementary operations, whose gaps are known."""
    parts = [part.op for part, _ in failing(elementary(parse("abs(x) + x/y + sqrt(x) + floor(x) + asin(x)")))]
    assert sorted(parts) == sorted(["ge", "div", "div", "pow", "floor", "asin", "asin"])


@pytest.mark.parametrize(
    ("text", "zeros"),
    [("x**2 - 2", [-(2**0.5), 2**0.5]), ("x**2", [0]), ("x**2 + 1/10**6", []), ("exp(x) + x", [-0.5671433])],
)
def test_zeros_on_a_segment_are_found_and_no_others(text, zeros):
    """Crossings and touching zeros are seen, near misses are excluded by proof."""
    found, proved = zeros_on(elementary(parse(text)), {}, "x", (-4, 4))
    assert proved
    assert [float(z) for z in found] == pytest.approx(zeros, abs=1e-6)


# --- the command


def _verified(tmp_path, *texts):
    file = tmp_path / "report.json"
    file.write_text("\n".join(texts))
    return CliRunner().invoke(app, ["verify", str(file)])


def test_the_command_answers_with_its_status(tmp_path):
    """0 when all steps hold, 1 when one does not, for one report or a stream of them."""
    good, bad = _stored("corner"), _report("break")
    bad["class"] = "C2"
    assert _verified(tmp_path, good, _stored("break")).exit_code == 0
    answer = _verified(tmp_path, good, json.dumps(bad))
    assert answer.exit_code == 1
    assert "FAILED: verdict" in answer.stdout


def test_a_report_may_be_printed_over_many_lines(tmp_path):
    """Indented JSON is one report."""
    assert _verified(tmp_path, json.dumps(_report("corner"), indent=2)).exit_code == 0


@pytest.mark.parametrize("text", ["", "no json", "[1]", '{"a": 1}'])
def test_what_is_no_report_is_a_bad_input(tmp_path, text):
    """Exit status 2 for a file that cannot be read as reports."""
    with pytest.raises(BadOption):
        reports(text)
    assert _verified(tmp_path, text).exit_code == 2


def test_an_undetermined_report_claims_nothing():
    """It has no steps, so none fails."""
    report = json.loads(json.dumps(to_object(check("abs(x)", "x", where="x > 1 or x < 0"))))
    assert [c.status for c in verify(report)] == [Status.OPEN]


@pytest.mark.parametrize("text", ["mean(abs(y - f))", "max(z[j])", "1/n*sum((y_i - w)**2) + abs(w)"])
def test_losses_over_samples_are_checked_as_they_were_read(text):
    """The certificate is about one term, or about all of them written out; the checker reads the text again."""
    report = to_object(check(text))
    assert [step.step for step in verify(report) if not step.status.holds] in ([], ["any number of samples"])
    other = {**report, "expression": text + " + 1"}
    assert any(step.status is Status.FAILED for step in verify(other))


REST = [("max(c*x, exp(x))", "x"), ("max(x**2, a, b)", "x"), ("sqrt(x**2 + c*x*y + y**2)", "x,y")]


@pytest.mark.parametrize(("text", "wrt"), REST)
def test_the_case_of_all_other_constants_is_checked(text, wrt):
    """`otherwise` is where none of the stated conditions holds: its example is there, and nothing worse."""
    report = json.loads(json.dumps(to_object(check(text, wrt))))
    assert any(c["condition"] == "otherwise" for c in report["cases"])
    assert not _refused(report)
    regions = report["certificate"]["regions"]
    (rest,) = [r for r in regions if not r["condition"]]
    rest["example"] = next(r["example"] for r in regions if r["condition"])
    assert _refused(report)
