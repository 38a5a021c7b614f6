"""Computations in C that nothing interrupts: done in a copy of this process, which is ended when its time is over.

The time is that of the processor: what is given up does not depend on what else the machine does.  Where a process
cannot be copied (Windows) they are done here, without a limit.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["finished"]

T = TypeVar("T")

_CHUNK = 65_536
# By the clock on the wall, as multiples of the limit: a copy that waits for what the other process held is never done.
WAITING = 20


def finished(compute: Callable[[], T], seconds: float) -> T | None:
    """Return what ``compute`` returns, which must be picklable; None if it fails or needs more processor time.

    ``compute`` sees this process as it is, and leaves it as it is.
    """
    if sys.platform == "win32":
        return compute()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(compute, writing, seconds)
    os.close(writing)
    try:
        data = _read(reading, time.monotonic() + WAITING * seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    found: T | None = pickle.loads(data) if data else None
    return found


def _answer(compute: Callable[[], T], writing: int, seconds: float) -> None:
    """Write the answer and end the process at once: what is open in it belongs to the other one.

    The system ends it after ``seconds`` of processor time; no code of it needs to run for that.
    """
    try:
        if sys.platform != "win32":
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, seconds)
        data = memoryview(pickle.dumps(compute()))
        if sys.platform != "win32":
            # Half an answer is none.
            signal.setitimer(signal.ITIMER_PROF, 0)
        while data:
            data = data[os.write(writing, data) :]
    finally:
        os._exit(0)


def _read(reading: int, until: float) -> bytes:
    """Return all that is written before the other end closes; nothing if that takes too long."""
    parts: list[bytes] = []
    while select.select([reading], [], [], max(until - time.monotonic(), 0))[0]:
        part = os.read(reading, _CHUNK)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return b""
