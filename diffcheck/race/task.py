"""What the race is run on: which names are predicted, which are data, and synthetic data that suit the loss.

A loss of predictions, such as abs(y - f), gets a linear model for each; a loss of parameters, such as
abs(y - (w*x + b)), and a function without data, such as abs(x) + abs(z), are minimised in their variables.
Targets are guessed from what the loss does to them: the same for y + c and f + c (a distance: real targets), the same
for c*y and f/c (a margin: -1 or 1), affine in y (a likelihood: 0 or 1).  The loss has to be defined on what is chosen,
and the conditions to hold; where it is not for every prediction, the model gets a link (softplus, then sigmoid).

Read in order: Options, Task, plan, then `Task.arena`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from diffcheck.errors import BadOption
from diffcheck.language.conventions import is_data
from diffcheck.language.numeric import values
from diffcheck.language.reductions import base_of
from diffcheck.language.tree import NAME, Node, substitute
from diffcheck.problem import Problem
from diffcheck.question.compose import BARE
from diffcheck.race.objective import Array, Objective, as_frameworks_do
from diffcheck.verdict import Report, Verdict

__all__ = ["DATA_KINDS", "Arena", "Options", "Task", "plan", "read_again", "with_linear_models"]

# x, x1, x_2, X, inputs: what a model is given.
INPUT = re.compile(r"(x|X|inputs?|features?)_?\d*")

DATA_KINDS = ("classification", "regression")

# Tried for a constant that has no value yet; 3/4 before 1/2, which makes a quantile the median.
SIMPLE = (1.0, 0.75, 0.5, 2.0, 0.25, 0.1, 3.0, 10.0, -1.0, 0.0)
MAX_TRIED = 2000

# target -> how it is made from noisy linear scores z.
TARGETS: dict[str, Callable[[Array], Array]] = {
    "real": lambda z: z,
    "positive": lambda z: np.logaddexp(0.0, z),
    "-1 or 1": lambda z: np.where(z > 0, 1.0, -1.0),
    "0 or 1": lambda z: np.where(z > 0, 1.0, 0.0),
}
REAL = ("real", "positive")
CLASSES = ("-1 or 1", "0 or 1")

LINKS = ("", "softplus", "sigmoid")

NOISE, OUTLIERS, OUTLYING, FLIPPED = 0.3, 0.1, 5.0, 0.05
# Spread of the first parameters: of a model's, nearly the zero that people start from.
SMALL, WIDE = 0.1, 1.0
STARTS = 1000


@dataclass(frozen=True, slots=True)
class Options:
    """What the user may choose: at: values of constants, or where a variable starts."""

    data: str | None = None
    dim: int = 5
    samples: int = 100
    seed: int = 0
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arena:
    """One run: the objective on its data, and the parameters (p,) from which everybody starts."""

    objective: Objective
    start: Array


@dataclass(frozen=True, slots=True)
class Task:
    """How the loss is read.

    models: predicted names with their links; empty when the variables are the parameters.
    targets: data names that are predicted, with how they are made.  inputs: data names a model is given.
    settings: values of the other constants.
    """

    problem: Problem
    options: Options
    models: Mapping[str, str]
    targets: Mapping[str, str]
    inputs: tuple[str, ...]
    settings: Mapping[str, float]

    @property
    def has_data(self) -> bool:
        """Whether there are samples to take a mean over."""
        return bool(self.targets or self.inputs)

    def loss(self, tree: Node) -> Node:
        """Return a loss of the same names with the models' links put in."""

        def linked(node: Node) -> Node | None:
            link = self.models.get(str(node.leaf)) if node.op == NAME else None
            return Node(link, (node,), span=node.span) if link else None

        return substitute(tree, linked)

    def arena(self, run: int) -> Arena:
        """Return the data and the start of one run; the same for the same seed."""
        rng = np.random.default_rng([self.options.seed, run])
        objective = self._objective(rng)
        return Arena(objective, self._start(objective, rng))

    def _objective(self, rng: np.random.Generator) -> Objective:
        n, d = self.options.samples, len(self.inputs) or self.options.dim
        x = rng.normal(size=(n, d))
        fixed: dict[str, Array | float] = dict(self.settings)
        fixed |= {column: x[:, j] for j, column in enumerate(self.inputs)}
        for target, kind in self.targets.items():
            fixed[target] = _target(x, kind, rng)
        one = np.ones((1, 1))
        model = np.column_stack([x, np.ones(n)])
        matrices = {v: model if v in self.models else one for v in self.problem.wrt}
        conditions = tuple(self.loss(c) for c in self.problem.where)
        return Objective(as_frameworks_do(self.loss(self.problem.tree)), matrices, fixed, conditions)

    def _start(self, objective: Objective, rng: np.random.Generator) -> Array:
        """Return the first of many points, near and far, at which the loss is defined."""
        scale = SMALL if self.models else WIDE
        spread = scale * np.array([1.0, 1.0, 0.1, 10.0])[np.arange(STARTS) % 4]
        lanes = rng.normal(size=(STARTS, objective.size)) * spread[:, None]
        # Domains are often positive: every other four points are.
        lanes = np.where((np.arange(STARTS) % 8 < 4)[:, None], lanes, np.abs(lanes))
        if not self.models:
            for j, variable in enumerate(self.problem.wrt):
                lanes[:, j] = self.options.at.get(variable, lanes[:, j])
        usable = np.isfinite(objective.loss(lanes))
        if not usable.any():
            said = "no point was found at which the loss is defined for all samples"
            raise BadOption(said, help="give one with --at name=value, or say what holds with --where")
        first: Array = lanes[int(np.argmax(usable))]
        return first


