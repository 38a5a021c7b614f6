"""Is a loss function differentiable, where is it not, why, and what smooth function can replace it?

    >>> from diffcheck import check
    >>> report = check("abs(y - f)", wrt="f")
    >>> str(report.verdict), str(report.smoothness)
    ('not_differentiable', 'C0')

Importing the package is cheap; SymPy and the provers are imported by the first call of `check`.
"""

from diffcheck.check import check
from diffcheck.errors import (
    BadOption,
    DiffcheckError,
    InputError,
    SyntaxProblem,
    Undetermined,
    UnknownFunction,
    WrongArguments,
)
from diffcheck.verdict import (
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

__version__ = "0.1.0"

__all__ = [
    "BadOption",
    "Case",
    "DiffcheckError",
    "Finding",
    "InputError",
    "InputProblem",
    "Kind",
    "ProbeResult",
    "ProbeStatus",
    "Report",
    "Severity",
    "Smoothness",
    "Surrogate",
    "SyntaxProblem",
    "Undetermined",
    "UnknownFunction",
    "Verdict",
    "WrongArguments",
    "check",
]
