"""Text to tree: the expression language is Python's, read by precedence climbing and never evaluated.

Why not `ast.parse`: `^` must bind as `**`, every keyword but five is a name here, spans count characters, and
the depth at which Python's own parser gives up differs between its versions.  `tests/test_parse.py` holds the
shape and the columns of the tree against `ast` on what both can read.

Read in order: `parse`, `_Parser.expression` (the precedences), `_Parser.operand`, then `_chain`. Limits: 100
000 characters, 100 levels of nesting, 64 arguments a call.  A sum, product, `and` or `or` of more than 32
parts is grouped in the middle, so that thousands of parts stay shallow; over the reals the meaning is the
same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from diffcheck.errors import SyntaxProblem
from diffcheck.limits import check_size, too_deep
from diffcheck.tokens import END, Token, number_value, tokenize
from diffcheck.tree import NAME, NUMBER, Node, Span, number
from diffcheck.vocabulary import Call, as_condition, as_number, call, is_condition, leaf, row_called

__all__ = ["is_condition", "parse", "parse_conditions"]

# Recursions of the parser; a level of the tree takes one or two.
MAX_RECURSION = 160
# Left-nested chains keep the shape of the text up to here; longer ones are grouped.
CHAIN = 32
LEAF = 4

TERNARY, OR, AND, NOT, COMPARISON, SUM, TERM, UNARY, POWER = range(1, 10)
COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
SUMS = {"+": "add", "-": "sub"}
TERMS = {"*": "mul", "/": "div"}
POWERS = ("**", "^")
WORDS = {"if", "else", "and", "or", "not"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A node and the columns it takes with its brackets; the node's own span leaves the brackets out."""

    node: Node
    start: int
    stop: int


def parse(text: str) -> Node:
    """Return the tree of an expression; an InputError says what is wrong, where, and what to write instead.

    A condition where a number is expected counts as 1 where it holds and 0 elsewhere: `(x > 0)*x`.
    """
    parser = _Parser(text)
    tree = as_number(parser.whole().node)
    parser.expect_end()
    check_size(tree, text)
    return tree


def parse_conditions(text: str) -> tuple[Node, ...]:
    """Return the conditions of a `where` text, separated by commas, as in `x > 0, 0 < p < 1`."""
    parser = _Parser(text)
    conditions = []
    while parser.token.kind != END:
        part = parser.whole()
        conditions.append(as_condition(part.node, (part.start, part.stop), text))
        check_size(part.node, text)
        if not parser.take(","):
            break
    parser.expect_end()
    return tuple(conditions)


