"""What is printed besides reports: the functions listed, bad input refused."""

from __future__ import annotations

import json
from typing import Any

from diffcheck.errors import InputError
from diffcheck.report.layout import cells, excerpt, wrapped

__all__ = ["atoms", "atoms_json", "complaint"]


def complaint(error: InputError, width: int = 80) -> str:
    """Return what is wrong with the input, a caret under the place, and what to do about it."""
    lines = wrapped(f"error: {error.message}", width, rest=2)
    if error.span is not None and error.text is not None and error.text.strip():
        shown = excerpt(error.text, error.span, width - 2)
        lines += [f"  {shown.line}", f"  {shown.carets}"]
    if error.help:
        lines += wrapped(f"help: {error.help}", width, rest=2)
    return "\n".join(lines)


def atoms(width: int = 80) -> str:
    """Return the functions of the expression language, one a line, with the names they also go by."""
    rows = []
    for row in atom_objects():
        also = f" (also {', '.join(row['aliases'])})" if row["aliases"] else ""
        rows.append((row["usage"], f"{row['summary']}{also}"))
    return "\n".join(_columns(rows, width))


def atoms_json() -> str:
    """Return the functions as a JSON array."""
    return json.dumps(atom_objects(), indent=1)


def atom_objects() -> list[dict[str, Any]]:
    """Return the rows of the table that are called by name, and the constants, as plain data."""
    from diffcheck.atoms import ATOMS

    return [
        {
            "name": atom.name,
            "usage": _usage(atom.name, atom.params, atom.syntax, atom.variadic),
            "summary": atom.summary,
            "aliases": list(atom.aliases),
            "source": atom.source,
        }
        for atom in ATOMS.values()
        if atom.syntax in {"call", "constant"}
    ]


def _usage(name: str, params: tuple[str, ...], syntax: str, variadic: bool) -> str:
    if syntax == "constant":
        return name
    return f"{name}({'u, v, ...' if variadic else ', '.join(params)})"


def _columns(rows: list[tuple[str, str]], width: int) -> list[str]:
    indent = min(24, max(cells(name) for name, _ in rows)) + 4
    lines: list[str] = []
    for name, text in rows:
        first, *rest = wrapped(text, width, first=indent, rest=indent)
        lines += [f"  {name}".ljust(indent) + first, *rest]
    return lines
