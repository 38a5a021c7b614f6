"""The pages of `diffcheck explain`: concepts and kinds of finding, in an order in which they can be read.

What a page says is data, in concepts.toml; a kind of finding has its title, criterion, reason and cure from its row in
rules.py.  The same pages become docs/explain.  tests/test_explain.py runs every example and compares what it prints.
Read in order: Page, find.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from diffcheck.atoms import ALIASES, ATOMS
from diffcheck.errors import BadOption
from diffcheck.rules import RULES
from diffcheck.verdict import Kind

__all__ = ["Example", "Page", "Plot", "find", "is_name_of", "pages"]


@dataclass(frozen=True, slots=True)
class Plot:
    """What the picture of a page shows, in the words of `diffcheck plot`."""

    expr: str
    wrt: str | None = None
    at: tuple[str, ...] = ()
    range: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A command to try, sentences of its output (however it is broken into lines), and its exit status."""

    run: str
    says: tuple[str, ...]
    status: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    part: the group it stands in.  aliases: what else people call it.  meaning: what it is, in plain words.
    definition: the mathematics.  descent: what gradient descent does there.  cure: what to do.
    see: names of other pages.  sources: citations.  picture: lines drawn by hand, where ``plot`` is None, with its
    caption.
    kind: of a page on a finding; severity: its usual one.
    In texts a blank line ends a paragraph, and a line that starts with two spaces stays as it is.
    """

    name: str
    part: str
    title: str
    aliases: tuple[str, ...]
    meaning: str
    definition: str
    descent: str
    cure: str
    see: tuple[str, ...]
    sources: tuple[str, ...]
    plot: Plot | None
    picture: str
    caption: str
    examples: tuple[Example, ...]
    kind: Kind | None = None
    severity: str = ""

    @property
    def heading(self) -> str:
        """The first line: "derivative: the slope ...", or "error[corner]: finite slopes ..." as in reports."""
        return f"{self.severity}[{self.name}]: {self.title}" if self.kind else f"{self.name}: {self.title}"


@cache
def pages() -> dict[str, Page]:
    """Return all pages by name, in reading order."""
    data = tomllib.loads(resources.files("diffcheck").joinpath("concepts.toml").read_text(encoding="utf-8"))
    found = [_page(row, data["sources"]) for row in data["page"]]
    return {page.name: page for page in found}


def find(words: str) -> Page:
    """Return the page with that name or alias, however it is spelt; BadOption names the nearest."""
    known = {_key(word): page for page in pages().values() for word in (page.name, *page.aliases)}
    key = _key(words)
    for spelling in (key, key.removesuffix("s"), f"{key}s"):
        if spelling in known:
            return known[spelling]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.75)
    if _is_function(words):
        hint = f'`{words}` is a function: `diffcheck "{words}(x)"` says how smooth it is; '
    elif near:
        hint = f"did you mean `{known[near[0]].name}`? "
    elif re.search(r"[-+*/(]", words.strip("-")) and not re.fullmatch(r"[\w -]+", words):
        hint = f'to check an expression leave `explain` out, `diffcheck "{words}"`; '
    else:
        hint = ""
    raise BadOption(f"explain: no page on `{words}`", help=f"{hint}`diffcheck explain` lists all pages")


def is_name_of(words: str, page: Page) -> bool:
    """Say whether a page is called so, and not by an alias."""
    return _key(words) == _key(page.name)


def _is_function(word: str) -> bool:
    row = ATOMS.get(ALIASES.get(word, word))
    return row is not None and row.syntax == "call"


def _key(words: str) -> str:
    """Return a spelling for comparison: small letters without accents, words joined by one minus."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[\s_-]+", "-", plain.strip())


def _page(row: Mapping[str, Any], cited: Mapping[str, str]) -> Page:
    """Return the page of a row; what a finding has in rules.py is taken from there."""
    said = dict(row)
    examples = [_example(e) for e in said.pop("examples", ())]
    if "kind" in said:
        rule = RULES[Kind(said["kind"])]
        said |= {
            "kind": rule.kind,
            "name": rule.name,
            "title": rule.title,
            "severity": str(rule.severity),
            "definition": rule.recognise,
            "descent": rule.why,
            "cure": rule.cure,
        }
        if rule.example:
            wrt = f" --wrt {rule.wrt}" if rule.wrt else ""
            status = int(rule.severity == "error" or rule.kind is Kind.FLAT)
            examples.append(Example(f'diffcheck "{rule.example}"{wrt}', tuple(said.pop("says")), status))
    texts = {key: said[key].strip("\n") for key in ("meaning", "definition", "descent", "cure")}
    plot = said.pop("plot", None)
    return Page(
        **{
            **said,
            **texts,
            "aliases": tuple(said.get("aliases", ())),
            "see": tuple(said["see"]),
            "sources": tuple(cited[key] for key in said.get("sources", ())),
            "plot": _plot(plot) if plot else None,
            "picture": said.get("picture", ""),
            "caption": said["caption"],
            "examples": tuple(examples),
        }
    )


def _plot(row: Mapping[str, Any]) -> Plot:
    return Plot(row["expr"], row.get("wrt"), tuple(row.get("at", ())), tuple(row.get("range", ())))


def _example(row: Mapping[str, Any]) -> Example:
    return Example(row["run"], tuple(row["says"]), row.get("status", 0))
