"""The answer as data: smoothness classes, findings, surrogates, the report.  Frozen, no logic beyond ordering."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from diffcheck.certificate import Certificate
from diffcheck.tape import Tape

__all__ = [
    "C0",
    "CINF",
    "D1",
    "DISCONTINUOUS",
    "OTHERWISE",
    "SINGULAR",
    "Analysis",
    "Basis",
    "Case",
    "Finding",
    "InputProblem",
    "Kind",
    "ProbeResult",
    "ProbeStatus",
    "Remark",
    "Report",
    "Severity",
    "Smoothness",
    "Surrogate",
    "Topic",
    "Verdict",
]


class Verdict(StrEnum):
    """What the report answers."""

    DIFFERENTIABLE = "differentiable"
    NOT_DIFFERENTIABLE = "not_differentiable"
    CONDITIONAL = "conditional"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, order=True, slots=True)
class Smoothness:
    """A smoothness class, ordered from worst to best: the class of a function is the `min` of its points.

    level: -2 singular, -1 discontinuous, 0 C0, 0.5 D1, k for C^k (k >= 1), infinity for Cinf.
    """

    level: float

    @property
    def differentiable(self) -> bool:
        """Whether a derivative exists at every point (D1 or better)."""
        return self.level > 0

    def __str__(self) -> str:
        fixed = {-2: "singular", -1: "discontinuous", 0.5: "D1", math.inf: "Cinf"}
        return fixed.get(self.level) or f"C{int(self.level)}"

    @classmethod
    def parse(cls, text: str) -> Smoothness:
        """Return the class with that name, the inverse of `str`; ValueError for any other text."""
        fixed = {"singular": -2.0, "discontinuous": -1.0, "D1": 0.5, "Cinf": math.inf}
        if text in fixed:
            return cls(fixed[text])
        if text[:1] == "C" and text[1:].isdigit():
            return cls(float(int(text[1:])))
        raise ValueError(f"not a smoothness class: {text!r}")


SINGULAR = Smoothness(-2)
DISCONTINUOUS = Smoothness(-1)
C0 = Smoothness(0)
D1 = Smoothness(0.5)
CINF = Smoothness(math.inf)


class Kind(StrEnum):
    """What can be found at a place; the table in rules.py explains each."""

    CORNER = "corner"
    CUSP = "cusp"
    VERTICAL_TANGENT = "vertical_tangent"
    JUMP = "jump"
    HOLE = "hole"
    POLE = "pole"
    OSCILLATION = "oscillation"
    DIRECTIONAL = "directional"
    FLAT = "flat"
    BREAK = "break"
    EDGE = "edge"
    DISAGREEMENT = "disagreement"


class Severity(StrEnum):
    """Error for what breaks differentiability, warning for edges and D1, info for breaks of higher derivatives."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ProbeStatus(StrEnum):
    """What the numbers say about a finding."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    CANNOT_TELL = "cannot_tell"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One-sided differences at a witness.

    left, right: slopes df/dv just below and just above, per unit of the variable; None when not finite or not taken.
    h: the step they were taken at.
    """

    status: ProbeStatus
    left: float | None = None
    right: float | None = None
    h: float | None = None
    note: str = ""


class Topic(StrEnum):
    """What a remark on a finding answers: is it met, is it a minimiser, which methods mind, what is returned?"""

    MET = "met"
    MINIMISER = "minimiser"
    METHODS = "methods"
    FRAMEWORKS = "frameworks"


class Basis(StrEnum):
    """What a remark rests on."""

    PROVED = "proved"
    CONVENTION = "convention"
    DATA = "your data"
    OPEN = "not shown"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a finding means for training: ``answer`` in a word or two for programs, ``text`` for people."""

    topic: Topic
    answer: str
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where something happens.

    at: the locus in the expression language: "f = y", "x = k*pi for integer k", "x = 0 and y = 0".
    condition: what constants must satisfy for it, such as "a != 0", or None.
    wrt: the variables in which it happens; the slopes are taken along ``direction`` (variable -> component).
    span, source: the part of the expression that causes it, as columns and as text.
    left, right, size: exact text: limits for a jump or hole, slopes for a corner, the broken derivatives for a break.
    witness: exact coordinates (name -> text in the expression language) of one point of the locus, constants included.
    proof: "exact" (identities on exact numbers) or "ball" (ball arithmetic excludes the alternative).
    member: the integers of a family at the witness (letter -> text), in which left, right and size are written.
    detail: a phrase for people: "value -> -oo", "gradient unbounded".
    alike: the findings it was made of, which differ by the indices of vectors alone.
    why: what it means for training; None unless that was asked.
    """

    kind: Kind
    severity: Severity
    at: str
    condition: str | None
    wrt: tuple[str, ...]
    span: tuple[int, int]
    source: str
    left: str | None
    right: str | None
    size: str | None
    witness: Mapping[str, str]
    proof: str
    level: Smoothness
    probe: ProbeResult | None = None
    direction: Mapping[str, str] = field(default_factory=dict)
    member: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    alike: tuple[Finding, ...] = ()
    why: tuple[Remark, ...] | None = None


