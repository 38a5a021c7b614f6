"""The race: gradients are right, data suit the loss, everybody pays alike, the answer follows from the numbers."""

import json
import math
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
from typer.testing import CliRunner

from diffcheck import check
from diffcheck.atoms import ATOMS
from diffcheck.cli import app, arranged
from diffcheck.errors import BadOption, InputError, Undetermined
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.race import result as module
from diffcheck.race.answer import Claim, Standing, answer
from diffcheck.race.contestants import CONTESTANTS, GRADIENT_COST, LENGTHS
from diffcheck.race.objective import Objective, as_frameworks_do
from diffcheck.race.options import as_values
from diffcheck.race.result import Rules, race, smoothed
from diffcheck.race.table import render, to_object
from diffcheck.race.task import Options, plan, read_again
from diffcheck.report.layout import cells

QUICK = Rules(budget=400, runs=2)
STEP = "where(y*f > 0, 0, 1)"
PINBALL = "max(q*(y - f), (q - 1)*(y - f))"


def _task(text, wrt=None, where="", **options):
    names = None if wrt is None else wrt.split(",")
    return plan(read_again(make_problem(text, names, where)), Options(**options))


@lru_cache(maxsize=32)
def _race(text, wrt=None, where="", rules=QUICK):
    """Return the race of an expression; each is run once."""
    task = _task(text, wrt, where)
    report = check(text, task.problem.wrt, where, certify=False)
    return race(report, task, rules, smoothed(report, None, None))


def _standing(result, name, surrogate=False):
    return next(s for s in result.standings if s.name == name and s.surrogate == surrogate)


def _plain(text, **fixed):
    """Return the objective of an expression in its other names, which are the parameters."""
    tree = parse(text)
    names = [n for n in tree.names() if n not in fixed]
    return Objective(as_frameworks_do(tree), dict.fromkeys(names, np.ones((1, 1))), fixed)


# --- the objective


def _differences(objective, lanes, h=1e-6):
    columns = []
    for e in h * np.eye(objective.size):
        columns.append((objective.loss(lanes + e) - objective.loss(lanes - e)) / (2 * h))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("row", [a for a in ATOMS.values() if a.syntax == "call"], ids=lambda a: a.name)
def test_back_propagation_agrees_with_differences(row):
    """Every function of the table, alone and inside others, at points away from kinks."""
    args = ["u", "v", "w"] if row.variadic else list(row.params)
    call = f"{row.name}({', '.join(args)})" if row.name != "where" else "where(c > a, a, b)"
    lanes = np.random.default_rng(3).uniform(0.15, 0.85, size=(40, len(args)))
    lanes[20:] += 1.0
    objective = _plain(f"({call})**2 + 2*({call})")
    with np.errstate(all="ignore"):
        expected = _differences(objective, lanes)
    known = np.isfinite(expected).all(axis=1)
    assert known.sum() >= 10
    # Beside a kink a difference is of neither side.
    close = np.isclose(objective.gradient(lanes)[known], expected[known], rtol=1e-4, atol=1e-4)
    assert close.mean() > 0.97


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("abs(x)", 0.0),
        ("relu(x)", 0.0),
        ("max(x, 0)", 0.5),
        ("min(x, 0)", 0.5),
        ("sign(x)", 0.0),
        ("floor(x)", 0.0),
        ("where(x > 0, sqrt(x), 3*x)", 3.0),
        ("x*abs(x) + max(x, 2*x, 3*x)", 2.25),
    ],
)
def test_slopes_at_kinks_are_those_of_frameworks(text, slope):
    """sign(0) = 0, relu'(0) = 0, halves where max ties, and a branch not taken spoils nothing."""
    assert _plain(text).gradient(np.zeros((1, 1))).item() == slope


@pytest.mark.parametrize("text", ["abs(y - f)", "max(0, 1 - y*f)", "(y - f)**2", "softplus(-y*f)"])
def test_the_gradient_of_a_model_is_that_of_its_mean_loss(text):
    """The matrix of inputs carries the slopes back to the weights."""
    objective = _task(text).arena(0).objective
    lanes = np.random.default_rng(1).normal(size=(4, objective.size))
    assert np.allclose(objective.gradient(lanes), _differences(objective, lanes), atol=1e-5)


def test_a_point_outside_the_domain_has_no_finite_loss():
    """Undefined, and outside the conditions: both are infinitely bad."""
    assert _plain("sqrt(x)").loss(np.array([[-1.0], [4.0]])).tolist() == [math.inf, 2.0]
    objective = replace(_plain("x"), conditions=(parse("x > 1"),))
    assert objective.loss(np.array([[0.5], [2.0]])).tolist() == [math.inf, 2.0]


