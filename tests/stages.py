"""Stand-ins for the stages of the pipeline, so that what surrounds them is tested without them.

The text of the expression says what the stand-in does: `abs...` has a corner, `hang` never returns and
never lets go of the interpreter, `die` ends the process, `boom` raises, `open` is undetermined, and `bad(`
cannot be read.
"""

import importlib
import math
import os
import re
import sys
import types

import pytest
from reports import CORNER, PSEUDO_HUBER

from diffcheck.errors import BadOption, SyntaxProblem, Undetermined
from diffcheck.language.tree import name
from diffcheck.problem import Problem
from diffcheck.verdict import C0, CINF, Analysis, Verdict


def make_problem(text, wrt, where, let, **_):
    """Read a text that names its fate; wrt "z" does not occur."""
    if text.startswith("bad("):
        raise SyntaxProblem("`(` is never closed", span=(3, 4), help="add `)`", text=text)
    if text == "deep":
        raise RecursionError
    if wrt and "z" in wrt:
        raise BadOption("`z` does not occur", help="one of x")
    return Problem(text, name("x"), tuple(wrt or ("x",)), (), (), where, guessed=wrt is None)


def analyze(problem, until=math.inf):
    """Answer, or fail in the way that the text asks for."""
    if problem.text == "hang":
        re.match(r"(a+)+$", "a" * 60 + "b")
    if problem.text == "die":
        os._exit(7)
    if problem.text == "boom":
        raise ZeroDivisionError("not\nforeseen")
    if problem.text == "open":
        raise Undetermined("nobody knows")
    if problem.text == "answer-less":
        return Analysis(Verdict.UNDETERMINED, CINF)
    if problem.text.startswith("abs"):
        return Analysis(Verdict.NOT_DIFFERENTIABLE, C0, (CORNER,))
    return Analysis(Verdict.DIFFERENTIABLE, CINF)


def probe(problem, analysis):
    """Leave the analysis as it is, or fail."""
    if "probe-fails" in problem.text:
        raise FloatingPointError
    return analysis


def suggest(problem, analysis):
    """One surrogate for what is not differentiable, or a failure."""
    if "suggest-fails" in problem.text:
        raise KeyError("mu")
    return (PSEUDO_HUBER,) if analysis.findings else ()


def gradient(problem):
    """One derivative, or a failure."""
    if "gradient-fails" in problem.text:
        raise RecursionError
    return dict.fromkeys(problem.wrt, "1")


@pytest.fixture
def fake_stages(monkeypatch):
    """Put the stand-ins in place of the stages; forked workers inherit them."""
    # What explains findings needs parts of the real stages, which are not found once these stand in their place.
    importlib.import_module("diffcheck.training.why")
    stages = {
        "question.variables": make_problem,
        "analyze": analyze,
        "backprop.gradient": gradient,
        "probe": probe,
        "suggest": suggest,
    }
    for module, function in stages.items():
        fake = types.ModuleType(f"diffcheck.{module}")
        setattr(fake, function.__name__, function)
        monkeypatch.setitem(sys.modules, fake.__name__, fake)
