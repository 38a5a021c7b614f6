"""A tree as lines of Python, in one of the languages of the table.

Parts that occur twice and lines that grow long get a name of their own.  In a branch of `where`, arguments at which
a function or its slope may be infinite are replaced where the branch is not taken: both branches are computed, and
the gradient of the one not taken is 0*inf = nan otherwise (the double-where trick: JAX documentation, "gradients
contain NaN where using where").

Read in order: `Writer.write`, `Writer.text`, then `_branches` and `_guarded`.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache, reduce

from diffcheck.algebra.lower import fill, parameters
from diffcheck.atoms import ATOMS
from diffcheck.emit.constants import exact_text, float_text, holds
from diffcheck.emit.languages import ARRAYS, Language
from diffcheck.emit.naming import Names
from diffcheck.emit.spelling import SPELLINGS
from diffcheck.emit.underflow import flattened, is_bounded_away
from diffcheck.language.parse import is_condition, parse
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.suggest.stable import stable

__all__ = ["Writer", "definition"]

# How tightly Python binds; `&` and `|` bind tighter than comparisons.
COMPARISON, EITHER, BOTH, SUM, TERM, UNARY, POWER, ATOM = range(8)

# sign: own level, the levels that its left and right parts must reach.
_BINARY = {
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), (COMPARISON, EITHER, EITHER)),
    "|": (EITHER, EITHER, BOTH),
    "&": (BOTH, BOTH, SUM),
    "+": (SUM, SUM, TERM),
    "-": (SUM, SUM, TERM),
    "*": (TERM, TERM, UNARY),
    "/": (TERM, TERM, UNARY),
    "**": (POWER, ATOM, UNARY),
}

# Characters of one line's worth; a longer part gets a name, unless it is shorter than SHORT.
LONG, SHORT = 62, 16


@dataclass(frozen=True, slots=True)
class Text:
    """A part as text: how tightly its top binds, and whether it is a constant, no array."""

    text: str
    level: int
    constant: bool = False

    def within(self, least: int) -> str:
        """Return the text, bracketed where its place asks for a tighter one."""
        return self.text if self.level >= least else f"({self.text})"


# The conditions under which a part is computed: name of a condition, and whether it holds.
Path = tuple[tuple[str, bool], ...]


class Writer:
    """The lines of one function's body; ``lines`` and ``helpers`` fill as parts are written.

    like: an argument of the function, an array that constants can take their type from.
    positive: names known to be positive.
    """

    def __init__(self, language: Language, names: Names, like: str, positive: Collection[str]) -> None:
        self.language = language
        self.names = names
        self.like = like
        self.positive = frozenset(positive)
        self.arrays = language.name in ARRAYS
        self.lines: list[str] = []
        self.helpers: set[str] = set()
        self._uses: Counter[Node] = Counter()
        self._done: dict[tuple[Node, Path], Text] = {}
        self._guards: dict[tuple[str, Path, float], Text] = {}
        self._paths: dict[Path, str] = {}
        self._risky: dict[Node, bool] = {}

    def write(self, tree: Node) -> str:
        """Write what ``tree`` needs and return the text of its value, an array."""
        tree = self.spelt(tree)
        self._uses = Counter(a for node in tree.distinct() for a in node.args)
        value = self.text(tree, ())
        return self._array(value) if value.constant and self.arrays else value.text

    def spelt(self, node: Node) -> Node:
        """Return the tree in functions that the language has, in a stable form."""
        memo: dict[Node, Node] = {}

        def spell(part: Node) -> Node:
            if part not in memo:
                args = tuple(spell(a) for a in part.args)
                new = Node(part.op, args, part.leaf, part.span)
                if self._column(part) is None:
                    # The template alone is rewritten: its arguments are, and may be shared many times.
                    names = parameters(part.op, len(args))
                    template = self._tamed(definition(part.op, len(args)))
                    new = spell(fill(template, dict(zip(names, args, strict=True)), part.span))
                memo[part] = new
            return memo[part]

        spelt = spell(self._tamed(node))
        return flattened(spelt, self.positive) if self.language.differentiated else spelt

    def _tamed(self, node: Node) -> Node:
        return stable(node, self.positive, not self.language.squares) if self.arrays else node

    def _column(self, node: Node) -> str | None:
        """Return how the language spells the function of a node; "" for leaves."""
        if node.op in (NUMBER, NAME):
            return ""
        spelling: str | None = getattr(SPELLINGS[node.op], self.language.name)
        return spelling

    # --- parts

    def text(self, node: Node, path: Path) -> Text:
        """Return the text of a part that is computed where ``path`` holds; repeated parts get a name."""
        path = path if self._is_risky(node) else ()
        # What is computed for more points already is defined at them, and may be used here.
        for length in range(len(path) + 1):
            if (node, path[:length]) in self._done:
                return self._done[node, path[:length]]
        found = self._text(node, path)
        if self._uses[node] > 1 and node.args:
            found = self._named(found, "t")
        self._done[node, path] = found
        return found

    def _text(self, node: Node, path: Path) -> Text:
        if node.op == NAME:
            return Text(self.names[str(node.leaf)], ATOM)
        if not node.names():
            fixed = self._constant(node)
            if fixed is not None:
                return fixed
        if node.op == "where":
            return self._branches(node, path)
        if node.op in ("and", "or") and self.arrays and self._is_risky(node.args[1]):
            first = self._named(self.text(node.args[0], path), "c")
            second = self.text(node.args[1], (*path, (first.text, node.op == "and")))
            return self._call(self._column(node) or "", [first, second])
        args = [self.text(a, path) for a in node.args]
        if path and self.arrays:
            args = [self._guarded(node, i, text, path) for i, text in enumerate(args)]
        return self._call(self._column(node) or "", args)

    def _constant(self, node: Node) -> Text | None:
        """Return a part without names as a literal; None where SymPy computes it from its own parts."""
        if is_condition(node):
            return Text(str(holds(node)), ATOM, constant=True)
        if not node.args and node.op != NUMBER:
            return Text(self._column(node) or "", ATOM, constant=True)
        text = float_text(node) if self.arrays else exact_text(node)
        if text is None:
            return None
        quotient = "/" in text and not text.endswith(")")
        return Text(text, TERM if quotient else UNARY if text[0] == "-" else ATOM, constant=True)

    def _call(self, spelling: str, args: list[Text]) -> Text:
        """Return the text of a function's value, given its arguments' texts."""
        args = self._shortened(args)
        if spelling in _BINARY and len(args) == 2:
            level, left, right = _BINARY[spelling]
            sign = spelling if spelling == "**" else f" {spelling} "
            return Text(f"{args[0].within(left)}{sign}{args[1].within(right)}", level)
        if spelling in ("-", "~"):
            return Text(spelling + args[0].within(UNARY), UNARY)
        texts = self._as_arrays(spelling, args)
        if spelling.startswith("_"):
            self.helpers.add(spelling)
        if "{" not in spelling:
            return Text(f"{spelling}({', '.join(texts)})", ATOM)
        places = {field for _, field, _, _ in string.Formatter().parse(spelling) if field}
        if len(texts) > len(places):
            # A function of two arguments, folded over more.
            first, *rest = args
            return reduce(lambda left, right: self._call(spelling, [left, right]), rest, first)
        return Text(spelling.format(*texts), ATOM)

    def _as_arrays(self, spelling: str, args: list[Text]) -> list[str]:
        """Return the arguments, constants as arrays where the language wants them so."""
        bare = not self.language.wraps or spelling in self.language.bare
        wraps = self.arrays and (not bare or all(a.constant for a in args))
        return [self._array(a) if wraps and a.constant else a.text for a in args]

    def _array(self, constant: Text) -> str:
        return self.language.literal.format(like=self.like, value=constant.text)

    # --- lines

    def _named(self, text: Text, letter: str) -> Text:
        if text.text.isidentifier() or text.constant:
            return text
        name = self.names.fresh(letter)
        self.lines.append(f"{name} = {text.text}")
        return Text(name, ATOM)

    def _shortened(self, args: list[Text]) -> list[Text]:
        """Give names to the longest arguments until what is left fits on a line."""
        args = list(args)
        while sum(len(a.text) for a in args) > LONG:
            i = max(range(len(args)), key=lambda j: len(args[j].text) * (not args[j].constant))
            if len(args[i].text) <= SHORT or args[i].constant or args[i].text.isidentifier():
                break
            args[i] = self._named(args[i], "t")
        return args

    # --- branches

    def _branches(self, node: Node, path: Path) -> Text:
        condition, yes, no = node.args
        if not condition.names():
            return self.text(yes if holds(condition) else no, path)
        if not self.arrays:
            texts = [self.text(a, path) for a in node.args]
            return self._call(self._column(node) or "", texts)
        test = self.text(condition, path)
        if self._is_risky(yes) or self._is_risky(no):
            test = self._named(test, "c")
        branches = [self.text(part, (*path, (test.text, side))) for part, side in ((yes, True), (no, False))]
        return self._select(test, branches)

    def _select(self, test: Text, branches: list[Text]) -> Text:
        test, *branches = self._shortened([test, *branches])
        where = getattr(SPELLINGS["where"], self.language.name)
        texts = self._as_arrays(where, branches)
        return Text(f"{where}({', '.join([test.text, *texts])})", ATOM)

    def _is_risky(self, node: Node) -> bool:
        """Say whether a part may be infinite, or have an infinite slope, where its branch is not taken."""
        if node not in self._risky:
            here = any(self._safe_value(node, i) is not None for i in range(len(node.args)))
            self._risky[node] = bool(node.names()) and (here or any(self._is_risky(a) for a in node.args))
        return self._risky[node]

    def _safe_value(self, node: Node, index: int) -> float | None:
        """Return what may stand in for an argument; None where the argument needs no stand-in."""
        guards = SPELLINGS[node.op].guard if node.args else ()
        arg = node.args[index]
        if index >= len(guards) or guards[index] is None or not arg.names():
            return None
        fine = is_bounded_away(arg, self.positive) and node.op in ("div", "log", "sqrt")
        return None if fine or (node.op == "pow" and index == 0 and self._is_plain(arg)) else guards[index]

    def _is_plain(self, node: Node) -> bool:
        return node.op == NAME and node.leaf in self.positive

    def _guarded(self, node: Node, index: int, text: Text, path: Path) -> Text:
        """Return the argument, replaced where the path does not hold."""
        safe = self._safe_value(node, index)
        if safe is None:
            return text
        key = (text.text, path, safe)
        if key not in self._guards:
            stand_in = Text(str(safe), ATOM, constant=True)
            test, holds = self._test(path)
            chosen = self._select(test, [text, stand_in] if holds else [stand_in, text])
            self._guards[key] = self._named(chosen, "t")
        return self._guards[key]

    def _test(self, path: Path) -> tuple[Text, bool]:
        """Return the name of a condition, and whether it is true or false on the path."""
        if len(path) == 1:
            return Text(path[0][0], ATOM), path[0][1]
        if path not in self._paths:
            before, holds = self._test(path[:-1])
            name, side = path[-1]
            texts = [before if holds else self._not(before), Text(name, ATOM)]
            texts[1] = texts[1] if side else self._not(texts[1])
            self._paths[path] = self._named(self._call("&", texts), "c").text
        return Text(self._paths[path], ATOM), True

    def _not(self, text: Text) -> Text:
        return self._call("~", [text])


@lru_cache(maxsize=256)
def definition(op: str, count: int) -> Node:
    """Return the definition of a row over its parameters' names, one step down."""
    definition = ATOMS[op].definition
    assert definition is not None
    return parse(definition if isinstance(definition, str) else definition(parameters(op, count)))
