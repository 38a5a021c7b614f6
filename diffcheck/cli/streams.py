"""Files and streams: what is read and written, and what a terminal can show."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

from diffcheck.errors import BadOption

__all__ = ["is_file", "is_plain", "open_file", "text_of", "wants_color", "width_of", "write_file"]


def text_of(expression: str) -> str:
    """Return the expression, or what stdin has for `-`."""
    return _stdin_text() if expression == "-" else expression


def _stdin_text() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadOption("stdin is not UTF-8 text") from None


def open_file(file: str) -> int:
    """Return a file descriptor to read from; BadOption for what cannot be read."""
    if file == "-":
        return sys.stdin.fileno()
    if Path(file).is_dir():
        raise BadOption(f"cannot read {file}: it is a directory")
    try:
        return os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise BadOption(f"cannot read {file}: {said}") from None


def is_file(text: str) -> bool:
    """Whether a text is the name of a file."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


def write_file(file: str, content: bytes) -> None:
    """Write a file; BadOption where that fails."""
    try:
        Path(file).write_bytes(content)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise BadOption(f"cannot write {file}: {said}") from None


def width_of(stream: TextIO) -> int:
    """Return the width of a terminal; 80 for files and pipes."""
    return min(shutil.get_terminal_size().columns, 120) if stream.isatty() else 80


def wants_color(stream: TextIO) -> bool:
    """Whether to paint: terminals, unless NO_COLOR is set or they are dumb; anything where FORCE_COLOR is set."""
    if os.environ.get("NO_COLOR"):
        return False
    painting = stream.isatty() and os.environ.get("TERM") != "dumb"
    return painting or bool(os.environ.get("FORCE_COLOR"))


def is_plain(stream: TextIO) -> bool:
    """Whether a stream cannot show braille: its encoding has none, or the console has no such font."""
    try:
        "\u28ff".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return os.environ.get("TERM") in {"linux", "dumb"} and stream.isatty()
