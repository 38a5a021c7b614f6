"""How far a batch is, shown on stderr while it runs; only the command line uses it."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["Progress"]


class Progress:
    """How many lines are answered, on stderr if that is a terminal.

    Refreshed by hand: the bar's own thread would be alive when workers are forked.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import MofNCompleteColumn, SpinnerColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (SpinnerColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
            self._task = self._bar.add_task("lines", total=None)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()

    def hide(self) -> None:
        """Take the bar away, so that a line can be printed to the same terminal."""
        if self._bar is not None:
            self._bar.stop()

    def advance(self) -> None:
        """Count one line and show the bar again."""
        if self._bar is not None:
            self._bar.start()
            self._bar.update(self._task, advance=1, refresh=True)
