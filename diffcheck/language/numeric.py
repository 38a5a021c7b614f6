"""Numbers for expressions: float64 over many points, or one point at high precision.

An expression becomes a straight-line program once (shared parts are computed once, depth costs no
recursion); the rows of the table of atoms say how each step is computed.  Undefined is nan in float64,
None at high precision; the branch of `where` not taken cannot spoil the value; `and`, `or` stop as soon
as they are decided.

Read in order: `values`, `precise`, then `evaluate`, which also says whether rounding could have decided.
Limits: in float64 an overflow is an infinity, and what is computed from it may be nan although the expression
is defined; at high precision, exponents beyond about 10**6000 are not evaluated (None, in doubt).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt

from diffcheck.atoms import ATOMS, Atom
from diffcheck.language.tree import NAME, NUMBER, Node

__all__ = [
    "Exact",
    "Step",
    "Value",
    "conditions_hold",
    "evaluate",
    "evaluate_parts",
    "nearest",
    "precise",
    "program_size",
    "values",
    "values_of_parts",
]

Array = npt.NDArray[np.float64]
Exact = Any  # Fraction or mpf: mpmath has no types

# Bits of a binary exponent: sin of 2**20000 needs that many bits of pi.
MAX_MAGNITUDE = 20_000
# Fractions longer than this are rounded: exactness is no longer worth its price.
MAX_BITS = 4_096


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a program: ``args`` are the indices of earlier steps."""

    op: str
    args: tuple[int, ...]
    leaf: Fraction | str | None


@lru_cache(maxsize=512)
def _program(node: Node) -> tuple[Step, ...]:
    """Return the steps that compute ``node``, each distinct part once, the result last."""
    steps: list[Step] = []
    numbered: dict[Step, int] = {}
    index: dict[int, int] = {}
    stack = [node]
    while stack:
        part = stack[-1]
        if id(part) in index:
            stack.pop()
            continue
        missing = [a for a in part.args if id(a) not in index]
        if missing:
            stack.extend(reversed(missing))
            continue
        step = Step(part.op, tuple(index[id(a)] for a in part.args), part.leaf)
        if step not in numbered:
            numbered[step] = len(steps)
            steps.append(step)
        index[id(part)] = numbered[step]
        stack.pop()
    # A part met before may number the root; the result has to be the last step.
    return tuple(steps[: index[id(node)] + 1])


def program_size(node: Node) -> int:
    """Return the number of distinct operations in ``node``: what one evaluation costs."""
    return len(_program(node))


# --- float64


def values(node: Node, point: Mapping[str, Array | float]) -> Array:
    """Return the values of ``node`` at m points, as float64.

    point: name -> (m,) array or one number for all points; every name of ``node`` must be there.
    Undefined is nan.  An infinity is an overflow.  A condition gives 1, 0, or nan where it is undefined.
    """
    shape = np.broadcast_shapes(*(np.shape(value) for value in point.values()))
    return np.array(np.broadcast_to(values_of_parts(node, point)[-1][1], shape), dtype=np.float64)


def values_of_parts(node: Node, point: Mapping[str, Array | float]) -> list[tuple[Step, Array]]:
    """Return the values of all distinct parts of ``node``, arguments first, ``node`` itself last; see `values`."""
    coordinates = {name: np.asarray(value, dtype=np.float64) for name, value in point.items()}
    done: list[tuple[Step, Array]] = []
    with np.errstate(all="ignore"):
        for step in _program(node):
            done.append((step, _step_values(step, [done[i][1] for i in step.args], coordinates)))
    return done


def _step_values(step: Step, args: list[Array], coordinates: Mapping[str, Array]) -> Array:
    """Return the float64 values of one step."""
    if step.op == NUMBER:
        return np.asarray(nearest(step.leaf))
    if step.op == NAME:
        return coordinates[str(step.leaf)]
    if step.op in _LAZY_VALUES:
        return _LAZY_VALUES[step.op](*args)
    value = np.asarray(ATOMS[step.op].numpy(*args), dtype=np.float64)
    for arg in args:
        # Comparisons are false on nan, and hypot(inf, nan) is inf: undefined must stay undefined.
        value = np.where(np.isnan(arg), np.nan, value)
    return value


def nearest(leaf: Fraction | str | None) -> float:
    """Return the float64 value of a number leaf, infinite beyond the range."""
    assert isinstance(leaf, Fraction)
    try:
        return float(leaf)
    except OverflowError:
        return np.inf if leaf > 0 else -np.inf


