r"""What the names of a formula carry: which scripts are indices, and what the language calls them.

A letter is an index where a sum, product or maximum runs over it somewhere; what else stands at the same place of
the same name is an index too: the y of z_y beside z_j.  The expression language has the letters i to n for indices
and counts from 0; what papers call c or t, or a class y that may be any one, gets a letter that is not in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from diffcheck.errors import SyntaxProblem
from diffcheck.language.tree import Node, Span, name, number
from diffcheck.language.vocabulary import is_reserved
from diffcheck.latex.printed import (
    REDUCTIONS,
    exponents,
    flat,
    indices,
    is_transposed,
    letter,
    listed,
    subscripts,
    unwrapped,
)
from diffcheck.latex.raw import problem
from diffcheck.latex.words import EULER

__all__ = ["LETTERS", "Definition", "Names"]

# What an index may be called in the expression language.
LETTERS = "ijklmn"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for: `l_n = ...`.  subs: the index letters it carries.  body: the printed formula."""

    subs: tuple[str, ...]
    body: Node


class Names:
    """One formula: its text, its definitions, the indices that sums run over, the notes on how it is read.

    parts: all parts of the formula and of its definitions.  fronts: the columns where these begin.
    carried: letters that stand in scripts.
    indices: letters that a sum, product or maximum runs over somewhere.  bound: those around what is read now.
    positions: for each name the places of its scripts where an index stands.  letters: index -> its letter.
    """

    def __init__(
        self, tree: Node, definitions: Mapping[str, Definition], text: str, notes: list[str]
    ) -> None:
        self.text = text
        self.notes = notes
        self.definitions = definitions
        roots = (tree, *(d.body for d in definitions.values()))
        self.parts = [part for root in roots for part in root.walk()]
        self.fronts = {root.span[0] for root in roots}
        scripted = [part for part in self.parts if part.op == "scripted"]
        self.carried = {letter(inner) for part in scripted for s in subscripts(part) for inner in s.walk()}
        self.indices = self._indices()
        self.positions = self._positions()
        self.letters = self._letters()
        self.vectors = any(part.op in ("norm", "inner") or is_transposed(part) for part in self.parts)
        # Papers count from 1, some from 0; the language counts from 0.
        self.first = 0 if self._counts_from_zero() else 1
        self.labels: dict[str, str] = {}
        self.bound: tuple[str, ...] = ()
        # Beside s_- the script of s_+ is a label, not the positive part.
        self.signed = any(
            s.args[0].leaf == "minus" for part in scripted for s in part.args[1:] if s.op == "sub"
        )
        self.labelled = self._labelled(scripted)
        self.labelling = self._labelling(scripted)
        # Names, with their scripts, that a norm is taken of alone.
        inside = (unwrapped(part.args[0]) for part in self.parts if part.op == "norm" and part.args)
        self.normed = {part for part in inside if part.op in ("name", "scripted")}
        # Euler's number carries an exponent; e_i and an e without any are names.
        scripts = [part.args[1:] for part in scripted if part.args[0].leaf == "e"]
        above_e = any(exponents(each) for each in scripts)
        self.euler = above_e and not any(s.op == "sub" for each in scripts for s in each)

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

    def is_constant(self, word: str) -> bool:
        """Say whether a name is pi or Euler's number."""
        return word in ("pi", EULER) or (word == "e" and self.euler)

    def stands_alone(self, word: str) -> bool:
        """Say whether a called name stands without brackets as well, as epsilon beside \\epsilon_\\theta(x, t)."""
        return any(part.op == "name" and part.leaf == word for part in self.parts)

    def free(self, word: str) -> str:
        """Return a name that the language has not reserved."""
        return f"{word}_" if is_reserved(word) or word in REDUCTIONS or self.looks_indexed(word) else word

    def looks_indexed(self, word: str) -> bool:
        """Say whether the language would read a label as an index: the x_n of a negative sample as x[n]."""
        _, _, label = word.rpartition("_")
        return label != word and 0 < len(label) < 3 and {*label} <= self.labelling

    def _labelled(self, scripted: Sequence[Node]) -> dict[str, set[str]]:
        """Return the letters above a name that are labels.

        They are where a name x_i has several, or where x has those of anchor, positive and negative, x^a, x^p and x^n,
        which stand nowhere else.
        """
        above: dict[str, set[str]] = {}
        with_index = set[str]()
        for part in scripted:
            if part.args[0].op == "name":
                letters = {letter(unwrapped(s.args[0])) for s in exponents(part.args[1:])}
                above.setdefault(str(part.args[0].leaf), set()).update(each for each in letters if each)
                if letters - {None} and any(s.op == "sub" for s in part.args[1:]):
                    with_index.add(str(part.args[0].leaf))
        scripts = {id(unwrapped(s.args[0])) for part in scripted for s in exponents(part.args[1:])}
        elsewhere = {str(p.leaf) for p in self.parts if p.op == "name" and id(p) not in scripts}
        return {
            word: letters
            for word, letters in above.items()
            if len(letters) > 1
            and (word in with_index or ("a" in letters <= {"a", "p", "n"} and not letters & elsewhere))
        }

    def _labelling(self, scripted: Sequence[Node]) -> set[str]:
        r"""Return the letters of indices that stand in labels alone, if the language would take them for indices.

        It does where something is reduced.  In the norm of x_i - y_i, without a sum, it may: both have parts.
        """
        used = {letter(each) for part in scripted for sub in self.entries(part)[0] for each in sub.walk()}
        labels = self.carried.union(*self.labelled.values())
        found = {c for c in LETTERS if c in labels} - used
        summed = any(map(_reduces, self.parts))
        return found if summed or (self.vectors and len(found) > 1) else set()

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
            letters = (letter(part) for script in below for part in flat(script))
            found |= {each for each in letters if each is not None and each in LETTERS}
        return found

    def optimises(self, part: Node) -> bool:
        r"""Say whether a part is a \min_w or \max_a over values: nothing carries what stands below as an index."""
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

    def _counts_from_zero(self) -> bool:
        """Whether an index is 0 somewhere, or a sum begins there."""
        entries = (sub for part in self.parts if part.op == "scripted" for sub in self.entries(part)[0])
        starts = (
            part.args[2]
            for prefix in self.parts
            if prefix.op == "prefix"
            for script in prefix.args
            for part in listed(script.args[0])
            if part.op == "relation"
        )
        return any(unwrapped(part).leaf == "0" for part in (*entries, *starts))

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

    def is_label(self, word: str, script: Node) -> bool:
        """Say whether a letter above a name is a label, not an exponent, and say so in a note."""
        found = script in exponents([script]) and letter(unwrapped(script.args[0])) in self.labelled.get(
            word, ()
        )
        if found:
            self.note(f"the letters above {word} are labels, not exponents")
        return found

    def entries(self, node: Node) -> tuple[list[Node], list[Node]]:
        """Return the scripts of a name that are indices, and the others."""
        places = self.positions.get(str(node.args[0].leaf), set())
        found: tuple[list[Node], list[Node]] = ([], [])
        for place, sub in enumerate(self.subscripts(node)):
            # Beside an index the letter of another sample is one as well: the n of x_{n,c}.
            own = place in places or (bool(places) and letter(sub) in set(LETTERS))
            found[0 if own else 1].append(sub)
        return found

    def index(self, sub: Node) -> Node:
        """Return the meaning of an index: a letter, a number from 0 on, or a letter and a number."""
        for part in sub.walk():
            if letter(part) in self.indices and letter(part) not in self.bound:
                help_ = "put brackets around all that is summed"
                raise self.problem(f"the index `{part.leaf}` stands outside its sum here", part.span, help_)
        if sub.op == "number" and str(sub.leaf).isdigit():
            if self.first:
                self.note("indices count from 1 in the formula and from 0 in the expression")
            return number(int(str(sub.leaf)) - self.first, sub.span)
        if letter(sub) in self.letters:
            return name(self.letters[str(sub.leaf)], sub.span)
        if (
            sub.op == "sum"
            and len(sub.args) == 3
            and letter(sub.args[0]) in self.letters
            and str(sub.args[2].leaf).isdigit()
            and sub.args[2].op == "number"
        ):
            op = "add" if sub.args[1].leaf == "+" else "sub"
            shift = number(int(str(sub.args[2].leaf)), sub.args[2].span)
            return Node(
                op, (name(self.letters[str(sub.args[0].leaf)], sub.args[0].span), shift), None, sub.span
            )
        if letter(sub) in set(LETTERS):
            return name(str(sub.leaf), sub.span)
        shown = self.text[slice(*sub.span)]
        if shown not in self.labels:
            self.labels[shown] = self.fresh(sub.span)
            self.note(f"the index {shown} may be any one: it is called {self.labels[shown]}")
        return name(self.labels[shown], sub.span)

    def fresh(self, span: Span) -> str:
        """Return an index letter that the formula does not use."""
        found = next(self.spare, "")
        if not found:
            raise self.problem("too many different indices", span, "the language has i, j, k, l, m, n")
        return found

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


def _reduces(part: Node) -> bool:
    """Whether a printed part makes one number of many."""
    if part.op != "prefix" or part.leaf not in {*REDUCTIONS, "softmax", "log_softmax"}:
        return False
    return part.leaf not in ("max", "min") or any(s.op == "sub" for s in part.args)
