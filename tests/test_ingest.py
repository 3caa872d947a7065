"""Adding files: each content is read once, whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import threading
from pathlib import Path

import pytest

from pdfqa import PDFQA, PdfqaError
from pdfqa.errors import StorageFullError
from pdfqa.types import Progress
from tests.homes import (
    CLUB,
    MINE,
    PARK,
    WHO_CLUB,
    digest,
    finish,
    long_pdf,
    nothing_left,
    pdf,
    rows,
    small_disk,
    start,
)
from tests.pdf_maker import Leaf, paragraph, write_pdf

FALSE = shutil.which("false") or "/bin/false"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")


@pytest.fixture(autouse=True)
def two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "2")


@pytest.fixture
def no_worker_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every worker end at once: whoever reads a page now is found out."""
    monkeypatch.setattr(sys, "executable", FALSE)


def names(entries: object) -> list[str]:
    return sorted(entry.name for entry in entries)  # type: ignore[attr-defined]


def add(*paths: object) -> list[str]:
    with PDFQA() as qa:
        report = qa.add(*paths)
        assert report.failed == []
        return names(report.added)


# What is read, and how often.


def test_a_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    club = pdf(tmp_path / "club.pdf", CLUB, PARK)
    with PDFQA(club) as qa:
        first = qa.add()
        monkeypatch.setattr(sys, "executable", FALSE)
        second = qa.add()
        assert qa.ask(WHO_CLUB).found
    assert (names(first.added), first.known, first.pages) == (["club.pdf"], [], 2)
    assert (second.added, second.known, second.pages) == ([], first.added, 0)
    with PDFQA(club) as later:
        assert names(later.add().known) == ["club.pdf"]


@pytest.mark.usefixtures("no_worker_starts")
def test_reading_needs_a_worker(tmp_path: Path) -> None:
    with PDFQA(pdf(tmp_path / "club.pdf", CLUB)) as qa:
        assert [failure.error for failure in qa.add().failed] == ["reader_failed"]


def test_a_moved_or_renamed_or_touched_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    club = pdf(tmp_path / "club.pdf", CLUB)
    add(club)
    monkeypatch.setattr(sys, "executable", FALSE)
    moved = club.rename(tmp_path / "moved.pdf")
    with PDFQA(moved) as qa:
        assert names(qa.add().known) == ["club.pdf"]
        assert qa.ask(WHO_CLUB).citations[0].file == str(moved)
        assert qa.ask(WHO_CLUB).citations[0].boxes()
        os.utime(moved, (1, 1))
        assert qa.add().added == []
        assert [entry.path for entry in qa.files()] == [str(moved)]


def test_a_changed_file_is_read_again_and_answers_from_what_it_says_now(tmp_path: Path) -> None:
    path = pdf(tmp_path / "note.pdf", CLUB)
    with PDFQA(path) as qa:
        assert "Holloway" in qa.ask(WHO_CLUB).text
        stat = path.stat()
        pdf(path, CLUB.replace("Holloway", "Galloway"))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        answer = qa.ask(WHO_CLUB)
    assert "Galloway" in answer.text
    assert "Holloway" not in answer.text


def test_a_path_names_what_is_there_now(tmp_path: Path) -> None:
    path = pdf(tmp_path / "note.pdf", CLUB)
    with PDFQA(path) as qa:
        qa.add()
        pdf(path, CLUB, PARK)
        qa.add()
        assert qa.document(path).pages == 2


def test_of_a_changed_file_only_what_it_says_now_is_asked(tmp_path: Path) -> None:
    path = pdf(tmp_path / "note.pdf", CLUB)
    add(path)
    pdf(path, PARK)
    add(path)
    with PDFQA() as everything:
        assert not [hit for hit in everything.search(WHO_CLUB) if "Holloway" in hit.text]


def test_one_content_under_two_names_is_one_document(tmp_path: Path) -> None:
    paths = [pdf(tmp_path / "a.pdf", CLUB), pdf(tmp_path / "b.pdf", CLUB)]
    with PDFQA(*paths) as qa:
        report = qa.add()
        assert len(report.added) == len(qa.files()) == 1
        assert len(qa.search(WHO_CLUB)) == 1
    for path in paths:
        with PDFQA(path) as one:
            assert one.search(WHO_CLUB)[0].file == str(path)


def test_a_file_named_several_times_is_added_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdf(tmp_path / "in" / "a.pdf", CLUB)
    monkeypatch.chdir(tmp_path)
    with PDFQA() as qa:
        report = qa.add(path, str(path), "in/a.pdf", "in", "./in/../in", path.read_bytes())
    assert (names(report.added), report.known, report.failed) == (["a.pdf"], [], [])


