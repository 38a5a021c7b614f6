"""The steps of a verdict in words, for `--explain-proof`, and what the checker says about them, for `verify`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from diffcheck.certificate import Cell, Certificate, GapStep, RayStep, Side, Term, ThinStep, WallStep
from diffcheck.report.layout import wrapped
from diffcheck.verdict import Report
from diffcheck.verify import Check, Status

__all__ = ["checked", "proof"]


def proof(report: Report, width: int = 80) -> str:
    """Return the steps of a report, or that there are none."""
    if report.certificate is None:
        return "proof: none, nothing is claimed"
    return "\n".join(
        line for text, depth in _steps(report.certificate) for line in _lines(text, depth, width)
    )


def checked(title: str, checks: Iterable[Check], width: int = 80) -> str:
    """Return one line for each step that was checked, wrapped, below the expression."""
    found = list(checks)
    counts = [(sum(c.status is s for c in found), str(s)) for s in Status]
    bad = any(c.status is Status.FAILED for c in found)
    said = ", ".join(f"{n} {what}" for n, what in counts if n)
    lines = _lines(f"{'FAILED' if bad else 'ok'}: {title}: {said}", 0, width)
    for check in found:
        text = f"{check.status}: {check.step}" + (f": {check.note}" if check.note else "")
        lines += _lines(text, 1, width)
    return "\n".join(lines)


def _lines(text: str, depth: int, width: int) -> list[str]:
    first, *rest = wrapped(text, width, first=2 * depth, rest=2 * depth + 4)
    return [" " * 2 * depth + first, *rest]


Step = tuple[str, int]


def _steps(certificate: Certificate) -> Iterator[Step]:
    gaps, walls, thin = len(certificate.gaps), len(certificate.walls), len(certificate.thin)
    yield f"proof: {_counted(gaps, 'gap')}, {_counted(walls, 'wall')}, {_counted(thin, 'thin set')}", 0
    if not gaps:
        yield "nothing in it can fail: a composition of functions that are smooth everywhere", 1
    if walls or thin:
        yield STEP, 1
    for gap in certificate.gaps:
        yield _gap(gap, certificate.walls), 1
    for wall in certificate.walls:
        yield from _wall(wall)
    for step in certificate.thin:
        yield from _thin(step)
    for region in certificate.regions:
        if region.condition:
            yield f"where {region.condition}: class {region.smoothness}, as for {_point(region.example)}", 1


STEP = (
    "t > 0 is a small step: left of a wall its variable is smaller by t, right of it larger; where the function is "
    "smooth, both sides have equal coefficients of even powers of t and opposite ones of odd powers"
)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")


def _gap(gap: GapStep, walls: Sequence[WallStep]) -> str:
    where = "".join(f", with {k} = {text}" for k, text in gap.integers.items())
    met = gap.discharge
    if gap.walls:
        places = [f"{_place(w)} (wall {w.number})" for w in walls if w.number in gap.walls]
        met = f"zero only where {' or '.join(places)}"
    elif gap.how.startswith("a sum of squares"):
        met = "zero on no wall"
    return f"gap {gap.gap} of `{gap.source}`{where}: {met}; {gap.how}"


def _wall(wall: WallStep) -> Iterator[Step]:
    place = _place(wall)
    if wall.root is not None:
        place += f", where {wall.root.equation} = 0 near {wall.root.name} = {_decimal(wall.root.near)}"
    members = f" for integer {', '.join(wall.integers)}" if wall.integers else ""
    yield f"wall {wall.number}: {place}{members}; {wall.how}; crossed in {wall.variable}", 1
    for cell in wall.cells:
        yield _cell(cell, wall.step), 2
    for absent in wall.absent:
        yield f"no point where {' and '.join(absent.constraints)}: {absent.how}", 2


def _place(step: WallStep | ThinStep) -> str:
    return " and ".join(f"{n} = {text}" for n, text in step.at.items())


def _cell(cell: Cell, step: str) -> str:
    where = f"where {' and '.join(cell.conditions)}, " if cell.conditions else ""
    sides = f"left {_side(cell.left, step)}; right {_side(cell.right, step)}"
    value = "" if cell.value is None else f"; value {cell.value}"
    found = f"class {cell.smoothness}" + (f", {cell.kind}" if cell.kind else "")
    equal = f"; {cell.identity[0]} = {cell.identity[1]}" if cell.identity else ""
    return f"{where}for example at {_point(cell.witness)}: {sides}{value}: {found}; {cell.how}{equal}"


def _thin(step: ThinStep) -> Iterator[Step]:
    system = " and ".join(step.equations)
    if not step.rays:
        yield f"thin set {system}: {step.how or 'no point inside the domain'}", 1
        return
    found = f"class {step.smoothness}" + (f", {step.kind}" if step.kind else "")
    yield f"thin set {system}, that is {_place(step)}: {found}; {step.how}", 1
    for ray in step.rays:
        yield _ray(ray, step.step), 2


def _ray(ray: RayStep, step: str) -> str:
    moved = ", ".join(f"{n} + {text}" for n, text in ray.moved.items())
    where = f" where {' and '.join(ray.conditions)}" if ray.conditions else ""
    return f"at {moved}{where}: {_side(ray.germ, step)}; for example {_point(ray.witness)}"


def _point(point: Mapping[str, str]) -> str:
    return ", ".join(f"{n} = {text}" for n, text in point.items()) or "any point"


def _side(side: Side | None, step: str) -> str:
    if side is None:
        return "undefined"
    terms = [_term(term, step) for term in side.terms]
    if side.remainder is not None:
        terms.append(f"O({_term(side.remainder, step)})")
    first, *rest = terms or ["0"]
    return first + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in rest)


def _term(term: Term, step: str) -> str:
    factors = [
        _power(step, term.power),
        _power(f"log(1/{step})", term.log),
        _power(f"log(log(1/{step}))", term.loglog),
        f"exp({term.exponent})" if term.exponent else "",
    ]
    shown = "*".join(f for f in factors if f)
    coefficient = _readable(term.coefficient)
    if not shown:
        return coefficient
    if _is_sum(coefficient):
        return f"({coefficient})*{shown}"
    minus, size = ("-", coefficient[1:]) if coefficient.startswith("-") else ("", coefficient)
    return minus + (shown if size == "1" else f"{size}*{shown}")


def _is_sum(text: str) -> bool:
    """Whether a term is added or taken away outside of all parentheses."""
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0 and text[i : i + 3] in {" + ", " - "}:
            return True
    return False


def _readable(coefficient: str) -> str:
    """Return a number with hundreds of digits, which the checker needs, as its first ones."""
    return LONG.sub(lambda found: _decimal(found[0]), coefficient)


def _decimal(number: str) -> str:
    above, _, below = number.partition("/")
    return f"{float(Fraction(above) / Fraction(below or 1)):.12g}..."


# A quotient, as a decimal of many digits is written.
LONG = re.compile(r"-?\d{40,}(?:/\d+(?:e\d+)?)?|-?\d+/\d{40,}")


def _power(base: str, exponent: str) -> str:
    if exponent in {"0", "1"}:
        return base if exponent == "1" else ""
    return f"{base}**{exponent}" if exponent.isalnum() else f"{base}**({exponent})"
