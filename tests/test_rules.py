"""Every kind of finding has a complete row, whose message reads well."""

from dataclasses import replace

import pytest
from reports import CORNER

from diffcheck.check import check
from diffcheck.rules import LONGEST_PART, RULES, message
from diffcheck.verdict import Kind


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_complete_row(kind):
    """A kind without message, reason, criterion, cure or example must not be shipped."""
    rule = RULES[kind]
    assert rule.kind is kind
    assert rule.name == kind.value
    for text in (rule.title, rule.message, rule.why, rule.recognise, rule.cure):
        assert text.strip() == text != ""
    # A disagreement is a fault of the tool, so no expression is an example of it.
    assert bool(rule.example) is bool(rule.wrt) is (kind is not Kind.DISAGREEMENT)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_message_names_part_and_place(kind):
    """The template has both holes, so no message leaves the reader searching."""
    text = message(replace(CORNER, kind=kind, source="PART", at="PLACE"))
    assert "`PART`" in text
    assert "PLACE" in text
    assert "{" not in text


def test_braces_in_the_source_are_text():
    """The source is put into the template, never read as one."""
    assert "`{at}`" in message(replace(CORNER, source="{at}"))


def test_the_message_is_one_line():
    """A source over several lines is joined, a long one is cut."""
    text = message(replace(CORNER, source="max(x,\n    y)"))
    assert "`max(x, y)`" in text
    assert len(message(replace(CORNER, source="x" * 1000))) < LONGEST_PART + 60


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if rule.example], ids=lambda rule: rule.name
)
def test_the_example_of_a_rule_gives_its_finding(rule):
    """What `diffcheck explain` suggests to try must show what it explains, at the severity it says."""
    found = {finding.kind: finding.severity for finding in check(rule.example, wrt=rule.wrt).findings}
    assert found.get(rule.kind) is rule.severity
