"""What is minimised: an expression in its variables, given data, as one number and its gradient.

A variable takes its values from the parameters by a matrix, so that one formula serves both kinds of objective:
f = M w with the inputs and a column of ones as M is a linear model over samples, and M = [[1]] is a variable that
is itself a parameter.  The loss is the mean over the samples.  Parameters come in lanes, rows of (k, p) arrays, so
that several step sizes or a whole population cost about as much as one.

The gradient is back-propagation through the tree, with the partial derivatives of the table of atoms.  At kinks it
takes what frameworks take: sign(0) = 0, relu'(0) = 0, half of each side where max or min tie.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from diffcheck.algebra.lower import parameters
from diffcheck.backprop.gradient import partials
from diffcheck.deadline import TimeOver
from diffcheck.language.numeric import Step, values, values_of_parts
from diffcheck.language.tree import NAME, Node, number, substitute

__all__ = ["Array", "Objective", "as_frameworks_do"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Objective:
    """The mean over n samples of a tree's values.

    tree: as `as_frameworks_do` gives it.  matrices: variable -> (n, q) array or [[1]], in the order of the parameters.
    fixed: all other names -> (n,) array or number.  conditions: the loss is infinite where one of them fails.
    until: the time of `time.monotonic` after which every evaluation raises TimeOver.
    """

    tree: Node
    matrices: Mapping[str, Array]
    fixed: Mapping[str, Array | float]
    conditions: tuple[Node, ...] = ()
    until: float = float("inf")

    @property
    def size(self) -> int:
        """The number p of parameters."""
        return sum(matrix.shape[1] for matrix in self.matrices.values())

    @property
    def samples(self) -> int:
        """The number n of samples; 1 without data."""
        arrays = [*(m[:, 0] for m in self.matrices.values()), *self.fixed.values()]
        return int(np.prod(np.broadcast_shapes(*(np.shape(a) for a in arrays))))

    def of(self, tree: Node) -> Objective:
        """Return the objective of another loss of the same names on the same data."""
        return replace(self, tree=as_frameworks_do(tree))

    def until_time(self, until: float) -> Objective:
        """Return the same objective with a time limit."""
        return replace(self, until=until)

    def loss(self, lanes: Array) -> Array:
        """Return the losses (k,) of parameters (k, p); infinite where a sample has no value or breaks a condition."""
        point = self._point(lanes)
        found = values(self.tree, point)
        for condition in self.conditions:
            found = np.where(values(condition, point) == 1.0, found, np.inf)
        with np.errstate(all="ignore"):
            mean = found.mean(axis=-1)
        return np.where(np.isnan(mean), np.inf, mean)

    def gradient(self, lanes: Array) -> Array:
        """Return the gradients (k, p) at parameters (k, p); nan where back-propagation meets an undefined slope."""
        point = self._point(lanes)
        forward = values_of_parts(self.tree, point)
        samples = self.samples
        with np.errstate(all="ignore"):
            slopes = _back(forward, set(self.matrices), 1.0 / samples)
            columns = []
            for name, matrix in self.matrices.items():
                slope = np.broadcast_to(slopes.get(name, 0.0), (len(lanes), samples))
                if matrix.shape[0] == 1:
                    slope = slope.sum(axis=-1, keepdims=True)
                # Not @: the sums of BLAS differ from machine to machine.
                columns.append(np.einsum("kn,nq->kq", slope, matrix))
        return np.concatenate(columns, axis=1)

    def _point(self, lanes: Array) -> dict[str, Array | float]:
        if time.monotonic() > self.until:
            raise TimeOver("the time limit is over")
        point: dict[str, Array | float] = dict(self.fixed)
        start = 0
        for name, matrix in self.matrices.items():
            stop = start + matrix.shape[1]
            point[name] = np.einsum("kq,nq->kn", lanes[:, start:stop], matrix)
            start = stop
        return point


def as_frameworks_do(tree: Node) -> Node:
    """Rewrite what the table differentiates otherwise at a kink, or not at all: relu(u), max of three."""

    def rewritten(node: Node) -> Node | None:
        if node.op == "relu":
            u = node.args[0]
            return Node("where", (Node("gt", (u, number(0))), u, number(0)), span=node.span)
        if len(node.args) > 2 and node.op != "where" and not partials(node.op, len(node.args)):
            folded = node.args[0]
            for arg in node.args[1:]:
                folded = Node(node.op, (folded, arg), span=node.span)
            return folded
        return None

    return substitute(tree, rewritten)


def _back(forward: list[tuple[Step, Array]], names: set[str], seed: float) -> dict[str, Array]:
    """Return d(seed*root)/d(name), sample by sample, from the values of all parts.

    A part whose adjoint is 0 passes on 0, whatever its slope: a branch not taken spoils nothing.
    """
    needed = _needed(forward, names)
    adjoints: dict[int, Array] = {len(forward) - 1: np.asarray(seed)}
    found: dict[str, Array] = {}
    for i in range(len(forward) - 1, -1, -1):
        step, _ = forward[i]
        adjoint = adjoints.pop(i, None)
        if adjoint is None or not needed[i]:
            continue
        if step.op == NAME:
            found[str(step.leaf)] = adjoint
            continue
        args = [forward[j][1] for j in step.args]
        for j, part in _shares(step, args, adjoint, [needed[j] for j in step.args]):
            here = step.args[j]
            adjoints[here] = part if here not in adjoints else adjoints[here] + part
    return found


def _shares(step: Step, args: list[Array], adjoint: Array, needed: list[bool]) -> list[tuple[int, Array]]:
    """Return what each needed argument gets of the adjoint of one step."""
    if step.op == "where":
        taken = {1: args[0] != 0, 2: args[0] == 0}
        return [(j, np.where(taken[j], adjoint, 0.0)) for j in (1, 2) if needed[j]]
    stated = partials(step.op, len(args))
    if not stated:
        # Conditions and logic: they choose, and have no slope.
        return []
    point = dict(zip(parameters(step.op, len(args)), args, strict=True))
    shares = []
    for j, partial in enumerate(stated):
        if needed[j]:
            slope = values(partial, {name: point[name] for name in partial.names()})
            shares.append((j, np.where(adjoint == 0, 0.0, adjoint * slope)))
    return shares


def _needed(forward: list[tuple[Step, Array]], names: set[str]) -> list[bool]:
    """Say of every part whether one of the names is below it."""
    needed: list[bool] = []
    for step, _ in forward:
        needed.append(str(step.leaf) in names if step.op == NAME else any(needed[j] for j in step.args))
    return needed
