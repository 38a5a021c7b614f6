"""Computations that nothing interrupts are ended from outside."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sympy as sp

from diffcheck.conditions.solver import Answer
from diffcheck.killable import finished

X = sp.Symbol("x", real=True)


def spin():
    """Compute for ever."""
    while True:
        pass


@pytest.mark.parametrize(
    "value",
    [3, Answer("sat", True, {X: sp.Rational(1, 3)}), Answer("sat", False, {X: sp.CRootOf(X**5 - X - 1, 0)})],
)
def test_an_answer_comes_back_as_it_is(value):
    """Answers with symbols, fractions and roots are equal to those computed here."""
    assert finished(lambda: value, 10) == value


def test_what_never_ends_is_ended():
    """The answer is None, and the process goes on."""
    assert finished(spin, 0.2) is None
    assert finished(lambda: 1, 10) == 1


def test_time_that_others_take_does_not_count():
    """What waits for longer than the limit, as on a busy machine, and computes for less, has its answer."""
    assert finished(lambda: time.sleep(0.5) or 1, 0.1) == 1


def test_a_thread_may_ask():
    """The limit holds, and an answer comes back, where it is not the main thread that asks."""
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(finished, spin, 0.2).result() is None
        assert pool.submit(finished, lambda: 1, 10).result() == 1


def test_a_failure_is_no_answer():
    """An error in the copy is not raised here."""
    assert finished(lambda: 1 // 0, 10) is None


def test_nothing_that_was_done_is_left_behind():
    """The computation sees this process and cannot change it."""
    seen = []
    assert finished(lambda: seen.append(time.time()) or len(seen), 10) == 1
    assert seen == []
