"""The steps of a verdict in words, for `--explain-proof`, and what the checker says about them, for `verify`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
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
    for gap in certificate.gaps:
        yield _gap(gap), 1
    for wall in certificate.walls:
        yield from _wall(wall)
    for step in certificate.thin:
        yield from _thin(step)
    for region in certificate.regions:
        if region.condition:
            yield f"where {region.condition}: class {region.smoothness}, as for {_point(region.example)}", 1


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")


def _gap(gap: GapStep) -> str:
    where = "".join(f", with {k} = {text}" for k, text in gap.integers.items())
    met = f"zero on wall {', '.join(map(str, gap.walls))}" if gap.walls else gap.discharge
    return f"gap {gap.gap} of `{gap.source}`{where}: {met}; {gap.how}"


def _wall(wall: WallStep) -> Iterator[Step]:
    place = " and ".join(f"{n} = {text}" for n, text in wall.at.items())
    if wall.root is not None:
        place += f", where {wall.root.equation} = 0 near {wall.root.name} = {wall.root.near[:20]}"
    members = f" for integer {', '.join(wall.integers)}" if wall.integers else ""
    yield f"wall {wall.number}: {place}{members}; {wall.how}; crossed in {wall.variable}", 1
    for cell in wall.cells:
        yield _cell(cell, wall.step), 2
    for absent in wall.absent:
        yield f"no point where {' and '.join(absent.constraints)}: {absent.how}", 2


def _cell(cell: Cell, step: str) -> str:
    where = f"where {' and '.join(cell.conditions)}, " if cell.conditions else ""
    sides = f"left {_side(cell.left, step)}; right {_side(cell.right, step)}"
    value = "" if cell.value is None else f"; value {cell.value}"
    found = f"class {cell.smoothness}" + (f", {cell.kind}" if cell.kind else "")
    equal = f"; {cell.identity[0]} = {cell.identity[1]}" if cell.identity else ""
    return f"{where}as at {_point(cell.witness)}: {sides}{value}: {found}; {cell.how}{equal}"


def _thin(step: ThinStep) -> Iterator[Step]:
    system = " and ".join(step.equations)
    if not step.rays:
        yield f"thin set {system}: {step.how or 'no point inside the domain'}", 1
        return
    found = f"class {step.smoothness}" + (f", {step.kind}" if step.kind else "")
    yield f"thin set {system}: {found}; {step.how}", 1
    for ray in step.rays:
        yield _ray(ray, step.step), 2


def _ray(ray: RayStep, step: str) -> str:
    moved = ", ".join(f"{n} + {text}" for n, text in ray.moved.items())
    where = f" where {' and '.join(ray.conditions)}" if ray.conditions else ""
    return f"along {moved}{where}: {_side(ray.germ, step)}; as for {_point(ray.witness)}"


def _point(point: Mapping[str, str]) -> str:
    return ", ".join(f"{n} = {text}" for n, text in point.items()) or "any point"


def _side(side: Side | None, step: str) -> str:
    if side is None:
        return "undefined"
    terms = [_term(term, step) for term in side.terms]
    if side.remainder is not None:
        terms.append(f"O({_term(side.remainder, step)})")
    return " + ".join(terms) or "0"


def _term(term: Term, step: str) -> str:
    factors = [
        _power(step, term.power),
        _power(f"log(1/{step})", term.log),
        _power(f"log(log(1/{step}))", term.loglog),
        f"exp({term.exponent})" if term.exponent else "",
    ]
    shown = [f for f in factors if f]
    coefficient = _readable(term.coefficient)
    plain = coefficient.replace("/", "").isalnum()
    if coefficient != "1" or not shown:
        shown.insert(0, coefficient if plain or not shown else f"({coefficient})")
    return "*".join(shown)


def _readable(coefficient: str) -> str:
    """Return a number with hundreds of digits, which the checker needs, as its first ones."""
    return LONG.sub(lambda found: f"{float(Fraction(found[0])):.12g}...", coefficient)


# A quotient, as a decimal of many digits is written.
LONG = re.compile(r"-?\d{40,}(?:/\d+)?|-?\d+/\d{40,}")


def _power(base: str, exponent: str) -> str:
    if exponent in {"0", "1"}:
        return base if exponent == "1" else ""
    return f"{base}**{exponent}" if exponent.isalnum() else f"{base}**({exponent})"
