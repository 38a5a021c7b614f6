"""Who races: gradient descent on the loss and on its surrogate, L-BFGS, and methods that see values alone.

Everybody starts from the same point with the same budget, counted in evaluations of the loss.  A value with its
gradient counts as GRADIENT_COST of them: reverse mode costs at most five times the function, for any number of
parameters (Griewank 1989, "On automatic differentiation"; the cheap gradient principle of Griewank & Walther 2008,
"Evaluating derivatives").  Gradient descent has a step size to choose: the same LENGTHS are tried side by side for
each of its contestants, so that the choice is fair and its price known.

Read in order: Contestant, Trace, contestants, then the methods.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from diffcheck.race.objective import Array, Objective

__all__ = ["CONTESTANTS", "GRADIENT_COST", "LENGTHS", "Contestant", "Trace", "is_installed"]

GRADIENT_COST = 5

# Lengths of the first step: step sizes in units that do not depend on the scale of the loss.
LENGTHS = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003)

# Parameters of size 1 are expected; far beyond that a run is lost.
LOST = 1e12
# Stands for the value where the loss has none: larger than any that is met, and methods can compute with it.
NO_VALUE = 1e100


@dataclass(slots=True)
class Trace:
    """What a method looked at: ``points`` (m, k, p) in order, for k lanes side by side.

    cost: evaluations for each point of a lane.  seconds: (m,) of processor time since the start, all lanes together.
    lengths: the first steps of the lanes, if they differ in that.  ended: why a lane stopped before its budget, or "".
    """

    points: Array
    cost: int
    seconds: Array
    lengths: tuple[float, ...] = ()
    ended: list[str] = field(default_factory=lambda: [""])


Method = Callable[[Objective, Array, int, int], Trace]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A method: from an objective, a start (p,), a budget and a seed to a trace.

    gradient: whether it uses gradients.  smooth: whether it runs on the surrogate, or on a loss that needs none.
    original: whether it runs on the loss itself, whatever its class.  needs: the module of an extra, or "".
    """

    name: str
    method: Method
    gradient: bool
    smooth: bool
    original: bool
    needs: str = ""


def is_installed(contestant: Contestant) -> bool:
    """Say whether the module that a contestant needs can be imported."""
    return not contestant.needs or importlib.util.find_spec(contestant.needs) is not None


