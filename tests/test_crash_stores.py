"""A process that is killed over a batch has only interrupted it: the next one finishes it, and nothing is doubled."""

from __future__ import annotations

import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pdfqa.engine import Engine
from pdfqa.engine.driver import Driver
from pdfqa.wire import ListRequest, check
from pdfqa.wire.requests import CreateVectorStore, CreateVectorStoreFileBatch, SearchVectorStore
from tests.homes import CLUB, PARK, WHO_CLUB, finish, long_pdf, settings, start
from tests.shelves import DAMAGED, NO_PDF, blobs_left, bytes_left, jobs_left, pdf_bytes, store_with, upload

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

DRIVE = """
import os, signal, sys, time
from pathlib import Path
from pdfqa.engine import Engine
from pdfqa.engine.driver import Driver
from tests.homes import settings
left = int(sys.argv[2])
def trace(statement):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
with Engine(settings(Path(sys.argv[1])), trace=trace) as engine, Driver(engine):
    while engine.database.rows("SELECT 1 FROM jobs"):
        time.sleep(0.01)
print(int(sys.argv[2]) - left)
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home with a batch that waits to be read."""
    folder = tmp_path_factory.mktemp("crash")
    long = long_pdf(folder / "log.pdf", 40).read_bytes()
    sizes = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 20}}
    with Engine(settings(folder / "home")) as engine:
        for owner in ("", "key-1"):
            view = engine.owned_by(owner)
            contents = [pdf_bytes(CLUB, PARK), long, DAMAGED, NO_PDF, pdf_bytes(CLUB, PARK)]
            files = [upload(view, data, f"{number}.pdf") for number, data in enumerate(contents)]
            store_id = view.vector_stores.create(CreateVectorStore(name=owner)).id
            entries: list[dict[str, Any]] = [{"file_id": file.id} for file in files]
            entries[1]["chunking_strategy"] = sizes
            view.store_files.create_batch(store_id, check(CreateVectorStoreFileBatch, {"files": entries}))
    return folder / "home"


def picture(home: Path) -> Any:
    """Return what a home says of its stores, batches and documents, times and row numbers left out."""
    with Engine(settings(home)) as engine:
        assert 0 == jobs_left(engine)
        assert [] == bytes_left(engine)
        owners = []
        for owner in ("", "key-1"):
            view = engine.owned_by(owner)
            (store,) = view.vector_stores.list(ListRequest()).data
            (batch,) = view.batch_objects.all(parent=store.id)
            entries = [
                (entry.id, entry.status, entry.last_error) for entry in view.store_file_objects.all(parent=store.id)
            ]
            found = view.vector_stores.search(store.id, SearchVectorStore(query=WHO_CLUB, max_num_results=50)).data
            owners.append((store.file_counts, store.usage_bytes, batch, entries, found))
        tables = ("documents", "pages", "names", "indexes", "segments", "postings", "contents", "objects")
        sizes = [engine.database.rows(f"SELECT count(*) FROM {table}") for table in tables]
        return owners, sizes, blobs_left(engine)


def drive(home: Path) -> None:
    """Do what is left to be done."""
    with Engine(settings(home)) as engine, Driver(engine):
        end = time.monotonic() + 60
        while jobs_left(engine):
            assert time.monotonic() < end
            time.sleep(0.01)


def copied(prepared: Path, to: Path) -> Path:
    shutil.copytree(prepared, to)
    return to


def test_a_killed_process_loses_nothing_and_doubles_nothing(prepared: Path, tmp_path: Path) -> None:
    ((code, out, err),) = finish(start(DRIVE, copied(prepared, tmp_path / "whole"), 10**9))
    assert (0, "") == (code, err)
    whole, statements = picture(tmp_path / "whole"), int(out)
    counts, _, batch, *_ = whole[0][0]
    assert (5, 3, 2, "completed") == (counts.total, counts.completed, counts.failed, batch.status)
    chance = random.Random(statements)
    moments = [statements // 2, statements * 9 // 10, *(chance.randrange(30, statements) for _ in range(4))]
    for number in range(0, len(moments), 2):
        pair = [
            copied(prepared, tmp_path / f"{moment}-{number}-{one}")
            for one, moment in enumerate(moments[number : number + 2])
        ]
        ends = finish(*(start(DRIVE, home, moment) for home, moment in zip(pair, moments[number:], strict=False)))
        assert {code for code, _, _ in ends} <= {-signal.SIGKILL, 0}
        for home in pair:
            drive(home)
            assert whole == picture(home)


def test_a_process_killed_twice_is_still_only_interrupted(prepared: Path, tmp_path: Path) -> None:
    whole, home = copied(prepared, tmp_path / "whole"), copied(prepared, tmp_path / "home")
    drive(whole)
    for moment in (200, 120):
        ((code, _, _),) = finish(start(DRIVE, home, moment))
        assert -signal.SIGKILL == code
    drive(home)
    assert picture(whole) == picture(home)


DIE_WHILE_READING = """
import os, signal, sys, time
from pathlib import Path
from pdfqa.engine import Engine, ingest
from pdfqa.engine.driver import Driver
from tests.homes import settings
ingest.Ingest._finish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with Engine(settings(Path(sys.argv[1]))) as engine, Driver(engine):
    while engine.database.rows("SELECT 1 FROM jobs"):
        time.sleep(0.01)
"""


def test_only_what_was_being_read_is_to_blame_for_processes_that_died(tmp_path: Path) -> None:
    """Files that wait in the same batch are not, however often a process dies before it comes to them."""
    home = tmp_path / "home"
    with Engine(settings(home)) as engine:
        files = [upload(engine, pdf_bytes(f"{CLUB} Edition {number}."), f"{number}.pdf") for number in range(8)]
        store_id = store_with(engine, *files)
    for _ in range(4):
        ((code, _, err),) = finish(start(DIE_WHILE_READING, home))
        assert -signal.SIGKILL == code, err
    drive(home)
    with Engine(settings(home)) as engine:
        counts = engine.vector_stores.get(store_id).file_counts
        failed = [file.last_error for file in engine.store_file_objects.all(parent=store_id) if file.last_error]
    assert counts.completed >= 4
    assert all("has ended" in error.message for error in failed)


def test_a_living_process_takes_over_from_a_killed_one(prepared: Path, tmp_path: Path) -> None:
    home = copied(prepared, tmp_path / "home")
    dying = start(DRIVE, home, 300)
    with Engine(settings(home)) as engine:
        end = time.monotonic() + 60
        while not engine.database.rows("SELECT 1 FROM jobs WHERE worker IS NOT NULL"):
            assert time.monotonic() < end
            time.sleep(0.01)
        with Driver(engine):
            ((code, _, _),) = finish(dying)
            assert -signal.SIGKILL == code
            while jobs_left(engine):
                assert time.monotonic() < end
                time.sleep(0.01)
    whole = copied(prepared, tmp_path / "whole")
    drive(whole)
    assert picture(whole) == picture(home)
