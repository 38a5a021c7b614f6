"""The report for people: what it says, and that it fits."""

import re
from dataclasses import replace

import pytest
from reports import ALL, CONTRADICTED, CORNER, MAE, OPEN, POWER, PSEUDO_HUBER, SMOOTH, UNPROBED

from diffcheck.report.layout import cells, excerpt, wrapped
from diffcheck.report.terminal import render, summary


def test_the_whole_report_on_a_corner():
    """Verdict first, then what was asked, fault, place, evidence, cure with its price, where to read on."""
    assert render(MAE).splitlines() == [
        "not differentiable: class C0 (continuous); differentiable almost everywhere",
        "  abs(y - f)",
        "  in f; constant: y (guessed from the names; --wrt decides)",
        "",
        "error[corner]: `abs(y - f)` turns a corner where f = y",
        "  abs(y - f)",
        "  ^^^^^^^^^^ slope -1 below, +1 above: proved; probe agrees",
        "  for example at f = 1/3, y = 1/3",
        "",
        "help: use instead (mu > 0 sets how close)",
        "  pseudo-Huber  sqrt((y - f)**2 + mu**2) - mu",
        "                Cinf, below it by at most mu, gradient Lipschitz 1/mu, convex",
        "note: `diffcheck explain corner`",
    ]


def test_a_smooth_function_needs_three_lines():
    """Nothing is wrong, so nothing more is said."""
    assert render(SMOOTH).splitlines() == ["differentiable: class Cinf (smooth)", "  x**2", "  in x"]


def test_undetermined_says_why():
    """The reason stands in the first line, the constraint below."""
    first, _, asked = render(OPEN).splitlines()
    assert first == "undetermined: the sign of a sum is not known"
    assert asked == "  in x; where x > 0"


def test_cases_are_listed():
    """A conditional verdict names the verdict for each region of the constants."""
    text = render(POWER)
    assert "when p > 1: differentiable, class C1" in text
    assert "when p < 0: not differentiable, class discontinuous" in text


def test_a_contradicted_finding_is_not_shown_as_proved():
    """The word `proved` must not stand beside evidence against it."""
    text = render(CONTRADICTED)
    assert "probe contradicts" in text
    assert "proved" not in text


def test_the_rule_is_the_cure_where_no_surrogate_is_known():
    """Without surrogates the help line is that of the table of findings."""
    assert "help: Replace the absolute value" in render(UNPROBED)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(name, width):
    """Long expressions, names and loci are cropped or wrapped."""
    long = " + ".join(["wide_name*abs(x)"] * 40)
    report = ALL[name]
    stretched = replace(
        report,
        expression=long,
        findings=tuple(
            replace(f, span=(300, 340), source=long, at=long, condition=long) for f in report.findings
        ),
        surrogates=tuple(replace(s, expression=long) for s in report.surrogates),
    )
    assert max(map(cells, render(stretched, width=width).splitlines())) <= width


def test_plain_text_has_no_control_characters():
    """An expression cannot send escape sequences to the terminal."""
    evil = "abs(\x1b[31mx)\x07\u202e"
    report = replace(MAE, expression=evil, findings=(replace(CORNER, source=evil, at=evil),))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", render(report) + summary(report))


def test_color_only_paints():
    """With the escape sequences taken out, the painted report is the plain one."""
    painted = render(MAE, color=True)
    assert "\x1b[1;31m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == render(MAE)


def test_carets_stand_below_the_span_of_a_long_line():
    """The window moves to the span, and dots say that the line goes on."""
    text = "x + " * 50 + "abs(y)" + " + x" * 50
    shown = excerpt(text, (200, 206), 60)
    start = shown.carets.index("^")
    assert shown.line[start : start + len(shown.carets.strip())] == "abs(y)"
    assert shown.line.startswith("...")
    assert shown.line.endswith("...")
    assert cells(shown.line) <= 60


def test_carets_stand_below_wide_characters():
    """East Asian characters take two cells each."""
    shown = excerpt("損失 + abs(x)", (5, 11), 60)
    assert shown.carets == " " * 7 + "^" * 6


def test_a_span_in_a_later_line_shows_that_line():
    """Of a text with several lines, the one at fault is shown."""
    assert excerpt("(x +\n\tabs(y)\n)", (6, 12), 60).line == " abs(y)"
    assert excerpt("(x +\n\tabs(y)\n)", (6, 12), 60).carets == " ^^^^^^"


def test_a_span_over_several_lines_is_marked_to_the_end_of_its_first():
    """Carets stay below text."""
    shown = excerpt("max(x,\n    y)", (0, 13), 60)
    assert (shown.line, shown.carets) == ("max(x,", "^^^^^^")


def test_a_span_past_the_end_gets_one_caret():
    """An unexpected end is shown just after the text."""
    assert excerpt("abs(", (4, 4), 60).carets == "    ^"
    assert excerpt("", (0, 0), 60).carets == "^"


def test_a_span_longer_than_the_line_is_marked_as_far_as_it_is_shown():
    """Both lines end together, up to the dots."""
    shown = excerpt("x" * 500, (10, 490), 60)
    assert cells(shown.line) <= 60
    assert cells(shown.carets) <= 60


def test_wrapping_cuts_words_that_are_too_long():
    """A word without spaces is cut, and none of it is lost."""
    lines = wrapped("ab " + "c" * 30, 10, first=4, rest=2)
    assert "".join(line.strip() for line in lines) == "ab" + "c" * 30
    assert all(cells(line) <= 10 for line in lines)


def test_an_error_bound_is_put_in_words_only_when_that_is_safe():
    """ "-mu - 1" must not become "at most mu - 1"."""
    report = replace(MAE, surrogates=(replace(PSEUDO_HUBER, error=("-mu - 1", "0")),))
    assert "error from -mu - 1 to 0" in render(report)


def test_the_short_line_holds_verdict_class_and_expression():
    """The line of a batch."""
    assert summary(MAE) == "not_differentiable C0            abs(y - f)"
