"""Node by node: the graph, the chain rule, where the gradient does not pass, and what becomes of it."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from losses import LOSSES
from questions import question

from diffcheck.algebra.lower import parameters, to_sympy
from diffcheck.atoms import ATOMS
from diffcheck.backprop.autograd import run
from diffcheck.backprop.gradient import derivative
from diffcheck.backprop.graph import adjoints, graph, written_out
from diffcheck.backprop.nodes import tape
from diffcheck.backprop.passing import Passage
from diffcheck.check import check
from diffcheck.language.numeric import evaluate
from diffcheck.language.parse import parse
from diffcheck.language.tree import Node, name, number
from diffcheck.language.unparse import unparse
from diffcheck.problem import Problem
from diffcheck.question.variables import make_problem
from diffcheck.report.json import schema_text, to_object
from diffcheck.report.layout import cells
from diffcheck.report.nodes import table
from diffcheck.tape import Fate, Flow
from diffcheck.verdict import Report, Severity, Verdict

CORPUS = [
    json.loads(line)
    for path in sorted((Path(__file__).parent / "corpus").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


@cache
def report(text: str, wrt: str = "", where: str = "") -> Report:
    """Return the report with nodes."""
    return check(text, wrt or None, where, certify=False, nodes=True)


def steps(text: str, wrt: str = "x") -> dict[str, str]:
    """Return name -> operation."""
    return {s.name: unparse(s.local) for s in graph(parse(text), wrt.split(",")).steps}


# --- the graph


def test_equal_parts_are_one_node() -> None:
    """As on an autograd tape: y - f is computed once."""
    assert steps("abs(y - f) + (y - f)**2", "f") == {
        "n1": "y - f",
        "n2": "abs(n1)",
        "n3": "n1**2",
        "n4": "n2 + n3",
    }


def test_conditions_and_constant_parts_are_no_nodes() -> None:
    """No gradient passes a comparison, and 1/2 is a number; what is compared is a node."""
    assert steps("where(x**2 > 1/2, x, 3)") == {"n1": "x**2", "n2": "where(n1 > 1/2, x, 3)"}


def test_nodes_have_names_that_the_expression_has_not() -> None:
    """An expression in n1 and a2 gets other letters."""
    found = graph(parse("abs(n1) + a2"), ["n1"])
    assert [s.name for s in found.steps] == ["nn1", "nn2"]
    assert {label for _, label, _ in adjoints(found)} == {"aa1", "aa2", ""}


@pytest.mark.parametrize("case", CORPUS[::7], ids=lambda case: case["id"])
def test_nodes_come_after_their_inputs(case) -> None:
    """The order is topological, every operation stands once, and the last is the whole."""
    tree = parse(case["expr"])
    known = set(tree.names())
    seen: set[Node] = set()
    for step in graph(tree, case["wrt"]).steps:
        assert set(step.inputs) <= known
        assert step.local not in seen
        known.add(step.name)
        seen.add(step.local)


# --- the chain rule


def _values(tree: Node, point: dict[str, Fraction]) -> object:
    return evaluate(tree, point, 60).value


POINTS = st.lists(st.fractions(-3, 3, max_denominator=97), min_size=8, max_size=8)


@pytest.mark.parametrize("part", range(6))
@settings(deadline=None, max_examples=15)
@given(values=POINTS)
def test_the_chain_rule_gives_the_symbolic_gradient(part: int, values: list[Fraction]) -> None:
    """At random points of both corpora, at 60 digits, wherever the symbolic gradient has a value."""
    for case in CORPUS[part::60]:
        tree = parse(case["expr"])
        found = graph(tree, case["wrt"])
        point = dict(zip(tree.names(), values, strict=False))
        for of, label, adjoint in adjoints(found):
            if not label:
                expected = _values(derivative(tree, of), point)
                got = _values(written_out(found, adjoint), point)
                if expected is not None:
                    assert got is not None, case["expr"]
                    with mpmath.workdps(60):
                        assert abs(_real(got) - _real(expected)) <= 1e-40 * (1 + abs(_real(expected)))


def _real(value: object) -> object:
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("(y - f)**2 + (y - f)**4", "f"),
        ("log(1 + exp(-y*f))", "f"),
        ("x*y/(1 + x**2) + sin(x*y)", "x,y"),
        ("-(y*log(p) + (1 - y)*log(1 - p))", "p"),
        ("exp(x)/(exp(x) + exp(y))", "x,y"),
    ],
)
def test_the_chain_rule_gives_the_symbolic_gradient_as_an_identity(text: str, wrt: str) -> None:
    """SymPy finds no difference."""
    found = graph(parse(text), wrt.split(","))
    for of, label, adjoint in adjoints(found):
        if not label:
            difference = to_sympy(written_out(found, adjoint)) - to_sympy(derivative(parse(text), of))
            assert sp.simplify(difference) == 0


def test_the_adjoints_of_a_loss() -> None:
    """Each is the sum over the users of a node of their adjoint times their derivative."""
    found = graph(parse("abs(y - f)**2 + (y - f)"), ["f"])
    assert [(of, label, unparse(a)) for of, label, a in adjoints(found)] == [
        ("n4", "a4", "1"),
        ("n3", "a3", "1"),
        ("n2", "a2", "2*n2"),
        ("n1", "a1", "a2*sign(n1) + 1"),
        ("f", "", "-a1"),
    ]


def test_a_branch_not_taken_sends_nothing_back() -> None:
    """1/(2*sqrt(x)) is undefined at -1, and the derivative of the choice is 0 there."""
    found = graph(parse("where(x > 0, sqrt(x), 0)"), ["x"])
    (adjoint,) = (a for of, label, a in adjoints(found) if not label)
    assert _values(written_out(found, adjoint), {"x": Fraction(-1)}) == 0


# --- what each node does


STORIES = [
    ("abs(y - f)", "n2", {"n1": "passes", "n2": "blocked spoils"}),
    ("abs(x)**2", None, {"n1": "blocked repaired n2", "n2": "passes"}),
    ("relu(x) - relu(-x)", None, {"n1": "blocked repaired n4", "n3": "blocked repaired n4"}),
    ("abs(x)**2 + relu(x)", "n3", {"n1": "blocked repaired n2", "n3": "blocked spoils", "n4": "passes"}),
    ("relu(x**2)", None, {"n2": "blocked harmless"}),
    ("relu(x**2 + 1)", None, {"n3": "passes"}),
    ("sqrt(x**2)", "n2", {"n2": "unbounded spoils"}),
    ("log(x)", None, {"n1": "unbounded edge"}),
    ("log(1 + exp(x))", None, {"n3": "passes"}),
    ("1/x", "n1", {"n1": "unbounded spoils"}),
    ("floor(x)", "n1", {"n1": "blocked spoils"}),
    ("clip(x**2 + 2, 0, 1)", None, {"n3": "dead"}),
    ("where(x > 1, log(x), 0)", "n2", {"n1": "unbounded repaired n2", "n2": "blocked spoils"}),
    ("max(relu(x), relu(y))", "n1", {"n1": "blocked spoils repaired n3"}),
    ("norm(u, v)**2", None, {"n1": "blocked repaired n2"}),
    ("norm(u, v)", "n1", {"n1": "blocked spoils"}),
    ("where(x == 0, 1, sin(x)/x)", None, {"n2": "unbounded repaired n3", "n3": "blocked harmless"}),
    ("x**2", None, {"n1": "passes"}),
    ("x", None, {}),
]


@pytest.mark.parametrize(("text", "spoiler", "told"), STORIES, ids=[s[0] for s in STORIES])
def test_where_the_gradient_stops_and_what_becomes_of_it(text, spoiler, told) -> None:
    """The flow of a node, the fate of the places at which it fails, who repairs them, who spoils the whole."""
    found = report(text, "x,y" if "relu(y)" in text else "").tape
    assert found is not None
    assert found.spoiler == spoiler
    have = {}
    for node in found.nodes:
        fates = {str(p.fate): " ".join((str(p.fate), *p.by)) for p in node.places}
        have[node.name] = " ".join(
            [str(node.flow), *(text for _, text in sorted(fates.items(), reverse=True))]
        )
    assert {n: have[n] for n in told} == told


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("relu(x)", ["x < 0"]),
        ("clip(x, -1, 1)", ["x < -1", "x > 1"]),
        ("sign(x)", ["everywhere"]),
        ("floor(x)", ["everywhere"]),
        ("where(x > 0, 1, 2)", ["everywhere"]),
        ("max(x, y)", ["x < y"]),
        ("abs(x)", []),
        ("x*y", []),
        ("0*x", ["everywhere"]),
    ],
)
def test_where_a_node_is_dead(text: str, regions: list[str]) -> None:
    """The open sets on which every local derivative is zero."""
    found = report(text, "x").tape
    assert found is not None
    assert [o.at for o in found.nodes[-1].obstacles if o.flow is Flow.DEAD] == regions


def test_a_dead_region_that_is_never_met_does_not_count() -> None:
    """relu of a square is never left of zero."""
    found = report("relu(x**2 + 1)").tape
    assert found is not None
    assert [(o.flow, o.met) for o in found.nodes[-1].obstacles] == [(Flow.BLOCKED, False), (Flow.DEAD, False)]


def test_a_node_has_the_class_of_its_atom() -> None:
    """As a function of its inputs, by the analyzer."""
    found = report("abs(floor(x)) + relu(x)*x + x**2/x").tape
    assert found is not None
    assert {n.op: n.smoothness for n in found.nodes} == {
        "floor": "discontinuous",
        "abs": "C0",
        "relu": "C0",
        "mul": "Cinf",
        "add": "Cinf",
        "pow": "Cinf",
        "div": "singular",
    }


def test_what_does_not_depend_on_a_variable_has_no_derivative() -> None:
    """Nodes of constants are listed, and no gradient is asked of them."""
    found = report("abs(y**2)*x", "x").tape
    assert found is not None
    assert [(n.depends, dict(n.derivatives), n.smoothness) for n in found.nodes[:2]] == [
        (False, {}, None)
    ] * 2


@pytest.mark.parametrize("case", CORPUS[::9], ids=lambda case: case["id"])
def test_the_first_node_that_spoils_agrees_with_the_findings(case) -> None:
    """There is one exactly when something breaks: the part a finding points at, or inside it or its choice."""
    problem = question(case["expr"], case["wrt"], case["where"])
    found = check(case["expr"], case["wrt"], case["where"], certify=False, nodes=True)
    if found.verdict is Verdict.UNDETERMINED or found.smoothness is None:
        return
    assert found.tape is not None
    broken = [f for f in found.findings if f.severity is Severity.ERROR and not f.level.differentiable]
    assert (found.tape.spoiler is not None) == bool(broken)
    if not broken:
        return
    (spoiler,) = (n for n in found.tape.nodes if n.name == found.tape.spoiler)
    around = [
        min((n.span for n in found.tape.nodes if _holds(n.span, span)), key=lambda s: s[1] - s[0])
        for f in broken
        for span in _occurrences(f.source, problem.text)  # equal parts are one node
    ]
    assert any(_holds(span, spoiler.span) for span in around), (spoiler.text, problem.text)


def _occurrences(source: str, text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(re.escape(source), text)]


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


@pytest.mark.parametrize("key", LOSSES)
def test_a_place_is_where_it_says(key: str) -> None:
    """At its witness the inputs of the node are where one of its obstacles is, or undefined; repairers repair."""
    text, wrt, where = LOSSES[key]
    problem = question(text, wrt, where)
    found = report(text, wrt, where).tape
    assert found is not None
    passage = Passage(problem, graph(problem.tree, problem.wrt))
    for node in found.nodes:
        step = passage.steps[node.name]
        for place in node.places:
            undefined = None in passage.values_at(place.witness, step.inputs).values()
            at = (passage.is_at(o.at, place.witness, step) for o in node.obstacles if o.kind)
            assert undefined or any(at)
            assert (place.fate is Fate.REPAIRED) >= bool(place.by)


def test_an_unknown_function_is_conditional() -> None:
    """A node without a row has a derivative by name, no class, and is followed no further."""
    tree = Node("pow", (Node("sub", (name("y"), Node("apply", (name("x"),), "F"))), number(2)))
    problem = Problem("(y - F(x))**2", tree, ("x",), ("y",))
    found = tape(problem, Report(problem.text, ("x",), ("y",), "", Verdict.UNDETERMINED, None, reason="F"))
    first = found.nodes[0]
    assert (first.text, first.flow, first.smoothness) == ("F(x)", Flow.CONDITIONAL, None)
    assert dict(first.derivatives) == {"x": "dF/dx"}
    assert [a.text for a in found.adjoints] == ["1", "2*n2", "-a2", "a1*dF/dx"]


# --- what automatic differentiation returns


def returned(text: str, wrt: str = "", **point: float) -> dict[str, float]:
    """Return the gradient that torch's rules give at a point."""
    problem = make_problem(text, wrt or None)
    return dict(run(graph(problem.tree, problem.wrt), point).gradient)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("relu(x)", 0, 0),
        ("abs(x)", 0, 0),
        ("sqrt(x)", 0, math.inf),
        ("sqrt(x**2)", 0, math.nan),
        ("clip(x, -1, 1)", 1, 1),
        ("max(x, 0)", 0, 0.5),
        ("where(x > 0, sqrt(x), 0)", 0, math.nan),
        ("where(x > 0, sqrt(x), 0)", -1, math.nan),
        ("where(x > 0, log(x), 0)", -1, 0),
        ("where(x > 0, sqrt(where(x > 0, x, 1)), 0)", -1, 0),
        ("sqrt(relu(x))", -1, 0),
        ("relu(x) - relu(-x)", 0, 0),
        ("x**0", 0, 0),
        ("norm(x, x)", 0, 0),
        ("floor(x)*x", 2, 2),
    ],
)
def test_autograd_returns_what_torch_does(text: str, x: float, expected: float) -> None:
    """Choices at corners, masks, infinities and 0*inf, as torch 2.14 returns them."""
    np.testing.assert_equal(returned(text, "x", x=float(x))["x"], expected)


