"""`diffcheck smooth`: values on the safe side, the front and what it hides, the command."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from diffcheck.analyze import analyze
from diffcheck.cli import app
from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.question.variables import make_problem
from diffcheck.report.json import schema_text
from diffcheck.suggest import THOROUGH, suggest
from diffcheck.suggest.names import name_of
from diffcheck.suggest.smooth import PURPOSES, Wish, choose
from diffcheck.verdict import CINF, Smoothness, Surrogate

LOG_COSH = Surrogate("log-cosh", "mu*log(cosh(x/mu))", CINF, ("-mu*log(2)", "0"), "1/mu", "mu", True)
HUBER = Surrogate("Huber", "h", Smoothness(1), ("-mu/2", "0"), "1/mu", "mu", True)
CENTRED = Surrogate("centred Huber", "h", Smoothness(1), ("-mu/4", "mu/4"), "1/mu", "mu", True)
ERF = Surrogate("erf", "e", CINF, ("-0.24038*mu", "0"), "4/(sqrt(pi)*mu)", "mu", False)
STEP = Surrogate("sigmoid", "sigmoid(x/mu)", CINF, None, "1/(6*sqrt(3)*mu**2)", "mu", None)
ROOT = Surrogate("root", "sqrt(x + mu)", CINF, ("0", "sqrt(mu)"), "1/(4*mu**(3/2))", "mu", False)
WEIGHTED = Surrogate("weighted", "w*a", CINF, ("-mu*w", "0"), "w/mu", "mu", True)
FIXED = Surrogate("logistic", "softplus(x - 1)", CINF, ("-1", "1/3"), "1/4", "", True)

limits = st.fractions(min_value=Fraction(1, 10**6), max_value=10**6)


def _number(text, mu):
    value = precise(parse(text), {"mu": parse(mu).leaf}, 40)
    return float(value)


def _names(choice):
    return [s.name for s in choice.shown]


@given(limits, st.sampled_from([LOG_COSH, HUBER, CENTRED, ERF, ROOT]))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_the_value_for_an_error_keeps_it_and_is_nearly_the_largest(limit, row):
    """Both ends stay within the limit; with one percent more they would not."""
    (found,) = choose([row], Wish(error=limit)).shown
    assert max(abs(_number(end, found.value)) for end in row.error) <= float(limit) * (1 + 1e-12)
    more = str(float(parse(found.value).leaf) * 1.01)
    assert max(abs(_number(end, more)) for end in row.error) > float(limit)


@given(limits, st.sampled_from([LOG_COSH, HUBER, ERF, STEP, ROOT]))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_the_value_for_a_constant_keeps_it_and_is_nearly_the_smallest(limit, row):
    """The gradient's constant is at most the limit; with one percent less it would not be."""
    (found,) = choose([row], Wish(lipschitz=limit)).shown
    assert _number(row.lipschitz_gradient, found.value) <= float(limit) * (1 + 1e-12)
    assert _number(row.lipschitz_gradient, str(float(parse(found.value).leaf) * 0.99)) > float(limit)


def test_a_bound_that_grows_like_an_exponential_is_solved_too():
    """expm1(mu) at mu = 10**30 is beyond every number; the largest value with expm1(mu) <= 0.01 is found."""
    grown = replace(LOG_COSH, error=("0", "expm1(mu)"))
    (found,) = choose([grown], Wish(error=Fraction(1, 100))).shown
    assert found.value == "0.00995"


