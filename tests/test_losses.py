"""Losses by the names that people call them, and what has no formula in the language."""

import pytest

from diffcheck.check import check
from diffcheck.errors import InputError
from diffcheck.language.losses import CURES, NAMED, cure, named
from diffcheck.language.parse import parse
from diffcheck.language.vocabulary import is_reserved

# The class of each formula in all its parts but the target's, where the domain is that of predictions.
CLASSES = {
    "mse": ("", "Cinf"),
    "mae": ("", "C0"),
    "rmse": ("", "C0"),
    "mape": ("", "C0"),
    "huber": ("", "C1"),
    "logcosh": ("", "Cinf"),
    "bce": ("0 < f, f < 1", "Cinf"),
    "bce_with_logits": ("", "Cinf"),
    "ce": ("", "Cinf"),
    "hinge": ("", "C0"),
    "poisson_nll": ("", "Cinf"),
    "pinball": ("", "C0"),
    "kl": ("p > 0, q > 0", "Cinf"),
    "dice": ("p > 0, y > 0", "Cinf"),
    "iou": ("p > 0, y > 0", "C0"),
    "focal": ("0 < p, p < 1, gamma > 0", "Cinf"),
    "cosine_similarity": ("", "singular"),
    "triplet": ("", "C0"),
    "var": ("", "Cinf"),
    "std": ("", "C0"),
}


def test_every_row_has_its_class_stated():
    """By the first of the words that name it."""
    assert set(CLASSES) == {row.words[0] for row in NAMED.values()}


@pytest.mark.parametrize("word", CLASSES)
def test_a_formula_has_the_class_that_is_stated(word):
    """Derived by hand: the formula is what the report offers, so it must be the loss."""
    where, stated = CLASSES[word]
    row = named(word)
    wrt = tuple(p for p in row.params if p not in ("y", "k", "gamma"))
    assert str(check(row.formula, wrt=wrt, where=where, certify=False).smoothness) == stated


def test_no_name_is_one_of_the_language():
    """Else the language's own meaning would never be asked."""
    assert not any(map(is_reserved, [*NAMED, *CURES]))


def test_the_formula_is_offered_in_the_names_of_the_call():
    """The target is known by its name, wherever it stands."""
    for text in ("bce(y, yhat)", "bce(yhat, y)"):
        (note,) = [n for n in check(text).notes if n.startswith("to give it")]
        assert note.endswith('= -mean(y*log(yhat) + (1 - y)*log(1 - yhat))"')
    assert named("mse").given(["target", "pred"]) == "mean((pred - target)**2)"


@pytest.mark.parametrize(
    ("called", "offered"),
    [
        ("smooth_l1(x - y)", "smooth_l1(u) = mean(where(abs(u) <= 1, u**2/2, abs(u) - 1/2))"),
        ("mse(x - y)", "mse(u) = mean(u**2)"),
        ("bce(x - y)", "bce(u) = ..."),
        ("huber(x - y, 1)", "huber(u, u1) = ..."),
        ("huber(y, p, 1)", "huber(y, p, u) = ..."),
        ("focal(p)", "focal(p) = -(1 - p)**gamma*log(p)"),
    ],
)
def test_a_formula_that_is_offered_uses_its_arguments(called, offered):
    """One argument is the residual; where the formula needs others, what it is stays for the user to say."""
    assert f'--let "{offered}"' in next(n for n in check(called).notes if n.startswith("to give it"))


def test_what_is_offered_decides():
    """Pasted as it is shown, the definition answers the question."""
    said = next(n for n in check("mse(y, yhat)").notes if n.startswith("to give it"))
    name, _, body = said.split('"')[1].partition(" = ")
    report = check("mse(y, yhat)", let={name: body})
    assert (str(report.verdict), str(report.smoothness)) == ("differentiable", "Cinf")


@pytest.mark.parametrize("word", CURES)
def test_what_has_no_place_is_refused_with_what_to_write(word):
    """At the name, before anything is guessed."""
    with pytest.raises(InputError) as caught:
        parse(f"1 + {word}(z)")
    assert caught.value.help == cure(word)
    if word.isidentifier():
        assert f"1 + {word}(z)"[slice(*caught.value.span)] == word


@pytest.mark.parametrize("text", ["F.mse_loss(f, y)", "torch.nn.functional.cross_entropy(z, y)"])
def test_a_loss_of_a_framework_is_answered_with_its_formula(text):
    """A module's function is not of the user's own, so there is nothing to define."""
    with pytest.raises(InputError) as caught:
        parse(text)
    assert "write its formula" in caught.value.help


def test_a_definition_of_the_users_own_comes_first():
    """`sort` is refused, unless it is defined."""
    assert str(check("sort(x)", let={"sort(u)": "abs(u)"}).smoothness) == "C0"


def test_an_unknown_loss_of_a_prediction_is_asked_about_the_prediction():
    """L(y, f) has a target and a name beside it, which is what moves."""
    report = check("L(y, f)")
    assert "needed: L differentiable in its second argument" in report.notes
    assert "L is unknown: differentiated in f, through L(y, f)" in report.notes
    assert "needed: Q differentiable in its parameters" in check("Q(s, a)").notes


@pytest.mark.parametrize("text", ["min(x, inf)", "abs(x) + nan", "clip(x, 0, np.inf)"])
def test_infinity_and_nan_are_no_variables(text):
    """They would be differentiated in."""
    with pytest.raises(InputError):
        check(text)


@pytest.mark.parametrize("body", ["[w1*x, w2*x]", "linear(x, 2)"])
def test_a_model_of_lists_is_refused_with_the_sum_to_write(body):
    """(y - F(x))**2 has a part for each output."""
    with pytest.raises(InputError) as caught:
        check("(y - F(x))**2", let={"F(x)": body})
    assert "`F(x)` has 2 parts" in caught.value.message
    assert caught.value.help == "write `sum((y - F(x))**2)`, or mean"
