"""The graph of an expression: every distinct operation once, in the order it is computed, with its local derivatives.

Names, numbers and constant parts are no nodes, and a condition is read where it is used: no gradient passes it.
Adjoints follow by the chain rule, backwards: that of the result is 1, that of a node is the sum, over the nodes that
use it, of their adjoint times their local derivative.  A node that only a branch uses counts only where it is taken.
Read in order: Step, graph, adjoints, written_out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from diffcheck.algebra.lower import lower
from diffcheck.atoms import ATOMS
from diffcheck.backprop.gradient import derivative, tidy
from diffcheck.language.tree import NAME, NUMBER, Node, Span, name, number, substitute

__all__ = ["Graph", "Step", "adjoints", "graph", "written_out"]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation.

    part: the part of the expression it computes; local: the same over the names of its inputs.
    inputs: the names in ``local``, those of steps among them; active: those that depend on a variable.
    derivatives: the local partial derivative in every active input; 0 in what only a condition holds.
    known: whether the table of atoms has the operation; else its derivatives are names such as `dF/dn1`.
    """

    name: str
    part: Node
    local: Node
    inputs: tuple[str, ...]
    active: tuple[str, ...]
    derivatives: Mapping[str, Node]
    known: bool

    @property
    def span(self) -> Span:
        """The columns of the part."""
        return self.part.span


@dataclass(frozen=True, slots=True)
class Graph:
    """The steps; ``result`` is the name of the last, or the expression itself if that is a name or a number."""

    steps: tuple[Step, ...]
    result: Node
    wrt: tuple[str, ...]

    def users(self, input: str) -> Iterator[Step]:
        """Yield the steps with an active input of this name."""
        return (s for s in self.steps if input in s.active)


def graph(tree: Node, wrt: Sequence[str]) -> Graph:
    """Return the graph of a tree; equal parts are one step.

    >>> from diffcheck.language.parse import parse
    >>> [s.name for s in graph(parse("abs(y - f) + (y - f)**2"), ["f"]).steps]
    ['n1', 'n2', 'n3', 'n4']
    """
    prefix = _unused("n", tree.names())
    labels: dict[Node, Node] = {}
    active = set(wrt)
    steps: list[Step] = []
    for part in _in_order(tree):
        local = Node(part.op, tuple(labels[a] for a in part.args), part.leaf, part.span)
        inputs = local.names()
        if not _is_step(part) or not inputs:
            labels[part] = local
            continue
        step = _step(f"{prefix}{len(steps) + 1}", part, local, [n for n in inputs if n in active])
        steps.append(step)
        labels[part] = name(step.name, part.span)
        active |= {step.name} if step.active else set()
    return Graph(tuple(steps), labels[tree], tuple(wrt))


def _in_order(tree: Node) -> Iterator[Node]:
    """Yield every distinct part once, arguments first, in the order of the text."""
    seen: set[Node] = set()
    stack = [tree]
    while stack:
        part = stack[-1]
        waiting = [] if part in seen else [a for a in part.args if a not in seen]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        stack.pop()
        if part not in seen:
            seen.add(part)
            yield part


def _is_step(part: Node) -> bool:
    if part.op in (NAME, NUMBER):
        return False
    return part.op not in ATOMS or ATOMS[part.op].syntax not in ("comparison", "logic", "constant")


def _step(label: str, part: Node, local: Node, active: Sequence[str]) -> Step:
    known = local.op in ATOMS
    partials = {n: derivative(local, n) if known else name(f"d{local.leaf or local.op}/d{n}") for n in active}
    return Step(label, part, local, local.names(), tuple(active), partials, known)


def _unused(prefix: str, names: Sequence[str]) -> str:
    """Return ``prefix``, doubled until no name is it and a number."""
    while any(re.fullmatch(rf"{prefix}\d+", n) for n in names):
        prefix += prefix[0]
    return prefix


