"""The reader: jobs are done by warm workers, each content once, and stay when they could not be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from pdfqa import PDFQA
from pdfqa.engine import Engine, incoming
from pdfqa.engine.driver import Driver
from pdfqa.engine.reader import Reader
from pdfqa.errors import NotAPdfError, ObjectNotFoundError
from pdfqa.passages import DEFAULT
from pdfqa.wire import File, VectorStoreFile, check
from pdfqa.wire.requests import CreateVectorStore, SearchVectorStore
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, counted_ids, long_pdf, pdf, settings
from tests.shelves import AUTO, DAMAGED, NO_PDF, attach, jobs_left, known, pdf_bytes, read, store_with, upload
from tests.test_ingest import children

linux = pytest.mark.skipif(not Path("/proc").exists(), reason="needs a list of processes")
SMALL = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 20}}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Open a home whose workers are warm."""
    with Engine(settings(tmp_path_factory.mktemp("shared") / "home"), new_id=counted_ids()) as engine:
        yield engine


@pytest.fixture
def engine(shared: Engine, request: pytest.FixtureRequest) -> Engine:
    """Return what an owner of the test's own sees of it."""
    return shared.owned_by(request.node.name)


@pytest.fixture
def statements(home: Path) -> Iterator[tuple[Engine, list[str]]]:
    seen: list[str] = []
    with Engine(settings(home), trace=seen.append) as engine:
        yield engine, seen


def entry(engine: Engine, store_id: str, file: File) -> VectorStoreFile:
    return engine.store_files.get(store_id, file.id)


def strategies(engine: Engine, file: File) -> set[str]:
    """Return in which ways a file was cut."""
    rows = engine.database.rows(
        "SELECT i.strategy FROM indexes i JOIN documents d ON d.id = i.document WHERE d.sha256 = ?",
        (engine.files.sha256(file.id),),
    )
    return {strategy for (strategy,) in rows}


def cut_as(engine: Engine, file: File, chunking: Any) -> str:
    request = check(CreateVectorStore, {"file_ids": [file.id], "chunking_strategy": chunking})
    return engine.vector_stores.create(request).id


def test_a_file_is_read_and_found(engine: Engine) -> None:
    file = upload(engine, pdf_bytes(f"{CLUB} A.", f"{PARK} A."), "club.pdf")
    store_id = store_with(engine, file)
    assert 1 == read(engine)
    assert "completed" == entry(engine, store_id, file).status
    (first, *_) = engine.vector_stores.search(store_id, SearchVectorStore(query=WHO_CLUB)).data
    assert (file.id, "club.pdf", 1, f"{CLUB} A.") == (first.file_id, first.filename, first.page, first.quote)
    assert {AUTO.name} == strategies(engine, file)


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (NO_PDF, "unsupported_file", "diary.pdf is not a PDF"),
        (DAMAGED, "invalid_file", "diary.pdf is damaged"),
    ],
)
def test_a_bad_file_fails_with_the_wires_code_and_our_reason(
    engine: Engine, data: bytes, code: str, message: str
) -> None:
    file = upload(engine, data, "diary.pdf")
    store_id = store_with(engine, file)
    read(engine)
    error = entry(engine, store_id, file).last_error
    assert error is not None
    assert code == error.code
    assert error.message.startswith(message)


def test_each_content_is_read_once_however_many_wait_for_it(statements: tuple[Engine, list[str]]) -> None:
    engine, seen = statements
    views = [engine, engine.owned_by("key-1")]
    stores = [
        (view, store_with(view, file), file)
        for view in views
        for file in [upload(view, pdf_bytes(CLUB)), upload(view, pdf_bytes(CLUB), "b.pdf")]
    ]
    assert 4 == read(engine)
    assert {"completed"} == {entry(view, store_id, file).status for view, store_id, file in stores}
    assert 1 == sum("INSERT INTO documents" in statement for statement in seen)


