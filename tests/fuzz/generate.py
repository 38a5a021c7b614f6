"""Random expressions of the language, shaped like losses and like the traps that losses fall into.

Two families: `sample` draws large expressions, `small` walks through all small ones: every template with every pair of
leaves, then every template in every template.
Read in order: Sample, sample, small, then the lists of templates.  `{a}`, `{b}` are parts, `{c}` a condition, `{n}` a
number.
Limits: nothing here knows what is differentiable; that is the oracle's business (oracle.py).
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

__all__ = ["Sample", "sample", "small"]

NUMBERS = ("0", "1", "2", "3", "1/2", "-1", "0.3", "pi", "1.5")
SMOOTH = (
    "{a} + {b}", "{a} - ({b})", "({a})*({b})", "{n}*({a})", "({a})**2", "({a})**3", "exp({a})", "sin({a})", "cos({a})",
    "tanh({a})", "sigmoid({a})", "softplus({a})", "atan({a})", "exp(-({a})**2)", "log(1 + ({a})**2)", "erf({a})",
)  # fmt: skip
KINKED = (
    "abs({a})", "max({a}, {b})", "min({a}, {b})", "relu({a})", "clip({a}, {n}, {m})", "max({a}, {n})", "min({a}, {n})",
    "where({c}, {a}, {b})", "abs({a})*({a})", "abs({a})**1.5", "relu({a})**2", "sqrt(({a})**2)", "cbrt({a})",
    "abs({a})**(7/3)", "norm({a}, {b})", "hypot({a}, {n})", "max({a}, {b}, {n})",
)  # fmt: skip
BROKEN = (
    "sign({a})", "floor({a})", "round({a})", "mod({a}, {m})", "frac({a})", "({a})/({b})", "1/({a})", "log({a})",
    "sqrt({a})", "({a})**{q}", "tan({a})", "asin({a})", "acos({a})", "atan2({a}, {b})", "heaviside({a})", "ceil({a})",
    "log(abs({a}))", "({a})**({b})", "abs({a})**abs({b})",
)  # fmt: skip
HIDDEN = (
    "relu({a}) - relu(-({a}))", "max({a}, {b}) + min({a}, {b})", "max({a}, {b})*min({a}, {b})", "log(exp(abs({a})))",
    "cbrt({a})**3", "where(({a}) == 0, 1, sin({a})/({a}))", "where(({a}) == 0, {n}, (1 - cos({a}))/({a})**2)",
    "sign({a})*abs({a})", "sign({a})*({a})**2", "sign({a})**2*({b})", "({a})/({a})", "0*log({a})",
    "where({c}, where({c}, {a}, {b}), {b})", "where(({a}) > ({b}), ({a})**2, ({b})**2)",
    "where(({a}) > {n}, ({a})**2, 2*({n})*({a}) - ({n})**2)", "floor({a}) + frac({a})", "floor({a})*sin(pi*({a}))",
    "frac({a})*(1 - frac({a}))", "abs({a})*({b})**2 + abs({b})*({a})**2", "where(({a}) == 0 and ({b}) == 0, {n}, {a})",
    "where(({a}) == 0, {n}, ({a})**2*sin(1/({a})))", "where(({a}) > 0, exp(-1/({a})), 0)", "sin(abs({a}))*abs({a})",
    "cos(abs({a}))", "abs(sin({a}))", "asin(sin({a}))", "cos(acos(cos({a})))", "where(norm({a}, {b}) > 0, {a}, {n})",
    "where(({a}) > abs({b}), (({a})**2 - ({b})**2)**2/({a})**2, 0)", "norm({a}, {b})**3", "norm({a}, {b})*({a})",
    "where(({a}) == 0 and ({b}) == 0, 0, ({a})**3/(({a})**2 + ({b})**2))", "(1 - sign({a})**2)*(1 - sign({b})**2)",
    "1/(abs({a}) + abs({b}))", "where({c} and {c}, {a}, {b})", "abs(abs({a}) - {n})",
    "max({a}, 0)**2 - max(-({a}), 0)**2",
    "sqrt(({a})**4 + ({b})**2)", "where(({a}) > 0, 1 - cos({a}), ({a})**2/2)", "exp(-abs({a}))*(1 + abs({a}))",
    "where({c} or {c}, {a}, {b})", "where(not {c}, {a}, {a})", "abs({a})**({k})", "max({a}, {k})", "({k})*abs({a})",
    "where(({a}) > ({k}), {a}, {b})", "sqrt(({a})**2 + ({k})**2)",
)  # fmt: skip
CONDITIONS = (
    "({a}) > {n}", "({a}) >= ({b})", "({a}) < ({b})", "({a}) == {n}", "({a}) <= {n}", "({a}) != ({b})",
    "abs({a}) < {m}",
)  # fmt: skip
# What small expressions are made of; `c` is a constant.
LEAVES = (
    "x", "y", "x - 1", "-x", "x**2", "2*x + 1", "x**2 - 1", "x*y", "x - y", "x + y", "x - c", "c*x", "y - x**2",
    "x + y + z", "x*y*z", "3 - x", "x**3", "y**2",
)  # fmt: skip
# Steps through a family that meet all of it, since the number of its members is no multiple of them.
STRIDES = (7_919, 1_299_709)
WHERES = ("", "", "", "", "x > 0", "x >= -1", "x > -2, x < 2", "x**2 < 4", "abs(x) <= 1")


@dataclass(frozen=True, slots=True)
class Sample:
    """One question: expression, variables, constraints."""

    expression: str
    wrt: tuple[str, ...]
    where: str


def sample(seed: int) -> Sample:
    """Return the question with that number; equal numbers give equal questions."""
    source = random.Random(seed)
    names = ("x",) if source.random() < 0.5 else ("x", "y") if source.random() < 0.85 else ("x", "y", "z")
    while True:
        text = _part(source, names, source.choice((1, 2, 2, 2, 3, 3, 4)))
        wrt = tuple(n for n in names if re.search(rf"\b{n}\b", text))
        if wrt and len(text) < 160:
            where = source.choice(WHERES) if "x" in wrt else ""
            return Sample(text, wrt, where)


def small(number: int) -> Sample:
    """Return the small question with that number: first one template deep, then two, each spread evenly.

    Which numbers and conditions fill a template depends on the question's number.
    """
    every = (*SMOOTH, *KINKED, *BROKEN, *HIDDEN)
    shallow = len(every) * len(LEAVES) ** 2
    deep = number >= shallow
    place = (
        (number - shallow) * STRIDES[1] % (shallow * len(every)) if deep else number * STRIDES[0] % shallow
    )
    place, first = divmod(place, len(LEAVES))
    place, second = divmod(place, len(LEAVES))
    inner, outer = place % len(every), place // len(every)
    source = random.Random(number)
    a, b = LEAVES[first], LEAVES[second]
    text = _with_parts(source, every[inner], a, b)
    if deep:
        text = _with_parts(source, every[outer], *((text, b) if source.random() < 0.8 else (a, text)))
    wrt = tuple(n for n in ("x", "y", "z") if re.search(rf"\b{n}\b", text))
    where = source.choice(WHERES) if "x" in wrt and source.random() < 0.5 else ""
    return Sample(text, wrt, where)


def _part(source: random.Random, names: tuple[str, ...], depth: int) -> str:
    if depth <= 0 or (depth == 1 and source.random() < 0.6):
        return _leaf(source, names)
    family = source.choices((SMOOTH, KINKED, BROKEN, HIDDEN), (4, 4, 2, 4))[0]
    return _filled(source, source.choice(family), names, depth)


def _leaf(source: random.Random, names: tuple[str, ...]) -> str:
    x, y = source.choice(names), source.choice(names)
    forms = (
        x,
        x,
        x,
        x,
        f"{x} - 1",
        f"-{x}",
        f"{x}**2",
        f"{x} - {y}",
        f"{x} + {y}",
        f"{x}*{y}",
        f"2*{x} + 1",
        f"{x}**2 - 1",
        f"{x} - c",
        f"c*{x}",
    )
    return source.choice(forms)


def _filled(source: random.Random, template: str, names: tuple[str, ...], depth: int) -> str:
    a, b = _part(source, names, depth - 1), _part(source, names, depth - 2)
    return _with_parts(source, template, a, b)


def _with_parts(source: random.Random, template: str, a: str, b: str) -> str:
    while "{c}" in template:
        template = template.replace("{c}", source.choice(CONDITIONS), 1)
    values = {
        "a": a,
        "b": b,
        "n": source.choice(NUMBERS),
        "m": source.choice(("1", "2", "3/2", "pi")),
        "q": source.choice(("(1/2)", "(1/3)", "(3/2)", "(5/2)", "(-1)", "(-2)", "2.5", "4")),
        "k": source.choice(("c", "d", "c + 1", "c*d")),
    }
    return template.format(**values)
