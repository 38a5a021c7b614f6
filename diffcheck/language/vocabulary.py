"""What a word of the text stands for: a variable, a constant, or the row of the table that a call names.

The rows and their aliases come from the table of atoms; this file only adds how people spell them: behind a
module's name (`np.abs`), with keywords (`clamp(x, min=0)`), with a condition in a number's place (`(x >
0)*x`)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from diffcheck.atoms import ALIASES, ATOMS, Atom
from diffcheck.errors import InputError, SyntaxProblem, UnknownFunction, WrongArguments
from diffcheck.language.conventions import DATA, PREDICTED, is_setting
from diffcheck.language.losses import cure, named
from diffcheck.language.reductions import LAYERED, LETTERS, REDUCED, REDUCTIONS
from diffcheck.language.tokens import Token
from diffcheck.language.tree import NAME, Node, Span, name, number

__all__ = [
    "MAX_ARGUMENTS",
    "MODULES",
    "Call",
    "as_condition",
    "as_number",
    "call",
    "check_applied",
    "is_condition",
    "is_function",
    "is_reduction",
    "is_reserved",
    "leaf",
    "reduction",
    "row_called",
    "takes_none",
    "takes_several",
]

# A maximum of n arguments expands to n nested choices.
MAX_ARGUMENTS = 64

MODULES = {
    "np", "numpy", "np.linalg", "numpy.linalg", "math", "scipy.special", "special", "sp", "sympy", "mp",
    "mpmath",
    "torch", "torch.nn", "torch.nn.functional", "torch.special", "torch.linalg", "nn", "nn.functional", "F",
    "jnp", "jax.numpy", "jnp.linalg", "jax.numpy.linalg", "jax.nn", "jax.lax", "jax.scipy.special",
    "tf", "tf.math", "tf.nn", "tensorflow", "tensorflow.math", "tensorflow.nn", "K", "keras.ops",
}  # fmt: skip
_MODULE_CONSTANTS = {"pi": "pi", "e": "E", "E": "E"}
_NOT_NAMES = {"True", "False", "None"}
_WORDS = {"and", "or", "not"}

# What NumPy and torch call the signs of the language; in a text of its own such a name is free.
_SIGNS = {
    "power": "pow", "float_power": "pow", "multiply": "mul", "subtract": "sub", "divide": "div",
    "true_divide": "div", "negative": "neg", "less": "lt", "less_equal": "le", "greater": "gt",
    "greater_equal": "ge", "equal": "eq", "not_equal": "ne", "logical_and": "and", "logical_or": "or",
    "logical_not": "not",
}  # fmt: skip
# What a function near the known ones is; `{u}` is what it is called with.
_NEARLY = {
    "erfc": "write `(1 - erf({u}))`",
    "sinc": "write `where({u} == 0, 1, sin({u})/({u}))`; in NumPy and torch it is that of `pi*({u})`",
}

# The keywords of clip, as NumPy and torch spell them, by the parameter they stand for.
_BOUNDS = {"min": "lo", "a_min": "lo", "lo": "lo", "max": "hi", "a_max": "hi", "hi": "hi"}
# What arguments of other functions are called in torch.
_KEYWORDS = {"min_val": "lo", "max_val": "hi", "negative_slope": "slope", "input": "u"}


@dataclass(frozen=True, slots=True)
class Call:
    """A function called in a text: its row, the word it was called by, the columns of the whole call."""

    row: Atom
    word: str
    span: Span
    text: str


def is_condition(node: Node) -> bool:
    """Say whether the node is true or false rather than a number."""
    return node.op in ATOMS and ATOMS[node.op].syntax in ("comparison", "logic")


def as_number(node: Node) -> Node:
    """Return the node; a condition becomes 1 where it holds and 0 elsewhere."""
    if not is_condition(node):
        return node
    return Node("where", (node, number(1, node.span), number(0, node.span)), None, node.span)


def as_condition(node: Node, span: Span, text: str) -> Node:
    """Return the node if it is a condition, else raise."""
    if is_condition(node):
        return node
    shown = text[slice(*span)] if span[1] - span[0] <= 30 else "x"
    raise SyntaxProblem(
        "expected a condition, found a number", span=span, help=f"compare it, as in `{shown} > 0`", text=text
    )


def leaf(words: Sequence[Token], text: str) -> Node:
    """Return the variable or constant that a name, perhaps behind a module's name, stands for."""
    span = (words[0].start, words[-1].stop)
    last = words[-1].text
    if len(words) > 1:
        _check_module(words, False, text)
        if last not in _MODULE_CONSTANTS:
            raise SyntaxProblem(
                f"`{_dotted(words)}` is no constant of the language",
                span=span,
                help="only pi and e are read from modules",
                text=text,
            )
        return Node(_MODULE_CONSTANTS[last], (), None, span)
    row = ATOMS.get(ALIASES.get(last, last))
    if row is not None and row.syntax == "constant":
        return Node(row.name, (), None, span)
    if row is not None and row.syntax == "call":
        raise SyntaxProblem(
            f"`{last}` is a function and needs its arguments",
            span=span,
            help=f"write `{last}({_parameters(row)})`; a variable needs another name",
            text=text,
        )
    if last in _NOT_NAMES:
        raise SyntaxProblem(
            f"`{last}` has no value here", span=span, help="write a number or a condition", text=text
        )
    return name(last, span)


