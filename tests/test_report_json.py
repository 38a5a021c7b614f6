"""The JSON object: the documented keys in the documented order, valid by the shipped schema."""

import copy
import json

import pytest
from jsonschema import Draft202012Validator
from reports import ALL, CONTRADICTED, MAE, UNPROBED

from diffcheck.report.json import render, render_as, schema_text, to_object
from diffcheck.verdict import Kind, ProbeStatus, Severity, Verdict

SCHEMA = json.loads(schema_text())

# Part 5 of the design word for word, with the keys that surrogates have got since.
DOCUMENTED = """
{"schema_version": 1, "id": null, "expression": "abs(y - f)", "wrt": ["f"], "constants": ["y"], "where": "",
 "verdict": "not_differentiable", "class": "C0", "almost_everywhere": true,
 "gradient": {"f": "sign(f - y)"},
 "cases": [],
 "findings": [{"kind": "corner", "severity": "error", "at": "f = y", "condition": null, "wrt": ["f"],
   "span": [0, 10], "source": "abs(y - f)", "left": "-1", "right": "1", "size": "2",
   "witness": {"f": "1/3", "y": "1/3"}, "proof": "exact",
   "probe": {"status": "confirmed", "left": -1.0, "right": 1.0, "h": 1e-06}}],
 "surrogates": [{"name": "pseudo-Huber", "expression": "sqrt((y - f)**2 + mu**2) - mu", "class": "Cinf",
   "error": ["-mu", "0"], "lipschitz_gradient": "1/mu", "parameter": "mu", "convex": true,
   "mean_error": null, "side": null, "keeps_minimisers": null, "optimality": null, "known": {}, "note": "",
   "value": null, "error_at": null, "lipschitz_at": null}],
 "reason": null, "error": null, "notes": [], "size": null, "seconds": 0.02, "certificate": null}
"""


def test_the_schema_is_a_schema():
    """The shipped file is valid JSON Schema, draft 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)


def test_the_documented_object_comes_out_key_by_key():
    """The example of the documentation is reproduced, order included."""
    assert render(MAE) == json.dumps(json.loads(DOCUMENTED))


@pytest.mark.parametrize("name", ALL)
def test_every_sort_of_report_is_valid(name):
    """Each hand-made report passes the schema and is one line of strict JSON."""
    line = render(ALL[name])
    assert "\n" not in line
    Draft202012Validator(SCHEMA).validate(json.loads(line, parse_constant=pytest.fail))


def test_numbers_that_are_not_finite_become_null():
    """A probe that saw nan or infinity must not break a strict reader."""
    probe = to_object(CONTRADICTED)["findings"][0]["probe"]
    assert (probe["left"], probe["right"], probe["status"]) == (None, None, "contradicted")


def test_a_finding_that_was_not_probed_says_so():
    """The probe object is always there."""
    assert to_object(UNPROBED)["findings"][0]["probe"]["status"] == "not_run"


def test_a_numeric_id_is_echoed_as_a_number():
    """Batch lines may carry numbers as ids; 7 must not come back as "7"."""
    assert json.loads(render_as(MAE, 7))["id"] == 7


def test_unknown_keys_are_refused():
    """The schema allows no key that the documentation does not name, at any level."""
    for path in ((), ("findings", 0), ("findings", 0, "probe"), ("surrogates", 0)):
        broken = copy.deepcopy(json.loads(DOCUMENTED))
        place = broken
        for step in path:
            place = place[step]
        place["extra"] = 1
        assert not Draft202012Validator(SCHEMA).is_valid(broken)


def test_the_schema_lists_the_names_of_the_code():
    """Verdicts, kinds, severities and probe states are those of verdict.py."""
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert set(finding["kind"]["enum"]) == set(Kind)
    assert set(finding["severity"]["enum"]) == set(Severity)
    assert set(finding["probe"]["properties"]["status"]["enum"]) == set(ProbeStatus)
    assert set(SCHEMA["$defs"]["verdict"]["enum"]) == set(Verdict)
