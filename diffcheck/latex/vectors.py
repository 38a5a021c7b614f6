r"""What norms and scalar products are of: vectors, whose entries get an index where the formula prints none.

`\|w\|` of bare names stays `norm(w)`, for the expression language gives such names their index itself.  Inside a sum
over i the vectors x_i get one more, `norm(x[i, j] - y[i, j], j)`, and so does what stands beside a matrix.  A function
of the paper's own is one number in the language: its norm is the absolute value, and a note says so.
"""

from __future__ import annotations

from collections.abc import Callable

from diffcheck.language.tree import NAME, NUMBER, Node, Span, name, number
from diffcheck.latex.words import GREEK

__all__ = ["MATRIX", "is_capital", "is_matrix", "is_vector", "norm", "scalar_product", "square"]

MATRIX = "matrix product"
# Greek letters that papers give to the vectors that a matrix multiplies.
COEFFICIENTS = {"beta", "theta", "omega", "phi", "psi", "eta", "xi", "mu", "alpha"}

# Gives an index letter that the formula does not use.
Fresh = Callable[[Span], str]
Note = Callable[[str], None]


def is_matrix(node: Node) -> bool:
    """Say whether a printed part is a name that papers give to matrices: one capital letter."""
    word = str(node.leaf).removesuffix("_bold")
    return node.op == "name" and len(word) == 1 and word.isupper()


def is_capital(node: Node) -> bool:
    """Say whether a printed part is one capital letter, with scripts or without: W and W_1."""
    return is_matrix(node.args[0] if node.op == "scripted" else node)


def is_vector(node: Node) -> bool:
    """Say whether a printed part is a name that papers give to vectors: a Latin letter without scripts, or beta."""
    return node.op == "name" and node.leaf not in {*GREEK.values(), "e", "pi", "oo"} - COEFFICIENTS


def square(value: Node) -> Node:
    """Return the square of a Euclidean norm without its root: the sum of the squares of the entries."""
    power = Node("pow", (value.args[0], number(2, value.span)), None, value.span)
    if value.op == "abs" or len(value.args) > 1:
        return power if value.op == "abs" else Node("pow", (value, number(2, value.span)), None, value.span)
    return Node("sum", (power,), value.leaf, value.span)


def norm(value: Node, order: Node | None, span: Span, fresh: Fresh, note: Note) -> Node:
    """Return the norm of a vector; order: None for the Euclidean one, the name inf, a number, or another name."""
    by_name = order is not None and order.op != NUMBER and order.leaf != "inf"
    if not _has_entries(value) and not by_name:
        return (
            Node("norm", (value,), None, span) if order is None else Node("norm", (value, order), "ord", span)
        )
    if any(part.op == "apply" for part in value.walk()):
        note("a function is read as one number, and its norm as the absolute value")
        return Node("abs", (value,), None, span)
    over = fresh(span) if _has_entries(value) else None
    entries = value if over is None else _with_index(value, over, fresh)
    if order is None:
        return Node("norm", (entries,), over, span)
    size = Node("abs", (entries,), None, span)
    if order.leaf == "inf":
        return Node("max", (size,), over, span)
    total = Node("sum", (size if order.leaf == 1 else Node("pow", (size, order), None, span),), over, span)
    return (
        total
        if order.leaf == 1
        else Node("pow", (total, Node("div", (number(1, span), order), None, span)), None, span)
    )


def is_root(value: Node) -> bool:
    """Say whether a norm is written out as the root of a sum of powers: raised to its order it is that sum."""
    return value.op == "pow" and value.args[0].op == "sum"


def scalar_product(left: Node, right: Node, span: Span, fresh: Fresh, note: Note) -> Node:
    """Return the scalar product of two vectors."""
    if not _has_entries(left) and not _has_entries(right):
        return Node("dot", (left, right), None, span)
    if any(part.op == "apply" for side in (left, right) for part in side.walk()):
        note("a function is read as one number, and the scalar product as a product")
        return Node("mul", (left, right), None, span)
    over = fresh(span)
    return Node("dot", tuple(_with_index(side, over, fresh) for side in (left, right)), over, span)


def _has_entries(node: Node) -> bool:
    return any(part.op in ("item", MATRIX) for part in node.walk())


def _with_index(node: Node, over: str, fresh: Fresh) -> Node:
    """Return a vector with an index on its names; (X w)_i is dot(X[i, j], w[j]).

    Greek letters are numbers where they multiply something, lambda_i x_i, and vectors elsewhere, x_i - mu_k.
    """
    columns: list[str] = []

    def entry(part: Node, index: str) -> Node:
        inner = part.args if part.op == "item" else (part,)
        return Node("item", (*inner, name(index, part.span)), None, part.span)

    def indexed(part: Node, factor: bool) -> Node:
        if part.op in (NAME, "item"):
            stem = part.args[0] if part.op == "item" else part
            return part if factor and stem.leaf in GREEK.values() else entry(part, over)
        if part.op == MATRIX:
            columns[:] = columns or [fresh(part.span)]
            matrix, vector = part.args
            row = entry(entry(matrix, over), columns[0])
            return Node("dot", (row, entry(vector, columns[0])), columns[0], part.span)
        scaled = part.op in ("mul", "div")
        args = tuple(indexed(a, factor or scaled) for a in part.args)
        return Node(part.op, args, part.leaf, part.span) if args else part

    return indexed(node, False)