def test_bytes_are_kept_and_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdf(tmp_path / "a.pdf", CLUB)
    data = path.read_bytes()
    path.unlink()
    with PDFQA(data) as qa:
        answer = qa.ask(WHO_CLUB)
        monkeypatch.setattr(sys, "executable", FALSE)
        assert answer.citations[0].boxes()
        assert len(qa.add().known) == len(qa.files()) == 1
        assert qa.files()[0].path == ""


def test_bytes_come_before_or_after_the_same_file(tmp_path: Path) -> None:
    club, park = pdf(tmp_path / "a.pdf", CLUB), pdf(tmp_path / "b.pdf", PARK)
    with PDFQA() as qa:
        qa.add(club.read_bytes())
        qa.add(club)
        qa.add(park)
        qa.add(park.read_bytes())
        assert len(qa.files()) == 2


def test_removing_leaves_nothing_and_adding_reads_again(tmp_path: Path, home: Path) -> None:
    club = pdf(tmp_path / "club.pdf", CLUB)
    data = pdf(tmp_path / "park.pdf", PARK).read_bytes()
    with PDFQA(club, data) as qa:
        qa.add()
        for entry in qa.files():
            qa.remove(entry.id)
        assert qa.files() == []
    assert club.exists()
    assert nothing_left(home)
    assert [path for path in (home / "blobs").rglob("*") if path.is_file()] == []
    assert add(club) == ["club.pdf"]


def test_what_is_added_after_a_removal_is_found_as_itself(tmp_path: Path) -> None:
    club, park = pdf(tmp_path / "club.pdf", CLUB), pdf(tmp_path / "park.pdf", "Nothing of note.", PARK)
    with PDFQA() as qa:
        qa.add(club)
        assert qa.search(WHO_CLUB)[0].page == 1
        qa.remove(club)
        qa.add(park)
        hit = qa.search("greenhouse orchids")[0]
        assert (hit.page, hit.text) == (2, PARK)
        (citation, *_) = qa.ask("How many orchids does the greenhouse hold?").citations
        assert qa.document(park).page(2).text[citation.start : citation.end] == citation.quote


# Folders and names.


