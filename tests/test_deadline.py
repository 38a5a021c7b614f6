"""Time budgets: processor time of this thread, nested ones only shorten."""

import time

import pytest

from diffcheck.deadline import TimeOver, check_time, within
from diffcheck.errors import Undetermined


def _spend(seconds):
    """Work for so long, then ask."""
    start = time.thread_time()
    while time.thread_time() < start + seconds:
        pass
    check_time()


def test_without_a_budget_time_never_runs_out():
    """No block, no limit."""
    check_time()


def test_a_used_up_budget_ends_the_block_as_undetermined():
    """TimeOver is a reason for an open answer, not an error."""
    with within(0.005), pytest.raises(TimeOver):
        _spend(0.01)
    assert issubclass(TimeOver, Undetermined)


def test_sleeping_costs_nothing():
    """The budget counts this thread's work, so a busy machine changes no answer."""
    with within(0.02):
        time.sleep(0.03)
        check_time()


def test_an_inner_budget_cannot_extend_an_outer_one():
    """The nearest end counts, whichever block has set it."""
    with within(0.005), within(60), pytest.raises(TimeOver):
        _spend(0.01)


def test_the_outer_budget_comes_back_after_the_inner_one():
    """Leaving a block, by an exception too, restores what held before."""
    with within(60):
        with pytest.raises(TimeOver), within(0):
            _spend(0.001)
        check_time()
    check_time()
