"""Losses over samples as questions about numbers: one term of a sum, or all terms for a given size.

`mean(abs(y[i] - f[i]))` is asked about one term, in `y[i]` and `f[i]`, when nothing but a sum connects the terms;
separable.py says when the answer holds for every number of terms.  What couples the parts, as `logsumexp(z[j])` or
a root around a sum, is written out for `size` values of every index: `z[0]`, `z[1]`, `z[2]`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from diffcheck.errors import SyntaxProblem
from diffcheck.language.binding import compares_indices
from diffcheck.language.reductions import (
    LETTERS,
    REDUCTIONS,
    VECTORS,
    base_of,
    index_of,
    indices_of,
    subscripted,
)
from diffcheck.language.tree import NAME, NUMBER, Node, name, number, substitute
from diffcheck.language.unparse import unparse
from diffcheck.language.vectors import COUNTS, Env, Expander, has_vectors, opened
from diffcheck.question.sums import Split, split

__all__ = ["Reading", "readings", "same_vector"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to ask about an expression with vectors.

    tree, where: without vectors.  notes: how the text was read.
    size: how many values every index takes, None where none is written out.
    over: the indices of the sum that ``tree`` is one term of, with ``rest`` beside it; empty for all of it.
    reduction: "sum" or "mean" if that makes the whole expression of ``tree``, else "".
    vectors: the names that were read as vectors without an index.
    """

    tree: Node
    where: tuple[Node, ...]
    notes: tuple[str, ...] = ()
    size: int | None = None
    over: tuple[str, ...] = ()
    term: Node | None = None
    rest: Node | None = None
    reduction: str = ""
    vectors: tuple[str, ...] = ()


def readings(
    tree: Node,
    where: Sequence[Node],
    text: str,
    size: int | None = None,
    shared: Callable[[str], bool] = lambda _: False,
    asked: Sequence[str] = (),
    moving: Collection[str] = (),
    known: Collection[str] | None = None,
) -> list[Reading]:
    """Return the ways to ask, the best first: one term of a sum if that may do, and all terms for a size.

    shared: whether a name without an index is one number by convention.  asked: names of the variables, if given;
    where one part of a vector is singled out, no part stands for all.  moving, known: as of the Expander.
    Raises SyntaxProblem for vectors that do not fit, or that nothing reduces.
    """
    whole = opened(tree)
    if not has_vectors(whole) and not any(map(has_vectors, where)):
        return [Reading(tree, tuple(where), tuple(_about_norms(whole)))]
    expander = Expander(whole, text, size, shared, moving, known)
    _check_letters(expander)
    names = [*asked, *(n for c in where for n in c.names())]
    expander.counts = COUNTS - {*names, *_elsewhere(expander.tree)}
    alike = not any(i.isdigit() for n in names for i in indices_of(n))
    env, said = _free_indices(expander, alike and not any(map(_orders, where)))
    notes = (
        *_about_bare(expander),
        *_about_lists(expander),
        *said,
        *_about_norms(expander.tree, expander.reduces),
    )
    written = _written_out(expander, where, env, notes)
    single = _one_term(expander, where, env, notes) if alike else None
    ways = [written] if single is None else [single, written]
    return [replace(way, vectors=expander.bare) for way in ways]


def _check_letters(expander: Expander) -> None:
    """Refuse an index that stands for a number in what runs over it, as i in sum(i*x[i]); it may be compared."""
    known = {letter for node in expander.items() for letter in expander.free(node)}
    if any(compares_indices(node, known) for node in expander.tree.distinct()):
        _check_bound(expander, expander.tree, frozenset(expander.free(expander.tree)), known)
    for node in expander.tree.distinct():
        bound = expander.over(node) if expander.reduces(node) else ()
        waiting = list(expander.operands(node)) if bound else []
        while waiting:
            part = waiting.pop()
            if compares_indices(part, bound):
                _check_compared(part, known, expander.text)
                continue
            if part.op == NAME and part.leaf in bound:
                raise SyntaxProblem(
                    f"`{part.leaf}` is an index here and has no value",
                    span=part.span,
                    help="compare it, as in `where(i != j, x[i, j], 0)`, write the terms out as a list, [1, 2, 3], or "
                    "give a variable another name",
                    text=expander.text,
                )
            waiting += expander.operands(part)


def _check_bound(expander: Expander, node: Node, bound: frozenset[str], known: set[str]) -> None:
    """Refuse i < j where another reduction has taken i and j: norm([x[i], u[j]]) runs over both."""
    inside = bound | set(expander.over(node)) if expander.reduces(node) else bound
    if compares_indices(node, known - bound):
        raise SyntaxProblem(
            "nothing runs over this index here",
            span=node.span,
            help="a reduction inside has taken it; name its own index, as in `norm(x[i, k], k)`",
            text=expander.text,
        )
    for part in expander.operands(node):
        _check_bound(expander, part, inside, known)