class _Parser:
    """One text, read once from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The next token, not yet read."""
        return self.tokens[self.index]

    def advance(self) -> Token:
        """Return the next token and step past it; the end is never passed."""
        token = self.token
        self.index = min(self.index + 1, len(self.tokens) - 1)
        return token

    def take(self, *texts: str) -> Token | None:
        """Step past the next token if it is one of ``texts``."""
        return self.advance() if self.token.text in texts else None

    def whole(self) -> _Part:
        """Read one expression at the outermost level."""
        try:
            return self.expression(TERNARY)
        except RecursionError:
            # Only when the caller has used up most of the stack: the parser's own depth is bounded.
            raise too_deep(self.token.span, self.text) from None

    # --- precedences

    def expression(self, least: int) -> _Part:
        """Read an expression whose operators all bind at least as tightly as ``least``."""
        self.depth += 1
        if self.depth > MAX_RECURSION:
            raise too_deep(self.token.span, self.text)
        left = self.operand(least)
        if self.take(*POWERS):
            # The exponent may carry a sign and is grouped from the right.
            right = self.expression(UNARY)
            left = _join("pow", as_number(left.node), as_number(right.node), left.start, right.stop)
        if least <= TERM:
            left = self.chain(left, TERMS, UNARY)
        if least <= SUM:
            left = self.chain(left, SUMS, TERM)
        if least <= COMPARISON:
            left = self.comparisons(left)
        if least <= AND:
            left = self.logic(left, "and", NOT)
        if least <= OR:
            left = self.logic(left, "or", AND)
        if least <= TERNARY and self.take("if"):
            left = self.choice(left)
        self.depth -= 1
        return left

    def chain(self, first: _Part, signs: dict[str, str], tighter: int) -> _Part:
        """Read a sum or a product."""
        parts, ops = [first], [""]
        while sign := self.take(*signs):
            ops.append(signs[sign.text])
            parts.append(self.expression(tighter))
        if len(parts) == 1:
            return first
        return _chain([_Part(as_number(p.node), p.start, p.stop) for p in parts], ops)

    def comparisons(self, left: _Part) -> _Part:
        """Read `a < b < c` as `a < b and b < c`."""
        found = []
        while sign := self.take(*COMPARISONS):
            right = self.expression(SUM)
            op = COMPARISONS[sign.text]
            found.append(_join(op, as_number(left.node), as_number(right.node), left.start, right.stop))
            left = right
        return _chain(found, ["and"] * len(found)) if found else left

    def logic(self, first: _Part, word: str, tighter: int) -> _Part:
        """Read `p and q and r`, or the same with `or`."""
        parts = [first]
        while self.take(word):
            parts.append(self.expression(tighter))
        if len(parts) == 1:
            return first
        return _chain([self.conditional(p) for p in parts], [word] * len(parts))

    def conditional(self, part: _Part) -> _Part:
        """Return the part if it is a condition, else raise."""
        return _Part(as_condition(part.node, (part.start, part.stop), self.text), part.start, part.stop)

    def choice(self, then: _Part) -> _Part:
        """Read the rest of `a if c else b`, which means where(c, a, b)."""
        condition = self.conditional(self.expression(OR))
        if not self.take("else"):
            raise self.problem(
                f"expected `else`, found {self.token.shown}", self.token.span, "write `a if c else b`"
            )
        other = self.expression(TERNARY)
        args = (condition.node, as_number(then.node), as_number(other.node))
        return _part("where", args, then.start, other.stop)

    # --- operands

    def operand(self, least: int) -> _Part:
        """Read a number, a name, a call, a bracket, or a sign or `not` before one."""
        token = self.advance()
        if token.kind == NUMBER:
            return self.literal(token)
        if token.kind == NAME and token.text not in WORDS:
            return self.named(token)
        if token.text == "(":
            return self.bracket(token)
        if token.text in SUMS and least <= UNARY:
            return self.signed(token)
        if token.text == "not" and least <= NOT:
            condition = self.conditional(self.expression(NOT))
            return _part("not", (condition.node,), token.start, condition.stop)
        if len(self.tokens) == 1:
            raise self.problem("the text is empty", token.span, "write an expression such as `abs(y - f)`")
        help_ = "put the `not` and what it denies in brackets" if token.text == "not" else None
        raise self.problem(f"expected an expression, found {token.shown}", token.span, help_)

    def literal(self, token: Token) -> _Part:
        """Return a number, exact."""
        value = number_value(self.text, token)
        return _Part(number(value, token.span), token.start, token.stop)

    def signed(self, sign: Token) -> _Part:
        """Read what follows a sign.  Plus is dropped, minus before a number makes the negative number."""
        part = self.expression(UNARY)
        node = as_number(part.node)
        if sign.text == "+":
            return _Part(node, sign.start, part.stop)
        if isinstance(node.leaf, Fraction) and node.leaf >= 0:
            return _Part(number(-node.leaf, (sign.start, part.stop)), sign.start, part.stop)
        return _part("neg", (node,), sign.start, part.stop)

    def bracket(self, opening: Token) -> _Part:
        """Read the inside of round brackets; the node keeps its inner span."""
        if self.token.text == ")":
            raise self.problem(
                "empty brackets", (opening.start, self.token.stop), "write an expression inside"
            )
        inner = self.expression(TERNARY)
        if self.token.text == ",":
            raise self.problem(
                "a list of values is not a number",
                self.token.span,
                "write `max(a, b)` without inner brackets",
            )
        closing = self.close(opening)
        return _Part(inner.node, opening.start, closing.stop)

    def close(self, opening: Token) -> Token:
        """Step past the bracket that closes ``opening``."""
        if self.token.text == ")":
            return self.advance()
        if self.token.kind == END:
            raise self.problem("this bracket is never closed", opening.span, "add a `)`")
        raise self.misplaced()

    def named(self, first: Token) -> _Part:
        """Read a variable, a constant or a call, each perhaps behind a module's name."""
        words = [first]
        while self.take("."):
            if self.token.kind != NAME:
                raise self.problem(f"expected a name after `.`, found {self.token.shown}", self.token.span)
            words.append(self.advance())
        if self.token.text == "(":
            return self.called(words)
        return _Part(leaf(words, self.text), first.start, words[-1].stop)

    def called(self, words: Sequence[Token]) -> _Part:
        """Read the arguments of a call."""
        row = row_called(words, self.text)
        opening = self.advance()
        args: list[Node] = []
        keywords: list[tuple[Token, Node]] = []
        while self.token.text != ")":
            if self.token.kind == NAME and self.tokens[self.index + 1].text == "=":
                keyword = self.advance()
                self.advance()
                keywords.append((keyword, self.expression(TERNARY).node))
            elif keywords:
                raise self.problem("a value behind a keyword", self.token.span, "put plain values first")
            else:
                args.append(self.expression(TERNARY).node)
            if not self.take(","):
                break
        closing = self.close(opening)
        span = (words[0].start, closing.stop)
        return _Part(call(Call(row, words[-1].text, span, self.text), args, keywords), *span)

    # --- errors

    def problem(self, message: str, span: Span, help_: str | None = None) -> SyntaxProblem:
        """Return a SyntaxProblem about this text."""
        return SyntaxProblem(message, span=span, help=help_, text=self.text)

    def expect_end(self) -> None:
        """Raise unless the whole text is read."""
        if self.token.kind != END:
            raise self.misplaced()

    def misplaced(self) -> SyntaxProblem:
        """Return the error for a token that cannot follow a complete operand."""
        token, before = self.token, self.tokens[self.index - 1]
        if token.text == "=":
            return self.problem(
                "`=` does not compare", token.span, "write `==`; before a loss leave `name =` out"
            )
        if token.text == "(" or (token.kind in (NUMBER, NAME) and token.text not in WORDS):
            shown = "..." if token.text == "(" else token.text
            factors = f"{before.text if before.text != ')' else '(...)'}*{shown}"
            return self.problem(
                f"an operator is missing between `{before.text}` and {token.shown}",
                (before.start, token.stop),
                f"for a product write `{factors}`",
            )
        if token.kind == END:
            return self.problem("the text ends too early", token.span)
        return self.problem(f"expected an operator or the end, found {token.shown}", token.span)


