"""What is known while the walls of a question are visited: every place that was looked at, and what stays open."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import sympy as sp

from diffcheck.conditions.constraint import Constraint
from diffcheck.findings.evidence import Record
from diffcheck.language.tree import Node
from diffcheck.problem import Problem
from diffcheck.walls.addends import Addends
from diffcheck.walls.enough import Enough
from diffcheck.walls.explore import Leaf
from diffcheck.walls.gaps import Gap

__all__ = ["Work"]


@dataclass(slots=True)
class Work:
    """What is known while the walls are visited.

    cut: whether the time was over before every kind of point had been visited.
    brief: whether places are told one by one, as they were seen, for there is no time for more.
    """

    problem: Problem
    tree: Node
    where: tuple[Constraint, ...]
    names: tuple[str, ...]
    never_zero: Callable[[sp.Expr], bool]
    addends: Addends
    leaves: list[tuple[Leaf, Gap]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    record: Record = field(default_factory=Record)
    numbers: dict[tuple[str, object], int] = field(default_factory=dict)
    crossed: list[Leaf] = field(default_factory=list)
    enough: Enough | None = None
    until: float = math.inf
    cut: bool = False
    brief: bool = False
