"""Questions: guessed and chosen variables, constants, constraints, substitutions."""

from __future__ import annotations

import pytest

from diffcheck.errors import BadOption, InputError, SyntaxProblem
from diffcheck.language.parse import parse
from diffcheck.language.tree import Place
from diffcheck.question.variables import describe_split, make_problem


@pytest.mark.parametrize(
    ("text", "wrt", "constants"),
    [
        ("abs(y - f)", ("f",), ("y",)),
        ("abs(target - pred)", ("pred",), ("target",)),
        ("abs(y)", ("y",), ()),
        ("alpha*abs(y)", ("y",), ("alpha",)),
        ("where(abs(r) <= delta, r**2/2, delta*abs(r))", ("r",), ("delta",)),
        ("max(tau*(y - q), (tau - 1)*(y - q))", ("q",), ("tau", "y")),
        ("lambda*abs(w) + lambda2*w**2", ("w",), ("lambda", "lambda2")),
        ("log(sigma) + (y - mu)**2/(2*sigma**2)", ("sigma", "mu"), ("y",)),
        ("delta*tau", ("delta", "tau"), ()),
        ("x1*y1 + x2*y2", ("x1", "y1", "x2", "y2"), ()),
    ],
)
def test_names_are_split_by_convention(text: str, wrt: tuple[str, ...], constants: tuple[str, ...]) -> None:
    """Data and settings are constants as long as something else is left to differentiate in."""
    problem = make_problem(text)
    assert (problem.wrt, problem.constants, problem.guessed) == (wrt, constants, True)


# Text -> (variables, constants): exponents are set by hand.
RAISED = {
    "abs(y - f)**p": (("f",), ("y", "p")),
    "abs(x)**(p - 1)": (("x",), ("p",)),
    "sum(abs(w)**q)": (("w[i]",), ("q",)),
    "sum(abs(w[i])**q)**(1/q)": (("w[0]", "w[1]", "w[2]"), ("q",)),
    "(1 - p)**g*log(p)": (("p",), ("g",)),
    "p*abs(x)**p": (("p", "x"), ()),
    "2**x": (("x",), ()),
    "2**k": (("k",), ()),
    "a**x": (("a", "x"), ()),
    "a*x**b": (("a", "x", "b"), ()),
    "y**f": (("f",), ("y",)),
}


@pytest.mark.parametrize("text", RAISED)
def test_what_stands_in_exponents_alone_is_set_by_hand(text: str) -> None:
    """Unless it is called as an input or a parameter is, or nothing else is left."""
    problem = make_problem(text)
    assert (problem.wrt, problem.constants) == RAISED[text]
    assert make_problem(text, list(problem.constants) or None).wrt == (problem.constants or problem.wrt)


def test_exponents_in_the_definition_of_a_model_are_its_parameters() -> None:
    """Everything in a model that is not data is a parameter; an exponent of the loss is none."""
    problem = make_problem("abs(y - F(x))**p", let={"F(x)": "c*x**k"})
    assert (problem.wrt, problem.constants) == (("c", "k"), ("y", "x", "p"))
    assert make_problem("abs(y - F(x))**p").constants == ("y", "p")


def test_text_and_latex_agree_on_exponents() -> None:
    """`|y - f|^p` asks what `abs(y - f)**p` does."""
    assert make_problem("|y - f|^p", latex=True).wrt == make_problem("abs(y - f)**p").wrt == ("f",)


def test_chosen_variables_win() -> None:
    """`wrt` is taken as said, comma lists included, each name once."""
    problem = make_problem("a*b*c", ["c, a", "c"])
    assert (problem.wrt, problem.constants, problem.guessed) == (("c", "a"), ("b",), False)
    assert make_problem("a*b", "b").wrt == ("b",)
    assert make_problem("abs(y - f)", []).guessed


def test_names_of_the_constraints_are_constants() -> None:
    """A name that occurs only in `where` is a constant, and the conditions are parsed."""
    problem = make_problem("abs(x)", where="x > lo, lo > 0")
    assert problem.constants == ("lo",)
    assert [c.op for c in problem.where] == ["gt", "gt"]
    assert problem.where_text == "x > lo, lo > 0"


