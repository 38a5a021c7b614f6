"""What losses call their parts: the names that are data, set by hand, or predicted unless something else is said.

A name says so itself, as lambda does, or by its place: what stands in exponents alone, the p of abs(y - f)**p, is set
by hand, unless it is called as an input or a parameter is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from diffcheck.language.tree import NAME, Node

__all__ = ["DATA", "INPUTS", "PARAMETER", "PREDICTED", "exponents", "is_data", "is_setting", "settings_of"]

DATA = {
    "y", "Y", "t", "target", "targets", "tgt", "label", "labels", "truth", "true", "y_true", "ytrue",
    "y_target", "t_true", "ground_truth", "gt", "obs", "observed", "y_obs",
}  # fmt: skip
_SETTINGS = {
    "alpha", "beta", "gamma", "delta", "eps", "epsilon", "zeta", "eta", "kappa", "lambda", "lam", "lambd",
    "lmbda", "lambda_", "mu", "nu", "rho", "sigma", "tau", "margin", "temperature", "temp", "threshold",
    "weight_decay", "smoothing", "quantile", "n_samples", "num_samples", "batch_size",
}  # fmt: skip
# Where a model is fitted to samples, x[i] are its inputs.
INPUTS = {"x", "X"}
# Names of what a model learns: one value for all samples where others have one in each.
PARAMETER = re.compile(r"(w|W|b|B|theta|phi|beta|weights?|bias|coef)_?[0-9]*")
# Between data alone these are what is predicted: log(sigma) + (y - mu)**2/(2*sigma**2).
PREDICTED = {"mu", "sigma"}


def is_setting(name: str) -> bool:
    """Say whether a name is one that people set by hand; lambda1 and alpha_2 are, as lambda and alpha."""
    return _stem(name) in _SETTINGS


def settings_of(tree: Node) -> Callable[[str], bool]:
    """Return what says whether a name of an expression is one that people set by hand, by its name or its place."""
    raised = exponents(tree)
    return lambda name: is_setting(name) or name.partition("[")[0] in raised


def exponents(tree: Node) -> frozenset[str]:
    """Return the names that stand in exponents alone, of powers of other names: p and q of abs(x)**p + 2*y**(q/2).

    2**x and a**x are functions of x; x**b has a parameter.
    """
    seen: dict[str, set[bool]] = {}
    for name, raised in _places(tree, False, set()):
        seen.setdefault(name.partition("[")[0], set()).add(raised)
    return frozenset(n for n, places in seen.items() if False not in places and not _is_variable(n))


def _is_variable(name: str) -> bool:
    return name in INPUTS or PARAMETER.fullmatch(name) is not None


def _places(node: Node, raised: bool, done: set[tuple[int, bool]]) -> Iterator[tuple[str, bool]]:
    """Yield the names of a tree with whether they stand in an exponent."""
    if (id(node), raised) in done:
        return
    done.add((id(node), raised))
    if node.op == NAME:
        yield str(node.leaf), raised
    for i, part in enumerate(node.args):
        above = node.op == "pow" and i == 1 and bool(node.args[0].names())
        yield from _places(part, raised or above, done)


def is_data(name: str) -> bool:
    """Say whether a name is data beside a model: y1 as well, which alone may be a coordinate."""
    return _stem(name) in DATA


def _stem(name: str) -> str:
    return re.sub(r"_?\d+$", "", name.partition("[")[0])
