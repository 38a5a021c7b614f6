"""LaTeX in: formulas as papers print them, the rules they are read by, and what is said of those that are not."""

import json
import re
import tomllib
from fractions import Fraction
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from diffcheck.batch import read_entry
from diffcheck.check import check
from diffcheck.cli import main
from diffcheck.emit.latex import latex
from diffcheck.errors import BadOption, InputError
from diffcheck.language.limits import check_size
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, name, number
from diffcheck.latex import read
from diffcheck.question.variables import make_problem
from diffcheck.verdict import Smoothness, Verdict
from diffcheck.workers import Question

FORMULAS = tomllib.loads((Path(__file__).parent / "latex_formulas.toml").read_text(encoding="utf-8"))[
    "formula"
]


# --- formulas of papers and documentation


@pytest.mark.parametrize("formula", FORMULAS, ids=itemgetter("name"))
def test_printed_formulas_read_as_the_expression_that_is_meant(formula):
    """Text for text, with the places of all parts in both texts; the first note shows it."""
    reading = read(formula["latex"])
    assert reading.expression == formula["expression"]
    assert reading.notes[0] == f"read as: {formula['expression']}"
    for place in reading.spans:
        assert 0 <= place.start < place.stop <= len(reading.expression)
        assert 0 <= place.source[0] < place.source[1] <= len(formula["latex"])


def test_the_formulas_are_many_and_each_says_where_it_is_printed():
    """At least thirty, no two alike."""
    assert len({f["latex"] for f in FORMULAS}) == len(FORMULAS) >= 30
    assert all(f["source"] and f["name"] for f in FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS, ids=itemgetter("name"))
def test_what_the_parser_reads_today_is_the_same_tree(formula):
    """Brackets and signs of the text bind as the formula means: writing the tree again changes nothing."""
    try:
        tree = parse(formula["expression"])
    except InputError:
        return  # vectors and unknown functions
    assert parse(read(formula["latex"]).expression) == tree


# --- one rule a line

