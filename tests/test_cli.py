"""The command line: what it accepts, what it prints where, and the exit status."""

import io
import json
import os
import pty
import subprocess
import sys
import time

import pytest
from reports import ALL, MAE, OPEN, POWER, SMOOTH, UNREADABLE
from stages import fake_stages  # noqa: F401 - a fixture

from diffcheck.atoms import ATOMS
from diffcheck.cli import app, arranged, exit_status, main
from diffcheck.cli.arguments import spellings
from diffcheck.errors import BadOption
from diffcheck.verdict import C0, D1, Kind, Smoothness

pytestmark = pytest.mark.usefixtures("fake_stages")


@pytest.fixture
def run(capsys):
    """Run the command line in this process; return exit status, stdout and stderr."""

    def run(*words):
        with pytest.raises(SystemExit) as end:
            main(list(words))
        out, err = capsys.readouterr()
        return end.value.code or 0, out, err

    return run


@pytest.mark.parametrize(
    ("words", "options", "expressions"),
    [
        (["abs(x)"], [], ["abs(x)"]),
        (["-x"], [], ["-x"]),
        (["-(y*log(p))", "--json"], ["--json"], ["-(y*log(p))"]),
        (["--json", "-x"], ["--json"], ["-x"]),
        (["-q", "-q"], ["-q", "-q"], []),
        (["--x"], [], ["--x"]),
        (["-q*x"], [], ["-q*x"]),
        (["-1"], [], ["-1"]),
        (["-"], [], ["-"]),
        (["--", "--json"], [], ["--json"]),
        (["check", "check"], [], ["check"]),
        (["--where", "-x < 1", "x"], ["--where", "-x < 1"], ["x"]),
        (["--wrt=x", "x"], ["--wrt=x"], ["x"]),
        (["x", "--let", "-"], ["--let", "-"], ["x"]),
    ],
)
def test_words_with_a_minus_are_expressions_unless_they_are_options(words, options, expressions):
    """Only the exact spellings of options are options, before and after the expression."""
    assert arranged(words) == ["check", *options, "--", *expressions]


def test_emit_takes_an_expression_with_a_minus():
    """As check does."""
    assert arranged(["emit", "-x", "--to", "jax"]) == ["emit", "--to", "jax", "--", "-x"]


@pytest.mark.parametrize("word", ["--jsno", "--requires=C1", "--exitzero", "--timout"])
def test_a_misspelt_option_is_not_an_expression(word):
    """Else `--jsno` would be a variable, twice negated, and smooth."""
    with pytest.raises(BadOption, match="no such option"):
        arranged(["x", word])


@pytest.mark.parametrize("words", [[], ["--help"], ["--version"], ["batch", "-"], ["explain", "corner"]])
def test_other_commands_are_left_alone(words):
    """Only `check` takes expressions."""
    assert arranged(words) == words


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["x**2"], 0),
        (["-x"], 0),
        (["abs(x)"], 1),
        (["abs(x)", "--require", "C0"], 0),
        (["abs(x)", "--require", "discontinuous"], 0),
        (["abs(x)", "--exit-zero"], 0),
        (["x", "--require", "Cinf"], 0),
        (["open"], 3),
        (["open", "--require", "singular"], 3),
        (["open", "--exit-zero"], 0),
        (["boom"], 3),
        (["die"], 3),
        (["bad("], 2),
        (["bad(", "--json"], 2),
        (["bad(", "--exit-zero", "--json"], 2),
        (["x", "--wrt", "z"], 2),
        (["x", "y"], 2),
        (["--json"], 2),
        (["x", "--require", "C"], 2),
        (["x", "--format", "xml"], 2),
        (["x", "--emit", "latex"], 0),
        (["x", "--emit", "numpy"], 2),
        (["x", "--timeout", "0"], 2),
        (["x", "--timeout", "nan"], 2),
        (["x", "--timeout", "soon"], 2),
        (["x", "--let", "y"], 2),
        (["x", "--let", "y==2"], 2),
        (["x", "--let", "y=2", "--let", "y=3"], 2),
        (["x", "--jsno"], 2),
        (["explain", "cornr"], 2),
        (["batch", "/no/such/file"], 2),
        (["batch", "/"], 2),
        (["emit", "x"], 2),
        (["emit", "x", "--to", "basic"], 2),
        (["emit", "bad(", "--to", "numpy"], 2),
        (["emit", "-x", "--to", "numpy"], 0),
        (["--version"], 0),
        (["--help"], 0),
    ],
)
def test_exit_status(run, words, status):
    """0 differentiable, 1 not, 2 bad input or usage, 3 undetermined."""
    assert run(*words)[0] == status


@pytest.mark.parametrize(
    ("report", "required", "status"),
    [
        (MAE, D1, 1),
        (MAE, C0, 0),
        (SMOOTH, Smoothness(3), 0),
        (OPEN, C0, 3),
        (UNREADABLE, C0, 2),
        (POWER, D1, 1),
        (POWER, Smoothness(-1), 0),
    ],
)
def test_the_status_of_a_report(report, required, status):
    """A conditional verdict passes only if its worst case does."""
    assert exit_status(report, required) == status


def test_bad_input_is_shown_with_a_caret(run):
    """Message, the place, what to do: on stderr, and nothing on stdout."""
    status, out, err = run("bad(")
    assert (status, out) == (2, "")
    assert err.splitlines() == ["error: `(` is never closed", "  bad(", "     ^", "help: add `)`"]


def test_bad_input_as_json(run):
    """With --json the error is an object on stdout, and stderr stays empty."""
    _, out, err = run("bad(", "--json")
    assert err == ""
    assert json.loads(out)["error"] == {"message": "`(` is never closed", "span": [3, 4], "hint": "add `)`"}


