"""Proofs of the table of smoothings: the range of a function of one variable, found and not sampled.

Every row that scales, S(mu*t; mu) = mu**d*S(t; 1), has surrogate minus target, and the second derivative of the
surrogate, as functions of t = u/mu alone.  Such a function is cut where its branches change; on each piece it
is analytic, so its range is that of its values at the zeros of its derivative and of its limits at the ends.
The zeros are isolated, and no other is left out, by `roots`; limits are SymPy's; comparisons are made by
identities or by balls that exclude zero.  A row in more arguments is brought to one variable by LINES: its
arguments along a line, on which the remaining ones must cancel.

Read in order: proof, pieces, extremes.  Rows that LINES does not name are proved in docs/proofs.md, in the
section that the table names.  A claim that cannot be proved raises Unproved; nothing here is sampled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import flint
import sympy as sp

from diffcheck.algebra.balls import enclose, sign_at
from diffcheck.algebra.printer import symbol
from diffcheck.algebra.roots import real_roots
from diffcheck.atoms import ATOMS
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.suggest.smoothings import TARGETS, Smoothing

__all__ = ["LINES", "Proof", "Unproved", "extremes", "pieces", "proof", "scales"]

t = sp.Symbol("t", real=True)
MU = symbol("mu")
PRECISION = 200


@dataclass(frozen=True, slots=True)
class Line:
    """Where a target lives on a line: its parameters in t, where t runs, by what its homogeneity is.

    degree: S(mu*t; mu) = mu**degree*S(t; 1).  bend: |grad t|**2, by which a second derivative in t is one in
    the arguments.
    """

    at: dict[str, str]
    low: sp.Expr = -sp.oo
    degree: sp.Expr = sp.S.One
    bend: int = 1


_ALONG_U = Line({"u": "t"})
LINES: dict[str, Line] = {
    "abs": _ALONG_U,
    "relu": _ALONG_U,
    "max2": Line({"u": "v + t"}, bend=2),
    "pinball": _ALONG_U,
    "relu2": Line({"u": "t"}, degree=sp.Integer(2)),
    "norm": Line({"ss": "t**2"}, low=sp.Integer(0)),
    "sqrt": Line({"u": "t"}, low=sp.Integer(0), degree=sp.Rational(1, 2)),
    "cbrt": Line({"u": "t"}, degree=sp.Rational(1, 3)),
    "reciprocal": Line({"u": "t"}, degree=sp.Integer(-1)),
    "sign": Line({"u": "t"}, degree=sp.Integer(0)),
    "heaviside": Line({"u": "t"}, degree=sp.Integer(0)),
}


class Unproved(Exception):
    """A claim that the method cannot bring to an end, or that is false."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The ranges that were found, at mu = 1: of surrogate minus target, of the second derivative in t.

    Each end is a ball that contains the least upper or greatest lower bound; None where nothing is claimed.
    """

    error: tuple[flint.arb, flint.arb] | None
    bend: tuple[flint.arb, flint.arb] | None


Piece = tuple[sp.Expr, sp.Expr, sp.Expr]


def proof(row: Smoothing) -> Proof:
    """Prove what ``row`` claims of error, sign, gradient's constant and curvature; raise Unproved."""
    line = LINES.get(row.target)
    if line is None or row.proof:
        raise Unproved(f"{row.target}: {row.name} has a written proof")
    surrogate = parse(row.text())
    if not scales(surrogate, line):
        raise Unproved("the row does not scale")
    error = bend = None
    if row.error is not None:
        difference = Node("sub", (surrogate, parse(TARGETS[row.target].text)))
        error = extremes(pieces(difference, line))
        low, high = (_constant(text) for text in row.error)
        _at_most(low, error[0])
        _at_most(error[1], high)
    if row.positive:
        lows, _ = extremes(pieces(surrogate, line))
        _at_most(sp.Integer(0), [low for low in lows if low is not sp.oo])
    if row.lipschitz is not None or row.curvature in ("convex", "concave"):
        cut = pieces(surrogate, line)
        _joined(cut)
        bend = extremes([(a, b, sp.diff(f, t, 2)) for a, b, f in cut])
        _curved(row, line, bend)
    return Proof(_hull(error), _hull(bend))