def _check_compared(part: Node, known: set[str], text: str) -> None:
    """Refuse i < j where j stands in no subscript, so that nothing runs over it."""
    for side in part.distinct():
        if side.op == NAME and side.leaf not in known:
            raise SyntaxProblem(
                f"`{side.leaf}` is no index here: it stands in no subscript",
                span=side.span,
                help="write it as in `y[i]`, or give a variable another name",
                text=text,
            )


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
    if expander.shapes.numbers:
        numbers, because = (", ".join(n) for n in (expander.shapes.numbers, expander.shapes.because))
        cure = "" if expander.bare else "; write indices to say otherwise"
        are = "is" if len(expander.shapes.because) == 1 else "are"
        yield f"one number each, as {because} {are} elsewhere: {numbers}{cure}"
    for n in expander.tree.distinct():
        if n.op in ("sum", "mean", "prod") and expander.reduces(n) and not expander.over(n):
            inside = n.args[0]
            if not expander.is_list(inside) and not expander.reduces(inside):
                part = expander.text[slice(*n.span)]
                yield f"`{part}` has no index to run over: it is its one term"


def _about_lists(expander: Expander) -> Iterator[str]:
    """Say which names beside a list are one number, y twice in norm(y - [1, 2]), and what the list runs over."""
    beside = {
        str(a.leaf): None
        for n in expander.tree.distinct()
        if n.op in ("add", "sub", "mul", "div", "pow") and expander.is_list(n)
        for a in n.args
        if a.op == NAME
    }
    if beside:
        yield f"one number for all parts of the list beside it: {', '.join(beside)}"
    for n in expander.tree.distinct():
        # A sum is the same in either reading.
        if n.op != "sum" and expander.reduces(n) and any(map(expander.is_list, expander.operands(n))):
            letters = ", ".join(expander.over(n))
            part = expander.text[slice(*n.span)]
            if letters and len(expander.operands(n)) == len(n.args):
                said = f"`{part}` runs over {letters} and the parts of its list"
                yield f"{said}; inside sum(...) or mean(...) there is one for each {letters}"


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
    changes nothing when no number is written there, so the first one answers for all, and different ones for several.
    """
    env: dict[str, int | str] = {}
    notes = []
    numbered = [i for i in expander.free(expander.tree) if _is_beside(expander, i)]
    for letter in expander.free(expander.tree):
        if letter not in numbered:
            notes.append(f"nothing is summed over {letter}: the answer is that for one {letter}, any of them")
            continue
        fits = len(numbered) == 1 or (not any(expander.starts.values()) and len(numbered) <= expander.size)
        if not fits or not alike or not _is_symmetric(expander):
            place = next(n for n in expander.items() if letter in expander.free(n))
            raise SyntaxProblem(
                f"which `{letter}` is meant?",
                span=place.span,
                help="give a number from 0 on, or reduce over it",
                text=expander.text,
            )
        env[letter] = expander.range(letter).start + len(env)
    if env:
        said = " and ".join(f"{letter} is {value}" for letter, value in env.items())
        every = f"every {next(iter(env))}" if len(env) == 1 else f"all different {' and '.join(env)}"
        notes.append(f"{said} here; by symmetry the answer is that for {every}")
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
    if _is_free_and_bound(expander, letter):
        return True
    slots = list(_slots(expander))
    own = {(base, place) for base, place, _, i in slots if i == letter}
    return any((base, place) in own and (i != letter or not base) for base, place, _, i in slots)


def _is_free_and_bound(expander: Expander, letter: str) -> bool:
    """Whether an index stands in one place of a vector by itself and in a reduction over it: x[i] - max(x[i])."""
    found: dict[bool, set[tuple[str, int]]] = {True: set(), False: set()}

    def note(node: Node, bound: bool) -> None:
        if node.op == "item":
            own = [place for place, index in enumerate(node.args[1:]) if index.leaf == letter]
            found[bound].update((str(node.args[0].leaf), place) for place in own)
        for part in expander.operands(node):
            note(part, bound or (expander.reduces(node) and letter in expander.over(node)))

    note(expander.tree, False)
    return not found[True].isdisjoint(found[False])


def _orders(condition: Node) -> bool:
    """Whether a constraint tells one index from another by its order: p[i] < p[i + 1], i < j."""
    return (
        _is_shifted(condition)
        or not _plain(condition)
        or any(compares_indices(n, LETTERS) for n in condition.distinct())
    )


def _is_symmetric(expander: Expander) -> bool:
    """Whether no number of an index is singled out, and none comes before another."""
    ordered = any(
        compares_indices(n, LETTERS) and (n.op not in ("eq", "ne") or any(a.op != NAME for a in n.args))
        for n in expander.tree.distinct()
    )
    return not ordered and not expander.lengths and all(i for _, _, _, i in _slots(expander))


# --- all terms


def _written_out(expander: Expander, where: Sequence[Node], env: Env, notes: Sequence[str]) -> Reading:
    tree = expander.number(expander.tree, env)
    size = expander.size if _reduced_letters(expander) - expander.lengths.keys() else None
    if size is not None:
        count = number(size)
        counted = [n for n in tree.names() if n in expander.counts]
        tree = substitute(tree, lambda n: count if n.op == NAME and n.leaf in counted else None)
        notes = (*notes, *(f"{n} is the number of terms, {size} here" for n in counted))
    return Reading(tree, _conditions(where, tree, expander), tuple(notes), size=size)


def _elsewhere(node: Node) -> Iterator[str]:
    """Yield the names of a tree but those in divisors that hold nothing else, as 2*n and n - 1 do."""
    if node.op == NAME:
        yield str(node.leaf)
    divisor = node.args[1] if node.op == "div" else None
    plain = divisor is not None and all(
        p.op in (NAME, NUMBER, "add", "sub", "mul") for p in divisor.distinct()
    )
    for a in node.args[:1] if plain else node.args:
        yield from _elsewhere(a)


def _reduced_letters(expander: Expander) -> set[str]:
    nodes = list(expander.tree.distinct())
    bound = {i for n in nodes if expander.reduces(n) for i in expander.over(n)}
    return bound | {axis for n in nodes if (axis := expander.axis(n))}


# --- one term


def _one_term(expander: Expander, where: Sequence[Node], env: Env, notes: Sequence[str]) -> Reading | None:
    """Return the question about one term of a sum; None if it is no plain sum with parts of its own in each term."""
    parts = split(expander, expander.tree)
    if parts is None or not parts.sums or not all(map(_about_one, where)):
        return None
    overs = dict.fromkeys(frozenset(s.over) for s in parts.sums)
    # Of sums over several indices one is asked about, with the others beside it.
    ways = [parts] if len(overs) == 1 else [split(expander, expander.tree, over) for over in overs]
    found = (_one_term_of(way, expander, where, env, notes) for way in ways if way is not None)
    return next((way for way in found if way is not None), None)


def _one_term_of(
    parts: Split, expander: Expander, where: Sequence[Node], env: Env, notes: Sequence[str]
) -> Reading | None:
    """Return the question about one term of sums over the same indices."""
    if len({s.scale for s in parts.sums}) != 1 or any(e in parts.over for e in env):
        return None
    assert parts.whole is not None
    assert parts.term is not None
    over = tuple(sorted(parts.over))
    if any(compares_indices(n, LETTERS) for n in parts.whole.distinct()):
        return None
    if any(expander.axis(n) in over for n in parts.whole.distinct()):
        return None
    whole, term = (expander.number(p, env) for p in (parts.whole, parts.term))
    rest = None if parts.rest is None else expander.number(parts.rest, env)
    if rest is not None and any(set(indices_of(n)) & {*LETTERS} for n in rest.names()):
        return None
    # The number of terms is no constant in general position: 1/(n - 1) is none for one term.
    if not _apart(whole, over) or any(n in expander.counts for n in whole.names()):
        return None
    known = _parts_of(whole)
    if not all(_about_one(substitute(c, lambda n: _part_of(n, known))) for c in where):
        return None  # x_i < c_j holds for every i and every j
    size = expander.size if _reduced_letters(expander) - set(over) else None
    scale = parts.sums[0].scale
    plain = scale == "mean" and not parts.divided
    reduction = scale if plain or (scale == "sum" and rest is None) else ""
    if not all(any(True for _ in _for_all(c, known, expander)) for c in where):
        return None  # p[i] > q[i] beside sum(abs(p[i] - q[j])) is about pairs that stand in no term
    conditions = _conditions(where, whole, expander)
    return Reading(whole, conditions, tuple(notes), size, over, term, rest, reduction)


def _plain(condition: Node) -> bool:
    """Whether a constraint holds subscripts of names only, no lists and nothing reduced."""
    return all(
        n.op not in VECTORS and (n.op not in REDUCTIONS or len(n.args) > 1) for n in condition.distinct()
    )


def _about_one(condition: Node) -> bool:
    """Whether a constraint is about one index at a time: not p[i] < p[i+1], and not p[i] < q[j]."""
    same = len({indices_of(n) for n in condition.names() if indices_of(n)}) < 2
    return _plain(condition) and same and not _is_shifted(condition)


def _is_shifted(condition: Node) -> bool:
    """Whether a number is added to an index, as in p[i + 1]."""
    return any(index_of(i)[0] and index_of(i)[1] for n in condition.names() for i in indices_of(n))


def _apart(tree: Node, over: Sequence[str]) -> bool:
    """Whether every vector has the same indices of the sum wherever it occurs, as they are: no w[i] beside w[j].

    Those that carry some of the indices only, as w[i] in sum(abs(w[i] - x[j])), are shared by some terms.
    """
    seen: dict[str, tuple[str, ...]] = {}
    for n in tree.names():
        letters = tuple(index_of(i)[0] if index_of(i)[0] in over else "" for i in indices_of(n))
        if seen.setdefault(base_of(n), letters) != letters:
            return False
        kept = [i for i in indices_of(n) if index_of(i)[0] in over]
        if len(set(kept)) < len(kept) or not set(kept) <= set(over):
            return False
    return set(over) <= {i for letters in seen.values() for i in letters}


# --- constraints


def _conditions(where: Sequence[Node], tree: Node, expander: Expander) -> tuple[Node, ...]:
    """Return constraints for every part: `p[i] > 0`, `p_i > 0` and `p > 0` hold for all parts of p."""
    known = _parts_of(tree)
    return tuple(dict.fromkeys(c for condition in where for c in _for_all(condition, known, expander)))


def _parts_of(tree: Node) -> dict[str, list[tuple[str, ...]]]:
    """Return the subscripts with which every vector stands in a tree."""
    known: dict[str, list[tuple[str, ...]]] = {}
    for n in tree.names():
        if "[" in n:
            known.setdefault(base_of(n), []).append(indices_of(n))
    return known


def _for_all(condition: Node, known: dict[str, list[tuple[str, ...]]], expander: Expander) -> Iterator[Node]:
    spelled = substitute(condition, lambda n: _part_of(n, known))
    if not _plain(spelled):
        spelled = expander.value(opened(spelled), {})  # type: ignore[assignment]
    names = [n for n in spelled.names() if base_of(n) in known]
    bare = sorted((n for n in names if "[" not in n), key=lambda n: -max(map(len, known[n])))
    for at in known[bare[0]] if bare else [()]:
        places = {n: _beside(condition, n, at, known[n], expander.text) for n in bare}
        letters: dict[str, set[str]] = {}
        for n in names:
            for place, (letter, shift) in enumerate(map(index_of, indices_of(n))):
                if letter:
                    found = (_shifted(t[place], -shift) for t in known[base_of(n)] if place < len(t))
                    values = {v for v in found if v is not None}
                    letters[letter] = letters.get(letter, values) & values
        for chosen in product(*(sorted(v) for v in letters.values())):
            yield _bound_names(spelled, dict(zip(letters, chosen, strict=True)), places)


def _beside(
    condition: Node, vector: str, at: tuple[str, ...], own: Sequence[tuple[str, ...]], text: str
) -> tuple[str, ...]:
    """Return the subscripts of a vector beside those of another one: x > w is x[i, j] > w[j] for a part w[j]."""
    found = next((t for t in own if t == at[len(at) - len(t) :]), None)
    if found is None:
        raise SyntaxProblem(
            f"which parts of `{vector}` are meant in `{unparse(condition)}`?",
            span=(0, len(text)),
            help="write the indices in the constraint too, as in `x[i] > w[i]`",
            text=text,
        )
    return found


def _shifted(index: str, shift: int) -> str | None:
    """Return an index moved by a number; None for a letter, which stays where it is."""
    if not shift:
        return index
    return str(int(index) + shift) if index.isdigit() and int(index) + shift >= 0 else None


def _part_of(node: Node, known: dict[str, list[tuple[str, ...]]]) -> Node | None:
    """Return p[i] for p_i, and p[0] for p_0, where p is a vector."""
    stem, _, index = str(node.leaf).rpartition("_")
    if node.op == NAME and stem in known and index and (index.isdigit() or set(index) <= {*LETTERS}):
        return name(subscripted(stem, (index,) if index.isdigit() else index), node.span)
    return None


def _bound_names(condition: Node, letters: dict[str, str], bare: dict[str, tuple[str, ...]]) -> Node:
    def put(node: Node) -> Node | None:
        if node.op != NAME:
            return None
        text = str(node.leaf)
        if text in bare:
            return name(subscripted(text, bare[text]), node.span)
        if "[" not in text:
            return None
        places = [(i, *index_of(i)) for i in indices_of(text)]
        bound = [_shifted(letters.get(i, i), shift) or t if i else t for t, i, shift in places]
        return name(subscripted(base_of(text), bound), node.span)

    return substitute(condition, put)
