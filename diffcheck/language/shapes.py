"""Names without an index where something is reduced: which are vectors, which are one number.

Conventions of letters say first: all are vectors but settings, parameters beside other names, the w and b of
mean((y - w*x - b)**2), and what stands outside of what is reduced.  Where the parts are coupled, as in norm(w - v), a
number beside a vector of data would hide the corner at w = v: "zero for special data only".  So names that are added,
subtracted or compared part by part get one shape, vectors if they can be, else numbers.  A number may be a factor,
a setting, or the bias of a model that is fitted to a target.  Read in order: `Shapes`, then `Together`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from diffcheck.errors import SyntaxProblem
from diffcheck.language.binding import Binding, compares_indices
from diffcheck.language.conventions import DATA, PARAMETER, PREDICTED, exponents, is_setting
from diffcheck.language.layers import LAYERS
from diffcheck.language.reductions import AXES, LETTERS, base_of
from diffcheck.language.tree import APPLY, NAME, Node

__all__ = ["Shapes", "Together", "differentiated_in"]

# The names of one addend; it is a vector if one of them is.
Term = frozenset[str]

# What multiplies vectors may be a number: w*x, x/c, x**p, F(w, x).
_PRODUCTS = {"mul", "div", "pow", APPLY}
_BIASES = {"b", "B", "bias"}


def differentiated_in(names: Collection[str], asked: Sequence[str]) -> frozenset[str]:
    """Return the names that are no settings whatever they are called: asked for, or predicted between data alone."""
    if asked:
        return frozenset(asked)
    bases = frozenset(map(base_of, names))
    return bases & PREDICTED if all(is_setting(n) or n in DATA for n in bases) else frozenset()


@dataclass(frozen=True, slots=True)
class _Group:
    """Addends that have one shape; of a quotient the divisor alone may be a number."""

    terms: tuple[Term, ...]
    quotient: bool = False


class Shapes:
    """The shapes of the names of one expression.

    vectors: the names that are vectors without saying so, in the order of the text.
    numbers: those that would be, beside names that are numbers elsewhere; ``because``: these.
    shared: whether a name is one number by convention.  moving: the names that are variables, as far as it is known.
    """

    def __init__(
        self, binding: Binding, tree: Node, shared: Callable[[str], bool], moving: Collection[str] = ()
    ) -> None:
        self.binding = binding
        self.shared = shared
        self.moving = frozenset(map(base_of, moving))
        self.bare = list(self._bare_nodes(tree))
        self.subscripted = {str(n.args[0].leaf) for n in tree.distinct() if n.op == "item"}
        self.fixed = {*self._names_outside(tree), *exponents(tree)}
        self.inside = dict.fromkeys(n for node in self.bare for n in self._names_in(node))
        self.numbers = tuple[str, ...]()
        self.because = tuple[str, ...]()
        self.vectors = self._by_letters()
        coupled = list(self._coupled(tree, True))
        if self.vectors and coupled:
            self._unify([Together(node, self) for node in self.bare], coupled)

    # --- by letters

    def _by_letters(self) -> tuple[str, ...]:
        inside = [n for n in self.inside if n not in self.fixed]
        vectors = {n for node in self.bare if node.op == "dot" for n in self._names_in(node)}
        vectors |= self._alone() | self.subscripted
        likely = [n for n in inside if n in vectors or not self.shared(n)]
        single = [n for n in likely if n not in vectors and PARAMETER.fullmatch(n)]
        return tuple(n for n in likely if len(single) in (0, len(likely)) or n not in single)

    def _alone(self) -> set[str]:
        """Return the names that are settings or parameters and are reduced without any others: the w of norm(w).

        Beside others they are one number, as the w of mean((y - w*x)**2); so are those outside anyway.
        """
        named = [{*self._names_in(node)}.difference(self.fixed) for node in self.bare]
        single = {n for names in named for n in names if self.shared(n) or PARAMETER.fullmatch(n)}
        return single - {n for names in named for n in names if not names <= single}

    # --- where

    def is_bare(self, node: Node) -> bool:
        """Say whether a node reduces something that has no index and is no list."""
        free, is_list = self.binding.free, self.binding.is_list
        if node.op in AXES:
            return not free(node.args[0]) and not is_list(node.args[0])
        return self.binding.reduces(node) and not any(free(a) or is_list(a) for a in self._operands(node))

    def _operands(self, node: Node) -> tuple[Node, ...]:
        return self.binding.operands(node)

    def _bare_nodes(self, tree: Node) -> Iterator[Node]:
        if self.is_bare(tree):
            yield tree
        else:
            for a in self._operands(tree):
                yield from self._bare_nodes(a)

    def _names_outside(self, node: Node) -> Iterator[str]:
        """Yield the names that stand in no reduction without an index."""
        if node.op == NAME:
            yield str(node.leaf)
        elif not self.is_bare(node):
            for a in self._operands(node):
                yield from self._names_outside(a)

    def _names_in(self, node: Node) -> Iterator[str]:
        """Yield the names below a node that stand for numbers or vectors, without the letters of indices."""
        if compares_indices(node, LETTERS):
            return
        if node.op == NAME:
            yield str(node.leaf)
        for a in self._operands(node):
            yield from self._names_in(a)

    def _coupled(self, node: Node, linear: bool) -> Iterator[Node]:
        """Yield what reduces its parts to more than a sum of them.

        Of plain sums one term is asked about, and its class is the same whether the b of mean(abs(y - b)) is one
        number or one for each term.  linear: whether only factors and addends stand around the node.
        """
        if self.is_bare(node):
            inner = (n for a in node.args for n in a.distinct())
            plain = linear and node.op in ("sum", "mean")
            if not plain or any(n.op in AXES or n.op in LAYERS or self.binding.reduces(n) for n in inner):
                yield node
            return
        operands = self._operands(node)
        for at, a in enumerate(operands):
            others = operands[:at] + operands[at + 1 :]
            factor = node.op == "mul" or (node.op == "div" and at == 0)
            scaled = factor and not any(self._touches(b) for b in others)
            yield from self._coupled(a, linear and (node.op in ("add", "sub", "neg") or scaled))

    def _touches(self, node: Node) -> bool:
        """Whether a part reduces anything, or has a name that is reduced elsewhere."""
        return any(True for _ in self._bare_nodes(node)) or not self.inside.keys().isdisjoint(node.names())

    # --- one shape

    def _unify(self, nodes: Sequence[Together], coupled: Sequence[Node]) -> None:
        """Give what is added part by part one shape: vectors where that can be, else numbers, until nothing clashes."""
        vectors, numbers, because = {*self.vectors}, {*self.fixed}, dict[str, None]()
        firm = {n for node in nodes for n in node.firm}
        groups = [(g, t) for t in nodes if t.node in coupled for g in t.groups]
        while clash := next((c for c in (self._clash(g, t, vectors) for g, t in groups) if c), None):
            node, several, single = clash
            may = {n for t in single for n in t} - numbers - firm
            if all(t & may for t in single):
                vectors |= may
                continue
            held = sorted(n for t in single for n in t if n not in may)
            if not self.subscripted.isdisjoint(n for t in several for n in t):
                raise self._torn(node, held[0])
            because |= dict.fromkeys(n for n in held if n in firm.union(self.fixed))
            numbers |= {n for t in several for n in t & vectors}
            vectors -= numbers
        self.vectors = tuple(n for n in self.inside if n in vectors)
        self.numbers = tuple(n for n in self.inside if n in numbers - self.fixed or n in because)
        self.because = tuple(because)

    def _clash(
        self, group: _Group, inside: Together, vectors: Collection[str]
    ) -> tuple[Node, list[Term], list[Term]] | None:
        """Return the addends of a group that are vectors and those that are numbers, where there are both."""
        several = [t for t in group.terms if not t.isdisjoint(vectors)]
        others = [self._own(t) for t in group.terms if t.isdisjoint(vectors)]
        single = [t for t in others if t and not t <= inside.biases]
        scaled = group.quotient and group.terms[0] in several
        return (inside.node, several, single) if several and single and not scaled else None

    def _torn(self, node: Node, single: str) -> SyntaxProblem:
        """Return the error for a number beside a vector that has subscripts elsewhere, so that neither can change."""
        place = next(n for n in node.distinct() if n.op == NAME and n.leaf == single)
        vector = next(str(n) for n in self._names_in(node) if n in self.subscripted)
        return self.binding.problem(
            f"`{single}` is one number elsewhere, `{vector}` beside it has parts",
            place.span,
            f"write `{vector}[i]` here if `{single}` is the same for all parts, else `{single}[i]` everywhere",
        )

    def _own(self, term: Term) -> Term:
        """Return the names of an addend that are no settings: those are one number beside anything."""
        return frozenset(n for n in term if n in self.moving or not self.shared(n))


class Together:
    """What stands together part by part in one reduction without an index.

    groups: addends that have one shape.  firm: parameters that are one number as factors of vectors, or as biases.
    biases: the b of norm(y - w*x - b): parameters beside a model that is fitted to a target.
    """

    def __init__(self, node: Node, shapes: Shapes) -> None:
        self.node = node
        self.shapes = shapes
        self.groups: list[_Group] = []
        self.firm: set[str] = set()
        self._scaled: set[str] = set()
        self._known: dict[Node, tuple[Term, ...]] = {}
        for a in shapes.binding.operands(node):
            self._group(a)
        self.biases = frozenset(self._biases())
        self.firm |= self.biases

    def _group(self, node: Node) -> Term:
        """Note the addends of a part as a group; return all of its names."""
        terms = self._terms(node)
        if len(terms) > 1:
            self.groups.append(_Group(terms))
        return frozenset().union(*terms)

    def _terms(self, node: Node) -> tuple[Term, ...]:
        """Return the addends of a part; functions of numbers keep shapes, reductions inside are numbers."""
        if node not in self._known:
            self._known[node] = tuple(dict.fromkeys(self._terms_in(node)))
        return self._known[node]

    def _terms_in(self, node: Node) -> Iterator[Term]:
        operands = self.shapes.binding.operands(node)
        if node.op == NAME:
            yield frozenset({str(node.leaf)})
        elif compares_indices(node, LETTERS):
            return
        elif node.op == "item" or node.op in LAYERS or self.shapes.binding.reduces(node):
            for a in operands:
                self._group(a)
        elif node.op in _PRODUCTS:
            factors = [self._group(a) for a in operands]
            self._factors(node.op, factors)
            if any(factors):
                yield frozenset().union(*factors)
        else:
            for a in operands:
                yield from self._terms(a)

    def _factors(self, op: str, factors: Sequence[Term]) -> None:
        """Note the parameters that are numbers as factors of vectors, and what a quotient of a number may be."""
        if op == "div" and all(factors):
            self.groups.append(_Group(tuple(factors), quotient=True))
        if op not in ("mul", "div"):
            return
        vectors = {*self.shapes.vectors}
        for at, factor in enumerate(factors):
            scaled = {n for other, names in enumerate(factors) if other != at for n in names} & vectors
            learnt = {n for n in factor if PARAMETER.fullmatch(n)}
            if scaled and learnt and not factor & vectors and not (op == "div" and at == 0):
                self.firm |= learnt
                self._scaled |= scaled

    def _biases(self) -> Iterator[str]:
        """Yield the biases of a model: they stand beside its inputs with their factor, and a target is there too."""
        vectors = {*self.shapes.vectors}
        models = [g for g in self.groups if any(t & self.firm and t & vectors for t in g.terms)]
        fitted = any(t & vectors and not t & self.firm for g in models for t in g.terms)
        names = {n for terms in self._known.values() for t in terms for n in t}
        if not fitted and not (names & vectors & DATA) - self._scaled:
            return
        stems = _BIASES | {_stem(n) for n in self.firm}
        for n in {n for g in models for t in g.terms if not t & vectors for n in t} - self.firm:
            if PARAMETER.fullmatch(n) and _stem(n) in stems:
                yield n


def _stem(name: str) -> str:
    return re.sub(r"_?\d+$", "", name)
