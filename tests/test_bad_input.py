"""Bad input: a clear error for the file, nothing left of it, and the other files go on."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from pdfqa import PDFQA, FileError, FileMissingError, NoPdfsError, NoTextError, PdfqaError
from pdfqa.errors import EncryptedFileError, FileAccessError, by_code
from tests.homes import CLUB, PARK, WHO_CLUB, WHO_PARK, as_nobody, digest, nothing_left, open_to_nobody, pdf
from tests.pdf_maker import Leaf, make_pdf, paragraph
from tests.scans import Scan, write_scans

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
SECRET = "hush-hush-7141"


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "1")


def whole(*pages: str) -> bytes:
    return make_pdf([Leaf(paragraph(text)) for text in pages])


def encrypt(path: Path, password: str, *pages: str, algorithm: str = "AES-256") -> Path:
    """Write a PDF that opens with a password."""
    writer = pypdf.PdfWriter(pdf(path, *pages))
    writer.encrypt(password, algorithm=algorithm)
    writer.write(path)
    return path


def put(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "file_missing"),
    "a text": (put(b"Dear diary, nothing happened."), "unsupported_file"),
    "a picture": (put(b"\x89PNG\r\n\x1a\n" + bytes(100)), "unsupported_file"),
    "zeros": (put(bytes(5000)), "unsupported_file"),
    "empty": (put(b""), "empty_file"),
    "a page of the web": (put(b"<!DOCTYPE html><html><body>404</body></html>"), "unsupported_file"),
    "a header": (put(b"%PDF-1.7"), "damaged_file"),
    "cut short": (put(whole(CLUB)[:250]), "damaged_file"),
    "no page": (put(make_pdf([])), "no_pages"),
    "pages without text": (put(make_pdf([Leaf(), Leaf()])), "no_text"),
    "encrypted": (lambda path: encrypt(path, SECRET, CLUB), "encrypted_file"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "file_missing"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_told_leaves_nothing_and_stops_no_other(kind: str, tmp_path: Path, home: Path) -> None:
    make, code = BAD[kind]
    bad, good = tmp_path / "bad file.pdf", pdf(tmp_path / "good.pdf", CLUB)
    make(bad)
    with PDFQA(bad) as qa:
        (failure,) = qa.add().failed
        assert (failure.error, failure.file) == (code, str(bad))
        assert str(bad) in failure.message
        assert failure.hint
        assert "\n" not in failure.message
        assert by_code(code).exit_code == 3
        assert qa.failures == [failure]
        with pytest.raises(FileError) as caught:
            qa.ask(WHO_CLUB)
        assert (caught.value.code, caught.value.message, caught.value.hint) == (code, failure.message, failure.hint)
        assert qa.files() == []
    assert nothing_left(home)
    with PDFQA(bad, good, bad) as both:
        report = both.add()
        assert [entry.name for entry in report.added] == ["good.pdf"]
        assert {failure.error for failure in report.failed} == {code}
        assert both.ask(WHO_CLUB).found


def test_many_bad_files_leave_what_one_good_one_leaves(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "folder"
    good = pdf(folder / "m.pdf", CLUB)
    for number, (make, _) in enumerate(BAD.values()):
        make(folder / f"{number}.pdf")
    with PDFQA(folder) as qa:
        report = qa.add()
        # Missing files and links to nothing are not in a folder.
        assert len(report.failed) == len(BAD) - 2
        assert [entry.path for entry in report.added] == [str(good)]
        assert json.loads(report.to_json())["pages"] == 1
    mixed = digest(home)
    with PDFQA(good, home=tmp_path / "alone") as qa:
        qa.add()
    assert mixed == digest(tmp_path / "alone")


def test_a_bad_file_that_is_mended_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(whole(CLUB)[:250])
    with PDFQA(path) as qa:
        assert qa.add().failed
        pdf(path, CLUB)
        assert qa.ask(WHO_CLUB).found
        assert qa.failures == []


@pytest.mark.parametrize("content", [b"", b"junk", whole(CLUB)[:250]])
def test_bad_bytes_are_told_and_leave_nothing(content: bytes, home: Path) -> None:
    with PDFQA(content) as qa:
        (failure,) = qa.add().failed
        assert failure.message.startswith(failure.file) or failure.file in failure.message
        with pytest.raises(FileError):
            qa.ask(WHO_CLUB)
    assert nothing_left(home)
    assert [path for path in home.rglob("blobs/*/*") if path.is_file()] == []


def test_a_folder_without_pdfs_is_told(tmp_path: Path, home: Path) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "notes.txt").touch()
    with PDFQA(tmp_path / "folder") as qa:
        with pytest.raises(NoPdfsError, match="folder holds no PDF") as caught:
            qa.ask(WHO_CLUB)
        assert caught.value.hint
        (failure,) = qa.add().failed
        assert failure.error == "no_pdfs"
    assert nothing_left(home)


def test_a_scan_says_which_pages_and_what_would_read_them(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "scan.pdf", [Scan(paragraph(CLUB, 20, 200, letters=50))] * 3)
    with PDFQA(path, ocr="never") as qa, pytest.raises(NoTextError, match="any of its 3 pages") as caught:
        qa.ask(WHO_CLUB)
    assert "--ocr auto" in caught.value.hint


# Permissions and odd files.


@posix
def test_a_file_that_may_not_be_read_is_told() -> None:
    with open_to_nobody() as folder:
        secret = pdf(folder / "secret.pdf", CLUB)
        secret.chmod(0)
        with as_nobody(), PDFQA(secret, home=folder / "home") as qa:
            with pytest.raises(FileAccessError, match="permission denied") as caught:
                qa.ask(WHO_CLUB)
            assert str(secret) in caught.value.message
            assert caught.value.hint
            assert qa.files() == []


@posix
def test_a_file_in_a_folder_that_may_not_be_entered_is_told() -> None:
    with open_to_nobody() as folder:
        secret = pdf(folder / "closed" / "secret.pdf", CLUB)
        secret.parent.chmod(0)
        with as_nobody(), PDFQA(secret, secret.parent, home=folder / "home") as qa:
            assert len(qa.add().failed) == 2
            with pytest.raises(FileError):
                qa.ask(WHO_CLUB)
        secret.parent.chmod(0o755)


@posix
def test_a_pipe_or_device_is_no_file_and_is_not_waited_for(tmp_path: Path) -> None:
    import threading

    os.mkfifo(tmp_path / "pipe.pdf")
    outcome: list[str] = []

    def read() -> None:
        with PDFQA(tmp_path / "pipe.pdf") as qa:
            outcome.extend(failure.error for failure in qa.add().failed)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(3)
    if thread.is_alive():  # let it go, then tell
        with open(tmp_path / "pipe.pdf", "wb"):
            pass
        thread.join(10)
        pytest.fail("reading waits for the other end of a pipe")
    assert outcome == ["file_access"]


# Passwords.


def test_an_encrypted_file_asks_for_the_password_by_option(tmp_path: Path) -> None:
    path = encrypt(tmp_path / "a.pdf", SECRET, CLUB)
    with PDFQA(path) as qa, pytest.raises(EncryptedFileError, match="encrypted") as caught:
        qa.ask(WHO_CLUB)
    assert "--password" in caught.value.hint
    assert "in Python password=" in caught.value.hint


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_the_right_password_opens_a_file(tmp_path: Path, algorithm: str) -> None:
    path = encrypt(tmp_path / "a.pdf", SECRET, CLUB, algorithm=algorithm)
    with PDFQA(path, password=SECRET) as qa:
        answer = qa.ask(WHO_CLUB)
        assert answer.found
        assert answer.citations[0].boxes()


def test_a_password_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_PASSWORD", SECRET)
    with PDFQA(encrypt(tmp_path / "a.pdf", SECRET, CLUB)) as qa:
        assert qa.ask(WHO_CLUB).found
    with PDFQA(encrypt(tmp_path / "b.pdf", "other", PARK), password="other") as qa:
        assert qa.ask(WHO_PARK).found


def test_a_wrong_password_is_told_apart_and_is_not_repeated(tmp_path: Path, home: Path) -> None:
    path = encrypt(tmp_path / "a.pdf", SECRET, CLUB)
    with PDFQA(path, password="guess-8816") as qa:
        (failure,) = qa.add().failed
    assert failure.error == "encrypted_file"
    assert "guess-8816" not in failure.to_json()
    assert "wrong" in failure.message or "does not open" in failure.message or "password" in failure.message
    assert nothing_left(home)


def test_several_passwords_are_tried_on_each_file(tmp_path: Path) -> None:
    one, two = encrypt(tmp_path / "1.pdf", "first", CLUB), encrypt(tmp_path / "2.pdf", "second", PARK)
    three, plain = encrypt(tmp_path / "3.pdf", "third", CLUB + " x"), pdf(tmp_path / "4.pdf", PARK + " y")
    with PDFQA(one, two, three, plain, password=["first", "second"]) as qa:
        report = qa.add()
        assert [entry.name for entry in report.added] == ["1.pdf", "2.pdf", "4.pdf"]
        assert [(failure.file, failure.error) for failure in report.failed] == [(str(three), "encrypted_file")]
        assert all(citation.boxes() for citation in qa.ask(WHO_PARK).citations)


def test_a_long_encrypted_file_is_read_with_its_second_password(tmp_path: Path) -> None:
    path = encrypt(tmp_path / "a.pdf", "second", *(f"Page {number} of the log." for number in range(40)))
    with PDFQA(path, password=["first", "second"]) as qa:
        assert qa.add().pages == 40


def test_what_was_read_with_a_password_is_asked_without(tmp_path: Path) -> None:
    path = encrypt(tmp_path / "a.pdf", SECRET, CLUB)
    with PDFQA(path, password=SECRET) as qa:
        qa.add()
    with PDFQA(path) as later:
        answer = later.ask(WHO_CLUB)
        assert answer.found
        with pytest.raises(EncryptedFileError):
            answer.citations[0].boxes()


def test_a_password_is_never_stored(tmp_path: Path, home: Path) -> None:
    path = encrypt(tmp_path / "a.pdf", SECRET, CLUB)
    data = path.read_bytes()
    with PDFQA(path, data, password=[f"{SECRET}x", SECRET]) as qa:
        qa.ask(WHO_CLUB)
        assert SECRET not in repr(qa) + repr(qa._settings) + qa.info().to_json()
        contents = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    contents += [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    assert contents
    assert not [content for content in contents if SECRET.encode() in content]
    assert not [content for content in contents if SECRET.encode("utf-16-le") in content]


def test_every_failure_names_an_error_that_can_be_raised(tmp_path: Path) -> None:
    with PDFQA(tmp_path / "missing.pdf") as qa:
        (failure,) = qa.add().failed
    assert issubclass(by_code(failure.error), PdfqaError)
    assert by_code(failure.error) is FileMissingError
