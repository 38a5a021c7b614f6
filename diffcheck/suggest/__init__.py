"""Smooth surrogates for what fails: replace the responsible parts, check again, state the price.

1. `parts.py`: findings -> parts of the tree.  `shape.py`: a part -> a row of `smoothings.py`, by structure.
2. All parts are replaced at once with one mu, and the analyzer judges the new expression for mu > 0.
   What is undetermined, no better, has new edges, holes or poles, or overflows far out (far.py) is never shown.
   Where it cannot tell, `composed.py` may prove the class from the rows alone, with `order.py` for denominators.
   `ranges.py` drops beforehand what never takes effect, `split.py` writes branches that meet as a sum.
3. `price.py`, with `bounds.py`, `curvature.py`: what the suggestion costs, each number proved or None.
4. Where no row fits, `patch.py` rounds the corners from outside; roots, logarithms and quotients are carried
   across the edges of their domains.  `names.py` says what the loss is called.

Suggestions come best first: with a bound before without, then as the table has them.  An `Effort` says when to
stop: once something is shown the user waits no longer, but nothing at all is worth a longer look.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from diffcheck.deadline import within
from diffcheck.errors import DiffcheckError
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, name, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.suggest.activations import written_out
from diffcheck.suggest.capped import capped
from diffcheck.suggest.composed import by_composition
from diffcheck.suggest.domain import keeps_domain
from diffcheck.suggest.factored import factored
from diffcheck.suggest.facts import Facts
from diffcheck.suggest.far import Far
from diffcheck.suggest.parts import (
    Need,
    endings,
    needed_sides,
    reached,
    responsible,
    with_branches_split,
    with_covered,
    with_hidden,
)
from diffcheck.suggest.patch import FORMS, patches
from diffcheck.suggest.plan import Plan, Replacement, filled, rows_for, whole_rows
from diffcheck.suggest.price import of_patch, of_plan
from diffcheck.suggest.ranges import Ranges
from diffcheck.suggest.shape import Shape
from diffcheck.suggest.sized import sized
from diffcheck.suggest.smoothings import TARGETS, Smoothing
from diffcheck.suggest.stable import logistic
from diffcheck.suggest.tidy import tidied
from diffcheck.verdict import CINF, D1, Analysis, Kind, Severity, Smoothness, Surrogate, Verdict

__all__ = ["CHECKS", "QUICK", "THOROUGH", "Effort", "suggest", "thorough"]

C1 = Smoothness(1)
CHECKS = 3
# Seconds that suggestions may always take: less than the command takes to start, so a busy machine shows no fewer.
LEAST = 0.25
# Characters; what is longer nobody would paste, and it takes long to check.
LONGEST = 700
# Characters; what is longer is not looked at beside a shorter suggestion, unless what was given is long.
READABLE = 240
# Times as long as what was given: nobody would paste that either.
GROWTH = 8
PARAMETERS = ("mu", "mu1", "mu2", "eta", "kappa")

Analyze = Callable[[Problem], Analysis]

_DOMAIN = frozenset({Kind.EDGE, Kind.HOLE, Kind.POLE})


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look for suggestions, in seconds of processor time.

    rows: rows of the table that are tried at most.  seconds: nothing is begun after it once something is shown.
    one_check: for one analysis then.  patient, patient_check: the same while nothing is shown.
    last: for the corrections from outside, when no row fits.  everything: they are looked at in any case.
    """

    rows: int = CHECKS
    seconds: float = 0.3
    one_check: float = 0.2
    patient: float = 0.8
    patient_check: float = 0.8
    last: float = 1.2
    everything: bool = False


QUICK = Effort()
# For one who asked for suggestions: every row.
THOROUGH = Effort(
    rows=12, seconds=1.0, one_check=0.5, patient=1.2, patient_check=1.0, last=2.5, everything=True
)


def thorough(spent: float) -> Effort:
    """Return the effort for one who asked for suggestions, when the check took ``spent`` seconds of processor time."""
    seconds = min(THOROUGH.seconds, max(LEAST, spent))
    # What takes several times as long as the original did has more places than it, and is seldom decided.
    patient = max(2 * LEAST, 2 * spent)
    return replace(
        THOROUGH,
        seconds=seconds,
        one_check=min(THOROUGH.one_check, seconds),
        patient=min(THOROUGH.patient, patient),
        patient_check=min(THOROUGH.patient_check, patient),
    )


