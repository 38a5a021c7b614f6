"""Text in columns: what fits in a line, and carets under the part of a source that is meant.

Widths are terminal cells: East Asian wide characters take two, combining marks none.  Control characters of
the input are shown as `?`, so an expression can neither move the cursor nor break a line.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

__all__ = ["Excerpt", "Line", "cells", "cropped", "excerpt", "one_line", "painted", "printed", "wrapped"]

# Pieces of text with the style that rich gives them.
Line = list[tuple[str, str]]

ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One line of a source, and the line of carets below it."""

    line: str
    carets: str


def cells(text: str) -> int:
    """Return how many terminal cells ``text`` takes."""
    return sum(map(_width, text))


def one_line(text: str) -> str:
    """Return ``text`` on one line, every run of white space made one space, control characters shown."""
    return _shown(" ".join(text.split()))


def cropped(text: str, width: int) -> str:
    """Return the start of ``text`` on one line of at most ``width`` cells."""
    line = one_line(text)
    return line if cells(line) <= width else _head(line, width - len(ELLIPSIS)) + ELLIPSIS


def wrapped(text: str, width: int, *, first: int = 0, rest: int = 0) -> list[str]:
    """Break ``text`` at spaces into lines of at most ``width`` cells; a longer word is cut.

    first: cells already taken on the first line.  rest: indent of the other lines, part of them.
    """
    lines: list[str] = []
    line, room = "", width - first
    for word in one_line(text).split(" "):
        joined = f"{line} {word}" if line else word
        if cells(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
            room = width - rest
        line = word
        while cells(line) > room:
            head = _head(line, room)
            lines.append(head)
            line, room = line[len(head) :], width - rest
    lines.append(line)
    return lines[:1] + [" " * rest + line for line in lines[1:]]


def excerpt(text: str, span: tuple[int, int], width: int) -> Excerpt:
    """Return the line of ``text`` where ``span`` starts, cropped around it to ``width`` cells, with carets.

    A span over several lines is marked to the end of its first line; an empty one by one caret.
    """
    start = min(max(span[0], 0), len(text))
    begin = text.rfind("\n", 0, start) + 1
    newline = text.find("\n", start)
    line = _shown(text[begin : newline if newline >= 0 else len(text)])
    low = start - begin
    high = max(low, min(span[1] - begin, len(line)))
    left, right = _window(line, low, high, width)
    before = ELLIPSIS if left > 0 else ""
    after = ELLIPSIS if right < len(line) else ""
    offset = cells(before + line[left:low])
    marked = max(1, cells(line[low : min(high, right)]))
    return Excerpt(before + line[left:right] + after, " " * offset + "^" * marked)


def printed(lines: list[Line], width: int, color: bool) -> str:
    """Return lines of styled pieces as text, with colours if asked."""
    return painted(lines, width) if color else "\n".join("".join(t for t, _ in line) for line in lines)


def painted(lines: list[Line], width: int) -> str:
    """Return lines of styled pieces as text with colours, for terminals."""
    from rich.console import Console
    from rich.text import Text

    console = Console(
        force_terminal=True,
        color_system="standard",
        no_color=False,
        width=width + 1,
        legacy_windows=False,
        highlight=False,
    )
    with console.capture() as capture:
        for line in lines:
            console.print(Text.assemble(*line), soft_wrap=True)
    return capture.get().rstrip("\n")


def _window(line: str, low: int, high: int, width: int) -> tuple[int, int]:
    """Return the range of ``line`` to show: all of [low, high) if it fits, the rest shared by both sides."""
    # One cell is kept for a caret after the end of the line.
    if cells(line) < width:
        return 0, len(line)
    room = width - 2 * len(ELLIPSIS) - 1
    left, right = low, low
    while right < high and cells(line[left : right + 1]) <= room:
        right += 1
    while True:
        grown = False
        if left > 0 and cells(line[left - 1 : right]) <= room:
            left, grown = left - 1, True
        if right < len(line) and cells(line[left : right + 1]) <= room:
            right, grown = right + 1, True
        if not grown:
            return left, right


def _width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _head(text: str, width: int) -> str:
    end, used = 0, 0
    for char in text:
        used += _width(char)
        if used > width and end > 0:
            break
        end += 1
    return text[:end]


def _shown(text: str) -> str:
    """Replace character by character, so that columns stay what they are."""
    # Format characters (Cf) include bidirectional overrides, which would show another text than was read.
    return "".join(
        " " if c.isspace() else "?" if unicodedata.category(c) in {"Cc", "Cf", "Cs"} else c for c in text
    )