def test_an_error_names_the_file_as_its_own_owner_calls_it(engine: Engine, shared: Engine) -> None:
    other = shared.owned_by("somebody else")
    mine, yours = upload(engine, b"a letter", "mine.pdf"), upload(other, b"a letter", "yours.pdf")
    one, two = store_with(engine, mine), store_with(other, yours)
    read(engine)
    for view, store_id, file in ((engine, one, mine), (other, two, yours)):
        error = entry(view, store_id, file).last_error
        assert error is not None
        assert error.message.startswith(file.filename)


# Other ways to cut.


def test_a_document_is_cut_anew_from_its_stored_pages(engine: Engine) -> None:
    text = " ".join(f"Ship number {number} lay in the harbour of Cork for weeks." for number in range(40))
    file = upload(engine, pdf_bytes(text))
    store_id = store_with(engine, file)
    read(engine)
    pages = engine.database.rows("SELECT count(*) FROM pages")
    engine.blobs._path(engine.files.sha256(file.id)).write_bytes(b"nobody looks at this again")
    fine = cut_as(engine, file, SMALL)
    read(engine)
    assert "completed" == entry(engine, fine, file).status
    assert {AUTO.name, "tokens-100-20"} == strategies(engine, file)
    assert pages == engine.database.rows("SELECT count(*) FROM pages")
    one, many = (
        engine.vector_stores.search(id_, SearchVectorStore(query="ships in Cork", max_num_results=50)).data
        for id_ in (store_id, fine)
    )
    assert len(one) == 1 < len(many)
    assert {text} >= {result.quote for result in one}


def test_a_long_document_is_cut_in_ranges(engine: Engine, tmp_path: Path) -> None:
    data = long_pdf(tmp_path / "log.pdf", 40).read_bytes()
    file = upload(engine, data)
    one, two = store_with(engine, file), cut_as(engine, file, SMALL)
    read(engine)
    for store_id in (one, two):
        found = engine.vector_stores.search(store_id, SearchVectorStore(query="number 1443 sailed 39 miles")).data
        assert 40 == found[0].page


def test_two_ways_at_once_of_a_file_that_was_not_read(statements: tuple[Engine, list[str]]) -> None:
    engine, seen = statements
    file = upload(engine, pdf_bytes(CLUB))
    stores = [store_with(engine, file), cut_as(engine, file, SMALL), cut_as(engine, file, {"type": "auto"})]
    assert 3 == read(engine)
    assert {"completed"} == {entry(engine, store_id, file).status for store_id in stores}
    assert {AUTO.name, "tokens-100-20"} == strategies(engine, file)
    assert 1 == sum("INSERT INTO documents" in statement for statement in seen)


def test_what_a_server_has_read_pdfqa_asks_too(home: Path, tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB, PARK)
    with Engine(settings(home)) as engine:
        file = upload(engine, path.read_bytes(), "club.pdf")
        store_with(engine, file)
        read(engine)
        assert {AUTO.name} == strategies(engine, file)
    with PDFQA() as everything:
        assert "Holloway" in everything.search(WHO_CLUB)[0].text
    with PDFQA(path) as one:
        assert 1 == one.search(WHO_CLUB)[0].page
    with Engine(settings(home)) as engine:
        assert {AUTO.name, DEFAULT.name} == strategies(engine, file)
        assert [file.id] == [known.id for known in engine.file_objects.all()]


def test_a_document_goes_with_everything_that_was_made_of_it(statements: tuple[Engine, list[str]]) -> None:
    engine, _ = statements
    file = upload(engine, pdf_bytes(CLUB))
    store_with(engine, file), cut_as(engine, file, SMALL)
    read(engine)
    engine.files.delete(file.id)
    for table in ("documents", "pages", "names", "indexes", "segments", "postings", "contents"):
        assert [(0,)] == engine.database.rows(f"SELECT count(*) FROM {table}")


# Stopping, failing, trying again.


def test_what_is_not_done_when_it_is_time_to_stop_stays_a_job(home: Path, tmp_path: Path) -> None:
    with Engine(settings(home)) as engine:
        files = [upload(engine, long_pdf(tmp_path / f"{n}.pdf", 40, about=f"n{n}").read_bytes()) for n in range(3)]
        store_id = store_with(engine, *files)
        began = time.monotonic()

        def stopping() -> bool:
            return engine.documents.totals()[0] > 0 or time.monotonic() - began > 30

        read(engine, stopping=stopping)
        left = engine.vector_stores.get(store_id).file_counts
        assert (left.in_progress, left.failed) == (jobs_left(engine), 0)
        assert 0 < left.in_progress
        assert [(0,)] == engine.database.rows("SELECT DISTINCT attempts FROM jobs")
        assert left.in_progress == read(engine)
        assert 3 == engine.vector_stores.get(store_id).file_counts.completed


