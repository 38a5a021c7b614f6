"""Emitted torch, JAX and TensorFlow code differentiated automatically: slopes at the former kink, far out, in branches.

Run by `test_gradients.py` in processes of their own: the frameworks start threads, and other tests fork.
"""

from __future__ import annotations

import math
import re
from itertools import product

import numpy as np
import pytest
from emitted import emitted, exact, load, question, slope, stand_in
from test_emit import CALLED, STEEP, VALUES, _call, _grid, _id
from test_smoothings import points

from benchmarks.surrogates import cases, far_out, infinite, suggestions
from diffcheck.analyze import analyze
from diffcheck.backprop.autograd import run
from diffcheck.backprop.graph import graph
from diffcheck.emit import emit
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.suggest import THOROUGH, suggest
from diffcheck.suggest.smoothings import SMOOTHINGS
from diffcheck.verdict import CINF


class Torch:
    """Values and gradients by torch."""

    name = "torch"

    def __init__(self):
        self.torch = pytest.importorskip("torch")

    def value(self, function, columns, **keywords):
        """Return the values as an array."""
        return function(*map(self.torch.as_tensor, columns), **keywords).numpy()

    def gradients(self, function, columns, **keywords):
        """Return the derivative in every argument, each (m,), by reverse mode."""
        given = [self.torch.tensor(c, requires_grad=True) for c in columns]
        function(*given, **keywords).sum().backward()
        return [
            np.zeros_like(c) if g.grad is None else g.grad.numpy()
            for g, c in zip(given, columns, strict=True)
        ]

    def second(self, function, u, **keywords):
        """Return the second derivative of a function of one number."""
        given = self.torch.tensor(u, dtype=self.torch.float64)
        return float(self.torch.func.grad(self.torch.func.grad(lambda v: function(v, **keywords)))(given))


class Jax:
    """Values and gradients by JAX, compiled and mapped."""

    name = "jax"

    def __init__(self):
        self.jax = pytest.importorskip("jax")
        self.jax.config.update("jax_enable_x64", True)

    def value(self, function, columns, **keywords):
        """Return the values as an array, from compiled code."""
        return np.asarray(self.jax.jit(function)(*columns, **keywords))

    def gradients(self, function, columns, **keywords):
        """Return the derivative in every argument, each (m,), by reverse mode mapped over the points."""
        slopes = self.jax.grad(lambda *a: function(*a, **keywords), argnums=tuple(range(len(columns))))
        return [np.asarray(g) for g in self.jax.jit(self.jax.vmap(slopes))(*columns)]

    def second(self, function, u, **keywords):
        """Return the second derivative of a function of one number."""
        return float(self.jax.grad(self.jax.grad(lambda v: function(v, **keywords)))(float(u)))


class TensorFlow:
    """Values and gradients by TensorFlow, run eagerly; values also compiled, as one graph."""

    name = "tensorflow"

    def __init__(self):
        self.tf = pytest.importorskip("tensorflow")

    def value(self, function, columns, **keywords):
        """Return the values as an array, the same ones whether compiled or not."""
        given = list(map(self.tf.constant, columns))
        found = function(*given, **keywords).numpy()
        # Code that no file holds cannot be rewritten by AutoGraph, and need not be: it has no statements to rewrite.
        graph = self.tf.function(lambda *a: function(*a, **keywords), autograph=False)
        compiled = graph(*given).numpy()
        assert compiled.dtype == found.dtype
        # Optimised graphs round differently where values cancel.
        np.testing.assert_allclose(compiled, found, rtol=1e-3, atol=1e-6)
        return found

    def gradients(self, function, columns, **keywords):
        """Return the derivative in every argument, each (m,), by reverse mode."""
        given = list(map(self.tf.constant, columns))
        with self.tf.GradientTape() as tape:
            tape.watch(given)
            total = self.tf.reduce_sum(function(*given, **keywords))
        found = tape.gradient(total, given)
        return [
            np.zeros_like(c) if g is None else self.tf.convert_to_tensor(g).numpy()
            for g, c in zip(found, columns, strict=True)
        ]

    def second(self, function, u, **keywords):
        """Return the second derivative of a function of one number."""
        given = self.tf.constant(u, dtype=self.tf.float64)
        with self.tf.GradientTape() as outer:
            outer.watch(given)
            with self.tf.GradientTape() as inner:
                inner.watch(given)
                value = function(given, **keywords)
            first = inner.gradient(value, given)
        return float(outer.gradient(first, given))


