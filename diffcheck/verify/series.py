"""One-sided series of an elementary tree at an exact point, by exact arithmetic: proofs where texts are only compared.

f(p + s*t), t -> 0+, is a sum of c*t**a with rational a; every c is a polynomial in log(t), its coefficients rational
functions of constants such as exp(1/3).
Branches are chosen by signs that are proved; zero is claimed by an identity alone.  The series converge for small t,
so what they say about jumps, slopes and orders is proved.
Read in order: Series, expand, seen.
Gives up (TooLong) on: quotients by logarithms of t, oscillation, exponents that are no rational numbers, signs that
intervals do not tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from diffcheck.language.tree import NAME, NUMBER, Node, name, number, substitute
from diffcheck.verify.elementary import failing
from diffcheck.verify.exact import ONE, ZERO, Ratio, TooLong, constant, is_whole, ratio, sign_of, steady

__all__ = [
    "LOG",
    "Series",
    "Undefined",
    "add",
    "expand",
    "logs",
    "one_function",
    "seen",
    "single",
    "small_sign",
    "written",
]

LENGTH = 6
MAX_FACTORS = 40
# The name of the logarithm of the step; no name of a question has a space.
LOG = "log t"
Move = Mapping[str, "Series"]


class Undefined(Exception):
    """The expression has no value for small steps."""


@dataclass(frozen=True, slots=True)
class Series:
    """Sum of c*t**a, plus O(t**cut); cut is None when nothing was left out."""

    terms: Mapping[Fraction, Ratio]
    cut: Fraction | None = None

    @property
    def low(self) -> Fraction | None:
        """Return the smallest power that may occur; None for zero."""
        powers = [*self.terms, *([] if self.cut is None else [self.cut])]
        return min(powers, default=None)

    def lead(self) -> tuple[Fraction, Ratio, int] | None:
        """Return the leading power, its coefficient and its proved sign; None for zero."""
        if not self.terms:
            if self.cut is None:
                return None
            raise TooLong
        power = min(self.terms)
        sign = small_sign(self.terms[power])
        if not sign:
            raise TooLong
        return power, self.terms[power], sign

    def sign(self) -> int:
        """Return the proved sign for small t, the same t for all directions where there are some.

        Where the leading coefficient tends to zero at the end of a range of directions, later terms would decide
        sooner and sooner: then there must be none.
        """
        lead = self.lead()
        if lead is None:
            return 0
        if not (logs(lead[1]) or steady(lead[1])) and (len(self.terms) > 1 or self.cut is not None):
            raise TooLong
        return lead[2]

    @property
    def unbounded(self) -> bool:
        """Whether it is proved to be without bound; TooLong when that stays open."""
        if self.low is None or self.low > 0 or (self.low == 0 and not logs(self.at(0))):
            return False
        lead = self.lead()
        return lead is not None and (lead[0] < 0 or (lead[0] == 0 and logs(lead[1]) > 0))

    def at(self, power: Fraction | int) -> Ratio:
        """Return a coefficient."""
        return self.terms.get(Fraction(power), ZERO)


def logs(c: Ratio) -> int:
    """Return the degree of a coefficient in log(t); TooLong when it is no polynomial in it."""
    degree = c.degree(LOG)
    if degree is None:
        raise TooLong
    return degree


def small_sign(c: Ratio) -> int | None:
    """Return the sign that a coefficient has for small t, where log(t) is negative and without bound."""
    n = logs(c)
    sign = sign_of(c.coefficient(LOG, n) if n else c)
    return None if sign is None else sign * (-1) ** n


def single(c: Ratio, power: Fraction | int = 0) -> Series:
    """Return c*t**power."""
    return Series({} if c.is_zero else {Fraction(power): c})


def _shortened(terms: Mapping[Fraction, Ratio], cut: Fraction | None) -> Series:
    kept = {a: c for a, c in terms.items() if not c.is_zero and (cut is None or a < cut)}
    if kept and max(kept) > min(kept) + LENGTH:
        end = min(kept) + LENGTH
        cut = end if cut is None else min(cut, end)
        kept = {a: c for a, c in kept.items() if a < cut}
    return Series(kept, cut)


def add(u: Series, v: Series) -> Series:
    """Return u + v."""
    cuts = [s.cut for s in (u, v) if s.cut is not None]
    return _shortened(
        {a: u.at(a) + v.at(a) for a in u.terms.keys() | v.terms.keys()}, min(cuts, default=None)
    )


def mul(u: Series, v: Series) -> Series:
    """Return u*v."""
    if u.low is None or v.low is None:
        return Series({})
    cuts = [a.cut + b.low for a, b in ((u, v), (v, u)) if a.cut is not None and b.low is not None]
    terms: dict[Fraction, Ratio] = {}
    for a, c in u.terms.items():
        for b, d in v.terms.items():
            if not cuts or a + b < min(cuts):
                terms[a + b] = terms.get(a + b, ZERO) + c * d
    return _shortened(terms, min(cuts, default=None))


def _scaled(u: Series, c: Ratio, power: Fraction | int = 0) -> Series:
    return mul(u, single(c, power))


def _composed(u: Series, coefficient: Callable[[int], Ratio]) -> Series:
    """Return the sum of coefficient(k)*u**k; u vanishes with t."""
    if u.low is None:
        return single(coefficient(0))
    if u.low <= 0:
        raise TooLong
    total, power = single(coefficient(0)), single(ONE)
    for k in range(1, MAX_FACTORS):
        power = mul(power, u)
        if power.low is None:
            return total
        if power.low >= LENGTH:
            return _shortened(total.terms, min(x for x in (power.low, total.cut) if x is not None))
        total = add(total, _scaled(power, coefficient(k)))
    raise TooLong


def _apart(u: Series) -> tuple[Fraction, Ratio, int, Series]:
    """Return a, c, the sign of c and w with u = c*t**a*(1 + w); Undefined for zero."""
    lead = u.lead()
    if lead is None:
        raise Undefined
    power, c, sign = lead
    if logs(c) or not steady(c):
        raise TooLong
    return power, c, sign, add(_scaled(u, ONE / c, -power), single(constant(-1)))


def inverse(u: Series) -> Series:
    """Return 1/u."""
    power, c, _, w = _apart(u)
    return _scaled(_composed(w, lambda k: constant((-1) ** k)), ONE / c, -power)


def _power(u: Series, v: Series) -> Series:
    if v.cut is not None or v.terms.keys() - {Fraction(0)}:
        raise TooLong
    r = v.at(0).rational
    if r is None:
        raise TooLong
    if r.denominator == 1 and 0 <= r <= MAX_FACTORS:
        out = single(ONE)
        for _ in range(int(r)):
            out = mul(out, u)
        return out
    if r.denominator == 1:
        return inverse(_power(u, single(constant(-r))))
    if u.low is None:
        if r < 0:
            raise Undefined
        return u
    power, c, sign, w = _apart(u)
    if sign < 0:
        raise Undefined
    binomial = _composed(w, lambda k: constant(_binomial(r, k)))
    return _scaled(binomial, _constant("pow", c, constant(r)), power * r)


def _binomial(r: Fraction, k: int) -> Fraction:
    out = Fraction(1)
    for i in range(k):
        out = out * (r - i) / (i + 1)
    return out


def _constant(op: str, *args: Ratio) -> Ratio:
    """Return the value of a function at constants."""
    if any(logs(a) for a in args):
        raise TooLong
    exact = [a.rational for a in args]
    for of, at, value in KNOWN:
        if of == op and exact[0] == at:
            return constant(value)
    return ratio(Node(op, tuple(written(a) for a in args)))


KNOWN = (("exp", 0, 1), ("log", 1, 0), ("sin", 0, 0), ("cos", 0, 1), ("asin", 0, 0), ("atan", 0, 0), ("erf", 0, 0),
         ("pow", 1, 1))  # fmt: skip


def written(r: Ratio) -> Node:
    """Return a tree of a function."""
    parts = []
    for poly in (r.num, r.den):
        total = number(0)
        for m, c in poly.items():
            term = number(c)
            for g, n in m:
                term = Node("mul", (term, Node("pow", (r.nodes.get(g) or name(g), number(n)))))
            total = Node("add", (total, term))
        parts.append(total)
    exact = r.rational
    return number(exact) if exact is not None else Node("div", tuple(parts))


def _split(u: Series) -> tuple[Ratio, Series]:
    """Return the constant term and the rest, which vanishes with t."""
    if (u.low is not None and u.low < 0) or (u.cut is not None and u.cut <= 0):
        raise TooLong
    return u.at(0), Series({a: c for a, c in u.terms.items() if a}, u.cut)


def _exp(u: Series) -> Series:
    c, w = _split(u)
    power = Fraction(0)
    if logs(c):
        # exp(r*log(t) + c) is a power of t.
        found = c.coefficient(LOG, 1).rational
        if logs(c) > 1 or found is None:
            raise TooLong
        c, power = c.coefficient(LOG, 0), found
    rest = _composed(w, lambda k: constant(Fraction(1, math.factorial(k))))
    return _scaled(rest, _constant("exp", c), power)


def _log(u: Series) -> Series:
    power, c, sign, w = _apart(u)
    if sign < 0:
        raise Undefined
    rest = _composed(w, lambda k: constant(Fraction((-1) ** (k + 1), k) if k else 0))
    grown = constant(power) * ratio(name(LOG)) if power else ZERO
    return add(single(_constant("log", c) + grown), rest)


def _waved(op: str) -> Callable[[Series], Series]:
    shift = {"sin": 0, "cos": 1}[op]

    def rule(u: Series) -> Series:
        c, w = _split(u)
        sin, cos = _on_circle(c)
        wheel = (sin, cos, -sin, -cos)
        return _composed(w, lambda k: wheel[(k + shift) % 4] * constant(Fraction(1, math.factorial(k))))

    return rule


def _on_circle(c: Ratio) -> tuple[Ratio, Ratio]:
    """Return sine and cosine of a constant: exact at multiples of pi/2 whose remainder by 4 is known."""
    quarter = c / ratio(Node("pi", ())) * constant(2)
    for k, at in enumerate(((0, 1), (1, 0), (0, -1), (-1, 0))):
        if is_whole((quarter - constant(k)) * constant(Fraction(1, 4))):
            return constant(at[0]), constant(at[1])
    return _constant("sin", c), _constant("cos", c)


def _integrated(op: str, slope: Callable[[Series], Series]) -> Callable[[Series], Series]:
    """Return the rule for F(u) = F(u(0)) + integral of F'(u)*u'."""

    def rule(u: Series) -> Series:
        c, w = _split(u)
        if any(logs(k) for k in w.terms.values()):
            raise TooLong
        moving = Series(
            {a - 1: k * constant(a) for a, k in w.terms.items()}, None if w.cut is None else w.cut - 1
        )
        rate = mul(slope(u), moving)
        grown = {a + 1: k * constant(1 / (a + 1)) for a, k in rate.terms.items()}
        rest = Series(grown, None if rate.cut is None else rate.cut + 1)
        return add(single(_constant(op, c)), rest)

    return rule


def _less_square(u: Series, sign: int) -> Series:
    return add(single(ONE), _scaled(mul(u, u), constant(sign)))


def _asin_slope(u: Series) -> Series:
    lead = _less_square(u, -1).lead()
    if lead is not None and lead[2] < 0:
        raise Undefined
    if lead is None or lead[0]:
        raise TooLong
    return _power(_less_square(u, -1), single(constant(Fraction(-1, 2))))


def _erf_slope(u: Series) -> Series:
    root = _constant("pow", ratio(Node("pi", ())), constant(Fraction(-1, 2)))
    return _scaled(_exp(_scaled(mul(u, u), constant(-1))), constant(2) * root)


def _floor(u: Series) -> Series:
    c, w = _split(u)
    if is_whole(c):
        return single(c + constant(-1 if w.sign() < 0 else 0))
    exact = c.rational
    if exact is None:
        raise TooLong
    return single(constant(math.floor(exact)))


_RULES: dict[str, Callable[..., Series]] = {
    "add": add,
    "mul": mul,
    "div": lambda u, v: mul(u, inverse(v)),
    "pow": _power,
    "exp": _exp,
    "log": _log,
    "sin": _waved("sin"),
    "cos": _waved("cos"),
    "atan": _integrated("atan", lambda u: inverse(_less_square(u, 1))),
    "asin": _integrated("asin", _asin_slope),
    "erf": _integrated("erf", _erf_slope),
    "floor": _floor,
    "pi": lambda: single(ratio(Node("pi", ()))),
}

_SIGNS: dict[str, Callable[[int], bool]] = {
    "lt": lambda s: s < 0,
    "le": lambda s: s <= 0,
    "gt": lambda s: s > 0,
    "ge": lambda s: s >= 0,
    "eq": lambda s: s == 0,
    "ne": lambda s: s != 0,
}


def expand(node: Node, moves: Move) -> Series:
    """Return the series of an elementary tree whose names are series; Undefined, or TooLong where nothing is proved."""
    return _Walk(moves).series(node)


class _Walk:
    """One pass over a tree: series of its parts, each once; the branch that is not taken is not looked at."""

    def __init__(self, moves: Move) -> None:
        self.moves = moves
        # The node is kept with its series: the number of a tree that is gone may be given to another one.
        self.memo: dict[int, tuple[Node, Series]] = {}

    def series(self, node: Node) -> Series:
        if id(node) not in self.memo:
            self.memo[id(node)] = node, self._step(node)
        return self.memo[id(node)][1]

    def _step(self, node: Node) -> Series:
        if node.op == NUMBER:
            assert isinstance(node.leaf, Fraction)
            return single(constant(node.leaf))
        if node.op == NAME:
            return self.moves[str(node.leaf)]
        if node.op == "where":
            return self.series(node.args[1 if self.holds(node.args[0]) else 2])
        return _RULES[node.op](*(self.series(a) for a in node.args))

    def holds(self, node: Node) -> bool:
        if node.op == "not":
            return not self.holds(node.args[0])
        if node.op == "and":
            return self.holds(node.args[0]) and self.holds(node.args[1])
        if node.op == "or":
            return self.holds(node.args[0]) or self.holds(node.args[1])
        u, v = (self.series(a) for a in node.args)
        return _SIGNS[node.op](add(u, _scaled(v, constant(-1))).sign())


def seen(node: Node, place: Mapping[str, Ratio], variable: str) -> float | None:
    """Return the class level across a wall at the places given, proved; infinity where no difference is seen.

    As `sidewise.level`: -2 singular, -1 discontinuous, k for C^k.  None where one side is outside the domain.
    """
    sides: list[Series] = []
    for sign in (-1, 1):
        try:
            sides.append(expand(node, moved(place, variable, sign)))
        except Undefined:
            return None
    if any(s.unbounded for s in sides):
        return -2.0
    try:
        value = expand(node, moved(place, variable, 0)).at(0)
    except Undefined:
        return -2.0
    if not all(_equal(s.at(0), value) for s in sides):
        return -1.0
    return _first_difference(*sides)


def _first_difference(left: Series, right: Series) -> float:
    cut = min((s.cut for s in (left, right) if s.cut is not None), default=None)
    for a in sorted(left.terms.keys() | right.terms.keys()):
        if cut is not None and a >= cut:
            break
        if any(logs(s.at(a)) for s in (left, right)):
            if not any(logs(s.at(a)) and small_sign(s.at(a)) for s in (left, right)):
                raise TooLong
            return float(math.ceil(a) - 1)
        if a.denominator == 1:
            if not _equal(right.at(a), left.at(a) * constant((-1) ** int(a))):
                return float(a - 1)
        elif any(sign_of(s.at(a)) for s in (left, right)):
            return float(math.floor(a))
        else:
            raise TooLong
    return math.inf


def _equal(u: Ratio, v: Ratio) -> bool:
    """Whether two functions are equal: an identity proves that they are, a sign that they are nowhere."""
    if (u - v).is_zero:
        return True
    if not sign_of(u - v):
        raise TooLong
    return False


def moved(place: Mapping[str, Ratio], variable: str, sign: int) -> dict[str, Series]:
    """Return the coordinates, the variable moved by sign*t."""
    step = single(constant(sign), 1)
    return {n: add(single(v), step) if n == variable else single(v) for n, v in place.items()}


def one_function(node: Node, place: Mapping[str, Ratio], variable: str) -> bool:
    """Whether both sides and the place itself are one expression no part of which can fail there: C^infinity."""
    found = []
    for sign in (-1, 1, 0):
        walk = _Walk(moved(place, variable, sign))
        walk.series(node)
        chosen = substitute(
            node,
            lambda n, walk=walk: _taken(n, walk) if n.op == "where" else None,  # type: ignore[misc]
        )
        for _, u in failing(chosen):
            lead = walk.series(u).lead()
            if lead is None or lead[0]:
                return False
        found.append(ratio(chosen))
    return all((f - found[0]).is_zero for f in found)


def _taken(node: Node, walk: _Walk) -> Node:
    branch = node.args[1 if walk.holds(node.args[0]) else 2]
    return substitute(branch, lambda n: _taken(n, walk) if n.op == "where" else None)
