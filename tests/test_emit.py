"""Emitted code: every function and every surrogate is run and compared with exact values."""

from __future__ import annotations

import ast
import itertools
import math
import sys
from operator import attrgetter

import numpy as np
import pytest
import sympy as sp
from emitted import emitted, exact, load, question, slope, stand_in, tensorflow
from hypothesis import given, settings
from hypothesis import strategies as st
from test_smoothings import points

from diffcheck.atoms import ATOMS
from diffcheck.check import check
from diffcheck.emit import LANGUAGES, emit
from diffcheck.emit.languages import ARRAYS
from diffcheck.emit.latex import latex
from diffcheck.emit.spelling import SPELLINGS
from diffcheck.errors import BadOption, InputError
from diffcheck.language.numeric import values
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, name
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.question.variables import make_problem
from diffcheck.suggest.smoothings import SMOOTHINGS
from diffcheck.verdict import CINF, Surrogate

CALLED = [row for row in ATOMS.values() if row.syntax in ("call", "operator") and row.name != "where"]
CODE = [language for language in LANGUAGES if language != "latex"]
VALUES = (-3.25, -1.5, -1.0, -0.375, 0.0, 0.3125, 0.5, 1.0, 1.625, 2.5, 7.25)


def _id(row):
    return f"{row.target}: {row.name}"


def _call(row):
    """Return a row applied to names, as text; three arguments where it takes any number."""
    names = ("x", "y", "z")[: len(row.params) or 3]
    return unparse(Node(row.name, tuple(map(name, names))))


def _grid(text):
    """Return columns of coordinates, name -> (m,), and the exact values there."""
    names = parse(text).names()
    values = VALUES if len(names) < 3 else VALUES[::2]
    at = [dict(zip(names, c, strict=True)) for c in itertools.product(values, repeat=len(names))]
    return {n: np.array([p[n] for p in at]) for n in names}, np.array([exact(text, p) for p in at])


@pytest.mark.parametrize("op", ATOMS)
def test_every_function_is_spelt_in_every_language(op):
    """The two tables have the same rows; what has no spelling has a definition, what is a helper exists."""
    spelling = SPELLINGS[op]
    for language in LANGUAGES.values():
        word = getattr(spelling, language.name)
        assert word is not None or ATOMS[op].definition is not None
        if word and word.startswith("_"):
            assert word in language.helpers
    assert len(spelling.guard) <= (ATOMS[op].arity[1] or 0)


def test_no_function_is_spelt_that_the_language_does_not_have():
    """A row that leaves the table of atoms leaves this one too."""
    assert set(SPELLINGS) == set(ATOMS)


