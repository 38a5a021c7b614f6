# ruff: noqa: E501 - one row of the table is one line
"""How each function of the expression language is spelt where code is pasted: one row per row of `atoms.py`.

A sibling of the table of atoms, keyed by the same names; `tests/test_emit.py` walks both, so a row that is
missing here, or means something else, is found unasked.  A spelling is

- a sign such as `+` or `&`: an operator of Python, bracketed as Python needs it;
- a name such as `torch.sqrt`: called with the arguments; one that begins with `_` is a helper of the language;
- a text with `{0}`, `{1}`, ...: the arguments are put in; with two places for any number of arguments it is folded;
- None: written by the row's definition in the expression language, which is rewritten to a stable form first.

Sources: the reference pages of NumPy 2, PyTorch 2, JAX and TensorFlow 2 for the names; the remarks below for
what is not the obvious name.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SPELLINGS", "Spelling"]


@dataclass(frozen=True, slots=True)
class Spelling:
    r"""One function in every language.

    guard: for each argument a number at which value and slope are finite, or None when they are finite
        everywhere: it stands in for the argument where a branch of `where` is not taken, so that neither an
        infinity nor a nan of that branch reaches the gradient (0*inf is nan).
    latex: a text with places for the arguments, or None for the definition; `latex.py` lays out operators.
    """

    numpy: str | None
    torch: str | None
    jax: str | None
    tensorflow: str | None
    sympy: str | None
    latex: str | None
    guard: tuple[float | None, ...] = ()


def _everywhere(name: str, latex: str, *guard: float | None, ours: str = "") -> Spelling:
    """Return the row of a function that goes by one name in all languages; ``ours``: NumPy's, if it differs."""
    array = ours or name
    return Spelling(
        f"np.{array}", f"torch.{name}", f"jnp.{array}", f"tf.math.{name}", f"sp.{name}", latex, guard
    )


def _sign(sign: str, sympy: str = "", latex: str = "", guard: tuple[float | None, ...] = ()) -> Spelling:
    """Return the row of an operator; ``sympy``: a call where SymPy's operator means something else."""
    return Spelling(sign, sign, sign, sign, sympy or sign, latex or sign, guard)


def _defined(numpy: str | None = None, torch: str | None = None, jax: str | None = None, tensorflow: str | None = None) -> Spelling:  # fmt: skip
    """Return a row that SymPy and LaTeX write by its definition."""
    return Spelling(numpy, torch, jax, tensorflow, None, None)


# torch.nn.functional.softplus turns linear above its threshold of 20 and leaves a jump of 2e-9; at 40 the rest
# of 4e-18 is below the rounding of float64.
_TORCH_SOFTPLUS = "torch.nn.functional.softplus({0}, threshold=40)"
# Half of what jumps: torch.heaviside has no gradient, and a sign has the gradient 0 everywhere.
_HALF_SIGN = "(({module}.sign({{0}}) + 1) / 2)".format


