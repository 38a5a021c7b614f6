"""`make run` hands every expression to the command as it was typed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")

STAND_IN = '#!/bin/sh\nprintf "%s\\0" "$@"\n'


@pytest.fixture
def run(tmp_path):
    """Run make with a stand-in for the installed command; return the words the command is given."""
    command = tmp_path / "bin" / "diffcheck"
    command.parent.mkdir()
    command.write_text(STAND_IN)
    command.chmod(0o755)
    (tmp_path / ".runtime").touch()

    def run(*settings, **environment):
        env = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
        words = ["make", "--no-print-directory", "run", f"VENV={tmp_path}", *settings]
        done = subprocess.run(
            words, cwd=ROOT, env=env | environment, check=True, capture_output=True, text=True, timeout=20
        )
        return done.stdout.split("\0")[:-1]

    return run


@pytest.mark.parametrize(
    "expression",
    [
        "max(0, 1 - y*f)",
        "-x",
        "--json",
        "a if x > 0 else 'b'",
        'say "x"',
        "$x + $(shell touch broken) + ${HOME} + $$",
        "`id` \\ # ; | & x%",
        "x\n + y",
        "Größe**2",
    ],
)
def test_an_expression_survives_make_and_shell(run, expression):
    """Quotes, dollars, a leading minus, a comment sign: nothing is expanded, nothing is lost."""
    assert run(f"EXPR={expression}") == ["--exit-zero", "--", expression]
    assert not (ROOT / "broken").exists()


def test_an_expression_may_come_from_the_environment(run):
    """`EXPR='...' make run` is the same."""
    assert run(EXPR="a$b 'c'") == ["--exit-zero", "--", "a$b 'c'"]


def test_options_go_through_the_shell(run):
    """ARGS is written as on a command line, quotes and all."""
    words = run("EXPR=log(p)", "ARGS=--json --where 'p > 0'")
    assert words == ["--exit-zero", "--json", "--where", "p > 0", "--", "log(p)"]


def test_without_an_expression_the_example_is_checked(run):
    """The two commands of the README need no argument."""
    assert run() == ["--exit-zero", "--", "abs(y - f)"]