@pytest.mark.parametrize(
    ("text", "where", "name"),
    [
        ("max(0, 1 - y*f)", "", "the hinge loss"),
        ("2*where(y*f < 1, 1 - y*f, 0) + 3", "", "the hinge loss"),
        ("max(f - y, y - f)/2", "", "the absolute error (L1 loss)"),
        ("where(f >= y, q*(f - y), (q - 1)*(f - y))", "0 < q, q < 1", "the pinball loss (quantile loss)"),
        ("where(abs(y - f) <= d, (y - f)**2/2, d*abs(y - f) - d**2/2)", "d > 0", "the Huber loss"),
        ("max(abs(y - f) - e, 0)", "e > 0", "the epsilon-insensitive loss"),
        ("max(0, 1 - y*f)**2", "", "the squared hinge loss"),
        ("where(y*f > 0, 0, 1)", "", "the zero-one loss"),
        ("abs(y - f**2)", "", None),
        ("-abs(y - f)", "", None),
        ("w*abs(y - f)", "", None),
        ("w*abs(y - f)", "w > 0", "the absolute error (L1 loss)"),
        ("abs(f) + f", "", None),
    ],
)
def test_a_loss_is_named_by_its_shape(text, where, name):
    """Up to shift and positive scale, in an affine argument; `diffcheck smooth` says the name."""
    assert name_of(make_problem(text, ["f"], where)) == name


def test_values_are_round_where_the_limit_is():
    """0.004 for an error of 0.001 at mu/4, not 0.003999."""
    (found,) = choose([CENTRED], Wish(error=Fraction(1, 1000))).shown
    assert (found.value, found.error_at, found.lipschitz_at) == ("0.004", ("-0.001", "0.001"), "250")


def test_constants_stay_in_the_value_as_a_formula():
    """With a weight w the parameter is 0.1/w; the error is then the limit."""
    (found,) = choose([WEIGHTED], Wish(error=Fraction(1, 10))).shown
    assert (found.value, found.error_at, found.lipschitz_at) == ("1/(10*w)", ("-0.1", "0"), "10*w**2")


def test_without_a_bound_no_error_can_be_promised():
    """A step has no uniform bound: asked for an error, it is not offered; asked for a constant, it is."""
    assert choose([STEP], Wish(error=Fraction(1, 10))).unfit == 1
    assert _names(choose([STEP], Wish(lipschitz=Fraction(10)))) == ["sigmoid"]


def test_both_wishes_together_may_be_too_much():
    """eps*L >= J**2/16: an error of 0.001 and a constant of 10 cannot both be had for abs."""
    both = Wish(Fraction(1, 1000), Fraction(10))
    assert choose([LOG_COSH, HUBER, CENTRED], both).shown == ()
    assert _names(choose([CENTRED, LOG_COSH], Wish(Fraction(1, 10), Fraction(5)))) == ["centred Huber"]


def test_the_front_is_what_nothing_beats():
    """Of equal class and convexity the cheaper one stays; --all shows all."""
    rows = [HUBER, LOG_COSH, CENTRED, ERF]
    found = choose(rows, Wish(error=Fraction(1, 10)))
    assert (_names(found), found.dominated) == (["log-cosh", "centred Huber", "erf"], 1)
    assert len(choose(rows, Wish(error=Fraction(1, 10), everything=True)).shown) == 4


def test_a_loss_of_its_own_hides_no_approximation():
    """What no parameter brings closer is another offer, not a better one."""
    assert _names(choose([FIXED, STEP], Wish())) == ["logistic", "sigmoid"]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_purpose_gets_what_it_needs(purpose):
    """Every suggestion for a purpose has its class, and a constant where it asks for one."""
    problem = make_problem("abs(y - f)", ["f"])
    found = suggest(problem, analyze(problem), effort=THOROUGH, wanted=Wish(purpose=purpose).smoothness)
    shown = choose(found, Wish(purpose=purpose)).shown
    assert shown
    assert all(s.smoothness >= PURPOSES[purpose].smoothness for s in shown)
    assert not PURPOSES[purpose].lipschitz or all(s.lipschitz_gradient for s in shown)


