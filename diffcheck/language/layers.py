"""Layers of small networks: what they are called, and what they are as arithmetic.

`linear(x, 2)` is the list of w_j.x + b_j for j = 0, 1, its weights W1[j, i] and b1[j] made automatically; one input or
one output has no index.  `mlp(x, 2, relu)` is linear(relu(linear(x, 2)), 1).  Weights are numbered in the order of the
text, so that every call of a model has the same; `linear(x, 2, W, b)` names them.
Read in order: LAYERS, read, Numbering, expanded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from diffcheck.errors import InputError, UnknownFunction, WrongArguments
from diffcheck.language.reductions import LAYERED, REDUCTIONS, fold, subscripted
from diffcheck.language.tokens import Token
from diffcheck.language.tree import NAME, NUMBER, Node, Span, name, number, substitute
from diffcheck.language.vocabulary import Call, call, row_called

__all__ = [
    "EPSILON",
    "LAYERS",
    "Layer",
    "Numbering",
    "expanded",
    "is_layer",
    "normalised",
    "read",
    "weights_of",
]

# What torch adds to a variance before its root.
EPSILON = Fraction(1, 10**5)
MAX_UNITS = 64

Parts = Sequence[Node]
# An argument behind the first: a number or a name, or the words of a function.
Argument = Node | Sequence[Token]
Build = Callable[[Parts, int, Sequence[str], Span], list[Node]]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    weights: what its weights are called.  sized: what the number behind its input counts, "" for none.
    build: parts of the input, that number, names of the weights, span -> parts of the output.
    """

    name: str
    usage: str
    build: Build
    weights: tuple[str, ...] = ()
    sized: str = ""


# --- what they are


def _linear(parts: Parts, outputs: int, weights: Sequence[str], span: Span) -> list[Node]:
    def part(base: str, j: int, i: int | None = None) -> Node:
        indices = [str(j)] * (outputs > 1) + [str(i)] * (i is not None and len(parts) > 1)
        return name(subscripted(base, indices) if indices else base, span)

    rows = [
        [Node("mul", (part(weights[0], j, i), x), None, span) for i, x in enumerate(parts)]
        for j in range(outputs)
    ]
    biased = [[*row, part(b, j)] for j, row in enumerate(rows) for b in weights[1:]] or rows
    return [fold("add", row, span) for row in biased]


def _conv1d(parts: Parts, width: int, weights: Sequence[str], span: Span) -> list[Node]:
    rows = (_linear(window, 1, weights, span) for window in _windows(parts, width, 1))
    return [value for row in rows for value in row]


def _maxpool(parts: Parts, width: int, weights: Sequence[str], span: Span) -> list[Node]:
    return [_largest(window, span) for window in _windows(parts, width, width)]


def _largest(parts: Parts, span: Span) -> Node:
    make = REDUCTIONS["max"].fold
    assert make is not None
    return make(parts, span)


def _avgpool(parts: Parts, width: int, weights: Sequence[str], span: Span) -> list[Node]:
    return [_mean(window, span) for window in _windows(parts, width, width)]


def _windows(parts: Parts, width: int, stride: int) -> Iterator[Parts]:
    """Yield the windows that fit, as torch does without padding."""
    return (parts[at : at + width] for at in range(0, len(parts) - width + 1, stride))


def _attention(parts: Parts, _: int, weights: Sequence[str], span: Span) -> list[Node]:
    """One head over tokens of one number each: sum over k of softmax over k of (q_j*k_k) times v_k."""

    def scaled(base: str) -> list[Node]:
        return [Node("mul", (name(base, span), x), None, span) for x in parts]

    queries, keys, values = map(scaled, weights)
    out = []
    for q in queries:
        powers = [Node("exp", (Node("mul", (q, k), None, span),), None, span) for k in keys]
        total = fold("add", powers, span)
        terms = [
            Node("mul", (Node("div", (p, total), None, span), v), None, span)
            for p, v in zip(powers, values, strict=True)
        ]
        out.append(fold("add", terms, span))
    return out


