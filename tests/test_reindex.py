"""The index of what was read is made anew without reading: after an upgrade, or when another embedder is chosen."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pdfqa import PDFQA
from pdfqa.engine import Engine
from pdfqa.engine.ingest import Ingest, Item
from pdfqa.engine.reindexing import outdated, reindex
from pdfqa.errors import EmbedderMismatchError, FileMissingError, ObjectNotFoundError
from pdfqa.passages import DEFAULT
from pdfqa.types import Progress
from tests.cli_runner import pdfqa
from tests.homes import CLUB, PARK, WHO_CLUB, long_pdf, pdf, settings
from tests.shelves import AUTO, known


def change(home: Path, statement: str) -> None:
    with sqlite3.connect(home / "pdfqa.db") as connection:
        connection.execute(statement)
    connection.close()


def tables(home: Path) -> dict[str, int]:
    with sqlite3.connect(home / "pdfqa.db") as connection:
        names = ("documents", "pages", "indexes", "segments", "postings", "names")
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    connection.close()
    return counts


def test_a_new_index_takes_the_place_of_the_old_one(tmp_path: Path, home: Path) -> None:
    with PDFQA(pdf(tmp_path / "club.pdf", CLUB, PARK)) as qa:
        qa.add()
        before, tables_before = qa.search(WHO_CLUB), tables(home)
    change(home, "UPDATE indexes SET version = 0")
    (tmp_path / "club.pdf").unlink()
    with PDFQA() as qa:
        assert qa.info().outdated == 1
        report = qa.reindex()
        assert ["club.pdf"] == [entry.name for entry in report.reindexed]
        assert (0, []) == (qa.info().outdated, report.current)
        assert before == qa.search(WHO_CLUB)
    assert tables_before == tables(home)


def test_what_is_as_it_should_be_is_left_alone_unless_all_is_asked_for(tmp_path: Path) -> None:
    with PDFQA(pdf(tmp_path / "club.pdf", CLUB)) as qa:
        qa.add()
        left, done = qa.reindex(), qa.reindex(everything=True)
    assert (0, 1) == (len(left.reindexed), len(left.current))
    assert (1, 0) == (len(done.reindexed), len(done.current))


def test_another_embedder_is_told_with_the_command_that_helps(tmp_path: Path, home: Path) -> None:
    with PDFQA(pdf(tmp_path / "club.pdf", CLUB)) as qa:
        qa.add()
        change(home, "UPDATE indexes SET embedder = 'another'")
        with pytest.raises(EmbedderMismatchError, match="another") as caught:
            qa.ask(WHO_CLUB)
        assert "pdfqa reindex" in caught.value.hint
        qa.reindex()
        assert qa.ask(WHO_CLUB).found


def test_files_and_folders_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    club, park = pdf(tmp_path / "some" / "club.pdf", CLUB), pdf(tmp_path / "park.pdf", PARK)
    with PDFQA(club, park) as qa:
        qa.add()
        assert ["club.pdf"] == [entry.name for entry in qa.reindex(tmp_path / "some", everything=True).reindexed]
        assert ["park.pdf"] == [entry.name for entry in qa.reindex("park.pdf", everything=True).reindexed]
        with pytest.raises(ObjectNotFoundError):
            qa.reindex("other.pdf")


def test_every_way_that_a_document_was_cut_in_is_made_anew(home: Path) -> None:
    with Engine(settings(home)) as engine:
        sha256 = engine.files.sha256(known(engine, CLUB, PARK).id)
        before = {index.strategy: index.id for index in engine.documents.indexes()[sha256]}
        assert {DEFAULT.name, AUTO.name} == set(before)
        assert {sha256} == reindex(engine, {sha256: "a.pdf"}, everything=True).done
        after = {index.strategy: index.id for index in engine.documents.indexes()[sha256]}
    assert set(before) == set(after)
    assert not set(before.values()) & set(after.values())


def test_after_an_interruption_it_goes_on_where_it_was(home: Path) -> None:
    with Engine(settings(home)) as engine:
        known(engine, CLUB, name="club.pdf", cut=[DEFAULT])
        known(engine, PARK, name="park.pdf", cut=[DEFAULT])
        change(home, "UPDATE indexes SET version = 0")
        done: list[Progress] = []

        def interrupt(progress: Progress) -> None:
            done.append(progress)
            if progress.files_done == 1:
                raise KeyboardInterrupt

        named = dict.fromkeys(engine.documents.all(), "some.pdf")
        with pytest.raises(KeyboardInterrupt):
            reindex(engine, named, progress=interrupt)
        assert 1 == len(outdated(engine))
        result = reindex(engine, named)
    assert (1, 1, {}) == (len(result.done), len(result.current), result.failed)


def test_what_another_process_made_anew_meanwhile_is_not_made_again(home: Path) -> None:
    with Engine(settings(home)) as engine:
        sha256 = engine.files.sha256(known(engine, CLUB, cut=[DEFAULT]).id)
        (before,) = engine.documents.indexes()[sha256]
        reindex(engine, {sha256: "a.pdf"}, everything=True)
        (now,) = engine.documents.indexes()[sha256]
        late = Item(file_id="", sha256=sha256, shown="a.pdf", replaces=before.id)
        with Ingest(engine) as ingest:
            assert [(late, None)] == list(ingest.run([late]))
        assert [now] == engine.documents.indexes()[sha256]


def test_a_document_that_is_gone_meanwhile_is_told(home: Path) -> None:
    with Engine(settings(home)) as engine:
        file = known(engine, CLUB, cut=[DEFAULT])
        sha256 = engine.files.sha256(file.id)
        (index,) = engine.documents.indexes()[sha256]
        engine.files.delete(file.id)
        with Ingest(engine) as ingest:
            ((_, error),) = ingest.run([Item(file_id="", sha256=sha256, shown="a.pdf", replaces=index.id)])
    assert isinstance(error, FileMissingError)


def test_progress_tells_pages_and_files(tmp_path: Path) -> None:
    told: list[Progress] = []
    with PDFQA(long_pdf(tmp_path / "long.pdf", 40)) as qa:
        qa.add()
        qa.reindex(everything=True, progress=told.append)
    assert (40, 40, 1, 1) == (
        told[-1].pages_done,
        told[-1].pages_total,
        told[-1].files_done,
        told[-1].files_total,
    )


def test_the_command_says_what_it_did(tmp_path: Path, home: Path) -> None:
    pdfqa("add", str(pdf(tmp_path / "club.pdf", CLUB)))
    assert "0 indexed anew, 1 as they should be" in pdfqa("reindex").out
    change(home, "UPDATE indexes SET version = 0")
    assert "1 file indexed another way than now: pdfqa reindex" in pdfqa("info").out
    report = pdfqa("reindex", "--json").json
    assert (["club.pdf"], [], "pdfqa-static-1") == (
        [entry["name"] for entry in report["reindexed"]],
        report["failed"],
        report["embedder"],
    )