# --- the task


@pytest.mark.parametrize(
    ("text", "wrt", "where", "models", "targets"),
    [
        ("abs(y - f)", None, "", {"f": ""}, {"y": "real"}),
        ("max(0, 1 - y*f)", None, "", {"f": ""}, {"y": "-1 or 1"}),
        (STEP, None, "", {"f": ""}, {"y": "-1 or 1"}),
        ("-(y*log(p) + (1 - y)*log(1 - p))", None, "0 < p, p < 1", {"p": "sigmoid"}, {"y": "0 or 1"}),
        ("softplus(f) - y*f", None, "", {"f": ""}, {"y": "0 or 1"}),
        ("(log(1 + y) - log(1 + f))**2", None, "", {"f": "softplus"}, {"y": "positive"}),
        ("log(sigma) + abs(y - mu)/sigma", None, "", {"sigma": "softplus", "mu": ""}, {"y": "real"}),
        ("abs(y - f)", None, "y > 0 and f > 0", {"f": "softplus"}, {"y": "positive"}),
        ("abs(x) + abs(z)", None, "", {}, {}),
        ("abs(y - (w*x + b))", None, "", {}, {"y": "real"}),
    ],
)
def test_data_suit_the_loss(text, wrt, where, models, targets):
    """Targets follow from the symmetries of the loss, links from where it is defined."""
    task = _task(text, wrt, where)
    assert dict(task.models) == models
    assert dict(task.targets) == targets
    arena = task.arena(0)
    assert np.isfinite(arena.objective.loss(arena.start[None])).all()


def test_beside_parameters_an_input_is_data():
    """Of y, w, x and b the guess differentiates in w, x and b; alone with a target, x is what is predicted."""
    assert read_again(make_problem("abs(y - (w*x + b))")).wrt == ("w", "b")
    assert read_again(make_problem("abs(y - x)")).wrt == ("x",)
    assert read_again(make_problem("abs(y - (w*x + b))", ["w", "x"])).wrt == ("w", "x")


def test_constants_keep_to_the_conditions():
    """A quantile is between 0 and 1; what is said with --at is taken."""
    assert _task(PINBALL, "f", "0 < q, q < 1").settings == {"q": 0.75}
    assert _task(PINBALL, "f", "0 < q, q < 1", at={"q": 0.1}).settings == {"q": 0.1}
    with pytest.raises(BadOption, match="no constants"):
        _task(PINBALL, "f", "q > 1000")


def test_data_are_those_of_the_seed():
    """The same for a seed and a run, other ones for the next run and the next seed."""
    first, again, run, seed = (
        _task("abs(y - f)", seed=s).arena(r).objective.fixed["y"] for s, r in [(1, 0), (1, 0), (1, 1), (2, 0)]
    )
    assert np.array_equal(first, again)
    assert not np.isclose(first, run).any()
    assert not np.isclose(first, seed).any()


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("abs(y - f)", {"at": {"z": 1.0}}, "`z` does not occur"),
        ("abs(y - f)", {"at": {"f": 1.0}}, "predicted by a model"),
        ("abs(x)", {"data": "regression"}, "no target"),
        ("sqrt(-1 - x**2)", {}, "no point was found"),
    ],
)
def test_what_does_not_fit_is_refused(text, options, said):
    """One sentence says what is wrong."""
    with pytest.raises(BadOption, match=said):
        _task(text, **options).arena(0)


# --- the contestants


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda c: c.name)
def test_everybody_finds_the_minimum_of_a_bowl_within_the_budget(contestant):
    """And nobody looks at more points than are paid for."""
    objective = _plain("(a - 1)**2 + 2*(b + 1)**2")
    trace = contestant.method(objective, np.array([3.0, 2.0]), 600, 0)
    m, k, p = trace.points.shape
    assert m * trace.cost <= 600
    assert (k, p) == (len(LENGTHS) if trace.lengths else 1, 2)
    assert trace.cost == (GRADIENT_COST if contestant.gradient else 1)
    assert len(trace.seconds) == m
    assert objective.loss(trace.points.reshape(-1, 2)).min() < 1e-3


@pytest.mark.parametrize(("text", "why"), [("floor(x) + abs(x)*0", "stalled"), ("exp(x**4)", "undefined")])
def test_a_descent_that_ends_early_says_why(text, why):
    """A gradient of exactly zero, and one that has no value."""
    descent = CONTESTANTS[0].method(_plain(text), np.array([30.0]), 100, 0)
    assert set(descent.ended) == {why}


