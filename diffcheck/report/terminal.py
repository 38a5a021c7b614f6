"""A report for people: verdict, what was asked, findings with their evidence, what to use instead.

Lines are lists of styled pieces.  Without color they are joined as they are, for pipes and files; with color
rich paints them.  Nothing is drawn with boxes, and no line is wider than ``width`` cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from diffcheck.language.tree import Place
from diffcheck.report.layout import Line, cells, cropped, excerpt, one_line, printed, wrapped
from diffcheck.report.places import Located
from diffcheck.rules import RULES, message
from diffcheck.verdict import (
    OTHERWISE,
    Case,
    Finding,
    Kind,
    ProbeStatus,
    Report,
    Severity,
    Smoothness,
    Surrogate,
    Topic,
    Verdict,
)

__all__ = [
    "VERDICTS",
    "complaint",
    "header",
    "meanings",
    "render",
    "stream",
    "styled",
    "suggestion",
    "summary",
]

VERDICTS = {
    Verdict.DIFFERENTIABLE: ("differentiable", "bold green"),
    Verdict.NOT_DIFFERENTIABLE: ("not differentiable", "bold red"),
    Verdict.CONDITIONAL: ("conditional", "bold yellow"),
    Verdict.UNDETERMINED: ("undetermined", "bold magenta"),
}

CLASSES = {
    "Cinf": "smooth",
    "D1": "the gradient exists, but is not continuous",
    "C0": "continuous",
    "discontinuous": "not continuous",
    "singular": "unbounded or undefined inside the domain",
}

SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}

PROBES = {
    ProbeStatus.CONFIRMED: "probe agrees",
    ProbeStatus.CONTRADICTED: "probe contradicts",
    ProbeStatus.CANNOT_TELL: "probe cannot tell",
    ProbeStatus.NOT_RUN: "",
}

PROOFS = {"exact": "proved", "ball": "proved by ball arithmetic"}

QUESTIONS = {
    Topic.MET: "met?",
    Topic.MINIMISER: "minimiser?",
    Topic.METHODS: "who minds?",
    Topic.FRAMEWORKS: "frameworks",
}

# The column of the answers to these questions.
WHY = 16

SLOPES = {Kind.CORNER, Kind.CUSP, Kind.VERTICAL_TANGENT}


def render(report: Report, *, width: int = 80, color: bool = False) -> str:
    """Return the report as lines of at most ``width`` cells."""
    width = max(width, 40)
    lines = list(header(report, width))
    for finding in report.findings:
        lines += [[], *_finding(report, finding, width)]
    lines += _advice(report, width)
    return printed(lines, width, color)


def stream(reports: Iterable[Located], *, width: int = 80) -> Iterator[str]:
    """Yield a line for every report, and what its findings mean where that was asked."""
    for located in reports:
        yield "\n".join([summary(located.report, width), *meanings(located.report, width)])


def complaint(located: Located) -> str | None:
    """Return the place of a loss that does not pass, and what is the matter; None for one that passes."""
    report = located.report
    if report.error is not None:
        hint = f" ({report.error.hint})" if report.error.hint else ""
        return f"{located.name}: error: {report.error.message}{hint}"
    if located.passes:
        return None
    if report.verdict is Verdict.UNDETERMINED:
        return f"{located.name}: undetermined: {report.reason}"
    worst = min(report.findings, key=lambda f: f.level, default=None)
    told = f"class {report.smoothness}" if worst is None else message(worst)
    return f"{located.name}: {VERDICTS[report.verdict][0]}: {told}"


def summary(report: Report, width: int = 80) -> str:
    """Return verdict, class and expression on one line, for lists."""
    grade = "-" if report.smoothness is None else str(report.smoothness)
    verdict = "error" if report.error is not None else str(report.verdict)
    start = f"{verdict:<18} {grade:<13} "
    return start + cropped(report.expression, max(20, width - len(start)))


def meanings(report: Report, width: int = 80) -> Iterator[str]:
    """Yield what each finding means for training, in a few words, for lists; nothing where that was not asked."""
    for finding in report.findings:
        answers: dict[Topic, list[str]] = {}
        for remark in finding.why or ():
            answers.setdefault(remark.topic, []).extend(remark.answer.split(", "))
        said = (f"{topic}: {', '.join(dict.fromkeys(words))}" for topic, words in answers.items())
        if answers:
            first, *rest = wrapped(
                f"{finding.kind} at {finding.at}; {'; '.join(said)}", width, first=2, rest=4
            )
            yield from (f"  {first}", *rest)


def header(report: Report, width: int) -> Iterator[Line]:
    """Yield the verdict, the expression and what was asked."""
    text, style = VERDICTS[report.verdict]
    if report.verdict is Verdict.CONDITIONAL:
        text = f"it depends on {report.depends}"
    reason = f": {report.reason}" if report.reason else ""
    said = reason if report.smoothness is None else _class_phrase(report)
    yield from styled(text, style, said, width)
    yield [("  ", ""), (cropped(report.expression, width - 2), "bold")]
    yield from _indented(_asked(report), width)
    table = max((cells(one_line(case.condition)) for case in report.cases), default=0)
    for case in report.cases:
        condition = one_line(case.condition).ljust(table if table <= width // 2 else 0)
        when = case.condition if case.condition == OTHERWISE else f"when {condition}"
        yield from _indented(f"{when}: {_case_phrase(case)}", width)


def _case_phrase(case: Case) -> str:
    if case.smoothness is None:
        return f"{VERDICTS[case.verdict][0]}: {case.detail}"
    answer = f"{VERDICTS[case.verdict][0]}, class {case.smoothness}"
    return answer + (f" or better: {case.detail}" if case.detail else "")


def _class_phrase(report: Report) -> str:
    grade = str(report.smoothness)
    meaning = CLASSES.get(grade) or _times(report.smoothness)
    worst = "at worst class" if report.verdict is Verdict.CONDITIONAL else "class"
    rest = (
        ""
        if report.verdict is not Verdict.NOT_DIFFERENTIABLE or not report.almost_everywhere
        else ("; differentiable almost everywhere")
    )
    return f": {worst} {grade} ({meaning}){rest}"


def _times(smoothness: Smoothness | None) -> str:
    level = 1 if smoothness is None else int(smoothness.level)
    return f"{level} continuous derivative{'s' if level > 1 else ''}"


def _asked(report: Report) -> str:
    parts = []
    if report.wrt:
        parts.append(f"in {', '.join(report.wrt)}")
    if report.constants:
        parts.append(f"constant: {', '.join(report.constants)}")
    if report.where:
        parts.append(f"where {report.where}")
    guessed = " (guessed from the names; --wrt decides)" if report.wrt_guessed and report.constants else ""
    return "; ".join(parts) + guessed


def _finding(report: Report, finding: Finding, width: int) -> Iterator[Line]:
    style = SEVERITY_STYLES[finding.severity]
    yield from styled(f"{finding.severity}[{finding.kind}]", style, f": {message(finding)}", width)
    text, span = report.expression, finding.span
    if isinstance(span, Place):
        text, span = span.line, span.inner
    shown = excerpt(text, span, width - 2)
    yield [(f"  {shown.line}", "")]
    evidence = _evidence(report, finding)
    used = 2 + len(shown.carets)
    if used + 1 + cells(evidence) <= width:
        yield [(f"  {shown.carets}", style), (f" {evidence}", "")]
    else:
        yield [(f"  {shown.carets}", style)]
        yield from _indented(evidence, width)
    if finding.condition:
        yield from _indented(f"when {finding.condition}", width)
    if len(finding.witness) > 1:
        point = ", ".join(f"{name} = {value}" for name, value in finding.witness.items())
        yield from _indented(f"for example at {point}", width)
    yield from _why(finding, width)


def _why(finding: Finding, width: int) -> Iterator[Line]:
    """Yield what the finding means for training, topics in a column."""
    if not finding.why:
        return
    yield [("  why it matters", "bold")]
    topic = ""
    for remark in finding.why:
        named = "" if remark.topic == topic else QUESTIONS[remark.topic]
        topic = remark.topic
        first, *rest = wrapped(f"{remark.text} [{remark.basis}]", width, first=WHY, rest=WHY)
        yield [(f"    {named}".ljust(WHY), "bold"), (first, "")]
        yield from ([(line, "")] for line in rest)


def _evidence(report: Report, finding: Finding) -> str:
    """Return what was seen, how sure it is, and what the probe says, as one phrase."""
    status = finding.probe.status if finding.probe else ProbeStatus.NOT_RUN
    doubted = status is ProbeStatus.CONTRADICTED or finding.kind is Kind.DISAGREEMENT
    proof = "not certain" if doubted else PROOFS.get(finding.proof, finding.proof)
    trust = "; ".join(part for part in (proof, PROBES[status]) if part)
    seen = _seen(report, finding)
    return f"{seen}: {trust}" if seen and trust else seen or trust


def _seen(report: Report, finding: Finding) -> str:
    if finding.kind is Kind.FLAT:
        return ""  # the message says it all
    if finding.left is None or finding.right is None:
        return finding.detail
    if finding.kind in SLOPES:
        along = _along(report, finding)
        return f"slope{along} {_signed(finding.left)} below, {_signed(finding.right)} above"
    if finding.kind is Kind.HOLE and finding.left == finding.right:
        return f"the limit is {finding.left}"
    word = "next derivative" if finding.kind is Kind.BREAK else "value"
    return f"{word} {finding.left} below, {finding.right} above"


def _along(report: Report, finding: Finding) -> str:
    if len(report.wrt) < 2 or not finding.direction:
        return ""
    if len(finding.direction) == 1:
        return f" in {next(iter(finding.direction))}"
    return " along (" + ", ".join(f"{name}: {part}" for name, part in finding.direction.items()) + ")"


def _signed(value: str) -> str:
    # Before a sum or a product a plus would look like a part of it.
    return f"+{value}" if re.fullmatch(r"[\d./]+|oo", value) and value != "0" else value


def _advice(report: Report, width: int) -> Iterator[Line]:
    if report.surrogates:
        yield []
        named = ", ".join(dict.fromkeys(s.parameter for s in report.surrogates if s.parameter))
        price = f" ({named} > 0 sets how close)" if named else ""
        yield from styled("help", "bold cyan", f": use instead{price}", width)
        column = min(20, max(cells(one_line(s.name)) for s in report.surrogates))
        for surrogate in report.surrogates:
            yield from suggestion(_with_vectors(surrogate, report), column, width)
    worst = [f.kind for f in report.findings if f.severity is Severity.ERROR]
    if worst and not report.surrogates:
        yield []
        yield from styled("help", "bold cyan", f": {RULES[worst[0]].cure}", width)
    for note in report.notes:
        yield from styled("note", "bold", f": {note}", width)
    kinds = dict.fromkeys(finding.kind for finding in report.findings)
    if kinds:
        yield from styled("note", "bold", ": " + ", ".join(f"`diffcheck explain {k}`" for k in kinds), width)


def _with_vectors(surrogate: Surrogate, report: Report) -> Surrogate:
    """Return a surrogate with vectors where all their parts are written out."""
    if "[" not in surrogate.expression:
        return surrogate
    # The parser brings SymPy, for which no other report has to wait.
    from diffcheck.language.folded import folded, length

    names = (*report.wrt, *report.constants)

    def put(text: str) -> str:
        return folded(text, report.size or length(text, names))

    error = surrogate.error and (put(surrogate.error[0]), put(surrogate.error[1]))
    steep = surrogate.lipschitz_gradient and put(surrogate.lipschitz_gradient)
    return replace(surrogate, expression=put(surrogate.expression), error=error, lipschitz_gradient=steep)


def suggestion(surrogate: Surrogate, column: int, width: int) -> Iterator[Line]:
    """Yield a suggestion and its price, names in a column of ``column`` cells."""
    indent = column + 4
    name = cropped(surrogate.name, column)
    name += " " * (column - cells(name))
    first, *rest = wrapped(surrogate.expression, width, first=indent, rest=indent)
    yield [(f"  {name}  ", ""), (first, "bold")]
    yield from ([(line, "bold")] for line in rest)
    for line in wrapped(_price(surrogate), width, first=indent, rest=indent):
        yield [(" " * indent + line.lstrip(), "")]


def _price(surrogate: Surrogate) -> str:
    parts = [str(surrogate.smoothness), _error(surrogate)]
    steep = surrogate.lipschitz_at or surrogate.lipschitz_gradient
    if steep is not None:
        parts.append(f"gradient Lipschitz {steep}")
    if surrogate.convex:
        parts.append("convex")
    return ", ".join(parts) + (f"; {surrogate.note}" if surrogate.note else "")


def _error(surrogate: Surrogate) -> str:
    if surrogate.error is None:
        mean = f"; |error| integrates to {surrogate.mean_error}" if surrogate.mean_error else ""
        return "no uniform error bound stated" + mean
    low, high = surrogate.error_at or surrogate.error
    if low == high == "0":
        return "no error"
    # "-mu - 1" is not minus "mu - 1", so only a plain product loses its sign.
    if high == "0" and re.fullmatch(r"-[\w.]+(\(\w+\))?([*/][\w.]+(\(\w+\))?)*", low):
        return f"below it by at most {low[1:]}"
    if low == "0":
        return f"above it by at most {high}"
    return f"error from {low} to {high}"


def styled(label: str, style: str, text: str, width: int) -> Iterator[Line]:
    """Yield ``label`` painted and ``text`` after it, wrapped with an indent."""
    first, *rest = wrapped(text, width, first=cells(label), rest=2)
    yield [(label, style), (first, "")]
    yield from ([(line, "")] for line in rest)


def _indented(text: str, width: int) -> Iterator[Line]:
    if text:
        first, *rest = wrapped(text, width, first=2, rest=4)
        yield [(f"  {first}", "")]
        yield from ([(line, "")] for line in rest)
