"""Tokens to tree: the expression language is Python's, read by precedence climbing and never evaluated.

Why not `ast.parse`: `^` must bind as `**`, every keyword but five is a name here, spans count characters, and the depth
at which Python's own parser gives up differs between its versions.  `tests/test_parse.py` holds the shape and the
columns of the tree against `ast` on what both can read.

Read in order: `parse`, `_Parser.expression` (the precedences), `_Parser.operand`, then `_chain`.
Limits: 100 000 characters, 100 levels of nesting, 64 arguments a call.  A sum, product, `and` or `or` of more than 32
parts is grouped in the middle, so that thousands of parts stay shallow; over the reals the meaning is the same.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from diffcheck.atoms import ALIASES, ATOMS, Atom
from diffcheck.errors import InputError, SyntaxProblem, UnknownFunction, WrongArguments
from diffcheck.tokens import END, Token, number_value, tokenize
from diffcheck.tree import NAME, NUMBER, Node, Span, name, number

__all__ = ["MAX_DEPTH", "check_size", "is_condition", "parse", "parse_conditions"]

# Recursion elsewhere takes a few Python frames a level, and rows expand to several levels; the interpreter has 1000.
MAX_DEPTH = 100
MAX_ARGUMENTS = 64
# Left-nested chains keep the shape of the text up to here; longer ones are grouped.
CHAIN = 32
LEAF = 4
# Bits of a constant power such as 10**10**10, which SymPy would try to write out.
MAX_BITS = 20_000

MODULES = frozenset(
    "np numpy math torch torch.nn torch.nn.functional torch.special nn nn.functional F jnp jax.numpy jax.nn jax.lax "
    "jax.scipy.special jax.scipy.linalg tf tf.math tf.nn tf.keras.activations tensorflow tensorflow.math tensorflow.nn "
    "K keras.ops scipy.special special sp sympy mp mpmath np.linalg numpy.linalg torch.linalg".split()
)
MODULE_CONSTANTS = {"pi": "pi", "e": "E", "E": "E"}
NOT_NAMES = {"True", "False", "None", "π"}

TERNARY, OR, AND, NOT, COMPARISON, SUM, TERM, UNARY, POWER = range(1, 10)
COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
SUMS = {"+": "add", "-": "sub"}
TERMS = {"*": "mul", "/": "div"}
POWERS = {"**", "^"}
WORDS = {"if", "else", "and", "or", "not"}

# The keywords of clip and clamp, by the parameter they stand for.
BOUNDS = {"min": 1, "a_min": 1, "lo": 1, "max": 2, "a_max": 2, "hi": 2}


@dataclass(frozen=True, slots=True)
class _Part:
    """A node and the columns it takes with its brackets; the node's own span leaves the brackets out."""

    node: Node
    start: int
    stop: int

    @property
    def span(self) -> Span:
        return (self.start, self.stop)


def parse(text: str) -> Node:
    """Return the tree of an expression; an InputError says what is wrong, where, and what to write instead.

    A condition where a number is expected counts as 1 where it holds and 0 elsewhere: `(x > 0)*x`.
    """
    parser = _Parser(text)
    part = parser.expression(TERNARY)
    parser.expect_end()
    tree = parser.as_number(part).node
    check_size(tree, text)
    return tree


def parse_conditions(text: str) -> tuple[Node, ...]:
    """Return the conditions of a `where` text, separated by commas: `x > 0, 0 < p < 1`; none for an empty text."""
    parser = _Parser(text)
    conditions = []
    while parser.token.kind != END:
        part = parser.as_condition(parser.expression(TERNARY))
        check_size(part.node, text)
        conditions.append(part.node)
        if parser.token.text != ",":
            break
        parser.advance()
    parser.expect_end()
    return tuple(conditions)


def is_condition(node: Node) -> bool:
    """Say whether the node is true or false rather than a number."""
    return node.op in ATOMS and ATOMS[node.op].syntax in ("comparison", "logic")