@dataclass(frozen=True, slots=True)
class Surrogate:
    """A smooth expression to use instead, for every positive value of ``parameter``.

    error: interval (low, high) of surrogate minus original as text in ``parameter``; None without a uniform bound.
    lipschitz_gradient: Lipschitz constant of the gradient in the 2-norm as text, or None when unknown or unbounded.
    mean_error: integral of |surrogate - original| over the one variable where no uniform bound exists, or None.
    side: "upper" or "lower" where the interval says that it is never below, never above; else None.
    keeps_minimisers: whether every minimiser of the original is one of the surrogate; None when not shown.
    optimality: eps*L over the least possible J**2/16 (suggest/smoothings.py), eps half the interval's width; None
        where the theorem does not apply.
    known: field name -> "proved" or "sampled", for every field that is stated.
    corrected: whether the original stands in the expression, corners and all, with a correction beside it.
    value: of the parameter, where a wish of the user's fixes it (suggest/smooth.py); error_at, lipschitz_at: at that
        value.
    """

    name: str
    expression: str
    smoothness: Smoothness
    error: tuple[str, str] | None
    lipschitz_gradient: str | None
    parameter: str
    convex: bool | None
    note: str = ""
    mean_error: str | None = None
    side: str | None = None
    keeps_minimisers: bool | None = None
    optimality: str | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    corrected: bool = False
    value: str | None = None
    error_at: tuple[str, str] | None = None
    lipschitz_at: str | None = None


# The condition of a case that no sign of a constant or two tells apart from the others.
OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Case:
    """The verdict on one open region of the constants, or on one sort of unknown functions.

    smoothness: None for an undetermined case.
    detail: the class as a function of the constants, or ""; then ``smoothness`` is the worst of it.  Of an
        undetermined case, the reason.
    """

    condition: str
    verdict: Verdict
    smoothness: Smoothness | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class InputProblem:
    """Why a line of a batch cannot be read: the data of an InputError."""

    message: str
    span: tuple[int, int] | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything diffcheck says about one expression; the reporters print it and decide nothing.

    notes: sentences about how the question was read and for what the answer holds.
    depends: what a conditional verdict depends on.
    values: what the analysis called the values of unknown functions -> the values as people write them, "F(x)".
    size: how many values every index of a vector took, None where none was written out.
    tape: the nodes of the expression, where they were asked for.
    """

    expression: str
    wrt: tuple[str, ...]
    constants: tuple[str, ...]
    where: str
    verdict: Verdict
    smoothness: Smoothness | None
    almost_everywhere: bool | None = None
    gradient: Mapping[str, str] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    findings: tuple[Finding, ...] = ()
    surrogates: tuple[Surrogate, ...] = ()
    reason: str | None = None
    error: InputProblem | None = None
    seconds: float = 0.0
    id: str | None = None
    wrt_guessed: bool = False
    certificate: Certificate | None = None
    notes: tuple[str, ...] = ()
    depends: str = "the constants"
    values: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None
    tape: Tape | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the analyzer decides, before the probe may contradict it and surrogates are added.

    complete: whether every place was decided, on each wall as far as it can be worse; the class can be certain without.
    certify: puts the steps of a decided verdict into words; None for an undetermined one.
    alone: the class in each variable with the other ones held in general position; empty where not known.
    unmet: parts that vanish for constants in special position alone, each with the place.
    missing: why places may be missing among the findings, or None.
    """

    verdict: Verdict
    smoothness: Smoothness | None
    findings: tuple[Finding, ...] = ()
    cases: tuple[Case, ...] = ()
    reason: str | None = None
    complete: bool = True
    certify: Callable[[], Certificate] | None = field(default=None, compare=False, repr=False)
    alone: Mapping[str, Smoothness] = field(default_factory=dict)
    unmet: tuple[tuple[str, str], ...] = ()
    missing: str | None = None
