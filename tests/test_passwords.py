"""Passwords: which are tried and how they are spelled, what opens without one, and that none is left anywhere."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pypdf
import pytest

from pdfqa import PDFQA
from pdfqa.config import load
from pdfqa.pdf.passwords import from_lines, tries
from pdfqa.types import Progress
from tests.cli_runner import pdfqa
from tests.homes import CLUB, PARK, WHO_CLUB, finish, pdf, start

ALGORITHMS = ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"]


def lock(path: Path, user: str, owner: str, algorithm: str, text: str = CLUB) -> Path:
    """Write a PDF with a user's and an owner's password."""
    writer = pypdf.PdfWriter(pdf(path, text))
    writer.encrypt(user, owner, algorithm=algorithm)
    writer.write(path)
    return path


def outcome(*paths: Path, password: str | list[str] | None = None) -> list[str]:
    """Return how each of the files ended, in the order of their names."""
    with PDFQA(*paths, password=password) as qa:
        report = qa.add()
    ends = {entry.name: "read" for entry in report.added + report.known}
    ends |= {Path(failure.file).name: failure.error for failure in report.failed}
    return [ends[path.name] for path in paths]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_opens_without_a_password_opens_whatever_is_given(tmp_path: Path, algorithm: str) -> None:
    path = lock(tmp_path / "a.pdf", "", "boss", algorithm)
    assert ["read"] == outcome(path, password="wrong")
    with PDFQA(path, password="wrong") as qa:
        assert qa.ask(WHO_CLUB).citations[0].boxes()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_owners_password_opens_as_the_users_does(tmp_path: Path, algorithm: str) -> None:
    path = lock(tmp_path / "a.pdf", "user", "boss", algorithm)
    assert [["encrypted_file"], ["read"]] == [outcome(path, password=word) for word in ("wrong", "boss")]
    assert ["read"] == outcome(lock(tmp_path / "b.pdf", "user", "boss", algorithm, PARK), password="user")


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_password_may_have_any_letters(tmp_path: Path, algorithm: str) -> None:
    word = "Äpfel für ça"
    path = lock(tmp_path / "a.pdf", word, "boss", algorithm)
    assert ["read"] == outcome(path, password=unicodedata.normalize("NFD", word) + " ")


def test_the_algorithm_is_named(tmp_path: Path) -> None:
    said = []
    for algorithm in ALGORITHMS:
        with PDFQA(lock(tmp_path / f"{algorithm}.pdf", "user", "boss", algorithm)) as qa:
            said.append(qa.add().failed[0].message.rpartition("(")[2])
    assert ["RC4).", "RC4).", "AES-128).", "AES-256).", "AES-256)."] == said


def test_no_password_is_tried_first_then_each_as_it_is_then_as_it_may_be_meant() -> None:
    assert [None, " a ", "b", "a"] == tries([" a ", "b", "b"])
    assert [None, "e\u0301", "\u00e9"] == tries(["e\u0301"])
    assert [None] == tries([])


@pytest.mark.parametrize(
    "data",
    [
        "first\nzweites für\n".encode(),
        "first\r\nzweites für".encode("utf-8-sig"),
        "first\r\r\nzweites für\r".encode("latin-1"),
        "first\r\nzweites für\r\n".encode("utf-16"),
        b"\xfe\xff" + "first\nzweites für".encode("utf-16-be"),
    ],
)
def test_a_file_of_passwords_may_come_from_any_editor(data: bytes) -> None:
    assert ["first", "zweites für"] == from_lines(data)


def test_spaces_in_a_file_of_passwords_may_be_meant_or_not(tmp_path: Path) -> None:
    paths = [lock(tmp_path / "a.pdf", "a b ", "x", "AES-256"), lock(tmp_path / "b.pdf", "cd", "x", "AES-256", PARK)]
    words = tmp_path / "words"
    words.write_text("cd  \n\na b \n")
    done = pdfqa("add", *paths, "--password-file", words)
    assert (0, "2 files") == (done.code, done.out[:7])


def test_a_password_that_is_no_unicode_is_latin_1(tmp_path: Path) -> None:
    assert "für" == load(home=tmp_path, env={"PDFQA_PASSWORD": "f\udcfcr"}).password


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_no_process_shows_a_password(tmp_path: Path) -> None:
    shown: list[bytes] = []

    def look(_: Progress) -> None:
        shown.extend(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline"))

    with PDFQA(lock(tmp_path / "a.pdf", "hush-5512", "x", "AES-256"), password="hush-5512") as qa:
        assert [] == qa.add(progress=look).failed
    assert any(b"worker_main" in line for line in shown)
    assert not any(b"hush-5512" in line for line in shown)


def test_pypdf_without_its_extra_stands_in_no_ones_way(tmp_path: Path) -> None:
    (tmp_path / "without" / "cryptography").mkdir(parents=True)
    (tmp_path / "without" / "cryptography" / "__init__.py").write_text("raise ImportError('not here')")
    code = (
        "import sys\nfrom pdfqa import PDFQA\n"
        "with PDFQA(sys.argv[1], password='user') as qa:\n    print(qa.add().failed, qa.ask(sys.argv[2]).found)"
    )
    paths = [lock(tmp_path / f"{name}.pdf", "user", "boss", name) for name in ("AES-128", "AES-256")]
    for path in paths:
        ((code_, out, err),) = finish(start(code, path, WHO_CLUB, PYTHONPATH=str(tmp_path / "without")))
        assert (0, "[] True\n", "") == (code_, out, err)
