"""THE table: one row per function of the expression language.

A row says what a function means (its definition in the language itself, or that it is elementary), how it is computed
in float64 and at high precision, its derivative off the places where it can fail, and where that is written down.
Everything else follows from the rows: the parser's vocabulary, the gaps the analyzer looks at, the probe's arithmetic,
the gradient.  To add a function, add a row; `tests/test_atoms.py` walks all rows and tests a new one unasked.

A definition may use any row above or below it; `algebra/lower.py` expands it until only elementary rows remain:
arithmetic, powers, exp, log, sin, cos, asin, atan, erf, floor, comparisons and `where`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import mpmath
import numpy as np
import sympy as sp

__all__ = ["ALIASES", "ATOMS", "Atom"]

Definition = str | Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Atom:
    """One function, stated locally: composition is written once, elsewhere.

    name: as printed.  params: parameter names, used by ``definition`` and ``derivative``.
    source: where the meaning is written down.  summary: one line for `diffcheck atoms`.
    definition: its meaning in the expression language, or None when the row is elementary.
    numpy, mpmath: float64 arrays -> float64 array, mpf numbers -> mpf number.  Lazy rows (`where`) take a bool first.
    sympy: exact value as SymPy shows it, used to print gradients.
    derivative: partial derivatives in the language, one per parameter, valid off the gaps.
    variadic: takes two or more arguments, the parameters are then made up.
    defaults: what the last parameters are where a call leaves them out, as texts of numbers.
    ieee: float64 value as frameworks compute it, infinite at a pole, where ``numpy`` says nan.
    backward: what torch's autograd sends back to each argument for the incoming ``g``, in the language, where that is
        not g times ``derivative``: its choice on a gap, and masks, which keep 0*inf out.
    syntax: "call", or "operator"/"comparison"/"logic" for what has a sign of its own.
    """

    name: str
    params: tuple[str, ...]
    summary: str
    source: str
    numpy: Callable[..., Any]
    mpmath: Callable[..., Any]
    sympy: Callable[..., Any]
    definition: Definition | None = None
    derivative: tuple[str, ...] | Callable[[Sequence[str]], tuple[str, ...]] = ()
    aliases: tuple[str, ...] = ()
    variadic: bool = False
    syntax: str = "call"
    defaults: tuple[str, ...] = ()
    ieee: Callable[..., Any] | None = None
    backward: tuple[str, ...] | Callable[[Sequence[str]], tuple[str, ...]] = ()

    @property
    def arity(self) -> tuple[int, int | None]:
        """Smallest and largest number of arguments; None where there is no largest."""
        return (2, None) if self.variadic else (len(self.params) - len(self.defaults), len(self.params))


# --- float64: nan where a function is undefined, so that an infinity always means overflow.
# --- mpmath: exact on Fractions where the function is exact; a complex or infinite answer means undefined.


def _defined(holds: Any, value: Any) -> Any:
    return np.where(holds, value, np.nan)


def _np_div(u: Any, v: Any) -> Any:
    return _defined(np.not_equal(v, 0), np.divide(u, v))


def _np_pow(u: Any, v: Any) -> Any:
    return _defined(np.not_equal(u, 0) | np.greater_equal(v, 0), np.power(u, v))


def _np_log(u: Any) -> Any:
    return _defined(np.greater(u, 0), np.log(u))


def _np_log1p(u: Any) -> Any:
    return _defined(np.greater(u, -1), np.log1p(u))


def _np_atanh(u: Any) -> Any:
    return _defined(np.less(np.abs(u), 1), np.arctanh(u))


def _np_atan2(y: Any, x: Any) -> Any:
    return _defined(np.not_equal(y, 0) | np.not_equal(x, 0), np.arctan2(y, x + 0.0))


def _mp_pow(u: Any, v: Any) -> Any:
    if u == 0:
        return mpmath.nan if v < 0 else v * 0 + (v == 0)
    exact = isinstance(u, Fraction) and isinstance(v, Fraction) and v.denominator == 1
    # Only powers that stay short are worth keeping exact.
    if exact and (u.numerator.bit_length() + u.denominator.bit_length()) * abs(v) < 4096:
        return Fraction(u ** int(v))
    return mpmath.power(_mp(u), _mp(v))


def _mp(u: Any) -> Any:
    return mpmath.mpf(u.numerator) / u.denominator if isinstance(u, Fraction) else u


def _mp_floor(u: Any) -> Any:
    return Fraction(math.floor(u)) if isinstance(u, Fraction) else mpmath.floor(u)


def _mp_atan2(y: Any, x: Any) -> Any:
    return mpmath.atan2(y, x) if y or x else mpmath.nan


def _np_round(u: Any) -> Any:
    return np.round(u)  # half to even, as Python's round


def _np_softplus(u: Any) -> Any:
    return np.logaddexp(0.0, u)


def _np_sigmoid(u: Any) -> Any:
    # exp of a non-positive number only: no overflow at either end.
    e = np.exp(-np.abs(u))
    return np.where(np.asarray(u) >= 0, 1.0 / (1.0 + e), e / (1.0 + e))


def _np_erf(u: Any) -> Any:
    return np.vectorize(math.erf, otypes=[float])(u)


def _np_norm(*u: Any) -> Any:
    return reduce(np.hypot, u)


def _np_logsumexp(*u: Any) -> Any:
    return reduce(np.logaddexp, u)


def _mp_norm(*u: Any) -> Any:
    return mpmath.sqrt(mpmath.fsum(x * x for x in u))


def _mp_logsumexp(*u: Any) -> Any:
    top = max(u)
    return top + mpmath.log(mpmath.fsum(mpmath.exp(x - top) for x in u))


def _mp_sign(u: Any) -> Any:
    return Fraction((u > 0) - (u < 0)) if isinstance(u, Fraction) else mpmath.mpf((u > 0) - (u < 0))


def _mp_round(u: Any) -> Any:
    low = _mp_floor(u)
    gap = 2 * (u - low)
    if gap != 1:
        return low if gap < 1 else low + 1
    return low if low % 2 == 0 else low + 1


def _mp_cbrt(u: Any) -> Any:
    return mpmath.cbrt(u) if u >= 0 else -mpmath.cbrt(-u)


def _mp_sigmoid(u: Any) -> Any:
    return 1 / (1 + mpmath.exp(-u))


def _mp_softplus(u: Any) -> Any:
    return u + mpmath.log1p(mpmath.exp(-u)) if u > 0 else mpmath.log1p(mpmath.exp(u))


def _np_gelu(u: Any) -> Any:
    return u * (1 + _np_erf(u / math.sqrt(2))) / 2


def _np_mish(u: Any) -> Any:
    return u * np.tanh(_np_softplus(u))


def _np_elu(u: Any, alpha: Any) -> Any:
    return np.where(np.greater(u, 0), u, alpha * np.expm1(np.minimum(u, 0)))


def _np_celu(u: Any, alpha: Any) -> Any:
    return np.where(np.greater(u, 0), u, alpha * np.expm1(_np_div(np.minimum(u, 0), alpha)))


def _np_leaky(u: Any, slope: Any) -> Any:
    return np.where(np.greater(u, 0), u, slope * u)


def _mp_elu(u: Any, alpha: Any) -> Any:
    return u if u > 0 else _mp(alpha) * mpmath.expm1(_mp(u))


def _mp_leaky(u: Any, slope: Any) -> Any:
    return u if u > 0 else slope * u


def _mp_hardsigmoid(u: Any) -> Any:
    return min(max(u / 6 + Fraction(1, 2) if isinstance(u, Fraction) else u / 6 + 0.5, u * 0), u * 0 + 1)


def _sp_elu(u: Any, alpha: Any) -> Any:
    return sp.Max(u, 0) + alpha * (sp.exp(sp.Min(u, 0)) - 1)


def _sp_leaky(u: Any, slope: Any) -> Any:
    return sp.Max(u, 0) + slope * sp.Min(u, 0)


# Scale and alpha of Klambauer et al. 2017, "Self-Normalizing Neural Networks", to float64.
_SELU_TEXT = ("1.0507009873554805", "1.6732632423543773")
_SELU = tuple(map(Fraction, _SELU_TEXT))


def _sum_of_squares(names: Sequence[str]) -> str:
    return " + ".join(f"{n}**2" for n in names)


def _fold(binary: str, names: Sequence[str]) -> str:
    return reduce(lambda left, right: f"{binary}({left}, {right})", names)


def _masked(wins: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return what a maximum (">") or minimum ("<") of two sends back: half to each at a tie."""
    pairs = [tuple(names), tuple(reversed(names))] if len(names) == 2 else []
    return tuple(f"where({u} == {v}, g/2, where({u} {wins} {v}, g, 0))" for u, v in pairs)


