"""Tokens to a tree of the formula as it is printed, by lark's LALR(1) parser; what it means is in `meaning.py`.

A part is a Node whose op is a rule of grammar.lark ("frac", "group", "scripted", ...), with the columns in the LaTeX.
Operators and separators stay children, as Nodes of op "sign".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken
from lark.lexer import Lexer

from diffcheck.errors import SyntaxProblem
from diffcheck.language.limits import MAX_DEPTH, too_deep
from diffcheck.language.tree import Node, Span
from diffcheck.latex.context import span_of
from diffcheck.latex.raw import problem

__all__ = ["formula"]

# A level of brackets is up to four levels of parts: list, sum, product, scripts.
LEVELS = 4 * MAX_DEPTH

# What messages call a token that is missing or too many, by what the grammar calls it.
_OPERAND = {"NUMBER", "NAME", "LPAR", "FRAC"}


class _Given(Lexer):
    """The tokens are made already."""

    def __init__(self, conf: Any) -> None:
        pass

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]
        """Yield the tokens."""
        yield from data


class _Parts(Transformer[Any, Any]):
    """Every rule becomes a Node over its children; brackets and braces only widen its columns."""


def _rule(op: str) -> Callable[[Any, list[Any]], Node]:
    def build(_: Any, children: list[Any]) -> Node:
        parts = []
        for child in children:
            if not isinstance(child, Token):
                parts.append(child)
            elif child.type in ("SIGN", "UNARY", "TIMES", "SLASH", "REL", "COMMA", "MARK"):
                parts.append(Node("sign", (), str(child.value), span_of(child)))
        kind = children[0].type if op == "prefix" else ""
        leaf = next((str(c.value) for c in children if isinstance(c, Token) and c.type in _LEAVES), None)
        # \underset prints its script before the function that carries it.
        spans = [span_of(c) if isinstance(c, Token) else c.span for c in (children[0], children[-1])]
        span = (min(start for start, _ in spans), max(stop for _, stop in spans))
        named = {"APPLIED": "called", "INDICATOR": "indicator"}.get(kind, op)
        return Node(named, tuple(parts), leaf, span)

    return build


_LEAVES = {"NUMBER", "NAME", "SIZE", "DOTS", "FUNC", "APPLIED", "INDICATOR", "LPAR"}
_RULES = (
    "list", "disjunction", "conjunction", "negated", "relation", "sum", "product", "prefix", "scripted", "number",
    "name", "size", "dots", "group", "braces", "abs", "norm", "floor", "ceil", "inner", "frac", "sqrt", "root",
    "cases", "branch", "otherwise", "sub", "sup",
)  # fmt: skip
for _op in _RULES:
    setattr(_Parts, _op, _rule(_op))


@cache
def _parser() -> Lark:
    grammar = resources.files("diffcheck.latex").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=_Given, transformer=_Parts(), maybe_placeholders=False)


def formula(tokens: Sequence[Token], end: int, text: str) -> Node:
    """Return the part that the tokens print; SyntaxProblem at the first one that cannot stand where it does.

    end: the column just behind them, for what is missing there.
    """
    for token in tokens:
        if token.type in _UNREAD:
            raise _unread(token, text)
    try:
        tree = _parser().parse(list(tokens))
    except UnexpectedInput as error:
        raise _fault(error, tokens, end, text) from None
    assert isinstance(tree, Node)
    _check_depth(tree, text)
    return tree


_UNREAD = {"WORD", "BANG", "COLON", "BAR", "DBAR"}


def _unread(token: Token, text: str) -> SyntaxProblem:
    shown = str(token.value)[:30]
    if token.type == "WORD":
        if shown.isalpha():
            letters = " ".join(shown)
            help_ = f"write \\mathrm{{{shown}}} for one name, `{letters}` for a product"
            return problem(f"`{shown}` may be one name or a product", span_of(token), help_, text)
        help_ = "write a formula, or a name of letters and digits"
        return problem(f"`{shown}` is not read as a name", span_of(token), help_, text)
    if token.type == "BANG":
        return problem("factorials have no place in the language", span_of(token), "give it a name", text)
    return problem(f"`{text[slice(*span_of(token))]}` is not read here", span_of(token), None, text)


def _fault(error: UnexpectedInput, tokens: Sequence[Token], end: int, text: str) -> SyntaxProblem:
    """Return the error for a token that cannot follow the one before, in words."""
    token = error.token if isinstance(error, UnexpectedToken) else None
    expected = set(error.expected) if isinstance(error, UnexpectedToken) else set()
    operand = bool(expected & _OPERAND) and "SIGN" not in expected and "RPAR" not in expected - {"SIGN"}
    if token is None or token.type == "$END":
        span = (end, end)
        if not tokens:
            return problem("the formula is empty", span, "write a formula such as `|y - f|`", text)
        return problem("the formula ends too early", span, "write what comes behind the last sign", text)
    span = span_of(token)
    shown = text[slice(*span)] or text[span[0] : span[0] + 1]
    if token.type == "REL" or (token.type == "COMMA" and operand):
        help_ = "write a number or a name on both sides"
        return problem(f"expected an expression, found `{shown}`", span, help_, text)
    rows = "rows of cases are `value & \\text{if } condition \\\\`, the last `value & \\text{otherwise}`"
    if token.type in ("END", "NEWROW") and "AMP" in expected:
        return problem("this row of cases has no condition", span, rows, text)
    if token.type in ("RPAR", "RBRACE", "RABS", "RNORM", "RFLOOR", "RCEIL", "RANGLE", "END"):
        return problem(f"an expression is missing before `{shown}`", span, "write what belongs there", text)
    if token.type in ("AMP", "NEWROW", "OTHERWISE"):
        return problem(f"`{shown}` has no place here", span, rows, text)
    if token.type == "MARK":
        return problem(f"`{shown}` stands only above or below", span, "write it as ^{...} or _{...}", text)
    if token.type in ("SUB", "SUP"):
        help_ = "write what carries it; two scripts of one sort need braces"
        return problem(f"`{shown}` has nothing to stand on", span, help_, text)
    help_ = "write an expression here" if operand else "write an operator or a separator before it"
    return problem(f"`{shown}` cannot stand here", span, help_, text)


def _check_depth(tree: Node, text: str) -> None:
    level = [tree]
    depth = 0
    span: Span = tree.span
    while level:
        depth += 1
        span = level[0].span
        if depth > LEVELS:
            raise too_deep(span, text)
        level = [part for node in level for part in node.args]
