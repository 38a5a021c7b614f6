"""What frameworks and people call that is no function of the language: losses by name, statistics, order.

A loss that is called by its name is unknown here, for its formula is what decides; the formula is offered instead.
Formulas are those of torch.nn.functional with reduction="mean", in f (predicted) and y (the target), or p and q.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from diffcheck.language.conventions import is_data

__all__ = ["CURES", "NAMED", "Named", "cure", "named"]

# What most losses take: the prediction and the target.
_FY = ("f", "y")


@dataclass(frozen=True, slots=True)
class Named:
    """A function by the name that people call it.  params: in the order of frameworks, the target last."""

    params: tuple[str, ...]
    formula: str
    words: tuple[str, ...]

    def given(self, names: Sequence[str]) -> str:
        """Return the formula in other names, the target where its name says so; "" where it needs others.

        >>> named("mae").given(["u"])
        'mean(abs(u))'
        """
        if self.params == _FY and len(names) == 1:
            return self._of_residual(names[0])
        if len(names) != len(self.params):
            return self.formula if {*names} <= {*self.params} and self.params != _FY else ""
        order = list(names)
        if self.params == _FY:
            order.sort(key=is_data)
        table = dict(zip(self.params, order, strict=True))
        return re.sub(r"[A-Za-z_]\w*(?!\w*\()", lambda m: table.get(m[0], m[0]), self.formula)

    def _of_residual(self, name: str) -> str:
        """Return the formula in one name for f - y; "" where f or y stand alone."""
        around = re.split(r"(?<!\w)\(f - y\)|f - y", self.formula)
        return "" if re.search(r"\b[fy]\b", " ".join(around)) else name.join(around)


_ROWS = (
    Named(
        _FY,
        "mean((f - y)**2)",
        ("mse", "mse_loss", "mean_squared_error", "squared_error", "l2_loss", "MSELoss"),
    ),
    Named(_FY, "mean(abs(f - y))", ("mae", "l1_loss", "mean_absolute_error", "absolute_error", "L1Loss")),
    Named(_FY, "sqrt(mean((f - y)**2))", ("rmse", "rmse_loss", "root_mean_squared_error")),
    Named(_FY, "mean(abs((f - y)/y))", ("mape", "mean_absolute_percentage_error")),
    Named(
        _FY,
        "mean(where(abs(f - y) <= 1, (f - y)**2/2, abs(f - y) - 1/2))",
        ("huber", "huber_loss", "smooth_l1", "smooth_l1_loss", "HuberLoss", "SmoothL1Loss"),
    ),
    Named(_FY, "mean(log(cosh(f - y)))", ("logcosh", "log_cosh", "log_cosh_loss")),
    Named(
        _FY,
        "-mean(y*log(f) + (1 - y)*log(1 - f))",
        ("bce", "bce_loss", "binary_cross_entropy", "binary_crossentropy", "log_loss", "logloss", "BCELoss"),
    ),
    Named(
        _FY,
        "mean(softplus(f) - y*f)",
        ("bce_with_logits", "binary_cross_entropy_with_logits", "BCEWithLogitsLoss", "sigmoid_cross_entropy"),
    ),
    Named(
        ("z", "k"),
        "logsumexp(z[j]) - z[k]",
        (
            "ce",
            "cross_entropy",
            "crossentropy",
            "categorical_crossentropy",
            "softmax_cross_entropy",
            "nll_loss",
        ),
    ),
    Named(_FY, "mean(max(0, 1 - y*f))", ("hinge", "hinge_loss", "HingeLoss")),
    Named(_FY, "mean(exp(f) - y*f)", ("poisson_nll", "poisson_nll_loss")),
    Named(_FY, "mean(max((y - f)/2, (f - y)/2))", ("pinball", "pinball_loss", "quantile_loss")),
    Named(("p", "q"), "sum(p*log(p/q))", ("kl", "kl_div", "kl_divergence", "KLDivLoss")),
    Named(("p", "y"), "1 - 2*sum(p*y)/(sum(p) + sum(y))", ("dice", "dice_loss", "soft_dice")),
    Named(("p", "y"), "1 - sum(min(p, y))/sum(max(p, y))", ("iou", "iou_loss", "jaccard", "jaccard_loss")),
    Named(("p", "gamma"), "-(1 - p)**gamma*log(p)", ("focal", "focal_loss")),
    Named(("a", "b"), "dot(a, b)/(norm(a)*norm(b))", ("cosine_similarity", "cos_sim", "cosine_sim")),
    Named(
        ("a", "p", "q"),
        "max(0, norm(a - p) - norm(a - q) + 1)",
        ("triplet", "triplet_loss", "triplet_margin_loss", "TripletMarginLoss"),
    ),
    Named(("f",), "mean((f - mean(f))**2)", ("var", "variance", "nanvar")),
    Named(("f",), "sqrt(mean((f - mean(f))**2))", ("std", "stddev", "nanstd", "standard_deviation")),
)
NAMED = {word: row for row in _ROWS for word in row.words}

_ORDER = "a choice by order has no formula here; write what is chosen with max, min or where"
_NO_GRADIENT = "it is an index and passes no gradient; write the value, max(z), or softmax(z)[k]"
CURES = {
    **dict.fromkeys(("argmax", "argmin", "argsort"), _NO_GRADIENT),
    **dict.fromkeys(("sort", "sorted", "median", "topk", "top_k", "quantile", "percentile", "nanmedian"), _ORDER),
    **dict.fromkeys(("one_hot", "onehot"), "write the label as data, y[j], or as an index, z[k]"),
    **dict.fromkeys(
        ("detach", "stop_gradient", "stopgrad", "sg", "no_grad"),
        "give what is held a name of its own; names that --wrt does not list are constants",
    ),
    **dict.fromkeys(("matmul", "mm", "einsum", "tensordot"), "write dot(w, x), or sum(w[j]*x[i, j], j)"),
    **dict.fromkeys(("grad", "gradient", "derivative", "diff", "jacobian"), "give the derivative a name of its own"),
    **dict.fromkeys(
        ("Σ", "summation", "sum_i", "sum_j", "sum_k", "sum_n", "Sum"),
        "write `sum(abs(y[i] - f[i]))`, or `sum(..., i)`",
    ),
    **dict.fromkeys(("mean_i", "mean_j", "avg_i", "avg"), "write `mean(abs(y[i] - f[i]))`, or `mean(..., i)`"),
    **dict.fromkeys(("max_i", "max_j", "max_k", "min_i", "min_j", "min_k"), "write `max(z[j])`, or `max(..., j)`"),
    **dict.fromkeys(("float", "int", "len", "range", "tensor", "array", "zip"), "leave it out: names are numbers"),
}  # fmt: skip


def named(word: str) -> Named | None:
    """Return the row of a function by the name that people call it."""
    return NAMED.get(word)


def cure(word: str) -> str | None:
    """Return what to write instead of a call that has no place in the language, None for any other name."""
    return CURES.get(word)
