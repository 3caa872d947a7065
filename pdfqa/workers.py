"""A pool of worker processes that survives what it runs: crashes, hangs and memory hogs fail one task each.

Not `multiprocessing`, whose spawn runs the user's script a second time and whose fork is unsafe in a program with
threads, such as a notebook. A worker is a fresh interpreter that runs `worker_main` and speaks in frames over its
standard input and output. It never outlives its parent: it ends when its standard input does.

One thread drives a pool: the one that iterates over `map`. The pool starts no threads of its own (on Windows, whose
pipes cannot be waited for together, one for each worker).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from pdfqa.errors import PdfqaError, ReaderFailedError, by_code
from pdfqa.worker_main import AT, BEGUN, FAILED_LAST, LENGTH, RESULT
from pdfqa.worker_pipes import Selector, Threads

_LOOK = 0.2  # seconds between looks whether to stop
_START_SECONDS = 60.0  # for a worker to start and import what its task names; a loaded machine takes seconds
# The current directory is taken off the path, so that a user's types.py cannot stand in for the real one, and pdfqa is
# loaded from where the parent has it, so that both are the same version; what only the parent's path has comes last.
_BOOTSTRAP = """
import sys
memory_mb, package, *extra = sys.argv[1:]
sys.path[:] = [entry for entry in sys.path if entry]
sys.path += [entry for entry in extra if entry not in sys.path]
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("pdfqa", package + "/__init__.py", submodule_search_locations=[package])
sys.modules["pdfqa"] = module_from_spec(spec)
spec.loader.exec_module(sys.modules["pdfqa"])
from pdfqa.worker_main import main
main(int(memory_mb))
"""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A call for a worker: a function of bytes to bytes, named "module:name" by our own code, never by a user.

    `seconds` count from when the function is called, not from when a worker is started for it, and anew from each step
    that it tells (`worker_main.at`). `limit` is the setting that they come from. `key` comes back with the result.
    """

    function: str
    payload: bytes
    seconds: float
    limit: str = "page_seconds"
    key: Any = None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a task: its result, or why there is none, and the last step it told (None: it told none)."""

    key: Any
    result: bytes | None = None
    error: PdfqaError | None = None
    at: int | None = None


class WorkerPool:
    """Run tasks in at most `size` processes, which start when first needed and stay warm until `close`.

    Args:
        size: How many processes.
        memory_mb: How much memory each may allocate.
    """

    def __init__(self, size: int, *, memory_mb: int = 2048) -> None:
        self._size = max(1, size)
        self._memory_mb = memory_mb
        self._workers: list[_Worker] = []
        self._ears: Selector[_Worker] | Threads[_Worker] = Threads() if sys.platform == "win32" else Selector()
        self._driven = False
        # Also runs when the pool is forgotten and when the interpreter ends.
        self._finish = weakref.finalize(self, _stop_all, self._workers, self._ears, os.getpid())

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop every worker, busy or not."""
        self._finish()

    def map(
        self, tasks: Iterable[Task | None], *, stopping: Callable[[], bool] | None = None
    ) -> Generator[Done, None, None]:
        """Yield what comes of each task, in the order in which they finish.

        A task is drawn only when a worker is free for it, and no more than twice `size` are drawn whose outcome has
        not been yielded. An iterable that needs an outcome before it can go on yields None, and is asked again once
        the caller has had the next outcome. Stopping early stops the workers that are busy; `stopping` is asked now and
        then whether to.
        """
        if self._driven or not self._finish.alive:
            raise RuntimeError("the pool is closed" if not self._finish.alive else "the pool is already in use")
        self._driven = True
        source, ready = _Source(tasks), deque[Done]()
        try:
            while True:
                self._fill(source, len(ready))
                ready.extend(self._gather(longest=0.0 if ready else _LOOK if stopping else _START_SECONDS))
                if stopping and stopping():
                    return
                self._fill(source, len(ready))  # before the caller takes its time
                if ready:
                    yield ready.popleft()
                    source.resume()
                elif source.over and not self._busy():
                    return
        finally:
            self._driven = False
            for worker in self._busy():
                self._discard(worker)

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.task]

    def _fill(self, source: _Source, waiting: int) -> None:
        """Give tasks to free workers, starting those that are missing."""
        while (busy := len(self._busy())) < self._size and busy + waiting < 2 * self._size:
            task = source.draw()
            if task is None:
                if source.paused and not busy and not waiting:
                    raise RuntimeError("the tasks wait for an outcome, and none is under way")
                return
            self._free_worker().give(task)

    def _free_worker(self) -> _Worker:
        for worker in [worker for worker in self._workers if not worker.task]:
            if worker.process.poll() is None:
                return worker
            self._discard(worker)  # killed from outside while it had nothing to do
        worker = _Worker(self._memory_mb)
        self._workers.append(worker)
        self._ears.add(worker.outgoing, worker)
        return worker

    def _discard(self, worker: _Worker) -> None:
        self._ears.remove(worker.outgoing)
        self._workers.remove(worker)
        worker.stop()

    def _gather(self, *, longest: float) -> Iterator[Done]:
        """Take in what workers have sent, waiting so many seconds at most, and stop those that are late."""
        busy = self._busy()
        if not busy:
            return
        now = time.monotonic()
        heard = self._ears.listen(max(0.0, min(longest, min(worker.deadline for worker in busy) - now)))
        for worker, chunk in heard:
            if worker in self._workers:
                yield from self._hear(worker, chunk)
        # After listening: a result that is on its way is in time, however late the caller came back for it.
        senders = {id(worker) for worker, _ in heard}
        for worker in self._busy():
            if time.monotonic() >= worker.deadline and id(worker) not in senders:
                yield self._fail(worker, worker.late())

    def _hear(self, worker: _Worker, chunk: bytes) -> Iterator[Done]:
        if not chunk:
            self._ears.remove(worker.outgoing)
            if worker.task:
                yield self._fail(worker, worker.crash())
            else:
                self._discard(worker)
            return
        for kind, body in worker.frames(chunk):
            if kind == AT:
                (worker.at,) = LENGTH.unpack(body)
            if kind in (BEGUN, AT):
                continue
            key = worker.finish().key
            if kind == FAILED_LAST:
                self._discard(worker)
            yield Done(key=key, result=body) if kind == RESULT else Done(key=key, error=_rebuild(body), at=worker.at)

    def _fail(self, worker: _Worker, error: PdfqaError) -> Done:
        task = worker.finish()
        self._discard(worker)
        return Done(key=task.key, error=error, at=worker.at)


