"""The LaTeX of a report: its formulas are ones that a typesetter takes, and nothing of the input gets out."""

import re

import pytest
from matplotlib.mathtext import MathTextParser
from reports import ALL, MAE, OPEN, POWER

from diffcheck.check import check
from diffcheck.latex import read
from diffcheck.report.latex import render

EXPRESSIONS = [
    "abs(y - f)", "max(q*u, (q - 1)*u)", "abs(x)**p", "floor(x)", "where(x < 1, x, 1/x)", "log(p)", "cbrt(x) + tan(x)",
    "norm(a, b)", "mu*abs(x_1) + lambda", "x**2*sin(1/x)", "sqrt(abs(sin(x)))", "atan2(y, x)",
]  # fmt: skip


def _formulas(text):
    """Yield what stands between dollars or display brackets, cases row by row: mathtext has no environments."""
    text = re.sub(r"(?m)^%.*$", "", text)
    for display, inline in re.findall(r"\\\[(.*?)\\\]|\$(.*?)\$", text, re.DOTALL):
        formula = display or inline
        while found := re.search(
            r"\\begin\{cases\}((?:(?!\\begin\{cases\}).)*?)\\end\{cases\}", formula, re.DOTALL
        ):
            yield from (part for row in found[1].split(r"\\") for part in row.split("&"))
            formula = formula[: found.start()] + "c" + formula[found.end() :]
        yield formula


def _is_typeset(text):
    parser = MathTextParser("path")
    formulas = [f.strip() for f in _formulas(text)]
    assert formulas
    for formula in formulas:
        # What mathtext spells otherwise: \text with spaces at the ends, \bmod, \le.
        plain = re.sub(r"\\text\{([^{}]*)\}", r"\\mathrm{\1}", formula).replace(r"\bmod", "m").strip()
        plain = re.sub(r"\\(le|ge|ne)\b", r"\\\1q", plain)
        parser.parse(f"${plain}$")


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_every_formula_of_a_report_can_be_set(text):
    """matplotlib's parser of TeX takes each formula; environments and braces pair."""
    shown = render(check(text))
    _is_typeset(shown)
    assert shown.count(r"\begin{") == shown.count(r"\end{")
    assert shown.count(r"\[") == shown.count(r"\]")


@pytest.mark.parametrize("report", ALL.values(), ids=ALL)
def test_reports_of_every_sort_are_written(report):
    """Undetermined ones and refused ones too; each names its expression in a comment."""
    assert render(report).startswith("% ")


def test_a_report_says_verdict_place_and_price():
    """The line of the verdict, the place with both slopes, the surrogate with its proved interval."""
    shown = render(MAE)
    assert "Not differentiable in $f$: class $C^{0}$, differentiable almost everywhere." in shown
    assert r"\textbf{corner} where $f = y$" in shown
    assert "$-1$ below, $1$ above (proved)" in shown
    assert r"$-\mu \le s_{\mu} - \ell \le 0$" in shown
    assert r"s_{\mu}(f, y) = \sqrt{\left(y - f\right)^{2} + \mu^{2}} - \mu" in shown


def test_cases_and_reasons_are_said():
    """What depends on constants is a list of cases; what is open has its reason."""
    assert r"\item when $p > 1$: differentiable" in render(POWER)
    assert render(OPEN).rstrip().endswith(f": {OPEN.reason}.")


def test_what_a_report_prints_is_read_back():
    """The formula of a report is a formula that --latex takes."""
    report = check("max(0, 1 - y*f)")
    shown = re.search(r"\\\[\s*(.*?)\s*\\\]", render(report), re.DOTALL)[1]
    assert read(shown).expression == "max(0, 1 - y*f)"


def test_special_characters_of_the_input_stay_text():
    """A comment cannot be left by a newline, nor the page by a backslash."""
    report = check("abs(x)")
    odd = type(report)("a\n\\input{x} % $", (), (), "", report.verdict, None, reason="50% of $x_1$ & \\more")
    shown = render(odd)
    assert r"50\% of \$x\_1\$ \& \textbackslash{}more" in shown
    assert "\\input" not in re.sub(r"(?m)^%.*$", "", shown)
    assert shown.splitlines()[0].startswith("% a \\input")


@pytest.mark.parametrize(
    ("text", "size", "said"),
    [
        ("mean(abs(y[i] - f[i]))", None, "$f_{i} = y_{i}$ for some $i$"),
        ("sqrt(sum((y[i] - f[i])**2))", None, "$f_{i} = y_{i}$ for every $i$"),
        ("max(z[j])", 4, "$z_{i} = z_{j}$ and $z_{j} > z_{k}$ for every other $k$, for some $i$, $j$"),
        ("floor(x)", None, "$x = k$ for integer $k$"),
    ],
)
def test_indices_are_set_as_the_names_they_are(text, size, said):
    """Between words every letter is a formula of its own."""
    assert said in render(check(text, size=size))
