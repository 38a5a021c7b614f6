"""The pipeline: every way a stage can end gives a report, and only bad input raises."""

import subprocess
import sys
from pathlib import Path

import pytest
from stages import fake_stages  # noqa: F401 - a fixture

import diffcheck
from diffcheck import BadOption, InputError, Verdict, check
from diffcheck.check import refused

pytestmark = pytest.mark.usefixtures("fake_stages")


def test_a_report_holds_what_every_stage_found():
    """Analysis, gradient and surrogates are put together."""
    report = check("abs(x)", wrt="x", where="x > -1", id="7")
    assert (report.verdict, str(report.smoothness)) == (Verdict.NOT_DIFFERENTIABLE, "C0")
    assert report.almost_everywhere is True
    assert report.gradient == {"x": "1"}
    assert [s.name for s in report.surrogates] == ["pseudo-Huber"]
    assert (report.id, report.where, report.reason, report.error) == ("7", "x > -1", None, None)
    assert report.seconds > 0


@pytest.mark.parametrize("wrt", ["x,y", " x , y ", ["x", "y"], ("x,y",)])
def test_variables_come_as_text_or_list(wrt):
    """Commas and lists mean the same."""
    assert check("x*y", wrt=wrt).wrt == ("x", "y")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("open", "nobody knows"),
        ("boom", "internal error in the analysis: ZeroDivisionError: not foreseen"),
        ("deep", "the expression is nested too deeply for this analysis"),
        ("answer-less", "the analysis gave no reason"),
    ],
)
def test_an_analysis_that_fails_is_undetermined_with_a_reason(text, reason):
    """No verdict, no class, no traceback."""
    report = check(text)
    assert (report.verdict, report.smoothness, report.almost_everywhere) == (Verdict.UNDETERMINED, None, None)
    assert report.reason == reason


@pytest.mark.parametrize("stage", ["probe", "gradient", "suggest"])
def test_a_later_stage_that_fails_leaves_the_verdict(stage):
    """What is proved stays proved; the part that failed stays empty."""
    report = check(f"abs {stage}-fails")
    assert report.verdict is Verdict.NOT_DIFFERENTIABLE
    assert bool(report.gradient) is (stage != "gradient")
    assert bool(report.surrogates) is (stage != "suggest")


def test_bad_input_raises():
    """The caller gets message, span and help."""
    with pytest.raises(InputError) as caught:
        check("bad(")
    assert (caught.value.span, caught.value.help) == ((3, 4), "add `)`")


def test_a_span_into_another_text_is_not_shown_in_the_expression():
    """A `where` that cannot be read has columns of its own."""
    report = refused("x", "y >", BadOption("incomplete", span=(2, 3), text="y >"))
    assert report.error is not None
    assert (report.error.message, report.error.span) == ("incomplete (in `y >`)", None)


def test_the_package_offers_what_it_lists():
    """Every public name exists, and the list is sorted."""
    assert all(hasattr(diffcheck, name) for name in diffcheck.__all__)
    assert diffcheck.__all__ == sorted(diffcheck.__all__)


def test_importing_the_package_imports_nothing_heavy():
    """`diffcheck --help` and `--version` must not wait for SymPy."""
    code = "import sys, diffcheck.cli; print({'sympy', 'numpy', 'cvc5', 'rich', 'flint'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout.strip() == "set()"


def test_a_report_of_a_child_is_printed_without_anything_heavy():
    """The parent only prints: the answer and its text need neither SymPy nor the provers there."""
    code = (
        "import sys; from reports import ALL; from diffcheck.report import FORMATS, renderer\n"
        "[renderer(f)(r) for f in FORMATS if f != 'latex' for r in ALL.values()]\n"
        "print({'sympy', 'numpy', 'cvc5', 'flint'} & set(sys.modules))"
    )
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, cwd=here
    )
    assert done.stdout.strip() == "set()"