READ = {
    # fractions, powers and roots
    r"\frac12 x": "1/2*x",
    r"\frac{1}2x^2": "1/2*x**2",
    r"\tfrac12 x + \dfrac{x}{y z}": "1/2*x + x/(y*z)",
    r"x^2_1 + x_1^2": "x_1**2 + x_1**2",
    r"x^{10} + e^{-x} + e": "x**10 + exp(-x) + E",
    r"\|z - e\|^2 + e_i": "sum((z - e)**2) + e_i",
    r"2 \mathrm{e} x": "2*E*x",
    r"\sqrt x + \sqrt[3]{x} + \sqrt[4]{x} + \sqrt(x + 1)": "sqrt(x) + cbrt(x) + x**(1/4) + sqrt(x + 1)",
    "x_iy_i": "x_i*y_i",
    r"10^{-3} + 1e-3 x": "10**-3 + 0.001*x",
    # norms of an order with a name
    r"\|w\|_q^q": "sum(abs(w)**q)",
    r"\|w\|_p": "sum(abs(w)**p)**(1/p)",
    r"\|w\|_\alpha^2": "(sum(abs(w)**alpha)**(1/alpha))**2",
    r"\sum_i \|x_i - y_i\|_q^q": "sum(sum(abs(x[i, j] - y[i, j])**q, j))",
    # labels: anchor and positive, the positive key beside all keys
    r"|f(x^a) - f(x^p)| - |f(x^a) - f(x^n)|": "abs(f(x_a) - f(x_p)) - abs(f(x_a) - f(x_n))",
    "a x^p + x^q + x^n": "a*x**p + x**q + x**n",
    r"\log \sum_i e^{q k_i} - q k_+": "log(sum(exp(q*k[i]))) - q*k_plus",
    # signs and products
    r"2x \cdot -y \times z": "2*x*-y*z",
    "-x y + -2": "-x*y - 2",
    "a/b/c": "a/b/c",
    "1/2 x": "1/2*x",
    r"a \bmod b": "mod(a, b)",
    # brackets and bars
    r"\left[ \{ (x) \} \right]": "x",
    r"\bigl( x + 1 \bigr)^2": "(x + 1)**2",
    "|x| |y|": "abs(x)*abs(y)",
    "|x - |y||": "abs(x - abs(y))",
    "||x| - 1|": "abs(abs(x) - 1)",
    "|x|y|z|": "abs(x)*y*abs(z)",
    r"\lvert x \rvert \lVert x \rVert_1": "abs(x)*norm(x, ord=1)",
    r"\|x\| + ||y||_2 + \|x\|_\infty": "norm(x) + norm(y) + norm(x, ord=inf)",
    r"\|x\|_2^2 + \|x\|^3": "sum(x**2) + norm(x)**3",
    r"\lfloor x \rfloor + \left\lceil x \right\rceil": "floor(x) + ceil(x)",
    r"\langle a, b \rangle + a^\top b + a^T b": "dot(a, b) + dot(a, b) + dot(a, b)",
    "[1 - z]_+ + (z)_+^2 + (z)^2_+": "relu(1 - z) + relu(z)**2 + relu(z)**2",
    # functions
    r"\log 2x y": "log(2*x*y)",
    r"\log x (1 - y)": "log(x)*(1 - y)",
    r"\log x \log y": "log(x)*log(y)",
    r"\log(x)^2 + \log^2 x + \sin^2(x)": "log(x)**2 + log(x)**2 + sin(x)**2",
    r"\log\max(x, y)": "log(max(x, y))",
    r"\log_2 x + \log_{10} x + \log_b x": "log2(x) + log10(x) + log(x)/log(b)",
    r"\max\{a, b\}^2 + \min(a, b, c)": "max(a, b)**2 + min(a, b, c)",
    r"\operatorname{sign}(x) + \text{ReLU}(x) + \mathrm{softplus}(x)": "sign(x) + relu(x) + softplus(x)",
    r"\exp\left(-\frac{x}{2}\right)": "exp(-x/2)",
    r"\operatorname{softmax}(z)_k": "softmax(z)[k]",
    # names
    r"\hat y + \hat{y}_1 + \bar x + \tilde{\mathbf{w}} + \widehat{y_2}": "y_hat + y_hat_1 + x_bar + w_tilde + y_hat_2",
    r"\mathbf w + \boldsymbol{\theta} + \vec v": "w + theta + v",
    r"w + \mathbf{w}": "w + w_bold",
    r"y_{\text{pred}} + y_{max} + \text{ignore\_index}": "y_pred + y_max + ignore_index",
    r"w^* + w' + w^{(0)} + x_{t-1}": "w_star + w_prime + w_0 + x_t_minus_1",
    r"x1 + beta + \varepsilon": "x1 + beta + epsilon",
    r"\epsilon + \varepsilon": "epsilon + varepsilon",
    "E + S": "E_ + S",
    "xy": "x*y",
    "−x × √2": "-x*sqrt(2)",
    # applications
    "y f(x)": "y*f(x)",
    "y(1 - p)": "y*(1 - p)",
    r"\hat{y}(1 - y) + \text{margin}(1 - y) + \hat{f}(1 - y)": "y_hat*(1 - y) + margin*(1 - y) + f_hat(1 - y)",
    "f(1 - y) + f": "f*(1 - y) + f",
    r"f_\theta(x) + f_\phi(x)": "f_theta(x) + f_phi(x)",
    r"F(x_i; \theta)": "F(x_i)",
    r"\log p(y | x) + q(x)": "log(p(y, x)) + q(x)",
    r"\pi_\theta(a | s) + \pi_\text{ref}(a | s) + \pi": "pi_theta(a, s) + pi_ref(a, s) + pi",
    r"\epsilon - \epsilon_\theta(x, t)": "epsilon - epsilon_theta(x, t)",
    r"\mu_\theta(x) - \mu(1 - x)": "mu_theta(x) - mu*(1 - x)",
    r"\sigma(z)": "sigmoid(z)",
    r"\frac{(x - \mu)^2}{2\sigma^2} + \sigma(z)": "(x - mu)**2/(2*sigma**2) + sigma*z",
    # sums
    r"\sum_{i=1}^n x_i y_i + b": "sum(x[i]*y[i]) + b",
    r"\frac{1}{2n}\sum_{i=1}^n x_i^2": "1/2*mean(x[i]**2)",
    r"\frac{1}{|B|}\sum_{i \in B} x_i": "mean(x[i])",
    r"\frac{\sum_{i=1}^n x_i}{n}": "mean(x[i])",
    r"\frac1n\left(\sum_{i=1}^n x_i\right)": "mean(x[i])",
    r"\frac{1}{m}\sum_{i=1}^n x_i": "1/m*sum(x[i])",
    r"\frac{1}{n}\sum_{i=2}^n x_i": "1/n*sum(x[i])",
    r"\sum_{i,j} x_{ij}": "sum(x[i, j])",
    r"\sum_i \sum_j x_{ij}": "sum(sum(x[i, j], j))",
    r"\prod_i p_i": "prod(p[i])",
    r"\max_j z_j - z_1": "max(z[j]) - z[0]",
    r"\sum_{t=1}^T x_t": "sum(x[i])",
    r"\max_{a} Q(s, a)": "max(Q(s, a[i]))",
    r"y - \max_{a} Q(s, a)": "y - max(Q(s, a[i]))",
    r"r + \gamma \max_{a'} Q(s', a')": "r + gamma*max(Q(s_prime, a_prime[i]))",
    r"\sum_i (r_i + \max_{a'} Q(s_i, a') - p_i)^2": "sum((r[i] + max(Q(s[i], a_prime[j]), j) - p[i])**2)",
    r"\min_w \max_x (w - x)^2": "max((w - x[i])**2)",
    r"\max_j (z_j - 1)^2": "max((z[j] - 1)**2)",
    r"\max(0, x)^2": "max(0, x)**2",
    r"\max_\theta J(\theta)": "J(theta)",
    r"x^\top W y": "dot(x[i], dot(W[i, j], y[j], j))",
    r"\frac12 x^T A x - b^\top x": "1/2*dot(x[i], dot(A[i, j], x[j], j)) - dot(b, x)",
    r"\sum_i x_i - y_i": "sum(x[i] - y[i])",
    r"\sum_i \|x_i - c\|": "sum(norm(x[i, j] - c[j], j))",
    r"\sum_i (y_i - \theta^\top x_i)^2": "sum((y[i] - dot(theta[j], x[i, j], j))**2)",
    r"\sum_g \sqrt{p_g} \|\beta_g\|_2": "sum(sqrt(p[i])*norm(beta[i, j], j))",
    r"\sum_i \|x_i - \lambda_i z_i\|": "sum(norm(x[i, j] - lambda[i]*z[i, j], j))",
    r"\|\mathbf{y} - \mathbf{X} \boldsymbol{\beta}\|_2^2": "sum((y[i] - dot(X[i, j], beta[j], j))**2)",
    r"\sum_{i<j} (x_i - x_j)^2": "sum(where(i < j, (x[i] - x[j])**2, 0))",
    r"\sum_i \sum_{j \ge i} x_i x_j": "sum(sum(where(j >= i, x[i]*x[j], 0), j))",
    r"\sum_i T_i \prod_{j<i} (1 - a_j)": "sum(T[i]*prod(where(j < i, 1 - a[j], 1)))",
    r"\sum_{i,j} (C_{ij} - \mathbb{1}[i = j])^2": "sum((C[i, j] - where(i == j, 1, 0))**2)",
    r"\sum_x P(x) \log \frac{P(x)}{Q(x)}": "sum(P(x[i])*log(P(x[i])/Q(x[i])))",
    r"\sum_t \log p(y_t | y_{<t})": "sum(log(p(y[i], y_before[i])))",
    r"\arg\min_w \sum_i (y_i - w x_i)^2": "sum((y[i] - w*x[i])**2)",
    r"\operatorname*{arg\,max}_\theta \log p_\theta(x)": "log(p(x))",
    # labels that are letters of indices
    r"\sum_i |f(x_i^a) - f(x_i^n)|": "sum(abs(f(x_a[i]) - f(x_n_[i])))",
    r"\|x_i - x_j\|_2": "norm(x_i_ - x_j_)",
    r"\|x_i - y_i\|_2": "norm(x_i - y_i)",
    r"\log \sigma(y_w - y_l)": "log(sigmoid(y_w - y_l))",
    # conditions
    r"\mathbb{1}[x > 0] + \mathbf{1}_{x \le y} + \mathbb{I}(x \ne 0)": (
        "where(x > 0, 1, 0) + where(x <= y, 1, 0) + where(x != 0, 1, 0)"
    ),
    r"\mathbb{1}\{0 < x \leq 1\}": "where(0 < x and x <= 1, 1, 0)",
    r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}": "where(x > 0, 1, 0)",
    r"\begin{cases} 1 & x > 0 \\ 0 & x < 0 \end{cases}": "where(x > 0, 1, where(x < 0, 0, 0/0))",
    r"\begin{cases} 1 & x > 0 \text{ and } y > 0, \\ 0 & \text{else} \end{cases}": "where(x > 0 and y > 0, 1, 0)",
    r"\begin{cases} 1 & x \in (0, 1] \\ 0 & \text{otherwise} \end{cases}": "where(0 < x and x <= 1, 1, 0)",
    # what stands around
    r"$x$": "x",
    r"\[ x \tag{1} \label{a} \]": "x",
    "x % a comment\n + 1": "x + 1",
    r"\begin{align} L &= x^2 \\ &= x \cdot x \end{align}": "x**2",
    r"\begin{align} L &= x^2 \\ &+ y \end{align}": "x**2 + y",
    r"\ell(y, f) = |r|, \quad r = y - f": "abs(y - f)",
    r"L = u^2 \text{ where } u = v + 1 \text{ and } v = 2x": "(2*x + 1)**2",
    r"\min_w \max_{x} (w - 1)^2": "(w - 1)**2",
    r"\underset{w}{\min} \; w^2": "w**2",
    r"L \stackrel{\text{def}}{=} x": "x",
    r"r_t(\theta) \hat{A}_t": "r_t(theta)*A_hat_t",
    r"\hat{\mathbb{E}}_t[x]": "x",
}  # fmt: skip