def read_again(problem: Problem) -> Problem:
    """Return the problem with inputs taken for data where the guess took them for parameters of a model.

    In y, w, x, b the guess leaves w, x and b to differentiate in; beside a target and parameters, x is an input.
    """
    inputs = tuple(v for v in problem.wrt if INPUT.fullmatch(base_of(v)))
    parameters = tuple(v for v in problem.wrt if v not in inputs)
    if not problem.guessed or not parameters or not any(is_data(c) for c in problem.constants):
        return problem
    return replace(problem, wrt=parameters, constants=(*problem.constants, *inputs))


def with_linear_models(report: Report, problem: Problem) -> Report:
    """Return the report on a loss of unknown functions for linear ones, which are smooth.

    BadOption where the functions are all there is: a linear loss has no minimum.
    """
    if not problem.values:
        return report
    if report.verdict is Verdict.CONDITIONAL and not report.depends.startswith("the constants"):
        return replace(report, verdict=Verdict.DIFFERENTIABLE)
    if report.verdict is Verdict.UNDETERMINED and (report.reason or "").startswith(BARE):
        help_ = next((n for n in report.notes if n.startswith("to give")), "define them with --let")
        raise BadOption(f"nothing to minimise: {report.reason}", help=help_)
    return report


def plan(problem: Problem, options: Options) -> Task:
    """Return how the loss is raced; BadOption where no data are found on which it is defined."""
    for known in options.at:
        if known not in (*problem.wrt, *problem.constants):
            names = ", ".join((*problem.wrt, *problem.constants)[:8])
            raise BadOption(
                f"--at: `{known[:40]}` does not occur in the expression", help=f"its names are {names}"
            )
    free = [c for c in problem.constants if c not in options.at]
    targets = [c for c in free if is_data(c)]
    inputs = tuple(c for c in free if INPUT.fullmatch(base_of(c)) and c not in targets)
    predicted = problem.wrt if targets and not inputs else ()
    for v in predicted:
        if v in options.at:
            said = f"--at: `{v}` is predicted by a model and has no start of its own"
            raise BadOption(said, help="--at sets constants here")
    settings = _settings(problem, [c for c in free if c not in targets and c not in inputs], options.at)
    draft = Task(problem, options, dict.fromkeys(predicted, ""), dict.fromkeys(targets, ""), inputs, settings)
    if options.data is not None and not targets:
        raise BadOption("--data: the expression has no target", help="names such as y and target are targets")
    if not predicted and not targets:
        return draft
    for task in _candidates(draft):
        if _is_defined(task):
            return task
    tried = f" for {options.data} data" if options.data else ""
    raise BadOption(
        f"no data were found on which the loss is defined{tried}",
        help="--where says what holds of the names, --data regression|classification what the target is",
    )


