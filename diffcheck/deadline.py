"""A time budget that long computations ask for, wherever they are in the call stack.

`within(seconds)` sets it for a block, in seconds of this thread's processor time, `before(moment)` by the clock on the
wall; `check_time` raises TimeOver once it is used up.  Nested budgets only shorten.
It ends what asks often enough; what never returns is ended from outside (workers.py).
`conclusion` is the moment at which an analysis concludes from what it has seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from diffcheck.errors import Undetermined

__all__ = ["LIMIT", "TimeOver", "before", "check_time", "conclusion", "within"]

# Seconds for one check where nothing else is asked for.
LIMIT = 30.0
# The part of them for the look at every place; the words, the certificate and the probe need some as well.
PATIENCE = 0.7

_until: ContextVar[float] = ContextVar("diffcheck_until", default=float("inf"))
_moment: ContextVar[float] = ContextVar("diffcheck_moment", default=float("inf"))


class TimeOver(Undetermined):
    """The time budget is used up."""


def conclusion(limit: float = LIMIT) -> float:
    """Return the moment of ``time.monotonic()`` at which a check of ``limit`` seconds that begins now concludes."""
    return time.monotonic() + PATIENCE * limit


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the block at most ``seconds``, and no more than an enclosing block has left."""
    token = _until.set(min(_until.get(), time.thread_time() + seconds))
    try:
        yield
    finally:
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
        raise TimeOver("there was no time to look at every place")
