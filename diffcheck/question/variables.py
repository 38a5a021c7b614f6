"""The question behind a text: what is differentiated in, what is constant, what is substituted first.

Losses name their parts by convention: `y` and `target` are data, `delta` and `tau` are set by hand, the rest
is predicted or learned.  The conventions guess only when nothing is said, and the report shows the guess.
The order is: definitions are put in, vectors become numbers, values of unknown functions become names.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from diffcheck.errors import BadOption, InputError, SyntaxProblem, Undetermined
from diffcheck.language.conventions import DATA, INPUTS, PREDICTED, exponents, is_setting, settings_of
from diffcheck.language.definitions import function_names, read_definitions
from diffcheck.language.layers import Numbering
from diffcheck.language.limits import check_size
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.reductions import base_of, indices_of
from diffcheck.language.shapes import differentiated_in
from diffcheck.language.tree import NAME, Node
from diffcheck.language.vectors import opened
from diffcheck.problem import Problem, Samples, Value
from diffcheck.question.beside import without_analytic
from diffcheck.question.constants import with_values
from diffcheck.question.model import Model, listed, predictions
from diffcheck.question.samples import Reading, readings, same_vector
from diffcheck.question.unknown import check_apart, depends, hidden

__all__ = ["describe_split", "make_problem"]

# A typo or a limit, never a variable.
NO_NUMBERS = {"inf", "Inf", "infty", "infinity", "nan", "NaN", "NAN"}


def make_problem(
    text: str,
    wrt: Sequence[str] | None = None,
    where: str = "",
    let: Mapping[str, str] | None = None,
    size: int | None = None,
    *,
    latex: bool = False,
) -> Problem:
    """Return the question that a text and its options ask; an InputError says what cannot be read.

    wrt: names to differentiate in, each entry perhaps a comma list; the name of a function means its parameters.
    Guessed when None or empty: the parameters of the functions where there are some, else by convention.
    where: conditions separated by commas; names that occur only there are constants.
    let: name -> expression, or "F(x)" -> expression, substituted before everything; definitions may use each other,
    not in a circle.
    size: how many values an index takes where parts of vectors are coupled; None for 3.
    latex: ``text`` is a formula in LaTeX; errors point into it, and the notes say how it was read.
    """
    if latex:
        # Only then: the grammar takes a moment to load.
        from diffcheck.latex import read

        reading = read(text)
        with reading.pointing():
            return _noted(make_problem(reading.expression, wrt, where, let, size), reading.notes)
    let = let or {}
    functions = function_names(let)
    tree, conditions = opened(parse(text, functions)), parse_conditions(where, functions)
    definitions = read_definitions(let, (tree, *conditions))
    taken = {n for row in definitions.rows.values() for n in row.body.names()}
    tree = Numbering(taken.union(*(t.names() for t in (tree, *conditions)))).named(tree)
    full = definitions.put_in(tree, text)
    limits = [definitions.put_in(c, where) for c in conditions]
    model = Model(tree, definitions)
    asked = _listed(wrt)
    moving = differentiated_in(full.names(), asked)
    ways = readings(full, limits, text, size, settings_of(full), asked, moving)
    found = [_question(text, way, where, model, asked) for way in ways]
    core = (
        None if found[-1].size is None else _core(text, full, limits, where, model, found[-1], ways[-1], size)
    )
    found[-1] = replace(found[-1], core=core)
    return _with_samples(found, ways)


def _with_samples(found: Sequence[Problem], ways: Sequence[Reading]) -> Problem:
    """Return the question about one term, with the one about all of them; or the latter alone."""
    single = ways[0]
    if single.term is None:
        return found[0]
    samples = Samples(single.over, single.term, single.rest, single.reduction, found[-1])
    return replace(found[0], samples=samples)


def _core(
    text: str,
    full: Node,
    limits: Sequence[Node],
    where: str,
    model: Model,
    whole: Problem,
    way: Reading,
    size: int | None,
) -> Problem | None:
    """Return the question about what is not analytic for every number of samples; None where it is no plain sum."""
    tree = without_analytic(full)
    if tree is None:
        return None
    try:
        ways = readings(tree, limits, text, size, settings_of(full), known=way.vectors)
        if ways[0].term is None:
            return None
        variables = {base_of(n) for n in whole.wrt}
        asked = [n for n in ways[-1].tree.names() if base_of(n) in variables]
        found = [_question(text, way, where, model, list(dict.fromkeys(map(base_of, asked)))) for way in ways]
    except (InputError, Undetermined):
        return None
    return _with_samples(found, ways)


def _noted(problem: Problem, notes: Sequence[str]) -> Problem:
    """Return the question, and the one with all terms written out, with notes before its own."""
    samples = problem.samples
    if samples is not None:
        samples = replace(samples, written=_noted(samples.written, notes))
    return replace(problem, notes=(*notes, *problem.notes), samples=samples)


def _question(text: str, way: Reading, where: str, model: Model, asked: list[str]) -> Problem:
    """Return the question about numbers, with names for the values of unknown functions."""
    check_size(way.tree, text)
    for node in way.tree.distinct():
        if node.op == NAME and node.leaf in NO_NUMBERS:
            raise SyntaxProblem(
                f"`{node.leaf}` is no number of the language",
                span=node.span,
                help="write a large number, or leave it out: min(x, inf) is x",
                text=text,
            )
    (tree, *conditions), values = hidden((way.tree, *way.where), text)
    check_apart(values, way.where)
    # The parts of one vector stand together.
    order = list(dict.fromkeys(map(base_of, tree.names())))
    weights = [b for b in model.weights if b in order]
    order = [weights.pop(0) if b in model.weights else b for b in order]
    names = sorted(tree.names(), key=lambda n: (order.index(base_of(n)), _numbers(n)))
    if not names:
        raise BadOption(
            "the expression has no variable to differentiate in", help="use a name, as in `abs(y - f)`"
        )
    through, words, guessed = "", list[str](), not asked
    alone = {*model.variables(names, values)} <= {v.name for v in values}
    predicted = predictions(values) if alone and not asked and not model.parameters(names) else ()
    if asked or predicted:
        asked = asked or list(predicted)
        words = [n for word in asked for n in model.parameters_of(word, names) or _parts(word, names)]
        chosen, through = _chosen(list(dict.fromkeys(words)), names, values)
    elif model.parameters(names) or any(v.name in names for v in values):
        chosen = model.variables(names, values)
        through, guessed = model.through(values, chosen), not model.parameters(names)
    else:
        equations = [pair for c in conditions if c.op == "eq" for pair in (c.args, c.args[::-1])]
        fixed = {a.leaf for a, b in equations if a.op == NAME and not b.names()}
        chosen = _guess([n for n in names if n not in fixed] or names, exponents(tree))
    tree, conditions = with_values(tree, conditions, frozenset(chosen))
    used = dict.fromkeys(n for t in (tree, *conditions) for n in t.names())
    everything = dict.fromkeys([*(n for n in names if n in used), *used])
    constants = tuple(n for n in everything if n not in chosen)
    values = tuple(replace(v, moves=depends(v, words or chosen, values)) for v in values)
    problem = Problem(
        text, tree, chosen, constants, tuple(conditions), where, guessed, way.notes, values, through,
        size=way.size,
    )  # fmt: skip
    notes = (*way.notes, *model.notes(problem, asked=bool(asked)))
    return replace(problem, outline=_outline(problem, model, way), notes=notes)


def _numbers(name: str) -> tuple[int, ...]:
    """Return the numbers among the subscripts of a name; a letter comes first."""
    return tuple(int(i) if i.isdigit() else -1 for i in indices_of(name))


def _outline(problem: Problem, model: Model, way: Reading) -> Problem | None:
    """Return the question with names for the values of the functions that have parameters of their own."""
    tree = model.outline(problem.wrt)
    if tree is None:
        return None
    try:
        ways = readings(
            tree, (), problem.text, problem.size, settings_of(tree), problem.wrt, known=way.vectors
        )
        (tree,), values = hidden((ways[0 if way.term is not None else -1].tree,), problem.text)
    except (SyntaxProblem, Undetermined):
        return None  # a model of lists has no value with a name; or two calls may be one value, or two
    known = {*problem.wrt, *problem.constants, *(v.name for v in values)}
    if way.term is None and any(n not in known for v in values for n in v.call.names()):
        return None  # other vectors than in the question: the model has a list of values, read as one number
    wrt = tuple(v.name for v in values if v.name in tree.names())
    constants = tuple(n for n in tree.names() if n not in wrt)
    return Problem(problem.text, tree, wrt, constants, values=values) if wrt else None


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


def _chosen(
    words: Sequence[str], names: Sequence[str], values: Sequence[Value]
) -> tuple[tuple[str, ...], str]:
    """Return the names asked for, and what they are when values of functions stand for them.

    A value of an unknown function is a variable where its function is asked for, or a name in its arguments.
    """
    inside = {n for v in values for n in v.call.names()}
    called = {str(v.call.leaf) for v in values}
    written = {v.text: v.name for v in values}
    for word in words:
        if word not in names and word not in inside | called | written.keys():
            known = [*names, *called]
            shown = [next((v.text for v in values if v.name == n), n) for n in known]
            raise BadOption(f"`{word[:40]}` does not occur in the expression", help=_nearest(word, shown))
    moving = [
        v.name
        for v in values
        if v.name in names and (v.text in words or _calls(v, words, values) or depends(v, words, values))
    ]
    chosen = [n for n in words if n in names]
    if not chosen and not moving:
        raise BadOption(f"the expression does not depend on `{words[0][:40]}`", help=_nearest("", names))
    parameters = [f"the parameters of {w}" if w in called else w for w in words]
    return tuple(dict.fromkeys([*chosen, *moving])), listed(parameters) if moving else ""


def _calls(value: Value, words: Sequence[str], values: Sequence[Value]) -> bool:
    """Whether a value is one of the named functions', or has one inside."""
    inner = [v for v in values if v.name in value.call.names()]
    return value.call.leaf in words or any(_calls(v, words, values) for v in inner)


