"""Time budgets: processor time of this thread, nested ones only shorten."""

import time

import pytest
from questions import ask, question

from diffcheck import deadline, killable
from diffcheck.analyze import analyze
from diffcheck.deadline import LIMIT, TimeOver, before, check_time, conclusion, interrupt, within
from diffcheck.errors import Undetermined
from diffcheck.verdict import C0, DISCONTINUOUS, SINGULAR, Smoothness, Verdict


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


def test_a_moment_of_the_clock_ends_the_block_too():
    """What waits is ended as well as what works."""
    with before(time.monotonic() + 60):
        check_time()
    with before(time.monotonic() - 1), pytest.raises(TimeOver):
        check_time()


def test_where_nothing_asks_the_timer_of_the_process_does():
    """A loop that never asks ends with the outermost block; an inner one that is cut short by its own end goes on."""

    def work():
        interrupt()
        with within(0.2):
            try:
                with within(0.01):
                    while True:
                        pass
            except TimeOver:
                return time.thread_time()

    start = time.thread_time()
    assert killable.finished(work, 20) is not None
    assert start < time.thread_time()


def test_what_is_interrupted_tells_what_it_has_seen(monkeypatch):
    """A place found before the end stands: SymPy is kept busy after it, and never asks for the time."""

    def work():
        interrupt()
        monkeypatch.setattr("diffcheck.analysis.look._visit_thin", lambda *_: _forever())
        monkeypatch.setattr("diffcheck.analyze.WORDS", 20)
        found = analyze(question("abs(x) + x**2/norm([x, y])", "x,y"), until=time.monotonic() + 2)
        return found.verdict, found.smoothness, [f.at for f in found.findings]

    assert killable.finished(work, 30) == (Verdict.NOT_DIFFERENTIABLE, None, ["x = 0"])


def _forever():
    while True:
        pass


class _Clock:
    """A clock that stands still for some readings, and then is at the end of time."""

    def __init__(self, readings):
        self.left = readings

    def monotonic(self):
        self.left -= 1
        return 0.0 if self.left >= 0 else float("inf")

    @staticmethod
    def thread_time():
        return 0.0


ENDED = [
    ("max(abs(x), 1 - y)*abs(x - 1) + floor(2*y)", "x,y", {C0, DISCONTINUOUS}),
    ("abs(abs(x) - 1)**1.5 + sqrt(abs(x - 3))", "x", {C0}),
    ("x*abs(x) + log(1 + exp(y))", "x,y", {Smoothness(1)}),
    ("a*abs(x) + max(b*x, 0)**2/x", "x", {C0, SINGULAR}),
]


@pytest.mark.parametrize(("text", "wrt", "classes"), ENDED, ids=[text for text, *_ in ENDED])
def test_whenever_the_time_ends_what_is_concluded_is_true(monkeypatch, text, wrt, classes):
    """What was seen stands; no class is claimed that unseen places could spoil, and nothing is called smooth."""
    truth = ask(text, wrt)
    assert truth.smoothness in classes
    for readings in [*range(0, 60, 3), *range(60, 400, 40)]:
        monkeypatch.setattr(deadline, "time", _Clock(readings))
        try:
            found = analyze(question(text, wrt), until=1.0)
        except TimeOver:
            continue
        if found.smoothness is not None:
            assert found.smoothness == truth.smoothness
        elif found.verdict is not Verdict.UNDETERMINED:
            assert found.verdict is truth.verdict is Verdict.NOT_DIFFERENTIABLE


def test_an_analysis_that_is_told_no_end_has_that_of_the_command(monkeypatch):
    """A library call is not without a limit: it concludes when a check of `LIMIT` seconds would."""
    assert time.monotonic() < conclusion() < time.monotonic() + LIMIT
    monkeypatch.setattr(deadline, "time", _Clock(3))
    with pytest.raises(TimeOver):
        analyze(question("abs(x)", "x"))
