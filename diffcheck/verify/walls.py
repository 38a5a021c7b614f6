"""Checks of walls: the witness lies on it and in the domain, the germs are those of the function, the class follows.

Each check is a substitution of exact or 400-digit numbers; an identity is held against 20 points.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath

from diffcheck.certificate import Absent, Cell, Root, WallStep
from diffcheck.errors import InputError
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import Node
from diffcheck.verdict import Smoothness
from diffcheck.verify.claims import Check, Claim, Status
from diffcheck.verify.elementary import failing
from diffcheck.verify.proofs import class_on_wall, equal, impossible
from diffcheck.verify.sidewise import DIGITS, check_germ, level, number_of, read_germ, real

__all__ = ["check_wall", "holding", "is_in_doubt", "root_of", "witness_point"]

TINY = mpmath.mpf(10) ** -120
CLOSE = mpmath.mpf(10) ** -50
SAMPLES = 20
TRIALS = 60
Point = dict[str, Any]


class Refused(Exception):
    """A claim does not hold."""


class Unknown(Exception):
    """A claim that numbers cannot check."""


def check_wall(claim: Claim, wall: WallStep) -> Iterator[Check]:
    """Check every kind of point of a wall."""
    place = f"wall {wall.number}: {wall.gap} = 0"
    for i, cell in enumerate(wall.cells):
        label = place + (f" where {' and '.join(cell.conditions)}" if cell.conditions else "")
        try:
            status, how = _check_cell(claim, wall, cell)
            yield Check(label, status, how, (wall.number, i), status is Status.PROVED or AT_WITNESS in how)
        except Refused as reason:
            yield Check(label, Status.FAILED, str(reason))
        except Unknown as reason:
            yield Check(label, Status.OPEN, str(reason))

    for absent in wall.absent:
        label = f"{place}: no point where {' and '.join(absent.constraints)}"
        try:
            if impossible(absent.constraints, claim, wall):
                yield Check(label, Status.PROVED, "they contradict each other")
            else:
                yield Check(label, Status.SAMPLED, _check_absent(wall, absent))
        except (Refused, InputError) as reason:
            yield Check(label, Status.FAILED, str(reason))
        except Unknown as reason:
            yield Check(label, Status.OPEN, str(reason))


def _check_absent(wall: WallStep, absent: Absent) -> str:
    """Look for a point that satisfies constraints of which it is said that none does."""
    names = sorted({n for text in absent.constraints for c in parse_conditions(text) for n in c.names()})
    known: Point = {} if wall.root is None else {wall.root.name: root_of(wall.root)}
    source = random.Random(3)
    for trial in range(TRIALS):
        size = (1, 3, 20)[trial % 3]
        drawn = {
            n: Fraction(source.randint(-9, 9) if n in wall.integers else source.randint(-997, 997) * size, 1)
            for n in names
        }
        point = {n: v if n in wall.integers else v / 499 for n, v in drawn.items()} | known
        if holding(absent.constraints, point):
            shown = ", ".join(f"{n} = {v}" for n, v in point.items() if n in names and n not in known)
            raise Refused(f"they hold at {shown}")
    return f"{absent.how}; none among {TRIALS} points"


def _check_cell(claim: Claim, wall: WallStep, cell: Cell) -> tuple[Status, str]:
    try:
        point = witness_point(claim, cell.witness, wall.root)
        _check_place(claim, wall, cell, point)
        _check_value(claim, cell, point)
        found = _check_sides(claim, wall, cell, point)
        status, how = _proved_class(claim, wall, cell, point)
        return status, f"{_check_class(cell, found)}; {how}; {_check_identity(claim, wall, cell, point)}"
    except InputError as error:
        raise Refused(f"unreadable: {error.message}") from None


def witness_point(claim: Claim, witness: Mapping[str, str], root: Root | None) -> Point:
    """Return the coordinates of a witness as numbers."""
    if root is not None and root.every and root.name in witness:
        root = replace(root, near=witness[root.name])
    known: Point = {} if root is None else {root.name: root_of(root)}
    point: Point = dict(known)
    for n, text in witness.items():
        if n in known:
            continue
        value = number_of(text, known)
        if value is None:
            raise Refused(f"the witness has no value for {n}")
        point[n] = value
    missing = set(claim.names) - point.keys()
    if missing:
        raise Refused(f"the witness lacks {', '.join(sorted(missing))}")
    return point


def root_of(root: Root) -> Any:
    """Return the root with DIGITS digits, next to the decimal that is given."""
    equation = parse(root.equation)
    near = number_of(root.near, {})
    if near is None or set(equation.names()) != {root.name}:
        raise Refused("the root is not given by one equation")

    def f(x: Any) -> Any:
        value = evaluate(equation, {root.name: x}, DIGITS + 40).value
        if value is None:
            raise Unknown("the equation of the root has no value near it")
        return real(value)

    with mpmath.workdps(DIGITS + 40):
        start = real(near)
        try:
            found = mpmath.findroot(f, start, tol=mpmath.mpf(10) ** (-2 * DIGITS), verify=False)
        except (ValueError, ZeroDivisionError):
            raise Unknown("no root is found from its first digits") from None
        if isinstance(found, mpmath.mpc) or abs(found - start) > mpmath.mpf(10) ** -35 * max(1, abs(start)):
            raise Refused("there is no root at the given digits")
        h = mpmath.mpf(10) ** -DIGITS * max(1, abs(found))
        if f(found - h) * f(found + h) >= 0 and abs(f(found)) > TINY:
            raise Refused("there is no root at the given digits")
        return found


def _check_place(claim: Claim, wall: WallStep, cell: Cell, point: Point) -> None:
    """The witness is on the wall, inside `where`, and satisfies the conditions of its kind."""
    for n, text in wall.at.items():
        if not set(parse(text).names()) <= point.keys():
            continue  # a member of the family whose integer has a value of its own
        if not _near_zero(f"({n}) - ({text})", point):
            raise Refused(f"the witness is not at {n} = {text}")
    if not _near_zero(wall.gap, point):
        raise Refused(f"{wall.gap} is not zero at the witness")
    for k in wall.integers:
        if k in point and not (isinstance(point[k], Fraction) and point[k].denominator == 1):
            raise Refused(f"{k} is not an integer at the witness")
    inside = claim.inside(point)
    if inside is None or not inside:
        raise Refused("the witness is not inside `where`")
    if holding(cell.conditions, point) is False:
        raise Refused("the witness does not satisfy the conditions of its kind")


def _near_zero(text: str, point: Point) -> bool:
    if not set(parse(text).names()) <= point.keys():
        return True
    value = number_of(text, point)
    return value is not None and bool(abs(real(value)) <= TINY)


def holding(conditions: tuple[str, ...], point: Mapping[str, Any]) -> bool | None:
    """Whether conditions hold at a point; None where rounding decides, or a name has no value there."""
    verdict: bool | None = True
    for text in conditions:
        (condition,) = parse_conditions(text)
        if not set(condition.names()) <= point.keys():
            verdict = None
            continue
        found = evaluate(condition, point, DIGITS)
        if found.value is None or found.doubt:
            verdict = None
        elif not found.value:
            return False
    return verdict


def _check_value(claim: Claim, cell: Cell, point: Point) -> None:
    if cell.left is None or cell.right is None:
        return
    if is_in_doubt(claim, point):
        return
    found = evaluate(claim.tree, point, DIGITS)
    if (found.value is None) != (cell.value is None):
        raise Refused(
            "the function has a value there" if cell.value is None else "the function has no value there"
        )
    if cell.value is not None:
        stated = number_of(cell.value, point)
        if stated is None or abs(real(stated) - real(found.value)) > TINY * max(1, abs(real(found.value))):
            raise Refused(f"the value there is not {cell.value}")


def is_in_doubt(claim: Claim, point: Mapping[str, Any]) -> bool:
    """Whether rounding decides which branch holds at a point."""
    return bool(evaluate(claim.tree, point, DIGITS).doubt) or any(
        _rounded_zero(u, point) for _, u in failing(claim.plain)
    )


def _rounded_zero(u: Node, point: Mapping[str, Any]) -> bool:
    """Whether only rounding keeps a number from being zero, so that a branch is taken by accident."""
    value = evaluate(u, point, DIGITS).value
    return value is not None and not isinstance(value, Fraction) and bool(abs(value) < TINY)


def _check_sides(claim: Claim, wall: WallStep, cell: Cell, point: Point) -> float | None:
    """Hold both germs against the function; return the class level they mean."""
    if wall.variable not in claim.wrt:
        raise Refused(f"{wall.variable} is not a variable")
    for sign, side, name in ((-1, cell.left, "left"), (1, cell.right, "right")):
        fault = check_germ(_crossing(claim, wall, point, sign), side, point, wall.step)
        if fault:
            raise Refused(f"{name}: {fault}")
        if fault is None:
            raise Unknown(f"{name}: no step at which numbers tell")
    germs = [None if side is None else read_germ(side, point, wall.step) for side in (cell.left, cell.right)]
    if any(g is None and side is not None for g, side in zip(germs, (cell.left, cell.right), strict=True)):
        raise Refused("a coefficient has no value at the witness")
    value = None if cell.value is None else number_of(cell.value, point)
    return level(value, germs[0], germs[1])


def _crossing(claim: Claim, wall: WallStep, point: Point, sign: int) -> Callable[[Fraction], Any]:
    return lambda t: claim.value(_moved(point, wall.variable, sign * t))


def _moved(point: Point, n: str, step: Fraction) -> Point:
    with mpmath.workdps(DIGITS):
        here = point[n]
        exact = isinstance(here, Fraction)
        return {**point, n: here + (step if exact else real(step))}


def _check_class(cell: Cell, found: float | None) -> str:
    try:
        stated = Smoothness.parse(cell.smoothness).level
    except ValueError:
        raise Refused(f"no class {cell.smoothness}") from None
    if found is None:
        raise Unknown("the germs are cut too early to show the class")
    if found == stated:
        return f"class {cell.smoothness}"
    waves = found == D1_LEVEL and stated >= D1_LEVEL
    open_above = cell.kind == "break" and 9 <= stated <= found
    if waves or open_above or _cut(cell, stated, found):
        return f"class {cell.smoothness}, not contradicted by the germs"
    raise Refused(f"the germs mean class {Smoothness(found)}, not {cell.smoothness}")


def _proved_class(claim: Claim, wall: WallStep, cell: Cell, point: Point) -> tuple[Status, str]:
    """Derive the class again from exact series; Refused when they show a worse one, or one that is not worst."""
    found, proved, everywhere = class_on_wall(claim, wall, cell, point)
    stated = Smoothness.parse(cell.smoothness).level
    if not proved:
        return Status.SAMPLED, "not proved by exact series"
    if found is None:
        edge = cell.left is None or cell.right is None
        return (
            (Status.PROVED, "one side is outside the domain")
            if edge
            else (Status.SAMPLED, "not proved by exact series")
        )
    if found < stated:
        raise Refused(f"exact series prove class {Smoothness(found)}, not {cell.smoothness}")
    if found > stated:
        return Status.SAMPLED, "not proved by exact series"
    if everywhere:
        return Status.PROVED, "proved by exact series for all points of the kind"
    return Status.SAMPLED, AT_WITNESS


AT_WITNESS = "proved by exact series at the witness, sampled elsewhere"
D1_LEVEL = 0.5


def _cut(cell: Cell, stated: float, found: float) -> bool:
    """Whether the germs agree as far as they are given and the stated break comes after that."""
    powers = [s.remainder.power for s in (cell.left, cell.right) if s is not None and s.remainder is not None]
    if found != math.inf or not powers or not 1 <= stated < math.inf:
        return False
    value = number_of(powers[0], {})
    return value is not None and value <= stated + 1


def _check_identity(claim: Claim, wall: WallStep, cell: Cell, point: Point) -> str:
    """Hold two expressions that are said to be equal against each other, and against the function."""
    if cell.identity is None:
        return "germs held at two steps"
    source = random.Random(1)
    compared = 0
    for i in range(SAMPLES):
        step = Fraction(source.randint(1, 999), 1000 * 10 ** (1 + i // 3))
        for sign, text in zip((-1, 1), cell.identity, strict=True):
            here = _moved(point, wall.variable, sign * step)
            coordinates = {**point, wall.coordinate: here[wall.variable]}
            values = [number_of(t, coordinates) for t in (cell.identity if i % 2 else (text, text))]
            if i >= 2 * SAMPLES // 3:
                # Close to the wall the expression of this side is the function.
                values.append(claim.value(here))
            known = [real(v) for v in values if v is not None]
            compared += len(known) > 1
            if any(abs(v - known[0]) > CLOSE * max(1, abs(v)) for v in known[1:]):
                raise Refused("the identity does not hold")
    if not compared:
        raise Unknown("the identity has no value near the witness")
    return "identity proved by exact arithmetic" if equal(*cell.identity) else "identity held at points"
