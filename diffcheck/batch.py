"""Many checks: lines in, answers out, in input order, in bounded memory.

A thread reads lines into a pipe, which blocks it when it is far ahead; the loop in `answers` waits for
lines and for workers at once, so an answer is out as soon as it is known even while the input is still
being written. Input: JSON lines with `expr` or `latex` and optionally `id`, `wrt`, `where`, `let`, `size`; or plain
text, one expression a line, where `#` starts a comment.  The two may be mixed: a line that starts with a brace
is JSON.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from multiprocessing.connection import Connection, wait
from typing import Any

from diffcheck.check import load_stages, refused
from diffcheck.errors import BadOption, InputError, SyntaxProblem
from diffcheck.verdict import Report
from diffcheck.workers import Answer, Question, Worker

__all__ = ["Entry", "Reply", "answers", "entries", "read_entry"]

# Answers known but not yet due (an early one is slow) are kept; this many per worker bound the memory.
LOOK_AHEAD = 32

KEYS = ("expr", "latex", "id", "wrt", "where", "let", "size")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a batch: a question, or why there is none.

    id: as given, echoed in the answer.  text: what to show when the line is refused.
    column: at which the expression begins in the line; None in JSON.
    """

    line: int
    text: str
    question: Question | None = None
    error: InputError | None = None
    id: str | int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The report on one line."""

    entry: Entry
    report: Report


def answers(source: int, *, jobs: int, limit: float, why: bool = False) -> Iterator[Reply]:
    """Answer the lines of the file descriptor ``source`` in input order.

    jobs: worker processes.  limit: seconds for one check; a check that needs more becomes `undetermined`.
    why: say also what each finding means for training.
    """
    # One thread per worker: the workers are the parallelism.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    load_stages()
    pool = _Pool(jobs, limit, why)
    try:
        lines = _lines_in_background(source)
        yield from pool.run(lines)
    finally:
        pool.kill()


class _Slot:
    """One line on its way: its answer is None until it is known."""

    __slots__ = ("answer", "entry")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.answer: Answer | None = entry.error


class _Pool:
    """Workers and the window of lines between the oldest unanswered one and the newest read one."""

    def __init__(self, jobs: int, limit: float, why: bool) -> None:
        self._limit = limit
        self._why = why
        self._workers = [Worker(limit) for _ in range(jobs)]
        self._busy: dict[Worker, _Slot] = {}
        self._window: deque[_Slot] = deque()
        self._waiting: deque[_Slot] = deque()
        self._number = 0

    def run(self, lines: Connection) -> Iterator[Reply]:
        more = True
        while more or self._window:
            while self._window and self._window[0].answer is not None:
                yield _reply(self._window.popleft())
            self._assign()
            room = more and len(self._window) < LOOK_AHEAD * len(self._workers)
            if not room and not self._busy:
                continue
            by_connection = {worker.connection: worker for worker in self._busy}
            sources: list[Connection] = [*by_connection, *([lines] if room else [])]
            for ready in wait(sources, self._patience()):
                if ready is lines:
                    more = self._read(lines)
                else:
                    self._collect(by_connection[ready])  # type: ignore[index]
            self._end_overdue()

    def kill(self) -> None:
        for worker in self._workers:
            worker.kill()

    def _read(self, lines: Connection) -> bool:
        try:
            raw = lines.recv()
        except EOFError:
            return False
        if raw is None:
            return False
        if isinstance(raw, OSError):
            raise raw
        self._number += 1
        entry = read_entry(raw, self._number)
        if entry is not None and entry.question is not None and self._why:
            entry = replace(entry, question=replace(entry.question, why=True))
        if entry is not None:
            slot = _Slot(entry)
            self._window.append(slot)
            if entry.question is not None:
                self._waiting.append(slot)
        return True

    def _assign(self) -> None:
        for position, old in enumerate(self._workers):
            if not self._waiting:
                return
            if old in self._busy:
                continue
            worker = old if old.alive else Worker(self._limit)
            self._workers[position] = worker
            slot = self._waiting.popleft()
            assert slot.entry.question is not None
            worker.ask(slot.entry.question)
            self._busy[worker] = slot

    def _collect(self, worker: Worker) -> None:
        self._finish(worker, worker.answer())

    def _end_overdue(self) -> None:
        for worker in list(self._busy):
            self._finish(worker, worker.overdue())

    def _finish(self, worker: Worker, answer: Answer | None) -> None:
        if answer is not None:
            self._busy.pop(worker).answer = answer

    def _patience(self) -> float | None:
        return min((worker.seconds_left() for worker in self._busy), default=None)


def _reply(slot: _Slot) -> Reply:
    entry, answer = slot.entry, slot.answer
    if isinstance(answer, InputError):
        where = entry.question.where if entry.question else ""
        return Reply(entry, refused(entry.text, where, answer))
    assert answer is not None
    return Reply(entry, answer)


def _lines_in_background(source: int) -> Connection:
    """Return a pipe of the lines of ``source`` as bytes; its end is the end of the input."""
    ours, theirs = multiprocessing.Pipe(duplex=False)

    def feed() -> None:
        with contextlib.suppress(BrokenPipeError, ValueError), theirs:
            try:
                for line in _lines(source):
                    theirs.send(line)
                # Said, not only shown by closing: a worker forked meanwhile holds this end open as well.
                theirs.send(None)
            except OSError as error:
                theirs.send(error)

    threading.Thread(target=feed, daemon=True).start()
    return ours


def _lines(source: int) -> Iterator[bytes]:
    # os.read, not a buffered file: a daemon thread inside a buffered read aborts the interpreter's shutdown.
    rest = b""
    while chunk := os.read(source, 1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


def entries(lines: Iterator[bytes]) -> Iterator[Entry]:
    """Read lines, without those that are empty or only a comment."""
    for number, line in enumerate(lines, 1):
        entry = read_entry(line, number)
        if entry is not None:
            yield entry


def read_entry(raw: bytes, number: int) -> Entry | None:
    """Read one line; None if there is nothing on it."""
    raw = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
    try:
        line = raw.decode("utf-8")
        text = line.strip()
    except UnicodeDecodeError as error:
        shown = raw.decode("utf-8", "backslashreplace").strip()
        return Entry(number, shown, error=SyntaxProblem(f"the line is not UTF-8: {error.reason}"))
    if text.startswith("{"):
        return _json_entry(text, number)
    text = text.partition("#")[0].strip()
    column = len(line) - len(line.lstrip())
    return Entry(number, text, Question(text), column=column) if text else None


def _json_entry(text: str, number: int) -> Entry:
    entry = Entry(number, text)
    try:
        data = _json_object(text)
        entry = replace(entry, id=_id(data))
        question = _question(data)
    except InputError as error:
        return replace(entry, error=error)
    return replace(entry, text=question.expression, question=question)


def _json_object(text: str) -> dict[str, Any]:
    try:
        # Decimal keeps the digits of a `let` number: decimals are exact in the language.
        data = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = (error.pos, error.pos + 1)
        raise SyntaxProblem(f"the line is not JSON: {error.msg}", span=place, text=text) from None
    except (RecursionError, ValueError) as error:
        raise SyntaxProblem(f"the line is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise SyntaxProblem("the line is not a JSON object")
    return data


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _id(data: dict[str, Any]) -> str | int | None:
    given = data.get("id")
    if isinstance(given, bool) or not isinstance(given, str | int | None):
        raise BadOption("`id` must be a string or an integer")
    return given


def _question(data: dict[str, Any]) -> Question:
    """Check types.  Foreign keys are ignored, near misses are not: `were` would lose a constraint."""
    for key in data:
        near = difflib.get_close_matches(key, KEYS, n=1, cutoff=0.7)
        if key not in KEYS and near and near[0] not in data:
            raise BadOption(f"unknown key `{key}`", help=f"did you mean `{near[0]}`?")
    expression = _typed(data, "expr", lambda v: isinstance(v, str), "a string")
    formula = _typed(data, "latex", lambda v: isinstance(v, str), "a string")
    if (expression is None) == (formula is None):
        said = "the key `expr` is missing" if formula is None else "`expr` and `latex` are two questions"
        raise BadOption(said, help='write {"expr": "abs(x)"}, or {"latex": "|x|"}')
    wrt = _typed(data, "wrt", _is_text_or_texts, "a string or a list of strings")
    where = _typed(data, "where", lambda v: isinstance(v, str), "a string")
    let = _typed(data, "let", _is_let, "an object of strings or numbers")
    return Question(
        expression if formula is None else formula,
        None if wrt is None else (wrt,) if isinstance(wrt, str) else tuple(wrt),
        where or "",
        {name: str(value) for name, value in (let or {}).items()},
        size=_typed(data, "size", _is_size, "a whole number from 1 to 64"),
        latex=formula is not None,
    )


def _typed(data: dict[str, Any], key: str, fits: Callable[[Any], bool], wanted: str) -> Any:
    value = data.get(key)
    if value is not None and not fits(value):
        raise BadOption(f"`{key}` must be {wanted}")
    return value


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 64


def _is_text_or_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def _is_let(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(v, str | int | Decimal) and not isinstance(v, bool) for v in value.values()
    )
