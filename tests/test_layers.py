"""Layers: each is the arithmetic that frameworks do, its weights are parameters, and mistakes are pointed at."""

import math
import random

import pytest

from diffcheck.check import check
from diffcheck.errors import InputError
from diffcheck.language.layers import LAYERS
from diffcheck.language.numeric import evaluate
from diffcheck.language.reductions import LAYERED
from diffcheck.question.variables import make_problem


def value(text, let=None, **known):
    """Return the value of an expression, and all its names at random numbers."""
    tree = make_problem(text, let=let).tree
    source = random.Random(3)
    point = {n: source.uniform(-2, 2) for n in tree.names()} | known
    return float(evaluate(tree, point, 30).value), point


def _mean(z):
    return sum(z) / len(z)


def _normalised(z):
    m = _mean(z)
    return [(u - m) / math.sqrt(_mean([(v - m) ** 2 for v in z]) + 1e-5) for u in z]


def _attention(p, z):
    q, k, v = ([p[name] * u for u in z] for name in ("Q1", "K1", "V1"))
    out = []
    for one in q:
        weights = [math.exp(one * other) for other in k]
        out.append(sum(w * u for w, u in zip(weights, v, strict=True)) / sum(weights))
    return out


# One part of a layer's output -> the same in plain numbers, for p the values of all names.
OUTPUTS = {
    "linear(x, 1)": lambda p: p["W1"] * p["x"] + p["b1"],
    "sum(linear(x, 2))": lambda p: sum(p[f"W1[{j}]"] * p["x"] + p[f"b1[{j}]"] for j in (0, 1)),
    "linear([x, z], 1)": lambda p: p["W1[0]"] * p["x"] + p["W1[1]"] * p["z"] + p["b1"],
    "linear([x, z], 2)[1]": lambda p: p["W1[1, 0]"] * p["x"] + p["W1[1, 1]"] * p["z"] + p["b1[1]"],
    "linear([x, z], 1, w, c)": lambda p: p["w[0]"] * p["x"] + p["w[1]"] * p["z"] + p["c"],
    "linear([x, z], 1, w)": lambda p: p["w[0]"] * p["x"] + p["w[1]"] * p["z"],
    "mlp(x, 2, relu)": lambda p: (
        p["b2"] + sum(p[f"W2[{j}]"] * max(0, p[f"W1[{j}]"] * p["x"] + p[f"b1[{j}]"]) for j in (0, 1))
    ),
    "mlp(x, 1, tanh)": lambda p: p["W2"] * math.tanh(p["W1"] * p["x"] + p["b1"]) + p["b2"],
    "conv1d([a, c, d], 2)[1]": lambda p: p["K1[0]"] * p["c"] + p["K1[1]"] * p["d"] + p["b1"],
    "maxpool([a, c, d, e, g], 2)[1]": lambda p: max(p["d"], p["e"]),
    "avgpool([a, c, d, e], 2)[0]": lambda p: (p["a"] + p["c"]) / 2,
    "layernorm([a, c, d])[2]": lambda p: _normalised([p[n] for n in "acd"])[2],
    "batchnorm(x)[0]": lambda p: _normalised([p[f"x[{i}]"] for i in range(3)])[0],
    "attention([a, c, d])[1]": lambda p: _attention(p, [p[n] for n in "acd"])[1],
}


@pytest.mark.parametrize("text", OUTPUTS)
def test_a_layer_is_its_arithmetic(text):
    """The same numbers as by hand."""
    found, point = value(text)
    assert found == pytest.approx(OUTPUTS[text](point), rel=1e-12)


def test_every_layer_is_tested():
    """Each row of the table has its arithmetic above, and every word means a row."""
    assert {row for row in LAYERS if not any(row in text for text in OUTPUTS)} == set()
    assert set(LAYERED.values()) == {*LAYERS, "mlp"}


def test_every_call_of_a_model_has_the_same_weights():
    """Samples differ in their data alone."""
    problem = make_problem("mean((y_i - F(x_i))**2)", let={"F(x)": "mlp(x, 2, relu)"}, size=2)
    assert problem.wrt == ("W1[0]", "W1[1]", "b1[0]", "b1[1]", "W2[0]", "W2[1]", "b2")
    assert set(problem.constants) == {"y[i]", "x[i]"}


def test_layers_are_numbered_in_the_order_in_which_a_sample_passes_them():
    """Two models and the loss itself have weights of their own; names that are taken are left out."""
    let = {"G(z)": "linear(z, 1)", "F(x)": "mlp(x, 1, relu)"}
    problem = make_problem("(y - linear(F(x) + W2*G(x), 1))**2", let=let)
    assert set(problem.wrt) == {"W1", "b1", "W3", "b3", "W4", "b4", "W5", "b5"}


def test_a_layer_that_is_called_twice_shares_its_weights():
    """A definition is a module; writing linear twice makes two."""
    shared = make_problem("(y - G(relu(G(x))))**2", let={"G(x)": "linear(x, 1)"})
    assert shared.wrt == ("W1", "b1")


