"""Places in the words of the question."""

import pytest

from diffcheck.check import check

# Expression, constraints -> the place of a finding.
PLACES = {
    ("max(0, norm(a-p) - norm(a-n) + m)", ""): "m = norm(a[i] - n[i]) - norm(a[i] - p[i])",
    ("1 - sum(min(p,q))/sum(max(p,q))", ""): "sum(max(p[i], q[i])) = 0",
    ("1/(abs(x) - 1)", ""): "x = 1",
}


@pytest.mark.parametrize(("text", "where"), PLACES)
def test_a_place_is_written_as_the_question_does_where_that_is_shorter(text, where):
    """Formulas that nobody reads give way to the parts of the question."""
    assert PLACES[text, where] in [f.at for f in check(text, where=where).findings]


def test_a_denominator_of_many_pieces_is_one_finding():
    """Each pixel may be p or q: eight pieces, one place.

    With N the sum of minima and D that of maxima the slopes -1/D and N/D**2 meet where N + D, the sum of all, is 0.
    """
    found = check("1 - sum(min(p,q))/sum(max(p,q))").findings
    assert [(f.kind, f.at) for f in found] == [
        ("pole", "sum(max(p[i], q[i])) = 0"),
        ("corner", "p[i] = q[i] and p[j] + p[k] + 2*q[i] + q[j] + q[k] != 0 for some i, j, k"),
    ]