def _where_values(c: Array, a: Array, b: Array) -> Array:
    return np.where(np.isnan(c), np.nan, np.where(c != 0, a, b))


_LAZY_VALUES: dict[str, Callable[..., Array]] = {
    "where": _where_values,
    "and": lambda p, q: _where_values(p, q, np.asarray(0.0)),
    "or": lambda p, q: _where_values(p, np.asarray(1.0), q),
}


def conditions_hold(conditions: Iterable[Node], point: Mapping[str, Array | float]) -> npt.NDArray[np.bool_]:
    """Return for each of m points whether every condition holds there (undefined does not)."""
    shape = np.broadcast_shapes(*(np.shape(v) for v in point.values()))
    holds = np.ones(shape, dtype=bool)
    for condition in conditions:
        holds &= values(condition, point) == 1.0
    return holds


# --- high precision


@dataclass(frozen=True, slots=True)
class Value:
    """A value at one point.

    value: Fraction (exact), mpf (rounded), bool, or None where undefined.
    doubt: rounding may have chosen a branch or made it undefined, so a neighbouring value is as likely.
    """

    value: Any
    doubt: bool = False


class _TooLargeError(ArithmeticError):
    """A number whose exponent is too long to compute with."""


def precise(node: Node, point: Mapping[str, Exact], digits: int = 50) -> Any:
    """Return the value of ``node`` as an mpf with ``digits`` working digits, or None where it is undefined.

    point: name -> mpf, Fraction or int.  Rational arithmetic is exact while numbers stay short.
    Cancellation can cost digits: ask for more than are needed.
    """
    with mpmath.workdps(digits):
        value = evaluate(node, point, digits).value
        return _rounded(value) if isinstance(value, Fraction) else value


def evaluate(node: Node, point: Mapping[str, Exact], digits: int) -> Value:
    """Return the value of ``node`` at one point, with the doubt that rounding leaves.

    Two rounded numbers closer than 10**(-3/4 digits), relative to the larger, are a tie: what is decided by
    comparing them, or by rounding one of them to an integer, is in doubt.
    """
    return evaluate_parts(node, point, digits)[-1]


