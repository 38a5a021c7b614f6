"""One-sided limits two ways: by germs, as diffcheck finds them, and by sympy.limit.

Each limit is computed in a process of its own, forked after the imports, so that nobody profits from a
cache and a limit that does not return can be ended.  The right answers stand beside the expressions; they
were found by hand.
Read in order: CASES, by_germs, race.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

import sympy as sp

from diffcheck.algebra.lower import lower, to_sympy
from diffcheck.algebra.printer import symbol
from diffcheck.germs.expand import Expansion
from diffcheck.germs.germ import Algebra, NeedMoreTerms
from diffcheck.language.parse import parse
from diffcheck.walls.cell import Cell
from diffcheck.walls.sides import Sides

__all__ = ["CASES", "NONE", "Answer", "by_germs", "by_sympy", "race"]

NONE = "none"

# Expression in x, the point, the limit from below, the limit from above.
CASES = (
    ("abs(x)/x", "0", "-1", "1"),
    ("max(0, x)/x", "0", "0", "1"),
    ("sin(x)/x", "0", "1", "1"),
    ("(1 - cos(x))/x**2", "0", "1/2", "1/2"),
    ("(exp(x) - 1 - x)/x**2", "0", "1/2", "1/2"),
    ("(sqrt(1 + x) - 1)/x", "0", "1/2", "1/2"),
    ("log(cosh(x))/x**2", "0", "1/2", "1/2"),
    ("(softplus(x) - log(2))/x", "0", "1/2", "1/2"),
    ("(sin(x) - x)/x**3", "0", "-1/6", "-1/6"),
    ("(1 + x)**(1/x)", "0", "E", "E"),
    ("abs(x)**x", "0", "1", "1"),
    ("x*log(abs(x))", "0", "0", "0"),
    ("log(abs(x))", "0", "-oo", "-oo"),
    ("1/x", "0", "-oo", "oo"),
    ("exp(1/x)", "0", "0", "oo"),
    ("exp(-1/x**2)/x**4", "0", "0", "0"),
    ("tanh(1/x)", "0", "-1", "1"),
    ("atan(1/x)", "0", "-pi/2", "pi/2"),
    ("erf(1/x)", "0", "-1", "1"),
    ("sigmoid(1/x)", "0", "0", "1"),
    ("x**2*sin(1/x)", "0", "0", "0"),
    ("sin(1/x)", "0", NONE, NONE),
    ("cbrt(x)/x", "0", "oo", "oo"),
    ("x/sqrt(x**2)", "0", "-1", "1"),
    ("tan(x)", "pi/2", "oo", "-oo"),
    ("(asin(sin(x)) - pi/2)/(x - pi/2)", "pi/2", "1", "-1"),
    ("floor(x)", "2", "1", "2"),
    ("mod(x, 2)", "4", "2", "0"),
    ("where(x < 0, -x, x**2)/x", "0", "-1", "0"),
    ("where(x < a, 0, b*x)", "a", "0", "a*b"),
)

ORDERS = (4, 8, 16, 28)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one contender said on one side of one point.

    verdict: "right", "wrong", "failed" (an error or no number) or "time limit".  seconds: of the limit alone.
    """

    verdict: str
    seconds: float


def by_germs(text: str, at: sp.Expr, side: int) -> sp.Expr | str:
    """Return the limit of an expression in x from above (side 1) or below (-1); NONE where it oscillates.

    Other names are constants; they are given values only to decide signs.
    """
    tree = lower(parse(text))
    free = [symbol(n) for n in tree.names() if n != "x"]
    cell = Cell({s: sp.Rational(1, 3 + i) for i, s in enumerate(free)})
    sides = Sides({"x": at} | {s.name: s for s in free}, {"x": sp.S.One})
    for order in ORDERS:
        algebra = Algebra(cell, order)
        try:
            germ = Expansion(algebra, cell, sides.line(algebra, side)).value(tree).germ
            big, constant, _ = algebra.split(germ)
        except NeedMoreTerms:
            continue
        if big.terms:
            return sp.oo * algebra.sign(big)
        return NONE if cell.oscillating(constant) else constant
    raise ArithmeticError("the terms that are needed are beyond the last order")


def by_sympy(text: str, at: sp.Expr, side: int) -> sp.Expr | str:
    """Return what sympy.limit says; an interval of accumulation points is no limit."""
    found = sp.limit(to_sympy(parse(text)), symbol("x"), at, "+" if side > 0 else "-")
    return NONE if isinstance(found, sp.AccumBounds) else found


Limit = Callable[[str, sp.Expr, int], sp.Expr | str]


def race(limit: float) -> dict[str, list[Answer]]:
    """Return the answers of both contenders on all cases, below before above; ``limit``: seconds for one."""
    contenders: dict[str, Limit] = {"diffcheck": by_germs, "SymPy": by_sympy}
    for run in contenders.values():
        run("log(1 + sin(x))/x", sp.S.Zero, 1)  # imports on first use belong to start-up
    return {
        name: [
            _timed(run, (text, at, side), truth, limit)
            for text, at, below, above in CASES
            for side, truth in ((-1, below), (1, above))
        ]
        for name, run in contenders.items()
    }


def _timed(run: Limit, case: tuple[str, str, int], truth: str, limit: float) -> Answer:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(theirs, run, case, truth), daemon=True)
    child.start()
    theirs.close()
    try:
        answer = ours.recv() if ours.poll(limit) else Answer("time limit", limit)
    except EOFError:
        answer = Answer("failed", limit)
    child.kill()
    child.join()
    ours.close()
    assert isinstance(answer, Answer)
    return answer


def _serve(connection: Connection, run: Limit, case: tuple[str, str, int], truth: str) -> None:
    text, at, side = case
    point = _exact(at)
    start = time.perf_counter()
    try:
        found = run(text, point, side)
    except Exception:
        connection.send(Answer("failed", time.perf_counter() - start))
        return
    took = time.perf_counter() - start
    connection.send(Answer(_verdict(found, truth), took))


def _verdict(found: sp.Expr | str, truth: str) -> str:
    if isinstance(found, str) or truth == NONE:
        return "right" if found == truth else "wrong"
    if found is sp.nan or found.has(sp.Limit):
        return "failed"
    wanted = {"oo": sp.oo, "-oo": -sp.oo}.get(truth)
    if wanted is None:
        return (
            "right" if found.is_finite is not False and sp.simplify(found - _exact(truth)) == 0 else "wrong"
        )
    return "right" if found == wanted else "wrong"


def _exact(text: str) -> sp.Expr:
    return to_sympy(parse(text))
