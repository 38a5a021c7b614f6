"""A report in the formats that people and programs read.  Formats decide nothing.

To add a format, add a module with `render(report, *, width, color) -> str` and one entry in FORMATS.
"""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from diffcheck.verdict import Report

__all__ = ["FORMATS", "Render", "renderer"]


class Render(Protocol):
    """How every format is called."""

    def __call__(self, report: Report, *, width: int = 80, color: bool = False) -> str:
        """Return the report as text without a final newline; formats for programs ignore width and color."""
        ...


# Modules by name, imported on use: the JSON path must not pay for rich.
FORMATS = {
    "json": "diffcheck.report.json",
    "latex": "diffcheck.report.latex",
    "terminal": "diffcheck.report.terminal",
}


def renderer(name: str) -> Render:
    """Return the function that renders reports in the format ``name``, a key of FORMATS."""
    return cast(Render, importlib.import_module(FORMATS[name]).render)
