"""Code one can paste: an expression, or a surrogate for it, as a function in one of LANGUAGES.

1. `diffcheck/suggest/stable.py`: the same function in operations that do not overflow (softplus for log(1 + exp(u))).
   `balanced.py`: corners that are corrected from outside have the mean of both slopes.
2. `write.py`: tree -> lines, with a second `where` around what a branch not taken must not spoil.
   `spelling.py` is the table of what each function is called, `languages.py` that of the languages.
3. `story.py`: the docstring: what it replaces, class, proved error interval, Lipschitz constant.

SymPy's own code printers are not used: they keep neither the type of the numbers nor the gradient finite.
`sympy` and `latex` show the expression as it stands; nothing is rewritten for floats there.
"""

from __future__ import annotations

import re
import textwrap

from diffcheck.emit.balanced import balanced
from diffcheck.emit.languages import ARRAYS, LANGUAGES, Language
from diffcheck.emit.latex import latex
from diffcheck.emit.naming import Names, function_name
from diffcheck.emit.story import docstring, story
from diffcheck.emit.write import Writer
from diffcheck.errors import BadOption, SyntaxProblem
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, name, number
from diffcheck.problem import Problem, Samples
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.stable import stable
from diffcheck.verdict import Surrogate

__all__ = ["LANGUAGES", "emit"]

# Columns of a line of code.
WIDTH = 80


def emit(problem: Problem, language: str, surrogate: Surrogate | None = None) -> str:
    """Return the source of a function that computes the surrogate, or the expression itself without one.

    language: a name in LANGUAGES.  The function takes the variables, then the constants, then the surrogate's
    parameter as a keyword; arrays broadcast, and the result has the floating type of the arguments.  Its name is
    the surrogate's, or `loss`.  Of a sum over samples it takes arrays with one value for each sample.
    For `latex` it is a displayed equation under comments.

    Raises BadOption for a language that is not in the table, InputError for a number that no float64 is near,
    and for more levels than can be written.
    """
    if language not in LANGUAGES:
        raise BadOption(f"no language `{language}`", help=f"one of {', '.join(LANGUAGES)}")
    samples = problem.samples
    if samples is not None and surrogate is None and not _reduces(samples, LANGUAGES[language]):
        problem = samples.written
    tree = parse(surrogate.expression) if surrogate else problem.tree
    if surrogate is not None and surrogate.corrected and LANGUAGES[language].differentiated:
        # What cancels beside a corner is written without it first: its slopes are balanced then, too.
        positive = Node("gt", (name(surrogate.parameter), number(0)))
        known = Facts((*problem.where, positive))
        tree = balanced(stable(tree, known.positive), problem.wrt, known)
    try:
        return _source(problem, LANGUAGES[language], surrogate, tree)
    except RecursionError:
        raise SyntaxProblem(
            f"the expression is nested too deeply to be written for {language}",
            help="split the loss into smaller ones",
        ) from None


def _source(problem: Problem, language: Language, surrogate: Surrogate | None, tree: Node) -> str:
    parameter = surrogate.parameter if surrogate else ""
    occurring = {*problem.tree.names(), *tree.names()}
    constants = [n for n in problem.constants if n in occurring]
    positional = [*problem.wrt, *constants]
    if language.name == "latex":
        return latex(tree, positional, parameter, story(problem, surrogate), problem.samples)
    title = function_name(surrogate.name) if surrogate else "loss"
    names = Names([*positional, *filter(None, [parameter])], taken={title})
    given = [names[n] for n in positional]
    keyword = names[parameter] if parameter else ""
    positive = {parameter, *Facts(problem.where).positive} - {""}
    writer = Writer(language, names, like=given[0], positive=positive)
    value = writer.write(tree)
    if problem.samples is not None and _reduces(problem.samples, language):
        value = f"{language.reductions[problem.samples.reduction]}({value})"
    renamed = {n: names[n] for n in [*positional, *filter(None, [parameter])] if names[n] != n}
    body = [*writer.lines, f"return {value}"]
    start = _start(surrogate) or language.start.format(name=keyword)
    function = [
        *_listed(f"def {title}(", [*given, *(["*", f"{keyword}={start}"] if keyword else [])], "):"),
        *_indented(docstring(story(problem, surrogate, renamed))),
        *_indented(_head(language, given, keyword)),
        *(part for line in body for part in _indented(_broken(line))),
    ]
    helpers = [
        language.helpers[name].strip("\n")
        for name in language.helpers
        if name in writer.helpers or name == "_arrays"
    ]
    blocks = [*helpers, "\n".join(function)]
    code = "\n\n\n".join(blocks)
    return f"{_imports(language, code)}\n\n\n{code}\n"


def _reduces(samples: Samples, language: Language) -> bool:
    """Whether a sum over samples can be written around one term of it."""
    return bool(samples.reduction) and (language.name == "latex" or samples.reduction in language.reductions)


def _start(surrogate: Surrogate | None) -> str:
    """Return the value that was chosen for the parameter, if it is a plain number."""
    value = surrogate.value if surrogate else None
    return value if value is not None and re.fullmatch(r"[0-9.]+(e-?[0-9]+)?", value) else ""


def _head(language: Language, given: list[str], keyword: str) -> list[str]:
    """Return the lines that make arrays, or SymPy's numbers, of the arguments."""
    if language.name not in ARRAYS:
        return [f"{name} = sp.sympify({name})" for name in [*given, *filter(None, [keyword])]]
    short = 2 * len(", ".join(given)) + len(" = _arrays()") <= WIDTH - 4
    if len(given) == 1:
        lines = [f"({given[0]},) = _arrays({given[0]})"]
    elif short:
        lines = [f"{', '.join(given)} = _arrays({', '.join(given)})"]
    else:
        lines = [*_listed("args = [", given, "]"), *_listed("(", given, ") = _arrays(*args)")]
    if keyword:
        lines.append(language.parameter.format(name=keyword, like=given[0]))
    return lines


def _imports(language: Language, code: str) -> str:
    """Return the imports that the code needs, the standard library's first."""
    needed = [line for line in language.imports if re.search(rf"\b{line.split()[-1]}\.", code)]
    ours = [line for line in needed if line.split()[1] in ("math", "functools")]
    others = [line for line in needed if line not in ours]
    return "\n\n".join("\n".join(block) for block in (ours, others) if block)


def _listed(opening: str, items: list[str], closing: str) -> list[str]:
    """Return a list in brackets, on several lines where it is too long for one."""
    line = ", ".join(items)
    if len(opening) + len(line) + len(closing) <= WIDTH - 4:
        return [f"{opening}{line}{closing}"]
    parts = textwrap.wrap(line, WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return [opening, *(f"    {part}" for part in parts), closing]


def _broken(line: str) -> list[str]:
    """Return a statement, on several lines in brackets where it is too long for one."""
    if len(line) <= WIDTH - 4:
        return [line]
    head, sign, rest = (
        ("return ", "", line.removeprefix("return ")) if line.startswith("return ") else line.partition(" = ")
    )
    parts = textwrap.wrap(rest, WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return [f"{head}{sign}(", *(f"    {part}" for part in parts), ")"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}".rstrip() for line in lines]
