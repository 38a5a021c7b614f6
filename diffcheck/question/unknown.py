"""Unknown functions: a name takes the place of every value they have in a question, and gives it back in the answer.

In (y - F(x))**2 the value F(x) becomes a name, F_x, and the rest is an ordinary question about that name; what its
answer means for F is said in compose.py.  Equal calls have one name; calls of one function with arguments that are
equal only after some algebra have one name too, or there is no answer.
Read in order: hidden, then spelt for the way back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from diffcheck.errors import Undetermined, WrongArguments
from diffcheck.language.reductions import indices_of, subscripted
from diffcheck.language.tree import APPLY, Node, Place, name, substitute
from diffcheck.language.unparse import unparse
from diffcheck.language.vocabulary import is_reserved
from diffcheck.problem import Value
from diffcheck.verdict import Report

__all__ = ["check_apart", "depends", "hidden", "respelt", "spelt", "unspelt"]

T = TypeVar("T")

# Names of values longer than this cannot be read.
LONGEST = 30


def hidden(trees: Sequence[Node], text: str) -> tuple[list[Node], tuple[Value, ...]]:
    """Return the trees with a name for every call of an unknown function, and what the names stand for.

    Values that occur only inside the arguments of others are told too, before these; a call in ``Value.call`` has
    names for the calls in its arguments.  Raises WrongArguments for a function called with different numbers of
    arguments, Undetermined where it is not known whether two calls have one value.
    """
    calls = [n for tree in trees for n in tree.distinct() if n.op == APPLY]
    if not calls:
        return list(trees), ()
    _check_counts(calls, text)
    taken = {n for tree in trees for n in tree.names()} | {str(c.leaf) for c in calls}
    hide = _Hide(taken)
    return [hide.tree(tree) for tree in trees], tuple(hide.values)


def _check_counts(calls: Iterable[Node], text: str) -> None:
    counts: dict[str, int] = {}
    for call in calls:
        expected = counts.setdefault(str(call.leaf), len(call.args))
        if expected != len(call.args):
            span = call.span
            inside = isinstance(span, Place)
            raise WrongArguments(
                f"`{call.leaf}` is called with {expected} and with {len(call.args)} arguments",
                span=span.inner if isinstance(span, Place) else span,
                help="give two functions two names",
                text=span.line if isinstance(span, Place) and inside else text,
            )


class _Hide:
    """Gives names to values, each once."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.values: list[Value] = []
        self.known: dict[Node, str] = {}

    def tree(self, tree: Node) -> Node:
        """Return a tree with names for its calls, innermost first."""
        return substitute(tree, lambda n: name(self.of(n), n.span) if n.op == APPLY else None)

    def of(self, call: Node) -> str:
        """Return the name of a call's value."""
        if call not in self.known:
            same = next((v for v in self.values if v.call.leaf == call.leaf and _equal(v.call, call)), None)
            self.known[call] = same.name if same is not None else self.new(call)
        return self.known[call]

    def new(self, call: Node) -> str:
        """Make up a name for a value."""
        shown = respelt(unparse(call), {v.name: v.text for v in self.values})
        stem = re.sub(r"\W+", "_", re.sub(r"\[.*?\]", "", shown)).strip("_")[:LONGEST]
        # A value of its own for each index, as its arguments have.
        indices = dict.fromkeys(i for n in call.names() for i in indices_of(n))
        while (word := subscripted(stem, list(indices)) if indices else stem) in self.taken or is_reserved(
            stem
        ):
            stem += "_"
        self.taken.add(word)
        self.values.append(Value(word, shown, call))
        return word


def _equal(a: Node, b: Node) -> bool:
    """Whether two calls of one function have one value for every function; Undetermined where that is not known."""
    # SymPy is needed for this alone.
    from diffcheck.algebra.identity import Decision, is_zero
    from diffcheck.algebra.lower import to_sympy

    different = False
    for u, v in zip(a.args, b.args, strict=True):
        decision = Decision.YES if u == v else is_zero(to_sympy(u) - to_sympy(v))
        if decision is Decision.UNKNOWN:
            raise Undetermined(f"cannot tell whether `{unparse(a)}` and `{unparse(b)}` are one value")
        different |= decision is Decision.NO
    return not different


