"""The commands in README.md and docs, and what they print: found, run, compared, written anew.

A block that begins with `$ ` is a command of one line and its output, both streams, 80 columns wide.
`make readme` runs this file: it writes what the tool prints now into these files.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["BLOCK", "PAGES", "README", "ROOT", "command_folder", "output", "rewritten"]

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
# Those of docs/explain have a writer and tests of their own.
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))

BLOCK = re.compile(r"^```console\n\$ (?P<command>.+)\n(?P<output>(?:.*\n)*?)```$", re.MULTILINE)


def command_folder(folder: Path) -> Path:
    """Make a folder that stands for an installed `.venv`: its commands run this Python."""
    bin = folder / "bin"
    bin.mkdir()
    for name, words in (("diffcheck", "-m diffcheck"), ("python", "")):
        command = bin / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
    (folder / ".runtime").touch()
    return folder


def output(command: str, venv: Path) -> str:
    """Run a command in the repository and return what it prints."""
    # A make around this one must not speak through it.
    env = {
        k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "EXPR", "ARGS"}
    }
    env |= {"VENV": str(venv), "PATH": f"{venv / 'bin'}{os.pathsep}{env['PATH']}", "COLUMNS": "80"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout


def rewritten(text: str, venv: Path) -> str:
    """Return a page with every output as it is now."""
    return BLOCK.sub(
        lambda block: f"```console\n$ {block['command']}\n{output(block['command'], venv)}```", text
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        folder = command_folder(Path(place))
        for page in PAGES:
            page.write_text(rewritten(page.read_text(encoding="utf-8"), folder), encoding="utf-8")
