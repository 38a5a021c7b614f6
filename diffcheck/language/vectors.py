"""Vectors to numbers: subscripts, lists and what reduces them, written out part by part.

An index is bound by the reduction that has it inside: `sum(e)` runs over every free index of e, `sum(e, i)` over i
alone, `dot(a, b)` over those that both have.  Bound to numbers, `y[i]` becomes the names `y[0]`, `y[1]`, ...; bound to
itself it stays `y[i]`, which is how one term of a sum is looked at (question/samples.py).  A list goes through
functions of numbers part by part, as arrays do.  Read in order: `opened`, `Expander.free`, then `Expander.value`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import product

from diffcheck.errors import SyntaxProblem
from diffcheck.language.binding import COMPARED, Binding, compares_indices, letter_and_number
from diffcheck.language.layers import LAYERS, expanded, normalised
from diffcheck.language.reductions import (
    AXES,
    LETTERS,
    REDUCTIONS,
    VECTORS,
    base_of,
    fold,
    index_of,
    indices_of,
    norm_of,
    subscripted,
)
from diffcheck.language.shapes import Shapes
from diffcheck.language.tree import NAME, Node, Span, name, number

__all__ = ["COUNTS", "SIZE", "Env", "Expander", "compares_indices", "has_vectors", "opened"]

# The number of terms, where it divides a sum over them and is nothing else.
COUNTS = frozenset({"n", "N"})

# How many values an index takes when nothing is said.
SIZE = 3
MAX_PARTS = 64

_SPELLED = re.compile(rf"(.+)_([{LETTERS}]{{1,2}}|[0-9]+)")

# What stands for an index: a number, or the index itself.
Env = Mapping[str, int | str]

Value = Node | tuple["Value", ...]


def has_vectors(tree: Node) -> bool:
    """Say whether anything in a tree is a vector or a part of one."""
    return any(_is_vector(n) for n in tree.distinct())


def _is_vector(node: Node) -> bool:
    if node.op == NAME:
        return "[" in str(node.leaf)
    return (
        node.op in VECTORS
        or node.op in LAYERS
        or (node.op in REDUCTIONS and (len(node.args) < 2 or node.leaf == "ord"))
    )


def opened(tree: Node) -> Node:
    """Return the tree with `y[i]` as a subscript of y, so that a vector can be put in the place of y.

    Where something is reduced, `y_i` and `y_{ij}`-like names are subscripts as well, and `y_0` if y_i occurs.
    """
    reduced = any(n.op in REDUCTIONS and _is_vector(n) for n in tree.distinct())
    stems = {_stem(str(n.leaf), set()) for n in tree.distinct() if n.op == NAME} if reduced else set()
    return _opened(tree, {s for s, _ in filter(None, stems)} if reduced else None)


def _stem(text: str, indexed: set[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return vector and subscripts of a name as y_i; y_0 is a part of the vectors in ``indexed`` alone."""
    match = _SPELLED.fullmatch(text)
    if match is None:
        return None
    stem, index = match.groups()
    if index[0] in LETTERS:
        return stem, tuple(index)
    return (stem, (str(int(index)),)) if stem in indexed else None


def _opened(node: Node, stems: set[str] | None) -> Node:
    if node.op == NAME:
        text = str(node.leaf)
        base, indices = base_of(text), indices_of(text)
        if not indices and stems is not None:
            base, indices = _stem(text, stems) or (base, indices)
        return _item(name(base, node.span), indices) if indices else node
    args = tuple(_opened(a, stems) for a in node.args)
    if all(a is b for a, b in zip(args, node.args, strict=True)):
        return node
    return Node(node.op, args, node.leaf, node.span)


def _item(base: Node, indices: Sequence[str]) -> Node:
    return Node("item", (base, *(_index(i, base.span) for i in indices)), None, base.span)


def _index(text: str, span: Span) -> Node:
    letter, shift = index_of(text)
    if not letter:
        return number(shift, span)
    if not shift:
        return name(letter, span)
    return Node("add" if shift > 0 else "sub", (name(letter, span), number(abs(shift), span)), None, span)


