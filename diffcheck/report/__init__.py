"""A report in the formats that people and programs read.  Formats decide nothing.

To add a format, add a module with `render(report, *, width, color) -> str` and one entry in FORMATS.  A module that
also has `stream(reports, *, width) -> Iterator[str]` serves batches: it yields texts to print as reports come.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from typing import Protocol, cast

from diffcheck.report.places import Located
from diffcheck.verdict import Report

__all__ = ["BATCH_FORMATS", "FORMATS", "Render", "Stream", "renderer", "streamer"]


class Render(Protocol):
    """How every format is called."""

    def __call__(self, report: Report, *, width: int = 80, color: bool = False) -> str:
        """Return the report as text without a final newline; formats for programs ignore width and color."""
        ...


class Stream(Protocol):
    """How a format is called for a batch."""

    def __call__(self, reports: Iterable[Located], *, width: int = 80) -> Iterator[str]:
        """Yield texts without a final newline, each as soon as it is known."""
        ...


# Modules by name, imported on use: the JSON path must not pay for rich.
FORMATS = {
    "github": "diffcheck.report.github",
    "json": "diffcheck.report.json",
    "latex": "diffcheck.report.latex",
    "sarif": "diffcheck.report.sarif",
    "terminal": "diffcheck.report.terminal",
}

# One document for a paper tells of one expression.
BATCH_FORMATS = tuple(name for name in FORMATS if name != "latex")


def renderer(name: str) -> Render:
    """Return the function that renders reports in the format ``name``, a key of FORMATS."""
    return cast(Render, importlib.import_module(FORMATS[name]).render)


def streamer(name: str) -> Stream:
    """Return the function that renders a batch in the format ``name``, one of BATCH_FORMATS."""
    return cast(Stream, importlib.import_module(FORMATS[name]).stream)
