"""Scenes for the tests of pictures: each expression is checked once."""

from functools import lru_cache

from diffcheck import check
from diffcheck.plot.options import wishes
from diffcheck.plot.scene import compose
from diffcheck.question.variables import make_problem

__all__ = ["ONE", "TWO", "scene"]

# Expressions in one name, and in x and y, with what is special about each.
ONE = (
    "abs(y - f)",
    "max(0, 1 - y*f)",
    "floor(x)",
    "1/x",
    "tan(x)",
    "x*sin(1/x)",
    "log(x)",
    "sign(x)",
    "abs(abs(x) - 1)",
    "sqrt(abs(x))",
    "cbrt(x)",
    "sin(x)/x",
    "abs(sin(x))",
    "x**2",
)
TWO = (
    "sqrt(x**2 + y**2)",
    "max(x, y)",
    "where(x == 0 and y == 0, 0, x*y/(x**2 + y**2))",
    "floor(x + y)",
    "abs(x**2 + y**2 - 1)",
    "1/(x*y)",
    "atan2(y, x)",
)


@lru_cache(maxsize=128)
def scene(text, wrt=None, where="", at=(), ranges=(), mu=None, models=3):
    """Return the scene of an expression, as the command line would compose it for a file."""
    names = None if wrt is None else [wrt]
    problem = make_problem(text, names, where)
    wished = wishes(problem, at, ranges, mu)
    return compose(problem, check(text, wrt, where), wished, 700, models=models)
