"""Workflow commands: one a line, escaped, with the place in the file."""

import re
from dataclasses import replace

import pytest
from reports import ALL, MAE, OPEN, SMOOTH, UNREADABLE

from diffcheck.report.github import render, stream
from diffcheck.report.places import Located

COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:\r\n]*)(?:,\w+=[^,:\r\n]*)*)::([^\r\n]+)")


@pytest.mark.parametrize("report", ALL.values(), ids=ALL)
def test_every_line_is_a_workflow_command(report):
    """One for each finding, for an answer that is missing, and for what cannot be read."""
    lines = render(report).splitlines()
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert len(lines) >= len(report.findings)


def test_the_place_is_that_in_the_file():
    """File, line, and columns from 1 with the end behind the last character."""
    (line,) = stream([Located(MAE, "losses.txt", 3, 4)])
    assert line.startswith(
        "::error file=losses.txt,line=3,col=5,endColumn=15,title=diffcheck%3A corner::`abs(y - f)`"
    )


def test_a_smooth_loss_says_nothing():
    """There is nothing to annotate."""
    assert render(SMOOTH) == ""


def test_what_is_no_finding_is_told_as_well():
    """A missing answer is a warning, an unreadable line an error with its hint."""
    assert render(OPEN).splitlines()[-1].startswith("::warning title=diffcheck%3A undetermined::")
    assert render(UNREADABLE).startswith("::error title=diffcheck%3A not readable::")


def test_nothing_ends_a_command_early():
    """Percent signs, line ends, and in properties colons and commas are escaped."""
    finding = replace(MAE.findings[0], at="f = 50%\n::error::x")
    report = replace(MAE, findings=(finding,))
    (line,) = stream([Located(report, "a,b:c%.txt", 1, 0)])
    assert "file=a%2Cb%3Ac%25.txt," in line
    assert line.endswith("f = 50%25%0A::error::x")