def test_on_a_flat_loss_descent_stalls_and_its_surrogate_does_not():
    """0-1 loss: the gradient is zero at the first point, the sigmoid leads down, and a search finds it anyhow."""
    found = _race(STEP)
    stalled = _standing(found, "gradient descent")
    assert (stalled.ended, stalled.reached) == ("stalled", 0)
    assert _standing(found, "gradient descent", surrogate=True).loss < stalled.loss
    assert _standing(found, "CMA-ES").reached > 0
    said = " ".join(render(found).split())
    assert "piecewise constant (flat)" in said


def test_a_loss_that_is_smooth_needs_no_surrogate():
    """Then L-BFGS races on the loss itself."""
    found = _race("(y - f)**2")
    assert found.smooth is None
    assert not any(s.surrogate for s in found.standings)
    assert _standing(found, "L-BFGS").reached == 2
    assert "needs no surrogate" in render(found)


# --- the outcome


@pytest.mark.parametrize("text", ["abs(y - f)", STEP, "abs(x) + abs(z)"])
def test_the_best_so_far_never_rises_and_somebody_arrives(text):
    """Curves fall from 1 to 0, and the target is met by whoever set it."""
    found = _race(text)
    for s in found.standings:
        assert all(0 <= v <= 1 for v in s.curve)
        assert list(s.curve) == sorted(s.curve, reverse=True)
    assert found.best <= found.target <= found.start
    assert max(s.reached for s in found.standings) >= 1


def test_two_runs_give_the_same_numbers():
    """All but the seconds."""
    task = _task("abs(y - f)", seed=4)
    report = check("abs(y - f)", certify=False)
    rules = replace(QUICK, runs=1)
    first, second = (to_object(race(report, task, rules, smoothed(report, None, None))) for _ in range(2))
    for found in (first, second):
        for contestant in found["contestants"]:
            del contestant["seconds"]
    assert first == second


def test_a_target_that_is_asked_for_is_the_target():
    """A loss that nobody reaches leaves the claim open."""
    found = _race("abs(y - f)", rules=replace(QUICK, target=-1.0))
    assert found.target == -1.0
    assert found.answer.claim is Claim.OPEN


@pytest.mark.parametrize("text", ["-y*f", "x**3"])
def test_a_loss_without_a_minimum_is_refused(text):
    """There is nothing to race to."""
    with pytest.raises(BadOption, match="falls without end"):
        _race(text)


def test_without_an_extra_the_others_race_and_the_claim_stays_open(monkeypatch):
    """What is missing is named, with the cure."""
    monkeypatch.setattr(module, "is_installed", lambda c: not c.needs)
    found = _race.__wrapped__("abs(y - f)", rules=replace(QUICK, runs=1))
    assert _standing(found, "gradient descent").reached == 1
    assert _standing(found, "CMA-ES").missing == "cma"
    assert found.answer.claim is Claim.OPEN
    assert "pip install 'diffcheck-loss[race]'" in " ".join(render(found).split())


def test_the_time_limit_ends_the_race():
    """Before the first run is over there is no answer."""
    task, report = _task("abs(y - f)"), check("abs(y - f)", certify=False)
    with pytest.raises(Undetermined, match="time limit"):
        race(report, task, QUICK, None, until=0.0)


def test_the_surrogate_is_taken_at_the_parameter_that_is_asked_for():
    """0.1 unless an error or the parameter is given; an error no surrogate keeps is refused."""
    report = check("abs(y - f)", certify=False)
    assert smoothed(report, None, None).value == "0.1"
    assert smoothed(report, None, Fraction(1, 8)).value == "0.125"
    small = smoothed(report, Fraction(1, 1000), None)
    assert "mu" not in small.tree.names()
    assert 0 < float(parse(small.value).leaf) < 0.01
    with pytest.raises(BadOption, match="no surrogate is off by at most"):
        smoothed(check(STEP, certify=False), Fraction(1, 10), None)


def _ran(name, evaluations, *, gradient, lanes=1, reached=5, **more):
    return Standing(
        name, gradient, reached=reached, evaluations=evaluations, lanes=lanes, each=(1.0,) * 5, **more
    )