def row_called(words: Sequence[Token], count: int, text: str) -> Atom | None:
    """Return the row of a name called with ``count`` arguments, or None for a function that no row has.

    Raises UnknownFunction for what looks like a misspelt function.
    """
    if len(words) > 1:
        _check_module(words, True, text)
    called = words[-1].text
    sign = _SIGNS.get(called, called) if len(words) > 1 else called
    row = ATOMS.get(ALIASES.get(sign, sign))
    if row is not None and row.syntax != "constant" and called not in _WORDS:
        return row
    hint = _hint(words, row is not None, count, text)
    if hint is None:
        return None
    raise UnknownFunction(
        f"unknown function `{called[:40]}`", span=(words[0].start, words[-1].stop), help=hint, text=text
    )


def _hint(words: Sequence[Token], is_row: bool, count: int, text: str) -> str | None:
    """Return what to write instead of a name that is no function here; None if it may be given a definition."""
    called = words[-1].text
    if hint := cure(called):
        return hint
    loss = named(called)
    if loss is not None:
        return f"write its formula, `{loss.formula}`" if len(words) > 1 else None
    if near := _misspelt(called, count):
        if called in _NEARLY:
            return _NEARLY[called].format(u=_inside(text, words[-1].stop))
        return f"did you mean `{near}`?"
    reserved = len(words) > 1 or is_row or called in _NOT_NAMES or called in _WORDS
    return "`diffcheck atoms` lists the functions" if reserved else None


def _inside(text: str, at: int) -> str:
    """Return what the brackets hold that open behind a place; `x` where that is long."""
    start = text.index("(", at)
    depth = 0
    for stop in range(start, min(len(text), start + 40)):
        depth += {"(": 1, ")": -1}.get(text[stop], 0)
        if not depth:
            return text[start + 1 : stop].strip()
    return "x"


def _misspelt(called: str, count: int) -> str | None:
    """Return the function that a name called with ``count`` arguments is a misspelling of."""
    known = [n for n, a in ATOMS.items() if a.syntax in ("call", "operator")]
    known += [*ALIASES, *REDUCED, *LAYERED]
    if called.lower() in known:
        return called.lower()
    # Close matches take time with the square of the length; a looser cutoff offers `fmax` for `softmax`.
    for near in difflib.get_close_matches(called[:40], known, n=1, cutoff=0.74):
        row = ATOMS.get(ALIASES.get(near, near))
        least, most = row.arity if row is not None else (_least(near), None)
        # `model` is no `mod`: a word that goes on for two letters is another word.
        longer = called.startswith(near) and len(called) > len(near) + 1
        if least <= count <= (most or MAX_ARGUMENTS) and not longer:
            return near
    return None


def _least(word: str) -> int:
    """Return how many arguments a layer or a function of vectors takes at least."""
    return 2 if word in LAYERED else REDUCTIONS[REDUCED[word]].arity


def check_applied(word: Token, tokens: Sequence[Token], args: Sequence[tuple[int, int]], text: str) -> None:
    """Raise UnknownFunction where the call of an unknown name is rather a product without its sign.

    tokens: of the whole text.  args: indices of the first and the last token of each argument.

    A product is what a name is that also stands alone, and data or a setting before one bracket, as in `y(f - 1)`;
    of `mu(x)` and `sigma(x)`, which models predict, only that of more than a name.
    """
    called = word.text
    alone = any(
        token.text == called and token.kind == NAME and after.text not in ("(", ".", "=")
        for token, after in pairwise(tokens)
    )
    known = called in DATA or is_setting(called)
    if known and called in PREDICTED:
        known = any(first != last or tokens[first].kind != NAME for first, last in args)
    if alone or (known and len(args) == 1):
        raise UnknownFunction(
            f"unknown function `{called[:40]}`",
            span=word.span,
            help=f"for a product write `{called[:40]}*(...)`; a function needs `let`, or another name",
            text=text,
        )


