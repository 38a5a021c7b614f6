"""Radial functions: the class of E(norm(x, y)) is that of the even function E(abs(t)) of one variable."""

from __future__ import annotations

import json
import re

import pytest
import sympy as sp
from questions import ask

from diffcheck.algebra.lower import lower
from diffcheck.check import check
from diffcheck.language.parse import parse
from diffcheck.language.unparse import unparse
from diffcheck.report.json import to_object
from diffcheck.thin.radial import radial
from diffcheck.verify import Status, verify

# Functions of a radius r: every kind of point and class, even and odd germs.
PROFILES = (
    "r", "r**2", "r**3", "cos(r)", "sin(r)", "r*tanh(r)", "exp(-r)", "exp(-r)*(1 + r)", "exp(-r)*(1 + r + r**2/3)",
    "relu(1 - r)**4*(4*r + 1)", "relu(1 - r)**6*(35*r**2 + 18*r + 3)", "log(cosh(r))", "floor(r)", "1/r", "sin(r)/r",
    "where(r == 0, 1, sin(r)/r)", "where(r == 0, 0, r*sin(1/r))", "where(r == 0, 0, r**3*sin(1/r**2))",
    "where(r == 0, 0, r**12*sin(1/r))", "where(r == 0, 0, r**4*log(r))", "where(r == 0, 2, cos(r))", "sqrt(r)",
    "where(r == 0, 0, exp(-1/r))", "min(r, 1)", "where(r < 1, r**2/2, r - 1/2)", "sqrt(1 + r) - r/2", "erf(r)/2",
)  # fmt: skip


def at(profile: str, radius: str) -> str:
    """Return the profile with an expression for its radius."""
    return re.sub(r"\br\b", radius, profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_function_of_the_norm_has_the_class_of_the_even_function(profile: str) -> None:
    """What happens at the origin of the plane happens at 0 on the line, in kind and class."""
    on_line = ask(at(profile, "abs(x)"), "x")
    in_plane = ask(at(profile, "norm(x, y)"), "x,y")
    assert in_plane.smoothness is not None
    assert in_plane.smoothness == on_line.smoothness
    assert {f.kind for f in in_plane.findings} == {f.kind for f in on_line.findings}


@pytest.mark.parametrize(
    "radius", ["norm(x - a, y - b)", "norm(x, 2*y)", "sqrt(2*x**2 + 2*x*y + y**2)", "norm(x, y, z)"]
)
@pytest.mark.parametrize("profile", ["r", "r**5", "exp(-r)*(1 + r)", "cosh(r)"])
def test_any_definite_form_is_a_norm(profile: str, radius: str) -> None:
    """A change of coordinates and more variables leave the class as it is."""
    wrt = "x,y,z" if "z" in radius else "x,y"
    assert ask(at(profile, radius), wrt).smoothness == ask(at(profile, "abs(x)"), "x").smoothness


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x*norm(x, y)", None),
        ("sqrt(x**4 + y**2)", None),
        ("sqrt(x**2 - y**2)", None),
        ("norm(x, y) + x", None),
        ("where(x == 0 and y == 1, 0, norm(x, y))", None),
        ("norm(x, y) + z", None),
        ("cos(sqrt(x**2 + y**2 + c))", "cos((c + t'**2)**(1/2))"),
    ],
)
def test_what_is_not_radial_is_no_function_of_the_radius(text: str, expected: str | None) -> None:
    """Other variables, indefinite forms and slow directions are left to the directions."""
    zero = {"x": sp.S.Zero, "y": sp.S.Zero}
    found = radial(lower(parse(text)), zero, (), ("x", "y", "z"))
    assert (None if found is None else unparse(found)) == expected


EVEN = [
    ("where(x == 0 and y == 0, 0, x*sin(norm(x, y))/norm(x, y))", "Cinf"),
    ("where(x == 0 and y == 0, 0, x**2*sin(norm(x, y))/norm(x, y) + y*cos(norm(x, y)))", "Cinf"),
    ("where(x == 0 and y == 0, 0, x**2*sin(x**2 + y**2)/(x**2 + y**2))", "Cinf"),
    ("where(x == 0 and y == 0, 0, x*(1 - cos(norm(x, y)))/norm(x, y))", "C1"),
    ("where(x == 0 and y == 0, 0, x**20*sin(norm(x, y))/norm(x, y)**3)", "C17"),
    ("x*exp(-norm(x, y))", "C1"),
]


@pytest.mark.parametrize(("text", "level"), EVEN, ids=[t for t, _ in EVEN])
def test_what_stands_beside_an_even_function_of_the_norm_may_be_anything_analytic(
    text: str, level: str
) -> None:
    """A quotient by the norm is removed only where nothing else moves in it."""
    assert str(ask(text, "x,y").smoothness) == level


@pytest.mark.parametrize(
    "text",
    [
        "exp(-norm(x, y))*(1 + norm(x, y))",
        "norm(x - z, y - z)**3",
        "where(x == 0 and y == 0, 1, sin(norm(x, y))/norm(x, y))",
    ],
)
def test_the_certificate_of_a_radial_function_is_not_contradicted(text: str) -> None:
    """The directions that were drawn are checked like any others."""
    report = check(text, "x,y,z" if "z" in text else "x,y")
    assert report.certificate is not None
    assert not any(c.status is Status.FAILED for c in verify(json.loads(json.dumps(to_object(report)))))


@pytest.mark.parametrize(
    "form", ["x**2 + y**2", "2*x**2 - x*y + y**2", "x**2 + y**2 + x**3", "3*x**2 + 5*y**2"]
)
@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("floor(1 - ({q}))", "discontinuous"),
        ("ceil(({q}))", "discontinuous"),
        ("where(-({q}) >= 0, 1, 0)", "discontinuous"),
        ("relu(-({q}))", "Cinf"),
        ("sqrt(1 - ({q}))", "Cinf"),
        ("abs(-({q}))**(3/2)", "C2"),
        ("sqrt(0 - (0 - ({q})))", "C0"),
    ],
)
def test_a_form_may_be_written_with_the_other_sign(text: str, level: str, form: str) -> None:
    """The square of the distance is positive beside the point, however the largest polynomial part is written."""
    for question in (text.format(q=form), text.format(q=form.replace("x", "(-x)"))):
        found = ask(question, "x,y", "-1/3 < x, x < 1/3, -1/3 < y, y < 1/3")
        assert str(found.smoothness) == level
