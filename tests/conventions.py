"""What JAX sends back at places where a function has no derivative, and where branches of a rewritten sum meet.

Run by `test_gradients.py` in a process of its own: JAX starts threads, and other tests fork.
"""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import pytest
from emitted import question, slope
from test_cancelling import MU, SUMS, function, places

from diffcheck.training.subgradients import CONVENTIONS

RUN = {
    "abs": (jnp.abs, 0.0),
    "relu": (jax.nn.relu, 0.0),
    "max": (lambda x: jnp.maximum(x, 0.0), 0.0),
    "min": (lambda x: jnp.minimum(x, 0.0), 0.0),
    "clip": (lambda x: jnp.clip(x, 0.0, 1.0), 1.0),
    "sign": (jnp.sign, 0.0),
    "heaviside": (lambda x: jnp.heaviside(x, 0.5), 0.0),
    "floor": (jnp.floor, 1.0),
    "ceil": (jnp.ceil, 1.0),
    "round": (jnp.round, 0.5),
    "mod": (lambda x: jnp.mod(x, 1.0), 1.0),
    "sqrt": (jnp.sqrt, 0.0),
    "cbrt": (jnp.cbrt, 0.0),
    "norm": (lambda x: jnp.linalg.norm(jnp.stack([x, 0.0 * x])), 0.0),
    "log": (jnp.log, 0.0),
    "asin": (jnp.arcsin, 1.0),
    "acos": (jnp.arccos, 1.0),
}


@pytest.mark.parametrize("op", CONVENTIONS)
def test_jax_returns_what_the_table_says(op):
    """Every number in the column of jax is what its gradient is at that place."""
    if op == "where":
        for x, taken in ((-1.0, -1.0), (0.0, -1.0), (1.0, 1.0)):
            assert jax.grad(lambda v: jnp.where(v > 0, v, -v))(x) == taken
        assert math.isnan(jax.grad(lambda v: jnp.where(v > 0, jnp.sqrt(v), 0.0 * v))(0.0))
        return
    function, at = RUN[op]
    found = float(jax.grad(function)(at))
    stated = CONVENTIONS[op].jax
    assert (
        math.isnan(found)
        if stated == "nan"
        else found == float(Fraction(stated) if "/" in stated else stated)
    )


def test_in_jax_an_infinite_slope_times_zero_is_nan():
    """Why sqrt(x**2) is no abs."""
    assert math.isnan(jax.grad(lambda x: jnp.sqrt(x * x))(0.0))
    assert math.isnan(float(0.0 * jnp.log(0.0)))


@pytest.mark.parametrize("text", SUMS)
def test_in_jax_a_rewritten_sum_has_the_slope_at_the_kink(text):
    """Where branches of the rewritten form meet, JAX sends back the slope of the sum."""
    emitted = function(text, "jax")
    names = question(SUMS[text]).wrt
    backward = jax.grad(lambda *args: emitted(*args, mu=MU), argnums=tuple(range(len(names))))
    for at in places(text):
        found = backward(*(jnp.float32(x) for x in at.values()))
        for name, got in zip(names, found, strict=True):
            assert abs(float(got) - slope(text, {**at, "mu": MU}, name)) < 1e-5, (at, name)
