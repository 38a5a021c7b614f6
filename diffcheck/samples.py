"""Losses over samples as questions about numbers: one term of a sum, or all terms for a given size.

`mean(abs(y[i] - f[i]))` is asked about one term, in `y[i]` and `f[i]`, when nothing but a sum connects the terms;
separable.py says when the answer holds for every number of terms.  What couples the parts, as `logsumexp(z[j])` or
a root around a sum, is written out for `size` values of every index: `z[0]`, `z[1]`, `z[2]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from diffcheck.errors import SyntaxProblem
from diffcheck.reductions import LETTERS, REDUCTIONS, VECTORS, base_of, index_of, indices_of, subscripted
from diffcheck.tree import NAME, Node, name, number, substitute
from diffcheck.vectors import Env, Expander, has_vectors, opened

__all__ = ["Reading", "readings", "same_vector"]

# The number of terms, where it stands beside a sum over them.
_COUNTS = ("n", "N")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to ask about an expression with vectors.

    tree, where: without vectors.  notes: how the text was read.
    size: how many values every index takes, None where none is written out.
    over: the indices of the sum that ``tree`` is one term of, with ``rest`` beside it; empty for all of it.
    reduction: "sum" or "mean" if that makes the whole expression of ``tree``, else "".
    """

    tree: Node
    where: tuple[Node, ...]
    notes: tuple[str, ...] = ()
    size: int | None = None
    over: tuple[str, ...] = ()
    term: Node | None = None
    rest: Node | None = None
    reduction: str = ""


def readings(
    tree: Node,
    where: Sequence[Node],
    text: str,
    size: int | None = None,
    shared: Callable[[str], bool] = lambda _: False,
    asked: Sequence[str] = (),
) -> list[Reading]:
    """Return the ways to ask, the best first: one term of a sum if that may do, and all terms for a size.

    shared: whether a name without an index is one number by convention.  asked: names of the variables, if given;
    where one part of a vector is singled out, no part stands for all.  Raises SyntaxProblem for vectors that do
    not fit, or that nothing reduces.
    """
    whole = opened(tree)
    if not has_vectors(whole) and not any(map(has_vectors, where)):
        return [Reading(tree, tuple(where), tuple(_about_norms(whole)))]
    expander = Expander(whole, text, size, shared)
    names = [*asked, *(n for c in where for n in c.names())]
    alike = not any(i.isdigit() for n in names for i in indices_of(n))
    env, said = _free_indices(expander, alike)
    notes = (
        *_about_bare(expander),
        *_about_lists(expander),
        *said,
        *_about_norms(expander.tree, expander.reduces),
    )
    written = _written_out(expander, where, env, notes)
    single = _one_term(expander, where, env, notes) if alike else None
    return [written] if single is None else [single, written]


def same_vector(asked: str, known: str) -> bool:
    """Say whether a name asked for means a part of a vector: `f`, `f[i]` and `f_i` all mean f[0] and f[2]."""
    letters = [c for i in indices_of(asked) for c in i if c in LETTERS]
    stem, _, index = asked.rpartition("_")
    plain = base_of(asked) if letters or "[" not in asked else ""
    return "[" in known and base_of(known) in {plain, stem if index and set(index) <= {*LETTERS} else ""}


# --- notes


def _about_bare(expander: Expander) -> Iterator[str]:
    if expander.bare:
        bases = [(str(n.args[0].leaf), n) for n in expander.items() if n.args[0].op == NAME]
        letter = next(i for base, n in bases if base in expander.bare for i in expander.free(n))
        shown = ", ".join(f"{n}[{letter}]" for n in expander.bare)
        others = (
            {str(n.leaf) for n in expander.tree.distinct() if n.op == NAME}
            - {b for b, _ in bases}
            - {*LETTERS}
        )
        rest = f"; one number each: {', '.join(sorted(others))}" if others else ""
        yield f"without an index these are vectors: {shown}{rest}; write indices to say otherwise"
    for n in expander.tree.distinct():
        if n.op in ("sum", "mean", "prod") and expander.reduces(n) and not expander.over(n):
            inside = n.args[0]
            if not expander.is_list(inside) and not expander.reduces(inside):
                part = expander.text[slice(*n.span)]
                yield f"`{part}` has no index to run over: it is its one term"


def _about_lists(expander: Expander) -> Iterator[str]:
    """Say which names beside a list are one number: `norm(y - [1, 2])` has the same y twice."""
    beside = {
        str(a.leaf): None
        for n in expander.tree.distinct()
        if n.op in ("add", "sub", "mul", "div", "pow") and expander.is_list(n)
        for a in n.args
        if a.op == NAME
    }
    if beside:
        yield f"one number for all parts of the list beside it: {', '.join(beside)}"


