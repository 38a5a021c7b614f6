"""The answer of `diffcheck smooth` for people: what was asked, what fits, what it costs.

The JSON form is that of a check: the same object, its surrogates those that were chosen, with `value`, `error_at`
and `lipschitz_at`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from diffcheck.language.numeric import precise
from diffcheck.language.parse import parse
from diffcheck.report.layout import Line, cells, one_line, printed, wrapped
from diffcheck.report.terminal import header, styled, suggestion
from diffcheck.suggest.smooth import PURPOSES, Choice, Wish
from diffcheck.verdict import Report, Surrogate, Verdict

__all__ = ["offer"]


def offer(report: Report, wish: Wish, choice: Choice, *, width: int = 80, color: bool = False) -> str:
    """Return the offer as lines of at most ``width`` cells."""
    width = max(width, 40)
    lines = [*header(report, width), [], *_body(report, wish, choice, width)]
    for note in report.notes:
        lines += styled("note", "bold", f": {note}", width)
    return printed(lines, width, color)


def _body(report: Report, wish: Wish, choice: Choice, width: int) -> Iterator[Line]:
    smooth = (
        report.verdict is Verdict.DIFFERENTIABLE
        and report.smoothness is not None
        and report.smoothness >= wish.smoothness
    )
    if smooth and not choice.shown:
        yield from styled(
            "help", "bold cyan", f": nothing to smooth{_asked(Wish(purpose=wish.purpose))}", width
        )
        return
    if not choice.shown:
        yield from styled("help", "bold cyan", f": no suggestion can be vouched for{_asked(wish)}", width)
        if choice.unfit:
            yield from styled("note", "bold", f": {_count(choice.unfit)} without this wish", width)
        return
    asked = (
        f": smooth inside its domain; at the edges too{_asked(wish)}"
        if smooth
        else f": use instead{_asked(wish)}"
    )
    yield from styled("help", "bold cyan", asked, width)
    column = min(20, max(cells(one_line(s.name)) for s in choice.shown))
    for s in choice.shown:
        yield from suggestion(replace(s, note=""), column, width)
        for line in wrapped("; ".join(_more(s)), width, first=column + 4, rest=column + 4):
            yield [(" " * (column + 4) + line.lstrip(), "")]
    if choice.dominated and not wish.everything:
        yield from styled(
            "note", "bold", f": {_count(choice.dominated)}, no better in any respect: --all", width
        )


def _count(number: int) -> str:
    return f"{number} more suggestion{'s' if number > 1 else ''}"


def _asked(wish: Wish) -> str:
    parts = []
    if wish.error is not None:
        parts.append(f", off by at most {float(wish.error):g}")
    if wish.lipschitz is not None:
        parts.append(f", gradient Lipschitz at most {float(wish.lipschitz):g}")
    if wish.purpose is not None:
        purpose = PURPOSES[wish.purpose]
        parts.append(f", for {wish.purpose} (class {purpose.smoothness}: {purpose.why})")
    return "".join(parts)


def _more(s: Surrogate) -> list[str]:
    """Return what else is known, as phrases."""
    told = []
    if s.value is not None:
        told.append(f"{s.parameter} = {s.value}")
    if s.keeps_minimisers is not None:
        told.append("keeps the minimisers" if s.keeps_minimisers else "moves the minimiser")
    if s.optimality is not None:
        found = precise(parse(s.optimality), {}, 15) if not parse(s.optimality).names() else None
        times = s.optimality if found is None else f"{float(found):.3g}"
        told.append(
            "the least possible error for its constant" if times == "1" else f"{times} times the least"
        )
    sampled = [field.replace("_", " ") for field, how in s.known.items() if how == "sampled"]
    told.append(f"sampled only: {', '.join(sampled)}" if sampled else "proved")
    return told + ([s.note] if s.note else [])
