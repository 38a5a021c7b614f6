"""The one analytic expression that a tree is, once every branch is chosen.

An expansion (expand.py) decides the branch of each `where`, the integer of each `floor` and the sign of each root; with
these choices the tree is an analytic expression in SymPy's terms, on its side of the wall.  Two sides are the same
function exactly when these two expressions are identical, which algebra/identity.py decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy as sp

from diffcheck.errors import Undetermined
from diffcheck.germs.expand import Choice, Root
from diffcheck.language.tree import NAME, NUMBER, Node

__all__ = ["BUILD", "resolve", "to_rational"]

BUILD: Mapping[str, Callable[..., sp.Expr]] = {
    "add": lambda u, v: u + v,
    "mul": lambda u, v: u * v,
    "div": lambda u, v: u / v,
    "pow": lambda u, v: u**v,
    "exp": sp.exp,
    "log": sp.log,
    "sin": sp.sin,
    "cos": sp.cos,
    "asin": sp.asin,
    "atan": sp.atan,
    "erf": sp.erf,
    "pi": lambda: sp.pi,
}


def to_rational(leaf: object) -> sp.Rational:
    """Return a number leaf for SymPy."""
    assert isinstance(leaf, Fraction)
    return sp.Rational(leaf.numerator, leaf.denominator)


def resolve(
    node: Node,
    choices: Mapping[Node, Choice],
    names: Mapping[str, sp.Expr],
    step: sp.Expr,
    memo: dict[Node, sp.Expr],
) -> sp.Expr:
    """Return ``node`` with ``choices`` made.

    names: what stands for every name.  step: the positive distance t from the wall, as an expression in the coordinate.
    Raises Undetermined where a condition oscillates with a phase: then no branch was chosen.
    """
    if node in memo:
        return memo[node]
    if node.op == NUMBER:
        out = to_rational(node.leaf)
    elif node.op == NAME:
        out = names[str(node.leaf)]
    elif node.op in {"where", "floor"} and node not in choices:
        raise Undetermined("an oscillating condition: no branch is the one")
    elif node.op == "where":
        taken = node.args[1] if choices[node] is True else node.args[2]
        out = resolve(taken, choices, names, step, memo)
    elif node.op == "floor":
        chosen = choices[node]
        assert isinstance(chosen, sp.Expr)
        out = chosen
    else:
        args = [resolve(a, choices, names, step, memo) for a in node.args]
        out = _special(node, args, choices[node], step) if node in choices else BUILD[node.op](*args)
    memo[node] = out
    return out


def _special(node: Node, args: list[sp.Expr], choice: Choice, step: sp.Expr) -> sp.Expr:
    """Write roots and inverse functions at the end of their domain as analytic functions of the step."""
    if node.op == "atan":
        assert isinstance(choice, sp.Expr)
        return choice - sp.atan(1 / args[0])
    assert isinstance(choice, Root)
    if node.op == "asin":
        end = choice.exponent
        # u = end*(1 - d): asin(u) = end*(pi/2 - 2*asin(sqrt(d/2))), sqrt(d/2) = t**(n/2)*sqrt(d/2/t**n).
        unit = sp.sqrt(sp.cancel((1 - end * args[0]) / 2) / step**choice.order)
        return end * (sp.pi / 2 - 2 * sp.asin(step ** (choice.order / 2) * unit))
    unit = (
        sp.cancel(args[0] / step**choice.order)
        if args[0].is_rational_function()
        else args[0] / step**choice.order
    )
    return step ** (choice.order * choice.exponent) * unit**choice.exponent
