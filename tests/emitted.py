"""What the tests of emission share: load emitted code, exact values and slopes to compare it with, a stub."""

from __future__ import annotations

import math
import types
from fractions import Fraction

import mpmath
import numpy as np

from diffcheck.emit import emit
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse
from diffcheck.problem import Problem
from diffcheck.suggest.smoothings import TARGETS, Smoothing
from diffcheck.verdict import Surrogate

STEP = Fraction(1, 10**30)


def load(source: str, module: str = "emitted"):
    """Run emitted code as a module and return its one public function."""
    namespace = types.ModuleType(module).__dict__
    exec(compile(source, module, "exec", dont_inherit=True), namespace)
    (function,) = (
        v for k, v in namespace.items() if isinstance(v, types.FunctionType) and not k.startswith("_")
    )
    return function


def question(text: str) -> Problem:
    """Return a problem whose variables are all names, in the order of the text."""
    tree = parse(text)
    return Problem(text, tree, tree.names(), ())


def stand_in(row: Smoothing) -> tuple[Problem, Surrogate]:
    """Return a row of the table of smoothings as a suggestion for its target; three arguments if variadic."""
    target = TARGETS[row.target]
    names = ("u1", "u2", "u3") if target.variadic else target.params
    original = f"max({', '.join(names)})" if target.variadic else target.text
    problem = Problem(original, parse(original), names, ())
    error = (
        tuple(e.replace("n", "3") if row.error and target.variadic else e for e in row.error or ()) or None
    )
    return problem, Surrogate(
        row.name, row.text(3), row.smoothness, error, row.lipschitz, "mu", row.curvature == "convex", row.note
    )


def emitted(row: Smoothing, language: str):
    """Return the function that a row's surrogate becomes."""
    problem, surrogate = stand_in(row)
    return load(emit(problem, language, surrogate))


def exact(text: str, point: dict[str, float], sure: bool = False) -> float:
    """Return the value at the very floats given, computed with 50 digits; nan where undefined.

    sure: nan also where rounding may have decided a comparison.
    """
    found = evaluate(parse(text), {n: Fraction(float(v)) for n, v in point.items()}, 50)
    return math.nan if found.value is None or (sure and found.doubt) else float(found.value)


def slope(text: str, point: dict[str, float], name: str) -> float:
    """Return the partial derivative at the very floats given, off by about 1e-30 of the second one."""
    at = {n: Fraction(float(v)) for n, v in point.items()}
    ends = [evaluate(parse(text), {**at, name: at[name] + s * STEP}, 100).value for s in (-1, 1)]
    with mpmath.workdps(100):
        low, high = (mpmath.mpf(e.numerator) / e.denominator if isinstance(e, Fraction) else e for e in ends)
        return float((high - low) / (2 * mpmath.mpf(STEP.numerator) / STEP.denominator))


# Names of the API reference of TensorFlow 2 that emitted code may use; NumPy's name where that differs.
_MATH = {
    "abs": "", "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan",
    "atan2": "arctan2", "atanh": "arctanh", "ceil": "", "cos": "", "cosh": "", "exp": "", "expm1": "",
    "floor": "", "floormod": "mod", "log": "", "log1p": "", "maximum": "", "minimum": "", "round": "", "sign": "",
    "sin": "", "sinh": "", "sqrt": "", "tan": "", "tanh": "",
}  # fmt: skip


def tensorflow() -> types.ModuleType:
    """Return a stand-in for TensorFlow that knows its names and computes with NumPy."""
    tf = types.ModuleType("tensorflow")
    tf.math = types.SimpleNamespace(**{name: getattr(np, ours or name) for name, ours in _MATH.items()})
    tf.math.erf = np.vectorize(math.erf, otypes=[float])
    tf.math.sigmoid = lambda u: np.exp(-np.logaddexp(-u, 0))
    tf.math.softplus = lambda u: np.logaddexp(u, 0)
    tf.math.log_sigmoid = lambda u: -np.logaddexp(-u, 0)
    tf.nn = types.SimpleNamespace(relu=lambda u: np.maximum(u, 0))
    tf.float64, tf.float32, tf.float16, tf.bfloat16 = np.float64, np.float32, np.float16, "bfloat16"
    tf.convert_to_tensor = np.asarray
    tf.cast = np.asarray
    tf.constant = np.array
    tf.shape = np.shape
    tf.stack = np.stack
    tf.broadcast_to = np.broadcast_to
    tf.broadcast_dynamic_shape = np.broadcast_shapes
    tf.reduce_logsumexp = np.logaddexp.reduce
    tf.stop_gradient = lambda u: u
    for name in ("abs", "where", "sqrt", "ones_like", "zeros_like", "maximum"):
        setattr(tf, name, getattr(np, name))
    return tf
