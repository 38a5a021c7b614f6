"""Values of expressions in ball arithmetic, written from the meaning of the functions alone.

A value is exact (fmpq), enclosed (arb), None where the function is undefined, or DOUBT where the ball is too wide to
tell: what a comparison of two equal irrational numbers gives.  Every sign and integer part that is asked for on the way
is a decision; where the decisions of two points differ, something lies between them.
Read in order: Function, then the rows.
Limits: sin(k*pi) is a ball around 0, so what asks for its sign is in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import flint
from flint import arb, fmpq

from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.problem import Problem

__all__ = ["DOUBT", "FAINT_PRECISION", "PRECISION", "Function", "exact", "value_of"]

PRECISION = 384
# Enough to see the corner of erf(abs(x) + 16), which is as large as exp(-256).
FAINT_PRECISION = 1_200
# Longer fractions cost more than they tell.
MAX_BITS = 3_000


class _Doubt:
    def __repr__(self) -> str:
        return "DOUBT"


DOUBT: Final = _Doubt()
ZERO, ONE, HALF = fmpq(0), fmpq(1), fmpq(1, 2)
# What was decided during the evaluation that is going on.
_decisions: list[Any] = []


def exact(value: Fraction | int) -> fmpq:
    """Return a rational number of flint."""
    return fmpq(value.numerator, value.denominator)


# --- decisions


def _sign(u: Any) -> Any:
    """Return -1, 0 or 1, or DOUBT; noted as a decision."""
    found = 1 if u > 0 else -1 if u < 0 else 0 if u == 0 else DOUBT
    _decisions.append(found)
    return found


def _floor(u: Any) -> Any:
    if type(u) is fmpq:
        found: Any = fmpq(u.floor())
    else:
        whole = u.floor().unique_fmpz() if u.is_finite() else None
        found = DOUBT if whole is None else fmpq(whole)
    _decisions.append(found)
    return found


# --- rows; arguments are fmpq or arb


def _pi() -> arb:
    return arb.pi()


def _div(u: Any, v: Any) -> Any:
    s = _sign(v)
    return None if s == 0 else DOUBT if s is DOUBT else u / v


def _pow(u: Any, v: Any) -> Any:
    if type(v) is fmpq and v.q == 1:
        return _whole_power(u, int(v.p))
    s = _sign(u)
    if s is DOUBT:
        return DOUBT
    if s == 0:
        t = _sign(v)
        return DOUBT if t is DOUBT else ZERO if t > 0 else ONE if t == 0 else None
    if s < 0:
        return DOUBT if type(v) is arb and v.contains_integer() else None
    if type(v) is fmpq and v.height_bits() < 20:
        return _root(u, int(v.q), int(v.p))
    return ONE if u == 1 else (v * arb(u).log()).exp()


def _whole_power(u: Any, n: int) -> Any:
    if n < 0:
        s = _sign(u)
        if s == 0:
            return None
        if s is DOUBT:
            return DOUBT
    if type(u) is fmpq and u.height_bits() * abs(n) > MAX_BITS:
        u = arb(u)
    return u**n


def _root(u: Any, q: int, p: int) -> Any:
    """Return u**(p/q) for u > 0, exact where it is rational and small."""
    if type(u) is fmpq:
        above, below = (round(float(part) ** (1 / q)) if part < 10**15 else 0 for part in (u.p, u.q))
        if above**q == u.p and below**q == u.q:
            return fmpq(above, below) ** p
    return arb(u).root(q) ** p


def _log(u: Any) -> Any:
    s = _sign(u)
    return DOUBT if s is DOUBT else None if s <= 0 else ZERO if u == 1 else arb(u).log()


def _fixed(method: Callable[[arb], arb], at_zero: fmpq) -> Callable[[Any], Any]:
    """Return a row that is exact at 0."""
    return lambda u: at_zero if type(u) is fmpq and u == 0 else method(arb(u))


def _tan(u: Any) -> Any:
    if u == 0:
        return u
    turns = _floor(arb(u) / _pi() + HALF)
    return DOUBT if turns is DOUBT else arb(u).tan()


def _asin(u: Any) -> Any:
    low, high = _sign(u + 1), _sign(1 - u)
    if low is DOUBT or high is DOUBT:
        return DOUBT
    if low < 0 or high < 0:
        return None
    return u if u == 0 else arb(u).asin()


def _acos(u: Any) -> Any:
    found = _asin(u)
    return found if found is None or found is DOUBT else ZERO if u == 1 else _pi() / 2 - found


def _atan2(y: Any, x: Any) -> Any:
    up, right = _sign(y), _sign(x)
    if up == 0:
        return None if right == 0 else DOUBT if right is DOUBT else ZERO if right > 0 else _pi()
    if right == 1:
        return arb(y / x).atan()
    if up is DOUBT:
        return DOUBT
    return (_pi() / 2 if up > 0 else -_pi() / 2) - arb(x / y).atan()


def _size(*parts: Any) -> Any:
    total = sum((u * u for u in parts), ZERO)
    if type(total) is fmpq:
        return ZERO if total == 0 else _pow(total, HALF)
    # A square is not below 0, whatever its ball says.
    s = _sign(total)
    return total.sqrt() if s == 1 else ZERO if s == 0 else total.nonnegative_part().sqrt()


def _abs(u: Any) -> Any:
    _sign(u)
    return abs(u)


def _max(*parts: Any) -> Any:
    found = parts[0]
    for v in parts[1:]:
        s = _sign(found - v)
        found = arb(found).max(arb(v)) if s is DOUBT else found if s >= 0 else v
    return found


def _min(*parts: Any) -> Any:
    return -_max(*(-u for u in parts))


def _steps(below: fmpq, middle: fmpq) -> Callable[[Any], Any]:
    def row(u: Any) -> Any:
        s = _sign(u)
        return DOUBT if s is DOUBT else ONE if s > 0 else middle if s == 0 else below

    return row


def _cbrt(u: Any) -> Any:
    s = _sign(u)
    if s is DOUBT:
        edge = arb(abs(u).upper()).root(3)
        return edge.union(-edge)
    return u if s == 0 else _root(u, 3, 1) if s > 0 else -_root(-u, 3, 1)


def _round(u: Any) -> Any:
    whole = _floor(u + HALF)
    if type(u) is fmpq and whole == u + HALF and int(whole.p) % 2:
        return whole - 1
    return whole


def _less(u: Any, floored: Any, scale: Any = ONE) -> Any:
    return DOUBT if floored is DOUBT else u - scale * floored


def _mod(u: Any, m: Any) -> Any:
    ratio = _div(u, m)
    return ratio if ratio is None or ratio is DOUBT else _less(u, _floor(ratio), m)


def _up(u: Any) -> Any:
    below = _floor(-u)
    return DOUBT if below is DOUBT else -below


def _sigmoid(u: Any) -> Any:
    return HALF if u == 0 else 1 / (1 + (-arb(u)).exp())


ROWS: dict[str, Callable[..., Any]] = {
    "add": lambda u, v: u + v,
    "sub": lambda u, v: u - v,
    "mul": lambda u, v: u * v,
    "neg": lambda u: -u,
    "div": _div,
    "pow": _pow,
    "square": lambda u: u * u,
    "exp": _fixed(lambda u: u.exp(), ONE),
    "log": _log,
    "sin": _fixed(lambda u: u.sin(), ZERO),
    "cos": _fixed(lambda u: u.cos(), ONE),
    "tan": _tan,
    "asin": _asin,
    "acos": _acos,
    "atan": _fixed(lambda u: u.atan(), ZERO),
    "atan2": _atan2,
    "tanh": _fixed(lambda u: u.tanh(), ZERO),
    "sinh": _fixed(lambda u: u.sinh(), ZERO),
    "cosh": _fixed(lambda u: u.cosh(), ONE),
    "erf": _fixed(lambda u: u.erf(), ZERO),
    "sigmoid": _sigmoid,
    "softplus": lambda u: arb(u).exp().log1p(),
    "sqrt": lambda u: _pow(u, HALF),
    "cbrt": _cbrt,
    "hypot": _size,
    "norm": _size,
    "abs": _abs,
    "sign": _steps(fmpq(-1), ZERO),
    "heaviside": _steps(ZERO, HALF),
    "relu": lambda u: _max(u, ZERO),
    "max": _max,
    "min": _min,
    "clip": lambda u, low, high: _min(_max(u, low), high),
    "floor": _floor,
    "ceil": _up,
    "round": _round,
    "frac": lambda u: _less(u, _floor(u)),
    "mod": _mod,
    "pi": _pi,
    "E": lambda: arb(1).exp(),
}

COMPARISONS: dict[str, tuple[int, ...]] = {
    "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (1, 0), "eq": (0,), "ne": (-1, 1),
}  # fmt: skip


def _step(op: str, args: Sequence[Any]) -> Any:
    if op in {"where", "and", "or"}:
        return _lazy(op, args)
    for a in args:
        if a is None or a is DOUBT:
            return a
    if op == "not":
        return not args[0]
    if op in COMPARISONS:
        s = _sign(args[0] - args[1])
        # Unequal is sure only where the sign is.
        return DOUBT if s is DOUBT else s in COMPARISONS[op]
    found = ROWS[op](*args)
    if type(found) is fmpq:
        return arb(found) if found.height_bits() > MAX_BITS else found
    return DOUBT if type(found) is arb and not found.is_finite() else found


def _lazy(op: str, args: Sequence[Any]) -> Any:
    test = args[0]
    if test is None or test is DOUBT:
        return test
    if op == "where":
        return args[1] if test else args[2]
    return test if bool(test) == (op == "or") else args[1]


class Function:
    """The function of a problem, compiled once: undefined also where a constraint does not hold."""

    def __init__(self, tree: Node, where: Sequence[Node] = (), bits: int = PRECISION) -> None:
        self._bits = bits
        self._steps: list[tuple[str, tuple[int, ...], Any]] = []
        numbered: dict[Node, int] = {}
        self._limits = [self._number(c, numbered) for c in where]
        self._result = self._number(tree, numbered)

    @classmethod
    def of(cls, problem: Problem, bits: int = PRECISION) -> Function:
        """Return the function that a question asks about."""
        return cls(problem.tree, problem.where, bits)

    def _number(self, node: Node, numbered: dict[Node, int]) -> int:
        if node not in numbered:
            args = tuple(self._number(a, numbered) for a in node.args)
            leaf = exact(node.leaf) if node.op == NUMBER and isinstance(node.leaf, Fraction) else node.leaf
            self._steps.append((node.op, args, leaf))
            numbered[node] = len(self._steps) - 1
        return numbered[node]

    def __call__(self, point: Mapping[str, Any]) -> Any:
        """Return fmpq, arb, None for undefined, or DOUBT; a condition gives a bool."""
        _decisions.clear()
        done: list[Any] = []
        old, flint.ctx.prec = flint.ctx.prec, self._bits
        try:
            for op, args, leaf in self._steps:
                if op == NUMBER:
                    done.append(leaf)
                elif op == NAME:
                    done.append(point[leaf])
                else:
                    done.append(_step(op, [done[i] for i in args]))
        finally:
            flint.ctx.prec = old
        for i in self._limits:
            if done[i] is not True:
                return DOUBT if done[i] is DOUBT else None
        return done[self._result]

    def pattern(self, point: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the decisions on the way to the value, and whether there is one."""
        found = self(point)
        return (*_decisions, found is None)

    def is_analytic(self, box: Mapping[str, Any]) -> bool:
        """Whether every decision has one answer in all of a box of balls, and there is a value."""
        value = self(box)
        return value is not None and value is not DOUBT and DOUBT not in _decisions


def value_of(node: Node) -> Any:
    """Return the value of an expression without names."""
    return Function(node, (), FAINT_PRECISION)({})