def test_the_branch_not_taken_poisons_the_gradient() -> None:
    """The derivative is 0 left of zero and autograd returns nan; the root is named."""
    found = report("where(x > 0, sqrt(x), 0)").tape
    assert found is not None
    (trap,) = (r for r in found.returned if r.wrong)
    assert float(trap.at["x"]) < 0
    assert (trap.true["x"], trap.poisoned) == (0.0, "n1")
    assert math.isnan(trap.gradient["x"])


def test_a_wrong_finite_gradient_is_told() -> None:
    """relu(x) - relu(-x) is x, and autograd returns 0 at 0."""
    found = report("relu(x) - relu(-x)").tape
    assert found is not None
    (at,) = found.returned
    assert (dict(at.at), at.gradient["x"], at.true["x"], at.wrong) == ({"x": "0"}, 0.0, 1.0, True)


CALLED = [
    row for row in ATOMS.values() if row.syntax in ("call", "operator") and row.name not in ("where", "round")
]


@pytest.mark.parametrize("row", CALLED, ids=lambda row: row.name)
def test_off_the_gaps_autograd_returns_the_derivative(row) -> None:
    """What a row sends back is its derivative where it has one: a new row is tested unasked."""
    names = parameters(row.name, 3 if row.variadic else len(row.params))
    tree = Node(row.name, tuple(map(name, names)))
    point = dict(zip(names, (1.37, 0.61, 2.23), strict=False))
    if row.name in ("asin", "acos", "atanh"):
        point = {"u": 0.37}
    got = run(graph(tree, names), point)
    exact = {n: Fraction(v) for n, v in point.items()}
    assert got.value == pytest.approx(float(evaluate(tree, exact, 30).value))
    for n in names:
        assert got.gradient[n] == pytest.approx(float(evaluate(derivative(tree, n), exact, 30).value))


