r"""Products of a matrix and a vector, `Xw` of \|y - Xw\|: what is summed gets indices."""

from __future__ import annotations

from collections.abc import Iterator

from diffcheck.latex.words import GREEK
from diffcheck.tree import NAME, Node, name, substitute

__all__ = ["MATRIX", "is_matrix", "matrix_products_inside"]

MATRIX = "matrix product"


def is_matrix(node: Node) -> bool:
    """Say whether a printed part is a name that papers give to matrices: one capital letter."""
    word = str(node.leaf).removesuffix("_bold")
    return node.op == "name" and len(word) == 1 and word.isupper()


def matrix_products_inside(node: Node, spare: Iterator[str]) -> Node:
    """Return what stands in a norm with indices on its vectors, if a matrix product is in it.

    (X w)_i is dot(X[i, j], w[j]); every other name is a vector with the index i, Greek letters aside.
    """
    if not any(part.op == MATRIX for part in node.walk()):
        return node
    row, column = name(next(spare, "i")), name(next(spare, "j"))

    def indexed(part: Node) -> Node | None:
        if part.op == NAME and part.leaf not in GREEK.values():
            return Node("item", (part, row), None, part.span)
        if part.op != MATRIX:
            return None
        # Its parts were given the row index on the way up.
        matrix, vector = part.args[0].args[0], part.args[1].args[0]
        entries = Node("item", (matrix, row, column), None, matrix.span)
        return Node("dot", (entries, Node("item", (vector, column), None, vector.span)), None, part.span)

    return substitute(node, indexed)
