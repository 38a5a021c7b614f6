"""Suggestions for the corpora: a failing loss gets one of class C1 at least, and no claim fails when sampled.

Every fifth case here, without gradients; `python -m benchmarks.surrogates` walks all, with them.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.refute import bent, moved, untrue
from benchmarks.surrogates import cases, complaints, draws, infinite, off_the_interval, suggestions
from diffcheck.analyze import analyze
from diffcheck.question.variables import make_problem
from diffcheck.suggest import suggest

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
    "fvcore-giou-2d",
}
PART = [case for i, case in enumerate(ALL) if i % 5 == 0 or case["id"] in HARD]


@pytest.mark.parametrize("case", PART, ids=lambda case: case["id"])
def test_a_failing_loss_gets_a_surrogate_that_keeps_its_word(case):
    """Class C1 or better, defined where the loss is, within the interval at 10,000 points, finite at a million."""
    assert complaints(case, slopes=False) == []


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


MOVING_EDGES = [
    "sqrt(where(abs(x) <= 1, 0, x))",
    "log(1 + min(1 - x, 1))",
    "log(2 - max(x, 0))",
    "sqrt(1 - abs(x))",
    "sqrt(abs(x) - 1) + abs(x - 3)",
    "1/(1 - abs(x)) + relu(x - 3)",
    "relu(x)**0.5 + sqrt(2 - relu(x))",
    "asin(clip(x, -1/2, 1/2)*2)",
    "log(relu(x) + relu(1 - x) - 1/2)",
]


@pytest.mark.parametrize("text", MOVING_EDGES)
def test_no_suggestion_ends_before_the_original(text):
    """Smoothing what stands under a root, in a logarithm or a denominator moves the edge outward or not at all."""
    problem, analysis, shown = suggestions({"id": text, "expr": text, "wrt": ["x"], "where": ""})
    points = draws(problem, analysis, 3000, text)
    assert [fault for s in shown for fault in off_the_interval(problem, s, points)] == []


MANY = [
    "where(x > 0, sin(x), x**2)",
    "abs(x - 3) + sin(x)*abs(x + 1)",
    "x*abs(x - 1)",
    "a*abs(x) + b*relu(2*x - 1) + x**2",
    "where(x**2 + y**2 <= 1, x, x/sqrt(x**2 + y**2))",
    "2*hypot(x, 3*y) - sign(x + y)/3",
    "where(x > y, x**2, 3)",
    "max(x - 1, 2 - x, y)*a",
    "elu(x, 2)",
]


@pytest.mark.parametrize("text", MANY)
def test_what_is_said_of_a_suggestion_is_true_of_all_of_it(text):
    """Constant, convexity, minimisers and remarks hold for the whole new expression, wherever its parts stand."""
    wrt = [n for n in ("x", "y") if n in text]
    problem, analysis, shown = suggestions({"id": text, "expr": text, "wrt": wrt, "where": ""})
    assert shown
    points = draws(problem, analysis, 1000, text)
    for s in shown:
        assert off_the_interval(problem, s, points) == []
        assert [*bent(problem, s, points), *moved(problem, s, points), *untrue(problem, s, points)] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lipschitz_gradient": "9/(10*mu)"}, "steeper"),
        ({"expression": "-(y - f)**2", "convex": True, "lipschitz_gradient": None}, "not convex"),
        ({"expression": "(y - f)**2 - 3*f", "keeps_minimisers": True}, "least at"),
        ({"note": "zero exactly where the original is", "expression": "(y - f)**2 + mu"}, "zero"),
        ({"note": "equal to it where abs(y - f) >= mu", "expression": "(y - f)**2"}, "equal"),
        ({"note": "off by at most mu/2 at each point", "expression": "abs(y - f) + mu"}, "off by"),
    ],
)
def test_a_false_remark_is_found(change, said):
    """Each of the refutations finds what is false of the first suggestion for the L1 loss."""
    problem = make_problem("abs(y - f)", ["f"])
    analysis = analyze(problem)
    first, *_ = suggest(problem, analysis)
    points = draws(problem, analysis, 3000, "false")
    points = {n: np.concatenate([c, [1.0, 2.0]]) for n, c in points.items()}
    changed = replace(first, **change)
    found = [f(problem, changed, points) for f in (bent, moved, untrue)]
    assert any(said in fault for faults in found for fault in faults)


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
