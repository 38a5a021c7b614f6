"""From findings to the parts to replace, each with its shape.

A finding names the columns of the part that causes it.  That part is lifted when what surrounds it is the
better target (abs(x) inside sqrt(abs(x)): the power of abs), and lowered when it only passes on what is
inside (sqrt(max(d, 0)): the max, for the root of something positive is smooth).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from diffcheck.atoms import ATOMS
from diffcheck.language.tree import NAME, Node, Span, substitute
from diffcheck.problem import Problem
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.polynomial import ONE, from_poly
from diffcheck.suggest.shape import Shape, ending, recognise
from diffcheck.suggest.split import flat_at, split
from diffcheck.verdict import D1, Analysis, Finding, Kind, Severity, Smoothness

__all__ = [
    "Need",
    "endings",
    "needed_sides",
    "reached",
    "responsible",
    "with_branches_split",
    "with_covered",
    "with_hidden",
]

FAILING = frozenset({
    Kind.CORNER, Kind.CUSP, Kind.VERTICAL_TANGENT, Kind.DIRECTIONAL, Kind.JUMP, Kind.OSCILLATION,
})  # fmt: skip
_CONDITIONS = frozenset(row.name for row in ATOMS.values() if row.syntax in ("comparison", "logic"))
_LIFTED = frozenset({"abspow", "norm", "abs", "pinball", "insensitive", "asinroot", "clip", "signedpow"})
# A `where` whose branches may not be drawn out of their guard: no row, but a sum of both where they meet.
GUARDED = "guarded"
# Targets that are C1: no corner is theirs.
_BENT = frozenset({"relu2", "huber"})

_COVERING = frozenset({"abs", "relu", "max2", "max", "clip", "clip_any", "pinball"})
_KEEPING = frozenset({"add", "sub", "neg", "mul", "div", "relu", "max", "min", "exp", "softplus"})
_AROUND = frozenset({"sqrt", "pow", "square", "max", "min", "relu", "where", "asin", "mul"})


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
    found = _outermost_powers(found, problem.tree)
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
        if shape.target not in _LIFTED | _BENT:
            hidden.update(_inside(part, problem, facts))
    if hidden.keys() <= found.keys():
        hidden = _inside(problem.tree, problem, facts)
        whole = recognise(problem.tree, facts)
        if whole is not None and whole.target in _COVERING:
            hidden[problem.tree] = whole
        hidden = _outermost_powers(hidden, problem.tree)
    return {**hidden, **found}


def reached(tree: Node, found: dict[Node, Shape]) -> dict[Node, Shape]:
    """Leave out what is no argument of a found part around it: max(x, lo), where min(max(x, lo), hi) is a clip."""

    def needed(node: Node) -> Iterable[Node]:
        shape = found.get(node)
        if shape is None:
            return node.args
        return [*shape.bindings.values(), *filter(None, [shape.offset])]

    kept = set(tree.distinct(needed))
    return {node: shape for node, shape in found.items() if node in kept}


def with_branches_split(
    problem: Problem, found: dict[Node, Shape], facts: Facts
) -> tuple[Problem, dict[Node, Shape], dict[Node, Shape]]:
    """Write a `where` whose branches meet as a sum (split.py), whose maxima are then the parts.

    That is done for a blend, and for b + k*relu(g) in which b and k vary: far out b and k*g are large and cancel.
    Returns the parts that turn a corner, and those too at which the second derivative breaks.
    """
    flat: dict[Node, Shape] = {}
    for node, shape in list(found.items()):
        inner = {part for a in node.args for part in a.walk()}
        apart = node.op == "where" and (shape.target in ("where", GUARDED) or _cancels(shape, problem))
        new = split(node, problem.wrt) if apart else None
        # Parts that are replaced as well must be found again in the sum.
        if new is None or not inner.intersection(found) <= set(new.walk()):
            continue
        problem = replace(problem, tree=_with(problem.tree, node, new))
        del found[node]
        for part in new.walk():
            bend = recognise(part, facts) if part.op in ("max", "min") and part not in inner else None
            if bend is not None:
                kept = flat if flat_at(new, part, problem.wrt) else found
                kept[part] = bend
    return problem, (found or flat), {**found, **flat}


def _cancels(shape: Shape, problem: Problem) -> bool:
    """Whether what is added to factor*target varies, and the factor, too."""
    if shape.offset is None:
        return False
    parts = (from_poly(shape.factor), shape.offset)
    return all(set(problem.wrt).intersection(part.names()) for part in parts)


def endings(problem: Problem, analysis: Analysis, facts: Facts) -> dict[Node, Shape]:
    """Return part -> shape for the edges of the domain, or for its poles; empty when one has no surrogate."""
    found: dict[Node, Shape] = {}
    for finding in analysis.findings:
        if finding.kind not in (Kind.EDGE, Kind.POLE):
            continue
        chain = _chain(problem.tree, finding.span)
        for part in chain[-1].walk() if chain else ():
            shape = ending(part, facts)
            if shape is not None and any(n in problem.wrt for n in shape.bindings["u"].names()):
                found[part] = shape
                break
        else:
            return {}
    return found


def _with(tree: Node, part: Node, new: Node) -> Node:
    return substitute(tree, lambda n: new if n == part else None)


@dataclass(frozen=True, slots=True)
class Need:
    """What keeps the domain: a value that is too large (side 1) or too small (-1); and, of a factor, none below 0."""

    side: int
    factor: bool = False


def needed_sides(tree: Node, parts: Collection[Node]) -> dict[Node, Need]:
    """Return what each part has to keep to, that denominators, roots and logarithms keep their sign.

    |x| in 1/(|x| + c) may grow: the denominator stays positive.  An overlap a*b in 1/(c - a*b) may shrink, and so may
    its factors, which keep their order only where neither is negative.  Parts that stand nowhere in a denominator, a
    root or a logarithm, or enter it in no one direction, are left out.
    """
    found: dict[Node, Need] = {}
    stack: list[tuple[Node, bool, Need]] = [(tree, False, Need(1))]
    while stack:
        node, inside, need = stack.pop()
        if node in parts and inside and need.side:
            found.setdefault(node, need)
        # What a part holds need only keep its side: the part's own row is what may turn negative.
        factor = node.op == "mul" or (need.factor and node not in parts)
        for i, a in enumerate(node.args):
            if node.op in ("log", "log2", "log10", "sqrt") or (node.op == "div" and i == 1):
                stack.append((a, True, Need(1)))
            elif node.op in _KEEPING:
                turned = node.op == "neg" or (node.op == "sub" and i == 1)
                stack.append((a, inside, Need(-need.side if turned else need.side, factor)))
            else:
                stack.append((a, inside, Need(0)))
    return found


def _parts_of(problem: Problem, finding: Finding, facts: Facts) -> dict[Node, Shape]:
    chain = _chain(problem.tree, finding.span) or _chain_around(problem.tree, finding.span)
    # A finding on a condition is about the `where` that it steers.
    while len(chain) > 1 and chain[-1].op in _CONDITIONS:
        chain.pop()
    part = chain[-1]
    for around in reversed(chain[:-1]):
        shape = None if _chosen(around, problem) else recognise(around, facts)
        lifted = _LIFTED | _BENT if finding.kind is Kind.BREAK else _LIFTED
        if shape is not None and shape.target in lifted and around.op in _AROUND:
            return {around: shape}
    shape = None if _chosen(part, problem) else recognise(part, facts)
    inside = _inside(part, problem, facts)
    if shape is not None and not (shape.target == "sqrt" and inside):
        return {part: shape}
    if part.op == "where" and split(part, problem.wrt) is not None:
        return {part: Shape(GUARDED, {}, ONE)}
    return inside


def _chosen(node: Node, problem: Problem) -> bool:
    """Whether constants alone choose the branch: there is nothing to smooth but what is inside."""
    return node.op == "where" and not set(problem.wrt).intersection(node.args[0].names())


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


def _chain_around(tree: Node, span: Span) -> list[Node]:
    """Return the nodes from the root down to the innermost that covers the span: the part itself was rewritten."""
    chain = [tree]
    while inner := [a for a in chain[-1].args if a.span[0] <= span[0] and span[1] <= a.span[1]]:
        chain.append(inner[0])
    return chain


def _inside(part: Node, problem: Problem, facts: Facts) -> dict[Node, Shape]:
    """Return the recognised parts strictly inside ``part`` that hold a variable."""
    variables = frozenset(problem.wrt)
    shapes: dict[Node, Shape] = {}
    for node in part.walk():
        if node is part or not any(n.op == NAME and n.leaf in variables for n in node.walk()):
            continue
        shape = None if _chosen(node, problem) else recognise(node, facts)
        if shape is not None and shape.target != "quotient":
            shapes[node] = shape
    roots = [node for node, shape in shapes.items() if shape.target == "sqrt"]
    return {node: shape for node, shape in shapes.items() if node not in roots or len(roots) == len(shapes)}


def _outermost_powers(found: dict[Node, Shape], tree: Node) -> dict[Node, Shape]:
    """Drop the abs that stands inside powers of abs only: the power's own row replaces both."""
    inside = {
        node: node.args[0].args
        for node, shape in found.items()
        if shape.target == "abspow" and node.args[0].op in ("abs", "pow", "square")
    }
    beside = set(tree.distinct(lambda node: inside.get(node, node.args)))
    inner = {node.args[0] for node in inside} - beside
    return {node: shape for node, shape in found.items() if node not in inner}
