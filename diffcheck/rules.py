"""The table of findings: one row per kind, one text for the message, `diffcheck explain` and the docs.

To add a finding, add a Kind and its row here; `tests/test_rules.py` refuses a kind without a complete row,
and checks that the example gives a finding of that kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from diffcheck.verdict import D1, Finding, Kind, Severity

__all__ = ["RULES", "Rule", "message"]


# An oscillation of class D1 is one of the gradient: the function itself is continuous.
GRADIENT_OSCILLATES = "the gradient exists but has no limit where {at}"

# The carets show the whole part; in the message it only has to be recognised.
LONGEST_PART = 48


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of finding means.

    title: a noun phrase for lists.
    message: template with {part} (source of the part at fault) and {at} (the place).
    why: what goes wrong in training.  recognise: the mathematical criterion.  cure: what to do.
    example: an expression that has it, in the variables ``wrt``; both empty where none can exist.
    severity: the usual one; a finding carries its own.
    """

    kind: Kind
    title: str
    message: str
    why: str
    recognise: str
    cure: str
    example: str
    severity: Severity = Severity.ERROR
    wrt: str = ""

    @property
    def name(self) -> str:
        """The name in messages, JSON and on the command line."""
        return self.kind.value


_ROWS = (
    Rule(
        Kind.CORNER,
        title="finite slopes that differ on the two sides",
        message="`{part}` turns a corner where {at}",
        why="The slope jumps, so there is no derivative. A framework returns one side, or a value between"
        " them, unasked, and gradient descent with a fixed step jitters around the corner instead of "
        "settling.",
        recognise="The value is continuous, and both one-sided limits of (f(a + h) - f(a))/h exist, "
        "finite and unequal.",
        cure="Replace the absolute value, maximum or clip that causes it by a smooth surrogate, for example "
        "sqrt(u**2 + mu**2) - mu for abs(u) or mu*softplus(u/mu) for relu(u).",
        example="abs(y - f)",
        wrt="f",
    ),
    Rule(
        Kind.CUSP,
        title="infinite slopes of opposite sign",
        message="`{part}` comes to a cusp where {at}",
        why="The gradient grows without bound, with opposite signs on the two sides; a step near the cusp"
        " can be arbitrarily large and the iteration is thrown away from the minimum it approaches.",
        recognise="The value is continuous, and (f(a + h) - f(a))/h goes to +oo on one side and to -oo "
        "on the other.",
        cure="Round the root off: (u**2 + mu**2)**(p/2) for abs(u)**p.",
        example="sqrt(abs(x))",
        wrt="x",
    ),
    Rule(
        Kind.VERTICAL_TANGENT,
        title="an infinite slope on one side, or on both with one sign",
        message="the slope of `{part}` is infinite where {at}",
        why="The gradient is unbounded near the place, so a fixed step size overshoots and floating point"
        " may return inf, and nan after the next multiplication by zero.",
        recognise="The value is continuous, and (f(a + h) - f(a))/h goes to +oo or -oo on one side, or "
        "to the same infinity on both.",
        cure="Shift the argument of the root away from zero, or use a root that is smooth at 0 such as "
        "u/(u**2 + mu**2)**(1/3) for cbrt(u).",
        example="cbrt(x)",
        wrt="x",
    ),
    Rule(
        Kind.JUMP,
        title="one-sided limits of the value that differ",
        message="`{part}` jumps where {at}",
        why="The value changes by a finite amount over no distance. The gradient that a framework returns"
        " does not see the jump at all, so a minimiser cannot know that it is there.",
        recognise="Both one-sided limits of the value exist, finite and unequal, or the value at the place "
        "equals neither.",
        cure="Replace the step by a sigmoid: sigmoid(u/mu) for heaviside(u), tanh(u/mu) for sign(u).",
        example="where(x > 0, x + 1, x)",
        wrt="x",
    ),
    Rule(
        Kind.HOLE,
        title="a limit exists, but the value is missing or different",
        message="`{part}` has a hole where {at}",
        why="The formula gives nan (or another value) at this place although its neighbours agree on a "
        "limit; one such sample turns a whole batch to nan.",
        recognise="The two-sided limit of the value exists and is finite, and the expression as written is "
        "undefined there or has another value.",
        cure="Write the limit in, as where(x == 0, 1, sin(x)/x) does, or use a form without the division, "
        "such as expm1 and log1p. Mind that frameworks differentiate both branches of where; make the "
        "unused one safe as well.",
        example="sin(x)/x",
        wrt="x",
    ),
    Rule(
        Kind.POLE,
        title="the value is unbounded inside the domain",
        message="`{part}` is unbounded where {at}",
        why="The loss has no finite value there and no bound nearby; steps that come close explode.",
        recognise="The value goes to +oo or -oo, on one side or on both, at a place that the domain "
        "surrounds.",
        cure="Bound the denominator or the argument of the logarithm away from zero: u/(v**2 + eps) for u/v, "
        "log(abs(u) + eps) for log(abs(u)); or state with --where that the place is never reached.",
        example="1/x",
        wrt="x",
    ),
    Rule(
        Kind.OSCILLATION,
        title="a bounded value or gradient without a limit",
        message="`{part}` is bounded but has no limit where {at}",
        why="The value, or the gradient, swings ever faster; neighbouring points tell nothing about each "
        "other. If only the gradient does so, the function is differentiable, but not continuously.",
        recognise="The value or the derivative stays bounded and has no limit, as sin(1/x) at 0, or as "
        "x*y/(x**2 + y**2) at 0, where it depends on the direction. It is an error for the value, a "
        "warning (class D1) for the derivative.",
        cure="Keep the argument of the sine or cosine bounded, for example sin(x/(x**2 + mu**2)) for "
        "sin(1/x). A quotient that depends on the direction needs a small constant in the denominator.",
        example="sin(1/x)",
        wrt="x",
    ),
    Rule(
        Kind.DIRECTIONAL,
        title="directional derivatives that no linear map explains",
        message="no gradient explains the slopes of `{part}` where {at}",
        why="Every directional derivative may exist, and every partial derivative too, and still no gradient "
        "predicts the change of the loss: the linear model that every first-order method uses is wrong.",
        recognise="The limit of (f(p + t*u) - f(p))/t for t -> 0+ exists for every direction u, and is not "
        "linear in u.",
        cure="Add a small constant under the root or in the denominator: x**3/(x**2 + y**2 + mu**2) for "
        "x**3/(x**2 + y**2).",
        example="where(x == 0 and y == 0, 0, x**3/(x**2 + y**2))",
        wrt="x,y",
    ),
    Rule(
        Kind.FLAT,
        title="piecewise constant: the gradient is zero wherever it exists",
        message="`{part}` is piecewise constant {at}: its gradient is zero wherever it exists",
        why="Nothing drives the parameters: a gradient method stops at once, with a loss that may be "
        "anything.",
        recognise="On every piece between the jumps the derivative is identically zero.",
        cure="Train on a surrogate with slope (sigmoid for a step, logistic loss for zero-one loss), and "
        "use the step for evaluation only.",
        example="floor(x)",
        severity=Severity.WARNING,
        wrt="x",
    ),
    Rule(
        Kind.BREAK,
        title="a higher derivative breaks",
        message="`{part}` breaks a higher derivative where {at}",
        why="The gradient exists and is continuous, so first-order methods are safe; methods that use "
        "curvature (Newton, L-BFGS, Gauss-Newton) see it change suddenly.",
        recognise="The function is k times continuously differentiable, k >= 1, and the (k+1)-th "
        "derivatives of the two sides differ or do not exist.",
        cure="Nothing is needed for gradient descent. For second-order methods use a smoother surrogate, "
        "such as pseudo-Huber for Huber.",
        example="max(0, x)**2",
        severity=Severity.INFO,
        wrt="x",
    ),
    Rule(
        Kind.EDGE,
        title="the domain ends here",
        message="the domain of `{part}` ends where {at}",
        why="Beyond this place the expression is undefined. The edge does not decide the class, but a "
        "step across it gives nan.",
        recognise="The expression is undefined on an open region that touches this place, as log(p) for "
        "p <= 0.",
        cure="State the constraint with --where if the parameters keep it, or reparametrise: p = sigmoid(z), "
        "sigma = softplus(s), log1p, log_sigmoid.",
        example="log(p)",
        severity=Severity.WARNING,
        wrt="p",
    ),
    Rule(
        Kind.DISAGREEMENT,
        title="the numerical probe contradicts the analysis",
        message="finite differences of `{part}` contradict the analysis where {at}",
        why="One of the two is wrong, so no verdict is given. This is a fault of diffcheck, not of the "
        "expression.",
        recognise="One-sided differences at a witness, or a sweep of the domain, show what the analysis "
        "excludes, or do not show what it claims.",
        cure="Report the expression to the developers. Until then, trust neither answer at this place.",
        example="",
    ),
)

RULES: dict[Kind, Rule] = {row.kind: row for row in _ROWS}


def message(finding: Finding) -> str:
    """Return the message on a finding, on one line whatever the layout of the source; a long part is cut."""
    part = " ".join(finding.source.split()) or "the expression"
    shown = part if len(part) <= LONGEST_PART else part[: LONGEST_PART - 3] + "..."
    of_gradient = finding.kind is Kind.OSCILLATION and finding.level == D1
    template = GRADIENT_OSCILLATES if of_gradient else RULES[finding.kind].message
    return template.format(part=shown, at=finding.at)
