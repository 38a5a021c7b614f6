"""README.md and docs are true: their commands print what they show, their tables are those of the program."""

import doctest
import re
import shutil

import pytest
from readme import BLOCK, PAGES, README, ROOT, command_folder, output

from diffcheck.atoms import ATOMS
from diffcheck.rules import RULES

TEXT = README.read_text(encoding="utf-8")
BLOCKS = list(BLOCK.finditer(TEXT))
EVERYWHERE = [(page, block) for page in PAGES for block in BLOCK.finditer(page.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def venv(tmp_path_factory):
    """A folder whose commands run the package under test."""
    return command_folder(tmp_path_factory.mktemp("venv"))


@pytest.mark.parametrize(
    ("page", "block"), EVERYWHERE, ids=[f"{p.stem} {b['command']}"[:70] for p, b in EVERYWHERE]
)
def test_a_command_prints_what_is_shown(page, block, venv):
    """Every output in the README and in docs is that of its command; `make readme` writes them anew."""
    needed = [word for word in ("bash", "make", "jq") if word == "bash" or f"{word} " in block["command"]]
    if not all(map(shutil.which, needed)):
        pytest.skip(f"needs {', '.join(needed)}")
    assert output(block["command"], venv) == block["output"]


def test_the_first_thing_shown_is_make_run():
    """The README opens with the two commands; there are blocks for every use."""
    assert [block["command"].split()[:2] for block in BLOCKS[:2]] == [["make", "run"]] * 2
    assert len(BLOCKS) >= 8


def test_the_python_example_runs():
    """The session with the Python function is a doctest."""
    (session,) = re.findall(r"^```python\n(>>> .*?)```$", TEXT, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest(session, {}, "README", str(README), 0)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_the_table_of_kinds_is_that_of_the_program(rule):
    """Every kind stands in the table with its severity and its title."""
    assert f"| `{rule.name}` | {rule.severity} | {rule.title} |" in TEXT


def test_every_function_is_named():
    """The section on the language names each row of the table of atoms that is called."""
    section = TEXT.partition("## The expression language")[2].partition("\n## ")[0]
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", section))))
    assert {row.name for row in ATOMS.values() if row.syntax == "call"} <= named


LINK = re.compile(r"\]\((?P<file>[^)#:]*)(?:#(?P<heading>[^)]*))?\)")
# What is linked by hand; the pages of docs/explain have a writer and tests of their own.
LINKED = (*PAGES, *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "samples/README.md")))


def _headings(page):
    """Return the names that GitHub gives to the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    """Relative links name files of the repository and headings in them; the README names every page of docs."""
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        target = page.parent / link["file"] if link["file"] else page
        assert target.exists(), link[0]
        assert link["heading"] is None or link["heading"] in _headings(target), link[0]
    if page == README:
        assert {f"docs/{other.name}" for other in PAGES[1:]} <= {
            found["file"] for found in LINK.finditer(TEXT)
        }


def test_the_map_names_files_that_are_there():
    """Every file that CONTRIBUTING names is in the repository."""
    named = re.findall(
        r"`([\w/.]+\.(?:py|md|json|toml)|[\w/]+/)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    )
    assert named
    files = {path.name for path in (ROOT / "diffcheck").rglob("*.*")}
    assert not [
        name
        for name in named
        if name not in files and not any((ROOT / top / name).exists() for top in ("", "diffcheck"))
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_wider_than_a_terminal(page):
    """Lines in blocks fit 80 columns; a table row or a link may not be broken."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert not [line for block in blocks for line in block.splitlines() if len(line) > 80]