def _about_norms(tree: Node, reduces: Callable[[Node], bool] = lambda _: False) -> Iterator[str]:
    """Say how norm(x, 1) is read: in NumPy and torch the number would be the order."""
    for n in tree.distinct():
        if n.op == "norm" and len(n.args) == 2 and n.args[1].leaf in (1, 2) and not reduces(n):
            order = n.args[1].leaf
            said = f"norm(a, {order}) is sqrt(a**2 + {order}**2) here"
            yield f"{said}; for the norm of order {order} write norm(v, ord={order})"


def _free_indices(expander: Expander, alike: bool) -> tuple[dict[str, int | str], list[str]]:
    """Return what stands for the indices that nothing reduces, and sentences on it.

    Beside other parts of its vector an index must be a number.  Exchanging two numbers of an index everywhere
    changes nothing when no number is written there, so the first one answers for all.
    """
    env: dict[str, int | str] = {}
    notes = []
    numbered = [i for i in expander.free(expander.tree) if _is_beside(expander, i)]
    for letter in expander.free(expander.tree):
        if letter not in numbered:
            notes.append(f"nothing is summed over {letter}: the answer is that for one {letter}, any of them")
            continue
        if len(numbered) > 1 or not alike or not _is_symmetric(expander):
            place = next(n for n in expander.items() if letter in expander.free(n))
            raise SyntaxProblem(
                f"which `{letter}` is meant?",
                span=place.span,
                help="give a number from 0 on, or reduce over it",
                text=expander.text,
            )
        env[letter] = expander.range(letter).start
        notes.append(f"{letter} is {env[letter]} here; by symmetry the answer is that for every {letter}")
    return env, notes


def _slots(expander: Expander) -> Iterator[tuple[str, int, Node, str]]:
    """Yield (vector, place, subscript, its letter) for every subscript; "" for a vector without a name."""
    for node in expander.items():
        base = str(node.args[0].leaf) if node.args[0].op == NAME else ""
        for place, index in enumerate(node.args[1:]):
            yield base, place, index, str(index.leaf) if index.op == NAME else ""


def _is_beside(expander: Expander, letter: str) -> bool:
    if any(expander.axis(n) == letter for n in expander.tree.distinct()):
        return True
    slots = list(_slots(expander))
    own = {(base, place) for base, place, _, i in slots if i == letter}
    return any((base, place) in own and (i != letter or not base) for base, place, _, i in slots)


def _is_symmetric(expander: Expander) -> bool:
    return not expander.lengths and all(i for _, _, _, i in _slots(expander))


# --- all terms


def _written_out(expander: Expander, where: Sequence[Node], env: Env, notes: Sequence[str]) -> Reading:
    tree = expander.number(expander.tree, env)
    size = expander.size if _reduced_letters(expander) - expander.lengths.keys() else None
    if size is not None:
        count = number(size)
        tree = substitute(tree, lambda n: count if n.op == NAME and n.leaf in _COUNTS else None)
    return Reading(tree, _conditions(where, tree, expander), tuple(notes), size=size)


def _reduced_letters(expander: Expander) -> set[str]:
    nodes = list(expander.tree.distinct())
    bound = {i for n in nodes if expander.reduces(n) for i in expander.over(n)}
    return bound | {axis for n in nodes if (axis := expander.axis(n))}


# --- one term


def _one_term(expander: Expander, where: Sequence[Node], env: Env, notes: Sequence[str]) -> Reading | None:
    """Return the question about one term of a sum; None if it is no plain sum with parts of its own in each term."""
    split = _split(expander, expander.tree)
    if (
        split is None
        or not split.sums
        or not all(map(_about_one, where))
        or any(e in split.over for e in env)
    ):
        return None
    if len({frozenset(s.over) for s in split.sums}) != 1 or len({s.scale for s in split.sums}) != 1:
        return None
    assert split.whole is not None
    assert split.term is not None
    over = tuple(sorted(split.over))
    if any(expander.axis(n) in over for n in split.whole.distinct()):
        return None
    whole, term = (expander.number(p, env) for p in (split.whole, split.term))
    rest = None if split.rest is None else expander.number(split.rest, env)
    if rest is not None and any(set(indices_of(n)) & {*LETTERS} for n in rest.names()):
        return None
    # The number of terms is no constant in general position: 1/(n - 1) is none for one term.
    if not _apart(whole, over) or any(n in _COUNTS for n in whole.names()):
        return None
    size = expander.size if _reduced_letters(expander) - set(over) else None
    scale = split.sums[0].scale
    reduction = scale if scale == "mean" or (scale == "sum" and rest is None) else ""
    conditions = _conditions(where, whole, expander)
    return Reading(whole, conditions, tuple(notes), size, over, term, rest, reduction)


