"""What a report claims, read back: the function, its names, its constraints, its certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from typing import Any

import mpmath

from diffcheck.certificate import Certificate, from_data
from diffcheck.errors import InputError
from diffcheck.language.conventions import settings_of
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import APPLY, NAME, Node, name, substitute
from diffcheck.language.unparse import unparse
from diffcheck.question.constants import with_values
from diffcheck.question.samples import readings
from diffcheck.verify.elementary import elementary
from diffcheck.verify.sidewise import DIGITS, real

__all__ = ["Check", "Claim", "Status", "claim", "sides_of"]


class Status(StrEnum):
    """What the checker says about one step.

    proved: by exact arithmetic or intervals.  sampled: at points, none of which refutes it.
    not restated: nothing was looked at.  FAILED: it does not hold.
    """

    PROVED = "proved"
    SAMPLED = "sampled"
    OPEN = "not restated"
    FAILED = "FAILED"

    @property
    def holds(self) -> bool:
        """Whether the step was checked, by proof or at points, and nothing spoke against it."""
        return self in {Status.PROVED, Status.SAMPLED}


@dataclass(frozen=True, slots=True)
class Check:
    """One step: what it is about, whether it holds, and the argument or the reason.

    place: the wall and the kind of point that it is about, or the number of a thin set.
    at_witness: that the function fails, or how it behaves, is proved at the witness.
    """

    step: str
    status: Status
    note: str = ""
    place: tuple[int, int] | int | None = None
    at_witness: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A decided report.

    tree: the function with abbreviations written out; plain: the same in elementary operations.
    values: names that stand for values of unknown functions, with the values as the report writes them; the texts
        of ``report`` here have the names.
    one_term: the certificate is about one term of a sum over samples, or about a vector of one size.
    """

    report: Mapping[str, Any]
    tree: Node
    plain: Node
    where: tuple[Node, ...]
    wrt: tuple[str, ...]
    constants: tuple[str, ...]
    certificate: Certificate
    faults: list[str] = field(default_factory=list)
    values: Mapping[str, str] = field(default_factory=dict)
    one_term: bool = False

    @property
    def unknown(self) -> tuple[str, ...]:
        """The variables that are values of unknown functions: the report says what follows for the functions."""
        return tuple(n for n in self.wrt if n in self.values)

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the question."""
        return (*self.wrt, *self.constants)

    def value(self, point: Mapping[str, Any]) -> Any:
        """Return the function at a point; None where it is undefined."""
        return evaluate(self.tree, point, DIGITS).value

    def inside(self, point: Mapping[str, Any]) -> bool | None:
        """Whether a point is an interior point of `where`; None when a condition cannot be evaluated."""
        for condition in self.where:
            found = evaluate(condition, point, DIGITS)
            if found.value is None:
                return None
            tight = any(_tie(u, v, point) for u, v in sides_of(condition))
            if tight:
                return all(self._holds(condition, near) for near in self._around(point))
            if not found.value:
                return False
        return True

    def _holds(self, condition: Node, point: Mapping[str, Any]) -> bool:
        return evaluate(condition, point, DIGITS).value is True

    def _around(self, point: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        small = Fraction(1, 10**30)
        for n in self.names:
            for s in (1, -1):
                yield {
                    **point,
                    n: point[n] + s * (small if isinstance(point[n], Fraction) else real(small)),
                }


def sides_of(condition: Node) -> Iterable[tuple[Node, Node]]:
    """Yield what the comparisons of a condition compare."""
    for part in condition.distinct():
        if part.op in {"lt", "le", "gt", "ge", "ne", "eq"}:
            yield part.args[0], part.args[1]


def _tie(u: Node, v: Node, point: Mapping[str, Any]) -> bool:
    values = [evaluate(n, point, DIGITS).value for n in (u, v)]
    if any(x is None for x in values):
        return False
    low, high = (real(x) for x in values)
    return bool(abs(low - high) <= mpmath.mpf(10) ** -100 * max(1, abs(low)))


def claim(report: Mapping[str, Any]) -> Claim:
    """Read a decided report; ValueError when it is not one."""
    try:
        values = _values(report)
        report = _named(report, values)
        certificate = from_data(report["certificate"])
        tree = parse(certificate.expression)
        typed = parse(report["expression"])
        conditions = [_hidden(c, values) for c in parse_conditions(report["where"])]
        typed, conditions = with_values(typed, conditions, frozenset(report["wrt"]))
        size, settings = report.get("size"), settings_of(typed)
        ways = readings(typed, conditions, report["expression"], size, settings, moving=report["wrt"])
        wrt, constants = tuple(report["wrt"]), tuple(report["constants"])
    except (InputError, KeyError, TypeError) as error:
        raise ValueError(f"not a report: {error}") from None
    faults = []
    names = {*wrt, *constants}
    matching = [w.where for w in ways if _matches(w.tree, tree, names, {})]
    where = tuple(matching[0] if matching else conditions)
    if not matching:
        faults.append("the certificate is about another expression")
    if not set(tree.names()) <= names or not wrt:
        faults.append("a name is neither a variable nor a constant")
    written = {n: text for text, n in values.items()}
    short = not _matches(typed, tree, names, {})
    return Claim(report, tree, elementary(tree), where, wrt, constants, certificate, faults, written, short)


def _values(report: Mapping[str, Any]) -> dict[str, str]:
    """Return a name for every value of an unknown function, which the report lists among its names."""
    texts = [n for n in (*report["wrt"], *report["constants"]) if "(" in n]
    taken = f"{report}"
    stem = next(s for s in ("value", *(f"value{i}_" for i in range(len(taken)))) if s not in taken)
    # A value inside another one is a part of its text.
    return {text: f"{stem}{i}" for i, text in enumerate(sorted(texts, key=len, reverse=True))}


def _named(data: Any, values: Mapping[str, str]) -> Any:
    """Return the report with names for the values; what was typed stays."""
    if not values:
        return data
    if isinstance(data, str):
        return reduce(lambda text, pair: text.replace(*pair), values.items(), data)
    if isinstance(data, Mapping):
        typed = ("expression", "where") if "schema_version" in data else ()
        return {_named(k, values): v if k in typed else _named(v, values) for k, v in data.items()}
    return [_named(v, values) for v in data] if isinstance(data, list) else data


def _hidden(tree: Node, values: Mapping[str, str]) -> Node:
    """Return a condition with names for the values of unknown functions."""
    return substitute(
        tree, lambda n: name(values[unparse(n)]) if n.op == APPLY and unparse(n) in values else None
    )


def _matches(typed: Node, full: Node, names: set[str], stands: dict[Node, Node]) -> bool:
    """Whether ``full`` is ``typed`` with one expression for each abbreviation and each call of a function."""
    if typed.op == APPLY or (typed.op == NAME and typed.leaf not in names):
        return stands.setdefault(typed, full) == full
    if typed.op != full.op or typed.leaf != full.leaf or len(typed.args) != len(full.args):
        return False
    return all(_matches(a, b, names, stands) for a, b in zip(typed.args, full.args, strict=True))
