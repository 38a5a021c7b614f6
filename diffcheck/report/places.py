"""Where a report's expression stands in a file, for the formats that point there."""

from __future__ import annotations

from dataclasses import dataclass

from diffcheck.verdict import Report

__all__ = ["Located", "Region"]


@dataclass(frozen=True, slots=True)
class Region:
    """Lines and columns, both counted from 1; the end column is that after the last character."""

    line: int
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """A report and the place of its expression.

    file: None for what came from the command line or a pipe.  line: of the expression in it, from 1.
    column: at which the expression begins, from 0; None where its characters are not those of the file (JSON).
    id: of the line of a batch.  passes: whether it is at least what was asked for.
    """

    report: Report
    file: str | None = None
    line: int = 1
    column: int | None = 0
    id: str | int | None = None
    passes: bool = True

    @property
    def name(self) -> str:
        """The place as people write it: "losses.txt:3", "line 3" of a pipe."""
        return f"line {self.line}" if self.file is None else f"{self.file}:{self.line}"

    def region(self, span: tuple[int, int] | None) -> Region:
        """Return where columns of the expression are in the file; without a span where the expression is."""
        if self.column is None:
            return Region(self.line)
        text = self.report.expression
        start, end = (0, len(text)) if span is None else span
        line, column = self._position(text, start)
        last, after = self._position(text, max(start, end))
        return Region(line, column, last, after)

    def _position(self, text: str, index: int) -> tuple[int, int]:
        before = text[:index]
        rows = before.count("\n")
        first = 0 if rows else self.column or 0
        return self.line + rows, first + len(before) - (before.rfind("\n") + 1) + 1
