"""The expression as back-propagation sees it, as data: nodes in the order they are computed.  Frozen, no logic.

Method and words: Griewank, Walther, "Evaluating Derivatives" (2008), chapter 3: every distinct part is computed once,
the adjoint of a part is the derivative of the result in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Adjoint", "Fate", "Flow", "Obstacle", "Place", "Returned", "Tape", "TapeNode"]


# Off by more than this is not rounding.
WRONG = 1e-6


class Flow(StrEnum):
    """What a node does to the gradient on its way back, from best to worst."""

    PASSES = "passes"
    DEAD = "dead"
    CONDITIONAL = "conditional"
    BLOCKED = "blocked"
    UNBOUNDED = "unbounded"


class Fate(StrEnum):
    """What becomes of a place where a node has no derivative in its inputs."""

    SPOILS = "spoils"  # the whole is not differentiable there, because of it
    REPAIRED = "repaired"  # a later node is differentiable there all the same
    HARMLESS = "harmless"  # the node itself is, as a function of the variables: its inputs move together
    EDGE = "edge"  # the domain of the whole ends there
    OPEN = "open"  # not decided


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Where a node does not let the gradient pass, in terms of its inputs.

    flow: dead (all local derivatives are zero on an open set), blocked (undefined) or unbounded.
    kind: the finding in the node as a function of its inputs; None for a dead region.
    met: whether the place is reached inside the domain of the whole; None where that is not decided.
    """

    flow: Flow
    at: str
    kind: str | None = None
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an obstacle is met, in terms of the variables.

    at, witness: as in a finding.  by: the nodes that repair it.
    """

    at: str
    fate: Fate
    witness: Mapping[str, str]
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TapeNode:
    """One operation, on names, numbers and earlier nodes.

    name, text: `n2`, `abs(n1)`.  op: its row of the table of atoms.  span, source: the part of the expression.
    inputs: the names in ``text``, in their order.  depends: whether a variable occurs below it.
    derivatives: local partial derivative in every input that depends on a variable, valid off the obstacles.
    smoothness: class as a function of these inputs; None when undecided or when it does not depend.
    flow: the worst obstacle that is met.
    """

    name: str
    op: str
    text: str
    inputs: tuple[str, ...]
    span: tuple[int, int]
    source: str
    depends: bool
    derivatives: Mapping[str, str]
    smoothness: str | None
    flow: Flow
    obstacles: tuple[Obstacle, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjoint:
    """The derivative of the result in a node or a variable, by the chain rule over adjoints: `a1 = a2*sign(n1)`.

    of: the node or variable.  name: what other adjoints call it; "" for a variable.
    """

    of: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What automatic differentiation returns at one point, by torch's rules in float64: computed, not proved.

    value: of the result.  gradient: variable -> number.  true: the derivative, by differences of 60 digits, where all
    one-sided ones agree; None where there is none.  poisoned: the node that first sends back nan or an infinity.
    """

    at: Mapping[str, str]
    value: float
    gradient: Mapping[str, float]
    true: Mapping[str, float | None]
    poisoned: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether a slope exists and something else was returned."""
        return any(map(self.is_wrong, self.true))

    def is_wrong(self, variable: str) -> bool:
        """Whether a slope in one variable exists and something else was returned."""
        got, true = self.gradient[variable], self.true[variable]
        return true is not None and not abs(got - true) <= WRONG * (1 + abs(true))


@dataclass(frozen=True, slots=True)
class Tape:
    """The nodes, what each does to the gradient, and the chain rule through them.

    spoiler: the first node because of which the whole is not differentiable; None if it is, or when undecided.
    adjoints: last node first, then the variables.
    """

    nodes: tuple[TapeNode, ...]
    result: str
    spoiler: str | None
    adjoints: tuple[Adjoint, ...]
    returned: tuple[Returned, ...] = ()