SPELLINGS: dict[str, Spelling] = {
    # --- arithmetic
    "add": _sign("+"),
    "sub": _sign("-"),
    "mul": _sign("*"),
    "div": _sign("/", guard=(None, 1)),
    "neg": _sign("-"),
    "pow": _sign("**", guard=(1, 1)),
    # --- elementary
    "exp": _everywhere("exp", "e^{{{0}}}", 0),
    "log": _everywhere("log", r"\log", 1),
    "sin": _everywhere("sin", r"\sin"),
    "cos": _everywhere("cos", r"\cos"),
    "asin": _everywhere("asin", r"\arcsin", 0, ours="arcsin"),
    "atan": _everywhere("atan", r"\arctan", ours="arctan"),
    # NumPy has no error function; the helper asks math.erf for each number.
    "erf": Spelling("_erf", "torch.erf", "jax.scipy.special.erf", "tf.math.erf", "sp.erf", r"\operatorname{erf}"),
    "floor": _everywhere("floor", r"\left\lfloor {0} \right\rfloor"),
    # --- built from them
    "sqrt": _everywhere("sqrt", r"\sqrt{{{0}}}", 1),
    "cbrt": Spelling("np.cbrt", None, "jnp.cbrt", None, "(sp.sign({0})*sp.cbrt(sp.Abs({0})))", r"\sqrt[3]{{{0}}}", (1,)),
    "square": _defined(),
    "log1p": Spelling("np.log1p", "torch.log1p", "jnp.log1p", "tf.math.log1p", None, None, (0,)),
    "log2": Spelling("np.log2", "torch.log2", "jnp.log2", None, None, r"\log_{2}", (1,)),
    "log10": Spelling("np.log10", "torch.log10", "jnp.log10", None, None, r"\log_{10}", (1,)),
    "exp2": Spelling("np.exp2", "torch.exp2", "jnp.exp2", None, None, "2^{{{0}}}", (0,)),
    "expm1": Spelling("np.expm1", "torch.expm1", "jnp.expm1", "tf.math.expm1", None, None, (0,)),
    "sinh": _everywhere("sinh", r"\sinh", 0),
    "cosh": _everywhere("cosh", r"\cosh", 0),
    "tanh": _everywhere("tanh", r"\tanh"),
    "tan": _everywhere("tan", r"\tan", 0),
    "acos": _everywhere("acos", r"\arccos", 0, ours="arccos"),
    "asinh": _everywhere("asinh", r"\operatorname{arsinh}", ours="arcsinh"),
    "acosh": _everywhere("acosh", r"\operatorname{arcosh}", 2, ours="arccosh"),
    "atanh": _everywhere("atanh", r"\operatorname{artanh}", 0, ours="arctanh"),
    "atan2": _everywhere("atan2", r"\operatorname{atan2}", None, 1, ours="arctan2"),
    "sigmoid": _defined("_sigmoid", "torch.sigmoid", "jax.nn.sigmoid", "tf.math.sigmoid"),
    "softplus": _defined("np.logaddexp({0}, 0)", _TORCH_SOFTPLUS, "jax.nn.softplus", "tf.math.softplus"),
    "log_sigmoid": _defined(None, "torch.nn.functional.logsigmoid", "jax.nn.log_sigmoid", "tf.math.log_sigmoid"),
    "hypot": _defined("np.hypot", "_norm", "_norm", "_norm"),
    "norm": _defined("np.hypot({0}, {1})", "_norm", "_norm", "_norm"),
    "logsumexp": _defined("np.logaddexp({0}, {1})", "_logsumexp", "_logsumexp", "_logsumexp"),
    # --- piecewise
    "abs": Spelling("np.abs", "torch.abs", "jnp.abs", "tf.math.abs", "sp.Abs", r"\left|{0}\right|"),
    "sign": _everywhere("sign", r"\operatorname{sign}"),
    "heaviside": Spelling("np.heaviside({0}, 0.5)", _HALF_SIGN(module="torch"), _HALF_SIGN(module="jnp"), _HALF_SIGN(module="tf.math"), "sp.Heaviside({0}, sp.Rational(1, 2))", None),
    "relu": Spelling("np.maximum({0}, 0)", "torch.relu", "jax.nn.relu", "tf.nn.relu", "sp.Max({0}, 0)", r"\max\left({0}, 0\right)"),
    "max": Spelling("np.maximum({0}, {1})", "torch.maximum({0}, {1})", "jnp.maximum({0}, {1})", "tf.math.maximum({0}, {1})", "sp.Max", r"\max"),
    "min": Spelling("np.minimum({0}, {1})", "torch.minimum({0}, {1})", "jnp.minimum({0}, {1})", "tf.math.minimum({0}, {1})", "sp.Min", r"\min"),
    "clip": _defined(),
    "ceil": Spelling("np.ceil", "torch.ceil", "jnp.ceil", "tf.math.ceil", "sp.ceiling", r"\left\lceil {0} \right\rceil"),
    # All four round halves to the even number; SymPy has no such function that takes symbols.
    "round": Spelling("np.round", "torch.round", "jnp.round", "tf.math.round", None, r"\operatorname{round}"),
    "frac": _defined(),
    "mod": Spelling("np.mod", "torch.remainder", "jnp.mod", "tf.math.floormod", None, r"\left({0} \bmod {1}\right)", (None, 1)),
    "where": Spelling("np.where", "torch.where", "jnp.where", "tf.where", "sp.Piecewise(({1}, {0}), ({2}, True))", ""),
    # --- activations
    "silu": _defined(None, "torch.nn.functional.silu", "jax.nn.silu", None),
    # JAX approximates by tanh unless told not to.
    "gelu": _defined(None, "torch.nn.functional.gelu", "jax.nn.gelu({0}, approximate=False)", None),
    "mish": _defined(None, "torch.nn.functional.mish", "jax.nn.mish", None),
    "elu": _defined(),
    "selu": _defined(None, "torch.nn.functional.selu", "jax.nn.selu", None),
    "celu": _defined(),
    "leaky_relu": _defined(),
    "prelu": _defined(),
    "relu6": _defined(None, "torch.nn.functional.relu6", "jax.nn.relu6", None),
    "hardtanh": _defined(),
    "hardsigmoid": _defined(None, "torch.nn.functional.hardsigmoid", "jax.nn.hard_sigmoid", None),
    "hardswish": _defined(None, "torch.nn.functional.hardswish", "jax.nn.hard_swish", None),
    "softsign": _defined(None, "torch.nn.functional.softsign", "jax.nn.soft_sign", None),
    "tanhshrink": _defined(),
    "softshrink": _defined(),
    "hardshrink": _defined(),
    # --- conditions
    "lt": _sign("<", "sp.Lt"),
    "le": _sign("<=", "sp.Le", r"\le"),
    "gt": _sign(">", "sp.Gt"),
    "ge": _sign(">=", "sp.Ge", r"\ge"),
    "eq": _sign("==", "sp.Eq", "="),
    "ne": _sign("!=", "sp.Ne", r"\ne"),
    "and": _sign("&", "sp.And", r"\text{ and }"),
    "or": _sign("|", "sp.Or", r"\text{ or }"),
    "not": _sign("~", "sp.Not", r"\text{not }"),
    # --- constants: Python floats take the type of the array they meet
    "pi": Spelling("math.pi", "math.pi", "math.pi", "math.pi", "sp.pi", r"\pi"),
    "E": Spelling("math.e", "math.e", "math.e", "math.e", "sp.E", "\\mathrm{e}"),
}  # fmt: skip
