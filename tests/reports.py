"""Reports made by hand, one of each sort, for the tests of the formats."""

from dataclasses import replace

from diffcheck.verdict import (
    C0,
    CINF,
    DISCONTINUOUS,
    Case,
    Finding,
    InputProblem,
    Kind,
    ProbeResult,
    ProbeStatus,
    Report,
    Severity,
    Smoothness,
    Surrogate,
    Verdict,
)

CORNER = Finding(
    Kind.CORNER,
    Severity.ERROR,
    "f = y",
    None,
    ("f",),
    (0, 10),
    "abs(y - f)",
    "-1",
    "1",
    "2",
    {"f": "1/3", "y": "1/3"},
    "exact",
    C0,
    ProbeResult(ProbeStatus.CONFIRMED, -1.0, 1.0, 1e-6),
)

PSEUDO_HUBER = Surrogate(
    "pseudo-Huber", "sqrt((y - f)**2 + mu**2) - mu", CINF, ("-mu", "0"), "1/mu", "mu", True
)

MAE = Report(
    "abs(y - f)",
    ("f",),
    ("y",),
    "",
    Verdict.NOT_DIFFERENTIABLE,
    C0,
    almost_everywhere=True,
    gradient={"f": "sign(f - y)"},
    findings=(CORNER,),
    surrogates=(PSEUDO_HUBER,),
    seconds=0.02,
    wrt_guessed=True,
)

SMOOTH = Report("x**2", ("x",), (), "", Verdict.DIFFERENTIABLE, CINF, True, {"x": "2*x"})

OPEN = Report(
    "abs(x)", ("x",), (), "x > 0", Verdict.UNDETERMINED, None, reason="the sign of a sum is not known"
)

UNREADABLE = Report(
    "abs(",
    (),
    (),
    "",
    Verdict.UNDETERMINED,
    None,
    reason="`(` is never closed",
    error=InputProblem("`(` is never closed", (3, 4), "add `)`"),
)

POWER = Report(
    "abs(x)**p",
    ("x",),
    ("p",),
    "",
    Verdict.CONDITIONAL,
    DISCONTINUOUS,
    True,
    cases=(
        Case("p > 1", Verdict.DIFFERENTIABLE, Smoothness(1)),
        Case("p < 0", Verdict.NOT_DIFFERENTIABLE, DISCONTINUOUS),
    ),
)

CONTRADICTED = replace(
    MAE,
    verdict=Verdict.UNDETERMINED,
    smoothness=None,
    almost_everywhere=None,
    reason="the probe contradicts the analysis",
    findings=(
        replace(
            CORNER, probe=ProbeResult(ProbeStatus.CONTRADICTED, float("nan"), float("inf"), 1e-6, "no kink")
        ),
    ),
)

UNPROBED = replace(MAE, findings=(replace(CORNER, probe=None),), surrogates=())

ALL = {
    "corner": MAE,
    "smooth": SMOOTH,
    "open": OPEN,
    "unreadable": UNREADABLE,
    "conditional": POWER,
    "contradicted": CONTRADICTED,
    "unprobed": UNPROBED,
}
