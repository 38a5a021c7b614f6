"""What is installed: one version, the command, the types and the schema."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import diffcheck

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel without a network and return its members, name -> content."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    """Every module, the marker of typed packages, the schema; no tests, samples or benchmarks."""
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "diffcheck").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"diffcheck/py.typed", "diffcheck/report/schema.json", "diffcheck/cli/__init__.py"} <= here
    assert {name for name in wheel if ".dist-info/" not in name} == here


def test_the_wheel_says_its_version_licence_and_command(wheel):
    """The version is stated once, in the package; the licence text goes along."""
    info = {name.partition(".dist-info/")[2]: content.decode() for name, content in wheel.items()}
    assert f"\nVersion: {diffcheck.__version__}\n" in info["METADATA"]
    assert "\nLicense-Expression: MIT\n" in info["METADATA"]
    assert "diffcheck = diffcheck.cli:main" in info["entry_points.txt"]
    assert info["licenses/LICENSE"].startswith("MIT License\n")


def test_the_command_is_installed():
    """`diffcheck` runs the same function as `python -m diffcheck`."""
    (command,) = metadata.entry_points(group="console_scripts", name="diffcheck")
    assert command.value == "diffcheck.cli:main"


def test_the_changelog_begins_with_this_version():
    """The newest released section is the version of the package."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[?(\d[^\]\s]*)", text, re.MULTILINE)[1] == diffcheck.__version__


def test_every_import_is_declared():
    """A module of another project that the package imports is a dependency or an extra, and the other way round."""
    modules = {"python-flint": "flint"}
    extras = PROJECT["optional-dependencies"]
    needed = [*PROJECT["dependencies"], *extras["plot"], *extras["race"]]
    declared = {re.match(r"[\w-]+", line)[0] for line in needed}
    imported = set()
    for path in (ROOT / "diffcheck").rglob("*.py"):
        found = re.findall(r"^ *(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        imported |= set(found)
    foreign = imported - set(sys.stdlib_module_names) - {"diffcheck"}
    assert {modules.get(name, name) for name in declared} == foreign


def test_an_extra_is_imported_when_it_is_used():
    """Without them all commands start; only files of pictures and some contestants of a race need one."""
    importing = re.compile(r"^(?:from|import) (?:matplotlib|cma|scipy)", re.MULTILINE)
    files = (ROOT / "diffcheck").rglob("*.py")
    assert not [path.name for path in files if importing.search(path.read_text(encoding="utf-8"))]
