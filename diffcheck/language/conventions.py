"""What losses call their parts: the names that are data, set by hand, or predicted unless something else is said."""

from __future__ import annotations

import re

__all__ = ["DATA", "INPUTS", "PREDICTED", "is_data", "is_setting"]

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
# Between data alone these are what is predicted: log(sigma) + (y - mu)**2/(2*sigma**2).
PREDICTED = {"mu", "sigma"}


def is_setting(name: str) -> bool:
    """Say whether a name is one that people set by hand; lambda1 and alpha_2 are, as lambda and alpha."""
    return _stem(name) in _SETTINGS


def is_data(name: str) -> bool:
    """Say whether a name is data beside a model: y1 as well, which alone may be a coordinate."""
    return _stem(name) in DATA


def _stem(name: str) -> str:
    return re.sub(r"_?\d+$", "", name.partition("[")[0])
