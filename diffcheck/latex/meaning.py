r"""What a formula means: the tree of the printed formula becomes a tree of the expression language.

Decided here: what a script is (index, exponent, label), what cases leave out, what \|.\| and [.]_+ compute; how far
\log and \sum reach is in product.py.  Nothing is guessed silently: a reading that another reader might not share is a
note, and what would be a guess is an error.  Read in order: `meaning`, `Reader.read`, then `Reader.named`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from diffcheck.errors import SyntaxProblem
from diffcheck.latex.extent import extended
from diffcheck.latex.printed import (
    REDUCTIONS,
    as_mean,
    counts,
    exponents,
    flat,
    indices,
    is_transposed,
    leading_sum,
    letter,
    listed,
    renamed,
    sample,
    subscripts,
    unwrapped,
)
from diffcheck.latex.product import Product
from diffcheck.latex.tokens import problem
from diffcheck.latex.vectors import norm, scalar_product, square
from diffcheck.tree import NUMBER, Node, Span, name, number
from diffcheck.vocabulary import is_condition, is_reserved

__all__ = ["Definition", "Reader", "meaning"]

# What an index may be called in the expression language.
LETTERS = "ijklmn"
MAX_DIGITS = 1000
# Sums keep the shape of the formula up to here.
CHAIN = 32

_OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "ne": "eq"}
_MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq"}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for: `l_n = ...`.  subs: the index letters it carries.  body: the printed formula."""

    subs: tuple[str, ...]
    body: Node


def meaning(tree: Node, definitions: Mapping[str, Definition], text: str, notes: list[str]) -> Node:
    """Return the tree in the expression language, its spans the columns of the LaTeX; notes are added to."""

    def note(said: str) -> None:
        if said not in notes:
            notes.append(said)

    tree = extended(tree, note)
    known = {name: Definition(d.subs, extended(d.body, note)) for name, d in definitions.items()}
    return Reader(tree, known, text, notes).whole(tree)


