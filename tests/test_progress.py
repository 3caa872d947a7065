"""Bars that show how far reading and waiting have come."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA, AsyncClient, Client, InvalidRequestError
from pdfqa.cli.reading import speed_text
from pdfqa.progress import bar, reporting
from pdfqa.types import Progress
from pdfqa.wire import FileCounts, Run, VectorStoreFileBatch
from pdfqa.wire.objects import Message
from tests.homes import CLUB, PARK, WHO_CLUB, pdf


def reading(**changes: Any) -> Progress:
    fields = {"pages_done": 5, "pages_total": 20, "files_done": 0, "files_total": 2, "failed": 0}
    return Progress(file="folder/report.pdf", **{**fields, **changes})


def batch(done: int, failed: int = 0, **changes: Any) -> VectorStoreFileBatch:
    counts = FileCounts(completed=done - failed, failed=failed, in_progress=4 - done, total=4)
    status = changes.get("status", "in_progress" if done < 4 else "completed")
    return VectorStoreFileBatch(id="vsfb_1", created_at=1, vector_store_id="vs_1", status=status, file_counts=counts)


def run(status: Any) -> Run:
    return Run(id="run_1", created_at=1, thread_id="thread_1", assistant_id="asst_1", model="m", status=status)


def message(role: Any, status: Any = "completed") -> Message:
    return Message(id="msg_1", created_at=1, thread_id="thread_1", role=role, content=[], status=status)


def drawn(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return each thing that was drawn, without the time it took."""
    text = re.sub(r" \[\d\d:\d\d(?:, )?(.*?)\]", r" \1", capsys.readouterr().err)
    return [line.rstrip() for line in re.split(r"[\r\n]+", text) if line.strip()]


def test_reading_is_counted_in_pages(capsys: pytest.CaptureFixture[str]) -> None:
    show = bar()
    show(reading())
    show(reading(pages_done=10, files_done=1, failed=1))
    show.close()
    lines = drawn(capsys)
    assert lines[-1].startswith("reading report.pdf  50%|")
    assert lines[-1].endswith("| 10/20 pages 1/2 files, 1 failed")


def test_a_batch_is_counted_in_files(capsys: pytest.CaptureFixture[str]) -> None:
    show = bar("Reports")
    for done in range(5):
        show(batch(done, failed=int(done > 2)))
    lines = drawn(capsys)
    assert lines[-1].startswith("Reports 100%|")
    assert lines[-1].endswith("| 4/4 files completed, 1 failed")


def test_a_run_shows_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    show = bar()
    for status in ("queued", "in_progress", "requires_action"):
        show(run(status))
    assert drawn(capsys)[-1].startswith("run |")
    show(run("failed"))
    assert drawn(capsys)[-1].endswith("| failed")


def test_a_message_is_waited_for_until_it_is_the_assistants(capsys: pytest.CaptureFixture[str]) -> None:
    show = bar()
    for state in (None, message("user"), message("assistant", "in_progress"), message("assistant")):
        show(state)
    lines = drawn(capsys)
    assert {line.partition(" ")[0] for line in lines} == {"message"}
    assert [line.endswith("completed") for line in lines[-2:]] == [True, True]
    assert lines[-3].endswith("in progress")


def test_a_bar_that_has_ended_begins_again(capsys: pytest.CaptureFixture[str]) -> None:
    show = bar(leave=False)
    show(batch(4))
    show(batch(2))
    show.close()
    show.close()
    assert any(" 50%|" in line for line in drawn(capsys))


def test_a_total_that_is_not_known_yet_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    bar()(reading(pages_done=0, pages_total=0, files_total=0))
    assert "0 pages" in drawn(capsys)[-1]


def test_names_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    bar("\x1b[31mred")(reading())
    bar()(Progress(**{**reading().to_dict(), "file": "a\x1b[2Jb\u202e.pdf"}))
    assert not set("".join(drawn(capsys))) & {"\x1b", "\u202e"}


@pytest.mark.parametrize("progress", [None, False])
def test_without_progress_nothing_is_told(progress: bool | None) -> None:
    with reporting(progress) as report:
        assert report is None


def test_a_function_is_told_itself() -> None:
    seen: list[object] = []
    with reporting(seen.append) as report:
        assert report is not None
        report(1)
    assert seen == [1]


def test_bars_end_with_what_they_show(capsys: pytest.CaptureFixture[str]) -> None:
    with reporting(True) as report:
        assert report is not None
        report(batch(1))
    assert capsys.readouterr().err.endswith("\n")


@pytest.mark.parametrize("progress", ["yes", 1, 0.5])
def test_anything_else_is_refused(progress: Any) -> None:
    with pytest.raises(InvalidRequestError, match="True for a bar") as caught, reporting(progress):
        pass
    assert caught.value.param == "progress"


def wait(client: Client, path: Path) -> VectorStoreFileBatch:
    store = client.create_vector_store()
    begun = client.create_vector_store_file_batch(store.id, file_ids=[client.upload_file(path).id])
    return client.wait_for_vector_store_file_batch_to_complete(store.id, begun.id, progress=True)


async def wait_async(path: Path) -> VectorStoreFileBatch:
    async with AsyncClient() as client:
        store = await client.create_vector_store()
        begun = await client.create_vector_store_file_batch(store.id, file_ids=[(await client.upload_file(path)).id])
        return await client.wait_for_vector_store_file_batch_to_complete(store.id, begun.id, progress=True)


def test_both_clients_draw_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    with Client() as client:
        assert wait(client, path).status == "completed"
    assert drawn(capsys)[-1].endswith("| 1/1 files completed")
    assert asyncio.run(wait_async(path)).status == "completed"
    assert drawn(capsys)[-1].endswith("| 1/1 files completed")


def test_adding_and_asking_draw_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with PDFQA(pdf(tmp_path / "club.pdf", CLUB), pdf(tmp_path / "park.pdf", PARK)) as qa:
        qa.add(progress=True)
        assert drawn(capsys)[-1].endswith("| 2/2 pages 2/2 files")
        assert qa.ask(WHO_CLUB, progress=True).found
        assert drawn(capsys) == []


@pytest.mark.parametrize(("pages", "seconds", "expected"), [(280, 2.0, "140 pages/s"), (18, 36.0, "30 pages/min")])
def test_slow_pages_are_counted_by_the_minute(pages: int, seconds: float, expected: str) -> None:
    assert speed_text(pages, seconds) == expected
