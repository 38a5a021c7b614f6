"""The model inside a loss: which names are parameters, which are data, and how that is said.

Data are what the loss applies a function to, as x in F(x), and the names that are data by convention.  Parameters are
the other names in the bodies of defined functions, and, unnamed, whatever moves the values of unknown ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from diffcheck.language.conventions import DATA, INPUTS, is_data, is_setting, settings_of
from diffcheck.language.definitions import MARK, Definition, Definitions
from diffcheck.language.layers import LAYERS, weights_of
from diffcheck.language.reductions import base_of
from diffcheck.language.tree import APPLY, NAME, Node
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem, Value

__all__ = ["Model", "listed", "predictions"]


@dataclass(frozen=True, slots=True)
class Model:
    """A loss as typed, and the definitions it uses."""

    tree: Node
    definitions: Definitions

    @property
    def models(self) -> tuple[Definition, ...]:
        """The defined functions with names of their own: what they are besides their arguments."""
        return tuple(row for row in self.definitions.functions if set(row.free) - DATA)

    @property
    def weights(self) -> tuple[str, ...]:
        """The weights of all layers, in the order in which a sample passes them."""
        rows = self.definitions.raw.values()
        return tuple(
            dict.fromkeys(w for tree in (*(r.body for r in rows), self.tree) for w in weights_of(tree))
        )

    def _calls(self) -> Iterator[Node]:
        """Yield the calls in the loss, of models and of unknown functions, all else written out."""
        tree = self.definitions.without([row.name for row in self.models]).put_in(self.tree, "")
        return (n for n in tree.distinct() if n.op == APPLY)

    @property
    def data(self) -> set[str]:
        """The names that calls are applied to, and those that are data by convention."""
        given = {n for call in self._calls() for a in call.args for n in a.names()}
        layers = (n for tree in self._plain() for n in tree.distinct() if n.op in LAYERS)
        inputs = {n for layer in layers for n in layer.args[0].names()}
        return DATA | given | (inputs - set(self.weights) - self.definitions.raw.keys())

    def _plain(self) -> Iterator[Node]:
        """Yield the loss, and what is defined as a number."""
        yield self.tree
        yield from (row.body for row in self.definitions.raw.values() if row.params is None)

    @property
    def _direct(self) -> set[str]:
        """The weights of layers that belong to no function."""
        return {w for tree in self._plain() for w in weights_of(tree)}

    def parameters(self, names: Collection[str]) -> tuple[str, ...]:
        """Return the names of the question that are parameters of models; settings only where no other is."""
        own = {n for row in self.models for n in self._own(row)} | self._direct
        found = dict.fromkeys(n for n in names if base_of(n) in own)
        learnt = tuple(n for n in found if not is_setting(n))
        return learnt or tuple(found)

    def _own(self, row: Definition) -> tuple[str, ...]:
        models = {m.name for m in self.models}
        given = (call for call in self._calls() if call.leaf in models)
        data = DATA | {n for call in given for a in call.args for n in a.names()}
        return tuple(n for n in row.free if n not in data)

    def parameters_of(self, function: str, names: Collection[str]) -> tuple[str, ...]:
        """Return the parameters of one defined function; none for any other word."""
        own = {n for row in self.models if row.name == function for n in self._own(row)}
        return tuple(n for n in names if base_of(n) in own)

    def variables(self, names: Sequence[str], values: Sequence[Value]) -> tuple[str, ...]:
        """Return what is differentiated in when nothing is said, in the order of the text.

        These are the parameters of defined functions and the values of unknown ones; with unknown ones only, also
        the names of the loss itself that are neither data nor settings: they may be parameters as well.
        """
        parameters = self.parameters(names)
        moving = {v.name for v in values}
        if parameters:
            return tuple(n for n in names if n in moving or n in parameters)
        given, by_hand = self.data, settings_of(self.tree)
        return tuple(n for n in names if n in moving or not (base_of(n) in given or is_data(n) or by_hand(n)))

    def through(self, values: Sequence[Value], chosen: Sequence[str]) -> str:
        """Return what is differentiated in when values of unknown functions stand for it."""
        functions = dict.fromkeys(str(v.call.leaf) for v in values)
        plain = [n for n in chosen if n not in {v.name for v in values}]
        return listed([f"the parameters of {listed(list(functions))}", *plain]) if functions else ""

    def outline(self, wrt: Collection[str]) -> Node | None:
        """Return the loss with the calls of functions that have parameters in it; None when it has none."""
        models = {row.name for row in self.models if set(row.free) & set(map(base_of, wrt))}
        if not models:
            return None
        tree = self.definitions.without(models).put_in(self.tree, "")
        if not any(n.op == APPLY and n.leaf in models for n in tree.distinct()):
            return None
        return tree

    def notes(self, problem: Problem, *, asked: bool) -> tuple[str, ...]:
        """Return what names the weights of layers have, what is differentiated in, and why, if there are functions."""
        return (*self._layers(), *self._split(problem, asked=asked))

    def _layers(self) -> Iterator[str]:
        """Yield what has layers, with the names of their weights."""
        for row in self.definitions.raw.values():
            if weights_of(row.body):
                head = row.line.partition(" = ")[0]
                yield f"the weights have names: {head} = {unparse(row.body).replace(MARK, '')}"
        if weights_of(self.tree):
            yield f"the weights have names: {unparse(self.tree)}"

    def _split(self, problem: Problem, *, asked: bool) -> tuple[str, ...]:
        names = {*problem.wrt, *problem.constants}
        parameters = [n for n in problem.wrt if n in self.parameters(names)]
        if asked or not parameters:
            return ()
        bases = set(map(base_of, parameters))
        owners = [r.name for r in self.models if set(self._own(r)) & bases]
        of = listed([*owners, *["the layers"] * bool(bases & self._direct)])
        said = f"differentiated in {', '.join(parameters)}: the parameters of {of} (--wrt decides)"
        given = self.data
        data = [n for n in problem.constants if base_of(n) in given or is_data(n)]
        held = [n for n in problem.constants if n not in data]
        if data:
            said += f"; {are(data, 'data')}"
        if held:
            said += f"; {are(held, 'held constant')}"
        return (said,)


def predictions(values: Sequence[Value]) -> tuple[str, ...]:
    """Return the names that unknown losses are applied to beside a target: f of L(y, f); none if one has no target.

    What stands in a model, as x in F(x), moves with its parameters instead.
    """
    found: dict[str, None] = {}
    for value in values:
        plain = [str(a.leaf) for a in value.call.args if a.op == NAME]
        other = [n for n in plain if not (is_data(n) or is_setting(n) or base_of(n) in INPUTS)]
        if len(plain) < len(value.call.args) or not any(map(is_data, plain)) or not other:
            return ()
        found.update(dict.fromkeys(other))
    inner = {v.name for v in values}
    return () if inner & found.keys() else tuple(found)


def listed(words: Sequence[str]) -> str:
    """Return words as people list them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def are(words: Sequence[str], what: str) -> str:
    """Return "x is data", "x and y are data"."""
    return f"{listed(words)} {'is' if len(words) == 1 else 'are'} {what}"