@pytest.mark.parametrize("formula", READ)
def test_each_rule_reads_what_it_says(formula):
    """One line a rule of docs/latex.md."""
    assert read(formula).expression == READ[formula]


REFUSED = {
    # formula: what is said, the part the carets mark, a word of the cure
    r"\foo{x}": (r"`\foo` is not known", r"\foo", "mathrm"),
    r"\alpah x": (r"`\alpah` is not known", r"\alpah", r"\alpha"),
    r"\int x": (r"`\int` is not read", r"\int", "integrand"),
    r"\frac{1}{2": ("never closed", "{", "}"),
    "x}": ("never opened", "}", "{"),
    r"\frac{1}": ("lacks what it applies to", r"\frac", r"\frac{...}"),
    "|x": ("no partner", "|", r"\left|"),
    "(x": ("never closed", "(", "close"),
    "(x]": ("another bracket", "]", "order"),
    "x^10": ("prints the first digit alone", "10", "^{10}"),
    "x^-1": ("prints the minus alone", "-1", "^{-1}"),
    "2 3": ("two numbers side by side", "2 3", r"\cdot"),
    r"x/2\sigma": ("not clear", r"/2\sigma", r"\frac"),
    "pred2 + foo": ("one name or a product", "foo", r"\mathrm{foo}"),
    "x +": ("ends too early", "", "behind"),
    r"\log + 1": ("lacks its argument", r"\log", r"\log(...)"),
    r"\sum_i": ("lacks its terms", r"\sum_i", "behind"),
    r"x_i - \sum_i x_i": ("stands outside its sum", "i", "brackets"),
    r"\sum_k a_k x^k": ("as an exponent", "k", "^{(k)}"),
    r"x > 0": ("a condition stands where a number", "x > 0", r"\mathbb{1}"),
    r"\mathbb{1}[x]": ("expected a condition", "x", "x > 0"),
    r"\begin{cases} x & y \\ 0 & \text{otherwise} \end{cases}": ("expected a condition", "y", "compare"),
    r"\begin{cases} x & x > 0 \\ 0 \end{cases}": ("no condition", r"\end{cases}", "otherwise"),
    r"\begin{cases} x": ("never ended", r"\begin{cases}", r"\end"),
    r"\begin{foo} x \end{foo}": ("`foo` is not read", r"\begin{foo}", "cases"),
    r"\max(x, y, )": ("missing before `)`", ")", "belongs"),
    r"\exp(x, y)": ("takes 1 argument", r"\exp", ""),
    "n!": ("factorials", "!", "name"),
    r"\|x\|_{1/2}": ("this norm is not read", "1/2", "norms"),
    r"w^\top": ("transpose", r"w^\top", r"w^\top x"),
    r"\|W_2 f(W_1 x)\|": ("product of matrices", "W_1 x", "indices"),
    r"w^\top A B w": ("product of matrices", "A B", "indices"),
    r"\sum_{i>1} x_i": ("condition is not read", ">", r"\sum_{i < j}"),
    r"1 + \arg\min_w x": ("a place, not a number", r"\arg\min_w", "function"),
    r"\arg x": ("`\\arg` is not read", r"\arg", r"\arg\min"),
    r"\max_{a} Q": ("nothing that names it", "_{a}", r"\max_a Q(s, a)"),
    r"\min_w \max_{a} Q": ("nothing that names it", "_{a}", r"\max_a Q(s, a)"),
    "": ("empty", "", "formula"),
    "\\": ("backslash", "\\", "leave"),
    "\x00": ("U+0000", "\x00", ""),
    r"\sin^{-1} x": ("inverse", "^{-1}", r"\arcsin"),
    r"\infty": ("not a number", r"\infty", "large"),
    r"L = r, r = s, s = r": ("defined by itself", "r", "stands for"),
}


