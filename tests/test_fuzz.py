"""The instruments of the long run: what its oracle computes, what its families ask, what its twins claim."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import islice

import flint
import mpmath
import pytest
from flint import arb, fmpq

from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from tests.fuzz import oracle
from tests.fuzz.enclosure import COMPARISONS, DOUBT, FAINT_PRECISION, ROWS, Function, exact
from tests.fuzz.generate import BROKEN, HIDDEN, KINKED, LEAVES, SMOOTH, Sample, sample, small
from tests.fuzz.oracle import along, line_class, opinion
from tests.fuzz.twins import WORDS, in_other_words, twin

NAMES = ("x", "y", "z", "w", "c", "d")


def _points(seed: int) -> list[dict[str, Fraction]]:
    source = random.Random(seed)
    return [{n: Fraction(source.randint(-60, 60), source.choice((1, 2, 7))) for n in NAMES} for _ in range(4)]


def _value(question: Sample, point: dict[str, Fraction]) -> object:
    problem = make_problem(question.expression, question.wrt, question.where)
    return Function.of(problem)({n: exact(v) for n, v in point.items()})


def _overlap(a: object, b: object) -> bool:
    """Whether two values can be the same; what is in doubt is compatible with everything."""
    if a is DOUBT or b is DOUBT:
        return True
    if a is None or b is None:
        return a is b
    return bool(arb(a).overlaps(arb(b)))


@pytest.mark.parametrize("seed", range(60))
def test_the_enclosure_agrees_with_high_precision(seed: int) -> None:
    """Written twice from the meaning of the functions, the values of an expression agree to 30 digits."""
    question = sample(seed)
    problem = make_problem(question.expression, question.wrt, question.where)
    for point in _points(seed):
        found = _value(question, point)
        wanted = evaluate(problem.tree, point, 60)
        inside = all(evaluate(c, point, 60).value for c in problem.where)
        if found is DOUBT or wanted.doubt:
            continue
        assert (found is None) == (wanted.value is None or not inside), point
        if found is not None:
            with mpmath.workdps(60), flint.ctx.workprec(256):
                value = wanted.value
                if isinstance(value, Fraction):
                    value = mpmath.mpf(value.numerator) / value.denominator
                middle = mpmath.mpf(str(arb(found).mid().str(45, radius=False)))
                assert abs(middle - value) <= 1e-30 * (1 + abs(value)), point


def test_the_enclosure_has_a_row_for_all_that_is_asked() -> None:
    """No template has a function that the oracle cannot compute."""
    lazy = {"where", "and", "or", "not", "number", "name"}
    texts = [
        t.format(a="x", b="y", c="x > 1", n="1", m="2", q="2", k="c")
        for t in (*SMOOTH, *KINKED, *BROKEN, *HIDDEN)
    ]
    used = {node.op for text in texts for node in parse(text).walk()}
    assert used <= lazy | ROWS.keys() | COMPARISONS.keys()


@pytest.mark.parametrize("seed", range(100))
def test_twins_have_the_same_values(seed: int) -> None:
    """A question in other words has the values of the first, wherever both are known."""
    question = small(seed) if seed % 3 else sample(seed)
    other = in_other_words(question, random.Random(seed))
    for point in _points(seed):
        assert _overlap(_value(question, point), _value(other, point)), (question, other, point)


def test_twins_have_the_same_class() -> None:
    """Twins of functions whose class is known have that class along lines."""
    for seed in range(60):
        text = list(BREAKS)[seed % len(BREAKS)]
        other = twin(Sample(text, ("x", "y") if "y" in text else ("x",), ""), seed)
        problem = make_problem(other.expression, other.wrt, other.where)
        assert opinion(problem, seed)[0] >= BREAKS[text], other


@pytest.mark.parametrize("op", WORDS, ids=str)
def test_every_rewriting_is_an_identity(op: tuple[str, int]) -> None:
    """Each way to write a function has the values of the function where it is defined."""
    name, count = op
    if name in {"pow", "where", *COMPARISONS}:
        return
    args = ("u", "m", "v")[:count] if count != 2 else ("u", "v")
    source = random.Random(1)
    row = Function(parse(_call(name, args)))
    for text in WORDS[op]:
        way = Function(parse(text))
        for _ in range(20):
            point = {n: fmpq(source.randint(-9, 9), source.choice((1, 2, 5))) for n in ("u", "m", "v")}
            a, b = row(point), way(point)
            assert _overlap(a, b), (text, point, a, b)


def _call(name: str, args: tuple[str, ...]) -> str:
    signs = {"add": "{} + {}", "sub": "{} - {}", "mul": "{}*{}", "div": "{}/{}", "neg": "-{}"}
    return signs[name].format(*args) if name in signs else f"{name}({', '.join(args)})"


def test_small_questions_meet_every_template_with_every_pair_of_leaves() -> None:
    """The first numbers of the small family are all different fillings, one template deep."""
    every = (*SMOOTH, *KINKED, *BROKEN, *HIDDEN)
    shallow = len(every) * len(LEAVES) ** 2
    assert shallow % 7_919
    assert (shallow * len(every)) % 1_299_709
    assert len({small(n).expression for n in islice(range(0, shallow, 50), 100)}) > 90


BREAKS = {
    "abs(x - 1/7)": 0, "relu(x)**3": 2, "sign(y - x**2)": -1, "1/(x*y)": -2, "cbrt(x)": 0, "floor(3*x)": -1,
    "abs(x)**(7/3)": 2, "where(x > 1/3, x**2, 2*x/3 - 1/9)": 1, "abs(exp(x) - 2)": 0, "max(x, y, 1)": 0,
    "x/x": -2, "where(x == 0, 1, x)": -1, "abs(x)*x": 1,
}  # fmt: skip


@pytest.mark.parametrize("text", BREAKS)
def test_lines_see_the_class(text: str) -> None:
    """The opinion on a function with one wall is its class."""
    problem = make_problem(
        text, tuple(n for n in ("x", "y") if n in text.replace("exp", "").replace("max", ""))
    )
    assert opinion(problem, 1)[0] == BREAKS[text]


@pytest.mark.parametrize(
    "text", ["x**2*y", "exp(-x**2)", "sin(50*x)", "sqrt(x**2 + 1/100)", "relu(x) - relu(-x)", "atan(20*x)"]
)
def test_lines_see_nothing_on_smooth_functions(text: str) -> None:
    """No break is seen where there is none, however steep the function is."""
    assert opinion(make_problem(text, ("x", "y") if "y" in text else ("x",)), 1)[0] > 4


@pytest.mark.parametrize(
    "text", ["erf(abs(x) + 16)", "exp(-exp(abs(x) + 9))", "1e-200*abs(x)", "1e-50*cbrt(x)"]
)
def test_a_faint_corner_is_seen_at_its_witness(text: str) -> None:
    """What is small beside its surroundings counts where a finding says that it is."""
    function = Function.of(make_problem(text, ("x",)), FAINT_PRECISION)
    assert line_class(along(function, {"x": fmpq(0)}, {"x": fmpq(1)}), True, faint=True) == 0


@pytest.mark.parametrize(
    "text", ["atan2(exp(-887), x)", "atan2(exp(-60), y - x**2/3)", "sqrt(exp(-158) + (x**2 - 1)**2)"]
)
def test_a_steep_slope_is_no_break(text: str) -> None:
    """What is smooth is looked at from as near as its size asks for, also at a wall without a short number."""
    assert opinion(make_problem(text, ("x", "y") if "y" in text else ("x",)), 1)[0] == oracle.SMOOTH


@pytest.mark.parametrize("inner", ["x*y*z", "x + 100", "cosh(3*x)*30"])
def test_waves_that_no_step_resolves_are_no_break(inner: str) -> None:
    """cos(abs(exp(100))) has a wave of 1e-43: where no decision changes analytic functions alone are composed."""
    names = tuple(n for n in "xyz" if n in inner.replace("cosh", ""))
    problem = make_problem(f"cos(abs(exp({inner})))", names)
    assert {opinion(problem, seed)[0] for seed in (1, 2, 4, 1152)} == {oracle.SMOOTH}


def test_a_slow_power_is_no_jump() -> None:
    """t**(1/100) goes to 0 as well, only slowly."""
    assert opinion(make_problem("abs(x)**(1/100)", ("x",)), 1)[0] == 0


def test_the_precision_of_others_is_kept() -> None:
    """The oracle leaves the precision of balls as it found it."""
    before = flint.ctx.prec
    opinion(make_problem("abs(x)", ("x",)), 1)
    assert flint.ctx.prec == before