@pytest.mark.parametrize(
    ("text", "wrt", "where", "name"),
    [
        ("max(0, 1 - z)**2", "z", "", "cubic"),
        ("where(abs(f - y) < b, (f - y)**2/(2*b), abs(f - y) - b/2)", "f", "b > 0", "pseudo-Huber"),
        ("where(y*f > 0, 0, 1)", "f", "", "logistic"),
        ("max(0, 1 - z)", "z", "", "squared hinge"),
        ("where(1 - z > 0, 1 - z, 0)", "z", "", "modified Huber"),
        ("max(abs(r) - e, 0)", "r", "e > 0", "double smooth hinge"),
        ("where(u >= 0, q*u, (q - 1)*u)", "u", "0 < q, q < 1", "Huber quantile"),
        ("(abs(a - b) + a - b)/2", "a", "", "pseudo-Huber"),
    ],
)
def test_whole_losses_are_known_by_their_mathematics(text, wrt, where, name):
    """The usual names come up, however the loss is spelt."""
    problem = make_problem(text, [wrt], where)
    found = suggest(problem, analyze(problem), effort=THOROUGH, wanted=Smoothness(2))
    assert name in {s.name for s in found}


def _run(*words):
    return CliRunner().invoke(app, ["smooth", *words])


def test_the_command_shows_value_and_price():
    """A user reads the parameter, the error, the constant."""
    result = _run("abs(y - f)", "--error", "1e-3")
    assert result.exit_code == 0
    assert "off by at most 0.001" in result.output
    assert "mu = 0.001442" in result.output
    assert "note: this is the absolute error (L1 loss)" in result.output


def test_json_is_a_report_with_the_chosen_surrogates():
    """Valid by the schema, with values."""
    result = _run("abs(y - f)", "--error", "1e-3", "--for", "newton", "--json")
    data = json.loads(result.output)
    Draft202012Validator(json.loads(schema_text())).validate(data)
    assert {s["value"] for s in data["surrogates"]} == {"0.001442", "0.00416"}
    assert all(s["known"]["error"] == "proved" for s in data["surrogates"])


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("x**2", "--for", "newton"), 0, "nothing to smooth"),
        (("tan(x)",), 1, "no suggestion"),
        (("1/x",), 0, "no uniform error bound"),
        (("log(x)",), 0, "at the edges too"),
        (("sign(x)", "--error", "0.1"), 1, "without this wish"),
    ],
)
def test_other_outcomes_say_so(words, status, said):
    """Nothing to do, nothing to offer: said, with the exit status of a check."""
    result = _run(*words)
    assert (result.exit_code, said in result.output) == (status, True)
    assert all(len(line) <= 80 for line in result.output.splitlines())


@pytest.mark.parametrize(
    "words", [("x", "--error", "-1"), ("x", "--lipschitz", "many"), ("x", "--for", "fun")]
)
def test_a_wish_that_cannot_be_read_is_bad_usage(words):
    """One message, status 2."""
    assert _run(*words).exit_code == 2


@pytest.mark.parametrize(
    ("text", "wanted", "error"),
    [
        ("sqrt(x)", "sqrt(x + mu)", ("0", "sqrt(mu)")),
        ("w - 2*sqrt(x)", "w - 2*sqrt(x + mu)", ("-2*sqrt(mu)", "0")),
        ("x**0.3 + x", "(x + mu)**0.3 + x", ("0", "mu**0.3")),
        ("log(x)", "log(x + mu)", None),
        ("y/(x - 1)", "y*((x - 1)/((x - 1)**2 + mu**2))", None),
        ("1/x + abs(x - 1)", "x/(x**2 + mu**2) + (sqrt((x - 1)**2 + mu**2) - mu)", None),
        ("1/(x*sqrt(x))", None, None),
        ("tan(x)", None, None),
    ],
)
def test_a_function_is_carried_across_the_edges_of_its_domain(text, wanted, error):
    """Defined and Cinf where the original ends or has a pole; a bound where one is possible, none where none is."""
    problem = make_problem(text, ["x"])
    found = suggest(problem, analyze(problem), effort=THOROUGH)
    assert [s.expression for s in found[:1]] == ([wanted] if wanted else [])
    assert [s.error for s in found[:1]] == ([error] if wanted else [])
    assert all(s.smoothness == CINF for s in found[:1])
