"""Kinds of directions that exist for some constants only say nothing of the others."""

import pytest

from diffcheck.check import check
from diffcheck.verdict import CINF, Kind, Verdict

# The forms are definite for one sign of c, and take both signs for the other.
FORMS = ["x**2 + c*y**2", "c*x**2 + y**2", "x**4 + c*y**4", "x**2 + c*(x - y)**2"]
OUTSIDE = ["sqrt({})", "({})**(3/2)", "({0})*log({0})", "({})**(1/4)*x"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("outside", OUTSIDE)
def test_answer_is_that_for_one_sign_of_the_constant_and_that_for_the_other(form: str, outside: str) -> None:
    """Without a constraint the class is the worse of those for c > 0 and c < 0; cases are told if they differ."""
    text = outside.format(form)
    above, below = (check(text, "x,y", where=where) for where in ("c > 0", "c < 0"))
    every = check(text, "x,y")
    assert above.smoothness is not None
    assert above.smoothness < CINF
    assert below.smoothness == CINF
    assert every.smoothness == above.smoothness
    assert (every.verdict is Verdict.CONDITIONAL) == (above.verdict is not below.verdict)


def test_failure_seen_along_directions_that_some_constants_lack_is_theirs_alone() -> None:
    """max(-(x^2 + c*y^2), 0) is zero for c > 0, so its quotients fail for c < 0 alone."""
    report = check("where(x == 0 and y == 0, 0, relu(-(x**2 + c*y**2))**2/(x**2 + y**2)**(3/2))", "x,y")
    assert [(c.condition, c.verdict) for c in report.cases] == [
        ("c < 0", Verdict.NOT_DIFFERENTIABLE),
        ("c > 0", Verdict.DIFFERENTIABLE),
    ]


def test_directions_are_told_apart_by_a_discriminant() -> None:
    """x^2 + c*x*y + y^2 is definite for |c| < 2: there the root has a corner, elsewhere its domain ends."""
    report = check("sqrt(x**2 + c*x*y + y**2)", "x,y")
    assert report.verdict is Verdict.CONDITIONAL
    assert [f.condition for f in report.findings if f.kind is Kind.CORNER] == ["c**2 < 4"]