def test_json_is_one_line(run):
    """--json and --format json are the same."""
    first = json.loads(run("abs(x)", "--json")[1])
    second = json.loads(run("abs(x)", "--format", "json")[1])
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    assert first["class"] == "C0"


def test_quiet_prints_the_verdict_alone(run):
    """For scripts."""
    assert run("-q", "abs(x)")[1] == "not_differentiable\n"


def test_options_reach_the_check(run):
    """--wrt may be repeated and hold commas; where goes along."""
    report = json.loads(run("x", "--json", "--wrt", "a,b", "--wrt", "c", "--where", "-x < 1")[1])
    assert (report["wrt"], report["where"]) == (["a", "b", "c"], "-x < 1")


@pytest.mark.parametrize("command", ["check", "emit", "plot", "smooth"])
def test_a_size_is_from_1_to_64(run, command):
    """--size is read by every command that may write vectors out, and refused where none can be that long."""
    assert run(command, "norm(v)", "--size", "0")[0] == 2
    assert run(command, "norm(v)", "--size", "65")[0] == 2


def test_a_dash_reads_stdin(run, monkeypatch):
    """`echo "abs(x)" | diffcheck -`."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfabs(x)\n")))
    assert json.loads(run("-", "--json")[1])["expression"] == "abs(x)"


def test_a_time_limit_ends_a_check_that_never_returns(run):
    """The child that holds the interpreter in C code is killed, and the answer names the limit."""
    start = time.monotonic()
    status, out, _ = run("hang", "--timeout", "0.5", "--json")
    assert (status, json.loads(out)["reason"]) == (3, "time limit of 0.5 s")
    assert time.monotonic() - start < 5


def test_explain_lists_the_kinds(run):
    """Without a kind, one line for each."""
    out = run("explain")[1]
    assert all(f"  {kind} " in out for kind in Kind)


def test_atoms_lists_the_functions(run):
    """As text and as JSON, from the table."""
    called = [atom.name for atom in ATOMS.values() if atom.syntax in {"call", "constant"}]
    assert [row["name"] for row in json.loads(run("atoms", "--json")[1])] == called
    out = run("atoms")[1]
    assert all(f"  {name}" in out for name in called)
    assert max(map(len, out.splitlines())) <= 80


def test_schema_prints_the_schema(run):
    """The schema of the package, as it is."""
    assert json.loads(run("schema")[1])["title"] == "diffcheck report"


def test_hand_made_reports_cover_every_status():
    """The table of statuses is complete."""
    assert {exit_status(report) for report in ALL.values()} == {0, 1, 2, 3}


COMMAND = [sys.executable, "-m", "diffcheck"]


def test_a_reader_that_goes_away_is_no_error():
    """`diffcheck atoms | head -0` ends quietly, with the status of a broken pipe."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "atoms"], stdout=write, stderr=subprocess.PIPE, timeout=20, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_no_color_turns_color_off_on_a_terminal():
    """With NO_COLOR even a terminal gets plain text."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "NO_COLOR": "1", "TERM": "xterm"}
    subprocess.run([*COMMAND, "abs(x)", "--exit-zero"], stdout=theirs, env=env, timeout=20, check=True)
    os.close(theirs)
    assert b"\x1b" not in os.read(ours, 65536)
    os.close(ours)


def test_help_is_quick():
    """Start-up stays lean; the bound is generous for slow machines."""
    start = time.monotonic()
    subprocess.run([*COMMAND, "--help"], capture_output=True, timeout=20, check=True)
    assert time.monotonic() - start < 3


REFUSED = [
    (["check"], "the expression is missing", 'diffcheck "abs(y - f)"'),
    (["-q"], "the expression is missing", 'diffcheck "abs(y - f)"'),
    (["x", "y"], "one expression at a time: `x` and `y`", "quotes"),
    (["bacth", "l.txt"], "no such command: bacth", "did you mean `batch`?"),
    (["x", "--size", "0"], "invalid value for '--size'", "`diffcheck check --help`"),
    (["batch"], "missing argument 'FILE'", "`diffcheck batch --help`"),
    (["emit", "x"], "missing option '--to'", "`diffcheck emit --help`"),
]


@pytest.mark.parametrize(("words", "said", "cure"), REFUSED, ids=[" ".join(w) for w, *_ in REFUSED])
def test_wrong_usage_is_told_as_any_other_fault(run, words, said, cure):
    """One message and what to do about it; status 2."""
    status, out, err = run(*words)
    first, *rest = err.splitlines()
    assert (status, out) == (2, "")
    assert first.startswith(f"error: {said}")
    assert cure in " ".join(rest)


def test_a_file_where_an_expression_is_expected_leads_to_batch(run, tmp_path, monkeypatch):
    """Its name is no expression; what to do with it is said."""
    monkeypatch.chdir(tmp_path)
    assert "batch" not in run("bad(")[2]
    (tmp_path / "bad(").write_text("abs(x)\n", encoding="utf-8")
    status, _, err = run("bad(")
    assert status == 2
    assert "`diffcheck batch bad(`" in " ".join(err.split())


def test_options_are_those_that_the_commands_declare():
    """Every command with an expression takes each spelling of its own options in front of it or behind."""
    for name, known in spellings(app).items():
        assert "--help" in known.flags
        for flag in known.flags if known.expression else ():
            assert arranged([name, "x", flag]) == [name, flag, "--", "x"]
        for option in known.with_value if known.expression else ():
            assert arranged([name, "x", option, "-1"]) == [name, option, "-1", "--", "x"]