def suggest(
    problem: Problem,
    analysis: Analysis,
    *,
    analyze: Analyze | None = None,
    effort: Effort | None = None,
    wanted: Smoothness | None = None,
) -> tuple[Surrogate, ...]:
    """Return smooth expressions to use instead of ``problem.text``, best first; empty when none can be
    vouched for.

    analyze: the judge of every suggestion; the package's analyzer by default.  wanted: what is less smooth
    fails, and is to be replaced; None stands for D1, and for a quick look where no ``effort`` is given.
    """
    if effort is None:
        effort = QUICK if wanted is None else THOROUGH
    problem = replace(problem, tree=logistic(written_out(problem.tree)))
    facts = Facts(problem.where)
    # What never takes effect would be smoothed with the rest, and then take effect.
    problem = replace(problem, tree=Ranges(facts, problem.wrt).pruned(problem.tree))
    problem = replace(problem, tree=factored(problem.tree, facts, problem.wrt))
    problem = replace(problem, tree=capped(problem.tree, facts, problem.wrt))
    written = problem
    problem = replace(problem, tree=sized(problem.tree))
    shapes = responsible(problem, analysis, facts, wanted or D1)
    problem, shapes, more = with_branches_split(problem, shapes, facts)
    search = _Search(problem, written, analysis, facts, analyze or _analyzer(), effort)
    if wanted is not None and wanted > C1:
        shapes = more
    search.rows(with_covered(shapes, problem, facts))
    if effort.everything and len(more) > len(shapes):
        search.rows(with_covered(more, problem, facts))
    if effort.everything:
        search.losses(shapes)
    if effort.everything or not any(s.error for s in search.shown):
        search.patches()
    if effort.everything:
        search.endings(endings(written, analysis, facts))
    # What states its error is of more use than what is smoother at an unknown price.
    return tuple(sorted(search.shown, key=lambda s: s.error is None))