@pytest.mark.parametrize("formula", REFUSED)
def test_what_is_not_read_is_pointed_at_with_a_cure(formula):
    """One sentence, the place in the LaTeX, and what to write instead."""
    said, marked, cure = REFUSED[formula]
    with pytest.raises(InputError) as caught:
        read(formula)
    error = caught.value
    assert said in error.message
    assert error.text == formula
    assert formula[slice(*error.span)] == marked
    assert cure in (error.help or "")


NOTED = {
    r"\sigma(z)": "read \\sigma(...) as the sigmoid",
    r"\sigma(z) + \sigma^2": "read \\sigma as a number, not as the sigmoid",
    "f(1 - y) + f": "read f(...) as a product",
    r"L(\theta) = x": "left of = stands its name: L(\\theta)",
    "L = 2x = x + x": "of several equal forms the first is read",
    r"\sum_{t=1}^T x_t": "the index t is called i",
    r"z_y - \max_j z_j": "the index y may be any one: it is called i",
    r"\sum_i x_i - y_i": "the sum over i takes all terms behind it that carry its index",
    r"\begin{cases} 1 & x > 0 \\ 0 & x < 0 \end{cases}": "where none of the cases holds there is no value: 0/0",
    r"\begin{cases} 1 & y = 1 \\ 0 & y = -1 \end{cases}": "the last case is taken wherever no other holds",
    r"\mathbb{E}[|x|]": "an expectation is read as what stands in it: the loss of one sample",
    r"\min_w (w - 1)^2": "\\min_w is left out: the function that is optimised is read",
    r"f_\theta(x)": "f_\\theta is called f",
    r"|x|, x > 0": "left out: x > 0",
    r"y - \max_a Q(s, a)": "the maximum over a is read as one over its values a[i]",
    r"\|z - e\|^2": "e is a name: Euler's number carries an exponent, or is \\mathrm{e}",
    r"\frac{TP}{TP + 1}": "TP is read as a product; for one name write \\text{TP}",
    r"W x + b": "W x is read as a product of numbers; with indices, \\sum_j W_{ij} x_j",
}


