"""Closing while other threads are at work: an error for them at worst, and never the end of the process."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from pdfqa.errors import StorageError
from pdfqa.store import Database
from tests.homes import finish, start

# A connection that is closed while SQLite works with it ends the process.
BUSY = """
import sys, threading
from pathlib import Path
from pdfqa.errors import StorageError
from pdfqa.store import Database

def work(database, going):
    going.wait()
    try:
        while True:
            database.rows("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300) SELECT x FROM n")
            with database.atomic() as connection:
                connection.execute("UPDATE notes SET text = text || 'x'")
    except StorageError:
        pass

for number in range(12):
    database = Database(Path(sys.argv[1]) / str(number))
    with database.atomic() as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute("INSERT INTO notes VALUES ('')")
    going = threading.Barrier(5)
    threads = [threading.Thread(target=work, args=(database, going), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    going.wait()
    database.close()
print("closed")
"""


def test_a_database_is_closed_under_threads_that_use_it(tmp_path: Path) -> None:
    [(code, out, err)] = finish(start(BUSY, tmp_path))
    assert (0, "closed\n", "") == (code, out, err)


def test_a_long_query_is_broken_off(home: Path) -> None:
    database = Database(home)
    begun, ended = threading.Event(), threading.Event()

    def count() -> None:
        begun.set()
        with pytest.raises(StorageError):
            database.rows("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n")
        ended.set()

    thread = threading.Thread(target=count, daemon=True)
    thread.start()
    begun.wait()
    time.sleep(0.05)
    database.close()
    assert ended.wait(5)


def test_a_transaction_that_is_under_way_is_finished(home: Path) -> None:
    database = Database(home)
    with database.atomic() as connection:
        connection.execute("CREATE TABLE notes (text)")
    begun, called = threading.Event(), threading.Event()

    def work() -> None:
        with database.atomic() as connection:
            connection.execute("INSERT INTO notes VALUES ('kept')")
            begun.set()
            while not database._closed:
                time.sleep(0.001)
            with database.atomic():
                database.after_commit(called.set)
            database.rows("SELECT * FROM notes")

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    database.close()
    thread.join()
    assert called.is_set()
    assert [("kept",)] == Database(home).rows("SELECT * FROM notes")


def test_a_closed_home_says_so(home: Path) -> None:
    database = Database(home)
    database.close()
    with pytest.raises(StorageError, match="has been closed"):
        database.rows("SELECT 1")
    database.close()
