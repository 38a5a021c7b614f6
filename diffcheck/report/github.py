"""Reports as workflow commands of GitHub Actions, which annotate the lines of a pull request.

Source: "Workflow commands for GitHub Actions": ::error file=F,line=L,col=C,endColumn=E,title=T::message, with percent
signs and line ends escaped everywhere, colons and commas also in the properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diffcheck.report.places import Located
from diffcheck.rules import message
from diffcheck.verdict import Report, Severity, Verdict

__all__ = ["render", "stream"]

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, *, width: int = 80, color: bool = False) -> str:
    """Return a command for every finding, one a line; nothing where nothing was found."""
    return "\n".join(stream([Located(report)]))


def stream(reports: Iterable[Located], *, width: int = 80) -> Iterator[str]:
    """Yield the commands, one a line."""
    for located in reports:
        report = located.report
        if report.error is not None:
            said = report.error.message + (f"; {report.error.hint}" if report.error.hint else "")
            yield _command("error", located, report.error.span, "not readable", said)
            continue
        for f in report.findings:
            yield _command(COMMANDS[f.severity], located, f.span, str(f.kind), message(f))
        if report.verdict is Verdict.UNDETERMINED:
            yield _command("warning", located, None, "undetermined", str(report.reason))


def _command(name: str, located: Located, span: tuple[int, int] | None, title: str, text: str) -> str:
    values: dict[str, object] = {}
    if located.file is not None:
        region = located.region(span)
        values = {"file": located.file, "line": region.line, "col": region.column}
        # GitHub takes columns of one line only.
        values |= {"endColumn": region.end_column} if region.end_line == region.line else {}
    values["title"] = f"diffcheck: {title}"
    said = ",".join(f"{k}={_property(str(v))}" for k, v in values.items() if v is not None)
    return f"::{name} {said}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
