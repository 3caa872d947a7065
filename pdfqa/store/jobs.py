"""Jobs: work that is recorded before it is begun, so that whoever is killed over it has only interrupted it.

A job belongs to one process at a time, by the name of a claim that the process holds while it lives. The jobs of a
process that has died are taken over by the next one that looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext

import msgspec

from pdfqa.store.claims import abandoned, claim
from pdfqa.store.database import Database


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done: a kind of work, and the object it is done on."""

    id: int
    kind: str
    owner: str
    parent: str
    target: str
    attempts: int = 0


class Jobs:
    """The jobs of one home directory.

    `worker` is the name of this process's claim, or "" as long as nobody works here. `wake` is called when there is
    something new to do here. Who does a job and only waits for something does so inside `resting()`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claim = ExitStack()
        self._kinds: tuple[str, ...] = ()
        self.worker = ""
        self.wake: Callable[[], None] = lambda: None
        self.resting: Callable[[], AbstractContextManager[None]] = nullcontext

    def begin(self, worker: str, *kinds: str) -> None:
        """Take part in the work of some kinds, or of all, under a name that no other process has."""
        self._kinds = kinds
        self._claim.enter_context(claim(self._database.home, worker))
        self.worker = worker

    def end(self) -> None:
        """Give the jobs that were not done back, for another process."""
        if self.worker:
            with self._database.atomic() as connection:
                connection.execute("UPDATE jobs SET worker = NULL WHERE worker = ?", (self.worker,))
            self.worker = ""
            self._claim.close()

    def add(self, kind: str, target: str, *, parent: str = "", owner: str = "", worker: str = "") -> None:
        """Record a job; call it in the transaction that records what it is for.

        A `worker` is the claim of somebody who does it himself: nobody else does it as long as the claim is held.
        """
        self.add_all([(kind, owner, parent, target)], worker=worker)

    def add_all(self, jobs: Sequence[tuple[str, str, str, str]], *, worker: str = "") -> None:
        """Record jobs, each as kind, owner, parent and target."""
        with self._database.atomic() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO jobs (kind, owner, parent, target, worker) VALUES (?, ?, ?, ?, ?)",
                [(*job, worker or self.worker or None) for job in jobs],
            )
            self._database.after_commit(self.wake)

    def adopt(self) -> int:
        """Take over the jobs of processes that have died, and those that nobody has; return how many."""
        kinds = self._kinds
        among = f"kind IN ({_marks(kinds)})" if kinds else "true"
        rows = self._database.rows(
            f"SELECT DISTINCT worker FROM jobs WHERE worker IS NOT ? AND {among}",  # noqa: S608 - marks only
            (self.worker, *kinds),
        )
        free = [worker for (worker,) in rows if worker is None or abandoned(self._database.home, worker)]
        if not free:
            return 0
        with self._database.atomic() as connection:
            return sum(
                connection.execute(
                    f"UPDATE jobs SET worker = ? WHERE worker IS ? AND {among}",  # noqa: S608 - marks only
                    (self.worker, worker, *kinds),
                ).rowcount
                for worker in free
            )

    def mine(self, *kinds: str, beside: Sequence[int] = (), limit: int = 1) -> list[Job]:
        """Return jobs of some kinds that are this process's, apart from some that it is busy with.

        Owners take turns, and so do the vector stores of an owner; otherwise the oldest come first. So a batch of many
        files keeps nobody else waiting.
        """
        rows = self._database.rows(
            "SELECT id, kind, owner, parent, target, attempts FROM (SELECT *, row_number() OVER "  # noqa: S608
            "(PARTITION BY owner ORDER BY turn, id) owners_turn FROM (SELECT *, row_number() OVER "
            "(PARTITION BY owner, CASE kind WHEN 'ingest' THEN parent ELSE id END ORDER BY id) turn FROM jobs "
            f"WHERE kind IN ({_marks(kinds)}) AND worker = ? AND id NOT IN ({_marks(beside)}))) "
            "ORDER BY owners_turn, id LIMIT ?",
            (*kinds, self.worker, *beside, limit),
        )
        return [
            Job(id=row[0], kind=row[1], owner=row[2], parent=row[3], target=row[4], attempts=row[5]) for row in rows
        ]

    def attempt(self, jobs: Sequence[Job]) -> None:
        """Count that jobs are begun: one that kills its process again and again must not be begun for ever."""
        with self._database.atomic() as connection:
            connection.executemany("UPDATE jobs SET attempts = attempts + 1 WHERE id = ?", [(job.id,) for job in jobs])

    def done(self, kind: str, target: str, *, parent: str = "") -> None:
        """Remove a job: it is done, or need not be."""
        self.done_all(kind, [target], parent=parent)

    def done_all(self, kind: str, targets: Iterable[str], *, parent: str = "") -> None:
        """Remove jobs on what belongs to one parent, those that there are."""
        with self._database.atomic() as connection:
            connection.executemany(
                "DELETE FROM jobs WHERE kind = ? AND parent = ? AND target = ?",
                [(kind, parent, target) for target in targets],
            )

    def stands(self, job: Job) -> bool:
        """Return whether a job is still to be done; another one on the same object is not it."""
        return self._database.row("SELECT 1 FROM jobs WHERE id = ?", (job.id,)) is not None

    def give_back(self, jobs: Sequence[Job]) -> None:
        """Say that jobs were not begun after all, or were stopped on purpose: that counts for nothing."""
        if not jobs:
            return
        with self._database.atomic() as connection:
            connection.executemany(
                "UPDATE jobs SET attempts = attempts - 1 WHERE id = ? AND attempts > 0", [(job.id,) for job in jobs]
            )

    def withdraw(self, kind: str, target: str, *, parent: str = "") -> None:
        """Remove a job that need not be done, unless another process has it: that one is left to find out for itself.

        Whoever listens there would otherwise wait for ever.
        """
        with self._database.atomic() as connection:
            connection.execute(
                "DELETE FROM jobs WHERE kind = ? AND parent = ? AND target = ? AND (worker IS NULL OR worker = ?)",
                (kind, parent, target, self.worker),
            )

    def drop_children(self, kind: str, parent: str) -> None:
        """Remove all jobs of a kind on what belongs to a parent."""
        with self._database.atomic() as connection:
            connection.execute("DELETE FROM jobs WHERE kind = ? AND parent = ?", (kind, parent))

    def any(self, kind: str, parent: str) -> bool:
        """Return whether there is a job of a kind on what belongs to a parent."""
        row = self._database.row("SELECT 1 FROM jobs WHERE kind = ? AND parent = ?", (kind, parent))
        return row is not None

    def waiting(self, kind: str, target: str, *, parent: str = "") -> bool:
        """Return whether a job is recorded."""
        row = self._database.row(
            "SELECT 1 FROM jobs WHERE kind = ? AND parent = ? AND target = ?", (kind, parent, target)
        )
        return row is not None


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
