"""Bounds of parts with branches: valid at every point, and enough to show that denominators are positive."""

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.algebra.lower import lower
from diffcheck.algebra.printer import symbol
from diffcheck.check import check
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse
from diffcheck.report.json import to_object
from diffcheck.verdict import C0, SINGULAR
from diffcheck.verify import verify
from diffcheck.walls.gaps import Pieces
from diffcheck.walls.least import Least

_leaves = st.sampled_from(["x", "y", "2", "0", "-1", "1/3", "x - y", "x**2"])
_trees = st.recursive(
    _leaves,
    lambda t: st.one_of(
        st.tuples(st.sampled_from(["max", "min"]), t, t).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
        st.tuples(t, t).map(lambda p: f"({p[0]}) + ({p[1]})"),
        st.tuples(t, t).map(lambda p: f"({p[0]})*({p[1]})"),
        t.map(lambda u: f"-({u})"),
        t.map(lambda u: f"({u})**2"),
        t.map(lambda u: f"relu({u})"),
    ),
    max_leaves=6,
)
_numbers = st.fractions(-3, 3, max_denominator=7)


@settings(max_examples=150, deadline=None)
@given(_trees, st.lists(st.tuples(_numbers, _numbers), min_size=4, max_size=4))
def test_a_bound_holds_at_every_point(text, points):
    """No lower bound is above the value anywhere, and no upper bound below."""
    tree = lower(parse(text))
    low, high = Least(Pieces(), ()).of(tree)
    for x, y in points:
        value = evaluate(tree, {"x": x, "y": y}, 30).value
        at = {
            symbol("x"): sp.Rational(x.numerator, x.denominator),
            symbol("y"): sp.Rational(y.numerator, y.denominator),
        }
        assert all(Fraction(str(e.subs(at))) <= value for e in low)
        assert all(Fraction(str(e.subs(at))) >= value for e in high)


OVERLAP = "max(0, min(b, d) - max(a, c))"
AREA = "max(0, min(x2, u2) - max(x1, u1))*max(0, min(y2, v2) - max(y1, v1))"
CLASSES = [
    ("1/max(x, 1e-8)", "x", "", C0),
    ("x/max(abs(x), 1/3)", "x", "", C0),
    ("log(max(x, 1e-7))", "x", "", C0),
    ("1/relu(max(x - 1, x, 1))", "x", "", C0),
    ("log(max(max(x, y), 1)) + max(x - 1, 0)", "x,y", "", C0),
    ("1/(max(x, y) - min(x, y) + 1)", "x,y", "", C0),
    ("1/(max(x, y) - min(x, y))", "x,y", "", SINGULAR),
    ("1/(1 + max(x, 0) - min(x, 1))", "x", "", C0),
    (f"{OVERLAP}/(b - a + d - c - {OVERLAP})", "a,b", "a < b, c < d", C0),
    (f"(a + b)/((max(b, d) - min(a, c))**2 + {OVERLAP})", "a,b", "a < b, c < d", C0),
    (
        f"{AREA}/((x2 - x1)*(y2 - y1) + (u2 - u1)*(v2 - v1) - {AREA})",
        "x1,x2,y1,y2",
        "x1<x2, y1<y2, u1<u2, v1<v2",
        C0,
    ),
]


@pytest.mark.parametrize(("text", "wrt", "where", "level"), CLASSES, ids=[t for t, *_ in CLASSES])
def test_what_is_divided_by_with_branches_is_positive_by_bounds(text, wrt, where, level):
    """The overlap of two boxes over their union is continuous: no branch alone shows that the union is not empty."""
    report = check(text, wrt, where)
    assert report.smoothness == level
    checks = [c for c in verify(to_object(report)) if c.status.value == "failed"]
    assert not checks