class _Search:
    """One search: its clock, its judge, what it has found; ``problem`` in the form whose parts are replaced."""

    def __init__(
        self,
        problem: Problem,
        written: Problem,
        analysis: Analysis,
        facts: Facts,
        judge: Analyze,
        effort: Effort,
    ) -> None:
        self.problem, self.written, self.analysis, self.facts = problem, written, analysis, facts
        self.judge, self.effort = judge, effort
        self.parameter = _fresh(problem)
        self.far = Far(written, analysis, self.parameter)
        self.shown: list[Surrogate] = []
        self.start = time.thread_time()

    def rows(self, shapes: dict[Node, Shape]) -> None:
        """Replace the responsible parts by one row of the table after the other."""
        row = 0
        for _ in range(self.effort.rows if shapes else 0):
            plan = _plan(shapes, row, self.problem, self.parameter)
            if plan is None or not self._time_left():
                return
            row += 1
            new = tidied(plan.rebuilt(self.problem.tree))
            late = bool(self.shown) and any(part.row.fallback for part in plan.parts.values())
            if late or not self.far.keeps(new):
                continue
            text = unparse(new)
            if self.shown and len(text) > max(READABLE, GROWTH * len(self.written.text)):
                continue
            inside = _defined(self.problem.tree, shapes)
            # Where the domain has a border, the first look is at what lies beyond it, too: the other one is shorter.
            found = self._checked(text, self.effort.one_check if inside else None)
            if inside and _open(found):
                found = self._checked(text, beside=inside)
            if _open(found) and len(text) <= max(LONGEST, GROWTH * len(self.written.text)):
                found = by_composition(self.problem.tree, plan, self.analysis, self.facts)
            if found is None:
                continue
            if self._replaces(found, plan):
                self.shown.append(of_plan(plan, self.problem, self.analysis, found, self.facts, text))
            elif found.verdict is Verdict.NOT_DIFFERENTIABLE:
                wider = with_hidden(shapes, self.problem, self.facts)
                # Smoothing the outer part laid an inner kink bare: the same row again, with that part too.
                row -= len(wider) > len(shapes)
                shapes = wider

    def losses(self, shapes: dict[Node, Shape]) -> None:
        """Offer the losses that people use in the place of this one, where one part is all there is."""
        shape = shapes.get(self.problem.tree)
        if shape is None or len(shapes) > 1 or shape.offset is not None or self.facts.sign(shape.factor) <= 0:
            return
        for row in whole_rows(shape.target):
            plan = Plan(
                {self.problem.tree: Replacement(shape, row)}, self.parameter, frozenset(self.problem.wrt)
            )
            text = unparse(tidied(plan.rebuilt(self.problem.tree)))
            found = self._checked(text) if self._time_left() else None
            if found is not None and self._replaces(found, plan):
                self.shown.append(of_plan(plan, self.problem, self.analysis, found, self.facts, text))

    def patches(self) -> None:
        """Add corrections to the whole."""
        patch = patches(self.written, self.analysis)
        if patch is None or (self.shown and patch.overflows(frozenset(self.problem.wrt))):
            return
        until = time.thread_time() + (self.effort.one_check if self.shown else self.effort.last)
        for form in FORMS:
            left = until - time.thread_time()
            unpriced = not any(s.error for s in self.shown)
            if left <= 0 or not (self._time_left() or unpriced):
                return
            new = patch.rebuilt(self.written.tree, form, self.parameter)
            if not self.far.keeps(new):
                continue
            text = unparse(new)
            found = self._checked(text, left)
            if found is not None and _better(found, self.analysis) and _ends(found) <= _ends(self.analysis):
                self.shown.append(
                    of_patch(patch, form, self.written, found, self.facts, text, self.parameter)
                )

    def endings(self, shapes: dict[Node, Shape]) -> None:
        """Carry the function across the edges of its domain and its poles, other parts that fail smoothed with them.

        At an edge the new expression is judged on the closed domain: what is under a root is no less than 0.  In a
        branch that is not always taken nothing of the kind is known.
        """
        rest = tuple(f for f in self.analysis.findings if f.kind not in (Kind.POLE, Kind.EDGE))
        failing = any(f.severity is Severity.ERROR for f in rest)
        others = (
            responsible(self.written, replace(self.analysis, findings=rest), self.facts) if failing else {}
        )
        if not shapes or (failing and not others):
            return
        shapes = {**others, **shapes}
        closed = _defined(self.written.tree, shapes)
        for row in range(self.effort.rows):
            plan = _plan(shapes, row, self.written, self.parameter)
            if plan is None or not self._time_left():
                return
            new = tidied(plan.rebuilt(self.written.tree))
            if not self.far.keeps(new):
                continue
            text = unparse(new)
            found = self._checked(text, beside=closed)
            if found is None or not _reaches_farther(found, self.analysis):
                continue
            # What fails on the border itself is seen from both sides of it only: 1/(x*sqrt(x + mu)) at x = 0.
            around = self._checked(text) if closed else found
            if around is not None and not any(f.severity is Severity.ERROR for f in around.findings):
                self.shown.append(of_plan(plan, self.written, self.analysis, found, self.facts, text))

    def _replaces(self, found: Analysis, plan: Plan) -> bool:
        """Whether ``found`` is better, and its domain ends at the same places or is proved to be no smaller."""
        return _better(found, self.analysis) and (
            _ends(found) <= _ends(self.analysis) or keeps_domain(self.problem.tree, plan, self.facts)
        )

    def _time_left(self) -> bool:
        used = time.thread_time() - self.start
        return used <= (self.effort.seconds if self.shown else self.effort.patient)

    def _checked(
        self, text: str, seconds: float | None = None, beside: tuple[Node, ...] = ()
    ) -> Analysis | None:
        """Ask the analyzer about ``text`` for every positive parameter; None when it gives up.

        beside: more conditions on the domain.
        """
        if len(text) > LONGEST:
            return None
        problem, parameter = self.problem, self.parameter
        question = replace(
            problem,
            text=text,
            tree=parse(text),
            constants=(*problem.constants, parameter),
            where=(*problem.where, Node("gt", (name(parameter), number(0))), *beside),
            where_text=", ".join(filter(None, (problem.where_text, f"{parameter} > 0"))),
        )
        try:
            with within(seconds or (self.effort.one_check if self.shown else self.effort.patient_check)):
                return self.judge(question)
        except DiffcheckError:
            return None


