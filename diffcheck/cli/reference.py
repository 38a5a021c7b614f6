"""`diffcheck explain`, `atoms` and `schema`: what the words mean, what the language has, what reports hold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from diffcheck.cli.asking import answer_to
from diffcheck.cli.endings import OK
from diffcheck.cli.streams import is_plain, wants_color, width_of
from diffcheck.deadline import LIMIT

if TYPE_CHECKING:
    from diffcheck.concepts import Page
    from diffcheck.report.layout import Line


__all__ = ["atoms", "explain", "schema"]


def explain(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]", help="A finding or a concept, such as corner.")
    ] = None,
) -> int:
    """Explain a finding or a concept; without a name, list them in reading order."""
    from diffcheck.concepts import find, is_name_of
    from diffcheck.report.pages import contents, render

    width, color = width_of(sys.stdout), wants_color(sys.stdout)
    if not words:
        print(contents(width, color))
        return OK
    asked = " ".join(words)
    page = find(asked)
    if not is_name_of(asked, page):
        print(f"`{asked}` is explained under `{page.name}`:\n")
    print(render(page, _panels(page, width), width=width, color=color))
    return OK


def _panels(page: Page, width: int) -> list[Line]:
    """Return the lines of a page's plot, as `diffcheck plot` would draw it."""
    from diffcheck.plot.options import wishes
    from diffcheck.plot.scene import compose
    from diffcheck.plot.terminal import columns, panels
    from diffcheck.question.variables import make_problem
    from diffcheck.workers import Question

    plot = page.plot
    if plot is None:
        return []
    names = None if plot.wrt is None else (plot.wrt,)
    problem = make_problem(plot.expr, names, "", {})
    wished = wishes(problem, plot.at, plot.range, None)
    answer = answer_to(Question(plot.expr, names, certify=False), LIMIT, as_data=False)
    scene = compose(problem, answer, wished, columns(width), models=0)
    return panels(scene, width=width, plain=is_plain(sys.stdout))


def atoms(json: Annotated[bool, typer.Option("--json", help="As a JSON array.")] = False) -> int:
    """List the functions of the expression language."""
    from diffcheck.report.tables import atoms, atoms_json

    print(atoms_json() if json else atoms(width_of(sys.stdout)))
    return OK


def schema() -> int:
    """Print the JSON Schema of a report."""
    from diffcheck.report.json import schema_text

    print(schema_text(), end="")
    return OK