@pytest.mark.parametrize(
    ("guided", "free", "claim", "ratio", "said"),
    [
        (
            _ran("L-BFGS", 20, gradient=True),
            280,
            Claim.HOLDS,
            14,
            "CMA-ES needed 14 times the evaluations of L-BFGS.",
        ),
        (_ran("descent", 10, gradient=True, lanes=7), 140, Claim.HOLDS, 2, "14 times those of descent if"),
        (_ran("descent", 10, gradient=True, lanes=7), 35, Claim.FAILS, 0.5, "fails: CMA-ES needed 0.5 times"),
        (_ran("descent", math.inf, gradient=True, lanes=7), 35, Claim.FAILS, None, "CMA-ES first"),
        (_ran("L-BFGS", 40, gradient=True), 41, Claim.OPEN, 1.025, "about as many evaluations as L-BFGS"),
        (_ran("L-BFGS", 20, gradient=True), math.inf, Claim.HOLDS, None, "with 1000 evaluations"),
        (_ran("L-BFGS", math.inf, gradient=True), math.inf, Claim.OPEN, None, "nobody reached"),
        (
            _ran("L-BFGS", 20, gradient=True, surrogate=True, reached=3),
            40,
            Claim.HOLDS,
            2,
            "in 5 and 3 of 5 runs",
        ),
    ],
)
def test_the_answer_follows_from_the_numbers(guided, free, claim, ratio, said):
    """The claim holds if the best method without derivatives took longer, the search for a step size counted."""
    found = answer([guided, _ran("CMA-ES", free, gradient=False)], 1000, still=False)
    assert (found.claim, found.ratio) == (claim, ratio)
    assert said in found.said


def test_where_nobody_moves_there_is_no_answer():
    """A constant loss has no lower one."""
    assert _race("floor(abs(x)/1e9)").answer.claim is Claim.OPEN


# --- what is shown


@pytest.mark.parametrize("width", [74, 80, 120])
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("text", ["abs(y - f)", STEP])
def test_no_line_is_too_wide(text, plain, width):
    """And every contestant has a row, with a letter that is in the picture."""
    found = _race(text)
    shown = render(found, width=width, plain=plain, times=True)
    assert max(map(cells, shown.splitlines())) <= width
    assert shown.isascii() or not plain
    (first,) = (i for i, line in enumerate(shown.splitlines()) if line.startswith("part of the way"))
    picture = shown.splitlines()[first + 1 : first + 14]
    assert all(line[8:9] in ("│", "┤", "|", "+") for line in picture)
    for letter, s in zip("abcdef", found.standings, strict=True):
        assert any(line.startswith(f"{letter} {s.name[:8]}") for line in shown.splitlines())
        assert any(letter in line[9:] for line in picture)


def _command(*words):
    return CliRunner().invoke(app, arranged(["race", *words]))


def test_the_command_prints_one_object():
    """Of JSON that has no infinities, with the same answer as the table."""
    done = _command("abs(y - f)", "--json", "--runs", "1", "--budget", "200", "--dim", "2")
    assert done.exit_code == 0
    (line,) = done.stdout.splitlines()
    found = json.loads(line, parse_constant=pytest.fail)
    assert found["parameters"] == 3
    assert found["claim"] in set(Claim)
    assert {c["name"] for c in found["contestants"]} == {c.name for c in CONTESTANTS}


@pytest.mark.parametrize(
    "words",
    [
        ("abs(y - f)", "--at", "f"),
        ("abs(y - f)", "--data", "time series"),
        ("abs(y - f)", "--mu", "1", "--error", "1"),
        ("abs(y - f)", "--target", "low"),
        ("abs(y - f", "--runs", "1"),
    ],
)
def test_bad_input_ends_with_status_2(words):
    """Before anything is run."""
    done = _command(*words)
    assert done.exit_code == 2
    assert not done.stdout


def test_values_are_numbers_of_the_language():
    """With commas or repeated, each once."""
    assert as_values(["q=9/10,d=2", "e=pi"]) == {"q": 0.9, "d": 2.0, "e": math.pi}
    for bad in ("q", "q=", "q=x", "q=1/0"):
        with pytest.raises(InputError):
            as_values([bad])
    with pytest.raises(BadOption, match="two values"):
        as_values(["q=1", "q=2"])


@pytest.mark.parametrize("loss", ["(y - f)**2", "(y - F(x))**2"])
def test_an_unknown_model_races_as_the_linear_one_that_takes_its_place(loss):
    """The loss is smooth in the value of F, so that L-BFGS runs on it."""
    done = _command(loss, "--budget", "300", "--runs", "1")
    assert done.exit_code == 0
    shown = done.stdout
    assert "L-BFGS" in shown
    assert "needs no surrogate" in shown


def test_of_unknown_functions_alone_there_is_nothing_to_race():
    """A linear L of a linear F has no minimum, and says nothing about the L that is meant."""
    done = _command("L(y, F(x))")
    assert done.exit_code == 2
    said = done.stderr
    assert "nothing to minimise: not decidable without L and F" in said
    assert '--let "L(y, f) = ..."' in said
