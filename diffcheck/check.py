"""The pipeline: text -> problem -> analysis -> probe -> surrogates -> report.  Read this file first.

Stages are imported when they are first needed: SymPy alone costs 0.4 s, and `diffcheck --help` needs none
of them. A stage that fails unforeseen never shows a traceback: before the verdict it makes the verdict
`undetermined` with the reason; after it, its part of the report stays empty, for neither gradient nor
surrogates carry the verdict.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from diffcheck.deadline import conclusion
from diffcheck.errors import InputError, Undetermined
from diffcheck.verdict import Analysis, InputProblem, Report, Smoothness, Surrogate, Verdict

if TYPE_CHECKING:
    from diffcheck.problem import Problem

__all__ = ["check", "load_stages", "refused"]

T = TypeVar("T")

_LOG = logging.getLogger("diffcheck")

_STAGES = ("question.variables", "analyze", "question.separable", "backprop.gradient", "probe", "suggest")


def load_stages() -> None:
    """Import all stages now, so that a process forked later starts with them."""
    for stage in _STAGES:
        importlib.import_module(f"diffcheck.{stage}")


def check(
    text: str,
    wrt: str | Iterable[str] | None = None,
    where: str = "",
    let: Mapping[str, str] | None = None,
    *,
    id: str | None = None,
    certify: bool = True,
    early: Callable[[Report], None] | None = None,
    wanted: Smoothness | None = None,
    size: int | None = None,
    nodes: bool = False,
    why: bool = False,
    latex: bool = False,
    until: float | None = None,
) -> Report:
    """Decide whether the expression ``text`` is differentiable in all ``wrt`` jointly.

    wrt: names, or one text with commas; None infers them from the names.  where: constraints that hold on
    the domain. let: abbreviations, name -> expression.  id: copied to the report.  certify: write down the
    steps the verdict rests on, which takes some milliseconds.
    latex: ``text`` is a formula in LaTeX; the report is about the expression that its notes say it was read as.
    wanted: look longer for surrogates, of everything that is less smooth than this; None looks for a
    moment, for surrogates of what is not differentiable.
    size: how many values an index takes where parts of vectors are coupled, as in logsumexp(z[j]); None for 3.
    nodes: say also what every node does to the gradient on its way back.
    why: also say what each finding means for training.
    until: the moment of ``time.monotonic()`` after which the analysis concludes from what it has seen; None for that
    of a check of `deadline.LIMIT` seconds, as of the command.
    early: called with the report as soon as the verdict is final, and again with what ``why`` adds, before
    surrogates are looked for.

    Raises InputError when the input cannot be read; everything else is in the report.
    """
    start = time.perf_counter()
    try:
        problem = _make_problem(text, wrt, where, let, size, latex)
    except (Undetermined, RecursionError, MemoryError) as error:
        report = Report(text, (), (), where, Verdict.UNDETERMINED, None, reason=_reason(error))
    else:
        begun = time.thread_time()
        problem, report = _answer(problem, certify, conclusion() if until is None else until)
        spent = time.thread_time() - begun
        if early is not None:
            early(_stamped(_as_asked(problem, report), id, time.perf_counter() - start))
        for wish, add in ((nodes, _with_tape), (why, _explained)):
            if wish:
                report = add(problem, report)
                if early is not None:
                    early(_stamped(_as_asked(problem, report), id, time.perf_counter() - start))
        report = replace(report, surrogates=_surrogates(problem, report, wanted, spent))
        if wanted is not None:
            report = replace(report, notes=(*report.notes, *_name(problem)))
        report = _as_asked(problem, report)
    return _stamped(report, id, time.perf_counter() - start)


def refused(text: str, where: str, error: InputError, *, id: str | None = None) -> Report:
    """Return the report on an input that cannot be read; the span is kept only if it points into ``text``."""
    here = error.text is None or error.text == text
    message = error.message if here else f"{error.message} (in `{error.text}`)"
    problem = InputProblem(message, error.span if here else None, error.help)
    return Report(text, (), (), where, Verdict.UNDETERMINED, None, reason=message, error=problem, id=id)


def _make_problem(
    text: str,
    wrt: str | Iterable[str] | None,
    where: str,
    let: Mapping[str, str] | None,
    size: int | None,
    latex: bool,
) -> Problem:
    from diffcheck.question.variables import make_problem

    return make_problem(text, _names(wrt), where, let, size=size, latex=latex)


def _answer(problem: Problem, certify: bool, until: float) -> tuple[Problem, Report]:
    """Return the report without surrogates, and the question it answers."""
    from diffcheck.backprop.gradient import gradient
    from diffcheck.question.separable import settled

    problem, analysis = settled(problem, lambda asked: _analysis(asked, until))
    analysis = _probed(problem, analysis)
    decided = analysis.verdict is not Verdict.UNDETERMINED
    no_notes: list[str] = []
    notes = _or_nothing(lambda: _told_apart(problem, analysis, until), no_notes)
    notes += _or_nothing(lambda: _unmet(problem, analysis), no_notes)
    notes += _or_nothing(lambda: _at_borders(problem, analysis, until), no_notes)
    return problem, Report(
        expression=problem.text,
        wrt=problem.wrt,
        constants=problem.constants,
        where=problem.where_text,
        verdict=analysis.verdict,
        smoothness=analysis.smoothness if decided else None,
        # A decided failure sits on countably many analytic walls, a set of measure zero.
        almost_everywhere=True if decided else None,
        gradient=_or_nothing(lambda: gradient(problem), {}),
        cases=analysis.cases,
        findings=analysis.findings,
        reason=analysis.reason if decided else analysis.reason or "the analysis gave no reason",
        wrt_guessed=problem.guessed,
        notes=(*problem.notes, *notes, *_missing(analysis)),
        size=problem.size,
        certificate=_or_nothing(analysis.certify, None) if certify and analysis.certify else None,
    )


def _told_apart(problem: Problem, analysis: Analysis, until: float) -> list[str]:
    if problem.outline is None:
        return []
    from diffcheck.question.parameters import told_apart

    return list(told_apart(problem.outline, analysis, lambda asked: _analysis(asked, until)))


def _unmet(problem: Problem, analysis: Analysis) -> list[str]:
    from diffcheck.question.indices import unmet

    return list(unmet(analysis.unmet, problem))


def _missing(analysis: Analysis) -> list[str]:
    """Return a note where more may happen than is listed, although nothing worse."""
    if analysis.smoothness is None or analysis.missing is None:
        return []
    return [f"the class is proved; not every place is listed: {analysis.missing}"]


def _at_borders(problem: Problem, analysis: Analysis, until: float) -> list[str]:
    from diffcheck.question.borders import at_borders

    return list(at_borders(problem, analysis, lambda asked: _probed(asked, _analysis(asked, until))))


def _as_asked(problem: Problem, report: Report) -> Report:
    """Return the answer in terms of the question as typed: with its functions and its indices."""
    from diffcheck.question.indices import with_indices

    return with_indices(_told(problem, report), problem)


def _told(problem: Problem, report: Report) -> Report:
    """Return the answer in terms of the question as typed, where names stand for values of functions."""
    if not problem.values:
        return report
    from diffcheck.question.compose import composed
    from diffcheck.question.unknown import spelt

    table = {v.name: v.text for v in problem.values}
    return replace(spelt(composed(problem, report), table), values=table)


def _explained(problem: Problem, report: Report) -> Report:
    from diffcheck.training.why import explained

    return _or_nothing(lambda: explained(problem, report), report)


def _surrogates(
    problem: Problem, report: Report, wanted: Smoothness | None, spent: float
) -> tuple[Surrogate, ...]:
    from diffcheck.suggest import suggest

    decided = Analysis(report.verdict, report.smoothness, report.findings, report.cases, report.reason)
    if wanted is None:
        return _or_nothing(lambda: suggest(problem, decided), ())
    from diffcheck.suggest import thorough

    return _or_nothing(lambda: suggest(problem, decided, wanted=wanted, effort=thorough(spent)), ())


def _name(problem: Problem) -> tuple[str, ...]:
    from diffcheck.suggest.names import name_of

    name = _or_nothing(lambda: name_of(problem), None)
    return () if name is None else (f"this is {name}",)


def _with_tape(problem: Problem, report: Report) -> Report:
    from diffcheck.backprop.nodes import tape

    return replace(report, tape=_or_nothing(lambda: tape(problem, report), None))


def _analysis(problem: Problem, until: float) -> Analysis:
    from diffcheck.analyze import analyze

    try:
        return analyze(problem, until)
    except Exception as error:
        _LOG.debug("the analysis failed", exc_info=True)
        return Analysis(Verdict.UNDETERMINED, None, reason=_reason(error))


def _probed(problem: Problem, analysis: Analysis) -> Analysis:
    from diffcheck.probe import probe

    # The probe can only take a verdict away, so one that fails leaves what is proved.
    return _or_nothing(lambda: probe(problem, analysis), analysis)


def _or_nothing(stage: Callable[[], T], nothing: T) -> T:
    try:
        return stage()
    except Exception:
        _LOG.debug("a stage after the analysis failed", exc_info=True)
        return nothing


def _names(wrt: str | Iterable[str] | None) -> list[str] | None:
    if wrt is None:
        return None
    parts = [wrt] if isinstance(wrt, str) else list(wrt)
    return [name.strip() for part in parts for name in part.split(",") if name.strip()]


def _reason(error: BaseException) -> str:
    if isinstance(error, Undetermined):
        return str(error)
    if isinstance(error, RecursionError):
        return "the expression is nested too deeply for this analysis"
    if isinstance(error, MemoryError):
        return "the analysis ran out of memory"
    said = " ".join(str(error).split())
    return f"internal error in the analysis: {type(error).__name__}{': ' if said else ''}{said[:200]}"


def _stamped(report: Report, id: str | None, seconds: float) -> Report:
    return replace(report, id=id, seconds=seconds)