# --- what is printed


LONG = "(" + " + ".join(f"v{i}*relu(w{i}*x + b{i})" for i in range(12)) + " - y)**2"


@pytest.mark.parametrize("text", [*(s[0] for s in STORIES), LONG, "where(a > 0, b, 1)*x"])
def test_no_line_is_wider_than_the_terminal(text: str) -> None:
    """At 80 columns and at 40, also with 60 nodes; every node has its line."""
    found = report(text)
    assert found.tape is not None
    for width in (80, 40):
        lines = table(found, width=width).splitlines()
        assert max(map(cells, lines)) <= width
        for node in found.tape.nodes:
            assert any(line.startswith(f"{node.name} = ") for line in lines)


def test_the_table_says_it_in_words() -> None:
    """The whole table of the absolute error."""
    assert table(report("abs(y - f)")) == ABSOLUTE


ABSOLUTE = """\
node          local derivative                                   class  gradient
n1 = y - f    d/df = -1                                          Cinf   passes
n2 = abs(n1)  d/dn1 = sign(n1)                                   C0     blocked
     corner where n1 = 0, met where f = y: spoils the whole

first node that spoils the whole: n2 = abs(n1)

chain rule, last node first: a1 is the derivative of the result in n1
  a2   = 1
  a1   = sign(n1)
  d/df = -a1
       = sign(f - y)

autograd, by torch's rules in float64 (computed, not proved)
  at f = 1/3, y = 1/3: 0, where there is no derivative"""


