"""Computations in C that nothing interrupts: done in a copy of this process, which is ended when its time is over.

Where a process cannot be copied (Windows) they are done here, without a limit.
"""

from __future__ import annotations

import math
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import TypeVar

if sys.platform != "win32":
    import resource

__all__ = ["finished"]

T = TypeVar("T")

_CHUNK = 65_536


def finished(compute: Callable[[], T], seconds: float) -> T | None:
    """Return what ``compute`` returns, which must be picklable; None if it takes longer or fails.

    ``compute`` sees this process as it is, and leaves it as it is.
    """
    if sys.platform == "win32":
        return compute()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(compute, writing, math.ceil(seconds) + 1)
    os.close(writing)
    try:
        data = _read(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    found: T | None = pickle.loads(data) if data else None
    return found


def _answer(compute: Callable[[], T], writing: int, limit: int) -> None:
    """Write the answer and end the process at once: what is open in it belongs to the other one.

    limit: seconds of processor time after which the system ends it, should the other one be gone.
    """
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        data = memoryview(pickle.dumps(compute()))
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