def _masked_norm(norm: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return what a norm sends back: nothing at the origin, one of its subgradients."""
    return tuple(f"where({norm} == 0, 0, g*({u}/{norm}))" for u in names)


_PYTHON = "Python language reference"
_IEEE = "definition"
_DLMF = "NIST DLMF"

_ROWS: tuple[Atom, ...] = (
    # --- arithmetic: elementary
    Atom("add", ("u", "v"), "u + v", _PYTHON, np.add, lambda u, v: u + v, lambda u, v: u + v, derivative=("1", "1"), syntax="operator"),
    Atom("sub", ("u", "v"), "u - v", _PYTHON, np.subtract, lambda u, v: u - v, lambda u, v: u - v, definition="u + -1*v", derivative=("1", "-1"), syntax="operator"),
    Atom("mul", ("u", "v"), "u * v", _PYTHON, np.multiply, lambda u, v: u * v, lambda u, v: u * v, derivative=("v", "u"), syntax="operator"),
    Atom("div", ("u", "v"), "u / v, undefined where v = 0", _PYTHON, _np_div, lambda u, v: u / v, lambda u, v: u / v, derivative=("1/v", "-u/v**2"), syntax="operator", ieee=np.divide),
    Atom("neg", ("u",), "-u", _PYTHON, np.negative, lambda u: -u, lambda u: -u, definition="-1*u", derivative=("-1",), syntax="operator"),
    Atom("pow", ("u", "v"), "u ** v, real: u < 0 only for integer v, u = 0 only for v >= 0", _PYTHON, _np_pow, _mp_pow, lambda u, v: u**v, derivative=("v*u**(v - 1)", "u**v*log(u)"), syntax="operator", ieee=np.power, backward=("where(v == 0, 0, g*(v*u**(v - 1)))", "where(u == 0 and v >= 0, 0, g*(u**v*log(u)))")),
    # --- elementary functions
    Atom("exp", ("u",), "exponential", f"{_DLMF} 4.2", np.exp, mpmath.exp, sp.exp, derivative=("exp(u)",)),
    Atom("log", ("u",), "natural logarithm, undefined for u <= 0", f"{_DLMF} 4.2", _np_log, mpmath.log, sp.log, derivative=("1/u",), aliases=("ln",), ieee=np.log),
    Atom("sin", ("u",), "sine", f"{_DLMF} 4.14", np.sin, mpmath.sin, sp.sin, derivative=("cos(u)",)),
    Atom("cos", ("u",), "cosine", f"{_DLMF} 4.14", np.cos, mpmath.cos, sp.cos, derivative=("-sin(u)",)),
    Atom("asin", ("u",), "inverse sine, -1 <= u <= 1", f"{_DLMF} 4.23", np.arcsin, mpmath.asin, sp.asin, derivative=("1/sqrt(1 - u**2)",), aliases=("arcsin",)),
    Atom("atan", ("u",), "inverse tangent", f"{_DLMF} 4.23", np.arctan, mpmath.atan, sp.atan, derivative=("1/(1 + u**2)",), aliases=("arctan",)),
    Atom("erf", ("u",), "error function", f"{_DLMF} 7.2", _np_erf, mpmath.erf, sp.erf, derivative=("2/sqrt(pi)*exp(-u**2)",)),
    Atom("floor", ("u",), "largest integer not above u", f"{_DLMF} front matter", np.floor, _mp_floor, sp.floor, derivative=("0",)),
    # --- built from elementary functions
    Atom("sqrt", ("u",), "square root, u >= 0", f"{_DLMF} 4.2", np.sqrt, mpmath.sqrt, sp.sqrt, definition="u**(1/2)", derivative=("1/(2*sqrt(u))",)),
    Atom("cbrt", ("u",), "real cube root", _IEEE, np.cbrt, _mp_cbrt, lambda u: sp.sign(u) * sp.cbrt(sp.Abs(u)), definition="where(u >= 0, u**(1/3), -(-u)**(1/3))", derivative=("1/(3*cbrt(u)**2)",)),
    Atom("square", ("u",), "u ** 2", _IEEE, np.square, lambda u: u * u, lambda u: u**2, definition="u**2", derivative=("2*u",)),
    Atom("log1p", ("u",), "log(1 + u)", _IEEE, _np_log1p, mpmath.log1p, lambda u: sp.log(1 + u), definition="log(1 + u)", derivative=("1/(1 + u)",), ieee=np.log1p),
    Atom("log2", ("u",), "logarithm to base 2", _IEEE, lambda u: _defined(np.greater(u, 0), np.log2(u)), lambda u: mpmath.log(u, 2), lambda u: sp.log(u) / sp.log(2), definition="log(u)/log(2)", derivative=("1/(u*log(2))",), ieee=np.log2),
    Atom("log10", ("u",), "logarithm to base 10", _IEEE, lambda u: _defined(np.greater(u, 0), np.log10(u)), mpmath.log10, lambda u: sp.log(u) / sp.log(10), definition="log(u)/log(10)", derivative=("1/(u*log(10))",), ieee=np.log10),
    Atom("exp2", ("u",), "2 ** u", _IEEE, np.exp2, lambda u: mpmath.power(2, u), lambda u: 2**u, definition="exp(u*log(2))", derivative=("log(2)*exp2(u)",)),
    Atom("expm1", ("u",), "exp(u) - 1", _IEEE, np.expm1, mpmath.expm1, lambda u: sp.exp(u) - 1, definition="exp(u) - 1", derivative=("exp(u)",)),
    Atom("sinh", ("u",), "hyperbolic sine", f"{_DLMF} 4.28", np.sinh, mpmath.sinh, sp.sinh, definition="(exp(u) - exp(-u))/2", derivative=("cosh(u)",)),
    Atom("cosh", ("u",), "hyperbolic cosine", f"{_DLMF} 4.28", np.cosh, mpmath.cosh, sp.cosh, definition="(exp(u) + exp(-u))/2", derivative=("sinh(u)",)),
    Atom("tanh", ("u",), "hyperbolic tangent", f"{_DLMF} 4.28", np.tanh, mpmath.tanh, sp.tanh, definition="1 - 2/(1 + exp(2*u))", derivative=("1 - tanh(u)**2",)),
    Atom("tan", ("u",), "tangent, undefined where cos(u) = 0", f"{_DLMF} 4.14", np.tan, mpmath.tan, sp.tan, definition="sin(u)/cos(u)", derivative=("1 + tan(u)**2",)),
    Atom("acos", ("u",), "inverse cosine, -1 <= u <= 1", f"{_DLMF} 4.23", np.arccos, mpmath.acos, sp.acos, definition="pi/2 - asin(u)", derivative=("-1/sqrt(1 - u**2)",), aliases=("arccos",)),
    Atom("asinh", ("u",), "inverse hyperbolic sine", f"{_DLMF} 4.37", np.arcsinh, mpmath.asinh, sp.asinh, definition="log(u + sqrt(u**2 + 1))", derivative=("1/sqrt(u**2 + 1)",), aliases=("arcsinh",)),
    Atom("acosh", ("u",), "inverse hyperbolic cosine, u >= 1", f"{_DLMF} 4.37", np.arccosh, mpmath.acosh, sp.acosh, definition="log(u + sqrt(u - 1)*sqrt(u + 1))", derivative=("1/(sqrt(u - 1)*sqrt(u + 1))",), backward=("g*(1/sqrt(u**2 - 1))",), aliases=("arccosh",)),
    Atom("atanh", ("u",), "inverse hyperbolic tangent, -1 < u < 1", f"{_DLMF} 4.37", _np_atanh, mpmath.atanh, sp.atanh, definition="(log(1 + u) - log(1 - u))/2", derivative=("1/(1 - u**2)",), aliases=("arctanh",), ieee=np.arctanh),
    Atom("atan2", ("y", "x"), "angle of (x, y) in (-pi, pi], undefined at (0, 0)", f"{_DLMF} 1.9", _np_atan2, _mp_atan2, sp.atan2,
         definition="where(x > 0, atan(y/x), where(y > 0, pi/2 - atan(x/y), where(y < 0, -pi/2 - atan(x/y), pi + 0/x)))", derivative=("x/(x**2 + y**2)", "-y/(x**2 + y**2)"), aliases=("arctan2",), ieee=np.arctan2, backward=("where(x == 0 and y == 0, 0, g*(x/(x**2 + y**2)))", "where(x == 0 and y == 0, 0, g*(-y/(x**2 + y**2)))")),
    Atom("sigmoid", ("u",), "1/(1 + exp(-u))", "torch.sigmoid", _np_sigmoid, _mp_sigmoid, lambda u: 1 / (1 + sp.exp(-u)), definition="1/(1 + exp(-u))", derivative=("sigmoid(u)*(1 - sigmoid(u))",), aliases=("expit",)),
    Atom("softplus", ("u",), "log(1 + exp(u))", "torch.nn.functional.softplus", _np_softplus, _mp_softplus, lambda u: sp.log(1 + sp.exp(u)), definition="log(1 + exp(u))", derivative=("sigmoid(u)",)),
    Atom("log_sigmoid", ("u",), "log(sigmoid(u))", "torch.nn.functional.logsigmoid", lambda u: -_np_softplus(-u), lambda u: -_mp_softplus(-u), lambda u: -sp.log(1 + sp.exp(-u)), definition="-log(1 + exp(-u))", derivative=("sigmoid(-u)",), aliases=("logsigmoid",)),
    Atom("hypot", ("u", "v"), "sqrt(u**2 + v**2)", _IEEE, np.hypot, mpmath.hypot, lambda u, v: sp.sqrt(u**2 + v**2), definition="sqrt(u**2 + v**2)", derivative=("u/hypot(u, v)", "v/hypot(u, v)")),
    Atom("norm", (), "Euclidean norm of its arguments", _IEEE, _np_norm, _mp_norm, lambda *u: sp.sqrt(sum(x**2 for x in u)), definition=lambda n: f"sqrt({_sum_of_squares(n)})",
         derivative=lambda n: tuple(f"{x}/norm({', '.join(n)})" for x in n), variadic=True, backward=lambda n: _masked_norm(f"norm({', '.join(n)})", n)),
    Atom("logsumexp", (), "log of the sum of the exponentials", "scipy.special.logsumexp", _np_logsumexp, _mp_logsumexp, lambda *u: sp.log(sum(sp.exp(x) for x in u)), definition=lambda n: f"log({' + '.join(f'exp({x})' for x in n)})",
         derivative=lambda n: tuple(f"exp({x} - logsumexp({', '.join(n)}))" for x in n), variadic=True, aliases=("logaddexp",)),
    # --- piecewise: the branch on each side of a gap
    Atom("abs", ("u",), "absolute value", _IEEE, np.abs, abs, sp.Abs, definition="where(u >= 0, u, -u)", derivative=("sign(u)",), aliases=("fabs", "absolute")),
    Atom("sign", ("u",), "-1, 0 or 1", _IEEE, np.sign, _mp_sign, sp.sign, definition="where(u > 0, 1, where(u < 0, -1, 0))", derivative=("0",), aliases=("sgn",)),
    Atom("heaviside", ("u",), "0 below 0, 1 above, 1/2 at 0", f"{_DLMF} 1.16", lambda u: np.heaviside(u, 0.5), lambda u: (1 + _mp_sign(u)) / 2, lambda u: sp.Heaviside(u, sp.Rational(1, 2)), definition="where(u > 0, 1, where(u < 0, 0, 1/2))", derivative=("0",)),
    Atom("relu", ("u",), "max(u, 0)", "torch.nn.functional.relu", lambda u: np.maximum(u, 0.0), lambda u: max(u, u * 0), lambda u: sp.Max(u, 0), definition="where(u > 0, u, 0)", derivative=("heaviside(u)",), backward=("where(u <= 0, 0, g)",)),
    Atom("max", (), "largest of its arguments", _PYTHON, lambda *u: reduce(np.maximum, u), lambda *u: max(u), sp.Max, definition=lambda n: f"where({n[0]} >= {n[1]}, {n[0]}, {n[1]})" if len(n) == 2 else _fold("max", n),
         derivative=lambda n: ("heaviside({0} - {1})".format(*n), "heaviside({1} - {0})".format(*n)) if len(n) == 2 else (), variadic=True, aliases=("maximum", "fmax", "amax"), backward=lambda n: _masked(">", n)),
    Atom("min", (), "smallest of its arguments", _PYTHON, lambda *u: reduce(np.minimum, u), lambda *u: min(u), sp.Min, definition=lambda n: f"where({n[0]} <= {n[1]}, {n[0]}, {n[1]})" if len(n) == 2 else _fold("min", n),
         derivative=lambda n: ("heaviside({1} - {0})".format(*n), "heaviside({0} - {1})".format(*n)) if len(n) == 2 else (), variadic=True, aliases=("minimum", "fmin", "amin"), backward=lambda n: _masked("<", n)),
    Atom("clip", ("u", "lo", "hi"), "u kept between lo and hi", "numpy.clip", np.clip, lambda u, lo, hi: min(max(u, lo), hi), lambda u, lo, hi: sp.Min(sp.Max(u, lo), hi), definition="min(max(u, lo), hi)",
         derivative=("where(u > lo and u < hi, 1, 0)", "where(u < lo and lo < hi, 1, 0)", "where(u > hi or lo > hi, 1, 0)"), aliases=("clamp",), backward=("where(u >= lo and u <= hi, g, 0)", "where(u < lo and lo < hi, g, 0)", "where(u > hi or lo > hi, g, 0)")),
    Atom("ceil", ("u",), "smallest integer not below u", _IEEE, np.ceil, lambda u: -_mp_floor(-u), sp.ceiling, definition="-floor(-u)", derivative=("0",)),
    Atom("round", ("u",), "nearest integer, halves to the even one", _PYTHON, _np_round, _mp_round, lambda u: sp.Function("round")(u),
         definition="where(floor(u + 1/2) == u + 1/2, 2*floor(u/2 + 1/4), floor(u + 1/2))", derivative=("0",), aliases=("rint",)),
    Atom("frac", ("u",), "u - floor(u)", _IEEE, lambda u: u - np.floor(u), lambda u: u - _mp_floor(u), lambda u: u - sp.floor(u), definition="u - floor(u)", derivative=("1",)),
    Atom("mod", ("u", "m"), "u - m*floor(u/m), the sign of m", _PYTHON, np.mod, lambda u, m: u - m * _mp_floor(u / m), lambda u, m: u - m * sp.floor(u / m), definition="u - m*floor(u/m)", derivative=("1", "-floor(u/m)"), aliases=("remainder",)),
    Atom("where", ("c", "a", "b"), "a where the condition c holds, else b; only the branch taken is evaluated", _PYTHON, np.where, lambda c, a, b: a if c else b, lambda c, a, b: sp.Piecewise((a, c), (b, True)), derivative=("0", "where(c, 1, 0)", "where(c, 0, 1)")),
    # --- activations
    Atom("silu", ("u",), "u*sigmoid(u)", "torch.nn.functional.silu", lambda u: u * _np_sigmoid(u), lambda u: u * _mp_sigmoid(u), lambda u: u / (1 + sp.exp(-u)), definition="u*sigmoid(u)", derivative=("sigmoid(u)*(1 + u*(1 - sigmoid(u)))",), aliases=("swish",)),
    Atom("gelu", ("u",), "u times the normal distribution function, exact", "torch.nn.functional.gelu", _np_gelu, lambda u: u * (1 + mpmath.erf(_mp(u) / mpmath.sqrt(2))) / 2, lambda u: u * (1 + sp.erf(u / sp.sqrt(2))) / 2, definition="u*(1 + erf(u/sqrt(2)))/2", derivative=("(1 + erf(u/sqrt(2)))/2 + u*exp(-u**2/2)/sqrt(2*pi)",)),
    Atom("mish", ("u",), "u*tanh(softplus(u))", "torch.nn.functional.mish", _np_mish, lambda u: u * mpmath.tanh(_mp_softplus(u)), lambda u: u * sp.tanh(sp.log(1 + sp.exp(u))), definition="u*tanh(softplus(u))", derivative=("tanh(softplus(u)) + u*sigmoid(u)*(1 - tanh(softplus(u))**2)",)),
    Atom("elu", ("u", "alpha"), "u above 0, alpha*(exp(u) - 1) below; alpha is 1 if left out", "torch.nn.functional.elu", _np_elu, _mp_elu, _sp_elu, definition="where(u > 0, u, alpha*(exp(u) - 1))", derivative=("where(u > 0, 1, alpha*exp(u))", "where(u > 0, 0, exp(u) - 1)"), defaults=("1",)),
    Atom("selu", ("u",), "elu with its two constants, scaled", "torch.nn.functional.selu", lambda u: float(_SELU[0]) * _np_elu(u, float(_SELU[1])), lambda u: _SELU[0] * _mp_elu(u, _SELU[1]), lambda u: sp.Rational(str(_SELU[0])) * _sp_elu(u, sp.Rational(str(_SELU[1]))), definition=f"{_SELU_TEXT[0]}*elu(u, {_SELU_TEXT[1]})", derivative=(f"{_SELU_TEXT[0]}*where(u > 0, 1, {_SELU_TEXT[1]}*exp(u))",)),
    Atom("celu", ("u", "alpha"), "u above 0, alpha*(exp(u/alpha) - 1) below; alpha is 1 if left out", "torch.nn.functional.celu", _np_celu, lambda u, alpha: u if u > 0 else alpha * mpmath.expm1(u / alpha), lambda u, alpha: sp.Max(u, 0) + alpha * (sp.exp(sp.Min(u, 0) / alpha) - 1), definition="where(u > 0, u, alpha*(exp(u/alpha) - 1))", derivative=("where(u > 0, 1, exp(u/alpha))", "where(u > 0, 0, exp(u/alpha)*(1 - u/alpha) - 1)"), defaults=("1",)),
    Atom("leaky_relu", ("u", "slope"), "u above 0, slope*u below; slope is 0.01 if left out", "torch.nn.functional.leaky_relu", _np_leaky, _mp_leaky, _sp_leaky, definition="where(u > 0, u, slope*u)", derivative=("where(u > 0, 1, slope)", "where(u > 0, 0, u)"), defaults=("0.01",)),
    Atom("prelu", ("u", "slope"), "leaky_relu with a slope that is learned", "torch.nn.functional.prelu", _np_leaky, _mp_leaky, _sp_leaky, definition="where(u > 0, u, slope*u)", derivative=("where(u > 0, 1, slope)", "where(u > 0, 0, u)")),
    Atom("relu6", ("u",), "u kept between 0 and 6", "torch.nn.functional.relu6", lambda u: np.clip(u, 0.0, 6.0), lambda u: min(max(u, u * 0), 6 + u * 0), lambda u: sp.Min(sp.Max(u, 0), 6), definition="min(max(u, 0), 6)", derivative=("where(u > 0 and u < 6, 1, 0)",)),
    Atom("hardtanh", ("u", "lo", "hi"), "u kept between lo and hi; -1 and 1 if left out", "torch.nn.functional.hardtanh", np.clip, lambda u, lo, hi: min(max(u, lo), hi), lambda u, lo, hi: sp.Min(sp.Max(u, lo), hi), definition="min(max(u, lo), hi)",
         derivative=("where(u > lo and u < hi, 1, 0)", "where(u < lo and lo < hi, 1, 0)", "where(u > hi or lo > hi, 1, 0)"), aliases=("hard_tanh",), defaults=("-1", "1")),
    Atom("hardsigmoid", ("u",), "u/6 + 1/2 kept between 0 and 1", "torch.nn.functional.hardsigmoid", lambda u: np.clip(u / 6 + 0.5, 0.0, 1.0), _mp_hardsigmoid, lambda u: sp.Min(sp.Max(u / 6 + sp.Rational(1, 2), 0), 1), definition="min(max(u/6 + 1/2, 0), 1)", derivative=("where(u > -3 and u < 3, 1/6, 0)",), aliases=("hard_sigmoid",)),
    Atom("hardswish", ("u",), "u*hardsigmoid(u)", "torch.nn.functional.hardswish", lambda u: u * np.clip(u / 6 + 0.5, 0.0, 1.0), lambda u: u * _mp_hardsigmoid(u), lambda u: u * sp.Min(sp.Max(u / 6 + sp.Rational(1, 2), 0), 1), definition="u*hardsigmoid(u)", derivative=("where(u >= 3, 1, where(u > -3, u/3 + 1/2, 0))",), aliases=("hard_swish", "hard_silu")),
    Atom("softsign", ("u",), "u/(1 + abs(u))", "torch.nn.functional.softsign", lambda u: u / (1 + np.abs(u)), lambda u: u / (1 + abs(u)), lambda u: u / (1 + sp.Abs(u)), definition="u/(1 + abs(u))", derivative=("1/(1 + abs(u))**2",), aliases=("soft_sign",)),
    Atom("tanhshrink", ("u",), "u - tanh(u)", "torch.nn.functional.tanhshrink", lambda u: u - np.tanh(u), lambda u: u - mpmath.tanh(u), lambda u: u - sp.tanh(u), definition="u - tanh(u)", derivative=("tanh(u)**2",)),
    Atom("softshrink", ("u", "by"), "u moved towards 0 by at most `by`, which is 0.5 if left out", "torch.nn.functional.softshrink", lambda u, by: np.where(np.greater(u, by), u - by, np.where(np.less(u, -by), u + by, 0.0)), lambda u, by: u - by if u > by else u + by if u < -by else u * 0, lambda u, by: sp.Piecewise((u - by, u > by), (u + by, u < -by), (0, True)), definition="where(u > by, u - by, where(u < -by, u + by, 0))",
         derivative=("where(u > by or u < -by, 1, 0)", "where(u > by, -1, where(u < -by, 1, 0))"), defaults=("0.5",)),
    Atom("hardshrink", ("u", "by"), "0 from -by to by, u elsewhere; by is 0.5 if left out", "torch.nn.functional.hardshrink", lambda u, by: np.where(np.greater(u, by) | np.less(u, -by), u, 0.0), lambda u, by: u if u > by or u < -by else u * 0, lambda u, by: sp.Piecewise((u, (u > by) | (u < -by)), (0, True)), definition="where(u > by or u < -by, u, 0)", derivative=("where(u > by or u < -by, 1, 0)", "0"), defaults=("0.5",)),
    # --- conditions
    Atom("lt", ("u", "v"), "u < v", _PYTHON, np.less, lambda u, v: u < v, sp.Lt, syntax="comparison"),
    Atom("le", ("u", "v"), "u <= v", _PYTHON, np.less_equal, lambda u, v: u <= v, sp.Le, syntax="comparison"),
    Atom("gt", ("u", "v"), "u > v", _PYTHON, np.greater, lambda u, v: u > v, sp.Gt, syntax="comparison"),
    Atom("ge", ("u", "v"), "u >= v", _PYTHON, np.greater_equal, lambda u, v: u >= v, sp.Ge, syntax="comparison"),
    Atom("eq", ("u", "v"), "u == v", _PYTHON, np.equal, lambda u, v: u == v, sp.Eq, syntax="comparison"),
    Atom("ne", ("u", "v"), "u != v", _PYTHON, np.not_equal, lambda u, v: u != v, sp.Ne, syntax="comparison"),
    Atom("and", ("p", "q"), "p and q", _PYTHON, np.logical_and, lambda p, q: p and q, sp.And, syntax="logic"),
    Atom("or", ("p", "q"), "p or q", _PYTHON, np.logical_or, lambda p, q: p or q, sp.Or, syntax="logic"),
    Atom("not", ("p",), "not p", _PYTHON, np.logical_not, lambda p: not p, sp.Not, syntax="logic"),
    # --- constants
    Atom("pi", (), "3.14159...", f"{_DLMF} 3.12", lambda: np.pi, lambda: mpmath.pi(), lambda: sp.pi, syntax="constant"),
    Atom("E", (), "2.71828...", f"{_DLMF} 4.2", lambda: np.e, lambda: mpmath.e(), lambda: sp.E, definition="exp(1)", syntax="constant"),
)  # fmt: skip

ATOMS: dict[str, Atom] = {row.name: row for row in _ROWS}

ALIASES: dict[str, str] = {alias: row.name for row in _ROWS for alias in row.aliases}