def _parts(word: str, names: Sequence[str]) -> list[str]:
    """Return the names that a word means: itself, or the parts of a vector."""
    return [word] if word in names else [n for n in names if same_vector(word, n)] or [word]


def _nearest(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name[:40], names, n=1)
    return f"did you mean `{near[0]}`?" if near else f"its names are {', '.join(names[:8])}"


def _guess(names: Sequence[str], raised: Collection[str]) -> tuple[str, ...]:
    """Return the names that are neither data nor settings by convention; some are always left.

    Where only data and settings occur, `mu` and `sigma` are what is predicted; without them it is the data.
    raised: those that are settings by their place, unless all others are data.
    """
    settings = {n for n in names if is_setting(n)}
    others = [n for n in names if base_of(n) not in DATA | INPUTS and n not in settings]
    # Where a model is fitted to samples, x[i] are its inputs.
    fitted = others and any(base_of(n) in DATA and "[" in n for n in names)
    data = DATA | INPUTS if fitted else DATA
    free = [n for n in names if base_of(n) not in data and n not in settings]
    for kept in (
        [n for n in free if base_of(n) not in raised],
        free,
        [n for n in names if base_of(n) in PREDICTED],
        [n for n in names if n not in settings],
    ):
        if kept:
            return tuple(kept)
    return tuple(names)