def _analyzer() -> Analyze:
    # Imported when needed: it brings SymPy and the solvers along.
    from diffcheck.analyze import analyze

    judge: Analyze = analyze
    return judge


def _fresh(problem: Problem) -> str:
    taken = {*problem.wrt, *problem.constants}
    many = (f"mu_{i}" for i in range(len(taken) + 1))
    return next(p for p in (*PARAMETERS, *many) if p not in taken)


def _plan(shapes: dict[Node, Shape], index: int, problem: Problem, parameter: str) -> Plan | None:
    """Take every target's row number ``index``, or its last; None when no target has that many."""
    shapes = reached(problem.tree, shapes)
    needs = needed_sides(problem.tree, shapes)
    rows = {node: _ordered(shape, needs.get(node)) for node, shape in shapes.items()}
    if any(part in shapes for node in shapes for a in node.args for part in a.walk()):
        # Branches inside branches are neither readable nor cheap to check: only where the domain asks for them.
        for node, found in rows.items():
            if found[0].smoothness == CINF or node not in needs:
                rows[node] = [r for r in found if r.smoothness == CINF] or found
    if index >= max(len(found) for found in rows.values()):
        return None
    chosen = {
        node: Replacement(shape, rows[node][min(index, len(rows[node]) - 1)])
        for node, shape in shapes.items()
    }
    return Plan(chosen, parameter, frozenset(problem.wrt))


def _ordered(shape: Shape, need: Need | None) -> list[Smoothing]:
    """Return the rows best first; those that keep to the needed side before the others."""
    found = list(rows_for(shape.target))
    if need is None:
        return found
    end = 0 if need.side * (1 if min(shape.factor.values()) > 0 else -1) > 0 else 1
    signed = need.factor and any(row.positive for row in found)
    return sorted(
        found,
        key=lambda row: (row.error is None or row.error[end] != "0", signed and not row.positive),
    )


def _defined(tree: Node, shapes: dict[Node, Shape]) -> tuple[Node, ...]:
    """Return what holds wherever ``tree`` has a value, because the parts that are always evaluated have one."""
    found: dict[Node, None] = {}
    stack = [tree]
    while stack:
        node = stack.pop()
        stack += node.args[:1] if node.op == "where" else node.args
        shape = shapes.get(node)
        if shape is not None:
            closed = [filled(text, "", shape.bindings) for text in TARGETS[shape.target].closed]
            found.update((Node("ge", (part, number(0))), None) for part in closed)
    return tuple(found)


def _open(found: Analysis | None) -> bool:
    return found is None or found.verdict is Verdict.UNDETERMINED


def _reaches_farther(new: Analysis, old: Analysis) -> bool:
    """Whether ``new`` is as smooth as ``old`` was inside its domain, and neither ends nor fails anywhere."""
    if new.verdict is not Verdict.DIFFERENTIABLE or new.smoothness is None:
        return False
    kinds = {f.kind for f in new.findings}
    before = {f.kind for f in old.findings}
    smooth = Kind.POLE in before or (old.smoothness is not None and new.smoothness >= old.smoothness)
    return smooth and not kinds & _DOMAIN and not any(f.severity is Severity.ERROR for f in new.findings)


def _better(new: Analysis, old: Analysis) -> bool:
    """Whether ``new`` is decided, differentiable and smoother than ``old``."""
    if new.verdict is not Verdict.DIFFERENTIABLE or new.smoothness is None:
        return False
    if old.smoothness is not None and not old.smoothness < new.smoothness:
        return False
    return not any(f.severity is Severity.ERROR for f in new.findings)


def _ends(analysis: Analysis) -> set[tuple[Kind, str]]:
    return {(f.kind, f.at) for f in analysis.findings if f.kind in _DOMAIN}