def _settings(problem: Problem, names: Sequence[str], at: Mapping[str, float]) -> dict[str, float]:
    """Return values of constants: those given, else the first simple ones for which the conditions on them hold."""
    given = {c: v for c, v in at.items() if c not in problem.wrt}
    concerned = {*names, *given}
    conditions = [c for c in problem.where if concerned >= {*c.names()}]
    for chosen in itertools.islice(itertools.product(SIMPLE, repeat=len(names)), MAX_TRIED):
        point = given | dict(zip(names, chosen, strict=True))
        if all(values(c, point) == 1.0 for c in conditions):
            return point
    raise BadOption("no constants were found for which --where holds", help="give them with --at name=value")


def _candidates(draft: Task) -> Iterator[Task]:
    """Yield the task with targets and links filled in, the best guess first."""
    kinds = _kinds(draft)
    links = [
        dict(zip(draft.models, chosen, strict=True))
        for chosen in itertools.islice(itertools.product(LINKS, repeat=len(draft.models)), MAX_TRIED)
    ]
    for kind in kinds:
        for linked in links:
            yield replace(draft, models=linked, targets=dict.fromkeys(draft.targets, kind))


def _kinds(draft: Task) -> list[str]:
    if not draft.targets:
        return ["real"]
    best = _guessed_kind(draft)
    kinds: tuple[str, ...] = (*REAL, *reversed(CLASSES))
    if draft.options.data is not None:
        kinds = CLASSES if draft.options.data == "classification" else REAL
    return sorted(kinds, key=lambda kind: kind != best)


def _guessed_kind(draft: Task) -> str:
    """Return the target that the loss's symmetries speak of; "real" if there are none."""
    rng = np.random.default_rng(0)
    targets, predicted = tuple(draft.targets), tuple(draft.models)
    # Half of the points between 0 and 1, where probabilities are.
    point = {
        n: np.concatenate([rng.normal(size=200), rng.uniform(size=200)])
        for n in (*draft.problem.wrt, *targets, *draft.inputs)
    }

    def loss(changes: Mapping[str, Array | float]) -> Array:
        return values(draft.problem.tree, {**draft.settings, **point, **changes})

    def is_margin(c: float) -> bool:
        scaled = {y: c * point[y] for y in targets} | {f: point[f] / c for f in predicted}
        return _agree(loss({}), loss(scaled))

    def is_distance(moved: tuple[str, ...]) -> bool:
        return _agree(loss({}), loss({n: point[n] + 0.7 for n in (*targets, *moved)}))

    if predicted and is_margin(2.0) and is_margin(-1.0):
        return "-1 or 1"
    sizes = range(1, len(predicted) + 1)
    if any(is_distance(moved) for k in sizes for moved in itertools.combinations(predicted[:4], k)):
        return "real"
    low, half, high, far = (loss(dict.fromkeys(targets, y)) for y in (0.0, 0.5, 1.0, 3.0))
    affine = _agree(half, (low + high) / 2) and _agree(far, low + 3 * (high - low))
    return "0 or 1" if affine else "real"


def _agree(a: Array, b: Array) -> bool:
    known = np.isfinite(a) & np.isfinite(b)
    return int(known.sum()) >= 8 and bool(np.allclose(a[known], b[known], rtol=1e-9, atol=1e-9))


def _is_defined(task: Task) -> bool:
    """Whether the loss has a value at every sample, for many parameters of the models."""
    rng = np.random.default_rng([task.options.seed, 0])
    objective = task._objective(rng)
    if not task.models:
        return bool(np.isfinite(objective.loss(rng.normal(size=(STARTS, objective.size)))).any())
    # Predictions as large as a few standard deviations of good ones.
    size = 2.0 / np.sqrt(task.options.dim + 1)
    return bool(np.isfinite(objective.loss(size * rng.normal(size=(64, objective.size)))).all())


def _target(x: Array, kind: str, rng: np.random.Generator) -> Array:
    """Return targets (n,) of a linear law with noise; a tenth are outliers, of classes a twentieth is wrong."""
    n, d = x.shape
    weights = rng.normal(size=d)
    score = x @ (weights / np.linalg.norm(weights)) + 0.5 * rng.normal() + NOISE * rng.normal(size=n)
    if kind in REAL:
        score = score + np.where(rng.uniform(size=n) < OUTLIERS, OUTLYING * rng.normal(size=n), 0.0)
    else:
        score = np.where(rng.uniform(size=n) < FLIPPED, -score, score)
    return TARGETS[kind](score)