def test_a_large_batch_keeps_nobody_else_waiting(statements: tuple[Engine, list[str]]) -> None:
    engine, _ = statements
    engine.__dict__["_reader"] = Reader(engine, turn=0.0)
    many = store_with(engine, *(upload(engine, pdf_bytes(f"{CLUB} {number}.")) for number in range(9)))
    other = engine.owned_by("key-1")
    one = store_with(other, upload(other, pdf_bytes(PARK)))
    assert 10 == read(engine)
    assert 1 == other.vector_stores.get(one).file_counts.completed
    counts = engine.vector_stores.get(many).file_counts
    assert (1, 8) == (counts.completed, counts.in_progress)
    assert [(0,)] == engine.database.rows("SELECT DISTINCT attempts FROM jobs")


def test_a_job_that_ends_its_process_again_and_again_is_given_up(engine: Engine) -> None:
    file, other = known(engine, "Deadly."), known(engine, "Harmless.")
    store_id = store_with(engine, file, other)
    with engine.database.atomic() as connection:
        connection.execute("UPDATE jobs SET attempts = 3 WHERE target = ?", (file.id,))
    read(engine)
    error = entry(engine, store_id, file).last_error
    assert error is not None
    assert ("server_error", "the process that read the file has ended 3 times while it did") == (
        error.code,
        error.message,
    )
    assert "completed" == entry(engine, store_id, other).status
    attach(engine, store_id, file)
    read(engine)
    assert "completed" == entry(engine, store_id, file).status


def test_a_file_deleted_while_it_is_read_leaves_nothing(statements: tuple[Engine, list[str]], tmp_path: Path) -> None:
    engine, _ = statements
    file, other = upload(engine, long_pdf(tmp_path / "a.pdf", 40).read_bytes()), upload(engine, pdf_bytes(CLUB))
    store_id = store_with(engine, file, other)
    looks: list[int] = []

    def meanwhile() -> bool:
        looks.append(1)
        if len(looks) == 2:
            engine.files.delete(file.id)
        return False

    read(engine, stopping=meanwhile)
    assert len(looks) >= 2
    assert (1, 0) == (engine.vector_stores.get(store_id).file_counts.completed, jobs_left(engine))
    assert [(1,)] == engine.database.rows("SELECT count(*) FROM documents")
    assert [(1,)] == engine.database.rows("SELECT count(*) FROM contents")


def test_a_full_disk_is_no_fault_of_the_files(statements: tuple[Engine, list[str]], tmp_path: Path) -> None:
    engine, _ = statements
    engine.__dict__["_reader"] = Reader(engine, retry=0.0)
    store_id = store_with(engine, upload(engine, long_pdf(tmp_path / "log.pdf", 40).read_bytes()))
    (pages,) = engine.database.row("PRAGMA page_count") or (0,)
    engine.database.connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    read(engine)
    assert ("in_progress", 1) == (engine.vector_stores.get(store_id).status, jobs_left(engine))
    engine.database.connection.execute("PRAGMA max_page_count = 1000000")
    assert [(0,)] == engine.database.rows("SELECT attempts FROM jobs")
    read(engine)
    assert 1 == engine.vector_stores.get(store_id).file_counts.completed