def call(
    named: Call, args: Sequence[Node | None], keywords: Sequence[tuple[Token, Node | None]] = ()
) -> Node:
    """Return the node of a call, its arguments counted and each a number or a condition as the row wants.

    None is an argument of `takes_none` that is said to be none.
    """
    row = named.row
    if takes_none(row) and (args or keywords):
        return _bounded(named, args, keywords)
    return _plain_call(
        named, [a for a in args if a is not None], [(w, a) for w, a in keywords if a is not None]
    )


def takes_none(row: Atom) -> bool:
    """Say whether arguments of a function may be `None`: the bounds of clip."""
    return row.name == "clip"


def _plain_call(named: Call, args: Sequence[Node], keywords: Sequence[tuple[Token, Node]]) -> Node:
    row = named.row
    if row.name == "heaviside" and len(args) == 2 and not keywords:
        return _step(named, *map(as_number, args))
    args = _placed(named, args, keywords)
    least, most = row.arity
    if not least <= len(args) <= (most or MAX_ARGUMENTS):
        raise _miscounted(named, len(args))
    conditions = len(args) if row.syntax == "logic" else 1 if row.name == "where" else 0
    typed = [
        as_condition(a, a.span, named.text) if i < conditions else as_number(a) for i, a in enumerate(args)
    ]
    left_out = row.defaults[len(args) - len(row.params) :] if len(args) < len(row.params) else ()
    typed += [number(Fraction(text), named.span) for text in left_out]
    return Node(row.name, tuple(typed), None, named.span)


def is_reduction(words: Sequence[Token], count: int, keywords: bool) -> bool:
    """Say whether a call is one of a vector: `max(z)` and `np.linalg.norm(v, 1)` are, `max(a, b)` is not."""
    row = REDUCED.get(words[-1].text, "")
    return bool(row) and (row not in ATOMS or count == 1 or keywords or (row == "norm" and len(words) > 1))


def reduction(
    words: Sequence[Token], args: Sequence[Node], keywords: Mapping[Token, Node], span: Span, text: str
) -> Node:
    """Return the node of a function of a vector, its indices behind it: `sum(e)`, `sum(e, i)`, `norm(v, ord=1)`."""
    if len(words) > 1:
        _check_module(words, True, text)
    row = REDUCTIONS[REDUCED[words[-1].text]]
    called = words[-1].text
    usage = (
        f"write `{called}(a, b)`"
        if row.arity == 2
        else f"write `{called}(e)`, or `{called}(e, i)` to name the index"
    )
    for word in keywords:
        if row.name != "norm" or word.text not in ("ord", "p") or len(args) != 1:
            help_ = f"name the index instead: `{called}(y[i], i)`" if word.text in ("axis", "dim") else usage
            raise WrongArguments(
                f"`{called}` does not take `{word.text}=` here", span=word.span, help=help_, text=text
            )
    if len(args) < row.arity:
        wanted = "two vectors" if row.arity == 2 else "a vector"
        raise WrongArguments(f"`{called}` takes {wanted}, got {len(args)}", span=span, help=usage, text=text)
    if row.name not in ATOMS:
        for extra in args[row.arity :]:
            if extra.op != NAME or str(extra.leaf) not in LETTERS:
                raise WrongArguments(
                    f"behind its vector `{called}` takes the letter of an index",
                    span=extra.span,
                    help=usage,
                    text=text,
                )
    ordered = bool(keywords) or (row.name == "norm" and len(args) == 2)
    return Node(row.name, (*args, *keywords.values()), "ord" if ordered else None, span)


def _placed(named: Call, args: Sequence[Node], keywords: Sequence[tuple[Token, Node]]) -> Sequence[Node]:
    """Return the arguments in order: `elu(u, alpha=1)` as `elu(u, 1)`."""
    params = () if named.row.variadic else named.row.params
    if not keywords or len(args) > len(params) > 0:
        return args
    given = dict(zip(params, args, strict=False))
    for word, value in keywords:
        param = word.text if word.text in params else _KEYWORDS.get(word.text, "")
        if param not in params or param in given:
            raise _not_taken(named, word)
        given[param] = value
    for param, text in zip(reversed(params), reversed(named.row.defaults), strict=False):
        given.setdefault(param, number(Fraction(text), named.span))
    if any(p not in given for p in params[: len(given)]):
        raise _miscounted(named, len(args))
    return [given[p] for p in params if p in given]


