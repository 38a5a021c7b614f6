r"""What a formula means: the tree of the printed formula becomes a tree of the expression language.

Decided here: what a script is (index, exponent, label), what cases leave out, what \|.\| and [.]_+ compute; how far
\log and \sum reach is in product.py.  Nothing is guessed silently: a reading that another reader might not share is a
note, and what would be a guess is an error.  Read in order: `meaning`, `_Reader.read`, then `_Reader.named`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from diffcheck.language.tree import NUMBER, Node, name, number
from diffcheck.language.vocabulary import is_condition
from diffcheck.latex.extent import extended
from diffcheck.latex.names import Definition, Names
from diffcheck.latex.printed import (
    as_mean,
    counts,
    exponents,
    is_transposed,
    leading_sum,
    letter,
    listed,
    renamed,
    same_name,
    unwrapped,
)
from diffcheck.latex.product import Product
from diffcheck.latex.vectors import is_root, norm, scalar_product, square

__all__ = ["meaning"]

MAX_DIGITS = 1000
# Sums keep the shape of the formula up to here.
CHAIN = 32

_OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "ne": "eq", "eq": "ne"}
_MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


def meaning(tree: Node, definitions: Mapping[str, Definition], text: str, notes: list[str]) -> Node:
    """Return the tree in the expression language, its spans the columns of the LaTeX; notes are added to."""

    def note(said: str) -> None:
        if said not in notes:
            notes.append(said)

    tree = extended(tree, note)
    known = {name: Definition(d.subs, extended(d.body, note)) for name, d in definitions.items()}
    return _Reader(tree, known, text, notes).whole(tree)


class _Reader(Names):
    """One formula, read from the top down.

    using: the definitions around what is read now.  in_norm: how many norms are around it.
    """

    def __init__(
        self, tree: Node, definitions: Mapping[str, Definition], text: str, notes: list[str]
    ) -> None:
        super().__init__(tree, definitions, text, notes)
        self.using: tuple[str, ...] = ()
        self.in_norm = 0
        self.values: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Node] = {}

    # --- reading

    def whole(self, tree: Node) -> Node:
        """Return the meaning of a formula that must be one number."""
        return self.number(self.only(tree))

    def only(self, node: Node) -> Node:
        """Return the one part of a list."""
        parts = listed(node)
        if len(parts) != 1:
            help_ = "write one expression here; only functions, norms and maxima take lists"
            raise self.problem("a list is not a number", node.span, help_)
        return parts[0]

    def read(self, node: Node) -> Node:
        """Return the meaning of a part: a number or a condition."""
        found = getattr(self, f"read_{node.op}")(node)
        assert isinstance(found, Node)
        return found

    def read_sign(self, node: Node) -> Node:
        raise self.problem("an expression is missing here", node.span, "write a number or a name")

    def number(self, node: Node) -> Node:
        """Return the meaning of a part that must be a number."""
        return self.as_number(self.read(node))

    def as_number(self, found: Node) -> Node:
        """Return what is a number; a condition counts 1 or 0 in an indicator only."""
        if is_condition(found):
            help_ = "write \\mathbb{1}[...] for 1 where it holds and 0 elsewhere"
            raise self.problem("a condition stands where a number is expected", found.span, help_)
        return found

    def condition(self, node: Node) -> Node:
        """Return the meaning of a part that must be a condition."""
        found = self.read(node)
        if not is_condition(found):
            raise self.problem("expected a condition, found a number", node.span, "compare it, as in x > 0")
        return found

    def all_of(self, parts: Sequence[Node]) -> Node:
        """Return the condition that all parts hold, as commas mean it."""
        found = self.condition(parts[0])
        for part in parts[1:]:
            found = Node("and", (found, self.condition(part)), None, (found.span[0], part.span[1]))
        return found

    def read_number(self, node: Node) -> Node:
        mantissa, _, exponent = str(node.leaf).partition("e")
        if len(mantissa) > MAX_DIGITS or len(exponent) > 5 or abs(int(exponent or 0)) > MAX_DIGITS:
            help_ = f"at most {MAX_DIGITS} digits and exponents up to {MAX_DIGITS}"
            raise self.problem("the number is too long or its exponent too large", node.span, help_)
        return number(Fraction(str(node.leaf)), node.span)

    def read_name(self, node: Node) -> Node:
        word = str(node.leaf)
        if word == "oo":
            raise self.problem("\\infty is not a number of the language", node.span, "write a large number")
        if self.is_constant(word):
            return Node("pi" if word == "pi" else "E", (), None, node.span)
        if word in self.definitions and not self.definitions[word].subs:
            return self.defined(word, (), node)
        if word == "e":
            self.note("e is a name: Euler's number carries an exponent, or is \\mathrm{e}")
        if word in self.bound:
            word = self.letters[word]
        return name(self.free(word), node.span)

    def read_size(self, node: Node) -> Node:
        help_ = "write a letter such as N"
        raise self.problem("this is read only as the number of terms that divides a sum", node.span, help_)

    def read_dots(self, node: Node) -> Node:
        raise self.problem("`...` is not read", node.span, "write a sum \\sum_i, or all the terms")

    def read_list(self, node: Node) -> Node:
        return self.read(self.only(node))

    read_braces = read_list

    def read_group(self, node: Node) -> Node:
        parts = listed(node)
        if not parts:
            raise self.problem("empty brackets", node.span, "write an expression inside")
        if len(parts) > 1:
            return Node("vector", tuple(map(self.number, parts)), None, node.span)
        return self.read(parts[0])

    def read_sum(self, node: Node) -> Node:
        terms: list[tuple[bool, Node]] = []
        negative = False
        for part in node.args:
            if part.op == "sign":
                negative ^= part.leaf == "-"
            else:
                value = self.number(part)
                while value.op == "neg":  # x - (-y) is x + y, as x - -y is
                    negative, value = not negative, value.args[0]
                terms.append((negative, value))
                negative = False
        return self.added(terms, node.span[0])

    def added(self, terms: Sequence[tuple[bool, Node]], start: int) -> Node:
        """Return the sum of (whether it is subtracted, term); long ones are grouped, so that they stay shallow."""
        if len(terms) > CHAIN:
            middle = len(terms) // 2
            left, right = (
                self.added(terms[:middle], start),
                self.added(terms[middle:], terms[middle][1].span[0]),
            )
            return Node("add", (left, right), None, (start, right.span[1]))
        (negative, found), *rest = terms
        found = self.negative(found, start) if negative else found
        for negative, value in rest:
            op = "sub" if negative else "add"
            found = Node(op, (found, value), None, (found.span[0], value.span[1]))
        return found

    def negative(self, value: Node, start: int) -> Node:
        """Return the number with a minus that is printed at column ``start``."""
        span = (min(start, value.span[0]), value.span[1])
        if value.op == "neg":
            return value.args[0]
        if value.op == NUMBER and isinstance(value.leaf, Fraction) and value.leaf > 0:
            return number(-value.leaf, span)
        if value.op in ("mul", "div"):
            # As the expression language reads it: -a*b is (-a)*b.
            return Node(value.op, (self.negative(value.args[0], start), value.args[1]), None, span)
        return Node("neg", (value,), None, span)

    def read_product(self, node: Node) -> Node:
        return Product(self, node.args, node.span).read()

    def read_prefix(self, node: Node) -> Node:
        return Product(self, [node], node.span).read()

    read_called = read_indicator = read_prefix

    def read_relation(self, node: Node) -> Node:
        parts, signs = node.args[::2], node.args[1::2]
        if any(sign.leaf == "in" for sign in signs):
            return self.member(node)
        values = [self.number(part) for part in parts]
        pairs = [
            Node(str(sign.leaf), (left, right), None, (left.span[0], right.span[1]))
            for left, right, sign in zip(values, values[1:], signs, strict=False)
        ]
        found = pairs[0]
        for pair in pairs[1:]:
            found = Node("and", (found, pair), None, node.span)
        return found

    def member(self, node: Node) -> Node:
        r"""Read x \in [a, b] as a <= x <= b."""
        value, sign, among = node.args[:3]
        ends = listed(among) if among.op == "group" and len(node.args) == 3 else []
        opening, closing = self.text[among.span[0]], self.text[among.span[1] - 1]
        if len(ends) != 2 or opening not in "([" or closing not in ")]":
            help_ = "write inequalities, such as 0 \\le x"
            raise self.problem("membership of a set is not read here", sign.span, help_)
        inside, low, high = self.number(value), self.number(ends[0]), self.number(ends[1])
        below = Node("le" if opening == "[" else "lt", (low, inside), None, node.span)
        above = Node("le" if closing == "]" else "lt", (inside, high), None, node.span)
        return Node("and", (below, above), None, node.span)

    def read_conjunction(self, node: Node) -> Node:
        return self.all_of(node.args)

    def read_disjunction(self, node: Node) -> Node:
        found = self.condition(node.args[0])
        for part in node.args[1:]:
            found = Node("or", (found, self.condition(part)), None, (found.span[0], part.span[1]))
        return found

    def read_negated(self, node: Node) -> Node:
        return Node("not", (self.condition(node.args[0]),), None, node.span)

    # --- fractions, roots and bars

    def read_frac(self, node: Node) -> Node:
        above, below = node.args
        total = leading_sum(above)
        if total is not None and counts(below, total):
            return self.whole(as_mean(above))
        return Node("div", (self.whole(above), self.whole(below)), None, node.span)

    def read_sqrt(self, node: Node) -> Node:
        return Node("sqrt", (self.whole(node.args[0]),), None, node.span)

    def read_root(self, node: Node) -> Node:
        degree, value = self.whole(node.args[0]), self.whole(node.args[1])
        if degree.leaf in (2, 3):
            return Node("sqrt" if degree.leaf == 2 else "cbrt", (value,), None, node.span)
        inverse = Node("div", (number(1, degree.span), degree), None, degree.span)
        return Node("pow", (value, inverse), None, node.span)

    def read_abs(self, node: Node) -> Node:
        return Node(node.op, (self.whole(node.args[0]),), None, node.span)

    read_floor = read_ceil = read_abs

    def read_inner(self, node: Node) -> Node:
        parts = listed(node.args[0])
        if len(parts) != 2:
            help_ = "write \\langle a, b \\rangle"
            raise self.problem("a scalar product takes two parts", node.span, help_)
        left, right = map(self.number, parts)
        return scalar_product(left, right, node.span, self.fresh, self.note)

    def read_norm(self, node: Node) -> Node:
        return self.norm(node, None)

    def norm(self, node: Node, script: Node | None) -> Node:
        """Read a norm: Euclidean without an index below, else the p-norm that it names."""
        self.in_norm += 1
        parts = [self.number(part) for part in listed(node.args[0])]
        self.in_norm -= 1
        order = None if script is None else unwrapped(script.args[0])
        if order is None or order.leaf in ("2", "F"):
            power = None
        elif order.leaf == "oo":
            power = name("inf", order.span)
        elif order.op in ("number", "name") or (order.op == "scripted" and order.args[0].op == "name"):
            power = self.number(order)
        else:
            help_ = "norms of a number, a name, F and \\infty are; write others as (\\sum_i |x_i|^p)^{1/p}"
            raise self.problem("this norm is not read", order.span, help_)
        if len(parts) == 1:
            return norm(parts[0], power, node.span, self.fresh, self.note)
        if power is None:
            return Node("norm", tuple(parts), None, node.span)
        return norm(Node("vector", tuple(parts), None, node.span), power, node.span, self.fresh, self.note)

    # --- cases

    def read_cases(self, node: Node) -> Node:
        values = [self.number(self.only(row.args[0])) for row in node.args]
        conditions = [
            None if row.op == "otherwise" else self.all_of(listed(row.args[1])) for row in node.args
        ]
        if None in conditions[:-1]:
            row = node.args[conditions.index(None)]
            raise self.problem("`otherwise` stands in the last row", row.span, "put it last")
        known = [c for c in conditions if c is not None]
        last = conditions[-1]
        labels = len(known) > 1 and all(c.op == "eq" for c in known)
        if last is None or labels or _is_rest(known):
            tail = values.pop()
            known = known[: len(values)]
            if last is not None and labels:
                # y = 1, y = -1: the values of a label, of which no others occur.
                self.note("the last case is taken wherever no other holds")
        else:
            zero = number(0, node.span)
            tail = Node("div", (zero, zero), None, node.span)
            self.note("where none of the cases holds there is no value: 0/0")
        for value, condition in zip(reversed(values), reversed(known), strict=True):
            tail = Node("where", (condition, value, tail), None, (value.span[0], node.span[1]))
        return tail

    # --- scripts

    def read_scripted(self, node: Node) -> Node:
        base, *scripts = node.args
        if is_transposed(node):
            return self.read_prefix(node)
        inner = unwrapped(base)
        if base.op == "braces" and inner.op in ("name", "norm", "group", "scripted"):
            bare = inner.args if inner.op == "scripted" else (inner,)
            return self.read(Node("scripted", (*bare, *scripts), None, node.span))
        if base.op == "name":
            return self.named(node)
        below = [s for s in scripts if s.op == "sub"]
        above = [s for s in scripts if s.op == "sup"]
        if base.op == "norm":
            if len(below) > 1:
                raise self.problem("a norm takes one script below", below[1].span)
            value = self.norm(base, below[0] if below else None)
            euclidean = not below or unwrapped(below[0].args[0]).leaf in ("2", "F")
            if euclidean and above and unwrapped(above[0].args[0]).leaf == "2":
                return self.raised(square(value), above[1:])
            if below and above and is_root(value) and same_name(below[0].args[0], above[0].args[0]):
                # The root of order q, raised to q.
                return self.raised(value.args[0], above[1:])
            return self.raised(value, above)
        value = self.read(base)
        for script in below:
            if script.args[0].leaf == "plus" and base.op in ("group", "abs"):
                value = Node("relu", (self.as_number(value),), None, (base.span[0], script.span[1]))
            else:
                value = self.lowered(value, script)
        for script in [s for s in above if s.args[0].leaf == "plus" and base.op == "group"]:
            # (x)^+ is printed for the positive part as (x)_+ is.
            value = Node("relu", (self.as_number(value),), None, (base.span[0], script.span[1]))
            above.remove(script)
        return self.raised(self.as_number(value), above)

    def lowered(self, value: Node, script: Node) -> Node:
        r"""Read what stands below brackets: \operatorname{softmax}(z)_k is an entry."""
        content = script.args[0]
        if value.op not in ("softmax", "vector", "apply") or content.op == "sign":
            help_ = "put the index on the names inside the brackets"
            raise self.problem("a script below an expression is not read", script.span, help_)
        entries = tuple(self.index(part) for part in listed(content))
        return Node("item", (value, *entries), None, (value.span[0], script.span[1]))

    def raised(self, value: Node, above: Sequence[Node]) -> Node:
        """Read what stands above: an exponent."""
        for script in above:
            content = script.args[0]
            if content.op == "sign":
                help_ = "a transpose stands before the other factor, w^\\top x; other marks stand on names"
                raise self.problem("this mark is not read here", script.span, help_)
            if letter(unwrapped(content)) in self.bound:
                help_ = f"write it below, or as ^{{({unwrapped(content).leaf})}}"
                raise self.problem("an index of a sum stands as an exponent here", content.span, help_)
            exponent = self.whole(content)
            span = (value.span[0], script.span[1])
            if value.op == "E":
                value = Node("exp", (exponent,), None, span)
            else:
                value = Node("pow", (value, exponent), None, span)
        return value

    def named(self, node: Node) -> Node:
        """Read a name with scripts: indices, labels that become part of the name, exponents."""
        base, *scripts = node.args
        word = str(base.leaf)
        powers = [s for s in exponents(scripts) if not self.is_label(word, s)]
        marks = [s for s in scripts if s.args[0].op == "sign"]
        # Beside k_i the script of k_+ is a label as well: the positive key.
        signed = self.signed or word in self.positions
        positive = [s for s in marks if s.op == "sub" and s.args[0].leaf == "plus" and not signed]
        labels = [
            self.label(s.args[0])
            for s in scripts
            if (s in marks or self.is_label(word, s)) and s not in positive
        ]
        entries, others = self.entries(node)
        letters = tuple(str(each) for each in map(letter, [*entries, *others]) if each)
        span = (base.span[0], max([base.span[1], *(s.span[1] for s in scripts if s not in powers)]))
        known = self.definitions.get(word)
        value: Node
        if known is not None and len(known.subs) == len(entries) + len(others) == len(letters):
            value = self.defined(word, letters, node)
        elif self.is_constant(word) and not entries and not others and not labels:
            value = self.read_name(base)
        else:
            value = name(self.free("_".join([word, *map(self.label, others), *labels])), span)
            if entries:
                value = Node("item", (value, *map(self.index, entries)), None, span)
        if positive:
            value = Node("relu", (value,), None, span)
        return self.raised(value, powers)

    def defined(self, word: str, letters: tuple[str, ...], node: Node) -> Node:
        """Return what a name stands for, its index letters replaced by those in use."""
        if word in self.using:
            raise self.problem(f"`{word}` is defined by itself", node.span, "write what it stands for")
        key = (word, letters, self.bound)
        if key not in self.values:
            known = self.definitions[word]
            given, self.using = self.using, (*self.using, word)
            self.values[key] = self.whole(renamed(known.body, dict(zip(known.subs, letters, strict=True))))
            self.using = given
        value = self.values[key]
        # Around it stand other columns than in its definition.
        return Node(value.op, value.args, value.leaf, node.span)


def _is_rest(conditions: Sequence[Node]) -> bool:
    """Whether the last condition holds wherever none before does, as |u| > d behind |u| <= d."""
    last = conditions[-1]
    opposite = _OPPOSITE.get(last.op)
    return opposite is not None and any(
        (c.op == opposite and c.args == last.args)
        or (_MIRRORED.get(c.op) == opposite and c.args == last.args[::-1])
        for c in conditions[:-1]
    )