@pytest.mark.parametrize("formula", NOTED)
def test_a_reading_that_could_be_another_is_said(formula):
    """A sentence in the notes, behind the expression."""
    assert NOTED[formula] in read(formula).notes[1:]


# --- bounded time, no exception but InputError

PIECES = sorted({t for f in FORMULAS for t in re.findall(r"\\[A-Za-z]+|\\.|[A-Za-z]+|\d+|.", f["latex"])} | {
    *"{}[]()|_^&$%'!\\", "\\|", "||", "\\left", "\\right", "\\left.", "\\right.", "\\middle", "\\hat", "\\text{",
    "\\rm", "\\sqrt[", "\\begin{cases}", "\\end{cases}", "\\not", "\\underbrace", "\\langle", "\\rangle", "\n",
})  # fmt: skip


def _is_read_or_refused(text):
    try:
        reading, error = read(text), None
    except InputError as refusal:
        reading, error = None, refusal
    if error is not None:
        assert error.text == text
        assert error.message
        assert 0 <= error.span[0] <= error.span[1] <= len(text)
    else:
        assert reading.expression
        assert all(0 <= p.source[0] <= p.source[1] <= len(text) for p in reading.spans)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("\\left| \\right.")
@example("\\sum_{k1} \\mathbf{1}_{[k \\ne i]} x_k")
def test_any_row_of_tokens_is_read_or_refused(text):
    """Never another exception, and a place inside the text."""
    _is_read_or_refused(text)


