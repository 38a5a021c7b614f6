r"""What the words of LaTeX mean here: one row a command, and the plain words that papers set upright.

A command that is in no table is an error that names the nearest one.  Sources: the LaTeX2e reference manual for
what a command prints, amsmath and amssymb (American Mathematical Society) for theirs.
"""

from __future__ import annotations

from diffcheck.atoms import ALIASES, ATOMS

__all__ = [
    "ACCENTS",
    "BARS",
    "BRACKETS",
    "COMMANDS",
    "DATA_LETTERS",
    "EULER",
    "FONTS",
    "FUNCTION_LETTERS",
    "GREEK",
    "IGNORED",
    "KEYWORDS",
    "LOOKALIKES",
    "NAMES",
    "ROMAN",
    "SKIPPED",
    "SWITCHES",
    "UNREAD",
    "function",
    "may_be_called",
]

_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
_CAPITALS = ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega")

# What a letter is called; \\varepsilon is epsilon, unless both occur.
GREEK = (
    {letter: letter for letter in (*_GREEK, *_CAPITALS)}
    | {f"var{letter}": letter for letter in ("epsilon", "theta", "rho", "sigma", "phi", "kappa")}
    | {"ell": "ell", "hbar": "hbar"}
)

# Accents become part of the name: \hat y is y_hat.
ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "check": "check", "breve": "breve", "dot": "dot", "ddot": "ddot", "acute": "acute", "grave": "grave",
    "mathring": "ring", "underline": "under", "underbar": "under",
}  # fmt: skip

# Fonts that show what a letter is, and that a name does not carry unless two fonts of one letter occur.
FONTS = {
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "pmb": "bold", "vec": "bold", "mathcal": "cal",
    "mathscr": "cal", "mathbb": "bb", "mathbbm": "bb", "mathds": "bb", "mathfrak": "frak", "mathnormal": "",
}  # fmt: skip

# Fonts that set a word upright: several letters are one name.
ROMAN = {
    "text", "textrm", "textbf", "textit", "textsf", "texttt", "textnormal", "mbox", "hbox", "mathrm", "mathit",
    "mathsf", "mathtt", "operatorname", "operatorname*",
}  # fmt: skip

# Inside braces, {\rm margin}: the same two sorts.
SWITCHES = {"rm": "", "it": "", "sf": "", "tt": "", "bf": "bold", "cal": "cal"}

# Layout: prints nothing that is read.
IGNORED = {
    ",", ";", ":", "!", " ", ">", "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "notag",
    "nonumber", "mathstrut", "strut", "hfill", "thinspace", "medspace", "thickspace", "big", "Big", "bigg",
    "Bigg", "bigl", "Bigl", "biggl", "Biggl", "bigr", "Bigr", "biggr", "Biggr", "bigm", "Bigm", "biggm", "Biggm",
    "mathopen", "mathclose", "mathrel", "mathbin", "mathord", "noindent", "boxed", "ensuremath", "centering", "/",
    "mathop", "[", "]", "(", ")",
}  # fmt: skip

# Layout with an argument that is not read either.
SKIPPED = {
    "label", "tag", "tag*", "phantom", "hphantom", "vphantom", "hspace", "vspace", "color", "intertext",
}  # fmt: skip

