"""`--save`, `--highlight`, `--cited-pages` and `pdfqa save` as they are used."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from tests.cli_runner import COMMAND, Done, environment, pdfqa
from tests.homes import CLUB, MINE, WHO_CLUB, pdf

Run = Callable[..., Done]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "1")
    monkeypatch.chdir(tmp_path)
    pdf(tmp_path / "club.pdf", MINE, CLUB)


def test_an_answer_is_printed_and_saved(run: Run, tmp_path: Path) -> None:
    done = run(
        "ask",
        "club.pdf",
        WHO_CLUB,
        "--save",
        "a.md",
        "--save",
        "a.json",
        "--highlight",
        "m.pdf",
        "--cited-pages",
        "p.pdf",
    )
    assert done.code == 0
    assert "Margaret Holloway" in done.out
    assert done.err.splitlines()[-4:] == [
        "saved in a.md",
        "saved in a.json",
        "1 quote is highlighted in m.pdf",
        "1 quote is highlighted in p.pdf",
    ]
    assert "[club.pdf, p. 2](club.pdf#page=2)" in Path("a.md").read_text()
    assert [2, 1] == [len(pypdf.PdfReader(name).pages) for name in ("m.pdf", "p.pdf")]
    assert {"a.md", "a.json", "m.pdf", "p.pdf", "club.pdf", "home"} == {path.name for path in tmp_path.iterdir()}


def test_what_is_saved_as_json_is_what_is_printed(run: Run) -> None:
    done = run("ask", "club.pdf", WHO_CLUB, "--json", "--save", "a.json")
    assert json.loads(Path("a.json").read_text()) == done.json


def test_the_command_may_be_left_out(run: Run) -> None:
    assert run("--save", "a.md", "club.pdf", WHO_CLUB, "-q").code == 0
    assert run("--cited-pages", "p.pdf", "club.pdf", WHO_CLUB, "-q").err == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--save", "a.xyz"], '".xyz" is no format'),
        (["--highlight", "club.pdf"], "never changed"),
        (["--highlight", "other.pdf"], "did not make"),
        (["--cited-pages", "club.pdf"], "never changed"),
        (["--cited-pages", "pages"], "is to be a PDF"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(run: Run, options: list[str], message: str) -> None:
    pdf(Path("other.pdf"), CLUB)
    done = run("ask", "club.pdf", WHO_CLUB, *options)
    assert done.code == 2
    assert done.out == ""
    assert message in " ".join(done.err.split())
    assert not Path("home").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["ask", "club.pdf", WHO_CLUB, "--save", "no/a.md"],
        ["ask", "club.pdf", WHO_CLUB, "--highlight", "no/a.pdf"],
        ["ask", "club.pdf", WHO_CLUB, "--highlight", "held/in/"],
        ["chat", "club.pdf", "--context", "no/talk.json"],
        ["show", "club.pdf", "--png", "no/a.png"],
        ["images", "club.pdf", "--out", "held/in"],
    ],
)
def test_a_file_that_cannot_be_written_is_told_and_exits_with_4(words: list[str]) -> None:
    Path("held").write_text("no folder")
    done = pdfqa(*words, stdin=WHO_CLUB.encode())
    assert done.code == 4
    assert "cannot be " in done.err


def test_a_context_that_is_not_there_yet_is_told(run: Run) -> None:
    done = pdfqa("chat", "club.pdf", "--context", "talk.json", stdin=WHO_CLUB.encode())
    assert "talk.json is not there yet: a new conversation begins" in done.err
    assert "not there yet" not in pdfqa("chat", "--context", "talk.json", stdin=WHO_CLUB.encode()).err


def test_what_is_no_json_is_named_and_exits_with_3(run: Run) -> None:
    Path("notes.md").write_text("# Notes\n")
    done = run("save", "notes.md", "a.html")
    assert (3, True) == (done.code, "notes.md is no JSON, and no saved answer" in " ".join(done.err.split()))


def test_what_fails_afterwards_costs_no_answer(run: Run) -> None:
    pdf(Path("mine.pdf"), MINE)
    question = "When was the club founded, and when was the mine closed?"
    done = run("compare", "club.pdf", "mine.pdf", question, "--highlight", "m.pdf")
    assert done.code == 2
    assert "Korsholm" in done.out
    assert "2 documents are cited" in " ".join(done.err.split())
    done = run("compare", "club.pdf", "mine.pdf", question, "--highlight", "m.pdf", "--json")
    assert done.code == 2
    assert done.json["error"]["param"] == "highlight"
    assert done.json["sides"]
    assert run("compare", "club.pdf", "mine.pdf", question, "--highlight", "m/").code == 0
    assert ["club.pdf", "mine.pdf"] == sorted(path.name for path in Path("m").iterdir())


def test_nothing_found_makes_no_copy_and_says_so(run: Run) -> None:
    done = run("ask", "club.pdf", "Who won the football world cup of 1998?", "--highlight", "m.pdf", "--save", "a.md")
    assert done.code == 0
    assert "nothing is cited, so no copy was made" in done.err
    assert not Path("m.pdf").exists()
    assert "Not found in the document." in Path("a.md").read_text()


def test_a_conversation_is_saved_as_a_whole() -> None:
    done = pdfqa(
        "chat",
        "club.pdf",
        "--save",
        "talk.md",
        "--highlight",
        "m.pdf",
        stdin=f"{WHO_CLUB}\nHow deep is the mine?\n".encode(),
    )
    assert done.code == 0
    assert Path("talk.md").read_text().count("\n## ") == 2
    assert "highlighted in m.pdf" in done.err


@pytest.mark.parametrize(
    "command",
    [["summarize", "club.pdf"], ["compare", "club.pdf", "mine.pdf"], ["extract", "club.pdf", "--schema", "s.json"]],
)
def test_other_results_are_saved_too(run: Run, command: list[str]) -> None:
    pdf(Path("mine.pdf"), MINE)
    schema = {"type": "object", "properties": {"founded": {"type": "integer", "description": "When was it founded?"}}}
    Path("s.json").write_text(json.dumps(schema))
    done = run(*command, "--save", "r.html", "--save", "r.json", "--cited-pages", "p.pdf")
    assert done.code == 0
    assert "club.pdf" in Path("r.html").read_text()
    assert Path("p.pdf").exists()
    again = run("save", "r.json", "again.html")
    assert again.code == 0
    assert Path("r.html").read_text() == Path("again.html").read_text()


def test_saved_json_is_saved_otherwise(run: Run) -> None:
    run("ask", "club.pdf", WHO_CLUB, "--save", "a.json", "-q")
    done = run("save", "a.json", "a.docx", "a.txt", "--highlight", "m.pdf")
    assert done.code == 0
    assert "saved in a.docx" in done.err
    assert "Margaret Holloway" in Path("a.txt").read_text()
    Path("deep").mkdir()
    Path("club.pdf").rename("deep/club.pdf")
    assert run("save", "a.json", "--highlight", "again.pdf", "--home", "new").code == 3
    assert run("save", "a.json", "--highlight", "again.pdf", "--files", "deep", "--home", "new").code == 0
    assert pdfqa("save", "-", "b.md", stdin=Path("a.json").read_bytes()).code == 0


@pytest.mark.parametrize(
    ("text", "outs", "code"),
    [
        ("{}", ["a.md"], 2),
        ("", ["a.md"], 3),
        ("{", ["a.md"], 3),
        ('{"answers": []}', [], 2),
        ('{"answers": []}', ["a.json"], 2),
    ],
)
def test_what_is_no_saved_answer_is_refused(run: Run, text: str, outs: list[str], code: int) -> None:
    Path("a.json").write_text(text)
    assert run("save", "a.json", *outs).code == code


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another thing there")
def test_a_conversation_that_is_interrupted_is_saved_as_far_as_it_came() -> None:
    command = [*COMMAND, "chat", "club.pdf", "--save", "talk.md"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(f"{WHO_CLUB}\n".encode())
    process.stdin.flush()
    assert b"offline" in process.stderr.readline()  # the answer is there, and the next question waited for
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"saved in talk.md" in err
    assert "Margaret Holloway" in Path("talk.md").read_text()
