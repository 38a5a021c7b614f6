"""The gradient as text, valid wherever nothing breaks.

Method: the chain rule over the tree with the partial derivatives that the table of atoms states, then what
SymPy shortens while it builds the result; nothing is asked of its simplifier, which has no time bound.  A
derivative too long for SymPy is printed as the chain rule gives it, one too long to read is left out.
"""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

import sympy as sp

from diffcheck.algebra.lower import fill, parameters, to_sympy
from diffcheck.algebra.printer import tree_of
from diffcheck.atoms import ATOMS
from diffcheck.language.parse import parse
from diffcheck.language.tree import NAME, NUMBER, Node, name, number, substitute
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem

__all__ = ["derivative", "gradient", "partials", "tidy"]

# Parts SymPy may build, in one derivative and in a whole gradient; parts that a person still reads.
MAX_SYMPY = 100
BUDGET = 600
MAX_PARTS = 5000

_LOG = logging.getLogger(__name__)

ZERO, ONE = number(0), number(1)


def gradient(problem: Problem) -> dict[str, str]:
    """Return the derivative in each variable as text of the expression language, valid off the gaps.

    A variable whose derivative has more than MAX_PARTS parts is left out.

    >>> from diffcheck.question.variables import make_problem
    >>> gradient(make_problem("abs(y - f)"))
    {'f': 'sign(f - y)'}
    """
    chain = _Chain(problem.tree)
    found = {}
    # Counted in parts, not in seconds: the text must not depend on the machine.
    budget = BUDGET
    for variable in problem.wrt:
        part = chain.derivative(variable)
        size = _size(part)
        if size <= min(budget, MAX_SYMPY) and not _is_slow(part):
            budget -= size
            found[variable] = unparse(_shortened(part))
        elif size <= MAX_PARTS:
            found[variable] = unparse(part)
    return found


def derivative(tree: Node, variable: str) -> Node:
    """Return the partial derivative of a tree, valid off the gaps of its functions.

    d f(u, v) = f_u du + f_v dv, with f_u and f_v from the table; of `where(c, a, b)` it is where(c, da, db),
    because a branch that is not taken may be undefined.
    """
    return _Chain(tree).derivative(variable)


class _Chain:
    """The chain rule on one tree; parts without the variable are skipped, shared parts are done once."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self.variable = ""
        self.done: dict[int, Node] = {}
        # Which names occur below a part, a bit each: asked once for all variables.
        self.bits: dict[str, int] = {}
        self.below: dict[int, int] = {}
        # Parts made here stay alive, so that no later one gets the identity the memos know them by.
        self.made: list[Node] = []

    def derivative(self, variable: str) -> Node:
        """Return the derivative of the tree in one variable."""
        self.variable = variable
        self.done = {}
        return self.of(self.tree)

    def of(self, node: Node) -> Node:
        """Return the derivative of one part."""
        if not self.depends(node):
            return ZERO
        if id(node) not in self.done:
            self.done[id(node)] = self.rule(node)
        return self.done[id(node)]

    def depends(self, node: Node) -> bool:
        """Say whether the variable occurs below the node."""
        return bool(self.mask(node) & self.bits.get(self.variable, 0))

    def mask(self, node: Node) -> int:
        """Return the names below a part, a bit each."""
        if id(node) not in self.below:
            mask = 0
            if node.op == NAME:
                mask = self.bits.setdefault(str(node.leaf), 1 << len(self.bits))
            for arg in node.args:
                mask |= self.mask(arg)
            self.below[id(node)] = mask
        return self.below[id(node)]

    def rule(self, node: Node) -> Node:
        """Return the derivative of a part that contains the variable."""
        if node.op == NAME:
            return ONE
        args = node.args
        if node.op == "where":
            return _node("where", args[0], self.of(args[1]), self.of(args[2]))
        stated = partials(node.op, len(args))
        if not stated:
            # The table states such a row for two arguments: max(a, b, c) is max(max(a, b), c).
            head = Node(node.op, args[:-1])
            pair = Node(node.op, (head, args[-1]))
            self.made += [head, pair]
            return self.of(pair)
        values = dict(zip(parameters(node.op, len(args)), args, strict=True))
        total = ZERO
        for arg, partial in zip(args, stated, strict=True):
            if self.depends(arg):
                outer = tidy(fill(partial, values, node.span), {})
                total = _node("add", total, _node("mul", outer, self.of(arg)))
        return total


@lru_cache(maxsize=512)
def partials(op: str, count: int) -> tuple[Node, ...]:
    """Return the partial derivatives of a row over its parameters' names; () where the table states none."""
    stated = ATOMS[op].derivative
    texts = stated if isinstance(stated, tuple) else stated(parameters(op, count))
    return tuple(parse(t) for t in texts)


# --- the trivial simplifications: enough to keep zeros and ones out of the text


def tidy(node: Node, memo: dict[int, Node]) -> Node:
    """Rebuild a filled-in partial derivative without zeros, ones and arithmetic on numbers."""
    if id(node) not in memo:
        args = [tidy(a, memo) for a in node.args]
        memo[id(node)] = _node(node.op, *args) if args else node
    return memo[id(node)]