class Reader:
    """One formula: its text and definitions, the indices that sums run over, the notes on how it is read.

    indices: letters that a sum, product or maximum runs over somewhere.  bound: those around what is read now.
    """

    def __init__(
        self, tree: Node, definitions: Mapping[str, Definition], text: str, notes: list[str]
    ) -> None:
        self.text = text
        self.notes = notes
        self.definitions = definitions
        self.parts = [
            part for root in (tree, *(d.body for d in definitions.values())) for part in root.walk()
        ]
        scripted = [part for part in self.parts if part.op == "scripted"]
        self.carried = {letter(inner) for part in scripted for s in subscripts(part) for inner in s.walk()}
        self.indices = self._indices()
        self.positions = self._positions()
        self.letters = self._letters()
        self.labels: dict[str, str] = {}
        self.bound: tuple[str, ...] = ()
        self.using: tuple[str, ...] = ()
        self.in_norm = 0
        self.values: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Node] = {}
        # Beside s_- the script of s_+ is a label, not the positive part.
        self.signed = any(
            s.args[0].leaf == "minus" for part in scripted for s in part.args[1:] if s.op == "sub"
        )
        # x^a, x^p and x^n of one name x_i are labels: anchor, positive, negative.
        above: dict[str, set[str]] = {}
        for part in scripted:
            if any(s.op == "sub" for s in part.args[1:]):
                letters = {letter(unwrapped(s.args[0])) for s in exponents(part.args[1:])}
                above.setdefault(str(part.args[0].leaf), set()).update(each for each in letters if each)
        self.labelled = {word: letters for word, letters in above.items() if len(letters) > 1}
        # e_i is a name, and then e is none of Euler's.
        self.euler = not any(part.args[0].leaf == "e" and part.args[1].op == "sub" for part in scripted)
        self.vectors = any(part.op in ("norm", "inner") or is_transposed(part) for part in self.parts)

    def problem(self, message: str, span: Span, help: str | None = None) -> SyntaxProblem:
        """Return the error for a place in the LaTeX."""
        return problem(message, span, help, self.text)

    def note(self, said: str) -> None:
        """Say once how something is read."""
        if said not in self.notes:
            self.notes.append(said)

    def versions(self, word: str) -> set[tuple[Node, ...]]:
        """Return the scripts that a called name carries anywhere: two for f_\\theta and f_\\phi."""
        return {part.args for part in self.parts if part.op == "called" and part.leaf == word}

    def free(self, word: str) -> str:
        """Return a name that the language has not reserved."""
        return f"{word}_" if is_reserved(word) or word in REDUCTIONS else word

    # --- what sums run over

    def _indices(self) -> set[str]:
        found: set[str] = set()
        unnamed = False
        for part in self.parts:
            if part.op == "prefix" and part.leaf in REDUCTIONS and not self.optimises(part):
                below = [s for s in part.args if s.op == "sub"]
                found |= {each for script in below for each in indices(script)}
                unnamed = unnamed or (not below and part.leaf in ("sum", "prod"))
        if unnamed:
            # A sum that names no index runs over those that its terms carry.
            below = [part.args[0] for part in self.parts if part.op == "sub"]
            found |= {each for script in below for each in map(letter, flat(script)) if each in set(LETTERS)}  # type: ignore[misc]
        return found

    def optimises(self, part: Node) -> bool:
        r"""Say whether a part is the \min_w of an objective: nothing carries what stands below as an index."""
        below = [s for s in part.args if s.op == "sub"]
        letters = {each for script in below for each in indices(script)}
        return (
            part.op == "prefix" and part.leaf in ("max", "min") and bool(below) and not letters & self.carried
        )

    def _positions(self) -> dict[str, set[int]]:
        """Return, for each name, the places of its scripts where the index of a sum stands somewhere."""
        found: dict[str, set[int]] = {}
        for part in self.parts:
            if part.op == "scripted" and part.args[0].op == "name":
                for place, sub in enumerate(self.subscripts(part)):
                    if any(letter(inner) in self.indices for inner in sub.walk()):
                        found.setdefault(str(part.args[0].leaf), set()).add(place)
        return found

    def _letters(self) -> dict[str, str]:
        """Return what each index is called in the language, where an index is one of LETTERS."""
        names = {str(part.leaf) for part in self.parts if part.op == "name"}
        spare = iter([c for c in LETTERS if c not in names])
        found = {each: each for each in self.indices if each in LETTERS}
        for each in sorted(self.indices - found.keys()):
            found[each] = next(spare, each)
            if found[each] != each:
                self.note(f"the index {each} is called {found[each]}")
        self.spare = spare
        return found

    def subscripts(self, part: Node) -> list[Node]:
        """Return what stands below a name, the two indices of x_{ij} apart."""
        found: list[Node] = []
        for each in subscripts(part):
            inner = flat(each)
            apart = each.op == "product" and all(
                letter(one) in {*self.indices, *LETTERS} or one.op == "number" for one in inner
            )
            found += inner if apart else [each]
        return found

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
        if word == "pi" or (word == "e" and self.euler):
            return Node("pi" if word == "pi" else "E", (), None, node.span)
        if word in self.definitions and not self.definitions[word].subs:
            return self.defined(word, (), node)
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
                terms.append((negative, self.number(part)))
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
        elif order.op == "number":
            power = self.number(order)
        else:
            help_ = "norms of a number, F and \\infty are; write others as (\\sum_i |x_i|^p)^{1/p}"
            raise self.problem("this norm is not read", order.span, help_)
        if len(parts) == 1:
            return norm(parts[0], power, node.span, self.fresh, self.note)
        if power is None:
            return Node("norm", tuple(parts), None, node.span)
        return Node("norm", (Node("vector", tuple(parts), None, node.span), power), "ord", node.span)

    def fresh(self, span: Span) -> str:
        """Return an index letter that the formula does not use."""
        found = next(self.spare, "")
        if not found:
            raise self.problem("too many different indices", span, "the language has i, j, k, l, m, n")
        return found

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
        if last is None or _is_rest(known):
            tail = values.pop()
            known = known[: len(values)]
            if last is not None and last.op == "eq":
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
            return self.raised(value, above)
        value = self.read(base)
        for script in below:
            if script.args[0].leaf == "plus" and base.op in ("group", "abs"):
                value = Node("relu", (self.as_number(value),), None, (base.span[0], script.span[1]))
            else:
                value = self.lowered(value, script)
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
        powers = [
            s for s in exponents(scripts) if letter(unwrapped(s.args[0])) not in self.labelled.get(word, ())
        ]
        subs = self.subscripts(node)
        labels = [str(s.args[0].leaf) for s in scripts if s.args[0].op == "sign"]
        for script in exponents(scripts):
            if script not in powers:
                labels.append(self.label(script.args[0]))
                self.note(f"the letters above {word} are labels, not exponents")
        positive = (
            "plus" in labels
            and not self.signed
            and any(s.args[0].leaf == "plus" for s in scripts if s.op == "sub")
        )
        if positive:
            labels.remove("plus")
        letters = tuple(str(each) for each in map(letter, subs) if each)
        stop = max([base.span[1], *(s.span[1] for s in scripts if s not in powers)])
        span = (base.span[0], stop)
        known = self.definitions.get(word)
        value: Node
        if known is not None and len(known.subs) == len(subs) == len(letters):
            value = self.defined(word, letters, node)
        elif word in ("e", "pi") and not subs and not labels:
            value = self.read_name(base)
        else:
            places = self.positions.get(word, set())
            entries = [
                self.index(s)
                for i, s in enumerate(subs)
                if i in places or (places and letter(s) in set(LETTERS))
            ]
            rest = [
                s for i, s in enumerate(subs) if not (i in places or (places and letter(s) in set(LETTERS)))
            ]
            value = name(self.free("_".join([word, *map(self.label, rest), *labels])), span)
            value = Node("item", (value, *entries), None, span) if entries else value
        if positive:
            value = Node("relu", (value,), None, span)
        return self.raised(value, powers)

    def index(self, sub: Node) -> Node:
        """Return the meaning of an index: a letter, a number from 0 on, or a letter and a number."""
        for part in sub.walk():
            if letter(part) in self.indices and letter(part) not in self.bound:
                help_ = "put brackets around all that is summed"
                raise self.problem(f"the index `{part.leaf}` stands outside its sum here", part.span, help_)
        if sub.op == "number" and str(sub.leaf).isdigit():
            # Papers count from 1, the language from 0.
            self.note("indices count from 1 in the formula and from 0 in the expression")
            return number(max(0, int(str(sub.leaf)) - 1), sub.span)
        if letter(sub) in self.letters:
            return name(self.letters[str(sub.leaf)], sub.span)
        if (
            sub.op == "sum"
            and len(sub.args) == 3
            and letter(sub.args[0]) in self.letters
            and sub.args[2].op == "number"
        ):
            return self.read_sum(sub)
        if letter(sub) in set(LETTERS):
            return name(str(sub.leaf), sub.span)
        shown = self.text[slice(*sub.span)]
        if shown not in self.labels:
            self.labels[shown] = next(self.spare, "")
            if not self.labels[shown]:
                raise self.problem(
                    "too many different indices", sub.span, "the language has i, j, k, l, m, n"
                )
            self.note(f"the index {shown} may be any one: it is called {self.labels[shown]}")
        return name(self.labels[shown], sub.span)

    def label(self, sub: Node) -> str:
        """Return a script that is no index as a part of a name."""
        return "_".join(self._words(sub))

    def _words(self, sub: Node) -> Iterator[str]:
        if sub.op in ("name", "number"):
            yield str(sub.leaf).replace(".", "_")
        elif sub.op == "sign":
            yield {"+": "plus", "-": "minus", "*": "times", "/": "over"}.get(str(sub.leaf), str(sub.leaf))
        elif sub.op in ("list", "braces", "group", "product", "sum", "scripted", "sub", "sup", "prefix"):
            parts = [part for part in sub.args if part.leaf not in (",", ";")]
            if sub.op == "prefix":
                yield str(sub.leaf)
            for part in parts:
                yield from self._words(part)
        else:
            raise self.problem("this script is not read", sub.span, "write a letter, a word or a number")

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
    """Whether the last condition holds wherever none before does, as |u| > d behind |u| <= d.

    Cases by equality (y = 1, y = -1) list the values of a label: there the last one is the rest.
    """
    last = conditions[-1]
    if last.op == "eq":
        return True
    opposite = _OPPOSITE.get(last.op)
    return opposite is not None and any(
        (c.op == opposite and c.args == last.args)
        or (_MIRRORED.get(c.op) == opposite and c.args == last.args[::-1])
        for c in conditions[:-1]
    )
