"""Which row of the table of smoothings a part is, by structure and not by spelling.

Every two-branch part is brought to the form "a where g > 0, else b".  If a - b = k*g exactly, the branches
meet and the part equals b + k*relu(g): that makes abs, relu, hinge, pinball and max of `where`, `max` and
`min` alike. If k does not exist the row is a blend, for which no error bound is claimed. A branch is only
drawn out of its guard when it is defined everywhere, for a surrogate evaluates both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import permutations
from math import isqrt

from diffcheck.language.tree import NAME, NUMBER, Node, number
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.forms import completed
from diffcheck.suggest.nested import branches, three_pieces
from diffcheck.suggest.polynomial import (
    ONE,
    Poly,
    add,
    as_number,
    cancelled,
    divide,
    from_poly,
    multiply,
    opaque_parts,
    scale,
    to_poly,
)

__all__ = ["KNOWN", "Shape", "ending", "recognise"]

HALF = Fraction(1, 2)

# Rows that are looked at as they are, for they have a value everywhere; a definition of the others may be.
KNOWN = frozenset({
    "number", "name", "pi", "E", "add", "sub", "mul", "neg", "square", "exp", "expm1", "exp2", "sin", "cos",
    "atan", "erf", "floor", "ceil", "round", "frac", "sinh", "cosh", "tanh", "asinh", "sigmoid", "softplus",
    "log_sigmoid", "abs", "sign", "heaviside", "relu", "max", "min", "clip", "hypot", "norm", "logsumexp",
    "cbrt", "where", "lt", "le", "gt", "ge", "and", "or", "not",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """A part as offset + factor*target(bindings); ``offset`` None stands for 0.

    parts: for the target norm, the terms whose squares are summed.
    """

    target: str
    bindings: Mapping[str, Node]
    factor: Poly
    offset: Node | None = None
    parts: tuple[Node, ...] = ()

    def negated(self) -> Shape:
        """Return the shape of minus this part."""
        offset = None if self.offset is None else _negated(self.offset)
        return Shape(self.target, self.bindings, scale(self.factor, -1), offset, self.parts)


def recognise(node: Node, facts: Facts) -> Shape | None:
    """Return the shape of ``node``, or None when no row of the table fits."""
    try:
        return _recognise(node, facts)
    except ValueError:
        return None


def ending(node: Node, facts: Facts) -> Shape | None:
    """Return the shape of a root, power, logarithm or quotient, where the domain ends or a pole is; else None."""
    try:
        if node.op == "sqrt":
            return Shape("sqrt", {"u": node.args[0]}, ONE)
        if node.op == "log":
            return Shape("log", {"u": node.args[0]}, ONE)
        if node.op == "div":
            return Shape("reciprocal", {"u": node.args[1]}, to_poly(node.args[0]))
        if node.op == "pow":
            p = to_poly(node.args[1])
            inside = (
                facts.nonnegative(p) and facts.nonnegative(add(ONE, p, -1)) and as_number(p) not in (0, 1)
            )
            return Shape("power", {"u": node.args[0], "p": node.args[1]}, ONE) if inside else None
    except ValueError:
        return None
    return None


def _recognise(node: Node, facts: Facts) -> Shape | None:
    op, args = node.op, node.args
    if op in ("relu", "max", "min", "clip"):
        return _clipped(node, facts) or _largest(node, facts)
    if op in ("abs", "sign", "heaviside", "floor", "round", "cbrt"):
        return Shape(op, {"u": args[0]}, ONE)
    if op == "where":
        return _where(node, facts)
    if op in ("norm", "hypot"):
        return _norm(args)
    if op == "sqrt":
        return _power(args[0], HALF, number(HALF), facts)
    if op == "square" or (op == "pow" and args[1] == number(2)):
        return _square(args[0], facts)
    if op == "asin" and args[0].op == "sqrt":
        return Shape("asinroot", {"u": args[0].args[0]}, ONE)
    if op == "mul":
        return _with_sign(node, facts)
    if op in ("asin", "acos"):
        return Shape(op, {"u": args[0]}, ONE)
    if op == "div":
        return Shape("quotient", {"a": args[0], "ss": args[1]}, ONE) if _squares(args[1]) else None
    if op == "pow":
        exponent = as_number(to_poly(args[1]))
        return _power(args[0], exponent, args[1], facts)
    return _staircase(node)


def _staircase(node: Node) -> Shape | None:
    """ceil, frac and mod through floor."""
    if node.op == "ceil":
        return Shape("floor", {"u": _negated(node.args[0])}, scale(ONE, -1))
    if node.op == "frac":
        return Shape("floor", {"u": node.args[0]}, scale(ONE, -1), node.args[0])
    if node.op == "mod":
        u, m = node.args
        return Shape("floor", {"u": Node("div", (u, m))}, scale(to_poly(m), -1), u)
    return None


def _negated(node: Node) -> Node:
    return from_poly(scale(to_poly(node), -1))


def _largest(node: Node, facts: Facts) -> Shape | None:
    if node.op == "relu":
        return Shape("relu", {"u": node.args[0]}, ONE)
    if node.op == "max":
        return _maximum(node.args, facts)
    if node.op == "min":
        shape = _maximum(tuple(_negated(a) for a in node.args), facts)
        return shape.negated() if shape else None
    ordered = facts.nonnegative(add(to_poly(node.args[2]), to_poly(node.args[1]), -1))
    bindings = dict(zip(("u", "lo", "hi"), node.args, strict=True))
    return Shape("clip" if ordered else "clip_any", bindings, ONE)


def _clipped(node: Node, facts: Facts) -> Shape | None:
    """min(max(u, lo), hi) and max(min(u, hi), lo) with lo <= hi proved; relu(v) is max(v, 0)."""
    outer = _two(node)
    for inner, end in (outer, outer[::-1]) if outer else ():
        sides = _two(inner) if (inner.op == "min") != (node.op == "min") else None
        for u, other in (sides, sides[::-1]) if sides else ():
            lo, hi = (other, end) if node.op == "min" else (end, other)
            if facts.nonnegative(add(to_poly(hi), to_poly(lo), -1)):
                return Shape("clip", {"u": u, "lo": lo, "hi": hi}, ONE)
    return None


def _two(node: Node) -> tuple[Node, Node] | None:
    if node.op == "relu":
        return node.args[0], number(0)
    return (node.args[0], node.args[1]) if node.op in ("max", "min") and len(node.args) == 2 else None


def _maximum(args: tuple[Node, ...], facts: Facts) -> Shape | None:
    if len(args) > 2:
        return Shape("max", {f"u{i}": a for i, a in enumerate(args, 1)}, ONE)
    a, b = args
    gap = add(to_poly(a), to_poly(b), -1)
    found = _meeting(gap, a, b, ONE, facts)
    return found or Shape("max2", {"u": a, "v": b}, ONE)


def _where(node: Node, facts: Facts) -> Shape | None:
    two = branches(node)
    if two is None:
        return _quadrant(node)
    gap, a, b = two
    bent = _huber(gap, a, b, facts)
    if bent is not None:
        return bent
    seen = frozenset(node.args[0].walk())
    if not (_total(a, seen, facts) and _total(b, seen, facts)):
        return None
    slope = divide(add(to_poly(a), to_poly(b), -1), gap)
    if slope:
        found = _meeting(gap, a, b, slope, facts)
        return found or Shape("relu", {"u": from_poly(gap)}, slope, b)
    height = as_number(add(to_poly(a), to_poly(b), -1))
    if height:
        return _step(gap, b, height)
    three = three_pieces(two, facts)
    if three is not None:
        wall, factor, rest = three
        return Shape("relu", {"u": from_poly(wall)}, factor, rest)
    return Shape("where", {"g": from_poly(gap), "a": a, "b": b}, ONE)


def _step(gap: Poly, below: Node, height: Fraction) -> Shape:
    """Name b + height where gap > 0, else b; upside down where that leaves no offset."""
    rest = to_poly(below)
    if as_number(rest) == -height:
        return Shape("heaviside", {"u": from_poly(scale(gap, -1))}, scale(ONE, -height))
    return Shape("heaviside", {"u": from_poly(gap)}, scale(ONE, height), below if rest else None)


def _huber(gap: Poly, a: Node, b: Node, facts: Facts) -> Shape | None:
    """where(abs(u) <= d, k*u**2, 2*k*d*abs(u) - k*d**2) as 2*k times the Huber function, or as written backwards."""
    pairs = [(m, c) for m, c in gap.items() if len(m) == 1 and m[0].op == "abs"]
    if len(pairs) != 1:
        return None
    (((size,), rate),) = pairs
    inner, outer = (a, b) if rate < 0 else (b, a)
    d = scale(add(gap, {(size,): rate}, -1), -1 / rate)
    square = multiply(to_poly(size.args[0]), to_poly(size.args[0]))
    # A square may be written of the absolute value.
    whole = to_poly(inner)
    written = {tuple(x for x in m if x != size): c for m, c in whole.items() if m.count(size) == 2}
    k = written if len(written) == len(whole) else divide(whole, square)
    if not k or not facts.nonnegative(d) or size in opaque_parts(k):
        return None
    line = add(scale(multiply(multiply(k, d), {(size,): Fraction(1)}), 2), multiply(multiply(k, d), d), -1)
    if cancelled(add(to_poly(outer), cancelled(line), -1)):
        return None
    return Shape("huber", {"u": size.args[0], "d": from_poly(d)}, scale(k, 2))


def _insensitive(gap: Poly, facts: Facts) -> Shape | None:
    """relu(k*(abs(u) - e)) with k > 0 and e >= 0."""
    pairs = [(m[0], c) for m, c in gap.items() if len(m) == 1 and m[0].op == "abs"]
    if len(pairs) != 1 or pairs[0][1] <= 0:
        return None
    size, rate = pairs[0]
    e = scale(add(gap, {(size,): rate}, -1), -1 / rate)
    if not e or not facts.nonnegative(e) or size in opaque_parts(e):
        return None
    return Shape("insensitive", {"u": size.args[0], "e": from_poly(e)}, scale(ONE, rate))


def _square(base: Node, facts: Facts) -> Shape | None:
    """The square of max(u, 0)."""
    inner = recognise(base, facts) if base.op in ("relu", "max", "min", "where") else None
    if inner is None or inner.target != "relu" or inner.offset is not None:
        return None
    return Shape("relu2", {"u": inner.bindings["u"]}, multiply(inner.factor, inner.factor))


def _quadrant(node: Node) -> Shape | None:
    """where(g > 0 and h > 0, b + k*g*h, b), or its negation with `or`, as b + k*relu(g)*relu(h)."""
    condition, a, b = node.args
    if condition.op == "or":
        condition, a, b = Node("and", condition.args), b, a
        flip = -1
    else:
        flip = 1
    if condition.op != "and" or len(condition.args) != 2:
        return None
    sides = [branches(Node("where", (part, a, b))) for part in condition.args]
    gaps = [scale(side[0], flip) for side in sides if side is not None and side[1] == a]
    if len(gaps) != 2 or not _plain(a) or not _plain(b):
        return None
    factor = divide(add(to_poly(a), to_poly(b), -1), multiply(*gaps))
    if not factor:
        return None
    g, h = (from_poly(gap) for gap in gaps)
    return Shape("quadrant", {"g": g, "h": h}, factor, b if to_poly(b) else None)


def _plain(node: Node) -> bool:
    return all(n.op in KNOWN for n in node.walk())


def _total(node: Node, seen: frozenset[Node], facts: Facts) -> bool:
    """Whether ``node`` is defined wherever the condition is; the condition holds ``seen``."""
    if node in seen:
        return True
    if not all(_total(a, seen, facts) for a in node.args):
        return False
    if node.op == "pow":
        power = as_number(to_poly(node.args[1]))
        whole = power is not None and power >= 0 and power.denominator == 1
        return whole or _positive(node.args[0], facts)
    if node.op == "div":
        below = node.args[1]
        return bool(as_number(to_poly(below))) or _positive(below, facts)
    if node.op == "sqrt":
        return facts.nonnegative(to_poly(node.args[0]))
    if node.op in ("log", "log2", "log10"):
        return _positive(node.args[0], facts)
    return node.op in KNOWN


def _positive(node: Node, facts: Facts) -> bool:
    """Whether ``node`` is shown to be positive: a positive number plus something nonnegative, log(2), exp."""
    p = to_poly(node)
    floor = p.get((), Fraction(0))
    if floor > 0:
        return facts.nonnegative(add(p, ONE, -floor))
    if node.op == "log":
        value = as_number(to_poly(node.args[0]))
        return value is not None and value > 1
    return node.op in ("exp", "sigmoid", "softplus", "pi", "E")


def _meeting(gap: Poly, a: Node, b: Node, slope: Poly, facts: Facts) -> Shape | None:
    """Name "a where gap > 0, else b" with a - b = slope*gap: abs, relu, pinball or None."""
    pa, pb = to_poly(a), to_poly(b)
    k = as_number(slope)
    if not add(pa, pb):
        if k is None:
            return Shape("abs", {"u": from_poly(gap)}, scale(slope, HALF))
        return Shape("abs", {"u": a}, scale(ONE, 1 if k > 0 else -1))
    if (not pb and k) or (not pa and k):
        found = _insensitive(pb or pa, facts)
        if found is not None and (k > 0) == (not pb):
            return found
    if not pb:
        if k is None:
            return Shape("relu", {"u": from_poly(gap)}, slope)
        return Shape("relu", {"u": a if k > 0 else _negated(a)}, scale(ONE, 1 if k > 0 else -1))
    if not pa:
        if k is None:
            return Shape("relu", {"u": from_poly(scale(gap, -1))}, slope)
        return Shape("relu", {"u": b if k > 0 else _negated(b)}, scale(ONE, 1 if k > 0 else -1))
    return _pinball(gap, pa, k, facts)


def _pinball(gap: Poly, above: Poly, k: Fraction | None, facts: Facts) -> Shape | None:
    share = divide(above, gap)
    if share is None or k is None or k <= 0:
        return None
    q = scale(share, 1 / k)
    if any(x.op not in (NAME, NUMBER) for x in opaque_parts(q)):
        return None
    if not (facts.nonnegative(q) and facts.nonnegative(add(ONE, q, -1))):
        return None
    other = add(ONE, q, -1)
    if len(other) < len(q):
        # The same loss of -u at the level 1 - q, where that is the simpler name: q, not 1 - q.
        gap, q = scale(gap, -1), other
    return Shape("pinball", {"u": from_poly(gap), "q": from_poly(q)}, scale(ONE, k))


def _norm(args: tuple[Node, ...]) -> Shape:
    squares = [Node("pow", (a, number(2))) for a in args]
    total = squares[0]
    for square in squares[1:]:
        total = Node("add", (total, square))
    return Shape("norm", {"ss": total}, ONE, None, args)


def _power(base: Node, exponent: Fraction | None, shown: Node, facts: Facts) -> Shape | None:
    """base**exponent: a norm, a power of abs, or a root."""
    terms = _squares(base)
    if exponent == HALF and (terms or completed(base)):
        terms = terms or completed(base) or []
        if len(terms) == 1:
            return Shape("abs", {"u": terms[0][0]}, to_poly(_root(terms[0][1])))
        parts = tuple(part if w == 1 else Node("mul", (_root(w), part)) for part, w in terms)
        return Shape("norm", {"ss": base}, ONE, None, parts)
    if terms is not None and len(terms) > 1:
        return _norm_power(base, to_poly(shown), facts)
    square = terms[0][0] if terms is not None and len(terms) == 1 and terms[0][1] == 1 else None
    u, p = (square, scale(to_poly(shown), 2)) if square is not None else (base, to_poly(shown))
    if square is None and base.op == "abs":
        u = base.args[0]
    elif square is None:
        return Shape("sqrt", {"u": base}, ONE) if exponent == HALF else None
    if facts.nonnegative(p) and facts.nonnegative(add(ONE, p, -1)) and as_number(p) != 0:
        return Shape("abspow", {"u": u, "p": from_poly(p)}, ONE)
    return None


def _root(value: Fraction) -> Node:
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if top**2 == value.numerator and bottom**2 == value.denominator:
        return number(Fraction(top, bottom))
    return Node("sqrt", (number(value),))


def _with_sign(node: Node, facts: Facts) -> Shape | None:
    """A product of sign(u), a power of abs(u) and other factors."""
    factors = _factors(node)
    for sign, power in permutations(factors, 2):
        found = _signed_power(sign, power, facts)
        if found is not None:
            rest = [to_poly(f) for f in factors if f is not sign and f is not power]
            return Shape("signedpow", found.bindings, reduce(multiply, rest, found.factor))
    return None


def _factors(node: Node) -> list[Node]:
    return [f for a in node.args for f in _factors(a)] if node.op == "mul" else [node]


def _signed_power(sign: Node, power: Node, facts: Facts) -> Shape | None:
    """sign(u)*abs(u)**p, also of -u and of sqrt(abs(u))."""
    if sign.op != "sign":
        return None
    found = _recognise(power, facts) if power.op in ("pow", "sqrt", "cbrt") else None
    if power.op == "sqrt" and power.args[0].op == "abs":
        found = Shape("abspow", {"u": power.args[0].args[0], "p": number(HALF)}, ONE)
    if found is None or found.target != "abspow":
        return None
    u, p = to_poly(found.bindings["u"]), to_poly(found.bindings["p"])
    same = to_poly(sign.args[0])
    way = 1 if not add(same, u, -1) else -1 if not add(same, u) else 0
    # At p = 1 there is no corner.
    if not way or as_number(p) == 1:
        return None
    return Shape("signedpow", found.bindings, scale(ONE, way))


def _norm_power(ss: Node, p: Poly, facts: Facts) -> Shape | None:
    inside = facts.nonnegative(p) and facts.nonnegative(add(scale(ONE, HALF), p, -1)) and as_number(p) != 0
    return Shape("normpow", {"ss": ss, "p": from_poly(p)}, ONE) if inside else None


def _squares(node: Node) -> list[tuple[Node, Fraction]] | None:
    """Read a sum of squares with positive numeric weights as [(term, weight)], or return None."""
    if node.op == "add":
        left, right = (_squares(a) for a in node.args)
        return None if left is None or right is None else left + right
    if node.op == "square" or (node.op == "pow" and node.args[1] == number(2)):
        return [(node.args[0], Fraction(1))]
    if node.op == "mul" and node.args[0] == node.args[1]:
        return [(node.args[0], Fraction(1))]
    if node.op in ("mul", "div"):
        return _weighted(node)
    return None


def _weighted(node: Node) -> list[tuple[Node, Fraction]] | None:
    left, right = node.args
    weight, inner = as_number(to_poly(right)), left
    if weight is None and node.op == "mul":
        weight, inner = as_number(to_poly(left)), right
    if weight is None or weight <= 0:
        return None
    terms = _squares(inner)
    by = weight if node.op == "mul" else 1 / weight
    return None if terms is None else [(part, w * by) for part, w in terms]
