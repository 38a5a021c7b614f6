"""A time budget that long computations ask for, wherever they are in the call stack.

`within(seconds)` sets it for a block, in seconds of this thread's processor time, `before(moment)` by the clock on the
wall; `check_time` raises TimeOver once it is used up.  Nested budgets only shorten.
It ends what asks often enough.  In a process that called `interrupt` a timer asks for the others, so that a long
computation of a library loses its own answer only; what never returns from C is ended from outside (workers.py).
`conclusion` is the moment at which an analysis concludes from what it has seen.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from diffcheck.errors import Undetermined

__all__ = ["LIMIT", "TimeOver", "before", "check_time", "conclusion", "interrupt", "within"]

# Seconds for one check where nothing else is asked for.
LIMIT = 30.0
# The part of them for the look at every place; the words, the certificate and the probe need some as well.
PATIENCE = 0.7
# Seconds of processor time between two looks at the clock, and what is given to what asks by itself.
TICK = 0.25
GRACE = 0.5

_until: ContextVar[float] = ContextVar("diffcheck_until", default=float("inf"))
# The end of the outermost block of processor time: within it what is cut short may have another way.
_whole: ContextVar[float] = ContextVar("diffcheck_whole", default=float("inf"))
_moment: ContextVar[float] = ContextVar("diffcheck_moment", default=float("inf"))


_OVER = "there was no time to look at every place"


class TimeOver(Undetermined):
    """The time budget is used up."""


def conclusion(limit: float = LIMIT) -> float:
    """Return the moment of ``time.monotonic()`` at which a check of ``limit`` seconds that begins now concludes."""
    return time.monotonic() + PATIENCE * limit


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the block at most ``seconds``, and no more than an enclosing block has left."""
    until = min(_until.get(), time.thread_time() + seconds)
    token = _until.set(until)
    whole = _whole.set(until if _whole.get() == float("inf") else _whole.get())
    try:
        yield
    finally:
        _whole.reset(whole)
        _until.reset(token)


@contextmanager
def before(moment: float) -> Iterator[None]:
    """Have the block end when ``time.monotonic()`` reaches ``moment``, if no enclosing block ends sooner."""
    token = _moment.set(min(_moment.get(), moment))
    try:
        yield
    finally:
        _moment.reset(token)


def check_time() -> None:
    """Raise TimeOver when the budget of an enclosing block is used up."""
    if time.thread_time() > _until.get() or time.monotonic() > _moment.get():
        raise TimeOver(_OVER)


def interrupt() -> None:
    """Have blocks end from now on also where nothing asks, by an exception between two instructions of Python.

    For the main thread of a process that does nothing but answer questions: what was interrupted may be half done.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGVTALRM, _look_at_the_clock)
        signal.setitimer(signal.ITIMER_VIRTUAL, TICK, TICK)


def _look_at_the_clock(*_: object) -> None:
    if time.thread_time() > _whole.get() + GRACE or time.monotonic() > _moment.get() + GRACE:
        raise TimeOver(_OVER)
