"""What frameworks return where there is no derivative: one row per function.  A convention, not mathematics.

torch: tools/autograd/derivatives.yaml and FunctionsManual.cpp, and the section "Gradients for non-differentiable
functions" of its autograd notes; jax: as measured, and measured again by tests/test_why.py.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CONVENTIONS", "Convention"]

INF_TIMES_ZERO = "inf times an inner slope of 0 is nan"
TAKEN = "that of the branch taken"
OTHER_BRANCH = "an inf or nan in the branch not taken becomes nan, not 0"


@dataclass(frozen=True, slots=True)
class Convention:
    """The slope of one function at its bad place, as text; "" where a framework has no such function.

    op: the row of the table of atoms.  at: the place, in the arguments u and v.  more: what follows from it.
    """

    op: str
    at: str
    torch: str
    jax: str
    more: str = ""

    @property
    def answer(self) -> str:
        """Who returns what: "torch 0, jax 1"."""
        if self.torch == self.jax:
            return f"torch and jax {self.torch}"
        return ", ".join(
            f"{who} {slope}" for who, slope in (("torch", self.torch), ("jax", self.jax)) if slope
        )

    @property
    def text(self) -> str:
        """Everything in one sentence."""
        return f"slope taken for {self.op} at {self.at}: {self.answer}" + (
            f"; {self.more}" if self.more else ""
        )


_ROWS = (
    Convention("abs", "u = 0", "0", "1"),
    Convention("relu", "u = 0", "0", "0"),
    Convention("max", "u = v", "1/2", "1/2", "each argument gets half"),
    Convention("min", "u = v", "1/2", "1/2", "each argument gets half"),
    Convention("clip", "its ends", "1", "1/2", "beyond them 0: no gradient passes"),
    Convention("sign", "any u", "0", "0", "no gradient passes, anywhere"),
    Convention("heaviside", "any u", "", "0", "no gradient passes, anywhere"),
    Convention("floor", "any u", "0", "0", "no gradient passes, anywhere"),
    Convention("ceil", "any u", "0", "0", "no gradient passes, anywhere"),
    Convention("round", "any u", "0", "0", "no gradient passes, anywhere"),
    Convention("mod", "any u", "1", "1", "the jumps are not seen"),
    Convention("sqrt", "u = 0", "inf", "inf", INF_TIMES_ZERO),
    Convention("cbrt", "u = 0", "", "inf", INF_TIMES_ZERO),
    Convention("norm", "0", "0", "nan"),
    Convention("log", "u = 0", "inf", "inf", "0*log(0) is nan, the value and the slope"),
    Convention("asin", "u = 1", "inf", "inf", INF_TIMES_ZERO),
    Convention("acos", "u = 1", "-inf", "-inf", INF_TIMES_ZERO),
    Convention("where", "the border", TAKEN, TAKEN, OTHER_BRANCH),
)

CONVENTIONS: dict[str, Convention] = {row.op: row for row in _ROWS}