def check_apart(values: Sequence[Value], where: Sequence[Node]) -> None:
    """Raise Undetermined where a constraint may say that two calls have one value, or that one does not move.

    An equation may, of names in arguments; an inequality only where arguments have steps: F(x) and F(abs(x)) are one
    for x > 0, and the zeros of what is analytic hold no open set.
    """
    from diffcheck.algebra.lower import lower

    for value in values:
        several = sum(v.call.leaf == value.call.leaf for v in values) > 1
        steps = any(p.op in {"where", "floor"} for arg in value.call.args for p in lower(arg).distinct())
        for c in where:
            equal = any(p.op == "eq" for p in c.distinct())
            if (equal or (several and steps)) and set(c.names()) & set(value.call.names()):
                raise Undetermined(f"cannot tell what `{unparse(c)}` says of `{value.text}`")


def depends(value: Value, names: Collection[str], values: Sequence[Value]) -> bool:
    """Whether the arguments of a value contain one of the names, perhaps inside other values."""
    from diffcheck.algebra.identity import Decision, is_zero
    from diffcheck.algebra.lower import lower, to_sympy
    from diffcheck.algebra.printer import symbol

    inner = {v.name for v in values if v.name in value.call.names()}
    if any(v.name in names or depends(v, names, values) for v in values if v.name in inner):
        return True
    for arg in value.call.args:
        for n in set(arg.names()) & set(names):
            # F(0*x) does not depend on x; steps have no derivative that would tell.
            plain = all(p.op not in {"where", "floor"} for p in lower(arg).distinct())
            if not plain or is_zero(to_sympy(arg).diff(symbol(n))) is not Decision.YES:
                return True
    return False


# --- the way back: names in the texts of an answer


def respelt(text: str, table: Mapping[str, str]) -> str:
    """Return a text with whole words replaced, all at once.

    >>> respelt("abs(y - F_x)", {"F_x": "F(x)"})
    'abs(y - F(x))'
    """
    if not table:
        return text
    words = "|".join(map(re.escape, table))
    return re.sub(rf"(?<!\w)(?:{words})(?!\w)", lambda match: table[match[0]], text)


def spelt(answer: T, table: Mapping[str, str]) -> T:
    """Return an answer, all its texts included, with values in place of their names, as people write them."""
    return _mapped(answer, lambda text: respelt(text, table)) if table else answer


def unspelt(report: Report) -> Report:
    """Return a report with names for the values again: what stages that read its texts can evaluate."""
    # A value inside another one is a part of its text.
    longest = sorted(report.values.items(), key=lambda pair: -len(pair[1]))

    def back(text: str) -> str:
        for word, value in longest:
            text = text.replace(value, word)
        return text

    if not longest:
        return report
    renamed: Report = _mapped(report, back)
    return replace(renamed, expression=report.expression, where=report.where, values=report.values)


def _mapped(data: Any, change: Callable[[str], str], memo: dict[int, Any] | None = None) -> Any:
    """Return data with every text in it changed, keys included; what was one object stays one."""
    memo = {} if memo is None else memo
    if type(data) is str:
        return change(data)
    if id(data) not in memo:
        memo[id(data)] = _inside(data, lambda part: _mapped(part, change, memo))
    return memo[id(data)]


def _inside(data: Any, new: Callable[[Any], Any]) -> Any:
    """Return data with new parts; what has none stays as it is."""
    if is_dataclass(data) and not isinstance(data, type):
        return replace(data, **{f.name: new(getattr(data, f.name)) for f in fields(data) if f.init})
    if isinstance(data, Mapping):
        return {new(k): new(v) for k, v in data.items()}
    if type(data) in (tuple, list):
        return type(data)(map(new, data))
    return data
