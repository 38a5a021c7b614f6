"""Batches: every line is answered, in order, whatever happens to the others."""

import json
import os
import threading
import time

import pytest
from jsonschema import Draft202012Validator
from stages import fake_stages  # noqa: F401 - a fixture

from diffcheck.batch import answers, entries, read_entry
from diffcheck.cli import main
from diffcheck.report.json import render_as, schema_text

pytestmark = pytest.mark.usefixtures("fake_stages")

VALIDATOR = Draft202012Validator(json.loads(schema_text()))


@pytest.fixture
def run(tmp_path, capsys):
    """Run a batch file; return exit status, the lines of stdout, stderr."""

    def run(text, *words):
        file = tmp_path / "batch"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(SystemExit) as end:
            main(["batch", str(file), "--jobs", "2", *words])
        out, err = capsys.readouterr()
        return end.value.code or 0, out.splitlines(), err

    return run


def _objects(lines):
    objects = [json.loads(line) for line in lines]
    for object_ in objects:
        VALIDATOR.validate(object_)
    return objects


def test_answers_come_in_input_order(run):
    """More lines than the window holds, slow and fast mixed."""
    texts = [f"x + {n}" for n in range(200)]
    status, lines, _ = run("\n".join(texts), "--json")
    assert status == 0
    assert [o["expression"] for o in _objects(lines)] == texts


def test_a_stuck_and_a_dead_worker_cost_one_answer_each(run):
    """The stuck one meets the limit, the dead one names its status, the rest goes on."""
    start = time.monotonic()
    status, lines, _ = run("x\nhang\ndie\nabs(x)\nhang\nx**2\n", "--json", "--timeout", "0.5")
    reasons = [o["reason"] for o in _objects(lines)]
    limit = "time limit of 0.5 s"
    assert reasons == [None, limit, "the worker process died (exit status 7)", None, limit, None]
    assert status == 1
    assert time.monotonic() - start < 8


def test_a_worker_started_meanwhile_does_not_keep_the_input_open(run):
    """It inherits the pipe of the lines while there are more than fit; the end of the input is seen all the same."""
    rest = "x\n" * 150 + f"# {'c' * 1000}\n" * 200
    status, lines, _ = run("hang\n" + rest, "--json", "--jobs", "1", "--timeout", "0.5")
    assert (status, len(lines)) == (3, 151)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("x\n", 0),
        ("", 0),
        ("# nothing\n\n", 0),
        ("x\nopen\n", 3),
        ("open\nabs(x)\n", 1),
        ("abs(x)\nbad(\nopen\n", 2),
    ],
)
def test_the_exit_status_is_the_first_of_2_1_3_0(run, text, status):
    """Bad input hides behind nothing; a failure is worse than no answer."""
    assert run(text)[0] == status
    assert run(text, "--json")[0] == status


def test_exit_zero_does_not_hide_bad_input(run):
    """--exit-zero is about verdicts."""
    assert run("abs(x)\n", "--exit-zero")[0] == 0
    assert run("bad(\n", "--exit-zero")[0] == 2


def test_json_lines_carry_options_and_ids(run):
    """All keys reach the check, and ids come back as they were."""
    line = {"expr": "abs(x)", "id": 7, "wrt": "x, y", "where": "x > -1", "let": {"a": "2*b"}, "truth": "C0"}
    _, lines, _ = run(json.dumps(line) + '\n{"expr": "x", "id": "b", "wrt": ["x"]}\nx\n', "--json")
    first, second, third = _objects(lines)
    assert (first["id"], first["wrt"], first["where"], first["class"]) == (7, ["x", "y"], "x > -1", "C0")
    assert (second["id"], second["wrt"], third["id"]) == ("b", ["x"], None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ('{"expr": "x"} x', "not JSON"),
        ('{"expr": NaN}', "not JSON"),
        ("{" * 100_000, "not JSON"),
        ("{}", "`expr` is missing"),
        ('{"expr": null}', "`expr` is missing"),
        ('{"expr": 1}', "`expr` must be a string"),
        ('{"expression": "x"}', "`expr`"),
        ('{"expr": "x", "were": "x > 0"}', "unknown key `were`"),
        ('{"expr": "x", "wrt": 1}', "`wrt` must be"),
        ('{"expr": "x", "wrt": [1]}', "`wrt` must be"),
        ('{"expr": "x", "let": {"a": []}}', "`let` must be"),
        ('{"expr": "x", "id": [1]}', "`id` must be"),
        ('{"expr": "x", "wrt": "z"}', "does not occur"),
        (b"\xff\xfe", "not UTF-8"),
        ("bad(", "never closed"),
    ],
)
def test_a_bad_line_gives_an_error_object(run, line, said):
    """It names the fault, the other lines are answered, and the exit status is 2."""
    raw = line if isinstance(line, bytes) else line.encode()
    status, lines, _ = run(b"abs(x)\n" + raw + b"\nx\n", "--json")
    first, bad, last = _objects(lines)
    assert said in bad["error"]["message"]
    assert (first["error"], last["error"], status) == (None, None, 2)