@pytest.fixture(params=[Torch, Jax, TensorFlow], ids=["torch", "jax", "tensorflow"])
def framework(request):
    """Run each test with every framework that is installed."""
    return request.param()


def _columns(row, kind, mu=0.5):
    at = points(row.target, mu)[::11]
    at += [{**p, n: 0.0 * v} for p in at[:1] for n, v in p.items() if n in ("u", "g")]
    return {n: np.array([float(p[n]) for p in at], kind) for n in at[0]}


@pytest.mark.parametrize("row", CALLED, ids=lambda row: row.name)
def test_the_function_has_its_value(framework, row):
    """Every function of the language has its exact value wherever it is defined."""
    columns, expected = _grid(_call(row))
    found = framework.value(load(emit(question(_call(row)), framework.name)), list(columns.values()))
    defined = ~np.isnan(expected)
    np.testing.assert_allclose(found[defined], expected[defined], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("row", SMOOTHINGS, ids=_id)
def test_the_gradient_of_every_surrogate_is_its_derivative(framework, row):
    """At the former kink, beside it and far away, in every argument; the value keeps its type."""
    _, surrogate = stand_in(row)
    columns = _columns(row, np.float64)
    function = emitted(row, framework.name)
    assert framework.value(function, list(columns.values()), mu=0.5).dtype == np.float64
    found = framework.gradients(function, list(columns.values()), mu=0.5)
    for i in range(0, len(found[0]), max(1, len(found[0]) // 12)):
        point = {n: float(c[i]) for n, c in columns.items()}
        for slopes, name in zip(found, columns, strict=True):
            expected = slope(surrogate.expression, {**point, "mu": 0.5}, name)
            assert float(slopes[i]) == pytest.approx(expected, rel=1e-9, abs=1e-9), (name, point)


@pytest.mark.parametrize("row", SMOOTHINGS, ids=_id)
def test_float32_stays_float32_and_finite(framework, row):
    """Values and gradients in every argument and in mu are finite in float32 at arguments up to 5e4."""
    columns = list(_columns(row, np.float32).values())
    mu = np.full_like(columns[0], 0.5)
    function = emitted(row, framework.name)
    *found, by_mu = framework.gradients(lambda *a: function(*a[:-1], mu=a[-1]), [*columns, mu])
    value = framework.value(function, columns, mu=0.5)
    assert value.dtype == np.float32
    assert np.isfinite(value).all()
    assert np.isfinite(by_mu).all()
    for slopes in found:
        assert slopes.dtype == np.float32
        assert np.isfinite(slopes).all()


@pytest.mark.parametrize(
    "row", [r for r in SMOOTHINGS if r.target in ("abs", "relu", "sign", "cbrt")], ids=_id
)
def test_the_second_derivative_at_the_former_kink(framework, row):
    """Methods of second order see the curvature that is there, not that of a helper's `abs`."""
    if row.smoothness < CINF:
        return  # a break: the second derivative has two values
    text, h = stand_in(row)[1].expression, 1e-4
    at = [exact(text, {"u": u, "mu": 0.5}) for u in (-h, 0.0, h)]
    found = framework.second(emitted(row, framework.name), 0.0, mu=0.5)
    assert found == pytest.approx((at[0] - 2 * at[1] + at[2]) / h**2, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("text", STEEP)
def test_slopes_at_a_thousand_are_finite_in_float32(framework, text):
    """Logistic losses as people write them have the right value and slope at -1000, 0 and 1000."""
    function = load(emit(question(text), framework.name))
    at = np.array([-1000, 0, 1000], np.float32)
    value = framework.value(function, [at])
    (found,) = framework.gradients(function, [at])
    assert value.dtype == found.dtype == np.float32
    np.testing.assert_allclose(value[[0, 2]], STEEP[text], rtol=1e-6)
    expected = [slope(text, {"u": u}, "u") for u in at]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_huge_arguments_of_roots(framework):
    """At 1e20 in float32, where squares overflow: the slope of pseudo-Huber is 1, and in mu it is finite."""
    rows = [r for r in SMOOTHINGS if r.target == "abs" and "sqrt" in r.template]
    for row in rows:
        columns = [np.array([-1e20, 1e20], np.float32)]
        function = emitted(row, framework.name)
        np.testing.assert_allclose(framework.gradients(function, columns, mu=0.5)[0], [-1, 1])
        np.testing.assert_allclose(framework.value(function, columns, mu=0.5), [1e20, 1e20], rtol=1e-6)


BRANCHES = (
    "where(x > 0, sqrt(x), 0)",
    "where(x > 0, x*log(x), 0)",
    "where(x == 0, 1, sin(x)/x)",
    "where(x > 0, exp(-1/x), 0)",
    "where(x < 1, x, where(x < 2, log(x - 1/2), 1/(x - 1)))",
    "where(x > 3, exp(-x), exp(x*10))",
    "where(abs(x) < 1, exp(-1/(1 - x**2)), 0)",
    "where(x > 1, acosh(x), x**3)",
    "where(x > 0 and log(x) > 0, log(log(x)), x)",
)


@pytest.mark.parametrize("text", BRANCHES)
def test_a_branch_not_taken_leaves_the_gradient_alone(framework, text):
    """Where the branch taken has a slope, the gradient is that slope: no nan comes from the other one."""
    at = np.array([-1000, -2.5, -0.25, 0.25, 0.75, 1.25, 2.5, 1000], np.float32)
    (found,) = framework.gradients(load(emit(question(text), framework.name)), [at])
    np.testing.assert_allclose(found, [slope(text, {"x": x}, "x") for x in at], rtol=2e-5, atol=1e-30)


CORNERS = (
    ("tanh(relu(x))", "", {"x": 0.0}),
    ("relu(x) + relu(-x)**2", "", {"x": 0.0}),
    ("clip(x, -1, 1)*2", "", {"x": 1.0}),
    ("min(x, 1)**3", "", {"x": 1.0}),
    ("max(x, -x, x - 2)", "", {"x": 0.0}),
    ("where(abs(x) <= c, x**2/2, c**2/2)", "c > 0", {"x": -0.5, "c": 0.5}),
    ("where(x >= 2, 0, x*log(x/2))", "x > 0", {"x": 2.0}),
    ("where(x < 0, sin(x), exp(x) - 1 + x)", "", {"x": 0.0}),
)


@pytest.mark.parametrize(("text", "where", "at"), CORNERS, ids=[text for text, *_ in CORNERS])
def test_a_corner_corrected_from_outside_has_the_slope_of_the_sum(framework, text, where, at):
    """At the very corner, where a framework's own choice of slope would be off by half the jump."""
    problem = make_problem(text, ["x"], where)
    shown = suggest(problem, analyze(problem), effort=THOROUGH)
    assert any(s.corrected for s in shown)
    for s in shown:
        names = [n for n in at if n in (*problem.tree.names(), *parse(s.expression).names())]
        function = load(emit(problem, framework.name, s))
        found = framework.gradients(function, [np.array([at[n]]) for n in names], mu=0.5)
        expected = slope(s.expression, {**at, "mu": 0.5}, "x")
        assert float(found[0][0]) == pytest.approx(expected, rel=1e-9, abs=1e-9), s.expression
        value = framework.value(function, [np.array([at[n]]) for n in names], mu=0.5)
        assert float(value[0]) == pytest.approx(float(exact(s.expression, {**at, "mu": 0.5})), abs=1e-12)


@pytest.mark.parametrize(
    ("text", "corners"),
    [
        ("where(abs(x) <= 2, 0, x - 2*sign(x))", (-2.0, 2.0)),
        ("where(abs(x) > 0.5, x - sign(x)/2, 0)", (-0.5, 0.5)),
        ("x*min(max(x + 3, 0), 6)/6", (-3.0, 3.0)),
        ("min(3*x, clip(x, 1/2, 2)*3) + x**2", (2.0,)),
        ("where(x > 0 and x < 1, x*(1 - x), 0) + abs(x - 3)", (3.0,)),
        ("max(x, x**2, x**3)", (0.0, 1.0)),
        ("max(relu(x), 2*x, -x)", (0.0,)),
        ("max(abs(x - 1), 2*x - 2) + x*relu(x)", (0.0, 1.0)),
        ("max(min(x, 2*x), -3*x) + abs(x - 1)", (0.0, 1.0)),
        ("max(x, x**2, x**3)**2 + relu(-x)", (0.0, 1.0)),
        ("exp(max(x, 2*x, sin(x)))", (0.0,)),
        ("where(x > 0, max(x, x**2, 2*x), where(x < -1, 2*x + 1, x))", (0.0, -1.0)),
    ],
)
def test_the_slope_at_each_corner_is_that_of_the_sum(framework, text, corners):
    """What is sent back is the derivative of the written expression, and not the sum of two chosen slopes."""
    problem = make_problem(text, ["x"])
    corrected = [s for s in suggest(problem, analyze(problem), effort=THOROUGH) if s.corrected]
    assert corrected
    for s in corrected:
        function = load(emit(problem, framework.name, s))
        (found,) = framework.gradients(function, [np.array(corners)], mu=0.1)
        want = [slope(s.expression, {"x": x, s.parameter: 0.1}, "x") for x in corners]
        np.testing.assert_allclose(found, want, atol=1e-9, err_msg=s.name)


# Around what is never negative, and 0 or nearly so on one side.
AROUND = (
    "sqrt(S)",
    "(S)**(1/3)",
    "(S)**(3/2)",
    "x*sqrt(S)",
    "sqrt(S + relu(x))",
    "sqrt(y**2 + sqrt(S))",
    "1/(1 + (S)**0.1)",
)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("around", AROUND)
def test_roots_of_what_underflows_have_finite_slopes_at_a_million(framework, around, kind):
    """Around every row for a hinge, and around the hinge itself: value and gradient are no nan, for small mu too."""
    flat = ["relu(x)", "max(x, 0)", "sigmoid(x)", "exp(x - abs(x))", "where(x > 0, x, 0)", "softplus(3*x)**2"]
    rows = [r.template for r in SMOOTHINGS if r.target == "relu" and r.positive]
    at = {"x": np.array([-1e6, 1e6, -200.0, 3.0], kind), "y": np.array([2.0, -1.0, 0.5, 1.0], kind)}
    for part in [*flat, *(re.sub(r"\bu\b", "x", row) for row in rows)]:
        text = f"{around.replace('S', part)} + 0*y"
        problem = make_problem(text, list(parse(text).names()), "mu > 0" if "mu" in text else "")
        function = load(emit(problem, framework.name))
        columns = {**{n: np.tile(v, 2) for n, v in at.items()}, "mu": np.repeat([0.01, 1.0], 4).astype(kind)}
        given = [columns[n] for n in problem.wrt]
        assert np.isfinite(framework.value(function, given)).all(), text
        for slopes in framework.gradients(function, given):
            assert np.isfinite(slopes).all(), text


def test_the_norm_at_the_origin_has_a_finite_gradient(framework):
    """The norm has a kink there; zero is one of its subgradients."""
    function = load(emit(question("norm(x, y, z)"), framework.name))
    zero = np.zeros(2)
    assert [list(g) for g in framework.gradients(function, [zero] * 3)] == [[0, 0]] * 3
    nan = framework.value(
        function, [np.array([math.nan, math.inf, -3.0]), np.array([0.0, 1, 4]), np.zeros(3)]
    )
    np.testing.assert_array_equal(nan, [math.nan, math.inf, 5])


def test_mu_can_be_learned(framework):
    """The parameter takes part in the gradient when it is an array."""
    row = next(r for r in SMOOTHINGS if r.name == "pseudo-Huber")
    function = emitted(row, framework.name)
    u, mu = np.array(VALUES), np.full(len(VALUES), 0.5)
    _, found = framework.gradients(lambda u, mu: function(u, mu=mu), [u, mu])
    np.testing.assert_allclose(found, 0.5 / np.hypot(u, 0.5) - 1, atol=1e-12)


@pytest.mark.parametrize(
    "name",
    [
        "cat-smape",
        "tfr-circle",
        "contrastive-hadsell",
        "pen-linf",
        "act-prelu-joint",
        "act-selu",
        "torch-cdist-sqrt-clamp",
        "smp-focal-reduced-half",
    ],
)
def test_suggestions_have_finite_gradients_at_a_million(name):
    """JAX's slopes of the emitted code are finite at +-10**6 wherever those of the loss are."""
    pytest.importorskip("jax")
    (case,) = (case for case in cases() if case["id"] == name)
    problem, analysis, shown = suggestions(case)
    assert shown
    far = far_out(problem, analysis)
    assert [wrong for s in shown for wrong in infinite(problem, s, far)] == []


def test_torch_maps_and_keeps_half_precision():
    """torch.func.vmap and grad go through; float16 and bfloat16 stay what they are."""
    torch = pytest.importorskip("torch")
    row = next(r for r in SMOOTHINGS if r.name == "centred Huber")
    function = emitted(row, "torch")
    at = torch.linspace(-2, 2, 9)
    slopes = torch.func.vmap(torch.func.grad(lambda u: function(u, mu=0.5)))(at)
    torch.testing.assert_close(slopes, torch.clamp(at / 0.5, -1, 1))
    for kind in (torch.float16, torch.bfloat16):
        assert function(at.to(kind), mu=0.5).dtype is kind
    assert function([1.0, 2.0]).dtype is torch.get_default_dtype()


# Calls of torch by row; what is not here is a row that torch has not.
TORCH = {
    "neg": "negative", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
    "log_sigmoid": "nn.functional.logsigmoid", "softplus": "nn.functional.softplus", "mod": "remainder",
    "clip": "clamp",
}  # fmt: skip

AUTOGRAD = (
    "abs(x)", "relu(x)", "sqrt(x)", "log(x)", "where(x > 0, sqrt(x), 0)", "where(x > 0, x*log(x), 0)",
    "clip(x, -1, 1)", "clip(x, y, 1)", "hypot(x, y)", "sqrt(relu(x))", "sqrt(x**2)", "x**0.5", "x**y", "x/y",
    "x/x", "log(abs(x))", "atan(1/x)", "1/(1 + 1/x)", "floor(x)*x", "sign(x)*sqrt(abs(x))", "mod(x, y)",
    "round(x)", "asin(x)", "acos(x)", "acosh(x)", "atanh(x)", "log1p(x)", "log2(x)", "log10(x)",
    "x**0", "softplus(x)", "log_sigmoid(x)", "tanh(log(x))", "atan2(x, y)", "clip(sqrt(x), 0, 1)",
    "relu(log(x))", "relu(x) - relu(-x)", "exp2(x)", "erf(x)", "max(x, y)", "min(x, y)", "max(sqrt(x), 0)",
)  # fmt: skip


def _by_torch(torch, node, point):
    """Return the value of a tree as torch computes it, operation by operation, as it is written."""
    if node.op == "number":
        return torch.tensor(float(node.leaf), dtype=torch.float64)
    if node.op == "name":
        return point[node.leaf]
    args = [_by_torch(torch, a, point) for a in node.args]
    if node.op in ("max", "min"):
        return getattr(torch, f"{node.op}imum")(*args)
    call = torch
    for word in TORCH.get(node.op, node.op).split("."):
        call = getattr(call, word)
    return call(*args)


@pytest.mark.parametrize("text", AUTOGRAD)
def test_torch_returns_what_the_table_of_atoms_says_it_does(text):
    """Values and gradients on gaps, on their sides and where nothing is defined: nan and infinities too."""
    torch = pytest.importorskip("torch")
    tree = parse(text)
    names = tree.names()
    for values in product((-2.5, -1.0, 0.0, 0.5, 1.0, 3.0), repeat=len(names)):
        given = {
            n: torch.tensor(v, dtype=torch.float64, requires_grad=True)
            for n, v in zip(names, values, strict=True)
        }
        result = _by_torch(torch, tree, given)
        result.backward()
        found = run(graph(tree, names), dict(zip(names, values, strict=True)))
        np.testing.assert_allclose(found.value, result.item(), rtol=1e-12)
        for n, tensor in given.items():
            expected = 0.0 if tensor.grad is None else tensor.grad.item()
            np.testing.assert_allclose(found.gradient[n], expected, rtol=1e-9, err_msg=f"{n} at {values}")
