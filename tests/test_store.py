"""The database: transactions, several processes, versions, and what it says when it cannot be used."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pdfqa.errors import HomeBusyError, NewerHomeError, StorageError, StorageFullError
from pdfqa.store import Database
from tests.homes import as_nobody, finish, open_to_nobody, small_disk, start


@pytest.fixture
def database(home: Path) -> Database:
    return notes(Database(home, busy_seconds=5))


def notes(database: Database) -> Database:
    """Give a database a table of the test's own."""
    with database.atomic() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (note TEXT)")
    return database


def write(database: Database, note: str) -> None:
    with database.atomic() as connection:
        connection.execute("INSERT INTO notes VALUES (?)", (note,))


def noted(database: Database) -> str:
    return "".join(note for (note,) in database.rows("SELECT note FROM notes ORDER BY rowid"))


@pytest.fixture(autouse=True)
def closed(home: Path) -> object:
    yield
    gc.collect()


class StoppedError(Exception):
    pass


def fail(database: Database, note: str) -> None:
    """Write inside a step that is undone."""
    with contextlib.suppress(StoppedError), database.atomic():
        write(database, note)
        raise StoppedError


def test_what_is_in_atomic_is_kept_together(database: Database, home: Path) -> None:
    with database.atomic():
        write(database, "a")
        write(database, "b")
        other = Database(home)
        assert noted(other) == ""
    assert noted(other) == noted(database) == "ab"
    other.close()


def test_what_fails_is_undone_whole(database: Database) -> None:
    with pytest.raises(StoppedError), database.atomic():  # noqa: PT012 (the step is what is undone)
        write(database, "a")
        write(database, "b")
        raise StoppedError
    assert noted(database) == ""
    write(database, "c")
    assert noted(database) == "c"


def test_an_interruption_undoes_too(database: Database) -> None:
    with pytest.raises(KeyboardInterrupt), database.atomic():  # noqa: PT012 (as above)
        write(database, "a")
        raise KeyboardInterrupt
    assert noted(database) == ""


def test_an_inner_step_is_undone_alone(database: Database) -> None:
    with database.atomic():
        write(database, "a")
        fail(database, "b")
        write(database, "c")
    assert noted(database) == "ac"


def test_an_outer_step_takes_finished_inner_ones_with_it(database: Database) -> None:
    with pytest.raises(StoppedError), database.atomic():  # noqa: PT012 (the step is what is undone)
        write(database, "a")
        with database.atomic():
            write(database, "b")
        raise StoppedError
    assert noted(database) == ""


def test_a_step_is_undone_whole_after_one_inside_it_was_undone(database: Database) -> None:
    with database.atomic():
        write(database, "a")
        with contextlib.suppress(StoppedError), database.atomic():
            write(database, "b")
            fail(database, "c")
            raise StoppedError
        write(database, "d")
    assert noted(database) == "ad"


def test_a_bad_statement_is_an_error_of_ours_and_undoes_its_step(database: Database) -> None:
    with pytest.raises(StorageError, match="no such table") as caught, database.atomic() as connection:  # noqa: PT012
        write(database, "a")
        connection.execute("INSERT INTO nowhere VALUES (1)")
    assert isinstance(caught.value.__cause__, sqlite3.Error)
    assert noted(database) == ""
    for ask in (database.row, database.rows):
        with pytest.raises(StorageError, match=r"pdfqa\.db"):
            ask("SELECT nothing FROM nowhere")


def test_readers_do_not_wait_for_a_writer(database: Database, home: Path) -> None:
    assert database.rows("PRAGMA journal_mode") == [("wal",)]
    impatient = Database(home, busy_seconds=0)
    with database.atomic():
        write(database, "a")
        assert noted(impatient) == ""
    impatient.close()


def test_what_is_acknowledged_is_on_the_disk(database: Database) -> None:
    assert database.row("PRAGMA synchronous") == (2,)
    assert database.row("PRAGMA foreign_keys") == (1,)


def test_a_home_that_was_read_only_for_a_while_is_written_again() -> None:
    with open_to_nobody() as folder, as_nobody(), ThreadPoolExecutor(1) as other:
        database = notes(Database(folder / "home"))
        files = list(database.home.iterdir())
        for path in files:
            path.chmod(0o400)
        with pytest.raises(StorageError, match="cannot be opened for writing"):
            other.submit(write, database, "a").result()
        for path in files:
            path.chmod(0o600)
        other.submit(write, database, "b").result()
        assert "b" == noted(database)
        database.close()