def test_a_bad_line_keeps_its_id(run):
    """The answer can be matched to the line even if it has no verdict."""
    _, lines, _ = run('{"id": "k", "expr": "bad("}\n{"id": "m"}\n', "--json")
    assert [o["id"] for o in _objects(lines)] == ["k", "m"]


def test_without_json_each_line_is_short(run):
    """Verdict, class, expression; the fault of a bad line goes to stderr."""
    _, lines, err = run("abs(x)\nbad(\n")
    assert lines == ["not_differentiable C0            abs(x)", "error              -             bad("]
    assert err.splitlines()[-1].endswith("/batch:2: error: `(` is never closed (add `)`)")


def test_comments_blanks_and_line_ends_are_no_part_of_an_expression():
    """A comment may follow an expression; CRLF and a byte order mark are ignored."""
    lines = [b"\xef\xbb\xbfx  # first\r", b"", b"   # note", b"\t", b"y"]
    assert [(e.line, e.text) for e in entries(iter(lines))] == [(1, "x"), (5, "y")]


def test_decimals_in_let_keep_their_digits():
    """0.1000000000000000055 is not 0.1; decimals are exact in the language."""
    entry = read_entry(b'{"expr": "a*x", "let": {"a": 0.1000000000000000055}}', 1)
    assert entry is not None
    assert entry.question is not None
    assert entry.question.let == {"a": "0.1000000000000000055"}


def test_an_answer_does_not_wait_for_the_end_of_the_input():
    """A program that writes one line and waits for the answer gets it."""
    read, write = os.pipe()
    replies = answers(read, jobs=1, limit=5.0)
    for text in ("x", "abs(x)"):
        os.write(write, f"{text}\n".encode())
        assert next(replies).report.expression == text
    # Forked workers hold the write end as well, so closing it here would not end the input.
    replies.close()
    os.close(write)


def test_input_is_read_no_further_than_needed():
    """A slow first line stops the reading before an endless input fills the memory."""
    read, write = os.pipe()
    sent = []

    def feed():
        try:
            os.write(write, b"hang\n")
            while True:
                sent.append(os.write(write, b"x\n" * 1000))
        except OSError:
            os.close(write)

    threading.Thread(target=feed, daemon=True).start()
    replies = answers(read, jobs=2, limit=1.0)
    assert next(replies).report.reason == "time limit of 1 s"
    assert sum(sent) < 10_000_000
    replies.close()
    os.close(read)


def test_closing_the_answers_ends_the_workers():
    """Nobody is left behind when the reader has seen enough."""
    read, write = os.pipe()
    os.write(write, b"x\nhang\n")
    os.close(write)
    replies = answers(read, jobs=2, limit=30.0)
    next(replies)
    start = time.monotonic()
    replies.close()
    assert time.monotonic() - start < 5


def test_every_reply_is_valid_by_the_schema():
    """Whatever the fate of the line."""
    read, write = os.pipe()
    os.write(write, b"x\nabs(x)\nopen\nboom\ndie\nbad(\n{\n")
    os.close(write)
    for reply in answers(read, jobs=2, limit=5.0):
        VALIDATOR.validate(json.loads(render_as(reply.report, reply.entry.id)))


def test_why_is_said_in_batches(run):
    """In JSON all remarks of each finding, in lists their answers; what has no finding has no remark."""
    status, lines, _ = run("abs(y - f)\nx**2\n", "--json", "--why")
    corner, smooth = _objects(lines)
    assert status == 1
    assert {remark["topic"] for remark in corner["findings"][0]["why"]} >= {"met", "minimiser", "methods"}
    assert smooth["findings"] == []
    _, shown, _ = run("abs(y - f)\nx**2\n", "--why")
    text = " ".join(" ".join(shown).split())
    assert "corner at f = y; met: probability 0, possible; minimiser: global; methods: sgd" in text


def test_what_does_not_pass_is_named_with_file_and_line(run):
    """On stderr, so that the table stays one: what --require refuses, what is open, what cannot be read."""
    _, _, err = run("x\n\nabs(x)\nopen\nbad(\n")
    places = [line.partition(": ")[0].rpartition("/")[2] for line in err.splitlines()]
    assert places == ["batch:3", "batch:4", "batch:5"]
    _, _, err = run("abs(x)\n", "--require", "C0")
    assert err == ""


@pytest.mark.parametrize("name", ["sarif", "github"])
def test_formats_for_services_point_into_the_file(run, name):
    """Exit status as ever; one log, or one line for each finding."""
    status, lines, _ = run("x\n  abs(x)\n", "--format", name)
    assert status == 1
    if name == "sarif":
        (result,) = json.loads("\n".join(lines))["runs"][0]["results"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == (2, 3)
    else:
        assert [line.partition("line=")[2].partition(",title")[0] for line in lines] == [
            "2,col=3,endColumn=9"
        ]


def test_a_batch_has_no_format_of_one_expression(run):
    """A fragment for a paper tells of one."""
    status, _, err = run("x\n", "--format", "latex")
    assert status == 2
    assert "github, json, sarif, terminal" in err
