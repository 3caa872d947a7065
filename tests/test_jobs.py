"""Jobs and the driver: what is recorded is done, by one process, however processes end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import pytest

from pdfqa.engine import Engine
from pdfqa.engine.driver import _Crew
from pdfqa.store import Database, Job, Jobs
from tests.homes import finish, settings, start


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    database = Database(home)
    yield database
    database.close()


@pytest.fixture
def jobs(database: Database) -> Iterator[Jobs]:
    jobs = Jobs(database)
    jobs.begin("worker-1")
    yield jobs
    jobs.end()


def targets(found: Sequence[Job]) -> list[str]:
    return [job.target for job in found]


def test_jobs_are_handed_out_oldest_first(jobs: Jobs) -> None:
    jobs.add("ingest", "file-1", parent="vs_1", owner="key_1")
    jobs.add("run", "run_1", parent="thread_1")
    jobs.add("ingest", "file-2", parent="vs_1")
    first, second = jobs.mine("ingest", limit=10)
    assert (first.kind, first.owner, first.parent, first.target, first.attempts) == (
        "ingest",
        "key_1",
        "vs_1",
        "file-1",
        0,
    )
    assert second.target == "file-2"
    assert targets(jobs.mine("ingest")) == ["file-1"]
    assert targets(jobs.mine("ingest", beside=[first.id])) == ["file-2"]
    assert targets(jobs.mine("run")) == ["run_1"]


def test_owners_take_turns_and_so_do_what_an_owners_jobs_belong_to(jobs: Jobs) -> None:
    jobs.add_all([("ingest", "key-1", "vs_1", f"a{number}") for number in range(4)])
    jobs.add_all([("ingest", "key-1", "vs_2", f"b{number}") for number in range(2)])
    jobs.add_all([("ingest", "key-2", "vs_3", f"c{number}") for number in range(2)])
    assert ["a0", "c0", "b0", "c1", "a1", "b1", "a2", "a3"] == targets(jobs.mine("ingest", limit=10))
    assert ["a0", "c0", "b0"] == targets(jobs.mine("ingest", limit=3))


def test_a_job_is_recorded_once_and_gone_when_done(jobs: Jobs) -> None:
    jobs.add("run", "run_1", parent="thread_1")
    jobs.add("run", "run_1", parent="thread_1")
    assert targets(jobs.mine("run", limit=10)) == ["run_1"]
    assert jobs.waiting("run", "run_1", parent="thread_1")
    jobs.done("run", "run_1", parent="thread_1")
    assert not jobs.waiting("run", "run_1", parent="thread_1")
    jobs.add("ingest", "file-1", parent="vs_1")
    jobs.add("ingest", "file-1", parent="vs_2")
    jobs.drop_children("ingest", "vs_1")
    assert [job.parent for job in jobs.mine("ingest", limit=10)] == ["vs_2"]


def test_attempts_are_counted(jobs: Jobs) -> None:
    jobs.add("run", "run_1")
    jobs.attempt(jobs.mine("run"))
    jobs.attempt(jobs.mine("run"))
    assert [job.attempts for job in jobs.mine("run")] == [2]


def test_somebody_is_woken_once_the_job_is_committed(database: Database, jobs: Jobs) -> None:
    seen: list[list[str]] = []
    jobs.wake = lambda: seen.append(targets(jobs.mine("run", limit=10)))
    with database.atomic():
        jobs.add("run", "run_1")
        jobs.add("run", "run_2")
        assert seen == []
    assert seen == [["run_1", "run_2"], ["run_1", "run_2"]]

    def undone() -> None:
        with database.atomic():
            jobs.add("run", "run_3")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert len(seen) == 2
    assert targets(jobs.mine("run", limit=10)) == ["run_1", "run_2"]


def test_what_a_process_leaves_is_taken_by_the_next(database: Database, jobs: Jobs) -> None:
    jobs.add("run", "run_1")
    other = Jobs(database)
    other.begin("worker-2")
    assert other.adopt() == 0  # its process lives
    assert other.mine("run") == []
    jobs.end()
    assert other.adopt() == 1
    assert targets(other.mine("run")) == ["run_1"]
    other.end()


def test_without_a_worker_a_job_waits_for_one(database: Database) -> None:
    Jobs(database).add("run", "run_1")
    later = Jobs(database)
    later.begin("worker-9")
    assert later.adopt() == 1
    assert targets(later.mine("run")) == ["run_1"]
    later.end()


KILLED = """
import os, signal, sys
from pathlib import Path
from pdfqa.store import Database, Jobs
jobs = Jobs(Database(Path(sys.argv[1])))
jobs.begin("worker-killed")
jobs.add("run", "run_1")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_keeps_no_job(home: Path, jobs: Jobs) -> None:
    finish(start(KILLED, home))
    assert jobs.mine("run") == []
    assert jobs.adopt() == 1
    assert targets(jobs.mine("run")) == ["run_1"]


def test_the_threads_of_a_process_write_in_turn(database: Database) -> None:
    jobs = Jobs(database)

    def work(number: int) -> None:
        for step in range(10):
            jobs.add("run", f"run_{number}_{step}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert database.rows("SELECT count(*) FROM jobs") == [(80,)]


def test_a_job_that_fails_at_once_is_not_tried_in_a_hot_loop(home: Path) -> None:
    tried: list[str] = []

    def fails(found: Sequence[Job]) -> None:
        tried.extend(targets(found))
        raise ZeroDivisionError

    with Engine(settings(home)) as engine:
        engine.jobs.begin("worker-1")
        engine.jobs.add("run", "run_1")
        crew = _Crew(engine, ("run",), fails, threads=1, at_once=1)
        crew.wake()
        sleep(0.2)
        crew.close()
        crew.wait(monotonic() + 5)
        engine.jobs.end()
    assert tried == ["run_1"]