def _not_taken(named: Call, word: Token) -> InputError:
    return WrongArguments(
        f"`{named.word}` does not take `{word.text}=` here",
        span=word.span,
        help=_usage(named),
        text=named.text,
    )


def _step(named: Call, u: Node, at: Node) -> Node:
    """Return heaviside with its value at 0 behind its argument, as in np.heaviside(x, 0.5)."""
    span = named.span
    zero, one = number(0, span), number(1, span)
    if at in (number(Fraction(1, 2)), Node("div", (number(1), number(2)))):
        return Node("heaviside", (u,), None, span)
    if at in (zero, one):
        return Node(
            "where", (Node("ge" if at == one else "gt", (u, zero), None, span), one, zero), None, span
        )
    below = Node("where", (Node("lt", (u, zero), None, span), zero, at), None, span)
    return Node("where", (Node("gt", (u, zero), None, span), one, below), None, span)


def _bounded(named: Call, args: Sequence[Node | None], keywords: Sequence[tuple[Token, Node | None]]) -> Node:
    """Return clip; with one bound it is a max or a min, as in torch.clamp(x, min=0) and np.clip(x, None, 1)."""
    row = named.row
    given = dict(zip(row.params, args, strict=False))
    for word, value in keywords:
        bound = _BOUNDS.get(word.text, "")
        if not bound or bound in given:
            raise _not_taken(named, word)
        given[bound] = value
    found = {p: as_number(a) for p in row.params if (a := given.get(p)) is not None}
    if "u" not in found or len(found) < 2 or len(args) > len(row.params):
        raise _miscounted(named, len(args) if len(args) > len(row.params) else len(found))
    op = "max" if "hi" not in found else "min" if "lo" not in found else row.name
    return Node(op, tuple(found.values()), None, named.span)


def _check_module(words: Sequence[Token], called: bool, text: str) -> None:
    """Raise unless what stands before the last dot is a module whose functions are read."""
    module = _dotted(words[:-1])
    if module in MODULES:
        return
    last = words[-1].text
    if called and (last in ATOMS or last in ALIASES or last in REDUCED):
        hint = f"write `{last}({module})`"
    elif called and (said := cure(last)):
        hint = said
    else:
        hint = "names have no parts; write a plain name"
    raise SyntaxProblem(
        f"`{module}` is no module that is read here",
        span=(words[0].start, words[-1].stop),
        help=hint,
        text=text,
    )


def _miscounted(named: Call, count: int) -> InputError:
    """Return the error for a wrong number of arguments."""
    least, most = named.row.arity
    if most is not None:
        wanted = f"{least} argument{'s' * (least != 1)}" if most == least else f"{least} to {most} arguments"
    else:
        wanted = f"at least {least} arguments" if count < least else f"at most {MAX_ARGUMENTS} arguments"
    hint = _usage(named)
    if named.row.name == "log" and count == 2:
        hint = f"for the logarithm of x to base b write `{named.word}(x)/{named.word}(b)`"
    return WrongArguments(
        f"`{named.word}` takes {wanted}, got {count}", span=named.span, help=hint, text=named.text
    )


def _usage(named: Call) -> str:
    return f"write `{named.word}({_parameters(named.row)})`"


def _parameters(row: Atom) -> str:
    return "a, b, ..." if row.variadic else ", ".join(row.params)


def _dotted(words: Sequence[Token]) -> str:
    return ".".join(w.text for w in words)


def is_function(word: str) -> bool:
    """Say whether a word is a function of numbers, as an activation is."""
    row = ATOMS.get(ALIASES.get(word, word))
    return row is not None and row.syntax == "call"


def takes_several(word: str) -> bool:
    """Say whether what a word calls may take more than one argument; unknown functions may."""
    row = ATOMS.get(ALIASES.get(word, word))
    if row is not None:
        return row.arity[1] != 1
    return word not in REDUCED or REDUCTIONS[REDUCED[word]].arity > 1


def is_reserved(word: str) -> bool:
    """Say whether a word cannot be a variable: a function, a constant, a word of the language."""
    return (
        word in ATOMS
        or word in ALIASES
        or word in REDUCED
        or word in _NOT_NAMES
        or word in _WORDS
        or word in {"if", "else"}
    )