def test_a_report_without_nodes_says_so() -> None:
    """The time limit ended before they were done."""
    assert "not finished" in table(check("x**2"))


SCHEMA = json.loads(schema_text())


@pytest.mark.parametrize("text", [*(s[0] for s in STORIES), "where(x > 0, sqrt(x), 0)"])
def test_the_json_object_is_valid(text: str) -> None:
    """By the shipped schema, and strict JSON: an infinity of autograd is text."""
    line = json.dumps(to_object(report(text)), allow_nan=False)
    Draft202012Validator(SCHEMA).validate(json.loads(line))


def test_the_key_is_there_only_when_asked_for() -> None:
    """Programs that know the documented object see no other."""
    assert "nodes" not in to_object(check("abs(x)"))
    assert to_object(report("abs(x)"))["nodes"]["spoiler"] == "n1"


def test_the_names_of_the_schema_are_those_of_the_code() -> None:
    """Flows and fates."""
    node = SCHEMA["$defs"]["node"]["properties"]
    assert SCHEMA["$defs"]["flow"]["enum"] == [str(f) for f in Flow]
    assert node["places"]["items"]["properties"]["fate"]["enum"] == [str(f) for f in Fate]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "diffcheck", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_prints_the_nodes_below_the_report() -> None:
    """--nodes adds to the report, and changes neither the verdict nor the exit status."""
    done = _run("abs(y - f)", "--nodes")
    assert done.stdout.startswith("not differentiable")
    assert done.stdout.rstrip("\n").endswith(ABSOLUTE)
    assert done.returncode == 1
    data = json.loads(_run("abs(y - f)", "--nodes", "--json").stdout)
    assert [n["gradient"] for n in data["nodes"]["tape"]] == ["passes", "blocked"]
