r"""A report as a LaTeX fragment to put into a paper: verdict, class, the places as formulas, what to use instead.

It needs amsmath and nothing else.  What is no formula of the expression language is set upright as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from diffcheck.emit.latex import formula
from diffcheck.errors import DiffcheckError
from diffcheck.language.parse import parse
from diffcheck.language.reductions import LETTERS
from diffcheck.language.tree import Node
from diffcheck.rules import RULES
from diffcheck.verdict import Case, Finding, Kind, Report, Smoothness, Surrogate, Verdict

__all__ = ["render"]

_VERDICTS = {
    Verdict.DIFFERENTIABLE: "Differentiable",
    Verdict.NOT_DIFFERENTIABLE: "Not differentiable",
    Verdict.CONDITIONAL: "It depends on {depends} whether this is differentiable",
    Verdict.UNDETERMINED: "Undetermined",
}
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "`": "'",
}  # fmt: skip


def render(report: Report, *, width: int = 80, color: bool = False) -> str:
    """Return the fragment; ``width`` and ``color`` do not matter."""
    return "\n".join(_Page(report).lines())


class _Page:
    """One report, and the names that its formulas share."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.names = [
            *report.wrt,
            *report.constants,
            *(s.parameter for s in report.surrogates if s.parameter),
        ]

    def lines(self) -> Iterator[str]:
        from diffcheck import __version__

        report = self.report
        yield f"% {_plain(report.expression)}: checked by diffcheck {__version__}."
        yield from (f"% {_plain(note)}" for note in report.notes)
        yield r"\["
        yield f"  {self.left('ell')} = {self.expression(report.expression)}"
        yield r"\]"
        yield self.verdict()
        if report.cases:
            yield from _listed(map(self.case, report.cases))
        if report.findings:
            yield from _listed(map(self.finding, report.findings))
        if report.surrogates:
            named = dict.fromkeys(s.parameter for s in report.surrogates if s.parameter)
            every = ", ".join(f"${self.expression(p)} > 0$" for p in named)
            yield f"Smooth functions to use instead{f', for every {every}' if every else ''}:"
            yield from _listed(map(self.surrogate, report.surrogates))

    def left(self, name: str, parameter: str = "") -> str:
        below = f"_{{{self.expression(parameter)}}}" if parameter else ""
        arguments = ", ".join(self.expression(n) for n in (*self.report.wrt, *self.report.constants))
        return f"{'' if len(name) == 1 else chr(92)}{name}{below}" + (f"({arguments})" if arguments else "")

    def verdict(self) -> str:
        report = self.report
        said = _VERDICTS[report.verdict].format(depends=_tex(report.depends))
        if report.wrt:
            said += f" in ${', '.join(map(self.expression, report.wrt))}$"
        if report.where:
            said += f", where {self.condition(report.where)}"
        if report.verdict is Verdict.CONDITIONAL and report.smoothness is None:
            return f"{said}."
        if report.smoothness is None:
            return f"{said}: {_tex(report.reason or 'no reason known')}."
        worst = "at worst class" if report.verdict is Verdict.CONDITIONAL else "class"
        everywhere = report.verdict is Verdict.NOT_DIFFERENTIABLE and report.almost_everywhere
        rest = ", differentiable almost everywhere" if everywhere else ""
        return f"{said}: {worst} {_class(report.smoothness)}{rest}."

    def case(self, case: Case) -> str:
        grade = "" if case.smoothness is None else f", class {_class(case.smoothness)}"
        return f"when {self.condition(case.condition)}: {_lower(_VERDICTS[case.verdict])}{grade}"

    def finding(self, finding: Finding) -> str:
        place = self.condition(finding.at)
        said = rf"\textbf{{{_tex(str(finding.kind).replace('_', ' '))}}} where {place}: {RULES[finding.kind].title}"
        if finding.left is not None and finding.right is not None and finding.kind is not Kind.FLAT:
            said += f", ${self.expression(finding.left)}$ below, ${self.expression(finding.right)}$ above"
        if finding.condition:
            said += f", when {self.condition(finding.condition)}"
        return said + (" (proved)" if finding.proof in ("exact", "ball") else "")

    def surrogate(self, s: Surrogate) -> str:
        parts = [f"class {_class(s.smoothness)}"]
        mine = f"s_{{{self.expression(s.parameter)}}}" if s.parameter else "s"
        if s.error is not None:
            low, high = (self.expression(end) for end in s.error)
            parts.append(rf"${low} \le {mine} - \ell \le {high}$")
        if s.lipschitz_gradient is not None:
            parts.append(f"gradient Lipschitz with constant ${self.expression(s.lipschitz_gradient)}$")
        if s.convex:
            parts.append("convex")
        shown = f"{self.left('s', s.parameter)} = {self.expression(s.expression)}"
        return f"{_tex(s.name)}, {', '.join(parts)}:\n    \\[ {shown} \\]"

    # --- formulas

    def expression(self, text: str) -> str:
        """Return an expression of the language as LaTeX; what is none is set upright."""
        tree = _tree(text)
        if tree is None:
            return _upright(text)
        # Limits are written with oo, which is no name there.
        return formula(tree, self.names).replace(r"\mathrm{oo}", r"\infty")

    def condition(self, text: str) -> str:
        r"""Return a place or a condition, its parts formulas between words: $x = k \pi$ for integer $k$."""
        words = r"( for integer |,? for some | for every other | for every |, some |, | and | or )"
        pieces = re.split(words, text)
        shown = [piece if i % 2 else self.relation(piece) for i, piece in enumerate(pieces)]
        return "".join(shown)

    def relation(self, text: str) -> str:
        sides = re.split(r" (<=|>=|!=|==|=|<|>) ", text)
        signs = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "==": "="}
        if len(sides) == 1:
            return f"${text}$" if text in {*LETTERS} else _tex(text)  # an index; everywhere
        trees = [_tree(side) for side in sides[::2]]
        if any(tree is None for tree in trees):
            return rf"\texttt{{{_tex(text)}}}"
        parts = [signs.get(p, p) if i % 2 else self.expression(p) for i, p in enumerate(sides)]
        return f"${' '.join(parts)}$"


def _tree(text: str) -> Node | None:
    try:
        return parse(text)
    except DiffcheckError:
        return None


def _class(smoothness: Smoothness) -> str:
    text = str(smoothness)
    if text[:1] == "C":
        return rf"$C^{{{text[1:].replace('inf', chr(92) + 'infty')}}}$"
    return rf"$D^{{{text[1:]}}}$" if text == "D1" else text


def _upright(text: str) -> str:
    return rf"\text{{{_tex(text)}}}"


def _listed(items: Iterator[str] | Sequence[str]) -> Iterator[str]:
    yield r"\begin{itemize}"
    yield from (rf"  \item {item}" for item in items)
    yield r"\end{itemize}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in _plain(text))