def check_size(tree: Node, text: str) -> None:
    """Raise SyntaxProblem when the tree is nested past MAX_DEPTH or holds a constant power nobody can write out."""
    depth: dict[int, int] = {}
    for node in reversed(list(tree.walk())):
        depth[id(node)] = 1 + max((depth[id(a)] for a in node.args), default=0)
        if depth[id(node)] > MAX_DEPTH:
            raise _too_deep(node.span, text)
    values: dict[int, Fraction | None] = {}
    for node in reversed(list(tree.walk())):
        if id(node) not in values:
            values[id(node)] = _value(node, values, text)


def _value(node: Node, values: dict[int, Fraction | None], text: str) -> Fraction | None:
    """Return the rational value of a constant part, or None; refuses powers of more than MAX_BITS bits."""
    if node.op == NUMBER:
        return Fraction(node.leaf or 0)
    args = [values[id(a)] for a in node.args]
    known = [a for a in args if a is not None]
    if not args or len(known) < len(args):
        return None
    if node.op == "neg":
        return -known[0]
    if node.op in ("add", "sub", "mul"):
        u, v = known
        result = u + v if node.op == "add" else u - v if node.op == "sub" else u * v
        return result if _bits(result) <= MAX_BITS else None
    if node.op == "div":
        return known[0] / known[1] if known[1] else None
    if node.op == "pow":
        base, exponent = known
        if base in (0, 1, -1):
            return base if base and exponent.denominator == 1 and exponent % 2 else None
        if _bits(base) * abs(exponent) > MAX_BITS:
            raise SyntaxProblem(
                "the number is too large to be written out",
                span=node.span,
                help="rescale the expression",
                text=text,
            )
        return base ** int(exponent) if exponent.denominator == 1 else None
    return None