class Expander(Binding):
    """The meaning of one expression's vectors, for indices that take ``size`` values each.

    text: what spans point into.  size: None for SIZE, or more where a subscript asks for it.
    shared, moving: as of shapes.py, which says what names without an index are.
    known: the names that are vectors, where another expression with the same names has said so.
    counts: the names that stand for the number of terms.
    """

    def __init__(
        self,
        tree: Node,
        text: str,
        size: int | None = None,
        shared: Callable[[str], bool] = lambda _: False,
        moving: Collection[str] = (),
        known: Collection[str] | None = None,
    ) -> None:
        super().__init__(text)
        self.counts = COUNTS
        tree = self.settled(tree)
        self.shapes = Shapes(self, tree, shared, moving)
        tree, self.bare = self._with_indices(tree, known)
        self.tree = self.settled(tree)
        self.size = self._fitting(size)
        self.lengths, self.starts = self._ranges()

    def items(self) -> Iterator[Node]:
        """Yield every subscript of the expression."""
        return (n for n in self.tree.distinct() if n.op == "item")

    # --- names without an index

    def _with_indices(self, tree: Node, known: Collection[str] | None) -> tuple[Node, tuple[str, ...]]:
        """Give names an index where something is reduced that has none; return those names too."""
        taken = {
            letter
            for n in tree.distinct()
            if n.op == "item"
            for letter, _ in map(letter_and_number, n.args[1:])
        }
        taken |= set(tree.names())
        letter = next((c for c in LETTERS if c not in taken), "")
        chosen = self.shapes.vectors
        if known is not None:
            chosen = tuple(n for n in self.shapes.inside if n in known)
        return (self._indexed(tree, set(chosen), letter), chosen) if chosen and letter else (tree, ())

    def _indexed(self, node: Node, chosen: set[str], letter: str, inside: bool = False) -> Node:
        inside = inside or self.shapes.is_bare(node)
        if node.op == NAME and inside and node.leaf in chosen:
            return _item(node, [letter])
        count = len(self.operands(node))
        args = (*(self._indexed(a, chosen, letter, inside) for a in node.args[:count]), *node.args[count:])
        if all(a is b for a, b in zip(args, node.args, strict=True)):
            return node
        return Node(node.op, args, node.leaf, node.span)

    # --- how many

    def _fitting(self, size: int | None) -> int:
        """Return the size, large enough for every number in a subscript beside an index."""
        ranged = {(b, p) for b, p, letter, _ in self._places() if letter}
        largest = max(
            (n for b, p, letter, n in self._places() if not letter and (b, p) in ranged), default=-1
        )
        if size is not None and size <= largest:
            node = next(n for n in self.items() if any(i.leaf == largest for i in n.args[1:]))
            help_ = f"indices count from 0; write --size {largest + 1} or more"
            raise self.problem(f"{size} values have no number {largest}", node.span, help_)
        return max(SIZE, largest + 1) if size is None else size

    def _places(self) -> Iterator[tuple[str, int, str, int]]:
        """Yield (vector, place of the subscript, letter, number) for every subscript of a name."""
        for node in self.items():
            if node.args[0].op == NAME:
                for place, index in enumerate(node.args[1:]):
                    yield str(node.args[0].leaf), place, *letter_and_number(index)

    def _ranges(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return the length of what an index runs through in a list, and where it starts: y[i-1] starts at 1."""
        lengths: dict[str, int] = {}
        starts: dict[str, int] = {}
        for node in self.items():
            part = node.args[0]
            for letter, shift in map(letter_and_number, node.args[1:]):
                if letter:
                    starts[letter] = max(starts.get(letter, 0), -shift)
                if part.op == "vector":
                    count = len(part.args)
                    if letter and lengths.setdefault(letter, count) != count:
                        said = f"`{letter}` runs over {lengths[letter]} parts and over {count}"
                        raise self.problem(said, node.span, "lists with one index have one length")
                    part = part.args[0]
        return lengths, starts

    def range(self, letter: str) -> range:
        """Return the numbers that an index takes."""
        start = self.starts.get(letter, 0)
        return range(start, start + self.lengths.get(letter, self.size))

    # --- values

    def number(self, node: Node, env: Env) -> Node:
        """Return the one number that a part is; SyntaxProblem if it is a vector."""
        found = self.value(node, env)
        if isinstance(found, tuple):
            raise self._listed(node, len(found))
        return found

    def _listed(self, node: Node, count: int) -> SyntaxProblem:
        """Return the error for a list that nothing reduces: which part is one, and how to make it a number."""
        shown = self.text[slice(*node.span)]
        of = next(
            (n for n in node.distinct() if self.is_list(n) and not any(map(self.is_list, n.args))), node
        )
        part = self.text[slice(*of.span)] if of.span[1] <= len(self.text) else ""
        because = f": `{part}` has {count} parts" if part and count > 1 else ""
        help_ = f"write `sum({shown})`, or mean" if len(shown) < 60 else "reduce it with sum or mean"
        return self.problem(
            f"a loss is one number, this is a list{because}",
            node.span,
            help_ if count > 1 else "write it without the brackets",
        )

    def value(self, node: Node, env: Env) -> Value:
        """Return a part as a number, or as a tuple of its parts, for the given values of the free indices."""
        if not node.args:
            return node
        if node.op == "vector":
            parts = tuple(self.value(a, env) for a in node.args)
            if len({_shape(p) for p in parts}) > 1:
                raise self.problem(
                    "the parts of the list differ in length", node.span, "give all the same length"
                )
            return parts
        if node.op == "item":
            return self._item(node, env)
        if self.reduces(node):
            return self._reduced(node, env)
        if node.op in AXES:
            return self._softmax(node, env)
        if node.op in LAYERS:
            return self._layer(node, env)
        if node.op == "where":
            holds = self._holds(node.args[0], env)
            if isinstance(holds, bool):
                return self.value(node.args[1 if holds else 2], env)
            node = Node("where", (holds, *node.args[1:]), None, node.span)
        args = [self.value(a, env) for a in node.args]
        if node.op == "apply" and any(isinstance(a, tuple) for a in args):
            raise self.problem(f"`{node.leaf}` takes numbers, not lists", node.span, "write `F(x[i])`")
        return self._spread(node, args)

    def _holds(self, condition: Node, env: Env) -> Node | bool:
        """Return whether a condition holds, as far as it compares indices; else what is left of it."""
        op = condition.op
        letters = [i for i, n in env.items() if isinstance(n, int)]
        if compares_indices(condition, letters):
            left, right = (self._bound(letter_and_number(a), env) for a in condition.args)
            known = left.isdigit() and right.isdigit()
            return COMPARED[op](int(left), int(right)) if known else condition
        if op not in ("and", "or", "not"):
            return condition
        parts = [self._holds(a, env) for a in condition.args]
        if op == "not":
            return not parts[0] if isinstance(parts[0], bool) else Node(op, (parts[0],), None, condition.span)
        if (op == "or") in parts:
            return op == "or"
        left_over = [p for p in parts if not isinstance(p, bool)]
        return fold(op, left_over, condition.span) if left_over else op == "and"

    def _spread(self, node: Node, args: Sequence[Value]) -> Value:
        """Apply a function of numbers part by part; a number beside a list serves all of its parts."""
        lengths = {len(a) for a in args if isinstance(a, tuple)}
        if not lengths:
            same = all(a is b for a, b in zip(args, node.args, strict=True))
            return node if same else Node(node.op, tuple(args), node.leaf, node.span)  # type: ignore[arg-type]
        if len(lengths) > 1:
            shown = " and ".join(map(str, sorted(lengths)))
            raise self.problem(f"lists of {shown} parts do not fit", node.span, "give both the same length")
        columns = [a if isinstance(a, tuple) else (a,) * max(lengths) for a in args]
        return tuple(self._spread(node, row) for row in zip(*columns, strict=True))

    def _layer(self, node: Node, env: Env) -> Value:
        """Return the output of a layer: a list, or the number that a list of one is."""
        found = self.value(node.args[0], env)
        parts = found if isinstance(found, tuple) else (found,)
        if any(isinstance(p, tuple) for p in parts):
            raise self.problem(f"`{node.op}` takes one list", node.span, f"write `{LAYERS[node.op].usage}`")
        out = expanded(node, self._counted(list(parts), node), self.text)  # type: ignore[arg-type]
        return out if len(out) > 1 else out[0]

    def _item(self, node: Node, env: Env) -> Value:
        base, *places = node.args
        indices = [self._bound(letter_and_number(p), env) for p in places]
        if base.op == NAME:
            return name(subscripted(str(base.leaf), indices), node.span)
        if base.op == "item" and base.args[0].op == NAME:
            inner = [self._bound(letter_and_number(p), env) for p in base.args[1:]]
            return name(subscripted(str(base.args[0].leaf), [*inner, *indices]), node.span)
        if base.op == "apply":
            raise self.problem(
                "the parts of a function are not read", node.span, "write `F0(x)`, `F1(x)` for its parts"
            )
        axis = self.axis(base)
        found: Value = self._softmax_all(base, env) if axis else self.value(base, env)
        start = self.range(axis).start if axis else 0
        for place, index in zip(places, indices, strict=True):
            if not isinstance(found, tuple):
                raise self.problem("a number has no parts", node.span, "leave the subscript out")
            if not index.isdigit() and base.op in AXES:
                help_ = "inside a sum write no indices, as in `sum(y*log(softmax(z)))`, or give a number from 0 on"
                raise self.problem(f"`{index}` is not summed over in `{base.op}`", place.span, help_)
            if not index.isdigit():
                raise self.problem(
                    f"`{index}` is bound by nothing", place.span, "give a number from 0 on, or reduce over it"
                )
            if int(index) - start >= len(found):
                raise self.problem(
                    f"there is no part {index}", place.span, f"there are {len(found)} parts, counted from 0"
                )
            found = found[int(index) - start]
        return found

    def _bound(self, place: tuple[str, int], env: Env) -> str:
        letter, shift = place
        value = env.get(letter, letter) if letter else 0
        if isinstance(value, int):
            return str(value + shift)
        return value + (f"{shift:+d}" if shift else "")

    def _reduced(self, node: Node, env: Env) -> Node:
        operands = self.operands(node)
        rows = []
        for values in product(*(self.range(letter) for letter in self.over(node))):
            bound = {**env, **dict(zip(self.over(node), values, strict=True))}
            rows.append([self.value(a, bound) for a in operands])
        if node.op == "dot":
            times = Node("mul", operands, None, node.span)
            parts = [p for row in rows for p in _flat(self._spread(times, row))]
            return fold("add", self._counted(parts, node), node.span)
        parts = self._counted([p for (value,) in rows for p in _flat(value)], node)
        order = [a for a in node.args[1:] if a.op != NAME or a.leaf in ("inf", "oo")]
        if node.op == "norm" and order:
            return norm_of(parts, order[0], node.span, self.text)
        make = REDUCTIONS[node.op].fold
        assert make is not None
        return make(parts, node.span)

    def _counted(self, parts: list[Node], node: Node) -> list[Node]:
        if len(parts) > MAX_PARTS:
            help_ = f"at most {MAX_PARTS} can be written out; give a smaller --size"
            raise self.problem(f"{len(parts)} parts are too many", node.span, help_)
        return parts

    def _softmax(self, node: Node, env: Env) -> Value:
        """Return softmax without a subscript: the part that its own index says, or all parts of a list."""
        parts = self._softmax_all(node, env)
        axis = self.axis(node)
        if not axis:
            return parts
        at = env.get(axis)
        if not isinstance(at, int):
            raise self.problem(
                f"{node.op} has one value for each `{axis}`", node.span, f"write `{node.op}(z[j])[k]`"
            )
        return parts[at - self.range(axis).start]

    def _softmax_all(self, node: Node, env: Env) -> tuple[Value, ...]:
        operand, axis, span = node.args[0], self.axis(node), node.span
        if axis:
            parts = tuple(self.value(operand, {**env, axis: at}) for at in self.range(axis))
        else:
            found = self.value(operand, env)
            parts = found if isinstance(found, tuple) else (found,)
        if any(isinstance(p, tuple) for p in parts):
            raise self.problem(f"{node.op} takes one list", span, f"write `{node.op}([a, b, c])[0]`")
        numbers: list[Node] = self._counted(list(parts), node)  # type: ignore[arg-type]
        if node.op == "log_softmax":
            make = REDUCTIONS["logsumexp"].fold
            assert make is not None
            return tuple(Node("sub", (p, make(numbers, span)), None, span) for p in numbers)
        if node.op in ("layernorm", "batchnorm"):
            if len(numbers) < 2:
                help_ = f"write `{node.op}([a, b])`, or `{node.op}(x[j])` with an index"
                raise self.problem(f"`{node.op}` takes more than one number", span, help_)
            return tuple(normalised(numbers, span))
        powers = [Node("exp", (p,), None, span) for p in numbers]
        return tuple(Node("div", (p, fold("add", powers, span)), None, span) for p in powers)


def _shape(value: Value) -> tuple[int, ...]:
    return (len(value), *_shape(value[0])) if isinstance(value, tuple) else ()


def _flat(value: Value) -> Iterator[Node]:
    if isinstance(value, tuple):
        for part in value:
            yield from _flat(part)
    else:
        yield value
