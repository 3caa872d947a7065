"""Workers: real processes that answer, crash, hang, hog memory and talk too much."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfqa.errors import EncryptedFileError, ReaderFailedError
from pdfqa.worker_pipes import Threads
from pdfqa.workers import Done, Task, WorkerPool

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tasks use POSIX signals")


def task(name: str, payload: bytes = b"", *, seconds: float = 30, key: object = None) -> Task:
    return Task(function=f"tests.worker_tasks:{name}", payload=payload, seconds=seconds, key=key)


def one(pool: WorkerPool, *args: object, **options: object) -> Done:
    (done,) = pool.map([task(*args, **options)])  # type: ignore[arg-type]
    return done


def gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z" and not _is_mine(pid):
            return True  # an orphan that nobody collects yet, as in a container without init
        time.sleep(0.05)
    return False


def _is_mine(pid: int) -> bool:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) == os.getpid()


@pytest.fixture(params=["selector", "threads"])
def pool(request: pytest.FixtureRequest) -> Iterator[WorkerPool]:
    with WorkerPool(2, memory_mb=512) as made:
        if request.param == "threads":
            made._ears = Threads()
        yield made


def test_every_task_gives_its_result(pool: WorkerPool) -> None:
    done = {result.key: result.result for result in pool.map(task("echo", b"%d" % n, key=n) for n in range(50))}
    assert {n: b"%d" % n for n in range(50)} == done


def test_results_come_as_they_finish(pool: WorkerPool) -> None:
    one(pool, "nap", b"0")
    list(pool.map([task("nap", b"0.2"), task("nap", b"0.2")]))  # both workers are warm now
    order = [result.key for result in pool.map([task("nap", b"1", key="slow"), task("nap", b"0", key="fast")])]
    assert ["fast", "slow"] == order


def test_large_payloads_and_results_pass(pool: WorkerPool) -> None:
    payload = os.urandom(5 << 20)
    results = list(pool.map([task("echo", payload), task("big", b"20"), task("echo", payload)]))
    assert [payload, payload, b"x" * (20 << 20)] == sorted((r.result or b"" for r in results), key=len)


def test_no_more_workers_start_than_there_are_tasks(pool: WorkerPool) -> None:
    assert 0 == len(pool._workers)
    first = one(pool, "pid").result
    assert 1 == len(pool._workers)
    assert first == one(pool, "pid").result, "the worker stays warm"


def test_a_crash_fails_its_task_alone(pool: WorkerPool) -> None:
    tasks = [task("crash", key="bad") if n == 3 else task("echo", key=n) for n in range(8)]
    done = {result.key: result.error for result in pool.map(tasks)}
    error = done.pop("bad")
    assert isinstance(error, ReaderFailedError)
    assert "SIGSEGV" in error.message
    assert "512 MB" in error.hint
    assert "PDFQA_MEMORY_MB" in error.hint
    assert [None] * 7 == list(done.values())


def test_an_exit_is_reported_with_the_last_words(pool: WorkerPool) -> None:
    error = one(pool, "leave").error
    assert "the process that read the file ended with exit code 7: the end is near" == error.message  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["nap", "hang_with_the_lock"])
def test_a_late_task_is_stopped(pool: WorkerPool, name: str) -> None:
    started = time.monotonic()
    done = {d.key: d for d in pool.map([task(name, b"600", seconds=0.5, key="late"), task("echo", b"a", key="other")])}
    assert time.monotonic() - started < 10
    assert isinstance(done["late"].error, ReaderFailedError)
    assert "took longer than 0.5 s" in done["late"].error.message
    assert "PDFQA_PAGE_SECONDS" in done["late"].error.hint
    assert b"a" == done["other"].result
    assert b"b" == one(pool, "echo", b"b").result, "the worker was replaced"


def test_each_step_of_a_task_has_its_time_and_the_last_one_is_known(pool: WorkerPool) -> None:
    done = {
        d.key: d
        for d in pool.map(
            [
                task("steps", b"0.3 0.3 0.3 0.3", seconds=0.8, key="steady"),
                task("steps", b"0 0 600", seconds=0.8, key="stuck"),
                task("echo", key="other"),
            ]
        )
    }
    assert (b"done", None) == (done["steady"].result, done["steady"].error)
    assert "took longer than 0.8 s" in str(done["stuck"].error)
    assert (2, None) == (done["stuck"].at, done["other"].at)


def test_the_step_is_known_of_a_task_that_crashed_or_raised(pool: WorkerPool) -> None:
    assert [5, 5] == [d.at for d in pool.map([task("fail_at_step", b"crash"), task("fail_at_step", b"raise")])]


def test_who_is_late_is_told_the_setting(pool: WorkerPool) -> None:
    (done,) = pool.map([Task(function="tests.worker_tasks:nap", payload=b"600", seconds=0.3, limit="ocr_seconds")])
    assert ("ocr_seconds", "Allow more for each page with PDFQA_OCR_SECONDS.") == (done.error.param, done.error.hint)  # type: ignore[union-attr]


def test_a_result_that_waited_for_a_slow_caller_is_in_time(pool: WorkerPool) -> None:
    keys = []
    for done in pool.map(task("big", b"2", seconds=0.5, key=n) for n in range(4)):
        assert done.error is None
        keys.append(done.key)
        time.sleep(0.8)
    assert [0, 1, 2, 3] == sorted(keys)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the cap")
def test_memory_is_capped(pool: WorkerPool) -> None:
    first = one(pool, "pid").result
    error = one(pool, "hog").error
    assert isinstance(error, ReaderFailedError)
    assert "512 MB" in str(error)
    assert "PDFQA_MEMORY_MB" in str(error)
    assert first != one(pool, "pid").result, "a process that ran out of memory is not used again"


def test_our_own_errors_keep_their_class(pool: WorkerPool) -> None:
    error = one(pool, "encrypted").error
    assert type(error) is EncryptedFileError
    assert ("a.pdf is encrypted", "Give --password.", "password") == (error.message, error.hint, error.param)


def test_other_errors_are_named(pool: WorkerPool) -> None:
    error = one(pool, "wrong").error
    assert isinstance(error, ReaderFailedError)
    assert "reading failed: ZeroDivisionError: by nought" == error.message


def test_a_task_that_does_not_exist_is_an_error(pool: WorkerPool) -> None:
    error = one(pool, "nothing").error
    assert isinstance(error, ReaderFailedError)


def test_printing_does_no_harm(pool: WorkerPool) -> None:
    assert [b"done"] * 3 == [done.result for done in pool.map([task("chatter")] * 3)]


def test_tasks_are_drawn_when_a_worker_is_free() -> None:
    drawn = 0

    def tasks() -> Iterator[Task]:
        nonlocal drawn
        while True:
            drawn += 1
            yield task("echo")

    with WorkerPool(2) as pool:
        results = pool.map(tasks())
        for seen in range(1, 30):
            next(results)
            assert drawn - seen < 4
        results.close()
        assert b"a" == one(pool, "echo", b"a").result, "the pool can be used again"


def test_tasks_may_wait_for_outcomes(pool: WorkerPool) -> None:
    todo: list[Task] = [task("echo", b"3")]
    seen: list[bytes] = []

    def tasks() -> Iterator[Task | None]:
        while len(seen) < 4:
            yield todo.pop() if todo else None

    for done in pool.map(tasks()):
        seen.append(done.result or b"")
        if int(seen[-1]):
            todo.append(task("echo", b"%d" % (int(seen[-1]) - 1)))
    assert [b"3", b"2", b"1", b"0"] == seen


def test_waiting_for_nothing_is_a_mistake(pool: WorkerPool) -> None:
    with pytest.raises(RuntimeError, match="none is under way"):
        list(pool.map([None]))


def test_two_iterations_at_once_are_a_mistake(pool: WorkerPool) -> None:
    results = pool.map([task("echo"), task("echo"), task("echo")])
    next(results)
    with pytest.raises(RuntimeError, match="already in use"):
        one(pool, "echo")


def test_a_closed_pool_is_not_used() -> None:
    pool = WorkerPool(1)
    pid = int(one(pool, "pid").result or 0)
    pool.close()
    pool.close()
    assert gone(pid)
    with pytest.raises(RuntimeError, match="closed"):
        one(pool, "echo")


def test_a_worker_killed_while_idle_is_replaced(pool: WorkerPool) -> None:
    os.kill(int(one(pool, "pid").result or 0), signal.SIGKILL)
    time.sleep(0.2)
    assert b"a" == one(pool, "echo", b"a").result


def test_an_idle_worker_that_ends_under_way_is_forgotten(pool: WorkerPool) -> None:
    list(pool.map([task("nap", b"0.3"), task("nap", b"0.3")]))
    idle = pool._workers[1]
    os.kill(idle.process.pid, signal.SIGKILL)
    assert b"0.5" == one(pool, "nap", b"0.5").result
    assert idle not in pool._workers


def test_a_forgotten_pool_leaves_nothing() -> None:
    pool = WorkerPool(2)
    pids = [int(done.result or 0) for done in pool.map([task("pid"), task("pid")])]
    del pool
    gc.collect()
    assert all(gone(pid) for pid in pids)


def test_an_early_stop_ends_what_is_busy(pool: WorkerPool) -> None:
    results = pool.map([task("child", key="child"), task("nap", b"600", key="busy")])
    grandchild = int(next(results).result or 0)
    (busy,) = pool._busy()
    results.close()
    assert gone(busy.process.pid)
    pool.close()
    assert gone(grandchild), "what a worker has started ends with it"


SCRIPT = """
import os, sys
from pdfqa.worker_pipes import Threads
from pdfqa.workers import Task, WorkerPool
pool = WorkerPool(2)
tasks = [Task(function="tests.worker_tasks:" + name, payload=b"600", seconds=600) for name in ("pid", "nap", "nap")]
for done in pool.map(tasks):
    print(done.result.decode(), *(worker.process.pid for worker in pool._workers), flush=True)
    {then}
"""


def run_script(tmp_path: Path, then: str = "pass") -> subprocess.Popen[str]:
    (tmp_path / "types.py").write_text("raise SystemExit('shadowed')")
    (tmp_path / "script.py").write_text(SCRIPT.format(then=then))
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; del sys.path[0]; exec(open('script.py').read())"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_parent(tmp_path: Path, number: signal.Signals) -> None:
    script = run_script(tmp_path)
    pids = [int(word) for word in script.stdout.readline().split()]  # type: ignore[union-attr]
    assert 3 == len(pids)
    time.sleep(0.2)
    script.send_signal(number)
    script.communicate(timeout=20)
    assert all(gone(pid) for pid in pids)


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    script = run_script(tmp_path, "raise SystemExit(3)")
    out, err = script.communicate(timeout=30)
    assert (3, "") == (script.returncode, err)
    assert all(gone(int(word)) for word in out.split())


def test_the_current_directory_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "struct.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(ROOT))
    with WorkerPool(1) as pool:
        entries = (one(pool, "path").result or b"").decode().split("\n")
    assert "" not in entries
    assert str(tmp_path) not in entries
