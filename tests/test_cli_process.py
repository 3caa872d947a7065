"""`pdfqa` as a process: streams, signals, terminals, pipes, what it loads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pypdf
import pytest

from tests.cli_runner import ANSWER, ANSWERED, COMMAND, REPORT, environment, on_terminal, pdfqa
from tests.model_server import model_server, says, says_then_waits

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and terminals of POSIX")
PROMPT = "without): "
UNWANTED = {"openai", "http", "httpx", "pypdf", "pypdfium2", "tqdm", "asyncio", "multiprocessing", "importlib.metadata"}


@pytest.fixture
def known() -> None:
    """Have the report read."""
    assert pdfqa("add", REPORT, "-q").code == 0


@pytest.mark.usefixtures("known")
def test_a_question_comes_from_stdin() -> None:
    done = pdfqa("ask", REPORT, "-q", "-", stdin=ANSWERED.encode() + b"\n")
    assert (done.code, done.err) == (0, "")
    assert ANSWER in done.out
    assert pdfqa("-q", "-", stdin=ANSWERED.encode()).code == 0
    assert pdfqa("-q", "-").code == 2


def test_a_pdf_comes_from_stdin() -> None:
    done = pdfqa("ask", "-", ANSWERED, stdin=REPORT.read_bytes())
    assert done.code == 0
    assert ANSWER in done.out
    assert pdfqa("ask", "-", ANSWERED).code == 3


@pytest.mark.usefixtures("known")
def test_chat_answers_each_line_in_one_thread() -> None:
    lines = f"{ANSWERED}\n\nWhat was revenue in 2024?\nquit\nnever asked\n".encode()
    done = pdfqa("chat", REPORT, stdin=lines)
    assert done.code == 0
    assert done.out.startswith(f"> {ANSWERED}\n")
    assert done.out.count("\n[1] ") == done.out.count("> ") == 2
    value = pdfqa("chat", REPORT, "--json", stdin=lines).json
    assert {answer["thread_id"] for answer in value["answers"]} == {value["thread_id"]}
    assert len(value["answers"]) == 2


def test_chat_without_questions_or_files_ends(tmp_path: Path) -> None:
    assert pdfqa("chat", "--json").json == {"thread_id": None, "answers": []}
    done = pdfqa("chat", tmp_path / "missing.pdf", stdin=b"Why?\n")
    assert done.code == 3
    assert done.out == ""


@posix
@pytest.mark.usefixtures("known")
def test_a_closed_pipe_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "search", str(REPORT), "profit"],
        stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_stdout_is_said(unbuffered: str) -> None:
    env = environment(PYTHONUNBUFFERED=unbuffered)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, "path"], stdout=full, stderr=subprocess.PIPE, env=env, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith(b"pdfqa: ")
    assert done.stderr.count(b"\n") == 1


@posix
def test_ctrl_c_is_one_line_and_130() -> None:
    process = subprocess.Popen(
        [*COMMAND, "chat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    with process:
        assert process.stdin
        # An empty question is skipped: when it is gone, the command is reading.
        process.stdin.write(b"\n")
        process.stdin.flush()
        _wait_until_read(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"pdfqa: interrupted\n")


def _wait_until_read(process: subprocess.Popen[bytes]) -> None:
    import fcntl
    import struct
    import termios
    import time

    assert process.stdin
    for _ in range(600):
        waiting = fcntl.ioctl(process.stdin, termios.FIONREAD, struct.pack("i", 0))
        if struct.unpack("i", waiting)[0] == 0:
            return
        time.sleep(0.05)


@posix
def test_a_terminal_shows_progress_colour_and_bold_terms(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter()
    for _ in range(20):
        writer.append(REPORT)
    writer.write(tmp_path / "long.pdf")
    shown = on_terminal("search", tmp_path / "long.pdf", "dividend", "-k", "1").out
    assert "reading long.pdf" in shown
    assert "/280 pages" in shown
    assert "pages/s" in shown
    assert "\x1b[1m" in shown
    # The bar is gone when done: what follows starts on a line wiped with spaces.
    assert " \r" in shown.rpartition("pages/s")[2]


@posix
@pytest.mark.usefixtures("known")
def test_no_color_is_honoured() -> None:
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        done = on_terminal("ask", REPORT, ANSWERED, env=env)
        assert ANSWER in done.out
        assert "\x1b" not in done.out
    assert "\x1b[36m[1]\x1b[0m" in on_terminal("ask", REPORT, ANSWERED).out


@posix
@pytest.mark.usefixtures("known")
def test_json_is_indented_on_a_terminal() -> None:
    assert '{\n  "path": ' in on_terminal("path", "--json").out


@posix
def test_a_password_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=REPORT)
    writer.encrypt("sesame", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    done = on_terminal("ask", tmp_path / "locked.pdf", ANSWERED, typed=[(PROMPT, "wrong\n"), (PROMPT, "sesame\n")])
    assert done.code == 0
    assert ANSWER in done.out
    assert "sesame" not in done.out
    skipped = on_terminal("add", tmp_path / "locked.pdf", typed=[(PROMPT, "\n")], env={"PDFQA_HOME": str(tmp_path)})
    assert skipped.code == 3
    assert on_terminal("add", tmp_path / "locked.pdf", "-q", env={"PDFQA_HOME": str(tmp_path)}).code == 3


@posix
def test_each_locked_file_is_asked_for_its_own_password(tmp_path: Path) -> None:
    for name, word in (("a", "sesame"), ("b", "unknown"), ("c", "simsim")):
        writer = pypdf.PdfWriter(clone_from=REPORT.with_name("informe-2024.pdf"))
        writer.add_metadata({"/Title": name})
        writer.encrypt(word, algorithm="RC4-128")
        writer.write(tmp_path / f"{name}.pdf")
    typed = [(PROMPT, "sesame\n"), (PROMPT, "\n"), (PROMPT, "simsim\n")]
    done = on_terminal("add", tmp_path, typed=typed, env={"PDFQA_HOME": str(tmp_path / "home")})
    assert 3 == done.code
    assert "1 added, 1 already known, 1 failed" in done.out
    assert "b.pdf" in done.out.rpartition("1 failed")[2]
    assert not any(word in done.out for word in ("sesame", "simsim"))


@posix
@pytest.mark.usefixtures("known")
def test_chat_on_a_terminal_prompts_until_the_end() -> None:
    typed = [("> ", ANSWERED + "\n"), ("\n> ", "\x04")]
    done = on_terminal("chat", REPORT, typed=typed)
    assert done.code == 0
    assert "Ctrl-D ends" in done.out
    assert ANSWER in done.out


@pytest.mark.usefixtures("known")
def test_a_warm_answer_loads_nothing_it_does_not_need() -> None:
    code = (
        "import sys\nfrom pdfqa.cli import main\n"
        f"main(['ask', {str(REPORT)!r}, {ANSWERED!r}])\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert ANSWER in done.stdout
    assert set() == UNWANTED & set(done.stderr.split())


def test_the_shell_is_answered() -> None:
    def complete(words: str, at: int) -> list[str]:
        env = {"_PDFQA_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
        return pdfqa(env=env).out.splitlines()

    assert {"plain,add", "plain,ask", "file,a"} == set(complete("pdfqa a", 1))
    assert {"plain,--explain"} == set(complete("pdfqa search --ex", 2))
    assert {"file,x"} == set(complete("pdfqa report.pdf x", 2))
    assert {"plain,zsh"} == set(complete("pdfqa completion z", 2))


def test_names_are_imported_when_used() -> None:
    import pdfqa as package

    assert package.PDFQA.__name__ == "PDFQA"
    assert dir(package) == package.__all__
    with pytest.raises(AttributeError, match="no attribute 'Oracle'"):
        getattr(package, "Oracle")  # noqa: B009


@posix
def test_on_a_terminal_an_answer_shows_while_it_is_written() -> None:
    """The model goes on only when its first words are on the screen."""
    over, first = threading.Event(), list[str]()

    def look(shown: str) -> None:
        if "who audit" in shown:
            first.append(shown)
            over.set()

    with model_server() as server:
        server.replies_with(says_then_waits("It is Thornbury & Lisle, who audit ", "the accounts.", until=over))
        done = on_terminal("ask", REPORT, ANSWERED, "--model", "tiny", "--base-url", server.url, seen=look)
    assert (done.code, " end" in first[0], " end" in done.out) == (0, False, True)


@posix
def test_a_long_answer_is_typed_in_lines_with_its_citations_under_it() -> None:
    with model_server() as server:
        server.replies_with(says("It is Thornbury ", "and Lisle; " * 9, "they audit [1]."))
        done = on_terminal("ask", REPORT, ANSWERED, "--model", "tiny", "--base-url", server.url)
    told = done.out[done.out.index("It is Thornbury") :]
    typed, proofs = told.split("\n\n", 1)
    assert "they audit \x1b[36m[1]\x1b[0m." in typed
    assert max(len(line.replace("\x1b[36m", "").replace("\x1b[0m", "")) for line in typed.split("\n")) <= 80
    assert typed.count("\n") == 1
    assert "annual-report" in proofs
