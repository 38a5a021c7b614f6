"""Questions about a printed formula that need no context: lists, index letters, sums and their number of terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcheck.language.tree import Node

__all__ = [
    "REDUCTIONS",
    "as_mean",
    "averaged",
    "counts",
    "exponents",
    "flat",
    "indices",
    "is_transposed",
    "is_unequal",
    "leading_sum",
    "letter",
    "listed",
    "plain_name",
    "relations",
    "renamed",
    "same_name",
    "sample",
    "subscripts",
    "unwrapped",
    "without_transpose",
]

REDUCTIONS = {"sum", "prod", "mean", "max", "min"}

# Letters for a number of samples or of entries, where a sum names no upper end.
_SIZES = set("nNmMKBTDCSd")
_GROUPS = ("list", "braces", "group")


def unwrapped(node: Node) -> Node:
    """Return what stands in braces and lists of one."""
    while node.op in ("braces", "list") and len(node.args) == 1:
        node = node.args[0]
    return node


def listed(node: Node) -> list[Node]:
    """Return the parts of a list, through the braces or brackets around it."""
    while node.op in _GROUPS and len(node.args) == 1 and node.args[0].op in ("list", "braces"):
        node = node.args[0]
    if node.op in _GROUPS:
        return [part for part in node.args if part.op != "sign"]
    return [node]


def flat(node: Node) -> list[Node]:
    """Return the parts of a list or of a product without signs: i, j of _{i,j} and of _{ij}."""
    if node.op in ("list", "braces", "product"):
        return [each for part in node.args if part.op != "sign" for each in flat(part)]
    return [node]


def letter(node: Node) -> str | None:
    """Return the letter that a part is, or None."""
    return str(node.leaf) if node.op == "name" and len(str(node.leaf)) == 1 else None


def same_name(a: Node, b: Node) -> bool:
    """Say whether two parts are one name without scripts."""
    a, b = unwrapped(a), unwrapped(b)
    return a.op == b.op == "name" and a.leaf == b.leaf


def sample(script: Node) -> Node | None:
    """Return what stands in the brackets of x^{(i)}, if it is one letter or number."""
    inner = unwrapped(script.args[0])
    if script.op != "sup" or inner.op != "group" or len(listed(inner)) != 1:
        return None
    part = listed(inner)[0]
    return part if part.op in ("name", "number") else None


def subscripts(node: Node) -> list[Node]:
    """Return what stands below a scripted part, and in brackets above it, as in x^{(i)}: one part for each."""
    found: list[Node] = []
    for script in node.args[1:]:
        above = sample(script)
        if above is not None:
            found.append(above)
        elif script.op == "sub" and script.args[0].op != "sign":
            found += listed(script.args[0])
    return found


def exponents(scripts: Sequence[Node]) -> list[Node]:
    """Return the scripts that are exponents: no marks, no x^{(i)}."""
    return [s for s in scripts if s.op == "sup" and s.args[0].op != "sign" and sample(s) is None]


def is_transposed(node: Node) -> bool:
    r"""Say whether a part carries \\top."""
    return node.op == "scripted" and any(map(_is_top, node.args[1:]))


def without_transpose(node: Node) -> Node:
    """Return the part that was transposed."""
    args = tuple(s for s in node.args if not _is_top(s))
    return args[0] if len(args) == 1 else Node("scripted", args, None, node.span)


def _is_top(script: Node) -> bool:
    return script.op == "sup" and script.args[0].op == "sign" and script.args[0].leaf == "top"


def plain_name(node: Node) -> tuple[str, tuple[str, ...]] | None:
    """Return name and index letters of a printed name such as l or l_n, else None."""
    node = unwrapped(node)
    if node.op == "name":
        return str(node.leaf), ()
    if node.op != "scripted" or node.args[0].op != "name":
        return None
    subs: list[str] = []
    for script in node.args[1:]:
        letters = [letter(part) for part in flat(script.args[0])] if script.op == "sub" else [None]
        if None in letters:
            return None
        subs += [each for each in letters if each]
    return str(node.args[0].leaf), tuple(subs)


def renamed(node: Node, letters: Mapping[str, str]) -> Node:
    """Return a printed formula with other index letters."""
    if node.op == "name" and str(node.leaf) in letters:
        return Node("name", (), letters[str(node.leaf)], node.span)
    if not node.args:
        return node
    return Node(node.op, tuple(renamed(part, letters) for part in node.args), node.leaf, node.span)


def indices(script: Node) -> list[str]:
    """Return the index letters below a sum: i of _{i=1} and _{i \\ne j}, i and j of _{i,j} and _{i<j}."""
    found = []
    for part in relations(script):
        heads = [part]
        if part.op == "relation":
            both = len(part.args) == 3 and part.args[1].leaf == "lt"
            heads = [part.args[0], part.args[2]] if both else [part.args[0]]
        for head in heads:
            inner = listed(head) if head.op == "group" else [head]
            found += [each for one in inner for each in map(letter, flat(one)) if each]
    return found


def relations(script: Node) -> list[Node]:
    """Return the parts below a sum; the square brackets of [k \\ne i] go."""
    parts = listed(script.args[0])
    whole = len(parts) == 1 and parts[0].op == "group" and [p.op for p in listed(parts[0])] == ["relation"]
    return listed(parts[0]) if whole else parts


def is_unequal(script: Node) -> bool:
    """Say whether a script is one inequality, as below 1_{[k \\ne i]}."""
    parts = relations(script)
    return len(parts) == 1 and parts[0].op == "relation" and parts[0].args[1].leaf == "ne"


# --- sums that are means


def leading_sum(node: Node) -> Node | None:
    """Return the sum that a part begins with, through brackets and braces."""
    node = unwrapped(node)
    if node.op == "group" and len(listed(node)) == 1:
        return leading_sum(listed(node)[0])
    first = node.args[0] if node.op == "product" else node
    return first if first.op == "prefix" and first.leaf == "sum" else None


def as_mean(node: Node) -> Node:
    """Return the part with the sum that it begins with made a mean."""
    if node.op == "prefix":
        return Node("prefix", node.args, "mean", node.span)
    return Node(node.op, (as_mean(node.args[0]), *node.args[1:]), node.leaf, node.span)


def averaged(items: Sequence[Node]) -> list[Node]:
    r"""Return the factors with \\frac{1}{n} \\sum_{i=1}^n made a mean, wherever n is the number of terms."""
    for i, item in enumerate(items):
        total = leading_sum(item)
        if total is None:
            continue
        rest = items[i + 1 :]
        left = _without_size(items[:i], total)
        if left is not None:
            return [*left, as_mean(item), *rest]
        if item is total:
            terms = _undivided(rest, total)
            return [*items[:i], as_mean(item), *terms] if terms is not None else list(items)
        if len(rest) == 2 and rest[0].leaf == "/" and counts(rest[1], total):
            return [*items[:i], as_mean(item)]
        return list(items)
    return list(items)


def counts(below: Node, total: Node) -> bool:
    """Say whether a denominator is the number of terms of a sum: its upper end, a size, |S| of a set S."""
    size = unwrapped(below)
    if size.op == "size":
        return True
    upper = [unwrapped(s.args[0]) for s in total.args if s.op == "sup"]
    if upper:
        return upper == [size] and _from_one(total)
    if size.op == "name" and str(size.leaf) in _SIZES:
        return True
    sets = [
        unwrapped(part.args[2])
        for s in total.args
        for part in listed(s.args[0])
        if part.op == "relation" and part.args[1].leaf == "in"
    ]
    return size.op == "abs" and unwrapped(size.args[0]) in sets


def _from_one(total: Node) -> bool:
    """Whether a sum runs over i from 1, or over an index alone, and no condition leaves terms out."""
    for script in total.args:
        for part in listed(script.args[0]) if script.op == "sub" else ():
            if part.op == "relation" and (part.args[1].leaf != "eq" or unwrapped(part.args[2]).leaf != "1"):
                return False
    return True


def _without_size(left: Sequence[Node], total: Node) -> list[Node] | None:
    """Return the factors before a sum without the number of its terms in a denominator, None if there is none."""
    for i, item in enumerate(left):
        factor = unwrapped(item)
        behind = left[i + 1 :]
        if factor.op == "frac":
            above, below = factor.args
            kept = _cancelled(below, total)
            if kept is None:
                continue
            if kept:
                return [*left[:i], Node("frac", (above, _product(kept)), None, factor.span), *behind]
            one = unwrapped(above).leaf == "1"
            return [*left[:i], *([] if one else [above]), *_unsigned(behind, i == 0 and one)]
        if factor.leaf == "/" and i + 1 < len(left) and counts(left[i + 1], total):
            one = i == 1 and left[0].leaf == "1"
            return [*left[: i - 1 if one else i], *_unsigned(left[i + 2 :], one)]
    return None


def _unsigned(items: Sequence[Node], first: bool) -> list[Node]:
    """Return the factors without a sign of multiplication before the first one of a product."""
    return list(items[1:]) if first and items and items[0].op == "sign" else list(items)


def _cancelled(below: Node, total: Node) -> list[Node] | None:
    """Return the factors of a denominator without the number of terms, None if it is none of them."""
    inner = unwrapped(below)
    factors = list(inner.args) if inner.op == "product" else [inner]
    for i, factor in enumerate(factors):
        if counts(factor, total) and not any(f.op == "sign" and f.leaf != "*" for f in factors):
            kept = [*factors[:i], *factors[i + 1 :]]
            return [f for f in kept if f.op != "sign"]
    return None


def _product(factors: Sequence[Node]) -> Node:
    if len(factors) == 1:
        return factors[0]
    return Node("product", tuple(factors), None, (factors[0].span[0], factors[-1].span[1]))


def _undivided(rest: Sequence[Node], total: Node) -> list[Node] | None:
    r"""Return the terms of a sum without their divisor where that is their number: \\sum_i \\frac{a_i}{n}."""
    first = unwrapped(rest[0]) if rest else None
    if first is not None and len(rest) == 1 and first.op == "frac" and counts(first.args[1], total):
        return [first.args[0]]
    if len(rest) > 2 and rest[-2].leaf == "/" and counts(rest[-1], total):
        return list(rest[:-2])
    return None