def descend(objective: Objective, start: Array, budget: int, *, decaying: bool) -> Trace:
    """Take steps w - s*g or, decaying, w - s/sqrt(t)*g, with s = length/|g(start)| for each length.

    A lane whose gradient is exactly zero never moves again: it is stalled, at a minimum or not.
    """
    began = time.process_time()
    lanes = np.tile(start, (len(LENGTHS), 1))
    ended = [""] * len(lanes)
    steps = np.zeros((len(lanes), 1))
    points, seconds = [], []
    for t in range(max(1, budget // GRADIENT_COST)):
        slopes = objective.gradient(lanes)
        points.append(lanes)
        seconds.append(time.process_time() - began)
        if t == 0:
            with np.errstate(all="ignore"):
                steps = np.array(LENGTHS)[:, None] / np.linalg.norm(slopes[0])
        with np.errstate(all="ignore"):
            moved = lanes - (steps / np.sqrt(t + 1) if decaying else steps) * slopes
        for j, slope in enumerate(slopes):
            ended[j] = ended[j] or _end(slope, moved[j])
        running = np.array([not why for why in ended])
        if not running.any():
            break
        lanes = np.where(running[:, None], moved, lanes)
    return Trace(np.array(points), GRADIENT_COST, np.array(seconds), LENGTHS, ended)


def _end(slope: Array, moved: Array) -> str:
    if not np.isfinite(slope).all():
        return "undefined"
    if not slope.any():
        return "stalled"
    return "" if np.isfinite(moved).all() and np.abs(moved).max() < LOST else "diverged"


def constant_step(objective: Objective, start: Array, budget: int, seed: int) -> Trace:
    """Gradient descent with one step size."""
    return descend(objective, start, budget, decaying=False)


def decaying_step(objective: Objective, start: Array, budget: int, seed: int) -> Trace:
    """The subgradient method, whose steps have to shrink to converge (Shor 1985): as 1/sqrt(t)."""
    return descend(objective, start, budget, decaying=True)


class _OverBudget(Exception):
    """Ends a method that has no budget of its own."""


class _Log:
    """Values and gradients for a method that asks for one point at a time, all it asks written down."""

    def __init__(self, objective: Objective, cost: int, budget: int) -> None:
        self.objective = objective
        self.cost = cost
        self.most = max(1, budget // cost)
        self.points: list[Array] = []
        self.seconds: list[float] = []
        self.ended = ""
        self.began = time.process_time()

    def value(self, w: Array) -> float:
        if len(self.points) >= self.most:
            raise _OverBudget
        self.points.append(np.array(w))
        loss = float(self.objective.loss(self.points[-1][None])[0])
        self.seconds.append(time.process_time() - self.began)
        return min(loss, NO_VALUE)

    def value_and_gradient(self, w: Array) -> tuple[float, Array]:
        loss = self.value(w)
        slope = self.objective.gradient(self.points[-1][None])[0]
        if len(self.points) == 1:
            self.ended = _end(slope, w)
        self.seconds[-1] = time.process_time() - self.began
        return loss, np.nan_to_num(slope, posinf=0.0, neginf=0.0)

    def trace(self) -> Trace:
        return Trace(np.array(self.points)[:, None], self.cost, np.array(self.seconds), ended=[self.ended])


def lbfgs(objective: Objective, start: Array, budget: int, seed: int) -> Trace:
    """SciPy's L-BFGS-B: curvature from differences of gradients, a line search instead of a step size."""
    log = _Log(objective, GRADIENT_COST, budget)
    _minimised(
        log, log.value_and_gradient, start, "L-BFGS-B", {"ftol": 0.0, "gtol": 1e-12, "maxiter": budget}
    )
    return log.trace()


def nelder_mead(objective: Objective, start: Array, budget: int, seed: int) -> Trace:
    """SciPy's Nelder-Mead with steps of 1 to the first simplex, and Gao & Han's (2012) constants for the dimension."""
    log = _Log(objective, 1, budget)
    simplex = np.vstack([start, start + np.eye(len(start))])
    options = {"initial_simplex": simplex, "adaptive": True, "xatol": 1e-10, "fatol": 1e-12, "maxfev": budget}
    _minimised(log, log.value, start, "Nelder-Mead", options)
    return log.trace()


def _minimised(
    log: _Log, f: Callable[[Array], object], start: Array, method: str, options: dict[str, object]
) -> None:
    from scipy.optimize import minimize

    log.began = time.process_time()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            minimize(f, start, method=method, jac=log.cost > 1 or None, options=options)
    except _OverBudget:
        pass


def cma_es(objective: Objective, start: Array, budget: int, seed: int) -> Trace:
    """CMA-ES of the package cma, first spread 1; started again with twice the population when it has converged.

    Auger & Hansen (2005), "A restart CMA evolution strategy with increasing population size".
    """
    import cma

    points: list[Array] = []
    seconds: list[float] = []
    size = 4 + int(3 * np.log(len(start)))
    began = time.process_time()
    while len(points) < budget:
        # The seed 0 would stand for the clock.
        options = {"seed": seed + 1 + len(points), "verbose": -9, "popsize": size}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            strategy = cma.CMAEvolutionStrategy(start, 1.0, options)
            while len(points) < budget and not strategy.stop():
                asked = np.array(strategy.ask())
                losses = objective.loss(asked)
                points += list(asked)
                seconds += [time.process_time() - began] * len(asked)
                strategy.tell(list(asked), [min(float(loss), NO_VALUE) for loss in losses])
        size *= 2
    return Trace(np.array(points[:budget])[:, None], 1, np.array(seconds[:budget]))


CONTESTANTS = (
    Contestant("gradient descent", constant_step, gradient=True, smooth=True, original=True),
    Contestant("decaying steps", decaying_step, gradient=True, smooth=False, original=True),
    Contestant("L-BFGS", lbfgs, gradient=True, smooth=True, original=False, needs="scipy"),
    Contestant("CMA-ES", cma_es, gradient=False, smooth=False, original=True, needs="cma"),
    Contestant("Nelder-Mead", nelder_mead, gradient=False, smooth=False, original=True, needs="scipy"),
)