def normalised(parts: Parts, span: Span) -> list[Node]:
    """Return (x - mean)/sqrt(variance + 1e-5), as layernorm and batchnorm without weights are in torch."""
    middle = _mean(parts, span)
    away = [Node("sub", (p, middle), None, span) for p in parts]
    variance = _mean([Node("pow", (d, number(2, span)), None, span) for d in away], span)
    root = Node("sqrt", (Node("add", (variance, number(EPSILON, span)), None, span),), None, span)
    return [Node("div", (d, root), None, span) for d in away]


def _mean(parts: Parts, span: Span) -> Node:
    return Node("div", (fold("add", parts, span), number(len(parts), span)), None, span)


_ROWS = (
    Layer("linear", "linear(x, 2)", _linear, ("W", "b"), "outputs"),
    Layer("conv1d", "conv1d([a, b, c], 2)", _conv1d, ("K", "b"), "numbers in its kernel"),
    Layer("maxpool", "maxpool([a, b, c, d], 2)", _maxpool, (), "numbers in a window"),
    Layer("avgpool", "avgpool([a, b, c, d], 2)", _avgpool, (), "numbers in a window"),
    Layer("attention", "attention([a, b, c])", _attention, ("Q", "K", "V")),
)  # fmt: skip

LAYERS: dict[str, Layer] = {row.name: row for row in _ROWS}
_STACK, _STACKED = "mlp", "mlp(x, 2, relu)"
_RANDOM = {"dropout", "alpha_dropout"}


# --- how they are read


def is_layer(words: Sequence[Token], arguments: int) -> bool:
    """Say whether a call is one of a layer; `mlp(x)` and `linear(x)` are functions that nothing says more of."""
    word = words[-1].text
    if word in _RANDOM:
        return True
    return word in LAYERED and (arguments > 1 or LAYERED[word] not in ("linear", _STACK))


def read(words: Sequence[Token], first: Node | None, rest: Sequence[Argument], span: Span, text: str) -> Node:
    """Return the node of a layer: its input, its size, and the names of its weights if they are given."""
    word = words[-1]
    if word.text in _RANDOM:
        raise UnknownFunction(
            f"`{word.text}` is random", span=(word.start, word.stop), text=text,
            help="leave it out, as frameworks do when a model is evaluated",
        )  # fmt: skip
    usage = _STACKED if LAYERED[word.text] == _STACK else LAYERS[LAYERED[word.text]].usage
    if first is None:
        raise WrongArguments(f"`{word.text}` takes an input", span=span, help=f"write `{usage}`", text=text)
    if LAYERED[word.text] == _STACK:
        return _stack(first, rest, span, text)
    row = LAYERS[LAYERED[word.text]]
    sizes = [_size(row, a, text) for a in rest[:1]] if row.sized else []
    names = [a for a in rest[len(sizes) :] if isinstance(a, Node) and a.op == NAME]
    least = 0 if not row.weights else min(1, len(rest) - len(sizes))
    fits = least <= len(names) <= len(row.weights) and len(names) == len(rest) - len(sizes)
    if not fits or (row.sized and not sizes) or (row.name == "attention" and len(names) not in (0, 3)):
        takes = f"an input{f' and how many {row.sized}' * bool(row.sized)}"
        help_ = f"write `{usage}`"
        if row.weights:
            given = ", ".join([usage[:-1], *row.weights])
            help_ += f"; `{given})` names the weights"
        raise WrongArguments(f"`{word.text}` takes {takes}", span=span, help=help_, text=text)
    return Node(row.name, (first, *sizes, *names), None, span)


