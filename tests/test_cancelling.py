"""Sums that cancel: the rewritten ones are equal, keep their digits in float32, and have the slope at the kink."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from diffcheck.emit import emit
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node
from diffcheck.language.unparse import unparse
from diffcheck.suggest.stable import stable
from diffcheck.verdict import CINF, Surrogate
from tests.emitted import exact, load, question

SUMS = {
    "(u + sqrt(u**2 + 4*mu**2))/2": "relu(u)",
    "(sqrt((1 - u)**2 + 4*mu**2) + (1 - u))/2": "relu(1 - u)",
    "(sqrt(u**2 + 4*mu**2) - u)/2": "relu(-u)",
    "(u + v + sqrt((u - v)**2 + 4*mu**2))/2": "max(u, v)",
    "(sqrt((u + 1)**2 + 4*mu**2) - sqrt((u - 1)**2 + 4*mu**2))/2": "clip(u, -1, 1)",
    "(6 + sqrt(u**2 + 4*mu**2) - sqrt((u - 6)**2 + 4*mu**2))/2": "clip(u, 0, 6)",
    "v + mu*softplus((u - v)/mu)": "max(u, v)",
    "3 + mu*softplus((u - 3)/mu)": "max(u, 3)",
    "mu*softplus((u + 1)/mu) - 1 - mu*softplus((u - 1)/mu)": "clip(u, -1, 1)",
    "2 + mu*softplus((u - 2)/mu) - mu*softplus((u - 5)/mu)": "clip(u, 2, 5)",
    "v - mu*softplus((v - u)/mu)": "min(u, v)",
    "v + mu*softplus((u - v)/mu) - mu*log(2)": "max(u, v)",
    "u**2 - mu*softplus((u**2 - (sqrt(u**2 + mu**2) - mu))/mu)": "min(abs(u), u**2)",
    "u + (1 - u + sqrt((1 - u)**2 + 4*mu**2))/2": "max(u, 1)",
    "u + where(1 - u <= 0, 0, where(1 - u <= mu, (1 - u)**2/(2*mu), 1 - u - mu/2))": "max(u, 1)",
    "u - where(u - 1 <= -mu, 0, where(u - 1 < mu, (u - 1 + mu)**2/(4*mu), u - 1))": "min(u, 1)",
}
POINTS = (-1e6, -300.0, -2.0, -1.0, -0.25, 0.0, 0.3125, 1.0, 2.0, 5.0, 6.0, 40.0, 1e6)
MU = 0.125


def places(text: str) -> list[dict[str, float]]:
    """Every point for each name."""
    names = question(SUMS[text]).wrt
    return [dict(zip(names, point, strict=True)) for point in itertools.product(POINTS, repeat=len(names))]


def function(text: str, language: str):
    """The emitted function that stands in for the maximum or clip."""
    return load(emit(question(SUMS[text]), language, Surrogate("it", text, CINF, None, None, "mu", True, "")))


@pytest.mark.parametrize("text", SUMS)
def test_a_rewritten_sum_is_equal(text):
    """At fifty digits, over nine decades."""
    new = unparse(stable(parse(text), {"mu"}))
    assert new != text
    for at in places(text):
        known = {**at, "mu": MU}
        assert abs(exact(new, known) - exact(text, known)) < 1e-40


def test_differences_stay_as_they_are_grouped():
    """(s - t) is exact where s and t are near to each other, s + m - t is not."""
    text = "(m - (s - t) + sqrt((m - (s - t))**2 + 4*mu**2))/2"
    emitted = load(
        emit(
            question("max(0, m - (s - t))"), "numpy", Surrogate("it", text, CINF, None, None, "mu", True, "")
        )
    )
    at = {"m": 0.375, "s": 1e6, "t": 1e6 - 2}
    want = exact(text, {**at, "mu": 0.0625})
    assert abs(float(emitted(*(np.float32(v) for v in at.values()), mu=0.0625)) - want) <= 1e-6


@pytest.mark.parametrize("text", SUMS)
def test_a_rewritten_sum_keeps_its_digits(text):
    """In float32 the emitted code is off by some units in the last place of its value, or of 1."""
    emitted = function(text, "numpy")
    for at in places(text):
        got = emitted(*(np.float32(x) for x in at.values()), mu=np.float32(MU))
        want = exact(text, {**at, "mu": MU})
        assert got.dtype == np.float32
        assert abs(float(got) - want) <= 3e-7 * (abs(want) + 1), at


@pytest.mark.parametrize(
    "text",
    [
        "u + sqrt(v**2 + mu**2)",
        "sqrt(u**2 + mu**2) - sqrt(v**2 + mu**2)",
        "q*u + mu*softplus(-u/mu)",
        "u + softplus(v)",
    ],
)
def test_sums_that_do_not_cancel_stay(text):
    """Nothing shorter is gained there."""

    def branches(node: Node) -> set[str]:
        return {part.op for part in node.walk()} & {"where", "logsumexp"}

    assert branches(stable(parse(text), {"mu"})) == set()