def adjoints(found: Graph) -> list[tuple[str, str, Node]]:
    """Return (node or variable, name of its adjoint, adjoint), the result first, the variables last.

    An adjoint is a tree over the names of nodes and of adjoints that stand before it; one that is a number or
    another adjoint is put in where it is used.
    """
    taken = [*found.result.names(), *(n for s in found.steps for n in s.inputs)]
    prefix = _unused("a", taken)
    size = len(found.steps)
    rows: list[tuple[str, str, Node]] = []
    short: dict[str, Node] = {}
    guards = _guards(found)
    for i, step in reversed(list(enumerate(found.steps, 1))):
        if step.active:
            label = f"{prefix}{i}"
            tree = number(1) if i == size else _backward(found, step.name, short, guards)
            rows.append((step.name, label, tree))
            short[step.name] = tree if tree.op in (NUMBER, NAME) else name(label)
    for variable in found.wrt:
        own = found.result.op == NAME and found.result.leaf == variable
        rows.append((variable, "", number(1) if own else _backward(found, variable, short, guards)))
    return rows


def _backward(found: Graph, input: str, short: Mapping[str, Node], guards: Mapping[str, Node | None]) -> Node:
    """Return the sum over the users of an input of their adjoint times their derivative."""
    total = number(0)
    for user in found.users(input):
        product = tidy(_times(short[user.name], user.derivatives[input]), {})
        guard = guards[user.name]
        if guard is not None and product.op != NUMBER and not (_is_total(user.part) and _is_total(product)):
            product = Node("where", (guard, product, number(0)))
        total = tidy(Node("add", (total, product)), {})
    return total


def _times(adjoint: Node, partial: Node) -> Node:
    """Return a product, a/b for a*(1/b)."""
    if partial.op == "div" and partial.args[0] == number(1):
        return Node("div", (adjoint, partial.args[1]))
    return Node("mul", (adjoint, partial))


# --- branches that are not taken: what is not evaluated there has no derivative, and sends nothing back


def _guards(found: Graph) -> dict[str, Node | None]:
    """Return for every step the condition under which it is evaluated; None for always."""
    guards: dict[str, Node | None] = {str(found.result.leaf): None}
    for step in reversed(found.steps):
        if step.name not in guards:
            uses = [
                use
                for user in found.steps
                if step.name in user.inputs
                for use in _uses(user.local, step.name, guards[user.name])
            ]
            always = any(use is None for use in uses)
            guards[step.name] = None if always else reduce(_either, dict.fromkeys(uses))
    return guards


def _uses(local: Node, wanted: str, outer: Node | None) -> Iterator[Node | None]:
    """Yield the condition of every use of an input by an operation that is itself evaluated where ``outer`` holds."""
    if local.op != "where":
        yield outer
        return
    condition, *branches = local.args
    if wanted in condition.names():
        yield outer
    for taken, branch in zip((condition, Node("not", (condition,))), branches, strict=True):
        if wanted in branch.names():
            yield taken if outer is None else Node("and", (outer, taken))


def _either(u: Node | None, v: Node | None) -> Node | None:
    return None if u is None or v is None else Node("or", (u, v))


def _is_total(tree: Node) -> bool:
    """Whether a part has a value everywhere by its form: no root, logarithm or quotient by what can vanish."""
    return all(_never_fails(part) for part in lower(tree).distinct())


def _never_fails(part: Node) -> bool:
    if part.op == "div":
        return part.args[1].op == NUMBER and part.args[1].leaf != 0
    if part.op == "pow":
        exponent = part.args[1].leaf
        return isinstance(exponent, Fraction) and exponent.denominator == 1 and exponent >= 0
    return part.op not in ("log", "asin")


def written_out(found: Graph, tree: Node) -> Node:
    """Return a tree over the names of nodes and adjoints as one over the names of the expression."""
    known = {s.name: s.part for s in found.steps}
    for _, label, adjoint in adjoints(found):
        if label:
            known[label] = written(adjoint, known)
    return written(tree, known)


def written(tree: Node, known: Mapping[str, Node]) -> Node:
    """Return a tree with names replaced by what they stand for."""
    return substitute(tree, lambda n: known.get(str(n.leaf)) if n.op == NAME else None)