@settings(deadline=None)
@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_read_or_refused(text):
    """Control characters and letters of all scripts too."""
    _is_read_or_refused(text)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_formula_is_read_or_refused(data):
    """One piece taken out, one put in, anywhere in a formula that is read."""
    text = data.draw(st.sampled_from(FORMULAS))["latex"]
    words = re.findall(r"\\[A-Za-z]+|\\.|[A-Za-z]+|\d+|.", text, re.DOTALL)
    del words[data.draw(st.integers(0, len(words) - 1))]
    words.insert(data.draw(st.integers(0, len(words))), data.draw(st.sampled_from(PIECES)))
    _is_read_or_refused("".join(words))


LONG = [
    "x+" * 40_000 + "x", "(" * 40_000, "{" * 40_000, "|x" * 30_000, "\\frac" * 15_000, "\\hat" * 20_000, "x^{" * 20_000,
    "\\log " * 15_000, "\\sum_i " * 10_000, "f(x|" * 20_000, "\\begin{cases}" * 6_000, "x" * 100_001, "9" * 90_000,
    "\\sum_{j \\ne y} " * 40 + "x_j", "a0" + "".join(f", a{i} = a{i + 1} + a{i + 1}" for i in range(60)),
]  # fmt: skip


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:12])
def test_long_and_deep_formulas_end(text):
    """A clear refusal, not a hang or an overflow."""
    with pytest.raises(InputError) as caught:
        read(text)
    assert re.search(r"more than|deeply|deeper|never|lacks|too long|no partner|defined", caught.value.message)


# --- round trip through emitted LaTeX

NAMES = ("x", "y", "f", "alpha", "mu", "delta")
UNARY = ("neg", "exp", "log", "sqrt", "cbrt", "sin", "atan", "tanh", "abs", "sign", "floor", "ceil", "erf")
BINARY = ("add", "sub", "mul", "div", "pow", "max", "min")
RELATIONS = ("lt", "le", "gt", "ge", "ne")


