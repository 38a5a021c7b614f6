"""The steps a verdict rests on, as text in the expression language: what another program needs to check them.

A certificate lists every gap and how it was discharged, every wall with the kinds of points on it (an exact example and
the germs of both sides there), the thin sets that were looked at, the points at which a jump closes, and the regions
of the constants.  A germ is written
in a step ``t`` -> 0+ from the point: left of a wall its variable is p - t, right of it p + t.
Names that the analysis made up (the step, the integers of a family, a root without closed form) differ from all others.
Read in order: Certificate, GapStep, WallStep, Cell, ThinStep, Closing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

__all__ = [
    "Absent",
    "Cell",
    "Certificate",
    "Closing",
    "GapStep",
    "RayStep",
    "RegionStep",
    "Root",
    "Side",
    "Term",
    "ThinStep",
    "WallStep",
    "from_data",
    "to_data",
]


@dataclass(frozen=True, slots=True)
class Term:
    """coefficient * t**power * L**log * log(L)**loglog * exp(exponent) with L = log(1/t); "" for no exponent.

    A coefficient with t in it oscillates; one with a name of no other meaning is bounded, and no more is known.
    """

    coefficient: str
    power: str = "0"
    log: str = "0"
    loglog: str = "0"
    exponent: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A germ: terms by decreasing size, and a bound for the size of what was cut; None where nothing was."""

    terms: tuple[Term, ...]
    remainder: Term | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A root without closed form: the name that stands for it, what it solves, fifty digits of it.

    every: the name stands for every root of the equation; the digits are those of one.
    """

    name: str
    equation: str
    near: str
    every: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """Constraints that no point satisfies, and the argument for it."""

    constraints: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of point of a wall.

    conditions: what all points of the kind satisfy.  witness: one of them, a value for every name.
    value: the function there; None where it has none.  left, right: the germs on both sides; None outside the domain.
    identity: the two sides as expressions in the wall's coordinate, proved to be equal.
    """

    conditions: tuple[str, ...]
    witness: Mapping[str, str]
    value: str | None
    left: Side | None
    right: Side | None
    smoothness: str
    kind: str | None
    how: str
    identity: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class GapStep:
    """A place in the text that can fail, the expression whose zeros matter, and why no zero is left out.

    integers: what a made-up integer of the gap stands for: k -> "floor(x)".
    discharge: "never zero", "walls", "constants" (no variable occurs: generic position) or "open".
    walls: numbers of the walls that hold all zeros in the domain.
    """

    span: tuple[int, int]
    source: str
    gap: str
    integers: Mapping[str, str]
    discharge: str
    how: str
    walls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WallStep:
    """A hypersurface on which a gap vanishes.

    at: expressions for the bound names.  coordinate: the name of the variable in identities.
    absent: the kinds of points that were looked for and proved not to exist.
    """

    number: int
    gap: str
    variable: str
    at: Mapping[str, str]
    conditions: tuple[str, ...]
    integers: tuple[str, ...]
    root: Root | None
    how: str
    step: str
    coordinate: str
    cells: tuple[Cell, ...]
    absent: tuple[Absent, ...]


@dataclass(frozen=True, slots=True)
class RayStep:
    """The germ along the directions of one kind.

    moved: what is added to each variable, in the step and in names for the components of the direction.
    """

    moved: Mapping[str, str]
    conditions: tuple[str, ...]
    witness: Mapping[str, str]
    germ: Side | None


@dataclass(frozen=True, slots=True)
class ThinStep:
    """A set of codimension two or more: the equations, the point, what happens along all directions.

    at: expressions for the bound names; empty where the equations have no solution in the domain.
    """

    equations: tuple[str, ...]
    at: Mapping[str, str]
    step: str
    value: str | None
    rays: tuple[RayStep, ...]
    smoothness: str
    kind: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A point of a wall at which a jump closes no faster than linearly: the function has no derivative there.

    wall: its number.  at: expressions for the bound names.  witness: one of the points, a value for every name.
    size: how far apart what meets on the wall is around the point.  along: a variable in which it has a slope there.
    """

    wall: int
    at: Mapping[str, str]
    witness: Mapping[str, str]
    size: str
    along: str
    smoothness: str
    kind: str | None
    how: str


@dataclass(frozen=True, slots=True)
class RegionStep:
    """An open region of the constants: its condition, an example, the class there."""

    condition: str
    example: Mapping[str, str]
    smoothness: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """All steps of one verdict.  expression: the function with abbreviations written out."""

    expression: str
    gaps: tuple[GapStep, ...] = ()
    walls: tuple[WallStep, ...] = ()
    thin: tuple[ThinStep, ...] = ()
    closings: tuple[Closing, ...] = ()
    regions: tuple[RegionStep, ...] = ()


# --- as plain data: objects by field name, terms as short lists, `class` for smoothness

_KEYS = {"smoothness": "class"}


def to_data(step: Any) -> Any:
    """Return a certificate or a part of it as lists, dicts, strings and numbers."""
    if isinstance(step, Term):
        parts = [getattr(step, f.name) for f in fields(step)]
        while len(parts) > 1 and parts[-1] in {"0", ""}:
            parts.pop()
        return parts
    if is_dataclass(step):
        return {_KEYS.get(f.name, f.name): to_data(getattr(step, f.name)) for f in fields(step)}
    if isinstance(step, tuple):
        return [to_data(s) for s in step]
    return dict(step) if isinstance(step, Mapping) else step


def from_data(data: Any) -> Certificate:
    """Return the certificate that `to_data` wrote; ValueError for anything else."""
    found = _read(data, Certificate)
    assert isinstance(found, Certificate)
    return found


def _read(data: Any, kind: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if NoneType in args:
        return None if data is None else _read(data, next(a for a in args if a is not NoneType))
    if kind is Term and isinstance(data, list) and 0 < len(data) <= len(fields(Term)):
        return Term(*(_read(d, str) for d in data))
    if origin is tuple and isinstance(data, list):
        kinds = [args[0]] * len(data) if args[-1] is Ellipsis else list(args)
        if len(kinds) == len(data):
            return tuple(_read(d, k) for d, k in zip(data, kinds, strict=True))
    if origin is Mapping and isinstance(data, dict):
        return {_read(k, str): _read(v, str) for k, v in data.items()}
    if is_dataclass(kind) and isinstance(data, dict):
        build: Any = kind
        wanted = _hints(build)
        if data.keys() == {_KEYS.get(n, n) for n in wanted}:
            return build(**{n: _read(data[_KEYS.get(n, n)], hint) for n, hint in wanted.items()})
    # A bool is an int to Python, and no number here.
    if kind in (str, int, bool) and type(data) is kind:
        return data
    raise ValueError(f"a certificate has no {str(data)[:40]!r} here")


@lru_cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
