"""The languages code is emitted in: what is imported, how arguments become arrays, which helpers there are.

Every helper is a few lines that are written above the function when it needs them.  In all array languages the
arguments become arrays of one floating type, the widest among the positional ones, and Python numbers take the
type of the array they meet: float32 goes in, float32 comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ARRAYS", "LANGUAGES", "Language"]


@dataclass(frozen=True, slots=True)
class Language:
    """One target of emission.

    name: as `--to` takes it, and the column of `spelling.py`.  imports: statements in order.
    literal: an array of a constant's value; ``{like}`` is an argument of the function, ``{value}`` a number.
    wraps: functions refuse Python numbers beside arrays, so those become arrays first; all but those in ``bare``.
    differentiated: automatically, by the framework.
    squares: the slope of u/v is computed with v**2, which overflows where v does not.
    parameter: how the keyword argument gets the type of the others.
    start: what the keyword argument is by default.
    helpers: name -> source.
    reductions: "sum" and "mean" -> what adds up the values of an array; empty where there are none.
    """

    name: str
    imports: tuple[str, ...]
    literal: str = ""
    wraps: bool = False
    bare: tuple[str, ...] = ()
    differentiated: bool = False
    squares: bool = False
    parameter: str = ""
    start: str = "0.1"
    helpers: Mapping[str, str] = field(default_factory=dict)
    reductions: Mapping[str, str] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The short name of the module that functions are called from."""
        return self.imports[-1].split()[-1]


# A norm's scale is the largest side.  It is a constant to the gradient, which is right to every order: the value
# does not depend on it.  The largest side itself would have slope 0 where it should have 1/mu, at u = 0.
_NORM = '''
def _norm(*sides):
    """Return sqrt(a**2 + b**2 + ...) without overflow; slope 0 where all sides are 0."""
    sizes = ({abs}(a) for a in sides)
    top = functools.reduce({module}.maximum, sizes){frozen}
    usual = (top > 0) & (top < math.inf)
    scale = {module}.where(usual, top, {module}.ones_like(top))
    squares = sum((a / scale) ** 2 for a in sides)
    squares = {module}.where(top == 0, {module}.ones_like(squares), squares)
    root = scale * {module}.sqrt(squares)
    return {module}.where(top == 0, {module}.zeros_like(root), root)
'''

_NUMPY = {
    "_arrays": '''
def _arrays(*args):
    """Return the arguments as arrays of one floating type, the widest."""
    plain = (bool, int, float)
    args = [a if type(a) in plain else np.asarray(a) for a in args]
    dtype = np.result_type(*args, 0.5)
    return [np.asarray(a, dtype) for a in args]
''',
    "_erf": '''
def _erf(u):
    """Return the error function, which NumPy does not have."""
    return np.asarray(np.vectorize(math.erf, otypes=[float])(u), u.dtype)
''',
    "_sigmoid": '''
def _sigmoid(u):
    """Return 1/(1 + exp(-u)) by an exponential that cannot overflow."""
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1, e) / (1 + e)
''',
}

_TORCH = {
    "_arrays": '''
def _arrays(*args):
    """Return the arguments as tensors of one floating type, the widest."""
    plain = (bool, int, float)
    tensors = [torch.as_tensor(a) for a in args if type(a) not in plain]
    dtypes = (t.dtype for t in tensors)
    dtype = functools.reduce(torch.promote_types, dtypes, torch.bool)
    dtype = dtype if dtype.is_floating_point else torch.get_default_dtype()
    device = tensors[0].device if tensors else None
    return [torch.as_tensor(a, dtype=dtype, device=device) for a in args]
''',
    "_norm": _NORM.format(module="torch", abs="torch.abs", frozen=".detach()"),
    "_logsumexp": '''
def _logsumexp(*terms):
    """Return log(exp(a) + exp(b) + ...) without overflow."""
    return torch.logsumexp(torch.stack(torch.broadcast_tensors(*terms)), dim=0)
''',
}

_JAX = {
    "_arrays": '''
def _arrays(*args):
    """Return the arguments as arrays of one floating type, the widest."""
    dtype = jnp.result_type(*args, 0.5)
    return [jnp.asarray(a, dtype) for a in args]
''',
    "_norm": _NORM.format(module="jnp", abs="jnp.abs", frozen="").replace(
        "    usual", "    top = jax.lax.stop_gradient(top)\n    usual", 1
    ),
    "_logsumexp": '''
def _logsumexp(*terms):
    """Return log(exp(a) + exp(b) + ...) without overflow."""
    return jax.nn.logsumexp(jnp.stack(jnp.broadcast_arrays(*terms)), axis=0)
''',
}

_TENSORFLOW = {
    "_arrays": '''
def _arrays(*args):
    """Return the arguments as tensors of one floating type, the widest."""
    tensors = [tf.convert_to_tensor(a) for a in args]
    plain = [type(a) in (bool, int, float) for a in args]
    typed = [t.dtype for p, t in zip(plain, tensors) if not p]
    widest_first = (tf.float64, tf.float32, tf.bfloat16, tf.float16)
    dtype = next((d for d in widest_first if d in typed), tf.float32)
    return [tf.cast(t, dtype) for t in tensors]
''',
    "_norm": _NORM.format(module="tf", abs="tf.abs", frozen="").replace(
        "    usual", "    top = tf.stop_gradient(top)\n    usual", 1
    ),
    "_logsumexp": '''
def _logsumexp(*terms):
    """Return log(exp(a) + exp(b) + ...) without overflow."""
    shape = functools.reduce(tf.broadcast_dynamic_shape, (tf.shape(t) for t in terms))
    return tf.reduce_logsumexp(tf.stack([tf.broadcast_to(t, shape) for t in terms]), axis=0)
''',
}

_ROWS = (
    Language(
        "numpy",
        ("import math", "import numpy as np"),
        literal="np.full_like({like}, {value})",
        parameter="{name} = np.asarray({name}, {like}.dtype)",
        helpers=_NUMPY,
        reductions={"sum": "np.sum", "mean": "np.mean"},
    ),
    Language(
        "torch",
        ("import functools", "import math", "import torch"),
        literal="torch.full_like({like}, {value})",
        differentiated=True,
        wraps=True,
        bare=("torch.where",),
        parameter="{name} = torch.as_tensor({name}, dtype={like}.dtype, device={like}.device)",
        helpers=_TORCH,
        reductions={"sum": "torch.sum", "mean": "torch.mean"},
    ),
    Language(
        "jax",
        ("import functools", "import math", "import jax", "import jax.numpy as jnp"),
        literal="jnp.full_like({like}, {value})",
        differentiated=True,
        squares=True,
        parameter="{name} = jnp.asarray({name}, {like}.dtype)",
        helpers=_JAX,
        reductions={"sum": "jnp.sum", "mean": "jnp.mean"},
    ),
    Language(
        "tensorflow",
        ("import functools", "import math", "import tensorflow as tf"),
        literal="tf.constant({value}, {like}.dtype)",
        differentiated=True,
        wraps=True,
        parameter="{name} = tf.cast({name}, {like}.dtype)",
        helpers=_TENSORFLOW,
        reductions={"sum": "tf.reduce_sum", "mean": "tf.reduce_mean"},
    ),
    Language("sympy", ("import sympy as sp",), start='sp.Symbol("{name}", positive=True)'),
    Language("latex", ("",)),
)

LANGUAGES: dict[str, Language] = {row.name: row for row in _ROWS}

# Those whose functions take arrays and know no exact numbers.
ARRAYS = tuple(row.name for row in _ROWS if row.literal)
