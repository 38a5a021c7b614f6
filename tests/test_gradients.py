"""Runs the tests of emitted torch, JAX and TensorFlow code where those are installed, each in its own process."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("framework", ["torch", "jax", "tensorflow"])
def test_emitted_code_runs_and_has_the_right_gradient(framework):
    """Everything in `gradients.py` holds; a process that runs JAX must not fork, and other tests do."""
    _passes("gradients.py", framework)


def test_jax_sends_back_what_the_tables_say():
    """Everything in `conventions.py` holds."""
    _passes("conventions.py", "jax")


def _passes(name, framework):
    if importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    command = [sys.executable, "-m", "pytest", "-n0", "-k", framework, f"tests/{name}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
