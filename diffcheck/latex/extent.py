r"""How far a sum reaches: over the terms behind it too, as far as they carry its index.

Papers print \sum_i y_i \log p_i + (1 - y_i) \log (1 - p_i) and mean the sum of both terms.  A sum is read so up to
the last term of its brackets that carries the index; terms that carry it before the sum are an error later on.
"""

from __future__ import annotations

from collections.abc import Callable

from diffcheck.language.tree import Node
from diffcheck.latex.printed import indices, letter, subscripts

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
    last = {each: k for k, part in enumerate(args) if part.op != "sign" for each in _carried(part)}
    found: list[Node] = []
    k = 0
    while k < len(args):
        items = list(args[k].args) if args[k].op == "product" else [args[k]]
        at = next(
            (i for i, item in enumerate(items) if item.op == "prefix" and item.leaf == "sum"), len(items)
        )
        letters = _bound(items[at]) if at + 1 < len(items) else set()
        end = max((last.get(each, k) for each in letters), default=k)
        if end > k:
            note(f"the sum over {', '.join(sorted(letters))} takes all terms behind it that carry its index")
            first = _joined("product", items[at + 1 :])
            inner = _joined("sum", [first, *args[k + 1 : end + 1]])
            group = Node("group", (Node("list", (inner,), None, inner.span),), None, inner.span)
            found.append(_joined("product", [*items[: at + 1], group]))
        else:
            found.append(args[k])
        k = max(end, k) + 1
    return found


def _joined(op: str, parts: list[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    return Node(op, tuple(parts), None, (parts[0].span[0], parts[-1].span[1]))


def _bound(prefix: Node) -> set[str]:
    return {each for script in prefix.args if script.op == "sub" for each in indices(script)}


def _carried(node: Node) -> set[str]:
    """Return the letters that are indices in a part, without those that a sum in the part binds."""
    bound: set[str] = set()
    found: set[str] = set()
    for part in node.walk():
        if part.op == "prefix":
            bound |= _bound(part)
        elif part.op == "scripted":
            letters = (letter(inner) for sub in subscripts(part) for inner in sub.walk())
            found |= {each for each in letters if each}
    return found - bound
