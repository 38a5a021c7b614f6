"""The pages of `diffcheck explain` as Markdown for docs/explain: the same text, the same pictures.

`make readme` runs this file, which writes the folder anew; tests/test_explain.py compares.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from diffcheck.check import check
from diffcheck.concepts import Page, pages
from diffcheck.plot.options import wishes
from diffcheck.plot.scene import compose
from diffcheck.plot.terminal import columns, panels
from diffcheck.question.variables import make_problem
from diffcheck.report.pages import paragraphs

__all__ = ["FOLDER", "documents"]

FOLDER = Path(__file__).parent.parent / "docs" / "explain"
WIDTH = 80


class documents:  # noqa: N801 - used as a namespace
    """The files of the folder, by name."""

    @staticmethod
    def names() -> list[str]:
        """Return the file names: the list, and one for every page."""
        return ["README.md", *(f"{name}.md" for name in pages())]

    @staticmethod
    @cache
    def text(name: str) -> str | None:
        """Return what a file must hold; None for one that should not be there."""
        if name == "README.md":
            return _contents()
        page = pages().get(name.removesuffix(".md"))
        return None if page is None else _page(page)


def _contents() -> str:
    lines = [
        "# Explanations",
        "",
        "Is my loss differentiable? How would I know, why does it matter, and what if it is not? These are the pages",
        "of `diffcheck explain`, in an order in which they can be read.",
    ]
    part = ""
    for page in pages().values():
        if page.part != part:
            lines += ["", f"## {page.part.capitalize()}", ""]
            part = page.part
        lines.append(f"- [{_plain(page.name)}]({page.name}.md): {_plain(page.title)}")
    lines += ["", "Written by `make readme` from `diffcheck/concepts.toml` and `diffcheck/rules.py`.", ""]
    return "\n".join(lines)


def _page(page: Page) -> str:
    blocks = [f"# {_plain(page.name)}: {_plain(page.title)}", *_text(page.meaning)]
    blocks += ["## Definition", *_text(page.definition), "## Picture"]
    drawn = _plotted(page) if page.plot is not None else page.picture.rstrip()
    blocks += [_plain(page.caption), _fenced(drawn, "text")]
    blocks += ["## In training", *_text(page.descent), "## What to do", *_text(page.cure)]
    if page.examples:
        shown = "\n".join("\n".join([f"$ {example.run}", *example.says]) for example in page.examples)
        blocks += ["## Try", _fenced(shown, "console")]
    if page.sources:
        blocks += ["## Sources", "\n".join(f"- {_plain(source)}" for source in page.sources)]
    names = list(pages())
    after = names[names.index(page.name) + 1 :][:1]
    links = [
        f"See also: {', '.join(_link(name) for name in page.see)}.",
        *(f"Next: {_link(name)}." for name in after),
    ]
    return "\n\n".join([*blocks, "\n".join([*links, "[All pages](README.md)."])]) + "\n"


def _link(name: str) -> str:
    return f"[{_plain(name)}]({name}.md)"


def _plotted(page: Page) -> str:
    plot = page.plot
    names = None if plot.wrt is None else [plot.wrt]
    problem = make_problem(plot.expr, names)
    wished = wishes(problem, plot.at, plot.range, None)
    scene = compose(problem, check(plot.expr, plot.wrt, certify=False), wished, columns(WIDTH), models=0)
    return "\n".join("".join(text for text, _ in line).rstrip() for line in panels(scene, width=WIDTH))


def _text(text: str) -> list[str]:
    return [
        _fenced("\n".join(row[2:] for row in rows), "text") if formula else _plain(rows[0])
        for formula, rows in paragraphs(text)
    ]


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text}\n```"


def _plain(text: str) -> str:
    """Return the text with the signs escaped that Markdown would read, code left alone."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") else re.sub(r"([*_<>|\[\]])", r"\\\1", p) for p in parts)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for name in documents.names():
        (FOLDER / name).write_text(documents.text(name), encoding="utf-8")
