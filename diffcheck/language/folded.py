"""Vectors put back into a text about their parts: "norm(a[0] - p[0], a[1] - p[1])" is "norm(a[i] - p[i])".

Parts are one reduction when they are one pattern at every value of its index; what is no whole vector stays.
The text reads back as the same expression for the same size.  Read in order: folded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import pairwise

from diffcheck.errors import InputError
from diffcheck.language.parse import parse
from diffcheck.language.reductions import LETTERS, REDUCTIONS, base_of, indices_of, subscripted
from diffcheck.language.tree import NAME, Node, name, number, substitute
from diffcheck.language.unparse import unparse

__all__ = ["folded", "length"]

_RELATION = re.compile(r"( and | or | = | != | <= | >= | < | > )")
# A vector and the place of a subscript behind it.
Slot = tuple[str, int]
# A sign and what it stands before.
Term = tuple[int, Node]
CALLS = {op for op, row in REDUCTIONS.items() if row.fold is not None and op not in ("sum", "mean", "prod")}


def folded(text: str, size: int | None) -> str:
    """Return an expression or a place with its vectors of ``size`` parts put back; as is where that is no shorter.

    >>> folded("norm(a[0] - p[0], a[1] - p[1])", 2)
    'norm(a[i] - p[i])'
    >>> folded("p[0]*q[0] + p[1]*q[1] + b = 0", 2)
    'sum(p[i]*q[i]) + b = 0'
    """
    if not size or size < 2 or "[" not in text:
        return text
    said, word, rest = text.partition(" for ")
    free = [c for c in LETTERS if not re.search(rf"\b{c}\b", text)]
    parts = [p if i % 2 else _folded(p, size, free) for i, p in enumerate(_sides(said))]
    found = "".join(parts) + word + rest
    return found if len(found) < len(text) else text


def _sides(text: str) -> list[str]:
    """Return expressions and the relations between them, in turn; those in brackets belong to an expression."""
    cuts = [0]
    for relation in _RELATION.finditer(text):
        before = text[: relation.start()]
        if before.count("(") == before.count(")"):
            cuts += [relation.start(), relation.end()]
    return [text[a:b] for a, b in pairwise([*cuts, len(text)])]


def length(text: str, names: Iterable[str]) -> int:
    """Return how many parts the vectors have whose parts a text names, if all have as many; else 0.

    Lists and the weights of layers have a length of their own.
    """
    ends: dict[Slot, int] = {}
    for n in names:
        for place, i in enumerate(indices_of(n)):
            if i.isdigit():
                ends[base_of(n), place] = max(ends.get((base_of(n), place), 0), int(i) + 1)
    named = re.findall(r"\w+\[[^\]]*\]", text)
    slots = {(base_of(n), place) for n in named for place, i in enumerate(indices_of(n)) if i.isdigit()}
    counts = {ends.get(slot, 0) for slot in slots}
    return counts.pop() if len(counts) == 1 else 0


def _folded(text: str, size: int, free: Sequence[str]) -> str:
    try:
        return unparse(_plain(_fold(parse(text), size, free)))
    except InputError:
        return text


def _fold(tree: Node, size: int, free: Sequence[str]) -> Node:
    """Return a tree with its vectors put back, a whole sum at once."""
    if tree.op == "add":
        terms = [(s, _fold(t, size, free)) for s, t in _terms(tree, 1, ("add",))]
        whole = _rebuilt(tree, iter([t for _, t in terms]))
    else:
        args = tuple(_fold(a, size, free) for a in tree.args)
        whole = Node(tree.op, args, tree.leaf, tree.span) if args else tree
    return _call(whole, size, free) or whole


def _rebuilt(tree: Node, terms: Iterator[Node]) -> Node:
    """Return a sum with new terms in its own brackets."""
    if tree.op != "add":
        return next(terms)
    left = _rebuilt(tree.args[0], terms)
    return Node("add", (left, _rebuilt(tree.args[1], terms)), None, tree.span)


def _call(node: Node, size: int, free: Sequence[str]) -> Node | None:
    """Return a reduction or a sum with its vectors put back."""
    if node.op in CALLS and len(node.args) == size:
        found = next(_patterns(list(node.args), size, free), None)
        return None if found is None else Node(node.op, (found[0], name(found[2])))
    if node.op == "div" and node.args[0].op == "sum" and node.args[1] == number(size):
        return Node("mean", node.args[0].args) if len(node.args[0].args) == 2 else None
    return _sum(node, size, free) if node.op in ("add", "sub") else None


def _sum(node: Node, size: int, free: Sequence[str]) -> Node | None:
    """Return a sum whose terms of one pattern are one ``sum``; None if no terms are.

    First with its brackets, as in (a[0] - mu) + (a[1] - mu), then without.
    """
    for through in (("add",), ("add", "sub")):
        before = list(_terms(node, 1, through))
        terms = _gathered(before, size, free)
        if len(terms) < len(before):
            return _joined(terms)
    return None


def _gathered(terms: Sequence[Term], size: int, free: Sequence[str]) -> list[Term]:
    """Return terms with each pattern gathered, those of either sign by themselves."""
    left = list(terms)
    while True:
        own = {sign: [t for s, t in left if s == sign] for sign in (1, -1)}
        found = [
            (sign, pattern, members, letter)
            for sign, parts in own.items()
            for pattern, members, letter in _patterns(parts, size, free)
        ]
        changed = False
        for sign, pattern, members, letter in found:
            if any((sign, m) not in left for m in members):
                continue
            place = left.index((sign, members[0]))
            inner = pattern.args if pattern.op == "sum" else (pattern,)
            left[place] = (sign, Node("sum", (*inner, name(letter))))
            for m in members[1:]:
                left.remove((sign, m))
            changed = True
        if not changed:
            return left


def _plain(node: Node) -> Node:
    """Return a tree whose reductions name their indices only where they leave others free."""
    args = tuple(map(_plain, node.args))
    if _names_indices(node) and set(_letters(node.args[0])) == {a.leaf for a in node.args[1:]}:
        args = args[:1]
    return Node(node.op, args, node.leaf, node.span) if args else node


def _names_indices(node: Node) -> bool:
    return node.op in REDUCTIONS and len(node.args) > 1 and all(str(a.leaf) in LETTERS for a in node.args[1:])


def _letters(node: Node) -> set[str]:
    """Return the letters of the indices that nothing inside binds."""
    if node.op == NAME:
        return {i[0] for i in indices_of(str(node.leaf)) if i[0] in LETTERS}
    if _names_indices(node):
        return _letters(node.args[0]) - {str(a.leaf) for a in node.args[1:]}
    return {letter for a in node.args for letter in _letters(a)}


def _joined(terms: Sequence[Term]) -> Node:
    """Return the sum of terms, equal ones counted."""
    counts = Counter(terms)
    times = [(s, t if n == 1 else Node("mul", (number(n), t))) for (s, t), n in counts.items()]
    (sign, first), *rest = times
    start = first if sign > 0 else Node("neg", (first,))
    return reduce(lambda left, pair: Node("add" if pair[0] > 0 else "sub", (left, pair[1])), rest, start)


def _terms(node: Node, sign: int, through: Sequence[str]) -> Iterator[Term]:
    if node.op in through:
        yield from _terms(node.args[0], sign, through)
        yield from _terms(node.args[1], -sign if node.op == "sub" else sign, through)
    else:
        yield sign, node


def _patterns(
    parts: Sequence[Node], size: int, free: Sequence[str]
) -> Iterator[tuple[Node, list[Node], str]]:
    """Yield (pattern, the parts that are it at 0, 1, ..., its letter): in one subscript first, then in all."""
    names = [n for p in parts for n in p.names() if "[" in n]
    slots = dict.fromkeys((base_of(n), place) for n in names for place in range(len(indices_of(n))))
    used = {i[0] for n in names for i in indices_of(n)}
    letter = next((c for c in free if c not in used), "")
    for chosen in (*({slot} for slot in slots), set(slots)) if letter else ():
        groups: dict[Node, dict[int, Node]] = {}
        for part in parts:
            for k in _numbers(part, chosen):
                groups.setdefault(_lettered(part, chosen, k, letter), {}).setdefault(k, part)
        for pattern, members in groups.items():
            if set(members) == set(range(size)):
                yield pattern, [members[k] for k in range(size)], letter


def _numbers(part: Node, slots: set[Slot]) -> list[int]:
    """Return the number that stands in the subscripts, if it is a single one."""
    found = {
        i
        for n in part.names()
        for place, i in enumerate(indices_of(n))
        if (base_of(n), place) in slots and i.isdigit()
    }
    return [int(i) for i in found] if len(found) == 1 else []


def _lettered(part: Node, slots: set[Slot], k: int, letter: str) -> Node:
    def put(node: Node) -> Node | None:
        text = str(node.leaf)
        if node.op != NAME or "[" not in text:
            return None
        places = [
            letter if i == str(k) and (base_of(text), place) in slots else i
            for place, i in enumerate(indices_of(text))
        ]
        return name(subscripted(base_of(text), places), node.span)

    return substitute(part, put)