# Commands and signs with one meaning each: terminal of grammar.lark, and the value it carries.
COMMANDS = {
    "cdot": ("TIMES", "*"), "times": ("TIMES", "*"), "ast": ("TIMES", "*"), "odot": ("TIMES", "*"),
    "circ": ("TIMES", "*"), "bullet": ("TIMES", "*"), "div": ("SLASH", "/"), "slash": ("SLASH", "/"),
    "bmod": ("TIMES", "mod"),
    "le": ("REL", "le"), "leq": ("REL", "le"), "leqslant": ("REL", "le"), "ge": ("REL", "ge"),
    "geq": ("REL", "ge"), "geqslant": ("REL", "ge"), "lt": ("REL", "lt"), "gt": ("REL", "gt"),
    "ne": ("REL", "ne"), "neq": ("REL", "ne"), "in": ("REL", "in"), "sim": ("REL", "in"),
    "equiv": ("REL", "eq"), "triangleq": ("REL", "eq"), "coloneqq": ("REL", "eq"), "doteq": ("REL", "eq"),
    "land": ("AND", "and"), "wedge": ("AND", "and"), "lor": ("OR", "or"), "vee": ("OR", "or"),
    "neg": ("NOT", "not"), "lnot": ("NOT", "not"),
    "sum": ("FUNC", "sum"), "prod": ("FUNC", "prod"), "max": ("FUNC", "max"), "min": ("FUNC", "min"),
    "sup": ("FUNC", "max"), "inf": ("FUNC", "min"), "argmin": ("FUNC", "argmin"), "argmax": ("FUNC", "argmax"),
    "top": ("MARK", "top"), "intercal": ("MARK", "top"), "star": ("MARK", "star"), "prime": ("MARK", "prime"),
    "dagger": ("MARK", "dagger"), "infty": ("NAME", "oo"), "imath": ("NAME", "i"),
    "jmath": ("NAME", "j"), "pi": ("NAME", "pi"),
    "dots": ("DOTS", ""), "ldots": ("DOTS", ""), "cdots": ("DOTS", ""), "dotsc": ("DOTS", ""),
    "quad": ("GAP", ""), "qquad": ("GAP", ""), "cr": ("NEWROW", ""),
    "newline": ("NEWROW", ""), "mid": ("COMMA", ";"), "colon": ("COLON", ""), "%": ("PERCENT", ""),
    "+": ("SIGN", "+"), "-": ("SIGN", "-"), "*": ("TIMES", "*"), "/": ("SLASH", "/"), "<": ("REL", "lt"),
    ">": ("REL", "gt"), "=": ("REL", "eq"), ",": ("COMMA", ","), ";": ("COMMA", ";"), ":": ("COLON", ":"),
    "_": ("SUB", ""), "^": ("SUP", ""), "&": ("AMP", ""), ".": ("STOP", ""), "!": ("BANG", ""),
}  # fmt: skip

# Brackets by what they print: terminal and the terminal that closes it.
BRACKETS = {
    "(": ("LPAR", "RPAR"), "[": ("LPAR", "RPAR"), "\\{": ("LPAR", "RPAR"), "lbrace": ("LPAR", "RPAR"),
    "lbrack": ("LPAR", "RPAR"), "lvert": ("LABS", "RABS"), "lVert": ("LNORM", "RNORM"),
    "lfloor": ("LFLOOR", "RFLOOR"), "lceil": ("LCEIL", "RCEIL"), "langle": ("LANGLE", "RANGLE"),
    ")": ("RPAR", ""), "]": ("RPAR", ""), "\\}": ("RPAR", ""), "rbrace": ("RPAR", ""), "rbrack": ("RPAR", ""),
    "rvert": ("RABS", ""), "rVert": ("RNORM", ""), "rfloor": ("RFLOOR", ""), "rceil": ("RCEIL", ""),
    "rangle": ("RANGLE", ""),
}  # fmt: skip

# Bars open and close alike; where they stand decides.
BARS = {"|": "BAR", "vert": "BAR", "\\|": "DBAR", "Vert": "DBAR", "||": "DBAR", "parallel": "DBAR"}