def _joined(cut: list[Piece]) -> None:
    """Raise Unproved unless value and slope agree at every seam, so that the slope is as steep as its pieces."""
    for (_, seam, below), (_, _, above) in pairwise(cut):
        for order in (0, 1):
            if sp.simplify(sp.diff(above - below, t, order).subs(t, seam)) != 0:
                raise Unproved(f"the pieces do not join at {seam}")


Ends = tuple[list[sp.Expr | flint.arb], list[sp.Expr | flint.arb]]


def _curved(row: Smoothing, line: Line, bend: Ends) -> None:
    zero = sp.Integer(0)
    if row.curvature == "convex":
        _at_most(zero, bend[0])
    if row.curvature == "concave":
        _at_most(bend[1], zero)
    if row.lipschitz is not None:
        constant = _constant(row.lipschitz) / line.bend
        _at_most(bend[1], constant)
        _at_most(-constant, bend[0])


def scales(surrogate: Node, line: Line) -> bool:
    """Whether S(mu*t; mu) = mu**degree*S(t; 1), an identity on every piece."""
    free = {n: parse(text) for n, text in line.at.items()}
    small = [f for _, _, f in pieces(surrogate, line)]
    # The same branches are taken at mu*t and mu as at t and 1 when all conditions scale: compared piece by piece.
    stretched = {
        n: Node("mul", (parse("mu"), node)) if n != "ss" else parse("(mu*t)**2") for n, node in free.items()
    }
    if "v" in surrogate.names():
        stretched["u"] = parse("v + mu*t")
    mu = sp.Symbol("mu", positive=True)
    big = [f.xreplace({MU: mu}) for _, _, f in _cut(_filled(surrogate, stretched), line, scaled=True)]
    if len(small) != len(big):
        return False
    fixed = sp.Symbol("v", real=True)
    for one, many in zip(small, big, strict=True):
        offset = fixed if "v" in surrogate.names() else 0
        gap = (
            many.subs(symbol("v"), fixed) - offset - mu**line.degree * (one.subs(symbol("v"), fixed) - offset)
        )
        if sp.simplify(gap) != 0:
            return False
    return True


def pieces(node: Node, line: Line) -> list[Piece]:
    """Return [(from, to, expression in t)] for ``node`` along ``line`` at mu = 1, its branches taken."""
    free = {n: parse(text) for n, text in line.at.items()}
    return list(_cut(_filled(node, {**free, "mu": parse("1")}), line))


def _filled(node: Node, values: dict[str, Node]) -> Node:
    if node.op == NAME:
        return values.get(str(node.leaf), node)
    return Node(node.op, tuple(_filled(a, values) for a in node.args), node.leaf, node.span)


def _cut(node: Node, line: Line, scaled: bool = False) -> Iterator[Piece]:
    at_one = _filled(node, {"mu": parse("1")}) if scaled else node
    ends = [line.low, *(s for s in _seams(at_one) if s > line.low), sp.oo]
    for low, high in pairwise(ends):
        inside = _between(low, high)
        yield low, high, _value(node, inside)


def _between(low: sp.Expr, high: sp.Expr) -> sp.Expr:
    if low == -sp.oo:
        return high - 1 if high != sp.oo else sp.Integer(0)
    return low + 1 if high == sp.oo else (low + high) / 2


def _gaps(node: Node) -> Iterator[Node]:
    """Yield what changes sign where a branch changes."""
    for part in node.walk():
        if part.op in ("lt", "le", "gt", "ge", "max", "min"):
            yield Node("sub", part.args)
        elif part.op in ("abs", "relu", "sign", "heaviside", "cbrt"):
            yield part.args[0]
        elif part.op == "sqrt" and part.args[0].op == "pow":
            yield part.args[0].args[0]


def _seams(node: Node) -> list[sp.Expr]:
    found: set[sp.Expr] = set()
    for gap in _gaps(node):
        for sign in (-1, 1):
            # Inside a gap stand at most absolute values, which are read on both sides.
            u = sp.expand(_value(gap, sp.Integer(sign)))
            if not u.is_polynomial(t) or u.free_symbols - {t}:
                raise Unproved(f"a branch that changes where `{u}` = 0")
            found |= set(sp.roots(sp.Poly(u, t)) if u.has(t) else ())
    return sorted(found)