def _grown(inner):
    conditions = st.builds(lambda op, a, b: Node(op, (a, b)), st.sampled_from(RELATIONS), inner, inner)
    return (
        st.builds(lambda op, a: Node(op, (a,)), st.sampled_from(UNARY), inner)
        | st.builds(lambda op, a, b: Node(op, (a, b)), st.sampled_from(BINARY), inner, inner)
        | st.builds(lambda c, a, b: Node("where", (c, a, b)), conditions, inner, inner)
    )


LEAVES = st.sampled_from(NAMES).map(name) | st.sampled_from((0, 1, 2, 3, 10)).map(number)
TREES = st.recursive(LEAVES, _grown, max_leaves=10)
POINT = {
    "x": Fraction(3, 7),
    "y": Fraction(5, 3),
    "f": Fraction(11, 13),
    "alpha": Fraction(2, 9),
    "mu": Fraction(7, 5),
    "delta": Fraction(1, 17),
}


def _can_be_written(tree):
    """Whether no constant part is too long for the parser, as exp(exp(10)) is."""
    try:
        check_size(tree, "")
    except InputError:
        return False
    return True


@settings(deadline=None, max_examples=200)
@given(TREES)
def test_what_is_emitted_reads_back_with_the_same_value(tree):
    """`emit --to latex` and `--latex` are inverse to each other, up to what evaluates alike."""
    assume(_can_be_written(tree))
    shown = latex(tree, NAMES, "", ())
    back = parse(read(shown).expression)
    assert precise(back, POINT, 25) == precise(tree, POINT, 25)
    # From then on the texts stand still: nothing is lost on the way.
    assert parse(read(latex(back, NAMES, "", ())).expression) == back


# --- the stages behind

FOUND = r"\max\left(0, 1 - y \cdot f\right) + \frac{\lambda}{2} w^2"


def test_a_check_of_latex_is_the_check_of_what_it_says():
    """The report is about the expression; its first note says how the formula was read."""
    report = check(FOUND, latex=True)
    plain = check("max(0, 1 - y*f) + lambda/2*w**2")
    assert (report.verdict, report.smoothness) == (plain.verdict, plain.smoothness)
    assert report.findings == plain.findings
    assert report.notes[0] == "read as: max(0, 1 - y*f) + lambda/2*w**2"
    assert not plain.notes


@pytest.mark.parametrize(
    ("formula", "marked"),
    [
        (r"x + \operatorname{erfc}(x)", r"\operatorname{erfc}(x)"),
        (r"\frac{10^{10^{10}}}{x}", "10^{10^{10}}"),
    ],
)
def test_errors_of_later_stages_point_into_the_latex(formula, marked):
    """The carets stand below the part of the formula, not below that of the expression."""
    with pytest.raises(InputError) as caught:
        make_problem(formula, latex=True)
    assert caught.value.text == formula
    assert formula[slice(*caught.value.span)] == marked


def test_cases_that_leave_something_out_are_not_continued():
    """The value at the point that no case names is missing there: a hole."""
    report = check(r"\begin{cases} x & x > 0 \\ -x & x < 0 \end{cases}", latex=True)
    assert report.verdict is Verdict.NOT_DIFFERENTIABLE
    assert [f.kind for f in report.findings] == ["hole"]


def test_cases_that_leave_nothing_out_are_decided():
    """The Huber loss with both conditions printed is C1."""
    formula = r"\begin{cases} \frac12 u^2 & |u| \le 1 \\ |u| - \frac12 & |u| > 1 \end{cases}"
    assert check(formula, latex=True).smoothness == Smoothness.parse("C1")


# --- the commands


def _said(capsys, *words):
    with pytest.raises(SystemExit) as end:
        main(list(words))
    out, err = capsys.readouterr()
    return end.value.code or 0, out, err


