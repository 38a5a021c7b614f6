"""The order of the files: lower ones never import higher ones, and each says what it offers."""

import ast
import graphlib
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "diffcheck"

FILES = sorted(PACKAGE.rglob("*.py"))

# Who may know about command line, processes, formats and pipeline: only what stands above them.
MAY_IMPORT = {
    "cli": {"__main__"},
    "batch": {"cli"},
    "workers": {"batch", "cli"},
    "emit": {"cli", "report"},
    "report": {"cli", "plot", "race"},
    "plot": {"cli", "race"},
    "race": {"cli"},
    "check": {"", "batch", "cli", "workers"},
    "concepts": {"cli", "report"},
    "rules": {"concepts", "report"},
    "training": {"check"},
    "verify": {"cli", "report"},
}

DATA = {"certificate", "errors", "language.tree", "problem", "tape", "verdict"}


def _module(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _imports(path):
    """Return the modules of the package that a file imports anywhere, in functions too."""
    modules = {_module(file) for file in FILES}
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & modules
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative imports hide the order"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found |= {inner if inner in modules else node.module} & modules
    return found - {_module(path)}


def _top(module):
    """Return the file or folder below the package that a module belongs to; "" for the package itself."""
    return [*module.split("."), ""][1]


GRAPH = {_module(path): _imports(path) for path in FILES}


def test_no_file_imports_what_imports_it():
    """The imports have an order from low to high; a circle has none."""
    # The package's own front door imports the pipeline; that a file asks it for the version is no circle.
    tuple(graphlib.TopologicalSorter({k: v - {"diffcheck"} for k, v in GRAPH.items()}).static_order())


def test_the_packages_have_an_order_too():
    """Of two packages at most one knows the other: the files of one are read without those of the other."""
    packages = {_top(module): set() for module in GRAPH}
    for module, imports in GRAPH.items():
        packages[_top(module)] |= set(map(_top, imports)) - {_top(module), ""}
    tuple(graphlib.TopologicalSorter(packages).static_order())


@pytest.mark.parametrize("high", MAY_IMPORT)
def test_the_analysis_knows_nothing_of_its_users(high):
    """What prints, waits or reads options is imported only from above."""
    users = {_top(module) for module, imports in GRAPH.items() if high in map(_top, imports)} - {high}
    assert users <= MAY_IMPORT[high]


def test_the_data_types_import_nothing_but_each_other():
    """Everybody shares them, so they depend on nobody."""
    data = {f"diffcheck.{name}" for name in DATA}
    for module in data:
        assert GRAPH[module] <= data, module


# What the checker may share with the analyzer: the language, the table of functions and its values, the report.
LANGUAGE = {
    "atoms", "certificate", "errors", "language.conventions", "language.numeric", "language.parse", "language.tree",
    "language.unparse", "question.constants", "question.samples", "question.unknown", "verdict",
}  # fmt: skip


def test_the_checker_shares_no_analysis_with_the_analyzer():
    """What a report claims is checked by other means than it was found with: no rule, no solver, no algebra system."""
    for module, imports in GRAPH.items():
        if _top(module) == "verify":
            others = {i.removeprefix("diffcheck.") for i in imports if _top(i) != "verify"}
            assert others <= LANGUAGE, module
            text = PACKAGE / f"{module.replace('.', '/').removeprefix('diffcheck/')}.py"
            path = text if text.exists() else PACKAGE / "verify" / "__init__.py"
            outside = {
                name.split(".")[0]
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                for name in (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [str(node.module)]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
            }
            assert not outside & {"sympy", "cvc5", "flint", "numpy"}, module


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_every_file_says_what_it_is_and_offers(path):
    """A module docstring, and one sorted `__all__`, in every file that defines something."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    names = [
        [element.value for element in node.value.elts]
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]
    if not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body) and not names:
        return
    assert len(names) == 1
    assert names[0] == sorted(names[0], key=_isort_key)
    assert len(names[0]) == len(set(names[0]))


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_the_files_that_a_file_names_are_there(path):
    """Who is sent on to `cell.py` finds it beside the file, or under the name given from the package or the root."""
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w./])[\w/]+\.py\b", text)
    beside = (path.parent, PACKAGE, PACKAGE.parent)
    assert not [name for name in named if not any((folder / name).exists() for folder in beside)]


def _isort_key(name):
    """Constants, then classes, then functions: the order that the linter keeps."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_only_the_command_line_prints_or_exits(path):
    """A library that prints spoils the output of the program that uses it; text is never run as code."""
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"eval", "exec", "compile"}
    if "cli" not in path.parts:
        assert not calls & {"print", "input", "open", "exit", "quit"}
