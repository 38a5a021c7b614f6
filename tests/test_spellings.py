"""Ways to write that the language has not: the place, and a cure that works when it is pasted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from diffcheck.errors import InputError, SyntaxProblem
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.spellings import LONGEST, otherwise

# What is typed, what is pointed at, and what to write instead of it.
EXPRESSIONS = [
    ("where(x = 0, 1, sin(x)/x)", "=", "=="),
    ("1 + np.where(x[0] = 0, 1, x[0])", "=", "=="),
    ("sin^2(x)", "sin^2(x)", "sin(x)^2"),
    ("sin**2(x)", "sin**2(x)", "sin(x)^2"),
    ("2*log^2(x + (1))", "log^2(x + (1))", "log(x + (1))^2"),
    ("sin²(x)", "sin²(x)", "sin(x)^2"),
    ("cos^2 x", "cos^2 x", "cos(x)^2"),
    ("y*sin^-1(x)", "sin^-1(x)", "asin(x)"),
    ("tan^(-1)(x)", "tan^(-1)(x)", "atan(x)"),
    ("log^-1(x)", "log^-1(x)", "(1/log(x))"),
    ("p log p", "p log p", "p*log(p)"),
    ("1 - 2 sin x", "2 sin x", "2*sin(x)"),
    ("[1 - z]_+", "[1 - z]_+", "max(0, 1 - z)"),
    ("(1 - z)_+^2", "(1 - z)_+", "max(0, 1 - z)"),
    ("y*abs(z)_+", "abs(z)_+", "max(0, abs(z))"),
    ("sum(x_i^2, i=1..n)", "sum(x_i^2, i=1..n)", "sum(x_i^2, i)"),
    ("x.pow(2)", "x.pow(2)", "pow(x, 2)"),
    ("x.clamp(0, 1) + 1", "x.clamp(0, 1)", "clamp(x, 0, 1)"),
    ("(x - y).abs().mean()", "(x - y).abs().mean()", "mean(abs(x - y))"),
    ("torch.abs(x).sum()", "torch.abs(x).sum()", "sum(torch.abs(x))"),
    ("x.norm(1)", "x.norm(1)", "norm(x, ord=1)"),
    ("nn.ReLU()(x)", "nn.ReLU()(x)", "relu(x)"),
    ("torch.nn.LeakyReLU(0.1)(x - 1)", "torch.nn.LeakyReLU(0.1)(x - 1)", "leaky_relu(x - 1, 0.1)"),
    ("nn.MSELoss()(p, y)", "nn.MSELoss()(p, y)", "mean((p - y)**2)"),
    ("2*nn.BCELoss()(p, y)", "nn.BCELoss()(p, y)", "(-mean(y*log(p) + (1 - y)*log(1 - p)))"),
    ("5!*x", "5!", "120"),
    ("lambda x: abs(x)", "lambda x: abs(x)", "abs(x)"),
    ("f = lambda x, y: abs(x - y)", "lambda x, y: abs(x - y)", "abs(x - y)"),
    ("d/dx abs(x)", "d/dx abs(x)", "abs(x)"),
    ("1,5*x", "1,5", "1.5"),
    ("∥x∥₂", "∥x∥₂", "norm(x)"),
    ("‖x - y‖_2^2", "‖x - y‖_2", "norm(x - y)"),
    ("||x||_1", "||x||_1", "norm(x, ord=1)"),
    ("||x||_{inf}", "||x||_{inf}", "norm(x, ord=inf)"),
    ("1 + x.pow(2).sum()", "x.pow(2).sum()", "sum(pow(x, 2))"),
    ("where(x in (0, 1), x, 0)", "x in (0, 1)", "0 < x < 1"),
]

CONDITIONS = [
    ("p positive", "p positive", "p > 0"),
    ("q > 0, p is strictly positive", "p is strictly positive", "p > 0"),
    ("p negative", "p negative", "p < 0"),
    ("p[0] non-negative", "p[0] non-negative", "p[0] >= 0"),
    ("p nonpositive", "p nonpositive", "p <= 0"),
    ("a is nonzero", "a is nonzero", "a != 0"),
    ("x in (0,1)", "x in (0,1)", "0 < x < 1"),
    ("x in [0, inf)", "x in [0, inf)", "0 <= x"),
    ("x in (-inf, 2*c]", "x in (-inf, 2*c]", "x <= 2*c"),
    ("p ∈ [0,1]", "p ∈ [0,1]", "0 <= p <= 1"),
    ("p in ]0, 1[", "p in ]0, 1[", "0 < p < 1"),
    ("n integer", "n integer", "n == 2"),
    ("q > 0, n is an integer", "n is an integer", "n == 2"),
    ("n ∈ N", "n ∈ N", "n == 2"),
    ("0 < p < 0,5", "0,5", "0.5"),
]

# What has no cure in the names of the text: what is pointed at, and what the help says.
WORDS = [
    ("x!", "!", "no function of real numbers"),
    ("sin(n!)", "!", "no function of real numbers"),
    ("x real", "x real", "leave it out"),
    ("x ∈ ℝ", "x ∈ ℝ", "leave it out"),
    ("x ∈ R+", "∈", "comparisons"),
    ("sin^2 x*y", "2 x", "product"),
    ("nn.Foo()(x)", ")(", "product"),
    ("!x", "!", "`not`"),
    ("x.max(0)", "x.max", "`max(x)`"),
    ("x.norm(2, 1)", "x.norm", "`norm(x)`"),
    ("(x - y).logsumexp(0)", ".", "no methods"),
    ("nn.MSELoss()(p, x - 1)", ")(", "product"),
    ("nn.KLDivLoss()(p, q)", ")(", "product"),
    ("||x||_p", "||", "norm(a, b)"),
    ("‖x‖₃", "‖", "norm"),
    ("1,000*x", ",", "vector"),
    ("x sin y^2", "x sin", "`x*sin(...)`"),
]


@pytest.mark.parametrize(
    ("read", "text", "place", "cure"),
    [(parse, *row) for row in EXPRESSIONS] + [(parse_conditions, *row) for row in CONDITIONS],
    ids=lambda v: getattr(v, "__name__", str(v))[:24],
)
def test_the_cure_in_the_place_of_what_is_wrong_is_read(
    read: Callable[[str], object], text: str, place: str, cure: str
) -> None:
    """The caret stands under all that the cure replaces, in the names of the text."""
    with pytest.raises(SyntaxProblem) as caught:
        read(text)
    error = caught.value
    assert error.span is not None
    start, stop = error.span
    assert (error.text, text[start:stop]) == (text, place)
    assert f"`{cure}`" in (error.help or "")
    assert read((text[:start] + cure + text[stop:]).removeprefix("f = "))


@pytest.mark.parametrize(("text", "place", "said"), WORDS)
def test_what_has_no_cure_is_said_in_words(text: str, place: str, said: str) -> None:
    """Nothing is guessed: what cannot be written instead is not offered."""
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.span is not None
    assert text[slice(*caught.value.span)] == place
    assert said in (caught.value.help or "")


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("erfc(x + 1)", "`(1 - erf(x + 1))`"),
        ("np.sinc(x)", "`where(x == 0, 1, sin(x)/(x))`"),
        ("sinc(" + "+".join("x" * 30) + ")", "`where(x == 0, 1, sin(x)/(x))`"),
    ],
)
def test_what_is_near_a_function_is_written_by_it(text: str, cure: str) -> None:
    """`erfc` is no misspelt `erf`."""
    with pytest.raises(InputError) as caught:
        parse(text)
    assert cure in (caught.value.help or "")
    assert parse(cure.strip("`"))


def test_what_can_be_read_is_not_asked_about() -> None:
    """No row fits a text that is read; `in`, `real`, `lambda` and `d/dx*x` are names and products."""
    for path in (Path(__file__).parent / "corpus").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert otherwise(json.loads(line)["expr"], lambda _: True) is None
    for text in ("d/dx*abs(x)", "in*real", "lambda*x", "x_ + 1", "x if positive > 0 else y", "max(1,5)"):
        assert parse(text)
        assert otherwise(text, lambda _: True) is None


def test_long_texts_are_refused_in_plain_words() -> None:
    """Patterns take time with the square of the length, so that long texts meet none."""
    assert otherwise("sin^2(x)", lambda _: True) is not None
    assert otherwise("sin^2(x)" + " " * LONGEST, lambda _: True) is None
    for nasty in (
        "(" * 900,
        "((x" * 300,
        "x." * 450,
        "||" * 450,
        "sum(" * 220,
        "sin^" * 220,
        "[" * 900,
        "x " * 450,
    ):
        otherwise(nasty, lambda _: True)