def test_check_takes_latex_that_begins_with_a_minus(capsys):
    """The report says how the formula was read; a minus in front makes no option of it."""
    status, out, _ = _said(capsys, "--latex", r"-\left|y - \hat{y}\right|")
    assert status == 1
    assert "in y_hat; constant: y" in out
    assert "note: read as: -abs(y - y_hat)" in out


def test_a_mistake_has_its_caret_in_the_latex(capsys):
    """The second line repeats the formula, the third marks the place."""
    status, out, err = _said(capsys, r"\frac{1}{2} |y - \alhpa|", "--latex")
    assert (status, out) == (2, "")
    lines = err.splitlines()
    assert lines[1:3] == [r"  \frac{1}{2} |y - \alhpa|", "                   ^^^^^^"]
    assert lines[3] == r"help: did you mean `\alpha`?"


def test_latex_without_the_option_is_told_of_it(capsys):
    """A backslash in an expression can mean nothing else."""
    status, _, err = _said(capsys, r"\frac12 x")
    assert status == 2
    assert "--latex" in err


def test_emit_and_smooth_take_latex(capsys):
    """The same option at every command that takes an expression."""
    assert r"\frac{1}{2} x^{2}" in _said(capsys, "emit", "--latex", r"\frac12 x^2", "--to", "latex")[1]
    assert (
        "def log_cosh(x" in _said(capsys, "smooth", "--latex", "|x|", "--for", "newton", "--emit", "numpy")[1]
    )


def test_plot_takes_latex(capsys):
    """A picture of what the formula says."""
    status, out, _ = _said(capsys, "plot", "--latex", r"\bigl| |x| - 1 \bigr|")
    assert status == 0
    assert out.startswith("abs(abs(x) - 1)")


def test_a_line_of_a_batch_may_be_latex():
    """The key `latex` instead of `expr`; one of the two."""
    entry = read_entry(rb'{"latex": "\\frac12 |x|", "id": 7}', 1)
    assert entry.question == Question(r"\frac12 |x|", latex=True)
    for line in (b'{"latex": "x", "expr": "x"}', b'{"id": 7}', b'{"latex": 1}'):
        assert isinstance(read_entry(line, 1).error, BadOption)


def test_a_line_of_a_batch_has_its_mistake_in_the_latex(tmp_path, capsys):
    """The span of the error points into the text of the line's formula."""
    file = tmp_path / "losses"
    file.write_text('{"latex": "|x|"}\n{"latex": "|x"}\n', encoding="utf-8")
    status, out, _ = _said(capsys, "batch", str(file), "--json", "--jobs", "1")
    good, bad = map(json.loads, out.splitlines())
    assert status == 2
    assert good["expression"] == "abs(x)"
    assert bad["error"]["span"] == [0, 1]


@pytest.mark.parametrize(
    "text", [r"\sum_{i=1}^{n} i |w - x_i|", r"\sum_{i=1}^{3} |w - i|", r"\sum_{k} \sqrt{k} x_k^2"]
)
def test_an_index_is_no_number(text):
    """The index of a sum stands in subscripts alone; as a factor it would be read as a variable."""
    with pytest.raises(InputError, match="is an index here") as error:
        read(text)
    assert text[slice(*error.value.span)] in {"i", "k"}


@pytest.mark.parametrize("text", [r"y + 1,000 |x|", r"x^2 + 1,5 |x|"])
def test_a_comma_inside_a_number_is_pointed_at(text):
    """What stands behind it would be left out, and with it the corner."""
    with pytest.raises(InputError, match="comma inside a number") as error:
        read(text)
    assert text[slice(*error.value.span)] == ","


@pytest.mark.parametrize("signs", ["- -", "-(-", "+ -(-", "- -(-(", "+ -(-(-"])
def test_signs_before_one_term_are_counted(signs):
    """x - (-y) is x + y, as x - -y is: what is read has at most one sign before a term."""
    text = f"x {signs}y{')' * signs.count('(')}"
    once = read(latex(parse(text), NAMES, "", ())).expression
    assert once == f"x {'+' if signs.count('-') % 2 == 0 else '-'} y"