def _plain(condition: Node) -> bool:
    """Whether a constraint holds subscripts of names only, no lists and nothing reduced."""
    return all(
        n.op not in VECTORS and (n.op not in REDUCTIONS or len(n.args) > 1) for n in condition.distinct()
    )


def _about_one(condition: Node) -> bool:
    """Whether a constraint is about one index at a time: not p[i] < p[i+1]."""
    seen: dict[str, tuple[str, ...]] = {}
    same = all(seen.setdefault(base_of(n), indices_of(n)) == indices_of(n) for n in condition.names())
    shifted = any(index_of(i)[0] and index_of(i)[1] for n in condition.names() for i in indices_of(n))
    return _plain(condition) and same and not shifted


@dataclass(frozen=True, slots=True)
class _Sum:
    """One sum: its indices; "sum", "mean", or "other" where it is divided by the count in another way."""

    over: tuple[str, ...]
    scale: str


@dataclass(frozen=True, slots=True)
class _Split:
    """A sum of sums: one term of each with what stands beside them, the terms alone, the rest alone."""

    whole: Node | None
    term: Node | None
    rest: Node | None
    sums: tuple[_Sum, ...] = ()

    @property
    def over(self) -> set[str]:
        return {i for s in self.sums for i in s.over}

    def mapped(self, change: Callable[[Node], Node]) -> _Split:
        whole, term, rest = (None if p is None else change(p) for p in (self.whole, self.term, self.rest))
        return _Split(whole, term, rest, self.sums)

    def averaged(self) -> _Split:
        """Return the same, divided by the number of terms: for one term nothing changes."""
        plain = self.rest is None and all(s.scale == "sum" for s in self.sums)
        sums = tuple(replace(s, scale="mean" if plain else "other") for s in self.sums)
        return replace(self, sums=sums)


def _split(expander: Expander, node: Node) -> _Split | None:
    """Return the parts of a sum of sums; None for what is none."""
    if not _holds_sum(expander, node):
        return _Split(node, None, node)
    if _is_sum(expander, node):
        inner = _inner(expander, node)
        scale = "mean" if node.op == "mean" else "sum"
        return _Split(inner, inner, None, (_Sum(_bound_by(expander, node), scale),))
    if node.op in ("sum", "mean") and expander.reduces(node) and not expander.over(node):
        return _split(expander, node.args[0])  # The one inside has reduced everything.
    if node.op not in ("add", "sub", "neg", "mul", "div"):
        return None
    parts = [_split(expander, a) for a in node.args]
    if any(p is None for p in parts):
        return None
    return _joined(expander, node, [p for p in parts if p is not None])


def _joined(expander: Expander, node: Node, parts: Sequence[_Split]) -> _Split | None:
    """Return the parts of an operation on sums of sums."""
    if node.op == "neg":
        return parts[0].mapped(lambda p: Node("neg", (p,), None, node.span))
    left, right = parts
    if node.op in ("add", "sub"):
        whole, term = _added(node, left.whole, right.whole), _added(node, left.term, right.term)
        return _Split(whole, term, _added(node, left.rest, right.rest), (*left.sums, *right.sums))
    if (left.sums and right.sums) or (node.op == "div" and right.sums):
        return None
    first, second = node.args
    if node.op == "div":
        below = _without_count(second)
        if below is None:
            return _scaled(left, node, "div", second)
        return (left if below.leaf == 1 else _scaled(left, node, "div", below)).averaged()
    if left.sums:
        return _scaled(left, node, "mul", second)
    below = _without_count(first.args[1]) if first.op == "div" else None
    if below is None:
        return right.mapped(lambda p: Node("mul", (first, p), None, node.span))
    factor = first.args[0] if below.leaf == 1 else Node("div", (first.args[0], below), None, first.span)
    times = right if factor.leaf == 1 else right.mapped(lambda p: Node("mul", (factor, p), None, node.span))
    return times.averaged()


def _scaled(parts: _Split, node: Node, op: str, factor: Node) -> _Split:
    return parts.mapped(lambda p: Node(op, (p, factor), None, node.span))


def _added(node: Node, a: Node | None, b: Node | None) -> Node | None:
    if a is not None and b is not None:
        return Node(node.op, (a, b), None, node.span)
    return Node("neg", (b,), None, b.span) if b is not None and node.op == "sub" else a or b


def _without_count(divisor: Node) -> Node | None:
    """Return what is left of a divisor without the number of terms: 1 of n, 2 of 2*n; None if it is none."""
    if divisor.op == NAME and divisor.leaf in _COUNTS:
        return number(1, divisor.span)
    if divisor.op == "mul":
        counts = [a for a in divisor.args if a.op == NAME and a.leaf in _COUNTS]
        others = [a for a in divisor.args if a not in counts]
        return others[0] if len(others) == 1 else None
    return None


