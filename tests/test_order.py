"""On which side of the original are suggestions, and what class has a composition of rows?"""

from dataclasses import replace

import numpy as np
import pytest

from diffcheck.analyze import analyze
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest
from diffcheck.suggest.composed import by_composition
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.order import moved
from diffcheck.suggest.plan import Plan, Replacement
from diffcheck.suggest.shape import recognise
from diffcheck.suggest.smoothings import SMOOTHINGS
from diffcheck.verdict import Smoothness, Verdict

OVERLAP = "max(0, min(x, 3) - 1)*max(0, min(y, 3) - 1)"
BOXES = (
    (f"{OVERLAP}/(x*y + 4 - {OVERLAP} + 1e-7)", "x > 0, y > 0"),
    ("max(0, min(x, 3) - 1)/(x + 2 - max(0, min(x, 3) - 1) + 1)", "x > 0"),
    ("1/(5 - min(max(x, 0), 2)*min(max(y, 0), 2))", ""),
    ("-log(clip(x, 1e-7, 1)) + sqrt(1 + relu(min(x, 2)))/(3 - clip(y, 0, 2))", ""),
    ("abs(x)/(1 + max(x, 0)*abs(y))", ""),
    ("(1 - relu(x))/(1 + exp(relu(y) - x))", ""),
)
PARTS = (
    OVERLAP,
    f"x*y + 4 - {OVERLAP}",
    "exp(-relu(x))*relu(y)",
    "-abs(x)",
    "relu(x)**2",
    "max(x, 3)*max(y, 3)",
    "relu(x)*(x - y)",
    "relu(x) - relu(y)",
    "min(x, y)*relu(y)",
    "abs(relu(x) - 1)",
    "relu(x)/(x*x + 1)",
)


def planned(text: str, choose) -> tuple[Plan, Facts]:
    """Replace every recognised kink of ``text`` by the row that ``choose`` takes."""
    facts = Facts(())
    found = {}
    for node in parse(text).walk():
        shape = recognise(node, facts) if node.op in ("max", "min", "relu", "abs") else None
        rows = [r for r in SMOOTHINGS if shape and r.target == shape.target and not r.whole and r.error]
        if rows:
            found[node] = Replacement(shape, choose(rows))
    return Plan(found, "mu", frozenset({"x", "y"})), facts


@pytest.mark.parametrize("text", PARTS)
@pytest.mark.parametrize("seed", range(8))
def test_an_order_that_is_claimed_holds_at_samples(text, seed):
    """Whatever rows are taken: never below means no sample below, never above none above."""
    source = np.random.default_rng(seed)
    plan, facts = planned(text, lambda rows: rows[source.integers(len(rows))])
    at = {n: source.normal(size=4000) * 3 for n in "xy"} | {"mu": np.exp(source.normal(size=4000))}
    old, new = (np.asarray(values(t, at)) for t in (parse(text), plan.rebuilt(parse(text))))
    order = moved(parse(text), plan, facts)
    slack = 1e-9 * (1 + np.abs(old) + np.abs(new))
    assert not order.never_below or (new >= old - slack).all()
    assert not order.never_above or (new <= old + slack).all()


def test_an_order_is_seen_where_it_is_there():
    """The overlap of two boxes shrinks with rows from below that stay nonnegative, and their union then grows."""
    plan, facts = planned(OVERLAP, lambda rows: next((r for r in rows if r.name == "smooth hinge"), rows[0]))
    assert moved(parse(OVERLAP), plan, facts).never_above
    assert moved(parse(f"x*y + 4 - {OVERLAP}"), plan, facts).never_below
    plan, facts = planned(OVERLAP, lambda rows: next((r for r in rows if r.name == "SiLU"), rows[0]))
    assert not moved(parse(OVERLAP), plan, facts).never_above


@pytest.mark.parametrize(("text", "where"), BOXES)
def test_overlaps_over_unions_have_a_surrogate_with_a_positive_denominator(text, where):
    """Class C1 at least, and finite wherever the original is."""
    problem = make_problem(text, ["x", "y"] if "y" in text else ["x"], where)
    shown = suggest(problem, analyze(problem), effort=THOROUGH)
    assert shown
    source = np.random.default_rng(0)
    size = np.exp(source.normal(size=(3, 4000)) * 2)
    turned = 1 if where else source.choice([-1, 1], size=(2, 4000))
    at = dict(zip("xy", size[:2] * turned, strict=True)) | {"mu": size[2]}
    for s in shown:
        assert s.smoothness >= Smoothness(1)
        assert np.isfinite(values(parse(s.expression), at)).all()


def test_a_composition_is_judged_only_where_every_step_is_there():
    """A part that is not replaced, a hole of the original, or a denominator that may shrink: nothing is shown."""
    problem = make_problem(f"x*y/(x*y + 4 - {OVERLAP} + 1)", ["x", "y"], "x > 0, y > 0")
    before = analyze(problem)
    facts = Facts(problem.where)
    hinge, _ = planned(
        problem.text, lambda rows: next((r for r in rows if r.name == "smooth hinge"), rows[0])
    )
    found = by_composition(problem.tree, hinge, before, facts)
    assert found is not None
    assert (found.verdict, found.smoothness) == (Verdict.DIFFERENTIABLE, Smoothness(1))
    upper, _ = planned(problem.text, lambda rows: rows[0])
    assert by_composition(problem.tree, upper, before, facts) is None
    fewer = Plan(dict(list(hinge.parts.items())[1:]), "mu", hinge.variables)
    assert by_composition(problem.tree, fewer, before, facts) is None
    assert by_composition(problem.tree, hinge, replace(before, complete=False), facts) is None