# Characters that editors and web pages put in the place of commands.
LOOKALIKES = {
    "−": "-", "–": "-", "×": "times", "·": "cdot", "⋅": "cdot", "∗": "*", "÷": "div", "≤": "le", "≥": "ge",
    "≠": "ne", "∑": "sum", "∏": "prod", "√": "sqrt", "∞": "infty", "∈": "in", "∼": "sim", "‖": "|", "∣": "|",
    "⊤": "top", "′": "prime", "ℓ": "ell", "…": "dots", "∧": "land", "∨": "lor", "¬": "neg",
    **dict(zip("αβγδεζηθικλμνξορστυφχψω", _GREEK, strict=True)), "π": "pi",
    "ϕ": "phi", "ϵ": "epsilon", "ϑ": "theta", "Δ": "Delta", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip

# Upright words of a text, such as \text{otherwise}.
KEYWORDS = {
    "if": "IF", "for": "IF", "when": "IF", "if and only if": "IF", "in case": "IF", "and": "AND", "or": "OR",
    "not": "NOT", "otherwise": "OTHERWISE", "else": "OTHERWISE", "elsewhere": "OTHERWISE", "where": "GAP",
    "with": "GAP", "else if": "IF", "and if": "AND", "mod": "TIMES",
}  # fmt: skip

# Several letters in a row are one name only where everybody knows the word; `yf` is a product.
NAMES = {
    "input", "output", "target", "targets", "margin", "pred", "true", "loss", "eps", "var", "class", "label", "logit",
    "logits", "weight", "weights", "score", "scores", "temp", "pos", "neg", "anchor", "positive", "negative", "logvar",
    "std", "prob", "probs", "error", "threshold", "prediction",
} | set(GREEK.values())  # fmt: skip

# Euler's number where it is printed upright; an italic e is it where one carries an exponent.
EULER = "euler"

# Letters that papers call as functions, and those that they multiply: y(1 - p) is a product.
FUNCTION_LETTERS = {
    *"fghFGHLDJRTVQ", "ell", "phi", "varphi", "Phi", "psi", "Psi", "Omega", "rho", "d", "model", "net",
}  # fmt: skip
DATA_LETTERS = {
    *"abcetnkmijlwxyzuvrNMKBC", "alpha", "beta", "gamma", "delta", "epsilon", "eta", "lambda", "mu", "tau", "nu",
    "kappa", "theta", "xi", "omega", "zeta", "pi", "sigma",
}  # fmt: skip

# What is recognised and cannot be read, with the cure.
UNREAD = {
    "int": "an integral has no place in the language; write the integrand",
    "nabla": "give the gradient, or its norm, a name, as in \\|g\\|_2",
    "partial": "give the derivative a name",
    "lim": "write the quotient alone: it has a hole where h = 0, and the limit shown there is the derivative",
    "binom": "write the number, or a name for it",
    "cup": "sets have no place in the language",
    "cap": "sets have no place in the language",
    "setminus": "sets have no place in the language",
    "pm": "write + or -, one formula each",
    "mp": "write + or -, one formula each",
    "approx": "write the formula that is meant",
    "to": "write the formula that is meant",
    "rightarrow": "write the formula that is meant",
    "pmod": "write a \\bmod b",
    "arg": "write \\arg\\min before the function",
    "forall": "leave out for which indices it holds",
    "det": "determinants have no place in the language",
    "oplus": "write what the sign stands for",
    "otimes": "write the product of numbers with \\cdot",
}

_EXTRA = {
    "softmax": "softmax", "mean": "mean", "avg": "mean", "sum": "sum", "prod": "prod", "dot": "dot", "sgn": "sign",
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "arcsinh": "asinh", "lse": "logsumexp", "lg": "log10",
    "maximize": "max", "minimize": "min", "minimise": "min",
}  # fmt: skip


def may_be_called(name: str) -> bool:
    r"""Say whether a name before brackets is read as a function: f and \hat f, no y_hat, no margin."""
    stem = name.partition("_")[0]
    if stem in FUNCTION_LETTERS:
        return True
    return stem not in DATA_LETTERS and name not in NAMES and len(stem) > 1


def function(word: str) -> str | None:
    """Return the function of the expression language that an upright word names, or None.

    >>> function("ReLU"), function("ln"), function("margin")
    ('relu', 'log', None)
    """
    low = word.lower()
    if low in _EXTRA:
        return _EXTRA[low]
    row = ATOMS.get(ALIASES.get(low, low))
    return row.name if row is not None and row.syntax == "call" and len(low) > 1 else None
