"""Our documents at OpenAI: their text in files, the files in one vector store, and all of it only once.

Each step finds out what is there before it does anything, so that whoever was stopped at any of them goes on with it:
the ledger says what we did, and OpenAI what it has of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from time import monotonic
from typing import Any

import anyio
import anyio.to_thread

from pdfqa.backends.ledger import MARK, Ledger, SentPart, State, home_of
from pdfqa.backends.patient import Patient, each
from pdfqa.errors import InvalidRequestError, ObjectNotFoundError, PdfqaError, RateLimitError
from pdfqa.types import Progress
from pdfqa.wire import File, VectorStore, VectorStoreFile
from pdfqa.wire.requests import Content

STORE_DAYS = 30  # after its last use that our vector store lives
BATCH = 2_000  # files that are attached in one request
_ATTACHED = 2  # times that a file is attached before it is given up
_LONGEST_LOOK = 5.0  # seconds between looks at how far the indexing is
_FILES = 10_000  # files of a list that come at once

Report = Callable[[Progress], object]


class Shelf:
    """The documents of a home directory in one account.

    Args:
        server: OpenAI.
        ledger: What we know to be there.
        patience: For how many seconds the indexing is waited for.
        look: Seconds before the second look at how far it is; later ones come more and more rarely.
    """

    def __init__(self, server: Patient, ledger: Ledger, *, patience: float = 600.0, look: float = 0.5) -> None:
        self.uploaded = self.bytes = 0
        self._server = server
        self._ledger = ledger
        self._patience = patience
        self._look = look
        self._there: dict[str, File] | None = None  # our files there by name, where some may have arrived unnoticed

    async def put(
        self, parts: Sequence[SentPart], *, again: bool = False, progress: Report | None = None
    ) -> tuple[str, list[SentPart]]:
        """Return the vector store that holds some parts, and the parts with what has become of them.

        Args:
            parts: Those that are wanted.
            again: Whether those are tried again that failed before.
            progress: Told of every file that was sent, and how far the indexing is.
        """
        wanted = [part.id for part in parts]
        store = await self._store()
        store_id = store.id
        await self._compare(store)
        if again:
            self._ledger.change(self._ledger.now(wanted, "failed"), "sent", tries=0)
        for number in range(_ATTACHED + 1):
            unsent = self._ledger.now(wanted, "planned", "sending")
            await self._send([part for part in unsent if not (number and part.error)], progress)
            await self._attach(store_id, self._ledger.now(wanted, "sent"))
            over = not self._ledger.now(wanted, "attached") or await self._index(store_id, wanted, progress)
            if over and all(part.error for part in self._ledger.now(wanted, "planned")):
                break
        return store_id, self._ledger.now(wanted)

    # The vector store.

    async def _store(self) -> VectorStore:
        """Return the vector store, made if it is not there, or no longer."""
        known = self._ledger.store()
        if known.store_id:
            with suppress(ObjectNotFoundError):
                store: VectorStore = await self._server.ask("get_vector_store", [known.store_id])
                if store.status != "expired":
                    return store
            known = self._ledger.made("")
        found = await self._stray(known.home)
        if found is None:
            found = await self._server.ask_once(
                "create_vector_store",
                [],
                lambda _: self._stray(known.home),
                name=f"{MARK} documents",
                metadata={MARK: known.home},
                expires_after={"anchor": "last_active_at", "days": STORE_DAYS},
            )
        self._ledger.made(found.id)
        made: VectorStore = found
        return made

    async def _compare(self, store: VectorStore) -> None:
        """Write down what is in the vector store where it has another number of files than we know of.

        Somebody may have deleted some there, or we were stopped when we had put some in.
        """
        known = self._ledger.parts("attached", "searchable")
        if store.file_counts.total == len(known):
            return
        inside = await self._inside(store.id)
        self._ledger.change([part for part in known if part.file_id not in inside], "sent", tries=0)
        self._ledger.change([part for part in self._ledger.parts("sent") if part.file_id in inside], "attached")

    async def _stray(self, home: str) -> VectorStore | None:
        """Return our vector store if it was made and we were stopped before we knew."""
        async with aclosing(self._server.list("get_vector_stores")) as stores:
            async for store in stores:
                if (store.metadata or {}).get(MARK) == home and store.status != "expired":
                    found: VectorStore = store
                    return found
        return None

    # The files.

    async def _send(self, parts: Sequence[SentPart], progress: Report | None) -> None:
        """Upload parts; what cannot be sent has the reason in the ledger."""
        if any(part.state == "sending" for part in parts):
            await self._look_for_files()
        done = 0

        async def one(part: SentPart) -> None:
            nonlocal done
            try:
                file = await self._upload(part)
                self._ledger.change([part], "sent", file_id=file.id, error="")
            except PdfqaError as error:
                sure = isinstance(error, RateLimitError | InvalidRequestError)  # that it has not arrived
                self._ledger.change([part], "planned" if sure else "sending", error=error.line)
            done += 1
            _tell(progress, "uploading", part.doc, done, len(parts))

        await each(one, parts)

    async def _upload(self, part: SentPart) -> File:
        """Return a part's file, which is sent if it has not arrived before."""
        text = await anyio.to_thread.run_sync(self._ledger.text, part)

        async def arrived(_: object = None, *, look: bool = True) -> File | None:
            if look:
                await self._look_for_files()
            file = (self._there or {}).get(part.filename)
            return file if file and file.bytes == len(text) else None

        found = await arrived(look=False) if part.state == "sending" else None
        if found is not None:
            return found
        self._ledger.change([part], "sending")
        content = Content(filename=part.filename, data=text)
        file: File = await self._server.ask_once("upload_file", [], arrived, file=content, purpose="assistants")
        self.uploaded += 1
        self.bytes += len(text)
        return file

    async def _look_for_files(self) -> None:
        files = self._server.list("get_files", limit=_FILES, purpose="assistants")
        async with aclosing(files):
            self._there = {file.filename: file async for file in files if home_of(file.filename)}

    # The files in the store.

    async def _attach(self, store_id: str, parts: Sequence[SentPart]) -> None:
        """Put sent parts into the vector store, in batches."""
        for begin in range(0, len(parts), BATCH):
            batch = list(parts[begin : begin + BATCH])
            try:
                await self._attach_batch(store_id, batch)
            except InvalidRequestError:
                gone = await self._gone(batch)
                if not gone:
                    raise
                self._ledger.change(gone, "planned", file_id="", error="")
                lost = {part.id for part in gone}
                await self._attach_batch(store_id, [part for part in batch if part.id not in lost])

    async def _attach_batch(self, store_id: str, batch: list[SentPart]) -> None:
        async def arrived(_: object) -> object:
            inside = await self._inside(store_id)
            return all(part.file_id in inside for part in batch) or None

        if batch:
            files = [{"file_id": part.file_id, "attributes": part.attributes} for part in batch]
            await self._server.ask_once("create_vector_store_file_batch", [store_id], arrived, files=files)
            self._ledger.change(batch, "attached")

    async def _inside(self, store_id: str, **fields: Any) -> dict[str, VectorStoreFile]:
        """Return the files of the vector store, by id."""
        async with aclosing(self._server.list("get_vector_store_files", [store_id], **fields)) as entries:
            return {entry.id: entry async for entry in entries}

    async def _gone(self, parts: Sequence[SentPart]) -> list[SentPart]:
        """Return the parts whose files are no longer there."""
        gone: list[SentPart] = []

        async def look(part: SentPart) -> None:
            try:
                await self._server.ask("get_file", [part.file_id])
            except ObjectNotFoundError:
                gone.append(part)

        await each(look, parts)
        return gone

    async def _index(self, store_id: str, wanted: Sequence[str], progress: Report | None) -> bool:
        """Wait until the attached parts have been indexed; return whether there is nothing to be tried again.

        The store is asked, and not the batch: its counts are of all files, and it is never taken for another.
        """
        expected = len(self._ledger.parts("attached", "searchable"))
        attached = self._ledger.now(wanted, "attached")
        end, pause = monotonic() + self._patience, self._look
        while True:
            store: VectorStore = await self._server.ask("get_vector_store", [store_id])
            counts = store.file_counts
            total = max(expected, counts.total)
            _tell(progress, "indexing", attached[0].doc, total - counts.in_progress, total)
            complete = counts.total >= expected
            if (complete and not counts.in_progress) or monotonic() > end:
                break
            await anyio.sleep(pause)
            pause = min(_LONGEST_LOOK, pause * 1.5)
        bad: dict[str, VectorStoreFile] = {}
        for state in ("failed", "cancelled", *(["in_progress"] if counts.in_progress else [])):
            bad |= await self._inside(store_id, filter=state)
        lost = set() if complete else {part.file_id for part in attached} - set(await self._inside(store_id))
        doubtful = [part for part in attached if part.file_id in bad or part.file_id in lost]
        known = {part.id for part in doubtful}
        self._ledger.change([part for part in attached if part.id not in known], "searchable", error="")
        return await self._doubt(store_id, doubtful, bad)

    async def _doubt(self, store_id: str, parts: Sequence[SentPart], bad: dict[str, VectorStoreFile]) -> bool:
        """Take parts out of the store that were not indexed, to be put in again; return whether none is to be now."""
        gone = {part.id for part in await self._gone(parts)}
        now = False
        for part in parts:
            entry = bad.get(part.file_id)
            if entry is not None:
                with suppress(ObjectNotFoundError):
                    await self._server.ask("delete_vector_store_file", [store_id, part.file_id])
            last = part.tries + 1 >= _ATTACHED
            state: State = "planned" if part.id in gone else "failed" if last else "sent"
            reason = "" if part.id in gone else _reason(entry, self._patience)
            self._ledger.change([part], state, tries=part.tries + 1, error=reason)
            # What is stuck is put in again another time: we have waited long enough for it.
            now = now or part.id in gone or not (last or (entry is not None and entry.status == "in_progress"))
        return not now

    async def remove(self, parts: Sequence[SentPart]) -> None:
        """Delete the files of parts there, and forget the parts."""

        async def one(part: SentPart) -> None:
            if part.file_id:
                with suppress(ObjectNotFoundError):
                    await self._server.ask("delete_file", [part.file_id])
            self._ledger.drop([part])

        await each(one, parts)


def _reason(entry: VectorStoreFile | None, patience: float) -> str:
    if entry is None:
        return "it was attached, and is not in the vector store"
    if entry.status == "in_progress":
        return f"it was still being indexed after {patience:g} s"
    told = entry.last_error
    if told is None:
        return (
            f"its indexing was {entry.status}"
            if entry.status == "cancelled"
            else "its indexing failed, no reason given"
        )
    return f"{told.code}: {told.message}"


def _tell(progress: Report | None, doing: str, doc: str, done: int, total: int) -> None:
    if progress is not None:
        progress(
            Progress(
                file=doc,
                pages_done=done,
                pages_total=total,
                files_done=done,
                files_total=total,
                failed=0,
                doing=doing,
                unit="files",
            )
        )