def test_many_threads_do_not_take_much_memory_each(database: Database) -> None:
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(database.row, "PRAGMA cache_size").result()
    assert [(-16_000,), (-4_000,)] == [database.row("PRAGMA cache_size"), other]


def test_a_second_writer_waits_only_so_long(database: Database, home: Path) -> None:
    other = Database(home, busy_seconds=0.05)
    with database.atomic(), pytest.raises(HomeBusyError, match=r"0\.05 s") as caught:
        write(other, "b")
    assert "PDFQA_BUSY_SECONDS" in caught.value.hint
    write(other, "c")
    assert noted(database) == "c"
    other.close()


def test_many_threads_that_wait_for_another_process_wait_no_longer_than_one(database: Database, home: Path) -> None:
    others = Database(home, busy_seconds=1)

    def wait(number: int) -> str:
        began = time.monotonic()
        with pytest.raises(HomeBusyError) as caught:
            write(others, "b")
        assert time.monotonic() - began < 3.5
        return caught.value.hint

    with database.atomic(), ThreadPoolExecutor(12) as pool:
        hints = set(pool.map(wait, range(12)))
    assert 1 == len(hints)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: write(others, "c"), range(12)))
    assert "c" * 12 == noted(database)
    others.close()


def test_what_follows_a_commit_cannot_undo_it(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    followed = threading.Event()
    with database.atomic():
        write(database, "a")
        database.after_commit(lambda: 1 // 0)
        database.after_commit(followed.set)
    assert ("a", True) == (noted(database), followed.is_set())
    assert ["pdfqa.store"] == [record.name for record in caplog.records]


WRITER = """
import sys
from pathlib import Path
from pdfqa.store import Database
database = Database(Path(sys.argv[1]))
for number in range(40):
    with database.atomic() as connection:
        (before,) = connection.execute("SELECT count(*) FROM notes").fetchone()
        connection.execute("INSERT INTO notes VALUES (?)", (f"{sys.argv[2]}{before}",))
database.close()
"""


def test_processes_that_write_at_once_lose_nothing(database: Database, home: Path) -> None:
    ends = finish(*(start(WRITER, home, name) for name in "abc"))
    assert [(0, "", "")] * 3 == ends
    numbers = [int(note[1:]) for (note,) in database.rows("SELECT note FROM notes ORDER BY rowid")]
    assert numbers == list(range(120))


MAKER = """
import sys, time
from pathlib import Path
from pdfqa.store import Database
time.sleep(max(0, float(sys.argv[2]) - time.time()))
Database(Path(sys.argv[1])).close()
"""


def test_processes_may_make_a_home_at_once(home: Path) -> None:
    import time

    moment = time.time() + 0.8
    ends = finish(*(start(MAKER, home, moment) for _ in range(6)))
    assert [(0, "", "")] * 6 == ends


def test_threads_may_make_a_home_at_once(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def make(home: Path, gate: threading.Barrier) -> None:
        gate.wait()
        try:
            Database(home).close()
        except StorageError as error:
            errors.append(error)

    for number in range(10):
        gate = threading.Barrier(4)
        threads = [threading.Thread(target=make, args=(tmp_path / f"{number}", gate)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []


KILLED = """
import os, signal, sys
from pathlib import Path
from pdfqa.store import Database
database = Database(Path(sys.argv[1]))
with database.atomic() as connection:
    connection.execute("INSERT INTO notes VALUES ('kept')")
with database.atomic() as connection:
    connection.execute("INSERT INTO notes VALUES ('lost')")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_process_leaves_what_it_finished(database: Database, home: Path) -> None:
    ((code, _, _),) = finish(start(KILLED, home))
    assert code == -signal.SIGKILL
    assert noted(database) == "kept"
    write(database, "!")


def test_each_thread_has_a_connection_of_its_own(database: Database) -> None:
    seen: list[sqlite3.Connection] = []
    thread = threading.Thread(target=lambda: seen.append(database.connection))
    thread.start()
    thread.join()
    assert database.connection is database.connection
    assert seen[0] is not database.connection


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs a list of open files")
def test_threads_that_have_ended_hold_no_file_open(database: Database) -> None:
    def use() -> None:
        thread = threading.Thread(target=lambda: noted(database))
        thread.start()
        thread.join()

    use()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(30):
        use()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before + 8


def test_a_trace_sees_every_statement(home: Path) -> None:
    seen: list[str] = []
    database = notes(Database(home, trace=seen.append))
    seen.clear()
    with database.atomic():
        write(database, "a")
    assert seen == [
        "BEGIN IMMEDIATE",
        "SAVEPOINT inner_step",
        "INSERT INTO notes VALUES ('a')",
        "RELEASE inner_step",
        "COMMIT",
    ]
    database.close()


def test_a_home_that_is_up_to_date_is_not_written_to(database: Database, home: Path) -> None:
    version = database.version
    database.close()
    seen: list[str] = []
    again = Database(home, trace=seen.append)
    assert not [statement for statement in seen if "CREATE" in statement or "BEGIN" in statement]
    assert again.version == version > 0
    again.close()


def test_a_newer_home_is_left_alone(database: Database, home: Path) -> None:
    with database.atomic() as connection:
        connection.execute("PRAGMA user_version = 999")
    database.close()
    before = (home / "pdfqa.db").read_bytes()
    with pytest.raises(NewerHomeError, match="schema 999") as caught:
        Database(home)
    assert "Upgrade" in caught.value.hint
    gc.collect()
    assert (home / "pdfqa.db").read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"no database, but a letter to my aunt " * 40, b"SQLite format 3\0" + b"\xff" * 8192]
)
def test_another_kind_of_file_is_no_database(home: Path, content: bytes) -> None:
    home.mkdir()
    (home / "pdfqa.db").write_bytes(content)
    with pytest.raises(StorageError, match=r"pdfqa\.db") as caught:
        Database(home)
    assert caught.value.hint
    assert (home / "pdfqa.db").read_bytes() == content


def test_a_home_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StorageError, match="cannot be made") as caught:
            Database(home)
        assert "PDFQA_HOME" in caught.value.hint


def test_a_database_that_is_a_folder_is_an_error(home: Path) -> None:
    (home / "pdfqa.db").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be opened"):
        Database(home)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs users")
def test_a_home_that_may_not_be_written_is_an_error() -> None:
    with open_to_nobody() as folder:
        home = folder / "home"
        notes(Database(home)).close()
        for path in (home / "pdfqa.db", home):
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            with as_nobody(), pytest.raises(StorageError, match="cannot be opened for writing") as caught:
                write(Database(home), "a")
            assert "ermission" in caught.value.hint
        finally:
            home.chmod(0o755)


def test_a_read_only_disk_is_an_error(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "8m") as mounted:
        if not mounted:
            pytest.skip("this user may not mount a disk")
        home = tmp_path / "disk" / "home"
        notes(Database(home)).close()
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path / "disk")], check=True)
        with pytest.raises(StorageError, match="cannot be opened for writing"):
            write(Database(home), "a")
        gc.collect()


def test_a_full_database_undoes_the_step_and_goes_on_when_there_is_room(database: Database) -> None:
    write(database, "a")
    (pages,) = database.row("PRAGMA page_count") or (0,)
    database.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StorageFullError, match="undone") as caught, database.atomic():
        write(database, "b" * 100_000)
    assert "Free some space" in caught.value.hint
    assert noted(database) == "a"
    database.connection.execute("PRAGMA max_page_count = 100000")
    write(database, "c")
    assert noted(database) == "ac"


def test_a_full_disk_undoes_the_step_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "2m") as mounted:
        if not mounted:
            pytest.skip("this user may not mount a disk")
        ballast = tmp_path / "disk" / "ballast"
        database = notes(Database(tmp_path / "disk" / "home"))
        write(database, "a")
        with contextlib.suppress(OSError):
            ballast.write_bytes(b"x" * (4 << 20))
        with pytest.raises(StorageFullError):
            write(database, "b" * 100_000)
        assert noted(database) == "a"
        ballast.unlink()
        write(database, "c")
        assert noted(database) == "ac"
        database.close()
