"""`diffcheck verify`: the steps of reports, checked again."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from diffcheck.cli.endings import FAILED, OK
from diffcheck.cli.streams import open_file, width_of

__all__ = ["verify"]


def verify(
    file: Annotated[
        str, typer.Argument(metavar="REPORT", help="Reports as JSON, one a line; - reads stdin.")
    ],
) -> int:
    """Check the steps of reports again, independently; exit 1 when one does not hold."""
    from diffcheck.report.proof import checked
    from diffcheck.verify import Status, reports, verify

    status = OK
    with os.fdopen(os.dup(open_file(file)), encoding="utf-8", errors="replace") as stream:
        found = reports(stream.read())
    for report in found:
        checks = verify(report)
        print(checked(str(report["expression"]), checks, width_of(sys.stdout)))
        if any(c.status is Status.FAILED for c in checks):
            status = FAILED
    return status