def test_definitions_are_substituted_with_the_columns_of_the_name() -> None:
    """Definitions may use each other; everything put in carries the span of the name it replaces."""
    problem = make_problem("2*abs(r)", let={"r": "y - p", "p": "w*x"})
    assert problem.tree == parse("2*abs(y - w*x)")
    places = [n.span for n in problem.tree.args[1].args[0].walk()]
    assert {(span[0], span[1]) for span in places} == {(6, 7)}
    assert [span.source for span in places if isinstance(span, Place)] == ["y - p", "y", "w*x", "w", "x"]
    assert problem.text == "2*abs(r)"


def test_definitions_reach_the_constraints() -> None:
    """A definition is substituted in `where` too."""
    problem = make_problem("abs(x)", where="r > 0", let={"r": "x - 1"})
    assert problem.where == (parse("where(x - 1 > 0, 1, 0)").args[0],)


@pytest.mark.parametrize(
    ("text", "options", "message", "hint"),
    [
        ("abs(preds)", {"wrt": ["pred"]}, "`pred` does not occur", "`preds`"),
        ("1 + 2", {}, "no variable", "use a name"),
        ("abs(r)", {"let": {"r": "q", "q": "r"}}, "need each other", None),
        ("abs(r)", {"let": {"r": "r + 1"}}, "needs itself", "no recursion"),
        ("F(x)", {"let": {"F(x)": "F(x - 1)"}}, "definition of F needs itself", "no recursion"),
        ("F(x)", {"let": {"F(x)": "G(x)", "G(x)": "F(x)"}}, "F, G need each other", "no recursion"),
        ("F(x)", {"let": {"F(x)": "x", "F(z)": "z"}}, "defined twice", None),
        ("F(x)", {"let": {"F(x, x)": "x"}}, "no distinct names", "F(x, z)"),
        ("F(x)", {"let": {"F(2)": "x"}}, "no distinct names", "F(x)"),
        ("F(x)", {"let": {"F(g)": "g(2)"}}, "is a parameter", "another name"),
        ("F(x)", {"let": {"F(x)": "w*x", "H(x)": "x"}}, "`H` is defined but", "F, w"),
        ("(y - F(x))**2", {"wrt": ["theta"]}, "`theta` does not occur", "F(x)"),
        ("(y - F(x))**2", {"wrt": ["x"], "let": {"F(z)": "w"}}, "`x` does not occur", None),
        ("F(0*x) + y", {"wrt": ["x"]}, "does not depend on `x`", None),
        ("abs(rr)", {"let": {"r": "x"}}, "does not occur", "`rr`"),
        ("abs(r)", {"let": {"abs": "x"}}, "cannot be defined", None),
        ("abs(r)", {"let": {"r": "x", "pi": "3"}}, "cannot be defined", None),
        ("abs(r)", {"let": {"a b": "x"}}, "cannot be defined", None),
        ("x", {"wrt": ["p"], "where": "p > 0"}, "does not occur in the expression", None),
    ],
)
def test_options_that_do_not_fit(
    text: str, options: dict[str, object], message: str, hint: str | None
) -> None:
    """Each misfit is a BadOption that names the misfit and, where there is one, the cure."""
    with pytest.raises(BadOption, match=message) as caught:
        make_problem(text, **options)  # type: ignore[arg-type]
    assert hint is None or hint in (caught.value.help or "")


def test_a_bad_definition_points_into_its_own_text() -> None:
    """The span of a syntax error belongs to the text it carries."""
    with pytest.raises(InputError) as caught:
        make_problem("abs(r)", let={"r": "y - "})
    assert caught.value.text == "y - "


def test_doubling_definitions_are_refused_at_once() -> None:
    """Sixty definitions that each double the next would have 2**60 parts."""
    let = {f"a{i}": f"a{i + 1} + a{i + 1}" for i in range(60)}
    with pytest.raises(SyntaxProblem, match="parts"):
        make_problem("a0", let=let)


def test_the_split_is_said_in_one_sentence() -> None:
    """What was guessed, and how to change it."""
    assert describe_split(make_problem("abs(y - f)")) == (
        "differentiated in f; y is a constant (guessed from the names; `--wrt` chooses)"
    )
    assert describe_split(make_problem("abs(x)")) == "differentiated in x"
    assert describe_split(make_problem("a*b*c", ["a"])) == "differentiated in a; b, c are constants"
