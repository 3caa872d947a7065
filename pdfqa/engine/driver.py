"""The driver: threads that do the jobs of a home directory while a client or a server is open."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic

from pdfqa.engine.context import Engine
from pdfqa.engine.sweeping import sweep
from pdfqa.errors import PdfqaError, StorageError
from pdfqa.store import Job

_LOOK = 2.0  # seconds between looks for what other processes left
_REST = 1.0  # seconds of a thread after a mistake of ours: what fails at once must not be tried in a hot loop
_SWEEP = 600.0  # seconds between sweeps
_READ_AT_ONCE = 64  # files
_MOST_THREADS = 128  # that answer, or wait
_log = logging.getLogger("pdfqa.jobs")


class Driver:
    """Does jobs until it is closed; a context manager.

    Reading is one thread, which has worker processes of its own; answering is several, as most of it may be waiting
    for a model.

    Args:
        engine: The engine, of any owner.
        answering: How many runs and responses may be under way at once.
    """

    def __init__(self, engine: Engine, *, answering: int = 16) -> None:
        self._engine = engine
        self._closing = threading.Event()
        jobs = engine.jobs
        reading, answers = engine.job_kinds
        jobs.begin(engine.new_id("worker-"), *reading, *answers)
        self._answering = _Crew(engine, answers, self._answer, threads=answering, at_once=1)
        self._crews = [self._answering]
        if reading:  # what is kept elsewhere is read there
            self._crews.insert(0, _Crew(engine, reading, self._read, threads=1, at_once=_READ_AT_ONCE))
        jobs.wake, jobs.resting = self.wake, self._answering.resting
        self._looker = threading.Thread(target=self._look, name="pdfqa-look", daemon=True)
        self._looker.start()

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wake(self) -> None:
        """Look for something to do now."""
        for crew in self._crews:
            crew.wake()

    def close(self, *, grace: float = 10.0) -> None:
        """Take no more jobs, wait for those under way, and give back what could not be finished."""
        self._closing.set()
        end = monotonic() + grace
        for crew in self._crews:
            crew.close()
        for crew in self._crews:
            crew.wait(end)
        _join(self._looker, end)
        self._answering.give_back()  # the reader does so itself
        self._engine.jobs.wake = lambda: None
        self._engine.jobs.end()

    def _look(self) -> None:
        """Take over what was abandoned, at once and then now and again; tidy up more rarely."""
        swept = monotonic() - _SWEEP
        while True:
            self._try("abandoned jobs could not be looked for", self._take_over)
            if monotonic() - swept >= _SWEEP:
                swept = monotonic()
                self._try("what is left behind could not be removed", lambda: sweep(self._engine))
            if self._closing.wait(_LOOK):
                return

    def _take_over(self) -> None:
        self._engine.jobs.adopt()
        for crew in self._crews:
            if crew.has_more():
                crew.wake()

    @staticmethod
    def _try(otherwise: str, do: Callable[[], object]) -> None:
        """Do something that is done again later, whatever goes wrong now."""
        try:
            do()
        except PdfqaError as error:  # the disk is full, say: it may not be in a moment
            _log.warning("%s: %s", otherwise, error.message)
        except Exception:  # noqa: BLE001 - without this thread nobody would take over what dead processes leave
            _log.exception(otherwise)

    def _read(self, jobs: Sequence[Job]) -> None:
        self._engine.vector_stores.read(jobs, self._closing.is_set)

    def _answer(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            engine = self._engine.owned_by(job.owner)
            (engine.responses if job.kind == "response" else engine.runs).perform(job)


class _Crew:
    """Threads that do the same kinds of jobs; they start when they are needed."""

    def __init__(
        self, engine: Engine, kinds: Sequence[str], do: Callable[[Sequence[Job]], None], *, threads: int, at_once: int
    ) -> None:
        self._engine = engine
        self._kinds = kinds
        self._do = do
        self._most = threads
        self._at_once = at_once
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._busy: dict[int, Job] = {}
        self._done: deque[int] = deque(maxlen=100)
        self._closing = False
        self._closed = threading.Event()

    def wake(self) -> None:
        """Have a thread look for a job."""
        with self._changed:
            if self._idle:
                self._changed.notify()
            elif len(self._threads) < self._most and not self._closing:
                thread = threading.Thread(target=self._work, name=f"pdfqa-{self._kinds[0]}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def close(self) -> None:
        """Take no more jobs."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._closed.set()

    def wait(self, end: float) -> None:
        """Wait for the threads to finish, until a time of the monotonic clock."""
        for thread in self._threads:
            _join(thread, end)

    def has_more(self) -> bool:
        """Return whether there is a job that nobody has begun."""
        with self._changed:
            return bool(self._waiting(1))

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Have another thread do something while this one only waits."""
        more = 0
        with self._changed:
            if self._most < _MOST_THREADS:
                more = 1
                self._most += more
                self.wake()
        try:
            yield
        finally:
            with self._changed:
                self._most -= more

    def give_back(self) -> None:
        """Say that what is still under way was stopped on purpose."""
        with self._changed:
            left = list(self._busy.values())
        with suppress(PdfqaError):
            self._engine.jobs.give_back(left)

    def _work(self) -> None:
        while not self._closing:
            jobs: list[Job] = []
            try:
                jobs = self._next()
                if jobs:
                    self._rest_if_done_before(jobs)
                    self._engine.jobs.attempt(jobs)
                    self._do(jobs)
            except StorageError as error:  # the disk is full, say: that is no fault of the job
                self._not_now(jobs, error)
            except Exception:  # noqa: BLE001 - the outermost driver: one job must not end the thread that does the others
                _log.exception(
                    "%s could not be done", " ".join(f"{job.kind} {job.target}" for job in jobs[:1]) or "jobs"
                )
                self._closed.wait(_REST)
            finally:
                with self._changed:
                    for job in jobs:
                        del self._busy[job.id]

    def _rest_if_done_before(self, jobs: Sequence[Job]) -> None:
        """Wait before one job is done that was done just now, and is still there."""
        if self._at_once == 1:  # where many are done at once, those that are left have their turn again
            if jobs[0].id in self._done:
                self._closed.wait(_REST)
            self._done.append(jobs[0].id)

    def _not_now(self, jobs: Sequence[Job], error: StorageError) -> None:
        """Leave jobs for a while."""
        if self._closing:  # the home directory is, too
            return
        _log.warning("%s could not be done: %s", jobs[0].target if jobs else "jobs", error.message)
        with suppress(StorageError):
            self._engine.jobs.give_back(jobs)
        self._closed.wait(_REST)

    def _next(self) -> list[Job]:
        """Return jobs to do, waiting for some; none when it is time to end."""
        with self._changed:
            while not self._closing:
                jobs = self._waiting(self._at_once + 1)
                if len(jobs) > self._at_once:  # several may have come at once: whoever begins one wakes the next
                    self.wake()
                if jobs:
                    jobs = jobs[: self._at_once]
                    self._busy.update({job.id: job for job in jobs})
                    return jobs
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
        return []

    def _waiting(self, limit: int) -> list[Job]:
        """Return jobs that nobody has begun."""
        return self._engine.jobs.mine(*self._kinds, beside=sorted(self._busy), limit=limit)


def _join(thread: threading.Thread, end: float) -> None:
    """Wait for a thread until a time of the monotonic clock, unless it is the present one.

    The garbage of a client that nobody closed may be collected in any thread.
    """
    if thread is not threading.current_thread():
        thread.join(max(0.0, end - monotonic()))