def _value(node: Node, inside: sp.Expr) -> sp.Expr:
    """Return ``node`` in SymPy, its branches those that hold at t = ``inside``."""
    if node.op == NUMBER:
        return sp.Rational(str(node.leaf))
    if node.op == NAME:
        return t if node.leaf == "t" else symbol(str(node.leaf))
    if node.op == "where":
        return _value(node.args[1 if _holds(node.args[0], inside) else 2], inside)
    args = [_value(a, inside) for a in node.args]
    if node.op in ("max", "min"):
        bigger = _sign(args[0] - args[1], inside) >= 0
        return args[0] if bigger == (node.op == "max") else args[1]
    if node.op in ("abs", "relu", "sign", "heaviside", "cbrt"):
        above = _sign(args[0], inside) >= 0
        u = args[0] if above else -args[0]
        if node.op == "relu":
            return args[0] if above else sp.Integer(0)
        if node.op in ("sign", "heaviside"):
            return sp.Integer(1) if above else sp.Integer(-1 if node.op == "sign" else 0)
        root = u ** sp.Rational(1, 3)
        return u if node.op == "abs" else root if above else -root
    if node.op == "sqrt" and node.args[0].op == "pow":
        # The norm's own target, sqrt(t**2).
        return _value(Node("abs", (node.args[0].args[0],)), inside)
    return ATOMS[node.op].sympy(*args)


def _holds(node: Node, inside: sp.Expr) -> bool:
    gap = _value(node.args[0], inside) - _value(node.args[1], inside)
    sign = _sign(gap, inside)
    return sign > 0 if node.op in ("gt", "ge") else sign < 0


def _sign(gap: sp.Expr, inside: sp.Expr) -> int:
    value = sp.expand(gap).subs({t: inside, sp.Symbol("mu", real=True): 1, MU: 1})
    found = sign_at(value, {}) if not value.free_symbols else None
    if found is None:
        raise Unproved(f"the sign of `{value}` is not known")
    return found


def extremes(cut: list[Piece]) -> Ends:
    """Return all values among which the greatest lower and the least upper bound of a cut function are."""
    values: list[sp.Expr | flint.arb] = []
    for low, high, written in cut:
        f = sp.simplify(written)
        if f.free_symbols - {t}:
            raise Unproved(f"`{f}` does not depend on t alone")
        slope = sp.simplify(sp.diff(f, t))
        found = real_roots(slope, t, low, high)
        if not found.complete or found.families:
            raise Unproved(f"the zeros of `{slope}` are not known: {found.how}")
        values += [sp.limit(f, t, low, "+"), sp.limit(f, t, high, "-")]
        for root in () if found.everywhere else found.roots:
            if root.ball > enclose_end(low) and root.ball < enclose_end(high):
                values.append(
                    f.subs(t, root.exact)
                    if root.exact is not None
                    else enclose(f, {t: root.refine(PRECISION)}, PRECISION)
                )
    return values, values


def enclose_end(end: sp.Expr) -> flint.arb:
    """Return an end of a piece as a ball, infinite ends as infinities."""
    if end.is_infinite:
        return flint.arb("inf") if end > 0 else flint.arb("-inf")
    return enclose(end, {}, PRECISION)


def _constant(text: str) -> sp.Expr:
    value = _value(_filled(parse(text), {"mu": parse("1")}), sp.Integer(0))
    if value.free_symbols:
        raise Unproved(f"`{text}` holds more than mu")
    return value


def _at_most(low: sp.Expr | list[sp.Expr | flint.arb], high: sp.Expr | list[sp.Expr | flint.arb]) -> None:
    """Raise Unproved unless the constant on one side bounds all values on the other."""
    for a in low if isinstance(low, list) else [low]:
        for b in high if isinstance(high, list) else [high]:
            if not _no_more(a, b):
                raise Unproved(f"{a} <= {b} is not shown")


def _no_more(a: sp.Expr | flint.arb, b: sp.Expr | flint.arb) -> bool:
    if isinstance(a, flint.arb) or isinstance(b, flint.arb):
        left, right = (x if isinstance(x, flint.arb) else enclose(x, {}, PRECISION) for x in (a, b))
        return bool(left <= right)
    gap = sp.simplify((b - a).rewrite(sp.exp))
    return gap == 0 or sign_at(gap, {}) == 1


def _hull(ends: Ends | None) -> tuple[flint.arb, flint.arb] | None:
    if ends is None:
        return None
    balls = [x if isinstance(x, flint.arb) else enclose(x, {}, PRECISION) for x in ends[0]]
    low = high = balls[0]
    for ball in balls[1:]:
        low, high = low.min(ball), high.max(ball)
    return low, high