class _Source:
    """The tasks still to come."""

    def __init__(self, tasks: Iterable[Task | None]) -> None:
        self._tasks = iter(tasks)
        self.paused = False
        self.over = False

    def draw(self) -> Task | None:
        """Return the next task, or None when there is none now."""
        if self.paused or self.over:
            return None
        try:
            task = next(self._tasks)
        except StopIteration:
            self.over = True
            return None
        self.paused = task is None
        return task

    def resume(self) -> None:
        """Ask for tasks again: the caller has had another outcome."""
        self.paused = False


class _Worker:
    """One process, the task it runs and what it has sent so far."""

    def __init__(self, memory_mb: int) -> None:
        self.memory_mb = memory_mb
        self.task: Task | None = None
        self.at: int | None = None  # the step of the task that it came to
        self.deadline = 0.0
        self._received = bytearray()
        self._complaints = _scratch()
        self._last_words = ""
        package = str(Path(__file__).resolve().parent)
        extra = [entry for entry in sys.path if os.path.isabs(entry)]
        # A session of its own: Ctrl-C in the terminal reaches the parent only, and children of a worker end with it.
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BOOTSTRAP, str(memory_mb), package, *extra],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            bufsize=0,
            env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **os.environ},  # the pool is the parallelism
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.incoming = cast("IO[bytes]", self.process.stdin)
        self.outgoing = cast("IO[bytes]", self.process.stdout)

    def give(self, task: Task) -> None:
        """Send the task to the process."""
        self.task, self.at = task, None
        self.deadline = time.monotonic() + _START_SECONDS
        body = f"{task.function} {task.seconds}".encode() + b"\0" + task.payload
        with contextlib.suppress(BrokenPipeError):  # it crashed: reading from it will tell how
            rest = memoryview(LENGTH.pack(len(body)) + body)
            while rest:
                rest = rest[self.incoming.write(rest) :]

    def finish(self) -> Task:
        """Return the task it was busy with, and make it free."""
        task, self.task = self.task, None
        return cast("Task", task)

    def frames(self, chunk: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Add what was received and yield the kind and the body of each frame that is complete."""
        self._received += chunk
        if self.task:
            self.deadline = time.monotonic() + self.task.seconds  # it has begun, or is sending: alive in any case
        while len(self._received) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(self._received)[0]
            if len(self._received) < end:
                return
            with memoryview(self._received) as view:
                kind, body = bytes(view[LENGTH.size : LENGTH.size + 1]), bytes(view[LENGTH.size + 1 : end])
            del self._received[:end]
            yield kind, body

    def late(self) -> ReaderFailedError:
        """Return the error of a task that ran out of time."""
        seconds, limit = (self.task.seconds, self.task.limit) if self.task else (0.0, "page_seconds")
        return ReaderFailedError(
            f"reading took longer than {seconds:g} s and was stopped",
            hint=f"Allow more for each page with PDFQA_{limit.upper()}.",
            param=limit,
        )

    def crash(self) -> ReaderFailedError:
        """Return the error of a task whose process has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=2)  # its pipe is closed, but it may still be ending
        self.stop()
        code = self.process.returncode
        if code < 0 and -code == getattr(signal, "SIGALRM", None):
            return self.late()
        how = f"was stopped by {_signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        return ReaderFailedError(
            f"the process that read the file {how}{self._last_words if code > 0 else ''}",
            hint=f"The file may be damaged, or need more than {self.memory_mb} MB of memory: allow more with"
            " PDFQA_MEMORY_MB.",
        )

    def stop(self) -> None:
        """End the process, and whatever it has started."""
        if self._complaints.closed:
            return
        if self.process.poll() is None:
            _kill(self.process)
        self.process.wait()
        self.incoming.close()
        self.outgoing.close()
        self._last_words = _tail(self._complaints)
        self._complaints.close()


def _stop_all(workers: list[_Worker], ears: Selector[_Worker] | Threads[_Worker], owner: int) -> None:
    if os.getpid() != owner:  # a fork of the owner: not its workers
        return
    ears.close()
    while workers:
        workers.pop().stop()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _rebuild(body: bytes) -> PdfqaError:
    code, message, hint, param = json.loads(body)
    return by_code(code)(message, hint=hint, param=param)


def _scratch() -> IO[bytes]:
    """Return a file without a name for what a worker writes to standard error; a full disk must not stop reading."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return open(os.devnull, "w+b")


def _tail(complaints: IO[bytes]) -> str:
    """Return the last line a worker wrote to standard error, as the end of a sentence."""
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - 500))
    lines = complaints.read().decode(errors="replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f": {last}" if last else ""
