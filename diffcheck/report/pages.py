"""A page of `diffcheck explain` in the terminal, and the list of all pages.

The picture comes as finished lines, from plot/terminal.py or from the page itself.  No line is wider than ``width``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diffcheck.concepts import Page, pages
from diffcheck.report.layout import Line, cells, printed, wrapped

__all__ = ["contents", "paragraphs", "render"]

HEADING = "bold"


def contents(width: int = 80, color: bool = False) -> str:
    """Return all pages in reading order, one a line."""
    indent = max(len(name) for name in pages()) + 4 if width >= 60 else 4
    lines: list[Line] = []
    part = ""
    for page in pages().values():
        if page.part != part:
            lines += [[], [(page.part, HEADING)]]
            part = page.part
        title = f"{page.severity}: {page.title}" if page.kind else page.title
        if width >= 60:
            first, *rest = wrapped(title, width, first=indent, rest=indent)
            lines += [[(f"  {page.name} ".ljust(indent), ""), (first, "")], *([(line, "")] for line in rest)]
        else:
            lines += [[(f"  {page.name}", HEADING)], *([(line, "")] for line in _block(title, width, 4))]
    last = "`diffcheck explain NAME` says more; the first is a good start, and each page names the next."
    return printed([*lines[1:], [], *([(line, "")] for line in wrapped(last, width))], width, color)


def render(page: Page, picture: Sequence[Line], *, width: int = 80, color: bool = False) -> str:
    """Return a page; ``picture``: the lines of its plot, empty where it is drawn by hand."""
    width = max(width, 40)
    text = printed(list(_page(page, picture, width)), width, color)
    return text if color else "\n".join(line.rstrip() for line in text.splitlines())


def paragraphs(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Yield (formula, lines) for every run of formulas and every paragraph, a paragraph as one line."""
    for block in text.split("\n\n"):
        rows = block.splitlines()
        formula = rows[0].startswith("  ")
        yield formula, rows if formula else [" ".join(rows)]


def _page(page: Page, picture: Sequence[Line], width: int) -> Iterator[Line]:
    first, *rest = wrapped(page.heading, width, rest=2)
    yield [(first, HEADING)]
    yield from ([(line, HEADING)] for line in rest)
    yield []
    yield from _text(page.meaning, width, 0)
    yield from _section("definition", page.definition, width)
    yield [("picture", HEADING)]
    yield from ([(line, "")] for line in _block(page.caption, width, 2))
    yield from picture or _drawing(page.picture, width)
    yield []
    yield from _section("in training", page.descent, width)
    yield from _section("what to do", page.cure, width)
    if page.examples:
        yield [("try", HEADING)]
        for example in page.examples:
            yield from ([(line, "")] for line in _block(f"$ {example.run}", width, 2))
            yield from ([(line, "")] for said in example.says for line in _block(said, width, 4))
        yield []
    yield from (
        [(line, "")] for source in page.sources for line in wrapped(f"source: {source}", width, rest=2)
    )
    yield from ([(line, "")] for line in wrapped(f"see also: {', '.join(page.see)}", width, rest=2))
    names = list(pages())
    after = names[names.index(page.name) + 1 :]
    if after:
        yield from ([(line, "")] for line in wrapped(f"next: `diffcheck explain {after[0]}`", width, rest=2))


def _section(heading: str, text: str, width: int) -> Iterator[Line]:
    yield [(heading, HEADING)]
    yield from _text(text, width, 2)


def _text(text: str, width: int, indent: int) -> Iterator[Line]:
    for formula, rows in paragraphs(text):
        for row in rows:
            kept = formula and indent + cells(row) <= width
            lines = [" " * indent + row] if kept else _block(row, width, indent + 2 * formula)
            yield from ([(line, "")] for line in lines)
        yield []


def _block(text: str, width: int, indent: int) -> list[str]:
    first, *rest = wrapped(text, width, first=indent, rest=indent)
    return [" " * indent + first, *rest]


def _drawing(picture: str, width: int) -> Iterator[Line]:
    rows = picture.rstrip().splitlines()
    widest = max(map(cells, rows), default=0)
    # Cut off, a drawing would say something else.
    yield from ([(row, "")] for row in rows if widest <= width)
    if widest > width:
        yield [(f"  (a drawing of {widest} columns)", "")]
