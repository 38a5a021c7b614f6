"""Checks in child processes that a time limit really ends.

A prover may sit in C code that never returns and never lets go of the interpreter, so a timer inside the
process is no limit to rely on: the parent kills the child and starts another.  A child that dies (memory, a fault in a
library) costs one answer, never the run.

Children are forked on Linux, which starts them in milliseconds with the stages already imported; elsewhere
they are spawned and import the stages themselves, before the time limit starts to count. Read in order:
Question, Worker, ask.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait

from diffcheck.check import check, load_stages
from diffcheck.deadline import conclusion, interrupt
from diffcheck.errors import InputError
from diffcheck.verdict import Report, Smoothness, Verdict

__all__ = ["Answer", "Question", "Worker", "ask", "undetermined"]

Answer = Report | InputError

# Imports on a busy machine; longer means that the installation is broken, and then there is an answer too.
STARTUP_LIMIT = 120.0

# Long sums are deep trees. Frames of pure Python cost no C stack since 3.11; an overflow costs one worker.
RECURSION_LIMIT = 10_000

# Leaves room for NumPy's and cvc5's reserved but unused address space; a runaway expansion hits it in
# seconds.
MEMORY_LIMIT = 6 * 2**30

_READY = "ready"

# A decided verdict waits no longer than this for its surrogates, in seconds, unless it is them that were asked for.
AFTERTHOUGHT = 3.0


@dataclass(frozen=True, slots=True)
class Early:
    """A report whose verdict is final; its surrogates may still come."""

    report: Report


@dataclass(frozen=True, slots=True)
class Question:
    """The arguments of one `check`; ``certify``: whether the steps of the verdict are wanted; ``nodes``: the tape."""

    expression: str
    wrt: tuple[str, ...] | None = None
    where: str = ""
    let: Mapping[str, str] = field(default_factory=dict)
    certify: bool = True
    wanted: Smoothness | None = None
    size: int | None = None
    nodes: bool = False
    why: bool = False
    latex: bool = False


def ask(question: Question, limit: float) -> Answer:
    """Answer one question in a child process within ``limit`` seconds."""
    worker = Worker(limit)
    try:
        worker.ask(question)
        while True:
            answer = worker.answer() if wait([worker.connection], worker.seconds_left()) else worker.overdue()
            if answer is not None:
                return answer
    finally:
        worker.kill()


def undetermined(question: Question, reason: str, seconds: float = 0.0) -> Report:
    """Return the report on a question that got no answer."""
    return Report(
        question.expression,
        (),
        (),
        question.where,
        Verdict.UNDETERMINED,
        None,
        reason=reason,
        seconds=seconds,
    )


class Worker:
    """One child process that answers one question at a time.

    limit: seconds for one check.  question: the one it works on, or None when idle.
    connection: becomes readable when `answer` has something to look at.
    """

    def __init__(self, limit: float) -> None:
        # macOS offers fork as well, but its system libraries may abort in a forked child.
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self.limit = limit
        self.question: Question | None = None
        self._ready = False
        self._early: Report | None = None
        self._deadline = 0.0
        self._asked = 0.0
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, limit), daemon=True)  # type: ignore[attr-defined]
        self._process.start()
        theirs.close()

    def ask(self, question: Question) -> None:
        """Send a question; a dead child is noticed by `answer`."""
        self.question = question
        self._early = None
        self._start_clock(0.0 if self._ready else STARTUP_LIMIT)
        with contextlib.suppress(OSError):
            self.connection.send(question)

    def answer(self) -> Answer | None:
        """Receive an answer, or None for the sign that the child is ready and its clock starts now."""
        question = self.question
        assert question is not None
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            return self._died(question)
        if message == _READY:
            self._ready = True
            self._start_clock(0.0)
            return None
        if isinstance(message, Early):
            self._early = message.report
            waited_for = question.why and any(f.why is None for f in message.report.findings)
            waited_for |= question.nodes and message.report.tape is None
            if question.wanted is None and not waited_for:
                self._deadline = min(self._deadline, time.monotonic() + AFTERTHOUGHT)
            return None
        self.question = None
        assert isinstance(message, Report | InputError)
        return message

    def seconds_left(self) -> float:
        """Return how long the child may still work on its question, at least 0."""
        return max(0.0, self._deadline - time.monotonic())

    def overdue(self) -> Report | None:
        """Kill the child and give up on its question if its time is over, else return None."""
        question = self.question
        if question is None or time.monotonic() < self._deadline or self.connection.poll():
            return None
        self.kill()
        seconds = time.monotonic() - self._asked
        if self._early is not None:
            return self._early
        if not self._ready:
            return undetermined(question, f"the worker process did not start in {STARTUP_LIMIT:g} s", seconds)
        return undetermined(question, f"time limit of {self.limit:g} s", seconds)

    @property
    def alive(self) -> bool:
        """Whether the child can be asked."""
        return not self.connection.closed and self._process.is_alive()

    def kill(self) -> None:
        """End the child at once, whatever it does."""
        self.question = None
        self._process.kill()
        self._process.join()
        self.connection.close()

    def _start_clock(self, grace: float) -> None:
        self._asked = time.monotonic()
        self._deadline = self._asked + grace + self.limit

    def _died(self, question: Question) -> Report:
        seconds = time.monotonic() - self._asked
        # The pipe breaks a moment before the exit status is known.
        self._process.join(5)
        code = self._process.exitcode
        self.kill()
        if self._early is not None:
            return self._early
        how = f"signal {_signal_name(-code)}" if code is not None and code < 0 else f"exit status {code}"
        return undetermined(question, f"the worker process died ({how})", seconds)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _serve(connection: Connection, limit: float) -> None:
    """Answer questions until the parent is gone: the child's main loop."""
    parent = os.getppid()
    _settle()
    load_stages()
    interrupt()
    # Expressions are small and many: collecting them less often saves a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    with contextlib.suppress(EOFError, OSError):
        connection.send(_READY)
        while True:
            # Siblings forked later hold the pipe open, so the end of the parent shows only in getppid.
            while not connection.poll(2.0):
                if os.getppid() != parent:
                    return
            question = connection.recv()
            _alarm(limit + 10.0)
            until = conclusion(limit)
            connection.send(_answer(question, until, lambda report: connection.send(Early(report))))
            _alarm(0.0)


def _settle() -> None:
    """Keep the child quiet and bounded; Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.setrecursionlimit(RECURSION_LIMIT)
    # Libraries write warnings from C; stdout belongs to the answers.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _alarm(seconds: float) -> None:
    """Have the kernel end this process after ``seconds``, should the parent be gone; 0 cancels."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _answer(question: Question, until: float, early: Callable[[Report], None]) -> Answer:
    try:
        return check(
            question.expression,
            question.wrt,
            question.where,
            question.let,
            certify=question.certify,
            early=early,
            wanted=question.wanted,
            size=question.size,
            nodes=question.nodes,
            why=question.why,
            latex=question.latex,
            until=until,
        )
    except InputError as error:
        return error
    except Exception as error:
        return undetermined(question, f"internal error: {type(error).__name__}: {error}")
