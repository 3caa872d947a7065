"""The commands, run in this process on the samples: what they print, and their exit codes."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest

from pdfqa.cli import main
from tests.cli_runner import ANSWER, ANSWERED, REPORT, UNANSWERED, Done
from tests.homes import CLUB, MINE, pdf
from tests.model_server import model_server, says

Run = Callable[..., Done]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which one report has been read."""
    path = tmp_path_factory.mktemp("filled") / "home"
    assert main(["add", str(REPORT), "-q", "--home", str(path)]) == 0
    return path


@pytest.fixture
def run(filled: Path, home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command on a copy of that home."""
    shutil.copytree(filled, home)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*args: str | Path) -> Done:
        capfd.readouterr()
        code = main([str(arg) for arg in args])
        return Done(code, *capfd.readouterr())

    return call


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    writer = pypdf.PdfWriter(clone_from=REPORT)
    writer.encrypt("sesame", algorithm="RC4-128")
    path = tmp_path / "locked.pdf"
    writer.write(path)
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"not a PDF at all")
    return path


def test_ask_prints_the_answer_and_its_proof(run: Run) -> None:
    done = run("ask", REPORT, ANSWERED)
    assert done.code == 0
    assert ANSWER in done.out
    assert "\n\n[1] " in done.out
    assert "annual-report-2024.pdf, p. 11 (printed 8): " in " ".join(done.out.split())
    assert "\x1b" not in done.out + done.err
    assert max(map(len, done.out.splitlines())) <= 80 + len(str(REPORT))
    assert done.err.endswith(" s · extractive · offline\n")
    assert done.err.count("\n") == 1


def test_quiet_leaves_only_the_answer(run: Run) -> None:
    done = run("ask", REPORT, ANSWERED, "-q")
    assert done.err == ""
    assert ANSWER in done.out


def test_ask_is_the_default(run: Run) -> None:
    assert run(REPORT, ANSWERED, "-q") == run("ask", REPORT, ANSWERED, "-q")
    assert ANSWER in run("--quiet", REPORT, ANSWERED).out


def test_without_files_everything_is_asked(run: Run) -> None:
    assert ANSWER in run("ask", ANSWERED).out


def test_json_of_ask_has_the_promised_shape_and_a_true_quote(run: Run) -> None:
    done = run("ask", REPORT, ANSWERED, "--json")
    assert done.err == ""
    answer = done.json
    assert list(answer) == [
        "question", "answer", "outcome", "citations", "thread_id", "run_id", "model", "usage", "price",
        "timings",
    ]  # fmt: skip
    assert answer["question"] == ANSWERED
    assert answer["outcome"] == "answered"
    citation = answer["citations"][0]
    told = ["file", "page", "label", "quote", "start", "end", "verified", "score", "source", "table", "sha256"]
    assert list(citation) == told
    page = run("show", REPORT, "--page", str(citation["page"]), "--json").json
    assert page["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert citation["verified"] is True


def test_not_found_is_an_error_only_when_strict(run: Run) -> None:
    done = run("ask", REPORT, UNANSWERED, "-q")
    assert done.code == 0
    assert done.out.startswith("Not found in the document")
    assert "Closest passages: p. " in " ".join(done.out.split())
    strict = run("ask", REPORT, UNANSWERED, "--strict", "--json")
    assert strict.code == 1
    assert strict.json["outcome"] == "not_found"
    assert run("ask", REPORT, ANSWERED, "--strict").code == 0


def test_a_bad_file_does_not_stop_the_others(run: Run, broken: Path) -> None:
    done = run("ask", REPORT, broken, ANSWERED)
    assert done.code == 3
    assert ANSWER in done.out
    assert f"  failed  {broken}  " in done.err
    value = run("ask", REPORT, broken, ANSWERED, "--json").json
    assert ANSWER in value["answer"]
    assert [item["error"] for item in value["failed"]] == ["unsupported_file"]


def test_a_bad_file_alone_is_an_error(run: Run, broken: Path) -> None:
    done = run("ask", broken, ANSWERED, "--json")
    assert done.code == 3
    assert next(iter(done.json)) == "error"
    assert done.json["outcome"] == "unreadable"
    assert list(done.json["error"]) == ["type", "message", "hint", "param"]
    assert done.json["error"]["type"] == "unsupported_file"
    assert done.err.startswith("pdfqa:")
    assert done.err.splitlines()[1].startswith("  ")


def test_all_bad_files_are_named(run: Run, broken: Path) -> None:
    done = run("search", broken, "missing.pdf", "profit", "--json")
    assert done.code == 3
    assert "missing.pdf" in done.err
    assert str(broken) in done.err
    assert len(done.json["failed"]) == 1


def test_a_question_without_quotes_is_recognised(run: Run) -> None:
    done = run("search", REPORT, "final", "dividend")
    assert done.code == 3
    assert "put the whole question in quotes" in done.err
    assert "put the whole question in quotes" in run("what", "is", "this?").err


@pytest.mark.parametrize(
    ("args", "param"),
    [
        (["ask", ""], "question"),
        (["ask"], "question"),
        (["x.pdf"], "question"),
        (["ask", "-", "-"], "-"),
        (["ask", "why?", "--colour"], "--colour"),
        (["search", "-k", "0", "x"], "-k"),
        (["search", "-k", "many", "x"], "-k"),
        (["show", "x", "--page", "0"], "--page"),
        (["rm"], "name"),
        (["add"], "file"),
        (["completion", "tcsh"], "shell"),
        (["chat", "-"], "-"),
    ],
)
def test_wrong_usage_is_said_and_exits_with_2(run: Run, args: list[str], param: str) -> None:
    done = run(*args, "--json")
    assert done.code == 2
    assert done.json["error"]["type"] == "invalid_request_error"
    assert done.json["error"]["param"] == param
    assert done.err.startswith("pdfqa: ")
    assert run(*args).out == ""


def test_nothing_added_yet_is_said(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    done = run("ask", "Why?", "--home", empty)
    assert done.code == 3
    assert "nothing has been added" in done.err
    assert "pdfqa add" in run("list", "--home", empty).err


def test_search_prints_ranked_passages(run: Run) -> None:
    done = run("search", REPORT, "final dividend", "-k", "2")
    assert done.code == 0
    assert done.out.startswith(f"1. {REPORT}, p. ")
    assert "\n\n2. " in done.out
    assert "\n\n3. " not in done.out
    assert done.err == ""


def test_json_of_search_has_the_promised_shape(run: Run) -> None:
    value = run("search", REPORT, "final dividend", "-k", "3", "--json").json
    assert list(value) == ["hits"]
    assert len(value["hits"]) == 3
    assert list(value["hits"][0]) == ["file", "page", "label", "score", "text", "start", "end", "source", "table"]


def test_explain_says_why(run: Run) -> None:
    hit = run("search", REPORT, "final dividend", "--explain", "--json").json["hits"][0]
    assert set(hit) >= {"heading", "explain"}
    text = run("search", REPORT, "final dividend", "--explain", "-k", "1").out
    assert "   = keyword " in text
    # The words as the document spells them, not the stems that it is indexed by.
    words = text.split("· words ")[-1]
    assert words.startswith("Dividends, ")
    assert "terms" not in text


def test_add_says_what_is_new(run: Run, tmp_path: Path, broken: Path) -> None:
    copy = shutil.copy(REPORT, tmp_path / "copy.pdf")
    done = run("add", copy, broken)
    assert done.code == 3
    assert done.out.startswith("2 files · 0 pages · ")
    assert done.out.endswith(" s · 0 added, 1 already known, 1 failed\n")
    assert "failed" in done.err
    value = run("add", copy, "--json", "--home", tmp_path / "other").json
    assert [entry["pages"] for entry in value["added"]] == [value["pages"]] == [14]


def test_list_and_info_and_path_tell_what_is_there(run: Run, home: Path) -> None:
    entry = run("list", "--json").json["files"][0]
    assert entry["path"] == str(REPORT)
    lines = run("list").out.splitlines()
    assert lines[0].split() == ["pages", "size", "lang", "file"]
    assert lines[1].split() == ["14", f"{REPORT.stat().st_size / 1000:.0f}", "kB", "en", str(REPORT)]
    assert run("info", "--json").json["files"] == 1
    assert f"home       {home}\n" in run("info").out
    assert run("path").out == f"{home}\n"
    assert run("path", "--json").json == {"path": str(home)}


def test_path_makes_nothing(run: Run, tmp_path: Path) -> None:
    assert run("path", "--home", tmp_path / "new").code == 0
    assert not (tmp_path / "new").exists()


def test_show_tells_the_contents_and_pages(run: Run) -> None:
    text = run("show", REPORT).out
    assert text.splitlines()[0] == str(REPORT)
    assert "14 pages · en · printed i–iii, 1–11\n" in text
    assert "by Corvane Instruments plc (invented) · created 2000-01-01 · made with" in text
    assert "  Contents  p. 2\n" in text
    value = run("show", REPORT.name, "--json").json
    known = ["file", "pages", "title", "language", "metadata", "labels", "outline", "portfolio", "attachments"]
    assert list(value) == [*known, "unread", "unseen"]
    assert value["outline"][0] == {"title": "Contents", "page": 2, "level": value["outline"][0]["level"]}
    assert ANSWER in run("show", REPORT, "--page", "11").out
    assert run("show", REPORT, "--page", "15").code == 2
    assert run("show", "unknown.pdf").code == 2


def test_show_reads_a_file_that_was_not_added(run: Run, tmp_path: Path, locked: Path, broken: Path) -> None:
    new = pdf(tmp_path / "new.pdf", MINE)
    assert "copper mine" in run("show", new, "--page", "1").out
    assert str(new) in run("list").out
    pdf(new, CLUB)  # it is shown as it is now
    assert "treasurer" in run("show", new, "--page", "1").out
    assert (run("show", locked).code, run("show", broken).code) == (3, 3)
    assert run("show", locked, "--password", "sesame").code == 0


def test_rm_forgets_a_file(run: Run) -> None:
    assert run("rm", "annual-report-2024.pdf", "--json").json["path"] == str(REPORT)
    assert run("list", "--json").json == {"files": []}
    assert run("rm", REPORT).code == 2
    run("add", REPORT)
    assert run("rm", REPORT).out.startswith(f"forgot {REPORT} (file-")


def test_passwords_come_from_options_and_files(run: Run, locked: Path, tmp_path: Path) -> None:
    done = run("ask", locked, ANSWERED, "--json")
    assert done.code == 3
    assert done.json["error"]["type"] == "encrypted_file"
    assert "--password" in done.err
    (tmp_path / "words").write_text("wrong\n\nsesame\n")
    assert ANSWER in run("ask", locked, ANSWERED, "--password-file", tmp_path / "words").out
    run("rm", locked)
    assert run("add", locked, "--password", "wrong").code == 3
    assert run("add", locked, "--password", "wrong", "--password", "sesame").code == 0


def test_a_password_from_the_environment_opens(run: Run, locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_PASSWORD", "sesame")
    assert run("add", locked).code == 0


def commands() -> list[str]:
    from pdfqa.cli.app import COMMANDS

    return list(COMMANDS)


@pytest.mark.parametrize("command", ["", *commands()])
def test_help_fits_and_gives_an_example(command: str, run: Run) -> None:
    done = run(*filter(None, [command]), "--help")
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    assert "Example" in done.out
    assert f"\n    pdfqa {command}" in done.out or f"$(pdfqa {command}" in done.out or f"| pdfqa {command}" in done.out
    assert "..." not in done.out.partition("Commands:")[2]


def test_help_without_arguments_goes_to_stderr(run: Run) -> None:
    done = run()
    assert done.code == 2
    assert "Exit codes:" in done.err
    assert done.out == ""


def test_version(run: Run) -> None:
    from pdfqa import __version__

    assert run("--version").out == f"pdfqa {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_and_how_to_install_it(run: Run, shell: str) -> None:
    script = run("completion", shell).out
    assert script.startswith("# ")
    assert f"pdfqa completion {shell}" in script.splitlines()[0]
    assert "_PDFQA_COMPLETE" in script
    assert run("completion", shell, "--json").json["shell"] == shell


def test_a_surprise_is_one_line_and_json(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def surprise(*args: Any, **options: Any) -> None:
        raise ZeroDivisionError("a surprise")

    monkeypatch.setattr("pdfqa.config.load", surprise)
    done = run("path", "--json")
    assert done.code == 4
    assert done.json["error"]["message"] == "unexpected ZeroDivisionError: a surprise"
    assert "Traceback" not in done.err
    monkeypatch.setenv("PDFQA_DEBUG", "1")
    assert "Traceback" in run("path").err


def test_names_that_are_no_text_are_printed(run: Run, tmp_path: Path) -> None:
    done = run("ask", tmp_path / "caf\udce9.pdf", "Why?", "--json")
    assert done.code == 3
    assert json.loads(done.out)["error"]["type"] == "file_missing"


def test_a_price_is_told_where_it_is_known(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"prices": {"tiny": {"input": 20, "output": 60}}}')
    monkeypatch.setenv("PDFQA_PRICES", str(own))
    with model_server() as server:
        server.replies_with(says("It is Thornbury [1]."))
        done = run("ask", REPORT, ANSWERED, "--model", "tiny", "--base-url", server.url)
        assert done.err.endswith(" s · tiny · 110 tokens · $0.0026\n")
        done = run("ask", REPORT, ANSWERED, "--model", "tiny", "--base-url", server.url, "--json")
        assert json.loads(done.out)["price"] == pytest.approx(0.0026)


def test_a_model_writes_where_one_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server() as server:
        server.replies_with(says("It is Thornbury", " [1]."))
        model = ("--model", "tiny", "--base-url", server.url)
        done = run("ask", REPORT, ANSWERED, *model)
        assert (done.code, done.out[:20]) == (0, "It is Thornbury [1].")
        assert done.err.endswith(" s · tiny · 110 tokens\n")
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ANSWERED.encode())))
        assert "\nIt is Thornbury [1].\n" in run("chat", REPORT, *model).out
    done = run("ask", REPORT, ANSWERED, "--model", "tiny")
    assert (done.code, "neither a server nor a key" in done.err) == (2, True)
