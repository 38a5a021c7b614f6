"""From findings to the parts to replace, each with its shape.

A finding names the columns of the part that causes it.  That part is lifted when what surrounds it is the
better target (abs(x) inside sqrt(abs(x)): the power of abs), and lowered when it only passes on what is
inside (sqrt(max(d, 0)): the max, for the root of something positive is smooth).
"""

from __future__ import annotations

from diffcheck.atoms import ATOMS
from diffcheck.problem import Problem
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.shape import Shape, recognise
from diffcheck.tree import NAME, Node, Span
from diffcheck.verdict import D1, Analysis, Finding, Kind, Severity, Smoothness

__all__ = ["responsible", "with_covered", "with_hidden"]

FAILING = frozenset({Kind.CORNER, Kind.CUSP, Kind.VERTICAL_TANGENT, Kind.DIRECTIONAL, Kind.JUMP})
_CONDITIONS = frozenset(row.name for row in ATOMS.values() if row.syntax in ("comparison", "logic"))
_LIFTED = frozenset({"abspow", "norm", "abs", "pinball", "relu2", "huber", "insensitive"})

_COVERING = frozenset({"abs", "relu", "max2", "max", "clip", "clip_any", "pinball"})
_AROUND = frozenset({"sqrt", "pow", "square", "max", "min", "relu", "where"})


def responsible(
    problem: Problem, analysis: Analysis, facts: Facts, wanted: Smoothness = D1
) -> dict[Node, Shape]:
    """Return part -> shape for every part that is less smooth than ``wanted``; empty when one has no surrogate."""
    found: dict[Node, Shape] = {}
    for finding in analysis.findings:
        # A flat function has jumps where it is not constant: those findings are the ones to smooth.
        bent = finding.kind is Kind.BREAK and finding.level < wanted
        if (finding.severity is not Severity.ERROR and not bent) or finding.kind is Kind.FLAT:
            continue
        shapes = _parts_of(problem, finding, facts) if bent or finding.kind in FAILING else {}
        if not shapes:
            return {}
        found.update(shapes)
    found = _outermost_powers(found)
    known = set(problem.tree.walk())
    for shape in list(found.values()):
        # A relu that only the rewriting of a nested `where` brought in.
        for node in shape.offset.walk() if shape.offset else ():
            bend = recognise(node, facts) if node.op == "relu" and node not in known else None
            if bend is not None:
                found[node] = bend
    return found


def with_covered(found: dict[Node, Shape], problem: Problem, facts: Facts) -> dict[Node, Shape]:
    """Add the kinks inside the found parts: a smooth max of abs(x) and abs(y) has theirs, wherever max had them not."""
    covered: dict[Node, Shape] = {}
    for part, shape in found.items():
        if shape.target in _COVERING:
            inside = _inside(part, problem, facts)
            covered.update({node: kink for node, kink in inside.items() if kink.target in _COVERING})
    return {**covered, **found}


def with_hidden(found: dict[Node, Shape], problem: Problem, facts: Facts) -> dict[Node, Shape]:
    """Add the parts whose kinks the found ones hide: abs inside max(abs(r) - e, 0), or abs beside relu at one place."""
    hidden: dict[Node, Shape] = {}
    for part, shape in found.items():
        if shape.target not in _LIFTED:
            hidden.update(_inside(part, problem, facts))
    if hidden.keys() <= found.keys():
        hidden = _outermost_powers(_inside(problem.tree, problem, facts))
    return {**hidden, **found}


def _parts_of(problem: Problem, finding: Finding, facts: Facts) -> dict[Node, Shape]:
    chain = _chain(problem.tree, finding.span)
    if not chain:
        return {}
    # A finding on a condition is about the `where` that it steers.
    while len(chain) > 1 and chain[-1].op in _CONDITIONS:
        chain.pop()
    part = chain[-1]
    for around in reversed(chain[:-1]):
        shape = recognise(around, facts)
        if shape is not None and shape.target in _LIFTED and around.op in _AROUND:
            return {around: shape}
    shape = recognise(part, facts)
    inside = _inside(part, problem, facts)
    if shape is not None and not (shape.target == "sqrt" and inside):
        return {part: shape}
    return inside


def _chain(tree: Node, span: Span) -> list[Node]:
    """Return the nodes from the root down to the outermost node with that span, or [] when there is none."""
    if tree.span == span:
        return [tree]
    for arg in tree.args:
        # All parts of a definition have the columns of its use; their places tell them apart.
        below = _chain(arg, span) if arg.span[0] <= span[0] and span[1] <= arg.span[1] else []
        if below:
            return [tree, *below]
    return []


def _inside(part: Node, problem: Problem, facts: Facts) -> dict[Node, Shape]:
    """Return the recognised parts strictly inside ``part`` that hold a variable."""
    variables = frozenset(problem.wrt)
    shapes: dict[Node, Shape] = {}
    for node in part.walk():
        if node is part or not any(n.op == NAME and n.leaf in variables for n in node.walk()):
            continue
        shape = recognise(node, facts)
        if shape is not None and shape.target != "quotient":
            shapes[node] = shape
    roots = [node for node, shape in shapes.items() if shape.target == "sqrt"]
    return {node: shape for node, shape in shapes.items() if node not in roots or len(roots) == len(shapes)}


def _outermost_powers(found: dict[Node, Shape]) -> dict[Node, Shape]:
    """Drop the abs inside a power of abs: the power's own row replaces both."""
    inner = {
        node.args[0]
        for node, shape in found.items()
        if shape.target == "abspow" and node.args[0].op in ("abs", "pow", "square")
    }
    return {node: shape for node, shape in found.items() if node not in inner}