def _part(op: str, args: tuple[Node, ...], start: int, stop: int) -> _Part:
    return _Part(Node(op, args, None, (start, stop)), start, stop)


def _join(op: str, left: Node, right: Node, start: int, stop: int) -> _Part:
    return _part(op, (left, right), start, stop)


def _chain(parts: Sequence[_Part], ops: Sequence[str]) -> _Part:
    """Join parts from the left; ``ops[i]`` stands before ``parts[i]``, the first is not used.

    Up to CHAIN parts nest as Python nests them.  Longer sums and products of one operator are halved down to
    LEAF parts, so that the depth is about log2 of the length.
    """
    kinds = set(ops[1:])
    if len(parts) > CHAIN and (kinds <= {"add", "sub"} or kinds in ({"mul"}, {"and"}, {"or"})):
        return _grouped(parts, ops)
    left = parts[0]
    for part, op in zip(parts[1:], ops[1:], strict=True):
        left = _join(op, left.node, part.node, left.start, part.stop)
    return left


def _grouped(parts: Sequence[_Part], ops: Sequence[str]) -> _Part:
    """Join the halves of a long chain; a half that would start with a minus starts with a negated part."""
    if len(parts) <= LEAF:
        return _chain(parts, ops)
    middle = len(parts) // 2
    op, right = ops[middle], list(parts[middle:])
    if op == "sub":
        op = "add"
        right[0] = _part("neg", (right[0].node,), right[0].start, right[0].stop)
    head = _grouped(parts[:middle], ops[:middle])
    tail = _grouped(right, ["", *ops[middle + 1 :]])
    return _join(op, head.node, tail.node, head.start, tail.stop)
