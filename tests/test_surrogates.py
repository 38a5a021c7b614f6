"""Suggestions for the corpora: a failing loss gets one of class C1 at least, and no claim fails when sampled.

Every fifth case here, without gradients; `python -m benchmarks.surrogates` walks all, with them.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.surrogates import cases, complaints, draws, infinite, off_the_interval, suggestions
from diffcheck.analyze import analyze
from diffcheck.suggest import suggest
from diffcheck.variables import make_problem

# What has no suggestion today: an overlap of boxes whose smooth union is not shown to be positive.
WITHOUT = {"fvcore-giou-2d"}
ALL = list(cases())
HARD = {
    "cat-smape",
    "smp-jaccard-soft",
    "contrastive-hadsell",
    "tfr-circle",
    "can-atan-asin",
    "inf-floor-sqrt",
    "mv-ball-proj",
    "mmdet-balanced-l1-beta",
    "haversine",
}
PART = [
    case for i, case in enumerate(ALL) if (i % 5 == 0 or case["id"] in HARD) and case["id"] not in WITHOUT
]


@pytest.mark.parametrize("case", PART, ids=lambda case: case["id"])
def test_a_failing_loss_gets_a_surrogate_that_keeps_its_word(case):
    """Class C1 or better, defined where the loss is, within the interval at 10,000 points, finite at a million."""
    assert complaints(case, slopes=False) == []


def test_what_is_without_a_suggestion_is_listed_by_name():
    """The list holds cases of the corpora, and stays short."""
    assert {case["id"] for case in ALL} >= WITHOUT
    assert len(WITHOUT) * 40 < len(ALL)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"error": ("-mu/2", "0")}, "off by"),
        ({"error": ("-mu", "-mu/1000")}, "off by"),
        ({"expression": "sqrt((y - f)**2 + mu**2 - mu**2/2) - log(abs(y - f) - mu/100)"}, "undefined"),
    ],
)
def test_a_false_claim_is_found(change, said):
    """Half the interval, an interval without 0, an expression with a smaller domain: each is refuted."""
    problem = make_problem("abs(y - f)", ["f"])
    analysis = analyze(problem)
    first, *_ = suggest(problem, analysis)
    points = draws(problem, analysis, 2000, "false")
    assert off_the_interval(problem, first, points) == []
    assert said in off_the_interval(problem, replace(first, **change), points)[0]


def test_an_overflow_far_out_is_found():
    """exp(f**2) is not finite at f = 10**6, where abs(f) is."""
    problem = make_problem("abs(f)", ["f"])
    first, *_ = suggest(problem, analyze(problem))
    far = {"f": np.array([1e6, -1e6])}
    assert infinite(problem, first, far, slopes=False) == []
    assert infinite(problem, replace(first, expression="exp(f**2)*mu"), far, slopes=False)


SIGNS = [
    ("a*exp(-relu(x))", ""),
    ("a*b*exp(-relu(x))", ""),
    ("elu(x, a)", ""),
    ("a*exp(-max(x, 0)) + relu(x)", ""),
    ("sin(exp(-relu(x)))", ""),
    ("where(c > 0, exp(-relu(x)), 1)", ""),
    ("sin(q*abs(x))", "q < 0"),
    ("where(c > 0, q*abs(x), 0)", "q < 0"),
    ("q*abs(x) + relu(a*x)", "q < 0"),
]


@pytest.mark.parametrize(("text", "where"), SIGNS, ids=[text for text, _ in SIGNS])
def test_bounds_hold_for_constants_and_parts_of_either_sign(text, where):
    """Ends of an interval may be products with negative factors: a, q < 0, expm1(-mu)."""
    case = {"id": text, "expr": text, "wrt": ["x"], "where": where}
    problem, analysis, shown = suggestions(case)
    points = draws(problem, analysis, 1000, text)
    assert [fault for s in shown for fault in off_the_interval(problem, s, points)] == []