def test_wrt_means_the_weights_of_a_model():
    """The name of a model, or of all parts of a weight."""
    let = {"F(x)": "mlp(x, 2, relu)"}
    assert len(make_problem("(y - F(x))**2", ["F"], let=let).wrt) == 7
    assert make_problem("(y - F(x))**2", ["W2"], let=let).wrt == ("W2[0]", "W2[1]")


def test_all_units_are_one_finding():
    """The walls of a hidden layer differ by an index."""
    report = check("mean((y_i - F(x_i))**2)", let={"F(x)": "mlp(x, 2, relu)"})
    assert [f.at for f in report.findings] == ["W1[j]*x[i] + b1[j] = 0 and W2[j] != 0 for some i, j"]
    assert any("F(x) = linear(relu(linear(x, 2, W1, b1)), 1, W2, b2)" in note for note in report.notes)


def test_a_model_with_a_list_of_values_is_not_taken_for_a_number():
    """Nothing is said of F(x[0]) where x is one number."""
    report = check("norm(y - F(x))", let={"F(x)": "linear(x, 2)"})
    assert not any("F(x[0])" in note for note in report.notes)
    assert [(f.at, f.condition) for f in report.findings] == [("W1[i] = (y - b1[i])/x for every i", None)]


def test_a_layer_in_a_number_that_is_defined_has_weights_too():
    """`F = mlp(x, 2, relu)` without brackets is the value of a model."""
    problem = make_problem("(y - F)**2", let={"F": "mlp(x, 1, relu)"})
    assert (problem.wrt, problem.constants) == (("W1", "b1", "W2", "b2"), ("y", "x"))


# Models -> class of the squared error in their parameters.
CLASSES = {
    "mlp(x, 2, tanh)": "Cinf",
    "mlp(x, 2, gelu)": "Cinf",
    "mlp(x, 2, leaky_relu)": "C0",
    "mlp(x, 1, 1, softplus)": "Cinf",
    "mlp([x, z], 2, relu)": "C0",
    "linear(relu(linear(x, 2))**2, 1)": "C1",
    "linear(layernorm(linear(x, 2)), 1)": "Cinf",
    "linear(maxpool(linear(x, 2), 2), 1)": "C0",
    "linear(softmax(linear(x, 2)), 1)": "Cinf",
}


@pytest.mark.parametrize("model", CLASSES)
def test_the_class_of_a_network(model):
    """The squared error is as smooth as its model."""
    name = "F(x, z)" if "z" in model else "F(x)"
    assert str(check(f"(y - {name})**2", let={name: model}).smoothness) == CLASSES[model]


# Input -> what the error says, what it points at, what to write.
ERRORS = {
    "mlp(x, 2)": ("which activation?", "2", "mlp(x, 2, relu)"),
    "mlp(x, relu)": ("how many units", "mlp(x, relu)", "mlp(x, 2, relu)"),
    "mlp(x, 2, clip)": ("no activation", "clip", "mlp(x, 2, relu)"),
    "mlp(x, 2.5, relu)": ("how many outputs", "2.5", "linear(x, 2)"),
    "linear(x, W, b)": ("how many outputs", "W", "linear(x, 2, W, b)"),
    "linear(x, 0)": ("a whole number from 1", "0", "linear(x, 2)"),
    "linear(x, 2, W, b, c)": ("takes an input and how many outputs", "linear(x, 2, W, b, c)", "linear(x, 2, W, b)"),
    "linear(x, 2, 3)": ("takes an input", "linear(x, 2, 3)", "linear(x, 2)"),
    "linear(x, 2)": ("a loss is one number", "linear(x, 2)", "`sum(linear(x, 2))`, or mean"),
    "conv1d([x, y], 3)": ("has no output", "conv1d([x, y], 3)", "longer list"),
    "maxpool(x, 2)": ("has no output", "maxpool(x, 2)", "longer list"),
    "layernorm([x])[0]": ("more than one number", "layernorm([x])", "layernorm([a, b])"),
    "attention([x, y], Q)": ("takes an input", "attention([x, y], Q)", "attention([a, b, c], Q, K, V)"),
    "dropout(x, 0.5)": ("random", "dropout", "leave it out"),
    "liner(x, 2)": ("unknown function", "liner", "`linear`"),
    "W @ x": ("`@` is not part", "@", "linear(x, 2, W, b)"),
}  # fmt: skip


@pytest.mark.parametrize("text", ERRORS)
def test_a_mistake_is_pointed_at(text):
    """What is wrong, where, and what to write instead."""
    with pytest.raises(InputError) as error:
        make_problem(text)
    message, place, cure = ERRORS[text]
    assert message in error.value.message
    assert text[slice(*error.value.span)] == place
    assert cure in error.value.help


def test_a_mistake_in_a_definition_is_pointed_at_there():
    """The caret stands in the definition."""
    with pytest.raises(InputError) as error:
        make_problem("(y - F(x))**2", let={"F(x)": "mlp(x, 2)"})
    assert error.value.text == "mlp(x, 2)"