def test_a_folder_is_searched_with_its_subfolders(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    pdf(folder / "b.pdf", CLUB)
    pdf(folder / "deep" / "er" / "A.PDF", PARK)
    pdf(folder / "deep" / ".hidden.Pdf", MINE)
    (folder / "notes.txt").write_text("no PDF")
    (folder / "folder.pdf").mkdir()
    assert add(folder) == [".hidden.Pdf", "A.PDF", "b.pdf"]


@posix
def test_links_that_go_round_end(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    club = pdf(folder / "in" / "club.pdf", CLUB)
    (folder / "in" / "round").symlink_to(folder, target_is_directory=True)
    (folder / "self.pdf").symlink_to(folder / "self.pdf")
    (folder / "gone.pdf").symlink_to(folder / "nowhere.pdf")
    (folder / "link.pdf").symlink_to(club)
    with PDFQA(folder) as qa:
        report = qa.add()
        assert (len(report.added), report.failed) == (1, [])
        assert [failure.error for failure in qa.add(folder / "self.pdf", folder / "gone.pdf").failed] == [
            "file_missing",
            "file_missing",
        ]


@posix
@pytest.mark.parametrize(
    "name", ["two words.pdf", "señal — 報告.pdf", "line\nbreak.pdf", "-q.pdf", "[1]*?.pdf", "%s{0}.pdf", "~$lock.pdf"]
)
def test_any_name_will_do(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdf(tmp_path / "folder" / name, CLUB)
    monkeypatch.chdir(path.parent)
    with PDFQA(".") as qa:
        assert names(qa.add().added) == [name]
        assert qa.document(name).file.path == str(path)
        answer = qa.ask(WHO_CLUB)
        assert answer.citations[0].file == name
        assert name in str(answer).replace("\n    ", " ") or "\n" in name
        assert qa.remove(path).name == name


@posix
def test_a_name_that_is_no_unicode_stops_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    good = pdf(folder / "good.pdf", PARK)
    strange = os.path.join(os.fsencode(folder), b"caf\xe9.pdf")
    try:
        os.rename(pdf(folder / "plain.pdf", CLUB), strange)
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    with PDFQA(folder) as qa:
        report = qa.add()
        assert good.name in names(report.added)
        assert len(report.added) + len(report.failed) == 2
        assert report.to_json()


# Interruptions.


def test_an_interruption_leaves_nothing_of_the_file(tmp_path: Path, home: Path) -> None:
    log = long_pdf(tmp_path / "log.pdf", 40)

    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with PDFQA(log) as qa:
        with pytest.raises(KeyboardInterrupt):
            qa.add(progress=interrupt)
        assert qa.files() == []
    assert nothing_left(home)
    assert add(log) == ["log.pdf"]


def test_what_was_finished_before_an_interruption_is_kept(tmp_path: Path, home: Path) -> None:
    club, log = pdf(tmp_path / "club.pdf", CLUB), long_pdf(tmp_path / "log.pdf", 40)

    def interrupt(progress: Progress) -> None:
        if progress.files_done == 1:
            raise KeyboardInterrupt

    with PDFQA(club, log) as qa:
        with pytest.raises(KeyboardInterrupt):
            qa.add(progress=interrupt)
        assert len(qa.files()) == 1
        kept = qa.files()[0].name
        assert names(qa.add().known) == [kept]
    assert rows(home, "documents", "contents") == {"documents": 2, "contents": 2}


def test_an_error_of_the_callers_own_leaves_nothing_either(tmp_path: Path, home: Path) -> None:
    def fail(progress: Progress) -> None:
        raise ZeroDivisionError

    with PDFQA(pdf(tmp_path / "club.pdf", CLUB)) as qa, pytest.raises(ZeroDivisionError):
        qa.ask(WHO_CLUB, progress=fail)
    assert nothing_left(home)


def test_progress_grows_and_ends_complete(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with PDFQA(pdf(tmp_path / "club.pdf", CLUB), long_pdf(tmp_path / "log.pdf", 40)) as qa:
        qa.add(progress=seen.append)
    assert [(p.pages_done, p.files_done) for p in seen] == sorted((p.pages_done, p.files_done) for p in seen)
    last = seen[-1]
    assert (last.pages_done, last.pages_total, last.files_done, last.files_total, last.failed) == (41, 41, 2, 2, 0)


@posix
def test_a_worker_that_dies_costs_nothing(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "1")
    log, club = long_pdf(tmp_path / "log.pdf", 200), pdf(tmp_path / "club.pdf", CLUB)
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        if not killed:
            killed.extend(children())
            for number in killed:
                os.kill(number, signal.SIGKILL)

    with PDFQA(log, club) as qa:
        report = qa.add(progress=kill)
        assert len(killed) == 1
        assert [] == report.failed + report.unread
        assert ["club.pdf", "log.pdf"] == names(report.added)
    assert set(rows(home, "documents", "indexes").values()) == {2}


def children() -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


ADD = """
import os, signal, sys
from pdfqa.config import load
from pdfqa.engine import Engine
from pdfqa.engine.library import Library
home, folder, deadly = sys.argv[1:4]
left = int(deadly)
def trace(statement):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
with Engine(load(home=home), trace=trace) as engine:
    Library(engine).gather([folder])
print(int(deadly) - left)
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a small, a large and a damaged file."""
    folder = tmp_path_factory.mktemp("reports")
    pdf(folder / "club.pdf", CLUB, PARK)
    long_pdf(folder / "log.pdf", 40)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    return folder


@posix
def test_a_killed_process_loses_nothing_and_doubles_nothing(reports: Path, tmp_path: Path) -> None:
    ((code, out, err),) = finish(start(ADD, tmp_path / "whole", reports, 10**9))
    assert (code, err) == (0, "")
    whole, statements = digest(tmp_path / "whole"), int(out)
    chance = random.Random(statements)
    # In the middle of the writing of the large file, and anywhere.
    moments = [statements - 40, statements * 3 // 4, *(chance.randrange(40, statements) for _ in range(4))]
    homes = [tmp_path / f"{number}" for number in range(len(moments))]
    for pair in ([0, 1], [2, 3], [4, 5]):
        ends = finish(*(start(ADD, homes[number], reports, moments[number]) for number in pair))
        assert [-signal.SIGKILL] * 2 == [code for code, _, _ in ends]
    for home in homes:
        assert all(digest(home)[sha256] == whole[sha256] for sha256 in digest(home))
        with PDFQA(reports, home=home) as qa:
            report = qa.add()
            assert len(report.added) + len(report.known) == 2
            assert names(qa.files()) == ["club.pdf", "log.pdf"]
        assert digest(home) == whole
        assert rows(home, "contents", "postings") == rows(tmp_path / "whole", "contents", "postings")


@posix
def test_nothing_of_a_killed_process_stays_behind(reports: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ((code, out, _),) = finish(start(ADD, tmp_path / "whole", reports, 10**9, TMPDIR=str(temporary)))
    assert code == 0
    finish(start(ADD, tmp_path / "killed", reports, int(out) // 2, TMPDIR=str(temporary)))
    assert [] == list(temporary.iterdir())
    add_to = tmp_path / "killed"
    with PDFQA(reports, home=add_to) as qa:
        qa.add()
    assert rows(add_to, "objects") == rows(tmp_path / "whole", "objects")


def test_what_killed_processes_left_in_the_home_is_removed(tmp_path: Path, home: Path) -> None:
    left = [home / "claims" / "vs_killed", home / "incoming" / "half"]
    for path in left:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        os.utime(path, (1, 1))
    add(pdf(tmp_path / "club.pdf", CLUB))
    assert [False, False] == [path.exists() for path in left]


TOGETHER = """
import sys, time
from pdfqa import PDFQA, PdfqaError
home, folder, moment = sys.argv[1:]
with PDFQA(folder, home=home) as qa:
    time.sleep(max(0, float(moment) - time.time()))
    report = qa.add()
    print(len(report.added) + len(report.known), len(report.failed))
"""


def test_processes_that_add_the_same_files_at_once_share_them(reports: Path, home: Path) -> None:
    import time

    moment = time.time() + 1.2
    ends = finish(*(start(TOGETHER, home, reports, moment, PDFQA_WORKERS="1") for _ in range(3)))
    assert [(0, "2 1\n", "")] * 3 == ends
    assert rows(home, "documents", "contents") == {"documents": 2, "contents": 2}
    with PDFQA() as qa:
        assert names(qa.files()) == ["club.pdf", "log.pdf"]


@pytest.mark.parametrize("bad", [True, False], ids=["bad file", "good file"])
def test_threads_that_add_the_same_file_at_once_share_it(tmp_path: Path, home: Path, bad: bool) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    if bad:
        path.write_bytes(b"%PDF-1.7\nnothing")
    outcomes: list[object] = []
    gate = threading.Barrier(3)
    with PDFQA(path) as qa:

        def work() -> None:
            gate.wait()
            try:
                report = qa.add()
                outcomes.append((len(report.added + report.known), len(report.failed)))
            except PdfqaError as error:
                outcomes.append(error)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == [(0, 1) if bad else (1, 0)] * 3
        assert len(qa.files()) == (0 if bad else 1)
    assert nothing_left(home) == bad


def test_an_interrupted_process_takes_nothing_from_another(tmp_path: Path) -> None:
    """One process gives up on a file that another is still reading."""
    log = long_pdf(tmp_path / "log.pdf", 40)
    begun, ended = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def patient(progress: Progress) -> None:
        begun.set()
        ended.wait(60)

    def read() -> None:
        with PDFQA(log) as qa:
            try:
                assert names(qa.add(progress=patient).added) == ["log.pdf"]
            except (PdfqaError, AssertionError) as error:
                failures.append(error)

    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    thread = threading.Thread(target=read)
    thread.start()
    assert begun.wait(60)
    with PDFQA(log) as other, pytest.raises(KeyboardInterrupt):
        other.add(progress=interrupt)
    ended.set()
    thread.join()
    assert failures == []


# A full disk.


def test_a_full_disk_is_said_and_leaves_nothing_half_there(tmp_path: Path) -> None:
    log, club = long_pdf(tmp_path / "log.pdf", 300), pdf(tmp_path / "club.pdf", CLUB)
    with small_disk(tmp_path / "disk", "1536k") as mounted:
        if not mounted:
            pytest.skip("this user may not mount a disk")
        home, ballast = tmp_path / "disk" / "home", tmp_path / "disk" / "ballast"
        with PDFQA(club, home=home) as qa:
            qa.add()
        before = digest(home)
        ballast.write_bytes(b"x" * (free(home) - (200 << 10)))
        with PDFQA(home=home) as qa:
            with pytest.raises(StorageFullError) as caught:
                qa.add(log)
            assert caught.value.hint
            assert names(qa.files()) == ["club.pdf"]
        assert digest(home) == before
        ballast.unlink()
        with PDFQA(home=home) as qa:
            assert names(qa.add(club).known) == ["club.pdf"]


def free(path: Path) -> int:
    status = os.statvfs(path)
    return status.f_bavail * status.f_bsize


def test_bytes_on_a_full_disk_leave_no_piece(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as mounted:
        if not mounted:
            pytest.skip("this user may not mount a disk")
        home = tmp_path / "disk" / "home"
        with PDFQA(home=home) as qa, pytest.raises(StorageFullError, match="could not be written"):
            qa.add(b"%PDF-1.7\n" + b"x" * (2 << 20))
        assert [path for path in (home / "blobs").rglob("*") if path.is_file()] == []
        assert nothing_left(home)


def test_a_blank_page_is_read_though_nothing_stands_on_it(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "gap.pdf", [Leaf(paragraph(CLUB)), Leaf(drawing="0 0 m 612 0 l S\n")])
    with PDFQA(path, home=tmp_path / "home") as qa:
        assert [] == qa.add().unread
        assert "" == qa.document("gap.pdf").page(2).text
