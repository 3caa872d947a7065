"""Jobs and the driver: what is recorded is done, by one process, however processes end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Semaphore
from time import monotonic, sleep, time

import pytest

from pdfqa.engine import Engine, driver
from pdfqa.engine.driver import _Crew
from pdfqa.errors import StorageError
from pdfqa.store import Database, Job, Jobs, claims
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


def wait_until(happened: Callable[[], bool], seconds: float = 10.0) -> None:
    end = monotonic() + seconds
    while not happened():
        assert monotonic() < end, "it does not happen"
        sleep(0.01)


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


def test_runs_and_responses_are_begun_in_the_order_in_which_they_came(jobs: Jobs) -> None:
    for number in range(3):
        jobs.add("run", f"run_{number}", parent=f"thread_{number}", owner="key-1")
        jobs.add("response", f"resp_{number}", owner="key-1")
    jobs.add("response", "resp_3", owner="key-2")
    expected = ["run_0", "resp_3", "resp_0", "run_1", "resp_1", "run_2", "resp_2"]
    assert expected == targets(jobs.mine("run", "response", limit=10))


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


def test_claims_of_killed_processes_are_swept_away(home: Path, jobs: Jobs) -> None:
    finish(start(KILLED, home))
    claims.sweep(home, time())
    assert {"worker-1", "worker-killed"} == {path.name for path in (home / "claims").iterdir()}
    for path in (home / "claims").iterdir():
        os.utime(path, (0, 0))
    claims.sweep(home, time())
    assert ["worker-1"] == [path.name for path in (home / "claims").iterdir()]
    assert not claims.abandoned(home, "worker-1")


def test_a_claim_that_cannot_be_written_is_an_error_of_ours(home: Path) -> None:
    home.mkdir()
    home.joinpath("claims").touch()
    with pytest.raises(StorageError, match="cannot be written"), claims.claim(home, "worker-1"):
        pass


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


def test_a_job_that_is_still_there_after_it_was_done_is_not_tried_in_a_hot_loop(home: Path) -> None:
    tried: list[str] = []
    with Engine(settings(home)) as engine:
        engine.jobs.begin("worker-1")
        engine.jobs.add("run", "run_1")
        crew = _Crew(engine, ("run",), lambda found: tried.extend(targets(found)), threads=3, at_once=1)
        for _ in range(3):
            crew.wake()
        sleep(0.2)
        crew.close()
        crew.wait(monotonic() + 5)
        engine.jobs.end()
    assert len(tried) <= 2


def test_jobs_that_come_together_are_done_at_the_same_time(home: Path) -> None:
    together = Barrier(3, timeout=10)
    with Engine(settings(home)) as engine:
        engine.jobs.begin("worker-1")
        for number in range(3):
            engine.jobs.add("run", f"run_{number}")

        def do(found: Sequence[Job]) -> None:
            together.wait()  # for the others
            engine.jobs.done("run", found[0].target)

        crew = _Crew(engine, ("run",), do, threads=5, at_once=1)
        crew.wake()  # once, as when they are taken over from a process that has died
        wait_until(lambda: not engine.jobs.mine("run"))
        crew.close()
        crew.wait(monotonic() + 5)
        engine.jobs.end()
    assert not together.broken


def test_a_job_that_only_waits_keeps_no_other_from_being_done(home: Path) -> None:
    second = Event()
    with Engine(settings(home)) as engine:
        engine.jobs.begin("worker-1")

        def do(found: Sequence[Job]) -> None:
            if found[0].target == "run_1":
                with engine.jobs.resting():
                    assert second.wait(10)
            else:
                second.set()
            engine.jobs.done("run", found[0].target)

        crew = _Crew(engine, ("run",), do, threads=1, at_once=1)
        engine.jobs.resting = crew.resting
        for number in range(1, 4):
            engine.jobs.add("run", f"run_{number}")
        crew.wake()
        wait_until(lambda: not engine.jobs.mine("run"))
        assert 2 == len(crew._threads)
        crew.close()
        crew.wait(monotonic() + 5)
        engine.jobs.end()


def test_a_thread_that_cannot_look_for_jobs_goes_on_later(home: Path) -> None:
    done: list[str] = []
    with Engine(settings(home)) as engine:
        engine.jobs.begin("worker-1")

        def do(found: Sequence[Job]) -> None:
            done.extend(targets(found))
            engine.jobs.done("run", found[0].target)

        crew = _Crew(engine, ("run",), do, threads=1, at_once=1)
        hidden = home.with_name("hidden")
        home.rename(hidden)  # as on a disk that is gone for a moment: a new thread cannot open the database
        crew.wake()
        sleep(0.1)
        hidden.rename(home)
        engine.jobs.add("run", "run_1")
        crew.wake()
        wait_until(lambda: done == ["run_1"])
        crew.close()
        crew.wait(monotonic() + 5)
        engine.jobs.end()


def test_what_is_left_unfinished_when_a_driver_closes_was_not_attempted(home: Path) -> None:
    """A server that is stopped again and again is no process that has died over a job."""
    begun, until = Event(), Event()
    with Engine(settings(home)) as engine:
        engine.jobs.begin("worker-1")
        engine.jobs.add("run", "run_1")
        engine.jobs.add("run", "run_2")
        engine.jobs.attempt(engine.jobs.mine("run", limit=2))  # in a process that has died

        def do(_: Sequence[Job]) -> None:
            begun.set()
            until.wait(10)

        crew = _Crew(engine, ("run",), do, threads=1, at_once=1)
        crew.wake()
        assert begun.wait(10)
        crew.close()
        crew.wait(monotonic())
        crew.give_back()
        assert [1, 1] == [job.attempts for job in engine.jobs.mine("run", limit=2)]
        until.set()
        crew.wait(monotonic() + 5)
        engine.jobs.end()


def test_whatever_goes_wrong_while_it_looks_about_a_driver_looks_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(driver, "_LOOK", 0.01)
    looked = Semaphore(0)
    with Engine(settings(home)) as engine:
        engine.blobs.incoming.mkdir()
        engine.blobs.incoming.joinpath("file").mkdir()  # which is none, and cannot be removed like one
        os.utime(engine.blobs.incoming / "file", (0, 0))
        monkeypatch.setattr(engine.jobs, "adopt", looked.release)
        with driver.Driver(engine):
            for _ in range(3):
                assert looked.acquire(timeout=10)
    assert ["pdfqa.jobs"] == [record.name for record in caplog.records]