def test_a_full_disk_of_temporary_files_is_no_fault_of_the_files_either(
    statements: tuple[Engine, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = statements
    engine.__dict__["_reader"] = Reader(engine, retry=0.0)
    store_id = store_with(engine, upload(engine, long_pdf(tmp_path / "log.pdf", 40).read_bytes()))
    with monkeypatch.context() as full:
        full.setattr(incoming, "_SPOOL", 100)  # bytes that are kept in memory
        full.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
        read(engine)
    assert ("in_progress", 1) == (engine.vector_stores.get(store_id).status, jobs_left(engine))
    assert [(0,)] == engine.database.rows("SELECT attempts FROM jobs")
    read(engine)
    assert 1 == engine.vector_stores.get(store_id).file_counts.completed


def test_a_job_of_something_that_is_gone_goes_too(engine: Engine) -> None:
    engine.jobs.add("ingest", "file-none", parent="vs_none", owner=engine.owner)
    read(engine)
    assert not engine.jobs.waiting("ingest", "file-none", parent="vs_none")


def test_the_homes_password_opens_files(home: Path, tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(pdf(tmp_path / "plain.pdf", CLUB)))
    writer.encrypt("open sesame", algorithm="RC4-128")
    with open(tmp_path / "locked.pdf", "wb") as stream:
        writer.write(stream)
    data = (tmp_path / "locked.pdf").read_bytes()
    for number, (password, status) in enumerate((("wrong", "failed"), ("open sesame", "completed"))):
        with Engine(settings(home.with_name(f"home{number}"), password=password)) as engine:
            file = upload(engine, data)
            store_id = store_with(engine, file)
            read(engine)
            assert status == entry(engine, store_id, file).status


# Workers.


@linux
def test_workers_stay_warm_for_a_while(home: Path) -> None:
    before = set(children())
    with Engine(settings(home)) as engine:
        engine.__dict__["_reader"] = Reader(engine, idle=1.0)
        store_with(engine, upload(engine, pdf_bytes(CLUB)))
        read(engine)
        warm = set(children()) - before
        assert warm
        store_with(engine, upload(engine, pdf_bytes(PARK)))
        read(engine)
        assert warm & set(children())
        _until(lambda: not set(children()) - before)
        store_with(engine, upload(engine, pdf_bytes(MINE)))
        read(engine)
        assert set(children()) - before
    assert set() == set(children()) - before


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_files_are_read_for_who_waits(engine: Engine) -> None:
    good, bad, read_before = (
        upload(engine, pdf_bytes("Read for who waits.")),
        upload(engine, b"no PDF at all", "bad.pdf"),
        known(engine, "Read before.", cut=(AUTO,)),
    )
    errors = engine.vector_stores.read_files([good.id, bad.id, read_before.id, good.id])
    assert {bad.id: NotAPdfError} == {file_id: type(error) for file_id, error in errors.items()}
    assert ({DEFAULT.name}, {AUTO.name}) == (strategies(engine, good), strategies(engine, read_before))
    with pytest.raises(ObjectNotFoundError, match="file-none"):
        engine.vector_stores.read_files(["file-none"])


def test_a_driver_reads_while_others_look_and_search(home: Path) -> None:
    with Engine(settings(home)) as engine, Driver(engine):
        files = [upload(engine, pdf_bytes(f"{CLUB} Copy {number}.")) for number in range(6)]
        store_id = store_with(engine, *files)
        seen: list[int] = []
        end = time.monotonic() + 30
        while not seen or seen[-1] < 6:
            engine.vector_stores.search(store_id, SearchVectorStore(query=WHO_CLUB))
            counts = engine.vector_stores.get(store_id).file_counts
            assert counts.total == counts.in_progress + counts.completed
            seen.append(counts.completed)
            assert time.monotonic() < end
        assert sorted(seen) == seen
        assert 6 == len(engine.vector_stores.search(store_id, SearchVectorStore(query=WHO_CLUB)).data)


@linux
def test_a_driver_that_is_closed_leaves_no_process(home: Path, tmp_path: Path) -> None:
    before = set(children())
    with Engine(settings(home)) as engine:
        with Driver(engine):
            store_with(engine, upload(engine, long_pdf(tmp_path / "log.pdf", 300).read_bytes()))
            _until(lambda: bool(set(children()) - before))
            began = time.monotonic()
        assert time.monotonic() - began < 5
    assert set() == set(children()) - before
    with Engine(settings(home)) as engine, Driver(engine):
        _until(lambda: jobs_left(engine) == 0)
        (store,) = engine.store_objects.all()
        assert 1 == engine.vector_stores.get(store.id).file_counts.completed
