"""The SARIF log: the structure that the standard asks for, and the places of what was found."""

import json

import pytest
from jsonschema import Draft202012Validator
from reports import ALL, MAE, OPEN, SMOOTH, UNREADABLE

from diffcheck.report.places import Located
from diffcheck.report.sarif import render, stream
from diffcheck.rules import RULES

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
COUNT = {"type": "integer", "minimum": 1}
REGION = {
    "type": "object",
    "required": ["startLine"],
    "properties": {"startLine": COUNT, "startColumn": COUNT, "endLine": COUNT, "endColumn": COUNT},
    "dependentRequired": {"startColumn": ["endColumn"]},
    "additionalProperties": False,
}
ARTIFACT = {
    "type": "object",
    "anyOf": [{"required": ["uri"]}, {"required": ["index"]}],
    "properties": {
        "uri": {"type": "string", "pattern": r"^[^\\ ]+$"},
        "index": {"type": "integer", "minimum": 0},
    },
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {"artifactLocation": ARTIFACT, "region": REGION},
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}
LOCATIONS = {"type": "array", "minItems": 1, "items": LOCATION}
RESULT = {
    "type": "object",
    "required": ["message", "level", "locations"],
    "properties": {
        "ruleId": {"enum": [rule.name for rule in RULES.values()]},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "kind": {"enum": ["pass", "open", "informational", "notApplicable", "review", "fail"]},
        "level": LEVEL,
        "message": TEXT,
        "locations": LOCATIONS,
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
    # 3.27.10: a level other than none only where the kind is fail.
    "if": {"required": ["kind"], "properties": {"kind": {"not": {"const": "fail"}}}},
    "then": {"properties": {"level": {"const": "none"}}},
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
        "defaultConfiguration": {"type": "object", "properties": {"level": LEVEL}},
    },
    "additionalProperties": False,
}
# The part of the standard's schema that the log uses, closed: a misspelt property is refused.
SCHEMA = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {"type": "array", "items": RULE, "uniqueItems": True},
                                },
                                "additionalProperties": False,
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["message"],
                                        "properties": {
                                            "level": LEVEL,
                                            "message": TEXT,
                                            "locations": LOCATIONS,
                                        },
                                        "additionalProperties": False,
                                    },
                                },
                            },
                            "additionalProperties": False,
                        },
                    },
                    "results": {"type": "array", "items": RESULT},
                    "artifacts": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"contents": TEXT, "roles": {"type": "array"}},
                            "additionalProperties": False,
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
VALIDATOR = Draft202012Validator(SCHEMA)


def run_of(text):
    """Return the only run of a log that the schema takes."""
    log = json.loads(text)
    VALIDATOR.validate(log)
    (run,) = log["runs"]
    return run


@pytest.mark.parametrize("report", ALL.values(), ids=ALL)
def test_every_report_is_a_valid_log_with_a_result_for_every_finding(report):
    """By the structure of the standard; each result names the rule at its index."""
    run = run_of(render(report))
    found = [r for r in run["results"] if "ruleId" in r]
    assert [r["ruleId"] for r in found] == [str(f.kind) for f in report.findings]
    for result in found:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_result_points_into_the_file():
    """Line of the batch, columns from 1, the end behind the last character; the path is a reference."""
    run = run_of("".join(stream([Located(MAE, "my losses.txt", 3, 4)])))
    (result,) = run["results"]
    at = result["locations"][0]["physicalLocation"]
    assert at["artifactLocation"] == {"uri": "my%20losses.txt"}
    assert at["region"] == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 15}
    assert result["level"] == "error"
    assert "turns a corner where f = y" in result["message"]["text"]


def test_an_expression_without_a_file_is_an_artifact_of_its_own():
    """Its text travels with the log, once for equal ones."""
    run = run_of("".join(stream([Located(MAE), Located(MAE), Located(OPEN)])))
    assert [a["contents"]["text"] for a in run["artifacts"]] == [MAE.expression, OPEN.expression]


def test_in_json_lines_only_the_line_is_known():
    """Columns of the expression are not those of the file."""
    run = run_of("".join(stream([Located(MAE, "a.jsonl", 2, None)])))
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}


def test_what_has_no_answer_is_open_and_what_cannot_be_read_a_notification():
    """Neither is a finding; the run was not successful if something could not be read."""
    run = run_of("".join(stream([Located(SMOOTH), Located(OPEN)])))
    assert [(r["kind"], r["level"]) for r in run["results"] if "kind" in r] == [("open", "none")]
    assert run["invocations"] == [{"executionSuccessful": True}]
    (invocation,) = run_of(render(UNREADABLE))["invocations"]
    assert not invocation["executionSuccessful"]
    assert UNREADABLE.error.message in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_the_help_of_every_rule_is_its_text():
    """The cure as text, and all of it as Markdown."""
    for entry, rule in zip(run_of(render(SMOOTH))["tool"]["driver"]["rules"], RULES.values(), strict=True):
        assert rule.cure in entry["help"]["text"]
        assert rule.recognise in entry["help"]["markdown"]
