"""Tree to text, with the fewest brackets that read back as the same tree.

`parse(unparse(tree)) == tree` for every tree the parser gives.  Brackets follow Python's precedences: a part
is bracketed where it binds more loosely than its place asks.
"""

from __future__ import annotations

from fractions import Fraction

from diffcheck.atoms import ATOMS
from diffcheck.language.tree import NAME, NUMBER, Node

__all__ = ["ATOM", "BINARY", "PREFIXED", "number_text", "unparse", "within"]

# How tightly the top operation of a text binds; a call, a name or a bracket binds tightest.
OR, AND, NOT, COMPARISON, SUM, TERM, UNARY, POWER, ATOM = range(9)

# op: sign, own level, levels its left and right parts must reach.
BINARY = {
    "or": (" or ", OR, OR, AND),
    "and": (" and ", AND, AND, NOT),
    "lt": (" < ", COMPARISON, SUM, SUM),
    "le": (" <= ", COMPARISON, SUM, SUM),
    "gt": (" > ", COMPARISON, SUM, SUM),
    "ge": (" >= ", COMPARISON, SUM, SUM),
    "eq": (" == ", COMPARISON, SUM, SUM),
    "ne": (" != ", COMPARISON, SUM, SUM),
    "add": (" + ", SUM, SUM, TERM),
    "sub": (" - ", SUM, SUM, TERM),
    "mul": ("*", TERM, TERM, UNARY),
    "div": ("/", TERM, TERM, UNARY),
    "pow": ("**", POWER, ATOM, UNARY),
}
PREFIXED = {"neg": ("-", UNARY, UNARY), "not": ("not ", NOT, NOT)}

# A plain decimal is easier to read than an exponent up to this many characters.
_PLAIN = 12


def unparse(node: Node) -> str:
    """Return the text of a tree.

    >>> from diffcheck.language.parse import parse
    >>> unparse(parse("((x)+1)*(-(y^2))"))
    '(x + 1)*-y**2'
    """
    # A stack instead of recursion: sums of thousands of terms lean to the left.
    done: dict[int, tuple[str, int]] = {}
    stack = [node]
    while stack:
        part = stack[-1]
        waiting = [a for a in part.args if id(a) not in done]
        if waiting:
            stack.extend(waiting)
        else:
            done[id(part)] = _write(part, [done[id(a)] for a in part.args])
            stack.pop()
    return done[id(node)][0]


def _write(node: Node, parts: list[tuple[str, int]]) -> tuple[str, int]:
    """Return the text of a part and how tightly its top operation binds, given the same of its arguments."""
    if node.op == NUMBER:
        assert isinstance(node.leaf, Fraction)
        return number_text(node.leaf)
    if node.op == NAME:
        return str(node.leaf), ATOM
    if node.op in BINARY:
        sign, level, left, right = BINARY[node.op]
        return within(parts[0], left) + sign + within(parts[1], right), level
    if node.op in PREFIXED:
        sign, level, inner = PREFIXED[node.op]
        # The parser reads a minus before a number as part of the number.
        bare = node.op == "neg" and node.args[0].op == NUMBER
        return sign + (f"({parts[0][0]})" if bare else within(parts[0], inner)), level
    if node.op == "item":
        return f"{within(parts[0], ATOM)}[{', '.join(text for text, _ in parts[1:])}]", ATOM
    if node.op == "vector":
        return f"[{', '.join(text for text, _ in parts)}]", ATOM
    # What reduces vectors has no row of its own and is written as a call.
    if node.op in ATOMS and ATOMS[node.op].syntax == "constant":
        return node.op, ATOM
    return f"{node.leaf or node.op}({', '.join(text for text, _ in parts)})", ATOM


def within(part: tuple[str, int], least: int) -> str:
    """Return the text of a part, bracketed if its top operation binds more loosely than ``least``."""
    text, level = part
    return text if level >= least else f"({text})"


def number_text(value: Fraction) -> tuple[str, int]:
    """Return a number as a decimal where it has one, as a quotient otherwise, and how tightly it binds."""
    if value < 0:
        text, level = number_text(-value)
        return f"-{text}", min(level, UNARY)
    twos, rest = _times(value.denominator, 2)
    fives, rest = _times(rest, 5)
    if rest != 1:
        return f"{value.numerator}/{value.denominator}", TERM
    places = max(twos, fives)
    digits = str(value.numerator * 10**places // value.denominator)
    plain = digits
    if places:
        padded = digits.rjust(places + 1, "0")
        plain = f"{padded[:-places]}.{padded[-places:]}"
    if len(plain) <= _PLAIN:
        return plain, ATOM
    significant = digits.rstrip("0") or "0"
    short = f"{significant}e{len(digits) - len(significant) - places}"
    return min(plain, short, key=len), ATOM


def _times(value: int, factor: int) -> tuple[int, int]:
    """Return how often ``factor`` divides ``value``, and what is left."""
    count = 0
    while value % factor == 0:
        value //= factor
        count += 1
    return count, value
