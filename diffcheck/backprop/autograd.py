"""What automatic differentiation returns at a point: the graph run forwards and backwards in float64.

The rules are torch's (derivatives.yaml, FunctionsManual.cpp), as the table of atoms states them: a choice at every
corner, masks in relu, clip, max and where, and otherwise the incoming adjoint times the local derivative.  Arithmetic
is IEEE 754: 1/0 is an infinity, and 0*inf is nan.  So sqrt(u) at 0 sends back an infinity, and if nothing came in from
above, because a `where` chose the other branch, it sends back nan.
What is computed here is no proof of anything: it shows a convention at work.
Read in order: Run, run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from diffcheck.algebra.lower import parameters
from diffcheck.atoms import ATOMS
from diffcheck.backprop.graph import Graph, Step
from diffcheck.language.numeric import nearest
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node

__all__ = ["Run", "forward", "ieee", "run"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the value of the result, the gradient, and the node that first sent back nan or an infinity."""

    value: float
    gradient: Mapping[str, float]
    poisoned: str | None


def run(graph: Graph, point: Mapping[str, float]) -> Run:
    """Run the graph forwards and backwards at one point: name -> number, for every name of the expression.

    Raises KeyError for an operation that the table of atoms has not.
    """
    known = forward(graph, point)
    with np.errstate(all="ignore"):
        value = ieee(graph.result, known)
        adjoints: dict[str, Any] = {str(graph.result.leaf): np.float64(1)} if graph.result.op == NAME else {}
        poisoned = None
        for step in reversed(graph.steps):
            incoming = adjoints.get(step.name)
            if incoming is None or not step.active:
                continue
            for label, sent in _sent_back(step, known, incoming):
                adjoints[label] = adjoints.get(label, np.float64(0)) + sent
                if poisoned is None and not np.isfinite(sent):
                    poisoned = step.name
    gradient = {v: float(adjoints.get(v, 0.0)) for v in graph.wrt}
    return Run(float(value), gradient, poisoned)


def forward(graph: Graph, point: Mapping[str, float]) -> dict[str, Any]:
    """Return the float64 values of names and nodes; nodes of operations unknown to the table are nan."""
    known: dict[str, Any] = {n: np.float64(v) for n, v in point.items()}
    with np.errstate(all="ignore"):
        for step in graph.steps:
            known[step.name] = ieee(step.local, known) if step.known else np.float64(np.nan)
    return known


def _sent_back(step: Step, known: Mapping[str, Any], incoming: Any) -> list[tuple[str, Any]]:
    """Return what a step sends back to each of its active inputs; one that occurs twice gets two shares."""
    values = [ieee(a, known) for a in step.local.args]
    shares = _shares(step.local.op, values, incoming)
    labels = [str(a.leaf) if a.op == NAME else "" for a in step.local.args]
    return [
        (n, share) for n, share in zip(labels, shares, strict=True) if n in step.active and share is not None
    ]


def _shares(op: str, values: Sequence[Any], incoming: Any) -> list[Any]:
    """Return what an operation sends back to each argument; None where autograd has no edge."""
    if op == "where":
        zero = np.float64(0)
        return [None, incoming if values[0] else zero, zero if values[0] else incoming]
    rules = _rules(op, len(values))
    if not rules:
        # The table states such a row for two arguments: max(a, b, c) is max(max(a, b), c).
        head = ATOMS[op].numpy(*values[:-1])
        first, last = _shares(op, [head, values[-1]], incoming)
        return [*_shares(op, values[:-1], first), last]
    known = {**dict(zip(parameters(op, len(values)), values, strict=True)), "g": incoming}
    return [None if rule.op == NUMBER and rule.leaf == 0 else ieee(rule, known) for rule in rules]


@lru_cache(maxsize=512)
def _rules(op: str, count: int) -> tuple[Node, ...]:
    """Return what a row sends back to each argument, over its parameters' names and ``g``."""
    row, names = ATOMS[op], parameters(op, count)
    stated = row.backward if isinstance(row.backward, tuple) else row.backward(names)
    if stated:
        return tuple(parse(text) for text in stated)
    slopes = row.derivative if isinstance(row.derivative, tuple) else row.derivative(names)
    return tuple(parse(text if text == "0" else f"g*({text})") for text in slopes)


def ieee(node: Node, known: Mapping[str, Any]) -> Any:
    """Return the float64 value of a tree over known names, all branches computed, as a framework does."""
    if node.op == NUMBER:
        return np.float64(nearest(node.leaf))
    if node.op == NAME:
        return known[str(node.leaf)]
    row = ATOMS[node.op]
    return (row.ieee or row.numpy)(*(ieee(a, known) for a in node.args))
