"""Functions that make one number of many: how they are called, and what they are of given numbers.

`sum(abs(y[i] - f[i]))` runs over the free index i, `sum([a, b])` over the parts of a list.  A subscripted name is
a name: `y[i]` and `x[0, 2]` are leaves of the tree, and read back as themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from diffcheck.errors import WrongArguments
from diffcheck.language.tree import NAME, NUMBER, Node, Span, number

__all__ = [
    "AXES",
    "LAYERED",
    "LETTERS",
    "REDUCED",
    "REDUCTIONS",
    "VECTORS",
    "Reduction",
    "base_of",
    "fold",
    "index_of",
    "index_text",
    "indices_of",
    "norm_of",
    "subscripted",
]

# What a subscript may be called; `y_i` is y[i] where something is reduced.
LETTERS = "ijklmn"

Fold = Callable[[Sequence[Node], Span], Node]


@dataclass(frozen=True, slots=True)
class Reduction:
    """One function of many numbers.

    arity: vectors it takes.  fold: the number it makes of numbers; None for what keeps one number for each part.
    """

    name: str
    aliases: tuple[str, ...] = ()
    arity: int = 1
    fold: Fold | None = None


def fold(op: str, parts: Sequence[Node], span: Span) -> Node:
    """Join numbers by an operation, in a tree whose depth is the logarithm of their count."""
    if len(parts) <= 8:
        return reduce(lambda left, right: Node(op, (left, right), None, span), parts)
    middle = len(parts) // 2
    return Node(op, (fold(op, parts[:middle], span), fold(op, parts[middle:], span)), None, span)


def _called(op: str, one: str | None) -> Fold:
    """Return the fold of a function that takes two numbers or more; ``one``: what it does to a single one."""

    def made(parts: Sequence[Node], span: Span) -> Node:
        if len(parts) > 1:
            return Node(op, tuple(parts), None, span)
        return parts[0] if one is None else Node(one, tuple(parts), None, span)

    return made


def _mean(parts: Sequence[Node], span: Span) -> Node:
    return Node("div", (fold("add", parts, span), number(len(parts), span)), None, span)


_ROWS = (
    Reduction("sum", ("nansum", "reduce_sum"), fold=lambda parts, span: fold("add", parts, span)),
    Reduction("mean", ("nanmean", "reduce_mean", "average"), fold=_mean),
    Reduction(
        "prod", ("nanprod", "reduce_prod", "product"), fold=lambda parts, span: fold("mul", parts, span)
    ),
    Reduction("max", ("reduce_max", "nanmax", "amax"), fold=_called("max", None)),
    Reduction("min", ("reduce_min", "nanmin", "amin"), fold=_called("min", None)),
    Reduction("norm", ("vector_norm",), fold=_called("norm", "abs")),
    Reduction("logsumexp", ("reduce_logsumexp",), fold=_called("logsumexp", None)),
    Reduction("dot", ("inner", "vdot"), arity=2),
    Reduction("softmax"),
    Reduction("log_softmax", ("logsoftmax",)),
    Reduction("layernorm", ("layer_norm",)),
    Reduction("batchnorm", ("batch_norm",)),
)

REDUCTIONS: dict[str, Reduction] = {row.name: row for row in _ROWS}

# The word of a call -> the row it means.
REDUCED: dict[str, str] = {word: row.name for row in _ROWS for word in (row.name, *row.aliases)}

# The word of a call -> the layer it means (layers.py).
LAYERED = {
    "mlp": "mlp", "linear": "linear", "dense": "linear", "fully_connected": "linear", "conv1d": "conv1d",
    "maxpool": "maxpool", "max_pool1d": "maxpool", "maxpool1d": "maxpool", "avgpool": "avgpool",
    "avg_pool1d": "avgpool", "avgpool1d": "avgpool", "attention": "attention", "self_attention": "attention",
}  # fmt: skip

# What only the reading of vectors knows; everything else is a function of numbers.
VECTORS = {"vector", "item", "sum", "mean", "prod", "dot", "softmax", "log_softmax", "layernorm", "batchnorm"}

# What has one value for each part of its vector.
AXES = {"softmax", "log_softmax", "layernorm", "batchnorm"}


def subscripted(base: str, indices: Sequence[str]) -> str:
    """Return the name of one part of a vector; subscripts of subscripts are written in one bracket.

    >>> subscripted("p[i]", ["0"])
    'p[i, 0]'
    """
    return f"{base_of(base)}[{', '.join([*indices_of(base), *indices])}]"


def base_of(name: str) -> str:
    """Return the vector that a name is a part of, or the name itself."""
    return name.partition("[")[0]


def indices_of(name: str) -> tuple[str, ...]:
    """Return the subscripts of a name as text: letters, numbers, or a letter and a number as `i+1`."""
    inside = name.partition("[")[2].removesuffix("]")
    return tuple(inside.split(", ")) if inside else ()


def index_text(node: Node) -> str:
    """Return a subscript as text, "i", "0", "i+1" or "i-1"; ValueError for what is none."""
    if node.op == NAME and str(node.leaf) in LETTERS and len(str(node.leaf)) == 1:
        return str(node.leaf)
    if (
        node.op == NUMBER
        and isinstance(node.leaf, Fraction)
        and node.leaf.denominator == 1
        and node.leaf >= 0
    ):
        return str(node.leaf)
    if node.op in ("add", "sub") and node.args[0].op == NAME and node.args[1].op == NUMBER:
        return index_text(node.args[0]) + ("+" if node.op == "add" else "-") + index_text(node.args[1])
    raise ValueError("no index")


def index_of(text: str) -> tuple[str, int]:
    """Return the letter and the number of a subscript: ("i", 1) for "i+1", ("", 2) for "2"."""
    if text[0] in LETTERS:
        return text[0], int(text[1:] or "0")
    return "", int(text)


def norm_of(parts: Sequence[Node], order: Node, span: Span, text: str) -> Node:
    """Return the norm of an order: 1, 2, inf or any number from 1 on."""
    sizes = [Node("abs", (p,), None, span) for p in parts]
    if order.leaf in {"inf", "oo"}:
        return REDUCTIONS["max"].fold(sizes, span)  # type: ignore[misc]
    if order.op != NUMBER or order.leaf < 1:  # type: ignore[operator]
        raise WrongArguments(
            "the order of a norm is a number from 1 on, or inf",
            span=order.span,
            help="write `norm(v[j], 1)` for the sum of absolute values",
            text=text,
        )
    if order.leaf == 1:
        return fold("add", sizes, span)
    if order.leaf == 2:
        return REDUCTIONS["norm"].fold(parts, span)  # type: ignore[misc]
    powers = [Node("pow", (s, order), None, span) for s in sizes]
    inverse = Node("div", (number(1, span), order), None, span)
    return Node("pow", (fold("add", powers, span), inverse), None, span)
