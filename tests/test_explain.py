"""The pages of `diffcheck explain`: what they claim is run, how they read is measured, their copy in docs is fresh."""

import os
import re
import shlex
import shutil
import subprocess

import pytest
from pages import FOLDER, documents
from pictures import scene
from readme import command_folder

from diffcheck.check import check
from diffcheck.cli import main
from diffcheck.concepts import find, pages
from diffcheck.errors import BadOption
from diffcheck.language.parse import parse
from diffcheck.plot.terminal import panels
from diffcheck.report.pages import contents, paragraphs, render
from diffcheck.rules import RULES
from diffcheck.verdict import Kind

PAGES = list(pages().values())
EXAMPLES = [(page.name, example) for page in PAGES for example in page.examples]


@pytest.fixture(scope="module")
def venv(tmp_path_factory):
    """A folder whose commands run the package under test."""
    return command_folder(tmp_path_factory.mktemp("venv"))


def _joined(text):
    return " ".join(text.split())


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{n}: {e.run[:50]}" for n, e in EXAMPLES])
def test_an_example_says_what_the_page_claims(name, example, capsys, venv):
    """Every command on a page prints the sentences below it and ends with the status that the page states."""
    if "|" in example.run:
        if not shutil.which("jq"):
            pytest.skip("needs jq")
        path = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", example.run],
            capture_output=True,
            text=True,
            env={**os.environ, "PATH": path},
            timeout=120,
            check=False,
        )
        status, said = done.returncode, done.stdout
    else:
        program, *words = shlex.split(example.run)
        assert program == "diffcheck"
        with pytest.raises(SystemExit) as end:
            main(words)
        status, said = end.value.code or 0, "".join(capsys.readouterr())
    for sentence in example.says:
        assert _joined(sentence) in _joined(said)
    assert status == example.status


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_complete(page):
    """It says what it is, the mathematics, what happens in training and what to do; has a picture; leads on."""
    for text in (page.title, page.meaning, page.definition, page.descent, page.cure, page.caption):
        assert text.strip()
    assert (page.plot is None) is bool(page.picture)
    assert page.see
    assert page.name not in page.see
    assert all(name in pages() for name in page.see)
    # A disagreement is a fault of the tool, so nothing is an example of it.
    assert bool(page.examples) is (page.kind is not Kind.DISAGREEMENT)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_finding_has_a_page_from_its_rule(kind):
    """What a report says of a finding and what its page says is one text."""
    page, rule = pages()[kind.value], RULES[kind]
    assert (page.title, page.definition, page.descent, page.cure) == (
        rule.title,
        rule.recognise,
        rule.why,
        rule.cure,
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_the_page_of_a_finding_opens_as_reports_do(kind):
    """With its usual severity, its name and its title."""
    rule = RULES[kind]
    assert " ".join(render(pages()[kind.value], []).split()).startswith(
        f"{rule.severity}[{kind}]: {rule.title}"
    )


def test_every_other_page_is_reached_from_the_first():
    """Following `see also` from the first page leads everywhere but to the fault of the tool."""
    seen, todo = set(), [PAGES[0].name]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += pages()[name].see
    assert {page.name for page in PAGES} - seen <= {"disagreement"}


def test_a_reader_meets_the_words_in_order():
    """The question is answered by pages one after another, each idea before what is built on it."""
    order = [page.name for page in PAGES]
    path = [
        "derivative",
        "differentiable",
        "partial-derivative",
        "gradient",
        "frechet",
        "chain-rule",
        "backpropagation",
        "subgradient",
        "almost-everywhere",
        "corner",
        "surrogate",
        "derivative-free",
    ]
    assert sorted(path, key=order.index) == path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_too_wide(page, width):
    """Words are wrapped at every width; a drawing is left out where the terminal is narrower than it is."""
    lines = render(page, [], width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_formulas_and_drawings_fit_a_terminal(page):
    """At 80 columns every formula and every drawing stands as it was written."""
    text = render(page, [], width=80)
    for formula, rows in paragraphs(page.definition):
        if formula:
            assert all(row in text for row in rows)
    assert all(line.rstrip() in text for line in page.picture.splitlines())


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("kink", "corner"),
        ("kinks", "corner"),
        ("relu", "activations"),
        ("non-differentiable", "differentiable"),
        ("smooth", "class"),
        ("smoothness", "class"),
        ("Partial Derivative", "partial-derivative"),
        ("partial_derivatives", "partial-derivative"),
        ("vertical tangent", "vertical_tangent"),
        ("vertical-tangent", "vertical_tangent"),
        ("Fréchet", "frechet"),
        ("autograd", "backpropagation"),
        ("gradcheck", "finite-difference-checkers"),
        ("MSE", "usual-losses"),
        ("minimizer", "minimiser"),
        ("CMA-ES", "derivative-free"),
    ],
)
def test_what_people_call_it_finds_the_page(words, name):
    """Synonyms, plurals, accents, capitals, spaces and underscores lead to the same page."""
    assert find(words).name == name


