"""Multiplying out: exact where it is small, refused where it would take minutes."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from diffcheck.algebra.expanded import MAX_TERMS, expanded, is_modest
from diffcheck.errors import Undetermined

X, Y, Z = sp.symbols("x y z", real=True)


def _sums():
    leaves = st.sampled_from([X, Y, Z, sp.Integer(2), sp.sin(X), sp.exp(Y)])

    def grown(inner):
        return st.one_of(
            st.builds(lambda u, v: u + v, inner, inner),
            st.builds(lambda u, v: u * v, inner, inner),
            st.builds(lambda u, n: u**n, inner, st.integers(1, 4)),
        )

    return st.recursive(leaves, grown, max_leaves=7)


@given(_sums())
def test_the_count_is_no_less_than_the_terms(expr):
    """What is multiplied out is what SymPy makes of it, and has no more terms than were counted."""
    if is_modest(expr):
        assert expanded(expr) == sp.expand(expr)
        assert len(sp.Add.make_args(expanded(expr))) <= MAX_TERMS


@pytest.mark.parametrize(
    "expr",
    [
        (X + Y + Z) ** 400,
        sp.Mul(*[(X + Y * n) for n in range(1, 40)], evaluate=False),
        sp.sin((X + 1) ** 5000),
        1 / (X + Y) ** 10**9,
    ],
    ids=["power", "product", "argument", "huge"],
)
def test_what_would_take_minutes_is_refused(expr):
    """The refusal comes from a count, at once."""
    with pytest.raises(Undetermined, match="too many terms"):
        expanded(expr)
