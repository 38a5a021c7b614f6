"""Definitions: what `let` gives names and functions, substituted before anything is asked.

`u = y - f` abbreviates, `F(x) = w*x + b` is a function: calls take its body with the arguments put in.  Parameters
hide names of the same spelling; the other names of a body are the question's, such as the weights of a model.
What a definition brings in carries its place (tree.Place): where the text uses it, and where it is written.
Read in order: Definitions, read_definitions, then _Writer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from diffcheck.errors import BadOption, InputError, WrongArguments
from diffcheck.language.binding import Binding, scoped
from diffcheck.language.layers import Numbering
from diffcheck.language.limits import check_size
from diffcheck.language.parse import parse
from diffcheck.language.tokens import tokenize
from diffcheck.language.tree import APPLY, NAME, Node, Place, Span, substitute
from diffcheck.language.vectors import opened
from diffcheck.language.vocabulary import is_reserved

__all__ = ["MARK", "Definition", "Definitions", "function_names", "read_definitions"]

# Behind the names of parameters in bodies.
MARK = "'"

_HEAD = re.compile(r"\s*([^\W\d]\w*)\s*(\((.*)\))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition: ``name`` or ``name(params)`` stands for ``body``; line: as written, for messages."""

    name: str
    params: tuple[str, ...] | None
    body: Node
    line: str

    @property
    def free(self) -> tuple[str, ...]:
        """The names of the body that are not parameters."""
        hidden = set(map(_marked, self.params or ()))
        return tuple(n for n in self.body.names() if n not in hidden)


@dataclass(frozen=True, slots=True)
class Definitions:
    """All definitions of a question.

    raw: as written.  rows: each body with the other definitions put in.
    """

    raw: Mapping[str, Definition] = field(default_factory=dict)
    rows: Mapping[str, Definition] = field(default_factory=dict)

    def put_in(self, tree: Node, text: str) -> Node:
        """Return a tree without defined names and calls; InputError where a call does not fit its definition."""
        if not self.rows:
            return tree
        done = _Writer(self.rows, text).write(tree)
        check_size(done, text)
        return done

    def without(self, names: Collection[str]) -> Definitions:
        """Return the definitions but those of some names, whose uses stay as they are."""
        return _definitions({n: row for n, row in self.raw.items() if n not in names})

    @property
    def functions(self) -> tuple[Definition, ...]:
        """The definitions with parameters."""
        return tuple(row for row in self.rows.values() if row.params is not None)


def function_names(let: Mapping[str, str]) -> frozenset[str]:
    """Return the names that definitions give to functions: what a text may call."""
    return frozenset(match[1] for match in map(_HEAD.fullmatch, let) if match and match[2])


def read_definitions(let: Mapping[str, str], users: Sequence[Node]) -> Definitions:
    """Return the definitions, the names of other ones replaced in each.

    users: the trees that may use them.  BadOption for one that nothing uses, that cannot be named so, or that needs
    itself.
    """
    raw: dict[str, Definition] = {}
    functions = function_names(let)
    for head, text in let.items():
        row = _definition(head, text, functions)
        if row.name in raw:
            raise BadOption(f"--let: `{row.name}` is defined twice", help="keep one of the two")
        raw[row.name] = row
    _check_used(raw, users)
    numbering = Numbering({n for tree in (*users, *(r.body for r in raw.values())) for n in tree.names()})
    return _definitions({n: replace(row, body=numbering.named(row.body)) for n, row in raw.items()})


def _definitions(raw: Mapping[str, Definition]) -> Definitions:
    """Put each definition into those that need it."""
    done: dict[str, Definition] = {}
    for name in _in_order(raw):
        row = raw[name]
        body = _Writer(done, row.line).write(row.body)
        check_size(body, row.line)
        done[name] = Definition(name, row.params, body, row.line)
    return Definitions(raw, done)


def _definition(head: str, text: str, functions: frozenset[str]) -> Definition:
    """Return one definition with its body placed on its line; BadOption if its name cannot be one."""
    match = _HEAD.fullmatch(head)
    if match is None or not _is_plain(match[1]):
        raise BadOption(
            f"`{head.strip()[:40]}` cannot be defined",
            help="choose a name that is no function or constant, or write `F(x) = ...` with plain parameters",
        )
    params = _params(head, match[3]) if match[2] else None
    body = opened(parse(text, functions))
    for called in body.calls():
        if called in (params or ()):
            raise BadOption(
                f"`{called[:40]}` is a parameter of `{match[1][:40]}` and cannot be called",
                help="parameters are numbers; call a function of another name",
            )
    start = f"{head.strip()} = "
    body = _placed(body, start + text, len(start), params or ())
    return Definition(match[1], params, body, start + text)


def _params(head: str, inside: str) -> tuple[str, ...]:
    """Return the parameters of a definition; BadOption unless they are distinct names."""
    params = tuple(p.strip() for p in inside.split(","))
    for p in params:
        if not _is_plain(p) or params.count(p) > 1:
            raise BadOption(
                f"the parameters of `{head.strip()[:40]}` are no distinct names",
                help="write `F(x) = ...` or `F(x, z) = ...`",
            )
    return params