@pytest.mark.parametrize("row", CALLED, ids=attrgetter("name"))
def test_numpy_computes_the_function(row):
    """Every function has its exact value wherever it is defined."""
    columns, expected = _grid(_call(row))
    with np.errstate(all="ignore"):
        found = load(emit(question(_call(row)), "numpy"))(*columns.values())
    defined = ~np.isnan(expected)
    assert defined.any()
    np.testing.assert_allclose(found[defined], expected[defined], rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("row", CALLED, ids=attrgetter("name"))
def test_tensorflow_computes_the_function_on_a_stub(row, monkeypatch):
    """Without TensorFlow the source runs on a stub of its names that NumPy computes; with it, on the real one."""
    try:
        import tensorflow as tf
    except ImportError:
        monkeypatch.setitem(sys.modules, "tensorflow", tf := tensorflow())
    columns, expected = _grid(_call(row))
    with np.errstate(all="ignore"):
        found = np.asarray(load(emit(question(_call(row)), "tensorflow"))(*columns.values()))
    defined = ~np.isnan(expected)
    np.testing.assert_allclose(found[defined], expected[defined], rtol=1e-12, atol=1e-13)
    assert tf.__name__ == "tensorflow"


@pytest.mark.parametrize("row", CALLED, ids=attrgetter("name"))
def test_sympy_has_the_same_value(row):
    """The SymPy function of exact numbers is the exact value."""
    columns, expected = _grid(_call(row))
    function = load(emit(question(_call(row)), "sympy"))
    for i in range(0, len(expected), max(1, len(expected) // 20)):
        if not np.isnan(expected[i]):
            point = [sp.Rational(float(c[i])) for c in columns.values()]
            assert float(function(*point)) == pytest.approx(expected[i], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("row", SMOOTHINGS, ids=_id)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_every_surrogate_keeps_type_and_value_without_a_warning(row, kind):
    """From 1e-9 to 1e5 beside every kink: no overflow, no invalid step, the exact value to rounding."""
    _, surrogate = stand_in(row)
    at = points(row.target, 0.5)[::7]
    names = list(at[0])
    columns = [np.array([float(p[n]) for p in at], kind) for n in names]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        found = emitted(row, "numpy")(*columns, mu=0.5)
    assert found.dtype == kind
    for i, value in enumerate(found):
        point = {n: c[i] for n, c in zip(names, columns, strict=True)}
        expected = exact(surrogate.expression, {**point, "mu": 0.5})
        # Squares cancel in a smooth Huber loss, so its rounding is that of the squares.
        power = 2 if row.target in {"huber", "relu2"} else 1
        scale = float(max(1, *(abs(float(v)) for v in point.values()))) ** power
        assert abs(float(value) - expected) <= 40 * float(np.finfo(kind).eps) * scale, point


STEEP = {
    "log(1 + exp(u))": (0.0, 1000.0),
    "-log(1/(1 + exp(-u)))": (1000.0, 0.0),
    "1/(1 + exp(-u))": (0.0, 1.0),
    "exp(u)/(1 + exp(u))": (0.0, 1.0),
    "1 - 1/(1 + exp(-u))": (1.0, 0.0),
    "log(cosh(u))": (1000 - math.log(2),) * 2,
    "log(exp(u) + exp(2*u) + 1)": (0.0, 2000.0),
    "softplus(u)": (0.0, 1000.0),
    "log_sigmoid(u)": (-1000.0, 0.0),
    "sigmoid(u)": (0.0, 1.0),
    "logsumexp(u, 0, -u)": (1000.0, 1000.0),
    "sqrt(u**2 + 1)": (math.sqrt(1e6 + 1),) * 2,
}


@pytest.mark.parametrize("text", STEEP)
def test_thousand_does_not_overflow_in_float32(text):
    """Logistic losses as people write them are computed at -1000 and 1000 without an overflow."""
    function = load(emit(question(text), "numpy"))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        found = function(np.array([-1000, 1000], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, STEEP[text], rtol=1e-6)


@pytest.mark.parametrize("text", ["log(1 + u)", "log(1 - u)", "exp(u) - 1", "1 - exp(u)", "log(1 - u*1)"])
def test_small_differences_keep_their_digits(text):
    """What is tiny is computed to full relative accuracy."""
    found = float(load(emit(question(text), "numpy"))(1e-12))
    assert found == pytest.approx(exact(text, {"u": 1e-12}), rel=1e-13)


def test_the_root_of_squares_is_fine_at_huge_and_tiny_arguments():
    """Pseudo-Huber at 1e20 and at 1e-10 in float32, where u**2 overflows and u**2 + 1 is 1."""
    row = next(r for r in SMOOTHINGS if r.name == "pseudo-Huber")
    found = emitted(row, "numpy")(np.array([1e20, 1e-10], np.float32), mu=1.0)
    np.testing.assert_allclose(found, [1e20, 5e-21], rtol=1e-6)


def test_a_branch_not_taken_is_not_computed_outside_its_domain():
    """Roots, logarithms, powers and quotients of a branch see a harmless number where it is not taken."""
    for text in (
        "where(x > 0, sqrt(x), 0)",
        "where(x > 0, x*log(x), where(x < -1, 1/x, 0))",
        "where(x == 0, 1, sin(x)/x)",
        "where(x > 0 and log(x) > 0, log(log(x)), exp(x))",
        "1 if x > 100 else exp(x)",
    ):
        at = np.array([-1000.0, -2, -1, 0, 0.5, 1, 3, 1000])
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            found = load(emit(question(text), "numpy"))(at)
        np.testing.assert_allclose(found, [exact(text, {"x": x}) for x in at], rtol=1e-14)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_constants_do_not_widen_the_type(kind):
    """Numbers, pi, mu and data as Python numbers, and branches that are numbers, leave the type alone."""
    text = "where(x > 0, 1, 0)*log(2) + max(0.1, x)*pi/3 + where(y > 0, 1/3, sqrt(2)) + erf(x) + sigmoid(y)"
    function = load(emit(make_problem(text, ["x"]), "numpy"))
    assert function(np.ones(3, kind), 1.0).dtype == kind
    assert function(np.ones(3, kind), np.ones(3, np.int8)).dtype == kind
    assert function(kind(1), 1).dtype == kind
    row = SMOOTHINGS[0]
    assert emitted(row, "numpy")(np.ones(3, kind), mu=np.float64(0.5)).dtype == kind


def test_arguments_broadcast_and_integers_become_floats():
    """A column against a row gives a table; whole numbers are computed as floats."""
    function = load(emit(make_problem("abs(y - f)/2"), "numpy"))
    assert function(np.zeros((4, 1)), [0.0, 1, 2]).shape == (4, 3)
    assert function([1, 2], 0).tolist() == [0.5, 1.0]
    assert float(function(3, 0)) == 1.5


def test_the_signature_is_variables_constants_then_the_parameter():
    """f before y, and mu only by keyword, with a default."""
    surrogate = Surrogate("soft", "q*(y - f) + eta*softplus((f - y)/eta)", CINF, None, None, "eta", None)
    problem = make_problem("max(q*(y - f), (q - 1)*(y - f))", ["f"], where="r > 0")
    for language in CODE:
        (function,) = (
            n for n in ast.parse(emit(problem, language, surrogate)).body
            if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")
        )  # fmt: skip
        assert [a.arg for a in function.args.args] == ["f", "q", "y"]
        assert [a.arg for a in function.args.kwonlyargs] == ["eta"]
        assert all(function.args.kw_defaults)


@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize("row", SMOOTHINGS, ids=_id)
def test_the_docstring_states_what_was_proved(row, language):
    """What it replaces, the class, both ends of the interval, the constant, and who wrote it."""
    problem, surrogate = stand_in(row)
    tree = ast.parse(emit(problem, language, surrogate))
    said = " ".join(ast.get_docstring(tree.body[-1]).split())
    stated = [unparse(problem.tree), f"Class {row.smoothness} in", "diffcheck", *(surrogate.error or ())]
    stated += [f"Lipschitz with constant {row.lipschitz}."] if row.lipschitz else []
    assert [s for s in stated if s not in said] == []
    assert ("No bound on the error" in said) == (row.error is None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_typed_gets_out_of_the_docstring(language):
    """Quotes, backslashes and newlines in names, notes and texts are text; lines stay comments in LaTeX."""
    wicked = 'x"""\nraise SystemExit\n"""\\'
    surrogate = Surrogate(wicked, "x*tanh(x/mu)", CINF, (wicked, wicked), wicked, "mu", True, wicked)
    problem = Problem("x", parse("abs(x)"), ("x",), (), (), wicked)
    source = emit(problem, language, surrogate)
    if language == "latex":
        head, rest = source.split("\\[\n")
        assert all(line.startswith("%") for line in head.splitlines())
        assert len(rest.splitlines()) == 2
    else:
        allowed = ast.Import | ast.FunctionDef
        assert all(isinstance(part, allowed) for part in ast.parse(source).body)
        assert "raise SystemExit" in ast.get_docstring(ast.parse(source).body[-1])


NAMES = (
    "lambda", "lambda_", "print", "np", "torch", "jnp", "jax", "tf", "sp", "math", "functools", "loss",
    "None_", "_x", "v_x",     "__debug__", "t1", "c1", "_norm", "_arrays", "match", "type", "class",
    "ﬁ", "fi", "sum", "ValueError", "µ", "μ",
)  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.permutations(NAMES).map(lambda names: names[:7]), st.sampled_from(CODE))
def test_any_name_is_safe_and_stays_apart(names, language):
    """Keywords, builtins, modules, helpers and letters that Python reads alike become distinct arguments."""
    text = " + ".join(f"{2**i}*abs({n})**2" for i, n in enumerate(names)) + f" + norm({', '.join(names)})*0"
    problem = question(text)
    source = emit(problem, language)
    (function,) = (
        n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")
    )
    assert len({a.arg for a in function.args.args}) == len(names)
    if language == "numpy":
        values = [float(3**i) for i in range(len(names))]
        assert float(load(source)(*values)) == sum(2**i * 9**i for i in range(len(names)))


EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "-1", "1/3", "pi"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(
            lambda t: f"({t[0]}){t[1]}({t[2]})"
        ),
        st.tuples(st.sampled_from(["-", "exp", "log", "sqrt", "abs", "cbrt", "tanh", "log1p"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        st.tuples(
            inner, st.sampled_from(["<", ">=", "=="]), inner, st.sampled_from(["and", "or"]), inner, inner
        ).map(lambda t: f"where(({t[0]}) {t[1]} ({t[2]}) {t[3]} not ({t[4]}) > 0, {t[5]}, ({t[0]}) - 1)"),
        st.tuples(st.sampled_from(["max", "norm", "logsumexp", "hypot"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
    ),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(EXPRESSIONS, st.sampled_from(["numpy", "sympy"]))
def test_any_expression_keeps_its_value(text, language):
    """Brackets, order, rewriting and branches: the code has the exact value of the expression."""
    try:
        source = emit(question(f"({text}) + 0*x + 0*y"), language)
    except InputError:
        return  # too large a number
    function = load(source)
    for x, y in ((0.5, -1.25), (-2.0, 3.0), (0.0, 0.75)):
        expected = exact(text, {"x": x, "y": y}, sure=True)
        if not 1e-6 < abs(expected) < 1e6:
            continue
        if language == "sympy":
            found = complex(sp.N(function(x=sp.Rational(x), y=sp.Rational(y)), 30))
        else:
            with np.errstate(all="ignore"):
                found = complex(function(x=x, y=y))
        assert found == pytest.approx(expected, rel=1e-6), (x, y)


LATEX = {
    "sqrt((y - f)**2 + 1) - 1": r"\sqrt{\left(y - f\right)^{2} + 1} - 1",
    "abs(y - f)/2": r"\frac{\left|y - f\right|}{2}",
    "-(y*log(p) + (1 - y)*log(1 - p))":
        r"-\left(y \log\left(p\right) + \left(1 - y\right) \log\left(1 - p\right)\right)",
    "max(0, 1 - y*f)**2": r"\left(\max\left(0, 1 - y f\right)\right)^{2}",
    "softplus(x)": r"\log\left(1 + e^{x}\right)",
    "sigmoid(x_1)**gamma": r"\left(\frac{1}{1 + e^{-x_{1}}}\right)^{\gamma}",
    "where(x > 0, x, where(x < -1, 1, 0))":
        r"\begin{cases} x & \text{if } x > 0 \\ 1 & \text{if } x < -1 \\ 0 & \text{otherwise} \end{cases}",
    "2*0.1**x*3": r"2 \cdot 0.1^{x} \cdot 3",
    "1e-12*target": r"10^{-12} \mathrm{target}",
    "x1 + x_1": r"x_{1} + \mathrm{x\_1}",
    "e*E": r"\mathsf{e} \mathrm{e}",
    "floor(x) - x/(y - 1/2)": r"\left\lfloor x \right\rfloor - \frac{x}{y - \frac{1}{2}}",
}  # fmt: skip


@pytest.mark.parametrize("text", LATEX)
def test_latex_is_what_papers_print(text):
    """Fractions, roots, cases and Greek letters, the terms in the order they were written in."""
    assert f" = {LATEX[text]}\n\\]" in emit(question(text), "latex")


def test_what_prints_alike_in_latex_is_alike():
    """No bracket is missing: of four thousand small expressions, two with one text have one value."""
    leaves = [parse(t) for t in ("x", "e", "2", "-1", "1/3")]
    small = leaves + [Node(op, (a,)) for op in ("neg", "exp", "abs") for a in leaves[:3]]
    pairs = list(itertools.product(("add", "sub", "mul", "div", "pow"), small[:6], leaves))
    small += [Node(op, (a, b)) for op, a, b in pairs]
    larger = [
        Node(op, pair)
        for op in ("add", "sub", "mul", "div", "pow")
        for pair in [*itertools.product(small[::5], small[::8]), *itertools.product(leaves[:3], small)]
    ]
    seen: dict[str, float] = {}
    for node in [*small, *larger, *(Node("neg", (a,)) for a in small)]:
        shown = latex(node, ("x", "e"), "", ())
        (value,) = values(node, {"x": np.array([1.25]), "e": np.array([1.5])})
        if not math.isnan(value):
            assert seen.setdefault(shown, value) == pytest.approx(value), shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_and_quotes_balance_for_every_surrogate(language):
    """Python compiles; LaTeX has as many opening as closing braces, and as many \\left as \\right."""
    for row in SMOOTHINGS:
        source = emit(*(stand_in(row)[0], language, stand_in(row)[1]))
        if language != "latex":
            compile(source, "emitted", "exec", dont_inherit=True)
            continue
        assert source.count("{") == source.count("}")
        assert source.count(r"\left") == source.count(r"\right")


def test_lines_of_code_fit():
    """At most 80 columns, whatever the expression, as long as its names are short."""
    sum_ = " + ".join(f"a{i}*log(1 + exp(b{i}))" for i in range(60))
    for text in (sum_, f"max({', '.join(f'x{i}' for i in range(64))})", "sqrt(1 + " * 20 + "x" + ")" * 20):
        for language in CODE:
            assert max(map(len, emit(question(text), language).splitlines())) <= 80


def test_shared_and_nested_parts_do_not_multiply():
    """Ninety nested roots that are choices, and a sum of three thousand terms, stay a page and a list."""
    nested = "cbrt(" * 12 + "x" + " - 1)" * 12
    assert len(emit(question(nested), "torch").splitlines()) < 150
    total = "+".join(["x*x"] * 2500)
    assert len(emit(question(total), "numpy").splitlines()) < 2000


def test_what_no_float_holds_is_refused():
    """A constant that would silently become zero or infinity is an error that names it."""
    for text in ("x*1e-600", "x + 1e400", "x + exp(1000)"):
        with pytest.raises(InputError, match="no value as a floating point number"):
            emit(question(text), "numpy")
        assert emit(question(text), "sympy")
    with pytest.raises(BadOption, match="no language"):
        emit(question("x"), "fortran")


@pytest.mark.parametrize(
    "text", ["abs(y - f)", "max(0, 1 - y*f)", "max(q*(y - f), (q - 1)*(y - f))", "sqrt(x**2 + z**2)"]
)
def test_what_is_suggested_keeps_the_interval_that_is_stated(text):
    """From the question to the code: every suggestion is computed within its error interval, docstring and all."""
    report = check(text, where="0 < q < 1" if "q" in text else "", certify=False)
    problem = make_problem(text, report.wrt)
    bounded = [surrogate for surrogate in report.surrogates if surrogate.error]
    assert bounded
    for surrogate in bounded:
        names = [*problem.wrt, *problem.constants]
        rng = np.random.default_rng(7)
        columns = {n: rng.uniform(0, 1, 200) if n == "q" else rng.uniform(-3, 3, 200) for n in names}
        off = load(emit(problem, "numpy", surrogate))(*columns.values(), mu=0.3) - values(
            problem.tree, columns
        )
        low, high = (values(parse(e), {**columns, "mu": np.full(200, 0.3)}) for e in surrogate.error)
        assert (low - 1e-12 <= off).all()
        assert (off <= high + 1e-12).all()


def test_all_array_languages_are_known():
    """The table's order is the order of the help."""
    assert list(LANGUAGES) == ["numpy", "torch", "jax", "tensorflow", "sympy", "latex"]
    assert ARRAYS == ("numpy", "torch", "jax", "tensorflow")
    assert slope("x**2", {"x": 3.0}, "x") == 6.0


@pytest.mark.parametrize("text", ["mean(abs(y[i] - f[i]))", "sum(abs(y - f))", "1/n*sum(softplus(-y_i*f_i))"])
def test_a_sum_over_samples_takes_arrays(text):
    """One argument for each vector; the code adds up what the expression adds up."""
    function = load(emit(make_problem(text), "numpy"))
    y, f = np.array([1.0, -2.0, 0.5]), np.array([0.25, 1.0, 3.0])
    total = np.logaddexp(0, -y * f) if "softplus" in text else np.abs(y - f)
    assert function(f=f, y=y) == pytest.approx(total.sum() if text.startswith("sum") else total.mean())


def test_coupled_parts_are_arguments_of_their_own():
    """What is written out takes its parts one by one, under names that Python has."""
    function = load(emit(make_problem("logsumexp(z[j]) - z[0]"), "numpy"))
    assert function(z_0=1.0, z_1=1.0, z_2=1.0) == pytest.approx(math.log(3))


def test_a_sum_in_latex_has_its_sign():
    """The term stands behind the sum over its index."""
    shown = emit(make_problem("mean((y[i] - f[i])**2 + 1)"), "latex")
    assert r"\frac{1}{n} \sum_{i} \left(" in shown
    assert "y_{i}" in shown