def _node(op: str, *args: Node) -> Node:
    """Return an operation on tidy arguments, simplified where one is a number or negated."""
    numbers = [a.leaf for a in args if isinstance(a.leaf, Fraction)]
    if len(numbers) == len(args) and op in _ARITHMETIC:
        return number(_ARITHMETIC[op](*numbers))
    u, v = args[0], args[-1]
    match op:
        case "add":
            if ZERO in args:
                return v if u == ZERO else u
            if v.op == "neg":
                return Node("sub", (u, v.args[0]))
        case "mul":
            return _product(u, v)
        case "sub" if v == ZERO:
            return u
        case "div" | "pow" if v == ONE:
            return u
        case "pow" if v == ZERO:
            return ONE
        case "where" if args[1] == v:
            return v
    return Node(op, tuple(args))


_ARITHMETIC: dict[str, Callable[..., Fraction]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "neg": operator.neg,
}


def _product(u: Node, v: Node) -> Node:
    """Return a product with its number first and its minus in front."""
    if ZERO in (u, v):
        return ZERO
    if ONE in (u, v):
        return v if u == ONE else u
    if v.op == NUMBER:
        u, v = v, u
    if v.op == "neg":
        return _product(_node("neg", u) if u.op != "neg" else u.args[0], v.args[0])
    if u.op == NUMBER and u.leaf == -1:
        return Node("neg", (v,))
    return Node("mul", (u, v))


def _size(node: Node) -> int:
    """Return the number of parts as they are written, shared ones counted each time."""
    sizes: dict[int, int] = {}

    def size(part: Node) -> int:
        if id(part) not in sizes:
            sizes[id(part)] = 1 + sum(size(a) for a in part.args)
        return sizes[id(part)]

    return size(node)


# --- the text


def _is_slow(part: Node) -> bool:
    """Say whether SymPy compares many arguments pairwise here, as it does in Max(a, b, c, d)."""
    return any(len(n.args) > 2 and ATOMS[n.op].variadic for n in part.walk() if n.args)


def _shortened(part: Node) -> Node:
    """Return the shorter of a derivative and what SymPy makes of it.

    SymPy never sees a choice, whose conditions it would try to solve: names stand in for them meanwhile.
    """
    choices: dict[Node, str] = {}
    bare = _without_choices(part, choices)
    try:
        expr = _tidied(to_sympy(bare))
        factored = sp.factor_terms(expr).replace(lambda e: e.is_Mul, _sign_inside)
        # A tie goes to SymPy, whose order of terms does not depend on how the text was typed.
        bare = min(tree_of(expr), tree_of(factored), bare, key=lambda tree: len(unparse(tree)))
    except Exception as error:
        # SymPy fails in many ways on odd input; what the chain rule gave is a correct answer.
        _LOG.debug("SymPy could not shorten a derivative: %s", error)
    values = {word: choice for choice, word in choices.items()}
    return substitute(bare, lambda n: _branches(values[str(n.leaf)]) if n.leaf in values else None)


def _without_choices(node: Node, choices: dict[Node, str]) -> Node:
    """Replace every outermost choice by a name, equal ones by the same name."""
    if node.op == "where":
        # No text the parser reads has a name with a space.
        return name(choices.setdefault(node, f"choice {len(choices)}"))
    if not node.args:
        return node
    return Node(node.op, tuple(_without_choices(a, choices) for a in node.args), node.leaf, node.span)


def _branches(choice: Node) -> Node:
    """Return a choice with shortened branches under the condition as it was written."""
    condition, *branches = choice.args
    return _node("where", condition, *map(_shortened, branches))


def _tidied(expr: sp.Expr) -> sp.Expr:
    """Expand what signs and steps are taken of, and move a minus into the sign beside it."""
    expr = expr.replace(lambda e: isinstance(e, sp.sign | sp.Heaviside), _expanded)
    return expr.replace(lambda e: e.is_Mul, _sign_inside)


def _expanded(step: sp.Expr) -> sp.Expr:
    """Return sign(u) or heaviside(u) with u multiplied out: tau*(y - f) - (tau - 1)*(y - f) is y - f."""
    first, *rest = step.args
    # A product of many sums has exponentially many terms.
    return step.func(sp.expand_mul(first), *rest) if first.count_ops() <= _EXPANDED else step


_EXPANDED = 16


def _sign_inside(product: sp.Expr) -> sp.Expr:
    """Return the product with a leading minus moved inside: -x*sign(y - f) is x*sign(f - y)."""
    coefficient, rest = product.as_coeff_Mul()
    if not coefficient.is_negative:
        return product
    factors = list(sp.Mul.make_args(rest))
    for i, factor in enumerate(factors):
        of_sign = isinstance(factor, sp.sign)
        terms = factor.args[0] if of_sign else factor
        # Only a difference gets no longer.  A number before a sum would be multiplied out.
        if terms.is_Add and any(not _is_minus(t) for t in terms.args) and any(map(_is_minus, terms.args)):
            if of_sign:
                factors[i] = sp.sign(-terms)
            elif coefficient == -1:
                factors[i] = -terms
            else:
                continue
            return sp.Mul(-coefficient, *factors)
    return product


def _is_minus(term: sp.Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)
