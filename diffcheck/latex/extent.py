r"""How far a sum reaches: over the terms behind it too, as far as they carry its index.

Papers print \sum_i y_i \log p_i + (1 - y_i) \log (1 - p_i) and mean the sum of both terms.  A sum is read so up to
the last term of its brackets that carries the index; terms that carry it before the sum are an error later on.
"""

from __future__ import annotations

from collections.abc import Callable

from diffcheck.latex.printed import indices, letter, subscripts
from diffcheck.tree import Node

__all__ = ["extended"]


def extended(node: Node, note: Callable[[str], None]) -> Node:
    """Return a printed formula with brackets around all that its sums take; a note on each that takes more terms."""
    if not node.args:
        return node
    args = [extended(part, note) for part in node.args]
    if node.op == "sum":
        args = _gathered(args, note)
        if len(args) == 1:
            return args[0]
    return Node(node.op, tuple(args), node.leaf, node.span)


def _gathered(args: list[Node], note: Callable[[str], None]) -> list[Node]:
    """Return the terms and signs of a sum, those that belong to a \\sum before them put behind it in brackets."""
    for i, part in enumerate(args):
        items = list(part.args) if part.op == "product" else [part]
        at = next((k for k, item in enumerate(items) if item.op == "prefix" and item.leaf == "sum"), None)
        if at is None or at + 1 == len(items):
            continue
        letters = {each for script in items[at].args if script.op == "sub" for each in indices(script)}
        ends = [k for k in range(i + 1, len(args)) if args[k].op != "sign" and _carries(args[k], letters)]
        if not ends:
            continue
        note(f"the sum over {', '.join(sorted(letters))} takes all terms behind it that carry its index")
        first = _joined("product", items[at + 1 :])
        inner = _joined("sum", [first, *args[i + 1 : ends[-1] + 1]])
        group = Node("group", (Node("list", (inner,), None, inner.span),), None, inner.span)
        return [*args[:i], _joined("product", [*items[: at + 1], group]), *args[ends[-1] + 1 :]]
    return args


def _joined(op: str, parts: list[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    return Node(op, tuple(parts), None, (parts[0].span[0], parts[-1].span[1]))


def _carries(node: Node, letters: set[str]) -> bool:
    """Whether an index stands in a part, and no sum in the part binds it."""
    bound = {
        each
        for part in node.walk()
        if part.op == "prefix"
        for script in part.args
        if script.op == "sub"
        for each in indices(script)
    }
    found = {
        letter(inner)
        for part in node.walk()
        if part.op == "scripted"
        for sub in subscripts(part)
        for inner in sub.walk()
    }
    return bool(found & letters - bound)
