"""Text to tree, by Python's own parser: the text is read by `ast` and never evaluated.

Python sees the tokens in columns of equal width, `1` for every number and `x` for every name, so that every
word but five is a name, `^` binds as `**`, decimals stay exact, and a place in what Python read is a token as
typed.  Read in order: `parse`, `_Reader.node`, then `_join`.

Limits: 100 000 characters, 100 levels, 64 arguments a call, and what Python's parser takes: 200 brackets
inside each other, about 2 900 terms in one sum.  A sum, product, `and` or `or` of more than 32 parts is
grouped in the middle, so that thousands of parts stay shallow; over the reals the meaning is the same.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction

from diffcheck.errors import InputError
from diffcheck.language.faults import WIDTH, Faults
from diffcheck.language.layers import is_layer
from diffcheck.language.layers import read as read_layer
from diffcheck.language.limits import MAX_DEPTH, check_size, too_deep
from diffcheck.language.reductions import LETTERS, index_text, subscripted
from diffcheck.language.spellings import otherwise
from diffcheck.language.tokens import Token, number_value, tokenize
from diffcheck.language.tree import APPLY, NAME, NUMBER, Node, Span, name, number
from diffcheck.language.vocabulary import (
    MAX_ARGUMENTS,
    Call,
    as_condition,
    as_number,
    call,
    check_applied,
    is_condition,
    is_function,
    is_reduction,
    leaf,
    reduction,
    row_called,
    takes_none,
)

__all__ = ["is_condition", "parse", "parse_conditions"]

# Left-nested chains keep the shape of the text up to here; longer ones are grouped.
CHAIN = 32
LEAF = 4

SUMS: dict[type, str] = {ast.Add: "add", ast.Sub: "sub"}
TERMS: dict[type, str] = {ast.Mult: "mul", ast.Div: "div"}
LOGIC: dict[type, str] = {ast.And: "and", ast.Or: "or"}
COMPARISONS: dict[type, str] = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip

# A part and the columns it takes with its brackets; the node's own span leaves the brackets out.
_Part = tuple[Node, Span]


def parse(text: str, defined: Collection[str] = ()) -> Node:
    """Return the tree of an expression; an InputError says what is wrong, where, and what to write instead.

    A condition where a number is expected counts as 1 where it holds and 0 elsewhere: `(x > 0)*x`.
    defined: names of functions that definitions give; other names that are called are unknown functions, unless
    they look like a misspelt one or a product with the sign left out.
    """
    try:
        return _parsed(text, defined)
    except InputError as error:
        raise _cured(error, text, defined) from None


def parse_conditions(text: str, defined: Collection[str] = ()) -> tuple[Node, ...]:
    """Return the conditions of a `where` text, separated by commas, as in `x > 0, 0 < p < 1`."""
    try:
        return _parsed_conditions(text, defined)
    except InputError as error:
        raise _cured(error, text, defined) from None


def _parsed(text: str, defined: Collection[str]) -> Node:
    reader = _Reader(text, defined)
    tree = as_number(reader.whole(reader.node)[0])
    check_size(tree, text)
    return tree


def _parsed_conditions(text: str, defined: Collection[str]) -> tuple[Node, ...]:
    reader = _Reader(text, defined, listed=True)
    if len(reader.tokens) == 1:
        return ()
    conditions = reader.whole(reader.condition)
    for condition in conditions:
        check_size(condition, text)
    return conditions


def _cured(error: InputError, text: str, defined: Collection[str]) -> InputError:
    """Return the error for a way to write that is known, else the one that reading met."""

    def reads(cure: str) -> bool:
        try:
            _parsed(cure, defined)
        except InputError:
            return False
        return True

    return otherwise(text, reads) or error


class _Reader(Faults):
    """One text: its tokens, and the tree Python makes of them.  listed: whether it is conditions between commas."""

    def __init__(self, text: str, defined: Collection[str], listed: bool = False) -> None:
        super().__init__(text, tokenize(text), listed)
        self.defined = defined
        self.depth = 0

    def whole(self, read: Callable[[ast.expr], Node]) -> tuple[Node, ...]:
        """Read the text, or each of its parts between commas if it is a list."""
        shown = {NUMBER: "1", NAME: "x"}
        words = ["**" if t.text == "^" else shown.get(t.kind, t.text) for t in self.tokens]
        try:
            body = ast.parse("".join(word.ljust(WIDTH) for word in words), mode="eval").body
            parts = body.elts if self.listed and isinstance(body, ast.Tuple) and body.elts else [body]
            return tuple(read(part) for part in parts)
        except SyntaxError as error:
            raise self.fault(error) from None
        except (RecursionError, MemoryError):
            # How deep Python's parser goes depends on its version and on the stack the caller has used.
            span = (0, self.tokens[-1].stop)
            help_ = "split the loss into smaller ones"
            raise self.problem("the expression is too long or nested too deeply", span, help_) from None

    # --- places

    def range(self, part: ast.expr | ast.keyword) -> tuple[int, int]:
        """Return the indices of the first and the last token of a part."""
        return part.col_offset // WIDTH, ((part.end_col_offset or 1) - 1) // WIDTH

    def span(self, part: ast.expr) -> Span:
        """Return the columns of a part as typed."""
        first, last = self.range(part)
        return (self.tokens[first].start, self.tokens[last].stop)

    def bracketed(self, part: ast.expr) -> Span:
        """Return the columns of an operand with the brackets around it, which `ast` leaves out."""
        first, last = self.range(part)
        while self.tokens[first - 1].text == "(" and self.tokens[last + 1].text == ")":
            first, last = first - 1, last + 1
        return (self.tokens[first].start, self.tokens[last].stop)

    # --- parts

    def node(self, part: ast.expr) -> Node:
        """Return the node of a part."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_deep(self.span(part), self.text)
        node = self.operation(part)
        self.depth -= 1
        return node

    def number(self, part: ast.expr) -> Node:
        """Return the node of a part whose value is a number."""
        return as_number(self.node(part))

    def condition(self, part: ast.expr) -> Node:
        """Return the node of a part that must be a condition."""
        return as_condition(self.node(part), self.bracketed(part), self.text)

    def operation(self, part: ast.expr) -> Node:
        """Return the node of a part, by what Python says it is."""
        args: tuple[Node, ...]
        match part:
            case ast.Constant():
                return number(number_value(self.text, self.tokens[self.range(part)[0]]), self.span(part))
            case ast.Name() | ast.Attribute():
                return leaf(self.words(part), self.text)
            case ast.Call():
                return self.called(part)
            case ast.BinOp(op=ast.Pow()):
                op, args = "pow", (self.number(part.left), self.number(part.right))
            case ast.BinOp():
                return self.chain(part)
            case ast.BoolOp():
                values = [(self.condition(v), self.bracketed(v)) for v in part.values]
                return _join(values, [LOGIC[type(part.op)]] * (len(values) - 1))[0]
            case ast.Compare():
                return self.comparisons(part)
            case ast.IfExp():
                op = "where"
                args = (self.condition(part.test), self.number(part.body), self.number(part.orelse))
            case ast.UnaryOp(op=ast.Not()):
                op, args = "not", (self.condition(part.operand),)
            case ast.UnaryOp():
                return self.signed(part)
            case ast.List() | ast.Subscript() | ast.Tuple():
                return self.vector(part)
            case _:
                raise self.fault()
        return Node(op, args, None, self.span(part))

    def signed(self, part: ast.UnaryOp) -> Node:
        """Drop a plus; a minus before a number makes the negative number."""
        node = self.number(part.operand)
        if isinstance(part.op, ast.UAdd):
            return node
        if isinstance(node.leaf, Fraction) and node.leaf >= 0:
            return number(-node.leaf, self.span(part))
        return Node("neg", (node,), None, self.span(part))

    def chain(self, part: ast.BinOp) -> Node:
        """Read a sum or a product; it may be longer than Python's stack is deep."""
        signs = SUMS if type(part.op) in SUMS else TERMS
        operands: list[ast.expr] = []
        ops: list[str] = []
        left: ast.expr = part
        # A left operand in brackets starts further right.
        while isinstance(left, ast.BinOp) and type(left.op) in signs and left.col_offset == part.col_offset:
            operands.append(left.right)
            ops.append(signs[type(left.op)])
            left = left.left
        operands.append(left)
        return _join([(self.number(p), self.bracketed(p)) for p in reversed(operands)], ops[::-1])[0]

    def comparisons(self, part: ast.Compare) -> Node:
        """Read `a < b < c` as `a < b and b < c`."""
        operands = [(self.number(p), self.bracketed(p)) for p in (part.left, *part.comparators)]
        pairs = zip(operands, operands[1:], part.ops, strict=False)
        found = [_join([left, right], [COMPARISONS[type(op)]]) for left, right, op in pairs]
        return _join(found, ["and"] * (len(found) - 1))[0]

    def vector(self, part: ast.List | ast.Subscript | ast.Tuple) -> Node:
        """Read `[a, b]`, `y[i]`, `x[0, 2]`, `softmax(z)[k]`; a part of a named vector is a name."""
        if isinstance(part, ast.List | ast.Tuple):
            if not part.elts:
                raise self.fault()
            if isinstance(part, ast.Tuple):
                comma = next(t for t in self.tokens[self.range(part.elts[0])[1] :] if t.text == ",")
                help_ = "write one number, `[a, b]` for a vector, or `max(a, b)` without inner brackets"
                raise self.problem("a list of values is not a number", comma.span, help_)
            return Node("vector", tuple(self.number(p) for p in part.elts), None, self.span(part))
        base = self.number(part.value)
        listed = part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]
        indices = [self.index(p) for p in listed]
        if base.op == NAME:
            return name(subscripted(str(base.leaf), [index_text(i) for i in indices]), self.span(part))
        return Node("item", (base, *indices), None, self.span(part))

    def index(self, part: ast.expr) -> Node:
        """Return what a subscript holds: a letter, a number, a letter and a number."""
        node = self.number(part)
        try:
            index_text(node)
        except ValueError:
            help_ = f"an index is a letter of `{' '.join(LETTERS)}`, a number from 0 on, or `i+1`"
            shown = self.text[slice(*self.span(part))]
            raise self.problem(f"`{shown[:40]}` is no index", self.span(part), help_) from None
        return node

    def words(self, part: ast.expr) -> Sequence[Token]:
        """Return the words of a name, perhaps behind a module's name."""
        first, last = self.range(part)
        words = self.tokens[first : last + 1]
        if any(word.text != "." if i % 2 else word.kind != NAME for i, word in enumerate(words)):
            raise self.fault()
        return words[::2]

    def called(self, part: ast.Call) -> Node:
        """Read a call; its arguments only if the function can be one."""
        words = self.words(part.func)
        opening = self.tokens[self.range(part.func)[1] + 1]
        if opening.text != "(" or any(k.arg is None for k in part.keywords):
            raise self.fault()
        row = None
        if len(words) > 1 or words[0].text not in self.defined:
            if is_layer(words, len(part.args)) and not part.keywords:
                return self.layer(part, words)
            if is_reduction(words, len(part.args), bool(part.keywords)):
                return self.reduced(part, words)
            row = row_called(words, len(part.args) + len(part.keywords), self.text)
        if row is None:
            return self.applied(part, words[-1])
        read = self.bound if takes_none(row) else self.node
        args = [read(a) if i else self.node(a) for i, a in enumerate(part.args)]
        keywords = [(self.tokens[self.range(k)[0]], read(k.value)) for k in part.keywords]
        return call(Call(row, words[-1].text, self.span(part), self.text), args, keywords)

    def bound(self, part: ast.expr) -> Node | None:
        """Return the node of an argument that may be `None`."""
        is_none = isinstance(part, ast.Name) and self.words(part)[0].text == "None"
        return None if is_none else self.node(part)

    def applied(self, part: ast.Call, word: Token) -> Node:
        """Read a call of a function that no row has: an unknown one, or one that a definition gives."""
        if word.text not in self.defined:
            check_applied(word, self.tokens, [self.range(a) for a in part.args], self.text)
        if part.keywords or not part.args or len(part.args) > MAX_ARGUMENTS:
            raise self.problem(
                f"`{word.text[:40]}` takes 1 to {MAX_ARGUMENTS} plain arguments",
                self.span(part),
                f"write `{word.text[:40]}(x)`",
            )
        return Node(APPLY, tuple(self.number(a) for a in part.args), word.text, self.span(part))

    def reduced(self, part: ast.Call, words: Sequence[Token]) -> Node:
        """Read a call of what makes one number of many: `sum(e)`, `sum(e, i)`, `norm(v, ord=1)`, `max(a, b)`."""
        args = [self.number(a) for a in part.args]
        keywords = {self.tokens[self.range(k)[0]]: self.number(k.value) for k in part.keywords}
        return reduction(words, args, keywords, self.span(part), self.text)

    def layer(self, part: ast.Call, words: Sequence[Token]) -> Node:
        """Read a call of a layer, whose later arguments may be functions: `mlp(x, 2, relu)`."""
        first = self.number(part.args[0]) if part.args else None
        rest = [self.function(a) or self.number(a) for a in part.args[1:]]
        return read_layer(words, first, rest, self.span(part), self.text)

    def function(self, part: ast.expr) -> Sequence[Token]:
        """Return the words of a function that is named, not called; none for anything else."""
        if not isinstance(part, ast.Name | ast.Attribute):
            return ()
        words = self.words(part)
        return words if is_function(words[-1].text) else ()


def _join(parts: Sequence[_Part], ops: Sequence[str], most: int = CHAIN) -> _Part:
    """Join parts from the left; ``ops[i]`` stands behind ``parts[i]``.

    Up to CHAIN parts nest as Python nests them.  Longer sums and products of one operator are halved down
    to LEAF parts, so that the depth is about log2 of the length; a half behind a minus starts with a neg.
    """
    kinds = set(ops)
    if len(parts) > most and (kinds <= {"add", "sub"} or (len(kinds) == 1 and "div" not in kinds)):
        middle = len(parts) // 2
        op, tail = ops[middle - 1], list(parts[middle:])
        if op == "sub":
            op, tail[0] = "add", (Node("neg", tail[0][:1], None, tail[0][1]), tail[0][1])
        parts = [_join(parts[:middle], ops[: middle - 1], LEAF), _join(tail, ops[middle:], LEAF)]
        ops = [op]
    left, (start, stop) = parts[0]
    for op, (right, (_, stop)) in zip(ops, parts[1:], strict=True):
        left = Node(op, (left, right), None, (start, stop))
    return left, (start, stop)
