"""The question behind a text: what is differentiated in, what is constant, what is substituted first.

Losses name their parts by convention: `y` and `target` are data, `delta` and `tau` are set by hand, the rest
is predicted or learned.  The conventions guess only when nothing is said, and the report shows the guess.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from diffcheck.errors import BadOption, InputError
from diffcheck.limits import check_size
from diffcheck.parse import parse, parse_conditions
from diffcheck.problem import Problem
from diffcheck.tree import NAME, Node, Span, substitute

__all__ = ["describe_split", "make_problem"]

DATA = {
    "y", "Y", "t", "target", "targets", "tgt", "label", "labels", "truth", "true", "y_true", "ytrue",
    "y_target", "t_true", "ground_truth", "gt", "obs", "observed", "y_obs",
}  # fmt: skip
SETTINGS = {
    "alpha", "beta", "gamma", "delta", "eps", "epsilon", "zeta", "eta", "kappa", "lambda", "lam", "lambd",
    "lmbda", "lambda_", "mu", "nu", "rho", "sigma", "tau", "margin", "temperature", "temp", "threshold",
    "weight_decay", "smoothing", "quantile",
}  # fmt: skip
# Between data alone these are what is predicted: log(sigma) + (y - mu)**2/(2*sigma**2).
PREDICTED = {"mu", "sigma"}


def make_problem(
    text: str,
    wrt: Sequence[str] | None = None,
    where: str = "",
    let: Mapping[str, str] | None = None,
    *,
    latex: bool = False,
) -> Problem:
    """Return the question that a text and its options ask; an InputError says what cannot be read.

    wrt: names to differentiate in, each entry perhaps a comma list; guessed when None or empty.
    where: conditions separated by commas; names that occur only there are constants.
    let: name -> expression, substituted before everything; definitions may use each other, not in a circle.
    latex: ``text`` is a formula in LaTeX; errors point into it, and the notes say how it was read.
    """
    if latex:
        # Only then: the grammar takes a moment to load.
        from diffcheck.latex import read

        reading = read(text)
        with reading.pointing():
            problem = make_problem(reading.expression, wrt, where, let)
        return replace(problem, notes=(*reading.notes, *problem.notes))
    tree = parse(text)
    conditions = parse_conditions(where)
    if let:
        values = _resolve(let, (tree, *conditions))
        tree = _substituted(tree, values)
        check_size(tree, text)
        conditions = tuple(_substituted(c, values) for c in conditions)
        for condition in conditions:
            check_size(condition, where)
    names = _names(tree)
    if not names:
        raise BadOption(
            "the expression has no variable to differentiate in", help="use a name, as in `abs(y - f)`"
        )
    asked = _listed(wrt)
    chosen = _checked(asked, names) if asked else _guess(names)
    everything = dict.fromkeys([*names, *(n for c in conditions for n in _names(c))])
    constants = tuple(n for n in everything if n not in chosen)
    return Problem(text, tree, chosen, constants, conditions, where, guessed=not asked)


def describe_split(problem: Problem) -> str:
    """Return one sentence: what is differentiated in, what is constant, how to change it."""
    said = f"differentiated in {', '.join(problem.wrt)}"
    if problem.constants:
        verb = "is a constant" if len(problem.constants) == 1 else "are constants"
        said += f"; {', '.join(problem.constants)} {verb}"
    if problem.guessed and len(problem.wrt) + len(problem.constants) > 1:
        said += " (guessed from the names; `--wrt` chooses)"
    return said


def _listed(wrt: Sequence[str] | None) -> list[str]:
    entries = [wrt] if isinstance(wrt, str) else list(wrt or ())
    return [name.strip() for entry in entries for name in entry.split(",") if name.strip()]


def _checked(asked: Iterable[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return the names asked for, each once; BadOption for one that does not occur."""
    for name in asked:
        if name not in names:
            raise BadOption(f"`{name[:40]}` does not occur in the expression", help=_nearest(name, names))
    return tuple(dict.fromkeys(asked))


def _nearest(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name[:40], names, n=1)
    return f"did you mean `{near[0]}`?" if near else f"its names are {', '.join(names[:8])}"


def _guess(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names that are neither data nor settings by convention; some are always left.

    Where only data and settings occur, `mu` and `sigma` are what is predicted; without them it is the data.
    """
    # lambda1 and alpha_2 are settings as lambda and alpha are; y1 may well be a coordinate.
    settings = {n for n in names if re.sub(r"_?\d+$", "", n) in SETTINGS}
    for kept in (
        [n for n in names if n not in DATA and n not in settings],
        [n for n in names if n in PREDICTED],
        [n for n in names if n not in settings],
    ):
        if kept:
            return tuple(kept)
    return tuple(names)


def _names(tree: Node) -> tuple[str, ...]:
    """Return the names below a node in source order, walking shared parts once."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.op == NAME:
            found[str(node.leaf)] = None
        stack.extend(reversed(node.args))
    return tuple(found)


def _resolve(let: Mapping[str, str], users: Sequence[Node]) -> dict[str, Node]:
    """Return what each name stands for, the names of other definitions replaced in it."""
    raw = {name.strip(): _definition(name.strip(), text) for name, text in let.items()}
    used = {n for tree in (*users, *raw.values()) for n in _names(tree)}
    for name in raw:
        if name not in used:
            raise BadOption(f"`{name[:40]}` is defined but does not occur", help=_nearest(name, sorted(used)))
    done: dict[str, Node] = {}
    waiting = dict(raw)
    while waiting:
        ready = [n for n, tree in waiting.items() if not waiting.keys() & set(_names(tree))]
        if not ready:
            raise BadOption(
                f"the definitions of {', '.join(waiting)} need each other", help="define each by other names"
            )
        for name in ready:
            # Shared, not copied: the columns are set where the text uses the name.
            done[name] = substitute(
                waiting.pop(name), lambda n: done.get(str(n.leaf)) if n.op == NAME else None
            )
            check_size(done[name], let.get(name, ""))
    return done


def _definition(name: str, text: str) -> Node:
    """Return the tree of one definition; BadOption if its name is no variable."""
    try:
        plain = parse(name).op == NAME
    except InputError:
        plain = False
    if not plain:
        raise BadOption(
            f"`{name[:40]}` cannot be defined", help="choose a name that is no function or constant"
        )
    return parse(text)


def _substituted(tree: Node, values: Mapping[str, Node]) -> Node:
    """Replace names by what they stand for; all of it carries the columns of the name."""
    if tree.op == NAME and tree.leaf in values:
        return _moved(values[str(tree.leaf)], tree.span, {})
    args = tuple(_substituted(a, values) for a in tree.args)
    if all(a is b for a, b in zip(args, tree.args, strict=True)):
        return tree
    return Node(tree.op, args, tree.leaf, tree.span)


def _moved(tree: Node, span: Span, memo: dict[int, Node]) -> Node:
    """Return a copy with another span; what was shared stays shared."""
    if id(tree) not in memo:
        memo[id(tree)] = Node(tree.op, tuple(_moved(a, span, memo) for a in tree.args), tree.leaf, span)
    return memo[id(tree)]
