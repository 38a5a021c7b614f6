r"""Products, functions and sums of a printed formula: how far each reaches, and what it computes.

A run of factors is read from left to right.  A function takes the brackets behind it, or the names and numbers up to
the next operator, bracket or function: \log 2x is log(2*x), \log x (1 - y) is log(x)*(1 - y).  A sum takes the rest of
its product.  A transposed factor takes the factor behind it: w^\top x is dot(w, x).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Protocol

from diffcheck.atoms import ATOMS
from diffcheck.errors import SyntaxProblem
from diffcheck.language.binding import compares_indices
from diffcheck.language.limits import check_size
from diffcheck.language.reductions import LETTERS
from diffcheck.language.tree import NAME, Node, Span, name, number, substitute
from diffcheck.language.vocabulary import MAX_ARGUMENTS
from diffcheck.latex.printed import (
    averaged,
    indices,
    is_transposed,
    is_unequal,
    letter,
    listed,
    relations,
    sample,
    unwrapped,
    without_transpose,
)
from diffcheck.latex.vectors import MATRIX, is_capital, is_matrix, is_vector, scalar_product
from diffcheck.latex.words import FUNCTION_LETTERS

__all__ = ["Product"]

_SIMPLE = {"number", "name", "scripted"}
# What stands below a function as the name of its parameters: f_\\theta.
_PARAMETERS = {"theta", "phi", "psi", "w", "W", "omega"}
# Where a function is lowest or highest.
_PLACES = {"argmin", "argmax"}
# What takes any number of arguments without a row of its own in the table of atoms.
_MANY = {"softmax", "mean", "sum", "prod", "dot"}


class _Reader(Protocol):
    """What a product asks of the reader of the whole formula; meaning.py has it."""

    text: str
    bound: tuple[str, ...]
    indices: set[str]
    letters: dict[str, str]
    carried: set[str | None]
    vectors: bool
    in_norm: int

    def problem(self, message: str, span: Span, help: str | None = None) -> SyntaxProblem: ...
    def note(self, said: str) -> None: ...
    def versions(self, word: str) -> set[tuple[Node, ...]]: ...
    def stands_alone(self, word: str) -> bool: ...
    def free(self, word: str) -> str: ...
    def fresh(self, span: Span) -> str: ...
    def optimises(self, part: Node) -> bool: ...

    fronts: set[int]

    normed: set[Node]

    def index(self, sub: Node) -> Node: ...
    def label(self, sub: Node) -> str: ...
    def read(self, node: Node) -> Node: ...
    def only(self, node: Node) -> Node: ...
    def number(self, node: Node) -> Node: ...
    def as_number(self, found: Node) -> Node: ...
    def all_of(self, parts: Sequence[Node]) -> Node: ...
    def negative(self, value: Node, start: int) -> Node: ...
    def lowered(self, value: Node, script: Node) -> Node: ...
    def raised(self, value: Node, above: Sequence[Node]) -> Node: ...


class Product:
    """One run of factors, and how far it is read."""

    def __init__(self, reader: _Reader, items: Sequence[Node], span: Span) -> None:
        self.reader = reader
        self.items = averaged(items)
        self.span = span
        self.at = 0

    def peek(self) -> Node | None:
        """Return the factor or sign that comes next."""
        return self.items[self.at] if self.at < len(self.items) else None

    def read(self) -> Node:
        """Return the product, quotient or scalar product of the factors."""
        while self.at + 1 < len(self.items) and self.is_objective(first := self.items[self.at]):
            said = self.reader.text[slice(*first.span)]
            self.reader.note(f"{said} is left out: the function that is optimised is read")
            self.at += 1
        op, negative = self.operator()
        found = self.factor()
        if negative:
            found = self.reader.negative(found, self.span[0])
        while self.at < len(self.items):
            start = self.at
            op, negative = self.operator()
            if start == self.at:
                self.check_side_by_side()
            value = self.factor()
            if negative:
                value = self.reader.negative(value, value.span[0])
            if start == self.at - 1 and self.is_matrix_product(start):
                op = MATRIX
            found = Node(op, (found, value), None, (found.span[0], value.span[1]))
        return found

    def is_objective(self, item: Node) -> bool:
        r"""Whether the task, not the function, stands here: \min_w or \arg\min_w at the front of the formula.

        A maximum is part of the function, with a kink where two values tie.  It is the task over parameters, and
        behind a minimum where nothing that follows can depend on what it is taken over.
        """
        if self.items[0].span[0] not in self.reader.fronts:
            return False
        if item.leaf in _PLACES:
            return self.at == 0
        if not self.reader.optimises(item):
            return False
        letters = {each for s in item.args if s.op == "sub" for each in _names_in(s)}
        if letters <= _PARAMETERS or (item.leaf == "min" and self.at == 0):
            return True
        behind = {each for part in self.items[self.at + 1 :] for each in _names_in(part)}
        return self.at > 0 and not behind & (letters | FUNCTION_LETTERS)

    def is_matrix_product(self, at: int) -> bool:
        """Whether the factor at ``at`` is a vector and the one before it a matrix: the X w of a norm.

        Raises SyntaxProblem for products of matrices that would be read as products of numbers.
        """
        before, item = self.items[at - 1 : at + 1]
        named = is_matrix(before) and is_vector(item)
        inside = (
            self.reader.in_norm > 0
            and is_capital(before)
            and item.op not in ("number", "norm", "abs", "frac")
        )
        if not inside and not (named and self.reader.vectors):
            if named and is_matrix(before) and not is_matrix(item):
                said = self.reader.text[before.span[0] : item.span[1]]
                self.reader.note(
                    f"{said} is read as a product of numbers; with indices, \\sum_j W_{{ij}} x_j"
                )
            return False
        if not (named and inside and at == 1):
            raise self.reader.problem(
                "a product of matrices is not read",
                (before.span[0], item.span[1]),
                "write it with indices, \\sum_j X_{ij} w_j; \\|y - Xw\\| and w^\\top A x are read",
            )
        return True

    def operator(self) -> tuple[str, bool]:
        """Take the signs before a factor: the operation, and whether the factor is negated."""
        op, negative = "mul", False
        while (item := self.peek()) is not None and item.op == "sign":
            negative ^= item.leaf == "-"
            op = {"/": "div", "mod": "mod"}.get(str(item.leaf), op)
            self.at += 1
        return op, negative

    def check_side_by_side(self) -> None:
        """Refuse what has two readings: 2 3, and x/2y."""
        before, item = self.items[self.at - 1 : self.at + 1]
        if is_matrix(before) and is_matrix(item) and before.span[1] == item.span[0]:
            said = self.reader.text[before.span[0] : item.span[1]]
            self.reader.note(f"{said} is read as a product; for one name write \\text{{{said}}}")
        if item.op == before.op == "number":
            span = (before.span[0], item.span[1])
            raise self.reader.problem("two numbers side by side", span, "write \\cdot between them")
        if self.at < 3 or self.items[self.at - 2].leaf != "/":
            return
        plain = self.items[self.at - 3].op == "number" and self.at == 3
        if not plain or (before.op != "number" and item.op in _SIMPLE):
            raise self.reader.problem(
                "what stands below this line is not clear",
                (self.items[self.at - 2].span[0], item.span[1]),
                "write \\frac{...}{...}, or brackets",
            )

    def factor(self) -> Node:
        """Return the next factor; a function takes its argument, a transpose the factor behind it."""
        item = self.items[self.at]
        self.at += 1
        if item.op == "prefix":
            return self.function(item)
        if item.op == "called":
            return self.called(item)
        if item.op == "indicator":
            return self.indicator(item)
        if is_transposed(item):
            return self.scalar_product(item)
        if self.multiplies_vectors(item):
            self.at += 1
            self.reader.note("the product of two names that norms are taken of is their scalar product")
            other = self.reader.number(self.items[self.at])
            self.at += 1
            span = (item.span[0], other.span[1])
            return scalar_product(self.reader.number(item), other, span, self.reader.fresh, self.reader.note)
        return self.reader.number(item)

    def multiplies_vectors(self, item: Node) -> bool:
        r"""Whether the product x \cdot y that begins here is one of vectors: norms are taken of both names."""
        follows = self.items[self.at : self.at + 2]
        return len(follows) == 2 and follows[0].leaf == "*" and {item, follows[1]} <= self.reader.normed

    def scalar_product(self, item: Node) -> Node:
        r"""Read w^\top x, and w^\top A x with a matrix A between the vectors."""
        follows = self.peek()
        if follows is not None and follows.leaf == "*":
            self.at += 1
            follows = self.peek()
        if follows is None or follows.op == "sign":
            raise self.reader.problem("a transpose needs the factor behind it", item.span, "write w^\\top x")
        base = without_transpose(item)
        left = self.reader.number(base)
        between = self.items[self.at : self.at + 2]
        form = is_vector(base) and len(between) == 2 and is_matrix(between[0]) and is_vector(between[1])
        right = self.factor()
        if form and not is_matrix(between[1]):
            value = self.factor()
            right = Node(MATRIX, (right, value), None, (right.span[0], value.span[1]))
        span = (item.span[0], right.span[1])
        return scalar_product(left, right, span, self.reader.fresh, self.reader.note)

    # --- arguments

    def argument(self, item: Node) -> tuple[list[Node], int, list[Node]]:
        """Return what a function is applied to, the column where that ends, and the scripts behind its brackets."""
        follows = self.peek()
        if follows is None or follows.op == "sign":
            shown = self.reader.text[slice(*item.span)]
            raise self.reader.problem(f"`{shown}` lacks its argument", item.span, f"write `{shown}(...)`")
        base = follows.args[0] if follows.op == "scripted" else follows
        if base.op == "group":
            self.at += 1
            scripts = list(follows.args[1:]) if follows.op == "scripted" else []
            return [self.reader.read(part) for part in listed(base)], follows.span[1], scripts
        found = self.factor()
        if follows.op in _SIMPLE:
            while (follows := self.peek()) is not None and follows.op in _SIMPLE:
                self.check_side_by_side()
                value = self.factor()
                found = Node("mul", (found, value), None, (found.span[0], value.span[1]))
        return [found], found.span[1], []

    def scripted(self, found: Node, scripts: Sequence[Node]) -> Node:
        """Return a value with the scripts behind its brackets: softmax(z)_k, max(0, u)^2."""
        for script in scripts:
            if script.op == "sub":
                found = self.reader.lowered(found, script)
        return self.reader.raised(found, [s for s in scripts if s.op == "sup"])

    # --- functions

    def function(self, item: Node) -> Node:
        """Read a function of the language, a sum, or a maximum over an index."""
        word = str(item.leaf)
        below = [s for s in item.args if s.op == "sub"]
        above = [s for s in item.args if s.op == "sup"]
        if word in ("sum", "prod", "mean"):
            return self.reduced(item, word, below)
        if word in ("max", "min") and below:
            if self.reader.optimises(item):
                return self.extreme_of_values(item, word, below[0])
            return self.extreme(item, word, below)
        if word == "expectation":
            self.reader.note("an expectation is read as what stands in it: the loss of one sample")
            values, _, scripts = self.argument(item)
            self.check_numbers(values)
            return self.scripted(values[0], scripts)
        if word in _PLACES:
            shown = self.reader.text[slice(*item.span)]
            raise self.reader.problem(f"`{shown}` is a place, not a number", item.span, "write the function")
        if any(_is_minus_one(s) for s in above):
            raise self.reader.problem(
                "an inverse function is not read so", above[0].span, "write \\arcsin and the like, or \\frac"
            )
        values, stop, scripts = self.argument(item)
        self.check_numbers(values)
        found = self.elementary(item, word, values, below, (item.span[0], stop))
        # \sin^2 x is the square of the sine, as is \sin(x)^2.
        return self.scripted(self.reader.raised(found, above), scripts)

    def elementary(
        self, item: Node, word: str, values: list[Node], below: Sequence[Node], span: Span
    ) -> Node:
        """Return a function of the language at its arguments."""
        reader = self.reader
        if below:
            if word != "log":
                raise reader.problem("this script is not read here", below[0].span, "only \\log has a base")
            base = reader.number(reader.only(below[0].args[0]))
            if base.leaf in (Fraction(2), Fraction(10)):
                return Node(f"log{base.leaf}", tuple(values), None, span)
            logs = [Node("log", (value,), None, span) for value in (values[0], base)]
            return Node("div", tuple(logs), None, span)
        if word == "cos" and len(values) == 2:
            reader.note("cos of two vectors is their scalar product over the product of their norms")
            norms = tuple(Node("norm", (value,), None, value.span) for value in values)
            product = Node("dot", tuple(values), None, span)
            return Node("div", (product, Node("mul", norms, None, span)), None, span)
        self.count(word, values, item)
        return Node(word, tuple(values), None, span)

    def count(self, word: str, values: Sequence[Node], item: Node) -> None:
        """Refuse a wrong number of arguments, and a list of more than the language takes."""
        row = ATOMS.get(word)
        least, most = (1, None) if row is None or row.variadic else row.arity
        if least <= len(values) <= (most or MAX_ARGUMENTS):
            return
        shown = self.reader.text[slice(*item.span)]
        wanted = f"{least} argument{'s' * (least != 1)}" if most else f"at most {MAX_ARGUMENTS} arguments"
        raise self.reader.problem(f"`{shown}` takes {wanted}, got {len(values)}", item.span)

    def check_numbers(self, values: Sequence[Node]) -> None:
        """Refuse conditions among arguments."""
        for value in values:
            self.reader.as_number(value)

    def called(self, item: Node) -> Node:
        r"""Read a function of the paper's own: f_\theta(x; w) is f(x), for its parameters are no arguments."""
        reader = self.reader
        word = str(item.leaf)
        group = self.items[self.at]
        base = group.args[0] if group.op == "scripted" else group
        values, stop, scripts = self.argument(item)
        self.check_numbers(values)
        commas = [s for part in (base, *base.args) for s in part.args if s.op == "sign"]
        for i, comma in enumerate(commas):
            if comma.leaf == ";" and reader.text[slice(*comma.span)] == ";":
                values = values[: i + 1]
                reader.note(f"behind `;` in {word}(...) stand its parameters, which are no arguments")
                break
        labels = [s for s in item.args if s.op == "sub" or s.args[0].op == "sign" or sample(s)]
        if labels:
            said = "_".join(reader.label(s.args[0]) for s in labels)
            if len(reader.versions(word)) > 1 or said not in _PARAMETERS or reader.stands_alone(word):
                word = f"{word}_{said}"
            else:
                reader.note(f"{reader.text[slice(*item.span)]} is called {word}")
        found = Node("apply", tuple(values), reader.free(word), (item.span[0], stop))
        exponents = [s for s in item.args if s.op == "sup" and s not in labels]
        return self.scripted(reader.raised(found, exponents), scripts)

    def indicator(self, item: Node) -> Node:
        r"""Read \mathbb 1[y = k] and \mathbb 1_{y = k} as 1 where it holds and 0 elsewhere."""
        reader = self.reader
        below = [s for s in item.args if s.op == "sub"]
        follows = self.peek()
        base = follows.args[0] if follows is not None and follows.op == "scripted" else follows
        scripts: list[Node] = []
        if below and below[0].args[0].op != "sign":
            parts, stop = listed(below[0].args[0]), item.span[1]
        elif base is not None and follows is not None and base.op in ("group", "braces"):
            self.at += 1
            parts, stop = listed(base), base.span[1]
            scripts = list(follows.args[1:]) if follows is not base else []
        else:
            raise reader.problem("an indicator needs its condition", item.span, "write \\mathbb{1}[y = k]")
        span = (item.span[0], stop)
        one, zero = number(1, span), number(0, span)
        found = Node("where", (reader.all_of(parts), one, zero), None, span)
        return self.scripted(reader.raised(found, [s for s in item.args if s.op == "sup"]), scripts)

    # --- sums and maxima over an index

    def reduced(self, item: Node, word: str, below: Sequence[Node]) -> Node:
        r"""Read \sum_{i=1}^n with the rest of the product."""
        reader = self.reader
        rest = self.items[self.at :]
        if not rest:
            shown = reader.text[slice(*item.span)]
            raise reader.problem(f"`{shown}` lacks its terms", item.span, "write what is added behind it")
        self.at = len(self.items)
        if len(rest) == 1 and len(listed(rest[0])) > 1 and not below:
            # \operatorname{sum}(a, b)
            values = tuple(map(reader.number, listed(rest[0])))
            span = (item.span[0], rest[0].span[1])
            return Node(word, (Node("vector", values, None, rest[0].span),), None, span)
        if (
            word == "sum"
            and rest[0].op == "indicator"
            and len(rest) > 1
            and rest[1].op not in ("group", "braces")
        ):
            # \\sum_k \\mathbb{1}_{[k \\ne i]} leaves out a term as \\sum_{k \\ne i} does.
            own = set(self.letters(below, rest))
            unequal = [s for s in rest[0].args if s.op == "sub" and is_unequal(s) and own >= {*indices(s)}]
            below, rest = [*below, *unequal], rest[1:] if unequal else rest
        given, letters = reader.bound, self.letters(below, rest)
        reader.bound = (*given, *letters)
        terms = Product(reader, rest, (rest[0].span[0], rest[-1].span[1])).read()
        ordered = self.ordered(below, word, terms)
        left_out = self.left_out(below, word, letters, terms) if ordered is None else None
        terms = ordered or terms
        reader.bound = given
        terms = self.over_values(terms, [i for i in letters if i not in reader.carried])
        loose = _as_number(terms, {reader.letters[i] for i in letters})
        if loose is not None:
            help_ = "write the terms out: an index only says which part of a vector is meant"
            raise reader.problem(f"`{loose.leaf}` is an index here and has no value", loose.span, help_)
        found = Node(
            word, (terms,), ", ".join(reader.letters[i] for i in letters), (item.span[0], terms.span[1])
        )
        if left_out is None:
            return found
        found = Node("sub", (found, left_out), None, found.span)
        # Written twice at every level.
        check_size(found, reader.text)
        return found

    def over_values(self, terms: Node, letters: Sequence[str]) -> Node:
        r"""Return the terms of \sum_x P(x), which no script carries the x of, with the value x_i in its place."""
        names = {self.reader.letters[each]: each for each in letters}
        if not any(part.op == "apply" and any(a.leaf in names for a in part.args) for part in terms.walk()):
            return terms

        def value(part: Node) -> Node | None:
            if part.op != NAME or part.leaf not in names:
                return None
            word = names[str(part.leaf)]
            self.reader.note(f"the sum over {word} is read as one over its values {word}[{part.leaf}]")
            return Node("item", (name(self.reader.free(word), part.span), part), None, part.span)

        return substitute(terms, value)

    def letters(self, below: Sequence[Node], rest: Sequence[Node]) -> list[str]:
        """Return the letters that a sum runs over: those it names, else those that its terms carry."""
        if below:
            return list(dict.fromkeys(each for script in below for each in indices(script)))
        inside = {letter(part) for item in rest for part in item.walk()}
        return sorted(self.reader.indices & inside - set(self.reader.bound) - {None})

    def extreme(self, item: Node, word: str, below: Sequence[Node]) -> Node:
        r"""Read \max_j z_j."""
        reader = self.reader
        given, letters = reader.bound, self.letters(below, ())
        reader.bound = (*given, *letters)
        values, stop, scripts = self.terms(item)
        self.left_out(below, word, letters, values[0])
        reader.bound = given
        shown = ", ".join(reader.letters[i] for i in letters)
        return self.scripted(Node(word, tuple(values), shown, (item.span[0], stop)), scripts)

    def extreme_of_values(self, item: Node, word: str, below: Node) -> Node:
        r"""Read \max_{a'} Q(s, a') as the maximum over an index j of the values a'_j."""
        reader = self.reader
        said = {"max": "maximum", "min": "minimum"}[word]
        over = reader.read(reader.only(below.args[0]))
        shown = reader.text[slice(*below.args[0].span)].strip("{} ")
        values, stop, scripts = self.terms(item)
        if over.op != NAME or not any(part == over for part in values[0].walk()):
            help_ = (
                f"write what depends on it, as \\{word}_a Q(s, a), or values over an index, as \\{word}_j z_j"
            )
            raise reader.problem(f"the {said} over `{shown}` is of nothing that names it", below.span, help_)
        index = reader.fresh(below.span)
        one = Node("item", (over, name(index)), None, over.span)
        reader.note(f"the {said} over {shown} is read as one over its values {over.leaf}[{index}]")
        terms = tuple(substitute(v, lambda node: one if node == over else None) for v in values)
        return self.scripted(Node(word, terms, index, (item.span[0], stop)), scripts)

    def terms(self, item: Node) -> tuple[list[Node], int, Sequence[Node]]:
        r"""Return what a maximum is of, as `argument` does: that of \max_j (z_j)^2 is of the squares, as a sum is."""
        values, stop, scripts = self.argument(item)
        self.check_numbers(values)
        return (values, stop, scripts) if len(values) > 1 else ([self.scripted(values[0], scripts)], stop, ())

    def ordered(self, below: Sequence[Node], word: str, terms: Node) -> Node | None:
        r"""Return the terms of \sum_{i<j}, with nothing where the condition on the indices fails; None without one."""
        reader = self.reader
        parts = [part for script in below for part in relations(script) if part.op == "relation"]
        found = [
            part for part in parts if part.args[1].leaf in ("lt", "le", "gt", "ge") and len(part.args) == 3
        ]
        sides = [side for part in found for side in part.args[::2]]
        if (
            len(found) != 1
            or word not in ("sum", "prod")
            or not all(letter(s) in reader.bound for s in sides)
        ):
            return None
        span = found[0].span
        places = tuple(name(reader.letters[str(side.leaf)], side.span) for side in sides)
        condition = Node(str(found[0].args[1].leaf), places, None, span)
        return Node("where", (condition, terms, number(int(word == "prod"), span)), None, terms.span)

    def left_out(self, below: Sequence[Node], word: str, letters: Sequence[str], terms: Node) -> Node | None:
        r"""Return the term that \sum_{j \ne y} leaves out, None for i = 1 and i \in S, which leave out none."""
        reader = self.reader
        parts = [part for script in below for part in relations(script) if part.op == "relation"]
        limits = [part for part in parts if part.args[1].leaf not in ("in", "eq")]
        if not limits:
            return None
        index, sign, other = limits[0].args[:3]
        if word != "sum" or len(limits) > 1 or sign.leaf != "ne" or letter(index) not in letters:
            help_ = (
                "only \\sum_{j \\ne y} and \\sum_{i < j} leave terms out; "
                "other conditions go into the terms, as \\mathbb{1}[...]"
            )
            raise reader.problem("this condition is not read here", sign.span, help_)
        own, its = name(reader.letters[str(index.leaf)]), reader.index(other)
        return substitute(terms, lambda node: its if node == own else None)


def _names_in(node: Node) -> set[str]:
    return {str(part.leaf) for part in node.walk() if part.op in ("name", "called")}


def _is_minus_one(script: Node) -> bool:
    content = unwrapped(script.args[0])
    return content.op == "sum" and [part.leaf for part in content.args] == ["-", "1"]


def _as_number(tree: Node, letters: Collection[str]) -> Node | None:
    """Return a place where an index stands for a number, as k does in k*x_k; None if there is none."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if compares_indices(part, LETTERS):
            continue
        if part.op == NAME and part.leaf in letters:
            return part
        waiting += part.args[:1] if part.op == "item" else part.args
    return None
