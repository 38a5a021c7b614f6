"""The nodes of an expression for people: what each does to the gradient, the chain rule, what autograd returns.

One line a node where nothing is wrong with it; what is wrong stands below.  Long parts are cut; JSON has them whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from diffcheck.report.layout import Line, cells, cropped, printed, wrapped
from diffcheck.report.terminal import styled
from diffcheck.tape import Adjoint, Fate, Flow, Obstacle, Returned, Tape, TapeNode
from diffcheck.verdict import Report, Verdict

__all__ = ["table"]

STYLES = {
    Flow.PASSES: "green",
    Flow.DEAD: "yellow",
    Flow.CONDITIONAL: "yellow",
    Flow.BLOCKED: "red",
    Flow.UNBOUNDED: "red",
}
HEADS = ("node", "local derivative", "class", "gradient")
# Shares of the width for node and derivative, what the other two leave.
NODE_SHARE = 0.48
NODE_LEAST = 9
# Lines of one adjoint or remark.
MAX_LINES = 4
# Of a gradient with more entries, those that are as they should be are not listed.
MAX_ENTRIES = 3


def table(report: Report, *, width: int = 80, color: bool = False) -> str:
    """Return the nodes as lines of at most ``width`` cells."""
    width = max(width, 40)
    if report.tape is None:
        return "nodes: not finished within the time limit (--timeout sets it)"
    lines = [*_nodes(report.tape, width), [], *_spoiler(report, report.tape, width)]
    lines += [[], *_chain(report, report.tape, width)]
    if report.tape.returned:
        lines += [[], *_autograd(report.tape.returned, width)]
    return printed(lines, width, color)


# --- the nodes


def _nodes(tape: Tape, width: int) -> Iterator[Line]:
    if not tape.nodes:
        yield [("nodes", "bold"), (f": none, `{cropped(tape.result, width - 20)}` is no operation", "")]
        return
    grades = [_grade(node) for node in tape.nodes]
    last = max(cells(HEADS[3]), *(cells(_flow(node)) for node in tape.nodes))
    third = max(cells(HEADS[2]), *map(cells, grades))
    room = width - third - last - 6
    left = [f"{node.name} = {node.text}" for node in tape.nodes]
    # Each gets what the other does not need, and at least its share.
    wanted = max(cells(_slope(n, d)) for node in tape.nodes for n, d in [*node.derivatives.items(), ("", "")])
    first = min(max(map(cells, [*left, HEADS[0]])), max(int(room * NODE_SHARE), room - wanted, NODE_LEAST))
    second = room - first
    columns = (first, second, third)
    yield [(_row(HEADS[:3], columns) + HEADS[3], "bold")]
    for node, text, grade in zip(tape.nodes, left, grades, strict=True):
        slopes = _gathered([_slope(n, d) for n, d in node.derivatives.items()], second)
        style = STYLES[node.flow] if node.depends else "dim"
        yield [(_row((text, slopes[0], grade), columns), ""), (_flow(node), style)]
        for slope in slopes[1:MAX_LINES]:
            yield [(_row(("", slope, ""), columns).rstrip(), "")]
        if len(slopes) > MAX_LINES:
            yield [(" " * (first + 2) + f"... {len(slopes) - MAX_LINES} more lines", "")]
        for remark in _remarks(node):
            for line in _shortened(remark, width, 5):
                yield [(line, style)]


def _row(texts: Sequence[str], columns: Sequence[int]) -> str:
    cut = (cropped(text, size) if text else "" for text, size in zip(texts, columns, strict=True))
    return "".join(text + " " * (size - cells(text) + 2) for text, size in zip(cut, columns, strict=True))


def _gathered(slopes: Sequence[str], width: int) -> list[str]:
    """Return the slopes, as many on a line as it holds."""
    lines = [""]
    for slope in slopes:
        joined = f"{lines[-1]}, {slope}" if lines[-1] else slope
        if cells(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(slope)
    return lines[1:] if len(lines) > 1 and not lines[0] else lines


def _slope(input: str, derivative: str) -> str:
    return f"d/d{input} = {derivative}"


def _grade(node: TapeNode) -> str:
    return node.smoothness or ("?" if node.depends else "")


def _flow(node: TapeNode) -> str:
    return str(node.flow) if node.depends else "constant"


def _remarks(node: TapeNode) -> Iterator[str]:
    """Yield what is to be said on a node that does not simply let the gradient pass."""
    steep = [o for o in node.obstacles if o.flow is not Flow.DEAD]
    met = [o for o in steep if o.met] or [o for o in steep if o.met is None]
    if met:
        yield _listed([f"{o.kind} where {o.at}" for o in met]) + _met(node, met)
    elif steep:
        yield _listed([f"{o.kind} where {o.at}" for o in steep]) + ": never met"
    dead = [o for o in node.obstacles if o.flow is Flow.DEAD and o.met is not False]
    if dead:
        perhaps = "" if all(o.met for o in dead) else ", if that is met"
        places = _listed([o.at for o in dead], " or ")
        yield f"dead {'' if places == 'everywhere' else 'where '}{places}{perhaps}"


def _met(node: TapeNode, obstacles: Sequence[Obstacle]) -> str:
    """Return where obstacles are met and what becomes of them."""
    if not node.places:
        return ": not decided whether it is met"
    local = {o.at for o in obstacles}
    parts = []
    for fate in Fate:
        places = [p for p in node.places if p.fate is fate]
        if places:
            met = [p.at for p in places if p.at not in local]
            by = list(dict.fromkeys(n for p in places for n in p.by))
            parts.append((f"met where {_listed(met, ' or ')}: " if met else "") + _said(fate, by))
    return (", " if parts[0].startswith("met") else ": ") + "; ".join(parts)


def _said(fate: Fate, by: Sequence[str]) -> str:
    match fate:
        case Fate.SPOILS:
            return "spoils the whole"
        case Fate.REPAIRED:
            return f"repaired by {_listed(by)}" if by else "repaired later"
        case Fate.HARMLESS:
            return "harmless, its inputs move together"
        case Fate.EDGE:
            return "the domain ends there"
        case Fate.OPEN:
            return "not decided what becomes of it"


def _listed(texts: Sequence[str], sign: str = ", ") -> str:
    return sign.join(dict.fromkeys(texts))


def _spoiler(report: Report, tape: Tape, width: int) -> Iterator[Line]:
    named = next((n for n in tape.nodes if n.name == tape.spoiler), None)
    if named is not None:
        text, style = f"first node that spoils the whole: {named.name} = {named.text}", "bold red"
    elif report.verdict is Verdict.DIFFERENTIABLE:
        text, style = "no node spoils the whole", "bold green"
    else:
        text, style = "which node spoils the whole is not decided", "bold magenta"
    for line in _shortened(text, width, 0):
        yield [(line, style)]


# --- the chain rule


def _chain(report: Report, tape: Tape, width: int) -> Iterator[Line]:
    labels = [a.name for a in tape.adjoints if a.name]
    meaning = (
        f": {labels[-1]} is the derivative of the result in {_of(tape.adjoints, labels[-1])}"
        if labels
        else ""
    )
    yield from ([(line, "")] for line in _shortened(f"chain rule, last node first{meaning}", width, 0))
    indent = 2 + max([cells(f"d/d{v}") for v in report.wrt] + [cells(n) for n in labels])
    for adjoint in tape.adjoints:
        label = adjoint.name or f"d/d{adjoint.of}"
        yield from _equation(label, adjoint.text, indent, width)
        known = report.gradient.get(adjoint.of)
        if not adjoint.name and known is not None and known != adjoint.text:
            yield from _equation("", known, indent, width)


def _of(adjoints: Sequence[Adjoint], label: str) -> str:
    return next(a.of for a in adjoints if a.name == label)


def _equation(label: str, text: str, indent: int, width: int) -> Iterator[Line]:
    start = f"  {label}".ljust(indent) + " = "
    lines = wrapped(text, width, first=cells(start), rest=cells(start))
    for i, line in enumerate(_cut(lines, width)):
        yield [((start if i == 0 else "") + line, "")]


def _shortened(text: str, width: int, indent: int) -> list[str]:
    first, *rest = wrapped(text, width, first=indent, rest=indent + 2)
    return _cut([" " * indent + first, *rest], width)


def _cut(lines: list[str], width: int) -> list[str]:
    """Return the first lines, the last of them marked if some are left out."""
    if len(lines) <= MAX_LINES:
        return lines
    return [*lines[: MAX_LINES - 1], lines[MAX_LINES - 1][: width - 4] + " ..."]


# --- autograd


def _autograd(returned: Sequence[Returned], width: int) -> Iterator[Line]:
    yield from styled("autograd", "bold", ", by torch's rules in float64 (computed, not proved)", width)
    for at in returned:
        style = "red" if at.wrong else ""
        for line in _shortened(_outcome(at), width, 2):
            yield [(line, style)]


def _outcome(at: Returned) -> str:
    """Return the point, the gradient, and how that compares with the derivative."""
    point = ", ".join(f"{n} = {text}" for n, text in at.at.items())
    poison = f"; {at.poisoned} is the first to send back nan or inf" if at.poisoned else ""
    without = [v for v, true in at.true.items() if true is None]
    amiss = [v for v in at.gradient if v in without or at.is_wrong(v)]
    if not amiss:
        return f"at {point}: {_numbers(at.gradient)}, right"
    listed = list(at.gradient) if len(at.gradient) <= MAX_ENTRIES else amiss
    got = _numbers({v: at.gradient[v] for v in listed})
    if at.wrong:
        wrong = {v: true for v, true in at.true.items() if true is not None and at.is_wrong(v)}
        return f"at {point}: {got}, but the derivative is {_numbers(wrong)}{poison}"
    some = "" if len(without) == len(at.gradient) else f" in {', '.join(without)}"
    return f"at {point}: {got}, where there is no derivative{some}{poison}"


def _numbers(values: Mapping[str, float]) -> str:
    if len(values) == 1:
        return f"{next(iter(values.values())):.6g}"
    return ", ".join(f"d/d{v} = {number:.6g}" for v, number in values.items())