def test_no_word_stands_for_two_pages():
    """An alias is no other page's name or alias."""
    for page in PAGES:
        assert all(find(word) is page for word in (page.name, *page.aliases))


@pytest.mark.parametrize(
    ("words", "name"),
    [("cornr", "corner"), ("diferentiable", "differentiable"), ("backpropogation", "backpropagation")],
)
def test_a_misspelling_is_answered_with_the_nearest_page(words, name):
    """And never with another page in its place."""
    with pytest.raises(BadOption, match="no page on") as refused:
        find(words)
    assert f"did you mean `{name}`" in refused.value.help


def test_what_is_like_nothing_gets_no_guess():
    """Then the list is the help."""
    with pytest.raises(BadOption) as refused:
        find("qqqqqq")
    assert refused.value.help == "`diffcheck explain` lists all pages"


@pytest.mark.parametrize("width", [40, 80])
def test_the_list_has_every_page(width):
    """In reading order, and no wider than the terminal."""
    text = contents(width)
    lines = text.splitlines()
    places = [
        next(i for i, line in enumerate(lines) if f"{line} ".startswith(f"  {page.name} ")) for page in PAGES
    ]
    assert places == sorted(places)
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("name", ["corner", "directional", "gradient"])
def test_the_command_shows_the_picture(name, capsys):
    """Of one variable, of two, or drawn by hand; below its caption, and without colour in a pipe."""
    with pytest.raises(SystemExit) as end:
        main(["explain", name])
    text = capsys.readouterr().out
    assert not end.value.code
    page = pages()[name]
    shown = text.partition("picture\n")[2].partition("in training\n")[0]
    assert page.caption in _joined(shown)
    assert page.picture.rstrip() in shown
    assert bool(re.search(r"[⠁-⣿]{3}", shown)) is bool(page.plot)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("width", [40, 80])
def test_a_picture_is_as_wide_as_the_terminal(width):
    """The panels of a page have no line that is wider, with the signs of ASCII as well."""
    for plain in (False, True):
        lines = [
            "".join(text for text, _ in line)
            for line in panels(scene("abs(x)", models=0), width=width, plain=plain)
        ]
        assert max(map(len, lines)) <= width
        assert any(set(line) & set("⠤⠒") for line in lines) is not plain


@pytest.mark.parametrize("name", sorted({*documents.names(), *(path.name for path in FOLDER.glob("*.md"))}))
def test_the_copy_in_docs_is_fresh(name):
    """docs/explain holds these pages and no others; `make readme` writes them anew."""
    assert (FOLDER / name).read_text(encoding="utf-8") == documents.text(name)


def _rows(name):
    """Return name, formula and class of the lines of a page's table."""
    lines = [line for line in pages()[name].definition.splitlines() if line.startswith("  ")]
    return [tuple(re.split(r"  +", line.strip())) for line in lines]


@pytest.mark.parametrize(("said", "formula", "stated"), [*_rows("usual-losses"), *_rows("activations")])
def test_the_tables_of_losses_and_activations_are_right(said, formula, stated):
    """Each line is a claim that the analysis must find."""
    wrt = [v for v in ("f", "w") if v in parse(formula).names() or f"{v}[" in formula]
    report = check(formula, wrt=wrt or None, certify=False)
    assert str(report.smoothness) == stated, said


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("cos", 'diffcheck "cos(x)"'),
        ("abs(y - f)", 'diffcheck "abs(y - f)"'),
        ("cornerr", "did you mean `corner`?"),
        ("qqqqqq", "lists all pages"),
    ],
)
def test_what_has_no_page_is_answered_with_what_to_ask(word, cure):
    """A function and an expression are checked, a misspelt page is named."""
    with pytest.raises(BadOption) as caught:
        find(word)
    assert cure in caught.value.help


def test_a_page_that_is_found_by_another_word_says_so(capsys):
    """Who asks for the lasso is told where it is explained."""
    for word, first in (("lasso", "`lasso` is explained under `usual-losses`:"), ("corner", "error[corner]")):
        with pytest.raises(SystemExit):
            main(["explain", word])
        assert capsys.readouterr().out.startswith(first)