def _holds_sum(expander: Expander, node: Node) -> bool:
    return any(_is_sum(expander, n) for n in node.distinct())


def _is_sum(expander: Expander, node: Node) -> bool:
    """Whether a node is a sum or a mean over indices of named vectors."""
    if not expander.reduces(node) or not (node.op in ("sum", "mean", "dot") or _is_sum_of_sizes(node)):
        return False
    return bool(expander.over(node)) and not expander.lengths


def _inner(expander: Expander, node: Node) -> Node:
    """Return one term of a sum; a sum directly inside it is taken with it."""
    if node.op == "dot":
        return Node("mul", node.args[:2], None, node.span)
    inside = node.args[0]
    if node.op == "norm":
        return Node("abs", (inside,), None, node.span)
    return _inner(expander, inside) if _is_nested(expander, node) else inside


def _is_sum_of_sizes(node: Node) -> bool:
    return node.op == "norm" and len(node.args) == 2 and node.args[1].leaf == 1


def _is_nested(expander: Expander, node: Node) -> bool:
    inside = node.args[0]
    return inside.op == node.op and _is_sum(expander, inside)


def _bound_by(expander: Expander, node: Node) -> tuple[str, ...]:
    inner = _bound_by(expander, node.args[0]) if node.op != "dot" and _is_nested(expander, node) else ()
    return (*expander.over(node), *inner)


def _apart(tree: Node, over: Sequence[str]) -> bool:
    """Whether two terms share no part of a vector: each has all indices in it, as they are, or none."""
    seen: dict[str, tuple[str, ...]] = {}
    for n in tree.names():
        letters = tuple(index_of(i)[0] if index_of(i)[0] in over else "" for i in indices_of(n))
        if seen.setdefault(base_of(n), letters) != letters:
            return False
        if any(letters):
            kept = [i for i in indices_of(n) if index_of(i)[0] in over]
            if sorted(kept) != sorted(over):
                return False
    return True


# --- constraints


def _conditions(where: Sequence[Node], tree: Node, expander: Expander) -> tuple[Node, ...]:
    """Return constraints for every part: `p[i] > 0`, `p_i > 0` and `p > 0` hold for all parts of p."""
    known: dict[str, list[tuple[str, ...]]] = {}
    for n in tree.names():
        if "[" in n:
            known.setdefault(base_of(n), []).append(indices_of(n))
    return tuple(dict.fromkeys(c for condition in where for c in _for_all(condition, known, expander)))


def _for_all(condition: Node, known: dict[str, list[tuple[str, ...]]], expander: Expander) -> Iterator[Node]:
    spelled = substitute(condition, lambda n: _part_of(n, known))
    if not _plain(spelled):
        spelled = expander.value(opened(spelled), {})  # type: ignore[assignment]
    names = [n for n in spelled.names() if base_of(n) in known]
    bare = [n for n in names if "[" not in n]
    for at in known[bare[0]] if bare else [()]:
        letters: dict[str, set[str]] = {}
        for n in names:
            for place, (letter, shift) in enumerate(map(index_of, indices_of(n))):
                if letter:
                    found = (_shifted(t[place], -shift) for t in known[base_of(n)] if place < len(t))
                    values = {v for v in found if v is not None}
                    letters[letter] = letters.get(letter, values) & values
        for chosen in product(*(sorted(v) for v in letters.values())):
            yield _bound_names(spelled, dict(zip(letters, chosen, strict=True)), set(bare), at)


def _shifted(index: str, shift: int) -> str | None:
    """Return an index moved by a number; None for a letter, which stays where it is."""
    if not shift:
        return index
    return str(int(index) + shift) if index.isdigit() and int(index) + shift >= 0 else None


def _part_of(node: Node, known: dict[str, list[tuple[str, ...]]]) -> Node | None:
    """Return p[i] for p_i, where p is a vector."""
    stem, _, index = str(node.leaf).rpartition("_")
    if node.op == NAME and stem in known and index and set(index) <= {*LETTERS}:
        return name(subscripted(stem, index), node.span)
    return None


def _bound_names(condition: Node, letters: dict[str, str], bare: set[str], at: Sequence[str]) -> Node:
    def put(node: Node) -> Node | None:
        if node.op != NAME:
            return None
        text = str(node.leaf)
        if text in bare:
            return name(subscripted(text, at), node.span)
        if "[" not in text:
            return None
        places = [(i, *index_of(i)) for i in indices_of(text)]
        bound = [_shifted(letters.get(i, i), shift) or t if i else t for t, i, shift in places]
        return name(subscripted(base_of(text), bound), node.span)

    return substitute(condition, put)