def _bits(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def _too_deep(span: Span, text: str) -> SyntaxProblem:
    return SyntaxProblem(
        f"the expression is nested deeper than {MAX_DEPTH} levels",
        span=span,
        help="give inner parts names with `let`, or split the loss",
        text=text,
    )


class _Parser:
    """One text, read once from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def advance(self) -> Token:
        """Return the current token and step past it; the end is never passed."""
        token = self.token
        self.index = min(self.index + 1, len(self.tokens) - 1)
        return token

    def take(self, *texts: str) -> Token | None:
        """Step past the current token if it is one of ``texts``."""
        return self.advance() if self.token.text in texts else None

    # --- precedences

    def expression(self, least: int) -> _Part:
        """Read an expression whose operators all bind at least as tightly as ``least``."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _too_deep(self.token.span, self.text)
        left = self.operand(least)
        if self.token.text in POWERS and least <= POWER:
            left = self.power(left)
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

    def power(self, base: _Part) -> _Part:
        """Read `** exponent`; the exponent may carry a sign and is grouped from the right."""
        self.advance()
        exponent = self.expression(UNARY)
        return self.join("pow", self.as_number(base), self.as_number(exponent))

    def chain(self, first: _Part, signs: dict[str, str], tighter: int) -> _Part:
        """Read a sum or a product."""
        parts, ops = [first], [""]
        while sign := self.take(*signs):
            ops.append(signs[sign.text])
            parts.append(self.expression(tighter))
        if len(parts) == 1:
            return first
        return _chain([self.as_number(p) for p in parts], ops)

    def comparisons(self, left: _Part) -> _Part:
        """Read `a < b < c` as `a < b and b < c`."""
        found = []
        while sign := self.take(*COMPARISONS):
            right = self.expression(SUM)
            found.append(self.join(COMPARISONS[sign.text], self.as_number(left), self.as_number(right)))
            left = right
        if self.token.text == "=":
            raise self.problem(
                "`=` does not compare", self.token.span, "write `==`, or leave out `name =` before a loss"
            )
        return _chain(found, ["and"] * len(found)) if found else left

    def logic(self, first: _Part, word: str, tighter: int) -> _Part:
        """Read `p and q and r`, or the same with `or`."""
        parts = [first]
        while self.take(word):
            parts.append(self.expression(tighter))
        if len(parts) == 1:
            return first
        return _chain([self.as_condition(p) for p in parts], [word] * len(parts))

    def choice(self, then: _Part) -> _Part:
        """Read the rest of `a if c else b`, which means where(c, a, b)."""
        condition = self.as_condition(self.expression(OR))
        if not self.take("else"):
            raise self.problem(f"expected `else`, found {self.token.shown}", self.token.span, "a if c else b")
        other = self.expression(TERNARY)
        args = (condition.node, self.as_number(then).node, self.as_number(other).node)
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
        if token.text in ("+", "-") and least <= UNARY:
            return self.signed(token)
        if token.text == "not" and least <= NOT:
            condition = self.as_condition(self.expression(NOT))
            return _part("not", (condition.node,), token.start, condition.stop)
        raise self.unexpected(token)

    def literal(self, token: Token) -> _Part:
        """Return a number; `2x` is refused because Python refuses it and `2e` would be ambiguous."""
        following = self.token
        if following.kind == NAME and following.text not in WORDS and following.start == token.stop:
            raise self.problem(
                "a `*` is missing", (token.start, following.stop), f"write `{token.text}*{following.text}`"
            )
        return _Part(number(number_value(self.text, token), token.span), token.start, token.stop)

    def signed(self, sign: Token) -> _Part:
        """Read what follows a sign.  Plus is dropped, minus before a number makes the negative number."""
        part = self.as_number(self.expression(UNARY))
        node = part.node
        if sign.text == "+":
            return _Part(node, sign.start, part.stop)
        if node.op == NUMBER and Fraction(node.leaf or 0) >= 0:
            negative = number(-Fraction(node.leaf or 0), (sign.start, part.stop))
            return _Part(negative, sign.start, part.stop)
        return _part("neg", (node,), sign.start, part.stop)

    def bracket(self, opening: Token) -> _Part:
        """Read the inside of round brackets; the node keeps its inner span."""
        if self.token.text == ")":
            raise self.problem("empty brackets", (opening.start, self.token.stop), "expected an expression")
        inner = self.expression(TERNARY)
        if self.token.text == ",":
            raise self.problem(
                "a list of values is not a number",
                self.token.span,
                "call functions as `max(a, b)`, without inner brackets",
            )
        closing = self.close(opening)
        return _Part(inner.node, opening.start, closing.stop)

    def close(self, opening: Token) -> Token:
        """Step past the bracket that closes ``opening``."""
        if self.token.text == ")":
            return self.advance()
        if self.token.kind == END:
            raise self.problem("this bracket is never closed", opening.span, "expected `)`")
        raise self.unexpected(self.token, after=self.tokens[self.index - 1])

    # --- names and calls

    def named(self, token: Token) -> _Part:
        """Read a variable, a constant or a call, each perhaps behind a module's name."""
        first, last, module = token, token, ""
        while self.token.text == ".":
            self.advance()
            if self.token.kind != NAME:
                raise self.problem(f"expected a name after `.`, found {self.token.shown}", self.token.span)
            module = f"{module}.{last.text}" if module else last.text
            last = self.advance()
        if module and module not in MODULES:
            raise self.foreign_attribute(first, last, module)
        if self.token.text == "(":
            return self.call(first, last)
        span = (first.start, last.stop)
        if module:
            if last.text not in MODULE_CONSTANTS:
                raise self.problem(f"`{module}.{last.text}` is not known here", span, "write a plain name")
            return _part(MODULE_CONSTANTS[last.text], (), *span)
        return _Part(self.plain(last), *span)

    def plain(self, token: Token) -> Node:
        """Return the constant or variable a bare name stands for."""
        row = ATOMS.get(ALIASES.get(token.text, token.text))
        if row is not None and row.syntax == "constant":
            return Node(row.name, (), None, token.span)
        if row is not None and row.syntax == "call":
            raise self.problem(
                f"`{token.text}` is a function and needs its arguments",
                token.span,
                f"write `{token.text}({_parameters(row)})`, or choose another name for the variable",
            )
        if token.text in NOT_NAMES:
            raise self.problem(
                f"`{token.text}` has no value here", token.span, "write 1, 0 or a condition such as `x > 0`"
            )
        return name(token.text, token.span)

    def foreign_attribute(self, first: Token, last: Token, module: str) -> InputError:
        """Return the error for a dot that is not behind the name of a known module."""
        called = self.token.text == "("
        known = ALIASES.get(last.text, last.text) in ATOMS
        hint = f"write `{last.text}({module})`" if called and known else "names have no parts; write a plain name"
        return self.problem(f"`{module}.{last.text}` is not known here", (first.start, last.stop), hint)

    def call(self, first: Token, last: Token) -> _Part:
        """Read the arguments of a call and check them against the function's row."""
        row = self.row(first, last)
        opening = self.advance()
        parts: list[_Part] = []
        keywords: dict[str, _Part] = {}
        while self.token.text != ")":
            if self.token.kind == NAME and self.tokens[self.index + 1].text == "=":
                keyword = self.advance()
                self.advance()
                self.keyword(row, keyword, keywords)
                keywords[keyword.text] = self.expression(TERNARY)
            elif keywords:
                raise self.problem("a value behind a keyword", self.token.span, "put plain values first")
            else:
                parts.append(self.expression(TERNARY))
            if not self.take(","):
                break
        closing = self.close(opening)
        span = (first.start, closing.stop)
        if keywords:
            return self.bounded(row, parts, keywords, span)
        self.check_count(row, last.text, len(parts), span)
        return _part(row.name, self.typed(row, parts), *span)

    def row(self, first: Token, last: Token) -> Atom:
        """Return the row of a called name, or raise UnknownFunction with the nearest name."""
        row = ATOMS.get(ALIASES.get(last.text, last.text))
        if row is not None and row.syntax != "constant" and last.text not in WORDS:
            return row
        span = (first.start, last.stop)
        known = [n for n, a in ATOMS.items() if a.syntax == "call"] + list(ALIASES)
        near = difflib.get_close_matches(last.text[:40], known, n=1)
        if last.text in ("mean", "sum", "nanmean", "nansum"):
            hint = f"write the loss of one sample, without `{last.text}`"
        elif near:
            hint = f"did you mean `{near[0]}`?"
        else:
            hint = f"for a product write `{last.text}*(...)`; `diffcheck atoms` lists the functions"
        raise UnknownFunction(f"unknown function `{last.text}`", span=span, help=hint, text=self.text)

    def keyword(self, row: Atom, keyword: Token, seen: dict[str, _Part]) -> None:
        """Refuse every keyword but the bounds of clip, each at most once."""
        taken = {BOUNDS[k] for k in seen}
        if row.name != "clip" or keyword.text not in BOUNDS or BOUNDS[keyword.text] in taken:
            raise WrongArguments(
                f"`{row.name}` does not take `{keyword.text}=` here",
                span=keyword.span,
                help=f"write `{row.name}({_parameters(row)})`",
                text=self.text,
            )

    def bounded(self, row: Atom, parts: list[_Part], keywords: dict[str, _Part], span: Span) -> _Part:
        """Return clip with keyword bounds; with one bound it is a max or a min, as in torch.clamp(x, min=0)."""
        bounds = {BOUNDS[k]: self.as_number(p).node for k, p in keywords.items()}
        plain = [self.as_number(p).node for p in parts]
        if len(plain) == 2 and 1 not in bounds:
            bounds[1] = plain.pop()
        if len(plain) != 1:
            raise WrongArguments(
                f"`{row.name}` needs one value and its bounds",
                span=span,
                help=f"write `{row.name}({_parameters(row)})`",
                text=self.text,
            )
        if 2 not in bounds:
            return _part("max", (plain[0], bounds[1]), *span)
        if 1 not in bounds:
            return _part("min", (plain[0], bounds[2]), *span)
        return _part(row.name, (plain[0], bounds[1], bounds[2]), *span)

    def check_count(self, row: Atom, called: str, count: int, span: Span) -> None:
        """Raise WrongArguments unless the row takes that many arguments."""
        least, most = row.arity
        if least <= count <= (most or MAX_ARGUMENTS):
            return
        wanted = f"{least}" if most == least else f"at least {least}" if count < least else f"at most {MAX_ARGUMENTS}"
        hint = f"write `{called}({_parameters(row)})`"
        if row.name == "log" and count == 2:
            hint = "for the logarithm of x to base b write `log(x)/log(b)`"
        raise WrongArguments(
            f"`{called}` takes {wanted} argument{'s' * (wanted != '1')}, got {count}",
            span=span,
            help=hint,
            text=self.text,
        )

    def typed(self, row: Atom, parts: Sequence[_Part]) -> tuple[Node, ...]:
        """Return the arguments with conditions where the row wants conditions and numbers elsewhere."""
        conditional = len(parts) if row.syntax == "logic" else 1 if row.name == "where" else 0
        turn: Callable[[int], Callable[[_Part], _Part]] = lambda i: (  # noqa: E731
            self.as_condition if i < conditional else self.as_number
        )
        return tuple(turn(i)(p).node for i, p in enumerate(parts))

    # --- building

    def join(self, op: str, left: _Part, right: _Part) -> _Part:
        """Return the node of a binary operator."""
        return _part(op, (left.node, right.node), left.start, right.stop)

    def as_number(self, part: _Part) -> _Part:
        """Return the part, a condition turned into 1 where it holds and 0 elsewhere."""
        if not is_condition(part.node):
            return part
        span = part.node.span
        return _Part(
            Node("where", (part.node, number(1, span), number(0, span)), None, span), part.start, part.stop
        )

    def as_condition(self, part: _Part) -> _Part:
        """Return the part if it is a condition, else raise."""
        if is_condition(part.node):
            return part
        shown = self.text[part.start : part.stop]
        hint = f"compare it, as in `{shown} > 0`" if len(shown) <= 30 else "compare it, as in `x > 0`"
        raise self.problem("expected a condition, found a number", part.span, hint)

    # --- errors

    def problem(self, message: str, span: Span, help_: str | None = None) -> SyntaxProblem:
        """Return a SyntaxProblem about this text."""
        return SyntaxProblem(message, span=span, help=help_, text=self.text)

    def expect_end(self) -> None:
        """Raise unless the whole text is read."""
        if self.token.kind != END:
            raise self.unexpected(self.token, after=self.tokens[self.index - 1] if self.index else None)

    def unexpected(self, token: Token, after: Token | None = None) -> SyntaxProblem:
        """Return the error for a token that cannot stand where it does; ``after`` is what it follows, if an operand."""
        if len(self.tokens) == 1:
            return self.problem("the text is empty", token.span, "expected an expression such as `abs(y - f)`")
        if after is None:
            return self.problem(f"expected an expression, found {token.shown}", token.span)
        if token.text == "=":
            return self.problem(
                "`=` does not compare", token.span, "write `==`, or leave out `name =` before a loss"
            )
        if token.kind == END:
            return self.problem("the text ends too early", token.span, "expected an operator or `)`")
        if token.kind in (NUMBER, NAME) and token.text not in WORDS or token.text == "(":
            return self.problem(
                f"an operator is missing between `{after.text}` and {token.shown}",
                (after.start, token.stop),
                f"for a product write `{after.text}*{token.text}`",
            )
        return self.problem(f"expected an operator or the end, found {token.shown}", token.span)


def _part(op: str, args: tuple[Node, ...], start: int, stop: int) -> _Part:
    return _Part(Node(op, args, None, (start, stop)), start, stop)


def _parameters(row: Atom) -> str:
    return "a, b, ..." if row.variadic else ", ".join(row.params)


def _chain(parts: Sequence[_Part], ops: Sequence[str]) -> _Part:
    """Join parts from the left; ``ops[i]`` stands before ``parts[i]``, the first is not used.

    Up to CHAIN parts nest as Python nests them.  Longer sums and products of one operator are halved down to LEAF
    parts, so that the depth is about log2 of the length; `a - b` inside a group becomes `+ (-b)`.
    """
    if len(parts) > CHAIN and (set(ops[1:]) <= {"add", "sub"} or set(ops[1:]) in ({"mul"}, {"and"}, {"or"})):
        return _grouped(parts, ops)
    left = parts[0]
    for part, op in zip(parts[1:], ops[1:], strict=True):
        left = _part(op, (left.node, part.node), left.start, part.stop)
    return left


def _grouped(parts: Sequence[_Part], ops: Sequence[str]) -> _Part:
    if len(parts) <= LEAF:
        return _chain(parts, ops)
    middle = len(parts) // 2
    op = ops[middle]
    right = list(parts[middle:])
    if op == "sub":
        op = "add"
        first = right[0]
        right[0] = _part("neg", (first.node,), first.start, first.stop)
    head = _grouped(parts[:middle], ops[:middle])
    tail = _grouped(right, ["", *ops[middle + 1 :]])
    return _part(op, (head.node, tail.node), head.start, tail.stop)