def _is_plain(word: str) -> bool:
    """Say whether a word can be a variable."""
    try:
        tokens = tokenize(word)
    except InputError:
        return False
    return [t.kind for t in tokens[:-1]] == [NAME] and not is_reserved(word)


def _placed(body: Node, line: str, shift: int, params: Sequence[str]) -> Node:
    """Return a body whose columns are places on its line, its parameters marked."""
    args = tuple(_placed(a, line, shift, params) for a in body.args)
    inner = (body.span[0] + shift, body.span[1] + shift)
    leaf = _marked(str(body.leaf)) if body.op == NAME and body.leaf in params else body.leaf
    return Node(body.op, args, leaf, Place(inner, line, inner))


def _marked(param: str) -> str:
    """Return how a parameter is called in a body: no text has such a name, so none is taken for it."""
    return f"{param}{MARK}"


def _needs(row: Definition) -> set[str]:
    """Return the names and functions that a body uses."""
    return {*row.free, *row.body.calls()}


def _check_used(rows: Mapping[str, Definition], users: Sequence[Node]) -> None:
    used = {n for tree in users for n in (*tree.names(), *tree.calls())}
    used |= {n for row in rows.values() for n in _needs(row)}
    for name in rows:
        if name not in used:
            near = difflib.get_close_matches(name[:40], sorted(used), n=1)
            known = f"its names are {', '.join(sorted(used)[:8])}"
            raise BadOption(
                f"`{name[:40]}` is defined but does not occur",
                help=f"did you mean `{near[0]}`?" if near else known,
            )


def _in_order(rows: Mapping[str, Definition]) -> Iterable[str]:
    """Yield the names, each after those it needs; BadOption for a circle."""
    waiting = {name: _needs(row) & rows.keys() for name, row in rows.items()}
    while waiting:
        ready = [name for name, needs in waiting.items() if not needs & waiting.keys()]
        if not ready:
            raise _circle(waiting)
        yield from ready
        for name in ready:
            del waiting[name]


def _circle(waiting: Mapping[str, set[str]]) -> BadOption:
    """Return the error for definitions that need each other, with the way round."""
    path = [next(iter(waiting))]
    while path[-1] not in path[:-1]:
        path.append(next(n for n in waiting[path[-1]] if n in waiting))
    circle = path[path.index(path[-1]) :]
    if len(circle) == 2:
        message = f"the definition of {circle[0][:40]} needs itself"
    else:
        message = f"the definitions of {', '.join(circle[:-1])} need each other"
    return BadOption(message, help="define each by other names: no recursion")


class _Writer:
    """Puts definitions into trees; parts that are shared stay shared."""

    def __init__(self, rows: Mapping[str, Definition], text: str) -> None:
        self.rows = rows
        self.text = text

    def write(self, node: Node) -> Node:
        """Return the node with everything defined replaced, bottom up."""
        return substitute(node, self.replaced)

    def replaced(self, node: Node) -> Node:
        """Return what a name or a call stands for."""
        row = self.rows.get(str(node.leaf)) if node.op in (NAME, APPLY) else None
        if row is None:
            return node
        if node.op == NAME and row.params is not None:
            raise self.misused(node, row, f"`{row.name}` is a function and needs its arguments")
        if node.op == APPLY and row.params is None:
            message = f"`{row.name}` is no function: it is defined as a number"
            help_ = f"leave the brackets out, or define `{row.name}(x) = ...`"
            raise self.misused(node, row, message, help_)
        params = [_marked(p) for p in row.params or ()]
        if len(params) != len(node.args):
            s = "s" * (len(params) != 1)
            message = f"`{row.name}` takes {len(params)} argument{s}, got {len(node.args)}"
            raise self.misused(node, row, message)
        letters = {letter for a in node.args for letter in Binding(self.text).free(a)}
        body = scoped(row.body, letters, row.line) if letters else row.body
        return _instance(body, dict(zip(params, node.args, strict=True)), node.span, {})

    def misused(self, node: Node, row: Definition, message: str, help_: str = "") -> WrongArguments:
        """Return the error for a use that does not fit the definition, at its place."""
        head = row.line.partition(" = ")[0]
        text, span = (
            (node.span.line, node.span.inner) if isinstance(node.span, Place) else (self.text, node.span)
        )
        return WrongArguments(message, span=span, help=help_ or f"it is defined as `{head}`", text=text)


def _instance(body: Node, values: Mapping[str, Node], span: Span, memo: dict[int, Node]) -> Node:
    """Return a body with its parameters replaced at once; the rest is placed where the call is."""
    if id(body) not in memo:
        if body.op == NAME and body.leaf in values:
            memo[id(body)] = values[str(body.leaf)]
        else:
            args = tuple(_instance(a, values, span, memo) for a in body.args)
            memo[id(body)] = Node(body.op, args, body.leaf, _moved(body.span, span))
    return memo[id(body)]


def _moved(written: Span, used: Span) -> Span:
    """Return the place of a part of a definition that is used at some columns, itself perhaps in a definition."""
    columns = (used[0], used[1])
    return Place(columns, written.line, written.inner) if isinstance(written, Place) else columns