def _stack(first: Node, rest: Sequence[Argument], span: Span, text: str) -> Node:
    """Return linear layers with an activation between them, and one output."""
    *sizes, last = rest
    if isinstance(last, Node):
        raise WrongArguments(
            "which activation?", span=last.span, help=f"name it last, as in `{_STACKED}`", text=text
        )
    if not sizes:
        raise WrongArguments(
            "how many units has its hidden layer?", span=span, help=f"write `{_STACKED}`", text=text
        )
    node = first
    for size in sizes:
        node = Node("linear", (node, _size(LAYERS["linear"], size, text)), None, span)
        node = _activated(last, node, span, text)
    return Node("linear", (node, number(1, span)), None, span)


def _activated(words: Sequence[Token], inner: Node, span: Span, text: str) -> Node:
    row = row_called(words, 1, text)
    assert row is not None
    try:
        return call(Call(row, words[-1].text, span, text), [inner])
    except InputError:
        raise WrongArguments(
            f"`{words[-1].text}` is no activation: it takes more than one number",
            span=(words[0].start, words[-1].stop), help=f"choose another, as in `{_STACKED}`", text=text,
        ) from None  # fmt: skip


def _size(row: Layer, argument: Argument, text: str) -> Node:
    """Return the number behind the input; WrongArguments for what is none."""
    span = argument.span if isinstance(argument, Node) else (argument[0].start, argument[-1].stop)
    value = argument.leaf if isinstance(argument, Node) and argument.op == NUMBER else None
    if not isinstance(value, Fraction) or value.denominator != 1 or not 1 <= value <= MAX_UNITS:
        shape = isinstance(argument, Node) and argument.op == NAME and len(row.weights) > 1
        example = f"{row.usage[:-1]}, {', '.join(row.weights)})" if shape else row.usage
        raise WrongArguments(
            f"how many {row.sized}? a whole number from 1 to {MAX_UNITS}", span=span,
            help=f"write `{example}`", text=text,
        )  # fmt: skip
    assert isinstance(argument, Node)
    return argument


# --- names for the weights


class Numbering:
    """Gives the layers of trees weights of their own, W1 and b1, W2 and b2, ..., innermost first.

    taken: names that mean something else.
    """

    def __init__(self, taken: set[str]) -> None:
        self.taken = set(taken)

    def named(self, tree: Node) -> Node:
        """Return the tree with names for all weights."""
        return substitute(tree, self._named)

    def _named(self, node: Node) -> Node | None:
        row = LAYERS.get(node.op)
        if row is None or not row.weights or len(node.args) > 1 + bool(row.sized):
            return None
        number_ = next(n for n in count(1) if not self.taken & {f"{w}{n}" for w in row.weights})
        words = [f"{w}{number_}" for w in row.weights]
        self.taken |= set(words)
        return Node(node.op, (*node.args, *(name(w, node.span) for w in words)), None, node.span)


def weights_of(tree: Node) -> tuple[str, ...]:
    """Return the names of the weights of all layers in a tree, in the order in which they are passed."""
    inner_first = reversed([n for n in tree.distinct() if n.op in LAYERS])
    return tuple(dict.fromkeys(str(w.leaf) for n in inner_first for w in _weights(n)))


def _weights(node: Node) -> tuple[Node, ...]:
    return node.args[1 + bool(LAYERS[node.op].sized) :]


def expanded(node: Node, parts: Parts, text: str) -> tuple[Node, ...]:
    """Return the parts of a layer's output, given those of its input."""
    row = LAYERS[node.op]
    weights = _weights(node)
    for w in weights:
        if w.op != NAME:
            raise WrongArguments(
                f"a weight of `{row.name}` is a name", span=node.span, help="give it a plain name", text=text
            )
    size = node.args[1].leaf if row.sized else 0
    assert isinstance(size, Fraction | int)
    found = row.build(parts, int(size), [str(w.leaf) for w in weights], node.span)
    if not found:
        raise WrongArguments(
            f"`{row.name}` has no output: {len(parts)} part{'s' * (len(parts) != 1)}, {size} {row.sized}",
            span=node.span, help=f"give it a longer list, as in `{row.usage}`", text=text,
        )  # fmt: skip
    return tuple(found)
