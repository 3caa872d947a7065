"""Many threads at one vector store, while a driver reads: every count adds up when they are done."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from pdfqa.engine import Engine
from pdfqa.engine.driver import Driver
from pdfqa.errors import InvalidRequestError
from pdfqa.wire.requests import CreateVectorStoreFileBatch, SearchVectorStore
from tests.homes import CLUB, MINE, PARK, settings
from tests.shelves import attach, jobs_left, known, pdf_bytes, store_with, upload


def work(engine: Engine, store: str, seed: int) -> None:
    """Do this and that; what another thread has taken away meanwhile is no failure."""
    chance = random.Random(seed)
    files = [known(engine, text, name=f"{seed}") for text in (CLUB, PARK, MINE)]
    batches: list[str] = []
    for _ in range(60):
        file = chance.choice(files)
        try:
            kind = chance.randrange(7)
            if kind == 0:
                attach(engine, store, file)
            elif kind == 1:
                request = CreateVectorStoreFileBatch(file_ids=[one.id for one in files])
                batches.append(engine.store_files.create_batch(store, request).id)
            elif kind == 2 and batches:
                engine.store_files.cancel_batch(store, chance.choice(batches))
            elif kind == 3:
                engine.store_files.delete(store, file.id)
            elif kind == 4:
                files.remove(file)
                engine.files.delete(file.id)
                files.append(upload(engine, pdf_bytes(CLUB), f"{seed}"))
            else:
                engine.vector_stores.search(store, SearchVectorStore(query="the club"))
            counts = engine.vector_stores.get(store).file_counts
            assert counts.total == counts.in_progress + counts.completed + counts.failed + counts.cancelled
        except InvalidRequestError:
            continue


def test_threads_that_work_at_one_store_leave_it_whole(home: Path) -> None:
    with Engine(settings(home)) as engine, Driver(engine):
        store = store_with(engine)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda seed: work(engine, store, seed), range(4)))
        end = time.monotonic() + 30
        while jobs_left(engine):
            assert time.monotonic() < end
            time.sleep(0.01)
        entries = engine.store_file_objects.all(parent=store)
        states = Counter(entry.status for entry in entries)
        found = engine.vector_stores.get(store)
        assert dict(states) == {
            name: number
            for name, number in msgspec.to_builtins(found.file_counts).items()
            if number and name != "total"
        }
        assert sum(entry.usage_bytes for entry in entries) == found.usage_bytes
        assert "in_progress" not in {batch.status for batch in engine.batch_objects.all(parent=store)}
        assert {entry.id for entry in entries} <= {file.id for file in engine.file_objects.all()}