def evaluate_parts(node: Node, point: Mapping[str, Exact], digits: int) -> list[Value]:
    """Return the values of all distinct parts of ``node``, arguments first, ``node`` itself last."""
    with mpmath.workdps(digits):
        tie = mpmath.mpf(10) ** (-(3 * digits) // 4)
        done: list[Value] = []
        for step in _program(node):
            if step.op == NUMBER:
                done.append(Value(step.leaf))
            elif step.op == NAME:
                done.append(Value(_exact(point[str(step.leaf)])))
            else:
                done.append(_step_value(step.op, [done[i] for i in step.args], tie))
        return done


def _exact(value: Exact) -> Exact:
    return Fraction(value) if isinstance(value, int) else value


def _rounded(value: Any) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


def _step_value(op: str, args: list[Value], tie: Any) -> Value:
    """Return the value of one step; lazy steps look only at the arguments that count."""
    if op in _LAZY_VALUES:
        return _lazy_value(op, args)
    doubt = any(a.doubt for a in args)
    if any(a.value is None for a in args):
        return Value(None, doubt)
    row = ATOMS[op]
    if row.syntax == "logic":
        return Value(row.mpmath(args[0].value), doubt)
    numbers = [a.value for a in args]
    exact = all(isinstance(n, Fraction) for n in numbers)
    if not exact and row.syntax == "comparison":
        u, v = (_rounded(n) for n in numbers)
        return Value(row.mpmath(u, v), doubt or bool(abs(u - v) <= tie * max(abs(u), abs(v), tie)))
    try:
        found = _apply(row, numbers, exact)
    except _TooLargeError:
        return Value(None, True)
    doubt = doubt or _rounding_decides(row, numbers, found, exact, tie)
    if not doubt and found == 0 and row.syntax == "call" and _keeps_exact(op, len(numbers)):
        # A piecewise row that answers 0 to numbers that are not gives the 0 of its definition: relu(-2).
        found = Fraction(0) if all(isinstance(n, Fraction) or abs(n) > tie for n in numbers) else found
    return Value(found, doubt)


def _lazy_value(op: str, args: list[Value]) -> Value:
    test = args[0]
    if test.value is None:
        return test
    if op == "where":
        taken = args[1] if test.value else args[2]
    else:
        decided = bool(test.value) == (op == "or")
        taken = test if decided else args[1]
    return Value(taken.value, taken.doubt or test.doubt)


def _apply(row: Atom, numbers: list[Any], exact: bool) -> Any:
    """Return the row's value: Fraction or mpf, None where undefined; raises _TooLargeError."""
    if not exact or not _keeps_exact(row.name, len(numbers)):
        numbers = [_rounded(n) for n in numbers]
        if row.syntax != "operator" and any(n and abs(mpmath.mag(n)) > MAX_MAGNITUDE for n in numbers):
            raise _TooLargeError
        if len(numbers) == 2 and row.name == "pow" and abs(mpmath.mag(numbers[1] or 1)) > MAX_MAGNITUDE:
            raise _TooLargeError
    try:
        value = row.mpmath(*numbers)
    except (ZeroDivisionError, ValueError):
        return None
    except (OverflowError, MemoryError):
        raise _TooLargeError from None
    if isinstance(value, Fraction):
        long = value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS
        return _rounded(value) if long else value
    if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
        return None
    # The value of an elementary function at 0 or 1 is an exact 0 or 1: sin(0), exp(0), log(1).
    if exact and value in (0, 1) and all(n in (0, 1) for n in numbers):
        return Fraction(int(value))
    return value


@lru_cache(maxsize=256)
def _keeps_exact(op: str, count: int) -> bool:
    """Whether the row answers Fractions with a Fraction: arithmetic and the piecewise functions do."""
    trial = [Fraction(4, 3)] + [Fraction(2)] * (count - 1)
    try:
        return isinstance(ATOMS[op].mpmath(*trial), Fraction | bool)
    except (TypeError, ValueError, AttributeError):
        return False


def _rounding_decides(row: Atom, numbers: list[Any], found: Any, exact: bool, tie: Any) -> bool:
    """Whether changing a rounded argument by a tie would change what the row does."""
    if exact:
        return False
    rounded = [n for n in numbers if not isinstance(n, Fraction)]
    if found is None or row.syntax == "operator":
        # u/v with an exact zero below is surely undefined; with a rounded one it may be anything.
        sure = row.name == "div" and isinstance(numbers[-1], Fraction)
        plain = row.name == "pow" and isinstance(numbers[1], Fraction) and _is_natural(numbers[1])
        risky = row.name in ("div", "pow") and not plain and any(abs(n) <= tie for n in rounded)
        return (found is None and not sure) or risky
    if not _keeps_exact(row.name, len(numbers)):
        zero = (
            any(abs(n) <= tie for n in rounded) and row.derivative != ("1",) and _singular_at_zero(row.name)
        )
        return zero or (found is not None and _has_pole_near(row, [_rounded(n) for n in numbers], found, tie))
    return _jumps_near(row, [_rounded(n) for n in numbers], tie)


def _is_natural(number: Fraction) -> bool:
    return number.denominator == 1 and number > 0


@lru_cache(maxsize=256)
def _singular_at_zero(op: str) -> bool:
    """Whether the row is undefined on one side of 0, so that the sign of a rounded zero matters."""
    try:
        return isinstance(ATOMS[op].mpmath(mpmath.mpf(-1) / 8), mpmath.mpc)
    except (TypeError, ValueError):
        return False


def _has_pole_near(row: Atom, numbers: list[Any], found: Any, tie: Any) -> bool:
    """Whether a huge value is another one within a tie of its arguments: tan(pi/2) is, exp(1000) is not."""
    if abs(found) * tie <= 1:
        return False
    moved = (
        row.mpmath(*numbers[:i], n + tie * max(abs(n), 1), *numbers[i + 1 :]) for i, n in enumerate(numbers)
    )
    return any(abs(value - found) > abs(found) / 1000 for value in moved)


def _jumps_near(row: Atom, numbers: list[Any], tie: Any) -> bool:
    """Whether a piecewise row steps within a tie of its arguments."""
    for i, n in enumerate(numbers):
        width = tie * max(abs(n), 1)
        ends = [row.mpmath(*numbers[:i], n + d, *numbers[i + 1 :]) for d in (-width, width)]
        if abs(ends[1] - ends[0]) > 1000 * width * (1 + max(abs(m) for m in numbers)):
            return True
    return False
